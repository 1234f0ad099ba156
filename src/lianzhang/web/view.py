"""What a template asks for: words in one language, addresses, numbers, figures."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal
from urllib.parse import quote, urlencode

from markupsafe import Markup, escape

from lianzhang.app.browse.figures import has_picture
from lianzhang.app.pages.content import Content, Thing
from lianzhang.i18n import Lang, Text
from lianzhang.report import draw
from lianzhang.report.check import origin_keys
from lianzhang.report.draw.canvas import anchor
from lianzhang.report.draw.inline import Refs, chain_html, citation_text, number_html, prose_html
from lianzhang.report.draw.rows import chip, html_table
from lianzhang.report.figures import Empty, HexCity, ShockDays, Table, Tracker, Verdict, Voices, Wall
from lianzhang.report.format import date_text, listing, quantity, space_han
from lianzhang.report.model import Block
from lianzhang.report.tables import as_table
from lianzhang.report.values import Citation, Prose, Quantity
from lianzhang.report.words import WORDS
from lianzhang.store import RegionEntry
from lianzhang.web import assets
from lianzhang.web.words import NAV, PAGE_WORDS

Theme = Literal["auto", "light", "dark"]
_STRIP = 6
_PATHS: dict[Thing, str] = {
    "firm": "firms",
    "place": "places",
    "source": "sources",
    "plan": "plan",
    "chain": "chain",
    "node": "chain",
    "indicator": "plan/indicators",
    "tasks": "plan/tasks",
}


@dataclass(frozen=True)
class View:
    """One request's view: language, theme, region, day, and where it is."""

    lang: Lang
    theme: Theme
    region: RegionEntry | None
    regions: tuple[RegionEntry, ...]
    as_of: date
    page: str
    path: str
    query: tuple[tuple[str, str], ...]
    carried: tuple[tuple[str, str], ...]
    """Parameters that every link takes along: the day and the language, where the address names them."""
    refs: Refs = field(default_factory=Refs)
    signed_in: bool = False
    """Only who has signed in can see it: every page offers to sign out."""

    # --- words ---------------------------------------------------------------------------------------------

    def word(self, name: str) -> str:
        """A fixed word of the pages, else of the report."""
        found = PAGE_WORDS.get(name) or WORDS[name]
        return found.get(self.lang)

    def text(self, text: Text | None) -> str:
        """A text in the view's language."""
        return space_han(text.get(self.lang)) if text is not None else ""

    def title(self, text: Text) -> Markup:
        """A name with what stands in brackets after it set smaller."""
        whole = self.text(text)
        name, bracket, rest = whole.partition("（" if self.lang == "zh" else " (")
        if not bracket or not rest.endswith(("）", ")")):
            return escape(whole)
        return Markup("{} <small>{}</small>").format(name, rest[:-1])

    def listed(self, texts: tuple[Text, ...]) -> str:
        """Several texts as a listing."""
        return listing([self.text(t) for t in texts], self.lang)

    def prose(self, prose: Prose) -> Markup:
        """A sentence with its numbers linked."""
        return prose_html(prose, self.lang, self.refs)

    def number(self, value: Quantity) -> Markup:
        """A number linked to its origin."""
        return number_html(value, self.lang, self.refs)

    def plain(self, value: Quantity) -> str:
        """A number without its link."""
        return quantity(value, self.lang)

    def count(self, value: int) -> str:
        """A whole number with thousands apart."""
        return f"{value:,}"

    def date(self, day: date | datetime) -> str:
        """A day in words."""
        return date_text(day.date() if isinstance(day, datetime) else day, self.lang)

    def moment(self, moment: datetime) -> str:
        """A day and minute in words, in the zone it is given in."""
        return f"{self.date(moment)} {moment:%H:%M}"

    def mark(self, origin: str) -> Markup:
        """A small link to an origin."""
        known = self.refs.origins.get(origin)
        if known is None:
            return Markup("")
        words = WORDS["origin"].get(self.lang)
        return Markup('<a class="num from" href="#{}" title="{}">{}</a>').format(
            anchor(origin), self.text(known.value), words
        )

    def chip(self, verdict: Verdict) -> Markup:
        """A verdict with its shape."""
        return chip(verdict, self.lang)

    # --- addresses -----------------------------------------------------------------------------------------

    def to(self, path: str, **params: str | int | None) -> str:
        """Address of a page of this region."""
        assert self.region is not None
        return self._address(f"/{quote(self.region.name)}/{path}", params)

    def link(self, thing: Thing, key: str) -> str:
        """Address of the page about a thing."""
        if thing == "node":
            chosen = dict(self.query)
            kept = {"cut": chosen.get("cut")} if self.page == "chain" else {}
            return self.to("chain", **kept, node=key)
        if thing == "tasks":
            return self.to("plan/tasks", target=key)
        return self.to(f"{_PATHS[thing]}/{quote(key, safe='')}")

    def same(self, **params: str | int | None) -> str:
        """This address with some parameters changed; None drops one."""
        given = [(k, v) for k, v in self.query if k not in params and k not in ("start", "theme")]
        given += [(k, str(v)) for k, v in params.items() if v is not None]
        return f"{self.path}?{urlencode(given)}" if given else self.path

    def elsewhere(self, region: str) -> str:
        """This page of another region."""
        path = next((p for key, p, _ in NAV if key == self.page), "")
        return self._address(f"/{quote(region)}/{path}", {})

    def save(self, key: str, kind: str) -> str:
        """Address of a figure as a file."""
        return self.same(save=f"{key}.{kind}")

    def api(self, path: str, **params: str) -> str:
        """Address below the region's API."""
        assert self.region is not None
        given = {**params, "lang": self.lang}
        return f"/api/v1/{quote(self.region.name)}/{path}?{urlencode(given)}"

    def asset(self, name: str) -> str:
        """Address of a static file."""
        return assets.address(name)

    def _address(self, path: str, params: dict[str, str | int | None]) -> str:
        given = dict(self.carried) | {k: str(v) for k, v in params.items() if v not in (None, "")}
        return f"{path}?{urlencode(given)}" if given else path

    # --- figures -------------------------------------------------------------------------------------------

    def figure(self, block: Block, uid: str) -> Markup:
        """A figure; the link of the thing that is chosen is marked."""
        drawn = draw.figure(block.figure, self.lang, uid=uid, refs=self.refs)
        node = dict(self.query).get("node")
        if node and isinstance(block.figure, Wall):
            here = str(escape(self.link("node", node)))
            drawn = Markup(str(drawn).replace(f'href="{here}"', f'href="{here}" aria-current="true"'))
        return drawn

    def element(self, block: Block) -> str:
        """The custom element that a figure is wrapped in."""
        match block.figure:
            case Wall():
                return "lz-wall"
            case HexCity():
                return "lz-hex"
            case Table():
                return "lz-table"
            case _:
                return "lz-chart" if has_picture(block) else "div"

    def formats(self, block: Block) -> tuple[str, ...]:
        """The files that a figure can be had as."""
        if isinstance(block.figure, Empty):
            return ()
        return ("svg", "csv") if has_picture(block) else ("csv",)

    def whole(self, block: Block) -> bool:
        """A drawing, which a page break must not cut."""
        return not isinstance(block.figure, Table | Tracker | Voices)

    def data(self, block: Block) -> Markup | None:
        """The table behind a drawing; figures that are words already, and the long one of a shock, need none."""
        if isinstance(block.figure, Table | Empty | Tracker | Voices | ShockDays):
            return None
        table = as_table(block.figure)
        return None if table is None else html_table(table, self.lang, self.refs)

    def strip(self, block: Block) -> list[Markup]:
        """Chains of the block's first origins."""
        return [self.chain(key) for key in origin_keys(block)[:_STRIP] if key in self.refs.origins]

    def chain(self, key: str) -> Markup:
        """value ← run ← table ← source."""
        return chain_html(self.refs.origins[key], self.lang, self.refs)

    def about(self) -> Text | None:
        """Place and day that the page is about, for pictures that leave it."""
        if self.region is None:
            return None
        title, as_of, brand = self.region.title, PAGE_WORDS["as_of"], PAGE_WORDS["brand"]
        return Text(
            f"{title.zh} · {as_of.zh} {date_text(self.as_of, 'zh')} · {brand.zh}",
            f"{title.en} · {as_of.en} {date_text(self.as_of, 'en')} · {brand.en}",
        )

    def cited(self) -> list[str]:
        """Each source that the page's numbers rest on, once, in order: what stands on paper instead of the chains."""
        keys = dict.fromkeys(c.source for o in self.refs.origins.values() for c in o.citations)
        return [
            citation_text(Citation(key), self.lang, self.refs) for key in keys if key in self.refs.sources
        ]

    def anchor(self, key: str) -> str:
        """Where an origin stands on the page."""
        return anchor(key) or ""

    def is_empty(self, block: Block) -> bool:
        """Whether there is nothing to show but why."""
        return isinstance(block.figure, Empty)


def refs_of(content: Content, view: View) -> Refs:
    """References of a page: origins by number, sources that lead to their page."""
    return Refs(
        {o.key: o for o in content.origins},
        {o.key: n for n, o in enumerate(content.origins, start=1)},
        {s.key: s for s in content.sources},
        {s.key: view.link("source", s.key) for s in content.sources} if view.region else {},
    )
