"""Period and kind of a figure: its own date against the document's date, else the frame, else the document's date."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from lianzhang.plan.kernel import frames
from lianzhang.plan.kernel.dates import DateToken, Reference
from lianzhang.plan.kernel.frames import Context, Cues
from lianzhang.plan.kernel.quantities import Quantity
from lianzhang.plan.kernel.tables import cue
from lianzhang.plan.kernel.text import Sentence


@dataclass(frozen=True, slots=True)
class When:
    """Period, kind, and where the period comes from: ``own`` date, ``frame``, or ``none``."""

    start: str
    end: str
    kind: str
    origin: str
    token: DateToken | None = None


# A report in the perfect tense after a goal in the same sentence: "… by 2050, adding that it has already invested …"
_REPORTED = {
    "zh": re.compile("已|目前|现有"),
    "en": re.compile(r"\b(?:already|has|have|had|was|were|so far|currently)\b", re.IGNORECASE),
}


_BEHIND_EN = re.compile(
    r"\s*(?:\([^()]{0,30}\)\s*|\)\s*)?(?:[\w-]+\s+){0,5}?(?:(?P<expected>(?:are|is)\s+(?:expected|projected|forecast|planned))"
    r"|(?P<target>will|shall|must|should|to\s+be)|(?P<achieved>were|was|has\s+been|have\s+been|had\s+been))\b",
    re.IGNORECASE,
)
_CURRENT = re.compile(r"\bcurrent(?:ly)?\b|目前|现在|当前", re.IGNORECASE)
# "from 30,000 to 300,000 by 2030": the first figure is the state of today
_STARTING = {
    "zh": re.compile("(?:由|从)(?:目前|现在|当前)?的?(?:约|近)?$"),
    "en": re.compile(
        r"\bfrom\s+(?:(?:about|around|nearly|some|over|more than|the|current|currently)\s+){0,3}$",
        re.IGNORECASE,
    ),
}
_ENDING = {
    "zh": re.compile("^[^，。；]{0,10}(?:到|至)"),
    "en": re.compile(r"^[^,.;]{0,40}\bto\b", re.IGNORECASE),
}


def decide_when(
    sentence: Sentence,
    body: str,
    tokens: list[DateToken],
    found: list[Quantity],
    quantity: Quantity,
    context: Context,
    span: tuple[int, int, int],
) -> When:
    """Period and kind of one quantity.

    Parameters
    ----------
    span:
        where the clause begins, where the text between the former figure and this one begins, where the clause ends.
    """
    lang, reference = sentence.lang, context.reference
    clause_start, left_start, clause_end = span
    clause = body[clause_start:clause_end]
    others = [other for other in found if other is not quantity]
    token = frames.timing(body, lang, quantity, tokens, others)
    near = frames.cues(lang, body[left_start : quantity.start])
    if (
        token is not None
        and near.target
        and not near.achieved
        and _bound_before(body, token, others, left_start, reference)
    ):
        token = None
    if token is not None and lang == "en" and _deadline_of_later(body, token, others, quantity, reference):
        return _as_of_document(context, lang, quantity, clause, body)
    if token is not None and lang == "en" and _has_since(body, token, others, quantity, reference):
        return _as_of_document(context, lang, quantity, "", "")
    if token is not None and token.role == "base":
        return When(token.period_start, token.period_end, "achieved", "own", token)
    if token is not None and frames.is_future(token, reference):
        if _reported(lang, body, clause_start, token, quantity):
            return replace(_as_of_document(context, lang, quantity, clause, body), token=token)
        near = frames.cues(lang, body[: quantity.start])
    elif near.nearest in ("", "target") and not near.strong:
        near = frames.cues(lang, body[: quantity.start])
    kind = _kind(lang, token, near, context)
    if lang == "zh" and token is None and _DONE_ZH.match(body, quantity.noun_end):
        kind, near = "achieved", replace(near, weak=False)
    if lang == "zh" and not kind and not near.achieved and _NORM_ZH.search(body, left_start, quantity.start):
        kind = "target"
    if token is None and kind in ("", "achieved") and frames.imperative(lang, body):
        kind = "target"
    if lang == "en" and not near.target and not near.expected:
        kind = _behind(body, quantity, token, context) or kind
    if kind in ("target", "expected") and _starts_a_change(lang, body, left_start, quantity, found):
        if reference.year and _CURRENT.search(body, left_start, quantity.start):
            return When(reference.period, reference.period, "achieved", "none")
        return _as_of_document(context, lang, quantity, clause, body)
    if (
        token is not None
        and token.role == "range"
        and _starts_a_change(lang, body, left_start, quantity, found)
    ):
        return When(token.period_start, token.period_start, "achieved", "own", token)
    if (
        kind in ("target", "expected")
        and lang == "en"
        and _EXISTING_EN.search(body, left_start, quantity.start)
    ):
        return _as_of_document(context, lang, quantity, clause, body)
    if kind in ("target", "expected") and _came_from(lang, body, quantity, found):
        return _as_of_document(context, lang, quantity, clause, body)
    if token is not None:
        return _own(token, kind, context, _flows(lang, quantity, clause, body))
    frame = context.frame
    if (
        frame is not None
        and frame.token.role == "range"
        and not frame.future
        and frame.paragraph == sentence.paragraph
        and _starts_a_change(lang, body, left_start, quantity, found)
    ):
        return When(frame.token.period_start, frame.token.period_start, "achieved", "frame")
    if quantity.dim == "count" and lang == "zh" and _holds_now(context, clause):
        return _as_of_document(context, lang, quantity, clause, body)
    return _framed(sentence, body, context, near, kind) or _undated(
        context, lang, quantity, clause, body, kind
    )


def _behind(body: str, quantity: Quantity, token: DateToken | None, context: Context) -> str:
    """Kind by the verb behind an English figure (565 chargers were added; 300,000 points are expected by 2030)."""
    match = _BEHIND_EN.match(body, quantity.noun_end)
    if match is None or match.lastgroup is None:
        return ""
    future = token is not None and frames.is_future(token, context.reference)
    own = token is not None and token.year == context.reference.year and token.role == "in"
    past = token is not None and not future and not (own and match.lastgroup == "target")
    if past or (future and match.lastgroup != "expected"):
        return ""
    return match.lastgroup


def _deadline_of_later(
    body: str, token: DateToken, others: list[Quantity], quantity: Quantity, reference: Reference
) -> bool:
    """Whether a figure is told as reached and the coming date behind it belongs to a later one.

    "Last month it reached 90 GW, moving towards its goal of 500 GW by 2030."
    """
    return (
        token.start >= quantity.end
        and frames.is_future(token, reference)
        and any(quantity.noun_end <= other.start and other.end <= token.start for other in others)
        and (told := frames.cues("en", body[: quantity.start])).nearest == "achieved"
        and not (told.target or told.expected)
    )


# "In 2013 the share was 1.3 per cent and has gone up to 3 per cent"
_HAS_SINCE_EN = re.compile(
    r"\b(?:and|but|it)\s+(?:has|have)\s+(?:since\s+|now\s+)?(?:gone|risen|grown|increased|climbed|fallen|dropped|reached|come)\b"
)


def _has_since(
    body: str, token: DateToken, others: list[Quantity], quantity: Quantity, reference: Reference
) -> bool:
    """Whether a figure in the perfect tense follows the figure of a past year: it is of today."""
    return (
        token.role in ("in", "asof")
        and token.year < reference.year
        and any(token.end <= other.start and other.end <= quantity.start for other in others)
        and bool(_HAS_SINCE_EN.search(body, token.end, quantity.start))
    )


# "to expand its existing portfolio of about 575,000 cars"
_EXISTING_EN = re.compile(
    r"\b(?:existing|current|present)\b[^,.;]{0,40}\bof\s+(?:(?:about|around|nearly|some|over|more\s+than)\s+)?$",
    re.IGNORECASE,
)
# a norm is a goal: 实施城市不少于 8 个
_NORM_ZH = re.compile("(?:不少于|不低于|不超过|不高于|控制在)$")
_HAS_ZH = re.compile("拥有|现有|集聚|聚集|汇聚|共有")


def _holds_now(context: Context, clause: str) -> bool:
    """Whether a count is what there is now: the year of a flow in an earlier sentence (2021年，营收…) does not date it."""
    frame = context.frame
    return (
        frame is not None
        and not frame.future
        and not frame.heading_block
        and frame.token.role in ("in", "range")
        and len(frame.token.period_end) == 4
        and context.reference.stated
        and bool(_HAS_ZH.search(clause))
    )


# 启动建设20万平米，已经基本建成
_DONE_ZH = re.compile("[^。；，,]{0,4}[，,](?:目前|现)?已")


def _bound_before(
    body: str, token: DateToken, others: list[Quantity], left_start: int, reference: Reference
) -> bool:
    """Whether a past date belongs to an earlier figure: "… from 850 in 2024, and the share should climb to 45%"."""
    return (
        token.end <= left_start
        and not frames.is_future(token, reference)
        and any(0 <= token.start - other.noun_end <= 2 for other in others)
        and bool(re.search("[,，]", body[token.end : left_start + 2]))
    )


_YEAR_ZH = re.compile(r"\d\s*年")


def _starts_a_change(
    lang: str, body: str, left_start: int, quantity: Quantity, found: list[Quantity]
) -> bool:
    return bool(_STARTING[lang].search(body[left_start : quantity.start])) and any(
        other.start > quantity.end and _ENDING[lang].search(body[quantity.end : other.start])
        for other in found
    )


# "to 25 per cent by 2035 from 12.9 per cent": the state before the change, told last
_CAME_FROM_EN = re.compile(
    r"\b(?:up\s+|down\s+)?from\s+(?:(?:about|around|nearly|some|the|current|currently|just|only)\s+){0,3}$",
    re.IGNORECASE,
)


def _came_from(lang: str, body: str, quantity: Quantity, found: list[Quantity]) -> bool:
    if lang != "en" or not _CAME_FROM_EN.search(body[: quantity.start]):
        return False
    former = next((other for other in reversed(found) if other.end <= quantity.start), None)
    return (
        former is not None
        and former.unit == quantity.unit
        and bool(re.search(r"\bto\s+[\w\s]{0,20}[$€£]?$", body[: former.start]))
        and not re.search("[.;]", body[former.end : quantity.start])
    )


def _reported(lang: str, body: str, clause_start: int, token: DateToken, quantity: Quantity) -> bool:
    start = max(clause_start, token.end)
    if token.end > quantity.start or clause_start <= token.start:
        return False
    inner = frames.cues(lang, body[start : quantity.start])
    return (
        inner.nearest == "achieved"
        and not inner.strong
        and bool(_REPORTED[lang].search(body, start, quantity.start))
    )


def _own(token: DateToken, kind: str, context: Context, flows: bool) -> When:
    start, end = token.period_start, token.period_end
    if token.role == "now" and flows:
        start = end = str(context.data_year)
    if token.role == "since" and token.year <= context.reference.year:
        end = context.reference.period
    return When(start, end, kind, "own", token)


# what still looks ahead inside a report ("finished its targets by 113 percent" does not)
_WILL_EN = re.compile(r"\b(?:will|would|shall|(?:plans?|aims?|hopes?|expects?)\s+to)\b", re.IGNORECASE)


def _framed(sentence: Sentence, body: str, context: Context, near: Cues, kind: str) -> When | None:
    frame = context.frame
    wants_future = kind in ("target", "expected") or near.strong or near.instruction
    if frame is None or not frames.reaches(context, sentence.paragraph, sentence.lang, wants_future):
        return None
    start, end = frame.token.period_start, frame.token.period_end
    if frame.heading_block and context.section == "past" and not frame.future:
        ahead = near.strong if sentence.lang == "zh" else bool(_WILL_EN.search(body))
        return None if kind == "target" and ahead else When(start, end, "achieved", "frame")
    if frame.heading_block and frame.future and context.section == "goal":
        return When(start, end, "expected" if kind == "expected" else "target", "frame")
    if frame.future and (kind != "achieved" or (near.weak and frame.paragraph == sentence.paragraph)):
        kind = "target" if kind == "achieved" else kind
        if wants_future:
            frame.paragraph = sentence.paragraph  # a list of goals goes on
        return When(start, end, kind or "target", "frame")
    if not frame.future and kind in ("", "achieved") and frame.token.role != "now":
        return When(start, end, "achieved", "frame")
    return None


def _undated(context: Context, lang: str, quantity: Quantity, clause: str, body: str, kind: str) -> When:
    if kind in ("target", "expected") or (not kind and context.section == "goal"):
        return When(context.horizon, context.horizon, kind or "target", "none")
    return _as_of_document(context, lang, quantity, clause, body)


def _as_of_document(context: Context, lang: str, quantity: Quantity, clause: str, body: str) -> When:
    if context.reference.year <= 0:
        return When("", "", "achieved", "none")
    if _flows(lang, quantity, clause, body):
        frame = context.frame
        if frame is not None and not frame.future and frame.token.year == context.reference.year:
            return When(frame.token.period_start, frame.token.period_end, "achieved", "frame")
        return When(str(context.data_year), str(context.data_year), "achieved", "none")
    return When(context.reference.period, context.reference.period, "achieved", "none")


def _flows(lang: str, quantity: Quantity, clause: str, body: str) -> bool:
    """Whether the figure is of a yearly flow (output, sales), for which the last full year is meant.

    A share or growth rate is looked for in the whole sentence before it, as it often follows its subject.
    """
    if quantity.dim in ("count", "people", "index"):
        return False
    text = body[: quantity.end] if quantity.dim in ("percent", "points", "times", "rank") else clause
    clause = _YEAR_ZH.sub("", clause)  # 2023年产量 is no 年产量
    return bool(cue(lang, "flow", "words").search(text)) and not cue(lang, "flow", "capacity").search(clause)


def _kind(lang: str, token: DateToken | None, found: Cues, context: Context) -> str:
    """Target, achieved or expected for a quantity whose own date is ``token``; empty if the words leave it open."""
    if token is None:
        return _undated_kind(lang, found, context)
    if token.year == context.reference.year and found.nearest == "achieved" and not found.target:
        return "achieved"
    covers = token.role == "range" and int(token.period_start[:4]) <= context.reference.year <= token.year
    if covers and found.nearest == "achieved" and not found.target and not found.weak:
        return "achieved"
    if frames.is_future(token, context.reference):
        if found.expected and not (lang == "zh" and found.strong and token.role == "deadline"):
            return "expected"
        return "target"
    if token.year == context.reference.year and token.role in ("in", "range") and len(token.period_end) == 4:
        if lang == "en" and found.expected and found.nearest != "achieved":
            return "expected"
        if found.strong and found.nearest != "achieved":
            return "target"
        if found.expected:
            return "expected"
        if (
            not found.nearest
            and context.frame is not None
            and context.frame.future
            and context.frame.token.year == token.year
        ):
            return "target"
    return "achieved"


def _undated_kind(lang: str, found: Cues, context: Context) -> str:
    if found.expected and found.nearest in ("expected", "target"):
        return "expected"
    if found.nearest == "achieved":
        return "achieved"
    if found.strong:
        return "target"
    if found.achieved:
        return "achieved"
    past = context.section == "past" or (context.frame is not None and not context.frame.future)
    return "target" if found.instruction and not past else ""
