"""A small family of dynamic linear models with unknown variance, filtered in closed form.

State (l, δ, μ) of a series x on its scale, with one unknown variance s² for everything::

    x_t = l_t + √r s v_t
    l_t = l_{t-1} + μ + δ_t + s e_t              trend         (reversion 0)
    l_t = l_{t-1} + κ (μ - l_{t-1}) + δ_t + s e_t   mean-reverting (reversion κ > 0; μ is then a level)
    δ_t = φ δ_{t-1} + √q s w_t

μ is the lasting drift, δ a passing departure from it that damps by φ a year. The random walk with drift is
q = r = κ = 0. Priors: μ | s² ~ N(m₀, c s²), s² ~ scaled inverse χ²(n₀, S₀), so that drift, state and variance have
a conjugate posterior and the prediction h years ahead is a Student-t with n₀ + (observed increments) degrees of
freedom, its scale containing the uncertainty of drift and variance (West & Harrison 1997, Bayesian Forecasting and
Dynamic Models, section 4.5). Missing years are steps of time without an update. Where a definition changed, the level
starts anew: the step across says nothing, while drift and variance learned before remain.

Shapes: B series, T years, K models, H horizons.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Dynamics:
    """One model of the family; all variances in units of s², all values on the model's scale.

    ``drift_mean`` and ``drift_spread`` are m₀ and c, ``prior_df`` and ``prior_variance`` n₀ and S₀. With
    ``reversion`` > 0 they do not apply: the mean level has the prior N(``level_mean``, ``level_spread`` s²), flat
    where the spread is infinite, and the first value is drawn from the stationary law around it.
    """

    name: str
    reversion: float = 0.0
    damping: float = 0.0
    drift_noise: float = 0.0
    measurement: float = 0.0
    drift_mean: float = 0.0
    drift_spread: float = 1.0
    level_mean: float = 0.0
    level_spread: float = np.inf
    prior_df: float = 2.0
    prior_variance: float = 0.01


#: Random walk with drift and no prior knowledge: the textbook prediction with n - 2 degrees of freedom for n values.
PLAIN_DRIFT = Dynamics("plain drift", drift_spread=1e10, prior_df=-1.0, prior_variance=0.0)


@dataclass(frozen=True, slots=True)
class Predictions:
    """Student-t predictions of every model for every series.

    ``location``, ``scale`` (B, K, H) on the model's scale, ``df`` (B, K); ``log_evidence`` (B, K) is the log density
    of the values after the first under each model. ``running_location``, ``running_scale`` (B, K) speak of the last
    column itself: the value where it was observed exactly (scale 0), and what is believed of it where it was a
    nowcast.
    """

    location: FloatArray
    scale: FloatArray
    df: FloatArray
    log_evidence: FloatArray
    running_location: FloatArray
    running_scale: FloatArray


def predict(
    x: FloatArray,
    models: Sequence[Dynamics],
    horizons: int,
    *,
    noise: FloatArray | None = None,
    resets: BoolArray | None = None,
) -> Predictions:
    """Filter every series with every model and predict 1 … ``horizons`` years beyond the last column.

    Args:
        x: (B, T) values on the model's scale, columns are consecutive years, NaN where a year is missing or lies
            before the first value. Every row has a value.
        models: the K models.
        horizons: H ≥ 0.
        noise: (B, T) variance of the error of each value on the model's scale, 0 for a final figure; a nowcast of
            the running year enters with the variance of its error. It is put in units of s² with the estimate of
            s² before that year.
        resets: (B, T) True in the first year with a value under a new definition.
    """
    values = np.atleast_2d(np.asarray(x, dtype=np.float64))
    rows, years = values.shape
    errors = np.zeros_like(values) if noise is None else np.broadcast_to(noise, values.shape)
    anew = np.zeros(values.shape, dtype=bool) if resets is None else np.broadcast_to(resets, values.shape)
    k = len(models)
    transition, innovation = _system(models)
    measured = np.array([m.measurement for m in models])
    prior_mean, prior_cov = _prior(models)
    reverting = np.array([m.reversion > 0 for m in models])
    # Weight of the prior against the first value in that level; 0 under a flat prior.
    pull = np.array(
        [_stationary(m) / (_stationary(m) + m.level_spread) if m.reversion > 0 else 0.0 for m in models]
    )

    mean = np.zeros((rows, k, 3))
    cov = np.zeros((rows, k, 3, 3))
    df = np.tile(np.array([m.prior_df for m in models]), (rows, 1))
    squares = np.tile(np.array([m.prior_df * m.prior_variance for m in models]), (rows, 1))
    evidence = np.zeros((rows, k))
    running_location = np.full((rows, k), np.nan)
    running_scale = np.zeros((rows, k))
    started = np.zeros(rows, dtype=bool)
    for t in range(years):
        value = values[:, t]
        seen = np.isfinite(value)
        fresh = seen & ~started
        active = started.copy()
        if active.any():
            variance = np.where(df > 0, squares / np.where(df > 0, df, 1.0), 0.0)
            extra = errors[:, t, None] / np.where(variance > 0, variance, 1.0)
            a = np.einsum("kij,bkj->bki", transition, mean)
            r = np.einsum("kij,bkjl,kml->bkim", transition, cov, transition) + innovation
            own = r[:, :, 0, 0] + measured
            spread = own + extra
            gap = value[:, None] - a[:, :, 0]
            gain = r[:, :, :, 0] / spread[:, :, None]
            restart = (active & seen & anew[:, t])[:, None]
            update = (active & seen)[:, None] & ~restart
            evidence += np.where(update, _log_t(gap, df, variance * spread), 0.0)
            running_location = np.where(update, a[:, :, 0] + own / spread * gap, running_location)
            running_scale = np.where(update, np.sqrt(own * extra / spread * variance), running_scale)
            df = df + update
            squares = squares + np.where(update, gap**2 / spread, 0.0)
            here = update[:, :, None]
            mean_new = a + np.where(here, gain * gap[:, :, None], 0.0)
            shrink = gain[:, :, :, None] * gain[:, :, None, :] * spread[:, :, None, None]
            cov_new = r - np.where(here[..., None], shrink, 0.0)
            if restart.any():
                mean_new[:, :, 0] = np.where(restart, value[:, None], mean_new[:, :, 0])
                cov_new[:, :, 0, :] = np.where(restart[..., None], 0.0, cov_new[:, :, 0, :])
                cov_new[:, :, :, 0] = np.where(restart[..., None], 0.0, cov_new[:, :, :, 0])
                cov_new[:, :, 0, 0] = np.where(restart, measured + extra, cov_new[:, :, 0, 0])
                running_location = np.where(restart, value[:, None], running_location)
                running_scale = np.where(restart, np.sqrt(extra * variance), running_scale)
            mean = np.where(active[:, None, None], mean_new, mean)
            cov = np.where(active[:, None, None, None], cov_new, cov)
        if fresh.any():
            start = np.broadcast_to(prior_mean, (rows, k, 3)).copy()
            start[:, :, 0] = value[:, None]
            # The level a mean-reverting series returns to, given its first value: precisions add.
            level = pull * prior_mean[:, 2] + (1 - pull) * value[:, None]
            start[:, :, 2] = np.where(reverting[None, :], level, start[:, :, 2])
            mean = np.where(fresh[:, None, None], start, mean)
            cov = np.where(fresh[:, None, None, None], prior_cov, cov)
            running_location = np.where(fresh[:, None], value[:, None], running_location)
            started |= fresh

    variance = np.where(df > 0, squares / np.where(df > 0, df, 1.0), np.nan)
    location = np.empty((rows, k, horizons))
    scale = np.empty((rows, k, horizons))
    for h in range(horizons):
        mean = np.einsum("kij,bkj->bki", transition, mean)
        cov = np.einsum("kij,bkjl,kml->bkim", transition, cov, transition) + innovation
        location[:, :, h] = mean[:, :, 0]
        scale[:, :, h] = np.sqrt(variance * (cov[:, :, 0, 0] + measured))
    return Predictions(location, scale, df, evidence, running_location, running_scale)


def _system(models: Sequence[Dynamics]) -> tuple[FloatArray, FloatArray]:
    """Transition matrices and innovation covariances in units of s², both (K, 3, 3)."""
    transition = np.zeros((len(models), 3, 3))
    innovation = np.zeros((len(models), 3, 3))
    for i, m in enumerate(models):
        transition[i] = [
            [1.0 - m.reversion, m.damping, m.reversion if m.reversion > 0 else 1.0],
            [0.0, m.damping, 0.0],
            [0.0, 0.0, 1.0],
        ]
        q = m.drift_noise
        innovation[i] = [[1.0 + q, q, 0.0], [q, q, 0.0], [0.0, 0.0, 0.0]]
    return transition, innovation


def _prior(models: Sequence[Dynamics]) -> tuple[FloatArray, FloatArray]:
    """Mean (K, 3) and covariance in units of s² (K, 3, 3) of the state in the year of the first value."""
    mean = np.zeros((len(models), 3))
    cov = np.zeros((len(models), 3, 3))
    for i, m in enumerate(models):
        cov[i, 0, 0] = m.measurement
        # The passing departure starts from its stationary law (from nothing where it would never damp).
        cov[i, 1, 1] = m.drift_noise / (1.0 - m.damping**2) if m.damping < 1.0 else 0.0
        if m.reversion > 0:
            mean[i, 2] = m.level_mean
            cov[i, 2, 2] = 1.0 / (1.0 / _stationary(m) + 1.0 / m.level_spread)
        else:
            mean[i, 2] = m.drift_mean
            cov[i, 2, 2] = m.drift_spread
    return mean, cov


def _stationary(model: Dynamics) -> float:
    """Variance of a mean-reverting series around its level, in units of s²."""
    return 1.0 / (1.0 - (1.0 - model.reversion) ** 2)


def _log_t(gap: FloatArray, df: FloatArray, variance: FloatArray) -> FloatArray:
    """Log density of a Student-t of given squared scale; 0 where it is not proper yet."""
    proper = (df > 0) & (variance > 0)
    n = np.where(proper, df, 1.0)
    v = np.where(proper, variance, 1.0)
    g = np.where(np.isfinite(gap), gap, 0.0)
    # In logarithms, since g²/(nv) overflows where the scale is all but zero.
    scale = np.log(n) + np.log(v)
    squared = 2 * np.log(np.abs(g), out=np.full_like(g, -np.inf), where=g != 0)
    density = (
        gammaln((n + 1) / 2)
        - gammaln(n / 2)
        - 0.5 * (np.log(np.pi) + scale)
        - (n + 1) / 2 * np.logaddexp(0.0, squared - scale)
    )
    return np.where(proper, density, 0.0)
