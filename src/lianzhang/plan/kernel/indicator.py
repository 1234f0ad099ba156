"""What a figure is said of: a short phrase cut from the words around it, and the place it is said of."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from collections import Counter
from functools import cache
from importlib.resources import files

from lianzhang.plan.kernel.quantities import Quantity

_ZH_VERB = re.compile(
    r"(?:(?:将|要|已|力争|争取|努力|确保|预计|累计|共|均|再|也|并|全面|基本|分别|年均|同比|平均|实际|突破|实现|"
    r"完成|达到|达|为|是|约|近|超过|超|提高|提升|增长|增加|增|下降|降低|减少|压减|控制|保持|稳定|"
    r"不低于|不少于|不超过|高于|低于|逾|至少|占|在|至|到|有|了|的|以上|左右|位居|排名|突破了|建成|形成|打造|培育|"
    r"引进|集聚|拥有|新增|建设|推广|推动|发展|构建|提至|增至|升至|降至|扩大|翻|“|\"|,|，|：|:|\s)+)$"
)
_ZH_LEAD = re.compile(
    r"^(?:[，。；、,;:：\s”’」』）)】]|(?:19|20)\d\d\s*年(?:底|末)?|其中|此外|同时|另外|并|且|预计|力争|计划|争取|努力|确保|届时|规划指出|"
    r"目标是|使|让|由|从|将|到|全面|还|以及|和|及|与|要|实现|推动|在|以)+"
)
_EN_VERB = re.compile(
    r"(?:[\s,;:(\"“]+|\b(?:19|20)\d\d\b|\b(?:will|would|shall|to|is|are|was|were|be|been|being|has|have|had|reach|"
    r"reached|reaches|reaching|exceed|exceeds|exceeded|exceeding|account|accounts|accounted|accounting|for|"
    r"increase|increased|increases|increasing|rise|rose|risen|rises|grow|grew|grown|growth|by|of|at|about|around|"
    r"approximately|nearly|almost|more|than|over|above|achieve|achieved|achieving|hit|total|totaled|totalled|"
    r"stand|stood|expected|aims?|aimed|targets?|targeted|plans?|planned|an?|the|from|drop|dropped|decrease|"
    r"decreased|decline|declined|fall|fell|some|roughly|up|down|break|breaking|through|surpass|surpassed|"
    r"currently|already|with|set|and|at|least|reduce|reduced|as|in|that|it|there|only|another|further|annual|"
    r"annually|average|contribute|contributed|contributes|gather|gathers|build|built|introduce|develop|cultivate|"
    r"attract|has|minimum|maximum|no|less)\b)+$",
    re.IGNORECASE,
)
_EN_LEAD = re.compile(
    r"^(?:[\s,;:.)\"”“’]+|\b(?:and|with|the|a|an|while|but|including|of|which|that|to|meanwhile|also|in addition|"
    r"among them|as well as|it|there|is|are|will|has|have|by|in|at|said|where|when)\b)+",
    re.IGNORECASE,
)
_ZH_ANAPHORA = re.compile(r"^(?:占|同比|增长|增速|年均|较|比|下降|达|实现|其|提高|提升|增幅|位居|排名|居|$)")
_EN_ANAPHORA = re.compile(
    r"^(?:\s*$|year-on-year|growth|increase|up|down|it\b|this\b|accounting|respectively|currently)",
    re.IGNORECASE,
)
_LEVEL_STOP = re.compile(
    r"[，。；、,;.:：()（）\n]|\b(?:by|in|for|with|and|to|will|is|are|that|which|of|as)\b"
)
_MAX_ZH, _MAX_EN = 40, 110
_LEFT = 220


def phrase(lang: str, sentence: str, quantity: Quantity, left: str, subject: str) -> str:
    """Indicator phrase: the words before the verb of the figure, or the counted noun behind it.

    ``subject`` is the phrase of the former figure, used where the clause only says "of which", "year on year", "占".
    """
    if quantity.dim in ("count", "people") or (
        quantity.dim == "vehicles" and quantity.noun_end > quantity.end
    ):
        counted = sentence[quantity.end : quantity.noun_end]
        counted = re.sub(r"^(?:\s|以上|左右|以下|多|余|\+|or more|or so)+", "", counted).strip(" “”\"'-")
        if quantity.dim == "count" and len(counted) > 1:
            return counted[:_MAX_EN]
    if quantity.level:
        stop = _LEVEL_STOP.search(sentence, quantity.end)
        named = sentence[quantity.end : stop.start() if stop else quantity.end + 60].strip(' “”"的')
        if len(named) > 1:
            return named[: _MAX_ZH if lang == "zh" else _MAX_EN]
    verb, lead, anaphora, limit = (
        (_ZH_VERB, _ZH_LEAD, _ZH_ANAPHORA, _MAX_ZH)
        if lang == "zh"
        else (_EN_VERB, _EN_LEAD, _EN_ANAPHORA, _MAX_EN)
    )
    text = lead.sub("", left[-_LEFT:]).strip()
    short = verb.sub("", text).strip(" “”\"'（(")
    if lang == "en":
        short = _without_intent(short)
    if not short:
        short = _behind(lang, sentence, quantity)
    if anaphora.match(text) or not short:
        joined = f"{subject}{'' if lang == 'zh' else ', '}{short}" if subject and short else subject or short
        return joined[-limit:].strip(" ，,、")
    return short[-limit:].strip(" ，,、")


# "Indonesia aims to reach an annual production volume": the wish is not the indicator
_INTENT_EN = re.compile(
    r"^.*\b(?:aims?|aimed|aiming|plans?|planned|targets?|targeting|expects?|intends?|wants?|determined|hopes?|committed|pledge[sd]?"
    r"|strives?|said|added|noted|announced|explained)\b(?:\s+(?:to|for|that|at))?"
    r"(?:\s+(?:reach|achieve|exceed|produce|build|attract|increase|raise|obtain|have|ensure|see|cut|reduce|install|create|develop"
    r"|manufacture|cultivate|introduce))?\s+(?:an?\s+|the\s+|its\s+)?",
    re.IGNORECASE,
)
_ACHIEVES_EN = re.compile(
    r"\s+(?:will\s+|has\s+|have\s+|had\s+|would\s+)?(?:achieve|achieved|realize|realized|obtain|obtained|reach|reached|record|recorded|saw|see)"
    r"\s+(?:an?|the|its)\s+",
    re.IGNORECASE,
)
_BEHIND = {
    "zh": re.compile(r"的?(?P<what>[\u4e00-\u9fffA-Za-z]{2,16})(?=[，。；、,;\s)）]|$)"),
    "en": re.compile(r"\s+(?:of\s+)?(?P<what>(?:(?!and\b|by\b|in\b|from\b|to\b)[\w’'-]+\s*){1,8})"),
}


def _without_intent(phrase: str) -> str:
    rest = _INTENT_EN.sub("", phrase)
    return _ACHIEVES_EN.sub(", ", rest if len(rest) > 3 else phrase)


def _behind(lang: str, sentence: str, quantity: Quantity) -> str:
    """What stands behind a figure that nothing stands before (800 公里智能化道路, 70% of the city's firms)."""
    match = _BEHIND[lang].match(sentence, quantity.end)
    return match["what"].strip() if match else ""


_SPLIT = {"zh": re.compile("[、和与及]|以及"), "en": re.compile(r",\s*(?:and\s+)?|\s+and\s+")}
_TAIL_ZH = re.compile(
    "(?:增加值|总产值|产值|产量|销量|产销量|营业收入|收入|投资|数量|占比|比重|占.{0,12}比重|企业|利润|产能)$"
)


def member(lang: str, subject: str, before: str, position: int, size: int) -> str:
    """The part of a listed subject that a number of a "respectively" list belongs to, if the lengths agree.

    ``A、B增加值分别增长 9.4%、9.2%``: the first is "A增加值". The subject stands before the first number of the list;
    ``before`` is the sentence up to this number, used where the phrase itself is not the list.
    """
    for text in (
        subject,
        re.split("分别|[,，](?![^,，]*分别)", before)[-1] if lang == "zh" else before[-_LEFT:],
    ):
        parts = [part.strip(' “”"') for part in _SPLIT[lang].split(text) if part.strip()]
        if len(parts) != size:
            continue
        tail = _TAIL_ZH.search(parts[-1]) if lang == "zh" else None
        part = parts[position]
        return (
            part + tail.group() if tail and position < size - 1 and not part.endswith(tail.group()) else part
        )
    return subject


@cache
def _places() -> tuple[re.Pattern[str], dict[str, str]]:
    raw = tomllib.loads(
        files("lianzhang.plan.kernel").joinpath("data", "places.toml").read_text(encoding="utf-8")
    )["places"]
    names = {form: place for place, forms in raw.items() for form in forms}
    chinese = sorted((name for name in names if not name[0].isascii()), key=len, reverse=True)
    english = sorted((name for name in names if name[0].isascii()), key=len, reverse=True)
    pattern = (
        "|".join(map(re.escape, chinese)) + r"|\b(?:" + "|".join(map(re.escape, english)) + r")(?![A-Za-z$])"
    )
    return re.compile(pattern), names


_WIDE = ("China", "the world")


# where a report was written is not what it is about: 新华社北京12月3日电, "BEIJING, Sept. 29 (Xinhua) --"
_DATELINE = re.compile(
    r"(?:社|网|报)[\u4e00-\u9fff]{2,6}\d{1,2}月\d{1,2}日(?:电|讯)"
    r"|^[A-Z][A-Za-z ]{2,20}, (?:[A-Z][a-z]{2,8}\.? \d{1,2} )?\([A-Za-z]+\) -{1,2}",
    re.MULTILINE,
)


class Gazetteer:
    """Places named in a document: found once, asked by span."""

    def __init__(self, text: str) -> None:
        pattern, names = _places()
        wires = [match.span() for match in _DATELINE.finditer(text)]
        self._found = [
            (match.start(), names[match.group()])
            for match in pattern.finditer(text)
            if not any(start <= match.start() < end for start, end in wires)
        ]
        self._starts = [offset for offset, _ in self._found]

    def within(self, start: int, end: int) -> list[tuple[int, str]]:
        """Places in a span with their offsets from its start, in order."""
        first, last = bisect_left(self._starts, start), bisect_left(self._starts, end)
        return [(offset - start, place) for offset, place in self._found[first:last]]

    def most_named(self) -> str:
        """The place the document names most often, the whole world aside."""
        counted = Counter(place for _, place in self._found if place != "the world")
        return counted.most_common(1)[0][0] if counted else ""


def region_of(
    sentence: str, named: list[tuple[int, str]], quantity: Quantity, carried: str, main: str
) -> str:
    """The place a figure is said of.

    A place in brackets right before the figure (全国(5.4%)) wins; the country or the world named as a yardstick (占全国,
    in the world) does not count unless nothing else is named.
    """
    for offset, place in reversed(named):
        between = sentence[offset : quantity.start]
        if offset < quantity.start and len(between) <= 12 and between.rstrip(" ").endswith(("(", "（")):
            return place
    own = [place for offset, place in named if offset < quantity.start and place not in _WIDE]
    if own:
        return own[-1]
    if named and named[0][0] <= 3 and named[0][1] in _WIDE:
        return named[0][1]
    return carried or main
