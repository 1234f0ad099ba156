"""A running year from its first months, against the same months of earlier years.

For amounts the year is the part known so far times the ratio of whole year to the same part in earlier years; for
levels and shares it is the part's value plus the difference of the same kind. Ratio and difference are a sample with a
weak prior on their spread, which shrinks as the year fills.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lianzhang.plan.kernel.forecast.scales import Scale

#: Prior spread of the logarithm of (whole year / known part) if nothing of the year were known, and its weight in
#: observations. With eight months known it is 0.3 · 4/12 = 0.1.
_PRIOR_SPREAD = 0.3
_PRIOR_DF = 2.0
#: The same for the difference of a share (on the logit scale) or a rate (in typical steps of the series).
_PRIOR_STEP = {"logit": 0.15, "linear": 1.0, "log": _PRIOR_SPREAD}


@dataclass(frozen=True, slots=True)
class Nowcast:
    """Estimate of a running year: ``value`` in the series' unit, ``sd`` of its error on the scale, ``pairs`` earlier
    years it leans on."""

    value: float
    sd: float
    pairs: int


def nowcast(
    known_part: float,
    months: int,
    earlier_parts: Sequence[float],
    earlier_years: Sequence[float],
    *,
    scale: Scale,
    additive: bool,
) -> Nowcast | None:
    """Estimate the whole year.

    With ``d_i = x(year_i) - x(part_i)`` on the scale x for m earlier years, mean d̄ and prior variance
    ``p = (s (1 - months/12))²`` worth ν = 2 observations::

        x̂ = x(part) + d̄,   var = (ν p + Σ (d_i - d̄)²) / (ν + m - 1) · (1 + 1/m)

    Args:
        known_part: value of January to month ``months`` of the running year.
        months: 1 … 11.
        earlier_parts: the same months of earlier years.
        earlier_years: those years as a whole, in the same order.
        scale: scale of the series.
        additive: whether months add up to the year (output, revenue) or stand for it (a share, a rate, a stock).

    Returns:
        None where no earlier year has the same part and the part says little of the whole: amounts that add up, and
        stocks, which grow through the year.
    """
    rest = 1.0 - months / 12.0
    prior = (_PRIOR_STEP[scale.name] * rest) ** 2
    pairs = len(earlier_parts)
    if pairs == 0 and (additive or scale.name == "log"):
        return None
    x = float(scale.forward(known_part))
    if pairs == 0:
        return Nowcast(known_part, float(np.sqrt(prior)), 0)
    differences = scale.forward(np.asarray(earlier_years)) - scale.forward(np.asarray(earlier_parts))
    mean = float(np.mean(differences))
    squares = float(np.sum((differences - mean) ** 2))
    variance = (_PRIOR_DF * prior + squares) / (_PRIOR_DF + pairs - 1) * (1 + 1 / pairs)
    return Nowcast(float(scale.inverse(x + mean)), float(np.sqrt(variance)), pairs)
