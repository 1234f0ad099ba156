"""Reading the bundled Chongqing pack in tests."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
FOLDER = REPO / "src" / "lianzhang" / "pack" / "bundled" / "chongqing"
SCRIPT = REPO / "packs" / "chongqing" / "build.py"
SOURCE = REPO / "packs" / "chongqing" / "source"
CITY = "500000"


def read_csv(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


@cache
def rows(table: str) -> list[dict[str, str]]:
    """Rows of a table of the pack."""
    return read_csv(FOLDER / f"{table}.csv")


def by(table: str, column: str) -> dict[str, dict[str, str]]:
    """Rows by a column."""
    return {row[column]: row for row in rows(table)}


def districts(day: str) -> dict[str, dict[str, str]]:
    """Districts in being on a day."""
    return {
        row["region_id"]: row
        for row in rows("regions")
        if row["level"] == "district" and (row["valid_from"] or "0") <= day <= (row["valid_to"] or "9")
    }


def main_observation(indicator: str, period: str, region: str = CITY, series: str = "main") -> dict[str, str]:
    """The row used of an indicator and period."""
    found = [
        row
        for row in rows("observations")
        if (row["indicator_id"], row["period"], row["region_id"], row["series"])
        == (indicator, period, region, series)
        and row["preferred"] == "true"
        and row["sector_id"] == ""
    ]
    assert len(found) == 1, (indicator, period)
    return found[0]
