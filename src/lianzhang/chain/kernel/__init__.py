"""Kernels of ``chain``: arrays in, arrays out."""

from lianzhang.chain.kernel.coverage import grade_nodes, rate_by_count, rate_by_purchases, rate_by_value
from lianzhang.chain.kernel.gaps import classify_gaps, exposure, rank_gaps, rank_sensitivity, value_at_stake
from lianzhang.chain.kernel.io import (
    check_balance,
    extract,
    ghosh_solve,
    inflow_content,
    linkages,
    multipliers,
    multipliers_closed,
    weak_links,
)
from lianzhang.chain.kernel.leontief import LeontiefSystem, coefficients, factorise
from lianzhang.chain.kernel.regional import charm, charm_heterogeneity, supply_demand_pool
from lianzhang.chain.kernel.rollup import distance_to_level, owners_and_followers, roll_up

__all__ = [
    "LeontiefSystem",
    "charm",
    "charm_heterogeneity",
    "check_balance",
    "classify_gaps",
    "coefficients",
    "distance_to_level",
    "exposure",
    "extract",
    "factorise",
    "ghosh_solve",
    "grade_nodes",
    "inflow_content",
    "linkages",
    "multipliers",
    "multipliers_closed",
    "owners_and_followers",
    "rank_gaps",
    "rank_sensitivity",
    "rate_by_count",
    "rate_by_purchases",
    "rate_by_value",
    "roll_up",
    "supply_demand_pool",
    "value_at_stake",
    "weak_links",
]
