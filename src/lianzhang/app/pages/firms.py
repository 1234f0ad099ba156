"""Search firms in Chinese and pinyin with facets, and everything about one firm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from lianzhang.app.browse.desk import Desk
from lianzhang.app.pages.content import Content, gathered
from lianzhang.app.pages.directory import TABLES, Directory, directory
from lianzhang.app.report.chain import ACTIVITY_TEXT, EVIDENCE_TEXT
from lianzhang.app.report.provenance import Provenance, bilingual, report_unit
from lianzhang.chain.service.nodes import REGISTER_HOLDS
from lianzhang.errors import UnknownNameError
from lianzhang.i18n import Text
from lianzhang.report import values as num
from lianzhang.schema import table
from lianzhang.schema.period import parse_period
from lianzhang.store import Reader

TITLE = Text("企业", "Firms")
PAGE = 30
_FACET = 12
#: Other firms shown of each node of a firm.
_AT_A_NODE = 8

STATUS_TEXT = {
    "technology_sme": Text("科技型企业", "technology SME"),
    "high_tech": Text("高新技术企业", "high-tech enterprise"),
    "specialised": Text("专精特新", "specialised"),
    "little_giant": Text("小巨人", "little giant"),
    "champion": Text("单项冠军", "champion"),
    "listed": Text("上市公司", "listed company"),
}
KIND_TEXT = {
    "company": Text("公司", "company"),
    "group": Text("集团", "group"),
    "plant": Text("工厂", "plant"),
    "branch": Text("分支机构", "branch"),
    "institute": Text("机构", "institute"),
    "brand": Text("品牌", "brand"),
}
ALIAS_TEXT = {
    "former": Text("曾用名", "former name"),
    "short": Text("简称", "short name"),
    "brand": Text("品牌", "brand"),
    "translation": Text("译名", "translation"),
    "mistranslation": Text("误译", "mistranslation"),
}
EXCHANGE_TEXT = {
    "SSE": Text("上海证券交易所", "Shanghai Stock Exchange"),
    "SZSE": Text("深圳证券交易所", "Shenzhen Stock Exchange"),
    "BSE": Text("北京证券交易所", "Beijing Stock Exchange"),
    "HKEX": Text("香港交易所", "Hong Kong Exchange"),
    "other": Text("其他交易所", "another exchange"),
}


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for. ``here`` keeps to the region itself; ``start`` is the row the page begins with."""

    words: str = ""
    place: str | None = None
    sector: str | None = None
    status: str | None = None
    node: str | None = None
    here: bool = True
    start: int = 0


@dataclass(frozen=True, slots=True)
class FirmLine:
    """One firm in a list."""

    firm_id: str
    name: Text
    kind: Text
    place: Text | None
    sector: Text | None
    statuses: tuple[Text, ...]
    makes: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Facet:
    """A value to narrow by, with the number of firms that have it."""

    key: str
    name: Text
    count: int


@dataclass(frozen=True, slots=True)
class FirmPage:
    """Firms found, and what to narrow by. ``chosen`` names the facets in force."""

    query: Query
    total: int
    lines: tuple[FirmLine, ...]
    places: tuple[Facet, ...]
    sectors: tuple[Facet, ...]
    statuses: tuple[Facet, ...]
    chosen: Mapping[str, Text] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of a firm's page. ``origin`` leads to its source."""

    name: Text
    value: Text | num.Quantity


@dataclass(frozen=True, slots=True)
class NodeLine:
    """A node that the firm makes, builds or develops."""

    node_id: str
    name: Text
    activity: Text
    evidence: Text
    when: Text | None
    capacity: num.Quantity | None
    origin: str
    past: bool = False


@dataclass(frozen=True, slots=True)
class NodeFirms:
    """Others that make, build or develop the same node: some of them, newest evidence first, and how many in all."""

    node_id: str
    name: Text
    lines: tuple[FirmLine, ...]
    total: int


