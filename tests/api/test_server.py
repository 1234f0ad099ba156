"""The real server: its address, its end, many readers while a load is running, a copy of its store."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from lianzhang.api.server import listen
from lianzhang.app.browse.readers import Readers
from lianzhang.config import Settings
from lianzhang.errors import NotLoadedError, UsageError
from lianzhang.store import Store, load_pack
from tests.api.conftest import API, BASE, TOKEN, serve

_RUN = "import sys; from lianzhang.cli.serve import serve; serve(port=0)"


@pytest.fixture
def process(own_store: Path, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    """A server process with its address and token."""
    environ = {k: v for k, v in os.environ.items() if not k.startswith("LIANZHANG_")}
    environ |= {"LIANZHANG_STORE": str(own_store), "LIANZHANG_LANG": "en", "PYTHONUNBUFFERED": "1"}
    # What a library deprecates on import is no business of this test.
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", _RUN],
        env=environ,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as started:
        try:
            assert started.stdout is not None
            address = re.search(r"http://127\.0\.0\.1:\d+", started.stdout.readline())
            token = started.stdout.readline().rpartition(" ")[2].strip()
            assert address is not None
            for _ in range(200):
                # On a busy machine the first answer may take longer than one is willing to wait.
                with contextlib.suppress(OSError):
                    urllib.request.urlopen(f"{address[0]}/health", timeout=2).close()
                    break
                time.sleep(0.05)
            yield started, address[0], token
        finally:
            started.kill()


def _get(address: str, token: str = "") -> tuple[int, bytes]:
    request = urllib.request.Request(address, headers={"Authorization": f"Bearer {token}"} if token else {})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def test_it_prints_address_and_token_and_ends_in_order(
    process: tuple[subprocess.Popen[str], str, str],
) -> None:
    started, address, token = process
    assert len(token) >= 24
    assert _get(f"{address}/api/v1/jobs")[0] == 401
    assert _get(f"{address}/api/v1/jobs", token)[0] == 200
    assert _get(f"{address}/")[0] == 200
    started.send_signal(signal.SIGINT)
    assert started.wait(20) == 0
    assert started.stderr is not None
    assert "Traceback" not in started.stderr.read()


def test_a_taken_port_is_said_so() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(UsageError) as caught:
            listen("127.0.0.1", other.getsockname()[1])
    assert caught.value.exit_code == 2
    with pytest.raises(UsageError):
        listen("203.0.113.7", 0)
    with listen("::1", 0) as six:
        assert six.family == socket.AF_INET6


def test_readers_never_wait_for_a_load_and_see_it_when_it_is_done(own_store: Path, made_up: Path) -> None:
    stop, statuses, slowest = threading.Event(), set(), [0.0]
    with TestClient(serve(own_store, readers=2), base_url=BASE) as client:
        before = client.get(f"{API}/firms", params={"limit": 1}).json()["snapshot"]

        def read() -> None:
            while not stop.is_set():
                began = time.perf_counter()
                statuses.add(client.get(f"{API}/firms", params={"limit": 5}).status_code)
                slowest[0] = max(slowest[0], time.perf_counter() - began)

        threads = [threading.Thread(target=read) for _ in range(4)]
        for thread in threads:
            thread.start()
        store = Store(own_store)
        for _ in range(2):
            load_pack(store, made_up, fresh=True)
        rows = store.reader("langu").table("sources").slice(0, 1)
        new = rows.set_column(0, "source_id", [["brand-new"]])
        with store.writer(5.0) as writer:
            writer.append_rows("langu", "sources", new)
        stop.set()
        for thread in threads:
            thread.join()
        after = client.get(f"{API}/sources", params={"source_id": "brand-new"}).json()
    assert statuses == {200}
    assert after["total"] == 1
    assert after["snapshot"] != before


def test_the_pool_keeps_within_its_number_and_renews(own_store: Path, made_up: Path) -> None:
    pool = Readers(Settings(store=own_store, memory_gb=1.0, workers=2))
    assert 1 <= pool.most <= 4
    small = Readers(Settings(store=own_store, memory_gb=0.25, workers=8))
    assert small.most == 1
    with pool.reading("langu") as first:
        pass
    with pool.reading("990000") as again:
        assert again is first, "a reader is used again"
        with pool.reading("-") as other:
            assert other is not first
    with pytest.raises(ZeroDivisionError), pool.reading("langu"):
        raise ZeroDivisionError
    with pytest.raises(NotLoadedError), pool.reading("atlantis"):
        pass
    (second := pool.manifest())
    assert pool.manifest() is second, "the manifest is read again only when it has changed"
    store = Store(own_store)
    with store.writer(1.0) as writer:
        writer.drop_region("langu")
    pool.look()  # a server does at every request
    with pytest.raises(NotLoadedError), pool.reading("langu"):
        pass
    pool.close()
    small.close()


def test_a_copy_of_the_folder_is_a_backup(writer: TestClient, own_store: Path, tmp_path: Path) -> None:
    """As docs/how-to/serve.md says: copy while serving, damage, copy back, verify."""
    path = f"{API}/plan/observations"
    row = writer.get(path, params={"limit": 1}).json()["items"][0]
    body: dict[str, Any] = {
        "indicator": row["indicator_id"],
        "period": "2031",
        "value": 3,
        "source": "before",
        "status": "official",
    }
    assert writer.post(path, json=body).status_code == 201
    backup = tmp_path / "backup"
    shutil.copytree(own_store, backup)
    body = body | {"period": "2032", "source": "after"}
    assert writer.post(path, json=body).status_code == 201
    assert writer.get(path, params={"period": ["2031", "2032"]}).json()["total"] == 2

    shutil.rmtree(own_store)
    shutil.copytree(backup, own_store)
    assert Store(own_store).verify() > 0
    with TestClient(
        serve(own_store), base_url=BASE, headers={"Authorization": f"Bearer {TOKEN}"}
    ) as restored:
        found = restored.get(path, params={"period": ["2031", "2032"]}).json()["items"]
        assert [f["value"] for f in found] == [3.0]
        assert [e["status"] for e in restored.get(f"{API}/audit").json()["items"]] == [201]
        assert restored.post(path, json=body).status_code == 201
