"""Inputs and results of the words about chains, frozen, with units.

Shapes: ``n`` sectors or nodes, ``f`` categories of final demand, ``v`` components of value added. Money is in
yuan (or in the currency named by the table). NaN means not defined or not known, never zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray

from lianzhang.errors import InputError
from lianzhang.i18n import Text

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int32]
BoolArray = NDArray[np.bool_]
if TYPE_CHECKING:
    SparseMatrix: TypeAlias = sp.csr_array[Any, tuple[int, int]]
else:
    SparseMatrix = sp.csr_array


@dataclass(frozen=True, slots=True, eq=False)
class IOTable:
    """A symmetric input–output table of one region.

    ``Z`` (n, n) deliveries of row sector to column sector, dense or sparse; ``F`` (n, f) final demand by
    category; ``VA`` (v, n) value added by component; ``x`` (n,) output. All in ``currency`` (whole units, not
    10,000s). ``border`` are the columns of ``F`` that cross the region's border: net outflow, outflow and
    exports (positive), inflow and imports (negative). In a table of the competitive type, as China's are,
    ``Z`` and the other columns of ``F`` include goods from outside.
    """

    Z: FloatArray | SparseMatrix
    F: FloatArray
    VA: FloatArray
    x: FloatArray
    sectors: tuple[str, ...]
    demand: tuple[str, ...]
    value_added: tuple[str, ...]
    border: tuple[int, ...] = ()
    currency: str = "CNY"

    @classmethod
    def from_arrays(
        cls,
        Z: ArrayLike | SparseMatrix,
        F: ArrayLike,
        VA: ArrayLike,
        x: ArrayLike,
        *,
        sectors: tuple[str, ...] | None = None,
        demand: tuple[str, ...] | None = None,
        value_added: tuple[str, ...] | None = None,
        border: tuple[int, ...] = (),
        unit: float = 1.0,
        currency: str = "CNY",
    ) -> IOTable:
        """Check shapes and bring to whole currency units.

        Args:
            unit: currency units in one unit of the arrays (10,000 for tables in 万元).

        Raises:
            InputError: shapes do not fit, a value is not finite, or an output is negative.
        """
        flows: Any = sp.csr_array(Z).astype(np.float64) if sp.issparse(Z) else np.asarray(Z, dtype=np.float64)
        demand_matrix, va, output = (np.asarray(a, dtype=np.float64) for a in (F, VA, x))
        n = output.shape[0] if output.ndim == 1 else -1
        if (
            n < 1
            or flows.shape != (n, n)
            or demand_matrix.ndim != 2
            or demand_matrix.shape[0] != n
            or va.ndim != 2
            or va.shape[1] != n
        ):
            raise InputError(
                Text(
                    f"投入产出表各部分大小不一致：Z {flows.shape}，F {demand_matrix.shape}，"
                    f"VA {va.shape}，x {output.shape}",
                    f"the parts of the input–output table do not fit: Z {flows.shape}, "
                    f"F {demand_matrix.shape}, VA {va.shape}, x {output.shape}",
                ),
                hint=Text("应为 Z n×n，F n×f，VA v×n，x n", "expected Z n×n, F n×f, VA v×n, x n"),
            )
        values = flows if isinstance(flows, np.ndarray) else flows.data
        if not all(np.isfinite(a.sum()) for a in (values, demand_matrix, va, output)):
            raise InputError(
                Text("投入产出表含有缺失或非有限数值", "the input–output table holds missing values")
            )
        if float(output.min()) < 0:
            worst = int(np.argmin(output))
            raise InputError(
                Text(f"第 {worst + 1} 个部门的总产出为负", f"the output of sector {worst + 1} is negative"),
                details={"sector": worst},
            )
        if any(not 0 <= b < demand_matrix.shape[1] for b in border):
            raise InputError(
                Text("跨区域流动的列号超出最终使用", "a border column lies outside final demand")
            )
        return cls(
            Z=flows * unit,
            F=demand_matrix * unit,
            VA=va * unit,
            x=output * unit,
            sectors=_names(sectors, n, "sector"),
            demand=_names(demand, demand_matrix.shape[1], "demand"),
            value_added=_names(value_added, va.shape[0], "value added"),
            border=tuple(border),
            currency=currency,
        )

    @property
    def n(self) -> int:
        """Number of sectors."""
        return int(self.x.size)

    @property
    def intermediate_sales(self) -> FloatArray:
        """Z 1 (n,): what each sector sells to sectors."""
        return np.asarray(self.Z.sum(axis=1)).ravel()

    @property
    def intermediate_purchases(self) -> FloatArray:
        """1ᵀ Z (n,): what each sector buys from sectors."""
        return np.asarray(self.Z.sum(axis=0)).ravel()

    @property
    def net_outflow(self) -> FloatArray:
        """o (n,): outflow less inflow, the sum of the border columns; negative for a net inflow.

        Raises:
            InputError: the table names no border column.
        """
        if not self.border:
            raise InputError(
                Text("该表没有标明流出流入列", "the table names no column of outflow or inflow"),
                hint=Text("请在读入时给出 border", "give `border` when reading the table"),
            )
        return np.asarray(self.F[:, list(self.border)].sum(axis=1))

    @property
    def local_demand(self) -> FloatArray:
        """d = x - o (n,): what the region itself uses of each sector's goods, wherever they come from."""
        return self.x - self.net_outflow


