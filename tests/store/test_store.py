"""Snapshots, readers, runs, pruning, corruption."""

from __future__ import annotations

import json
import pickle
import shutil
from pathlib import Path

import pyarrow as pa
import pytest

from lianzhang.errors import (
    NotLoadedError,
    PackError,
    StoreBusyError,
    StoreCorruptError,
    UnknownNameError,
)
from lianzhang.i18n import Text
from lianzhang.pack import Report, arrow_table
from lianzhang.schema import table, tables
from lianzhang.store import Store, load_pack
from lianzhang.store.manifest import CURRENT


def source(name: str) -> pa.Table:
    row = {"source_id": name, "title_zh": name, "title_en": name, "kind": "user"}
    return arrow_table(table("sources"), [row])


def put(store: Store, region: str, name: str) -> None:
    with store.writer() as writer:
        writer.put_region(region, {"sources": source(name)}, title=Text(region, region), root="1")


def snapshots(store: Store) -> list[Path]:
    return sorted((store.path / "snapshots").glob("*/*.parquet"))


def test_what_was_loaded_is_read(store: Store) -> None:
    with store.reader() as reader:
        assert reader.sql("SELECT count(*) AS n FROM firms").to_pylist() == [{"n": 3}]
        assert reader.sql("SELECT name_zh FROM firms WHERE firm_id = ?", ["f2"])[0].to_pylist() == [
            "桃源示例电子有限公司"
        ]
        assert reader.table("observations")["value"].to_pylist()[0] == 100_000.0
        assert reader.has("firms")
        assert not reader.has("parks")
        assert reader.region.title == Text("桃源区（虚构示例）", "Taoyuan District (made-up example)")
        assert reader.region.rows["firms"] == 3
    entry = store.regions()["taoyuan"]
    assert entry.root == "taoyuan"
    assert entry.as_of == "2025-06-30"


def test_every_table_of_the_schema_is_there_with_its_types(tmp_path: Path) -> None:
    """Tables that a region does not have are empty, with the types that full ones have."""
    store = Store(tmp_path)
    put(store, "a", "s")
    with store.reader("a") as reader:
        for described in tables().values():
            if described.name != "sources":
                assert reader.table(described.name).num_rows == 0
            found = reader.connection.execute(f"DESCRIBE {described.name}").fetchall()
            assert [(r[0], r[1]) for r in found] == [(c.name, c.sql_type) for c in described.columns]


