"""Build the Chongqing Data Package from ``source/`` (copied figures) and ``tables/``, ``maps/`` (hand-written).

    python packs/chongqing/build.py [FOLDER]

The same input gives the same bytes. Without FOLDER the package goes where the program finds its bundled packs.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from builder import accounts, chain, figures, firms, national, places, risk  # noqa: E402
from builder.core import CITY, Pack  # noqa: E402

BUNDLED = HERE.parent.parent / "src" / "lianzhang" / "pack" / "bundled" / "chongqing"

HEAD = {
    "profile": "tabular-data-package",
    "name": "chongqing",
    "title": "重庆 Chongqing: 33618 clusters and the chain of intelligent connected new-energy vehicles",
    "description": "Official statistics, plans and public facts of Chongqing with the source of every row.",
    "version": "2026.3.26",
    "licenses": [
        {
            "name": "CC-BY-4.0",
            "path": "https://creativecommons.org/licenses/by/4.0/",
            "title": "Compilation, concordances and layout. Figures of statistical offices: cite the source of the row.",
        }
    ],
    "sources": [
        {"title": "重庆统计年鉴2024、2025 Chongqing Statistical Yearbooks 2024 and 2025"},
        {"title": "2023年重庆市投入产出表 Input–output table of Chongqing 2023"},
        {"title": "重庆市第五次全国经济普查公报（第三号） Fifth National Economic Census, communiqué no. 3"},
        {"title": "2025年重庆市国民经济和社会发展统计公报 Statistical bulletin for 2025"},
        {"title": "GB/T 4754-2017"},
        {
            "title": "Types of inputs: Pichler et al. 2022 (CC BY 4.0), aggregated to the sectors of the table",
            "path": "https://doi.org/10.1038/s41598-022-11522-z",
        },
        {"title": "sources.csv names the source of every row"},
    ],
    "lianzhang": {
        "format": 1,
        "region": CITY,
        "as_of": "2026-03-26",
        "languages": ["zh", "en"],
        "title": {"zh": "重庆", "en": "Chongqing"},
        "cluster_taxonomy": "33618-2023",
        "chain_taxonomy": "icnev-3-12-56",
        "io_table": accounts.IO_TABLE,
    },
}


def build(folder: Path) -> Pack:
    """Collect every table and write the package into ``folder``."""
    pack = Pack()
    pack.add_hand_tables()
    places.add_places(pack)
    places.add_sectors(pack)
    places.add_counts(pack)
    national.add_national_sectors(pack)
    chain.add_concordance(pack)
    accounts.add_accounts(pack)
    risk.add_input_types(pack)
    collected = figures.collect_figures(pack)
    national.add_national(collected)
    collected.write()
    firms.add_firms(pack)
    pack.write(folder, HEAD)
    return pack


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else BUNDLED
    built = build(target)
    for table, rows in built.rows.items():
        if rows:
            print(f"{table:22}{len(rows):7}")
