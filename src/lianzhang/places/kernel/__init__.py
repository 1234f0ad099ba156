"""Kernels of ``places``: arrays in, arrays out."""

from lianzhang.places.kernel.complexity import complexity
from lianzhang.places.kernel.relatedness import proximity, relatedness, relatedness_density, relative_density
from lianzhang.places.kernel.specialisation import ellison_glaeser, herfindahl, location_quotient, specialised

__all__ = [
    "complexity",
    "ellison_glaeser",
    "herfindahl",
    "location_quotient",
    "proximity",
    "relatedness",
    "relatedness_density",
    "relative_density",
    "specialised",
]
