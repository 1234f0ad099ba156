"""Writing: figures, documents and decisions on them, packs, networks; and the trail of it."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path as FilePath
from typing import Annotated, Any, Literal

from fastapi import Body, File, Form, Query, Request, UploadFile
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from lianzhang.api import respond, session
from lianzhang.api.access import WRITE
from lianzhang.api.language import lang_of
from lianzhang.api.models import model_for
from lianzhang.api.parameters import DAY_PATTERN, Plain, RegionName
from lianzhang.api.problems import documented
from lianzhang.api.quick import QuickRouter
from lianzhang.api.routes.runs import ACCEPTED, started
from lianzhang.app.browse import work
from lianzhang.app.browse.desk import Desk
from lianzhang.app.browse.documents import plain_name
from lianzhang.app.browse.plain import plain
from lianzhang.schema import PERIOD_PATTERN, table
from lianzhang.store import observe

_REFUSALS = documented(400, 401, 403, 404, 413, 415, 422, 500)
#: A day, a month or a year.
_PUBLISHED = r"^((?:19|20)[0-9]{2}(-(0[1-9]|1[0-2])(-(0[1-9]|1[0-9]|2[0-8]))?)?)?$"


class Figure(BaseModel):
    """One observed figure."""

    model_config = ConfigDict(extra="forbid", strict=True)

    indicator: str = Field(
        min_length=1, max_length=300, description="Id or name of the indicator. 指标编号或名称"
    )
    period: str = Field(
        pattern=f"^(?:{PERIOD_PATTERN.replace(chr(92) + 'd', '[0-9]')})$",
        description="Period it speaks of. 时期",
    )
    value: Annotated[float, Field(allow_inf_nan=False)] | None = Field(
        description="In the indicator's unit; null needs a note that says why. 数值，单位同指标"
    )
    source: str = Field(
        min_length=1,
        max_length=1000,
        # Blanks alone name nothing.
        pattern=r"[^\s\x00-\x20]",
        description="Id or title of a source. 来源编号或名称",
    )
    series: str = Field(
        default="main", min_length=1, max_length=100, description="Tells definitions apart. 序列"
    )
    place: str | None = Field(
        default=None, max_length=200, description="Region id; the whole by default. 区域"
    )
    sector: str | None = Field(default=None, max_length=200, description="Sector id, if it is of one. 行业")
    comparator: Literal["=", ">", ">=", "<", "<=", "~"] = Field(
        default="=", description="`>` where the source says more than. 比较符"
    )
    known_from: str | None = Field(
        default=None,
        pattern=DAY_PATTERN,
        description="Day of first publication; today by default. 首次发布日",
    )
    preferred: bool | None = Field(default=None, description="Whether computations use it. 是否采用")
    status: Literal["official", "derived", "estimated", "reconstructed", "synthetic"] | None = Field(
        default=None,
        description="How it came about; can be left out for a known official source only. 状态，仅已知的官方来源可不写",
    )
    note: str | None = Field(default=None, max_length=2000, description="Scope and doubts. 备注")


class AuditEntry(BaseModel):
    """One write."""

    model_config = ConfigDict(extra="forbid")

    time: str = Field(description="When, UTC. 时间")
    what: str = Field(description="The operation. 操作")
    region: str | None = Field(description="Of which region. 区域")
    by: Literal["token", "session", "nobody"] = Field(
        description="How it was authorised; nobody: it was refused. 授权方式，nobody 为被拒绝"
    )
    origin: Literal["page", "program"] = Field(description="From a page of this server, or a program. 来自")
    status: int = Field(description="HTTP status of the answer. 结果状态", ge=100, le=599)
    problem: str | None = Field(description="Code of the error, if any. 错误代码")
    details: dict[str, Any] = Field(description="What was written. 内容")


class AuditList(BaseModel):
    """The trail, newest first."""

    model_config = ConfigDict(extra="forbid")

    items: list[AuditEntry] = Field(description="Entries. 记录")


class Most(Plain):
    """Parameters of the trail."""

    limit: int = Field(default=100, ge=1, le=1000, description="At most so many. 最多条数")


def write_router(desk: Desk, prefix: str) -> QuickRouter:
    """Operations that change something."""
    router = QuickRouter(dependencies=WRITE)

    @router.post(
        "/{region}/plan/observations",
        tags=["plan"],
        summary="Add an observed figure 补记一个数",
        status_code=201,
        response_class=Response,
        responses={
            201: {"model": model_for(table("observations")), "description": "The row as stored"},
            **_REFUSALS,
            **documented(409),
        },
    )
    def add_observation(
        region: RegionName,
        request: Request,
        figure: Annotated[Figure, Body()],
        given: Annotated[Plain, Query()],
    ) -> Response:
        """What is stored is never overwritten: a second figure for the same period stands beside the first."""
        entry = desk.readers.region(region)
        values = figure.model_dump()
        request.state.audit = {k: values[k] for k in ("indicator", "period", "value", "series", "place")}
        row = observe(
            desk.store,
            entry.name,
            values.pop("indicator"),
            values.pop("period"),
            values.pop("value"),
            **values,
        )
        return respond.json_response(plain(row), 201)

    @router.post(
        "/{region}/plan/documents",
        tags=["plan"],
        summary="Upload a document to read 上传规划文件",
        status_code=202,
        response_class=Response,
        responses={**ACCEPTED, **_REFUSALS, **documented(503)},
    )
    def add_document(
        region: RegionName,
        request: Request,
        file: Annotated[UploadFile, File(description="txt, md, html, pdf or docx. 文件")],
        given: Annotated[Plain, Query()],
        published: Annotated[
            str, Form(pattern=_PUBLISHED, description="When it was published: 2024 or 2024-03. 发布时间")
        ] = "",
    ) -> Response:
        """The document is read into statements, which wait for review; it stays on this server."""
        entry = desk.readers.region(region)
        name = plain_name(file.filename or "")
        folder = desk.jobs.new_folder()
        path = _taken(file, folder / name)
        document_id = secrets.token_hex(8)
        request.state.audit = {"document_id": document_id, "bytes": path.stat().st_size}
        body = work.read_plan(desk, entry.name, path, document_id, published)
        return started(request, desk.jobs.start("plan.read", entry.name, body, folder=folder), prefix)

    @router.post(
        "/packs",
        tags=["house"],
        summary="Upload a pack to check or load 上传数据包",
        status_code=202,
        response_class=Response,
        responses={**ACCEPTED, **_REFUSALS, **documented(503)},
    )
    def add_pack(
        request: Request,
        file: Annotated[UploadFile, File(description="A zip of the pack's folder. 数据包的 zip")],
        given: Annotated[Plain, Query()],
        load: Annotated[
            Literal["true", "false"], Form(description="Load it when it holds. 合格即载入")
        ] = "false",
    ) -> Response:
        """Every problem with file, row, field, rule and remedy; nothing of a bad pack is stored."""
        folder = desk.jobs.new_folder()
        path = _taken(file, folder / "pack.zip")
        kind = "pack.load" if load == "true" else "pack.check"
        request.state.audit = {"kind": kind, "bytes": path.stat().st_size}
        body = work.take_pack(desk, path, load=load == "true", lang=lang_of(request))
        return started(request, desk.jobs.start(kind, None, body, folder=folder), prefix)

    @router.post(
        "/{region}/risk/rank",
        tags=["risk"],
        summary="Systemic risk of the firms of a network 企业系统性风险",
        status_code=202,
        response_class=Response,
        responses={**ACCEPTED, **_REFUSALS, **documented(503)},
    )
    def rank(
        region: RegionName,
        request: Request,
        edges: Annotated[
            UploadFile, File(description="Supplier, buyer, yearly sales: TSV, CSV or Parquet. 供销边")
        ],
        sectors: Annotated[UploadFile, File(description="Sector of every firm. 企业部门")],
        types: Annotated[UploadFile, File(description="Matrix of input types. 投入类型矩阵")],
        given: Annotated[Plain, Query()],
        epsilon: Annotated[
            float, Form(ge=1e-12, le=0.5, description="Stopping rule, share of capacity. 停止规则")
        ] = 0.01,
        largest: Annotated[
            int,
            Form(
                ge=0,
                le=10_000_000,
                description="Only so many firms, those that sell most; 0 for all. 只算最大者",
            ),
        ] = 0,
    ) -> Response:
        """Index, downstream and upstream part of every firm's failure, as a CSV file."""
        entry = desk.readers.region(region)
        folder = desk.jobs.new_folder()
        paths = [
            _taken(part, folder / f"{name}{FilePath(plain_name(part.filename or '')).suffix.lower()}")
            for name, part in (("edges", edges), ("sectors", sectors), ("types", types))
        ]
        request.state.audit = {"kind": "risk.rank", "bytes": sum(p.stat().st_size for p in paths)}
        body = work.rank_risk(desk, *paths, epsilon=epsilon, largest=largest)
        return started(request, desk.jobs.start("risk.rank", entry.name, body, folder=folder), prefix)

    @router.get(
        "/{region}/audit",
        tags=["house"],
        summary="Trail of writes 写入记录",
        response_class=Response,
        responses={
            200: {"model": AuditList, "description": "The latest"},
            **documented(401, 403, 404, 422, 500),
        },
    )
    def audit(region: RegionName, request: Request, given: Annotated[Most, Query()]) -> Response:
        """Every write, sign-in and refusal with time, operation, origin and outcome; no personal data.

        Refusals are limited; how many more there were stands in the next line.
        """
        entry = desk.readers.region(region)
        request.app.state.refusals.flush()
        found = desk.audit.entries(entry.name, most=given.limit)
        return respond.json_response({"items": plain(found)}, headers={"Cache-Control": "no-store"})

    return router


