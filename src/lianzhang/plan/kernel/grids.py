"""Tables of indicators inside a document: a header row with years, a row per indicator, a column for the unit.

Cells are apart by tabs (as reading puts the tables of Word files, web pages and Markdown). A figure is read together with
the unit of its row (a 单位 column, or brackets behind the indicator) by the same reader as sentences.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lianzhang.plan.kernel import decide, quantities_en, quantities_zh
from lianzhang.plan.kernel.dates import Reference
from lianzhang.plan.kernel.quantities import Quantity
from lianzhang.plan.kernel.text import language


@dataclass(frozen=True, slots=True)
class Cell:
    """A table cell with its span in the document."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a table: its cell, indicator, quantity, comparator, measure and year."""

    cell: Cell
    indicator: str
    quantity: Quantity
    comparator: str
    measure: str
    year: str
    future: bool
    lang: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A table's span and its figures."""

    start: int
    end: int
    figures: tuple[Figure, ...]


_YEAR_CELL = re.compile(r"^\D{0,12}((?:19|20)\d\d)\s*年?\D{0,8}$")
_UNIT_HEAD = re.compile(r"^\s*(?:计量)?(?:单位|units?|unit of measure)\s*$", re.IGNORECASE)
_UNIT_IN = re.compile(r"[(（]\s*(?:单位[:：]?\s*)?([^()（）]{1,16})\s*[)）]\s*$")
_NUMBER = re.compile(
    r"^\s*(?P<sign>≥|>|≤|<|＞|＜|~|约|超过|不低于|不超过|about|over|at least|up to)?\s*"
    r"(?P<number>\d[\d,]*(?:\.\d+)?)\s*(?P<unit>%|[^\d\s]{0,8}?)\s*(?P<tail>以上|以下|左右|以内)?\s*$",
    re.IGNORECASE,
)
_WIDEST = 60
_LETTERS = re.compile(r"[A-Za-z\u4e00-\u9fff]{2}")


def grids(text: str, plain: str, reference: Reference) -> list[Grid]:
    """Tables of a document in order; ``plain`` is its normalised text."""
    found: list[Grid] = []
    header: list[Cell] | None = None
    figures: list[Figure] = []
    start = end = 0
    for row in _rows(text, plain):
        if header is not None and row and len(row) == len(header):
            figures += _figures(header, row, reference)
            end = row[-1].end
            continue
        if header is not None and figures:
            found.append(Grid(start, end, tuple(figures)))
        header, figures = None, []
        if 3 <= len(row) <= _WIDEST and any(_YEAR_CELL.match(cell.text) for cell in row[1:]):
            header, start, end = row, row[0].start, row[-1].end
    if header is not None and figures:
        found.append(Grid(start, end, tuple(figures)))
    return found


def _rows(text: str, plain: str) -> Iterator[list[Cell]]:
    """Lines as cells; a line without tabs is an empty row. Frames of Markdown tables (|---|) are left out."""
    offset = 0
    for line in text.split("\n"):
        cells: list[Cell] = []
        if "\t" in line:
            position = offset
            for part in line.split("\t"):
                content = plain[position : position + len(part)]
                body = content.strip()
                begin = position + (content.index(body) if body else 0)
                cells.append(Cell(begin, begin + len(body), body))
                position += len(part) + 1
            if line.startswith("\t") and line.rstrip(" ").endswith("\t"):
                cells = cells[1:-1]  # Markdown: a bar at either end of the row
        offset += len(line) + 1
        if cells and all(set(cell.text) <= set("-:— ") for cell in cells):
            continue
        yield cells


def _figures(header: list[Cell], row: list[Cell], reference: Reference) -> Iterator[Figure]:
    names = [
        at
        for at, cell in enumerate(row)
        if _LETTERS.search(cell.text) and not _YEAR_CELL.match(header[at].text)
    ]
    unit_column = next((at for at, cell in enumerate(header) if _UNIT_HEAD.match(cell.text)), None)
    if not names or names[0] == unit_column:
        return
    name = row[names[0]].text
    inside = _UNIT_IN.search(name)
    unit = row[unit_column].text if unit_column is not None else inside.group(1) if inside else ""
    indicator = _UNIT_IN.sub("", name).strip()
    lang = language(name)
    for at, cell in enumerate(row):
        year = _YEAR_CELL.match(header[at].text)
        number = _NUMBER.match(cell.text)
        if year is None or number is None or at == unit_column:
            continue
        figure = _figure(cell, indicator, number, unit, year.group(1), lang, reference)
        if figure is not None:
            yield figure


def _figure(
    cell: Cell, indicator: str, number: re.Match[str], unit: str, year: str, lang: str, reference: Reference
) -> Figure | None:
    sign, tail = number["sign"] or "", number["tail"] or ""
    glue = "" if lang == "zh" else " "
    written = f"{sign}{glue}{number['number']}{glue}{number['unit'] or unit}{tail}"
    reader = quantities_zh if lang == "zh" else quantities_en
    quantity = next(iter(reader.quantities(written)), None)
    if quantity is None or not quantity.unit:
        return None
    comparator, _ = decide.comparator(written, lang, quantity)
    measure = decide.settle(written, lang, quantity, f"{indicator}{written}", indicator, indicator, "", "")
    future = int(year) > reference.year
    return Figure(cell, indicator, quantity, comparator, measure, year, future, lang) if measure else None
