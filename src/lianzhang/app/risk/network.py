"""Reconstructed firm networks of a region: made-up local firms, what comes from elsewhere, and final users."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lianzhang.app.risk.inputs import Industry
from lianzhang.i18n import Text
from lianzhang.risk.model import FirmNetwork
from lianzhang.risk.reconstruction import Assumptions, RegionTables, reconstruct

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

#: A sector brings in at least this share of what it sells to local industry, or nothing from elsewhere is drawn.
_LEAST_INFLOW = 0.01


def made_up_name(given: Industry, sector: int, district: int) -> Text:
    """“Synthetic, sector, district”: a name that nobody takes for a registered firm's; district −1 is elsewhere."""
    what = given.sectors[sector]
    if district < 0:
        return Text(f"外地来货·{what.zh}", f"from elsewhere · {what.en}")
    where = given.districts[district]
    return Text(f"合成企业·{what.zh}·{where.zh}", f"synthetic · {what.en} · {where.en}")


@dataclass(frozen=True, slots=True, eq=False)
class Draw:
    """One reconstructed network of n made-up firms, followed by o sources outside the region (one for each sector).

    ``final`` (n + o,) are sales to final users: households, investment, services, construction, other regions.
    Money in yuan per year.
    """

    seed: int
    industry: Industry
    firms: int
    sector: Longs
    district: Longs  #: (n + o,) −1 outside
    output: Floats
    supplier: Longs
    buyer: Longs
    sales: Floats
    final: Floats
    statistics: dict[str, float]

    @property
    def outside(self) -> dict[int, int]:
        """Source outside the region by sector."""
        return {int(self.sector[k]): k for k in range(self.firms, len(self.sector))}

    def name(self, firm: int) -> Text:
        """The name of a firm or source."""
        return made_up_name(self.industry, int(self.sector[firm]), int(self.district[firm]))

    def goods(self) -> FirmNetwork:
        """Links between firms, for the daily shock; final users are apart in ``final``."""
        return FirmNetwork(
            self.supplier,
            self.buyer,
            self.sales,
            self.sector,
            self.industry.types,
            tuple(str(k) for k in range(len(self.sector))),
            self.industry.sector_ids,
            origin="reconstructed",
        )

    def whole(self) -> FirmNetwork:
        """Links with final users as one more buyer that needs nothing, for the index.

        With it a firm's strength is its output, and a loss of business buyers weighs what it is of all its sales.
        """
        users, m = len(self.sector), len(self.industry.sector_ids)
        selling = np.flatnonzero(self.final > 0)
        types = np.zeros((m + 1, m + 1), np.int8)
        types[:m, :m] = self.industry.types
        return FirmNetwork(
            np.concatenate([self.supplier, selling]),
            np.concatenate([self.buyer, np.full(len(selling), users)]),
            np.concatenate([self.sales, self.final[selling]]),
            np.append(self.sector, m),
            types,
            tuple(str(k) for k in range(users + 1)),
            (*self.industry.sector_ids, "final users"),
            origin="reconstructed",
        )


def draw(industry: Industry, seed: int, assumptions: Assumptions | None = None) -> Draw:
    """Draw one network.

    Local links carry ``local_share`` of every flow; the rest comes to each buyer from one source per sector outside,
    in proportion to the buyer's revenue. What a firm does not sell to firms goes to final users.
    """
    local = industry.flows * industry.local_share[:, None]
    made = reconstruct(
        RegionTables(
            industry.sector_ids,
            industry.district_ids,
            industry.counts,
            industry.output,
            local,
            industry.distance_km,
        ),
        np.random.default_rng(seed),
        assumptions,
    )
    n, m = len(made.firms.sector), len(industry.sector_ids)
    revenue = made.firms.revenue
    of_sector = np.bincount(made.firms.sector, revenue, minlength=m)
    part = np.divide(revenue, of_sector[made.firms.sector], out=np.zeros(n), where=revenue > 0)
    suppliers, buyers, sales = [made.links.supplier], [made.links.buyer], [made.links.sales]
    sources: list[int] = []
    brought = industry.flows - local
    for a in range(m):
        if brought[a].sum() <= _LEAST_INFLOW * industry.flows[a].sum():
            continue
        taken = brought[a, made.firms.sector] * part
        buyer = np.flatnonzero(taken > 0)
        suppliers.append(np.full(len(buyer), n + len(sources)))
        buyers.append(buyer)
        sales.append(taken[buyer])
        sources.append(a)
    supplier, buyer = np.concatenate(suppliers), np.concatenate(buyers)
    worth = np.concatenate(sales)
    total = n + len(sources)
    sold = np.bincount(supplier, worth, minlength=total)
    made_by = np.concatenate([revenue, sold[n:]])
    return Draw(
        seed=seed,
        industry=industry,
        firms=n,
        sector=np.concatenate([made.firms.sector, np.array(sources, np.int64)]),
        district=np.concatenate([made.firms.district, np.full(len(sources), -1, np.int64)]),
        output=np.maximum(made_by, sold),
        supplier=supplier,
        buyer=buyer,
        sales=worth,
        final=np.maximum(made_by - sold, 0.0),
        statistics=made.statistics | {"firms": float(n), "local_links": float(len(made.links.sales))},
    )
