"""Who can fail in a reconstructed network, and what its results are told by: sectors, districts, nodes, clusters.

The network knows sectors and districts. A chain node or a cluster is the sectors it lies in; where these are wider than
it, that is said (``wider``) and no money of it is told. A registered firm is none of the made-up ones: the largest
made-up firm of its sector and district stands in for it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lianzhang.app.risk import queries
from lianzhang.app.risk.inputs import Industry
from lianzhang.app.risk.network import Draw
from lianzhang.app.risk.scenario import Kind, Scenario, Who
from lianzhang.errors import NotComputableError, UnknownNameError
from lianzhang.i18n import Text
from lianzhang.store import Reader

Longs = NDArray[np.int64]

#: Tables that say what nodes, clusters and registered firms are; they go into a run besides those of the network.
TABLES = ("taxonomies", "nodes", "node_sectors", "clusters", "cluster_sectors")


@dataclass(frozen=True, slots=True)
class Group:
    """A part of the network: ``sectors`` are places in the industry's list, all of them for a district.

    ``wider``: the sectors hold more than the node or cluster does.
    """

    kind: Kind
    id: str
    name: Text
    parent: str | None
    sectors: tuple[int, ...]
    wider: bool
    level: str | None = None  #: of a node: product, system, assembly or component


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody who can fail, with the made-up firms that it is in the network. Money in yuan a year."""

    kind: Kind
    id: str
    name: Text
    firms: int
    output_cny: float
    parent: str | None
    wider: bool


