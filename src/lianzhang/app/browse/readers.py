"""Keep readers open, so that a request does not pay for opening one, and renew them when the data change."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import duckdb

from lianzhang.config import Settings
from lianzhang.errors import LianzhangError, UnknownNameError
from lianzhang.i18n import Text
from lianzhang.store import Manifest, Reader, RegionEntry, Store
from lianzhang.store.manifest import CURRENT
from lianzhang.store.writer import not_loaded

#: What DuckDB needs to answer at all.
_LEAST_GB = 0.25
#: Tables of at most so many rows are taken into memory before the first answer; larger ones while answers are given.
_AT_ONCE = 100_000
#: For so long, in seconds, whoever is at work need not look whether the data have changed.
_MOMENT_S = 0.25


class Base:
    """The database of one state of a region, which its readers share."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        rows = reader.region.rows
        for name in rows:
            if rows[name] <= _AT_ONCE:
                _hold(reader, name)
        self._large = sorted((n for n in rows if rows[n] > _AT_ONCE), key=lambda n: rows[n])
        self._filling: Reader | None = None
        self._filler = threading.Thread(target=self._fill, name="tables", daemon=True)

    def fill(self) -> None:
        """Take the large tables into memory too, while answers are given."""
        if self._large:
            self._filling = self.reader.twin()
            self._filler.start()

    def close(self) -> None:
        """Close it; readers in use go on to their end."""
        if self._filling is not None:
            with contextlib.suppress(duckdb.ConnectionException):  # it is done
                self._filling.connection.interrupt()
            self._filler.join()
        self.reader.close()

    def _fill(self) -> None:
        assert self._filling is not None
        try:
            for name in self._large:
                _hold(self._filling, name)
        except duckdb.InterruptException:
            pass  # closed meanwhile
        finally:
            self._filling.close()


