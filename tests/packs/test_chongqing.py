"""The bundled Chongqing pack: exactly what its script builds, cited; its places, clusters and chain."""

from __future__ import annotations

import json
import math
import re
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from lianzhang.pack import check
from lianzhang.schema import STATUSES, tables
from lianzhang.units import UNITS
from tests.packs.chongqing import (
    CITY,
    FOLDER,
    REPO,
    SCRIPT,
    by,
    districts,
    rows,
)


class TestPackage:
    def test_rebuild_gives_the_same_bytes(self, tmp_path: Path) -> None:
        subprocess.run([sys.executable, str(SCRIPT), str(tmp_path)], check=True, capture_output=True)
        built = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
        kept = {path.name: path.read_bytes() for path in FOLDER.iterdir()}
        assert sorted(built) == sorted(kept)
        changed = [name for name in sorted(built) if built[name] != kept[name]]
        assert not changed

    def test_check_finds_nothing(self) -> None:
        report = check(FOLDER)
        assert report.ok, report.render("en")
        assert report.counts() == {}, report.render("en")

    def test_description_follows_the_schema(self) -> None:
        described = json.loads((FOLDER / "datapackage.json").read_text(encoding="utf-8"))
        assert described["name"] == "chongqing"
        assert described["lianzhang"]["region"] == CITY
        for resource in described["resources"]:
            assert (FOLDER / resource["path"]).is_file()
            fields = [field["name"] for field in resource["schema"]["fields"]]
            assert tuple(fields) == tables()[resource["name"]].column_names

    def test_every_row_is_cited(self) -> None:
        known = set(by("sources", "source_id"))
        for name, table in tables().items():
            if not (FOLDER / f"{name}.csv").is_file() or "source_id" not in table.references:
                continue
            assert {row["source_id"] for row in rows(name)} <= known, name
            assert {row["status"] for row in rows(name)} <= set(STATUSES), name

    def test_every_source_is_used_and_told(self) -> None:
        used = {
            row["source_id"]
            for name in tables()
            if (FOLDER / f"{name}.csv").is_file()
            for row in rows(name)
            if name != "sources"
        }
        assert {row["source_id"] for row in rows("sources")} - used == set()
        assert all(row["title_zh"] and row["title_en"] and row["licence"] for row in rows("sources"))

    def test_no_scale_words_in_units(self) -> None:
        for row in rows("indicators") + rows("statements"):
            assert not re.search("[万亿百千]", row["unit"]), row
        assert {"yuan", "vehicles", "%", "t", "persons"} <= {row["unit"] for row in rows("indicators")} & set(
            UNITS
        )

    def test_explanation_tells_the_right_numbers(self) -> None:
        text = (REPO / "docs" / "explanation" / "chongqing-pack.md").read_text(encoding="utf-8")
        told = re.findall(r"`(\w+)` \| ([\d,]+)", text)
        assert len(told) > 10
        assert {name: int(number.replace(",", "")) for name, number in told} == {
            name: len(rows(name)) for name, _number in told
        }


