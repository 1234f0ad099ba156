"""What every request passes before and after the application: host, origin, size of the body, security headers."""

from __future__ import annotations

import contextlib
from typing import Literal

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lianzhang.api.access import Access, authorise_write, same_origin, wrongly_shown
from lianzhang.api.head import without_body
from lianzhang.api.problems import ProblemException, RefusedError, TooLargeError, problem_response
from lianzhang.app.browse.audit import Audit
from lianzhang.app.browse.refusals import Refusals
from lianzhang.errors import LianzhangError
from lianzhang.i18n import Text

#: Nothing but our own files; no inline script, no inline style, no frames.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Nothing to other sites; to our own the address, without which a form's Origin would be "null".
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_RAW = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
SAFE = ("GET", "HEAD", "OPTIONS")
#: Largest body where nothing is uploaded, in bytes.
BODY_BYTES = 1 << 20
API = "/api/v1"
#: Where a browser shows the token for the first time, and gives the session back: the API, and the pages' forms.
SESSION = f"{API}/session"
SIGN_IN, SIGN_OUT = "/sign-in", "/sign-out"
_SESSIONS = (SESSION, SIGN_IN, SIGN_OUT)


def origin_of(request: Request) -> Literal["page", "program"]:
    """Whether a page asks or a program: browsers say which page, programs do not."""
    return "page" if "origin" in request.headers else "program"


def _operation(request: Request) -> str:
    """The address with its names left open, as the description has it."""
    path: str = getattr(request.scope.get("route"), "path", request.url.path[:200])
    return path if path.startswith(API) or not request.url.path.startswith(API) else API + path


class Guard:
    """Middleware around the whole application."""

    def __init__(self, app: ASGIApp, access: Access, upload_bytes: int) -> None:
        self.app = app
        self.access = access
        self.upload_bytes = upload_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer refused requests; pass the others on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name.lower() for name, _ in message["headers"]}
                more = [pair for pair in _RAW if pair[0] not in given]
                message = {**message, "headers": [*message["headers"], *more]}
            await send(message)

        if scope["method"] == "HEAD":
            # Answered as GET is, without the body; so there is HEAD wherever there is GET.
            await without_body(self._guarded, scope, receive, sending)
        else:
            await self._guarded(scope, receive, sending)

    async def _guarded(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {})
        request = Request(scope, receive)
        error = self._refusal(request)
        if error is not None:
            if request.method not in SAFE:
                await self._note(request, error)
            await problem_response(request, error)(scope, receive, send)
            return
        receive = self._counting(request, receive)
        if request.method not in SAFE and request.url.path not in _SESSIONS:
            await self._write(request, receive, send)
            return
        await self.app(scope, receive, send)
        wrong = wrongly_shown(request)
        if wrong is not None:
            await self._note(request, wrong)

    async def _note(self, request: Request, error: LianzhangError) -> None:
        """Leave a refusal in the trail."""
        refusals: Refusals = request.app.state.refusals
        what, origin = f"{request.method} {request.url.path}", origin_of(request)
        with contextlib.suppress(OSError):  # a full disk does not turn a refusal into something else
            await run_in_threadpool(refusals.add, what, origin, error.http_status, error.code)

    async def _write(self, request: Request, receive: Receive, send: Send) -> None:
        """A write: authorised before its body is read, and left in the trail."""
        audit: Audit = request.app.state.desk.audit
        status = 500

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            by = authorise_write(request)
            await run_in_threadpool(audit.ready)
        except LianzhangError as error:
            if error.http_status < 500:
                await self._note(request, error)
            await problem_response(request, error)(request.scope, receive, send)
            return
        try:
            await self.app(request.scope, receive, sending)
        finally:
            request.app.state.desk.wrote()
            state = request.scope.get("state", {})
            details = dict(state.get("audit", {}))
            parts = request.scope.get("path_params", {})
            await run_in_threadpool(
                audit.add,
                what=f"{request.method} {_operation(request)}",
                region=details.pop("region", None) or state.get("region") or parts.get("region"),
                by=by,
                origin=origin_of(request),
                status=status,
                problem=state.get("problem"),
                details=details,
            )

    def _refusal(self, request: Request) -> LianzhangError | None:
        host = request.headers.get("host", "")
        if not self.access.knows_host(host):
            return RefusedError(
                Text("这个主机名不属于本服务", "this server does not go by that host name"),
                hint=Text("用 --name 告诉服务它的域名", "tell the server its name with --name"),
            )
        if request.method not in SAFE:
            origin = request.headers.get("origin")
            if (origin is not None and not same_origin(origin, host)) or request.headers.get(
                "sec-fetch-site", "none"
            ) not in ("none", "same-origin"):
                return RefusedError(
                    Text("请求来自别的网站", "the request comes from another site"),
                    hint=Text("只能由本服务自己的页面写入", "only pages of this server may write"),
                )
        length = request.headers.get("content-length", "0")
        if not length.isascii() or not length.isdigit() or int(length) > self._limit(request):
            return self._too_large(request)
        return None

    def _limit(self, request: Request) -> int:
        kind = request.headers.get("content-type", "").lower()
        return self.upload_bytes if kind.startswith("multipart/") else BODY_BYTES

    def _too_large(self, request: Request) -> TooLargeError:
        limit = self._limit(request)
        return TooLargeError(
            Text(f"内容超过 {limit:,} 字节", f"the body is larger than {limit:,} bytes"),
            hint=Text("在服务器上用命令行载入大文件", "load large files with the command line on the server"),
            details={"limit_bytes": limit},
        )

    def _counting(self, request: Request, receive: Receive) -> Receive:
        """A body without a stated length is counted as it comes."""
        limit, seen = self._limit(request), 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            if message["type"] == "http.request":
                seen += len(message.get("body", b""))
                if seen > limit:
                    raise ProblemException(self._too_large(request))
            return message

        return counted
