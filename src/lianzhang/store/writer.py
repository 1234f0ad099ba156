"""Write to the store: one process at a time, all or nothing."""

from __future__ import annotations

import fcntl
import os
import shutil
import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq

from lianzhang.errors import NotLoadedError, StoreBusyError
from lianzhang.i18n import Text
from lianzhang.schema import table
from lianzhang.store.manifest import (
    CURRENT,
    FileEntry,
    Manifest,
    Origin,
    RegionEntry,
    RunEntry,
    file_hash,
    read_manifest,
    sync_folder,
    write_manifest,
)
from lianzhang.store.reader import check_file, snapshot_path

LOCK = "lock"
SCRATCH = "tmp"
#: Files of single added rows are put together when a table has this many of them.
_MERGE_AT = 32
_POLL_S = 0.05


class WriteLock:
    """The store's one write lock. The kernel takes it back when the process ends, however it ends."""

    def __init__(self, root: Path, wait_s: float) -> None:
        self._handle = os.open(root / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        deadline = time.monotonic() + wait_s
        while True:
            try:
                fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() >= deadline:
                    holder = os.pread(self._handle, 64, 0).decode(errors="replace").strip() or "?"
                    os.close(self._handle)
                    raise _busy(root, holder) from error
                time.sleep(_POLL_S)
        os.ftruncate(self._handle, 0)
        os.pwrite(self._handle, f"{os.getpid()}\n".encode(), 0)

    def close(self) -> None:
        """Let the next writer in."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


def _busy(root: Path, holder: str) -> StoreBusyError:
    return StoreBusyError(
        Text(
            f"数据仓 {root} 正被另一进程（{holder}）写入；本次什么也没有写",
            f"another process ({holder}) is writing to the store {root}; nothing of this write was kept",
        ),
        hint=Text("等它写完再试一次", "try again when it is done"),
        details={"store": str(root), "holder": holder},
    )


class Writer:
    """A transaction: what is put in becomes visible all at once at the end of the ``with`` block, or not at all."""

    def __init__(self, root: Path, wait_s: float = 0.0) -> None:
        self._root = root
        root.mkdir(parents=True, exist_ok=True)
        self._lock = WriteLock(root, wait_s)
        try:
            # Nobody else writes now, so whatever lies in the scratch folder is of a process that died.
            shutil.rmtree(root / SCRATCH, ignore_errors=True)
            self.scratch = root / SCRATCH / uuid.uuid4().hex
            self.scratch.mkdir(parents=True)
            self.before = _current(root)
        except BaseException:
            self._lock.close()
            raise
        self.manifest = self.before

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None and self.manifest != self.before:
                stamped = replace(self.manifest, serial=self.before.serial + 1, written_at=utc_now())
                write_manifest(self._root, stamped)
        finally:
            shutil.rmtree(self.scratch, ignore_errors=True)
            self._lock.close()

    def put_region(
        self,
        name: str,
        content: Mapping[str, pa.Table | Path],
        *,
        title: Text,
        root: str,
        as_of: str | None = None,
        languages: Iterable[str] = ("zh", "en"),
        version: str = "",
        notes: Iterable[str] = (),
    ) -> RegionEntry:
        """Put a region in place of what it was, all tables at once.

        Args:
            name: short name of the region.
            content: table → Arrow table or Parquet file (moved away); their columns are the schema's.
            title: name for readers.
            root: ``region_id`` of the whole region.
            as_of: date the data speak of.
            languages: languages the texts are in.
            version: version of the pack.
            notes: remarks for people.

        Raises:
            UnknownNameError: the schema has no such table.
        """
        entry = RegionEntry(
            name=name,
            title=title,
            root=root,
            loaded_at=utc_now(),
            as_of=as_of,
            languages=tuple(languages),
            version=version,
            notes=tuple(notes),
            tables={table(t).name: (self.add_file(data, "pack"),) for t, data in content.items()},
        )
        self.manifest = self.manifest.with_region(entry)
        return entry

    def append_rows(self, region: str, name: str, rows: pa.Table) -> None:
        """Add rows to a table as a small file of their own; nothing else is rewritten.

        Raises:
            NotLoadedError: no such region.
            UnknownNameError: the schema has no such table.
        """
        if not len(rows):
            return
        entry = self.region(region)
        files = [*entry.tables.get(table(name).name, ()), self.add_file(rows, "added")]
        added = [f for f in files if f.origin == "added"]
        if len(added) >= _MERGE_AT:
            parts = [pq.read_table(snapshot_path(self._root, f.hash)) for f in added]
            merged = self.add_file(pa.concat_tables(parts, promote_options="default"), "added")
            files = [*(f for f in files if f.origin != "added"), merged]
        self.set_table(entry, name, files)

    def set_table(self, entry: RegionEntry, name: str, files: Iterable[FileEntry]) -> None:
        """Say which files make up a table of a region."""
        self.manifest = self.manifest.with_region(replace(entry, tables={**entry.tables, name: tuple(files)}))

    def drop_region(self, name: str) -> None:
        """Remove a region with the results computed from it.

        Raises:
            NotLoadedError: no such region.
        """
        self.region(name)
        self.manifest = replace(
            self.manifest,
            regions={n: r for n, r in self.manifest.regions.items() if n != name},
            runs={i: r for i, r in self.manifest.runs.items() if r.region != name},
        )

    def put_run(self, run: RunEntry) -> None:
        """Keep a result; one with the same id is replaced."""
        self.manifest = replace(self.manifest, runs={**self.manifest.runs, run.run_id: run})

    def drop_runs(self, run_ids: Iterable[str]) -> None:
        """Forget results."""
        gone = set(run_ids)
        self.manifest = replace(
            self.manifest, runs={i: r for i, r in self.manifest.runs.items() if i not in gone}
        )

    def region(self, name: str) -> RegionEntry:
        """A region as this transaction has it.

        Raises:
            NotLoadedError: no such region.
        """
        if name not in self.manifest.regions:
            raise not_loaded(name, self.manifest.regions)
        return self.manifest.regions[name]

    def add_file(self, data: pa.Table | Path, origin: Origin) -> FileEntry:
        """Bring a table into the store as a snapshot file named by the hash of its content. Until a manifest names
        it, it is nobody's."""
        if isinstance(data, Path):
            source = data
        else:
            source = self.scratch / f"{uuid.uuid4().hex}.parquet"
            pq.write_table(data, source, compression="zstd")
        head = pq.read_metadata(source)
        columns = tuple(head.schema.to_arrow_schema().names)
        entry = FileEntry(file_hash(source), head.num_rows, source.stat().st_size, columns, origin)
        target = snapshot_path(self._root, entry.hash)
        if target.exists():
            check_file(self._root, entry, hashed=True)
            source.unlink()
            return entry
        target.parent.mkdir(parents=True, exist_ok=True)
        placed = self.scratch / f"{entry.hash}.parquet"
        shutil.move(source, placed)
        with placed.open("rb") as handle:
            os.fsync(handle.fileno())
        os.replace(placed, target)  # noqa: PTH105 - atomic: the name appears with the whole content or not at all
        sync_folder(target.parent)
        sync_folder(target.parent.parent)
        return entry


def utc_now() -> str:
    """The time, UTC, ISO, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def not_loaded(name: str, known: Iterable[str]) -> NotLoadedError:
    """The error for a region that is not in the store."""
    listed = ", ".join(sorted(known))
    return NotLoadedError(
        Text(f"区域“{name}”尚未载入", f"the region {name!r} is not loaded"),
        hint=Text(
            f"已载入：{listed}；其他请先 lianzhang pack load"
            if listed
            else "先运行 lianzhang pack load chongqing",
            f"loaded: {listed}; load others with lianzhang pack load"
            if listed
            else "run lianzhang pack load chongqing first",
        ),
        details={"region": name, "known": sorted(known)},
    )


def _current(root: Path) -> Manifest:
    try:
        return read_manifest(root / CURRENT)
    except FileNotFoundError:
        return Manifest()