def _names(names: tuple[str, ...] | None, count: int, what: str) -> tuple[str, ...]:
    if names is None:
        return tuple(f"{what} {i + 1}" for i in range(count))
    if len(names) != count:
        raise InputError(
            Text(f"名称有 {len(names)} 个，应为 {count} 个", f"{len(names)} {what} names for {count}")
        )
    return tuple(names)


@dataclass(frozen=True, slots=True, eq=False)
class Balance:
    """How far a table is from its two identities, in the table's currency.

    ``row_residual`` (n,) = x - Z 1 - F 1 (uses), ``column_residual`` (n,) = x - 1ᵀ Z - 1ᵀ VA (inputs). The
    relative ones are divided by x (NaN where x is 0). ``demand_total`` is Σ F and ``value_added_total`` Σ VA,
    the region's product by expenditure and by income: equal in a balanced table.
    """

    row_residual: FloatArray
    column_residual: FloatArray
    row_relative: FloatArray
    column_relative: FloatArray
    demand_total: float
    value_added_total: float

    def holds(self, tolerance: float = 1e-6) -> bool:
        """Whether every residual is within ``tolerance`` of the sector's output (of the largest, where it is
        0)."""
        return self.largest_relative <= tolerance

    @property
    def largest_relative(self) -> float:
        """Largest absolute relative residual over rows and columns."""
        both = np.abs(np.concatenate([self.row_relative, self.column_relative]))
        return float(np.nanmax(both, initial=0.0))


@dataclass(frozen=True, slots=True, eq=False)
class Multipliers:
    """Effects of one unit of final demand for each sector, direct and indirect.

    ``output`` (n,) currency of output per currency of final demand. ``direct`` (k, n) coefficients as given
    (value added or income: currency per currency; employment: persons per currency) and ``total`` (k, n)
    their multipliers.
    """

    names: tuple[str, ...]
    output: FloatArray
    direct: FloatArray
    total: FloatArray

    @property
    def ratio(self) -> FloatArray:
        """Total / direct (k, n), the type I (or II) ratio; NaN where the direct coefficient is 0."""
        out = np.full(self.total.shape, np.nan)
        np.divide(self.total, self.direct, out=out, where=self.direct != 0)
        return out


class SectorRole(StrEnum):
    """What the two Rasmussen indices say about a sector."""

    KEY = "key"
    BACKWARD = "backward"
    FORWARD = "forward"
    WEAK = "weak"


@dataclass(frozen=True, slots=True, eq=False)
class Linkages:
    """Backward and forward linkages (n,), without unit.

    ``backward`` column sums of L; ``forward_leontief`` row sums of L; ``forward`` row sums of the Ghosh
    inverse (NaN for sectors without output). ``backward_index`` (power of dispersion) and ``forward_index``
    (sensitivity of dispersion, from the Ghosh inverse) and ``forward_leontief_index`` are divided by their
    mean over sectors.
    """

    backward: FloatArray
    forward: FloatArray
    forward_leontief: FloatArray
    backward_index: FloatArray
    forward_index: FloatArray
    forward_leontief_index: FloatArray

    def roles(self) -> tuple[SectorRole | None, ...]:
        """Key sector when both indices exceed 1; None where one is undefined."""

        def role(b: float, f: float) -> SectorRole | None:
            if np.isnan(b) or np.isnan(f):
                return None
            if b > 1:
                return SectorRole.KEY if f > 1 else SectorRole.BACKWARD
            return SectorRole.FORWARD if f > 1 else SectorRole.WEAK

        return tuple(
            role(float(b), float(f)) for b, f in zip(self.backward_index, self.forward_index, strict=True)
        )


@dataclass(frozen=True, slots=True, eq=False)
class Extraction:
    """What the region loses when one sector is taken out, for each extracted sector (m,).

    ``sectors`` (m,) indices; ``output_loss`` (m,) total output lost and ``own_output`` (m,) the part that is
    the sector's own (both currency); ``share`` (m,) of the region's output; ``value_loss`` (k, m) losses of
    the given coefficients (value added: currency; employment: persons).
    """

    mode: str
    sectors: IntArray
    output_loss: FloatArray
    own_output: FloatArray
    share: FloatArray
    value_loss: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class PurchaseCoefficients:
    """Share of local demand met by local producers, r (n,) between 0 and 1; NaN where there is no demand.

    ``demand`` d, ``inflow`` m, ``outflow`` e and ``cross_hauling`` q = 2 min(e, m) (n,) in currency; r = 1 -
    m/d. ``method`` is ``supply-demand pool``, ``charm-2009`` or ``charm-2015``; ``heterogeneity`` (n,) the h
    used, 0 for the pool. ``limited`` (n,) marks sectors whose estimated cross-hauling exceeded what x and d
    allow and was cut.
    """

    method: str
    r: FloatArray
    demand: FloatArray
    inflow: FloatArray
    outflow: FloatArray
    cross_hauling: FloatArray
    heterogeneity: FloatArray
    limited: BoolArray


