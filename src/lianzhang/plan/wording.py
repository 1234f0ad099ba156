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
    "kWh": "千瓦时", "kW": "千瓦", "households": "户", "cities": "个城市", "JPY": "日元", "KRW": "韩元", "HKD": "港元",
    "TWD": "新台币", "INR": "印度卢比", "IDR": "印尼盾", "MYR": "林吉特", "THB": "泰铢", "VND": "越南盾", "PHP": "菲律宾比索",
    "SGD": "新加坡元", "AUD": "澳元", "CAD": "加元", "BRL": "雷亚尔", "ZAR": "兰特", "RUB": "卢布", "SAR": "沙特里亚尔",
    "AED": "迪拉姆", "EGP": "埃及镑", "TRY": "里拉", "CHF": "瑞士法郎", "NGN": "奈拉", "KZT": "坚戈", "sets": "套", "m": "米",
    "mm": "毫米", "nm": "纳米", "miles": "英里", "m2": "平方米", "m3": "立方米", "hectares": "公顷", "acres": "英亩",
    "tonnes of standard coal": "吨标准煤", "TEU": "标准箱", "kg": "公斤", "GWh": "吉瓦时", "MWh": "兆瓦时", "TWh": "太瓦时",
    "GW": "吉瓦", "MW": "兆瓦", "kVA": "千伏安", "jin": "斤", "litres": "升", "barrels": "桶", "person-times": "人次",
    "copies": "份", "pieces": "件", "ships": "艘", "aircraft": "架", "trips": "列", "hours": "小时", "minutes": "分钟",
    "days": "天", "months": "个月", "years": "年", "plants": "家工厂", "regions": "个省区市", "countries": "个国家",
    "countries and regions": "个国家和地区", "states": "个州", "core areas": "个核心区", "demonstration zones": "个示范区",
    "pilot zones": "个先导区", "zones": "个功能区", "bases": "个基地", "institutions": "家机构", "institutes": "家研究院",
    "universities": "所高校", "schools": "所学校", "hospitals": "家医院", "banks": "家银行", "models": "款车型或模型",
    "chargers": "个充电桩", "charging points": "个充电桩", "parking spaces": "个车位", "nodes": "个节点",
    "supply chains": "条供应链", "chains": "条产业链", "production lines": "条生产线", "standards": "项标准",
    "scenarios": "个场景", "technologies": "项技术", "funds": "只基金", "roads": "条道路", "airports": "个机场",
    "landing sites": "个起降点", "test sites": "个测试场", "routes": "条线路", "intersections": "个路口", "ports": "个口岸",
    "stores": "家门店", "teams": "个团队", "batteries": "块电池", "satellites": "颗卫星", "robots": "台机器人",
    "agreements": "份协议", "applications": "件申请", "orders": "份订单", "homes": "个小区", "certificates": "张证书",
    "drugs": "种药品", "pilots": "个试点", "clinics": "家诊所", "beds": "张床位", "school places": "个学位", "events": "场活动",
    "buildings": "栋楼宇", "loans": "笔贷款",
}  # fmt: skip
#: Units as people choose them.
UNIT_WORDS: dict[str, Text] = {
    unit: Text(zh.removeprefix("个"), "yuan (CNY)" if unit == "yuan" else unit)
    for unit, zh in _UNITS_ZH.items()
} | {"%": Text("%", "%"), "rank": Text("位次", "rank")}
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
    # A unit that has no Chinese word stays as it is, set off from its number.
    gap = " " if unit not in ("%", "‰") and unit[:1].isascii() else ""
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
