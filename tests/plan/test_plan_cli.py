"""`lianzhang plan read`, `plan text` and `plan conflicts` as a user meets them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lianzhang.cli import main
from lianzhang.plan.disagreements import conflicts
from lianzhang.store import Store

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


def test_conflicts_as_a_table_with_the_region_and_without(
    document: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--store", str(tmp_path / "s"), "--lang", "en"]
    assert main(["plan", "read", str(document), "--published", "2024", *where]) == 0
    other = tmp_path / "other.txt"
    other.write_text("In 2023, Wuhan’s automobile output reached 130,000 vehicles.\n", encoding="utf-8")
    capsys.readouterr()
    for name in ("found.csv", "found.xlsx", "found.json"):
        assert main(["plan", "conflicts", str(other), "--out", str(tmp_path / name), *where]) == 0
        assert "compared with region documents" in capsys.readouterr().err
    (row,) = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
    assert (row["kind"], row["result"]) == ("two values", "cannot hold")
    assert "other.txt:1, " in row["places"]
    assert "plan.txt:3, " in row["places"]
    assert "130,000" in (tmp_path / "found.csv").read_text(encoding="utf-8-sig")
    assert main(["plan", "conflicts", str(other), "--alone", "--json", *where]) == 0
    assert capsys.readouterr().out == ""


def test_what_documents_disagree_in_is_kept_with_the_region_until_corrected(
    document: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = tmp_path / "s"
    where = ["--store", str(store)]
    other = tmp_path / "other.txt"
    other.write_text("In 2023, Wuhan’s automobile output reached 100,000 vehicles.\n", encoding="utf-8")
    assert main(["plan", "read", str(document), str(other), "--published", "2024", *where]) == 0
    assert "1 contradictions found" in capsys.readouterr().err
    assert kinds_on_record(store) == ["factor_of_ten"]
    assert main(["plan", "read", str(other), "--published", "2024", *where]) == 0
    assert kinds_on_record(store) == ["factor_of_ten"]
    capsys.readouterr()
    assert main(["plan", "review", "other.txt", "--json", *where]) == 0
    wrong = json.loads(capsys.readouterr().out)["id"]
    assert main(["plan", "review", "other.txt", "--correct", wrong, "--set", "value=1000000", *where]) == 0
    assert kinds_on_record(store) == []


def kinds_on_record(store: Path) -> list[str]:
    with Store(store).reader() as reader:
        return [c.kind for c in conflicts(reader)]


@pytest.mark.parametrize("command", ["ledger", "track"])
def test_ledger_and_tracker_as_tables(
    command: str, document: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--store", str(tmp_path / "s"), "--lang", "en"]
    timeless = tmp_path / "goal.txt"
    timeless.write_text("力争引进整车企业5家以上。\n", encoding="utf-8")
    assert main(["plan", "read", str(document), str(timeless), "--published", "2024", *where]) == 0
    for name in ("t.csv", "t.xlsx", "t.json"):
        assert main(["plan", command, "--as-of", "2025-01-31", "--out", str(tmp_path / name), *where]) == 0
        assert "2 targets written" in capsys.readouterr().err
    dated, timeless_row = json.loads((tmp_path / "t.json").read_text(encoding="utf-8"))
    assert (dated["value"], dated["deadline"], dated["unit"]) == (1_200_000, "2027", "vehicles")
    assert "plan.txt" in dated["said_in"]
    assert "line 2" in dated["said_in"]
    assert timeless_row["deadline"] == "no deadline said"
    if command == "track":
        assert dated["verdict"] == "not computable"
        assert "no deadline" in timeless_row["reason"]
    from openpyxl import load_workbook

    page = load_workbook(tmp_path / "t.xlsx").worksheets[0]
    assert page.max_row == 3
    assert main(["plan", command, "--out", str(tmp_path / "t.pdf"), *where]) == 2
