"""Everything that one server works with: settings, readers, remembered results."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa

from lianzhang.app.browse.audit import Audit
from lianzhang.app.browse.collections import ENGINES, Collection, Parameters, Selection, collection
from lianzhang.app.browse.columns import Columns
from lianzhang.app.browse.jobs import Jobs
from lianzhang.app.browse.memory import Memory
from lianzhang.app.browse.query import Page, read_page
from lianzhang.app.browse.readers import Readers
from lianzhang.app.report import build_report
from lianzhang.app.state import State, compute_state
from lianzhang.config import Settings
from lianzhang.report.model import Report
from lianzhang.store import Manifest, Reader, Store

T = TypeVar("T")


class Desk:
    """Answers for one store, from many threads.

    Args:
        settings: store, default region, limits.
        readers: at most so many readers of the store at once.
        earlier_s: how long the earlier state may be shown while a new one is made ready, in seconds.
    """

    def __init__(self, settings: Settings, *, readers: int | None = None, earlier_s: float = 0.0) -> None:
        self.settings = settings
        self.readers = Readers(settings, most=readers, earlier_s=earlier_s)
        self.readers.prepared.append(self._ready)
        self.memory = Memory()
        self._of_tables = Memory()
        self._seen: Manifest | None = None
        self._remembered: dict[str, str] = {}
        self.jobs = Jobs(
            Path(tempfile.gettempdir()) / f"lianzhang-{secrets.token_hex(8)}",
            ended=self.wrote,
            records=settings.store / "jobs",
        )
        self.audit = Audit(settings.store)
        #: How often this server has written.
        self.writes = 0

    def wrote(self) -> None:
        """This server has written something, by a request or a computation."""
        self.readers.catch_up()
        self.writes += 1

    def _ready(self, reader: Reader) -> None:
        """Take the firms of a new state apart before it is shown, so that a list of them is there at once."""
        self.columns(reader, collection("firms", "firms")).lines()
        pa.default_memory_pool().release_unused()

    @property
    def store(self) -> Store:
        """The store."""
        return self.readers.store

    def remember(self, reader: Reader, key: Hashable, compute: Callable[[], T]) -> T:
        """A result computed from a region's snapshot, computed once per snapshot and forgotten with it."""
        name, snapshot = reader.region.name, reader.snapshot_id
        current = self.readers.manifest().regions.get(name)
        if current is not None and current.snapshot_id == snapshot != self._remembered.get(name):
            self._remembered[name] = snapshot
            self.memory.forget(lambda known: known[:1] == (name,) and known[1] != snapshot)
        return self.memory.get((name, snapshot, key), compute)

    def hold(self, reader: Reader, key: Hashable, tables: Sequence[str], compute: Callable[[], T]) -> T:
        """A result computed from some tables of a region, kept as long as these are the same, whatever else changes."""
        self._let_go()
        return self._of_tables.get(self._key(reader, key, tables), compute)

    def _key(self, reader: Reader, key: Hashable, tables: Sequence[str]) -> Hashable:
        entry = reader.region
        return (entry.name, tuple((table, entry.table_hash(table)) for table in tables), key)

    def _let_go(self) -> None:
        """Forget what was made from tables that are no longer shown."""
        manifest, seen = self.readers.manifest(), self._seen
        if manifest is seen:
            return
        self._seen = manifest

        def over(key: tuple[Any, ...]) -> bool:
            entry = manifest.regions.get(key[0])
            return entry is None or any(entry.table_hash(table) != digest for table, digest in key[1])

        if seen is not None:
            self._of_tables.forget(over)

    def rows(self, reader: Reader, of: Collection, given: Parameters) -> pa.Table | None:
        """Rows of a computed collection; None for a table of the store.

        Raises:
            NotComputableError: data is missing.
            UnknownNameError: a parameter names nothing that is loaded.
        """
        if of.engine is None:
            return None
        engine = ENGINES[of.engine]
        taken = _only(given, of)
        found = self.remember(reader, (of.engine, taken), lambda: engine(reader, self.settings, taken))
        return found[of.part]

    def page(
        self,
        reader: Reader,
        of: Collection,
        given: Parameters,
        chosen: Selection,
        *,
        limit: int,
        after: tuple[object, ...] | None = None,
    ) -> Page:
        """One page of a collection."""
        rows = self.rows(reader, of, given)
        if rows is not None:
            key = ("columns", of.engine, of.part, _only(given, of))
            columns = self.remember(reader, key, lambda: Columns(of, rows))
        elif reader.holds(of.name) or self._of_tables.peek(self._key(reader, "columns", [of.name])):
            columns = self.columns(reader, of)
        else:
            return read_page(reader, of, rows, chosen, limit=limit, after=after)
        return columns.page(chosen, limit=limit, after=after)

    def columns(self, reader: Reader, of: Collection) -> Columns:
        """A table of the store as columns in memory."""
        return self.hold(reader, "columns", [of.name], lambda: Columns(of, reader.table(of.name)))

    def state(self, reader: Reader, as_of: date) -> State:
        """The state of the region's clusters; kept as runs like the report's."""
        return self.remember(
            reader,
            ("state", as_of, self._risk_runs(reader)),
            lambda: compute_state(self.store, reader, self.settings, as_of),
        )

    def report(self, reader: Reader, as_of: date) -> Report:
        """The report on the state."""
        return self.remember(
            reader,
            ("report", as_of, self._risk_runs(reader)),
            lambda: build_report(self.state(reader, as_of), reader),
        )

    def _risk_runs(self, reader: Reader) -> int:
        """How many results of risk are kept: a state shows them, and they come without a new snapshot."""
        runs = self.readers.manifest().runs.values()
        return sum(r.region == reader.region.name and r.name.startswith("risk.") for r in runs)

    def close(self) -> None:
        """Cancel the computations, remove their files, close the readers."""
        self.jobs.close()
        self.readers.close()


def _only(given: Parameters, of: Collection) -> Parameters:
    """The parameters that the computation takes, so that others do not make it compute again."""
    plain = Parameters(as_of=given.as_of if "as_of" in of.takes else date.min)
    if "taxonomy" in of.takes:
        plain = replace(plain, taxonomy=given.taxonomy)
    if "period" in of.takes:
        plain = replace(plain, period=given.period)
    if "io_table" in of.takes:
        plain = replace(plain, io_table=given.io_table)
    return plain
