"""Numbers, periods and places as a reader expects them, in Chinese and English.

The rules: three significant figures in running text and figures, the exact value on hover and in tables of record;
counts below ten thousand are written out; Chinese scales by 万 and 亿, English by thousand, million, billion and
trillion; a thin space before unit symbols; minus is −; no bare codes.
"""

from __future__ import annotations

import calendar
import datetime as dt
import itertools
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal
from typing import get_args

from lianzhang.errors import InputError
from lianzhang.i18n import Lang, Text
from lianzhang.report.values import Quantity
from lianzhang.schema.period import parse_period

THIN = "\u202f"
"""Narrow no-break space: before unit symbols."""
NBSP = "\u00a0"
MINUS = "\u2212"

_ZH_SCALES = ((12, "万亿"), (8, "亿"), (4, "万"))
_EN_SCALES = ((12, "trillion"), (9, "billion"), (6, "million"), (3, "thousand"))
_WRITTEN_OUT_BELOW = 10_000
_FIGURES = 3
_TRAILING_ZEROS = re.compile(r"(\.\d*[1-9])?(?(1)|\.)0+(?!\d)")
_MOST_FIGURES = 9
"""Two values that agree to nine figures are the same to any reader."""


@dataclass(frozen=True, slots=True)
class UnitWord:
    """How a unit is written. ``scaled``: may take 万 or million; ``prefix`` stands before the number."""

    zh: str
    en: str
    en_one: str | None = None
    scaled: bool = True
    prefix_zh: str = ""
    prefix_en: str = ""
    symbol: bool = False
    """A symbol (km, t) rather than a word: set off by a thin space."""

    def get(self, lang: Lang) -> str:
        """The word alone."""
        return self.zh if lang == "zh" else self.en


UNITS: dict[str, UnitWord] = {
    "cny": UnitWord("元", "", prefix_en="¥"),
    "cny_per_km2": UnitWord("元/平方公里", "per km²", prefix_en="¥"),
    "cny_per_person": UnitWord("元/人", "per person", prefix_en="¥"),
    "pct": UnitWord("%", "%", scaled=False),
    "pp": UnitWord("个百分点", "percentage points", "percentage point", scaled=False),
    "times": UnitWord("倍", "times", scaled=False),
    "index": UnitWord("", "", scaled=False),
    "ordinal": UnitWord("", "", scaled=False),
    "rank": UnitWord("位", "", scaled=False, prefix_zh="第", prefix_en="no.\u00a0"),
    "count": UnitWord("", ""),
    "items": UnitWord("项", "items", "item"),
    "targets": UnitWord("项", "targets", "target"),
    "assignments": UnitWord("项", "assignments", "assignment"),
    "definitions": UnitWord("种", "definitions", "definition"),
    "records": UnitWord("条", "records", "record"),
    "disagreements": UnitWord("处", "disagreements", "disagreement"),
    "vehicles": UnitWord("辆", "vehicles", "vehicle"),
    "enterprises": UnitWord("家", "enterprises", "enterprise"),
    "persons": UnitWord("人", "people", "person"),
    "brands": UnitWord("个", "brands", "brand"),
    "regions": UnitWord("个", "regions", "region"),
    "index points": UnitWord("指数点", "index points", "index point", scaled=False),
    "parks": UnitWord("个", "parks", "park"),
    "projects": UnitWord("个", "projects", "project"),
    "clusters": UnitWord("个", "clusters", "cluster"),
    "components": UnitWord("个", "components", "component"),
    "districts": UnitWord("个", "districts", "district"),
    "stations": UnitWord("座", "stations", "station"),
    "piles": UnitWord("根", "charging points", "charging point"),
    "units": UnitWord("台", "units", "unit"),
    "years": UnitWord("年", "years", "year", scaled=False),
    "months": UnitWord("个月", "months", "month", scaled=False),
    "days": UnitWord("天", "days", "day", scaled=False),
    "km": UnitWord("公里", "km", symbol=True),
    "km2": UnitWord("平方公里", "km²", symbol=True),
    "tonnes": UnitWord("吨", "t", symbol=True),
    "kwh": UnitWord("千瓦时", "kWh", symbol=True),
    "kw": UnitWord("千瓦", "kW", symbol=True),
}


