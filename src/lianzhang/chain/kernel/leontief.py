"""The Leontief system (I - R̂ A) y = b, factored once, solved as often as needed, never inverted.

Dense systems are factored in single precision, half the memory and twice the speed of double, and every
solution is refined against the flows in double precision until its residual is at the rounding level (Langou
et al. 2006; an input–output system is diagonally dominant and well-conditioned, two to four steps do). Where
refinement does not get there the system is factored in double precision instead. Neither A nor the inverse is
ever stored.
"""

from __future__ import annotations

from typing import Any, cast

import numba as nb
import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike
from scipy.linalg.lapack import get_lapack_funcs
from scipy.sparse.linalg import splu

from lianzhang.chain.model import FloatArray, SparseMatrix
from lianzhang.errors import InputError, NotComputableError
from lianzhang.i18n import Text

#: Below this size double precision costs nothing worth saving.
_SMALL = 256
#: A sparse table fuller than this fills in on factoring; dense is then faster and smaller.
_SPARSE_FILL = 0.05
#: Residual, relative to |b| + |y|, at which a solution is as good as double precision gives.
_ROUNDING = 2e-15
_ACCEPTABLE = 1e-14
_BLOCK = 256
#: Up to this many right-hand sides are solved one by one.
_FEW = 6


class LeontiefSystem:
    """A factored I - R̂ A, A = Z x̂⁻¹, R̂ = diag(r) (r = 1 unless local shares are given).

    Made by `factorise`. Not changed after; safe to share between threads.
    """

    def __init__(self, Z: FloatArray | SparseMatrix, x: FloatArray, local_share: FloatArray | None) -> None:
        self.Z = Z
        self.x = x
        self.local_share = local_share
        self._per_output = np.zeros_like(x)
        np.divide(1.0, x, out=self._per_output, where=x > 0)
        self._single: tuple[Any, Any] | None = None
        self._double: tuple[Any, Any] | None = None
        self._sparse: Any = None
        self._column_sums: FloatArray | None = None
        if isinstance(Z, np.ndarray):
            if x.size > _SMALL:
                self._single = self._factor(np.float32)
            else:
                self._double = self._factor(np.float64)
        else:
            self._sparse = self._factor_sparse(Z)

    @property
    def n(self) -> int:
        """Number of sectors."""
        return int(self.x.size)

    @property
    def column_sums(self) -> FloatArray:
        """1ᵀ L (n,), solved for once: output multipliers, backward linkages and the test of productivity
        share it."""
        if self._column_sums is None:
            self._column_sums = self.solve_transposed(np.ones(self.n))
        return self._column_sums.copy()

    def coefficients_times(self, y: FloatArray) -> FloatArray:
        """R̂ A y for y (n,) or (n, k)."""
        out = np.asarray(self.Z @ _scale(self._per_output, y))
        return out if self.local_share is None else _scale(self.local_share, out)

    def coefficients_transposed_times(self, y: FloatArray) -> FloatArray:
        """(R̂ A)ᵀ y for y (n,) or (n, k)."""
        inner = y if self.local_share is None else _scale(self.local_share, y)
        return _scale(self._per_output, np.asarray(self.Z.T @ inner))

    def solve(self, b: ArrayLike) -> FloatArray:
        """L b = (I - R̂ A)⁻¹ b: output needed for final demand b (n,) or (n, k), same unit.

        Raises:
            InputError: b does not have n rows of finite numbers.
        """
        return self._solve(b, transposed=False)

    def solve_transposed(self, b: ArrayLike) -> FloatArray:
        """Lᵀ b: with b = 1 the column sums of L, with coefficients their multipliers; (n,) or (n, k)."""
        return self._solve(b, transposed=True)

    def inverse_diagonal(self, sectors: ArrayLike | None = None) -> FloatArray:
        """l_kk of the given sectors (m,), or of all (n,).

        For all sectors of a dense table the two triangular factors are inverted in place (2/3 n³ operations,
        a third of a full inversion, and no inverse stored); otherwise by solving for unit vectors, in blocks.
        """
        wanted = np.arange(self.n) if sectors is None else np.asarray(sectors, dtype=np.intp)
        if isinstance(self.Z, np.ndarray) and wanted.size > self.n // 8:
            lu, pivots = self._factor(np.float64)
            return _diagonal_from_factors(lu, pivots)[wanted]
        out = np.empty(wanted.size)
        for start in range(0, wanted.size, _BLOCK):
            part = wanted[start : start + _BLOCK]
            unit = np.zeros((self.n, part.size))
            unit[part, np.arange(part.size)] = 1.0
            out[start : start + part.size] = self.solve(unit)[part, np.arange(part.size)]
        return out

    def _matrix(self, dtype: Any) -> Any:
        """I - R̂ A, row-major, in one pass over the flows."""
        out = np.empty((self.n, self.n), dtype=dtype)
        share = np.ones(self.n) if self.local_share is None else self.local_share
        _fill(cast("FloatArray", self.Z), self._per_output, share, out)
        return out

    def _factor(self, dtype: Any) -> tuple[Any, Any]:
        # The row-major matrix is the column-major transpose: factoring that needs no copy, and the two solves
        # swap.
        matrix = self._matrix(dtype).T
        getrf = _lapack("getrf", matrix)
        lu, pivots, info = getrf(matrix, overwrite_a=True)
        if info != 0:
            raise _not_productive()
        return lu, pivots

    def _factor_sparse(self, Z: SparseMatrix) -> Any:
        left: Any = sp.eye_array(self.n) if self.local_share is None else sp.diags_array(self.local_share)
        matrix = sp.eye_array(self.n) - left @ Z @ sp.diags_array(self._per_output)
        try:
            return splu(sp.csc_matrix(matrix))
        except RuntimeError as error:
            raise _not_productive() from error

    def _back(self, factor: tuple[Any, Any], b: Any, *, transposed: bool) -> Any:
        lu, pivots = factor
        getrs = _lapack("getrs", lu)
        # getrs reads the right-hand side column-major; a row-major block is its own transpose and would be
        # copied.
        y, info = getrs(lu, pivots, np.asfortranarray(b, dtype=lu.dtype), trans=0 if transposed else 1)
        if info != 0:
            raise _not_productive()
        return y

    def _solve(self, b: ArrayLike, *, transposed: bool) -> FloatArray:
        rhs = np.asarray(b, dtype=np.float64)
        if rhs.ndim not in (1, 2) or rhs.shape[0] != self.n or not np.isfinite(rhs.sum()):
            raise InputError(
                Text(
                    f"右端项应有 {self.n} 行有限数",
                    f"the right-hand side needs {self.n} rows of finite numbers",
                )
            )
        if rhs.size == 0:
            return rhs.copy()
        if self._sparse is not None:
            return np.asarray(self._sparse.solve(rhs, "T" if transposed else "N"))
        if self._double is not None:
            return np.ascontiguousarray(self._back(self._double, rhs, transposed=transposed))
        if rhs.ndim == 2 and rhs.shape[1] > _BLOCK:
            parts = [
                self._solve(rhs[:, s : s + _BLOCK], transposed=transposed)
                for s in range(0, rhs.shape[1], _BLOCK)
            ]
            return np.concatenate(parts, axis=1)
        return self._refined(rhs, transposed=transposed)

    def _refined(self, rhs: FloatArray, *, transposed: bool) -> FloatArray:
        assert self._single is not None
        times = self.coefficients_transposed_times if transposed else self.coefficients_times
        size = np.abs(rhs).max(axis=0)
        y = np.zeros_like(rhs)
        residual = rhs
        # Single precision has a range of its own; right-hand sides are brought to it by their largest entry.
        best, gain = np.inf, 1.0
        for _ in range(12):
            unit = np.abs(residual).max(axis=0)
            unit = np.where(unit > 0, unit, 1.0)
            y = y + self._back(self._single, residual / unit, transposed=transposed) * unit
            if best * gain <= 0.1 * _ROUNDING:
                # Refinement contracts at least as fast as it did: this step need not be measured.
                best *= gain
                break
            residual = rhs - (y - times(y))
            scale = size + np.abs(y).max(axis=0)
            error = float(np.max(np.abs(residual).max(axis=0) / np.where(scale > 0, scale, 1.0)))
            if error <= _ROUNDING or not error < 0.5 * best:
                best = min(best, error)
                break
            gain = error / best if np.isfinite(best) else 1.0
            best = error
        if best <= _ACCEPTABLE:
            return np.ascontiguousarray(y)
        if self._double is None:
            self._double = self._factor(np.float64)
        return np.ascontiguousarray(self._back(self._double, rhs, transposed=transposed))


