"""Repeats of one fact inside a document become one statement with several places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

from lianzhang.plan.kernel.topics import topic_of
from lianzhang.plan.model import Statement

_SAME = 0.5


@lru_cache(maxsize=8192)
def _grams(text: str, lang: str) -> frozenset[str]:
    if lang == "zh":
        letters = [char for char in text if "\u4e00" <= char <= "\u9fff" or char.isalnum()]
        return frozenset("".join(pair) for pair in pairwise(letters)) or frozenset(letters)
    stop = {"the", "of", "a", "an", "and", "in", "its", "with", "to"}
    words = "".join(char.lower() if char.isalnum() else " " for char in text).split()
    return frozenset(word.rstrip("s") for word in words if word not in stop)


def similarity(first: str, second: str, lang: str) -> float:
    """Overlap coefficient of the phrases' character pairs (Chinese) or words (English), 0 to 1."""
    a, b = _grams(first, lang), _grams(second, lang)
    return len(a & b) / min(len(a), len(b)) if a and b else 0.0


def sameness(first: str, second: str, lang: str) -> float:
    """Shared character pairs or words of two phrases, of all they have (Jaccard), 0 to 1; 0 for one-word phrases."""
    a, b = _grams(first, lang), _grams(second, lang)
    return len(a & b) / len(a | b) if min(len(a), len(b)) > 1 else 0.0


def merge(found: list[Statement], sentence: Sequence[int] = ()) -> list[Statement]:
    """Merge statements of one document that say the same of the same thing; the order of first places is kept.

    Same value, bounds, comparator, unit and year, kinds that agree (an expectation repeated as a target is a target),
    similar phrase or the same topic, and no two different regions. ``sentence`` numbers the sentences the statements
    stand in: one sentence does not say the same twice.
    """
    homes: list[int] = []
    groups: dict[tuple[object, ...], list[int]] = {}
    merged: list[Statement] = []
    for at, statement in enumerate(found):
        inside = sentence[at] if sentence else -1 - at
        key = (
            statement.value, statement.lower, statement.upper, statement.comparator, statement.unit, statement.year,
            statement.lang, statement.kind in ("achieved", "count"), statement.measure,
        )  # fmt: skip
        home = next(
            (at for at in groups.get(key, []) if homes[at] != inside and _same(merged[at], statement)), None
        )
        if home is None or (statement.value is None and statement.lower is None):
            groups.setdefault(key, []).append(len(merged))
            merged.append(statement)
            homes.append(inside)
            continue
        first = merged[home]
        merged[home] = replace(
            first,
            places=(*first.places, statement.place, *statement.places),
            kind="target" if "target" in (first.kind, statement.kind) else first.kind,
            region=first.region or statement.region,
            confidence=max(first.confidence, statement.confidence),
        )
    return merged


def _same(first: Statement, second: Statement) -> bool:
    if first.region and second.region and first.region != second.region:
        return False
    if (first.line, first.char_start) == (second.line, second.char_start):
        return False
    alike = sameness if first.unit == "rank" else similarity  # many things can be second
    if alike(first.indicator, second.indicator, first.lang) >= _SAME:
        return True
    topic = topic_of(first)
    return bool(topic.series) and topic == topic_of(second)
