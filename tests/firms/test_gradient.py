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
    # A day before every version gets the first one, which says that it is not in force then.
    early = {rung.id: rung for rung in rungs_on(date(2005, 1, 1), load_rungs())}
    assert not early["specialised"].in_force(date(2005, 1, 1))


@pytest.mark.parametrize(
    ("rung", "day", "source"),
    [
        ("technology_sme", date(2017, 5, 3), "国科发政〔2017〕115号"),
        ("high_tech", date(2015, 12, 31), "国科发火〔2008〕172号"),
        ("high_tech", date(2016, 1, 1), "国科发火〔2016〕32号"),
        ("specialised", date(2026, 3, 31), "工信部企业〔2022〕63号"),
        ("specialised", date(2026, 4, 1), "工信部企业〔2026〕2号"),
        ("little_giant", date(2026, 4, 1), "工信部企业〔2026〕2号"),
        ("champion", date(2023, 9, 14), "工信部政法〔2023〕138号"),
    ],
)
def test_every_day_has_its_document(rung: str, day: date, source: str) -> None:
    chosen = next(r for r in rungs_on(day, load_rungs()) if r.id == rung)
    assert (chosen.source, chosen.in_force(day)) == (source, True)


def test_versions_do_not_overlap_and_every_rule_says_where_it_stands() -> None:
    rungs = load_rungs()
    for rung in rungs:
        assert all(criterion.item is not None for criterion in rung.criteria)
        assert rung.checked != "none"
        assert rung.checked == "text" or rung.caution is not None or rung.valid_to is not None
        later = [
            r for r in rungs if r.id == rung.id and (r.valid_from or date.min) > (rung.valid_from or date.min)
        ]
        assert all(rung.valid_to is not None and rung.valid_to < r.valid_from for r in later if r.valid_from)


def test_a_class_held_can_stand_in_for_size_or_lower_it() -> None:
    """A little giant of any size before September 2023; half the size for specialised firms since."""
    rungs = {rung.id: rung for rung in rungs_on(date(2022, 1, 1), load_rungs())}
    firm = {"market_years": 12.0, "main_product_share_pct": 80.0, "revenue_cny": 1e8}
    assert stand("f", rungs["champion"], firm).unmet == ("size",)
    assert stand("f", rungs["champion"], firm, ["little_giant"]).verdict == "met"
    assert stand("f", rungs["champion"], firm | {"revenue_cny": 5e8}).verdict == "met"
    firm = {"market_years": 12.0, "main_revenue_3y_cny": 2.5e8, "market_rank_world": 2.0}
    assert stand("f", NEWEST["champion"], firm).unmet == ("size",)
    assert stand("f", NEWEST["champion"], firm, ["specialised"]).verdict == "met"
    assert stand("f", NEWEST["champion"], firm, ["little_giant"]).verdict == "met"
    small = firm | {"main_revenue_3y_cny": 1.9e8}
    assert stand("f", NEWEST["champion"], small, ["little_giant"]).unmet == ("size",)


def test_the_specialised_class_asks_for_more_since_april_2026() -> None:
    firm = GOOD | {"rd_least_2y_cny": 1.5e6}
    assert stand("f", RUNGS["specialised"], firm).verdict == "met"
    assert stand("f", NEWEST["specialised"], firm).unknown == ("title",)
    assert stand("f", NEWEST["specialised"], firm, ["technology_sme"]).verdict == "met"
    assert stand("f", NEWEST["specialised"], firm | {"innovative_sme": 1.0}).verdict == "met"
    less = stand("f", NEWEST["specialised"], firm | {"main_share_pct": 75.0}, ["technology_sme"])
    assert less.unmet == ("main_share_pct",)


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
    found = candidates("specialised", facts, {"d": ["specialised"]}, on=date(2025, 6, 1))
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
