"""A browser's session: the token is given once, and a cookie that scripts cannot read stands for it.

The cookie is gone when the browser is closed. Who signed in or was refused is not known; that somebody did is in the
trail.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from lianzhang.api.access import COOKIE, Access, check_token, identify
from lianzhang.api.guard import origin_of
from lianzhang.app.browse.audit import Audit
from lianzhang.app.browse.refusals import Refusals
from lianzhang.errors import LianzhangError


def begin(request: Request, token: str, response: Response) -> None:
    """Let a response carry the cookie of a session.

    Args:
        request: the sign-in.
        token: what was given.
        response: the answer to it.

    Raises:
        AccessError: the token does not fit.
        TooManyGuessesError: too many wrong ones came from there.
    """
    access: Access = request.app.state.access
    what = f"{request.method} {request.url.path}"
    try:
        check_token(request, token)
    except LianzhangError as error:
        refusals: Refusals = request.app.state.refusals
        refusals.add(what, origin_of(request), error.http_status, error.code)
        raise
    _trail(request).add(
        what=what,
        region=None,
        by="token",
        origin=origin_of(request),
        status=response.status_code,
        problem=None,
        details={},
    )
    secure = request.url.scheme == "https"
    response.set_cookie(COOKIE, access.session(), httponly=True, samesite="strict", secure=secure, path="/")


def end(request: Request, response: Response) -> None:
    """Let a response take the cookie back, whether there is one or not."""
    if holds(request):
        _trail(request).add(
            what=f"{request.method} {request.url.path}",
            region=None,
            by="session",
            origin=origin_of(request),
            status=response.status_code,
            problem=None,
            details={},
        )
    response.delete_cookie(
        COOKIE, httponly=True, samesite="strict", secure=request.url.scheme == "https", path="/"
    )


def holds(request: Request) -> bool:
    """Whether the request comes from within a session."""
    try:
        return identify(request) == "session"
    except LianzhangError:
        return False


def _trail(request: Request) -> Audit:
    found: Audit = request.app.state.desk.audit
    return found
