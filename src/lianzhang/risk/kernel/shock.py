"""A shock that unfolds day by day through orders, stocks and rationing.

Adaptive input–output dynamics at firm level: Hallegatte (2008, *Risk Analysis* 28:779; 2014, *Risk Analysis* 34:152);
firm networks: Inoue & Todo (2019), *Nature Sustainability* 2:841; Colon, Hallegatte, Rozenberg (2021), *Nature
Sustainability* 4:209. With sectors in the place of firms it is the ARIO model.

Every quantity of a firm is a ratio to its undisturbed day, so that an undisturbed system stays still to the last bit.
Day t of firm j, whose input groups (slots) are z, with w_ij the undisturbed daily sales:

- expects to make e_j = min(q_j(t−1), cap_j(t)), q the demand met with yesterday;
- orders r_z = max(0, e_j + (n_z − S_z) / τ) of each input (Inoue & Todo), S_z its stock and n_z the stock aimed at, in
  days of undisturbed use; or r_z = y_j(t−1) + max(0, n_z opt_j(t−1) − S_z) / τ (ARIO);
- demand q_i = (Σ_j w_ij r_z(i,j) + f_i) / x_i, x_i = Σ_j w_ij + f_i;
- makes y_i = min(q_i, cap_i, S_z, opt·S_z / (ψ n_z opt)) over its essential inputs z, opt = min(q_i, cap_i);
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
_AT_HAND = 2048  # links of a few buyers that are read twice in a row
_COLUMNS = 128  # buyers of a full table laid out at a time


class ShockGraph(NamedTuple):
    """Links by slot. n firms, E links, K slots (one for each buyer and sector it buys from), P pieces of buyers."""

    slot_ptr: Ints  # (n + 1,) slots of each buyer
    in_ptr: Ints  # (K + 1,) links of each slot
    in_from: Ints  # (E,) supplier's place; empty where the suppliers of every slot are a run of places
    run_first: Ints  # (K,) place of the first supplier of each slot's run; empty where in_from names them
    at: Ints  # (n,) place of each firm: its own number, or, where there are runs, its number within all sectors' order
    in_weight: Floats  # (E,) w_ij, currency per day
    need: Floats  # (K,) sum_i w_ij in the order of in_weight
    essential: NDArray[np.bool_]  # (K,) whether the buyer stops without it
    final: Floats  # (n,) f_i, daily sales to final users
    output: Floats  # (n,) x_i, undisturbed daily output
    cuts: Longs  # (P + 1,) buyers of each piece, about equally many links


class ShockState(NamedTuple):
    """What changes from day to day, and room for a day's work."""

    days: Floats  # (K,) n_z, the stock aimed at, days of undisturbed use
    stock: Floats  # (K,) S_z, days of undisturbed use
    order: Floats  # (K,) r_z
    demand: Floats  # (n,) q_i
    ordered: Floats  # (P, n) worth ordered from each place by each piece of buyers
    made: Floats  # (n,) y_i
    aim: Floats  # (n,) opt_i
    shipped: Floats  # (n,) phi_i by place, share of firms' orders that is shipped
    received: Floats  # (n,) worth received from suppliers
    to_final: Floats  # (n,) worth shipped to final users
    placed: Longs  # (1,) whether the coming day's orders are placed already


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
        run_first=np.zeros(0, np.int32),
        at=np.arange(n, dtype=np.int32),
        in_weight=sales[turn] / days_per_year,
        need=np.zeros(len(begins)),
        essential=np.ones(len(begins), bool) if types is None else types[group, sector[owner]] == ESSENTIAL,
        final=final / days_per_year,
        output=np.zeros(n),
        cuts=_cuts(in_ptr[slot_ptr], pieces),
    )
    return _summed(graph)


