"""Mixtures of Student-t distributions: distribution function, quantiles, and the score of a prediction.

Everything is in closed form or by a fixed quadrature, so that a forecast is the same on every run.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtr, stdtrit

FloatArray = NDArray[np.float64]

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(64)
#: Nodes and weights on (0, 1).
_U, _DU = (_NODES + 1) / 2, _WEIGHTS / 2


@dataclass(frozen=True, slots=True)
class Mixture:
    """``F(x) = Σ_k w_k T_{df_k}((x - location_k) / scale_k)``; all arrays (K,), weights sum to 1."""

    weight: FloatArray
    location: FloatArray
    scale: FloatArray
    df: FloatArray

    def cdf(self, x: ArrayLike) -> FloatArray:
        """P(X ≤ x), same shape as x; ±∞ allowed."""
        at = np.asarray(x, dtype=np.float64)[..., None]
        z = (at - self.location) / np.maximum(self.scale, 1e-300)
        return np.asarray(np.sum(self.weight * stdtr(self.df, z), axis=-1))

    def quantile(self, p: ArrayLike) -> FloatArray:
        """The x with F(x) = p, by bisection between the outermost quantiles of the components; 0 < p < 1."""
        wanted = np.asarray(p, dtype=np.float64)
        each = self.location + self.scale * stdtrit(self.df, wanted[..., None])
        low, high = each.min(axis=-1), each.max(axis=-1)
        for _ in range(80):
            middle = (low + high) / 2
            below = self.cdf(middle) < wanted
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        return np.asarray((low + high) / 2)


def crps_nodes(y: FloatArray, width: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Where to evaluate F for `crps_from_cdf`: points (N, 128) and their quadrature weights.

    The score ``∫ (F(x) - 1{x ≥ y})² dx`` is split at the outcome y and each side mapped to (0, 1) by
    ``x = y ± width u / (1 - u)``.

    Args:
        y: (N,) outcomes.
        width: (N,) a typical width of the prediction, > 0.
    """
    reach = _U / (1 - _U)
    jacobian = _DU / (1 - _U) ** 2
    points = np.concatenate(
        [y[:, None] - width[:, None] * reach, y[:, None] + width[:, None] * reach], axis=1
    )
    return points, width[:, None] * np.concatenate([jacobian, jacobian])[None, :]


def crps_from_cdf(cdf: FloatArray, weights: FloatArray) -> FloatArray:
    """Continuous ranked probability score (N,) from F at the points of `crps_nodes`.

    Matheson & Winkler 1976; strictly proper for distributions with a finite mean (Gneiting & Raftery 2007).
    """
    half = cdf.shape[1] // 2
    miss = np.concatenate([cdf[:, :half], 1.0 - cdf[:, half:]], axis=1)
    return np.asarray(np.sum(weights * miss**2, axis=1))


def component_cdf(points: FloatArray, location: FloatArray, scale: FloatArray, df: FloatArray) -> FloatArray:
    """F of every component at the points: (N, P) and (N, K) ×3 → (N, P, K)."""
    z = (points[:, :, None] - location[:, None, :]) / np.maximum(scale, 1e-300)[:, None, :]
    return np.asarray(stdtr(np.broadcast_to(df[:, None, :], z.shape), z))
