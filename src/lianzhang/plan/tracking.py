"""Tracking: what will become of every target, from what was known on a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from lianzhang.errors import NotComputableError, UnknownNameError, UsageError
from lianzhang.i18n import Text
from lianzhang.plan import queries
from lianzhang.plan.history import History, Kind, Years
from lianzhang.plan.kernel.attainment import (
    Interval,
    Verdict,
    expected_gap,
    judge,
    meeting,
    needed_path,
    probability,
    recent_growth,
    required_growth,
)
from lianzhang.plan.kernel.forecast.ensemble import MIN_OBSERVATIONS, Forecast, Prior, forecast, pool
from lianzhang.plan.kernel.forecast.mixture import Mixture
from lianzhang.plan.kernel.forecast.scales import Scale, choose_scale
from lianzhang.plan.kernel.nowcast import nowcast
from lianzhang.plan.ledger import Book, open_book
from lianzhang.plan.reasons import explain, explain_need
from lianzhang.plan.track_model import FanPoint, LedgerRow, Need, NeedStep, RunningYear, TrackRow
from lianzhang.schema.period import Period, parse_period

if TYPE_CHECKING:
    from lianzhang.store import Reader

#: Fewest like series (same concept, same scale) from which a prior is pooled.
ENOUGH_LIKE = 5
_LEVELS = (0.1, 0.25, 0.5, 0.75, 0.9)


@dataclass(frozen=True, slots=True)
class Outlook:
    """The forecast of one history: its yearly values up to the running year, and what follows."""

    scale: Scale
    years: Years
    forecast: Forecast
    running: RunningYear | None
    pooled_with: int

    def distribution(self, year: int) -> Mixture:
        """What is believed of a year: the running one or one after the last."""
        return self.forecast.at(year - self.years.last)

    def fan(self, until: int) -> tuple[FanPoint, ...]:
        """Median and intervals of every year with a distribution, up to ``until``."""
        points = []
        for year in range(self.years.last + (0 if self.running else 1), until + 1):
            q = self.forecast.quantiles(year - self.years.last, _LEVELS)
            points.append(FanPoint(year, *(float(v) for v in q)))
        return tuple(points)


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
    priors = Priors(book.histories)
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
        rows.append(_judge_row(book, row, history, outlook, on_course, out_of_reach))
    return tuple(rows)


class Priors:
    """Priors pooled from the other series of the region, made when first asked for."""

    def __init__(self, histories: Mapping[tuple[str, str], History]) -> None:
        self._series: list[tuple[tuple[str, str], Kind, Years]] = []
        for key, history in histories.items():
            years = history.years()
            if years is not None and years.count >= MIN_OBSERVATIONS:
                self._series.append((key, history.kind, years))

    def about(self, history: History, scale: Scale) -> tuple[Prior | None, int]:
        """The prior from series like this one, itself left out, and how many they are."""
        own, mine = (history.indicator_id, history.region_id), history.kind
        like = [
            years.newest
            for key, kind, years in self._series
            if key != own
            and kind.concept is not None
            and kind.concept == mine.concept
            and choose_scale(years.values, share=kind.share, rate=kind.rate).name == scale.name
            # Levels are pooled on the linear scale, so they must be in one unit there.
            and (scale.name != "linear" or kind.unit == mine.unit)
        ]
        if len(like) < ENOUGH_LIKE:
            return None, 0
        prior = pool(like, scale)
        return prior, len(like) if prior is not None else 0


def look_ahead(history: History, until: int, priors: Priors | None = None) -> Outlook | None:
    """Forecast a history to the end of year ``until``; None with fewer than `MIN_OBSERVATIONS` comparable whole
    years, or where the deadline is not ahead of them."""
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
        scale,
        years,
        forecast(years.values, horizon, scale=scale, prior=prior, running_sd=sd, resets=years.resets),
        running,
        count,
    )


def _running_year(history: History, years: Years, scale: Scale) -> tuple[RunningYear | None, Years, float]:
    """The running year put behind the whole ones, where its first months allow an estimate."""
    found = history.running(years.last)
    if found is None:
        return None, years, 0.0
    part, earlier = found
    whole = {years.first + i: float(v) for i, v in enumerate(years.values) if np.isfinite(v)}
    pairs = [(p.value, whole[p.year]) for p in earlier if p.year in whole and _on_scale(p.value, scale)]
    if not _on_scale(part.value, scale):
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
    resets = np.concatenate([years.resets, np.zeros(gap + 1, dtype=bool)])
    if any(b.period.start.year in range(years.last + 1, part.year + 1) for b in history.breaks):
        resets[-1] = True
    period = parse_period(f"{part.year}-01..{part.months:02d}")
    return (
        RunningYear(period, part.value, estimate.value, estimate.pairs),
        Years(years.first, values, resets),
        estimate.sd,
    )


def _history(book: Book, row: LedgerRow) -> History | None:
    if row.indicator_id is None or row.region_id is None:
        return None
    return book.histories.get((row.indicator_id, row.region_id))


def _judge_row(
    book: Book,
    row: LedgerRow,
    history: History | None,
    outlook: Outlook | None,
    on_course: float,
    out_of_reach: float,
) -> TrackRow:
    wanted, deadline, latest = book.wanted.get(row.statement_id), row.deadline, row.latest
    scale, growth_unit = _scale_of(history), "%"
    required = recent = None
    if history is not None and scale is not None:
        growth_unit = _growth_unit(row.indicator_unit, scale)
        years = history.years()
        recent = recent_growth(years.values, scale, resets=years.resets) if years is not None else None
        if deadline is not None and latest is not None and row.target is not None:
            left = (deadline.end - latest.period.end).days / 365.25
            required = required_growth(latest.value, row.target, left, scale)
    observed = history.at(deadline) if history is not None and deadline is not None else None

    chance = gap = None
    fan: tuple[FanPoint, ...] = ()
    if outlook is not None and deadline is not None and observed is None:
        fan = outlook.fan(deadline.year)
        if wanted is not None and _ends_a_year(deadline):
            distribution = outlook.distribution(deadline.year)
            chance = probability(distribution, outlook.scale, wanted)
            gap = expected_gap(distribution, outlook.scale, row.target) if row.target is not None else None

    verdict: Verdict = "not_computable"
    if wanted is not None:
        # Without a deadline there is nothing to miss; what is reached is reached.
        verdict = judge(
            wanted=wanted,
            observed_at_deadline=observed.value if observed else None,
            latest=latest.value if latest is not None else None,
            deadline_past=deadline is not None and deadline.end < book.as_of,
            chance=chance,
            on_course=on_course,
            out_of_reach=out_of_reach,
        )
    points = history.points if history else ()
    running = outlook.running if outlook else None
    return TrackRow(
        ledger=row,
        as_of=book.as_of,
        verdict=verdict,
        reason=explain(
            row,
            verdict,
            as_of=book.as_of,
            observed=observed,
            history=history,
            probability=chance,
            required=required,
            recent=recent,
            growth_unit=growth_unit,
            end=fan[-1] if fan else None,
            running=running,
        ),
        probability=chance,
        required_growth=required,
        recent_growth=recent,
        growth_unit=growth_unit,
        expected_gap=gap,
        observations=points,
        fan=fan,
        running=running,
        models=outlook.forecast.weights if outlook else (),
        scale=scale.name if scale else None,
        years_used=outlook.forecast.observations - (running is not None) if outlook else 0,
        assumed_dates=sum(p.assumed for p in points),
        pooled_with=outlook.pooled_with if outlook else 0,
    )


def need(
    reader: Reader, indicator: str, as_of: date, *, by: int | None = None, reach: float | None = None
) -> tuple[Need, ...]:
    """The even path to each target of an indicator, and what it means a year in the indicator's unit.

    Args:
        reader: the region.
        indicator: id or name of the indicator, in either language.
        as_of: day of the question.
        by: year of the deadline; None for every target still ahead.
        reach: a what-if in the indicator's unit instead of the ledger's targets; needs ``by``.

    Raises:
        UnknownNameError: no such indicator.
        UsageError: ``reach`` without ``by``.
        NotComputableError: it has no target with a figure and a deadline ahead, or no observation.
    """
    rows = reader.sql(queries.INDICATORS).to_pylist()
    names = {n: r["indicator_id"] for r in rows for n in (r["indicator_id"], r["name_zh"], r["name_en"])}
    if indicator not in names:
        raise UnknownNameError(Text("指标", "indicator"), indicator, names)
    book = open_book(reader, as_of)
    if reach is None:
        return need_book(book, names[indicator], by=by)
    if by is None:
        raise UsageError(
            Text("设想一个数值时须指明年份", "a what-if needs a year"),
            hint=Text("请加 --by 2027", "add --by 2027"),
        )
    row = next(r for r in rows if r["indicator_id"] == names[indicator])
    label = Text(row["name_zh"], row["name_en"])
    return what_if(book, names[indicator], label, reach, by, region=reader.region.root)


def need_book(book: Book, indicator_id: str, *, by: int | None = None) -> tuple[Need, ...]:
    """`need` on a ledger already opened."""
    wanted = [r for r in book.rows if r.indicator_id == indicator_id and r.deadline is not None]
    found = [
        _need(book, r, book.wanted.get(r.statement_id))
        for r in wanted
        if by in (None, r.deadline and r.deadline.year)
    ]
    return _some(found, indicator_id)


def what_if(
    book: Book, indicator_id: str, label: Text, reach: float, by: int, *, region: str
) -> tuple[Need, ...]:
    """The even path of an indicator in a region to a figure nobody has set as a target."""
    history = book.histories.get((indicator_id, region))
    if history is None:
        return _some([], indicator_id)
    deadline = parse_period(str(by))
    latest = history.latest(deadline.end)
    upward = latest is None or reach >= latest.value
    row = LedgerRow(
        statement_id="what-if",
        places=(),
        label=label,
        kind="what-if",
        indicator_id=indicator_id,
        indicator=label,
        indicator_unit=history.kind.unit,
        region_id=region,
        region=None,
        cluster_id=None,
        comparator="=",
        value=reach,
        lower=None,
        upper=None,
        unit=history.kind.unit,
        measure=history.kind.measure,
        deadline=deadline,
        baseline=None,
        base_value=None,
        base_period=None,
        target=reach,
        why_no_target=None,
        latest=latest,
        gap=reach - latest.value if latest is not None else None,
        preferred=True,
        conflicts=(),
        status="user",
    )
    return _some([_need(book, row, meeting("=", value=reach, upward=upward))], indicator_id)


def _need(book: Book, row: LedgerRow, wanted: Interval | None) -> Need | None:
    """The path of one target; None where it has no figure, no observation, or no year left."""
    history, latest, deadline = _history(book, row), row.latest, row.deadline
    scale = _scale_of(history)
    if history is None or scale is None or latest is None or deadline is None or row.target is None:
        return None
    first = latest.period.year
    if deadline.year <= first:
        return None
    path = needed_path(latest.value, row.target, deadline.year - first, scale)
    before = np.concatenate([[latest.value], path[:-1]])
    steps = tuple(
        NeedStep(first + 1 + i, float(v), float(v - b))
        for i, (v, b) in enumerate(zip(path, before, strict=True))
    )
    unit = _growth_unit(row.indicator_unit, scale)
    years = history.years()
    growth = required_growth(latest.value, row.target, float(len(steps)), scale)
    outlook = look_ahead(history, deadline.year, Priors(book.histories))
    chance = None
    if outlook is not None and wanted is not None:
        chance = probability(outlook.distribution(deadline.year), outlook.scale, wanted)
    return Need(
        ledger=row,
        latest=latest,
        target=row.target,
        growth=growth,
        growth_unit=unit,
        recent_growth=recent_growth(years.values, scale, resets=years.resets) if years else None,
        mean_change=(row.target - latest.value) / len(steps),
        recent_change=recent_growth(years.values, Scale("linear"), resets=years.resets) if years else None,
        path=steps,
        reason=explain_need(row, latest, steps[0], growth, unit, chance),
        probability=chance,
    )


def _some(found: Sequence[Need | None], indicator_id: str) -> tuple[Need, ...]:
    """The paths there are.

    Raises:
        NotComputableError: there is none.
    """
    kept = tuple(n for n in found if n is not None)
    if not kept:
        raise NotComputableError(
            Text(
                f"指标“{indicator_id}”没有可算路径的目标",
                f"the indicator {indicator_id!r} has no target to which a path could be computed",
            ),
            hint=Text(
                "需要一个有数值、期限在最新观测之后的目标和至少一个观测值；也可用 --reach 数值 --by 年份 设想一个",
                "it takes a target with a figure and a deadline after the latest observation, and an observation; "
                "or suppose one with --reach VALUE --by YEAR",
            ),
            details={"indicator": indicator_id},
        )
    return kept


def _scale_of(history: History | None) -> Scale | None:
    if history is None:
        return None
    years = history.years()
    if years is not None:
        return choose_scale(years.values, share=history.kind.share, rate=history.kind.rate)
    values = [p.value for p in history.points]
    return choose_scale(values, share=history.kind.share, rate=history.kind.rate) if values else None


def _on_scale(value: float, scale: Scale) -> bool:
    """Whether a value has a place on the scale that whole years chose."""
    match scale.name:
        case "log":
            return value > 0
        case "logit":
            return 0 <= value <= scale.capacity
        case "linear":
            return True


def _growth_unit(unit: str, scale: Scale) -> str:
    """Unit of a change per year: per cent for amounts, percentage points for percentages, else the unit itself."""
    if scale.name == "log":
        return "%"
    return "percentage points" if unit == "%" else unit


def _ends_a_year(period: Period) -> bool:
    return (period.end.month, period.end.day) == (12, 31)
