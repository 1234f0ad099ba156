"""What an import does with values that it cannot use, with personal data in free text, and with rows that are no firms."""

from __future__ import annotations

import csv
import datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianzhang.cli import main
from lianzhang.firms.kernel.uscc import check_character
from lianzhang.firms.register.layout import Layout, column_name, guess_columns, guess_layout, source_id_of
from lianzhang.firms.register.run import ImportReport, import_register
from lianzhang.firms.register.values import Values, is_total, shown


def code(number: int) -> str:
    first = f"91500112MA{number:07d}"
    return first + check_character(first)


def write(path: Path, header: list[str], rows: list[list[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows([header, *rows])
    return path


def read(folder: Path, table: str) -> list[dict[str, Any]]:
    return pq.read_table(folder / f"{table}.parquet").to_pylist()


def doubts(report: ImportReport) -> dict[tuple[str, str], tuple[int, tuple[tuple[int, str | None], ...]]]:
    return {(d.field, d.reason): (d.rows, d.examples) for d in report.doubts}


def test_values_not_used_are_counted_with_their_first_rows(tmp_path: Path) -> None:
    header = ["企业名称", "信用代码", "成立日期", "注册资本", "注销日期", "区县"]
    rows = [
        ["甲有限公司", code(1), "２０１５－０３－０２", "2.5億元", "", "渝北区"],
        ["乙有限公司", code(2), "2099-01-01", "-5万元", "", "渝北区"],
        ["丙有限公司", code(3), "1815-01-01", "100000000万", "", "渝北区"],
        ["丁有限公司", code(4), "2015-13-40", "王明双", "", "渝北区"],
        ["戊有限公司", code(5), "2015", "0.00万", "1999-01-01", "渝北区"],
        ["己有限公司", code(6), "2099-02-01", "$500万", "", "渝北区"],
        ["庚有限公司", "", "某年", "三万五", "", "无名地"],
    ]
    out = tmp_path / "out"
    file = write(tmp_path / "r.csv", header, rows)
    report = import_register(file, Layout("test", guess_layout(header).columns), out)
    assert (report.firms, report.quarantined) == (7, {})
    found = doubts(report)
    assert found["founded", "future"] == (2, ((3, "2099-01-01"), (7, "2099-02-01")))
    assert found["founded", "too-early"] == (1, ((4, "1815-01-01"),))
    assert found["founded", "impossible"] == (1, ((5, "2015-13-40"),))
    assert found["founded", "unreadable"] == (1, ((8, "×年"),))
    assert found["closed", "before-founding"] == (1, ((6, "1999-01-01"),))
    assert found["capital", "unreadable"] == (1, ((5, "×××"),)), "a name in the wrong column is not shown"
    assert {reason for field, reason in found if field == "capital"} == {
        "negative", "too-large", "unreadable", "zero", "currency", "ambiguous",
    }  # fmt: skip
    assert found["district", "place-unknown"] == (1, ((8, None),))
    firms = {row["name_zh"]: row for row in read(out, "firms")}
    assert (firms["甲有限公司"]["founded"], firms["甲有限公司"]["capital_cny"]) == ("2015-03-02", 2.5e8)
    assert firms["戊有限公司"]["founded"] == "2015"
    assert all(firms[f"{n}有限公司"]["founded"] is None for n in "乙丙丁己庚")
    assert all(firms[f"{n}有限公司"]["capital_cny"] is None for n in "乙丙丁戊己庚")
    assert firms["戊有限公司"]["closed"] is None
    written = read(out, "doubts")
    assert len(written) == sum(d.rows for d in report.doubts)
    assert all(row["firm_id"] for row in written)
    # The same report is told again when the file was there before, with nothing new.
    again = import_register(file, Layout("test", guess_layout(header).columns), out)
    assert (again.already_done, again.new, again.changed, again.firms) == (True, 0, 0, 7)
    assert again.doubts == report.doubts


def test_personal_data_in_free_text_is_taken_out_and_counted(tmp_path: Path) -> None:
    header = ["企业名称", "信用代码", "经营范围", "住所", "注册资本"]
    rows = [
        ["甲有限公司（法人：赵六）", code(1), "法定代表人：王五；电话13912345678；汽车座椅制造",
         "某路1号 联系人：李四光", "500万，电话13912345678"],
        ["乙有限公司", "13912345678", "电话机制造；法人治理咨询", "某路2号", ""],
        ["丙有限公司", code(3), "电话机制造；法人治理咨询", "法人：赵六 13812345678 QQ:12345678", ""],
    ]  # fmt: skip
    out = tmp_path / "out"
    report = import_register(
        write(tmp_path / "r.csv", header, rows), Layout("test", guess_layout(header).columns), out
    )
    everything = "".join(str(read(out, file.stem)) for file in out.glob("*.parquet"))
    everything += (out / "import.json").read_text("utf-8")
    for secret in ("王五", "赵六", "李四光", "13912345678", "13812345678", "12345678"):
        assert secret not in everything
    texts = {row["firm_id"]: row for row in read(out, "firm_texts")}
    assert texts[code(1)]["scope"] == "汽车座椅制造"
    assert texts[code(3)]["scope"] == "电话机制造；法人治理咨询"
    assert texts[code(3)]["address"] is None
    assert read(out, "firms")[0]["name_zh"] == "甲有限公司"
    assert read(out, "firms")[0]["capital_cny"] == 5e6
    found = doubts(report)
    assert found["scope", "personal"] == (1, ((2, None),))
    assert found["address", "personal"] == (2, ((2, None), (4, None)))


def test_totals_and_blank_rows_are_no_firms(tmp_path: Path) -> None:
    header = ["企业名称", "信用代码", "注册资本（万元）"]
    rows = [
        ["甲有限公司", code(1), "500"],
        ["", "", ""],
        ["合 计", "", "12345"],
        ["填表人：王五", "", ""],
        ["", code(2), "1"],
    ]
    out = tmp_path / "out"
    report = import_register(
        write(tmp_path / "r.csv", header, rows), Layout("test", guess_layout(header).columns), out
    )
    assert (report.firms, report.rows) == (1, 5)
    assert report.skipped == {"blank-row": 1, "total-row": 2}
    assert report.quarantined == {"name-missing": 1}
    assert report.doubts == ()


@pytest.mark.parametrize(
    ("name", "total"),
    [("合计", True), ("总 计：", True), ("Total", True), ("备注：数据截至年底", True), ("共 12 家", True),
     ("合计五金有限公司", False), ("总计", True), ("重庆共计科技有限公司", False), ("第一机床厂", False)],
)  # fmt: skip
def test_lines_of_totals(name: str, total: bool) -> None:
    assert is_total(name) is total


def test_standard_names_of_registry_tables_and_their_currency(tmp_path: Path) -> None:
    header = [
        "ENTNAME",
        "UNISCID",
        "ESTDATE",
        "REGCAP",
        "REGCAPCUR",
        "DOM",
        "OPSCOPE",
        "LEREP",
        "ENTSTATUS",
        "CANDATE",
    ]
    rows = [
        ["甲有限公司", code(1), "2015-03-02", "500", "156", "重庆市渝北区某路1号", "汽车座椅制造", "王五", "1", ""],
        ["乙有限公司", code(2), "2015-03-02", "500", "840", "重庆市渝北区某路2号", "汽车座椅制造", "赵六", "1", ""],
        ["丙有限公司", code(3), "2015-03-02", "500", "贝壳", "重庆市渝北区某路3号", "汽车座椅制造", "李四", "1", ""],
    ]  # fmt: skip
    out = tmp_path / "out"
    report = import_register(
        write(tmp_path / "r.csv", header, rows), Layout("test", guess_layout(header).columns), out
    )
    assert report.dropped_columns == ("LEREP",)
    assert report.unused_columns == ("ENTSTATUS",)
    texts = {row["firm_id"]: row for row in read(out, "firm_texts")}
    assert (texts[code(1)]["capital_amount"], texts[code(1)]["capital_currency"]) == (5e6, "CNY")
    assert (texts[code(2)]["capital_amount"], texts[code(2)]["capital_currency"]) == (5e6, "USD")
    assert texts[code(3)]["capital_amount"] is None
    assert doubts(report)["capital", "currency"][0] == 1
    assert {row["founded"] for row in read(out, "firms")} == {"2015-03-02"}


def test_columns_without_a_header_are_told_by_their_cells() -> None:
    sample = [
        ["1", f"甲{i}有限公司", code(i), "2015-03-02", "500万元", "汽车座椅制造、销售", "渝北区某路1号"]
        for i in range(5)
    ]
    header = [f"#{i}" for i in range(1, 8)]
    assert guess_columns(header, sample) == {
        "name": "#2", "uscc": "#3", "founded": "#4", "capital": "#5", "scope": "#6", "address": "#7",
    }  # fmt: skip
    assert column_name("#3").zh == "第 3 列"
    assert column_name("住所").en == "住所"
    named = ["序号", "企业名称", "信用代码", "年检", "实缴", "经营范围", "住所"]
    assert not {"founded", "capital"} & guess_columns(named, sample).keys(), "not any day, not any amount"


def test_columns_of_a_mapping_that_the_file_has_not_are_told(tmp_path: Path) -> None:
    file = write(tmp_path / "r.csv", ["名", "围"], [["甲有限公司", "汽车座椅制造"]])
    layout = Layout("mine", {"name": "名", "scope": "围", "closed": "注销", "province": "省份"})
    report = import_register(file, layout, tmp_path / "out")
    assert report.absent_columns == ("注销", "省份")
    assert report.makers == 1


def test_the_history_has_scopes_addresses_chains_and_clusters(tmp_path: Path) -> None:
    header = ["企业名称", "信用代码", "经营范围", "住所", "注册资本"]
    out = tmp_path / "out"
    layout = Layout("test", guess_layout(header).columns)
    old = [["甲有限公司", code(1), "汽车座椅制造", "渝北区某路1号", "500万元"]]
    new = [["甲有限公司", code(1), "汽车座椅制造；锂离子电池制造", "渝北区某路2号", "600万元"]]
    import_register(write(tmp_path / "a.csv", header, old), layout, out)
    # What an earlier version let in does not come back.
    texts = pq.read_table(out / "firm_texts.parquet")
    place = texts.schema.get_field_index("address")
    pq.write_table(
        texts.set_column(place, "address", [["渝北区某路1号 联系人：李四光"]]), out / "firm_texts.parquet"
    )
    report = import_register(write(tmp_path / "b.csv", header, new), layout, out)
    assert (report.new, report.changed) == (0, 1)
    history = {row["field"]: (row["before"], row["after"]) for row in read(out, "firm_history")}
    assert history["scope"] == ("汽车座椅制造", "汽车座椅制造；锂离子电池制造")
    assert history["address"] == ("渝北区某路1号", "渝北区某路2号")
    assert history["capital_text"] == ("500万元", "600万元")
    assert history["chain"] == ("TRM", "BAT;TRM")
    assert "clusters" in history
    assert "name_zh" not in history


def test_registers_of_other_files_and_regions_are_others() -> None:
    ids = [
        source_id_of(*a)
        for a in (("bom", "chengdu"), ("bom", "chongqing"), ("c15", "chongqing"), ("名录", "chongqing"))
    ]
    assert len(set(ids)) == 4
    assert ids == [
        source_id_of(*a)
        for a in (("bom", "chengdu"), ("bom", "chongqing"), ("c15", "chongqing"), ("名录", "chongqing"))
    ]
    assert all(i.isascii() and i.startswith("register-") for i in ids)


def test_two_files_without_a_mapping_stay_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LIANZHANG_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("LIANZHANG_LANG", "zh")
    header = ["企业名称", "信用代码", "成立日期"]
    for number, name in enumerate(("成都", "重庆")):
        file = write(tmp_path / f"{name}.csv", header, [[f"{name}甲有限公司", code(number), "某年"]])
        assert main(["firms", "import", str(file), "--no-keep"]) == 0
    told = capsys.readouterr()
    assert "读不出" in told.out
    assert "2：×年" in told.out
    folders = [p for p in (tmp_path / "store" / "registers").iterdir() if (p / "firms.parquet").is_file()]
    assert len(folders) == 2
    assert {read(f, "firms")[0]["source_id"] for f in folders} == {f.name for f in folders}


@given(st.text(max_size=40))
def test_examples_show_no_words_that_could_be_names(text: str) -> None:
    values = Values("", datetime.date(2026, 1, 1))
    values.date("张三丰" + text, 1, "founded")
    for doubt in values.doubts:
        assert "张三丰" not in (doubt["value"] or "")
    assert "张" not in shown("张三")
