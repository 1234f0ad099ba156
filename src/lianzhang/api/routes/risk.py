"""Risk of a region's reconstructed networks: scenarios, stress tests, rank, remedies, safety, single points of failure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import Body, Path, Query, Request
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, create_model
from starlette.responses import Response

from lianzhang.api import respond
from lianzhang.api.access import WRITE
from lianzhang.api.models import model_of
from lianzhang.api.parameters import Dated, Plain, RegionName
from lianzhang.api.problems import documented
from lianzhang.api.quick import QuickRouter
from lianzhang.api.routes.answers import described
from lianzhang.api.routes.runs import ACCEPTED, asked, started
from lianzhang.app.browse import risking
from lianzhang.app.browse.desk import Desk
from lianzhang.app.browse.plain import plain
from lianzhang.app.risk import (
    gaps,
    groups,
    kept,
    outcome,
    points,
    rank,
    remedy,
    safety,
    shocks,
    stress,
    targets,
)
from lianzhang.app.risk import scenario as scenarios
from lianzhang.app.risk.runs import Region
from lianzhang.chain.service import ChainMap
from lianzhang.errors import NotComputableError
from lianzhang.i18n import Text

Identifier = Annotated[str, Path(min_length=1, max_length=200)]
_RUN_HINT = Text(
    "POST /api/v1/{区域}/risk/runs，kind 为 {kind}；或在命令行运行 lianzhang risk",
    "POST /api/v1/{region}/risk/runs with kind {kind}, or run lianzhang risk on the command line",
)
#: What every answer of this page says of its numbers.
_STATUS = Field(
    description="How the networks came about; firms are made up. 网络来历，企业为合成",
    examples=["reconstructed"],
)


def _whole(value: object) -> object:
    """JSON knows one kind of number: 3.0 is the whole number 3."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Whole = Annotated[int, BeforeValidator(_whole)]


class WhoGiven(BaseModel):
    """Part of who fails: all of it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    kind: Literal["node", "region", "sector", "cluster", "firm", "inflow"] = Field(
        description="Chain node, district, sector, cluster, registered firm (the largest made-up firm of its sector and "
        "district stands in for it), or what a sector brings in. 受冲击者种类"
    )
    id: str = Field(min_length=1, max_length=200, description="Its id. 编号")
    firms: None = Field(default=None, description="With kind `largest` only. 仅用于 largest")


class LargestGiven(BaseModel):
    """Part of who fails: the largest made-up firms of a sector or node."""

    model_config = ConfigDict(extra="forbid", strict=True)

    kind: Literal["largest"] = Field(description="The largest made-up firms. 最大的几家")
    id: str = Field(min_length=1, max_length=200, description="Id of the sector or node. 编号")
    firms: Whole = Field(ge=1, le=10_000, description="How many; unit: enterprises. 家数")


class ScenarioGiven(BaseModel):
    """A shock: who, from which day, how many days, how deep, how it recovers, what is in stock."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: str = Field(min_length=1, max_length=200, pattern=r"\S", description="Name. 名称")
    who: list[Annotated[WhoGiven | LargestGiven, Field(discriminator="kind")]] = Field(
        min_length=1, max_length=scenarios.MOST_WHO, description="Who fails, together. 受冲击者"
    )
    within: list[Annotated[str, Field(min_length=1, max_length=200)]] = Field(
        default_factory=list, max_length=200, description="Only firms in these districts (ids). 限于这些区县"
    )
    first_day: Whole = Field(
        default=5, ge=0, le=365, description="Day on which it begins, from 0; unit: days. 起始日"
    )
    days: Whole = Field(default=30, ge=1, le=365, description="How long it lasts; unit: days. 持续天数")
    depth: float = Field(
        default=1.0, gt=0, le=1, allow_inf_nan=False, description="Share of capacity lost. 失去的产能份额"
    )
    recovery: Literal["at once", "linear", "exponential"] = Field(
        default="linear", description="How it recovers. 恢复方式"
    )
    recovery_days: Whole = Field(
        default=5, ge=0, le=365, description="How long that takes; unit: days. 恢复天数"
    )
    stock_days: float = Field(
        default=scenarios.STOCK_DAYS,
        ge=1,
        le=365,
        allow_inf_nan=False,
        description="Mean stock of every input; unit: days of use. 平均库存天数",
    )
    stock_draw: Literal["poisson", "equal"] = Field(
        default="poisson", description="Stocks drawn per firm, or the same for all. 库存如何给定"
    )
    horizon: Whole | None = Field(
        default=None,
        ge=1,
        le=scenarios.LONGEST,
        description="Days followed from the first day of the shock; 30 beyond the recovery by default; unit: days. "
        "起始日之后模拟的天数",
    )
    draws: Whole = Field(
        default=3,
        ge=1,
        le=scenarios.MOST_DRAWS,
        description="Reconstructed networks for the band; unit: networks. 抽取次数",
    )


