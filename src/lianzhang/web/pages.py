"""The addresses of the pages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from lianzhang.api.problems import NoSuchPageError
from lianzhang.api.quick import QuickRouter
from lianzhang.app.pages import chain, firms, overview, places, plan, runs, sources
from lianzhang.app.pages.content import Content
from lianzhang.i18n import Text
from lianzhang.report.words import VERDICT
from lianzhang.store import Reader
from lianzhang.web.assets import assets
from lianzhang.web.finding import FINDING, indicator_page
from lianzhang.web.importing import IMPORTING
from lianzhang.web.interface import Describe, interface_page
from lianzhang.web.listing import firm_query
from lianzhang.web.reviewing import REVIEWING, tasks_page
from lianzhang.web.risk import RISK, risk_of_firm, scenario_address
from lianzhang.web.site import Site, Visit

K = TypeVar("K", bound=str)
_EVER = "public, max-age=31536000, immutable"


def asset_router(site: Site) -> QuickRouter:
    """Scripts and style, which are the same everywhere and say nothing: open to everybody."""
    router = QuickRouter(include_in_schema=False)

    @router.get("/assets/{digest}/{name}")
    def asset(request: Request, digest: str, name: str) -> Response:
        found = assets().get(name)
        if found is None or found.digest != digest:
            return site.failure(request, _nothing())
        return Response(found.content, media_type=found.media, headers={"Cache-Control": _EVER})

    return router


def page_routers(site: Site, describe: Describe) -> tuple[APIRouter, APIRouter]:
    """Every page, and a page for every address where there is nothing.

    Args:
        site: makes the pages.
        describe: gives the description of the interface for programs.
    """
    router = QuickRouter(include_in_schema=False)

    @router.get("/")
    def start(request: Request) -> Response:
        return site.regions(request)

    @router.get("/{region}/places/map.geojson")
    def borders(region: str) -> Response:
        found = site.borders(region)
        if found is None:
            raise _nothing()
        return Response(found, media_type="application/geo+json", headers={"Cache-Control": "no-cache"})

    # Before the pages of single firms, whose addresses they look like.
    for path, page, template, build in (*FINDING, *REVIEWING, *IMPORTING):
        router.add_api_route(path, _endpoint(site, page, template, build, fresh=True), methods=["GET"])
    for path, page, template, build in (*_PAGES, _interface(describe)):
        router.add_api_route(path, _endpoint(site, page, template, build), methods=["GET"])

    last = APIRouter(include_in_schema=False)

    @last.get("/{region}")
    def bare(region: str) -> Response:
        return RedirectResponse(f"/{region}/", status_code=308)

    @last.get("/{path:path}")
    def nothing(request: Request, path: str) -> Response:
        if path.startswith("api/"):
            raise _nothing()  # programs get a problem object
        return site.failure(request, _nothing())

    return router, last


def _endpoint(site: Site, page: str, template: str, build: Any, *, fresh: bool = False) -> Any:
    async def endpoint(request: Request, region: str) -> Response:
        return await site.page(request, region, page, template, build, fresh=fresh)

    endpoint.__name__ = f"{page}_page"
    return endpoint


def _nothing() -> NoSuchPageError:
    return NoSuchPageError(
        Text("没有这个地址", "there is nothing at this address"),
        hint=Text("请从导航进入", "go on from the navigation"),
    )


def _overview(visit: Visit, reader: Reader) -> Mapping[str, Any]:
    made = overview.overview(visit.desk, reader, visit.state(reader), visit.view.link)
    return {"content": made.content, "changes": made.changes, "steps": made.steps}


def _plan(visit: Visit, reader: Reader) -> Mapping[str, Any]:
    view = _choice(visit.query.get("view"), plan.VIEWS, "tracker")
    verdict = visit.query.get("verdict")
    chosen = verdict if verdict in VERDICT else None
    made = plan.plan_view(visit.state(reader), reader, view, chosen, visit.view.link)
    context: dict[str, Any] = {
        "content": made.content,
        "made": made,
        "views": plan.VIEWS,
        "verdict": chosen,
        "whatif": None,
    }
    if view == "whatif":
        by = visit.number("by")
        answer = plan.what_if_view(
            visit.desk,
            reader,
            visit.view.as_of,
            visit.query.get("indicator") or None,
            int(by) if by is not None else None,
            visit.number("reach"),
        )
        context |= {"whatif": answer, "content": answer.content}
    return context


def _chain(visit: Visit, reader: Reader) -> Mapping[str, Any]:
    cut, node = visit.query.get("cut") or None, visit.query.get("node") or None
    view = _choice(visit.query.get("view"), chain.VIEWS, "wall")
    made, chosen = chain.chain_page(visit.desk, reader, visit.state(reader), view, cut, node, visit.view.link)
    context = {"content": made.content, "made": made, "node": chosen, "views": chain.VIEWS}
    return context | {"every_lead": chain.EVERY_LEAD}


def _firms(visit: Visit, reader: Reader) -> Mapping[str, Any]:
    start = visit.number("start")
    query = replace(firm_query(visit.query), start=max(0, int(start or 0)))
    found = firms.search(visit.desk, reader, query)
    return {
        "content": Content(title=firms.TITLE),
        "found": found,
        "size": firms.PAGE,
        "registers": firms.registers(visit.desk, reader, visit.view.as_of),
    }


def _firm(visit: Visit, reader: Reader) -> Mapping[str, Any]:
    made = firms.firm_view(visit.desk, reader, visit.key, visit.view.as_of)
    return {"content": made.content, "firm": made, "risk": risk_of_firm(visit, reader)}


def _places(visit: Visit, reader: Reader) -> Mapping[str, Any]:
    made = places.places_view(
        visit.state(reader), reader, visit.view.link, visit.query.get("measure") or None
    )
    known = [{"key": d.region_id, "name": visit.view.text(d.name), "names": d.names} for d in made.districts]
    given = made.shapes or visit.borders
    return {"content": made.content, "made": made, "districts": json.dumps(known), "borders": given}


def _place(visit: Visit, reader: Reader) -> Mapping[str, Any]:
    made = places.place_view(visit.state(reader), reader, visit.key)
    return {"content": made.content, "place": made}


def _sources(visit: Visit, reader: Reader) -> Mapping[str, Any]:
    made = sources.sources_view(visit.desk, reader)
    zone = runs.zone(made.runs[0].started) if made.runs else ""
    return {"content": Content(title=sources.TITLE), "made": made, "zone": zone}


def _source(visit: Visit, reader: Reader) -> Mapping[str, Any]:
    made = sources.source_view(visit.desk, reader, visit.key)
    return {"content": made.content, "source": made}


def _run(visit: Visit, reader: Reader) -> Mapping[str, Any]:
    made, view = runs.run_view(visit.desk, reader, visit.key), visit.view
    shown = []
    for place, name in made.shown:
        path, _, chosen = place.partition("?view=")
        shown.append((view.to(path, view=chosen), name))
    return {
        "content": made.content,
        "run": made,
        "zone": runs.zone(made.line.started),
        "shown": shown,
        "shock": scenario_address(view, made.pairs) if made.pairs else None,
    }


def _choice(given: str | None, known: Mapping[K, Any], default: K) -> K:
    return next((k for k in known if k == given), default)


def _interface(describe: Describe) -> tuple[str, str, str, Any]:
    return "/{region}/api", "sources", "api.html.j2", interface_page(describe)


_PAGES: tuple[tuple[str, str, str, Any], ...] = (
    ("/{region}/", "overview", "overview.html.j2", _overview),
    ("/{region}/plan", "plan", "plan.html.j2", _plan),
    ("/{region}/plan/tasks", "plan", "tasks.html.j2", tasks_page),
    ("/{region}/plan/indicators/{key}", "plan", "plan_indicator.html.j2", indicator_page),
    ("/{region}/chain", "chain", "chain.html.j2", _chain),
    ("/{region}/firms", "firms", "firms.html.j2", _firms),
    ("/{region}/firms/{key}", "firms", "firm.html.j2", _firm),
    ("/{region}/places", "places", "places.html.j2", _places),
    ("/{region}/places/{key}", "places", "place.html.j2", _place),
    *RISK,
    ("/{region}/sources", "sources", "sources.html.j2", _sources),
    ("/{region}/sources/{key}", "sources", "source.html.j2", _source),
    ("/{region}/runs/{key}", "sources", "run.html.j2", _run),
)
