"""The chain's views: the wall in either cut, one node with makers, gap and candidates, gaps, rates, makers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from lianzhang.app.browse.desk import Desk
from lianzhang.app.pages.content import Content, Link, failed, gathered, with_links
from lianzhang.app.report import accounts
from lianzhang.app.report import chain as section
from lianzhang.app.report.gap_factors import factors_block
from lianzhang.app.report.gaps import KIND_TEXT, factor_origins, gaps_block, rates_block, search_block
from lianzhang.app.report.provenance import Provenance, counted, worst
from lianzhang.app.state import State
from lianzhang.chain.model import GapKind, Grade
from lianzhang.chain.service import ChainMap, Gap, Node, RegionalAccounts, candidates
from lianzhang.chain.service.candidates import Basis, Candidate
from lianzhang.chain.terms import lead_checks
from lianzhang.errors import UnknownNameError
from lianzhang.i18n import Text
from lianzhang.report import figures as fig
from lianzhang.report import model as m
from lianzhang.report import values as num
from lianzhang.schema.period import parse_period
from lianzhang.store import Reader

#: Most makers of a node that its list shows; all of them are a search of firms away.
_LISTED = 60
#: Candidates that the panel shows, and as many as the interface for programs gives at most.
_LEADS, EVERY_LEAD = 10, 500
BASIS_TEXT: dict[Basis, Text] = {
    "record": Text("有记录的厂家", "Makers on record"),
    "product": Text("产品点名该部件", "A product names the component"),
    "assembly": Text("产品属于同一总成", "A product of the same assembly"),
    "name": Text("仅凭名称", "By name only"),
    "trade": Text("同行业，产品未核实", "Same trade, products not verified"),
    "division": Text("仅同属行业大类，产品未核实", "Same division only, products not verified"),
}
View = Literal["wall", "gaps", "rates", "makers", "flows"]
VIEWS: dict[View, Text] = {
    "wall": Text("链墙", "Wall"),
    "gaps": Text("缺口", "Gaps"),
    "rates": Text("配套率", "Supporting rate"),
    "makers": Text("厂家与布局", "Makers"),
    "flows": Text("薄弱部门", "Weak sectors"),
}
TITLE = Text("产业链", "Chain")


@dataclass(frozen=True, slots=True)
class Cut:
    """One taxonomy of the chain that can be shown."""

    key: str
    name: Text
    chosen: bool


@dataclass(frozen=True, slots=True)
class MakerLine:
    """A maker of a node. ``origin`` leads to the evidence."""

    firm_id: str
    name: Text
    region: Text | None
    activity: Text
    evidence: Text
    when: Text | None
    local: bool
    origin: str


@dataclass(frozen=True, slots=True)
class Lead:
    """A firm elsewhere that could be asked. ``about`` says where it is listed and in what trade, for whom the name alone
    says nothing."""

    firm_id: str
    name: Text
    region: Text | None
    about: Text | None
    why: Text
    origin: str


@dataclass(frozen=True, slots=True)
class Leads:
    """Candidates that rest on the same kind of evidence, with how far such leads held where they were checked.

    ``every`` is how many there are, at most ``EVERY_LEAD`` over all kinds. ``folded``: too weak to stand open.
    """

    basis: Basis
    title: Text
    checked: Text | None
    leads: tuple[Lead, ...]
    every: int
    folded: bool


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor of a gap's rank."""

    name: Text
    quantity: num.Quantity
    about: Text


@dataclass(frozen=True, slots=True)
class NodeView:
    """Everything about one node."""

    node_id: str
    name: Text
    path: tuple[Text, ...]
    coverage: fig.Coverage
    grade: Text
    reconstructed: bool
    searched: Text | None
    makers: tuple[MakerLine, ...]
    recorded: int
    kind: Text | None
    rank: int
    of_ranked: int
    factors: tuple[Factor, ...]
    places: tuple[Text, ...]
    planned: tuple[Text, ...]
    leads: tuple[Leads, ...]
    unlisted: int
    """How many more candidates there are, at most ``EVERY_LEAD`` in all."""


@dataclass(frozen=True, slots=True)
class NodeMakers:
    """A node with who is on record as making it, local firms first; ``recorded`` is how many there are in all."""

    node_id: str
    name: Text
    coverage: fig.Coverage
    grade: Text
    makers: tuple[MakerLine, ...]
    recorded: int


@dataclass(frozen=True, slots=True)
class MakerGroup:
    """An assembly with the makers of its nodes. ``made`` of its nodes have a local maker."""

    name: Text
    made: int
    nodes: tuple[NodeMakers, ...]


