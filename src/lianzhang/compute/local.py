"""Local processes and an in-memory DuckDB."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from lianzhang.compute.shared import SharedFile, shared_file

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

T = TypeVar("T")
R = TypeVar("R")


class LocalCompute:
    """The cores of this machine."""

    def __init__(self, processes: int = 0, memory_gb: float = 2.0) -> None:
        self.processes = processes or os.cpu_count() or 1
        self.memory_gb = memory_gb

    @property
    def workers(self) -> int:
        """Processes."""
        return self.processes

    def map(self, fn: Callable[[T], R], items: Iterable[T]) -> Generator[R, None, None]:
        """``fn`` of every item in order; with one process, or one item, in this process."""
        listed = list(items)
        if self.processes == 1 or len(listed) <= 1:
            yield from map(fn, listed)
            return
        # spawn, not fork: forked children would inherit numba's and DuckDB's threads in an undefined state.
        context = multiprocessing.get_context("spawn")
        pool = ProcessPoolExecutor(min(self.processes, len(listed)), mp_context=context)
        try:
            yield from pool.map(fn, listed)
        finally:
            # On ctrl-C or an error nobody waits for work whose result is no longer wanted.
            pool.shutdown(wait=True, cancel_futures=True)

    @contextmanager
    def share(self, arrays: Mapping[str, NDArray[Any]]) -> Iterator[SharedFile]:
        """Arrays in a temporary file that every process maps."""
        with shared_file(arrays) as path:
            yield SharedFile(str(path))

    def sql(self, query: str, tables: Mapping[str, Path | list[Path]]) -> pa.Table:
        """One SQL query over Parquet files."""
        import duckdb

        with duckdb.connect(":memory:") as connection:
            connection.execute(f"SET threads = {self.processes}")
            connection.execute(f"SET memory_limit = '{self.memory_gb}GB'")
            for name, files in tables.items():
                paths = [str(p) for p in (files if isinstance(files, list) else [files])]
                quoted = ", ".join("'" + p.replace("'", "''") + "'" for p in paths)
                connection.execute(f'CREATE VIEW "{name}" AS SELECT * FROM read_parquet([{quoted}])')
            return connection.execute(query).to_arrow_table()
