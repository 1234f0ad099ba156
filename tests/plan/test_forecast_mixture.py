"""Mixtures against simulation; scores against their definitions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from lianzhang.plan.kernel.forecast.mixture import Mixture, component_cdf, crps_from_cdf, crps_nodes

MIX = Mixture(
    np.array([0.5, 0.3, 0.2]),
    np.array([0.0, 1.0, -2.0]),
    np.array([1.0, 0.3, 2.0]),
    np.array([5.0, 3.0, 12.0]),
)


def draws(n: int) -> np.ndarray:
    rng = np.random.default_rng(5)
    which = rng.choice(3, n, p=MIX.weight)
    return np.asarray(MIX.location[which] + MIX.scale[which] * rng.standard_t(MIX.df[which]))


def crps(mixture: Mixture, y: float) -> float:
    points, weights = crps_nodes(np.array([y]), np.array([1.0]))
    return float(crps_from_cdf(mixture.cdf(points), weights)[0])


def test_distribution_function_by_simulation() -> None:
    sample = draws(400_000)
    for x in (-4.0, -1.0, 0.0, 0.7, 1.0, 2.5):
        assert float(MIX.cdf(x)) == pytest.approx(np.mean(sample <= x), abs=0.003)


def test_score_by_simulation() -> None:
    """CRPS = E|X - y| - ½ E|X - X'|."""
    sample = draws(400_000)
    half = 0.5 * np.mean(np.abs(sample - sample[::-1]))
    for y in (-3.0, 0.0, 0.4, 5.0):
        assert crps(MIX, y) == pytest.approx(np.mean(np.abs(sample - y)) - half, abs=0.01)


def test_score_of_a_normal_in_closed_form() -> None:
    normal = Mixture(np.ones(1), np.array([1.0]), np.array([2.0]), np.array([1e9]))
    for y in (-2.0, 1.0, 4.5):
        z = (y - 1.0) / 2.0
        exact = 2.0 * (z * (2 * stats.norm.cdf(z) - 1) + 2 * stats.norm.pdf(z) - 1 / np.sqrt(np.pi))
        assert crps(normal, y) == pytest.approx(exact, rel=1e-5)


@given(st.floats(0.001, 0.999))
def test_quantile_inverts_the_distribution_function(p: float) -> None:
    assert float(MIX.cdf(MIX.quantile(p))) == pytest.approx(p, abs=1e-9)


@given(st.lists(st.floats(-50, 50), min_size=2, max_size=8))
def test_distribution_function_never_falls(points: list[float]) -> None:
    assert np.all(np.diff(MIX.cdf(np.sort(points))) >= 0)


def test_infinities_and_order_of_components() -> None:
    assert float(MIX.cdf(-np.inf)) == 0.0
    assert float(MIX.cdf(np.inf)) == pytest.approx(1.0)
    turned = Mixture(MIX.weight[::-1], MIX.location[::-1], MIX.scale[::-1], MIX.df[::-1])
    assert float(MIX.cdf(0.3)) == pytest.approx(float(turned.cdf(0.3)))


def test_a_certain_component_is_a_step() -> None:
    sure = Mixture(np.ones(1), np.array([2.0]), np.array([0.0]), np.array([4.0]))
    assert float(sure.cdf(1.999)) == pytest.approx(0.0, abs=1e-12)
    assert float(sure.cdf(2.001)) == pytest.approx(1.0)


def test_components_side_by_side() -> None:
    points = np.array([[0.0, 1.0]])
    each = component_cdf(points, MIX.location[None], MIX.scale[None], MIX.df[None])
    np.testing.assert_allclose(each @ MIX.weight, MIX.cdf(points))
