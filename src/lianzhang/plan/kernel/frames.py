"""Which period governs a figure, and what the words around say about its kind.

A sentence's own dates come first (the one bound directly behind the figure, the nearest before it, the only one after
it); then the frame that an earlier sentence or the heading of the block has set (``By 2027, …`` over a list of
targets; ``data as of the end of 2022`` over a list of achievements).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from lianzhang.plan.kernel.dates import DateToken, Reference
from lianzhang.plan.kernel.quantities import Quantity
from lianzhang.plan.kernel.tables import alternation, load_words


@dataclass(slots=True)
class Frame:
    """The period under which sentences without a date of their own are read."""

    token: DateToken
    paragraph: int
    future: bool
    heading_block: bool = False


@dataclass(slots=True)
class Context:
    """What has been read so far.

    ``holds``: the section's heading is not numbered, so that numbered headings below it do not end it. ``opened``: the
    paragraph whose closing colon opened the section, which then lasts as long as its list; -1 for a heading's section.
    """

    reference: Reference
    data_year: int
    section: str = ""
    frame: Frame | None = None
    subject: str = ""
    region: str = ""
    main_region: str = ""
    holds: bool = False
    opened: int = -1
    in_list: bool = False
    connected: bool = False
    currency: str = ""
    counted: str = ""
    horizon: str = ""


_GOVERNING = ("deadline", "in", "asof", "range", "now", "since")
_GAP_EN = re.compile(
    r"^[\s)]*(?:(?!from\b|to\b|and\b|compared\b|while\b)[\w%’'/“”-]+\s+){0,7}[\s(]*$", re.IGNORECASE
)
_GAP_ZH = re.compile(r"^\s*[(（]?\s*$")
_FROM = re.compile(r"\bfrom\s+(?:[\w,.%$-]+\s+){0,6}$", re.IGNORECASE)
_BREAK = re.compile("[;；]")


def timing(
    sentence: str, lang: str, quantity: Quantity, tokens: list[DateToken], others: list[Quantity]
) -> DateToken | None:
    """The sentence's own date for a quantity: right behind it, the nearest before it, else one after it."""
    governing = [token for token in tokens if token.role in _GOVERNING and token.period_end]
    return (
        _behind(sentence, lang, quantity, governing, others)
        or _base_year(sentence, quantity, tokens)
        or _before(sentence, quantity, governing, others)
        or _after(sentence, lang, quantity, governing, others)
    )


def _behind(
    sentence: str, lang: str, quantity: Quantity, governing: list[DateToken], others: list[Quantity]
) -> DateToken | None:
    """ "… 500,000 vehicles by 2025", "达 50 万辆(2025年)"."""
    token = next((token for token in governing if token.start >= quantity.noun_end), None)
    if token is None or any(quantity.end <= other.start < token.start for other in others):
        return None
    pattern = _GAP_ZH if lang == "zh" else _GAP_EN
    bracket = sentence[token.start - 1 : token.start] in ("(", "（")
    if pattern.match(sentence[quantity.noun_end : token.start]) and (lang == "en" or bracket):
        return token
    return None


def _base_year(sentence: str, quantity: Quantity, tokens: list[DateToken]) -> DateToken | None:
    """ "由2018年的1.97万亿元": the base year belongs to the figure it stands before; not in "是2020年的4.5倍"."""
    for token in reversed(tokens):
        between = sentence[token.end : quantity.start].strip()
        if token.role != "base" or token.end > quantity.start or len(between) > 2:
            continue
        opens = sentence[token.start : token.start + 1] in ("自", "从", "由")
        compared = between == "的" and sentence[max(0, token.start - 1) : token.start] != "是"
        if opens or compared:
            return token
    return None


def _before(
    sentence: str, quantity: Quantity, governing: list[DateToken], others: list[Quantity]
) -> DateToken | None:
    before = [
        token
        for token in governing
        if token.end <= quantity.start and not _spent(sentence, token, others, quantity)
    ]
    if not before:
        return None
    deadlines = [token for token in before if token.role == "deadline"]
    return deadlines[-1] if before[-1].role == "since" and deadlines else before[-1]


_CROWDED = 2  # with so many other figures, a date far behind belongs to one of them


