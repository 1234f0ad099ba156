"""Where a command computes: this machine or Spark; the two options mean the same in every command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lianzhang.i18n import Text

if TYPE_CHECKING:
    from lianzhang.compute.spark import SparkCompute


@contextmanager
def machines(compute: str, spark_master: str | None) -> Iterator[SparkCompute | None]:
    """A Spark session for ``--compute spark``; None is this machine.

    Raises:
        UsageError: a master without Spark.
        MissingExtraError: pyspark is not installed.
        ComputeError: there is no Java, or no session can be had of the master.
    """
    if compute == "local":
        if spark_master is not None:
            from lianzhang.errors import UsageError

            raise UsageError(
                Text("--spark-master 须与 --compute spark 一起用", "--spark-master goes with --compute spark")
            )
        yield None
        return
    from lianzhang.compute.spark import SparkCompute

    with SparkCompute(spark_master) as session:
        yield session
