"""Comparators, required growth, paths, verdicts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianzhang.errors import InputError
from lianzhang.plan.kernel.attainment import (
    Interval,
    expected_gap,
    judge,
    meeting,
    needed_path,
    probability,
    recent_growth,
    required_growth,
    threshold,
)
from lianzhang.plan.kernel.forecast.mixture import Mixture
from lianzhang.plan.kernel.forecast.scales import Scale

LOG, LINEAR = Scale("log"), Scale("linear")


def normal(location: float, scale: float) -> Mixture:
    return Mixture(np.ones(1), np.array([location]), np.array([scale]), np.array([1e9]))


@pytest.mark.parametrize(
    ("comparator", "figures", "meets", "fails"),
    [
        ("=", {"value": 2.6}, [2.6, 2.7], [2.59]),
        ("=", {"value": 2.6, "upward": False}, [2.6, 2.5], [2.61]),
        (">", {"value": 2.0}, [2.01], [2.0, 1.9]),
        (">", {"lower": 2.0}, [2.01], [2.0]),
        (">=", {"value": 2.0}, [2.0, 3.0], [1.99]),
        ("<", {"value": 2.0}, [1.99], [2.0]),
        ("<=", {"upper": 2.0}, [2.0, -5.0], [2.01]),
        ("~", {"value": 100.0}, [95.0, 130.0], [94.9]),
        ("~", {"value": 100.0, "upward": False}, [105.0, 60.0], [105.1]),
        ("range", {"lower": 2.0, "upper": 3.0}, [2.0, 3.0, 4.0], [1.9]),
        ("range", {"lower": 2.0, "upper": 3.0, "at_least": False}, [2.0, 3.0], [1.9, 4.0]),
        ("range", {"lower": 2.0, "upper": 3.0, "upward": False}, [3.0, 1.0], [3.1]),
        ("level", {"value": 1e12}, [1e12, 1.4e12], [9.9e11]),
    ],
)
def test_what_meets_a_target(
    comparator: str, figures: dict[str, float], meets: list[float], fails: list[float]
) -> None:
    wanted = meeting(comparator, **figures)  # type: ignore[arg-type]
    assert all(wanted.holds(v) for v in meets)
    assert not any(wanted.holds(v) for v in fails)


def test_a_target_without_figures_is_refused() -> None:
    with pytest.raises(InputError, match="without any figure"):
        meeting("=")


def test_probability_by_hand() -> None:
    scale = Scale("linear", unit_step=1.0)
    centred = normal(10.0, 2.0)
    assert probability(centred, scale, Interval(low=10.0)) == pytest.approx(0.5)
    assert probability(centred, scale, Interval(low=8.0, high=12.0)) == pytest.approx(0.6826895, abs=1e-6)
    assert probability(centred, scale, Interval()) == 1.0
    assert probability(normal(np.log(100), 0.1), LOG, Interval(high=100.0)) == pytest.approx(0.5)
    assert probability(normal(np.log(100), 0.1), LOG, Interval(low=0.0)) == pytest.approx(1.0)


def test_expected_gap_is_from_the_median() -> None:
    assert expected_gap(normal(np.log(90.0), 0.3), LOG, 100.0) == pytest.approx(-10.0)


@given(st.floats(1, 1e4), st.floats(1, 1e4), st.floats(1, 20))
def test_required_growth_leads_to_the_target(latest: float, target: float, years: float) -> None:
    growth = required_growth(latest, target, years, LOG)
    assert growth is not None
    assert latest * (1 + growth / 100) ** years == pytest.approx(target, rel=1e-6)
    points = required_growth(latest, target, years, LINEAR)
    assert points is not None
    assert latest + points * years == pytest.approx(target, rel=1e-9)


def test_required_growth_without_time_or_sense() -> None:
    assert required_growth(1.0, 2.0, 0.0, LOG) is None
    assert required_growth(-1.0, 2.0, 1.0, LOG) is None
    assert required_growth(-1.0, 2.0, 2.0, LINEAR) == 1.5


@given(st.floats(1, 1e6), st.floats(1, 1e6), st.integers(1, 12))
def test_path_ends_at_the_target_in_even_steps(latest: float, target: float, years: int) -> None:
    path = needed_path(latest, target, years, LOG)
    assert path[-1] == target
    ratios = path / np.concatenate([[latest], path[:-1]])
    np.testing.assert_allclose(ratios, ratios[0], rtol=1e-9)
    np.testing.assert_allclose(
        np.diff(needed_path(latest, target, years, LINEAR), 2), 0, atol=1e-6 * (latest + target)
    )


def test_recent_growth() -> None:
    assert recent_growth([100.0, 110.0, 121.0, 133.1], LOG) == pytest.approx(10.0)
    assert recent_growth([50.0, 100.0, 110.0, 121.0, 133.1], LOG) == pytest.approx(10.0)
    assert recent_growth([100.0, np.nan, 121.0], LOG) == pytest.approx(10.0)
    assert recent_growth([30.0, 31.0, 33.0], LINEAR) == 1.5
    assert recent_growth([100.0], LOG) is None
    broken = [100.0, 110.0, 300.0, 330.0]
    assert recent_growth(broken, LOG, resets=[False, False, True, False]) == pytest.approx(10.0)
    assert recent_growth([100.0, 300.0], LOG, resets=[False, True]) is None


def test_the_bound_that_matters() -> None:
    between = Interval(low=2.0, high=3.0)
    assert threshold(between, 1.0) == 2.0
    assert threshold(between, 5.0) == 3.0
    assert threshold(between, 2.1) == 2.0
    assert threshold(Interval(low=4.0), -np.inf) == 4.0


@pytest.mark.parametrize(
    ("observed", "latest", "past", "chance", "verdict"),
    [
        (2.7, 2.7, True, None, "met"),
        (2.5, 2.5, True, None, "missed"),
        (None, 2.5, True, 0.9, "overdue"),
        (None, 2.7, False, 0.1, "met"),
        (None, 2.0, False, 0.8, "on_course"),
        (None, 2.0, False, 0.79, "at_risk"),
        (None, 2.0, False, 0.2, "at_risk"),
        (None, 2.0, False, 0.19, "out_of_reach"),
        (None, None, False, None, "not_computable"),
    ],
)
def test_verdicts(
    observed: float | None, latest: float | None, past: bool, chance: float | None, verdict: str
) -> None:
    found = judge(
        wanted=Interval(low=2.6),
        observed_at_deadline=observed,
        latest=latest,
        deadline_past=past,
        chance=chance,
    )
    assert found == verdict


def test_thresholds_are_arguments() -> None:
    def verdict(on_course: float, out_of_reach: float) -> str:
        return judge(
            wanted=Interval(low=2.6),
            observed_at_deadline=None,
            latest=1.0,
            deadline_past=False,
            chance=0.5,
            on_course=on_course,
            out_of_reach=out_of_reach,
        )

    assert verdict(0.5, 0.1) == "on_course"
    assert verdict(0.9, 0.6) == "out_of_reach"
