"""Single points of failure of a cluster: firms and nodes whose failure alone stops much of what the others make.

Every failure is computed anew on every network; what is told is the share of the output of the cluster's other firms that
is lost. The firms are made up: the one at a place of one network has no counterpart in another, the loss at that place
has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lianzhang.app.risk import targets
from lianzhang.app.risk.groups import fail, index_graph
from lianzhang.app.risk.inputs import Industry
from lianzhang.app.risk.network import Draw, made_up_name
from lianzhang.app.risk.outcome import Band, band
from lianzhang.app.risk.runs import Progress, Region, kept, latest, networks
from lianzhang.app.risk.targets import Group, Groups
from lianzhang.chain.model import Grade
from lianzhang.chain.service import chain_map, chain_taxonomies
from lianzhang.errors import NotComputableError
from lianzhang.i18n import Text
from lianzhang.risk.kernel.layout import FirmGraph
from lianzhang.risk.model import PUBLISHED_EPSILON
from lianzhang.store import Reader, RunEntry, Store

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

#: Name of the runs.
RUN = "risk.points"
#: A failure that costs the cluster's other firms at least this share of their output is a single point of failure.
POINT = 0.01
#: Firms that are failed one by one: those that deliver most to the cluster in essential inputs, and its largest.
SUPPLIERS = 60
LARGEST = 40
#: Firms that are told.
SHOWN = 15


@dataclass(frozen=True, slots=True)
class PointFirm:
    """A made-up firm of the first network, or what comes from elsewhere (``district`` None).

    ``loss`` is the share of the output of the cluster's other firms that its failure costs, at this place over the draws.
    """

    place: int
    name: Text
    sector_id: str
    sector: Text
    district: Text | None
    output_cny: float
    loss: Band
    single: bool


@dataclass(frozen=True, slots=True)
class PointNode:
    """A node of the chain: what failures in its sectors cost the cluster's other firms, as shares of their output.

    ``largest_loss``: the largest made-up firm of its sectors alone. ``inflow_loss``: all that is brought in. ``loss``:
    everything that is made here, an upper bound, as the sectors are wider than the node. ``grade`` is the chain's grade
    of the node's makers, None for what the chain does not grade. ``single``: one firm, or the inflow, costs at least the
    threshold.
    """

    node_id: str
    name: Text
    parent: str | None
    level: str | None
    sectors: tuple[Text, ...]
    grade: str | None
    largest_loss: Band | None
    inflow_loss: Band | None
    loss: Band | None
    single: bool


@dataclass(frozen=True, slots=True)
class Points:
    """Single points of failure of one cluster, the worst first; nodes that share sectors share figures."""

    status: str
    cluster_id: str
    name: Text
    draws: int
    threshold: float
    failed: int
    firms: tuple[PointFirm, ...]
    nodes: tuple[PointNode, ...]


def single_points(
    region: Region,
    cluster: str | None,
    draws: int,
    progress: Progress | None = None,
    grades: Mapping[str, Grade] | None = None,
) -> Points:
    """Fail firms and nodes one by one and see what the cluster loses, or read the result if it is kept.

    Args:
        region: an open region.
        cluster: id or name; the first cluster of the system by default.
        draws: how many networks.
        progress: called with (networks done, networks in all); may raise to stop.
        grades: the chain's grades of its nodes, to be told beside.

    Raises:
        UnknownNameError: no such cluster.
        NotComputableError: no sector of it is in the network.
    """
    groups = region.groups
    group = groups.find("cluster", cluster or next((g.id for g in groups.clusters if g.sectors), ""))

    def compute() -> dict[str, pa.Table]:
        firms, nodes = [], []
        for n, one in enumerate(networks(region, draws)):
            told = _One(region, one, group)
            firms.append(told.firms())
            nodes.append(told.nodes(groups))
            if progress is not None:
                progress(n + 1, draws)
        return {"firms": pa.concat_tables(firms), "nodes": pa.concat_tables(nodes)}

    tables = kept(region, RUN, _params(group.id, draws), compute, targets.TABLES)
    return _told(groups, group, tables, grades or {})


def _params(cluster_id: str, draws: int) -> dict[str, object]:
    return {
        "cluster": cluster_id,
        "draws": draws,
        "suppliers": SUPPLIERS,
        "largest": LARGEST,
        "epsilon": PUBLISHED_EPSILON,
    }


def grades_of(reader: Reader, region_id: str, as_of: date) -> dict[str, Grade]:
    """The chain's grades of the nodes of every cut as of a day."""
    try:
        return {
            n.node_id: n.grade
            for cut in chain_taxonomies(reader)
            for n in chain_map(reader, region_id, as_of, cut).nodes
        }
    except NotComputableError:
        return {}


def kept_points(
    store: Store,
    reader: Reader,
    groups: Groups,
    grades: Mapping[str, Grade] | None = None,
    *,
    earlier: bool = False,
) -> tuple[Points, ...]:
    """Newest kept result of every cluster, in the order of the clusters; of ``earlier`` programs too if asked for."""
    found = newest(store, reader, earlier=earlier)
    return tuple(
        _told(groups, group, store.run(found[group.id].run_id).tables(), grades or {})
        for group in groups.clusters
        if group.id in found
    )


def newest(store: Store, reader: Reader, *, earlier: bool = False) -> dict[str, RunEntry]:
    """Records of those results by the cluster's id; see `lianzhang.app.risk.runs.latest`."""
    found: dict[str, RunEntry] = {}
    for entry in latest(store, reader, RUN, earlier=earlier):
        found.setdefault(entry.params["cluster"], entry)
    return found


