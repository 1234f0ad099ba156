"""From a request to a page: what it asks for, the page if it is remembered, else made; failures as pages too."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import hashlib
import json
import logging
import threading
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeVar
from urllib.parse import urlencode

import jinja2
import pyarrow as pa
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from lianzhang import __version__
from lianzhang.api.kept import depends
from lianzhang.api.language import lang_of
from lianzhang.api.problems import FaultError
from lianzhang.app.browse.desk import Desk
from lianzhang.app.browse.figures import svg_file
from lianzhang.app.browse.memory import Memory
from lianzhang.app.pages import firms, places
from lianzhang.app.pages.content import Content
from lianzhang.app.state import State
from lianzhang.errors import LianzhangError, UnknownNameError, UsageError
from lianzhang.i18n import Lang, Text
from lianzhang.store import Reader, RegionEntry
from lianzhang.web.files import data_csv
from lianzhang.web.view import Theme, View, refs_of
from lianzhang.web.words import NAV

_log = logging.getLogger("lianzhang.web")
#: How long a page may compute before the reader is told that it is on its way.
PATIENCE_S = 0.8
_PAGES = 160
#: Pages that may be made at once; most of them wait for a reader or for each other.
_WORKERS = 8
#: Pages that change when a result is kept.
_SHOW_RUNS = ("sources", "overview", "risk")
_YEAR_S = 365 * 86400
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
#: A drawing carries its style inside and nothing else.
_DRAWING_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"

T = TypeVar("T")
Build = Callable[["Visit", Reader], Mapping[str, Any]]
_CARRIED = ("as_of", "lang")


@dataclass(frozen=True)
class Visit:
    """What a request asks for."""

    desk: Desk
    view: View
    query: Mapping[str, str]
    key: str = ""
    """The thing that the page is about, where it is about one."""
    borders: bool = False
    """Whether the server was given a file of borders."""

    def state(self, reader: Reader) -> State:
        """The state as of the day asked for."""
        return self.desk.state(reader, self.view.as_of)

    def number(self, name: str) -> float | None:
        """A numeric parameter.

        Raises:
            UsageError: it is none.
        """
        raw = self.query.get(name, "").strip()
        if not raw:
            return None
        try:
            value = float(raw)
        except ValueError:
            value = float("nan")
        if value != value or abs(value) > 1e18:
            raise UsageError(
                Text(f"{name} 应为一个数，而不是 {raw!r}", f"{name} should be a number, not {raw!r}")
            )
        return value


class Site:
    """Pages of one desk, remembered by snapshot and address."""

    def __init__(
        self,
        desk: Desk,
        *,
        patience_s: float = PATIENCE_S,
        borders: str | None = None,
        read_needs_token: bool = False,
    ) -> None:
        self.desk = desk
        self._read_needs_token = read_needs_token
        self._borders = borders
        self.patience_s = patience_s
        self._memory = Memory(most=_PAGES)
        self._pool = ThreadPoolExecutor(_WORKERS, thread_name_prefix="pages")
        self._under_way: dict[Hashable, Future[str]] = {}
        self._lock = threading.Lock()
        desk.readers.prepared.append(self._ready)

    async def page(
        self, request: Request, region: str, page: str, template: str, build: Build, *, fresh: bool = False
    ) -> Response:
        """A page of a region, or the file of one of its figures, or why there is none.

        ``fresh``: made for each request and kept nowhere, for what changes without a new snapshot.
        """
        try:
            view = self._view(request, page, self.desk.readers.region(region))
            if "theme" in request.query_params:
                return self._remember_choices(request, RedirectResponse(view.same(), status_code=303))
            key = request.path_params.get("key", "")
            visit = Visit(self.desk, view, dict(request.query_params), key, self._borders is not None)
            if "save" in visit.query:
                return await self._worked(lambda: self._file(visit, build))
            if fresh:
                body = await self._worked(lambda: self._render(visit, template, build))
                made = self._html(body, view.lang, fresh=True)
            else:
                made = await self._answer(request, visit, template, build)
            return self._remember_choices(request, made)
        except LianzhangError as error:
            return self.failure(request, error)
        except Exception:
            _log.exception("%s %s", request.method, request.url.path)
            return self.failure(request, _fault())

    def borders(self, region: str) -> str | None:
        """GeoJSON of the districts: the pack's own shapes, else the file that the server was given."""
        with self.desk.readers.reading(region) as reader:
            own = places.shapes(reader)
        return json.dumps(own) if own is not None else self._borders

    def warm(self) -> None:
        """Compute in the background what the first reader of every region would otherwise wait for."""
        for name in self.desk.readers.manifest().regions:
            self._pool.submit(self._warm, name)

    def _warm(self, name: str) -> None:
        with contextlib.suppress(LianzhangError), self.desk.readers.reading(name) as reader:
            self._ready(reader)

    def _ready(self, reader: Reader) -> None:
        """Compute what the first readers of a region's state will ask for."""
        firms.search(self.desk, reader, firms.Query())
        # What cannot be computed is told to the reader who asks for it, not to the log.
        with contextlib.suppress(LianzhangError):
            self.desk.state(reader, date.today())  # noqa: DTZ011 - the reader's day
        pa.default_memory_pool().release_unused()

    def close(self) -> None:
        """Let the workers end."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def regions(self, request: Request) -> Response:
        """Where one chooses a region; with one loaded, that one opens."""
        entries = self.desk.readers.manifest().regions
        default = self.desk.settings.region
        if len(entries) == 1 or default in entries:
            name = default if default in entries else next(iter(entries))
            query = f"?{urlencode(request.query_params)}" if request.query_params else ""
            return RedirectResponse(f"/{name}/{query}", status_code=307)
        view = self._view(request, "regions", None)
        return self._html(_render("regions.html.j2", view, {}), view.lang)

    def failure(self, request: Request, error: LianzhangError) -> Response:
        """A page that says what went wrong and how to go on."""
        view = self._view(request, "error", None, lenient=True)
        known = self.desk.readers.manifest().regions
        first = request.url.path.split("/")[1]
        if first in known:
            view = replace(view, region=known[first])
        page = _render("error.html.j2", view, {"error": error})
        return self._html(page, view.lang, status=error.http_status, fresh=True)

    def bare(
        self,
        request: Request,
        page: str,
        context: Mapping[str, Any],
        address: tuple[str, tuple[tuple[str, str], ...]],
        status: int = 200,
    ) -> Response:
        """A page of no region; ``address`` is where its links of language and theme lead."""
        view = replace(
            self._view(request, page, None, lenient=True), path=address[0], query=address[1], carried=()
        )
        body = _render(f"{page}.html.j2", view, context)
        return self._remember_choices(request, self._html(body, view.lang, status=status, fresh=True))

    def chosen(self, request: Request, address: tuple[str, tuple[tuple[str, str], ...]]) -> Response:
        """Keep a choice of language or theme, and go back to a page."""
        path, query = address
        back = RedirectResponse(f"{path}?{urlencode(query)}" if query else path, status_code=303)
        return self._remember_choices(request, back)

    async def _answer(self, request: Request, visit: Visit, template: str, build: Build) -> Response:
        view = visit.view
        assert view.region is not None
        runs = view.page in _SHOW_RUNS
        depends(request, view.region.name, runs=runs)
        key = (
            self.desk.readers.mark(view.region.name, runs=runs),
            view.path,
            view.query,
            view.lang,
            view.theme,
            view.as_of,
        )
        tag = hashlib.sha256(repr((__version__, key)).encode()).hexdigest()[:24]
        etag = f'W/"{tag}"'
        if request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers={"ETag": etag})
        patient = "hx-request" in request.headers or getattr(request.state, "patient", False)
        patience = None if patient else self.patience_s
        body = await self._made(key, lambda: self._render(visit, template, build), patience)
        if body is None:
            waiting = self._html(_render("loading.html.j2", view, {}), view.lang, fresh=True)
            waiting.headers["Refresh"] = "1"
            return waiting
        return self._html(body, view.lang, etag=etag)

    async def _made(self, key: Hashable, make: Callable[[], str], patience_s: float | None) -> str | None:
        """The page under a key; made by a worker that goes on when patience ends. None where it has ended."""
        found = self._memory.peek(key)
        if found is not None:
            return str(found)
        with self._lock:
            working = self._under_way.get(key)
            if working is None:
                working = self._pool.submit(self._memory.get, key, make)
                self._under_way[key] = working
                working.add_done_callback(lambda _: self._under_way.pop(key, None))
        waited = asyncio.wrap_future(working)
        # What goes wrong when nobody waits any more is told to whoever asks next.
        waited.add_done_callback(lambda done: done.cancelled() or done.exception())
        done, _ = await asyncio.wait([waited], timeout=patience_s)
        return waited.result() if done else None

    async def _worked(self, work: Callable[[], T]) -> T:
        """What a worker makes of it."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    def _render(self, visit: Visit, template: str, build: Build) -> str:
        assert visit.view.region is not None
        with self.desk.readers.reading(visit.view.region.name) as reader:
            context = dict(build(visit, reader))
        content: Content = context["content"]
        view = replace(visit.view, refs=refs_of(content, visit.view))
        return _render(template, view, context)

    def _file(self, visit: Visit, build: Build) -> Response:
        """One figure of a page as SVG or CSV."""
        assert visit.view.region is not None
        name, _, kind = visit.query["save"].rpartition(".")
        with self.desk.readers.reading(visit.view.region.name) as reader:
            content: Content = build(visit, reader)["content"]
        blocks = dict(content.blocks)
        if name not in blocks or kind not in visit.view.formats(blocks[name]):
            known = [f"{k}.{f}" for k, b in blocks.items() for f in visit.view.formats(b)]
            raise UnknownNameError(Text("图表文件", "file of a figure"), visit.query["save"], known)
        file = f"{visit.view.region.name}-{visit.view.page}-{name}-{visit.view.lang}.{kind}"
        headers = {
            "Content-Disposition": f'attachment; filename="{file}"',
            "Content-Security-Policy": _DRAWING_POLICY,
            "Cache-Control": "no-cache",
        }
        if kind == "svg":
            drawn = svg_file(blocks[name], name, visit.view.lang, theme="light", about=visit.view.about())
            return Response(drawn, media_type="image/svg+xml", headers=headers)
        return Response(
            data_csv(blocks[name], content, visit.view.lang), media_type="text/csv", headers=headers
        )

    def _view(
        self, request: Request, page: str, region: RegionEntry | None, *, lenient: bool = False
    ) -> View:
        query = tuple(sorted(request.query_params.multi_items()))
        given = dict(query)
        try:
            as_of = date.fromisoformat(given["as_of"]) if given.get("as_of") else date.today()  # noqa: DTZ011 - the reader's day
        except ValueError as error:
            if not lenient:
                raise UsageError(
                    Text(f"{given['as_of']!r} 不是日期", f"{given['as_of']!r} is no date"),
                    hint=Text("请写成 2026-03-31", "write it as 2026-03-31"),
                ) from error
            as_of = date.today()  # noqa: DTZ011
        return View(
            lang=_lang(request),
            theme=_theme(request),
            region=region,
            regions=tuple(self.desk.readers.manifest().regions.values()),
            as_of=as_of,
            page=page,
            path=request.url.path,
            query=query,
            carried=tuple((k, v) for k, v in query if k in _CARRIED and v),
            signed_in=self._read_needs_token and page != "sign_in",
        )

    def _remember_choices(self, request: Request, response: Response) -> Response:
        """Keep language and theme for the next page; they are no secret and say nothing about anyone."""
        for name, allowed in (("lang", ("zh", "en")), ("theme", ("auto", "light", "dark"))):
            chosen = request.query_params.get(name)
            if chosen is not None and chosen in allowed and request.cookies.get(f"lz_{name}") != chosen:
                response.set_cookie(f"lz_{name}", chosen, max_age=_YEAR_S, samesite="lax")
        return response

    def _html(
        self, body: str, lang: Lang, *, status: int = 200, etag: str | None = None, fresh: bool = False
    ) -> Response:
        headers = {
            "Content-Security-Policy": _POLICY,
            "Content-Language": "zh-CN" if lang == "zh" else "en",
            "Cache-Control": "no-store" if fresh else "private, no-cache",
            "Vary": "Cookie, Accept-Language, HX-Request",
        }
        if etag:
            headers["ETag"] = etag
        return Response(body, status_code=status, media_type="text/html", headers=headers)


def _fault() -> FaultError:
    return FaultError(
        Text("程序内部出错；细节在服务器日志里", "an internal fault; its details are in the server's log"),
        hint=Text("请把日志报告给维护者", "report the log to whoever maintains this server"),
    )


def _lang(request: Request) -> Lang:
    kept = request.cookies.get("lz_lang")
    if request.query_params.get("lang") not in ("zh", "en") and kept in ("zh", "en"):
        return "zh" if kept == "zh" else "en"
    return lang_of(request)


def _theme(request: Request) -> Theme:
    kept = request.cookies.get("lz_theme")
    return kept if kept in ("light", "dark") else "auto"  # type: ignore[return-value]


def _render(template: str, view: View, context: Mapping[str, Any]) -> str:
    return _environment().get_template(template).render(view=view, nav=NAV, version=__version__, **context)


@functools.cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("lianzhang.web", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
