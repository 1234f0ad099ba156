"""Words that name a node of a chain, as editable data: in a list of products, and in the names of firms.

In ``data/product_terms.csv``:

- ``node_id``: the node
- ``terms``: words of which a product's name has to hold one, separated by ``|``
- ``unless``: words of which it must hold none (the machines, materials and repairs of what the node is)
- ``note``: for people

In ``data/name_terms.csv``:

- ``node_id``: the node
- ``words``: words of which a firm's name has to hold one, separated by ``|``
- ``trades``: industries as lists of listed companies word them, in which such a name counts; empty means any
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path

from lianzhang.errors import InputError
from lianzhang.i18n import Text

COLUMNS = ("node_id", "terms", "unless")
_BRACKET = re.compile(r"[（(][^）)]*[）)]")


@dataclass(frozen=True, slots=True)
class Terms:
    """Words of one node. ``pattern`` and ``against`` are regular expressions for SQL; ``against`` may be empty."""

    words: tuple[str, ...]
    unless: tuple[str, ...] = ()

    @property
    def pattern(self) -> str:
        """A product's name matches if this is found in it."""
        return _either(self.words)

    @property
    def against(self) -> str:
        """And this is not; empty where nothing speaks against it."""
        return _either(self.unless)

    def match(self, product: str) -> bool:
        """Whether a product's name names the node."""
        found = re.search(self.pattern, product) is not None
        return found and not (self.unless and re.search(self.against, product))


def _either(words: tuple[str, ...]) -> str:
    return "|".join(re.escape(w) for w in words)


@dataclass(frozen=True, slots=True)
class NameTerms:
    """Words of one node in the names of firms, and the industries in which they count; none means any."""

    words: tuple[str, ...]
    trades: tuple[str, ...] = ()

    @property
    def pattern(self) -> str:
        """A firm's name matches if this is found in it."""
        return _either(self.words)


@lru_cache(maxsize=1)
def load_name_terms() -> dict[str, NameTerms]:
    """Words in the names of firms by node, of the bundled table."""
    raw = (resources.files("lianzhang.chain") / "data" / "name_terms.csv").read_text("utf-8")
    return {
        row["node_id"]: NameTerms(_split(row["words"]), _split(row["trades"]))
        for row in csv.DictReader(raw.splitlines())
    }


@dataclass(frozen=True, slots=True)
class LeadCheck:
    """How far leads of one kind can be trusted, checked against a list of the products of listed companies.

    Of ``leads`` (a firm elsewhere with known products, for a component), ``confirmed`` have a product that names the
    component. A product that the words of the node do not name counts as none, so the share is a lower bound.
    """

    leads: int
    confirmed: int

    @property
    def confirmed_pct(self) -> float:
        """100 · confirmed / leads."""
        return 100.0 * self.confirmed / self.leads


@lru_cache(maxsize=1)
def lead_checks() -> dict[str, LeadCheck]:
    """The measured checks by kind of lead: ``name``, ``trade``, ``division``."""
    raw = (resources.files("lianzhang.chain") / "data" / "lead_check.csv").read_text("utf-8")
    return {
        row["basis"]: LeadCheck(int(row["leads"]), int(row["confirmed"]))
        for row in csv.DictReader(raw.splitlines())
    }


@lru_cache(maxsize=4)
def load_terms(path: Path | None = None) -> dict[str, Terms]:
    """Words by node, of the bundled table or the one at ``path``.

    Raises:
        InputError: no such file, it lacks a column, or a row has no words; says in which line.
    """
    if path is None:
        raw = (resources.files("lianzhang.chain") / "data" / "product_terms.csv").read_text("utf-8")
        name = "product_terms.csv"
    elif path.is_file():
        raw, name = path.read_text("utf-8-sig"), path.name
    else:
        raise InputError(Text(f"找不到文件 {path}", f"there is no file {path}"))
    reader = csv.DictReader(raw.splitlines())
    missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
    if missing:
        raise InputError(
            Text(f"{name} 缺少列：{'、'.join(missing)}", f"{name} lacks the columns {', '.join(missing)}")
        )
    found: dict[str, Terms] = {}
    for line, row in enumerate(reader, 2):
        words = _split(row["terms"])
        if not row["node_id"] or not words:
            raise InputError(
                Text(f"{name} 第 {line} 行没有节点或词", f"{name}, line {line}: no node or no words"),
                hint=Text("词之间用 | 分开", "separate the words by |"),
                details={"file": name, "line": line},
            )
        found[row["node_id"].strip()] = Terms(words, _split(row["unless"]))
    return found


def terms_of_name(name_zh: str) -> Terms:
    """Words of a node that the table does not have: its own Chinese name, without brackets.

    >>> terms_of_name("电池管理系统（BMS）").words
    ('电池管理系统',)
    """
    return Terms((_BRACKET.sub("", name_zh).replace(" ", ""),))


def _split(text: str | None) -> tuple[str, ...]:
    return tuple(w for w in (part.strip() for part in (text or "").split("|")) if w)
