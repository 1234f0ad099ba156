"""Signing in and out with pages: the page that asks for the token, and what it sends.

Works without a script. Where reading needs the token, this page stands at every address that a browser opens without
it; the address is remembered and opened afterwards.
"""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, FastAPI, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from lianzhang.api import session
from lianzhang.api.access import Access
from lianzhang.api.guard import SIGN_IN, SIGN_OUT
from lianzhang.api.language import weighted
from lianzhang.api.problems import AccessError, problem_response
from lianzhang.errors import LianzhangError
from lianzhang.web.site import Site

#: An address of this server: a path, which no browser takes for a host.
_OWN = re.compile(r"/(?![/\\])[^\x00-\x20\\\x7f]*\Z")
_LONGEST = 2000


def entering_router(site: Site) -> APIRouter:
    """The page and its two forms; open to everybody."""
    router = APIRouter(include_in_schema=False)

    @router.get(SIGN_IN)
    def page(request: Request, next: str = "/", out: str = "") -> Response:  # noqa: A002 - the name in the address
        if "theme" in request.query_params:
            return site.chosen(request, _address(next))
        return _page(site, request, next, said_out=out == "1")

    @router.post(SIGN_IN)
    def sign_in(
        request: Request,
        token: Annotated[str, Form(max_length=500)] = "",
        next: Annotated[str, Form(max_length=_LONGEST)] = "/",  # noqa: A002
    ) -> Response:
        answer = RedirectResponse(own_address(next), status_code=303)
        try:
            session.begin(request, token.strip(), answer)
        except LianzhangError as error:
            return _page(site, request, next, error)
        return answer

    @router.post(SIGN_OUT)
    def sign_out(request: Request) -> Response:
        answer = RedirectResponse(f"{SIGN_IN}?out=1", status_code=303)
        session.end(request, answer)
        answer.headers["Clear-Site-Data"] = '"cache"'
        return answer

    return router


def ask_browsers(app: FastAPI, site: Site) -> None:
    """Answer browsers that open an address without the token with the page that asks for it; programs get a problem."""

    async def asked(request: Request, error: Exception) -> Response:
        assert isinstance(error, LianzhangError)
        if not opens_page(request):
            return problem_response(request, error)
        if "hx-request" in request.headers:
            # Part of a page that was opened before the session ended: open the whole page again.
            return Response(status_code=401, headers={"HX-Refresh": "true", "Cache-Control": "no-store"})
        query = f"?{request.url.query}" if request.url.query else ""
        answer = _page(site, request, f"{request.url.path}{query}", status=error.http_status)
        answer.headers["WWW-Authenticate"] = 'Bearer realm="lianzhang"'
        if request.headers.get("sec-fetch-site") == "cross-site":
            # A link from elsewhere, as in a mail, comes without the session. Opened from here it comes with it.
            answer.headers["Refresh"] = "0"
        return answer

    app.add_exception_handler(AccessError, asked)


def opens_page(request: Request) -> bool:
    """Whether a browser opens an address: it reads, and names HTML before anything else that is particular."""
    first = next(iter(weighted(request.headers.get("accept", ""))), ("", 0.0))
    named = first[0].lower() in ("text/html", "application/xhtml+xml") or "hx-request" in request.headers
    return request.method in ("GET", "HEAD") and named and "authorization" not in request.headers


def own_address(wanted: str) -> str:
    """The address to go on to: one of this server's, other than those of signing in; else the first page.

    >>> own_address("/chongqing/chain?view=gaps"), own_address("//elsewhere.example"), own_address("/sign-in?next=/")
    ('/chongqing/chain?view=gaps', '/', '/')
    """
    path = wanted.partition("?")[0]
    good = len(wanted) <= _LONGEST and _OWN.match(wanted) and path not in (SIGN_IN, SIGN_OUT)
    return wanted if good else "/"


def _address(wanted: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    goes_on = own_address(wanted)
    return SIGN_IN, () if goes_on == "/" else (("next", goes_on),)


def _page(
    site: Site,
    request: Request,
    wanted: str,
    error: LianzhangError | None = None,
    *,
    status: int = 200,
    said_out: bool = False,
) -> Response:
    access: Access = request.app.state.access
    context = {
        "error": error,
        "next": own_address(wanted),
        "held": error is None and session.holds(request),
        "reads": access.read_needs_token,
        "said_out": said_out,
    }
    answer = site.bare(request, "sign_in", context, _address(wanted), error.http_status if error else status)
    if error is not None and "retry_after_s" in error.details:
        answer.headers["Retry-After"] = str(error.details["retry_after_s"])
    return answer
