"""The filter against a dense second implementation, the textbook, and simulation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import gammaln

from lianzhang.plan.kernel.forecast.dynamic import PLAIN_DRIFT, Dynamics, predict
from lianzhang.plan.kernel.forecast.ensemble import FAMILIES

MODELS = [m for family in FAMILIES.values() for m in family.models] + [
    Dynamics(
        "level prior", reversion=0.3, level_mean=0.4, level_spread=2.0, prior_df=3.0, prior_variance=0.2
    ),
    Dynamics("everything", damping=0.8, drift_noise=0.4, measurement=0.7, drift_mean=0.1, drift_spread=0.6),
]
X = np.array([0.2, 0.31, np.nan, 0.27, 0.55, 0.61, np.nan, np.nan, 0.9])


def dense(x: np.ndarray, model: Dynamics, horizon: int) -> tuple[float, float, float, float]:
    """Location, scale, df, log evidence, from the joint covariance of all values given the first, in units of s².

    Every value is a linear map of independent unit normals; nothing is filtered.
    """
    years = len(x) + horizon
    names = ["v0", "mu", "delta"] + [f"{k}{t}" for t in range(1, years) for k in ("e", "w", "v")]
    column = {n: i for i, n in enumerate(names)}

    def unit(name: str, size: float) -> np.ndarray:
        out = np.zeros(len(names))
        out[column[name]] = size
        return out

    level_mean, level = x[0], unit("v0", -np.sqrt(model.measurement))
    if model.reversion > 0:
        stationary = 1 / (1 - (1 - model.reversion) ** 2)
        precision = 1 / stationary + 1 / model.level_spread
        mu_mean = (x[0] / stationary + model.level_mean / model.level_spread) / precision
        mu = unit("mu", np.sqrt(1 / precision))
    else:
        mu_mean, mu = model.drift_mean, unit("mu", np.sqrt(model.drift_spread))
    delta = unit("delta", np.sqrt(model.drift_noise / (1 - model.damping**2)) if model.damping < 1 else 0.0)
    means, maps = [], []
    for t in range(1, years):
        delta = model.damping * delta + unit(f"w{t}", np.sqrt(model.drift_noise))
        pull = model.reversion if model.reversion > 0 else 1.0
        level_mean = (1 - model.reversion) * level_mean + pull * mu_mean
        level = (1 - model.reversion) * level + pull * mu + delta + unit(f"e{t}", 1.0)
        means.append(level_mean)
        maps.append(level + unit(f"v{t}", np.sqrt(model.measurement)))
    mean, A = np.array(means), np.array(maps)
    K = A @ A.T
    seen = np.flatnonzero(np.isfinite(x[1:]))
    gap = x[1:][seen] - mean[seen]
    Kss = K[np.ix_(seen, seen)]
    solved = np.linalg.solve(Kss, gap)
    df = model.prior_df + len(seen)
    squares = model.prior_df * model.prior_variance + gap @ solved
    cross = K[-1, seen]
    location = mean[-1] + cross @ solved
    spread = K[-1, -1] - cross @ np.linalg.solve(Kss, cross)
    n0, n = model.prior_df, len(seen)
    evidence = (
        gammaln(df / 2)
        - gammaln(n0 / 2)
        - n / 2 * np.log(np.pi)
        - 0.5 * np.linalg.slogdet(Kss)[1]
        + n0 / 2 * np.log(n0 * model.prior_variance)
        - df / 2 * np.log(squares)
    )
    return float(location), float(np.sqrt(squares / df * spread)), df, float(evidence)


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.name)
@pytest.mark.parametrize("horizon", [1, 4])
def test_equals_the_dense_computation(model: Dynamics, horizon: int) -> None:
    found = predict(X[None, :], [model], horizon)
    location, scale, df, evidence = dense(X, model, horizon)
    assert found.location[0, 0, -1] == pytest.approx(location, abs=1e-10)
    assert found.scale[0, 0, -1] == pytest.approx(scale, rel=1e-10)
    assert found.df[0, 0] == df
    assert found.log_evidence[0, 0] == pytest.approx(evidence, abs=1e-9)


@given(st.lists(st.floats(-3, 3), min_size=4, max_size=15), st.integers(1, 6))
def test_plain_drift_is_the_textbook(values: list[float], horizon: int) -> None:
    x = np.array(values)
    steps = np.diff(x)
    found = predict(x[None, :], [PLAIN_DRIFT], horizon)
    n = steps.size
    assert found.df[0, 0] == n - 1
    assert found.location[0, 0, -1] == pytest.approx(x[-1] + horizon * steps.mean(), abs=1e-6)
    sd = np.std(steps, ddof=1)
    assert found.scale[0, 0, -1] == pytest.approx(sd * np.sqrt(horizon + horizon**2 / n), abs=1e-5)


def test_simulation_of_the_posterior_gives_the_same_distribution() -> None:
    rng = np.random.default_rng(7)
    x = np.array([0.0, 0.12, 0.18, 0.4, 0.43, 0.61])
    model = Dynamics("drift", drift_mean=0.05, drift_spread=0.5, prior_df=2.0, prior_variance=0.01)
    horizon, draws = 3, 400_000
    steps = np.diff(x)
    precision = 1 / model.drift_spread + steps.size
    centre = (model.drift_mean / model.drift_spread + steps.sum()) / precision
    squares = (
        model.prior_df * model.prior_variance
        + np.sum(steps**2)
        + model.drift_mean**2 / model.drift_spread
        - precision * centre**2
    )
    variance = squares / rng.chisquare(model.prior_df + steps.size, draws)
    drift = centre + np.sqrt(variance / precision) * rng.standard_normal(draws)
    ahead = x[-1] + horizon * drift + np.sqrt(horizon * variance) * rng.standard_normal(draws)
    found = predict(x[None, :], [model], horizon)
    z = (ahead - found.location[0, 0, -1]) / found.scale[0, 0, -1]
    from scipy.special import stdtrit

    for level in (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95):
        assert np.mean(z < stdtrit(found.df[0, 0], level)) == pytest.approx(level, abs=0.004)


def test_years_before_the_first_value_say_nothing() -> None:
    padded = np.concatenate([[np.nan] * 3, X])
    a, b = predict(X[None, :], MODELS, 2), predict(padded[None, :], MODELS, 2)
    np.testing.assert_allclose(a.location, b.location)
    np.testing.assert_allclose(a.scale, b.scale)


def test_order_of_series_and_models_does_not_matter() -> None:
    rng = np.random.default_rng(3)
    x = rng.standard_normal((5, 8)).cumsum(axis=1)
    order, models = rng.permutation(5), rng.permutation(len(MODELS))
    a = predict(x, MODELS, 3)
    b = predict(x[order], [MODELS[i] for i in models], 3)
    np.testing.assert_allclose(a.location[np.ix_(order, models)], b.location)
    np.testing.assert_allclose(a.scale[np.ix_(order, models)], b.scale)
    np.testing.assert_allclose(a.log_evidence[np.ix_(order, models)], b.log_evidence)


@given(st.floats(-5, 5), st.integers(2, 6))
def test_the_step_across_a_new_definition_says_nothing(jump: float, at: int) -> None:
    x = np.array([0.0, 0.1, 0.25, 0.3, 0.5, 0.55, 0.7, 0.8])
    resets = np.zeros(x.size, dtype=bool)
    resets[at] = True
    moved = np.where(np.arange(x.size) >= at, x + jump, x)
    trends = [m for m in MODELS if m.reversion == 0]
    a = predict(x[None, :], trends, 2, resets=resets[None, :])
    b = predict(moved[None, :], trends, 2, resets=resets[None, :])
    np.testing.assert_allclose(a.location + jump, b.location, atol=1e-9)
    np.testing.assert_allclose(a.scale, b.scale)
    np.testing.assert_allclose(a.log_evidence, b.log_evidence, atol=1e-9)
    assert np.all(a.df == predict(x[None, :], trends, 2).df - 1)


def test_two_stretches_teach_the_drift_of_both() -> None:
    """With the walk's level known at the break, dropping one step leaves the textbook on the remaining ones."""
    x = np.array([0.0, 0.1, 0.3, 5.0, 5.2, 5.25])
    resets = np.array([0, 0, 0, 1, 0, 0], dtype=bool)
    found = predict(x[None, :], [PLAIN_DRIFT], 1, resets=resets[None, :])
    steps = np.array([0.1, 0.2, 0.2, 0.05])
    assert found.location[0, 0, 0] == pytest.approx(5.25 + steps.mean(), abs=1e-6)
    assert found.scale[0, 0, 0] == pytest.approx(np.std(steps, ddof=1) * np.sqrt(1 + 1 / 4), abs=1e-6)