@dataclass(frozen=True, slots=True)
class Choices:
    """Everybody who can be chosen, registered firms left aside."""

    sectors: tuple[Choice, ...]
    districts: tuple[Choice, ...]
    nodes: tuple[Choice, ...]
    clusters: tuple[Choice, ...]
    inflows: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Sectors, districts, nodes and clusters of a region as parts of its network."""

    industry: Industry
    links: Mapping[str, str]  #: input–output sector by division
    sectors: tuple[Group, ...]
    districts: tuple[Group, ...]
    nodes: tuple[Group, ...]  #: in the order of the chain; those outside the network have no sectors
    clusters: tuple[Group, ...]

    def of(self, kind: Kind) -> tuple[Group, ...]:
        """The groups of one kind."""
        return {
            "sector": self.sectors,
            "region": self.districts,
            "node": self.nodes,
            "cluster": self.clusters,
        }.get(kind, ())

    def find(self, kind: Kind, name: str) -> Group:
        """A group by id or name.

        Raises:
            UnknownNameError: there is none of that name.
            NotComputableError: no sector of it is in the network.
        """
        for group in self.of(kind):
            if name in (group.id, group.name.zh, group.name.en):
                if not group.sectors:
                    raise NotComputableError(
                        Text(
                            f"“{group.name.zh}”不属于网络里的任何工业部门",
                            f"“{group.name.en}” lies in no industrial sector of the network",
                        ),
                        hint=Text(
                            "网络只含工业；请另选一个", "the network holds industry only; choose another"
                        ),
                    )
                return group
        if kind == "sector":
            within = self.industry.within(name, self.links)
            if within:
                return Group("sector", name, self.industry.sectors[within[0]], None, tuple(within), True)
        raise UnknownNameError(_WHAT[kind], name, [g.id for g in self.of(kind)])


_WHAT: Mapping[Kind, Text] = {
    "sector": Text("部门", "sector"),
    "region": Text("区县", "district"),
    "node": Text("节点", "node"),
    "cluster": Text("集群", "cluster"),
}


def groups_of(reader: Reader, given: Industry) -> Groups:
    """Read what the region's nodes and clusters are in terms of the network's sectors."""
    links = {r["from_sector"]: r["to_sector"] for r in reader.sql(queries.LINKS).to_pylist()}
    everything = tuple(range(len(given.sector_ids)))
    return Groups(
        industry=given,
        links=links,
        sectors=tuple(
            Group("sector", s, given.sectors[k], given.parents[k] if s in given.parts else None, (k,), False)
            for k, s in enumerate(given.sector_ids)
        ),
        districts=tuple(
            Group("region", d, given.districts[k], None, everything, False)
            for k, d in enumerate(given.district_ids)
        ),
        nodes=_nodes(reader, given, links),
        clusters=_clusters(reader, given, links),
    )


def _nodes(reader: Reader, given: Industry, links: Mapping[str, str]) -> tuple[Group, ...]:
    """Nodes of the main chain; one without sectors of its own lies in those of the node above it."""
    own: dict[str, list[str]] = {}
    for row in reader.sql(queries.NODE_SECTORS).to_pylist():
        own.setdefault(row["node_id"], []).append(row["sector_id"])
    rows = reader.sql(queries.CHAIN_NODES).to_pylist()
    above = {r["node_id"]: r["parent_id"] for r in rows}
    below: dict[str, list[str]] = {}
    for node, parent in above.items():
        if parent is not None:
            below.setdefault(parent, []).append(node)

    def sectors(node: str) -> set[int]:
        at: str | None = node
        while at is not None and at not in own:
            at = above.get(at)
        return narrowest(given, own.get(at, ()) if at else (), links)

    def reach(node: str, kind: str) -> tuple[int, ...]:
        # A system has no sector of its own and is what its assemblies are.
        if kind == "system" and node not in own and node in below:
            return tuple(sorted(set().union(*(sectors(n) for n in below[node]))))
        return tuple(sorted(sectors(node)))

    return tuple(
        Group(
            "node",
            r["node_id"],
            Text(r["name_zh"], r["name_en"]),
            r["parent_id"],
            reach(r["node_id"], r["kind"]),
            True,
            r["kind"],
        )
        for r in rows
    )


def narrowest(given: Industry, sector_ids: Iterable[str], links: Mapping[str, str]) -> set[int]:
    """Sectors of the network that some sectors lie in; a sector of the input–output table only where nothing finer is named."""
    named = list(sector_ids)
    finer = [s for s in named if s not in given.parents]
    found = {k for s in finer for k in given.within(s, links)}
    return found or {k for s in named for k in given.within(s, links)}


def _clusters(reader: Reader, given: Industry, links: Mapping[str, str]) -> tuple[Group, ...]:
    """Clusters of the main system by their main sectors; one that touches a sector only is not in it."""
    members: dict[str, list[tuple[str, str]]] = {}
    for row in reader.sql(queries.CLUSTER_SECTORS).to_pylist():
        if row["coverage"] != "touches":
            members.setdefault(row["cluster_id"], []).append((row["sector_id"], row["coverage"]))
    found = []
    for row in reader.sql(queries.CLUSTERS).to_pylist():
        of = members.get(row["cluster_id"], [])
        within = sorted(narrowest(given, (s for s, _ in of), links))
        whole = {s for s, coverage in of if coverage == "whole"}
        found.append(
            Group(
                "cluster",
                row["cluster_id"],
                Text(row["name_zh"], row["name_en"]),
                row["tier_id"],
                tuple(within),
                not all(_holds(given, whole, k, links) for k in within),
            )
        )
    return tuple(found)


def _holds(given: Industry, whole: set[str], k: int, links: Mapping[str, str]) -> bool:
    """Whether sectors that belong wholly to a cluster hold all of a sector of the network."""
    divisions = [d for d, to in links.items() if to == given.parents[k]]
    return all(d in whole or k not in given.within(d, links) for d in divisions)


def choices(reader: Reader, given: Industry, groups: Groups | None = None) -> Choices:
    """Everybody who can fail."""
    known = groups or groups_of(reader, given)
    firms = given.counts.sum(axis=1)
    by_district = given.counts.sum(axis=0)
    spread = np.divide(
        given.counts, firms[:, None], out=np.zeros(given.counts.shape), where=firms[:, None] > 0
    )
    output = (spread * given.output[:, None]).sum(axis=0)
    brought = given.flows.sum(axis=1) * (1.0 - given.local_share)

    def choice(group: Group) -> Choice:
        at = list(group.sectors)
        return Choice(
            group.kind,
            group.id,
            group.name,
            int(firms[at].sum()),
            float(given.output[at].sum()),
            group.parent,
            group.wider,
        )

    return Choices(
        sectors=tuple(choice(g) for g in known.sectors if firms[list(g.sectors)].sum() > 0),
        districts=tuple(
            Choice("region", g.id, g.name, int(by_district[k]), float(output[k]), None, False)
            for k, g in enumerate(known.districts)
            if by_district[k] > 0
        ),
        nodes=tuple(choice(g) for g in known.nodes if g.sectors and firms[list(g.sectors)].sum() > 0),
        clusters=tuple(choice(g) for g in known.clusters if g.sectors and firms[list(g.sectors)].sum() > 0),
        inflows=tuple(
            Choice("inflow", g.id, g.name, 1, float(brought[k]), g.parent, False)
            for k, g in enumerate(known.sectors)
            if brought[k] > 0
        ),
    )


@dataclass(frozen=True, slots=True)
class Registered:
    """A registered firm as the network sees it: its sectors, and its district if the register says so (else −1)."""

    firm_id: str
    name: Text
    sectors: tuple[int, ...]
    district: int


def registered(reader: Reader, groups: Groups, firm_id: str) -> Registered:
    """What of the network a registered firm lies in.

    Raises:
        UnknownNameError: no such firm.
        NotComputableError: it is elsewhere, or the register does not say its sector, or it is no industrial one.
    """
    rows = reader.sql(queries.FIRM, {"firm": firm_id, "root": reader.region.root}).to_pylist()
    if not rows:
        raise UnknownNameError(Text("企业", "firm"), firm_id)
    row = rows[0]
    name = Text(row["name_zh"], row["name_en"])
    if row["elsewhere"]:
        raise NotComputableError(
            Text(
                f"“{name.zh}”在外地，重构网络里只有本地企业",
                f"“{name.en}” is elsewhere; the reconstructed network holds firms of the region only",
            ),
            hint=Text(
                "改选本地企业，或所属部门的外地来货", "choose a firm here, or the inflow of its sector"
            ),
        )
    within = groups.industry.within(row["sector_id"], groups.links) if row["sector_id"] else []
    if not within:
        raise NotComputableError(
            Text(f"“{name.zh}”没有网络里的工业行业", f"“{name.en}” has no industrial sector of the network"),
            hint=Text("请在名录中给出其行业", "give its sector in the register (lianzhang firms classify)"),
        )
    districts = groups.industry.district_ids
    return Registered(
        row["firm_id"],
        name,
        tuple(within),
        districts.index(row["region_id"]) if row["region_id"] in districts else -1,
    )


def name_of(reader: Reader, groups: Groups, who: Who) -> Text:
    """What somebody who fails is called.

    Raises:
        UnknownNameError: the region has none of that id.
        NotComputableError: it lies in no sector of the network.
    """
    if who.kind == "firm":
        return registered(reader, groups, who.id).name
    if who.kind not in ("largest", "inflow"):
        return groups.find(who.kind, who.id).name
    known = {n.id: n.name for n in groups.nodes}
    name = known.get(who.id) or groups.industry.sectors[_sectors_of(groups, who.id)[0]]
    if who.kind == "inflow":
        return Text(f"{name.zh}外地来货", f"inflow of {name.en.lower()}")
    return Text(f"{name.zh}最大{who.firms}家", f"largest {who.firms} of {name.en.lower()}")


def kind_of(reader: Reader, groups: Groups, name: str) -> Literal["node", "firm", "sector"]:
    """What bears a name: a node, else a registered firm, else a sector.

    Raises:
        UnknownNameError: nothing does.
    """
    if any(name in (g.id, g.name.zh, g.name.en) for g in groups.nodes):
        return "node"
    if reader.sql(queries.FIRM, {"firm": name, "root": reader.region.root}).to_pylist():
        return "firm"
    groups.find("sector", name)
    return "sector"


def stand_in(one: Draw, firm: Registered, taken: Collection[int] = ()) -> int | None:
    """The made-up firm that stands in for a registered one: the largest of its sector and district, or of its sector where
    the district is not known or has none, that stands in for no other firm yet (``taken``)."""
    local = np.arange(len(one.sector)) < one.firms
    same = local & np.isin(one.sector, firm.sectors)
    same[list(taken)] = False
    near = np.flatnonzero(same & (one.district == firm.district)) if firm.district >= 0 else np.array([], int)
    among = near if len(near) else np.flatnonzero(same)
    return int(among[np.argmax(one.output[among])]) if len(among) else None


def members(one: Draw, group: Group) -> Longs:
    """Local made-up firms of a group in one network."""
    local = np.arange(len(one.sector)) < one.firms
    if group.kind == "region":
        return np.flatnonzero(one.district == one.industry.district_ids.index(group.id))
    return np.flatnonzero(local & np.isin(one.sector, group.sectors))


def hit(reader: Reader, groups: Groups, one: Draw, scenario: Scenario) -> Longs:
    """Made-up firms and sources of inflow of one network that a scenario hits.

    Raises:
        UnknownNameError: somebody or a district that the network does not have.
        NotComputableError: nothing of the network is hit.
    """
    taken: set[int] = set()
    parts = [_hit_by(reader, groups, one, who, taken) for who in scenario.who]
    found = np.unique(np.concatenate(parts)).astype(np.int64)
    if scenario.within:
        districts = [one.industry.district_ids.index(groups.find("region", d).id) for d in scenario.within]
        found = found[np.isin(one.district[found], districts)]
    if len(found) == 0:
        raise NotComputableError(
            Text(
                f"“{scenario.name}”没有击中网络里的任何企业", f"“{scenario.name}” hits no firm of the network"
            ),
            hint=Text("请换一个对象或去掉区县限制", "choose another target, or other districts"),
        )
    return found


def check_who(reader: Reader, groups: Groups, who: Who) -> None:
    """See that somebody is there who is to fail.

    Raises:
        UnknownNameError: the region has none of that id.
        NotComputableError: it lies in no sector of the network.
    """
    if who.kind == "firm":
        registered(reader, groups, who.id)
    elif who.kind in ("largest", "inflow"):
        _sectors_of(groups, who.id)
    else:
        groups.find(who.kind, who.id)


def _hit_by(reader: Reader, groups: Groups, one: Draw, who: Who, taken: set[int]) -> Longs:
    if who.kind == "firm":
        found = stand_in(one, registered(reader, groups, who.id), taken)
        if found is None:
            return np.array([], np.int64)
        taken.add(found)
        return np.array([found], np.int64)
    if who.kind not in ("largest", "inflow"):
        return members(one, groups.find(who.kind, who.id))
    sectors = _sectors_of(groups, who.id)
    local = np.arange(len(one.sector)) < one.firms
    within = np.isin(one.sector, sectors)
    if who.kind == "inflow":
        return np.flatnonzero(within & ~local)
    among = np.flatnonzero(within & local)
    return among[np.argsort(-one.output[among], kind="stable")][: who.firms]


def _sectors_of(groups: Groups, name: str) -> tuple[int, ...]:
    """Sectors of a sector or node."""
    try:
        return groups.find("sector", name).sectors
    except UnknownNameError:
        known = {n.id for n in groups.nodes}
        if name not in known:
            raise
        return groups.find("node", name).sectors
