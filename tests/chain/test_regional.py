"""Supply–demand pool and CHARM: accounting identities and the cases that have one answer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lianzhang.chain.kernel import charm, charm_heterogeneity, supply_demand_pool
from lianzhang.chain.kernel.regional import Charm
from lianzhang.errors import InputError

amounts = arrays(np.int64, 6, elements=st.integers(0, 10**6)).map(lambda a: a.astype(np.float64))
shares = arrays(np.float64, 6, elements=st.floats(0, 1))


@given(amounts, amounts)
def test_the_pool_is_the_smaller_of_one_and_supply_over_demand(x: np.ndarray, demand: np.ndarray) -> None:
    result = supply_demand_pool(x, x - demand)
    for i in range(6):
        d = x[i] - (x[i] - demand[i])
        if d > 0:
            assert result.r[i] == pytest.approx(min(1.0, x[i] / d), rel=1e-9, abs=1e-9)
        else:
            assert np.isnan(result.r[i])
    assert (result.cross_hauling == 0).all()


@pytest.mark.parametrize("variant", ["2009", "2015"])
@given(x=amounts, demand=amounts, h=shares)
def test_charm_keeps_the_trade_balance_and_stays_possible(
    variant: Charm, x: np.ndarray, demand: np.ndarray, h: np.ndarray
) -> None:
    result = charm(x, demand, h, variant=variant)
    np.testing.assert_allclose(result.outflow - result.inflow, x - demand, rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(2 * np.minimum(result.outflow, result.inflow), result.cross_hauling, atol=1e-6)
    assert (result.inflow >= -1e-6).all()
    assert (result.inflow <= demand + 1e-6).all()
    assert (result.outflow <= x + 1e-6).all()
    pool = supply_demand_pool(x, x - demand)
    both = ~np.isnan(result.r) & ~np.isnan(pool.r)
    assert (result.r[both] <= pool.r[both] + 1e-6).all()
    np.testing.assert_array_equal(result.heterogeneity, h)
    if variant == "2015":
        assert not result.limited.any()


@given(amounts, amounts)
def test_without_heterogeneity_charm_is_the_pool(x: np.ndarray, demand: np.ndarray) -> None:
    for variant in ("2009", "2015"):
        np.testing.assert_allclose(
            charm(x, demand, 0.0, variant=variant).r,
            supply_demand_pool(x, x - demand).r,
            atol=1e-6,
            equal_nan=True,
        )


@pytest.mark.parametrize("variant", ["2009", "2015"])
def test_a_region_that_is_the_nation_gets_its_trade_back(variant: Charm) -> None:
    x = np.array([100.0, 80.0, 60.0])
    exports = np.array([30.0, 5.0, 0.0])
    imports = np.array([10.0, 25.0, 20.0])
    demand = x - exports + imports
    h = charm_heterogeneity(x, demand, exports, imports, variant=variant)
    result = charm(x, demand, h, variant=variant)
    np.testing.assert_allclose(result.outflow, exports, atol=1e-12)
    np.testing.assert_allclose(result.inflow, imports, atol=1e-12)
    np.testing.assert_allclose(result.r, 1 - imports / demand)


def test_by_hand() -> None:
    # x = 60, d = 100, h = 0.25: q = 0.25 · 2 · 60 = 30, b = -40, m = (30 + 40 + 40)/2 = 55, e = 15, r = 0.45.
    result = charm([60.0], [100.0], 0.25)
    assert (result.inflow[0], result.outflow[0], result.r[0]) == pytest.approx((55.0, 15.0, 0.45))
    # The variant of 2009: q = 0.25 · 160 = 40, m = 60, e = 20.
    result = charm([60.0], [100.0], 0.25, variant="2009")
    assert (result.inflow[0], result.outflow[0], result.r[0]) == pytest.approx((60.0, 20.0, 0.40))
    # With h = 1 it asks for 160, more than twice the output: cut and marked.
    result = charm([60.0], [100.0], 1.0, variant="2009")
    assert result.limited[0]
    assert result.outflow[0] == pytest.approx(60.0)


def test_bad_input_is_refused() -> None:
    with pytest.raises(InputError, match="as long as"):
        supply_demand_pool([1.0], [1.0, 2.0])
    with pytest.raises(InputError, match="output must be"):
        supply_demand_pool([-1.0], [0.0])
    with pytest.raises(InputError, match="at most 1"):
        charm([1.0], [1.0], 1.5)
    with pytest.raises(InputError, match="variant"):
        charm([1.0], [1.0], 0.5, variant="2020")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="at least 0"):
        charm_heterogeneity([1.0], [1.0], [-1.0], [0.0])
    assert np.isnan(charm_heterogeneity([0.0], [0.0], [0.0], [0.0])[0])
