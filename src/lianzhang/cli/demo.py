"""``lianzhang demo``."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date
from pathlib import Path

from lianzhang.cli._common import lang, note, progress, say, settings
from lianzhang.config import Settings
from lianzhang.errors import LianzhangError
from lianzhang.i18n import Text

#: The pack that the demo loads.
PACK = "chongqing"


def demo(*, port: int = 8033, once: bool = False) -> None:
    """Load the bundled example, compute the state of its clusters, write the report and open the pages.

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
    _serve(chosen, port)


def _serve(chosen: Settings, port: int) -> None:
    """Serve the pages on loopback until ctrl-C, and open a browser where there is one."""
    import webbrowser

    from lianzhang.api.access import open_access
    from lianzhang.api.server import listen, run
    from lianzhang.app.browse.risking import RISK_ALL, run_all_risk
    from lianzhang.cli.serve import application

    access = open_access("127.0.0.1", None)
    try:
        bound = listen("127.0.0.1", port)
    except LianzhangError:
        bound = listen("127.0.0.1", 0)
    # Behind "#" the token reaches the page and nobody else: browsers send it to no server.
    address = f"http://127.0.0.1:{bound.getsockname()[1]}/?lang={lang()}#token={access.token}"
    say(Text(f"地址：{address}（按 ctrl-C 结束）", f"Address: {address} (ctrl-C ends it)"))
    app = application(chosen, access)
    # The page of risk fills while one looks at the others.
    app.state.desk.jobs.start(RISK_ALL, PACK, run_all_risk(app.state.desk, PACK))
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or os.uname().sysname == "Darwin":
        webbrowser.open(address)
    try:
        run(app, bound)
    except KeyboardInterrupt:
        note(Text("已停止", "stopped"))
