"""Dates of registers, against days written by rules of their own in many styles."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianzhang.firms.kernel.dates import parse_date, read_date

MONTHS = [datetime.date(2000, month, 1).strftime("%B") for month in range(1, 13)]
DIGITS = "〇一二三四五六七八九"


def small(number: int) -> str:
    """A number below a hundred in Chinese numerals."""
    tens, ones = divmod(number, 10)
    return (DIGITS[tens] if tens > 1 else "") + ("十" if tens else "") + (DIGITS[ones] if ones else "")


@given(st.dates(datetime.date(1840, 1, 1), datetime.date(2100, 12, 31)), st.booleans())
def test_days_in_every_style_are_read_back(day: datetime.date, wide: bool) -> None:
    y, m, d = day.year, day.month, day.day
    year = "".join(DIGITS[int(c)] for c in str(y))
    styles = [
        f"{y}-{m:02d}-{d:02d}", f"{y}/{m}/{d}", f"{y}.{m}.{d}", f"{y}{m:02d}{d:02d}", f"{y}年{m}月{d}日",
        f"{y} 年 {m} 月 {d} 日", f"{year}年{small(m)}月{small(d)}日", f"{year.replace('〇', '零')}年{small(m)}月{small(d)}日",
        f"{y}-{m:02d}-{d:02d} 00:00:00", f"{y}-{m:02d}-{d:02d}T08:30:00.000Z",
        f"{d} {MONTHS[m - 1]} {y}", f"{MONTHS[m - 1]} {d}, {y}", f"{d:02d}-{MONTHS[m - 1][:3]}-{y}",
        f"{MONTHS[m - 1][:3]}. {d} {y}",
    ]  # fmt: skip
    if y >= 1912:
        styles.append(f"民国{y - 1911}年{m}月{d}日")
    if d > 12 or d == m:
        styles += [f"{d}/{m}/{y}", f"{m}/{d}/{y}"]
    for text in styles:
        given_text = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text) if wide else text
        assert read_date(given_text) == (day.isoformat(), ""), given_text


@pytest.mark.parametrize(
    ("text", "value", "fault"),
    [
        ("2015", "2015", ""),
        ("2015年", "2015", ""),
        ("二〇一五年", "2015", ""),
        ("2015年3月", "2015-03", ""),
        ("March 2015", "2015-03", ""),
        ("43525", "2019-03-01", ""),
        ("", None, ""),
        ("长期", None, "unreadable"),
        ("2015-13-40", None, "impossible"),
        ("1993-2-30", None, "impossible"),
        ("02/03/2015", None, "ambiguous"),
        ("93.5.6", None, "ambiguous"),
        ("201503", None, "ambiguous"),
        ("2015.1", None, "ambiguous"),
        ("3015-01-01", None, "unreadable"),
        ("decimal 3 2015", None, "unreadable"),
    ],
)
def test_precision_is_kept_and_faults_are_told(text: str, value: str | None, fault: str) -> None:
    assert read_date(text) == (value, fault)


@given(st.text(alphabet="0123456789-/.年月日一二十〇 marMay民国", max_size=14))
def test_nothing_breaks_it(text: str) -> None:
    read = read_date(text)
    assert read.value is None or not read.fault
    assert parse_date(text) == read.value