@dataclass(frozen=True, slots=True, eq=False)
class WeakLinks:
    """Net inflow as a signal of weak links, (n,).

    ``net_inflow`` max(0, -o) in currency; ``inflow_share`` of local demand, ``self_sufficiency`` x/d (may
    exceed 1), both without unit, NaN without demand; ``order`` sectors by net inflow, largest first. A net
    figure hides cross-hauling: true inflow is at least this.
    """

    net_inflow: FloatArray
    inflow_share: FloatArray
    self_sufficiency: FloatArray
    order: IntArray


class Grade(IntEnum):
    """Coverage of a chain node."""

    UNKNOWN = -1
    MISSING = 0
    ONE = 1
    SEVERAL = 2
    COVERS_DEMAND = 3


class Evidence(IntEnum):
    """Class of the evidence that a firm makes something, weakest first."""

    NONE = 0
    REGISTRY = 1
    PRESS = 2
    LISTED_REPORT = 3
    OFFICIAL = 4


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """Grade of every node (n,) as of a day.

    ``grade`` values of Grade; ``makers`` distinct local makers; ``evidence`` best class of Evidence, 0
    without maker; ``since`` and ``until`` dates of the oldest and newest evidence that counts (for missing
    nodes the date of the latest search), NaT without; ``capacity`` sum of stated capacities (unit of the
    demand), NaN where none is stated.
    """

    grade: IntArray
    makers: IntArray
    evidence: IntArray
    since: NDArray[np.datetime64]
    until: NDArray[np.datetime64]
    capacity: FloatArray

    @property
    def covered(self) -> FloatArray:
        """1 for at least one maker, 0 for missing, NaN for unknown."""
        return np.where(self.grade < 0, np.nan, (self.grade > 0).astype(np.float64))


@dataclass(frozen=True, slots=True)
class NotComputable:
    """A result that cannot be had, and why. ``missing`` are the indices of what lacks data."""

    definition: str
    reasons: tuple[Text, ...]
    missing: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SupportingRate:
    """A local supporting rate under one definition, without unit.

    ``lower`` and ``upper`` bound it when what is unknown turns out absent or present; they equal ``value``
    when nothing is unknown. ``used`` of ``total`` nodes or sectors entered.
    """

    definition: str
    value: float
    lower: float
    upper: float
    used: int
    total: int


RateResult: TypeAlias = SupportingRate | NotComputable


class GapKind(StrEnum):
    """What a gap asks for: 补链, 强链, 延链."""

    MAKE_UP = "make-up"
    STRENGTHEN = "strengthen"
    EXTEND = "extend"
    NONE = "none"


@dataclass(frozen=True, slots=True, eq=False)
class GapRank:
    """Ranked gaps (n,).

    ``score`` = value^a · exposure^b · feasibility^c with the ``weights`` (a, b, c), the value taken relative
    to the largest; NaN where a factor with a positive weight is unknown. ``rank`` 1 is the most pressing, 0
    not ranked. ``factors`` (n, 3) are the three inputs as used.
    """

    score: FloatArray
    rank: IntArray
    factors: FloatArray
    weights: tuple[float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class RankSensitivity:
    """How the rank moves when the weights move, (n,): quantiles of the rank over draws of weights.

    ``low`` and ``high`` are the 5 % and 95 % quantiles, ``median`` the middle; ``top`` the share of draws in
    which the node is among the first ``top_k``; 0 or NaN for what is not ranked. ``kendall_tau`` (draws,)
    compares each draw with the base rank.
    """

    low: FloatArray
    median: FloatArray
    high: FloatArray
    top: FloatArray
    top_k: int
    kendall_tau: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class RollUp:
    """Distinct members and values by group and by parent, nothing counted twice.

    ``count`` (g,) and ``value`` (g,) by group; ``parent_count`` and ``parent_value`` (p,) count each member
    once per parent; ``total_count`` and ``total_value`` once in all. ``overlap`` (g, g) members shared by two
    groups, the diagonal being ``count``. ``double_counted`` and ``double_counted_value``: what adding up the
    groups would add. Members without known value are in the counts; ``value_missing`` (g,) says how many.
    """

    count: IntArray
    value: FloatArray
    value_missing: IntArray
    parent_count: IntArray
    parent_value: FloatArray
    total_count: int
    total_value: float
    overlap: SparseMatrix
    double_counted: int
    double_counted_value: float


@dataclass(frozen=True, slots=True)
class LevelDistance:
    """Distance of a series to its level, currency a year unless said otherwise.

    ``gap`` = level - value (negative when passed); ``attained`` value / level; ``required_growth`` a year
    (0.1 for 10 %) to reach it in ``years_left``, 0 when passed, None without a deadline or at a value of 0.
    """

    value: float
    level: float
    gap: float
    attained: float
    years_left: float | None
    required_growth: float | None
