"""A copy of the folder, made as docs/how-to/serve.md says while somebody writes, is a whole store."""

from __future__ import annotations

import subprocess
import threading
from pathlib import Path

from lianzhang.store import Store, load_pack
from lianzhang.store.manifest import CURRENT


def _copy(store: Path, backup: Path) -> None:
    backup.mkdir(parents=True)
    subprocess.run(["cp", "-p", str(store / CURRENT), f"{backup}/"], check=True)
    # A writer's scratch file may be gone before it is copied, which cp tells and copies the rest.
    subprocess.run(["cp", "-rnp", f"{store}/.", f"{backup}/"], check=False, capture_output=True)


def _commands(page: str) -> list[str]:
    start = page.index("## Backup and restore")
    return [line.strip() for line in page[start:].split("```")[1].strip().splitlines()]


def test_the_page_says_the_same(repository: Path) -> None:
    page = (repository / "docs/how-to/serve.md").read_text(encoding="utf-8")
    found = _commands(page)
    assert found[2].startswith("cp -p ")
    assert found[2].split()[2].endswith(CURRENT), "the manifest goes first"
    assert found[3].startswith("cp -rnp "), "and is not copied over"


def test_a_copy_made_while_packs_are_loaded_and_rows_added_is_whole(
    store: Store, example: Path, tmp_path: Path
) -> None:
    stop, written = threading.Event(), [0]

    def write() -> None:
        row = store.reader("taoyuan").table("sources").slice(0, 1)
        while not stop.is_set():
            written[0] += 1
            with store.writer(10.0) as writer:
                name = row.set_column(0, "source_id", [[f"added-{written[0]}"]])
                writer.append_rows("taoyuan", "sources", name)
            if written[0] % 3 == 0:
                load_pack(store, example, fresh=written[0] % 2 == 0, wait_s=10.0)

    thread = threading.Thread(target=write)
    thread.start()
    serials = []
    try:
        for number in range(8):
            before = written[0]
            while written[0] < before + 2 and thread.is_alive():
                stop.wait(0.01)
            _copy(store.path, tmp_path / f"backup-{number}")
    finally:
        stop.set()
        thread.join()
    for number in range(8):
        copy = Store(tmp_path / f"backup-{number}")
        assert copy.verify() > 0
        with copy.reader("taoyuan") as reader:
            for name, rows in reader.region.rows.items():
                assert len(reader.table(name)) == rows
        serials.append(copy.manifest().serial)
        load_pack(copy, example, fresh=True)
    assert serials == sorted(serials)
    assert len(set(serials)) > 3, "there was writing between the copies"