@dataclass(frozen=True, slots=True)
class ChainView:
    """A view of the chain with the cuts to choose from; ``groups`` in the view of the makers.

    ``unsearched`` components nobody has looked at.
    """

    content: Content
    cuts: tuple[Cut, ...]
    cut: str
    view: View
    nodes: int
    groups: tuple[MakerGroup, ...] = ()
    unsearched: int = 0


def chain_page(
    desk: Desk, reader: Reader, state: State, view: View, cut: str | None, node: str | None, link: Link
) -> tuple[ChainView, NodeView | None]:
    """One view of the chain, and the node that is chosen in it.

    Raises:
        UnknownNameError: no such cut or node.
        NotComputableError: a node is asked for and there is no chain.
    """
    origins = Provenance(reader)
    chosen = _node_view(desk, reader, state, cut, node, origins) if node else None
    return _chain_view(state, link, view, cut, origins), chosen


def _chain_view(state: State, link: Link, view: View, cut: str | None, origins: Provenance) -> ChainView:
    if not isinstance(state.chain, ChainMap) or state.gaps is None:
        error = state.chain
        blocks = [] if isinstance(error, ChainMap) else [("wall", failed(TITLE, error))]
        return ChainView(gathered(TITLE, origins, blocks), (), "", view, 0)
    chain = chosen_cut(state, cut)
    cuts = tuple(
        Cut(c.taxonomy_id, c.name, c is chain) for c in (state.chain, *state.other_cuts) if len(c.nodes) > 1
    )
    lead: tuple[num.Prose, ...] = ()
    groups: tuple[MakerGroup, ...] = ()
    if view == "wall":
        blocks = [("wall", wall(chain, origins, link))]
        lead = (section.summary(chain, origins),) if chain.of_kind("component") else ()
    elif view == "gaps":
        ranked = gaps_block(state.gaps, state.chain, origins, state.risk, lambda n: link("node", n), 0)
        search = search_block(state.gaps, origins, lambda n: link("node", n))
        factors = factors_block(state.gaps, origins, lambda n: link("node", n))
        others = {"factors": factors, "search": search}
        blocks = [("gaps", ranked), *((k, b) for k, b in others.items() if b is not None)]
    elif view == "rates":
        blocks = [("rates", rates_block(state.rates, state.chain, origins))]
        lead = (section.rate_sentence(state.chain.rate_stated, state.chain, origins),)
    elif view == "makers":
        found = section.makers_blocks(state.chain, state.other_cuts, origins)
        blocks = [(f"makers-{n}", b) for n, b in enumerate(found, start=1)]
        groups = _maker_groups(state.chain, origins)
        lead = (section.summary(state.chain, origins),) if state.chain.of_kind("component") else ()
    else:
        blocks = _flows(state, origins)
    name = state.chain.name if view != "wall" else chain.name
    content = gathered(name, origins, blocks, lead)
    return ChainView(
        content, cuts, chain.taxonomy_id, view, len(chain.nodes), groups, len(state.gaps.to_search)
    )


def _maker_groups(chain: ChainMap, origins: Provenance) -> tuple[MakerGroup, ...]:
    """Makers by assembly, in the order of the wall."""
    sections, _ = _laid(chain, origins)
    names = {c.name for s in sections for c in s.courses}
    groups = []
    for parent in (n for n in chain.nodes if n.name in names and chain.children(n.node_id)):
        nodes = []
        for node in chain.children(parent.node_id):
            lines = _maker_lines(node, origins)
            coverage = section.brick(node, chain, origins).coverage
            nodes.append(
                NodeMakers(
                    node.node_id,
                    node.name,
                    coverage,
                    section.GRADE_TEXT[node.grade],
                    lines,
                    len(node.makers),
                )
            )
        made = sum(n.coverage in ("covered", "single") for n in nodes)
        groups.append(MakerGroup(parent.name, made, tuple(nodes)))
    return tuple(groups)


def _maker_lines(node: Node, origins: Provenance) -> tuple[MakerLine, ...]:
    """Makers of a node, local ones first; of very many the first ones."""
    order = sorted(range(len(node.makers)), key=lambda n: not node.makers[n].local)
    return tuple(_maker(node, n, origins) for n in order[:_LISTED])


def chosen_cut(state: State, cut: str | None) -> ChainMap:
    """The cut of that name, else the main one.

    Raises:
        UnknownNameError: no such cut.
    """
    assert isinstance(state.chain, ChainMap)
    everyone = {c.taxonomy_id: c for c in (state.chain, *state.other_cuts)}
    if cut and cut not in everyone:
        raise UnknownNameError(Text("产业链划分", "cut of the chain"), cut, everyone)
    return everyone[cut] if cut else state.chain


