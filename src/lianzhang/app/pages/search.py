"""One field that finds everything a page is about: firms, chain nodes, indicators, targets, places, sources, documents."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from lianzhang.app.browse.desk import Desk
from lianzhang.app.browse.documents import Documents
from lianzhang.app.pages import firms
from lianzhang.app.pages.pinyin import spell
from lianzhang.app.report.provenance import bilingual, report_unit
from lianzhang.i18n import Text
from lianzhang.report.format import quantity
from lianzhang.report.values import Quantity
from lianzhang.schema.period import parse_period
from lianzhang.store import Reader

Kind = Literal["firm", "node", "indicator", "target", "place", "source", "document"]
Page = Literal["firm", "node", "indicator", "place", "source", "document"]
KINDS: dict[Kind, Text] = {
    "firm": Text("企业", "Firms"),
    "node": Text("产业链环节", "Chain nodes"),
    "indicator": Text("指标", "Indicators"),
    "target": Text("目标与陈述", "Targets and statements"),
    "place": Text("区县与地区", "Places"),
    "source": Text("来源", "Sources"),
    "document": Text("规划文件", "Documents"),
}
TITLE = Text("查找", "Search")
#: Longest query that is looked for, in characters.
LONGEST = 100
_WORDS = 6


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found. ``page`` and ``key`` name where it is shown (a node in its ``cut``); ``about`` tells it from its
    like. A target is shown with its indicator, else with the document that states it."""

    kind: Kind
    page: Page
    key: str
    name: Text
    about: Text | None
    cut: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """What was found of one kind: the best of ``total``."""

    kind: Kind
    name: Text
    hits: tuple[Hit, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Found:
    """Everything found, by kind; kinds without a hit are left out."""

    words: str
    groups: tuple[Group, ...]

    @property
    def total(self) -> int:
        """Number of things found."""
        return sum(g.total for g in self.groups)


@dataclass(frozen=True, slots=True)
class _Entry:
    hit: Hit
    #: Names as one may type them: Chinese, English, pinyin, initials, short name, codes.
    names: tuple[str, ...]


def find(desk: Desk, reader: Reader, words: str, *, most: int) -> Found:
    """Everything whose name, short name, pinyin or initials hold every word.

    Names that begin with the first word stand before those that hold it elsewhere, short names before long ones.

    Args:
        desk: keeps the index of a snapshot.
        reader: the region.
        words: what was typed; only the first hundred characters count.
        most: hits of a kind.
    """
    given = words.strip()[:LONGEST]
    wanted = re.findall(r"[^\s·|]+", given.lower())[:_WORDS]
    if not wanted:
        return Found(given, ())
    groups = [_firms(desk, reader, given, most)]
    entries = desk.remember(reader, "search.entries", lambda: _entries(reader))
    names = Documents(desk.store.path, reader.region.name).names()
    documents = tuple(_entry("document", "document", k, Text(name, name), None) for k, name in names.items())
    for kind in KINDS:
        matching = [e for e in (*entries, *documents) if e.hit.kind == kind and _matches(e, wanted)]
        matching.sort(key=lambda e: _rank(e, wanted[0]))
        groups.append(Group(kind, KINDS[kind], tuple(e.hit for e in matching[:most]), len(matching)))
    return Found(given, tuple(g for g in groups if g.total))


def _matches(entry: _Entry, wanted: Sequence[str]) -> bool:
    return all(any(word in name for name in entry.names) for word in wanted)


def _rank(entry: _Entry, word: str) -> tuple[int, int, str]:
    place = 2
    if any(name.startswith(word) for name in entry.names):
        place = 1
    if word in entry.names:
        place = 0
    return place, len(entry.hit.name.zh), entry.hit.name.zh


def _firms(desk: Desk, reader: Reader, words: str, most: int) -> Group:
    found = firms.search(desk, reader, firms.Query(words=words, here=False))
    hits = tuple(
        Hit("firm", "firm", f.firm_id, f.name, _joined(f.place, f.sector)) for f in found.lines[:most]
    )
    return Group("firm", KINDS["firm"], hits, found.total)


def _joined(*parts: Text | None) -> Text | None:
    given = [p for p in parts if p is not None]
    return Text(" · ".join(p.zh for p in given), " · ".join(p.en for p in given)) if given else None


def _entry(
    kind: Kind,
    page: Page,
    key: str,
    name: Text,
    about: Text | None,
    *more: str | None,
    cut: str | None = None,
) -> _Entry:
    whole, initials = spell(name.zh)
    given = (name.zh.lower(), name.en.lower(), whole, initials, *(x.lower() for x in more if x))
    return _Entry(Hit(kind, page, key, name, about, cut), tuple(dict.fromkeys(n for n in given if n)))


def _entries(reader: Reader) -> tuple[_Entry, ...]:
    made: tuple[Callable[[Reader], list[_Entry]], ...] = (_nodes, _indicators, _targets, _places, _sources)
    return tuple(entry for make in made for entry in make(reader))


def _nodes(reader: Reader) -> list[_Entry]:
    rows = reader.sql(
        "SELECT n.node_id, n.name_zh, n.name_en, t.taxonomy_id, t.main, t.name_zh AS chain_zh, t.name_en AS chain_en,"
        " p.name_zh AS parent_zh, p.name_en AS parent_en FROM nodes n JOIN taxonomies t USING (taxonomy_id)"
        " LEFT JOIN nodes p ON p.node_id = n.parent_id WHERE t.kind = 'chain' ORDER BY t.main DESC, n.rank, n.node_id"
    ).to_pylist()
    return [
        _entry(
            "node",
            "node",
            r["node_id"],
            Text(r["name_zh"], r["name_en"]),
            _pair(r, "parent") or _pair(r, "chain"),
            cut=None if r["main"] else r["taxonomy_id"],
        )
        for r in rows
    ]


def _indicators(reader: Reader) -> list[_Entry]:
    rows = reader.sql(
        "SELECT i.indicator_id, i.name_zh, i.name_en, count(o.value) AS n, max(o.period) AS last FROM indicators i"
        " LEFT JOIN observations o USING (indicator_id) GROUP BY ALL ORDER BY n DESC, i.indicator_id"
    ).to_pylist()
    found = []
    for r in rows:
        about = Text(f"{r['n']} 个数", f"{r['n']} figures" if r["n"] != 1 else "1 figure") if r["n"] else None
        found.append(
            _entry("indicator", "indicator", r["indicator_id"], Text(r["name_zh"], r["name_en"]), about)
        )
    return found


def _targets(reader: Reader) -> list[_Entry]:
    """One hit for each topic, value and deadline, however many documents say it."""
    rows = reader.sql(
        "SELECT indicator_id, min(source_id) AS source_id, topic_zh, topic_en, coalesce(value, lower, upper) AS figure,"
        " unit, period_end FROM statements GROUP BY ALL ORDER BY period_end DESC NULLS LAST, topic_zh, figure"
    ).to_pylist()
    found = []
    for r in rows:
        period = parse_period(r["period_end"]) if r["period_end"] else None
        when = Text(period.label("zh"), period.label("en")) if period else None
        about = _joined(_figure(r), when)
        page: Page = "indicator" if r["indicator_id"] else "source"
        key = r["indicator_id"] or r["source_id"]
        found.append(_entry("target", page, key, Text(r["topic_zh"], r["topic_en"]), about))
    return found


def _figure(row: dict[str, Any]) -> Text | None:
    if row["figure"] is None or not row["unit"]:
        return None
    value = Quantity(row["figure"], report_unit(row["unit"]), "")
    return Text(quantity(value, "zh"), quantity(value, "en"))


def _places(reader: Reader) -> list[_Entry]:
    rows = reader.sql(
        "SELECT r.region_id, r.name_zh, r.name_en, r.short_zh, r.adcode, p.name_zh AS parent_zh, p.name_en AS parent_en"
        " FROM regions r LEFT JOIN regions p ON p.region_id = r.parent_id ORDER BY r.region_id"
    ).to_pylist()
    found = [
        _entry(
            "place",
            "place",
            r["region_id"],
            Text(r["name_zh"], r["name_en"]),
            _pair(r, "parent"),
            r["short_zh"],
            r["adcode"],
        )
        for r in rows
    ]
    parks = reader.sql(
        "SELECT k.region_id, k.name_zh, k.name_en, r.name_zh AS parent_zh, r.name_en AS parent_en"
        " FROM parks k JOIN regions r USING (region_id) ORDER BY k.park_id"
    ).to_pylist()
    return found + [
        _entry("place", "place", r["region_id"], Text(r["name_zh"], r["name_en"]), _pair(r, "parent"))
        for r in parks
    ]


def _sources(reader: Reader) -> list[_Entry]:
    found = []
    for r in reader.sql(
        "SELECT source_id, title_zh, title_en, publisher, published FROM sources ORDER BY published DESC NULLS LAST"
    ).to_pylist():
        period = parse_period(r["published"]) if r["published"] else None
        publisher = bilingual(r["publisher"]) if r["publisher"] else None
        when = Text(period.label("zh"), period.label("en")) if period else None
        found.append(
            _entry(
                "source",
                "source",
                r["source_id"],
                Text(r["title_zh"], r["title_en"]),
                _joined(publisher, when),
                r["publisher"],
            )
        )
    return found


def _pair(row: dict[str, Any], name: str) -> Text | None:
    return Text(row[f"{name}_zh"], row[f"{name}_en"]) if row[f"{name}_zh"] else None
