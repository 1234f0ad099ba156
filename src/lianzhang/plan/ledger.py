"""The ledger: every target of every document with its baseline, deadline, latest actual and gap."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from lianzhang.i18n import Text
from lianzhang.plan import queries
from lianzhang.plan.current import Succession, succession
from lianzhang.plan.history import Break, History, Kind, gather
from lianzhang.plan.kernel.attainment import Interval, meeting, threshold
from lianzhang.plan.track_model import Conflict, LedgerRow, Place
from lianzhang.schema.period import Period, parse_period
from lianzhang.units import UNITS

if TYPE_CHECKING:
    from lianzhang.store import Reader

Row = Mapping[str, Any]

_RELATIVE = frozenset({"growth", "growth p.a.", "multiple", "difference"})


@dataclass(frozen=True, slots=True)
class Book:
    """Ledger rows with the histories they were made from, as known on one day."""

    as_of: date
    rows: tuple[LedgerRow, ...]
    histories: Mapping[tuple[str, str], History]
    kinds: Mapping[str, Kind]
    wanted: Mapping[str, Interval]
    """Values that meet each target, in the indicator's unit, by statement; absent where no target can be told."""


def ledger(reader: Reader, as_of: date) -> tuple[LedgerRow, ...]:
    """Targets as known on a day, one row per target; the places that say the same are kept together."""
    return open_book(reader, as_of).rows


def open_book(reader: Reader, as_of: date) -> Book:
    """Read targets, observations, breaks and disagreements, using only what was known on the day.

    A target is known from the end of its source's stated time of publication; from the start where none is stated.
    """
    statements = reader.sql(queries.TARGETS).to_pylist()
    observations = reader.sql(queries.OBSERVATIONS).to_pylist()
    breaks = reader.sql(queries.BREAKS).to_pylist()
    conflicts = _still(reader.sql(queries.CONFLICTS).to_pylist(), succession(reader))
    indicators = reader.sql(queries.INDICATORS).to_pylist()
    return make_book(statements, observations, breaks, conflicts, indicators, as_of)


def _still(conflicts: Iterable[dict[str, Any]], after: Succession) -> list[Row]:
    """Disagreements of the rows that stand now; one with a rejected side is settled."""
    found: list[Row] = []
    for row in conflicts:
        mine = after.heir(row["statement_id"])
        other = after.heir(row["other_statement_id"]) if row["other_statement_id"] else None
        if mine is not None and (other is not None or not row["other_statement_id"]):
            found.append(row | {"statement_id": mine, "other_statement_id": other})
    return found


def make_book(
    statements: Iterable[Row],
    observations: Iterable[Row],
    breaks: Iterable[Row],
    conflicts: Iterable[Row],
    indicators: Iterable[Row],
    as_of: date,
) -> Book:
    """`open_book` on plain rows, as the queries give them."""
    kinds = {
        i["indicator_id"]: Kind(i["unit"], i["measure"], bool(i["flow"]), i["concept"]) for i in indicators
    }
    histories = gather(observations, breaks, kinds, as_of)
    disagreements = _by_statement(conflicts)
    groups: dict[tuple[object, ...], list[Row]] = defaultdict(list)
    for row in statements:
        if _published(row, as_of):
            groups[_same_target(row)].append(row)
    rows: list[LedgerRow] = []
    wanted: dict[str, Interval] = {}
    for group in groups.values():
        # The row that calculations use stands for its repeats.
        group.sort(key=lambda r: (not r["preferred"], r["statement_id"]))
        entry, interval = _ledger_row(group, histories, disagreements)
        rows.append(entry)
        if interval is not None:
            wanted[entry.statement_id] = interval
    rows.sort(key=lambda r: (r.deadline.end if r.deadline else date.max, r.statement_id))
    return Book(as_of, tuple(rows), histories, kinds, wanted)


def _published(row: Row, as_of: date) -> bool:
    return row["published"] is None or parse_period(row["published"]).end <= as_of


def _same_target(row: Row) -> tuple[object, ...]:
    """Repeats of one target agree in all of this; without an indicator each stands alone."""
    if row["indicator_id"] is None:
        return ("alone", row["statement_id"])
    # A bound may stand beside the value or not; it says the same.
    figures = row["value"] if row["value"] is not None else (row["lower"], row["upper"])
    same = ("indicator_id", "region_id", "kind", "comparator", "unit", "measure", "period_end")
    return (figures, *(row[name] for name in same))


def _by_statement(conflicts: Iterable[Row]) -> dict[str, list[Conflict]]:
    found: dict[str, list[Conflict]] = defaultdict(list)
    for row in conflicts:
        explanation = Text(row["explanation_zh"], row["explanation_en"])
        used = _text(row["used_zh"], row["used_en"])
        pair = (row["statement_id"], row["other_statement_id"])
        for mine, other in (pair, pair[::-1]):
            if mine is not None:
                found[mine].append(Conflict(row["conflict_id"], row["kind"], other, explanation, used))
    return found


