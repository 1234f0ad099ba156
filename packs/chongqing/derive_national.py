"""Input coefficients of the vehicle chain from the national table of 2018 (153 sectors).

    python packs/chongqing/derive_national.py TABLE.csv

The table itself is not part of the pack (it was read from an R data package under GPL-3); what is kept in
``maps/national_coefficients.csv`` are coefficients derived from it: a_ij = purchases of j from i over the total input of j
(row TI), rounded to seven digits, for the six buyers below, and each vehicle sector's share of the output of its division.
The table does not separate imports, so a coefficient covers inputs of every origin.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

OUT = Path(__file__).resolve().parent / "maps" / "national_coefficients.csv"
BUYERS = ("36077", "36078", "37081", "38082", "38085", "39092")


def derive(table: Path) -> list[list[str]]:
    """Rows buyer, input, name of the input, coefficient; input ``share`` is the share in the division's output."""
    with table.open(encoding="utf-8-sig", newline="") as handle:
        rows = {row["code"]: row for row in csv.DictReader(handle)}
    found = []
    for buyer in BUYERS:
        total = float(rows["TI"][buyer])
        for code, row in rows.items():
            if code.isdigit():
                coefficient = round(float(row[buyer] or 0) / total, 7)
                if coefficient > 0:
                    found.append([buyer, code, row["name"], f"{coefficient:.7f}"])
        division = sum(float(rows["TI"][code]) for code in rows if code.isdigit() and code[:2] == buyer[:2])
        found.append([buyer, "share", rows[buyer]["name"], f"{total / division:.7f}"])
    return found


if __name__ == "__main__":
    with OUT.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(["buyer", "input", "name", "coefficient"])
        writer.writerows(derive(Path(sys.argv[1])))