def _after(
    sentence: str, lang: str, quantity: Quantity, governing: list[DateToken], others: list[Quantity]
) -> DateToken | None:
    """ "… grow at 33% from 500 million in 2021 to 2.7 billion by 2027": the deadline, if there is one."""
    after = [
        token
        for token in governing
        if token.start >= quantity.end
        and not _BREAK.search(sentence, quantity.end, token.start)
        and (lang == "en" or token.role == "deadline")
        and not any(_opens(sentence, quantity, token, other) for other in others)
    ]
    near = [
        token for token in after if not any(quantity.end <= other.start < token.start for other in others)
    ]
    after = near or [
        token
        for token in after
        if token.role == "deadline"
        or len(others) < _CROWDED
        or not re.search(r",(?!\d)|，", sentence[quantity.end : token.start])
    ]
    return next((token for token in after if token.role == "deadline"), after[0] if after else None)


def _opens(sentence: str, quantity: Quantity, token: DateToken, other: Quantity) -> bool:
    """Whether a later figure stands behind the date, so that the date opens that figure's clause, not this one's."""
    if token.role == "asof" and not re.match(r"\s*[,，]", sentence[token.end :]):
        return False  # "rose 4.7%, as of June 2024 against …, while jobs …"
    return other.start >= token.end and bool(
        re.search(r"[,，]\s*(?:and\s+)?$", sentence[quantity.end : token.start])
    )


def _spent(sentence: str, token: DateToken, others: list[Quantity], quantity: Quantity) -> bool:
    """A date bound behind an earlier figure in "from A in 2018 to B" does not reach B."""
    return any(
        other.end <= token.start < quantity.start
        and _GAP_EN.match(sentence[other.noun_end : token.start])
        and _FROM.search(sentence[: other.start])
        and re.match(r"\s*to\b", sentence[token.end :])
        for other in others
    )


@dataclass(frozen=True, slots=True)
class Cues:
    """Which kinds of words the clause of a quantity holds, nearest one first."""

    target: bool
    strong: bool
    instruction: bool
    expected: bool
    achieved: bool
    nearest: str
    weak: bool


_CUE: dict[str, dict[str, re.Pattern[str]]] = {}


def _kind_patterns(lang: str) -> dict[str, re.Pattern[str]]:
    if lang not in _CUE:
        words = load_words(lang)["kind"]
        flags = re.IGNORECASE if lang == "en" else 0
        _CUE[lang] = {name: re.compile(alternation(lang, forms), flags) for name, forms in words.items()}
    return _CUE[lang]


def cues(lang: str, text: str) -> Cues:
    """Kind words in ``text``, which ends at the quantity."""
    last = dict.fromkeys(_kind_patterns(lang), -1)
    for name, pattern in _kind_patterns(lang).items():
        for match in pattern.finditer(text):
            if lang == "zh" and _UNDER_WAY_ZH.search(text, 0, match.end()):
                continue
            if (
                name == "expected"
                and _EXPECTED_GOAL[lang].match(text, match.end())
                and not _MISSED_ZH.search(text, 0, match.start())
            ):
                continue  # the goal that follows speaks for itself
            if lang == "zh" and _REPORTED_ZH.search(text, 0, match.end()):
                last["achieved"] = max(last["achieved"], match.start())
            elif (
                name == "target"
                and lang == "en"
                and (
                    _RESULT_TO.search(text, 0, match.start())
                    or text[: match.start()].endswith(("Year ", "year "))
                )
            ):
                continue
            elif name == "target" and lang == "en" and _FIRST_TO.search(text, 0, match.start()):
                last["achieved"] = max(last["achieved"], match.start())
            elif name == "achieved" and lang == "en" and _looks_ahead(text, match):
                last["target"] = max(last["target"], match.start())
            elif name != "imperative" or lang == "zh":
                last[name] = match.start()
    instruction = last.pop("imperative") >= 0
    weak = last["achieved"] >= 0 and not any(
        not _WEAK_ZH.fullmatch(match.group()) for match in _kind_patterns(lang)["achieved"].finditer(text)
    )
    nearest = max(last, key=lambda name: last[name])
    return Cues(
        target=last["target"] >= 0,
        strong=(last["strong_target"] if lang == "zh" else last["target"]) >= 0,
        instruction=instruction,
        expected=last["expected"] >= 0,
        achieved=last["achieved"] >= 0,
        weak=weak,
        nearest="" if last[nearest] < 0 else ("target" if nearest == "strong_target" else nearest),
    )


