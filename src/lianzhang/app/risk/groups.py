"""Systemic risk of whole groups: what is lost when all firms of a sector, district, cluster or node fail at once.

Also any capacity vector that is told by groups: several of them failing together, with whom it reaches.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lianzhang.app.risk import targets
from lianzhang.app.risk.network import Draw, made_up_name
from lianzhang.app.risk.outcome import Band, band
from lianzhang.app.risk.runs import Progress, Region, kept, latest, networks
from lianzhang.app.risk.scenario import Kind, Scenario
from lianzhang.app.risk.targets import Group, Groups
from lianzhang.i18n import Text
from lianzhang.risk import service
from lianzhang.risk.kernel.layout import FirmGraph
from lianzhang.risk.kernel.scenario import cascade, shares
from lianzhang.risk.model import MAX_STEPS, PUBLISHED_EPSILON
from lianzhang.store import Reader, Store

Longs = NDArray[np.int64]

#: Name of the runs.
RUN = "risk.groups"
#: Firms of the first network that are told one by one.
SHOWN = 20


@dataclass(frozen=True, slots=True)
class GroupRisk:
    """All output that is lost when every local firm of a group fails, as a share; bands over the draws.

    ``wider``: the sectors that fail hold more than the node or cluster does.
    """

    kind: Kind
    id: str
    name: Text
    wider: bool
    firms: float
    esri: Band
    downstream: Band
    upstream: Band


@dataclass(frozen=True, slots=True)
class Reached:
    """A made-up firm of the first network that a failure reaches, and along which path."""

    name: Text
    loss: float
    output_share: float
    direction: str
    path: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """What is lost at once when a scenario's targets lose its depth of capacity: the index, and whom it reaches."""

    status: str
    draws: int
    failing: float
    esri: Band
    downstream: Band
    upstream: Band
    reached: float
    affected: tuple[Reached, ...]


def index_graph(region: Region, one: Draw) -> FirmGraph:
    """A network with final users laid out for the index."""
    if ("index", one.seed) not in region.cache:
        region.cache["index", one.seed] = service.layout_of(one.whole())
    found: FirmGraph = region.cache["index", one.seed]
    return found


def fail(graph: FirmGraph, hit: Longs, depth: float = 1.0) -> tuple[float, float, float, NDArray[np.float64]]:
    """Index, downstream and upstream part of some firms losing ``depth`` of their capacity, and (n,) each firm's loss.

    Shares; the published stopping rule.
    """
    capacity = np.ones(len(graph.firm_of))
    capacity[hit] = 1.0 - depth
    down, up, *_ = cascade(graph, capacity[graph.firm_of], PUBLISHED_EPSILON, MAX_STEPS)
    lost = np.zeros(len(capacity))
    lost[graph.firm_of] = np.maximum(down, up)
    return (*shares(graph, down, up), lost)


def group_ranks(
    region: Region, by: Kind, draws: int, progress: Progress | None = None
) -> tuple[GroupRisk, ...]:
    """Fail every group of a kind in turn on several networks, or read the result if it is kept; the worst first.

    Args:
        region: an open region.
        by: sector, region (district), cluster or node.
        draws: how many networks.
        progress: called with (failures done, failures in all); may raise to stop.
    """
    wanted = [g for g in region.groups.of(by) if g.sectors]

    def compute() -> dict[str, pa.Table]:
        rows: list[dict[str, object]] = []
        for n, one in enumerate(networks(region, draws)):
            graph = index_graph(region, one)
            # Nodes often lie in the same sectors: each set of firms fails once.
            done: dict[tuple[str, tuple[int, ...]], tuple[int, float, float, float]] = {}
            for k, group in enumerate(wanted):
                key = (group.id if by == "region" else "", group.sectors)
                if key not in done:
                    hit = targets.members(one, group)
                    done[key] = (len(hit), *fail(graph, hit)[:3])
                firms, esri, down, up = done[key]
                if firms:
                    rows.append(
                        {
                            "draw": one.seed,
                            "id": group.id,
                            "firms": firms,
                            "esri": esri,
                            "downstream": down,
                            "upstream": up,
                        }
                    )
                if progress is not None:
                    progress(n * len(wanted) + k + 1, draws * len(wanted))
        return {"groups": pa.Table.from_pylist(rows)}

    table = kept(
        region, RUN, {"by": by, "draws": draws, "epsilon": PUBLISHED_EPSILON}, compute, targets.TABLES
    )
    return _told(wanted, table["groups"])


def kept_group_ranks(store: Store, reader: Reader, groups: Groups, by: Kind) -> tuple[GroupRisk, ...] | None:
    """The newest kept result of a kind; None where there is none."""
    for entry in latest(store, reader, RUN):
        if entry.params["by"] == by:
            return _told(list(groups.of(by)), store.run(entry.run_id).table("groups"))
    return None


def _told(wanted: list[Group], table: pa.Table) -> tuple[GroupRisk, ...]:
    rows: dict[str, list[dict[str, float]]] = {}
    for row in table.to_pylist():
        rows.setdefault(row["id"], []).append(row)
    found = []
    for group in wanted:
        mine = rows.get(group.id)
        if mine:
            bands = [band(np.array([r[c] for r in mine])) for c in ("esri", "downstream", "upstream")]
            firms = float(np.median([r["firms"] for r in mine]))
            found.append(GroupRisk(group.kind, group.id, group.name, group.wider, firms, *bands))
    return tuple(sorted(found, key=lambda g: -g.esri.mid))


def explain(region: Region, wanted: Scenario, top: int = SHOWN) -> Explained:
    """The index of a scenario: its targets keep 1 − depth of their capacity, all others all of theirs.

    Args:
        region: an open region.
        wanted: who fails and how deep; its days do not matter.
        top: how many made-up firms of the first network to tell one by one.

    Raises:
        UnknownNameError: the scenario names somebody the region does not have.
        NotComputableError: nothing of the network is hit.
    """
    results, sizes = [], []
    affected: tuple[Reached, ...] = ()
    for n, one in enumerate(networks(region, wanted.draws)):
        hit = targets.hit(region.reader, region.groups, one, wanted)
        network = one.whole()
        capacity = np.ones(network.firms)
        capacity[hit] = 1.0 - wanted.depth
        found = service.scenario(network, capacity, top=0 if n else top, graph=index_graph(region, one))
        results.append(found)
        sizes.append(len(hit))
        if n == 0:
            affected = tuple(
                Reached(
                    _name(one, a.firm),
                    a.loss,
                    a.output_share,
                    a.direction,
                    tuple(_name(one, f) for f in a.path),
                )
                for a in found.affected
            )
    return Explained(
        status="reconstructed",
        draws=len(results),
        failing=float(np.median(sizes)),
        esri=band(np.array([r.esri for r in results])),
        downstream=band(np.array([r.downstream for r in results])),
        upstream=band(np.array([r.upstream for r in results])),
        reached=float(np.median([r.reached for r in results])),
        affected=affected,
    )


def _name(one: Draw, firm_id: str) -> Text:
    firm = int(firm_id)
    if firm == len(one.sector):
        return Text("最终用户", "final users")
    return made_up_name(one.industry, int(one.sector[firm]), int(one.district[firm]))
