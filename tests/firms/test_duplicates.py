"""From an imported register to groups, to decisions of people, to merged records; and what goes wrong on the way."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.firms_duplicates import make, records
from lianzhang.cli import main
from lianzhang.errors import FileFormatError, InputError, NotComputableError, NotLoadedError, UsageError
from lianzhang.firms import duplicates
from lianzhang.firms.duplicates import RESULT, Group, Member, duplicates_of_import, read_groups
from lianzhang.firms.merging import (
    Decision,
    apply_merges,
    kept_record,
    merge_records,
    read_review,
    sure_decisions,
    write_review,
)


def _member(firm_id: str, name: str, uscc: str | None = None, probability: float = 0.99) -> Member:
    return Member(firm_id, name, uscc, "500112", "2001-02-03", None, probability)


GROUPS = [
    Group("N1", (_member("N1", "甲乙机械公司"), _member("U1", "重庆甲乙机械制造有限公司", "U1"))),
    Group(
        "N2", (_member("N2", "丙丁食品公司", probability=0.96), _member("U2", "重庆丙丁食品有限公司", "U2"))
    ),
]


def _import(folder: Path) -> Path:
    """A small import with the groups above found in it."""
    folder.mkdir()
    members = [m for group in GROUPS for m in group.firms]
    firms = [
        {
            "firm_id": m.firm_id,
            "name_zh": m.name,
            "uscc": m.uscc,
            "region_id": m.region_id,
            "founded": m.founded if m.uscc is None else None,
            "source_id": "register-a",
        }
        for m in members
    ]
    pq.write_table(pa.Table.from_pylist(firms), folder / "firms.parquet")
    texts = [
        {"firm_id": m.firm_id, "scope": f"{m.name}的范围", "address": "某路1号" if m.uscc is None else None}
        for m in members
    ]
    pq.write_table(pa.Table.from_pylist(texts), folder / "firm_texts.parquet")
    nodes = [("N1", "a"), ("U1", "a"), ("N1", "b"), ("N2", "c")]
    pq.write_table(
        pa.Table.from_pylist(
            [{"firm_id": f, "node_id": n, "confidence": 0.5 + (f > "O") / 4} for f, n in nodes]
        ),
        folder / "firm_nodes.parquet",
    )
    pq.write_table(
        pa.table(
            {
                name: pa.array([], pa.string())
                for name in ("firm_id", "field", "before", "after", "imported_at")
            }
        ),
        folder / "firm_history.parquet",
    )
    rows = [
        {"group_id": g.group_id, "firm_id": m.firm_id, "name_zh": m.name, "uscc": m.uscc, "region_id": m.region_id,
         "founded": m.founded, "address": m.address, "probability": m.probability}
        for g in GROUPS for m in g.firms
    ]  # fmt: skip
    pq.write_table(pa.Table.from_pylist(rows), folder / RESULT)
    return folder


@pytest.fixture
def imported(tmp_path: Path) -> Path:
    return _import(tmp_path / "register")


def _decide(sheet: Path, words: dict[str, str], encoding: str = "utf-8-sig") -> None:
    with sheet.open(encoding="utf-8-sig", newline="") as stream:
        header, *rows = csv.reader(stream)
    with sheet.open("w", encoding=encoding, newline="") as stream:
        csv.writer(stream).writerows([header, *([*r[:2], words.get(r[3], r[2]), *r[3:]] for r in rows)])


def _rows(folder: Path, name: str) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = pq.read_table(folder / f"{name}.parquet").to_pylist()
    return rows


def test_groups_come_back_as_they_were_found(imported: Path) -> None:
    assert list(read_groups(imported)) == GROUPS
    assert [kept_record(g).firm_id for g in GROUPS] == ["U1", "U2"]


@pytest.mark.parametrize(("lang", "merge", "apart"), [("zh", "合并", "不合并"), ("en", "merge", "APART ")])
def test_a_sheet_is_filled_in_and_carried_out(
    imported: Path, tmp_path: Path, lang: str, merge: str, apart: str
) -> None:
    sheet = tmp_path / "review.csv"
    shown = write_review(imported, sheet, lang)  # type: ignore[arg-type]
    assert (shown.groups, shown.records, shown.open) == (2, 4, 2)
    _decide(sheet, {"甲乙机械公司": merge, "丙丁食品公司": apart}, "gb18030")
    report = merge_records(imported, read_review(imported, sheet))
    assert (report.merged, report.into, report.apart, report.firms) == (1, 1, 1, 3)
    firms = {row["firm_id"]: row for row in _rows(imported, "firms")}
    assert sorted(map(str, firms)) == ["N2", "U1", "U2"]
    # What the record that stays lacked, it has from the other; what it had, it keeps.
    assert (firms["U1"]["founded"], firms["U1"]["name_zh"]) == ("2001-02-03", "重庆甲乙机械制造有限公司")
    texts = {row["firm_id"]: row for row in _rows(imported, "firm_texts")}
    assert (texts["U1"]["address"], texts["U1"]["scope"]) == ("某路1号", "重庆甲乙机械制造有限公司的范围")
    nodes = {(row["firm_id"], row["node_id"]): row["confidence"] for row in _rows(imported, "firm_nodes")}
    assert nodes == {("U1", "a"): 0.75, ("U1", "b"): 0.5, ("N2", "c"): 0.5}
    (note,) = _rows(imported, "firm_history")
    assert (note["firm_id"], note["field"], note["before"], note["after"]) == (
        "U1",
        "merged",
        "N1 甲乙机械公司",
        "U1",
    )
    # The groups are spent, and nothing else is left beside the import.
    with pytest.raises(NotLoadedError):
        list(read_groups(imported))
    assert sorted(p.name for p in imported.parent.iterdir()) == ["register", "review.csv"]


def test_decisions_are_shown_again_and_respected(imported: Path, tmp_path: Path) -> None:
    merge_records(imported, [Decision("N2", "U2", "apart", "丙丁食品公司")])
    _import(tmp_path / "again")
    (tmp_path / "again" / RESULT).replace(imported / RESULT)
    shown = write_review(imported, tmp_path / "review.csv", "en")
    assert shown.open == 1
    assert [d.firm_id for d in sure_decisions(imported, 0.9)] == ["N1"]
    assert [d.firm_id for d in sure_decisions(imported, 0.995)] == []


def test_a_newer_file_does_not_bring_merged_records_back(imported: Path, tmp_path: Path) -> None:
    merge_records(imported, [Decision("N1", "U1", "merge", "甲乙机械公司")])
    newer = _import(tmp_path / "newer")
    os.link(imported / "firm_decisions.parquet", newer / "firm_decisions.parquet")
    assert apply_merges(newer) == (1, 1)
    assert [row["firm_id"] for row in _rows(newer, "firms")] == ["N2", "U1", "U2"]
    assert _rows(newer, "firm_history") == []


def test_merges_that_follow_each_other_end_in_one(imported: Path) -> None:
    merge_records(imported, [Decision("N1", "N2", "merge", "甲"), Decision("N2", "U2", "merge", "丙")])
    assert [row["firm_id"] for row in _rows(imported, "firms")] == ["U1", "U2"]
    assert {row["firm_id"] for row in _rows(imported, "firm_nodes")} == {"U1", "U2"}


def test_two_codes_are_never_merged(imported: Path) -> None:
    before = _rows(imported, "firms")
    with pytest.raises(InputError, match="different credit codes"):
        merge_records(imported, [Decision("U1", "U2", "merge", "甲")])
    with pytest.raises(InputError, match="different credit codes"):
        merge_records(imported, [Decision("U1", "N2", "merge", "甲"), Decision("N2", "U2", "merge", "丙")])
    assert _rows(imported, "firms") == before


def test_a_sheet_that_does_not_fit_is_refused(imported: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "review.csv"
    write_review(imported, sheet, "en")
    text = sheet.read_text("utf-8-sig")
    for wrong, said in (
        (text.replace("1,1,,", "1,1,perhaps,"), "no decision"),
        (text.replace("甲乙机械公司", "别的公司"), "别的公司"),
        (text.replace("1,1,,", "9,1,,"), "not found: 9"),
        (text.replace("decision", "verdict"), "no column 'decision'"),
        (text.replace("1,1,,", "1,1,merge,").replace("2,1,keep", "2,1,"), "exactly one record to keep"),
    ):
        sheet.write_text(wrong, "utf-8")
        with pytest.raises(InputError, match=said):
            read_review(imported, sheet)
    with pytest.raises(UsageError):
        sure_decisions(imported, 0.2)


def test_a_run_that_dies_leaves_what_was_there(imported: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {path.name: path.read_bytes() for path in imported.iterdir()}

    def interrupted(*arguments: object, **named: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(duplicates, "find_duplicates", interrupted)
    with pytest.raises(KeyboardInterrupt):
        duplicates_of_import(imported)
    monkeypatch.setattr("lianzhang.firms.merging.apply_merges", interrupted)
    with pytest.raises(KeyboardInterrupt):
        merge_records(imported, [Decision("N1", "U1", "merge", "甲")])
    assert {path.name: path.read_bytes() for path in imported.iterdir()} == before
    assert [path.name for path in imported.parent.iterdir()] == ["register"]


def test_what_is_not_there_or_damaged_is_said(imported: Path, tmp_path: Path) -> None:
    with pytest.raises(NotLoadedError):
        duplicates_of_import(tmp_path)
    with pytest.raises(NotLoadedError):
        merge_records(tmp_path, [])
    (imported / RESULT).write_bytes(b"PAR1 no more")
    with pytest.raises(FileFormatError, match="damaged"):
        list(read_groups(imported))
    (imported / "firms.parquet").write_bytes(b"no parquet")
    with pytest.raises(FileFormatError, match="damaged"):
        duplicates_of_import(imported)


@pytest.mark.slow
def test_from_a_register_to_merged_records(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("splink")
    register, out, sheet = tmp_path / "register.csv", tmp_path / "out", tmp_path / "review.csv"
    with register.open("w", encoding="utf-8", newline="") as stream:
        lines = csv.writer(stream)
        lines.writerow(("uscc", "name", "scope", "address", "founded"))
        # Codes made up without a check character are left out: a register of records without codes.
        lines.writerows(
            ("", r.name, "", f"渝北区{r.address or ''}", r.founded or "") for r in records(2_000, 7)
        )
    store = ["--store", str(tmp_path / "store")]
    assert main([*store, "firms", "import", str(register), "--out", str(out)]) == 0
    firms = pq.read_metadata(out / "firms.parquet").num_rows
    capsys.readouterr()
    assert main([*store, "firms", "duplicates", str(out), "--json", "--review", str(sheet)]) == 0
    told = capsys.readouterr()
    groups = [json.loads(line) for line in told.out.splitlines()]
    assert "review sheet" in told.err
    assert len(groups) > 150
    assert all(
        len(g["firms"]) > 1 and {f["probability"] >= 0.95 for f in g["firms"]} == {True} for g in groups
    )
    assert main([*store, "firms", "merge", str(out), "--at-least", "0.99", "--json"]) == 0
    merged = json.loads(capsys.readouterr().out)
    assert merged["kept"] is None
    assert merged["merge"]["merged"] > 100
    assert merged["merge"]["firms"] == firms - merged["merge"]["merged"]
    # The same file says nothing new; another one of the same records brings none of the merged ones back.
    assert (
        main(
            [
                *store,
                "firms",
                "import",
                str(register),
                "--out",
                str(out),
                "--save-mapping",
                str(sheet) + ".toml",
            ]
        )
        == 0
    )
    with register.open("a", encoding="utf-8") as stream:
        stream.write(",一家新来的公司,,,\n")
    capsys.readouterr()
    assert main([*store, "firms", "import", str(register), "--out", str(out), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["import"]["new"] == 1
    assert pq.read_metadata(out / "firms.parquet").num_rows == merged["merge"]["firms"] + 1
    # The sheet is of the search before.
    assert main([*store, "firms", "merge", str(out), "--reviewed", str(sheet)]) == 3
    assert "firms duplicates" in capsys.readouterr().err


def test_commands_say_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = ["--store", str(tmp_path / "store")]
    assert main([*store, "firms", "duplicates"]) == 3
    assert "no register was imported yet" in capsys.readouterr().err
    (tmp_path / "store" / "registers").mkdir(parents=True)
    for name in ("one", "two"):
        _import(tmp_path / "store" / "registers" / name)
    assert main([*store, "firms", "merge", "--at-least", "0.9"]) == 3
    assert "one, two" in capsys.readouterr().err
    assert main([*store, "firms", "merge", "one"]) == 2
    assert main([*store, "firms", "duplicates", "one", "--threshold", "0.1"]) == 2
    assert main([*store, "firms", "duplicates", "one", "--spark-master", "local[2]"]) == 2
    capsys.readouterr()
    assert main([*store, "firms", "merge", "one", "--at-least", "0.98"]) == 0
    assert "1 records merged into 1 firms" in capsys.readouterr().out


@pytest.mark.slow
def test_where_every_record_has_a_code_nothing_is_in_doubt(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("splink")
    data = make(1_000)
    with data["_folder"]:
        folder = data["folder"]
        firms = pq.read_table(folder / "firms.parquet")
        codes = pa.array([f"U{n}" for n in range(len(firms))])
        pq.write_table(
            firms.set_column(firms.schema.get_field_index("uscc"), "uscc", codes), folder / "firms.parquet"
        )
        assert main(["--store", str(tmp_path), "firms", "duplicates", str(folder)]) == 0
    told = capsys.readouterr().out
    assert "no duplicates found among 1,000 records" in told
    assert "two codes are two firms" in told


def test_the_benchmark_writes_an_import() -> None:
    data = make(500)
    with data["_folder"]:
        assert pq.read_metadata(data["folder"] / "firms.parquet").num_rows == len(data["truth"])


def test_an_import_without_firms_is_told_so(tmp_path: Path) -> None:
    folder = _import(tmp_path / "import")
    for name in ("firms.parquet", "firm_texts.parquet"):
        table = pq.read_table(folder / name)
        pq.write_table(table.slice(0, 0), folder / name)
    with pytest.raises(NotComputableError, match="no firm"):
        duplicates_of_import(folder)
    assert not [p for p in tmp_path.iterdir() if p != folder], "nothing is left beside the import"