def _looks_ahead(text: str, match: re.Match[str]) -> bool:
    """Whether an English word that reports elsewhere stands in an infinitive, or is the copula of a goal."""
    if _INFINITIVE.search(text, 0, match.start()):
        return True
    return match.group().lower() in ("is", "are") and bool(_GOAL_IS.search(text, 0, match.start()))


# words that report, but also stand in goals (到2026年，累计培育 300 个)
_WEAK_ZH = re.compile("累计|完成|拥有|共有|共计|达成|稳居|位居|排名|名列|连续|增至|创建|涌现|同比|成功")
# "became the first province to exceed": an infinitive that reports
_FIRST_TO = re.compile(r"\b(?:first|only|second|third|latest|youngest)\b[^,.;]{0,50}$", re.IGNORECASE)
# "has built 15,000, driving investment to exceed": a result, in the tense of the main verb
_RESULT_TO = re.compile(
    r"\b(?:driving|bringing|pushing|taking|lifting|sending|propelling|pulling|helping|allowing|causing|leading)\b[^,.;]{0,60}$",
    re.IGNORECASE,
)
# 初步预计: a first estimate of what was reached; 完成年计划的: what was planned, as a measure of what was reached
_REPORTED_ZH = re.compile("初步(?:预计|预测|估计|测算)$|完成[^，。；,;]{0,8}(?:计划|目标)$")
# 在建和拟建的规模: what there is, named by its state
_UNDER_WAY_ZH = re.compile("在建[和及、与]?拟建$")
# 预期目标, "the expected growth target": a goal by its official name
_EXPECTED_GOAL = {
    "zh": re.compile("性?(?:发展|增长)?(?:目标|指标)"),
    "en": re.compile(r"\s+(?:[\w-]+\s+){0,4}?(?:targets?|goals?|objectives?)\b", re.IGNORECASE),
}
# 未达到预期目标 measures what was reached
_MISSED_ZH = re.compile("[达完超][到成过]?$")
# "the target for this year is", "a goal, which is": what follows is the goal
_GOAL_IS = re.compile(
    r"\b(?:targets?|goals?|objectives?)\b(?:\s+[\w’'-]+){0,6}?,?\s+(?:which\s+)?$", re.IGNORECASE
)
# "will be increased", "to have reached": a participle that reports nothing
_INFINITIVE = re.compile(
    r"\b(?:will|would|to|should|shall|can|could|may|must)\s+(?:be\s+|have\s+|have\s+been\s+)?$", re.IGNORECASE
)


def imperative(lang: str, sentence: str) -> bool:
    """Whether an English sentence or heading begins with an instruction ("Build 6 clusters …")."""
    return lang == "en" and bool(
        _kind_patterns("en")["imperative"].match(sentence.lstrip(" •·-–*0123456789.()"))
    )


def is_future(token: DateToken, reference: Reference) -> bool:
    """Whether a period lies ahead of the document's date; its own year does if it is given as a deadline."""
    if token.role in ("now", "asof", "since"):
        return token.year > reference.year
    if token.year != reference.year:
        return token.year > reference.year
    if len(token.period_end) > 4 and reference.month:
        return int(token.period_end[5:7]) > reference.month
    return token.role == "deadline"


_SECTION: dict[str, dict[str, re.Pattern[str]]] = {}
_TOP_NUMBER = re.compile(
    r"^\s*(?:[一二三四五六七八九十]{1,3}\s*[、.．]|第[一二三四五六七八九十]+[章节部]|(?:Chapter|Part|"
    r"Section)\s+\w+|[IVX]{1,4}\.\s|\d{1,2}\.\s+[A-Z])"
)
CONNECTIVE = re.compile(
    r"^\s*(?:此外|同时|另外|其中|其次|再次|并且|还|与此同时|在此基础上|In addition|Meanwhile|Also|Moreover|"
    r"Furthermore|At the same time|It also|The plan also|Among)",
    re.IGNORECASE,
)
#: A bulleted or numbered item; a date over a list governs its items.
BULLET = re.compile(
    r"^\s*(?:[•●■◆▪◦·*–—-]\s*|[(（]?\d{1,2}[)）.、．]\s*|[①-⑳]|[(（][一二三四五六七八九十]{1,3}[)）])"
)
_REACH, _LIST_REACH = 3, 12
_SPRING = 4
#: "the main targets are:" ends with a colon; what follows is the list.
_OPENING = re.compile(r"[:：]\s*[”’」』)）\"']*$")
_CLOSED = re.compile(r"[。！？；!?;.…,，、]\s*[”’」』)）\"']*$")


