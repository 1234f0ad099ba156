"""Lines that contain a word, and names spelled, against the plain way of doing it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianzhang.app.pages.pinyin import bytes_of, spell, spell_column
from lianzhang.firms.kernel.search import Readings, containing, lines, spell_all

_TEXT = st.text(alphabet="重庆长安汽车有限公司银行 aA1.zé𠮷〇", max_size=24)


def _column(texts: list[str]) -> pa.LargeStringArray:
    return pa.array(texts, pa.large_string())


@settings(deadline=None, max_examples=200)
@given(st.lists(_TEXT, max_size=12), st.lists(_TEXT, max_size=3), st.data())
def test_a_line_contains_what_python_says_it_contains(
    texts: list[str], words: list[str], data: st.DataObject
) -> None:
    among = np.array(
        data.draw(st.lists(st.booleans(), min_size=len(texts), max_size=len(texts))), np.bool_
    ).reshape(len(texts))
    before = among.copy()
    found = containing(lines(*bytes_of(_column(texts))), [w.encode() for w in words], among)
    plain = [bool(m) and all(w in t for w in words) for t, m in zip(texts, among, strict=True)]
    assert found.tolist() == plain
    assert (among == before).all(), "what is given stays as it is"


@settings(deadline=None, max_examples=100)
@given(st.lists(_TEXT, min_size=1, max_size=12), st.data())
def test_every_part_of_a_line_is_found_in_it(texts: list[str], data: st.DataObject) -> None:
    row = data.draw(st.integers(0, len(texts) - 1))
    start = data.draw(st.integers(0, len(texts[row])))
    end = data.draw(st.integers(start, len(texts[row])))
    found = containing(
        lines(*bytes_of(_column(texts))), [texts[row][start:end].encode()], np.ones(len(texts), np.bool_)
    )
    assert found[row]


@settings(deadline=None, max_examples=150)
@given(st.lists(_TEXT, max_size=12))
def test_columns_are_spelled_like_single_names(names: list[str]) -> None:
    assert spell_column(_column(names)).to_pylist() == ["|".join(spell(name)) for name in names]


@pytest.mark.parametrize(
    ("name", "spelled"),
    [
        ("重庆长安汽车", "chongqingchanganqiche|cqcaqc"),
        ("厦门银行6号X9", "xiamenyinhang6haox9|xmyh6hx"),
        ("ABC 一号（厂）Ltd", "abcyihaochangltd|ayhcl"),
        ("", "|"),
    ],
)
def test_listed_words_letters_and_digits(name: str, spelled: str) -> None:
    assert spell_column(_column([name])).to_pylist() == [spelled]


def test_a_part_of_a_column_is_spelled_as_if_it_were_alone() -> None:
    whole = _column(["重庆", "长安汽车", "一号"])
    assert spell_column(whole.slice(1, 2)).to_pylist() == ["changanqiche|caqc", "yihao|yh"]


def test_a_reading_may_have_several_syllables() -> None:
    parts = [b""] * 0x10000
    parts[0x4E00] = b"ab cd"
    starts = np.cumsum([0, *map(len, parts)], dtype=np.int64)
    text, ends = spell_all(
        *bytes_of(_column(["x一", "一"])), Readings(np.frombuffer(b"".join(parts), np.uint8), starts)
    )
    assert bytes(text) == b"xabcd|xacabcd|ac"
    assert ends.tolist() == [0, 9, 16]
