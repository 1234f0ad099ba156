"""Systemic risk over several reconstructed networks: the largest firms, a sample of the others, what comes from elsewhere.

A made-up firm of one draw has no counterpart in another. What draws have in common is the distribution: the index at a
rank, and what firms of a sector and district come to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lianzhang.app.risk.inputs import Industry
from lianzhang.app.risk.network import Draw, made_up_name
from lianzhang.app.risk.runs import Progress, Region, kept, networks
from lianzhang.i18n import Text
from lianzhang.risk import service
from lianzhang.risk.model import PUBLISHED_EPSILON

Floats = NDArray[np.float64]
#: Columns of the kept table.
Columns = dict[str, NDArray[Any]]

#: Name of the runs.
RUN = "risk.rank"
#: Firms that are computed one by one: the largest, the first of every sector (a small sector may be essential), and some
#: of the others by chance.
LARGEST = 150
LEADERS = 3
SAMPLED = 200
#: A firm counts as critical from this share of all output on.
CRITICAL = 0.005


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """The index at one rank: median, lowest and highest over the draws. Shares of all output."""

    rank: float
    low: float
    mid: float
    high: float


@dataclass(frozen=True, slots=True)
class RankedFirm:
    """A made-up firm near the top of the first draw, or (``district`` None) what a sector brings in from elsewhere."""

    place: int
    firm: int  #: its number in the first draw
    name: Text
    sector_id: str
    sector: Text
    district: Text | None
    output_cny: float
    esri: float
    downstream: float
    upstream: float
    low: float  #: the index at the same place over the draws
    high: float


@dataclass(frozen=True, slots=True)
class Critical:
    """A sector, a district or a sector in a district. ``highest`` is the index of its most critical firm, over the draws
    in which one of its firms was computed."""

    name: Text
    critical_firms: float  #: firms at or above `CRITICAL`, median over draws
    low: float
    highest: float
    high: float


@dataclass(frozen=True, slots=True)
class RegionRank:
    """Rank of the firms of several reconstructed networks."""

    draws: int
    firms: int
    epsilon: float
    curve: tuple[CurvePoint, ...]
    top: tuple[RankedFirm, ...]
    inflow: tuple[RankedFirm, ...]
    sectors: tuple[Critical, ...]
    districts: tuple[Critical, ...]
    cells: tuple[Critical, ...]
    statistics: dict[str, tuple[float, float, float]]  #: low, median, high over the draws


def region_rank(
    region: Region,
    draws: int,
    *,
    epsilon: float = PUBLISHED_EPSILON,
    largest: int = LARGEST,
    sampled: int = SAMPLED,
    progress: Progress | None = None,
) -> RegionRank:
    """Rank the firms of several networks, or read the rank if it is kept.

    Args:
        draws: how many networks.
        epsilon: published stopping rule.
        largest: firms computed for certain, the largest by sales, besides the first `LEADERS` of every sector.
        sampled: firms drawn from the others; each stands for several.
        progress: called with (steps done, steps in all).
    """

    def compute() -> dict[str, pa.Table]:
        drawn = networks(region, draws)
        parts = []
        for k, one in enumerate(drawn):
            parts.append(_one(one, epsilon, largest, sampled, region.workers))
            if progress is not None:
                progress(k + 1, draws)
        return {"firms": pa.concat_tables(parts), "statistics": _statistics(drawn)}

    tables = kept(
        region,
        RUN,
        {"draws": draws, "epsilon": epsilon, "largest": largest, "leaders": LEADERS, "sampled": sampled},
        compute,
    )
    return summarise(region.industry, tables)


def _one(one: Draw, epsilon: float, largest: int, sampled: int, workers: int) -> pa.Table:
    network = one.whole()
    order = np.argsort(-one.output[: one.firms], kind="stable")
    sure = np.zeros(one.firms, bool)
    sure[order[:largest]] = True
    sector = one.sector[order]
    for a in range(len(one.industry.sector_ids)):
        sure[order[sector == a][:LEADERS]] = True
    head, tail = np.flatnonzero(sure), np.flatnonzero(~sure)
    rng = np.random.default_rng(one.seed)
    chosen = rng.choice(tail, min(sampled, len(tail)), replace=False) if len(tail) else tail
    sources = np.arange(one.firms, len(one.sector))
    firms = np.concatenate([head, chosen, sources])
    found = service.rank(network, firms, epsilon=epsilon, workers=workers)
    weight = np.concatenate(
        [np.ones(len(head)), np.full(len(chosen), len(tail) / max(1, len(chosen))), np.zeros(len(sources))]
    )
    return pa.table(
        {
            "draw": np.full(len(firms), one.seed, np.int16),
            "firm": firms.astype(np.int32),
            "sector": one.sector[firms].astype(np.int16),
            "district": one.district[firms].astype(np.int16),
            "stands_for": weight,
            "output_cny": one.output[firms],
            "esri": found.esri,
            "downstream": found.downstream,
            "upstream": found.upstream,
            "steps": found.steps,
            "epsilon": np.full(len(firms), epsilon),
        }
    )


def _statistics(drawn: list[Draw]) -> pa.Table:
    rows = [(one.seed, name, value) for one in drawn for name, value in one.statistics.items()]
    return pa.table(
        {"draw": [r[0] for r in rows], "name": [r[1] for r in rows], "value": [float(r[2]) for r in rows]}
    )


def summarise(given: Industry, tables: dict[str, pa.Table]) -> RegionRank:
    """What the draws have in common."""
    rows = {name: tables["firms"][name].to_numpy() for name in tables["firms"].column_names}
    seeds = np.unique(rows["draw"])
    curves, tops = [], []
    local = rows["district"] >= 0
    firms = round(float(rows["stands_for"][rows["draw"] == seeds[0]].sum()))
    grid = np.unique(np.round(np.geomspace(1, max(firms, 2), 60)))
    for seed in seeds:
        mine = np.flatnonzero(local & (rows["draw"] == seed))
        mine = mine[np.argsort(-rows["esri"][mine], kind="stable")]
        reached = np.cumsum(rows["stands_for"][mine])
        curves.append(np.interp(grid, reached, rows["esri"][mine]))
        tops.append(mine)
    bands = np.array(curves)
    curve = tuple(
        CurvePoint(float(r), float(c.min()), float(np.median(c)), float(c.max()))
        for r, c in zip(grid, bands.T, strict=True)
    )
    length = min(10, *(len(t) for t in tops))
    at_place = np.array([rows["esri"][t[:length]] for t in tops])
    top = tuple(_firm(given, rows, int(i), k + 1, at_place[:, k]) for k, i in enumerate(tops[0][:length]))
    return RegionRank(
        draws=len(seeds),
        firms=firms,
        epsilon=float(rows["epsilon"][0]),
        curve=curve,
        top=top,
        inflow=_inflow(given, rows),
        sectors=_critical(rows, seeds, rows["sector"], list(given.sectors)),
        districts=_critical(rows, seeds, rows["district"], list(given.districts)),
        cells=_critical(
            rows,
            seeds,
            rows["sector"].astype(np.int64) * len(given.districts) + rows["district"],
            [Text(f"{s.zh}·{d.zh}", f"{s.en} · {d.en}") for s in given.sectors for d in given.districts],
        ),
        statistics=_bands(tables["statistics"]),
    )


def _firm(given: Industry, rows: Columns, i: int, place: int, over_draws: Floats) -> RankedFirm:
    sector = given.sectors[int(rows["sector"][i])]
    at = int(rows["district"][i])
    district = given.districts[at] if at >= 0 else None
    return RankedFirm(
        place=place,
        firm=int(rows["firm"][i]),
        name=made_up_name(given, int(rows["sector"][i]), at),
        sector_id=given.sector_ids[int(rows["sector"][i])],
        sector=sector,
        district=district,
        output_cny=float(rows["output_cny"][i]),
        esri=float(rows["esri"][i]),
        downstream=float(rows["downstream"][i]),
        upstream=float(rows["upstream"][i]),
        low=float(over_draws.min()),
        high=float(over_draws.max()),
    )


def _inflow(given: Industry, rows: Columns) -> tuple[RankedFirm, ...]:
    """What would be lost if a sector's inflow stopped, most first."""
    found = []
    outside = rows["district"] < 0
    for sector in np.unique(rows["sector"][outside]):
        mine = np.flatnonzero(outside & (rows["sector"] == sector))
        middle = mine[np.argsort(rows["esri"][mine], kind="stable")[len(mine) // 2]]
        found.append((int(middle), rows["esri"][mine].astype(np.float64)))
    found.sort(key=lambda f: -float(np.median(f[1])))
    return tuple(_firm(given, rows, i, k + 1, band) for k, (i, band) in enumerate(found))


def _critical(
    rows: Columns,
    seeds: NDArray[Any],
    group: NDArray[Any],
    names: list[Text],
) -> tuple[Critical, ...]:
    local = rows["district"] >= 0
    # A group of which no firm was computed in a draw is not known there, and nothing is lost for certain.
    highest = np.full((len(seeds), len(names)), np.nan)
    number = np.zeros((len(seeds), len(names)))
    for k, seed in enumerate(seeds):
        mine = np.flatnonzero(local & (rows["draw"] == seed))
        np.fmax.at(highest[k], group[mine], rows["esri"][mine])
        critical = mine[rows["esri"][mine] >= CRITICAL]
        np.add.at(number[k], group[critical], rows["stands_for"][critical])
    known = np.isfinite(highest).sum(axis=0) * 2 > len(seeds)
    middle = np.zeros(len(names))
    middle[known] = np.nanmedian(highest[:, known], axis=0)
    order = [g for g in np.argsort(-middle, kind="stable").tolist() if middle[g] > 0]
    return tuple(
        Critical(
            names[g],
            float(np.median(number[:, g])),
            float(np.nanmin(highest[:, g])),
            float(middle[g]),
            float(np.nanmax(highest[:, g])),
        )
        for g in order
    )


def _bands(table: pa.Table) -> dict[str, tuple[float, float, float]]:
    found: dict[str, list[float]] = {}
    for row in table.to_pylist():
        found.setdefault(row["name"], []).append(row["value"])
    return {k: (min(v), float(np.median(v)), max(v)) for k, v in found.items()}


#: Share of the firms of Hungary that each put about `PUBLISHED_PLATEAU` of output at risk (Diem et al. 2022).
PUBLISHED_TOP = 0.00035
PUBLISHED_PLATEAU = 0.23


def index_at(rank: RegionRank, share: float) -> CurvePoint:
    """The index of the last firm within the given share of firms, the most critical first."""
    place = max(1.0, share * rank.firms)
    grid = [p.rank for p in rank.curve]
    low, mid, high = (
        float(np.interp(place, grid, [getattr(p, part) for p in rank.curve]))
        for part in ("low", "mid", "high")
    )
    return CurvePoint(place, low, mid, high)


@dataclass(frozen=True, slots=True)
class Statistic:
    """A number that describes a network, over the draws, beside what is published of observed networks."""

    key: str
    name: Text
    low: float
    mid: float
    high: float
    published: Text


#: What is published of observed networks: Hungary in Diem et al. 2022 (243,399 firms, 1.1 million links).
_STATISTICS: tuple[tuple[str, Text, Text], ...] = (
    ("firms", Text("企业数", "Firms"), Text("匈牙利 243,399", "Hungary 243,399")),
    ("local_links", Text("本地链接数", "Local links"), Text("匈牙利约 110 万", "Hungary about 1.1 million")),
    ("links_per_firm", Text("每家企业的链接", "Links per firm"), Text("匈牙利约 4.5", "Hungary about 4.5")),
    (
        "tail_exponent_out",
        Text("客户数的尾部指数", "Tail exponent of customers"),
        Text("匈牙利约 1.4", "Hungary about 1.4"),
    ),
    (
        "tail_exponent_in",
        Text("供应商数的尾部指数", "Tail exponent of suppliers"),
        Text("匈牙利约 1.4", "Hungary about 1.4"),
    ),
    (
        "size_degree_rank_correlation",
        Text("规模与链接数的秩相关", "Rank correlation of size and links"),
        Text("各国均为正", "positive everywhere"),
    ),
)


def compared(statistics: dict[str, tuple[float, float, float]]) -> tuple[Statistic, ...]:
    """Statistics of the draws beside the published ones."""
    return tuple(
        Statistic(key, name, *statistics[key], published)
        for key, name, published in _STATISTICS
        if key in statistics
    )


def statistic_names() -> dict[str, Text]:
    """What the statistics of a network are called, by key."""
    return {key: name for key, name, _ in _STATISTICS}


def over_draws(drawn: list[Draw]) -> dict[str, tuple[float, float, float]]:
    """Statistics of some networks: lowest, median, highest."""
    return _bands(_statistics(drawn))
