"""A computation that the end of a server broke off: its page says so and offers to start again."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lianzhang.api.access import open_access
from lianzhang.app.browse.records import Job, Records
from lianzhang.i18n import Lang, Text
from lianzhang.web import create_app
from tests.web.conftest import TOKEN, settings


@contextmanager
def _served(store: Path) -> Iterator[str]:
    import uvicorn

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    app = create_app(settings(store), access=open_access("127.0.0.1", TOKEN), patience_s=120, warm=False)
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 20
    while not server.started:
        assert time.monotonic() < until, "the server did not start"
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(timeout=10)


@pytest.mark.parametrize(
    ("lang", "words"), [("zh", "服务停止，计算被中断"), ("en", "the server stopped before it had ended")]
)
def test_after_a_restart_the_page_says_that_it_was_broken_off(
    two_regions: Path, tmp_path: Path, chromium: str, lang: Lang, words: str
) -> None:
    from playwright.sync_api import sync_playwright

    store = tmp_path / "store"
    shutil.copytree(two_regions, store)
    # What a server that was killed leaves behind.
    left = Records(store / "jobs")
    now = "2026-01-01T00:00:00.000+00:00"
    left.put(Job("left-behind", "plan", "langu", "running", 0.4, Text("算", "computing"), now, started=now))
    left.close()
    with _served(store) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        tab = browser.new_page()
        tab.goto(f"{address}/langu/plan/review?lang={lang}")
        tab.wait_for_selector("lz-job[data-state=ready]")
        # The same browser had started it and was watching.
        tab.evaluate(
            "() => { const job = document.querySelector('lz-job');"
            " sessionStorage.setItem(`job ${job.dataset.start} ${job.dataset.body}`, 'left-behind'); }"
        )
        tab.reload()
        told = tab.locator("lz-job [data-part=step]")
        told.wait_for(state="visible")
        tab.wait_for_selector("lz-job[data-state=ready]")
        assert told.inner_text() == words
        assert tab.locator("lz-job [data-part=start]").is_visible(), "it can be started again"
        assert not tab.locator("lz-job [data-part=bar]").is_visible()
        tab.reload()
        tab.wait_for_selector("lz-job[data-state=ready]")
        assert not tab.locator("lz-job [data-part=step]").is_visible(), "it is said once"
        browser.close()
