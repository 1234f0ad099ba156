"""Validation SQL generated from the schema.

A *raw* relation has one text column per column of the table, as read from a file; `clean_select` takes blanks off
its cells. For every column, `column_rules` gives conditions on a clean cell in the order in which they are tried; the
first that holds names the problem. `convert` turns a clean cell into the column's type and gives null where it
cannot. Row checks and checks that look across tables run on the converted values.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lianzhang.i18n import Text
from lianzhang.schema.ddl import ident, literal
from lianzhang.schema.model import PERIOD_PATTERN, Column, Table

#: Space, tab, line ends, no-break space, the wide space of Chinese keyboards.
_BLANKS = literal(" \t\n\r\u00a0\u3000")
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_WHOLE = r"[+-]?\d+(?:\.0*)?"
_TRUE = ("true", "1", "yes", "是")
_FALSE = ("false", "0", "no", "否")

# What Excel makes of codes when a sheet is opened and saved.
_EXCEL_SCIENTIFIC = r"[+-]?\d(?:\.\d+)?[eE]\+\d+"
_EXCEL_FLOAT = r"\d+\.0+"
_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_EXCEL_DATE = (
    rf"\d{{1,2}}月\d{{1,2}}日|\d{{4}}年\d{{1,2}}月(?:\d{{1,2}}日)?|{_MONTH}-\d{{2}}|\d{{1,2}}-{_MONTH}(?:-\d{{2,4}})?"
    r"|\d{4}/\d{1,2}/\d{1,2}"
)

#: Text columns that hold codes although they are not ids and have no pattern.
_CODE_COLUMNS = frozenset({"code", "ticker"})


@dataclass(frozen=True, slots=True)
class CrossCheck:
    """A rule over several rows or tables, in SQL on converted relations.

    ``sql`` selects ``_row``, the row's number in its file, and ``value``, the offending value as text;
    ``{table}`` names stand for the relations. It runs when the table in ``table`` is in the pack.
    """

    rule: str
    table: str
    field: str
    sql: str
    needs: tuple[str, ...] = ()


def clean_select(table: Table, relation: str) -> str:
    """A query that takes the blanks off the cells of a raw relation (with ``_row``); nothing left is null.

    Text keeps its blanks, unless there is nothing else.
    """
    return (
        "SELECT _row, "
        + ", ".join(f"{_clean(c)} AS {ident(c.name)}" for c in table.columns)
        + f" FROM {relation}"
    )


def _clean(column: Column) -> str:
    name = ident(column.name)
    bare = f"nullif(trim({name}, {_BLANKS}), '')"
    return f"CASE WHEN {bare} IS NOT NULL THEN {name} END" if _keeps_blanks(column) else bare


def _keeps_blanks(column: Column) -> bool:
    return column.type == "text" and not is_code(column)


def is_code(column: Column) -> bool:
    """Whether the column holds codes, which spreadsheets mangle."""
    return column.type == "id" or column.pattern is not None or column.name in _CODE_COLUMNS


def convert(column: Column) -> str:
    """A clean cell in the column's type; null where it is empty or unreadable."""
    cell = ident(column.name)
    match column.type:
        case "id" | "text" | "word" | "period":
            return cell
        case "number":
            number = f"TRY_CAST({cell} AS DOUBLE)"
            return f"CASE WHEN regexp_full_match({cell}, {literal(_NUMBER)}) AND isfinite({number}) THEN {number} END"
        case "integer":
            whole = f"TRY_CAST(regexp_replace({cell}, '\\.0*$', '') AS BIGINT)"
            return f"CASE WHEN regexp_full_match({cell}, {literal(_WHOLE)}) THEN {whole} END"
        case "boolean":
            low = f"lower({cell})"
            return (
                f"CASE WHEN {low} IN {_words(_TRUE)} THEN true WHEN {low} IN {_words(_FALSE)} THEN false END"
            )
        case "date":
            return f"CASE WHEN regexp_full_match({cell}, '\\d{{4}}-\\d{{2}}-\\d{{2}}') THEN TRY_CAST({cell} AS DATE) END"


