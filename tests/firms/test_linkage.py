"""Linkage on a small made-up register with known truth."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.firms_duplicates import comparable, scores
from lianzhang.errors import NotComputableError
from lianzhang.firms import linkage
from lianzhang.firms.comparable import DRAWS, comparison_table
from lianzhang.firms.linkage import Duplicates, find_duplicates


def _members(found: Duplicates, name: str) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.asarray(found.groups[name].to_numpy(), np.int64)


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
    assert (table[1]["draw_name"], table[1]["draw_place"]) == (DRAWS, DRAWS)


def test_draws_are_even_and_whole_blocks_share_theirs() -> None:
    table, _ = comparable(20_000, seed=2)
    draw = table["draw"].to_numpy() / DRAWS
    shares = np.histogram(draw, 20, (0, 1))[0] / len(draw)
    assert np.abs(shares - 0.05).max() < 0.005
    blocks = table.group_by(["core", "region"]).aggregate([("draw_name", "count_distinct")])
    assert set(blocks["draw_name_count_distinct"].to_pylist()) == {1}


@pytest.mark.slow
def test_precision_and_recall_on_a_made_up_register() -> None:
    pytest.importorskip("splink")
    table, truth = comparable(5_000, seed=3)
    found = find_duplicates(table)
    got = scores(_members(found, "unique_id"), _members(found, "group_id"), truth)
    assert got["precision"] >= 0.98
    assert got["recall"] >= 0.85


@pytest.mark.slow
def test_districts_taken_one_by_one_and_a_sample_to_learn_from_give_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("splink")
    table, truth = comparable(4_000, seed=4)
    file = tmp_path / "records.parquet"
    pq.write_table(table, file)
    whole = find_duplicates(table)
    shares: list[float] = []
    monkeypatch.setattr(linkage, "PART_ROWS", 1_300)
    parted = find_duplicates([file], tick=shares.append)
    assert parted.pairs.drop_columns("probability") == whole.pairs.drop_columns("probability")
    assert parted.pairs["probability"].to_numpy() == pytest.approx(whole.pairs["probability"].to_numpy())
    assert len(shares) > 5
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    monkeypatch.setattr(linkage, "LEARN_ROWS", 2_000)
    sampled = find_duplicates([file])
    got = scores(_members(sampled, "unique_id"), _members(sampled, "group_id"), truth)
    assert got["precision"] >= 0.98
    assert got["recall"] >= 0.85


def test_one_code_is_one_firm_and_two_codes_are_two() -> None:
    pytest.importorskip("splink")
    table, _ = comparable(3_000, seed=6)
    chosen = [i for i, code in enumerate(table["uscc"].to_pylist()) if code][:2]
    codes = table["uscc"].to_pylist()
    codes[chosen[1]] = codes[chosen[0]]
    table = table.set_column(table.schema.get_field_index("uscc"), "uscc", pa.array(codes))
    found = find_duplicates(table)
    group = dict(
        zip(_members(found, "unique_id").tolist(), _members(found, "group_id").tolist(), strict=True)
    )
    assert group[chosen[0]] == group[chosen[1]]
    held: dict[int, set[str]] = {}
    for member, of in group.items():
        held.setdefault(of, set()).update({codes[member]} - {None})
    assert max(map(len, held.values())) == 1


def test_one_record_has_no_duplicate() -> None:
    pytest.importorskip("splink")
    table = comparison_table(["1"], ["甲有限公司"], [None], [None], [None], [None])
    found = find_duplicates(table)
    assert (found.pairs.num_rows, found.groups.num_rows) == (0, 0)


def test_a_register_too_small_to_learn_from_says_so() -> None:
    pytest.importorskip("splink")
    names = ["重庆甲机械有限公司", "重庆乙食品有限公司", "重庆丙纺织有限公司"]
    table = comparison_table(list("123"), names, [None] * 3, [None] * 3, [None] * 3, [None] * 3)
    with pytest.raises(NotComputableError, match="too few of the 3 records"):
        find_duplicates(table)
