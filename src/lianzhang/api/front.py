"""The front page of a server without pages: the report, or the list of regions to choose one from."""

from __future__ import annotations

from fastapi import APIRouter, Request
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse, Response

from lianzhang.api import respond
from lianzhang.api.language import lang_of
from lianzhang.api.parameters import read_day
from lianzhang.app.browse.desk import Desk
from lianzhang.i18n import Text

_TITLE = Text("链长：已载入的区域", "Lianzhang: loaded regions")
_NONE = Text(
    "还没有载入区域。在服务器上运行 lianzhang pack load chongqing。",
    "No region is loaded yet. Run lianzhang pack load chongqing on the server.",
)


def front_router(desk: Desk) -> APIRouter:
    """``/`` shows the report of the only or default region, else the regions."""
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    def front(request: Request) -> Response:
        manifest, lang = desk.readers.manifest(), lang_of(request)
        if desk.settings.region or len(manifest.regions) == 1:
            return respond.report_response(desk, request, "-", "html", read_day(None))
        entries = Markup("").join(
            Markup('<li><a href="/api/v1/{}/report.html?lang={}">{}</a></li>').format(
                e.name, lang, e.title.get(lang)
            )
            for e in manifest.regions.values()
        )
        body = (
            Markup("<ul>{}</ul>").format(entries) if entries else Markup("<p>{}</p>").format(_NONE.get(lang))
        )
        title = escape(_TITLE.get(lang))
        return HTMLResponse(
            f'<!doctype html><html lang="{lang}"><meta charset="utf-8">'
            f'<meta name="viewport" content="width=device-width"><title>{title}</title><h1>{title}</h1>{body}</html>'
        )

    return router
