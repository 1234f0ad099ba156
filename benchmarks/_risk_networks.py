"""Made-up firm networks with the sizes and degrees of real ones, and the survey's input types."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

TYPES = Path(__file__).resolve().parent.parent / "tests" / "risk" / "data" / "ess616.csv.gz"


class Network(NamedTuple):
    """Edge list, sector of each firm, input types; all from 0."""

    supplier: NDArray[np.int64]
    buyer: NDArray[np.int64]
    sales: NDArray[np.float64]
    sector: NDArray[np.int64]
    types: NDArray[np.int8]


def input_types() -> NDArray[np.int8]:
    """The 616 × 616 matrix of input types (Pichler et al. 2022, CC BY 4.0)."""
    with gzip.open(TYPES, "rt", encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))[1:]
    return np.array([[int(cell) for cell in row[1:]] for row in rows], np.int8)


def make_network(firms: int, links_per_firm: float = 4.54, seed: int = 7) -> Network:
    """Lognormal sizes, Zipf-popular sectors, link ends drawn by the square root of size.

    4.54 links a firm is Hungary in 2019 (243,399 firms, 1,104,141 links).
    """
    types = input_types()
    rng = np.random.default_rng(seed)
    sectors = len(types)
    popularity = 1 / np.arange(1, sectors + 1) ** 0.7
    rng.shuffle(popularity)
    popularity /= popularity.sum()
    sector = rng.choice(sectors, firms, p=popularity)
    if firms >= sectors:
        sector[:sectors] = np.arange(sectors)
    size = rng.lognormal(0, 2.0, firms)
    links = int(firms * links_per_firm)
    draw = size**0.5
    draw /= draw.sum()
    seller = rng.choice(firms, int(links * 1.15), p=draw)
    buyer = rng.choice(firms, int(links * 1.15), p=draw)
    keep = seller != buyer
    key = np.unique(seller[keep].astype(np.int64) * firms + buyer[keep])
    rng.shuffle(key)
    key = np.sort(key[:links])
    seller, buyer = key // firms, key % firms
    sales = np.sqrt(size[seller] * size[buyer]) * rng.lognormal(0, 1.0, len(seller))
    return Network(seller, buyer, sales, sector, types)