def _ledger_row(
    group: list[Row],
    histories: Mapping[tuple[str, str], History],
    disagreements: Mapping[str, list[Conflict]],
) -> tuple[LedgerRow, Interval | None]:
    row = group[0]
    indicator_id, region_id = row["indicator_id"], row["region_id"]
    history = histories.get((indicator_id, region_id)) if indicator_id and region_id else None
    base_period = _period(row["base_period"])
    deadline = _period(row["period_end"])
    latest = history.latest(deadline.end if deadline else date.max) if history else None
    baseline = history.at(base_period) if history and base_period else None
    base_value = (
        row["base_value"] if row["base_value"] is not None else (baseline.value if baseline else None)
    )
    interval, why = _resolve(row, base_period, base_value, deadline, _standing(history, group, base_value))
    if interval is not None and history is not None and _relative(row) and base_period and deadline:
        split = history.broken_between(base_period.end, deadline.end)
        if split is not None:
            interval, why = None, _split_reason(split)
    standing = latest.value if latest else base_value
    target = None
    if interval is not None:
        target = threshold(interval, standing if standing is not None else -float("inf"))
    found = tuple(
        {c.conflict_id: c for r in group for c in disagreements.get(r["statement_id"], ())}.values()
    )
    result = LedgerRow(
        statement_id=row["statement_id"],
        places=tuple(
            Place(
                r["statement_id"],
                r["source_id"],
                _text(r["source_zh"], r["source_en"]) or Text(r["source_id"], r["source_id"]),
                r["locator"],
                _period(r["published"]),
            )
            for r in group
        ),
        label=Text(row["topic_zh"], row["topic_en"]),
        kind=row["kind"],
        indicator_id=indicator_id,
        indicator=_text(row["indicator_zh"], row["indicator_en"]),
        indicator_unit=row["indicator_unit"] or row["unit"],
        region_id=region_id,
        region=_text(row["region_zh"], row["region_en"]),
        cluster_id=row["cluster_id"],
        comparator=row["comparator"],
        value=row["value"],
        lower=row["lower"],
        upper=row["upper"],
        unit=row["unit"],
        measure=row["measure"],
        deadline=deadline,
        baseline=baseline,
        base_value=base_value,
        base_period=base_period,
        target=target,
        why_no_target=why,
        latest=latest,
        gap=target - latest.value if target is not None and latest is not None else None,
        preferred=any(r["preferred"] for r in group),
        conflicts=found,
        status=row["status"],
    )
    return result, interval


def _standing(history: History | None, group: list[Row], base_value: float | None) -> float | None:
    """Where the indicator stood when the target was set: its base, else the latest figure known on publication."""
    if base_value is not None or history is None:
        return base_value
    days = [parse_period(r["published"]).end for r in group if r["published"] is not None]
    if not days:
        return None
    known = [p for p in history.points if p.known_from <= min(days)]
    return known[-1].value if known else None


def _resolve(
    row: Row,
    base_period: Period | None,
    base_value: float | None,
    deadline: Period | None,
    standing: float | None,
) -> tuple[Interval | None, Text | None]:
    """The values that meet the target, in the indicator's unit, or why they cannot be told."""
    if row["comparator"] == "milestone":
        return None, Text("是定性的里程碑，没有数值", "it is a milestone without a figure")
    figures = (row["value"], row["lower"], row["upper"])
    if all(f is None for f in figures):
        return None, Text("原文缺失数字", "the text lost the number")
    if row["indicator_id"] is None:
        return None, Text("还没有对应到指标", "it is not yet matched to an indicator")
    if row["region_id"] is None:
        return None, Text("所述区域不在数据包内", "its region is not in the pack")
    if _relative(row):
        levels = [_absolute(row, f, base_period, base_value, deadline) for f in figures]
        if base_value is None or all(v is None for v in levels):
            return None, Text(
                "是相对目标，基期数值缺失", "it is relative and the value of its base is missing"
            )
        upward = next(f for f in figures if f is not None) >= (1.0 if row["measure"] == "multiple" else 0.0)
    else:
        factor = _factor(row["unit"], row["indicator_unit"])
        if factor is None:
            unit, other = row["unit"], row["indicator_unit"]
            return None, Text(
                f"单位“{unit}”与指标单位“{other}”不同",
                f"its unit {unit!r} differs from the indicator's {other!r}",
            )
        levels = [None if f is None else f * factor for f in figures]
        # Without knowledge of where it stood a target asks for more, as nearly all do.
        # Ranks are the exception.
        single = next(v for v in levels if v is not None)
        upward = single >= standing if standing is not None else row["measure"] != "rank"
    value, lower, upper = levels
    return meeting(row["comparator"], value=value, lower=lower, upper=upper, upward=upward), None


def _relative(row: Row) -> bool:
    """Whether a target speaks of change while its indicator is a level."""
    return row["measure"] in _RELATIVE and row["indicator_measure"] not in _RELATIVE


def _split_reason(split: Break) -> Text:
    period = split.period
    return Text(
        f"是相对基期的目标，而{period.label('zh')}起口径改变（{split.reason.zh}）",
        f"it is relative to its base, and the definition changed in {period.label('en')} ({split.reason.en})",
    )


def _absolute(
    row: Row,
    figure: float | None,
    base_period: Period | None,
    base_value: float | None,
    deadline: Period | None,
) -> float | None:
    """A relative figure as a level: base (1 + g), base (1 + g)^years, base × m, base + d."""
    if figure is None or base_value is None:
        return None
    match row["measure"]:
        case "growth":
            return float(base_value * (1 + figure / 100))
        case "growth p.a.":
            if base_period is None or deadline is None:
                return None
            return float(base_value * (1 + figure / 100) ** (deadline.year - base_period.year))
        case "multiple":
            return float(base_value * figure)
        case _:
            return float(base_value + figure)


def _factor(unit: str, wanted: str) -> float | None:
    """Factor from the statement's unit to the indicator's; None where they measure different things."""
    if unit == wanted:
        return 1.0
    mine, theirs = UNITS.get(unit), UNITS.get(wanted)
    if mine is None or theirs is None or mine.base != theirs.base:
        return None
    return mine.scale / theirs.scale


def _period(text: str | None) -> Period | None:
    return None if text is None else parse_period(text)


def _text(zh: str | None, en: str | None) -> Text | None:
    if zh is None and en is None:
        return None
    return Text(zh or en or "", en or zh or "")
