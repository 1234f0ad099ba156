"""Capital from free text, against numbers written out by rules of their own in many styles."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lianzhang.firms.kernel.capital import Capital, currency_of, parse_capital, read_capital

PLAIN = ("零一二三四五六七八九", "十百千", "万亿")
FORMAL = ("零壹贰叁肆伍陆柒捌玖", "拾佰仟", "万亿")
TRADITIONAL = ("零壹貳參肆伍陸柒捌玖", "拾佰仟", "萬億")


def written(number: int, style: tuple[str, str, str]) -> str:
    """A whole number below 10^12 in Chinese numerals, group of four by group of four, one zero for a gap."""
    digits, steps, myriads = style
    text = ""
    groups = [number // 10**8, number // 10**4 % 10**4, number % 10**4]
    for group, name in zip(groups, (myriads[1], myriads[0], ""), strict=True):
        if group == 0:
            continue
        word, gap = "", bool(text) and group < 1000
        for place in (3, 2, 1, 0):
            digit = group // 10**place % 10
            if digit:
                word += (digits[0] if gap else "") + digits[digit] + (steps[place - 1] if place else "")
                gap = False
            elif word:
                gap = True
        text += word + name
    # A gap of a whole group ("一亿零五百") is told by a zero as well.
    return text


@given(st.integers(1, 10**12 - 1), st.sampled_from([PLAIN, FORMAL, TRADITIONAL]))
@example(12_345_600, PLAIN)
@example(10_050_300, FORMAL)
def test_written_numbers_are_read_back(number: int, style: tuple[str, str, str]) -> None:
    text = written(number, style)
    for whole in (f"{text}元", f"人民币{text}元整", f"{text}圓整"):
        assert parse_capital(whole) == Capital(float(number), "CNY"), whole


@given(
    st.integers(1, 10**9),
    st.sampled_from(["", ",", " ", "\u00a0", "，"]),
    st.sampled_from([("万", 4), ("萬", 4), ("亿", 8), ("億", 8), ("百万", 6), ("千万", 7), ("", 0)]),
    st.sampled_from(
        [("{}元", "CNY"), ("{}", "CNY"), ("人民币{}元", "CNY"), ("{}人民币", "CNY"), ("({}元)", "CNY"), ("{}美元", "USD"),
         ("{}港元", "HKD"), ("{}港幣", "HKD"), ("{}歐元", "EUR"), ("{}新臺幣", "TWD"), ("{}日圓", "JPY"), ("{}韓元", "KRW"),
         ("USD {}", "USD"), ("{}新加坡元", "SGD"), ("{}加元", "CAD"), ("{}澳門元", "MOP")]
    ),
    st.booleans(),
    st.integers(0, 999),
)  # fmt: skip
def test_arabic_numbers_in_every_dress(
    number: int, comma: str, scale: tuple[str, int], money: tuple[str, str], wide: bool, fraction: int
) -> None:
    parts = f"{number:,}".replace(",", comma)
    tail = f".{fraction:03d}" if fraction else ""
    text = money[0].format(parts + tail + scale[0])
    if text == f"({parts}{tail}元)" and scale[0] == "":
        text = text[1:-1]
    if wide:
        text = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)
    expected = (Decimal(number) + Decimal(fraction) / 1000) * 10 ** scale[1]
    read = read_capital(text)
    if expected >= 10**15:
        assert read.capital is None
        return
    assert read.capital == Capital(float(expected), money[1]), text


@given(
    st.integers(1, 10**8),
    st.sampled_from(["-", "−", "－", "负", "人民币-", "¥-", "-¥"]),
    st.sampled_from(["", "万元", "萬元"]),
)
def test_negative_amounts_are_refused(number: int, sign: str, unit: str) -> None:
    assert read_capital(f"{sign}{number}{unit}") == (None, "negative")


@given(st.text(alphabet="0123456789.,-万亿千百十元美港零一二三()（） 人民币整角分年abE%", max_size=14))
def test_nothing_breaks_it_and_a_fault_goes_with_none(text: str) -> None:
    read = read_capital(text)
    assert read.capital is None or not read.fault
    if read.capital is not None:
        assert 0 <= read.capital.amount < 1e15


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("2.5億元", 2.5e8, "CNY"),
        ("50萬港元", 5e5, "HKD"),
        ("1 000萬元", 1e7, "CNY"),
        ("10 000 万元", 1e8, "CNY"),
        ("一千二百三十四万五千六百元", 12_345_600, "CNY"),
        ("3亿5000万", 3.5e8, "CNY"),
        ("12万3456元", 123_456, "CNY"),
        ("一万亿元", 1e12, "CNY"),
        ("五〇〇万元", 5e6, "CNY"),
        ("壹佰元伍角陆分", 100.56, "CNY"),
        ("500万元（伍佰万元整）", 5e6, "CNY"),
        ("500万元，其中货币出资", 5e6, "CNY"),
        ("USD 5 million", 5e6, "USD"),
        ("1.2E+07", 1.2e7, "CNY"),
        ("1,0000万元", 1e8, "CNY"),
        ("0.00万", 0.0, "CNY"),
    ],
)
def test_amounts(text: str, amount: float, currency: str) -> None:
    assert read_capital(text) == (Capital(amount, currency), "")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", ""),
        ("-", ""),
        ("某某某", "unreadable"),
        ("王一", "unreadable"),
        ("500户", "unreadable"),
        ("50万股", "unreadable"),
        ("30%", "unreadable"),
        ("500万津巴布韦元", "unreadable"),
        ("万元", "unreadable"),
        ("三万五", "ambiguous"),
        ("一亿五千", "ambiguous"),
        ("5,5万", "ambiguous"),
        ("(500)", "ambiguous"),
        ("500万元（伍佰伍拾万元）", "ambiguous"),
        ("$500万", "currency"),
        ("人民币500万元折合80万美元", "currency"),
    ],
)
def test_what_is_not_read_says_why(text: str, fault: str) -> None:
    assert read_capital(text) == (None, fault)


def test_currencies_by_name_code_and_number() -> None:
    assert [currency_of(t) for t in ("人民币", "USD", "156", "840", "港幣", "元", "贝壳")] == [
        "CNY", "USD", "CNY", "USD", "HKD", "CNY", None,
    ]  # fmt: skip
