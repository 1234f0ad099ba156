"""From the tables of a region to what its firm network is reconstructed from.

The network holds industry: the input–output sectors for which firms are counted. Agriculture, construction and services
have no counts by district; what industry sells to them counts as sold to final users.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lianzhang.app.risk import queries
from lianzhang.chain.kernel.regional import supply_demand_pool
from lianzhang.chain.service import io_table
from lianzhang.errors import NotComputableError
from lianzhang.i18n import Text
from lianzhang.places.service import Specialisation, specialisation
from lianzhang.risk.reconstruction import EARTH_RADIUS_KM
from lianzhang.store import Reader

Floats = NDArray[np.float64]

#: Tables that go in; their hashes identify a run.
TABLES = (
    "io_tables",
    "io_sectors",
    "io_flows",
    "io_final_demand",
    "io_value_added",
    "sector_counts",
    "sector_links",
    "sectors",
    "observations",
    "input_types",
    "regions",
    "geo_points",
)
#: A sector's purchases from another below this share of its industrial inputs are left out.
LEAST_SHARE = 0.01
#: The same for components that a buyer cannot do without: cheap, and decisive.
LEAST_COMPONENT = 0.001
#: Parts bought by other firms only: final users take the other parts of the sector. Assumed.
COMPONENTS = ("io153:36078", "io153:38082", "io153:38085", "io153:39092")
#: Share of a division's enterprises that a part has, where it differs from its share of output. Assumed: most vehicle
#: firms make parts.
SHARE_OF_FIRMS: Mapping[str, float] = {"io153:36077": 0.02}
#: Parts as groups of GB/T 4754-2017.
GROUPS: Mapping[str, str] = {
    "gb4754:361": "io153:36077",
    "gb4754:367": "io153:36078",
    "gb4754:375": "io153:37081",
    "gb4754:381": "io153:38082",
    "gb4754:384": "io153:38085",
    "gb4754:397": "io153:39092",
    "gb4754:398": "io153:39092",
}
#: Rounds of scaling flows between parts; blocks are exact after each.
_FITTING_ROUNDS = 50
#: Buyer of each table of national coefficients.
_BUYERS: Mapping[str, str] = {
    "input_coefficient_vehicles": "io153:36077",
    "input_coefficient_vehicle_parts": "io153:36078",
    "input_coefficient_other_transport": "io153:37081",
    "input_coefficient_motors": "io153:38082",
    "input_coefficient_batteries": "io153:38085",
    "input_coefficient_electronic_components": "io153:39092",
}


@dataclass(frozen=True, slots=True, eq=False)
class Industry:
    """m industrial sectors in d districts. Money in yuan per year.

    ``flows`` (m, m) are purchases of every origin, supplier in rows, without those below ``LEAST_SHARE`` (together
    ``left_out``, a share of all); ``local_share`` (m,) is what local makers can meet, the rest comes from elsewhere.
    """

    period: str
    sector_ids: tuple[str, ...]
    sectors: tuple[Text, ...]
    district_ids: tuple[str, ...]
    districts: tuple[Text, ...]
    counts: NDArray[np.int64]
    output: Floats
    value_added_share: Floats
    flows: Floats
    local_share: Floats
    types: NDArray[np.int8]
    parents: tuple[str, ...]  #: (m,) the sector of the input–output table
    distance_km: Floats
    left_out: float
    parts: tuple[str, ...]
    divided: tuple[str, ...]  #: divisions that consist of parts and have no rest
    sources: tuple[str, ...]

    def within(self, sector_id: str, links: Mapping[str, str]) -> list[int]:
        """Sectors of the network that a sector of any classification belongs to or consists of.

        Args:
            sector_id: a sector of the input–output table, a part of one, or a division, group or class.
            links: sector of the table by division.
        """
        if sector_id in self.parts:
            return [self.sector_ids.index(sector_id)]
        if sector_id in self.parents:
            return [k for k, parent in enumerate(self.parents) if parent == sector_id]
        for length in range(len(sector_id), len("gb4754:"), -1):
            start = sector_id[:length]
            if start in GROUPS and GROUPS[start] in self.parts:
                return [self.sector_ids.index(GROUPS[start])]
            if start in links:
                within = [k for k, parent in enumerate(self.parents) if parent == links[start]]
                own = [k for k in within if self.sector_ids[k].startswith(f"io153:{start[-2:]}")]
                rest = [k for k in within if self.sector_ids[k] not in self.parts]
                if start in self.divided:
                    return own
                return (own + rest if start == sector_id else rest) or within
        return []


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of an input–output sector: ``share`` of its output, ``of_division`` of that of its division."""

    sector_id: str
    name: Text
    parent: int
    share: float
    of_division: float = 1.0


