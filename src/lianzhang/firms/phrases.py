"""The phrase table: words of scopes and names and the codes they stand for, as editable data.

A row of the table is a group of phrases (``甲|乙|丙``) with one meaning. A phrase that stands in several rows takes
each field from the last row that fills it, so that a user's table can refine ours row by row.

- ``kind``: verb · good · suffix (last character of goods that no phrase names) · ctx (what a part is a part of) ·
  part · link · service · trade (goods whose list has turned to selling) · ignore · restrict · adverts · name
- ``phrases``: the phrases, separated by ``|``
- ``gb2``: GB/T 4754-2017 division of who does this
- ``chain``: slots of the vehicle chain that making it always means
- ``auto``: slots that it means as part of a car; ``~`` after a slot: also without the word 汽车, in a firm of the car
  trade or in a list of car parts; ``-``: never a car part
- ``clusters``: clusters of "33618"; empty: those of the division (concordance.csv); ``-``: none
- ``weight``: how much the phrase counts for the division
- ``role``: of verbs, the kind of activity; of ctx: auto, moto, both, other, foreign; else a mark
- ``note``: for people
"""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lianzhang.errors import InputError
from lianzhang.firms.kernel import codes as c
from lianzhang.firms.kernel.charmap import character_map
from lianzhang.firms.kernel.scope import Lexicon
from lianzhang.firms.kernel.trie import Trie, build_trie
from lianzhang.i18n import Text

#: Services whose phrase says that they are given, whatever verb follows.
_VERBAL = ("开发", "服务", "集成", "设计", "研发", "工程", "建设", "咨询")
COLUMNS = ("kind", "phrases", "gb2", "chain", "auto", "clusters", "weight", "role", "note")


@dataclass
class _Entry:
    kind: int
    role: int = 0
    gb2: int = 0
    chain: int = 0
    auto: int = 0
    clusters: int | None = None
    weight: float = 1.0
    flags: int = 0


@dataclass(frozen=True)
class PhraseTable:
    """The compiled phrase table."""

    phrases: tuple[str, ...]
    lexicon: Lexicon
    trie: Trie
    name_trie: Trie
    suffixes: NDArray[np.int32] = field(repr=False)
    charmap: NDArray[np.uint16] = field(repr=False)
    digest: str

    def phrase(self, index: int) -> str | None:
        """Text of a phrase, None for −1."""
        return None if index < 0 else self.phrases[index]


def _problem(path: str, line: int, zh: str, en: str) -> InputError:
    return InputError(
        Text(f"{path} 第 {line} 行：{zh}", f"{path}, line {line}: {en}"),
        hint=Text(
            "各列的含义见文档“企业分类”",
            "the columns are explained in the documentation, “firms classification”",
        ),
        details={"file": path, "line": line},
    )


def _bits(text: str, known: dict[str, int], path: str, line: int) -> int:
    bits = 0
    for code in filter(None, text.split(";")):
        if code not in known:
            raise _problem(path, line, f"没有代码 {code}", f"there is no code {code}")
        bits |= known[code]
    return bits


def _fold(text: str, table: NDArray[np.uint16]) -> str:
    return "".join(chr(int(table[ord(char)])) if ord(char) < 0x10000 else char for char in text)


