"""Location quotients, Herfindahl, Ellison–Glaeser: hand values, plain loops, properties."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lianzhang.errors import InputError
from lianzhang.places.kernel import ellison_glaeser, herfindahl, location_quotient, specialised

counts = st.tuples(st.integers(1, 7), st.integers(1, 8)).flatmap(
    lambda shape: arrays(np.int64, shape, elements=st.integers(0, 30))
)


def plain_lq(X: np.ndarray) -> np.ndarray:
    out = np.full(X.shape, np.nan)
    for c in range(X.shape[0]):
        for i in range(X.shape[1]):
            if X[c].sum() and X[:, i].sum():
                out[c, i] = (X[c, i] / X[c].sum()) / (X[:, i].sum() / X.sum())
    return out


@given(counts)
def test_location_quotient_equals_the_definition(X: np.ndarray) -> None:
    np.testing.assert_allclose(location_quotient(X), plain_lq(X), rtol=1e-13)


@given(counts)
def test_specialised_is_the_quotient_at_least_one_dense_and_sparse(X: np.ndarray) -> None:
    with np.errstate(invalid="ignore"):
        wanted = location_quotient(X) >= 1
    np.testing.assert_array_equal(specialised(X), wanted)
    np.testing.assert_array_equal(specialised(sp.csr_array(X)).toarray(), wanted)
    np.testing.assert_allclose(
        location_quotient(sp.csr_array(X)).toarray(), np.nan_to_num(location_quotient(X)), rtol=1e-13
    )


@given(counts, st.integers(1, 50))
def test_quotients_ignore_units_and_follow_permutations(X: np.ndarray, unit: int) -> None:
    rows = np.random.default_rng(unit).permutation(X.shape[0])
    columns = np.random.default_rng(unit + 1).permutation(X.shape[1])
    np.testing.assert_allclose(location_quotient(X * unit), location_quotient(X), rtol=1e-12)
    np.testing.assert_allclose(
        location_quotient(X[rows][:, columns]), location_quotient(X)[rows][:, columns], rtol=1e-12
    )


def test_shares_of_the_region_weigh_the_quotients_to_one() -> None:
    X = np.array([[4.0, 1.0, 5.0], [2.0, 2.0, 0.0]])
    national = X.sum(axis=0) / X.sum()
    np.testing.assert_allclose((location_quotient(X) * national).sum(axis=1), 1.0)


def test_one_region_is_specialised_in_all_it_has() -> None:
    np.testing.assert_array_equal(specialised(np.array([[0.1, 0.7, 0.0]])), [[True, True, False]])


@pytest.mark.parametrize("bad", [-1.0, np.nan, np.inf])
def test_a_bad_value_is_named(bad: float) -> None:
    X = np.ones((3, 4))
    X[1, 2] = bad
    with pytest.raises(InputError) as error:
        location_quotient(X)
    assert error.value.details == {"row": 1, "column": 2}
    with pytest.raises(InputError) as error:
        specialised(sp.csr_array(X))
    assert error.value.details == {"row": 1, "column": 2}


def test_shape_and_threshold_are_checked() -> None:
    with pytest.raises(InputError, match="dimensions"):
        location_quotient(np.ones(3))
    with pytest.raises(InputError, match="threshold"):
        specialised(np.ones((2, 2)), threshold=0.0)


@given(counts)
def test_herfindahl_equals_the_definition_and_its_bounds(X: np.ndarray) -> None:
    result = herfindahl(X)
    again = herfindahl(sp.csr_array(X))
    for r in range(X.shape[0]):
        if X[r].sum() == 0:
            assert np.isnan(result.herfindahl[r])
            continue
        wanted = sum((v / X[r].sum()) ** 2 for v in X[r])
        assert result.herfindahl[r] == pytest.approx(wanted, rel=1e-12)
        assert again.herfindahl[r] == pytest.approx(wanted, rel=1e-12)
        assert 1 / X.shape[1] - 1e-12 <= result.herfindahl[r] <= 1 + 1e-12
        assert result.effective_number[r] == pytest.approx(1 / wanted)
    if X.shape[1] == 1:
        assert np.isnan(result.normalised).all()


def test_herfindahl_ends() -> None:
    result = herfindahl([[1.0, 1.0, 1.0, 1.0], [0.0, 7.0, 0.0, 0.0]])
    np.testing.assert_allclose(result.herfindahl, [0.25, 1.0])
    np.testing.assert_allclose(result.normalised, [0.0, 1.0], atol=1e-15)


def plain_gamma(X: np.ndarray, sector: np.ndarray, size: np.ndarray, i: int) -> float:
    x = X.sum(axis=1) / X.sum()
    s = X[:, i] / X[:, i].sum()
    z = size[sector == i] / size[sector == i].sum()
    G = sum((s[r] - x[r]) ** 2 for r in range(X.shape[0]))
    room, H = 1 - sum(x**2), sum(z**2)
    return float((G - room * H) / (room * (1 - H)))


def test_ellison_glaeser_equals_the_definition() -> None:
    rng = np.random.default_rng(3)
    sector = rng.integers(0, 5, 60)
    region = rng.integers(0, 6, 60)
    size = rng.lognormal(3, 1, 60)
    X = np.zeros((6, 5))
    np.add.at(X, (region, sector), size)
    result = ellison_glaeser(X, sector, size)
    for i in range(5):
        assert result.gamma[i] == pytest.approx(plain_gamma(X, sector, size, i), rel=1e-10)
    np.testing.assert_array_equal(result.plants, np.bincount(sector))


def test_plants_thrown_as_darts_show_no_agglomeration_on_average() -> None:
    rng = np.random.default_rng(11)
    share = np.array([0.4, 0.3, 0.2, 0.1])
    gammas = []
    for _ in range(300):
        size = rng.lognormal(2, 1, 40)
        X = np.zeros((4, 1))
        np.add.at(X, (rng.choice(4, 40, p=share), 0), size)
        gammas.append(ellison_glaeser(X, np.zeros(40, dtype=int), size, weights=share).gamma[0])
    assert abs(np.mean(gammas)) < 4 * np.std(gammas) / np.sqrt(len(gammas))


def test_ellison_glaeser_without_meaning_is_nan() -> None:
    result = ellison_glaeser([[5.0, 3.0, 0.0], [0.0, 3.0, 0.0]], [0, 1, 1], [5.0, 3.0, 3.0])
    assert np.isnan(result.gamma[0])
    assert np.isfinite(result.gamma[1])
    assert np.isnan(result.gamma[2])
    assert np.isnan(ellison_glaeser([[2.0], [0.0]], [0, 0], [1.0, 1.0]).gamma[0])


@pytest.mark.parametrize(
    ("sector", "size", "weights"),
    [([0, 1], [1.0], None), ([0, 9], [1.0, 1.0], None), ([0], [-1.0], None), ([0], [1.0], [1.0])],
)
def test_ellison_glaeser_refuses(sector: list[int], size: list[float], weights: list[float] | None) -> None:
    with pytest.raises(InputError):
        ellison_glaeser([[1.0, 2.0], [3.0, 1.0]], sector, size, weights=weights)
