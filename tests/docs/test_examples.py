"""Every script in examples/ runs as it stands and prints what its numbers must be."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "examples"


def numbers(line: str) -> list[float]:
    """The numbers of a line in their order."""
    return [float(n.replace(",", "")) for n in re.findall(r"-?\d[\d,]*(?:\.\d+)?", line)]


def relatedness(lines: list[str]) -> None:
    """Rows are ordered by ECI, which has mean 0 over the eight districts; PCI starts with the demanding trades."""
    eci = [numbers(line)[0] for line in lines[1:9]]
    assert eci == sorted(eci, reverse=True)
    assert abs(sum(eci)) < 0.05
    order = lines[9].partition(": ")[2].split(", ")
    assert set(order[:3]) <= {"vehicles", "chips", "instruments"}
    assert set(order[-3:]) <= {"food", "wood", "stone"}


def input_output(lines: list[str]) -> None:
    """42 sectors; what is bought inside multiplies less than what is bought anywhere; losses fall from row to row."""
    assert lines[0].startswith("42 sectors")
    rows = [numbers(line[46:]) for line in lines[2:10]]
    assert all(1 <= local < everywhere for local, everywhere, *_ in rows)
    lost = [row[3] for row in rows]
    assert lost == sorted(lost, reverse=True)


def systemic_risk(lines: list[str]) -> None:
    """By hand: without chips both assemblers stop (150 of 215 sales), and with them 60 of chips' own and 5 of boxes."""
    rows = {line[:12].strip(): numbers(line[12:]) for line in lines[1:6]}
    assert rows["chips"][1] == pytest.approx((60 + 150) / 215, abs=5e-4)
    assert rows["boxes"][1] == pytest.approx((5 + 100 * 5 / 45) / 215, abs=5e-4)
    assert rows["assembler A"][2] == pytest.approx((100 + 40 + 5) / 215, abs=5e-4)
    assert "assembler A: stops on day 11, loses 11.0 days of output" in lines
    assert "shop: does not stop, loses 0.0 days of output" in lines


def forecast(lines: list[str]) -> None:
    """The median grows, intervals widen, and the target above the median has a chance below one half."""
    rows = [numbers(line)[1:] for line in lines[1:4]]
    assert [r[0] for r in rows] == sorted(r[0] for r in rows)
    widths = [high / low for _, low, high in rows]
    assert widths == sorted(widths)
    assert 0 < numbers(lines[4])[-1] < 50


def read_a_plan(lines: list[str]) -> None:
    """Values, comparators and deadlines of the made-up plan, and the one contradiction."""
    assert any("= 100000.0 vehicles (level, 2025)" in line for line in lines)
    assert any("> 80000000000.0 yuan (level, 2027)" in line for line in lines)
    assert any(">= 10.0 enterprises (count, 2027)" in line for line in lines)
    assert [line for line in lines if line.startswith("factor-of-ten")]


CHECKS: dict[str, Callable[[list[str]], None]] = {
    "relatedness_and_complexity": relatedness,
    "input_output": input_output,
    "systemic_risk": systemic_risk,
    "forecast_a_series": forecast,
    "read_a_plan": read_a_plan,
}


def test_every_example_is_checked() -> None:
    assert {p.stem for p in FOLDER.glob("*.py")} == set(CHECKS)


@pytest.mark.parametrize("name", CHECKS)
def test_the_example_runs(name: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", str(FOLDER / f"{name}.py")],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    CHECKS[name](done.stdout.splitlines())
