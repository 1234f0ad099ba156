"""What must hold for any text: offsets, order, no crash, sentences that stand on their own."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lianzhang.plan.kernel.extract import extract
from lianzhang.plan.kernel.text import Lines, normalise, sentences
from lianzhang.plan.model import COMPARATORS, KINDS, MEASURES, Statement

# Sentences with a date of their own and different values: nothing carries over between them.
ALONE = [
    "到2027年，全市新能源汽车产量达到121万辆。",
    "2023年，规上工业增加值同比增长7.4%。",
    "到2025年，培育专精特新企业203家以上。",
    "截至2022年底，累计建成公共充电桩8.6万余个。",
    "到2030年，电池产能达到311GWh。",
    "2021年，全市汽车产量位居全国第三位。",
    "By 2028, the state will attract investment of $5.5 billion.",
    "In 2020, industrial output grew by 6.3%.",
    "By 2031, 47 stations will be built.",
    "In 2022, sales exceeded 91,000 vehicles.",
    "By 2026, the share of coal will fall to 31%.",
]

plan_text = st.lists(
    st.one_of(
        st.sampled_from(ALONE),
        st.text(
            alphabet="到至2025年。，,.;%万亿元家辆第一二三十百千约超过of by in to and$€-—()（）《》“” \n\t0123456789abcKm",
            max_size=40,
        ),
        st.text(max_size=30),
    ),
    max_size=8,
).map("\n".join)


def facts(statements: list[Statement]) -> Counter[tuple[object, ...]]:
    return Counter(
        (s.value, s.lower, s.upper, s.unit, s.comparator, s.kind, s.period_end) for s in statements
    )


@given(plan_text)
@example("")
@example("﻿到2025年")
@example("%，%、%")
@example("2025" * 50)
def test_offsets_slice_to_the_quote_and_words_are_known(text: str) -> None:
    line_of = Lines(text)
    for statement in extract(text, "doc"):
        assert statement.comparator in COMPARATORS
        assert statement.kind in KINDS
        assert statement.measure in MEASURES
        assert 0 <= statement.confidence <= 1
        assert (statement.value is None) == (statement.comparator == "range" or bool(statement.null_reason))
        for place in (statement.place, *statement.places):
            assert text[place.char_start : place.char_end] == place.quote
            assert place.quote
            assert line_of(place.char_start) == place.line == text.count("\n", 0, place.char_start) + 1


@given(st.text(max_size=400))
def test_any_text_is_read_without_failing(text: str) -> None:
    extract(text, "doc")


@given(st.text(max_size=300))
def test_normalising_keeps_the_length(text: str) -> None:
    assert len(normalise(text)) == len(text)


@given(st.text(max_size=300))
def test_sentences_are_ordered_apart_and_cover_what_is_not_space(text: str) -> None:
    found = sentences(text)
    ends = [0] + [sentence.end for sentence in found]
    assert all(sentence.start >= end for sentence, end in zip(found, ends, strict=False))
    outside = (
        "".join(text[end : sentence.start] for sentence, end in zip(found, ends, strict=False))
        + text[ends[-1] :]
    )
    assert not outside.strip()


@given(st.permutations(ALONE))
def test_sentences_with_their_own_date_do_not_depend_on_their_order(order: list[str]) -> None:
    assert facts(extract("\n".join(order), "doc", published="2024")) == facts(
        extract("\n".join(ALONE), "doc", published="2024")
    )


@given(st.lists(st.sampled_from(ALONE), unique=True), st.lists(st.sampled_from(ALONE), unique=True))
def test_two_documents_joined_say_what_both_say(first: list[str], second: list[str]) -> None:
    second = [sentence for sentence in second if sentence not in first]
    joined = extract("\n".join([*first, *second]), "doc", published="2024")
    apart = extract("\n".join(first), "doc", published="2024") + extract(
        "\n".join(second), "doc", published="2024"
    )
    assert facts(joined) == facts(apart)


@pytest.mark.parametrize("sentence", ALONE)
def test_a_repeat_is_merged_and_keeps_both_places(sentence: str) -> None:
    (statement,) = extract(f"{sentence}\n\n{sentence}", "doc", published="2024")
    (other,) = statement.places
    assert other.line == statement.line + 2
    assert other.quote == statement.quote


def test_a_headline_number_is_a_place_of_the_sentence_below() -> None:
    text = "734\n\nThe city has built 734 digital workshops\n"
    (statement,) = extract(text, "doc", published="2024")
    assert statement.value == 734
    assert [place.line for place in statement.places] == [1]


def test_a_heading_of_goals_gives_its_deadline_to_the_block() -> None:
    text = (
        "Development goals\n\nBy 2029, the city will be a strong manufacturing base.\n\nScale\n\n"
        "Revenue of industry reaches 900 billion yuan.\n\nStructure\n\nThe share of new materials accounted for 14%.\n"
    )
    assert [(s.kind, s.period_end) for s in extract(text, "doc", published="2024")] == [
        ("target", "2029")
    ] * 2


def test_offsets_hold_for_traditional_and_full_width_text() -> None:
    text = "到２０２５年，新能源汽車產量達到６０萬輛。"
    (statement,) = extract(text, "doc")
    assert re.search("６０萬輛", statement.quote)
    assert statement.value == 600_000


def test_readings_behind_characters_are_overlooked_and_offsets_stay() -> None:
    text = "到2025年,新能源汽車產(chǎn)量達(dá)到60萬輛,零部件企業(yè)達(dá)到300家。"
    first, second = extract(text, "doc")
    assert (first.value, first.unit, second.value, second.unit) == (600_000, "vehicles", 300, "enterprises")
    assert "達(dá)到60萬輛" in text[first.char_start : first.char_end]
    assert first.indicator == "新能源汽车产量"


def test_a_sentence_without_end_is_cut_and_its_deadline_carries_on() -> None:
    text = "到2029年，" + "".join(f"建成{number}座加氢站，" for number in range(100, 400))
    found = extract(text, "doc", published="2024")
    assert [statement.value for statement in found] == [float(number) for number in range(100, 400)]
    assert {(statement.kind, statement.period_end) for statement in found} == {("target", "2029")}
    assert all(
        len(sentence_text) <= 1000 for s in sentences(text) if (sentence_text := text[s.start : s.end])
    )
