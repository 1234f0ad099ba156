"""The numbers behind a figure as a file for programs: bare, in base units, each row with its status and source.

One line of heads in both languages with the unit in brackets. Days and periods are as ISO 8601 and the schema write them
(2026-03-31, 2026-03, 2024-Q1). Where the numbers of a column have several units, the unit stands in a column of its own;
where those of a row have come about differently, each number has its status beside it. No text is one that a spreadsheet
could take for a formula.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal

from lianzhang.api.respond import FORMULA
from lianzhang.app.pages.content import Content
from lianzhang.errors import UnknownNameError
from lianzhang.i18n import Lang, Text
from lianzhang.report.figures import Cell, Column, Table
from lianzhang.report.format import UNITS, space_han
from lianzhang.report.model import Block
from lianzhang.report.tables import as_table
from lianzhang.report.values import Origin, Quantity
from lianzhang.report.words import STATUS

_STATUS = Text("状态", "Status")
_SOURCE = Text("来源", "Source")
_UNIT = Text("单位", "Unit")
_WHY = Text("为何没有数", "Why there is no number")
_YEN = Text("元", "CNY")
_DAY = re.compile(r"(\d{4})年(?:(\d{1,2})月(?:(\d{1,2})日)?)?")
_PART = re.compile(r"(\d{4})年(?:第([一二三四])季度|([上下])半年)")
_QUARTERS = "一二三四"


def data_csv(block: Block, content: Content, lang: Lang) -> str:
    """The data of a figure, with a byte-order mark for spreadsheets.

    Args:
        block: the figure.
        content: what it is part of; says where its numbers are from.
        lang: language of the texts in the rows; the heads are in both.

    Raises:
        UnknownNameError: the figure has no data.
    """
    table = as_table(block.figure, {s.key: s for s in content.sources})
    if table is None:
        raise UnknownNameError(Text("数据", "data"), block.figure.title.get(lang))
    origins = {o.key: o for o in content.origins}
    titles = {s.key: s.title for s in content.sources}
    columns = [_laid(n, column, table, origins, lang) for n, column in enumerate(table.columns)]
    if not _differ(table, origins):
        columns.append(_every(_STATUS, (_statuses(row, table, origins, lang) for row in table.rows)))
    sources = (
        _sources(row, table, origins, titles, lang) or space_han(block.source.get(lang)) for row in table.rows
    )
    columns.append(_every(_SOURCE, sources))
    reasons = [_reasons(row, lang) for row in table.rows]
    if any(reasons):
        columns.append(_every(_WHY, reasons))
    heads = [head for part, _ in columns for head in part]
    lines = [[cell for _, cells in columns for cell in cells[n]] for n in range(len(table.rows))]
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([guarded(h) for h in heads])
    writer.writerows(lines)
    return out.getvalue()


def guarded(text: str) -> str:
    """Text that a spreadsheet does not take for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def bare(value: float) -> str:
    """A number as programs read it, every digit that is known: 12 figures hide the dust of binary fractions.

    >>> bare(22_623_486_461.5), bare(0.1 + 0.2), bare(-3.0), bare(1e15)
    ('22623486461.5', '0.3', '-3', '1000000000000000')
    """
    return "0" if value == 0 else f"{Decimal(f'{value:.15g}' if value == int(value) else f'{value:.12g}'):f}"


def iso(text: str) -> str:
    """A day or period in Chinese words as ISO 8601 or the schema write it; other text as it is.

    >>> iso("2026年10月"), iso("2026年3月5日"), iso("2024年第一季度"), iso("2026年目标")
    ('2026-10', '2026-03-05', '2024-Q1', '2026年目标')
    """
    if (day := _DAY.fullmatch(text)) is not None:
        return "-".join(part.zfill(2) for part in day.groups() if part)
    if (part := _PART.fullmatch(text)) is not None:
        year, quarter, half = part.groups()
        return f"{year}-Q{_QUARTERS.index(quarter) + 1}" if quarter else f"{year}-H{'上下'.index(half) + 1}"
    return text


_Laid = tuple[list[str], list[list[str]]]


def _laid(n: int, column: Column, table: Table, origins: Mapping[str, Origin], lang: Lang) -> _Laid:
    """A column with those that its numbers need beside it: heads, and the cells of every row."""
    cells = [row[n] for row in table.rows]
    units = list(dict.fromkeys(_unit(c.unit) for c in cells if isinstance(c, Quantity)))
    shared = units[0] if len(units) == 1 else (column.unit or Text("", ""))
    heads = [_head(column.title, shared)]
    rows = [[_cell(c, lang)] for c in cells]
    if len(units) > 1:
        heads.append(f"{_two(column.title)} {_two(_UNIT)}")
        for row, cell in zip(rows, cells, strict=True):
            row.append(_unit(cell.unit).get(lang) if isinstance(cell, Quantity) else "")
    if units and _differ(table, origins):
        heads.append(f"{_two(column.title)} {_two(_STATUS)}")
        for row, cell in zip(rows, cells, strict=True):
            row.append(_statuses((cell,), table, origins, lang) if isinstance(cell, Quantity) else "")
    return heads, rows


def _every(title: Text, values: Iterable[str]) -> _Laid:
    return [_two(title)], [[guarded(value)] for value in values]


def _cell(cell: Cell, lang: Lang) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Quantity):
        return "" if cell.value is None or math.isnan(cell.value) else bare(cell.value)
    written = iso(cell.zh)
    return written if written != cell.zh else guarded(space_han(cell.get(lang)))


def _unit(unit: str | Text) -> Text:
    if isinstance(unit, Text):
        return unit
    if unit == "cny":
        return _YEN
    word = UNITS.get(unit)
    if word is None:
        return Text(unit, unit)
    return Text(word.zh, f"{'CNY ' if word.prefix_en == '¥' else ''}{word.en}")


def _head(title: Text, unit: Text) -> str:
    return f"{_two(title)} ({_two(unit)})" if unit.zh or unit.en else _two(title)


def _two(text: Text) -> str:
    return text.zh if text.zh == text.en else f"{text.zh} / {text.en}"


def _keys(row: Iterable[Cell], table: Table) -> list[str]:
    own = dict.fromkeys(c.origin for c in row if isinstance(c, Quantity) and c.value is not None)
    return list(own) or list(table.origins)


def _differ(table: Table, origins: Mapping[str, Origin]) -> bool:
    return any(len({origins[k].status for k in _keys(row, table) if k in origins}) > 1 for row in table.rows)


def _statuses(row: Iterable[Cell], table: Table, origins: Mapping[str, Origin], lang: Lang) -> str:
    found = dict.fromkeys(STATUS[origins[k].status].get(lang) for k in _keys(row, table) if k in origins)
    return "; ".join(found)


def _sources(
    row: Iterable[Cell], table: Table, origins: Mapping[str, Origin], titles: Mapping[str, Text], lang: Lang
) -> str:
    cited = (c.source for k in _keys(row, table) if k in origins for c in origins[k].citations)
    return "; ".join(dict.fromkeys(space_han(titles[key].get(lang)) for key in cited if key in titles))


def _reasons(row: Iterable[Cell], lang: Lang) -> str:
    found = [c.because for c in row if isinstance(c, Quantity) and c.value is None and c.because]
    return "; ".join(dict.fromkeys(space_han(because.get(lang)) for because in found))
