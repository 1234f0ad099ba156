"""Writes ``expected_io.json``: what pymrio gives on a small table of our own.

Run once, in an environment with ``benchmarks/requirements.txt`` installed: ``python
tests/chain/make_expected.py``. Nothing of pymrio (its test system included) is stored, only the numbers it
computes from the integers made here.
"""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pymrio


def main() -> None:
    rng = np.random.default_rng(5)
    Z = rng.integers(0, 90, (7, 7)).astype(float)
    VA = rng.integers(20, 300, (3, 7)).astype(float)
    x = Z.sum(axis=0) + VA.sum(axis=0)
    A = pymrio.calc_A(Z, x)
    L = pymrio.calc_L(A)
    G = pymrio.calc_G(pymrio.calc_B(Z, x), L, x)
    S = pymrio.calc_S(VA, x)
    out = {
        "made_with": {"pymrio": version("pymrio")},
        "Z": Z.tolist(),
        "VA": VA.tolist(),
        "x": x.tolist(),
        "A": A.tolist(),
        "L": L.tolist(),
        "G": np.asarray(G).tolist(),
        "M": np.asarray(pymrio.calc_M(S, L)).tolist(),
    }
    Path(__file__).with_name("expected_io.json").write_text(json.dumps(out), encoding="utf-8")


if __name__ == "__main__":
    main()
