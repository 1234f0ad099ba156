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


def lines_of(columns: Sequence[Any]) -> Lines:
    """Every row's text as one line, in small letters.

    Args:
        columns: columns of text, as Arrow arrays of one length; at least one.
    """
    wide = [column.cast(pa.large_string()) for column in columns]
    between = pa.scalar(_BETWEEN, pa.large_string())
    joined = pc.utf8_lower(pc.binary_join_element_wise(*wide, between, null_handling="skip"))
    _, starts, text = joined.buffers()
    offsets = np.frombuffer(starts, np.int64)[joined.offset : joined.offset + len(joined) + 1]
    return lines(np.frombuffer(text or b"", np.uint8), offsets)


def rows_with(found: Lines, phrase: str) -> NDArray[np.int64]:
    """Numbers of the rows that have a phrase in one of their columns."""
    if _BETWEEN in phrase:
        return np.zeros(0, np.int64)
    everything = np.ones(len(found.starts) - 1, np.bool_)
    # Small letters as `lines_of` makes them; half a surrogate pair is in no line.
    small: str = pc.utf8_lower(pa.scalar(phrase.encode(errors="replace").decode())).as_py()
    return np.flatnonzero(containing(found, [small.encode()], everything))
