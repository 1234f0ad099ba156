"""``lianzhang serve``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from lianzhang.cli._common import note, say, settings
from lianzhang.i18n import Text

if TYPE_CHECKING:
    from fastapi import FastAPI

    from lianzhang.api.access import Access
    from lianzhang.config import Settings


def serve(
    *,
    host: str = "127.0.0.1",
    port: int = 8033,
    token: str | None = None,
    open_reading: Annotated[bool, Parameter(negative=())] = False,
    name: Annotated[list[str] | None, Parameter(negative_iterable=())] = None,
    borders: Path | None = None,
) -> None:
    """Serve the pages and the API until ctrl-C.

    On this machine alone reading is open and writing needs the token that is printed. A server that can be reached
    from elsewhere needs a token given explicitly, for reading too unless that is opened.

    Parameters
    ----------
    host
        Address to listen on.
    port
        Port to listen on; 0 takes any that is free.
    token
        The token, at least 16 characters; better given as the environment variable LIANZHANG_TOKEN.
    open_reading
        Let everybody read who can reach the server.
    name
        Host name under which a proxy makes the server known; repeat for several.
    borders
        GeoJSON file of districts, drawn in place of hexagons; districts are matched by code or name.
    """
    try:
        from lianzhang.api.access import open_access
        from lianzhang.api.server import listen, run
    except ModuleNotFoundError as error:
        from lianzhang.errors import MissingExtraError

        raise MissingExtraError(error.name or "fastapi", "web") from error

    given = token or os.environ.get("LIANZHANG_TOKEN") or None
    access = open_access(host, given, open_reading=open_reading, names=tuple(name or ()))
    bound = listen(host, port)
    app = application(settings(), access, borders)
    shown = f"[{host.strip('[]')}]" if ":" in host else host
    say(
        Text(
            f"地址：http://{shown}:{bound.getsockname()[1]}（按 ctrl-C 结束）",
            f"Address: http://{shown}:{bound.getsockname()[1]} (ctrl-C ends it)",
        )
    )
    if given is None:
        say(Text(f"写入令牌：{access.token}", f"Token for writing: {access.token}"))
    try:
        run(app, bound)
    except KeyboardInterrupt:
        note(Text("已停止", "stopped"))


def application(chosen: Settings, access: Access, borders: Path | None = None) -> FastAPI:
    """The pages with the API under them, or the API with the report in front where there are no pages."""
    import importlib.util

    from lianzhang.api.kept import EARLIER_S

    if importlib.util.find_spec("lianzhang.web") is not None:
        import lianzhang.web as web
        from lianzhang.app.pages.places import read_borders

        drawn = read_borders(borders) if borders is not None else None
        made: FastAPI = web.create_app(chosen, access=access, earlier_s=EARLIER_S, borders=drawn)
        return made
    from lianzhang.api import create_api
    from lianzhang.api.access import reading
    from lianzhang.api.front import front_router

    app = create_api(chosen, access=access, earlier_s=EARLIER_S)
    app.include_router(front_router(app.state.desk), dependencies=reading(access))
    return app
