"""What the districts make and how special it is: store → arrays → kernel → result."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lianzhang.errors import NotComputableError, NotLoadedError
from lianzhang.i18n import Text
from lianzhang.places import queries
from lianzhang.places.kernel.complexity import complexity
from lianzhang.places.kernel.relatedness import relatedness_density
from lianzhang.places.kernel.specialisation import herfindahl, location_quotient, specialised
from lianzhang.places.model import BoolArray, FloatArray
from lianzhang.store import Reader


@dataclass(frozen=True, slots=True)
class Specialisation:
    """Regions × sectors of one period (R regions, S sectors).

    ``enterprises`` (R, S) in enterprises; ``lq`` location quotients (R, S) and ``density`` relatedness density
    (R, S), without unit; ``special`` (R, S) is LQ ≥ 1; ``diversification`` (R,) and ``spread`` (S,) are effective
    numbers (inverse Herfindahl) of sectors in a region and of regions in a sector; ``eci`` (R,) and ``pci`` (S,)
    are standardised. NaN means not defined.
    """

    period: str
    region_ids: tuple[str, ...]
    regions: tuple[Text, ...]
    sector_ids: tuple[str, ...]
    sectors: tuple[Text, ...]
    enterprises: FloatArray
    lq: FloatArray
    special: BoolArray
    density: FloatArray
    diversification: FloatArray
    spread: FloatArray
    eci: FloatArray
    pci: FloatArray
    ranked: bool
    sources: tuple[str, ...]
    statuses: tuple[str, ...]

    def sector(self, sector_id: str) -> int:
        """Column of a sector.

        Raises:
            NotLoadedError: the counts do not have it.
        """
        try:
            return self.sector_ids.index(sector_id)
        except ValueError as error:
            raise NotLoadedError(
                Text(
                    f"没有行业 {sector_id} 的企业数", f"there are no enterprise counts for sector {sector_id}"
                ),
                details={"known": list(self.sector_ids)},
            ) from error

    def strengths(self, region: int, most: int = 5) -> list[int]:
        """Columns of a region's strongest specialisations, largest location quotient first."""
        order = np.argsort(-np.nan_to_num(self.lq[region]), kind="stable")
        return [int(s) for s in order[:most] if self.special[region, s]]

    def prospects(self, region: int, most: int = 5) -> list[int]:
        """Columns of sectors that the region is not yet special in, closest to what it does well first."""
        score = np.where(self.special[region], -np.inf, np.nan_to_num(self.density[region], nan=-np.inf))
        order = np.argsort(-score, kind="stable")
        return [int(s) for s in order[:most] if np.isfinite(score[s])]


def specialisation(reader: Reader, period: str | None = None) -> Specialisation:
    """Location quotients, relatedness and complexity from enterprise counts by sector and district.

    Raises:
        NotComputableError: no counts by sector and district are loaded, or none of that period.
    """
    periods = [str(p) for p in reader.sql(queries.COUNT_PERIODS).column("period").to_pylist()]
    if not periods or (period is not None and period not in periods):
        raise NotComputableError(
            Text(
                "没有分行业、分区县的企业数" + (f"（{period}）" if period else ""),
                "there are no enterprise counts by sector and district" + (f" of {period}" if period else ""),
            ),
            hint=Text("请在数据包的 sector_counts 表中提供", "supply them in the pack's table sector_counts"),
            details={"periods": periods},
        )
    chosen = period or periods[0]
    rows = reader.sql(queries.UNIT_COUNTS, {"period": chosen}).to_pylist()
    regions = {r["region_id"]: Text(r["region_zh"], r["region_en"]) for r in rows}
    sectors = {r["sector_id"]: Text(r["sector_zh"], r["sector_en"]) for r in rows}
    row_of = {name: i for i, name in enumerate(regions)}
    column_of = {name: j for j, name in enumerate(sectors)}
    counts = np.zeros((len(regions), len(sectors)))
    for r in rows:
        counts[row_of[r["region_id"]], column_of[r["sector_id"]]] = r["enterprises"]

    special = specialised(counts)
    ranked = complexity(special)
    return Specialisation(
        period=chosen,
        region_ids=tuple(regions),
        regions=tuple(regions.values()),
        sector_ids=tuple(sectors),
        sectors=tuple(sectors.values()),
        enterprises=counts,
        lq=location_quotient(counts),
        special=special,
        density=relatedness_density(special),
        diversification=herfindahl(counts).effective_number,
        spread=herfindahl(counts.T).effective_number,
        eci=ranked.eci,
        pci=ranked.pci,
        ranked=ranked.unique,
        sources=tuple(sorted({r["source_id"] for r in rows})),
        statuses=tuple(sorted({r["status"] for r in rows})),
    )


@dataclass(frozen=True, slots=True)
class RegionValue:
    """One figure of one region."""

    region_id: str
    value: float
    period: str
    source_id: str
    status: str


def indicator_by_region(reader: Reader, indicator_id: str) -> dict[str, RegionValue]:
    """Latest observed value of an indicator in every region that has one."""
    rows = reader.sql(queries.LATEST_BY_REGION, {"indicator": indicator_id}).to_pylist()
    return {
        r["region_id"]: RegionValue(r["region_id"], r["value"], r["period"], r["source_id"], r["status"])
        for r in rows
    }
