"""Quantities in English: currency, number, scale word, level word, unit or the head of the counted noun phrase."""

from __future__ import annotations

import re
from functools import cache

from lianzhang.plan.kernel.masks import BLANK
from lianzhang.plan.kernel.numerals import (
    EN_CARDINALS,
    EN_FRACTIONS,
    EN_SCALES,
    clean,
    parse_arabic,
)
from lianzhang.plan.kernel.quantities import Quantity, ratio
from lianzhang.plan.kernel.ranks_en import read_ranks
from lianzhang.plan.kernel.tables import load_units

_CURRENCY = {
    "US$": "USD", "HK$": "HKD", "NT$": "TWD", "S$": "SGD", "A$": "AUD", "C$": "CAD", "R$": "BRL", "$": "USD",
    "¥": "yuan", "€": "EUR", "£": "GBP", "₹": "INR", "RM": "MYR", "Rs.": "INR", "Rs": "INR", "Rp": "IDR", "RMB": "yuan",
    "CNY": "yuan", "USD": "USD", "EUR": "EUR", "INR": "INR", "IDR": "IDR", "THB": "THB", "MYR": "MYR", "฿": "THB",
    "₩": "KRW", "₫": "VND", "₱": "PHP", "GBP": "GBP", "JPY": "JPY", "PHP": "PHP", "VND": "VND", "ZAR": "ZAR",
}  # fmt: skip
_PER = {
    "square kilometer": "km2", "square kilometre": "km2", "square kilometers": "km2", "square kilometres": "km2",
    "km2": "km2", "sq km": "km2", "mu": "mu", "hectare": "hectare", "square meter": "m2", "square metre": "m2",
    "year": "year", "annum": "year", "month": "month", "day": "day", "person": "person", "capita": "person",
    "unit of gdp": "unit of GDP", "kwh": "kWh", "kg": "kg", "km": "km", "vehicle": "vehicle", "tonne": "tonne", "acre": "acre",
}  # fmt: skip
_NUM = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,2}(?:,\d{2})+,\d{3}|\d+(?:\.\d+)?)"
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


def _alternatives(words: list[str]) -> str:
    return "|".join(
        re.escape(word).replace(r"\ ", r"[\s-]+")
        for word in sorted(words, key=lambda word: (-len(word), word))
    )


@cache
def _quantity() -> re.Pattern[str]:
    units = load_units().en_units
    immediate = _alternatives(
        [
            form
            for form, unit in units.items()
            if unit.dim not in ("vehicles", "people", "units") and form[0].isalpha()
        ]
    )
    cardinals = _alternatives([word for word in EN_CARDINALS if word not in ("zero", "one")])
    fractions = _alternatives(list(EN_FRACTIONS))
    currency = _alternatives(list(_CURRENCY))
    scale = _alternatives([word for word in EN_SCALES if len(word) > 1])
    return re.compile(
        rf"""
        (?P<ra>(?<![\d:.])\d+(?:\.\d+)?)\s*(?::|to)\s*(?P<rb>\d+(?:\.\d+)?)(?![\d:]|\s*(?:{scale}|%|[a-z]))
      | (?P<level>(?<![A-Za-z\d])(?:(?P<ln>{_NUM}|several\s+tens\s+of|tens\s+of|hundreds\s+of|ten|
          hundred)[\s-]+(?:large\s+)?)?
           (?P<ls>million|billion|trillion)s?(?:[\s-]*(?:yuan|RMB|dollar|USD))?[\s-]*(?:level|class|scale|
               mark)\b(?!\s+mark))
      | (?P<vague>\b(?:(?P<vs>several)\s+)?(?:(?P<vt>tens|hundreds)\s+of\s+)?(?P<vw>thousands|hundreds|dozens|
          millions|scores)(?:\s+of)\b(?!\s+(?:[mb]|tr)illions)|\b(?P<dozen>a\s+dozen|a\s+hundred|a\s+thousand|
          two\s+dozen)\b)
      | (?P<frac>\b(?:{fractions})\b(?=\s+(?:of|the)\b))
      | (?P<double>\b(?:(?:will|to|would|has|have|more\s+than|nearly|almost|be)\s+)*(?P<dw>doubl(?:e|ed|es|ing)|
          tripl(?:e|ed|es|ing)|quadrupl(?:e|ed|es|ing)|two-?fold|three-?fold|ten-?fold|
          five-?fold)\b(?!\s+(?:the|that|its)\b|\s*-?\s*(?:digit|decker|promotion|action|track|check|carbon|circulation|down|standard|
          whammy|hundred))(?!["”’]))
      | (?P<cur>(?<![A-Za-z])(?:{currency})\s?)?
        (?P<n1>(?<![\w.,]){_NUM}|(?<=[-–—/(“"'$€£¥₹฿M]){_NUM}|\b(?:{cardinals})\b(?!-[a-z])|
            \bone(?=[\s-](?:million|billion|trillion|hundred|thousand)\b(?!-)))(?P<plus>\+)?
        (?:\s*(?P<u0>%|percent|per\s+cent|(?:{scale})\b)?\s*(?:-{{1,2}}|–|—|
            \bto\b)\s*(?:{currency})?\s?(?P<n2>{_NUM})(?=\s*(?:%|percent|per\s+cent|[a-z“]|{scale}|-)))?
        (?:[\s-]?(?P<scale>(?:{scale})\b(?!s?[\s-]*(?:yuan|RMB|dollar)?[\s-]*(?:level|class)\b)|(?<=\d)(?:bn|mn|
            m|b|k|tn)\b))?(?P<plus2>\+)?
        (?:[\s-]*(?P<sym>%|‰)|[\s-]+(?P<unit>{immediate})\b|(?<=\d)(?P<unit2>km|kW|MW|GW|GWh|MWh|kWh|TWh|ha|t|x|
            pp|Mt)\b)?
        (?:\s*(?:/|\bper\s+|\ba\s+(?=year)|\beach\s+(?=year))\s*(?P<per>{_alternatives(list(_PER))})\b)?
        """,
        re.VERBOSE | re.IGNORECASE,
    )


