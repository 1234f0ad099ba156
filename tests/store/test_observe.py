"""One figure more, by the same rules as a pack."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow as pa
import pytest

from lianzhang.errors import InputError, UnknownNameError
from lianzhang.i18n import Text
from lianzhang.pack import write_pack
from lianzhang.pack.skeleton import example_rows
from lianzhang.schema import STATUSES
from lianzhang.store import Store, add_rows, load_pack, observe


@pytest.mark.parametrize(
    "period", ["2025", "2025-06", "2025-06-30", "2025-Q2", "2025-H1", "2025-01..06", "2025-Q1..Q2"]
)
def test_any_frequency(store: Store, period: str) -> None:
    row = observe(store, "taoyuan", "cars-made", period, 12.5, source="example")
    assert row["value"] == 12.5
    assert row["preferred"] is True
    with store.reader() as reader:
        found = reader.sql("SELECT value, region_id, source_id FROM observations WHERE period = ?", [period])
    assert found.to_pylist() == [{"value": 12.5, "region_id": "taoyuan", "source_id": "example"}]


def test_new_source_is_added_once(store: Store) -> None:
    first = observe(store, "", "汽车产量", "2025-01", 1, source="公报 2025-02", status="official")
    again = observe(store, "", "Cars made", "2025-02", 2, source="公报 2025-02", status="official")
    assert first["source_id"] == again["source_id"]
    with store.reader() as reader:
        rows = reader.sql("SELECT title_zh, kind FROM sources WHERE source_id <> 'example'").to_pylist()
    assert rows == [{"title_zh": "公报 2025-02", "kind": "user"}]


@pytest.mark.parametrize("source", ["公报 2025-02", "https://example.org/a", "a newspaper"])
def test_the_status_is_never_assumed(store: Store, source: str) -> None:
    """A new source, or one that is no authority's, does not make a figure official by itself."""
    paper = {"source_id": "paper", "title_zh": "晚报", "title_en": "a newspaper", "kind": "news"}
    add_rows(store, "", {"sources": [paper]})
    before = (store.path / "manifest.json").read_bytes()
    with pytest.raises(InputError, match="status of the figure must be said") as caught:
        observe(store, "", "cars-made", "2025", 1, source=source)
    assert caught.value.hint is not None
    assert all(word in caught.value.hint.zh and word in caught.value.hint.en for word in STATUSES)
    assert (store.path / "manifest.json").read_bytes() == before
    for n, status in enumerate(STATUSES):
        row = observe(store, "", "cars-made", f"2025-0{n + 1}", 1, source=source, status=status)
        assert row["status"] == status


@pytest.mark.parametrize(
    ("kind", "quality", "status"),
    [
        ("bulletin", None, "official"),
        ("yearbook", "official", "official"),
        ("listing", "official", "official"),
        ("synthetic", None, "synthetic"),
        ("plan", "secondary", None),
        ("news", "official_press", None),
        ("research", None, None),
        ("user", None, None),
    ],
)
def test_a_known_source_may_tell_the_status(
    store: Store, kind: str, quality: str | None, status: str | None
) -> None:
    source = {"source_id": "s", "title_zh": "甲", "title_en": "S", "kind": kind, "quality": quality}
    add_rows(store, "", {"sources": [source]})
    if status is None:
        with pytest.raises(InputError):
            observe(store, "", "cars-made", "2025", 1, source="甲")
    else:
        assert observe(store, "", "cars-made", "2025", 1, source="甲")["status"] == status
    assert observe(store, "", "cars-made", "2026", 1, source="s", status="derived")["status"] == "derived"


def test_address_as_source(store: Store) -> None:
    row = observe(store, "", "cars-made", "2025-01", 1, source="https://example.org/a", status="official")
    with store.reader() as reader:
        found = reader.sql("SELECT url FROM sources WHERE source_id = ?", [row["source_id"]])
    assert found.to_pylist() == [{"url": "https://example.org/a"}]