def table_graph(
    flows: Floats,
    final: Floats,
    sector: Longs,
    types: NDArray[np.int8] | None = None,
    days_per_year: float = 365.0,
) -> ShockGraph:
    """Lay a full table of flows out for daily steps: industries of regions in the place of firms.

    As :func:`shock_graph` with all n² links, but in 8 bytes a link, which every day's steps read in order.

    Args:
        flows: (n, n) yearly sales ≥ 0 of row to column.
        final: (n,) yearly sales to final users ≥ 0.
        sector: (n,) sector of each industry, 0 … m−1; inputs of one sector from all regions are one stock.
        types: (m, m) type of supplier sector for buyer sector; None: every input is essential.
        days_per_year: divides yearly sales into daily ones.
    """
    n = len(sector)
    m = int(sector.max(initial=-1)) + 1 if types is None else len(types)
    place = np.argsort(sector, kind="stable").astype(np.int32)
    bounds = np.searchsorted(sector[place], np.arange(m + 1))
    used = np.zeros((n, m), bool)
    for a in range(m):
        used[:, a] = (flows[place[bounds[a] : bounds[a + 1]]] > 0).any(axis=0)
    owner, group = np.nonzero(used)
    slot_ptr = np.zeros(n + 1, np.int32)
    np.cumsum(used.sum(axis=1), out=slot_ptr[1:])
    in_ptr = np.zeros(len(owner) + 1, np.int32)
    np.cumsum(np.diff(bounds)[group], out=in_ptr[1:])
    weight = np.empty(int(in_ptr[-1]))
    for begin in range(0, n, _COLUMNS):
        end = min(begin + _COLUMNS, n)
        columns = flows[:, begin:end][place].T
        kept = np.repeat(used[begin:end], np.diff(bounds), axis=1)
        weight[in_ptr[slot_ptr[begin]] : in_ptr[slot_ptr[end]]] = columns[kept]
    weight /= days_per_year
    pieces = 1 if len(weight) < _ALONE else _PIECES
    return _summed(
        ShockGraph(
            slot_ptr=slot_ptr,
            in_ptr=in_ptr,
            in_from=np.zeros(0, np.int32),
            run_first=bounds[group].astype(np.int32),
            at=np.argsort(place).astype(np.int32),
            in_weight=weight,
            need=np.zeros(len(owner)),
            essential=np.ones(len(owner), bool)
            if types is None
            else types[group, sector[owner]] == ESSENTIAL,
            final=final / days_per_year,
            output=np.zeros(n),
            cuts=_cuts(in_ptr[slot_ptr], pieces),
        )
    )


def _cuts(links_before: Ints, pieces: int) -> Longs:
    """(P + 1,) buyers at which pieces of about equally many links begin; `links_before` (n + 1,)."""
    n, links = len(links_before) - 1, int(links_before[-1])
    cuts = np.searchsorted(links_before, np.linspace(0, links, pieces + 1)).clip(0, n).astype(np.int64)
    cuts[0], cuts[-1] = 0, n
    return cuts


def _summed(graph: ShockGraph) -> ShockGraph:
    """Fill in needs and outputs, by the same loops as every day's sums: equal terms in equal order give equal sums."""
    n, pieces = len(graph.output), len(graph.cuts) - 1
    ordered = np.zeros((pieces, n))
    _sum_needs(graph)
    for piece in range(pieces):
        _send_orders(
            graph, np.ones(len(graph.need)), ordered[piece], graph.cuts[piece], graph.cuts[piece + 1]
        )
    graph.output[:] = _sum_pieces(ordered)[graph.at] + graph.final
    return graph


def of_inputs(graph: ShockGraph, of_firms: Floats) -> Floats:
    """(K,) for every input what is given for its buyer, (n,)."""
    return np.repeat(of_firms, np.diff(graph.slot_ptr))


def start(graph: ShockGraph, stock_days: Floats) -> ShockState:
    """The undisturbed state with `stock_days` (K,) days of every input, which are also what is aimed at."""
    n, slots = len(graph.output), len(graph.need)
    return ShockState(
        days=stock_days.astype(np.float64),
        stock=stock_days.astype(np.float64),
        order=np.ones(slots),
        demand=np.ones(n),
        ordered=np.zeros((len(graph.cuts) - 1, n)),
        made=np.ones(n),
        aim=np.ones(n),
        shipped=np.ones(n),
        received=np.zeros(n),
        to_final=np.zeros(n),
        placed=np.zeros(1, np.int64),
    )


