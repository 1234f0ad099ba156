"""Drawings: pure functions from the figures of :mod:`lianzhang.report.figures` to markup.

:func:`svg` draws one variant; :func:`figure` gives what a page shows, the desktop and the phone variant together
(the style sheet picks one) or HTML where the browser does the stacking.
"""

from __future__ import annotations

from markupsafe import Markup

from lianzhang.i18n import Lang
from lianzhang.report.draw.bars import svg_tiers, svg_weak_links
from lianzhang.report.draw.days import svg_day_path
from lianzhang.report.draw.hexcity import svg_hex_city, svg_hex_multiples
from lianzhang.report.draw.inline import Refs
from lianzhang.report.draw.lines import svg_line_chart
from lianzhang.report.draw.rank import svg_rank_curve
from lianzhang.report.draw.rows import html_empty, html_table, html_tracker, html_voices
from lianzhang.report.draw.shock import svg_shock_days
from lianzhang.report.draw.wall import svg_wall
from lianzhang.report.figures import (
    DayPaths,
    Empty,
    Figure,
    HexCity,
    HexMultiples,
    LineChart,
    LineGrid,
    RankCurve,
    ShockDays,
    Table,
    TierBars,
    Tracker,
    Voices,
    Wall,
    WeakLinks,
)
from lianzhang.report.markup import element, join

Drawing = Wall | HexCity | HexMultiples | TierBars | WeakLinks | LineChart | RankCurve | ShockDays
"""Figures that are one SVG."""


def svg(figure: Drawing, lang: Lang, *, uid: str, narrow: bool = False) -> Markup:
    """One ``<svg>``; ``narrow`` for phones. ``uid`` must be unique among the drawings of a document."""
    match figure:
        case Wall():
            return svg_wall(figure, lang, uid=uid, narrow=narrow)
        case HexCity():
            return svg_hex_city(figure, lang, uid=uid, narrow=narrow)
        case HexMultiples():
            return svg_hex_multiples(figure, lang, uid=uid, narrow=narrow)
        case TierBars():
            return svg_tiers(figure, lang, uid=uid, narrow=narrow)
        case WeakLinks():
            return svg_weak_links(figure, lang, uid=uid, narrow=narrow)
        case LineChart():
            return svg_line_chart(figure, lang, uid=uid, narrow=narrow)
        case RankCurve():
            return svg_rank_curve(figure, lang, uid=uid, narrow=narrow)
        case ShockDays():
            return svg_shock_days(figure, lang, uid=uid, narrow=narrow)


def figure(figure: Figure, lang: Lang, *, uid: str, refs: Refs | None = None) -> Markup:
    """Any figure as a page shows it."""
    known = refs or Refs()
    match figure:
        case Tracker():
            return html_tracker(figure, lang, known, uid=uid)
        case Voices():
            return html_voices(figure, lang, known)
        case Table():
            return html_table(figure, lang, known)
        case Empty():
            return html_empty(figure, lang)
        case LineGrid():
            charts = (
                svg_line_chart(chart, lang, uid=f"{uid}-{n}", small=True)
                for n, chart in enumerate(figure.charts, start=1)
            )
            return element("div", join(list(charts)), class_="multiples")
        case DayPaths():
            days = (svg_day_path(figure, n, lang, uid=f"{uid}-{n}") for n in range(len(figure.paths)))
            return element("div", join(list(days)), class_="multiples")
        case _:
            wide = element("div", svg(figure, lang, uid=f"{uid}-w"), class_="wide")
            slim = element("div", svg(figure, lang, uid=f"{uid}-n", narrow=True), class_="slim")
            return wide + slim