class RiskRun(BaseModel):
    """What to compute."""

    model_config = ConfigDict(extra="forbid", strict=True)

    kind: Literal["network", "rank", "stress", "remedy", "groups", "points", "all"] = Field(
        description="Networks, rank of firms, stress tests, remedies, whole groups failing, single points of failure "
        "of a cluster, or all that the page of risk shows, one after the other. 计算内容"
    )
    draws: Whole = Field(
        default=3,
        ge=1,
        le=scenarios.MOST_DRAWS,
        description="Networks; all takes as many as the page does for each; unit: networks. 抽取次数",
    )
    test: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="For `stress` and `remedy`: one test; for `points`: the cluster. 情景或集群",
    )


class By(Plain):
    """Parameters of the groups."""

    by: Literal["sector", "region", "cluster", "node"] = Field(
        default="sector", description="Which groups fail as a whole. 分组"
    )


def _listing(name: str, item: type[BaseModel], about: str, **more: Any) -> type[BaseModel]:
    made: type[BaseModel] = create_model(
        name,
        __doc__=about,
        status=(str, _STATUS),
        items=(list[item], Field(description="All of them. 全部")),  # type: ignore[valid-type]
        **more,
    )
    return made


_RegionRank = model_of(rank.RegionRank)
_Statistic = model_of(rank.Statistic)


class RiskRank(BaseModel):
    """Rank of the firms of several reconstructed networks."""

    model_config = ConfigDict(extra="forbid")

    status: str = _STATUS
    rank: _RegionRank = Field(description="Curve, first firms, inflow, groups. 排位")  # type: ignore[valid-type]
    published: list[_Statistic] = Field(  # type: ignore[valid-type]
        description="Statistics of the networks beside published ones. 网络统计与已发表值"
    )


_Choice = model_of(targets.Choice)


class RiskTargets(BaseModel):
    """Everybody who can fail in a scenario, with the made-up firms that it is in the network."""

    model_config = ConfigDict(extra="forbid")

    status: str = _STATUS
    sectors: list[_Choice] = Field(description="Sectors of the network. 部门")  # type: ignore[valid-type]
    districts: list[_Choice] = Field(description="Districts. 区县")  # type: ignore[valid-type]
    nodes: list[_Choice] = Field(description="Chain nodes, in the order of the chain. 链节点")  # type: ignore[valid-type]
    clusters: list[_Choice] = Field(description="Clusters. 集群")  # type: ignore[valid-type]
    inflows: list[_Choice] = Field(description="What sectors bring in. 外地来货")  # type: ignore[valid-type]


_STRESS = _listing("RiskStress", model_of(stress.Preset), "Stress tests of the pack.")
_SHOCKS = _listing("RiskShocks", model_of(shocks.KeptShock), "Kept results of scenarios, newest first.")
_GROUPS = _listing("RiskGroups", model_of(groups.GroupRisk), "Groups that fail as a whole, the worst first.")
_NETWORKS = _listing("RiskNetworks", model_of(kept.NetworkHead), "Kept reconstructed networks.")
_POINTS = _listing("RiskSinglePoints", model_of(points.Points), "Single points of failure by cluster.")
_REMEDIES = _listing(
    "RiskRemedies",
    model_of(gaps.LinkedRemedy),
    "Remedies by what they save.",
    second_sources=(
        list[model_of(remedy.Relief)],  # type: ignore[misc]
        Field(description="Critical firms with a second source beside them. 关键企业的第二来源"),
    ),
)


