"""Search over everything, the suggestions under the field, and the page of an indicator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lianzhang.app.pages import indicator, search
from lianzhang.app.pages.content import Content
from lianzhang.store import Reader
from lianzhang.web.site import Visit

#: Hits of a kind on the page, and under the field.
_PAGE, _INSTANT = 12, 4


def search_page(visit: Visit, reader: Reader) -> Mapping[str, Any]:
    """The page of results, grouped."""
    return _found(visit, reader, _PAGE)


def hits_page(visit: Visit, reader: Reader) -> Mapping[str, Any]:
    """The suggestions alone, to be put under the field."""
    return _found(visit, reader, _INSTANT)


def indicator_page(visit: Visit, reader: Reader) -> Mapping[str, Any]:
    """One indicator with its figures and statements."""
    return {"content": indicator.indicator_view(reader, visit.key)}


def _found(visit: Visit, reader: Reader, most: int) -> Mapping[str, Any]:
    found = search.find(visit.desk, reader, visit.query.get("q", ""), most=most)
    return {"content": Content(title=search.TITLE), "found": found, "kinds": search.KINDS}


#: Path, page, template, builder; made for each request, since documents are found too.
FINDING: tuple[tuple[str, str, str, Any], ...] = (
    ("/{region}/search", "search", "search.html.j2", search_page),
    ("/{region}/search/hits", "search", "search_hits.html.j2", hits_page),
)
