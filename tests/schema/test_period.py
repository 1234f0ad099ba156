"""Periods: text to exact days."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianzhang.errors import InputError
from lianzhang.schema.period import parse_period


@pytest.mark.parametrize(
    ("text", "start", "end", "zh", "en"),
    [
        ("2024", date(2024, 1, 1), date(2024, 12, 31), "2024年", "2024"),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "2024年2月", "February 2024"),
        ("2024-H2", date(2024, 7, 1), date(2024, 12, 31), "2024年下半年", "second half of 2024"),
        ("2024-Q3", date(2024, 7, 1), date(2024, 9, 30), "2024年第三季度", "Q3 2024"),
        ("2023-Q1..Q3", date(2023, 1, 1), date(2023, 9, 30), "2023年1—9月", "Jan–Sep 2023"),
        ("2023-01..10", date(2023, 1, 1), date(2023, 10, 31), "2023年1—10月", "Jan–Oct 2023"),
        ("2024-03-31", date(2024, 3, 31), date(2024, 3, 31), "2024年3月31日", "31 March 2024"),
        ("2022..2030", date(2022, 1, 1), date(2030, 12, 31), "2022—2030年", "2022–2030"),
    ],
)
def test_forms(text: str, start: date, end: date, zh: str, en: str) -> None:
    period = parse_period(text)
    assert (period.start, period.end) == (start, end)
    assert (period.label("zh"), period.label("en")) == (zh, en)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "24",
        "2024-13",
        "2024-02-30",
        "2023-10..02",
        "2030..2022",
        "2024-Q5",
        "2023-Q3..Q1",
        "2024年",
        "0000",
    ],
)
def test_what_is_no_period_is_an_error_with_the_forms_in_the_hint(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_period(text)
    assert caught.value.hint is not None
    assert "2024-Q1" in caught.value.hint.en


def test_positions_are_ends() -> None:
    assert parse_period("2024").position == 2025.0
    assert parse_period("2023-Q4").position == parse_period("2023").position


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 12, 31)))
def test_a_day_lies_within_its_month_and_year(day: date) -> None:
    for text in (f"{day:%Y}", f"{day:%Y-%m}", f"{day:%Y-%m-%d}"):
        period = parse_period(text)
        assert period.start <= day <= period.end
