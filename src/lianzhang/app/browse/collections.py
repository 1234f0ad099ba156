"""What can be listed: every table of the schema and every table that an engine computes, described alike."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib import resources
from typing import Any, Literal

import pyarrow as pa

from lianzhang.app import tables as results
from lianzhang.app.state import region_head
from lianzhang.chain.service import chain_map, cluster_system, regional_accounts
from lianzhang.config import Settings
from lianzhang.errors import NotComputableError, UnknownNameError
from lianzhang.i18n import Text
from lianzhang.places.service import Specialisation, specialisation
from lianzhang.plan.tracking import track
from lianzhang.schema import Column, Table, tables
from lianzhang.store import Reader

Parameter = Literal["as_of", "taxonomy", "period", "io_table"]


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a computation may be told; None is its own default."""

    as_of: date
    taxonomy: str | None = None
    period: str | None = None
    io_table: str | None = None


@dataclass(frozen=True, slots=True)
class Collection:
    """A table that can be listed. ``engine`` computes it; None for a table of the store."""

    table: Table
    takes: tuple[Parameter, ...] = ()
    engine: str | None = None
    part: str = ""

    @property
    def name(self) -> str:
        """Its name, unique within its word."""
        return self.table.name

    @property
    def word(self) -> str:
        """The word that owns it."""
        return self.table.word


Engine = Callable[[Reader, Settings, Parameters], dict[str, pa.Table]]

#: Result table → (engine, table of its result).
_PARTS: dict[str, tuple[str, str]] = {
    "targets": ("plan.track", "targets"),
    "forecasts": ("plan.track", "fan"),
    "cluster_levels": ("chain.clusters", "clusters"),
    "cluster_readings": ("chain.clusters", "readings"),
    "node_grades": ("chain.map", "nodes"),
    "node_makers": ("chain.map", "makers"),
    "io_accounts": ("chain.accounts", "sectors"),
    "specialisation": ("places.specialisation", "cells"),
    "region_profiles": ("places.specialisation", "regions"),
    "sector_profiles": ("places.specialisation", "sectors"),
}


def _track(reader: Reader, settings: Settings, given: Parameters) -> dict[str, pa.Table]:
    rows = track(reader, given.as_of, on_course=settings.on_course, out_of_reach=settings.out_of_reach)
    return results.track_tables(rows)


def _clusters(reader: Reader, settings: Settings, given: Parameters) -> dict[str, pa.Table]:
    counts: Specialisation | None
    try:
        counts = specialisation(reader)
    except NotComputableError:
        counts = None  # the system still shows levels and figures; its counts then say why they are missing
    system = cluster_system(reader, region_head(reader).region_id, counts, given.taxonomy)
    return results.cluster_tables(system)


def _chain(reader: Reader, settings: Settings, given: Parameters) -> dict[str, pa.Table]:
    found = chain_map(reader, region_head(reader).region_id, given.as_of, given.taxonomy)
    return results.chain_tables(found)


def _accounts(reader: Reader, settings: Settings, given: Parameters) -> dict[str, pa.Table]:
    return results.accounts_tables(regional_accounts(reader, given.io_table))


def _places(reader: Reader, settings: Settings, given: Parameters) -> dict[str, pa.Table]:
    return results.specialisation_tables(specialisation(reader, given.period))


ENGINES: dict[str, Engine] = {
    "plan.track": _track,
    "chain.clusters": _clusters,
    "chain.map": _chain,
    "chain.accounts": _accounts,
    "places.specialisation": _places,
}


@cache
def collections() -> dict[tuple[str, str], Collection]:
    """Every collection by (word, name): the schema's tables, then the computed ones."""
    found = {(t.word, t.name): Collection(t) for t in tables().values()}
    text = resources.files("lianzhang.app.browse").joinpath("results.toml").read_text(encoding="utf-8")
    for raw in tomllib.loads(text)["result"]:
        engine, part = _PARTS[raw["name"]]
        found[raw["word"], raw["name"]] = Collection(_table(raw), tuple(raw["takes"]), engine, part)
    return found


def collection(word: str, name: str) -> Collection:
    """The collection of that word and name.

    Raises:
        UnknownNameError: there is none.
    """
    known = collections()
    if (word, name) not in known:
        names = [n for w, n in known if w == word] or [f"{w}/{n}" for w, n in known]
        raise UnknownNameError(Text("数据表", "collection"), name, names)
    return known[word, name]


def _table(raw: dict[str, Any]) -> Table:
    return Table(
        name=raw["name"],
        word=raw["word"],
        label=Text(raw["zh"], raw["en"]),
        about=Text(*raw["about"]),
        key=tuple(raw["key"]),
        columns=tuple(
            Column(
                name=c["n"],
                type=c["t"],
                label=Text(c["zh"], c["en"]),
                about=Text(*c["about"]),
                nullable=c.get("null", False),
                unit=c.get("u"),
                references=c.get("ref"),
                one_of=tuple(c.get("one_of", ())),
                minimum=c.get("min"),
                maximum=c.get("max"),
            )
            for c in raw["columns"]
        ),
    )


@dataclass(frozen=True, slots=True)
class Selection:
    """Which rows, in which order: ``any_of`` column → values, ``low``/``high`` column → bound, words to search for."""

    any_of: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    low: dict[str, Any] = field(default_factory=dict)
    high: dict[str, Any] = field(default_factory=dict)
    search: str | None = None
    sort: tuple[str, ...] = ()