def step(
    g: ShockGraph,
    state: ShockState,
    cap: Floats,
    final_factor: Floats,
    restock_days: float,
    psi: float,
    firms_first: bool,
    ario: bool,
    pool: ThreadPoolExecutor | None = None,
    next_cap: Floats | None = None,
) -> None:
    """One day, in place.

    Args:
        g: the network, from :func:`shock_graph`.
        state: from :func:`start`.
        cap: (n,) capacity of the day, 1 undisturbed.
        final_factor: (n,) final demand of the day, 1 undisturbed.
        restock_days: τ, days over which a gap is filled.
        psi: ψ ∈ [0, 1): production falls already when a stock is below ψ of its aim (Hallegatte 2014); 0: only when it
            does not last the day.
        firms_first: whether firms' orders are served before final users'.
        ario: whether orders follow ARIO (Hallegatte 2014): what was used yesterday plus the gap to n_z opt_j(t−1).
        pool: threads to share the firms among; each firm is computed alone, so results do not depend on it.
        next_cap: (n,) capacity of the next day, where it is known: the orders of a table are then placed while its links
            are read for today's deliveries, which saves half of the reading and changes no result.
    """
    # Listed links cost what their ends' places in memory cost, not their reading: there it would save nothing.
    ahead = None if len(g.in_from) > 0 else next_cap

    def order(piece: int) -> None:
        a, b = g.cuts[piece], g.cuts[piece + 1]
        _place_orders(g, state, cap, restock_days, ario, a, b)
        state.ordered[piece] = 0.0
        _send_orders(g, state.order, state.ordered[piece], a, b)

    def produce(piece: int) -> None:
        a, b = g.cuts[piece], g.cuts[piece + 1]
        _produce(g, state, cap, final_factor, psi, firms_first, a, b)

    def deliver(piece: int) -> None:
        a, b = g.cuts[piece], g.cuts[piece + 1]
        if ahead is None:
            _deliver(g, state, a, b)
        else:
            _deliver_and_order(g, state, ahead, restock_days, ario, state.ordered[piece], a, b)

    for work in (produce, deliver) if state.placed[0] else (order, produce, deliver):
        if pool is None or len(g.cuts) == 2:
            for piece in range(len(g.cuts) - 1):
                work(piece)
        else:
            for done in [pool.submit(work, piece) for piece in range(len(g.cuts) - 1)]:
                done.result()
    state.placed[0] = ahead is not None


# Slot by slot. The helpers take single arrays: handing the whole network over costs more than the work on a short slot.
# Places within a run are unsigned: numba would look for negative ones link by link otherwise, and the compiler could not
# take several links at a time.


@njit(cache=True, nogil=True, inline="always")
def _send_slot(in_ptr, in_from, run_first, weight, z, ratio, ordered):  # type: ignore[no-untyped-def]
    """Add what slot z orders from each place."""
    if len(in_from) > 0:
        for e in range(in_ptr[z], in_ptr[z + 1]):
            ordered[in_from[e]] += weight[e] * ratio
    else:
        link, place = np.uint64(in_ptr[z]), np.uint64(run_first[z])
        for k in range(np.uint64(in_ptr[z + 1]) - link):
            ordered[place + k] += weight[link + k] * ratio


