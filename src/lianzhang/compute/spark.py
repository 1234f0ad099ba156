"""Apache Spark behind the port: the same work on a cluster, or on processes that Spark starts on this machine."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
import uuid
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from lianzhang.compute.shared import map_arrays, shared_file
from lianzhang.errors import ComputeError, MissingExtraError
from lianzhang.i18n import Text

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

T = TypeVar("T")
R = TypeVar("R")

#: Items that a worker gets of one Spark job, on average: many enough that workers of unequal speed end together.
_ITEMS_PER_WORKER = 2
#: Jobs in flight: workers that are done with one begin the next while its last items are still worked on.
_JOBS = 2


@dataclass(frozen=True, slots=True)
class SparkFile:
    """Arrays in a file that Spark has copied to every machine of the cluster."""

    name: str

    def open(self) -> dict[str, NDArray[Any]]:
        """The arrays by name, mapped from this machine's copy."""
        from pyspark import SparkFiles

        return map_arrays(Path(SparkFiles.get(self.name)))


class SparkCompute:
    """A Spark session. Use as a context manager: it ends the session that it began.

    Workers run this Python with Lianzhang installed. On a cluster where it lies elsewhere, ``PYSPARK_PYTHON`` and the
    rest of Spark's own settings (``spark-defaults.conf``, ``spark-submit``) say where; none of them is overridden.

    Args:
        master: ``local[2]``, ``spark://host:7077``, ``yarn``, …; None: what Spark's settings say, else all local cores.
        settings: further Spark settings.

    Raises:
        MissingExtraError: pyspark is not installed.
        ComputeError: there is no Java, or no session can be had of the master.
    """

    def __init__(self, master: str | None = None, settings: Mapping[str, str] | None = None) -> None:
        try:
            from pyspark.sql import SparkSession
        except ImportError:
            raise MissingExtraError("pyspark", "spark") from None
        if shutil.which("java") is None and not os.environ.get("JAVA_HOME"):
            raise ComputeError(
                Text("Spark 需要 Java，但没有找到", "Spark needs Java, which is not there"),
                hint=Text("请安装 Java 17，或设置 JAVA_HOME", "install Java 17, or set JAVA_HOME"),
            )
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        builder = SparkSession.builder.appName("lianzhang").config("spark.log.level", "ERROR")
        builder = builder.config("spark.ui.showConsoleProgress", "false")
        if master is not None:
            builder = builder.master(master)
        if master is not None and master.startswith("local"):
            # Nobody else has to reach this session, so that it works on machines without a name in any network.
            builder = builder.config("spark.driver.host", "127.0.0.1")
            builder = builder.config("spark.driver.bindAddress", "127.0.0.1").config(
                "spark.ui.enabled", "false"
            )
        for name, value in (settings or {}).items():
            builder = builder.config(name, value)
        self._began = SparkSession.getActiveSession() is None
        handler = signal.getsignal(signal.SIGINT)
        with spark_errors():
            self.session: Any = builder.getOrCreate()
        if threading.current_thread() is threading.main_thread():
            # Spark's own handler of ctrl-C would outlive the session; `map` cancels what it began.
            signal.signal(signal.SIGINT, handler)
        self._context: Any = self.session.sparkContext

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._began:
            self.session.stop()

    @property
    def workers(self) -> int:
        """Cores of all executors that Spark knows of now."""
        return int(self._context.defaultParallelism)

    def map(self, fn: Callable[[T], R], items: Iterable[T]) -> Generator[R, None, None]:
        """``fn`` of every item in order: a task each, in jobs of a few items a worker, so that results come early.

        Raises:
            LianzhangError: what ``fn`` raised, unchanged.
            ComputeError: Spark gave up, such as when a worker died four times.
        """
        listed = list(items)
        size = max(1, self.workers) * _ITEMS_PER_WORKER
        group = f"lianzhang-{uuid.uuid4().hex}"
        guarded = _Guarded(fn)

        def job(part: list[T]) -> list[tuple[bool, Any]]:
            # Belongs to the thread that starts the job; what is cancelled is told by it.
            self._context.setJobGroup(group, "lianzhang", interruptOnCancel=True)
            return list(self._context.parallelize(part, len(part)).map(guarded).collect())

        waiting: deque[Future[list[tuple[bool, Any]]]] = deque()
        pool = ThreadPoolExecutor(_JOBS)
        try:
            for start in range(0, len(listed), size):
                waiting.append(pool.submit(job, listed[start : start + size]))
                if len(waiting) == _JOBS:
                    yield from _results(waiting[0])
                    waiting.popleft()
            while waiting:
                yield from _results(waiting[0])
                waiting.popleft()
        finally:
            # On ctrl-C, an error, or when the caller has enough, nobody waits for work that is no longer wanted. Asked
            # again until all have ended: Spark forgets a cancellation that comes before the job it is meant for.
            pool.shutdown(wait=False, cancel_futures=True)
            while not all(future.done() for future in waiting):
                self._context.cancelJobGroup(group)
                wait(waiting, timeout=0.2)

    @contextmanager
    def share(self, arrays: Mapping[str, NDArray[Any]]) -> Iterator[SparkFile]:
        """Arrays in a file that each machine fetches once, when its first worker needs it."""
        with shared_file(arrays) as path, spark_errors():
            self._context.addFile(str(path))
            yield SparkFile(path.name)

    def sql(self, query: str, tables: Mapping[str, Path | list[Path]]) -> pa.Table:
        """One SQL query over Parquet files, each name a view over its files; they lie where every worker sees them."""
        with spark_errors():
            session = self.session.newSession()
            for name, files in tables.items():
                paths = [f"file://{p.absolute()}" for p in (files if isinstance(files, list) else [files])]
                session.read.parquet(*paths).createOrReplaceTempView(name)
            result: pa.Table = session.sql(query).toArrow()
            return result


class _Guarded:
    """A function whose errors come back as results: Spark would retry them, and wrap them in its own."""

    def __init__(self, fn: Callable[[Any], Any]) -> None:
        self.fn = fn

    def __call__(self, item: Any) -> tuple[bool, Any]:
        try:
            return True, self.fn(item)
        except Exception as error:
            return False, error


def _results(future: Future[list[tuple[bool, Any]]]) -> Iterator[Any]:
    with spark_errors():
        results = future.result()
    for good, value in results:
        if not good:
            raise value
        yield value


@contextmanager
def spark_errors() -> Iterator[None]:
    """Spark's errors in the words of the house."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError) as error:
        first = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise ComputeError(
            Text(f"Spark 未能完成：{first}", f"Spark did not get through: {first}"),
            hint=Text(
                "请看 Spark 的日志；集群的设置见文档“在 Spark 集群上计算”",
                "look into Spark's log; the page on Spark tells how to set a cluster up",
            ),
            details={"spark": str(error)[:2000]},
        ) from None