def industry(reader: Reader, region_id: str) -> Industry:
    """Read the accounts and counts of a region.

    Raises:
        NotComputableError: no input–output table, no counts, no concordance or no types of inputs are loaded.
    """
    head, table, io_ids, io_names = io_table(reader)
    counted = specialisation(reader)
    links = {r["from_sector"]: r["to_sector"] for r in reader.sql(queries.LINKS).to_pylist()}
    types = reader.sql(queries.TYPES).to_pylist()
    if not types:
        raise NotComputableError(
            Text("没有投入类型", "there are no types of inputs"),
            hint=Text(
                "请在数据包的 input_types 表中写明缺了哪种投入会停产（重庆包中有42部门的）",
                "say in the pack's table input_types which inputs are essential (the Chongqing pack has them for 42 sectors)",
            ),
        )
    place = {s: k for k, s in enumerate(io_ids)}
    firms = _division_counts(reader, region_id, counted, links)
    parents = sorted({place[links[division]] for division in firms if links.get(division) in place})
    if not parents:
        raise NotComputableError(
            Text("企业数与投入产出部门没有对照", "counts of firms and input–output sectors are not linked"),
            hint=Text("请在 sector_links 表中给出行业对照", "link the sectors in the table sector_links"),
        )
    revenue, census_sources = _by_sector(reader, "industrial_revenue", region_id)
    pieces = _pieces(reader, parents, io_ids, io_names, links, revenue)
    parent = np.array([p.parent for p in pieces])
    share = np.array([p.share for p in pieces])
    index = {p.sector_id: k for k, p in enumerate(pieces)}

    output = table.x[parent] * share
    flows = _split_flows(reader, np.asarray(table.Z), table.x, pieces, index, links, place)
    domestic = table.F.sum(axis=1) - table.net_outflow
    outside = [k for k in range(len(io_ids)) if k not in set(parents)]
    others = table.Z[:, outside].sum(axis=1)
    final = domestic[parent] * _final_share(pieces)
    demand = flows.sum(axis=1) + others[parent] * share + np.maximum(final, 0.0)
    local = np.nan_to_num(supply_demand_pool(output, output - demand).r, nan=0.0)
    counts = _counts(firms, pieces, index, links, place, counted)
    local = np.where(counts.sum(axis=1) > 0, local, 0.0)

    total = flows.sum(axis=0)
    all_flows = float(flows.sum())
    matrix = np.zeros((len(pieces), len(pieces)), np.int8)
    for row in types:
        if row["from_sector"] in index and row["to_sector"] in index:
            matrix[index[row["from_sector"]], index[row["to_sector"]]] = (
                2 if row["type"] == "essential" else 1
            )
    component = np.isin([p.sector_id for p in pieces], COMPONENTS)
    least = np.where(component[:, None] & (matrix == 2), LEAST_COMPONENT, LEAST_SHARE)
    kept = np.where(flows >= least * total[None, :], flows, 0.0)
    added = np.divide(table.VA.sum(axis=0), table.x, out=np.zeros_like(table.x), where=table.x > 0)
    return Industry(
        period=head.period,
        sector_ids=tuple(p.sector_id for p in pieces),
        sectors=tuple(p.name for p in pieces),
        district_ids=counted.region_ids,
        districts=counted.regions,
        counts=counts,
        output=output,
        value_added_share=added[parent],
        flows=kept,
        local_share=local,
        types=matrix,
        parents=tuple(io_ids[p.parent] for p in pieces),
        distance_km=_distances(reader, counted.region_ids),
        left_out=1.0 - float(kept.sum()) / all_flows if all_flows > 0 else 0.0,
        parts=tuple(p.sector_id for p in pieces if p.sector_id not in place),
        divided=tuple(
            division
            for division in links
            if sum(p.of_division for p in pieces if p.sector_id.startswith(f"io153:{division[-2:]}"))
            > 1.0 - 1e-6
        ),
        sources=tuple(
            dict.fromkeys(
                [head.source_id, *counted.sources, *census_sources, *(r["source_id"] for r in types)]
            )
        ),
    )


