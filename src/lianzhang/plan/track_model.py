"""Results of the ledger and of tracking, frozen. Every value is in the unit of its row; money is in yuan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from lianzhang.i18n import Text
from lianzhang.plan.kernel.attainment import Verdict
from lianzhang.schema.period import Period

#: The verdicts in both languages, best first.
VERDICTS: dict[Verdict, Text] = {
    "met": Text("已达成", "met"),
    "on_course": Text("有望达成", "on course"),
    "at_risk": Text("有风险", "at risk"),
    "out_of_reach": Text("难以达到", "out of reach"),
    "missed": Text("未达成", "missed"),
    "overdue": Text("到期无数据", "overdue"),
    "not_computable": Text("无法计算", "not computable"),
}


#: What stands in the place of a deadline that the text does not give.
NO_DEADLINE = Text("未写期限", "no deadline said")


@dataclass(frozen=True, slots=True)
class Point:
    """One observation, as known on the day of the question.

    ``assumed`` marks a day of publication that is not recorded and was taken as the period's end plus 90 days.
    """

    period: Period
    value: float
    comparator: str
    source_id: str
    status: str
    known_from: date
    assumed: bool


@dataclass(frozen=True, slots=True)
class Conflict:
    """A disagreement in which the statement stands."""

    conflict_id: str
    kind: str
    other_statement_id: str | None
    explanation: Text
    used: Text | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a target is said: statement, source, locator in it."""

    statement_id: str
    source_id: str
    source: Text
    locator: str
    published: Period | None


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A target with baseline, deadline, latest actual and gap.

    ``value``, ``lower``, ``upper``, ``comparator``, ``unit``, ``measure`` are the statement's own. ``target`` is the
    figure to reach in ``indicator_unit`` (relative targets resolved against their base), None where it cannot be
    told; ``why_no_target`` then says why. ``latest`` is the latest actual that is not later than the deadline, ``gap``
    = target - latest actual, in ``indicator_unit``.
    """

    statement_id: str
    places: tuple[Place, ...]
    label: Text
    kind: str
    indicator_id: str | None
    indicator: Text | None
    indicator_unit: str
    region_id: str | None
    region: Text | None
    cluster_id: str | None
    comparator: str
    value: float | None
    lower: float | None
    upper: float | None
    unit: str
    measure: str
    deadline: Period | None
    baseline: Point | None
    base_value: float | None
    base_period: Period | None
    target: float | None
    why_no_target: Text | None
    latest: Point | None
    gap: float | None
    preferred: bool
    conflicts: tuple[Conflict, ...]
    status: str

    @property
    def due(self) -> Text:
        """The deadline as a reader says it, or that the text gives none."""
        if self.deadline is None:
            return NO_DEADLINE
        return Text(self.deadline.label("zh"), self.deadline.label("en"))


@dataclass(frozen=True, slots=True)
class FanPoint:
    """Forecast for one year: median, 50 % and 80 % interval, in the indicator's unit."""

    year: int
    low80: float
    low50: float
    median: float
    high50: float
    high80: float


@dataclass(frozen=True, slots=True)
class RunningYear:
    """The running year as estimated from its first months. ``pairs`` earlier years had the same months."""

    period: Period
    known_part: float
    estimate: float
    pairs: int


@dataclass(frozen=True, slots=True)
class TrackRow:
    """One target with its forecast and verdict.

    ``growth_unit`` is that of ``required_growth`` and ``recent_growth``: ``%`` a year for amounts, ``percentage
    points`` or the indicator's unit a year for shares and rates. ``expected_gap`` is the median forecast minus the
    target. ``models`` are the weights of the forecast's models. ``years_used`` counts the yearly observations that
    the forecast rests on; ``assumed_dates`` of all points shown have an assumed day of publication.
    """

    ledger: LedgerRow
    as_of: date
    verdict: Verdict
    reason: Text
    probability: float | None
    required_growth: float | None
    recent_growth: float | None
    growth_unit: str
    expected_gap: float | None
    observations: tuple[Point, ...]
    fan: tuple[FanPoint, ...]
    running: RunningYear | None
    models: tuple[tuple[str, float], ...]
    scale: str | None
    years_used: int
    assumed_dates: int
    pooled_with: int


@dataclass(frozen=True, slots=True)
class NeedStep:
    """One year of the path to a target: value, and change on the year before, both in the indicator's unit."""

    year: int
    value: float
    change: float


@dataclass(frozen=True, slots=True)
class Need:
    """What it takes to meet a target: the even path and what it means a year.

    ``mean_change`` is the mean change a year in the indicator's unit; ``recent_change`` that of the last three years.
    ``probability`` is that of reaching the target, None where it is not computable. ``ledger`` of a what-if has the
    kind ``what-if`` and no places.
    """

    ledger: LedgerRow
    latest: Point
    target: float
    growth: float | None
    growth_unit: str
    recent_growth: float | None
    mean_change: float
    recent_change: float | None
    path: tuple[NeedStep, ...]
    reason: Text
    probability: float | None = None
