"""A network of a million firms and ten million links: reconstructed from tables, written, read again.

The region is made up: every sector buys from eight others, so that ten links a firm can be. Files are those that
`lianzhang risk network` writes and `lianzhang risk rank` reads, with names of firms.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.registry import Case, Result, Variant, register

_INPUTS = 8
_DRAWS = 0.8


class Region(NamedTuple):
    """What a network is drawn from."""

    tables: Any
    suppliers: float


def make_region(firms: int, links: int, sectors: int = 42, districts: int = 38) -> Region:
    from lianzhang.risk.reconstruction import RegionTables

    rng = np.random.default_rng(3)
    counts = rng.multinomial(firms, rng.dirichlet(np.ones(sectors * districts))).reshape(sectors, districts)
    revenue = rng.lognormal(0, 1, sectors) * 1e9 * (counts.sum(axis=1) > 0)
    flows = rng.random((sectors, sectors)) ** 4 * revenue[:, None]
    flows[np.argsort(np.argsort(-flows, axis=0), axis=0) >= _INPUTS] = 0.0
    flows *= 0.6 * revenue / flows.sum(axis=0)
    x, y = rng.random((2, districts)) * 400.0
    distance = np.hypot(x[:, None] - x, y[:, None] - y)
    tables = RegionTables(
        tuple(f"s{k:02}" for k in range(sectors)),
        tuple(f"d{k:02}" for k in range(districts)),
        counts,
        revenue,
        flows,
        distance,
    )
    # Draws of a median firm that give about as many links: larger firms draw more, some draws repeat.
    return Region(tables, links / firms * _DRAWS)


def reconstruct(region: Region) -> Result:
    from lianzhang.risk import reconstruction
    from lianzhang.risk.network import read_network

    seconds, begun = {}, time.perf_counter()

    def lap(name: str) -> None:
        nonlocal begun
        seconds[f"{name}_s"] = round(time.perf_counter() - begun, 2)
        begun = time.perf_counter()

    given = reconstruction.Assumptions(suppliers_of_median=region.suppliers)
    made = reconstruction.reconstruct(region.tables, np.random.default_rng(1), given)
    lap("reconstruct")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        reconstruction.write(made, folder)
        lap("write")
        types = folder / "types.csv"
        m = len(region.tables.sector_labels)
        head = ",".join(("", *region.tables.sector_labels))
        rows = [f"{label},{','.join('2' * m)}" for label in region.tables.sector_labels]
        types.write_text("\n".join((head, *rows)) + "\n", encoding="utf-8")
        begun = time.perf_counter()
        network = read_network(folder / "edges.tsv", folder / "sectors.tsv", types)
        lap("read")
    assert network.links == len(made.links.sales)
    assert np.array_equal(network.sales, made.links.sales)
    return {"firms": network.firms, "links": network.links, **seconds}


register(
    Case(
        name="risk.network",
        make=make_region,
        sizes={
            "100k": {"firms": 100_000, "links": 1_000_000},
            "1M": {"firms": 1_000_000, "links": 10_000_000},
        },
        slow=frozenset({"1M"}),
        goal="1 million firms and 10 million links built within 4 GB, loaded in seconds",
        variants=(
            Variant(
                "lianzhang",
                reconstruct,
                role="ours",
                warm=lambda: reconstruct(make_region(500, 2_000, 5, 3)),
            ),
        ),
    )
)
