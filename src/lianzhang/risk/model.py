"""What goes into and comes out of risk: networks, ranks, scenarios. Money in any one currency, per year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

#: Where a network's links come from. Shown with every result.
Origin = Literal["observed", "reconstructed", "synthetic"]

#: The published stopping rule's ε (Diem et al. 2022).
PUBLISHED_EPSILON = 0.01
#: ε at which the recursion counts as converged.
CONVERGED_EPSILON = 1e-12
#: Most steps of a cascade; a scenario that needs more says so.
MAX_STEPS = 100_000


@dataclass(frozen=True, slots=True, eq=False)
class FirmNetwork:
    """A checked firm-to-firm sales network of n firms, m sectors and E links."""

    supplier: NDArray[np.int64]  #: (E,) selling firm, 0 … n−1
    buyer: NDArray[np.int64]  #: (E,) buying firm
    sales: NDArray[np.float64]  #: (E,) yearly sales > 0, one currency
    sector: NDArray[np.int64]  #: (n,) sector, 0 … m−1
    types: NDArray[
        np.int8
    ]  #: (m, m) type of supplier sector for buyer sector: 2 essential, 1 non-essential, 0 none
    firm_ids: tuple[str, ...]  #: (n,) the caller's names of the firms
    sector_labels: tuple[str, ...]  #: (m,)
    origin: Origin = "observed"
    remarks: tuple[str, ...] = ()  #: what reading changed: duplicates summed, zero links dropped

    @property
    def firms(self) -> int:
        """Number of firms."""
        return len(self.sector)

    @property
    def links(self) -> int:
        """Number of links."""
        return len(self.sales)

    def strength(self) -> NDArray[np.float64]:
        """(n,) yearly sales of each firm."""
        return np.bincount(self.supplier, self.sales, minlength=self.firms).astype(np.float64, copy=False)


@dataclass(frozen=True, slots=True, eq=False)
class SystemicRisk:
    """Economic systemic risk index of single failures. Shares of all firms' output, 0 … 1."""

    firm: NDArray[np.int64]  #: (q,) failing firm
    esri: NDArray[np.float64]  #: (q,) share of output lost
    downstream: NDArray[np.float64]  #: (q,) part through suppliers' failure
    upstream: NDArray[np.float64]  #: (q,) part through buyers' failure
    steps: NDArray[np.int32]  #: (q,) steps until the stopping rule held
    epsilon: float
    compute_seconds: float  #: time of the computation alone
    resumed: int = 0  #: how many of the firms were taken from an interrupted run


@dataclass(frozen=True, slots=True)
class Affected:
    """One firm in a scenario, with the way the shock took to it."""

    firm: str
    sector: str
    loss: float  #: share of its own output lost, 0 … 1
    output_share: float  #: share of all output that this loss is
    direction: Literal["downstream", "upstream", "shock"]  #: the cascade that decides
    step: int  #: first step at which it lost anything that way
    path: tuple[str, ...]  #: firms from the shock to it


@dataclass(frozen=True, slots=True)
class ScenarioResult:
    """A shock to any firms: totals and the most affected firms."""

    esri: float
    downstream: float
    upstream: float
    steps: int
    epsilon: float
    reached: int  #: firms that lose anything
    affected: tuple[Affected, ...]  #: largest losses of output first
