"""What a region holds about indicators, and in what ways a statement may disagree with it."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from lianzhang.errors import InputError
from lianzhang.i18n import Text
from lianzhang.plan import queries
from lianzhang.plan.current import succession
from lianzhang.plan.kernel.contradictions import Finding, Known, interval, spread
from lianzhang.plan.kernel.figures import digits, has_name, meet, ten_times, times
from lianzhang.plan.kernel.link import terms
from lianzhang.plan.kernel.topics import Topic, related, topic_of, topic_of_name
from lianzhang.plan.linking import statement_id, table_measure, table_unit
from lianzhang.plan.model import Statement
from lianzhang.plan.track_text import bound
from lianzhang.plan.wording import amount
from lianzhang.schema.period import parse_period
from lianzhang.units import UNITS

if TYPE_CHECKING:
    from lianzhang.store import Reader

Row = Mapping[str, Any]

#: Two rates of nearly the same name differ at all if one is this many times the other …
_FAR = 1.5
#: … within these days.
_DAYS = 750
#: Significant digits from which one figure told of two things is no accident.
_TELLING_DIGITS = 3
#: What two rates must have in common to be taken for one another: the end of their Chinese names …
_TAIL = 4
#: … or a run of so many words of their English names, with the word "rate" in it.
_RUN = 3
_OBSERVATIONS = """
SELECT o.indicator_id, o.series, o.region_id, o.period, o.value, o.comparator, o.preferred, o.source_id,
       s.title_zh, s.title_en
FROM observations o LEFT JOIN sources s USING (source_id)
WHERE o.value IS NOT NULL AND o.sector_id IS NULL
ORDER BY o.preferred DESC, o.period, o.source_id
"""
_STATEMENTS = f"""
SELECT q.*, s.title_zh, s.title_en FROM {queries.STANDING} q LEFT JOIN sources s USING (source_id)
WHERE q.indicator_id IS NOT NULL AND q.period_end IS NOT NULL ORDER BY q.statement_id
"""
_NOTED = """
SELECT conflict_id, statement_id, other_statement_id, kind, explanation_zh, explanation_en
FROM statement_conflicts WHERE conflict_id NOT LIKE 'u-%' ORDER BY conflict_id
"""
_FIRMS = """
SELECT name_zh AS name FROM firms UNION SELECT name_en FROM firms UNION SELECT alias FROM firm_aliases
"""
_BREAKS = "SELECT indicator_id, region_id, period FROM series_breaks"


@dataclass(frozen=True, slots=True)
class Said:
    """A statement with the region's indicator and place it speaks of, and its own row where the region has one."""

    statement: Statement
    indicator: str | None
    place: str | None
    twin: str | None
    source: str | None


