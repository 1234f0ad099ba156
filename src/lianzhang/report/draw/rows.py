"""Figures that are laid out by the browser because they stack on a phone: tracker rows, two voices, tables."""

from __future__ import annotations

from markupsafe import Markup

from lianzhang.i18n import Lang, Text
from lianzhang.report.draw.inline import Refs, citation_text, number_html
from lianzhang.report.draw.lines import has_gap, svg_spark
from lianzhang.report.figures import (
    Cell,
    Column,
    Disagreement,
    Empty,
    Table,
    Target,
    Tracker,
    TrackerRow,
    Verdict,
    Voices,
)
from lianzhang.report.format import figures_between, percent, period, quantity, space_han
from lianzhang.report.markup import Attribute, element, join
from lianzhang.report.measure import text_width
from lianzhang.report.values import Quantity
from lianzhang.report.words import COMPARATOR, TROUBLE, VERDICT, VERDICT_COLOUR, WORDS

_SHOWN = 6
_WHOLE_TABLE = 60
"""Rows up to which a table stands in full; a longer one scrolls within itself and says how long it is."""
_PHONE = 340.0
"""Width of a table on a phone, px."""

# 14 × 14 px: a shape for each verdict, so that none depends on its colour
_GLYPHS: dict[Verdict, str] = {
    "met": '<circle cx="7" cy="7" r="6.5"/><path class="cut" d="M3.8 7.2 6.2 9.6 10.4 4.8"/>',
    "on_course": '<path class="open" d="M2 11 6 7l2 2 4-5M8.5 3.5H12V7"/>',
    "at_risk": '<path d="M7 1 13.5 12.5H.5Z"/><path class="cut" d="M7 5v3.4M7 10.2v.6"/>',
    "out_of_reach": '<path class="open" d="M7 1.5 13 12.2H1Z"/><path class="open" d="M7 5.4v3M7 10v.4"/>',
    "missed": '<circle cx="7" cy="7" r="6.5"/><path class="cut" d="M4.4 4.4l5.2 5.2M9.6 4.4 4.4 9.6"/>',
    "overdue": '<circle class="open" cx="7" cy="7" r="5.8"/><path class="open" d="M7 3.6V7l2.4 1.6"/>',
    "not_computable": '<circle class="open dash" cx="7" cy="7" r="5.8"/>',
}


def in_order(tracker: Tracker) -> list[TrackerRow]:
    """The rows, most troubled first."""
    return sorted(tracker.rows, key=lambda row: (TROUBLE.index(row.verdict), row.probability or 0.0))


def html_tracker(tracker: Tracker, lang: Lang, refs: Refs, *, uid: str) -> Markup:
    """Targets, most troubled first."""
    rows = in_order(tracker)
    head = element(
        "div",
        *(element("span", WORDS[word].get(lang)) for word in ("target", "latest", "verdict", "required")),
        class_="track-head",
        aria_hidden="true",
    )
    items = [_track(row, lang, refs, f"{uid}-{n}") for n, row in enumerate(rows, start=1)]
    legend = element(
        "p",
        _key("line", WORDS["observed"].get(lang)),
        _key("fan", WORDS["fan"].get(lang)),
        _key("goal", WORDS["target"].get(lang)),
        *([_key("gap", WORDS["gap"].get(lang))] if any(has_gap(row.observations) for row in rows) else []),
        class_="track-key",
    )
    return element("div", legend, head, element("ul", join(items), class_="tracks"), class_="tracker")


def _key(kind: str, words: str) -> Markup:
    return element("span", element("i", class_=f"key-{kind}"), words)


def target_words(target: Target, lang: Lang, refs: Refs, *, figures: int = 3) -> Markup:
    """2027年 不低于 200万辆."""
    if target.value.value is None and target.value.because is None:
        return Markup("{}{}{}").format(
            period(target.deadline, lang), " " if lang == "zh" else ", ", WORDS["qualitative"].get(lang)
        )
    amount = number_html(target.value, lang, refs, figures=figures)
    if target.upper is not None:
        amount = Markup(" – ").join([amount, number_html(target.upper, lang, refs, figures=figures)])
    when = period(target.deadline, lang)
    comparator = COMPARATOR[target.comparator].get(lang)
    if lang == "zh":
        return Markup("{} {}{}").format(when, comparator, amount)
    return Markup("{}{} in {}").format(comparator, amount, when)


