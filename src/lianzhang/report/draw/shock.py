"""A shock day by day: what all make and what the worst hit make, above wall and hex city dimmed to one day.

A lamp is a brick or a hexagon. It is lit by its output in percent of the undisturbed: six steps, with the number
written where something is lost, a dashed edge where next to nothing is made, and a bolt where the shock itself is.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from markupsafe import Markup

from lianzhang.i18n import Lang, Text
from lianzhang.report.draw.canvas import NARROW, WIDE, Canvas
from lianzhang.report.draw.lines import nice_ticks
from lianzhang.report.figures import Lamp, LampCell, LampCourse, LampSection, ShockDays
from lianzhang.report.format import axis_number, short_place
from lianzhang.report.measure import Fitted, fit, shorten, text_width

#: Limits between the steps of light, percent of the undisturbed output.
LIMITS = (10.0, 50.0, 80.0, 95.0, 99.5)
_STEPS: tuple[Text, ...] = (
    Text("几乎停产，不足 10%", "next to nothing, below 10%"),
    Text("10%–50%", "10%–50%"),
    Text("50%–80%", "50%–80%"),
    Text("80%–95%", "80%–95%"),
    Text("95%–99.5%", "95%–99.5%"),
    Text("照常，99.5% 以上", "as usual, 99.5% or more"),
)
_UNKNOWN = Text("网络里没有", "not in the network")
_HIT = Text("冲击直接打到的地方", "where the shock itself is")
_GAP = 4.0
_ROOT3 = math.sqrt(3)
_SIZE = 12.0


def lit(value: float) -> int:
    """Step of light, 0 (dark) to 5 (as usual), of an output in percent."""
    return bisect_right(LIMITS, value)


def share_words(value: float) -> str:
    """The number written on a lamp: whole percent rounded down, nothing where all is as usual."""
    return "" if lit(value) == len(LIMITS) else f"{math.floor(max(value, 0.0))}%"


def lamps(figure: ShockDays) -> Iterator[Lamp]:
    """Every lamp in the order of its number: bricks from top to bottom, then hexagons."""
    for section in figure.wall:
        for course in section.courses:
            yield from course.bricks
    for cell in figure.city:
        yield cell.lamp


def svg_shock_days(figure: ShockDays, lang: Lang, *, uid: str, narrow: bool = False) -> Markup:
    """The day as ``<svg>``; ``narrow`` for phones."""
    canvas = draw_shock_days(figure, lang, uid=uid, narrow=narrow)
    return canvas.finish(canvas.height, figure.title.get(lang), describe(figure, lang), "shockdays lines")


def draw_shock_days(figure: ShockDays, lang: Lang, *, uid: str, narrow: bool = False) -> Canvas:
    """The day on a canvas: two columns, or one below the other on a phone."""
    canvas = Canvas(NARROW if narrow else WIDE, lang, uid, narrow=narrow)
    numbers = {id(lamp): n for n, lamp in enumerate(lamps(figure))}
    stage = _Stage(canvas, figure, numbers)
    if narrow:
        y = stage.total(0.0, 0.0, NARROW, 100.0)
        y = stage.worst(0.0, y + 16, NARROW)
        y = stage.legend(0.0, y + 20, NARROW)
        y = stage.city(0.0, y + 16, NARROW)
        canvas.height = stage.wall(0.0, y + 20, NARROW)
        return canvas
    left, gap = 516.0, 34.0
    right = WIDE - left - gap
    bottom = stage.worst(left + gap, 0.0, right)
    stage.total(0.0, 0.0, left, bottom - 60)
    wall = stage.wall(0.0, bottom + 24, left)
    city = stage.city(left + gap, bottom + 24, right)
    canvas.height = max(wall, stage.legend(left + gap, city + 28, right))
    return canvas


def svg_targets(figure: ShockDays, lang: Lang, *, uid: str, narrow: bool = False) -> Markup:
    """Wall and hex city to choose from: what is hit carries the bolt, what cannot be chosen is grey."""
    canvas = draw_targets(figure, lang, uid=uid, narrow=narrow)
    chosen = sum(lamp.hit for lamp in lamps(figure))
    words = Text(f"已选 {chosen} 处", f"{chosen} chosen").get(lang)
    return canvas.finish(canvas.height, figure.title.get(lang), words, "targets")


def draw_targets(figure: ShockDays, lang: Lang, *, uid: str, narrow: bool = False) -> Canvas:
    """The choice on a canvas."""
    canvas = Canvas(NARROW if narrow else WIDE, lang, uid, narrow=narrow)
    stage = _Stage(canvas, figure, {id(lamp): n for n, lamp in enumerate(lamps(figure))}, choosing=True)
    if narrow:
        canvas.height = stage.wall(0.0, stage.city(0.0, 0.0, NARROW) + 16, NARROW)
    else:
        left, gap = 516.0, 34.0
        wall = stage.wall(0.0, 0.0, left)
        canvas.height = max(wall, stage.city(left + gap, 0.0, WIDE - left - gap))
    return canvas


def describe(figure: ShockDays, lang: Lang) -> str:
    """The day in a sentence, for those who cannot see it."""
    day = figure.day
    total = figure.total.mid[day]
    dark = [lamp for lamp in lamps(figure) if lamp.path is not None and lit(lamp.path[day]) < len(LIMITS)]
    low = sorted({lamp.name: lamp.path[day] for lamp in dark if lamp.path}.items(), key=lambda x: x[1])[:3]
    if lang == "zh":
        head = f"第{day}天：全部产出为平日的{total:.1f}%，{len(dark)} 处变暗"
        return head + ("：" + "，".join(f"{n.zh} {v:.0f}%" for n, v in low) if low else "") + "。"
    head = f"Day {day}: all output is {total:.1f}% of the usual, {len(dark)} places are dimmed"
    return head + (": " + ", ".join(f"{n.en} {v:.0f}%" for n, v in low) if low else "") + "."


@dataclass(frozen=True, slots=True)
class _Days:
    """Maps days and percent to a panel."""

    left: float
    right: float
    top: float
    bottom: float
    days: int
    low: float

    def x(self, day: float) -> float:
        return self.left + day / max(self.days, 1) * (self.right - self.left)

    def y(self, value: float) -> float:
        return self.bottom - (value - self.low) / (100.0 - self.low) * (self.bottom - self.top)


class _Stage:
    """The four parts, each drawn at a place and returning where it ends."""

    def __init__(
        self, canvas: Canvas, figure: ShockDays, numbers: dict[int, int], *, choosing: bool = False
    ) -> None:
        self.choosing = choosing
        self.canvas = canvas
        self.figure = figure
        self.numbers = numbers
        self.lang: Lang = canvas.lang

    def total(self, x: float, y: float, width: float, height: float) -> float:
        """Output of all with its span."""
        path = self.figure.total
        frame = self._panel((x, y, width, height), min(path.low, default=100.0), path.name)
        upper = [(frame.x(k), frame.y(v)) for k, v in enumerate(path.high)]
        lower = [(frame.x(k), frame.y(v)) for k, v in enumerate(path.low)]
        self.canvas.polygon([*upper, *reversed(lower)], "fan80")
        self.canvas.polyline([(frame.x(k), frame.y(v)) for k, v in enumerate(path.mid)], "line series-1")
        self._cursor(frame)
        return frame.bottom + 26

    def worst(self, x: float, y: float, width: float) -> float:
        """Output of the sectors hit most, named below."""
        shown = [lamp for lamp in self.figure.worst if lamp.path is not None][:3]
        lowest = min((v for lamp in shown for v in lamp.path or ()), default=100.0)
        name = Text("受影响最大的部门", "Sectors hit most")
        frame = self._panel((x, y, width, 100.0), lowest, name)
        for number, lamp in enumerate(shown, start=1):
            points = [(frame.x(k), frame.y(v)) for k, v in enumerate(lamp.path or ())]
            self.canvas.polyline(points, f"line series-{number + 1}")
        self._cursor(frame)
        at = frame.bottom + 26
        for number, lamp in enumerate(shown, start=1):
            at += 19
            self.canvas.polyline([(x, at - 4), (x + 26, at - 4)], f"line series-{number + 1}")
            words = f"{min(lamp.path or (100.0,)):.1f}%"
            room = width - 34 - text_width(words, _SIZE) - 10
            self.canvas.text(x + 34, at, shorten(lamp.name.get(self.lang), room, _SIZE), _SIZE, "t")
            self.canvas.text(x + width, at, words, _SIZE, "t2 num", "end")
        return at + 6 if shown else at

    def _panel(self, place: tuple[float, float, float, float], lowest: float, name: Text) -> _Days:
        """Axes, title, the days of the shock shaded, into (left, top, width, height of the plot)."""
        canvas, path = self.canvas, self.figure.total
        x, y, width, height = place
        days = max(len(path.mid) - 1, 1)
        ticks = nice_ticks(max(min(lowest, 99.0), 0.0), 100.0, 3)
        left = x + max(text_width(axis_number(t, "pct", self.lang), _SIZE) for t in ticks) + 8
        frame = _Days(left, x + width - 6, y + 34, y + 34 + height, days, ticks[0])
        canvas.text(x, y + 14, shorten(name.get(self.lang), width, 14.0, bold=True), 14.0, "t bold")
        first, after = path.shock
        shaded = frame.x(min(after, days)) - frame.x(first)
        canvas.rect(frame.x(first), frame.top, shaded, frame.bottom - frame.top, "fan50")
        for tick in ticks:
            canvas.line(frame.left, frame.y(tick), frame.right, frame.y(tick), "grid")
            words = axis_number(tick, "pct", self.lang)
            canvas.text(frame.left - 8, frame.y(tick) + 0.35 * _SIZE, words, _SIZE, "t2 num", "end")
        self._day_names(frame, sorted({0, first, min(after, days), days}), x + width)
        return frame

    def _day_names(self, frame: _Days, marked: list[int], end: float) -> None:
        free = end
        for day in reversed(marked):
            last = day == marked[-1]
            words = (f"第{day}天" if self.lang == "zh" else f"day {day}") if last else str(day)
            half = text_width(words, _SIZE) / 2
            middle = min(frame.x(day), end - half)
            self.canvas.line(frame.x(day), frame.bottom, frame.x(day), frame.bottom + 4, "axis")
            if middle + half <= free:
                self.canvas.text(middle, frame.bottom + 7 + _SIZE, words, _SIZE, "t2 num", "middle")
                free = middle - half - 6

    def _cursor(self, frame: _Days) -> None:
        """The day that is shown; a script moves it by ``data-per`` px a day."""
        per = (frame.right - frame.left) / frame.days
        moved = f"translate({self.figure.day * per:.2f} 0)"
        with self.canvas.group("cursor", transform=moved, data_per=f"{per:.4f}"):
            self.canvas.line(frame.left, frame.top - 6, frame.left, frame.bottom, "now")
            self.canvas.polygon(
                [
                    (frame.left - 5, frame.top - 11),
                    (frame.left + 5, frame.top - 11),
                    (frame.left, frame.top - 4),
                ],
                "seal",
            )

    def legend(self, x: float, y: float, width: float) -> float:
        """Steps of light with their ranges, from bright to dark."""
        canvas = self.canvas
        title = shorten(self.figure.measure.get(self.lang), width, 13.0, bold=True)
        canvas.text(x, y + 10, title, 13.0, "t bold")
        items: list[tuple[str, Text]] = [(f"lit-{k}", _STEPS[k]) for k in range(len(LIMITS), -1, -1)]
        if any(lamp.path is None for lamp in lamps(self.figure)):
            items.append(("lit-none", _UNKNOWN))
        if any(lamp.hit for lamp in lamps(self.figure)):
            items.append(("hit-here", _HIT))
        longest = max(text_width(words.get(self.lang), _SIZE) for _, words in items)
        columns = 2 if longest + 34 <= width / 2 else 1
        each, rows = width / columns, -(-len(items) // columns)
        for n, (name, words) in enumerate(items):
            left, top = x + n // rows * each, y + 22 + n % rows * 22
            with canvas.group(f"lamp {name}"):
                self._body(left, top, 22.0, 15.0)
            if name == "hit-here":
                self._bolt(left + 22, top)
            line = shorten(words.get(self.lang), each - 34, _SIZE)
            canvas.text(left + 30, top + 12, line, _SIZE, "t2")
        return y + 22 + rows * 22

    def wall(self, x: float, y: float, width: float) -> float:
        """Systems, assemblies, components; a brick is lit by the output of its sector."""
        for section in self.figure.wall:
            y = self._section(section, x, y, width)
        return y

    def _section(self, section: LampSection, x: float, y: float, width: float) -> float:
        canvas = self.canvas
        canvas.text(
            x, y + 14, shorten(section.name.get(self.lang), width, 14.0, bold=True), 14.0, "t serif bold"
        )
        y += 22
        canvas.line(x, y, x + width, y, "rule")
        y += 6
        for course in section.courses:
            y = self._course(course, x, y, width)
        return y + 12

    def _course(self, course: LampCourse, x: float, y: float, width: float) -> float:
        canvas, narrow = self.canvas, self.canvas.narrow
        beside = 0.0 if narrow else (78.0 if self.lang == "zh" else 104.0)
        if narrow:
            canvas.text(
                x, y + 14, shorten(course.name.get(self.lang), width, 13.0, bold=True), 13.0, "t bold"
            )
            y += 20
        room, least, height = width - beside, 80.0 if narrow else 76.0, 40.0 if self.choosing else 50.0
        most = max(1, int((room + _GAP) // (least + _GAP)))
        count = max(1, -(-len(course.bricks) // most))
        per_row = -(-len(course.bricks) // count)
        top = y
        for start in range(0, len(course.bricks), per_row):
            row = course.bricks[start : start + per_row]
            each = (room - _GAP * (len(row) - 1)) / len(row)
            for n, lamp in enumerate(row):
                self._brick(lamp, x + beside + n * (each + _GAP), y, each, height)
            y += height + _GAP
        if not narrow:
            name = fit(course.name.get(self.lang), beside - 10, (13.0, 12.0), 3)
            canvas.label(x + beside - 10, (top + y - _GAP) / 2, name, "t", "end")
        return y + (4 if narrow else 0)

    def _brick(self, lamp: Lamp, x: float, y: float, width: float, height: float) -> None:
        middle = x + width / 2
        with self._lamp(lamp):
            self._body(x, y, width, height)
            name = fit(lamp.name.get(self.lang), width - 8, (13.0, 12.0, 11.5), 2)
            if name.cut:
                name = fit(lamp.name.get(self.lang), width - 6, (11.5,), 2)
            self.canvas.label(middle, y + (height / 2 if self.choosing else 17), name, "lamp-name")
            self._share(lamp, middle, y + height - 5, 12.0)
            if lamp.hit:
                self._bolt(x + width, y)

    def city(self, x: float, y: float, width: float) -> float:
        """One hexagon per district, lit by the output of its industry."""
        cells = self.figure.city
        if not cells:
            return y
        centres = [(c.q + c.r / 2, c.r * 1.5 / _ROOT3) for c in cells]  # in widths of a hexagon
        x0, x1 = min(a for a, _ in centres), max(a for a, _ in centres)
        y0, y1 = min(b for _, b in centres), max(b for _, b in centres)
        across = min(width / (x1 - x0 + 1), 84.0)
        radius = across / _ROOT3
        shift = (width - across * (x1 - x0 + 1)) / 2
        for cell, (cx, cy) in zip(cells, centres, strict=True):
            at = (x + shift + (cx - x0 + 0.5) * across, y + (cy - y0) * across + radius)
            self._hexagon(cell, at, radius)
        return y + (y1 - y0) * across + 2 * radius

    def _hexagon(self, cell: LampCell, at: tuple[float, float], radius: float) -> None:
        x, y = at
        corners = [
            (x + (radius - 1) * math.sin(k * math.pi / 3), y - (radius - 1) * math.cos(k * math.pi / 3))
            for k in range(6)
        ]
        with self._lamp(cell.lamp):
            fill = self.canvas.pattern("dots") if cell.lamp.path is None else None
            self.canvas.polygon(corners, "lamp-body", fill=fill)
            # Where one chooses there is no number below: the name has the whole hexagon.
            lines = 2 if radius > 24 or self.choosing else 1
            name = self._place(cell, radius * _ROOT3 - (1 if self.lang == "zh" else 3), lines)
            self.canvas.label(x, y - (0 if self.choosing else 4), name, "lamp-name")
            self._share(cell.lamp, x, y + (17 if len(name.lines) > 1 else 14), 11.0)
            if cell.lamp.hit:
                self._bolt(x + 5, y - radius + 4)

    def _place(self, cell: LampCell, room: float, lines: int) -> Fitted:
        name = short_place((cell.short or cell.lamp.name).get(self.lang), self.lang)
        found = fit(name, room, (13.0, 12.0, 11.5), 1)
        if found.cut and lines > 1:
            found = fit(name, room, (11.0,), lines)
        if found.cut and cell.tiny is not None:
            found = fit(cell.tiny.get(self.lang), room, (11.0,), 1)
        return found

    def _lamp(self, lamp: Lamp) -> AbstractContextManager[None]:
        value = None if lamp.path is None else lamp.path[self.figure.day]
        step = "none" if value is None else "pick" if self.choosing else str(lit(value))
        if self.choosing and value is not None:
            return self.canvas.group(
                "hit lamp lit-pick" + (" struck" if lamp.hit else ""),
                tip=lamp.name.get(self.lang),
                link=lamp.link,
                data_lamp=str(self.numbers[id(lamp)]),
                aria_current="true" if lamp.hit else None,
            )
        colon = "：" if self.lang == "zh" else ": "
        state = _UNKNOWN.get(self.lang) if value is None else f"{value:.1f}%"
        return self.canvas.group(
            f"hit lamp lit-{step}" + (" struck" if lamp.hit else ""),
            tip=f"{lamp.name.get(self.lang)}{colon}{state}",
            link=lamp.link,
            data_lamp=str(self.numbers[id(lamp)]),
        )

    def _body(self, x: float, y: float, width: float, height: float) -> None:
        self.canvas.rect(x + 0.75, y + 0.75, width - 1.5, height - 1.5, "lamp-body", rx=3.0)

    def _share(self, lamp: Lamp, x: float, y: float, size: float) -> None:
        """The number; an empty one is there too, for a script to fill."""
        if lamp.path is not None and not self.choosing:
            self.canvas.text(x, y, share_words(lamp.path[self.figure.day]), size, "lamp-share num", "middle")

    def _bolt(self, right: float, top: float) -> None:
        shape = ((-7, 0), (-2, 0), (-4, 5), (-1, 5), (-7, 14), (-6, 8), (-10, 8))
        self.canvas.polygon([(right + dx, top - 4 + dy) for dx, dy in shape], "bolt")


def paths(figure: ShockDays) -> tuple[list[Sequence[float]], list[int | None]]:
    """Every distinct path once, and for each lamp the number of its path."""
    known: dict[tuple[float, ...], int] = {}
    which = [None if one.path is None else known.setdefault(one.path, len(known)) for one in lamps(figure)]
    return list(known), which
