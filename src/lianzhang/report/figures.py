"""What a report shows: tables, the signature pictures, charts; one class each, without markup."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from lianzhang.i18n import Text
from lianzhang.report.values import Citation, Quantity, Status

Cell: TypeAlias = Quantity | Text | None
"""A number, a text, or nothing known."""
Coverage: TypeAlias = Literal["covered", "single", "missing", "unknown"]
Verdict: TypeAlias = Literal[
    "met", "on_course", "at_risk", "out_of_reach", "missed", "overdue", "not_computable"
]
Comparator: TypeAlias = Literal["=", ">", ">=", "<", "<=", "~", "range", "level", "milestone"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column; ``unit`` is written under the head (and applies to bare numbers in the workbook)."""

    title: Text
    unit: Text | None = None
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns. In the workbook every table is a sheet called ``title``.

    ``stacked``: on a phone every row becomes a card of its cells, named by their columns, instead of a line to swipe.
    """

    title: Text
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    origins: tuple[str, ...] = ()
    """Origins of the table as a whole, besides those of its quantities."""
    links: tuple[str | None, ...] = ()
    """Address that the name of each row opens, the first text of the row; pages only."""
    stacked: bool = False


# --- figures -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Brick:
    """One component of the chain. ``share`` is its part of the course's value, any positive scale."""

    name: Text
    coverage: Coverage
    share: float | None = None
    makers: tuple[Text, ...] = ()
    evidence: Text | None = None
    stake: Quantity | None = None
    reconstructed: bool = False
    origin: str | None = None
    link: str | None = None
    """Address that choosing it opens; pages only."""


@dataclass(frozen=True, slots=True)
class Course:
    """One assembly: a row of bricks.

    ``coverage`` and ``makers`` are evidence about the assembly as a whole; it is shown beside the name and never
    colours a brick.
    """

    name: Text
    bricks: tuple[Brick, ...]
    coverage: Coverage | None = None
    makers: tuple[Text, ...] = ()
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class WallSection:
    """One system: a section of the wall."""

    name: Text
    courses: tuple[Course, ...]


