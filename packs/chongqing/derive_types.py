"""Types of inputs (essential or not) of the input–output sectors, from the survey-based matrix of 616 sectors.

    python packs/chongqing/derive_types.py MATRIX.csv

The matrix (NACE Rev. 2 classes, supplier in rows; 2 essential, 1 non-essential, 0 irrelevant) comes with the systemic
risk index of Diem et al. 2022 and goes back to the survey of Pichler et al. 2022; it is distributed under CC BY 4.0.
``maps/input_types_concordance.csv`` names the classes of each sector by the beginning of their code; a class may belong
to a sector and to a part of it. The type of a pair of sectors is the median over all pairs of their classes, each class of
a NACE division weighted so that every division counts once per sector; where the median lies between two types, the
higher one is taken. Pairs of type 0 are left out of ``maps/input_types.csv``.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter, defaultdict
from pathlib import Path

MAPS = Path(__file__).resolve().parent / "maps"
NAMES = {1: "non-essential", 2: "essential"}


def classes_of() -> dict[str, list[str]]:
    """Beginnings of NACE codes by sector."""
    found: dict[str, list[str]] = defaultdict(list)
    with (MAPS / "input_types_concordance.csv").open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            found[row["sector"]].append(row["nace"])
    return found


def median_type(pairs: list[tuple[int, float]]) -> int:
    """Weighted median of types; the higher one where half the weight lies below."""
    half, below = sum(weight for _, weight in pairs) / 2, 0.0
    for kind, weight in sorted(pairs):
        below += weight
        if below > half * (1 + 1e-12):
            return kind
    return max(kind for kind, _ in pairs)


def derive(matrix: Path) -> list[list[str]]:
    """Rows from_sector, to_sector, type."""
    with matrix.open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.reader(handle))
    labels = rows[0][1:]
    types = [[int(float(cell)) for cell in row[1:]] for row in rows[1:]]
    members: dict[str, list[tuple[int, float]]] = {}
    for sector, starts in classes_of().items():
        places = [k for k, code in enumerate(labels) if code.startswith(tuple(starts))]
        if not places:
            raise SystemExit(f"no class of {sector} in {matrix.name}")
        size = Counter(labels[k][:2] for k in places)
        members[sector] = [(k, 1.0 / size[labels[k][:2]]) for k in places]
    found = []
    for supplier in sorted(members):
        for buyer in sorted(members):
            kind = median_type(
                [(types[i][j], v * w) for i, v in members[supplier] for j, w in members[buyer]]
            )
            if kind:
                found.append([supplier, buyer, NAMES[kind]])
    return found


if __name__ == "__main__":
    with (MAPS / "input_types.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(["from_sector", "to_sector", "type"])
        writer.writerows(derive(Path(sys.argv[1])))
