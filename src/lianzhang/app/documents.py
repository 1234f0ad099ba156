"""Plan documents into the store: statements linked to the region's indicators, or a region made from them alone."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from lianzhang.app.session import open_store
from lianzhang.config import Settings
from lianzhang.errors import InputError
from lianzhang.i18n import Text
from lianzhang.pack import write_pack
from lianzhang.plan.linking import (
    Linked,
    Suggestion,
    document_source,
    save,
    statement_id,
    suggest,
    table_unit,
)
from lianzhang.plan.model import Statement
from lianzhang.schema.period import parse_period
from lianzhang.store import Store, load_pack
from lianzhang.units import UNITS

#: The region that documents make where nothing is loaded.
NAME, TITLE = "documents", Text("文件", "Documents")
_MEASURES = {"change": "difference", "ratio": "multiple"}


def keep_documents(
    settings: Settings, statements: Sequence[Statement], published: str = ""
) -> tuple[str, Linked]:
    """Add statements to the region that is meant; where nothing is loaded, to a region made from the documents.

    Such a region has one indicator for every phrase, unit and measure that the documents use, and what they say was
    achieved as its observations, each marked as derived and leading back to its line.

    Args:
        settings: which store and region.
        statements: what was read.
        published: when the documents were published.

    Returns:
        Name of the region, and what was added.

    Raises:
        UnknownNameError: several regions are loaded and none is named.
    """
    store = open_store(settings)
    if store.regions():
        region = store.resolve(settings.region)
        if region != NAME:
            with store.reader(region) as reader:
                found = suggest(reader, statements)
            return region, save(store, region, found, published=published)
    return NAME, _from_nothing(store, statements, published)


def _from_nothing(store: Store, statements: Sequence[Statement], published: str) -> Linked:
    """Grow the documents' own region by what these statements speak of."""
    indicators: dict[str, dict[str, Any]] = {}
    observations: dict[tuple[str, str, str], dict[str, Any]] = {}
    sources: dict[str, dict[str, Any]] = {}
    found: list[Suggestion] = []
    for statement in statements:
        source = document_source(statement.source, published)
        sources.setdefault(source["source_id"], source)
        row = _indicator(statement) | {"source_id": source["source_id"]} if statement.indicator else None
        if row is not None:
            indicators.setdefault(row["indicator_id"], row)
            if statement.kind == "achieved" and statement.value is not None and _has_period(statement):
                key = (row["indicator_id"], statement.period_end, source["source_id"])
                observations.setdefault(
                    key, _observation(statement, row["indicator_id"], source["source_id"])
                )
        # The place is part of the indicator's name here: there are no regions to point to.
        plain = replace(statement, region="")
        link = row["indicator_id"] if row is not None else None
        found.append(Suggestion(statement_id(statement), plain, (), link, "document" if link else ""))
    if not found:
        return Linked(0, 0, 0)
    known = _known_rows(store)
    tables: dict[str, list[dict[str, Any]]] = {
        "sources": _merged(known, "sources", sources.values(), ("source_id",)),
        "regions": [
            {
                "region_id": NAME,
                "name_zh": TITLE.zh,
                "name_en": TITLE.en,
                "level": "group",
                "source_id": next(iter(sources)),
                "status": "derived",
            }
        ],
        "indicators": _merged(known, "indicators", indicators.values(), ("indicator_id",)),
        "observations": _one_used(
            _merged(
                known,
                "observations",
                observations.values(),
                ("indicator_id", "series", "region_id", "sector_id", "period", "source_id"),
            )
        ),
    }
    if known:
        tables["regions"] = known["regions"]
    with tempfile.TemporaryDirectory() as folder:
        pack = Path(folder) / NAME
        write_pack(pack, tables, name=NAME, title=TITLE, region=NAME, as_of=date.today().isoformat())  # noqa: DTZ011
        load_pack(store, pack)
    return save(store, NAME, found, published=published)


def _known_rows(store: Store) -> dict[str, list[dict[str, Any]]]:
    """What earlier documents put into the region; statements added since stay by themselves."""
    if NAME not in store.regions():
        return {}
    with store.reader(NAME) as reader:
        return {
            name: reader.table(name).to_pylist()
            for name in ("sources", "regions", "indicators", "observations")
        }


def _merged(
    known: dict[str, list[dict[str, Any]]], name: str, new: Any, key: tuple[str, ...]
) -> list[dict[str, Any]]:
    rows = {tuple(r.get(k) for k in key): r for r in known.get(name, [])}
    for row in new:
        rows.setdefault(tuple(row.get(k) for k in key), row)
    return list(rows.values())


def _one_used(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Where documents disagree on a period, the first read is used and the others are kept."""
    seen: set[tuple[Any, ...]] = set()
    for row in rows:
        key = (row["indicator_id"], row["period"])
        row["preferred"] = key not in seen
        seen.add(key)
    return rows


def _indicator(statement: Statement) -> dict[str, Any]:
    unit = table_unit(statement.unit)
    measure = _MEASURES.get(statement.measure, statement.measure)
    name = " ".join(f"{statement.region} {statement.indicator}".split())
    key = hashlib.sha256("\x1f".join((name.lower(), unit, measure)).encode()).hexdigest()[:10]
    known = UNITS.get(unit)
    return {
        "indicator_id": f"i-{key}",
        "name_zh": name,
        "name_en": name,
        "unit": unit,
        "measure": measure,
        "flow": known is not None and known.dimension == "money",
        "status": "derived",
    }


def _observation(statement: Statement, indicator: str, source: str) -> dict[str, Any]:
    comparator = statement.comparator if statement.comparator in ("=", ">", ">=", "<", "<=", "~") else "="
    return {
        "indicator_id": indicator,
        "series": "main",
        "region_id": NAME,
        "period": statement.period_end,
        "value": statement.value,
        "comparator": comparator,
        "preferred": True,
        "note": f"文件第 {statement.line} 行所述 stated in line {statement.line} of the document",
        "source_id": source,
        "status": "derived",
    }


def _has_period(statement: Statement) -> bool:
    try:
        return bool(parse_period(statement.period_end))
    except InputError:
        return False
