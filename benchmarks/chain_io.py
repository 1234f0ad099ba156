"""Multipliers, linkages and extraction on tables of 1,435 and 4,884 sectors beside pymrio.

The tables are random, with the uneven sizes of real ones. pymrio inverts; its fastest use (functions on
arrays) and its usual one (an IOSystem) are both run. It has no hypothetical extraction; there the oracle
solves the reduced system of each sector anew, for a sample of sectors.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.registry import Case, Result, Variant, register


def make(sectors: int, seed: int = 1) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    size = rng.lognormal(0.0, 1.5, sectors)
    Z = rng.random((sectors, sectors))
    Z **= 6.0
    Z *= size[:, None]
    Z *= size * rng.uniform(0.2, 0.7, sectors) / Z.sum(axis=0)
    value_added = np.abs(rng.normal(0.5, 0.15, (4, sectors))) * 0.2
    purchases = Z.sum(axis=0)
    x = np.maximum(purchases / rng.uniform(0.35, 0.75, sectors), size)
    va = value_added / value_added.sum(axis=0) * (x - purchases)
    return {"Z": Z, "x": x, "VA": va, "Y": (x - Z.sum(axis=1))[:, None]}


def ours(data: dict[str, np.ndarray]) -> Result:
    from lianzhang.chain.kernel import factorise, linkages, multipliers

    system = factorise(data["Z"], data["x"])
    effect = multipliers(system, data["VA"] / data["x"])
    links = linkages(system)
    return {
        "output": effect.output,
        "value_added": effect.total,
        "forward": links.forward,
        "forward_leontief": links.forward_leontief,
    }


def pymrio_functions(data: dict[str, np.ndarray]) -> Result:
    import pymrio

    x = data["x"]
    A = pymrio.calc_A(data["Z"], x)
    L = pymrio.calc_L(A)
    M = pymrio.calc_M(pymrio.calc_S(data["VA"], x), L)
    forward = (L * x).sum(axis=1) / x  # rows of the Ghosh inverse, from L
    return {"output": L.sum(axis=0), "value_added": M, "forward": forward, "forward_leontief": L.sum(axis=1)}


def _system(data: dict[str, np.ndarray]) -> Any:
    import pandas as pd
    import pymrio

    n = data["x"].size
    index = pd.MultiIndex.from_product([["reg1"], [f"s{i}" for i in range(n)]], names=["region", "sector"])
    demand = pd.MultiIndex.from_product([["reg1"], ["demand"]], names=["region", "category"])
    factors = pymrio.Extension(
        name="va", F=pd.DataFrame(data["VA"], index=pd.Index(list("abcd"), name="stressor"), columns=index)
    )
    system = pymrio.IOSystem(
        Z=pd.DataFrame(data["Z"], index=index, columns=index),
        Y=pd.DataFrame(data["Y"], index=index, columns=demand),
        x=pd.DataFrame({"indout": data["x"]}, index=index),
    )
    system.va = factors
    return system


def pymrio_system(system: Any) -> Result:
    system.calc_all(include_ghosh=True)
    L = system.L.to_numpy()
    return {
        "output": L.sum(axis=0),
        "value_added": system.va.M.to_numpy(),
        "forward": system.G.to_numpy().sum(axis=1),
        "forward_leontief": L.sum(axis=1),
    }


def extract_all(data: dict[str, np.ndarray]) -> Result:
    from lianzhang.chain.kernel import extract, factorise

    system = factorise(data["Z"], data["x"])
    lost = extract(system, coefficients=data["VA"] / data["x"])
    some = _sample(data)
    return {"loss": lost.output_loss[some], "value_loss": lost.value_loss[:, some]}


def _sample(data: dict[str, np.ndarray]) -> np.ndarray:
    return np.linspace(0, data["x"].size - 1, 4).astype(int)


def extract_sample_anew(data: dict[str, np.ndarray]) -> Result:
    """Takes out each of four sectors and solves the reduced system: what the definition says, at four
    solves."""
    x = data["x"]
    A = data["Z"] / x
    f = x - A @ x
    some = _sample(data)
    loss, value_loss = np.empty(some.size), np.empty((4, some.size))
    for at, k in enumerate(some):
        keep = np.arange(x.size) != k
        rest = np.linalg.solve(np.eye(x.size - 1) - A[np.ix_(keep, keep)], f[keep])
        reduced = np.zeros_like(x)
        reduced[keep] = rest
        loss[at] = (x - reduced).sum()
        value_loss[:, at] = (data["VA"] / x) @ (x - reduced)
    return {"loss": loss, "value_loss": value_loss}


SIZES = {"1435": {"sectors": 1435}, "4884": {"sectors": 4884}}

register(
    Case(
        name="chain.io",
        make=make,
        sizes=SIZES,
        goal="multipliers and linkages at least 3 times as fast as pymrio, no inverse stored",
        min_ratio=3.0,
        variants=(
            Variant("lianzhang", ours, role="ours", warm=lambda: ours(make(300))),
            Variant(
                "pymrio functions",
                pymrio_functions,
                needs=("pymrio",),
                warm=lambda: pymrio_functions(make(50)),
            ),
            Variant(
                "pymrio IOSystem",
                pymrio_system,
                needs=("pymrio", "pandas"),
                prepare=_system,
                warm=lambda: pymrio_system(_system(make(50))),
            ),
        ),
    )
)

register(
    Case(
        name="chain.extraction",
        make=make,
        sizes=SIZES,
        goal="hypothetical extraction of every sector, checked on four sectors solved anew",
        variants=(
            Variant("lianzhang, all sectors", extract_all, role="ours", warm=lambda: extract_all(make(300))),
            Variant("four sectors, numpy", extract_sample_anew, role="oracle"),
        ),
    )
)
