"""Input–output analysis on a factored system: balance, multipliers, linkages, extraction, Ghosh, inflow
content.

Miller & Blair 2009, Input–Output Analysis, 2nd ed.; every result is a few solves with L or Lᵀ.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from lianzhang.chain.kernel.leontief import LeontiefSystem
from lianzhang.chain.model import Balance, Extraction, FloatArray, IOTable, Linkages, Multipliers, WeakLinks
from lianzhang.errors import InputError
from lianzhang.i18n import Text

ExtractionMode = Literal["total", "backward", "forward"]


def check_balance(table: IOTable) -> Balance:
    """Residuals of the two identities x = Z 1 + F 1 and x = 1ᵀ Z + 1ᵀ VA.

    Returns:
        Balance, in the table's currency; nothing is mended.
    """
    rows = table.x - table.intermediate_sales - table.F.sum(axis=1)
    columns = table.x - table.intermediate_purchases - table.VA.sum(axis=0)
    relative = np.full((2, table.n), np.nan)
    np.divide(np.stack([rows, columns]), table.x, out=relative, where=table.x > 0)
    return Balance(
        row_residual=rows,
        column_residual=columns,
        row_relative=relative[0],
        column_relative=relative[1],
        demand_total=float(table.F.sum()),
        value_added_total=float(table.VA.sum()),
    )


def _coefficients(system: LeontiefSystem, coefficients: ArrayLike | None) -> FloatArray:
    if coefficients is None:
        return np.empty((0, system.n))
    rows = np.atleast_2d(np.asarray(coefficients, dtype=np.float64))
    if rows.ndim != 2 or rows.shape[1] != system.n or not np.isfinite(rows.sum()):
        raise InputError(
            Text(f"系数应为 k×{system.n} 的有限数", f"coefficients should be k × {system.n} finite numbers")
        )
    return rows


def multipliers(
    system: LeontiefSystem, coefficients: ArrayLike | None = None, names: tuple[str, ...] | None = None
) -> Multipliers:
    """m = 1ᵀ L (output) and W L for the rows of W (value added, income, employment), by transposed solves.

    Args:
        system: factored I - A; with local shares the multipliers stay within the region.
        coefficients: (k, n) per unit of output.
        names: k names.

    Returns:
        Multipliers (type I).

    Raises:
        InputError: shapes do not fit.
    """
    direct = _coefficients(system, coefficients)
    return Multipliers(
        names=_checked_names(names, direct.shape[0]),
        output=system.column_sums,
        direct=direct,
        total=np.ascontiguousarray(system.solve_transposed(direct.T).T),
    )


def multipliers_closed(
    system: LeontiefSystem,
    consumption: ArrayLike,
    income: ArrayLike,
    coefficients: ArrayLike | None = None,
    names: tuple[str, ...] | None = None,
) -> Multipliers:
    """Type II multipliers: households spend what they earn.

    Closing the system, I - A - c hᵀ, changes it by rank one, so that (Sherman & Morrison 1950)
    w L̄ = w L + (w L c) (h L) / (1 - h L c).

    Args:
        system: factored I - A.
        consumption: c (n,) spending on each sector's goods per unit of household income; sums to at most 1.
        income: h (n,) household income per unit of output.
        coefficients, names: as `multipliers`.

    Returns:
        Multipliers (type II); output effects are those of the n sectors, without the household row.

    Raises:
        InputError: shapes do not fit, or households spend so much that the closed system is not productive.
    """
    c, h = np.asarray(consumption, dtype=np.float64), np.asarray(income, dtype=np.float64)
    if c.shape != (system.n,) or h.shape != (system.n,):
        raise InputError(
            Text("居民消费与收入系数应各有 n 个", "consumption and income need one coefficient per sector")
        )
    direct = _coefficients(system, coefficients)
    solved = system.solve_transposed(np.concatenate([h[None, :], direct]).T).T
    h_l = solved[0]
    room = 1.0 - float(h_l @ c)
    if room <= 0.0:
        raise InputError(
            Text(
                "居民消费系数过大，封闭模型不收敛",
                "households spend more than they earn: the closed system diverges",
            )
        )
    open_part = np.concatenate([system.column_sums[None, :], solved[1:]])
    closed = open_part + np.outer(open_part @ c, h_l) / room
    return Multipliers(_checked_names(names, direct.shape[0]), closed[0].copy(), direct, closed[1:].copy())


def _checked_names(names: tuple[str, ...] | None, count: int) -> tuple[str, ...]:
    if names is None:
        return tuple(f"coefficient {i + 1}" for i in range(count))
    if len(names) != count:
        raise InputError(Text("系数名称的个数不符", "the number of names differs from that of coefficients"))
    return tuple(names)


def ghosh_solve(system: LeontiefSystem, primary: ArrayLike) -> FloatArray:
    """xᵀ = vᵀ G with the Ghosh inverse G = (I - x̂⁻¹ Z)⁻¹ = x̂⁻¹ L x̂: output from primary inputs v (n,).

    The Leontief factor serves both models. Sectors without output have no deliveries to share: NaN.

    Args:
        system: factored without local shares (deliveries B = x̂⁻¹ Z).
        primary: (n,) or (n, k) primary input, in the unit of x.

    Raises:
        InputError: shapes do not fit.
    """
    v = np.asarray(primary, dtype=np.float64)
    per_output = np.full(system.n, np.nan)
    np.divide(1.0, system.x, out=per_output, where=system.x > 0)
    weight = per_output if v.ndim == 1 else per_output[:, None]
    scaled = np.where(np.isnan(weight), 0.0, v * weight)
    solved = system.solve_transposed(scaled)
    factor = np.where(system.x > 0, system.x, np.nan)
    return solved * (factor if v.ndim == 1 else factor[:, None])


def linkages(system: LeontiefSystem) -> Linkages:
    """Rasmussen's indices: U_j = l·j / mean(l··) (backward) and U_i = l_i· / mean (forward).

    Backward from the columns of L; forward from the rows of the Ghosh inverse G 1 = x̂⁻¹ L x (Jones 1976),
    and the older one from the rows of L beside it. Three solves.

    Args:
        system: factored without local shares, or with them for linkages within the region.

    Returns:
        Linkages (n,).
    """
    backward = system.column_sums
    both = system.solve(np.stack([np.ones(system.n), system.x], axis=1))
    forward = np.full(system.n, np.nan)
    np.divide(both[:, 1], system.x, out=forward, where=system.x > 0)
    row = both[:, 0].copy()
    return Linkages(
        backward=backward,
        forward=forward,
        forward_leontief=row,
        backward_index=backward / backward.mean(),
        forward_index=forward / np.nanmean(forward) if np.isfinite(forward).any() else forward,
        forward_leontief_index=row / row.mean(),
    )


def extract(
    system: LeontiefSystem,
    *,
    mode: ExtractionMode = "total",
    coefficients: ArrayLike | None = None,
    sectors: ArrayLike | None = None,
) -> Extraction:
    """Hypothetical extraction of every sector (Paelinck, de Caevel & Degueldre 1965; Dietzenbacher et al.
    1993).

    Final demand is that of the table, f = (I - A) x. Each extraction changes the system by rank one, so that
    all of them follow from the column sums and the diagonal of L (Sherman & Morrison 1950), without solving
    again:

    - ``total``: row and column k of A and f_k are taken out: x̄ = x - L e_k x_k / l_kk;
    - ``backward``: sector k buys nothing locally (column k is 0): x̄ = x - (L e_k - e_k) x_k / l_kk;
    - ``forward``: sector k sells nothing to sectors (row k is 0): x̄ = x - L e_k (x_k - f_k) / l_kk.

    Args:
        system: factored I - A.
        mode: see above.
        coefficients: (k, n) per unit of output, to value the loss (value added, employment).
        sectors: (m,) indices; default all.

    Returns:
        Extraction with arrays (m,).

    Raises:
        InputError: shapes or indices do not fit.
    """
    if mode not in ("total", "backward", "forward"):
        raise InputError(Text(f"没有名为 {mode} 的抽取方式", f"no extraction mode {mode!r}"))
    wanted = np.arange(system.n) if sectors is None else np.asarray(sectors)
    if wanted.ndim != 1 or (wanted.size and not (int(wanted.min()) >= 0 and int(wanted.max()) < system.n)):
        raise InputError(Text("部门序号超出范围", "a sector index lies outside the table"))
    weights = np.concatenate([np.ones((1, system.n)), _coefficients(system, coefficients)])
    solved = np.concatenate([system.column_sums[:, None], system.solve_transposed(weights[1:].T)], axis=1)
    diagonal = system.inverse_diagonal(None if sectors is None else wanted)
    per_unit = solved[wanted]
    own_weight = weights.T[wanted]
    x = system.x[wanted]
    if mode == "total":
        loss, own = per_unit * (x / diagonal)[:, None], x.copy()
    elif mode == "backward":
        factor = x / diagonal
        loss, own = (per_unit - own_weight) * factor[:, None], (diagonal - 1.0) * factor
    else:
        sales = system.coefficients_times(system.x)[wanted]
        loss, own = per_unit * (sales / diagonal)[:, None], sales.copy()
    return Extraction(
        mode=mode,
        sectors=wanted.astype(np.int32),
        output_loss=loss[:, 0].copy(),
        own_output=own,
        share=loss[:, 0] / system.x.sum(),
        value_loss=np.ascontiguousarray(loss[:, 1:].T),
    )


def weak_links(x: ArrayLike, net_outflow: ArrayLike) -> WeakLinks:
    """Net inflow max(0, -o_i) and its share of local demand d_i = x_i - o_i.

    Args:
        x: (n,) output.
        net_outflow: o (n,), negative for a net inflow, same unit.

    Returns:
        WeakLinks (n,).

    Raises:
        InputError: lengths differ.
    """
    output, outflow = np.asarray(x, dtype=np.float64), np.asarray(net_outflow, dtype=np.float64)
    if output.shape != outflow.shape or output.ndim != 1:
        raise InputError(Text("总产出与净流出长度不一致", "output and net outflow differ in length"))
    demand = output - outflow
    inflow = np.maximum(0.0, -outflow)
    shares = np.full((2, output.size), np.nan)
    np.divide(np.stack([inflow, output]), demand, out=shares, where=demand > 0)
    return WeakLinks(
        net_inflow=inflow,
        inflow_share=shares[0],
        self_sufficiency=shares[1],
        order=np.argsort(-inflow, kind="stable").astype(np.int32),
    )


def inflow_content(system: LeontiefSystem, sectors: ArrayLike) -> FloatArray:
    """Goods from outside needed per unit of final demand for a local sector, direct and indirect, by kind of
    goods.

    M = (I - R̂) A L^R e_j, L^R = (I - R̂ A)⁻¹: every round of local production draws the share 1 - r of each
    input from outside. Summed over i with value added per unit of output it gives 1.

    Args:
        system: factored with local shares r.
        sectors: (m,) indices of the demanded sectors.

    Returns:
        (n, m) currency of goods i from outside per currency of final demand for sector j.

    Raises:
        InputError: the system has no local shares, or an index is out of range.
    """
    if system.local_share is None:
        raise InputError(
            Text("需要本地供给比例", "needs local shares"),
            hint=Text(
                "请以 factorise(…, local_share=r) 构建", "build the system with factorise(…, local_share=r)"
            ),
        )
    wanted = np.asarray(sectors)
    if wanted.ndim != 1 or (wanted.size and not (int(wanted.min()) >= 0 and int(wanted.max()) < system.n)):
        raise InputError(Text("部门序号超出范围", "a sector index lies outside the table"))
    unit = np.zeros((system.n, wanted.size))
    unit[wanted, np.arange(wanted.size)] = 1.0
    produced = system.solve(unit)
    per_output = np.zeros(system.n)
    np.divide(1.0, system.x, out=per_output, where=system.x > 0)
    used = np.asarray(system.Z @ (per_output[:, None] * produced))
    outside: FloatArray = (1.0 - system.local_share)[:, None] * used
    return outside