def test_unknown_indicator_offers_the_nearest(store: Store) -> None:
    with pytest.raises(UnknownNameError) as caught:
        observe(store, "", "car-made", "2025", 1, source="example")
    assert "cars-made" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"period": "2025-13"}, "unreadable-period"),
        ({"value": "12,5"}, "unreadable-number"),
        ({"value": None}, "null-without-reason"),
        ({"comparator": "about"}, "unknown-code"),
        ({"status": "true"}, "unknown-code"),
        ({"known_from": "soon"}, "unreadable-date"),
        ({"period": "2024", "source": "example"}, "duplicate-key"),
        ({"period": "2024", "source": "new", "preferred": True}, "two-preferred"),
    ],
)
def test_bad_figures_are_refused_whole(store: Store, change: dict[str, object], rule: str) -> None:
    before = (store.path / "manifest.json").read_bytes()
    args: dict[str, object] = {
        "period": "2025",
        "value": 1.0,
        "source": "a new one",
        "status": "official",
    } | change
    with pytest.raises(InputError) as caught:
        observe(store, "", "cars-made", **args)  # type: ignore[arg-type]
    problems = caught.value.details["problems"]
    assert isinstance(problems, list)
    assert rule in [p["rule"] for p in problems]
    assert caught.value.hint is not None
    assert (store.path / "manifest.json").read_bytes() == before


def test_a_figure_that_is_stored_already_says_so(store: Store) -> None:
    observe(store, "", "cars-made", "2025", 1, source="example")
    with pytest.raises(InputError, match="this figure from this source is already stored") as caught:
        observe(store, "", "cars-made", "2025", 2, source="example")
    assert "这个来源的这个数已经存有" in caught.value.message.zh
    assert caught.value.hint is not None
    assert "correct the pack" in caught.value.hint.en


@pytest.mark.parametrize("change", [{"place": "nowhere"}, {"sector": "none"}])
def test_unknown_places_and_sectors(store: Store, change: dict[str, str]) -> None:
    with pytest.raises(UnknownNameError):
        observe(store, "", "cars-made", "2025", 1, source="example", **change)  # type: ignore[arg-type]


def test_empty_source(store: Store) -> None:
    with pytest.raises(InputError):
        observe(store, "", "cars-made", "2025", 1, source="  ")


def test_a_lost_number_needs_its_reason(store: Store) -> None:
    row = observe(store, "", "cars-made", "2025", None, source="example", note="数字在原文中缺失")
    assert row["value"] is None


def test_second_figure_of_a_period_is_kept_but_not_used(store: Store) -> None:
    row = observe(store, "", "cars-made", "2024", 160_000, source="another", status="official")
    assert row["preferred"] is False
    with store.reader() as reader:
        found = reader.sql(
            "SELECT value, preferred FROM observations WHERE period = '2024' ORDER BY value"
        ).to_pylist()
    assert found == [{"value": 155_000.0, "preferred": True}, {"value": 160_000.0, "preferred": False}]


def test_share_over_100(store: Store) -> None:
    mark = {"source_id": "example", "status": "synthetic"}
    indicator = {
        "indicator_id": "share",
        "name_zh": "占比",
        "name_en": "Share",
        "unit": "%",
        "measure": "share",
    }
    add_rows(store, "", {"indicators": [indicator | {"flow": False} | mark]})
    with pytest.raises(InputError) as caught:
        observe(store, "", "share", "2025", 101, source="example")
    assert "share-over-100" in str(caught.value.details)


def test_added_figures_outlive_a_load(store: Store, example: Path) -> None:
    observe(store, "", "cars-made", "2025-01", 1, source="a new one", status="estimated")
    observe(store, "", "cars-made", "2024", 160_000, source="another", status="official")
    loaded = load_pack(store, example)
    assert (loaded.kept, loaded.dropped) == (4, 0)
    with store.reader() as reader:
        assert reader.table("observations").num_rows == 8
        assert reader.table("sources").num_rows == 3
    loaded = load_pack(store, example, fresh=True)
    with store.reader() as reader:
        assert reader.table("observations").num_rows == 6


