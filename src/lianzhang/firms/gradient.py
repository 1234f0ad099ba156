"""The enterprise gradient: how many firms stand on which rung, and who meets the rule-like criteria of the next.

Classes, rungs and criteria are data (data/gradient.toml). A criterion is *met*, *unmet* or *unknown* (the fact is
missing); a firm *qualifies by the rules* for a rung if every rule is met. What a panel judges is named beside it and
never decided here. A rung has one version for each document that set its rules; the day of the question picks one.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any, Literal, TypeVar

from lianzhang.errors import InputError, UnknownNameError
from lianzhang.i18n import Text

T = TypeVar("T")
Verdict = Literal["met", "unmet", "unknown"]
Checked = Literal["text", "secondary", "none"]
#: How the thresholds of a rung were checked, for readers.
CHECKED_TEXT: dict[Checked, Text] = {
    "text": Text("已对照条文", "checked against the article"),
    "secondary": Text("按转载核对", "checked against reprints"),
    "none": Text("未核对", "not checked"),
}
#: A metric that says whether a firm holds a class: 1 or 0.
_HOLDS = "holds:"
_COMPARE = {
    ">=": lambda a, b: a >= b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    "<": lambda a, b: a < b,
}


@dataclass(frozen=True, slots=True)
class Criterion:
    """One rule. ``when``: (metric, above, to), the range of another metric in which it holds; ``any_of``: name of a
    group of alternatives; ``item``: its place in the document."""

    metric: str
    comparator: str
    value: float
    unit: str
    text: Text
    when: tuple[str, float, float] | None = None
    any_of: str | None = None
    item: Text | None = None


@dataclass(frozen=True, slots=True)
class StatusClass:
    """A class of the gradient. ``indicators`` count its firms in a pack and carry the plan's targets."""

    id: str
    text: Text
    indicators: tuple[str, ...]
    note: Text | None