@njit(cache=True, nogil=True, inline="always")
def _arriving(in_ptr, in_from, run_first, weight, z, shipped):  # type: ignore[no-untyped-def]
    """Σ_i w_ij φ_i of slot z."""
    total = 0.0
    if len(in_from) > 0:
        for e in range(in_ptr[z], in_ptr[z + 1]):
            total += weight[e] * shipped[in_from[e]]
    else:
        # Four sums side by side, always in this order: as many as the processor adds at a time.
        link, place, end = np.uint64(in_ptr[z]), np.uint64(run_first[z]), np.uint64(in_ptr[z + 1])
        one, two, three, four = np.uint64(1), np.uint64(2), np.uint64(3), np.uint64(4)
        t0, t1, t2, t3 = 0.0, 0.0, 0.0, 0.0
        for _ in range((end - link) // four):
            t0 += weight[link] * shipped[place]
            t1 += weight[link + one] * shipped[place + one]
            t2 += weight[link + two] * shipped[place + two]
            t3 += weight[link + three] * shipped[place + three]
            link += four
            place += four
        while link < end:
            total += weight[link] * shipped[place]
            link += one
            place += one
        total += (t0 + t1) + (t2 + t3)
    return total


@njit(cache=True, nogil=True)
def _send_orders(g, order, ordered, first, end):  # type: ignore[no-untyped-def]
    """Add what buyers first … end−1 order from each place."""
    in_ptr, in_from, run_first, weight = g.in_ptr, g.in_from, g.run_first, g.in_weight
    for z in range(g.slot_ptr[first], g.slot_ptr[end]):
        _send_slot(in_ptr, in_from, run_first, weight, z, order[z], ordered)


@njit(cache=True, nogil=True)
def _sum_pieces(ordered):  # type: ignore[no-untyped-def]
    total = np.zeros(ordered.shape[1])
    for i in range(len(total)):
        for piece in range(len(ordered)):
            total[i] += ordered[piece, i]
    return total


@njit(cache=True, nogil=True)
def _ratio_ordered(expected, made, aim, stock, days, restock_days, ario):  # type: ignore[no-untyped-def]
    """r_z of an input of which `stock` days are left and `days` are aimed at."""
    if ario:
        return made + max(0.0, days * aim - stock) / restock_days
    return max(0.0, expected + (days - stock) / restock_days)


@njit(cache=True, nogil=True)
def _place_orders(g, state, cap, restock_days, ario, first, end):  # type: ignore[no-untyped-def]
    slot_ptr, days, stock, order = g.slot_ptr, state.days, state.stock, state.order
    demand, made, aim = state.demand, state.made, state.aim
    for j in range(first, end):
        expected = min(demand[j], cap[j])
        for z in range(slot_ptr[j], slot_ptr[j + 1]):
            order[z] = _ratio_ordered(expected, made[j], aim[j], stock[z], days[z], restock_days, ario)


@njit(cache=True, nogil=True)
def _produce(g, state, cap, final_factor, psi, firms_first, first, end):  # type: ignore[no-untyped-def]
    slot_ptr, essential, final, output, at = g.slot_ptr, g.essential, g.final, g.output, g.at
    days, stock, pieces, demand, aim = state.days, state.stock, state.ordered, state.demand, state.aim
    made, shipped, to_final = state.made, state.shipped, state.to_final
    for i in range(first, end):
        ordered = 0.0
        for piece in range(len(pieces)):
            ordered += pieces[piece, at[i]]
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
                least = psi * days[z] * wish
                if stock[z] < least:
                    ratio = min(ratio, wish * (stock[z] / least))
        made[i] = ratio
        worth = ratio * output[i]
        if total <= 0.0:
            shipped[at[i]] = 0.0
            to_final[i] = 0.0
        elif firms_first:
            share = 1.0 if ordered <= worth else worth / ordered
            shipped[at[i]] = share
            to_final[i] = worth - share * ordered
        else:
            share = 1.0 if total == worth else worth / total
            shipped[at[i]] = share
            to_final[i] = share * wanted


@njit(cache=True, nogil=True)
def _deliver(g, state, first, end):  # type: ignore[no-untyped-def]
    slot_ptr, need = g.slot_ptr, g.need
    in_ptr, in_from, run_first, weight = g.in_ptr, g.in_from, g.run_first, g.in_weight
    stock, order, made, shipped = state.stock, state.order, state.made, state.shipped
    received = state.received
    for j in range(first, end):
        worth = 0.0
        for z in range(slot_ptr[j], slot_ptr[j + 1]):
            arriving = _arriving(in_ptr, in_from, run_first, weight, z, shipped) * order[z]
            worth += arriving
            stock[z] += arriving / need[z] - min(made[j], stock[z])
        received[j] = worth


@njit(cache=True, nogil=True)
def _deliver_and_order(g, state, cap, restock_days, ario, ordered, first, end):  # type: ignore[no-untyped-def]
    """Deliver today's orders and place those of tomorrow, whose capacity is `cap`, while the links are at hand.

    A few buyers at a time: as many as have `_AT_HAND` links, which stay in the processor's cache from one to the other.
    """
    slot_ptr, in_ptr = g.slot_ptr, g.in_ptr
    ordered[:] = 0.0
    begin = first
    while begin < end:
        stop = begin + 1
        last = in_ptr[slot_ptr[begin]] + _AT_HAND
        while stop < end and in_ptr[slot_ptr[stop + 1]] <= last:
            stop += 1
        _deliver(g, state, begin, stop)
        _place_orders(g, state, cap, restock_days, ario, begin, stop)
        _send_orders(g, state.order, ordered, begin, stop)
        begin = stop


def imbalance(graph: ShockGraph, state: ShockState) -> float:
    """|made − received by firms − received by final users| of the day, as a share of undisturbed turnover."""
    made = float((state.made * graph.output).sum())
    gone = float(state.received.sum() + state.to_final.sum())
    turnover = float(graph.output.sum())
    return abs(made - gone) / turnover if turnover > 0 else 0.0


@njit(cache=True, nogil=True)
def _sum_needs(g):  # type: ignore[no-untyped-def]
    shipped = np.ones(len(g.output))
    in_ptr, in_from, run_first, weight = g.in_ptr, g.in_from, g.run_first, g.in_weight
    for z in range(len(g.need)):
        g.need[z] = _arriving(in_ptr, in_from, run_first, weight, z, shipped)


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
