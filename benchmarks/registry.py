"""How a benchmark is declared, measured and compared.

A case is data: a name, named sizes, a way to make the input, and variants of which one is ours and the others
are peers or oracles. Every variant of one size runs in a fresh process on the same input (made from the same
seed), so that peak memory belongs to it alone and nobody warms a cache for anybody else; all of them run in
one invocation, so that ratios compare like with like.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import pkgutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

Result = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to compute the answer.

    ``run(data)`` is timed and returns named arrays or numbers, compared with those of ours that bear the same
    name. ``warm()`` is called before (compile, import) and is not timed. ``needs`` are modules without which
    the variant is skipped, visibly. ``role`` is ``ours``, ``peer`` or ``oracle``.
    """

    name: str
    run: Callable[[Any], Result]
    role: str = "peer"
    needs: tuple[str, ...] = ()
    warm: Callable[[], object] | None = None
    prepare: Callable[[Any], Any] | None = None
    finish: Callable[[Any, Result], Result] | None = None
    slow: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Case:
    """A sized benchmark. ``make(**params)`` builds the input and is not timed.

    ``goal`` is a sentence, ``min_ratio`` the factor by which ours has to beat the best peer, ``tolerance``
    the largest difference of equally named results that counts as equal. ``slow`` sizes run only when asked
    for.
    """

    name: str
    make: Callable[..., Any]
    sizes: Mapping[str, Mapping[str, Any]]
    variants: tuple[Variant, ...]
    goal: str = ""
    min_ratio: float | None = None
    tolerance: float = 1e-10
    slow: frozenset[str] = frozenset()
    goal_sizes: frozenset[str] | None = None


@dataclass(slots=True)
class Registry:
    """Every declared case by name."""

    cases: dict[str, Case] = field(default_factory=dict)

    def add(self, case: Case) -> Case:
        """Declare a case; a name is taken once."""
        if case.name in self.cases:
            raise ValueError(f"benchmark {case.name!r} is declared twice")
        if sum(v.role == "ours" for v in case.variants) != 1:
            raise ValueError(f"benchmark {case.name!r} needs exactly one variant with role 'ours'")
        self.cases[case.name] = case
        return case


REGISTRY = Registry()
register = REGISTRY.add


def discover() -> dict[str, Case]:
    """Import every ``benchmarks/<word>_<name>.py``; a module that fails to import is an error, not a
    silence."""
    package = importlib.import_module("benchmarks")
    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda i: i.name):
        if "_" in info.name and not info.name.startswith("_"):
            importlib.import_module(f"benchmarks.{info.name}")
    return REGISTRY.cases


def peak_mib() -> float:
    """Largest resident memory of this process since the last reset, MiB."""
    try:
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


def reset_peak() -> float:
    """Forget the peak so far (Linux) and return the memory in use, MiB; elsewhere the peak stays from the
    start."""
    try:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
        return peak_mib()
    except OSError:
        return peak_mib()


def run_child(case: Case, size: str, variant: Variant, out: Path, repeat: int) -> None:
    """Body of the measuring process: make, warm, run ``repeat`` times, write figures and results."""
    missing = [name for name in variant.needs if importlib.util.find_spec(name) is None]
    if missing:
        out.with_suffix(".json").write_text(json.dumps({"skipped": "not installed: " + ", ".join(missing)}))
        return
    if variant.warm is not None:
        variant.warm()
    data = case.make(**case.sizes[size])
    if data is None:
        out.with_suffix(".json").write_text(json.dumps({"skipped": "no input data (see --data)"}))
        return
    seconds: list[float] = []
    cpu: list[float] = []
    result: Result = {}
    base = 0.0
    for _ in range(repeat):
        # Anew for every run: some packages keep their results inside their input.
        given = data if variant.prepare is None else variant.prepare(data)
        base = reset_peak()
        start, start_cpu = time.perf_counter(), time.process_time()
        result = variant.run(given)
        seconds.append(time.perf_counter() - start)
        cpu.append(time.process_time() - start_cpu)
    peak = peak_mib()
    if variant.finish is not None:
        result = variant.finish(data, result)
    figures = {
        "seconds": min(seconds),
        "cpu_seconds": min(cpu),
        "runs": seconds,
        "peak_mib": peak - base,
        "base_mib": base,
    }
    notes = {k: v for k, v in result.items() if isinstance(v, str | int | float) and not k.startswith("_")}
    arrays = {k: np.asarray(v) for k, v in result.items() if isinstance(v, np.ndarray | np.generic)}
    np.savez(out, **arrays)
    out.with_suffix(".json").write_text(json.dumps(figures | {"notes": notes}))


