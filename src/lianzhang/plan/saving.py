"""Statements of documents become rows of a region, each leading back to its document, line and characters.

Nothing is overwritten. Reading a document again adds nothing. A person's decision (another link, an acceptance, a correction,
a rejection) adds a row that ``supersedes`` the one before; `lianzhang.plan.current` says which stands. A document that the
region knows already, because its pack was made from it, is recognised by its lines and figures, so that nothing is told twice.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lianzhang.errors import InputError
from lianzhang.plan.current import succession
from lianzhang.plan.linking import Suggestion, statement_id, table_measure, table_unit
from lianzhang.plan.model import Statement
from lianzhang.schema.period import parse_period

if TYPE_CHECKING:
    from lianzhang.store import Reader, Store

#: A document is recognised from this many statements at the same place with the same figure …
_FEWEST_TWINS = 2
#: … if they are this share of the figures that the shorter of the two lists has.
_SHARE_OF_TWINS = 0.4
#: Characters by which the place of a figure may differ between two readings of one line.
_NEAR = 250
_LINE = re.compile(r"line (\d+)(?:\D+(\d+))?|第(\d+)行")
_REVISION = re.compile(r"^(u-[0-9a-f]+)-r(\d+)$")
#: What a document says; a later row with the same of all these says nothing new.
_SAID = (
    "topic_zh", "topic_en", "region_id", "kind", "comparator", "value", "lower", "upper", "unit", "measure",
    "period_start", "period_end", "base_period", "base_value", "lost_reason",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Linked:
    """What was added: rows, how many of them linked, how many were there already; the row of every statement.

    ``observed`` and ``withdrawn`` count the observations that came of the statements, and that went with them.
    """

    added: int
    linked: int
    known: int
    rows: Mapping[str, str]
    observed: int = 0
    withdrawn: int = 0


@dataclass(frozen=True, slots=True)
class Recognised:
    """Documents that the region was made from: their sources by name, and the rows of their statements by id."""

    sources: Mapping[str, str]
    twins: Mapping[str, str]


def save(
    store: Store,
    region: str,
    suggestions: Sequence[Suggestion],
    *,
    published: str = "",
    read: Iterable[Statement] | None = None,
    wait_s: float = 5.0,
) -> Linked:
    """Add statements with their sources to a region, all or none.

    Args:
        store: where to.
        region: the region, as `Store.resolve` takes it.
        suggestions: from `lianzhang.plan.linking.suggest`; with what a person decided in ``review``.
        published: when the documents were published (2024, 2024-03); empty where not known.
        read: all that was read from the documents, by which a known one is recognised; the suggestions' own by default.
        wait_s: how long to wait for another writer.

    Raises:
        InputError: a row breaks a rule of the schema.
        NotLoadedError: the region is not loaded.
        StoreBusyError: another process kept writing.
    """
    from lianzhang.store import add_rows

    with store.reader(region) as reader:
        planned = _Plan(reader, suggestions, published, read)
    if planned.rows:
        tables: dict[str, Sequence[Mapping[str, Any]]] = {"statements": planned.rows}
        if planned.sources:
            tables = {"sources": list(planned.sources.values()), **tables}
        add_rows(store, region, tables, wait_s=wait_s)
    linked = sum(r["indicator_id"] is not None for r in planned.rows)
    return Linked(len(planned.rows), linked, planned.known, planned.standing)


class _Plan:
    """The rows to add."""

    def __init__(
        self,
        reader: Reader,
        suggestions: Sequence[Suggestion],
        published: str,
        read: Iterable[Statement] | None,
    ) -> None:
        self._have = {r["statement_id"]: r for r in reader.table("statements").to_pylist()}
        self._after = succession(reader)
        self._places = _places(reader)
        self._published = published
        self._known_sources = set(reader.sql("SELECT source_id FROM sources").column("source_id").to_pylist())
        self._recognised = recognise(reader, [s.statement for s in suggestions] if read is None else read)
        self._revisions: dict[str, int] = defaultdict(int)
        for identity in self._have:
            base, number = _revision(identity)
            self._revisions[base] = max(self._revisions[base], number)
        self.rows: list[dict[str, Any]] = []
        self.sources: dict[str, dict[str, Any]] = {}
        self.standing: dict[str, str] = {}
        self.known = 0
        for item in suggestions:
            self._take(item)

    def _take(self, item: Suggestion) -> None:
        base = item.statement_id
        first = base if base in self._have else self._recognised.twins.get(base)
        newest = self._have[self._after.last(first)] if first is not None else None
        row = self._row(item, newest)
        if newest is not None and not self._says_more(item, row, newest):
            self.known += 1
            self.standing[base] = newest["statement_id"]
            return
        self._revisions[base] += 1
        number = self._revisions[base]
        row["statement_id"] = base if number == 1 else f"{base}-r{number}"
        row["supersedes"] = newest["statement_id"] if newest is not None else None
        source = self._source(item.statement)
        if source["source_id"] not in self._known_sources:
            self.sources[source["source_id"]] = source
        row["source_id"] = source["source_id"]
        self.rows.append(row)
        self.standing[base] = row["statement_id"]

    def _row(self, item: Suggestion, newest: Mapping[str, Any] | None) -> dict[str, Any]:
        row = _row(item, self._places)
        if newest is None:
            return row
        by_person = newest["confidence"] is None
        if item.review in (None, "rejected") or (by_person and item.review == "accepted"):
            # Only the decision is new; what the row before says may be a person's wording or correction.
            row |= {name: newest[name] for name in (*_SAID, *(() if item.review else ("review",)))}
        row["cluster_id"] = newest["cluster_id"]
        same = row["unit"] == newest["unit"] and row["measure"] == newest["measure"]
        if item.decided_by != "person" and newest["indicator_id"] is not None and same:
            row["indicator_id"] = newest["indicator_id"]
            row["note"] = "; ".join(filter(None, [_REVIEWED.get(item.review or ""), newest["note"]]))
        row["preferred"] = newest["preferred"]
        return row

    def _says_more(self, item: Suggestion, row: Mapping[str, Any], newest: Mapping[str, Any]) -> bool:
        relinked = item.decided_by == "person" and row["indicator_id"] != newest["indicator_id"]
        if item.review is None:
            return relinked
        if item.review == "accepted" and newest["confidence"] is None and newest["review"] is None:
            return relinked  # a person wrote that row: there is nothing to confirm
        return relinked or item.review != newest["review"] or any(row[n] != newest[n] for n in _SAID)

    def _source(self, statement: Statement) -> dict[str, Any]:
        known = self._recognised.sources.get(statement.source)
        return (
            {"source_id": known} if known is not None else document_source(statement.source, self._published)
        )


def recognise(reader: Reader, statements: Iterable[Statement]) -> Recognised:
    """Find the sources of a region that are these documents, and their statements' own rows.

    Two statements are twins if they stand in the same line, their places differ by at most 250 characters, and unit and
    figure are the same. A document is recognised with two twins or more that are 40 % of the figures of the shorter list.
    """
    held: dict[str, dict[int, list[tuple[int | None, dict[str, Any]]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    sizes: dict[str, int] = defaultdict(int)
    for row in reader.sql("SELECT * FROM statements WHERE statement_id NOT LIKE 'u-%'").to_pylist():
        place = _place(row["locator"])
        if place is not None and (row["value"] is not None or row["lower"] is not None):
            held[row["source_id"]][place[0]].append((place[1], row))
            sizes[row["source_id"]] += 1
    if not held:
        return Recognised({}, {})
    documents: dict[str, list[Statement]] = defaultdict(list)
    for statement in statements:
        if statement.value is not None or statement.lower is not None:
            documents[statement.source].append(statement)
    sources, twins = {}, {}
    for name, said in documents.items():
        best: dict[str, str] = {}
        for source, lines in held.items():
            found = _twins(said, lines)
            enough = _SHARE_OF_TWINS * min(len(said), sizes[source])
            if len(found) >= max(_FEWEST_TWINS, enough) and len(found) > len(best):
                best, sources[name] = found, source
        twins.update(best)
    return Recognised(sources, twins)


def rows_of(reader: Reader, read: Sequence[Statement]) -> dict[str, dict[str, Any]]:
    """The row of the region that stands for each statement as it was read, rejected or not, by the statement's id.

    A row has ``statement_id``, ``indicator_id`` and ``review``; statements that were never taken in are left out.
    """
    have = {
        r["statement_id"]: r
        for r in reader.sql("SELECT statement_id, indicator_id, review FROM statements").to_pylist()
    }
    after = succession(reader)
    twins = recognise(reader, read).twins
    found = {}
    for statement in read:
        identity = statement_id(statement)
        first = identity if identity in have else twins.get(identity)
        if first is not None:
            found[statement.id] = have[after.last(first)]
    return found


def _twins(
    said: Iterable[Statement], lines: Mapping[int, Sequence[tuple[int | None, Mapping[str, Any]]]]
) -> dict[str, str]:
    taken: set[str] = set()
    found: dict[str, str] = {}
    for statement in said:
        unit = table_unit(statement.unit)
        for place in (statement.place, *statement.places):
            for char, row in lines.get(place.line, ()):
                if statement_id(statement) in found or row["statement_id"] in taken:
                    continue
                near = char is None or abs(char - place.char_start) <= _NEAR
                figures = (statement.value, statement.lower, statement.upper)
                same = row["unit"] == unit and (
                    figures == (row["value"], row["lower"], row["upper"])
                    or (statement.value is not None and statement.value == row["value"])
                )
                if near and same:
                    taken.add(str(row["statement_id"]))
                    found[statement_id(statement)] = str(row["statement_id"])
    return found


def _revision(identity: str) -> tuple[str, int]:
    """The id of a statement's first row and the number of this one."""
    found = _REVISION.match(identity)
    return (found.group(1), int(found.group(2))) if found else (identity, 1)


