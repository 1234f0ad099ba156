"""The noun a number counts in English: the head of the phrase behind it, and "a year" behind the head."""

from __future__ import annotations

import re

from lianzhang.plan.kernel.quantities import Quantity
from lianzhang.plan.kernel.tables import load_units

_IRREGULAR = frozenset({"staff", "people", "aircraft", "personnel", "talents", "x"})
_AREAL_PAIRS = frozenset(
    {"cities", "regions", "municipalities", "autonomous", "districts", "counties", "provinces", "countries"}
)
_STOP = frozenset(
    [
        "in",
        "on",
        "at",
        "for",
        "from",
        "to",
        "by",
        "with",
        "that",
        "which",
        "who",
        "whose",
        "where",
        "when",
        "while",
        "will",
        "would",
        "is",
        "are",
        "was",
        "were",
        "has",
        "have",
        "had",
        "be",
        "been",
        "than",
        "as",
        "per",
        "each",
        "every",
        "a",
        "an",
        "the",
        "this",
        "these",
        "its",
        "their",
        "under",
        "above",
        "below",
        "over",
        "across",
        "between",
        "during",
        "within",
        "into",
        "through",
        "including",
        "such",
        "also",
        "can",
        "but",
        "last",
        "since",
        "until",
        "nationwide",
        "globally",
        "annually",
        "worldwide",
        "more",
        "about",
        "up",
        "if",
        "so",
        "respectively",
        "there",
        "it",
        "we",
        "they",
        "not",
        "only",
        "or",
        "whose",
        "after",
        "before",
        "against",
        "because",
        "both",
        "could",
        "should",
        "may",
        "might",
        "must",
        "do",
        "does",
        "did",
        "currently",
        "now",
        "today",
        "year",
        "years",
        "yearly",
        "monthly",
        "of",
    ]
)
_VERBS = frozenset(
    [
        "increased",
        "increase",
        "reach",
        "reached",
        "exceed",
        "exceeded",
        "contribute",
        "contributes",
        "gather",
        "account",
        "accounts",
        "accounted",
        "rose",
        "rise",
        "fell",
        "grew",
        "grow",
        "become",
        "became",
        "make",
        "makes",
        "have",
        "branches",
        "become",
        "come",
        "came",
        "stand",
        "stood",
        "remain",
        "built",
        "build",
        "connected",
        "produce",
        "sell",
        "sold",
        "achieve",
        "achieved",
        "invest",
        "invested",
    ]
)


_PER_AFTER = re.compile(
    r"\s*(?:/|per\s+|a\s+|each\s+)(?P<per>year|annum|month|day)\b|\s*(?P<adv>annually)\b", re.IGNORECASE
)


def per_year(quantity: Quantity, s: str) -> None:
    """Add "/year" (month, day) to the unit where the words behind the counted phrase say so."""
    match = _PER_AFTER.match(s, quantity.noun_end)
    if match and quantity.unit:
        per = "year" if match["adv"] or match["per"].lower() == "annum" else match["per"].lower()
        quantity.unit = f"{quantity.unit}/{per}"
        quantity.noun_end = match.end()


# what is masked ("Fortune 500 companies") does not end the phrase
_WORD = re.compile(r"(?P<gap>[\s“”\"'‘’\x00-]*)(?P<word>[A-Za-z][A-Za-z&’'-]*|\S)")
_BOUND = re.compile(
    r"\s+(?:or more|or above|and above|or so|plus|or fewer|or less)(?=\s+[a-z])", re.IGNORECASE
)
#: "80 10-billion-yuan projects", "six trillion-yuan industries": how large each of what is counted is
LEVEL_NAME = re.compile(
    r"\s(?:\d[\d.]*-)?(?:hundred-)?(?:million|billion|trillion)-(?:yuan|RMB|dollar|euro)s?(?:-level|-class)?(?=\s+[a-z])",
    re.IGNORECASE,
)
#: "8 crore (80 million) electric vehicles"
_PARAPHRASE = re.compile(r"\s*\([^()]{0,24}\d[^()]{0,24}\)(?=\s+[a-z])", re.IGNORECASE)
#: "32 million vehicle sales": vehicles are counted, sold or shipped
_FLOW_HEADS = frozenset({"sales", "exports", "imports", "registrations", "deliveries", "orders"})
_NO_HEADS = _FLOW_HEADS | frozenset(
    [
        "hundreds",
        "thousands",
        "millions",
        "billions",
        "trillions",
        "dozens",
        "tens",
        "always",
        "perhaps",
        "besides",
        "towards",
        "days",
    ]
)
_MAX_WORDS = 12


