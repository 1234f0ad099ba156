"""Groups from pairs: connected components, and never two credit codes in one group."""

from __future__ import annotations

import networkx as nx
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from lianzhang.firms.grouping import group_pairs

_nodes = st.integers(0, 11)
_edges = st.lists(st.tuples(_nodes, _nodes, st.sampled_from([0.95, 0.97, 0.99])), max_size=20)


def _pairs(edges: list[tuple[int, int, float]]) -> pa.Table:
    left, right, probability = zip(*edges, strict=True) if edges else ((), (), ())
    return pa.table(
        {
            "unique_id_l": pa.array(left, pa.int64()),
            "unique_id_r": pa.array(right, pa.int64()),
            "probability": pa.array(probability, pa.float64()),
        }
    )


def _codes(codes: dict[int, str]) -> pa.Table:
    return pa.table(
        {"unique_id": pa.array(list(codes), pa.int64()), "uscc": pa.array(codes.values(), pa.string())}
    )


def _groups(found: pa.Table) -> dict[int, set[int]]:
    groups: dict[int, set[int]] = {}
    for member, group in zip(found["unique_id"].to_pylist(), found["group_id"].to_pylist(), strict=True):
        groups.setdefault(group, set()).add(member)
    return groups


@given(_edges)
def test_groups_are_connected_components(edges: list[tuple[int, int, float]]) -> None:
    parts = nx.connected_components(nx.Graph([(a, b) for a, b, _ in edges]))
    assert _groups(group_pairs(_pairs(edges))) == {min(part): part for part in parts if len(part) > 1}


def _joined_from_the_likeliest_on(
    edges: list[tuple[int, int, float]], codes: dict[int, str]
) -> dict[int, set[int]]:
    """The same, plainly: sets that are joined pair by pair unless they hold two codes."""
    groups = [{node} for node in {n for a, b, _ in edges for n in (a, b)}]
    for a, b, _ in sorted(edges, key=lambda e: (-e[2], e[0], e[1])):
        one, other = (next(g for g in groups if node in g) for node in (a, b))
        if one is not other and len({codes[n] for n in one | other if n in codes}) <= 1:
            groups.remove(other)
            one |= other
    return {min(group): group for group in groups if len(group) > 1}


@given(_edges, st.dictionaries(_nodes, st.sampled_from(["A", "B", "C"])))
def test_a_group_holds_one_code(edges: list[tuple[int, int, float]], codes: dict[int, str]) -> None:
    found = _groups(group_pairs(_pairs(edges), _codes(codes)))
    assert all(len({codes[n] for n in group if n in codes}) <= 1 for group in found.values())
    assert found == _joined_from_the_likeliest_on(edges, codes)
