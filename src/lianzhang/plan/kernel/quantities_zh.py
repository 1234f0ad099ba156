"""Quantities in Chinese: number, scale word (万, 亿, 万亿), unit or classifier, counted noun; ranks; 翻番."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise

from lianzhang.plan.kernel.masks import BLANK
from lianzhang.plan.kernel.numerals import ZH_NUMERAL, ZH_SCALES, clean, parse_arabic, parse_chinese
from lianzhang.plan.kernel.quantities import Quantity, ratio
from lianzhang.plan.kernel.tables import Noun, Unit, load_units

_CLASSIFIERS = "家户个项座条所支款处间件张场宗笔栋幢"
_NOUN_WINDOW = 30
_PER = {
    "平方公里": "km2", "平方千米": "km2", "平方米": "m2", "亩": "mu", "公顷": "hectare", "年": "year", "人": "person",
    "月": "month", "日": "day", "天": "day", "万元": "10k yuan", "千瓦时": "kWh", "公里": "km", "辆": "vehicle",
    "吨": "tonne", "小时": "hour", "户": "household", "百公里": "100 km", "公斤": "kg", "千克": "kg", "万人": "10k people",
    "瓦": "W", "瓦时": "Wh",
}  # fmt: skip
# Where the noun phrase after a classifier ends: punctuation, the next number, or a verb.
_NOUN_STOP = re.compile(
    r"[，。；、（()）：:,;!?！？\d\s《》"
    + BLANK
    + "]|建设|开展|进入|入选|上市(?!级|公司|企业)|通过|实现|完成|投资|落户|形成|获|被|纳入|营业|产值|达到|超过|占|其中|分别"
    r"|投产|投入|开工|在(?!线)|和(?=\d)|以及|及(?=\d)|的(?:转型|发展|建设|培育|招商|目标|规模)"
)
# between a noun and its number: 目标达到 3 个, 任务共 138 项
_LINKED = re.compile(
    "(?:数量|总数|数|已|将|要|达到|达|为|超过|突破|超|共计|共有|共|有|增至|增加到|约|近|分别|各|累计)*$"
)
_LEVEL = re.compile(
    r"(?:及?以上|左右|以下)?\s*(?:\d+(?:\.\d+)?)?(?:万亿|千亿|百亿|十亿|亿)(?:元)?级?(?:以上)?|(?:及?以上|左右|以下)"
)
_WITH_MONEY = re.compile(
    r"(?:年)?(?:总?产值|主营业务收入|营业收入|营收|销售收入|销售额|规模|税收)[^，。；、]{0,14}?(?:元|级|亿)(?:以上|级)?的?"
)
_BRACKETS = re.compile(r"[(（][^()（）]*[)）]")
_NUM = rf"(?:\d{{1,3}}(?:[,，]\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?|{ZH_NUMERAL}+)"
_DASH = r"\s*(?:-{1,2}|—{1,2}|–{1,2}|~|～|至|到)\s*"
_NOT_WITH_JIA = frozenset(
    {
        "technologies",
        "regions",
        "countries",
        "cities",
        "products",
        "chains",
        "supply chains",
        "projects",
        "clusters",
        "standards",
        "homes",
        "scenarios",
        "teams",
        "patents",
    }
)


def _alternatives(words: list[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))


@cache
def _quantity() -> re.Pattern[str]:
    units = _alternatives([*load_units().zh_units, *_CLASSIFIERS])
    scale = f"(?:{_alternatives(list(ZH_SCALES))})(?!克|瓦|米(?!产)|伏|分之)"
    return re.compile(
        rf"""
        (?P<ra>(?<![\d:.])\d+(?:\.\d+)?)\s*[:：∶]\s*(?P<rb>\d+(?:\.\d+)?)(?![\d:：])
      | (?:(?P<lv>万亿|亿)(?:元)?(?:级|规模|台阶|大关|门槛|关口)|(?<=[超破过向近达越上])(?P<lv2>万亿)(?:元)?(?!级|\d))
      | (?P<half>一半|半数|(?<=[比额占率])过半)
      | (?<=[的占超近达为过国省市球界])\s*(?P<sa>[1-9])/(?P<sb>[2-9])(?![\d/])
      | 百分之(?P<pc>{ZH_NUMERAL}+|\d+(?:\.\d+)?)
      | (?P<fa>[二三四五六七八九十]+)分之(?P<fb>[一二两三四五六七八九]+)
      | (?P<cheng>[一二两三四五六七八九])成(?P<cheng5>五|半)?(?![为立长员本果功效套交绩年就都渝])
      | (?P<fan>翻了?(?P<fn>[一二两三四])番|翻番|翻一番|成倍增长|
          (?:(?<=实现)|(?<=达到)|(?<=规模)|(?<=收入)|(?<=产值)|(?<=总量))倍增(?=[，。；,;、]|$))
      | (?P<pre>数|上|几)?(?P<n1>{_NUM})(?P<f1>多|余|几)?\s*(?P<s1>{scale})?(?P<f1b>多|余)?\s*(?P<u1>{units})?
          (?:{_DASH}(?P<n2>{_NUM})(?P<f2>多|余)?\s*(?P<s2>{scale})?\s*(?P<u2>{units})?)?
          (?P<tail>[(（]含[)）])?
          (?:(?:/|每)\s*(?P<per>{_alternatives(list(_PER))}))?
          (?P<level>(?:美元|元)?(?:规模)?(?:级(?!别)|量级))?
          (?P<more>\+)?
        """,
        re.VERBOSE,
    )


_RANK = re.compile(
    r"(?:(?P<verb>位居|位列|排名|名列|列|排|居|跃居|稳居|跻身|进入|保持|蝉联|升至|上升至|跃升至|处于|进位至|连续|"
    r"产量|销量)[^，。；、\d]{0,14}?)"
    r"(?:第\s*(?P<nth>[一二三四五六七八九十]+|\d+)(?:位|名|方阵)?|(?P<head>首位|榜首)|"
    r"前\s*(?P<top>[一二三四五六七八九十]+|\d+)(?:位|名|强|列(?!入))?(?!届|批|年|个月|月|沿))"
    r"|(?:全国|全球|世界|全省|全市|国内|西部|中部|东部)(?:城市)?\s*(?:第\s*(?P<nth2>[一二三四五六七八九十]+|"
    r"\d+)(?:位|名)?|前\s*(?P<top2>[三五十]|\d+)(?:位|名|强)?)(?!届|批|个|家|座|条)"
)


def quantities(masked: str) -> list[Quantity]:
    """Quantities of a masked Chinese sentence, in order, not overlapping."""
    found: list[Quantity] = []
    taken = 0
    ranks = [quantity for match in _RANK.finditer(masked) if (quantity := _rank(match)) is not None]
    rank_spans = [(rank.start, rank.end) for rank in ranks]
    for match in _quantity().finditer(masked):
        if match.end() == match.start() or match.start() < taken:
            continue
        if any(start < match.end() and match.start() < end for start, end in rank_spans):
            continue
        quantity = _build(match, masked)
        if quantity is not None and not _paraphrase(masked, found, quantity):
            found.append(quantity)
            taken = quantity.end
    for first, second in pairwise(found):
        if first.generic and second.dim == "points" and masked[first.end : second.start] in ("、", "和"):
            first.unit, first.dim, first.generic = second.unit, second.dim, False  # 回升2.9个、23.9个百分点
    return sorted(found + ranks, key=lambda quantity: quantity.start)


def _paraphrase(s: str, found: list[Quantity], quantity: Quantity) -> bool:
    """600万千瓦(6GW): the same in another unit."""
    return (
        bool(found)
        and quantity.dim == found[-1].dim == "physical"
        and s[found[-1].end : quantity.start] in ("(", "（")
        and s[quantity.end : quantity.end + 1] in (")", "）")
    )


def _rank(match: re.Match[str]) -> Quantity | None:
    nth, top = match["nth"] or match["nth2"], match["top"] or match["top2"]
    start, end = match.span()
    if match["head"]:
        return Quantity(start, end, 1.0, unit="rank", dim="rank", unit_text=match.group())
    text = nth or top
    value = float(text) if text.isdigit() else parse_chinese(text)
    if not 1 <= value <= 1000:
        return None
    if nth:
        return Quantity(start, end, value, unit="rank", dim="rank", unit_text=match.group())
    return Quantity(start, end, value, None, value, "<=", unit="rank", dim="rank", unit_text=match.group())


def _number(text: str) -> tuple[float, bool]:
    return (parse_arabic(text), False) if text[0].isdigit() else (parse_chinese(text), True)


def _build(m: re.Match[str], s: str) -> Quantity | None:
    start, end = m.span()
    if m["lv"] or m["lv2"]:
        value = ZH_SCALES[m["lv"] or m["lv2"]]
        return Quantity(
            start, end, value, comparator="level", unit="yuan", unit_text=m.group(), dim="money", level=True
        )
    if m["half"]:
        sign = ">" if m["half"] == "过半" else "="
        return Quantity(
            start, end, 50.0, comparator=sign, unit="%", unit_text=m.group(), dim="percent", words=True
        )
    if m["ra"]:
        return (
            ratio(float(m["ra"]), float(m["rb"]), start, end, m.group())
            if "比" in s[max(0, start - 12) : start]
            else None
        )
    if m["pc"]:
        value = float(m["pc"]) if m["pc"][0].isdigit() else parse_chinese(m["pc"])
        return Quantity(start, end, value, unit="%", unit_text="百分之", dim="percent", words=True)
    if m["sa"]:
        value = round(100.0 * float(m["sa"]) / float(m["sb"]), 3)
        return (
            Quantity(start, end, value, unit="%", unit_text="/", dim="percent") if m["sa"] < m["sb"] else None
        )
    if m["fa"]:
        value = round(100.0 * parse_chinese(m["fb"]) / parse_chinese(m["fa"]), 3)
        return Quantity(start, end, value, unit="%", unit_text="分之", dim="percent", words=True)
    if m["cheng"]:
        value = 10.0 * parse_chinese(m["cheng"]) + (5.0 if m["cheng5"] else 0.0)
        return Quantity(start, end, value, unit="%", unit_text="成", dim="percent", words=True)
    if m["fan"]:
        times = parse_chinese(m["fn"]) if m["fn"] else 1.0
        return Quantity(
            start, end, 100.0 * (2.0**times - 1.0), unit="%", unit_text=m.group(), dim="doubling", words=True
        )
    return _plain(m, s)


def _plain(m: re.Match[str], s: str) -> Quantity | None:
    if s[: m.start()].rstrip()[-1:] in ("每", "第"):
        return None  # 每百公里, 第500万辆: what a rate refers to, which one of a series
    first, words = _number(m["n1"])
    scale1 = ZH_SCALES.get(m["s1"] or "", 1.0)
    start, end = m.span()
    second: float | None = None
    unit_text = m["u1"] or ""
    if m["n2"] is not None:
        second, words2 = _number(m["n2"])
        scale2 = ZH_SCALES.get(m["s2"] or "", 1.0)
        unit_text = m["u2"] or unit_text
        if words2 != words or not (unit_text or m["s2"]):
            return None  # two numbers that only stand beside each other
        if m["s1"] is None and not m["u1"]:
            scale1 = scale2
        second = clean(second * scale2)
    value = clean(first * scale1)
    if second is not None and second <= value:
        return None
    table = load_units()
    unit = table.zh_units.get(unit_text)
    noun: Noun | None = None
    noun_end = end
    if unit_text in tuple(_CLASSIFIERS) or unit_text == "个":
        noun, noun_end = _counted(s, end, m.start(), unit_text)
    elif not unit_text and m["s1"] is None and m["level"]:
        return None  # 3 级: a grade
    if words and not _words_count(m, unit, noun):
        return None
    quantity = Quantity(
        start, end, value, words=words, scaled=m["s1"] is not None, unit_text=unit_text, noun_end=noun_end
    )
    quantity.unit, quantity.dim = _unit_of(unit, noun, unit_text, m, quantity)
    if unit is not None and unit.factor != 1.0:
        quantity.value = clean(value * unit.factor)
    if not quantity.unit_text and _not_counted(s, end, m):
        return None
    if noun is not None and noun.structural:
        quantity.structural = True
    if second is not None:
        quantity.lower, quantity.upper, quantity.value, quantity.comparator = (
            quantity.value,
            second,
            None,
            "range",
        )
    elif m["level"] and m["s1"]:
        quantity.level, quantity.comparator = True, "level"
        if quantity.dim == "bare":
            quantity.unit, quantity.dim = "yuan", "money"
    elif m["f1"] or m["f1b"]:
        quantity.comparator = ">"
    elif m["pre"] in ("数", "上", "几") or m["more"]:
        quantity.comparator = ">="
    return quantity


def _unit_of(
    unit: Unit | None, noun: Noun | None, text: str, m: re.Match[str], quantity: Quantity
) -> tuple[str, str]:
    if unit is not None:
        return (f"{unit.id}/{_PER[m['per']]}" if m["per"] else unit.id), unit.dim
    if noun is not None and not (text == "家" and noun.id in _NOT_WITH_JIA):
        return noun.id, "count"
    if text == "家":
        return "enterprises", "count"
    if text == "件":
        return "pieces", "count"
    if text == "户":
        return "households", "count"
    if text:
        quantity.generic = True
        return "items", "count"
    return "", "bare"


def _counted(s: str, end: int, start: int, classifier: str) -> tuple[Noun | None, int]:
    """The noun counted by a classifier: after it (5 家…企业), else the last one before (…企业达 5 家)."""
    for modifier in (_LEVEL, _WITH_MONEY):
        found = modifier.match(s, end)
        end = found.end() if found else end
    stop = _NOUN_STOP.search(s, end, end + _NOUN_WINDOW)
    limit = stop.start() if stop else min(len(s), end + _NOUN_WINDOW)
    noun, noun_end = _last_noun(s, end, limit)
    if noun is None and stop is not None and stop.group() == "、" and stop.start() >= end + 3:
        beyond = _NOUN_STOP.search(s, stop.end(), end + _NOUN_WINDOW)  # 50个通用、垂直领域大模型产品
        limit = beyond.start() if beyond else min(len(s), end + _NOUN_WINDOW)
        noun, noun_end = _last_noun(s, stop.end(), limit)
    if noun is not None and not (noun.structural and noun_end < limit):
        return noun, noun_end
    clause = max(s.rfind(mark, 0, start) for mark in "，。；,;：")
    before = _BRACKETS.sub(lambda found: BLANK * len(found.group()), s[max(clause + 1, start - 40) : start])
    noun, noun_end = _last_noun(before, 0, len(before))
    if noun is not None and noun.structural and (classifier == "家" or not _LINKED.match(before, noun_end)):
        return None, end
    return noun, end


@cache
def _nouns() -> re.Pattern[str]:
    plain = [
        form
        for form in load_units().zh_nouns
        if form not in ("国家", "地区", "城市", "桩", "站", "店", "村", "县", "技术", "标准", "成果")
    ]
    # 国家级, 技术创新中心, 城市公交: short words that more often begin another word than end a phrase
    short = (
        "县(?![级委城域里内市区]|政府)|国家(?![级重高新制实工技企科])|地区(?!生产)|城市(?!公交|物流|道路|更新)|桩|站(?!位)|店|村"
        "|技术(?!创新|中心|改造|研发|先进|企业)|标准(?!化|煤|体系)|成果(?!转化)"
    )
    return re.compile(f"(?:{_alternatives(plain)}|{short})")


def _last_noun(s: str, start: int, end: int) -> tuple[Noun | None, int]:
    last = None
    for match in _nouns().finditer(s, start, end):
        last = match
    return (load_units().zh_nouns[last.group()], last.end()) if last else (None, end)


def _words_count(m: re.Match[str], unit: Unit | None, noun: Noun | None) -> bool:
    """Whether a number in Chinese numerals is a quantity; most (一体, 两手, 三大) are not."""
    if m["s1"] in ("万", "亿", "万亿", "千亿", "百亿", "千万", "百万") and (m["u1"] or m["u2"] or m["level"]):
        return True
    if m["s1"] in ("亿", "万亿", "千亿", "百亿") and m.start() and m.string[m.start() - 1] in "超破过达近越":
        return True  # 产业规模超千亿
    few = bool(m["f1"] or m["f1b"]) or m["pre"] in ("数", "上", "几")
    if unit is not None:
        return (few and unit.dim not in ("duration", "people")) or (
            unit.dim in ("vehicles", "times") and m["n1"] not in ("一", "千", "百")
        )
    if m["u1"] == "家":
        return (
            m["n1"] not in ("一", "千", "万", "百", "十")
            or few
            or (m["n1"] in ("千", "百") and noun is not None)
        )
    if noun is not None and not noun.structural and m["u1"] in tuple(_CLASSIFIERS):
        return m["n1"] != "一"
    return False


_NOT_COUNTED = re.compile(
    r"\s*(?:大(?!型)|强|级|类|版|代|层|章|节|期|型|纳米|度|点|时|\+|/|\.|-|[A-Za-z]|版|产业|号|届|批|次(?!于)|位|"
    r"五大)"
)


def _not_counted(s: str, end: int, m: re.Match[str]) -> bool:
    """A bare number that belongs to a name or a numbering (500强, 三大, 5级)."""
    return (m["level"] is None and bool(_NOT_COUNTED.match(s, end))) or (
        (m.start() > 0 and s[m.start() - 1] in "./-_第")
        or (m.start() > 0 and s[m.start() - 1].isascii() and s[m.start() - 1].isalpha())
    )
