"""The date a document speaks from, and the year whose figures it reports."""

from __future__ import annotations

import re

from lianzhang.plan.kernel.dates import DASH, MON, TITLE, YEAR, Reference, month_number
from lianzhang.plan.kernel.numerals import parse_chinese

_FULL_DATE = re.compile(
    rf"(?P<y>{YEAR})\s*[-/.年]\s*(?P<m>\d{{1,2}})\s*[-/.月]\s*\d{{1,2}}(?!\d)"
    rf"|\b(?P<mon>{MON})\s+\d{{1,2}}(?:st|nd|rd|th)?\s*,\s*(?P<y2>{YEAR})"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)?\s+(?P<mon2>{MON})\s*,?\s+(?P<y3>{YEAR})"
    r"|(?P<zy>二零[零一二三四五六七八九]{2})年(?P<zm>[一二三四五六七八九十]{1,2})月[一二三四五六七八九十]{1,3}日"
    r"|(?<![\d-])(?P<y4>[0-3]\d)-(?P<m4>[01]\d)-[0-3]\d\s+\d{1,2}:\d{2}",
    re.IGNORECASE,
)
_HORIZON = re.compile(
    rf"[(（]\s*(?P<a>{YEAR})\s*年?{DASH}(?P<b>{YEAR})\s*年?\s*[)）]"
    rf"|\b(?:Plan|Strategy|Programme|Program|Roadmap|Blueprint)\b[^\n.(]{{0,60}}?\b(?P<a2>{YEAR}){DASH}{YEAR}\b"
)
# the plan of one year speaks in that year
_YEARLY = re.compile(
    rf"(?P<y>{YEAR})年[^，。；,;\n]{{0,16}}(?:经济和社会发展计划|工作计划|工作要点|政府工作报告|工作安排|重点工作任务)"
)
_PLAIN_YEAR = re.compile(
    rf"(?P<ahead>(?<!截止)(?<!截至)到|(?<!截)至|(?:by|before|until|till|end\s+of)\s+(?:the\s+)?(?:(?:year-)?end[-\s](?:of\s+)?)?(?:{MON}\s+)?|力争|目标)?(?<!\d)(?P<y>{YEAR})(?=年|[\s,.;)])",
    re.IGNORECASE,
)
# What stands before a year in its sentence and says that the year lies ahead
_AHEAD = re.compile(
    r"(?:将|力争|目标|规划|计划|预计|有望|争取)[^。；\n]{0,24}$"
    r"|\b(?:will|would|aims?|targets?|goals?|plans?|expected|projected|forecast|vision|strategy|roadmap)\b"
    r"[^.;\n]{0,60}$",
    re.IGNORECASE,
)
_LAST_YEAR = re.compile(
    r"(?<![比较])去年(?!同期)|\b(?<!with )(?<!from )(?<!over )(?<!than )(?<!to )last year\b"
)
# "from 2025 to 2030, sales are expected …": the first year says nothing, the second lies ahead
_SPAN_START = re.compile(rf"年?{DASH}{YEAR}|\s+(?:to|until|through)\s+{YEAR}")
_SPAN_AHEAD = re.compile(
    rf"{YEAR}(?:年?{DASH}|\s+(?:to|until|through)\s+){YEAR}年?[^.;。；]{{0,60}}?(?:\b(?:will|expected|projected|aims?|would)\b|将|力争|预计|有望|计划)"
)
_HEAD, _TITLE, _TAIL, _LEFT = 2500, 200, 400, 90
# the number of an official document on its own line (X政办发〔2023〕15号)
_NUMBER = re.compile(
    rf"^\s*[^，。；,;\n]{{0,16}}[〔\[［【]\s*(?P<y>{YEAR})\s*[〕\]］】]\s*\d+\s*号\s*$", re.MULTILINE
)
# who speaks of the goals of one year: an assembly's session, or whoever calls that year "this year"
_SESSION = re.compile(
    r"政府工作报告|人民代表大会|两会|今年[^，。；\n]{0,14}目标"
    r"|\bwork\s+report\b|\breport\s+on\s+the\s+work\s+of\b|\breport\s+on\s+government\s+work\b|\bPeople['’]s\s+Congress(?:es)?\b"
    r"|\b(?:targets?|goals?)\s+(?:for\s+)?this\s+year\b",
    re.IGNORECASE,
)
# the goals of one year, and the look back on one: the next is the document's
_GOALS_OF = re.compile(
    rf"(?<![到至前\d])(?P<y>{YEAR})年[^，。；,;\n]{{0,16}}(?:目标(?!任务[^，。；\n]{{0,8}}完成)|工作安排|重点工作|总体要求|工作任务)"
    rf"|\b(?:targets?|goals?|tasks|priorities|requirements)(?:\s+[\w-]+){{0,4}}?\s+(?:for|of|in)\s+(?P<y2>{YEAR})\b(?!\s*[-–—])",
    re.IGNORECASE,
)
_REVIEW_OF = re.compile(
    rf"(?<![\d至到—–-])(?P<y>{YEAR})年[^，。；,;\n]{{0,14}}(?:回顾|总结|目标任务[^，。；\n]{{0,8}}完成)"
    rf"|\b(?:review|reviewing)\b[^.;\n]{{0,24}}?\b(?:of|in|for)\s+(?P<y2>{YEAR})\b(?!\s*[-–—])",
    re.IGNORECASE,
)


