"""Made-up regions hold by the rules of every pack, whatever their size."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pytest

from lianzhang.errors import UsageError
from lianzhang.pack import bundled, check
from lianzhang.synth import ROOT, Size, region, tables_of, write_region
from lianzhang.synth.economy import TABLE
from lianzhang.synth.firms import BLOCK, credit_codes
from lianzhang.synth.names import DIVISIONS, place
from lianzhang.synth.places import spiral


@pytest.mark.parametrize(
    ("size", "form"),
    [
        (Size(firms=0, districts=1, io_sectors=2), "csv"),
        (Size(firms=1, districts=2, io_sectors=3), "csv"),
        (Size(firms=700, districts=24, io_sectors=12), "csv"),
        (Size(firms=5000, districts=130, io_sectors=40), "parquet"),
    ],
)
@pytest.mark.parametrize("seed", [1, 7])
def test_every_size_passes_the_check(tmp_path: Path, size: Size, form: str, seed: int) -> None:
    write_region(tmp_path, size, seed, format=form)  # type: ignore[arg-type]
    report = check(tmp_path)
    assert report.problems == [], [p.render() for p in report.problems]
    assert report.rows["firms"] == size.firms
    assert report.rows["geo_hexes"] == size.districts


def test_everything_says_that_it_is_synthetic() -> None:
    for name, data in tables_of(region(Size(firms=50), 1)):
        assert len(data), name
        if name == "sources":
            assert set(data["kind"].to_pylist()) == {"synthetic"}
        else:
            assert set(data["status"].to_pylist()) == {"synthetic"}, name
    firms = dict(tables_of(region(Size(firms=50), 1)))["firms"]
    assert all(name.startswith("虚构") for name in firms["name_zh"].to_pylist())


def test_same_seed_same_region() -> None:
    one, two, other = (dict(tables_of(region(Size(firms=300), seed))) for seed in (3, 3, 4))
    for name, data in one.items():
        assert data.equals(two[name]), name
    assert not one["firms"].equals(other["firms"])
    assert not one["io_flows"].equals(other["io_flows"])


def test_more_firms_leave_the_rest_as_it_was() -> None:
    small, large = (dict(tables_of(region(Size(firms=n), 3))) for n in (100, 200))
    for name in ("io_flows", "observations", "parks", "nodes"):
        assert small[name].equals(large[name]), name


@pytest.mark.parametrize("sectors", [2, 12, 60])
def test_input_output_table_balances_to_the_yuan(sectors: int) -> None:
    tables = dict(tables_of(region(Size(firms=0, io_sectors=sectors), 5)))
    ids = tables["io_sectors"]["sector_id"].to_pylist()
    place_of = {name: index for index, name in enumerate(ids)}
    flows = np.zeros((sectors, sectors))
    for row in tables["io_flows"].to_pylist():
        flows[place_of[row["from_sector"]], place_of[row["to_sector"]]] = row["value_cny"]
    demand, added = np.zeros(sectors), np.zeros(sectors)
    for row in tables["io_final_demand"].to_pylist():
        demand[place_of[row["sector_id"]]] += row["value_cny"]
    for row in tables["io_value_added"].to_pylist():
        added[place_of[row["sector_id"]]] += row["value_cny"]
        assert row["value_cny"] > 0
    output = np.array(tables["io_sectors"]["output_cny"].to_pylist())
    assert (flows.sum(axis=1) + demand == output).all()
    assert (flows.sum(axis=0) + added == output).all()
    assert set(tables["io_flows"]["io_table_id"].to_pylist()) == {TABLE}


def test_counts_are_those_of_the_firms() -> None:
    tables = dict(tables_of(region(Size(firms=2000, districts=5), 2)))
    counts = tables["sector_counts"].filter(pc.equal(tables["sector_counts"]["period"], "2024")).to_pylist()
    firms: dict[tuple[str, str], int] = {}
    for row in tables["firms"].select(["region_id", "sector_id"]).to_pylist():
        for where in (row["region_id"], ROOT):
            firms[where, row["sector_id"]] = firms.get((where, row["sector_id"]), 0) + 1
    assert {(r["region_id"], r["sector_id"]): r["enterprises"] for r in counts if r["enterprises"]} == firms


def test_blocks_join_without_a_seam() -> None:
    firms = dict(tables_of(region(Size(firms=BLOCK + 10), 1)))["firms"]
    assert len(set(firms["firm_id"].to_pylist())) == BLOCK + 10
    assert len(set(firms["uscc"].to_pylist())) == BLOCK + 10


def test_credit_codes_have_a_right_check_character() -> None:
    """GB 32100-2015, letter by letter."""
    letters = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    codes = credit_codes(0, 500).to_pylist()
    for code in codes:
        total = sum(letters.index(c) * 3**i for i, c in enumerate(code[:17]))
        assert letters[(31 - total % 31) % 31] == code[17]
        assert code[2:4] == "99"
    assert len(set(codes)) == 500


def test_places_have_distinct_names_that_are_nobody_elses() -> None:
    names = [place(i).zh for i in range(250)]
    assert len(set(names)) == 250
    assert len({place(i).en for i in range(250)}) == 250
    for folder in bundled().values():
        real = (
            (folder / "regions.csv").read_text(encoding="utf-8") if (folder / "regions.csv").exists() else ""
        )
        assert not [n for n in names if n in real]


def test_hexagons_touch_and_do_not_overlap() -> None:
    cells = spiral(61)
    assert len(set(cells)) == 61
    steps = {(1, 0), (1, -1), (0, -1), (-1, 0), (-1, 1), (0, 1)}
    for index, (q, r) in enumerate(cells[1:], start=1):
        assert any((q + a, r + b) in cells[:index] for a, b in steps)
    assert max(max(abs(q), abs(r), abs(q + r)) for q, r in cells) == 4


def test_divisions_are_those_of_manufacturing() -> None:
    assert list(DIVISIONS) == [str(n) for n in range(13, 44)]


@pytest.mark.parametrize("size", [{"firms": -1}, {"districts": 0}, {"io_sectors": 1}])
def test_impossible_sizes(size: dict[str, int]) -> None:
    with pytest.raises(UsageError):
        Size(**size)