class Held:
    """What the region holds, ready to be compared with."""

    def __init__(self, reader: Reader) -> None:
        self._indicators = {r["indicator_id"]: r for r in reader.sql(queries.INDICATORS).to_pylist()}
        self._root = reader.region.root
        self._observations: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in reader.sql(_OBSERVATIONS).to_pylist():
            self._observations[row["indicator_id"], row["region_id"]].append(row)
        self._stated: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
        self._rows: dict[str, Row] = {}
        for row in reader.sql(_STATEMENTS).to_pylist():
            self._rows[row["statement_id"]] = row
            if row["region_id"]:
                self._stated[row["indicator_id"], row["region_id"], row["period_end"]].append(row)
        self._noted = reader.sql(_NOTED).to_pylist()
        self._after = succession(reader)
        self._firms = sorted(
            {str(r["name"]).lower() for r in reader.sql(_FIRMS).to_pylist() if r["name"]},
            key=len,
            reverse=True,
        )
        self._breaks: dict[tuple[str, str], list[date]] = defaultdict(list)
        for row in reader.sql(_BREAKS).to_pylist():
            self._breaks[row["indicator_id"], row["region_id"]].append(parse_period(row["period"]).start)
        self._topics = {
            i: (topic_of_name(r["name_zh"]), topic_of_name(r["name_en"])) for i, r in self._indicators.items()
        }

    def observed(self, one: Said) -> Iterator[Finding]:
        """Figures observed for the same indicator, region and period, of which none allows what is said."""
        s = one.statement
        if s.kind != "achieved" or one.indicator is None or one.place is None:
            return
        if table_measure(s.measure) == "rank" or not _has_figure(s):
            return
        rows = [
            r
            for r in self._observations.get((one.indicator, one.place), ())
            if r["period"] == s.period_end and r["source_id"] not in (one.source, None)
        ]
        low, high = self._scaled(s, one.indicator)
        if not rows or any(meet((low, high), self._figure(r)) for r in rows):
            return
        row = rows[0]
        known = self._as_known(row)
        value, other = self._value(s, one.indicator), float(row["value"])
        ten = s.unit != "%" and ten_times(value, other)
        kind = "factor-of-ten" if ten else "observation"
        yield Finding(
            kind,
            False,
            (s,),
            Text(
                f"同为{s.period_end}，{_at(s)}写“{s.indicator}”{amount(s, 'zh')}，而{known.source.zh}为{_shown(known).zh}"
                + ("，相差约十倍" if ten else "，两者不能同时成立"),
                f"for {s.period_end}, {_at(s)} says {amount(s)} of {s.indicator!r}, and {known.source.en} has "
                f"{_shown(known).en}: " + ("about ten times apart" if ten else "both cannot hold"),
            ),
            (known,),
        )

    def stated(self, one: Said) -> Iterator[Finding]:
        """What another document says of the same indicator, region and period."""
        s = one.statement
        if one.indicator is None or one.place is None or not _has_figure(s) or s.measure == "rank":
            return
        for row in self._stated.get((one.indicator, one.place, s.period_end), ()):
            same_mood = (row["kind"] == "achieved") == (s.kind == "achieved")
            if row["statement_id"] == one.twin or not same_mood or row["source_id"] == one.source:
                continue
            if statement_id(s) == row["statement_id"] or row["title_zh"] == s.source:
                continue
            if row["value"] is None and row["lower"] is None and row["upper"] is None:
                continue
            if meet(self._scaled(s, one.indicator), self._spread(row, one.indicator)):
                continue
            known = self._as_known(row)
            ten = s.unit != "%" and ten_times(self._value(s, one.indicator), self._number(row, one.indicator))
            yield Finding(
                "factor-of-ten" if ten else "value",
                False,
                (s,),
                Text(
                    f"同为{s.period_end}，{_at(s)}写“{s.indicator}”{amount(s, 'zh')}，{known.source.zh}（{known.locator}）写"
                    f"{_shown(known).zh}，两者不能同时成立",
                    f"for {s.period_end}, {_at(s)} says {amount(s)} of {s.indicator!r}, and {known.source.en} "
                    f"({known.locator}) says {_shown(known).en}: both cannot hold",
                ),
                (known,),
            )

    def parts(self, one: Said) -> Iterator[Finding]:
        """A part above the observed whole: of a kind of thing, or a firm's figure above that of the whole place."""
        s = one.statement
        if s.kind != "achieved" or s.measure != "level" or s.unit == "%" or not _has_figure(s):
            return
        firm = self._firm(s.indicator)
        topic = topic_of(s)
        if firm and not topic.subjects:
            topic = Topic(topic_of_name(s.quote).subjects, topic.series)
        if not topic.subjects or not topic.series or (one.place is None and not firm):
            return
        place = self._root if firm else str(one.place)
        for identity, row in self._indicators.items():
            if identity == one.indicator or row["measure"] != "level" or self._firm(row["name_zh"]):
                continue
            if not any(_whole(topic, whole, firm=bool(firm)) for whole in self._topics[identity]):
                continue
            for held in self._observations.get((identity, place), ()):
                factor = _factor(s.unit, row["unit"])
                if held["period"] != s.period_end or not held["preferred"] or factor is None:
                    continue
                if interval(s)[0] * factor > self._figure(held)[1]:
                    yield self._part(s, self._as_known(held), firm=bool(firm))
                    return

    def mixed(self, one: Said) -> Iterator[Finding]:
        """The very figure that was observed of another series of the same thing: output value as revenue, sales as output."""
        s = one.statement
        if s.kind != "achieved" or s.measure != "level" or s.value is None or one.place is None:
            return
        topic = topic_of(s)
        if not topic.subjects or digits(s.value) < _TELLING_DIGITS:
            return
        for identity, row in self._indicators.items():
            factor = _factor(s.unit, row["unit"])
            if identity == one.indicator or row["measure"] != "level" or factor is None:
                continue
            confused = any(
                t.subjects == topic.subjects and related(t.series, topic.series) == "confused"
                for t in self._topics[identity]
            )
            rows = self._observations.get((identity, one.place), ()) if confused else ()
            for held in rows:
                if held["period"] == s.period_end and meet(self._figure(held), times(interval(s), factor)):
                    known = self._as_known(held)
                    yield Finding(
                        "series",
                        False,
                        (s,),
                        Text(
                            f"{_at(s)}“{s.indicator}”{amount(s, 'zh')}，{known.source.zh}的同一数字是“{known.label.zh}”"
                            f"（{known.period}）：口径可能混用",
                            f"{_at(s)} gives {amount(s)} for {s.indicator!r}, and {known.source.en} the same figure for "
                            f"{known.label.en!r} ({known.period}): one may be taken for the other",
                        ),
                        (known,),
                    )
                    return

    def growth(self, one: Said) -> Iterator[Finding]:
        """Growth on the year of a physical quantity against the observed figures of the two years.

        Money is left out: its growth is often told at constant prices.
        """
        s = one.statement
        if one.indicator is None or one.place is None or s.kind != "achieved" or s.value is None:
            return
        grown = self._indicators[one.indicator]
        if s.measure != "growth" or grown["measure"] != "growth" or len(s.period_end) != 4:
            return
        year = int(s.period_end)
        for identity, row in self._indicators.items():
            known = UNITS.get(row["unit"])
            money = known is not None and known.dimension == "money"
            if row["measure"] != "level" or money or not _same_but_growth(grown, row):
                continue
            ends = [self._one(identity, one.place, str(y)) for y in (year - 1, year)]
            first, last = ends
            broken = any(d.year == year for d in self._breaks.get((identity, one.place), ()))
            if first is None or last is None or broken or first["value"] <= 0:
                continue
            (a, b), (c, d) = self._figure(first), self._figure(last)
            low = 100 * (c / b - 1) if math.isfinite(b) and b > 0 else -math.inf
            high = 100 * (d / a - 1) if math.isfinite(d) and a > 0 else math.inf
            if meet(interval(s), (low, high)):
                continue
            implied = 100 * (last["value"] / first["value"] - 1)
            sides = (self._as_known(first), self._as_known(last))
            yield Finding(
                "arithmetic",
                False,
                (s,),
                Text(
                    f"{_at(s)}写{s.period_end}年增长{amount(s, 'zh')}；{sides[0].label.zh}由{_shown(sides[0]).zh}到"
                    f"{_shown(sides[1]).zh}，为{implied:.1f}%：增速与两年的数对不上，口径可能不同",
                    f"{_at(s)} says {amount(s)} growth for {s.period_end}; {sides[0].label.en} went from "
                    f"{_shown(sides[0]).en} to {_shown(sides[1]).en}, which is {implied:.1f}%: the rate does not follow "
                    "from the two years, it may rest on another basis",
                ),
                sides,
            )

    def namesakes(self, one: Said) -> Iterator[Finding]:
        """A share that is far from another share of nearly the same name and time: one word, two denominators."""
        s = one.statement
        if one.indicator is None or one.place is None or s.unit != "%" or s.kind != "achieved":
            return
        if s.measure not in ("share", "ratio") or s.value is None or s.value <= 0:
            return
        mine = self._indicators[one.indicator]
        day = _end(s.period_end)
        best: tuple[float, Row] | None = None
        for identity, row in self._indicators.items():
            if identity == one.indicator or row["unit"] != "%" or row["measure"] != "share":
                continue
            if day is None or not _one_word(mine, row):
                continue
            for held in self._observations.get((identity, one.place), ()):
                gap = _days(day, held["period"])
                far = max(held["value"], s.value) >= _FAR * min(held["value"], s.value)
                if gap <= _DAYS and far and (best is None or gap < best[0]):
                    best = (gap, held)
        if best is None:
            return
        known = self._as_known(best[1])
        yield Finding(
            "definition",
            False,
            (s,),
            Text(
                f"{_at(s)}“{s.indicator}”为{amount(s, 'zh')}（{s.period_end}），{known.source.zh}的“{known.label.zh}”为"
                f"{_shown(known).zh}（{known.period}）：名称相近、分母不同，不能互相代替",
                f"{_at(s)} gives {amount(s)} for {s.indicator!r} ({s.period_end}), and {known.source.en} "
                f"{_shown(known).en} for {known.label.en!r} ({known.period}): the names are alike and the denominators "
                "are not; neither stands for the other",
            ),
            (known,),
        )

    def noted(self, said: Sequence[Said], found: Sequence[Finding]) -> Iterator[Finding]:
        """What people noted with the region about these very statements, and what was found does not tell."""
        mine = {one.twin: one.statement for one in said if one.twin is not None}
        for row in self._noted:
            ids = [self._after.heir(i) for i in (row["statement_id"], row["other_statement_id"]) if i]
            sides = [mine[i] for i in ids if i in mine]
            if not sides or any(_tells(f, row["kind"], sides) for f in found):
                continue
            others = tuple(self._as_known(self._rows[i]) for i in ids if i not in mine and i in self._rows)
            places = "、".join(_at(s) for s in sides), " and ".join(_at(s) for s in sides)
            yield Finding(
                row["kind"].replace("_", "-"),
                False,
                tuple(sides),
                Text(
                    f"{places[0]}：{row['explanation_zh']}",
                    f"{places[1]}: {row['explanation_en']}",
                ),
                others,
                noted=True,
            )

    def _part(self, s: Statement, known: Known, *, firm: bool) -> Finding:
        reason = (
            Text(
                "可能含外地工厂，或销量与产量混用",
                "it may include plants elsewhere, or sales stand for output",
            )
            if firm
            else Text("两者必有一误", "one of them is wrong")
        )
        return Finding(
            "part",
            False,
            (s,),
            Text(
                f"部分大于整体：{_at(s)}“{s.indicator}”{amount(s, 'zh')}，大于{known.source.zh}的“{known.label.zh}”"
                f"{_shown(known).zh}（{known.period}）；{reason.zh}",
                f"a part exceeds its whole: {s.indicator!r} {amount(s)} in {_at(s)} is above {known.label.en!r} "
                f"{_shown(known).en} of {known.source.en} ({known.period}); {reason.en}",
            ),
            (known,),
        )

    def _firm(self, phrase: str) -> str:
        """The firm of the region that a phrase names, in small letters; empty if none."""
        low = phrase.lower()
        return next((n for n in self._firms if len(n) >= 2 and has_name(low, n)), "")

    def _one(self, indicator: str, place: str, period: str) -> Row | None:
        rows = [r for r in self._observations.get((indicator, place), ()) if r["period"] == period]
        return next((r for r in rows if r["preferred"]), rows[0] if rows else None)

    def _figure(self, row: Row) -> tuple[float, float]:
        return spread(row["comparator"], row["value"])

    def _spread(self, row: Row, indicator: str) -> tuple[float, float]:
        factor = _factor(row["unit"], self._indicators[indicator]["unit"]) or 1.0
        return times(spread(row["comparator"], row["value"], row["lower"], row["upper"]), factor)

    def _number(self, row: Row, indicator: str) -> float:
        factor = _factor(row["unit"], self._indicators[indicator]["unit"]) or 1.0
        return factor * next(float(v) for v in (row["value"], row["lower"], row["upper"]) if v is not None)

    def _scaled(self, s: Statement, indicator: str) -> tuple[float, float]:
        factor = _factor(s.unit, self._indicators[indicator]["unit"]) or 1.0
        return times(interval(s), factor)

    def _value(self, s: Statement, indicator: str) -> float:
        factor = _factor(s.unit, self._indicators[indicator]["unit"]) or 1.0
        return factor * next(v for v in (s.value, s.lower, s.upper) if v is not None)

    def _as_known(self, row: Row) -> Known:
        stated = "statement_id" in row
        indicator = self._indicators.get(row["indicator_id"])
        label = (
            Text(row["topic_zh"], row["topic_en"])
            if stated
            else Text(indicator["name_zh"], indicator["name_en"])
            if indicator
            else Text("", "")
        )
        unit = row["unit"] if stated else indicator["unit"] if indicator else ""
        title = Text(row["title_zh"] or row["source_id"], row["title_en"] or row["source_id"])
        return Known(
            label,
            row["value"],
            row["lower"] if stated else None,
            row["upper"] if stated else None,
            row["comparator"],
            unit,
            (row["period_end"] if stated else row["period"]) or "",
            title,
            row["locator"] if stated else None,
            row["statement_id"] if stated else None,
        )


