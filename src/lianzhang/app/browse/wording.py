"""The rows of a large table that have a phrase in any column of text, without reading the table for each search."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lianzhang.app.browse.collections import Collection
from lianzhang.app.browse.query import searched_columns
from lianzhang.firms.kernel.search import Lines, containing, lines
from lianzhang.schema.ddl import ident
from lianzhang.store import Reader

#: Smaller tables are searched as they lie.
LEAST_ROWS = 1_000
#: Stands between columns; no phrase goes across.
_BETWEEN = "\x1f"


def lines_of(reader: Reader, of: Collection) -> Lines:
    """Every row's text columns as one line, in small letters, in the order of the rows."""
    cells = ", ".join(ident(name) for name in searched_columns(of))
    column: Any = reader.sql(
        f"SELECT lower(concat_ws('{_BETWEEN}', {cells})) AS line FROM {ident(of.name)} ORDER BY rowid"
    )["line"].combine_chunks()
    _, starts, text = column.buffers()
    offsets = np.frombuffer(starts, np.int32 if str(column.type) == "string" else np.int64)
    given = offsets[column.offset : column.offset + len(column) + 1].astype(np.int64)
    return lines(np.frombuffer(text, np.uint8), given)


def rows_with(found: Lines, phrase: str) -> NDArray[np.int64]:
    """Numbers of the rows that have a phrase in one of their columns."""
    if _BETWEEN in phrase:
        return np.zeros(0, np.int64)
    everything = np.ones(len(found.starts) - 1, np.bool_)
    return np.flatnonzero(containing(found, [phrase.lower().encode(errors="replace")], everything))
