"""Statements and indicators: matching by phrase, unit and measure; saving; decisions and revisions."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianzhang.cli import plan_track
from lianzhang.errors import FileFormatError, UnknownNameError
from lianzhang.i18n import Text
from lianzhang.plan.kernel.link import Catalogue, Entry, Match, terms
from lianzhang.plan.ledger import ledger
from lianzhang.plan.linking import (
    read_decisions,
    statement_id,
    suggest,
    surroundings,
    write_suggestions,
)
from lianzhang.plan.model import Statement
from lianzhang.plan.saving import recognise, save
from lianzhang.plan.service import iter_documents
from lianzhang.store import Store, load_pack

ENTRIES = [
    Entry("nev_output", ("新能源汽车产量", "NEV output"), "vehicles", "count", "level"),
    Entry("nev_sales", ("新能源汽车销量", "NEV sales"), "vehicles", "count", "level"),
    Entry("automobile_output", ("汽车产量", "Automobile output"), "vehicles", "count", "level"),
    Entry("revenue", ("规模以上工业营业收入", "Above-scale industrial revenue"), "yuan", "money", "level"),
    Entry("output_value", ("规模以上工业总产值", "Above-scale industrial gross output"), "yuan", "money", "level"),
    Entry("emerging", ("战略性新兴产业占规模以上工业比重", "Strategic emerging industries share"), "%", "share", "share"),
    Entry("nev_growth", ("新能源汽车产量增速", "NEV output growth"), "%", "share", "growth"),
]  # fmt: skip


def match(
    phrase: str, unit: str = "vehicles", dimension: str = "count", measure: str = "level"
) -> list[Match]:
    return Catalogue(ENTRIES).match(phrase, phrase, unit=unit, dimension=dimension, measure=measure)


@pytest.mark.parametrize(
    ("phrase", "unit", "dimension", "measure", "expected"),
    [
        ("output of new energy vehicles", "vehicles", "count", "level", "nev_output"),
        ("全市新能源汽车产量", "vehicles", "count", "level", "nev_output"),
        ("sales of new-energy cars", "vehicles", "count", "level", "nev_sales"),
        ("revenue of industrial enterprises above designated size", "yuan", "money", "level", "revenue"),
        ("规上工业营业收入", "yuan", "money", "level", "revenue"),
        ("战略性新兴产业增加值占规上工业比重", "%", "share", "share", "emerging"),
        ("growth of NEV output", "%", "share", "growth", "nev_growth"),
    ],
)
def test_both_languages_find_the_indicator(
    phrase: str, unit: str, dimension: str, measure: str, expected: str
) -> None:
    best = match(phrase, unit, dimension, measure)[0]
    assert best.indicator_id == expected
    assert best.accepted


def test_terms_agree_across_languages() -> None:
    assert terms("Above-scale industrial revenue") & terms("规模以上工业营业收入") == {
        "abovescale",
        "industry",
        "revenue",
    }
    assert "automobile" not in terms("scarce goods")
    assert terms("") == frozenset()


def test_the_text_around_orders_suggestions_and_links_nothing() -> None:
    entries = [
        *ENTRIES,
        Entry("chips", ("芯片引进企业数", "Chips: enterprises introduced"), "enterprises", "count", "count"),
        Entry("display", ("新型显示引进企业数", "New display: enterprises introduced"), "enterprises", "count", "count"),
    ]  # fmt: skip
    catalogue = Catalogue(entries)

    def found(context: str) -> list[Match]:
        return catalogue.match(
            "enterprises",
            "introduce 50 enterprises",
            unit="enterprises",
            dimension="count",
            measure="count",
            context=context,
        )

    display = found("For the new display industry the city will introduce")
    chips = found("For chips the city will")
    assert (display[0].indicator_id, chips[0].indicator_id) == ("display", "chips")
    assert not any(m.accepted for m in (*display, *chips))
    plain = {m.indicator_id: m.score for m in found("")}
    assert plain == {m.indicator_id: m.score for m in display if m.indicator_id in plain}


def test_another_measure_is_suggested_but_never_linked() -> None:
    found = Catalogue(ENTRIES).match(
        "新能源汽车产量增速",
        "新能源汽车产量增速",
        unit="%",
        dimension="share",
        measure="share",
        context="今年",
    )
    assert "nev_growth" in [m.indicator_id for m in found]
    assert not any(m.accepted for m in found)


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("over 200 billion yuan", "2e+11"),
        ("营收超二千亿元", "2e+11"),
        ("超千亿元", "1e+11"),
        ("超百亿元", "1e+10"),
        ("1.5万亿元", "1.5e+12"),
        ("超亿元", "1e+08"),
        ("1,200 million", "1.2e+09"),
    ],
)
def test_thresholds_are_terms(text: str, term: str) -> None:
    assert term in terms(text)


@pytest.mark.shared
def test_how_often_the_right_indicator_comes_first(shared: Path, tmp_path: Path) -> None:
    """The documents that the pack was made from: what was read of them against the links that people set in the pack."""
    store = Store(tmp_path / "store")
    load_pack(store, "chongqing")
    first = listed = linked = right = whole = 0
    with store.reader() as reader:
        rows = {r["statement_id"]: r["indicator_id"] for r in reader.table("statements").to_pylist()}
        for path in sorted((shared / "seeds").glob("*.txt")):
            ((document, statements),) = iter_documents([path], published="2024-03")
            twins = recognise(reader, statements).twins
            known = [s for s in statements if rows.get(twins.get(statement_id(s), ""))]
            contexts = {s.id: surroundings(document.text, s) for s in known}
            for item in suggest(reader, known, contexts=contexts):
                wanted = rows[twins[item.statement_id]]
                ids = [m.indicator_id for m in item.matches]
                whole += 1
                first += ids[:1] == [wanted]
                listed += wanted in ids
                linked += item.decided_by == "rule"
                right += item.decided_by == "rule" and item.indicator_id == wanted
    assert whole >= 90
    assert first / whole >= 0.7
    assert listed / whole >= 0.85
    assert right >= linked - 1


def test_units_measures_and_concepts_are_gates() -> None:
    assert match("NEV output", unit="yuan", dimension="money") == []
    assert match("NEV output", unit="%", dimension="share", measure="share")[:1] == []
    assert [m.indicator_id for m in match("NEV output", unit="%", dimension="share", measure="growth")] == [
        "nev_growth"
    ]
    assert "nev_sales" not in [m.indicator_id for m in match("NEV output")]
    assert "output_value" not in [m.indicator_id for m in match("above-scale revenue", "yuan", "money")]


def test_a_word_the_text_lacks_holds_against_an_indicator() -> None:
    plain = match("output")[0]
    assert not plain.accepted


@given(st.text(max_size=40), st.text(max_size=40))
def test_scores_are_between_zero_and_one(phrase: str, sentence: str) -> None:
    for found in Catalogue(ENTRIES).match(
        phrase, sentence, unit="vehicles", dimension="count", measure="level"
    ):
        assert 0 < found.score <= 1 + 1e-12
        assert 0 <= found.lead <= found.score


def test_order_of_the_catalogue_does_not_matter() -> None:
    order = np.random.default_rng(1).permutation(len(ENTRIES))
    other = Catalogue([ENTRIES[i] for i in order])
    phrase = "output of new energy vehicles"
    a = match(phrase)
    b = other.match(phrase, phrase, unit="vehicles", dimension="count", measure="level")
    assert [m.indicator_id for m in a] == [m.indicator_id for m in b]
    np.testing.assert_allclose([m.score for m in a], [m.score for m in b])


def test_an_empty_catalogue_matches_nothing() -> None:
    assert Catalogue([]).match("x", "x", unit="yuan", dimension="money", measure="level") == []


STATEMENT = Statement(
    source="/somewhere/plan.txt",
    line=4,
    char_start=10,
    char_end=60,
    quote="By 2027 the output of new energy vehicles will exceed 2 million.",
    indicator="output of new energy vehicles",
    value=2e6,
    lower=2e6,
    upper=None,
    comparator=">",
    unit="vehicles",
    unit_text="vehicles",
    measure="level",
    kind="target",
    period_start="",
    period_end="2027",
    region="Somewhere City",
)
VAGUE = replace(
    STATEMENT, line=9, char_start=90, indicator="something", quote="something else", unit="km2", value=5.0
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    from lianzhang.pack import write_pack

    proof = {"source_id": "s", "status": "official"}
    indicators = [
        {"indicator_id": e.indicator_id, "name_zh": e.names[0], "name_en": e.names[1], "unit": e.unit}
        | {"measure": e.measure, "flow": True}
        | proof
        for e in ENTRIES
    ]
    write_pack(
        tmp_path / "pack",
        {
            "sources": [{"source_id": "s", "title_zh": "年鉴", "title_en": "Yearbook", "kind": "yearbook"}],
            "regions": [
                {"region_id": "r", "name_zh": "某市", "name_en": "Somewhere", "level": "city"} | proof
            ],
            "indicators": indicators,
        },
        name="somewhere",
        title=Text("某市", "Somewhere"),
        region="r",
    )
    made = Store(tmp_path / "store")
    load_pack(made, tmp_path / "pack")
    return made


def test_saving_twice_adds_once_and_a_decision_supersedes(store: Store, tmp_path: Path) -> None:
    with store.reader() as reader:
        found = suggest(reader, [STATEMENT, VAGUE])
    assert [s.decided_by for s in found] == ["rule", ""]
    first = save(store, "", found, published="2024-03")
    assert (first.added, first.linked, first.known) == (2, 1, 0)
    assert save(store, "", found).known == 2

    table = tmp_path / "links.csv"
    write_suggestions(found, table)
    lines = table.read_text(encoding="utf-8-sig").replace(",yes,", ",yes,automobile_output").splitlines()
    table.write_text("\n".join(lines), encoding="utf-8")
    decisions = read_decisions(table)
    assert decisions == {found[0].statement_id: "automobile_output"}
    with store.reader() as reader:
        decided = suggest(reader, [STATEMENT, VAGUE], decisions)
    assert decided[0].decided_by == "person"
    again = save(store, "", decided)
    assert (again.added, again.known) == (1, 1)
    assert save(store, "", decided).added == 0

    with store.reader() as reader:
        rows = {r.statement_id: r for r in ledger(reader, date(2024, 6, 1))}
        notes = reader.sql("SELECT note FROM statements ORDER BY statement_id").column("note").to_pylist()
    newest = rows[f"{found[0].statement_id}-r2"]
    assert newest.indicator_id == "automobile_output"
    assert newest.region_id == "r"
    assert newest.target == 2e6
    assert len(rows) == 2
    assert sum("by rule" in n for n in notes) == 1
    assert sum("by a person" in n for n in notes) == 1


def test_bad_decisions_are_named(store: Store, tmp_path: Path) -> None:
    with store.reader() as reader, pytest.raises(UnknownNameError):
        suggest(reader, [STATEMENT], {f"u-{STATEMENT.id}": "no_such"})
    table = tmp_path / "x.csv"
    table.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(FileFormatError, match="lacks the columns"):
        read_decisions(table)
    with pytest.raises(FileFormatError):
        read_decisions(tmp_path / "none.csv")


def test_command_reads_documents_and_saves(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIANZHANG_STORE", str(store.path))
    monkeypatch.setenv("LIANZHANG_LANG", "en")
    monkeypatch.setenv("COLUMNS", "160")
    document = tmp_path / "plan.txt"
    document.write_text("到2027年，新能源汽车产量超过200万辆。\n", encoding="utf-8")
    plan_track.link([document])
    assert "nev_output" in capsys.readouterr().out
    plan_track.link([document], json=True)
    shown = json.loads(capsys.readouterr().out)
    assert shown[0]["indicator_id"] == "nev_output"
    plan_track.link([document], save=True, published="2024-03")
    assert "1 statements saved, 1 of them linked" in capsys.readouterr().err
    with store.reader() as reader:
        rows = ledger(reader, date(2024, 6, 1))
    assert [(r.indicator_id, r.target, r.comparator) for r in rows] == [("nev_output", 2e6, ">")]
