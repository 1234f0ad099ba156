"""Duplicates: a small made-up register with known truth, and the grouping of pairs."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.firms_duplicates import make, ours
from lianzhang.errors import NotComputableError, NotLoadedError
from lianzhang.firms.duplicates import duplicates_of_import
from lianzhang.firms.linkage import comparison_table, find_duplicates, group_pairs

_nodes = st.sampled_from([f"n{i}" for i in range(9)])


@given(st.lists(st.tuples(_nodes, _nodes), max_size=20))
def test_groups_are_connected_components(edges: list[tuple[str, str]]) -> None:
    pairs = pa.table(
        {
            "unique_id_l": pa.array([a for a, _ in edges], pa.string()),
            "unique_id_r": pa.array([b for _, b in edges], pa.string()),
        }
    )
    found = group_pairs(pairs)
    groups: dict[str, set[str]] = {}
    for member, group in zip(found["firm_id"].to_pylist(), found["group_id"].to_pylist(), strict=True):
        groups.setdefault(group, set()).add(member)
    expected = {min(part): part for part in nx.connected_components(nx.Graph(edges))}
    assert groups == expected


def test_names_and_addresses_are_compared_part_by_part() -> None:
    table = comparison_table(
        ["1", "2"],
        ["重庆市甲乙机械制造有限公司", "甲乙机械制造(重庆)有限公司永川分公司"],
        ["C", ""],
        ["500112", None],
        ["重庆市渝北区某某路12号3-4", None],
        ["2001-02-03", "2001"],
    ).to_pylist()
    assert table[0]["core"] == table[1]["core"] == "甲乙"
    assert table[0]["industry"] == table[1]["industry"] == "机械制造"
    assert (table[0]["branch"], table[1]["branch"]) == ("", "永川分公司")
    assert (table[0]["address"], table[1]["address"]) == ("某某路12号", None)
    assert (table[1]["uscc"], table[1]["founded"]) == (None, None)


@pytest.mark.slow
def test_precision_and_recall_on_a_made_up_register() -> None:
    pytest.importorskip("splink")
    scores = ours(make(5_000, seed=3))
    assert scores["precision"] >= 0.98
    assert scores["recall"] >= 0.85


def test_one_record_has_no_duplicate() -> None:
    pytest.importorskip("splink")
    table = comparison_table(["1"], ["甲有限公司"], [None], [None], [None], [None])
    found = find_duplicates(table)
    assert (found.pairs.num_rows, found.groups.num_rows) == (0, 0)


def test_a_folder_without_an_import_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotLoadedError):
        duplicates_of_import(tmp_path)


def test_a_register_too_small_to_learn_from_says_so() -> None:
    pytest.importorskip("splink")
    names = ["重庆甲机械有限公司", "重庆乙食品有限公司", "重庆丙纺织有限公司"]
    table = comparison_table(list("123"), names, [None] * 3, [None] * 3, [None] * 3, [None] * 3)
    with pytest.raises(NotComputableError, match="too few of the 3 records"):
        find_duplicates(table)
