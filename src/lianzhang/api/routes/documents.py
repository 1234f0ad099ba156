"""Documents, what was read from them, and the decisions of people on it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Body, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from lianzhang.api import respond
from lianzhang.api.access import WRITE
from lianzhang.api.parameters import Plain, RegionName
from lianzhang.api.problems import documented
from lianzhang.api.quick import QuickRouter
from lianzhang.app.browse.desk import Desk
from lianzhang.app.browse.documents import Documents
from lianzhang.app.browse.plain import plain
from lianzhang.app.reviewing import decide, document_reviews

Identifier = Annotated[str, Path(min_length=1, max_length=200)]


class DecisionRequest(BaseModel):
    """What a person decided about a statement."""

    model_config = ConfigDict(extra="forbid", strict=True)

    statement_id: str = Field(min_length=1, max_length=64, description="Which statement. 陈述编号")
    decision: Literal["accept", "correct", "reject"] = Field(description="The decision. 决定")
    fields: dict[str, str] = Field(
        default_factory=dict,
        max_length=20,
        description="For `correct`: new values as text; an empty text clears a number. 更正的字段",
    )


class DecisionsRequest(BaseModel):
    """The same decision about several statements."""

    model_config = ConfigDict(extra="forbid", strict=True)

    statement_ids: list[Annotated[str, Field(min_length=1, max_length=64)]] = Field(
        min_length=1, max_length=1000, description="Which statements. 陈述编号"
    )
    decision: Literal["accept", "reject"] = Field(description="The decision. 决定")


class ReadAgainShown(BaseModel):
    """What reading a document again changed."""

    model_config = ConfigDict(extra="forbid")

    at: str = Field(description="When, UTC. 重读时间")
    added: int = Field(description="Newly read; unit: statements. 新读出", ge=0)
    replaced: int = Field(description="Read before, not decided on and gone; unit: statements. 撤下", ge=0)
    kept: int = Field(description="Decided on before and kept; unit: statements. 保留", ge=0)


class DocumentShown(BaseModel):
    """A document that was read."""

    model_config = ConfigDict(extra="forbid")

    document_id: str = Field(description="Id. 编号")
    name: str = Field(description="File name. 文件名")
    read_at: str = Field(description="When, UTC. 阅读时间")
    published: str = Field(description="When it was published, as given. 发布时间")
    statements: int = Field(description="Statements in it; unit: statements. 陈述数", ge=0)
    decided: int = Field(description="Of them decided on; unit: statements. 已决定数", ge=0)
    accepted: int = Field(description="Accepted as read; unit: statements. 已接受", ge=0)
    corrected: int = Field(description="Corrected; unit: statements. 已更正", ge=0)
    rejected: int = Field(description="Rejected; unit: statements. 已拒绝", ge=0)
    again: ReadAgainShown | None = Field(description="Its last re-reading; null if there was none. 最近重读")


class DocumentList(BaseModel):
    """Documents that were read, the last one first."""

    model_config = ConfigDict(extra="forbid")

    items: list[DocumentShown] = Field(description="All of them. 全部")


class StatementShown(BaseModel):
    """A statement under review."""

    model_config = ConfigDict(extra="forbid")

    statement_id: str = Field(description="Id. 编号")
    statement: dict[str, Any] = Field(
        description="As read, with the corrections; offsets are into the text. 陈述"
    )
    decision: Literal["accept", "correct", "reject"] | None = Field(description="Last decision. 最近决定")
    at: str = Field(description="When it was decided, UTC; empty if not. 决定时间")
    row_id: str | None = Field(
        description="Row of the region's table statements that stands for it; null if none. 对应的陈述行"
    )
    indicator_id: str | None = Field(description="Indicator that this row is linked to. 对应的指标")
    observed: bool = Field(
        description="Whether its figure is among the region's observations, from this document. 是否已记为实际值"
    )


class StatementList(BaseModel):
    """Statements under review."""

    model_config = ConfigDict(extra="forbid")

    items: list[StatementShown] = Field(description="In the order given. 按给出的次序")


class DocumentRead(BaseModel):
    """A document with its text and statements."""

    model_config = ConfigDict(extra="forbid")

    document: DocumentShown = Field(description="The document. 文件")
    text: str = Field(description="Its text. 正文")
    statements: list[StatementShown] = Field(description="What was read. 陈述")


def document_router(desk: Desk) -> QuickRouter:
    """Documents and what was read from them: reading."""
    router = QuickRouter()
    common = documented(404, 422, 500)

    @router.get(
        "/{region}/plan/documents",
        tags=["plan"],
        summary="Documents that were read 已读文件",
        response_class=Response,
        responses={200: {"model": DocumentList, "description": "The list"}, **common},
    )
    def documents(region: RegionName, given: Annotated[Plain, Query()]) -> Response:
        """Uploaded documents with how many of their statements are decided on."""
        found = Documents(desk.store.path, desk.readers.region(region).name).heads()
        return respond.json_response({"items": plain(found)}, headers={"Cache-Control": "no-store"})

    @router.get(
        "/{region}/plan/documents/{document_id}",
        tags=["plan"],
        summary="A document with its statements 文件与陈述",
        response_class=Response,
        responses={200: {"model": DocumentRead, "description": "Text and statements"}, **common},
    )
    def document(region: RegionName, document_id: Identifier, given: Annotated[Plain, Query()]) -> Response:
        """The text, and every statement with its place in it and the decision."""
        kept = Documents(desk.store.path, desk.readers.region(region).name)
        with desk.readers.reading(region) as reader:
            body = {
                "document": kept.head(document_id),
                "text": kept.text(document_id),
                "statements": document_reviews(reader, kept, document_id),
            }
        return respond.json_response(plain(body), headers={"Cache-Control": "no-store"})

    return router


def review_router(desk: Desk) -> QuickRouter:
    """Decisions on statements; each becomes part of the region at once."""
    router = QuickRouter(dependencies=WRITE)
    refusals = documented(400, 401, 403, 404, 409, 413, 415, 422, 500)

    @router.post(
        "/{region}/plan/documents/{document_id}/decisions",
        tags=["plan"],
        summary="Accept, correct or reject a statement 审核陈述",
        status_code=201,
        response_class=Response,
        responses={
            201: {"model": StatementShown, "description": "The statement as it stands now"},
            **refusals,
        },
    )
    def add_decision(
        region: RegionName,
        document_id: Identifier,
        request: Request,
        wanted: Annotated[DecisionRequest, Body()],
        given: Annotated[Plain, Query()],
    ) -> Response:
        """A new row of the document's log, and of the region's statements; earlier ones stay readable.

        An accepted or corrected statement stands in the ledger from now on, a rejected one no longer. What it says was
        achieved becomes an observation, with the document as its source; a later rejection withdraws that.
        """
        entry = desk.readers.region(region)
        request.state.audit = {"document_id": document_id, **wanted.model_dump()}
        made = decide(
            desk.store, entry.name, document_id, [wanted.statement_id], wanted.decision, wanted.fields
        )
        request.state.audit |= {"observed": made[0].observed}
        return respond.json_response(plain(made[0]), 201)

    @router.post(
        "/{region}/plan/documents/{document_id}/decisions/batch",
        tags=["plan"],
        summary="Accept or reject many statements 批量审核",
        status_code=201,
        response_class=Response,
        responses={
            201: {"model": StatementList, "description": "The statements as they stand now"},
            **refusals,
        },
    )
    def add_decisions(
        region: RegionName,
        document_id: Identifier,
        request: Request,
        wanted: Annotated[DecisionsRequest, Body()],
        given: Annotated[Plain, Query()],
    ) -> Response:
        """All are taken, or none; one snapshot for all."""
        entry = desk.readers.region(region)
        request.state.audit = {
            "document_id": document_id,
            "decision": wanted.decision,
            "statements": len(wanted.statement_ids),
        }
        made = decide(desk.store, entry.name, document_id, wanted.statement_ids, wanted.decision)
        request.state.audit |= {"observed": sum(m.observed for m in made)}
        return respond.json_response({"items": plain(made)}, 201)

    return router
