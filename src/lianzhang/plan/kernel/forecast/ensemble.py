"""The forecast of one short series: a weighted combination of dynamic models.

The weight of model k for a series is ``π_k p(x | k) / Σ_j π_j p(x | j)``: a fixed prior weight π, learned once by the
score of rolling-origin predictions on a choice panel (continuous ranked probability score, `benchmarks/plan_forecast`),
times the evidence of the series itself. The pooled prediction is a mixture of Student-t distributions (linear opinion
pool). Which models exist, their priors and π differ by scale and are data: `FAMILIES`.

The idea of a full posterior for a target rather than a straight line to it follows Liu & Raftery 2021
(Communications Earth & Environment 2:29), who give every country's emissions a hierarchical autoregressive model. Here
the hierarchy is the prior on drift and variance, moved towards a panel of like series where there is one (`pool`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import logsumexp

from lianzhang.errors import InputError
from lianzhang.i18n import Text
from lianzhang.plan.kernel.forecast.dynamic import Dynamics, predict
from lianzhang.plan.kernel.forecast.mixture import Mixture
from lianzhang.plan.kernel.forecast.scales import Scale, ScaleName

FloatArray = NDArray[np.float64]

#: Fewest observations from which a forecast is made; below it only the required growth is stated.
MIN_OBSERVATIONS = 4


@dataclass(frozen=True, slots=True)
class Family:
    """The models of one scale and their prior weights π, which sum to 1."""

    models: tuple[Dynamics, ...]
    weights: tuple[float, ...]


_LOG = {"drift_mean": 0.02, "prior_df": 2.0, "prior_variance": 0.04**2}
_LOGIT = {"drift_mean": 0.0, "prior_df": 2.0, "prior_variance": 0.04**2}
#: On the linear scale one unit is the series' own root mean square change, so the prior variance has no unit.
_LINEAR = {"prior_df": 3.0, "prior_variance": 0.5}

#: Learned by ``python -m benchmarks.plan_forecast --choose``; the panels it reads are never used for evaluation.
FAMILIES: dict[ScaleName, Family] = {
    "log": Family(
        (
            Dynamics("drift", drift_spread=0.3, **_LOG),
            Dynamics("damped trend", damping=0.6, drift_noise=0.5, drift_spread=0.3, **_LOG),
            Dynamics("local trend", damping=0.95, drift_noise=0.2, drift_spread=0.3, **_LOG),
            Dynamics("noisy drift", measurement=3.0, drift_spread=0.3, **_LOG),
        ),
        (0.12, 0.33, 0.40, 0.15),
    ),
    "logit": Family(
        (
            Dynamics("drift", drift_spread=0.3, **_LOGIT),
            Dynamics("walk", drift_spread=1e-6, **_LOGIT),
            Dynamics("damped trend", damping=0.7, drift_noise=0.3, drift_spread=0.01, **_LOGIT),
            Dynamics("local trend", damping=0.95, drift_noise=0.2, drift_spread=0.3, **_LOGIT),
        ),
        (0.10, 0.18, 0.67, 0.05),
    ),
    "linear": Family(
        (
            Dynamics("drift", drift_spread=0.1, **_LINEAR),
            Dynamics("slow return", reversion=0.2, **_LINEAR),
            Dynamics("quick return", reversion=0.7, **_LINEAR),
            Dynamics("noisy level", measurement=4.0, drift_spread=1e-6, **_LINEAR),
        ),
        (0.06, 0.38, 0.39, 0.17),
    ),
}


@dataclass(frozen=True, slots=True)
class Prior:
    """What like series say, on the scale: mean yearly step and variance of steps; for rates instead the level to
    which they return, and the variance of levels between series."""

    drift_mean: float = 0.0
    variance: float | None = None
    level_mean: float = 0.0
    level_variance: float | None = None


@dataclass(frozen=True, slots=True)
class Forecast:
    """Predictions of one series on its scale.

    ``running`` is the distribution of the last column where that was a nowcast, else None. ``ahead[h - 1]`` is the
    distribution h years after the last column. ``weights`` are the models' shares by name.
    """

    scale: Scale
    running: Mixture | None
    ahead: tuple[Mixture, ...]
    weights: tuple[tuple[str, float], ...]
    observations: int

    def at(self, horizon: int) -> Mixture:
        """The distribution ``horizon`` years after the last column; 0 is the running year.

        Raises:
            InputError: no distribution was computed for that horizon.
        """
        found = self.running if horizon == 0 else None
        if 1 <= horizon <= len(self.ahead):
            found = self.ahead[horizon - 1]
        if found is None:
            raise InputError(
                Text(f"没有第 {horizon} 年的预测", f"there is no forecast {horizon} years ahead"),
                hint=Text("请以更大的 horizons 预测", "forecast with more horizons"),
                details={"horizon": horizon},
            )
        return found

    def quantiles(self, horizon: int, levels: ArrayLike) -> FloatArray:
        """Quantiles in the series' unit (monotone scales carry quantiles over unchanged)."""
        return self.scale.inverse(self.at(horizon).quantile(levels))


