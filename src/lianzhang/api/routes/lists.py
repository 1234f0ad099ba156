"""A list operation for every collection: tables of the schema and tables that engines compute."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from fastapi import Query, Request
from starlette.responses import Response

from lianzhang.api import respond
from lianzhang.api.models import page_of
from lianzhang.api.parameters import Listed, RegionName, list_parameters, parameters, read_day, selection
from lianzhang.api.problems import documented
from lianzhang.api.quick import QuickRouter
from lianzhang.app.browse.collections import Collection, collections
from lianzhang.app.browse.desk import Desk
from lianzhang.app.browse.query import order_of

_BINARY = {"schema": {"type": "string", "format": "binary"}}


def list_routers(desk: Desk) -> list[QuickRouter]:
    """One GET operation per collection, those of a word together."""
    routers: dict[str, QuickRouter] = {}
    for of in collections().values():
        routers.setdefault(of.word, QuickRouter()).add_api_route(
            list_path(of),
            _operation(desk, of),
            methods=["GET"],
            name=f"list_{of.word}_{of.name}",
            operation_id=f"list_{of.word}_{of.name}",
            tags=[of.word],
            summary=f"{of.table.label.en} {of.table.label.zh}",
            description=_about(of),
            response_class=Response,
            responses={
                200: {
                    "description": "One page",
                    "model": page_of(of),
                    "content": {respond.CSV: {"schema": {"type": "string"}}, respond.PARQUET: _BINARY},
                },
                304: {"description": "What the request has (If-None-Match) is still right"},
                **documented(404, 406, 409, 422, 500),
            },
        )
    return list(routers.values())


def list_path(of: Collection) -> str:
    """Address of a collection; one that is called like its word needs no second name."""
    return f"/{{region}}/{of.word}" if of.name == of.word else f"/{{region}}/{of.word}/{of.name}"


def _about(of: Collection) -> str:
    computed = "Computed when asked for, once per snapshot. " if of.engine else ""
    return (
        f"{of.table.about.en} {computed}Filter by any column; order by `sort`; go on with `cursor`. JSON, CSV or "
        f"Parquet by `Accept` or `format`. The answer has an `ETag`.\n\n{of.table.about.zh}"
    )


def _operation(desk: Desk, of: Collection) -> Callable[..., Response]:
    def operation(region: str, request: Request, given: Listed) -> Response:
        media = respond.media_of(request, given.format)
        least, most = respond.ROWS[media]
        limit = min(given.limit or least, most)
        chosen, wanted = selection(of, given), parameters(given)
        mark = respond.query_mark(of.word, of.name, chosen, wanted.taxonomy, wanted.period, wanted.io_table)
        after = respond.read_cursor(given.cursor, mark, len(order_of(of, chosen.sort)))
        today = read_day(None) if "as_of" in of.takes else date.min
        entry = desk.readers.region(region)

        def make() -> Response:
            with desk.readers.reading(region) as reader:
                page = desk.page(reader, of, wanted, chosen, limit=limit, after=after)
                cursor = respond.make_cursor(page.after, mark)
                return respond.page_response(request, media, of.table, page, reader.snapshot_id, cursor)

        tag = respond.entity_tag(request, respond.snapshot_of(request, entry, region), media, str(today))
        return respond.cached(request, tag, make)

    # FastAPI reads the signature; the parameters' model is known only now.
    kinds: list[tuple[str, Any]] = [
        ("region", RegionName),
        ("request", Request),
        ("given", Annotated[list_parameters(of), Query()]),
    ]
    place = inspect.Parameter.POSITIONAL_OR_KEYWORD
    signed: Any = operation
    signed.__signature__ = inspect.Signature(
        [inspect.Parameter(name, place, annotation=kind) for name, kind in kinds], return_annotation=Response
    )
    signed.__name__ = f"list_{of.word}_{of.name}"
    return operation
