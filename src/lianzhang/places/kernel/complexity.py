"""Economic complexity (Hidalgo & Hausmann 2009), by one symmetric eigenproblem on the smaller side.

ECI is the second eigenvector of M̃ = D⁻¹ M U⁻¹ Mᵀ (D diversity, U ubiquity), PCI that of U⁻¹ Mᵀ D⁻¹ M. M̃ is
similar to the symmetric B Bᵀ with B = D^-½ M U^-½, and B Bᵀ and Bᵀ B share their spectrum: the smaller of the
two is solved and the other side follows by one product with M, so the large non-symmetric problem is never
formed.
"""

from __future__ import annotations

from typing import Any, Literal, cast

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike
from scipy.linalg import eigh
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import LinearOperator, eigsh

from lianzhang.places.kernel.relatedness import as_binary
from lianzhang.places.kernel.specialisation import SparseMatrix
from lianzhang.places.model import Complexity, FloatArray, IntArray

#: Above this side length Lanczos on the operator is cheaper than reducing the whole matrix.
_LAPACK_SIDE = 2_000
#: Eigenvalues closer than this are one: the vector between them is arbitrary.
_SAME = 1e-9


def complexity(M: ArrayLike | SparseMatrix, *, scale: Literal["each", "atlas"] = "each") -> Complexity:
    """ECI of regions and PCI of sectors.

    Sign: ECI correlates positively with diversity (if that correlation is zero, its largest entry is
    positive); PCI follows from it, a sector being complex when complex regions have it: PCI_i ∝ mean of ECI
    over its regions.

    Standardisation (mean and population standard deviation over what is ranked): ``each`` index by itself;
    ``atlas`` scales PCI by the mean and deviation of ECI, so that a region's ECI is the plain mean of its
    sectors' PCI.

    Empty rows and columns are left out (NaN). If the region–sector graph falls into unconnected components,
    the first eigenvalue repeats and the second vector would only tell them apart; so the component with most
    links is ranked (ties: the one with the first region), the rest is NaN, and every component's label is
    given.

    Args:
        M: (R, S) boolean, dense or sparse.
        scale: see above.

    Returns:
        Complexity with ``eci`` (R,), ``pci`` (S,).

    Raises:
        InputError: M is not a 0/1 matrix.
    """
    binary = as_binary(M)
    regions, sectors = binary.shape
    weights: Any = binary.astype(np.float64)
    diversity = np.asarray(weights.sum(axis=1)).ravel()
    ubiquity = np.asarray(weights.sum(axis=0)).ravel()
    row_label, column_label, n_components = _components(weights, diversity, ubiquity)
    eci, pci = np.full(regions, np.nan), np.full(sectors, np.nan)
    values = np.full(3, np.nan)
    unique = False
    if n_components:
        rows, columns = np.flatnonzero(row_label == 0), np.flatnonzero(column_label == 0)
        part = weights if rows.size == regions and columns.size == sectors else weights[rows][:, columns]
        d, u = diversity[rows], ubiquity[columns]
        values, kc = _second_vector(part, d, u)
        unique = bool(values[1] > _SAME and not (values[1] - values[2] <= _SAME))
        if unique:
            kc = kc * _orientation(kc, d)
            kp = (part.T @ kc) / (u * values[1])
            eci[rows] = (kc - kc.mean()) / kc.std()
            centre, spread = (kp.mean(), kp.std()) if scale == "each" else (kc.mean(), kc.std())
            pci[columns] = (kp - centre) / spread
    return Complexity(
        eci=eci,
        pci=pci,
        diversity=diversity.astype(np.int32),
        ubiquity=ubiquity.astype(np.int32),
        eigenvalues=values,
        region_component=row_label,
        sector_component=column_label,
        n_components=n_components,
        unique=unique,
    )


def _orientation(kc: FloatArray, diversity: FloatArray) -> float:
    centred = diversity - diversity.mean()
    along = float(centred @ (kc - kc.mean()))
    if abs(along) > 1e-9 * float(np.linalg.norm(centred)) * float(np.linalg.norm(kc)):
        return 1.0 if along > 0 else -1.0
    return 1.0 if kc[int(np.argmax(np.abs(kc)))] > 0 else -1.0


