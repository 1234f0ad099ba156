"""Names in pinyin, so that a Chinese name is found without a Chinese keyboard.

One reading per character, the one usual in names of firms and places: a table lookup per character is fast enough
for a register of millions. Words whose reading depends on their neighbours are listed.
"""

from __future__ import annotations

from functools import cache

#: Words of place and firm names in which a character is read otherwise than alone.
_WORDS = {
    "重庆": "chong qing",
    "长": "chang",
    "银行": "yin hang",
    "厦门": "xia men",
    "乐山": "le shan",
    "六安": "lu an",
}


def spell(name: str) -> tuple[str, str]:
    """The name in pinyin without tones or spaces, and its initials.

    >>> spell("重庆长安汽车")
    ('chongqingchanganqiche', 'cqcaqc')
    """
    for word, reading in _WORDS.items():
        if word in name:
            name = name.replace(word, f" {reading} ")
    syllables: list[str] = []
    latin = ""
    for character in name:
        if character.isascii():
            if character.isalnum():
                latin += character.lower()
            elif latin:
                syllables.append(latin)
                latin = ""
            continue
        if latin:
            syllables.append(latin)
            latin = ""
        syllables.append(_reading(character))
    if latin:
        syllables.append(latin)
    return "".join(syllables), "".join(s[:1] for s in syllables)


@cache
def _reading(character: str) -> str:
    from pypinyin import lazy_pinyin

    found = lazy_pinyin(character, errors="ignore")
    return found[0] if found else ""
