"""A small hand-made region whose answers can be counted on fingers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lianzhang.i18n import Text
from lianzhang.pack import write_pack
from lianzhang.store import Reader, Store, load_pack

FACT = {"source_id": "s", "status": "official"}


def _rows(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    return [FACT | row for row in rows]


def small_tables() -> dict[str, list[dict[str, Any]]]:
    """Two districts, three divisions, two tiers with an overlap, a chain of two cuts, a two-sector table."""

    def named(key: str, value: str, **more: Any) -> dict[str, Any]:
        return {key: value, "name_zh": f"甲{value}", "name_en": f"Made-up {value}"} | more

    return {
        "sources": [{"source_id": "s", "title_zh": "甲来源", "title_en": "A source", "kind": "user"}],
        "regions": _rows(
            named("region_id", "r", level="city"),
            named("region_id", "r1", level="district", parent_id="r"),
            named("region_id", "r2", level="district", parent_id="r", valid_to="2024-12-31"),
            named("region_id", "far", level="province"),
        ),
        "sectors": _rows(
            named("sector_id", "g:C", classification="g", code="C", depth=1),
            *(
                named("sector_id", f"g:{c}", classification="g", code=c, depth=2, parent_id="g:C")
                for c in ("10", "20", "30")
            ),
            *(named("sector_id", f"io:{c}", classification="io", code=c, depth=1) for c in ("1", "2")),
        ),
        "sector_counts": _rows(
            *(
                {"region_id": r, "sector_id": f"g:{s}", "period": "2024", "enterprises": n}
                for r, counts in {"r": (60, 10, 20, 30), "r1": (33, 10, 3, 20), "r2": (27, 0, 17, 10)}.items()
                for s, n in zip(("C", "10", "20", "30"), counts, strict=True)
            )
        ),
        "taxonomies": _rows(
            named("taxonomy_id", "k", kind="clusters", version="1", main=True),
            named("taxonomy_id", "t", kind="chain", version="1", main=True, cluster_id="a"),
            named("taxonomy_id", "u", kind="chain", version="1", main=False, cluster_id="a"),
        ),
        "tiers": _rows(
            named("tier_id", "first", taxonomy_id="k", rank=1, members=2),
            named("tier_id", "second", taxonomy_id="k", rank=2, members=1),
        ),
        "clusters": _rows(
            named(
                "cluster_id",
                "a",
                taxonomy_id="k",
                tier_id="first",
                rank=1,
                level_cny=1e12,
                level_measure="scale",
            ),
            named("cluster_id", "b", taxonomy_id="k", tier_id="first", rank=2, level_cny=1e12),
            named("cluster_id", "c", taxonomy_id="k", tier_id="second", rank=1),
        ),
        "cluster_sectors": _rows(
            {"cluster_id": "a", "sector_id": "g:10", "main": True, "coverage": "whole"},
            {"cluster_id": "a", "sector_id": "g:20", "main": False, "coverage": "part"},
            {"cluster_id": "b", "sector_id": "g:20", "main": True, "coverage": "whole"},
            {"cluster_id": "b", "sector_id": "g:30", "main": True, "coverage": "touches"},
            {"cluster_id": "c", "sector_id": "g:20", "main": False, "coverage": "part"},
        ),
        "indicators": _rows(
            named(
                "indicator_id",
                "scale-a",
                unit="yuan",
                measure="level",
                flow=True,
                concept="scale",
                cluster_id="a",
            )
        ),
        "observations": _rows(
            *(
                {
                    "indicator_id": "scale-a",
                    "series": "main",
                    "region_id": "r",
                    "period": period,
                    "value": value,
                    "comparator": "=",
                    "preferred": True,
                }
                for period, value in (("2023", 4e11), ("2024", 5e11), ("2024-01..10", 4.2e11))
            )
        ),
        "nodes": _rows(
            named("node_id", "car", taxonomy_id="t", kind="product", rank=1),
            named("node_id", "sys", taxonomy_id="t", kind="system", rank=1, parent_id="car"),
            named("node_id", "asm", taxonomy_id="t", kind="assembly", rank=1, parent_id="sys"),
            *(
                named("node_id", f"n{i}", taxonomy_id="t", kind="component", rank=i, parent_id="asm")
                for i in range(1, 6)
            ),
            named("node_id", "n6", taxonomy_id="t", kind="component", rank=6, parent_id="asm")
            | {"status": "reconstructed"},
            named("node_id", "other", taxonomy_id="u", kind="component", rank=1),
        ),
        "node_links": _rows({"from_node": "other", "to_node": "n2", "kind": "same_as"}),
        "node_searches": _rows(
            *(
                {
                    "node_id": node,
                    "region_id": "r",
                    "searched_on": "2024-05-01",
                    "where_zh": "名录",
                    "where_en": "a list",
                    "complete": complete,
                }
                for node, complete in (("n3", True), ("n4", False))
            )
        ),
        "firms": _rows(
            named("firm_id", "f1", kind="company", region_id="r1"),
            named("firm_id", "f2", kind="company", region_id="r2"),
            named("firm_id", "f3", kind="company", region_id="far"),
            named("firm_id", "gone", kind="company", region_id="r1", closed="2020"),
        ),
        "firm_nodes": _rows(
            *(
                {"firm_id": f, "node_id": n, "activity": a, "evidence": "press", "evidence_date": d}
                for f, n, a, d in (
                    ("f1", "n1", "makes", "2023"),
                    ("f1", "n2", "makes", "2023"),
                    ("f2", "n2", "makes", "2024-06"),
                    ("f3", "n4", "makes", "2023"),
                    ("f1", "n5", "building", "2023"),
                    ("gone", "n5", "makes", "2019"),
                    ("f2", "asm", "makes", "2023"),
                )
            )
        ),
        "io_tables": _rows(named("io_table_id", "io", region_id="r", period="2023", main=True)),
        "io_sectors": _rows(
            {"io_table_id": "io", "sector_id": "io:1", "rank": 1, "output_cny": 100.0},
            {"io_table_id": "io", "sector_id": "io:2", "rank": 2, "output_cny": 200.0},
        ),
        "io_flows": _rows(
            *(
                {"io_table_id": "io", "from_sector": f"io:{i}", "to_sector": f"io:{j}", "value_cny": v}
                for i, j, v in ((1, 1, 10.0), (1, 2, 40.0), (2, 1, 30.0), (2, 2, 20.0))
            )
        ),
        "io_final_demand": _rows(
            *(
                {"io_table_id": "io", "sector_id": f"io:{i}", "category": c, "value_cny": v}
                for i, c, v in (
                    (1, "household", 80.0),
                    (1, "net_outflow", -30.0),
                    (2, "household", 130.0),
                    (2, "net_outflow", 20.0),
                )
            )
        ),
        "io_value_added": _rows(
            {"io_table_id": "io", "sector_id": "io:1", "component": "compensation", "value_cny": 60.0},
            {"io_table_id": "io", "sector_id": "io:1", "component": "total", "value_cny": 60.0},
            {"io_table_id": "io", "sector_id": "io:2", "component": "compensation", "value_cny": 140.0},
        ),
    }


@pytest.fixture(scope="session")
def small_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The small region, loaded through the same door as any pack."""
    folder = tmp_path_factory.mktemp("small")
    write_pack(
        folder / "pack",
        small_tables(),
        name="small",
        title=Text("小区域", "Small region"),
        region="r",
        as_of="2024-12-31",
        version="1",
    )
    store = Store(folder / "store")
    load_pack(store, folder / "pack")
    return store


@pytest.fixture
def small(small_store: Store) -> Iterator[Reader]:
    """A reader of the small region."""
    with small_store.reader("small") as reader:
        yield reader


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Reader]:
    """A region of which only the name is known."""
    tables = {name: rows for name, rows in small_tables().items() if name in ("sources", "regions")}
    write_pack(
        tmp_path / "pack", tables, name="empty", title=Text("空", "Empty"), region="r", as_of="2024-12-31"
    )
    store = Store(tmp_path / "store")
    load_pack(store, tmp_path / "pack")
    with store.reader("empty") as reader:
        yield reader
