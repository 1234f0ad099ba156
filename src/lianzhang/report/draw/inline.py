"""Numbers, sentences, citations and origin strips as HTML."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass, field

from markupsafe import Markup

from lianzhang.i18n import Lang, Text
from lianzhang.report.draw.canvas import anchor
from lianzhang.report.format import exact, is_marked, period, quantity, space_han
from lianzhang.report.markup import element, join
from lianzhang.report.model import Report
from lianzhang.report.values import Citation, Origin, Prose, Quantity, Source
from lianzhang.report.words import STATUS, STATUS_MARK, WORDS

#: Sources shown of a number that rests on many.
_CITED = 5


@dataclass(frozen=True, slots=True)
class Refs:
    """What a drawing needs to know of the document around it. Empty for a figure that stands alone."""

    origins: Mapping[str, Origin] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)
    pages: Mapping[str, str] = field(default_factory=dict)
    """Address of the page about a source, by its key; where there is none, its own address is linked."""

    @classmethod
    def of(cls, report: Report) -> Refs:
        """The references of a report; origins are numbered in their order."""
        return cls(
            {o.key: o for o in report.origins},
            {o.key: n for n, o in enumerate(report.origins, start=1)},
            {s.key: s for s in report.sources},
        )


def prose_text(prose: Prose, lang: Lang) -> str:
    """A sentence as plain text."""
    return _fill(prose, lang, {name: quantity(q, lang) for name, q in prose.values.items()})


def prose_html(prose: Prose, lang: Lang, refs: Refs) -> Markup:
    """A sentence whose numbers open their origins."""
    parts: list[Markup] = []
    for literal, name, _, _ in string.Formatter().parse(space_han(prose.text.get(lang))):
        parts.append(Markup("").join([literal]))
        if name is not None:
            parts.append(number_html(prose.values[name], lang, refs))
    return join(parts)


def _fill(prose: Prose, lang: Lang, written: Mapping[str, str]) -> str:
    return space_han(prose.text.get(lang)).format(**written)


def number_html(value: Quantity, lang: Lang, refs: Refs, *, figures: int = 3) -> Markup:
    """A number: exact value on hover, a mark if it is not official, a link to its origin."""
    text = quantity(value, lang, figures=figures)
    origin = refs.origins.get(value.origin)
    status = origin.status if origin else "official"
    tip = exact(value, lang)
    if status != "official":
        tip += f"（{STATUS[status].zh}）" if lang == "zh" else f" ({STATUS[status].en})"
    mark = STATUS_MARK[status].get(lang)
    # the word joiner keeps the mark, and what follows it, on the number's line
    tail = Markup("\u2060") + element("sup", mark, class_="mark") if mark and is_marked(value) else Markup("")
    classes = f"num {status}" + ("" if value.value is not None else " absent")
    if origin is None:
        return element("span", text, class_=classes, title=tip) + tail
    number = str(refs.numbers[value.origin])
    link = element("a", text, class_=classes, href=f"#{anchor(value.origin)}", title=tip, data_n=number)
    return link + tail


def citation_text(citation: Citation, lang: Lang, refs: Refs) -> str:
    """Publisher, title, date, place in the source."""
    source = refs.sources.get(citation.source)
    if source is None:
        return citation.place.get(lang) if citation.place else ""
    title = source.title.get(lang)
    parts = [source.publisher.get(lang)] if source.publisher else []
    parts.append(f"《{title}》" if lang == "zh" and "《" not in title else title)
    if source.published:
        parts.append(period(source.published, lang))
    if citation.place:
        parts.append(citation.place.get(lang))
    return space_han(("，" if lang == "zh" else ", ").join(parts))


def chain_html(origin: Origin, lang: Lang, refs: Refs) -> Markup:
    """value ← run ← query ← table ← source ← place in the source; of many sources the first few, the rest folded."""
    steps: list[tuple[str, Text | None]] = [
        ("run", origin.run),
        ("query", origin.query),
        ("table", origin.table),
    ]
    items = [
        element(
            "li",
            element("span", WORDS["value"].get(lang), class_="k"),
            " ",
            space_han(origin.value.get(lang)),
            " ",
            element("span", STATUS[origin.status].get(lang), class_=f"status {origin.status}"),
        )
    ]
    for name, text in steps:
        if text is not None:
            key = element("span", WORDS[name].get(lang), class_="k")
            items.append(element("li", key, " ", space_han(text.get(lang))))
    most = _CITED if len(origin.citations) > _CITED + 1 else len(origin.citations)
    for number, citation in enumerate(origin.citations[:most]):
        key = element("span", WORDS["source"].get(lang), class_="k")
        body = _citation_html(citation, lang, refs)
        items.append(element("li", key, " ", body, class_="also" if number else None))
    rest = origin.citations[most:]
    if rest:
        lines = [element("li", _citation_html(c, lang, refs)) for c in rest]
        more = element("summary", f"其余{len(rest)}份" if lang == "zh" else f"{len(rest)} more")
        items.append(
            element("li", element("details", more, element("ul", *lines), class_="rest"), class_="cited")
        )
    if origin.note is not None:
        key = element("span", WORDS["note"].get(lang), class_="k")
        items.append(element("li", key, " ", space_han(origin.note.get(lang)), class_="remark"))
    return element("ol", join(items), class_="chain")


def _citation_html(citation: Citation, lang: Lang, refs: Refs) -> Markup:
    text = citation_text(citation, lang, refs)
    source = refs.sources.get(citation.source)
    if citation.source in refs.pages:
        return element("a", text, href=refs.pages[citation.source], class_="out")
    if source is not None and source.url and source.url.startswith(("https://", "http://")):
        return element("a", text, href=source.url, rel="noreferrer noopener", class_="out")
    return element("span", text)
