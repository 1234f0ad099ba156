"""Every rule about cells, rows and tables fires on a pack damaged in just that way, and names the place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lianzhang.pack import RULES, Report

Rows = dict[str, list[dict[str, Any]]]
Damaged = Callable[[Callable[[Rows], None]], Report]


def put(table: str, row: int, **cells: object) -> Callable[[Rows], None]:
    """Change cells of a data row (0 is the first)."""

    def edit(rows: Rows) -> None:
        rows[table][row].update(cells)

    return edit


def again(table: str, row: int, **cells: object) -> Callable[[Rows], None]:
    """Add a copy of a row with some cells changed."""

    def edit(rows: Rows) -> None:
        rows[table].append(rows[table][row] | cells)

    return edit


def both(*edits: Callable[[Rows], None]) -> Callable[[Rows], None]:
    def edit(rows: Rows) -> None:
        for one in edits:
            one(rows)

    return edit


CASES = [
    # rule, table, field, row in the file, edit
    ("missing-value", "firms", "name_zh", 3, put("firms", 1, name_zh="")),
    ("missing-value", "firms", "source_id", 2, put("firms", 0, source_id=None)),
    ("unknown-code", "firms", "kind", 3, put("firms", 1, kind="companny")),
    ("unknown-code", "firms", "status", 4, put("firms", 2, status="true")),
    ("unreadable-number", "firms", "capital_cny", 2, put("firms", 0, capital_cny="1,200")),
    ("unreadable-number", "firms", "capital_cny", 2, put("firms", 0, capital_cny="5000万")),
    ("unreadable-number", "observations", "value", 2, put("observations", 0, value="nan")),
    ("unreadable-number", "observations", "value", 2, put("observations", 0, value="1e999")),
    ("not-whole", "sector_counts", "enterprises", 2, put("sector_counts", 0, enterprises="12.5")),
    ("unreadable-boolean", "observations", "preferred", 3, put("observations", 1, preferred="maybe")),
    ("unreadable-date", "regions", "valid_from", 3, put("regions", 1, valid_from="2024-02-30")),
    ("unreadable-date", "observations", "known_from", 2, put("observations", 0, known_from="31.3.2024")),
    ("unreadable-period", "observations", "period", 2, put("observations", 0, period="2024-13")),
    ("unreadable-period", "observations", "period", 2, put("observations", 0, period="2030..2022")),
    ("unreadable-period", "observations", "period", 2, put("observations", 0, period="2023-02-29")),
    ("out-of-range", "firms", "lon", 2, put("firms", 0, lon="190", lat="10")),
    ("out-of-range", "sector_counts", "enterprises", 2, put("sector_counts", 0, enterprises="-1")),
    ("pattern", "regions", "adcode", 2, put("regions", 0, adcode="50000A")),
    ("pattern", "firms", "uscc", 2, put("firms", 0, uscc="915000002028015O5X")),
    ("excel-scientific", "firms", "uscc", 2, put("firms", 0, uscc="9.15E+17")),
    ("excel-scientific", "firms", "firm_id", 2, put("firms", 0, firm_id="9.15E+17")),
    ("excel-float", "regions", "adcode", 2, put("regions", 0, adcode="500000.0")),
    ("excel-float", "sectors", "code", 2, put("sectors", 0, code="36.0")),
    ("excel-zeros", "regions", "adcode", 2, put("regions", 0, adcode="1234")),
    ("excel-date", "sectors", "code", 2, put("sectors", 0, code="3月5日")),
    ("excel-date", "firms", "ticker", 2, put("firms", 0, ticker="Mar-05")),
    ("excel-date", "observations", "period", 2, put("observations", 0, period="2024/3/31")),
    ("excel-digits", "firms", "uscc", 2, put("firms", 0, uscc="915000002028015000")),
    ("wrong-unit", "indicators", "unit", 2, put("indicators", 0, unit="亿元")),
    ("wrong-unit", "indicators", "unit", 2, put("indicators", 0, unit="million yuan")),
    ("wrong-unit", "statements", "unit", 2, put("statements", 0, unit="RMB")),
    ("wrong-unit", "indicators", "unit", 2, put("indicators", 0, unit="wan yuan")),
    ("wrong-unit", "indicators", "unit", 2, put("indicators", 0, unit="percent", measure="share")),
    ("share-unit", "indicators", "unit", 2, put("indicators", 0, unit="yuan", measure="share")),
    ("unit-conflict", "statements", "unit", 2, put("statements", 0, unit="yuan")),
    ("duplicate-key", "firms", "firm_id", 5, again("firms", 0)),
    (
        "duplicate-key",
        "observations",
        "indicator_id, series, region_id, sector_id, period, source_id",
        8,
        again("observations", 0, preferred="false"),
    ),
    ("dangling-reference", "firms", "region_id", 3, put("firms", 1, region_id="nowhere")),
    ("dangling-reference", "firms", "source_id", 3, put("firms", 1, source_id="exampel")),
    ("dangling-reference", "firms", "park_id", 3, put("firms", 1, park_id="p1")),
    ("cycle", "firms", "group_id", 2, both(put("firms", 0, group_id="f2"), put("firms", 1, group_id="f1"))),
    ("cycle", "regions", "parent_id", 2, put("regions", 0, parent_id="east")),
    (
        "date-order",
        "regions",
        "valid_to",
        3,
        put("regions", 1, valid_from="2024-01-01", valid_to="2023-01-01"),
    ),
    ("date-order", "firms", "closed", 2, put("firms", 0, founded="2020-05", closed="2020-04-30")),
    ("date-order", "firms", "closed", 2, put("firms", 0, founded="2021-Q1", closed="2020-04-30")),
    ("excel-zeros", "firms", "ticker", 2, put("firms", 0, exchange="SZSE", ticker="625")),
    ("excel-zeros", "sectors", "code", 2, put("sectors", 0, code="6")),
    ("range-order", "statements", "upper", 2, put("statements", 0, lower="5", upper="4")),
    ("null-without-reason", "observations", "value", 4, put("observations", 2, value="")),
    ("two-preferred", "observations", "preferred", 8, again("observations", 0, source_id="second")),
    ("two-main", "cluster_sectors", "main", 4, again("cluster_sectors", 0, cluster_id="chips")),
]


def _second_source(rows: Rows) -> None:
    rows["sources"].append(rows["sources"][0] | {"source_id": "second"})


@pytest.mark.parametrize(
    ("rule", "table", "field", "row", "edit"), CASES, ids=[f"{c[0]}-{c[1]}-{i}" for i, c in enumerate(CASES)]
)
def test_rule_names_the_place(
    damaged: Damaged, rule: str, table: str, field: str, row: int, edit: Callable[[Rows], None]
) -> None:
    report = damaged(both(_second_source, edit))
    found = [p for p in report.errors if p.rule == rule]
    assert found, [p.render() for p in report.problems]
    first = found[0]
    assert (first.table, first.field, first.row) == (table, field, row)
    assert first.file == f"data/{table}.csv"
    assert first.remedy.zh
    assert first.remedy.en
    assert RULES[rule].severity == "error"
    # The damage is told once, by the rule that fits, and does not set off others in the same cell.
    assert [p.rule for p in report.errors if (p.table, p.field, p.row) == (table, field, row)] == [rule]


@pytest.mark.parametrize(
    ("unit", "meant"),
    [("percent", "%"), ("Pct", "%"), ("RMB", "yuan"), ("元", "yuan"), ("千瓦时", "kWh"), ("辆", "vehicles")],
)
def test_another_name_of_a_unit_is_answered_with_the_unit(damaged: Damaged, unit: str, meant: str) -> None:
    report = damaged(put("indicators", 0, unit=unit))
    found = next(p for p in report.errors if p.rule == "wrong-unit")
    assert meant in found.remedy.en
    assert meant in found.remedy.zh


def test_an_unknown_noun_is_told_and_kept(damaged: Damaged) -> None:
    def edit(rows: Rows) -> None:
        for row in (*rows["indicators"], *rows["statements"]):
            row["unit"] = "robots"

    report = damaged(edit)
    assert report.ok
    assert {p.rule for p in report.notices if p.field == "unit"} == {"unknown-unit"}


def test_unit_missing(damaged: Damaged) -> None:
    def edit(rows: Rows) -> None:
        mark = {"source_id": "example", "status": "synthetic"}
        rows["taxonomies"].append(
            {
                "taxonomy_id": "ch",
                "kind": "chain",
                "name_zh": "链",
                "name_en": "Chain",
                "version": "1",
                "main": "true",
            }
            | mark
        )
        rows["nodes"] = [
            {
                "node_id": "n",
                "taxonomy_id": "ch",
                "kind": "product",
                "rank": 1,
                "name_zh": "品",
                "name_en": "P",
            }
            | mark
        ]
        rows["firm_nodes"] = [
            {"firm_id": "f1", "node_id": "n", "activity": "makes", "evidence": "press", "capacity": 5} | mark
        ]

    report = damaged(edit)
    assert [(p.rule, p.field) for p in report.errors] == [("unit-missing", "capacity_unit")]


@pytest.mark.parametrize("value", ["120", "-3"])
def test_share_outside_0_to_100(damaged: Damaged, value: str) -> None:
    def edit(rows: Rows) -> None:
        rows["indicators"][0] |= {"unit": "%", "measure": "share"}
        rows["observations"][0]["value"] = value
        for row in rows["observations"][1:]:
            row["value"] = "50"
        rows["statements"][0] |= {"unit": "%", "measure": "share", "value": "130"}

    report = damaged(edit)
    found = {(p.table, p.row, p.value) for p in report.errors if p.rule == "share-over-100"}
    assert found == {("observations", 2, f"{value}.0"), ("statements", 2, "130.0")}


def test_percent_where_a_share_belongs(damaged: Damaged) -> None:
    report = damaged(put("cluster_sectors", 0, share="35"))
    assert [(p.rule, p.row) for p in report.errors] == [("percent-for-share", 2)]
    assert "100" in report.errors[0].remedy.en


def test_limit_and_count(damaged: Damaged) -> None:
    def edit(rows: Rows) -> None:
        rows["firms"] = [rows["firms"][0] | {"firm_id": f"f{i}", "kind": "bad"} for i in range(23)]

    report = damaged(edit)
    assert report.counts() == {"unknown-code": 23, "absent-columns": len({p.file for p in report.notices})}
    assert len(report.errors) == 5
    assert [p.row for p in report.errors] == [2, 3, 4, 5, 6]
    assert any("18" in line for line in report.render("en"))
    assert any("18" in line for line in report.render("zh"))


def test_one_bad_cell_does_not_hide_the_next(damaged: Damaged) -> None:
    report = damaged(both(put("firms", 0, kind="x", capital_cny="y"), put("firms", 2, region_id="z")))
    assert {(p.rule, p.row) for p in report.errors} == {
        ("unknown-code", 2),
        ("unreadable-number", 2),
        ("dangling-reference", 4),
    }


def test_remedy_offers_the_nearest_code_and_reference(damaged: Damaged) -> None:
    report = damaged(both(put("firms", 0, kind="compny"), put("firms", 1, region_id="eest")))
    remedies = {p.rule: p.remedy.en for p in report.errors}
    assert "company" in remedies["unknown-code"]
    assert "east" in remedies["dangling-reference"]


def test_remedy_sees_lost_zeros(damaged: Damaged) -> None:
    def edit(rows: Rows) -> None:
        rows["sectors"][0]["sector_id"] = "06"
        for table in ("firms", "sector_counts", "cluster_sectors"):
            for row in rows[table]:
                if row["sector_id"] == "gb4754:36":
                    row["sector_id"] = "06"
        rows["firms"][0]["sector_id"] = "6"

    report = damaged(edit)
    assert [p.rule for p in report.errors] == ["dangling-reference"]
    assert "06" in report.errors[0].remedy.en


def test_key_that_may_be_null_counts_null_as_a_value(damaged: Damaged) -> None:
    """Two figures that differ only in their sector are two; two without a sector are one too many."""

    def edit(rows: Rows) -> None:
        row = rows["observations"][0]
        rows["observations"].append(row | {"sector_id": "gb4754:36"})

    assert damaged(edit).ok


def test_spaces_are_taken_off_and_told(damaged: Damaged) -> None:
    report = damaged(both(put("firms", 0, region_id=" east\u3000"), put("firms", 1, capital_cny=" 500 ")))
    assert report.ok, [p.render() for p in report.errors]
    assert {(p.rule, p.field, p.row) for p in report.notices if p.rule == "spaces"} == {
        ("spaces", "region_id", 2),
        ("spaces", "capital_cny", 3),
    }


def test_code_that_ends_in_zeros_by_nature_is_left_alone(damaged: Damaged) -> None:
    """Its check character fits: 31 − Σ c_i 3^i mod 31 gives 0."""
    weights = [3**i % 31 for i in range(17)]
    codes = [f"91990000{number:07d}00" for number in range(1000)]
    code = next(t for t in codes if sum(int(c) * w for c, w in zip(t, weights, strict=True)) % 31 == 0)
    assert damaged(put("firms", 0, uscc=f"{code}0")).ok


def test_good_pack_has_no_problem(damaged: Damaged) -> None:
    report = damaged(lambda rows: None)
    assert report.problems == []
    assert report.rows["firms"] == 3


def _accounts(**changed: float) -> Callable[[Rows], None]:
    """Two sectors that trade 20 and 10 and sell the rest of 100 and 50 to households."""
    parts = {"sales": 80.0, "wages": 90.0, "output": 100.0} | changed

    def edit(rows: Rows) -> None:
        mark = {"source_id": "example", "status": "synthetic"}
        region = rows["regions"][0]["region_id"]
        one, two = (row["sector_id"] for row in rows["sectors"][:2])
        head = {
            "io_table_id": "io",
            "name_zh": "表",
            "name_en": "Table",
            "region_id": region,
            "period": "2020",
        }
        rows["io_tables"] = [head | {"main": "true"} | mark]

        def long(name: str, *values: dict[str, Any]) -> None:
            rows[name] = [{"io_table_id": "io"} | value | mark for value in values]

        long(
            "io_sectors",
            {"sector_id": one, "rank": 1, "output_cny": parts["output"]},
            {"sector_id": two, "rank": 2, "output_cny": 50.0},
        )
        long(
            "io_flows",
            {"from_sector": one, "to_sector": two, "value_cny": 20.0},
            {"from_sector": two, "to_sector": one, "value_cny": 10.0},
        )
        long(
            "io_final_demand",
            {"sector_id": one, "category": "household", "value_cny": parts["sales"]},
            {"sector_id": two, "category": "household", "value_cny": 40.0},
        )
        long(
            "io_value_added",
            {"sector_id": one, "component": "compensation", "value_cny": parts["wages"]},
            {"sector_id": two, "component": "compensation", "value_cny": 30.0},
        )

    return edit


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({}, set()),
        ({"sales": 80.9}, set()),
        ({"sales": 82.0}, {"io-uses"}),
        ({"wages": 60.0}, {"io-inputs"}),
        ({"output": 120.0}, {"io-uses", "io-inputs"}),
    ],
)
def test_accounts_that_do_not_add_up_are_told(
    damaged: Damaged, changed: dict[str, float], told: set[str]
) -> None:
    report = damaged(_accounts(**changed))
    assert report.ok, [p.render() for p in report.errors]
    found = [p for p in report.notices if p.rule.startswith("io-")]
    assert {p.rule for p in found} == told
    assert all((p.file, p.row, p.field) == ("data/io_sectors.csv", 2, "output_cny") for p in found)
