"""The year a document speaks from, and the year of its undated goals, where no date line says so. Own sentences."""

from __future__ import annotations

import pytest

from lianzhang.plan.kernel.extract import extract
from lianzhang.plan.kernel.reference import horizon_of, reference_of, session_year

T, A, X = "target", "achieved", "expected"

SESSION_ZH = (
    "2031年，三座县城这样干\n2030年，三座县城克服了困难。\n3月2日，青山县举行人民代表大会，县长作政府工作报告。"
    "2031年全县主要预期目标是：地区生产总值增长4%以上；财政收入增长3%。今年还要求粮食产量达到20亿斤。"
)
SESSION_EN = (
    "The mayor presented the work report at the Green Hill People's Congress on March 2, reviewing the work for 2030. "
    "The main targets for 2031 include GDP growth of about 4 percent.\n"
    "I. Review of Work in 2030\nGDP grew by 5 percent.\n"
    "II. Goals for This Year\nGDP growth of around 4 percent"
)

#: name → (text, [(value, unit, kind, year)])
DOCUMENTS = {
    "goals of the year in a session": (
        SESSION_ZH,
        [(4, "%", T, "2031"), (3, "%", T, "2031"), (2e9, "jin", T, "2031")],
    ),
    "review and goals": (SESSION_EN, [(4, "%", T, "2031"), (5, "%", A, "2030")]),
    "figure of the reviewed year in the future tense": (
        "The province's work report says that GDP will grow by 4.2% in 2030. The growth targets for 2031 were announced.",
        [(4.2, "%", A, "2030")],
    ),
    "undated goal of a session": (
        "2031-03-02\nThe work report sets targets for 2031. The deficit target is 3%.",
        [(3, "%", T, "2031")],
    ),
    "undated goal elsewhere stays undated": (
        "2031-03-02\nThe ministry presented its hydrogen policy. The target is 300 stations.",
        [(300, "stations", T, "")],
    ),
    "expected target is a target": (
        "2031-03-02\nThe province has set the expected growth target at about 5% for 2031.",
        [(5, "%", T, "2031")],
    ),
    "expectation without a goal": (
        "2031-03-02\nThe output value is expected to reach 5 billion yuan in 2033.",
        [(5e9, "yuan", X, "2033")],
    ),
    "missed goal reports": (
        "2031-03-02\n一、2030年计划执行情况\n工业产值50亿元，未达到预期目标，增长2%。",
        [(5e9, "yuan", A, "2030"), (2, "%", A, "2030")],
    ),
    "number of a document": (
        "青山县人民政府文件\n青政办发〔2031〕15号\n关于印发规划的通知\n目前，全县有充电站40座。到2033年，充电站达到90座。",
        [(40, "stations", A, "2031"), (90, "stations", T, "2033")],
    ),
    "bare goal of new jobs": (
        "2031-03-02\n今年目标:新增就业目标300万;工业投资增长5%。",
        [(3e6, "jobs", T, "2031"), (5, "%", T, "2031")],
    ),
}

