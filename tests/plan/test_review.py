"""Decisions on read statements: appended, never overwritten, last one counts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lianzhang.cli import main
from lianzhang.errors import FileFormatError, UnknownNameError, UsageError
from lianzhang.plan import review
from lianzhang.plan.kernel.extract import extract
from lianzhang.plan.service import write_table

TEXT = "到2027年，武汉汽车产量达到120万辆，引进3—5家整车企业。\n到2027年，武汉汽车产量达到120万辆。\n"


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The store of a command lies in the folder where it is run."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(params=[".csv", ".jsonl"])
def table(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / f"review{request.param}"
    write_table(extract(TEXT, "plan.txt", published="2024"), path)
    return path


def test_a_table_reads_back_as_it_was_written(table: Path) -> None:
    assert review.read_table(table) == extract(TEXT, "plan.txt", published="2024")


def test_ids_differ_and_stay(table: Path) -> None:
    ids = [statement.id for statement in review.read_table(table)]
    assert len(set(ids)) == len(ids) == 2
    assert ids == [statement.id for statement in extract(TEXT, "plan.txt", published="2024")]


def test_the_last_decision_counts_and_the_first_stays_readable(table: Path) -> None:
    first, second = review.read_table(table)
    review.decide(table, first.id, "accept", by="Li")
    review.decide(table, first.id, "correct", {"value": "1,250,000", "kind": "expected"}, by="Wang")
    review.decide(table, second.id, "reject")
    found = {item.original.id: item for item in review.review(table)}
    assert found[first.id].decision == "correct"
    assert found[first.id].statement.value == 1_250_000
    assert found[first.id].statement.kind == "expected"
    assert found[first.id].original.value == 1_200_000
    assert found[first.id].by == "Wang"
    assert [entry["decision"] for entry in review.decisions(table)] == ["accept", "correct", "reject"]
    assert found[second.id].decision == "reject"
    assert review.read_table(table) == [first, second]


def test_decisions_that_make_no_sense_are_refused_and_leave_no_trace(table: Path) -> None:
    first = review.read_table(table)[0].id
    with pytest.raises(UnknownNameError):
        review.decide(table, "000000000000", "accept")
    with pytest.raises(UnknownNameError):
        review.decide(table, first, "correct", {"colour": "red"})
    with pytest.raises(UnknownNameError):
        review.decide(table, first, "correct", {"kind": "wish"})
    with pytest.raises(UsageError):
        review.decide(table, first, "correct", {"value": "many"})
    with pytest.raises(UsageError):
        review.decide(table, first, "correct")
    with pytest.raises(UsageError):
        review.decide(table, first, "accept", {"value": "1"})
    assert review.decisions(table) == []


def test_a_damaged_table_says_which_row(tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text('{"source": "x"}\n', encoding="utf-8")
    with pytest.raises(FileFormatError, match="row 1"):
        review.read_table(path)
    path.write_text("{broken\n", encoding="utf-8")
    with pytest.raises(FileFormatError):
        review.read_table(path)
    with pytest.raises(FileFormatError):
        review.read_table(tmp_path / "none.csv")


def test_on_the_command_line(table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = review.read_table(table)
    assert main(["plan", "review", str(table), "--accept", first.id, "--by", "Li"]) == 0
    assert "1 open" in capsys.readouterr().err
    assert main(["plan", "review", str(table), "--correct", second.id, "--set", "lower=4"]) == 0
    capsys.readouterr()
    out = tmp_path / "settled.jsonl"
    assert main(["plan", "review", str(table), "--out", str(out)]) == 0
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [row["lower"] for row in rows] == [None, 4.0]
    capsys.readouterr()
    assert main(["plan", "review", str(table), "--json"]) == 0
    states = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [state["decision"] for state in states] == ["accept", "correct"]
    assert main(["plan", "review", str(table), "--set", "value=1"]) == 2
