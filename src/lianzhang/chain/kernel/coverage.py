"""Coverage grades of chain nodes, and local supporting rates under each definition (METHODS of the project,
part 3).

Grades never travel along the tree: evidence about an assembly says nothing about its components, so every
node is graded by evidence that names it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lianzhang.chain.model import (
    Coverage,
    FloatArray,
    Grade,
    IntArray,
    NotComputable,
    RateResult,
    SupportingRate,
)
from lianzhang.errors import InputError
from lianzhang.i18n import Text

_NAT = np.datetime64("NaT", "D")


def grade_nodes(
    n: int,
    *,
    maker_node: ArrayLike,
    maker_firm: ArrayLike,
    maker_evidence: ArrayLike,
    maker_date: ArrayLike,
    maker_capacity: ArrayLike | None = None,
    search_node: ArrayLike = (),
    search_date: ArrayLike = (),
    demand: ArrayLike | None = None,
    as_of: np.datetime64 | None = None,
    not_before: np.datetime64 | None = None,
) -> Coverage:
    """Grade each of n nodes: unknown, missing, 1, 2 or 3.

    missing needs a recorded search that found nobody; 1 is one local maker; 2 two or more; 3 two or more with
    stated capacity whose sum covers local demand. A firm counts once per node whatever the number of its
    records; of its capacities the one with the newest date counts.

    Args:
        n: number of nodes.
        maker_node, maker_firm, maker_evidence: (m,) node index, firm index (one per firm, aliases resolved),
            class of `Evidence` (1 to 4) of each record that a local firm makes the node.
        maker_date: (m,) datetime64[D] of the record; NaT (undated) counts unless ``not_before`` is given.
        maker_capacity: (m,) capacity a year in the unit of ``demand``; NaN where not stated.
        search_node, search_date: (s,) searches made, whatever they found.
        demand: (n,) local demand a year, NaN where not known.
        as_of: records and searches after this day are not used.
        not_before: records and searches before this day are history and not used.

    Returns:
        Coverage (n,).

    Raises:
        InputError: lengths differ or an index or evidence class is out of range.
    """
    node, firm, evidence = (
        np.asarray(a, dtype=np.int64).ravel() for a in (maker_node, maker_firm, maker_evidence)
    )
    date = np.asarray(maker_date, dtype="datetime64[D]").ravel()
    capacity = (
        np.full(node.size, np.nan)
        if maker_capacity is None
        else np.asarray(maker_capacity, dtype=np.float64).ravel()
    )
    searched = np.asarray(search_node, dtype=np.int64).ravel()
    searched_on = np.asarray(search_date, dtype="datetime64[D]").ravel()
    need = np.full(n, np.nan) if demand is None else np.asarray(demand, dtype=np.float64)
    _check_records(n, node, firm, evidence, date, capacity, searched, searched_on, need)

    use = _in_window(date, as_of, not_before)
    node, firm, evidence, date, capacity = node[use], firm[use], evidence[use], date[use], capacity[use]
    seen = _in_window(searched_on, as_of, not_before)
    searched, searched_on = searched[seen], searched_on[seen]

    best = np.zeros(n, dtype=np.int32)
    np.maximum.at(best, node, evidence.astype(np.int32))
    since, until = _extreme_dates(n, node, date)
    pairs = np.unique(np.stack([node, firm]), axis=1) if node.size else np.empty((2, 0), dtype=np.int64)
    makers: IntArray = np.bincount(pairs[0], minlength=n).astype(np.int32)
    stated, total = _capacity_by_node(n, node, firm, date, capacity)
    has_search = np.zeros(n, dtype=np.bool_)
    has_search[searched] = True
    _, last_search = _extreme_dates(n, searched, searched_on)

    grade = np.full(n, int(Grade.UNKNOWN), dtype=np.int32)
    grade[has_search] = Grade.MISSING
    grade[makers == 1] = Grade.ONE
    grade[makers >= 2] = Grade.SEVERAL
    grade[(makers >= 2) & (stated >= 2) & (total >= need)] = Grade.COVERS_DEMAND
    absent = (makers == 0) & has_search
    until = np.where(absent, last_search, until)
    return Coverage(grade=grade, makers=makers, evidence=best, since=since, until=until, capacity=total)


def _check_records(
    n: int,
    node: NDArray[Any],
    firm: NDArray[Any],
    evidence: NDArray[Any],
    date: NDArray[Any],
    capacity: NDArray[Any],
    searched: NDArray[Any],
    searched_on: NDArray[Any],
    need: NDArray[Any],
) -> None:
    if not (node.size == firm.size == evidence.size == date.size == capacity.size):
        raise InputError(
            Text("证据记录各列长度不一致", "the columns of the evidence records differ in length")
        )
    if searched.size != searched_on.size or need.shape != (n,):
        raise InputError(
            Text("搜索记录或本地需求的长度不符", "searches or local demand have the wrong length")
        )
    for index in (node, searched):
        if index.size and not (int(index.min()) >= 0 and int(index.max()) < n):
            raise InputError(Text("节点序号超出范围", "a node index lies outside the chain"))
    if evidence.size and not (int(evidence.min()) >= 1 and int(evidence.max()) <= 4):
        raise InputError(Text("证据类别应为 1 到 4", "evidence classes are 1 to 4"))
    if capacity.size and bool((capacity < 0).any()):
        raise InputError(Text("产能不得为负", "a capacity is negative"))


def _in_window(
    date: NDArray[Any], as_of: np.datetime64 | None, not_before: np.datetime64 | None
) -> NDArray[np.bool_]:
    keep = np.ones(date.size, dtype=np.bool_)
    if as_of is not None:
        # An undated record may be from any day; it is dropped only where a window has a lower end.
        keep &= np.isnat(date) | (date <= as_of)
    if not_before is not None:
        keep &= date >= not_before
    return keep


def _extreme_dates(n: int, node: NDArray[Any], date: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    first, last = np.full(n, _NAT), np.full(n, _NAT)
    dated = ~np.isnat(date)
    order = np.argsort(date[dated], kind="stable")
    node, date = node[dated][order], date[dated][order]
    last[node] = date
    first[node[::-1]] = date[::-1]
    return first, last


def _capacity_by_node(
    n: int, node: NDArray[Any], firm: NDArray[Any], date: NDArray[Any], capacity: NDArray[Any]
) -> tuple[IntArray, FloatArray]:
    """Number of makers with a stated capacity and its sum; each maker's newest statement counts."""
    known = ~np.isnan(capacity)
    node, firm, date, capacity = node[known], firm[known], date[known], capacity[known]
    newest: dict[tuple[int, int], float] = {}
    for k in np.lexsort((capacity, np.where(np.isnat(date), np.datetime64("0001-01-01", "D"), date))):
        newest[int(node[k]), int(firm[k])] = float(capacity[k])
    count, total = np.zeros(n, dtype=np.int32), np.full(n, np.nan)
    for (where, _), value in newest.items():
        count[where] += 1
        total[where] = value if np.isnan(total[where]) else total[where] + value
    return count, total


