"""The word lists of both languages, loaded once from TOML and compiled into alternations."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of measure: normalised id, dimension, and the factor that brings the written unit to the id."""

    id: str
    dim: str
    factor: float = 1.0


@dataclass(frozen=True, slots=True)
class Noun:
    """A counted noun; structural nouns name parts of a document or plan, not quantities of a region."""

    id: str
    structural: bool = False


@dataclass(frozen=True, slots=True)
class UnitTables:
    """Surface forms to units and nouns, per language, and the currencies written before a number, in lower case."""

    zh_units: dict[str, Unit]
    en_units: dict[str, Unit]
    en_signs: dict[str, str]
    zh_nouns: dict[str, Noun]
    en_nouns: dict[str, Noun]


@cache
def load_units() -> UnitTables:
    """Units and counted nouns of ``data/units.toml``."""
    raw = _toml("units.toml")
    zh_units: dict[str, Unit] = {}
    en_units: dict[str, Unit] = {}
    en_signs: dict[str, str] = {}
    for row in raw["unit"]:
        unit = Unit(row["id"], row["dim"], float(row.get("factor", 1.0)))
        zh_units.update((form, unit) for form in row["zh"])
        en_units.update((form.lower(), unit) for form in row["en"])
        en_signs.update((form.lower(), unit.id) for form in row.get("sign", ()))
    zh_nouns: dict[str, Noun] = {}
    en_nouns: dict[str, Noun] = {}
    for row in raw["noun"]:
        noun = Noun(row["id"], bool(row.get("structural", False)))
        for form in row["zh"]:
            zh_nouns.setdefault(form, noun)
        for form in row["en"]:
            en_nouns.setdefault(form.lower(), noun)
    return UnitTables(zh_units, en_units, en_signs, zh_nouns, en_nouns)


@cache
def load_words(lang: str) -> dict[str, Any]:
    """The cue lists of a language, ``data/zh.toml`` or ``data/en.toml``."""
    return _toml(f"{lang}.toml")


@cache
def cue(lang: str, *path: str) -> re.Pattern[str]:
    """One compiled alternation of the words at ``path``; English at word borders, longest form first."""
    words: Any = load_words(lang)
    for key in path:
        words = words[key]
    return re.compile(alternation(lang, words), re.IGNORECASE if lang == "en" else 0)


def alternation(lang: str, words: list[str]) -> str:
    """Pattern text that matches any of ``words``, longest first."""
    ordered = sorted(set(words), key=lambda word: (-len(word), word))
    body = "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in ordered)
    return rf"(?<![A-Za-z])(?:{body})(?![A-Za-z])" if lang == "en" else f"(?:{body})"


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads(files("lianzhang.plan.kernel").joinpath("data", name).read_text(encoding="utf-8"))
