"""Spark behind the compute port: the same answers as local processes, errors whole, nothing left running."""

from __future__ import annotations

import operator
import shutil
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lianzhang.compute import LocalCompute, Shared
from lianzhang.compute.spark import SparkCompute
from lianzhang.errors import ComputeError, InputError, MissingExtraError
from tests.compute.test_local import fail_on_three


def _sleep(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def _die(_: int) -> None:
    import os

    os._exit(3)


def _total(shared: Shared, name: str) -> float:
    return float(shared.open()[name].sum())


def test_map_keeps_the_order_over_several_jobs(spark: SparkCompute) -> None:
    assert spark.workers == 2
    items = list(range(11))
    assert list(spark.map(partial(operator.mul, 2), items)) == [2 * i for i in items]
    assert list(spark.map(partial(operator.mul, 2), [])) == []


def test_an_error_crosses_whole(spark: SparkCompute) -> None:
    with pytest.raises(InputError) as caught:
        list(spark.map(fail_on_three, range(5)))
    assert caught.value.message.zh == "三"
    assert caught.value.hint is not None
    assert caught.value.details == {"value": 3}


def test_a_worker_that_dies_is_said_in_our_words(spark: SparkCompute) -> None:
    with pytest.raises(ComputeError, match="Spark did not get through"):
        list(spark.map(_die, [1]))
    assert list(spark.map(abs, [-1])) == [1]


def test_work_that_is_no_longer_wanted_is_cancelled(spark: SparkCompute) -> None:
    # Two jobs that end at once, so that the long ones begin only when results are being taken.
    results = spark.map(_sleep, [*[0.0] * 8, *[600.0] * 40])
    began = time.monotonic()
    assert [next(results) for _ in range(5)] == [0.0] * 5
    results.close()
    assert list(spark.map(abs, [-1, -2, -3])) == [1, 2, 3]
    assert time.monotonic() - began < 300


def test_shared_arrays_are_what_was_shared(spark: SparkCompute) -> None:
    arrays = {"a": np.arange(1000.0), "b": np.ones((3, 2), np.int32), "none": np.zeros((0, 3))}
    for machines in (LocalCompute(1), spark):
        with machines.share(arrays) as shared:
            assert list(machines.map(partial(_total, shared), arrays)) == [499500.0, 6.0, 0.0]


def test_sql_gives_the_table_that_local_sql_gives(spark: SparkCompute, tmp_path: Path) -> None:
    for index in range(2):
        table = pa.table(
            {"n": [index, index + 10, None], "name": ["甲", "乙", "丙"], "x": [0.5, 0.25, 0.125]}
        )
        pq.write_table(table, tmp_path / f"it's {index}.parquet")
    tables = {"numbers": sorted(tmp_path.glob("*.parquet"))}
    query = "SELECT name, sum(n) AS total, max(x) AS x FROM numbers GROUP BY name ORDER BY name"
    there, here = spark.sql(query, tables), LocalCompute(1).sql(query, tables)
    assert there.to_pylist() == here.to_pylist()
    assert there.column_names == ["name", "total", "x"]
    with pytest.raises(ComputeError, match="nothing_like_it"):
        spark.sql("SELECT nothing_like_it FROM numbers", tables)


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pyspark")
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(ComputeError, match="Java"):
        SparkCompute("local[2]")
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(MissingExtraError, match="pyspark"):
        SparkCompute("local[2]")
