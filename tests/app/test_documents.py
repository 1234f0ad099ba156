"""Documents become a ledger, with and without a loaded region."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from lianzhang.app.browse.documents import Documents
from lianzhang.cli import main
from lianzhang.plan.disagreements import conflicts
from lianzhang.plan.service import iter_documents
from lianzhang.plan.tracking import track
from lianzhang.store import Store

TEXT = """甲市产业发展规划（2024年3月）
2020年，甲市机器人产量2万台。2021年，甲市机器人产量2.4万台。2022年，甲市机器人产量2.9万台。2023年，甲市机器人产量3.5万台。
到2027年，甲市机器人产量达到6万台。
"""


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "plan.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_documents_alone_give_ledger_and_tracker(
    document: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = ["--store", str(tmp_path / "store")]
    assert main(["plan", "read", str(document), "--published", "2024-03", *store]) == 0
    capsys.readouterr()
    assert main(["plan", "track", "--as-of", "2024-12-31", "--json", *store]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert len(rows) == 1
    row = rows[0]
    assert row["ledger"]["value"] == 60_000
    assert row["ledger"]["latest"]["value"] == 35_000
    assert [p["value"] for p in row["observations"]] == [20_000, 24_000, 29_000, 35_000]
    assert 0 < row["probability"] < 1
    assert "line 3" in row["ledger"]["places"][0]["locator"]


def test_reading_again_adds_nothing_and_another_document_joins(
    document: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = ["--store", str(tmp_path / "store")]
    for _ in range(2):
        assert main(["plan", "read", str(document), *store]) == 0
    assert "5 were there already" in capsys.readouterr().err
    other = tmp_path / "news.txt"
    other.write_text("2024年，甲市机器人产量4.1万台。\n", encoding="utf-8")
    assert main(["plan", "read", str(other), *store]) == 0
    with Store(tmp_path / "store").reader() as reader:
        count = "SELECT (SELECT count(*) FROM statements) AS s, (SELECT count(*) FROM observations) AS o"
        assert reader.sql(count).to_pylist() == [{"s": 6, "o": 5}]


def test_another_reading_replaces_what_nobody_decided_on(
    document: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--store", str(tmp_path / "store"), "--lang", "en"]
    assert main(["plan", "read", str(document), *where]) == 0
    store = Store(tmp_path / "store")
    documents = Documents(store.path, "documents")
    (head,) = documents.heads()
    ids = {i.original.value: i.original.id for i in documents.reviewed(head.document_id)}
    assert main(["plan", "review", "plan.txt", "--accept", ids[35_000], "--reject", ids[20_000], *where]) == 0
    capsys.readouterr()
    # The same document in a new edition: one figure another, one gone, what was decided on in other lines.
    document.write_text(
        TEXT.replace("2021年，甲市机器人产量2.4万台。", "").replace("6万台", "7万台").replace("（", "\n（"),
        encoding="utf-8",
    )
    assert main(["plan", "read", str(document), *where]) == 0
    said = capsys.readouterr().err
    assert "3 earlier readings without review replaced, 2 reviewed statements kept" in said
    with store.reader() as reader:
        rows = reader.table("statements").to_pylist()
        observed = reader.sql("SELECT value FROM observations ORDER BY value").to_pylist()
    standing = {r["statement_id"] for r in rows} - {r["supersedes"] for r in rows}
    assert sorted(r["value"] for r in rows if r["statement_id"] in standing) == [
        20_000,
        29_000,
        35_000,
        70_000,
    ]
    assert [r["value"] for r in observed] == [29_000, 35_000]
    first, second = sorted(documents.heads(), key=lambda h: h.statements)
    assert {first.statements, second.statements} == {2}
    assert {first.decided, second.decided} == {0, 2}
    new = first if first.decided == 0 else second
    assert new.again is not None
    assert (new.again.added, new.again.replaced, new.again.kept) == (2, 3, 2)
    assert main(["plan", "read", str(document), *where]) == 0
    with store.reader() as reader:
        assert reader.table("statements").to_pylist() == rows


def test_the_same_text_under_another_name_is_the_same_document(
    document: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--store", str(tmp_path / "store")]
    assert main(["plan", "read", str(document), *where]) == 0
    copy = tmp_path / "copy.txt"
    copy.write_text(TEXT, encoding="utf-8")
    assert main(["plan", "read", str(copy), *where]) == 0
    store = Store(tmp_path / "store")
    (head,) = Documents(store.path, "documents").heads()
    assert (head.name, head.statements) == ("plan.txt", 5)
    with store.reader() as reader:
        assert len(reader.table("statements")) == 5
        assert len(reader.table("sources")) == 1


def test_another_reading_of_the_same_text_keeps_decisions_and_the_former_list(
    document: Path, tmp_path: Path
) -> None:
    documents = Documents(tmp_path, "r")
    ((given, statements),) = iter_documents([document])
    key = documents.keep(given, statements).document_id
    kept = statements[0]
    documents.decide(key, [kept.id], "accept")
    better = [replace(s, value=1.0) for s in statements[2:]]
    # What was decided on is recognised by its words, wherever the new reading puts it.
    moved = replace(kept, char_start=kept.char_start + 1)
    head = documents.keep(*documents.known_as(given, [moved, *better]))
    assert (head.document_id, head.statements, head.decided) == (key, 1 + len(better), 1)
    assert head.again is not None
    assert (head.again.added, head.again.replaced, head.again.kept) == (3, 4, 1)
    assert {i.original.id for i in documents.reviewed(key)} == {kept.id, *(s.id for s in better)}
    assert list((tmp_path / "documents" / "r" / key).glob("statements.1.jsonl"))


def test_a_figure_that_a_person_added_stays_and_is_used(
    document: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = ["--store", str(tmp_path / "store")]
    assert main(["plan", "read", str(document), *store]) == 0
    with Store(tmp_path / "store").reader() as reader:
        indicator = reader.sql("SELECT indicator_id FROM observations LIMIT 1").to_pylist()[0]["indicator_id"]
    assert main(["observe", indicator, "2024", "41000", "--source", "plan.txt", *store]) == 0
    other = tmp_path / "news.txt"
    other.write_text("2024年，甲市机器人产量4.2万台。\n", encoding="utf-8")
    assert main(["plan", "read", str(other), *store]) == 0
    with Store(tmp_path / "store").reader() as reader:
        rows = reader.sql(
            "SELECT value, preferred FROM observations WHERE period = '2024' ORDER BY value"
        ).to_pylist()
    assert [(r["value"], r["preferred"]) for r in rows] == [(41_000, True), (42_000, False)]
    capsys.readouterr()


def test_json_leaves_the_store_alone(
    document: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plan", "read", str(document), "--json", "--store", str(tmp_path / "store")]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(lines) == 5
    assert not (tmp_path / "store").exists()


def test_a_loaded_region_gets_the_statements_linked_to_its_indicators(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = ["--store", str(tmp_path / "store")]
    assert main(["pack", "load", "chongqing", *store]) == 0
    path = tmp_path / "plan.txt"
    path.write_text("到2028年，全市新能源汽车产量达到180万辆。\n", encoding="utf-8")
    assert main(["plan", "read", str(path), *store]) == 0
    with Store(tmp_path / "store").reader() as reader:
        rows = reader.sql(
            "SELECT indicator_id, value, quote FROM statements WHERE quote IS NOT NULL"
        ).to_pylist()
    assert [(r["indicator_id"], r["value"]) for r in rows] == [("nev_output", 1_800_000)]


@pytest.mark.shared
@pytest.mark.parametrize("packed", [False, True])
def test_the_five_documents_give_a_tracker_whose_numbers_lead_back(
    packed: bool, shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--store", str(tmp_path / "store")]
    if packed:
        assert main(["pack", "load", "chongqing", *where]) == 0
    files = sorted(str(p) for p in (shared / "seeds").glob("*.txt"))
    assert main(["plan", "read", *files, "--published", "2024-03", *where]) == 0
    region = "chongqing" if packed else "documents"
    store = Store(tmp_path / "store")
    documents = Documents(store.path, region)
    texts = {h.name: documents.text(h.document_id) for h in documents.heads()}
    assert len(texts) == 5
    with store.reader() as reader:
        titles = {r["source_id"]: r["title_en"] for r in reader.table("sources").to_pylist()}
        rows = [r for r in reader.table("statements").to_pylist() if r["statement_id"].startswith("u-")]
        targets = track(reader, date(2024, 12, 31))
        kept = {f.kind for f in conflicts(reader)}
    for row in rows:
        line, start, end = (int(n) for n in re.findall(r"line (\d+), (\d+)–(\d+)", row["locator"])[0])
        # A document that the pack was made from is told under the pack's own title.
        candidates = texts.values() if packed else [texts[titles[row["source_id"]]]]
        assert any(
            text[start:end] == row["quote"] and text.count("\n", 0, start) + 1 == line for text in candidates
        )
    assert targets
    assert all(p.locator and p.source_id in titles for t in targets for p in t.ledger.places)
    assert {"factor_of_ten", "series", "arithmetic"} <= kept
    if packed:
        # Nothing the pack says already is told twice.
        assert len(rows) < 15
    assert main(["report", "--out", str(tmp_path / "r.html"), *where]) == 0
    capsys.readouterr()
    assert "2027" in (tmp_path / "r.html").read_text(encoding="utf-8")
