"""Review of read statements: accept, correct, reject. Decisions are appended to a log; nothing is overwritten.

The review table is what ``plan read --out FILE`` wrote (.csv or .jsonl). Decisions go to ``FILE.decisions.jsonl``, one JSON
object a line: ``{"id": …, "decision": "accept" | "reject" | "correct", "fields": {…}, "by": …, "at": …}``. The last
decision on a statement counts, the earlier ones stay readable.
"""

from __future__ import annotations

import csv
import json
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, cast

from lianzhang.errors import FileFormatError, InputError, UnknownNameError, UsageError
from lianzhang.i18n import Text
from lianzhang.plan.model import COMPARATORS, KINDS, MEASURES, Place, Statement
from lianzhang.schema.period import parse_period

Decision = Literal["accept", "correct", "reject"]
_NUMBERS = ("value", "lower", "upper", "base_value")
_WORDS = ("indicator", "unit", "region")
_PERIODS = ("period_start", "period_end", "base_period")
#: The field that links a statement to an indicator of the region.
LINK = "indicator_id"
#: Fields that a correction may name, in the order of a form.
FIELDS = (
    "indicator", "value", "lower", "upper", "comparator", "unit", "measure", "kind", "period_start", "period_end",
    "base_period", "base_value", "region", LINK,
)  # fmt: skip
_CHOICES: dict[str, tuple[str, ...]] = {"comparator": COMPARATORS, "measure": MEASURES, "kind": KINDS}


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A statement with the decision on it; ``statement`` carries the corrections, ``original`` is as read.

    ``indicator`` is the id of the indicator that the person linked it to, ``-`` for none, empty where nothing was said.
    """

    statement: Statement
    original: Statement
    decision: Decision | None
    by: str = ""
    at: str = ""
    indicator: str = ""


def read_table(path: Path) -> list[Statement]:
    """Statements of a review table.

    Raises
    ------
    FileFormatError
        if the file is missing, or a row is not a statement; says which.
    """
    try:
        content = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise FileFormatError(Text(f"读不了 {path}", f"cannot read {path}")) from error
    if path.suffix.lower() == ".csv":
        rows: Iterable[Mapping[str, Any]] = csv.DictReader(content.splitlines(keepends=True))
    else:
        rows = _json_lines(content, path)
    statements = []
    for number, row in enumerate(rows, start=1):
        try:
            statements.append(_statement(row))
        except (KeyError, TypeError, ValueError) as error:
            raise FileFormatError(
                Text(
                    f"{path} 第{number}条不是陈述：{error}",
                    f"row {number} of {path} is not a statement: {error}",
                ),
                hint=Text("请用 plan read --out 写出的表", "use a table written by plan read --out"),
            ) from error
    return statements


def _json_lines(content: str, path: Path) -> list[Mapping[str, Any]]:
    try:
        return [json.loads(line) for line in content.splitlines() if line.strip()]
    except json.JSONDecodeError as error:
        raise FileFormatError(
            Text(f"{path} 不是 JSON 行：{error}", f"{path} is not JSON lines: {error}")
        ) from error


def _statement(row: Mapping[str, Any]) -> Statement:
    places = row.get("places") or []
    if isinstance(places, str):
        places = json.loads(places)
    known = {name: row[name] for name in Statement.__dataclass_fields__ if name != "places"}
    for name in (*_NUMBERS, "confidence"):
        known[name] = None if known[name] in ("", None) else float(known[name])
    for name in ("line", "char_start", "char_end"):
        known[name] = int(known[name])
    return Statement(**known, places=tuple(Place(**place) for place in places))


def review(path: Path) -> list[Reviewed]:
    """Every statement of a review table with the last decision on it."""
    log = decisions(path)
    last = {str(entry["id"]): entry for entry in log}
    result = []
    for statement in read_table(path):
        entry = last.get(statement.id)
        if entry is None:
            result.append(Reviewed(statement, statement, None))
            continue
        fields = dict(cast("dict[str, Any]", entry.get("fields") or {}))
        indicator = str(fields.pop(LINK, ""))
        result.append(
            Reviewed(
                _corrected(statement, fields),
                statement,
                entry["decision"],
                str(entry.get("by", "")),
                str(entry.get("at", "")),
                indicator,
            )
        )
    return result


def _corrected(statement: Statement, fields: Mapping[str, Any]) -> Statement:
    """The statement with other fields. A one-sided bound follows its value; a cleared number says who cleared it."""
    after = replace(statement, **fields)
    if after.comparator in (">", ">=") and "lower" not in fields:
        after = replace(after, lower=after.value, upper=after.upper if "upper" in fields else None)
    elif after.comparator in ("<", "<=") and "upper" not in fields:
        after = replace(after, upper=after.value, lower=after.lower if "lower" in fields else None)
    elif after.comparator != "range" and {"value", "comparator"} & fields.keys():
        after = replace(
            after,
            lower=after.lower if "lower" in fields else None,
            upper=after.upper if "upper" in fields else None,
        )
    if after.value is None and after.lower is None and after.upper is None and not after.null_reason:
        return replace(after, null_reason="经人工清除 cleared by a person")
    return after


def decisions(path: Path) -> list[dict[str, Any]]:
    """All decisions on a review table, oldest first."""
    log = _log(path)
    return (
        [dict(entry) for entry in _json_lines(log.read_text(encoding="utf-8"), log)] if log.exists() else []
    )


def decide(
    path: Path, statement_id: str, decision: Decision, fields: Mapping[str, str] | None = None, by: str = ""
) -> None:
    """Append one decision to the log of a review table.

    Parameters
    ----------
    fields:
        for ``correct``: new values of value, lower, upper, comparator, unit, measure, kind, indicator, region,
        period_start, period_end, base_period, base_value, indicator_id as text; an empty text clears a number. They
        stand in place of an earlier correction, beside what was read.

    Raises
    ------
    UnknownNameError
        if the table has no such statement or a statement has no such field.
    UsageError
        if a correction has no field, a value does not fit its field, or the bounds are the wrong way round.
    """
    decide_many(path, [statement_id], decision, fields, by)


def decide_many(
    path: Path,
    statement_ids: Sequence[str],
    decision: Decision,
    fields: Mapping[str, str] | None = None,
    by: str = "",
) -> None:
    """As `decide`, the same for several statements: all are taken, or none."""
    known = {statement.id: statement for statement in read_table(path)}
    for statement_id in statement_ids:
        if statement_id not in known:
            raise UnknownNameError(Text("陈述", "statement"), statement_id, known)
    if (decision == "correct") != bool(fields):
        raise UsageError(
            Text("更正要写明字段，其他决定不写", "a correction names fields, other decisions do not"),
            hint=Text(
                "例：--correct ID --set value=850000000", "example: --correct ID --set value=850000000"
            ),
        )
    values = {name: _field(name, text) for name, text in (fields or {}).items()}
    for statement_id in statement_ids:
        after = _corrected(known[statement_id], {n: v for n, v in values.items() if n != LINK})
        if after.lower is not None and after.upper is not None and after.lower > after.upper:
            raise UsageError(
                Text(
                    f"陈述 {statement_id} 的下界 {after.lower:g} 大于上界 {after.upper:g}",
                    f"the lower bound {after.lower:g} of statement {statement_id} is above its upper bound {after.upper:g}",
                ),
                hint=Text("请调换上下界", "swap the bounds"),
            )
    now = datetime.now(UTC).isoformat(timespec="seconds")
    entries = [
        {"id": one, "decision": decision, "fields": values, "by": by, "at": now} for one in statement_ids
    ]
    try:
        with _log(path).open("a", encoding="utf-8") as stream:
            stream.write("".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries))
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        raise InputError(
            Text(f"写不了 {_log(path)}：{error.strerror}", f"cannot write {_log(path)}: {error.strerror}")
        ) from error


def _field(name: str, text: str) -> object:
    if name in _NUMBERS:
        if not text:
            return None
        try:
            number = float(text.replace(",", ""))
        except ValueError as error:
            raise UsageError(Text(f"{name} 不是数：{text}", f"{name} is not a number: {text!r}")) from error
        if not math.isfinite(number):
            raise UsageError(Text(f"{name} 不是有限的数：{text}", f"{name} is not a finite number: {text!r}"))
        return number
    if name in _CHOICES:
        if text not in _CHOICES[name]:
            raise UnknownNameError(Text(name, name), text, _CHOICES[name])
        return text
    if name in _PERIODS:
        try:
            return parse_period(text).text if text else ""
        except InputError as error:
            raise UsageError(
                Text(f"{name} 不是时期：{text}", f"{name} is not a period: {text!r}"),
                hint=Text("写作 2027、2027-06 或 2027-H1", "write 2027, 2027-06 or 2027-H1"),
            ) from error
    if name in _WORDS or name == LINK:
        return text.strip()
    raise UnknownNameError(Text("字段", "field"), name, FIELDS)


def _log(path: Path) -> Path:
    return path.with_name(path.name + ".decisions.jsonl")
