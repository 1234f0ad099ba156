"""What tracking said on a day in the past, beside what happened.

``python -m tools.plan_hindsight`` prints the tables; ``--write`` puts them into docs/explanation/plan-tracking.md.
Everything comes from the bundled pack: the forecast sees only what was known on the day, the outcome is what is known
now.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from lianzhang.plan.history import History
from lianzhang.plan.kernel.attainment import recent_growth
from lianzhang.plan.ledger import Book, open_book
from lianzhang.plan.track_model import VERDICTS
from lianzhang.plan.track_text import amount, bound, chance
from lianzhang.plan.tracking import Priors, look_ahead, track_book
from lianzhang.schema.period import parse_period
from lianzhang.store import Store, load_pack

PAGE = Path(__file__).resolve().parent.parent / "docs" / "explanation" / "plan-tracking.md"
BEGIN, END = "<!-- hindsight: made by tools/plan_hindsight.py -->", "<!-- end of hindsight -->"
REGION = "500000"
#: Shown by name: the series that the plans speak of.
NAMED = (
    "nev_output",
    "automobile_output",
    "above_scale_revenue",
    "strategic_emerging_share",
    "high_tech_manufacturing_share",
    "gdp",
    "industry_share_of_gdp",
)


@dataclass(frozen=True)
class Outcome:
    """One forecast with its outcome."""

    indicator: str
    name: str
    unit: str
    last_known: str
    year: int
    low: float
    median: float
    high: float
    actual: float
    drift: float | None

    @property
    def inside(self) -> bool:
        """Whether the 80 % interval holds the outcome."""
        return self.low <= self.actual <= self.high


def outcomes(then: Book, now: Book, names: Mapping[str, str]) -> list[Outcome]:
    """Forecasts of every series of the region for the years whose outcome is known now, no break between."""
    priors = Priors(then.histories)
    found = []
    for (indicator, region), history in sorted(then.histories.items()):
        later = now.histories.get((indicator, region))
        if region != REGION or later is None:
            continue
        for year in range(then.as_of.year, now.as_of.year + 1):
            outlook = look_ahead(history, year, priors)
            actual = later.at(parse_period(str(year)))
            if outlook is None or actual is None:
                continue
            if later.broken_between(date(outlook.years.last, 12, 31), date(year, 12, 31)):
                continue
            point = outlook.fan(year)[-1]
            found.append(
                Outcome(
                    indicator,
                    names[indicator],
                    history.kind.unit,
                    f"{outlook.years.last}",
                    year,
                    point.low80,
                    point.median,
                    point.high80,
                    actual.value,
                    _drift(history, year),
                )
            )
    return found


def _drift(history: History, year: int) -> float | None:
    """The line that dashboards draw: the last value carried on with the mean growth of the known years."""
    from lianzhang.plan.kernel.forecast.scales import choose_scale

    years = history.years()
    if years is None:
        return None
    scale = choose_scale(years.values, share=history.kind.share, rate=history.kind.rate)
    growth = recent_growth(years.values, scale, span=len(years.values), resets=years.resets)
    if growth is None:
        return None
    ahead, last = year - years.last, float(years.values[-1])
    return last * (1 + growth / 100) ** ahead if scale.name == "log" else last + growth * ahead


def named_table(rows: list[Outcome]) -> list[str]:
    """The series that the plans speak of, one line per year."""
    lines = [
        "| series | known until | for | median | 80 % interval | what happened | inside |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in sorted(
        (r for r in rows if r.indicator in NAMED), key=lambda r: (NAMED.index(r.indicator), r.year)
    ):
        low, median, high, actual = (
            amount(v, row.unit, "en") for v in (row.low, row.median, row.high, row.actual)
        )
        lines.append(
            f"| {row.name} | {row.last_known} | {row.year} | {median} | {low} to {high} | {actual} | "
            f"{'yes' if row.inside else '**no**'} |"
        )
    return lines


def target_table(then: Book, now: Book) -> list[str]:
    """Targets with a probability on the day, and their verdict now."""
    later = {r.ledger.statement_id: r for r in track_book(now)}
    lines = [
        "| target | figure | by | probability then | verdict then | verdict now | latest now |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in track_book(then):
        if row.probability is None:
            continue
        entry, today = row.ledger, later[row.ledger.statement_id]
        latest = today.ledger.latest
        odds = f" ({chance(today.probability)})" if today.probability is not None else ""
        lines.append(
            f"| {entry.label.en} | {bound(entry.comparator, entry.value, entry.lower, entry.upper, entry.unit).en} | "
            f"{entry.deadline.label('en') if entry.deadline else ''} | {chance(row.probability)} | "
            f"{VERDICTS[row.verdict].en} | {VERDICTS[today.verdict].en}{odds} | "
            f"{amount(latest.value, entry.indicator_unit, 'en') + ' (' + latest.period.label('en') + ')' if latest else ''} |"
        )
    return lines


def summary(rows: list[Outcome]) -> list[str]:
    """Coverage over all series, and how often the median was nearer than the drawn line."""
    lines = [
        "| for | series | inside the 80 % interval | median nearer than the drawn line |",
        "|---|---|---|---|",
    ]
    for year in sorted({r.year for r in rows}):
        mine = [r for r in rows if r.year == year]
        lined = [(abs(r.median - r.actual), abs(r.drift - r.actual)) for r in mine if r.drift is not None]
        nearer = sum(a < b for a, b in lined)
        lines.append(
            f"| {year} | {len(mine)} | {sum(r.inside for r in mine)} ({100 * sum(r.inside for r in mine) / len(mine):.0f} %) "
            f"| {nearer} of {len(lined)} |"
        )
    return lines


def render(day: date, today: date) -> str:
    """All tables as Markdown."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        load_pack(store, "chongqing")
        with store.reader() as reader:
            then, now = open_book(reader, day), open_book(reader, today)
            names = {r["indicator_id"]: r["name_en"] for r in reader.table("indicators").to_pylist()}
    rows = outcomes(then, now, names)
    parts = [
        [BEGIN, "", f"Known on {day}, compared with what is known on {today}.", ""],
        ["### The series that the plans speak of", "", *named_table(rows), ""],
        ["### Targets with a probability on that day", "", *target_table(then, now), ""],
        ["### Every yearly series of the pack with enough years", "", *summary(rows), "", END],
    ]
    return "\n".join(line for part in parts for line in part)


def main() -> int:
    parser = argparse.ArgumentParser(description="Forecasts of the past beside what happened.")
    parser.add_argument("--as-of", type=date.fromisoformat, default=date(2024, 3, 31))
    parser.add_argument("--today", type=date.fromisoformat, default=date(2026, 11, 1))
    parser.add_argument("--write", action="store_true", help="put the tables into the page")
    args = parser.parse_args()
    made = render(args.as_of, args.today)
    if not args.write:
        print(made)
        return 0
    text = PAGE.read_text(encoding="utf-8")
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    PAGE.write_text(head + made + tail, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