def _by_sector(reader: Reader, indicator: str, region_id: str) -> tuple[dict[str, float], list[str]]:
    rows = reader.sql(queries.BY_SECTOR, {"indicator": indicator, "region": region_id}).to_pylist()
    return {r["sector_id"]: float(r["value"]) for r in rows}, [r["source_id"] for r in rows]


def _division_counts(
    reader: Reader, region_id: str, counted: Specialisation, links: Mapping[str, str]
) -> dict[str, Floats]:
    """Firms of each division by district; those counted for the whole region only, as all counted firms are spread."""
    found = {s: counted.enterprises[:, k].copy() for k, s in enumerate(counted.sector_ids) if s in links}
    everywhere = counted.enterprises.sum(axis=1)
    spread = everywhere / everywhere.sum()
    whole, _ = _by_sector(reader, "industrial_enterprises", region_id)
    for division, number in whole.items():
        if division in links and division not in found:
            found[division] = _diffuse(spread * number).astype(np.float64)
    return found


def _diffuse(values: Floats) -> NDArray[np.int64]:
    """Whole numbers whose running sums are those of the values, rounded."""
    return np.diff(np.rint(np.cumsum(values)), prepend=0.0).astype(np.int64)


def _pieces(
    reader: Reader,
    parents: list[int],
    io_ids: tuple[str, ...],
    io_names: tuple[Text, ...],
    links: Mapping[str, str],
    revenue: Mapping[str, float],
) -> list[_Part]:
    """Sectors of the table, those with known parts divided into parts and a rest.

    A part has the share of its division in the sector's census revenue times its national share of the division.
    """
    shares: dict[int, list[_Part]] = {k: [] for k in parents}
    place = {s: k for k, s in enumerate(io_ids)}
    for row in reader.sql(queries.PARTS).to_pylist():
        division = f"gb4754:{row['code'][:2]}"
        k = place.get(links.get(division, ""), -1)
        whole = sum(v for d, v in revenue.items() if links.get(d) == io_ids[k]) if k in shares else 0.0
        if whole > 0:
            part = revenue.get(division, 0.0) / whole * float(row["value"])
            shares[k].append(
                _Part(row["sector_id"], Text(row["name_zh"], row["name_en"]), k, part, float(row["value"]))
            )
    pieces = []
    for k in parents:
        rest = 1.0 - sum(p.share for p in shares[k])
        pieces += shares[k]
        if rest > 1e-6 or not shares[k]:
            name = io_names[k]
            if shares[k]:
                name = Text(f"{name.zh}（其余）", f"{name.en}, other")
            pieces.append(_Part(io_ids[k], name, k, max(rest, 0.0)))
    return pieces


def _final_share(pieces: list[_Part]) -> Floats:
    """Share of a sector's sales to final users that each part has: parts that are components have none."""
    weight = np.array([0.0 if p.sector_id in COMPONENTS else p.share for p in pieces])
    parent = np.array([p.parent for p in pieces])
    whole = np.bincount(parent, weight)[parent]
    return _ratio(weight, whole)


