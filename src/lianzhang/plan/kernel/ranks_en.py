"""Ranks in English: ranked third, in second place, number one in, among the top five."""

from __future__ import annotations

import re

from lianzhang.plan.kernel.numerals import EN_CARDINALS, EN_ORDINALS
from lianzhang.plan.kernel.quantities import Quantity

_ORD = "|".join(EN_ORDINALS)
_RANK = re.compile(
    rf"""
    \brank(?:s|ed|ing)?\s+(?:as\s+)?(?:the\s+)?(?:(?P<o1>{_ORD})|(?:number|no\.?)\s*(?P<n1>\d+|one|two|three)|
        (?P<d1>\d+)(?:st|nd|rd|th)|(?:in|among)\s+the\s+top\s+(?P<t1>\d+|three|five|ten))\b
  | \b(?:in|to|at|into|holds?|took|takes?|taking|returned\s+to|rose\s+to)\s+(?:the\s+)?(?:(?P<o2>{_ORD})|
      (?P<d2>\d+)(?:st|nd|rd|th))\s+(?:place|position|rank)\b
  | \b(?:number|No\.?)\s*(?P<n3>one|1|2|3|two|three)\s+(?:in|nationwide|globally|among)\b
  | \b(?:among\s+(?:the\s+)?|into\s+(?:the\s+)?|(?:in|within|of|
      to)\s+the\s+)(?:[\w’']+\s+)?top\s+(?P<t4>\d+|three|five|ten|two|four|six|eight)\b
    (?!\s*(?:%|percent|million|billion|-))
    """,
    re.VERBOSE | re.IGNORECASE,
)


def read_ranks(masked: str) -> list[Quantity]:
    """Ranks of a masked English sentence, in order."""
    return [_rank(match) for match in _RANK.finditer(masked)]


def _rank(match: re.Match[str]) -> Quantity:
    g = match.groupdict()
    top = g["t1"] or g["t4"]
    word = (g["o1"] or g["n1"] or g["d1"] or g["o2"] or g["d2"] or g["n3"] or top or "").lower()
    value = float(word) if word.isdigit() else float(EN_ORDINALS.get(word, EN_CARDINALS.get(word, 1.0)))
    start, end = match.span()
    if top:
        return Quantity(
            start, end, value, None, value, "<=", unit="rank", unit_text=match.group(), dim="rank"
        )
    return Quantity(start, end, value, unit="rank", unit_text=match.group(), dim="rank")
