"""Run the application: one process, threads, an orderly end."""

from __future__ import annotations

import ipaddress
import socket
import sys
from types import FrameType
from typing import Any

import uvicorn
from fastapi import FastAPI

from lianzhang.errors import UsageError
from lianzhang.i18n import Text

#: How long requests may take to end once the server is told to stop, in seconds.
GRACE_S = 10
#: How long a computing thread keeps the interpreter when answers wait, in seconds. With Python's own 5 ms every answer
#: that is at hand would wait several times that long while something is computed.
_TURN_S = 0.0005


class Server(uvicorn.Server):
    """A server that tells the application when it is about to stop, so that event streams end by themselves."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Called for ctrl-C and for the service manager's signal."""
        app: Any = self.config.app
        app.state.stopping = True
        super().handle_exit(sig, frame)


def listen(host: str, port: int) -> socket.socket:
    """A socket that takes connections; they wait until the application is up.

    Raises:
        UsageError: the port is taken, or the host is not one of this machine.
    """
    bare = host.strip("[]")
    family = socket.AF_INET6 if _version(bare) == 6 else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((bare, port))
        found.listen(2048)
    except (OSError, OverflowError) as error:
        found.close()
        raise UsageError(
            Text(f"不能在 {host}:{port} 上服务：{error}", f"cannot serve on {host}:{port}: {error}"),
            hint=Text(
                "换一个端口（--port），或停掉占用它的程序", "name another --port, or stop what uses it"
            ),
            details={"host": host, "port": port},
        ) from error
    return found


def run(app: FastAPI, bound: socket.socket) -> None:
    """Serve until told to stop; requests under way may end, for at most `GRACE_S`."""
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        # A proxy on this machine may say that the browser speaks TLS.
        proxy_headers=True,
        forwarded_allow_ips="127.0.0.1,::1",
        timeout_graceful_shutdown=GRACE_S,
        ws="none",
    )
    sys.setswitchinterval(_TURN_S)
    Server(config).run(sockets=[bound])


def _version(host: str) -> int:
    try:
        return ipaddress.ip_address(host).version
    except ValueError:
        return 4
