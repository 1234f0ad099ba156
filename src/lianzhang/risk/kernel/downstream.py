"""The downstream half of a single failure: what suppliers' losses do to their buyers, change by change.

Part of :mod:`lianzhang.risk.kernel.single`, which has the definition and the source.
"""

from __future__ import annotations

from numba import njit

from lianzhang.risk.kernel.workspace import BORN, REACHED, SECTORS, STAMP

# Below this sum the published code takes the denominator as 1.
EMPTY_SECTOR = 1e-10
# A running denominator this small beside the sector is summed afresh, so that it is not left-over rounding.
_CANCELLED = 1e-6
_HALF_ULP = 2.0**-54  # 1 − x is 1 in double precision for any smaller x


@njit(cache=True, nogil=True)
def push_down(g, ws, c):  # type: ignore[no-untyped-def]
    """Push the changes of σ_i d_i to the buyers' slots. Returns how many firms' loads changed."""
    strength, sector, sector_strength, member_ptr, member = (
        g.strength,
        g.sector,
        g.sector_strength,
        g.member_ptr,
        g.member,
    )
    ptr, to, to_slot, weight = g.down_ptr, g.down_to, g.down_slot, g.down_weight
    down, pushed, load, seen, reached, changed, room = (
        ws.down,
        ws.pushed,
        ws.load,
        ws.seen,
        ws.reached,
        ws.changed,
        ws.room,
    )
    c[STAMP] += 1
    stamp, born = c[STAMP], c[BORN]
    n_changed = 0
    n_reached = c[REACHED]
    for q in range(c[REACHED]):
        i = reached[q]
        if ptr[i] == ptr[i + 1]:
            continue
        a = sector[i]
        total = room[a]
        if total < _CANCELLED * sector_strength[a]:
            total = 0.0
            for z in range(member_ptr[a], member_ptr[a + 1]):
                total += strength[member[z]] * (1.0 - down[member[z]])
        if total < EMPTY_SECTOR:
            total = 1.0
        value = min(1.0, strength[i] / total) * down[i]
        change = value - pushed[i]
        if abs(change) < _HALF_ULP:
            continue
        pushed[i] = value
        for e in range(ptr[i], ptr[i + 1]):
            load[to_slot[e]] += weight[e] * change
            j = to[e]
            if seen[j] < stamp:
                if seen[j] < born:
                    reached[n_reached] = j
                    n_reached += 1
                seen[j] = stamp
                changed[n_changed] = j
                n_changed += 1
    c[REACHED] = n_reached
    return n_changed


@njit(cache=True, nogil=True)
def settle_down(g, ws, c, k, n_changed):  # type: ignore[no-untyped-def]
    """New losses of the firms whose loads changed. Returns the largest decrease of h, −1 if none moved."""
    strength, sector, slot_ptr = g.strength, g.sector, g.slot_ptr
    down, load, changed, room, sector_seen, sector_list = (
        ws.down,
        ws.load,
        ws.changed,
        ws.room,
        ws.sector_seen,
        ws.sector_list,
    )
    born = c[BORN]
    n_sectors = c[SECTORS]
    fall = -1.0
    for q in range(n_changed):
        j = changed[q]
        if j == k:
            continue
        loss = 0.0
        for z in range(slot_ptr[j], slot_ptr[j + 1]):
            loss = max(loss, load[z])
        # 1 − L is 1 in double precision below this: the published recursion sees no loss there.
        loss = min(loss, 1.0) if loss > _HALF_ULP else 0.0
        old = down[j]
        if loss == old:
            continue
        # Compared as capacities, as published: 1 − 0.01 is not 0.99 exactly, and steps hang on it.
        fall = max(fall, max(0.0, (1.0 - old) - (1.0 - loss)))
        down[j] = loss
        a = sector[j]
        if sector_seen[a] < born:
            sector_seen[a] = born
            sector_list[n_sectors] = a
            n_sectors += 1
        room[a] -= strength[j] * (loss - old)
    c[SECTORS] = n_sectors
    return fall
