"""What an engine may ask of the machines it runs on."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

T = TypeVar("T")
R = TypeVar("R")


class Shared(Protocol):
    """Arrays that every worker can read. Small and picklable: it travels with the work, the arrays do not."""

    def open(self) -> dict[str, NDArray[Any]]:
        """The arrays by name, mapped from a file on this machine. They are not to be written to."""
        ...

    def __hash__(self) -> int:
        """Equal for equal arrays' places: what a worker makes of them can be kept by it."""
        ...


class Compute(Protocol):
    """Somewhere to run work. Results never depend on which one it is, nor on how many workers it has."""

    @property
    def workers(self) -> int:
        """How many items are worked on at a time."""
        ...

    def map(self, fn: Callable[[T], R], items: Iterable[T]) -> Generator[R, None, None]:
        """``fn`` of every item, in the items' order. ``fn``, the items and the results must be picklable.

        Closing the iterator, as an error or ctrl-C does, drops what has not begun.

        Raises:
            LianzhangError: what ``fn`` raised, unchanged.
        """
        ...

    def share(self, arrays: Mapping[str, NDArray[Any]]) -> AbstractContextManager[Shared]:
        """Put large arrays where every worker can map them: sent once to a machine, not once with every item."""
        ...

    def sql(self, query: str, tables: Mapping[str, Path | list[Path]]) -> pa.Table:
        """One SQL query over Parquet files, each name a view over its files."""
        ...
