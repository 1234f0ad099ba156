"""Unified social credit codes (GB 32100-2015) and the registration numbers that they replaced (GS 15-2006).

An 18-character code is: 1 authority, 1 kind, 6 division of GB/T 2260, 9 organisation code (GB 11714-1997, with a check
character of its own), 1 check character

    c_18 = (31 − Σ_{i=1..17} v(c_i) · 3^{i−1} mod 31) mod 31

over the alphabet 0–9, A–Z without I, O, S, V, Z. A 15-digit registration number ends in a check digit of ISO 7064
mod 11,10. Sources: GB 32100-2015, section 5 and annex A; GS 15-2006.
"""

from __future__ import annotations

from enum import Enum

import numpy as np
from numba import njit
from numpy.typing import NDArray

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUE = {char: value for value, char in enumerate(ALPHABET)}
_WEIGHTS = tuple(3**i % 31 for i in range(17))
_VALUES = np.full(128, -1, np.int64)
for _char, _value in _VALUE.items():
    _VALUES[ord(_char)] = _value
_WEIGHT_ARRAY = np.array(_WEIGHTS, np.int64)


class CodeState(Enum):
    """What a credit code turns out to be."""

    VALID = "valid"
    LEGACY = "legacy"
    LEGACY_CHECK = "legacy-check"
    MISSING = "missing"
    LENGTH = "length"
    CHARACTER = "character"
    CHECK = "check"


def check_character(first: str) -> str:
    """Check character of the first 17 characters of a credit code.

    Raises:
        ValueError: not 17 characters of the alphabet.
    """
    if len(first) != 17 or any(char not in _VALUE for char in first):
        raise ValueError("a credit code has 17 characters of the alphabet before its check character")
    return ALPHABET[-sum(_VALUE[char] * weight for char, weight in zip(first, _WEIGHTS, strict=True)) % 31]


def legacy_check_digit(first: str) -> str:
    """Check digit of the first 14 digits of a registration number (ISO 7064, mod 11,10).

    Raises:
        ValueError: not 14 digits.
    """
    if len(first) != 14 or not first.isascii() or not first.isdigit():
        raise ValueError("a registration number has 14 digits before its check digit")
    product = 10
    for digit in first:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return str((11 - product) % 10)


def normalise_code(text: str) -> str:
    """Code in upper case and half width, without blanks, hyphens and Excel's leading apostrophe."""
    if text.isascii() and text.isalnum():
        return text.upper()
    half = "".join(chr(ord(char) - 0xFEE0) if 0xFF01 <= ord(char) <= 0xFF5E else char for char in text)
    return "".join(char for char in half.upper() if char.isalnum())


def code_state(code: str) -> CodeState:
    """State of a normalised code (see `normalise_code`)."""
    if not code:
        return CodeState.MISSING
    if len(code) == 15 and code.isascii() and code.isdigit():
        return CodeState.LEGACY if legacy_check_digit(code[:14]) == code[14] else CodeState.LEGACY_CHECK
    if len(code) != 18:
        return CodeState.LENGTH
    if any(char not in _VALUE for char in code):
        return CodeState.CHARACTER
    return CodeState.VALID if check_character(code[:17]) == code[17] else CodeState.CHECK


def code_division(code: str) -> str | None:
    """Administrative division (six digits of GB/T 2260) that a code of either length names, None if it names none."""
    digits = code[2:8] if len(code) == 18 else code[:6] if len(code) == 15 else ""
    return digits if digits.isdigit() and digits[:2] != "00" else None


@njit(cache=True, nogil=True)
def _valid(
    units: NDArray[np.uint8], values: NDArray[np.int64], weights: NDArray[np.int64]
) -> NDArray[np.bool_]:
    out = np.empty(units.shape[0], np.bool_)
    for row in range(units.shape[0]):
        total, good = 0, True
        for i in range(18):
            unit = units[row, i]
            value = values[unit] if unit < 128 else -1
            if value < 0:
                good = False
                break
            total += value * weights[i] if i < 17 else value
        out[row] = good and total % 31 == 0
    return out


def valid_codes(codes: NDArray[np.bytes_]) -> NDArray[np.bool_]:
    """Which of many 18-byte codes are valid: Σ v_i 3^{i−1} + v_18 ≡ 0 (mod 31).

    Args:
        codes: shape (n), dtype ``S18``.
    """
    if not codes.size:
        return np.zeros(0, np.bool_)
    return _valid(codes.astype("S18").view(np.uint8).reshape(-1, 18), _VALUES, _WEIGHT_ARRAY)
