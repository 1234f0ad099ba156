"""Multipliers, linkages, extraction, Ghosh, inflow: plain dense formulas, pymrio's numbers, identities."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianzhang.chain.kernel import (
    check_balance,
    extract,
    factorise,
    ghosh_solve,
    inflow_content,
    linkages,
    multipliers,
    multipliers_closed,
    supply_demand_pool,
    weak_links,
)
from lianzhang.chain.kernel.io import ExtractionMode
from lianzhang.chain.model import IOTable, SectorRole
from lianzhang.errors import InputError


def table(n: int, seed: int) -> IOTable:
    """A balanced competitive table with net outflow in the last column."""
    rng = np.random.default_rng(seed)
    Z = rng.random((n, n)) ** 3 * 100
    VA = rng.random((3, n)) * 120 + 5
    x = Z.sum(axis=0) + VA.sum(axis=0)
    home = rng.random((n, 2)) * 40
    F = np.column_stack([home, x - Z.sum(axis=1) - home.sum(axis=1)])
    return IOTable.from_arrays(Z, F, VA, x, border=(2,))


def inverse(t: IOTable) -> np.ndarray:
    return np.linalg.inv(np.eye(t.n) - np.asarray(t.Z) / t.x)


def test_multipliers_equal_sums_over_the_inverse() -> None:
    t = table(9, 1)
    L, W = inverse(t), t.VA / t.x
    result = multipliers(factorise(t.Z, t.x), W, t.value_added)
    np.testing.assert_allclose(result.output, L.sum(axis=0), rtol=1e-12)
    np.testing.assert_allclose(result.total, W @ L, rtol=1e-12)
    np.testing.assert_allclose(result.ratio, W @ L / W, rtol=1e-12)
    assert result.names == t.value_added


@given(st.integers(1, 8), st.integers(0, 10_000))
def test_a_unit_of_demand_is_a_unit_of_value_added(n: int, seed: int) -> None:
    t = table(n, seed)
    np.testing.assert_allclose(
        multipliers(factorise(t.Z, t.x), t.VA.sum(axis=0) / t.x).total[0], 1.0, rtol=1e-10
    )


def test_closed_multipliers_equal_the_bordered_inverse() -> None:
    t = table(6, 2)
    h = t.VA[0] / t.x
    c = t.F[:, 0] / t.F[:, 0].sum() * 0.8
    A = np.asarray(t.Z) / t.x
    bordered = np.block([[A, c[:, None]], [h[None, :], np.zeros((1, 1))]])
    L = np.linalg.inv(np.eye(7) - bordered)[:6, :6]
    W = t.VA / t.x
    result = multipliers_closed(factorise(t.Z, t.x), c, h, W)
    np.testing.assert_allclose(result.output, L.sum(axis=0), rtol=1e-12)
    np.testing.assert_allclose(result.total, W @ L, rtol=1e-12)
    assert (result.output >= multipliers(factorise(t.Z, t.x)).output).all()
    with pytest.raises(InputError, match="diverges"):
        multipliers_closed(factorise(t.Z, t.x), c * 1e3, h)


def test_linkages_equal_sums_over_both_inverses() -> None:
    t = table(8, 3)
    L = inverse(t)
    G = np.linalg.inv(np.eye(8) - np.asarray(t.Z) / t.x[:, None])
    result = linkages(factorise(t.Z, t.x))
    np.testing.assert_allclose(result.backward, L.sum(axis=0), rtol=1e-12)
    np.testing.assert_allclose(result.forward, G.sum(axis=1), rtol=1e-12)
    np.testing.assert_allclose(result.forward_leontief, L.sum(axis=1), rtol=1e-12)
    n = 8
    np.testing.assert_allclose(result.backward_index, n * L.sum(axis=0) / L.sum(), rtol=1e-12)
    np.testing.assert_allclose(result.forward_leontief_index, n * L.sum(axis=1) / L.sum(), rtol=1e-12)
    for role, b, f in zip(result.roles(), result.backward_index, result.forward_index, strict=True):
        assert (role is SectorRole.KEY) == (b > 1 and f > 1)
        assert (role is SectorRole.WEAK) == (b <= 1 and f <= 1)


def test_ghosh_spreads_primary_inputs_over_output() -> None:
    t = table(7, 4)
    G = np.linalg.inv(np.eye(7) - np.asarray(t.Z) / t.x[:, None])
    system = factorise(t.Z, t.x)
    v = np.random.default_rng(0).random((7, 3))
    np.testing.assert_allclose(ghosh_solve(system, v), (v.T @ G).T, rtol=1e-12)
    np.testing.assert_allclose(ghosh_solve(system, t.VA.sum(axis=0)), t.x, rtol=1e-12)


def test_a_sector_without_output_has_no_forward_linkage() -> None:
    t = table(5, 5)
    Z, x = np.array(t.Z), t.x.copy()
    Z[:, 2], x[2] = 0.0, 0.0
    system = factorise(Z, x)
    assert np.isnan(linkages(system).forward[2])
    assert np.isfinite(np.delete(linkages(system).forward_index, 2)).all()
    assert np.isnan(ghosh_solve(system, np.ones(5))[2])
    assert linkages(system).roles()[2] is None


def extract_anew(t: IOTable, k: int, mode: str) -> np.ndarray:
    """Output of all sectors after extraction: the changed system, solved anew."""
    A = np.asarray(t.Z) / t.x
    f = t.x - A @ t.x
    B, g = A.copy(), f.copy()
    if mode in ("total", "backward"):
        B[:, k] = 0.0
    if mode in ("total", "forward"):
        B[k, :] = 0.0
    if mode == "total":
        g[k] = 0.0
    return np.linalg.solve(np.eye(t.n) - B, g)


@pytest.mark.parametrize("mode", ["total", "backward", "forward"])
@pytest.mark.parametrize("n", [1, 6, 270])
def test_extraction_equals_solving_anew(n: int, mode: ExtractionMode) -> None:
    t = table(n, 6)
    W = t.VA / t.x
    result = extract(factorise(t.Z, t.x), mode=mode, coefficients=W)
    assert result.mode == mode
    for k in {0, n // 2, n - 1}:
        lost = t.x - extract_anew(t, k, mode)
        assert result.output_loss[k] == pytest.approx(lost.sum(), rel=1e-9, abs=1e-6)
        assert result.own_output[k] == pytest.approx(lost[k], rel=1e-9, abs=1e-6)
        np.testing.assert_allclose(result.value_loss[:, k], W @ lost, rtol=1e-9, atol=1e-6)
        assert result.share[k] == pytest.approx(lost.sum() / t.x.sum(), rel=1e-9, abs=1e-12)


def test_extraction_of_some_sectors_equals_that_of_all() -> None:
    t = table(12, 7)
    system = factorise(t.Z, t.x)
    some = extract(system, sectors=[3, 8])
    np.testing.assert_allclose(some.output_loss, extract(system).output_loss[[3, 8]], rtol=1e-10)
    with pytest.raises(InputError):
        extract(system, sectors=[12])
    with pytest.raises(InputError):
        extract(system, mode="sideways")  # type: ignore[arg-type]


@settings(max_examples=15)
@given(st.integers(2, 7), st.integers(0, 10_000))
def test_taking_a_sector_out_never_helps_and_loses_at_least_its_own(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    Z = rng.random((n, n))
    x = Z.sum(axis=0) + Z.sum(axis=1) + rng.random(n)
    system = factorise(Z, x)
    total = extract(system)
    assert (total.output_loss >= x - 1e-9).all()
    assert (total.output_loss <= x.sum() + 1e-9).all()
    for mode in ("backward", "forward"):
        assert (extract(system, mode=mode).output_loss <= total.output_loss + 1e-9).all()


def test_inflow_content_and_value_added_share_a_unit_of_demand() -> None:
    t = table(8, 8)
    r = np.random.default_rng(1).random(8)
    system = factorise(t.Z, t.x, local_share=r)
    content = inflow_content(system, np.arange(8))
    A = np.asarray(t.Z) / t.x
    L = np.linalg.inv(np.eye(8) - r[:, None] * A)
    np.testing.assert_allclose(content, (1 - r)[:, None] * A @ L, rtol=1e-10)
    np.testing.assert_allclose(content.sum(axis=0) + (t.VA.sum(axis=0) / t.x) @ L, 1.0, rtol=1e-10)
    with pytest.raises(InputError, match="local shares"):
        inflow_content(factorise(t.Z, t.x), [0])


def test_weak_links_from_net_inflow() -> None:
    result = weak_links([100.0, 50.0, 0.0, 10.0], [20.0, -50.0, -7.0, 10.0])
    np.testing.assert_allclose(result.net_inflow, [0, 50, 7, 0])
    np.testing.assert_allclose(result.inflow_share, [0, 0.5, 1.0, np.nan])
    np.testing.assert_allclose(result.self_sufficiency, [1.25, 0.5, 0.0, np.nan])
    np.testing.assert_array_equal(result.order[:2], [1, 2])
    with pytest.raises(InputError):
        weak_links([1.0], [1.0, 2.0])


def test_balance_reports_what_does_not_add_up() -> None:
    t = table(5, 9)
    assert check_balance(t).holds(1e-12)
    F = t.F.copy()
    F[2, 0] += 7.0
    off = check_balance(IOTable.from_arrays(t.Z, F, t.VA, t.x, border=(2,)))
    assert off.row_residual[2] == pytest.approx(-7.0)
    assert off.demand_total - off.value_added_total == pytest.approx(7.0)
    assert off.largest_relative == pytest.approx(7.0 / t.x[2])
    assert not off.holds(1e-6)


def test_tables_are_checked_and_brought_to_whole_units() -> None:
    t = table(3, 1)
    tenthousand = IOTable.from_arrays(t.Z, t.F, t.VA, t.x, border=(2,), unit=10_000)
    np.testing.assert_allclose(tenthousand.x, t.x * 10_000)
    np.testing.assert_allclose(tenthousand.local_demand, (t.x - t.F[:, 2]) * 10_000)
    with pytest.raises(InputError, match="do not fit"):
        IOTable.from_arrays(t.Z, t.F[:2], t.VA, t.x)
    with pytest.raises(InputError, match="negative"):
        IOTable.from_arrays(t.Z, t.F, t.VA, -t.x)
    with pytest.raises(InputError, match="missing"):
        IOTable.from_arrays(t.Z, t.F * np.nan, t.VA, t.x)
    with pytest.raises(InputError, match="outside final demand"):
        IOTable.from_arrays(t.Z, t.F, t.VA, t.x, border=(3,))
    with pytest.raises(InputError, match="2 sector names"):
        IOTable.from_arrays(t.Z, t.F, t.VA, t.x, sectors=("a", "b"))
    with pytest.raises(InputError, match="no column of outflow"):
        _ = IOTable.from_arrays(t.Z, t.F, t.VA, t.x).net_outflow


def test_equals_pymrio_on_our_own_table() -> None:
    expected = json.loads(Path(__file__).with_name("expected_io.json").read_text(encoding="utf-8"))
    Z, x, VA = (np.array(expected[k]) for k in ("Z", "x", "VA"))
    system = factorise(Z, x)
    L = np.array(expected["L"])
    np.testing.assert_allclose(system.solve(np.eye(7)), L, atol=1e-10)
    np.testing.assert_allclose(multipliers(system, VA / x).total, expected["M"], atol=1e-10)
    np.testing.assert_allclose(linkages(system).forward, np.array(expected["G"]).sum(axis=1), atol=1e-10)
    np.testing.assert_allclose(ghosh_solve(system, np.eye(7)).T, expected["G"], atol=1e-10)


@pytest.mark.shared
def test_the_chongqing_table_of_2023(shared: Path) -> None:
    """The published table, in 10,000 yuan: both identities hold but for rounding, and the known facts come
    out."""
    path = shared / "data" / "cq-io2023" / "chongqing_io_2023_42.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    head, body = rows[0], rows[1:]
    n = 42
    demand = [c for c in range(2, len(head)) if head[c].startswith(("FU", "NOF"))]
    Z = np.array([[float(v) for v in row[2 : 2 + n]] for row in body[:n]])
    F = np.array([[float(row[c]) for c in demand] for row in body[:n]])
    VA = np.array([[float(v) for v in row[2 : 2 + n]] for row in body if row[0].startswith("VA")])
    x = np.array([float(row[head.index("GO")]) for row in body[:n]])
    t = IOTable.from_arrays(
        Z, F, VA, x, sectors=tuple(r[1] for r in body[:n]), border=(len(demand) - 1,), unit=10_000
    )
    balance = check_balance(t)
    # Whole 10,000 yuan are published, so a sum of 48 rounded entries may be off by about 20 of them.
    assert np.abs(balance.row_residual).max() <= 24 * 10_000
    assert np.abs(balance.column_residual).max() <= 24 * 10_000
    assert balance.value_added_total == pytest.approx(3.061428e12, rel=1e-6)
    system = factorise(t.Z, t.x)
    np.testing.assert_allclose(multipliers(system, t.VA.sum(axis=0) / t.x).total[0], 1.0, atol=1e-4)
    pool = supply_demand_pool(t.x, t.net_outflow)
    assert np.isfinite(pool.r).all()
    coal = t.sectors.index("煤炭采选产品")
    assert weak_links(t.x, t.net_outflow).inflow_share[coal] > 0.9
