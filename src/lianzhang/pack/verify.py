"""Run the generated checks over staged relations and put what they find into a report."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import duckdb
import numpy as np

from lianzhang.i18n import Text
from lianzhang.pack.model import Report
from lianzhang.pack.package import key_of, nearest
from lianzhang.schema import Column, Table, tables
from lianzhang.schema.checks import (
    CROSS_CHECKS,
    TREE_COLUMNS,
    clean_select,
    column_notices,
    column_rules,
    describe,
    fixed_digits,
    row_key,
    row_rules,
)
from lianzhang.schema.ddl import ident, literal
from lianzhang.units import UNITS, is_known

#: Nearest names are looked for among at most this many keys.
_MOST_NAMES = 20_000


def verify_table(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    *,
    raw: str,
    typed: str,
    relations: Mapping[str, str],
    given: Iterable[str],
    file: str,
    report: Report,
) -> None:
    """All checks of one table.

    Args:
        connection: database that holds the relations.
        table: the table's description.
        raw: relation of text cells with ``_row``.
        typed: the same rows converted.
        relations: table → converted relation that references are looked up in.
        given: columns that the file has; absent ones have been reported.
        file: name used in the report.
        report: takes the problems.
    """
    run = _Run(connection, table, raw, typed, dict(relations), frozenset(given), file, report)
    run.cells()
    run.rows()
    run.keys()
    run.references()
    run.trees()
    run.units()


def verify_across(
    connection: duckdb.DuckDBPyConnection,
    relations: Mapping[str, str],
    files: Mapping[str, str],
    report: Report,
) -> None:
    """Checks that look across rows and tables, for the tables named in ``files``."""
    for check in CROSS_CHECKS:
        if check.table not in files or any(name not in relations for name in (check.table, *check.needs)):
            continue
        sql = check.sql.format_map(relations)
        _examples(connection, sql, check.rule, files[check.table], check.table, check.field, report)
    if "statements" in files and "indicators" in relations:
        _unit_conflicts(connection, relations, files["statements"], report)


class _Run:
    """The checks of one table, which share where the rows are and which of them are already known to be bad."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        table: Table,
        raw: str,
        typed: str,
        relations: dict[str, str],
        given: frozenset[str],
        file: str,
        report: Report,
    ) -> None:
        self.connection = connection
        self.table = table
        self.raw = raw
        self.typed = typed
        self.relations = relations
        self.given = given
        self.file = file
        self.report = report
        self.bad: dict[str, str] = {}

    def cells(self) -> None:
        """Every cell against the rules of its column, in one pass when all is well."""
        columns = [c for c in self.table.columns if c.name in self.given]
        clean = f"({clean_select(self.table, self.raw)})"
        for rules_of, cells, notices in ((column_rules, clean, False), (column_notices, self.raw, True)):
            coded = [(c, rules_of(c)) for c in columns]
            coded = [(c, rules) for c, rules in coded if rules]
            if not coded:
                continue
            cases = ", ".join(f"{_case(rules)} AS r{i}" for i, (_c, rules) in enumerate(coded))
            counts = ", ".join(f"count(r{i})" for i in range(len(coded)))
            found = self.connection.execute(
                f"SELECT {counts} FROM (SELECT {cases} FROM {self.raw})"
            ).fetchone()
            assert found is not None
            for (column, rules), count in zip(coded, found, strict=True):
                if count:
                    self._cell_problems(column, rules, cells, notices)

    def _cell_problems(self, column: Column, rules: list[tuple[str, str]], cells: str, notices: bool) -> None:
        name = ident(column.name)
        bad = ident(f"bad_{self.table.name}_{column.name}")
        if notices:
            bad = ident(f"told_{self.table.name}_{column.name}")
        self.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {bad} AS SELECT _row, {name} AS value, r FROM"
            f" (SELECT _row, {name}, {_case(rules)} AS r FROM {cells}) WHERE r IS NOT NULL"
        )
        if not notices:
            self.bad[column.name] = bad
        totals = dict(
            self.connection.execute(f"SELECT r, count(*) FROM {bad} GROUP BY r ORDER BY r").fetchall()
        )
        for code, total in totals.items():
            rule = rules[code][0]
            shown = self.connection.execute(
                f"SELECT _row, value FROM {bad} WHERE r = {code} ORDER BY _row LIMIT {self.report.limit}"
            ).fetchall()
            for index, (row, value) in enumerate(shown):
                self._add(
                    rule,
                    column.name,
                    row,
                    value,
                    _cell_remedy(column, rule, value),
                    _share(total, shown, index),
                )

    def rows(self) -> None:
        """The table's own rules over a row, where the cells themselves are readable."""
        for rule, field, condition in row_rules(self.table):
            sql = f"SELECT _row, {ident(field)}::VARCHAR AS value FROM {self.typed} WHERE {condition}{self._without_bad()}"
            remedy = describe(self.table, field, rule)
            _examples(self.connection, sql, rule, self.file, self.table.name, field, self.report, remedy)

    def keys(self) -> None:
        """No key twice; null is a value like any other in a key column that may be null."""
        if not set(self.table.key) <= self.given | {c.name for c in self.table.columns if c.nullable}:
            return
        solid = [name for name in self.table.key if not self.table.column(name).nullable]
        where = " AND ".join(f"{ident(n)} IS NOT NULL" for n in solid) or "true"
        key = row_key(self.table)
        # Equal keys have equal hashes, so distinct hashes as many as rows prove that no key occurs twice.
        found = self.connection.execute(
            f"SELECT count(*), count(DISTINCT hash({key})) FROM {self.typed} WHERE {where}"
        ).fetchone()
        assert found is not None
        if found[0] == found[1]:
            return
        names = ", ".join(ident(n) for n in self.table.key)
        twice = ident(f"twice_{self.table.name}")
        self.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {twice} AS SELECT _row, concat_ws(' · ', {names}) AS value, first FROM"
            f" (SELECT _row, {names}, min(_row) OVER (PARTITION BY {names}) AS first FROM {self.typed} WHERE {where})"
            " WHERE _row > first"
        )
        total = _one(self.connection, f"SELECT count(*) FROM {twice}")
        shown = self.connection.execute(
            f"SELECT _row, value, first FROM {twice} ORDER BY _row LIMIT {self.report.limit}"
        ).fetchall()
        for index, (row, value, first) in enumerate(shown):
            remedy = Text(
                f"与第 {first} 行相同；删去一行，或改正主键",
                f"same as row {first}; remove one of them or correct the key",
            )
            self._add(
                "duplicate-key", ", ".join(self.table.key), row, value, remedy, _share(total, shown, index)
            )

    def references(self) -> None:
        """Every reference leads to a row."""
        for name, target in self.table.references.items():
            if name not in self.given:
                continue
            column, key = ident(name), ident(key_of(target))
            other = self.relations.get(target)
            lacking = (
                ""
                if other is None
                else f" AND {column} NOT IN (SELECT {key} FROM {other} WHERE {key} IS NOT NULL)"
            )
            sql = f"SELECT _row, {column} AS value FROM {self.typed} WHERE {column} IS NOT NULL{lacking}{self._without_bad(name)}"
            self._dangling(name, target, sql)

    def _dangling(self, name: str, target: str, sql: str) -> None:
        total = _one(self.connection, f"SELECT count(*) FROM ({sql})")
        if not total:
            return
        shown = self.connection.execute(
            f"SELECT * FROM ({sql}) ORDER BY _row LIMIT {self.report.limit}"
        ).fetchall()
        other, key = self.relations.get(target), ident(key_of(target))
        names: list[str] = []
        if other is not None:
            rows = self.connection.execute(f"SELECT {key} FROM {other} LIMIT {_MOST_NAMES}").fetchall()
            names = [str(row[0]) for row in rows if row[0] is not None]
        label = tables()[target].label
        for index, (row, value) in enumerate(shown):
            remedy = _reference_remedy(str(value), names, target, label, absent=other is None)
            self._add("dangling-reference", name, row, value, remedy, _share(total, shown, index))

    def trees(self) -> None:
        """Parents lead to a root, never in a circle."""
        for name, target in self.table.references.items():
            if target != self.table.name or name not in TREE_COLUMNS or name not in self.given:
                continue
            key, parent = ident(self.table.key[0]), ident(name)
            links = self.connection.execute(
                f"SELECT min(_row) AS row, {key} AS child, any_value({parent}) AS parent FROM {self.typed}"
                f" WHERE {key} IS NOT NULL AND {parent} IS NOT NULL GROUP BY {key} ORDER BY 1"
            ).fetchnumpy()
            circling = circles(
                np.asarray(links["child"], dtype=object), np.asarray(links["parent"], dtype=object)
            )
            found = np.flatnonzero(circling)
            shown = found[: self.report.limit].tolist()
            for index, at in enumerate(shown):
                value = f"{links['child'][at]} → {links['parent'][at]}"
                self._add("cycle", name, int(links["row"][at]), value, None, _share(len(found), shown, index))

    def units(self) -> None:
        """Units are known words, with scale words left to the value."""
        for name in ("unit", "capacity_unit"):
            if name not in self.given:
                continue
            used = self.connection.execute(
                f"SELECT DISTINCT {ident(name)} FROM {self.typed} WHERE {ident(name)} IS NOT NULL ORDER BY 1"
            ).fetchall()
            for (unit,) in used:
                where = f"{ident(name)} = {literal(unit)}"
                if unit_kind(unit) is None:
                    self._unit_problems("wrong-unit", name, where, _unit_remedy(unit))
                    continue
                if not is_known(unit):
                    self._unit_problems("unknown-unit", name, where, nearest(unit, UNITS))
                if self.table.name == "indicators" and "measure" in self.given and not _is_share(unit):
                    self._unit_problems("share-unit", name, f"{where} AND measure = 'share'", None)

    def _unit_problems(self, rule: str, name: str, where: str, remedy: Text | None) -> None:
        sql = f"SELECT _row, {ident(name)} AS value FROM {self.typed} WHERE {where}"
        _examples(self.connection, sql, rule, self.file, self.table.name, name, self.report, remedy)

    def _without_bad(self, *names: str) -> str:
        """Condition that leaves out rows whose cells (in the named columns, or any) have been reported."""
        tables_of_bad = [bad for name, bad in self.bad.items() if not names or name in names]
        return "".join(f" AND _row NOT IN (SELECT _row FROM {bad})" for bad in tables_of_bad)

    def _add(self, rule: str, field: str, row: int, value: Any, remedy: Text | None, total: int) -> None:
        shown = None if value is None else str(value)
        self.report.add(
            rule,
            self.file,
            table=self.table.name,
            row=int(row),
            field=field,
            value=shown,
            remedy=remedy,
            total=total,
        )


