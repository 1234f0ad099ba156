"""An imported register joins a region: again and again the same, never over the region's own rows."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lianzhang.app.browse.desk import Desk
from lianzhang.app.pages.firms import firm_view, registers
from lianzhang.app.registers import keep_register
from lianzhang.chain.model import Grade
from lianzhang.chain.service import chain_map
from lianzhang.config import Settings
from lianzhang.errors import NotLoadedError
from lianzhang.i18n import Text
from lianzhang.pack import write_pack
from lianzhang.store import Store, load_pack
from tests.chain.conftest import small_tables

TITLE = Text("甲登记", "A register")


def _import(folder: Path, firms: list[dict[str, str | None]], nodes: list[tuple[str, str]]) -> Path:
    folder.mkdir(exist_ok=True)
    mark = {"source_id": "register-a", "status": "derived"}
    made = {"activity": "makes", "evidence": "registry_text", "evidence_date": "2019"}
    pq.write_table(
        pa.Table.from_pylist([f | {"kind": "company"} | mark for f in firms]), folder / "firms.parquet"
    )
    rows = [{"firm_id": f, "node_id": n} | made | mark for f, n in nodes]
    pq.write_table(pa.Table.from_pylist(rows), folder / "firm_nodes.parquet")
    return folder


def _firm(firm: str, region: str, sector: str) -> dict[str, str | None]:
    return {"firm_id": firm, "name_zh": f"甲{firm}", "region_id": region, "sector_id": sector}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    write_pack(
        tmp_path / "pack",
        small_tables(),
        name="small",
        title=Text("小", "Small"),
        region="r",
        as_of="2024-12-31",
    )
    load_pack(Store(tmp_path / "store"), tmp_path / "pack")
    return Settings(store=tmp_path / "store")


def test_a_register_grades_the_chain_of_its_own_time_only(settings: Settings, tmp_path: Path) -> None:
    folder = _import(tmp_path / "import", [_firm("x", "r1", "g:10")], [("x", "n3")])
    kept = keep_register(settings, folder, TITLE)
    assert kept.rows == {"firms": 1, "firm_nodes": 1}
    with Store(settings.store).reader() as reader:
        assert chain_map(reader, "r", date(2019, 12, 31)).node("n3").grade is Grade.ONE
        today = chain_map(reader, "r", date(2024, 12, 31)).node("n3")
    assert today.grade is Grade.MISSING
    assert [m.current for m in today.makers] == [False]


def test_again_gives_the_same_and_a_newer_file_replaces(settings: Settings, tmp_path: Path) -> None:
    folder = _import(tmp_path / "import", [_firm("x", "r1", "g:10"), _firm("y", "r2", "g:20")], [("x", "n3")])
    keep_register(settings, folder, TITLE)
    again = keep_register(settings, folder, TITLE)
    assert (again.rows["firms"], again.replaced["firms"]) == (2, 2)
    newer = _import(tmp_path / "newer", [_firm("x", "r2", "g:10")], [("x", "n3"), ("x", "n4")])
    keep_register(settings, newer, TITLE)
    with Store(settings.store).reader() as reader:
        rows = reader.sql(
            "SELECT firm_id, region_id FROM firms WHERE source_id = 'register-a' ORDER BY firm_id"
        ).to_pylist()
        own = reader.sql("SELECT count(*) AS n FROM firms WHERE source_id = 's'").to_pylist()
        titles = reader.sql("SELECT title_en FROM sources WHERE source_id = 'register-a'").to_pylist()
    assert rows == [{"firm_id": "x", "region_id": "r2"}]
    assert own == [{"n": 4}]
    assert titles == [{"title_en": "A register"}]


def test_what_the_region_does_not_know_is_left_out_and_counted(settings: Settings, tmp_path: Path) -> None:
    firms = [_firm("x", "elsewhere", "g:99"), _firm("f1", "r1", "g:10")]
    kept = keep_register(
        settings, _import(tmp_path / "import", firms, [("x", "n3"), ("x", "nowhere")]), TITLE
    )
    assert (kept.left_out, kept.already) == ({"firm_nodes": 1}, 1)
    with Store(settings.store).reader() as reader:
        rows = reader.sql(
            "SELECT firm_id, region_id, sector_id, source_id FROM firms WHERE firm_id IN ('x', 'f1')"
        )
    assert {r["firm_id"]: (r["region_id"], r["sector_id"], r["source_id"]) for r in rows.to_pylist()} == {
        "x": (None, None, "register-a"),
        "f1": ("r1", None, "s"),
    }


def test_without_an_import_it_says_so(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(NotLoadedError, match="no import"):
        keep_register(settings, tmp_path / "nothing", TITLE)


def test_the_day_that_a_register_speaks_of_is_told_with_its_firms(settings: Settings, tmp_path: Path) -> None:
    folder = _import(
        tmp_path / "import", [_firm("x", "r1", "g:10"), _firm("y", "r1", "g:10")], [("x", "n3"), ("y", "n3")]
    )
    report = {"imports": [{"report": {"evidence_date": "2019"}}]}
    (folder / "import.json").write_text(json.dumps(report), "utf-8")
    keep_register(settings, folder, TITLE)
    desk = Desk(settings)
    with Store(settings.store).reader() as reader:
        today, then = date(2026, 1, 1), date(2019, 12, 31)
        (found,) = registers(desk, reader, today)
        assert (found.firms, found.until.zh, found.past) == (2, "2019年", True)
        assert not registers(desk, reader, then)[0].past
        page = firm_view(desk, reader, "x", today)
        assert page.register is not None
        assert (page.register.past, page.nodes[0].past) == (True, True)
        assert [(n.node_id, n.total, [line.firm_id for line in n.lines]) for n in page.neighbours] == [
            ("n3", 1, ["y"])
        ]
        assert firm_view(desk, reader, "x", then).nodes[0].past is False
