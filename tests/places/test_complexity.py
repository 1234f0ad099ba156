"""Complexity: the non-symmetric eigenproblem as oracle, the packages, components, degenerate input."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lianzhang.places.kernel import complexity, specialised

# The package offers the function under the module's name.
kernel = importlib.import_module("lianzhang.places.kernel.complexity")
binary = st.tuples(st.integers(1, 7), st.integers(1, 9)).flatmap(lambda shape: arrays(np.bool_, shape))


def plain(M: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Second eigenvectors of the two non-symmetric matrices, as the papers write them; connected M."""
    weights = M.astype(float)
    left = weights / weights.sum(axis=1, keepdims=True)
    right = weights / weights.sum(axis=0)
    values, vectors = np.linalg.eig(left @ right.T)
    order = np.argsort(-values.real)
    eci = vectors[:, order[1]].real
    other, sector_vectors = np.linalg.eig(right.T @ left)
    pci = sector_vectors[:, np.argsort(-other.real)[1]].real
    return values.real[order], (eci - eci.mean()) / eci.std(), (pci - pci.mean()) / pci.std()


def nested(regions: int, sectors: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    gap = np.linspace(1, 0, regions)[:, None] - np.linspace(0, 1, sectors)
    M = rng.random((regions, sectors)) < 1 / (1 + np.exp(-6 * gap))
    M[0] = True
    M[:, 0] = True
    return M


@pytest.mark.parametrize(("regions", "sectors"), [(8, 20), (20, 8), (12, 12)])
def test_equals_the_non_symmetric_problem(regions: int, sectors: int) -> None:
    M = nested(regions, sectors, 4)
    values, eci, pci = plain(M)
    result = complexity(M)
    assert result.unique
    np.testing.assert_allclose(result.eigenvalues, values[:3], atol=1e-12)
    np.testing.assert_allclose(result.eci, eci * np.sign(eci @ result.eci), atol=1e-10)
    np.testing.assert_allclose(result.pci, pci * np.sign(pci @ result.pci), atol=1e-10)


def test_sign_diverse_regions_are_complex_and_so_are_their_sectors() -> None:
    result = complexity(nested(15, 25, 1))
    assert np.corrcoef(result.eci, result.diversity)[0, 1] > 0
    assert np.corrcoef(result.pci, result.ubiquity)[0, 1] < 0


def test_atlas_scale_makes_a_regions_index_the_mean_of_its_sectors() -> None:
    M = nested(10, 18, 2)
    result = complexity(M, scale="atlas")
    means = [result.pci[M[c]].mean() for c in range(10)]
    np.testing.assert_allclose(result.eci, means, atol=1e-12)
    np.testing.assert_allclose(complexity(M).eci, result.eci, rtol=0)


def test_sparse_and_lanczos_equal_dense(monkeypatch: pytest.MonkeyPatch) -> None:
    for shape in ((40, 70), (70, 40)):
        M = nested(*shape, 3)
        dense = complexity(M)
        np.testing.assert_allclose(complexity(sp.csr_array(M)).eci, dense.eci, atol=1e-10)
        monkeypatch.setattr(kernel, "_LAPACK_SIDE", 10)
        for again in (complexity(M), complexity(sp.csr_array(M))):
            np.testing.assert_allclose(again.eci, dense.eci, atol=1e-10)
            np.testing.assert_allclose(again.pci, dense.pci, atol=1e-10)
            np.testing.assert_allclose(again.eigenvalues, dense.eigenvalues, atol=1e-12)
        monkeypatch.undo()


def test_empty_rows_and_columns_are_left_out() -> None:
    M = nested(9, 12, 5)
    wide = np.zeros((11, 15), dtype=bool)
    rows, columns = np.r_[0:4, 5:10], np.r_[1:13]
    wide[np.ix_(rows, columns)] = M
    result, inner = complexity(wide), complexity(M)
    np.testing.assert_allclose(result.eci[rows], inner.eci, atol=1e-12)
    np.testing.assert_allclose(result.pci[columns], inner.pci, atol=1e-12)
    assert np.isnan(result.eci[[4, 10]]).all()
    assert (result.region_component[[4, 10]] == -1).all()
    assert result.n_components == 1


def test_only_the_largest_component_is_ranked() -> None:
    big, small = nested(8, 10, 6), nested(5, 4, 7)
    M = np.zeros((13, 14), dtype=bool)
    M[:5, :4], M[5:, 4:] = small, big
    result = complexity(M)
    assert result.n_components == 2
    np.testing.assert_array_equal(result.region_component, [1] * 5 + [0] * 8)
    np.testing.assert_array_equal(result.sector_component, [1] * 4 + [0] * 10)
    np.testing.assert_allclose(result.eci[5:], complexity(big).eci, atol=1e-12)
    assert np.isnan(result.eci[:5]).all()


@pytest.mark.parametrize(
    "M", [np.zeros((3, 4)), np.ones((3, 4)), np.ones((1, 4)), np.ones((4, 1)), np.eye(3)]
)
def test_nothing_to_rank_gives_nan_and_says_so(M: np.ndarray) -> None:
    result = complexity(M)
    assert not result.unique
    assert np.isnan(result.eci).all()
    assert np.isnan(result.pci).all()


def test_a_ring_has_no_unique_index() -> None:
    M = np.eye(6) + np.roll(np.eye(6), 1, axis=1)
    result = complexity(M)
    assert result.eigenvalues[1] == pytest.approx(result.eigenvalues[2])
    assert not result.unique


@given(binary, st.integers(0, 1_000))
def test_permutations_carry_over(M: np.ndarray, seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows, columns = rng.permutation(M.shape[0]), rng.permutation(M.shape[1])
    one, two = complexity(M), complexity(M[rows][:, columns])
    assert one.n_components == two.n_components
    if one.n_components != 1:
        return
    assert one.unique == two.unique
    gap = one.eigenvalues[1] - np.nan_to_num(one.eigenvalues[2])
    assume(one.unique and gap > 1e-4)
    # Where ECI is unrelated to diversity the sign rests on the largest entry, which may be tied.
    ranked = ~np.isnan(one.eci)
    centred = one.diversity[ranked] - one.diversity[ranked].mean()
    aligned = abs(centred @ one.eci[ranked])
    flip = 1.0 if aligned > 1e-6 else np.sign(np.nansum(two.eci * one.eci[rows]))
    np.testing.assert_allclose(two.eci * flip, one.eci[rows], atol=1e-8)
    np.testing.assert_allclose(two.pci * flip, one.pci[columns], atol=1e-8)


@given(binary)
def test_largest_eigenvalue_is_one_and_scores_are_standard(M: np.ndarray) -> None:
    result = complexity(M)
    if result.n_components:
        assert result.eigenvalues[0] == pytest.approx(1.0)
    if result.unique:
        inside = ~np.isnan(result.eci)
        assert result.eci[inside].mean() == pytest.approx(0.0, abs=1e-9)
        assert result.eci[inside].std() == pytest.approx(1.0)


EXPECTED = json.loads(Path(__file__).with_name("expected_complexity.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", EXPECTED["cases"])
def test_equals_the_published_packages(case: dict[str, dict[str, object]]) -> None:
    M = specialised(np.array(case["X"]))
    each, atlas = complexity(M), complexity(M, scale="atlas")
    np.testing.assert_allclose(each.eci, case["econcomplex"]["eci"], atol=1e-10)
    np.testing.assert_allclose(each.pci, case["econcomplex"]["pci"], atol=1e-10)
    np.testing.assert_allclose(atlas.eci, case["ecomplexity"]["eci"], atol=1e-10)
    np.testing.assert_allclose(atlas.pci, case["ecomplexity"]["pci"], atol=1e-10)
