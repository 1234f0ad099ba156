"""Decisions of people become rows of the region: accepted, corrected, rejected; nothing overwritten, nothing twice."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianzhang.app.browse.documents import Documents
from lianzhang.app.pages.review import documents_page, marked_lines, review_page
from lianzhang.app.reviewing import decide, document_reviews
from lianzhang.cli import main
from lianzhang.config import Settings
from lianzhang.errors import UnknownNameError, UsageError
from lianzhang.i18n import Text
from lianzhang.pack import write_pack
from lianzhang.plan.disagreements import conflicts
from lianzhang.plan.kernel.extract import extract
from lianzhang.plan.ledger import ledger
from lianzhang.plan.review import Reviewed
from lianzhang.plan.saving import recognise
from lianzhang.plan.service import iter_documents
from lianzhang.store import Store, load_pack
from lianzhang.store.observe import observe

TEXT = """甲市产业发展规划（2024年3月）
2022年，甲市机器人产量2.9万台。2023年，甲市机器人产量3.5万台。
到2027年，甲市机器人产量达到6万台。
到2027年，培育机器人企业40家以上。
"""
DAY = date(2024, 12, 31)


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "plan.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A region whose pack was made from the same document: three of its statements, one of them in dispute."""
    proof = {"source_id": "paper", "status": "official"}
    said = {
        "comparator": "=",
        "measure": "level",
        "unit": "units",
        "preferred": True,
        "region_id": "r",
    } | proof
    write_pack(
        tmp_path / "pack",
        {
            "sources": [
                {"source_id": "paper", "title_zh": "甲市规划", "title_en": "Plan of Jia", "kind": "plan"}
            ],
            "regions": [{"region_id": "r", "name_zh": "甲市", "name_en": "Jia", "level": "city"} | proof],
            "indicators": [
                {
                    "indicator_id": "robots",
                    "name_zh": "机器人产量",
                    "name_en": "Robot output",
                    "unit": "units",
                }
                | {"measure": "level", "flow": True}
                | proof,
                {"indicator_id": "makers", "name_zh": "机器人企业数", "name_en": "Robot makers"}
                | {"unit": "enterprises", "measure": "count", "flow": False}
                | proof,
            ],
            "statements": [
                said
                | {"statement_id": "p-2023", "locator": "第2行 line 2 char 30", "indicator_id": "robots"}
                | {"topic_zh": "产量", "topic_en": "Output", "kind": "achieved", "value": 35_000}
                | {"period_end": "2023"},
                said
                | {"statement_id": "p-2027", "locator": "第3行 line 3 char 50", "indicator_id": "robots"}
                | {"topic_zh": "产量目标", "topic_en": "Output target", "kind": "target", "value": 60_000}
                | {"period_end": "2027"},
            ],
            "statement_conflicts": [
                {
                    "conflict_id": "c",
                    "statement_id": "p-2027",
                    "other_statement_id": "p-2023",
                    "kind": "value",
                }
                | {"explanation_zh": "不符", "explanation_en": "They differ"}
                | proof
            ],
        },
        name="jia",
        title=Text("甲市", "Jia"),
        region="r",
    )
    made = Store(tmp_path / "store")
    load_pack(made, tmp_path / "pack")
    return made


def keep(store: Store, path: Path) -> tuple[Documents, str]:
    documents = Documents(store.path, store.resolve())
    ((document, statements),) = iter_documents([path], published="2024-03")
    return documents, documents.keep(document, statements, "2024-03").document_id


def rows(store: Store) -> list[dict[str, Any]]:
    with store.reader() as reader:
        return reader.table("statements").to_pylist()


def by_value(documents: Documents, document_id: str, value: float) -> str:
    (found,) = (i.original.id for i in documents.reviewed(document_id) if i.original.value == value)
    return found


