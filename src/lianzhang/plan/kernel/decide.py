"""Comparator, measure, unit and kind of a quantity, from the words around it."""

from __future__ import annotations

import re
from functools import cache

from lianzhang.plan.kernel.numerals import clean
from lianzhang.plan.kernel.quantities import Quantity
from lianzhang.plan.kernel.tables import alternation, cue, load_units, load_words

_LEFT = 180  # characters before a figure that can still say what it measures
_ORDER = ("<=", ">=", "<", ">", "~")


@cache
def _before(lang: str) -> list[tuple[str, re.Pattern[str]]]:
    words = load_words(lang)["comparator"]["before"]
    patterns = []
    for sign in _ORDER:
        forms = alternation(lang, words[sign]) if lang == "zh" else _loose(words[sign])
        tail = (
            r"(?:了|过|到|至|的|约|为|年|全国|每年)?\s*$"
            if lang == "zh"
            else (
                r"(?:\s+(?:the|a|an|its|their|by|about|of|level|mark|number|total|annual|roughly|some|RMB|"
                r"more\s+than(?=\s))){0,3}[\s“\"($]*$"
            )
        )
        patterns.append((sign, re.compile(forms + tail, 0 if lang == "zh" else re.IGNORECASE)))
    return patterns


def _loose(words: list[str]) -> str:
    letters = [word for word in words if word[0].isalpha()]
    signs = [re.escape(word) for word in words if not word[0].isalpha()]
    return "(?:" + "|".join([alternation("en", letters), *signs]) + ")"


@cache
def _after(lang: str) -> list[tuple[str, re.Pattern[str]]]:
    words = load_words(lang)["comparator"]["after"]
    flags = 0 if lang == "zh" else re.IGNORECASE
    return [
        (sign, re.compile(r"\s*[(（]?" + alternation(lang, forms) + r"(?!\s*[$€£¥\d])", flags))
        for sign, forms in words.items()
    ]


_NOT_BOUND_ZH = re.compile(r"(?:规模|限额)$")
# "has gone up to 3 per cent" is no upper bound
_WENT_UP_EN = re.compile(
    r"\b(?:gone|went|going|goes?|moved?|moving|pushed|shot)\s+up\s+to\s+[\w\s]{0,12}$", re.IGNORECASE
)
_SHARE_ZH = re.compile(r"(?P<sign>约|近|接近|超过?|逾)占[^，。；\d]{0,14}$")
_CAP_ZH = re.compile(r"(?:控制|限制|压减|压缩|稳定|保持|维持)(?:在|到)?[^，。；]{0,4}$")


def comparator(sentence: str, lang: str, quantity: Quantity) -> tuple[str, int]:
    """The comparator, and where a trailing word of it (以上, or more) ends."""
    if quantity.comparator == "range" or quantity.dim == "rank":
        return quantity.comparator, quantity.end
    end = quantity.end
    for sign, pattern in _after(lang):
        match = pattern.match(sentence, end)
        if match is None and quantity.noun_end > end and lang == "en":
            match = pattern.match(sentence, quantity.noun_end)
        if match:
            if (
                lang == "zh"
                and sign in ("<=",)
                and not _CAP_ZH.search(sentence[: quantity.start])
                and match.group().strip() in ("之内",)
            ):
                continue
            return sign, match.end()
    left = sentence[max(0, quantity.start - 40) : quantity.start]
    share = _SHARE_ZH.search(left) if lang == "zh" else None
    if share:
        left = share["sign"]  # 约占全国三分之一
    for sign, pattern in _before(lang):
        if pattern.search(left):
            if sign == "<=" and lang == "zh" and left.rstrip().endswith("控制在"):
                return "=", end
            if sign == "<=" and lang == "en" and _WENT_UP_EN.search(left):
                return "=", end
            return sign, end
    return quantity.comparator, end


# ---- measure ---------------------------------------------------------------------------------------------------

_FILL_ZH = (
    r"(?:了|约|近|超过|超|不低于|不少于|高于|达到|达|至少|大约|逾|突破|将近|左右|接近|幅度?|率|速度?"
    r"|保持在|保持|稳定在|在|为|力争|不高于|累计|分别|平均|实现|将|均|不超过|,|，|“|:|：|\s)*"
)
_FILL_EN = (
    r"(?:\s+(?:by|of|annual|yearly|compound|rate|rates|was|is|at|about|around|approximately|nearly|almost|more|than|over|some"
    r"|at\s+least|the|a|an|an\s+average|average|averaging|roughly|only|another|up|to\s+about(?!\w)|reached"
    r"|reaching|reach|remain|remained|maintained|will|be|exceed|exceeding|exceeds|exceeded|above"
    r"|year-on-year|year\s+on\s+year|annually|or|in|its|costs|time|emissions|each))*\s*[“\"(]*$"
)


