"""What another process writes is made ready before it is shown; what this server writes is shown at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pytest

from lianzhang.app.browse.desk import Desk
from lianzhang.app.browse.readers import Readers
from lianzhang.app.browse.risking import run_risk
from lianzhang.app.pages.safety import safety_view
from lianzhang.config import Settings
from lianzhang.errors import InputError, NotComputableError
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


@pytest.mark.parametrize("earlier_s", [0.0, 60.0])
def test_who_is_reading_goes_on_when_the_data_change(own_store: Path, earlier_s: float) -> None:
    pool = _pool(own_store, earlier_s)
    with pool.reading("langu") as reader:
        before = _sources(reader)
        _add(own_store, "one")
        _until(lambda: _read(pool) == before + 1)
        assert _sources(reader) == before
        pool.close()
        assert _sources(reader) == before
    with pytest.raises(duckdb.ConnectionException):
        _sources(reader)  # nobody needs the earlier state any more


def test_pages_are_whole_while_the_data_change_and_computations_are_cancelled(own_store: Path) -> None:
    """Many read the safety of firms from a cold server while figures come in and computations are broken off."""
    desk = Desk(Settings(store=own_store, memory_gb=1.0, workers=2))
    with desk.readers.reading("langu") as reader:
        firms = reader.sql(
            "SELECT firm_id FROM firms JOIN firm_nodes USING (firm_id) GROUP BY 1 ORDER BY 1 LIMIT 4"
        )["firm_id"].to_pylist()
    ends, faults, read = threading.Event(), list[BaseException](), list[str]()

    def reads(firm: str) -> None:
        while not ends.is_set():
            try:
                with desk.readers.reading("langu") as reader:
                    safety_view(desk, reader, "firm", firm, date(2026, 3, 26))
                read.append(firm)
            except NotComputableError:
                read.append(firm)  # its sector is no industrial one
            except BaseException as fault:
                faults.append(fault)
                return

    threads = [threading.Thread(target=reads, args=(firm,)) for firm in firms]
    for thread in threads:
        thread.start()
    for n in range(8):
        job = desk.jobs.start("risk.rank", "langu", run_risk(desk, "langu", "rank", 3, None))
        _add(own_store, f"figure-{n}")
        desk.wrote()
        time.sleep(0.1)
        desk.jobs.cancel(job.job_id)
    ends.set()
    for thread in threads:
        thread.join(60.0)
    desk.close()
    assert not faults
    assert set(read) == set(firms)
