"""Who may read and who may write. One token now; accounts and roles take the place of `Access` later."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import Depends, Request
from fastapi.params import Depends as DependsParam
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from lianzhang.api.guesses import Guesses
from lianzhang.api.problems import AccessError, RefusedError, TooManyGuessesError
from lianzhang.errors import LianzhangError, UsageError
from lianzhang.i18n import Text

COOKIE = "lianzhang_session"
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")
_LEAST = 16
_bearer = HTTPBearer(auto_error=False, description="The token that `lianzhang serve` prints or was given")


@dataclass(frozen=True, slots=True)
class Access:
    """The rules of one server.

    ``token`` opens writing; ``read_needs_token`` closes reading as well. ``names`` are host names under which the
    server may be addressed besides its own; ``loopback`` tells whether it can be reached from elsewhere.
    """

    token: str
    read_needs_token: bool = False
    loopback: bool = True
    names: tuple[str, ...] = ()

    def fits(self, given: str) -> bool:
        """Whether a token is the right one; takes the same time either way."""
        return hmac.compare_digest(given.encode(errors="replace"), self.token.encode())

    def session(self) -> str:
        """What a browser keeps in place of the token."""
        return hmac.new(self.token.encode(), b"lianzhang session", hashlib.sha256).hexdigest()

    def knows_host(self, header: str) -> bool:
        """Whether a ``Host`` header names this server. A name that somebody else's DNS points here does not (DNS
        rebinding); an address cannot be rebound, so from elsewhere any is good."""
        host = _host(header)
        if host in self.names or host in LOOPBACK_NAMES:
            return True
        return not self.loopback and _is_address(host)


def open_access(
    host: str, token: str | None = None, *, open_reading: bool = False, names: tuple[str, ...] = ()
) -> Access:
    """The rules for a server bound to a host.

    On loopback reading is open and a token is made up unless one is given. Reachable from elsewhere, by its address
    or through a proxy under a public name, it needs a token given explicitly, and reading needs it too unless it is
    opened.

    Raises:
        UsageError: reachable from elsewhere without a token, or the token is too short.
    """
    loopback = is_loopback(host) and not names
    if token is None and not loopback:
        raise UsageError(
            Text(
                f"绑定到 {host} 的服务可从别处访问，必须明确给出令牌",
                f"a server bound to {host} can be reached from elsewhere and needs a token given explicitly",
            ),
            hint=Text(
                "用环境变量 LIANZHANG_TOKEN 或 --token 给出，至少 16 个字符；例如 openssl rand -hex 24",
                "give it as LIANZHANG_TOKEN or --token, at least 16 characters; openssl rand -hex 24 makes one",
            ),
            details={"host": host},
        )
    if token is not None and (
        len(token) < _LEAST or not token.isascii() or not token.isprintable() or " " in token
    ):
        raise UsageError(
            Text(
                f"令牌须为至少 {_LEAST} 个可见 ASCII 字符",
                f"a token has at least {_LEAST} visible ASCII characters",
            ),
            hint=Text("例如 openssl rand -hex 24", "openssl rand -hex 24 makes one"),
        )
    return Access(
        token=token or secrets.token_urlsafe(24),
        read_needs_token=not loopback and not open_reading,
        loopback=loopback,
        names=tuple(n.lower() for n in names) + (() if is_loopback(host) else (host.lower(),)),
    )


def is_loopback(host: str) -> bool:
    """Whether a host can only be reached from this machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


By = Literal["token", "session"]
#: Where a request carries what `identify` found, so that one wrong token counts once.
_FOUND = "lianzhang.identified"


def identify(request: Request) -> By | None:
    """``token`` or ``session`` for who has shown either, else None.

    Raises:
        AccessError: a token was shown and does not fit.
        TooManyGuessesError: too many wrong ones came from there.
    """
    # The request's state is the same object in every layer; the scope itself is copied on the way.
    state = request.scope.setdefault("state", {})
    if _FOUND not in state:
        try:
            state[_FOUND] = _identified(request)
        except LianzhangError as error:
            state[_FOUND] = error
    found: By | LianzhangError | None = state[_FOUND]
    if isinstance(found, LianzhangError):
        raise found
    return found


def wrongly_shown(request: Request) -> LianzhangError | None:
    """Why the token that came with the request was refused, if one came and was."""
    found = request.scope.get("state", {}).get(_FOUND)
    return found if isinstance(found, LianzhangError) else None


def check_token(request: Request, shown: str, *, hint: Text | None = None) -> None:
    """Let a token through.

    Raises:
        AccessError: it does not fit.
        TooManyGuessesError: too many wrong ones came from there; this one was not looked at.
    """
    access: Access = request.app.state.access
    guesses: Guesses = request.app.state.guesses
    address = request.client.host if request.client else ""
    wait = guesses.wait_s(address)
    if wait:
        raise TooManyGuessesError(
            Text("错误的令牌太多，暂不再核对", "too many wrong tokens; no more are looked at for now"),
            hint=Text(f"请在 {wait} 秒后再试", f"try again in {wait} seconds"),
            details={"retry_after_s": wait},
        )
    if not access.fits(shown):
        guesses.wrong(address)
        raise AccessError(Text("令牌不对", "the token does not fit"), hint=hint)


def _identified(request: Request) -> By | None:
    access: Access = request.app.state.access
    scheme, _, shown = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and shown.strip():
        check_token(request, shown.strip(), hint=_HINT)
        return "token"
    cookie = request.cookies.get(COOKIE, "")
    if cookie and hmac.compare_digest(cookie.encode(errors="replace"), access.session().encode()):
        return "session"
    return None


_HINT = Text(
    "以 Authorization: Bearer … 给出启动时显示的令牌",
    "give the token printed at start as Authorization: Bearer …",
)


def authorise_write(request: Request) -> By:
    """How a request that writes, or reads what only writers may see, is authorised.

    Raises:
        AccessError: no token, or the wrong one.
        RefusedError: a session, and nothing says that a page of ours asks.
    """
    who = identify(request)
    if who is None:
        raise AccessError(Text("写入需要令牌", "writing needs the token"), hint=_HINT)
    # A browser sends its cookie whoever asks; that a page of ours asked, only these headers tell.
    if who == "session" and not (request.headers.get("origin") or request.headers.get("sec-fetch-site")):
        raise RefusedError(
            Text("请求没有说明来自哪个页面", "the request does not say which page it comes from"),
            hint=Text("改用令牌，或由本站页面发出", "use the token, or send it from a page of this server"),
        )
    return who


def _may_write(request: Request, _: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> None:
    authorise_write(request)


def _may_read(request: Request, _: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> None:
    if identify(request) is None:
        raise AccessError(Text("读取需要令牌", "reading needs the token"), hint=_HINT)


WRITE: list[Any] = [Depends(_may_write)]


def reading(access: Access) -> list[DependsParam]:
    """Dependencies of operations that read."""
    return [Depends(_may_read)] if access.read_needs_token else []


def same_origin(origin: str, host: str) -> bool:
    """Whether an ``Origin`` header names the host that was addressed."""
    scheme, _, rest = origin.partition("://")
    return scheme in ("http", "https") and rest.lower() == host.lower()


def _host(header: str) -> str:
    text = header.strip().lower()
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.rpartition(":")[0] if text.count(":") == 1 else text


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