def test_the_command_takes_decisions_into_the_ledger(
    document: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--store", str(tmp_path / "store"), "--lang", "en"]
    assert main(["plan", "read", str(document), "--published", "2024-03", *where]) == 0
    assert main(["plan", "review", *where]) == 0
    assert "plan.txt" in capsys.readouterr().out
    assert main(["plan", "review", "plan.txt", "--json", *where]) == 0
    ids = {json.loads(line)["value"]: json.loads(line)["id"] for line in capsys.readouterr().out.splitlines()}
    review = ["plan", "review", "plan.txt", *where]
    assert main([*review, "--correct", ids[35_000], "--set", "value=36,000", "--by", "Li"]) == 0
    assert main([*review, "--reject", ids[40]]) == 0
    assert main([*review, "--accept", "all"]) == 0
    capsys.readouterr()
    assert main(["plan", "ledger", "--as-of", DAY.isoformat(), "--json", *where]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["value"], row["latest"]["value"]) == (60_000, 36_000)
    assert "line 3" in row["places"][0]["locator"]
    stored = rows(Store(tmp_path / "store"))
    assert [r["review"] for r in stored].count(None) == 4  # as read; every one still there
    assert sorted(r["review"] for r in stored if r["review"]) == [
        "accepted",
        "accepted",
        "corrected",
        "rejected",
    ]
    known = {r["statement_id"] for r in stored}
    assert all(r["supersedes"] in known for r in stored if r["review"])
    with Store(tmp_path / "store").reader() as reader:
        seen = reader.sql("SELECT period, value, preferred FROM observations ORDER BY period").to_pylist()
    assert [(o["period"], o["value"], o["preferred"]) for o in seen] == [
        ("2022", 29_000, True),
        ("2023", 36_000, True),
    ]


def test_a_review_table_is_taken_in_or_left_alone(
    document: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--store", str(tmp_path / "store")]
    table = tmp_path / "review.csv"
    assert main(["plan", "read", str(document), "--out", str(table)]) == 0
    assert main(["plan", "review", str(table), "--accept", "all", "--table-only", *where]) == 0
    assert not (tmp_path / "store").exists()
    found = extract(TEXT, "plan.txt")
    target = next(s for s in found if s.value == 60_000)
    assert main(["plan", "review", str(table), "--accept", target.id, *where]) == 0
    assert [(r["value"], r["review"]) for r in rows(Store(tmp_path / "store"))] == [(60_000, "accepted")]


def test_a_known_document_is_not_told_twice(store: Store, document: Path) -> None:
    documents, document_id = keep(store, document)
    with store.reader() as reader:
        known = recognise(reader, [i.original for i in documents.reviewed(document_id)])
    assert known.sources == {"plan.txt": "paper"}
    assert set(known.twins.values()) == {"p-2023", "p-2027"}
    ids = [i.original.id for i in documents.reviewed(document_id)]
    decide(store, "jia", document_id, ids, "accept")
    assert len(rows(store)) == 4  # two of the pack, which say it already, and two that are new
    added = [r for r in rows(store) if r["statement_id"].startswith("u-")]
    assert {(r["value"], r["source_id"], r["review"]) for r in added} == {
        (29_000, "paper", "accepted"),
        (40, "paper", "accepted"),
    }
    with store.reader() as reader:
        entries = ledger(reader, DAY)
    assert {(e.indicator_id, e.value) for e in entries} == {(None, 40), ("robots", 60_000)}


def test_another_document_is_not_taken_for_a_known_one(store: Store, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text("前言\n\n到2027年，机器人产量达到6万台。\n", encoding="utf-8")
    ((_, found),) = iter_documents([other])
    with store.reader() as reader:
        assert not recognise(reader, found).twins


def test_a_correction_supersedes_the_packs_own_row(store: Store, document: Path) -> None:
    documents, document_id = keep(store, document)
    target = by_value(documents, document_id, 60_000)
    (shown,) = decide(
        store, "jia", document_id, [target], "correct", {"value": "65000", "period_end": "2028"}
    )
    assert (shown.decision, shown.indicator_id) == ("correct", "robots")
    (new,) = (r for r in rows(store) if r["supersedes"])
    assert (new["statement_id"], new["supersedes"]) == (shown.row_id, "p-2027")
    assert (new["value"], new["source_id"], new["review"]) == (65_000, "paper", "corrected")
    assert "line 3" in new["locator"]
    assert new["quote"] in TEXT
    with store.reader() as reader:
        entries = ledger(reader, DAY)
        assert [(e.value, e.deadline.text if e.deadline else None) for e in entries] == [(65_000, "2028")]
        assert [c.conflict_id for c in entries[0].conflicts] == ["c"]
        assert len(conflicts(reader)) == 1
    decide(store, "jia", document_id, [target], "reject")
    with store.reader() as reader:
        assert ledger(reader, DAY) == ()
        assert conflicts(reader) == ()
    assert len(rows(store)) == 4
    (shown,) = decide(store, "jia", document_id, [target], "accept")
    with store.reader() as reader:
        assert [e.value for e in ledger(reader, DAY)] == [60_000]


def observations(store: Store) -> list[dict[str, Any]]:
    with store.reader() as reader:
        return reader.sql("SELECT * FROM observations ORDER BY period, value").to_pylist()


def test_an_accepted_achievement_becomes_an_observation_and_a_rejection_withdraws_it(
    store: Store, document: Path
) -> None:
    documents, key = keep(store, document)
    known, target = by_value(documents, key, 29_000), by_value(documents, key, 60_000)
    assert observations(store) == []
    (shown,) = decide(store, "jia", key, [known], "accept")
    assert shown.observed
    (row,) = observations(store)
    assert (row["indicator_id"], row["region_id"], row["period"], row["value"]) == (
        "robots",
        "r",
        "2022",
        29_000,
    )
    assert (row["status"], row["source_id"], row["preferred"]) == ("derived", "paper", True)
    assert "2.9万台" in row["note"]
    # A target is none, and accepting again writes nothing.
    (aimed,) = decide(store, "jia", key, [target], "accept")
    assert not aimed.observed
    decide(store, "jia", key, [known], "accept")
    assert observations(store) == [row]
    (corrected,) = decide(store, "jia", key, [known], "correct", {"value": "29,500"})
    assert corrected.observed
    assert [r["value"] for r in observations(store)] == [29_500]
    (rejected,) = decide(store, "jia", key, [known], "reject")
    assert not rejected.observed
    assert observations(store) == []


def test_the_packs_own_statement_gives_an_observation_when_it_is_accepted(
    store: Store, document: Path
) -> None:
    documents, key = keep(store, document)
    decide(store, "jia", key, [by_value(documents, key, 35_000)], "accept")
    (row,) = observations(store)
    assert (row["period"], row["value"], row["source_id"]) == ("2023", 35_000, "paper")
    decide(store, "jia", key, [by_value(documents, key, 35_000)], "reject")
    assert observations(store) == []


def test_a_figure_of_another_source_stays_and_the_disagreement_shows(store: Store, document: Path) -> None:
    observe(store, "jia", "robots", "2022", 31_000.0, source="yearbook", status="official")
    documents, key = keep(store, document)
    known = by_value(documents, key, 29_000)
    decide(store, "jia", key, [known], "accept")
    assert [(r["value"], r["preferred"]) for r in observations(store)] == [(29_000, False), (31_000, True)]
    with store.reader() as reader:
        assert any("31" in c.explanation.en for c in conflicts(reader) if c.kind == "observation")
    decide(store, "jia", key, [known], "reject")
    assert [(r["value"], r["preferred"]) for r in observations(store)] == [(31_000, True)]
    with store.reader() as reader:
        assert not any(c.kind == "observation" for c in conflicts(reader))


def test_a_person_chooses_the_indicator(store: Store, document: Path) -> None:
    documents, document_id = keep(store, document)
    firms = by_value(documents, document_id, 40)
    with pytest.raises(UnknownNameError):
        decide(store, "jia", document_id, [firms], "correct", {"indicator_id": "no-such"})
    assert documents.head(document_id).decided == 0
    (shown,) = decide(store, "jia", document_id, [firms], "correct", {"indicator_id": "-"})
    assert shown.indicator_id is None
    (shown,) = decide(store, "jia", document_id, [firms], "correct", {"indicator_id": "makers"})
    assert shown.indicator_id == "makers"
    assert len([r for r in rows(store) if r["value"] == 40]) == 2


@pytest.mark.parametrize(
    "fields",
    [
        {"value": "many"},
        {"value": "inf"},
        {"period_end": "soon"},
        {"lower": "9", "upper": "3", "comparator": "range"},
    ],
)
def test_what_does_not_fit_is_refused_before_anything_is_logged(
    store: Store, document: Path, fields: dict[str, str]
) -> None:
    documents, document_id = keep(store, document)
    target = by_value(documents, document_id, 60_000)
    with pytest.raises(UsageError):
        decide(store, "jia", document_id, [target], "correct", fields)
    assert documents.log(document_id) == []
    assert len(rows(store)) == 2


def test_decisions_come_back_after_the_pack_was_loaded_afresh(
    store: Store, document: Path, tmp_path: Path
) -> None:
    documents, document_id = keep(store, document)
    firms, target = by_value(documents, document_id, 40), by_value(documents, document_id, 60_000)
    decide(store, "jia", document_id, [firms], "accept")
    load_pack(store, tmp_path / "pack", fresh=True)
    assert len(rows(store)) == 2
    decide(store, "jia", document_id, [target], "accept")
    assert {r["value"] for r in rows(store)} == {35_000, 60_000, 40}


def test_the_page_has_lines_marks_and_a_form(store: Store, document: Path) -> None:
    from lianzhang.app.browse.desk import Desk

    documents, document_id = keep(store, document)
    target = by_value(documents, document_id, 60_000)
    decide(store, "jia", document_id, [target], "correct", {"value": "65000"})
    desk = Desk(Settings(store=store.path))
    try:
        (row,) = documents_page(desk, "jia")
        assert (row.name, row.tally.open, row.tally.correct) == ("plan.txt", 3, 1)
        with desk.readers.reading("jia") as reader:
            page = review_page(desk, reader, document_id)
            one = review_page(desk, reader, document_id, shown="all", statement_id=target)
            with pytest.raises(UnknownNameError):
                review_page(desk, reader, document_id, statement_id="0")
    finally:
        desk.close()
    assert "\n".join("".join(s.text for s in line.segments) for line in page.lines) == TEXT
    assert {c.state for c in page.cards} == {"open"}
    assert page.chosen is not None
    assert page.following in {c.statement_id for c in page.cards} - {page.chosen.card.statement_id}
    assert one.chosen is not None
    card = one.chosen.card
    assert (card.state, card.in_ledger, card.linked) == ("correct", True, Text("机器人产量", "Robot output"))
    assert card.figure_read is not None
    assert card.figure != card.figure_read
    value = next(f for f in one.chosen.fields if f.name == "value")
    assert (value.value, value.read) == ("65,000", "60,000")
    assert [p.decision for p in one.chosen.history] == ["correct"]
    marked = [s for line in one.lines for s in line.segments if target in s.statement_ids]
    assert marked
    assert all(s.state == "correct" for s in marked)


@given(st.lists(st.sampled_from([*TEXT.splitlines(), "", "x"]), max_size=8), st.integers(0, 3))
def test_marking_loses_nothing(parts: list[str], decided: int) -> None:
    text = "\n".join(parts)
    found = extract(text, "a")
    items = [Reviewed(s, s, "accept" if n < decided else None) for n, s in enumerate(found)]
    lines = marked_lines(text, items)
    assert "\n".join("".join(s.text for s in line.segments) for line in lines) == text
    marked = {i for line in lines for s in line.segments for i in s.statement_ids}
    assert marked == {s.id for s in found}


def test_a_document_that_is_not_there(store: Store) -> None:
    with store.reader() as reader, pytest.raises(UnknownNameError):
        document_reviews(reader, Documents(store.path, "jia"), "0123456789abcdef")


def test_a_found_disagreement_goes_when_people_noted_it_or_reject_a_side(
    store: Store, tmp_path: Path
) -> None:
    one, two = tmp_path / "one.txt", tmp_path / "two.txt"
    one.write_text("2023年，甲市汽车产量达到112万辆。\n", encoding="utf-8")
    two.write_text("2023年，甲市汽车产量达到131万辆。\n", encoding="utf-8")
    where = ["--store", str(store.path), "--lang", "en"]
    assert main(["plan", "read", str(one), str(two), "--published", "2024", *where]) == 0
    with store.reader() as reader:
        (found,) = (c for c in conflicts(reader) if c.conflict_id != "c")
    assert (found.kind, found.status) == ("value", "derived")
    assert {s.value for s in found.sides} == {1_120_000, 1_310_000}
    documents = Documents(store.path, "jia")
    document_id = documents.find("two.txt")
    assert document_id is not None
    (item,) = documents.reviewed(document_id)
    decide(store, "jia", document_id, [item.original.id], "reject")
    with store.reader() as reader:
        assert [c.conflict_id for c in conflicts(reader)] == ["c"]
        stored = reader.sql("SELECT conflict_id FROM statement_conflicts").column(0).to_pylist()
    assert stored == ["c"]
    decide(store, "jia", document_id, [item.original.id], "accept")
    with store.reader() as reader:
        assert len(conflicts(reader)) == 2


def test_linking_a_reviewed_table_tells_nothing_twice(
    store: Store, document: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--store", str(store.path), "--lang", "en"]
    table = tmp_path / "review.csv"
    assert main(["plan", "read", str(document), "--out", str(table)]) == 0
    firms = next(s for s in extract(TEXT, "plan.txt") if s.value == 40)
    review = ["plan", "review", str(table), *where]
    assert main([*review, "--correct", firms.id, "--set", "value=45"]) == 0
    before = len(rows(store))
    links = tmp_path / "links.csv"
    assert main(["plan", "link", str(table), "--out", str(links), *where]) == 0
    text = links.read_text(encoding="utf-8-sig").rstrip("\n") + "makers\n"
    links.write_text(text, encoding="utf-8")
    capsys.readouterr()
    link = ["plan", "link", str(table), "--decisions", str(links), "--save", *where]
    assert main(link) == 0
    assert len(rows(store)) == before + 1
    with store.reader() as reader:
        (entry,) = (e for e in ledger(reader, DAY) if e.indicator_id == "makers")
    assert entry.value == 45
    assert main(link) == 0
    assert "0 statements saved" in capsys.readouterr().err
