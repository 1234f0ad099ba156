"""Answers that are kept: the same bytes, never past the data they were made from, to nobody who may not read."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

import lianzhang.api.kept as kept_module
from lianzhang.api.access import open_access
from lianzhang.api.guard import HEADERS
from lianzhang.api.kept import Kept, depends
from lianzhang.app.browse.desk import Desk
from lianzhang.config import Settings
from lianzhang.store import Manifest, Store
from tests.api.conftest import API, BASE, TOKEN, serve

HIT = "lianzhang; hit"


def _add_source(store: Path, name: str) -> None:
    rows = Store(store).reader("langu").table("sources").slice(0, 1)
    with Store(store).writer(5.0) as writer:
        writer.append_rows("langu", "sources", rows.set_column(0, "source_id", [[name]]))


def _until_shown(app: FastAPI, shown: Manifest) -> None:
    """The earlier state is shown until the new one has been made ready."""
    ends = time.monotonic() + 20.0
    while app.state.desk.readers.look() is shown:
        assert time.monotonic() < ends
        time.sleep(0.01)


def test_the_second_reader_gets_what_was_kept(own_store: Path) -> None:
    with TestClient(serve(own_store), base_url=BASE) as client:
        first = client.get(f"{API}/firms", params={"limit": 3, "sort": "name_zh"})
        assert "cache-status" not in first.headers
        second = client.get(f"{API}/firms", params={"sort": "name_zh", "limit": 3})
        assert second.headers["cache-status"] == HIT, "the order of parameters does not matter"
        assert second.content == first.content
        same = set(first.headers) - {"cache-status"}
        assert {k: second.headers[k] for k in same} == {k: first.headers[k] for k in same}
        for tags in (first.headers["etag"], f'"x", W/{first.headers["etag"]}', "*"):
            unchanged = client.get(
                f"{API}/firms", params={"limit": 3, "sort": "name_zh"}, headers={"If-None-Match": tags}
            )
            assert (unchanged.status_code, unchanged.content) == (304, b"")
            assert unchanged.headers["etag"] == first.headers["etag"]
            assert unchanged.headers["content-security-policy"] == HEADERS["Content-Security-Policy"]
        other = client.get(
            f"{API}/firms", params={"limit": 3, "sort": "name_zh"}, headers={"If-None-Match": '"other"'}
        )
        assert other.content == first.content


def test_what_may_change_an_answer_tells_answers_apart(own_store: Path) -> None:
    with TestClient(serve(own_store), base_url=BASE) as client:
        path = f"{API}/firms?limit=2"
        as_json = client.get(path)
        as_csv = client.get(path, headers={"Accept": "text/csv"})
        assert as_csv.headers["content-type"].startswith("text/csv")
        assert "cache-status" not in as_csv.headers
        assert client.get(path).content == as_json.content
        for headers in ({"Accept-Language": "zh"}, {"Cookie": "lz_lang=zh"}, {"Cookie": "lz_theme=dark"}):
            assert "cache-status" not in client.get(path, headers=headers).headers, headers
        assert "cache-status" in client.get(path, headers={"Cookie": "other=1"}).headers


@pytest.mark.parametrize(
    "path",
    [f"{API}/firms?limit=x", f"{API}/nowhere", "/health", f"{API}/plan/documents", "/api/v1/atlantis/firms"],
)
def test_refusals_and_what_changes_by_itself_are_not_kept(own_store: Path, path: str) -> None:
    with TestClient(serve(own_store), base_url=BASE) as client:
        for _ in range(2):
            assert "cache-status" not in client.get(path).headers


def test_a_write_is_seen_by_the_next_request(own_store: Path) -> None:
    head = {"Authorization": f"Bearer {TOKEN}"}
    with TestClient(serve(own_store, earlier_s=60.0), base_url=BASE, headers=head) as client:
        path = f"{API}/plan/observations?period=2031"
        assert [client.get(path).json()["total"] for _ in range(3)] == [0, 0, 0]
        row = client.get(f"{API}/plan/observations?limit=1").json()["items"][0]
        body = {
            "indicator": row["indicator_id"],
            "period": "2031",
            "value": 3,
            "source": "press",
            "status": "estimated",
        }
        assert client.post(f"{API}/plan/observations", json=body).status_code == 201
        assert client.get(path).json()["total"] == 1


def test_without_leave_nothing_earlier_is_given(own_store: Path) -> None:
    with TestClient(serve(own_store), base_url=BASE) as client:
        path = f"{API}/sources?source_id=new"
        assert [client.get(path).json()["total"] for _ in range(3)] == [0, 0, 0]
        _add_source(own_store, "new")
        assert client.get(path).json()["total"] == 1


def test_the_earlier_answer_is_given_with_its_own_tag_until_the_new_one_is_made(
    own_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_module, "_LOOK_S", 0.3)
    app = serve(own_store, earlier_s=60.0)
    with TestClient(app, base_url=BASE) as client:
        often, once = f"{API}/sources?source_id=new", f"{API}/sources?source_id=new&limit=7"
        before = [client.get(often) for _ in range(3)][-1]
        client.get(once)
        shown = app.state.desk.readers.look()
        _add_source(own_store, "new")
        _until_shown(app, shown)
        assert client.get(once).json()["total"] == 1, "an address nobody comes back to is not worth it"
        earlier = client.get(often)
        if "earlier-snapshot" in earlier.headers["cache-status"]:
            assert earlier.headers["etag"] == before.headers["etag"]
            assert earlier.content == before.content
        for _ in range(100):
            now = client.get(often)
            if now.json()["total"] == 1:
                break
            assert now.headers["etag"] == before.headers["etag"]
            time.sleep(0.05)
        assert now.json()["total"] == 1
        assert now.headers["etag"] != before.headers["etag"]
        assert client.get(often).headers["cache-status"] == HIT


def test_the_earlier_answer_is_given_for_a_while_only(
    own_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_module, "_LOOK_S", 60.0)
    app = serve(own_store, earlier_s=0.5)
    with TestClient(app, base_url=BASE) as client:
        path = f"{API}/sources?source_id=new"
        for _ in range(3):
            client.get(path)
        shown = app.state.desk.readers.look()
        _add_source(own_store, "new")
        _until_shown(app, shown)
        assert client.get(path).headers["cache-status"] == "lianzhang; hit; ttl=-1; detail=earlier-snapshot"
        time.sleep(0.6)
        assert client.get(path).json()["total"] == 1


def test_who_may_not_read_gets_nothing_that_was_kept(own_store: Path) -> None:
    access = open_access("127.0.0.1", TOKEN, names=("plan.example.org",))
    with TestClient(serve(own_store, access=access), base_url=BASE) as client:
        head = {"Authorization": f"Bearer {TOKEN}"}
        for _ in range(2):
            good = client.get(f"{API}/firms", headers=head)
            assert good.status_code == 200
        assert good.headers["cache-status"] == HIT
        assert client.get(f"{API}/firms").status_code == 401
        assert client.get(f"{API}/firms", headers={"Authorization": "Bearer wrong"}).status_code == 401


class _Inner:
    """An application that counts how often it is asked."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.asked = desk, 0
        self.go = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["app"] = self
        self.asked += 1
        request = Request(scope)
        if scope["path"] == "/stream":

            async def parts() -> Any:
                yield b"a"
                await self.go.wait()

            await StreamingResponse(parts())(scope, receive, send)
            return
        depends(request, "langu")
        await self.go.wait()
        await Response(b"x" * 50, headers={"ETag": '"t"'})(scope, receive, send)

    @property
    def state(self) -> _Inner:
        return self