class Readers:
    """A pool of readers. Each serves one request at a time; those of a region share one database and its memory limit.

    A request that finds all readers in use waits for one. When a region has changed, its database is closed and the
    next request opens another one; readers in use go on to the end on what they began with.

    With ``earlier_s``, what another process has changed is made ready first: for at most so long everything is read as
    it was, while a thread opens the new state and computes what its first readers will ask for (`prepared`). What this
    server has written is shown at once (`catch_up`).

    Args:
        settings: store, default region, memory, processes.
        most: at most so many readers at once; by default two per process, at most 8.
        earlier_s: how long the earlier state may be shown while the new one is made ready, in seconds.
    """

    def __init__(self, settings: Settings, *, most: int | None = None, earlier_s: float = 0.0) -> None:
        self.store = Store(settings.store)
        self._default = settings.region
        wanted = most if most is not None else min(8, 2 * settings.processes)
        self.most = max(1, min(wanted, int(settings.memory_gb / _LEAST_GB)))
        self._memory_gb = settings.memory_gb
        self._threads = settings.processes
        self._slots = threading.BoundedSemaphore(self.most)
        self._lock = threading.Lock()
        self._opening = threading.Lock()
        self._idle: list[Reader] = []
        self._bases: dict[str, Base] = {}
        self._known: tuple[tuple[int, int, int], Manifest] | None = None
        self._looked = 0.0
        self._earlier_s = earlier_s
        self._shown: Manifest | None = None
        #: When the earlier state ends, monotonic clock; None while nothing is made ready.
        self._until: float | None = None
        #: What else is computed before a new state is shown.
        self.prepared: list[Callable[[Reader], object]] = []
        self._marks: tuple[Manifest | None, dict[tuple[str, bool], str]] = (None, {})
        self._closed = False

    def manifest(self) -> Manifest:
        """The state that is shown, looked at a moment ago at most."""
        shown = self._shown
        if shown is None or time.monotonic() > self._looked + _MOMENT_S:
            return self.look()
        return shown

    def look(self) -> Manifest:
        """The state that is shown now; the store's file is read again only when it has changed.

        A server looks when a request arrives. To look costs a system call, for which a thread hands over the
        interpreter: where many compute, it is long until its next turn.
        """
        self._looked = time.monotonic()
        newest, shown = self._newest(), self._shown
        if newest is shown or shown is None:
            self._shown = newest
        elif self._looked > (self._until or self._looked) or not self._may_wait(shown, newest):
            self._shown, self._until = newest, None
        else:
            with self._lock:
                begin = self._until is None
                if begin:
                    self._until = self._looked + self._earlier_s
            if begin:
                threading.Thread(target=self._prepare, name="prepare", daemon=True).start()
            return shown
        return newest

    def catch_up(self) -> None:
        """This server has written: show it from now on."""
        self._shown, self._until = None, None

    def _newest(self) -> Manifest:
        try:
            state = os.stat(self.store.path / CURRENT)  # noqa: PTH116 - one call per request
        except FileNotFoundError:
            self._known = None
            return Manifest()
        stamp = (state.st_ino, state.st_mtime_ns, state.st_size)
        known = self._known
        if known is None or known[0] != stamp:
            known = (stamp, self.store.manifest())
            self._known = known
        return known[1]

    def _may_wait(self, shown: Manifest, newest: Manifest) -> bool:
        """Whether there is something to make ready, and whoever reads meanwhile finds open what is shown."""
        if not self._earlier_s or self._closed or set(shown.regions) != set(newest.regions):
            return False
        changed = _changed(shown, newest)
        return bool(changed) and changed <= set(self._bases)

    def _prepare(self) -> None:
        """Make the newest state ready and show it, unless it is shown already."""
        bases: dict[str, Base] = {}
        try:
            while (shown := self._shown) is not None and self._until is not None:
                newest = self._newest()
                wanted = {n for n in _changed(shown, newest) if n in newest.regions}
                missing = {n for n in wanted if n not in bases or not _same(bases[n].reader, newest.regions)}
                if not missing:
                    self._switch(newest, bases)
                    return
                for name in missing:
                    stale = bases.pop(name, None)
                    if stale is not None:
                        stale.close()
                    bases[name] = self._open(name)
                    with bases[name].reader.twin() as reader:
                        for compute in self.prepared:
                            compute(reader)
        except (LianzhangError, duckdb.Error):
            self.catch_up()  # whoever asks is told
        finally:
            for base in bases.values():
                base.close()

    def _switch(self, newest: Manifest, bases: dict[str, Base]) -> None:
        """Show a state with its databases open. The large tables of the earlier one make room first."""
        with self._lock:
            if self._closed or self._until is None:
                return
            self._shown, self._until = newest, None
            before = [self._bases.pop(name) for name in bases if name in self._bases]
            before_idle = [r for r in self._idle if r.region.name in bases]
            self._idle = [r for r in self._idle if r.region.name not in bases]
            self._bases |= bases
        new = list(bases.values())
        bases.clear()
        for reader in before_idle:
            reader.close()
        for base in before:
            base.close()
        for base in new:
            base.fill()

    def region(self, name: str) -> RegionEntry:
        """A loaded region by name, id of its root or title; ``-`` is the default one.

        Raises:
            NotLoadedError: nothing is loaded, or not this.
            UnknownNameError: the default one is meant, and several are loaded.
        """
        regions = self.manifest().regions
        wanted = self._default if name == "-" else name
        if wanted == "":
            if len(regions) == 1:
                return next(iter(regions.values()))
            if regions:
                raise UnknownNameError(Text("区域", "region"), name, regions)
        for entry in regions.values():
            if wanted in (entry.name, entry.root, *entry.title):
                return entry
        raise not_loaded(wanted, regions)

    def mark(self, name: str, *, runs: bool) -> str:
        """What an answer about a region depends on, besides the request and the day: which regions there are, what
        the region holds and, with ``runs``, which results are kept. It changes when they do.

        Raises:
            NotLoadedError, UnknownNameError: as `region`.
        """
        manifest, marks = self.manifest(), self._marks
        if marks[0] is not manifest:
            marks = (manifest, {})
            self._marks = marks
        found = marks[1].get((name, runs))
        if found is None:
            entry = self.region(name)
            kept = sum(r.region == entry.name for r in manifest.runs.values()) if runs else ""
            found = f"{sorted(manifest.regions)} {entry.name} {entry.snapshot_id} {kept}"
            marks[1][name, runs] = found
        return found

    @contextmanager
    def reading(self, name: str) -> Iterator[Reader]:
        """A reader of a region as it is now."""
        entry = self.region(name)
        with self._slots:
            reader = self._take(entry)
            try:
                yield reader
            except BaseException:
                # Its connection may be in the middle of something.
                reader.close()
                raise
            self._give_back(reader)

    def close(self) -> None:
        """Close the readers that are not in use; the others close when their request ends."""
        with self._opening, self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
            bases, self._bases = self._bases, {}
        for reader in idle:
            reader.close()
        for base in bases.values():
            base.close()

    def _take(self, entry: RegionEntry) -> Reader:
        found = self._ready(entry)
        if found is not None:
            return found
        # One request opens the database; the others wait for it.
        with self._opening:
            found = self._ready(entry)
            if found is not None:
                return found
            base = self._open(entry.name)
            base.fill()
            reader = base.reader.twin()
            with self._lock:
                unused = base if self._closed else self._bases.pop(entry.name, None)
                if not self._closed:
                    self._bases[entry.name] = base
        if unused is not None:
            unused.close()
        return reader

    def _open(self, name: str) -> Base:
        share = self._memory_gb / max(1, len(self.manifest().regions))
        return Base(self.store.reader(name, memory_gb=max(_LEAST_GB, share), threads=self._threads))

    def _ready(self, entry: RegionEntry) -> Reader | None:
        """A reader of the region as it is now, if its database is open."""
        with self._lock:
            current = self.manifest().regions
            idle = [r for r in self._idle if _same(r, current)]
            stale = [r for r in self._idle if not _same(r, current)]
            gone = [n for n, b in self._bases.items() if not _same(b.reader, current)]
            bases = [self._bases.pop(name) for name in gone]
            found = next((r for r in reversed(idle) if r.region.name == entry.name), None)
            if found is not None:
                idle.remove(found)
            elif entry.name in self._bases:
                found = self._bases[entry.name].reader.twin()
            self._idle = idle
        for reader in stale:
            reader.close()
        for base in bases:
            base.close()
        return found

    def _give_back(self, reader: Reader) -> None:
        stale = None
        with self._lock:
            base = self._bases.get(reader.region.name)
            # One of an earlier state would keep that state's database in memory.
            if not self._closed and base is not None and base.reader.database is reader.database:
                self._idle.append(reader)
                # The slots bound the readers in use; those of other regions make room.
                stale = self._idle.pop(0) if len(self._idle) > self.most else None
                if stale is None:
                    return
        (stale or reader).close()


def _changed(shown: Manifest, newest: Manifest) -> set[str]:
    """Regions that are not as they are shown."""
    return {
        name
        for name, entry in shown.regions.items()
        if name not in newest.regions or newest.regions[name].snapshot_id != entry.snapshot_id
    }


def _same(reader: Reader, current: dict[str, RegionEntry]) -> bool:
    now = current.get(reader.region.name)
    return now is not None and now.snapshot_id == reader.region.snapshot_id


def _hold(reader: Reader, name: str) -> None:
    """Take a table into memory where there is room; otherwise it is read from its files each time."""
    try:
        reader.hold(name)
    except MemoryError:
        return
