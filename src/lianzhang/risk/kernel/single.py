"""Economic systemic risk index of single failures, exact and without work that grows with the network.

The definition is Diem, Borsos, Reisch, Kertész, Thurner (2022), *Scientific Reports* 12:7719. This kernel writes
losses d = 1 − h instead of capacities h and uses five facts, none of which changes a result:

1. *Downstream* only firms that lost something push, and only the change of what they push, since the loads
   L_ja are sums. σ_i moves for a whole sector when any of its firms changes, so every pushing firm's σ is read
   from its sector's running denominator in every step; firms that lost nothing have nothing to push.
2. *Upstream* losses are linear: with row k of U = W/s held at 1, d^u(t) is the probability that a walk along sales
   has met k within t steps. Only the increments Δ(t) = U₋ₖ Δ(t−1) are walked, U₋ₖ being U without row k.
3. *Totals* need no walk. With c_r = s U^r made once for all firms and g_q = [U Δ(t+q−1)]_k the part that returns to
   k, Σ_i s_i Δ_i(t+r) = c_r·Δ(t) − Σ_{q ≤ r} g_q (c_{r−q})_k.
4. *The end* is seen ahead. An increment is a weighted mean of the buyers' last increments, so it can pass ε only if
   one of theirs did. The few firms that may pass are computed one by one, up to `LAG` steps beyond the walk; the
   last steps, which are by far the widest, are never walked.
5. *The minimum* of both capacities differs from the upstream one only where d^d_j > d^u_j. Upstream losses never
   fall, so firms whose downstream loss is already below their upstream one are settled; the others are computed one
   by one as far as needed. Firms that together can move the index by less than one part in 2⁵⁰ are left.

Every scenario runs alone, in an order that depends on nothing else, so results do not depend on threads.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from lianzhang.risk.kernel._prefetch import prefetch
from lianzhang.risk.kernel.downstream import push_down, settle_down
from lianzhang.risk.kernel.layout import FirmGraph, Floats, sum_by
from lianzhang.risk.kernel.workspace import (
    BORN,
    COST,
    FRONT,
    KNOWN,
    LAG,
    PASSING,
    PASSING_SIDE,
    REACHED,
    SECTORS,
    SIDE,
    STAMP,
    UNKNOWN,
    UP,
    WALKED,
    WANTED,
)

# Relative size of all that the last sum may leave out: a few units in the last place.
_NEGLIGIBLE = 2.0**-50
# Rules of thumb for what is cheaper, in links read. They decide the time, never a result beyond rounding.
_WIDE = 0.5  # from this share of all links on, a walk reads all rows in order instead of pushing from listed firms
_WALK_CAP = 0.5  # what such a walk counts as, as a share of all links
_LOOK_AT = 4.0  # suppliers of a listed firm that have to be looked at
_SPREAD = 9.0  # links read per firm and step when looking ahead
_LOOK_LEAST = 4000.0  # a walk that reads fewer links than this is not worth avoiding


@njit(cache=True, nogil=True)
def _want(ws, c, n_wanted, lag):  # type: ignore[no-untyped-def]
    """Note the wanted firms that have no increment yet `lag` steps ahead. Returns where the new ones begin."""
    slot = (c[WALKED] + lag) % LAG
    ahead, known, wanted = ws.ahead[slot], ws.known[slot], ws.wanted
    first = ws.known_count[slot]
    count = first
    for q in range(n_wanted):
        i = wanted[q]
        if ahead[i] == UNKNOWN:
            ahead[i] = WANTED
            known[count] = i
            count += 1
    ws.known_count[slot] = count
    return first


@njit(cache=True, nogil=True)
def _compute_ahead(g, ws, c, n_wanted, lag):  # type: ignore[no-untyped-def]
    """Increments of the wanted firms `lag` ≥ 1 steps beyond the walk, layer by layer, each firm once."""
    ptr, to, weight = g.out_ptr, g.out_to, g.out_weight
    walked = c[WALKED]
    first = np.empty(LAG + 1, np.int64)
    first[lag] = _want(ws, c, n_wanted, lag)
    for level in range(lag, 1, -1):
        slot, below = (walked + level) % LAG, (walked + level - 1) % LAG
        known, known_below, ahead_below = ws.known[slot], ws.known[below], ws.ahead[below]
        end = ws.known_count[slot]
        count = ws.known_count[below]
        first[level - 1] = count
        for q in range(first[level], end):
            if q + 4 < end:
                prefetch(to, ptr[known[q + 4]])
            i = known[q]
            for e in range(ptr[i], ptr[i + 1]):
                j = to[e]
                if ahead_below[j] == UNKNOWN:
                    ahead_below[j] = WANTED
                    known_below[count] = j
                    count += 1
        ws.known_count[below] = count
    for level in range(1, lag + 1):
        slot, below = (walked + level) % LAG, (walked + level - 1) % LAG
        known, ahead = ws.known[slot], ws.ahead[slot]
        source = ws.rise[c[SIDE]] if level == 1 else ws.ahead[below]
        end = ws.known_count[slot]
        for q in range(first[level], end):
            if q + 4 < end:
                prefetch(to, ptr[known[q + 4]])
                prefetch(weight, ptr[known[q + 4]])
            i = known[q]
            total = 0.0
            for e in range(ptr[i], ptr[i + 1]):
                total += weight[e] * source[to[e]]
            ahead[i] = total


@njit(cache=True, nogil=True)
def _forget(ws, slot):  # type: ignore[no-untyped-def]
    """Drop what was computed ahead for the step that held this slot."""
    ahead, known = ws.ahead[slot], ws.known[slot]
    for q in range(ws.known_count[slot]):
        ahead[known[q]] = UNKNOWN
    ws.known_count[slot] = 0


@njit(cache=True, nogil=True)
def _look_ahead(g, ws, c, k, step, epsilon):  # type: ignore[no-untyped-def]
    """List the firms whose upstream increment at `step` reaches ε, from those of the step before.

    Returns whether one passes. Candidates are the suppliers of the firms listed before.
    """
    up_ptr, up_to = g.up_ptr, g.up_to
    now = c[PASSING_SIDE]
    passing, coming, wanted, seen = ws.passing[now], ws.passing[1 - now], ws.wanted, ws.wanted_seen
    lag = step - c[WALKED]
    c[STAMP] += 1
    stamp = c[STAMP]
    n_wanted = 0
    for q in range(c[PASSING]):
        j = passing[q]
        for e in range(up_ptr[j], up_ptr[j + 1]):
            i = up_to[e]
            if i != k and seen[i] != stamp:
                seen[i] = stamp
                wanted[n_wanted] = i
                n_wanted += 1
    if lag > 0:
        _compute_ahead(g, ws, c, n_wanted, lag)
    value = ws.rise[c[SIDE]] if lag == 0 else ws.ahead[step % LAG]
    floor = epsilon * (1.0 - 1e-9)
    surely = epsilon * (1.0 + 1e-9)
    n_next = 0
    passes = False
    for q in range(n_wanted):
        i = wanted[q]
        x = value[i]
        if x < floor:
            continue
        coming[n_next] = i
        n_next += 1
        if x > surely:
            passes = True
        elif not passes:
            # So near to ε that the rounding of 1 − d decides, as it does in the published code.
            before = ws.up[i] - x if lag == 0 else ws.up[i]
            kept = wanted[0]
            wanted[0] = i
            for r in range(1, lag):
                _compute_ahead(g, ws, c, 1, r)
                before += ws.ahead[(c[WALKED] + r) % LAG, i]
            wanted[0] = kept
            passes = (1.0 - before) - (1.0 - (before + x)) > epsilon
    c[PASSING_SIDE] = 1 - now
    c[PASSING] = n_next
    c[KNOWN] = step
    return passes


@njit(cache=True, nogil=True)
def _walk_up(g, ws, c, k):  # type: ignore[no-untyped-def]
    """Walk the upstream increments one step on."""
    up_ptr, up_to, up_weight = g.up_ptr, g.up_to, g.up_weight
    up, up_list = ws.up, ws.up_list
    side = c[SIDE]
    rise, nxt, front, nxt_front = ws.rise[side], ws.rise[1 - side], ws.front[side], ws.front[1 - side]
    n_front = c[FRONT]
    n_up = c[UP]
    kept = 0
    cost = 0
    if c[COST] > _WIDE * len(up_to):
        ptr, to, weight = g.out_ptr, g.out_to, g.out_weight
        for i in range(len(up)):
            y = 0.0
            for e in range(ptr[i], ptr[i + 1]):
                y += weight[e] * rise[to[e]]
            if y != 0.0 and i != k:
                nxt[i] = y
                nxt_front[kept] = i
                kept += 1
                up_list[n_up] = i
                n_up += up[i] == 0.0
                up[i] += y
                cost += up_ptr[i + 1] - up_ptr[i]
    else:
        count = 0
        for q in range(n_front):
            if q + 12 < n_front:
                prefetch(up_ptr, front[q + 12])
                prefetch(rise, front[q + 12])
            if q + 6 < n_front:
                prefetch(up_to, up_ptr[front[q + 6]])
                prefetch(up_weight, up_ptr[front[q + 6]])
            if q + 2 < n_front:
                for e in range(up_ptr[front[q + 2]], up_ptr[front[q + 2] + 1]):
                    prefetch(nxt, up_to[e])
            j = front[q]
            x = rise[j]
            for e in range(up_ptr[j], up_ptr[j + 1]):
                i = up_to[e]
                y = nxt[i]
                # Without a branch: the place is overwritten by the next firm unless this one is new.
                nxt_front[count] = i
                count += y == 0.0
                nxt[i] = y + up_weight[e] * x
        nxt[k] = 0.0
        for q in range(count):
            i = nxt_front[q]
            if q + 8 < count:
                prefetch(up, nxt_front[q + 8])
                prefetch(up_ptr, nxt_front[q + 8])
            if i != k:
                nxt_front[kept] = i
                kept += 1
                up_list[n_up] = i
                n_up += up[i] == 0.0
                up[i] += nxt[i]
                cost += up_ptr[i + 1] - up_ptr[i]
    for q in range(n_front):
        rise[front[q]] = 0.0
    c[FRONT] = kept
    c[UP] = n_up
    c[COST] = cost
    c[SIDE] = 1 - side
    c[WALKED] += 1
    _forget(ws, c[WALKED] % LAG)


@njit(cache=True, nogil=True)
def _look_cost(listed, lag):  # type: ignore[no-untyped-def]
    """Links read when that many firms' suppliers are looked at `lag` steps ahead; a rule of thumb."""
    cost = listed * _LOOK_AT
    for _ in range(lag):
        cost *= _SPREAD
    return max(cost, _LOOK_LEAST)


