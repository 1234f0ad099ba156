"""Simulated days: output by day with the span of the draws, the days of the shock shaded."""

from __future__ import annotations

from markupsafe import Markup

from lianzhang.i18n import Lang
from lianzhang.report.draw.canvas import Canvas
from lianzhang.report.draw.lines import SMALL, nice_ticks
from lianzhang.report.figures import DayPaths
from lianzhang.report.format import axis_number, exact, quantity
from lianzhang.report.measure import fit, text_width

_SIZE = 12.0


def svg_day_path(figure: DayPaths, which: int, lang: Lang, *, uid: str) -> Markup:
    """One path of the figure as ``<svg>``."""
    canvas = draw_day_path(figure, which, lang, uid=uid)
    path = figure.paths[which]
    words = f"{figure.measure.get(lang)} {quantity(path.lowest, lang)}"
    return canvas.finish(canvas.height, path.name.get(lang), words, "lines")


def draw_day_path(figure: DayPaths, which: int, lang: Lang, *, uid: str) -> Canvas:
    """One path on a canvas; the scale is that of all paths, so that they compare."""
    path = figure.paths[which]
    width, height = SMALL
    canvas = Canvas(width, lang, uid)
    title = fit(path.name.get(lang), width, (14.0, 13.0), 2, bold=True)
    for number, line in enumerate(title.lines):
        canvas.text(0, 14 + number * 16, line, title.size, "t bold")
    lowest = min((min(p.low, default=100.0) for p in figure.paths), default=100.0)
    ticks = nice_ticks(min(lowest, 99.0), 100.0, 3)
    left = max(text_width(axis_number(t, "pct", lang), _SIZE) for t in ticks) + 10
    top, bottom, right = 26.0 + 16.0 * len(title.lines), height - 26, width - 12
    days = max(len(path.mid) - 1, 1)

    def x(day: float) -> float:
        return left + day / days * (right - left)

    def y(value: float) -> float:
        return bottom - (value - ticks[0]) / (ticks[-1] - ticks[0]) * (bottom - top)

    first, after = path.shock
    canvas.rect(x(first), top, x(min(after, days)) - x(first), bottom - top, "fan50")
    for tick in ticks:
        canvas.line(left, y(tick), right, y(tick), "grid")
        canvas.text(left - 8, y(tick) + 0.35 * _SIZE, axis_number(tick, "pct", lang), _SIZE, "t2 num", "end")
    for day in (0, first, min(after, days), days):
        canvas.line(x(day), bottom, x(day), bottom + 4, "axis")
    _day_names(canvas, [(x(day), day) for day in sorted({0, days, first, min(after, days)})], bottom)
    upper = [(x(k), y(v)) for k, v in enumerate(path.high)]
    lower = [(x(k), y(v)) for k, v in enumerate(path.low)]
    canvas.polygon([*upper, *reversed(lower)], "fan80")
    canvas.polyline([(x(k), y(v)) for k, v in enumerate(path.mid)], "line series-1")
    day = min(range(len(path.mid)), key=path.mid.__getitem__, default=0)
    with canvas.group(
        "hit", tip=f"{path.name.get(lang)} {exact(path.lowest, lang)}", origin=path.lowest.origin
    ):
        canvas.add("circle", cx=x(day), cy=y(path.mid[day]), r=3.2, class_="dot series-1")
    canvas.height = height
    return canvas


def _day_names(canvas: Canvas, places: list[tuple[float, int]], bottom: float) -> None:
    """Days below the axis, as many as fit; the last one always."""
    free = canvas.width
    for place, day in reversed(places):
        words = (f"第{day}天" if canvas.lang == "zh" else f"day {day}") if day == places[-1][1] else str(day)
        half = text_width(words, _SIZE) / 2
        middle = min(max(place, half), canvas.width - half)
        if middle + half <= free:
            canvas.text(middle, bottom + 7 + _SIZE, words, _SIZE, "t2 num", "middle")
            free = middle - half - 6
