"""What a forecast says about a target: required growth, probability, gap, and a verdict.

Targets speak in comparators. A plan's "=" is read as *reach*: a plan that says 2.6 million is met by 2.7 million, and
one that says energy per unit falls by 13 % is met by a fall of 14 %. Which way is good is the direction of the target,
seen from where the series stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lianzhang.errors import InputError
from lianzhang.i18n import Text
from lianzhang.plan.kernel.forecast.mixture import Mixture
from lianzhang.plan.kernel.forecast.scales import Scale

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

Comparator = Literal["=", ">", ">=", "<", "<=", "~", "range", "level"]
Verdict = Literal["met", "on_course", "at_risk", "out_of_reach", "missed", "overdue", "not_computable"]

#: "About" (~) is reached within this part of the value.
ABOUT = 0.05


@dataclass(frozen=True, slots=True)
class Interval:
    """Values that meet a target, in the series' unit; ±∞ where there is no bound.

    ``open_low`` and ``open_high`` exclude the bound itself (> and <), which matters only for observed values.
    """

    low: float = -np.inf
    high: float = np.inf
    open_low: bool = False
    open_high: bool = False

    def holds(self, value: float) -> bool:
        """Whether an observed value meets the target."""
        above = value > self.low if self.open_low else value >= self.low
        below = value < self.high if self.open_high else value <= self.high
        return above and below


def meeting(
    comparator: Comparator,
    *,
    value: float | None = None,
    lower: float | None = None,
    upper: float | None = None,
    upward: bool = True,
    at_least: bool = True,
) -> Interval:
    """The values that meet a target.

    Args:
        comparator: as in the table of statements; ``level`` (a level word such as 万亿级) is a lower bound.
        value: the figure, where there is one; else ``lower`` or ``upper`` stands in.
        lower: lower end of a range or bound.
        upper: upper end of a range or bound.
        upward: whether the target asks for more (else for less) than there is; decides how ``=`` and ``~`` are read.
        at_least: a range such as "2—3 brands" is met by its nearer end and anything beyond; False asks to end inside.

    Raises:
        InputError: no figure is given that the comparator can use.
    """
    single = next((v for v in (value, lower if upward else upper, lower, upper) if v is not None), None)
    if single is None:
        raise InputError(
            Text("目标没有任何数值", "a target without any figure"),
            hint=Text("请补数值，或把比较符记为 milestone", "give a figure, or make it a milestone"),
        )
    match comparator:
        case ">":
            return Interval(low=_first(lower, single), open_low=True)
        case ">=" | "level":
            return Interval(low=_first(lower, single))
        case "<":
            return Interval(high=_first(upper, single), open_high=True)
        case "<=":
            return Interval(high=_first(upper, single))
        case "=":
            return Interval(low=single) if upward else Interval(high=single)
        case "~":
            slack = ABOUT * abs(single)
            return Interval(low=single - slack) if upward else Interval(high=single + slack)
        case "range":
            low, high = _first(lower, single), _first(upper, single)
            if not at_least:
                return Interval(low, high)
            return Interval(low=low) if upward else Interval(high=high)


def probability(distribution: Mixture, scale: Scale, wanted: Interval) -> float:
    """P(low ≤ Y ≤ high) under a forecast, between 0 and 1."""
    above = float(distribution.cdf(scale.threshold(wanted.low))) if np.isfinite(wanted.low) else 0.0
    below = float(distribution.cdf(scale.threshold(wanted.high))) if np.isfinite(wanted.high) else 1.0
    return min(1.0, max(0.0, below - above))


def threshold(wanted: Interval, latest: float) -> float:
    """The bound that matters from where the series stands: the one not yet met, else the nearer one."""
    bounds = [b for b in (wanted.low, wanted.high) if np.isfinite(b)]
    if latest < wanted.low:
        return wanted.low
    if latest > wanted.high:
        return wanted.high
    return min(bounds, key=lambda b: abs(b - latest))


def expected_gap(distribution: Mixture, scale: Scale, target: float) -> float:
    """Median of the forecast minus the target, in the series' unit.

    The median, because the mean of a log-Student-t does not exist.
    """
    return float(scale.inverse(distribution.quantile(0.5))) - target


def required_growth(latest: float, target: float, years: float, scale: Scale) -> float | None:
    """Change per year that leads from the latest value to the target.

    On the log scale per cent a year, ``100 ((target / latest)^(1/years) - 1)``; on the others units (percentage
    points for shares and rates) a year, ``(target - latest) / years``. None where no time is left, or growth in per
    cent has no meaning (a value ≤ 0).
    """
    if years <= 0:
        return None
    if scale.name == "log":
        if latest <= 0 or target <= 0:
            return None
        with np.errstate(over="ignore"):
            growth = float(100.0 * np.expm1((np.log(target) - np.log(latest)) / years))
        # A few days left can ask for more than a number holds.
        return growth if np.isfinite(growth) else None
    return (target - latest) / years


def recent_growth(
    values: Sequence[float] | FloatArray,
    scale: Scale,
    *,
    span: int = 3,
    resets: Sequence[bool] | BoolArray | None = None,
) -> float | None:
    """Mean change per year over the last ``span`` years of a yearly series (NaN where missing), in the units of
    `required_growth`.

    Steps across a new definition (``resets`` True in its first year) are left out. None where no step is left; where
    the span holds none, the last step before it counts.
    """
    y = np.asarray(values, dtype=np.float64)
    x = y if scale.name != "log" else scale.forward(y)
    anew = np.zeros(y.size, dtype=bool) if resets is None else np.asarray(resets, dtype=bool)
    at = np.flatnonzero(np.isfinite(y))
    steps = [(a, b) for a, b in pairwise(at) if not anew[b]]
    if not steps:
        return None
    used = [(a, b) for a, b in steps if a >= at[-1] - span] or steps[-1:]
    mean = sum(float(x[b] - x[a]) for a, b in used) / sum(int(b - a) for a, b in used)
    return float(100.0 * np.expm1(mean)) if scale.name == "log" else mean


def needed_path(latest: float, target: float, years: int, scale: Scale) -> FloatArray:
    """Yearly values (years,) that lead from the latest value to the target in even steps: in proportion on the log
    scale, in units on the others. The last one is the target."""
    steps = np.arange(1, years + 1) / years
    if scale.name == "log" and latest > 0 and target > 0:
        path = latest * (target / latest) ** steps
    else:
        path = latest + (target - latest) * steps
    path[-1:] = target
    return np.asarray(path)


def judge(
    *,
    wanted: Interval,
    observed_at_deadline: float | None,
    latest: float | None,
    deadline_past: bool,
    chance: float | None,
    on_course: float = 0.8,
    out_of_reach: float = 0.2,
) -> Verdict:
    """The verdict on one target.

    Args:
        wanted: values that meet it.
        observed_at_deadline: what was observed for the deadline's period, if that is known.
        latest: latest observation since the target was set, None where there is none.
        deadline_past: whether the deadline's last day is over.
        chance: probability of attainment, None where it is not computable.
        on_course: probability from which a target is on course.
        out_of_reach: probability below which it is out of reach.
    """
    if observed_at_deadline is not None:
        return "met" if wanted.holds(observed_at_deadline) else "missed"
    if deadline_past:
        return "overdue"
    if latest is not None and wanted.holds(latest):
        return "met"
    if chance is None:
        return "not_computable"
    if chance >= on_course:
        return "on_course"
    return "out_of_reach" if chance < out_of_reach else "at_risk"


def _first(bound: float | None, fallback: float) -> float:
    return fallback if bound is None else bound
