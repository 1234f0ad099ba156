"""The compute port gives the same answer whatever runs it."""

from __future__ import annotations

import operator
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lianzhang.compute import LocalCompute
from lianzhang.errors import InputError
from lianzhang.i18n import Text


def fail_on_three(value: int) -> int:
    if value == 3:
        raise InputError(Text("三", "three"), hint=Text("别用三", "not three"), details={"value": value})
    return value


@pytest.mark.parametrize("processes", [1, 2])
def test_map_keeps_the_order_whatever_the_number_of_processes(processes: int) -> None:
    double = partial(operator.mul, 2)
    assert list(LocalCompute(processes).map(double, range(7))) == [0, 2, 4, 6, 8, 10, 12]
    assert list(LocalCompute(processes).map(double, [])) == []


def test_an_error_crosses_processes_whole() -> None:
    with pytest.raises(InputError) as caught:
        list(LocalCompute(2).map(fail_on_three, range(5)))
    assert caught.value.message.zh == "三"
    assert caught.value.hint is not None
    assert caught.value.hint.zh == "别用三"
    assert caught.value.details == {"value": 3}


def test_sql_reads_several_files_as_one_view(tmp_path: Path) -> None:
    for index in range(2):
        pq.write_table(pa.table({"n": [index, index + 10]}), tmp_path / f"it's {index}.parquet")
    files = sorted(tmp_path.glob("*.parquet"))
    result = LocalCompute(1).sql("SELECT sum(n) AS total FROM numbers", {"numbers": files})
    assert result.to_pylist() == [{"total": 22}]