def _read_row(
    row: dict[str, str],
    line: int,
    path: str,
    entries: dict[tuple[int, str], _Entry],
    table: NDArray[np.uint16],
) -> None:
    kind_word, role_word = row["kind"], row["role"]
    if kind_word not in c.KINDS:
        raise _problem(path, line, f"没有类别 {kind_word}", f"there is no kind {kind_word!r}")
    kind = c.KINDS[kind_word]
    try:
        gb2 = int(row["gb2"]) if row["gb2"] else 0
        weight = float(row["weight"]) if row["weight"] else 1.0
    except ValueError:
        raise _problem(path, line, "gb2 和 weight 应为数字", "gb2 and weight have to be numbers") from None
    if not 0 <= gb2 <= 97:
        raise _problem(path, line, f"没有大类 {gb2}", f"there is no division {gb2}")
    role, flags = 0, 0
    words: dict[str, int] = {"": 0}
    if kind == c.VERB:
        words = c.VERB_ROLES
    elif kind == c.CTX:
        words = c.CONTEXTS
    elif kind == c.RESTRICT:
        words = c.RESTRICTIONS
    elif kind == c.NAME:
        words = c.NAME_FLAGS
    else:
        words = c.FLAGS
    if role_word not in words:
        raise _problem(path, line, f"没有角色 {role_word}", f"there is no role {role_word!r} for {kind_word}")
    if kind in (c.VERB, c.CTX, c.RESTRICT):
        role = words[role_word]
    else:
        flags = words[role_word]
    chain = _bits(row["chain"], c.CHAIN_BIT, path, line)
    auto = row["auto"]
    if auto == "-":
        flags |= c.F_NO_AUTO
    elif auto:
        flags |= c.F_HAS_AUTO | (c.F_NEAR if "~" in auto else 0)
    clusters = None
    if row["clusters"]:
        clusters = 0 if row["clusters"] == "-" else _bits(row["clusters"], c.CLUSTER_BIT, path, line)
    auto_bits = 0 if auto == "-" else _bits(auto.replace("~", ""), c.CHAIN_BIT, path, line)
    for phrase in row["phrases"].split("|"):
        text = _fold(phrase.strip(), table)
        if not text:
            raise _problem(path, line, "短语为空", "an empty phrase")
        key = (kind if kind in (c.NAME, c.SUFFIX) else 0, text)
        entry = entries.get(key)
        if kind_word == "adverts":
            entry = entries.setdefault(key, entry or _Entry(c.OTHER))
            entry.flags |= c.F_ADVERT
            continue
        if entry is None:
            entry = entries[key] = _Entry(kind)
        elif entry.kind != kind:
            kept = entry.flags & c.F_ADVERT
            entry = entries[key] = _Entry(kind, flags=kept)
        entry.role = role or entry.role
        entry.gb2 = gb2 or entry.gb2
        entry.chain = chain or entry.chain
        if auto:
            entry.auto = auto_bits
            entry.flags &= ~(c.F_NO_AUTO | c.F_HAS_AUTO | c.F_NEAR)
        entry.flags |= flags
        if clusters is not None:
            entry.clusters = clusters
        elif gb2 and not chain:
            entry.clusters = None
        if row["weight"]:
            entry.weight = weight
        if kind == c.RESTRICT and ("含" in text or text.startswith(("限", "仅限"))):
            entry.flags |= c.F_EXCLUDES
        if kind == c.NAME and 13 <= gb2 <= 43 and text.endswith(("厂", "制造", "制品", "加工")):
            entry.flags |= c.F_MAKER_WORD
        if kind == c.GOOD and len(text) >= 4 and text[-1] in "件品具":
            entry.flags |= c.F_COMPLETE
        if kind == c.GOOD and text.endswith(("配件", "部件", "零件")):
            entry.flags |= c.F_PART_NOUN
        if kind == c.SERVICE and text.endswith(_VERBAL):
            entry.role |= c.RD
        if kind == c.SERVICE and "硬件" in text:
            entry.flags |= c.F_HARDWARE


def _rows(path: Path | None) -> tuple[list[dict[str, str]], bytes, str]:
    if path is None:
        raw = (resources.files("lianzhang.firms") / "data" / "phrases.csv").read_bytes()
        name = "phrases.csv"
    else:
        if not path.is_file():
            raise InputError(Text(f"找不到文件 {path}", f"there is no file {path}"))
        raw, name = path.read_bytes(), str(path)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(
            Text(f"{name} 不是 UTF-8 编码", f"{name} is not UTF-8"),
            hint=Text("请另存为 CSV UTF-8", "save it as CSV UTF-8"),
        ) from None
    reader = csv.DictReader(text.splitlines())
    missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
    if missing:
        raise InputError(
            Text(f"{name} 缺少列：{'、'.join(missing)}", f"{name} lacks the columns {', '.join(missing)}")
        )
    return [{key: (value or "").strip() for key, value in row.items() if key} for row in reader], raw, name


def _concordance() -> dict[int, int]:
    text = (resources.files("lianzhang.firms") / "data" / "concordance.csv").read_text("utf-8")
    return {
        int(row["gb2"]): _bits(row["clusters"], c.CLUSTER_BIT, "concordance.csv", 0)
        for row in csv.DictReader(text.splitlines())
    }