@njit(cache=True, nogil=True)
def _goes_on(g, ws, c, k, step, epsilon):  # type: ignore[no-untyped-def]
    """Whether some upstream capacity falls by more than ε in `step`."""
    wide = _WALK_CAP * len(g.up_to)
    passes = c[PASSING] > 0
    while c[KNOWN] < step and c[PASSING] > 0:
        coming = c[KNOWN] + 1
        while c[WALKED] < coming and (
            coming - c[WALKED] > LAG or min(c[COST], wide) < _look_cost(c[PASSING], coming - c[WALKED])
        ):
            _walk_up(g, ws, c, k)
        passes = _look_ahead(g, ws, c, k, coming, epsilon)
    return passes and c[PASSING] > 0


@njit(cache=True, nogil=True)
def _start(g, ws, c, k):  # type: ignore[no-untyped-def]
    c[STAMP] += 1
    born = c[STAMP]
    c[BORN] = born
    ws.down[k] = 1.0
    ws.reached[0] = k
    c[REACHED] = 1
    ws.seen[k] = born
    a = g.sector[k]
    ws.sector_seen[a] = born
    ws.sector_list[0] = a
    c[SECTORS] = 1
    ws.room[a] -= g.strength[k]
    c[SIDE] = 0
    ws.rise[0, k] = 1.0
    ws.front[0, 0] = k
    c[FRONT] = 1
    c[COST] = g.up_ptr[k + 1] - g.up_ptr[k]
    ws.up[k] = 1.0
    ws.up_list[0] = k
    c[UP] = 1
    c[WALKED] = 0
    c[PASSING_SIDE] = 0
    ws.passing[0, 0] = k
    c[PASSING] = 1
    c[KNOWN] = 0
    for slot in range(LAG):
        ws.ahead[slot, k] = 0.0  # held at its cap: no increment


