"""What another process writes is made ready before it is shown; what this server writes is shown at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from lianzhang.app.browse.readers import Readers
from lianzhang.config import Settings
from lianzhang.errors import InputError
from lianzhang.i18n import Text
from lianzhang.store import Reader, Store


def _pool(store: Path, earlier_s: float) -> Readers:
    pool = Readers(Settings(store=store, memory_gb=1.0, workers=2), earlier_s=earlier_s)
    with pool.reading("langu"):
        return pool


def _sources(reader: Reader) -> int:
    return len(reader.table("sources"))


def _read(pool: Readers) -> int:
    pool.look()
    with pool.reading("langu") as reader:
        return _sources(reader)


def _add(store: Path, name: str) -> None:
    with Store(store).reader("langu") as reader:
        rows = reader.table("sources").slice(0, 1)
    with Store(store).writer(5.0) as writer:
        writer.append_rows("langu", "sources", rows.set_column(0, "source_id", [[name]]))


def _until(holds: Callable[[], bool]) -> None:
    ends = time.monotonic() + 20.0
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.01)


def test_the_earlier_state_is_read_until_the_new_one_is_ready(own_store: Path) -> None:
    pool, go, seen = _pool(own_store, 60.0), threading.Event(), list[int]()

    def compute(reader: Reader) -> None:
        assert go.wait(20.0)
        seen.append(_sources(reader))

    pool.prepared.append(compute)
    before, mark = _read(pool), pool.mark("langu", runs=False)
    _add(own_store, "one")
    assert _read(pool) == before
    _add(own_store, "two")  # while the first is made ready
    assert (_read(pool), pool.mark("langu", runs=False), seen) == (before, mark, [])
    go.set()
    _until(lambda: _read(pool) == before + 2)
    assert pool.mark("langu", runs=False) != mark
    assert seen[-1] == before + 2, "it is the newest state that was made ready"
    pool.prepared.clear()
    _add(own_store, "three")
    _until(lambda: _read(pool) == before + 3)
    pool.close()


def test_what_this_server_writes_is_shown_at_once(own_store: Path) -> None:
    pool, go = _pool(own_store, 60.0), threading.Event()
    pool.prepared.append(lambda _: go.wait(20.0))
    before = _read(pool)
    _add(own_store, "elsewhere")
    assert _read(pool) == before
    _add(own_store, "here")
    pool.catch_up()
    assert _read(pool) == before + 2
    go.set()
    pool.close()


@pytest.mark.parametrize("earlier_s", [0.0, 0.2])
def test_it_is_earlier_for_a_while_only(own_store: Path, earlier_s: float) -> None:
    pool, go = _pool(own_store, earlier_s), threading.Event()
    pool.prepared.append(lambda _: go.wait(20.0))
    before = _read(pool)
    _add(own_store, "one")
    if not earlier_s:
        assert _read(pool) == before + 1
    else:
        _until(lambda: _read(pool) == before + 1)
    go.set()
    pool.close()


def test_what_cannot_be_made_ready_is_shown_all_the_same(own_store: Path) -> None:
    pool = _pool(own_store, 60.0)

    def fails(_: Reader) -> None:
        raise InputError(Text("不行", "no"))

    pool.prepared.append(fails)
    before = _read(pool)
    _add(own_store, "one")
    _until(lambda: _read(pool) == before + 1)
    pool.close()


def test_regions_that_come_and_go_are_seen_at_once(own_store: Path) -> None:
    pool = _pool(own_store, 60.0)
    with Store(own_store).writer(5.0) as writer:
        writer.drop_region("langu")
    assert not pool.look().regions
    pool.close()