def session_year(text: str) -> int:
    """The year whose goals a report to an assembly, or the news of it, sets; 0 if the text is none.

    Each "goals of 2025" votes for its year, each "review of 2024" for the next one; the later year wins a tie, as a
    report also recalls the goals of the year before.
    """
    if not _SESSION.search(text):
        return 0
    votes: dict[int, int] = {}
    for pattern, shift in ((_GOALS_OF, 0), (_REVIEW_OF, 1)):
        for found in pattern.finditer(text):
            year = int(found["y"] or found["y2"]) + shift
            votes[year] = votes.get(year, 0) + 1
    return max(votes, key=lambda year: (votes[year], year), default=0)


def reference_of(text: str, fallback_year: int = 0) -> Reference:
    """The date a document speaks from.

    First full date near its beginning (or end), else the year of its number, else the year of a yearly plan, else the
    first year of the horizon in its title, else the year whose goals it sets, else the latest year that is named
    without a word of deadline or intent (the year after it, where the text says "last year"), else ``fallback_year``.
    """
    match = _FULL_DATE.search(text, 0, _HEAD) or _FULL_DATE.search(text, max(0, len(text) - _TAIL))
    if match:
        year, month = _year_month(match)
        return Reference(year, month if 1 <= month <= 12 else 0, stated=True)
    numbered = _NUMBER.search(text, 0, _HEAD)
    if numbered:
        return Reference(int(numbered["y"]), 0, stated=True)
    yearly = _YEARLY.search(text, 0, _HEAD)
    if yearly:
        return Reference(int(yearly["y"]), 0)
    horizon = _HORIZON.search(text, 0, _HEAD)
    if horizon:
        return Reference(int(horizon["a"] or horizon["a2"]), 0)
    session = session_year(text)
    if session:
        return Reference(session, 0, stated=True)
    plain: list[int] = []
    ahead: list[int] = []
    for found in _PLAIN_YEAR.finditer(text):
        if TITLE.search(text, max(0, found.start() - _LEFT), found.start()):
            continue
        if _SPAN_START.match(text, found.end()):
            continue
        coming = (
            found["ahead"]
            or _SPAN_AHEAD.search(text, max(0, found.start() - 14), found.end() + _LEFT)
            or _AHEAD.search(text, max(0, found.start() - _LEFT), found.start())
        )
        (ahead if coming else plain).append(int(found["y"]))
    if plain:
        bound = max(ahead, default=9999)
        usual = [year for year in plain if year < bound]
        # a report that says "last year" beside the years it reports on speaks in the year after
        return Reference(max(usual or plain) + bool(_LAST_YEAR.search(text)), 0)
    if ahead:
        return Reference(min(ahead) - 1, 0)
    return Reference(fallback_year, 0)


def horizon_of(text: str, reference: Reference) -> str:
    """The year in which targets without a date fall due: the document's own, where it sets the goals of that year.

    Empty elsewhere, and for a plan whose title names several years.
    """
    if _HORIZON.search(text, 0, _TITLE):
        return ""
    return str(reference.year) if reference.stated and session_year(text) == reference.year else ""


def _year_month(match: re.Match[str]) -> tuple[int, int]:
    if match["zy"]:
        return int(parse_chinese(match["zy"])), int(parse_chinese(match["zm"]))
    if match["y4"]:
        return 2000 + int(match["y4"]), int(match["m4"])
    year = int(match["y"] or match["y2"] or match["y3"])
    return year, int(match["m"]) if match["m"] else month_number(match["mon"] or match["mon2"])


def data_year(text: str, reference: Reference) -> int:
    """The year whose yearly figures a document reports when it names none.

    The latest year before the document's own that it names without a word of deadline, if that is one of the two
    before; else the year before a dated document, else the document's year.
    """
    past = [
        int(found["y"])
        for found in _PLAIN_YEAR.finditer(text)
        if not found["ahead"] and int(found["y"]) < reference.year
    ]
    if past and reference.year - max(past) <= 2:
        return max(past)
    return reference.last_full_year
