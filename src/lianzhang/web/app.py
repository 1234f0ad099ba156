"""The application that `lianzhang serve` runs: the API and the pages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from lianzhang.api import create_api
from lianzhang.api.access import Access, reading
from lianzhang.config import Settings
from lianzhang.web.entering import ask_browsers, entering_router
from lianzhang.web.listing import listing_router
from lianzhang.web.pages import asset_router, page_routers
from lianzhang.web.site import PATIENCE_S, Site


def create_app(
    settings: Settings,
    *,
    access: Access | None = None,
    patience_s: float = PATIENCE_S,
    warm: bool = True,
    earlier_s: float = 0.0,
    borders: str | None = None,
) -> FastAPI:
    """API and pages of one store.

    Args:
        settings: store, default region, language, limits.
        access: who may read and write; by default as for loopback.
        patience_s: how long a page may compute before the reader is told that it is on its way.
        warm: compute in the background, from the start of the server, what its first readers will ask for.
        earlier_s: how long the answers of the earlier snapshot may be given while the new ones are made, in seconds.
        borders: GeoJSON of districts for regions whose pack has none of its own.
    """
    app = create_api(settings, access=access, earlier_s=earlier_s)
    closed = app.state.access.read_needs_token
    site = Site(app.state.desk, patience_s=patience_s, borders=borders, read_needs_token=closed)
    app.state.site = site
    serving = app.router.lifespan_context

    @asynccontextmanager
    async def life(inner: FastAPI) -> AsyncIterator[Any]:
        if warm:
            site.warm()
        async with serving(inner) as state:
            yield state
        site.close()

    app.router.lifespan_context = life
    ask_browsers(app, site)
    app.include_router(entering_router(site))
    app.include_router(asset_router(site))
    app.include_router(listing_router(site), dependencies=reading(app.state.access))
    for router in page_routers(site, app.openapi):
        app.include_router(router, dependencies=reading(app.state.access))
    return app
