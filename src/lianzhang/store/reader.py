"""Read one region as it was when the reader opened, whatever is written meanwhile."""

from __future__ import annotations

import copy
import fcntl
import os
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb
import pyarrow as pa

from lianzhang.errors import StoreCorruptError, UnknownNameError
from lianzhang.i18n import Text
from lianzhang.pack.stage import interruptible
from lianzhang.schema import Table, tables
from lianzhang.schema.ddl import empty_select, ident, literal
from lianzhang.store.manifest import FileEntry, Manifest, RegionEntry, file_hash

#: Files up to this size are hashed when they are first opened; larger ones by `Store.verify`.
_HASHED_ON_OPEN = 16 << 20
#: (path, size, time of change) of files whose content this process has compared with the manifest.
_SEEN: set[tuple[str, int, int]] = set()


class Lease:
    """Holds a shared lock on a manifest's copy, which keeps `Store.prune` away from its files. The lock goes with
    the process."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle = os.open(path, os.O_RDONLY)
        fcntl.flock(self._handle, fcntl.LOCK_SH)

    def again(self) -> Lease:
        """A second hold on the same copy; it is there as long as the first one is held."""
        return Lease(self._path)

    def close(self) -> None:
        """Let go."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


class Database:
    """A database in memory that several readers share. It is there until the last of them is closed.

    DuckDB closes every cursor with the connection that it was taken from, even in the middle of a query. The connection
    is therefore none of the readers' own, and they are all its cursors.
    """

    def __init__(self, config: dict[str, str | bool | int | float | list[str]]) -> None:
        self._connection = duckdb.connect(":memory:", config=config)
        self._lock = threading.Lock()
        self._open = 0

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A connection for one more reader; to be given back by `leave`.

        Raises:
            duckdb.ConnectionException: the last reader has left.
        """
        with self._lock:
            made = self._connection.cursor()
            self._open += 1
        return made

    def leave(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """A reader is closed."""
        cursor.close()
        with self._lock:
            self._open -= 1
            last = self._open == 0
        if last:
            self._connection.close()


class Reader:
    """DuckDB in memory with a view for every table of the schema over the region's snapshot files.

    Tables that the region does not have are empty views with the right columns and types. One reader serves one
    thread at a time; opening another is cheap, and a `twin` for another thread shares the database.
    """

    def __init__(
        self,
        root: Path,
        manifest: Manifest,
        region: RegionEntry,
        lease: Lease | None = None,
        *,
        memory_gb: float | None = None,
        threads: int | None = None,
    ) -> None:
        self.region = region
        self._held: set[str] = set()
        self.serial = manifest.serial
        self._root = root
        self._lease = lease
        config: dict[str, str | bool | int | float | list[str]] = {
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        if memory_gb is not None:
            config["memory_limit"] = f"{memory_gb}GB"
        if threads is not None:
            config["threads"] = threads
        #: Shared with its twins.
        self.database = Database(config)
        self.connection = self.database.cursor()
        self._closed = False
        try:
            for table in tables().values():
                self._view(table, region.tables.get(table.name, ()))
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let the database and the files go; twins go on."""
        if self._closed:
            return
        self._closed = True
        self.database.leave(self.connection)
        if self._lease is not None:
            self._lease.close()

    def twin(self) -> Reader:
        """Another reader of the same state in the same database, for another thread; to be closed by itself."""
        lease = None if self._lease is None else self._lease.again()
        made = copy.copy(self)
        made.connection = self.database.cursor()
        made._lease = lease
        made._closed = False
        return made

    def hold(self, name: str) -> None:
        """Take a table into memory: its view becomes a table, for this reader and its twins. Queries are then about
        twice as fast, as no file has to be opened and unpacked.

        Raises:
            UnknownNameError: the schema has no such table.
            MemoryError: the database's memory limit does not allow it; the view stays.
        """
        view, beside = ident(self._known(name)), ident(f"{name} taken")
        try:
            self.connection.execute(f"CREATE TABLE {beside} AS SELECT * FROM {view}")
        except duckdb.OutOfMemoryException as error:
            raise MemoryError(str(error)) from error
        self.connection.execute(f"BEGIN; DROP VIEW {view}; ALTER TABLE {beside} RENAME TO {view}; COMMIT")
        self._held.add(name)

    def holds(self, name: str) -> bool:
        """Whether a table lies in memory, its rows numbered from 0 by ``rowid``."""
        return name in self._held

    def sql(self, query: str, params: Sequence[Any] | Mapping[str, Any] | None = None) -> pa.Table:
        """The answer to a query over the region's tables.

        Raises:
            StoreCorruptError: a snapshot file turned out unreadable.
        """
        try:
            with interruptible(self.connection):
                return self.connection.execute(query, params).to_arrow_table()
        except (duckdb.IOException, duckdb.InvalidInputException) as error:
            # Reading a damaged Parquet file ends in either; a fault of the query itself does not mention one.
            if ".parquet" not in str(error):
                raise
            raise corrupt(self._root, str(error).splitlines()[0]) from error

    def table(self, name: str) -> pa.Table:
        """A whole table.

        Raises:
            UnknownNameError: the schema has no such table.
        """
        return self.sql(f"SELECT * FROM {ident(self._known(name))}")

    def has(self, name: str) -> bool:
        """Whether the region has at least one row of a table.

        Raises:
            UnknownNameError: the schema has no such table.
        """
        return any(f.rows for f in self.region.tables.get(self._known(name), ()))

    @property
    def columns(self) -> dict[str, tuple[str, ...]]:
        """Columns by table."""
        return {table.name: table.column_names for table in tables().values()}

    @property
    def snapshot_id(self) -> str:
        """Hash of everything the region holds."""
        return self.region.snapshot_id

    def hashes(self, *names: str) -> dict[str, str]:
        """Hash of the content of the named tables, of all that are present when none is named; the inputs of a run.

        Raises:
            UnknownNameError: the schema has no such table.
        """
        wanted = [self._known(n) for n in names] or sorted(self.region.tables)
        return {name: self.region.table_hash(name) for name in wanted}

    def _known(self, name: str) -> str:
        if name not in tables():
            raise UnknownNameError(Text("表", "table"), name, tables())
        return name

    def _view(self, table: Table, files: Sequence[FileEntry]) -> None:
        parts = [_select(self._root, table, group) for group in _by_columns(files)] or [empty_select(table)]
        for entry in files:
            check_file(self._root, entry, hashed=entry.bytes <= _HASHED_ON_OPEN)
        try:
            self.connection.execute(f"CREATE VIEW {ident(table.name)} AS {' UNION ALL '.join(parts)}")
        except duckdb.Error as error:
            raise corrupt(self._root, str(error).splitlines()[0]) from error


