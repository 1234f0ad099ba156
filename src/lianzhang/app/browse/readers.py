"""Keep a few readers open, so that a request does not pay for opening one, and renew them when the data change."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from lianzhang.config import Settings
from lianzhang.errors import UnknownNameError
from lianzhang.i18n import Text
from lianzhang.store import Manifest, Reader, RegionEntry, Store
from lianzhang.store.manifest import CURRENT
from lianzhang.store.writer import not_loaded

#: What DuckDB needs to answer at all.
_LEAST_GB = 0.25


class Readers:
    """A pool of readers. Each serves one request at a time; together they stay within the memory limit.

    A request that finds all readers in use waits for one. A reader whose region has changed since it opened is closed
    and another one opened; readers in use go on to the end on what they began with.
    """

    def __init__(self, settings: Settings, *, most: int | None = None) -> None:
        self.store = Store(settings.store)
        self._default = settings.region
        wanted = most if most is not None else min(8, 2 * settings.processes)
        self.most = max(1, min(wanted, int(settings.memory_gb / _LEAST_GB)))
        self._memory_gb = max(_LEAST_GB, settings.memory_gb / self.most)
        self._threads = max(1, settings.processes // 2)
        self._slots = threading.BoundedSemaphore(self.most)
        self._lock = threading.Lock()
        self._idle: list[Reader] = []
        self._known: tuple[tuple[int, int, int], Manifest] | None = None
        self._closed = False

    def manifest(self) -> Manifest:
        """The current state, read again only when its file has changed."""
        try:
            state = os.stat(self.store.path / CURRENT)  # noqa: PTH116 - one call per request
        except FileNotFoundError:
            return Manifest()
        stamp = (state.st_ino, state.st_mtime_ns, state.st_size)
        known = self._known
        if known is None or known[0] != stamp:
            known = (stamp, self.store.manifest())
            self._known = known
        return known[1]

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
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for reader in idle:
            reader.close()

    def _take(self, entry: RegionEntry) -> Reader:
        stale: list[Reader] = []
        found: Reader | None = None
        with self._lock:
            current = self.manifest().regions
            for reader in list(self._idle):
                now = current.get(reader.region.name)
                if now is None or now.tables != reader.region.tables:
                    self._idle.remove(reader)
                    stale.append(reader)
            for reader in reversed(self._idle):
                if reader.region.name == entry.name:
                    found = reader
                    self._idle.remove(reader)
                    break
            # The slots bound the readers in use; idle ones of other regions make room for a new one.
            if found is None and len(self._idle) >= self.most:
                stale.append(self._idle.pop(0))
        for reader in stale:
            reader.close()
        return found or self.store.reader(entry.name, memory_gb=self._memory_gb, threads=self._threads)

    def _give_back(self, reader: Reader) -> None:
        with self._lock:
            if not self._closed and len(self._idle) < self.most:
                self._idle.append(reader)
                return
        reader.close()