@njit(cache=True, nogil=True)
def _upstream_total(g, ws, c, k, lag, outlook):  # type: ignore[no-untyped-def]
    """Σ s d^u after `lag` more steps than walked: Σ s d^u + C_lag·Δ − Σ_q g_q (s_k + C_{lag−q, k})."""
    strength, ptr, to, weight = g.strength, g.out_ptr, g.out_to, g.out_weight
    up, up_list, rise, front = ws.up, ws.up_list, ws.rise[c[SIDE]], ws.front[c[SIDE]]
    total = 0.0
    for q in range(c[UP]):
        total += strength[up_list[q]] * up[up_list[q]]
    gained = 0.0
    for q in range(c[FRONT]):
        gained += outlook[lag, front[q]] * rise[front[q]]
    buyers = ptr[k + 1] - ptr[k]
    for r in range(1, lag + 1):
        if r > 1:
            for q in range(buyers):
                ws.wanted[q] = to[ptr[k] + q]
            _compute_ahead(g, ws, c, buyers, r - 1)
        source = rise if r == 1 else ws.ahead[(c[WALKED] + r - 1) % LAG]
        back = 0.0
        for e in range(ptr[k], ptr[k + 1]):
            back += weight[e] * source[to[e]]
        gained -= back * (strength[k] + outlook[lag - r, k])
    return total + max(0.0, gained)