def count_noun(quantity: Quantity, s: str, position: int) -> bool:
    """Find the head of the noun phrase after the number and set unit and dimension; whether there is one."""
    tables = load_units()
    found: tuple[str, str, bool, int] | None = None
    last_plural: tuple[str, int] | None = None
    previous = ""
    bound = _BOUND.match(s, position) or _PARAPHRASE.match(s, position) or LEVEL_NAME.match(s, position)
    if bound:
        position = bound.end()
    for _ in range(_MAX_WORDS):
        match = _WORD.match(s, position)
        if match is None or not match["word"][0].isalpha() or "\n" in match["gap"]:
            break
        word = match["word"].lower().rstrip("’'-")
        if word == "of" and found is not None and found[0] in ("units", "sets", "pieces"):
            position, previous = match.end(), word
            continue
        if word in ("and", "or") and not previous:
            break
        if word == "such" and not previous and not re.match(r"\s+as\b", s[match.end() :]):
            position, previous = match.end(), word
            continue
        if word in _STOP or (word in _VERBS and (found or last_plural or not previous)):
            break
        if (
            word in _FLOW_HEADS
            and previous in tables.en_units
            and tables.en_units[previous].dim == "vehicles"
        ):
            found = (tables.en_units[previous].id, "vehicles", False, match.end())
            break
        if (
            (found or last_plural)
            and previous != "of"
            and (word.endswith(("ing", "ed", "ly")) or word in ("and", "both"))
        ):
            following = _WORD.match(s, match.end())
            if (
                word != "and"
                or following is None
                or following["word"].lower() not in _AREAL_PAIRS
                or found is None
                or found[0] not in ("regions", "cities", "districts")
            ):
                break
        elif (pair := f"{previous} {word}") in tables.en_nouns or (pair in tables.en_units and previous):
            noun = tables.en_nouns.get(pair)
            found = (
                (noun.id, "count", noun.structural, match.end())
                if noun
                else (tables.en_units[pair].id, tables.en_units[pair].dim, False, match.end())
            )
        elif word.endswith("s") or word in _IRREGULAR:
            if word in tables.en_units and tables.en_units[word].dim in (
                "vehicles",
                "people",
                "units",
                "count",
                "duration",
            ):
                unit = tables.en_units[word]
                found = (unit.id, unit.dim, False, match.end())
            elif word in tables.en_nouns:
                noun = tables.en_nouns[word]
                area = (
                    found is not None and noun.id in ("cities", "regions", "districts") and previous == "and"
                )
                found = ("regions" if area else noun.id, "count", noun.structural, match.end())
            elif (
                word.split("-")[-1] in tables.en_units
                and tables.en_units[word.split("-")[-1]].dim == "vehicles"
            ):
                found = (tables.en_units[word.split("-")[-1]].id, "vehicles", False, match.end())
            elif found is not None:
                break  # "342,000 NEVs takes up": a verb
            elif (
                len(word) > 3 and word not in _NO_HEADS and not word.endswith(("ss", "us", "is", "’s", "'s"))
            ):
                last_plural = (word, match.end())
        position, previous = match.end(), word
    if found is not None:
        quantity.unit, quantity.dim, quantity.structural, quantity.noun_end = found
        quantity.unit_text = s[quantity.end : quantity.noun_end].strip(" -")
        return True
    if last_plural is not None:
        quantity.unit, quantity.noun_end = last_plural
        quantity.dim, quantity.generic = "count", True
        quantity.unit_text = s[quantity.end : quantity.noun_end].strip(" -")
        return True
    return False
