"""The tree of tasks: order, verdicts of targets, editing by table."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path

import pytest

from lianzhang.cli import plan_track
from lianzhang.errors import FileFormatError, InputError, UsageError
from lianzhang.i18n import Text
from lianzhang.plan.tasks import Imported, import_tasks, task_tree, write_tasks
from lianzhang.store import Store, load_pack

DAY = date(2025, 6, 1)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    from lianzhang.pack import write_pack

    proof = {"source_id": "s", "status": "official"}
    statement = {
        "statement_id": "t1", "locator": "line 1", "indicator_id": "nev", "topic_zh": "产量", "topic_en": "Output",
        "region_id": "r", "kind": "target", "comparator": ">=", "value": 300.0, "unit": "vehicles", "measure": "level",
        "period_end": "2024", "preferred": True,
    }  # fmt: skip
    indicator = {
        "indicator_id": "nev", "name_zh": "产量", "name_en": "Output", "unit": "vehicles", "measure": "level",
        "flow": True,
    }  # fmt: skip
    seen = {
        "indicator_id": "nev", "series": "main", "region_id": "r", "period": "2024", "value": 310.0, "comparator": "=",
        "preferred": True,
    }  # fmt: skip

    def task(name: str, parent: str | None, kind: str, rank: int, **more: str) -> dict[str, object]:
        row = {
            "task_id": name,
            "parent_id": parent,
            "kind": kind,
            "rank": rank,
            "name_zh": f"任务{name}",
            "name_en": name,
        }
        return row | more | proof

    write_pack(
        tmp_path / "pack",
        {
            "sources": [{"source_id": "s", "title_zh": "规划", "title_en": "The plan", "kind": "plan"}],
            "regions": [
                {"region_id": "r", "name_zh": "某市", "name_en": "Somewhere", "level": "city"} | proof
            ],
            "indicators": [indicator | proof],
            "observations": [seen | proof],
            "statements": [statement | proof],
            "tasks": [
                task("b", "root", "task", 2, deadline="2024", state="under_way"),
                task("p", "root", "project", 1),
                task("root", None, "plan", 1, owner="经信委"),
                task("a", "root", "task", 1, deadline="2024", state="done"),
                task("deep", "a", "measure", 1),
            ],
            "task_targets": [{"task_id": "a", "statement_id": "t1"} | proof],
        },
        name="somewhere",
        title=Text("某市", "Somewhere"),
        region="r",
    )
    made = Store(tmp_path / "store")
    load_pack(made, tmp_path / "pack")
    return made


def test_tree_with_verdicts(store: Store) -> None:
    with store.reader() as reader:
        found = task_tree(reader, DAY)
    assert [(t.task_id, t.depth) for t in found] == [("root", 0), ("a", 1), ("deep", 2), ("b", 1), ("p", 1)]
    by = {t.task_id: t for t in found}
    assert [t.verdict for t in by["a"].targets] == ["met"]
    assert (by["a"].overdue, by["b"].overdue, by["p"].overdue) == (False, True, False)
    assert by["root"].owner == "经信委"


def test_written_and_read_back_unchanged(store: Store, tmp_path: Path) -> None:
    table = tmp_path / "tasks.csv"
    with store.reader() as reader:
        before = task_tree(reader, DAY)
    write_tasks(before, table)
    assert import_tasks(store, "", table) == Imported(0, 0, 5)
    with store.reader() as reader:
        assert task_tree(reader, DAY) == before


def edit(table: Path, change: dict[str, dict[str, str]], *extra: dict[str, str]) -> None:
    with table.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        names = list(reader.fieldnames or ())
        rows = [r | change.get(r["task_id"], {}) for r in reader] + list(extra)
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows)


def as_workbook(rows: list[dict[str, str]], path: Path) -> Path:
    from openpyxl import Workbook

    book = Workbook()
    page = book.active
    assert page is not None
    for number, line in enumerate([list(rows[0]), *(list(r.values()) for r in rows)], start=1):
        for column, cell in enumerate(line, start=1):
            page.cell(number, column, cell)
    book.save(path)
    return path


def test_a_workbook_is_written_and_read_back_unchanged(store: Store, tmp_path: Path) -> None:
    table = tmp_path / "tasks.xlsx"
    with store.reader() as reader:
        before = task_tree(reader, DAY)
        write_tasks(before, table)
    assert import_tasks(store, "", table) == Imported(0, 0, len(before))
    with store.reader() as reader:
        assert task_tree(reader, DAY) == before
    (tmp_path / "bad.xlsx").write_bytes(b"PK no workbook")
    with pytest.raises(FileFormatError):
        import_tasks(store, "", tmp_path / "bad.xlsx")
    with pytest.raises(UsageError):
        import_tasks(store, "", tmp_path / "tasks.ods")


def test_edited_by_table(store: Store, tmp_path: Path) -> None:
    table = tmp_path / "tasks.csv"
    with store.reader() as reader:
        write_tasks(task_tree(reader, DAY), table)
    new = {
        "task_id": "new",
        "parent_id": "p",
        "kind": "measure",
        "rank": "1",
        "name_zh": "新",
        "name_en": "New",
    }
    edit(
        table,
        {"b": {"state": "done", "evidence": "report 7", "targets": "t1"}, "a": {"targets": ""}},
        new | {"source_id": "s", "status": "derived"},
    )
    assert import_tasks(store, "", table) == Imported(1, 1, 4)
    with store.reader() as reader:
        by = {t.task_id: t for t in task_tree(reader, DAY)}
    assert (by["b"].state, by["b"].evidence, by["b"].overdue) == ("done", "report 7", False)
    assert [t.statement_id for t in by["b"].targets] == ["t1"]
    assert by["a"].targets == ()
    assert by["new"].depth == 2


@pytest.mark.parametrize(
    ("change", "extra", "field"),
    [
        ({"b": {"parent_id": "nowhere"}}, (), "parent_id"),
        ({"root": {"parent_id": "deep"}}, (), "parent_id"),
        ({"b": {"state": "perhaps"}}, (), "state"),
        ({"b": {"deadline": "soon"}}, (), "deadline"),
        ({"b": {"name_zh": ""}}, (), "name_zh"),
        ({"b": {"targets": "no-such-statement"}}, (), "targets"),
        ({}, ({"task_id": "a"},), "task_id"),
    ],
)
@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_a_bad_table_changes_nothing_and_file_row_and_field_are_named(
    store: Store,
    tmp_path: Path,
    change: dict[str, dict[str, str]],
    extra: tuple[dict[str, str], ...],
    field: str,
    suffix: str,
) -> None:
    table = tmp_path / "tasks.csv"
    with store.reader() as reader:
        before = task_tree(reader, DAY)
    write_tasks(before, table)
    edit(table, change, *extra)
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    wrong = next(iter(change), None)
    # A circle may be told of any of the tasks on it.
    named = {"b": {"b"}, "root": {"root", "b", "deep"}, None: {"a"}}[wrong]
    possible = [n for n, r in enumerate(rows, start=2) if r["task_id"] in named][-1 if wrong is None else 0 :]
    if suffix == ".xlsx":
        table = as_workbook(rows, tmp_path / "tasks.xlsx")
    with pytest.raises(InputError) as caught:
        import_tasks(store, "", table)
    message = caught.value.message
    assert any(f"{table.name}, row {n}, field {field}: " in message.en for n in possible)
    assert any(f"{table.name} 第{n}行 {field}：" in message.zh for n in possible)
    with store.reader() as reader:
        assert task_tree(reader, DAY) == before


def test_a_file_that_is_no_table_is_refused(store: Store, tmp_path: Path) -> None:
    table = tmp_path / "x.csv"
    table.write_text("a,b\n", encoding="utf-8")
    with pytest.raises(FileFormatError, match="lacks the columns"):
        import_tasks(store, "", table)


def test_command(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIANZHANG_STORE", str(store.path))
    monkeypatch.setenv("LIANZHANG_LANG", "en")
    monkeypatch.setenv("COLUMNS", "160")
    plan_track.tasks(as_of=DAY)
    assert "under way (overdue)" in capsys.readouterr().out
    plan_track.tasks(as_of=DAY, json=True)
    assert json.loads(capsys.readouterr().out)[1]["targets"][0]["verdict"] == "met"
    plan_track.tasks(as_of=DAY, out=tmp_path / "t.csv")
    plan_track.tasks(edit=tmp_path / "t.csv")
    assert "0 tasks added, 0 changed, 5 as they were" in capsys.readouterr().err
