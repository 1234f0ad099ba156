"""Registered capital from free text: "800万人民币", "10,683.2000(万)", "352(万人民币元)", "美元12.5万元", "壹佰万元整" …

A number, a scale and a currency are looked for anywhere in the text. Amounts are given in the unit of their currency;
whether and at what rate a foreign amount becomes yuan is the caller's decision, because rates have dates.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

_NUMBER = re.compile(r"\d[\d,，]*(?:\.\d+)?(?:[eE][+-]?\d+)?")
_SCALES = (("万亿", 1e12), ("亿", 1e8), ("千万", 1e7), ("百万", 1e6), ("万", 1e4), ("仟", 1e3), ("千", 1e3))
_CURRENCIES = (
    (("人民币", "rmb", "cny", "￥", "¥"), "CNY"),
    (("港", "hkd", "hk$"), "HKD"),
    (("美", "usd", "us$"), "USD"),
    (("欧", "eur", "€"), "EUR"),
    (("日", "jpy"), "JPY"),
    (("英", "gbp"), "GBP"),
    (("新加坡", "坡", "sgd"), "SGD"),
    (("新台币", "台币", "台", "twd", "ntd"), "TWD"),
    (("韩", "krw"), "KRW"),
    (("澳门", "mop"), "MOP"),
    (("澳", "aud"), "AUD"),
    (("加", "cad"), "CAD"),
    (("瑞士", "chf"), "CHF"),
    (("马克", "dem"), "DEM"),
)
_DIGITS = {
    c: v
    for v, pair in enumerate(
        ("零〇", "一壹", "二贰两", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖")
    )
    for c in pair
}
_STEPS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_CHINESE = re.compile("[零〇一壹二贰两三叁四肆五伍六陆七柒八捌九玖十拾百佰千仟]+")


class Capital(NamedTuple):
    """An amount in the unit of its currency (ISO 4217)."""

    amount: float
    currency: str

    @property
    def cny(self) -> float | None:
        """The amount in yuan, None for a foreign currency."""
        return self.amount if self.currency == "CNY" else None


def chinese_integer(text: str) -> int | None:
    """Integer of Chinese numerals below ten thousand ("叁仟零伍" → 3005), None if it is none."""
    total, digit = 0, None
    for char in text:
        if char in _DIGITS:
            if digit is not None and digit != 0:
                return None
            digit = _DIGITS[char]
        elif char in _STEPS:
            total += (1 if digit is None or digit == 0 else digit) * _STEPS[char]
            digit = None
        else:
            return None
    return total + (digit or 0) if text else None


@lru_cache(maxsize=65_536)
def parse_capital(text: str) -> Capital | None:
    """Amount and currency of a free text, None where it states no amount ("N/A", "-", "无").

    Without a word for the currency an amount is in yuan. The scale may stand anywhere after the number, brackets and
    the currency's name between them.
    """
    half = "".join(
        chr(ord(char) - 0xFEE0) if 0xFF01 <= ord(char) <= 0xFF5E else char for char in text
    ).strip()
    found = _NUMBER.search(half)
    if found:
        try:
            value = float(found.group().replace(",", "").replace("，", ""))
        except ValueError:
            return None
        rest = half[found.end() :]
    else:
        numeral = _CHINESE.search(half)
        integer = chinese_integer(numeral.group()) if numeral else None
        if numeral is None or integer is None or not integer:
            return None
        value, rest = float(integer), half[numeral.end() :]
    for word, scale in _SCALES:
        if word in rest:
            value *= scale
            break
    lower = half.lower()
    currency = "CNY"
    for words, code in _CURRENCIES:
        if any(word in lower for word in words):
            currency = code
            break
    if not 0 <= value < 1e15:
        return None
    return Capital(value, currency)
