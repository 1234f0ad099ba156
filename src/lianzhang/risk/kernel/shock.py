"""A shock that unfolds day by day through orders, stocks and rationing.

Adaptive input–output dynamics at firm level: Hallegatte (2008, *Risk Analysis* 28:779; 2014, *Risk Analysis* 34:152);
firm networks: Inoue & Todo (2019), *Nature Sustainability* 2:841; Colon, Hallegatte, Rozenberg (2021), *Nature
Sustainability* 4:209. With sectors in the place of firms it is the ARIO model.

Every quantity of a firm is a ratio to its undisturbed day, so that an undisturbed system stays still to the last bit.
Day t of firm j, whose input groups (slots) are z, with w_ij the undisturbed daily sales:

- expects to make e_j = min(q_j(t−1), cap_j(t)), q the demand met with yesterday;
- orders r_z = max(0, e_j + (n_j − S_z) / τ) of each input (Inoue & Todo), S_z its stock and n_j the stock aimed at, in
  days of undisturbed use; or r_z = y_j(t−1) + max(0, n_j opt_j(t−1) − S_z) / τ (ARIO);
- demand q_i = (Σ_j w_ij r_z(i,j) + f_i) / x_i, x_i = Σ_j w_ij + f_i;
- makes y_i = min(q_i, cap_i, S_z, opt·S_z / (ψ n_i opt)) over its essential inputs z, opt = min(q_i, cap_i);
- ships φ_i = y_i x_i / (ordered) of each order, or serves firms before final users;
- S_z(t+1) = S_z + (r_z Σ_i w_ij φ_i) / Σ_i w_ij − min(y_j, S_z).
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lianzhang.risk.kernel.layout import ESSENTIAL, Floats, Ints, Longs

# Fewer rows than this are not worth sharing among threads; more are cut into so many pieces.
_ALONE = 50_000
_PIECES = 8


class ShockGraph(NamedTuple):
    """Links by supplier and by slot. n firms, E links, K slots (one for each buyer and sector it buys from)."""

    out_ptr: Ints  # (n + 1,)
    out_slot: Ints  # (E,) slot of the order
    out_weight: Floats  # (E,) w_ij, currency per day
    slot_ptr: Ints  # (n + 1,) slots of each buyer
    in_ptr: Ints  # (K + 1,) links of each slot
    in_from: Ints  # (E,) supplier
    in_weight: Floats  # (E,) w_ij
    need: Floats  # (K,) sum_i w_ij in the order of in_weight
    essential: NDArray[np.bool_]  # (K,) whether the buyer stops without it
    final: Floats  # (n,) f_i, daily sales to final users
    output: Floats  # (n,) x_i, undisturbed daily output


class ShockState(NamedTuple):
    """What changes from day to day, and room for a day's work."""

    stock: Floats  # (K,) S_z, days of undisturbed use
    order: Floats  # (K,) r_z
    demand: Floats  # (n,) q_i
    made: Floats  # (n,) y_i
    aim: Floats  # (n,) opt_i
    shipped: Floats  # (n,) phi_i, share of firms' orders that is shipped
    received: Floats  # (n,) worth received from suppliers
    to_final: Floats  # (n,) worth shipped to final users


