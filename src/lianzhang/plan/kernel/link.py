"""Which indicator a statement speaks of: by phrase, unit and measure, in Chinese and English.

The phrase, the sentence around it and the indicators' names become bags of terms: canonical words of the field (both
languages give the same one), else words (English, plural cut) or pairs of characters (Chinese). With inverse document
frequency w over the catalogue, phrase P, sentence Q and name N::

    score = w((P ∪ Q) ∩ N) / w(N) · [ a · 2 w(P ∩ N) / (w(P) + w(N))  +  (1 - a) · w(Q ∩ N) / w(N) ]

The first factor holds against an indicator every word of its name that the text does not have. Unit and measure are
gates, not evidence: yuan never match vehicles, a share never a count, and two different concepts (production and sales;
output value, revenue, scale and value added) never match, however alike the rest is. A
threshold in a name (over 100 billion yuan) is a term like any other.

Suggestions for a person reach further than the rule that links by itself. They are ordered by::

    score + b · c²,   c = w((P ∪ Q ∪ C) ∩ N) / w(N)

with C the text around the sentence and N without what the name has in brackets; and where C is given, an indicator whose
measure is another one (a share read as a growth rate) is suggested with a part of its score, below what the rule accepts.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

#: Weight of the phrase against its sentence.
PHRASE_WEIGHT = 0.65
#: From this score, and with this lead over the next indicator, the rule links by itself; below it only suggests.
ACCEPT_SCORE = 0.50
ACCEPT_LEAD = 0.05
#: Weight of what the text around the sentence says, in the order of suggestions.
CONTEXT_WEIGHT = 0.2
#: What remains of the score of an indicator with another measure; below `ACCEPT_SCORE` whatever the score.
OTHER_MEASURE = 0.45

#: What the field says in many ways, longest first; the right side is the canonical term.
_SAME: tuple[tuple[str, str], ...] = (
    (r"intelligent(?:ly)?(?:[ -]and)?[ -](?:networked|connected|network-connected)[ -]new[ -]energy[ -]vehicles?", "icnev"),
    (r"智能网联新能源(?:汽车|车)|icnevs?", "icnev"),
    (r"new[ -]energy[ -](?:vehicles?|automobiles?|cars?)|新能源(?:汽车|车)|nevs?", "nev"),
    (r"(?:industr\w+ )?enterprises? above (?:the )?designated size", "abovescale"),
    (r"above[ -](?:the )?designated[ -]size|above[ -]scale", "abovescale"),
    (r"large-scale industr\w+|regulated industr\w+|scale industr\w+|规模以上|规上|限额以上", "abovescale industry"),
    (r"production and sales|产销量?", "productionandsales"),
    (r"output value|gross output|产值", "outputvalue"),
    (r"value[ -]added|added[ -]value|增加值", "valueadded"),
    (r"(?:annual )?(?:operating|business|principal) (?:income|revenue)|主营业务收入|营业收入|营收|revenue", "revenue"),
    (r"proportion|percentage of|share|比重|占比|份额", "share"),
    (r"(?:year[ -]on[ -]year|yoy|annual)? ?(?:growth(?: rate)?|increase)|增速|增长率?|同比", "growth"),
    (r"r&d (?:investment|spending|expenditure)|研发(?:投入|经费|费用)|r&d经费", "rdspending"),
    (r"strategic emerging industr\w+|战略性新兴(?:产业|制造业)?", "strategicemerging"),
    (r"high[ -]tech(?:nology)? manufacturing(?: industr\w+)?|高技术(?:制造业|产业)", "hightechmanufacturing"),
    (r"high[ -]tech(?:nology)? enterprises?|高新技术企业", "hightechenterprise"),
    (r"(?:scientific and technological|technology(?:-based)?|sci-tech) enterprises?|科技型企业", "technologyenterprise"),
    (r"little giants?|小巨人(?:企业)?", "littlegiant"),
    (r"single[ -]champions?|单项冠军(?:企业)?", "champion"),
    (r"charging (?:piles?|facilit\w+|points?)|充电(?:桩|设施)", "charging"),
    (r"supercharging stations?|超充站|超级充电站", "supercharging"),
    (r"local(?:i[sz]ed|i[sz]ation)? (?:supporting|content|support) rate|locali[sz]ation rate", "localrate"),
    (r"本地(?:化)?配套率", "localrate"),
    (r"automobiles?|cars?|vehicles?|汽车|整车", "automobile"),
    (r"production|output|产量|生产", "production"),
    (r"sales|销量|销售量?", "sales"),
    (r"imports? and exports?|进出口", "trade"),
    (r"exports?|出口", "export"),
    (r"enterprises?|companies|company|firms?|企业|公司", "enterprise"),
    (r"manufacturing|制造业", "manufacturing"),
    (r"industr(?:y|ies|ial)|工业|产业", "industry"),
    (r"gross domestic product|地区生产总值|国内生产总值|gdp", "gdp"),
    (r"clusters?|集群", "cluster"),
    (r"scale|规模", "scale"),
)  # fmt: skip
_PATTERN = re.compile("|".join(f"(?P<s{i}>(?<![a-z])(?:{p})(?![a-z]))" for i, (p, _) in enumerate(_SAME)))
_WORD = re.compile(r"[a-z][a-z0-9&-]*|[\u4e00-\u9fff]+")
_BRACKETS = re.compile(r"\([^()]*\)|（[^（）]*）")
#: An amount with a scale word: 200 billion, 二千亿, 千亿.
_AMOUNT = re.compile(
    r"(?P<en>\d[\d,.]*)[ -]?(?P<word>trillion|billion|million)"
    r"|(?P<zh>\d[\d,.]*|[一二两三四五六七八九]?[十百千]|[一二两三四五六七八九])?(?P<sign>万亿|亿)"
)
_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2}
_SCALE = {
    "trillion": 1e12,
    "billion": 1e9,
    "million": 1e6,
    "万亿": 1e12,
    "亿": 1e8,
    "十": 10.0,
    "百": 100.0,
    "千": 1000.0,
}
_IDLE = frozenset(
    re.findall(
        r"\S+",
        "a an and are as at be been by for from has have in into is it its more of on or our over per reach reached than "
        "that the their this to was were will with which year years city municipal number total each such "
        "chongqing 重庆 全市 我市",
    )
)
_CONCEPTS = frozenset(
    {
        "productionandsales",
        "outputvalue",
        "valueadded",
        "revenue",
        "rdspending",
        "production",
        "sales",
        "scale",
        "export",
    }
)
_RELATIVE = frozenset({"growth", "growth p.a.", "multiple", "difference"})


@dataclass(frozen=True, slots=True)
class Entry:
    """An indicator of the catalogue. ``dimension`` is what its unit measures (`lianzhang.units`), or the unit."""

    indicator_id: str
    names: tuple[str, ...]
    unit: str
    dimension: str
    measure: str


@dataclass(frozen=True, slots=True)
class Match:
    """A suggestion: the indicator, its score between 0 and 1, and the lead over the next one."""

    indicator_id: str
    score: float
    lead: float

    @property
    def accepted(self) -> bool:
        """Whether the rule links by itself."""
        return self.score >= ACCEPT_SCORE and self.lead >= ACCEPT_LEAD


def terms(text: str) -> frozenset[str]:
    """The terms of a text, both languages.

    >>> sorted(terms("Output of new energy vehicles") & terms("新能源汽车产量"))
    ['nev', 'production']
    """
    low = text.lower()
    found: set[str] = set()

    def take(match: re.Match[str]) -> str:
        found.update(_SAME[int(str(match.lastgroup)[1:])][1].split())
        return " "

    def amount(match: re.Match[str]) -> str:
        figure = _amount(match)
        if figure is not None:
            found.add(f"{figure:g}")
        return " "

    for word in _WORD.findall(_PATTERN.sub(take, _AMOUNT.sub(amount, low))):
        if word in _IDLE:
            continue
        if word[0] >= "\u4e00":
            found.update(word[i : i + 2] for i in range(max(len(word) - 1, 1)))
        else:
            found.add(word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word)
    return frozenset(found - _IDLE)


def _amount(match: re.Match[str]) -> float | None:
    """The amount that a scaled number says, None for what is no number: 200 billion, 二千亿 are 2e11."""
    if match["word"]:
        text, scale = match["en"], _SCALE[match["word"]]
    else:
        text, scale = match["zh"] or "1", _SCALE[match["sign"]]
        if text[-1] in _SCALE:
            scale *= _SCALE[text[-1]]
            text = str(_DIGITS[text[0]]) if len(text) > 1 else "1"
        elif text in _DIGITS:
            text = str(_DIGITS[text])
    try:
        return float(text.replace(",", "").rstrip(".")) * scale
    except ValueError:
        return None


class Catalogue:
    """Indicators ready for matching."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = [
            (e, _bags(e.names), _bags([_BRACKETS.sub(" ", n) for n in e.names])) for e in entries
        ]
        counts = Counter(t for _, bags, _ in self._entries for t in frozenset().union(*bags))
        total = len(self._entries)
        self._weight: Mapping[str, float] = {t: math.log(1 + total / n) for t, n in counts.items()}
        #: A term that no indicator has counts as the rarest.
        self._unknown = math.log(1 + total) if total else 1.0

    def match(
        self,
        phrase: str,
        sentence: str,
        *,
        unit: str,
        dimension: str,
        measure: str,
        context: str = "",
        limit: int = 3,
    ) -> list[Match]:
        """The best indicators for a statement, best first; empty where none passes the gates with any likeness.

        Scores and leads are those of the rule; ``context`` only orders.

        Args:
            phrase: what the statement says is measured.
            sentence: the sentence it stands in.
            unit: its unit; ``dimension`` what that measures.
            dimension: as in `Entry`.
            measure: level, share, growth, …
            context: the text around the sentence, where there is some.
            limit: how many to return.
        """
        said, around = terms(phrase), terms(sentence)
        wide = said | around | terms(context)
        scored: list[tuple[float, float, str]] = []
        for entry, bags, short in self._entries:
            fits = _fits(entry, unit, dimension, measure)
            other = (
                bool(context)
                and _same_unit(entry, unit, dimension)
                and "rank" not in (measure, entry.measure)
            )
            if not fits and not other:
                continue
            weight = 1.0 if fits else OTHER_MEASURE
            best = weight * max((self._score(said, around, bag) for bag in bags), default=0.0)
            near = weight * max((self._near(wide, bag) for bag in short), default=0.0) if context else 0.0
            if best > 0 or near > 0:
                scored.append((best + CONTEXT_WEIGHT * near, best, entry.indicator_id))
        scored.sort(key=lambda s: (-s[0], -s[1], s[2]))
        high = [*sorted((s for _, s, _ in scored), reverse=True), 0.0]

        def lead(score: float) -> float:
            return score - (high[1] if score == high[0] else high[0])

        return [Match(i, s, lead(s)) for _, s, i in scored[:limit]]

    def _near(self, wide: frozenset[str], name: frozenset[str]) -> float:
        mine, theirs = wide & _CONCEPTS, name & _CONCEPTS
        if mine and theirs and not mine & theirs:
            return 0.0
        return (self._sum(wide & name) / self._sum(name)) ** 2

    def _score(self, said: frozenset[str], around: frozenset[str], name: frozenset[str]) -> float:
        mine, theirs = said & _CONCEPTS, name & _CONCEPTS
        if mine and theirs and not mine & theirs:
            return 0.0
        size = self._sum(name)
        both = self._sum(said & name)
        alike = 2 * both / (self._sum(said) + size) if said else 0.0
        near = self._sum(around & name) / size
        covered = self._sum((said | around) & name) / size
        return covered * (PHRASE_WEIGHT * alike + (1 - PHRASE_WEIGHT) * near)

    def _sum(self, bag: frozenset[str]) -> float:
        return sum(self._weight.get(t, self._unknown) for t in bag)


def _bags(names: Sequence[str]) -> list[frozenset[str]]:
    """Terms of every name."""
    return [t for t in map(terms, names) if t]


def _same_unit(entry: Entry, unit: str, dimension: str) -> bool:
    return unit == entry.unit or (dimension == entry.dimension and dimension not in ("count", "text"))


def _fits(entry: Entry, unit: str, dimension: str, measure: str) -> bool:
    """Whether unit and measure allow the match: the same kind of figure, or a change of an amount."""
    same_unit = _same_unit(entry, unit, dimension)
    if measure in _RELATIVE:
        return measure == entry.measure and same_unit
    if entry.measure in _RELATIVE or (measure == "rank") != (entry.measure == "rank"):
        return False
    shares = {"share", "intensity"}
    if (measure in shares and unit == "%") != (entry.measure in shares and entry.unit == "%"):
        return False
    return same_unit
