"""Level words of a text: 千亿级, a 100-billion-level cluster, hundreds of billions, 数千亿.

A level word names an order of magnitude. An exact one (千亿级, "100 billion-level") covers its threshold up to ten times as
much; a vague one (数千亿, "hundreds of billions") says "several times" a unit, from two to below ten of it. Translations turn
the first into the second, which doubles the floor of what was said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from lianzhang.plan.kernel.merge import sameness

_ZH_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九十")} | {"两": 2}
_ZH_SCALES = {"十亿": 1e9, "百亿": 1e10, "千亿": 1e11, "万亿": 1e12, "亿": 1e8}
_EN_SCALES = {"million": 1e6, "billion": 1e9, "trillion": 1e12}
_EN_TENS = {"tens": 10.0, "dozens": 10.0, "hundreds": 100.0, "thousands": 1000.0}
_EN_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19, "twenty": 20,
}  # fmt: skip
_ZH_LEVEL = re.compile(
    r"(?P<several>[数几]|若干)(?P<vague>十亿|百亿|千亿|万亿)(?!级?别)|"
    r"(?P<many>[一二两三四五六七八九]|\d+(?:\.\d+)?)?(?P<exact>十亿|百亿|千亿|万亿|亿)(?:元)?(?:级|量级)(?!别)"
)
_EN_LEVEL = re.compile(
    r"\b(?P<tens>tens|dozens|hundreds|thousands)[ -]of[ -](?P<vague>millions?|billions?|trillions?)\b|"
    r"\b(?:(?P<many>\d+(?:\.\d+)?)[ -])?(?P<exact>million|billion|trillion)(?:-yuan)?"
    r"[ -](?:level|scale|class)\b",
    re.IGNORECASE,
)
#: What levels are counted of.
_ZH_NOUN = re.compile(r"集群|产业链|产业|园区|企业|基地|平台|市场")
_EN_NOUN = re.compile(
    r"\b(clusters?|chains?|industries|industry|parks?|enterprises?|companies|bases?|platforms?|markets?)\b",
    re.IGNORECASE,
)
_ZH_COUNT = re.compile(r"(?P<n>\d{1,3}|[一二两三四五六七八九十]{1,3})(?:个|大|条|家)")
_EN_COUNT = re.compile(
    rf"\b(?P<n>\d{{1,3}}(?![\d,.]|[ -](?:million|billion|trillion))|{'|'.join(_EN_WORDS)})\b", re.IGNORECASE
)
_BREAK = re.compile(r"[。；;！？\n]|(?<=[a-z])[.!?](?=\s)|，|,(?!\d)|[:：—]")
_ALIKE = 0.5


@dataclass(frozen=True, slots=True)
class Level:
    """A level word with the thing it is said of; ``low`` to ``high`` (exclusive) in yuan or the currency of the text."""

    line: int
    char_start: int
    char_end: int
    quote: str
    low: float
    high: float
    unit: float
    exact: bool
    count: int
    noun: str
    about: str


def levels(text: str) -> list[Level]:
    """Level words that are said of a counted thing: six 100-billion-level clusters, 六大数千亿产业集群."""
    found: list[Level] = []
    for number, content, start in _lines(text):
        for clause, at in _clauses(content, start):
            for pattern, chinese in ((_ZH_LEVEL, True), (_EN_LEVEL, False)):
                found += _of_clause(clause, at, number, pattern, chinese)
    return found


def differing(found: list[Level]) -> Iterator[tuple[Level, Level]]:
    """Pairs of an exact and a vague level word of the same unit, said of the same number of the same thing."""
    for a, b in combinations(found, 2):
        exact, vague = (a, b) if a.exact else (b, a)
        if not exact.exact or vague.exact or exact.line == vague.line:
            continue
        same = exact.count == vague.count and exact.noun == vague.noun and exact.unit == vague.unit
        lang = "zh" if exact.noun >= "\u4e00" else "en"
        if same and sameness(exact.about, vague.about, lang) >= _ALIKE:
            yield exact, vague


def _lines(text: str) -> Iterator[tuple[int, str, int]]:
    start = 0
    for number, content in enumerate(text.split("\n"), start=1):
        yield number, content, start
        start += len(content) + 1


def _clauses(content: str, start: int) -> Iterator[tuple[str, int]]:
    at = 0
    for stop in [*(m.start() for m in _BREAK.finditer(content)), len(content)]:
        if stop > at:
            yield content[at:stop], start + at
        at = stop + 1


def _of_clause(clause: str, at: int, line: int, pattern: re.Pattern[str], chinese: bool) -> Iterator[Level]:
    for match in pattern.finditer(clause):
        unit, exact = _unit(match, chinese)
        noun = next((m for m in _nouns(clause, chinese) if m[1] >= match.end()), None) or next(
            (m for m in reversed(_nouns(clause, chinese)) if m[2] <= match.start()), None
        )
        if noun is None:
            continue
        counted = _count(clause, min(match.start(), noun[1]), match, chinese)
        if counted is None:
            continue
        first, count = counted
        rest = clause[first : match.start()] + " " + clause[match.end() :]
        yield Level(
            line=line,
            char_start=at + match.start(),
            char_end=at + match.end(),
            quote=match.group(),
            low=unit if exact else 2 * unit,
            high=10 * unit,
            unit=unit,
            exact=exact,
            count=count,
            noun=noun[0],
            about=_plain(rest, chinese),
        )


def _unit(match: re.Match[str], chinese: bool) -> tuple[float, bool]:
    if chinese:
        if match["vague"]:
            return _ZH_SCALES[match["vague"]], False
        many = match["many"]
        factor = 1.0 if not many else float(_ZH_DIGITS.get(many, 0) or many)
        return factor * _ZH_SCALES[match["exact"]], True
    if match["vague"]:
        return _EN_TENS[match["tens"].lower()] * _EN_SCALES[match["vague"].lower().rstrip("s")], False
    return float(match["many"] or 1) * _EN_SCALES[match["exact"].lower()], True


def _nouns(clause: str, chinese: bool) -> list[tuple[str, int, int]]:
    if chinese:
        return [(m.group(), m.start(), m.end()) for m in _ZH_NOUN.finditer(clause)]
    stems = {"industries": "industry", "companies": "company"}
    return [
        (stems.get(m.group().lower(), m.group().lower().rstrip("s")), m.start(), m.end())
        for m in _EN_NOUN.finditer(clause)
    ]


def _count(clause: str, stop: int, level: re.Match[str], chinese: bool) -> tuple[int, int] | None:
    """The number that counts the thing, the nearest before the level word and its noun; and where it begins."""
    pattern = _ZH_COUNT if chinese else _EN_COUNT
    before = [m for m in pattern.finditer(clause) if m.end() <= stop and m.end() <= level.start()]
    if not before:
        return None
    word = before[-1]["n"].lower()
    if word.isdigit():
        return before[-1].end(), int(word)
    return before[-1].end(), _EN_WORDS[word] if not chinese else _chinese(word)


def _chinese(word: str) -> int:
    """A Chinese numeral up to 99."""
    if "十" not in word:
        return _ZH_DIGITS[word[-1]]
    tens, _, ones = word.partition("十")
    return 10 * (_ZH_DIGITS[tens] if tens else 1) + (_ZH_DIGITS[ones] if ones else 0)


def _plain(text: str, chinese: bool) -> str:
    """The words around a level word that say what it is of."""
    if chinese:
        return re.sub(r"[^\u4e00-\u9fff]|的|元", "", text)
    return re.sub(r"\b(?:of|with|large|major|big|and|the|a|an|in|to)\b", " ", text.lower())
