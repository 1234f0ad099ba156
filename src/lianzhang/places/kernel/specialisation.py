"""Location quotients, concentration, agglomeration.

Matrices are regions × sectors, of anything additive (employment, enterprises, output), dense or sparse.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, cast, overload

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike

from lianzhang.errors import InputError
from lianzhang.i18n import Text
from lianzhang.places.model import Agglomeration, BoolArray, Concentration, FloatArray, IntArray

if TYPE_CHECKING:
    SparseMatrix: TypeAlias = sp.csr_array[Any, tuple[int, int]]
else:
    SparseMatrix = sp.csr_array


def as_activity(X: ArrayLike | SparseMatrix) -> FloatArray | SparseMatrix:
    """Check a regions × sectors matrix: two dimensions, finite, not negative.

    Raises:
        InputError: otherwise, with the first offending cell.
    """
    matrix: Any
    values: FloatArray
    if sp.issparse(X):
        matrix = sp.csr_array(X).astype(np.float64)
        matrix.sum_duplicates()
        matrix.eliminate_zeros()
        values = matrix.data
    else:
        values = matrix = np.asarray(X, dtype=np.float64)
    if matrix.ndim != 2:
        raise InputError(
            Text(
                f"需要“地区×行业”的二维矩阵，得到 {matrix.ndim} 维",
                f"needs a regions × sectors matrix, got {matrix.ndim} dimensions",
            )
        )
    # One pass tells: a NaN or an infinity makes the smallest or the sum not finite.
    if values.size and not (float(values.min()) >= 0.0 and np.isfinite(values.sum())):
        bad = np.argwhere(~(np.isfinite(values) & (values >= 0)))[0]
        if isinstance(matrix, np.ndarray):
            row, column = int(bad[0]), int(bad[1])
        else:
            entry = int(bad[0])
            row = int(np.searchsorted(matrix.indptr, entry, side="right")) - 1
            column = int(matrix.indices[entry])
        raise InputError(
            Text(
                f"第 {row + 1} 行第 {column + 1} 列的数值不是非负有限数",
                f"the value in row {row + 1}, column {column + 1} is not a finite number of at least 0",
            ),
            hint=Text(
                "缺失的数值请先处理，不要以负数表示",
                "settle missing values first; do not code them as negatives",
            ),
            details={"row": row, "column": column},
        )
    return cast("FloatArray | SparseMatrix", matrix)


@overload
def location_quotient(X: SparseMatrix) -> SparseMatrix: ...
@overload
def location_quotient(X: ArrayLike) -> FloatArray: ...
def location_quotient(X: ArrayLike | SparseMatrix) -> FloatArray | SparseMatrix:
    """LQ_ci = (x_ci / x_c·) / (x_·i / x_··), also known as revealed comparative advantage (Balassa 1965).

    Computed as (x_ci · x_··) / (x_c· · x_·i): exact on counts, so that LQ ≥ 1 agrees with `specialised` to
    the bit.

    Args:
        X: (R, S), same unit throughout, not negative.

    Returns:
        (R, S) without unit. Dense: NaN in empty rows and columns. Sparse: the pattern of X; what is not
        stored is 0, empty rows and columns stay empty.

    Raises:
        InputError: a value is negative or not finite, or the matrix has not two dimensions.
    """
    matrix = as_activity(X)
    if not isinstance(matrix, np.ndarray):
        rows, columns, total = _sparse_totals(matrix)
        counts = np.diff(matrix.indptr)
        out = matrix.copy()
        out.data = matrix.data * total / (np.repeat(rows, counts) * columns[matrix.indices])
        return out
    rows, columns = matrix.sum(axis=1), matrix.sum(axis=0)
    scale = np.multiply.outer(rows, columns)
    scale[scale == 0.0] = np.nan
    out_dense: FloatArray = matrix * rows.sum()
    out_dense /= scale
    return out_dense


@overload
def specialised(X: SparseMatrix, threshold: float = 1.0) -> SparseMatrix: ...
@overload
def specialised(X: ArrayLike, threshold: float = 1.0) -> BoolArray: ...
def specialised(X: ArrayLike | SparseMatrix, threshold: float = 1.0) -> BoolArray | SparseMatrix:
    """M_ci = [LQ_ci ≥ threshold] without forming the quotients; False in empty rows and columns.

    Args:
        X: (R, S), not negative.
        threshold: positive; 1 in the literature.

    Returns:
        (R, S) boolean; for sparse X a sparse boolean matrix that stores the True entries alone.

    Raises:
        InputError: as `location_quotient`, or the threshold is not positive.
    """
    if not threshold > 0.0:
        raise InputError(
            Text("区位商阈值须为正数", "the threshold of the location quotient must be positive")
        )
    matrix = as_activity(X)
    if not isinstance(matrix, np.ndarray):
        rows, columns, total = _sparse_totals(matrix)
        counts = np.diff(matrix.indptr)
        keep = matrix.data * total >= threshold * (np.repeat(rows, counts) * columns[matrix.indices])
        region = np.repeat(np.arange(matrix.shape[0], dtype=np.int32), counts)[keep]
        return sp.csr_array(
            (np.ones(region.size, dtype=np.bool_), (region, matrix.indices[keep])), shape=matrix.shape
        )
    rows, columns = matrix.sum(axis=1), matrix.sum(axis=0)
    bound = np.multiply.outer(threshold * rows, columns)
    # An empty row or column has bound 0, which 0 would reach.
    np.copyto(bound, np.inf, where=bound == 0.0)
    return cast("BoolArray", matrix * rows.sum() >= bound)


def _sparse_totals(matrix: SparseMatrix) -> tuple[FloatArray, FloatArray, float]:
    rows = np.asarray(matrix.sum(axis=1), dtype=np.float64).ravel()
    columns = np.asarray(matrix.sum(axis=0), dtype=np.float64).ravel()
    return rows, columns, float(rows.sum())


def herfindahl(X: ArrayLike | SparseMatrix) -> Concentration:
    """H_r = Σ_i (x_ri / x_r·)² of every row; pass the transpose for the columns.

    Args:
        X: (n, k), not negative; for districts' diversity regions × sectors, for sectors' spread the
            transpose.

    Returns:
        Concentration with arrays (n,). ``normalised`` is (H - 1/k) / (1 - 1/k).

    Raises:
        InputError: as `location_quotient`.
    """
    matrix = as_activity(X)
    n, k = matrix.shape
    if isinstance(matrix, np.ndarray):
        totals = matrix.sum(axis=1)
        squares = np.einsum("ij,ij->i", matrix, matrix)
    else:
        totals = np.asarray(matrix.sum(axis=1)).ravel()
        squares = np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel()
    index = np.full(n, np.nan)
    np.divide(squares, totals**2, out=index, where=totals > 0)
    even = 1.0 / k if k else np.nan
    spread = (index - even) / (1.0 - even) if k > 1 else np.full(n, np.nan)
    return Concentration(herfindahl=index, effective_number=1.0 / index, normalised=spread)


def ellison_glaeser(
    X: ArrayLike | SparseMatrix,
    plant_sector: ArrayLike,
    plant_size: ArrayLike,
    *,
    weights: ArrayLike | None = None,
) -> Agglomeration:
    """γ_i = (G_i - (1 - Σ_r x_r²) H_i) / ((1 - Σ_r x_r²) (1 - H_i)), G_i = Σ_r (s_ir - x_r)².

    s_ir is region r's share of sector i, x_r its share of all activity, H_i = Σ_k z_k² the Herfindahl index
    of the plants of sector i (Ellison & Glaeser 1997, Journal of Political Economy 105:889).

    Args:
        X: (R, S) employment or another size, not negative.
        plant_sector: (plants,) sector index of each plant.
        plant_size: (plants,) its size, in the unit of X; plants of size 0 count for nothing.
        weights: (R,) activity x_r is measured by; default the row totals of X.

    Returns:
        Agglomeration with arrays (S,).

    Raises:
        InputError: shapes or ranges do not fit.
    """
    matrix = as_activity(X)
    dense: FloatArray = matrix if isinstance(matrix, np.ndarray) else np.asarray(matrix.toarray())
    regions, sectors = dense.shape
    sector = np.asarray(plant_sector)
    size = np.asarray(plant_size, dtype=np.float64)
    if sector.shape != size.shape or sector.ndim != 1:
        raise InputError(Text("企业的行业与规模长度不一致", "plants' sectors and sizes differ in length"))
    if size.size and not (size.min() >= 0.0 and np.isfinite(size.sum())):
        raise InputError(Text("企业规模须为非负有限数", "plant sizes must be finite and at least 0"))
    if sector.size and not (int(sector.min()) >= 0 and int(sector.max()) < sectors):
        raise InputError(Text("企业的行业序号超出矩阵范围", "a plant's sector index lies outside the matrix"))
    base = dense.sum(axis=1) if weights is None else np.asarray(weights, dtype=np.float64)
    if base.shape != (regions,) or (base.size and not (base.min() >= 0.0 and np.isfinite(base.sum()))):
        raise InputError(
            Text("地区权重须为每个地区一个非负数", "weights must be one number of at least 0 per region")
        )
    index = sector.astype(np.intp)
    totals = np.bincount(index, weights=size, minlength=sectors)
    squares = np.bincount(index, weights=size**2, minlength=sectors)
    plants: IntArray = np.bincount(index[size > 0], minlength=sectors).astype(np.int32)
    H = np.full(sectors, np.nan)
    np.divide(squares, totals**2, out=H, where=totals > 0)
    total = base.sum()
    x = base / total if total > 0 else np.full(regions, np.nan)
    column = dense.sum(axis=0)
    shares = np.full(dense.shape, np.nan)
    np.divide(dense, column, out=shares, where=column > 0)
    G: Any = ((shares - x[:, None]) ** 2).sum(axis=0)
    room = 1.0 - float((x**2).sum())
    expected = room * H
    scale = room * (1.0 - H)
    gamma = np.full(sectors, np.nan)
    # A single plant, or a single region, leaves nothing to be surprised about.
    np.divide(G - expected, scale, out=gamma, where=scale > 1e-12)
    return Agglomeration(gamma, np.asarray(G), expected, H, plants)
