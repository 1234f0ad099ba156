"""One table as csv, xlsx and json: the same cells, text never a formula, all or nothing."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianzhang.errors import InputError, UsageError
from lianzhang.i18n import Text
from lianzhang.report.sheet import Sheet, write_sheet

SHEET = Sheet(
    Text("表", "Table"),
    (("a", Text("甲", "First")), ("b", Text("乙", "Second")), ("c", Text("丙", "Third"))),
    ({"a": "汽车", "b": 2.5, "c": None}, {"a": "=1+1", "b": -3, "c": "x\ny"}),
)


def test_csv_opens_in_a_spreadsheet(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    assert write_sheet(SHEET, path, "zh") == 2
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines(keepends=True)))
    assert rows == [["甲", "乙", "丙"], ["汽车", "2.5", ""], ["'=1+1", "-3", "x\ny"]]


def test_xlsx_keeps_numbers_and_text(tmp_path: Path) -> None:
    from openpyxl import load_workbook

    path = tmp_path / "t.xlsx"
    write_sheet(SHEET, path, "en")
    page = load_workbook(path).worksheets[0]
    cells = [[c.value for c in row] for row in page.iter_rows()]
    assert cells == [["First", "Second", "Third"], ["汽车", 2.5, None], ["=1+1", -3, "x\ny"]]
    assert page["A3"].data_type == "s"
    assert page.title == "Table"


def test_json_has_keys(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    write_sheet(SHEET, path, "en")
    assert json.loads(path.read_text(encoding="utf-8")) == [dict(r) for r in SHEET.rows]


def test_other_suffixes_and_places_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"\.ods"):
        write_sheet(SHEET, tmp_path / "t.ods", "en")
    with pytest.raises(InputError):
        write_sheet(SHEET, tmp_path / "none" / "t.csv", "en")
    assert list(tmp_path.iterdir()) == []


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.one_of(st.none(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text()),
        max_size=4,
    )
)
def test_any_cells_come_back_from_json(tmp_path_factory: pytest.TempPathFactory, cells: list[object]) -> None:
    path = tmp_path_factory.mktemp("sheet") / "t.json"
    columns = tuple((f"c{n}", Text(str(n), str(n))) for n in range(len(cells)))
    row = {f"c{n}": cell for n, cell in enumerate(cells)}
    write_sheet(Sheet(Text("t", "t"), columns, (row,)), path, "en")  # type: ignore[arg-type]
    assert json.loads(path.read_text(encoding="utf-8")) == [row]
