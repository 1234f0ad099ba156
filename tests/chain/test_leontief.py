"""The factored system against the plain inverse, dense, single precision with refinement, sparse."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from lianzhang.chain.kernel import LeontiefSystem, coefficients, factorise
from lianzhang.errors import InputError, NotComputableError


def table(n: int, seed: int, density: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    Z = rng.random((n, n)) ** 4 * (rng.random((n, n)) < density) * rng.lognormal(0, 2, n)[:, None]
    x = Z.sum(axis=0) / rng.uniform(0.2, 0.9, n) + 1e-3
    return Z, x


def inverse(Z: np.ndarray, x: np.ndarray, share: np.ndarray | None = None) -> np.ndarray:
    A = Z / x
    return np.linalg.inv(np.eye(x.size) - (A if share is None else share[:, None] * A))


def check(system: LeontiefSystem, L: np.ndarray) -> None:
    n = system.n
    b = np.random.default_rng(n).normal(size=(n, 9)) * np.logspace(-8, 12, 9)
    size = np.abs(L @ b).max(axis=0)
    np.testing.assert_allclose(system.solve(b) / size, L @ b / size, atol=1e-12)
    np.testing.assert_allclose(system.solve(b[:, 0]), L @ b[:, 0], rtol=1e-9, atol=1e-12 * size[0])
    size = np.abs(L.T @ b).max(axis=0)
    np.testing.assert_allclose(system.solve_transposed(b) / size, L.T @ b / size, atol=1e-12)
    np.testing.assert_allclose(system.column_sums, L.sum(axis=0), rtol=1e-12)
    np.testing.assert_allclose(system.inverse_diagonal(), np.diag(L), rtol=1e-12)
    np.testing.assert_allclose(system.inverse_diagonal([0]), L[0, :1], rtol=1e-12)


@pytest.mark.parametrize("n", [1, 2, 7, 42, 300])
def test_dense_equals_the_inverse(n: int) -> None:
    Z, x = table(n, n)
    check(factorise(Z, x), inverse(Z, x))


@pytest.mark.parametrize("n", [7, 300])
def test_local_shares_scale_the_rows(n: int) -> None:
    Z, x = table(n, n)
    share = np.random.default_rng(0).random(n)
    check(factorise(Z, x, local_share=share), inverse(Z, x, share))


@pytest.mark.parametrize("n", [6, 500])
def test_sparse_equals_the_inverse(n: int) -> None:
    Z, x = table(n, n, density=4 / n)
    system = factorise(sp.csr_array(Z), x)
    check(system, inverse(Z, x))
    if n == 500:
        assert sp.issparse(system.Z)
        share = np.random.default_rng(0).random(n)
        check(factorise(sp.csr_array(Z), x, local_share=share), inverse(Z, x, share))


def test_a_full_sparse_table_is_solved_densely() -> None:
    Z, x = table(30, 1)
    assert isinstance(factorise(sp.csr_array(Z), x).Z, np.ndarray)


def test_an_ill_conditioned_table_falls_back_to_double_precision() -> None:
    # Value added of a billionth of output: condition 1e9, out of reach for single precision.
    Z, _ = table(300, 3)
    x = Z.sum(axis=0) * (1 + 1e-9)
    system = factorise(Z, x)
    assert system._double is not None
    ones = np.ones(300)
    y = system.solve_transposed(ones)
    np.testing.assert_allclose(y - (Z.T @ y) / x, ones, atol=1e-4)


def test_a_sector_without_output_only_passes_demand_on() -> None:
    Z, x = table(5, 2)
    Z[:, 3], x[3] = 0.0, 0.0
    A = np.divide(Z, x, out=np.zeros_like(Z), where=x > 0)
    check(factorise(Z, x), np.linalg.inv(np.eye(5) - A))
    np.testing.assert_allclose(coefficients(Z, x), A)
    np.testing.assert_allclose(coefficients(sp.csr_array(Z), x), A)


@given(st.integers(1, 6), st.integers(0, 10_000))
def test_more_demand_never_needs_less_output(n: int, seed: int) -> None:
    Z, x = table(n, seed)
    system = factorise(Z, x)
    f = np.random.default_rng(seed).random(n)
    more = f.copy()
    more[seed % n] += 1.0
    assert (system.solve(more) >= system.solve(f) - 1e-12).all()
    assert (system.solve(f) >= f - 1e-12).all()


@given(st.integers(2, 7), st.integers(0, 10_000))
def test_permutations_carry_over(n: int, seed: int) -> None:
    Z, x = table(n, seed)
    order = np.random.default_rng(seed).permutation(n)
    np.testing.assert_allclose(
        factorise(Z[np.ix_(order, order)], x[order]).column_sums,
        factorise(Z, x).column_sums[order],
        rtol=1e-10,
    )


def test_final_demand_of_the_table_gives_its_output() -> None:
    Z, x = table(280, 5)
    np.testing.assert_allclose(factorise(Z, x).solve(x - Z.sum(axis=1)), x, rtol=1e-9, atol=1e-9)


def test_no_columns_give_no_columns() -> None:
    Z, x = table(4, 1)
    assert factorise(Z, x).solve(np.empty((4, 0))).shape == (4, 0)


@pytest.mark.parametrize(
    ("Z", "x"),
    [([[1.0, 1.0], [1.0, 1.0]], [1.0, 1.0]), ([[1.0]], [1.0]), ([[0.0, 3.0], [3.0, 0.0]], [1.0, 1.0])],
)
def test_an_unproductive_table_is_refused(Z: list[list[float]], x: list[float]) -> None:
    with pytest.raises(NotComputableError):
        factorise(Z, x)


def test_bad_input_is_refused() -> None:
    Z, x = table(3, 1)
    with pytest.raises(InputError, match="3×3"):
        factorise(Z[:2], x)
    with pytest.raises(InputError, match="finite"):
        factorise(np.where(Z[0, 0] == Z, np.nan, Z), x)
    with pytest.raises(InputError, match="no output and yet"):
        factorise(Z, np.array([0.0, 9.0, 9.0]))
    with pytest.raises(InputError, match="from 0 to 1"):
        factorise(Z, x, local_share=[0.5, 1.5, 0.5])
    with pytest.raises(InputError, match="right-hand"):
        factorise(Z, x).solve(np.ones(4))
