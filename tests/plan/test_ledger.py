"""The ledger on plain rows: what is known when, repeats, relative targets, units, disagreements."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from lianzhang.plan.track_model import LedgerRow
from tests.plan.tracking_rows import book, indicator, observation, split, target, yearly

OUTPUT = indicator("output")
SHARE = indicator("share", "%", "share")
STOCK = indicator("stations", "stations", "count", flow=False)
DAY = date(2024, 6, 30)


def only(rows: list[dict[str, Any]], seen: list[dict[str, Any]], **more: Any) -> LedgerRow:
    found = book(rows, seen, [OUTPUT, SHARE, STOCK], more.pop("as_of", DAY), **more)
    assert len(found.rows) == 1
    return found.rows[0]


def test_baseline_latest_and_gap() -> None:
    row = only(
        [target("a", OUTPUT, ">=", 200.0, "2027", base_period="2022")],
        yearly("output", 2021, [80.0, 90.0, 120.0]),
    )
    assert row.baseline is not None
    assert row.base_value == 90.0
    assert row.latest is not None
    assert (row.latest.period.text, row.latest.value, row.gap) == ("2023", 120.0, 80.0)
    assert row.latest.assumed
    assert row.latest.known_from == date(2024, 3, 30)
    assert row.deadline is not None
    assert row.deadline.text == "2027"


def test_a_figure_is_known_ninety_days_after_its_period_or_when_published() -> None:
    rows = [target("a", OUTPUT, ">=", 200.0, "2027")]
    seen = yearly("output", 2022, [90.0, 120.0])
    for day, value in ((date(2024, 3, 29), 90.0), (date(2024, 3, 30), 120.0)):
        latest = only(rows, seen, as_of=day).latest
        assert latest is not None
        assert latest.value == value
    early = [
        *yearly("output", 2022, [90.0]),
        observation("output", "2023", 120.0, known_from=date(2024, 1, 22)),
    ]
    latest = only(rows, early, as_of=date(2024, 1, 22)).latest
    assert latest is not None
    assert (latest.value, latest.assumed) == (120.0, False)


def test_targets_published_later_are_not_known() -> None:
    rows = [
        target("a", OUTPUT, ">=", 200.0, "2027", published="2024-07"),
        target("b", OUTPUT, ">=", 300.0, "2027", published=None),
    ]
    assert only(rows, []).statement_id == "b"


def test_the_row_marked_as_used_wins_among_those_known() -> None:
    rows = [target("a", OUTPUT, ">=", 200.0, "2027")]
    seen = [
        observation("output", "2023", 120.0, source_id="yearbook", known_from=date(2024, 12, 1)),
        observation("output", "2023", 118.0, source_id="press", known_from=date(2024, 1, 5), preferred=False),
        observation(
            "output", "2023", 119.0, source_id="bulletin", known_from=date(2024, 3, 5), preferred=False
        ),
    ]
    for day, value in ((date(2024, 2, 1), 118.0), (date(2024, 4, 1), 119.0), (date(2025, 1, 1), 120.0)):
        latest = only(rows, seen, as_of=day).latest
        assert latest is not None
        assert latest.value == value


def test_a_year_to_date_is_not_an_actual_of_an_amount_but_is_of_a_stock() -> None:
    row = only([target("a", OUTPUT, ">=", 200.0, "2027")], [observation("output", "2023-01..10", 100.0)])
    assert row.latest is None
    row = only([target("a", STOCK, ">=", 200.0, "2027")], [observation("stations", "2023-06", 110.0)])
    assert row.latest is not None
    assert row.latest.value == 110.0


def test_a_deadline_that_is_past_is_compared_with_its_own_year() -> None:
    row = only([target("a", OUTPUT, ">=", 100.0, "2022")], yearly("output", 2021, [80.0, 90.0, 120.0]))
    assert row.latest is not None
    assert (row.latest.period.text, row.gap) == ("2022", 10.0)


def test_repeats_are_one_target_with_both_places() -> None:
    rows = [
        target("b", OUTPUT, ">", 2e6, "2027", preferred=False, source_id="news", locator="line 8"),
        target("a", OUTPUT, ">", 2e6, "2027"),
        target("c", OUTPUT, ">", 2e6, "2026"),
    ]
    found = book(rows, [], [OUTPUT], DAY).rows
    assert [r.statement_id for r in found] == ["c", "a"]
    assert [(p.statement_id, p.locator) for p in found[1].places] == [("a", "line 3"), ("b", "line 8")]


@pytest.mark.parametrize(
    ("measure", "figure", "unit", "expected"),
    [
        ("growth", 50.0, "%", 150.0),
        ("growth", -13.0, "%", 87.0),
        ("growth p.a.", 10.0, "%", 161.051),
        ("multiple", 2.0, "times", 200.0),
        ("difference", 30.0, "vehicles", 130.0),
    ],
)
def test_relative_targets_are_resolved_against_their_base(
    measure: str, figure: float, unit: str, expected: float
) -> None:
    row = only(
        [
            target(
                "a",
                OUTPUT,
                "=",
                figure,
                "2027",
                measure=measure,
                unit=unit,
                base_period="2022",
                base_value=100.0,
            )
        ],
        [],
    )
    assert row.target == pytest.approx(expected)
    assert row.why_no_target is None


def test_a_relative_target_without_base_or_across_a_new_definition_has_no_figure() -> None:
    growth = target("a", OUTPUT, "=", 50.0, "2027", measure="growth", unit="%", base_period="2022")
    row = only([growth], [])
    assert row.target is None
    assert row.why_no_target is not None
    assert "base" in row.why_no_target.en
    row = only([growth], yearly("output", 2022, [100.0, 150.0]), breaks=[split("output", "2023")])
    assert row.why_no_target is not None
    assert "new definition" in row.why_no_target.en


def test_direction_is_seen_from_where_the_series_stood_when_the_target_was_set() -> None:
    """A share passed since then stays a target upwards; one below the value of its day is a target downwards."""
    seen = yearly("share", 2021, [30.0, 31.0, 37.0])
    up = book([target("a", SHARE, "=", 36.0, "2027")], seen, [SHARE], DAY)
    assert up.wanted["a"].holds(37.0)
    down = book([target("a", SHARE, "=", 25.0, "2027")], seen, [SHARE], DAY)
    assert down.wanted["a"].holds(24.0)
    assert not down.wanted["a"].holds(37.0)


def test_units_are_converted_or_refused() -> None:
    land = indicator("land", "km²")
    found = book([target("a", land, ">=", 2e6, "2027", unit="m²")], [], [land], DAY).rows[0]
    assert found.target == pytest.approx(2.0)
    row = only([target("a", OUTPUT, ">=", 5e9, "2027", unit="yuan")], [])
    assert row.why_no_target is not None
    assert "unit" in row.why_no_target.en


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"indicator_id": None}, "not yet matched"),
        ({"region_id": None}, "region"),
        ({"comparator": "milestone", "value": None}, "milestone"),
        ({"value": None, "lost_reason": "garbled"}, "lost"),
    ],
)
def test_why_there_is_no_figure(change: dict[str, Any], word: str) -> None:
    row = only([target("a", OUTPUT, ">=", 200.0, "2027") | change], [])
    assert row.target is None
    assert row.why_no_target is not None
    assert word in row.why_no_target.en


def test_disagreements_show_on_both_statements() -> None:
    conflict = {
        "conflict_id": "c1",
        "statement_id": "a",
        "other_statement_id": "b",
        "kind": "value",
        "explanation_zh": "不一致",
        "explanation_en": "they differ",
        "used_zh": None,
        "used_en": None,
    }
    rows = [target("a", OUTPUT, ">=", 200.0, "2027"), target("b", OUTPUT, ">=", 2000.0, "2027")]
    found = book(rows, [], [OUTPUT], DAY, conflicts=[conflict]).rows
    assert [[(c.conflict_id, c.other_statement_id) for c in r.conflicts] for r in found] == [
        [("c1", "b")],
        [("c1", "a")],
    ]


def test_nothing_in_nothing_out() -> None:
    assert book([], [], [], DAY).rows == ()
