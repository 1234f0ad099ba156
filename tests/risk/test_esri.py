"""The index equals the published values, a dense and a plain implementation, and behaves as it must."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from benchmarks._risk_networks import Network, make_network
from benchmarks._risk_oracles import dense, index, plain, plain_arrays
from lianzhang.errors import InputError
from lianzhang.risk import service
from lianzhang.risk.kernel.layout import FirmGraph
from lianzhang.risk.kernel.scenario import cascade, downstream_parents, shares, trace, upstream_parents
from lianzhang.risk.kernel.single import fail_each, outlook
from lianzhang.risk.kernel.workspace import UNKNOWN, Workspace, workspace
from tests.risk.networks import fixture, laid_out, networks, published, random_network


def fail(
    graph: FirmGraph,
    firms: NDArray[np.int64],
    epsilon: float = 0.01,
    space: Workspace | None = None,
    max_steps: int = 100_000,
) -> NDArray[np.float64]:
    """(q, 4): index, downstream, upstream, steps."""
    values, steps = np.zeros((len(firms), 3)), np.zeros(len(firms), np.int32)
    fail_each(
        graph,
        workspace(graph) if space is None else space,
        graph.rank_of[firms],
        epsilon,
        max_steps,
        outlook(graph),
        values,
        steps,
    )
    return np.column_stack([values, steps])


def by_dense(network: Network, firm: int, epsilon: float) -> tuple[float, ...]:
    psi = np.ones(len(network.sector))
    psi[firm] = 0.0
    hd, hu, steps = dense(network, psi, epsilon)
    return (*index(network, hd, hu), steps)


def test_equals_the_published_values() -> None:
    network = fixture()
    rows = published()
    place = {name: k for k, name in enumerate(network.firm_ids)}
    result = service.rank(network, np.array([place[row[0]] for row in rows]))
    for k, (_, esri, down, up, steps) in enumerate(rows):
        assert result.esri[k] == pytest.approx(esri, rel=1e-10, abs=1e-12)
        assert result.downstream[k] == pytest.approx(down, rel=1e-10, abs=1e-12)
        assert result.upstream[k] == pytest.approx(up, rel=1e-10, abs=1e-12)
        assert result.steps[k] == steps


@pytest.mark.shared
def test_equals_the_published_values_of_the_shared_files(shared: object) -> None:
    from pathlib import Path

    from lianzhang.risk.network import read_network

    folder = Path(str(shared)) / "truth" / "esri"
    network = read_network(folder / "edges_1000.tsv", folder / "sec_1000.tsv", folder / "ess616.csv")
    ours = fixture()
    assert np.array_equal(network.sales, ours.sales)
    assert np.array_equal(network.types, ours.types)


@settings(max_examples=120)
@given(networks(), st.sampled_from([0.217, 0.0519, 0.01037, 0.001023]), st.data())
def test_equals_the_dense_definition(network: Network, epsilon: float, data: st.DataObject) -> None:
    assume(len(network.sales) > 0)
    firm = data.draw(st.integers(0, len(network.sector) - 1))
    expected = by_dense(network, firm, epsilon)
    graph = laid_out(network)
    got = fail(graph, np.array([firm]), epsilon)[0]
    assert got[:3] == pytest.approx(expected[:3], rel=1e-9, abs=1e-13)
    assert got[3] == expected[3]
    cap = np.ones(graph.firms)
    cap[graph.rank_of[firm]] = 0.0
    down, up, *_, steps = cascade(graph, cap, epsilon, 100_000)
    assert shares(graph, down, up) == pytest.approx(expected[:3], rel=1e-9, abs=1e-13)
    assert steps == expected[3]


@pytest.mark.parametrize(("buyers", "epsilon"), [(5, 0.2), (10, 0.1), (20, 0.05), (50, 0.02), (100, 0.01)])
def test_a_fall_of_just_epsilon_counts_as_published(buyers: int, epsilon: float) -> None:
    """1 − (1 − 0.01) is above 0.01 in double precision, 1 − (1 − 0.1) below 0.1; the published code compares these."""
    supplier = np.r_[np.zeros(buyers, np.int64), 1]
    buyer = np.r_[np.arange(1, buyers + 1), 0]
    network = Network(
        supplier, buyer, np.ones(buyers + 1), np.arange(buyers + 1) % 2, np.zeros((2, 2), np.int8)
    )
    assert fail(laid_out(network), np.array([1]), epsilon)[0, 3] == by_dense(network, 1, epsilon)[3]


@given(networks(25), st.sampled_from([0.0519, 0.01037]), st.integers(0, 2**31))
def test_any_shock_equals_the_dense_definition(network: Network, epsilon: float, seed: int) -> None:
    assume(len(network.sales) > 0)
    rng = np.random.default_rng(seed)
    n = len(network.sector)
    psi = np.where(rng.random(n) < 0.3, rng.random(n), 1.0)
    hd, hu, steps = dense(network, psi, epsilon)
    graph = laid_out(network)
    down, up, first_down, first_up, taken = cascade(graph, psi[graph.firm_of], epsilon, 100_000)
    assert 1 - down[graph.rank_of] == pytest.approx(hd, abs=1e-12)
    assert 1 - up[graph.rank_of] == pytest.approx(hu, abs=1e-12)
    assert taken == steps
    for parents, first in (
        (downstream_parents(graph, down, first_down), first_down),
        (upstream_parents(graph, up, first_up), first_up),
    ):
        for rank in range(n):
            path = trace(parents, rank)
            assert path[-1] == rank
            assert (np.diff(first[path]) > 0).all()


def test_equals_the_plain_version_where_the_end_is_seen_ahead() -> None:
    """Large enough for every branch: walks in order, looking several steps ahead, settling in layers."""
    network = make_network(9_000)
    strength = np.bincount(network.supplier, network.sales, minlength=9_000)
    firms = np.r_[np.argsort(-strength)[:15], np.random.default_rng(3).choice(9_000, 500, replace=False)]
    expected = plain(plain_arrays(network), firms, 0.01)
    got = fail(laid_out(network), firms)
    assert got[:, 3].astype(int).tolist() == expected[:, 3].astype(int).tolist()
    assert got[:, :3] == pytest.approx(expected[:, :3], rel=1e-9, abs=1e-15)


def test_work_space_is_left_clean_and_results_do_not_depend_on_what_ran_before() -> None:
    graph = laid_out(random_network(5, 300, 6, 1500))
    space = workspace(graph)
    firms = np.arange(300)
    alone = np.vstack([fail(graph, firms[k : k + 1]) for k in range(0, 300, 7)])
    together = fail(graph, firms, space=space)[::7]
    assert alone.tobytes() == together.tobytes()
    fresh = workspace(graph)
    for name in ("down", "pushed", "load", "rise", "up"):
        assert not getattr(space, name).any(), name
    assert np.array_equal(space.room, fresh.room)
    assert (space.ahead == UNKNOWN).all()


def test_results_do_not_depend_on_threads() -> None:
    network = fixture()
    one = service.rank(network, workers=1)
    three = service.rank(network, workers=3)
    for name in ("esri", "downstream", "upstream", "steps"):
        assert getattr(one, name).tobytes() == getattr(three, name).tobytes()


@given(networks(30), st.integers(0, 2**31))
def test_numbering_of_firms_does_not_matter(network: Network, seed: int) -> None:
    assume(len(network.sales) > 0)
    n = len(network.sector)
    new = np.random.default_rng(seed).permutation(n)
    sector = np.empty(n, np.int64)
    sector[new] = network.sector
    moved = network._replace(supplier=new[network.supplier], buyer=new[network.buyer], sector=sector)
    before, after = fail(laid_out(network), np.arange(n), 0.031), fail(laid_out(moved), new, 0.031)
    assert after[:, :3] == pytest.approx(before[:, :3], rel=1e-9, abs=1e-13)


@given(networks(30))
def test_stays_within_bounds(network: Network) -> None:
    assume(len(network.sales) > 0)
    n = len(network.sector)
    own = np.bincount(network.supplier, network.sales, minlength=n) / network.sales.sum()
    rows = fail(laid_out(network), np.arange(n))
    esri, down, up = rows[:, 0], rows[:, 1], rows[:, 2]
    assert (esri <= 1 + 1e-12).all()
    assert (esri >= np.maximum(down, up) - 1e-12).all()
    assert (esri <= down + up - own + 1e-12).all()
    assert (np.minimum(down, up) >= own - 1e-12).all()


@given(networks(25))
def test_smaller_epsilon_never_lowers_the_upstream_part(network: Network) -> None:
    assume(len(network.sales) > 0)
    graph = laid_out(network)
    firms = np.arange(len(network.sector))
    coarse, fine = fail(graph, firms, 0.05), fail(graph, firms, 0.001)
    assert (fine[:, 3] >= coarse[:, 3]).all()
    assert (fine[:, 2] >= coarse[:, 2] - 1e-12).all()


def test_separate_parts_do_not_touch() -> None:
    a, b = random_network(1, 30, 3, 90), random_network(2, 20, 3, 60)
    both = Network(
        np.r_[a.supplier, b.supplier + 30],
        np.r_[a.buyer, b.buyer + 30],
        np.r_[a.sales, b.sales],
        np.r_[a.sector, b.sector + 3],
        np.block([[a.types, np.full((3, 3), 2)], [np.full((3, 3), 2), b.types]]).astype(np.int8),
    )
    share = a.sales.sum() / both.sales.sum()
    alone, together = fail(laid_out(a), np.arange(30)), fail(laid_out(both), np.arange(30))
    assert together[:, :3] == pytest.approx(alone[:, :3] * share, rel=1e-9, abs=1e-15)
    assert (together[:, 3] == alone[:, 3]).all()


def test_converged_value_solves_the_linear_upstream_system() -> None:
    network = random_network(11, 60, 5, 240)
    n = 60
    W = np.zeros((n, n))
    W[network.supplier, network.buyer] = network.sales
    s = W.sum(axis=1)
    U = W / np.where(s > 0, s, 1)[:, None]
    got = fail(laid_out(network), np.arange(n), 1e-12)
    for k in range(0, n, 7):
        rest = np.delete(np.arange(n), k)
        d = np.ones(n)
        d[rest] = np.linalg.lstsq(np.eye(n - 1) - U[np.ix_(rest, rest)], U[rest, k], rcond=None)[0]
        assert got[k, 2] == pytest.approx(s @ d / s.sum(), abs=1e-8)


def test_most_steps_are_respected() -> None:
    network = random_network(4, 80, 4, 400)
    graph = laid_out(network)
    whole = fail(graph, np.arange(80), 1e-6)
    cut = fail(graph, np.arange(80), 1e-6, max_steps=3)
    assert (cut[:, 3] == np.minimum(whole[:, 3], 3)).all()


def test_one_firm_alone_loses_only_itself() -> None:
    network = Network(
        np.array([0]), np.array([1]), np.array([3.0]), np.array([0, 1]), np.zeros((2, 2), np.int8)
    )
    rows = fail(laid_out(network), np.array([0, 1]))
    assert rows[0].tolist() == [1.0, 1.0, 1.0, 1.0]
    # The buyer sells nothing, but its failure takes the supplier's only customer.
    assert rows[1].tolist() == [1.0, 0.0, 1.0, 2.0]


@pytest.mark.parametrize("epsilon", [0.0, -0.1, 1.0, float("nan")])
def test_epsilon_out_of_range_is_refused(epsilon: float) -> None:
    with pytest.raises(InputError, match="epsilon"):
        service.rank(fixture(), np.array([0]), epsilon=epsilon)


def test_scenario_explains_with_paths() -> None:
    network = fixture()
    psi = np.ones(network.firms)
    psi[108] = 0.0
    result = service.scenario(network, psi, top=30)
    assert result.esri == pytest.approx(0.792524153289057, abs=1e-12)
    assert result.affected[0].firm == "109"
    assert result.affected[0].direction == "shock"
    assert all(a.path[0] == "109" and a.path[-1] == a.firm for a in result.affected)
    losses = [a.output_share for a in result.affected]
    assert losses == sorted(losses, reverse=True)
    with pytest.raises(InputError, match="between 0 and 1"):
        service.scenario(network, psi + 0.5)