def circles(child: np.ndarray[Any, Any], parent: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Which links lie on a circle or lead into one, by following parents in doubling steps.

    Args:
        child: (n,) distinct names.
        parent: (n,) the name above each child.

    Returns:
        (n,) booleans.
    """
    size = len(child)
    place = {name: index for index, name in enumerate(child.tolist())}
    # Position `size` stands for "above all": a parent that has no parent itself.
    up = np.array([place.get(name, size) for name in parent.tolist()] + [size], dtype=np.int64)
    for _ in range(max(size, 1).bit_length()):
        up = up[up]
    return np.asarray(up[:size] != size)


_SCALE_WORDS = re.compile(
    r"[十百千万亿]|\b(hundred|thousand|million|billion|trillion|bn|mn|tn|((shi|bai|qian)?(wan|yi)|wanyi)(yuan)?)s?\b",
    re.IGNORECASE,
)
_NOUN = re.compile(r"[A-Za-z][A-Za-z ²³\-]*")
#: Other names of a unit, which are refused so that one thing has one unit everywhere → the unit.
_OTHER_NAMES = {
    "rmb": "yuan",
    "cny": "yuan",
    "renminbi": "yuan",
    "元人民币": "yuan",
    "dollars": "usd",
    "us dollars": "usd",
    "percent": "%",
    "per cent": "%",
    "pct": "%",
    "percentage": "%",
    "share": "%",
    "％": "%",
    "pp": "percentage points",
    "percentage point": "percentage points",
}


def unit_kind(unit: str) -> str | None:
    """What a unit counts: the base unit it converts to; a countable noun stands for itself; None where unknown.

    >>> unit_kind("yuan"), unit_kind("robots"), unit_kind("亿元")
    ('money:yuan', 'count:robots', None)
    """
    known = UNITS.get(unit)
    if known is not None:
        return f"{known.dimension}:{known.base}"
    if _SCALE_WORDS.search(unit) or unit.lower() in _OTHER_NAMES:
        return None
    if "/" in unit:
        parts = [unit_kind(part.strip()) for part in unit.split("/")]
        return None if None in parts else "/".join(p for p in parts if p)
    return f"count:{unit}" if _NOUN.fullmatch(unit) else None


def _is_share(unit: str) -> bool:
    known = UNITS.get(unit)
    return known is not None and known.dimension == "share"


def _unit_remedy(unit: str) -> Text | None:
    """The unit that is meant, where another name or the Chinese or English name of one is given."""
    name = unit.strip().lower()
    if name in _OTHER_NAMES:
        meant = [_OTHER_NAMES[name]]
    else:
        meant = [u.code for u in UNITS.values() if name in (u.label.zh, u.label.en.lower())]
    if not meant:
        return None if _SCALE_WORDS.search(unit) else nearest(unit, UNITS)
    return Text(f"写 {'、'.join(meant[:5])}", f"write {' or '.join(meant[:5])}")


def _unit_conflicts(
    connection: duckdb.DuckDBPyConnection, relations: Mapping[str, str], file: str, report: Report
) -> None:
    """A statement on an indicator, in the same measure, is in a unit of the same kind."""
    joined = f"{relations['statements']} s JOIN {relations['indicators']} i USING (indicator_id)"
    same = "s.measure = i.measure AND s.unit <> i.unit"
    pairs = connection.execute(
        f"SELECT DISTINCT s.unit, i.unit FROM {joined} WHERE {same} ORDER BY ALL"
    ).fetchall()
    for mine, wanted in pairs:
        kinds = unit_kind(mine), unit_kind(wanted)
        if None in kinds or kinds[0] == kinds[1]:
            continue
        sql = (
            f"SELECT s._row, s.unit AS value FROM {joined} WHERE {same}"
            f" AND s.unit = {literal(mine)} AND i.unit = {literal(wanted)}"
        )
        remedy = Text(
            f"指标的单位是 {wanted}；改正单位或指标",
            f"the indicator's unit is {wanted}; correct the unit or the indicator",
        )
        _examples(connection, sql, "unit-conflict", file, "statements", "unit", report, remedy)


def _examples(
    connection: duckdb.DuckDBPyConnection,
    sql: str,
    rule: str,
    file: str,
    table: str,
    field: str,
    report: Report,
    remedy: Text | None = None,
) -> None:
    total = _one(connection, f"SELECT count(*) FROM ({sql})")
    if not total:
        return
    shown = connection.execute(
        f"SELECT _row, value FROM ({sql}) ORDER BY _row LIMIT {report.limit}"
    ).fetchall()
    for index, (row, value) in enumerate(shown):
        text = None if value is None else str(value)
        extra = _share(total, shown, index)
        report.add(rule, file, table=table, row=int(row), field=field, value=text, remedy=remedy, total=extra)


def _share(total: int, shown: list[Any], index: int) -> int:
    """How many cases an example stands for: the last one shown carries those not shown."""
    return 1 + (total - len(shown) if index == len(shown) - 1 else 0)


def _case(rules: list[tuple[str, str]]) -> str:
    whens = " ".join(f"WHEN {condition} THEN {code}" for code, (_rule, condition) in enumerate(rules))
    return f"CASE {whens} END"


def _one(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    found = connection.execute(sql).fetchone()
    assert found is not None
    return int(found[0])


def _cell_remedy(column: Column, rule: str, value: str | None) -> Text | None:
    if rule == "unknown-code" and value is not None:
        allowed = ", ".join(column.one_of)
        near = nearest(value, column.one_of)
        zh = f"允许的有：{allowed}" + (f"；{near.zh}" if near else "")
        return Text(zh, f"allowed: {allowed}" + (f"; {near.en}" if near else ""))
    if rule == "out-of-range":
        low = "−∞" if column.minimum is None else f"{column.minimum:g}"
        high = "∞" if column.maximum is None else f"{column.maximum:g}"
        unit = f" {column.unit}" if column.unit else ""
        return Text(f"应在 {low} 与 {high}{unit} 之间", f"must lie between {low} and {high}{unit}")
    if rule == "excel-zeros":
        digits = fixed_digits(column.pattern)
        return Text(
            f"应为 {digits} 位数字，前面补零；该列设为文本",
            f"{digits} digits, padded with zeros; format the column as text",
        )
    if rule == "pattern":
        return Text(
            f"应符合 {column.pattern}（{column.about.zh}）",
            f"must match {column.pattern} ({column.about.en})",
        )
    return None


def _reference_remedy(value: str, names: list[str], target: str, label: Text, *, absent: bool) -> Text:
    if absent:
        return Text(
            f"数据包没有 {target}（{label.zh}）表；请补上",
            f"the pack has no table {target} ({label.en}); add it",
        )
    padded = [n for n in names if n != value and n.lstrip("0") == value.lstrip("0")]
    if padded:
        return Text(f"是不是丢了前导零，应为 {padded[0]}？", f"lost leading zeros? {target} has {padded[0]}")
    near = nearest(value, names)
    if near is not None:
        return near
    return Text(
        f"在 {target}（{label.zh}）中补上这一行，或改正编号",
        f"add the row to {target} ({label.en}), or correct the id",
    )
