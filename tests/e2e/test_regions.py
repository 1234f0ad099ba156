"""The main path on real and made-up regions: load, compute, report, in both languages and every format."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

from lianzhang.cli import main


def run(store: Path, *arguments: str) -> int:
    return main([*arguments, "--store", str(store)])


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the bundled region and a made-up one."""
    folder = tmp_path_factory.mktemp("e2e")
    store = folder / "store"
    assert run(store, "pack", "load", "chongqing") == 0
    assert main(["synth", str(folder / "made-up"), "--firms", "500", "--seed", "7"]) == 0
    assert run(store, "pack", "load", str(folder / "made-up")) == 0
    return store


@pytest.fixture(scope="module")
def regions(loaded: Path) -> list[str]:
    from lianzhang.store import Store

    return sorted(Store(loaded).regions())


def test_two_regions_live_in_one_store_and_one_has_to_be_named(
    loaded: Path, regions: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(regions) == 2
    capsys.readouterr()
    assert run(loaded, "report") == 2
    message = capsys.readouterr().err
    assert all(name in message for name in regions)


@pytest.mark.parametrize("index", [0, 1])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_report_of_every_region_is_one_file_without_a_network(
    loaded: Path, regions: list[str], tmp_path: Path, index: int, lang: str
) -> None:
    out = tmp_path / "report.html"
    assert run(loaded, "report", "--region", regions[index], "--lang", lang, "--out", str(out)) == 0
    html = out.read_text(encoding="utf-8")
    assert not re.search(r'(?:src|<link[^>]*href)="(?:https?:)?//', html)
    for key in ("targets", "clusters", "chain", "places", "accounts"):
        assert f'id="s-{key}"' in html
    assert html.count("<svg") >= 5
    visible = re.sub(r"<(script|style)[^>]*>.*?</\1>", "", html, flags=re.DOTALL)
    visible = re.sub(r"<[^>]+>", " ", visible)
    assert not re.search(r"gb4754:|io42:|\bNone\b|\bnan(?:%|\s?(?:yuan|元))", visible)


@pytest.mark.parametrize("kind", ["xlsx", "docx"])
def test_office_formats_open_again(loaded: Path, tmp_path: Path, kind: str) -> None:
    out = tmp_path / f"report.{kind}"
    assert run(loaded, "report", "--region", "chongqing", "--lang", "zh", "--out", str(out)) == 0
    if kind == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(out.read_bytes()))
        assert len(book.sheetnames) >= 6
    else:
        import docx

        document = docx.Document(str(out))
        assert any("重庆" in p.text for p in document.paragraphs)


def test_an_observed_figure_reaches_the_answers_without_reloading(
    loaded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def clusters() -> dict[str, dict[str, object]]:
        capsys.readouterr()
        assert run(loaded, "chain", "clusters", "--region", "chongqing", "--json") == 0
        return {c["cluster_id"]: c for c in json.loads(capsys.readouterr().out)["clusters"]}

    from lianzhang.store import Store

    with Store(loaded).reader("chongqing") as reader:
        indicator, cluster = next(
            iter(
                reader.sql(
                    "SELECT indicator_id, cluster_id FROM indicators "
                    "WHERE cluster_id IS NOT NULL AND unit = 'yuan' AND concept = 'scale' ORDER BY indicator_id"
                ).to_pylist()
            )
        ).values()
    before = clusters()[cluster]
    given = ("--source", "甲", "--status", "official", "--region", "chongqing")
    assert run(loaded, "observe", indicator, "2031", "987654321000", *given) == 0
    after = clusters()[cluster]
    assert before["latest_cny"] != after["latest_cny"] == 987654321000


def test_the_demo_runs_without_a_terminal_and_ends_when_told(tmp_path: Path) -> None:
    environ = {k: v for k, v in os.environ.items() if not k.startswith("LIANZHANG_")}
    environ |= {"LIANZHANG_DEMO_ONCE": "1", "LC_ALL": "zh_CN.UTF-8"}
    done = subprocess.run(
        [sys.executable, "-m", "lianzhang", "demo"],
        cwd=tmp_path,
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    path = Path(done.stdout.strip().rpartition("：")[2])
    assert path.is_file()
    assert "产业集群现状" in path.read_text(encoding="utf-8")


def test_status_says_what_is_loaded(loaded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(loaded, "status", "--json") == 0
    shown = {r["name"]: r for r in json.loads(capsys.readouterr().out)["regions"]}
    assert shown["chongqing"]["rows"]["geo_points"] >= 38
    assert shown["chongqing"]["loaded_days"] < 1


@pytest.mark.parametrize(
    "words",
    [
        ["places", "special"],
        ["chain", "clusters"],
        ["chain", "map"],
        ["chain", "io"],
        ["sources", "list"],
        ["sources", "runs"],
        ["sources", "tables"],
        ["sources", "tables", "firms"],
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_commands_print_tables_and_json(
    loaded: Path, capsys: pytest.CaptureFixture[str], words: list[str], lang: str
) -> None:
    assert run(loaded, *words, "--region", "chongqing", "--lang", lang) == 0
    assert capsys.readouterr().out.strip()
    assert run(loaded, *words, "--region", "chongqing", "--json") == 0
    json.loads(capsys.readouterr().out)
