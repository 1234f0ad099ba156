"""Registers as people really have them: encodings, separators, titles above the header, workbooks that lose digits."""

from __future__ import annotations

import csv
import datetime
import gzip
import io
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest

from lianzhang.errors import FileFormatError, InputError, UnknownNameError
from lianzhang.firms.kernel.uscc import check_character
from lianzhang.firms.register.header import find_header
from lianzhang.firms.register.layout import (
    Layout,
    field_of,
    guess_columns,
    guess_layout,
    load_layout,
    plain_header,
    save_layout,
)
from lianzhang.firms.register.run import ImportReport, import_register
from lianzhang.firms.register.source import RegisterFile
from lianzhang.firms.register.workbook import cell_text


def code(number: int) -> str:
    first = f"91500000MA{number:07d}"
    return first + check_character(first)


HEADER = ["统一社会信用代码", "企业名称", "成立日期", "注册资本", "经营范围"]
ROWS = [
    [code(1), "重庆青溪齿轮有限公司", "2015-03-02", "500万元", "生产、销售：汽车齿轮"],
    [code(2), "重庆白沙电机厂", "2018/7/1", "1,200万元", "制造电动机"],
    [code(3), "重庆石门商贸有限公司", "2020年1月5日", "80万元", "销售：建材"],
]


