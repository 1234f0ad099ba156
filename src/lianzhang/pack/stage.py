"""Bring the files of a pack into a scratch database as text, so that every check is SQL over them."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from lianzhang.i18n import Text
from lianzhang.pack.model import Pack, Progress, Report, Resource
from lianzhang.pack.package import nearest
from lianzhang.pack.text import rewrite, scan_csv
from lianzhang.schema import Table, tables
from lianzhang.schema.checks import typed_select
from lianzhang.schema.ddl import ident, literal

_PERSONAL = (
    "法定代表人",
    "法人代表",
    "联系人",
    "电话",
    "手机",
    "phone",
    "mobile",
    "tel",
    "legal_rep",
    "legal_representative",
    "contact",
)

#: Packs of fewer bytes are checked in memory.
_SMALL = 32 << 20


@dataclass(slots=True)
class Stage:
    """A scratch database with a raw and a converted relation for every table of the pack.

    ``raw[t]`` has ``_row`` and one text column per column of table *t*; ``typed[t]`` the same rows with the
    schema's types. ``given[t]`` are the columns that the file has.
    """

    connection: duckdb.DuckDBPyConnection
    folder: Path
    raw: dict[str, str] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    given: dict[str, frozenset[str]] = field(default_factory=dict)


@contextmanager
def interruptible(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Ctrl-C during a query reaches the caller as what it is; the database makes a `RuntimeError` of it and lets its
    other threads run on, which would make closing wait for them."""
    try:
        yield
    except RuntimeError as error:
        if str(error) == "Query interrupted":
            connection.interrupt()
            raise KeyboardInterrupt from error
        raise


@contextmanager
def staging(
    pack: Pack | None, scratch: Path | None = None, memory_gb: float = 1.0, threads: int | None = None
) -> Iterator[Stage]:
    """An empty stage in a scratch folder that is removed at the end.

    Args:
        pack: the pack to come; a small one is kept in memory.
        scratch: folder to make the scratch folder in; the system's own by default.
        memory_gb: memory limit of the database; beyond it, it uses the scratch folder.
        threads: threads of the database; all cores by default.
    """
    folder = Path(tempfile.mkdtemp(prefix="pack-", dir=scratch))
    try:
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": f"{memory_gb}GB",
            "temp_directory": str(folder / "spill"),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        if threads is not None:
            config["threads"] = threads
        small = pack is None or sum((pack.folder / r.path).stat().st_size for r in pack.resources) < _SMALL
        connection = duckdb.connect(":memory:" if small else str(folder / "stage.duckdb"), config=config)
        try:
            with interruptible(connection):
                yield Stage(connection, folder)
        finally:
            connection.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def stage_pack(stage: Stage, pack: Pack, report: Report, progress: Progress) -> None:
    """Read every resource of the pack into the stage; what cannot be read goes into the report."""
    sizes = {r.name: (pack.folder / r.path).stat().st_size for r in pack.resources}
    whole, done = max(sum(sizes.values()), 1), 0
    for resource in pack.resources:
        label = Text(f"读取 {resource.path}", f"reading {resource.path}")

        def tick(size: int, label: Text = label, done: int = done) -> None:
            progress(label, (done + size / 2) / whole)

        progress(label, done / whole)
        if resource.format == "csv":
            _stage_csv(stage, pack, resource, report, tick)
        else:
            _stage_parquet(stage, pack, resource, report)
        done += sizes[resource.name]


def _stage_csv(stage: Stage, pack: Pack, resource: Resource, report: Report, tick: object) -> None:
    path = pack.folder / resource.path
    assert callable(tick)
    scan = scan_csv(path, resource, report, tick)
    if scan is None or not _header(scan.header, resource, report):
        return
    width = len(scan.header)
    raw = ident(f"csv_{resource.name}")
    connection = stage.connection
    if scan.clean:
        _read_csv(connection, raw, path, [f"c{i}" for i in range(width)])
        row = "rowid + 2"
    if not scan.clean or _count(connection, raw) != scan.records:
        clean = stage.folder / f"{resource.name}.csv"
        rewrite(path, scan, clean)
        _read_csv(connection, raw, clean, ["_row", *(f"c{i}" for i in range(width))])
        clean.unlink()
        row = "_row::BIGINT"
    _finish(
        stage,
        resource,
        raw,
        row,
        dict(zip(scan.header, (f"c{i}" for i in range(width)), strict=True)),
        report,
    )


def _read_csv(connection: duckdb.DuckDBPyConnection, raw: str, path: Path, columns: list[str]) -> None:
    types = ", ".join(f"{literal(c)}: 'VARCHAR'" for c in columns)
    connection.execute(
        f"CREATE OR REPLACE TABLE {raw} AS SELECT * FROM read_csv({literal(str(path))}, auto_detect=false, header=true,"
        f" delim=',', quote='\"', escape='\"', nullstr='', max_line_size=16000000, buffer_size=32000000,"
        f" columns={{{types}}})"
    )


def _count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    found = connection.execute(f"SELECT count(*) FROM {relation}").fetchone()
    assert found is not None
    return int(found[0])


