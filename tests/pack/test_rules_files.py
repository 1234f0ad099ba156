"""Every rule about the package and its files fires on a pack damaged in just that way."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lianzhang.pack import Report, check, table_schema
from lianzhang.schema import tables


def rules(report: Report) -> list[str]:
    return [p.rule for p in report.errors]


def described(pack: Path, edit: Callable[[dict[str, Any]], None]) -> Report:
    path = pack / "datapackage.json"
    raw = json.loads(path.read_text(encoding="utf-8"))
    edit(raw)
    path.write_text(json.dumps(raw, ensure_ascii=False), encoding="utf-8")
    return check(pack)


def firms(pack: Path) -> Path:
    return pack / "data/firms.csv"


def test_no_package(tmp_path: Path) -> None:
    assert rules(check(tmp_path)) == ["no-package"]


@pytest.mark.parametrize("text", ["{", "[]", ""])
def test_bad_package(pack: Path, text: str) -> None:
    (pack / "datapackage.json").write_text(text, encoding="utf-8")
    assert rules(check(pack)) == ["bad-package"]


@pytest.mark.parametrize(
    ("field", "edit"),
    [
        ("name", lambda raw: raw.update(name="Tao Yuan")),
        ("name", lambda raw: raw.update(name="../x")),
        ("title", lambda raw: (raw.update(title=None), raw["lianzhang"].pop("title"))),
        ("lianzhang.region", lambda raw: raw["lianzhang"].pop("region")),
        ("lianzhang.as_of", lambda raw: raw["lianzhang"].update(as_of="yesterday")),
        ("lianzhang.languages", lambda raw: raw["lianzhang"].update(languages=["fr"])),
        ("resources", lambda raw: raw.update(resources={})),
        ("resources[0]", lambda raw: raw["resources"].insert(0, {"name": "firms"})),
        (
            "resources[0]",
            lambda raw: raw["resources"].insert(0, {"name": "firms", "path": ["a.csv", "b.csv"]}),
        ),
    ],
)
def test_package_field(pack: Path, field: str, edit: Callable[[dict[str, Any]], None]) -> None:
    report = described(pack, edit)
    assert ("package-field", field) in [(p.rule, p.field) for p in report.errors]


def test_root_region_must_exist(pack: Path) -> None:
    report = described(pack, lambda raw: raw["lianzhang"].update(region="atlantis"))
    assert [(p.rule, p.field, p.value) for p in report.errors] == [
        ("dangling-reference", "lianzhang.region", "atlantis")
    ]


def test_unknown_table_offers_the_nearest(pack: Path) -> None:
    report = described(pack, lambda raw: raw["resources"].append({"name": "frims", "path": "data/frims.csv"}))
    assert rules(report) == ["unknown-table"]
    assert "firms" in report.errors[0].remedy.en


@pytest.mark.parametrize(
    "path",
    [
        "../firms.csv",
        "/etc/passwd",
        "data/../../firms.csv",
        "https://example.org/firms.csv",
        "data\\firms.csv",
        "",
    ],
)
def test_unsafe_path(pack: Path, path: str) -> None:
    report = described(pack, lambda raw: raw["resources"].append({"name": "parks", "path": path}))
    assert rules(report) == ["unsafe-path"]


def test_a_link_out_of_the_pack_is_unsafe(pack: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.csv"
    outside.write_text("park_id\n", encoding="utf-8")
    (pack / "data/parks.csv").symlink_to(outside)
    report = described(pack, lambda raw: raw["resources"].append({"name": "parks", "path": "data/parks.csv"}))
    assert rules(report) == ["unsafe-path"]


@pytest.mark.parametrize(
    "entry", [{"name": "firms", "path": "data/other.csv"}, {"name": "parks", "path": "./data/firms.csv"}]
)
def test_duplicate_resource(pack: Path, entry: dict[str, str]) -> None:
    assert rules(described(pack, lambda raw: raw["resources"].append(entry))) == ["duplicate-resource"]


def test_missing_file(pack: Path) -> None:
    firms(pack).unlink()
    report = check(pack)
    assert report.errors[0].rule == "missing-file"
    assert report.errors[0].file == "data/firms.csv"


def test_unknown_format(pack: Path) -> None:
    (pack / "data/parks.xlsx").write_bytes(b"PK\x03\x04")
    report = described(
        pack, lambda raw: raw["resources"].append({"name": "parks", "path": "data/parks.xlsx"})
    )
    assert rules(report) == ["unknown-format"]


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_empty_file(pack: Path, content: bytes) -> None:
    firms(pack).write_bytes(content)
    assert rules(check(pack)) == ["empty-file"]


@pytest.mark.parametrize(
    "content",
    [b"PK\x03\x04rest", b"\xd0\xcf\x11\xe0rest", b"firm_id\n\x00\n"],
)
def test_not_text(pack: Path, content: bytes) -> None:
    firms(pack).write_bytes(content)
    assert rules(check(pack)) == ["not-text"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_named(pack: Path, encoding: str) -> None:
    mark = "" if encoding == "utf-16" else "\ufeff"
    firms(pack).write_bytes((mark + firms(pack).read_text(encoding="utf-8")).encode(encoding))
    assert rules(check(pack)) == ["utf-16"]


def test_delimiter(pack: Path) -> None:
    firms(pack).write_text(firms(pack).read_text(encoding="utf-8").replace(",", ";"), encoding="utf-8")
    assert rules(check(pack)) == ["delimiter"]


def test_bom_is_accepted_and_named(pack: Path) -> None:
    firms(pack).write_bytes(b"\xef\xbb\xbf" + firms(pack).read_bytes())
    report = check(pack)
    assert report.ok
    assert [(p.rule, p.file) for p in report.notices] == [("bom", "data/firms.csv")]
    assert report.rows["firms"] == 3


def test_gb18030_is_read_and_named(pack: Path) -> None:
    firms(pack).write_bytes(firms(pack).read_text(encoding="utf-8").encode("gb18030"))
    report = check(pack)
    assert report.ok, [p.render() for p in report.errors]
    assert [(p.rule, p.file) for p in report.notices] == [("gb18030", "data/firms.csv")]
    assert report.rows["firms"] == 3


def test_mixed_encodings_name_the_strange_row(pack: Path) -> None:
    lines = firms(pack).read_bytes().splitlines(keepends=True)
    lines[2] = lines[2].decode().encode("gb18030")
    firms(pack).write_bytes(b"".join(lines))
    report = check(pack)
    assert [(p.rule, p.row) for p in report.errors if p.file == "data/firms.csv"] == [("mixed-encoding", 3)]


def test_unknown_encoding(pack: Path) -> None:
    lines = firms(pack).read_bytes().splitlines(keepends=True)
    lines[1] = lines[1].replace(b"company", b"\xff\xff")
    firms(pack).write_bytes(b"".join(lines))
    assert [(p.rule, p.row) for p in check(pack).errors if p.file == "data/firms.csv"] == [
        ("unknown-encoding", 2)
    ]


def test_ragged_row(pack: Path) -> None:
    lines = firms(pack).read_text(encoding="utf-8").splitlines()
    lines[2] += ",extra"
    firms(pack).write_text("\n".join(lines) + "\n", encoding="utf-8")
    report = check(pack)
    assert [(p.rule, p.row) for p in report.errors] == [("ragged-row", 3)]
    assert report.errors[0].value is not None
    assert "≠" in report.errors[0].value


def test_a_ragged_row_is_told_once(pack: Path) -> None:
    lines = firms(pack).read_text(encoding="utf-8").splitlines()
    # The comma shifts every later cell, which must not be reported cell by cell.
    lines[2] = lines[2].replace(",", ",,", 1)
    firms(pack).write_text("\n".join(lines) + "\n", encoding="utf-8")
    report = check(pack)
    assert [(p.rule, p.row) for p in report.errors if p.file == "data/firms.csv"] == [("ragged-row", 3)]
    assert report.error_counts() == {"ragged-row": 1}


def test_rows_after_a_ragged_one_keep_their_numbers(pack: Path) -> None:
    lines = firms(pack).read_text(encoding="utf-8").splitlines()
    lines[2] += ",extra"
    lines[3] = lines[3].replace("company", "companny")
    firms(pack).write_text("\n".join([lines[0], "", *lines[1:]]) + "\n", encoding="utf-8")
    report = check(pack)
    assert {(p.rule, p.row) for p in report.problems} == {
        ("blank-row", 2),
        ("ragged-row", 4),
        ("unknown-code", 5),
    }


@pytest.mark.parametrize("cut", [1, 30, 60])
def test_truncated_csv(pack: Path, cut: int) -> None:
    content = firms(pack).read_bytes()
    firms(pack).write_bytes(content[: len(content) - cut - 20])
    assert "truncated-file" in rules(check(pack))


def test_unclosed_quote_is_truncation(pack: Path) -> None:
    content = firms(pack).read_text(encoding="utf-8").rstrip("\n")
    firms(pack).write_text(content + '\nf9,"桃源', encoding="utf-8")
    assert "truncated-file" in rules(check(pack))


def test_bad_quote(pack: Path) -> None:
    content = firms(pack).read_text(encoding="utf-8").replace("桃源示例电子", '"桃源"示例电子')
    firms(pack).write_text(content, encoding="utf-8")
    report = check(pack)
    assert ("bad-quote", 3) in [(p.rule, p.row) for p in report.errors]


def test_no_final_newline_is_told(pack: Path) -> None:
    firms(pack).write_bytes(firms(pack).read_bytes().rstrip(b"\n"))
    report = check(pack)
    assert report.ok
    assert [p.rule for p in report.notices] == ["no-final-newline"]
    assert report.rows["firms"] == 3


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_other_line_ends(pack: Path, end: str) -> None:
    firms(pack).write_bytes(firms(pack).read_bytes().replace(b"\n", end.encode()))
    report = check(pack)
    assert report.problems == []
    assert report.rows["firms"] == 3


def test_rows_of_commas_are_blank(pack: Path) -> None:
    width = firms(pack).read_text(encoding="utf-8").splitlines()[0].count(",")
    with firms(pack).open("a", encoding="utf-8") as handle:
        handle.write("," * width + "\n" + "," * width + "\n")
    report = check(pack)
    assert report.ok
    assert [(p.rule, p.row) for p in report.notices] == [("blank-row", 5), ("blank-row", 6)]
    assert report.rows["firms"] == 3


def test_header_problems(pack: Path) -> None:
    text = firms(pack).read_text(encoding="utf-8")
    firms(pack).write_text(text.replace("name_zh", "nam_zh", 1), encoding="utf-8")
    report = check(pack)
    assert {(p.rule, p.field) for p in report.errors} == {
        ("unknown-column", "nam_zh"),
        ("missing-column", "name_zh"),
    }
    assert "name_zh" in next(p for p in report.errors if p.rule == "unknown-column").remedy.en
    firms(pack).write_text(text.replace("name_en", "name_zh", 1), encoding="utf-8")
    assert rules(check(pack)) == ["duplicate-header"]


@pytest.mark.parametrize("name", ["法定代表人", "联系电话"])
def test_columns_about_persons_are_refused(pack: Path, name: str) -> None:
    firms(pack).write_text(firms(pack).read_text(encoding="utf-8").replace("note", name, 1), encoding="utf-8")
    report = check(pack)
    assert rules(report) == ["unknown-column"]
    assert "never stored" in report.errors[0].remedy.en


def parquet(pack: Path, data: pa.Table) -> Path:
    path = pack / "data/firms.parquet"
    pq.write_table(data, path)
    raw = json.loads((pack / "datapackage.json").read_text(encoding="utf-8"))
    for entry in raw["resources"]:
        if entry["name"] == "firms":
            entry.update(path="data/firms.parquet", format="parquet")
    (pack / "datapackage.json").write_text(json.dumps(raw), encoding="utf-8")
    return path


def good_firms() -> pa.Table:
    columns = {"firm_id": ["1", "2"], "name_zh": ["甲", "乙"], "kind": ["company", "plant"]}
    return pa.table(
        columns | {"source_id": ["example"] * 2, "status": ["synthetic"] * 2, "capital_cny": [1.5, None]}
    )


def test_parquet_is_read(pack: Path) -> None:
    parquet(pack, good_firms().append_column("lon", pa.array([1, 2], pa.int32())))
    report = check(pack)
    assert report.ok, [p.render() for p in report.errors]
    assert report.rows["firms"] == 2


def test_truncated_parquet(pack: Path) -> None:
    path = parquet(pack, good_firms())
    path.write_bytes(path.read_bytes()[:-30])
    assert rules(check(pack)) == ["truncated-file"]


@pytest.mark.parametrize("content", [b"not parquet at all", b"PAR1" + b"\x00" * 40 + b"PAR1"])
def test_unreadable_parquet(pack: Path, content: bytes) -> None:
    parquet(pack, good_firms()).write_bytes(content)
    assert rules(check(pack)) == ["unreadable-file"]


def test_damaged_parquet_page(pack: Path) -> None:
    path = parquet(pack, good_firms())
    content = bytearray(path.read_bytes())
    content[4:60] = b"\xff" * 56
    path.write_bytes(bytes(content))
    assert rules(check(pack)) == ["unreadable-file"]


def test_parquet_column_of_a_strange_type(pack: Path) -> None:
    parquet(pack, good_firms().append_column("note", pa.array([["a"], ["b"]])))
    report = check(pack)
    assert [(p.rule, p.field) for p in report.errors] == [("column-type", "note")]


def test_table_schema_follows_the_tables() -> None:
    """Frictionless asks that a primary key be without nulls and that references stay inside the package."""
    for table in tables().values():
        schema = table_schema(table, tables())
        assert [f["name"] for f in schema["fields"]] == list(table.column_names)
        key = schema.get("primaryKey") or schema["uniqueKeys"][0]
        assert tuple(key) == table.key
        assert ("primaryKey" in schema) == (not any(table.column(k).nullable for k in table.key))
        for link in schema.get("foreignKeys", ()):
            assert (link["reference"]["resource"] or table.name) in tables()
    assert "foreignKeys" not in table_schema(tables()["regions"], ["sources_absent"])
