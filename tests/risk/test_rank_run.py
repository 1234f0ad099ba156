"""The rank command: columns, choices of firms, and no work lost to a kill."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from lianzhang.cli import main
from lianzhang.risk import checkpoint, service
from lianzhang.risk.model import MAX_STEPS
from tests.risk.networks import FILES, fixture, published

COMMON = [word for name, path in FILES.items() for word in (f"--{name}", str(path))]


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_rank_writes_the_promised_columns(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, listed = tmp_path / "out.csv", tmp_path / "firms.txt"
    listed.write_text("\n".join(row[0] for row in published()))
    assert main(["risk", "rank", *COMMON, "--firms", str(listed), "--out", str(out)]) == 0
    assert "computed 16 in" in capsys.readouterr().out
    got = rows(out)
    assert list(got[0]) == ["firm", "esri", "downstream", "upstream", "steps"]
    for row, (firm, esri, down, up, steps) in zip(got, published(), strict=True):
        assert row["firm"] == firm
        assert float(row["esri"]) == pytest.approx(esri, abs=1e-12)
        assert float(row["downstream"]) == pytest.approx(down, abs=1e-12)
        assert float(row["upstream"]) == pytest.approx(up, abs=1e-12)
        assert int(row["steps"]) == steps
    assert [p.name for p in tmp_path.iterdir() if "part" in p.name or "tmp" in p.name] == []


def test_rank_of_samples_and_the_largest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out.csv"
    assert main(["risk", "rank", *COMMON, "--largest", "3", "--out", str(out), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["firms"] == 3
    assert [row["firm"] for row in rows(out)] == ["109", "932", "84"]
    for _ in range(2):
        assert main(["risk", "rank", *COMMON, "--sample", "20", "--seed", "1", "--out", str(out)]) == 0
        first = out.read_bytes()
    assert out.read_bytes() == first
    assert len({row["firm"] for row in rows(out)}) == 20
    assert main(["risk", "rank", *COMMON, "--sample", "2", "--largest", "3", "--out", str(out)]) == 2


def test_converged_upstream_part_is_the_limit() -> None:
    network = fixture()
    published_rule = service.rank(network, np.array([108]))
    converged = service.rank(network, np.array([108]), converged=True)
    assert published_rule.upstream[0] == pytest.approx(0.787037531707945, abs=1e-12)
    # The solution of the linear system for firm 109, by numpy.linalg.solve.
    assert converged.upstream[0] == pytest.approx(0.9064842354580371, abs=1e-10)
    assert converged.steps[0] > published_rule.steps[0]


def test_explain_from_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--lang", "zh", "risk", "explain", *COMMON, "--firm", "109", "--top", "3"]) == 0
    assert "109 → " in capsys.readouterr().out
    assert main(["risk", "explain", *COMMON, "--firm", "109", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["esri"] == pytest.approx(0.792524153289057)
    assert main(["risk", "explain", *COMMON, "--firm", "nobody"]) == 2
    assert main(["risk", "explain", *COMMON]) == 2


def test_interrupted_work_is_not_repeated(tmp_path: Path) -> None:
    network, out = fixture(), tmp_path / "out.csv"
    whole = service.rank(network)

    class StopError(Exception):
        pass

    def stop_half_way(done: int, _: int) -> None:
        if done > 400:
            raise StopError

    with pytest.raises(StopError):
        service.rank(network, checkpoint=out, progress=stop_half_way, workers=2)
    assert not out.exists()
    again = service.rank(network, checkpoint=out)
    assert 400 < again.resumed < 1000
    assert again.esri.tobytes() == whole.esri.tobytes()
    # Another ε is another run: nothing of this one is used.
    assert service.rank(network, np.arange(10), epsilon=0.05, checkpoint=out).resumed == 0


def test_torn_frame_is_cut_off(tmp_path: Path) -> None:
    network, out = fixture(), tmp_path / "out.csv"
    service.rank(network, np.arange(50), checkpoint=out)
    part = next(tmp_path.glob("out.csv.*.part"))
    whole = part.read_bytes()
    part.write_bytes(whole[:-7])
    result = service.rank(network, np.arange(50), checkpoint=out)
    assert 0 < result.resumed < 50
    with checkpoint.Checkpoint(
        out, checkpoint.key(network, 0.01, MAX_STEPS, service.KERNEL_VERSION)
    ) as store:
        assert sorted(store.done["firm"].tolist()) == list(range(50))
    part.write_bytes(whole[:20] + b"\xff" + whole[21:])
    assert service.rank(network, np.arange(50), checkpoint=out).resumed < 50


_ENDLESS = """
import sys, time
from lianzhang.risk import spread
real = spread.fail_each
def slow(graph, space, ranks, *rest):
    real(graph, space, ranks, *rest)
    time.sleep(0.05)
spread.fail_each = slow
from lianzhang.cli import main
sys.exit(main(sys.argv[1:]))
"""


def test_killed_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    words = ["risk", "rank", *COMMON, "--out", str(out), "--workers", "1"]
    process = subprocess.Popen(
        [sys.executable, "-c", _ENDLESS, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        part = next(tmp_path.glob("out.csv.*.part"), None)
        if part is not None and part.stat().st_size > 2_000:
            break
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert process.returncode == -signal.SIGKILL
    assert not out.exists()
    network = fixture()
    result = service.rank(network, checkpoint=out)
    assert 0 < result.resumed < 1000
    assert result.esri.tobytes() == service.rank(network).esri.tobytes()
