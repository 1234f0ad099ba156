"""Values, periods and kinds of statements as people write them, in Chinese and English."""

from __future__ import annotations

from lianzhang.i18n import Lang, Text
from lianzhang.plan.model import Statement

_SIGN = {
    "=": Text("", ""),
    ">": Text("超过", "> "),
    ">=": Text("不低于", "≥ "),
    "<": Text("低于", "< "),
    "<=": Text("不超过", "≤ "),
    "~": Text("约", "about "),
    "level": Text("", ""),
    "milestone": Text("", ""),
    "range": Text("", ""),
}
_SCALES = {
    "en": ((1e12, " trillion"), (1e9, " billion"), (1e6, " million")),
    "zh": ((1e12, "万亿"), (1e8, "亿"), (1e4, "万")),
}
_MONEY = frozenset(
    "yuan USD EUR GBP JPY KRW HKD TWD INR IDR MYR THB VND PHP SGD AUD CAD BRL ZAR RUB".split()  # noqa: SIM905
)
_UNITS_ZH = {
    "yuan": "元", "USD": "美元", "EUR": "欧元", "GBP": "英镑", "vehicles": "辆", "motorcycles": "辆", "units": "台",
    "enterprises": "家", "factories": "家", "workshops": "个", "parks": "个", "districts": "个区县", "people": "人",
    "jobs": "个岗位", "km": "公里", "tonnes": "吨", "index points": "指数点", "percentage points": "个百分点", "times": "倍",
    "charging piles": "个", "stations": "座", "patents": "件", "projects": "个", "clusters": "个", "brands": "个",
    "platforms": "个", "laboratories": "个", "centers": "个", "products": "项", "mu": "亩", "km2": "平方公里", "year": "年",
    "kWh": "千瓦时", "kW": "千瓦", "households": "户", "cities": "个城市",
}  # fmt: skip
#: Kinds of statements.
KIND_WORDS: dict[str, Text] = {
    "target": Text("目标", "target"),
    "achieved": Text("实现", "achieved"),
    "expected": Text("预计", "expected"),
    "count": Text("计数", "count"),
}


def number(value: float, unit: str = "", lang: Lang = "en") -> str:
    """A number with the largest scale word that keeps it above one (English: only money), else thousands separators."""
    if lang == "zh" or unit.split("/")[0] in _MONEY:
        for scale, word in _SCALES[lang]:
            if abs(value) >= scale:
                return f"{value / scale:,.6g}{word}"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.6g}"


def amount(statement: Statement, lang: Lang = "en") -> str:
    """Comparator, value and unit, ``> 100 billion yuan``, 超过1000亿元; a lost number says so."""
    unit = (
        statement.unit
        if lang == "en"
        else "/".join(_UNITS_ZH.get(part, part) for part in statement.unit.split("/"))
    )
    gap = "" if lang == "zh" or unit == "%" else " "
    if statement.comparator == "range" and statement.lower is not None and statement.upper is not None:
        low, high = (number(bound, statement.unit, lang) for bound in (statement.lower, statement.upper))
        return f"{low}–{high}{gap}{unit}".strip()
    if statement.value is None:
        return f"({Text('原文缺数', statement.null_reason).get(lang)}) {unit}".strip()
    if statement.unit == "rank":
        top = statement.comparator == "<="
        return Text(
            f"{'前' if top else '第'}{statement.value:.0f}{'位' if top else '名'}",
            f"{'top ' if top else 'rank '}{statement.value:.0f}",
        ).get(lang)
    sign = _SIGN[statement.comparator].get(lang)
    level = Text("级", "-level").get(lang) if statement.comparator == "level" else ""
    return f"{sign}{number(statement.value, statement.unit, lang)}{gap}{unit}{level}".strip()


def period(statement: Statement, lang: Lang = "en") -> str:
    """The period; for a target its deadline."""
    if not statement.period_end:
        return ""
    if statement.period_start and statement.period_start != statement.period_end:
        return f"{statement.period_start}–{statement.period_end}"
    if statement.kind == "target":
        return Text(f"到{statement.period_end}", f"by {statement.period_end}").get(lang)
    return statement.period_end


def kind(statement: Statement, lang: Lang = "en") -> str:
    """Target, achieved, expected, in the language."""
    return KIND_WORDS[statement.kind].get(lang)


#: Comparators as a person chooses them.
COMPARATOR_WORDS: dict[str, Text] = {
    "=": Text("等于", "equal to"),
    ">": Text("超过", "more than"),
    ">=": Text("不低于", "at least"),
    "<": Text("低于", "less than"),
    "<=": Text("不超过", "at most"),
    "~": Text("约", "about"),
    "range": Text("区间", "range"),
    "level": Text("级别词", "level word"),
    "milestone": Text("里程碑", "milestone"),
}
#: What a figure measures.
MEASURE_WORDS: dict[str, Text] = {
    "level": Text("水平", "level"),
    "count": Text("数量", "count"),
    "share": Text("份额", "share"),
    "growth": Text("增速", "growth"),
    "growth p.a.": Text("年均增速", "growth a year"),
    "multiple": Text("倍数", "multiple"),
    "difference": Text("差额", "difference"),
    "change": Text("变化", "change"),
    "index": Text("指数", "index"),
    "intensity": Text("强度", "intensity"),
    "rank": Text("位次", "rank"),
    "ratio": Text("比率", "ratio"),
}


def measure(statement: Statement, lang: Lang = "en") -> str:
    """What the figure measures, in the language."""
    return MEASURE_WORDS[statement.measure].get(lang)
