"""A made-up cluster system "2357" and a made-up chain with one product, two systems, four assemblies, nine parts."""

from __future__ import annotations

import numpy as np

from lianzhang.i18n import Text
from lianzhang.synth.model import PROVENANCE, ROOT, Size
from lianzhang.synth.names import DIVISIONS
from lianzhang.synth.places import Rows, io_of_division

CLUSTERS = "2357-synth"
CHAIN = "chain-synth"
_TIERS = (
    ("lead", "引领集群", "Leading", 2, 1e12),
    ("pillar", "支撑集群", "Supporting", 3, 2e11),
    ("special", "特色集群", "Special", 5, 5e10),
    ("seed", "苗圃集群", "Seedling", 7, None),
)


def cluster_ids() -> list[str]:
    """Ids of the clusters in order."""
    return [
        f"{tier}-{number}" for tier, _zh, _en, members, _level in _TIERS for number in range(1, members + 1)
    ]


def taxonomies() -> Rows:
    """The cluster system and the chain."""
    return [
        {
            "taxonomy_id": CLUSTERS,
            "kind": "clusters",
            "name_zh": "“2357”集群体系（虚构）",
            "version": "1",
            "main": True,
        }
        | {"name_en": "“2357” cluster system (made up)"}
        | PROVENANCE,
        {
            "taxonomy_id": CHAIN,
            "kind": "chain",
            "name_zh": "飞行滑板产业链（虚构）",
            "version": "1",
            "main": True,
        }
        | {"name_en": "Chain of flying skateboards (made up)", "cluster_id": "lead-1"}
        | PROVENANCE,
    ]


def tiers() -> Rows:
    """The four tiers."""
    return [
        {
            "tier_id": tier,
            "taxonomy_id": CLUSTERS,
            "rank": rank,
            "name_zh": zh,
            "name_en": en,
            "members": members,
        }
        | PROVENANCE
        for rank, (tier, zh, en, members, _level) in enumerate(_TIERS, start=1)
    ]


def clusters() -> Rows:
    """The seventeen clusters; those of the last tier have no level."""
    rows: Rows = []
    names = _cluster_names()
    for tier, _zh, _en, members, level in _TIERS:
        for number in range(1, members + 1):
            cluster_id = f"{tier}-{number}"
            rows.append(
                {
                    "cluster_id": cluster_id,
                    "taxonomy_id": CLUSTERS,
                    "tier_id": tier,
                    "rank": number,
                    "name_zh": names[cluster_id].zh,
                    "name_en": names[cluster_id].en,
                    "level_cny": level,
                    "level_deadline": None if level is None else "2030",
                    "level_measure": None if level is None else "output_value",
                }
                | PROVENANCE
            )
    return rows


def _cluster_names() -> dict[str, Text]:
    """A cluster is named after the first division that counts in it."""
    named: dict[str, Text] = {}
    for code, cluster_id in _main_cluster().items():
        name = DIVISIONS[code]
        named.setdefault(cluster_id, Text(f"{name.zh.removesuffix('制造业')}集群", f"{name.en} cluster"))
    return named


def _main_cluster() -> dict[str, str]:
    """Division → the one cluster in which it is counted; vehicles lead."""
    ids = cluster_ids()
    codes = ["36", *(code for code in DIVISIONS if code != "36")]
    return {code: ids[index % len(ids)] for index, code in enumerate(codes)}


def cluster_sectors() -> Rows:
    """Divisions to clusters: one main cluster each, and electronics touches the leading one too."""
    rows: Rows = [
        {"cluster_id": cluster, "sector_id": f"gb4754:{code}", "main": True, "coverage": "whole"} | PROVENANCE
        for code, cluster in _main_cluster().items()
    ]
    rows.append(
        {"cluster_id": "lead-1", "sector_id": "gb4754:39", "main": False, "coverage": "touches"} | PROVENANCE
    )
    return rows


_PARTS = (
    (
        "drive",
        "驱动系统",
        "Drive system",
        (("rotor", "旋翼总成", "Rotor unit"), ("power", "供能总成", "Power unit")),
    ),
    (
        "control",
        "操控系统",
        "Control system",
        (("sense", "感知总成", "Sensing unit"), ("deck", "踏板总成", "Deck unit")),
    ),
)
_COMPONENTS = {
    "rotor": (("blade", "叶片", "Blade"), ("motor", "微电机", "Micro motor")),
    "power": (
        ("cell", "电芯", "Cell"),
        ("case", "电池壳", "Battery case"),
        ("charger", "充电座", "Charging dock"),
    ),
    "sense": (("gyro", "陀螺仪", "Gyroscope"), ("radar", "测距雷达", "Range radar")),
    "deck": (("board", "复合板", "Composite board"), ("strap", "脚绑带", "Foot strap")),
}
_DIVISION_OF = {"product": "37", "system": "37", "assembly": "38", "component": "39"}


def chain(size: Size, rng: np.random.Generator) -> dict[str, Rows]:
    """Nodes, their sectors, supply links, searches and assignments to districts."""
    nodes: Rows = []

    def add(
        node_id: str, kind: str, parent: str | None, rank: int, zh: str, en: str, share: float | None
    ) -> None:
        nodes.append(
            {"node_id": node_id, "taxonomy_id": CHAIN, "kind": kind, "parent_id": parent, "rank": rank}
            | {"name_zh": zh, "name_en": en, "value_share": share}
            | PROVENANCE
        )

    add("board", "product", None, 1, "飞行滑板", "Flying skateboard", None)
    shares = iter(np.round(rng.dirichlet(np.full(9, 3.0)), 3).tolist())
    for s, (system, zh, en, assemblies) in enumerate(_PARTS, start=1):
        add(system, "system", "board", s, zh, en, None)
        for a, (assembly, a_zh, a_en) in enumerate(assemblies, start=1):
            add(assembly, "assembly", system, a, a_zh, a_en, None)
            for c, (part, c_zh, c_en) in enumerate(_COMPONENTS[assembly], start=1):
                add(f"{assembly}-{part}", "component", assembly, c, c_zh, c_en, next(shares))
    to_io = io_of_division(size)
    sectors: Rows = []
    for node in nodes:
        division = _DIVISION_OF[str(node["kind"])]
        for sector in (f"gb4754:{division}", to_io[division]):
            sectors.append({"node_id": node["node_id"], "sector_id": sector} | PROVENANCE)
    links: Rows = [
        {"from_node": node["node_id"], "to_node": node["parent_id"], "kind": "supplies"} | PROVENANCE
        for node in nodes
        if node["parent_id"] is not None
    ]
    components = [str(n["node_id"]) for n in nodes if n["kind"] == "component"]
    searches: Rows = [
        {"node_id": node, "region_id": ROOT, "searched_on": "2024-12-31", "complete": index % 2 == 0}
        | {"where_zh": "虚构登记册", "where_en": "made-up register"}
        | PROVENANCE
        for index, node in enumerate(components[:6])
    ]
    ids = size.district_ids
    placed: Rows = [
        {"node_id": node, "region_id": ids[int(rng.integers(len(ids)))]} | PROVENANCE for node in components
    ]
    return {
        "nodes": nodes,
        "node_sectors": sectors,
        "node_links": links,
        "node_searches": searches,
        "node_regions": placed,
    }
