"""Level words: exact, vague, and the two beside each other in one document."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianzhang.plan.kernel.contradictions import find
from lianzhang.plan.kernel.levels import differing, levels


@pytest.mark.parametrize(
    ("text", "count", "noun", "low", "high", "exact"),
    [
        ("打造5个千亿级装备产业集群。", 5, "产业", 1e11, 1e12, True),
        ("打造十二个五百亿级园区。", 12, "园区", 5e10, 5e11, True),
        ("形成4条数百亿产业链。", 4, "产业链", 2e10, 1e11, False),
        ("Build three trillion-level leading clusters.", 3, "cluster", 1e12, 1e13, True),
        ("It wants 4 parks of the 50 billion-level.", 4, "park", 5e10, 5e11, True),
        ("Foster seven tens of billions of industrial chains.", 7, "chain", 2e10, 1e11, False),
    ],
)
def test_a_level_word_has_bounds_and_a_counted_thing(
    text: str, count: int, noun: str, low: float, high: float, exact: bool
) -> None:
    (found,) = levels(text)
    assert (found.count, found.noun, found.low, found.high, found.exact) == (count, noun, low, high, exact)
    assert text[found.char_start : found.char_end] == found.quote


@pytest.mark.parametrize(
    "text",
    [
        "产值达到5000亿元。",
        "国家级园区5个，省级园区12个。",
        "Revenue of 500 billion yuan in 12 districts.",
        "hundreds of billions were spent",
        "六大集群蓬勃发展。",
    ],
)
def test_amounts_and_levels_of_nothing_counted_are_none(text: str) -> None:
    assert levels(text) == []


def test_a_vague_word_beside_an_exact_one_is_flagged_with_both_places() -> None:
    text = (
        "第一节 打造5个千亿级高端装备产业集群\n"
        "全省要做强5个数千亿高端装备产业集群，同时打造3个万亿级主导产业集群。\n"
    )
    (finding,) = find([], {"plan.txt": text})
    assert (finding.kind, finding.holds) == ("level", False)
    assert [s.line for s in finding.statements] == [1, 2]
    assert [s.quote for s in finding.statements] == ["千亿级", "数千亿"]
    assert "plan.txt:1" in finding.text.en
    assert "plan.txt:2" in finding.text.zh
    assert all(text[s.char_start : s.char_end] == s.quote for s in finding.statements)


def test_in_english() -> None:
    text = (
        "Create 4 equipment clusters of the 10 billion-level with their own strengths\n"
        "The province shall create 4 tens of billions of equipment clusters with their own strengths.\n"
    )
    assert len(list(differing(levels(text)))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "打造5个千亿级装备产业集群。\n做强5个千亿级装备产业集群。",
        "打造5个千亿级装备产业集群。\n做强6个数千亿装备产业集群。",
        "打造5个千亿级装备产业集群。\n做强5个数百亿装备产业集群。",
        "打造5个千亿级装备产业集群。\n建设5个数千亿文化旅游产业集群。",
        "Create 4 billion-level parks.\nCreate 4 tens of billions of clusters.",
    ],
)
def test_the_same_word_another_number_another_thing_do_not_differ(text: str) -> None:
    assert list(differing(levels(text))) == []


@given(
    st.text(
        alphabet="一二三十个大条千百万亿数级产业集群园区 \n0123456789abc-ofbillionslevelhundreds", max_size=80
    )
)
def test_any_text_is_read_and_quotes_stand_where_they_say(text: str) -> None:
    for found in levels(text):
        assert text[found.char_start : found.char_end] == found.quote
        assert text.split("\n")[found.line - 1].find(found.quote) >= 0
        assert 0 < found.unit <= found.low < found.high
        assert 0 < found.count < 1000
