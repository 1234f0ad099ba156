from __future__ import annotations

import doctest
import math
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianzhang.errors import InputError
from lianzhang.i18n import Lang, Text
from lianzhang.report import format as fmt
from lianzhang.report.values import Quantity

LANGS: tuple[Lang, ...] = ("zh", "en")


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("value", "unit", "zh", "en"),
    [
        (1.3e12, "cny", "1.30万亿元", "¥1.30 trillion"),
        (1e12, "cny", "1万亿元", "¥1 trillion"),
        (5.4237e11, "cny", "5420亿元", "¥542 billion"),
        (99_960_000_000, "cny", "1000亿元", "¥100 billion"),
        (-3.21e9, "cny", "−32.1亿元", "−¥3.21 billion"),
        (953_200, "vehicles", "95.3万辆", "953 thousand vehicles"),
        (1_296_000, "vehicles", "130万辆", "1.30 million vehicles"),
        (50_000, "vehicles", "5万辆", "50 thousand vehicles"),
        (99_995, "vehicles", "10.0万辆", "100 thousand vehicles"),
        (1, "vehicles", "1辆", "1 vehicle"),
        (0, "vehicles", "0辆", "0 vehicles"),
        (1831, "enterprises", "1831家", "1,831 enterprises"),
        (9999.7, "cny", "1.00万元", "¥10.0 thousand"),
        (36.0, "pct", "36%", "36%"),
        (36.349, "pct", "36.3%", "36.3%"),
        (0.0352, "pct", "0.035%", "0.035%"),
        (-0.9, "pct", "−0.9%", "−0.9%"),
        (1.0, "pp", "1个百分点", "1 percentage point"),
        (1250, "km2", "1250平方公里", "1,250 km²"),
        (10.008, "times", "10倍", "10 times"),
        (3, "rank", "第3位", "no. 3"),
    ],
)
def test_quantities_in_both_languages(value: float, unit: str, zh: str, en: str) -> None:
    q = Quantity(value, unit, "o")
    assert plain(fmt.quantity(q, "zh")) == zh
    assert plain(fmt.quantity(q, "en")) == en


def test_unit_symbols_follow_a_thin_space() -> None:
    assert fmt.quantity(Quantity(12, "km", "o"), "en") == "12\u202fkm"


def test_signed_growth_and_zero() -> None:
    assert fmt.percent(9.73, "zh", signed=True) == "+9.7%"
    assert fmt.percent(0.0, "zh", signed=True) == "0%"
    assert fmt.money(2e8, "en", signed=True) == "+¥200\u00a0million"


def test_missing_is_said_in_words() -> None:
    q = Quantity(None, "cny", "o", because=Text("没有序列", "no series"))
    assert fmt.quantity(q, "zh") == "无法计算"
    assert fmt.exact(q, "en") == "not computable: no series"
    assert fmt.quantity(Quantity(math.nan, "cny", "o"), "en") == "not computable"


def test_exact_keeps_every_digit_and_no_binary_noise() -> None:
    assert fmt.exact(Quantity(1_296_000.0, "vehicles", "o"), "zh") == "1,296,000辆"
    assert fmt.exact(Quantity(0.1 + 0.2, "pct", "o"), "zh") == "0.3%"


def test_unknown_units_and_infinities_are_refused() -> None:
    with pytest.raises(InputError, match="unknown unit"):
        fmt.quantity(Quantity(1, "parsec", "o"), "en")
    with pytest.raises(InputError):
        fmt.number(math.inf, "en")


def test_free_units_are_written_after_the_number() -> None:
    q = Quantity(33.4, Text("万吨", "10,000 t"), "o")
    assert fmt.quantity(q, "zh") == "33.4万吨"
    assert fmt.quantity(q, "en") == "33.4\u202f10,000 t"


_SCALES = {
    "万亿": 1e12,
    "亿": 1e8,
    "万": 1e4,
    "trillion": 1e12,
    "billion": 1e9,
    "million": 1e6,
    "thousand": 1e3,
}


