"""A made-up input–output table that balances to the yuan."""

from __future__ import annotations

import numpy as np

from lianzhang.synth.model import PROVENANCE, ROOT, Size
from lianzhang.synth.places import Rows, io_ids

TABLE = "io-synth-2023"
_DEMAND = {"household": 0.45, "government": 0.15, "fixed_capital": 0.3, "export": 0.18, "outflow": 0.2}
_LEAVING = {"import": 0.1, "inflow": 0.18}
_ADDED = {"compensation": 0.5, "net_taxes": 0.12, "depreciation": 0.15}


def input_output(size: Size, rng: np.random.Generator) -> dict[str, Rows]:
    """Head, sectors, flows, final demand and value added of a table in whole yuan.

    Rows balance, x_i = Σ_j z_ij + Σ_c f_ic (imports and inflows negative), and columns, x_j = Σ_i z_ij + Σ_k v_jk,
    exactly; every entry of value added is positive.
    """
    n = size.io_sectors
    ids = io_ids(size)
    coefficients = rng.gamma(0.35, 1.0, (n, n))
    coefficients *= rng.uniform(0.4, 0.7, n) / coefficients.sum(axis=0)
    net_demand = rng.lognormal(24, 0.8, n)
    output = np.linalg.solve(np.eye(n) - coefficients, net_demand)
    flows = np.rint(coefficients * output)
    # Shares of net final demand that add up to one over all categories before rounding.
    shares = _DEMAND | {c: -s for c, s in _LEAVING.items()}
    demand = {c: np.rint(net_demand * s * rng.uniform(0.8, 1.2, n)) for c, s in shares.items()}
    gross = flows.sum(axis=1) + sum(demand.values())
    added = gross - flows.sum(axis=0)
    # A sector whose demand came out too small for its inputs gets the rest as fixed capital.
    short = np.maximum(np.rint(0.2 * gross) - added, 0)
    demand["fixed_capital"] += short
    gross, added = gross + short, added + short
    parts = {c: np.rint(added * s) for c, s in _ADDED.items()}
    parts["surplus"] = added - sum(parts.values())
    return {
        "io_tables": [
            {
                "io_table_id": TABLE,
                "name_zh": "岚谷省2023年投入产出表（虚构）",
                "main": True,
                "period": "2023",
            }
            | {"name_en": "Input–output table of Langu 2023 (made up)", "region_id": ROOT}
            | PROVENANCE
        ],
        "io_sectors": [
            {"io_table_id": TABLE, "sector_id": s, "rank": i + 1, "output_cny": float(gross[i])} | PROVENANCE
            for i, s in enumerate(ids)
        ],
        "io_flows": [
            {
                "io_table_id": TABLE,
                "from_sector": ids[i],
                "to_sector": ids[j],
                "value_cny": float(flows[i, j]),
            }
            | PROVENANCE
            for i, j in np.argwhere(flows != 0).tolist()
        ],
        "io_final_demand": [
            {"io_table_id": TABLE, "sector_id": s, "category": c, "value_cny": float(values[i])} | PROVENANCE
            for i, s in enumerate(ids)
            for c, values in demand.items()
        ],
        "io_value_added": [
            {"io_table_id": TABLE, "sector_id": s, "component": c, "value_cny": float(values[i])} | PROVENANCE
            for i, s in enumerate(ids)
            for c, values in parts.items()
        ],
    }
