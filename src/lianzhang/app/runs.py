"""Keep what was computed, with the record of how it came about."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import pyarrow as pa

from lianzhang import __version__
from lianzhang.errors import StoreBusyError
from lianzhang.store import Reader, Store

T = TypeVar("T")


def keep(
    store: Store,
    reader: Reader,
    name: str,
    inputs: tuple[str, ...],
    params: Mapping[str, Any],
    compute: Callable[[], T],
    as_tables: Callable[[T], dict[str, pa.Table]],
) -> T:
    """Compute something and keep it as a run, unless the same run is already kept.

    The result does not wait for the record: where another process is writing, or the store may only be read, the
    result is given all the same and the next computation keeps it.

    Args:
        store: where to.
        reader: the region as it is read.
        name: what is computed, such as ``chain.accounts``.
        inputs: tables that go in.
        params: parameters, as JSON knows them.
        compute: the computation.
        as_tables: its result as tables.
    """
    region, hashes = reader.region.name, reader.hashes(*inputs)
    if store.find_run(region, name, params=params, inputs=hashes, version=__version__) is not None:
        return compute()
    began = time.perf_counter()
    result = compute()
    seconds = time.perf_counter() - began
    with contextlib.suppress(StoreBusyError, PermissionError):
        store.save_run(
            region,
            name,
            params=params,
            inputs=hashes,
            version=__version__,
            tables=as_tables(result),
            seconds=seconds,
        )
    return result
