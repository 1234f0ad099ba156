"""Made-up places: districts on a spiral of hexagons, groups, parks, sectors and the counts of firms in them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from lianzhang.synth.model import PROVENANCE, ROOT, SOURCE, STATUS, Size
from lianzhang.synth.names import DIVISIONS, place

Rows = list[dict[str, Any]]
_NEIGHBOURS = ((1, 0), (1, -1), (0, -1), (-1, 0), (-1, 1), (0, 1))
#: Distance between neighbouring districts, in degrees.
_STEP = 0.4


def sources() -> Rows:
    """The one source of everything made up."""
    return [
        {
            "source_id": SOURCE,
            "title_zh": "链长虚构区域生成器",
            "title_en": "Lianzhang's generator of made-up regions",
            "publisher": "Lianzhang",
            "kind": "synthetic",
            "note": "全部为虚构，不描述任何真实地区或企业 / all made up; describes no real place or firm",
        }
    ]


def regions(size: Size) -> Rows:
    """The whole region, its districts, and two overlapping groups of them."""
    rows: Rows = [
        {
            "region_id": ROOT,
            "name_zh": "岚谷省（虚构）",
            "name_en": "Langu Province (made up)",
            "short_zh": "岚谷",
        }
        | {"level": "province", "adcode": ROOT}
    ]
    for index, region_id in enumerate(size.district_ids):
        name = place(index)
        rows.append(
            {"region_id": region_id, "name_zh": f"{name.zh}区", "name_en": f"{name.en} District"}
            | {"short_zh": name.zh[:4], "level": "district", "parent_id": ROOT, "adcode": region_id}
        )
    for group_id, zh, en in (
        ("core", "核心片区（虚构）", "Core group"),
        ("river", "沿江片区（虚构）", "River group"),
    ):
        rows.append(
            {"region_id": group_id, "name_zh": zh, "name_en": en, "level": "group", "parent_id": ROOT}
        )
    return [row | PROVENANCE for row in rows]


def region_members(size: Size) -> Rows:
    """The first third is the core; every second district lies on the river, so the groups overlap."""
    ids = size.district_ids
    pairs = [("core", i) for i in ids[: max(len(ids) // 3, 1)]] + [("river", i) for i in ids[::2]]
    return [{"group_id": group, "member_id": member} | PROVENANCE for group, member in pairs]


def spiral(count: int) -> list[tuple[int, int]]:
    """Axial coordinates (q, r) of ``count`` hexagons, from the middle outwards."""
    cells = [(0, 0)]
    ring = 1
    while len(cells) < count:
        q, r = -ring, ring
        for dq, dr in _NEIGHBOURS:
            for _ in range(ring):
                cells.append((q, r))
                q, r = q + dq, r + dr
        ring += 1
    return cells[:count]


def geo(size: Size) -> tuple[Rows, Rows]:
    """(points, hexes) of the districts. The points lie in the sea around 0° N 0° E, where nothing is."""
    points: Rows = []
    hexes: Rows = []
    for region_id, (q, r) in zip(size.district_ids, spiral(size.districts), strict=True):
        lon, lat = _STEP * (q + r / 2), -_STEP * r * np.sqrt(3) / 2
        points.append(
            {"region_id": region_id, "lon": round(lon, 4), "lat": round(float(lat), 4)} | PROVENANCE
        )
        hexes.append({"region_id": region_id, "q": q, "r": r} | PROVENANCE)
    return points, hexes


def parks(size: Size, rng: np.random.Generator) -> Rows:
    """A park in every third district."""
    rows: Rows = []
    for index, region_id in enumerate(size.district_ids[::3]):
        name = place(3 * index)
        rows.append(
            {
                "park_id": f"park-{index + 1}",
                "name_zh": f"{name.zh}产业园（虚构）",
                "name_en": f"{name.en} Industrial Park (made up)",
                "region_id": region_id,
                "area_km2": round(float(rng.uniform(2, 60)), 1),
                "output_cny": float(np.round(rng.lognormal(23, 0.8), -6)),
                "output_period": "2024",
            }
            | PROVENANCE
        )
    return rows


def sectors(size: Size) -> Rows:
    """Manufacturing with its divisions, and the sectors of the input–output table."""
    rows: Rows = [
        {"sector_id": "gb4754:C", "classification": "gb4754", "code": "C", "depth": 1}
        | {"name_zh": "制造业", "name_en": "Manufacturing"}
    ]
    for code, name in DIVISIONS.items():
        rows.append(
            {"sector_id": f"gb4754:{code}", "classification": "gb4754", "code": code, "depth": 2}
            | {"name_zh": name.zh, "name_en": name.en, "parent_id": "gb4754:C"}
        )
    for number, sector_id in enumerate(io_ids(size), start=1):
        rows.append(
            {
                "sector_id": sector_id,
                "classification": f"io{size.io_sectors}",
                "code": sector_id.split(":")[1],
            }
            | {"name_zh": f"虚构部门{number}", "name_en": f"Made-up sector {number}", "depth": 1}
        )
    return [row | PROVENANCE for row in rows]


def io_ids(size: Size) -> list[str]:
    """Ids of the sectors of the input–output table."""
    width = len(str(size.io_sectors))
    return [f"io{size.io_sectors}:{number:0{width}d}" for number in range(1, size.io_sectors + 1)]


def io_of_division(size: Size) -> dict[str, str]:
    """Division code → sector of the input–output table, in equal slices."""
    ids = io_ids(size)
    return {code: ids[index * len(ids) // len(DIVISIONS)] for index, code in enumerate(DIVISIONS)}


def sector_links(size: Size) -> Rows:
    """Divisions to sectors of the input–output table."""
    return [
        {"from_sector": f"gb4754:{code}", "to_sector": target, "share": None} | PROVENANCE
        for code, target in io_of_division(size).items()
    ]


def sector_counts(counts: np.ndarray, size: Size, rng: np.random.Generator) -> pa.Table:
    """Counts of enterprises by district and division for two years, with the sums of the whole region.

    Args:
        counts: (districts, divisions) firms of the last year.
        size: size of the region.
        rng: draws how many were there a year before.
    """
    before = rng.binomial(counts, 0.96)
    ids, codes = np.array([*size.district_ids, ROOT]), np.array([f"gb4754:{c}" for c in DIVISIONS])
    parts = []
    for period, of_year in (("2023", before), ("2024", counts)):
        whole = np.vstack([of_year, of_year.sum(axis=0)])
        at, sector = np.indices(whole.shape)
        parts.append(
            pa.table(
                {
                    "region_id": ids[at.ravel()],
                    "sector_id": codes[sector.ravel()],
                    "period": [period] * whole.size,
                    "enterprises": whole.ravel().astype(np.int64),
                    "source_id": [SOURCE] * whole.size,
                    "status": [STATUS] * whole.size,
                }
            )
        )
    return pa.concat_tables(parts)