def column_rules(column: Column) -> list[tuple[str, str]]:
    """(rule, condition) pairs for a clean cell; the first condition that is true names the problem."""
    cell = ident(column.name)
    rules: list[tuple[str, str]] = []
    if not column.nullable:
        rules.append(("missing-value", f"{cell} IS NULL"))
    if is_code(column):
        rules.append(("excel-scientific", f"regexp_full_match({cell}, {literal(_EXCEL_SCIENTIFIC)})"))
        rules.append(("excel-float", f"regexp_full_match({cell}, {literal(_EXCEL_FLOAT)})"))
    if is_code(column) or column.type in ("word", "period"):
        rules.append(("excel-date", f"regexp_full_match({cell}, {literal(_EXCEL_DATE)})"))
    if column.one_of:
        rules.append(("unknown-code", f"{cell} NOT IN {_words(column.one_of)}"))
    rules += _type_rules(column, cell)
    if column.minimum is not None or column.maximum is not None:
        value = convert(column)
        low = [] if column.minimum is None else [f"({value}) < {literal(column.minimum)}"]
        high = [] if column.maximum is None else [f"({value}) > {literal(column.maximum)}"]
        if column.maximum == 1:
            # A share written in percent is the usual slip; it gets a remedy of its own.
            rules.append(("percent-for-share", f"({value}) > 1 AND ({value}) <= 100"))
        rules.append(("out-of-range", " OR ".join(low + high)))
    if column.pattern is not None:
        rules += _pattern_rules(column.pattern, cell)
    return rules


def column_notices(column: Column) -> list[tuple[str, str]]:
    """(rule, condition on the raw cell) pairs of things that are mended while reading and only told."""
    if _keeps_blanks(column):
        return []
    name = ident(column.name)
    return [("spaces", f"{name} <> trim({name}, {_BLANKS})")]


def row_rules(table: Table) -> list[tuple[str, str, str]]:
    """(rule, field, condition that means a problem) of the table's own checks, on converted values."""
    return [(check.rule, check.field, f"({check.sql}) IS FALSE") for check in table.checks]


def typed_select(table: Table, relation: str, *, keep_row: bool = True) -> str:
    """A query that converts a raw relation (with ``_row``) into the table's types."""
    row = "_row, " if keep_row else ""
    cells = ", ".join(f"{convert(c)} AS {ident(c.name)}" for c in table.columns)
    return f"SELECT {row}{cells} FROM ({clean_select(table, relation)})"


def row_key(table: Table) -> str:
    """The key as one comparable value in which null is a value like any other."""
    return "row(" + ", ".join(ident(name) for name in table.key) + ")"


#: How far the parts of a sector's output may be from it before a pack is told, in its share of output.
IO_TOLERANCE = 0.01


def _unbalanced(intermediate: str, closing: str) -> str:
    """Sectors whose parts do not add up to their output; tables that lack either part are not judged."""
    return (
        f"WITH part AS (SELECT io_table_id, sector_id, sum(value_cny) AS cny FROM ({intermediate} UNION ALL {closing})"
        f" GROUP BY ALL), whole AS (SELECT DISTINCT io_table_id FROM ({closing}))"
        " SELECT s._row, s.output_cny::VARCHAR AS value FROM {io_sectors} s JOIN whole USING (io_table_id)"
        " LEFT JOIN part USING (io_table_id, sector_id)"
        f" WHERE abs(s.output_cny - coalesce(part.cny, 0)) > {IO_TOLERANCE} * s.output_cny"
    )


CROSS_CHECKS: tuple[CrossCheck, ...] = (
    CrossCheck(
        rule="share-over-100",
        table="observations",
        field="value",
        needs=("indicators",),
        sql="SELECT o._row, o.value::VARCHAR AS value FROM {observations} o JOIN {indicators} i USING (indicator_id)"
        " WHERE i.measure = 'share' AND i.unit = '%' AND (o.value > 100 OR o.value < 0)",
    ),
    CrossCheck(
        rule="share-over-100",
        table="statements",
        field="value",
        sql="SELECT _row, greatest(value, lower, upper)::VARCHAR AS value FROM {statements}"
        " WHERE measure = 'share' AND unit = '%' AND greatest(value, lower, upper) > 100",
    ),
    CrossCheck(
        rule="two-preferred",
        table="observations",
        field="preferred",
        sql="SELECT _row, period AS value FROM {observations} WHERE preferred QUALIFY row_number() OVER"
        " (PARTITION BY indicator_id, series, region_id, sector_id, period ORDER BY _row) > 1",
    ),
    CrossCheck(
        rule="two-main",
        table="cluster_sectors",
        field="main",
        needs=("clusters",),
        sql="SELECT s._row, s.sector_id AS value FROM {cluster_sectors} s JOIN {clusters} c USING (cluster_id)"
        " WHERE s.main QUALIFY row_number() OVER (PARTITION BY c.taxonomy_id, s.sector_id ORDER BY s._row) > 1",
    ),
    CrossCheck(
        rule="two-main",
        table="taxonomies",
        field="main",
        sql="SELECT _row, taxonomy_id AS value FROM {taxonomies} WHERE main QUALIFY row_number() OVER"
        " (PARTITION BY kind, cluster_id ORDER BY _row) > 1",
    ),
    CrossCheck(
        rule="io-uses",
        table="io_sectors",
        field="output_cny",
        needs=("io_flows", "io_final_demand"),
        sql=_unbalanced(
            "SELECT io_table_id, from_sector AS sector_id, value_cny FROM {io_flows}",
            "SELECT io_table_id, sector_id, value_cny FROM {io_final_demand}",
        ),
    ),
    CrossCheck(
        rule="io-inputs",
        table="io_sectors",
        field="output_cny",
        needs=("io_flows", "io_value_added"),
        sql=_unbalanced(
            "SELECT io_table_id, to_sector AS sector_id, value_cny FROM {io_flows}",
            "SELECT io_table_id, sector_id, value_cny FROM {io_value_added} QUALIFY component <> 'total' OR"
            " NOT bool_or(component <> 'total') OVER (PARTITION BY io_table_id)",
        ),
    ),
)

