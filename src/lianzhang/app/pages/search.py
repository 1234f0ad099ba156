"""One field that finds everything a page is about: firms, chain nodes, indicators, targets, places, sources, documents."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from lianzhang.app.browse.desk import Desk
from lianzhang.app.browse.documents import Documents
from lianzhang.app.pages.directory import TABLES, Directory, Mask, directory, spellings
from lianzhang.app.pages.pinyin import spell
from lianzhang.app.report.provenance import bilingual, report_unit
from lianzhang.i18n import Text
from lianzhang.report.format import quantity
from lianzhang.report.values import Quantity
from lianzhang.schema.period import parse_period
from lianzhang.store import Reader

Kind = Literal["firm", "node", "indicator", "target", "place", "source", "document", "elsewhere"]
Page = Literal["firm", "node", "indicator", "place", "source", "document"]
KINDS: dict[Kind, Text] = {
    "firm": Text("企业", "Firms"),
    "node": Text("产业链环节", "Chain nodes"),
    "indicator": Text("指标", "Indicators"),
    "target": Text("目标与陈述", "Targets and statements"),
    "place": Text("区县与地区", "Places"),
    "source": Text("来源", "Sources"),
    "document": Text("规划文件", "Documents"),
    "elsewhere": Text("外地企业", "Firms elsewhere"),
}
TITLE = Text("查找", "Search")
#: Longest query that is looked for, in characters.
LONGEST = 100
_WORDS = 6
#: Kinds that are looked for in the entries; firms have an index of their own.
_WRITTEN: tuple[Kind, ...] = ("node", "indicator", "target", "place", "source", "document")
#: What a name says more in brackets.
_BRACKET = re.compile(r"\s*[（(].*$")


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
    """Everything found, by kind, the closest first; kinds without a hit are left out."""

    words: str
    groups: tuple[Group, ...]

    @property
    def total(self) -> int:
        """Number of things found."""
        return sum(g.total for g in self.groups)

    @property
    def firms(self) -> int:
        """Number of firms found, of the region and elsewhere."""
        return sum(g.total for g in self.groups if g.kind in ("firm", "elsewhere"))


@dataclass(frozen=True, slots=True)
class _Entry:
    hit: Hit
    #: Names as one may type them: Chinese, English, pinyin, initials, short name, codes.
    names: tuple[str, ...]


def find(desk: Desk, reader: Reader, words: str, *, most: int) -> Found:
    """Everything whose name, short name, pinyin or initials hold every word.

    Whatever is called exactly what was typed stands first, then what begins with the first word, then what holds it
    elsewhere; short names before long ones. So do kinds: those with a thing of exactly that name, then the others in
    the order of `KINDS`, with firms elsewhere after everything of the region.

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
    entries = desk.remember(reader, "search.entries", lambda: _entries(reader))
    names = Documents(desk.store.path, reader.region.name).names()
    documents = tuple(_entry("document", "document", k, Text(name, name), None) for k, name in names.items())
    groups = list(_firms(desk, reader, wanted, most))
    for kind in _WRITTEN:
        matching = [e for e in (*entries, *documents) if e.hit.kind == kind and _matches(e, wanted)]
        matching.sort(key=lambda e: _rank(e, wanted))
        exact = bool(matching) and _rank(matching[0], wanted)[0] == 0
        groups.append((exact, Group(kind, KINDS[kind], tuple(e.hit for e in matching[:most]), len(matching))))
    groups.sort(key=lambda g: _standing(g[1].kind, exact=g[0]))
    return Found(given, tuple(g for _, g in groups if g.total))


def _standing(kind: Kind, *, exact: bool) -> tuple[int, float]:
    """Where a kind stands. Firms elsewhere are last, or right behind the region's where one has that very name."""
    order = list(KINDS)
    if kind == "elsewhere":
        return (1, order.index("firm") + 0.5 if exact else len(order))
    return (0 if exact else 1, order.index(kind))


def _matches(entry: _Entry, wanted: Sequence[str]) -> bool:
    return all(any(word in name for name in entry.names) for word in wanted)


def _rank(entry: _Entry, wanted: Sequence[str]) -> tuple[int, int, str]:
    place = 2
    if any(name.startswith(wanted[0]) for name in entry.names):
        place = 1
    if not spellings(wanted).isdisjoint(entry.names):
        place = 0
    return place, len(entry.hit.name.zh), entry.hit.name.zh


def _firms(desk: Desk, reader: Reader, wanted: Sequence[str], most: int) -> list[tuple[bool, Group]]:
    """Firms of the region and those elsewhere; whether one of them is called so, and the best of them."""
    firms = desk.hold(reader, ("directory", reader.region.root), TABLES, lambda: directory(reader))
    found = firms.chosen(" ".join(wanted), here=False, place=None, sector=None, status=None, node=None)
    called = firms.called(wanted, found)
    made: list[tuple[bool, Group]] = []
    kinds: tuple[tuple[Kind, Mask], ...] = (("firm", firms.inside), ("elsewhere", ~firms.inside))
    for kind, part in kinds:
        first, rest = np.flatnonzero(called & part), np.flatnonzero(found & part & ~called)
        hits = tuple(_hit(kind, firms, int(row)) for row in (*first[:most], *rest[:most]))
        made.append((len(first) > 0, Group(kind, KINDS[kind], hits[:most], len(first) + len(rest))))
    return made


def _hit(kind: Kind, firms: Directory, row: int) -> Hit:
    zh, en = firms.name_zh[row].as_py(), firms.name_en[row].as_py()
    about = _joined(firms.places.name(row), firms.sectors.name(row))
    return Hit(kind, "firm", firms.firm_id[row].as_py(), Text(zh, en or zh), about)


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
    short = Text(_BRACKET.sub("", name.zh), _BRACKET.sub("", name.en))
    given = tuple(
        said for text in (name, short) for said in (text.zh.lower(), text.en.lower(), *spell(text.zh))
    ) + tuple(x.lower() for x in more if x)
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
            *spell(r["short_zh"] or ""),
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
