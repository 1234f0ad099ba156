"""Comparing figures with their intervals, and finding a name in a phrase."""

from __future__ import annotations

import math

#: A ratio this near to a power of ten is a slip of a digit.
_TEN = 0.05


def has_name(text: str, name: str) -> bool:
    """Whether a text has a name: as whole words where it is written in Latin letters."""
    at = text.find(name)
    if at < 0 or not name.isascii():
        return at >= 0
    before, after = text[at - 1 : at], text[at + len(name) : at + len(name) + 1]
    return not before.isalnum() and not after.isalnum()


def meet(a: tuple[float, float], b: tuple[float, float]) -> bool:
    """Whether two intervals have a value in common."""
    return a[0] <= b[1] and b[0] <= a[1]


def times(figure: tuple[float, float], factor: float) -> tuple[float, float]:
    """An interval in another unit."""
    return figure[0] * factor, figure[1] * factor


def digits(value: float) -> int:
    """Significant digits of a figure as written, without its trailing zeros."""
    return len(f"{abs(value):.9e}".split("e")[0].rstrip("0").replace(".", ""))


def ten_times(a: float, b: float) -> bool:
    """Whether one figure is ten, a hundred, … times the other, to within five per cent: a slip of a digit."""
    low, high = sorted((abs(a), abs(b)))
    if low <= 0:
        return False
    size = math.log10(high / low)
    return round(size) >= 1 and abs(size - round(size)) < math.log10(1 + _TEN)
