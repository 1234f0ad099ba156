"""Numbers and sentences of a report, and where they come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from lianzhang.i18n import Text

Status: TypeAlias = Literal["official", "derived", "estimated", "synthetic", "reconstructed"]


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
    figures: int = 3
    """Significant figures to write at least; more where a number beside it would look equal."""


@dataclass(frozen=True, slots=True)
class Prose:
    """A sentence with its numbers in place.

    >>> Prose(Text("产量{out}", "Output: {out}"), {"out": Quantity(953_200, "vehicles", "o1")}).values["out"].unit
    'vehicles'
    """

    text: Text
    values: Mapping[str, Quantity] = field(default_factory=dict)