def _place(locator: str) -> tuple[int, int | None] | None:
    """Line and first character that a locator names."""
    found = _LINE.search(locator)
    if found is None:
        return None
    line = found.group(1) or found.group(3)
    return int(line), int(found.group(2)) if found.group(2) else None


_REVIEWED = {
    "accepted": "经人工接受 accepted by a person",
    "corrected": "经人工更正 corrected by a person",
    "rejected": "经人工拒绝 rejected by a person",
}


def _row(item: Suggestion, places: Mapping[str, str]) -> dict[str, Any]:
    s = item.statement
    topic = s.indicator or s.quote[:40]
    if item.decided_by == "person":
        link = "指标由人工对应 linked by a person"
    elif item.decided_by == "rule":
        best = item.matches[0]
        link = f"指标由规则对应 linked by rule: score {best.score:.2f}, lead {best.lead:.2f}"
    elif item.decided_by == "document":
        link = "文件自己的指标 the document's own indicator"
    else:
        link = "指标未对应 not linked"
    return {
        "locator": locator(s),
        "indicator_id": item.indicator_id,
        "topic_zh": topic,
        "topic_en": topic,
        "region_id": _region(s.region, places),
        "cluster_id": None,
        "kind": s.kind,
        "comparator": s.comparator,
        "value": s.value,
        "lower": s.lower,
        "upper": s.upper,
        "unit": table_unit(s.unit),
        "measure": table_measure(s.measure),
        "period_start": _period(s.period_start),
        "period_end": _period(s.period_end),
        "base_period": _period(s.base_period),
        "base_value": s.base_value,
        "lost_reason": s.null_reason or None,
        "quote": s.quote,
        "confidence": s.confidence,
        "preferred": True,
        "note": "; ".join(filter(None, [_REVIEWED.get(item.review or ""), link])),
        "status": "derived",
        "review": item.review,
    }


