"""Tracking: what will become of every target, from what was known on a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from lianzhang.errors import NotComputableError, UnknownNameError
from lianzhang.i18n import Text
from lianzhang.plan.history import History, Kind, Years
from lianzhang.plan.kernel.attainment import (
    Interval,
    Verdict,
    expected_gap,
    judge,
    needed_path,
    probability,
    recent_growth,
    required_growth,
)
from lianzhang.plan.kernel.forecast.ensemble import MIN_OBSERVATIONS, Forecast, Prior, forecast, pool
from lianzhang.plan.kernel.forecast.scales import Scale, choose_scale
from lianzhang.plan.kernel.nowcast import nowcast
from lianzhang.plan.ledger import Book, open_book
from lianzhang.plan.reasons import need_reason, no_forecast_reason, reason
from lianzhang.plan.track_model import FanPoint, LedgerRow, Need, NeedStep, RunningYear, TrackRow

if TYPE_CHECKING:
    from lianzhang.store import Reader

#: Fewest like series of the same concept from which the prior is pooled; below it all series of the scale count.
_ENOUGH_LIKE = 5
_LEVELS = (0.1, 0.25, 0.5, 0.75, 0.9)


@dataclass(frozen=True, slots=True)
class Outlook:
    """The forecast of one history: its yearly values up to the running year, and what follows."""

    scale: Scale
    years: Years
    forecast: Forecast
    running: RunningYear | None
    pooled_with: int

    @property
    def first_year(self) -> int:
        """First year with a distribution."""
        return self.years.last if self.running else self.years.last + 1


def track(
    reader: Reader, as_of: date, *, on_course: float = 0.8, out_of_reach: float = 0.2
) -> tuple[TrackRow, ...]:
    """Every target of the ledger with forecast, probability of attainment and verdict.

    Args:
        reader: the region.
        as_of: day of the question; nothing published later is used.
        on_course: probability from which a target is on course.
        out_of_reach: probability below which it is out of reach.
    """
    return track_book(open_book(reader, as_of), on_course=on_course, out_of_reach=out_of_reach)


def track_book(book: Book, *, on_course: float = 0.8, out_of_reach: float = 0.2) -> tuple[TrackRow, ...]:
    """`track` on a ledger already opened."""
    priors = _Priors(book.histories)
    outlooks: dict[tuple[str, str, int], Outlook | None] = {}
    rows = []
    for row in book.rows:
        outlook = None
        history = _history(book, row)
        if history is not None and row.deadline is not None:
            key = (history.indicator_id, history.region_id, row.deadline.year)
            if key not in outlooks:
                outlooks[key] = look_ahead(history, row.deadline.year, priors)
            outlook = outlooks[key]
        rows.append(_track_row(book, row, history, outlook, on_course, out_of_reach))
    return tuple(rows)


class _Priors:
    """Priors pooled from the other series of the region, made when first asked for."""

    def __init__(self, histories: Mapping[tuple[str, str], History]) -> None:
        self._series: list[tuple[tuple[str, str], Kind, Years]] = []
        for key, history in histories.items():
            years = history.years()
            if years is not None and years.count >= MIN_OBSERVATIONS:
                self._series.append((key, history.kind, years))

    def about(self, history: History, scale: Scale) -> tuple[Prior | None, int]:
        """The prior from series like this one, itself left out, and how many they are."""
        own = (history.indicator_id, history.region_id)
        like = [
            (kind, years)
            for key, kind, years in self._series
            if key != own and choose_scale(years.values, share=kind.share, rate=kind.rate).name == scale.name
        ]
        near = [(k, y) for k, y in like if k.concept is not None and k.concept == history.kind.concept]
        used = near if len(near) >= _ENOUGH_LIKE else like
        prior = pool([y.values for _, y in used], scale)
        return prior, len(used) if prior is not None else 0


def look_ahead(history: History, until: int, priors: _Priors | None = None) -> Outlook | None:
    """Forecast a history to the end of year ``until``; None with fewer than `MIN_OBSERVATIONS` whole years since
    the latest break, or where the deadline is not ahead of them."""
    years = history.years()
    if years is None or years.count < MIN_OBSERVATIONS:
        return None
    kind = history.kind
    scale = choose_scale(years.values, share=kind.share, rate=kind.rate)
    running, years, sd = _running_year(history, years, scale)
    horizon = until - years.last
    if horizon < 0 or (horizon == 0 and running is None):
        return None
    prior, count = priors.about(history, scale) if priors is not None else (None, 0)
    return Outlook(
        scale, years, forecast(years.values, horizon, scale=scale, prior=prior, running_sd=sd), running, count
    )


def _running_year(history: History, years: Years, scale: Scale) -> tuple[RunningYear | None, Years, float]:
    """The running year put behind the whole ones, where its first months allow an estimate."""
    from lianzhang.schema.period import parse_period

    found = history.running(years.last)
    if found is None:
        return None, years, 0.0
    part, earlier = found
    whole = {years.first + i: float(v) for i, v in enumerate(years.values) if np.isfinite(v)}
    pairs = [(p.value, whole[p.year]) for p in earlier if p.year in whole]
    if scale.name == "log" and part.value <= 0:
        return None, years, 0.0
    estimate = nowcast(
        part.value,
        part.months,
        [a for a, _ in pairs],
        [b for _, b in pairs],
        scale=scale,
        additive=history.kind.additive,
    )
    if estimate is None:
        return None, years, 0.0
    gap = part.year - years.last - 1
    values = np.concatenate([years.values, np.full(gap, np.nan), [estimate.value]])
    period = parse_period(f"{part.year}-01..{part.months:02d}")
    return (
        RunningYear(period, part.value, estimate.value, estimate.pairs),
        Years(years.first, values),
        estimate.sd,
    )


def _history(book: Book, row: LedgerRow) -> History | None:
    if row.indicator_id is None or row.region_id is None:
        return None
    return book.histories.get((row.indicator_id, row.region_id))


def _track_row(
    book: Book,
    row: LedgerRow,
    history: History | None,
    outlook: Outlook | None,
    on_course: float,
    out_of_reach: float,
) -> TrackRow:
    wanted = book.wanted.get(row.statement_id)
    deadline = row.deadline
    scale = outlook.scale if outlook else _scale(history)
    required = recent = chance = gap = None
    observed = None
    if history is not None:
        years = history.years()
        if years is not None and scale is not None:
            recent = recent_growth(years.values, scale)
        if deadline is not None:
            observed = history.at(deadline)
        if deadline is not None and row.latest is not None and row.target is not None and scale is not None:
            left = (deadline.end - row.latest.period.end).days / 365.25
            required = required_growth(row.latest.value, row.target, left, scale)
    if outlook is not None and wanted is not None and deadline is not None and _whole_year(deadline):
        distribution = outlook.forecast.at(deadline.year - outlook.years.last)
        chance = probability(distribution, outlook.scale, wanted)
        if row.target is not None:
            gap = expected_gap(distribution, outlook.scale, row.target)
    verdict: Verdict = "not_computable"
    if wanted is not None and deadline is not None:
        since = row.latest is not None and row.latest.period.end <= deadline.end
        verdict = judge(
            wanted=wanted,
            observed_at_deadline=observed.value if observed else None,
            latest=row.latest.value if row.latest is not None and since else None,
            deadline_past=deadline.end < book.as_of,
            chance=chance,
            on_course=on_course,
            out_of_reach=out_of_reach,
        )
    if verdict in ("met", "missed") and observed is not None:
        chance = gap = None
    points = history.points if history else ()
    fan = _fan(outlook, deadline.year) if outlook is not None and deadline is not None else ()
    return TrackRow(
        ledger=row,
        as_of=book.as_of,
        verdict=verdict,
        reason=reason(
            row,
            verdict,
            observed=observed,
            history=history,
            as_of=book.as_of,
            chance=chance,
            required=required,
            recent=recent,
            growth_unit=_growth_unit(row, scale),
            fan=fan[-1] if fan else None,
            running=outlook.running if outlook else None,
        ),
        reading=_reading(wanted, row),
        probability=chance,
        required_growth=required,
        recent_growth=recent,
        growth_unit=_growth_unit(row, scale),
        expected_gap=gap,
        observations=points,
        fan=fan,
        running=outlook.running if outlook else None,
        models=outlook.forecast.weights if outlook else (),
        scale=scale.name if scale else None,
        years_used=outlook.forecast.observations - (1 if outlook.running else 0) if outlook else 0,
        assumed_dates=sum(p.assumed for p in points),
        pooled_with=outlook.pooled_with if outlook else 0,
    )
