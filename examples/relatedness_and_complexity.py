"""Location quotients, relatedness and complexity from a matrix of counts: districts × sectors.

    python examples/relatedness_and_complexity.py

The counts are made here: eight districts, ten sectors, from simple trades that every district has to demanding ones that
only broad districts have.
"""

import numpy as np

import lianzhang as lz

DISTRICTS = ["Harbour", "Old Town", "Riverside", "Hillside", "Airport", "Lakes", "Quarry", "Border"]
SECTORS = [
    "food",
    "wood",
    "stone",
    "metal",
    "plastics",
    "machines",
    "motors",
    "vehicles",
    "chips",
    "instruments",
]


def made_up_counts(seed: int = 4) -> np.ndarray:
    """(8, 10) enterprises: a district of breadth b has sector s the likelier, the more b exceeds what s demands."""
    rng = np.random.default_rng(seed)
    breadth = np.linspace(2.0, -1.0, len(DISTRICTS))[:, None]
    demand = np.linspace(-2.0, 2.0, len(SECTORS))[None, :]
    return rng.poisson(60 / (1 + np.exp(-2.5 * (breadth - demand)))) + rng.poisson(
        2, (len(DISTRICTS), len(SECTORS))
    )


def main() -> None:
    """Print what each district is special in, what lies near, and how complex it is."""
    counts = made_up_counts()
    quotient = lz.location_quotient(counts)
    special = lz.specialised(counts)
    density = lz.relatedness_density(special)
    found = lz.complexity(special)

    print(f"{'district':10} {'ECI':>6} {'kinds':>6}  special in / nearest that is missing")
    for c in np.argsort(-found.eci):
        strongest = sorted(np.flatnonzero(special[c]), key=lambda i: -quotient[c, i])[:3]
        missing = np.flatnonzero(~special[c])
        nearest = missing[np.argmax(density[c, missing])]
        names = ", ".join(f"{SECTORS[i]} ({quotient[c, i]:.1f})" for i in strongest)
        print(f"{DISTRICTS[c]:10} {found.eci[c]:6.2f} {found.diversity[c]:6d}  {names} / {SECTORS[nearest]}")
    order = np.argsort(-found.pci)
    print("sectors, most complex first:", ", ".join(SECTORS[i] for i in order))
    print(f"effective number of sectors: {np.round(lz.herfindahl(counts).effective_number, 1).tolist()}")


if __name__ == "__main__":
    main()
