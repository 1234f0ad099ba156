"""Tables of indicators in documents of every format."""

from __future__ import annotations

from pathlib import Path

import docx
import pytest

from lianzhang.plan.kernel.extract import extract
from lianzhang.plan.service import read_documents

ROWS = [
    ["序号", "指标", "单位", "2020年", "2025年"],
    ["1", "新能源汽车产量", "万辆", "4.3", "60"],
    ["2", "规上工业增加值年均增速", "%", "6.2", "≥8"],
    ["3", "高新技术企业数", "家", "1,210", "3000以上"],
    ["4", "其他说明", "", "见附件", "—"],
]
WANTED = [
    (43_000, "vehicles", "=", "achieved", "2020"),
    (600_000, "vehicles", "=", "target", "2025"),
    (6.2, "%", "=", "achieved", "2020"),
    (8, "%", ">=", "target", "2025"),
    (1210, "enterprises", "=", "achieved", "2020"),
    (3000, "enterprises", ">=", "target", "2025"),
]
BEFORE, AFTER = "2021年12月1日\n发展目标见下表。", "到2025年，建成加氢站50座。"


def write(path: Path) -> None:
    if path.suffix == ".docx":
        document = docx.Document()
        for line in BEFORE.split("\n"):
            document.add_paragraph(line)
        table = document.add_table(rows=len(ROWS), cols=len(ROWS[0]))
        for row, cells in zip(table.rows, ROWS, strict=True):
            for cell, text in zip(row.cells, cells, strict=True):
                cell.text = text
        document.add_paragraph(AFTER)
        document.save(str(path))
        return
    if path.suffix == ".html":
        rows = "".join("<tr>" + "".join(f"<td><p>{cell}</p></td>" for cell in row) + "</tr>" for row in ROWS)
        body = f"<p>{BEFORE.replace(chr(10), '</p><p>')}</p><table>{rows}</table><p>{AFTER}</p>"
    elif path.suffix == ".md":
        lines = ["| " + " | ".join(row) + " |" for row in ROWS]
        lines.insert(1, "|" + "---|" * len(ROWS[0]))
        body = "\n".join([BEFORE, "", *lines, "", AFTER])
    else:
        body = "\n".join([BEFORE, *("\t".join(row) for row in ROWS), AFTER])
    path.write_text(body, encoding="utf-8")


@pytest.mark.parametrize("suffix", [".txt", ".md", ".html", ".docx"])
def test_a_table_of_indicators(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"plan{suffix}"
    write(path)
    found = read_documents([path])
    assert [(s.value, s.unit, s.comparator, s.kind, s.period_end) for s in found[:-1]] == WANTED
    assert found[0].indicator == "新能源汽车产量"
    assert found[2].measure == "growth p.a."
    assert (found[-1].value, found[-1].unit) == (50, "stations")


def test_the_unit_may_stand_behind_the_indicator_and_offsets_are_of_the_cell() -> None:
    text = (
        "Indicator\t2022\t2027\nOutput of vehicles (million vehicles)\t1.2\t2\nShare of exports (%)\t12\t20\n"
    )
    found = extract(text, "t", published="2023")
    assert [(s.value, s.unit, s.kind) for s in found] == [
        (1_200_000, "vehicles", "achieved"),
        (2_000_000, "vehicles", "target"),
        (12, "%", "achieved"),
        (20, "%", "target"),
    ]
    assert [text[s.char_start : s.char_end] for s in found] == ["1.2", "2", "12", "20"]


def test_tabs_without_a_header_of_years_are_no_table() -> None:
    assert extract("a\tb\tc\n1\t2\t3\n", "t", published="2023") == []


def found(text: str) -> list[tuple[str, object, str, str, str, str, str]]:
    return [
        (s.indicator, s.value, s.unit, s.comparator, s.measure, s.kind, s.period_end)
        for s in extract(text, "own")
    ]


def test_the_indicator_has_its_own_column_sums_are_in_brackets_and_savings_are_negative() -> None:
    rows = [
        "类别\t指标名称\t单位\t2020年基数\t2025年目标\t属性",
        "规模\t工业总产值\t亿元\t300\t500左右\t预期性",
        "绿色\t单位产值能耗降低\t%\t—\t[13.5]\t约束性",
        "创新\t新增智能工厂\t家\t(25)\t（60）\t预期性",
    ]
    assert found("\n".join(rows)) == [
        ("工业总产值", 3e10, "yuan", "=", "level", "achieved", "2020"),
        ("工业总产值", 5e10, "yuan", "~", "level", "target", "2025"),
        ("单位产值能耗降低", -13.5, "%", "=", "growth", "target", "2025"),
        ("新增智能工厂", 25, "factories", "=", "count", "achieved", "2020"),
        ("新增智能工厂", 60, "factories", "=", "count", "target", "2025"),
    ]


def test_a_column_of_average_growth_and_a_header_below_a_header() -> None:
    rows = [
        "指标\t2020年\t2025年\t年均增速（%）",
        "工业增加值（亿元）\t210.5\t300\t7.3",
        "指标\t单位\t规划目标\t规划目标",
        "指标\t单位\t2023年\t2025年",
        "增加值占比\t%\t28\t30",
    ]
    assert found("\n".join(rows)) == [
        ("工业增加值", 21.05e9, "yuan", "=", "level", "achieved", "2020"),
        ("工业增加值", 3e10, "yuan", "=", "level", "target", "2025"),
        ("工业增加值", 7.3, "%", "=", "growth p.a.", "target", "2025"),
        ("增加值占比", 28, "%", "=", "share", "achieved", "2023"),
        ("增加值占比", 30, "%", "=", "share", "target", "2025"),
    ]


def test_units_of_english_tables() -> None:
    rows = [
        "Indicator\tUnit\tBaseline (2022)\tTarget 2030",
        "Public chargers\tnumber\t1,200\t25,000",
        "Investment\t€ million\t150\t2,000",
        "Electrolyser capacity\tGW\t0.2\t≥ 5",
    ]
    assert found("\n".join(rows)) == [
        ("Public chargers", 1200, "chargers", "=", "count", "achieved", "2022"),
        ("Public chargers", 25_000, "chargers", "=", "count", "target", "2030"),
        ("Investment", 150e6, "EUR", "=", "level", "achieved", "2022"),
        ("Investment", 2e9, "EUR", "=", "level", "target", "2030"),
        ("Electrolyser capacity", 0.2, "GW", "=", "level", "achieved", "2022"),
        ("Electrolyser capacity", 5, "GW", ">=", "level", "target", "2030"),
    ]


def test_a_table_apart_by_spaces_ends_where_the_prose_begins() -> None:
    lines = [
        "Indicator Unit 2022 2030",
        "Share of renewables in supply % 31 65",
        "By 2028, 40 parks will open in 12 districts.",
    ]
    assert found("\n".join(lines)) == [
        ("Share of renewables in supply", 31, "%", "=", "share", "achieved", "2022"),
        ("Share of renewables in supply", 65, "%", "=", "share", "target", "2030"),
        ("parks", 40, "parks", "=", "count", "target", "2028"),
        ("districts", 12, "districts", "=", "count", "target", "2028"),
    ]