def risk_router(desk: Desk) -> QuickRouter:
    """What is kept: reading."""
    router = QuickRouter()

    def answer(request: Request, name: str, make: Callable[[Region], Any], *more: str) -> Response:
        entry = desk.readers.region(name)
        # Kept results come with writes to the manifest that are no new snapshot.
        tag = respond.entity_tag(request, f"{entry.name} {desk.readers.manifest().serial}", *more)

        def written() -> bytes:
            with desk.readers.reading(name) as reader:
                return bytes(respond.json_response(plain(make(risking.region_of(desk, reader)))).body)

        def made() -> Response:
            return Response(desk.memory.get(("answer", tag), written), media_type=respond.JSON)

        return respond.cached(request, tag, made)

    @router.get(
        "/{region}/risk/targets",
        tags=["risk"],
        summary="Who can fail 可选的受冲击者",
        **described(RiskTargets),
    )
    def risk_targets(region: RegionName, request: Request, given: Annotated[Plain, Query()]) -> Response:
        """Sectors, districts, chain nodes, clusters and inflows with the made-up firms they are in the network."""

        def find(r: Region) -> dict[str, Any]:
            return _with_status(plain(targets.choices(r.reader, r.industry, r.groups)))

        return answer(request, region, find)

    @router.get("/{region}/risk/stress", tags=["risk"], summary="Stress tests 压力测试", **described(_STRESS))
    def risk_stress(region: RegionName, request: Request, given: Annotated[Plain, Query()]) -> Response:
        """The pack's named scenarios with their newest kept result in brief; also starting points for one's own."""
        return answer(request, region, lambda r: _items(stress.presets(r.store, r.reader)))

    @router.get(
        "/{region}/risk/shocks", tags=["risk"], summary="Results of scenarios 情景结果", **described(_SHOCKS)
    )
    def risk_shocks(region: RegionName, request: Request, given: Annotated[Plain, Query()]) -> Response:
        """Kept results in brief, newest first."""
        return answer(request, region, lambda r: _items(shocks.kept_shocks(r.store, r.reader)))

    @router.get(
        "/{region}/risk/shocks/{run_id}",
        tags=["risk"],
        summary="Result of a scenario 情景结果",
        **described(model_of(outcome.ShockRun)),
    )
    def risk_shock(
        region: RegionName, run_id: Identifier, request: Request, given: Annotated[Plain, Query()]
    ) -> Response:
        """Output by day of all, of sectors, districts, clusters and chain nodes; losses with their band; who stops."""
        return answer(request, region, lambda r: shocks.kept_shock(r.store, r.reader, r.groups, run_id))

    @router.get(
        "/{region}/risk/rank", tags=["risk"], summary="Rank of firms 系统性风险排位", **described(RiskRank)
    )
    def risk_rank(region: RegionName, request: Request, given: Annotated[Plain, Query()]) -> Response:
        """The kept rank: how much of all output the failure of each made-up firm costs."""

        def find(r: Region) -> dict[str, Any]:
            found = kept.kept_risk(r.store, r.reader, r.region_id, earlier=False)
            if found is None or found.rank is None:
                raise _not_yet("rank")
            return {
                "status": "reconstructed",
                "rank": found.rank,
                "published": rank.compared(found.rank.statistics),
            }

        return answer(request, region, find)

    @router.get(
        "/{region}/risk/groups", tags=["risk"], summary="Whole groups failing 整组停产", **described(_GROUPS)
    )
    def risk_groups(region: RegionName, request: Request, given: Annotated[By, Query()]) -> Response:
        """How much of all output is lost when every firm of a sector, district, cluster or node fails at once."""

        def find(r: Region) -> dict[str, Any]:
            found = groups.kept_group_ranks(r.store, r.reader, r.groups, given.by)
            if found is None:
                raise _not_yet("groups")
            return _items(found)

        return answer(request, region, find)

    @router.get("/{region}/risk/remedies", tags=["risk"], summary="Remedies 对策", **described(_REMEDIES))
    def risk_remedies(region: RegionName, request: Request, given: Annotated[Dated, Query()]) -> Response:
        """What second sources, stocks and local makers save, with the gaps of the chain that each concerns."""

        def find(r: Region) -> dict[str, Any]:
            found = kept.kept_risk(r.store, r.reader, r.region_id, earlier=False)
            if found is None or not found.remedies:
                raise _not_yet("remedy")
            state = desk.state(r.reader, given.day)
            chain = state.chain if isinstance(state.chain, ChainMap) else None
            count = (gaps.counting(r.reader, chain),) if chain is not None else ()
            linked = gaps.linked(r.groups, found.remedies, state.gaps, *count)
            return {**_items(linked), "second_sources": found.reliefs}

        return answer(request, region, find, str(given.day))

    @router.get(
        "/{region}/risk/networks", tags=["risk"], summary="Kept networks 已存网络", **described(_NETWORKS)
    )
    def risk_networks(region: RegionName, request: Request, given: Annotated[Plain, Query()]) -> Response:
        """Reconstructed networks with the numbers that describe them."""
        return answer(request, region, lambda r: _items(kept.kept_networks(r.store, r.reader)))

    @router.get(
        "/{region}/risk/single-points",
        tags=["risk"],
        summary="Single points of failure 单点",
        **described(_POINTS),
    )
    def risk_points(region: RegionName, request: Request, given: Annotated[Dated, Query()]) -> Response:
        """Firms and nodes whose failure alone costs the other firms of a cluster; the clusters that were computed."""

        def find(r: Region) -> dict[str, Any]:
            grades = points.grades_of(r.reader, r.region_id, given.day)
            return _items(points.kept_points(r.store, r.reader, r.groups, grades))

        return answer(request, region, find, str(given.day))

    @router.get(
        "/{region}/risk/safety/{kind}/{name}",
        tags=["risk"],
        summary="Safety of a node or firm 供应链安全",
        **described(model_of(safety.Safety)),
    )
    def risk_safety(
        region: RegionName,
        kind: Annotated[Literal["node", "firm", "sector"], Path(description="What it is. 种类")],
        name: Identifier,
        request: Request,
        given: Annotated[Dated, Query()],
    ) -> Response:
        """Who depends on it, on whom it depends, what its failure costs, substitutes here and elsewhere."""

        def find(r: Region) -> safety.Safety:
            return safety.safety_of(r, kind, name, given.day)

        return answer(request, region, find, str(given.day))

    return router


