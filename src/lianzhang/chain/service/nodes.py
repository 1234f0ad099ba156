"""The chain as a tree of nodes with their makers and grades."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from lianzhang.chain import queries
from lianzhang.chain.kernel.coverage import grade_nodes, rate_by_count
from lianzhang.chain.model import Evidence, Grade, RateResult
from lianzhang.errors import NotComputableError, UnknownNameError
from lianzhang.i18n import Text
from lianzhang.schema.period import parse_period
from lianzhang.store import Reader

#: Class of evidence by its word in the table `firm_nodes`. What the user enters is taken as seriously as a list.
EVIDENCE = {
    "registry_text": Evidence.REGISTRY,
    "press": Evidence.PRESS,
    "listed_report": Evidence.LISTED_REPORT,
    "official_list": Evidence.OFFICIAL,
    "user": Evidence.OFFICIAL,
}


#: How long after its end a register still speaks of the present.
REGISTER_HOLDS = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Maker:
    """One record that a firm makes, builds or develops a node.

    ``local``: the firm is in the region. ``current``: the record speaks of the day the chain is graded for; a register
    that ended long before is history, and what is of a later day is not known yet.
    """

    firm_id: str
    name: Text
    region: Text | None
    region_id: str | None
    activity: str
    evidence: str
    evidence_date: str | None
    local: bool
    current: bool
    source_id: str
    status: str


@dataclass(frozen=True, slots=True)
class Node:
    """One node with its grade. ``reconstructed``: the node itself is not official."""

    node_id: str
    kind: str
    parent_id: str | None
    rank: int
    name: Text
    value_share: float | None
    source_id: str
    status: str
    grade: Grade
    makers: tuple[Maker, ...]
    searched: date | None

    @property
    def reconstructed(self) -> bool:
        """Whether the node is our reconstruction, not in a published list."""
        return self.status == "reconstructed"

    @property
    def local_makers(self) -> tuple[Maker, ...]:
        """Local firms that make it now, one record each."""
        chosen: dict[str, Maker] = {}
        for maker in self.makers:
            if maker.local and maker.current and maker.activity == "makes":
                chosen.setdefault(maker.firm_id, maker)
        return tuple(chosen.values())


@dataclass(frozen=True, slots=True)
class Assignment:
    """A plan's assignment of a node to a district."""

    node_id: str
    region_id: str
    region: Text
    source_id: str
    status: str


@dataclass(frozen=True, slots=True)
class ChainMap:
    """One taxonomy of a chain, graded for a region as of a day.

    ``rate_all`` is covered components / components with a known grade, over all of them; ``rate_stated`` over those
    that a publication names. The first rests on reconstructed nodes and is no headline.
    """

    taxonomy_id: str
    name: Text
    region_id: str
    as_of: date
    nodes: tuple[Node, ...]
    assignments: tuple[Assignment, ...]
    rate_all: RateResult
    rate_stated: RateResult

    def children(self, node_id: str | None) -> tuple[Node, ...]:
        """Nodes right below one, in order."""
        return tuple(n for n in self.nodes if n.parent_id == node_id)

    def of_kind(self, kind: str) -> tuple[Node, ...]:
        """Nodes of one kind, in order."""
        return tuple(n for n in self.nodes if n.kind == kind)

    def node(self, node_id: str) -> Node:
        """One node.

        Raises:
            UnknownNameError: the taxonomy has none of that id.
        """
        for node in self.nodes:
            if node.node_id == node_id:
                return node
        raise UnknownNameError(Text("节点", "node"), node_id, [n.node_id for n in self.nodes])


def chain_taxonomies(reader: Reader) -> tuple[str, ...]:
    """Ids of the chain taxonomies that have nodes, the main one first."""
    rows = reader.sql(queries.TAXONOMIES, {"kind": "chain"}).to_pylist()
    filled = set(reader.sql("SELECT DISTINCT taxonomy_id FROM nodes").column("taxonomy_id").to_pylist())
    return tuple(r["taxonomy_id"] for r in rows if r["taxonomy_id"] in filled)


