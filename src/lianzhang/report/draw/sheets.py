"""Drawings for whoever saves a picture: several on one sheet, and a picture with what the page says around it."""

from __future__ import annotations

import re

from markupsafe import Markup

from lianzhang.i18n import Lang
from lianzhang.report.draw.canvas import WIDE, Canvas
from lianzhang.report.draw.days import svg_day_path
from lianzhang.report.draw.inline import Refs, number_html
from lianzhang.report.draw.lines import svg_line_chart, svg_spark
from lianzhang.report.draw.rows import chance_text, glyph, in_order, target_words
from lianzhang.report.figures import DayPaths, LineGrid, Tracker, TrackerRow
from lianzhang.report.format import figures_between, quantity, space_han
from lianzhang.report.measure import fit
from lianzhang.report.words import VERDICT, VERDICT_COLOUR, WORDS

Sheet = LineGrid | DayPaths | Tracker
_COLUMNS, _GAP = 3, 32.0
_LABEL, _SPARK, _VERDICT = 0.0, 360.0, 710.0
_ROW = 128.0
_EXTENT = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')


def svg_sheet(figure: Sheet, lang: Lang, *, uid: str) -> Markup:
    """Small multiples three in a row, or the rows of a tracker one below the other, as one ``<svg>``."""
    canvas = Canvas(WIDE, lang, uid)
    if isinstance(figure, Tracker):
        rows = in_order(figure)
        top = 0.0
        for n, row in enumerate(rows):
            top = _row(canvas, row, lang, top, f"{uid}-{n}")
        said = [space_han(r.label.get(lang)) for r in rows]
        return canvas.finish(max(top, 1.0), figure.title.get(lang), "; ".join(said), "sheet")
    if isinstance(figure, LineGrid):
        parts = [svg_line_chart(c, lang, uid=f"{uid}-{n}", small=True) for n, c in enumerate(figure.charts)]
        names = [c.title.get(lang) for c in figure.charts]
    else:
        parts = [svg_day_path(figure, n, lang, uid=f"{uid}-{n}") for n in range(len(figure.paths))]
        names = [p.name.get(lang) for p in figure.paths]
    width = (WIDE - _GAP * (_COLUMNS - 1)) / _COLUMNS
    y = 0.0
    for start in range(0, len(parts), _COLUMNS):
        y += _GAP if start else 0.0
        heights = [
            put(canvas, part, place * (width + _GAP), y, width)
            for place, part in enumerate(parts[start : start + _COLUMNS])
        ]
        y += max(heights)
    return canvas.finish(max(y, 1.0), figure.title.get(lang), "; ".join(names), "sheet")


def framed(drawing: Markup, lang: Lang, *, finding: str, about: str, source: str, uid: str) -> Markup:
    """A drawing with the finding above it, and place, day and source below: a picture that can be sent on alone."""
    found = _EXTENT.search(drawing)
    assert found is not None
    width = float(found[1])
    canvas = Canvas(width, lang, uid)
    head = fit(finding, width, (22.0, 20.0, 18.0, 16.0), 4, bold=True)
    y = 0.0
    for line in head.lines:
        y += head.size * 1.35
        canvas.text(0, y, line, head.size, "t bold")
    y += 16
    y += put(canvas, drawing, 0, y, width) + 10
    canvas.line(0, y, width, y, "grid")
    for words in (about, source):
        fitted = fit(words, width, (13.0, 12.0), 4)
        for line in fitted.lines:
            y += fitted.size * 1.5
            canvas.text(0, y, line, fitted.size, "t2")
    return canvas.finish(y + 8, finding, f"{about} {source}", "framed")


def put(canvas: Canvas, drawing: Markup, x: float, y: float, width: float) -> float:
    """Set a drawing into another at a place and width; gives its height there, in px."""
    found = _EXTENT.search(drawing)
    assert found is not None
    own, high = float(found[1]), float(found[2])
    height = high * width / own
    place = f'<svg x="{x:.2f}" y="{y:.2f}" width="{width:.2f}" height="{height:.2f}"'
    canvas.insert(Markup(str(drawing).replace("<svg", place, 1)))
    return height


def _row(canvas: Canvas, row: TrackerRow, lang: Lang, top: float, uid: str) -> float:
    """A row from ``top`` on; gives where it ends."""
    if top:
        canvas.line(0, top, WIDE, top, "grid")
    colon = "：" if lang == "zh" else ": "
    label = fit(space_han(row.label.get(lang)), 330, (16.0, 15.0, 14.0), 2, bold=True)
    y = top + 26
    for line in label.lines:
        canvas.text(_LABEL, y, line, label.size, "t bold")
        y += label.size * 1.3
    figures = figures_between(lang, row.target.value, row.target.upper, row.latest)
    aim = target_words(row.target, lang, Refs(), figures=figures).striptags()
    facts = [WORDS["target"].get(lang) + colon + aim]
    if row.latest is not None:
        latest = number_html(row.latest, lang, Refs(), figures=figures).striptags()
        facts.append(WORDS["latest"].get(lang) + colon + latest)
    for fact in facts:
        words = fit(fact, 330, (13.0, 12.0), 2)
        for line in words.lines:
            canvas.text(_LABEL, y, line, words.size, "t2")
            y += words.size * 1.4
    if row.observations:
        spark = svg_spark(
            row.observations, row.fan, row.target, lang, uid=uid, title=space_han(row.label.get(lang))
        )
        put(canvas, spark, _SPARK, top + 14, 310)
    words_end, y = y, top + 26
    with canvas.group(f"chip {VERDICT_COLOUR[row.verdict]}"):
        canvas.insert(glyph(row.verdict, x=_VERDICT, y=y - 12, width=14, height=14))
        canvas.text(_VERDICT + 20, y, VERDICT[row.verdict].get(lang), 15, "bold")
    if row.probability is not None:
        chance = f"{WORDS['probability'].get(lang)} {chance_text(row.probability, lang)}"
        canvas.text(WIDE, y, chance, 14, "t num", "end")
    y += 20
    for word, given in (("required", row.required_growth), ("recent", row.recent_growth)):
        if given is not None:
            canvas.text(_VERDICT, y, WORDS[word].get(lang), 13, "t2")
            canvas.text(WIDE, y, quantity(given, lang), 13, "t num", "end")
            y += 18
    reason = fit(space_han(row.reason.get(lang)), WIDE - _VERDICT, (12.0,), 6)
    for line in reason.lines:
        canvas.text(_VERDICT, y, line, reason.size, "t2")
        y += 16
    return max(words_end, y, top + _ROW)
