"""Risk on a firm network: rank all firms, run a scenario, explain a failure."""

from __future__ import annotations

import csv
import os
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lianzhang.compute import Compute
from lianzhang.errors import InputError
from lianzhang.i18n import Text
from lianzhang.risk.checkpoint import RECORD, Checkpoint, key
from lianzhang.risk.kernel.layout import FirmGraph, lay_out
from lianzhang.risk.kernel.scenario import cascade, downstream_parents, shares, trace, upstream_parents
from lianzhang.risk.kernel.single import fail_each, outlook
from lianzhang.risk.kernel.workspace import workspace
from lianzhang.risk.model import (
    CONVERGED_EPSILON,
    MAX_STEPS,
    PUBLISHED_EPSILON,
    Affected,
    FirmNetwork,
    ScenarioResult,
    SystemicRisk,
)
from lianzhang.risk.spread import Rule, on_compute, on_threads

#: Changes when the kernel's results could differ in any bit; part of the key of unfinished runs.
KERNEL_VERSION = "single-1"

Progress = Callable[[int, int], None]


def layout_of(network: FirmNetwork) -> FirmGraph:
    """Lay a network out for the kernels, once for any number of scenarios."""
    return lay_out(network.supplier, network.buyer, network.sales, network.sector, network.types)


def rank(
    network: FirmNetwork,
    firms: NDArray[np.int64] | None = None,
    *,
    epsilon: float = PUBLISHED_EPSILON,
    converged: bool = False,
    max_steps: int = MAX_STEPS,
    workers: int | None = None,
    compute: Compute | None = None,
    checkpoint: Path | None = None,
    progress: Progress | None = None,
) -> SystemicRisk:
    """Economic systemic risk index of each firm's failure (Diem et al. 2022, *Scientific Reports* 12:7719).

    Args:
        firms: (q,) failing firms; all by default.
        epsilon: the published stopping rule: stop after the step whose largest decrease is ≤ ε.
        converged: run until nothing moves (ε = 10⁻¹²) instead.
        workers: threads; by default one per processor. The results do not depend on it.
        compute: machines to share the firms among instead of threads of this process; the same results, bit for bit.
        checkpoint: output path beside which finished firms are kept, to be resumed from after a kill.
        progress: called with (firms done, firms in all).

    Raises:
        InputError: ε is not positive.
        ComputeError: the machines gave up; finished firms are kept in the checkpoint.
        KeyboardInterrupt: passed on; so are they.
    """
    if converged:
        epsilon = CONVERGED_EPSILON
    if not 0.0 < epsilon < 1.0:
        raise InputError(
            Text(f"ε 应在 0 和 1 之间，而不是 {epsilon}", f"epsilon is between 0 and 1, not {epsilon}")
        )
    wanted = np.arange(network.firms, dtype=np.int64) if firms is None else firms
    graph = layout_of(network)
    ahead = outlook(graph)
    _compile()

    table = np.zeros(network.firms, RECORD)
    known = np.zeros(network.firms, bool)
    with ExitStack() as stack:
        store = None
        if checkpoint is not None:
            store = stack.enter_context(
                Checkpoint(checkpoint, key(network, epsilon, max_steps, KERNEL_VERSION))
            )
            table[store.done["firm"]] = store.done
            known[store.done["firm"]] = True
        resumed = int(known[wanted].sum())
        todo = np.unique(wanted[~known[wanted]])
        threads = max(1, workers or os.cpu_count() or 1)
        # Blocks are small enough to share the load and to lose little by a kill, large enough to cost nothing; handing
        # one to another process costs as much as failing many firms.
        size = (
            np.clip(len(todo) // (threads * 64), 1, 256)
            if compute is None
            else np.clip(len(todo) // (compute.workers * 32), 16, 4096)
        )
        blocks = [todo[start : start + size] for start in range(0, len(todo), int(size))]
        rule = Rule(epsilon, max_steps)
        started = time.perf_counter()
        spread = (
            on_threads(graph, ahead, rule, blocks, threads)
            if compute is None
            else on_compute(graph, ahead, rule, blocks, compute)
        )
        finished = resumed
        for records in stack.enter_context(closing(spread)):
            table[records["firm"]] = records
            if store is not None:
                store.append(records)
            finished += len(records)
            if progress is not None:
                progress(finished, len(wanted))
    seconds = time.perf_counter() - started
    rows = table[wanted]
    return SystemicRisk(
        firm=wanted,
        esri=rows["esri"].copy(),
        downstream=rows["down"].copy(),
        upstream=rows["up"].copy(),
        steps=rows["steps"].copy(),
        epsilon=epsilon,
        compute_seconds=seconds,
        resumed=resumed,
    )


def write_rank(network: FirmNetwork, result: SystemicRisk, out: Path) -> None:
    """Write firm, esri, downstream, upstream, steps; the file appears whole or not at all."""
    draft = out.with_name(f"{out.name}.tmp")
    draft.parent.mkdir(parents=True, exist_ok=True)
    with draft.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["firm", "esri", "downstream", "upstream", "steps"])
        for firm, esri, down, up, steps in zip(
            result.firm.tolist(),
            result.esri.tolist(),
            result.downstream.tolist(),
            result.upstream.tolist(),
            result.steps.tolist(),
            strict=True,
        ):
            writer.writerow([network.firm_ids[firm], repr(esri), repr(down), repr(up), steps])
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(out)


def finish_checkpoint(network: FirmNetwork, out: Path, *, epsilon: float, max_steps: int = MAX_STEPS) -> None:
    """Remove the part file of a run whose output has been written."""
    Checkpoint(out, key(network, epsilon, max_steps, KERNEL_VERSION)).remove()


def largest(network: FirmNetwork, count: int) -> NDArray[np.int64]:
    """The firms with the largest sales, largest first."""
    return np.argsort(-network.strength(), kind="stable")[:count].astype(np.int64)


def sample(network: FirmNetwork, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Firms drawn at random without repetition."""
    return rng.choice(network.firms, min(count, network.firms), replace=False).astype(np.int64)


def scenario(
    network: FirmNetwork,
    capacity: NDArray[np.float64],
    *,
    epsilon: float = PUBLISHED_EPSILON,
    converged: bool = False,
    max_steps: int = MAX_STEPS,
    top: int = 20,
    graph: FirmGraph | None = None,
) -> ScenarioResult:
    """Any shock: ψ_i is the capacity left to firm i. The most affected firms with the path that reaches them.

    Args:
        capacity: (n,) ψ in 0 … 1.
        top: how many of the most affected firms to explain.
        graph: the laid-out network, when it is at hand.

    Raises:
        InputError: a capacity outside 0 … 1 or of the wrong number.
    """
    if capacity.shape != (network.firms,) or not ((capacity >= 0) & (capacity <= 1)).all():
        raise InputError(
            Text(
                "每家企业的剩余产能应在 0 和 1 之间", "every firm needs a remaining capacity between 0 and 1"
            ),
            details={"firms": network.firms, "given": list(capacity.shape)},
        )
    g = layout_of(network) if graph is None else graph
    epsilon = CONVERGED_EPSILON if converged else epsilon
    cap = capacity[g.firm_of]
    down, up, first_down, first_up, steps = cascade(g, cap, epsilon, max_steps)
    lost = g.strength * np.maximum(down, up)
    total = float(g.strength.sum())
    by_down = downstream_parents(g, down, first_down)
    by_up = upstream_parents(g, up, first_up)
    affected = []
    for r in np.argsort(-lost, kind="stable")[:top].tolist():
        if lost[r] == 0.0:
            break
        hit = cap[r] < 1.0 and max(down[r], up[r]) <= 1.0 - cap[r]
        way: Literal["downstream", "upstream", "shock"] = (
            "shock" if hit else "downstream" if down[r] > up[r] else "upstream"
        )
        parents, first = (by_down, first_down) if way == "downstream" else (by_up, first_up)
        path = [r] if hit else trace(parents, r).tolist()
        affected.append(
            Affected(
                firm=network.firm_ids[g.firm_of[r]],
                sector=network.sector_labels[g.sector[r]],
                loss=float(max(down[r], up[r])),
                output_share=float(lost[r] / total),
                direction=way,
                step=0 if hit else int(first[r]),
                path=tuple(network.firm_ids[g.firm_of[q]] for q in path),
            )
        )
    index, down_part, up_part = shares(g, down, up)
    return ScenarioResult(
        esri=index,
        downstream=down_part,
        upstream=up_part,
        steps=int(steps),
        epsilon=epsilon,
        reached=int((np.maximum(down, up) > 0).sum()),
        affected=tuple(affected),
    )


def _compile() -> None:
    """Have the kernel compiled (or loaded) before anything is timed, on a network of two firms."""
    graph = lay_out(
        np.array([0]), np.array([1]), np.array([1.0]), np.array([0, 0]), np.full((1, 1), 2, np.int8)
    )
    fail_each(
        graph,
        workspace(graph),
        graph.rank_of[:1],
        0.01,
        1,
        outlook(graph),
        np.zeros((1, 3)),
        np.zeros(1, np.int32),
    )
