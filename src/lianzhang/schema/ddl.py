"""SQL text for the schema's tables: quoting, `CREATE TABLE`, empty relations."""

from __future__ import annotations

from lianzhang.schema.model import Table


def ident(name: str) -> str:
    """A name as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str | float) -> str:
    """A value as an SQL literal."""
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return repr(value)


def create_table(table: Table, name: str | None = None) -> str:
    """`CREATE TABLE` with types and NOT NULL. Keys and references stay with the checks: a key column may be
    null here (a figure without a sector), which SQL's PRIMARY KEY forbids."""
    lines = [
        f"  {ident(c.name)} {c.sql_type}{'' if c.nullable else ' NOT NULL'} -- {c.label.en}; {c.label.zh}"
        for c in table.columns
    ]
    body = "\n".join(_with_comma(line, last=i == len(lines) - 1) for i, line in enumerate(lines))
    return f"CREATE TABLE {ident(name or table.name)} (\n{body}\n)"


def empty_select(table: Table) -> str:
    """A query without rows that has the table's columns and types."""
    columns = ", ".join(f"NULL::{c.sql_type} AS {ident(c.name)}" for c in table.columns)
    return f"SELECT {columns} WHERE false"


def _with_comma(line: str, *, last: bool) -> str:
    declaration, comment = line.split(" -- ", 1)
    return f"{declaration}{'' if last else ','} -- {comment}"
