"""Answers that are kept whole, as long as what they were made from has not changed.

Most readers ask for what somebody asked for before. An answer that says what it depends on (`depends`) is kept under
everything in the request that may change it, and given again without a thread, a reader or a template. Two who ask for
the same at once share one computation.

When the data change, the answers that are asked for most are made again in the background, one after another. Until
one is ready, and for at most `EARLIER_S`, its readers get the earlier one, as whole as it was, with the earlier tag,
and a ``Cache-Status`` header (RFC 9211) whose ``ttl`` is negative. What this server itself has written is never hidden
this way.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lianzhang.api.access import COOKIE, identify
from lianzhang.api.turns import Turns
from lianzhang.app.browse.desk import Desk
from lianzhang.errors import LianzhangError
from lianzhang.store import Manifest

#: How long the earlier state may be shown after the data have changed, and then an earlier answer, in seconds.
EARLIER_S = 20.0
#: How often the store is looked at when nobody asks, in seconds.
_LOOK_S = 1.0
#: All kept answers together, in bytes; none larger than an eighth.
BYTES = 96 << 20
#: At most so many are made again when the data change: those asked for most, each at least twice.
_AGAIN = 100
#: Cookies that change a page.
_COOKIES = (b"lz_lang=", b"lz_theme=", COOKIE.encode() + b"=")
#: Bytes that an answer takes besides its body.
_AROUND = 4096
_HEADERS = (b"accept", b"accept-language", b"hx-request")

_UNCHANGED = (b"etag", b"cache-control", b"vary", b"cache-status")
_NEVER = float("inf")

Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Basis:
    """What an answer depends on: the region asked for, whether the kept results count, and both as they were."""

    region: str
    runs: bool
    mark: str


@dataclass(slots=True)
class _Answer:
    headers: list[tuple[bytes, bytes]]
    body: bytes
    etag: bytes
    basis: Basis
    #: Wall clock; answers as of today end with the day.
    until: float
    again: Scope
    asked: int = 1
    #: Monotonic clock; None as long as it holds, then how long it may still be given.
    earlier_until: float | None = None

    @property
    def size(self) -> int:
        """Bytes it takes, with what surrounds it."""
        return len(self.body) + _AROUND


def depends(request: Request, region: str, *, runs: bool = False) -> None:
    """Let the answer be kept: it depends on the request, the day, and a region's snapshot.

    Args:
        request: the request that is answered.
        region: the region as it was asked for.
        runs: it also depends on which results are kept.
    """
    desk: Desk = request.app.state.desk
    request.state.basis = Basis(region, runs, desk.readers.mark(region, runs=runs))


class Kept:
    """Middleware that keeps answers.

    Args:
        app: what answers.
        desk: the data.
        read_needs_token: reading is not open.
        earlier_s: how long an earlier answer may be given while the new one is made, in seconds; 0 for never.
    """

    def __init__(
        self, app: ASGIApp, desk: Desk, *, read_needs_token: bool = False, earlier_s: float = 0.0
    ) -> None:
        self._app = app
        self._desk = desk
        self._read_needs_token = read_needs_token
        self._earlier_s = earlier_s
        self._answers: OrderedDict[Key, _Answer] = OrderedDict()
        self._bytes = 0
        self._under_way: dict[Key, asyncio.Event] = {}
        self._turns = Turns(max(2, desk.settings.processes))
        #: The end of the day, to which today's answers hold.
        self._today = 0.0
        self._seen: tuple[Manifest | None, int] = (None, 0)
        #: To be made again, those asked for most last.
        self._line: list[Key] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Give what is kept; else have it made, and keep it."""
        if scope["type"] == "lifespan":
            renewing = asyncio.create_task(self._renew()) if self._earlier_s else None
            try:
                await self._app(scope, receive, send)
            finally:
                if renewing is not None:
                    renewing.cancel()
            return
        with contextlib.suppress(LianzhangError):  # whoever asks is told why the store is not readable
            self._look()
        if scope["type"] != "http" or scope["method"] != "GET" or not self._may_read(scope):
            await self._app(scope, receive, send)
        else:
            await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers: dict[bytes, bytes] = dict(scope["headers"])
        key, held = _key(scope, headers), headers.get(b"if-none-match")
        found = self._find(key)
        if found is None and key in self._under_way:
            await self._under_way[key].wait()
            found = self._find(key)
        if found is not None:
            await self._turns.space()
            await _give(found, held, send)
        elif held is not None or key in self._under_way:
            # Whoever has an answer may learn that it still holds without anything being made.
            async with self._turns.turn():
                await self._app(scope, receive, send)
        else:
            await self._make(key, scope, {**scope, "state": {}}, receive, send)

    def _may_read(self, scope: Scope) -> bool:
        if not self._read_needs_token:
            return True
        try:
            return identify(Request(scope)) is not None
        except LianzhangError:
            return False

    def _find(self, key: Key) -> _Answer | None:
        found = self._answers.get(key)
        if found is None:
            return None
        if found.until < time.time() or (found.earlier_until or _NEVER) < time.monotonic():
            self._drop(key)
            return None
        self._answers.move_to_end(key)
        found.asked += 1
        return found

    async def _make(self, key: Key, scope: Scope, again: Scope, receive: Receive, send: Send) -> None:
        """Have an answer made, passing it on; keep it if it says what it depends on."""
        done = self._under_way[key] = asyncio.Event()
        start: Message | None = None
        parts: list[bytes] = []
        told = scope.setdefault("state", {})

        async def passing(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                if message["status"] == 200 and "basis" in told:
                    start = {**message, "headers": list(message["headers"])}
                else:
                    self._finish(key, done)  # whoever waits need not wait for the end of a stream
            elif start is not None:
                parts.append(message.get("body", b""))
            await send(message)

        try:
            async with self._turns.turn():
                await self._app(scope, receive, passing)
            if start is not None:
                self._keep(key, start["headers"], b"".join(parts), told["basis"], again)
        finally:
            self._finish(key, done)

    def _finish(self, key: Key, done: asyncio.Event) -> None:
        if self._under_way.get(key) is done:
            del self._under_way[key]
        done.set()

    def _keep(
        self, key: Key, headers: list[tuple[bytes, bytes]], body: bytes, basis: Basis, again: Scope
    ) -> None:
        etag = dict(headers).get(b"etag")
        if self._today < time.time():
            self._today = _end_of_day()
        answer = _Answer(headers, body, etag or b"", basis, self._today, again)
        if etag is None or answer.size > BYTES // 8 or self._mark(basis) != basis.mark:
            return
        before = self._answers.get(key)
        answer.asked = before.asked if before is not None else 1
        self._drop(key)
        self._answers[key] = answer
        self._bytes += answer.size
        while self._bytes > BYTES:
            self._drop(next(iter(self._answers)))

    def _drop(self, key: Key) -> None:
        gone = self._answers.pop(key, None)
        if gone is not None:
            self._bytes -= gone.size

    def _look(self) -> None:
        """Find out which answers no longer hold, if the data have changed since the last look."""
        seen = (self._desk.readers.look(), self._desk.writes)
        if seen[0] is self._seen[0] and seen[1] == self._seen[1]:
            return
        # What was written through this server is seen by its reader's next request.
        earlier_s = self._earlier_s if seen[1] == self._seen[1] else 0.0
        self._seen = seen
        now = time.monotonic()
        over = [(k, a) for k, a in self._answers.items() if self._mark(a.basis) != a.basis.mark]
        over.sort(key=lambda pair: -pair[1].asked)
        for n, (key, answer) in enumerate(over):
            if n >= _AGAIN or answer.asked < 2 or not earlier_s:
                self._drop(key)
            elif answer.earlier_until is None:
                answer.earlier_until = now + earlier_s
        self._line = [key for key, _ in reversed(over) if key in self._answers]

    async def _renew(self) -> None:
        """Make again what is asked for most, whenever the data have changed."""
        while True:
            await asyncio.sleep(_LOOK_S)
            with contextlib.suppress(LianzhangError):
                self._look()
            while self._line:
                key = self._line.pop()
                answer = self._answers.get(key)
                if answer is None or answer.earlier_until is None or key in self._under_way:
                    continue
                scope = {**answer.again, "state": {"patient": True}}
                with contextlib.suppress(Exception):  # it is told to whoever asks next, and is in the log
                    await self._make(key, scope, answer.again, _nothing, _nowhere)
                if self._answers.get(key) is answer:
                    self._drop(key)

    def _mark(self, basis: Basis) -> str:
        try:
            return self._desk.readers.mark(basis.region, runs=basis.runs)
        except LianzhangError:
            return ""  # the region is gone


def _key(scope: Scope, headers: dict[bytes, bytes]) -> Key:
    """Everything in a request that may change its answer."""
    query = b"&".join(sorted(scope["query_string"].split(b"&")))
    cookies = headers.get(b"cookie", b"")
    chosen = (
        tuple(c for part in cookies.split(b";") if (c := part.strip()).startswith(_COOKIES))
        if cookies
        else ()
    )
    return (scope["path"], query, chosen, headers.get(b"host"), *(headers.get(name) for name in _HEADERS))


async def _give(answer: _Answer, held: bytes | None, send: Send) -> None:
    left = answer.earlier_until
    status = b"lianzhang; hit" + (b"" if left is None else b"; ttl=-1; detail=earlier-snapshot")
    headers = [*answer.headers, (b"cache-status", status)]
    tag = answer.etag.removeprefix(b"W/")
    tags = {t.strip().removeprefix(b"W/") for t in held.split(b",")} if held is not None else ()
    if tag in tags or b"*" in tags:
        headers = [h for h in headers if h[0] in _UNCHANGED]
        await send({"type": "http.response.start", "status": 304, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
        return
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


def _end_of_day() -> float:
    """Wall clock at which the next day begins, here or in UTC: what is said as of today ends then."""
    now = datetime.now(UTC)
    ends = []
    for here in (now, now.astimezone()):
        midnight = here.replace(hour=0, minute=0, second=0, microsecond=0)
        ends.append((midnight + timedelta(days=1)).timestamp())
    return min(ends)


async def _nothing() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


async def _nowhere(message: Message) -> None:
    """Nobody waits for this one."""
