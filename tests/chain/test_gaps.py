"""Gap rank, its sensitivity, kinds of gap."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lianzhang.chain.kernel import classify_gaps, exposure, rank_gaps, rank_sensitivity, value_at_stake
from lianzhang.chain.model import GapKind
from lianzhang.errors import InputError

NAN = float("nan")
unit = arrays(np.float64, 6, elements=st.floats(0.01, 1))


def test_value_at_stake_is_weight_times_unmet_demand() -> None:
    np.testing.assert_allclose(
        value_at_stake([0.1, 0.2, 0.3, NAN], [10, 10, NAN, 1], [4, 20, 1, 1]), [0.6, 0.0, NAN, NAN]
    )


def test_exposure_joins_single_source_and_inflow() -> None:
    result = exposure([0, 1, 2, 4, 2, NAN, NAN, 2], [0.2, NAN, 0.0, 0.5, 1.0, 0.4, 1.0, NAN])
    np.testing.assert_allclose(result, [1, 1, 0.5, 0.625, 1, NAN, 1, NAN])
    with pytest.raises(InputError):
        exposure([1], [1.2])
    with pytest.raises(InputError):
        exposure([-1], [0.2])


@given(unit, unit, unit)
def test_score_is_the_product_and_the_rank_its_order(v: np.ndarray, e: np.ndarray, f: np.ndarray) -> None:
    result = rank_gaps(v, e, f, weights=(1.0, 2.0, 0.5))
    wanted = (v / v.max()) * e**2 * f**0.5
    np.testing.assert_allclose(result.score, wanted, rtol=1e-10)
    for k in range(6):
        assert result.rank[k] == 1 + (result.score > result.score[k]).sum()


@given(unit, unit, unit, st.floats(1e-6, 1e9))
def test_the_rank_does_not_depend_on_the_unit_of_value(
    v: np.ndarray, e: np.ndarray, f: np.ndarray, unit_of_value: float
) -> None:
    one, two = rank_gaps(v, e, f), rank_gaps(v * unit_of_value, e, f)
    np.testing.assert_allclose(one.score, two.score, rtol=1e-9)


def test_unknown_zero_and_not_eligible() -> None:
    result = rank_gaps([4, NAN, 0, 8], [1, 1, 1, 1], [0.5, 0.5, 0.5, 0.5], eligible=[True, True, True, False])
    assert result.rank.tolist() == [1, 0, 2, 0]
    assert result.score[2] == 0.0
    assert np.isnan(result.score[1])
    # With weight 0 a factor may be unknown.
    assert rank_gaps([4, NAN], [0.5, 1.0], [0.5, 0.5], weights=(0, 1, 1)).rank.tolist() == [2, 1]
    assert rank_gaps([2, 2], [1, 1], [1, 1]).rank.tolist() == [1, 1]
    assert rank_gaps([], [], []).rank.size == 0
    assert rank_gaps([0.0], [1.0], [1.0]).rank.tolist() == [1]


@pytest.mark.parametrize("weights", [(0, 0, 0), (-1, 1, 1), (NAN, 1, 1)])
def test_unusable_weights_are_refused(weights: tuple[float, float, float]) -> None:
    with pytest.raises(InputError, match="weights"):
        rank_gaps([1], [1], [1], weights=weights)


def test_negative_factors_and_lengths_are_refused() -> None:
    with pytest.raises(InputError, match="factors"):
        rank_gaps([1], [-1], [1])
    with pytest.raises(InputError, match="length"):
        rank_gaps([1, 2], [1], [1])


def test_sensitivity_is_nothing_where_one_gap_dominates() -> None:
    base = rank_gaps([9, 3, 1, 5], [0.9, 0.3, 0.1, NAN], [0.9, 0.3, 0.1, 1.0])
    result = rank_sensitivity(base, np.random.default_rng(1), draws=50, top_k=1)
    np.testing.assert_array_equal(result.low, [1, 2, 3, 0])
    np.testing.assert_array_equal(result.high, [1, 2, 3, 0])
    np.testing.assert_array_equal(result.top, [1, 0, 0, NAN])
    np.testing.assert_allclose(result.kendall_tau, 1.0)


def test_sensitivity_shows_contested_ranks_and_repeats_with_the_seed() -> None:
    base = rank_gaps([9, 1, 3], [0.1, 0.9, 0.31], [0.5, 0.5, 0.5])
    result = rank_sensitivity(base, np.random.default_rng(2), draws=400, spread=1.0)
    assert result.low[0] == 1
    assert result.high[0] == 3
    assert result.kendall_tau.min() < 0 < result.kendall_tau.max()
    again = rank_sensitivity(base, np.random.default_rng(2), draws=400, spread=1.0)
    np.testing.assert_array_equal(result.median, again.median)
    with pytest.raises(InputError):
        rank_sensitivity(base, np.random.default_rng(2), draws=0)


def test_kinds_of_gap() -> None:
    # 0 → 1 → 2, 3 → 4, 5 alone, 6 → 7: grades below.
    grade = [2, 0, 1, 3, 0, 0, -1, 3]
    unmet = [5.0, 9.0, NAN, 0.0, 1.0, 1.0, 1.0, 2.0]
    kinds = classify_gaps(grade, unmet=unmet, link_from=[0, 1, 3, 6], link_to=[1, 2, 4, 7])
    assert kinds == (
        GapKind.STRENGTHEN,
        GapKind.MAKE_UP,
        GapKind.STRENGTHEN,
        GapKind.NONE,
        GapKind.EXTEND,
        GapKind.MAKE_UP,
        GapKind.NONE,
        GapKind.STRENGTHEN,
    )
    assert classify_gaps([2], unmet=[0.0]) == (GapKind.NONE,)
    assert classify_gaps([2]) == (GapKind.STRENGTHEN,)
    assert classify_gaps([]) == ()
    with pytest.raises(InputError, match="link"):
        classify_gaps([1], link_from=[0], link_to=[1])
