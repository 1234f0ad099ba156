"""What a report is made of: frozen values, both languages side by side, no markup.

Whoever builds a report fills these classes from the store; the renderers (`page`, `workbook`, `word`) and the
drawings (`draw`) only read them. Three rules hold throughout:

* Text that a reader sees is a :class:`lianzhang.i18n.Text`, so neither language can be forgotten.
* A number that a reader sees is a :class:`Quantity`; it names the :class:`Origin` it came from. Only shares of
  width, positions and forecast bands, which are drawn and not read, are plain floats.
* Missing is ``None`` together with a reason (``because``), never zero.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from lianzhang.i18n import Text

Status: TypeAlias = Literal["official", "derived", "estimated", "synthetic", "reconstructed"]
Coverage: TypeAlias = Literal["covered", "single", "missing", "unknown"]
Verdict: TypeAlias = Literal[
    "met", "on_course", "at_risk", "out_of_reach", "missed", "overdue", "not_computable"
]
Comparator: TypeAlias = Literal["=", ">", ">=", "<", "<=", "~", "range", "level", "milestone"]


# --- where numbers come from -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One publication. ``key`` is unique in the report and never shown."""

    key: str
    title: Text
    publisher: Text | None = None
    published: str | None = None
    """A period: ``2025``, ``2025-12`` or ``2025-12-18``."""
    url: str | None = None
    licence: Text | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """A place in a source: table, page or line."""

    source: str
    place: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The way back from a shown value: value ← run ← query ← table ← source ← place in the source.

    ``key`` is unique in the report and never shown; readers see the running number that the renderer gives.
    Steps that do not exist for a value (a figure copied from a table has no run) stay ``None``.
    """

    key: str
    value: Text
    status: Status
    run: Text | None = None
    query: Text | None = None
    table: Text | None = None
    citations: tuple[Citation, ...] = ()
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit and origin.

    ``unit`` is a key of :data:`lianzhang.report.format.UNITS` (``"cny"``, ``"pct"``, ``"vehicles"``, …) or a
    :class:`Text` for a unit that table does not know, written after the number unscaled. Percentages are given
    as percent (36.3), money in yuan.
    """

    value: float | None
    unit: str | Text
    origin: str
    signed: bool = False
    """Write the plus sign too; for growth and differences."""
    because: Text | None = None
    """Why ``value`` is ``None``."""


@dataclass(frozen=True, slots=True)
class Prose:
    """A sentence with its numbers in place.

    >>> Prose(Text("产量{out}", "Output: {out}"), {"out": Quantity(953_200, "vehicles", "o1")}).values["out"].unit
    'vehicles'
    """

    text: Text
    values: Mapping[str, Quantity] = field(default_factory=dict)


# --- tables ------------------------------------------------------------------------------------------------

Cell: TypeAlias = Quantity | Text | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column; ``unit`` is written under the head (and applies to bare numbers in the workbook)."""

    title: Text
    unit: Text | None = None
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns. In the workbook every table is a sheet called ``title``."""

    title: Text
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    origins: tuple[str, ...] = ()
    """Origins of the table as a whole, besides those of its quantities."""


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


# --- the document ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One idea: the finding, the figure that shows it, the source line below."""

    finding: Prose
    figure: Figure
    source: Text
    note: Prose | None = None
    """How to read it, what to be careful about."""
    origins: tuple[str, ...] = ()
    """Origins of the figure as a whole, besides those of its quantities."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A chapter. ``key`` becomes the anchor: lower-case Latin letters and hyphens."""

    key: str
    title: Text
    blocks: tuple[Block, ...]
    lead: tuple[Prose, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFigure:
    """A large number under the summary."""

    label: Text
    quantity: Quantity
    note: Prose | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A whole report, ready for :func:`render_html`, :func:`render_xlsx` and :func:`render_docx`."""

    title: Text
    region: Text
    as_of: dt.date
    summary: tuple[Prose, ...]
    sections: tuple[Section, ...]
    origins: tuple[Origin, ...]
    sources: tuple[Source, ...]
    key_figures: tuple[KeyFigure, ...] = ()
    data_as_of: dt.date | None = None
    """What day the data as a whole speak of, where the pack says so; ``as_of`` is the day the report judges from."""
    colophon: Text | None = None
    """Which program and version made it, from which snapshot."""
