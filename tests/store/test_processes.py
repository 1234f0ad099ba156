"""Real processes: killed while they write, and two that want to write at once."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from lianzhang.store import Store, load_pack, observe

# The child loads a pack or adds a row and kills itself with SIGKILL at the n-th call that touches the disk.
_SUICIDE = """
import os, signal, shutil, sys
from pathlib import Path
calls, limit = 0, int(sys.argv[4])

def dying(real):
    def call(*args, **kwargs):
        global calls
        calls += 1
        if calls == limit:
            os.kill(os.getpid(), signal.SIGKILL)
        result = real(*args, **kwargs)
        return result
    return call

from lianzhang.store import Store, load_pack, observe
os.replace, os.fsync, shutil.move = dying(os.replace), dying(os.fsync), dying(shutil.move)
shutil.rmtree, Path.unlink = dying(shutil.rmtree), dying(Path.unlink)
if sys.argv[3] == "load":
    load_pack(Store(sys.argv[1]), sys.argv[2])
elif sys.argv[3] == "observe":
    observe(Store(sys.argv[1]), "taoyuan", "cars-made", "2025-01", 1.5, source="a new one", status="official")
else:
    Store(sys.argv[1]).prune(keep=1)
print("finished", calls)
"""

_LOAD = """
import sys
from lianzhang.store import Store, load_pack
print("ready", flush=True)
load_pack(Store(sys.argv[1]), sys.argv[2])
"""

_HOLD = """
import sys, time
from lianzhang.store import Store
with Store(sys.argv[1]).writer():
    print("holding", flush=True)
    time.sleep(float(sys.argv[2]))
