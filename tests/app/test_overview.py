"""The first screen: what there is to do next, and what was newly told, by name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from lianzhang.app.browse.desk import Desk
from lianzhang.app.pages.doing import steps
from lianzhang.app.pages.overview import changes
from lianzhang.config import Settings
from lianzhang.store import Store, load_pack
from lianzhang.store.observe import observe


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    load_pack(Store(tmp_path / "store"), "chongqing")
    made = Desk(Settings(store=tmp_path / "store"))
    yield made
    made.close()


def test_what_to_do_counts_what_the_pages_list(desk: Desk) -> None:
    with desk.readers.reading("chongqing") as reader:
        state = desk.state(reader, date(2026, 3, 26))
        found = {s.path: s for s in steps(desk, reader, state)}
    trouble = sum(r.verdict in ("missed", "out_of_reach", "at_risk") for r in state.targets)
    assert trouble
    assert found["plan"].what.zh.startswith(f"{trouble}项") or found["plan"].query == {"verdict": "overdue"}
    assert found["chain"].query == {"view": "gaps"}
    assert "risk" in found, "nothing is computed yet"


def test_a_new_figure_is_told_by_name(desk: Desk) -> None:
    observe(desk.store, "chongqing", "nev_output", "2026-02", 98_000.0, source="快报", status="official")
    with desk.readers.reading("chongqing") as reader:
        told = changes(desk, reader).told
    assert told.count == 1
    assert told.named[0].zh == "新能源汽车产量，2026年2月：9.80万辆（快报）"
    assert "NEV output" in told.named[0].en
