"""Every answer in a format that the request accepts, or 406: by the description of the operations.

An answer that is a table (`tables.layout`) is given as CSV and Parquet as well, by ``Accept`` or ``format``; the
operations themselves know only JSON. Lists of collections do the same by themselves, page by page.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lianzhang.api import respond
from lianzhang.api.language import choose_media
from lianzhang.api.problems import NotAcceptableError, documented, problem_response
from lianzhang.api.tables import Layout, layout, parquet
from lianzhang.i18n import Text

_FORMAT = {
    "name": "format",
    "in": "query",
    "required": False,
    "schema": {"type": "string", "enum": list(respond.FORMATS)},
    "description": "Format; else by Accept. 格式，缺省看 Accept",
}
_BINARY = {"schema": {"type": "string", "format": "binary"}}


@dataclass(frozen=True, slots=True)
class _Operation:
    path: re.Pattern[str]
    name: str
    offered: tuple[str, ...]
    layout: Layout | None


def describe(schema: dict[str, Any]) -> None:
    """Add to a description what the answers can be had as, and 406 to every operation that reads."""
    parts = schema["components"]["schemas"]
    for item in schema["paths"].values():
        operation = item.get("get")
        if operation is None:
            continue
        content = operation["responses"].get("200", {}).get("content", {})
        operation["responses"].setdefault("406", documented(406)[406])
        flat = _layout(content, parts)
        if flat is not None:
            content |= {respond.CSV: {"schema": {"type": "string"}}, respond.PARQUET: _BINARY}
            operation.setdefault("parameters", []).append(dict(_FORMAT))
            operation["x-table"] = list(flat.rows)
        elif list(content) == [respond.JSON]:
            refused = {**operation["responses"]["406"], "description": "No table: only JSON can be given"}
            operation["responses"]["406"] = refused


def _layout(content: Mapping[str, Any], parts: Mapping[str, Any]) -> Layout | None:
    alone = list(content) == [respond.JSON]
    return layout(content[respond.JSON].get("schema", {}), parts) if alone else None


class Negotiated:
    """Middleware that holds answers to what the request accepts.

    Args:
        app: what answers.
        description: gives the OpenAPI document.
    """

    def __init__(self, app: ASGIApp, description: Callable[[], Mapping[str, Any]]) -> None:
        self._app = app
        self._description = description
        self._by_length: dict[int, list[_Operation]] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer in an accepted format, or say that there is none."""
        found = self._find(scope) if scope["type"] == "http" and scope["method"] == "GET" else None
        if found is None:
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        asked = [value for name, value in pairs if name == "format"]
        accept = request.headers.get("accept", "")
        if asked:
            media = respond.FORMATS.get(asked[0]) if found.layout and len(asked) == 1 else None
        else:
            media = choose_media(accept, found.offered)
            if media is None:
                await problem_response(request, _refused(found.offered))(scope, receive, send)
                return
        if found.layout is None or media is None:
            await self._checked(request, found, accept if not asked else "", receive, send)
            return
        rest = urlencode([(name, value) for name, value in pairs if name != "format"])
        inner = {**scope, "query_string": rest.encode("latin-1") if asked else scope["query_string"]}
        if media == respond.JSON:
            await self._app(inner, receive, send)
        else:
            await self._flat(inner, found, media, receive, send)

    async def _checked(
        self, request: Request, found: _Operation, accept: str, receive: Receive, send: Send
    ) -> None:
        """Pass an answer on whose type depends on more than the operation, unless it is not what is accepted."""
        refused = False

        async def sending(message: Message) -> None:
            nonlocal refused
            if message["type"] == "http.response.start" and message["status"] == 200 and accept:
                given = dict(message["headers"]).get(b"content-type", b"").decode("latin-1").partition(";")[0]
                if given and choose_media(accept, (given,)) is None:
                    refused = True
                    await problem_response(request, _refused((given,)))(request.scope, receive, send)
            if not refused:
                await send(message)

        await self._app(request.scope, receive, sending if len(found.offered) > 1 else send)

    async def _flat(self, scope: Scope, found: _Operation, media: str, receive: Receive, send: Send) -> None:
        """The JSON of an answer as CSV or Parquet, with a tag of its own."""
        kind = "csv" if media == respond.CSV else "parquet"
        headers = [(n, _without(v, kind) if n == b"if-none-match" else v) for n, v in scope["headers"]]
        start: Message | None = None
        parts: list[bytes] = []

        async def collecting(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                if message["status"] != 200:
                    await send({**message, "headers": _tagged(message["headers"], kind)})
            elif start is not None and start["status"] == 200:
                parts.append(message.get("body", b""))
            else:
                await send(message)

        await self._app({**scope, "headers": headers}, receive, collecting)
        if start is None or start["status"] != 200:
            return
        assert found.layout is not None
        content = await run_in_threadpool(_write, found.layout, b"".join(parts), media)
        keep = [
            (n, v)
            for n, v in _tagged(start["headers"], kind)
            if n not in (b"content-length", b"content-type")
        ]
        answer = Response(content, media_type=f"{media}; charset=utf-8" if media == respond.CSV else media)
        answer.headers["Content-Disposition"] = f'attachment; filename="{found.name}.{kind}"'
        answer.raw_headers.extend(keep)
        await answer(scope, receive, send)

    def _find(self, scope: Scope) -> _Operation | None:
        path: str = scope["path"]
        if not path.startswith("/api/") and path != "/health":
            return None
        if self._by_length is None:
            self._by_length = self._read()
        known = self._by_length.get(path.count("/"), ())
        return next((o for o in known if o.path.fullmatch(path)), None)

    def _read(self) -> dict[int, list[_Operation]]:
        found: dict[int, list[_Operation]] = {}
        schema = self._description()
        parts = schema["components"]["schemas"]
        # Addresses without open names go before those that they look like.
        for path, item in sorted(schema["paths"].items(), key=lambda pair: pair[0].count("{")):
            content = item.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
            if not content:
                continue
            flat = "x-table" in item["get"]
            form = "[^/]+".join(re.escape(part) for part in re.split(r"{\w+}", path))
            shape = layout(content[respond.JSON]["schema"], parts) if flat else None
            name = path.rstrip("/").rpartition("/")[2]
            found.setdefault(path.count("/"), []).append(
                _Operation(re.compile(form), name, tuple(content), shape)
            )
        return found


def _write(flat: Layout, body: bytes, media: str) -> bytes:
    table = flat.table(json.loads(body))
    return respond.csv_bytes(table) if media == respond.CSV else parquet(table)


def _refused(offered: tuple[str, ...]) -> NotAcceptableError:
    listed = ", ".join(offered)
    if offered == (respond.JSON,):
        return NotAcceptableError(
            Text(
                f"这个答案不是一张表，只能给出 {listed}",
                f"this answer is no table; only {listed} can be given",
            ),
            hint=Text("把 Accept 改为 application/json", "change Accept to application/json"),
            details={"offered": list(offered)},
        )
    return NotAcceptableError(
        Text(f"只能给出 {listed}", f"only {listed} can be given"),
        hint=Text("改写 Accept", "change Accept"),
        details={"offered": list(offered)},
    )


def _tagged(headers: list[tuple[bytes, bytes]], kind: str) -> list[tuple[bytes, bytes]]:
    return [
        (n, v[:-1] + f'-{kind}"'.encode() if n == b"etag" and v.endswith(b'"') else v) for n, v in headers
    ]


def _without(tags: bytes, kind: str) -> bytes:
    """The tags of an ``If-None-Match`` that are of this format, as the operation knows them."""
    end = f'-{kind}"'.encode()
    own = [t.strip() for t in tags.split(b",")]
    return b", ".join(t[: -len(end)] + b'"' for t in own if t.endswith(end)) or b'"-"'
