"""Statements of the store that cannot both hold: noted with the pack, or found when a document was read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from lianzhang.i18n import Text
from lianzhang.plan.current import succession
from lianzhang.store import Reader

_SQL = """
SELECT c.conflict_id, c.kind, c.explanation_zh, c.explanation_en, c.used_zh, c.used_en, c.statement_id,
       c.other_statement_id, c.source_id, c.status
FROM statement_conflicts c ORDER BY c.kind = 'arithmetic', c.conflict_id
"""
_STATEMENTS = """
SELECT statement_id, topic_zh, topic_en, value, lower, upper, comparator, unit, measure, kind, period_end, locator,
       preferred, indicator_id, region_id, source_id, status
FROM statements
"""
#: Observations of the same indicator, region and period as a statement.
_OBSERVED = """
SELECT o.value, o.period, o.source_id, o.status, o.preferred, o.comparator, i.unit
FROM observations o JOIN indicators i USING (indicator_id)
WHERE o.indicator_id = $indicator AND o.region_id = $region AND o.period = $period AND o.value IS NOT NULL
  AND o.sector_id IS NULL
ORDER BY o.preferred DESC, o.source_id
"""


#: Kinds in which the sides speak of the same thing, so that their values can be set side by side.
COMPARABLE = ("value", "factor_of_ten", "observation")

#: What kind of doubt it is, in words.
KINDS = {
    "value": Text("数值不同", "different values"),
    "arithmetic": Text("算术不符", "arithmetic"),
    "factor_of_ten": Text("相差十倍", "factor of ten"),
    "series": Text("序列不同", "different series"),
    "definition": Text("口径不同", "different definitions"),
    "observation": Text("与实际值不符", "against an observation"),
    "part": Text("部分大于整体", "a part above its whole"),
    "level": Text("级别词不一", "level words"),
}


@dataclass(frozen=True, slots=True)
class Side:
    """One of the figures that disagree. ``locator`` is the place in the source."""

    topic: Text | None
    value: float | None
    unit: str
    period: str | None
    locator: str | None
    source_id: str
    status: str
    used: bool


@dataclass(frozen=True, slots=True)
class Conflict:
    """A disagreement with its sides, its explanation and what is used."""

    conflict_id: str
    kind: str
    topic: Text
    explanation: Text
    used: Text | None
    sides: tuple[Side, ...]
    source_id: str
    status: str

    @property
    def ratio(self) -> float | None:
        """Largest over smallest value; None unless at least two positive amounts of one unit are known. Shares and
        growth rates differ by points, not by a factor."""
        if self.kind not in COMPARABLE or any(s.unit == "%" for s in self.sides):
            return None
        values = [s.value for s in self.sides if s.value is not None and s.value > 0]
        if len(values) < 2 or len({s.unit for s in self.sides}) > 1:
            return None
        return max(values) / min(values)


def conflicts(reader: Reader) -> tuple[Conflict, ...]:
    """Every disagreement on record between statements that stand, those between values before those of arithmetic."""
    statements = {r["statement_id"]: r for r in reader.sql(_STATEMENTS).to_pylist()}
    after = succession(reader)
    found = []
    for row in reader.sql(_SQL).to_pylist():
        sides = [after.heir(i) for i in (row["statement_id"], row["other_statement_id"]) if i is not None]
        # A disagreement of which people rejected one side is settled.
        if None not in sides:
            found.append(_conflict(reader, row, [statements[i] for i in sides if i is not None]))
    return tuple(found)


def _conflict(reader: Reader, row: dict[str, Any], said: list[dict[str, Any]]) -> Conflict:
    first = said[0]
    sides = [_side(s) for s in said]
    if len(said) == 1 and row["kind"] in ("observation", "factor_of_ten", "value") and first["indicator_id"]:
        wanted = {
            "indicator": first["indicator_id"],
            "region": first["region_id"],
            "period": first["period_end"],
        }
        sides += [
            Side(None, r["value"], r["unit"], r["period"], None, r["source_id"], r["status"], r["preferred"])
            for r in reader.sql(_OBSERVED, wanted).to_pylist()
        ]
        if len(sides) > 1:
            # What was observed goes before what a document says of the same period.
            sides[0] = replace(sides[0], used=False)
    if sum(side.used for side in sides) > 1:
        # Both are used, each for what it says; neither stands for the other.
        sides = [replace(side, used=False) for side in sides]
    used = Text(row["used_zh"], row["used_en"]) if row["used_zh"] and row["used_en"] else None
    return Conflict(
        conflict_id=row["conflict_id"],
        kind=row["kind"],
        topic=Text(first["topic_zh"], first["topic_en"]),
        explanation=Text(row["explanation_zh"], row["explanation_en"]),
        used=used,
        sides=tuple(sides),
        source_id=row["source_id"],
        status=row["status"],
    )


def _side(row: dict[str, Any]) -> Side:
    value = (
        row["value"]
        if row["value"] is not None
        else row["lower"]
        if row["lower"] is not None
        else row["upper"]
    )
    return Side(
        topic=Text(row["topic_zh"], row["topic_en"]),
        value=value,
        unit=row["unit"],
        period=row["period_end"],
        locator=row["locator"],
        source_id=row["source_id"],
        status=row["status"],
        used=row["preferred"],
    )