def _difference(
    ours: Mapping[str, np.ndarray], other: Mapping[str, np.ndarray]
) -> tuple[float | None, list[str]]:
    worst: float | None = None
    compared = sorted(set(ours) & set(other))
    for key in compared:
        a, b = np.asarray(ours[key], dtype=float), np.asarray(other[key], dtype=float)
        if a.shape != b.shape or not np.array_equal(np.isnan(a), np.isnan(b)):
            return float("inf"), compared
        scale = max(1.0, float(np.nanmax(np.abs(a), initial=0.0)))
        gap = float(np.nanmax(np.abs(a - b), initial=0.0)) / scale
        worst = gap if worst is None else max(worst, gap)
    return worst, compared


def measure(
    case: Case, size: str, *, repeat: int = 1, timeout_s: float = 1800.0, all_variants: bool = False
) -> dict[str, Any]:
    """All variants of one size, each in a fresh process; figures, ratios and the worst difference from
    ours."""
    rows: list[dict[str, Any]] = []
    arrays: dict[str, dict[str, np.ndarray]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for index, variant in enumerate(case.variants):
            out = Path(folder) / f"v{index}.npz"
            command = [sys.executable, "-m", "benchmarks", "--child", case.name, size, str(index), str(out)]
            row: dict[str, Any] = {"variant": variant.name, "role": variant.role}
            if size in variant.slow and not all_variants:
                rows.append(row | {"skipped": "slow at this size, runs with --all"})
                continue
            try:
                done = subprocess.run(
                    [*command, "--repeat", str(repeat)],
                    env=os.environ | {"PYTHONWARNINGS": "ignore"},
                    capture_output=True,
                    text=True,
                    timeout=timeout_s,
                    check=False,
                )
                figures = out.with_suffix(".json")
                if figures.exists():
                    row |= json.loads(figures.read_text())
                else:
                    row["failed"] = (done.stderr.strip().splitlines() or ["no output"])[-1]
            except subprocess.TimeoutExpired:
                row["failed"] = f"longer than {timeout_s:.0f} s"
            if out.exists():
                with np.load(out) as file:
                    arrays[variant.name] = {k: file[k] for k in file.files}
            rows.append(row)
    ours = next(v for v in case.variants if v.role == "ours")
    mine = next(r for r in rows if r["variant"] == ours.name)
    peers = []
    for row in rows:
        if row is mine or "seconds" not in row or "seconds" not in mine:
            continue
        row["ratio"] = row["seconds"] / max(mine["seconds"], 1e-9)
        row["max_difference"], row["compared"] = _difference(
            arrays.get(ours.name, {}), arrays.get(row["variant"], {})
        )
        if row["role"] == "peer":
            peers.append(row["ratio"])
    ratio = min(peers) if peers else None
    meant = case.goal_sizes is None or size in case.goal_sizes
    reached = None if ratio is None or case.min_ratio is None or not meant else ratio >= case.min_ratio
    return {
        "case": case.name,
        "size": size,
        "goal": case.goal,
        "ratio_to_best_peer": ratio,
        "min_ratio": case.min_ratio,
        "reached": reached,
        "tolerance": case.tolerance,
        "variants": rows,
    }