def locator(statement: Statement) -> str:
    """Line and characters of every place of a statement in its document."""
    return "; ".join(
        f"第{p.line}行 line {p.line}, {p.char_start}–{p.char_end}"
        for p in (statement.place, *statement.places)
    )


def document_source(name: str, published: str) -> dict[str, Any]:
    """Row of the table ``sources`` for a document."""
    title = Path(name).name
    return {
        "source_id": "u-doc-" + hashlib.sha256(title.encode()).hexdigest()[:10],
        "title_zh": title,
        "title_en": title,
        "published": _period(published),
        "kind": "plan",
        "note": "用户文件 the user's own document",
    }


def _places(reader: Reader) -> dict[str, str]:
    """Region ids by name in either language; the empty name is the whole region."""
    rows = reader.sql("SELECT region_id, name_zh, name_en, short_zh FROM regions").to_pylist()
    names = {
        str(n).lower(): r["region_id"] for r in rows for n in (r["name_zh"], r["name_en"], r["short_zh"]) if n
    }
    root = reader.region.root
    return names | {"": root} | {str(t).lower(): root for t in reader.region.title}


def region_of(reader: Reader, name: str) -> str | None:
    """The region of that name, exactly or with a suffix such as 市 or City; None where it is not in the region."""
    return _region(name, _places(reader))


def _region(name: str, places: Mapping[str, str]) -> str | None:
    low = name.strip().lower()
    if low in places:
        return places[low]
    bare = re.sub(r"( (city|municipality|district|county)|[市区县])$", "", low)
    return next((i for n, i in places.items() if n and re.sub(r"[市区县]$", "", n) == bare), None)


def _period(text: str) -> str | None:
    """A period as the schema writes it; what is none is left out."""
    try:
        return parse_period(text).text if text else None
    except InputError:
        return None
