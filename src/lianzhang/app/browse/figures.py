"""The report's drawings one by one, for pages and for whoever wants a single picture."""

from __future__ import annotations

import re

from lianzhang.errors import UnknownNameError
from lianzhang.i18n import Lang, Text
from lianzhang.report import draw
from lianzhang.report.draw.inline import prose_text
from lianzhang.report.draw.sheets import framed, svg_sheet
from lianzhang.report.figures import (
    DayPaths,
    HexCity,
    HexMultiples,
    LineChart,
    LineGrid,
    RankCurve,
    ShockDays,
    TierBars,
    Tracker,
    Voices,
    Wall,
    WeakLinks,
)
from lianzhang.report.format import space_han
from lianzhang.report.model import Block, Report
from lianzhang.report.page import PageTheme, stylesheet
from lianzhang.report.words import WORDS

_NAMES: dict[type, str] = {
    Wall: "wall",
    HexCity: "hex-city",
    HexMultiples: "hex-multiples",
    TierBars: "tier-bars",
    WeakLinks: "weak-links",
    LineChart: "line-chart",
    LineGrid: "line-grid",
    RankCurve: "rank-curve",
    DayPaths: "day-paths",
    ShockDays: "shock-days",
    Tracker: "tracker",
    Voices: "voices",
}
_SHEETS = (LineGrid, DayPaths, Tracker)
_DRAWN = (Wall, HexCity, HexMultiples, TierBars, WeakLinks, LineChart, RankCurve, ShockDays)


def figures(report: Report) -> dict[str, Block]:
    """The report's figures by name: section and kind, numbered from the second of a kind on."""
    found: dict[str, Block] = {}
    for section in report.sections:
        for block in section.blocks:
            kind = _NAMES.get(type(block.figure))
            if kind is None:
                continue
            name, number = f"{section.key}-{kind}", 2
            while name in found:
                name, number = f"{section.key}-{kind}-{number}", number + 1
            found[name] = block
    return found


def is_drawing(block: Block) -> bool:
    """Whether a figure is one SVG."""
    return isinstance(block.figure, _DRAWN)


def has_picture(block: Block) -> bool:
    """Whether a figure can be saved as a picture: one drawing, or several that are put on one sheet."""
    return isinstance(block.figure, (*_DRAWN, *_SHEETS))


def find_figure(report: Report, name: str) -> Block:
    """A figure by name.

    Raises:
        UnknownNameError: the report has none of that name.
    """
    found = figures(report)
    if name not in found:
        raise UnknownNameError(Text("图", "figure"), name, found)
    return found[name]


def svg_file(
    block: Block,
    name: str,
    lang: Lang,
    *,
    theme: PageTheme = "auto",
    narrow: bool = False,
    about: Text | None = None,
) -> str:
    """A drawing as a file of its own, with its style inside.

    ``about`` says what place and day the picture is about; with it the finding stands above the drawing, and ``about``
    and the source below.

    Raises:
        UnknownNameError: the figure is not a drawing.
    """
    figure = block.figure
    if isinstance(figure, _SHEETS):
        drawn = svg_sheet(figure, lang, uid=name)
    elif isinstance(figure, _DRAWN):
        drawn = draw.svg(figure, lang, uid=name, narrow=narrow)
    else:
        raise UnknownNameError(Text("图形", "drawing"), name)
    if about is not None:
        drawn = framed(
            drawn,
            lang,
            finding=prose_text(block.finding, lang),
            about=space_han(about.get(lang)),
            source=space_han(
                f"{WORDS['source'].get(lang)}{'：' if lang == 'zh' else ': '}{block.source.get(lang)}"
            ),
            uid=f"{name}-framed",
        )
    markup = str(drawn)
    head = re.match(r"<svg\b", markup)
    assert head is not None
    space = "" if "xmlns=" in markup[: markup.index(">")] else ' xmlns="http://www.w3.org/2000/svg"'
    chosen = "" if theme == "auto" else f' data-theme="{theme}"'
    opened = markup.index(">") + 1
    style = f"<style><![CDATA[{stylesheet()}]]></style>"
    return f"<svg{space}{chosen}{markup[head.end() : opened]}{style}{markup[opened:]}"
