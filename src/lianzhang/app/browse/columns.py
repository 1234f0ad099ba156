"""A table as columns in memory: filtered, searched, ordered and paged without a database.

A query of a database is parsed and planned each time, which takes milliseconds of processor time even for a table of a
few rows. Here a page costs one comparison per row and filter, and a choice of the first rows (a heap over the selected
rows). What is selected, and in which order, is defined by `query.read_page`; both give the same pages.
"""

from __future__ import annotations

import calendar
import threading
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
from numpy.typing import NDArray

from lianzhang.app.browse.collections import Collection, Selection
from lianzhang.app.browse.query import Page, order_of, searched_columns
from lianzhang.app.browse.wording import lines_of, plain_text, rows_with
from lianzhang.firms.kernel.search import Lines
from lianzhang.schema import Column

#: The stubs know no mixture of array types.
pc: Any = pyarrow.compute
Mask = NDArray[np.bool_]
#: Of so many first rows, at most half may differ for a column of text to be kept by number.
_SAMPLE = 4096
_TYPES: dict[str, Any] = {
    **dict.fromkeys(("id", "text", "word", "period"), pa.string()),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
}


class Columns:
    """The rows of a collection.

    Args:
        of: which collection.
        rows: its rows, with the collection's columns.
    """

    def __init__(self, of: Collection, rows: pa.Table) -> None:
        self.of = of
        self._count = len(rows)
        self._rows: Any = pa.table({c.name: _by_number(_typed(rows[c.name], c)) for c in of.table.columns})
        self._lines: Lines | None = None
        self._lock = threading.Lock()

    def page(self, chosen: Selection, *, limit: int, after: tuple[Any, ...] | None = None) -> Page:
        """One page: as `query.read_page`.

        Args:
            chosen: which rows in which order.
            limit: at most so many rows.
            after: values of the order's columns in the last row of the page before.
        """
        order = order_of(self.of, chosen.sort)
        mask = self._mask(chosen)
        rows = None if mask is None else np.flatnonzero(mask)
        total = self._count if rows is None else len(rows)
        if after is not None:
            behind = self._behind(order, after, rows)
            rows = np.flatnonzero(behind) if rows is None else rows[behind]
        first = self._first(order, rows, limit + 1)
        shown = _plain(self._rows.take(pa.array(first[:limit])))
        last = None
        if len(first) > limit and limit:
            last = tuple(shown[name][limit - 1].as_py() for name, _ in order)
        return Page(shown, total, last)

    def lines(self) -> Lines:
        """Every row's text as one line, to be searched; made once."""
        with self._lock:
            if self._lines is None:
                self._lines = lines_of([_one(self._rows[n]) for n in searched_columns(self.of)])
            return self._lines

    def _mask(self, chosen: Selection) -> Mask | None:
        """The rows of a selection; None for all of them."""
        found: list[Mask] = []
        for name, values in chosen.any_of.items():
            found.append(self._among(name, values))
        for compare, bounds in ((pc.greater_equal, chosen.low), (pc.less_equal, chosen.high)):
            for name, bound in bounds.items():
                column = plain_text(_one(self._rows[name]))
                found.append(_true(compare(column, _scalar(bound, column.type))))
        if chosen.search:
            searched = np.zeros(self._count, np.bool_)
            if searched_columns(self.of):
                searched[rows_with(self.lines(), chosen.search)] = True
            found.append(searched)
        return np.logical_and.reduce(found) if found else None

    def _among(self, name: str, values: tuple[Any, ...]) -> Mask:
        column = _one(self._rows[name])
        if pa.types.is_dictionary(column.type):
            numbers = pc.index_in(pa.array(values, column.type.value_type), value_set=column.dictionary)
            wanted: Any = numbers.drop_null()
            codes = column.indices
        else:
            wanted = pa.array([_scalar(v, column.type).as_py() for v in values], column.type)
            codes = column
        if len(wanted) == 1:
            return _true(pc.equal(codes, wanted[0]))
        return _true(pc.is_in(codes, value_set=wanted.cast(codes.type), skip_nulls=True))

    def _first(self, order: tuple[tuple[str, bool], ...], rows: Any, most: int) -> NDArray[np.int64]:
        """Numbers of the first rows in the order, null last."""
        keys: dict[str, Any] = {}
        for name, _ in order:
            column = _one(self._rows[name])
            # The numbers of a column are in the order of its values.
            bare = column.indices if pa.types.is_dictionary(column.type) else column
            keys[name] = bare if rows is None else bare.take(pa.array(rows))
        sort = [(name, "descending" if down else "ascending") for name, down in order]
        best = pc.select_k_unstable(pa.table(keys), k=max(most, 1), sort_keys=sort).to_numpy()
        found: NDArray[np.int64] = best.astype(np.int64) if rows is None else rows[best]
        return found

    def _behind(self, order: tuple[tuple[str, bool], ...], last: tuple[Any, ...], rows: Any) -> Mask:
        """Rows behind ``last``: equal in the first columns of the order, behind it in the next."""
        count = self._count if rows is None else len(rows)
        behind, equal = np.zeros(count, np.bool_), np.ones(count, np.bool_)
        for (name, down), value in zip(order, last, strict=True):
            column = _one(self._rows[name])
            column = plain_text(column if rows is None else column.take(pa.array(rows)))
            empty = column.is_null().to_numpy(zero_copy_only=False)
            if value is None:
                equal &= empty  # nothing comes after null
                continue
            bound = _scalar(value, column.type)
            beyond = _true((pc.less if down else pc.greater)(column, bound))
            behind |= equal & (beyond | empty)
            equal &= _true(pc.equal(column, bound))
        return behind


def _one(column: Any) -> Any:
    """A column in one piece."""
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _typed(column: Any, of: Column) -> Any:
    """A column in one piece; one in which nothing is known has no type of its own."""
    return pa.nulls(len(column), _TYPES[of.type]) if pa.types.is_null(column.type) else _one(column)


def _by_number(column: Any) -> Any:
    """A column of few texts as numbers in the order of the texts; others as they are."""
    if not pa.types.is_string(column.type) or len(pc.unique(column.slice(0, _SAMPLE))) > _SAMPLE // 2:
        return column
    coded = column.dictionary_encode()
    order = pc.sort_indices(coded.dictionary)
    place = np.empty(len(order), np.int32)
    place[order.to_numpy()] = np.arange(len(order), dtype=np.int32)
    numbers = pc.take(pa.array(place), coded.indices)
    return pa.DictionaryArray.from_arrays(numbers, coded.dictionary.take(order))


def _plain(rows: Any) -> pa.Table:
    return pa.table({name: plain_text(_one(rows[name])) for name in rows.column_names})


def _true(given: Any) -> Mask:
    """A mask, null being no."""
    found: Mask = pc.fill_null(given, False).to_numpy(zero_copy_only=False)
    return found


def _scalar(value: Any, kind: Any) -> Any:
    """A value as a column has it; the 29th of a common year's February is the 28th."""
    if pa.types.is_date(kind) and isinstance(value, str):
        year, month, day = (int(part) for part in value.split("-"))
        value = date(year, month, min(day, calendar.monthrange(year, month)[1]))
    return pa.scalar(value, kind)
