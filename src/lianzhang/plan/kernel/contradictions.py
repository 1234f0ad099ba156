"""Statements that cannot both hold, checked pair by pair and sum by sum; checks that pass are kept as passed.

Kinds of finding: ``factor-of-ten`` and ``value`` (two figures for the same thing), ``series`` (one figure given to two
different things, or output value taken for revenue), ``part`` (a part larger than its whole), ``arithmetic`` (a growth
rate or an intensity against the figures it should follow from), ``level`` (level words that do not agree). What a region
holds adds ``observation`` and ``definition`` (`lianzhang.plan.against`).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise

from lianzhang.i18n import Text
from lianzhang.plan.kernel.levels import Level, differing, levels
from lianzhang.plan.kernel.merge import sameness
from lianzhang.plan.kernel.topics import Topic, related, topic_of
from lianzhang.plan.model import Statement
from lianzhang.plan.wording import amount

#: Two figures agree if their rounding intervals touch; "about" is taken as this share wide on either side.
_ABOUT = 0.1
_TEN = 0.05  # how near the ratio of two figures must come to a power of ten
_SAME = 0.8
_NEARBY = 8  # lines within which figures of one calculation stand


@dataclass(frozen=True, slots=True)
class Known:
    """A figure that a region holds: what, how much, when, from which source, where in it.

    ``row`` is the id of its row in the table ``statements``; None for an observation.
    """

    label: Text
    value: float | None
    lower: float | None
    upper: float | None
    comparator: str
    unit: str
    period: str
    source: Text
    locator: str | None
    row: str | None


@dataclass(frozen=True, slots=True)
class Finding:
    """A contradiction, or a check that passed (``holds``), with the statements it is about and a plain sentence.

    ``known`` are figures of the region that speak against them; ``noted`` says that people recorded it with the region.
    """

    kind: str
    holds: bool
    statements: tuple[Statement, ...]
    text: Text
    known: tuple[Known, ...] = field(default=())
    noted: bool = False


@dataclass(frozen=True, slots=True)
class _Fact:
    statement: Statement
    topic: Topic
    low: float
    high: float


def find(statements: Sequence[Statement], texts: Mapping[str, str] | None = None) -> list[Finding]:
    """All findings among statements of any number of documents, contradictions first.

    Args:
        statements: what was read.
        texts: the documents' texts by name; their level words are compared too.
    """
    facts = [
        _Fact(s, topic_of(s), *interval(s)) for s in statements if s.value is not None or s.lower is not None
    ]
    found = [
        *_disagreements(facts),
        *_same_figure(facts),
        *_parts(facts),
        *_growth(facts),
        *_intensity(facts),
        *(finding for source, text in (texts or {}).items() for finding in _levels(source, text)),
    ]
    return sorted(found, key=lambda finding: finding.holds)


def interval(statement: Statement) -> tuple[float, float]:
    """Where the true figure can lie if a statement holds, as :func:`spread` has it."""
    return spread(statement.comparator, statement.value, statement.lower, statement.upper)


def spread(
    comparator: str, value: float | None, lower: float | None = None, upper: float | None = None
) -> tuple[float, float]:
    """Where the true figure can lie: rounding, "about", bounds, ranges, level words.

    ``= 2.82 trillion`` covers 2.815 to 2.825 trillion (half of the last digit written); ``> 500 000`` everything above;
    a level word from its threshold to ten times as much.
    """
    if value is None:
        return (lower if lower is not None else -math.inf), (upper if upper is not None else math.inf)
    slack = rounding(value)
    match comparator:
        case ">" | ">=":
            return value - slack, math.inf
        case "<" | "<=":
            return -math.inf, value + slack
        case "~":
            return value - _ABOUT * abs(value) - slack, value + _ABOUT * abs(value) + slack
        case "level":
            return value, 10 * value
        case _:
            return value - slack, value + slack


def rounding(value: float) -> float:
    """Half a unit of the last significant digit of a figure as written: 2.82e12 → 5e9.

    Trailing zeros say nothing about precision; two digits are assumed at least (50 000 → 500).
    """
    if value == 0:
        return 0.5
    mantissa, exponent = f"{abs(value):.9e}".split("e")
    significant = len(mantissa.rstrip("0").replace(".", ""))
    return 0.5 * math.pow(10.0, int(exponent) - max(significant, 2) + 1)


def _pairs(facts: Sequence[_Fact]) -> Iterable[tuple[_Fact, _Fact]]:
    """Pairs that speak of the same year, unit, measure and place, in the same mood."""
    groups: dict[tuple[object, ...], list[_Fact]] = defaultdict(list)
    for fact in facts:
        s = fact.statement
        if s.period_end:
            groups[_unit(s), s.measure, s.period_end[:4], s.kind == "achieved"].append(fact)
    for group in groups.values():
        for first, second in combinations(group, 2):
            a, b = first.statement, second.statement
            if not a.region or not b.region or a.region == b.region:
                yield first, second


def _unit(statement: Statement) -> str:
    return statement.unit.removesuffix("/year")


def _disagreements(facts: Sequence[_Fact]) -> Iterable[Finding]:
    for first, second in _pairs(facts):
        a, b = first.statement, second.statement
        if a.measure == "rank" or not _same_months(a, b) or _same_sentence(a, b):
            continue
        if not _same_thing(first, second):
            continue
        if first.low <= second.high and second.low <= first.high:
            continue
        ratio = _ratio(first, second)
        if (
            ratio > 1
            and a.unit != "%"
            and abs(math.log10(ratio) - round(math.log10(ratio))) < math.log10(1 + _TEN)
            and ratio > 5
        ):
            yield Finding(
                "factor-of-ten",
                False,
                (a, b),
                Text(
                    f"同为{a.period_end[:4]}年，{_at(a)}写{_zh(a)}，{_at(b)}写{_zh(b)}，相差约{ratio:,.0f}倍",
                    f"for {a.period_end[:4]}, {_at(a)} says {amount(a)} and {_at(b)} says {amount(b)}: "
                    f"about {ratio:,.0f} times as much",
                ),
            )
        else:
            yield Finding(
                "value",
                False,
                (a, b),
                Text(
                    f"同为{a.period_end[:4]}年，{_at(a)}写{_zh(a)}，{_at(b)}写{_zh(b)}，两者不能同时成立",
                    f"for {a.period_end[:4]}, {_at(a)} says {amount(a)} and {_at(b)} says {amount(b)}: "
                    "both cannot hold",
                ),
            )


def _ratio(first: _Fact, second: _Fact) -> float:
    a, b = (f.statement.value if f.statement.value is not None else f.high for f in (first, second))
    low, high = sorted((abs(a), abs(b)))
    return high / low if low else math.inf


def _same_months(a: Statement, b: Statement) -> bool:
    """Figures of a part of a year are only compared with figures of the same part."""
    return len(a.period_end) == len(b.period_end) and (a.period_start[:7], a.period_end) == (
        b.period_start[:7],
        b.period_end,
    )


def _same_sentence(a: Statement, b: Statement) -> bool:
    """Figures of one line are members of a list or parts of one another, hardly ever rivals."""
    return a.source == b.source and a.line == b.line


def _same_thing(first: _Fact, second: _Fact) -> bool:
    a, b = first.topic, second.topic
    if a.subjects != b.subjects or related(a.series, b.series) not in ("same", "near"):
        return False
    if a.subjects and a.series and first.statement.measure not in ("count", "share"):
        return True
    return _alike(first, second)


def _alike(first: _Fact, second: _Fact) -> bool:
    """Whether the phrases themselves agree; counts and shares need that, as one subject has many of them."""
    if first.statement.lang != second.statement.lang or "level" in (
        first.statement.comparator,
        second.statement.comparator,
    ):
        return False
    return sameness(first.statement.indicator, second.statement.indicator, first.statement.lang) >= _SAME


def _same_figure(facts: Sequence[_Fact]) -> Iterable[Finding]:
    """The same rank of two things of which one is part of the other; the same sum as output value and as revenue."""
    seen: set[tuple[object, ...]] = set()
    for first, second in _pairs(facts):
        a, b = first.statement, second.statement
        if a.value != b.value or a.value is None:
            continue
        if a.measure == "rank":
            if not (first.topic.part_of(second.topic) or second.topic.part_of(first.topic)):
                continue
            sentence = Text(
                f"{a.period_end[:4]}年第{a.value:.0f}名，{_at(a)}归于“{a.indicator}”，{_at(b)}归于“{b.indicator}”",
                f"rank {a.value:.0f} of {a.period_end[:4]} is given to {a.indicator!r} in {_at(a)} "
                f"and to {b.indicator!r} in {_at(b)}",
            )
        elif (
            related(first.topic.series, second.topic.series) == "confused"
            and first.topic.subjects == second.topic.subjects
            and first.topic.subjects
        ):
            sentence = Text(
                f"同一数字{_zh(a)}，{_at(a)}作{first.topic.series}，{_at(b)}作{second.topic.series}",
                f"the same figure {amount(a)} is {first.topic.series} in {_at(a)} and {second.topic.series} in {_at(b)}",
            )
        else:
            continue
        key = (a.measure, a.value, a.period_end[:4], frozenset((first.topic, second.topic)))
        if key not in seen:
            seen.add(key)
            yield Finding("series", False, (a, b), sentence)


def _parts(facts: Sequence[_Fact]) -> Iterable[Finding]:
    """A part that is larger than its whole, in the same place and year."""
    for first, second in _pairs(facts):
        if first.statement.measure != "level" or first.statement.unit == "%":
            continue
        for part, whole in ((first, second), (second, first)):
            if (
                not part.topic.part_of(whole.topic)
                or related(part.topic.series, whole.topic.series) != "same"
            ):
                continue
            if part.low > whole.high and _same_months(part.statement, whole.statement):
                a, b = part.statement, whole.statement
                yield Finding(
                    "part",
                    False,
                    (a, b),
                    Text(
                        f"部分大于整体：{_at(a)}“{a.indicator}”{_zh(a)}，{_at(b)}“{b.indicator}”{_zh(b)}",
                        f"a part exceeds its whole: {a.indicator!r} {amount(a)} in {_at(a)}, "
                        f"{b.indicator!r} {amount(b)} in {_at(b)}",
                    ),
                )


def _growth(facts: Sequence[_Fact]) -> Iterable[Finding]:
    """Growth told beside the two figures it leads from and to: (end / base)^(1/years) − 1, or end / base − 1."""
    by_source: dict[str, list[_Fact]] = defaultdict(list)
    for fact in facts:
        by_source[fact.statement.source].append(fact)
    for group in by_source.values():
        levels = [
            f
            for f in group
            if f.statement.measure in ("level", "count") and f.statement.value and f.statement.period_end
        ]
        for rate in group:
            if rate.statement.measure not in ("growth", "growth p.a.") or rate.statement.value is None:
                continue
            ends = _ends(rate, levels)
            if ends is not None:
                yield _growth_finding(rate, *ends)


def _ends(rate: _Fact, levels: Sequence[_Fact]) -> tuple[_Fact, _Fact] | None:
    """The two figures of different years that stand next to each other right before a growth rate, on its line."""
    line = [
        fact
        for fact in levels
        if fact.statement.line == rate.statement.line and fact.statement.char_start < rate.statement.char_end
    ]
    line.sort(key=lambda fact: fact.statement.char_start)
    for base, end in reversed(list(pairwise(line))):
        a, b = base.statement, end.statement
        if (
            a.unit == b.unit
            and a.period_end[:4] < b.period_end[:4]
            and related(base.topic.series, end.topic.series) == "same"
            and (a.measure == "level" or sameness(a.indicator, b.indicator, a.lang) >= _SAME)
        ):
            return base, end
    return None


def _growth_finding(rate: _Fact, base: _Fact, end: _Fact) -> Finding:
    years = int(end.statement.period_end[:4]) - int(base.statement.period_end[:4])
    exponent = 1 / years if rate.statement.measure == "growth p.a." else 1.0

    def grown(first: float, last: float) -> float:
        return 100.0 * (math.pow(last / first, exponent) - 1.0)

    a, b = base.statement, end.statement
    value = float(a.value or 0.0), float(b.value or 0.0)
    implied = grown(*value)
    low = grown(value[0] + rounding(value[0]), value[1] - rounding(value[1]))
    high = grown(value[0] - rounding(value[0]), value[1] + rounding(value[1]))
    holds = low <= rate.high and rate.low <= high
    per_year = rate.statement.measure == "growth p.a."
    return Finding(
        "arithmetic",
        holds,
        (rate.statement, a, b),
        Text(
            f"{_at(rate.statement)}：{_zh(a)}到{_zh(b)}，{years}年{'年均' if per_year else '共'}增长{implied:.1f}%，"
            f"文中写{_zh(rate.statement)}" + ("，相符" if holds else "，不符"),
            f"{_at(rate.statement)}: from {amount(a)} to {amount(b)} in {years} years is {implied:.1f}%"
            f"{' a year' if per_year else ''}; the text says {amount(rate.statement)}"
            + (": consistent" if holds else ""),
        ),
    )


def _intensity(facts: Sequence[_Fact]) -> Iterable[Finding]:
    """R&D intensity against R&D investment and revenue of the same document and year."""
    for rate in facts:
        s = rate.statement
        if rate.topic.series != "intensity" or s.unit != "%" or s.value is None:
            continue
        near = [
            f
            for f in facts
            if f.statement.source == s.source
            and f.statement.period_end == s.period_end
            and f.statement.kind == s.kind
            and f.statement.value
            and abs(f.statement.line - s.line) <= _NEARBY
            and f.statement.measure == "level"
        ]
        spent = next((f for f in near if f.topic.series == "investment" and f.statement.line == s.line), None)
        whole = next(
            (
                f
                for f in near
                if f.topic.series == "revenue" and spent and f.statement.unit == spent.statement.unit
            ),
            None,
        )
        if spent is None or whole is None or not spent.statement.value or not whole.statement.value:
            continue
        implied = 100.0 * spent.statement.value / whole.statement.value
        holds = abs(implied - s.value) <= rounding(s.value) + 0.05 * implied
        yield Finding(
            "arithmetic",
            holds,
            (s, spent.statement, whole.statement),
            Text(
                f"{_at(s)}：{_zh(spent.statement)} ÷ {_zh(whole.statement)} = {implied:.2g}%，文中写{_zh(s)}"
                + ("，相符" if holds else "，不符"),
                f"{_at(s)}: {amount(spent.statement)} of {amount(whole.statement)} is {implied:.2g}%; the text says "
                f"{amount(s)}" + (": consistent" if holds else ""),
            ),
        )


def _levels(source: str, text: str) -> Iterable[Finding]:
    """An exact level word in one place and a vague one in another, of the same number of the same thing."""
    for exact, vague in differing(levels(text)):
        sides = (_as_statement(source, exact), _as_statement(source, vague))
        count = exact.count
        yield Finding(
            "level",
            False,
            sides,
            Text(
                f"同是{count}个{exact.noun}，{_at(sides[0])}写“{exact.quote}”，{_at(sides[1])}写“{vague.quote}”：级别词不一致，"
                "前者是一个量级，后者是它的数倍",
                f"of the same {count} {exact.noun}s {_at(sides[0])} says {exact.quote!r} and {_at(sides[1])} says "
                f"{vague.quote!r}: the level words do not agree, the first is one order of magnitude, the second several "
                "times as much",
            ),
        )


def _as_statement(source: str, level: Level) -> Statement:
    return Statement(
        source=source,
        line=level.line,
        char_start=level.char_start,
        char_end=level.char_end,
        quote=level.quote,
        indicator=" ".join(level.about.split()),
        value=level.unit if level.exact else None,
        lower=None if level.exact else level.low,
        upper=None if level.exact else level.high,
        comparator="level" if level.exact else "range",
        unit="yuan",
        unit_text=level.quote,
        measure="level",
        kind="target",
        period_start="",
        period_end="",
        lang="zh" if level.noun >= "\u4e00" else "en",
    )


def _zh(statement: Statement) -> str:
    return amount(statement, "zh")


def _at(statement: Statement) -> str:
    return f"{statement.source}:{statement.line}"