def _second_vector(part: Any, d: FloatArray, u: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Eigenvalues 1, λ₂, λ₃ and the second eigenvector of D⁻¹ M U⁻¹ Mᵀ (any scale)."""
    regions, sectors = part.shape
    side = min(regions, sectors)
    values = np.full(3, np.nan)
    if side < 2:
        values[0] = 1.0
        return values, np.zeros(regions)
    root_d, root_u = np.sqrt(d), np.sqrt(u)
    B: Any
    if sp.issparse(part):
        left: Any = sp.diags_array(1.0 / root_d)
        B = left @ part @ sp.diags_array(1.0 / root_u)
    else:
        B = part / root_d[:, None]
        B /= root_u
    small, by_regions = (B, True) if regions <= sectors else (B.T, False)
    if side <= _LAPACK_SIDE:
        product = small @ small.T
        S = product if isinstance(product, np.ndarray) else product.toarray()
        k = min(3, side)
        w, V = eigh(S, subset_by_index=(side - k, side - 1), check_finite=False, overwrite_a=True)
        values[:k] = w[::-1]
        v = V[:, -2]
    else:
        top = (root_d if by_regions else root_u) / np.sqrt(d.sum())

        # The first vector is known; taking it out leaves Lanczos with the two that are asked for.
        def apply(z: FloatArray) -> FloatArray:
            z = z.ravel()
            return cast("FloatArray", small @ (small.T @ z) - top * (top @ z))

        operator = LinearOperator((side, side), matvec=apply, dtype=np.float64)
        start = np.cos(np.arange(side, dtype=np.float64))
        w, V = eigsh(operator, k=2, which="LA", v0=start, ncv=min(side - 1, 60), tol=0.0)
        order = np.argsort(w)[::-1]
        values[:] = (1.0, w[order[0]], w[order[1]])
        v = V[:, order[0]]
    kc = v / root_d if by_regions else (B @ v) / root_d
    return values, np.asarray(kc)


def _components(weights: Any, diversity: FloatArray, ubiquity: FloatArray) -> tuple[IntArray, IntArray, int]:
    """Labels of connected components, most links first; -1 for empty rows and columns."""
    regions, sectors = weights.shape
    row_label = np.where(diversity > 0, 0, -1).astype(np.int32)
    column_label = np.where(ubiquity > 0, 0, -1).astype(np.int32)
    if not (diversity > 0).any():
        return row_label, column_label, 0
    if _reaches_all(weights, diversity, ubiquity):
        return row_label, column_label, 1
    links = sp.coo_array(weights)
    graph = sp.coo_array(
        (np.ones(links.nnz, dtype=np.int8), (links.coords[0], links.coords[1] + regions)),
        shape=(regions + sectors, regions + sectors),
    )
    _, label = connected_components(graph, directed=False)
    size = np.bincount(label[:regions], weights=diversity, minlength=int(label.max()) + 1)
    order = np.argsort(-size, kind="stable")
    order = order[size[order] > 0]
    rank = np.full(size.size, -1, dtype=np.int32)
    rank[order] = np.arange(order.size, dtype=np.int32)
    return rank[label[:regions]], rank[label[regions:]], int(order.size)


def _reaches_all(weights: Any, diversity: FloatArray, ubiquity: FloatArray) -> bool:
    """Whether all non-empty rows and columns hang together, told by a few products (the usual case)."""
    wanted = int((diversity > 0).sum())
    reached = np.zeros(diversity.size)
    reached[int(np.argmax(diversity))] = 1.0
    before = 1
    for _ in range(12):
        columns = (weights.T @ reached > 0).astype(np.float64)
        reached = (weights @ columns > 0).astype(np.float64)
        now = int(reached.sum())
        if now == wanted:
            return bool(((weights.T @ reached) > 0).sum() == (ubiquity > 0).sum())
        if now == before:
            return False
        before = now
    return False
