"""Regional purchase coefficients: how much of local demand local producers meet."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from lianzhang.chain.model import FloatArray, PurchaseCoefficients
from lianzhang.errors import InputError
from lianzhang.i18n import Text

Charm = Literal["2009", "2015"]


def _vectors(**named: ArrayLike) -> list[FloatArray]:
    arrays = [np.asarray(a, dtype=np.float64) for a in named.values()]
    shape = arrays[0].shape
    for name, array in zip(named, arrays, strict=True):
        if array.ndim != 1 or array.shape != shape or not np.isfinite(array.sum()):
            raise InputError(
                Text(
                    f"{name} 应为与其他向量等长的有限数向量",
                    f"{name} must be a vector of finite numbers, as long as the others",
                )
            )
    return arrays


def supply_demand_pool(x: ArrayLike, net_outflow: ArrayLike) -> PurchaseCoefficients:
    """r_i = min(1, x_i / d_i), d_i = x_i - o_i: local output goes to local demand first (Isard 1953; Moore &
    Petersen 1955). No cross-hauling, so r is an upper bound.

    Args:
        x: (n,) output, at least 0.
        net_outflow: o (n,), same unit.

    Returns:
        PurchaseCoefficients; NaN where demand is not positive.

    Raises:
        InputError: lengths differ or an output is negative.
    """
    output, outflow = _vectors(x=x, net_outflow=net_outflow)
    return _from_trade(
        output, output - outflow, np.zeros_like(output), np.zeros_like(output), "supply-demand pool"
    )


def charm(
    x: ArrayLike, demand: ArrayLike, heterogeneity: ArrayLike, *, variant: Charm = "2015"
) -> PurchaseCoefficients:
    """The cross-hauling adjusted regionalisation method.

    Cross-hauling q_i = 2 min(e_i, m_i) is estimated from product heterogeneity h_i, the trade balance b = x -
    d is known, so e = (q + |b| + b) / 2, m = (q + |b| - b) / 2 and r = 1 - m/d.

    - ``2009`` (Kronenberg 2009, International Regional Science Review 32:40): q = h (x + d); may exceed what
      x and d allow, it is then cut to 2 min(x, d) and marked;
    - ``2015`` (Többen & Kronenberg 2015, Economic Systems Research 27:487): q = h · 2 min(x, d), h between 0
    and 1.

    With h = 0 both give the supply–demand pool.

    Args:
        x: (n,) output of the region.
        demand: d (n,) intermediate plus final use inside the region, whatever its origin.
        heterogeneity: h (n,) or one number, from `charm_heterogeneity` on a table with gross trade, same
            variant.
        variant: see above.

    Returns:
        PurchaseCoefficients with the h used.

    Raises:
        InputError: lengths differ, a value is negative, or h exceeds 1 in the variant of 2015.
    """
    output, use = _vectors(x=x, demand=demand)
    h = np.broadcast_to(np.asarray(heterogeneity, dtype=np.float64), output.shape).copy()
    if not np.isfinite(h.sum()) or (
        h.size and (float(h.min()) < 0 or (variant == "2015" and float(h.max()) > 1))
    ):
        raise InputError(
            Text(
                "异质性参数须不小于 0（2015 年式还须不大于 1）",
                "heterogeneity must be at least 0 (and at most 1 in the variant of 2015)",
            )
        )
    if variant not in ("2009", "2015"):
        raise InputError(Text(f"没有 CHARM 变体 {variant}", f"no CHARM variant {variant!r}"))
    ceiling = np.maximum(0.0, 2.0 * np.minimum(output, use))
    q = h * (output + use) if variant == "2009" else h * ceiling
    return _from_trade(output, use, q, h, f"charm-{variant}")


def _from_trade(
    output: FloatArray, use: FloatArray, q: FloatArray, h: FloatArray, method: str
) -> PurchaseCoefficients:
    if output.size and float(output.min()) < 0:
        raise InputError(Text("总产出不得为负", "output must be at least 0"))
    ceiling = np.maximum(0.0, 2.0 * np.minimum(output, use))
    limited = q > ceiling * (1 + 1e-12)
    q = np.minimum(q, ceiling)
    balance = output - use
    outflow = 0.5 * (q + np.abs(balance) + balance)
    inflow = 0.5 * (q + np.abs(balance) - balance)
    r = np.full(output.shape, np.nan)
    np.divide(use - inflow, use, out=r, where=use > 0)
    return PurchaseCoefficients(method, np.clip(r, 0.0, 1.0), use, inflow, outflow, q, h, limited)


def charm_heterogeneity(
    x: ArrayLike, demand: ArrayLike, exports: ArrayLike, imports: ArrayLike, *, variant: Charm = "2015"
) -> FloatArray:
    """h (n,) from a table with gross trade (the nation's, or the region's with exports and imports apart).

    q = (e + m) - |e - m| = 2 min(e, m); ``2009``: h = q / (x + d); ``2015``: h = q / (2 min(x, d)), cut at 1.

    Args:
        x, demand: (n,) of that table; imports as positive numbers.
        exports, imports: (n,), at least 0.
        variant: as in `charm`.

    Returns:
        (n,) without unit; NaN where the denominator is 0.

    Raises:
        InputError: lengths differ or a flow is negative.
    """
    output, use, e, m = _vectors(x=x, demand=demand, exports=exports, imports=imports)
    if any(a.size and float(a.min()) < 0 for a in (output, e, m)):
        raise InputError(Text("产出、调出与调入须不小于 0", "output, exports and imports must be at least 0"))
    q = 2.0 * np.minimum(e, m)
    base = output + use if variant == "2009" else 2.0 * np.minimum(output, use)
    h = np.full(output.shape, np.nan)
    np.divide(q, base, out=h, where=base > 0)
    return np.minimum(h, 1.0) if variant == "2015" else h