def wall(chain: ChainMap, origins: Provenance, link: Link) -> m.Block:
    """The wall of a cut whose bricks lead to their nodes."""
    sections, nodes = _laid(chain, origins)
    figure = fig.Wall(Text("产业链之墙", "The wall of the chain"), sections)
    origin = origins.computed(
        Text("部件按本地厂家计数", "Components by local makers"),
        Text("按节点体系清点", "counted over the node taxonomy"),
        ["nodes", "firm_nodes"],
        [n.source_id for n in chain.nodes],
        worst(n.status for n in nodes),
    )
    grades = Counter(n.grade for n in nodes)
    numbers = {
        "made": counted(sum(v for g, v in grades.items() if g >= Grade.ONE), "components", origin),
        "single": counted(grades[Grade.ONE], "components", origin),
        "missing": counted(grades[Grade.MISSING], "components", origin),
        "unknown": counted(grades[Grade.UNKNOWN], "components", origin),
    }
    finding = Text(
        "有本地厂家记录的部件{made}，其中{single}只靠一家厂",
        "A local maker is on record for {made}; {single} of them hang on one firm",
    )
    if grades[Grade.MISSING]:
        finding = Text(
            finding.zh + "；{missing}核查后确认没有", finding.en + "; {missing} were looked for in vain"
        )
    if grades[Grade.UNKNOWN]:
        finding = Text(finding.zh + "；{unknown}尚未核查", finding.en + "; nobody has looked at {unknown}")
    finding = Text(finding.zh + "。", finding.en + ".")
    return m.Block(
        finding=num.Prose(finding, {k: v for k, v in numbers.items() if f"{{{k}}}" in finding.zh}),
        figure=with_links(figure, [link("node", n.node_id) for n in nodes]),
        source=origins.line([n.source_id for n in chain.nodes]),
        note=num.Prose(
            Text(
                "一块砖一个部件：实心为两家以上，斜纹为一家，虚线空洞为已核查未发现，灰雾为尚未核查。",
                "One brick per component: solid two or more makers, hatched one, a dashed hole searched and none found, "
                "mist nobody has looked.",
            )
        ),
    )


def _laid(chain: ChainMap, origins: Provenance) -> tuple[tuple[fig.WallSection, ...], list[Node]]:
    """Sections of the wall and the nodes of its bricks, in the same order."""
    nodes: list[Node] = []
    sections: list[fig.WallSection] = []
    for system in chain.of_kind("system"):
        courses = []
        for assembly in chain.children(system.node_id):
            bricks = chain.children(assembly.node_id)
            if bricks:
                courses.append(section.course(assembly, chain, origins))
                nodes += bricks
        if courses:
            sections.append(fig.WallSection(system.name, tuple(courses)))
    if sections:
        return tuple(sections), nodes
    # A flat cut: whatever has parts is a course.
    parents = [n for n in chain.nodes if chain.children(n.node_id)]
    courses = []
    for parent in parents:
        bricks = tuple(n for n in chain.children(parent.node_id) if not chain.children(n.node_id))
        if bricks:
            courses.append(fig.Course(parent.name, tuple(section.brick(n, chain, origins) for n in bricks)))
            nodes += bricks
    return ((fig.WallSection(chain.name, tuple(courses)),) if courses else ()), nodes


def _node_view(
    desk: Desk, reader: Reader, state: State, cut: str | None, node_id: str, origins: Provenance
) -> NodeView:
    """Makers, evidence, gap factors and candidates of one node."""
    if not isinstance(state.chain, ChainMap):
        raise state.chain
    chain = chosen_cut(state, cut)
    node = chain.node(node_id)
    gap = _gap_of(state, node_id)
    found = desk.remember(
        reader,
        ("candidates", chain.taxonomy_id, node_id, state.as_of),
        lambda: candidates(reader, chain, node_id, EVERY_LEAD),
    )
    makers = _maker_lines(node, origins)
    leads = _leads(found, origins)
    factors = _factors(gap, origins) if gap else ()
    path: list[Text] = []
    at = node.parent_id
    while at is not None:
        above = chain.node(at)
        path.append(above.name)
        at = above.parent_id
    searched = parse_period(node.searched.isoformat()) if node.searched else None
    ranked = state.gaps.ranked if state.gaps else ()
    return NodeView(
        node_id=node_id,
        name=node.name,
        path=tuple(reversed(path)),
        coverage=section.brick(node, chain, origins).coverage,
        grade=section.GRADE_TEXT[node.grade],
        reconstructed=node.reconstructed,
        searched=Text(searched.label("zh"), searched.label("en")) if searched else None,
        makers=makers,
        recorded=len(node.makers),
        kind=KIND_TEXT[gap.kind] if gap and gap.kind is not GapKind.NONE else None,
        rank=gap.rank if gap else 0,
        of_ranked=sum(g.rank > 0 for g in ranked),
        factors=factors,
        places=gap.best_places if gap else (),
        planned=tuple(a.region for a in chain.assignments if a.node_id == node_id),
        leads=leads,
        unlisted=len(found) - sum(len(group.leads) for group in leads),
    )