def shock_graph(
    supplier: Longs,
    buyer: Longs,
    sales: Floats,
    final: Floats,
    sector: Longs,
    types: NDArray[np.int8] | None,
    days_per_year: float = 365.0,
) -> ShockGraph:
    """Lay a network out for daily steps.

    Args:
        supplier: (E,) selling firm, 0 … n−1, no pair twice.
        buyer: (E,) buying firm.
        sales: (E,) yearly sales > 0.
        final: (n,) yearly sales to final users ≥ 0.
        sector: (n,) sector of each firm.
        types: (m, m) type of supplier sector for buyer sector; None: every input is essential.
        days_per_year: divides yearly sales into daily ones.
    """
    n = len(sector)
    m = int(sector.max(initial=-1)) + 1 if types is None else len(types)
    weight = sales / days_per_year
    # Slots are numbered in the order of (buyer, sector of supplier), found by sorting once: a table of regions has
    # tens of millions of links, and every copy of them counts.
    key = buyer * m + sector[supplier]
    by_slot = np.lexsort((supplier, key))
    key = key[by_slot]
    first = np.ones(len(key), bool)
    np.not_equal(key[1:], key[:-1], out=first[1:])
    slots = key[first]
    slot = np.empty(len(key), np.int32)
    slot[by_slot] = np.cumsum(first, dtype=np.int32) - np.int32(1)
    del key, first
    by_supplier = np.lexsort((slot, supplier))
    owner, group = slots // max(m, 1), slots % max(m, 1)
    essential = np.ones(len(slots), bool) if types is None else types[group, sector[owner]] == ESSENTIAL
    graph = ShockGraph(
        out_ptr=_pointers(supplier, n),
        out_slot=slot[by_supplier],
        out_weight=weight[by_supplier],
        slot_ptr=_pointers(owner, n),
        in_ptr=_pointers(slot, len(slots)),
        in_from=supplier[by_slot].astype(np.int32),
        in_weight=weight[by_slot],
        need=np.zeros(len(slots)),
        essential=essential,
        final=final / days_per_year,
        output=np.zeros(n),
    )
    # Summed by the same loops as every day's sums: equal terms in equal order give equal sums.
    _sum_needs(graph)
    _sum_outputs(graph)
    return graph


def start(graph: ShockGraph, stock_days: Floats) -> ShockState:
    """The undisturbed state with `stock_days` (n,) days of every input."""
    n, slots = len(graph.output), len(graph.need)
    return ShockState(
        stock=np.repeat(stock_days, np.diff(graph.slot_ptr)).astype(np.float64),
        order=np.ones(slots),
        demand=np.ones(n),
        made=np.ones(n),
        aim=np.ones(n),
        shipped=np.ones(n),
        received=np.zeros(n),
        to_final=np.zeros(n),
    )


def step(
    g: ShockGraph,
    state: ShockState,
    cap: Floats,
    final_factor: Floats,
    stock_days: Floats,
    restock_days: float,
    psi: float,
    firms_first: bool,
    ario: bool,
    pool: ThreadPoolExecutor | None = None,
) -> None:
    """One day, in place.

    Args:
        g: the network, from :func:`shock_graph`.
        state: from :func:`start`.
        cap: (n,) capacity of the day, 1 undisturbed.
        final_factor: (n,) final demand of the day, 1 undisturbed.
        stock_days: (n,) n_j, the stock each firm aims at.
        restock_days: τ, days over which a gap is filled.
        psi: ψ ∈ [0, 1): production falls already when a stock is below ψ of its aim (Hallegatte 2014); 0: only when it
            does not last the day.
        firms_first: whether firms' orders are served before final users'.
        ario: whether orders follow ARIO (Hallegatte 2014): what was used yesterday plus the gap to n_j opt_j(t−1).
        pool: threads to share the firms among; each firm is computed alone, so results do not depend on it.
    """
    n = len(g.output)
    _share(
        pool, g.slot_ptr, n, lambda a, b: _place_orders(g, state, cap, stock_days, restock_days, ario, a, b)
    )
    _share(
        pool,
        g.out_ptr,
        n,
        lambda a, b: _produce(g, state, cap, final_factor, stock_days, psi, firms_first, a, b),
    )
    _share(pool, g.slot_ptr, n, lambda a, b: _deliver(g, state, a, b))


def _share(pool: ThreadPoolExecutor | None, ptr: Ints, n: int, work: Callable[[int, int], None]) -> None:
    """Run work(first, end) over all firms, in pieces of about equal numbers of rows."""
    if pool is None or ptr[-1] < _ALONE:
        work(0, n)
        return
    cuts = np.searchsorted(ptr, np.linspace(0, int(ptr[-1]), _PIECES + 1)[1:-1]).tolist()
    bounds = [0, *cuts, n]
    for done in [pool.submit(work, a, b) for a, b in pairwise(bounds) if a < b]:
        done.result()


