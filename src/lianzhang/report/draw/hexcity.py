"""The hex city: one equal hexagon per district, so that a small crowded one counts as much as a large empty one."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence

from markupsafe import Markup

from lianzhang.i18n import Lang, Text
from lianzhang.report.draw.canvas import NARROW, WIDE, Canvas
from lianzhang.report.figures import HexCell, HexCity, HexMultiples
from lianzhang.report.format import axis_number, exact, quantity, short_place
from lianzhang.report.measure import fit, shorten, text_width
from lianzhang.report.values import Quantity
from lianzhang.report.words import WORDS

_CLASSES = 5
_ROOT3 = math.sqrt(3)


def from_offset(column: int, row: int) -> tuple[int, int]:
    """Axial (q, r) of a cell in a table of rows of which the odd ones are shifted right by half a cell."""
    return column - (row - (row & 1)) // 2, row


def class_limits(values: Sequence[float]) -> tuple[float, ...]:
    """Limits between at most five classes: quintiles of the values, each limit once."""
    ordered = sorted(set(values))
    if len(ordered) <= _CLASSES:
        return tuple(ordered[1:])
    positions = [len(ordered) * k // _CLASSES for k in range(1, _CLASSES)]
    return tuple(dict.fromkeys(ordered[p] for p in positions))


def svg_hex_city(city: HexCity, lang: Lang, *, uid: str, narrow: bool = False) -> Markup:
    """The map as ``<svg>``; ``narrow`` for phones."""
    canvas = draw_hex_city(city, lang, uid=uid, narrow=narrow)
    return canvas.finish(canvas.height, city.title.get(lang), describe(city, lang), "hexcity")


def draw_hex_city(city: HexCity, lang: Lang, *, uid: str, narrow: bool = False) -> Canvas:
    """The map with its legend on a canvas."""
    canvas = Canvas(NARROW if narrow else WIDE, lang, uid, narrow=narrow)
    limits = _limits(city)
    if narrow:
        height = _cells(canvas, city, limits, (0.0, 0.0, NARROW), named=True)
        canvas.height = _legend(canvas, city, limits, 0.0, height + 14, NARROW)
    else:
        height = _cells(canvas, city, limits, (0.0, 0.0, 700.0), named=True)
        end = _legend(canvas, city, limits, 740.0, 8.0, 260.0)
        canvas.height = max(height, end)
    return canvas


def svg_hex_multiples(figure: HexMultiples, lang: Lang, *, uid: str, narrow: bool = False) -> Markup:
    """Several small maps as one ``<svg>``: three in a row, two on a phone."""
    canvas = draw_hex_multiples(figure, lang, uid=uid, narrow=narrow)
    description = " ".join(describe(city, lang) for city in figure.maps)
    return canvas.finish(canvas.height, figure.title.get(lang), description, "hexcity")


def draw_hex_multiples(figure: HexMultiples, lang: Lang, *, uid: str, narrow: bool = False) -> Canvas:
    """Several small maps on a canvas. Names of the first three districts stand below each map."""
    canvas = Canvas(NARROW if narrow else WIDE, lang, uid, narrow=narrow)
    columns, gap = (2, 18.0) if narrow else (3, 40.0)
    width = (canvas.width - gap * (columns - 1)) / columns
    size = 13.0 if narrow else 15.0
    y = 0.0
    for start in range(0, len(figure.maps), columns):
        row = figure.maps[start : start + columns]
        bottom = y
        lines = max(len(fit(c.title.get(lang), width, (size,), 2, bold=True).lines) for c in row)
        for place, city in enumerate(row):
            x = place * (width + gap)
            limits = _limits(city)
            title = fit(city.title.get(lang), width, (size,), 2, bold=True)
            canvas.label(x, y + size * (0.61 * len(title.lines)), title, "t bold", "start")
            top = y + size * 1.22 * lines + 8
            height = _cells(canvas, city, limits, (x, top, width), named=False)
            line = top + height + 18
            ranked = _ranked(city)
            amounts = [quantity(_value(cell), lang) for cell in ranked[:3]]
            if any(
                text_width(short(c, lang), 12) + text_width(a, 12) + 8 > width
                for c, a in zip(ranked, amounts, strict=False)
            ):
                amounts = [axis_number(_value(c).value or 0.0, _value(c).unit, lang) for c in ranked[:3]]
            for cell, amount in zip(ranked, amounts, strict=False):
                name = short(cell, lang)
                canvas.text(x, line, shorten(name, width - text_width(amount, 12) - 8, 12), 12, "t")
                canvas.text(x + width, line, amount, 12, "t2 num", "end")
                line += 17
            bottom = max(bottom, line)
        y = bottom + 14
    canvas.height = max(y - 14, 1.0)
    return canvas


def describe(city: HexCity, lang: Lang) -> str:
    """Range and leaders in a sentence."""
    ranked = _ranked(city)
    if not ranked:
        return WORDS["no_data"].get(lang)
    first, last = ranked[0], ranked[-1]
    high, low = quantity(_value(first), lang), quantity(_value(last), lang)
    if lang == "zh":
        return (
            f"{city.measure.zh}：{len(ranked)} 个区县，最高{short(first, lang)}{high}，"
            f"最低{short(last, lang)}{low}。"
        )
    return (
        f"{city.measure.en}: {len(ranked)} districts, highest {short(first, lang)} ({high}), "
        f"lowest {short(last, lang)} ({low})."
    )


def short(cell: HexCell, lang: Lang) -> str:
    """The short name of a district."""
    return short_place((cell.short or cell.name).get(lang), lang)


def _value(cell: HexCell) -> Quantity:
    assert cell.value is not None
    return cell.value


def _ranked(city: HexCity) -> list[HexCell]:
    known = [c for c in city.cells if c.value is not None and c.value.value is not None]
    return sorted(known, key=lambda c: -(_value(c).value or 0.0))


def _limits(city: HexCity) -> tuple[float, ...]:
    if city.breaks is not None:
        return city.breaks[: _CLASSES - 1]
    return class_limits([v for c in _ranked(city) if (v := _value(c).value) is not None])


def _step(value: float, limits: Sequence[float]) -> int:
    """Class 1 … 5 of a value; fewer classes spread over the whole sequence."""
    number = bisect_right(limits, value)
    return _spread(number, len(limits))


def _spread(number: int, limits: int) -> int:
    return 1 + round(number * (_CLASSES - 1) / max(limits, 1)) if limits else 3


def _cells(
    canvas: Canvas,
    city: HexCity,
    limits: Sequence[float],
    place: tuple[float, float, float],
    *,
    named: bool,
) -> float:
    """Draw the hexagons into (left, top, width); returns the height used."""
    if not city.cells:
        return 0.0
    left, top, width = place
    centres = [(c.q + c.r / 2, c.r * 1.5 / _ROOT3) for c in city.cells]  # in units of the hexagon's width
    x0, x1 = min(x for x, _ in centres), max(x for x, _ in centres)
    y0, y1 = min(y for _, y in centres), max(y for _, y in centres)
    across = min(width / (x1 - x0 + 1), 84.0)
    radius = across / _ROOT3
    shift = (width - across * (x1 - x0 + 1)) / 2
    for cell, (cx, cy) in zip(city.cells, centres, strict=True):
        x = left + shift + (cx - x0 + 0.5) * across
        y = top + (cy - y0) * across + radius
        _hexagon(canvas, city, cell, limits, (x, y, radius), named=named)
    return (y1 - y0) * across + 2 * radius


def _hexagon(
    canvas: Canvas,
    city: HexCity,
    cell: HexCell,
    limits: Sequence[float],
    place: tuple[float, float, float],
    *,
    named: bool,
) -> None:
    x, y, radius = place
    lang = canvas.lang
    value = cell.value.value if cell.value is not None else None
    step = None if value is None else _step(value, limits)
    corners = [
        (x + (radius - 1) * math.sin(k * math.pi / 3), y - (radius - 1) * math.cos(k * math.pi / 3))
        for k in range(6)
    ]
    with canvas.group(
        "hit hex",
        tip=_tip(city, cell, lang),
        origin=cell.value.origin if cell.value else None,
        link=cell.link if named else None,
    ):
        fill = canvas.pattern("dots") if step is None else None
        canvas.polygon(corners, "cell none" if step is None else f"cell seq-{step}", fill=fill)
        if not named:
            return
        ink = "t on-none" if step is None else f"t on-seq-{step}"
        room = radius * _ROOT3 - 4
        amount = ""
        if not canvas.narrow and cell.value is not None and value is not None and radius > 26:
            written = quantity(cell.value, lang)
            amount = written if text_width(written, 11) <= room * 0.92 else ""
        sizes = (12.0, 11.0) if canvas.narrow else (15.0, 14.0, 13.0, 12.0)
        name = fit(short(cell, lang), room, sizes, 1)
        if name.cut and lang == "zh":
            # three characters on two lines would leave one alone: they may reach the sides instead
            edge = fit(short(cell, lang), radius * _ROOT3 - 1, sizes, 1)
            name = name if edge.cut else edge
        if name.cut and not amount:
            name = fit(short(cell, lang), room, sizes, 2)
        if name.cut:
            name = fit((cell.tiny or Text(short(cell, "zh"), short(cell, "en"))).get(lang), room, sizes, 1)
        canvas.label(x, y - (8 if amount else 0), name, ink)
        if amount:
            canvas.text(x, y + 14, amount, 11, f"{ink} num", "middle")


def _tip(city: HexCity, cell: HexCell, lang: Lang) -> str:
    colon = "：" if lang == "zh" else ": "
    head = cell.name.get(lang) + colon
    if cell.value is not None and cell.value.value is not None:
        return f"{head}{city.measure.get(lang)} {exact(cell.value, lang)}"
    reason = cell.because or (cell.value.because if cell.value else None)
    return head + WORDS["no_data"].get(lang) + (colon + reason.get(lang) if reason else "")


def _legend(
    canvas: Canvas, city: HexCity, limits: Sequence[float], left: float, top: float, width: float
) -> float:
    """Classes with their ranges and numbers of districts, then the first five; returns the end."""
    lang = canvas.lang
    ranked = _ranked(city)
    y = top
    for line in fit(city.measure.get(lang), width, (14.0,), 3, bold=True).lines:
        y += 18
        canvas.text(left, y, line, 14, "t bold")
    y += 12
    unit = _value(ranked[0]).unit if ranked else "count"
    origin = _value(ranked[0]).origin if ranked else ""
    for number in range(len(limits), -1, -1) if ranked else ():
        low = limits[number - 1] if number else None
        high = limits[number] if number < len(limits) else None
        words = _range_words(low, high, unit, origin, lang)
        inside = [c for c in ranked if bisect_right(limits, _value(c).value or 0.0) == number]
        count = f"{len(inside)} 个" if lang == "zh" else str(len(inside))
        canvas.rect(left, y, 26, 16, f"cell seq-{_spread(number, len(limits))}", rx=2.0)
        canvas.text(left + 36, y + 13, words, 13, "t num")
        canvas.text(left + width, y + 13, count, 13, "t2 num", "end")
        y += 22
    missing = len(city.cells) - len(ranked)
    if missing:
        canvas.rect(left, y, 26, 16, "cell none", rx=2.0, fill=canvas.pattern("dots"))
        canvas.text(left + 36, y + 13, WORDS["no_data"].get(lang), 13, "t")
        canvas.text(
            left + width, y + 13, f"{missing} 个" if lang == "zh" else str(missing), 13, "t2 num", "end"
        )
        y += 22
    y += 18
    if ranked:
        canvas.text(left, y + 8, WORDS["top"].get(lang), 13, "t2")
        y += 18
        canvas.line(left, y, left + width, y, "rule")
        y += 20
    for cell in ranked[:5]:
        amount = quantity(_value(cell), lang)
        room = width - text_width(amount, 13) - 10
        canvas.text(left, y, shorten(short(cell, lang), room, 14), 14, "t")
        canvas.text(left + width, y, amount, 13, "t num", "end")
        y += 22
    return y - 8


def _range_words(low: float | None, high: float | None, unit: str | object, origin: str, lang: Lang) -> str:
    def write(value: float) -> str:
        return quantity(Quantity(value, unit, origin), lang)  # type: ignore[arg-type]

    if low is not None and high is not None:
        return f"{write(low)} – {write(high)}"
    if low is not None:
        return f"{write(low)} 及以上" if lang == "zh" else f"{write(low)} or more"
    if high is not None:
        return f"不足 {write(high)}" if lang == "zh" else f"below {write(high)}"
    return ""
