"""`lianzhang status`: a line per region; tables where one region is meant."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lianzhang.cli import main
from lianzhang.i18n import Text
from lianzhang.pack import arrow_table
from lianzhang.schema import table as schema
from lianzhang.store import Store


@pytest.fixture
def store(tmp_path: Path) -> str:
    """A store with two regions."""
    row = {
        "region_id": "r",
        "name_zh": "甲",
        "name_en": "One",
        "level": "county",
        "source_id": "s",
        "status": "synthetic",
    }
    with Store(tmp_path / "store").writer() as writer:
        for name, title in (("one", Text("甲县", "One County")), ("two", Text("乙县", "Two County"))):
            writer.put_region(name, {"regions": arrow_table(schema("regions"), [row])}, title=title, root="r")
    return str(tmp_path / "store")


def test_several_regions_are_a_line_each(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--store", store, "--lang", "en"]) == 0
    out = capsys.readouterr().out
    lines = [line for line in out.splitlines() if "version" in line]
    assert [line.split(",")[0] for line in lines] == ["One County (one)", "Two County (two)"]
    assert "Regions" not in out


@pytest.mark.parametrize("named", ["two", "乙县"])
def test_a_named_region_alone_with_its_tables(
    store: str, named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["status", "--store", store, "--lang", "en", "--region", named]) == 0
    out = capsys.readouterr().out
    assert "Two County" in out
    assert "One County" not in out
    assert "Regions" in out


def test_json_has_the_tables_of_every_region(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--store", store, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["regions"]
    assert {r["name"]: r["rows"] for r in found} == {"one": {"regions": 1}, "two": {"regions": 1}}


def test_an_unknown_region_is_an_error(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--store", store, "--lang", "en", "--region", "three"]) == 3
    assert "three" in capsys.readouterr().err
