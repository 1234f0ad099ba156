"""Cells of a register as values; what is not read, not possible or not believable is left empty and written down."""

from __future__ import annotations

import datetime
import math
import re
from typing import Any

from lianzhang.firms.kernel.capital import Capital, currency_of, read_capital
from lianzhang.firms.kernel.dates import read_date
from lianzhang.firms.kernel.privacy import without_personal
from lianzhang.firms.register.layout import plain_header
from lianzhang.i18n import Text

#: Why a value of a row that is taken in stays empty, or is not all that stood there.
DOUBTS: dict[str, Text] = {
    "unreadable": Text("读不出", "cannot be read"),
    "ambiguous": Text("可作两种理解", "could be read in two ways"),
    "impossible": Text("没有这一天", "there is no such day"),
    "future": Text("在导入日之后", "later than the day of import"),
    "too-early": Text("早于 1840 年", "before 1840"),
    "before-founding": Text("早于成立", "before the founding"),
    "negative": Text("为负数", "is negative"),
    "zero": Text("为零", "is zero"),
    "too-large": Text("达到或超过一万亿元，难以置信", "a trillion yuan or more, hard to believe"),
    "currency": Text("币种不明或不止一种", "currency not clear, or more than one"),
    "place-unknown": Text("认不出是哪里", "no known place"),
    "personal": Text("已删去其中的个人信息", "personal data in it was removed"),
}
#: Rows that are no firms.
SKIPPED: dict[str, Text] = {
    "blank-row": Text("空行", "Blank rows"),
    "total-row": Text("合计、填表人等表尾行", "Lines of totals and signatures"),
}
#: The oldest firms of registers were founded after the Opium War.
EARLIEST = "1840"
#: Yuan. Of all firms of the country only the national railway has more (1.74 trillion).
LARGEST = 1e12
_TOTAL = re.compile(
    r"(?:本页|本表)?(?:合计|总计|小计|共计|累计|总数)(?:[:：(（].*)?|(?:grand)?(?:sub)?total"
    r"|(?:制表|填表|填报|审核|统计|经办|联系|负责)(?:人|单位|部门|日期|时间)?[:：].*|(?:备?注|说明|数据来源|资料来源)[:：].*"
    r"|第\d+页.*|共\d+[条家户页个].*",
    re.IGNORECASE,
)
_PLAIN_AMOUNT = re.compile(r"^[-−]?[\d,，.\s]+(?:[eE][+-]?\d+)?$")
_UNIT_OF_HEADER = re.compile(r"[(（\[/]\s*(?:单位\s*[:：]?)?\s*([^)）\]]*(?:元|cny|rmb|yuan)[^)）\]]*)", re.I)
#: Scales as English headers write them.
_ENGLISH_SCALES = (
    (re.compile(r"10[, ]?000|ten thousand", re.I), "万"),
    (re.compile("million", re.I), "百万"),
)
#: Names of the state's own registry tables, whose amounts are in ten thousands of the currency.
_IN_MYRIADS = frozenset(("regcap", "reccap"))
_LISTING = re.compile(r"^(\d{4,6})\.?([A-Z]{2})?$")
_BY_FIRST_DIGIT = {"6": "SH", "9": "SH", "0": "SZ", "2": "SZ", "3": "SZ", "4": "BJ", "8": "BJ"}
#: Characters of numbers, dates and money; all others could be somebody's name in the wrong column.
_SHOWN = frozenset(
    "零〇○一二三四五六七八九十百千万亿壹贰两叁肆伍陆柒捌玖拾佰仟萬億元圆圓角分整正年月日号上下午时人民币美港欧英镑澳门台湾新加坡韩瑞士法郎"
    "注册资本约其中"
)
_WORD = re.compile("[A-Za-z]+")
_SHOWN_WORDS = re.compile(
    "(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)(?:uary|ruary|ch|il|e|y|ust|ember|ober)?|[ent]?a?|nan|null|none|z"
    "|rmb|cny|usd|hkd|eur|jpy|gbp|sgd|twd|krw|aud|cad|chf|yuan|dollars?|million|billion|thousand",
    re.IGNORECASE,
)
_LONGEST = 60