@settings(max_examples=150)
@given(
    st.floats(min_value=-9e14, max_value=9e14).filter(lambda v: v == 0 or abs(v) > 1e-3),
    st.sampled_from(LANGS),
)
def test_a_written_number_is_within_three_figures_of_its_value(value: float, lang: Lang) -> None:
    text = plain(fmt.number(value, lang))
    assert "-" not in text
    match = re.fullmatch(r"(−?)([\d,.]+) ?(\D*)", text)
    assert match is not None
    back = float(match[2].replace(",", "")) * _SCALES.get(match[3], 1.0) * (-1 if match[1] else 1)
    assert back == pytest.approx(value, rel=5.01e-3)


@settings(max_examples=80)
@given(st.floats(min_value=1e-6, max_value=1e15))
def test_rounding_leaves_three_significant_figures(value: float) -> None:
    rounded = fmt.round_significant(value)
    assert len(rounded.as_tuple().digits) == 3 or rounded == 0
    assert float(rounded) == pytest.approx(value, rel=5.01e-3)


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("2027", "2027年", "2027"),
        ("2024-Q1", "2024年第一季度", "Q1 2024"),
        ("2024-H2", "2024年下半年", "second half of 2024"),
        ("2024-03", "2024年3月", "March 2024"),
        ("2026-01-25", "2026年1月25日", "25 January 2026"),
    ],
)
def test_periods(text: str, zh: str, en: str) -> None:
    assert fmt.both(fmt.period, text) == Text(zh, en)


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("万州区", "万州"),
        ("忠县", "忠县"),
        ("石柱土家族自治县", "石柱"),
        ("秀山土家族苗族自治县", "秀山"),
        ("两江新区", "两江"),
        ("重庆市", "重庆"),
        ("城口县", "城口"),
    ],
)
def test_short_chinese_places(name: str, short: str) -> None:
    assert fmt.short_place(name, "zh") == short


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Wanzhou District", "Wanzhou"),
        ("Shizhu Tujia Autonomous County", "Shizhu"),
        ("Xiushan Tujia and Miao Autonomous County", "Xiushan"),
        ("Youyang Tujia-Miao Autonomous County", "Youyang"),
        ("Liangjiang New Area", "Liangjiang"),
    ],
)
def test_short_english_places(name: str, short: str) -> None:
    assert fmt.short_place(name, "en") == short


def test_lists_and_spacing() -> None:
    assert fmt.listing(["甲", "乙", "丙"], "zh") == "甲、乙和丙"
    assert fmt.listing(["a", "b", "c"], "en") == "a, b and c"
    assert fmt.listing([], "en") == ""
    assert fmt.space_han("阿维塔Avatr合作2个") == "阿维塔 Avatr 合作2个"


@settings(max_examples=50)
@given(st.text(max_size=30))
def test_spacing_is_idempotent(text: str) -> None:
    once = fmt.space_han(text)
    assert fmt.space_han(once) == once


def test_docstring_examples_hold() -> None:
    assert doctest.testmod(fmt).failed == 0


@pytest.mark.parametrize(
    ("value", "other", "unit", "zh", "en"),
    [
        (1_296_000, 1_300_000, "vehicles", ("129.6万辆", "130万辆"), None),
        (36.31, 36.3, "pct", ("36.31%", "36.3%"), ("36.31%", "36.3%")),
        (2.001, 2.0, "times", ("2.001倍", "2倍"), ("2.001 times", "2 times")),
        # equal, or the same to nine figures: nothing to tell apart
        (1.3e9 - 1e-3, 1.3e9, "cny", ("13.0亿元", "13亿元"), None),
        (5, 5, "count", ("5", "5"), ("5", "5")),
    ],
)
def test_values_side_by_side_look_equal_only_if_they_are(
    value: float, other: float, unit: str, zh: tuple[str, str], en: tuple[str, str] | None
) -> None:
    assert fmt.distinct(value, other, unit, "zh") == zh
    if en is not None:
        assert fmt.distinct(value, other, unit, "en") == en


@given(st.floats(1e-3, 1e13), st.floats(1e-6, 0.5))
def test_distinct_values_are_written_differently(value: float, change: float) -> None:
    for lang in ("zh", "en"):
        first, second = fmt.distinct(value, value * (1 + change), "vehicles", lang)  # type: ignore[arg-type]
        assert first != second
