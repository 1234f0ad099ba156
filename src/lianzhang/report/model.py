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
from dataclasses import dataclass

from lianzhang.i18n import Text
from lianzhang.report.figures import Figure
from lianzhang.report.values import Origin, Prose, Quantity, Source


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
