"""Results with their whole structure: single targets, what-ifs, disagreements, the chain, clusters, firms, figures."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field, create_model
from starlette.responses import Response

from lianzhang.api import respond
from lianzhang.api.language import lang_of
from lianzhang.api.models import Bilingual, model_for, model_of
from lianzhang.api.parameters import Dated, Plain, RegionName
from lianzhang.api.quick import QuickRouter
from lianzhang.api.routes.answers import COMMON, UNCHANGED, answer, described, listing
from lianzhang.app.browse import figures
from lianzhang.app.browse.desk import Desk
from lianzhang.app.browse.firms import firm_page
from lianzhang.errors import UnknownNameError
from lianzhang.i18n import Text
from lianzhang.plan.disagreements import Conflict, conflicts
from lianzhang.plan.ledger import ledger
from lianzhang.plan.tasks import Task, task_tree
from lianzhang.plan.track_model import LedgerRow, Need, TrackRow
from lianzhang.plan.tracking import need, track
from lianzhang.report.page import stylesheet
from lianzhang.schema import table
from lianzhang.store import Reader

Identifier = Annotated[str, Path(min_length=1, max_length=300)]


class Needed(Dated):
    """Parameters of a what-if."""

    indicator: str = Field(
        min_length=1, max_length=300, description="Id or name of the indicator. 指标编号或名称"
    )
    by: int | None = Field(default=None, ge=1950, le=2200, description="Year of the deadline. 期限年份")
    reach: float | None = Field(
        default=None,
        allow_inf_nan=False,
        description="Suppose this figure, in the indicator's unit, as the target (with `by`). 假定的目标值",
    )


class Drawn(Dated):
    """Parameters of a drawing."""

    theme: Literal["auto", "light", "dark"] = Field(default="auto", description="Colours. 明暗")
    narrow: Literal["true", "false"] = Field(default="false", description="The phone's variant. 手机版")


class FigureHead(BaseModel):
    """One figure of the report."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(description="Name in addresses. 名称")
    title: Bilingual = Field(description="Title. 标题")
    source: Bilingual = Field(description="Source line. 来源")
    drawing: bool = Field(description="Whether it can be had as SVG. 能否取得 SVG")


def _parts(**tables: tuple[str, str]) -> Any:
    """Fields that are lists of rows: field → (table, description)."""
    return {
        name: (list[model_for(table(rows))], Field(description=about))  # type: ignore[misc]
        for name, (rows, about) in tables.items()
    }


FirmPage: type[BaseModel] = create_model(
    "FirmPage",
    __doc__="A firm with everything known of it.",
    firm=(model_for(table("firms")), Field(description="The firm. 企业")),
    **_parts(
        aliases=("firm_aliases", "Other names. 别名"),
        nodes=("firm_nodes", "Nodes it makes, with evidence. 节点"),
        clusters=("firm_clusters", "Clusters. 集群"),
        status=("firm_status", "Rungs of the gradient. 梯度"),
    ),
)


