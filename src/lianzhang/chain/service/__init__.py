"""Store → arrays → kernel → result for clusters and chains."""

from lianzhang.chain.service.accounts import RegionalAccounts, io_table, regional_accounts
from lianzhang.chain.service.clusters import Cluster, ClusterSystem, Tier, cluster_system
from lianzhang.chain.service.nodes import ChainMap, Maker, Node, chain_map, chain_taxonomies

__all__ = [
    "ChainMap",
    "Cluster",
    "ClusterSystem",
    "Maker",
    "Node",
    "RegionalAccounts",
    "Tier",
    "chain_map",
    "chain_taxonomies",
    "cluster_system",
    "io_table",
    "regional_accounts",
]
