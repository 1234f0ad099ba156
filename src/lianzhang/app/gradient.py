"""The enterprise gradient against the plan: firms of every class year by year, and the targets that count them.

Two counts stand side by side and are never mixed: what a source has *published*, and what the table of status
histories *lists* firm by firm. A list of today's holders knows nothing of those that lost the class before, so its
early years are too low; published counts are not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from lianzhang.app.session import open_region
from lianzhang.app.state import region_head
from lianzhang.config import Settings
from lianzhang.errors import UsageError
from lianzhang.firms.gradient import StatusClass, YearCount, counts_by_year, load_classes
from lianzhang.i18n import Text
from lianzhang.plan.history import History
from lianzhang.plan.ledger import Book, open_book
from lianzhang.plan.track_model import VERDICTS, Point, TrackRow
from lianzhang.plan.tracking import track_book
from lianzhang.store import Reader

_INSIDE = """
WITH RECURSIVE inside AS (
    SELECT region_id FROM regions WHERE region_id = $region
    UNION
    SELECT r.region_id FROM regions r JOIN inside i ON r.parent_id = i.region_id
)
SELECT s.firm_id, s.status_class, s.valid_from, s.valid_to, s.source_id, s.status
FROM firm_status s JOIN firms f USING (firm_id) JOIN inside USING (region_id)
ORDER BY s.status_class, s.firm_id, s.valid_from
"""


@dataclass(frozen=True, slots=True)
class Counted:
    """What one indicator has published about a class: one point a period, oldest first."""

    indicator_id: str
    name: Text
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class ClassGradient:
    """One class: published counts, firms listed by year, and the targets that count them."""

    status_class: StatusClass
    published: tuple[Counted, ...]
    listed: tuple[YearCount, ...]
    targets: tuple[TrackRow, ...]
    source_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Gradient:
    """The gradient of a region as known on a day; classes about which nothing is known are there too, empty."""

    as_of: date
    classes: tuple[ClassGradient, ...]


def gradient(
    settings: Settings,
    as_of: date,
    first: int | None = None,
    last: int | None = None,
    rules: Path | None = None,
) -> Gradient:
    """Counts per class and year with the plan's targets for them.

    Args:
        settings: which store and region.
        as_of: nothing published later is used.
        first: first year; five years before the last by default.
        last: last year; the day's own by default.
        rules: gradient file in place of the bundled one.

    Raises:
        NotLoadedError: nothing is loaded.
        InputError: the file is no gradient file.
        UsageError: the first year is after the last.
    """
    classes = load_classes(rules)
    with open_region(settings) as reader:
        book = open_book(reader, as_of)
        wanted = {i for item in classes for i in item.indicators}
        mine = replace(book, rows=tuple(r for r in book.rows if r.indicator_id in wanted))
        rows = track_book(mine, on_course=settings.on_course, out_of_reach=settings.out_of_reach)
        return _gathered(reader, book, rows, as_of, first, last, classes)


def gradient_of(
    reader: Reader,
    as_of: date,
    targets: Sequence[TrackRow],
    first: int | None = None,
    last: int | None = None,
) -> Gradient:
    """As `gradient`, with targets that are tracked already."""
    return _gathered(reader, open_book(reader, as_of), targets, as_of, first, last, load_classes())


def _gathered(
    reader: Reader,
    book: Book,
    rows: Sequence[TrackRow],
    as_of: date,
    first: int | None,
    last: int | None,
    classes: Sequence[StatusClass],
) -> Gradient:
    until = as_of.year if last is None else last
    since = until - 5 if first is None else first
    if since > until:
        raise UsageError(
            Text(f"起始年 {since} 晚于终止年 {until}", f"the first year, {since}, is after the last, {until}")
        )
    root = region_head(reader).region_id
    names = {
        r["indicator_id"]: Text(r["name_zh"], r["name_en"])
        for r in reader.sql("SELECT indicator_id, name_zh, name_en FROM indicators").to_pylist()
    }
    statuses = _known(reader.sql(_INSIDE, {"region": root}).to_pylist(), as_of)
    listed = counts_by_year(statuses, since, until)
    found = []
    for item in classes:
        histories = [book.histories[i, root] for i in item.indicators if (i, root) in book.histories]
        published = tuple(
            Counted(h.indicator_id, names[h.indicator_id], points)
            for h in histories
            if (points := _between(h, since, until))
        )
        sources = [p.source_id for c in published for p in c.points]
        sources += [s["source_id"] for s in statuses if s["status_class"] == item.id]
        mine = tuple(r for r in rows if r.ledger.indicator_id in item.indicators)
        sources += [p.source_id for r in mine for p in r.ledger.places]
        found.append(
            ClassGradient(
                status_class=item,
                published=published,
                listed=tuple(c for c in listed if c.status_class == item.id),
                targets=mine,
                source_ids=tuple(dict.fromkeys(sources)),
            )
        )
    return Gradient(as_of, tuple(found))


def _known(statuses: list[dict[str, Any]], as_of: date) -> list[dict[str, Any]]:
    return [s for s in statuses if str(s["valid_from"])[:10] <= as_of.isoformat()]


def _between(history: History, first: int, last: int) -> tuple[Point, ...]:
    """The points of the years asked for; the newest older one where they hold none."""
    inside = tuple(p for p in history.points if first <= p.period.end.year <= last)
    return inside or tuple(p for p in history.points if p.period.end.year <= last)[-1:]


def multiple_of_base(row: TrackRow) -> float | None:
    """The target as a multiple of the base that its statement names: 2 for a doubling."""
    base = row.ledger.base_value
    return row.ledger.target / base if row.ledger.target is not None and base else None


def gradient_rows(found: Gradient) -> dict[str, list[dict[str, Any]]]:
    """``counts`` and ``targets`` as plain rows, for JSON and CSV.

    A row of ``counts`` is ``published`` (a figure of a source) or ``listed`` (firms of the status table held at the end
    of the year).
    """
    counts: list[dict[str, Any]] = []
    targets: list[dict[str, Any]] = []
    for item in found.classes:
        head = {"status_class": item.status_class.id, "class": item.status_class.text}
        for series in item.published:
            counts += [
                head
                | {
                    "kind": "published",
                    "indicator_id": series.indicator_id,
                    "indicator": series.name,
                    "period": p.period.text,
                    "firms": p.value,
                    "gained": None,
                    "lost": None,
                    "source_id": p.source_id,
                    "status": p.status,
                }
                for p in series.points
            ]
        counts += [
            head
            | {
                "kind": "listed",
                "indicator_id": None,
                "indicator": None,
                "period": str(c.year),
                "firms": c.held,
                "gained": c.gained,
                "lost": c.lost,
                "source_id": None,
                "status": "derived",
            }
            for c in item.listed
        ]
        targets += [head | _target(row) for row in item.targets]
    return {"counts": counts, "targets": targets}


def _target(row: TrackRow) -> dict[str, Any]:
    entry = row.ledger
    return {
        "statement_id": entry.statement_id,
        "label": entry.label,
        "indicator_id": entry.indicator_id,
        "target": entry.target,
        "unit": entry.indicator_unit,
        "deadline": entry.deadline.text if entry.deadline else None,
        "base": entry.base_value,
        "base_period": entry.base_period.text if entry.base_period else None,
        "multiple_of_base": multiple_of_base(row),
        "latest": entry.latest.value if entry.latest else None,
        "latest_period": entry.latest.period.text if entry.latest else None,
        "gap": entry.gap,
        "required_growth": row.required_growth,
        "recent_growth": row.recent_growth,
        "growth_unit": row.growth_unit,
        "verdict": row.verdict,
        "verdict_text": VERDICTS[row.verdict],
        "probability": row.probability,
        "reason": row.reason,
        "source_ids": [p.source_id for p in entry.places],
        "status": entry.status,
    }