def both(write: Callable[..., str], *args: object, **kwargs: object) -> Text:
    """Call a helper of this module for both languages.

    >>> both(money, 1.3e12)
    Text(zh='1.30万亿元', en='¥1.30\\xa0trillion')
    """
    return Text(write(*args, lang="zh", **kwargs), write(*args, lang="en", **kwargs))


# --- numbers -----------------------------------------------------------------------------------------------


def round_significant(value: float, figures: int = 3) -> Decimal:
    """``value`` to ``figures`` significant figures, half to even on its shortest decimal form."""
    number = Decimal(repr(float(value)))
    if number == 0:
        return Decimal(0)
    step = Decimal(1).scaleb(number.adjusted() - figures + 1)
    rounded = number.quantize(step, rounding=ROUND_HALF_EVEN)
    # 9.996 rounds to 10.00: one figure too many
    return rounded.quantize(step.scaleb(1)) if rounded.adjusted() > number.adjusted() else rounded


def _sign(value: float | Decimal, *, signed: bool) -> str:
    if value < 0:
        return MINUS
    return "+" if signed and value > 0 else ""


def _split(value: float, lang: Lang, figures: int = _FIGURES) -> tuple[str, str]:
    """Digits of ``|value|`` and the scale word."""
    rounded = round_significant(abs(value), figures)
    if abs(value) < _WRITTEN_OUT_BELOW:
        if float(value).is_integer():
            return _grouped(Decimal(repr(abs(float(value)))).quantize(Decimal(1)), lang), ""
        if rounded < _WRITTEN_OUT_BELOW:
            return _grouped(rounded, lang), ""
    for power, word in _ZH_SCALES if lang == "zh" else _EN_SCALES:
        if rounded >= Decimal(10) ** power:
            # a round value is written round: 5万辆, not 5.00万辆, when it is exactly that
            return _grouped(
                rounded.scaleb(-power), lang, round_value=rounded == Decimal(repr(abs(value)))
            ), word
    return _grouped(rounded, lang), ""


def _grouped(number: Decimal, lang: Lang, *, round_value: bool = False) -> str:
    if number == number.to_integral_value() and (number >= 100 or round_value):
        number = number.quantize(Decimal(1))
    # Chinese sets four digits without a separator, and more than four do not occur beside a scale word
    if lang == "zh" and number < _WRITTEN_OUT_BELOW:
        return f"{number:f}"
    return f"{number:,f}"


def number(value: float, lang: Lang, *, signed: bool = False, figures: int = _FIGURES) -> str:
    """A bare number to three significant figures, with a scale word.

    >>> number(953_200, "zh"), number(-953_200, "en")
    ('95.3万', '−953\\xa0thousand')
    """
    _must_be_finite(value)
    digits, word = _split(value, lang, figures)
    gap = NBSP if word and lang == "en" else ""
    return f"{_sign(value, signed=signed)}{digits}{gap}{word}"


def money(value: float, lang: Lang, *, signed: bool = False) -> str:
    """Yuan: 1.30万亿元, ¥1.30 trillion."""
    return _written(value, "cny", lang, signed=signed)


def percent(value: float, lang: Lang, *, signed: bool = False) -> str:
    """A percentage (36.3 for 36.3 %): one decimal, more only below one per cent.

    >>> percent(36.0, "en"), percent(-0.0352, "zh"), percent(9.73, "en", signed=True)
    ('36%', '−0.035%', '+9.7%')
    """
    return _written(value, "pct", lang, signed=signed)


def quantity(q: Quantity, lang: Lang, *, figures: int = _FIGURES) -> str:
    """A quantity as in running text; ``not computable`` in words where it has no value.

    ``figures`` is the least number of significant figures; the quantity may ask for more.
    """
    if q.value is None or math.isnan(q.value):
        return "无法计算" if lang == "zh" else "not computable"
    return _written(q.value, q.unit, lang, signed=q.signed, figures=max(figures, q.figures))


def figures_apart(value: float, other: float, unit: str | Text, lang: Lang) -> int:
    """How many significant figures tell two values of one unit apart; three where they suffice.

    Values that agree to nine figures count as one and are written as usual.
    """
    for figures in range(_FIGURES, _MOST_FIGURES + 1):
        texts = (_written(v, unit, lang, signed=False, figures=figures) for v in (value, other))
        # 1.00 and 1 are told apart by nothing a reader would notice
        first, second = (_TRAILING_ZEROS.sub(r"\1", text) for text in texts)
        if first != second:
            return figures
    return _FIGURES