#: Columns that point to another row of their own table and must lead to a root.
TREE_COLUMNS = ("parent_id", "group_id")


def fixed_digits(pattern: str | None) -> int | None:
    """How many digits a pattern of the form ``[0-9]{n}`` asks for."""
    found = re.fullmatch(r"\[0-9\]\{(\d+)\}", pattern or "")
    return int(found.group(1)) if found else None


def period_valid(cell: str) -> str:
    """Condition: the text is a period, its dates exist and ranges run forwards (`PERIOD_PATTERN`)."""
    return (
        f"regexp_full_match({cell}, {literal(PERIOD_PATTERN)}) AND left({cell}, 4) <> '0000' AND CASE"
        f" WHEN {cell} LIKE '____..____' THEN left({cell}, 4) <= right({cell}, 4)"
        f" WHEN {cell} LIKE '____-__..__' THEN substr({cell}, 6, 2) <= right({cell}, 2)"
        f" WHEN {cell} LIKE '____-Q_..Q_' THEN substr({cell}, 7, 1) <= right({cell}, 1)"
        f" WHEN {cell} LIKE '____-__-__' THEN TRY_CAST({cell} AS DATE) IS NOT NULL ELSE true END"
    )


def _type_rules(column: Column, cell: str) -> list[tuple[str, str]]:
    present = f"{cell} IS NOT NULL"
    match column.type:
        case "number":
            return [("unreadable-number", f"{present} AND ({convert(column)}) IS NULL")]
        case "integer":
            fraction = f"regexp_full_match({cell}, {literal(_NUMBER)}) AND NOT regexp_full_match({cell}, {literal(_WHOLE)})"
            return [
                ("not-whole", fraction),
                ("unreadable-number", f"{present} AND ({convert(column)}) IS NULL"),
            ]
        case "boolean":
            return [("unreadable-boolean", f"{present} AND ({convert(column)}) IS NULL")]
        case "date":
            return [("unreadable-date", f"{present} AND ({convert(column)}) IS NULL")]
        case "period":
            return [("unreadable-period", f"{present} AND NOT ({period_valid(cell)})")]
        case _:
            return []


def _pattern_rules(pattern: str, cell: str) -> list[tuple[str, str]]:
    rules = []
    digits = fixed_digits(pattern)
    if digits is not None:
        rules.append(("excel-zeros", f"regexp_full_match({cell}, '[0-9]{{1,{digits - 1}}}')"))
    if "{18}" in pattern:
        rules.append(("excel-digits", _zeroed(cell)))
    rules.append(("pattern", f"NOT regexp_full_match({cell}, {literal(pattern)})"))
    return rules


def _zeroed(cell: str) -> str:
    """Excel keeps 15 digits of a number: the last three of an 18-digit code become zeros. A code that ends so by
    nature has a check character that fits (GB 32100-2015: 31 − Σ c_i 3^i mod 31)."""
    products = " + ".join(f"substr({cell}, {i + 1}, 1)::INTEGER * {3**i % 31}" for i in range(17))
    fits = f"(31 - ({products}) % 31) % 31 = 0"
    return f"CASE WHEN regexp_full_match({cell}, '[0-9]{{15}}000') THEN NOT ({fits}) ELSE false END"


def _words(values: tuple[str, ...]) -> str:
    return "(" + ", ".join(literal(v) for v in values) + ")"


def describe(table: Table, field: str, rule: str) -> Text | None:
    """The remedy that the schema itself gives for a rule of its own."""
    for check in table.checks:
        if check.rule == rule and check.field == field:
            return check.remedy
    return None