#: name → (sentence read as of 2031-03, [((lower, upper) or value, unit, kind, year)])
SENTENCES = {
    "range of decimals": ("Growth was 5.2 to 5.6 percent in 2029.", [((5.2, 5.6), "%", A, "2029")]),
    "between of shares": (
        "By 2033 a share between 5.5 and 7 percent is the goal.",
        [((5.5, 7), "%", T, "2033")],
    ),
    "between of money": (
        "By 2033 it will invest between $2 and $3 billion.",
        [((2e9, 3e9), "USD", T, "2033")],
    ),
    "between of counts": (
        "By 2033 it will build between 20 and 30 stations.",
        [((20, 30), "stations", T, "2033")],
    ),
    "between of years": ("Between 2024 and 2029 output grew by 8 percent.", [(8, "%", A, "2029")]),
    "range in words": (
        "By 2033, the county will establish three to five development zones.",
        [((3, 5), "zones", T, "2033")],
    ),
    "reached before the goal of a later figure": (
        "Last month the state reached 90 GW of solar capacity, moving steadily towards its goal of 500 GW by 2033.",
        [(90, "GW", A, "2031"), (500, "GW", T, "2033")],
    ),
    "two goals under one deadline": (
        "It has set a target of 10 GW of solar and 20 GW of wind capacity by 2033.",
        [(10, "GW", T, "2033"), (20, "GW", T, "2033")],
    ),
    "minus": (
        "From a baseline of -0.4 percent in 2028, growth came to 3 percent in 2029.",
        [(-0.4, "%", A, "2028"), (3, "%", A, "2029")],
    ),
    "minus in Chinese": ("2029年，工业投资增速为-3.5%。", [(-3.5, "%", A, "2029")]),
    "dash of a range": ("到2033年，占比达到5%-7%。", [((5, 7), "%", T, "2033")]),
    "passive behind a bracket": (
        "It is proposed that 4 billion yuan (US$560 million) will be allocated this year.",
        [(4e9, "yuan", T, "2031"), (5.6e8, "USD", T, "2031")],
    ),
    "passive in a past year": (
        "Some 4 billion yuan will be allocated, as in 2029.",
        [(4e9, "yuan", A, "2029")],
    ),
    "more of what was counted": (
        "2029年，新增专精特新企业51户，累计289户。",
        [(51, "enterprises", A, "2029"), (289, "enterprises", A, "2029")],
    ),
    "households stay households": (
        "2029年，惠及居民51户，累计289户。",
        [(51, "households", A, "2029"), (289, "households", A, "2029")],
    ),
    "members of a list": (
        "In 2031, GDP is expected to rise by 6 percent; farming and industry will grow by 4 percent and 9 percent, respectively.",
        [(6, "%", X, "2031"), (4, "%", T, "2031"), (9, "%", T, "2031")],
    ),
}


@pytest.mark.parametrize("name", SENTENCES)
def test_sentences(name: str) -> None:
    text, expected = SENTENCES[name]
    read = [
        ((s.lower, s.upper) if s.comparator == "range" else s.value, s.unit, s.kind, s.period_end[:4])
        for s in extract(text, "own", published="2031-03")
    ]
    assert read == expected


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents(name: str) -> None:
    text, expected = DOCUMENTS[name]
    read = [(s.value, s.unit, s.kind, s.period_end[:4]) for s in extract(text, "own")]
    assert read == expected


def test_the_later_year_wins_a_tie() -> None:
    text = "政府工作报告：2030年主要目标都已实现。2031年主要目标是增长。"
    assert session_year(text) == 2031


def test_the_review_votes_for_the_year_after() -> None:
    assert session_year("县长作政府工作报告。一、2030年工作回顾") == 2031


def test_no_session_no_vote() -> None:
    text = "规划的2035年目标是增长一倍。"
    assert session_year(text) == 0
    assert not reference_of(text).stated


def test_a_full_date_comes_before_every_vote() -> None:
    reference = reference_of("2029-05-04\n" + SESSION_ZH)
    assert (reference.year, reference.month) == (2029, 5)
    assert horizon_of("2029-05-04\n" + SESSION_ZH, reference) == ""


def test_number_cited_in_a_sentence_is_not_the_documents() -> None:
    text = "根据《办法》（青政办发〔2028〕15号）等文件，制定本规划。\n2031年，产值达到50亿元。"
    assert reference_of(text).year == 2031


def test_a_plan_of_several_years_is_no_yearly_report() -> None:
    text = "2031-03-02\n青山县规划（2031—2035年）\n县人民代表大会通过。2031年重点工作已经安排。"
    assert session_year(text) == 2031
    assert horizon_of(text, reference_of(text)) == ""
    assert horizon_of(text.replace("（2031—2035年）", ""), reference_of(text)) == "2031"
