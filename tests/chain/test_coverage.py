"""Coverage grades and supporting rates."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianzhang.chain.kernel import grade_nodes, rate_by_count, rate_by_purchases, rate_by_value
from lianzhang.chain.model import Coverage, Evidence, Grade, NotComputable, RateResult, SupportingRate
from lianzhang.errors import InputError


def day(text: str) -> np.datetime64:
    return np.datetime64(text, "D")


def grade(
    n: int,
    records: list[tuple[int, int, int, str, float]],
    searches: list[tuple[int, str]] = [],  # noqa: B006 - never changed
    **options: object,
) -> Coverage:
    node, firm, evidence, date, capacity = zip(*records, strict=True) if records else ((),) * 5
    return grade_nodes(
        n,
        maker_node=node,
        maker_firm=firm,
        maker_evidence=evidence,
        maker_date=np.array(date, dtype="datetime64[D]"),
        maker_capacity=np.array(capacity, dtype=float),
        search_node=[s[0] for s in searches],
        search_date=np.array([s[1] for s in searches], dtype="datetime64[D]"),
        **options,  # type: ignore[arg-type]
    )


NAN = float("nan")


def test_every_grade_and_its_evidence() -> None:
    records = [
        (2, 7, 1, "2019-05-01", NAN),
        (3, 7, 2, "2023-01-01", NAN),
        (3, 8, 4, "2024-02-01", 10.0),
        (4, 1, 3, "2022-06-30", 60.0),
        (4, 2, 1, "2021-01-01", 50.0),
        (5, 1, 3, "2022-06-30", 60.0),
        (5, 2, 1, "2021-01-01", 30.0),
    ]
    demand = [NAN, NAN, 5.0, 8.0, 100.0, 100.0]
    result = grade(6, records, [(1, "2024-03-01"), (1, "2022-01-01"), (2, "2024-01-01")], demand=demand)
    assert result.grade.tolist() == [
        Grade.UNKNOWN,
        Grade.MISSING,
        Grade.ONE,
        Grade.SEVERAL,  # one stated capacity alone, even a sufficient one, is not two
        Grade.COVERS_DEMAND,
        Grade.SEVERAL,
    ]
    assert result.makers.tolist() == [0, 0, 1, 2, 2, 2]
    assert result.evidence.tolist() == [
        Evidence.NONE,
        Evidence.NONE,
        Evidence.REGISTRY,
        Evidence.OFFICIAL,
        Evidence.LISTED_REPORT,
        Evidence.LISTED_REPORT,
    ]
    assert result.until[1] == day("2024-03-01")
    assert result.since[3] == day("2023-01-01")
    assert result.until[3] == day("2024-02-01")
    assert np.isnat(result.until[0])
    assert result.capacity[4] == 110.0
    assert np.isnan(result.capacity[2])
    np.testing.assert_array_equal(result.covered, [NAN, 0, 1, 1, 1, 1])


def test_a_firm_counts_once_and_its_newest_capacity_counts() -> None:
    records = [
        (0, 5, 1, "2019-01-01", 90.0),
        (0, 5, 2, "2024-01-01", 20.0),
        (0, 6, 1, "2019-01-01", 20.0),
        (0, 6, 1, "2020-01-01", NAN),
    ]
    result = grade(1, records, demand=[50.0])
    assert result.makers[0] == 2
    assert result.capacity[0] == 40.0
    assert result.grade[0] == Grade.SEVERAL


def test_time_windows_grade_the_chain_of_then() -> None:
    records = [(0, 1, 1, "2019-06-01", NAN), (0, 2, 2, "2024-06-01", NAN), (1, 3, 1, "NaT", NAN)]
    searches = [(1, "2025-01-01")]
    assert grade(2, records, searches, as_of=day("2019-12-31")).grade.tolist() == [1, 1]
    assert grade(2, records, searches).grade.tolist() == [2, 1]
    recent = grade(2, records, searches, not_before=day("2020-01-01"))
    assert recent.grade.tolist() == [1, 0]
    assert recent.until.tolist() == [day("2024-06-01"), day("2025-01-01")]


def test_evidence_never_travels_between_nodes() -> None:
    records = [(0, 1, 4, "2024-01-01", NAN)]
    assert grade(3, records).grade.tolist() == [1, -1, -1]


rows = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 3), st.integers(1, 4), st.just("2024-01-01"), st.just(NAN)),
    max_size=12,
)


@given(rows, st.lists(st.integers(0, 4), max_size=4), st.integers(0, 99))
def test_order_and_repeats_do_not_matter(
    records: list[tuple[int, int, int, str, float]], searched: list[int], seed: int
) -> None:
    searches = [(k, "2024-02-02") for k in searched]
    once = grade(5, records, searches)
    shuffled = [(records + records)[k] for k in np.random.default_rng(seed).permutation(2 * len(records))]
    again = grade(5, shuffled, searches + searches)
    np.testing.assert_array_equal(once.grade, again.grade)
    np.testing.assert_array_equal(once.makers, again.makers)
    for k in range(5):
        firms = {firm for node, firm, *_ in records if node == k}
        wanted = min(len(firms), 2) if firms else (0 if k in searched else -1)
        assert once.grade[k] == wanted
    if records:
        more = grade(5, [*records, (records[0][0], 9, 1, "2024-01-01", NAN)], searches)
        assert (more.grade >= once.grade).all()


@pytest.mark.parametrize(
    ("records", "options"),
    [
        ([(5, 0, 1, "2024-01-01", NAN)], {}),
        ([(0, 0, 0, "2024-01-01", NAN)], {}),
        ([(0, 0, 1, "2024-01-01", -1.0)], {}),
        ([], {"demand": [1.0]}),
    ],
)
def test_bad_records_are_refused(
    records: list[tuple[int, int, int, str, float]], options: dict[str, object]
) -> None:
    with pytest.raises(InputError):
        grade(2, records, **options)  # type: ignore[arg-type]


def computed(result: RateResult) -> SupportingRate:
    assert isinstance(result, SupportingRate)
    return result


def refused(result: RateResult) -> NotComputable:
    assert isinstance(result, NotComputable)
    assert result.reasons
    return result


def test_rate_by_count_bounds_what_nobody_has_looked_at() -> None:
    rate = computed(rate_by_count([1, 1, 0, NAN]))
    assert (rate.value, rate.lower, rate.upper, rate.used, rate.total) == (0.5, 0.5, 0.75, 3, 4)
    rate = computed(rate_by_count([1, 1, 0, NAN], countable=[True, False, True, False]))
    assert (rate.value, rate.upper, rate.total) == (0.5, 0.5, 2)
    assert refused(rate_by_count([NAN, NAN])).missing == (0, 1)
    refused(rate_by_count([1, 1], countable=[False, False]))
    refused(rate_by_count([]))


def test_rate_by_value_is_exact_or_not_at_all() -> None:
    rate = computed(rate_by_value([0.5, 0.3, 0.2], [10.0, 4.0, 0.0], [5.0, 8.0, 3.0]))
    assert rate.value == pytest.approx(0.5 + 0.15)
    assert refused(rate_by_value([0.5, 0.5], [1.0, NAN], [1.0, 1.0])).missing == (1,)
    lacking = refused(rate_by_value([NAN, 0.5, 0.5], [1.0, 1.0, 1.0], [1.0, NAN, 0.0]))
    assert lacking.missing == (0, 1, 2)
    assert len(lacking.reasons) == 2
    refused(rate_by_value([0.0], [1.0], [1.0]))
    # A node without weight cannot change the rate, so its supply may be unknown.
    assert computed(rate_by_value([1.0, 0.0], [1.0, NAN], [2.0, NAN])).value == 0.5
    with pytest.raises(InputError):
        rate_by_value([-1.0], [1.0], [1.0])


def test_rate_by_purchases_weighs_coefficients_by_input() -> None:
    rate = computed(rate_by_purchases([0.2, 0.0, 0.3], [0.5, NAN, 1.0]))
    assert rate.value == pytest.approx((0.1 + 0.3) / 0.5)
    assert rate.used == 2
    assert refused(rate_by_purchases([0.2, 0.1], [0.5, NAN])).missing == (1,)
    refused(rate_by_purchases([0.0], [0.5]))
    with pytest.raises(InputError):
        rate_by_purchases([0.1], [0.5, 0.5])


@given(st.lists(st.tuples(st.floats(0.01, 1), st.floats(0, 9), st.floats(0.1, 9)), min_size=1, max_size=8))
def test_more_local_supply_never_lowers_the_rate(nodes: list[tuple[float, float, float]]) -> None:
    w, s, d = (np.array(column) for column in zip(*nodes, strict=True))
    before = computed(rate_by_value(w, s, d)).value
    assert 0 <= before <= 1 + 1e-12
    assert computed(rate_by_value(w, s + 1, d)).value >= before - 1e-12
    assert computed(rate_by_value(w, d, d)).value == pytest.approx(1.0)
