"""The linkage model on splink's two backends: the same pairs, and the same notion of one differing character."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.firms_duplicates import make
from lianzhang.compute.spark import SparkCompute
from lianzhang.firms import duplicates
from lianzhang.firms.linkage import Duplicates, find_duplicates, one_character

_words = st.text(alphabet="甲乙丙12", max_size=6)


def distance(left: str, right: str) -> int:
    """Levenshtein's distance in characters, by its recursion."""
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        above, row[0] = row[0], i
        for j, b in enumerate(right, 1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (a != b))
    return row[-1]


@given(st.lists(st.tuples(_words, _words), min_size=1, max_size=30))
def test_one_character_is_a_distance_of_one(pairs: list[tuple[str, str]]) -> None:
    rows = ", ".join(f"({n}, '{a}', '{b}')" for n, (a, b) in enumerate(pairs))
    found = duckdb.sql(
        f"SELECT {one_character('x', 6)} FROM (VALUES {rows}) AS t(n, x_l, x_r) ORDER BY n"
    ).fetchall()
    for (same,), (a, b) in zip(found, pairs, strict=True):
        if a != b:  # equal texts are told by a level before this one
            assert same is (distance(a, b) == 1)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_duckdb_and_spark_give_the_same_pairs(spark: SparkCompute, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("splink")
    found: list[Duplicates] = []

    def remembered(*arguments: Any, **named: Any) -> Duplicates:
        found.append(find_duplicates(*arguments, **named))
        return found[-1]

    monkeypatch.setattr(duplicates, "find_duplicates", remembered)
    data = make(2_000, seed=5)
    with data["_folder"]:
        written = []
        for machines in (None, spark):
            duplicates.duplicates_of_import(data["folder"], machines=machines, processes=1)
            written.append(list(duplicates.read_groups(data["folder"])))
    here, there = found
    assert here.pairs.num_rows > 200
    # One model, learnt here; the same SQL for both.
    assert there.pairs.drop_columns("probability") == here.pairs.drop_columns("probability")
    assert there.pairs["probability"].to_numpy() == pytest.approx(here.pairs["probability"].to_numpy())
    assert [[m.firm_id for m in g.firms] for g in written[1]] == [
        [m.firm_id for m in g.firms] for g in written[0]
    ]
