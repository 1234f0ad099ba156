"""One page of a collection: filter, search, order, and go on after the last row seen.

This is how a table is read that does not lie in memory; `columns.Columns` gives the same pages faster for one that does.

Pages continue by key, not by row number (keyset paging): a row that is added or removed meanwhile neither repeats nor
hides another. Null sorts last in either direction, and ties are broken by the key, so that the order is total.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from lianzhang.app.browse.collections import Collection, Selection
from lianzhang.schema import Column
from lianzhang.schema.ddl import ident
from lianzhang.store import Reader

_ORDERED = ("integer", "number", "date", "period")
_SEARCHED = ("text", "id")


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows. ``total`` counts all rows of the selection; ``after`` continues behind the last one, None at the end."""

    rows: pa.Table
    total: int
    after: tuple[Any, ...] | None


def orders(column: Column) -> bool:
    """Whether a column has a low and a high end to filter by."""
    return column.type in _ORDERED


def order_of(of: Collection, sort: tuple[str, ...]) -> tuple[tuple[str, bool], ...]:
    """(column, descending) pairs that order the rows totally: what was asked for, then the key."""
    wanted = [(name.removeprefix("-"), name.startswith("-")) for name in sort]
    names = dict.fromkeys(name for name, _ in wanted)
    first = {name: next(d for n, d in wanted if n == name) for name in names}
    return tuple(first.items()) + tuple((name, False) for name in of.table.key if name not in first)


def read_page(
    reader: Reader,
    of: Collection,
    rows: pa.Table | None,
    chosen: Selection,
    *,
    limit: int,
    after: tuple[Any, ...] | None = None,
) -> Page:
    """One page.

    Args:
        reader: the region.
        of: which collection.
        rows: its computed rows; None for a table of the store.
        chosen: which rows in which order.
        limit: at most so many rows.
        after: values of the order's columns in the last row of the page before.
    """
    relation = ident(of.name)
    if rows is not None:
        relation = ident(f"result_{of.name}")
        reader.connection.register(f"result_{of.name}", rows)
    try:
        condition, params = _where(of, chosen)
        total = reader.sql(f"SELECT count(*) AS n FROM {relation} WHERE {condition}", params)["n"][0].as_py()
        order = order_of(of, chosen.sort)
        more, more_params = _after(of, order, after)
        columns = ", ".join(ident(c) for c in of.table.column_names)
        found = reader.sql(
            f"SELECT {columns} FROM {relation} WHERE {condition} AND {more} ORDER BY {_order(order)} LIMIT {limit + 1}",
            params + more_params,
        )
    finally:
        if rows is not None:
            reader.connection.unregister(f"result_{of.name}")
    shown = found.slice(0, limit)
    last = None
    if len(found) > limit and limit:
        last = tuple(shown[name][limit - 1].as_py() for name, _ in order)
    return Page(shown, int(total), last)


def facets(reader: Reader, of: Collection, column: str, chosen: Selection, *, most: int) -> pa.Table:
    """How many rows of a selection have which value of a column: ``value`` (text, null for none) and ``rows``."""
    condition, params = _where(of, chosen)
    return reader.sql(
        f"SELECT {ident(column)}::VARCHAR AS value, count(*) AS rows FROM {ident(of.name)} WHERE {condition}"
        f" GROUP BY 1 ORDER BY 2 DESC, 1 NULLS LAST LIMIT {most}",
        params,
    )


def one_row(reader: Reader, of: Collection, key: tuple[Any, ...]) -> dict[str, Any] | None:
    """The row with a key, or None."""
    condition = " AND ".join(f"{ident(k)} = ?" for k in of.table.key)
    rows = reader.sql(f"SELECT * FROM {ident(of.name)} WHERE {condition} LIMIT 1", list(key)).to_pylist()
    found: dict[str, Any] | None = rows[0] if rows else None
    return found


def searched_columns(of: Collection) -> list[str]:
    """The columns in which words are searched for."""
    return [c.name for c in of.table.columns if c.type in _SEARCHED]


def _where(of: Collection, chosen: Selection) -> tuple[str, list[Any]]:
    parts: list[str] = ["true"]
    params: list[Any] = []
    for name, values in chosen.any_of.items():
        column = of.table.column(name)
        parts.append(f"{ident(name)} IN ({', '.join(_value(column) for _ in values)})")
        params += values
    for sign, bounds in ((">=", chosen.low), ("<=", chosen.high)):
        for name, bound in bounds.items():
            parts.append(f"{ident(name)} {sign} {_value(of.table.column(name))}")
            params.append(bound)
    if chosen.search:
        searched = searched_columns(of)
        found = [f"contains(lower({ident(c)}), lower(?))" for c in searched]
        parts.append(f"({' OR '.join(found) or 'false'})")
        params += [chosen.search] * len(searched)
    return " AND ".join(parts), params


def _order(order: tuple[tuple[str, bool], ...]) -> str:
    return ", ".join(f"{ident(name)} {'DESC' if down else 'ASC'} NULLS LAST" for name, down in order)


def _after(
    of: Collection, order: tuple[tuple[str, bool], ...], last: tuple[Any, ...] | None
) -> tuple[str, list[Any]]:
    """Condition for rows behind ``last``: equal in the first columns of the order, behind it in the next."""
    if last is None:
        return "true", []
    ways: list[str] = []
    params: list[Any] = []
    equal: list[str] = []
    equal_params: list[Any] = []
    for (name, down), value in zip(order, last, strict=True):
        column = of.table.column(name)
        cell, given = ident(name), _value(column)
        if value is not None:
            behind = f"({cell} {'<' if down else '>'} {given} OR {cell} IS NULL)"
            ways.append(" AND ".join([*equal, behind]))
            params += [*equal_params, value]
        equal.append(f"{cell} IS NOT DISTINCT FROM {given}")
        equal_params.append(value)
    return "(" + (" OR ".join(f"({way})" for way in ways) or "false") + ")", params


def _value(column: Column) -> str:
    return f"CAST(? AS {column.sql_type})"