@njit(cache=True, nogil=True)
def _finish(g, ws, c, k, steps, outlook):  # type: ignore[no-untyped-def]
    """Sums after the last step. Returns (output lost, downstream part, upstream part), not yet divided."""
    strength = g.strength
    down, up, reached, wanted, more = ws.down, ws.up, ws.reached, ws.wanted, ws.more
    lag = steps - c[WALKED]
    up_total = _upstream_total(g, ws, c, k, lag, outlook)
    down_total = 0.0
    unsettled = 0
    for q in range(c[REACHED]):
        j = reached[q]
        loss = down[j]
        down_total += strength[j] * loss
        if up[j] < loss:
            wanted[unsettled] = j
            more[unsettled] = loss - up[j]
            unsettled += 1
    least = _NEGLIGIBLE * up_total / max(1, unsettled)
    for r in range(1, lag + 1):
        kept = 0
        for q in range(unsettled):
            j = wanted[q]
            if strength[j] * more[q] > least:
                wanted[kept] = j
                more[kept] = more[q]
                kept += 1
        unsettled = kept
        _compute_ahead(g, ws, c, unsettled, r)
        ahead = ws.ahead[(c[WALKED] + r) % LAG]
        for q in range(unsettled):
            more[q] -= ahead[wanted[q]]
    beyond = 0.0
    for q in range(unsettled):
        beyond += strength[wanted[q]] * max(0.0, more[q])
    return up_total + beyond, down_total, up_total


@njit(cache=True, nogil=True)
def _clear(g, ws, c, k):  # type: ignore[no-untyped-def]
    slot_ptr = g.slot_ptr
    down, pushed, load, reached, up, up_list = ws.down, ws.pushed, ws.load, ws.reached, ws.up, ws.up_list
    for q in range(c[REACHED]):
        j = reached[q]
        down[j] = 0.0
        pushed[j] = 0.0
        for z in range(slot_ptr[j], slot_ptr[j + 1]):
            load[z] = 0.0
    for q in range(c[SECTORS]):
        ws.room[ws.sector_list[q]] = g.sector_strength[ws.sector_list[q]]
    rise, front = ws.rise[c[SIDE]], ws.front[c[SIDE]]
    for q in range(c[FRONT]):
        rise[front[q]] = 0.0
    for q in range(c[UP]):
        up[up_list[q]] = 0.0
    for slot in range(LAG):
        _forget(ws, slot)
        ws.ahead[slot, k] = UNKNOWN


