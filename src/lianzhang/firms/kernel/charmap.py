"""Characters made alike, one for one, so that every place in the text stays the same place.

Full-width forms become half-width, letters upper case, kinds of brackets and stops one kind, traditional characters
simplified by a table that the caller gives.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

_ALIKE = {
    "（": "(", "）": ")", "[": "(", "]": ")", "【": "(", "】": ")", "〔": "(", "〕": ")", "{": "(", "}": ")",
    "〈": "(", "〉": ")", "『": "(", "』": ")", "「": "(", "」": ")", "《": "(", "》": ")", "<": "(", ">": ")",
    "﹙": "(", "﹚": ")", "［": "(", "］": ")", "｛": "(", "｝": ")", "〖": "(", "〗": ")",
    "，": ",", "；": ";", "：": ":", "。": ";", "★": ";", "…": ";", "\n": ";", "\r": ";", "!": ";",
    "．": ".", "·": "、", "/": "、", "\t": "、", "\u3000": "、", " ": "、", "\xa0": "、", "\\": "、", "|": "、", "︑": "、",
    "、": "、", "﹑": "、", "․": ".", "“": "\x01", "”": "\x01", '"': "\x01", "'": "\x01",
    "♂": ";", "#": ";", "━": "、", "―": "-", "—": "-", "－": "-",
    "Ⅰ": "I",
}  # fmt: skip


def character_map(traditional: Mapping[str, str]) -> NDArray[np.uint16]:
    """Table of 65,536 code units: what each character counts as.

    Args:
        traditional: traditional character → simplified character.
    """
    table = np.arange(0x10000, dtype=np.uint16)
    for code in range(0xFF01, 0xFF5F):
        table[code] = code - 0xFEE0
    for lower in range(ord("a"), ord("z") + 1):
        table[lower] = lower - 32
        table[lower + 0xFEE0] = lower - 32
    for old, new in _ALIKE.items():
        table[ord(old)] = ord(new)
    for old, new in traditional.items():
        table[ord(old)] = ord(new)
    # A full-width form of a mapped sign must land where the sign lands.
    for code in range(0xFF01, 0xFF5F):
        table[code] = table[int(table[code])]
    return table


def code_units(texts: list[str]) -> tuple[NDArray[np.uint16], NDArray[np.int64]]:
    """All texts after one another as code units, and where each begins (length + 1 offsets).

    A character outside the basic plane counts as one unknown unit (U+FFFD), so that offsets stay those of Python.
    """
    offsets = np.zeros(len(texts) + 1, np.int64)
    np.cumsum([len(text) for text in texts], out=offsets[1:])
    wide = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)
    units = wide.astype(np.uint16)
    units[wide > 0xFFFF] = 0xFFFD
    return units, offsets