def heading(text: str, lang: str) -> bool:
    """Whether a paragraph is a heading: short and without a closing sign."""
    limit = 40 if lang == "zh" else 90
    return len(text) <= limit and not _CLOSED.search(text)


def opens_list(text: str) -> bool:
    """Whether a sentence ends with a colon, so that what follows is said under it."""
    return bool(_OPENING.search(text))


def update_section(context: Context, text: str, lang: str, tokens: list[DateToken], paragraph: int) -> None:
    """Let a heading or the opening of a list open a block of targets or of achievements, or close the block before."""
    if lang not in _SECTION:
        flags = re.IGNORECASE if lang == "en" else 0
        _SECTION[lang] = {
            name: re.compile(alternation(lang, forms), flags)
            for name, forms in load_words(lang)["section"].items()
        }
    patterns, numbered = _SECTION[lang], bool(_TOP_NUMBER.match(text))
    listed = opens_list(text)
    section = next((name for name in ("review", "goal", "past") if patterns[name].search(text)), "")
    if section and not (listed and section == "past"):
        kept = (
            context.frame if section == "past" and not tokens else None
        )  # "achievements of 2025 are:", then headings
        context.section = "past" if section == "review" else section
        context.frame = replace(kept, heading_block=True) if kept is not None and not kept.future else None
        context.holds = not numbered and not listed and (section == "review" or bool(tokens))
        context.opened = paragraph if listed else -1
        if section == "review" and context.reference.year:
            year = str(_reviewed(context.reference))
            context.frame = Frame(DateToken(0, 0, year, year, "in"), paragraph, False, True)
    elif numbered and not context.holds:
        context.section, context.frame, context.opened = "", None, -1


def _reviewed(reference: Reference) -> int:
    """The year a report of this date looks back on: in spring the last one, later its own."""
    return reference.year - 1 if reference.stated and reference.month <= _SPRING else reference.year


def end_list(context: Context, paragraph: int) -> None:
    """Close the section of a list that a colon opened, once a paragraph is no item of it."""
    if context.opened < 0 or paragraph <= context.opened + 1:
        return
    if context.in_list:
        context.opened = paragraph
        return
    context.section, context.opened = "", -1
    if context.frame is not None:
        context.frame.heading_block = False


def update_frame(
    context: Context,
    tokens: list[DateToken],
    paragraph: int,
    first: int,
    kinds: dict[int, bool],
    *,
    lead: bool = False,
    intends: bool = False,
) -> None:
    """Remember the date that governs what follows a sentence whose first figure stands at ``first``.

    Dates in front of the first figure lead; behind it only a deadline does, or any date outside a block that a
    heading has opened (there, "from 1.97 trillion in 2018" must not move the whole block to 2018). ``kinds`` says
    for the starts of dates whether the figures under them look ahead; it decides for the document's own year.
    ``intends`` says that the sentence, without a figure, states an aim: then the document's own year lies ahead.
    ``lead`` marks a heading or the opening of a list: the date of a block of goals looks ahead, and no date ahead
    governs a block that looks back.
    """
    for token in tokens:
        if token.role not in ("deadline", "in", "asof", "range", "now") or not token.period_end:
            continue
        ahead = is_future(token, context.reference) or (intends and token.year == context.reference.year)
        if lead and context.section == "goal":
            ahead = token.year >= context.reference.year
        future = kinds.get(token.start, ahead)
        block = context.section == "past" and context.frame is not None and context.frame.heading_block
        if token.start not in kinds and not lead and (block or (future and context.section == "past")):
            continue  # a mere mention does not move a block that looks back
        if token.start < first or token.role == "deadline" or not context.section:
            context.frame = Frame(token, paragraph, future, bool(context.section))


def reaches(context: Context, paragraph: int, lang: str, wants_future: bool) -> bool:
    """Whether the frame reaches a sentence of ``paragraph`` that has no date itself."""
    frame = context.frame
    if frame is None:
        return False
    if frame.paragraph == paragraph or (frame.heading_block and context.section):
        return True
    distance = paragraph - frame.paragraph
    if not frame.future or distance > (_LIST_REACH if context.in_list else _REACH):
        return False
    return wants_future or context.in_list or context.connected or (lang == "zh" and distance <= 1)
