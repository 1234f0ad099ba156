"""Score extracted statements against hand-read truth: recall, precision, per field, per language, per document.

Truth files are CSV with ``quote, line, char_start, value, value_lower, value_upper, comparator, unit, kind,
as_of_or_deadline, class``. Conventions: rows of class *core* count for recall; *structural*, *context* and
*qualitative* are neutral; *noise* must not be extracted. A truth row marked as a repeat (``(repeat)``,
``(headline…)``, a note that says merge) is another place of the row it repeats; the group counts once. An extracted
statement answers a group when any of its places overlaps any of the group's. Where several answers are possible, the
assignment with the most fully right rows is taken (Hungarian method).
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lianzhang.errors import FileFormatError
from lianzhang.i18n import Text
from lianzhang.plan.kernel.text import language
from lianzhang.plan.model import Statement

FIELDS = ("value", "unit", "comparator", "kind", "period")
_NEUTRAL = ("structural", "context", "qualitative")
_REPEAT = re.compile(r"\s*\((?:[^)]*(?:repeat|headline)[^)]*)\)", re.IGNORECASE)
_TOLERANCE = 1e-4


@dataclass(frozen=True, slots=True)
class TruthRow:
    """One row of a truth file."""

    id: str
    start: int
    end: int
    quote: str
    indicator: str
    value: float | None
    lower: float | None
    upper: float | None
    comparator: str
    unit: str
    kind: str
    year: str
    group: str
    notes: str


@dataclass(slots=True)
class TruthFact:
    """A core fact with all the places the truth gives for it."""

    row: TruthRow
    spans: list[tuple[int, int]]


@dataclass(slots=True)
class Score:
    """Counts of one document, language or of everything."""

    core: int = 0
    right: int = 0
    found: int = 0
    counted: int = 0
    noise: int = 0
    noise_hit: int = 0
    fields: dict[str, int] = field(default_factory=lambda: dict.fromkeys(FIELDS, 0))

    @property
    def recall(self) -> float:
        """Core facts with all five fields right, of all core facts."""
        return self.right / self.core if self.core else float("nan")

    @property
    def precision(self) -> float:
        """Fully right, of the extracted statements that are not neutral."""
        return self.right / self.counted if self.counted else float("nan")

    def add(self, other: Score) -> None:
        """Add another score's counts."""
        for name in ("core", "right", "found", "counted", "noise", "noise_hit"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in FIELDS:
            self.fields[name] += other.fields[name]


@dataclass(slots=True)
class Report:
    """Score of one document with what went wrong."""

    total: Score
    by_language: dict[str, Score]
    missed: list[tuple[TruthRow, Statement | None, tuple[str, ...]]]
    spurious: list[Statement]
    noise: list[tuple[TruthRow, Statement]]


def read_truth(path: Path) -> dict[str, list[TruthRow]]:
    """Truth rows per document name.

    Raises
    ------
    FileFormatError
        if a needed column is missing.
    """
    documents: dict[str, list[TruthRow]] = defaultdict(list)
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        needed = {"quote", "char_start", "value", "comparator", "unit", "kind", "as_of_or_deadline", "class"}
        if missing := needed - set(reader.fieldnames or ()):
            raise FileFormatError(
                Text(f"{path} 缺少列：{sorted(missing)}", f"{path} lacks the columns {sorted(missing)}")
            )
        for raw in reader:
            start = int(raw["char_start"])
            years = re.findall(r"\d{4}", raw["as_of_or_deadline"])
            documents[raw["seed_file"]].append(
                TruthRow(
                    raw["id"],
                    start,
                    start + len(raw["quote"]),
                    raw["quote"],
                    raw["indicator"],
                    _float(raw["value"]),
                    _float(raw["value_lower"]),
                    _float(raw["value_upper"]),
                    raw["comparator"],
                    raw["unit"],
                    raw["kind"],
                    years[-1] if years else "",
                    raw["class"],
                    raw["notes"],
                )
            )
    return dict(documents)


def _float(text: str) -> float | None:
    return float(text) if text.strip() else None


def facts(rows: Iterable[TruthRow]) -> list[TruthFact]:
    """Core rows as facts; a row marked as a repeat joins the first row of the same values that it can repeat."""
    result: list[TruthFact] = []
    core = [row for row in rows if row.group == "core"]
    for row in core:
        marked = bool(_REPEAT.search(row.indicator)) or "merge" in row.notes
        home = next((fact for fact in result if _repeats(fact.row, row, marked)), None)
        if home is None:
            result.append(TruthFact(row, [(row.start, row.end)]))
        else:
            home.spans.append((row.start, row.end))
    return result


def _repeats(first: TruthRow, second: TruthRow, marked: bool) -> bool:
    same = (
        (first.value, first.lower, first.upper, first.comparator, first.unit, first.kind, first.year)
        == (second.value, second.lower, second.upper, second.comparator, second.unit, second.kind, second.year)
    )  # fmt: skip
    if not same:
        return False
    first_marked = bool(_REPEAT.search(first.indicator)) or "merge" in first.notes
    names = _REPEAT.sub("", first.indicator).strip() == _REPEAT.sub("", second.indicator).strip()
    return names or ((marked or first_marked) and _alike(first.indicator, second.indicator))


def _alike(first: str, second: str) -> bool:
    a, b = (set(re.findall(r"[a-z]{3,}", _REPEAT.sub("", text).lower())) for text in (first, second))
    return bool(a & b)


def _close(first: float | None, second: float | None) -> bool:
    if first is None or second is None:
        return first is second
    return abs(first - second) <= _TOLERANCE * max(abs(first), abs(second), 1e-9)


def right_fields(row: TruthRow, statement: Statement) -> tuple[str, ...]:
    """The scored fields in which a statement agrees with a truth row."""
    right = []
    if _close(row.value, statement.value) and (
        row.value is not None or (_close(row.lower, statement.lower) and _close(row.upper, statement.upper))
    ):
        right.append("value")
    if row.unit == statement.unit:
        right.append("unit")
    if row.comparator == statement.comparator:
        right.append("comparator")
    if row.kind == statement.kind:
        right.append("kind")
    if row.year == (statement.period_end[:4] if statement.period_end else ""):
        right.append("period")
    return tuple(right)


def _spans(statement: Statement) -> list[tuple[int, int]]:
    return [(place.char_start, place.char_end) for place in (statement.place, *statement.places)]


def _overlap(first: Sequence[tuple[int, int]], second: Sequence[tuple[int, int]]) -> bool:
    return any(a < d and c < b for a, b in first for c, d in second)


def _language(row: TruthRow, usual: str) -> str:
    """Language of a truth row; a quote that is hardly more than a figure ("4.1%") is in the document's."""
    letters = re.sub(r"[^A-Za-z\u3400-\u9fff]", "", row.quote)
    return language(row.quote) if len(letters) > 3 or not letters.isascii() else usual


def score(rows: Sequence[TruthRow], statements: Sequence[Statement]) -> Report:
    """Score the statements of one document."""
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    cores = facts(rows)
    neutral = [row for row in rows if row.group in _NEUTRAL]
    noise = [row for row in rows if row.group == "noise"]
    spans = [_spans(statement) for statement in statements]
    weight = np.zeros((len(statements), len(cores) + len(neutral)))
    for i, statement in enumerate(statements):
        for j, fact in enumerate(cores):
            if _overlap(spans[i], fact.spans):
                right = right_fields(fact.row, statement)
                weight[i, j] = (
                    100.0 if len(right) == len(FIELDS) else 1.0 + len(right) + 3.0 * ("value" in right)
                )
        for j, row in enumerate(neutral, start=len(cores)):
            if _overlap(spans[i], [(row.start, row.end)]):
                weight[i, j] = 1.5 + 4.0 * _close(row.value, statement.value)
    chosen = linear_sum_assignment(weight, maximize=True) if weight.size else ((), ())
    answer = {int(j): int(i) for i, j in zip(*chosen, strict=True) if weight[i, j] > 0}
    used = {i: j for j, i in answer.items()}

    usual = language(" ".join(row.quote for row in rows))
    by_language = {"zh": Score(), "en": Score()}
    report = Report(Score(), by_language, [], [], [])
    for j, fact in enumerate(cores):
        part = by_language[_language(fact.row, usual)]
        part.core += 1
        best = statements[answer[j]] if j in answer else None
        right = right_fields(fact.row, best) if best is not None else ()
        part.found += best is not None
        for name in right:
            part.fields[name] += 1
        if len(right) == len(FIELDS):
            part.right += 1
        else:
            report.missed.append((fact.row, best, tuple(name for name in FIELDS if name not in right)))
    for i, statement in enumerate(statements):
        taken = used.get(i)
        part = by_language[statement.lang]
        if taken is None and any(_overlap(spans[i], [(row.start, row.end)]) for row in neutral):
            continue
        if taken is not None and taken >= len(cores):
            continue
        part.counted += 1
        if taken is None:
            report.spurious.append(statement)
    for row in noise:
        part = by_language[_language(row, usual)]
        part.noise += 1
        hit = next(
            (
                statement
                for i, statement in enumerate(statements)
                if used.get(i) is None and _overlap(spans[i], [(row.start, row.end)])
            ),
            None,
        )
        if hit is not None:
            part.noise_hit += 1
            report.noise.append((row, hit))
    for part in by_language.values():
        report.total.add(part)
    return report