def distinct(value: float, other: float, unit: str | Text, lang: Lang) -> tuple[str, str]:
    """Two values side by side, with more digits where the usual ones would make them look equal.

    >>> distinct(1_296_000, 1_300_000, "vehicles", "zh")
    ('129.6万辆', '130万辆')
    """
    figures = figures_apart(value, other, unit, lang)
    first, second = (_written(v, unit, lang, signed=False, figures=figures) for v in (value, other))
    return first, second


def figures_between(lang: Lang, *quantities: Quantity | None) -> int:
    """Figures with which no two of these that stand side by side look equal unless they are."""
    known = [q for q in quantities if q is not None and q.value is not None]
    return max(
        (
            figures_apart(a.value or 0.0, b.value or 0.0, a.unit, lang)
            for a, b in itertools.combinations(known, 2)
            if a.unit == b.unit
        ),
        default=_FIGURES,
    )


def told_apart(*quantities: Quantity) -> tuple[Quantity, ...]:
    """The same quantities, each with the figures that tell it from the others in both languages.

    For numbers of one statement that are drawn in different places, such as a tile and the sentence below it.
    """
    figures = max(figures_between(lang, *quantities) for lang in get_args(Lang))
    return tuple(replace(q, figures=max(q.figures, figures)) for q in quantities)


def axis_number(value: float, unit: str | Text, lang: Lang, *, figures: int = _FIGURES) -> str:
    """A number for an axis or a small label whose unit is told elsewhere; symbols (¥, %) stay."""
    _must_be_finite(value)
    if isinstance(unit, str) and (unit == "pct" or unit == "cny"):
        text = _written(value, unit, lang, signed=False, figures=figures)
        return text.removesuffix("元")
    return number(value, lang, figures=figures)


def unit_name(unit: str | Text, lang: Lang) -> str:
    """The unit as a word to stand beside an axis; empty for symbols that stay with the numbers."""
    if isinstance(unit, Text):
        return unit.get(lang)
    word = UNITS[unit]
    return "" if unit == "pct" else word.get(lang)


def is_marked(q: Quantity) -> bool:
    """Whether the mark of its status stands beside a number: not beside a place or a day, whose row is marked."""
    return q.value is not None and q.unit != "ordinal"


def exact(q: Quantity, lang: Lang) -> str:
    """A quantity with every digit known, unscaled: what hovering shows."""
    if q.value is None or math.isnan(q.value):
        reason = q.because.get(lang) if q.because else ""
        lead = "无法计算" if lang == "zh" else "not computable"
        return lead + (("：" if lang == "zh" else ": ") + reason if reason else "")
    # binary fractions: 12 figures are more than any source prints and hide 0.1 + 0.2
    value = Decimal(f"{q.value:.12g}")
    digits = f"{_sign(value, signed=q.signed)}{abs(value):,f}"
    return _with_unit(digits, "", q.unit, lang, one=value == 1)


def _written(value: float, unit: str | Text, lang: Lang, *, signed: bool, figures: int = _FIGURES) -> str:
    _must_be_finite(value)
    if isinstance(unit, str):
        word = UNITS.get(unit)
        if word is None:
            raise InputError(
                Text(f"未知的单位“{unit}”", f"unknown unit {unit!r}"),
                hint=Text("使用 UNITS 中的单位，或以 Text 给出", "use a unit of UNITS, or give a Text"),
            )
        if unit in ("pct", "pp"):
            digits = _percent_digits(value, figures)
            zero = Decimal(digits) == 0
            sign = "" if zero else _sign(value, signed=signed)
            return _with_unit(sign + digits, "", unit, lang, one=digits == "1")
        if not word.scaled:
            digits = _plain(value, lang, figures)
            return _with_unit(_sign(value, signed=signed) + digits, "", unit, lang, one=digits == "1")
    digits, scale = _split(value, lang, figures)
    return _with_unit(
        _sign(value, signed=signed) + digits, scale, unit, lang, one=digits == "1" and not scale
    )


