"""The gradient: rules as data, honest about what is unknown; counts per year."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianzhang.errors import InputError, UnknownNameError
from lianzhang.firms.gradient import candidates, counts_by_year, load_classes, load_rungs, rungs_on, stand
from lianzhang.schema import table

#: The rules of 2022, and those that follow them.
RUNGS = {rung.id: rung for rung in rungs_on(date(2025, 6, 1), load_rungs())}
NEWEST = {rung.id: rung for rung in rungs_on(date.max, load_rungs())}
GOOD = {"market_years": 4.0, "rd_cny": 2e6, "rd_share_pct": 6.5, "revenue_cny": 6e7, "main_share_pct": 90.0}
GOOD |= {"growth_2y_pct": 8.0, "debt_ratio_pct": 40.0, "market_share_pct": 20.0, "ip_class1": 3.0}


def test_rungs_are_classes_of_the_schema() -> None:
    column = next(column for column in table("firm_status").columns if column.name == "status_class")
    assert set(RUNGS) <= set(column.one_of)
    assert all(rung.criteria and rung.source and rung.cited for rung in load_rungs())
    assert {item.id for item in load_classes()} == set(column.one_of)


def test_the_day_picks_the_rules() -> None:
    """The revised measures are in force from 2026-04-01; they ask for more of a little giant."""
    assert RUNGS["little_giant"].valid_to == date(2026, 3, 31)
    assert NEWEST["little_giant"].valid_from == date(2026, 4, 1)
    firm = GOOD | {"rd_2y_cny": 1.5e7}
    assert stand("f", RUNGS["little_giant"], firm, ["specialised"]).verdict == "met"
    assert stand("f", NEWEST["little_giant"], firm, ["specialised"]).unknown == ("property",)
    assert stand("f", NEWEST["little_giant"], firm | {"ip_class1": 4.0}, ["specialised"]).verdict == "met"
    # Where the successor is not known the old rules stay, and say that they are replaced.
    late = NEWEST["specialised"]
    assert late.caution is not None
    assert not late.in_force(date(2026, 4, 1))


def test_a_class_held_can_stand_in_for_size() -> None:
    rung = NEWEST["champion"]
    firm = {"market_years": 12.0, "main_product_share_pct": 80.0, "revenue_cny": 1e8}
    assert stand("f", rung, firm).unmet == ("size",)
    assert stand("f", rung, firm, ["little_giant"]).verdict == "met"
    assert stand("f", rung, firm | {"revenue_cny": 5e8}).verdict == "met"


def test_a_firm_that_meets_every_rule_qualifies() -> None:
    assert stand("f", RUNGS["specialised"], GOOD).verdict == "met"
    assert stand("f", RUNGS["little_giant"], GOOD, ["specialised"]).verdict == "met"
    without = stand("f", RUNGS["little_giant"], GOOD)
    assert (without.verdict, without.unmet) == ("unmet", ("holds:specialised",))


def test_thresholds_depend_on_size() -> None:
    smaller = GOOD | {"rd_share_pct": 4.5}
    assert stand("f", RUNGS["little_giant"], smaller, ["specialised"]).unmet == ("rd_share_pct",)
    larger = smaller | {"revenue_cny": 3e8}
    assert stand("f", RUNGS["little_giant"], larger, ["specialised"]).verdict == "met"


def test_one_of_several_alternatives_is_enough() -> None:
    facts = GOOD | {"revenue_cny": 5e6, "equity_2y_cny": 3e7}
    assert stand("f", RUNGS["specialised"], facts).verdict == "met"
    assert stand("f", RUNGS["specialised"], facts | {"equity_2y_cny": 1e6}).unmet == ("size",)
    assert stand("f", RUNGS["specialised"], facts | {"equity_2y_cny": None}).unknown == ("size",)


@given(st.sets(st.sampled_from(sorted(GOOD))))
def test_a_missing_fact_never_decides(missing: set[str]) -> None:
    facts = {metric: (None if metric in missing else value) for metric, value in GOOD.items()}
    found = stand("f", RUNGS["little_giant"], facts, ["specialised"])
    assert found.unmet == ()
    assert (found.verdict == "met") is (not found.unknown)
    assert stand("f", RUNGS["little_giant"], {}).verdict == "unmet"


def test_candidates_come_in_order_and_holders_are_left_out() -> None:
    facts = {"a": GOOD, "b": {**GOOD, "rd_cny": None}, "c": {**GOOD, "rd_cny": 1.0}, "d": GOOD}
    found = candidates("specialised", facts, {"d": ["specialised"]})
    assert [(s.firm_id, s.verdict) for s in found] == [("a", "met"), ("b", "unknown"), ("c", "unmet")]
    with pytest.raises(UnknownNameError):
        candidates("giant", facts, {})


def test_counts_per_year() -> None:
    rows = [
        {"firm_id": "a", "status_class": "high_tech", "valid_from": "2020-11", "valid_to": "2023-11"},
        {"firm_id": "a", "status_class": "high_tech", "valid_from": "2023-12", "valid_to": None},
        {"firm_id": "b", "status_class": "high_tech", "valid_from": "2021", "valid_to": "2022"},
    ]
    found = [(c.year, c.held, c.gained, c.lost) for c in counts_by_year(rows, 2020, 2023)]
    assert found == [(2020, 1, 1, 0), (2021, 2, 1, 0), (2022, 1, 0, 1), (2023, 1, 0, 0)]
    assert counts_by_year([], 2020, 2021) == []
    with pytest.raises(InputError):
        counts_by_year([{"firm_id": "a", "status_class": "listed", "valid_from": None}], 2020, 2021)


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(2015, 2025), st.integers(0, 6)), max_size=8),
)
def test_what_is_held_is_what_was_held_plus_gained_minus_lost(spells: list[tuple[str, int, int]]) -> None:
    rows = [
        {"firm_id": firm, "status_class": "listed", "valid_from": str(begin), "valid_to": str(begin + length)}
        for firm, begin, length in spells
    ]
    before = 0
    for count in counts_by_year(rows, 2015, 2030):
        assert count.held == before + count.gained - count.lost
        before = count.held


@pytest.mark.parametrize("text", ["rung = 3", "[[rung]]\nid = 'x'\n", "[[rung]\n"])
def test_a_bad_gradient_file_says_so(tmp_path: Path, text: str) -> None:
    (tmp_path / "g.toml").write_text(text, "utf-8")
    with pytest.raises(InputError):
        load_rungs(tmp_path / "g.toml")
    with pytest.raises(InputError):
        load_rungs(tmp_path / "absent.toml")
