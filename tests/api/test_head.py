"""HEAD answers what GET would, without the body."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from tests.api.conftest import API, TOKEN


@pytest.mark.parametrize(
    "path",
    [
        "/health",
        "/api/v1/regions",
        f"{API}/firms",
        f"{API}/firms?format=csv",
        f"{API}/chain/gaps",
        f"{API}/nowhere",
    ],
)
def test_head_is_get_without_the_body(client: TestClient, path: str) -> None:
    got, head = client.get(path), client.head(path)
    assert head.status_code == got.status_code
    assert head.content == b""
    for name in ("content-type", "etag", "content-length", "x-total-count", "content-security-policy"):
        assert head.headers.get(name) == got.headers.get(name), name


def test_head_says_what_a_write_address_allows(client: TestClient) -> None:
    answer = client.head("/api/v1/packs")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert client.put("/health", headers={"Authorization": f"Bearer {TOKEN}"}).headers["allow"] == "GET, HEAD"


def test_head_of_progress_does_not_wait_for_the_end(writer: TestClient) -> None:
    job = writer.post(f"{API}/runs", json={"kind": "report"}).json()["job_id"]
    answer = writer.head(f"/api/v1/jobs/{job}/events")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"].startswith("text/event-stream")
