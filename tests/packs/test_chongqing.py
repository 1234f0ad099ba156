"""The bundled Chongqing pack: complete, consistent, cited, and exactly what its script builds."""

from __future__ import annotations

import csv
import json
import math
import re
import runpy
import subprocess
import sys
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import pytest

from lianzhang.pack import check
from lianzhang.schema import STATUSES, tables
from lianzhang.units import UNITS

REPO = Path(__file__).resolve().parents[2]
FOLDER = REPO / "src" / "lianzhang" / "pack" / "bundled" / "chongqing"
SCRIPT = REPO / "packs" / "chongqing" / "build.py"
SOURCE = REPO / "packs" / "chongqing" / "source"
CITY = "500000"


@cache
def rows(table: str) -> list[dict[str, str]]:
    with (FOLDER / f"{table}.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def by(table: str, column: str) -> dict[str, dict[str, str]]:
    return {row[column]: row for row in rows(table)}


def districts(day: str) -> dict[str, dict[str, str]]:
    return {
        row["region_id"]: row
        for row in rows("regions")
        if row["level"] == "district" and (row["valid_from"] or "0") <= day <= (row["valid_to"] or "9")
    }


def main_observation(indicator: str, period: str, region: str = CITY, series: str = "main") -> dict[str, str]:
    found = [
        row
        for row in rows("observations")
        if (row["indicator_id"], row["period"], row["region_id"], row["series"])
        == (indicator, period, region, series)
        and row["preferred"] == "true"
        and row["sector_id"] == ""
    ]
    assert len(found) == 1, (indicator, period)
    return found[0]


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


class TestInputOutput:
    #: Printed figures are whole 10,000 yuan; 42 of them rounded leave at most this.
    SLACK = 100_000

    def test_rows_and_columns_balance(self) -> None:
        output = {row["sector_id"]: float(row["output_cny"]) for row in rows("io_sectors")}
        used, bought = defaultdict(float), defaultdict(float)
        for row in rows("io_flows"):
            used[row["from_sector"]] += float(row["value_cny"])
            bought[row["to_sector"]] += float(row["value_cny"])
        for row in rows("io_final_demand"):
            used[row["sector_id"]] += float(row["value_cny"])
        added = {
            row["sector_id"]: float(row["value_cny"])
            for row in rows("io_value_added")
            if row["component"] == "total"
        }
        parts = defaultdict(float)
        for row in rows("io_value_added"):
            if row["component"] != "total":
                parts[row["sector_id"]] += float(row["value_cny"])
        assert len(output) == 42
        for sector, value in output.items():
            assert abs(value - used[sector]) <= self.SLACK, sector
            assert abs(value - bought[sector] - added[sector]) <= self.SLACK, sector
            assert abs(parts[sector] - added[sector]) <= self.SLACK, sector

    def test_manufacturing_share_comes_from_the_table(self) -> None:
        added = {
            row["sector_id"]: float(row["value_cny"])
            for row in rows("io_value_added")
            if row["component"] == "total"
        }
        made = sum(value for sector, value in added.items() if 6 <= int(sector.removeprefix("io42:")) <= 23)
        told = float(main_observation("manufacturing_share_of_gdp", "2023", series="io_table")["value"])
        assert told == pytest.approx(100 * made / sum(added.values()), abs=0.05)

    def test_value_added_is_gdp(self) -> None:
        added = sum(float(row["value_cny"]) for row in rows("io_value_added") if row["component"] == "total")
        assert added == pytest.approx(float(main_observation("gdp", "2023")["value"]), rel=0.02)


class TestFigures:
    @pytest.mark.parametrize(
        ("indicator", "period", "value"),
        [
            ("nev_output", "2020", "43000"),
            ("nev_output", "2021", "152000"),
            ("nev_output", "2022", "365000"),
            ("nev_output", "2023", "500300"),
            ("nev_output", "2024", "953200"),
            ("nev_output", "2025", "1296100"),
            ("automobile_output", "2012", "1844600"),
            ("automobile_output", "2024", "2540100"),
            ("automobile_output", "2025", "2787700"),
            ("above_scale_employment", "2024", "1374100"),
            ("above_scale_revenue", "2022", "2641727800000"),
            ("strategic_emerging_share", "2025", "36.3"),
            ("gdp", "2024", "3204673000000"),
            ("natural_gas_output", "2024", "17362000000"),
        ],
    )
    def test_known_figures(self, indicator: str, period: str, value: str) -> None:
        assert main_observation(indicator, period)["value"] == value

    @pytest.mark.parametrize(
        ("indicator", "divisions"), [("food_revenue", "13 14 15"), ("biomedicine_revenue", "27")]
    )
    def test_cluster_revenue_is_the_sum_of_its_divisions(self, indicator: str, divisions: str) -> None:
        parts = [
            float(row["value"])
            for row in rows("observations")
            if row["indicator_id"] == "industrial_revenue"
            and row["sector_id"].removeprefix("gb4754:") in divisions.split()
        ]
        assert len(parts) == len(divisions.split())
        assert float(main_observation(indicator, "2023")["value"]) == pytest.approx(sum(parts))

    def test_the_whole_yearly_file_arrived(self) -> None:
        with (SOURCE / "cq-series" / "cq_series.csv").open(encoding="utf-8", newline="") as handle:
            printed = list(csv.DictReader(handle))
        assert len(printed) == 1788
        yearly = [row for row in rows("observations") if len(row["period"]) == 4 and row["region_id"] == CITY]
        tables_of_source = {row["table"] for row in printed}
        assert len(tables_of_source) > 50
        # Every printed year of the two longest stories is there.
        for indicator, first in (("automobile_output", 2000), ("above_scale_revenue", 2000), ("gdp", 1996)):
            years = {
                int(row["period"]) for row in yearly if row["indicator_id"] == indicator and row["value"]
            }
            assert years >= set(range(first, 2025))
        assert len(yearly) > 1788

    def test_one_row_is_used_where_sources_disagree(self) -> None:
        used: Counter[tuple[str, ...]] = Counter()
        seen: set[tuple[str, ...]] = set()
        for row in rows("observations"):
            key = (row["indicator_id"], row["series"], row["region_id"], row["sector_id"], row["period"])
            if row["value"]:
                seen.add(key)
            used[key] += row["preferred"] == "true"
            assert not (row["preferred"] == "true" and row["value"] == "")
        assert all(used[key] == 1 for key in seen)

    def test_what_was_known_at_the_end_of_march_2024(self) -> None:
        """A forecast as of 2024-03-31 must see the NEV output of 2023 and nothing of 2024."""
        assert main_observation("nev_output", "2023")["known_from"] == "2024-01-22"
        assert main_observation("nev_output", "2024")["known_from"] > "2025"

    def test_breaks_lie_inside_their_series(self) -> None:
        periods = defaultdict(set)
        for row in rows("observations"):
            periods[row["indicator_id"], row["series"], row["region_id"]].add(row["period"])
        for row in rows("series_breaks"):
            assert row["period"] in periods[row["indicator_id"], row["series"], row["region_id"]], row

    def test_input_coefficients(self) -> None:
        """Inputs of a buyer sum to less than its output; a car takes most of its value from parts makers."""
        sums: defaultdict[str, float] = defaultdict(float)
        for row in rows("observations"):
            if row["indicator_id"].startswith("input_coefficient_"):
                assert row["status"] == "derived"
                assert row["region_id"] == "100000"
                sums[row["indicator_id"]] += float(row["value"])
        assert len(sums) == 6
        assert all(0.5 < value < 1 for value in sums.values())

    def test_derived_values_are_marked(self) -> None:
        for row in rows("observations"):
            if "推算" in row["note"]:
                assert row["status"] in ("derived", "estimated"), row


class TestFirms:
    def test_78_listed_companies(self) -> None:
        local = [row for row in rows("firms") if row["ticker"] and row["region_id"] == CITY]
        assert len(local) == 78
        assert float(main_observation("listed_companies", "2025")["value"]) == 78
        assert {row["firm_id"] for row in rows("firm_status")} == {row["firm_id"] for row in local}

    def test_listed_industrial_companies_are_counted(self) -> None:
        industrial = [
            row
            for row in rows("firms")
            if row["ticker"]
            and row["region_id"] == CITY
            and "06" <= row["sector_id"].removeprefix("gb4754:")[:2] <= "46"
        ]
        assert float(main_observation("listed_industrial_companies", "2026-01-09")["value"]) == len(
            industrial
        )

    def test_pool_elsewhere(self) -> None:
        listed = [row for row in rows("firms") if row["ticker"]]
        assert len(listed) == 5448
        regions = by("regions", "region_id")
        assert {regions[row["region_id"]]["level"] for row in listed} == {"province", "city"}
        assert all(row["capital_cny"] == "" and row["uscc"] == "" for row in rows("firms"))

    def test_evidence_is_press_or_report(self) -> None:
        for row in rows("firm_nodes"):
            assert row["evidence"] in ("press", "listed_report")
            assert row["activity"] in ("makes", "building", "develops")
            # A report of a listed company has a date; an undated page is marked by its empty date.
            assert row["evidence_date"] or row["evidence"] == "press"

    def test_mistranslations_lead_to_the_firm(self) -> None:
        alias = {row["alias"]: row["firm_id"] for row in rows("firm_aliases")}
        assert alias["Thalys"] == "601127.SH"
        assert alias["dark blue"] == "cq-deepal"
        assert alias["Avita"] == "cq-avatr"
        assert len(alias) == len(rows("firm_aliases"))


class TestLedger:
    def test_five_documents(self) -> None:
        documents = {row["source_id"] for row in rows("statements") if row["source_id"].startswith("doc-")}
        assert len(documents) == 5

    def test_no_quotes(self) -> None:
        assert {row["quote"] for row in rows("statements")} == {""}

    def test_targets_have_an_indicator(self) -> None:
        for row in rows("statements"):
            if (
                row["kind"] == "target"
                and row["comparator"] not in ("milestone",)
                and row["measure"] in ("level", "share", "growth")
            ):
                assert row["indicator_id"] or row["lost_reason"], row

    def test_lost_number_stays_lost(self) -> None:
        lost = by("statements", "statement_id")["d3-l161-lost"]
        assert lost["value"] == lost["lower"] == lost["upper"] == ""
        assert lost["lost_reason"]

    def test_factor_of_ten(self) -> None:
        statements = by("statements", "statement_id")
        found = [row for row in rows("statement_conflicts") if row["kind"] == "factor_of_ten"]
        assert len(found) == 1
        first, second = statements[found[0]["statement_id"]], statements[found[0]["other_statement_id"]]
        assert float(second["value"]) / float(first["value"]) == 10
        assert first["preferred"] == "false"

    def test_arithmetic_conflict_is_real(self) -> None:
        (found,) = (row for row in rows("statement_conflicts") if row["kind"] == "arithmetic")
        statements = by("statements", "statement_id")
        stated = float(statements[found["statement_id"]]["value"])
        ends = statements[found["other_statement_id"]]
        years = int(ends["period_end"]) - int(ends["base_period"])
        real = 100 * ((float(ends["value"]) / float(ends["base_value"])) ** (1 / years) - 1)
        assert real == pytest.approx(9.4, abs=0.05)
        assert abs(real - stated) > 1

    def test_tasks(self) -> None:
        kinds = Counter((row["parent_id"], row["kind"]) for row in rows("tasks"))
        assert kinds["dp", "task"] == 7
        assert kinds["dp", "project"] == 5
        assert kinds["ap", "special_action"] == 8
        unnamed = [row for row in rows("tasks") if "name not found" in row["name_en"]]
        assert len(unnamed) == 2
        assert {row["owner"] for row in rows("tasks")} == {""}


@pytest.mark.shared
class TestAgainstTheMaterial:
    def test_sources_are_copied_unchanged(self, shared: Path) -> None:
        for name in ("cq-io2023", "cq-official", "cq-series", "gb4754"):
            for path in (shared / "data" / name).glob("*.csv"):
                assert (SOURCE / name / path.name).read_bytes() == path.read_bytes(), path

    def test_national_coefficients_are_derived_as_told(self, shared: Path) -> None:
        script = runpy.run_path(str(REPO / "packs" / "chongqing" / "derive_national.py"))
        derived = script["derive"](shared / "data" / "io-national" / "china_io_2018_153.csv")
        with (REPO / "packs" / "chongqing" / "maps" / "national_coefficients.csv").open(
            encoding="utf-8"
        ) as handle:
            assert list(csv.reader(handle))[1:] == derived

    def test_no_sentence_of_the_documents(self, shared: Path) -> None:
        """Facts carry over, sentences do not: no run of eight words or eighteen characters of the documents."""
        texts = [path.read_text(encoding="utf-8") for path in sorted((shared / "seeds").glob("*.txt"))]
        english = " ".join(_words(" ".join(texts)))
        chinese = "".join(re.findall(r"[\u4e00-\u9fff]+", "".join(texts)))
        titles = {row["name_zh"] for row in rows("tasks") if row["kind"] == "plan"}
        for table in ("statements", "statement_conflicts", "tasks"):
            for row in rows(table):
                for cell in row.values():
                    if cell in titles:
                        continue
                    words = _words(cell)
                    for start in range(len(words) - 7):
                        assert " ".join(words[start : start + 8]) not in english, cell
                    for run in re.findall(r"[\u4e00-\u9fff]+", cell):
                        for start in range(len(run) - 17):
                            assert run[start : start + 18] not in chinese, cell


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


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
