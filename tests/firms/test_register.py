"""Importing registers: mapping, cleaning, quarantine, idempotence, history. All rows are made up."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lianzhang.errors import FileFormatError, InputError, UnknownNameError
from lianzhang.firms.kernel.uscc import check_character
from lianzhang.firms.register.layout import (
    Layout,
    guess_layout,
    load_layout,
    personal_headers,
    ready_layouts,
    save_layout,
)
from lianzhang.firms.register.run import import_register

HEADER = [
    "企业名称",
    "统一社会信用代码",
    "法定代表人",
    "电话",
    "成立日期",
    "注册资本",
    "经营范围",
    "区县",
    "地址",
]


def code(number: int, division: str = "500112") -> str:
    first = f"91{division}MA{number:07d}"
    return first + check_character(first)


ROWS = [
    ["甲乙汽車座椅有限公司", code(1), "张三", "13912345678", "2010/5/1", "500万元", "汽车座椅制造、销售", "渝北区",
     "某路1号电话13912345678"],
    ["丙丁商贸有限公司", code(2), "李四", "", "2011-02-03", "20万美元", "销售：五金", "N/A", "重庆市江北区某街2号"],
    ["", code(3), "王五", "", "", "", "", "", ""],
    ["戊己有限公司", code(4)[:-1] + ("0" if code(4)[-1] != "0" else "1"), "赵六", "", "", "", "餐饮服务", "", ""],
    ["庚辛有限公司", "12345", "", "", "", "", "", "", ""],
    ["壬癸有限公司", "", "", "", "某年", "若干", "软件开发", "", ""],
    ["甲乙汽车座椅有限公司", code(1), "张三", "", "2010-05-01", "500万元", "汽车座椅制造、销售", "渝北区", ""],
]  # fmt: skip


def write_csv(path: Path, rows: list[list[str]], encoding: str = "utf-8", header: list[str] = HEADER) -> Path:
    with path.open("w", encoding=encoding, newline="") as handle:
        csv.writer(handle).writerows([header, *rows])
    return path


def read(folder: Path, table: str) -> list[dict[str, Any]]:
    return pq.read_table(folder / f"{table}.parquet").to_pylist()


def layout_of(header: list[str] = HEADER) -> Layout:
    guessed = guess_layout(header)
    return Layout(name="test", columns=guessed.columns, missing=("", "N/A"))


@pytest.mark.parametrize("kind", ["utf-8", "gb18030", "utf-8-sig", "gz", "parquet", "xlsx"])
def test_every_kind_of_file_gives_the_same_firms(tmp_path: Path, kind: str) -> None:
    if kind == "parquet":
        file = tmp_path / "r.parquet"
        columns = list(zip(*ROWS, strict=True))
        pq.write_table(pa.table({name: list(columns[i]) for i, name in enumerate(HEADER)}), file)
    elif kind == "xlsx":
        file = tmp_path / "r.xlsx"
        book = openpyxl.Workbook()
        for row in [HEADER, *ROWS]:
            book.active.append(row)
        book.save(file)
    elif kind == "gz":
        plain = write_csv(tmp_path / "r.csv", ROWS)
        file = tmp_path / "r.csv.gz"
        file.write_bytes(gzip.compress(plain.read_bytes()))
    else:
        file = write_csv(tmp_path / "r.csv", ROWS, kind)
    out = tmp_path / "out"
    report = import_register(file, layout_of(), out)
    assert (report.rows, report.firms, report.new, report.makers, report.repeated) == (7, 3, 3, 1, 1)
    assert report.quarantined == {"code-check": 1, "code-length": 1, "name-missing": 1}
    assert report.dropped_columns == ("法定代表人", "电话")
    firms = {row["uscc"]: row for row in read(out, "firms")}
    maker = firms[code(1)]
    assert (maker["region_id"], maker["founded"], maker["capital_cny"]) == ("500112", "2010-05-01", 5e6)
    assert maker["sector_id"] == "gb4754:36"
    dealer = firms[code(2)]
    assert (dealer["region_id"], dealer["capital_cny"]) == ("500105", None)
    texts = {row["firm_id"]: row for row in read(out, "firm_texts")}
    assert (texts[code(2)]["capital_amount"], texts[code(2)]["capital_currency"]) == (200_000, "USD")
    assert [(r["node_id"], r["evidence"]) for r in read(out, "firm_nodes")] == [
        ("icnev-trim", "registry_text")
    ]
    assert {r["cluster_id"] for r in read(out, "firm_clusters")} == {"33618-icnev", "33618-software"}
    nameless = next(row for row in firms.values() if row["uscc"] is None)
    assert nameless["firm_id"].startswith("N")
    assert nameless["founded"] is None


def test_no_personal_data_reaches_any_table(tmp_path: Path) -> None:
    out = tmp_path / "out"
    import_register(write_csv(tmp_path / "r.csv", ROWS), layout_of(), out)
    everything = "".join(str(read(out, file.stem)) for file in out.glob("*.parquet"))
    for secret in ("张三", "李四", "王五", "赵六", "13912345678"):
        assert secret not in everything
    layout = Layout(name="x", columns={"name": "企业名称", "address": "电话"})
    with pytest.raises(InputError, match="personal"):
        import_register(tmp_path / "r.csv", layout, tmp_path / "other")


def test_importing_again_changes_nothing(tmp_path: Path) -> None:
    file, out = write_csv(tmp_path / "r.csv", ROWS), tmp_path / "out"
    import_register(file, layout_of(), out)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    report = import_register(file, layout_of(), out)
    assert report.already_done
    assert report.firms == 3
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_newer_file_updates_and_keeps_the_history(tmp_path: Path) -> None:
    out = tmp_path / "out"
    import_register(write_csv(tmp_path / "old.csv", ROWS), layout_of(), out)
    newer = [
        ["甲乙新能源有限公司", code(1), "", "", "", "800万元", "动力电池制造", "开州区", ""],
        ["子丑有限公司", code(9), "", "", "", "", "物业管理", "", ""],
    ]
    report = import_register(write_csv(tmp_path / "new.csv", newer), layout_of(), out)
    assert (report.firms, report.new, report.changed) == (2, 1, 1)
    firms = {row["uscc"]: row for row in read(out, "firms")}
    assert len(firms) == 4
    assert firms[code(1)]["name_zh"] == "甲乙新能源有限公司"
    assert firms[code(1)]["founded"] == "2010-05-01"
    history = {(r["firm_id"], r["field"]): (r["before"], r["after"]) for r in read(out, "firm_history")}
    assert history[code(1), "name_zh"] == ("甲乙汽车座椅有限公司", "甲乙新能源有限公司")
    assert history[code(1), "region_id"] == ("500112", "500154")
    assert [r["node_id"] for r in read(out, "firm_nodes") if r["firm_id"] == code(1)] == ["icnev-battery"]


def test_one_code_with_two_names_is_refused_once(tmp_path: Path) -> None:
    rows = [["甲有限公司", code(1)], ["乙有限公司", code(1)], ["乙有限公司", code(1)]]
    file = write_csv(tmp_path / "r.csv", rows, header=["企业名称", "信用代码"])
    report = import_register(file, layout_of(["企业名称", "信用代码"]), tmp_path / "out")
    assert (report.firms, report.repeated, report.quarantined) == (1, 1, {"code-twice": 1})
    assert read(tmp_path / "out", "firms")[0]["name_zh"] == "乙有限公司"


def test_ragged_rows_go_to_the_quarantine(tmp_path: Path) -> None:
    file = tmp_path / "r.csv"
    file.write_text("name,scope\n甲有限公司,软件开发\n乙有限公司\n丙有限公司,餐饮,多余\n", "utf-8")
    report = import_register(file, layout_of(["name", "scope"]), tmp_path / "out")
    assert (report.rows, report.firms, report.quarantined) == (3, 1, {"ragged": 2})


def test_a_damaged_file_leaves_the_former_state(tmp_path: Path) -> None:
    out = tmp_path / "out"
    import_register(write_csv(tmp_path / "r.csv", ROWS), layout_of(), out)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    broken = tmp_path / "r2.csv.gz"
    broken.write_bytes(gzip.compress((tmp_path / "r.csv").read_bytes())[:-20])
    with pytest.raises(FileFormatError):
        import_register(broken, layout_of(), out)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_two_processes_give_what_one_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lianzhang.firms.register import run, source

    rows = [[f"甲{i}机械有限公司", code(i), "", "", "", "", "机械配件制造", "", ""] for i in range(300)]
    file = write_csv(tmp_path / "r.csv", rows)
    one = import_register(file, layout_of(), tmp_path / "one", processes=1)
    monkeypatch.setattr(run, "SMALL_BYTES", 0)
    monkeypatch.setattr(source, "BLOCK_BYTES", 4096)
    two = import_register(file, layout_of(), tmp_path / "two", processes=2)
    assert (one.firms, one.makers) == (two.firms, two.makers) == (300, 300)
    for table in ("firms", "firm_classes"):
        key = lambda row: row["firm_id"]  # noqa: E731
        assert sorted(read(tmp_path / "one", table), key=key) == sorted(
            read(tmp_path / "two", table), key=key
        )


def test_mappings_are_saved_and_read_back(tmp_path: Path) -> None:
    layout = layout_of()
    save_layout(layout, tmp_path / "m.toml")
    assert load_layout(str(tmp_path / "m.toml")) == layout
    assert {"enterprise-cq", "a-share-basic", "ckg"} <= set(ready_layouts())
    for name in ready_layouts():
        assert load_layout(name).name == name
    assert personal_headers(HEADER) == ["法定代表人", "电话"]
    assert not {"法定代表人", "电话"} & set(layout.columns.values())


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("[columns]\nscope = 'x'\n", InputError),
        ("[columns]\nname = 'x'\nshoe = 'y'\n", UnknownNameError),
        ("status = 'maybe'\n[columns]\nname = 'x'\n", UnknownNameError),
        ("columns = [", InputError),
        ("", InputError),
    ],
)
def test_bad_mappings_say_what_is_wrong(tmp_path: Path, text: str, error: type[Exception]) -> None:
    (tmp_path / "m.toml").write_text(text, "utf-8")
    with pytest.raises(error):
        load_layout(str(tmp_path / "m.toml"))


def test_files_that_do_not_fit_say_so(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError):
        load_layout("nowhere")
    with pytest.raises(InputError):
        guess_layout(["a", "b"])
    with pytest.raises(InputError):
        import_register(tmp_path / "absent.csv", layout_of(), tmp_path / "out")
    (tmp_path / "r.doc").write_text("x")
    with pytest.raises(FileFormatError):
        import_register(tmp_path / "r.doc", layout_of(), tmp_path / "out")
    file = write_csv(tmp_path / "r.csv", [["x"]], header=["名字"])
    with pytest.raises(InputError, match="lacks"):
        import_register(file, layout_of(), tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.shared
@pytest.mark.parametrize(
    ("file", "layout", "least"),
    [
        ("a-share-basic/stock_basic_incl_delisted_202603.csv", "a-share-basic", 5_000),
        ("ckg/firm_product_area_joined.csv", "ckg", 3_500),
    ],
)
def test_ready_mappings_fit_their_files(
    shared: Path, tmp_path: Path, file: str, layout: str, least: int
) -> None:
    report = import_register(shared / "data" / file, load_layout(layout), tmp_path / "out")
    assert report.firms >= least
    assert sum(report.quarantined.values()) == 0
