"""Scales, the combined forecast, pooled priors, nowcasts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianzhang.errors import InputError
from lianzhang.plan.kernel.attainment import Interval, probability
from lianzhang.plan.kernel.forecast.ensemble import FAMILIES, Prior, combine, comparable, forecast, pool
from lianzhang.plan.kernel.forecast.scales import Scale, choose_scale
from lianzhang.plan.kernel.nowcast import nowcast

amounts = st.lists(st.floats(0.5, 50), min_size=4, max_size=12)
OUTPUT = [43e3, 152e3, 365e3, 500e3, 953e3, 1296e3]


def test_weights_of_every_family_sum_to_one() -> None:
    for family in FAMILIES.values():
        assert sum(family.weights) == pytest.approx(1.0)
        assert len(family.weights) == len(family.models)


@pytest.mark.parametrize(
    "scale", [Scale("log"), Scale("logit", capacity=100.0), Scale("linear", unit_step=3.0)]
)
def test_scales_go_there_and_back(scale: Scale) -> None:
    y = np.array([0.5, 12.0, np.nan, 99.0])
    np.testing.assert_allclose(scale.inverse(scale.forward(y)), y)
    assert scale.threshold(12.0) == pytest.approx(float(scale.forward(12.0)))


def test_thresholds_outside_a_scale_are_certain() -> None:
    assert Scale("log").threshold(0.0) == -np.inf
    assert Scale("logit").threshold(100.0) == np.inf
    assert Scale("logit").threshold(-1.0) == -np.inf


def test_values_outside_a_scale_are_refused() -> None:
    with pytest.raises(InputError, match="no place on the log scale"):
        Scale("log").forward([1.0, 0.0])
    with pytest.raises(InputError, match="logit"):
        Scale("logit").forward([50.0, 101.0])


def test_scale_by_kind_of_series() -> None:
    assert choose_scale([3.0, 4.0]).name == "log"
    assert choose_scale([3.0, -4.0]).name == "linear"
    assert choose_scale([30.0, 40.0], share=True).name == "logit"
    assert choose_scale([30.0, 140.0], share=True).name == "log"
    assert choose_scale([3.0, 4.0], rate=True) == Scale("linear", unit_step=1.0)
    assert choose_scale([5.0, 5.0], rate=True).unit_step == 5.0
    assert choose_scale([0.0, 0.0], rate=True).unit_step == 1.0


@given(amounts, st.floats(1e-3, 1e9), st.integers(1, 4))
def test_units_do_not_matter(values: list[float], factor: float, horizon: int) -> None:
    for kind in ({}, {"rate": True}):
        one, other = choose_scale(values, **kind), choose_scale(np.array(values) * factor, **kind)
        a = forecast(values, horizon, scale=one)
        b = forecast(np.array(values) * factor, horizon, scale=other)
        target = 1.2 * values[-1]
        p = probability(a.at(horizon), one, Interval(low=target))
        q = probability(b.at(horizon), other, Interval(low=target * factor))
        assert p == pytest.approx(q, abs=1e-6)
        np.testing.assert_allclose(
            a.quantiles(horizon, [0.3, 0.5, 0.7]) * factor,
            b.quantiles(horizon, [0.3, 0.5, 0.7]),
            rtol=1e-4,
            atol=1e-6,
        )


@given(amounts, st.lists(st.floats(0.1, 200), min_size=2, max_size=6))
def test_a_higher_target_is_never_likelier(values: list[float], targets: list[float]) -> None:
    scale = choose_scale(values)
    end = forecast(values, 3, scale=scale).at(3)
    chances = [probability(end, scale, Interval(low=t)) for t in sorted(targets)]
    assert np.all(np.diff(chances) <= 0)
    below = [probability(end, scale, Interval(high=t)) for t in sorted(targets)]
    np.testing.assert_allclose(np.add(chances, below), 1.0)


@given(amounts)
def test_quantiles_are_in_order_and_intervals_widen(values: list[float]) -> None:
    found = forecast(values, 4, scale=Scale("log"))
    q = np.array([found.quantiles(h, [0.1, 0.25, 0.5, 0.75, 0.9]) for h in range(1, 5)])
    assert np.all(np.diff(q, axis=1) > 0)
    width = np.log(q[:, 4]) - np.log(q[:, 0])
    assert np.all(np.diff(width) > 0)


def test_the_same_input_gives_the_same_forecast() -> None:
    a = forecast(OUTPUT, 2, scale=Scale("log")).quantiles(2, [0.1, 0.9])
    np.testing.assert_array_equal(a, forecast(OUTPUT, 2, scale=Scale("log")).quantiles(2, [0.1, 0.9]))


def test_shares_stay_inside_their_bounds() -> None:
    values = [80.0, 88.0, 93.0, 96.0, 98.0]
    scale = choose_scale(values, share=True)
    q = forecast(values, 5, scale=scale).quantiles(5, [0.01, 0.99])
    assert 0 < q[0] < q[1] < 100


def test_rates_return_to_their_level() -> None:
    values = [5.0, 6.0, 4.0, 5.5, 5.0, 4.5, 5.2, 11.0]
    scale = choose_scale(values, rate=True)
    found = forecast(values, 4, scale=scale)
    medians = [float(found.quantiles(h, 0.5)) for h in range(1, 5)]
    assert 11.0 > medians[0] > medians[-1] > 4.5


def test_too_few_observations_are_refused() -> None:
    with pytest.raises(InputError, match="3 comparable observations"):
        forecast([1.0, np.nan, 2.0, 3.0], 1, scale=Scale("log"))
    with pytest.raises(InputError, match="3 comparable observations"):
        forecast([1.0, 2.0, 3.0, 4.0], 1, scale=Scale("log"), resets=[False, False, True, False])
    with pytest.raises(InputError, match="last year"):
        forecast([1.0, 2.0, 3.0, 4.0, np.nan], 1, scale=Scale("log"))


def test_comparable_counts_steps_within_definitions() -> None:
    none = [False] * 5
    assert comparable([1, 2, np.nan, 3, 4], none) == 4
    assert comparable([1, 2, 3, 4, 5], [False, False, True, False, True]) == 3
    assert comparable([], []) == 0
    assert comparable([1], [False]) == 1


def test_a_year_without_distribution_is_refused() -> None:
    found = forecast(OUTPUT, 2, scale=Scale("log"))
    for horizon in (0, 3):
        with pytest.raises(InputError, match="no forecast"):
            found.at(horizon)


def test_evidence_moves_weights_and_prior_weights_matter() -> None:
    even = combine(np.array([0.5, 0.5]), np.array([[0.0, 0.0], [0.0, 3.0]]))
    np.testing.assert_allclose(even.sum(axis=1), 1.0)
    assert even[0, 0] == pytest.approx(0.5)
    assert even[1, 1] == pytest.approx(1 / (1 + np.exp(-3)))
    assert combine(np.array([0.9, 0.1]), np.zeros((1, 2)))[0, 0] == pytest.approx(0.9)


def test_pooled_prior_moves_with_like_series_and_stays_near_without() -> None:
    scale = Scale("log")
    fast = [100 * np.exp(0.2 * np.arange(8) + 0.01 * (-1) ** np.arange(8)) for _ in range(30)]
    prior = pool(fast, scale)
    assert prior is not None
    assert 0.14 < prior.drift_mean < 0.2
    few = pool(fast[:1], scale)
    assert few is not None
    assert few.drift_mean < prior.drift_mean
    assert pool([], scale) is None
    assert pool([[1.0, 2.0]], scale) is None
    assert pool([[5.0, 5.0, 5.0, 5.0, 5.0]], scale) is None


def test_pooling_pulls_a_short_series_towards_its_like() -> None:
    scale = Scale("log")
    flat = [10.0, 10.5, 9.8, 10.2]
    alone = forecast(flat, 3, scale=scale).quantiles(3, 0.5)
    pooled = forecast(flat, 3, scale=scale, prior=Prior(drift_mean=0.2, variance=0.05**2)).quantiles(3, 0.5)
    assert pooled > alone


def test_levels_of_rates_are_pooled() -> None:
    values = [9.0, 8.0, 9.5, 9.0]
    scale = choose_scale(values, rate=True)
    like = [[2.0, 2.5, 1.5, 2.0], [2.2, 1.8, 2.4, 2.0], [1.9, 2.1, 2.0, 2.3], [2.5, 2.0, 1.5, 2.0]]
    prior = pool(like, scale)
    assert prior is not None
    assert prior.level_variance is not None
    assert forecast(values, 4, scale=scale, prior=prior).quantiles(4, 0.5) < forecast(
        values, 4, scale=scale
    ).quantiles(4, 0.5)
    assert pool(like[:2], scale) is None


def test_nowcast_of_an_amount_uses_the_ratio_of_earlier_years() -> None:
    found = nowcast(690e3, 8, [525e3], [953.2e3], scale=Scale("log"), additive=True)
    assert found is not None
    assert found.value == pytest.approx(690e3 * 953.2 / 525, rel=1e-12)
    assert found.pairs == 1
    later = nowcast(690e3, 11, [525e3], [953.2e3], scale=Scale("log"), additive=True)
    assert later is not None
    assert later.sd < found.sd


def test_nowcast_needs_the_same_months_of_an_earlier_year() -> None:
    assert nowcast(690e3, 8, [], [], scale=Scale("log"), additive=True) is None
    assert nowcast(5.0, 8, [], [], scale=Scale("linear"), additive=True) is None
    share = nowcast(31.9, 9, [], [], scale=Scale("logit"), additive=False)
    assert share is not None
    assert share.value == 31.9


@given(
    st.floats(1, 1e6),
    st.integers(1, 11),
    st.lists(st.floats(1, 10), min_size=1, max_size=5),
    st.floats(0.1, 1e3),
)
def test_nowcast_scales_with_the_unit(part: float, months: int, parts: list[float], factor: float) -> None:
    years = [p * 1.7 for p in parts]
    a = nowcast(part, months, parts, years, scale=Scale("log"), additive=True)
    b = nowcast(
        part * factor,
        months,
        [p * factor for p in parts],
        [y * factor for y in years],
        scale=Scale("log"),
        additive=True,
    )
    assert a is not None
    assert b is not None
    assert b.value == pytest.approx(a.value * factor)
    assert b.sd == pytest.approx(a.sd, abs=1e-6)


def test_a_running_year_has_its_own_distribution() -> None:
    found = forecast([*OUTPUT[:5], 1.25e6], 1, scale=Scale("log"), running_sd=0.05)
    q = found.quantiles(0, [0.1, 0.5, 0.9])
    assert q[0] < 1.25e6 < q[2]
    sharper = forecast([*OUTPUT[:5], 1.25e6], 1, scale=Scale("log"), running_sd=0.01).quantiles(0, [0.1, 0.9])
    assert sharper[1] - sharper[0] < q[2] - q[0]
    with pytest.raises(InputError):
        forecast(OUTPUT, 1, scale=Scale("log")).at(0)