@dataclass(frozen=True, slots=True)
class RegisterLine:
    """A register that firms of the region are from: the day that it speaks of, and whether that is history by now."""

    source_id: str
    title: Text
    until: Text
    past: bool
    firms: int


@dataclass(frozen=True, slots=True)
class StatusLine:
    """A rung of the gradient that the firm holds or held."""

    name: Text
    since: Text
    until: Text | None
    origin: str


@dataclass(frozen=True, slots=True)
class FirmView:
    """Everything about one firm."""

    firm_id: str
    name: Text
    kind: Text
    local: bool
    note: Text | None
    facts: tuple[Fact, ...]
    aliases: tuple[tuple[Text, Text], ...]
    nodes: tuple[NodeLine, ...]
    statuses: tuple[StatusLine, ...]
    clusters: tuple[Text, ...]
    relatives: tuple[FirmLine, ...]
    neighbours: tuple[NodeFirms, ...]
    register: RegisterLine | None
    place_id: str | None
    place: Text | None
    origin: str
    content: Content


#: Regions that belong to the pack's own, itself included.
_WITHIN = """
WITH RECURSIVE inside AS (
    SELECT region_id FROM regions WHERE region_id = $root
    UNION SELECT r.region_id FROM regions r JOIN inside i ON r.parent_id = i.region_id
)
"""

_LINES = """
SELECT f.firm_id, f.name_zh, coalesce(f.name_en, f.name_zh) AS name_en, f.kind,
       r.name_zh AS place_zh, r.name_en AS place_en, s.name_zh AS sector_zh, coalesce(s.name_en, s.name_zh) AS sector_en,
       (SELECT list(DISTINCT t.status_class ORDER BY t.status_class) FROM firm_status t
        WHERE t.firm_id = f.firm_id AND t.valid_to IS NULL) AS statuses,
       (SELECT list(DISTINCT n.name_zh ORDER BY n.name_zh) FROM firm_nodes k JOIN nodes n USING (node_id)
        WHERE k.firm_id = f.firm_id) AS makes_zh,
       (SELECT list(DISTINCT n.name_en ORDER BY n.name_en) FROM firm_nodes k JOIN nodes n USING (node_id)
        WHERE k.firm_id = f.firm_id) AS makes_en
FROM firms f LEFT JOIN regions r USING (region_id) LEFT JOIN sectors s USING (sector_id)
"""


#: Asked for by every page of the list: every firm is looked at, so the answer is held.
_REGISTERS = """
SELECT s.source_id, s.title_zh, s.title_en, s.published, count(*) AS firms
FROM firms f JOIN sources s USING (source_id)
WHERE s.kind = 'register' AND s.published IS NOT NULL GROUP BY ALL ORDER BY 5 DESC, 1
"""


def search(desk: Desk, reader: Reader, query: Query) -> FirmPage:
    """Firms by words in either script, with facets over everything found.

    Words match the name, the English name, aliases, the credit code, and the name spelled in pinyin (whole or by
    initials). Firms with evidence on the chain come first, then the best match.
    """
    firms = desk.hold(reader, ("directory", reader.region.root), TABLES, lambda: directory(reader))
    chosen = firms.chosen(
        query.words,
        here=query.here,
        place=query.place,
        sector=query.sector,
        status=query.status,
        node=query.node,
    )
    rows = np.flatnonzero(chosen)
    start = max(0, query.start)
    return FirmPage(
        query=query,
        total=len(rows),
        lines=tuple(_listed(firms, int(row)) for row in rows[start : start + PAGE]),
        places=tuple(Facet(*found) for found in firms.places.counted(chosen, _FACET)),
        sectors=tuple(Facet(*found) for found in firms.sectors.counted(chosen, _FACET)),
        statuses=tuple(Facet(key, STATUS_TEXT[key], count) for key, count in firms.held_by(chosen)),
        chosen=_chosen(reader, firms, query),
    )


