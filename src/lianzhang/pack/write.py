"""Write a pack: tables in memory or in files become a folder with `datapackage.json`."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from lianzhang.errors import UsageError
from lianzhang.i18n import Text
from lianzhang.pack.package import FILE, describe_package
from lianzhang.schema import Table, table, tables

#: Rows of one table: mappings, an Arrow table, or blocks of it one after the other (read once).
Rows = Sequence[Mapping[str, Any]] | pa.Table | Iterator[pa.Table]

_ARROW = {
    "id": pa.string(),
    "text": pa.string(),
    "word": pa.string(),
    "period": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
}


def arrow_schema(described: Table) -> pa.Schema:
    """Arrow types of a table's columns."""
    return pa.schema([pa.field(c.name, _ARROW[c.type]) for c in described.columns])


def arrow_table(described: Table, rows: Rows) -> pa.Table:
    """Rows as an Arrow table with the schema's columns, absent ones null.

    Raises:
        UsageError: a row has a column that the table does not have.
    """
    return pa.concat_tables(_blocks(described, rows))


def _blocks(described: Table, rows: Rows) -> Iterator[pa.Table]:
    if isinstance(rows, Iterator):
        for block in rows:
            yield _block(described, block)
    else:
        yield _block(described, rows)


def _block(described: Table, rows: Sequence[Mapping[str, Any]] | pa.Table) -> pa.Table:
    schema = arrow_schema(described)
    names = (
        rows.column_names if isinstance(rows, pa.Table) else sorted({name for row in rows for name in row})
    )
    unknown = [name for name in names if name not in described.column_names]
    if unknown:
        raise UsageError(
            Text(
                f"表 {described.name} 没有列 {unknown}",
                f"the table {described.name} has no columns {unknown}",
            ),
            hint=Text("见数据字典", "see the data dictionary"),
        )
    if isinstance(rows, pa.Table):
        cells = {
            f.name: rows[f.name].cast(f.type) if f.name in names else pa.nulls(len(rows), f.type)
            for f in schema
        }
        return pa.table(cells, schema=schema)
    return pa.table(
        {f.name: pa.array([_value(f.type, row.get(f.name)) for row in rows], f.type) for f in schema},
        schema=schema,
    )


def _value(kind: pa.DataType, value: Any) -> Any:
    """Dates may be given as text."""
    return date.fromisoformat(value) if pa.types.is_date(kind) and isinstance(value, str) else value


def write_pack(
    folder: Path,
    content: Mapping[str, Rows],
    *,
    name: str,
    title: Text,
    region: str,
    as_of: str | None = None,
    version: str = "1",
    languages: Iterable[str] = ("zh", "en"),
    format: Literal["csv", "parquet"] = "csv",  # noqa: A002 - the word of the file itself
) -> Path:
    """Write tables as a pack.

    Args:
        folder: made where it does not exist; files of the same names are replaced.
        content: table → rows, as mappings or as an Arrow table; tables not named are left out.
        name: short name of the region: lower-case letters, digits, dots, dashes.
        title: name of the region for readers.
        region: ``region_id`` of the whole region.
        as_of: date the data speak of, ISO.
        version: version of the pack.
        languages: languages the texts are in.
        format: CSV for people, Parquet for millions of rows.

    Returns:
        Path of `datapackage.json`.

    Raises:
        UnknownNameError: the schema has no such table.
        UsageError: a row has a column that its table does not have.
    """
    for wanted in content:
        table(wanted)
    (folder / "data").mkdir(parents=True, exist_ok=True)
    resources: list[tuple[str, str, Literal["csv", "parquet"]]] = []
    for described in tables().values():
        if described.name not in content:
            continue
        path = f"data/{described.name}.{format}"
        blocks = _blocks(described, content[described.name])
        if format == "parquet":
            with pq.ParquetWriter(folder / path, arrow_schema(described), compression="zstd") as writer:
                for block in blocks:
                    writer.write_table(block)
        else:
            write_csv(folder / path, blocks)
        resources.append((described.name, path, format))
    target = folder / FILE
    text = describe_package(
        name=name,
        title=title,
        region=region,
        as_of=as_of,
        version=version,
        languages=languages,
        resources=resources,
    )
    target.write_text(text, encoding="utf-8")
    return target


def write_csv(path: Path, blocks: Iterable[pa.Table]) -> None:
    """Write CSV as `pack check` reads it: UTF-8, \\n, quotes only where needed, empty for null."""
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        for index, block in enumerate(blocks):
            if index == 0:
                writer.writerow(block.column_names)
            for batch in block.to_batches(max_chunksize=50_000):
                writer.writerows(
                    zip(*(map(_cell, column.to_pylist()) for column in batch.columns), strict=True)
                )


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, float) else value