def test_added_figures_give_way_to_the_pack(store: Store, example: Path, tmp_path: Path) -> None:
    """A figure that the new pack has itself does not come back; what it does not have stays."""
    mark = {"source_id": "example", "status": "synthetic"}
    indicator = {
        "indicator_id": "x",
        "name_zh": "x",
        "name_en": "x",
        "unit": "yuan",
        "measure": "level",
        "flow": True,
    }
    observe(store, "", "cars-made", "2025", 7, source="example")
    newer = tmp_path / "taoyuan"
    shutil.copytree(example, newer)
    observations = newer / "data/observations.csv"
    lines = observations.read_text(encoding="utf-8").splitlines()
    last = lines[-1].replace("2024", "2025", 1)
    observations.write_text("\n".join([*lines, last]) + "\n", encoding="utf-8")
    add_rows(store, "", {"indicators": [indicator | mark]})
    observe(store, "", "x", "2024", 5, source="example")
    loaded = load_pack(store, newer)
    assert (loaded.kept, loaded.dropped) == (2, 1)
    with store.reader() as reader:
        rows = reader.sql("SELECT value FROM observations WHERE period = '2025'").to_pylist()
        assert rows == [{"value": 155_000.0}]
        assert reader.sql("SELECT count(*) AS n FROM observations WHERE indicator_id = 'x'").to_pylist() == [
            {"n": 1}
        ]


def test_added_rows_go_with_what_they_point_to(store: Store, tmp_path: Path) -> None:
    """A pack that no longer has the indicator leaves its added figures nothing to point to."""
    observe(store, "", "cars-made", "2025", 7, source="example")
    rows = {name: list(listed) for name, listed in example_rows().items() if not isinstance(listed, pa.Table)}
    for name in ("indicators", "observations", "statements"):
        rows.pop(name)
    write_pack(tmp_path / "new", rows, name="taoyuan", title=Text("桃源", "Taoyuan"), region="taoyuan")
    loaded = load_pack(store, tmp_path / "new")
    assert (loaded.kept, loaded.dropped) == (0, 1)
    with store.reader() as reader:
        assert not reader.has("observations")


def test_statements_are_added_and_never_overwritten(store: Store) -> None:
    row = {
        "statement_id": "u1",
        "locator": "line 7",
        "indicator_id": "cars-made",
        "topic_zh": "目标",
        "topic_en": "Target",
        "kind": "target",
        "comparator": ">=",
        "value": 5,
        "unit": "vehicles",
        "measure": "level",
        "period_end": "2027",
        "preferred": False,
        "source_id": "example",
        "status": "official",
    }
    assert add_rows(store, "", {"statements": [row]}) == {"statements": 1}
    with pytest.raises(InputError, match="twice"):
        add_rows(store, "", {"statements": [row | {"value": 6}]})
    with pytest.raises(InputError):
        add_rows(store, "", {"statements": [row | {"statement_id": "u2", "indicator_id": "none"}]})
    with pytest.raises(InputError):
        add_rows(store, "", {"statements": [row | {"statement_id": "u3", "colour": "red"}]})
    with store.reader() as reader:
        assert reader.sql("SELECT value FROM statements WHERE statement_id LIKE 'u%'").to_pylist() == [
            {"value": 5.0}
        ]


def test_rows_added_together_may_point_to_each_other(store: Store) -> None:
    mark = {"source_id": "new", "status": "official"}
    source = {"source_id": "new", "title_zh": "新", "title_en": "New", "kind": "user"}
    firms = [
        {"firm_id": "g", "name_zh": "集团", "kind": "group"} | mark,
        {"firm_id": "h", "name_zh": "子公司", "kind": "company", "group_id": "g"} | mark,
    ]
    assert add_rows(store, "", {"sources": [source], "firms": firms}) == {"sources": 1, "firms": 2}
    with pytest.raises(InputError, match="circle"):
        add_rows(
            store,
            "",
            {
                "firms": [
                    {"firm_id": "m", "name_zh": "m", "kind": "group", "group_id": "n"} | mark,
                    {"firm_id": "n", "name_zh": "n", "kind": "group", "group_id": "m"} | mark,
                ]
            },
        )
