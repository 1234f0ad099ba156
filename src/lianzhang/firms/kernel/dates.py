"""Dates as registers write them.

Read: 2019-03-01, 2019/3/1, 2019.3.1, 20190301, 2019年3月1日, 二〇一九年三月一日, full-width digits, 2 March 2019, Mar 2, 2019,
02-Mar-2019, 民国108年3月1日, 43525 (a spreadsheet's day number), 25/12/2019 where only one order can be meant. A month or a
year alone keeps its precision ("2019-03", "2019"). What could be two days (02/03/2019, 93.5.6) is read as neither.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

_FAST = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_YEAR_FIRST = re.compile(
    r"(\d{4})\s?[-/.年]\s?(\d{1,2})(?:\s?[-/.月]\s?(\d{1,2})\s?[日号]?|月)?(?P<time>[T ].*)?"
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\.0)?(?P<time>[T ]?\d{6})?")
_YEAR = re.compile(r"(\d{4})(?:\.0|年)?")
#: January, or October that a spreadsheet took for a decimal and shortened.
_SHORT = re.compile(r"\d{4}\.1")
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_TIME = re.compile(r"[T ]\s?(?:[上下]午\s?)?\d{1,2}[:：时]\d{1,2}(?:.*)")
_YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?P<time>[T ].*)?")
_TWO_DIGITS = re.compile(r"'?\d{2}[-/.年]\d{1,2}(?:[-/.月]\d{1,2}日?)?|\d{6}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2}")
_REPUBLIC = re.compile(r"民[国國]\s?(元|\d{1,3})\s?年(.*)")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(january|february|march|april|may|june|july|august|september|october|november|december"
    r"|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec)\.?"
)
_DAY_MONTH = re.compile(rf"(\d{{1,2}})(?:st|nd|rd|th)?[-\s/.]*(?:of\s+)?{_MONTH}[-\s/.,]*(\d{{4}})")
_MONTH_DAY = re.compile(rf"{_MONTH}[-\s/.]*(\d{{1,2}})(?:st|nd|rd|th)?[-\s/.,]+(\d{{4}})")
_MONTH_YEAR = re.compile(rf"{_MONTH}[-\s/.,]*(\d{{4}})")
_NUMERALS = {
    c: str(v)
    for v, words in enumerate(
        ("零〇○", "一壹", "二贰", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖")
    )
    for c in words
}
_NUMERAL = "".join(_NUMERALS)
_CHINESE_DAY = re.compile(f"([{_NUMERAL}]{{4}})年(.*)")
_SMALL = re.compile(f"[{_NUMERAL}十拾廿卅]+")
_TENS = str.maketrans({"拾": "十", "廿": "二十", "卅": "三十"})
_EPOCH = datetime.date(1899, 12, 30)


class DateReading(NamedTuple):
    """A date as read. ``value``: ISO day, month or year, None if not read; ``fault``: why not, blank if read or if there
    was nothing to read (``unreadable``, ``ambiguous``: more than one day could be meant, ``impossible``: no such day)."""

    value: str | None
    fault: str = ""


_UNREADABLE, _AMBIGUOUS = DateReading(None, "unreadable"), DateReading(None, "ambiguous")
_IMPOSSIBLE = DateReading(None, "impossible")


def parse_date(text: str) -> str | None:
    """ISO day, month or year of a text, None if it is none or no date that a company can have (1800 to 2100)."""
    return read_date(text).value


@lru_cache(maxsize=65_536)
def read_date(text: str) -> DateReading:
    """A date and, where it cannot be read, why."""
    fast = _FAST.fullmatch(text)
    if fast:
        return _date(int(fast[1]), int(fast[2]), int(fast[3]))
    text = " ".join(unicodedata.normalize("NFKC", text).replace("−", "-").replace("—", "-").split())
    if not text:
        return DateReading(None)
    republic = _REPUBLIC.fullmatch(text)
    if republic:
        year = 1911 + (1 if republic[1] == "元" else int(republic[1]))
        text = f"{year}年{_small_numbers(republic[2].strip())}"
    chinese = _CHINESE_DAY.fullmatch(text)
    if chinese:
        text = "".join(_NUMERALS[c] for c in chinese[1]) + "年" + _small_numbers(chinese[2])
    if _SERIAL.fullmatch(text):
        day = _EPOCH + datetime.timedelta(days=int(float(text)))
        return DateReading(day.isoformat()) if day.year >= 1920 else _UNREADABLE
    return _digits(text) or _english(text.lower())


def _digits(text: str) -> DateReading | None:
    """A date in digits; None if it is none."""
    found = _YEAR.fullmatch(text)
    if found:
        return _date(int(found[1]), None, None)
    if _SHORT.fullmatch(text):
        return _AMBIGUOUS
    found = _YEAR_FIRST.fullmatch(text)
    if found and (not found["time"] or _TIME.fullmatch(found["time"])):
        return _date(int(found[1]), int(found[2]), int(found[3]) if found[3] else None)
    found = _COMPACT.fullmatch(text)
    if found:
        return _date(int(found[1]), int(found[2]), int(found[3]))
    found = _YEAR_LAST.fullmatch(text)
    if found and (not found["time"] or _TIME.fullmatch(found["time"])):
        return _year_last(int(found[1]), int(found[2]), int(found[3]))
    return _AMBIGUOUS if _TWO_DIGITS.fullmatch(text) else None


def _english(text: str) -> DateReading:
    found = _DAY_MONTH.fullmatch(text)
    if found:
        return _date(int(found[3]), _MONTHS.index(found[2][:3]) + 1, int(found[1]))
    found = _MONTH_DAY.fullmatch(text)
    if found:
        return _date(int(found[3]), _MONTHS.index(found[1][:3]) + 1, int(found[2]))
    found = _MONTH_YEAR.fullmatch(text)
    return _date(int(found[2]), _MONTHS.index(found[1][:3]) + 1, None) if found else _UNREADABLE


def _year_last(first: int, second: int, year: int) -> DateReading:
    """Day and month in the order that is possible; both orders possible and different: neither."""
    if first == second or (first > 12) != (second > 12):
        month, day = (second, first) if first > 12 else (first, second)
        return _date(year, month, day)
    return _AMBIGUOUS if first <= 12 else _IMPOSSIBLE


def _small_numbers(text: str) -> str:
    """Chinese numerals below a hundred as digits ("十二月三十一日" → "12月31日")."""

    def digits(found: re.Match[str]) -> str:
        word = found[0].translate(_TENS)
        if "十" not in word:
            return "".join(_NUMERALS[c] for c in word)
        tens, _, ones = word.partition("十")
        ones = ones.lstrip("零〇○")
        if any(part and part not in _NUMERALS for part in (tens, ones)):
            return "?"
        return str(10 * int(_NUMERALS.get(tens, "1")) + int(_NUMERALS.get(ones, "0")))

    return _SMALL.sub(digits, text)


def _date(year: int, month: int | None, day: int | None) -> DateReading:
    if not 1800 <= year <= 2100:
        return _UNREADABLE
    if month is None:
        return DateReading(f"{year:04d}")
    if not 1 <= month <= 12:
        return _IMPOSSIBLE
    if day is None:
        return DateReading(f"{year:04d}-{month:02d}")
    try:
        return DateReading(datetime.date(year, month, day).isoformat())
    except ValueError:
        return _IMPOSSIBLE
