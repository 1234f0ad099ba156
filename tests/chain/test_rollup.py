"""Roll-up without double counting, distance to a level, chain owners."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianzhang.chain.kernel import distance_to_level, owners_and_followers, roll_up
from lianzhang.chain.model import LevelDistance, NotComputable
from lianzhang.errors import InputError

pairs = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 4)), max_size=30)
PARENT = [0, 0, 1, 1, -1]


@given(pairs, st.lists(st.one_of(st.none(), st.integers(0, 100)), min_size=10, max_size=10))
def test_equals_sets(links: list[tuple[int, int]], amounts: list[int | None]) -> None:
    value = np.array([np.nan if a is None else float(a) for a in amounts])
    result = roll_up([a for a, _ in links], [b for _, b in links], PARENT, n_members=10, value=value)
    groups = [{a for a, b in links if b == g} for g in range(5)]
    for g in range(5):
        assert result.count[g] == len(groups[g])
        assert result.value[g] == np.nansum(value[list(groups[g])])
        assert result.value_missing[g] == np.isnan(value[list(groups[g])]).sum()
        for h in range(5):
            assert result.overlap.toarray()[g, h] == len(groups[g] & groups[h])
    for p in range(2):
        joined = set().union(*(groups[g] for g in range(5) if PARENT[g] == p))
        assert result.parent_count[p] == len(joined)
        assert result.parent_value[p] == np.nansum(value[list(joined)])
    everyone = set().union(*groups)
    assert result.total_count == len(everyone)
    assert result.total_value == np.nansum(value[list(everyone)])
    assert result.double_counted == sum(map(len, groups)) - len(everyone)
    assert result.double_counted_value == pytest.approx(result.value.sum() - result.total_value)
    assert result.parent_count.sum() <= result.count[:4].sum()


def test_without_values_there_are_counts_only() -> None:
    result = roll_up([0, 0], [0, 1], [0, 0], n_members=3)
    assert result.count.tolist() == [1, 1]
    assert result.parent_count.tolist() == [1]
    assert (result.total_count, result.double_counted) == (1, 1)
    assert np.isnan(result.total_value)
    assert np.isnan(result.value).all()


def test_nothing_rolls_up_to_nothing() -> None:
    result = roll_up([], [], [], n_members=0)
    assert (result.total_count, result.count.size, result.parent_count.size) == (0, 0, 0)


@pytest.mark.parametrize(
    ("member", "group", "parent"), [([3], [0], [0]), ([0], [1], [0]), ([0], [0, 0], [0]), ([0], [0], [-2])]
)
def test_bad_indices_are_refused(member: list[int], group: list[int], parent: list[int]) -> None:
    with pytest.raises(InputError):
        roll_up(member, group, parent, n_members=3)


def test_distance_to_a_level() -> None:
    result = distance_to_level(8e11, 1e12, years_left=2)
    assert isinstance(result, LevelDistance)
    assert (result.gap, result.attained) == (2e11, 0.8)
    assert result.required_growth == pytest.approx(1.25**0.5 - 1)
    passed = distance_to_level(1.2e12, 1e12)
    assert isinstance(passed, LevelDistance)
    assert (passed.gap, passed.required_growth) == (-2e11, 0.0)
    open_end = distance_to_level(8e11, 1e12)
    assert isinstance(open_end, LevelDistance)
    assert open_end.required_growth is None


@pytest.mark.parametrize(
    ("value", "level", "reasons"),
    [(None, 1e12, 1), (1e11, None, 1), (None, None, 2), (float("nan"), 1e12, 1)],
)
def test_distance_without_series_or_level_says_why(
    value: float | None, level: float | None, reasons: int
) -> None:
    result = distance_to_level(value, level)
    assert isinstance(result, NotComputable)
    assert len(result.reasons) == reasons
    assert all(reason.zh and reason.en for reason in result.reasons)


def test_a_level_of_zero_is_refused() -> None:
    with pytest.raises(InputError):
        distance_to_level(1.0, 0.0)


def test_owner_leaders_and_others() -> None:
    owner, leaders, others = owners_and_followers([10.0, 50.0, np.nan, 25.0, 15.0])
    assert owner == 1
    assert leaders.tolist() == [1]
    assert others.tolist() == [3, 4, 0, 2]
    owner, leaders, _ = owners_and_followers([30.0, 40.0, 30.0])
    assert (owner, leaders.tolist()) == (1, [1, 0])
    assert owners_and_followers([np.nan])[0] is None
    assert owners_and_followers([])[1].size == 0
    with pytest.raises(InputError):
        owners_and_followers([-1.0])
