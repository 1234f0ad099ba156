"""Quantities in English: currency, number, scale word, level word, unit or the head of the counted noun phrase."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

from lianzhang.plan.kernel.masks import BLANK
from lianzhang.plan.kernel.nouns_en import LEVEL_NAME, count_noun, per_year
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

_PER = {
    "square kilometer": "km2", "square kilometre": "km2", "square kilometers": "km2", "square kilometres": "km2",
    "km2": "km2", "sq km": "km2", "mu": "mu", "hectare": "hectare", "square meter": "m2", "square metre": "m2",
    "year": "year", "annum": "year", "month": "month", "day": "day", "person": "person", "capita": "person",
    "unit of gdp": "unit of GDP", "kwh": "kWh", "kg": "kg", "km": "km", "vehicle": "vehicle", "tonne": "tonne", "acre": "acre",
}  # fmt: skip
_NUM = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,2}(?:,\d{2})+,\d{3}|\d+(?:\.\d+)?)"


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
    currency = _alternatives(list(load_units().en_signs))
    scale = _alternatives([word for word in EN_SCALES if len(word) > 1])
    return re.compile(
        rf"""
        (?P<ra>(?<![\d:.])\d+(?:\.\d+)?)\s*(?::|to)\s*(?P<rb>\d+(?:\.\d+)?)(?![\d:]|\.\d|\s*(?:{scale}|%|[a-z]))
      | (?P<level>(?<![A-Za-z\d])(?:(?P<ln>{_NUM}|several\s+tens\s+of|tens\s+of|hundreds\s+of|ten|
          hundred)[\s-]+(?:large\s+)?)?
           (?P<ls>million|billion|trillion)s?(?:[\s-]*(?:yuan|RMB|dollar|USD))?[\s-]*(?:level|class|scale|
               mark)\b(?!\s+mark))
      | (?P<vague>\b(?:(?P<vs>several)\s+)?(?:(?P<vt>tens|hundreds)\s+of\s+)?(?P<vw>thousands|hundreds|dozens|
          millions|scores)(?:\s+of)\b(?!\s+(?:[mb]|tr)illions)|\b(?P<dozen>a\s+dozen|a\s+hundred|a\s+thousand|
          two\s+dozen)\b)
      | (?P<frac>\b(?:{fractions})\b(?=\s+(?:of|the)\b))
      | (?P<double>\b(?:(?:will|to|would|has|have|more\s+than|nearly|almost|be)\s+)*(?P<dw>doubl(?:e|ed|es|ing)|
          tripl(?:e|ed|es|ing)|quadrupl(?:e|ed|es|ing)|(?:(?P<fold>{cardinals}|\d+(?:\.\d+)?)[\s-]?fold))\b(?!\s+(?:the|that|its)\b|\s*-?\s*(?:digit|decker|promotion|action|track|check|carbon|circulation|down|standard|
          whammy|hundred))(?!["”’]))
      | (?P<cur>(?<![A-Za-z])(?:{currency})\s?)?
        (?P<n1>(?(cur){_NUM}|(?<![\w.,]){_NUM})|(?<=[-–—/(“"'$€£¥₹฿M]){_NUM}|\b(?:{cardinals})\b(?!-[a-z])|
            \bone(?=[\s-](?:million|billion|trillion|hundred|thousand)\b(?!-)))(?P<plus>\+)?
        (?:\s*(?P<u0>%|percent|per\s+cent|(?:{scale})\b|(?<=\d)(?:bn|mn|k|tn)\b)?\s*(?P<join>-{{1,2}}|–|—|
            \bto\b)\s*(?:{currency})?\s?(?P<n2>{_NUM}|(?:{cardinals})\b)(?=\s*(?:%|percent|per\s+cent|[a-z“]|{scale}|-)))?
        (?:(?!\s(?:million|billion|trillion)-(?:yuan|RMB|dollar|euro)s?\b)[\s-]?(?P<scale>(?:{scale})\b(?!s?[\s-]*(?:yuan|RMB|dollar)?[\s-]*(?:level|class)\b)|(?<=\d)(?:bn|mn|
            m|b|k|tn)\b))?(?P<plus2>\+)?
        (?:[\s-]*(?P<sym>%|‰)|[\s-]+(?P<unit>{immediate})\b|(?<=\d)(?P<unit2>km|kW|MW|GW|GWh|MWh|kWh|TWh|ha|t|x|
            pp|Mt)\b)?
        (?:\s*(?:/|\bper\s+|\ba\s+(?=year)|\beach\s+(?=year))\s*(?P<per>{_alternatives(list(_PER))})\b)?
        """,
        re.VERBOSE | re.IGNORECASE,
    )


# "between 5 and 6 percent": a range like "5 to 6 percent"
_BETWEEN = re.compile(
    rf"(\bbetween\s+[$€£¥₹]?{_NUM}\s*(?:%|percent|per\s+cent|million|billion|trillion)?\s)and(?=\s[$€£¥₹]?\d)",
    re.IGNORECASE,
)
# "two national and 10 provincial clusters"
_SHARES = re.compile(r"\s+[a-z-]+(?:\s+[a-z-]+)?\s+and\s+\d", re.IGNORECASE)
# "the number of cities above a trillion rose to five"
_NUMBER_TO = re.compile(
    r"\bnumber\s+of\b[^.;]{3,90}\b(?:to|reached|reaching|at|hit|is|was)\s+$", re.IGNORECASE
)
# "a 5,000-acre park", "2-nanometer chips": how large one thing is
_SIZE = re.compile(
    r"[\d.,]+-(?:acre|hectare|nanometer|nanometre|micron|kilometer|kilometre|mile|meter|metre|page|inch|storey|story|lane|tonne|ton|"
    r"liter|litre|seat|bed|person|member|point|generation)\b",
    re.IGNORECASE,
)
# "the top 500", "a station every 25 km", "per 9-square-km grid": a name, a spacing
_NAMED = re.compile(r"\b(?P<word>top|every|per)\s$", re.IGNORECASE)
# "63 cars per 1,000 people", "30 out of every 100"
_DENOMINATOR = re.compile(r"\b(?:per|(?:out\s+of|in)\s+every)\s+$", re.IGNORECASE)
_DETERMINED = re.compile(
    r"\b(?:the|these|those|its|their|our|all|both|this|other|\w+['’]s)\s+(?:\w+\s+)?$", re.IGNORECASE
)


def quantities(masked: str) -> list[Quantity]:
    """Quantities of a masked English sentence, in order, not overlapping."""
    masked = _BETWEEN.sub(r"\1 to", masked)  # as long as before
    found: list[Quantity] = []
    ranks = read_ranks(masked)
    position = 0
    while match := _quantity().search(masked, position):
        if any(rank.start < match.end() and match.start() < rank.end for rank in ranks):
            position = match.end()
            continue
        if match["n2"] is not None and not _is_range(match, masked):
            alone = _quantity().match(masked[: match.start("join")], match.start())
            match = alone or match
        quantity = _build(match, masked)
        if quantity is None or _inside(masked, found, quantity):
            position = match.end()
            continue
        found.extend(_two_states(match, masked, quantity))
        position = max(quantity.end, match.start() + 1)
    return sorted(found + ranks, key=lambda quantity: quantity.start)


def _inside(s: str, found: list[Quantity], quantity: Quantity) -> bool:
    """ "8 crore (80 million) vehicles", "80 10-billion-yuan projects": part of the phrase that the former number counts."""
    if not found or quantity.start >= found[-1].noun_end:
        return False
    return "(" in s[found[-1].end : quantity.start] or bool(LEVEL_NAME.match(s, quantity.start - 1))


def _is_range(m: re.Match[str], s: str) -> bool:
    """Whether two numbers joined by a dash or "to" are one range; not in "rose 4.4 percent to 1.15 trillion"."""
    first, second = _spaced(m["u0"]), (m["sym"] or m["unit"] or "").lower()
    if first[:3] in ("%", "per") and not (
        second[:3] in ("%", "per") or (not second and not m["scale"] and not m["cur"])
    ):
        return False
    scale = EN_SCALES.get(_spaced(m["scale"]), 1.0)
    low = _number(m["n1"]) * EN_SCALES.get(first, scale)
    return _number(m["n2"]) * scale > low or bool(_FROM.search(s[: m.start()]))


# "grows from 21 to 39 billion" are two states, "ranging from 4% to 6%" is one range
_FROM = re.compile(
    r"(?<!ranging )(?<!ranges )(?<!range )(?<!ranged )(?<!varying )(?<!varies )\bfrom\s+(?:(?:about|around|nearly|some|"
    r"over|the|current|currently|an?|estimated|roughly|approximately)\s+){0,3}$",
    re.IGNORECASE,
)


def _two_states(m: re.Match[str], s: str, quantity: Quantity) -> list[Quantity]:
    """A range after "from" joined by "to" as the two figures it is: before and after the change."""
    if (
        quantity.comparator != "range"
        or m["join"] is None
        or m["join"].lower() != "to"
        or not _FROM.search(s[: m.start()])
    ):
        return [quantity]
    cut, after = m.start("join"), m.end("join")
    after += len(s[after:]) - len(s[after:].lstrip())
    former = replace(
        quantity,
        end=len(s[:cut].rstrip()),
        value=quantity.lower,
        lower=None,
        upper=None,
        comparator="=",
        noun_end=0,
    )
    latter = replace(quantity, start=after, value=quantity.upper, lower=None, upper=None, comparator="=")
    return [former, latter]


_LEVEL_NUMBER = {"severaltensof": 10.0, "tensof": 10.0, "hundredsof": 100.0, "ten": 10.0, "hundred": 100.0}
_FOLD = {"doubl": 100.0, "tripl": 200.0, "quadr": 300.0}
_FROM_TO = re.compile(r"[^.;]{0,80}\bfrom\b[^.;]{1,40}\bto\b", re.IGNORECASE)
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
        value = round(100.0 * EN_FRACTIONS[re.sub(r"[\s-]+", " ", m["frac"].lower())], 3)
        return Quantity(start, end, value, unit="%", unit_text=m.group(), dim="percent", words=True)
    if m["double"]:
        return _multiplied(m, s)
    return _plain(m, s)


def _multiplied(m: re.Match[str], s: str) -> Quantity | None:
    """Doubling, tripling, a tenfold increase, as growth in %."""
    start, end = m.span()
    if m["fold"]:
        word = m["fold"].lower()
        value = 100.0 * (EN_CARDINALS.get(word) or float(word)) - 100.0
    elif re.search(rf"(?:\b(?:four|three|two|the|a|of)|{BLANK})\s*[“\"]?$", s[:start]) or _FROM_TO.match(
        s, end
    ):
        return None  # a name ("the double …"), or a change whose two states follow
    else:
        value = next(growth for prefix, growth in _FOLD.items() if m["dw"].lower().startswith(prefix))
    return Quantity(start, end, value, unit="%", unit_text=m.group(), dim="doubling", words=True)


def _spaced(text: str | None) -> str:
    """A scale word in lower case with single spaces (lakh-crore as "lakh crore")."""
    return re.sub(r"[\s-]+", " ", text.lower()) if text else ""


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
        if count_noun(quantity, s, m.end()) and not quantity.generic and not quantity.structural
        else None
    )


def _number(text: str) -> float:
    """A number in digits or in words ("three", "twenty-five")."""
    return parse_arabic(text) if text[0].isdigit() else float(EN_CARDINALS[re.sub(r"\s+", "-", text.lower())])


def _plain(m: re.Match[str], s: str) -> Quantity | None:
    raw = m["n1"]
    named = _NAMED.search(s, 0, m.start())
    if (named and (named["word"].lower() != "top" or (not m["scale"] and "," not in raw))) or _SIZE.match(
        s, m.start()
    ):
        return None
    words = not raw[0].isdigit()
    first = _number(raw)
    scale = EN_SCALES.get(_spaced(m["scale"]), 1.0)
    start, end = m.span()
    while end > start and s[end - 1] in " -":
        end -= 1
    quantity = Quantity(start, end, clean(first * scale), words=words, scaled=bool(m["scale"]))
    unit_text = m["sym"] or m["unit"] or m["unit2"] or ""
    unit = load_units().en_units.get(re.sub(r"[\s-]+", " ", unit_text.lower()))
    if m["cur"]:
        sign = m["cur"].strip()
        quantity.unit, quantity.dim, quantity.unit_text = load_units().en_signs[sign.lower()], "money", sign
    elif unit is not None:
        quantity.unit, quantity.dim, quantity.unit_text = unit.id, unit.dim, unit_text
        if unit.factor != 1.0 and quantity.value is not None:
            quantity.value = clean(quantity.value * unit.factor)
    elif _DENOMINATOR.search(s[:start]) or (
        not count_noun(quantity, s, end)
        and words
        and not _NUMBER_TO.search(s[:start])
        and not _SHARES.match(s, end)
    ):
        return None
    if words and quantity.dim == "count" and _DETERMINED.search(s[:start]):
        return None  # "the two provinces": a reference, not a count
    if words and quantity.generic and not quantity.scaled:
        return None
    if m["per"] and quantity.unit and quantity.dim != "percent":
        per = _PER[re.sub(r"\s+", " ", m["per"].lower())]
        if not (quantity.dim == "money" and per == "year"):
            quantity.unit = f"{quantity.unit}/{per}"
    elif quantity.noun_end > quantity.end or quantity.dim == "physical":
        per_year(quantity, s)
    if m["n2"] is not None and quantity.value is not None:
        low_scale = EN_SCALES.get(_spaced(m["u0"]), scale)
        factor = unit.factor if unit is not None and not m["cur"] else 1.0
        low, high = clean(first * low_scale * factor), clean(_number(m["n2"]) * scale * factor)
        if high <= low and not _FROM.search(s[:start]):
            return None
        quantity.value, quantity.lower, quantity.upper, quantity.comparator = None, low, high, "range"
    elif m["plus"] or m["plus2"]:
        quantity.comparator = ">="
    return quantity
