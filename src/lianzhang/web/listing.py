"""The firms that a search and its facets show, as a file: the columns of the interface's list, in the page's order."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
from fastapi import Request
from starlette.responses import Response

from lianzhang.api import respond
from lianzhang.api.quick import QuickRouter
from lianzhang.app.browse.collections import collection
from lianzhang.app.browse.desk import Desk
from lianzhang.app.pages import firms
from lianzhang.app.pages.directory import TABLES, directory
from lianzhang.errors import LianzhangError
from lianzhang.schema.ddl import ident
from lianzhang.store import Reader
from lianzhang.web.site import Site

#: Name under which the ids of a list are known to the database.
_LISTED = "listed_firms"


def listing_router(site: Site) -> QuickRouter:
    """Addresses of lists as files."""
    router = QuickRouter(include_in_schema=False)

    @router.get("/{region}/firms.csv")
    def firms_csv(request: Request, region: str) -> Response:
        try:
            with site.desk.readers.reading(region) as reader:
                rows = listed_rows(site.desk, reader, firm_query(request.query_params))
        except LianzhangError as error:
            return site.failure(request, error)
        headers = {
            "Content-Disposition": 'attachment; filename="firms.csv"',
            "Cache-Control": "no-cache",
        }
        return Response(respond.csv_bytes(rows), media_type=f"{respond.CSV}; charset=utf-8", headers=headers)

    return router


def firm_query(given: Mapping[str, str]) -> firms.Query:
    """What the parameters of an address look for; the row to begin with left aside."""
    return firms.Query(
        words=given.get("q", "").strip()[:100],
        place=given.get("place") or None,
        sector=given.get("sector") or None,
        status=given.get("status") or None,
        node=given.get("node") or None,
        here=given.get("everywhere") != "1",
    )


def listed_rows(desk: Desk, reader: Reader, query: firms.Query) -> pa.Table:
    """All rows of the table firms that a search finds, in the order in which the page lists them."""
    known = desk.hold(reader, ("directory", reader.region.root), TABLES, lambda: directory(reader))
    chosen = np.flatnonzero(
        known.chosen(
            query.words,
            here=query.here,
            place=query.place,
            sector=query.sector,
            status=query.status,
            node=query.node,
        )
    )
    listed = pa.table(
        {"firm_id": known.firm_id.take(pa.array(chosen)), "place_in_list": np.arange(len(chosen))}
    )
    columns = ", ".join(f"f.{ident(c)}" for c in collection("firms", "firms").table.column_names)
    reader.connection.register(_LISTED, listed)
    try:
        return reader.sql(
            f"SELECT {columns} FROM {_LISTED} JOIN firms f USING (firm_id) ORDER BY place_in_list"
        )
    finally:
        reader.connection.unregister(_LISTED)
