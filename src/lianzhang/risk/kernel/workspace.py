"""Scratch space of one thread for single failures: made once, cleared only where a scenario touched it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lianzhang.risk.kernel.layout import FirmGraph, Floats, Ints, Longs

LAG = 5  # how many steps the end is sought beyond the walked ones
# Values of Workspace.ahead that are no increments.
UNKNOWN, WANTED = -1.0, -2.0


class Workspace(NamedTuple):
    """Scratch space of one thread. All zero between scenarios; only what was touched is cleared."""

    down: Floats  # (n,) d^d
    pushed: Floats  # (n,) sigma_i d^d_i as its buyers have it
    load: Floats  # (K,) L of each slot
    seen: Longs  # (n,) stamp of the last step that touched the firm
    reached: Ints  # (n,) firms with a downstream loss
    changed: Ints  # (n,) firms whose loads changed in this step
    room: Floats  # (m,) running denominator sum_l s_l h^d_l of each sector
    sector_seen: Longs  # (m,)
    sector_list: Ints  # (m,)
    rise: Floats  # (2, n) walked increments: this step's and the next one's
    front: Ints  # (2, n + 1) firms with an increment
    up: Floats  # (n,) d^u as far as walked
    up_list: Ints  # (n,)
    ahead: Floats  # (LAG, n) increments computed ahead of the walk, by step modulo LAG; UNKNOWN elsewhere
    known: Ints  # (LAG, n) firms with such an increment
    known_count: Longs  # (LAG,)
    wanted: Ints  # (n,) firms looked at now
    more: Floats  # (n,) downstream beyond upstream loss
    wanted_seen: Longs  # (n,) stamp
    passing: Ints  # (2, n) firms whose increment passes epsilon
    counters: Longs  # (12,) see below


# Places in Workspace.counters: last stamp given out; stamp of this scenario; lengths of reached, sector_list, front,
# up_list and passing; halves of rise and of passing in use; steps walked; links the next walk reads; last step known.
STAMP, BORN, REACHED, SECTORS, FRONT, UP, PASSING, SIDE, PASSING_SIDE, WALKED, COST, KNOWN = range(12)


def workspace(graph: FirmGraph) -> Workspace:
    """Scratch space for one thread, about 160 bytes a firm and 8 a slot."""
    n, m = graph.firms, graph.sectors
    return Workspace(
        down=np.zeros(n),
        pushed=np.zeros(n),
        load=np.zeros(int(graph.slot_ptr[-1])),
        seen=np.zeros(n, np.int64),
        reached=np.zeros(n, np.int32),
        changed=np.zeros(n, np.int32),
        room=graph.sector_strength.copy(),
        sector_seen=np.zeros(m, np.int64),
        sector_list=np.zeros(m, np.int32),
        rise=np.zeros((2, n)),
        front=np.zeros((2, n + 1), np.int32),
        up=np.zeros(n),
        up_list=np.zeros(n + 1, np.int32),
        ahead=np.full((LAG, n), UNKNOWN),
        known=np.zeros((LAG, n), np.int32),
        known_count=np.zeros(LAG, np.int64),
        wanted=np.zeros(n, np.int32),
        more=np.zeros(n),
        wanted_seen=np.zeros(n, np.int64),
        passing=np.zeros((2, n), np.int32),
        counters=np.zeros(12, np.int64),
    )
