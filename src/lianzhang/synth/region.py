"""A whole made-up region, in memory or as a pack."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa

from lianzhang.i18n import Text
from lianzhang.pack import Rows, write_pack
from lianzhang.synth import chain, economy, firms, places, plan
from lianzhang.synth.model import ROOT, Size

NAME = "langu"
TITLE = Text("岚谷省（虚构）", "Langu Province (made up)")
#: From this many firms on a pack is written as Parquet.
_PARQUET_FROM = 200_000


def region(size: Size, seed: int) -> dict[str, Rows]:
    """Tables of a made-up region; every row has the status *synthetic*, and the same seed gives the same rows.

    `firms` is an iterator of blocks, to be read once.

    Args:
        size: how large.
        seed: of `numpy.random.default_rng`.
    """
    # Each part draws from a generator of its own: asking for more firms leaves the rest as it was.
    rng_places, rng_counts, rng_firms, rng_links, rng_io, rng_chain, rng_plan = np.random.default_rng(
        seed
    ).spawn(7)
    points, hexes = places.geo(size)
    counts = firms.draw_counts(size, rng_counts)
    linked = chain.chain(size, rng_chain)
    components = [str(n["node_id"]) for n in linked["nodes"] if n["kind"] == "component"]
    tasks, targets = plan.tasks()
    content: dict[str, Rows] = {
        "sources": places.sources(),
        "regions": places.regions(size),
        "region_members": places.region_members(size),
        "geo_points": points,
        "geo_hexes": hexes,
        "parks": places.parks(size, rng_places),
        "sectors": places.sectors(size),
        "sector_links": places.sector_links(size),
        "sector_counts": places.sector_counts(counts, size, rng_counts),
        "firms": firms.firms(counts, size, rng_firms),
        "firm_nodes": firms.firm_nodes(size, components, rng_links),
        "firm_status": firms.firm_status(size, rng_links),
        "taxonomies": chain.taxonomies(),
        "tiers": chain.tiers(),
        "clusters": chain.clusters(),
        "cluster_sectors": chain.cluster_sectors(),
        **linked,
        **economy.input_output(size, rng_io),
        "indicators": plan.indicators(),
        "observations": plan.observations(size, rng_plan),
        "series_breaks": plan.series_breaks(),
        "statements": plan.statements(),
        "statement_conflicts": plan.conflicts(),
        "tasks": tasks,
        "task_targets": targets,
    }
    return content


def write_region(
    folder: Path,
    size: Size,
    seed: int,
    *,
    name: str = NAME,
    format: Literal["csv", "parquet"] | None = None,  # noqa: A002 - the word of `write_pack`
) -> Path:
    """Write a made-up region as a pack.

    Args:
        folder: the pack's folder.
        size: how large.
        seed: of `numpy.random.default_rng`.
        name: short name of the region.
        format: CSV, or Parquet, which is the default from 200,000 firms on.

    Returns:
        Path of `datapackage.json`.
    """
    chosen = format or ("parquet" if size.firms >= _PARQUET_FROM else "csv")
    return write_pack(
        folder,
        region(size, seed),
        name=name,
        title=TITLE,
        region=ROOT,
        as_of="2025-06-30",
        version=f"synthetic-{seed}",
        format=chosen,
    )


def tables_of(content: dict[str, Rows]) -> Iterator[tuple[str, pa.Table]]:
    """The tables of a region one by one, each whole in memory."""
    from lianzhang.pack import arrow_table
    from lianzhang.schema import table

    for name, rows in content.items():
        yield name, arrow_table(table(name), rows)
