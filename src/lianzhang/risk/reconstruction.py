"""Reconstruct a firm network from tables: counts by sector and district, revenues, input–output flows.

The result is marked as reconstructed; its firms are "sector, district, number", never registered firms.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lianzhang.errors import FileFormatError, InputError, UnknownNameError
from lianzhang.i18n import Text
from lianzhang.risk.kernel.reconstruct import (
    Links,
    Population,
    balance,
    degree_statistics,
    draw_links,
    populate,
)

if TYPE_CHECKING:
    import pyarrow as pa

# Links written at a time.
_ROWS = 1 << 20

#: Mean radius of the earth, km.
EARTH_RADIUS_KM = 6371.0


@dataclass(frozen=True, slots=True, eq=False)
class RegionTables:
    """What a network is reconstructed from. Money in one currency, per year."""

    sector_labels: tuple[str, ...]
    district_labels: tuple[str, ...]
    counts: NDArray[np.int64]  #: (m, d) firms
    revenue: NDArray[np.float64]  #: (m,) revenue of each sector
    flows: NDArray[np.float64]  #: (m, m) input–output flows, supplier sector in rows
    distance_km: NDArray[np.float64]  #: (d, d)


@dataclass(frozen=True, slots=True)
class Assumptions:
    """Parameters that no table states; every draw uses them and the report names them."""

    suppliers_of_median: float = 3.0
    size_elasticity: float = 0.35
    decay_km: float = 150.0
    spread_log_revenue: float = 1.8


@dataclass(frozen=True, slots=True, eq=False)
class Reconstruction:
    """One draw of a network."""

    tables: RegionTables
    assumptions: Assumptions
    firms: Population
    links: Links
    statistics: dict[str, float]

    def firm_ids(self) -> tuple[str, ...]:
        """Names that nobody can take for a registered firm's."""
        return tuple(f"synthetic-{k:07d}" for k in range(1, len(self.firms.sector) + 1))


def reconstruct(
    tables: RegionTables, rng: np.random.Generator, assumptions: Assumptions | None = None
) -> Reconstruction:
    """Draw one network. Several draws give the band of uncertainty that every result should carry.

    Raises:
        InputError: counts, revenues, flows and distances do not fit together.
    """
    m, d = tables.counts.shape
    if (
        tables.revenue.shape != (m,)
        or tables.flows.shape != (m, m)
        or tables.distance_km.shape != (d, d)
        or (tables.flows < 0).any()
        or (tables.revenue < 0).any()
    ):
        raise InputError(
            Text(
                "企业数、收入、投入产出与距离的部门或区县不一致",
                "counts, revenues, flows and distances do not fit",
            ),
            hint=Text(
                "部门和区县须一一对应，且不为负", "same sectors and districts in each, nothing negative"
            ),
        )
    given = Assumptions() if assumptions is None else assumptions
    firms = populate(tables.counts, tables.revenue, given.spread_log_revenue, rng)
    supplier, buyer = draw_links(
        firms,
        tables.flows,
        tables.distance_km,
        given.decay_km,
        given.suppliers_of_median,
        given.size_elasticity,
        rng,
    )
    links = balance(firms, supplier, buyer, tables.flows)
    statistics = degree_statistics(len(firms.sector), links.supplier, links.buyer, firms.revenue)
    flows = float(tables.flows.sum())
    statistics["flows_matched"] = float(links.sales.sum() / flows) if flows > 0 else float("nan")
    return Reconstruction(tables, given, firms, links, statistics)


