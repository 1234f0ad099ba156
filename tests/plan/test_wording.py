"""Figures in words of both languages."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from lianzhang.plan.kernel.extract import extract
from lianzhang.plan.kernel.tables import load_units
from lianzhang.plan.wording import amount, kind, number, period

CASES = [
    ("到2027年，全市新能源汽车产量超过120万辆。", "> 1,200,000 vehicles", "超过120万辆"),
    ("到2027年，产值达到1.5万亿元。", "1.5 trillion yuan", "1.5万亿元"),
    ("到2027年，占比达到35%左右。", "about 35%", "约35%"),
    ("到2027年，引进3—5家整车企业。", "3–5 enterprises", "3–5家"),
    ("到2027年，产业综合实力进入全国前五。", "top 5", "前5位"),
    ("到2027年，打造5000亿级产业集群。", "500 billion yuan-level", "5000亿元级"),
]


@pytest.mark.parametrize(("text", "english", "chinese"), CASES)
def test_amounts(text: str, english: str, chinese: str) -> None:
    (statement,) = extract(text, "t", published="2024")
    assert amount(statement) == english
    assert amount(statement, "zh").replace(",", "") == chinese
    assert (period(statement), period(statement, "zh")) == ("by 2027", "到2027")
    assert (kind(statement), kind(statement, "zh")) == ("target", "目标")


def test_a_lost_number_says_so() -> None:
    statements = extract(
        "By 2027, the share will reach %, the output will reach 90 billion yuan.", "t", published="2024"
    )
    lost = next(statement for statement in statements if statement.value is None)
    assert "lost" in amount(lost)
    assert "缺数" in amount(lost, "zh")


def test_small_and_broken_numbers() -> None:
    assert number(0.5) == "0.5"
    assert number(1234) == "1,234"
    assert number(12_345, lang="zh") == "1.2345万"


def test_number_and_unit_are_set_apart_in_both_languages() -> None:
    (statement,) = extract("到2027年，开放3个应用场景。", "t", published="2024")
    assert amount(statement) == "3 scenarios"
    assert amount(statement, "zh") == "3个场景"
    strange = replace(statement, unit="widgets")
    assert amount(strange, "zh") == "3 widgets"


def test_every_unit_that_is_read_has_a_chinese_word_or_a_space() -> None:
    (statement,) = extract("到2027年，开放3个应用场景。", "t", published="2024")
    known = load_units()
    for unit in {u.id for u in (*known.zh_units.values(), *known.zh_nouns.values())}:
        told = amount(replace(statement, unit=unit), "zh")
        assert told[:1] == "3" or unit == "rank"
        assert not re.match(r"3[A-Za-z]", told), told
