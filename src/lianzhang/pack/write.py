"""Write a pack: tables in memory or in files become a folder with `datapackage.json`."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from lianzhang.errors import UsageError
from lianzhang.i18n import Text
from lianzhang.pack.package import FILE, describe_package
from lianzhang.schema import Table, table, tables

Rows = Sequence[Mapping[str, Any]] | pa.Table

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
        absent = pa.nulls
        return pa.table(
            {
                f.name: rows[f.name].cast(f.type) if f.name in names else absent(len(rows), f.type)
                for f in schema
            },
            schema=schema,
        )
    return pa.Table.from_pylist([dict(row) for row in rows], schema=schema)


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
        data = arrow_table(described, content[described.name])
        if format == "parquet":
            pq.write_table(data, folder / path, compression="zstd")
        else:
            write_csv(folder / path, data)
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


def write_csv(path: Path, data: pa.Table) -> None:
    """Write CSV as `pack check` reads it: UTF-8, \\n, quotes only where needed, empty for null."""
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(data.column_names)
        for batch in data.to_batches(max_chunksize=50_000):
            writer.writerows(zip(*(map(_cell, column.to_pylist()) for column in batch.columns), strict=True))


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, float) else value