def _whole(part: Topic, whole: Topic, *, firm: bool) -> bool:
    """Whether the second topic holds the first: of the same series, or, for a firm, a production that sales fill."""
    if firm:
        same = part.subjects == whole.subjects
        return same and related(part.series, whole.series) in ("same", "near", "confused")
    return part.part_of(whole) and related(part.series, whole.series) == "same"


def _one_word(a: Row, b: Row) -> bool:
    """Whether two indicators are called by one rate's name: 本地配套率, local supporting rate."""
    first, second = str(a["name_zh"]), str(b["name_zh"])
    size = 0
    while size < min(len(first), len(second)) and first[-size - 1] == second[-size - 1]:
        size += 1
    if size >= _TAIL and first.endswith("率"):
        return True
    words = [str(r["name_en"]).lower().split() for r in (a, b)]
    runs = [{tuple(w[i : i + _RUN]) for i in range(len(w) - _RUN + 1)} for w in words]
    return any("rate" in run for run in runs[0] & runs[1])


def _same_but_growth(grown: Row, level: Row) -> bool:
    return any(
        (terms(grown[name]) - {"growth"}) == terms(level[name]) and terms(level[name])
        for name in ("name_zh", "name_en")
    )


def _has_figure(s: Statement) -> bool:
    return s.value is not None or s.lower is not None or s.upper is not None


