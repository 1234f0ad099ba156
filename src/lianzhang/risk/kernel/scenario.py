"""Any shock to a firm network: both cascades for a given capacity ψ of every firm, with who passes it on.

The same recursion as :mod:`lianzhang.risk.kernel.single` (Diem et al. 2022, *Scientific Reports* 12:7719), written
plainly and for any ψ ∈ [0, 1]ⁿ: a step costs all links of the firms that lost something. It keeps the state of every
firm, so that a result can be explained, and is the second implementation that the fast one is tested against.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lianzhang.risk.kernel.downstream import EMPTY_SECTOR
from lianzhang.risk.kernel.layout import FirmGraph, Floats, Ints


@njit(cache=True, nogil=True)
def cascade(g, cap, epsilon, max_steps):  # type: ignore[no-untyped-def]
    """Downstream and upstream cascade of one scenario.

    Args:
        g: the network, from :func:`lianzhang.risk.kernel.layout.lay_out`.
        cap: (n,) ψ by rank: the capacity that the shock leaves.
        epsilon: stop after the step whose largest decrease of any capacity is ≤ ε.
        max_steps: most steps to take.

    Returns:
        (d^d, d^u, first step with a downstream loss, first step with an upstream loss, steps): losses 1 − h in
        [0, 1]; first steps are −1 for firms never reached and 0 for firms that the shock itself hits.
    """
    strength, sector = g.strength, g.sector
    n, m = len(strength), len(g.sector_strength)
    down = 1.0 - cap
    up = 1.0 - cap
    first_down = np.where(down > 0.0, 0, -1).astype(np.int32)
    first_up = first_down.copy()
    room = np.zeros(m)
    load = np.zeros(g.slot_ptr[n])
    summed = np.zeros(n)
    step = 0
    while True:
        step += 1
        fall = 0.0
        room[:] = 0.0
        for i in range(n):
            room[sector[i]] += strength[i] * (1.0 - down[i])
        load[:] = 0.0
        for i in range(n):
            if down[i] > 0.0:
                total = room[sector[i]]
                if total < EMPTY_SECTOR:
                    total = 1.0
                value = min(1.0, strength[i] / total) * down[i]
                for e in range(g.down_ptr[i], g.down_ptr[i + 1]):
                    load[g.down_slot[e]] += g.down_weight[e] * value
        for j in range(n):
            loss = 0.0
            for z in range(g.slot_ptr[j], g.slot_ptr[j + 1]):
                loss = max(loss, load[z])
            loss = max(min(loss, 1.0), 1.0 - cap[j])
            fall = max(fall, (1.0 - down[j]) - (1.0 - loss))
            if loss > 0.0 and first_down[j] < 0:
                first_down[j] = step
            down[j] = loss
        summed[:] = 0.0
        for j in range(n):
            if up[j] > 0.0:
                for e in range(g.up_ptr[j], g.up_ptr[j + 1]):
                    summed[g.up_to[e]] += g.up_weight[e] * up[j]
        for i in range(n):
            loss = max(min(summed[i], 1.0), 1.0 - cap[i])
            fall = max(fall, (1.0 - up[i]) - (1.0 - loss))
            if loss > 0.0 and first_up[i] < 0:
                first_up[i] = step
            up[i] = loss
        if fall <= epsilon or step >= max_steps:
            return down, up, first_down, first_up, step


def shares(g: FirmGraph, down: Floats, up: Floats) -> tuple[float, float, float]:
    """Index, downstream and upstream part: Σ_j s_j x_j / Σ_j s_j with x = max(d^d, d^u), d^d, d^u."""
    total = g.strength.sum()
    return (
        float(g.strength @ np.maximum(down, up) / total),
        float(g.strength @ down / total),
        float(g.strength @ up / total),
    )


@njit(cache=True, nogil=True)
def downstream_parents(g, down, first):  # type: ignore[no-untyped-def]
    """For each firm the supplier that passes most of its downstream loss on, among those hit before it; −1 if none.

    Weighed by σ_i Λ_ij d^d_i at the end of the cascade. Only suppliers first hit in an earlier step count, so that
    following the parents always ends at a firm that the shock hits.
    """
    n = len(down)
    room = np.zeros(len(g.sector_strength))
    for i in range(n):
        room[g.sector[i]] += g.strength[i] * (1.0 - down[i])
    parent = np.full(n, -1, np.int32)
    best = np.zeros(n)
    for i in range(n):
        if first[i] >= 0 and down[i] > 0.0:
            total = room[g.sector[i]]
            value = min(1.0, g.strength[i] / (1.0 if total < EMPTY_SECTOR else total)) * down[i]
            for e in range(g.down_ptr[i], g.down_ptr[i + 1]):
                j = g.down_to[e]
                if first[j] > first[i] and g.down_weight[e] * value > best[j]:
                    best[j] = g.down_weight[e] * value
                    parent[j] = i
    return parent


@njit(cache=True, nogil=True)
def upstream_parents(g, up, first):  # type: ignore[no-untyped-def]
    """For each firm the buyer whose loss costs it most sales, among those hit before it; −1 if none."""
    n = len(up)
    parent = np.full(n, -1, np.int32)
    best = np.zeros(n)
    for j in range(n):
        if first[j] >= 0:
            for e in range(g.up_ptr[j], g.up_ptr[j + 1]):
                i = g.up_to[e]
                if first[i] > first[j] and g.up_weight[e] * up[j] > best[i]:
                    best[i] = g.up_weight[e] * up[j]
                    parent[i] = j
    return parent


def trace(parent: Ints, rank: int) -> NDArray[np.int32]:
    """Ranks from the firm the shock hits to `rank`, along the parents."""
    path = [rank]
    while parent[path[-1]] >= 0:
        path.append(int(parent[path[-1]]))
    return np.array(path[::-1], np.int32)