def read_tables(flows: Path, counts: Path, districts: Path | None = None) -> RegionTables:
    """Read the tables of a region.

    Args:
        flows: matrix with labels in the first row and column, supplier sectors in rows.
        counts: columns sector, district, firms, revenue (of the sector in the district).
        districts: columns district, lon, lat; without it, distance plays no part.

    Raises:
        FileFormatError: a file is not of that form.
        UnknownNameError: a sector without flows or a district without a place.
    """
    matrix = _read(flows)
    labels = tuple(cell.strip() for cell in matrix[0][1:])
    if tuple(row[0].strip() for row in matrix[1:]) != labels:
        raise _bad(flows, "行名与列名不一致", "names its rows and columns differently")
    Z = np.array([[_number(flows, line, cell) for cell in row[1:]] for line, row in enumerate(matrix[1:], 2)])
    rows = _read(counts)
    wanted = ["sector", "district", "firms", "revenue"]
    if [cell.strip() for cell in rows[0]] != wanted:
        raise _bad(counts, f"首行应为 {','.join(wanted)}", f"should begin with {','.join(wanted)}")
    place: dict[str, tuple[float, float]] = {}
    if districts is not None:
        for line, row in enumerate(_read(districts)[1:], 2):
            place[row[0].strip()] = (_number(districts, line, row[1]), _number(districts, line, row[2]))
    names = tuple(place) or tuple(dict.fromkeys(row[1].strip() for row in rows[1:]))
    sector_at = {label: k for k, label in enumerate(labels)}
    district_at = {name: k for k, name in enumerate(names)}
    table = np.zeros((len(labels), len(names)), np.int64)
    revenue = np.zeros(len(labels))
    for line, row in enumerate(rows[1:], 2):
        for cell, known, what in ((row[0], sector_at, "sector"), (row[1], district_at, "district")):
            if cell.strip() not in known:
                raise UnknownNameError(f"{what} ({counts.name}, line {line})", cell.strip(), known)
        a, k = sector_at[row[0].strip()], district_at[row[1].strip()]
        table[a, k] += round(_number(counts, line, row[2]))
        revenue[a] += _number(counts, line, row[3])
    lon, lat = np.radians(np.array([place.get(name, (0.0, 0.0)) for name in names])).T
    return RegionTables(labels, names, table, revenue, Z, _great_circle_km(lon, lat))


def write(result: Reconstruction, folder: Path) -> None:
    """Write edges.tsv, sectors.tsv (as `risk rank` reads them) and firms.tsv."""
    import pyarrow as pa

    folder.mkdir(parents=True, exist_ok=True)
    ids = pa.array(result.firm_ids(), pa.string())
    t = result.tables
    sectors = pa.array(t.sector_labels, pa.string()).take(result.firms.sector)
    districts = pa.array(t.district_labels, pa.string()).take(result.firms.district)
    links = result.links
    _write(
        folder / "edges.tsv",
        ["supplier", "buyer", "sales"],
        (
            [
                ids.take(links.supplier[k : k + _ROWS]),
                ids.take(links.buyer[k : k + _ROWS]),
                pa.array(links.sales[k : k + _ROWS]),
            ]
            for k in range(0, len(links.sales), _ROWS)
        ),
    )
    _write(folder / "sectors.tsv", ["firm", "sector"], [[ids, sectors]])
    status = pa.array(["reconstructed"] * len(ids), pa.string())
    _write(
        folder / "firms.tsv",
        ["firm", "sector", "district", "revenue", "status"],
        [[ids, sectors, districts, pa.array(result.firms.revenue), status]],
    )


def _write(path: Path, header: list[str], parts: Iterable[list[pa.Array[Any]]]) -> None:
    """A table with tabs, part by part; it appears whole or not at all."""
    import pyarrow as pa
    import pyarrow.csv as pc

    draft = path.with_name(f"{path.name}.tmp")
    options = pc.WriteOptions(include_header=False, delimiter="\t", quoting_style="needed")
    with draft.open("wb") as stream:
        stream.write(("\t".join(header) + "\n").encode())
        for columns in parts:
            pc.write_csv(pa.table(dict(zip(header, columns, strict=True))), stream, options)
    draft.replace(path)


def _read(path: Path) -> list[list[str]]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            rows = [row for row in csv.reader(stream) if row]
    except FileNotFoundError:
        raise _bad(path, "不存在", "does not exist") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise _bad(path, "不是 UTF-8 表格", f"is not a table in UTF-8: {error}") from None
    if len(rows) < 2:
        raise _bad(path, "没有内容", "is empty")
    for line, row in enumerate(rows, 1):
        if len(row) != len(rows[0]):
            raise _bad(
                path, f"第 {line} 行有 {len(row)} 格", f"line {line} has {len(row)} cells, not {len(rows[0])}"
            )
    return rows


def _number(path: Path, line: int, cell: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        value = float("nan")
    if not np.isfinite(value):
        raise _bad(path, f"第 {line} 行的 {cell!r} 不是数字", f"line {line}: {cell!r} is not a number")
    return value


def _great_circle_km(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
    """(d, d) distances by the haversine formula; lon and lat in radians."""
    dlat, dlon = lat[:, None] - lat[None, :], lon[:, None] - lon[None, :]
    half = np.sin(dlat / 2) ** 2 + np.cos(lat)[:, None] * np.cos(lat)[None, :] * np.sin(dlon / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0))))


def _bad(path: Path, zh: str, en: str) -> FileFormatError:
    return FileFormatError(Text(f"{path.name} {zh}", f"{path.name} {en}"), details={"file": str(path)})
