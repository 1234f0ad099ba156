"""The linkage model on splink's two backends: the same pairs, and the same notion of one differing character."""

from __future__ import annotations

import os
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.firms_duplicates import make
from lianzhang.compute.spark import SparkCompute
from lianzhang.firms.linkage import comparison_table, find_duplicates, one_character, spark_backend

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


def records(rows: int) -> Any:
    data = make(rows, seed=5)
    return comparison_table(
        data["ids"], data["names"], data["usccs"], data["regions"], data["addresses"], data["founded"]
    )


# splink asks Spark for some hundred small jobs: minutes on a small machine, so that it runs only when it is asked for.
@pytest.mark.slow
@pytest.mark.skipif(
    "LIANZHANG_TEST_SPARK_LINKAGE" not in os.environ, reason="set LIANZHANG_TEST_SPARK_LINKAGE=1"
)
@pytest.mark.filterwarnings("ignore")
def test_duckdb_and_spark_give_the_same_pairs(spark: SparkCompute) -> None:
    pytest.importorskip("splink")
    table = records(2_000)
    here, there = find_duplicates(table), find_duplicates(table, backend=spark_backend(spark))
    pairs = [
        {
            frozenset((a, b))
            for a, b in zip(
                found.pairs["unique_id_l"].to_pylist(), found.pairs["unique_id_r"].to_pylist(), strict=True
            )
        }
        for found in (here, there)
    ]
    assert len(pairs[0]) > 200
    # The two draw other random pairs to learn from, so that a few pairs next to the threshold fall otherwise.
    assert len(pairs[0] ^ pairs[1]) <= 0.01 * len(pairs[0])
