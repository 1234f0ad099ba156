"""Gaps of a chain, ranked and explained; supporting rates side by side; owners."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from lianzhang.chain import queries
from lianzhang.chain.backtest import Backtest, feasibility_backtests
from lianzhang.chain.kernel.coverage import rate_by_purchases, rate_by_value
from lianzhang.chain.kernel.gaps import classify_gaps, exposure, rank_gaps, rank_sensitivity
from lianzhang.chain.kernel.leontief import coefficients
from lianzhang.chain.kernel.regional import charm
from lianzhang.chain.kernel.rollup import owners_and_followers
from lianzhang.chain.model import FloatArray, GapKind, Grade, NotComputable, RateResult
from lianzhang.chain.service.accounts import RegionalAccounts
from lianzhang.chain.service.nodes import ChainMap, Maker, Node
from lianzhang.i18n import Text
from lianzhang.places.service import Specialisation
from lianzhang.store import Reader


@dataclass(frozen=True, slots=True)
class GapInputs:
    """What the three factors of a gap were made from, each with the sources of its rows; None where not known.

    Value: ``purchases_cny`` Z_ij is what the final product's sector buys a year from the node's (or the node's stated
    value share of the product's output), yuan; ``local_share`` r_i of it is met locally. Exposure: ``makers`` local
    makers on record and ``inflow_share`` = 1 − r_i. Feasibility: ``quotient`` is the location quotient of the sector
    ``trade`` in the district ``place``, which holds ``enterprises`` of it in ``period``.
    """

    purchases_cny: float | None
    local_share: float | None
    value_sources: tuple[str, ...]
    makers: int | None
    inflow_share: float | None
    exposure_sources: tuple[str, ...]
    quotient: float | None
    trade: Text | None
    place: Text | None
    enterprises: int | None
    period: str | None
    feasibility_sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """One component that asks for something.

    ``stake_cny`` is what the final product's sector buys a year from the sector the component belongs to and does not
    find locally, yuan: Z_ij (1 - r_i). It is the sector's, an upper bound for any one component of it, unless the pack
    states the component's value share (``stake_of_node``). ``exposure`` and ``feasibility`` lie in [0, 1];
    ``best_places`` are the districts closest to what the component needs. ``blind``: the sector as a whole sends out
    more than it takes in, so that no unmet demand can be seen in the table; its stake of 0 is no finding. ``rank`` 1
    is the most pressing; 0 where a factor is unknown or the node is no gap. ``rank_low`` and ``rank_high`` are the 5 %
    and 95 % quantiles of the rank when the weights move. ``sharing`` counts the nodes of the chain whose stake is the same
    sector's figure, this one among them.
    """

    node: Node
    kind: GapKind
    stake_cny: float | None
    stake_of_node: bool
    io_sector: Text | None
    exposure: float | None
    feasibility: float | None
    best_places: tuple[Text, ...]
    score: float | None
    rank: int
    rank_low: float | None
    rank_high: float | None
    blind: bool
    sharing: int
    inputs: GapInputs


@dataclass(frozen=True, slots=True)
class Gaps:
    """Ranked gaps, most pressing first; then nodes nobody has looked at, ordered by what is at stake.

    ``as_of`` is the day the evidence is of; ``table_period`` and ``counts_period`` are those of the input–output table
    and of the enterprise counts, None where there are none. ``backtests`` say how well feasibility foretold real
    history; ``source_titles`` name the sources by id.
    """

    as_of: date
    table_period: str | None
    counts_period: str | None

    weights: tuple[float, float, float]
    ranked: tuple[Gap, ...]
    to_search: tuple[Gap, ...]
    product_sector: Text | None
    source_ids: tuple[str, ...]
    source_titles: dict[str, Text]
    backtests: tuple[Backtest, ...]


@dataclass(frozen=True, slots=True)
class Rate:
    """A local supporting rate under one definition, with the sources and statuses of the rows that enter it."""

    name: Text
    about: Text
    result: RateResult
    headline: bool
    source_ids: tuple[str, ...]
    statuses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Owners:
    """The 1+10+1000 pattern: the owner, the groups that together make half, the other makers, the suppliers."""

    owner: Text | None
    leaders: tuple[Text, ...]
    others: tuple[Text, ...]
    suppliers: int
    because: Text | None


def gaps(
    reader: Reader,
    chain: ChainMap,
    accounts: RegionalAccounts | None,
    places: Specialisation | None,
    *,
    weights: tuple[float, float, float] = (1.0, 1.0, 1.0),
    kind: str = "component",
    seed: int = 0,
) -> Gaps:
    """Rank what is missing or has one source: value at stake × exposure × feasibility.

    Args:
        reader: the loaded region.
        chain: the graded chain.
        accounts: the input–output table; without it the value at stake is not known and nothing is ranked by it.
        places: specialisation of districts, for feasibility.
        weights: exponents of the three factors.
        kind: which nodes, ``component`` or ``assembly`` (a register's classes reach down to assemblies only).
        seed: of the draws that move the weights.
    """
    nodes = chain.of_kind(kind)
    sectors = node_sectors(reader, chain)
    product = next((n for n in chain.nodes if n.kind == "product"), None)
    column = _io_sector(sectors.get(product.node_id, ()), accounts) if product and accounts else None
    rows = [_io_sector(sectors.get(n.node_id, ()), accounts) for n in nodes]

    stake, bought, of_node = _stakes(nodes, rows, column, accounts)
    inflow = np.array(
        [np.nan if i is None or accounts is None else 1.0 - accounts.purchase.r[i] for i in rows],
        dtype=np.float64,
    )
    makers = np.array(
        [np.nan if n.grade is Grade.UNKNOWN else len(n.local_makers) for n in nodes], dtype=np.float64
    )
    exposed = exposure(makers, np.clip(inflow, 0.0, 1.0))
    feasible, strongest = _feasibility(reader, nodes, sectors, places)

    index = {n.node_id: i for i, n in enumerate(nodes)}
    links = [
        (index[r["from_node"]], index[r["to_node"]])
        for r in reader.sql(queries.NODE_SUPPLIES, {"taxonomy": chain.taxonomy_id}).to_pylist()
        if r["from_node"] in index and r["to_node"] in index
    ]
    # Two makers and more are a gap only where the table shows demand that is not met.
    kinds = classify_gaps(
        [int(n.grade) for n in nodes],
        unmet=stake,
        link_from=[a for a, _ in links],
        link_to=[b for _, b in links],
    )
    eligible = np.array([k is not GapKind.NONE for k in kinds], dtype=np.float64)
    ranking = rank_gaps(stake, exposed, feasible, weights=weights, eligible=eligible)
    moved = rank_sensitivity(ranking, np.random.default_rng(seed)) if (ranking.rank > 0).any() else None

    def sector_name(row: int | None) -> Text | None:
        return None if accounts is None or row is None else accounts.sectors[row]

    found = [
        Gap(
            node=n,
            kind=kinds[i],
            stake_cny=_known(stake[i]),
            stake_of_node=of_node[i],
            io_sector=sector_name(rows[i]),
            exposure=_known(exposed[i]),
            feasibility=_known(feasible[i]),
            best_places=strongest[i].places,
            score=_known(ranking.score[i]) if ranking.rank[i] else None,
            rank=int(ranking.rank[i]),
            rank_low=_known(moved.low[i]) if moved is not None and ranking.rank[i] else None,
            rank_high=_known(moved.high[i]) if moved is not None and ranking.rank[i] else None,
            blind=bool(stake[i] == 0.0 and inflow[i] == 0.0),
            sharing=1 if of_node[i] or rows[i] is None else rows.count(rows[i]),
            inputs=_inputs(
                n,
                accounts if rows[i] is not None else None,
                places,
                bought=_known(bought[i]),
                inflow=_known(inflow[i]),
                strongest=strongest[i],
            ),
        )
        for i, n in enumerate(nodes)
    ]
    ranked = sorted(
        (g for g in found if g.kind is not GapKind.NONE),
        key=lambda g: (g.rank or len(found) + 1, g.node.node_id),
    )
    unknown = sorted(
        (g for g in found if g.node.grade is Grade.UNKNOWN),
        key=lambda g: (-(g.stake_cny or 0.0), g.node.rank),
    )
    sources = {n.source_id for n in nodes} | ({accounts.head.source_id} if accounts else set())
    sources |= {s for g in found for s in g.inputs.exposure_sources + g.inputs.feasibility_sources}
    titles = reader.sql("SELECT source_id, title_zh, title_en FROM sources ORDER BY source_id").to_pylist()
    return Gaps(
        as_of=chain.as_of,
        table_period=accounts.head.period if accounts is not None else None,
        counts_period=places.period if places is not None else None,
        weights=weights,
        ranked=tuple(ranked),
        to_search=tuple(unknown),
        product_sector=sector_name(column),
        source_ids=tuple(sorted(sources | set(places.sources if places else ()))),
        source_titles={
            r["source_id"]: Text(r["title_zh"], r["title_en"]) for r in titles if r["source_id"] in sources
        },
        backtests=feasibility_backtests(),
    )


def supporting_rates(
    reader: Reader,
    chain: ChainMap,
    accounts: RegionalAccounts | None,
    *,
    heterogeneity: float | None = None,
) -> tuple[Rate, ...]:
    """The local supporting rate under each named definition, side by side.

    Args:
        heterogeneity: product heterogeneity h of the cross-hauling adjusted form (CHARM), 0 ≤ h < 1; without it that
            definition is not computable.
    """
    nodes = chain.of_kind("component")
    weight = np.array([np.nan if n.value_share is None else n.value_share for n in nodes])
    nothing = np.full(len(nodes), np.nan)
    stated, everything = _rows_of([n for n in nodes if not n.reconstructed]), _rows_of(nodes)
    rates = [
        Rate(
            Text("按数量：公布名称的部件", "By count, published components"),
            Text(
                "有本地厂家的部件 ÷ 公布名称的部件",
                "components with a local maker / components that a publication names",
            ),
            chain.rate_stated,
            True,
            *stated,
        ),
        Rate(
            Text("按数量：全部部件（含重构）", "By count, all components (reconstructed too)"),
            Text(
                "含本项目重构的部件，不作标题数字", "rests on reconstructed components; not a headline figure"
            ),
            chain.rate_all,
            False,
            *everything,
        ),
        Rate(
            Text("按价值：部件成本份额加权", "By value, cost shares of components"),
            Text("Σ 份额 × min(1, 本地供给 ÷ 本地需求)", "Σ share × min(1, local supply / local demand)"),
            rate_by_value(weight, nothing, nothing),
            True,
            *everything,
        ),
    ]
    product = next((n for n in chain.nodes if n.kind == "product"), None)
    column = None
    if accounts is not None and product is not None:
        column = _io_sector(node_sectors(reader, chain).get(product.node_id, ()), accounts)
    pool = Text(
        "按采购：投入产出表，供需池（上限）",
        "By purchases, input–output table, supply–demand pool (upper bound)",
    )
    crossed = Text("按采购：投入产出表，交叉流动调整", "By purchases, adjusted for cross-hauling (CHARM)")
    about = Text(
        "整机所属部门的中间投入中本地能供的份额；部门比整机宽",
        "share of the product's sector's inputs that local producers can meet; the sector is wider than the product",
    )
    if accounts is None or column is None:
        why = NotComputable(
            "purchases",
            (Text("没有整机所属部门的投入产出表", "no input–output table has the product's sector"),),
        )
        return (
            *rates,
            Rate(pool, about, why, False, *everything),
            Rate(crossed, about, why, False, *everything),
        )
    table = ((accounts.head.source_id,), (accounts.head.status,))
    bought = coefficients(accounts.table.Z, accounts.table.x)[:, column]
    rates.append(Rate(pool, about, rate_by_purchases(bought, accounts.purchase.r), False, *table))
    adjusted: RateResult
    if heterogeneity is None:
        adjusted = NotComputable(
            "purchases (charm)",
            (Text("没有给出产品异质性参数 h", "the heterogeneity parameter h is not given"),),
        )
    else:
        spread = np.full(accounts.table.n, heterogeneity)
        estimate = charm(accounts.table.x, accounts.table.local_demand, spread)
        adjusted = rate_by_purchases(bought, estimate.r, method=f"{estimate.method}, h = {heterogeneity:g}")
    return (*rates, Rate(crossed, about, adjusted, False, *table))


def _rows_of(nodes: Sequence[Node]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Sources and statuses of nodes and of their local makers."""
    rows: list[Node | Maker] = [*nodes, *(k for n in nodes for k in n.local_makers)]
    return tuple(dict.fromkeys(r.source_id for r in rows)), tuple(dict.fromkeys(r.status for r in rows))


def owners(reader: Reader, chain: ChainMap) -> Owners:
    """The 1+10+1000 pattern from the graph: groups that make the final product, and suppliers of its components.

    Only evidence that speaks of the day the chain is graded for counts.
    """
    rows = reader.sql(queries.PRODUCT_MAKERS, {"taxonomy": chain.taxonomy_id}).to_pylist()
    # Who makes the product now: what ended with a register, or was not known yet, is left out.
    local = {k.firm_id for n in chain.nodes if n.kind == "product" for k in n.local_makers}
    names: dict[str, Text] = {}
    capacity: dict[str, float] = {}
    for r in rows:
        if r["firm_id"] in local and r["kind"] != "brand":
            names[r["group_id"]] = Text(r["group_zh"], r["group_en"])
            known = capacity.get(r["group_id"], np.nan)
            if r["capacity"] is not None:
                capacity[r["group_id"]] = r["capacity"] + (0.0 if np.isnan(known) else known)
            else:
                capacity.setdefault(r["group_id"], np.nan)
    groups = list(names)
    owner, leaders, others = owners_and_followers([capacity[g] for g in groups])
    suppliers = {
        k.firm_id for n in chain.nodes if n.kind in ("assembly", "component") for k in n.local_makers
    }
    because = None
    if owner is None:
        because = Text(
            "没有各集团的产量或产能，无法判断谁居首、哪几家合计过半",
            "outputs or capacities of the groups are not known, so nobody can say who leads and which make half",
        )
    return Owners(
        owner=None if owner is None else names[groups[owner]],
        leaders=tuple(names[groups[int(i)]] for i in leaders),
        others=tuple(names[groups[int(i)]] for i in others),
        suppliers=len(suppliers),
        because=because,
    )


def node_sectors(reader: Reader, chain: ChainMap) -> dict[str, tuple[tuple[str, int], ...]]:
    """(sector id, depth) of every node; a node without any takes those of its parent."""
    own: dict[str, list[tuple[str, int]]] = {}
    for r in reader.sql(queries.NODE_SECTORS, {"taxonomy": chain.taxonomy_id}).to_pylist():
        own.setdefault(r["node_id"], []).append((r["sector_id"], r["depth"]))
    parents = {n.node_id: n.parent_id for n in chain.nodes}

    def of(node_id: str) -> tuple[tuple[str, int], ...]:
        at: str | None = node_id
        while at is not None and at not in own:
            at = parents.get(at)
        return tuple(own[at]) if at is not None else ()

    return {n.node_id: of(n.node_id) for n in chain.nodes}


def _io_sector(sectors: tuple[tuple[str, int], ...], accounts: RegionalAccounts | None) -> int | None:
    """Place in the table of the first of a node's sectors that the table has."""
    if accounts is None:
        return None
    return next((accounts.sector_ids.index(s) for s, _ in sectors if s in accounts.sector_ids), None)


def _stakes(
    nodes: tuple[Node, ...], rows: list[int | None], column: int | None, accounts: RegionalAccounts | None
) -> tuple[FloatArray, FloatArray, list[bool]]:
    """Value at stake of every node and what is bought in all, yuan, NaN where not known; whether it is the node's own."""
    stake, bought = np.full(len(nodes), np.nan), np.full(len(nodes), np.nan)
    own = [False] * len(nodes)
    if accounts is None or column is None:
        return stake, bought, own
    flows = np.asarray(accounts.table.Z)[:, column]
    for i, (node, row) in enumerate(zip(nodes, rows, strict=True)):
        if row is None or np.isnan(accounts.purchase.r[row]):
            continue
        unmet = 1.0 - float(accounts.purchase.r[row])
        own[i] = node.value_share is not None
        bought[i] = (
            float(flows[row])
            if node.value_share is None
            else node.value_share * float(accounts.table.x[column])
        )
        stake[i] = bought[i] * unmet
    return stake, bought, own


@dataclass(frozen=True, slots=True)
class _Strongest:
    """The strongest districts for a node, and what makes the first of them so."""

    places: tuple[Text, ...] = ()
    quotient: float | None = None
    trade: Text | None = None
    enterprises: int | None = None


def _inputs(
    node: Node,
    accounts: RegionalAccounts | None,
    places: Specialisation | None,
    *,
    bought: float | None,
    inflow: float | None,
    strongest: _Strongest,
) -> GapInputs:
    """The inputs of one node's factors; ``accounts`` is None where the table does not have the node's sector."""
    table = () if accounts is None else (accounts.head.source_id,)
    makers = tuple(k.source_id for k in node.local_makers)
    counted = places if strongest.places else None
    return GapInputs(
        purchases_cny=bought,
        local_share=None if inflow is None else 1.0 - inflow,
        value_sources=table,
        makers=None if node.grade is Grade.UNKNOWN else len(node.local_makers),
        inflow_share=inflow,
        exposure_sources=tuple(dict.fromkeys(makers + table)),
        quotient=strongest.quotient,
        trade=strongest.trade,
        place=strongest.places[0] if strongest.places else None,
        enterprises=strongest.enterprises,
        period=counted.period if counted else None,
        feasibility_sources=counted.sources if counted else (),
    )


def _feasibility(
    reader: Reader,
    nodes: tuple[Node, ...],
    sectors: dict[str, tuple[tuple[str, int], ...]],
    places: Specialisation | None,
) -> tuple[FloatArray, list[_Strongest]]:
    """LQ / (1 + LQ) of the strongest district for each node's sector, and the three strongest districts.

    Only districts that hold at least an average share of the sector's enterprises are asked: a location quotient is
    easily large where there is hardly any industry. Why the location quotient and not relatedness density:
    docs/decisions/0007-feasibility.md.
    """
    feasible = np.full(len(nodes), np.nan)
    nearest = [_Strongest()] * len(nodes)
    if places is None:
        return feasible, nearest
    parent = {r["sector_id"]: r["parent_id"] for r in reader.sql(queries.SECTOR_PARENTS).to_pylist()}
    for i, node in enumerate(nodes):
        climbed = (_climb(s, parent, places) for s, _ in sectors.get(node.node_id, ()))
        column = next((c for c in climbed if c is not None), None)
        if column is None:
            continue
        count, quotient = places.enterprises[:, column], places.lq[:, column]
        if count.sum() == 0:
            continue
        strength = np.where(count >= count.mean(), quotient / (1.0 + quotient), -1.0)
        order = np.argsort(-strength, kind="stable")[:3]
        first = int(order[0])
        feasible[i] = strength[first]
        nearest[i] = _Strongest(
            places=tuple(places.regions[int(r)] for r in order if strength[r] >= 0),
            quotient=_known(quotient[first]),
            trade=places.sectors[column],
            enterprises=int(count[first]),
        )
    return feasible, nearest


def _climb(sector: str | None, parent: dict[str, str | None], places: Specialisation) -> int | None:
    while sector is not None:
        if sector in places.sector_ids:
            return places.sector_ids.index(sector)
        sector = parent.get(sector)
    return None


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
