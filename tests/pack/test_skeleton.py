"""Starting a pack, finding packs, and the commands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lianzhang.cli import main
from lianzhang.errors import UnknownNameError, UsageError
from lianzhang.pack import RULES, bundled, check, find_pack
from lianzhang.pack.rules import rule_of
from lianzhang.pack.skeleton import new_pack
from lianzhang.schema import tables
from lianzhang.store import Store


def test_skeleton_has_every_table_with_its_header(tmp_path: Path) -> None:
    new_pack(tmp_path / "My Region")
    folder = tmp_path / "My Region"
    for table in tables().values():
        text = (folder / f"data/{table.name}.csv").read_text(encoding="utf-8")
        assert text == ",".join(table.column_names) + "\n"
        assert f"`{table.name}`" in (folder / "README.md").read_text(encoding="utf-8")
    raw = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    assert raw["name"] == "my-region"
    # All that is wrong with an empty pack is that it does not say which region it is about.
    assert [(p.rule, p.field) for p in check(folder).problems] == [("package-field", "lianzhang.region")]


def test_example_is_a_good_pack(tmp_path: Path) -> None:
    new_pack(tmp_path / "x", example=True)
    assert check(tmp_path / "x").problems == []


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError):
        new_pack(tmp_path)
    with pytest.raises(UsageError):
        new_pack(tmp_path / "notes.txt")
    assert [p.name for p in tmp_path.iterdir()] == ["notes.txt"]


def test_find_pack(tmp_path: Path) -> None:
    new_pack(tmp_path / "x")
    assert find_pack(tmp_path / "x") == tmp_path / "x"
    assert find_pack(tmp_path / "x/datapackage.json") == tmp_path / "x"
    for name, folder in bundled().items():
        assert find_pack(name) == folder
    with pytest.raises(UnknownNameError):
        find_pack("atlantis")
    table = next((tmp_path / "x").rglob("*.csv"))
    with pytest.raises(UsageError) as caught:
        find_pack(table)
    assert caught.value.hint is not None
    assert "give the folder of the pack" in caught.value.hint.en


def test_every_rule_is_said_in_both_languages() -> None:
    for name, rule in RULES.items():
        for text in (rule.message, rule.remedy):
            assert text.zh, name
            assert text.en, name
            assert any("\u4e00" <= c <= "\u9fff" for c in text.zh), name
            assert not any("\u4e00" <= c <= "\u9fff" for c in text.en), name


def test_a_rule_of_a_table_alone_has_the_tables_remedy() -> None:
    """Rules that only one table has need no entry among the general ones; their remedy is in the schema."""
    for table in tables().values():
        for one in table.checks:
            assert rule_of(one.rule).severity == "error"
            assert one.remedy.zh, f"{table.name}: {one.rule}"
            assert one.remedy.en, f"{table.name}: {one.rule}"
    assert rule_of("nobody-knows-this") is RULES["broken-rule"]


@pytest.fixture
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_commands_from_new_to_observe(at_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["pack", "new", "x", "--example"]) == 0
    assert main(["pack", "check", "x", "--json"]) == 0
    out = capsys.readouterr().out
    assert json.loads(out[out.index("{") :])["ok"] is True
    assert not (at_home / ".lianzhang").exists()
    assert main(["pack", "load", "x"]) == 0
    assert "Taoyuan" in capsys.readouterr().out
    assert main(["pack", "list", "--json"]) == 0
    listed = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert listed["x"]["rows"] == 29
    assert main(["observe", "cars-made", "2025-03", "-12.5", "--source", "example", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["value"] == -12.5
    assert main(["observe", "cars-maid", "2025-03", "1", "--source", "example"]) == 2
    assert "cars-made" in capsys.readouterr().err


def test_a_bad_pack_is_told_and_not_loaded(at_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new_pack(at_home / "x", example=True)
    firms = at_home / "x/data/firms.csv"
    firms.write_text(firms.read_text(encoding="utf-8").replace("company", "compny"), encoding="utf-8")
    assert main(["pack", "load", "x", "--limit", "2"]) == 2
    shown = capsys.readouterr()
    assert "unknown-code × 3" in shown.out
    assert "data/firms.csv row 2 kind 'compny'" in shown.out
    assert "and 1 more" in shown.out
    assert "nothing was loaded" in shown.err
    assert Store(at_home / ".lianzhang").regions() == {}
    assert main(["--lang", "zh", "pack", "check", "x"]) == 2
    assert "第 2 行 kind “compny”" in capsys.readouterr().out


def test_a_second_made_up_region(at_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["synth", "made", "--firms", "40", "--districts", "3", "--seed", "5"]) == 0
    assert main(["pack", "load", "made"]) == 0
    assert "langu" in Store(at_home / ".lianzhang").regions()
    assert main(["synth", "made"]) == 2
    capsys.readouterr()