def written(rows: list[list[str]], separator: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\r\n").writerows(rows)
    return out.getvalue()


def imported(path: Path, layout: Layout | None = None, **settings: Any) -> ImportReport:
    source = RegisterFile(path)
    layout = layout or guess_layout(source.header(), "test", source.sample())
    return import_register(path, layout, path.parent / "out", processes=1, **settings)


def table(path: Path, name: str = "firms") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(path.parent / "out" / f"{name}.parquet").to_pylist()
    return rows


def check_all(path: Path) -> None:
    report = imported(path)
    assert (report.rows, report.firms, report.quarantined) == (3, 3, {})
    firms = {f["uscc"]: f for f in table(path)}
    assert [firms[row[0]]["name_zh"] for row in ROWS] == [row[1] for row in ROWS]
    assert [firms[row[0]]["founded"] for row in ROWS] == ["2015-03-02", "2018-07-01", "2020-01-05"]
    assert [firms[row[0]]["capital_cny"] for row in ROWS] == [5e6, 1.2e7, 8e5]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
def test_encodings_and_separators(tmp_path: Path, encoding: str, separator: str) -> None:
    path = tmp_path / "r.csv"
    path.write_bytes(written([HEADER, *ROWS], separator).encode(encoding))
    check_all(path)


@pytest.mark.parametrize("ending", ["tsv", "txt", "xls"])
def test_text_under_another_name(tmp_path: Path, ending: str) -> None:
    """What programs export as .xls is often a text with tabs."""
    path = tmp_path / f"r.{ending}"
    path.write_bytes(written([HEADER, *ROWS], "\t").encode("utf-16"))
    check_all(path)


def test_packed_text_in_gb18030(tmp_path: Path) -> None:
    path = tmp_path / "r.csv.gz"
    path.write_bytes(gzip.compress(written([HEADER, *ROWS]).encode("gb18030")))
    check_all(path)


def test_commas_of_chinese_keyboards(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    rows = [[c.replace("、", " ") for c in row] for row in ([*HEADER], *ROWS)]
    path.write_text("\n".join("，".join(row) for row in rows), "utf-8")
    report = imported(path)
    assert (report.firms, report.quarantined) == (3, {})


def test_titles_above_the_header_and_its_marks(tmp_path: Path) -> None:
    header = ["*统一社会信用\n代码", " 企业 名称（必填）", "成立日期", "注册资本", "经营范围"]
    rows = [
        ["重庆市某园区企业登记表", "", "", "", ""],
        ["填报单位：某园区", "", "", "", "2026年3月"],
        header,
        *ROWS,
    ]
    path = tmp_path / "r.csv"
    path.write_bytes(written(rows).encode("gb18030"))
    check_all(path)
    # Rows are counted as they stand in the file.
    assert sorted(t["row"] for t in table(path, "firm_texts")) == [4, 5, 6]


def test_ragged_rows_are_numbered_as_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    text = written([["某园区企业登记表", "", "", "", ""], HEADER, ROWS[0]]) + "多,一\r\n" + written(ROWS[1:])
    path.write_text(text, "utf-8")
    report = imported(path)
    assert report.quarantined == {"ragged": 1}
    assert [q["row"] for q in table(path, "quarantine")] == [4]


def workbook(path: Path, rows: list[list[Any]], *, title: str = "名录") -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(row)
    book.save(path)
    return book


def test_a_workbook_with_titles_serial_days_and_plain_numbers(tmp_path: Path) -> None:
    """Days as day numbers or dates, capital as numbers in the unit of the header."""
    path = tmp_path / "r.xlsx"
    rows: list[list[Any]] = [["某园区企业名录"], [], [*HEADER[:3], "注册资本（万元）", HEADER[4]]]
    rows += [
        [code(1), "重庆青溪齿轮有限公司", 42065, 500, "生产齿轮"],
        [code(2), "重庆白沙电机厂", datetime.date(2018, 7, 1), 1200.5, "制造电动机"],
        [code(3), "重庆石门商贸有限公司", "43835.0", "1,080.00", "销售建材"],
        [code(4), "重庆石门机械厂", "2019-1-1", "3亿元", "制造机械"],
    ]
    workbook(path, rows)
    imported(path)
    firms = {f["uscc"]: f for f in table(path)}
    assert [firms[code(n)]["founded"] for n in (1, 2, 3)] == ["2015-03-02", "2018-07-01", "2020-01-05"]
    assert [firms[code(n)]["capital_cny"] for n in (1, 2, 3, 4)] == [5e6, 12_005_000.0, 10_800_000.0, 3e8]


def test_a_header_over_two_lines_with_merged_cells(tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    rows: list[list[Any]] = [
        ["统一社会信用代码", "企业名称", "注册资本", None, "其他情况", None],
        [None, None, "金额", "币种", "成立日期", "经营范围"],
        [code(1), "重庆青溪齿轮有限公司", "500万元", "人民币", "2015-03-02", "生产齿轮"],
    ]
    book = workbook(path, rows)
    sheet = book.active
    assert sheet is not None
    for merged in ("A1:A2", "B1:B2", "C1:D1", "E1:F1"):
        sheet.merge_cells(merged)
    book.save(path)
    found = RegisterFile(path).found()
    assert found.columns == ("统一社会信用代码", "企业名称", "注册资本", "币种", "成立日期", "经营范围")
    assert (found.row, found.known) == (2, 6)
    imported(path)
    firm = table(path)[0]
    assert (firm["uscc"], firm["capital_cny"], firm["founded"]) == (code(1), 5e6, "2015-03-02")


def test_cells_merged_downwards_hold_for_all_their_rows(tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    rows: list[list[Any]] = [
        ["区县", "企业名称"],
        ["渝北区", "甲机械有限公司"],
        [None, "乙机械有限公司"],
        ["璧山区", "丙机械有限公司"],
    ]
    book = workbook(path, rows)
    sheet = book.active
    assert sheet is not None
    sheet.merge_cells("A2:A3")
    book.save(path)
    imported(path)
    places = {f["name_zh"]: f["region_id"] for f in table(path)}
    assert places["甲机械有限公司"] == places["乙机械有限公司"] == "500112"
    assert places["丙机械有限公司"] == "500120"


def test_the_sheet_with_firms_is_taken_and_hidden_ones_never(tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    book = workbook(path, [["填表说明"], ["一、请如实填写"]], title="说明")
    hidden = book.create_sheet("旧名录")
    hidden.append([*HEADER, "行业", "地址"])
    hidden.append([code(9), "重庆旧厂", "2001-01-01", "1万元", "生产", "机械", "渝北区"])
    hidden.sheet_state = "hidden"
    sheet = book.create_sheet("名录2026")
    for row in (HEADER, *ROWS):
        sheet.append(row)
    book.save(path)
    source = RegisterFile(path)
    source.found()
    assert (source.sheet, source.sheets()) == ("名录2026", ["说明", "名录2026"])
    check_all(path)
    with pytest.raises(UnknownNameError):
        RegisterFile(path, "没有").found()
    for one in book.worksheets:
        one.sheet_state = "hidden" if one.title != "说明" else "visible"
    book.remove(book["说明"])
    book.create_sheet("空").sheet_state = "visible"
    book.save(path)
    with pytest.raises(InputError):
        guess_layout(RegisterFile(path).header())


def test_codes_that_a_spreadsheet_rounded_are_refused_with_the_reason(tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    rows: list[list[Any]] = [
        HEADER,
        [915000123456789012.0, "甲机械有限公司"],
        ["9.15E+17", "乙机械有限公司"],
        [5e14, "丙机械有限公司"],
    ]
    workbook(path, rows)
    report = imported(path)
    assert report.quarantined == {"code-check": 1, "code-scientific": 2}
    reasons = {q["name"]: (q["reason"], q["value"]) for q in table(path, "quarantine")}
    assert reasons["乙机械有限公司"] == ("code-scientific", "9.15E+17")
    assert reasons["甲机械有限公司"][1].endswith("E+17")
    assert cell_text(500000000012345.0) == "500000000012345"


def test_a_register_without_codes_and_in_english(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    rows = [
        [
            "No.",
            "Company Name",
            "Date of Establishment",
            "Registered Capital (10,000 CNY)",
            "Business Scope",
            "Phone",
        ],
        ["1", "Chongqing Qingxi Gear Co., Ltd.", "2015-03-02", "500", "manufacture of gears", "023-67890000"],
        ["2", "Chongqing Baisha Motor Works", "2018-07-01", "1200", "manufacture of motors", "13900000000"],
    ]
    path.write_text(written(rows), "utf-8")
    report = imported(path)
    assert (report.firms, report.dropped_columns) == (2, ("Phone",))
    firms = {f["name_zh"]: f for f in table(path)}
    assert firms["Chongqing Qingxi Gear Co., Ltd."]["uscc"] is None
    assert firms["Chongqing Qingxi Gear Co., Ltd."]["founded"] == "2015-03-02"
    assert firms["Chongqing Qingxi Gear Co., Ltd."]["capital_cny"] == 5e6
    # The same firms again are the same firms.
    assert imported(path).already_done


def test_headers_that_say_nothing_are_made_up_for_by_the_cells(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text(written([["甲", "乙", "丙", "丁", "戊"], *ROWS]), "utf-8")
    source = RegisterFile(path)
    assert guess_columns(source.header(), source.sample()) == {"uscc": "甲", "name": "乙"}
    path.write_text(written(ROWS), "utf-8")
    source = RegisterFile(path)
    assert (source.found().row, source.header()[:2]) == (0, ["#1", "#2"])
    assert imported(path).firms == 3


def test_a_saved_mapping_finds_sheet_and_header_again(tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    workbook(path, [["x"], ["代号", "谁"], [code(1), "甲机械有限公司"]])
    layout = Layout("m", {"uscc": "代号", "name": "谁"}, sheet="名录", header_row=2)
    save_layout(layout, tmp_path / "m.toml")
    again = load_layout(str(tmp_path / "m.toml"))
    assert again == layout
    assert imported(path, again).firms == 1
    # Without the row the columns that the mapping asks for tell where the header is.
    assert imported(path, Layout("m", {"uscc": "代号", "name": "谁"})).firms == 1


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("r.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), ".xlsx"),
        ("r.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), ".xlsx"),
        ("r.xls", b"<html><body><table><tr><td>1</td></tr></table></body></html>", ".xlsx"),
        ("r.csv", b"PK\x03\x04" + bytes(100), "UTF-8"),
        ("r.xlsx", b"PK\x03\x04" + bytes(100), "export"),
        ("r.docx", b"PK\x03\x04" + bytes(100), "xlsx or csv"),
        ("r.csv", "名称\n甲公司\n".encode() + b"\xff\xff\xfe", "UTF-8"),
        ("r.csv", b"", ""),
    ],
)
def test_what_cannot_be_read_says_what_to_do(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(FileFormatError) as raised:
        RegisterFile(path).found()
    error = raised.value
    assert name in error.message.zh
    assert name in error.message.en
    assert says in (error.hint.en if error.hint else "")


def test_an_undecodable_file_says_from_which_line(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_bytes("名称\n甲公司\n乙公司".encode() + b"\xff\xff\n")
    with pytest.raises(FileFormatError, match="line 3"):
        RegisterFile(path).found()


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("统一社会信用代码/注册号", "uscc"),
        ("企业（单位）名称", "name"),
        ("说明/备注", None),
        ("＊企业名称＊", "name"),
        ("1、企业名称", "name"),
        ("注册资本(万元)", "capital"),
        ("Unified Social Credit Code", "uscc"),
        ("COMPANY_NAME", "name"),
        ("法定代表人", None),
        ("联系电话", None),
        ("", None),
    ],
)
def test_headers_are_folded(header: str, field: str | None) -> None:
    assert field_of(header) == field


def test_a_header_of_several_like_names() -> None:
    found = find_header([["名称", "名称", ""], ["a", "b", "c"]])
    assert found.columns == ("名称", "名称 (2)", "#3")
    assert plain_header("(备注)") == "(备注)"


def test_persons_and_their_numbers_are_taken_out_of_every_text(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    rows = [
        ["企业名称", "经营范围", "地址"],
        [
            "甲机械有限公司",
            "法定代表人：王五；电话13912345678；汽车齿轮制造",
            "某路1号 法人：赵六 13812345678 QQ:12345678",
        ],
        [
            "乙机械有限公司",
            "电话机制造；企业法人治理咨询；负责人培训",
            "联系人：李四光，某路2号 023-67891234",
        ],
    ]
    path.write_text(written(rows), "utf-8")
    imported(path)
    everything = str([table(path, name) for name in ("firms", "firm_texts", "quarantine")])
    for personal in ("王五", "赵六", "李四光", "139", "138", "6789", "12345678"):
        assert personal not in everything
    texts = {t["address"] or "": t["scope"] for t in table(path, "firm_texts")}
    assert any("汽车齿轮制造" in scope for scope in texts.values())
    assert "电话机制造；企业法人治理咨询；负责人培训" in texts.values()
    assert any("某路2号" in address for address in texts)


def test_what_could_not_be_read_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    rows = [
        ["企业名称", "成立日期", "注册资本"],
        ["甲机械有限公司", "２０１５－０３－０２", "500万元"],
        ["乙机械有限公司", "2015-13-40", "若干"],
        ["丙机械有限公司", "2999-01-01", "3亿元"],
        ["丁机械有限公司", "", ""],
        ["合计", "", "12345"],
        ["", "", ""],
    ]
    path.write_text(written(rows), "utf-8")
    report = imported(path)
    assert (report.firms, report.quarantined) == (4, {})
    assert report.skipped == {"blank-row": 1, "total-row": 1}
    assert {(d.field, d.reason): d.rows for d in report.doubts} == {
        ("founded", "impossible"): 1,
        ("founded", "unreadable"): 1,
        ("capital", "unreadable"): 1,
    }
    assert {f["name_zh"][0]: f["founded"] for f in table(path)} == {
        "甲": "2015-03-02",
        "乙": None,
        "丙": None,
        "丁": None,
    }


def test_a_mapping_fits_a_file_that_lacks_some_columns(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text(written([["name", "reg_date"], ["甲机械有限公司", "2015"]]), "utf-8")
    report = imported(path, load_layout("enterprise-cq"))
    assert report.firms == 1
    assert {"uscc", "scope", "province"} <= set(report.absent_columns)
    path.write_text(written([["who", "reg_date"], ["甲机械有限公司", "2015"]]), "utf-8")
    with pytest.raises(InputError, match="name"):
        imported(path, load_layout("enterprise-cq"))


def test_files_of_different_names_are_different_registers() -> None:
    header = ["企业名称"]
    one, two = guess_layout(header, "璧山2026"), guess_layout(header, "永川2026")
    assert one.source_id != two.source_id
    assert guess_layout(header, "Bishan 2026").source_id == "register-bishan-2026"
    assert guess_layout(header, "璧山2026").source_id == one.source_id


def test_a_newer_scope_is_in_the_history(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    header = ["企业名称", "信用代码", "经营范围"]
    path.write_text(written([header, ["甲机械有限公司", code(1), "销售建材"]]), "utf-8")
    layout = guess_layout(header, "r")
    imported(path, layout)
    path.write_text(written([header, ["甲机械有限公司", code(1), "汽车齿轮制造、销售"]]), "utf-8")
    assert imported(path, layout).changed == 1
    changes = {h["field"]: (h["before"], h["after"]) for h in table(path, "firm_history")}
    assert changes["scope"] == ("销售建材", "汽车齿轮制造、销售")
    assert changes["is_maker"] == ("false", "true")
    assert "sector_id" in changes


def test_tables_and_folders_that_do_not_fit_say_so(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text(written([HEADER, *ROWS]), "utf-8")
    (tmp_path / "bad.csv").write_text("a,b\n1,2\n", "utf-8")
    for wrong in ({"regions": tmp_path / "bad.csv"}, {"node_ids": tmp_path / "bad.csv"}):
        with pytest.raises(InputError, match="bad"):
            imported(path, **wrong)
    (tmp_path / "file").write_text("x", "utf-8")
    with pytest.raises(InputError):
        import_register(path, guess_layout(HEADER), tmp_path / "file" / "out", processes=1)
