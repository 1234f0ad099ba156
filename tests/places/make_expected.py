"""Writes ``expected_complexity.json``: what the Python packages for economic complexity give on small
matrices.

Run once, in an environment with ``benchmarks/requirements.txt`` installed:
``python tests/places/make_expected.py``. The matrices are our own (random integers, stored in the file), the
numbers of the packages are kept as they come: percent, zero diagonals and signs included.
"""

from __future__ import annotations

import contextlib
import io
import json
from importlib.metadata import version
from pathlib import Path

import econcomplex
import economic_complexity
import numpy as np
import pandas as pd
from ecomplexity import ecomplexity


def matrix(regions: int, sectors: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    capability = np.linspace(1.0, 0.2, regions)
    requirement = np.linspace(0.0, 0.9, sectors)
    presence = 0.15 + 0.6 / (1.0 + np.exp(-8.0 * (capability[:, None] - requirement)))
    return (rng.random((regions, sectors)) < presence) * rng.integers(1, 200, (regions, sectors))


def case(X: np.ndarray) -> dict[str, object]:
    frame = pd.DataFrame(X.astype(float), index=pd.Index(range(X.shape[0]), name="loc"))
    rca = economic_complexity.rca(frame)
    phi = economic_complexity.proximity(rca)
    M = (econcomplex.rca(frame) >= 1).astype(float)
    eci, pci = econcomplex.eci_pci(M, use_rca=False)
    long = frame.stack().rename_axis(["loc", "act"]).rename("val").reset_index().assign(t=1)
    with contextlib.redirect_stdout(io.StringIO()):
        atlas = ecomplexity(
            long,
            {"time": "t", "loc": "loc", "prod": "act", "val": "val"},
            check_logsupermodularity=False,
            verbose=False,
        ).sort_values(["loc", "act"])
    shape = X.shape
    return {
        "X": X.tolist(),
        "economic-complexity": {
            "rca": rca.to_numpy().tolist(),
            "proximity": phi.to_numpy().tolist(),
            "relatedness": economic_complexity.relatedness(rca, proximities=phi).to_numpy().tolist(),
        },
        "econcomplex": {"eci": eci.tolist(), "pci": pci.tolist()},
        "ecomplexity": {
            "eci": atlas["eci"].to_numpy().reshape(shape)[:, 0].tolist(),
            "pci": atlas["pci"].to_numpy().reshape(shape)[0].tolist(),
            "density": atlas["density"].to_numpy().reshape(shape).tolist(),
        },
    }


def main() -> None:
    names = ("economic-complexity", "econcomplex", "ecomplexity")
    out = {
        "made_with": {name: version(name) for name in names},
        "cases": [case(matrix(9, 14, 1)), case(matrix(16, 11, 2))],
    }
    Path(__file__).with_name("expected_complexity.json").write_text(json.dumps(out), encoding="utf-8")


if __name__ == "__main__":
    main()
