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
