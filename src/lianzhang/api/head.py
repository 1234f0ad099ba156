"""HEAD: what GET would answer, without its body."""

from __future__ import annotations

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class _AnsweredError(OSError):
    """The head of the answer has gone out; nothing more is wanted. An `OSError`, as when the client hangs up."""


async def without_body(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer as for GET and leave the body out; a body that goes on without end is broken off.

    Args:
        app: what answers GET.
        scope: of the request with HEAD.
        receive: of the request.
        send: to the client.
    """
    answered = False

    async def sending(message: Message) -> None:
        nonlocal answered
        if message["type"] == "http.response.start":
            await send(message)
        elif not answered:
            answered = True
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        if answered and message.get("more_body", False):
            raise _AnsweredError

    try:
        await app({**scope, "method": "GET"}, receive, sending)
    except (OSError, ClientDisconnect):
        if not answered:
            raise