def rate_by_count(covered: ArrayLike, *, countable: ArrayLike | None = None) -> RateResult:
    """Covered nodes / nodes.

    Args:
        covered: (n,) 1 covered, 0 missing, NaN unknown (`Coverage.covered`).
        countable: (n,) which nodes may enter a headline rate (not the reconstructed ones); default all.

    Returns:
        SupportingRate: ``value`` counts unknown nodes as not shown to be covered, ``upper`` as covered.
        NotComputable: no countable node, or every one unknown.
    """
    definition = "count"
    values = np.asarray(covered, dtype=np.float64)
    use = (
        np.ones(values.shape, dtype=np.bool_) if countable is None else np.asarray(countable, dtype=np.bool_)
    )
    if values.shape != use.shape or values.ndim != 1:
        raise InputError(Text("节点向量长度不一致", "the node vectors differ in length"))
    if not use.any():
        return NotComputable(
            definition,
            (
                Text(
                    "没有可计入的节点（重构节点不计入）",
                    "no node may be counted (reconstructed nodes are not)",
                ),
            ),
            tuple(np.flatnonzero(~use).tolist()),
        )
    chosen = values[use]
    unknown = np.isnan(chosen)
    if unknown.all():
        return NotComputable(
            definition,
            (Text("所有节点都尚未核查", "nobody has looked at any of the nodes"),),
            tuple(np.flatnonzero(use).tolist()),
        )
    total = int(chosen.size)
    lower = float(np.nansum(chosen)) / total
    return SupportingRate(
        definition, lower, lower, lower + float(unknown.sum()) / total, int((~unknown).sum()), total
    )


