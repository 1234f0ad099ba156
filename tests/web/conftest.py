"""A server over the bundled pack and a made-up region, and a browser."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from lianzhang.api.access import open_access
from lianzhang.config import Settings
from lianzhang.store import Store, load_pack
from lianzhang.synth import Size, write_region
from lianzhang.web import create_app

TOKEN = "a-token-for-the-tests-only"
BASE = "http://127.0.0.1:8033"


def settings(store: Path) -> Settings:
    """Settings of a small machine."""
    return Settings(store=store, lang="en", memory_gb=1.0, workers=2)


@pytest.fixture(scope="session")
def two_regions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the bundled pack and a made-up region; tests only read from it."""
    made_up = write_region(
        tmp_path_factory.mktemp("pack"), Size(firms=200, districts=8, io_sectors=8), seed=3
    ).parent
    store = Store(tmp_path_factory.mktemp("web") / "store")
    load_pack(store, "chongqing")
    load_pack(store, made_up)
    return store.path


@pytest.fixture(scope="session")
def client(two_regions: Path) -> Iterator[TestClient]:
    """A client that waits for every page and keeps no cookies of its own between tests."""
    app = create_app(
        settings(two_regions), access=open_access("127.0.0.1", TOKEN), patience_s=120, warm=False
    )
    with TestClient(app, base_url=BASE, follow_redirects=False) as made:
        yield made


@pytest.fixture(autouse=True)
def _no_cookies(request: pytest.FixtureRequest) -> None:
    if "client" in request.fixturenames:
        request.getfixturevalue("client").cookies.clear()


@pytest.fixture(scope="session")
def address(two_regions: Path) -> Iterator[str]:
    """A real server on loopback."""
    import uvicorn

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    app = create_app(settings(two_regions), access=open_access("127.0.0.1", TOKEN), patience_s=120)
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


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the system's Chromium; the test is skipped where there is none."""
    pytest.importorskip("playwright.sync_api", reason="Playwright for Python is not installed")
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not found:
        pytest.skip("no Chromium on this machine")
    return found
