"""What the pages of risk decide by themselves: when two scenarios are the same, and where an index would rank."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianzhang.app.pages.shock import same
from lianzhang.app.pages.standing import place_of
from lianzhang.app.report.risk import firms, firms_told
from lianzhang.app.report.stress import told_apart
from lianzhang.app.risk import scenario
from lianzhang.app.risk.outcome import Band
from lianzhang.app.risk.rank import CurvePoint, RegionRank
from lianzhang.app.risk.remedy import Remedy
from lianzhang.app.risk.scenario import Scenario, Who
from lianzhang.i18n import Text
from lianzhang.report.values import Quantity

IDS = st.text("abcdefgh0123456789:-", min_size=1, max_size=12)
WHO = st.one_of(
    st.builds(Who, st.sampled_from(["node", "region", "sector", "cluster", "firm", "inflow"]), IDS),
    st.builds(Who, st.just("largest"), IDS, st.integers(1, 9)),
)
SCENARIOS = st.builds(
    Scenario,
    name=st.text("abc 电池", min_size=1, max_size=9).filter(lambda s: bool(s.strip())),
    who=st.lists(WHO, min_size=1, max_size=4).map(tuple),
    within=st.lists(IDS, max_size=3).map(tuple),
    first_day=st.integers(0, 30),
    days=st.integers(1, 90),
    depth=st.sampled_from([1.0, 0.5, 0.25]),
    draws=st.integers(1, 10),
)


@given(SCENARIOS, st.randoms())
def test_order_and_name_do_not_make_another_scenario(one: Scenario, chance: object) -> None:
    pairs = [p for p in scenario.to_query(one) if p[0] != "name"]
    chance.shuffle(pairs)  # type: ignore[attr-defined]
    other = scenario.from_query([*pairs, ("name", "another")])
    assert other is not None
    assert same(one, other)
    assert same(other, one)


@given(SCENARIOS, SCENARIOS)
def test_what_is_computed_makes_another_scenario(one: Scenario, other: Scenario) -> None:
    def key(s: Scenario) -> object:
        return {
            **s.plain(),
            "name": "",
            "who": sorted(s.plain()["who"], key=repr),
            "within": sorted(s.within),
        }

    assert same(one, other) is (key(one) == key(other))
    if same(one, other):
        assert same(one, other, draws=False)


def test_the_number_of_networks_can_be_left_aside() -> None:
    few, many = (Scenario(name="x", who=(Who("region", "1"),), draws=n) for n in (1, 5))
    assert not same(few, many)
    assert same(few, many, draws=False)


def rank(values: list[float]) -> RegionRank:
    points = tuple(CurvePoint(float(k + 1), v * 0.9, v, v * 1.1) for k, v in enumerate(values))
    return RegionRank(3, len(values), 0.01, points, (), (), (), (), (), {})


@given(st.lists(st.floats(1e-6, 0.5), min_size=2, max_size=40, unique=True), st.floats(1e-6, 0.5))
def test_the_rank_is_that_of_the_sorted_values(values: list[float], asked: float) -> None:
    """Oracle: between how many larger values and how many that are not smaller, plus one."""
    ordered = sorted(values, reverse=True)
    found = place_of(rank(ordered), Band(asked, asked, asked))
    larger = int(np.sum(np.array(ordered) > asked))
    assert max(1, larger) <= found.rank <= min(larger + 1, len(ordered)) or found.rank == max(1, larger)
    assert found.first == found.rank == found.last
    assert found.firms == len(values)


def test_a_band_gives_a_span_of_ranks() -> None:
    made = rank([0.4, 0.3, 0.2, 0.1, 0.05])
    found = place_of(made, Band(0.1, 0.2, 0.4))
    assert (found.first, found.rank, found.last) == (1, 3, 4)
    assert place_of(made, Band(0.9, 0.9, 0.9)).rank == 1
    assert place_of(made, Band(0.0, 0.0, 0.0)).rank == 5


def test_a_curve_that_is_not_quite_monotone_is_read_all_the_same() -> None:
    found = place_of(rank([0.4, 0.2, 0.21, 0.1]), Band(0.15, 0.15, 0.15))
    assert found.rank in (3, 4)
    assert found.rank == pytest.approx(4, abs=1)


def test_halves_of_firms_carry_no_zeros() -> None:
    assert firms(2.5, "o") == Text("2.5", "2.5")
    assert firms(3.0, "o") == Quantity(3.0, "count", "o")
    words, values = firms_told(0.5, "o")
    assert words.zh.startswith("0.5家")
    assert not values
    words, values = firms_told(2.0, "o")
    assert words.en.format(stopped=values["stopped"].value) == "2.0"


def test_remedies_within_the_scatter_of_the_draws_are_counted_not_listed() -> None:
    def saving(low: float, mid: float) -> Remedy:
        test = Scenario(name="x", who=(Who("sector", "a"),))
        what = Text("备货", "more stock")
        return Remedy(test, what, "more stock", None, None, 10.0, Band(low, mid, mid))

    good, bad = saving(1.0, 2.0), saving(-1.0, 3.0)
    assert told_apart((good,)) == ((good,), Text("", ""))
    kept, words = told_apart((bad, good, bad))
    assert kept == (good,)
    assert "2项" in words.zh
    assert words.en.startswith("2 more remedies are")
    assert told_apart((bad,))[0] == (bad,), "a table has a row"