def rate_by_value(weight: ArrayLike, supply: ArrayLike, demand: ArrayLike) -> RateResult:
    """Σ w_k min(1, s_k / d_k) / Σ w_k.

    Args:
        weight: w (n,) cost share of node k in the product, at least 0.
        supply: s (n,) local supply a year; demand: d (n,) local demand a year, same unit, per node.

    Returns:
        SupportingRate when all are known; else NotComputable naming the nodes whose weight, supply or demand
        is
        missing: a guess is never made.

    Raises:
        InputError: lengths differ or a value is negative.
    """
    definition = "value"
    w, s, d = (np.asarray(a, dtype=np.float64) for a in (weight, supply, demand))
    if not (w.shape == s.shape == d.shape) or w.ndim != 1:
        raise InputError(Text("权重、供给与需求长度不一致", "weights, supply and demand differ in length"))
    if any(bool((a < 0).any()) for a in (w, s, d)):
        raise InputError(Text("权重、供给与需求不得为负", "weights, supply and demand must be at least 0"))
    reasons: list[Text] = []
    # A node without weight changes nothing, so its supply and demand need not be known.
    relevant = ~(w == 0)
    idle = relevant & (d == 0)
    gaps = np.isnan(w) | (relevant & (np.isnan(s) | np.isnan(d))) | idle
    for flags, zh, en in (
        (np.isnan(w), "成本份额", "cost share"),
        (relevant & np.isnan(s), "本地供给", "local supply"),
        (relevant & (np.isnan(d) | idle), "本地需求", "local demand"),
    ):
        if flags.any():
            reasons.append(
                Text(f"{int(flags.sum())} 个节点缺{zh}", f"{int(flags.sum())} nodes lack their {en}")
            )
    if not reasons and not float(w.sum()) > 0:
        reasons.append(Text("没有任何节点有成本份额", "no node has a cost share"))
    if reasons:
        return NotComputable(definition, tuple(reasons), tuple(np.flatnonzero(gaps).tolist()))
    met = np.minimum(1.0, s[relevant] / d[relevant])
    value = float((w[relevant] * met).sum() / w.sum())
    return SupportingRate(definition, value, value, value, int(relevant.sum()), int(w.size))


def rate_by_purchases(
    coefficients: ArrayLike, r: ArrayLike, *, method: str = "supply-demand pool"
) -> RateResult:
    """Σ_i a_i r_i / Σ_i a_i: the share of a sector's inputs that local producers can meet.

    Args:
        coefficients: a (n,) input coefficients of the sector (a column of A), at least 0.
        r: (n,) regional purchase coefficients, NaN where not defined.
        method: how r was estimated; becomes part of the definition.

    Returns:
        SupportingRate, or NotComputable when the sector buys nothing or r is unknown for something it buys.

    Raises:
        InputError: lengths differ or a coefficient is negative.
    """
    definition = f"purchases ({method})"
    a, share = np.asarray(coefficients, dtype=np.float64), np.asarray(r, dtype=np.float64)
    if a.shape != share.shape or a.ndim != 1 or not np.isfinite(a.sum()) or bool((a < 0).any()):
        raise InputError(
            Text(
                "投入系数须为非负有限数，且与 r 等长", "coefficients must be finite, at least 0, as many as r"
            )
        )
    bought = a > 0
    if not bought.any():
        return NotComputable(definition, (Text("该部门没有中间投入", "the sector buys no inputs"),))
    unknown = bought & np.isnan(share)
    if unknown.any():
        count = int(unknown.sum())
        return NotComputable(
            definition,
            (
                Text(
                    f"{count} 个投入部门没有本地供给比例",
                    f"{count} supplying sectors have no purchase coefficient",
                ),
            ),
            tuple(np.flatnonzero(unknown).tolist()),
        )
    value = float((a[bought] * share[bought]).sum() / a[bought].sum())
    return SupportingRate(definition, value, value, value, int(bought.sum()), int(a.size))