def is_total(name: str) -> bool:
    """Whether a name is none but the first cell of a line of totals, of notes or of signatures."""
    return len(name) < 120 and _TOTAL.fullmatch("".join(name.split())) is not None


def shown(value: str) -> str:
    """A cell to show as an example: personal data removed, letters that are no words of dates and money as crosses."""
    text = without_personal(" ".join(value.split()))[:_LONGEST]
    text = _WORD.sub(lambda w: w[0] if _SHOWN_WORDS.fullmatch(w[0]) else "×" * len(w[0]), text)
    return "".join(c if c.isascii() or not c.isalpha() or c in _SHOWN else "×" for c in text)


def unit_of(header: str) -> str:
    """Unit that a header of amounts names in brackets ("万元"), blank if it names none."""
    found = _UNIT_OF_HEADER.search(header)
    if not found:
        return "万元" if plain_header(header) in _IN_MYRIADS else ""
    scale = next((word for pattern, word in _ENGLISH_SCALES if pattern.search(found[1])), "")
    return f"{scale}元" if scale else found[1].strip()


class Values:
    """Reads cells and writes down what it could not use.

    Args:
        capital_header: header of the amounts, which may name a unit.
        today: later dates are not believed.
    """

    def __init__(self, capital_header: str, today: datetime.date) -> None:
        self._unit = unit_of(capital_header)
        self._today = today.isoformat()
        self.doubts: list[dict[str, Any]] = []

    def doubt(self, row: int, field: str, reason: str, value: str | None) -> None:
        """Write a value down that is not used. ``value``: what is shown of it; None to show nothing."""
        self.doubts.append(
            {
                "row": row,
                "firm_id": None,
                "field": field,
                "reason": reason,
                "value": None if value is None else shown(value),
            }
        )

    def date(self, text: str | None, row: int, field: str) -> str | None:
        """ISO day, month or year of a cell, between `EARLIEST` and today."""
        if text is None:
            return None
        read = read_date(text)
        fault = read.fault
        if read.value is not None:
            if read.value > self._today[: len(read.value)]:
                fault = "future"
            elif read.value < EARLIEST:
                fault = "too-early"
            else:
                return read.value
        if fault:
            self.doubt(row, field, fault, text)
        return None

    def capital(self, text: str, currency: str | None, row: int) -> Capital | None:
        """Amount of a cell, positive and below `LARGEST` yuan; a bare number is in the unit that the header names
        ("注册资本（万元）") and in the currency of the row's own column."""
        bare = _PLAIN_AMOUNT.match(text)
        read = read_capital(text + self._unit if bare and self._unit else text)
        fault, amount = read.fault, read.capital
        if currency and amount is not None and not fault:
            code = currency_of(currency)
            if code is None or (amount.currency not in ("CNY", code)):
                fault = "currency"
            else:
                amount = Capital(amount.amount, code)
        if amount is not None and not fault:
            if amount.amount == 0:
                fault = "zero"
            elif amount.currency == "CNY" and amount.amount >= LARGEST:
                fault = "too-large"
        if fault:
            self.doubt(row, "capital", fault, text)
            return None
        return amount

    def listing(self, text: str | None, row: int) -> tuple[str, str]:
        """Ticker and exchange suffix of "000001.SZ", "688268SH" or "688268"; blank where it is none."""
        if text is None:
            return "", ""
        found = _LISTING.match(text.strip().upper())
        if not found:
            self.doubt(row, "listing_code", "unreadable", text)
            return "", ""
        ticker, exchange = found.group(1), found.group(2) or ""
        if not exchange and len(ticker) == 6:
            exchange = "BJ" if ticker.startswith("92") else _BY_FIRST_DIGIT.get(ticker[0], "")
        return ticker, "HK" if not exchange and len(ticker) < 6 else exchange

    def per_cent(self, text: str | None, row: int) -> float | None:
        """A share of revenue in per cent; a share above the whole or below nothing is none."""
        if text is None:
            return None
        try:
            share = float(text)
        except ValueError:
            share = math.nan
        if 0.0 < share <= 1.0:
            return 100.0 * share
        self.doubt(row, "product_share", "unreadable", text)
        return None
