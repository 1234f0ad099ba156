"""What a statement is about: the thing (NEVs, above-scale industry) and which of its numbers (output, revenue)."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from lianzhang.plan.model import Statement


@dataclass(frozen=True, slots=True)
class Topic:
    """Subjects and series of a statement, in the ids of ``data/concepts.toml``."""

    subjects: frozenset[str]
    series: str

    def part_of(self, other: Topic) -> bool:
        """Whether every subject of this topic is the other's or a part of one of them, and one is truly a part."""
        if not self.subjects or not other.subjects or self.subjects == other.subjects:
            return False
        return all(
            subject in other.subjects or _wholes(subject) & other.subjects for subject in self.subjects
        ) and any(_wholes(subject) & other.subjects for subject in self.subjects)


@cache
def _concepts() -> dict[str, Any]:
    return tomllib.loads(
        files("lianzhang.plan.kernel").joinpath("data", "concepts.toml").read_text(encoding="utf-8")
    )


@cache
def _forms(table: str) -> tuple[re.Pattern[str], dict[str, str]]:
    names = {
        form.lower(): concept
        for concept, row in _concepts()[table].items()
        for form in (*row.get("zh", ()), *row.get("en", ()))
    }
    ordered = sorted(names, key=len, reverse=True)
    english = "|".join(re.escape(form) for form in ordered if form.isascii())
    chinese = "|".join(re.escape(form) for form in ordered if not form.isascii())
    return re.compile(rf"\b(?:{english})\b|{chinese}"), names


@cache
def _wholes(subject: str) -> frozenset[str]:
    above = []
    while (whole := _concepts()["subject"].get(subject, {}).get("part_of")) is not None:
        above.append(whole)
        subject = whole
    return frozenset(above)


def related(first: str, second: str) -> str:
    """``same``, ``near`` (production, production and sales), ``confused`` (output value, revenue) or ``different``."""
    if first == second:
        return "same"
    rows = _concepts()["series"]
    for one, other in ((first, second), (second, first)):
        row = rows.get(one, {})
        if other in row.get("near", ()):
            return "near"
        if other in row.get("confused", ()):
            return "confused"
    return "different"


def topic_of(statement: Statement) -> Topic:
    """Topic of a statement: subjects from its indicator phrase, the series from there or else from its quote."""
    phrase = statement.indicator.lower()
    return Topic(_subjects(phrase), _series(phrase) or _series(statement.quote.lower()))


#: Names of enterprises of a size, in which "scale" is no series.
_SIZE = re.compile(r"规模以上|规模企业|(?:above|large)[ -]scale|\bscale (?=industr)|designated scale")


def _series(text: str) -> str:
    pattern, names = _forms("series")
    found = [names[match.group()] for match in pattern.finditer(_SIZE.sub(" ", text))]
    # an intensity or a rate of something is an intensity or a rate, whatever the something is
    for strong in ("intensity", "rate"):
        if strong in found:
            return strong
    return found[0] if found else ""


def _subjects(text: str) -> frozenset[str]:
    pattern, names = _forms("subject")
    found = {names[match.group()] for match in pattern.finditer(text)}
    return frozenset(subject for subject in found if not any(subject in _wholes(other) for other in found))


def topic_of_name(name: str) -> Topic:
    """Topic of an indicator's name."""
    low = name.lower()
    return Topic(_subjects(low), _series(low))
