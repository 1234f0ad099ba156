"""Does relatedness tell where a province will specialise? Backtest on the provincial input–output tables of
China.

For every province × sector with LQ < 1 in the first year: was LQ ≥ 1 in 2017? Scores known in the first year
are compared by the area under the ROC curve (0.5: no better than chance; the base rate says how many
entered): the relatedness density, the same divided by the breadth of the province, the location quotient
alone, and means of ranks. Intervals are 95 % bootstraps over provinces. The tables are evaluation data
(``--data DIR`` with ``io-provincial/``), never part of the project.

The tables of 2007 have other sectors than those of 2012 and 2017; both are brought to 37 common ones (general
and special machinery, transport and post, other manufacturing and scrap, and the four classes from research
to social services are merged; repair of metal goods, which 2007 does not show, is left out).
"""

from __future__ import annotations

import csv
import gzip
import os
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.registry import Case, Result, Variant, register

#: Common sector of each of the 42 sectors, 0 for none.
OF_2007 = {k: k for k in range(1, 21)} | {
    21: 21,
    22: 21,
    23: 22,
    24: 23,
    25: 24,
    26: 25,
    30: 26,
    27: 27,
    28: 27,
}
OF_2007 |= {
    31: 28,
    29: 29,
    32: 30,
    33: 31,
    34: 32,
    35: 33,
    36: 33,
    37: 33,
    38: 33,
    39: 34,
    40: 35,
    41: 36,
    42: 37,
}
OF_2012 = {k: k for k in range(1, 17)} | {
    17: 16,
    18: 17,
    19: 18,
    20: 19,
    21: 20,
    22: 21,
    24: 22,
    25: 23,
    26: 24,
}
OF_2012 |= {27: 25, 28: 26, 29: 27, 30: 28, 31: 29, 32: 30, 33: 31, 34: 32, 35: 33, 36: 33, 37: 33, 38: 33}
OF_2012 |= {39: 34, 40: 35, 41: 36, 42: 37, 23: 0}
COMMON = 37
#: Agriculture, mining, manufacturing, energy and water; the rest are construction and services.
GOODS = 24


def read_output(folder: Path, year: int) -> dict[str, np.ndarray]:
    """Output by common sector of every province, in 10,000 yuan."""
    mapping = OF_2007 if year < 2012 else OF_2012
    out: dict[str, np.ndarray] = {}
    path = folder / f"china_provincial_io_{year}_42.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            if row["sec"].startswith("sec"):
                common = mapping[int(row["sec"][3:])]
                if common:
                    vector = out.setdefault(row["province"], np.zeros(COMMON))
                    vector[common - 1] += max(0.0, float(row["GO"] or 0.0))
    return out


def make(start: int, end: int, scope: str) -> dict[str, Any] | None:
    root = os.environ.get("LIANZHANG_BENCH_DATA")
    folder = None if root is None else Path(root) / "io-provincial"
    if folder is None or not folder.is_dir():
        return None
    first, last = read_output(folder, start), read_output(folder, end)
    provinces = sorted(set(first) & set(last))
    return {
        "provinces": provinces,
        "first": np.array([first[p] for p in provinces]),
        "last": np.array([last[p] for p in provinces]),
        "columns": np.arange(GOODS) if scope == "goods" else np.arange(COMMON),
    }


def auc(score: np.ndarray, entered: np.ndarray) -> float:
    """Chance that an entry scores above a non-entry, ties half (Mann & Whitney)."""
    ones, zeros = score[entered], score[~entered]
    if not ones.size or not zeros.size:
        return float("nan")
    return float((ones[:, None] > zeros).mean() + 0.5 * (ones[:, None] == zeros).mean())


def _rank(values: np.ndarray) -> np.ndarray:
    return np.argsort(np.argsort(values)).astype(float)


def backtest(data: dict[str, Any]) -> Result:
    from lianzhang.places.kernel import (
        location_quotient,
        relatedness_density,
        relative_density,
        specialised,
    )

    columns = data["columns"]
    first, last = data["first"], data["last"]
    M = specialised(first)
    quotient, density = location_quotient(first)[:, columns], relatedness_density(M)[:, columns]
    later = specialised(last)[:, columns]
    open_cells = ~M[:, columns] & ~np.isnan(quotient) & ~np.isnan(density)
    province = np.nonzero(open_cells)[0]
    entered = later[open_cells]
    scores = {"density": density[open_cells], "LQ": quotient[open_cells]}
    relative = relative_density(M, relatedness_density(M))[:, columns]
    scores["relative density"] = np.nan_to_num(relative[open_cells])
    for name in ("density", "relative density"):
        scores[f"{name} and LQ"] = _rank(scores[name]) + _rank(scores["LQ"])
    rng = np.random.default_rng(1)
    count = len(data["provinces"])
    # The cells of one province stand and fall together, so provinces are drawn, not cells.
    draws = [
        np.concatenate([np.flatnonzero(province == p) for p in rng.integers(0, count, count)])
        for _ in range(300)
    ]
    out: dict[str, Any] = {
        "candidates": int(entered.size),
        "entries": int(entered.sum()),
        "base rate": round(float(entered.mean()), 4),
    }
    for name, score in scores.items():
        spread = np.nanquantile([auc(score[d], entered[d]) for d in draws], (0.025, 0.975))
        out[f"AUC {name}"] = f"{auc(score, entered):.3f}  [{spread[0]:.3f}, {spread[1]:.3f}]"
    for name in ("density", "relative density"):
        gain = [
            auc(scores[f"{name} and LQ"][d], entered[d]) - auc(scores["LQ"][d], entered[d]) for d in draws
        ]
        low, high = np.nanquantile(gain, (0.025, 0.975))
        out[f"{name} added to LQ"] = f"{np.nanmean(gain):+.3f}  [{low:+.3f}, {high:+.3f}]"
    if "重庆" in data["provinces"]:
        here = province == data["provinces"].index("重庆")
        out["Chongqing"] = f"{int(entered[here].sum())} of {int(here.sum())} entered; AUC " + ", ".join(
            f"{name} {auc(score[here], entered[here]):.2f}" for name, score in scores.items()
        )
    return out


def hand_written(data: dict[str, Any]) -> Result:
    """The density's AUC again, from the formulas alone."""
    X, columns = data["first"], data["columns"]
    shares = X / X.sum(axis=1, keepdims=True)
    M = (shares / (X.sum(axis=0) / X.sum()) >= 1).astype(float)
    u = M.sum(axis=0)
    phi = (M.T @ M) / np.maximum(u[:, None], u)
    omega = (M @ phi / phi.sum(axis=0))[:, columns]
    Y = data["last"]
    later = (Y / Y.sum(axis=1, keepdims=True) / (Y.sum(axis=0) / Y.sum()) >= 1)[:, columns]
    open_cells = M[:, columns] == 0
    return {"AUC density": f"{auc(omega[open_cells], later[open_cells]):.3f}"}


register(
    Case(
        name="chain.relatedness_backtest",
        make=make,
        sizes={
            f"{start}-{end} {scope}": {"start": start, "end": end, "scope": scope}
            for start, end in ((2007, 2017), (2012, 2017), (2007, 2012))
            for scope in ("goods", "all")
        },
        goal="publish the AUC of relatedness density beside the base rate and LQ alone, whatever it is",
        variants=(
            Variant("lianzhang", backtest, role="ours"),
            Variant("formulas in numpy", hand_written, role="oracle"),
        ),
    )
)
