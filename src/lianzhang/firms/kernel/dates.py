"""Dates as registers write them: 2019-03-01, 2019/3/1, 20190301, 2019年3月1日, 43525 (a spreadsheet's day number)."""

from __future__ import annotations

import datetime
import re
from functools import lru_cache

_PARTS = re.compile(r"^(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?)?月?(?:[T ].*)?$")
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})(?:\.0)?$")
_SERIAL = re.compile(r"^\d{5}(?:\.\d+)?$")
_EPOCH = datetime.date(1899, 12, 30)


@lru_cache(maxsize=65_536)
def parse_date(text: str) -> str | None:
    """ISO date (or month) of a text, None if it is none or no date that a company can have (1800 to 2100)."""
    text = text.strip()
    if not text:
        return None
    if _SERIAL.match(text):
        day = _EPOCH + datetime.timedelta(days=int(float(text)))
        return day.isoformat() if day.year >= 1920 else None
    found = _PARTS.match(text) or _COMPACT.match(text)
    if not found:
        return None
    year, month, day_text = int(found[1]), int(found[2]), found[3]
    if not 1800 <= year <= 2100 or not 1 <= month <= 12:
        return None
    if day_text is None:
        return f"{year:04d}-{month:02d}"
    try:
        return datetime.date(year, month, int(day_text)).isoformat()
    except ValueError:
        return None