def _leads(found: Sequence[Candidate], origins: Provenance) -> tuple[Leads, ...]:
    """Candidates by what they rest on, the surest kind first, of each the first ones."""
    kinds: dict[Basis, list[Candidate]] = {}
    for candidate in found:
        kinds.setdefault(candidate.basis, []).append(candidate)
    shown = []
    for basis, members in kinds.items():
        leads = tuple(
            Lead(
                c.firm_id,
                c.name,
                c.region,
                _listing_of(c),
                c.why,
                origins.observed(c.name, "firms", c.source_id, c.status),
            )
            for c in members[:_LEADS]
        )
        folded = basis == "division" and len(kinds) > 1
        shown.append(Leads(basis, BASIS_TEXT[basis], _checked(basis), leads, len(members), folded))
    return tuple(shown)


def _listing_of(candidate: Candidate) -> Text | None:
    """Where a firm is listed and in what trade; the trade is left out where the reason already tells it."""
    parts = []
    if candidate.exchange and candidate.ticker:
        parts.append(Text(*(f"{candidate.exchange} {candidate.ticker}",) * 2))
    if candidate.sector and candidate.basis in ("product", "assembly"):
        parts.append(candidate.sector)
    return Text(" · ".join(p.zh for p in parts), " · ".join(p.en for p in parts)) if parts else None


def _checked(basis: Basis) -> Text | None:
    """How far leads of a kind held where a list of products was at hand; nothing for evidence proper."""
    check = lead_checks().get(basis)
    if check is None:
        return None
    share = f"{check.confirmed_pct:.0f}" if check.confirmed_pct >= 1 else f"{check.confirmed_pct:.1f}"
    return Text(
        f"可信度低：拿上市公司产品清单核对过 {check.leads:,} 条这类线索，{share}% 的企业有点名该部件的产品。",
        f"Low confidence: of {check.leads:,} such leads checked against listed companies’ products, {share}% had one "
        "that names the component.",
    )


def _gap_of(state: State, node_id: str) -> Gap | None:
    if state.gaps is None:
        return None
    everyone = (*state.gaps.ranked, *state.gaps.to_search)
    return next((g for g in everyone if g.node.node_id == node_id), None)


def _maker(node: Node, at: int, origins: Provenance) -> MakerLine:
    maker = node.makers[at]
    when = parse_period(maker.evidence_date) if maker.evidence_date else None
    return MakerLine(
        firm_id=maker.firm_id,
        name=maker.name,
        region=maker.region,
        activity=section.ACTIVITY_TEXT[maker.activity],
        evidence=section.EVIDENCE_TEXT[maker.evidence],
        when=Text(when.label("zh"), when.label("en")) if when else None,
        local=maker.local,
        origin=section.maker_origin(node, maker, origins),
    )


def _factors(gap: Gap, origins: Provenance) -> tuple[Factor, ...]:
    of = factor_origins(gap, origins)
    whose = gap.io_sector or Text("所属部门", "its sector")
    stake = (
        Text("部件自身一年向外采购的金额", "bought elsewhere in a year, the component’s own")
        if gap.stake_of_node
        else Text(
            f"{whose.zh}部门一年供不上的采购，是部件的上限",
            f"unmet purchases from {whose.en.lower()}, an upper bound",
        )
    )
    given = (
        (Text("涉及采购额（上限）", "At stake"), gap.stake_cny, "cny", of.stake, stake),
        (
            Text("对单一来源的依赖", "Exposure"),
            gap.exposure,
            "index",
            of.exposure,
            Text("0 到 1：依赖单一来源或流入的程度", "0 to 1: dependence on one source or on inflow"),
        ),
        (
            Text("本地基础", "Feasibility"),
            gap.feasibility,
            "index",
            of.feasibility,
            Text("0 到 1：最接近的区县有多接近", "0 to 1: how close the closest district is"),
        ),
    )
    return tuple(
        Factor(name, num.Quantity(value, unit, origin, because=Text("没有数据", "no data")), about)
        for name, value, unit, origin, about in given
    )


def _flows(state: State, origins: Provenance) -> list[tuple[str, m.Block]]:
    if not isinstance(state.accounts, RegionalAccounts):
        return [("flows", failed(Text("薄弱部门", "Weak sectors"), state.accounts))]
    return [
        (f"flows-{n}", b) for n, b in enumerate(accounts.section(state.accounts, origins).blocks, start=1)
    ]
