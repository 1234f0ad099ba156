"""Proximity and density: plain loops, the two algorithms against each other, edge cases."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lianzhang.errors import InputError
from lianzhang.places.kernel import (
    proximity,
    relatedness,
    relatedness_density,
    relative_density,
    specialised,
)
from lianzhang.places.kernel.relatedness import _dense, _walk

binary = st.tuples(st.integers(1, 7), st.integers(1, 9)).flatmap(lambda shape: arrays(np.bool_, shape))


def plain(M: np.ndarray, *, include_self: bool) -> tuple[np.ndarray, np.ndarray]:
    regions, sectors = M.shape
    u = M.sum(axis=0)
    phi = np.full((sectors, sectors), np.nan)
    for i in range(sectors):
        for j in range(sectors):
            if u[i] and u[j]:
                both = sum(bool(M[c, i] and M[c, j]) for c in range(regions))
                phi[i, j] = min(both / u[i], both / u[j])
    if not include_self:
        for i in range(sectors):
            if u[i]:
                phi[i, i] = 0.0
    omega = np.full((regions, sectors), np.nan)
    for c in range(regions):
        for i in range(sectors):
            total = sum(phi[i, j] for j in range(sectors) if u[j])
            if u[i] and total > 0:
                omega[c, i] = sum(phi[i, j] for j in range(sectors) if M[c, j]) / total
    return phi, omega


@given(binary, st.booleans())
def test_equals_the_definition(M: np.ndarray, include_self: bool) -> None:
    phi, omega = plain(M, include_self=include_self)
    np.testing.assert_allclose(proximity(M, include_self=include_self), phi, rtol=1e-13)
    np.testing.assert_allclose(
        relatedness_density(M, include_self=include_self), omega, rtol=1e-12, atol=1e-15
    )
    both = relatedness(M, include_self=include_self)
    np.testing.assert_allclose(both.proximity, phi, rtol=1e-13)
    np.testing.assert_allclose(both.density, omega, rtol=1e-12, atol=1e-15)


@given(binary, st.booleans())
def test_the_walk_and_the_products_agree(M: np.ndarray, include_self: bool) -> None:
    walked = _walk(M, include_self=include_self)
    product = _dense(M, include_self=include_self, keep=False, density=True)[1]
    np.testing.assert_allclose(walked, product, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(_walk(sp.csr_array(M), include_self=include_self), walked, rtol=0)


def test_the_two_algorithms_agree_across_blocks() -> None:
    rng = np.random.default_rng(0)
    M = rng.random((40, 1_100)) < rng.uniform(0.01, 0.6, 1_100)
    product = _dense(M, include_self=True, keep=True, density=True)
    np.testing.assert_allclose(_walk(M, include_self=True), product[1], rtol=1e-12)
    np.testing.assert_array_equal(product[0], product[0].T)


def test_sparse_input_takes_the_walk_and_gives_the_same() -> None:
    M = np.random.default_rng(1).random((30, 400)) < 0.03
    np.testing.assert_allclose(
        relatedness_density(sp.csr_array(M)),
        _dense(M, include_self=True, keep=False, density=True)[1],
        rtol=1e-12,
    )


@given(binary)
def test_density_lies_between_none_and_all(M: np.ndarray) -> None:
    omega = relatedness_density(M)
    everything = M.sum(axis=0) > 0
    assert np.isnan(omega[:, ~everything]).all()
    inside = omega[:, everything]
    assert ((inside >= -1e-12) & (inside <= 1 + 1e-12)).all()
    np.testing.assert_allclose(inside[~M.any(axis=1)], 0.0)
    has_all = M[:, everything].all(axis=1) & everything.any()
    np.testing.assert_allclose(inside[has_all], 1.0)


@given(binary, st.integers(0, 1_000))
def test_permutations_carry_over(M: np.ndarray, seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows, columns = rng.permutation(M.shape[0]), rng.permutation(M.shape[1])
    np.testing.assert_allclose(
        relatedness_density(M[rows][:, columns]), relatedness_density(M)[rows][:, columns], rtol=1e-12
    )


@given(binary)
def test_another_specialisation_never_lowers_the_regions_density(M: np.ndarray) -> None:
    phi = np.nan_to_num(proximity(M))
    more = M.copy()
    more[0] = True
    sums = phi.sum(axis=0)
    seen = sums > 0
    assert ((more[0] @ phi)[seen] / sums[seen] >= (M[0] @ phi)[seen] / sums[seen] - 1e-12).all()


def test_disconnected_blocks_are_not_related() -> None:
    M = np.kron(np.eye(2, dtype=int), np.ones((2, 3), dtype=int)).astype(bool)
    result = relatedness(M)
    assert result.proximity is not None
    assert result.proximity[:3, 3:].max() == 0.0
    np.testing.assert_array_equal(result.density, M.astype(float))


def test_relative_density_is_one_where_all_sectors_are_equally_near() -> None:
    M = np.array([[1, 1, 0, 0], [0, 0, 1, 1], [1, 1, 1, 1], [0, 0, 0, 0]])
    omega = relatedness_density(M)
    result = relative_density(M, omega)
    np.testing.assert_allclose(result[2], 1.0)
    np.testing.assert_allclose(result[0], omega[0] / 0.5)
    assert result[0, 0] > 1 > result[0, 2]
    assert np.isnan(result[3]).all()
    np.testing.assert_allclose(relative_density(sp.csr_array(M), omega), result)
    with pytest.raises(InputError, match="shape"):
        relative_density(M, omega[:2])


def test_only_zeros_and_ones_are_taken() -> None:
    with pytest.raises(InputError, match="0 and 1"):
        relatedness_density([[0.0, 1.5]])
    with pytest.raises(InputError, match="matrix"):
        relatedness_density([True, False])


EXPECTED = json.loads(Path(__file__).with_name("expected_complexity.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", EXPECTED["cases"])
def test_equals_the_published_packages(case: dict[str, object]) -> None:
    M = specialised(np.array(case["X"]))
    theirs = case["economic-complexity"]
    np.testing.assert_allclose(proximity(M, include_self=False), theirs["proximity"], atol=1e-10)  # type: ignore[index]
    np.testing.assert_allclose(
        relatedness_density(M, include_self=False),
        theirs["relatedness"],  # type: ignore[index]
        atol=1e-10,
    )
    np.testing.assert_allclose(
        relatedness_density(M),
        case["ecomplexity"]["density"],  # type: ignore[index]
        atol=1e-10,
    )