class TestPlaces:
    def test_38_units_become_37(self) -> None:
        before, after = districts("2026-01-24"), districts("2026-01-25")
        assert len(before) == 38
        assert len(after) == 37
        assert set(before) - set(after) == {"500105", "500112"}
        assert set(after) - set(before) == {"cq-liangjiang"}

    @pytest.mark.parametrize("day", ["2025-12-31", "2026-01-25"])
    def test_hexes_do_not_overlap_and_hang_together(self, day: str) -> None:
        cells = {
            (int(row["q"]), int(row["r"])): row["region_id"]
            for row in rows("geo_hexes")
            if row["region_id"] in districts(day)
        }
        assert len(cells) == len(districts(day))
        reached, todo = set(), [next(iter(cells))]
        while todo:
            q, r = todo.pop()
            if (q, r) in cells and (q, r) not in reached:
                reached.add((q, r))
                todo += [(q + 1, r), (q - 1, r), (q, r + 1), (q, r - 1), (q + 1, r - 1), (q - 1, r + 1)]
        assert reached == set(cells)

    def test_hexes_follow_the_map(self) -> None:
        points = by("geo_points", "region_id")
        cells = [row for row in rows("geo_hexes") if row["region_id"] in districts("2025-12-31")]
        east = [int(row["q"]) + int(row["r"]) / 2 for row in cells]
        south = [float(row["r"]) for row in cells]
        lon = [float(points[row["region_id"]]["lon"]) for row in cells]
        lat = [float(points[row["region_id"]]["lat"]) for row in cells]
        assert spearman(east, lon) > 0.95
        assert spearman(south, lat) < -0.9

    def test_neighbours_on_the_hex_map_are_near(self) -> None:
        """Cells that touch lie closer together than the average pair, and every nearest neighbour is within three cells."""
        points = by("geo_points", "region_id")
        cells = {
            row["region_id"]: (int(row["q"]), int(row["r"]))
            for row in rows("geo_hexes")
            if row["region_id"] in districts("2025-12-31")
        }
        for region in cells:
            nearest = min(
                (other for other in cells if other != region), key=lambda o: _km(points[region], points[o])
            )
            assert _steps(cells[region], cells[nearest]) <= 3, (region, nearest)

    def test_groups(self) -> None:
        members = defaultdict(set)
        for row in rows("region_members"):
            members[row["group_id"]].add(row["member_id"])
        assert len(members["cq-group-west"]) == 8
        areas = [
            "cq-group-centre",
            "cq-group-west",
            "cq-group-east",
            "cq-group-northeast",
            "cq-group-southeast",
        ]
        covered = [member for area in areas for member in members[area] if member != "cq-liangjiang"]
        assert sorted(covered) == sorted(districts("2025-12-31"))
        assert members["cq-group-changfudianliang"] == {"500115", "500102", "500231", "500155"}
        assert members["cq-group-wankaiyun"] == {"500101", "500154", "500235"}

    def test_sector_counts_add_up(self) -> None:
        count = {
            (row["region_id"], row["sector_id"]): int(row["enterprises"]) for row in rows("sector_counts")
        }
        assert len(count) == 32 * 39
        divisions = {sector for _region, sector in count} - {"gb4754:C"}
        units = set(districts("2025-12-31"))
        assert len(divisions) == 31
        for region in units | {CITY}:
            assert sum(count[region, sector] for sector in divisions) == count[region, "gb4754:C"]
        for sector in divisions:
            assert sum(count[region, sector] for region in units) == count[CITY, sector]
        assert count[CITY, "gb4754:C"] == 64387

    def test_districts_add_up_to_the_city(self) -> None:
        for indicator in ("gdp", "above_scale_revenue", "above_scale_profit"):
            parts = [
                float(row["value"])
                for row in rows("observations")
                if row["indicator_id"] == indicator and row["source_id"] == "cq-yb2025-districts"
            ]
            whole = [
                float(row["value"])
                for row in rows("observations")
                if (row["indicator_id"], row["region_id"], row["period"], row["sector_id"])
                == (indicator, CITY, "2024", "")
                and row["source_id"].startswith("cq-yb2025")
            ]
            assert len(parts) == 38
            assert sum(parts) == pytest.approx(whole[0], rel=1e-5)


class TestClusters:
    def test_33618_has_exactly_its_members(self) -> None:
        tiers = Counter(row["tier_id"] for row in rows("clusters") if row["taxonomy_id"] == "33618-2023")
        assert tiers == {
            "33618-leading": 3,
            "33618-pillar": 3,
            "33618-characteristic": 6,
            "33618-future": 6,
            "33618-high-growth": 12,
        }
        stated = {row["tier_id"]: int(row["members"]) for row in rows("tiers")}
        assert all(stated[tier] == number for tier, number in tiers.items())

    def test_levels_only_where_a_source_states_them(self) -> None:
        levels = {
            "33618-leading": "1000000000000",
            "33618-pillar": "500000000000",
            "33618-characteristic": "100000000000",
        }
        for row in rows("clusters"):
            assert row["level_cny"] == levels.get(row["tier_id"], "")
            assert row["level_deadline"] == ""

    def test_back_translations_are_marked(self) -> None:
        for row in rows("clusters"):
            if row["tier_id"] in ("33618-future", "33618-high-growth") or row["taxonomy_id"] == "future-2024":
                assert row["status"] == "derived"
                assert "translated back" in row["note"]

    def test_later_future_industries_are_a_second_version(self) -> None:
        tiers = Counter(row["tier_id"] for row in rows("clusters") if row["taxonomy_id"] == "future-2024")
        assert tiers == {"future-2024-six": 6, "future-2024-three": 3}
        assert [
            row["taxonomy_id"]
            for row in rows("taxonomies")
            if row["kind"] == "clusters" and row["main"] == "true"
        ] == ["33618-2023"]

    def test_concordance(self) -> None:
        main = Counter(row["sector_id"] for row in rows("cluster_sectors") if row["main"] == "true")
        assert set(main.values()) == {1}
        manufacturing = {f"gb4754:{code}" for code in range(13, 44)}
        # Tobacco, fuels, other manufacturing, waste and repair belong to none of the clusters.
        assert manufacturing - set(main) == {f"gb4754:{code}" for code in (16, 25, 41, 42, 43)}
        clusters = {row["cluster_id"] for row in rows("cluster_sectors")}
        assert clusters == {
            row["cluster_id"] for row in rows("clusters") if row["taxonomy_id"] == "33618-2023"
        }
        for row in rows("cluster_sectors"):
            assert row["note"], row
            assert (row["share"] == "1") == (row["coverage"] == "whole")
            assert not (row["main"] == "true" and row["coverage"] == "touches")

    def test_chips_count_once_and_show_twice(self) -> None:
        chips = {
            row["cluster_id"]: row["main"]
            for row in rows("cluster_sectors")
            if row["sector_id"] == "gb4754:3973"
        }
        assert chips == {"33618-electronics": "true", "33618-power-semiconductors": "false"}