async def _ask(app: Kept, path: str) -> int:
    found: list[int] = []

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            found.append(message["status"])

    async def receive() -> Message:
        await asyncio.sleep(5)
        return {"type": "http.disconnect"}

    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": b"",
        "headers": [],
        "http_version": "1.1",
    }
    await app(scope, receive, send)
    return found[0]


@pytest.mark.parametrize(("path", "asked"), [("/page", 1), ("/stream", 12)])
def test_many_who_ask_at_once_share_one_computation(served_store: Path, path: str, asked: int) -> None:
    desk = Desk(Settings(store=served_store, memory_gb=1.0, workers=2))

    async def scenario() -> int:
        inner = _Inner(desk)
        app = Kept(inner, desk)
        tasks = [asyncio.create_task(_ask(app, path)) for _ in range(12)]
        await asyncio.sleep(0.1)
        inner.go.set()
        assert await asyncio.gather(*tasks) == [200] * 12
        return inner.asked

    assert asyncio.run(scenario()) == asked
    desk.close()


def test_it_keeps_within_its_bytes(served_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_module, "BYTES", 10 * 5_000)
    desk = Desk(Settings(store=served_store, memory_gb=1.0, workers=2))

    async def scenario() -> None:
        inner = _Inner(desk)
        inner.go.set()
        app = Kept(inner, desk)
        for number in range(30):
            await _ask(app, f"/{number}")
        assert inner.asked == 30
        await _ask(app, "/29")
        assert inner.asked == 30, "the last ones are kept"
        await _ask(app, "/0")
        assert inner.asked == 31, "the first ones are not"

    asyncio.run(scenario())
    desk.close()
