"""Scales on which a series moves in even steps: log for amounts, logit for shares, linear for rates.

A model is linear and Gaussian only on a suitable scale. Amounts that are always positive (output, revenue, counts)
grow in proportion: ``x = ln y``. Shares are bounded: ``x = ln(y / (c - y))`` with capacity c (100 for per cent). Rates
and balances may pass zero: ``x = y / k`` with k a typical step of the series itself, so that no result depends on
the unit in which the series is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from lianzhang.errors import InputError
from lianzhang.i18n import Text

FloatArray = NDArray[np.float64]
ScaleName = Literal["log", "logit", "linear"]

#: A share is kept this far (in parts of its capacity) from 0 and 1, where the logit has no value.
_EDGE = 1e-4


@dataclass(frozen=True, slots=True)
class Scale:
    """One scale with its constants.

    ``capacity`` is the upper bound of a share in the series' unit; ``unit_step`` the size of one step of a linear
    series in the series' unit. Both are ignored by the scales that do not use them.
    """

    name: ScaleName
    capacity: float = 100.0
    unit_step: float = 1.0

    def forward(self, y: ArrayLike) -> FloatArray:
        """From the series' unit to the model's scale; NaN stays NaN.

        Raises:
            InputError: a value has no place on the scale (≤ 0 for log, outside [0, capacity] for logit).
        """
        values = np.asarray(y, dtype=np.float64)
        known = values[np.isfinite(values)]
        match self.name:
            case "log":
                if known.size and known.min() <= 0:
                    raise _outside(float(known.min()), "log")
                with np.errstate(invalid="ignore"):
                    return np.asarray(np.log(values))
            case "logit":
                if known.size and (known.min() < 0 or known.max() > self.capacity):
                    worst = float(known.min()) if known.min() < 0 else float(known.max())
                    raise _outside(worst, "logit")
                part = np.clip(values / self.capacity, _EDGE, 1 - _EDGE)
                return np.asarray(np.log(part) - np.log1p(-part))
            case "linear":
                return values / self.unit_step

    def inverse(self, x: ArrayLike) -> FloatArray:
        """From the model's scale back to the series' unit."""
        values = np.asarray(x, dtype=np.float64)
        match self.name:
            case "log":
                # Far quantiles of a heavy tail overflow; they are read as "without bound", not as an error.
                with np.errstate(over="ignore"):
                    return np.asarray(np.exp(values))
            case "logit":
                return np.asarray(self.capacity * expit(values))
            case "linear":
                return values * self.unit_step

    def threshold(self, y: float) -> float:
        """A target on the model's scale; a target outside the scale's range becomes ±∞."""
        match self.name:
            case "log":
                return float(np.log(y)) if y > 0 else -np.inf
            case "logit":
                if y <= 0:
                    return -np.inf
                return np.inf if y >= self.capacity else float(np.log(y) - np.log(self.capacity - y))
            case "linear":
                return y / self.unit_step


def choose_scale(
    values: ArrayLike, *, share: bool = False, rate: bool = False, capacity: float = 100.0
) -> Scale:
    """The scale of a series.

    Shares move on the logit scale while they lie inside [0, capacity]; rates (growth in per cent and the like) and
    any series with a value ≤ 0 on the linear scale, one step of which is the root mean square change of the series;
    everything else on the log scale.
    """
    y = np.asarray(values, dtype=np.float64)
    y = y[np.isfinite(y)]
    if share and not rate and y.size and y.min() >= 0 and y.max() <= capacity:
        return Scale("logit", capacity=capacity)
    if not rate and y.size and y.min() > 0:
        return Scale("log")
    return Scale("linear", unit_step=_typical_step(y))


def _typical_step(y: FloatArray) -> float:
    """Root mean square change; the largest size where the series never changes; 1 for a series of zeros."""
    largest = float(np.max(np.abs(y), initial=0.0))
    steps = np.diff(y) / largest if largest > 0 else np.zeros(0)
    size = largest * float(np.sqrt(np.mean(steps**2))) if steps.size else 0.0
    # Changes in the last digits of a constant series are rounding, not steps.
    if size > 1e-9 * largest:
        return size
    return largest if largest > 0 else 1.0


def _outside(value: float, scale: str) -> InputError:
    return InputError(
        Text(
            f"数值 {value:g} 不在 {scale} 尺度的范围内",
            f"the value {value:g} has no place on the {scale} scale",
        ),
        hint=Text("请改用 linear 尺度，或更正该值", "use the linear scale, or correct the value"),
        details={"value": value, "scale": scale},
    )