# "63 cars per 1,000 people", "30 out of every 100"
_DENOMINATOR = re.compile(r"\b(?:per|(?:out\s+of|in)\s+every)\s+$", re.IGNORECASE)
_DETERMINED = re.compile(
    r"\b(?:the|these|those|its|their|our|all|both|this|other)\s+(?:\w+\s+)?$", re.IGNORECASE
)


def quantities(masked: str) -> list[Quantity]:
    """Quantities of a masked English sentence, in order, not overlapping."""
    found: list[Quantity] = []
    ranks = read_ranks(masked)
    taken = 0
    for match in _quantity().finditer(masked):
        if match.end() == match.start() or match.start() < taken:
            continue
        if any(rank.start < match.end() and match.start() < rank.end for rank in ranks):
            continue
        quantity = _build(match, masked)
        if quantity is not None:
            found.append(quantity)
            taken = quantity.end
    return sorted(found + ranks, key=lambda quantity: quantity.start)


_LEVEL_NUMBER = {"severaltensof": 10.0, "tensof": 10.0, "hundredsof": 100.0, "ten": 10.0, "hundred": 100.0}
_FOLD = {
    "doubl": 100.0,
    "tripl": 200.0,
    "quadr": 300.0,
    "two": 100.0,
    "three": 200.0,
    "ten": 900.0,
    "five": 400.0,
}
_VAGUE = {"thousands": 1e3, "hundreds": 1e2, "dozens": 12.0, "millions": 1e6, "scores": 20.0}


def _build(m: re.Match[str], s: str) -> Quantity | None:
    start, end = m.span()
    if m["level"]:
        key = re.sub(r"[\s-]", "", (m["ln"] or "").lower())
        number = _LEVEL_NUMBER.get(key) or EN_CARDINALS.get(key) or (parse_arabic(key) if key else 1.0)
        value = clean(number * EN_SCALES[m["ls"].lower()])
        return Quantity(
            start, end, value, comparator="level", unit="yuan", unit_text=m.group(), dim="money", level=True
        )
    if m["ra"]:
        return (
            ratio(float(m["ra"]), float(m["rb"]), start, end, m.group())
            if "ratio" in s[max(0, start - 40) : start].lower()
            else None
        )
    if m["vague"] or m["dozen"]:
        return _vague(m, s)
    if m["frac"]:
        value = round(100.0 * EN_FRACTIONS[re.sub(r"\s+", " ", m["frac"].lower())], 3)
        return Quantity(start, end, value, unit="%", unit_text=m.group(), dim="percent", words=True)
    if m["double"]:
        word = m["dw"].lower()
        value = next(growth for prefix, growth in _FOLD.items() if word.startswith(prefix))
        if re.search(rf"(?:\b(?:four|three|two|the|a|of)|{BLANK})\s*[“\"]?$", s[:start]):
            return None
        return Quantity(start, end, value, unit="%", unit_text=m.group(), dim="doubling", words=True)
    return _plain(m, s)


