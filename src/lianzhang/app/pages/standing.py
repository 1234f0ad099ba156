"""Where an index of systemic risk stands among all made-up firms of the kept rank."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lianzhang.app.browse.desk import Desk
from lianzhang.app.pages.risk import kept_of
from lianzhang.app.risk.outcome import Band
from lianzhang.app.risk.rank import RegionRank
from lianzhang.store import Reader


@dataclass(frozen=True, slots=True)
class Standing:
    """About which rank of how many; ``first`` and ``last`` are those of the highest and the lowest draw."""

    first: int
    rank: int
    last: int
    firms: int


def standing(desk: Desk, reader: Reader, esri: Band) -> Standing | None:
    """The rank that an index would have; None where no rank is kept for the data as they are now."""
    kept = kept_of(desk, reader)
    return None if kept is None or kept.rank is None else place_of(kept.rank, esri)


def place_of(rank: RegionRank, esri: Band) -> Standing:
    """Ranks at which the median curve falls to the index, between its points by straight lines."""
    ranks = np.array([p.rank for p in rank.curve])
    index = np.maximum.accumulate(np.array([p.mid for p in rank.curve])[::-1])

    def at(value: float) -> int:
        return max(1, round(float(np.interp(value, index, ranks[::-1]))))

    return Standing(at(esri.high), at(esri.mid), at(esri.low), rank.firms)
