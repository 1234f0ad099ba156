"""Gap rank: value at stake × exposure × feasibility, its sensitivity to the weights, and what kind of gap it
is."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lianzhang.chain.model import FloatArray, GapKind, GapRank, Grade, RankSensitivity
from lianzhang.errors import InputError
from lianzhang.i18n import Text


def value_at_stake(weight: ArrayLike, demand: ArrayLike, supply: ArrayLike) -> FloatArray:
    """w_k · max(0, d_k - s_k): cost share × unmet local demand, in the unit of d.

    Args:
        weight: (n,) cost share of the node; demand, supply: (n,) a year, one unit. NaN is not known.

    Returns:
        (n,), NaN where an input is not known.
    """
    w, d, s = (np.asarray(a, dtype=np.float64) for a in (weight, demand, supply))
    return np.asarray(w * np.maximum(0.0, d - s))


def exposure(makers: ArrayLike, inflow_share: ArrayLike) -> FloatArray:
    """1 - (1 - 1/k)(1 - m): dependence on a single source or on inflow, between 0 and 1.

    k is the number of local makers (with none the node depends wholly on outside: 1), m the share of local
    demand met from outside. Either alone, when complete, makes the exposure complete.

    Args:
        makers: (n,) distinct local makers, at least 0; NaN unknown.
        inflow_share: (n,) between 0 and 1; NaN unknown.

    Returns:
        (n,), NaN where an input is not known and the other does not settle it.

    Raises:
        InputError: a value is out of range.
    """
    k, m = np.asarray(makers, dtype=np.float64), np.asarray(inflow_share, dtype=np.float64)
    if bool((k < 0).any()) or bool(((m < 0) | (m > 1)).any()):
        raise InputError(
            Text(
                "企业数须不小于 0，流入比例须在 0 到 1 之间",
                "makers must be at least 0, inflow shares from 0 to 1",
            )
        )
    single = 1.0 / np.where(k >= 1, k, 1.0)
    single = np.where(np.isnan(k), np.nan, single)
    out = 1.0 - (1.0 - single) * (1.0 - m)
    return np.where((single == 1.0) | (m == 1.0), 1.0, out)


def _logs(value: FloatArray, exposed: FloatArray, feasible: FloatArray) -> FloatArray:
    factors = np.stack([value, exposed, feasible], axis=1)
    if bool((factors < 0).any()):
        raise InputError(Text("排序因子不得为负", "the factors of the rank must be at least 0"))
    top = np.nanmax(value, initial=0.0)
    if top > 0:
        factors[:, 0] /= top
    with np.errstate(divide="ignore"):
        return np.log(factors)


def _score(logs: FloatArray, weights: FloatArray) -> FloatArray:
    """(n,) log scores; a factor with weight 0 does not matter, even where it is 0 or unknown."""
    used = weights > 0
    return np.asarray(logs[:, used] @ weights[used]) if used.any() else np.zeros(logs.shape[0])


def _ranks(log_score: FloatArray, eligible: FloatArray) -> FloatArray:
    """1 for the largest; ties share the smallest rank; 0 for what is not ranked."""
    ranked = ~np.isnan(log_score) & (eligible > 0)
    out = np.zeros(log_score.size)
    values = log_score[ranked]
    out[ranked] = values.size - np.searchsorted(np.sort(values), values, side="right") + 1
    return out


def rank_gaps(
    value: ArrayLike,
    exposed: ArrayLike,
    feasible: ArrayLike,
    *,
    weights: tuple[float, float, float] = (1.0, 1.0, 1.0),
    eligible: ArrayLike | None = None,
) -> GapRank:
    """score_k = v_k^a · e_k^b · f_k^c.

    A product, so that the rank does not depend on the units of the factors and a node that fails on one
    factor cannot buy itself back with another; the weights are exponents, 0 leaves a factor out.

    Args:
        value: v (n,) at stake, any unit, at least 0; exposed: e (n,); feasible: f (n,), both between 0 and 1.
        weights: (a, b, c), at least 0, one positive.
        eligible: (n,) which nodes are gaps at all; default all.

    Returns:
        GapRank (n,). Rank 1 is the most pressing; equal scores share a rank; not eligible or not known: 0.

    Raises:
        InputError: lengths differ, a factor is negative, or the weights are not usable.
    """
    v, e, f = (np.asarray(a, dtype=np.float64) for a in (value, exposed, feasible))
    power = _checked_weights(weights)
    if not (v.shape == e.shape == f.shape) or v.ndim != 1:
        raise InputError(Text("三个因子长度不一致", "the three factors differ in length"))
    use = np.ones(v.size) if eligible is None else np.asarray(eligible, dtype=np.float64)
    log_score = _score(_logs(v.copy(), e, f), power)
    return GapRank(
        score=np.exp(log_score),
        rank=_ranks(log_score, use).astype(np.int32),
        factors=np.stack([v, e, f], axis=1),
        weights=(float(power[0]), float(power[1]), float(power[2])),
    )


def _checked_weights(weights: tuple[float, float, float]) -> FloatArray:
    power = np.asarray(weights, dtype=np.float64)
    if power.shape != (3,) or not np.isfinite(power.sum()) or bool((power < 0).any()) or not power.any():
        raise InputError(
            Text(
                "权重应为三个不小于 0 的数，至少一个为正",
                "weights must be three numbers of at least 0, one positive",
            )
        )
    return power


def rank_sensitivity(
    base: GapRank,
    rng: np.random.Generator,
    *,
    draws: int = 500,
    spread: float = 0.5,
    top_k: int = 10,
) -> RankSensitivity:
    """Rank under randomly moved weights: each exponent is multiplied by exp(spread · N(0, 1)).

    Args:
        base: result of `rank_gaps`; the same nodes are ranked.
        rng: source of randomness.
        draws: number of weight vectors; spread: standard deviation on the log scale (0.5: two thirds of the
            draws stay within a factor of 1.65); top_k: what "among the first" means.

    Returns:
        RankSensitivity (n,).

    Raises:
        InputError: draws or spread is not positive.
    """
    if draws < 1 or not spread > 0:
        raise InputError(Text("抽样次数与离散程度须为正", "draws and spread must be positive"))
    logs = _logs(base.factors[:, 0].copy(), base.factors[:, 1], base.factors[:, 2])
    eligible = (base.rank > 0).astype(np.float64)
    power = np.asarray(base.weights)
    ranks = np.empty((draws, base.rank.size))
    for t in range(draws):
        ranks[t] = _ranks(_score(logs, power * np.exp(spread * rng.standard_normal(3))), eligible)
    ranked = base.rank > 0
    low, median, high = (np.zeros(base.rank.size) for _ in range(3))
    top = np.full(base.rank.size, np.nan)
    if ranked.any():
        low[ranked], median[ranked], high[ranked] = np.quantile(ranks[:, ranked], (0.05, 0.5, 0.95), axis=0)
        top[ranked] = (ranks[:, ranked] <= top_k).mean(axis=0)
    reference = base.rank[ranked].astype(np.float64)
    tau = np.array([_kendall(reference, row[ranked]) for row in ranks])
    return RankSensitivity(low=low, median=median, high=high, top=top, top_k=top_k, kendall_tau=tau)


def _kendall(a: FloatArray, b: FloatArray) -> float:
    """Kendall's tau-b by its definition; chains have tens to hundreds of nodes. NaN when one side is all
    ties."""
    da, db = np.sign(a[:, None] - a), np.sign(b[:, None] - b)
    scale = np.sqrt(float((da != 0).sum()) * float((db != 0).sum()))
    return float((da * db).sum() / scale) if scale > 0 else float("nan")


def classify_gaps(
    grade: ArrayLike, *, unmet: ArrayLike | None = None, link_from: ArrayLike = (), link_to: ArrayLike = ()
) -> tuple[GapKind, ...]:
    """What each node asks for: make up (补链), extend (延链), strengthen (强链), or nothing.

    - missing, and covered neighbours both upstream and downstream, or no covered neighbour at all: make up;
    - missing, with covered neighbours on one side only: extend the chain from there;
    - one maker, or more with demand not met (or not known to be met): strengthen;
    - grade 3 without unmet demand, and unknown nodes: nothing (an unknown node is to be looked at first).

    Args:
        grade: (n,) values of `Grade`.
        unmet: (n,) unmet local demand, NaN not known; default not known.
        link_from, link_to: (l,) node links, from input to product.

    Returns:
        n kinds.

    Raises:
        InputError: lengths differ or an index is out of range.
    """
    grades = np.asarray(grade, dtype=np.int64)
    n = grades.size
    need = np.full(n, np.nan) if unmet is None else np.asarray(unmet, dtype=np.float64)
    start, end = np.asarray(link_from, dtype=np.int64).ravel(), np.asarray(link_to, dtype=np.int64).ravel()
    if need.shape != (n,) or start.size != end.size:
        raise InputError(Text("节点或连线的长度不一致", "nodes or links differ in length"))
    ends = np.concatenate([start, end])
    if ends.size and not (int(ends.min()) >= 0 and int(ends.max()) < n):
        raise InputError(Text("连线指向不存在的节点", "a link names a node that does not exist"))
    covered = grades > 0
    upstream, downstream = np.zeros(n, dtype=np.bool_), np.zeros(n, dtype=np.bool_)
    upstream[end[covered[start]]] = True
    downstream[start[covered[end]]] = True
    kinds = []
    for k in range(n):
        if grades[k] == Grade.MISSING:
            kinds.append(GapKind.EXTEND if upstream[k] != downstream[k] else GapKind.MAKE_UP)
        elif grades[k] in (Grade.ONE, Grade.SEVERAL) or (grades[k] == Grade.COVERS_DEMAND and need[k] > 0):
            enough = grades[k] == Grade.SEVERAL and need[k] == 0
            kinds.append(GapKind.NONE if enough else GapKind.STRENGTHEN)
        else:
            kinds.append(GapKind.NONE)
    return tuple(kinds)
