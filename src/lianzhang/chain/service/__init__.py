"""Store → arrays → kernel → result for clusters and chains."""

from lianzhang.chain.service.accounts import RegionalAccounts, io_table, regional_accounts
from lianzhang.chain.service.candidates import Candidate, candidates
from lianzhang.chain.service.clusters import Cluster, ClusterSystem, Tier, cluster_system
from lianzhang.chain.service.gaps import (
    Gap,
    Gaps,
    Owners,
    Rate,
    gaps,
    owners,
    supporting_rates,
)
from lianzhang.chain.service.nodes import ChainMap, Maker, Node, chain_map, chain_taxonomies

__all__ = [
    "Candidate",
    "ChainMap",
    "Cluster",
    "ClusterSystem",
    "Gap",
    "Gaps",
    "Maker",
    "Node",
    "Owners",
    "Rate",
    "RegionalAccounts",
    "Tier",
    "candidates",
    "chain_map",
    "chain_taxonomies",
    "cluster_system",
    "gaps",
    "io_table",
    "owners",
    "regional_accounts",
    "supporting_rates",
]