def registers(desk: Desk, reader: Reader, as_of: date) -> tuple[RegisterLine, ...]:
    """Registers that firms of the region are from and that say which day they speak of, the largest first.

    A register says who was there when it ended; a year later it is history.
    """
    found = desk.hold(reader, "registers", ("firms", "sources"), lambda: reader.sql(_REGISTERS).to_pylist())
    return tuple(_register(r, as_of) for r in found)


def _register(row: Mapping[str, Any], as_of: date) -> RegisterLine:
    title = Text(row["title_zh"], row["title_en"] or row["title_zh"])
    past = as_of > parse_period(row["published"]).end + REGISTER_HOLDS
    return RegisterLine(row["source_id"], title, _period(row["published"]), past, row.get("firms", 1))


def firm_view(desk: Desk, reader: Reader, firm_id: str, as_of: date) -> FirmView:
    """Everything about one firm; what registers say of it is history a year after the day they speak of.

    Raises:
        UnknownNameError: no such firm.
    """
    rows = reader.sql(
        "SELECT f.*, r.name_zh AS place_zh, r.name_en AS place_en, s.name_zh AS sector_zh,"
        " coalesce(s.name_en, s.name_zh) AS sector_en, g.name_zh AS group_zh, coalesce(g.name_en, g.name_zh) AS group_en,"
        " q.kind AS source_kind, q.published, q.title_zh, q.title_en"
        " FROM firms f LEFT JOIN regions r USING (region_id) LEFT JOIN sectors s USING (sector_id)"
        " LEFT JOIN sources q ON q.source_id = f.source_id"
        " LEFT JOIN firms g ON g.firm_id = f.group_id WHERE f.firm_id = $firm",
        {"firm": firm_id},
    ).to_pylist()
    if not rows:
        raise UnknownNameError(Text("企业", "firm"), firm_id)
    row = rows[0]
    origins = Provenance(reader)
    name = Text(row["name_zh"], row["name_en"] or row["name_zh"])
    origin = origins.observed(name, "firms", row["source_id"], row["status"])
    key = {"firm": firm_id}
    local = reader.sql(
        _WITHIN + " SELECT count(*) AS n FROM inside WHERE region_id = $place",
        {"root": reader.region.root, "place": row["region_id"]},
    )["n"][0].as_py()
    relatives = reader.sql(
        "SELECT firm_id FROM firms WHERE (group_id = $firm OR firm_id = $group OR group_id = $group)"
        " AND firm_id <> $firm ORDER BY name_zh LIMIT 24",
        {**key, "group": row["group_id"]},
    )["firm_id"].to_pylist()
    aliases = reader.sql(
        "SELECT alias, kind FROM firm_aliases WHERE firm_id = $firm ORDER BY 2, 1", key
    ).to_pylist()
    clusters = reader.sql(
        "SELECT DISTINCT c.name_zh, c.name_en FROM firm_clusters k JOIN clusters c USING (cluster_id)"
        " WHERE k.firm_id = $firm ORDER BY 1",
        key,
    ).to_pylist()
    nodes, statuses = _nodes(reader, key, origins, as_of), _statuses(reader, key, origins)
    dated = row["source_kind"] == "register" and row["published"]
    return FirmView(
        firm_id=firm_id,
        name=name,
        kind=KIND_TEXT[row["kind"]],
        local=bool(local),
        note=bilingual(row["note"]) if row["note"] else None,
        facts=_facts(row, origin),
        aliases=tuple((Text(a["alias"], a["alias"]), _alias_kind(a, row["name_zh"])) for a in aliases),
        nodes=nodes,
        statuses=statuses,
        clusters=tuple(Text(c["name_zh"], c["name_en"]) for c in clusters),
        relatives=_lines(reader, relatives),
        neighbours=_neighbours(reader, firm_id, {str(r) for r in relatives}),
        register=_register(row, as_of) if dated else None,
        place_id=row["region_id"],
        place=Text(row["place_zh"], row["place_en"]) if row["place_zh"] else None,
        origin=origin,
        content=gathered(name, origins),
    )


