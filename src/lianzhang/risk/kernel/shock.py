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

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lianzhang.risk.kernel.layout import ESSENTIAL, Floats, Ints, Longs

# Pieces that threads share; fewer links than this are not worth sharing. The number of pieces depends on the network
# alone, so that sums over pieces, and with them all results, do not depend on threads.
_ALONE = 100_000
_PIECES = 4


class ShockGraph(NamedTuple):
    """Links by slot. n firms, E links, K slots (one for each buyer and sector it buys from), P pieces of buyers."""

    slot_ptr: Ints  # (n + 1,) slots of each buyer
    in_ptr: Ints  # (K + 1,) links of each slot
    in_from: Ints  # (E,) supplier
    in_weight: Floats  # (E,) w_ij, currency per day
    need: Floats  # (K,) sum_i w_ij in the order of in_weight
    essential: NDArray[np.bool_]  # (K,) whether the buyer stops without it
    final: Floats  # (n,) f_i, daily sales to final users
    output: Floats  # (n,) x_i, undisturbed daily output
    cuts: Longs  # (P + 1,) buyers of each piece, about equally many links


class ShockState(NamedTuple):
    """What changes from day to day, and room for a day's work."""

    stock: Floats  # (K,) S_z, days of undisturbed use
    order: Floats  # (K,) r_z
    demand: Floats  # (n,) q_i
    ordered: Floats  # (P, n) worth ordered from each supplier by each piece of buyers
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
    # Stable counting sorts, last key first: by supplier (edge lists often are), then by its sector and by buyer, in one
    # pass where there are few enough pairs of them, as in a table of regions.
    turn = np.arange(len(sales), dtype=np.int32)
    if len(sales) and (supplier[1:] < supplier[:-1]).any():
        turn = _count_sort(turn, supplier, n)
    group = sector[supplier]
    if n * m <= 4 * len(sales):
        turn = _count_sort(turn, buyer * m + group, n * m)
    else:
        turn = _count_sort(_count_sort(turn, group, m), buyer, n)
    owner_of_link, group = buyer[turn], group[turn]
    first = np.ones(len(turn), bool)
    first[1:] = (owner_of_link[1:] != owner_of_link[:-1]) | (group[1:] != group[:-1])
    begins = np.flatnonzero(first)
    owner, group = owner_of_link[begins], group[begins]
    del owner_of_link, first
    slot_ptr = np.zeros(n + 1, np.int32)
    np.cumsum(np.bincount(owner, minlength=n), out=slot_ptr[1:])
    in_ptr = np.append(begins, len(turn)).astype(np.int32)
    pieces = 1 if len(turn) < _ALONE else _PIECES
    graph = ShockGraph(
        slot_ptr=slot_ptr,
        in_ptr=in_ptr,
        in_from=supplier[turn].astype(np.int32),
        in_weight=sales[turn] / days_per_year,
        need=np.zeros(len(begins)),
        essential=np.ones(len(begins), bool) if types is None else types[group, sector[owner]] == ESSENTIAL,
        final=final / days_per_year,
        output=np.zeros(n),
        cuts=np.searchsorted(in_ptr[slot_ptr], np.linspace(0, len(turn), pieces + 1))
        .clip(0, n)
        .astype(np.int64),
    )
    graph.cuts[0], graph.cuts[-1] = 0, n
    # Summed by the same loops as every day's sums: equal terms in equal order give equal sums.
    _sum_needs(graph)
    ordered = np.zeros((pieces, n))
    for piece in range(pieces):
        _send_orders(graph, np.ones(len(begins)), ordered[piece], graph.cuts[piece], graph.cuts[piece + 1])
    graph.output[:] = _sum_pieces(ordered) + graph.final
    return graph


def start(graph: ShockGraph, stock_days: Floats) -> ShockState:
    """The undisturbed state with `stock_days` (n,) days of every input."""
    n, slots = len(graph.output), len(graph.need)
    return ShockState(
        stock=np.repeat(stock_days, np.diff(graph.slot_ptr)).astype(np.float64),
        order=np.ones(slots),
        demand=np.ones(n),
        ordered=np.zeros((len(graph.cuts) - 1, n)),
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

    def order(piece: int) -> None:
        a, b = g.cuts[piece], g.cuts[piece + 1]
        _place_orders(g, state, cap, stock_days, restock_days, ario, a, b)
        _send_orders(g, state.order, state.ordered[piece], a, b)

    def produce(piece: int) -> None:
        a, b = g.cuts[piece], g.cuts[piece + 1]
        _produce(g, state, cap, final_factor, stock_days, psi, firms_first, a, b)

    def deliver(piece: int) -> None:
        _deliver(g, state, g.cuts[piece], g.cuts[piece + 1])

    for work in (order, produce, deliver):
        if pool is None or len(g.cuts) == 2:
            for piece in range(len(g.cuts) - 1):
                work(piece)
        else:
            for done in [pool.submit(work, piece) for piece in range(len(g.cuts) - 1)]:
                done.result()


@njit(cache=True, nogil=True)
def _send_orders(g, order, ordered, first, end):  # type: ignore[no-untyped-def]
    """Worth that buyers first … end−1 order from each supplier."""
    slot_ptr, in_ptr, in_from, in_weight = g.slot_ptr, g.in_ptr, g.in_from, g.in_weight
    ordered[:] = 0.0
    for z in range(slot_ptr[first], slot_ptr[end]):
        ratio = order[z]
        for e in range(in_ptr[z], in_ptr[z + 1]):
            ordered[in_from[e]] += in_weight[e] * ratio


@njit(cache=True, nogil=True)
def _sum_pieces(ordered):  # type: ignore[no-untyped-def]
    total = np.zeros(ordered.shape[1])
    for i in range(len(total)):
        for piece in range(len(ordered)):
            total[i] += ordered[piece, i]
    return total


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
    slot_ptr, essential, final, output = g.slot_ptr, g.essential, g.final, g.output
    stock, pieces, demand, aim = state.stock, state.ordered, state.demand, state.aim
    made, shipped, to_final = state.made, state.shipped, state.to_final
    for i in range(first, end):
        ordered = 0.0
        for piece in range(len(pieces)):
            ordered += pieces[piece, i]
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
def _count_sort(turn, key, n):  # type: ignore[no-untyped-def]
    """Positions `turn` in the stable order of their keys 0 … n−1."""
    begin = np.zeros(n + 1, np.int64)
    for e in range(len(key)):
        begin[key[e] + 1] += 1
    for k in range(n):
        begin[k + 1] += begin[k]
    out = np.empty_like(turn)
    for q in range(len(turn)):
        k = key[turn[q]]
        out[begin[k]] = turn[q]
        begin[k] += 1
    return out
