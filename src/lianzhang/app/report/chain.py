"""Report section: coverage of the chain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from lianzhang.app.report.provenance import Provenance, counted, worst
from lianzhang.chain.model import GapKind, Grade, NotComputable, RateResult, SupportingRate
from lianzhang.chain.service import ChainMap, Gap, Gaps, Maker, Node, Rate
from lianzhang.i18n import Text
from lianzhang.report import model as m
from lianzhang.report.format import date_text, listing
from lianzhang.schema.period import parse_period

_COVERAGE: dict[Grade, m.Coverage] = {
    Grade.UNKNOWN: "unknown",
    Grade.MISSING: "missing",
    Grade.ONE: "single",
    Grade.SEVERAL: "covered",
    Grade.COVERS_DEMAND: "covered",
}
GRADE_TEXT: dict[Grade, Text] = {
    Grade.UNKNOWN: Text("未调查", "nobody has looked"),
    Grade.MISSING: Text("查过，没有", "searched, none found"),
    Grade.ONE: Text("一家", "one maker"),
    Grade.SEVERAL: Text("两家以上", "two or more makers"),
    Grade.COVERS_DEMAND: Text("两家以上，产能够用", "two or more, capacity covers demand"),
}
EVIDENCE_TEXT = {
    "official_list": Text("官方名单", "official list"),
    "listed_report": Text("上市公司报告", "listed company’s report"),
    "press": Text("新闻报道", "press"),
    "registry_text": Text("登记经营范围", "registered scope"),
    "user": Text("用户录入", "entered by the user"),
}
KIND_TEXT = {
    GapKind.MAKE_UP: Text("补链", "make up"),
    GapKind.STRENGTHEN: Text("强链", "strengthen"),
    GapKind.EXTEND: Text("延链", "extend"),
    GapKind.NONE: Text("先调查", "look first"),
}
ACTIVITY_TEXT = {
    "makes": Text("生产", "makes"),
    "building": Text("在建", "building"),
    "develops": Text("研发", "develops"),
}


def section(
    chain: ChainMap, others: tuple[ChainMap, ...], ranked: Gaps, rates: tuple[Rate, ...], origins: Provenance
) -> m.Section:
    """The wall, gaps, rates side by side, the makers with their evidence, and other cuts."""
    blocks = [_wall(chain, origins), _gaps(ranked, chain, origins), _rates(rates, chain, origins)]
    matrix = _matrix(chain, origins)
    if matrix is not None:
        blocks.append(matrix)
    blocks.append(_makers(chain, origins))
    if any(node.makers for other in others for node in other.nodes):
        blocks.append(_cuts(others, origins))
    return m.Section(
        key="chain",
        title=Text("产业链覆盖", "Coverage of the chain"),
        lead=(summary(chain, origins), rate_sentence(chain.rate_stated, chain, origins)),
        blocks=tuple(blocks),
    )


def summary(chain: ChainMap, origins: Provenance) -> m.Prose:
    """Components by grade, in a sentence."""
    components = chain.of_kind("component")
    grades = Counter(n.grade for n in components)
    origin = _origin(chain, origins, Text("部件按覆盖等级计数", "Components by grade"))
    return m.Prose(
        Text(
            f"{chain.name.zh}：{{n}}部件中，{{covered}}有本地厂家的公开证据（其中{{single}}只有一家），"
            "{missing}查过而没有，{unknown}尚无人查过。",
            f"{chain.name.en}: of {{n}}, public evidence of a local maker exists for {{covered}} ({{single}} of them a "
            "single maker); {missing} were searched without finding one, and nobody has looked at {unknown}.",
        ),
        {
            "n": counted(len(components), "components", origin),
            "covered": counted(sum(v for g, v in grades.items() if g >= Grade.ONE), "components", origin),
            "single": counted(grades[Grade.ONE], "components", origin),
            "missing": counted(grades[Grade.MISSING], "components", origin),
            "unknown": counted(grades[Grade.UNKNOWN], "components", origin),
        },
    )


def rate_sentence(rate: RateResult, chain: ChainMap, origins: Provenance) -> m.Prose:
    """The local supporting rate by count over nodes that a publication names, or why there is none."""
    if isinstance(rate, NotComputable):
        reasons = rate.reasons
        return m.Prose(
            Text(
                f"按数量的本地配套率无法计算：{'；'.join(r.zh for r in reasons)}。",
                f"The local supporting rate by count is not computable: {'; '.join(r.en for r in reasons)}.",
            )
        )
    assert isinstance(rate, SupportingRate)
    named = [n for n in chain.of_kind("component") if not n.reconstructed]
    origin = _origin(chain, origins, Text("按数量的本地配套率", "Local supporting rate by count"), named)
    return m.Prose(
        Text(
            "按数量的本地配套率只在公开文件点名的{total}部件上计算：至少{low}，若未调查的都有则为{high}。重构的节点不计入。",
            "The local supporting rate by count is computed over the {total} that a publication names: at least {low}, "
            "and {high} if every unsearched one turned out to be made here. Reconstructed nodes do not enter.",
        ),
        {
            "total": counted(rate.total, "components", origin),
            "low": m.Quantity(rate.lower * 100, "pct", origin),
            "high": m.Quantity(rate.upper * 100, "pct", origin),
        },
    )


def _wall(chain: ChainMap, origins: Provenance) -> m.Block:
    sections = []
    for system in chain.of_kind("system"):
        courses = tuple(
            course(assembly, chain, origins)
            for assembly in chain.children(system.node_id)
            if chain.children(assembly.node_id)
        )
        if courses:
            sections.append(m.WallSection(system.name, courses))
    components = chain.of_kind("component")
    rebuilt = sum(n.reconstructed for n in components)
    named = [n for n in components if not n.reconstructed]
    origin = _origin(
        chain, origins, Text("重构的部件数", "Reconstructed components"), components, makers=False
    )
    published = _origin(chain, origins, Text("公布名称的部件数", "Published components"), named, makers=False)
    return m.Block(
        finding=m.Prose(
            Text(
                "已公布名称的部件有{named}，其余{rebuilt}为本项目重构，砖上有标记，不代表官方目录。",
                "Publications name {named}; the other {rebuilt} are our reconstruction, marked on the brick, and not "
                "the official list.",
            ),
            {
                "named": counted(len(named), "components", published),
                "rebuilt": counted(rebuilt, "components", origin),
            },
        ),
        figure=m.Wall(Text("产业链之墙", "The wall of the chain"), tuple(sections)),
        source=origins.line([n.source_id for n in chain.nodes]),
        note=m.Prose(
            Text(
                "一块砖一个部件：实心为两家以上，斜纹为一家，虚线空洞为查过没有，灰雾为无人查过。总成的证据不计到部件上。",
                "One brick per component: solid two or more makers, hatched one, a dashed hole searched and none found, "
                "mist nobody has looked. Evidence about an assembly never colours its components.",
            )
        ),
    )


def course(assembly: Node, chain: ChainMap, origins: Provenance) -> m.Course:
    """One assembly: its own evidence stands beside its name and never colours its components."""
    makers = assembly.local_makers
    return m.Course(
        assembly.name,
        tuple(brick(n, chain, origins) for n in chain.children(assembly.node_id)),
        coverage=_COVERAGE[assembly.grade],
        makers=tuple(k.name for k in makers),
        origin=maker_origin(assembly, makers[0], origins) if makers else None,
    )


def brick(node: Node, chain: ChainMap, origins: Provenance) -> m.Brick:
    """One component with its coverage, makers and evidence."""
    makers = node.local_makers
    evidence = None
    if makers:
        words = [EVIDENCE_TEXT[e] for e in dict.fromkeys(k.evidence for k in makers)]
        evidence = Text("、".join(w.zh for w in words), ", ".join(w.en for w in words))
    elif node.searched:
        evidence = Text(f"{node.searched}搜寻，未见厂家", f"searched on {node.searched}, none found")
    return m.Brick(
        name=node.name,
        coverage=_COVERAGE[node.grade],
        share=node.value_share,
        makers=tuple(k.name for k in makers),
        evidence=evidence,
        reconstructed=node.reconstructed,
        origin=maker_origin(node, makers[0], origins) if makers else None,
    )


def _gaps(ranked: Gaps, chain: ChainMap, origins: Provenance) -> m.Block:
    """Gaps by rank; where there is none to rank, the nodes to look at first."""
    origin = origins.computed(
        Text("缺口排序", "Rank of gaps"),
        Text(
            "利害金额 × 暴露 × 可行，权重 " + "、".join(f"{w:g}" for w in ranked.weights),
            "value at stake × exposure × feasibility, weights " + ", ".join(f"{w:g}" for w in ranked.weights),
        ),
        ["nodes", "firm_nodes", "node_sectors", "io_flows", "sector_counts"],
        ranked.source_ids,
        worst(g.node.status for g in ranked.ranked + ranked.to_search),
    )
    first = ranked.to_search[:10]
    rows = tuple(_gap_row(g, origin) for g in ranked.ranked + first)
    product = ranked.product_sector or Text("整机所属部门", "the product’s sector")
    return m.Block(
        finding=m.Prose(
            Text(
                "可以排序的缺口有{gaps}；另有{unknown}无人查过，应先查再谈补链，表中先列利害最大的。",
                "{gaps} can be ranked as gaps; {unknown} were never looked at and should be searched before anyone speaks "
                "of a gap; those with most at stake are listed.",
            ),
            {
                "gaps": counted(len(ranked.ranked), "components", origin),
                "unknown": counted(len(ranked.to_search), "components", origin),
            },
        ),
        figure=m.Table(
            Text("缺口与待查", "Gaps, and where to look first"),
            (
                m.Column(Text("位次", "Rank"), numeric=True),
                m.Column(Text("部件", "Component")),
                m.Column(Text("类别", "Kind")),
                m.Column(Text("利害金额", "At stake"), Text("元", "yuan"), numeric=True),
                m.Column(Text("金额所属部门", "Sector of that sum")),
                m.Column(Text("暴露", "Exposure"), Text("0—1", "0–1"), numeric=True),
                m.Column(Text("可行", "Feasibility"), Text("0—1", "0–1"), numeric=True),
                m.Column(Text("最强的区县", "Strongest districts")),
            ),
            rows,
            (origin,),
        ),
        source=origins.line(ranked.source_ids),
        note=m.Prose(
            Text(
                f"利害金额是{product.zh}一年向该部门采购而本地供不上的部分，是部门的数，为单个部件的上限；暴露为单一来源或"
                "依赖流入的程度；可行为最强区县的区位商 LQ/(1+LQ)。",
                f"At stake is what {product.en.lower()} buys from that sector in a year and does not find locally: the "
                "sector’s figure, an upper bound for one component. Exposure is dependence on one source or on inflow; "
                "feasibility LQ/(1+LQ) of the strongest district.",
            )
        ),
    )


def _gap_row(gap: Gap, origin: str) -> tuple[m.Cell, ...]:
    def number(value: float | None, unit: str) -> m.Quantity | None:
        return None if value is None else m.Quantity(value, unit, origin)

    places = gap.best_places
    return (
        number(gap.rank or None, "index"),
        gap.node.name,
        KIND_TEXT[gap.kind],
        number(gap.stake_cny, "cny") if gap.stake_cny else _blind(gap, origin),
        gap.io_sector if not gap.stake_of_node else Text("部件自身", "the component"),
        number(gap.exposure, "index"),
        number(gap.feasibility, "index"),
        Text(listing([p.zh for p in places], "zh"), listing([p.en for p in places], "en"))
        if places
        else None,
    )


def _blind(gap: Gap, origin: str) -> m.Quantity | None:
    """The measure sees nothing where the sector as a whole sends out more than it takes in."""
    if gap.stake_cny is None:
        return None
    because = Text("所属部门净流出，此法测不出", "its sector is a net exporter: not visible to this measure")
    return m.Quantity(None, "cny", origin, because=because)


def _rates(rates: tuple[Rate, ...], chain: ChainMap, origins: Provenance) -> m.Block:
    """The local supporting rate under each definition, none hidden."""
    rows: list[tuple[m.Cell, ...]] = []
    for rate in rates:
        origin = origins.computed(
            rate.name, rate.about, ["nodes", "firm_nodes", "io_flows"], rate.source_ids, worst(rate.statuses)
        )
        low: m.Cell = None
        high: m.Cell = None
        remark = rate.about
        if isinstance(rate.result, SupportingRate):
            low = m.Quantity(rate.result.lower * 100, "pct", origin)
            high = m.Quantity(rate.result.upper * 100, "pct", origin)
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
        finding=m.Prose(
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
        figure=m.Table(
            Text("各定义的本地配套率", "Local supporting rate by definition"),
            (
                m.Column(Text("定义", "Definition")),
                m.Column(Text("至少", "At least"), numeric=True),
                m.Column(Text("至多", "At most"), numeric=True),
                m.Column(Text("说明", "Remark")),
            ),
            tuple(rows),
            (definitions,),
        ),
        source=origins.line(every),
    )


def _matrix(chain: ChainMap, origins: Provenance) -> m.Block | None:
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
    rows: list[tuple[m.Cell, ...]] = []
    for region, name in sorted(names.items()):
        cells: list[m.Cell] = [name]
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
        finding=m.Prose(
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
        figure=m.Table(
            Text("区县与总成", "Districts and assemblies"),
            (m.Column(Text("区县", "District")), *(m.Column(c.name) for c in columns)),
            tuple(rows),
            (origin,),
        ),
        source=origins.line([a.source_id for a in chain.assignments] + [c.source_id for c in columns]),
    )


def _makers(chain: ChainMap, origins: Provenance) -> m.Block:
    rows: list[tuple[m.Cell, ...]] = []
    keys: list[str] = []
    sources: list[str] = []
    for node in chain.nodes:
        for maker in (k for k in node.makers if k.local):
            rows.append(_maker_row(node, maker, origins))
            keys.append(maker_origin(node, maker, origins))
            sources.append(maker.source_id)
    evidence = [k for n in chain.nodes for k in n.makers if k.local]
    origin = origins.computed(
        Text("厂家—节点证据数", "Records of makers"),
        Text("清点", "counted"),
        ["firm_nodes"],
        [k.source_id for k in evidence] or [n.source_id for n in chain.nodes],
        worst(k.status for k in evidence),
    )
    if not rows:
        return m.Block(
            finding=m.Prose(Text("没有本地厂家的证据。", "There is no evidence of local makers.")),
            figure=m.Empty(
                title=Text("厂家与证据", "Makers and evidence"),
                because=Text(
                    "表 firm_nodes 中没有本区域的厂家", "the table firm_nodes has no maker of this region"
                ),
                remedy=Text(
                    "导入企业登记并分类，或手工录入证据",
                    "import a register and classify it, or enter evidence",
                ),
                command="lianzhang pack load",
            ),
            source=origins.line([n.source_id for n in chain.nodes]),
        )
    return m.Block(
        finding=m.Prose(
            Text(
                "本地厂家的公开证据共{records}，每条都有出处。",
                "There are {records} of public evidence of local makers, each with its source.",
            ),
            {"records": counted(len(rows), "records", origin)},
        ),
        figure=m.Table(
            Text("厂家与证据", "Makers and evidence"),
            (
                m.Column(Text("节点", "Node")),
                m.Column(Text("企业", "Firm")),
                m.Column(Text("所在地", "Place")),
                m.Column(Text("活动", "Activity")),
                m.Column(Text("证据", "Evidence")),
                m.Column(Text("时间", "Date")),
            ),
            tuple(rows),
            tuple(dict.fromkeys(keys)),
        ),
        source=origins.line(sources),
    )


def _maker_row(node: Node, maker: Maker, origins: Provenance) -> tuple[m.Cell, ...]:
    date = parse_period(maker.evidence_date) if maker.evidence_date else None
    return (
        node.name,
        maker.name,
        maker.region,
        ACTIVITY_TEXT[maker.activity],
        EVIDENCE_TEXT[maker.evidence],
        Text(date.label("zh"), date.label("en")) if date else None,
    )


def _cuts(others: tuple[ChainMap, ...], origins: Provenance) -> m.Block:
    rows: list[tuple[m.Cell, ...]] = []
    sources: list[str] = []
    for other in others:
        for node in other.nodes:
            if node.kind == "product":
                continue
            names = [k.name for k in node.local_makers]
            makers = (
                Text(listing([n.zh for n in names], "zh"), listing([n.en for n in names], "en"))
                if names
                else None
            )
            rows.append((other.name, node.name, GRADE_TEXT[node.grade], makers))
            sources += [node.source_id, *(k.source_id for k in node.local_makers)]
    return m.Block(
        finding=m.Prose(
            Text(
                "同一条链还有别的划分；同一部件在两种划分里用同一份证据。",
                "The same chain has other cuts; one part has the same evidence in each of them.",
            )
        ),
        figure=m.Table(
            Text("其他划分", "Other cuts of the chain"),
            (
                m.Column(Text("划分", "Cut")),
                m.Column(Text("节点", "Node")),
                m.Column(Text("等级", "Grade")),
                m.Column(Text("本地厂家", "Local makers")),
            ),
            tuple(rows),
        ),
        source=origins.line(sources),
    )


def maker_origin(node: Node, maker: Maker, origins: Provenance) -> str:
    """Key of the origin of a record that a firm makes a node."""
    return origins.observed(
        Text(f"{maker.name.zh}：{node.name.zh}", f"{maker.name.en}: {node.name.en}"),
        "firm_nodes",
        maker.source_id,
        maker.status,
    )


def _origin(
    chain: ChainMap,
    origins: Provenance,
    value: Text,
    nodes: Iterable[Node] | None = None,
    *,
    makers: bool = True,
) -> str:
    """Origin of a figure counted over some nodes (default all) and, if ``makers``, their local makers."""
    counted_nodes = list(chain.nodes if nodes is None else nodes)
    local = [k for n in counted_nodes for k in n.makers if k.local] if makers else []
    return origins.computed(
        Text(
            f"{value.zh}，截至{date_text(chain.as_of, 'zh')}",
            f"{value.en}, as of {date_text(chain.as_of, 'en')}",
        ),
        Text("按覆盖等级规则", "by the rule of coverage grades"),
        ["nodes", "firm_nodes", "node_searches"],
        [n.source_id for n in counted_nodes] + [k.source_id for k in local],
        worst([n.status for n in counted_nodes] + [k.status for k in local]),
    )
