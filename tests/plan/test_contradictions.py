"""Statements that cannot both hold, and calculations that do."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianzhang.plan.kernel.contradictions import Finding, find, interval, rounding
from lianzhang.plan.kernel.extract import extract
from lianzhang.plan.kernel.topics import Topic, related, topic_of
from lianzhang.plan.model import Statement
from lianzhang.plan.service import read_documents

EN_A = "In 2023, Shantou’s output of new energy vehicles reached 30,000 vehicles."
EN_B = "In 2023, Shantou’s production and sales of new energy vehicles exceeded 300,000 vehicles."


def findings(*documents: str) -> list[Finding]:
    statements = []
    for number, text in enumerate(documents):
        statements += extract(text, f"doc{number}", published="2024-06")
    return find(statements)


def kinds(*documents: str) -> list[tuple[str, bool]]:
    return [(finding.kind, finding.holds) for finding in findings(*documents)]


def test_ten_times_as_much_for_the_same_year() -> None:
    (finding,) = findings(EN_A, EN_B)
    assert finding.kind == "factor-of-ten"
    assert not finding.holds
    assert "10 times" in finding.text.en
    assert "10倍" in finding.text.zh
    assert {s.source for s in finding.statements} == {"doc0", "doc1"}


def test_across_languages() -> None:
    assert kinds(
        "2023年，成都新能源汽车产量达到30万辆。",
        "In 2023, Chengdu’s output of new energy vehicles reached 30,000.",
    ) == [("factor-of-ten", False)]


def test_two_values_beyond_rounding() -> None:
    one = "2023年，武汉汽车产量达到112万辆。"
    assert kinds(one, "2023年，武汉汽车产量达到131万辆。") == [("value", False)]
    assert kinds(one, "2023年，武汉汽车产量达到112.3万辆。") == []


@pytest.mark.parametrize(
    "other",
    [
        "2022年，武汉汽车产量达到131万辆。",
        "2023年，长沙汽车产量达到131万辆。",
        "2023年，武汉汽车销量达到131万辆。",
        "2023年，武汉新能源汽车产量达到11万辆。",
        "2023年，武汉汽车产量超过100万辆。",
        "到2025年，武汉汽车产量达到131万辆。",
        "2023年1-6月，武汉汽车产量达到51万辆。",
    ],
)
def test_different_things_do_not_contradict(other: str) -> None:
    assert kinds("2023年，武汉汽车产量达到112万辆。", other) == []


def test_a_rank_given_to_the_part_and_to_the_whole() -> None:
    assert kinds(
        "In 2023, Liuzhou’s output of new energy vehicles ranked third in the country.",
        "In 2023, Liuzhou’s automobile output ranked third in the country.",
    ) == [("series", False)]


def test_output_value_taken_for_revenue() -> None:
    assert kinds("2023年，合肥汽车产业产值达到1832亿元。", "2023年，合肥汽车产业营业收入达到1832亿元。") == [
        ("series", False)
    ]


def test_a_part_larger_than_its_whole() -> None:
    assert kinds("2023年，西安新能源汽车产量达到98万辆。", "2023年，西安汽车产量达到81万辆。") == [
        ("part", False)
    ]


def test_growth_that_does_not_follow_and_growth_that_does() -> None:
    text = (
        "Revenue increased from 1.5 trillion yuan in 2018 to 2.6 trillion yuan in 2022, "
        "with an average annual growth rate of {}."
    )
    assert kinds(text.format("8.1%")) == [("arithmetic", False)]
    assert kinds(text.format("14.7%")) == [("arithmetic", True)]
    chinese = "产值由2018年的1.5万亿元增长到2022年的2.6万亿元，年均增长14.7%。"
    assert kinds(chinese) == [("arithmetic", True)]


def test_intensity_against_spending_and_revenue() -> None:
    text = (
        "By 2027, revenue of industry will reach 5 trillion yuan.\n"
        "By 2027, R&D investment will reach 100 billion yuan and the investment intensity will rise to {}."
    )
    assert kinds(text.format("2%")) == [("arithmetic", True)]
    assert kinds(text.format("3.5%")) == [("arithmetic", False)]


def test_rounding_is_half_of_the_last_digit_written() -> None:
    assert rounding(2.82e12) == pytest.approx(5e9)
    assert rounding(50_000) == pytest.approx(500)
    assert rounding(7.7) == pytest.approx(0.05)
    assert rounding(6438) == pytest.approx(0.5)


def test_topics_of_both_languages_meet() -> None:
    (chinese,) = extract("2023年，新能源汽车产量达到30万辆。", "a")
    (english,) = extract("In 2023, the output of new energy vehicles reached 300,000 vehicles.", "b")
    assert topic_of(chinese) == topic_of(english) == Topic(frozenset({"NEV"}), "production")
    assert topic_of(chinese).part_of(Topic(frozenset({"automobile"}), "production"))
    assert related("output value", "revenue") == related("revenue", "output value") == "confused"


TEXTS = [
    "2023年，武汉汽车产量达到112万辆。",
    "2023年，武汉汽车产量达到131万辆。",
    "2023年，武汉汽车产量约120万辆。",
    "2023年，武汉新能源汽车产量超过200万辆。",
    EN_A,
    EN_B,
    "In 2023, Shantou’s automobile output ranked third in the country.",
]


def signature(found: list[Finding]) -> set[tuple[str, bool, frozenset[str]]]:
    return {(f.kind, f.holds, frozenset(s.quote for s in f.statements)) for f in found}


def statements() -> list[Statement]:
    return [
        s for number, text in enumerate(TEXTS) for s in extract(text, f"doc{number}", published="2024-06")
    ]


@given(st.permutations(range(len(TEXTS))))
def test_findings_do_not_depend_on_the_order(order: list[int]) -> None:
    known = statements()
    assert signature(find([known[at] for at in order])) == signature(find(known))


@given(st.lists(st.sampled_from(range(len(TEXTS))), unique=True))
def test_more_statements_never_remove_a_finding(chosen: list[int]) -> None:
    known = statements()
    assert signature(find([known[at] for at in chosen])) <= signature(find(known))


def test_one_statement_and_none_have_nothing_to_contradict() -> None:
    known = statements()
    assert find([]) == []
    assert all(find([statement]) == [] for statement in known)
    assert all(interval(s)[0] <= interval(s)[1] for s in known)


@pytest.mark.shared
def test_the_contradictions_noted_by_hand_are_among_those_found(shared: Path) -> None:
    found = find(read_documents(sorted((shared / "seeds").glob("*.txt"))))
    places = {
        (finding.kind, finding.holds, frozenset((s.source[:3], s.line) for s in finding.statements))
        for finding in found
    }
    assert ("factor-of-ten", False, frozenset({("002", 28), ("004", 9)})) in places
    assert ("series", False, frozenset({("002", 28), ("004", 9)})) in places
    assert ("arithmetic", False, frozenset({("003", 103)})) in places
    assert any(kind == "arithmetic" and holds and ("003", 149) in at for kind, holds, at in places)
