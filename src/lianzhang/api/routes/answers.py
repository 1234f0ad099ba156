"""What operations that give one structured result have in common."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from fastapi import Request
from pydantic import BaseModel, Field, create_model
from starlette.responses import Response

from lianzhang.api import respond
from lianzhang.api.problems import documented
from lianzhang.app.browse.desk import Desk
from lianzhang.app.browse.plain import plain
from lianzhang.store import Reader

COMMON = documented(404, 409, 422, 500)
UNCHANGED: dict[int | str, dict[str, Any]] = {
    304: {"description": "What the request has (If-None-Match) is still right"}
}


def answer(
    desk: Desk, request: Request, region: str, make: Callable[[Reader], Any], as_of: date | None = None
) -> Response:
    """A result of a region as JSON, with its tag; ``as_of`` where it depends on the day."""
    entry = desk.readers.region(region)
    tag = respond.entity_tag(request, respond.snapshot_of(request, entry, region), str(as_of))

    def written() -> bytes:
        with desk.readers.reading(region) as reader:
            return bytes(respond.json_response(plain(make(reader))).body)

    def made() -> Response:
        # The tag names snapshot, address and parameters: who asks the same again need not wait for the same work.
        return Response(desk.memory.get(("answer", tag), written), media_type=respond.JSON)

    return respond.cached(request, tag, made)


def described(model: type[BaseModel]) -> dict[str, Any]:
    """How such an operation is described."""
    return {
        "response_class": Response,
        "responses": {200: {"model": model, "description": "The result"}, **UNCHANGED, **COMMON},
    }


def listing(item: type[BaseModel], name: str) -> type[BaseModel]:
    """A model of ``{"items": […]}``."""
    made: type[BaseModel] = create_model(name, items=(list[item], Field(description="All of them. 全部")))  # type: ignore[valid-type]
    return made