def factorise(
    Z: ArrayLike | SparseMatrix, x: ArrayLike, *, local_share: ArrayLike | None = None, check: bool = True
) -> LeontiefSystem:
    """Factor I - R̂ A once.

    Args:
        Z: (n, n) flows, dense or sparse, in the unit of x.
        x: (n,) output, at least 0; a sector without output must not buy.
        local_share: (n,) share of every use of a sector's goods that local producers meet, R̂ A being the
            region's own coefficients; default 1, that is, the technical coefficients including goods from
            outside.
        check: whether to make sure that the system is productive (Hawkins & Simon 1949): Lᵀ1 ≥ 0 proves it
            for coefficients of at least 0.

    Returns:
        LeontiefSystem.

    Raises:
        InputError: shapes or values do not fit.
        NotComputableError: the system is singular or not productive.
    """
    output = np.asarray(x, dtype=np.float64)
    n = output.size
    flows: Any
    if sp.issparse(Z):
        flows = sp.csr_array(Z).astype(np.float64)
        if flows.nnz > _SPARSE_FILL * n * n:
            flows = flows.toarray()
    else:
        flows = np.ascontiguousarray(Z, dtype=np.float64)
    values = flows if isinstance(flows, np.ndarray) else flows.data
    if output.ndim != 1 or n == 0 or flows.shape != (n, n):
        raise InputError(
            Text(f"Z 应为 {n}×{n}，得到 {flows.shape}", f"Z should be {n}×{n} and is {flows.shape}")
        )
    if not (np.isfinite(values.sum()) and np.isfinite(output.sum()) and float(output.min()) >= 0):
        raise InputError(Text("Z 与 x 须为有限数，x 不得为负", "Z and x must be finite, x at least 0"))
    purchases = np.asarray(flows.sum(axis=0)).ravel()
    stray = np.flatnonzero((output == 0) & (purchases != 0))
    if stray.size:
        raise InputError(
            Text(
                f"第 {stray[0] + 1} 个部门没有产出却有中间投入",
                f"sector {stray[0] + 1} has no output and yet buys inputs",
            ),
            hint=Text("请与相近部门合并", "merge it with a related sector"),
            details={"sectors": stray[:20].tolist()},
        )
    share = None if local_share is None else np.asarray(local_share, dtype=np.float64)
    if share is not None and (
        share.shape != (n,) or not (float(share.min()) >= 0 and float(share.max()) <= 1)
    ):
        raise InputError(
            Text(
                "本地供给比例须为每部门一个 0 到 1 的数",
                "local shares must be one number from 0 to 1 per sector",
            )
        )
    system = LeontiefSystem(flows, output, share)
    if check and float(system.column_sums.min()) < 0.0:
        raise _not_productive()
    return system


