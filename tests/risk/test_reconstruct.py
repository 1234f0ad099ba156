"""Reconstructed networks: margins and sector flows match, links are legal, draws repeat with their seed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianzhang.cli import main
from lianzhang.risk.kernel.reconstruct import (
    Population,
    balance,
    degree_statistics,
    draw_links,
    fit_margins,
    populate,
)


@given(st.integers(1, 8), st.integers(1, 8), st.integers(0, 2**31))
def test_margins_are_met_and_zeros_stay(rows: int, columns: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    hidden = rng.lognormal(0, 1, (rows, columns)) * (rng.random((rows, columns)) < 0.8)
    start = (hidden > 0) * rng.uniform(0.5, 2.0, (rows, columns))
    fitted = fit_margins(start, hidden.sum(axis=1), hidden.sum(axis=0), rounds=20_000)
    assert fitted.sum(axis=0) == pytest.approx(hidden.sum(axis=0), rel=1e-6, abs=1e-9)
    assert fitted.sum(axis=1) == pytest.approx(hidden.sum(axis=1), rel=1e-4, abs=1e-6)
    assert (fitted[hidden == 0] == 0).all()


def test_margins_of_a_product_table_are_its_outer_product() -> None:
    rows, columns = np.array([3.0, 7.0]), np.array([2.0, 5.0, 3.0])
    assert fit_margins(np.ones((2, 3)), rows, columns) == pytest.approx(np.outer(rows, columns) / 10.0)
    with pytest.raises(ValueError, match="differ"):
        fit_margins(np.ones((2, 3)), rows, columns * 2)


def region(seed: int = 3, firms: int = 3000) -> tuple[Population, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    m, d = 6, 4
    counts = rng.multinomial(firms, rng.dirichlet(np.ones(m * d))).reshape(m, d)
    revenue = rng.lognormal(20, 1, m)
    flows = rng.lognormal(0, 1, (m, m)) * (rng.random((m, m)) < 0.7) * revenue.mean() / 20
    place = rng.uniform(0, 200, (d, 2))
    distance = np.hypot(*(place[:, None, :] - place[None, :, :]).transpose(2, 0, 1))
    return populate(counts, revenue, 1.5, rng), flows, distance


def test_population_adds_up() -> None:
    rng = np.random.default_rng(1)
    counts = np.array([[3, 0, 2], [0, 0, 0], [10, 5, 1]])
    revenue = np.array([100.0, 0.0, 7.0])
    firms = populate(counts, revenue, 2.0, rng)
    assert np.bincount(firms.sector, firms.revenue, minlength=3) == pytest.approx(revenue)
    assert np.array_equal(np.bincount(firms.sector * 3 + firms.district, minlength=9).reshape(3, 3), counts)


def test_links_are_legal_and_sector_flows_match() -> None:
    firms, flows, distance = region()
    supplier, buyer = draw_links(firms, flows, distance, 80.0, 5.0, 0.4, np.random.default_rng(2))
    assert (supplier != buyer).all()
    assert len(np.unique(supplier * len(firms.sector) + buyer)) == len(supplier)
    pairs = set(zip(firms.sector[supplier].tolist(), firms.sector[buyer].tolist(), strict=True))
    assert all(flows[a, b] > 0 for a, b in pairs)
    links = balance(firms, supplier, buyer, flows)
    got = np.zeros_like(flows)
    np.add.at(got, (firms.sector[links.supplier], firms.sector[links.buyer]), links.sales)
    for a, b in pairs:
        assert got[a, b] == pytest.approx(flows[a, b], rel=1e-9)
    assert (links.sales > 0).all()


def test_draws_repeat_with_their_seed_and_differ_without() -> None:
    firms, flows, distance = region()
    one, again, other = (
        draw_links(firms, flows, distance, 80.0, 5.0, 0.4, np.random.default_rng(seed)) for seed in (2, 2, 3)
    )
    assert np.array_equal(one[0], again[0])
    assert np.array_equal(one[1], again[1])
    assert not (len(one[0]) == len(other[0]) and np.array_equal(one[0], other[0]))


def test_larger_firms_have_more_suppliers_and_near_ones_are_preferred() -> None:
    firms, flows, distance = region(firms=6000)
    supplier, buyer = draw_links(firms, flows, distance, 30.0, 6.0, 0.5, np.random.default_rng(4))
    stats = degree_statistics(len(firms.sector), supplier, buyer, firms.revenue)
    assert stats["size_degree_rank_correlation"] > 0.3
    near = distance[firms.district[supplier], firms.district[buyer]].mean()
    supplier, buyer = draw_links(firms, flows, distance, 1e9, 6.0, 0.5, np.random.default_rng(4))
    far = distance[firms.district[supplier], firms.district[buyer]].mean()
    assert near < far


def test_empty_region() -> None:
    firms = populate(np.zeros((2, 2), np.int64), np.zeros(2), 1.0, np.random.default_rng(0))
    supplier, buyer = draw_links(
        firms, np.ones((2, 2)), np.zeros((2, 2)), 10.0, 3.0, 0.3, np.random.default_rng(0)
    )
    assert len(supplier) == len(buyer) == 0
    assert len(balance(firms, supplier, buyer, np.ones((2, 2))).sales) == 0


def test_network_from_the_command_line_goes_on_to_rank(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "flows.csv").write_text(",a,b\na,5,20\nb,10,1\n")
    (tmp_path / "counts.csv").write_text(
        "sector,district,firms,revenue\na,north,40,60\na,south,20,40\nb,north,30,50\nb,south,10,20\n"
    )
    (tmp_path / "places.csv").write_text("district,lon,lat\nnorth,106.5,29.9\nsouth,106.6,29.0\n")
    (tmp_path / "types.csv").write_text(",a,b\na,2,2\nb,1,2\n")
    words = ["--flows", str(tmp_path / "flows.csv"), "--counts", str(tmp_path / "counts.csv")]
    words += ["--districts", str(tmp_path / "places.csv"), "--out", str(tmp_path / "net")]
    assert main(["risk", "network", *words, "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert summary["firms"] == 100
    assert summary["status"] == "reconstructed"
    assert summary["flows_matched"] == pytest.approx(1.0)
    edges, sectors = tmp_path / "net" / "edges.tsv", tmp_path / "net" / "sectors.tsv"
    files = ["--edges", str(edges), "--sectors", str(sectors), "--types", str(tmp_path / "types.csv")]
    assert main(["risk", "rank", *files, "--out", str(tmp_path / "rank.csv")]) == 0
    assert len((tmp_path / "rank.csv").read_text().splitlines()) == 101
    (tmp_path / "counts.csv").write_text("sector,district,firms,revenue\nc,north,40,60\n")
    assert main(["risk", "network", *words]) == 2
    assert "line 2" in capsys.readouterr().err


def test_distances_are_great_circles() -> None:
    from lianzhang.risk.reconstruction import _great_circle_km

    # Chongqing to Chengdu, about 270 km.
    lon, lat = np.radians([106.55, 104.07]), np.radians([29.56, 30.67])
    assert _great_circle_km(lon, lat)[0, 1] == pytest.approx(269, abs=5)
