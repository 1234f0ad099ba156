"""Which indicator a statement speaks of: suggested, then decided by rule or by a person.

The rule is that of `lianzhang.plan.kernel.link`; a person decides in a table or in review. `lianzhang.plan.saving` puts the
result into a region.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from lianzhang.errors import FileFormatError, InputError, UnknownNameError
from lianzhang.i18n import Text
from lianzhang.plan import queries
from lianzhang.plan.kernel.link import Catalogue, Entry, Match
from lianzhang.plan.model import Statement
from lianzhang.units import UNITS

if TYPE_CHECKING:
    from lianzhang.store import Reader

Review = Literal["accepted", "corrected", "rejected"]
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
#: Characters around a statement in which what it speaks of is looked for.
_BEFORE, _AFTER = 120, 40
#: Columns of the table of suggestions; ``indicator_id`` is the person's to fill, ``-`` for none.
COLUMNS = (
    "statement_id", "source", "line", "phrase", "value", "unit", "measure", "kind", "period", "suggested", "score",
    "second", "by_rule", "indicator_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A statement with the indicators it may speak of, best first, and the decision.

    ``indicator_id`` is the link, None where open; ``decided_by`` is ``rule``, ``person``, ``document`` (the indicator was
    made from the document itself) or empty. ``review`` is what a person decided about the statement itself.
    """

    statement_id: str
    statement: Statement
    matches: tuple[Match, ...]
    indicator_id: str | None
    decided_by: str
    review: Review | None = None


def suggest(
    reader: Reader,
    statements: Iterable[Statement],
    decisions: Mapping[str, str | None] | None = None,
    identities: Mapping[str, str] | None = None,
    contexts: Mapping[str, str] | None = None,
) -> tuple[Suggestion, ...]:
    """Suggest an indicator for every statement, and decide by the person's table, else by the rule.

    Args:
        reader: the region.
        statements: what to link.
        decisions: indicators that a person chose, None for none, by the id of the statement's first row.
        identities: ids of first rows by the statements' ids, for statements that people corrected since.
        contexts: the text around the statements by their ids; it orders suggestions and decides nothing.

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
        measure = table_measure(statement.measure)
        matches = tuple(
            catalogue.match(
                statement.indicator,
                statement.quote,
                unit=unit,
                dimension=_dimension(unit),
                measure=measure,
                context=(contexts or {}).get(statement.id, ""),
            )
        )
        identity = (identities or {}).get(statement.id) or statement_id(statement)
        if identity in chosen:
            found.append(Suggestion(identity, statement, matches, chosen[identity], "person"))
        elif matches and matches[0].accepted:
            found.append(Suggestion(identity, statement, matches, matches[0].indicator_id, "rule"))
        else:
            found.append(Suggestion(identity, statement, matches, None, ""))
    return tuple(found)


def surroundings(text: str, statement: Statement) -> str:
    """The text around a statement, as `suggest` takes it: 120 characters before, where the subject often stands, 40 after."""
    return text[max(0, statement.char_start - _BEFORE) : statement.char_end + _AFTER]


def statement_id(statement: Statement) -> str:
    """The id of a statement's first row, the same whenever the document is read again."""
    return f"u-{statement.id}"


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


def table_unit(unit: str) -> str:
    """A statement's unit as the tables write it; one that they cannot hold counts without a name."""
    from lianzhang.pack.verify import unit_kind

    written = "/".join(_UNITS.get(part.strip(), part.strip()) for part in unit.split("/"))
    return written if unit_kind(written) is not None else "count"


def table_measure(measure: str) -> str:
    """A statement's measure as the tables write it."""
    return _MEASURES.get(measure, measure)


def _dimension(unit: str) -> str:
    known = UNITS.get(unit)
    return known.dimension if known else unit
