"""What a table and a column are. The tables themselves are data: ``schema/tables/*.toml``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from lianzhang.i18n import Text

ColumnType = Literal["id", "text", "word", "integer", "number", "boolean", "date", "period"]

#: DuckDB type of each column type. Periods stay text: their order and ends come from `lianzhang.schema.period`.
SQL_TYPES: dict[ColumnType, str] = {
    "id": "VARCHAR",
    "text": "VARCHAR",
    "word": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "period": "VARCHAR",
}

#: 2024 · 2024-03 · 2024-03-31 · 2024-Q1 · 2024-H1 · 2024-01..10 · 2024-Q1..Q3 · 2022..2030
PERIOD_PATTERN = (
    r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01])|\.\.(?:0[1-9]|1[0-2]))?"
    r"|-Q[1-4](?:\.\.Q[1-4])?|-H[12]|\.\.\d{4})?"
)

#: The marks that tell a reader how a row came about; every row that states a fact carries one.
STATUSES = ("official", "derived", "estimated", "reconstructed", "synthetic")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table."""

    name: str
    type: ColumnType
    label: Text
    about: Text
    nullable: bool = False
    unit: str | None = None
    references: str | None = None
    one_of: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    pattern: str | None = None

    @property
    def sql_type(self) -> str:
        """DuckDB type."""
        return SQL_TYPES[self.type]


@dataclass(frozen=True, slots=True)
class Check:
    """A rule over one row: an SQL expression that must not be false."""

    rule: str
    field: str
    sql: str
    remedy: Text


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the graph."""

    name: str
    word: str
    label: Text
    about: Text
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    checks: tuple[Check, ...] = field(default=())

    def column(self, name: str) -> Column:
        """The column of that name.

        Raises:
            KeyError: there is none.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names in order."""
        return tuple(column.name for column in self.columns)

    @property
    def references(self) -> dict[str, str]:
        """Column → table whose key it points to."""
        return {c.name: c.references for c in self.columns if c.references is not None}
