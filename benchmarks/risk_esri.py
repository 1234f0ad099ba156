"""Systemic risk of single failures beside a plain active-set version and dense matrices.

Sizes show how cost grows with firms, links and ε. The plain version fails the same firms as ours in the same
run; all 243,399 firms of the largest case take it a quarter of an hour, so there both take a random sample
unless asked.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from benchmarks._risk_networks import Network, make_network
from benchmarks.registry import Case, Result, Variant, register


class Task(NamedTuple):
    network: Network
    firms: np.ndarray
    epsilon: float


def make(
    firms: int,
    fail: int | None = None,
    links_per_firm: float = 4.54,
    epsilon: float = 0.01,
    largest: bool = False,
) -> Task:
    network = make_network(firms, links_per_firm)
    strength = np.bincount(network.supplier, network.sales, minlength=firms)
    if largest:
        chosen = np.argsort(-strength)[:fail]
    elif fail is None:
        chosen = np.arange(firms)
    else:
        chosen = np.random.default_rng(1).choice(firms, fail, replace=False)
    return Task(network, chosen.astype(np.int64), epsilon)


def _named(table: np.ndarray) -> dict[str, Any]:
    return {"esri": table[:, 0], "downstream": table[:, 1], "upstream": table[:, 2], "steps": table[:, 3]}


def ours(task: Task) -> Result:
    from lianzhang.risk.model import FirmNetwork
    from lianzhang.risk.service import rank

    net = task.network
    ids = tuple(map(str, range(1, len(net.sector) + 1)))
    labels = tuple(map(str, range(len(net.types))))
    network = FirmNetwork(
        net.supplier, net.buyer, net.sales, net.sector, net.types, ids, labels, origin="synthetic"
    )
    result = rank(network, task.firms, epsilon=task.epsilon)
    table = np.column_stack([result.esri, result.downstream, result.upstream, result.steps])
    each = result.compute_seconds / len(task.firms) * 1e3
    return _named(table) | {"computation_s": round(result.compute_seconds, 3), "ms_per_firm": round(each, 4)}


def plain(task: Task) -> Result:
    from benchmarks._risk_oracles import plain as run
    from benchmarks._risk_oracles import plain_arrays

    return _named(run(plain_arrays(task.network), task.firms, task.epsilon))


def dense(task: Task) -> Result:
    from benchmarks._risk_oracles import dense as run
    from benchmarks._risk_oracles import index

    rows = []
    for firm in task.firms:
        psi = np.ones(len(task.network.sector))
        psi[firm] = 0.0
        hd, hu, steps = run(task.network, psi, task.epsilon)
        rows.append((*index(task.network, hd, hu), steps))
    return _named(np.array(rows, dtype=float))


_BIG = ("243k", "243k largest", "243k all", "1M", "1M largest")

register(
    Case(
        name="risk.esri",
        make=make,
        sizes={
            "1k, dense": {"firms": 1_000, "fail": 20},
            "15k": {"firms": 15_000},
            "60k": {"firms": 60_000, "fail": 6_000},
            "60k, 9 links": {"firms": 60_000, "fail": 3_000, "links_per_firm": 9.08},
            "60k, eps 0.03": {"firms": 60_000, "fail": 6_000, "epsilon": 0.03},
            "60k, eps 0.003": {"firms": 60_000, "fail": 3_000, "epsilon": 0.003},
            "243k": {"firms": 243_399, "fail": 12_000},
            "243k largest": {"firms": 243_399, "fail": 200, "largest": True},
            "243k all": {"firms": 243_399},
            "1M": {"firms": 1_000_000, "fail": 3_000, "links_per_firm": 5.0},
            "1M largest": {"firms": 1_000_000, "fail": 1_000, "links_per_firm": 5.0, "largest": True},
        },
        slow=frozenset(_BIG),
        goal="at least 6 times as fast as the plain version; all of 243,399 firms in under 2 minutes on 2 cores",
        min_ratio=None,
        variants=(
            Variant("lianzhang", ours, role="ours", warm=lambda: ours(make(700, 2))),
            Variant(
                "plain active set (numba)",
                plain,
                role="oracle",
                warm=lambda: plain(make(700, 2)),
                slow=frozenset({"1M", "1M largest"}),
            ),
            Variant(
                "dense matrices (numpy)",
                dense,
                role="oracle",
                slow=frozenset({"15k", "60k", "60k, 9 links", "60k, eps 0.03", "60k, eps 0.003", *_BIG}),
            ),
        ),
    )
)
