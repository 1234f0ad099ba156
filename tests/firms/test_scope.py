"""The grammar of scopes against a second reading of the same sentences."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianzhang.firms.kernel import codes as c
from lianzhang.firms.kernel.charmap import code_units
from lianzhang.firms.kernel.scope import assign_roles, mask_restrictions, tokenise
from lianzhang.firms.phrases import load_phrases
from tests.firms import scope_oracle as oracle

TABLE = load_phrases()
_LEXICON = TABLE.lexicon
#: Text → (kind, role, gb2, flags) of every phrase that scopes are read with.
PHRASES = {
    text: (int(_LEXICON.kind[i]), int(_LEXICON.role[i]), int(_LEXICON.gb2[i]), int(_LEXICON.flags[i]))
    for i, text in enumerate(TABLE.phrases)
    if _LEXICON.kind[i] not in (c.NAME, c.SUFFIX)
}


def by_kernel(text: str) -> list[tuple[str, int, int, int]]:
    """(text, kind, roles, group) of what the kernel keeps."""
    units, at = code_units([text])
    units = TABLE.charmap[units]
    size = units.size + 1
    ids, starts, ends, live, roles, groups = (np.full(size, -1, np.int32) for _ in range(6))
    kinds = np.zeros(size, np.int8)
    n = tokenise(units, at[0], at[1], TABLE.trie, _LEXICON, ids, kinds, starts, ends)
    m = mask_restrictions(n, ids, kinds, _LEXICON, live, roles)
    assign_roles(m, live, ids, kinds, _LEXICON, roles, groups)
    return [
        (text[starts[t] : ends[t]], int(kinds[t]), int(roles[t]), int(groups[t])) for t in live[:m].tolist()
    ]


def by_oracle(text: str) -> list[tuple[str, int, int, int]]:
    kept = oracle.without_restrictions(oracle.words(_folded(text), PHRASES))
    oracle.give_roles(kept)
    return [(text[w.at : w.at + len(w.text)], w.kind, w.found, w.group) for w in kept]


def _folded(text: str) -> str:
    units, _ = code_units([text])
    return "".join(map(chr, TABLE.charmap[units].tolist()))


_VERBS = [
    "生产",
    "制造",
    "加工",
    "销售",
    "批发",
    "研发",
    "维修",
    "设计",
    "铸造",
    "印刷",
    "种植",
    "安装",
    "服务",
    "开采",
]
_THINGS = [
    "汽车",
    "汽车配件",
    "摩托车",
    "配件",
    "阀门",
    "塑料制品",
    "钢材",
    "软件开发",
    "普通货运",
    "某物",
    "食品",
    "服装",
]
_LIMITS = [
    "不含",
    "除外",
    "法律、法规禁止的",
    "依法须经批准的项目",
    "凭许可证",
    "限",
    "取得许可后方可经营",
    "须经审批",
]
_MARKS = ["、", "，", "；", "：", "（", "）", "及", "和", "的", "(", ")", ";"]
_PIECES = st.one_of(
    st.sampled_from(_VERBS), st.sampled_from(_THINGS), st.sampled_from(_MARKS), st.sampled_from(_LIMITS)
)
SENTENCES = st.lists(_PIECES, min_size=1, max_size=24).map("".join)
#: Sentences as registers write them: more often well formed.
_LIST = st.lists(st.sampled_from(_THINGS), min_size=1, max_size=4).map("、".join)
_DOING = st.lists(st.sampled_from(_VERBS), min_size=1, max_size=3, unique=True).map("、".join)
_CLAUSE = st.one_of(
    st.tuples(_DOING, st.sampled_from(["：", ":", "", "，"]), _LIST).map("".join),
    st.tuples(_LIST, st.sampled_from(["的", "", "，"]), _DOING).map("".join),
    st.tuples(_LIST, _DOING, st.sampled_from(["，", "、", "；"]), _DOING, _LIST).map("".join),
    st.tuples(_LIST, st.just("（不含"), st.one_of(_LIST, _DOING), st.just("）"), _DOING).map("".join),
)
SCOPES = st.lists(_CLAUSE, min_size=1, max_size=5).map("；".join)


@given(SENTENCES)
@settings(max_examples=300)
def test_any_words_in_any_order_are_read_alike(text: str) -> None:
    assert by_kernel(text) == by_oracle(text)


@given(SCOPES)
@settings(max_examples=300)
def test_scopes_are_read_alike(text: str) -> None:
    assert by_kernel(text) == by_oracle(text)


@given(SCOPES, SCOPES)
def test_a_sentence_after_another_that_makes_nothing_is_read_as_if_alone(first: str, second: str) -> None:
    """Clauses are read one by one; only a verb of making is carried on, and only to a clause without a verb."""
    alone = by_kernel(second)
    if not any(kind == c.VERB for _, kind, _, _ in alone):
        return
    both = by_kernel(f"{first}；{second}")[-len(alone) :]
    lowest = min((g for *_, g in both if g >= 0), default=0)
    start = [g - lowest if g >= 0 else g for *_, g in both]
    if alone[0][3] >= 0:  # its first words are governed by its own verbs
        assert [row[:3] for row in both] == [row[:3] for row in alone]
        assert start == [g for *_, g in alone]


@pytest.mark.shared
def test_registered_scopes_are_read_alike(shared: Path) -> None:
    file = shared / "data" / "enterprise-cq" / "chongqing_enterprises_1980_2010_2019.csv.gz"
    with gzip.open(file, "rt", encoding="utf-8-sig", newline="") as handle:
        scopes = [row["scope"] for i, row in enumerate(csv.DictReader(handle)) if i % 35 == 0]
    # The oracle knows no stars and no full stops inside numbers.
    read = [text for text in scopes if "*" not in _folded(text) and "." not in _folded(text)]
    different = [text for text in read if by_kernel(text) != by_oracle(text)]
    assert len(read) > 1_000
    assert different == []
