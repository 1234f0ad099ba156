"""Credit codes, capital, dates, names and places: values made up by the published rules."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianzhang.firms.kernel.capital import Capital, chinese_integer, parse_capital
from lianzhang.firms.kernel.dates import parse_date
from lianzhang.firms.kernel.names import NameFolder, NameSplitter
from lianzhang.firms.kernel.places import Place, PlaceFinder
from lianzhang.firms.kernel.trie import build_trie, longest_match
from lianzhang.firms.kernel.uscc import (
    ALPHABET,
    CodeState,
    check_character,
    code_division,
    code_state,
    legacy_check_digit,
    normalise_code,
    valid_codes,
)

_seventeen = st.text(ALPHABET, min_size=17, max_size=17)


def test_check_character_of_a_published_example() -> None:
    # The worked example of GB 32100-2015 circulates as 91350100M000100Y43.
    assert check_character("91350100M000100Y4") == "3"
    assert code_state("91350100M000100Y43") is CodeState.VALID
    assert code_division("91350100M000100Y43") == "350100"


@given(_seventeen, st.integers(0, 16), st.sampled_from(ALPHABET))
def test_every_single_mistake_is_found(first: str, place: int, char: str) -> None:
    code = first + check_character(first)
    wrong = code[:place] + char + code[place + 1 :]
    assert code_state(code) is CodeState.VALID
    assert (code_state(wrong) is CodeState.VALID) is (wrong == code)
    assert valid_codes(np.array([code, wrong], "S18")).tolist() == [True, wrong == code]


@given(st.text("0123456789", min_size=14, max_size=14), st.integers(0, 13), st.sampled_from("0123456789"))
def test_every_single_mistake_in_a_legacy_number_is_found(first: str, place: int, digit: str) -> None:
    number = first + legacy_check_digit(first)
    wrong = number[:place] + digit + number[place + 1 :]
    assert code_state(number) is CodeState.LEGACY
    assert (code_state(wrong) is CodeState.LEGACY) is (wrong == number)


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("", CodeState.MISSING),
        ("９１３５０１００Ｍ０００１００Ｙ４３", CodeState.VALID),
        (" 91350100-m000100y43", CodeState.VALID),
        ("91350100M000100Y4", CodeState.LENGTH),
        ("91350100M000100I43", CodeState.CHARACTER),
        ("91350100M000100Y44", CodeState.CHECK),
        ("110108000000016", CodeState.LEGACY),
        ("110108000000017", CodeState.LEGACY_CHECK),
    ],
)
def test_states(text: str, state: CodeState) -> None:
    assert code_state(normalise_code(text)) is state


@pytest.mark.parametrize(
    ("text", "capital"),
    [
        ("800万人民币", Capital(8e6, "CNY")),
        ("10,683.2000(万)", Capital(106832000, "CNY")),
        ("352(万人民币元)", Capital(3.52e6, "CNY")),
        ("３００万元", Capital(3e6, "CNY")),
        ("1.2亿元人民币", Capital(1.2e8, "CNY")),
        ("美元12.5万元", Capital(125000, "USD")),
        ("50(万香港元)", Capital(500000, "HKD")),
        ("200(万德国马克)", Capital(2e6, "DEM")),
        ("壹佰伍拾万元整", Capital(1.5e6, "CNY")),
        ("叁仟万元", Capital(3e7, "CNY")),
        ("5000000", Capital(5e6, "CNY")),
        ("N/A", None),
        ("-", None),
        ("某某某", None),
    ],
)
def test_capital(text: str, capital: Capital | None) -> None:
    assert parse_capital(text) == capital


def test_capital_in_yuan_is_none_for_foreign_money() -> None:
    assert Capital(5.0, "CNY").cny == 5.0
    assert Capital(5.0, "USD").cny is None


@given(st.integers(1, 9_999))
def test_chinese_integers_read_back(value: int) -> None:
    digits, steps = "零壹贰叁肆伍陆柒捌玖", ("仟", "佰", "拾", "")
    text = "".join(digits[int(d)] + steps[i] for i, d in enumerate(f"{value:04d}") if d != "0")
    assert chinese_integer(text) == value


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2019-03-01", "2019-03-01"),
        ("2019/3/1", "2019-03-01"),
        ("2019年3月1日", "2019-03-01"),
        ("20190301", "2019-03-01"),
        ("2019-03-01 00:00:00", "2019-03-01"),
        ("2019年3月", "2019-03"),
        ("43525", "2019-03-01"),
        ("2019-02-30", None),
        ("2019-13", None),
        ("长期", None),
        ("", None),
    ],
)
def test_dates(text: str, date: str | None) -> None:
    assert parse_date(text) == date


def test_names_are_folded_and_split() -> None:
    folder = NameFolder({"機": "机", "慶": "庆"})
    assert folder.fold(" 重慶甲乙機械【集团】有限公司·") == "重庆甲乙机械(集团)有限公司"
    splitter = NameSplitter(["重庆市", "重庆", "渝北区"], ["机械", "制造", "汽车零部件"])
    parts = splitter.split("重庆市渝北区丙丁机械制造有限公司")
    assert parts == ("重庆市渝北区", "丙丁", "机械制造", "有限公司", "")
    assert splitter.split("戊己汽车零部件(重庆)有限公司") == ("重庆", "戊己", "汽车零部件", "有限公司", "")
    assert splitter.split("庚辛机械有限公司重庆分公司").branch == "重庆分公司"


@given(st.text(max_size=30))
def test_folding_is_final_and_splitting_loses_nothing(name: str) -> None:
    folder = NameFolder({"機": "机"})
    once = folder.fold(name)
    assert folder.fold(once) == once
    parts = NameSplitter(["重庆"], ["机械"]).split(once)
    assert sum(map(len, parts)) <= len(once)


def test_places_by_name_address_and_code() -> None:
    finder = PlaceFinder(
        [
            Place("500112", "渝北区", "渝北", "500112"),
            Place("500154", "开州区", "开州", "500154"),
            Place("500000", "重庆市", "重庆", "500000"),
        ],
        {"开县": "500154"},
        {"500234": "500154"},
    )
    assert finder.of_name("渝北") == finder.of_name("渝北区") == "500112"
    assert finder.of_name("开县") == "500154"
    assert finder.of_text("重庆市渝北区某某路1号") == "500112"
    assert finder.of_text("重庆市某某路渝") == "500000"
    assert finder.of_text("某省某市") is None
    assert finder.of_code("500234") == "500154"
    assert finder.of_code("500199") == "500000"
    assert finder.of_code("110101") is None


_letters = st.text("甲乙丙", min_size=1, max_size=4)


@given(st.sets(_letters, max_size=12), st.text("甲乙丙丁", min_size=1, max_size=12), st.data())
def test_the_automaton_finds_the_longest_phrase(phrases: set[str], text: str, data: st.DataObject) -> None:
    known = sorted(phrases)
    trie = build_trie(known)
    units = np.frombuffer(text.encode("utf-16-le"), np.uint16)
    start = data.draw(st.integers(0, len(text) - 1))
    expected = max((p for p in known if text.startswith(p, start)), key=len, default=None)
    phrase, end = longest_match(trie, units, start, len(text))
    if expected is None:
        assert phrase == -1
    else:
        assert known[phrase] == expected
        assert end == start + len(expected)


@pytest.mark.parametrize("bad", [["甲", "甲"], [""], ["\U00020000"]])
def test_the_automaton_refuses_what_it_cannot_hold(bad: list[str]) -> None:
    with pytest.raises(ValueError, match=r"twice|empty|basic plane"):
        build_trie(bad)
