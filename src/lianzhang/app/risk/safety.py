"""Local supply-chain safety of a node, a sector or a firm: on whom it depends, who depends on it, what would replace it.

From reconstructed networks: a link between firms of two sectors and districts is told with the share of networks in which
it exists, and a registered firm by the largest made-up firm of its sector and district. From an edge list: the links
themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lianzhang.app.risk import targets
from lianzhang.app.risk.groups import fail, index_graph
from lianzhang.app.risk.inputs import Industry
from lianzhang.app.risk.network import Draw
from lianzhang.app.risk.outcome import Band, band
from lianzhang.app.risk.runs import Region, networks
from lianzhang.app.risk.scenario import STOCK_DAYS
from lianzhang.app.risk.substitutes import Substitutes, of_firm, of_node, of_sectors
from lianzhang.errors import NotComputableError, UnknownNameError
from lianzhang.i18n import Text
from lianzhang.risk import service
from lianzhang.risk.model import FirmNetwork

Longs = NDArray[np.int64]
SafetyKind = Literal["node", "firm", "sector"]

#: Networks that give the band.
DRAWS = 3
#: Suppliers and buyers that are told.
SHOWN = 12


@dataclass(frozen=True, slots=True)
class Tie:
    """Firms of a sector and district (None: elsewhere) that sell to it or buy from it, over the draws.

    ``value_cny`` is a year's worth in yuan, ``share`` its part of all purchases or sales to firms, ``seen`` the share of
    draws with such a link, ``essential`` whether the buyer stops without it.
    """

    name: Text
    sector_id: str
    sector: Text
    district_id: str | None
    district: Text | None
    value_cny: Band
    share: float
    seen: float
    essential: bool


@dataclass(frozen=True, slots=True)
class Safety:
    """How safe the supply of a node, sector or firm is, and of those who need it.

    ``stands_in``: the largest made-up firm of its sector and district stands in for a registered firm. ``wider``: the
    network's sectors hold more than the node. ``esri`` and its parts are shares of all output lost if it fails;
    ``stock_days`` the 10th, 50th and 90th percentile over its firms of how long they go on without deliveries of an
    essential input, None where it has none; ``to_final`` the share of its sales that goes to final users.
    """

    status: str
    kind: SafetyKind
    id: str
    name: Text
    sectors: tuple[Text, ...]
    district: Text | None
    stands_in: bool
    wider: bool
    draws: int
    firms: float
    output_cny: Band
    esri: Band
    downstream: Band
    upstream: Band
    stock_days: Band | None
    to_final: float
    suppliers: tuple[Tie, ...]
    buyers: tuple[Tie, ...]
    substitutes: Substitutes


def safety_of(region: Region, kind: SafetyKind, name: str, as_of: date, draws: int = DRAWS) -> Safety:
    """The safety of a node, sector or registered firm.

    Args:
        region: an open region.
        kind: what it is.
        name: its id or name.
        as_of: day for which the evidence of makers is judged.
        draws: how many networks.

    Raises:
        UnknownNameError: there is none of that name.
        NotComputableError: it lies in no industrial sector, or no made-up firm is there.
    """
    groups = region.groups
    drawn = networks(region, draws)
    firm = targets.registered(region.reader, groups, name) if kind == "firm" else None
    if firm is not None:
        hits = [
            np.array([] if k is None else [k], np.int64) for k in (targets.stand_in(d, firm) for d in drawn)
        ]
        found_id, title, sectors = firm.firm_id, firm.name, firm.sectors
    else:
        group = groups.find("node" if kind == "node" else "sector", name)
        hits = [targets.members(d, group) for d in drawn]
        found_id, title, sectors = group.id, group.name, group.sectors
    if any(len(hit) == 0 for hit in hits):
        raise NotComputableError(
            Text(f"网络里没有“{title.zh}”的企业", f"the network has no firm of “{title.en}”"),
            hint=Text("它的部门没有企业数", "its sector has no counts of firms"),
        )
    lost = [fail(index_graph(region, one), hit) for one, hit in zip(drawn, hits, strict=True)]
    output = np.array([one.output[hit].sum() for one, hit in zip(drawn, hits, strict=True)])
    final = np.array([one.final[hit].sum() for one, hit in zip(drawn, hits, strict=True)])
    district = firm.district if firm is not None else -1
    if kind == "node":
        others = of_node(region.reader, region.region_id, found_id, as_of)
    elif firm is not None:
        others = of_firm(region.reader, region.region_id, firm.firm_id, as_of)
    else:
        others = of_sectors(region.reader, region.region_id, [found_id])
    return Safety(
        status="reconstructed",
        kind=kind,
        id=found_id,
        name=title,
        sectors=tuple(region.industry.sectors[k] for k in sectors),
        district=region.industry.districts[district] if district >= 0 else None,
        stands_in=firm is not None,
        wider=kind == "node" or (kind == "sector" and group.wider),
        draws=len(drawn),
        firms=float(np.median([len(hit) for hit in hits])),
        output_cny=band(output),
        esri=band(np.array([x[0] for x in lost])),
        downstream=band(np.array([x[1] for x in lost])),
        upstream=band(np.array([x[2] for x in lost])),
        stock_days=_stock_days(drawn, hits),
        to_final=float(np.median(np.divide(final, output, out=np.zeros_like(final), where=output > 0))),
        suppliers=_ties(region.industry, drawn, hits, buying=True),
        buyers=_ties(region.industry, drawn, hits, buying=False),
        substitutes=others,
    )


def _stock_days(drawn: list[Draw], hits: list[Longs]) -> Band | None:
    """Days that firms with an essential input go on without deliveries of it: the stock that the daily model draws."""
    days = []
    for one, hit in zip(drawn, hits, strict=True):
        stock = np.maximum(1, np.random.default_rng(one.seed).poisson(STOCK_DAYS, len(one.sector)))
        a, b = one.sector[one.supplier], one.sector[one.buyer]
        needing = np.zeros(len(one.sector), bool)
        needing[one.buyer[one.industry.types[a, b] == 2]] = True
        days.append(stock[hit[needing[hit]]])
    every = np.concatenate(days)
    if len(every) == 0:
        return None
    low, mid, high = np.percentile(every, [10, 50, 90])
    return Band(float(low), float(mid), float(high))


def _ties(given: Industry, drawn: list[Draw], hits: list[Longs], *, buying: bool) -> tuple[Tie, ...]:
    """Those it buys from or sells to, by sector and district, the largest first; trade within the group is left aside."""
    districts = len(given.district_ids) + 1
    cells = len(given.sector_ids) * districts
    worth = np.zeros((len(drawn), cells))
    own: set[int] = set()
    for n, (one, hit) in enumerate(zip(drawn, hits, strict=True)):
        inside = np.zeros(len(one.sector), bool)
        inside[hit] = True
        own |= set(one.sector[hit].tolist())
        mine, other = (one.buyer, one.supplier) if buying else (one.supplier, one.buyer)
        links = inside[mine] & ~inside[other]
        far = other[links]
        cell = one.sector[far] * districts + np.where(one.district[far] < 0, districts - 1, one.district[far])
        worth[n] = np.bincount(cell, one.sales[links], minlength=cells)
    whole = worth.sum(axis=1, keepdims=True)
    share = np.divide(worth, whole, out=np.zeros_like(worth), where=whole > 0)
    middle = np.median(worth, axis=0)
    # Where links differ from draw to draw the median of a small firm's is often nothing; the mean still orders them.
    order = np.lexsort((-worth.mean(axis=0), -middle))[:SHOWN]
    found = []
    for cell in order.tolist():
        if worth[:, cell].sum() == 0:
            continue
        k, d = divmod(cell, districts)
        sector, where = given.sectors[k], given.districts[d] if d < districts - 1 else None
        types = [given.types[k, s] if buying else given.types[s, k] for s in own]
        found.append(
            Tie(
                Text(
                    f"{sector.zh}·{where.zh if where else '外地'}",
                    f"{sector.en} · {where.en if where else 'elsewhere'}",
                ),
                given.sector_ids[k],
                sector,
                given.district_ids[d] if where else None,
                where,
                band(worth[:, cell]),
                float(np.median(share[:, cell])),
                float((worth[:, cell] > 0).mean()),
                bool(max(types, default=0) == 2),
            )
        )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class FirmTie:
    """A supplier or buyer of a firm of an edge list; ``sales`` a year in the list's currency."""

    firm: str
    sector: str
    sales: float
    share: float
    essential: bool
    others: int  #: other suppliers of the same sector that the buyer has


