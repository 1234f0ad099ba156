"""The history of one indicator in one region, as it was known on a day.

Rules: an observation is known from its first publication, else from its period's end plus 90 days (marked as
assumed). Where several sources give a period, the row marked as used wins among those known on the day, else the one
published last. A break splits a series: nothing is compared across it, while growth inside each stretch still counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lianzhang.i18n import Text
from lianzhang.plan.kernel.forecast.ensemble import comparable
from lianzhang.plan.track_model import Point
from lianzhang.schema.period import Period, parse_period

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
Row = Mapping[str, Any]

#: Days after the end of a period from which a figure counts as known where its publication is not recorded.
ASSUMED_DELAY = timedelta(days=90)
#: Years of a series that enter a forecast; older ones say little about the next few and the models were chosen so.
WINDOW_YEARS = 12

_RATES = frozenset({"growth", "growth p.a.", "difference"})


@dataclass(frozen=True, slots=True)
class Kind:
    """What an indicator measures, as far as time series care."""

    unit: str
    measure: str
    flow: bool
    concept: str | None

    @property
    def share(self) -> bool:
        """A share in per cent."""
        return self.unit == "%" and self.measure in ("share", "intensity")

    @property
    def rate(self) -> bool:
        """A rate that may pass zero, or an index of the previous year."""
        return self.measure in _RATES or self.unit == "index"

    @property
    def additive(self) -> bool:
        """Months add up to a year."""
        return self.flow and not self.share and not self.rate and self.measure in ("level", "count")


@dataclass(frozen=True, slots=True)
class Break:
    """First period of a new definition, and what changed."""

    period: Period
    reason: Text


@dataclass(frozen=True, slots=True)
class Part:
    """Value of January to month ``months`` of a year."""

    year: int
    months: int
    value: float


@dataclass(frozen=True, slots=True)
class Years:
    """A yearly series: ``values[i]`` belongs to ``first + i``, NaN where missing; the last one is there. ``resets[i]``
    marks the first value under a new definition."""

    first: int
    values: FloatArray
    resets: BoolArray

    @property
    def last(self) -> int:
        """Its latest year."""
        return self.first + len(self.values) - 1

    @property
    def count(self) -> int:
        """Comparable years with a value: one more than the steps inside stretches of one definition."""
        return comparable(self.values, self.resets)

    @property
    def newest(self) -> FloatArray:
        """The stretch of the newest definition."""
        start = np.flatnonzero(self.resets)
        return self.values[start[-1] :] if start.size else self.values


@dataclass(frozen=True, slots=True)
class History:
    """Points of one indicator in one region, one per period, oldest first, with the breaks that split them."""

    indicator_id: str
    region_id: str
    series: str
    kind: Kind
    points: tuple[Point, ...]
    breaks: tuple[Break, ...]

    def at(self, period: Period) -> Point | None:
        """The observation for exactly that stretch of days, or, for a stock, at its last day."""
        for point in self.points:
            if (point.period.start, point.period.end) == (period.start, period.end):
                return point
        if not self.kind.flow:
            return next((p for p in reversed(self.points) if p.period.end == period.end), None)
        return None

    def latest(self, until: date = date.max) -> Point | None:
        """The latest figure that compares with a yearly target (a whole year where months add up, else any), of a
        period that ends no later than a day."""
        usable = [p for p in self.points if p.period.frequency == "year" or not self.kind.additive]
        usable = [p for p in usable if p.period.end <= until]
        return usable[-1] if usable else None

    def years(self) -> Years | None:
        """Whole years, at most the last `WINDOW_YEARS`."""
        found = _whole_years(self.points, self.kind)
        if not found:
            return None
        last = max(found)
        first = min(y for y in found if y > last - WINDOW_YEARS)
        values = np.array([found.get(y, np.nan) for y in range(first, last + 1)])
        resets = np.zeros(values.size, dtype=bool)
        for split in self.breaks:
            after = [y for y in found if y >= split.period.start.year and y > first]
            if after:
                resets[min(after) - first] = True
        return Years(first, values, resets)

    def broken_between(self, start: date, end: date) -> Break | None:
        """The last change of definition after one day and not after another."""
        inside = [b for b in self.breaks if start < b.period.start <= end]
        return max(inside, key=lambda b: b.period.start) if inside else None

    def running(self, after: int) -> tuple[Part, list[Part]] | None:
        """The longest part known of a year after ``after``, and the same part of earlier years."""
        parts = _parts(self.points, self.kind)
        later = [p for p in parts if p.year > after]
        if not later:
            return None
        newest = max(p.year for p in later)
        part = max((p for p in later if p.year == newest), key=lambda p: p.months)
        return part, [p for p in parts if p.months == part.months and p.year <= after]


def known_from(row: Row, period: Period) -> tuple[date, bool]:
    """Since when a figure is known, and whether that day is assumed."""
    recorded = row["known_from"]
    if recorded is not None:
        return recorded, False
    return period.end + ASSUMED_DELAY, True


def gather(
    observations: Iterable[Row], breaks: Iterable[Row], kinds: Mapping[str, Kind], as_of: date
) -> dict[tuple[str, str], History]:
    """Histories by (indicator, region) as known on a day.

    Where an indicator has several series in a region, ``main`` is taken, else the one with most points.
    """
    candidates: dict[tuple[str, str, str], dict[tuple[date, date], tuple[bool, Point]]] = defaultdict(dict)
    for row in observations:
        period = parse_period(row["period"])
        since, assumed = known_from(row, period)
        if since > as_of or row["indicator_id"] not in kinds:
            continue
        point = Point(
            period, float(row["value"]), row["comparator"], row["source_id"], row["status"], since, assumed
        )
        slot = candidates[row["indicator_id"], row["region_id"], row["series"]]
        key = (period.start, period.end)
        held = slot.get(key)
        rank = (bool(row["preferred"]), since, point.source_id)
        if held is None or rank > (held[0], held[1].known_from, held[1].source_id):
            slot[key] = (bool(row["preferred"]), point)

    splits: dict[tuple[str, str, str], list[Break]] = defaultdict(list)
    for row in breaks:
        period = parse_period(row["period"])
        if period.start <= as_of:
            text = Text(row["reason_zh"], row["reason_en"])
            splits[row["indicator_id"], row["region_id"], row["series"]].append(Break(period, text))

    chosen: dict[tuple[str, str], History] = {}
    for (indicator, region, series), slot in candidates.items():
        points = tuple(
            sorted(
                (p for _, p in slot.values()), key=lambda p: (p.period.end, p.period.start.toordinal() * -1)
            )
        )
        # A break counts once a figure of the new definition is known.
        latest = max(p.period.end for p in points)
        cuts = tuple(b for b in splits[indicator, region, series] if b.period.start <= latest)
        history = History(indicator, region, series, kinds[indicator], points, cuts)
        rival = chosen.get((indicator, region))
        if rival is None or _order(history) > _order(rival):
            chosen[indicator, region] = history
    return chosen


def _order(history: History) -> tuple[bool, int, str]:
    return history.series == "main", len(history.points), history.series


def _whole_years(points: Sequence[Point], kind: Kind) -> dict[int, float]:
    found = {p.period.year: p.value for p in points if p.period.frequency == "year"}
    # January to December is the year, however it is written; a stock counts at the end of its year.
    for part in _parts(points, kind):
        if part.months == 12:
            found.setdefault(part.year, part.value)
    return found


def _parts(points: Sequence[Point], kind: Kind) -> list[Part]:
    """Values of January to some month, as published or added up from months, quarters and halves."""
    found: dict[tuple[int, int], float] = {}
    pieces: dict[int, dict[int, tuple[int, float]]] = defaultdict(dict)
    for point in points:
        period = point.period
        if period.frequency in ("year", "years", "day") and (kind.flow or period.frequency != "day"):
            continue
        year, month = period.year, period.end.month
        if not kind.flow or (period.start.month == 1 and period.start.year == year):
            found[year, month] = point.value
        if kind.additive:
            pieces[year][period.start.month] = (month, point.value)
    for year, by_start in pieces.items():
        month, total = 1, 0.0
        while month in by_start:
            end, value = by_start[month]
            total += value
            found.setdefault((year, end), total)
            month = end + 1
    return [Part(year, months, value) for (year, months), value in sorted(found.items())]
