"""Dates as registers write them: 2019-03-01, 2019/3/1, 20190301, 2019年3月1日, ２０１９．３．１, 二〇一九年三月一日,
民国108年3月1日, 1-Mar-2019, March 1, 2019, 31/12/2019 (one part above 12), 43525 (a spreadsheet's day number), 2019."""

from __future__ import annotations

import datetime
import re
import unicodedata
from functools import lru_cache

_PARTS = re.compile(r"^(\d{4})\s*[-/.年]\s*(\d{1,2})(?:\s*[-/.月]\s*(\d{1,2})\s*日?)?月?(?:[T ].*)?$")
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})(?:\.0)?$")
_YEAR = re.compile(r"^(\d{4})年?(?:\.0)?$")
#: January, or October that a spreadsheet took for a decimal and shortened.
_SHORT = re.compile(r"\d{4}\.1")
_SERIAL = re.compile(r"^\d{5}(?:\.\d+)?$")
_LAST = re.compile(r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:[T ].*)?$")
_NAMED = re.compile(
    r"^(?:(\d{1,2})[-\s./]?([A-Za-z]{3,9})\.?|([A-Za-z]{3,9})\.?\s*(\d{1,2}))[-\s.,/]*(\d{4})$"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_REPUBLIC = re.compile(r"^民国(\d{1,3})年")
_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_TENS = re.compile("([一二三])?十([一二三四五六七八九])?")
_EPOCH = datetime.date(1899, 12, 30)


@lru_cache(maxsize=65_536)
def parse_date(text: str) -> str | None:
    """ISO date (or month, or year) of a text, None if it is none or no date that a company can have (1800 to 2100).

    Years of two digits and days before months that cannot be told apart ("3/4/2019") are none.
    """
    text = text.strip()
    if not text:
        return None
    if not text.isascii():
        text = _plain(text)
    if _SERIAL.match(text):
        day = _EPOCH + datetime.timedelta(days=int(float(text)))
        return day.isoformat() if day.year >= 1920 else None
    year: int
    month: int
    day_text: str | None
    if found := _PARTS.match(text) or _COMPACT.match(text):
        year, month, day_text = int(found[1]), int(found[2]), found[3]
    elif found := _YEAR.match(text):
        return found[1] if 1800 <= int(found[1]) <= 2100 else None
    elif found := _LAST.match(text):
        first, second, year = int(found[1]), int(found[2]), int(found[3])
        if min(first, second) > 12 or (max(first, second) <= 12 and first != second):
            return None
        month, day_text = min(first, second), str(max(first, second))
    elif (found := _NAMED.match(text)) and (found[2] or found[3])[:3].lower() in _MONTHS:
        year, month = int(found[5]), _MONTHS.index((found[2] or found[3])[:3].lower()) + 1
        day_text = found[1] or found[4]
    else:
        return None
    if not 1800 <= year <= 2100 or not 1 <= month <= 12:
        return None
    if day_text is None:
        return f"{year:04d}-{month:02d}"
    try:
        return datetime.date(year, month, int(day_text)).isoformat()
    except ValueError:
        return None


def _plain(text: str) -> str:
    """Half-width digits in place of wide and Chinese ones, years of the Republic as years."""
    half = unicodedata.normalize("NFKC", text).replace("。", ".").replace("號", "日").replace("号", "日")
    half = _TENS.sub(lambda m: f"{m[1] or '一'}{m[2] or '〇'}", half).translate(_DIGITS)
    republic = _REPUBLIC.match(half)
    return f"{int(republic[1]) + 1911}年{half[republic.end() :]}" if republic else half
