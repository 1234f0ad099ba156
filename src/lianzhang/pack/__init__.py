"""A region as a folder of tables: check it, write it, start one."""

from lianzhang.pack.bundle import bundled, find_pack
from lianzhang.pack.check import Prepared, check, prepared
from lianzhang.pack.model import Pack, Problem, Progress, Report, Resource, silent
from lianzhang.pack.package import describe_package, read_package, table_schema
from lianzhang.pack.rules import RULES, Rule
from lianzhang.pack.write import Rows, arrow_schema, arrow_table, write_csv, write_pack

__all__ = [
    "RULES",
    "Pack",
    "Prepared",
    "Problem",
    "Progress",
    "Report",
    "Resource",
    "Rows",
    "Rule",
    "arrow_schema",
    "arrow_table",
    "bundled",
    "check",
    "describe_package",
    "find_pack",
    "prepared",
    "read_package",
    "silent",
    "table_schema",
    "write_csv",
    "write_pack",
]
