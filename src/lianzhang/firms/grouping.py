"""From pairs of duplicates to groups."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

_TEXT: pa.DataType = pa.string()
EMPTY_PAIRS = pa.schema([("unique_id_l", _TEXT), ("unique_id_r", _TEXT), ("probability", pa.float64())])


def group_pairs(pairs: pa.Table, codes: pa.Table | None = None) -> pa.Table:
    """Groups that pairs form together: the connected components of their graph, none with two different codes.

    Where a component holds two codes, its pairs are joined from the likeliest on, and those that would bring two codes
    together are left out.

    Args:
        pairs: unique_id_l, unique_id_r and, with codes, probability.
        codes: unique_id and uscc of the records with a code.

    Returns:
        unique_id and group_id, the smallest id of the group; sorted by unique_id.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    left: Any
    right: Any
    left, right = pairs["unique_id_l"], pairs["unique_id_r"]
    ids: Any = pc.unique(pa.chunked_array([*left.chunks, *right.chunks], left.type))
    ids = ids.take(pc.sort_indices(ids))
    count = len(ids)
    a = _numbers(pc.index_in(left, ids))
    b = _numbers(pc.index_in(right, ids))
    edges = coo_array((np.ones(len(a), np.int32), (a, b)), shape=(count, count))
    _, label = connected_components(edges, directed=False) if count else (0, np.zeros(0, np.int32))
    # Ids are sorted: the first member is the smallest.
    _, first = np.unique(label, return_index=True)
    group = first[label]
    if codes is not None:
        codes = codes.filter(pc.is_in(codes["unique_id"], ids))
        code = np.full(count, -1)
        code[_numbers(pc.index_in(codes["unique_id"], ids))] = _numbers(
            pc.index_in(codes["uscc"], pc.unique(codes["uscc"]))
        )
        _separate(group, code, a, b, pairs["probability"].to_numpy())
    chosen = np.flatnonzero(np.bincount(group, minlength=count)[group] > 1)
    return pa.table({"unique_id": ids.take(pa.array(chosen)), "group_id": ids.take(pa.array(group[chosen]))})


def _numbers(indices: Any) -> NDArray[np.int64]:
    return np.asarray(indices.to_numpy(), np.int64)


def _separate(
    group: NDArray[np.int64],
    code: NDArray[np.int64],
    a: NDArray[np.int64],
    b: NDArray[np.int64],
    probability: NDArray[np.float64],
) -> None:
    """Split, in place, the groups that hold two codes."""
    coded = np.flatnonzero(code >= 0)
    distinct = np.unique(np.stack([group[coded], code[coded]]), axis=1)[0]
    mixed, counts = np.unique(distinct, return_counts=True)
    torn = np.isin(group, mixed[counts > 1])
    parent = {int(node): int(node) for node in np.flatnonzero(torn)}
    held = {node: int(code[node]) for node in parent}

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    inside = np.flatnonzero(torn[a])
    for edge in inside[np.lexsort((b[inside], a[inside], -probability[inside]))].tolist():
        low, high = sorted((root(int(a[edge])), root(int(b[edge]))))
        if low == high or (held[low] >= 0 and held[high] >= 0 and held[low] != held[high]):
            continue
        parent[high] = low
        held[low] = max(held[low], held[high])
    for node in parent:
        group[node] = root(node)
