"""Find the lines that contain a word, among millions, without an index of words.

Chinese names have no word boundaries, so that every part of a line may be asked for. A line's *signature* (Faloutsos
and Christodoulakis 1984, "Signature files", ACM TOIS 2(4):267-288) has one of 256 bits set for each run of three bytes
in it. A line can contain a word only if its signature has all bits of the word's; the few that pass are compared byte
by byte, so that the answer is exact.

Lines are UTF-8 bytes one after another: line ``i`` is ``text[starts[i]:starts[i+1]]``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

#: 64-bit words of a signature.
WORDS = 4
_RUN = 3
_SPREAD = 0x9E3779B1


class Lines(NamedTuple):
    """Lines with their signatures: bytes, ``n + 1`` offsets, ``(WORDS, n)`` bits."""

    text: NDArray[np.uint8]
    starts: NDArray[np.int64]
    signs: NDArray[np.uint64]


class Readings(NamedTuple):
    """How characters of the basic plane are read: reading of character ``c`` is ``text[starts[c]:starts[c+1]]``.

    A space in a reading separates syllables.
    """

    text: NDArray[np.uint8]
    starts: NDArray[np.int64]


def lines(text: NDArray[np.uint8], starts: NDArray[np.int64]) -> Lines:
    """Lines with the signatures that `containing` needs."""
    return Lines(text, starts, _signatures(text, starts))


def containing(found: Lines, words: Iterable[bytes], among: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which of the lines marked in ``among`` contain every one of the words.

    Args:
        found: ``n`` lines.
        words: the words; an empty one is in every line.
        among: ``(n,)``, the lines to look at.
    """
    left = among.copy()
    for word in words:
        needle = np.frombuffer(word, np.uint8)
        sign = _signatures(needle, np.array([0, len(needle)], np.int64))[:, 0]
        for part in range(WORDS):
            if sign[part]:
                left &= (found.signs[part] & sign[part]) == sign[part]
        if len(needle):
            _keep(found.text, found.starts, needle, left)
    return left


def spell_all(
    text: NDArray[np.uint8], starts: NDArray[np.int64], readings: Readings
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Every line spelled: the readings of its characters on end, a bar, and the initials of their syllables.

    Letters and digits of ASCII stand for themselves, small, a run of them being one syllable; other ASCII separates
    syllables. Characters without a reading are left out. Returns bytes and offsets of as many lines.
    """
    ends = np.zeros(len(starts), np.int64)
    nothing = np.zeros(0, np.uint8)
    _spell(text, starts, readings.text, readings.starts, nothing, ends, False)
    out = np.empty(ends[-1], np.uint8)
    _spell(text, starts, readings.text, readings.starts, out, ends, True)
    return out, ends


@njit(cache=True, nogil=True)
def _signatures(text: NDArray[np.uint8], starts: NDArray[np.int64]) -> NDArray[np.uint64]:
    count = len(starts) - 1
    out = np.zeros((WORDS, count), np.uint64)
    for row in range(count):
        for at in range(starts[row], starts[row + 1] - (_RUN - 1)):
            run = (
                (np.uint32(text[at]) << np.uint32(16))
                | (np.uint32(text[at + 1]) << np.uint32(8))
                | text[at + 2]
            )
            spread = np.uint32(np.uint64(run) * np.uint64(_SPREAD))
            bit = spread >> np.uint32(24)
            out[bit >> np.uint32(6), row] |= np.uint64(1) << np.uint64(bit & np.uint32(63))
    return out


@njit(cache=True, nogil=True)
def _keep(
    text: NDArray[np.uint8],
    starts: NDArray[np.int64],
    needle: NDArray[np.uint8],
    left: NDArray[np.bool_],
) -> None:
    """Take out of ``left`` the lines that do not contain the needle."""
    size = len(needle)
    last = needle[size - 1]
    for row in range(len(left)):
        if not left[row]:
            continue
        line = text[starts[row] : starts[row + 1]]
        hit = False
        # The last byte tells characters of one block apart, the first one does not.
        for end in range(size - 1, len(line)):
            if line[end] == last:
                first = end - size + 1
                back = 0
                while back < size - 1 and line[first + back] == needle[back]:
                    back += 1
                if back == size - 1:
                    hit = True
                    break
        left[row] = hit


@njit(cache=True, nogil=True)
def _spell(
    text: NDArray[np.uint8],
    starts: NDArray[np.int64],
    readings: NDArray[np.uint8],
    reading_starts: NDArray[np.int64],
    out: NDArray[np.uint8],
    ends: NDArray[np.int64],
    fill: bool,
) -> None:
    """Write the spelled lines, or with ``fill`` false only how long they are."""
    put = 0
    for row in range(len(starts) - 1):
        for whole in (True, False):
            if not whole:
                if fill:
                    out[put] = 124  # a bar
                put += 1
            inside = False  # a run of ASCII letters and digits
            at = starts[row]
            while at < starts[row + 1]:
                byte = text[at]
                if byte < 128:
                    at += 1
                    if 65 <= byte <= 90:
                        byte += 32
                    good = 97 <= byte <= 122 or 48 <= byte <= 57
                    if good and (whole or not inside):
                        if fill:
                            out[put] = byte
                        put += 1
                    inside = good
                    continue
                inside = False
                if byte >= 240:
                    at += 4  # beyond the basic plane
                    continue
                if byte >= 224:
                    code = ((byte & 15) << 12) | ((text[at + 1] & 63) << 6) | (text[at + 2] & 63)
                    at += 3
                else:
                    code = ((byte & 31) << 6) | (text[at + 1] & 63)
                    at += 2
                fresh = True
                for k in range(reading_starts[code], reading_starts[code + 1]):
                    letter = readings[k]
                    if letter == 32:
                        fresh = True
                        continue
                    if whole or fresh:
                        if fill:
                            out[put] = letter
                        put += 1
                    fresh = False
        ends[row + 1] = put
