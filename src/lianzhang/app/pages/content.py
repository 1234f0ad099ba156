"""The shape that every page's content has: sentences, figures, and the way back of each number."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from lianzhang.app.report.provenance import Provenance
from lianzhang.errors import NotComputableError
from lianzhang.i18n import Text
from lianzhang.report import figures as fig
from lianzhang.report import model as m
from lianzhang.report import values as num

Thing = Literal["node", "firm", "place", "source", "plan", "chain", "indicator", "tasks"]
Link: TypeAlias = Callable[[Thing, str], str]
"""Address of the page about a thing, by its id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """Sentences and figures of a page. ``blocks`` are (key, figure with its finding); keys name them in addresses."""

    title: Text
    lead: tuple[num.Prose, ...] = ()
    blocks: tuple[tuple[str, m.Block], ...] = ()
    key_figures: tuple[m.KeyFigure, ...] = ()
    origins: tuple[num.Origin, ...] = ()
    sources: tuple[num.Source, ...] = ()


def gathered(
    title: Text,
    origins: Provenance,
    blocks: Iterable[tuple[str, m.Block]] = (),
    lead: Iterable[num.Prose] = (),
    key_figures: Iterable[m.KeyFigure] = (),
) -> Content:
    """A page's content with the origins and sources that were asked for on the way.

    The arguments are consumed first, so that generators may still ask for origins.
    """
    shown, sentences, figures = tuple(blocks), tuple(lead), tuple(key_figures)
    return Content(
        title=title,
        lead=sentences,
        blocks=shown,
        key_figures=figures,
        origins=origins.origins,
        sources=origins.sources,
    )


def blocks_of(section: m.Section, kind: type[object]) -> tuple[m.Block, ...]:
    """The blocks of a section whose figure is of a kind."""
    return tuple(b for b in section.blocks if isinstance(b.figure, kind))


def empty(title: Text, because: Text, remedy: Text, command: str | None = None) -> m.Block:
    """A figure that is not there: why, and what would fill it."""
    return m.Block(
        finding=num.Prose(title),
        figure=fig.Empty(title=title, because=because, remedy=remedy, command=command),
        source=Text("无", "none"),
    )


def failed(title: Text, error: NotComputableError) -> m.Block:
    """A figure that could not be computed."""
    return empty(title, error.message, error.hint or Text("请补充数据", "supply the data"))


def with_links(figure: fig.Wall, links: Iterable[str]) -> fig.Wall:
    """The wall with an address for each brick, in order."""
    given = iter(links)
    return replace(
        figure,
        sections=tuple(
            replace(
                s,
                courses=tuple(
                    replace(c, bricks=tuple(replace(b, link=next(given)) for b in c.bricks))
                    for c in s.courses
                ),
            )
            for s in figure.sections
        ),
    )
