"""Read the tables' description and hand it out."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any

from lianzhang.errors import UnknownNameError
from lianzhang.i18n import Text
from lianzhang.schema.model import STATUSES, Check, Column, Table

_PROVENANCE = (
    Column(
        name="source_id",
        type="id",
        label=Text("来源", "Source"),
        about=Text("此行出自哪条来源", "The source that this row comes from"),
        references="sources",
    ),
    Column(
        name="status",
        type="word",
        label=Text("状态", "Status"),
        about=Text(
            "官方、推得、估计、重构或合成", "Official, derived, estimated, reconstructed or synthetic"
        ),
        one_of=STATUSES,
    ),
)


@cache
def tables() -> dict[str, Table]:
    """Every table by name, in the order in which they are described."""
    found: dict[str, Table] = {}
    folder = resources.files("lianzhang.schema") / "tables"
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".toml"):
            for raw in tomllib.loads(entry.read_text(encoding="utf-8"))["table"]:
                table = _table(raw)
                found[table.name] = table
    return found


def table(name: str) -> Table:
    """The table of that name.

    Raises:
        UnknownNameError: the schema has no such table.
    """
    known = tables()
    if name not in known:
        raise UnknownNameError(Text("表", "table"), name, known)
    return known[name]


def words() -> dict[str, list[Table]]:
    """Tables by the word that owns them."""
    owned: dict[str, list[Table]] = {}
    for item in tables().values():
        owned.setdefault(item.word, []).append(item)
    return owned


def _table(raw: dict[str, Any]) -> Table:
    columns = tuple(_column(c) for c in raw["columns"])
    if raw.get("provenance", False):
        columns += _PROVENANCE
    return Table(
        name=raw["name"],
        word=raw["word"],
        label=Text(raw["zh"], raw["en"]),
        about=Text(*raw["about"]),
        key=tuple(raw["key"]),
        columns=columns,
        checks=tuple(
            Check(rule=c["rule"], field=c["field"], sql=c["sql"], remedy=Text(c["zh"], c["en"]))
            for c in raw.get("checks", ())
        ),
    )


def _column(raw: dict[str, Any]) -> Column:
    return Column(
        name=raw["n"],
        type=raw["t"],
        label=Text(raw["zh"], raw["en"]),
        about=Text(*raw["about"]),
        nullable=raw.get("null", False),
        unit=raw.get("u"),
        references=raw.get("ref"),
        one_of=tuple(raw.get("one_of", ())),
        minimum=raw.get("min"),
        maximum=raw.get("max"),
        pattern=raw.get("pattern"),
    )