def test_a_file_written_before_a_column_was_added_reads_as_null(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with store.writer() as writer:
        older = source("s").drop_columns(["note", "quality"])
        writer.put_region("a", {"sources": older}, title=Text("a", "a"), root="1")
        writer.append_rows("a", "sources", source("t"))
    with store.reader("a") as reader:
        assert reader.sql("SELECT source_id, note FROM sources ORDER BY 1").to_pylist() == [
            {"source_id": "s", "note": None},
            {"source_id": "t", "note": None},
        ]


def test_unknown_names(store: Store, tmp_path: Path) -> None:
    with store.reader() as reader:
        with pytest.raises(UnknownNameError):
            reader.table("frims")
        with pytest.raises(UnknownNameError):
            reader.has("frims")
        with pytest.raises(UnknownNameError):
            reader.hashes("frims")
    with pytest.raises(NotLoadedError) as caught:
        store.reader("atlantis")
    assert "taoyuan" in str(caught.value.hint)
    with pytest.raises(NotLoadedError):
        Store(tmp_path / "nothing").reader()
    assert Store(tmp_path / "nothing").regions() == {}
    assert not (tmp_path / "nothing").exists()
    with pytest.raises(UnknownNameError):
        store.run("nothing")


def test_region_by_name_root_or_title(store: Store) -> None:
    put(store, "b", "s")
    assert store.resolve("taoyuan") == "taoyuan"
    assert store.resolve("桃源区（虚构示例）") == "taoyuan"
    assert store.resolve("1") == "b"
    with pytest.raises(UnknownNameError) as caught:
        store.resolve("")
    assert caught.value.message.zh == "载入了多个区域，请用 --region 指明一个"
    assert caught.value.message.en == "several regions are loaded; name one with --region"
    assert caught.value.hint is not None
    assert "taoyuan（桃源区（虚构示例））" in caught.value.hint.zh
    assert "taoyuan (Taoyuan District (made-up example))" in caught.value.hint.en
    assert pickle.loads(pickle.dumps(caught.value)).message == caught.value.message


def test_a_reader_keeps_its_state_while_others_write(store: Store) -> None:
    with store.reader("taoyuan") as reader:
        before = reader.snapshot_id
        put(store, "taoyuan", "other")
        with store.reader("taoyuan") as later:
            assert later.snapshot_id != before
            assert not later.has("firms")
        store.prune(keep=1)
        assert reader.table("firms").num_rows == 3
        assert reader.snapshot_id == before


def test_same_content_same_hash(store: Store, example: Path) -> None:
    with store.reader() as reader:
        before, count = reader.snapshot_id, len(snapshots(store))
    load_pack(store, example)
    with store.reader() as reader:
        assert reader.snapshot_id == before
    assert len(snapshots(store)) == count


def test_nothing_of_a_failed_transaction_is_kept(store: Store) -> None:
    before = (store.path / CURRENT).read_bytes()

    def fail() -> None:
        with store.writer() as writer:
            writer.put_region("x", {"sources": source("s")}, title=Text("x", "x"), root="1")
            writer.drop_region("taoyuan")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert (store.path / CURRENT).read_bytes() == before
    assert not list((store.path / "tmp").iterdir())
    put(store, "y", "s")
    assert set(store.regions()) == {"taoyuan", "y"}


def test_nothing_of_a_bad_pack_is_kept(store: Store, tmp_path: Path, example: Path) -> None:
    bad = tmp_path / "taoyuan"
    shutil.copytree(example, bad)
    firms = bad / "data/firms.csv"
    firms.write_text(firms.read_text(encoding="utf-8").replace("company", "compny", 1), encoding="utf-8")
    before, files = (store.path / CURRENT).read_bytes(), snapshots(store)
    report = Report()
    with pytest.raises(PackError) as caught:
        load_pack(store, bad, report=report)
    assert (store.path / CURRENT).read_bytes() == before
    assert snapshots(store) == files
    assert report.counts()["unknown-code"] == 1
    problems = caught.value.details["problems"]
    assert isinstance(problems, list)
    assert problems[0]["rule"] == "unknown-code"


def test_a_second_writer_is_told(store: Store) -> None:
    with store.writer() as writer:
        with pytest.raises(StoreBusyError):
            store.writer()
        writer.put_region("x", {"sources": source("s")}, title=Text("x", "x"), root="1")
    assert "x" in store.regions()


def test_append_adds_a_file_and_rewrites_none(store: Store) -> None:
    before = snapshots(store)
    with store.writer() as writer:
        writer.append_rows("taoyuan", "sources", source("more"))
    assert len(snapshots(store)) == len(before) + 1
    with store.reader() as reader:
        assert reader.table("sources")["source_id"].to_pylist() == ["example", "more"]


def test_many_appends_are_put_together(store: Store) -> None:
    for number in range(70):
        with store.writer() as writer:
            writer.append_rows("taoyuan", "sources", source(f"s{number:02d}"))
    entry = store.regions()["taoyuan"]
    assert entry.rows["sources"] == 71
    assert len(entry.tables["sources"]) < 40
    with store.reader() as reader:
        names = reader.table("sources")["source_id"].to_pylist()
    assert names == ["example", *(f"s{number:02d}" for number in range(70))]


def run_args(store: Store, version: str = "1") -> dict[str, object]:
    with store.reader("taoyuan") as reader:
        return {"params": {"alpha": 0.5}, "inputs": reader.hashes("firms", "sectors"), "version": version}


def test_a_result_is_found_again(store: Store) -> None:
    args = run_args(store)
    assert store.find_run("taoyuan", "chain.io", **args) is None  # type: ignore[arg-type]
    result = pa.table({"sector": ["a", "b"], "multiplier": [1.5, float("nan")]})
    run_id = store.save_run("taoyuan", "chain.io", tables={"multipliers": result}, seconds=0.25, **args)  # type: ignore[arg-type]
    found = store.find_run("taoyuan", "chain.io", **args)  # type: ignore[arg-type]
    assert found is not None
    assert found.run_id == run_id
    assert found.table("multipliers").slice(0, 1).equals(result.slice(0, 1))
    assert found.entry.params == {"alpha": 0.5}
    assert found.entry.seconds == 0.25
    assert store.run(run_id).tables().keys() == {"multipliers"}
    with pytest.raises(UnknownNameError):
        found.table("nothing")
    assert [r.run_id for r in store.runs("taoyuan")] == [run_id]
    assert store.runs("elsewhere") == []
    assert store.find_run("taoyuan", "chain.io", **run_args(store, version="2")) is None  # type: ignore[arg-type]
    # Saving it again is not a second one.
    assert store.save_run("taoyuan", "chain.io", tables={"multipliers": result}, seconds=9, **args) == run_id  # type: ignore[arg-type]
    assert len(store.runs()) == 1


def test_a_result_of_other_inputs_is_another(store: Store) -> None:
    args = run_args(store)
    store.save_run("taoyuan", "x", tables={"t": pa.table({"a": [1]})}, seconds=0, **args)  # type: ignore[arg-type]
    with store.writer() as writer:
        writer.append_rows("taoyuan", "sectors", arrow_table(table("sectors"), [{"sector_id": "new"}]))
    assert store.find_run("taoyuan", "x", **run_args(store)) is None  # type: ignore[arg-type]
    assert store.find_run("taoyuan", "x", **args) is not None  # type: ignore[arg-type]
    store.prune()
    assert store.runs() == []


def test_drop_region_takes_its_results_along(store: Store) -> None:
    store.save_run("taoyuan", "x", tables={}, seconds=0, **run_args(store))  # type: ignore[arg-type]
    with store.writer() as writer:
        writer.drop_region("taoyuan")
    assert store.regions() == {}
    assert store.runs() == []
    with pytest.raises(NotLoadedError), store.writer() as writer:
        writer.drop_region("taoyuan")


def test_prune_keeps_what_the_last_manifests_name(store: Store) -> None:
    for number in range(6):
        put(store, "b", f"s{number}")
    assert len(list((store.path / "manifests").iterdir())) == 7
    gone = store.prune(keep=2)
    assert gone == 4
    assert len(list((store.path / "manifests").iterdir())) == 2
    assert store.verify() == len(snapshots(store)) - 1
    with store.reader("b") as reader:
        assert reader.table("sources")["source_id"].to_pylist() == ["s5"]
    with store.reader("taoyuan") as reader:
        assert reader.table("firms").num_rows == 3


def test_prune_removes_files_of_writers_that_died(store: Store) -> None:
    stray = store.path / "snapshots/ab" / f"{'ab' * 32}.parquet"
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"half")
    assert store.prune() == 1
    assert not stray.exists()
    assert store.verify() > 0


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(bytes(content))