def forecast(
    values: ArrayLike,
    horizons: int,
    *,
    scale: Scale,
    prior: Prior | None = None,
    running_sd: float = 0.0,
    resets: ArrayLike | None = None,
) -> Forecast:
    """Forecast one yearly series.

    Args:
        values: (T,) in the series' unit, one per consecutive year, NaN where missing; the first and last are there.
        horizons: years ahead to predict, ≥ 0.
        scale: see `lianzhang.plan.kernel.forecast.scales.choose_scale`.
        prior: from `pool`, where like series exist.
        running_sd: standard deviation, on the scale, of the error of the last value where that is a nowcast of a
            running year; 0 where it is a final figure.
        resets: (T,) True in the first year with a value under a new definition.

    Raises:
        InputError: fewer than `MIN_OBSERVATIONS` comparable values, the last one missing, or a value outside the
            scale.
    """
    x = scale.forward(values)
    anew = np.zeros(x.size, dtype=bool) if resets is None else np.asarray(resets, dtype=bool)
    count = comparable(x, anew)
    if count < MIN_OBSERVATIONS:
        raise InputError(
            Text(
                f"可比的观测值只有 {count} 个，至少需要 {MIN_OBSERVATIONS} 个",
                f"{count} comparable observations; at least {MIN_OBSERVATIONS} are needed",
            ),
            hint=Text("请补充更早或更新的年度数", "add earlier or later yearly figures"),
            details={"observations": count},
        )
    if not np.isfinite(x[-1]):
        raise InputError(
            Text("最后一年没有观测值", "the last year has no observation"),
            hint=Text("请把末尾的空年去掉", "leave out the empty years at the end"),
        )
    family = FAMILIES[scale.name]
    models = with_prior(family.models, prior)
    noise = np.zeros((1, x.size))
    noise[0, -1] = running_sd**2
    found = predict(x[None, :], models, horizons, noise=noise, resets=anew[None, :])
    weight = combine(np.asarray(family.weights), found.log_evidence)[0]
    running = None
    if running_sd > 0:
        # What is believed of the running year has one degree of freedom less than what follows it.
        running = Mixture(weight, found.running_location[0], found.running_scale[0], found.df[0] - 1)
    ahead = tuple(
        Mixture(weight, found.location[0, :, h], found.scale[0, :, h], found.df[0]) for h in range(horizons)
    )
    shares = tuple((m.name, float(w)) for m, w in zip(models, weight, strict=True))
    return Forecast(scale, running, ahead, shares, count)


def comparable(values: ArrayLike, resets: ArrayLike) -> int:
    """How many observations a series is worth: one more than the steps inside its stretches of one definition."""
    seen = np.isfinite(np.asarray(values, dtype=np.float64))
    restarts = int(np.sum(np.asarray(resets, dtype=bool)[seen][1:]))
    return max(int(seen.sum()) - restarts, 0)


def combine(prior_weights: FloatArray, log_evidence: FloatArray) -> FloatArray:
    """Weights (B, K) proportional to prior weight × evidence; rows sum to 1."""
    logs = np.log(np.maximum(prior_weights, 1e-12))[None, :] + log_evidence
    return np.asarray(np.exp(logs - logsumexp(logs, axis=1, keepdims=True)))


def with_prior(models: Sequence[Dynamics], prior: Prior | None) -> tuple[Dynamics, ...]:
    """The models with drift mean and variance of a pooled prior; models without drift keep their mean."""
    if prior is None:
        return tuple(models)
    changed = []
    for m in models:
        if prior.level_variance is not None:
            m = replace(m, level_mean=prior.level_mean, level_spread=prior.level_variance / m.prior_variance)
        if prior.variance is not None:
            drift = prior.drift_mean if m.drift_spread > 1e-3 else m.drift_mean
            m = replace(m, prior_variance=prior.variance, drift_mean=drift)
        changed.append(m)
    return tuple(changed)


def pool(like: Sequence[ArrayLike], scale: Scale, *, strength: float = 10.0) -> Prior | None:
    """Prior from a panel of like series, shrunk towards the family's own.

    With N series, mean step ḡ_i and variance of steps v_i each, and the family's m₀ and S₀::

        m = (Σ ḡ_i + k m₀) / (N + k)        ln S = (Σ ln v_i + k ln S₀) / (N + k),     k = ``strength``

    On the linear scale steps are already in units of the series itself; there the levels are pooled: mean and
    variance of the series' own means. Series with fewer than `MIN_OBSERVATIONS` values in adjacent years, or without
    any change, say nothing. None where no series does, or fewer than three for levels.
    """
    if scale.name == "linear":
        return _pool_levels(like, scale)
    first = FAMILIES[scale.name].models[0]
    means: list[float] = []
    logs: list[float] = []
    for series in like:
        steps = np.diff(scale.forward(series))
        steps = steps[np.isfinite(steps)]
        if steps.size < MIN_OBSERVATIONS - 1:
            continue
        variance = float(np.var(steps, ddof=1))
        if variance > 0:
            means.append(float(np.mean(steps)))
            logs.append(float(np.log(variance)))
    if not means:
        return None
    total = len(means) + strength
    return Prior(
        drift_mean=(sum(means) + strength * first.drift_mean) / total,
        variance=float(np.exp((sum(logs) + strength * np.log(first.prior_variance)) / total)),
    )


def _pool_levels(like: Sequence[ArrayLike], scale: Scale) -> Prior | None:
    levels = []
    for series in like:
        x = scale.forward(series)
        x = x[np.isfinite(x)]
        if x.size >= MIN_OBSERVATIONS:
            levels.append(float(np.mean(x)))
    if len(levels) < 3:
        return None
    return Prior(level_mean=float(np.mean(levels)), level_variance=max(float(np.var(levels, ddof=1)), 1e-3))
