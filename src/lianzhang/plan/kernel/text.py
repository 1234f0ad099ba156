"""Characters, sentences and languages of a document; every span is an offset into the unchanged text."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

CJK = "\u3400-\u4dbf\u4e00-\u9fff"
_CJK_RUN = re.compile(f"[{CJK}]")
_LATIN = re.compile(r"[A-Za-z]")


@cache
def _plain_table() -> dict[int, str]:
    """Full-width letters and digits, odd spaces and traditional characters to their plain forms, one for one."""
    rows = (
        files("lianzhang.plan.kernel")
        .joinpath("data", "traditional.txt")
        .read_text(encoding="utf-8")
        .split("\n")
    )
    pairs = [row for row in rows if row and not row.startswith("#")]
    table = {
        ord(old): new
        for traditional, simplified in zip(pairs[::2], pairs[1::2], strict=True)
        for old, new in zip(traditional, simplified, strict=True)
    }
    for code in range(0xFF01, 0xFF5F):
        char = chr(code)
        if (
            char in "，；：？！"
        ):  # these end clauses in Chinese and must stay apart from the Latin signs in numbers
            continue
        table[code] = unicodedata.normalize("NFKC", char)
    table.update({ord(char): " " for char in "\u00a0\u2002\u2003\u2009\u202f\u3000\t\u200b\ufeff"})
    table.update({ord(old): new for old, new in zip("羣爲産衆綫裏啓勳", "群为产众线里启勋", strict=True)})
    table.update({ord("〇"): "零", ord("○"): "零", ord("﹪"): "%"})
    table.update({ord(char): "-" for char in "‐‑−﹣"})
    return table


def normalise(text: str) -> str:
    """Full-width digits, letters and per cent signs, odd spaces and traditional characters made plain.

    The length never changes, so that offsets into the result are offsets into ``text``.
    """
    return text.translate(_plain_table())


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence as a half-open span; ``paragraph`` numbers the non-empty lines (paragraphs) of the document."""

    start: int
    end: int
    paragraph: int
    lang: str


# A full stop ends a sentence unless a digit follows or a short abbreviation stands before it.
_END = re.compile(
    r"[。！？!?]+[”’」』）)\"']*"
    r"|(?<![A-Z])(?<!\bNo)(?<!\bU\.S)(?<!\bInc)(?<!\bLtd)(?<!\bvs)(?<!\be\.g)(?<!\bi\.e)(?<!\bapprox)(?<!\bMr)(?<!\bDr)"
    r"\.[”’\"')]*(?=\s|$)"
    r"|(?<=[a-z%;,.)]) (?=\(\d{1,2}\) ?[A-Z])"
)
_PARAGRAPH = re.compile(r"[^\n]+")
#: No sentence is longer; longer ones are cut at a comma or space.
_LONGEST = 1000
_OPEN_END = re.compile(r"[,;A-Za-z0-9(\-]\s*$")


def language(text: str) -> str:
    """``zh`` or ``en``, by the share of Chinese characters among the letters of the span."""
    chinese = len(_CJK_RUN.findall(text))
    if not chinese:
        return "en"
    return "zh" if 3 * chinese >= len(_LATIN.findall(text)) else "en"


def sentences(text: str) -> list[Sentence]:
    """Sentences of ``text`` (normalised or not; the spans are the same) in order.

    A line is a paragraph, except that an English line broken in mid-sentence (no closing sign, the next line begins
    with a small letter) runs on.
    """
    spans: list[list[int]] = []
    for match in _PARAGRAPH.finditer(text):
        if not match.group().strip():
            continue
        if (
            spans
            and match.start() == spans[-1][1] + 1
            and match.group()[0].islower()
            and spans[-1][1] - spans[-1][0] < _LONGEST
            and _OPEN_END.search(text, max(spans[-1][0], spans[-1][1] - 40), spans[-1][1])
        ):
            spans[-1][1] = match.end()
        else:
            spans.append([match.start(), match.end()])
    found: list[Sentence] = []
    for number, (start, end) in enumerate(spans):
        begin = start
        for stop in _END.finditer(text, start, end):
            _add(found, text, begin, stop.end(), number)
            begin = stop.end()
        _add(found, text, begin, end, number)
    return found


def _add(found: list[Sentence], text: str, start: int, end: int, paragraph: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    while end - start > _LONGEST:  # the work on a sentence grows with the square of its figures
        cut = max(text.rfind(mark, start + _LONGEST // 2, start + _LONGEST) for mark in "，；;, \n") + 1
        cut = cut or start + _LONGEST
        found.append(Sentence(start, cut, paragraph, language(text[start:cut])))
        start = cut
        while start < end and text[start].isspace():
            start += 1
    if start < end:
        found.append(Sentence(start, end, paragraph, language(text[start:end])))


class Lines:
    """Line numbers (from 1) of character offsets."""

    def __init__(self, text: str) -> None:
        self._starts = [0] + [match.end() for match in re.finditer("\n", text)]

    def __call__(self, offset: int) -> int:
        return bisect_right(self._starts, offset)


#: Some mirrors put the reading behind characters they converted: 產(chǎn)業(yè). Lower-case syllables only.
_READING = re.compile(
    r"(?<=[\u3400-\u9fff])\([a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü]{1,7}\)(?: (?=[\u3400-\u9fff])|(?=[\u3400-\u9fff\W\d]|$))"
)
_READINGS_AT_LEAST = 3


def without_readings(text: str) -> tuple[str, list[int]] | None:
    """A text without the readings some mirrors put behind characters, and where its characters stood; None if none."""
    notes = list(_READING.finditer(text))
    if len(notes) < _READINGS_AT_LEAST:
        return None
    kept: list[int] = []
    position = 0
    for note in notes:
        kept.extend(range(position, note.start()))
        position = note.end()
    kept.extend(range(position, len(text)))
    return "".join(text[at] for at in kept), kept
