"""A scenario as a value: read, refused with the name of what is wrong, written into an address and back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianzhang.app.risk import scenario
from lianzhang.app.risk.scenario import KINDS, Scenario, Who
from lianzhang.errors import InputError, UnknownNameError

PLAIN: dict[str, Any] = {"name": "a flood", "who": [{"kind": "region", "id": "500109"}]}

ids = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=20)
whole = st.integers(1, 100)
someone = st.one_of(
    st.builds(Who, st.sampled_from([k for k in KINDS if k != "largest"]), ids),
    st.builds(Who, st.just("largest"), ids, st.integers(1, 10_000)),
)
scenarios = st.builds(
    Scenario,
    name=st.text(st.characters(codec="utf-8"), min_size=1, max_size=50).filter(lambda t: bool(t.strip())),
    who=st.lists(someone, min_size=1, max_size=5).map(tuple),
    within=st.lists(ids, max_size=3).map(tuple),
    first_day=st.integers(0, 100),
    days=whole,
    depth=st.integers(1, 100).map(lambda n: n / 100),
    recovery=st.sampled_from(["at once", "linear", "exponential"]),
    recovery_days=st.integers(0, 100),
    stock_days=st.integers(10, 3650).map(lambda n: n / 10),
    stock_draw=st.sampled_from(["poisson", "equal"]),
    horizon=st.none() | st.integers(1, 760),
    draws=st.integers(1, 10),
)


@given(scenarios)
def test_a_scenario_comes_back_from_json_and_from_an_address(given_: Scenario) -> None:
    assert scenario.read(given_.plain()) == given_
    assert scenario.from_query(scenario.to_query(given_)) == given_


def test_what_is_left_out_is_as_by_default() -> None:
    found = scenario.read(PLAIN)
    assert found == Scenario(name="a flood", who=(Who("region", "500109"),))
    assert scenario.to_query(found) == [("name", "a flood"), ("who", "region:500109")]
    assert found.simulated == 5 + 30 + 5 + scenario.AFTERMATH
    assert scenario.read({**PLAIN, "horizon": 10}).simulated == 15
    assert scenario.from_query([("days", "3")]) is None
    named = scenario.from_query([("who", "largest:io42:18:3"), ("other", "x")])
    assert named is not None
    assert named.who == (Who("largest", "io42:18", 3),)


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"depth": 0}, "depth"),
        ({"depth": 1.5}, "depth"),
        ({"depth": True}, "depth"),
        ({"depth": float("nan")}, "depth"),
        ({"days": 0}, "days"),
        ({"days": 2.5}, "days"),
        ({"first_day": -1}, "first_day"),
        ({"recovery": "soon"}, "recovery"),
        ({"recovery_days": 400}, "recovery_days"),
        ({"stock_days": 0}, "stock_days"),
        ({"stock_draw": "lots"}, "stock_draw"),
        ({"horizon": 0}, "horizon"),
        ({"horizon": 761}, "horizon"),
        ({"draws": 11}, "draws"),
        ({"name": "  "}, "name"),
        ({"who": []}, "who"),
        ({"who": "everybody"}, "who"),
        ({"who": [{"kind": "region"}]}, "who"),
        ({"who": [{"kind": "region", "id": ""}]}, "who.id"),
        ({"who": [{"kind": "region", "id": "x", "firms": 2}]}, "who.firms"),
        ({"who": [{"kind": "largest", "id": "x"}]}, "who.firms"),
        ({"who": [{"kind": "largest", "id": "x", "firms": 0}]}, "who.firms"),
        ({"who": [{"kind": "region", "id": "x"}] * 51}, "who"),
        ({"within": "500109"}, "within"),
    ],
)
def test_what_is_wrong_is_named(change: dict[str, Any], names: str) -> None:
    with pytest.raises(InputError) as caught:
        scenario.read({**PLAIN, **change})
    assert caught.value.details["field"] == names
    assert caught.value.hint is not None


def test_settings_and_kinds_that_are_not_there() -> None:
    with pytest.raises(UnknownNameError, match="dayz"):
        scenario.read({**PLAIN, "dayz": 3})
    with pytest.raises(UnknownNameError, match="village"):
        scenario.read({**PLAIN, "who": [{"kind": "village", "id": "x"}]})
    with pytest.raises(InputError, match="no who"):
        scenario.read({"name": "nobody"})
    with pytest.raises(InputError, match="days"):
        scenario.from_query([("who", "region:500109"), ("days", "many")])
