"""A firm network that could be: from counts of firms by sector and district and an input–output table.

Firm-level links are reconstructed with each firm's input needs by sector held fixed, the variant that keeps realistic
systemic risk (arXiv 2408.02467). Nothing here is observed at the level of a firm.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lianzhang.risk.kernel.layout import Floats, Longs


class Population(NamedTuple):
    """Made-up firms."""

    sector: Longs  # (n,)
    district: Longs  # (n,)
    revenue: Floats  # (n,) currency per year


class Links(NamedTuple):
    """Links between made-up firms; supplier and buyer differ, no pair twice, sorted by supplier and buyer."""

    supplier: Longs  # (E,)
    buyer: Longs  # (E,)
    sales: Floats  # (E,) currency per year, > 0


def fit_margins(
    table: Floats, rows: Floats, columns: Floats, tolerance: float = 1e-10, rounds: int = 1000
) -> Floats:
    """Iterative proportional fitting: the table nearest to `table` (in relative entropy) with the given margins.

    Args:
        table: (r, c) ≥ 0; zeros stay zero.
        rows: (r,) wanted row sums.
        columns: (c,) wanted column sums; both sum to the same.
        tolerance: largest relative error of a margin at which to stop.
        rounds: most rounds; the last table is returned if they do not suffice.

    Raises:
        ValueError: margins that do not sum to the same.
    """
    total = rows.sum()
    if not np.isclose(total, columns.sum(), rtol=1e-9, atol=0.0):
        raise ValueError("row and column totals differ")
    fitted = table.astype(np.float64, copy=True)
    for _ in range(rounds):
        fitted *= _ratio(rows, fitted.sum(axis=1))[:, None]
        fitted *= _ratio(columns, fitted.sum(axis=0))[None, :]
        if np.abs(fitted.sum(axis=1) - rows).max(initial=0.0) <= tolerance * max(total, 1e-300):
            break
    return fitted


def populate(counts: Longs, revenue: Floats, spread: float, rng: np.random.Generator) -> Population:
    """Firms with lognormal revenues that add up to each sector's revenue.

    Args:
        counts: (m, d) firms by sector and district.
        revenue: (m,) revenue of each sector, currency per year.
        spread: standard deviation of log revenue within a sector; about 2 for firms of a country.
        rng: draws revenues.
    """
    m, d = counts.shape
    cell = np.repeat(np.arange(m * d), counts.ravel())
    sector, district = cell // d, cell % d
    size = rng.lognormal(0.0, spread, len(cell))
    total = np.bincount(sector, size, minlength=m)
    return Population(sector, district, size * _ratio(revenue, total)[sector])


def draw_links(
    firms: Population,
    flows: Floats,
    distance_km: Floats,
    decay_km: float,
    suppliers_of_median: float,
    size_elasticity: float,
    rng: np.random.Generator,
) -> tuple[Longs, Longs]:
    """Suppliers of every firm: number growing with size, drawn ∝ size · exp(−distance / decay).

    For buyer j and input sector a with flow Z_ab > 0 (b the sector of j) about suppliers_of_median ·
    (revenue_j / median)^size_elasticity draws are made in all, shared over its input sectors by Z_ab and at least one
    each; repeated draws of one supplier are one link.

    Args:
        firms: the n firms.
        flows: (m, m) input–output flows Z, supplier sector in rows.
        distance_km: (d, d) between districts.
        decay_km: distance at which the chance falls to 1/e.
        suppliers_of_median: draws of a firm of median revenue.
        size_elasticity: how draws grow with revenue; published networks have about 0.3 to 0.5.
        rng: draws suppliers.

    Returns:
        supplier and buyer of each link, sorted, without repetitions and without links to oneself.
    """
    n, m, d = len(firms.sector), len(flows), len(distance_km)
    order = np.lexsort((firms.district, firms.sector))
    cell = (firms.sector * d + firms.district)[order]
    # Running revenue within each cell of sector and district: a draw in a cell is a search in one long array.
    cumulative = np.concatenate([[0.0], np.cumsum(firms.revenue[order])])
    bounds = np.searchsorted(cell, np.arange(m * d + 1))
    mass = (cumulative[bounds[1:]] - cumulative[bounds[:-1]]).reshape(m, d)
    # (sector, district of buyer, district of supplier): where the supplier is.
    pull = mass[:, None, :] * np.exp(-distance_km / decay_km)[None, :, :]
    reach = np.cumsum(pull, axis=2)

    share = _ratio(flows, np.broadcast_to(flows.sum(axis=0), flows.shape))
    middle = float(np.median(firms.revenue)) if n else 1.0
    draws = suppliers_of_median * (firms.revenue / middle) ** size_elasticity
    suppliers, buyers = [], []
    for a in range(m):
        if mass[a].sum() == 0.0:
            continue
        expected = draws * share[a, firms.sector]
        count = np.where(expected > 0, np.maximum(1, rng.poisson(expected)), 0)
        buyer = np.repeat(np.arange(n), count)
        home = firms.district[buyer]
        where = rng.random(len(buyer)) * reach[a, home, -1]
        far = np.zeros(len(buyer), np.int64)
        for h in range(d):
            here = home == h
            far[here] = np.searchsorted(reach[a, h], where[here], side="right")
        far = far.clip(0, d - 1)
        low, high = cumulative[bounds[a * d + far]], cumulative[bounds[a * d + far + 1]]
        found = np.searchsorted(cumulative, low + rng.random(len(buyer)) * (high - low), side="right") - 1
        found = found.clip(bounds[a * d + far], bounds[a * d + far + 1] - 1)
        suppliers.append(order[found])
        buyers.append(buyer)
    if not suppliers:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    key = np.concatenate(suppliers) * n + np.concatenate(buyers)
    key = np.unique(key[key // n != key % n])
    return key // n, key % n


def balance(
    firms: Population, supplier: Longs, buyer: Longs, flows: Floats, rounds: int = 50, tolerance: float = 1e-6
) -> Links:
    """Weights of links by RAS: suppliers' sales follow their size, sector flows match exactly.

    Alternates between two scalings. Supplier i should sell the share of its sector's deliveries that its revenue has in
    the revenue of linked firms of the sector. Buyer j of sector b takes from sector a what its revenue has as a share
    of linked buyers' revenue, of Z_ab. The last scaling is the buyers', so that Σ of links from a to b is Z_ab for
    every pair of sectors that has a link.
    """
    n, m = len(firms.sector), len(flows)
    a, b = firms.sector[supplier], firms.sector[buyer]
    slot_key = buyer * m + a
    slots, slot = np.unique(slot_key, return_inverse=True)
    owner, source = slots // m, slots % m
    pair = source * m + firms.sector[owner]
    claim = firms.revenue[owner]
    need = flows.ravel()[pair] * _ratio(claim, np.bincount(pair, claim, minlength=m * m)[pair])
    linked = np.unique(supplier)
    linked_pairs = np.unique(a * m + b)
    delivered = np.bincount(linked_pairs // m, flows.ravel()[linked_pairs], minlength=m)
    of_sector = np.bincount(firms.sector[linked], firms.revenue[linked], minlength=m)
    goal = delivered[firms.sector] * _ratio(firms.revenue, of_sector[firms.sector])
    weight = firms.revenue[supplier] * need[slot]
    for _ in range(rounds):
        weight *= _ratio(goal, np.bincount(supplier, weight, minlength=n))[supplier]
        before = np.bincount(slot, weight, minlength=len(slots))
        weight *= _ratio(need, before)[slot]
        gap = np.abs(np.bincount(supplier, weight, minlength=n) - goal)[linked]
        if len(gap) == 0 or gap.sum() <= tolerance * goal[linked].sum():
            break
    keep = weight > 0
    return Links(supplier[keep], buyer[keep], weight[keep])


def degree_statistics(n: int, supplier: Longs, buyer: Longs, size: Floats) -> dict[str, float]:
    """Mean degree, tails (Hill's exponent of the top 5 %) and rank correlation of size and degree.

    Published for comparison: about 4.5 links a firm and a tail exponent near 1.4 of the degree's complementary
    distribution in Hungary (Diem et al. 2022), positive correlation of size and degree throughout.
    """
    out, into = np.bincount(supplier, minlength=n), np.bincount(buyer, minlength=n)
    degree = (out + into).astype(np.float64)
    return {
        "links_per_firm": len(supplier) / max(n, 1),
        "largest_out_degree": float(out.max(initial=0)),
        "largest_in_degree": float(into.max(initial=0)),
        "tail_exponent_out": _hill(out),
        "tail_exponent_in": _hill(into),
        "size_degree_rank_correlation": _correlation(_ranks(size), _ranks(degree)),
    }


def _hill(degree: NDArray[np.integer]) -> float:
    positive = np.sort(degree[degree > 0]).astype(np.float64)
    k = max(2, len(positive) // 20)
    if len(positive) <= k:
        return float("nan")
    tail = positive[-k:]
    mean = np.log(tail / positive[-k - 1]).mean()
    return float(1.0 / mean) if mean > 0 else float("nan")


def _ranks(values: Floats) -> Floats:
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(count) - (count - 1) / 2.0)[place]


def _correlation(x: Floats, y: Floats) -> float:
    if len(x) < 2:
        return float("nan")
    x, y = x - x.mean(), y - y.mean()
    scale = float(np.sqrt((x @ x) * (y @ y)))
    return float(x @ y) / scale if scale > 0 else float("nan")


def _ratio(top: NDArray[Any], bottom: NDArray[Any]) -> Floats:
    """top / bottom, 0 where bottom is 0."""
    out = np.zeros(np.broadcast(top, bottom).shape)
    np.divide(top, bottom, out=out, where=bottom > 0)
    return out
