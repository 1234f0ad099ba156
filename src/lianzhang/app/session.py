"""Open the store at the region that the user means."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from lianzhang.config import Settings
from lianzhang.store import Reader, Store


def open_store(settings: Settings) -> Store:
    """The store of these settings."""
    return Store(settings.store)


@contextmanager
def open_region(settings: Settings) -> Iterator[Reader]:
    """A reader of the region that is meant: the one that the settings name, else the only one loaded.

    Raises:
        NotLoadedError: nothing is loaded, or not this region.
        UnknownNameError: several are loaded and none is named.
    """
    store = open_store(settings)
    with store.reader(settings.region, memory_gb=settings.memory_gb, threads=settings.processes) as reader:
        yield reader
