"""The commands of `chain` on the bundled pack: what a reader sees, and the same as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lianzhang.cli import main
from lianzhang.store import Store, load_pack


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("store")
    load_pack(Store(folder), "chongqing")
    return folder


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal in which no cell is broken."""
    monkeypatch.setenv("COLUMNS", "400")


def _run(store: Path, capsys: pytest.CaptureFixture[str], *arguments: str, lang: str = "en") -> str:
    assert main(["--store", str(store), "--lang", lang, *arguments]) == 0
    return " ".join(capsys.readouterr().out.split())


def test_gaps_show_inputs_sources_range_and_backtest(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = _run(store, capsys, "chain", "gaps", "--as-of", "2026-06-30")
    for words in ("What the factors are made from", "Sources of at stake:", "Sources of exposure:", "Range"):
        assert words in out
    assert "Backtest: by the location quotient of 2007" in out
    assert "Take care" not in out
    then = _run(store, capsys, "chain", "gaps", "--as-of", "2019-12-31", "--level", "assembly")
    assert "Take care: the evidence is as of 2019-12-31" in then


def test_gaps_as_json_hold_every_input(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--store", str(store), "chain", "gaps", "--as-of", "2026-06-30", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    first = found["ranked"][0]
    assert first["rank"] == 1
    assert first["inputs"]["value_sources"] == ["cq-io2023"]
    assert set(first["inputs"]["exposure_sources"]) <= set(found["source_titles"])
    assert found["backtests"][0]["auc_lq"] == 0.794
    assert {g["kind"] for g in found["ranked"]} <= {"make-up", "strengthen", "extend"}


def test_candidates_for_a_node_and_for_every_gap(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = _run(store, capsys, "chain", "candidates", "隔膜", "--most", "3", lang="zh")
    assert out.count("只是线索") == 3
    every = _run(store, capsys, "chain", "candidates", "--level", "assembly", "--most", "1")
    assert "Candidates for every gap" in every
    assert main(["--store", str(store), "chain", "candidates", "--most", "1", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {"node_id", "name", "grade", "rank", "candidates"} == set(found[0])
    assert [n["rank"] for n in found if n["rank"]] == sorted(n["rank"] for n in found if n["rank"])


def test_the_gradient_beside_the_plan(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = _run(store, capsys, "firms", "gradient", "--as-of", "2026-06-30")
    assert "255 enterprises (2022) ×1.96 │ 255 enterprises (2022) │ +14.4%" in out
    assert main(["--store", str(store), "firms", "gradient", "--as-of", "2026-06-30", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    giants = next(r for r in found["targets"] if r["indicator_id"] == "little_giants")
    assert (giants["target"], giants["base"], giants["deadline"]) == (500.0, 255.0, "2027")
