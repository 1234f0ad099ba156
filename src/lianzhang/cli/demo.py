"""``lianzhang demo``."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date
from pathlib import Path

from lianzhang.cli._common import lang, progress, say, settings
from lianzhang.i18n import Text

#: The pack that the demo loads.
PACK = "chongqing"


def demo(*, port: int = 8033, once: bool = False) -> None:
    """Load the bundled example, compute the state of its clusters and open the report.

    Parameters
    ----------
    port
        Port on this machine; the next free one is taken where it is in use.
    once
        End after writing the report. The environment variable LIANZHANG_DEMO_ONCE=1 does the same.
    """
    from lianzhang.app.reports import state_report
    from lianzhang.app.session import open_store
    from lianzhang.cli.report import write_file
    from lianzhang.report.page import render_html
    from lianzhang.store import load_pack

    current = settings()
    with progress(Text("载入示例数据包", "Loading the example pack")):
        load_pack(open_store(current), PACK, memory_gb=current.memory_gb)
    chosen = replace(current, region=PACK)
    folder = Path(current.store) / "report"
    with progress(Text("计算并写报告", "Computing and writing the report")):
        made = state_report(chosen, date.today())  # noqa: DTZ011 - the user's own day
        for language in ("zh", "en"):
            write_file(
                folder / f"{language}.html", render_html(made, "zh" if language == "zh" else "en").encode()
            )
    path = (folder / f"{lang()}.html").resolve()
    say(Text(f"报告：{path}", f"Report: {path}"))
    if once or os.environ.get("LIANZHANG_DEMO_ONCE") == "1":
        return
    _serve(folder, port)


def _serve(folder: Path, port: int) -> None:
    """Serve the report on loopback until ctrl-C, and open a browser where there is one."""
    import functools
    import http.server
    import webbrowser

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the parent's name
            """No line per request."""

    handler = functools.partial(Quiet, directory=str(folder))
    for attempt in range(port, port + 50):
        try:
            server = http.server.ThreadingHTTPServer(("127.0.0.1", attempt), handler)
            break
        except OSError:
            continue
    else:
        say(Text(f"端口 {port} 起的 50 个端口都被占用", f"the 50 ports from {port} on are in use"))
        return
    address = f"http://127.0.0.1:{server.server_port}/{lang()}.html"
    say(Text(f"地址：{address}（按 ctrl-C 结束）", f"Address: {address} (ctrl-C ends it)"))
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or os.uname().sysname == "Darwin":
        webbrowser.open(address)
    with server:
        server.serve_forever()
