"""Single failures shared among threads of this process, or among the workers of a compute port.

A worker does the same whoever runs it: it fails the firms of a block one after the other on the laid-out network,
every one from the same clean state, so that records are equal to the last bit however the blocks are spread.
"""

from __future__ import annotations

import threading
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np
from numpy.typing import NDArray

from lianzhang.compute import Compute, Shared
from lianzhang.risk.checkpoint import RECORD
from lianzhang.risk.kernel.layout import FirmGraph, Floats
from lianzhang.risk.kernel.single import fail_each
from lianzhang.risk.kernel.workspace import Workspace, workspace

Block = NDArray[np.int64]
Records = NDArray[np.void]


@dataclass(frozen=True, slots=True)
class Rule:
    """When a cascade ends."""

    epsilon: float
    max_steps: int


def fail_block(graph: FirmGraph, space: Workspace, ahead: Floats, rule: Rule, block: Block) -> Records:
    """(q,) records of the failures of each firm of a block."""
    values = np.zeros((len(block), 3))
    steps = np.zeros(len(block), np.int32)
    fail_each(graph, space, graph.rank_of[block], rule.epsilon, rule.max_steps, ahead, values, steps)
    records = np.zeros(len(block), RECORD)
    records["firm"], records["steps"] = block, steps
    records["esri"], records["down"], records["up"] = values.T
    return records


def on_threads(
    graph: FirmGraph, ahead: Floats, rule: Rule, blocks: list[Block], threads: int
) -> Generator[Records, None, None]:
    """Records of the blocks as they are finished. Closing the iterator drops the blocks that have not begun."""
    local = threading.local()

    def work(block: Block) -> Records:
        if not hasattr(local, "space"):
            local.space = workspace(graph)
        return fail_block(graph, local.space, ahead, rule, block)

    pool = ThreadPoolExecutor(threads)
    try:
        for future in as_completed([pool.submit(work, block) for block in blocks]):
            yield future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def on_compute(
    graph: FirmGraph, ahead: Floats, rule: Rule, blocks: list[Block], compute: Compute
) -> Generator[Records, None, None]:
    """Records of the blocks in order, by workers that map the laid-out network from one file a machine."""
    with compute.share(graph._asdict() | {"ahead": ahead}) as shared:
        try:
            with closing(compute.map(partial(_fail_shared, shared, rule), blocks)) as results:
                yield from results
        finally:
            _opened.cache_clear()  # where this process was a worker too


def _fail_shared(shared: Shared, rule: Rule, block: Block) -> Records:
    return fail_block(*_opened(shared), rule, block)


@lru_cache(maxsize=1)
def _opened(shared: Shared) -> tuple[FirmGraph, Workspace, Floats]:
    """The network of a run, its scratch space and outlook, made once in a worker."""
    arrays = shared.open()
    ahead = arrays.pop("ahead")
    graph = FirmGraph(**arrays)
    return graph, workspace(graph), ahead
