"""Every table of the graph as data: column, type, unit, null, check, description, owner word."""

from lianzhang.schema.model import PERIOD_PATTERN, SQL_TYPES, STATUSES, Check, Column, Table
from lianzhang.schema.registry import table, tables, words

__all__ = ["PERIOD_PATTERN", "SQL_TYPES", "STATUSES", "Check", "Column", "Table", "table", "tables", "words"]
