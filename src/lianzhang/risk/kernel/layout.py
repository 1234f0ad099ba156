"""How a firm network lies in memory: one layout, made once, walked by every scenario.

Firms are renumbered by falling number of links, so that the hubs which every cascade meets sit in the same few
cache lines. Links are kept three times as int32 CSR with their weights already divided, because the three walks
(losses to buyers, losses to suppliers, one firm's sum over its buyers) read them in different orders.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lianzhang.errors import InputError
from lianzhang.i18n import Text

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]

ESSENTIAL, NON_ESSENTIAL, IRRELEVANT = 2, 1, 0

# The walk recognises a firm reached for the first time by a stored loss of exactly 0.0. A share below this floor
# would make products underflow to 0.0; raising it to the floor changes no result that double precision can hold.
_SHARE_FLOOR = 1e-50


class FirmGraph(NamedTuple):
    """A firm network as the kernels walk it. Firm numbers inside are ranks by number of links.

    ``n`` firms, ``m`` sectors, ``E`` links, ``D`` links whose input matters to the buyer, ``K`` slots. A slot is
    one group of inputs of one buyer: all suppliers of one essential sector, or all non-essential suppliers.
    """

    strength: Floats  # (n,) s_i = sum_j W_ij, sales per year
    purchases: Floats  # (n,) sum_i W_ij over all suppliers
    sector: Ints  # (n,) sector p_i, from 0
    sector_strength: Floats  # (m,) sum of s over the sector
    member_ptr: Ints  # (m + 1,)
    member: Ints  # (n,) firms grouped by sector
    down_ptr: Ints  # (n + 1,) links i -> buyer whose type is not irrelevant
    down_to: Ints  # (D,) buyer
    down_slot: Ints  # (D,) slot of (buyer, group of the supplier's sector)
    down_weight: Floats  # (D,) Lambda_ij
    slot_ptr: Ints  # (n + 1,) slots of each buyer
    up_ptr: Ints  # (n + 1,) links of buyer j to its suppliers
    up_to: Ints  # (E,) supplier i
    up_weight: Floats  # (E,) W_ij / s_i
    out_ptr: Ints  # (n + 1,) links of supplier i to its buyers
    out_to: Ints  # (E,) buyer j
    out_weight: Floats  # (E,) W_ij / s_i
    rank_of: Ints  # (n,) rank of the caller's firm
    firm_of: Ints  # (n,) the caller's firm of a rank

    @property
    def firms(self) -> int:
        """Number of firms."""
        return len(self.strength)

    @property
    def links(self) -> int:
        """Number of links."""
        return len(self.up_to)

    @property
    def sectors(self) -> int:
        """Number of sectors."""
        return len(self.sector_strength)


def lay_out(
    supplier: Longs, buyer: Longs, sales: Floats, sector: Longs, types: NDArray[np.int8]
) -> FirmGraph:
    """Lay a checked edge list out for the kernels.

    Downstream weights (Diem et al. 2022, eqs. 9-12): essential Λ_ij = W_ij / Σ_{l: p_l = p_i} W_lj,
    non-essential Λ_ij = W_ij / Σ_l W_lj (all inputs of j, irrelevant ones included).

    Args:
        supplier: (E,) selling firm of each link, 0 … n−1; no pair twice, no link to itself.
        buyer: (E,) buying firm.
        sales: (E,) yearly sales W_ij > 0, any currency.
        sector: (n,) sector of each firm, 0 … m−1.
        types: (m, m) type of supplier sector (row) for buyer sector (column): 2, 1 or 0.

    Raises:
        InputError: more than 2³¹−1 links.
    """
    n, m, links = len(sector), len(types), len(supplier)
    if max(n, links) >= 2**31 - 1:
        raise InputError(
            Text(
                "网络超过 2³¹ 条链接，单机无法编号", f"{links} links are more than 32-bit numbering can hold"
            ),
            hint=Text("请按省或行业拆分", "split the network, by province or sector"),
        )
    degree = np.bincount(supplier, minlength=n) + np.bincount(buyer, minlength=n)
    firm_of = np.argsort(-degree, kind="stable").astype(np.int32)
    rank_of = np.empty(n, np.int32)
    rank_of[firm_of] = np.arange(n, dtype=np.int32)

    p = sector[firm_of].astype(np.int32)
    by_supplier = np.lexsort((rank_of[buyer], rank_of[supplier]))
    i = rank_of[supplier][by_supplier]
    j = rank_of[buyer][by_supplier]
    w = sales[by_supplier]
    strength = sum_by(i, w, n)
    purchases = sum_by(j, w, n)
    share = np.maximum(w / strength[i], _SHARE_FLOOR)
    by_buyer = np.lexsort((i, j))

    kind = types[p[i], p[j]]
    matters = kind != IRRELEVANT
    di, dj, dw = i[matters], j[matters], w[matters]
    essential = kind[matters] == ESSENTIAL
    # One key per slot: group 0 holds the non-essential inputs, group 1 + a the essential ones of sector a.
    key = dj.astype(np.int64) * (m + 1) + np.where(essential, p[di] + 1, 0)
    slots, slot = np.unique(key, return_inverse=True)
    # All that a buyer takes from an essential sector is in one slot: types belong to pairs of sectors.
    group_total = sum_by(slot, dw, len(slots))
    weight = dw / np.where(essential, group_total[slot], purchases[dj])
    return FirmGraph(
        strength=strength,
        purchases=purchases,
        sector=p,
        sector_strength=sum_by(p, strength, m),
        member_ptr=_pointers(p, m),
        member=np.argsort(p, kind="stable").astype(np.int32),
        down_ptr=_pointers(di, n),
        down_to=dj,
        down_slot=slot.astype(np.int32),
        down_weight=np.minimum(np.maximum(weight, _SHARE_FLOOR), 1.0),
        slot_ptr=np.searchsorted(slots, np.arange(n + 1, dtype=np.int64) * (m + 1)).astype(np.int32),
        up_ptr=_pointers(j, n),
        up_to=i[by_buyer],
        up_weight=share[by_buyer],
        out_ptr=_pointers(i, n),
        out_to=j,
        out_weight=share,
        rank_of=rank_of,
        firm_of=firm_of,
    )


def sum_by(index: NDArray[np.integer], values: Floats, n: int) -> Floats:
    """Sum of the values of each index 0 … n−1, as floats even where there is nothing to sum."""
    return np.bincount(index, values, minlength=n).astype(np.float64, copy=False)


def _pointers(index: Ints, n: int) -> Ints:
    ptr = np.zeros(n + 1, np.int32)
    np.cumsum(np.bincount(index, minlength=n), out=ptr[1:])
    return ptr