def _track(row: TrackerRow, lang: Lang, refs: Refs, uid: str) -> Markup:
    label = row.label.get(lang)
    figures = figures_between(lang, row.target.value, row.target.upper, row.latest)
    aim = element(
        "p",
        WORDS["target"].get(lang),
        "：" if lang == "zh" else ": ",
        target_words(row.target, lang, refs, figures=figures),
    )
    lines = [aim]
    if row.latest is not None:
        colon = "：" if lang == "zh" else ": "
        last = max(row.observations, key=lambda p: p.period).period if row.observations else None
        when = (
            f"（{period(last, lang)}）"
            if lang == "zh" and last
            else f" ({period(last, lang)})"
            if last
            else ""
        )
        lines.append(
            element(
                "p",
                WORDS["latest"].get(lang),
                colon,
                number_html(row.latest, lang, refs, figures=figures),
                when,
            )
        )
    name = element("a", space_han(label), href=row.link) if row.link else space_han(label)
    if row.also:
        pages = [element("a", space_han(said.get(lang)), " →", href=where) for said, where in row.also]
        lines.append(element("p", Markup(" · ").join(pages), class_="also"))
    words = element("div", element("h4", name), *lines, class_="track-label")
    reason = element("p", space_han(row.reason.get(lang)), class_="reason")
    # without observations the words take the drawing's place
    spark = reason
    if row.observations:
        spark = svg_spark(row.observations, row.fan, row.target, lang, uid=uid, title=label)
    chance = []
    if row.probability is not None:
        chance.append(
            element(
                "p",
                element("b", chance_text(row.probability, lang), class_="num"),
                " ",
                element("span", WORDS["probability"].get(lang)),
                class_="chance",
            )
        )
    verdict = element(
        "div",
        chip(row.verdict, lang),
        *chance,
        class_="track-verdict",
    )
    return element(
        "li",
        words,
        element("div", spark, class_="track-spark"),
        verdict,
        _growth(row, lang, refs),
        *([reason] if row.observations else []),
        class_=f"track {VERDICT_COLOUR[row.verdict]}",
    )


def chance_text(probability: float, lang: Lang) -> str:
    """A probability in whole per cent; certainty is never claimed for a forecast."""
    if probability < 0.01:
        return "<1%"
    if probability > 0.99:
        return ">99%"
    return percent(round(probability * 100), lang)


def glyph(verdict: Verdict, **place: Attribute) -> Markup:
    """The shape of a verdict; ``place`` are attributes that set it into a drawing."""
    return element("svg", Markup(_GLYPHS[verdict]), viewBox="0 0 14 14", aria_hidden="true", **place)


def chip(verdict: Verdict, lang: Lang) -> Markup:
    """The verdict with its shape."""
    return element(
        "span", glyph(verdict), VERDICT[verdict].get(lang), class_=f"chip {VERDICT_COLOUR[verdict]} {verdict}"
    )


def _growth(row: TrackerRow, lang: Lang, refs: Refs) -> Markup:
    pairs = [
        (word, q)
        for word, q in (("required", row.required_growth), ("recent", row.recent_growth))
        if q is not None
    ]
    most = max((abs(q.value) for _, q in pairs if q.value is not None), default=0.0) or 1.0
    figures = figures_between(lang, *(q for _, q in pairs))
    lines = []
    for word, q in pairs:
        length = 100 * max(q.value or 0.0, 0.0) / most
        bar = Markup(
            '<svg class="gauge {}" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">'
            '<rect class="track-line" width="100" height="6"/><rect width="{}" height="6"/></svg>'
        ).format(word, f"{length:.1f}")
        value = element("span", number_html(q, lang, refs, figures=figures), class_="rate")
        lines.append(element("p", element("span", WORDS[word].get(lang)), " ", value, bar))
    return element("div", *lines, class_="track-growth")


# --- two voices --------------------------------------------------------------------------------------------


def html_voices(figure: Voices, lang: Lang, refs: Refs) -> Markup:
    """Disagreeing statements side by side; after the first few, the rest is folded."""
    items = [_dispute(item, lang, refs) for item in figure.items]
    shown = _fold(items, _SHOWN, lang)
    return element("div", shown, class_="disputes")


def _fold(items: list[Markup], count: int, lang: Lang) -> Markup:
    """The first ``count`` items, the others behind a line that opens them; a rest of two is not worth folding."""
    if len(items) <= count + 2:
        return join(items)
    rest = len(items) - count
    words = f"其余 {rest} 项" if lang == "zh" else f"{rest} more"
    folded = element("details", element("summary", words), join(items[count:]), class_="rest")
    return join([*items[:count], folded])


def _dispute(item: Disagreement, lang: Lang, refs: Refs) -> Markup:
    most = (
        max((abs(v.quantity.value) for v in item.voices if v.quantity.value is not None), default=0.0) or 1.0
    )
    comparable = len({v.quantity.unit for v in item.voices}) == 1
    figures = figures_between(lang, *(v.quantity for v in item.voices))
    voices = []
    for voice in item.voices:
        length = 100 * abs(voice.quantity.value or 0.0) / most
        bar = Markup(
            '<svg class="gauge" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">'
            '<rect class="track-line" width="100" height="4"/><rect width="{}" height="4"/></svg>'
        ).format(f"{length:.1f}")
        body = [element("p", number_html(voice.quantity, lang, refs, figures=figures), class_="amount")]
        if comparable:
            body.append(bar)
        if voice.says is not None:
            body.append(element("p", space_han(voice.says.get(lang)), class_="says"))
        body.append(element("p", citation_text(voice.citation, lang, refs), class_="cite"))
        if voice.used:
            body.append(element("p", "✓ ", WORDS["used"].get(lang), class_="used"))
        voices.append(element("div", *body, class_="voice chosen" if voice.used else "voice"))
    head = [element("h4", space_han(item.subject.get(lang)))]
    if item.ratio is not None and item.ratio >= 1.005:
        times = f"{item.ratio:.2f}".rstrip("0").rstrip(".") if item.ratio < 10 else f"{item.ratio:.0f}"
        words = f"相差 {times} 倍" if lang == "zh" else f"{times}\u202f× apart"
        head.append(element("span", words, class_="ratio num"))
    return element(
        "article",
        element("div", *head, class_="dispute-head"),
        element("div", join(voices), class_="voices"),
        element("p", space_han(item.why.get(lang)), class_="why"),
        class_="dispute",
    )


