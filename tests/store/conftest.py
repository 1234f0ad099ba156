"""A store with one small region."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lianzhang.pack.skeleton import new_pack
from lianzhang.store import Store, load_pack


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example pack."""
    folder = tmp_path_factory.mktemp("packs") / "taoyuan"
    new_pack(folder, example=True)
    return folder


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory, example: Path) -> Path:
    """A store that holds the example; to be copied, not written to."""
    path = tmp_path_factory.mktemp("stores") / "store"
    load_pack(Store(path), example)
    return path


@pytest.fixture
def store(tmp_path: Path, loaded: Path) -> Store:
    """A store of its own that holds the example."""
    return Store(shutil.copytree(loaded, tmp_path / "store"))