def risk_start_router(desk: Desk, prefix: str) -> QuickRouter:
    """Start computations: writing."""
    router = QuickRouter(dependencies=WRITE)
    refusals = documented(400, 401, 403, 404, 409, 413, 415, 422, 500, 503)

    @router.post(
        "/{region}/risk/shocks",
        tags=["risk"],
        summary="Run a scenario 运行情景",
        status_code=202,
        response_class=Response,
        responses={**ACCEPTED, **refusals},
    )
    def start_shock(
        region: RegionName,
        request: Request,
        wanted: Annotated[ScenarioGiven, Body()],
        given: Annotated[Plain, Query()],
    ) -> Response:
        """Day by day on several networks, in the background; the computation's result names the run. Seconds."""
        entry = desk.readers.region(region)
        chosen = scenarios.read(wanted.model_dump())
        with desk.readers.reading(region) as reader:
            risking.check_scenario(risking.region_of(desk, reader), chosen)
        request.state.audit = {"kind": "risk.shock", "name": chosen.name}
        body = risking.run_shock(desk, entry.name, chosen, prefix)
        return started(
            request, desk.jobs.start("risk.shock", entry.name, body, asked=asked(request, wanted)), prefix
        )

    @router.post(
        "/{region}/risk/remedies",
        tags=["risk"],
        summary="Compute what would help in a scenario 计算情景的对策",
        status_code=202,
        response_class=Response,
        responses={**ACCEPTED, **refusals},
    )
    def start_remedies(
        region: RegionName,
        request: Request,
        wanted: Annotated[ScenarioGiven, Body()],
        given: Annotated[Plain, Query()],
    ) -> Response:
        """Second sources, more stock and local makers, each built into the networks and simulated anew; kept."""
        entry = desk.readers.region(region)
        chosen = scenarios.read(wanted.model_dump())
        with desk.readers.reading(region) as reader:
            risking.check_scenario(risking.region_of(desk, reader), chosen)
        request.state.audit = {"kind": "risk.remedies", "name": chosen.name}
        body = risking.run_remedies(desk, entry.name, chosen)
        return started(
            request, desk.jobs.start("risk.remedies", entry.name, body, asked=asked(request, wanted)), prefix
        )

    @router.post(
        "/{region}/risk/runs",
        tags=["risk"],
        summary="Start a computation of risk 开始风险计算",
        status_code=202,
        response_class=Response,
        responses={**ACCEPTED, **refusals},
    )
    def start_run(
        region: RegionName,
        request: Request,
        wanted: Annotated[RiskRun, Body()],
        given: Annotated[Plain, Query()],
    ) -> Response:
        """Networks, rank, stress tests, remedies, groups, single points, or all of the page, in the background; kept."""
        entry = desk.readers.region(region)
        with desk.readers.reading(region) as reader:
            found = risking.region_of(desk, reader)
            if wanted.kind in ("stress", "remedy"):
                stress.chosen(reader, wanted.test)
            elif wanted.kind == "points" and wanted.test is not None:
                found.groups.find("cluster", wanted.test)
        kind = f"risk.{wanted.kind}"
        request.state.audit = {"kind": kind, "draws": wanted.draws}
        if wanted.kind == "all":
            body = risking.run_all_risk(desk, entry.name)
        else:
            body = risking.run_risk(desk, entry.name, wanted.kind, wanted.draws, wanted.test)
        return started(request, desk.jobs.start(kind, entry.name, body, asked=asked(request, wanted)), prefix)

    return router


def _items(found: Any) -> dict[str, Any]:
    return {"status": "reconstructed", "items": found}


def _with_status(found: dict[str, Any]) -> dict[str, Any]:
    return {"status": "reconstructed", **found}


def _not_yet(kind: str) -> NotComputableError:
    return NotComputableError(
        Text("还没有计算过", "it has not been computed yet"),
        hint=Text(_RUN_HINT.zh.replace("{kind}", kind), _RUN_HINT.en.replace("{kind}", kind)),
    )
