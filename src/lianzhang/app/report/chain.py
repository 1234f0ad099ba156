"""Report section: coverage of the chain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from lianzhang.app.report.gap_factors import factors_block
from lianzhang.app.report.gaps import gaps_block, matrix_block, rates_block
from lianzhang.app.report.provenance import Provenance, counted, worst
from lianzhang.chain.model import Grade, NotComputable, RateResult, SupportingRate
from lianzhang.chain.service import ChainMap, Gaps, Maker, Node, Rate
from lianzhang.i18n import Text
from lianzhang.report import figures as fig
from lianzhang.report import model as m
from lianzhang.report import values as num
from lianzhang.report.format import date_text, listing
from lianzhang.schema.period import parse_period

if TYPE_CHECKING:
    from lianzhang.app.risk.kept import KeptRisk

#: Most names beside a brick, and most records in the table of makers: a page stays one that can be read.
_NAMED = 20
_LISTED = 400
_COVERAGE: dict[Grade, fig.Coverage] = {
    Grade.UNKNOWN: "unknown",
    Grade.MISSING: "missing",
    Grade.ONE: "single",
    Grade.SEVERAL: "covered",
    Grade.COVERS_DEMAND: "covered",
}
GRADE_TEXT: dict[Grade, Text] = {
    Grade.UNKNOWN: Text("尚未核查", "nobody has looked"),
    Grade.MISSING: Text("已核查，未发现", "searched, none found"),
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
ACTIVITY_TEXT = {
    "makes": Text("生产", "makes"),
    "building": Text("在建", "building"),
    "develops": Text("研发", "develops"),
}


def section(
    chain: ChainMap,
    others: tuple[ChainMap, ...],
    ranked: Gaps,
    rates: tuple[Rate, ...],
    origins: Provenance,
    risk: KeptRisk | None = None,
) -> m.Section:
    """The wall, gaps (beside them what risk has kept of their nodes), rates side by side, makers, and other cuts."""
    gaps = gaps_block(ranked, chain, origins, risk)
    blocks = [_wall(chain, origins), gaps]
    factors = factors_block(ranked, origins)
    if factors is not None:
        blocks.append(factors)
    blocks.append(rates_block(rates, chain, origins))
    blocks += makers_blocks(chain, others, origins)
    return m.Section(
        key="chain",
        title=Text("产业链覆盖", "Coverage of the chain"),
        lead=(summary(chain, origins), rate_sentence(chain.rate_stated, chain, origins)),
        blocks=tuple(blocks),
    )


def makers_blocks(chain: ChainMap, others: tuple[ChainMap, ...], origins: Provenance) -> list[m.Block]:
    """Districts against assemblies, makers with their evidence, and the makers in other cuts, as far as there are any."""
    matrix = matrix_block(chain, origins)
    blocks = [] if matrix is None else [matrix]
    blocks.append(makers_block(chain, origins))
    if any(node.makers for other in others for node in other.nodes):
        blocks.append(cuts_block(others, origins))
    return blocks


def summary(chain: ChainMap, origins: Provenance) -> num.Prose:
    """Components by grade, in a sentence."""
    components = chain.of_kind("component")
    grades = Counter(n.grade for n in components)
    origin = _origin(chain, origins, Text("部件按覆盖等级计数", "Components by grade"))
    return num.Prose(
        Text(
            f"{chain.name.zh}：{{n}}部件中，{{covered}}有本地厂家的公开证据（其中{{single}}只有一家），"
            "{missing}已核查未发现，{unknown}尚未核查。",
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


def rate_sentence(rate: RateResult, chain: ChainMap, origins: Provenance) -> num.Prose:
    """The local supporting rate by count over nodes that a publication names, or why there is none."""
    if isinstance(rate, NotComputable):
        reasons = rate.reasons
        return num.Prose(
            Text(
                f"按数量的本地配套率无法计算：{'；'.join(r.zh for r in reasons)}。",
                f"The local supporting rate by count is not computable: {'; '.join(r.en for r in reasons)}.",
            )
        )
    assert isinstance(rate, SupportingRate)
    named = [n for n in chain.of_kind("component") if not n.reconstructed]
    origin = _origin(chain, origins, Text("按数量的本地配套率", "Local supporting rate by count"), named)
    return num.Prose(
        Text(
            "按数量的本地配套率只在公开文件点名的{total}部件上计算：至少{low}，若尚未核查的都有则为{high}。重构的节点不计入。",
            "The local supporting rate by count is computed over the {total} that a publication names: at least {low}, "
            "and {high} if every unsearched one turned out to be made here. Reconstructed nodes do not enter.",
        ),
        {
            "total": counted(rate.total, "components", origin),
            "low": num.Quantity(rate.lower * 100, "pct", origin),
            "high": num.Quantity(rate.upper * 100, "pct", origin),
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
            sections.append(fig.WallSection(system.name, courses))
    components = chain.of_kind("component")
    rebuilt = sum(n.reconstructed for n in components)
    named = [n for n in components if not n.reconstructed]
    origin = _origin(
        chain, origins, Text("重构的部件数", "Reconstructed components"), components, makers=False
    )
    published = _origin(chain, origins, Text("公布名称的部件数", "Published components"), named, makers=False)
    return m.Block(
        finding=num.Prose(
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
        figure=fig.Wall(Text("产业链之墙", "The wall of the chain"), tuple(sections)),
        source=origins.line([n.source_id for n in chain.nodes]),
        note=num.Prose(
            Text(
                "一块砖一个部件：实心为两家以上，斜纹为一家，虚线空洞为已核查未发现，灰雾为尚未核查。总成的证据不计到部件上。",
                "One brick per component: solid two or more makers, hatched one, a dashed hole searched and none found, "
                "mist nobody has looked. Evidence about an assembly never colours its components.",
            )
        ),
    )


def course(assembly: Node, chain: ChainMap, origins: Provenance) -> fig.Course:
    """One assembly: its own evidence stands beside its name and never colours its components."""
    makers = assembly.local_makers
    return fig.Course(
        assembly.name,
        tuple(brick(n, chain, origins) for n in chain.children(assembly.node_id)),
        coverage=_COVERAGE[assembly.grade],
        makers=_named(makers),
        origin=maker_origin(assembly, makers[0], origins) if makers else None,
    )


def brick(node: Node, chain: ChainMap, origins: Provenance) -> fig.Brick:
    """One component with its coverage, makers and evidence."""
    makers = node.local_makers
    evidence = None
    if makers:
        words = [EVIDENCE_TEXT[e] for e in dict.fromkeys(k.evidence for k in makers)]
        evidence = Text("、".join(w.zh for w in words), ", ".join(w.en for w in words))
    elif node.searched:
        evidence = Text(f"{node.searched}搜寻，未见厂家", f"searched on {node.searched}, none found")
    return fig.Brick(
        name=node.name,
        coverage=_COVERAGE[node.grade],
        share=node.value_share,
        makers=_named(makers),
        evidence=evidence,
        reconstructed=node.reconstructed,
        origin=maker_origin(node, makers[0], origins) if makers else None,
    )


def _named(makers: Sequence[Maker]) -> tuple[Text, ...]:
    """Names of makers; of very many the first ones and how many more there are."""
    names = tuple(k.name for k in makers[:_NAMED])
    more = len(makers) - len(names)
    return (*names, Text(f"另有 {more:,} 家", f"{more:,} more")) if more else names


def makers_block(chain: ChainMap, origins: Provenance) -> m.Block:
    """Every record that a local firm makes a node, with its date; those of the past are told apart."""
    rows: list[tuple[fig.Cell, ...]] = []
    keys: list[str] = []
    sources: list[str] = []
    records = [(node, maker) for node in chain.nodes for maker in node.makers if maker.local]
    for node, maker in records[:_LISTED]:
        rows.append(_maker_row(node, maker, origins))
        keys.append(maker_origin(node, maker, origins))
        sources.append(maker.source_id)
    evidence = [maker for _, maker in records]
    origin = origins.computed(
        Text("厂家—节点证据数", "Records of makers"),
        Text("清点", "counted"),
        ["firm_nodes"],
        [k.source_id for k in evidence] or [n.source_id for n in chain.nodes],
        worst(k.status for k in evidence),
    )
    if not rows:
        return m.Block(
            finding=num.Prose(Text("没有本地厂家的证据。", "There is no evidence of local makers.")),
            figure=fig.Empty(
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
    past = sum(not maker.current for maker in evidence)
    finding = Text(
        "本地厂家的公开证据共{records}，每条都有出处。",
        "There are {records} of public evidence of local makers, each with its source.",
    )
    if past:
        finding = Text(
            "本地厂家的公开证据共{records}，每条都有出处；其中{past}是历史，不计入今天的等级。",
            "There are {records} of public evidence of local makers, each with its source; {past} of them are history and "
            "do not count today.",
        )
    numbers = {"records": counted(len(records), "records", origin)}
    if past:
        numbers["past"] = counted(past, "records", origin)
    return m.Block(
        finding=num.Prose(finding, numbers),
        figure=fig.Table(
            Text("厂家与证据", "Makers and evidence")
            if len(rows) == len(records)
            else Text(
                f"厂家与证据（前 {len(rows)} 条，共 {len(records):,} 条）",
                f"Makers and evidence (the first {len(rows)} of {len(records):,} records)",
            ),
            (
                fig.Column(Text("节点", "Node")),
                fig.Column(Text("企业", "Firm")),
                fig.Column(Text("所在地", "Place")),
                fig.Column(Text("活动", "Activity")),
                fig.Column(Text("证据", "Evidence")),
                fig.Column(Text("时间", "Date")),
            ),
            tuple(rows),
            tuple(dict.fromkeys(keys)),
        ),
        source=origins.line(sources),
    )


def _maker_row(node: Node, maker: Maker, origins: Provenance) -> tuple[fig.Cell, ...]:
    date = parse_period(maker.evidence_date) if maker.evidence_date else None
    when = Text(date.label("zh"), date.label("en")) if date else None
    if when is not None and not maker.current:
        when = Text(f"{when.zh}（历史）", f"{when.en} (history)")
    return (
        node.name,
        maker.name,
        maker.region,
        ACTIVITY_TEXT[maker.activity],
        EVIDENCE_TEXT[maker.evidence],
        when,
    )


def cuts_block(others: tuple[ChainMap, ...], origins: Provenance) -> m.Block:
    """The nodes of the other cuts of the chain, with their makers."""
    rows: list[tuple[fig.Cell, ...]] = []
    sources: list[str] = []
    for other in others:
        for node in other.nodes:
            if node.kind == "product":
                continue
            names = _named(node.local_makers)
            makers = (
                Text(listing([n.zh for n in names], "zh"), listing([n.en for n in names], "en"))
                if names
                else None
            )
            rows.append((other.name, node.name, GRADE_TEXT[node.grade], makers))
            sources += [node.source_id, *(k.source_id for k in node.local_makers)]
    return m.Block(
        finding=num.Prose(
            Text(
                "同一条链还有别的划分；同一部件在两种划分里用同一份证据。",
                "The same chain has other cuts; one part has the same evidence in each of them.",
            )
        ),
        figure=fig.Table(
            Text("其他划分", "Other cuts of the chain"),
            (
                fig.Column(Text("划分", "Cut")),
                fig.Column(Text("节点", "Node")),
                fig.Column(Text("等级", "Grade")),
                fig.Column(Text("本地厂家", "Local makers")),
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