def result_router(desk: Desk) -> QuickRouter:
    """Operations that give structured results."""
    router = QuickRouter()

    def tracked(reader: Reader, day: date) -> tuple[TrackRow, ...]:
        s = desk.settings
        return desk.remember(
            reader,
            ("track", day),
            lambda: track(reader, day, on_course=s.on_course, out_of_reach=s.out_of_reach),
        )

    @router.get(
        "/{region}/plan/ledger",
        tags=["plan"],
        summary="Ledger of targets 目标台账",
        **described(listing(model_of(LedgerRow), "PlanLedger")),
    )
    def plan_ledger(region: RegionName, request: Request, given: Annotated[Dated, Query()]) -> Response:
        """Targets with places in the sources, baseline, deadline, latest actual, gap and disagreements."""
        return answer(desk, request, region, lambda r: {"items": ledger(r, given.day)}, given.day)

    @router.get(
        "/{region}/plan/targets/{statement_id}",
        tags=["plan"],
        summary="One target 一个目标",
        **described(model_of(TrackRow)),
    )
    def plan_target(
        region: RegionName, statement_id: Identifier, request: Request, given: Annotated[Dated, Query()]
    ) -> Response:
        """One target with its observations, forecast, verdict and reason."""

        def find(reader: Reader) -> TrackRow:
            rows = tracked(reader, given.day)
            for row in rows:
                if row.ledger.statement_id == statement_id:
                    return row
            raise UnknownNameError(
                Text("目标", "target"), statement_id, [r.ledger.statement_id for r in rows]
            )

        return answer(desk, request, region, find, given.day)

    @router.get(
        "/{region}/plan/need",
        tags=["plan"],
        summary="What it takes to meet a target 达成目标需要什么",
        **described(listing(model_of(Need), "PlanNeeds")),
    )
    def plan_need(region: RegionName, request: Request, given: Annotated[Needed, Query()]) -> Response:
        """The even path from the latest actual to the target, year by year; with `by` and `reach`, a what-if."""

        def find(reader: Reader) -> dict[str, Any]:
            return {"items": need(reader, given.indicator, given.day, by=given.by, reach=given.reach)}

        return answer(desk, request, region, find, given.day)

    @router.get(
        "/{region}/plan/disagreements",
        tags=["plan"],
        summary="Sources that disagree 来源分歧",
        **described(listing(model_of(Conflict), "PlanDisagreements")),
    )
    def plan_disagreements(
        region: RegionName, request: Request, given: Annotated[Plain, Query()]
    ) -> Response:
        """Statements that cannot both hold, side by side, with what is used and why."""
        return answer(desk, request, region, lambda r: {"items": conflicts(r)})

    @router.get(
        "/{region}/plan/tree",
        tags=["plan"],
        summary="Tree of tasks 任务树",
        **described(listing(model_of(Task), "PlanTree")),
    )
    def plan_tree(region: RegionName, request: Request, given: Annotated[Dated, Query()]) -> Response:
        """Plans, tasks, projects and special actions, depth first, with the verdicts of their targets."""
        s = desk.settings

        def find(reader: Reader) -> dict[str, Any]:
            return {"items": task_tree(reader, given.day, on_course=s.on_course, out_of_reach=s.out_of_reach)}

        return answer(desk, request, region, find, given.day)

    @router.get(
        "/{region}/firms/firm/{firm_id}", tags=["firms"], summary="One firm 一家企业", **described(FirmPage)
    )
    def firms_firm(
        region: RegionName, firm_id: Identifier, request: Request, given: Annotated[Plain, Query()]
    ) -> Response:
        """A firm with its other names, chain nodes, clusters and rungs of the gradient."""
        return answer(desk, request, region, lambda r: firm_page(r, firm_id))

    @router.get(
        "/{region}/figures",
        tags=["figures"],
        summary="Figures of the report 报告中的图",
        **described(listing(FigureHead, "Figures")),
    )
    def figure_list(region: RegionName, request: Request, given: Annotated[Dated, Query()]) -> Response:
        """Which figures there are."""

        def find(reader: Reader) -> dict[str, Any]:
            found = figures.figures(desk.report(reader, given.day))
            return {
                "items": [
                    {
                        "name": n,
                        "title": b.figure.title,
                        "source": b.source,
                        "drawing": figures.has_picture(b),
                    }
                    for n, b in found.items()
                ]
            }

        return answer(desk, request, region, find, given.day)

    @router.get(
        "/{region}/figures/{name}.svg",
        tags=["figures"],
        summary="A figure as SVG 图（SVG）",
        response_class=Response,
        responses={
            200: {"content": {"image/svg+xml": {"schema": {"type": "string"}}}, "description": "The drawing"},
            **UNCHANGED,
            **COMMON,
        },
    )
    def figure_svg(
        region: RegionName, name: Identifier, request: Request, given: Annotated[Drawn, Query()]
    ) -> Response:
        """A drawing of the report as a file of its own, its style inside."""
        entry = desk.readers.region(region)
        tag = respond.entity_tag(request, respond.snapshot_of(request, entry, region), str(given.day))

        def drawn() -> str:
            with desk.readers.reading(region) as reader:
                block = figures.find_figure(desk.report(reader, given.day), name)
            lang, narrow = lang_of(request), given.narrow == "true"
            return figures.svg_file(block, name, lang, theme=given.theme, narrow=narrow)

        def made() -> Response:
            text = desk.memory.get(("drawing", tag), drawn)
            # Opened by itself the drawing is a document: its own style is all it may use.
            policy = f"default-src 'none'; style-src 'sha256-{respond.digest(stylesheet())}'; frame-ancestors 'none'; sandbox"
            return Response(text, media_type="image/svg+xml", headers={"Content-Security-Policy": policy})

        return respond.cached(request, tag, made)

    return router
