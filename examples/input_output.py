"""Multipliers, linkages and hypothetical extraction from the bundled input–output table of Chongqing, 2023.

    python examples/input_output.py

The table is loaded into a store in a temporary folder and read from there as arrays.
"""

import tempfile

import numpy as np

import lianzhang as lz


def main() -> None:
    """Print the sectors that pull the city most, the vehicle sector's purchases, and what its loss would cost."""
    with tempfile.TemporaryDirectory() as folder:
        store = lz.Store(folder)
        lz.load_pack(store, "chongqing")
        with store.reader("chongqing") as reader:
            _, table, _, labels = lz.io_table(reader)
    names = [label.en for label in labels]
    outflow = table.F[:, list(table.border)].sum(axis=1)

    # With regional purchase coefficients the multipliers stay in the region: what is bought outside does not count.
    purchases = lz.supply_demand_pool(table.x, outflow)
    local = lz.factorise(table.Z, table.x, local_share=np.nan_to_num(purchases.r))
    everywhere = lz.factorise(table.Z, table.x)
    inside, outside = lz.multipliers(local).output, lz.multipliers(everywhere).output
    links = lz.linkages(local)
    loss = lz.hypothetical_extraction(local)

    print(f"{len(names)} sectors, output {table.x.sum() / 1e12:.2f} trillion yuan")
    print(f"{'sector':46} {'local':>6} {'all':>6} {'back':>6} {'lost':>6}")
    for j in np.argsort(-loss.share)[:8]:
        print(
            f"{names[j][:46]:46} {inside[j]:6.2f} {outside[j]:6.2f} "
            f"{links.backward_index[j]:6.2f} {100 * loss.share[j]:5.1f}%"
        )
    inflow = np.argsort(-(purchases.inflow - purchases.outflow))[:3]
    print("largest net inflow:", ", ".join(names[i] for i in inflow))


if __name__ == "__main__":
    main()
