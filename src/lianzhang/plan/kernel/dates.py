"""Date expressions of both languages as tokens with a role in the sentence.

A period is a pair of reduced ISO 8601 strings (``2025``, ``2024-03``), start and end alike for a single year or month.
Roles: ``deadline`` (by 2025, 到2025年) · ``asof`` (截至, as of) · ``in`` · ``range`` · ``base`` (compared with 2022,
比2020年) · ``now`` (目前, currently) · ``since`` · ``date`` (a day; never governs a figure).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from lianzhang.plan.kernel.numerals import EN_CARDINALS, parse_chinese


@dataclass(frozen=True, slots=True)
class DateToken:
    """A date expression (role ``title``: the year in a plan's name); offsets are relative to the sentence."""

    start: int
    end: int
    period_start: str
    period_end: str
    role: str

    @property
    def year(self) -> int:
        """Last year of the period; 0 for a date without a year."""
        return int(self.period_end[:4]) if self.period_end else 0


@dataclass(frozen=True, slots=True)
class Reference:
    """When the document speaks: year, month (0 if unknown) and whether the text states it."""

    year: int
    month: int = 0
    stated: bool = False

    @property
    def period(self) -> str:
        """``2024-03`` or ``2024``."""
        return f"{self.year:04d}-{self.month:02d}" if self.month else f"{self.year:04d}"

    @property
    def last_full_year(self) -> int:
        """The newest year whose yearly figures a document of this date can report."""
        return self.year - 1 if self.stated else self.year


#: A year of four digits (pattern text).
YEAR = r"(?:19|20)\d\d"
#: What stands between the two ends of a range (pattern text).
DASH = r"\s*(?:-{1,2}|—{1,2}|–|~|～|至|到)\s*"
_ZH_SMALL = "[一二三四五六七八九十两]{1,3}"
_SMALL = rf"(?:\d{{1,2}}|{_ZH_SMALL})"

_ZH = re.compile(
    rf"""
    (?P<iso>{YEAR}[-/.]\d{{1,2}}[-/.]\d{{1,2}}(?:\s+\d{{1,2}}:\d{{2}}(?::\d{{2}})?)?)
  | (?P<base>(?:较之|较|比|相比|对比|相较于|与)\s*(?P<base_y>{YEAR})\s*年?(?:底|末)?(?:相比)?|
      在?(?P<base_y3>{YEAR})\s*年?的?(?:水平|基础)(?:之?上)?|(?<=是)(?P<base_y4>{YEAR})\s*年(?=的))
  | (?P<base_now>(?:较|比)(?P<base_rel>去年|上年|前年|同期|上年同期|去年同期)(?:同期)?)
  | (?P<span>(?P<lead_s>自|从|由)?(?P<s1>{YEAR})\s*年?{DASH}(?P<s2>{YEAR})\s*年(?:底|末|间|期间)?)
  | (?P<paren>[(（]\s*(?P<p1>{YEAR})\s*年?{DASH}(?P<p2>{YEAR})\s*年?\s*[)）])
  | (?P<md>(?<!\d)\d{{1,2}}月\d{{1,2}}日|[一二三四五六七八九十]{{1,2}}月(?:[一二三四五六七八九十]{{1,3}})日)
  | (?P<lead>到了|力争到|争取到|预计到|计划到|截至到|截止到|截至|截止|力争|到|至|于|在|自|从|由)?\s*
    (?P<y>{YEAR}|二[零0][一二三四五六七八九零]{{2}})\s*年\s*(?P<edge>底|末|年底|年末|初|中)?(?P<within>前|以前|
        之前|内|止|起|以来)?
    (?:\s*(?P<m1>\d{{1,2}})\s*(?:{DASH}(?P<m2>\d{{1,2}}))?\s*月(?:份|底|末)?(?:\s*(?P<d>\d{{1,2}})\s*日)?
     |\s*(?P<part>上半年|下半年|前三季度|前[一二三]季度|[第]?[一二三四]季度|全年))?
  | (?P<plan>(?P<plan_base>较之|较|比|相比|对比|与)?(?P<plan_lead>到)?[“"'「]?(?P<fyp>十[一二三四五六七])五[”"'」]?
      (?P<fyp_edge>时期末|期末|末|收官|
      结束时|以来)?(?:时期|期间|规划)?)
  | (?P<rel>(?P<rel_lead>到|截至|截止)?(?P<rel_word>目前|当前|现阶段|迄今|至今|如今|现已|今年以来|今年|本年度|
      本年|年内|去年|上年|上一年|明年|前年|年底|年末)
      (?P<rel_edge>底|末|年底|年末)?(?:为止)?(?:\s*(?P<rm1>\d{{1,2}})\s*(?:{DASH}(?P<rm2>\d{{1,2}}))?\s*月|
          (?P<rpart>上半年|前三季度|一季度|全年))?)
  | (?P<ahead>(?:未来|今后|接下来|力争|力争用|用|再用|计划用|
      经过)\s*(?P<ahead_n>{_SMALL})(?:{DASH}\d{{1,2}})?\s*(?:至\d)?(?:到[一二三四五])?年(?:左右)?(?:时间|内)?|
      (?P<ahead_n2>{_SMALL})年(?:之)?内)
  | (?P<back>(?:近|过去|最近|此前|连续|历时|前)\s*{_SMALL}\s*(?:年|个月)(?:来)?|{_SMALL}年来|近些?年来)
  | (?P<months>(?<![\d.])(?P<mm1>\d{{1,2}})(?:{DASH}(?P<mm2>\d{{1,2}}))?\s*月(?:份)?|上半年|前三季度|(?:第)?一季度)
  | (?P<days>{_SMALL}\s*(?:年|个月|周年|天|日|小时|季度)(?!产))
    """,
    re.VERBOSE,
)

_MONTH_NAMES = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_MONTHS = {name: index for index, name in enumerate(_MONTH_NAMES, start=1)}
_MONTHS |= {name[:3]: index for name, index in list(_MONTHS.items())} | {"sept": 9}
#: A month's English name, long or short (pattern text).
MON = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
_NUMBER_WORD = r"(?:\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|fifteen|twenty)"
# A bare year must not be the head of a quantity (2,000 · 2000 km · 2025%) nor stand in a compound name.
_YEAR_END = (
    r"(?![\d%]|,\d|\.\d|\s*(?:km|MW|GW|kW|units|vehicles|tonnes|tons|yuan|dollars|stations|companies|enterprises"
    r"|people|jobs|million|billion|trillion)\b)"
)

_EN = re.compile(
    rf"""
    (?P<iso>\b{YEAR}[-/.]\d{{1,2}}[-/.]\d{{1,2}}(?:\s+\d{{1,2}}:\d{{2}}(?::\d{{2}})?)?)
  | (?P<same>\b(?:(?:compared\s+(?:with|to)|relative\s+to|versus|vs\.?|against|over|than|from|on)\s+(?:in\s+|that\s+of\s+)?
      (?:the\s+)?(?:corresponding|same|year-ago|year-earlier)\s+(?:period|quarter|month|half|time|stretch)(?:\s+(?:in|of)\s+
      (?P<same_y>{YEAR}|last\s+year|the\s+previous\s+year)|\s+(?:last\s+year|a\s+year\s+(?:ago|earlier)))?|(?:compared\s+(?:with|to)|from|than|over|
      on)\s+(?:a\s+year\s+(?:ago|earlier|before)|last\s+year|the\s+(?:previous|prior|preceding)\s+year)))
  | (?P<base>\b(?:compared\s+(?:with|to)|relative\s+to|versus|vs\.?|against|over|than\s+in|than|(?:(?<=than\s)|
      (?<=from\s)|(?<=with\s)|(?<=over\s)|(?<=\sto\s)|(?<=above\s))(?:that|those|
      the\s+figure)\s+(?:of|in)|from\s+its)\s+(?:the\s+)?(?:levels?\s+(?:in|
      of)\s+)?(?:the\s+end\s+of\s+)?(?:FY\s?)?(?P<base_y>{YEAR}){_YEAR_END}(?:\s+levels?)?|
      \b(?P<base_y2>{YEAR})\s+levels?\b)
  | (?P<span>\b(?:(?:from|between|during|in|over|
      for)\s+)?(?:the\s+period\s+(?:of\s+)?)?(?P<s1>{YEAR})\s*(?:-{{1,2}}|–|—|to|and|through|
      until)\s*(?P<s2>{YEAR}){_YEAR_END}(?:\s+period)?)
  | (?P<fiscal>\b(?:(?P<fiscal_lead>by|in|for|during|until|as\s+of)\s+)?(?:the\s+)?(?:(?:fiscal|financial)\s+year\s+|
      FY\s?)['’]?(?P<fy>{YEAR}|\d\d(?!\d))(?:[-/–](?P<fy2>\d{{2,4}}))?\b)
  | (?P<slash>\b(?:(?P<slash_lead>by|in|for|during|until)\s+)?(?P<sy>20\d\d)[-/–](?P<sy2>\d\d)\b(?![-/]\d))
  | (?P<half>\b(?:in\s+)?(?:(?P<half_n>[12])H|H(?P<half_n2>[12])|Q[1-4]|[1-4]Q)\s?(?:20)?(?P<half_y>\d\d)\b)
  | (?P<monthspan>\b(?:in\s+|during\s+|from\s+)?(?:the\s+period\s+(?:of\s+)?)?(?P<ms1>{MON})\s*(?:to|through|-|
      –|and)\s*(?P<ms2>{MON})(?:\s*,?\s*(?:of\s+)?(?P<ms_y>{YEAR}|this\s+year|last\s+year))?)
  | (?P<lead>\b(?:by(?:\s+or\s+before)?|before|until|till|up\s+to|as\s+of|as\s+at|in|during|for|since|from|
      after|at|on|through|of|to|around|toward|towards)\s+)?
    (?P<edge>(?:the\s+)?(?:end|beginning|start|close|mid(?:dle)?|first\s+half|second\s+half|first\s+quarter|H1|
        H2|Q[1-4]|year)(?:-|\s+)(?:of\s+)?(?:the\s+)?(?:year\s+)?|end-|mid-|early\s+|late\s+|(?:the\s+)?year\s+|
        Q[1-4]\s+|(?:the\s+)?(?:second|third|fourth|final|last)\s+(?:quarter|half)\s+(?:of\s+)?)?
    (?:(?P<mon>{MON})\s+(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:\s*,\s*|\s+))?(?:of\s+)?)?
    (?P<y>(?<![\d,.$€£¥])(?<!(?-i:[A-Z\d])-){YEAR}){_YEAR_END}
  | (?P<md>\b(?:on\s+)?{MON}\s+\d{{1,2}}(?:st|nd|rd|th)?\b(?!\s*(?:million|billion))|\b\d{{1,2}}\s+{MON}\b)
  | (?P<plan>\b(?:(?P<plan_lead>by|during|in|for|under|since|
      over)\s+)?(?P<plan_edge>(?:the\s+)?end\s+of\s+)?(?:the\s+)?[“"']?(?P<fyp>\d{{2}}th|eleventh|twelfth|
      thirteenth|fourteenth|fifteenth)\s+Five[-\s]Year\s+Plan[”"']?(?:\s+period)?)
  | (?P<partial>\b(?:in\s+|over\s+|
      during\s+)?the\s+first\s+(?P<pm>{_NUMBER_WORD})\s+months(?:\s+of\s+(?P<pm_y>{YEAR}|this\s+year|last\s+year|
      the\s+year))?|\b(?:in\s+)?the\s+first\s+(?P<pq>half|quarter|three\s+quarters)(?:\s+of\s+(?P<pq_y>{YEAR}|
      this\s+year|last\s+year|the\s+year))?|\b(?:in\s+)?the\s+(?P<pl>second|third|fourth|final|last)\s+(?P<plq>half|
      quarter)\s+of\s+(?P<pl_y>this\s+year|last\s+year|the\s+year))
  | (?P<rel>\b(?:by\s+|at\s+|as\s+of\s+|in\s+)?(?:the\s+)?(?P<rel_edge>end\s+of\s+)?(?P<rel_word>currently|
      at\s+present|so\s+far|to\s+date|right\s+now|at\s+the\s+moment|now|today|this\s+year|last\s+year|
      next\s+year|the\s+previous\s+year)\b(?:['’]s)?)
  | (?P<ahead>\b(?:in|within|over|during|for)\s+(?:the\s+)?(?:next|coming|
      following)\s+(?P<ahead_n>{_NUMBER_WORD})(?:\s*(?:to|-|–)\s*{_NUMBER_WORD})?\s+years|
      \bwithin\s+(?P<ahead_n2>{_NUMBER_WORD})\s+years)
  | (?P<decade>\b(?:by\s+|before\s+|until\s+)?(?:the\s+)?end\s+of\s+(?:the|this)\s+decade
      |\bwithin\s+(?:a|the|this|next)\s+decade\b)
  | (?P<back>\b(?:in|over|for|during|after)\s+(?:the\s+)?(?:past|last|previous|
      recent)?\s*{_NUMBER_WORD}?\s*(?:consecutive\s+)?(?:years?|months|decades?)\b(?!\s*-?\s*on)|
      \b{_NUMBER_WORD}[-\s]years?\b|\b\d+\s+years\b)
    """,
    re.VERBOSE | re.IGNORECASE,
)


def date_tokens(sentence: str, lang: str, reference: Reference) -> list[DateToken]:
    """All date expressions of a normalised sentence, in order.

    ``reference`` turns relative ones (今年, next year, within three years) into years. A duration or a day without a
    year is a token without a period, so that its digits are not taken for quantities.
    """
    pattern, build = (_ZH, _build_zh) if lang == "zh" else (_EN, _build_en)
    return _collect(pattern, build, sentence, reference)


def _collect(
    pattern: re.Pattern[str],
    build: Callable[[re.Match[str], Reference], tuple[str, str, str]],
    sentence: str,
    reference: Reference,
) -> list[DateToken]:
    tokens = []
    for left, right in _windows(sentence):
        for match in pattern.finditer(sentence, left, right):
            if match.end() > match.start():
                start, end, role = build(match, reference)
                if role == "in" and _MULTIPLE_OF.search(sentence, 0, match.start()):
                    role = "base"
                elif role in ("in", "range") and _PLAN_YEARS.search(sentence, 0, match.start()):
                    start, end, role = "", "", "date"
                elif (
                    role == "in"
                    and pattern is _EN
                    and match.group()[0] == "2"
                    and TITLE.search(sentence, 0, match.start())
                ):
                    role = "title"
                tokens.append(DateToken(match.start(), match.end(), start, end, role))
    return tokens


# "28 times the investment in 2020": the year belongs to what is compared with
_MULTIPLE_OF = re.compile(
    r"\b(?:times|triple|double|twice)\s+(?:the|its|their|that)\s+(?:[\w-]+\s+){0,4}$", re.IGNORECASE
)
# "the 14th Five-Year Plan (2021-25)": the plan's name has said its years
_PLAN_YEARS = re.compile(r"\bPlan\s+(?:period\s+)?\($")
#: "under Vision 2030": the year of a plan's name governs no figure, but it is when the plan's targets fall due
TITLE = re.compile(
    r"(?:[Pp]lan|[Vv]ision|[Ss]trategy|[Pp]olicy|Agenda|Mission|[Rr]oadmap|Programme|Program|Initiative|Scheme|Act|Goals?|Budget|Survey|Report|Outlook|Summit|Expo|Forum|Conference|Pact|Decree|Made\s+in\s+\w+|"
    r"\b(?!GDP|USD|RMB|CAGR|FY|EV|NEV|R&D)[A-Z]{3,})[”\"’)]?\s?$"
)
# The date patterns try many openings at every character; they only run around what every date contains.
_ANCHOR = re.compile(
    r"(?:19|20)\d\d|\d\s*[年月天日个周小季H]|[年月天日末季]|[至迄如当现目]今|目前|当前|现阶段|现已|同期|"
    r"五[”\"'」时期规末]|\d[:.]\d\d"
    r"|\b(?:years?|months?|decades?|currently|present|far|date|now|moment|today|Five|half|quarters?|Q[1-4]|[12]H|"
    r"H[12]|FY)"
    r"|\b(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)",
    re.IGNORECASE,
)
_MARGIN = 90


def _windows(sentence: str) -> list[tuple[int, int]]:
    """Spans of the sentence in which a date can stand, apart and in order."""
    if len(sentence) <= 2 * _MARGIN:
        return [(0, len(sentence))] if _ANCHOR.search(sentence) else []
    windows: list[tuple[int, int]] = []
    for match in _ANCHOR.finditer(sentence):
        left, right = max(0, match.start() - _MARGIN), min(len(sentence), match.end() + _MARGIN)
        if windows and left <= windows[-1][1]:
            windows[-1] = (windows[-1][0], right)
        else:
            windows.append((left, right))
    return windows


def _month(year: int, month: int) -> str:
    return f"{year:04d}-{month:02d}" if 1 <= month <= 12 else f"{year:04d}"


def _build_zh(m: re.Match[str], ref: Reference) -> tuple[str, str, str]:
    g = m.groupdict()
    if g["iso"]:
        return "", "", "date"
    if g["base"]:
        base = g["base_y"] or g["base_y3"] or g["base_y4"]
        return base, base, "base"
    if g["base_now"]:
        return str(ref.year - 1), str(ref.year - 1), "base"
    if g["span"]:
        return g["s1"], g["s2"], "range"
    if g["paren"]:
        return g["p1"], g["p2"], "range"
    if g["y"]:
        return _zh_year(g, ref)
    if g["fyp"]:
        first = 2006 + 5 * "一二三四五六七".index(g["fyp"][1])
        if g["plan_base"]:
            return str(first + 4), str(first + 4), "base"
        if g["fyp_edge"] == "以来":
            return str(first), ref.period if first <= ref.year <= first + 5 else str(first + 4), "since"
        drafted = _DRAFTED.search(m.string, 0, m.start()) and _POLICY.match(m.string, m.end())
        if not g["plan_lead"] and (drafted or _OPENING_OF_PLAN.match(m.string, m.end())):
            return "", "", "date"
        role = "deadline" if g["fyp_edge"] or g["plan_lead"] else "range"
        return (str(first + 4) if role == "deadline" else str(first)), str(first + 4), role
    if g["rel"]:
        return _zh_relative(g, ref)
    if g["ahead"]:
        count = g["ahead_n"] or g["ahead_n2"]
        end = (
            ref.year
            + int(parse_chinese(count) if not count.isdigit() else count)
            - (0 if ref.month > 6 else 1)
        )
        return str(end), str(end), "deadline"
    if g["months"]:
        if g["mm1"]:
            last = int(g["mm2"] or g["mm1"])
            year = ref.year if not ref.month or last <= ref.month else ref.year - 1
            return _month(year, int(g["mm1"]) if g["mm2"] else last), _month(year, last), "in"
        span = {"上半年": (1, 6), "前三季度": (1, 9)}.get(g["months"], (1, 3))
        return _month(ref.year, span[0]), _month(ref.year, span[1]), "in"
    if g["back"] and g["back"].endswith("来") and ref.year:
        return ref.period, ref.period, "now"  # 十年来: up to now
    return "", "", "date"


# "a good opening of the 12th Five-Year Plan": an event, no period of a figure
_DRAFTED = re.compile("(?:制定|编制|研究|出台|印发|发布|起草|实施)[^，。；]{0,8}$")
_POLICY = re.compile("[^，。；]{0,14}(?:规划|计划|政策|方案|纲要)")
_OPENING_OF_PLAN = re.compile("[”\"'」]?的?[^，。；]{0,4}(?:开局|起步|收官|之年|任务|要求|精神)")
_ZH_PART = {
    "上半年": (1, 6), "下半年": (7, 12), "前三季度": (1, 9), "前一季度": (1, 3), "前二季度": (1, 6),
    "一季度": (1, 3), "第一季度": (1, 3), "二季度": (4, 6), "第二季度": (4, 6), "三季度": (7, 9),
    "第三季度": (7, 9), "四季度": (10, 12), "第四季度": (10, 12), "全年": (0, 0),
}  # fmt: skip


def _zh_year(g: dict[str, str], ref: Reference) -> tuple[str, str, str]:
    year = int(g["y"]) if g["y"].isdigit() else int(parse_chinese(g["y"].replace("0", "零")))
    if g["d"]:
        return (
            _month(year, int(g["m1"])),
            _month(year, int(g["m1"])),
            "asof" if g["lead"] in _ASOF else "date",
        )
    start = end = str(year)
    if g["m1"]:
        last = int(g["m2"] or g["m1"])
        start, end = _month(year, int(g["m1"])), _month(year, last)
    elif g["part"]:
        first, last = _ZH_PART[g["part"]]
        if last:
            start, end = _month(year, first), _month(year, last)
    lead = g["lead"] or ""
    if lead in _ASOF:
        return start, end, "asof"
    if lead in ("自", "从", "由"):
        return start, end, "since" if g["within"] in ("起", "以来") else "base"
    if g["within"] in ("起", "以来"):
        return start, end, "since"
    if lead in ("到", "到了", "至", "力争到", "争取到", "预计到", "计划到") or g["within"] in (
        "前",
        "以前",
        "之前",
    ):
        return start, end, "deadline"
    return start, end, "in"


_ASOF = ("截至", "截止", "截至到", "截止到")


def _zh_relative(g: dict[str, str], ref: Reference) -> tuple[str, str, str]:
    word = g["rel_word"]
    shift = {"去年": -1, "上年": -1, "上一年": -1, "前年": -2, "明年": 1}.get(word, 0)
    year = ref.year + shift
    if word in ("目前", "当前", "现阶段", "迄今", "至今", "如今", "现已"):
        return ref.period, ref.period, "now"
    if g["rm1"]:
        last = int(g["rm2"] or g["rm1"])
        return _month(year, int(g["rm1"])), _month(year, last), "in"
    if g["rpart"]:
        first, last = _ZH_PART[g["rpart"]]
        return (_month(year, first), _month(year, last), "in") if last else (str(year), str(year), "in")
    if word == "今年以来":
        return f"{year:04d}-01", ref.period, "in"
    role = "deadline" if g["rel_lead"] == "到" or word in ("年底", "年末", "年内") else "in"
    if g["rel_lead"] in ("截至", "截止"):
        role = "asof"
    return str(year), str(year), role


_EN_FYP = {"eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15}


def _build_en(m: re.Match[str], ref: Reference) -> tuple[str, str, str]:
    g = m.groupdict()
    if g["iso"]:
        return "", "", "date"
    if g["same"]:
        base = g["same_y"] if g["same_y"] and g["same_y"][0].isdigit() else str(ref.year - 1)
        return base, base, "base"
    if g["base"]:
        base = g["base_y"] or g["base_y2"]
        return base, base, "base"
    if g["span"]:
        return g["s1"], g["s2"], "range"
    if g["fiscal"] or g["slash"]:
        first = int(g["fy"] or g["sy"])
        first += 2000 if first < 100 else 0
        second = g["fy2"] or g["sy2"]
        last = (
            first if not second else (first // 100 * 100 + int(second) if len(second) == 2 else int(second))
        )
        lead = (g["fiscal_lead"] or g["slash_lead"] or "").lower()
        role = "deadline" if lead in ("by", "until") else "asof" if lead.startswith("as") else "in"
        return str(first), str(last), role
    if g["half"]:
        year = 2000 + int(g["half_y"])
        if g["half_n"] or g["half_n2"]:
            first = 1 if (g["half_n"] or g["half_n2"]) == "1" else 7
            return _month(year, first), _month(year, first + 5), "in"
        return str(year), str(year), "in"
    if g["monthspan"]:
        year = _en_year(g["ms_y"], ref)
        return _month(year, month_number(g["ms1"])), _month(year, month_number(g["ms2"])), "in"
    if g["y"]:
        return _en_plain(g)
    if g["fyp"]:
        number = _EN_FYP.get(g["fyp"].lower()) or int(g["fyp"][:2])
        first = 2006 + 5 * (number - 11)
        if not g["plan_lead"] and _TARGET_OF_PLAN.match(m.string, m.end()):
            return "", "", "date"
        if (g["plan_lead"] or "").lower() == "since":
            return str(first), ref.period if first <= ref.year <= first + 5 else str(first + 4), "since"
        deadline = bool(g["plan_edge"]) or (g["plan_lead"] or "").lower() == "by"
        return (
            (str(first + 4) if deadline else str(first)),
            str(first + 4),
            "deadline" if deadline else "range",
        )
    if g["partial"]:
        return _en_partial(g, ref)
    if g["rel"]:
        word = re.sub(r"\s+", " ", g["rel_word"].lower())
        if word in ("this year", "last year", "next year", "the previous year"):
            year = ref.year + {"last year": -1, "the previous year": -1, "next year": 1}.get(word, 0)
            return str(year), str(year), "deadline" if m.group().lower().startswith("by") else "in"
        return ref.period, ref.period, "now"
    if g["decade"]:
        end = ref.year + 10 if "within" in g["decade"].lower() else ref.year // 10 * 10 + 10
        return str(end), str(end), "deadline"
    if g["ahead"]:
        word = (g["ahead_n"] or g["ahead_n2"]).lower()
        count = int(word) if word.isdigit() else int(EN_CARDINALS[word])
        end = ref.year + count - (0 if ref.month > 6 else 1)
        return str(end), str(end), "deadline"
    return "", "", "date"


# "meeting the 14th Five-Year Plan (2021-25) target": what was met, no period of the figure before
_TARGET_OF_PLAN = re.compile(r"\s*(?:\([^)]*\)\s*)?(?:targets?|goals?|objectives?)\b", re.IGNORECASE)


def _en_plain(g: dict[str, str]) -> tuple[str, str, str]:
    year = int(g["y"])
    period = _month(year, month_number(g["mon"])) if g["mon"] else str(year)
    lead = re.sub(r"\s+", " ", (g["lead"] or "").strip().lower())
    if g["day"] and lead not in ("by", "as of", "until", "up to", "before"):
        return "", "", "date"
    if lead in ("by", "before", "until", "till", "by or before", "to", "up to", "toward", "towards"):
        return period, period, "deadline"
    if lead in ("as of", "as at") or (
        lead in ("at", "") and (g["edge"] or "").strip().startswith(("the end", "end"))
    ):
        return period, period, "asof"
    if lead == "since":
        return period, period, "since"
    if lead == "from":
        return period, period, "base"
    return period, period, "in"


def _en_partial(g: dict[str, str], ref: Reference) -> tuple[str, str, str]:
    if g["pm"]:
        word = g["pm"].lower()
        last = int(word) if word.isdigit() else int(EN_CARDINALS[word])
        year = _en_year(g["pm_y"], ref)
    elif g["pl"]:
        size = 6 if g["plq"].lower() == "half" else 3
        last = size * {"second": 2, "third": 3}.get(g["pl"].lower(), 12 // size)
        year = _en_year(g["pl_y"], ref)
        return _month(year, last - size + 1), _month(year, last), "in"
    else:
        last = {"half": 6, "quarter": 3}.get(g["pq"].lower(), 9)
        year = _en_year(g["pq_y"], ref)
    return _month(year, 1), _month(year, min(last, 12)), "in"


def _en_year(text: str | None, ref: Reference) -> int:
    if text and text[:4].isdigit():
        return int(text[:4])
    return ref.year - 1 if text and "last" in text.lower() else ref.year


def month_number(text: str) -> int:
    """Number of a month from its English name, long or short (``Sept.`` is 9)."""
    return _MONTHS[text.rstrip(".").lower()[:3]]
