"""What a plan document says, one fact a row."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Literal, get_args

Comparator = Literal["=", ">", ">=", "<", "<=", "~", "range", "level", "milestone"]
Kind = Literal["target", "achieved", "expected", "count"]
Measure = Literal[
    "level",
    "count",
    "share",
    "growth",
    "growth p.a.",
    "multiple",
    "difference",
    "change",
    "index",
    "intensity",
    "rank",
    "ratio",
]
COMPARATORS: tuple[str, ...] = get_args(Comparator)
KINDS: tuple[str, ...] = get_args(Kind)
MEASURES: tuple[str, ...] = get_args(Measure)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a statement stands: line from 1, half-open character span of the document's text, the text itself."""

    line: int
    char_start: int
    char_end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Statement:
    """A quantitative statement with the place it was read from.

    ``value`` is in ``unit`` (money in whole currency units, shares and growth in %). A one-sided bound fills ``value``
    and the bound on its side; a range fills both bounds and no value; a level word (万亿级) gives its threshold with
    comparator ``level``. A number that the text lost has no value and a ``null_reason``. ``period_start`` and
    ``period_end`` are reduced ISO 8601 (``2025``, ``2024-03``), empty where the text gives none. ``places`` are the
    other occurrences of the same statement in the document.
    """

    source: str
    line: int
    char_start: int
    char_end: int
    quote: str
    indicator: str
    value: float | None
    lower: float | None
    upper: float | None
    comparator: Comparator
    unit: str
    unit_text: str
    measure: Measure
    kind: Kind
    period_start: str
    period_end: str
    base_period: str = ""
    base_value: float | None = None
    region: str = ""
    lang: str = "en"
    confidence: float = 0.5
    null_reason: str = ""
    places: tuple[Place, ...] = field(default=())

    @property
    def place(self) -> Place:
        """The first occurrence."""
        return Place(self.line, self.char_start, self.char_end, self.quote)

    @property
    def id(self) -> str:
        """Twelve hexadecimal digits that stay the same as long as document, place, figure and unit do."""
        figure = (self.source, self.char_start, self.char_end, self.quote, self.value, self.lower, self.unit)
        key = "\x1f".join(map(str, figure))
        return hashlib.sha256(key.encode()).hexdigest()[:12]

    @property
    def year(self) -> int | None:
        """Year of the end of the period."""
        return int(self.period_end[:4]) if self.period_end else None

    def to_dict(self) -> dict[str, object]:
        """JSON-serialisable, in the order of the columns of a review table."""
        return {
            "id": self.id,
            "source": self.source,
            "line": self.line,
            "char_start": self.char_start,
            "char_end": self.char_end,
            "quote": self.quote,
            "places": [
                {"line": p.line, "char_start": p.char_start, "char_end": p.char_end, "quote": p.quote}
                for p in self.places
            ],
            "indicator": self.indicator,
            "value": self.value,
            "lower": self.lower,
            "upper": self.upper,
            "comparator": self.comparator,
            "unit": self.unit,
            "unit_text": self.unit_text,
            "measure": self.measure,
            "kind": self.kind,
            "period_start": self.period_start,
            "period_end": self.period_end,
            "base_period": self.base_period,
            "base_value": self.base_value,
            "region": self.region,
            "lang": self.lang,
            "confidence": self.confidence,
            "null_reason": self.null_reason,
        }
