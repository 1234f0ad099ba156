"""A quick router answers what a plain one answers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fastapi import APIRouter, FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from lianzhang.api.quick import QuickRouter

_PATHS = (
    "/",
    "/{region}/",
    "/{region}/firms",
    "/{region}/firms/{key}",
    "/{region}/report.{form}",
    "/jobs/{key}/file",
    "/{a}/{b}/{c}/d",
)
_PART = st.sampled_from(["", "x", "firms", "jobs", "file", "d", "report.pdf", "api", "v1", "a%2Fb"])


def _named(path: str) -> Callable[[], str]:
    return lambda: path


def _client(router: APIRouter, prefix: str) -> TestClient:
    for path in _PATHS:
        router.add_api_route(path, _named(path), methods=["GET"])
    app = FastAPI(redirect_slashes=False)
    app.include_router(router, prefix=prefix)
    return TestClient(app)


@pytest.mark.parametrize("prefix", ["", "/api/v1"])
def test_it_answers_like_a_plain_router(prefix: str) -> None:
    quick, plain = _client(QuickRouter(), prefix), _client(APIRouter(), prefix)

    @settings(deadline=None, max_examples=150)
    @given(st.lists(_PART, max_size=6), st.sampled_from(["", "/api/v1"]), st.sampled_from(["GET", "POST"]))
    def asked(parts: list[str], before: str, method: str) -> None:
        address = f"http://testserver{before}/{'/'.join(parts)}"
        given, wanted = (client.request(method, address) for client in (quick, plain))
        assert (given.status_code, given.content) == (wanted.status_code, wanted.content), address

    asked()


def test_it_knows_at_a_glance_what_is_not_its_own() -> None:
    router = QuickRouter()
    router.add_api_route("/{region}/chain/map", _named(""))
    assert router._may_match("/api/v1/-/chain/map")
    for other in ("/api/v1/-/chain/gaps", "/api/v1/-/firms", "/", "", "/map", "/langu/"):
        assert not router._may_match(other)
    router.add_api_route("/{region}/firms", _named(""))
    assert router._may_match("/api/v1/-/firms"), "a route that is added later counts"
