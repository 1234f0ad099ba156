"""From statements that were read to statements in the store, each linked to an indicator or left open.

A link is decided by the rule of `lianzhang.plan.kernel.link` or by a person's table of decisions, and the row's note says
which. Nothing is overwritten: reading the same document again adds nothing, another decision adds a revision that
supersedes the row before (`lianzhang.plan.ledger` uses the latest).
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lianzhang.errors import FileFormatError, InputError, UnknownNameError
from lianzhang.i18n import Text
from lianzhang.plan import queries
from lianzhang.plan.kernel.link import Catalogue, Entry, Match
from lianzhang.plan.model import Statement
from lianzhang.schema.period import parse_period
from lianzhang.units import UNITS

if TYPE_CHECKING:
    from lianzhang.store import Reader, Store

_MEASURES = {"change": "difference", "ratio": "multiple"}
#: Units as extraction writes them → as the tables do; each part of a compound on its own.
_UNITS = {
    "km2": "km²",
    "m2": "m²",
    "m3": "m³",
    "USD": "usd",
    "tonnes": "t",
    "tonnes of standard coal": "tce",
    "people": "persons",
    "": "count",
}
_REVISION = re.compile(r"-r(\d+)$")
#: Columns of the table of suggestions; ``indicator_id`` is the person's to fill, ``-`` for none.
COLUMNS = (
    "statement_id", "source", "line", "phrase", "value", "unit", "measure", "kind", "period", "suggested", "score",
    "second", "by_rule", "indicator_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A statement with the indicators it may speak of, best first, and the decision.

    ``indicator_id`` is the link, None where open; ``decided_by`` is ``rule``, ``person``, ``document`` (the indicator was
    made from the document itself) or empty.
    """

    statement_id: str
    statement: Statement
    matches: tuple[Match, ...]
    indicator_id: str | None
    decided_by: str


@dataclass(frozen=True, slots=True)
class Linked:
    """What was added: statements, how many of them linked, and how many were there already."""

    added: int
    linked: int
    known: int


def suggest(
    reader: Reader, statements: Iterable[Statement], decisions: Mapping[str, str | None] | None = None
) -> tuple[Suggestion, ...]:
    """Suggest an indicator for every statement, and decide by the person's table, else by the rule.

    Raises:
        UnknownNameError: a decision names an indicator that the region does not have.
    """
    rows = reader.sql(queries.INDICATORS).to_pylist()
    known = {r["indicator_id"] for r in rows}
    chosen = decisions or {}
    for name in chosen.values():
        if name is not None and name not in known:
            raise UnknownNameError(Text("指标", "indicator"), name, known)
    catalogue = Catalogue(
        [
            Entry(
                r["indicator_id"],
                (r["name_zh"], r["name_en"]),
                r["unit"],
                _dimension(r["unit"]),
                r["measure"],
            )
            for r in rows
        ]
    )
    found = []
    for statement in statements:
        unit = table_unit(statement.unit)
        measure = _MEASURES.get(statement.measure, statement.measure)
        matches = tuple(
            catalogue.match(
                statement.indicator, statement.quote, unit=unit, dimension=_dimension(unit), measure=measure
            )
        )
        identity = statement_id(statement)
        if identity in chosen:
            found.append(Suggestion(identity, statement, matches, chosen[identity], "person"))
        elif matches and matches[0].accepted:
            found.append(Suggestion(identity, statement, matches, matches[0].indicator_id, "rule"))
        else:
            found.append(Suggestion(identity, statement, matches, None, ""))
    return tuple(found)


def save(store: Store, region: str, suggestions: Sequence[Suggestion], *, published: str = "") -> Linked:
    """Add statements with their sources to a region, all or none.

    Args:
        store: where to.
        region: the region, as `Store.resolve` takes it.
        suggestions: from `suggest`.
        published: when the documents were published (2024, 2024-03); empty where not known.

    Raises:
        InputError: a row breaks a rule of the schema.
        NotLoadedError: the region is not loaded.
        StoreBusyError: another process kept writing.
    """
    from lianzhang.store import add_rows

    with store.reader(region) as reader:
        have = {
            r["statement_id"]: r["indicator_id"]
            for r in reader.sql("SELECT statement_id, indicator_id FROM statements").to_pylist()
        }
        sources = set(reader.sql("SELECT source_id FROM sources").column("source_id").to_pylist())
        places = _places(reader)
    rows: list[dict[str, Any]] = []
    new_sources: dict[str, dict[str, Any]] = {}
    known = 0
    for item in suggestions:
        revisions = [i for i in have if without_revision(i) == item.statement_id]
        newest = max(revisions, key=revision, default=None)
        if newest is not None and (item.decided_by != "person" or have[newest] == item.indicator_id):
            known += 1
            continue
        identity = item.statement_id if newest is None else f"{item.statement_id}-r{revision(newest) + 1}"
        source = document_source(item.statement.source, published)
        if source["source_id"] not in sources:
            new_sources[source["source_id"]] = source
        rows.append(_row(identity, item, source["source_id"], places))
    if rows:
        tables: dict[str, Sequence[Mapping[str, Any]]] = {"statements": rows}
        if new_sources:
            tables = {"sources": list(new_sources.values()), **tables}
        add_rows(store, region, tables)
    return Linked(len(rows), sum(r["indicator_id"] is not None for r in rows), known)


