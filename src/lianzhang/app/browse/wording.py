"""The rows of a table that have a phrase in any column of text, without reading the table for each search."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
from numpy.typing import NDArray

from lianzhang.firms.kernel.search import Lines, containing, lines

#: The stubs know no mixture of array types.
pc: Any = pyarrow.compute
#: Stands between columns; no phrase goes across.
_BETWEEN = "\x1f"
#: Rows joined at a time.
_PIECE = 100_000


def lines_of(columns: Sequence[Any]) -> Lines:
    """Every row's text as one line, in small letters.

    Args:
        columns: columns of text, as Arrow arrays of one length, also by number; at least one.
    """
    between = pa.scalar(_BETWEEN, pa.large_string())
    texts, starts, size = [np.zeros(0, np.uint8)], [np.zeros(1, np.int64)], 0
    # In pieces: each column is copied on the way.
    for start in range(0, len(columns[0]), _PIECE):
        wide = [plain_text(column.slice(start, _PIECE)).cast(pa.large_string()) for column in columns]
        joined = pc.utf8_lower(pc.binary_join_element_wise(*wide, between, null_handling="skip"))
        _, ends, text = joined.buffers()
        offsets = np.frombuffer(ends, np.int64)[: len(joined) + 1]
        texts.append(np.frombuffer(text or b"", np.uint8)[: offsets[-1]])
        starts.append(size + offsets[1:])
        size += int(offsets[-1])
    return lines(np.concatenate(texts), np.concatenate(starts))


def plain_text(column: Any) -> Any:
    """A column with its values, not their numbers."""
    return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column


def rows_with(found: Lines, phrase: str) -> NDArray[np.int64]:
    """Numbers of the rows that have a phrase in one of their columns."""
    if _BETWEEN in phrase:
        return np.zeros(0, np.int64)
    everything = np.ones(len(found.starts) - 1, np.bool_)
    # Small letters as `lines_of` makes them; half a surrogate pair is in no line.
    small: str = pc.utf8_lower(pa.scalar(phrase.encode(errors="replace").decode())).as_py()
    return np.flatnonzero(containing(found, [small.encode()], everything))