def _factor(unit: str, wanted: str) -> float | None:
    mine = table_unit(unit)
    if mine == wanted:
        return 1.0
    a, b = UNITS.get(mine), UNITS.get(wanted)
    return a.scale / b.scale if a is not None and b is not None and a.base == b.base else None


def _shown(known: Known) -> Text:
    return bound(known.comparator, known.value, known.lower, known.upper, known.unit)


def _end(period: str) -> date | None:
    try:
        return parse_period(period).end if period else None
    except InputError:
        return None


def _days(day: date, period: str) -> float:
    other = _end(period)
    return abs((day - other).days) if other is not None else math.inf


#: Kinds of findings that are about figures, so that one tells what another would.
_FIGURES = frozenset({"value", "factor-of-ten", "observation", "level", "arithmetic"})


def kinds_alike(found: str, noted: str) -> bool:
    """Whether a finding of one kind tells what a note of the other does; a part above its whole tells any."""
    kinds = {found.replace("_", "-"), noted.replace("_", "-")}
    return len(kinds) == 1 or "part" in kinds or kinds <= _FIGURES


def _tells(finding: Finding, kind: str, sides: Sequence[Statement]) -> bool:
    """Whether a finding says already what was noted about these statements."""
    alike = kinds_alike(finding.kind, kind)
    if finding.kind == "level":
        return alike and all(
            any((s.source, s.line) == (f.source, f.line) for f in finding.statements) for s in sides
        )
    return alike and {s.id for s in sides} <= {s.id for s in finding.statements}


def _at(statement: Statement) -> str:
    return f"{statement.source}:{statement.line}"
