"""Figures and sentences of ledger and tracking, in Chinese and English."""

from __future__ import annotations

import math

from lianzhang.i18n import Lang, Text
from lianzhang.schema.period import Period
from lianzhang.units import is_known, shorten, unit_label

_NO_SPACE = frozenset({"%"})


def number(value: float, lang: Lang, digits: int = 3) -> str:
    """A number with the scale word of the language and about ``digits`` significant digits.

    >>> number(953200, "zh"), number(953200, "en")
    ('95.3万', '953 thousand')
    """
    mantissa, word = shorten(value, lang)
    if not math.isfinite(mantissa):
        return "∞" if mantissa > 0 else "-∞"
    size = abs(mantissa)
    decimals = 0 if size == 0 else max(0, digits - 1 - math.floor(math.log10(size)))
    most = digits - 1 if size >= 0.1 else digits + 1
    text = f"{mantissa:,.{min(decimals, most)}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if not word:
        return text
    return f"{text}{word}" if lang == "zh" else f"{text} {word}"


def amount(value: float, unit: str, lang: Lang, digits: int = 3) -> str:
    """A figure with its unit: 95.3万辆 / 953 thousand vehicles; 36.3% in both."""
    text = number(value, lang, digits)
    label = unit_label(unit, lang)
    if unit in _NO_SPACE:
        return f"{text}{label}"
    if lang == "zh":
        # A unit without a Chinese name stands apart.
        return f"{text}{label}" if is_known(unit) else f"{text} {label}"
    return f"{text} {label}"


def both(value: float, unit: str, digits: int = 3) -> Text:
    """`amount` in both languages."""
    return Text(amount(value, unit, "zh", digits), amount(value, unit, "en", digits))


def rate(value: float, unit: str) -> Text:
    """A change per year with its sign: +41.4% / +2.1 percentage points."""
    sign = "+" if value >= 0 else "−"
    text = both(abs(value), unit)
    return Text(f"{sign}{text.zh}", f"{sign}{text.en}")


def chance(probability: float) -> str:
    """A probability in whole per cent; certainty is never claimed.

    >>> chance(0.9999)
    '>99%'
    """
    if probability < 0.01:
        return "<1%"
    if probability > 0.99:
        return ">99%"
    return f"{probability * 100:.0f}%"


def when(period: Period) -> Text:
    """A period as a reader says it."""
    return Text(period.label("zh"), period.label("en"))


def year(value: int) -> Text:
    """A year as a reader says it."""
    return Text(f"{value}年", str(value))


_SIGNS: dict[str, Text] = {
    "=": Text("达到", ""),
    ">": Text("超过", "more than "),
    ">=": Text("不少于", "at least "),
    "<": Text("低于", "less than "),
    "<=": Text("不超过", "at most "),
    "~": Text("约", "about "),
    "range": Text("", ""),
    "level": Text("达到", "the level of "),
}


def bound(comparator: str, value: float | None, lower: float | None, upper: float | None, unit: str) -> Text:
    """A target's figure as the plan says it: 超过200万辆 / more than 2 million vehicles."""
    if comparator == "milestone":
        return Text("定性", "qualitative")
    sign = _SIGNS.get(comparator, Text("", ""))
    if comparator == "range" and lower is not None and upper is not None:
        return Text(
            f"{number(lower, 'zh')}至{amount(upper, unit, 'zh')}",
            f"{number(lower, 'en')} to {amount(upper, unit, 'en')}",
        )
    figure = next((v for v in (value, lower, upper) if v is not None), None)
    if figure is None:
        return Text("（原文缺数）", "(number lost in the text)")
    text = both(figure, unit)
    return Text(sign.zh + text.zh, sign.en + text.en)
