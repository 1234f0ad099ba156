"""Names in pinyin, so that a Chinese name is found without a Chinese keyboard.

One reading per character, the one usual in names of firms and places: a table lookup per character is fast enough
for a register of millions. Words whose reading depends on their neighbours are listed.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lianzhang.firms.kernel.search import Readings, spell_all

#: Words of place and firm names in which a character is read otherwise than alone.
_WORDS = {
    "重庆": "chong qing",
    "长": "chang",
    "银行": "yin hang",
    "厦门": "xia men",
    "乐山": "le shan",
    "六安": "lu an",
}
#: Each listed word as one sign that is no character of any text.
_SIGNS = {word: chr(0xFDD0 + n) for n, word in enumerate(_WORDS)}
#: Blocks of Chinese characters in the basic plane, first and one after the last.
_HAN = ((0x2E80, 0x3100), (0x3400, 0xA000), (0xF900, 0xFB00))


def spell(name: str) -> tuple[str, str]:
    """The name in pinyin without tones or spaces, and its initials.

    >>> spell("重庆长安汽车")
    ('chongqingchanganqiche', 'cqcaqc')
    """
    for word, reading in _WORDS.items():
        if word in name:
            name = name.replace(word, f" {reading} ")
    syllables: list[str] = []
    latin = ""
    for character in name:
        if character.isascii():
            if character.isalnum():
                latin += character.lower()
            elif latin:
                syllables.append(latin)
                latin = ""
            continue
        if latin:
            syllables.append(latin)
            latin = ""
        syllables.append(_reading(character))
    if latin:
        syllables.append(latin)
    return "".join(syllables), "".join(s[:1] for s in syllables)


def spell_column(names: Any) -> Any:
    """Every name's pinyin, a bar, and its initials, as `spell` gives them: ``chongqingchanganqiche|cqcaqc``.

    Args:
        names: large strings without nulls.
    """
    for word, sign in _SIGNS.items():
        names = pc.replace_substring(names, word, sign)
    text, starts = spell_all(*bytes_of(names), _readings())
    buffers: Any = pa.py_buffer
    return pa.LargeStringArray.from_buffers(len(names), buffers(starts), buffers(text))


def bytes_of(column: Any) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """A column of large strings without nulls as kernels take lines: all bytes, and the offsets of its values in them."""
    if not len(column):
        return np.zeros(0, np.uint8), np.zeros(1, np.int64)
    _, starts, text = column.buffers()
    offsets = np.frombuffer(memoryview(starts), np.int64)[column.offset : column.offset + len(column) + 1]
    if text is None or text.size == 0:
        return np.zeros(0, np.uint8), offsets
    return np.frombuffer(memoryview(text), np.uint8), offsets


@cache
def _readings() -> Readings:
    """How every character is read."""
    known = {code: _reading(chr(code)) for start, end in _HAN for code in range(start, end)}
    known |= {ord(sign): _WORDS[word] for word, sign in _SIGNS.items()}
    parts = [known.get(code, "").encode() for code in range(0x10000)]
    starts = np.zeros(len(parts) + 1, np.int64)
    np.cumsum([len(part) for part in parts], out=starts[1:])
    return Readings(np.frombuffer(b"".join(parts), np.uint8), starts)


@cache
def _reading(character: str) -> str:
    from pypinyin import lazy_pinyin

    found = lazy_pinyin(character, errors="ignore")
    return found[0] if found else ""
