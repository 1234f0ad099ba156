"""The quantity a number stands in: value, bounds, unit, counted noun; before anything about time or kind is decided."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Quantity:
    """One number with what belongs to it; offsets are relative to the sentence.

    ``dim``: money · percent · points · times · doubling · vehicles · units · people · count · physical · rank ·
    duration · bare. ``value`` is None for a range. ``comparator`` is ``=`` until :mod:`decide` looks at the words
    around. ``noun_end`` is where the counted phrase ends (``end`` if there is none).
    """

    start: int
    end: int
    value: float | None
    lower: float | None = None
    upper: float | None = None
    comparator: str = "="
    unit: str = ""
    unit_text: str = ""
    dim: str = "bare"
    level: bool = False
    words: bool = False  # the number was written in words
    structural: bool = False
    scaled: bool = False
    noun_end: int = 0
    generic: bool = False  # the counted noun is not in the tables

    def __post_init__(self) -> None:
        self.noun_end = max(self.noun_end, self.end)


def ratio(first: float, second: float, start: int, end: int, text: str) -> Quantity:
    """``1:1.2`` as 1.2 and ``2:1`` as 2: the side that is not one; otherwise first over second."""
    value = second if first == 1.0 else first if second == 1.0 or second == 0.0 else first / second
    return Quantity(start, end, value, unit="ratio", unit_text=text, dim="ratio")
