"""Periods as text with an exact first and last day.

Forms: ``2024`` · ``2024-H1`` · ``2024-Q3`` · ``2024-03`` · ``2024-03-31`` · ``2024-01..10`` (year to date) ·
``2023-Q1..Q3`` · ``2022..2030``.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from lianzhang.errors import InputError
from lianzhang.i18n import Lang, Text
from lianzhang.schema.model import PERIOD_PATTERN

Frequency = Literal["years", "year", "half", "quarters", "quarter", "months", "month", "day"]

_FORM = re.compile(PERIOD_PATTERN)


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of days, both ends included."""

    text: str
    start: date
    end: date
    frequency: Frequency

    @property
    def year(self) -> int:
        """Calendar year in which it ends."""
        return self.end.year

    @property
    def position(self) -> float:
        """Its end as a fractional year: 2024 → 2025.0, 2024-Q1 → 2024.25."""
        days = 366 if calendar.isleap(self.end.year) else 365
        return self.end.year + self.end.timetuple().tm_yday / days

    def label(self, lang: Lang) -> str:
        """As a reader says it: 2024年3月 / March 2024."""
        y, start, end = self.end.year, self.start, self.end
        zh = lang == "zh"
        match self.frequency:
            case "year":
                return f"{y}年" if zh else f"{y}"
            case "years":
                return f"{start.year}—{y}年" if zh else f"{start.year}–{y}"
            case "half":
                half = 1 if start.month == 1 else 2
                word = "上" if half == 1 else "下"
                return f"{y}年{word}半年" if zh else f"{'first' if half == 1 else 'second'} half of {y}"
            case "quarter":
                quarter = (start.month + 2) // 3
                return f"{y}年第{'一二三四'[quarter - 1]}季度" if zh else f"Q{quarter} {y}"
            case "month":
                return f"{y}年{end.month}月" if zh else f"{calendar.month_name[end.month]} {y}"
            case "quarters" | "months":
                first, last = calendar.month_abbr[start.month], calendar.month_abbr[end.month]
                return f"{y}年{start.month}—{end.month}月" if zh else f"{first}–{last} {y}"
            case "day":
                return (
                    f"{y}年{end.month}月{end.day}日"
                    if zh
                    else f"{end.day} {calendar.month_name[end.month]} {y}"
                )


def parse_period(text: str) -> Period:
    """Read a period.

    Raises:
        InputError: the text is none of the forms, runs backwards, or names a day that does not exist.
    """
    text = text.strip()
    if not _FORM.fullmatch(text):
        raise _unreadable(text)
    try:
        return _parse(text)
    except ValueError as error:
        raise _unreadable(text) from error


def _parse(text: str) -> Period:
    year = int(text[:4])
    rest = text[4:]
    if not rest:
        return Period(text, date(year, 1, 1), date(year, 12, 31), "year")
    if rest.startswith(".."):
        return _checked(Period(text, date(year, 1, 1), date(int(rest[2:]), 12, 31), "years"))
    body = rest[1:]
    if body.startswith("H"):
        first = 1 if body[1] == "1" else 7
        return Period(text, date(year, first, 1), _month_end(year, first + 5), "half")
    if body.startswith("Q"):
        q1, _, q2 = body.partition("..")
        first, last = int(q1[1]), int((q2 or q1)[1])
        kind: Frequency = "quarters" if q2 else "quarter"
        return _checked(Period(text, date(year, 3 * first - 2, 1), _month_end(year, 3 * last), kind))
    month, _, tail = body.partition("..")
    if tail:
        return _checked(Period(text, date(year, int(month), 1), _month_end(year, int(tail)), "months"))
    if len(body) == 2:
        return Period(text, date(year, int(body), 1), _month_end(year, int(body)), "month")
    day = date.fromisoformat(text)
    return Period(text, day, day, "day")


def _checked(period: Period) -> Period:
    if period.end < period.start:
        raise ValueError(period.text)
    return period


def _month_end(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def _unreadable(text: str) -> InputError:
    return InputError(
        Text(f"看不懂的时期：“{text}”", f"not a period: {text!r}"),
        hint=Text(
            "可写作 2024、2024-03、2024-03-31、2024-Q1、2024-H1、2024-01..10 或 2022..2030",
            "write 2024, 2024-03, 2024-03-31, 2024-Q1, 2024-H1, 2024-01..10 or 2022..2030",
        ),
        details={"value": text},
    )