def statement_id(statement: Statement) -> str:
    """The id of a statement's first row, the same whenever the document is read again."""
    return f"u-{statement.id}"


def without_revision(identity: str) -> str:
    """The id of a statement without the number of its revision."""
    return _REVISION.sub("", identity) if identity.startswith("u-") else identity


def revision(identity: str) -> int:
    """Number of a revision, 1 for the first row."""
    found = _REVISION.search(identity) if identity.startswith("u-") else None
    return int(found.group(1)) if found else 1


def write_suggestions(suggestions: Sequence[Suggestion], path: Path) -> None:
    """Write the table that a person decides in (CSV, UTF-8 with mark, so that a spreadsheet opens it)."""
    temporary = path.with_name(path.name + ".part")
    try:
        with temporary.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=COLUMNS)
            writer.writeheader()
            writer.writerows(_cells(s) for s in suggestions)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise InputError(
            Text(f"写不了 {path}：{error.strerror}", f"cannot write {path}: {error.strerror}")
        ) from error


def read_decisions(path: Path) -> dict[str, str | None]:
    """Read a person's decisions: rows whose ``indicator_id`` is filled; ``-`` means that no indicator fits.

    Raises:
        FileFormatError: the file is no such table.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = {"statement_id", "indicator_id"} - set(reader.fieldnames or ())
            rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise FileFormatError(Text(f"读不了 {path}：{error}", f"cannot read {path}: {error}")) from error
    if missing:
        names = ", ".join(sorted(missing))
        raise FileFormatError(
            Text(f"{path} 缺少列 {names}", f"{path} lacks the columns {names}"),
            hint=Text("请用 plan link --out 写出的表", "use the table that plan link --out writes"),
        )
    filled = ((r["statement_id"], (r["indicator_id"] or "").strip()) for r in rows)
    return {identity: None if name == "-" else name for identity, name in filled if name}


def _cells(item: Suggestion) -> dict[str, Any]:
    s, best = item.statement, item.matches[:2]
    figure = next((v for v in (s.value, s.lower, s.upper) if v is not None), None)
    return {
        "statement_id": item.statement_id,
        "source": s.source,
        "line": s.line,
        "phrase": s.indicator,
        "value": figure,
        "unit": s.unit,
        "measure": s.measure,
        "kind": s.kind,
        "period": s.period_end,
        "suggested": best[0].indicator_id if best else "",
        "score": f"{best[0].score:.2f}" if best else "",
        "second": best[1].indicator_id if len(best) > 1 else "",
        "by_rule": "yes" if item.decided_by == "rule" else "",
        "indicator_id": (item.indicator_id or "-") if item.decided_by == "person" else "",
    }


def _row(identity: str, item: Suggestion, source_id: str, places: Mapping[str, str]) -> dict[str, Any]:
    s = item.statement
    topic = s.indicator or s.quote[:40]
    where = [f"第{s.line}行 line {s.line}, {s.char_start}–{s.char_end}"]
    where += [f"第{p.line}行 line {p.line}, {p.char_start}–{p.char_end}" for p in s.places]
    if item.decided_by == "person":
        note = "指标由人工对应 linked by a person"
    elif item.decided_by == "rule":
        best = item.matches[0]
        note = f"指标由规则对应 linked by rule: score {best.score:.2f}, lead {best.lead:.2f}"
    elif item.decided_by == "document":
        note = "文件自己的指标 the document's own indicator"
    else:
        note = "指标未对应 not linked"
    return {
        "statement_id": identity,
        "locator": "; ".join(where),
        "indicator_id": item.indicator_id,
        "topic_zh": topic,
        "topic_en": topic,
        "region_id": _region(s.region, places),
        "kind": s.kind,
        "comparator": s.comparator,
        "value": s.value,
        "lower": s.lower,
        "upper": s.upper,
        "unit": table_unit(s.unit),
        "measure": _MEASURES.get(s.measure, s.measure),
        "period_start": _period(s.period_start),
        "period_end": _period(s.period_end),
        "base_period": _period(s.base_period),
        "base_value": s.base_value,
        "lost_reason": s.null_reason or None,
        "quote": s.quote,
        "confidence": s.confidence,
        "preferred": True,
        "note": note,
        "source_id": source_id,
        "status": "derived",
    }


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


def _region(name: str, places: Mapping[str, str]) -> str | None:
    """The region of that name, exactly or with a suffix such as 市 or City; None where it is not in the region."""
    low = name.strip().lower()
    if low in places:
        return places[low]
    bare = re.sub(r"( (city|municipality|district|county)|[市区县])$", "", low)
    return next((i for n, i in places.items() if n and re.sub(r"[市区县]$", "", n) == bare), None)


def table_unit(unit: str) -> str:
    """A statement's unit as the tables write it; one that they cannot hold counts without a name."""
    from lianzhang.pack.verify import unit_kind

    written = "/".join(_UNITS.get(part.strip(), part.strip()) for part in unit.split("/"))
    return written if unit_kind(written) is not None else "count"


def _dimension(unit: str) -> str:
    known = UNITS.get(unit)
    return known.dimension if known else unit


def _period(text: str) -> str | None:
    """A period as the schema writes it; what is none is left out."""
    try:
        return parse_period(text).text if text else None
    except InputError:
        return None
