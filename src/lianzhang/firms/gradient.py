"""The enterprise gradient: how many firms stand on which rung, and who meets the rule-like criteria of the next.

Rungs and criteria are data (data/gradient.toml). A criterion is *met*, *unmet* or *unknown* (the fact is missing); a
firm *qualifies by the rules* for a rung if every rule is met. What a panel judges is named beside it and never
decided here.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from lianzhang.errors import InputError, UnknownNameError
from lianzhang.i18n import Text

Verdict = Literal["met", "unmet", "unknown"]
_COMPARE = {
    ">=": lambda a, b: a >= b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    "<": lambda a, b: a < b,
}


@dataclass(frozen=True, slots=True)
class Criterion:
    """One rule. ``when``: (metric, above, to), the range of another metric in which it holds; ``any_of``: name of a
    group of alternatives."""

    metric: str
    comparator: str
    value: float
    unit: str
    text: Text
    when: tuple[str, float, float] | None = None
    any_of: str | None = None


@dataclass(frozen=True, slots=True)
class Rung:
    """A class of the gradient with its rules; ``after``: classes that a firm has to hold before."""

    id: str
    text: Text
    source: str
    after: tuple[str, ...]
    judged: Text
    criteria: tuple[Criterion, ...]


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
    """Rungs of a file like the bundled one.

    Raises:
        InputError: the file is no gradient file; says what is wrong.
    """
    if path is None:
        raw = (resources.files("lianzhang.firms") / "data" / "gradient.toml").read_text("utf-8")
    elif path.is_file():
        raw = path.read_text("utf-8-sig")
    else:
        raise InputError(Text(f"找不到文件 {path}", f"there is no file {path}"))
    try:
        parsed = tomllib.loads(raw)
        return tuple(_rung(entry) for entry in parsed["rung"])
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise InputError(
            Text(f"梯度文件有误：{error}", f"the gradient file is wrong: {error}"),
            hint=Text("可参照自带的 gradient.toml", "compare with the bundled gradient.toml"),
        ) from None


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
            )
        )
    return Rung(
        id=entry["id"],
        text=Text(entry["zh"], entry["en"]),
        source=entry["source"],
        after=tuple(entry.get("after", ())),
        judged=Text(entry["judged_zh"], entry["judged_en"]),
        criteria=tuple(criteria),
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
        found["met" if needed in holds else "unmet"].append(f"holds:{needed}")
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


def candidates(
    rung_id: str,
    facts: Mapping[str, Mapping[str, float | None]],
    held: Mapping[str, Iterable[str]],
    rungs: tuple[Rung, ...] | None = None,
) -> list[Standing]:
    """Firms that do not hold a rung, those that qualify by the rules first, then by how few rules are open.

    Args:
        rung_id: class to reach.
        facts: firm → facts.
        held: firm → classes held now.

    Raises:
        UnknownNameError: no such rung.
    """
    known = {rung.id: rung for rung in (rungs or load_rungs())}
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