def snapshot_path(root: Path, digest: str) -> Path:
    """Where a snapshot file lies."""
    return root / "snapshots" / digest[:2] / f"{digest}.parquet"


def check_file(root: Path, entry: FileEntry, *, hashed: bool) -> None:
    """Compare a snapshot file with its manifest: that it is there, its size and, if ``hashed``, its content.

    Raises:
        StoreCorruptError: it differs.
    """
    path = snapshot_path(root, entry.hash)
    try:
        state = path.stat()
    except FileNotFoundError as error:
        raise corrupt(root, f"{path.name} missing") from error
    if state.st_size != entry.bytes:
        raise corrupt(root, f"{path.name}: {state.st_size} bytes, not {entry.bytes}")
    seen = (str(path), state.st_size, state.st_mtime_ns)
    if hashed and seen not in _SEEN:
        if file_hash(path) != entry.hash:
            raise corrupt(root, f"{path.name}: content differs from its hash")
        _SEEN.add(seen)


def corrupt(root: Path, what: str) -> StoreCorruptError:
    """The error for a snapshot that does not match its manifest."""
    return StoreCorruptError(
        Text(f"数据仓 {root} 损坏：{what}", f"the store {root} is damaged: {what}"),
        hint=Text(
            "重新载入该区域的数据包（lianzhang pack load），或从备份恢复",
            "load the region's pack again (lianzhang pack load), or restore a backup",
        ),
        details={"store": str(root), "what": what},
    )


def _by_columns(files: Sequence[FileEntry]) -> list[list[FileEntry]]:
    """Files that have the same columns together; a table written before a column was added lacks it."""
    groups: dict[tuple[str, ...], list[FileEntry]] = {}
    for entry in files:
        groups.setdefault(entry.columns, []).append(entry)
    return list(groups.values())


def _select(root: Path, table: Table, files: Sequence[FileEntry]) -> str:
    paths = ", ".join(literal(str(snapshot_path(root, f.hash))) for f in files)
    present = set(files[0].columns)
    cells = ", ".join(
        ident(c.name) if c.name in present else f"NULL::{c.sql_type} AS {ident(c.name)}"
        for c in table.columns
    )
    return f"SELECT {cells} FROM read_parquet([{paths}])"