def test_a_nowcast_lies_between_a_final_figure_and_no_figure() -> None:
    x = np.array([0.0, 0.1, 0.25, 0.3, 0.9])
    noise = np.zeros((1, 5))
    final = predict(x[None, :], MODELS, 1, noise=noise)
    np.testing.assert_array_equal(final.running_scale, 0)
    noise[0, -1] = 1e8
    vague = predict(x[None, :], MODELS, 1, noise=noise)
    before = predict(x[None, :-1], MODELS, 1)
    np.testing.assert_allclose(vague.running_location, before.location[:, :, 0], atol=1e-4)
    np.testing.assert_allclose(vague.running_scale, before.scale[:, :, 0], rtol=1e-4)
    noise[0, -1] = 0.01
    some = predict(x[None, :], MODELS, 1, noise=noise)
    low = np.minimum(before.location[:, :, 0], 0.9)
    high = np.maximum(before.location[:, :, 0], 0.9)
    assert np.all((some.running_location > low) & (some.running_location < high))
    assert np.all(some.running_scale < before.scale[:, :, 0])


def test_more_years_narrow_the_interval_on_average() -> None:
    rng = np.random.default_rng(11)
    x = (0.05 + 0.1 * rng.standard_normal((300, 14))).cumsum(axis=1)
    from scipy.special import stdtrit

    widths = []
    for n in (4, 6, 9, 14):
        found = predict(x[:, :n], [replace(MODELS[0], prior_variance=0.01)], 3)
        widths.append(float(np.mean(found.scale[:, 0, -1] * stdtrit(found.df[:, 0], 0.9))))
    assert widths == sorted(widths, reverse=True)


def test_one_value_leaves_the_prior() -> None:
    model = MODELS[0]
    found = predict(np.array([[1.5]]), [model], 2)
    assert found.location[0, 0, 1] == pytest.approx(1.5 + 2 * model.drift_mean)
    expected = np.sqrt(model.prior_variance * (2 + 4 * model.drift_spread))
    assert found.scale[0, 0, 1] == pytest.approx(expected)
    assert found.df[0, 0] == model.prior_df