@cache
def _growth(lang: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    words = load_words(lang)["measure"]
    flags = re.IGNORECASE if lang == "en" else 0
    fill = _FILL_ZH + "$" if lang == "zh" else _FILL_EN
    rising = alternation(lang, words["growth"])
    if lang == "en":
        rising = rf"(?:{rising}|(?<!make )(?<!made )(?<!makes )(?<!making )\bup(?!\s+to\b))"
    return (
        re.compile(rising + fill, flags),
        re.compile(alternation(lang, words["decline"]) + fill, flags),
    )


_DECLINE_OBJECT_ZH = re.compile(r"(?:下降|降低|减少|压减|节约|节省|削减|缩短|减)[^，。；、]{0,18}$")
_DECLINE_OBJECT_EN = re.compile(
    r"\b(?:reduc(?:e|es|ed|ing)|reductions?|cut|cuts|cutting|lower(?:s|ed|ing)?|sav(?:e|es|ed|ing|ings)|"
    r"decreas(?:e|es|ed|ing)|avoid(?:s|ed|ing)?|"
    r"slash(?:ed)?)\b(?:(?!\bto\b)[^,.;]){0,70}\bby\s+(?:[\w-]+\s+){0,3}$",
    re.IGNORECASE,
)
_SAVE_EN = re.compile(
    r"\b(?:sav(?:e|es|ed|ing|ings)|cut|cuts|reduc(?:e|es|ed|ing))\s+(?:(?:about|around|some|nearly|over|"
    r"more\s+than|up\s+to)\s+)?$",
    re.IGNORECASE,
)
_BY_EN = re.compile(
    r"\b(?:increas|ris|rose|grow|grew|expand|improv|rais|boost|up|higher|jump|surg|climb)\w*(?:\s+(?!to\b|from\b|"
    r"\d)[\w’'-]+){0,6}\s+by\s+(?:[\w-]+\s+){0,3}$",
    re.IGNORECASE,
)
_TO_EN = re.compile(
    r"\bto\s+(?:(?:about|around|approximately|nearly|almost|more|less|than|over|above|below|under|at|least|some|a|"
    r"an|only|just|up|roughly|as|high|low|the|level|of)\s+){0,4}[(“]?$",
    re.IGNORECASE,
)
_AFTER_GROWTH_EN = re.compile(
    r"\s*(?:yoy\b|y-o-y\b|(?:year-on-year\s+)?(?:annual\s+)?(?:increase|growth|rise|jump|surge|gain|expansion|decrease|decline|"
    r"drop|fall|reduction|cut))\b",
    re.IGNORECASE,
)
_AFTER_DECLINE_EN = re.compile(
    r"\s*(?:year-on-year\s+)?(?:annual\s+)?(?:decrease|decline|drop|fall|reduction|cut|less|lower)\b",
    re.IGNORECASE,
)
_INDEX = {"zh": re.compile("指数|得分|评分"), "en": re.compile(r"\bindex\b|\bscore\b", re.IGNORECASE)}
_WORK = {"zh": re.compile("就业|从业|岗位|用工"), "en": re.compile(r"\bemploy", re.IGNORECASE)}
_TIMES_GROWTH = {
    "zh": re.compile(r"(?:增长|增加|提高|提升|扩大|翻)(?!到|至|为)" + _FILL_ZH + "$"),
    "en": re.compile(
        r"\b(?:(?:increas|ris|rose|grow|grew|expand)\w*|up(?!\s+to\b))" + _FILL_EN, re.IGNORECASE
    ),
}
_MONEY = {
    "zh": re.compile(
        "产值|营收|营业收入|收入|投资|增加值|利润|税收|GDP|生产总值|销售额|规模|产业|资金|融资|总额|出口额|进出口|费用|成本"
    ),
    "en": re.compile(
        r"\b(?:revenue|output value|income|investment|value|profit|sales revenue|GDP|turnover|industry scale|"
        r"industrial scale|financing|funds?|spending|economy)\b",
        re.IGNORECASE,
    ),
}
_VEHICLE_FLOW = {
    "zh": re.compile("产量|销量|产销|保有量|推广|出口|产能|应用|更新|投放|订单|交付|总量|规模"),
    "en": re.compile(
        r"\b(?:output|production|sales|exports?|ownership|fleet|orders|deliveries|stock|capacity|sold|produced|"
        r"registrations?|produce|sell|volume|count|total|number)\b",
        re.IGNORECASE,
    ),
}


def settle(
    sentence: str,
    lang: str,
    quantity: Quantity,
    clause: str,
    left: str,
    topic: str,
    currency: str,
    counted: str,
) -> str:
    """Decide the measure and, in place, the unit and the sign of the value; an empty string drops the quantity.

    ``left`` is the text from the clause's beginning (or the former number) to the number, ``clause`` the whole clause,
    ``topic`` the sentence up to the number (for units that the number does not carry), ``currency`` the document's,
    ``counted`` the unit last counted in the paragraph (for totals that do not repeat it).
    """
    left = left[-_LEFT:]
    dim = quantity.dim
    if dim in ("rank", "ratio"):
        return dim
    if quantity.unit == "ones" and counted:
        quantity.unit, quantity.generic = counted, False
    if (
        lang == "zh"
        and quantity.unit == "households"
        and counted == "enterprises"
        and _MORE_OF_ZH.search(left)
    ):
        quantity.unit = counted
    if dim == "duration" or quantity.structural:
        return ""
    if dim == "points":
        if _declines(lang, left):
            negate(quantity)
        return "difference"
    if dim == "doubling":
        return "growth"
    if dim == "times":
        if _TIMES_GROWTH[lang].search(left) or (
            lang == "en" and (_BY_EN.search(left) or _AFTER_GROWTH_EN.match(sentence, quantity.end))
        ):
            _scale(quantity, 100.0)
            quantity.unit = "%"
            return "growth"
        return "multiple"
    if dim == "percent":
        return _percent(sentence, lang, quantity, clause, left)
    if dim == "bare" and not _infer_unit(lang, quantity, left, topic, currency, counted):
        return ""
    if quantity.unit == "index points":
        return "index"
    if quantity.unit == "people" and _WORK[lang].search(clause):
        quantity.unit = "jobs"
    _refine_vehicles(lang, quantity, clause, topic, sentence, counted)
    if quantity.dim != "count" and _declines(lang, left) and not quantity.level:
        negate(quantity)
        return "change"
    if "/" in quantity.unit and not quantity.unit.endswith("/year"):
        return "intensity"
    return "count" if quantity.dim == "count" else "level"


# "a baseline of -0.4 percent"; not the dash of a range or of a list
_MINUS = re.compile(r"(?<![\w%)-])[-−]$|(?<=[\u4e00-\u9fff])[-−]$")
# 企业51户，累计289户: more of what was counted
_MORE_OF_ZH = re.compile("(?:累计|总数|共计|共有|合计)[^，。；]{0,4}$")


def _percent(sentence: str, lang: str, quantity: Quantity, clause: str, left: str) -> str:
    growth, decline = _growth(lang)
    if _MINUS.search(sentence, 0, quantity.start) and quantity.comparator != "range":
        negate(quantity)
        return "growth" if growth.search(left.rstrip("-−")) else "share"
    rising = bool(growth.search(left)) or (lang == "en" and bool(_BY_EN.search(left)))
    falling = bool(decline.search(left)) or _declines(lang, left)
    if lang == "en":
        if _AFTER_GROWTH_EN.match(sentence, quantity.end):
            rising = True
            falling = falling or bool(_AFTER_DECLINE_EN.match(sentence, quantity.end))
        if _TO_EN.search(left) and not re.search(r"\bby\s+(?:[\w-]+\s+){0,3}$", left):
            rising = falling = False
    else:
        rising = rising or bool(re.search("(?:增速|增长率|增幅|涨幅)" + _FILL_ZH + "$", left))
    if falling:
        negate(quantity)
    if not (rising or falling):
        return "share"
    annual = cue(lang, "measure", "annual")
    window = sentence[max(0, quantity.start - 60) : quantity.start] if lang == "en" else clause
    return "growth p.a." if annual.search(window) or annual.search(left) else "growth"


def _declines(lang: str, left: str) -> bool:
    if lang == "zh":
        match = _DECLINE_OBJECT_ZH.search(left)
        return bool(match) and not re.search("(?:到|至|为|在)" + r"(?:约|近)?\s*$", left)
    return bool(_DECLINE_OBJECT_EN.search(left) or _SAVE_EN.search(left) or _growth("en")[1].search(left))


def negate(quantity: Quantity) -> None:
    """Turn a decline that was written as a positive number."""
    if quantity.value is not None:
        quantity.value = -abs(quantity.value)
    if quantity.lower is not None and quantity.upper is not None:
        quantity.lower, quantity.upper = -abs(quantity.upper), -abs(quantity.lower)


def _scale(quantity: Quantity, factor: float) -> None:
    for name in ("value", "lower", "upper"):
        number = getattr(quantity, name)
        if number is not None:
            setattr(quantity, name, clean(number * factor))


_LAST_NOUN_EN = re.compile(r"[A-Za-z][A-Za-z-]+")


def _infer_unit(lang: str, quantity: Quantity, left: str, topic: str, currency: str, counted: str) -> bool:
    """Unit of a bare number from what it is said of; False drops the number."""
    if _INDEX[lang].search(left):
        quantity.unit, quantity.dim = "index points", "index"
        return True
    number_of = next(reversed([*_NUMBER_OF[lang].finditer(left)]), None)
    if number_of:
        what = left[: number_of.start()] if lang == "zh" else left[number_of.end() :]
        unit, dim = noun_in(lang, what, last=lang == "zh")
        if unit:
            quantity.unit, quantity.dim = unit, dim
            return True
    if _OR_NUMBER.search(topic) and (said := _NUMBER_OF[lang].search(topic[-_LEFT:])):
        quantity.unit, quantity.dim = noun_in(lang, topic[-_LEFT:][said.end() :], last=False)
        if quantity.unit:
            return True
    dashed = _DASHED.search(topic)
    if dashed and quantity.scaled:
        quantity.unit, quantity.dim = noun_in(lang, dashed["noun"])
        if quantity.unit:
            return True
    size = quantity.value if quantity.value is not None else quantity.upper or 0.0
    subject = _SUBJECT_EN.search(topic) if lang == "en" and size >= 10 else None
    if subject:
        quantity.unit, quantity.dim = noun_in(lang, subject["noun"])
        if quantity.unit:
            return True
    if size >= 100 and _JOBS[lang].search(left):
        quantity.unit, quantity.dim = "jobs", "people"
        return True
    if size >= 1000 and _PEOPLE[lang].search(left):
        quantity.unit, quantity.dim = "people", "people"
        return True
    vehicles = size < 1e9 and _cue_vehicle(lang, left) and bool(_VEHICLE_FLOW[lang].search(left))
    moved = _MOVED_EN.search(left) if lang == "en" else None
    if moved and size >= 100:
        unit, dim = noun_in("en", re.split("[,;]", left[: moved.start()])[-1])
        if unit:
            quantity.unit, quantity.dim = unit, dim
            return True
    if vehicles and size >= 1000 and not re.search("产值|output value|营收|revenue", left):
        quantity.unit, quantity.dim = "vehicles", "vehicles"
        return True
    if currency and quantity.scaled and size >= 1e7 and _MONEY[lang].search(topic):
        quantity.unit, quantity.dim = currency, "money"
        return True
    if counted and size >= 10 and not quantity.words and _TOTAL[lang].search(left):
        quantity.unit, quantity.dim = counted, "count"
        return True
    return False


_TOTAL = {
    "zh": re.compile("(?:总数|总量|总计)[^，。；]{0,6}$"),
    "en": re.compile(r"\b(?:total|target|goal|figure|number)\b[^,;]{0,40}$", re.IGNORECASE),
}
_MOVED_EN = re.compile(
    r"\b(?:go(?:es|ing)?|rise|rises|rose|rising|increas(?:e|es|ed|ing)|grow|grows|grew|growing|"
    r"expand(?:ed|ing)?|jump(?:ed)?|climb(?:ed)?|surge[ds]?)\s+(?:from|to)\s+(?:(?:about|around|nearly|over|"
    r"more\s+than|some|the|at\s+least)\s+){0,2}$",
    re.IGNORECASE,
)
_NUMBER_OF = {
    "zh": re.compile(
        r"(?:数量|总数|总量|户数|家数|数)(?:将|要|已)?(?:达到|达|为|增至|增加到|增长到|提高到|"
        r"超过|突破|超|约|至|到|发展到)+[^，。；]{0,4}$"
    ),
    "en": re.compile(r"\bnumber\s+of\b(?=(?:[^.;]|\.\d)*$)", re.IGNORECASE),
}


# "rose 0.9 per cent, or 200,000": the same change once more; "enterprises – 7.8 million"
_OR_NUMBER = re.compile(r"\bor\s+(?:about\s+|some\s+|nearly\s+)?$", re.IGNORECASE)
_DASHED = re.compile(r"(?P<noun>[A-Za-z]+)\s*[–—:]\s*$")
# "high-tech enterprises reached 504,000"
_SUBJECT_EN = re.compile(
    r"(?P<noun>[A-Za-z-]+)\s+(?:(?:has|have|had|will|would|already)\s+){0,2}(?:reach(?:ed)?|exceed(?:ed)?|totall?(?:ed)?|number(?:ed)?|"
    r"surpass(?:ed)?|hit|top(?:ped)?|stood\s+at|(?:rose|risen|rise|grew|grown?|increased?|climb(?:ed)?|expand(?:ed)?)\s+to)\s+"
    r"(?:(?:about|around|nearly|over|more\s+than|some|at\s+least)\s+)*$",
    re.IGNORECASE,
)
_ANNUAL_EN = re.compile(r"\bannual\s+(?:[\w()-]+\s+){1,5}?(?:production|output)\b", re.IGNORECASE)
_JOBS = {
    "zh": re.compile("新增就业(?!率)[^，。；]{0,10}$"),
    "en": re.compile(
        r"\b(?:employment|jobs|workforce)\b[^,.;]{0,60}?\b(?:of|to|by|at|reached|reach|for)\s+[\w\s]{0,16}$",
        re.IGNORECASE,
    ),
}
_PEOPLE = {
    "zh": re.compile("(?:人口|居民|参保人数|客流量|游客)[^，。；]{0,8}$"),
    "en": re.compile(r"\bpopulation\b[^,;]{0,30}$", re.IGNORECASE),
}


def _cue_vehicle(lang: str, text: str) -> bool:
    return bool(cue(lang, "flow", "vehicle").search(text))


def _refine_vehicles(
    lang: str, quantity: Quantity, clause: str, topic: str, sentence: str, counted: str
) -> None:
    if quantity.dim == "units":
        if lang == "zh" and re.search("充电(?:基础)?(?:设施|桩|枪|设备|终端|接口)[^，。；]{0,12}$", topic):
            quantity.unit, quantity.dim = "charging piles", "count"
            return
        if cue(lang, "flow", "motorcycle").search(topic) and not _cue_vehicle(lang, clause):
            quantity.unit = quantity.unit.replace("units", "motorcycles")
        elif _cue_vehicle(lang, topic) or _cue_vehicle(lang, sentence) or counted == "vehicles":
            quantity.unit = quantity.unit.replace("units", "vehicles")
        quantity.dim = "vehicles"
    if quantity.dim != "vehicles":
        return
    if quantity.unit == "vehicles" and lang == "zh" and cue("zh", "flow", "motorcycle").search(clause):
        quantity.unit = "motorcycles"
    if quantity.unit in ("vehicles", "motorcycles", "units") and (
        cue(lang, "flow", "capacity").search(clause) or (lang == "en" and _ANNUAL_EN.search(clause))
    ):
        quantity.unit += "/year"


def fill_list(lang: str, run: list[Quantity], left: str) -> None:
    """Give the bare numbers of a "respectively" list the unit of the list (A、B 分别达到 30、50 万辆)."""
    donor = next((quantity for quantity in run if quantity.unit), None)
    if donor is None:
        unit, dim = noun_in(lang, left)
        if unit:
            for quantity in run:
                quantity.unit, quantity.dim = unit, dim
        return
    factor = 1.0
    if lang == "zh" and donor.scaled and donor is run[-1]:
        match = re.search(r"万亿|千万|百万|万|亿", donor.unit_text)
        factor = 1.0 if match is None else factor
    for quantity in run:
        if not quantity.unit:
            quantity.unit, quantity.dim = donor.unit, donor.dim
            _scale(quantity, factor)


def noun_in(lang: str, text: str, *, last: bool = True) -> tuple[str, str]:
    """The last (or first) counted noun of ``text``."""
    tables = load_units()
    if lang == "zh":
        best = ("", "", -1)
        for form, noun in tables.zh_nouns.items():
            at = text.rfind(form)
            if at > best[2] and not noun.structural:
                best = (noun.id, "count", at)
        return best[0], best[1]
    words = list(_LAST_NOUN_EN.finditer(text))
    for match in reversed(words) if last else words:
        word = match.group().lower()
        if word in tables.en_nouns and not tables.en_nouns[word].structural:
            return tables.en_nouns[word].id, "count"
        if word in tables.en_units and tables.en_units[word].dim in ("vehicles", "people"):
            return tables.en_units[word].id, tables.en_units[word].dim
    return "", ""