class TestChain:
    def test_3_12_56(self) -> None:
        nodes = [row for row in rows("nodes") if row["taxonomy_id"] == "icnev-3-12-56"]
        kinds = Counter(row["kind"] for row in nodes)
        assert kinds == {"product": 1, "system": 3, "assembly": 12, "component": 56}
        parent = {row["node_id"]: row["parent_id"] for row in nodes}
        system = Counter(parent[row["parent_id"]] for row in nodes if row["kind"] == "component")
        assert system == {"icnev-ne": 23, "icnev-ic": 18, "icnev-tr": 15}
        assemblies = Counter(row["parent_id"] for row in nodes if row["kind"] == "assembly")
        assert assemblies == {"icnev-ne": 5, "icnev-ic": 4, "icnev-tr": 3}

    def test_reconstructed_components_are_told_apart(self) -> None:
        components = [row for row in rows("nodes") if row["kind"] == "component"]
        assert Counter(row["status"] for row in components) == {
            "official": 8,
            "derived": 4,
            "reconstructed": 44,
        }
        for row in components:
            assert (row["status"] == "reconstructed") == (row["source_id"] == "lz-chain")
            assert ("not official" in row["note"]) == (row["status"] == "reconstructed")

    def test_no_value_share_is_invented(self) -> None:
        assert {row["value_share"] for row in rows("nodes")} == {""}

    def test_three_electrics_lie_on_the_first_cut(self) -> None:
        first = {row["node_id"] for row in rows("nodes") if row["taxonomy_id"] == "icnev-3-12-56"}
        linked = {
            row["from_node"]
            for row in rows("node_links")
            if row["to_node"] in first and row["kind"] != "supplies"
        }
        second = {
            row["node_id"]
            for row in rows("nodes")
            if row["taxonomy_id"] == "icnev-sandian" and row["kind"] == "assembly"
        }
        assert len(second) == 6
        assert second <= linked

    def test_districts_take_all_twelve_assemblies(self) -> None:
        west = {row["member_id"] for row in rows("region_members") if row["group_id"] == "cq-group-west"}
        assigned = {row["node_id"] for row in rows("node_regions") if row["region_id"] in west}
        assemblies = {
            row["node_id"]
            for row in rows("nodes")
            if row["kind"] == "assembly" and row["taxonomy_id"] == "icnev-3-12-56"
        }
        assert assigned == assemblies

    def test_nothing_is_called_missing_without_a_search(self) -> None:
        assert not (FOLDER / "node_searches.csv").exists()

    def test_every_part_has_a_sector_of_both_classifications(self) -> None:
        has = defaultdict(set)
        for row in rows("node_sectors"):
            has[row["node_id"]].add(row["sector_id"].split(":")[0])
        for row in rows("nodes"):
            if row["taxonomy_id"] == "icnev-3-12-56" and row["kind"] in ("assembly", "component"):
                assert has[row["node_id"]] == {"gb4754", "io42"}


def _steps(a: tuple[int, int], b: tuple[int, int]) -> int:
    dq, dr = a[0] - b[0], a[1] - b[1]
    return max(abs(dq), abs(dr), abs(dq + dr))


def _km(a: dict[str, str], b: dict[str, str]) -> float:
    east = (float(a["lon"]) - float(b["lon"])) * 111.2 * math.cos(math.radians(30))
    north = (float(a["lat"]) - float(b["lat"])) * 111.2
    return math.hypot(east, north)


def spearman(a: list[float], b: list[float]) -> float:
    """Rank correlation; ties get their mean rank."""
    ra, rb = _ranks(a), _ranks(b)
    ma, mb = sum(ra) / len(ra), sum(rb) / len(rb)
    cov = sum((x - ma) * (y - mb) for x, y in zip(ra, rb, strict=True))
    return cov / math.sqrt(sum((x - ma) ** 2 for x in ra) * sum((y - mb) ** 2 for y in rb))


def _ranks(values: list[float]) -> list[float]:
    order = sorted(values)
    return [order.index(v) + (order.count(v) + 1) / 2 for v in values]
