"""The application: routes under ``/api/v1``, guarded, with errors as problem objects."""

from __future__ import annotations

import copy
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from lianzhang import __version__
from lianzhang.api import problems
from lianzhang.api.access import Access, open_access, reading
from lianzhang.api.guard import API, Guard
from lianzhang.api.guesses import Guesses
from lianzhang.api.kept import Kept
from lianzhang.api.negotiated import Negotiated, describe
from lianzhang.api.routes.chain import chain_router
from lianzhang.api.routes.documents import document_router, review_router
from lianzhang.api.routes.house import health_router, house_router
from lianzhang.api.routes.lists import list_routers
from lianzhang.api.routes.registers import register_router, register_write_router
from lianzhang.api.routes.results import result_router
from lianzhang.api.routes.risk import risk_router, risk_start_router
from lianzhang.api.routes.runs import run_router, start_router
from lianzhang.api.routes.writes import session_router, write_router
from lianzhang.app.browse.desk import Desk
from lianzhang.app.browse.refusals import Refusals
from lianzhang.config import Settings

PREFIX = API
#: Largest upload, in bytes.
UPLOAD_BYTES = 200 << 20


def create_api(
    settings: Settings,
    *,
    access: Access | None = None,
    upload_bytes: int = UPLOAD_BYTES,
    readers: int | None = None,
    earlier_s: float = 0.0,
) -> FastAPI:
    """The HTTP interface of one store.

    Pages are added to the returned application (``app.include_router``, ``app.mount``): they then share the guard,
    the access rules and ``app.state.desk``.

    Args:
        settings: store, default region, language, limits.
        access: who may read and write; by default as for loopback, with a token that is made up
            (``app.state.access.token``).
        upload_bytes: largest upload, in bytes.
        readers: how many database readers to keep; by default two per process of the settings, at most 8.
        earlier_s: how long the answers of the earlier snapshot may be given while the new ones are made, in seconds.
    """
    rules = access or open_access("127.0.0.1")
    desk = Desk(settings, readers=readers, earlier_s=earlier_s)

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        yield
        app.state.stopping = True
        desk.close()

    app = FastAPI(
        title="Lianzhang",
        version=__version__,
        summary="Plans, chains, firms, places and risk of a region's manufacturing clusters",
        description="Every number carries its unit in the field's description and leads back to its source.",
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=life,
        redirect_slashes=False,
    )
    app.state.desk = desk
    app.state.access = rules
    app.state.guesses = Guesses()
    app.state.refusals = Refusals(desk.audit)
    app.state.lang = settings.lang
    app.state.stopping = False
    # The last one added is the outermost.
    app.add_middleware(Negotiated, description=lambda: app.openapi())
    app.add_middleware(Kept, desk=desk, read_needs_token=rules.read_needs_token, earlier_s=earlier_s)
    app.add_middleware(Guard, access=rules, upload_bytes=upload_bytes)
    problems.install(app)

    may_read = reading(rules)
    app.include_router(health_router(desk))
    writers = (session_router(), start_router(desk, PREFIX), write_router(desk, PREFIX), review_router(desk))
    for router in (*writers, risk_start_router(desk, PREFIX), register_write_router(desk, PREFIX)):
        app.include_router(router, prefix=PREFIX)
    readers_of = (house_router, result_router, register_router, chain_router, risk_router, document_router)
    for router in (*(make(desk) for make in readers_of), run_router(desk, PREFIX), *list_routers(desk)):
        app.include_router(router, prefix=PREFIX, dependencies=may_read)
    _describe(app)
    return app


def _describe(app: FastAPI) -> None:
    """Add what FastAPI leaves out of the description: the problem object, and nothing that never happens."""
    made = app.openapi

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = copy.deepcopy(made())
            parts = schema.setdefault("components", {}).setdefault("schemas", {})
            parts["Problem"] = problems.Problem.model_json_schema()
            for gone in ("HTTPValidationError", "ValidationError"):
                parts.pop(gone, None)
            for item in schema["paths"].values():
                for operation in item.values():
                    for parameter in operation.get("parameters", ()):
                        parameter["schema"] = _without_null(parameter["schema"])
                    if "401" in operation["responses"]:
                        operation["responses"]["429"] = problems.documented(429)[429]
            describe(schema)
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter is left out or has a value; null cannot be written in an address."""
    choices: list[dict[str, Any]] = [c for c in schema.get("anyOf", ()) if c.get("type") != "null"]
    rest = {k: v for k, v in schema.items() if k != "anyOf"}
    if len(choices) == 1:
        return rest | choices[0]
    return rest | {"anyOf": choices} if choices else rest