@dataclass(frozen=True, slots=True)
class FirmSafety:
    """Safety of a firm of an edge list. ``esri`` and its parts are shares of all output lost if it fails."""

    status: str
    firm: str
    sector: str
    sales: float
    esri: float
    downstream: float
    upstream: float
    suppliers: tuple[FirmTie, ...]
    buyers: tuple[FirmTie, ...]
    same_sector: int  #: other firms of its sector


def safety_in(network: FirmNetwork, firm: str, shown: int = SHOWN) -> FirmSafety:
    """The safety of one firm of an edge list: its own links, no reconstruction.

    Raises:
        UnknownNameError: the list has no such firm.
    """
    if firm not in network.firm_ids:
        raise UnknownNameError(Text("企业", "firm"), firm, network.firm_ids[:1000])
    k = network.firm_ids.index(firm)
    found = service.rank(network, np.array([k], np.int64), workers=1)

    def ties(mine: Longs, other: Longs) -> tuple[FirmTie, ...]:
        links = np.flatnonzero(mine == k)
        links = links[np.argsort(-network.sales[links], kind="stable")]
        whole = float(network.sales[links].sum())
        rows = []
        for e in links[:shown].tolist():
            supplier, buyer = int(network.supplier[e]), int(network.buyer[e])
            a, b = int(network.sector[supplier]), int(network.sector[buyer])
            rivals = network.supplier[(network.buyer == buyer)]
            rows.append(
                FirmTie(
                    network.firm_ids[int(other[e])],
                    network.sector_labels[int(network.sector[other[e]])],
                    float(network.sales[e]),
                    float(network.sales[e]) / whole if whole > 0 else 0.0,
                    bool(network.types[a, b] == 2),
                    int((network.sector[rivals] == a).sum()) - 1,
                )
            )
        return tuple(rows)

    return FirmSafety(
        status=network.origin,
        firm=firm,
        sector=network.sector_labels[int(network.sector[k])],
        sales=float(network.sales[network.supplier == k].sum()),
        esri=float(found.esri[0]),
        downstream=float(found.downstream[0]),
        upstream=float(found.upstream[0]),
        suppliers=ties(network.buyer, network.supplier),
        buyers=ties(network.supplier, network.buyer),
        same_sector=int((network.sector == network.sector[k]).sum()) - 1,
    )