"""


def python(code: str, *args: object) -> list[str]:
    return [sys.executable, "-c", textwrap.dedent(code), *map(str, args)]


def whole(store: Store, allowed: set[str]) -> str:
    """The state is one of those allowed, every file of it is right, and the store can be read and written."""
    store.verify()
    with store.reader("taoyuan") as reader:
        state = reader.snapshot_id
        assert state in allowed
        assert reader.table("firms").num_rows >= 3
    with store.writer() as writer:
        assert not [p for p in (store.path / "tmp").iterdir() if p != writer.scratch]
    return state


def snapshot(store: Store) -> str:
    with store.reader("taoyuan") as reader:
        return reader.snapshot_id


@pytest.fixture
def changed(tmp_path: Path, example: Path) -> Path:
    """The example with one firm more."""
    folder = shutil.copytree(example, tmp_path / "taoyuan")
    firms = folder / "data/firms.csv"
    lines = firms.read_text(encoding="utf-8").splitlines()
    firms.write_text("\n".join([*lines, lines[-1].replace("f3", "f4", 1)]) + "\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize("action", ["load", "observe", "prune"])
def test_killed_at_any_write_leaves_the_former_state(
    store: Store, changed: Path, tmp_path: Path, action: str
) -> None:
    before = snapshot(store)
    twin = Store(shutil.copytree(store.path, tmp_path / "twin"))
    if action == "load":
        load_pack(twin, changed)
    elif action == "observe":
        # The day of observation is part of the row, so the state after is known only by its rows.
        observe(twin, "taoyuan", "cars-made", "2025-01", 1.5, source="a new one", status="official")
    after = snapshot(twin)
    # What a whole run does, counted on a copy: the first writes, some between, and every one of the last, where the
    # manifest is swapped.
    other = shutil.copytree(store.path, tmp_path / "other")
    counted = subprocess.run(
        python(_SUICIDE, other, changed, action, 0), capture_output=True, text=True, check=True
    )
    total = int(counted.stdout.split()[-1])
    limits = sorted({1, total // 2, *range(max(total - 7, 1), total + 1)})
    seen = set()
    for limit in limits:
        ended = subprocess.run(
            python(_SUICIDE, store.path, changed, action, limit), capture_output=True, text=True, check=False
        )
        seen.add(whole(store, {before, after}))
        if ended.returncode == 0 or (action == "observe" and snapshot(store) == after):
            # Files left by the runs before save some writes, so it may finish early; and the same figure a second
            # time would be refused.
            break
        assert ended.returncode == -signal.SIGKILL, ended.stderr
    assert len(limits) >= 4
    assert before in seen
    assert (after in seen) == (action != "prune" or before == after)


def test_killed_at_random_moments(store: Store, changed: Path) -> None:
    before = snapshot(store)
    allowed = {before}
    chance = random.Random(1)
    for _ in range(6):
        child = subprocess.Popen(python(_LOAD, store.path, changed), stdout=subprocess.PIPE)
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        time.sleep(chance.uniform(0, 0.9))
        child.kill()
        child.wait()
        child.stdout.close()
        if snapshot(store) != before:
            # It was done before it was killed; then the new state is whole.
            with store.reader("taoyuan") as reader:
                assert reader.table("firms").num_rows == 4
            allowed.add(snapshot(store))
        whole(store, allowed)


def test_ctrl_c_during_a_query_is_an_interrupt_and_leaves_nothing(store: Store, tmp_path: Path) -> None:
    code = """
    import signal, sys
    from pathlib import Path
    from lianzhang.pack.stage import staging
    from lianzhang.store import Store
    signal.signal(signal.SIGINT, signal.default_int_handler)
    endless = "SELECT sum(hash(range)) FROM range(1000000000000)"
    with Store(sys.argv[1]).reader("taoyuan") as reader:
        for run in (reader.sql, None):
            try:
                with staging(None, Path(sys.argv[2])) as stage:
                    print("ready", flush=True)
                    (run or stage.connection.execute)(endless)
            except KeyboardInterrupt:
                print("interrupted", flush=True)
    """
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    child = subprocess.Popen(python(code, store.path, scratch), stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    for _ in range(2):
        assert child.stdout.readline() == "ready\n"
        time.sleep(0.3)
        child.send_signal(signal.SIGINT)
        assert child.stdout.readline() == "interrupted\n"
    assert child.wait() == 0
    child.stdout.close()
    assert not list(scratch.iterdir())


def test_readers_see_one_whole_state_while_another_process_swaps(
    store: Store, example: Path, changed: Path
) -> None:
    code = """
    import sys
    from lianzhang.store import Store, load_pack
    for number in range(4):
        load_pack(Store(sys.argv[1]), sys.argv[2 + number % 2])
    """
    child = subprocess.Popen(python(code, store.path, changed, example))
    states = set()
    while child.poll() is None:
        with store.reader("taoyuan") as reader:
            counted = reader.sql("SELECT count(*) AS n FROM firms")["n"][0].as_py()
            assert counted == reader.region.rows["firms"]
            states.add(counted)
    assert child.returncode == 0
    assert states <= {3, 4}


def test_two_writers_at_once_one_wins_the_other_is_told(store: Store, changed: Path) -> None:
    holder = subprocess.Popen(python(_HOLD, store.path, 60), stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "holding\n"
    before = (store.path / "manifest.json").read_bytes()
    try:
        loser = subprocess.run(
            python(_LOAD, store.path, changed), capture_output=True, text=True, check=False
        )
        assert loser.returncode == 1
        assert "StoreBusyError" in loser.stderr
        assert str(holder.pid) in loser.stderr
        assert (store.path / "manifest.json").read_bytes() == before
        # Readers do not care.
        with store.reader("taoyuan") as reader:
            assert reader.table("firms").num_rows == 3
    finally:
        holder.kill()
        holder.wait()
        holder.stdout.close()
    # The lock went with its holder.
    winner = subprocess.run(python(_LOAD, store.path, changed), capture_output=True, text=True, check=False)
    assert winner.returncode == 0, winner.stderr
    with store.reader("taoyuan") as reader:
        assert reader.table("firms").num_rows == 4


def test_many_writers_that_wait_lose_nothing(store: Store) -> None:
    code = """
    import sys
    from lianzhang.store import Store, observe
    for month in range(1, 5):
        observe(Store(sys.argv[1]), "", "cars-made", f"20{sys.argv[2]}-0{month}", 1.0, source="example", wait_s=60)
    """
    children = [subprocess.Popen(python(code, store.path, year)) for year in (30, 31)]
    assert [child.wait() for child in children] == [0, 0]
    with store.reader("taoyuan") as reader:
        assert reader.sql("SELECT count(*) AS n FROM observations WHERE value = 1.0")["n"][0].as_py() == 8


def test_prune_spares_what_a_reader_in_another_process_uses(store: Store, changed: Path) -> None:
    code = """
    import sys
    from lianzhang.store import Store
    with Store(sys.argv[1]).reader("taoyuan") as reader:
        print("open", flush=True)
        sys.stdin.readline()
        print(reader.table("firms").num_rows, flush=True)
    """
    child = subprocess.Popen(
        python(code, store.path), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdin is not None
    assert child.stdout.readline() == "open\n"
    load_pack(store, changed)
    assert store.prune(keep=1) == 0
    child.stdin.write("\n")
    child.stdin.flush()
    assert child.stdout.readline() == "3\n"
    child.wait()
    child.stdin.close()
    child.stdout.close()
    assert store.prune(keep=1) > 0
    assert os.listdir(store.path / "manifests")  # noqa: PTH208 - only whether there are any