def shorten(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-10])


@pytest.mark.parametrize("damage", [flip, shorten, Path.unlink])
def test_damage_is_found(store: Store, damage: object) -> None:
    assert callable(damage)
    damage(snapshots(store)[0])
    with pytest.raises(StoreCorruptError) as caught:
        store.verify()
    assert caught.value.hint is not None
    with pytest.raises(StoreCorruptError):
        store.reader()


def test_a_damaged_result_is_found(store: Store) -> None:
    before = set(snapshots(store))
    tables = {"t": pa.table({"a": list(range(100))})}
    run_id = store.save_run("taoyuan", "x", tables=tables, seconds=0, **run_args(store))  # type: ignore[arg-type]
    flip(next(iter(set(snapshots(store)) - before)))
    with pytest.raises(StoreCorruptError):
        store.run(run_id).table("t")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 2}', '{"format": 1, "serial": "x"}'])
def test_a_damaged_manifest_is_told(store: Store, text: str) -> None:
    (store.path / CURRENT).write_text(text, encoding="utf-8")
    with pytest.raises(StoreCorruptError) as caught:
        store.reader()
    assert "manifests" in str(caught.value.hint)
    kept = sorted((store.path / "manifests").iterdir())[-1]
    (store.path / CURRENT).write_bytes(kept.read_bytes())
    with store.reader() as reader:
        assert reader.has("firms")


def test_the_manifest_says_what_was_loaded(store: Store) -> None:
    raw = json.loads((store.path / CURRENT).read_text(encoding="utf-8"))
    entry = raw["regions"]["taoyuan"]
    assert entry["version"] == "1"
    file = entry["tables"]["firms"][0]
    assert file["rows"] == 3
    assert (store.path / "snapshots" / file["hash"][:2] / f"{file['hash']}.parquet").stat().st_size == file[
        "bytes"
    ]