def _stage_parquet(stage: Stage, pack: Pack, resource: Resource, report: Report) -> None:
    path = pack.folder / resource.path
    file, table = resource.path, resource.name
    size = path.stat().st_size
    if size == 0:
        report.add("empty-file", file, table=table)
        return
    with path.open("rb") as handle:
        head = handle.read(4)
        handle.seek(max(size - 4, 0))
        tail = handle.read(4)
    if head != b"PAR1" or tail != b"PAR1":
        # A Parquet file ends with its index; a file that lacks it was cut off.
        report.add("truncated-file" if head == b"PAR1" else "unreadable-file", file, table=table)
        return
    try:
        arrow = pq.read_schema(path)
    except (pa.ArrowException, OSError) as error:
        report.add("unreadable-file", file, table=table, value=str(error).splitlines()[0])
        return
    if not _header(tuple(arrow.names), resource, report):
        return
    texts, bad = [], False
    for name in arrow.names:
        text = _as_text(name, arrow.field(name).type)
        if text is None:
            report.add("column-type", file, table=table, field=name, value=str(arrow.field(name).type))
            bad = True
        else:
            texts.append(f"{text} AS {ident(name)}")
    if bad:
        return
    raw = ident(f"parquet_{table}")
    try:
        stage.connection.execute(
            f"CREATE OR REPLACE TABLE {raw} AS SELECT {', '.join(texts)} FROM read_parquet({literal(str(path))})"
        )
    except duckdb.Error as error:
        report.add("unreadable-file", file, table=table, value=str(error).splitlines()[0])
        return
    _finish(stage, resource, raw, "rowid + 2", {n: ident(n) for n in arrow.names}, report)


def _as_text(name: str, kind: pa.DataType) -> str | None:
    """SQL that writes a Parquet column as text; None where the type has no plain text."""
    column = ident(name)
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if pa.types.is_timestamp(kind):
        return f"CASE WHEN {column} = date_trunc('day', {column}) THEN strftime({column}, '%Y-%m-%d') ELSE {column}::VARCHAR END"
    plain = (
        pa.types.is_string,
        pa.types.is_large_string,
        pa.types.is_string_view,
        pa.types.is_integer,
        pa.types.is_floating,
        pa.types.is_decimal,
        pa.types.is_boolean,
        pa.types.is_date,
        pa.types.is_null,
    )
    return f"nullif({column}::VARCHAR, '')" if any(test(kind) for test in plain) else None


def _header(header: tuple[str, ...], resource: Resource, report: Report) -> bool:
    """Compare a header with the table's columns; False where two columns have one name."""
    table, file = tables()[resource.name], resource.path
    doubled = sorted({name for name in header if header.count(name) > 1})
    for name in doubled:
        report.add("duplicate-header", file, table=table.name, row=1, field=name, value=name)
    for name in header:
        if name not in table.column_names and name not in doubled:
            report.add(
                "unknown-column",
                file,
                table=table.name,
                row=1,
                field=name,
                value=name,
                remedy=_column_remedy(name, table),
            )
    absent = [c for c in table.columns if c.name not in header]
    for column in absent:
        if not column.nullable:
            report.add("missing-column", file, table=table.name, row=1, field=column.name)
    optional = [c.name for c in absent if c.nullable]
    if optional:
        report.add("absent-columns", file, table=table.name, row=1, value=", ".join(optional))
    return not doubled


def _column_remedy(name: str, table: Table) -> Text | None:
    if any(word in name.lower() for word in _PERSONAL):
        return Text(
            "个人姓名和电话一律不存，请删去此列",
            "names of persons and phone numbers are never stored; remove the column",
        )
    for column in table.columns:
        if name in (column.label.zh, column.label.en):
            return Text(f"列名写 {column.name}", f"name the column {column.name}")
    return nearest(name, table.column_names)


def _finish(
    stage: Stage, resource: Resource, raw: str, row: str, columns: dict[str, str], report: Report
) -> None:
    """Views with the table's column names; rows without any value are left out and told."""
    table = tables()[resource.name]
    connection = stage.connection
    known = {c.name: columns[c.name] for c in table.columns if c.name in columns}
    every = ", ".join(columns.values())
    blank = connection.execute(
        f"SELECT {row} FROM {raw} WHERE coalesce({every}) IS NULL ORDER BY 1"
    ).fetchall()
    if blank:
        connection.execute(f"DELETE FROM {raw} WHERE coalesce({every}) IS NULL")
        for (number,) in blank:
            report.add("blank-row", resource.path, table=table.name, row=int(number))
    cells = ", ".join(f"{known.get(c.name, 'NULL::VARCHAR')} AS {ident(c.name)}" for c in table.columns)
    raw_view, typed_view = ident(f"raw_{table.name}"), ident(f"typed_{table.name}")
    connection.execute(f"CREATE OR REPLACE VIEW {raw_view} AS SELECT {row} AS _row, {cells} FROM {raw}")
    connection.execute(f"CREATE OR REPLACE VIEW {typed_view} AS {typed_select(table, raw_view)}")
    stage.raw[table.name] = raw_view
    stage.typed[table.name] = typed_view
    stage.files[table.name] = resource.path
    stage.given[table.name] = frozenset(known)
    report.rows[table.name] = _count(connection, raw)