def _alias_kind(alias: Mapping[str, Any], name: str) -> Text:
    """A kind of name in words; a "short" one that holds the name shown is the full one."""
    longer = alias["kind"] == "short" and len(alias["alias"]) > len(name) and name in alias["alias"]
    return Text("全称", "full name") if longer else ALIAS_TEXT[alias["kind"]]


def _neighbours(reader: Reader, firm_id: str, known: set[str]) -> tuple[NodeFirms, ...]:
    """Other firms of each node that a firm is at: published evidence before registers, the newest first."""
    rows = reader.sql(
        "SELECT node_id, n.name_zh, n.name_en, o.firm_id, count(*) OVER (PARTITION BY node_id) AS total"
        " FROM (SELECT node_id, firm_id, min(evidence = 'registry_text') AS register, max(evidence_date) AS dated"
        " FROM firm_nodes WHERE firm_id <> $firm AND node_id IN (SELECT node_id FROM firm_nodes WHERE firm_id = $firm)"
        " GROUP BY 1, 2) o JOIN nodes n USING (node_id)"
        " QUALIFY row_number() OVER (PARTITION BY node_id ORDER BY register, dated DESC NULLS LAST, o.firm_id) <= $most"
        " ORDER BY n.rank, n.node_id, register, dated DESC NULLS LAST, o.firm_id",
        {"firm": firm_id, "most": _AT_A_NODE},
    ).to_pylist()
    found: dict[str, NodeFirms] = {}
    for node in dict.fromkeys(r["node_id"] for r in rows):
        mine = [r for r in rows if r["node_id"] == node]
        ids = [r["firm_id"] for r in mine if r["firm_id"] not in known]
        name = Text(mine[0]["name_zh"], mine[0]["name_en"])
        found[node] = NodeFirms(node, name, _lines(reader, ids), mine[0]["total"])
    return tuple(found.values())


def _listed(firms: Directory, row: int) -> FirmLine:
    zh, en = firms.name_zh[row].as_py(), firms.name_en[row].as_py()
    return FirmLine(
        firm_id=firms.firm_id[row].as_py(),
        name=Text(zh, en or zh),
        kind=KIND_TEXT[firms.kind[row].as_py()],
        place=firms.places.name(row),
        sector=firms.sectors.name(row),
        statuses=tuple(STATUS_TEXT[s] for s in sorted(firms.held(row))),
        makes=firms.makes(row),
    )


def _chosen(reader: Reader, firms: Directory, query: Query) -> dict[str, Text]:
    found: dict[str, Text] = {}
    for name, value, known, sql in (
        (
            "place",
            query.place,
            firms.places.named,
            "SELECT name_zh, name_en FROM regions WHERE region_id = $key",
        ),
        (
            "sector",
            query.sector,
            firms.sectors.named,
            "SELECT name_zh, coalesce(name_en, name_zh) AS name_en FROM sectors WHERE sector_id = $key",
        ),
        (
            "node",
            query.node,
            dict(firms.nodes).get,
            "SELECT name_zh, name_en FROM nodes WHERE node_id = $key",
        ),
    ):
        if not value:
            continue
        text = known(value)
        if text is None:  # no firm has it
            rows = reader.sql(sql, {"key": value}).to_pylist()
            text = Text(rows[0]["name_zh"], rows[0]["name_en"]) if rows else None
        if text is not None:
            found[name] = text
    if query.status in STATUS_TEXT:
        found["status"] = STATUS_TEXT[query.status]
    return found


def _lines(reader: Reader, ids: list[Any]) -> tuple[FirmLine, ...]:
    if not ids:
        return ()
    rows = {
        r["firm_id"]: r
        for r in reader.sql(_LINES + "WHERE f.firm_id IN (SELECT unnest($ids))", {"ids": ids}).to_pylist()
    }
    return tuple(_line(rows[i]) for i in ids)


