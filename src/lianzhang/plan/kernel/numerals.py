"""Numbers written as Arabic digits, Chinese numerals or English words."""

from __future__ import annotations

import re

_ZH_DIGIT = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_ZH_STEP = {"十": 10, "百": 100, "千": 1000}
_ZH_SCALE = {"万": 10**4, "亿": 10**8}
ZH_NUMERAL = "[零一二三四五六七八九十百千两]"

#: Scale words after a number, and what they multiply by.
ZH_SCALES = {
    "万亿": 1e12,
    "千亿": 1e11,
    "百亿": 1e10,
    "十亿": 1e9,
    "亿": 1e8,
    "千万": 1e7,
    "百万": 1e6,
    "十万": 1e5,
    "万": 1e4,
    "千": 1e3,
    "百": 1e2,
}
EN_SCALES = {
    "thousand": 1e3,
    "k": 1e3,
    "lakh": 1e5,
    "lakhs": 1e5,
    "million": 1e6,
    "mn": 1e6,
    "mln": 1e6,
    "m": 1e6,
    "crore": 1e7,
    "crores": 1e7,
    "billion": 1e9,
    "bn": 1e9,
    "b": 1e9,
    "trillion": 1e12,
    "tn": 1e12,
    "trn": 1e12,
    "bln": 1e9,
    "trln": 1e12,
    "lakh crore": 1e12,
    "lakh crores": 1e12,
    "thousand crore": 1e10,
    "thousand million": 1e9,
    "hundred million": 1e8,
    "hundred thousand": 1e5,
}
_EN_UNITS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
EN_CARDINALS: dict[str, float] = {word: float(value) for value, word in enumerate(_EN_UNITS)} | {
    word: 10.0 * value
    for value, word in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], start=2
    )
}
EN_CARDINALS |= {
    f"{tens}-{unit}": EN_CARDINALS[tens] + EN_CARDINALS[unit]
    for tens in ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
    for unit in _EN_UNITS[1:10]
}
EN_ORDINALS: dict[str, int] = {
    word: value
    for value, word in enumerate(
        [
            "first",
            "second",
            "third",
            "fourth",
            "fifth",
            "sixth",
            "seventh",
            "eighth",
            "ninth",
            "tenth",
            "eleventh",
            "twelfth",
        ],
        start=1,
    )
}
_PARTS = {
    "third": 3,
    "quarter": 4,
    "fourth": 4,
    "fifth": 5,
    "sixth": 6,
    "seventh": 7,
    "eighth": 8,
    "ninth": 9,
    "tenth": 10,
}
#: Fractions in words with single spaces (two-thirds is looked up as "two thirds").
EN_FRACTIONS: dict[str, float] = {"half": 0.5, "one half": 0.5, "a half": 0.5}
EN_FRACTIONS |= {f"{one} {part}": 1.0 / size for one in ("a", "one") for part, size in _PARTS.items()}
EN_FRACTIONS |= {
    f"{_EN_UNITS[count]} {part}s": count / size for part, size in _PARTS.items() for count in range(2, size)
}


def parse_arabic(text: str) -> float:
    """``1,234.5`` (Latin or Chinese commas) as a number."""
    return float(re.sub("[,，]", "", text))


def parse_chinese(text: str) -> float:
    """A Chinese numeral, ``三千二百`` or digit by digit ``二零二五``.

    >>> parse_chinese("一百二十"), parse_chinese("十二"), parse_chinese("二零二五")
    (120.0, 12.0, 2025.0)
    """
    if len(text) > 1 and all(char in _ZH_DIGIT for char in text):
        return float("".join(str(_ZH_DIGIT[char]) for char in text))
    total, section, digit = 0, 0, 0
    for char in text:
        if char in _ZH_DIGIT:
            digit = _ZH_DIGIT[char]
        elif char in _ZH_STEP:
            section += (digit or 1) * _ZH_STEP[char]
            digit = 0
        elif char in _ZH_SCALE:
            total += (section + digit or 1) * _ZH_SCALE[char]
            section, digit = 0, 0
    return float(total + section + digit)


def clean(value: float) -> float:
    """Ten significant digits: 76.9 × 1e9 is 76 900 000 000, not a neighbour of it."""
    return float(f"{value:.10g}")