def chain_map(reader: Reader, region_id: str, as_of: date, taxonomy_id: str | None = None) -> ChainMap:
    """The main chain taxonomy (or a named one) graded by METHODS' strict rule.

    unknown: nobody has looked · missing: searched, none found · 1 one local maker · 2 two or more · 3 two or more
    with stated capacity that covers local demand. Evidence counts for the very node it names, and for the same node
    in another cut; evidence about an assembly never colours its components. A line being built is no maker yet.

    Raises:
        NotComputableError: no chain taxonomy is loaded.
        UnknownNameError: none of that name.
    """
    found = {t["taxonomy_id"]: t for t in reader.sql(queries.TAXONOMIES, {"kind": "chain"}).to_pylist()}
    if not found:
        raise NotComputableError(
            Text("没有产业链节点体系", "there is no chain taxonomy"),
            hint=Text(
                "请在数据包中提供 taxonomies 与 nodes 两张表",
                "supply the tables taxonomies and nodes in the pack",
            ),
        )
    if taxonomy_id is not None and taxonomy_id not in found:
        raise UnknownNameError(Text("产业链体系", "chain taxonomy"), taxonomy_id, found)
    head = found[taxonomy_id] if taxonomy_id else next(iter(found.values()))
    wanted = {"taxonomy": head["taxonomy_id"]}
    here = wanted | {"region": region_id}

    rows = reader.sql(queries.NODES, wanted).to_pylist()
    index = {r["node_id"]: i for i, r in enumerate(rows)}
    makers: dict[str, list[Maker]] = {}
    for r in reader.sql(queries.NODE_MAKERS, here).to_pylist():
        makers.setdefault(r["node_id"], []).append(_maker(r, as_of))
    searches = reader.sql(queries.NODE_SEARCHES, here).to_pylist()
    complete = [s for s in searches if s["complete"]]

    evidence = [
        (index[n], m)
        for n, ms in makers.items()
        for m in ms
        if m.local and m.current and m.activity == "makes"
    ]
    firms = {f: i for i, f in enumerate(dict.fromkeys(m.firm_id for _, m in evidence))}
    coverage = grade_nodes(
        len(rows),
        maker_node=[i for i, _ in evidence],
        maker_firm=[firms[m.firm_id] for _, m in evidence],
        maker_evidence=[EVIDENCE[m.evidence] for _, m in evidence],
        maker_date=np.array([_day(m.evidence_date) for _, m in evidence], dtype="datetime64[D]"),
        search_node=[index[s["node_id"]] for s in complete],
        search_date=np.array([s["searched_on"] for s in complete], dtype="datetime64[D]"),
        as_of=np.datetime64(as_of, "D"),
    )
    searched: dict[str, date] = {}
    for s in searches:
        searched.setdefault(s["node_id"], s["searched_on"])
    nodes = tuple(
        Node(
            node_id=r["node_id"],
            kind=r["kind"],
            parent_id=r["parent_id"],
            rank=r["rank"],
            name=Text(r["name_zh"], r["name_en"]),
            value_share=r["value_share"],
            source_id=r["source_id"],
            status=r["status"],
            grade=Grade(int(coverage.grade[i])),
            makers=tuple(makers.get(r["node_id"], ())),
            searched=searched.get(r["node_id"]),
        )
        for i, r in enumerate(rows)
    )
    components = np.array([n.kind == "component" for n in nodes], dtype=np.bool_)
    stated = components & np.array([not n.reconstructed for n in nodes], dtype=np.bool_)
    return ChainMap(
        taxonomy_id=head["taxonomy_id"],
        name=Text(head["name_zh"], head["name_en"]),
        region_id=region_id,
        as_of=as_of,
        nodes=nodes,
        assignments=tuple(
            Assignment(
                a["node_id"],
                a["region_id"],
                Text(a["region_zh"], a["region_en"]),
                a["source_id"],
                a["status"],
            )
            for a in reader.sql(queries.NODE_REGIONS, wanted).to_pylist()
        ),
        rate_all=rate_by_count(coverage.covered, countable=components),
        rate_stated=rate_by_count(coverage.covered, countable=stated),
    )


def _maker(row: dict[str, Any], as_of: date) -> Maker:
    region = Text(row["region_zh"], row["region_en"]) if row["region_zh"] else None
    return Maker(
        firm_id=row["firm_id"],
        name=Text(row["name_zh"], row["name_en"]),
        region=region,
        region_id=row["region_id"],
        activity=row["activity"],
        evidence=row["evidence"],
        evidence_date=row["evidence_date"],
        local=row["local"],
        current=_current(row["evidence"], row["evidence_date"], as_of),
        source_id=row["source_id"],
        status=row["status"],
    )


def _current(evidence: str, dated: str | None, as_of: date) -> bool:
    """A register says who was there when it ended; a year later it is history. Other evidence stays until corrected;
    none counts before its time."""
    if dated is None:
        return True
    period = parse_period(dated)
    if period.start > as_of:
        return False
    return evidence != "registry_text" or as_of <= period.end + REGISTER_HOLDS


def _day(period: str | None) -> date | None:
    """Start of the period the evidence speaks of: it counts as soon as the period has begun."""
    return parse_period(period).start if period else None