# --- tables and empty states -------------------------------------------------------------------------------


def html_table(table: Table, lang: Lang, refs: Refs) -> Markup:
    """A table with sticky head and right-aligned figures."""
    head = []
    for column in table.columns:
        title: list[Markup | str] = [space_han(column.title.get(lang))]
        if column.unit is not None:
            title += [" ", element("small", column.unit.get(lang))]
        head.append(element("th", *title, scope="col", class_="num" if column.numeric else None))
    rows = [_row(table, number, lang, refs) for number in range(len(table.rows))]
    long, broad = len(rows) > _WHOLE_TABLE, not table.stacked and _least_width(table, lang) > _PHONE
    hints = []
    if long:
        words = (
            f"共 {len(rows)} 行，在表内滚动" if lang == "zh" else f"{len(rows)} rows, scroll inside the table"
        )
        hints.append(element("span", words, class_="rows"))
    if broad:
        words = "← 左右滑动看其余各列 →" if lang == "zh" else "← swipe for the other columns →"
        hints.append(element("span", words, class_="columns"))
    extent = [element("p", *hints, class_="extent long" if long else "extent")] if hints else []
    body = element(
        "div",
        element(
            "table",
            element("caption", space_han(table.title.get(lang))),
            element("thead", element("tr", *head)),
            element("tbody", join(rows)),
        ),
        class_=" ".join(["table", *(["long"] if long else []), *(["stacked"] if table.stacked else [])]),
        role="region",
        tabindex="0",
        aria_label=table.title.get(lang),
    )
    return join([*extent, body])


def _least_width(table: Table, lang: Lang) -> float:
    """What the columns take on a phone at least, in px; the sizes are those of the style sheet."""
    total = 0.0
    for number, column in enumerate(table.columns):
        cells = [row[number] for row in table.rows]
        if column.numeric:
            texts = [text_width(quantity(c, lang), 14) for c in cells if isinstance(c, Quantity)]
            total += max([70.0, text_width(column.title.get(lang), 13, bold=True), *texts])
        else:
            total += (8 if number == 0 else 11) * 14.0
    return total + 16.0 * (len(table.columns) - 1)


def _row(table: Table, number: int, lang: Lang, refs: Refs) -> Markup:
    cells = table.rows[number]
    link = table.links[number] if table.links else None
    # The name of a row is its first text; only one in the first column, or a link, makes it the head.
    named = next((n for n, cell in enumerate(cells) if isinstance(cell, Text)), None)
    return element(
        "tr",
        *(
            _cell(
                cell,
                table.columns[n],
                lang,
                refs,
                head=n == named and (n == 0 or bool(table.links)),
                link=link if n == named else None,
                labelled=table.stacked,
            )
            for n, cell in enumerate(cells)
        ),
    )


def _cell(
    cell: Cell, column: Column, lang: Lang, refs: Refs, *, head: bool, link: str | None, labelled: bool
) -> Markup:
    name = "th" if head and isinstance(cell, Text) else "td"
    scope = "row" if name == "th" else None
    # What the column is called, for cards that have no head row.
    label = space_han(column.title.get(lang)) if labelled and name == "td" else None
    if isinstance(cell, Quantity):
        return element(name, number_html(cell, lang, refs), class_="num", data_label=label)
    words = ("—" if column.numeric else "") if cell is None else space_han(cell.get(lang))
    inside = words if link is None else element("a", words, href=link)
    kind = (
        " ".join([*(["num"] if column.numeric else []), *(["none"] if cell is None and labelled else [])])
        or None
    )
    return element(name, inside, scope=scope, class_=kind, data_label=label)


def html_empty(figure: Empty, lang: Lang) -> Markup:
    """Why there is nothing, and what would fill the place."""
    parts = [
        element("p", space_han(figure.because.get(lang)), class_="because"),
        element(
            "p", WORDS["remedy"].get(lang), "：" if lang == "zh" else ": ", space_han(figure.remedy.get(lang))
        ),
    ]
    if figure.command:
        parts.append(element("p", element("code", figure.command)))
    return element("div", *parts, class_="empty")
