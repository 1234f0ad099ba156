"""Open the store at the region that the user means."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from lianzhang.config import Settings
from lianzhang.errors import NotLoadedError, UnknownNameError, UsageError
from lianzhang.i18n import Text
from lianzhang.store import Reader, Store


def open_store(settings: Settings) -> Store:
    """The store of these settings."""
    return Store(settings.store, memory_gb=settings.memory_gb, threads=settings.processes)


def pick_region(store: Store, settings: Settings) -> str:
    """The region that is meant: the one that the settings name, else the only one loaded.

    Raises:
        NotLoadedError: nothing is loaded.
        UnknownNameError: the settings name a region that is not loaded.
        UsageError: several are loaded and none is named.
    """
    loaded = list(store.regions())
    if not loaded:
        raise NotLoadedError(
            Text(f"数据仓 {store.path} 里还没有区域", f"no region is loaded in the store {store.path}"),
            hint=Text("载入示例：lianzhang pack load chongqing", "load the example: lianzhang pack load chongqing"),
        )
    if settings.region:
        if settings.region not in loaded:
            raise UnknownNameError(Text("区域", "region"), settings.region, loaded)
        return settings.region
    if len(loaded) > 1:
        names = ", ".join(loaded)
        raise UsageError(
            Text("载入了多个区域，请指明一个", "several regions are loaded; name one"),
            hint=Text(f"加 --region，可选：{names}", f"add --region with one of: {names}"),
            details={"regions": loaded},
        )
    return loaded[0]


@contextmanager
def open_region(settings: Settings) -> Iterator[Reader]:
    """A reader of the region that is meant."""
    store = open_store(settings)
    with store.reader(pick_region(store, settings)) as reader:
        yield reader
