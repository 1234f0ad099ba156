"""Networks for the tests of risk: the committed fixture and random small ones."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
from hypothesis import strategies as st

from benchmarks._risk_networks import Network
from lianzhang.risk.kernel.layout import FirmGraph, lay_out
from lianzhang.risk.model import FirmNetwork
from lianzhang.risk.network import read_network

DATA = Path(__file__).parent / "data"
FILES = {
    "edges": DATA / "edges_1000.tsv.gz",
    "sectors": DATA / "sec_1000.tsv.gz",
    "types": DATA / "ess616.csv.gz",
}


def fixture() -> FirmNetwork:
    """The committed network of 1,000 firms."""
    return read_network(**FILES)


def published() -> list[tuple[str, float, float, float, int]]:
    """Firm, index, downstream, upstream and steps by the authors' packages."""
    with (DATA / "fc_1000.csv").open(newline="") as stream:
        return [
            (r[0], float(r[1]), float(r[2]), float(r[3]), int(r[4])) for r in list(csv.reader(stream))[1:]
        ]


def laid_out(network: Network) -> FirmGraph:
    """A network as the kernels take it."""
    return lay_out(*network)


def random_network(
    seed: int, firms: int, sectors: int, links: int, *, self_loops: bool = False, equal: bool = False
) -> Network:
    """A small network; `equal` gives all links the same sales, which makes ties with ε likely."""
    rng = np.random.default_rng(seed)
    seller, buyer = rng.integers(0, firms, links), rng.integers(0, firms, links)
    keep = np.ones(links, bool) if self_loops else seller != buyer
    key = np.unique(seller[keep] * firms + buyer[keep])
    sales = np.full(len(key), 5.0) if equal else rng.lognormal(0, 1.5, len(key))
    return Network(
        key // firms,
        key % firms,
        sales,
        rng.integers(0, sectors, firms),
        rng.integers(0, 3, (sectors, sectors)).astype(np.int8),
    )


@st.composite
def networks(draw: st.DrawFn, max_firms: int = 40) -> Network:
    """Random networks from one firm up, sparse to dense, with and without links to oneself."""
    firms = draw(st.integers(1, max_firms))
    return random_network(
        draw(st.integers(0, 2**32 - 1)),
        firms,
        draw(st.integers(1, 8)),
        draw(st.integers(0, 6 * firms)),
        self_loops=draw(st.booleans()),
        equal=draw(st.booleans()),
    )
