"""The bundled Chongqing pack: accounts, figures, firms and the ledger; and that nothing was copied that may not be."""

from __future__ import annotations

import csv
import re
import runpy
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from tests.packs.chongqing import (
    CITY,
    REPO,
    SCRIPT,
    SOURCE,
    by,
    main_observation,
    read_csv,
    rows,
)


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
        """Every printed value stands in the observations, times the factor of its unit."""
        maps = SCRIPT.parent / "maps"
        to = {(row["indicator_zh"], row["unit"]): row for row in read_csv(maps / "series.csv")}
        corrected = {
            (row["indicator_zh"], row["year"]): row["factor"]
            for row in read_csv(maps / "series_overrides.csv")
        }
        kept: defaultdict[tuple[str, str, str], set[Decimal]] = defaultdict(set)
        for row in rows("observations"):
            if row["region_id"] == CITY and row["value"]:
                kept[row["indicator_id"], row["sector_id"], row["period"]].add(Decimal(row["value"]))
        printed = read_csv(SOURCE / "cq-series" / "cq_series.csv")
        assert len(printed) == 1788
        for row in printed:
            target = to[row["indicator_zh"], row["unit"]]
            factor = corrected.get((row["indicator_zh"], row["year"])) or target["factor"]
            value = Decimal(row["value"].removeprefix("近")) * Decimal(factor)
            assert value in kept[target["indicator_id"], target["sector_id"], row["year"]], row

    def test_units_of_the_yearly_file(self) -> None:
        unit = {row["indicator_id"]: row["unit"] for row in rows("indicators")}
        for row in read_csv(SCRIPT.parent / "maps" / "series.csv"):
            assert unit[row["indicator_id"]] == row["to_unit"]
            scale = {"万": "10000", "亿": "100000000"}.get(row["unit"][0], "1")
            if "/" not in row["unit"]:
                assert row["factor"] == scale, row

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

    def test_every_core_figure_of_the_documents_is_in_the_ledger(self, shared: Path) -> None:
        """Read by hand there, kept as a fact here: same line, number, kind and period."""
        numbers: defaultdict[tuple[str, ...], set[float]] = defaultdict(set)
        for row in rows("statements"):
            for document, lines in re.findall(r"document (\d): (.+)$", row["locator"]):
                for line in re.findall(r"line (\d+) char", lines):
                    for column in ("value", "lower", "upper"):
                        if row[column]:
                            numbers[document, line, row["kind"], row["period_end"]].add(float(row[column]))
        for truth in read_csv(shared / "truth" / "seed_statements.csv"):
            if truth["class"] != "core":
                continue
            period = truth["as_of_or_deadline"].replace("2024-01..2024-02", "2024-01..02")
            stated = {float(truth[c]) for c in ("value", "value_lower", "value_upper") if truth[c]}
            place = (truth["id"][3], truth["line"], truth["kind"], period)
            assert stated <= numbers[place], truth["id"]

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
