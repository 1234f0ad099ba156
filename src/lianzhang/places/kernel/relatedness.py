"""Proximity of sectors and relatedness density (Hidalgo, Klinger, Barabási & Hausmann 2007).

φ_ij = min(P(i|j), P(j|i)) = Σ_c M_ci M_cj / max(u_i, u_j), u the ubiquity; ω_ci = Σ_j M_cj φ_ij / Σ_j φ_ij.

The sum over j includes j = i (φ_ii = 1), as the formula has it and as the Growth Lab's code does;
``include_self=False`` leaves it out, as other code does.
"""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray

from lianzhang.errors import InputError
from lianzhang.i18n import Text
from lianzhang.places.kernel.specialisation import SparseMatrix
from lianzhang.places.model import BoolArray, FloatArray, IntArray, Relatedness

#: Columns per block: the block of φ stays small beside M while the products stay efficient.
_BLOCK = 512
#: Measured on two cores: the sparse walk costs R · links gather-adds, the products R · S² multiply-adds, and
#: one of the former takes as long as this many of the latter.
_GATHER_COST = 40.0


def as_binary(M: ArrayLike | SparseMatrix) -> BoolArray | SparseMatrix:
    """Check a boolean regions × sectors matrix (0 and 1 are taken for False and True).

    Raises:
        InputError: not two-dimensional, or holding anything but 0 and 1.
    """
    matrix: Any = sp.csr_array(M) if sp.issparse(M) else np.asarray(M)
    values: NDArray[Any] = matrix.data if sp.issparse(M) else matrix
    if matrix.ndim != 2:
        raise InputError(Text("需要“地区×行业”的二维矩阵", "needs a regions × sectors matrix"))
    if values.dtype != np.bool_ and not bool(np.all((values == 0) | (values == 1))):
        raise InputError(
            Text("专业化矩阵只能含 0 和 1", "the matrix of specialisation may hold only 0 and 1"),
            hint=Text("请先用 specialised(X) 由规模矩阵求得", "make it from sizes with specialised(X) first"),
        )
    if isinstance(matrix, np.ndarray):
        return matrix.astype(np.bool_, copy=False)
    out: SparseMatrix = matrix.astype(np.bool_)
    out.eliminate_zeros()
    return out


def proximity(M: ArrayLike | SparseMatrix, *, include_self: bool = True) -> FloatArray:
    """φ (S, S): the smaller of the two conditional probabilities of being specialised in both sectors.

    Args:
        M: (R, S) boolean, dense or sparse.
        include_self: diagonal 1 (True) or 0.

    Returns:
        (S, S) symmetric, between 0 and 1; NaN in rows and columns of sectors without any specialised region.

    Raises:
        InputError: M is not a 0/1 matrix.
    """
    return _dense(as_binary(M), include_self=include_self, keep=True, density=False)[0]


def relatedness_density(M: ArrayLike | SparseMatrix, *, include_self: bool = True) -> FloatArray:
    """ω (R, S), without ever holding the S × S proximities.

    With sectors sorted by ubiquity the larger of two ubiquities is that of the later one, so that a running
    sum over sectors gives the numerator of one region in Σ_c u_c steps (R · nnz(M) in all). Where M is too
    full for that, the matrix product is used, block by block. Both give the same numbers (tested to 1e-12).

    Args:
        M: (R, S) boolean, dense or sparse.
        include_self: whether j = i takes part in both sums.

    Returns:
        (R, S) between 0 and 1; a region without specialisation has 0; NaN for sectors without specialised
        region (and, with ``include_self=False``, for sectors related to no other).

    Raises:
        InputError: M is not a 0/1 matrix.
    """
    binary = as_binary(M)
    sectors = binary.shape[1]
    links = int(np.count_nonzero(binary)) if isinstance(binary, np.ndarray) else int(binary.nnz)
    if links * _GATHER_COST < float(sectors) ** 2:
        return _walk(binary, include_self=include_self)
    return _dense(binary, include_self=include_self, keep=False, density=True)[1]


def relatedness(M: ArrayLike | SparseMatrix, *, include_self: bool = True) -> Relatedness:
    """Proximity and density in one pass, when both are wanted.

    Args, Raises: as `relatedness_density`.

    Returns:
        Relatedness with ``proximity`` (S, S) and ``density`` (R, S).
    """
    phi, omega = _dense(as_binary(M), include_self=include_self, keep=True, density=True)
    return Relatedness(proximity=phi, density=omega)


def relative_density(M: ArrayLike | SparseMatrix, density: ArrayLike) -> FloatArray:
    """ω_ci / (k_c / S): density relative to the breadth of the region, the share of all sectors it has.

    A region with many specialisations is dense everywhere; what remains is how near the sector is to what the
    region has, 1 being as near as by chance. Compared over time it tells entries better than ω does (see the
    backtest among the benchmarks).

    Args:
        M: (R, S) boolean.
        density: ω (R, S) of `relatedness_density`.

    Returns:
        (R, S), at least 0, without unit; NaN where ω is, and for regions without specialisation.

    Raises:
        InputError: shapes differ or M is not a 0/1 matrix.
    """
    binary = as_binary(M)
    omega = np.asarray(density, dtype=np.float64)
    if omega.shape != binary.shape:
        raise InputError(Text("密度与专业化矩阵大小不一致", "density and specialisation differ in shape"))
    breadth = np.asarray(binary.sum(axis=1), dtype=np.float64).ravel() / max(1, omega.shape[1])
    breadth[breadth == 0.0] = np.nan
    return np.asarray(omega / breadth[:, None])


