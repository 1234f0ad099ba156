"""Risk and the chain's gaps beside each other: which gap a remedy would close, how much output hangs on a node.

Neither word knows the other; they meet here, by the sectors that a node lies in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from lianzhang.app.chain import accounts_or_none, places_or_none
from lianzhang.app.risk.inputs import industry
from lianzhang.app.risk.outcome import Band
from lianzhang.app.risk.rank import RUN, RegionRank, summarise
from lianzhang.app.risk.remedy import Kind, Remedy
from lianzhang.app.risk.runs import Region, latest
from lianzhang.app.risk.targets import Groups, groups_of
from lianzhang.app.session import open_region, open_store
from lianzhang.chain.service import ChainMap, Gap, Gaps, candidates, chain_map, gaps
from lianzhang.config import Settings
from lianzhang.errors import NotComputableError
from lianzhang.i18n import Text
from lianzhang.store import Reader, Store

#: Gaps that are told of a remedy.
SHOWN = 5
#: Candidates that are counted at most.
COUNTED = 20


@dataclass(frozen=True, slots=True)
class GapLink:
    """A gap of the chain in the sector that a remedy is about. ``rank`` 0: nobody has looked yet, so it is not ranked.

    ``stake_cny`` is yuan a year and the sector's, an upper bound for the node; ``feasibility`` lies in [0, 1];
    ``candidates`` counts firms elsewhere that could be asked, `COUNTED` at most.
    """

    node_id: str
    name: Text
    kind: str
    rank: int
    stake_cny: float | None
    feasibility: float | None
    candidates: int


@dataclass(frozen=True, slots=True)
class LinkedRemedy:
    """A remedy with the gaps that it would help to close. Money in yuan of value added; ``share`` is of the loss."""

    scenario: str
    title: Text
    what: Text
    kind: Kind
    sector_id: str | None
    sector: Text | None
    loss_cny: float
    saving_cny: Band
    share: float
    gaps: tuple[GapLink, ...]


@dataclass(frozen=True, slots=True)
class NodeRisk:
    """What hangs on the sectors of a node, as shares of all output; medians and spans over the draws.

    ``firm``: lost when their most critical made-up firm fails. ``inflow``: lost when all that is brought in ends; None
    where nothing is.
    """

    node_id: str
    sectors: tuple[Text, ...]
    firm: Band | None
    inflow: Band | None

    @property
    def most(self) -> float:
        """The larger of both medians."""
        return max((b.mid for b in (self.firm, self.inflow) if b is not None), default=0.0)


def linked(
    groups: Groups,
    remedies: tuple[Remedy, ...],
    ranked: Gaps | None,
    count: Callable[[str], int] = lambda node_id: 0,
) -> tuple[LinkedRemedy, ...]:
    """Remedies with the gaps of their sector, those ranked first, then those with most at stake.

    Args:
        groups: the region's nodes as parts of the network.
        remedies: in order.
        ranked: gaps of the chain; None where there is no chain.
        count: how many candidates elsewhere a node has.
    """
    known: dict[str, int] = {}

    def counted(node_id: str) -> int:
        if node_id not in known:
            known[node_id] = count(node_id)
        return known[node_id]

    place = {s: k for k, s in enumerate(groups.industry.sector_ids)}
    within = {g.id: set(g.sectors) for g in groups.nodes}
    found = []
    for r in remedies:
        mine: list[Gap] = []
        if r.sector_id is not None and ranked is not None:
            at = place[r.sector_id]
            mine = [g for g in (*ranked.ranked, *ranked.to_search) if at in within.get(g.node.node_id, ())]
        found.append(
            LinkedRemedy(
                r.scenario.name,
                r.title,
                r.what,
                r.kind,
                r.sector_id,
                r.sector,
                r.loss_cny,
                r.saving_cny,
                r.share,
                tuple(
                    GapLink(
                        g.node.node_id,
                        g.node.name,
                        g.kind.name.lower(),
                        g.rank,
                        g.stake_cny,
                        g.feasibility,
                        counted(g.node.node_id),
                    )
                    for g in mine[:SHOWN]
                ),
            )
        )
    return tuple(found)


def counting(reader: Reader, chain: ChainMap) -> Callable[[str], int]:
    """How many candidates elsewhere a node of a chain has, up to `COUNTED`."""
    return lambda node_id: len(candidates(reader, chain, node_id, COUNTED))


def node_risks(groups: Groups, rank: RegionRank) -> dict[str, NodeRisk]:
    """What hangs on each node, from the kept rank."""
    firm = {name: Band(c.low, c.highest, c.high) for c in rank.sectors for name in [c.name]}
    inflow = {f.sector_id: Band(f.low, f.esri, f.high) for f in rank.inflow}
    found = {}
    for group in groups.nodes:
        firms = [
            firm[groups.industry.sectors[k]] for k in group.sectors if groups.industry.sectors[k] in firm
        ]
        brought = [
            inflow[groups.industry.sector_ids[k]]
            for k in group.sectors
            if groups.industry.sector_ids[k] in inflow
        ]
        if group.sectors:
            found[group.id] = NodeRisk(
                group.id,
                tuple(groups.industry.sectors[k] for k in group.sectors),
                max(firms, key=lambda b: b.mid, default=None),
                max(brought, key=lambda b: b.mid, default=None),
            )
    return found


def linked_here(region: Region, remedies: tuple[Remedy, ...], as_of: date) -> tuple[LinkedRemedy, ...]:
    """Remedies with the gaps of the region's main chain as of a day; without gaps where there is no chain."""
    reader = region.reader
    try:
        chain = chain_map(reader, region.region_id, as_of)
    except NotComputableError:
        return linked(region.groups, remedies, None)
    found = gaps(reader, chain, accounts_or_none(reader), places_or_none(reader))
    return linked(region.groups, remedies, found, counting(reader, chain))


def kept_node_risks(settings: Settings) -> dict[str, NodeRisk]:
    """What hangs on each node of the region that is meant, from the kept rank; nothing where none is kept."""
    with open_region(settings) as reader:
        return node_risks_of(open_store(settings), reader)


def node_risks_of(store: Store, reader: Reader) -> dict[str, NodeRisk]:
    """The same for a region that is open already."""
    entry = next(latest(store, reader, RUN), None)
    if entry is None:
        return {}
    given = industry(reader, reader.region.root)
    return node_risks(groups_of(reader, given), summarise(given, store.run(entry.run_id).tables()))
