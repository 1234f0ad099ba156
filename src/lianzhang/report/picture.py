"""Drawings as pixels, for what cannot show SVG: Word documents, slides, messages."""

from __future__ import annotations

import functools
import re

from lianzhang.i18n import Lang
from lianzhang.report import draw
from lianzhang.report.draw.days import svg_day_path
from lianzhang.report.draw.lines import svg_line_chart
from lianzhang.report.figures import DayPaths, Figure, LineGrid
from lianzhang.report.page import stylesheet

_SPACE = 'xmlns="http://www.w3.org/2000/svg"'
_PROBE = {
    "zh": f'<svg {_SPACE} width="20" height="20"><text class="t" x="2" y="16">链</text></svg>',
    "en": f'<svg {_SPACE} width="20" height="20"><text class="t" x="2" y="16">A</text></svg>',
}


def pictures(figure: Figure, lang: Lang, *, uid: str, zoom: float = 2.0) -> list[bytes]:
    """The drawings of a figure as PNG files on white, ``zoom`` pixels to the drawing's unit.

    One for most figures, one a chart for grids of small charts, none for figures that are words or tables, nor where
    this machine has no font for the language: a picture without its labels would mislead.
    """
    if not _has_font(lang):
        return []
    if isinstance(figure, LineGrid):
        charts = enumerate(figure.charts, start=1)
        drawn = [svg_line_chart(chart, lang, uid=f"{uid}-{n}", small=True) for n, chart in charts]
    elif isinstance(figure, DayPaths):
        drawn = [svg_day_path(figure, n, lang, uid=f"{uid}-{n}") for n in range(len(figure.paths))]
    elif isinstance(figure, draw.Drawing):
        drawn = [draw.svg(figure, lang, uid=uid)]
    else:
        return []
    return [_png(str(markup), lang, zoom) for markup in drawn]


def _png(markup: str, lang: Lang, zoom: float) -> bytes:
    import resvg_py

    if "xmlns=" not in markup[: markup.index(">")]:
        markup = markup.replace("<svg", f"<svg {_SPACE}", 1)
    made = resvg_py.svg_to_bytes(
        svg_string=markup,
        style_sheet=_rules(),
        background="#ffffff",
        zoom=zoom,
        languages=["zh-Hans"] if lang == "zh" else ["en"],
    )
    return bytes(made)


@functools.cache
def _has_font(lang: Lang) -> bool:
    # A missing glyph is left out or drawn as an empty box, without a word: compare with one that no font has.
    unknown = re.sub(r">.</text>", ">\U0010fffd</text>", _PROBE[lang])
    blank = re.sub(r"<text.*</text>", "", _PROBE[lang])
    seen = _png(_PROBE[lang], lang, 1.0)
    return seen not in (_png(unknown, lang, 1.0), _png(blank, lang, 1.0))


@functools.cache
def _rules() -> str:
    """The rules of drawings in the light theme without custom properties and conditions, which rasterisers ignore."""
    css = stylesheet()
    root = re.search(r":root\{([^}]*)\}", css)
    assert root is not None
    values = dict(re.findall(r"(--[\w-]+):([^;]+)", root[1]))
    rules = css[css.index("\n.drawing{") :]
    rules = re.sub(r"@[^{]*\{(?:[^{}]*\{[^}]*\})*[^}]*\}", "", rules)
    return re.sub(r"var\((--[\w-]+)\)", lambda name: values[name[1]].replace('"', "'"), rules)
