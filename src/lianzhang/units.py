"""Units: what a figure is counted in, and how scale words in Chinese and English multiply it.

Inside, money is in yuan and counts are in ones. Scale words exist only at the edges: `scale_of` reads them,
`shorten` writes them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from lianzhang.errors import InputError
from lianzhang.i18n import Lang, Text

Dimension = Literal[
    "money", "count", "share", "distance", "area", "time", "mass", "volume", "energy", "ratio", "text"
]


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit with its names. ``scale`` is how many base units one of it is."""

    code: str
    label: Text
    dimension: Dimension
    base: str
    scale: float = 1.0


def _u(
    code: str, zh: str, en: str, dimension: Dimension, base: str | None = None, scale: float = 1.0
) -> Unit:
    return Unit(code, Text(zh, en), dimension, base or code, scale)


#: Units that tables and statements may name. Other countable nouns are accepted as counts of themselves.
UNITS: dict[str, Unit] = {
    u.code: u
    for u in (
        _u("yuan", "元", "yuan", "money"),
        _u("usd", "美元", "US dollars", "money"),
        _u("%", "%", "%", "share"),
        _u("percentage points", "个百分点", "percentage points", "share"),
        _u("times", "倍", "times", "ratio"),
        _u("index", "上年=100", "previous year = 100", "ratio"),
        _u("vehicles", "辆", "vehicles", "count"),
        _u("motorcycles", "辆", "motorcycles", "count"),
        _u("enterprises", "家", "enterprises", "count"),
        _u("persons", "人", "people", "count"),
        _u("units", "台", "units", "count"),
        _u("pieces", "件", "pieces", "count"),
        _u("projects", "个", "projects", "count"),
        _u("stations", "座", "stations", "count"),
        _u("piles", "个", "charging piles", "count"),
        _u("facilities", "个", "facilities", "count"),
        _u("ports", "个", "ports", "count"),
        _u("km", "公里", "km", "distance"),
        _u("m", "米", "m", "distance", "km", 1e-3),
        _u("km²", "平方公里", "km²", "area"),
        _u("days", "天", "days", "time"),
        _u("t", "吨", "t", "mass"),
        _u("tce", "吨标准煤", "t coal equivalent", "energy"),
        _u("m³", "立方米", "m³", "volume"),
        _u("kWh", "千瓦时", "kWh", "energy"),
        _u("kW", "千瓦", "kW", "energy"),
        _u("TEU", "标准箱", "TEU", "count"),
        _u("m²", "平方米", "m²", "area", "km²", 1e-6),
        _u("t·km", "吨公里", "tonne-km", "mass"),
        _u("degree", "度", "°", "distance"),
        _u("GWh", "吉瓦时", "GWh", "energy", "kWh", 1e6),
        _u("person-years", "人年", "person-years", "count"),
        _u("index points", "指数点", "index points", "count"),
        _u("rank", "位", "rank", "text"),
        _u("milestone", "项", "milestone", "text"),
        _u("count", "个", "items", "count"),
        _u("patents", "件", "patents", "count"),
        _u("brands", "个", "brands", "count"),
        _u("products", "种", "products", "count"),
        _u("districts", "个", "districts", "count"),
        _u("regions", "个", "regions", "count"),
        _u("cities", "座", "cities", "count"),
        _u("countries", "个", "countries", "count"),
        _u("parks", "个", "parks", "count"),
        _u("factories", "家", "factories", "count"),
        _u("workshops", "个", "workshops", "count"),
        _u("nodes", "个", "nodes", "count"),
        _u("satellites", "颗", "satellites", "count"),
        _u("clusters", "个", "clusters", "count"),
        _u("chains", "条", "chains", "count"),
        _u("systems", "个", "systems", "count"),
        _u("assemblies", "个", "assemblies", "count"),
        _u("components", "个", "components", "count"),
        _u("groups", "个", "groups", "count"),
        _u("bills", "单", "bills", "count"),
        _u("scenarios", "个", "scenarios", "count"),
    )
}

_ZH_SCALES: dict[str, float] = {
    "十": 1e1,
    "百": 1e2,
    "千": 1e3,
    "万": 1e4,
    "十万": 1e5,
    "百万": 1e6,
    "千万": 1e7,
    "亿": 1e8,
    "十亿": 1e9,
    "百亿": 1e10,
    "千亿": 1e11,
    "万亿": 1e12,
    "十万亿": 1e13,
}
_EN_SCALES: dict[str, float] = {
    "hundred": 1e2,
    "thousand": 1e3,
    "k": 1e3,
    "million": 1e6,
    "m": 1e6,
    "billion": 1e9,
    "bn": 1e9,
    "trillion": 1e12,
    "tn": 1e12,
}


def scale_of(word: str) -> float:
    """The factor of a Chinese or English scale word; 1 for the empty word.

    >>> scale_of("万亿") == scale_of("trillion") == 1e12
    True

    Raises:
        InputError: the word is no scale word.
    """
    key = word.strip().lower()
    if not key:
        return 1.0
    factor = _ZH_SCALES.get(key) or _EN_SCALES.get(key)
    if factor is None:
        raise InputError(
            Text(f"不是数量级词：“{word}”", f"not a scale word: {word!r}"),
            hint=Text(
                "例如 万、亿、万亿、million、billion、trillion",
                "such as 万, 亿, 万亿, million, billion, trillion",
            ),
            details={"value": word},
        )
    return factor


def unit_label(code: str, lang: Lang) -> str:
    """Name of a unit for a reader, part by part where it is one per another; an unknown noun stands for itself.

    >>> unit_label("yuan/km²", "zh")
    '元/平方公里'
    """
    known = UNITS.get(code)
    if known is not None:
        return known.label.get(lang)
    return "/".join(unit_label(part.strip(), lang) for part in code.split("/")) if "/" in code else code


def is_known(code: str) -> bool:
    """Whether a unit, or every part of one per another, is in `UNITS` and so has a name in both languages."""
    return all(part.strip() in UNITS for part in code.split("/"))


def shorten(value: float, lang: Lang) -> tuple[float, str]:
    """Split a number into a mantissa and the scale word a reader expects (ten thousands against thousands).

    >>> shorten(1.3e12, "zh")
    (1.3, '万亿')
    >>> shorten(953_200, "en")
    (953.2, 'thousand')
    """
    if not math.isfinite(value):
        return value, ""
    size = abs(value)
    steps: tuple[tuple[float, str], ...] = (
        ((1e12, "万亿"), (1e8, "亿"), (1e4, "万"))
        if lang == "zh"
        else ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"), (1e4, "thousand"))
    )
    for step, word in steps:
        if size >= step:
            divisor = 1e3 if word == "thousand" else step
            return value / divisor, word
    return value, ""