def _split_flows(
    reader: Reader,
    Z: Floats,
    x: Floats,
    pieces: list[_Part],
    index: Mapping[str, int],
    links: Mapping[str, str],
    place: Mapping[str, int],
) -> Floats:
    """(m, m) flows between parts; every block of parts adds up to the table's flow.

    A part with national coefficients starts from them, any other from what its sector buys, from each part by output;
    scaled in turn so that every part spends the same share of its output on inputs as its sector does.
    """
    parent = np.array([p.parent for p in pieces])
    share = np.array([p.share for p in pieces])
    block = Z[np.ix_(parent, parent)]
    coefficient = np.divide(block, x[parent], out=np.zeros_like(block), where=x[parent] > 0)
    seed = coefficient * share[:, None]
    rest = {p.parent: k for k, p in enumerate(pieces)}  # the rest stands last among its sector's parts
    columns: dict[int, Floats] = {}
    for row in reader.sql(queries.COEFFICIENTS).to_pylist():
        buyer = index.get(_BUYERS.get(row["indicator_id"], ""))
        if buyer is None:
            continue
        division = f"gb4754:{row['input'].rpartition(':')[2][:2]}"
        home = place.get(links.get(division, ""), -1)
        supplier = index.get(row["input"], rest.get(home))
        if supplier is not None:
            columns.setdefault(buyer, np.zeros(len(pieces)))[supplier] += float(row["value"])
    for buyer, column in columns.items():
        seed[:, buyer] = column
    seed *= (x[parent] * share)[None, :]
    m = len(x)
    pair = parent[:, None] * m + parent[None, :]
    even = share[:, None] * share[None, :]
    missing = np.bincount(pair.ravel(), seed.ravel(), minlength=m * m)[pair] == 0
    fitted = np.where(missing, even, seed)
    inputs = Z[np.ix_(np.unique(parent), np.unique(parent))].sum(axis=0)
    wanted = inputs[np.unique(parent, return_inverse=True)[1]] * share
    for _ in range(_FITTING_ROUNDS):
        fitted *= _ratio(wanted, fitted.sum(axis=0))[None, :]
        fitted *= _ratio(block, np.bincount(pair.ravel(), fitted.ravel(), minlength=m * m)[pair])
    return np.asarray(fitted)


def _ratio(top: Floats, bottom: Floats) -> Floats:
    return np.asarray(np.divide(top, bottom, out=np.zeros_like(top), where=bottom > 0))


def _counts(
    firms: Mapping[str, Floats],
    pieces: list[_Part],
    index: Mapping[str, int],
    links: Mapping[str, str],
    place: Mapping[str, int],
    counted: Specialisation,
) -> NDArray[np.int64]:
    """(m, d) firms; a division's firms are shared among its parts by output unless `SHARE_OF_FIRMS` says otherwise."""
    table = np.zeros((len(pieces), len(counted.region_ids)), np.int64)
    rest = {p.parent: k for k, p in enumerate(pieces)}
    for division, number in firms.items():
        home = place.get(links.get(division, ""), -1)
        if home not in rest:
            continue
        own = [k for k, p in enumerate(pieces) if p.sector_id.startswith(f"io153:{division[-2:]}")]
        filled = sum(pieces[k].of_division for k in own) > 1.0 - 1e-6
        last = own[-1] if filled else rest[home]
        left = number.astype(np.int64)
        for k in own:
            if k == last:
                continue
            part = SHARE_OF_FIRMS.get(pieces[k].sector_id, pieces[k].of_division)
            given = np.clip(_diffuse(number * part), 0, left)
            table[k] += given
            left = left - given
        table[last] += left
    return table


def _distances(reader: Reader, districts: tuple[str, ...]) -> Floats:
    """(d, d) km on a plane at the region's latitude; zero to and from a district without a point."""
    points = {r["region_id"]: (r["lon"], r["lat"]) for r in reader.sql(queries.POINTS).to_pylist()}
    known = [points[d] for d in districts if d in points]
    if not known:
        return np.zeros((len(districts), len(districts)))
    middle = tuple(np.mean(known, axis=0))
    lon, lat = np.radians(np.array([points.get(d, middle) for d in districts])).T
    x, y = lon * np.cos(np.radians(middle[1])), lat
    return np.asarray(EARTH_RADIUS_KM * np.hypot(x[:, None] - x[None, :], y[:, None] - y[None, :]))
