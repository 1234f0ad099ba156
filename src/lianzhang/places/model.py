"""Results of the words about places, frozen, with units.

Shapes: ``R`` regions (districts, provinces), ``S`` sectors. NaN means not defined, never zero.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Concentration:
    """Herfindahl–Hirschman concentration of each row.

    ``herfindahl`` (n,), between 1/cells and 1; ``effective_number`` (n,) is its inverse: the number of
    equally large cells with the same index; ``normalised`` (n,) is 0 for an even spread over all cells and 1
    for one cell. All without unit; NaN for an empty row (``normalised`` also where there is only one cell).
    """

    herfindahl: FloatArray
    effective_number: FloatArray
    normalised: FloatArray


@dataclass(frozen=True, slots=True)
class Agglomeration:
    """Ellison–Glaeser agglomeration of each sector (S,), without unit.

    ``gamma`` is 0 when plants are spread as if by darts thrown at the regions' sizes, positive when they
    cluster beyond what large plants explain, negative when they keep apart. ``raw_concentration`` is G, and
    ``expected_concentration`` what plant sizes alone let expect, (1 - Σ x_r²) H. ``plant_herfindahl`` is H.
    NaN where the sector has no plants or a single one (H = 1), or where one region holds all activity.
    """

    gamma: FloatArray
    raw_concentration: FloatArray
    expected_concentration: FloatArray
    plant_herfindahl: FloatArray
    plants: IntArray


@dataclass(frozen=True, slots=True)
class Relatedness:
    """Proximity of sectors and relatedness density, without unit, both between 0 and 1.

    ``proximity`` (S, S) symmetric, or None when only densities were asked for; rows and columns of sectors in
    which no region is specialised are NaN. ``density`` (R, S), NaN in the columns of those sectors.
    """

    proximity: FloatArray | None
    density: FloatArray


@dataclass(frozen=True, slots=True)
class Complexity:
    """Economic and product complexity, standardised, without unit.

    ``eci`` (R,) and ``pci`` (S,); NaN outside the component that was ranked and where undefined.
    ``diversity`` (R,) and ``ubiquity`` (S,) are counts. ``eigenvalues`` (3,) are 1, λ₂ and λ₃ of the
    normalised matrix of the ranked component (NaN where it has fewer). ``region_component`` (R,) and
    ``sector_component`` (S,) label the connected components of the region–sector graph, largest first, -1 for
    an empty row or column; only component 0 is ranked, since indices of unconnected components cannot be
    compared. ``unique`` is False when λ₂ and λ₃ coincide, that is, when the index is not determined by the
    data; ``eci`` and ``pci`` are then NaN.
    """

    eci: FloatArray
    pci: FloatArray
    diversity: IntArray
    ubiquity: IntArray
    eigenvalues: FloatArray
    region_component: IntArray
    sector_component: IntArray
    n_components: int
    unique: bool
