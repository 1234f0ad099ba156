"""Single failures shared among processes or Spark's workers: the bits of one thread, no work lost, nothing left running."""

from __future__ import annotations

import csv
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from lianzhang.cli import main
from lianzhang.compute import LocalCompute
from lianzhang.compute.spark import SparkCompute
from lianzhang.risk import service
from lianzhang.risk.model import SystemicRisk
from tests.risk.networks import FILES, fixture, published

COMMON = [word for name, path in FILES.items() for word in (f"--{name}", str(path))]


def bits(result: SystemicRisk) -> bytes:
    return b"".join(
        part.tobytes() for part in (result.esri, result.downstream, result.upstream, result.steps)
    )


@pytest.mark.parametrize("processes", [1, 2])
def test_processes_give_the_bits_of_threads(processes: int) -> None:
    network, firms = fixture(), np.arange(0, 1000, 3)
    one = service.rank(network, firms, workers=1)
    assert bits(service.rank(network, firms, workers=3)) == bits(one)
    assert bits(service.rank(network, firms, compute=LocalCompute(processes))) == bits(one)


def test_spark_gives_the_bits_of_threads_and_the_published_values(spark: SparkCompute) -> None:
    network = fixture()
    firms = np.array([int(row[0]) - 1 for row in published()])
    one, there = service.rank(network, workers=1), service.rank(network, compute=spark)
    assert bits(there) == bits(one)
    assert there.esri[firms] == pytest.approx([row[1] for row in published()], abs=1e-10)


def test_what_spark_has_done_is_kept_and_gone_on_with_anywhere(spark: SparkCompute, tmp_path: Path) -> None:
    out, network = tmp_path / "out.csv", fixture()

    class StopError(Exception):
        pass

    def stop(done: int, _: int) -> None:
        if done > 200:
            raise StopError

    with pytest.raises(StopError):
        service.rank(network, compute=spark, checkpoint=out, progress=stop)
    again = service.rank(network, compute=spark, checkpoint=out)
    assert 200 < again.resumed < 1000
    assert bits(again) == bits(service.rank(network))
    assert service.rank(network, compute=LocalCompute(1), checkpoint=out).resumed == 1000


def _interrupted(words: list[str], folder: Path) -> tuple[int, str]:
    """Run the program, press ctrl-C once some firms are kept: its exit code and what it said."""
    process = subprocess.Popen(
        [sys.executable, "-m", "lianzhang", *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 200
    while time.monotonic() < deadline and process.poll() is None:
        part = next(folder.glob("out.csv.*.part"), None)
        if part is not None and part.stat().st_size > 2_000:
            break
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=100)
    return process.returncode, said


@pytest.mark.slow
def test_ctrl_c_ends_the_run_on_spark_and_keeps_what_is_done(spark: SparkCompute, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    words = ["risk", "rank", *COMMON, "--out", str(out), "--compute", "spark", "--spark-master", "local[2]"]
    for _ in range(3):
        code, said = _interrupted(words, tmp_path)
        if code != 0:
            break
        out.unlink()  # it was through before the signal came
    assert code == 130, said
    assert "Traceback" not in said
    assert not out.exists()
    result = service.rank(fixture(), checkpoint=out)
    assert 0 < result.resumed < 1000
    assert bits(result) == bits(service.rank(fixture()))


def test_spark_from_the_command_line(
    spark: SparkCompute, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here, there = tmp_path / "here.csv", tmp_path / "there.csv"
    assert main(["risk", "rank", *COMMON, "--largest", "40", "--out", str(here)]) == 0
    words = [*COMMON, "--largest", "40", "--out", str(there), "--compute", "spark"]
    assert main(["risk", "rank", *words]) == 0
    assert there.read_bytes() == here.read_bytes()
    with there.open(newline="") as stream:
        assert len(list(csv.DictReader(stream))) == 40
    assert main(["risk", "rank", *COMMON, "--out", str(here), "--spark-master", "local[2]"]) == 2
    assert "--compute spark" in capsys.readouterr().err