def coefficients(Z: ArrayLike | SparseMatrix, x: ArrayLike) -> FloatArray:
    """A = Z x̂⁻¹ (n, n): input per unit of output; columns of sectors without output are 0."""
    output = np.asarray(x, dtype=np.float64)
    per_output = np.zeros_like(output)
    np.divide(1.0, output, out=per_output, where=output > 0)
    dense: Any = sp.csr_array(Z).toarray() if sp.issparse(Z) else np.asarray(Z, dtype=np.float64)
    return np.asarray(dense * per_output)


def _scale(by: FloatArray, y: FloatArray) -> FloatArray:
    return by * y if y.ndim == 1 else by[:, None] * y


def _lapack(name: str, array: Any) -> Any:
    """The LAPACK routine for the precision of the array."""
    functions: Any = get_lapack_funcs((name,), (array,))
    return functions[0]


def _not_productive() -> NotComputableError:
    return NotComputableError(
        Text(
            "投入系数矩阵不满足生产性条件（里昂惕夫逆不存在或为负）",
            "the table is not productive: no Leontief inverse of at least 0 exists",
        ),
        hint=Text(
            "请检查是否有部门的中间投入超过总产出",
            "look for a sector whose intermediate inputs exceed its output",
        ),
    )


@nb.njit(cache=True, nogil=True, parallel=True)
def _fill(
    Z: np.ndarray, per_output: np.ndarray, share: np.ndarray, out: np.ndarray
) -> None:  # pragma: no cover - compiled
    n = Z.shape[0]
    for i in nb.prange(n):
        for j in range(n):
            out[i, j] = -share[i] * Z[i, j] * per_output[j]
        out[i, i] += 1.0


@nb.njit(cache=True, nogil=True, parallel=True)
def _pair_diagonal(
    upper_t: np.ndarray, lower_t: np.ndarray, place: np.ndarray, out: np.ndarray
) -> None:  # pragma: no cover - compiled
    """out_k = Σ_m U⁻¹[k, m] L⁻¹[m, place_k]; the transpose holds both triangles, the unit diagonal is
    implied."""
    n = upper_t.shape[0]
    for k in nb.prange(n):
        i = place[k]
        total = 0.0
        first = max(k, i)
        for m in range(first, n):
            lower = 1.0 if m == i else lower_t[i, m]
            total += upper_t[m, k] * lower
        out[k] = total


def _diagonal_from_factors(lu: Any, pivots: Any) -> FloatArray:
    """Diagonal of the inverse from an LU factorisation, which is destroyed."""
    trtri = _lapack("trtri", lu)
    lu, upper_info = trtri(lu, lower=0, unitdiag=0, overwrite_c=1)
    lu, lower_info = trtri(lu, lower=1, unitdiag=1, overwrite_c=1)
    if upper_info != 0 or lower_info != 0:
        raise _not_productive()
    n = lu.shape[0]
    order = np.arange(n)
    for i, p in enumerate(pivots):
        order[i], order[p] = order[p], order[i]
    place = np.empty(n, dtype=np.int64)
    place[order] = np.arange(n)
    out = np.empty(n)
    both = lu.T
    _pair_diagonal(both, both, place, out)
    return out