def _plain(value: float, lang: Lang, figures: int = _FIGURES) -> str:
    """Significant figures without trailing zeros or a scale word."""
    rounded = (
        Decimal(int(abs(value))) if float(value).is_integer() else round_significant(abs(value), figures)
    )
    text = _grouped(rounded, lang)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _percent_digits(value: float, figures: int = _FIGURES) -> str:
    size = abs(value)
    if size >= 1 or size == 0:
        step = Decimal(1).scaleb(_FIGURES - figures - 1)
        text = f"{Decimal(repr(float(size))).quantize(step, rounding=ROUND_HALF_EVEN):f}"
    else:
        text = f"{round_significant(size, figures - 1):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _with_unit(digits: str, scale: str, unit: str | Text, lang: Lang, *, one: bool) -> str:
    if isinstance(unit, Text):
        name = unit.get(lang)
        body = digits + (NBSP if scale and lang == "en" else "") + scale
        return f"{body}{THIN if lang == 'en' or name[:1].isascii() else ''}{name}" if name else body
    word = UNITS[unit]
    if lang == "zh":
        return f"{word.prefix_zh}{digits}{scale}{word.zh}"
    body = f"{digits}{NBSP}{scale}" if scale else digits
    if word.prefix_en:  # the sign stays before the currency
        sign, rest = (body[0], body[1:]) if body[:1] in (MINUS, "+") else ("", body)
        body = f"{sign}{word.prefix_en}{rest}"
    name = word.en_one if one and word.en_one else word.en
    if not name:
        return body
    if name == "%":
        return body + name
    return f"{body}{THIN if word.symbol else ' '}{name}"


def _must_be_finite(value: float) -> None:
    if not math.isfinite(value):
        raise InputError(
            Text(f"不能书写的数值：{value}", f"a value that cannot be written: {value}"),
            hint=Text("缺失的数值应为 None 并说明原因", "a missing value is None with a reason"),
        )


# --- periods and dates -------------------------------------------------------------------------------------


def period(text: str, lang: Lang) -> str:
    """A period in words.

    >>> period("2027", "zh"), period("2024-Q1", "zh"), period("2024-03", "en")
    ('2027年', '2024年第一季度', 'March 2024')
    """
    return parse_period(text).label(lang)


def date_text(day: dt.date, lang: Lang) -> str:
    """2026年1月25日, 25 January 2026."""
    if lang == "zh":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {calendar.month_name[day.month]} {day.year}"


# --- places and words --------------------------------------------------------------------------------------

_PEOPLES = "(?:各族|[\u4e00-\u9fff]{1,3}族)*"
_PLACE_ZH = re.compile(
    rf"(?P<core>.{{2,}}?)(?:{_PEOPLES}自治[县州区旗]|特别行政区|新区|地区|林区|矿区|经开区|高新区|省|市|区|县|州|盟|旗)"
)
_PLACE_EN = re.compile(
    r"\s+(?:(?:[\w-]+\s+)*Autonomous (?:County|District|Prefecture)|New Area|"
    r"District|County|City|Municipality|Province|Prefecture)$"
)


def short_place(name: str, lang: Lang) -> str:
    """A place without its administrative suffix: 石柱土家族自治县 → 石柱, Wanzhou District → Wanzhou.

    Names that would keep a single character stay whole (忠县).
    """
    if lang == "en":
        return _PLACE_EN.sub("", name) or name
    match = _PLACE_ZH.fullmatch(name)
    return match["core"] if match else name


def listing(items: Sequence[str], lang: Lang) -> str:
    """甲、乙和丙 / a, b and c."""
    if len(items) < 2:
        return "".join(items)
    if lang == "zh":
        return "、".join(items[:-1]) + "和" + items[-1]
    return ", ".join(items[:-1]) + " and " + items[-1]


_HAN = "[\u3400-\u4dbf\u4e00-\u9fff]"
_HAN_LATIN = re.compile(rf"(?<={_HAN})(?=[A-Za-z])|(?<=[A-Za-z])(?={_HAN})")


def space_han(text: str) -> str:
    """Set a space between Han and Latin letters.

    >>> space_han("阿维塔Avatr合作")
    '阿维塔 Avatr 合作'
    """
    return _HAN_LATIN.sub(" ", text)
