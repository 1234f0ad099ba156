"""Lines over time: observations, what the forecast expects, what was promised."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from lianzhang.i18n import Lang
from lianzhang.report.draw.canvas import LINE, NARROW, WIDE, Canvas
from lianzhang.report.figures import FanPoint, LineChart, LineSeries, Point, Target
from lianzhang.report.format import (
    axis_number,
    exact,
    figures_apart,
    figures_between,
    period,
    quantity,
    unit_name,
)
from lianzhang.report.measure import Fitted, fit, text_width
from lianzhang.report.values import Quantity
from lianzhang.report.words import STATUS, WORDS
from lianzhang.schema.period import parse_period

SPARK = (320.0, 104.0)
SMALL = (320.0, 214.0)


def nice_ticks(low: float, high: float, most: int) -> list[float]:
    """At most ``most`` + 1 round values (1, 2, 2.5 or 5 times a power of ten) that cover [low, high]."""
    if not high - low > 1e-9 * max(abs(low), abs(high), 1e-290):
        high = low + (abs(low) if abs(low) > 1e-290 else 1.0)
    rough = (high - low) / max(most, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(f * power for f in (1, 2, 2.5, 5, 10) if f * power >= rough * (1 - 1e-9))
    first = math.floor(low / step + 1e-9)
    last = math.ceil(high / step - 1e-9)
    return [k * step for k in range(first, last + 1)]


@dataclass(frozen=True, slots=True)
class _Frame:
    """Maps time and value to the canvas."""

    left: float
    top: float
    right: float
    bottom: float
    t0: float
    t1: float
    v0: float
    v1: float

    def x(self, t: float) -> float:
        return self.left + (t - self.t0) / ((self.t1 - self.t0) or 1.0) * (self.right - self.left)

    def y(self, v: float) -> float:
        return self.bottom - (v - self.v0) / ((self.v1 - self.v0) or 1.0) * (self.bottom - self.top)


def _time(text: str) -> float:
    return parse_period(text).position


def svg_line_chart(
    chart: LineChart, lang: Lang, *, uid: str, narrow: bool = False, small: bool = False
) -> Markup:
    """A line chart as ``<svg>``; ``small`` for one of several side by side."""
    canvas = draw_line_chart(chart, lang, uid=uid, narrow=narrow, small=small)
    return canvas.finish(canvas.height, chart.title.get(lang), _describe(chart, lang), "lines")


def draw_line_chart(
    chart: LineChart, lang: Lang, *, uid: str, narrow: bool = False, small: bool = False
) -> Canvas:
    """The chart on a canvas; series are named at their ends."""
    width, height = SMALL if small else (NARROW, 250.0) if narrow else (WIDE, 360.0)
    tight = small or narrow
    size = 12.0 if tight else 14.0
    canvas = Canvas(width, lang, uid, narrow=narrow)
    origin = chart.origins[0] if chart.origins else ""

    def write(value: float) -> str:
        return quantity(Quantity(value, chart.unit, origin), lang)

    def tick_words(value: float) -> str:
        return axis_number(value, chart.unit, lang)

    unit = unit_name(chart.unit, lang)
    points = [p for s in chart.series for p in s.points]
    values = [p.value for p in points] + [v for f in chart.fan for v in (f.low, f.high)]
    times = [_time(p.period) for p in points] + [_time(f.period) for f in chart.fan]
    if chart.target is not None and chart.target.value.value is not None:
        values.append(chart.target.value.value)
        times.append(_time(chart.target.deadline))
    if not values:
        canvas.text(width / 2, height / 2, WORDS["no_data"].get(lang), size, "t2", "middle")
        canvas.height = height
        return canvas
    ticks = nice_ticks(
        min(0.0, *values) if min(values) < 0 else _floor(values), max(values), 3 if tight else 4
    )
    names = len(chart.series) > 1
    left = max(text_width(tick_words(t), size) for t in ticks) + 10
    margin = 10.0
    if names:
        margin = min(
            max(text_width(s.name.get(lang), size, bold=True) for s in chart.series) + 14, width * 0.3
        )
    title = fit(chart.title.get(lang), width, (14.0, 13.0), 2, bold=True)
    top = 18.0 + 16.0 * len(title.lines) if small else 30.0
    frame = _Frame(left, top + 8, width - margin, height - 26, min(times), max(times), ticks[0], ticks[-1])
    if small:
        for number, line in enumerate(title.lines):
            box = canvas.text(0, 14 + number * 16, line, title.size, "t bold")
        if unit and box.right + 10 + text_width(unit, 12) <= width:
            canvas.text(box.right + 10, box.bottom - 0.24 * title.size, unit, 12, "t2")
    elif unit:
        at_axis = text_width(unit, size) <= left - 8
        canvas.text(left - 8 if at_axis else 0, 14, unit, size, "t2", "end" if at_axis else "start")
    for tick in ticks:
        canvas.line(left, frame.y(tick), width - margin, frame.y(tick), "grid" if tick else "axis")
        canvas.text(left - 8, frame.y(tick) + 0.35 * size, tick_words(tick), size, "t2 num", "end")
    _time_axis(canvas, frame, times, size)
    _fan(canvas, frame, chart.fan, points)
    for number, series in enumerate(chart.series[:4], start=1):
        _series(canvas, frame, series, number, write)
    if chart.target is not None:
        _target(canvas, frame, chart.target, size, _path(frame, chart))
    if names:
        _end_names(canvas, frame, chart.series[:4], size, margin)
    canvas.height = height
    return canvas


def _floor(values: Sequence[float]) -> float:
    """Zero, unless all values lie in a narrow band far above it."""
    low, high = min(values), max(values)
    return low if low > 0 and (high - low) < 0.3 * high else min(0.0, low)


def _time_axis(canvas: Canvas, frame: _Frame, times: Sequence[float], size: float) -> None:
    """Years below the axis, as many as fit. A yearly period ends where the next year begins, hence the −1."""
    first, last = math.ceil(min(times) - 1 - 1e-6), math.ceil(max(times) - 1 - 1e-6)
    room = text_width("2000", size) + 16
    pitch = (frame.right - frame.left) / max(last - first, 1)
    step = next((s for s in (1, 2, 5, 10, 20, 50) if s * pitch >= room), 100)
    for year in range(last, first - 1, -step):
        x = frame.x(year + 1.0)
        if frame.left - 1 <= x <= frame.right + 1:
            half = text_width(str(year), size) / 2
            x_text = min(max(x, half), canvas.width - half)
            canvas.line(x, frame.bottom, x, frame.bottom + 4, "axis")
            canvas.text(x_text, frame.bottom + 7 + size, str(year), size, "t2 num", "middle")


def _fan(canvas: Canvas, frame: _Frame, fan: Sequence[FanPoint], points: Sequence[Point]) -> None:
    if not fan:
        return
    ordered = sorted(fan, key=lambda f: _time(f.period))
    last = max(points, key=lambda p: _time(p.period), default=None)
    start = [(frame.x(_time(last.period)), frame.y(last.value))] if last else []
    xs = [frame.x(_time(f.period)) for f in ordered]

    def band(low: list[float], high: list[float], class_: str) -> None:
        upper = list(zip(xs, (frame.y(v) for v in high), strict=True))
        lower = list(zip(xs, (frame.y(v) for v in low), strict=True))
        canvas.polygon([*start, *upper, *reversed(lower)], class_)

    band([f.low for f in ordered], [f.high for f in ordered], "fan80")
    inner = [(f.low50, f.high50) for f in ordered]
    if all(low is not None and high is not None for low, high in inner):
        band([low or 0.0 for low, _ in inner], [high or 0.0 for _, high in inner], "fan50")
    canvas.polyline([*start, *zip(xs, (frame.y(f.mid) for f in ordered), strict=True)], "median")


def _years_between(before: str, after: str) -> str | None:
    """The years without an observation between two yearly ones as a period; ``None`` where none is missing."""
    first, last = parse_period(before), parse_period(after)
    if first.frequency != "year" or last.frequency != "year" or last.year - first.year < 2:
        return None
    low, high = first.year + 1, last.year - 1
    return str(low) if low == high else f"{low}..{high}"


def has_gap(points: Sequence[Point]) -> bool:
    """Whether a line through these points skips years."""
    ordered = sorted((p.period for p in points), key=_time)
    return any(_years_between(a, b) for a, b in itertools.pairwise(ordered))


def _gap(canvas: Canvas, frame: _Frame, before: Point, after: Point, missing: str, number: int) -> None:
    """Thin dots across years nobody observed: the eye finds the next point, the line claims nothing."""
    tip = f"{period(missing, canvas.lang)} {WORDS['no_data'].get(canvas.lang)}"
    with canvas.group("hit", tip=tip):
        ends = [(frame.x(_time(p.period)), frame.y(p.value)) for p in (before, after)]
        canvas.polyline(ends, f"gap series-{number}")


def _series(
    canvas: Canvas, frame: _Frame, series: LineSeries, number: int, write: Callable[[float], str]
) -> None:
    ordered = sorted(series.points, key=lambda p: _time(p.period))
    pieces: list[list[Point]] = [[]]
    for point in ordered:
        if point.period in series.broken_before:
            pieces.append([])
        elif pieces[-1] and (missing := _years_between(pieces[-1][-1].period, point.period)):
            _gap(canvas, frame, pieces[-1][-1], point, missing, number)
            pieces.append([])
        pieces[-1].append(point)
    for piece in pieces:
        if piece and piece[0].period in series.broken_before and piece is not pieces[0]:
            x = (frame.x(_time(piece[0].period)) + frame.x(_time(piece[0].period) - 1)) / 2
            canvas.line(x, frame.top, x, frame.bottom, "breakline")
        places = [(frame.x(_time(p.period)), frame.y(p.value)) for p in piece]
        if len(places) > 1:
            canvas.polyline(places, f"line series-{number}")
    dense = len(ordered) > 24
    alone = {piece[0].period for piece in pieces if len(piece) == 1}
    for point in ordered:
        if dense and point.period not in alone and point is not ordered[-1] and point.status == "official":
            continue
        tip = f"{period(point.period, canvas.lang)} {write(point.value)}"
        if point.status != "official":
            tip += (
                f"（{STATUS[point.status].zh}）" if canvas.lang == "zh" else f" ({STATUS[point.status].en})"
            )
        with canvas.group("hit", tip=tip):
            canvas.add(
                "circle",
                cx=frame.x(_time(point.period)),
                cy=frame.y(point.value),
                r=3.2,
                class_=f"dot series-{number}" + ("" if point.status == "official" else " hollow"),
            )


def _target(
    canvas: Canvas, frame: _Frame, target: Target, size: float, path: Sequence[tuple[float, float]]
) -> None:
    value = target.value.value
    if value is None:
        return
    x, y = frame.x(_time(target.deadline)), frame.y(value)
    canvas.line(frame.left, y, x, y, "target")
    words = f"{WORDS['target'].get(canvas.lang)} {quantity(target.value, canvas.lang)}"
    tip = f"{words} · {period(target.deadline, canvas.lang)} · {exact(target.value, canvas.lang)}"
    with canvas.group("hit", tip=tip, origin=target.value.origin):
        canvas.polygon([(x, y - 5.5), (x + 5.5, y), (x, y + 5.5), (x - 5.5, y)], "target-mark")
        room = text_width(words, size)
        places = [
            (x - 9, y - 7, "end"),
            (x - 9, y + size + 6, "end"),
            (frame.left + 4, y - 7, "start"),
            (frame.left + 4, y + size + 6, "start"),
        ]

        def crossed(place: tuple[float, float, str]) -> tuple[bool, int]:
            left = place[0] - (room if place[2] == "end" else 0)
            inside = sum(
                left - 4 <= px <= left + room + 4 and -4 <= place[1] - py <= size + 3 for px, py in path
            )
            return place[1] - size < 16 or place[1] > frame.bottom, inside

        tx, ty, anchor_ = min(places, key=crossed)
        canvas.text(tx, ty, words, size, "t seal num halo", anchor_)


def _path(frame: _Frame, chart: LineChart) -> list[tuple[float, float]]:
    """Points along the drawn lines, close enough together to tell what a label would cover."""
    path: list[tuple[float, float]] = []
    curves = [[(p.period, p.value) for p in s.points] for s in chart.series]
    curves.append([(f.period, f.mid) for f in chart.fan])
    for curve in curves:
        places = sorted((frame.x(_time(t)), frame.y(v)) for t, v in curve)
        for (x0, y0), (x1, y1) in itertools.pairwise(places):
            path += [(x0 + (x1 - x0) * k / 12, y0 + (y1 - y0) * k / 12) for k in range(13)]
        path += places
    return path


def _end_names(
    canvas: Canvas, frame: _Frame, series: Sequence[LineSeries], size: float, margin: float
) -> None:
    """Names beside the last points, pushed apart where they would touch."""
    ends: list[tuple[float, int, str]] = []
    for number, one in enumerate(series, start=1):
        if one.points:
            last = max(one.points, key=lambda p: _time(p.period))
            ends.append((frame.y(last.value), number, one.name.get(canvas.lang)))
    floor = -math.inf
    placed: list[tuple[float, int, Fitted]] = []
    for y, number, name in sorted(ends):
        fitted = fit(name, margin - 10, (size,), 2, bold=True)
        half = len(fitted.lines) * size * LINE / 2
        middle = max(y, floor + half)
        floor = middle + half
        placed.append((middle, number, fitted))
    overflow = max(0.0, floor - frame.bottom)
    for middle, number, fitted in placed:
        x = canvas.width - margin + 10
        canvas.label(x, middle - overflow, fitted, f"t bold name-{number}", "start")


def _describe(chart: LineChart, lang: Lang) -> str:
    origin = chart.origins[0] if chart.origins else ""
    parts = []
    for series in chart.series:
        if series.points:
            first = min(series.points, key=lambda p: _time(p.period))
            last = max(series.points, key=lambda p: _time(p.period))
            goal = chart.target.value if chart.target is not None else None
            figures = figures_between(lang, Quantity(last.value, chart.unit, origin), goal)
            values = [
                quantity(Quantity(p.value, chart.unit, origin), lang, figures=figures) for p in (first, last)
            ]
            parts.append(
                f"{series.name.get(lang)} {period(first.period, lang)} {values[0]} → "
                f"{period(last.period, lang)} {values[1]}"
            )
    return ("；" if lang == "zh" else "; ").join(parts) or WORDS["no_data"].get(lang)


def svg_spark(
    observations: Sequence[Point],
    fan: Sequence[FanPoint],
    target: Target,
    lang: Lang,
    *,
    uid: str,
    title: str,
) -> Markup:
    """The small drawing of a tracker row: observations, fan to the deadline, target line."""
    canvas = draw_spark(observations, fan, target, lang, uid=uid)
    unit = target.value.unit
    series = LineSeries(WORDS["observed"], tuple(observations))
    chart = LineChart(
        title=WORDS["observed"], unit=unit, series=(series,), target=target, origins=(target.value.origin,)
    )
    return canvas.finish(canvas.height, title, _describe(chart, lang), "spark")


def draw_spark(
    observations: Sequence[Point], fan: Sequence[FanPoint], target: Target, lang: Lang, *, uid: str
) -> Canvas:
    """The spark on a canvas of 320 × 104 px, readable at that size on a phone."""
    width, height = SPARK
    canvas = Canvas(width, lang, uid)
    size = 12.0
    unit = target.value.unit

    def write(value: float) -> str:
        return axis_number(value, unit, lang)

    values = [p.value for p in observations] + [v for f in fan for v in (f.low, f.high)]
    times = [_time(p.period) for p in observations] + [_time(f.period) for f in fan]
    goal = target.value.value
    if goal is not None:
        values.append(goal)
    times.append(_time(target.deadline))
    if not values:
        values = [0.0, 1.0]
    low, high = min(values), max(values)
    if 0 < low < 0.5 * high:
        low = 0.0
    elif low:  # off the baseline, which would look like zero
        low -= 0.15 * (high - low)
    spare = (high - low) * 0.06 or 1.0
    frame = _Frame(6, 24, width - 8, height - 22, min(times), max(times), low, high + spare)
    if frame.t1 - frame.t0 < 1e-9:
        frame = _Frame(6, 24, width - 8, height - 22, frame.t0 - 1, frame.t1, low, high + spare)
    canvas.line(frame.left, frame.bottom, frame.right, frame.bottom, "axis")
    _fan(canvas, frame, fan, observations)
    _series(canvas, frame, LineSeries(WORDS["observed"], tuple(observations)), 1, write)
    years = sorted({parse_period(p.period).year for p in observations} | {parse_period(target.deadline).year})
    y = frame.bottom + 6 + size
    canvas.text(frame.left, y, str(years[0]), size, "t2 num")
    if len(years) > 1:
        canvas.text(frame.right, y, str(years[-1]), size, "t2 num", "end")
    if goal is not None:
        x, at = frame.x(_time(target.deadline)), frame.y(goal)
        canvas.line(frame.left, at, x, at, "target")
        canvas.polygon([(x, at - 5), (x + 5, at), (x, at + 5), (x - 5, at)], "target-mark")
    if observations:
        last = max(observations, key=lambda p: _time(p.period))
        figures = 3 if goal is None else figures_apart(last.value, goal, unit, lang)
        words = axis_number(last.value, unit, lang, figures=figures)
        half = text_width(words, size, bold=True) / 2
        x = min(max(frame.x(_time(last.period)), half + 2), width - half - 2)
        at = frame.y(last.value)
        # above the point, unless the target line runs there
        clash = goal is not None and 0 <= at - frame.y(goal) < 22
        below = at + 18 if at + 20 < frame.bottom else frame.y(goal or 0.0) - 6
        canvas.text(x, max(below if clash else at - 8, 12), words, size, "t bold num halo", "middle")
    canvas.height = height
    return canvas
