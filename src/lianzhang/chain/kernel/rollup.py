"""Roll-up without double counting, distance to a level, concentration of makers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike

from lianzhang.chain.model import FloatArray, IntArray, LevelDistance, NotComputable, RollUp
from lianzhang.errors import InputError
from lianzhang.i18n import Text


def roll_up(
    member: ArrayLike,
    group: ArrayLike,
    parent: ArrayLike,
    *,
    n_members: int,
    value: ArrayLike | None = None,
) -> RollUp:
    """Members of groups and of the groups' parents, each counted once wherever it is counted.

    A firm in two clusters of one tier counts in both clusters, once in the tier and once in total.

    Args:
        member, group: (l,) memberships; repeats of a pair count once.
        parent: (g,) parent (tier, area) of every group, from 0; -1 for none.
        n_members: number of members, those without group included.
        value: (n_members,) something additive (revenue, employment), NaN not known.

    Returns:
        RollUp with arrays by group (g,) and by parent (p,).

    Raises:
        InputError: lengths differ or an index is out of range.
    """
    who, where = np.asarray(member, dtype=np.int64).ravel(), np.asarray(group, dtype=np.int64).ravel()
    above = np.asarray(parent, dtype=np.int64).ravel()
    worth = np.full(n_members, np.nan) if value is None else np.asarray(value, dtype=np.float64)
    groups = above.size
    parents = int(above.max(initial=-1)) + 1
    if who.size != where.size or worth.shape != (n_members,):
        raise InputError(Text("成员、分组或数值的长度不一致", "members, groups or values differ in length"))
    for index, bound in ((who, n_members), (where, groups)):
        if index.size and not (int(index.min()) >= 0 and int(index.max()) < bound):
            raise InputError(Text("成员或分组的序号超出范围", "a member or group index is out of range"))
    if groups and int(above.min()) < -1:
        raise InputError(Text("上级序号超出范围", "a parent index is out of range"))
    belongs = _incidence(who, where, (n_members, groups))
    kept = above[where] >= 0
    by_parent = _incidence(who[kept], above[where][kept], (n_members, parents))
    known = np.where(np.isnan(worth), 0.0, worth)
    anywhere = np.zeros(n_members, dtype=np.bool_)
    anywhere[who] = True
    overlap: Any = (belongs.T @ belongs).tocsr()
    count = _column_sums(belongs).astype(np.int32)
    group_value = np.asarray(belongs.T @ known)
    total_value = float(known[anywhere].sum())
    nothing = value is None
    return RollUp(
        count=count,
        value=np.full(groups, np.nan) if nothing else group_value,
        value_missing=np.asarray(belongs.T @ np.isnan(worth).astype(np.int64)).astype(np.int32),
        parent_count=_column_sums(by_parent).astype(np.int32),
        parent_value=np.full(parents, np.nan) if nothing else np.asarray(by_parent.T @ known),
        total_count=int(anywhere.sum()),
        total_value=math.nan if nothing else total_value,
        overlap=overlap,
        double_counted=int(count.sum()) - int(anywhere.sum()),
        double_counted_value=math.nan if nothing else float(group_value.sum()) - total_value,
    )


def _incidence(rows: Any, columns: Any, shape: tuple[int, int]) -> Any:
    matrix = sp.csr_array((np.ones(rows.size, dtype=np.int64), (rows, columns)), shape=shape)
    matrix.sum_duplicates()
    matrix.data[:] = 1
    return matrix


def _column_sums(matrix: Any) -> IntArray:
    return np.asarray(matrix.sum(axis=0)).ravel().astype(np.int32)


def distance_to_level(
    value: float | None, level: float | None, *, years_left: float | None = None
) -> LevelDistance | NotComputable:
    """How far a cluster is from its level (万亿级, 五千亿级, …).

    Args:
        value: latest yearly figure, in yuan; None or NaN where there is no series.
        level: the level in yuan; None where no source states one.
        years_left: from the period of the figure to the deadline.

    Returns:
        LevelDistance, or NotComputable with every reason.

    Raises:
        InputError: the level is not positive or the value negative.
    """
    reasons = []
    if value is None or math.isnan(value):
        reasons.append(
            Text("没有该集群的产值或营收序列", "no series of output or revenue exists for the cluster")
        )
    if level is None or math.isnan(level):
        reasons.append(Text("没有来源说明其能级", "no source states a level for it"))
    if reasons:
        return NotComputable("distance to level", tuple(reasons))
    assert value is not None
    assert level is not None
    if level <= 0 or value < 0:
        raise InputError(
            Text("能级须为正数，数值不得为负", "a level must be positive and a value at least 0")
        )
    growth: float | None = None
    if value >= level:
        growth = 0.0
    elif years_left is not None and years_left > 0 and value > 0:
        growth = (level / value) ** (1.0 / years_left) - 1.0
    return LevelDistance(value, level, level - value, value / level, years_left, growth)


def owners_and_followers(output: ArrayLike) -> tuple[int | None, IntArray, IntArray]:
    """The "1+10+1000" pattern of makers of the final product: owner, leaders, others.

    The chain owner is the group with the largest output; the leaders, owner included, are the fewest groups
    that together make half or more of the known output.

    Args:
        output: (g,) output or revenue of each group, one unit, at least 0; NaN not known.

    Returns:
        Index of the owner (None when no output is known), indices of the leaders by falling output, indices
        of the other makers (unknown outputs last).

    Raises:
        InputError: an output is negative.
    """
    amount: FloatArray = np.asarray(output, dtype=np.float64)
    if bool((amount < 0).any()):
        raise InputError(Text("产量不得为负", "an output is negative"))
    order = np.argsort(-np.where(np.isnan(amount), -1.0, amount), kind="stable").astype(np.int32)
    total = float(np.nansum(amount))
    if total <= 0:
        return None, np.empty(0, dtype=np.int32), order
    running = np.cumsum(np.nan_to_num(amount[order]))
    leaders = int(np.searchsorted(running, 0.5 * total * (1 - 1e-12), side="left")) + 1
    return int(order[0]), order[:leaders], order[leaders:]