@dataclass(frozen=True, slots=True)
class Wall:
    """The chain as a wall. Widths follow ``share`` in courses where every brick states one, else they are equal."""

    title: Text
    sections: tuple[WallSection, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """An observation. ``period``: a form of :mod:`lianzhang.schema.period`."""

    period: str
    value: float
    status: Status = "official"


@dataclass(frozen=True, slots=True, kw_only=True)
class FanPoint:
    """Predictive distribution at one period: median, 80 % and (if known) 50 % interval."""

    period: str
    low: float
    mid: float
    high: float
    low50: float | None = None
    high50: float | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """What was promised. ``upper`` only for a range."""

    value: Quantity
    deadline: str
    comparator: Comparator = ">="
    upper: Quantity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerRow:
    """One target against what happened. ``probability`` lies in [0, 1]; growth rates are percent a year."""

    label: Text
    target: Target
    verdict: Verdict
    reason: Text
    observations: tuple[Point, ...] = ()
    latest: Quantity | None = None
    fan: tuple[FanPoint, ...] = ()
    probability: float | None = None
    required_growth: Quantity | None = None
    recent_growth: Quantity | None = None
    origins: tuple[str, ...] = ()
    link: str | None = None
    """Address of a page about what the target measures."""
    also: tuple[tuple[Text, str], ...] = ()
    """Further pages about the target: words and address."""


@dataclass(frozen=True, slots=True)
class Tracker:
    """Targets, one row each. The renderer sorts by trouble."""

    title: Text
    rows: tuple[TrackerRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HexCell:
    """One district. ``q`` and ``r`` are axial coordinates of a pointy-top grid (r grows downwards).

    ``short`` is what fits into a hexagon (default: :func:`lianzhang.report.format.short_place` of the name);
    ``tiny`` is used when even that does not fit, as English names on a phone.
    """

    name: Text
    q: int
    r: int
    value: Quantity | None
    because: Text | None = None
    short: Text | None = None
    tiny: Text | None = None
    link: str | None = None
    """Address that choosing it opens; pages only."""


@dataclass(frozen=True, slots=True)
class HexCity:
    """Amounts by district. ``breaks``: up to four class limits; default quintiles of the values."""

    title: Text
    measure: Text
    cells: tuple[HexCell, ...]
    breaks: tuple[float, ...] | None = None


@dataclass(frozen=True, slots=True)
class HexMultiples:
    """Several hex cities side by side, each with classes of its own unless ``breaks`` are given."""

    title: Text
    maps: tuple[HexCity, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """One statement in a disagreement."""

    quantity: Quantity
    citation: Citation
    says: Text | None = None
    """What exactly is stated, if the statements differ in more than the number."""
    used: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """Statements that cannot all hold. ``ratio`` is largest over smallest, ``why`` tells which is used and why."""

    subject: Text
    voices: tuple[Voice, ...]
    why: Text
    ratio: float | None = None


@dataclass(frozen=True, slots=True)
class Voices:
    """All disagreements of the report."""

    title: Text
    items: tuple[Disagreement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TierBar:
    """One cluster. Without ``value`` or without a level in its tier, ``because`` says what is missing."""

    name: Text
    value: Quantity | None = None
    series: Text | None = None
    """Which series and period the value belongs to (output value 2024, say)."""
    because: Text | None = None


@dataclass(frozen=True, slots=True)
class Tier:
    """Clusters that share a level. ``level`` is ``None`` where no source states one."""

    name: Text
    level: Quantity | None
    bars: tuple[TierBar, ...]


@dataclass(frozen=True, slots=True)
class TierBars:
    """Clusters against the level of their tier."""

    title: Text
    tiers: tuple[Tier, ...]


@dataclass(frozen=True, slots=True)
class WeakLink:
    """A sector's net inflow (positive: bought from elsewhere) and its share of local demand in percent."""

    sector: Text
    net_inflow: Quantity
    demand_share: Quantity | None = None


@dataclass(frozen=True, slots=True)
class WeakLinks:
    """Net inflow per sector from the input–output table, drawn in the given order."""

    title: Text
    rows: tuple[WeakLink, ...]


@dataclass(frozen=True, slots=True)
class LineSeries:
    """A named series. ``broken_before`` lists periods before which the definition changed (the line is cut)."""

    name: Text
    points: tuple[Point, ...]
    broken_before: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LineChart:
    """Up to four series of one unit over time; optional target and forecast of the first series."""

    title: Text
    unit: str | Text
    series: tuple[LineSeries, ...]
    target: Target | None = None
    fan: tuple[FanPoint, ...] = ()
    origins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LineGrid:
    """Small multiples of line charts."""

    title: Text
    charts: tuple[LineChart, ...]


@dataclass(frozen=True, slots=True)
class RankPoint:
    """The index at a rank, in percent: median and span over several draws. Drawn, not read."""

    rank: float
    low: float
    mid: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RankMark:
    """One of the first, with a name; ``size`` (any positive scale) is the area of its dot."""

    rank: int
    name: Text
    index: Quantity
    size: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RankCurve:
    """An index against its rank on log axes, with a band over draws and labels on the first."""

    title: Text
    measure: Text
    members: Text
    """What is ranked: firms, say."""
    points: tuple[RankPoint, ...]
    marks: tuple[RankMark, ...]
    marked: Text | None = None
    """What the marks are, above their list, where they are not simply the first of the curve."""
    origins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPath:
    """Output by day in percent of the undisturbed, from day 0: median and span over draws. Drawn, not read.

    ``shock`` are the first day of the shock and the first day after it; ``lowest`` is the figure to read.
    """

    name: Text
    low: tuple[float, ...]
    mid: tuple[float, ...]
    high: tuple[float, ...]
    shock: tuple[int, int]
    lowest: Quantity


@dataclass(frozen=True, slots=True)
class DayPaths:
    """Small multiples of simulated days, one scale for all."""

    title: Text
    measure: Text
    paths: tuple[DayPath, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lamp:
    """Something whose output is watched day by day, in percent of the undisturbed. Drawn, not read.

    ``path`` is ``None`` for what the network does not know. ``hit``: the shock itself is there.
    """

    name: Text
    path: tuple[float, ...] | None
    hit: bool = False
    link: str | None = None
    """Address that choosing it opens; pages only."""


@dataclass(frozen=True, slots=True)
class LampCourse:
    """One assembly of the chain with its components."""

    name: Text
    bricks: tuple[Lamp, ...]


@dataclass(frozen=True, slots=True)
class LampSection:
    """One system of the chain."""

    name: Text
    courses: tuple[LampCourse, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LampCell:
    """One district; coordinates and names as those of :class:`HexCell`."""

    lamp: Lamp
    q: int
    r: int
    short: Text | None = None
    tiny: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShockDays:
    """A shock on one day: wall and hex city dimmed by what is still made, above them the days.

    ``total`` is the output of all with its span, ``worst`` the sectors hit most, ``day`` the day that is shown.
    """

    title: Text
    measure: Text
    total: DayPath
    worst: tuple[Lamp, ...]
    wall: tuple[LampSection, ...]
    city: tuple[LampCell, ...]
    day: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Empty:
    """Nothing to show yet: why, and what would fill it."""

    title: Text
    because: Text
    remedy: Text
    command: str | None = None


Figure: TypeAlias = (
    Wall
    | Tracker
    | HexCity
    | HexMultiples
    | Voices
    | TierBars
    | WeakLinks
    | LineChart
    | LineGrid
    | RankCurve
    | DayPaths
    | ShockDays
    | Table
    | Empty
)