@njit(cache=True, nogil=True)
def _place_orders(g, state, cap, stock_days, restock_days, ario, first, end):  # type: ignore[no-untyped-def]
    slot_ptr, stock, order = g.slot_ptr, state.stock, state.order
    demand, made, aim = state.demand, state.made, state.aim
    for j in range(first, end):
        if ario:
            for z in range(slot_ptr[j], slot_ptr[j + 1]):
                gap = stock_days[j] * aim[j] - stock[z]
                order[z] = made[j] + max(0.0, gap) / restock_days
        else:
            expected = min(demand[j], cap[j])
            for z in range(slot_ptr[j], slot_ptr[j + 1]):
                order[z] = max(0.0, expected + (stock_days[j] - stock[z]) / restock_days)


@njit(cache=True, nogil=True)
def _produce(g, state, cap, final_factor, stock_days, psi, firms_first, first, end):  # type: ignore[no-untyped-def]
    slot_ptr, out_ptr, out_slot, out_weight = g.slot_ptr, g.out_ptr, g.out_slot, g.out_weight
    essential, final, output = g.essential, g.final, g.output
    stock, order, demand, aim = state.stock, state.order, state.demand, state.aim
    made, shipped, to_final = state.made, state.shipped, state.to_final
    for i in range(first, end):
        ordered = 0.0
        for e in range(out_ptr[i], out_ptr[i + 1]):
            ordered += out_weight[e] * order[out_slot[e]]
        wanted = final[i] * final_factor[i]
        total = ordered + wanted
        # A firm that sells nothing uses what it buys as long as it can.
        demand[i] = 1.0 if output[i] == 0.0 else total / output[i]
        wish = min(demand[i], cap[i])
        aim[i] = wish
        ratio = wish
        for z in range(slot_ptr[i], slot_ptr[i + 1]):
            if essential[z]:
                ratio = min(ratio, stock[z])
                least = psi * stock_days[i] * wish
                if stock[z] < least:
                    ratio = min(ratio, wish * (stock[z] / least))
        made[i] = ratio
        worth = ratio * output[i]
        if total <= 0.0:
            shipped[i] = 0.0
            to_final[i] = 0.0
        elif firms_first:
            shipped[i] = 1.0 if ordered <= worth else worth / ordered
            to_final[i] = worth - shipped[i] * ordered
        else:
            shipped[i] = 1.0 if total == worth else worth / total
            to_final[i] = shipped[i] * wanted


@njit(cache=True, nogil=True)
def _deliver(g, state, first, end):  # type: ignore[no-untyped-def]
    slot_ptr, in_ptr, in_from, in_weight, need = g.slot_ptr, g.in_ptr, g.in_from, g.in_weight, g.need
    stock, order, made, shipped, received = (
        state.stock,
        state.order,
        state.made,
        state.shipped,
        state.received,
    )
    for j in range(first, end):
        worth = 0.0
        for z in range(slot_ptr[j], slot_ptr[j + 1]):
            arriving = 0.0
            for e in range(in_ptr[z], in_ptr[z + 1]):
                arriving += in_weight[e] * shipped[in_from[e]]
            arriving *= order[z]
            worth += arriving
            stock[z] += arriving / need[z] - min(made[j], stock[z])
        received[j] = worth


def imbalance(graph: ShockGraph, state: ShockState) -> float:
    """|made − received by firms − received by final users| of the day, as a share of undisturbed turnover."""
    made = float((state.made * graph.output).sum())
    gone = float(state.received.sum() + state.to_final.sum())
    turnover = float(graph.output.sum())
    return abs(made - gone) / turnover if turnover > 0 else 0.0


@njit(cache=True)
def _sum_needs(g):  # type: ignore[no-untyped-def]
    for z in range(len(g.need)):
        total = 0.0
        for e in range(g.in_ptr[z], g.in_ptr[z + 1]):
            total += g.in_weight[e]
        g.need[z] = total


@njit(cache=True)
def _sum_outputs(g):  # type: ignore[no-untyped-def]
    for i in range(len(g.output)):
        total = 0.0
        for e in range(g.out_ptr[i], g.out_ptr[i + 1]):
            total += g.out_weight[e]
        g.output[i] = total + g.final[i]


def _pointers(index: Longs | Ints, n: int) -> Ints:
    ptr = np.zeros(n + 1, np.int32)
    np.cumsum(np.bincount(index, minlength=n), out=ptr[1:])
    return ptr