class _One:
    """One network with the cluster's firms marked."""

    def __init__(self, region: Region, one: Draw, cluster: Group) -> None:
        self.one = one
        self.graph: FirmGraph = index_graph(region, one)
        self.inside = np.zeros(len(self.graph.firm_of), bool)
        self.inside[targets.members(one, cluster)] = True
        self.output = np.zeros(len(self.graph.firm_of))
        self.output[: len(one.output)] = one.output

    def loss(self, hit: Longs) -> float:
        """Share of the output of the cluster's firms that do not fail themselves which is lost."""
        lost = fail(self.graph, hit)[3]
        others = self.inside.copy()
        others[hit] = False
        whole = float(self.output[others].sum())
        return float((lost * self.output)[others].sum() / whole) if whole > 0 else 0.0

    def candidates(self) -> Longs:
        """Suppliers of most essential inputs to the cluster, sources of inflow among them, and its largest firms."""
        one = self.one
        inside = self.inside[: len(one.sector)]
        a, b = one.sector[one.supplier], one.sector[one.buyer]
        counts = inside[one.buyer] & (one.industry.types[a, b] == 2)
        delivered = np.bincount(one.supplier[counts], one.sales[counts], minlength=len(one.sector))
        suppliers = np.argsort(-delivered, kind="stable")[:SUPPLIERS]
        own = np.where(inside, one.output, 0.0)
        largest = np.argsort(-own, kind="stable")[:LARGEST]
        return np.union1d(suppliers[delivered[suppliers] > 0], largest[own[largest] > 0]).astype(np.int64)

    def firms(self) -> pa.Table:
        one = self.one
        tried = self.candidates()
        return pa.table(
            {
                "draw": np.full(len(tried), one.seed, np.int16),
                "sector": one.sector[tried].astype(np.int16),
                "district": one.district[tried].astype(np.int16),
                "output_cny": one.output[tried],
                "loss": np.array([self.loss(np.array([k])) for k in tried.tolist()], np.float64),
            }
        )

    def nodes(self, groups: Groups) -> pa.Table:
        one = self.one
        done: dict[tuple[int, ...], dict[str, float]] = {}
        rows: dict[str, dict[str, float]] = {}
        local = np.arange(len(one.sector)) < one.firms
        for group in groups.nodes:
            if not group.sectors:
                continue
            if group.sectors not in done:
                within = np.isin(one.sector, group.sectors)
                here, brought = np.flatnonzero(within & local), np.flatnonzero(within & ~local)
                first = here[np.argsort(-one.output[here], kind="stable")][:1]
                done[group.sectors] = {
                    name: self.loss(hit) if len(hit) else float("nan")
                    for name, hit in zip(_LOSSES, (first, brought, here), strict=True)
                }
            rows[group.id] = done[group.sectors]
        return pa.table(
            {
                "draw": np.full(len(rows), one.seed, np.int16),
                "node": list(rows),
                **{name: np.array([r[name] for r in rows.values()], np.float64) for name in _LOSSES},
            }
        )


_LOSSES = ("largest_loss", "inflow_loss", "loss")


def _told(groups: Groups, cluster: Group, tables: dict[str, pa.Table], grades: Mapping[str, Grade]) -> Points:
    firms = {name: tables["firms"][name].to_numpy() for name in tables["firms"].column_names}
    seeds = np.unique(firms["draw"])
    tops = []
    for seed in seeds:
        mine = np.flatnonzero(firms["draw"] == seed)
        tops.append(mine[np.argsort(-firms["loss"][mine], kind="stable")])
    length = min(SHOWN, *(len(t) for t in tops))
    at_place = np.array([firms["loss"][t[:length]] for t in tops])
    rows: dict[str, list[dict[str, float]]] = {}
    for row in tables["nodes"].to_pylist():
        rows.setdefault(row["node"], []).append(row)
    nodes = [_node(groups, g, rows[g.id], grades.get(g.id)) for g in groups.nodes if g.id in rows]
    return Points(
        status="reconstructed",
        cluster_id=cluster.id,
        name=cluster.name,
        draws=len(seeds),
        threshold=POINT,
        failed=min(len(t) for t in tops),
        firms=tuple(
            _firm(groups.industry, firms, int(i), k + 1, at_place[:, k])
            for k, i in enumerate(tops[0][:length])
        ),
        nodes=tuple(sorted(nodes, key=lambda n: -_worst(n))),
    )


def _firm(
    given: Industry, firms: dict[str, NDArray[np.float64]], i: int, place: int, losses: Floats
) -> PointFirm:
    sector, district = int(firms["sector"][i]), int(firms["district"][i])
    loss = band(losses)
    return PointFirm(
        place=place,
        name=made_up_name(given, sector, district),
        sector_id=given.sector_ids[sector],
        sector=given.sectors[sector],
        district=given.districts[district] if district >= 0 else None,
        output_cny=float(firms["output_cny"][i]),
        loss=loss,
        single=loss.mid >= POINT,
    )


def _node(groups: Groups, group: Group, rows: list[dict[str, float]], grade: Grade | None) -> PointNode:
    def over(name: str) -> Band | None:
        values = np.array([r[name] for r in rows])
        return None if np.isnan(values).any() else band(values)

    found = PointNode(
        group.id,
        group.name,
        group.parent,
        group.level,
        tuple(groups.industry.sectors[k] for k in group.sectors),
        None if grade is None else grade.name.lower(),
        over("largest_loss"),
        over("inflow_loss"),
        over("loss"),
        False,
    )
    return replace(found, single=_worst(found) >= POINT)


def _worst(node: PointNode) -> float:
    """The larger of what one firm's failure and the end of the inflow cost."""
    return max((b.mid for b in (node.largest_loss, node.inflow_loss) if b is not None), default=0.0)
