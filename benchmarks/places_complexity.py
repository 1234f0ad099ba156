"""Location quotients, complexity, proximity and relatedness density beside the Python packages for them.

The input is random with the nested structure of real region–sector matrices (capable regions have the
demanding sectors too). Differences between the packages' definitions are settled untimed: diagonal of the
proximity (1 here and in ecomplexity, 0 in the others), percent, and the sign and standardisation of PCI.
economic-complexity iterates the method of reflections 20 times instead of solving the eigenproblem, so its
indices are not compared.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.registry import Case, Result, Variant, register


def make(regions: int, sectors: int, seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    capability = np.sort(rng.uniform(0.1, 1.0, regions))[::-1]
    requirement = np.sort(rng.uniform(0.0, 0.9, sectors))
    presence = 0.1 + 0.6 / (1.0 + np.exp(-10.0 * (capability[:, None] - requirement)))
    return (rng.random((regions, sectors)) < presence) * rng.lognormal(3.0, 1.0, (regions, sectors))


def ours(X: np.ndarray) -> Result:
    from lianzhang.places.kernel import complexity, location_quotient, relatedness, specialised

    quotients = location_quotient(X)
    M = specialised(X)
    index = complexity(M)
    related = relatedness(M)
    return {
        "lq": quotients,
        "eci": index.eci,
        "pci": index.pci,
        "proximity": related.proximity,
        "density": related.density,
    }


def ours_without_proximity(X: np.ndarray) -> Result:
    from lianzhang.places.kernel import complexity, location_quotient, relatedness_density, specialised

    M = specialised(X)
    index = complexity(M)
    return {"lq": location_quotient(X), "eci": index.eci, "pci": index.pci, "density": relatedness_density(M)}


def warm() -> None:
    ours(make(20, 30))
    ours_without_proximity(make(20, 300))


def _frame(X: np.ndarray) -> Any:
    import pandas as pd

    return pd.DataFrame(X, columns=np.arange(X.shape[1]), index=pd.Index(np.arange(X.shape[0]), name="loc"))


def _long(X: np.ndarray) -> Any:
    import pandas as pd

    regions, sectors = X.shape
    return pd.DataFrame(
        {
            "t": 2020,
            "loc": np.repeat(np.arange(regions), sectors),
            "act": np.tile(np.arange(sectors), regions),
            "val": X.ravel(),
        }
    )


def _standard(values: np.ndarray, like: np.ndarray) -> np.ndarray:
    out = (values - values.mean()) / values.std()
    return out if float(out @ like) >= 0 else -out


def _with_self(data: np.ndarray, result: Result, percent: float) -> Result:
    """φ_ii = 1 and ω with the own sector in both sums, from results without."""
    phi = np.array(result["proximity"])
    M = np.asarray(result["_M"], dtype=float)
    sums = phi.sum(axis=0)
    omega = (np.asarray(result["density"]) / percent * sums + M) / (sums + 1.0)
    np.fill_diagonal(phi, 1.0)
    return {k: v for k, v in result.items() if not k.startswith("_")} | {"proximity": phi, "density": omega}


def economic_complexity(frame: Any) -> Result:
    import economic_complexity as ec

    rca = ec.rca(frame)
    ec.complexity(rca)
    phi = ec.proximity(rca)
    omega = ec.relatedness(rca, proximities=phi)
    return {
        "lq": rca.to_numpy(),
        "proximity": phi.to_numpy(),
        "density": omega.to_numpy(),
        "_M": rca.to_numpy() >= 1,
    }


def ecomplexity(long: Any) -> Result:
    import contextlib
    import io

    from ecomplexity import ecomplexity as run

    cols = {"time": "t", "loc": "loc", "prod": "act", "val": "val"}
    with contextlib.redirect_stdout(io.StringIO()):
        return {"_frame": run(long, cols, check_logsupermodularity=False, verbose=False)}


def ecomplexity_finish(X: np.ndarray, result: Result) -> Result:
    frame = result["_frame"].sort_values(["loc", "act"])
    shape = X.shape
    eci = frame["eci"].to_numpy().reshape(shape)[:, 0]
    pci = frame["pci"].to_numpy().reshape(shape)[0]
    reference = ours_without_proximity(X)
    return {
        "lq": frame["rca"].to_numpy().reshape(shape),
        "density": frame["density"].to_numpy().reshape(shape),
        "eci": _standard(eci, reference["eci"]),
        "pci": _standard(pci, reference["pci"]),
    }


def econcomplex(frame: Any) -> Result:
    import econcomplex as ec

    rca = ec.rca(frame)
    M = (rca >= 1).astype(float)
    eci, pci = ec.eci_pci(M, use_rca=False)
    phi = ec.proximity(M, use_rca=False, compute="product")["product"]
    omega = ec.relatedness_density(M, phi=phi, use_rca=False)
    return {
        "lq": rca.to_numpy(),
        "proximity": phi.to_numpy(),
        "density": omega.to_numpy(),
        "_eci": eci.to_numpy(),
        "_pci": pci.to_numpy(),
        "_M": M.to_numpy(),
    }


def econcomplex_finish(X: np.ndarray, result: Result) -> Result:
    reference = ours_without_proximity(X)
    named = {
        "eci": _standard(result["_eci"], reference["eci"]),
        "pci": _standard(result["_pci"], reference["pci"]),
    }
    return dict(_with_self(X, result, 100.0)) | named


register(
    Case(
        name="places.complexity",
        make=make,
        sizes={
            "60x400": {"regions": 60, "sectors": 400},
            "300x5000": {"regions": 300, "sectors": 5000},
            "3000x1200": {"regions": 3000, "sectors": 1200},
        },
        goal="quotients, complexity, proximity and density at least 8 times as fast as the best package",
        min_ratio=8.0,
        goal_sizes=frozenset({"300x5000", "3000x1200"}),
        variants=(
            Variant("lianzhang", ours, role="ours", warm=warm),
            Variant("lianzhang, no proximity kept", ours_without_proximity, role="oracle", warm=warm),
            Variant(
                "economic-complexity",
                economic_complexity,
                needs=("economic_complexity", "pandas"),
                prepare=_frame,
                warm=lambda: economic_complexity(_frame(make(20, 30))),
                finish=lambda X, r: _with_self(X, r, 1.0),
            ),
            Variant(
                "ecomplexity",
                ecomplexity,
                needs=("ecomplexity", "pandas"),
                prepare=_long,
                warm=lambda: ecomplexity(_long(make(20, 30))),
                finish=ecomplexity_finish,
                slow=frozenset({"300x5000"}),
            ),
            Variant(
                "econcomplex",
                econcomplex,
                needs=("econcomplex", "pandas"),
                prepare=_frame,
                warm=lambda: econcomplex(_frame(make(20, 30))),
                finish=econcomplex_finish,
                slow=frozenset({"300x5000", "3000x1200"}),
            ),
        ),
    )
)
