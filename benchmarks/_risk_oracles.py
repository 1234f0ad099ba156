"""Two more implementations of the systemic risk index, to be equal to and to be faster than.

Both are written from the definition (Diem et al. 2022, *Scientific Reports* 12:7719) and share nothing with
the
package: a dense one in numpy, and a plain one in numba that tracks only affected firms.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from benchmarks._risk_networks import Network

Floats = NDArray[np.float64]


def dense(
    network: Network, psi: Floats, epsilon: float, max_steps: int = 100_000
) -> tuple[Floats, Floats, int]:
    """h^d, h^u and steps, by full n × n matrices in every step."""
    n, m = len(network.sector), len(network.types)
    W = np.zeros((n, n))
    np.add.at(W, (network.supplier, network.buyer), network.sales)
    p = network.sector
    s, inputs = W.sum(axis=1), W.sum(axis=0)
    member = np.zeros((m, n))
    member[p, np.arange(n)] = 1.0
    from_sector = (member @ W)[p]
    kind = network.types[np.ix_(p, p)]
    essential = np.where(kind == 2, W / np.where(from_sector > 0, from_sector, 1), 0)
    other = np.where(kind == 1, W / np.where(inputs > 0, inputs, 1), 0)
    U = W / np.where(s > 0, s, 1)[:, None]
    hd, hu, steps = psi.copy(), psi.copy(), 0
    while True:
        room = member @ (s * hd)
        room = np.where(room < 1e-10, 1.0, room)
        lost = np.minimum(1.0, s / room[p]) * (1 - hd)
        load = np.maximum((member @ (lost[:, None] * essential)).max(axis=0), lost @ other)
        hd_next = np.maximum(0, np.minimum(1 - load, psi))
        hu_next = np.maximum(0, np.minimum(1 - U @ (1 - hu), psi))
        largest = max((hd - hd_next).max(), (hu - hu_next).max())
        hd, hu, steps = hd_next, hu_next, steps + 1
        if largest <= epsilon or steps >= max_steps:
            return hd, hu, steps


def index(network: Network, hd: Floats, hu: Floats) -> tuple[float, float, float]:
    """Index, downstream and upstream part."""
    s = np.bincount(network.supplier, network.sales, minlength=len(network.sector))
    return tuple(float((s * (1 - h)).sum() / s.sum()) for h in (np.minimum(hd, hu), hd, hu))  # type: ignore[return-value]


def plain_arrays(network: Network) -> tuple[Any, ...]:
    """The network as the plain version walks it."""
    i, j, w, p, types = network
    n, m = len(p), len(types)
    s = np.bincount(i, w, minlength=n)
    _, group = np.unique(p[i] * n + j, return_inverse=True)
    kind = types[p[i], p[j]]
    weight = np.where(kind == 2, w / np.bincount(group, w)[group], w / np.bincount(j, w, minlength=n)[j])
    used = kind > 0
    slots, slot = np.unique(
        j[used] * (m + 1) + np.where(kind[used] == 2, p[i[used]] + 1, 0), return_inverse=True
    )
    slot_ptr = np.searchsorted(slots, np.arange(n + 1) * (m + 1))
    return (
        p,
        s,
        m,
        slot_ptr,
        *_csr(n, i[used], j[used].astype(np.int32), weight[used], slot),
        *_csr(n, j, i.astype(np.int32), w / s[i]),
    )


def _csr(n: int, row: NDArray[np.int64], *columns: Any) -> tuple[Any, ...]:
    order = np.argsort(row, kind="stable")
    ptr = np.zeros(n + 1, np.int64)
    np.cumsum(np.bincount(row, minlength=n), out=ptr[1:])
    return (ptr, *(column[order] for column in columns))


@njit(cache=True)
def _plain_one(k, eps, p, s, m, slot_ptr, dptr, dto, dw, dslot, uptr, uto, uw):  # type: ignore[no-untyped-def]
    n = len(s)
    down, up = np.zeros(n), np.zeros(n)
    load, nxt = np.zeros(slot_ptr[n]), np.zeros(n)
    hit_down, hit_up = np.zeros(n, np.bool_), np.zeros(n, np.bool_)
    room = np.zeros(m)
    for i in range(n):
        room[p[i]] += s[i]
    down[k] = up[k] = 1.0
    hit_down[k] = hit_up[k] = True
    room[p[k]] -= s[k]
    downs, ups = [k], [k]
    steps = 0
    while True:
        largest = 0.0
        for i in downs:
            total = room[p[i]]
            value = min(1.0, s[i] / (1.0 if total < 1e-10 else total)) * down[i]
            for e in range(dptr[i], dptr[i + 1]):
                load[dslot[e]] += dw[e] * value
        for q in range(len(downs)):
            for e in range(dptr[downs[q]], dptr[downs[q] + 1]):
                if not hit_down[dto[e]]:
                    hit_down[dto[e]] = True
                    downs.append(dto[e])
        for j in downs:
            loss = 1.0 if j == k else 0.0
            for z in range(slot_ptr[j], slot_ptr[j + 1]):
                loss = max(loss, min(load[z], 1.0))
                load[z] = 0.0
            largest = max(largest, (1.0 - down[j]) - (1.0 - loss))
            room[p[j]] -= s[j] * (loss - down[j])
            down[j] = loss
        for q in range(len(ups)):
            j = ups[q]
            for e in range(uptr[j], uptr[j + 1]):
                nxt[uto[e]] += uw[e] * up[j]
                if not hit_up[uto[e]]:
                    hit_up[uto[e]] = True
                    ups.append(uto[e])
        for i in ups:
            loss = 1.0 if i == k else min(nxt[i], 1.0)
            nxt[i] = 0.0
            largest = max(largest, (1.0 - up[i]) - (1.0 - loss))
            up[i] = loss
        steps += 1
        if largest <= eps:
            break
    both = only_down = only_up = total = 0.0
    for j in range(n):
        total += s[j]
        both += s[j] * max(down[j], up[j])
        only_down += s[j] * down[j]
        only_up += s[j] * up[j]
    return both / total, only_down / total, only_up / total, steps


@njit(parallel=True, cache=True)
def _plain_all(firms, eps, out, p, s, m, slot_ptr, dptr, dto, dw, dslot, uptr, uto, uw):  # type: ignore[no-untyped-def]
    for q in prange(len(firms)):
        a, b, c, t = _plain_one(firms[q], eps, p, s, m, slot_ptr, dptr, dto, dw, dslot, uptr, uto, uw)
        out[q, 0] = a
        out[q, 1] = b
        out[q, 2] = c
        out[q, 3] = t


def plain(arrays: tuple[Any, ...], firms: NDArray[np.int64], epsilon: float) -> Floats:
    """Index, downstream part, upstream part and steps of each failing firm, (q, 4)."""
    out = np.zeros((len(firms), 4))
    _plain_all(firms, epsilon, out, *arrays)
    return out
