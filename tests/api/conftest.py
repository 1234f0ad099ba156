"""A served region: made up, small, the same for every test that only reads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from lianzhang.api import create_api
from lianzhang.api.access import open_access
from lianzhang.config import Settings
from lianzhang.store import Store, load_pack
from lianzhang.synth import Size, write_region

TOKEN = "a-token-for-the-tests-only"
BASE = "http://127.0.0.1:8033"
API = "/api/v1/langu"


@pytest.fixture(scope="session")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up pack."""
    return write_region(
        tmp_path_factory.mktemp("pack"), Size(firms=300, districts=12, io_sectors=8), seed=5
    ).parent


@pytest.fixture(scope="session")
def served_store(made_up: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the made-up region; tests do not write to it."""
    path = tmp_path_factory.mktemp("served") / "store"
    loaded = load_pack(Store(path), made_up)
    assert loaded.region.name == "langu"
    return path


@pytest.fixture
def own_store(made_up: Path, tmp_path: Path) -> Path:
    """A store that a test may write to."""
    path = tmp_path / "store"
    load_pack(Store(path), made_up)
    return path


def serve(store: Path, **options: object) -> FastAPI:
    """An application over a store, with the tests' token."""
    options.setdefault("access", open_access("127.0.0.1", TOKEN))
    return create_api(Settings(store=store, lang="en", memory_gb=1.0, workers=2), **options)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def app(served_store: Path) -> FastAPI:
    """The application that tests only read from."""
    return serve(served_store)


@pytest.fixture(scope="session")
def client(app: FastAPI) -> Iterator[TestClient]:
    """A client of it."""
    with TestClient(app, base_url=BASE) as found:
        yield found


@pytest.fixture(autouse=True)
def _no_guesses(request: pytest.FixtureRequest) -> None:
    """Wrong tokens of one test do not count against the next."""
    if "client" in request.fixturenames:
        request.getfixturevalue("app").state.guesses.forget()


@pytest.fixture
def writer(own_store: Path) -> Iterator[TestClient]:
    """A client that may write, over a store of its own."""
    with TestClient(serve(own_store), base_url=BASE, headers={"Authorization": f"Bearer {TOKEN}"}) as found:
        yield found
