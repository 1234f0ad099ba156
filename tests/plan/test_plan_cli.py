"""`lianzhang plan read`, `plan text` and `plan conflicts` as a user meets them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lianzhang.cli import main

KEYS = {
    "source", "line", "char_start", "char_end", "quote", "places", "indicator", "value", "lower", "upper", "comparator",
    "unit", "measure", "kind", "period_start", "period_end", "region", "confidence",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The store of a command lies in the folder where it is run."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "plan.txt"
    path.write_text(
        "2024-06-01\n到2027年，武汉汽车产量达到120万辆。\nIn 2023, Wuhan’s automobile output reached 1 million vehicles.\n",
        encoding="utf-8",
    )
    return path


def test_json_is_one_object_a_line(document: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "read", str(document), "--json"]) == 0
    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert set(first) >= KEYS
    assert (first["value"], first["kind"], first["period_end"], first["line"]) == (
        1_200_000,
        "target",
        "2027",
        2,
    )
    assert (second["value"], second["kind"], second["region"]) == (1_000_000, "achieved", "Wuhan")


def test_the_table_says_what_was_read(document: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "read", str(document)]) == 0
    shown = capsys.readouterr()
    assert "1,200,000" in shown.out
    assert "2 statements" in shown.err


def test_a_review_table_is_written(
    document: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "review.csv"
    assert main(["plan", "read", str(document), "--out", str(out)]) == 0
    assert capsys.readouterr().out == ""
    assert out.read_text(encoding="utf-8-sig").startswith("id,source,line,")


def test_the_text_offsets_point_into_is_printed(document: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "text", str(document)]) == 0
    assert capsys.readouterr().out == document.read_text(encoding="utf-8")


def test_conflicts_between_documents(
    document: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.txt"
    other.write_text("In 2023, Wuhan’s automobile output reached 100,000 vehicles.\n", encoding="utf-8")
    assert main(["plan", "conflicts", str(document), str(other), "--json", "--published", "2024"]) == 0
    (finding,) = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (finding["kind"], finding["holds"]) == ("factor-of-ten", False)


def test_a_missing_file_ends_with_a_hint_and_no_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plan", "read", str(tmp_path / "none.txt")]) == 2
    assert "none.txt" in capsys.readouterr().err
