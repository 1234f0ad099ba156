"""Company names made alike and taken apart: place, core, industry word, legal form.

By the rules for registered names a Chinese company's name is: division of a place + name of its own + trade +
organisational form ("重庆 · 长安 · 汽车 · 股份有限公司"); a place may also stand in brackets ("现代汽车(重庆)有限公司") or the
branch at the end ("…公司重庆分公司").
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

_BRACKETS = str.maketrans(
    {
        "（": "(",
        "）": ")",
        "[": "(",
        "]": ")",
        "【": "(",
        "】": ")",
        "〔": "(",
        "〕": ")",
        "〈": "(",
        "〉": ")",
    }
)
_FORMS = (
    "股份有限责任公司", "有限责任公司", "集团股份有限公司", "股份有限公司", "集团有限公司", "有限公司", "股份公司",
    "集团公司", "专业合作社联合社", "农民专业合作社", "专业合作社", "股份合作社", "合作社", "个人独资企业",
    "合伙企业(有限合伙)", "合伙企业(普通合伙)", "合伙企业", "总公司", "分公司", "子公司", "公司", "总厂", "分厂", "工厂",
    "厂", "经营部", "门市部", "营业部", "办事处", "事务所", "研究院", "研究所", "中心", "集团", "商行", "店", "部", "站",
    "场", "院", "社",
)  # fmt: skip
_SUFFIX_BRANCH = re.compile(
    r"^(?P<parent>.+?(?:公司|厂|集团|合作社|中心))(?P<branch>.*(?:分公司|分厂|支公司|分店|门市部|经营部|营业部|办事处|支行|分行|\S{1,6}店))$"
)
_BRANCH_ENDS = ("分公司", "分厂", "支公司", "门市部", "经营部", "营业部", "办事处", "支行", "分行", "店")
_IN_BRACKETS = re.compile(r"\(([^()]*)\)")
_PLACE = re.compile(
    r"^(?:中国)?(?P<place>(?:[一-龥]{2,3}?(?:省|自治区))?(?:[一-龥]{2,7}?自治[州县])?(?:[一-龥]{2,4}?(?:市|地区))?"
    r"(?:[一-龥]{1,7}?(?:自治县|新区|区|县|市))?)"
)


class NameParts(NamedTuple):
    """A company's name, taken apart; what is absent is empty."""

    place: str
    core: str
    industry: str
    form: str
    branch: str


class NameFolder(dict[int, str]):
    """Makes names alike: half width, upper case, one kind of brackets, no blanks and signs, simplified characters.

    A translation table that fills itself, because `str.translate` is the fastest way through a text.

    Args:
        traditional: traditional character → simplified character.
    """

    def __init__(self, traditional: dict[str, str]) -> None:
        super().__init__()
        self._traditional = traditional

    def __missing__(self, code: int) -> str:
        char = chr(code - 0xFEE0) if 0xFF01 <= code <= 0xFF5E else chr(code)
        char = char.translate(_BRACKETS).upper()
        char = self._traditional.get(char, char)
        self[code] = char if char.isalnum() or char in "()&" else ""
        return self[code]

    def fold(self, name: str) -> str:
        """The folded name."""
        return name.translate(self)


class NameSplitter:
    """Splits folded names; knows the places and the industry words that it was given.

    Args:
        places: names of places in full and in short ("重庆市", "重庆", "渝北区", "渝北").
        industries: industry words ("汽车零部件", "机械制造").
    """

    def __init__(self, places: Iterable[str], industries: Iterable[str]) -> None:
        self._places = _by_first(places)
        self._industries = _by_first(industries)
        self._forms: dict[str, tuple[str, ...]] = {}
        for form in _FORMS:
            self._forms[form[-1]] = (*self._forms.get(form[-1], ()), form)

    def split(self, name: str) -> NameParts:
        """Parts of a folded name."""
        branch = ""
        # Looked at before the expression, which is slow on the many names that end in no branch.
        found = _SUFFIX_BRANCH.match(name) if name.endswith(_BRANCH_ENDS) else None
        if found:
            name, branch = found["parent"], found["branch"]
        places: list[str] = []
        bare = name
        if "(" in name:
            places = [
                inner for inner in _IN_BRACKETS.findall(name) if inner in self._places.get(inner[:1], ())
            ]
            bare = _IN_BRACKETS.sub("", name)
        form = next(
            (
                word
                for word in self._forms.get(bare[-1:], ())
                if bare.endswith(word) and len(bare) > len(word)
            ),
            "",
        )
        rest = bare[: len(bare) - len(form)] if form else bare
        leading: list[str] = []
        while prefix := _longest(self._places, rest, 0):
            if len(prefix) == len(rest):
                break
            leading.append(prefix)
            rest = rest[len(prefix) :]
        places = leading + places
        if not places:
            general = _PLACE.match(rest)
            if general and general["place"] and len(rest) - general.end("place") >= 2:
                places.append(general["place"])
                rest = rest[general.end("place") :]
        core, industry = rest, ""
        at = 0
        while at < len(rest):
            word = _longest(self._industries, rest, at)
            # The trade is the run of industry words that reaches the end of the name.
            if word and at > 0 and self._covers(rest, at):
                core, industry = rest[:at], rest[at:]
                break
            at += len(word) or 1
        return NameParts("".join(places), core, industry, form, branch)

    def _covers(self, text: str, at: int) -> bool:
        while at < len(text):
            word = _longest(self._industries, text, at)
            if not word:
                return False
            at += len(word)
        return True


def _by_first(words: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Words by their first character, the longest first."""
    found: dict[str, list[str]] = {}
    for word in sorted({word for word in words if word}, key=lambda word: (-len(word), word)):
        found.setdefault(word[0], []).append(word)
    return {first: tuple(same) for first, same in found.items()}


def _longest(words: dict[str, tuple[str, ...]], text: str, at: int) -> str:
    """The longest of the words that stands at a place of a text; empty if none does."""
    for word in words.get(text[at : at + 1], ()):
        if text.startswith(word, at):
            return word
    return ""
