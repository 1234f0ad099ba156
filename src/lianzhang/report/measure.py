"""How wide text will be, without a font: an estimate that errs on the wide side.

Drawings are made on the server, the fonts are the reader's. Han and full-width characters are one em in every font;
for Latin the widths are those of the widest of the usual interface fonts (DejaVu Sans, close to Verdana), rounded
up, so that a label which fits here also fits in Segoe UI, San Francisco, Roboto, PingFang or YaHei.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

ELLIPSIS = "…"

_WIDTHS: dict[str, float] = {
    **dict.fromkeys("ijl'|", 0.29),
    **dict.fromkeys("I,.:;! \u00a0", 0.34),
    **dict.fromkeys("frt()[]-/", 0.42),
    **dict.fromkeys('"*czks', 0.56),
    **dict.fromkeys("\u2009\u202f", 0.22),
    **dict.fromkeys("JL", 0.58),
    **dict.fromkeys("AVXKRYZPBTFES", 0.70),
    **dict.fromkeys("CDGHNOQU&", 0.79),
    **dict.fromkeys("w=+<>~−#", 0.84),
    **dict.fromkeys("mM%", 0.98),
    **dict.fromkeys("W@…", 1.0),
}
_LATIN = 0.64
_WIDE = 1.0
_BOLD = 1.1
# before a consonant and its vowel, after a vowel, n, ng or r: right for pinyin, passable for English
_SYLLABLE = re.compile(r"(?<=[aeiouünrg])(?=(?:[zcs]h|[b-df-hj-np-tw-z])[aeiouü])", re.IGNORECASE)
_NEVER_FIRST = "，。、；：！？）》」』】%‰…·,.;:!?)]}”’"
_PIECES = re.compile(
    r"\s+|[^\s\u2e80-\u9fff\uff00-\uffef]+?(?:[-/](?=\S)|(?=[\s\u2e80-\u9fff\uff00-\uffef])|$)|."
)


@functools.lru_cache(maxsize=4096)
def _advance(char: str) -> float:
    if char in _WIDTHS:
        return _WIDTHS[char]
    if unicodedata.category(char) in ("Mn", "Me", "Cf", "Cc"):
        return 0.0
    if char.isascii():
        return _LATIN
    # ambiguous ones (· “ ” and Greek) are drawn full width by Chinese fonts
    if unicodedata.east_asian_width(char) in "WFA":
        return _WIDE
    return 0.8 if char.isalpha() else _WIDE


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Upper estimate of the width of ``text`` at ``size`` px, in px."""
    width = sum(_advance(char) for char in text) * size
    return width * _BOLD if bold else width


@dataclass(frozen=True, slots=True)
class Fitted:
    """Lines of a label and the size at which they fit; ``cut`` tells that words were lost."""

    lines: tuple[str, ...]
    size: float
    cut: bool

    @property
    def text(self) -> str:
        return " ".join(self.lines)


def fit(text: str, width: float, sizes: Sequence[float], max_lines: int, *, bold: bool = False) -> Fitted:
    """Break ``text`` so that each line is at most ``width`` px wide.

    The largest size that takes the whole text wins; if none does, the smallest is used and the end is cut with an
    ellipsis. A word longer than the line is broken with a hyphen only where nothing else helps.
    """
    for hyphens in (False, True):
        for size in sizes:
            lines = _wrap(text, width / size, hyphens=hyphens, bold=bold)
            if lines is not None and len(lines) <= max_lines:
                # an even hyphenation would break syllables
                even = lines if hyphens else _balanced(text, lines, width / size, bold=bold)
                return Fitted(tuple(even), size, cut=False)
    size = min(sizes)
    ems = width / size
    lines = _wrap(text, ems, hyphens=True, bold=bold) or [text]
    kept = lines[:max_lines]
    kept[-1] = shorten(kept[-1] + ELLIPSIS, ems, 1.0, bold=bold)
    return Fitted(tuple(kept), size, cut=True)


def shorten(text: str, width: float, size: float, *, bold: bool = False) -> str:
    """``text``, cut with an ellipsis where it is wider than ``width`` px."""
    if text_width(text, size, bold=bold) <= width:
        return text
    kept = text.rstrip(ELLIPSIS)
    while kept and text_width(kept + ELLIPSIS, size, bold=bold) > width:
        kept = kept[:-1].rstrip()
    return kept + ELLIPSIS if kept else ""


def _balanced(text: str, lines: list[str], ems: float, *, bold: bool) -> list[str]:
    """The same number of lines, as even as possible: shrink the measure while the count stays."""
    best = lines
    low, high = max(text_width(line, 1.0, bold=bold) for line in lines) / 2, ems
    for _ in range(6):
        middle = (low + high) / 2
        attempt = _wrap(text, middle, hyphens=False, bold=bold)
        if attempt is not None and len(attempt) <= len(lines):
            best, high = attempt, middle
        else:
            low = middle
    return best


def _wrap(text: str, ems: float, *, hyphens: bool, bold: bool) -> list[str] | None:
    """Greedy line breaking at ``ems``; ``None`` if a piece is wider than the line and may not be hyphenated."""
    lines: list[str] = []
    line = ""
    for piece in _pieces(text):
        if text_width((line + piece).rstrip(), 1.0, bold=bold) <= ems:
            line += piece if line or piece.strip() else ""
            continue
        if line.strip():
            lines.append(line.rstrip())
        line = piece.lstrip()
        while text_width(line.rstrip(), 1.0, bold=bold) > ems:
            if not hyphens:
                return None
            head = _longest_head(line, ems, bold=bold)
            if not head:
                return None
            lines.append(head + "-")
            line = line[len(head) :]
    if line.strip():
        lines.append(line.rstrip())
    return lines or [""]


def _longest_head(word: str, ems: float, *, bold: bool) -> str:
    """What of a long word goes on this line: to a syllable's end if one fits, else as much as fits."""
    syllables = [m.start() for m in _SYLLABLE.finditer(word)]
    for end in reversed(syllables):
        if end >= 2 and text_width(word[:end] + "-", 1.0, bold=bold) <= ems:
            return word[:end]
    head = word
    # two letters at least on either side of a hyphen
    while head and (len(word) - len(head) < 2 or text_width(head + "-", 1.0, bold=bold) > ems):
        head = head[:-1]
    return head if len(head) >= 2 else ""


def _pieces(text: str) -> list[str]:
    """Unbreakable pieces: Latin words, single Han characters; closing punctuation sticks to what precedes it."""
    pieces: list[str] = []
    for match in _PIECES.finditer(text):
        piece = match.group()
        if pieces and piece[0] in _NEVER_FIRST:
            pieces[-1] += piece
        else:
            pieces.append(piece)
    return pieces