class TokenGiven(BaseModel):
    """The token."""

    model_config = ConfigDict(extra="forbid", strict=True)

    token: str = Field(
        min_length=1, max_length=500, description="The token printed at start. 启动时显示的令牌"
    )


def session_router() -> QuickRouter:
    """A browser's session: the token is given once, and a cookie that scripts cannot read stands for it."""
    router = QuickRouter()
    refusals = documented(400, 401, 403, 413, 415, 422, 500)

    @router.post(
        "/session",
        tags=["house"],
        summary="Begin a session 登录",
        status_code=204,
        response_class=Response,
        responses={204: {"description": "The cookie is set"}, **refusals},
    )
    def begin(
        request: Request, given: Annotated[TokenGiven, Body()], plainly: Annotated[Plain, Query()]
    ) -> Response:
        """For pages: exchanges the token for a cookie of this browser session."""
        response = Response(status_code=204, headers={"Cache-Control": "no-store"})
        session.begin(request, given.token, response)
        return response

    @router.delete(
        "/session",
        tags=["house"],
        summary="End the session 退出",
        status_code=204,
        response_class=Response,
        responses={204: {"description": "The cookie is gone"}, **refusals},
    )
    def end(request: Request, given: Annotated[Plain, Query()]) -> Response:
        """Takes the cookie back; needs no session."""
        response = Response(status_code=204, headers={"Cache-Control": "no-store"})
        session.end(request, response)
        return response

    return router


def _taken(upload: UploadFile, path: FilePath) -> FilePath:
    with path.open("wb") as target:
        shutil.copyfileobj(upload.file, target)
    return path