@njit(cache=True, nogil=True)
def _unsettled_cost(g, ws, c, lag):  # type: ignore[no-untyped-def]
    """Links read to settle the firms whose downstream loss is larger so far; a rule of thumb."""
    reached, down, up, ptr = ws.reached, ws.down, ws.up, g.out_ptr
    cost = 0
    for q in range(c[REACHED]):
        j = reached[q]
        if up[j] < down[j]:
            cost += ptr[j + 1] - ptr[j]
    return max(_LOOK_LEAST, float(cost) * lag)


@njit(cache=True, nogil=True)
def _fail_one(g, ws, k, epsilon, max_steps, outlook):  # type: ignore[no-untyped-def]
    """Failure of firm k (a rank). Returns (output lost, downstream part, upstream part, steps), not yet divided."""
    c = ws.counters
    _start(g, ws, c, k)
    wide = _WALK_CAP * len(g.up_to)
    fall = 0.0
    steps = 0
    while True:
        steps += 1
        if fall >= 0.0:
            fall = settle_down(g, ws, c, k, push_down(g, ws, c))
        if steps >= max_steps:
            break
        if fall <= epsilon and not _goes_on(g, ws, c, k, steps, epsilon):
            break
    while c[WALKED] < steps and (
        steps - c[WALKED] > LAG or min(c[COST], wide) < _unsettled_cost(g, ws, c, steps - c[WALKED])
    ):
        _walk_up(g, ws, c, k)
    lost, down, up = _finish(g, ws, c, k, steps, outlook)
    _clear(g, ws, c, k)
    return lost, down, up, steps


def outlook(g: FirmGraph) -> Floats:
    """C_R = Σ_{r=1..R} s U^r for R = 0 … LAG, shape (LAG + 1, n): what one unit of increment still adds to Σ s d^u."""
    sums = np.zeros((LAG + 1, g.firms))
    row = g.strength
    seller = np.repeat(np.arange(g.firms, dtype=np.int32), np.diff(g.out_ptr))
    for r in range(1, LAG + 1):
        row = sum_by(g.out_to, row[seller] * g.out_weight, g.firms)
        sums[r] = sums[r - 1] + row
    return sums


@njit(cache=True, nogil=True)
def fail_each(g, ws, ranks, epsilon, max_steps, outlook, shares, steps):  # type: ignore[no-untyped-def]
    """Systemic risk of each firm's failure, one scenario after the other.

    ESRI_k = Σ_j s_j max(d^d_j, d^u_j) / Σ_j s_j with ψ_k = 0 and ψ = 1 elsewhere; stops after the step whose largest
    decrease of any capacity is ≤ ε (Diem et al. 2022, eqs. 7-16).

    Args:
        g: the network as laid out by :func:`lianzhang.risk.kernel.layout.lay_out`.
        ws: scratch space of this thread, from :func:`workspace`; left as it was found.
        ranks: (q,) failing firms, as ranks of the layout.
        epsilon: ε > 0, the published stopping rule.
        max_steps: most steps to take.
        outlook: what :func:`outlook` gives for the network.
        shares: (q, 3) receives index, downstream part, upstream part, as shares of all output.
        steps: (q,) receives the steps taken.
    """
    total = g.sector_strength.sum()
    for q in range(len(ranks)):
        lost, down, up, taken = _fail_one(g, ws, ranks[q], epsilon, max_steps, outlook)
        shares[q, 0] = lost / total
        shares[q, 1] = down / total
        shares[q, 2] = up / total
        steps[q] = taken