def _line(r: Mapping[str, Any]) -> FirmLine:
    return FirmLine(
        firm_id=r["firm_id"],
        name=Text(r["name_zh"], r["name_en"]),
        kind=KIND_TEXT[r["kind"]],
        place=Text(r["place_zh"], r["place_en"]) if r["place_zh"] else None,
        sector=Text(r["sector_zh"], r["sector_en"]) if r["sector_zh"] else None,
        statuses=tuple(STATUS_TEXT[s] for s in r["statuses"] or ()),
        makes=tuple(Text(zh, en) for zh, en in zip(r["makes_zh"] or (), r["makes_en"] or (), strict=False)),
    )


def _facts(row: Mapping[str, Any], origin: str) -> tuple[Fact, ...]:
    label = table("firms").column

    def when(name: str) -> Text | None:
        return _period(row[name]) if row[name] else None

    def words(name: str) -> Text | None:
        return Text(row[f"{name}_zh"], row[f"{name}_en"]) if row[f"{name}_zh"] else None

    given: list[tuple[Text, Text | num.Quantity | None]] = [
        (label("region_id").label, words("place")),
        (label("sector_id").label, words("sector")),
        (label("industry_text").label, bilingual(row["industry_text"]) if row["industry_text"] else None),
        (label("group_id").label, words("group")),
        (label("founded").label, when("founded")),
        (label("closed").label, when("closed")),
        (
            label("capital_cny").label,
            num.Quantity(row["capital_cny"], "cny", origin) if row["capital_cny"] is not None else None,
        ),
        (label("exchange").label, EXCHANGE_TEXT.get(row["exchange"] or "")),
        (label("ticker").label, Text(row["ticker"], row["ticker"]) if row["ticker"] else None),
        (label("listed").label, when("listed")),
        (label("uscc").label, Text(row["uscc"], row["uscc"]) if row["uscc"] else None),
    ]
    return tuple(Fact(name, value) for name, value in given if value is not None)


def _nodes(reader: Reader, key: dict[str, Any], origins: Provenance, as_of: date) -> tuple[NodeLine, ...]:
    rows = reader.sql(
        "SELECT k.*, n.name_zh, n.name_en FROM firm_nodes k JOIN nodes n USING (node_id)"
        " WHERE k.firm_id = $firm ORDER BY n.rank, k.evidence_date DESC NULLS LAST",
        key,
    ).to_pylist()
    found = []
    for r in rows:
        name = Text(r["name_zh"], r["name_en"])
        origin = origins.observed(
            name, "firm_nodes", r["source_id"], r["status"], note=r["note"] if r["note"] else None
        )
        capacity = None
        if r["capacity"] is not None:
            capacity = num.Quantity(r["capacity"], report_unit(r["capacity_unit"]), origin)
        found.append(
            NodeLine(
                r["node_id"],
                name,
                ACTIVITY_TEXT[r["activity"]],
                EVIDENCE_TEXT[r["evidence"]],
                _period(r["evidence_date"]) if r["evidence_date"] else None,
                capacity,
                origin,
                r["evidence"] == "registry_text"
                and r["evidence_date"] is not None
                and as_of > parse_period(r["evidence_date"]).end + REGISTER_HOLDS,
            )
        )
    return tuple(found)


def _statuses(reader: Reader, key: dict[str, Any], origins: Provenance) -> tuple[StatusLine, ...]:
    rows = reader.sql(
        "SELECT * FROM firm_status WHERE firm_id = $firm ORDER BY valid_from DESC, status_class", key
    ).to_pylist()
    return tuple(
        StatusLine(
            STATUS_TEXT[r["status_class"]],
            _period(r["valid_from"]),
            _period(r["valid_to"]) if r["valid_to"] else None,
            origins.observed(STATUS_TEXT[r["status_class"]], "firm_status", r["source_id"], r["status"]),
        )
        for r in rows
    )


def _period(text: str) -> Text:
    period = parse_period(text)
    return Text(period.label("zh"), period.label("en"))
