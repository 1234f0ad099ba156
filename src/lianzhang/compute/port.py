"""What an engine may ask of the machines it runs on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    import pyarrow as pa

T = TypeVar("T")
R = TypeVar("R")


class Compute(Protocol):
    """Somewhere to run work. Results never depend on which one it is, nor on how many workers it has."""

    def map(self, fn: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
        """``fn`` of every item, in the items' order. ``fn`` and the items must be picklable.

        Raises:
            LianzhangError: what ``fn`` raised, unchanged.
        """
        ...

    def sql(self, query: str, tables: Mapping[str, Path | list[Path]]) -> pa.Table:
        """One SQL query over Parquet files, each name a view over its files."""
        ...
