"""Report blocks: gaps by rank, supporting rates side by side, districts against assemblies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lianzhang.app.report.provenance import Provenance, counted, worst
from lianzhang.chain.model import GapKind, SupportingRate
from lianzhang.chain.service import ChainMap, Gap, Gaps, Rate
from lianzhang.i18n import Text
from lianzhang.report import figures as fig
from lianzhang.report import model as m
from lianzhang.report import values as num
from lianzhang.report.format import listing

if TYPE_CHECKING:
    from collections.abc import Callable

    from lianzhang.app.risk.kept import KeptRisk

KIND_TEXT = {
    GapKind.MAKE_UP: Text("补链", "make up"),
    GapKind.STRENGTHEN: Text("强链", "strengthen"),
    GapKind.EXTEND: Text("延链", "extend"),
    GapKind.NONE: Text("先调查", "look first"),
}


def gaps_block(
    ranked: Gaps,
    chain: ChainMap,
    origins: Provenance,
    risk: KeptRisk | None = None,
    link: Callable[[str], str] | None = None,
    to_search: int = 10,
) -> m.Block:
    """Gaps by rank, then ``to_search`` of the nodes to look at first. Beside them what hangs on their sectors, where the
    rank of risk is kept.

    ``link`` gives the address of a node's page, for pages.
    """
    origin = origins.computed(
        Text("缺口排序", "Rank of gaps"),
        Text(
            "涉及采购额（上限） × 对单一来源的依赖 × 本地基础，权重 "
            + "、".join(f"{w:g}" for w in ranked.weights),
            "value at stake × exposure × feasibility, weights " + ", ".join(f"{w:g}" for w in ranked.weights),
        ),
        ["nodes", "firm_nodes", "node_sectors", "io_flows", "sector_counts"],
        ranked.source_ids,
        worst(g.node.status for g in ranked.ranked + ranked.to_search),
    )
    first = ranked.to_search[:to_search]
    at_risk = _at_risk(risk, origins)
    shown = ranked.ranked + first
    rows = tuple(
        _gap_row(g, origin, origins) + (() if at_risk is None else (at_risk.get(g.node.node_id),))
        for g in shown
    )
    columns = () if at_risk is None else (_AT_RISK,)
    product = ranked.product_sector or Text("整机所属部门", "the product’s sector")
    return m.Block(
        finding=num.Prose(
            Text(
                "可以排序的缺口有{gaps}；另有{unknown}部件尚未核查，应先查再谈补链"
                + ("，表中先列涉及采购额最大的。" if first else "。"),
                "{gaps} can be ranked as gaps; {unknown} were never looked at and should be searched before anyone speaks "
                "of a gap" + ("; those with most at stake are listed." if first else "."),
            ),
            {
                "gaps": counted(len(ranked.ranked), "components", origin),
                "unknown": counted(len(ranked.to_search), "components", origin),
            },
        ),
        figure=fig.Table(
            Text("缺口与待查", "Gaps, and where to look first"),
            (
                fig.Column(Text("位次", "Rank"), numeric=True),
                fig.Column(Text("部件", "Component")),
                fig.Column(Text("涉及采购额（上限）", "At stake"), Text("元", "yuan"), numeric=True),
                fig.Column(Text("类别", "Kind")),
                fig.Column(Text("为什么", "Why")),
                fig.Column(Text("对单一来源的依赖", "Exposure"), Text("0—1", "0–1"), numeric=True),
                fig.Column(Text("本地基础", "Feasibility"), Text("0—1", "0–1"), numeric=True),
                fig.Column(Text("最强的区县", "Strongest districts")),
                *columns,
            ),
            rows,
            (origin,),
            links=tuple(link(g.node.node_id) for g in shown) if link else (),
            stacked=True,
        ),
        source=origins.line(ranked.source_ids),
        note=num.Prose(
            Text(
                f"涉及采购额是{product.zh}一年向该部门采购而本地供不上的部分，是部门的数，为单个部件的上限；对单一来源的依赖"
                "也计入外地流入；本地基础为最强区县的区位商 LQ/(1+LQ)。",
                f"At stake is what {product.en.lower()} buys from that sector in a year and does not find locally: the "
                "sector’s figure, an upper bound for one component. Exposure is dependence on one source or on inflow; "
                "feasibility LQ/(1+LQ) of the strongest district.",
            )
            if at_risk is None
            else Text(
                f"涉及采购额是{product.zh}一年向该部门采购而本地供不上的部分，是部门的数，为单个部件的上限；对单一来源的依赖"
                "也计入外地流入；本地基础为最强区县的区位商 LQ/(1+LQ)。"
                "停产风险是所属部门最关键一家停产、或外地来货全断时全网产出的"
                "减少，取大者，出自重构网络，不进入排序。",
                f"At stake is what {product.en.lower()} buys from that sector in a year and does not find locally: the "
                "sector’s figure, an upper bound for one component. Exposure is dependence on one source or on inflow; "
                "feasibility LQ/(1+LQ) of the strongest district. Output at risk is what all firms lose when the most critical "
                "made-up firm of its sector fails or all its inflow ends, whichever is more; it is from reconstructed networks "
                "and does not enter the rank.",
            )
        ),
    )


def search_block(ranked: Gaps, origins: Provenance, link: Callable[[str], str]) -> m.Block | None:
    """Every node that nobody has looked at, what is most at stake first; None where there is none."""
    if not ranked.to_search:
        return None
    origin = origins.computed(
        Text("尚未核查的部件", "Components nobody has looked at"),
        Text("按涉及采购额（上限）排列", "by value at stake, an upper bound"),
        ["nodes", "firm_nodes", "node_sectors", "io_flows"],
        ranked.source_ids,
        worst(g.node.status for g in ranked.to_search),
    )
    rows = []
    for gap in ranked.to_search:
        stake = factor_origins(gap, origins).stake
        sector = gap.io_sector
        if sector is not None and gap.sharing > 1:
            sector = Text(
                f"{sector.zh}（{gap.sharing} 个部件共用）", f"{sector.en} (shared by {gap.sharing})"
            )
        rows.append(
            (
                gap.node.name,
                num.Quantity(gap.stake_cny, "cny", stake) if gap.stake_cny else _blind(gap, stake),
                sector,
            )
        )
    return m.Block(
        finding=num.Prose(
            Text(
                "{unknown}部件还没有人核查过有没有本地厂家，按涉及采购额从大到小列出。",
                "Nobody has looked whether {unknown} are made here; those with most at stake come first.",
            ),
            {"unknown": counted(len(ranked.to_search), "components", origin)},
        ),
        figure=fig.Table(
            Text("尚未核查的部件", "Components nobody has looked at"),
            (
                fig.Column(Text("部件", "Component")),
                fig.Column(Text("涉及采购额（上限）", "At stake"), Text("元", "yuan"), numeric=True),
                fig.Column(Text("金额所属部门", "Whose sum")),
            ),
            tuple(rows),
            (origin,),
            links=tuple(link(g.node.node_id) for g in ranked.to_search),
        ),
        source=origins.line(ranked.source_ids),
    )


_AT_RISK = fig.Column(
    Text("停产风险", "Output at risk"), Text("占全网，重构", "of all, reconstructed"), numeric=True
)


def _at_risk(risk: KeptRisk | None, origins: Provenance) -> dict[str, num.Quantity] | None:
    """What hangs on each node, from the kept rank of risk; None where there is none."""
    if risk is None or risk.rank is None:
        return None
    from lianzhang.app.report.risk import reconstructed_origin
    from lianzhang.app.risk.gaps import node_risks

    origin = reconstructed_origin(risk.industry, origins, Text("停产风险", "Output at risk"))
    return {
        node: num.Quantity(found.most * 100, "pct", origin)
        for node, found in node_risks(risk.groups, risk.rank).items()
    }


@dataclass(frozen=True, slots=True)
class FactorOrigins:
    """Where the three factors of a gap come from."""

    stake: str
    exposure: str
    feasibility: str


def factor_origins(gap: Gap, origins: Provenance) -> FactorOrigins:
    """Origins of a gap's factors, each from its own inputs.

    The name of a component may be reconstructed; what its sector buys is computed from the table all the same. Only a
    stake from the component's own share of the value, and an exposure from recorded makers, rest on such rows.
    """
    zh, en, inputs = gap.node.name.zh, gap.node.name.en, gap.inputs
    own = ["derived", gap.node.status] if gap.stake_of_node else ["derived"]
    makers = ["derived", *(k.status for k in gap.node.local_makers)]
    return FactorOrigins(
        origins.computed(
            Text(f"{zh}：涉及采购额", f"{en}: value at stake"),
            Text("投入产出表，供需池", "input–output table, supply–demand pool"),
            ["io_flows", "io_final_demand", "node_sectors"],
            inputs.value_sources,
            worst(own),
        ),
        origins.computed(
            Text(f"{zh}：对单一来源的依赖", f"{en}: exposure"),
            Text("本地厂家数与流入比重", "local makers and the share of inflow"),
            ["firm_nodes", "io_flows"],
            inputs.exposure_sources,
            worst(makers),
        ),
        origins.computed(
            Text(f"{zh}：本地基础", f"{en}: feasibility"),
            Text("企业数的区位商", "location quotient of enterprise counts"),
            ["sector_counts", "node_sectors"],
            inputs.feasibility_sources,
        ),
    )


def _gap_row(gap: Gap, rank: str, origins: Provenance) -> tuple[fig.Cell, ...]:
    def number(value: float | None, unit: str, origin: str) -> num.Quantity | None:
        return None if value is None else num.Quantity(value, unit, origin)

    places = gap.best_places
    of = factor_origins(gap, origins)
    return (
        number(gap.rank or None, "ordinal", rank),
        gap.node.name,
        number(gap.stake_cny, "cny", of.stake) if gap.stake_cny else _blind(gap, of.stake),
        KIND_TEXT[gap.kind],
        _why(gap),
        number(gap.exposure, "index", of.exposure),
        number(gap.feasibility, "index", of.feasibility),
        Text(listing([p.zh for p in places], "zh"), listing([p.en for p in places], "en"))
        if places
        else None,
    )


def _why(gap: Gap) -> Text:
    """Why the node stands in the list: who makes it, whose figure the stake is, and how many nodes share that figure."""
    makers = gap.node.local_makers
    if gap.kind is GapKind.NONE:
        said = Text("尚未核查", "nobody has looked")
    elif not makers:
        said = Text("已核查，本地没有厂家", "searched, no local maker")
    elif len(makers) == 1:
        said = Text(f"本地只有{makers[0].name.zh}一家", f"{makers[0].name.en} is the only local maker")
    else:
        said = Text(
            f"本地有 {len(makers):,} 家，所属部门仍从外地采购",
            f"{len(makers):,} local makers, yet its sector still buys elsewhere",
        )
    if gap.stake_of_node or gap.io_sector is None:
        return said
    if gap.blind:
        return Text(
            f"{said.zh}；“{gap.io_sector.zh}”部门整体净流出",
            f"{said.en}; {gap.io_sector.en.lower()} as a whole sends out more than it takes in",
        )
    zh, en = f"金额是“{gap.io_sector.zh}”部门的", f"the sum is that of {gap.io_sector.en.lower()}"
    if gap.sharing > 1:
        zh, en = f"{zh}，{gap.sharing} 个部件共用", f"{en}, shared by {gap.sharing} components"
    return Text(f"{said.zh}；{zh}", f"{said.en}; {en}")


def _blind(gap: Gap, origin: str) -> num.Quantity | None:
    """The measure sees nothing where the sector as a whole sends out more than it takes in."""
    if gap.stake_cny is None:
        return None
    because = Text("所属部门净流出，此法测不出", "its sector is a net exporter: not visible to this measure")
    return num.Quantity(None, "cny", origin, because=because)


def rates_block(rates: tuple[Rate, ...], chain: ChainMap, origins: Provenance) -> m.Block:
    """The local supporting rate under each definition, none hidden."""
    rows: list[tuple[fig.Cell, ...]] = []
    for rate in rates:
        origin = origins.computed(
            rate.name, rate.about, ["nodes", "firm_nodes", "io_flows"], rate.source_ids, worst(rate.statuses)
        )
        low: fig.Cell = None
        high: fig.Cell = None
        remark = rate.about
        if isinstance(rate.result, SupportingRate):
            low = num.Quantity(rate.result.lower * 100, "pct", origin)
            high = num.Quantity(rate.result.upper * 100, "pct", origin)
        else:
            reasons = rate.result.reasons
            remark = Text(
                "无法计算：" + "；".join(r.zh for r in reasons),
                "not computable: " + "; ".join(r.en for r in reasons),
            )
        rows.append((rate.name, low, high, remark))
    known = sum(isinstance(r.result, SupportingRate) for r in rates)
    every = [s for r in rates for s in r.source_ids]
    definitions = origins.computed(
        Text("配套率的定义数", "Definitions of the rate"),
        Text("清点", "counted"),
        ["nodes"],
        every,
        "derived",
    )
    return m.Block(
        finding=num.Prose(
            Text(
                "“本地配套率”有{n}算法，{known}可以算出，结果相差很大：引用时必须写明定义。",
                "There are {n} of the local supporting rate; {known} can be computed and differ widely: quote none "
                "without naming it.",
            ),
            {
                "n": counted(len(rates), "definitions", definitions),
                "known": counted(known, "definitions", definitions),
            },
        ),
        figure=fig.Table(
            Text("各定义的本地配套率", "Local supporting rate by definition"),
            (
                fig.Column(Text("定义", "Definition")),
                fig.Column(Text("至少", "At least"), numeric=True),
                fig.Column(Text("至多", "At most"), numeric=True),
                fig.Column(Text("说明", "Remark")),
            ),
            tuple(rows),
            (definitions,),
            stacked=True,
        ),
        source=origins.line(every),
    )


def matrix_block(chain: ChainMap, origins: Provenance) -> m.Block | None:
    """Which district is assigned which assembly by the plan, and where makers of it, or of a part of it, are on record."""
    columns = chain.of_kind("assembly")
    wanted = {c.node_id for c in columns}
    parent = {n.node_id: n.parent_id for n in chain.nodes}
    names: dict[str, Text] = {}
    assigned: set[tuple[str, str]] = set()
    for a in chain.assignments:
        if a.node_id in wanted:
            assigned.add((a.region_id, a.node_id))
            names[a.region_id] = a.region
    whole: set[tuple[str, str]] = set()
    part: set[tuple[str, str]] = set()
    for node in chain.nodes:
        assembly = node.node_id if node.kind == "assembly" else parent[node.node_id]
        for maker in node.local_makers:
            if maker.region_id in (None, chain.region_id) or maker.region is None or assembly not in wanted:
                continue
            (whole if node.kind == "assembly" else part).add((maker.region_id, assembly))
            names[maker.region_id] = maker.region
    if not names:
        return None
    words = (
        (assigned, Text("规划", "planned")),
        (whole, Text("在产", "made")),
        (part - whole, Text("部件在产", "a part made")),
    )
    rows: list[tuple[fig.Cell, ...]] = []
    for region, name in sorted(names.items()):
        cells: list[fig.Cell] = [name]
        for column in columns:
            found = [word for pairs, word in words if (region, column.node_id) in pairs]
            cells.append(
                Text("·".join(w.zh for w in found), ", ".join(w.en for w in found)) if found else None
            )
        rows.append(tuple(cells))
    origin = origins.computed(
        Text("规划布局与在产厂家", "Assignments of the plan and makers on record"),
        Text("清点", "counted"),
        ["node_regions", "firm_nodes"],
        [a.source_id for a in chain.assignments] or [c.source_id for c in columns],
        worst(a.status for a in chain.assignments),
    )
    return m.Block(
        finding=num.Prose(
            Text(
                "规划给各区县布置了{planned}（区县、总成），其中{both}已有该总成在产厂家的公开证据。",
                "The plan makes {planned} (district and assembly); public evidence of a maker of that assembly exists for "
                "{both}.",
            ),
            {
                "planned": counted(len(assigned), "assignments", origin),
                "both": counted(len(assigned & whole), "assignments", origin),
            },
        ),
        figure=fig.Table(
            Text("区县与总成", "Districts and assemblies"),
            (fig.Column(Text("区县", "District")), *(fig.Column(c.name) for c in columns)),
            tuple(rows),
            (origin,),
        ),
        source=origins.line([a.source_id for a in chain.assignments] + [c.source_id for c in columns]),
    )