@nb.njit(cache=True, nogil=True, parallel=True, fastmath={"reassoc"})
def _to_proximity(
    counts: np.ndarray, ubiquity: np.ndarray, start: int, out: np.ndarray, sums: np.ndarray
) -> None:  # pragma: no cover - compiled
    """Counts of one block of rows to proximities, and their row sums, in one pass over memory.

    Where both ubiquities are 0 the count is 0 too; dividing by 1 then saves a branch in the inner loop.
    """
    rows, columns = counts.shape
    for i in nb.prange(rows):
        own = max(ubiquity[start + i], 1.0)
        total = 0.0
        for j in range(columns):
            value = counts[i, j] / max(own, ubiquity[j])
            out[i, j] = value
            total += value
        sums[i] = total


def _dense(
    binary: BoolArray | SparseMatrix,
    *,
    include_self: bool,
    keep: bool,
    density: bool,
) -> tuple[FloatArray, FloatArray]:
    """Blocks of φ by matrix products; each block is used for the densities and then kept or dropped."""
    M = binary if isinstance(binary, np.ndarray) else np.asarray(binary.toarray())
    regions, sectors = M.shape
    # Counts up to 2^24 are exact in single precision, at twice the speed.
    single = M.astype(np.float32 if regions < 2**24 else np.float64)
    transposed = np.ascontiguousarray(single.T)
    ubiquity: FloatArray = transposed.sum(axis=1, dtype=np.float64)
    empty = ubiquity == 0.0
    double = transposed.astype(np.float64).T if density else np.empty((0, 0))
    phi = np.empty((sectors, sectors) if keep else (min(_BLOCK, sectors), sectors))
    omega = np.empty((regions, sectors) if density else (0, 0))
    sums = np.empty(min(_BLOCK, sectors))
    counts = np.empty((min(_BLOCK, sectors), sectors), dtype=single.dtype)
    for start in range(0, sectors, _BLOCK):
        stop = min(start + _BLOCK, sectors)
        block = phi[start:stop] if keep else phi[: stop - start]
        total = sums[: stop - start]
        shared = np.matmul(transposed[start:stop], single, out=counts[: stop - start])
        _to_proximity(shared, ubiquity, start, block, total)
        if not include_self:
            block[np.arange(stop - start), np.arange(start, stop)] = 0.0
            total -= ~empty[start:stop]
        if density:
            total[total <= 0.0] = np.nan
            omega[:, start:stop] = (double @ block.T) / total
    if keep and empty.any():
        phi[empty, :] = np.nan
        phi[:, empty] = np.nan
    return phi, omega


@nb.njit(cache=True, nogil=True)
def _walk_region(
    present: np.ndarray,
    indptr: np.ndarray,
    indices: np.ndarray,
    order: np.ndarray,
    inverse: np.ndarray,
    up: np.ndarray,
    down: np.ndarray,
    out: np.ndarray,
) -> None:  # pragma: no cover - compiled
    """Σ_j M_cj φ_ij of one region for all sectors i.

    ``up[k]`` counts the region's sectors seen so far that region k shares; ``down[k]`` sums 1/u_j of those to
    come.
    """
    up[:] = 0.0
    down[:] = 0.0
    for t in range(order.size):
        p = order[t]
        total = 0.0
        if present[p]:
            for e in range(indptr[p], indptr[p + 1]):
                up[indices[e]] += 1.0
        for e in range(indptr[p], indptr[p + 1]):
            total += up[indices[e]]
        out[p] = total * inverse[p]
    for t in range(order.size - 1, -1, -1):
        p = order[t]
        total = 0.0
        for e in range(indptr[p], indptr[p + 1]):
            total += down[indices[e]]
        out[p] += total
        if present[p]:
            for e in range(indptr[p], indptr[p + 1]):
                down[indices[e]] += inverse[p]


@nb.njit(cache=True, nogil=True, parallel=True)
def _walk_all(
    row_indptr: np.ndarray,
    row_indices: np.ndarray,
    indptr: np.ndarray,
    indices: np.ndarray,
    order: np.ndarray,
    inverse: np.ndarray,
    out: np.ndarray,
) -> None:  # pragma: no cover - compiled
    """Numerators (R, S); the last row of ``out`` gets the denominators, those of a region that has every
    sector."""
    regions = row_indptr.size - 1
    sectors = order.size
    for c in nb.prange(regions + 1):
        present = np.zeros(sectors, dtype=np.bool_)
        if c == regions:
            present[:] = True
        else:
            for e in range(row_indptr[c], row_indptr[c + 1]):
                present[row_indices[e]] = True
        up = np.empty(regions)
        down = np.empty(regions)
        _walk_region(present, indptr, indices, order, inverse, up, down, out[c])


def _walk(binary: BoolArray | SparseMatrix, *, include_self: bool) -> FloatArray:
    rows = sp.csr_array(binary)
    columns = sp.csc_array(binary)
    regions, sectors = rows.shape
    ubiquity = np.diff(columns.indptr).astype(np.float64)
    inverse = np.zeros(sectors)
    np.divide(1.0, ubiquity, out=inverse, where=ubiquity > 0)
    order: IntArray = np.argsort(ubiquity, kind="stable").astype(np.int32)
    out = np.empty((regions + 1, sectors))
    _walk_all(
        rows.indptr.astype(np.int32),
        rows.indices.astype(np.int32),
        columns.indptr.astype(np.int32),
        columns.indices.astype(np.int32),
        order,
        inverse,
        out,
    )
    omega, total = out[:-1], out[-1]
    if not include_self:
        entries = np.repeat(np.arange(regions), np.diff(rows.indptr))
        omega[entries, rows.indices] -= 1.0
        total -= ubiquity > 0
    # Subtracting the own term leaves rounding dust where a sector is related to no other.
    total[total <= 1e-12] = np.nan
    omega /= total
    return omega
