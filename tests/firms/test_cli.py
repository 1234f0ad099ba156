"""The commands `lianzhang firms …`, as a user runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lianzhang.cli import main

REGISTER = """uscc,name,scope
1,甲乙汽车座椅有限公司,汽车座椅制造
2,丙丁商贸有限公司,销售：五金
"""
LABELLED = """uscc,name,scope,is_maker,gb2,chain,clusters
1,甲乙汽车座椅有限公司,汽车座椅制造,1,36,TRM,ICNEV
2,丙丁商贸有限公司,销售：五金,0,51,,
"""


@pytest.fixture
def register(tmp_path: Path) -> Path:
    file = tmp_path / "register.csv"
    file.write_bytes(REGISTER.encode("gb18030"))
    return file


def test_classify_prints_one_object_a_line(register: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["firms", "classify", str(register), "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["uscc"] for row in rows] == ["1", "2"]
    assert rows[0] | {"confidence": None, "evidence": None} == {
        "uscc": "1",
        "is_maker": 1,
        "gb2": "36",
        "chain": ["TRM"],
        "clusters": ["ICNEV"],
        "confidence": None,
        "evidence": None,
    }
    assert {
        "field": "chain",
        "code": "TRM",
        "source": "scope",
        "start": 0,
        "end": 4,
        "text": "汽车座椅",
    } in rows[0]["evidence"]
    assert rows[1]["is_maker"] == 0


def test_classify_shows_a_table(register: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--lang", "zh", "firms", "classify", str(register)]) == 0
    assert "共 2 家，其中制造企业 1 家" in capsys.readouterr().out


def test_evaluate_shows_before_and_after(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from importlib import resources

    labels, phrases = tmp_path / "labels.csv", tmp_path / "phrases.csv"
    labels.write_text(LABELLED, "utf-8")
    bundled = (resources.files("lianzhang.firms") / "data" / "phrases.csv").read_text("utf-8")
    phrases.write_text(bundled + "good,汽车座椅,36,BOD,BOD,,1,,\n", "utf-8")
    assert main(["firms", "evaluate", "--labels", str(labels), "--phrases", str(phrases), "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["before"]["chain_micro_f1"] == 1.0
    assert shown["after"]["chain_micro_f1"] == 0.0
    assert [(f["uscc"], f["field"], f["effect"]) for f in shown["flips"]] == [("1", "chain", "broken")]
    assert main(["firms", "evaluate", "--labels", str(labels), "--phrases", str(phrases)]) == 0
    assert "broken" in capsys.readouterr().out


def test_import_reports_and_saves_its_mapping(
    register: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, mapping = tmp_path / "out", tmp_path / "m.toml"
    arguments = [
        "firms",
        "import",
        str(register),
        "--out",
        str(out),
        "--no-keep",
        "--save-mapping",
        str(mapping),
    ]
    assert main([*arguments, "--keep-bad-codes", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)["import"]
    assert (report["rows"], report["firms"], report["makers"]) == (2, 2, 1)
    again = [
        "firms",
        "import",
        str(register),
        "--out",
        str(out),
        "--mapping",
        str(mapping),
        "--keep-bad-codes",
    ]
    assert main([*again, "--lang", "en"]) in (0, 2)
    assert main(["--lang", "en", *again]) == 0
    assert "imported before" in capsys.readouterr().out


def test_gradient_of_facts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    facts = tmp_path / "facts.csv"
    facts.write_text(
        "firm_id,held,market_years,rd_cny,rd_share_pct,revenue_cny\na,,3,2000000,5,20000000\n", "utf-8"
    )
    asked = ["firms", "gradient", "--facts", str(facts), "--rung", "specialised"]
    assert main([*asked, "--json", "--as-of", "2025-06-30"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["firms"][0]["verdict"] == "met"
    assert found["rung"]["cited"]["en"].endswith("annex 2 (1) to (3)")
    # The revision of 2026 asks for more, and says what of it could not be checked.
    assert (
        main(["firms", "gradient", "--facts", str(facts), "--rung", "specialised", "--as-of", "2026-06-01"])
        == 0
    )
    assert "2026-04-01" in capsys.readouterr().out
    facts.write_text("firm_id,rd_cny\na,much\n", "utf-8")
    assert main(["firms", "gradient", "--facts", str(facts)]) == 2
    assert "much" in capsys.readouterr().err


def test_what_is_wrong_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["firms", "classify", str(tmp_path / "absent.csv")]) == 2
    (tmp_path / "x.csv").write_text("a,b\n1,2\n", "utf-8")
    assert main(["firms", "classify", str(tmp_path / "x.csv")]) == 2
    assert "uscc" in capsys.readouterr().err
    assert main(["firms", "duplicates", str(tmp_path)]) == 3