@dataclass(frozen=True, slots=True)
class Rung:
    """A class of the gradient with its rules by one document; ``after``: classes that a firm has to hold before.

    ``source`` is the document, ``cited`` the place in it, ``valid_from`` and ``valid_to`` the days on which it is in
    force, ``checked`` how the thresholds were checked, ``caution`` what to be careful about, ``url`` where it stands.
    """

    id: str
    text: Text
    source: str
    after: tuple[str, ...]
    judged: Text
    criteria: tuple[Criterion, ...]
    cited: Text | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    checked: Checked = "none"
    caution: Text | None = None
    url: str | None = None

    def in_force(self, day: date) -> bool:
        """Whether its document is in force on a day."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """How one firm stands to one rung that it does not hold."""

    firm_id: str
    rung: str
    verdict: Verdict
    met: tuple[str, ...]
    unmet: tuple[str, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class YearCount:
    """Firms of one class at the end of a year, and those that gained and lost it in that year."""

    status_class: str
    year: int
    held: int
    gained: int
    lost: int


def load_rungs(path: Path | None = None) -> tuple[Rung, ...]:
    """Rungs of a file like the bundled one, every version of each.

    Raises:
        InputError: the file is no gradient file; says what is wrong.
    """
    return _parsed(path, lambda parsed: tuple(_rung(entry) for entry in parsed["rung"]))


def load_classes(path: Path | None = None) -> tuple[StatusClass, ...]:
    """Classes of a file like the bundled one, lowest first; those of the bundled file where it names none.

    Raises:
        InputError: the file is no gradient file; says what is wrong.
    """
    found = _parsed(path, lambda parsed: tuple(_class(entry) for entry in parsed.get("class", ())))
    return found or load_classes()


def rungs_on(day: date, rungs: Iterable[Rung]) -> tuple[Rung, ...]:
    """One version of every rung: the one in force on a day, else the last that has begun, else the first to come."""
    versions: dict[str, list[Rung]] = {}
    for rung in rungs:
        versions.setdefault(rung.id, []).append(rung)
    chosen = []
    for found in versions.values():
        found.sort(key=lambda r: r.valid_from or date.min)
        begun = [r for r in found if r.valid_from is None or r.valid_from <= day]
        chosen.append(next((r for r in reversed(begun) if r.in_force(day)), (begun or found[:1])[-1]))
    return tuple(chosen)


def _parsed(path: Path | None, read: Callable[[Mapping[str, Any]], T]) -> T:
    if path is None:
        raw = (resources.files("lianzhang.firms") / "data" / "gradient.toml").read_text("utf-8")
    elif path.is_file():
        raw = path.read_text("utf-8-sig")
    else:
        raise InputError(Text(f"找不到文件 {path}", f"there is no file {path}"))
    try:
        return read(tomllib.loads(raw))
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise InputError(
            Text(f"梯度文件有误：{error}", f"the gradient file is wrong: {error}"),
            hint=Text("可参照自带的 gradient.toml", "compare with the bundled gradient.toml"),
        ) from None


def _class(entry: Mapping[str, Any]) -> StatusClass:
    return StatusClass(
        id=entry["id"],
        text=Text(entry["zh"], entry["en"]),
        indicators=tuple(entry.get("indicators", ())),
        note=_text(entry, "note"),
    )


def _text(entry: Mapping[str, Any], name: str) -> Text | None:
    return Text(entry[f"{name}_zh"], entry[f"{name}_en"]) if f"{name}_zh" in entry else None


def _rung(entry: Mapping[str, Any]) -> Rung:
    criteria = []
    for item in entry.get("criterion", ()):
        if item["comparator"] not in _COMPARE:
            raise ValueError(f"comparator {item['comparator']!r}")
        when = item.get("when")
        limits = None
        if when is not None:
            limits = (
                str(when["metric"]),
                float(when.get("above", -math.inf)),
                float(when.get("to", math.inf)),
            )
        criteria.append(
            Criterion(
                metric=item["metric"],
                comparator=item["comparator"],
                value=float(item["value"]),
                unit=item["unit"],
                text=Text(item["zh"], item["en"]),
                when=limits,
                any_of=item.get("any_of"),
                item=_text(item, "item"),
            )
        )
    checked = entry.get("checked", "none")
    if checked not in CHECKED_TEXT:
        raise ValueError(f"checked {checked!r}")
    return Rung(
        id=entry["id"],
        text=Text(entry["zh"], entry["en"]),
        source=entry["source"],
        after=tuple(entry.get("after", ())),
        judged=Text(entry["judged_zh"], entry["judged_en"]),
        criteria=tuple(criteria),
        cited=_text(entry, "cited"),
        valid_from=date.fromisoformat(entry["from"]) if "from" in entry else None,
        valid_to=date.fromisoformat(entry["to"]) if "to" in entry else None,
        checked=checked,
        caution=_text(entry, "caution"),
        url=entry.get("url"),
    )


def judge(criterion: Criterion, facts: Mapping[str, float | None]) -> Verdict | None:
    """Verdict on one rule; None where the rule is not for firms like this one (``when``)."""
    if criterion.when is not None:
        metric, above, to = criterion.when
        limit = facts.get(metric)
        if limit is None or math.isnan(limit):
            return "unknown"
        if not above < limit <= to:
            return None
    value = facts.get(criterion.metric)
    if value is None or math.isnan(value):
        return "unknown"
    return "met" if _COMPARE[criterion.comparator](value, criterion.value) else "unmet"


def stand(firm_id: str, rung: Rung, facts: Mapping[str, float | None], held: Iterable[str] = ()) -> Standing:
    """How a firm stands to a rung: unmet if a rule is broken, unknown if a fact is missing, else met.

    Args:
        facts: metric → value, None or absent where unknown.
        held: classes that the firm holds now; a missing class of ``after`` is an unmet rule.
    """
    found: dict[Verdict, list[str]] = {"met": [], "unmet": [], "unknown": []}
    holds = set(held)
    for needed in rung.after:
        found["met" if needed in holds else "unmet"].append(f"{_HOLDS}{needed}")
    facts = {**facts, **_holding(rung, holds)}
    alternatives: dict[str, list[Verdict]] = {}
    for criterion in rung.criteria:
        verdict = judge(criterion, facts)
        if verdict is None:
            continue
        if criterion.any_of is not None:
            alternatives.setdefault(criterion.any_of, []).append(verdict)
        elif criterion.metric not in found[verdict]:
            found[verdict].append(criterion.metric)
    for name, verdicts in alternatives.items():
        best: Verdict = "met" if "met" in verdicts else "unknown" if "unknown" in verdicts else "unmet"
        found[best].append(name)
    overall: Verdict = "unmet" if found["unmet"] else "unknown" if found["unknown"] else "met"
    return Standing(firm_id, rung.id, overall, *(tuple(found[v]) for v in ("met", "unmet", "unknown")))


def _holding(rung: Rung, holds: set[str]) -> dict[str, float]:
    """Facts that follow from the classes held: a class that is not held is known not to be."""
    named = {c.metric for c in rung.criteria} | {c.when[0] for c in rung.criteria if c.when is not None}
    return {
        metric: float(metric.removeprefix(_HOLDS) in holds) for metric in named if metric.startswith(_HOLDS)
    }


def candidates(
    rung_id: str,
    facts: Mapping[str, Mapping[str, float | None]],
    held: Mapping[str, Iterable[str]],
    rungs: tuple[Rung, ...] | None = None,
    on: date | None = None,
) -> list[Standing]:
    """Firms that do not hold a rung, those that qualify by the rules first, then by how few rules are open.

    Args:
        rung_id: class to reach.
        facts: firm → facts.
        held: firm → classes held now.
        rungs: rungs in place of the bundled ones.
        on: day whose rules count; the newest rules by default.

    Raises:
        UnknownNameError: no such rung.
    """
    known = {rung.id: rung for rung in rungs_on(on or date.max, rungs or load_rungs())}
    if rung_id not in known:
        raise UnknownNameError(Text("梯度类别", "rung"), rung_id, known)
    order = {"met": 0, "unknown": 1, "unmet": 2}
    standings = [
        stand(firm, known[rung_id], values, held.get(firm, ()))
        for firm, values in facts.items()
        if rung_id not in set(held.get(firm, ()))
    ]
    return sorted(standings, key=lambda s: (order[s.verdict], len(s.unmet), len(s.unknown), s.firm_id))


def counts_by_year(statuses: Iterable[Mapping[str, Any]], first: int, last: int) -> list[YearCount]:
    """Counts per class and year from a status history (rows of the table `firm_status`).

    A class is held at the end of a year if it was gained in or before that year and not lost in or before it; a firm
    counts once per class however often it was renewed.

    Raises:
        InputError: a row's ``valid_from`` has no year.
    """
    spells: dict[str, dict[str, list[tuple[int, int]]]] = {}
    for row in statuses:
        begin, end = _year(row["valid_from"]), _year(row.get("valid_to"))
        if begin is None:
            raise InputError(
                Text(
                    f"{row['firm_id']} 的 {row['status_class']} 没有取得年份",
                    f"{row['firm_id']}: no year of {row['status_class']}",
                )
            )
        spells.setdefault(row["status_class"], {}).setdefault(row["firm_id"], []).append((begin, end or 9999))
    counts = []
    for status_class, firms in sorted(spells.items()):
        holders = {
            year: {firm for firm, parts in firms.items() if any(a <= year < b for a, b in parts)}
            for year in range(first - 1, last + 1)
        }
        for year in range(first, last + 1):
            now, before = holders[year], holders[year - 1]
            counts.append(YearCount(status_class, year, len(now), len(now - before), len(before - now)))
    return counts


def _year(period: Any) -> int | None:
    text = str(period or "")[:4]
    return int(text) if text.isdigit() and len(text) == 4 else None
