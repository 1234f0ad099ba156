"""The report as one self-contained HTML file: no network, no fonts, readable without a script, printable."""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from typing import Literal

import jinja2
from markupsafe import Markup

from lianzhang.i18n import Lang
from lianzhang.report import draw, tokens
from lianzhang.report.check import check_report, origin_keys
from lianzhang.report.dates import dates_line
from lianzhang.report.draw.canvas import anchor
from lianzhang.report.draw.inline import Refs, chain_html, number_html, prose_html
from lianzhang.report.draw.rows import html_table
from lianzhang.report.figures import Empty, Table, Tracker, Voices
from lianzhang.report.format import period, space_han
from lianzhang.report.model import Block, Report
from lianzhang.report.tables import as_table
from lianzhang.report.words import STATUS, STATUS_MARK, STATUS_MEANING, WORDS

PageTheme = Literal["auto", "light", "dark"]
_STRIP = 6


def stylesheet() -> str:
    """Tokens and the rules of report, figures and print. Pages of the application use the same."""
    return tokens.css() + _read("report.css")


def render_html(report: Report, lang: Lang, *, theme: PageTheme = "auto") -> str:
    """The report as one HTML file.

    ``theme`` fixes light or dark; ``"auto"`` follows the reader's system. Raises :class:`InputError` where
    :func:`check_report` finds loose ends.
    """
    check_report(report)
    script = _read("report.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    view = _View(report, lang, Refs.of(report))
    return _template().render(
        view=view,
        report=report,
        theme=theme,
        css=Markup(stylesheet()),
        script=Markup(script),
        policy=f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; img-src data:",
    )


@dataclass(frozen=True)
class _View:
    """What the template asks for; all text in one language."""

    report: Report
    lang: Lang
    refs: Refs

    def word(self, name: str) -> str:
        return WORDS[name].get(self.lang)

    def text(self, text: object) -> str:
        return space_han(text.get(self.lang)) if hasattr(text, "get") else ""

    def prose(self, prose: object) -> Markup:
        return prose_html(prose, self.lang, self.refs)  # type: ignore[arg-type]

    def number(self, quantity: object) -> Markup:
        return number_html(quantity, self.lang, self.refs)  # type: ignore[arg-type]

    def date(self) -> str:
        return dates_line(self.report, self.lang)

    def period(self, text: str) -> str:
        return period(text, self.lang)

    def anchor(self, key: str) -> str:
        return anchor(key) or ""

    def whole(self, block: Block) -> bool:
        """A drawing, which a page break must not cut."""
        return not isinstance(block.figure, Table | Tracker | Voices)

    def figure(self, block: Block, uid: str) -> Markup:
        return draw.figure(block.figure, self.lang, uid=uid, refs=self.refs)

    def data(self, block: Block) -> Markup | None:
        """The table behind a drawing; figures that are words already need none."""
        if isinstance(block.figure, Table | Empty | Tracker | Voices):
            return None
        table = as_table(block.figure)
        return None if table is None else html_table(table, self.lang, self.refs)

    def strip(self, block: Block) -> tuple[list[Markup], int]:
        """Chains of the block's origins, and how many more there are."""
        keys = origin_keys(block)
        chains = [chain_html(self.refs.origins[key], self.lang, self.refs) for key in keys[:_STRIP]]
        return chains, len(keys) - len(chains)

    def chain(self, key: str) -> Markup:
        return chain_html(self.refs.origins[key], self.lang, self.refs)

    def marks(self) -> Iterator[tuple[str, str, str, str]]:
        """Statuses that occur: (class, mark, name, meaning)."""
        used = {origin.status for origin in self.report.origins}
        for status, mark in STATUS_MARK.items():
            if status in used:
                name, meaning = STATUS[status].get(self.lang), STATUS_MEANING[status].get(self.lang)
                yield status, mark.get(self.lang), name, meaning


@functools.cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("lianzhang.report", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html.j2")


def _read(name: str) -> str:
    return resources.files("lianzhang.report").joinpath("templates", name).read_text(encoding="utf-8")
