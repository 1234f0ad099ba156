"""Answers as tables: which are one, by their description, and how they are laid flat for CSV and Parquet.

A text in both languages becomes two columns, a part with fields of its own becomes its fields (``target_value``), a list
of words is joined; what is deeper stands as JSON. A number whose unit is fixed has a column ``…_unit`` beside it. What the
answer says of all its rows (status, day, sources) is repeated in each.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

#: Answers that are one table although their rows are not called ``items``: where the rows are.
_ROWS: Mapping[str, tuple[str, ...]] = {
    "ChainGaps": ("ranked", "to_search"),
    "ChainChainMap": ("nodes",),
    "RiskRank": ("rank.top",),
}
_UNIT = re.compile(r"\b[Uu]nit: ([^.;。；)]+)")
_TYPES: Mapping[str, pa.DataType] = {
    "string": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
}
_NOT_OF_ROWS = ("total", "next", "snapshot")
_DEEPEST = 3

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Flat:
    """A column: its name, its type, its unit where it has a fixed one, and how it is got from a row."""

    name: str
    type: pa.DataType
    get: Callable[[Mapping[str, Any]], Any]
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """An answer as a table. ``rows`` are the places of its rows, ``whole`` the columns that it says of all rows."""

    rows: tuple[str, ...]
    columns: tuple[Flat, ...]
    whole: tuple[Flat, ...]

    def table(self, body: Mapping[str, Any]) -> pa.Table:
        """The rows of an answer.

        Args:
            body: the answer as JSON has it.
        """
        places = [_at(body, place) or () for place in self.rows]
        rows = [row for part in places for row in part]
        made: dict[str, tuple[pa.DataType, list[Any], str | None]] = {}
        if len(self.rows) > 1:
            parts = [name for name, part in zip(self.rows, places, strict=True) for _ in part]
            made["part"] = (pa.string(), parts, None)
        for flat in self.columns:
            made[flat.name] = (flat.type, [_fit(flat.get(row), flat.type) for row in rows], flat.unit)
            if flat.unit:
                made[f"{flat.name}_unit"] = (pa.string(), [flat.unit] * len(rows), None)
        for flat in self.whole:
            if flat.name not in made:
                made[flat.name] = (flat.type, [_fit(flat.get(body), flat.type)] * len(rows), flat.unit)
        fields = [pa.field(n, t, metadata={"unit": u} if u else None) for n, (t, _, u) in made.items()]
        arrays = [pa.array(values, type=kind) for kind, values, _ in made.values()]
        return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def layout(schema: Schema, parts: Mapping[str, Schema]) -> Layout | None:
    """How an answer is laid flat; None where it is no table.

    Args:
        schema: JSON schema of the answer.
        parts: the schemas that it refers to, by name.
    """
    whole = _resolved(schema, parts)
    fields: Mapping[str, Schema] = whole.get("properties", {})
    places = _ROWS.get(str(whole.get("title")), ("items",) if "items" in fields else ())
    row = _row(whole, places[0], parts) if places else None
    if row is None:
        return None
    found: list[Flat] = []
    _lay(row, parts, "", (), found)
    inside = {place.partition(".")[0] for place in places}
    around: list[Flat] = []
    for name, field in fields.items():
        kind = _resolved(field, parts)
        simple = kind.get("type") in _TYPES or _joins(kind, parts)
        if name not in inside and name not in _NOT_OF_ROWS and simple:
            _lay({"properties": {name: field}}, parts, "", (), around)
    return Layout(places, tuple(found), tuple(around)) if found else None


def parquet(table: pa.Table) -> bytes:
    """A table as Parquet; units are in the fields' metadata too."""
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd")
    return sink.getvalue()


def _lay(
    schema: Schema, parts: Mapping[str, Schema], before: str, way: Sequence[str], to: list[Flat]
) -> None:
    for name, field in schema.get("properties", {}).items():
        kind = _resolved(field, parts)
        here, there = f"{before}{name}", (*way, name)
        type_ = str(kind.get("type"))
        if type_ in _TYPES:
            unit = field.get("x-unit") or next(iter(_UNIT.findall(field.get("description", ""))), None)
            numeric = type_ in ("integer", "number")
            to.append(Flat(here, _TYPES[type_], _getter(there), unit if numeric else None))
        elif _bilingual(kind):
            to += [Flat(f"{here}_{lang}", pa.string(), _getter((*there, lang))) for lang in ("zh", "en")]
        elif kind.get("properties") and len(there) < _DEEPEST:
            _lay(kind, parts, f"{here}_", there, to)
        elif type_ == "array" and _bilingual(_resolved(kind.get("items", {}), parts)):
            to += [Flat(f"{here}_{lang}", pa.string(), _joined(there, lang)) for lang in ("zh", "en")]
        elif _joins(kind, parts):
            to.append(Flat(here, pa.string(), _joined(there)))
        else:
            to.append(Flat(here, pa.string(), _json(there)))


def _row(whole: Schema, place: str, parts: Mapping[str, Schema]) -> Schema | None:
    found = whole
    for name in place.split("."):
        found = _resolved(found.get("properties", {}).get(name, {}), parts)
    row = _resolved(found.get("items", {}), parts)
    return row if found.get("type") == "array" and row.get("properties") else None


def _resolved(schema: Schema, parts: Mapping[str, Schema]) -> Schema:
    """What a schema refers to, null left aside; whole numbers beside others are numbers."""
    if "$ref" in schema:
        return _resolved(parts[schema["$ref"].rpartition("/")[2]], parts)
    choices = [c for c in schema.get("anyOf", ()) if c.get("type") != "null"]
    if len(choices) == 1:
        return _resolved(choices[0], parts)
    if choices and {c.get("type") for c in choices} == {"integer", "number"}:
        return {"type": "number"}
    if "type" not in schema and "const" in schema:
        return {"type": "string"}
    return schema


def _bilingual(schema: Schema) -> bool:
    return set(schema.get("properties", {})) == {"zh", "en"}


def _joins(schema: Schema, parts: Mapping[str, Schema]) -> bool:
    return schema.get("type") == "array" and _resolved(schema.get("items", {}), parts).get("type") in _TYPES


def _at(value: Any, place: str) -> Any:
    return _getter(tuple(place.split(".")))(value)


def _getter(way: Sequence[str]) -> Callable[[Mapping[str, Any]], Any]:
    def get(row: Mapping[str, Any]) -> Any:
        found: Any = row
        for name in way:
            found = found.get(name) if isinstance(found, dict) else None
        return found

    return get


def _joined(way: Sequence[str], lang: str | None = None) -> Callable[[Mapping[str, Any]], Any]:
    get = _getter(way)

    def join(row: Mapping[str, Any]) -> str | None:
        found = get(row)
        return None if found is None else "; ".join(str(v[lang] if lang else v) for v in found)

    return join


def _json(way: Sequence[str]) -> Callable[[Mapping[str, Any]], Any]:
    get = _getter(way)

    def write(row: Mapping[str, Any]) -> str | None:
        found = get(row)
        return None if found is None else json.dumps(found, ensure_ascii=False)

    return write


def _fit(value: Any, kind: pa.DataType) -> Any:
    if value is None or not pa.types.is_floating(kind):
        return value
    return float(value)