def _standard_terms(table: NDArray[np.uint16]) -> dict[tuple[int, str], _Entry]:
    """Terms of the class names of GB/T 4754-2017: goods of manufacturing, services of the rest; ours come over them."""
    text = (resources.files("lianzhang.firms") / "data" / "standard_terms.csv").read_text("utf-8")
    entries: dict[tuple[int, str], _Entry] = {}
    for row in csv.DictReader(text.splitlines()):
        gb2 = int(row["gb2"])
        kind = c.GOOD if 13 <= gb2 <= 42 else c.SERVICE
        entries[0, _fold(row["phrase"], table)] = _Entry(kind, gb2=gb2, weight=0.8)
    return entries


def traditional_table() -> dict[str, str]:
    """Traditional character → simplified character (own compact table of those that names and scopes use)."""
    text = (resources.files("lianzhang.firms") / "data" / "traditional.txt").read_text("utf-8")
    pairs = [word for line in text.splitlines() if not line.startswith("#") for word in line.split()]
    return {pair[0]: pair[1] for pair in pairs}


@lru_cache(maxsize=4)
def load_phrases(path: Path | None = None) -> PhraseTable:
    """The bundled phrase table, or the one at ``path``.

    Raises:
        InputError: the table has an unknown kind, role, code or number; says in which line.
    """
    table = character_map(traditional_table())
    rows, raw, name = _rows(path)
    entries = _standard_terms(table)
    for line, row in enumerate(rows, 2):
        _read_row(row, line, name, entries, table)
    _mark_contexts(entries)
    concordance = _concordance()
    keys = list(entries)
    values = [entries[key] for key in keys]
    for entry in values:
        if entry.clusters is None:
            makes = entry.kind in (c.GOOD, c.SUFFIX, c.TRADE) or (
                entry.kind == c.VERB and entry.role & c.MAKE
            )
            plain = makes and not entry.flags & c.F_FARM and not entry.chain & (c.AUTO_SLOTS | c.MOTO)
            entry.clusters = concordance.get(entry.gb2, 0) if plain else 0
    lexicon = Lexicon(
        kind=np.array([e.kind for e in values], np.int8),
        role=np.array([e.role for e in values], np.int32),
        gb2=np.array([e.gb2 for e in values], np.int8),
        chain=np.array([e.chain for e in values], np.int32),
        auto=np.array([e.auto for e in values], np.int32),
        cluster=np.array([e.clusters or 0 for e in values], np.int32),
        weight=np.array([e.weight for e in values], np.float64),
        flags=np.array([e.flags for e in values], np.int32),
    )
    scope_rows = [i for i, key in enumerate(keys) if key[0] == 0]
    name_rows = [i for i, key in enumerate(keys) if key[0] == c.NAME]
    suffixes = np.full(0x10000, -1, np.int32)
    for i, (kind, text) in enumerate(keys):
        if kind == c.SUFFIX:
            suffixes[ord(text[-1])] = i
    return PhraseTable(
        phrases=tuple(key[1] for key in keys),
        lexicon=lexicon,
        trie=_trie_of(keys, scope_rows),
        name_trie=_trie_of(keys, name_rows),
        suffixes=suffixes,
        charmap=table,
        digest=hashlib.sha256(raw).hexdigest()[:16],
    )


def _mark_contexts(entries: dict[tuple[int, str], _Entry]) -> None:
    """A product whose phrase begins with a word of context ("汽车天线") is in that context."""
    contexts = [(key[1], entry.role) for key, entry in entries.items() if entry.kind == c.CTX]
    for (_, text), entry in entries.items():
        if entry.kind == c.GOOD:
            for word, role in contexts:
                if text.startswith(word) and role & (c.IN_AUTO | c.IN_MOTO):
                    entry.role |= role


def _trie_of(keys: list[tuple[int, str]], rows: list[int]) -> Trie:
    trie = build_trie([keys[i][1] for i in rows])
    back = np.array([*rows, -1], np.int32)
    return trie._replace(phrase=back[trie.phrase])
