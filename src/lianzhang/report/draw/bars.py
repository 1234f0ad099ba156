"""Bars: clusters against the level of their tier, and net inflow per sector."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from lianzhang.i18n import Lang, Text
from lianzhang.report.draw.canvas import NARROW, WIDE, Canvas
from lianzhang.report.figures import Tier, TierBar, TierBars, WeakLinks
from lianzhang.report.format import exact, listing, percent, quantity
from lianzhang.report.measure import fit, shorten, text_width
from lianzhang.report.words import WORDS

_MOST = 1.25
"""Bars end at 125 % of the level; longer ones are broken off and say so."""


# --- tiers -------------------------------------------------------------------------------------------------


def share_of_level(bar: TierBar, tier: Tier) -> float | None:
    """Value / level as a fraction, or ``None`` where either is missing."""
    if bar.value is None or bar.value.value is None or tier.level is None or not tier.level.value:
        return None
    return bar.value.value / tier.level.value


def svg_tiers(figure: TierBars, lang: Lang, *, uid: str, narrow: bool = False) -> Markup:
    """Tier bars as ``<svg>``."""
    canvas = draw_tiers(figure, lang, uid=uid, narrow=narrow)
    return canvas.finish(canvas.height, figure.title.get(lang), _describe_tiers(figure, lang), "tiers")


def draw_tiers(figure: TierBars, lang: Lang, *, uid: str, narrow: bool = False) -> Canvas:
    """One row per cluster; clusters of a tier that lack the same thing share one row of words."""
    canvas = Canvas(NARROW if narrow else WIDE, lang, uid, narrow=narrow)
    y = 0.0
    for tier in figure.tiers:
        y = _tier(canvas, tier, y)
    canvas.height = max(y - 20, 1.0)
    return canvas


def _describe_tiers(figure: TierBars, lang: Lang) -> str:
    shares = [share_of_level(b, t) for t in figure.tiers for b in t.bars]
    known = [s for s in shares if s is not None]
    reached = sum(s >= 1 for s in known)
    if lang == "zh":
        return f"{len(shares)} 个集群，{len(known)} 个可与能级比较，其中 {reached} 个达到能级。"
    return f"{len(shares)} clusters, {len(known)} comparable with their level, {reached} at or above it."


def _tier(canvas: Canvas, tier: Tier, y: float) -> float:
    lang, width = canvas.lang, canvas.width
    y += 20
    box = canvas.text(0, y, shorten(tier.name.get(lang), width, 17, bold=True), 17, "t serif bold")
    level = WORDS["no_level"].get(lang)
    if tier.level is not None:
        level = f"{WORDS['level'].get(lang)} {quantity(tier.level, lang)}"
    if box.right + 20 + text_width(level, 13) > width:
        y += 20
    canvas.text(width, y, level, 13, "t2 num", "end")
    y += 9
    canvas.line(0, y, width, y, "rule")
    y += 8
    measured = [b for b in tier.bars if b.value is not None and b.value.value is not None]
    longest = max((b.value.value or 0.0 for b in measured if b.value), default=0.0)
    for bar in measured:
        y = _bar(canvas, tier, bar, y, longest)
    y = _incomparable(canvas, [b for b in measured if share_of_level(b, tier) is None], y)
    for reason, bars in _by_reason([b for b in tier.bars if b not in measured]):
        y = _unknown(canvas, reason, bars, y)
    return y + 22


def _bar(canvas: Canvas, tier: Tier, bar: TierBar, y: float, longest: float) -> float:
    assert bar.value is not None
    lang, narrow = canvas.lang, canvas.narrow
    share = share_of_level(bar, tier)
    # without a level, lengths only compare clusters of this tier with each other
    length = share if share is not None else (bar.value.value or 0.0) / longest if longest > 0 else 0.0
    amount = quantity(bar.value, lang)
    left, right = (0.0, canvas.width) if narrow else (230.0, 730.0)
    full = (right - left) / _MOST
    thick = 12.0 if narrow else 18.0
    tip = f"{bar.name.get(lang)} {exact(bar.value, lang)}"
    if bar.series is not None:
        tip += f" · {bar.series.get(lang)}"
    with canvas.group("hit tier", tip=tip, origin=bar.value.origin):
        note = percent(share * 100, lang) if share is not None else ""
        if narrow:
            words = f"{amount} · {note}" if note else amount
            room = canvas.width - text_width(words, 13) - 10
            name = fit(bar.name.get(lang), room, (14.0, 13.0), 3)
            canvas.text(canvas.width, y + 17, words, 13, "t2 num", "end")
            for line in name.lines:
                y += 17
                canvas.text(0, y, line, name.size, "t")
            if bar.series is not None:
                for line in fit(bar.series.get(lang), canvas.width, (12.0,), 2).lines:
                    y += 16
                    canvas.text(0, y, line, 12, "t2")
            top = y + 7
            bottom = top + thick + 8
        else:
            fitted = fit(bar.name.get(lang), left - 16, (15.0, 14.0, 13.0), 2)
            # which year and which measure: clusters of one tier are often known by different ones
            series = (
                fit(bar.series.get(lang), canvas.width - right - 16, (12.0,), 2).lines if bar.series else ()
            )
            beside = 19.0 + 15.0 * len(series)
            tall = max(thick, len(fitted.lines) * fitted.size * 1.22, beside)
            top = y + 6 + (tall - thick) / 2
            canvas.label(left - 16, top + thick / 2, fitted, "t", "end")
            base = y + 6 + (tall - beside) / 2 + 15
            canvas.text(right + 16, base, amount, 15, "t num")
            canvas.text(canvas.width, base, note, 15, "t bold num", "end")
            for number, line in enumerate(series, start=1):
                canvas.text(right + 16, base + 2 + 15 * number, line, 12, "t2")
            bottom = y + 6 + tall + 6
        colour = "none" if share is None else "full" if share >= 1 else "part"
        if share is not None:
            canvas.rect(left, top, full, thick, "rail", rx=2.0)
        canvas.rect(left, top, full * min(max(length, 0.0), _MOST - 0.03), thick, f"bar {colour}", rx=2.0)
        if share is not None:
            canvas.line(left + full, top - 3, left + full, top + thick + 3, "level")
            if share > _MOST - 0.03:
                end = left + full * (_MOST - 0.03)
                canvas.polygon(
                    [
                        (end - 10, top - 1),
                        (end - 6, top - 1),
                        (end - 10, top + thick + 1),
                        (end - 14, top + thick + 1),
                    ],
                    "break",
                )
    return bottom


def _incomparable(canvas: Canvas, bars: Sequence[TierBar], y: float) -> float:
    """Why the bars above have no share of a level, each reason once."""
    lang, size = canvas.lang, 13.0
    left = 0.0 if canvas.narrow else 230.0
    for reason in dict.fromkeys(b.because for b in bars if b.because is not None):
        lead = f"{WORDS['share_of_level'].get(lang)}{'：' if lang == 'zh' else ': '}"
        words = f"{lead}{WORDS['because'].get(lang)}{'' if lang == 'zh' else ' '}{reason.get(lang)}"
        for line in fit(words, canvas.width - left, (size,), 4).lines:
            y += size * 1.4
            canvas.text(left, y, line, size, "t2")
        y += 6
    return y


def _by_reason(bars: Sequence[TierBar]) -> list[tuple[Text | None, list[TierBar]]]:
    """Bars without a value, grouped by what they lack, in order of first appearance."""
    groups: dict[Text | None, list[TierBar]] = {}
    for bar in bars:
        groups.setdefault(bar.because, []).append(bar)
    return list(groups.items())


def _unknown(canvas: Canvas, reason: Text | None, bars: Sequence[TierBar], y: float) -> float:
    lang = canvas.lang
    left = 0.0 if canvas.narrow else 230.0
    size = 13.0 if canvas.narrow else 14.0
    room = canvas.width - left - 24
    names = listing([b.name.get(lang) for b in bars], lang)
    why = WORDS["no_data"].get(lang) if reason is None else reason.get(lang)
    lead = WORDS["because"].get(lang) + ("" if lang == "zh" else " ") + why
    head = fit(lead, room, (size,), 4)
    body = fit(names, room, (size,), 12)
    height = (len(head.lines) + len(body.lines)) * size * 1.4 + 16
    if not canvas.narrow:
        count = (
            f"{len(bars)} 个集群" if lang == "zh" else f"{len(bars)} cluster{'s' if len(bars) > 1 else ''}"
        )
        canvas.text(left - 16, y + 8 + size * 1.3, count, size, "t2", "end")
    canvas.rect(left, y + 4, canvas.width - left, height, "absent", rx=3.0)
    line_y = y + 8
    for text in body.lines:
        line_y += size * 1.4
        canvas.text(left + 12, line_y, text, size, "t")
    for text in head.lines:
        line_y += size * 1.4
        canvas.text(left + 12, line_y, text, size, "t2")
    return y + height + 12


# --- weak links --------------------------------------------------------------------------------------------


def svg_weak_links(figure: WeakLinks, lang: Lang, *, uid: str, narrow: bool = False) -> Markup:
    """Net inflow bars as ``<svg>``."""
    canvas = draw_weak_links(figure, lang, uid=uid, narrow=narrow)
    return canvas.finish(canvas.height, figure.title.get(lang), _describe_links(figure, lang), "weaklinks")


def _describe_links(figure: WeakLinks, lang: Lang) -> str:
    rows = [r for r in figure.rows if r.net_inflow.value is not None]
    if not rows:
        return WORDS["no_data"].get(lang)
    worst = max(rows, key=lambda r: r.net_inflow.value or 0.0)
    amount = quantity(worst.net_inflow, lang)
    if lang == "zh":
        return f"{len(rows)} 个部门的净流入，最大为{worst.sector.zh}{amount}。"
    return f"Net inflow of {len(rows)} sectors, largest in {worst.sector.en} ({amount})."


def draw_weak_links(figure: WeakLinks, lang: Lang, *, uid: str, narrow: bool = False) -> Canvas:
    """Inflow to the right of the zero line, hatched; outflow to the left, solid."""
    canvas = Canvas(NARROW if narrow else WIDE, lang, uid, narrow=narrow)
    values = [r.net_inflow.value for r in figure.rows if r.net_inflow.value is not None]
    left, right = (0.0, canvas.width) if narrow else (250.0, 850.0)
    # room for the amounts beyond the bars' ends
    pad = 0.0 if narrow else 104.0
    low, high = min([0.0, *values]), max([0.0, *values])
    room = right - left - pad * ((low < 0) + (high > 0))
    scale = room / (high - low) if high > low else 0.0
    zero = left + (pad if low < 0 else 0.0) - low * scale
    y = _link_head(canvas, zero, low, high)
    first = y
    for row in figure.rows:
        value = row.net_inflow.value
        share = quantity(row.demand_share, lang) if row.demand_share is not None else ""
        amount = quantity(row.net_inflow, lang)
        tip = f"{row.sector.get(lang)} {exact(row.net_inflow, lang)}"
        if share:
            tip += f" · {share} {WORDS['share_of_demand'].get(lang)}"
        with canvas.group("hit link", tip=tip, origin=row.net_inflow.origin):
            inflow = (value or 0.0) >= 0
            start, length = (zero, (value or 0.0) * scale) if inflow else (zero + (value or 0.0) * scale, 0.0)
            length = length if inflow else zero - start
            if narrow:
                words = f"{amount} · {share}" if share else amount
                name = fit(row.sector.get(lang), canvas.width - text_width(words, 13) - 10, (14.0, 13.0), 3)
                for number, line in enumerate(name.lines):
                    y += 17
                    canvas.text(0, y, line, name.size, "t")
                    if number == 0:
                        canvas.text(canvas.width, y, words, 13, "t2 num", "end")
                top, thick = y + 7, 12.0
                canvas.line(zero, top - 3, zero, top + thick + 3, "axis")
                y = top + thick + 7
            else:
                thick = 18.0
                fitted = fit(row.sector.get(lang), left - 16, (14.0, 13.0, 12.0), 2)
                tall = max(thick, len(fitted.lines) * fitted.size * 1.22)
                top = y + 6 + (tall - thick) / 2
                canvas.label(left - 16, top + thick / 2, fitted, "t", "end")
                if inflow:
                    canvas.text(start + length + 8, top + 14, amount, 13, "t num")
                else:
                    canvas.text(start - 8, top + 14, amount, 13, "t num", "end")
                canvas.text(canvas.width, top + 14, share, 14, "t bold num", "end")
                y = y + 6 + tall + 6
            fill = canvas.pattern("hatch-in") if inflow else None
            canvas.rect(start, top, length, thick, "bar inflow" if inflow else "bar outflow", fill=fill)
    if not narrow:
        canvas.line(zero, first, zero, y, "axis")
    canvas.height = max(y + 4, 1.0)
    return canvas


def _link_head(canvas: Canvas, zero: float, low: float, high: float) -> float:
    lang = canvas.lang
    inflow, outflow = WORDS["net_inflow"].get(lang), WORDS["net_outflow"].get(lang)
    share = WORDS["share_of_demand"].get(lang)
    if canvas.narrow:
        x = 0.0
        for words, kind in ((outflow, "outflow"), (inflow, "inflow")):
            fill = canvas.pattern("hatch-in") if kind == "inflow" else None
            canvas.rect(x, 3, 20, 13, f"bar {kind}", fill=fill)
            canvas.text(x + 27, 14, words, 13, "t2")
            x += 27 + text_width(words, 13) + 18
        if x + text_width("· % " + share, 13) <= canvas.width:
            canvas.text(canvas.width, 14, "· % " + share, 13, "t2", "end")
        return 26.0
    if low < 0:
        canvas.text(zero - 8, 15, f"← {outflow}", 13, "t2", "end")
    if high > 0:
        canvas.text(zero + 8, 15, f"{inflow} →", 13, "t2")
    canvas.text(canvas.width, 15, share, 13, "t2", "end")
    return 26.0
