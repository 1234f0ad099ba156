"""A rank curve: how much each failure costs, from the worst down, on log axes."""

from __future__ import annotations

import math
from dataclasses import dataclass

from markupsafe import Markup

from lianzhang.i18n import Lang
from lianzhang.report.draw.canvas import LINE, NARROW, WIDE, Canvas
from lianzhang.report.figures import RankCurve, RankMark
from lianzhang.report.format import axis_number, exact, number, quantity
from lianzhang.report.measure import fit, shorten, text_width
from lianzhang.report.words import WORDS

_LARGEST_DOT = 9.0
_SMALLEST_DOT = 3.0
#: The list of names begins here, as a share of the width; the plot ends before it.
_NAMES_AT = 0.6


@dataclass(frozen=True, slots=True)
class _LogFrame:
    """Maps rank and index to the canvas; both axes are logarithmic."""

    left: float
    top: float
    right: float
    bottom: float
    x1: float
    y0: float
    y1: float

    def x(self, rank: float) -> float:
        return self.left + math.log10(rank) / (self.x1 or 1.0) * (self.right - self.left)

    def y(self, value: float) -> float:
        part = (math.log10(max(value, 10**self.y0)) - self.y0) / ((self.y1 - self.y0) or 1.0)
        return self.bottom - part * (self.bottom - self.top)


def svg_rank_curve(curve: RankCurve, lang: Lang, *, uid: str, narrow: bool = False) -> Markup:
    """The curve as ``<svg>``."""
    canvas = draw_rank_curve(curve, lang, uid=uid, narrow=narrow)
    return canvas.finish(canvas.height, curve.title.get(lang), _describe(curve, lang), "rank lines")


def draw_rank_curve(curve: RankCurve, lang: Lang, *, uid: str, narrow: bool = False) -> Canvas:
    """The curve on a canvas: band, median, a dot for each of the first, their names in a numbered list.

    The list stands to the right of the plot, and below it on a phone.
    """
    width = NARROW if narrow else WIDE
    size = 12.0 if narrow else 14.0
    canvas = Canvas(width, lang, uid, narrow=narrow)
    values = [v for p in curve.points for v in (p.low, p.mid, p.high) if v > 0]
    if not values:
        canvas.text(width / 2, 60, WORDS["no_data"].get(lang), size, "t2", "middle")
        canvas.height = 120.0
        return canvas
    low, high = (
        math.floor(math.log10(max(min(values), max(values) * 1e-5))),
        math.ceil(math.log10(max(values))),
    )
    ticks = [10.0**k for k in range(low, max(high, low + 1) + 1)]
    left = max(text_width(axis_number(t, "pct", lang), size) for t in ticks) + 12
    plot = 240.0 if narrow else 380.0
    last = max(p.rank for p in curve.points)
    frame = _LogFrame(
        left,
        34.0,
        width - 12 if narrow or not curve.marks else width * _NAMES_AT - 24,
        plot - 46,
        math.log10(max(last, 10.0)),
        math.log10(ticks[0]),
        math.log10(ticks[-1]),
    )
    _axes(canvas, frame, curve, ticks, last, size)
    band = [(frame.x(p.rank), frame.y(p.high)) for p in curve.points]
    band += [(frame.x(p.rank), frame.y(p.low)) for p in reversed(curve.points)]
    canvas.polygon(band, "fan80")
    canvas.polyline([(frame.x(p.rank), frame.y(p.mid)) for p in curve.points], "line series-1")
    _dots(canvas, frame, curve.marks, size)
    end = _names(canvas, frame, curve, size, plot)
    canvas.height = max(plot, end)
    return canvas


def _axes(
    canvas: Canvas, frame: _LogFrame, curve: RankCurve, ticks: list[float], last: float, size: float
) -> None:
    title = shorten(curve.measure.get(canvas.lang), canvas.width, size)
    canvas.text(0, 16, title, size, "t2")
    room = size * 1.5
    drawn = math.inf
    for tick in ticks:
        y = frame.y(tick)
        canvas.line(frame.left, y, frame.right, y, "grid")
        if drawn - y >= room:
            words = axis_number(tick, "pct", canvas.lang)
            canvas.text(frame.left - 8, y + 0.35 * size, words, size, "t2 num", "end")
            drawn = y
    taken = 0.0
    for power in range(int(math.log10(last)) + 1):
        x = frame.x(10.0**power)
        canvas.line(x, frame.bottom, x, frame.bottom + 4, "axis")
        words = number(10.0**power, canvas.lang)
        half = text_width(words, size) / 2
        if x - half >= taken and x + half <= frame.right + 8:
            canvas.text(x, frame.bottom + 8 + size, words, size, "t2 num", "middle")
            taken = x + half + 6
    label = {
        "zh": f"位次（{curve.members.zh}，从最关键的起）",
        "en": f"Rank of {curve.members.en}, the most critical first",
    }
    words = shorten(label[canvas.lang], frame.right, size)
    canvas.text(frame.right, frame.bottom + 14 + 2 * size, words, size, "t2", "end")


def _dots(canvas: Canvas, frame: _LogFrame, marks: tuple[RankMark, ...], size: float) -> None:
    largest = max((m.size or 0.0 for m in marks), default=0.0)
    for mark in marks:
        if mark.index.value is None or mark.index.value <= 0:
            continue
        part = math.sqrt((mark.size or 0.0) / largest) if largest > 0 else 0.0
        radius = _SMALLEST_DOT + (_LARGEST_DOT - _SMALLEST_DOT) * part
        tip = f"{mark.rank} {mark.name.get(canvas.lang)} {exact(mark.index, canvas.lang)}"
        with canvas.group("hit", tip=tip, origin=mark.index.origin):
            canvas.add(
                "circle",
                cx=frame.x(mark.rank),
                cy=frame.y(mark.index.value),
                r=radius,
                class_="dot series-1 hollow",
            )


def _names(canvas: Canvas, frame: _LogFrame, curve: RankCurve, size: float, plot: float) -> float:
    """Number, name and index of the first; returns where the list ends."""
    marks = curve.marks
    if not marks:
        return plot
    x = 0.0 if canvas.narrow else canvas.width * _NAMES_AT
    y = plot + 14.0 if canvas.narrow else frame.top + size
    right = canvas.width - 2
    if curve.marked is not None:
        canvas.text(x, y, shorten(curve.marked.get(canvas.lang), right - x, size), size, "t2 halo")
        y += size * LINE + 6
    first = text_width(f"{max(m.rank for m in marks)} ", size, bold=True) + 4
    figures = max(text_width(quantity(m.index, canvas.lang), size) for m in marks) + 10
    for mark in marks:
        fitted = fit(mark.name.get(canvas.lang), right - x - first - figures, (size,), 3)
        with canvas.group("hit", tip=mark.name.get(canvas.lang), origin=mark.index.origin):
            canvas.text(x + first - 8, y, str(mark.rank), size, "t bold num halo", "end")
            for k, line in enumerate(fitted.lines):
                canvas.text(x + first, y + k * size * LINE, line, size, "t halo")
            canvas.text(right, y, quantity(mark.index, canvas.lang), size, "t2 num halo", "end")
        y += len(fitted.lines) * size * LINE + 4
    return y


def _describe(curve: RankCurve, lang: Lang) -> str:
    parts = [f"{m.rank} {m.name.get(lang)} {quantity(m.index, lang)}" for m in curve.marks[:3]]
    return ("；" if lang == "zh" else "; ").join(parts) or WORDS["no_data"].get(lang)
