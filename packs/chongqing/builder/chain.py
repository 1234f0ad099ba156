"""The concordance of clusters and GB/T 4754 sectors."""

from __future__ import annotations

from builder.core import MAPS, Pack, read


def add_concordance(pack: Pack) -> None:
    """One row per cluster and sector of ``maps/cluster_sectors.csv`` (clusters of 33618)."""
    for row in read(MAPS / "cluster_sectors.csv"):
        pack.add(
            "cluster_sectors",
            cluster_id=f"33618-{row['cluster']}",
            sector_id=f"gb4754:{row['code']}",
            main=row["main"],
            share="1" if row["coverage"] == "whole" else "",
            coverage=row["coverage"],
            note=row["note"],
            source_id="lz-concordance",
            status="derived",
        )