def _vague(m: re.Match[str], s: str) -> Quantity | None:
    if m["dozen"]:
        value = {"adozen": 12.0, "ahundred": 100.0, "athousand": 1000.0, "twodozen": 24.0}[
            re.sub(r"\s", "", m["dozen"].lower())
        ]
        comparator = "="
    else:
        factor = {"tens": 10.0, "hundreds": 100.0}.get((m["vt"] or "").lower(), 1.0)
        value, comparator = factor * _VAGUE[m["vw"].lower()], ">="
    quantity = Quantity(m.start(), m.end(), value, comparator=comparator, words=True)
    return (
        quantity
        if _count_noun(quantity, s, m.end()) and not quantity.generic and not quantity.structural
        else None
    )


def _plain(m: re.Match[str], s: str) -> Quantity | None:
    raw = m["n1"]
    if s[: m.start()].lower().endswith("top "):
        return None
    words = not raw[0].isdigit()
    first = EN_CARDINALS[re.sub(r"\s+", "-", raw.lower())] if words else parse_arabic(raw)
    scale = EN_SCALES.get((m["scale"] or "").lower(), 1.0)
    start, end = m.span()
    while end > start and s[end - 1] in " -":
        end -= 1
    quantity = Quantity(start, end, clean(first * scale), words=words, scaled=bool(m["scale"]))
    unit_text = m["sym"] or m["unit"] or m["unit2"] or ""
    unit = load_units().en_units.get(re.sub(r"[\s-]+", " ", unit_text.lower()))
    if m["cur"]:
        quantity.unit, quantity.dim, quantity.unit_text = (
            _CURRENCY_FOLDED[m["cur"].strip().lower()],
            "money",
            m["cur"].strip(),
        )
    elif unit is not None:
        quantity.unit, quantity.dim, quantity.unit_text = unit.id, unit.dim, unit_text
        if unit.factor != 1.0 and quantity.value is not None:
            quantity.value = clean(quantity.value * unit.factor)
    elif _DENOMINATOR.search(s[:start]) or (not _count_noun(quantity, s, end) and words):
        return None
    if words and quantity.dim == "count" and _DETERMINED.search(s[:start]):
        return None  # "the two provinces": a reference, not a count
    if words and quantity.generic:
        return None
    if m["per"] and quantity.unit and quantity.dim != "percent":
        per = _PER[re.sub(r"\s+", " ", m["per"].lower())]
        if not (quantity.dim == "money" and per == "year"):
            quantity.unit = f"{quantity.unit}/{per}"
    elif quantity.noun_end > quantity.end:
        _per_after(quantity, s)
    if m["n2"] is not None and quantity.value is not None:
        low_scale = EN_SCALES.get((m["u0"] or "").lower(), scale)
        low, high = clean(first * low_scale), clean(parse_arabic(m["n2"]) * scale)
        if high <= low:
            return None
        quantity.value, quantity.lower, quantity.upper, quantity.comparator = None, low, high, "range"
    elif m["plus"] or m["plus2"]:
        quantity.comparator = ">="
    return quantity


_CURRENCY_FOLDED = {sign.lower(): unit for sign, unit in _CURRENCY.items()}
_PER_AFTER = re.compile(
    r"\s*(?:/|per\s+|a\s+|each\s+)(?P<per>year|annum|month|day)\b|\s*(?P<adv>annually)\b", re.IGNORECASE
)


def _per_after(quantity: Quantity, s: str) -> None:
    match = _PER_AFTER.match(s, quantity.noun_end)
    if match and quantity.unit:
        per = "year" if match["adv"] else _PER[match["per"].lower()]
        quantity.unit = f"{quantity.unit}/{per}"
        quantity.noun_end = match.end()


_WORD = re.compile(r"(?P<gap>[\s“”\"'‘’-]*)(?P<word>[A-Za-z][A-Za-z&’'-]*|\S)")
_BOUND = re.compile(
    r"\s+(?:or more|or above|and above|or so|plus|or fewer|or less)(?=\s+[a-z])", re.IGNORECASE
)
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


def _count_noun(quantity: Quantity, s: str, position: int) -> bool:
    """Find the head of the noun phrase after the number and set unit and dimension; whether there is one."""
    tables = load_units()
    found: tuple[str, str, bool, int] | None = None
    last_plural: tuple[str, int] | None = None
    previous = ""
    bound = _BOUND.match(s, position)
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
