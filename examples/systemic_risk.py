"""Systemic risk of every firm in a small network of five firms and four sectors.

    python examples/systemic_risk.py

A chip maker sells to two assemblers, a box maker to one of them; the assemblers sell to a shop. Chips are essential for
assembly, boxes are not.
"""

import numpy as np

import lianzhang as lz

FIRMS = ("chips", "boxes", "assembler A", "assembler B", "shop")
SECTORS = ("chips", "packaging", "assembly", "trade")


def network() -> lz.FirmNetwork:
    """Links are (supplier, buyer, yearly sales); types say what a buyer's sector needs of a supplier's."""
    links = [(0, 2, 40.0), (0, 3, 20.0), (1, 2, 5.0), (2, 4, 100.0), (3, 4, 50.0)]
    types = np.zeros((4, 4), np.int8)
    types[0, 2] = 2  # chips are essential for assembly: what is lacking stops production in proportion
    types[1, 2] = 1  # boxes are not: what is lacking counts by its share in all inputs
    types[2, 3] = 1  # nor are assembled goods for trade
    return lz.FirmNetwork(
        supplier=np.array([a for a, _, _ in links]),
        buyer=np.array([b for _, b, _ in links]),
        sales=np.array([w for _, _, w in links]),
        sector=np.array([0, 1, 2, 2, 3]),
        types=types,
        firm_ids=FIRMS,
        sector_labels=SECTORS,
    )


def main() -> None:
    """Print the index of every firm, and the way a failure of the chip maker takes."""
    firms = network()
    risk = lz.esri(firms, converged=True)
    print(f"{'firm':12} {'ESRI':>6} {'down':>6} {'up':>6}")
    for i in np.argsort(-risk.esri):
        print(f"{FIRMS[i]:12} {risk.esri[i]:6.3f} {risk.downstream[i]:6.3f} {risk.upstream[i]:6.3f}")

    capacity = np.ones(len(FIRMS))
    capacity[0] = 0.0
    for hit in lz.failure_scenario(firms, capacity, converged=True).affected:
        print(f"{hit.firm}: loses {100 * hit.loss:.0f} % ({' → '.join(hit.path)})")

    # Day by day: the chip maker stands still for 20 days, everybody holds ten days of stock.
    event = lz.ShockEvent(firms=("chips",), start_day=1, duration_days=20)
    run = lz.shock(firms, lz.ShockScenario("chips stop", (event,), days=60, stock_days=10.0))
    for name, day, lost in zip(FIRMS, run.first_stopped_day, run.loss_days, strict=True):
        print(
            f"{name}: {'does not stop' if day < 0 else f'stops on day {day}'}, loses {lost:.1f} days of output"
        )


if __name__ == "__main__":
    main()
