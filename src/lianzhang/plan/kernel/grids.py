"""Tables of indicators inside a document: a header row with years, a row per indicator, a column for the unit.

Cells are apart by tabs (as reading puts the tables of Word files, web pages and Markdown) or by spaces (pdf). A figure is
read together with the unit of its row (a 单位 column, or brackets behind the indicator) by the same reader as sentences.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

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
_UNIT_HEAD = re.compile(r"^\s*(?:计量)?(?:单位|units?|units? of measure(?:ment)?)\s*$", re.IGNORECASE)
_NAME_HEAD = re.compile(
    r"^\s*(?:主要|具体|二级|三级)?(?:指标(?:名称|内容)?|项目|名称)\s*$|^\s*(?:key\s+)?(?:indicators?|metrics?|KPIs?|items?|measures?)\s*$",
    re.IGNORECASE,
)
# 年均增速（%）, 年均[累计]: the growth a year until the last year of the header
_ANNUAL_HEAD = re.compile(r"年均|年增长|average annual|CAGR|annual growth", re.IGNORECASE)
_UNIT_IN = re.compile(r"[(（]\s*(?:单位[:：]?\s*)?([^()（）]{1,16})\s*[)）]\s*$")
_NUMBER = re.compile(
    r"^\s*[\[［(（〔【]?\s*(?P<sign>≥|≤|>=|<=|>|<|＞|＜|~|约|超过|不低于|不超过|about|over|at least|up to|more than)?\s*"
    r"(?P<number>\d[\d,]*(?:\.\d+)?(?:\s*(?:-|–|—|~|～)\s*\d[\d,]*(?:\.\d+)?)?)\s*(?P<unit>%|[^\d\s\])）］】〕]{0,8}?)\s*"
    r"(?P<tail>以上|以下|左右|以内)?\s*[\]］)）〕】]?\s*$",
    re.IGNORECASE,
)
_CLASSIFIERS = frozenset("个家项座户条所处间")
# a unit that only says that things are counted: the indicator names them
_COUNT_UNIT = re.compile(r"^\s*(?:numbers?|nos?\.?|#|count|个数|数量)\s*$", re.IGNORECASE)
_CURRENCY_UNIT = re.compile(
    r"^\s*(?P<sign>[A-Z]{0,3}[$€£¥₹₩]|RM|Rs\.?|[A-Z]{3})\s*(?P<scale>million|billion|trillion|crore|lakh|lakh crore|bn|mn)\s*$"
)
_DECLINE_NAME = re.compile(
    r"(?:下降|降低|降幅|减少)(?:率|幅度|比例)?$|\breduction\b|\bdecrease\b", re.IGNORECASE
)
_WIDEST = 60
_LETTERS = re.compile(r"[A-Za-z\u4e00-\u9fff]{2}")


def _is_header(row: list[Cell]) -> bool:
    """A row with years in its later cells, that is no row of figures (of which one may be 2000)."""
    years = [cell for cell in row[1:] if _YEAR_CELL.match(cell.text)]
    named = any(_NAME_HEAD.match(cell.text) or _UNIT_HEAD.match(cell.text) for cell in row)
    figures = [cell for cell in row[1:] if _NUMBER.match(cell.text) and not _YEAR_CELL.match(cell.text)]
    return bool(years) and not figures and (named or len(years) > 1 or not years[0].text.isdigit())


def grids(text: str, plain: str, reference: Reference) -> list[Grid]:
    """Tables of a document in order; ``plain`` is its normalised text."""
    found: list[Grid] = []
    header: list[Cell] | None = None
    figures: list[Figure] = []
    start = end = 0
    for row in _rows(text, plain):
        if header is not None and row and len(row) == len(header) and not _is_header(row):
            figures += _figures(header, row, reference)
            end = row[-1].end
            continue
        if header is not None and figures:
            found.append(Grid(start, end, tuple(figures)))
        header, figures = None, []
        if 3 <= len(row) <= _WIDEST and _is_header(row):
            header, start, end = row, row[0].start, row[-1].end
    if header is not None and figures:
        found.append(Grid(start, end, tuple(figures)))
    return found


def _rows(text: str, plain: str) -> Iterator[list[Cell]]:
    """Lines as cells; a line that is no row of a table is an empty row. Frames of Markdown tables (|---|) are left out.

    Cells are apart by tabs, or, under a header whose cells are apart by spaces (tables of a pdf), by spaces.
    """
    offset = 0
    spaced: list[Cell] = []
    for line in text.split("\n"):
        cells: list[Cell] = []
        if "\t" in line:
            spaced = []
            position = offset
            for part in line.split("\t"):
                content = plain[position : position + len(part)]
                body = content.strip()
                begin = position + (content.index(body) if body else 0)
                cells.append(Cell(begin, begin + len(body), body))
                position += len(part) + 1
            if line.startswith("\t") and line.rstrip(" ").endswith("\t"):
                cells = cells[1:-1]  # Markdown: a bar at either end of the row
        elif spaced or _SPACED_HEAD.search(line):
            cells = _spaced(plain, offset, offset + len(line), spaced)
            spaced = cells if cells and _is_header(cells) else spaced if cells else []
        offset += len(line) + 1
        if cells and all(set(cell.text) <= set("-:— ") for cell in cells):
            continue
        yield cells


_SPACED_HEAD = re.compile(r"(?:指标|项目|单位|[Ii]ndicator|[Uu]nit)\S*\s.*(?:19|20)\d\d.*\s\S*(?:19|20)\d\d")
_WORD = re.compile(r"\S+")
_EMPTY_CELL = re.compile(r"^[-–—―/.…]+$")


def _spaced(plain: str, start: int, end: int, header: list[Cell]) -> list[Cell]:
    """The words of a line as the cells of a header row, or of a row of figures below ``header``; empty for neither."""
    cells = [Cell(match.start(), match.end(), match.group()) for match in _WORD.finditer(plain, start, end)]
    if not header or _is_header(cells):
        years = sum(bool(_YEAR_CELL.match(cell.text)) for cell in cells)
        return cells if 3 <= len(cells) <= _WIDEST and years > 1 and _is_header(cells) else []
    more = len(cells) - len(header)
    if more > 0:  # the name of the indicator has spaces
        cells = [
            Cell(cells[0].start, cells[more].end, plain[cells[0].start : cells[more].end]),
            *cells[more + 1 :],
        ]
    figures = [cell.text for cell, head in zip(cells, header, strict=False) if _YEAR_CELL.match(head.text)]
    if more < 0 or not all(_NUMBER.match(text) or _EMPTY_CELL.match(text) for text in figures):
        return []
    return cells


def _figures(header: list[Cell], row: list[Cell], reference: Reference) -> Iterator[Figure]:
    unit_column = next((at for at, cell in enumerate(header) if _UNIT_HEAD.match(cell.text)), None)
    names = [
        at
        for at, cell in enumerate(row)
        if _LETTERS.search(cell.text) and not _YEAR_CELL.match(header[at].text) and at != unit_column
    ]
    if not names:
        return
    name = row[next((at for at in names if _NAME_HEAD.match(header[at].text)), names[0])].text
    inside = _UNIT_IN.search(name)
    unit = row[unit_column].text if unit_column is not None else inside.group(1) if inside else ""
    indicator = _UNIT_IN.sub("", name).strip()
    lang = language(name)
    years = [match.group(1) for cell in header if (match := _YEAR_CELL.match(cell.text))]
    for at, cell in enumerate(row):
        year, number = _YEAR_CELL.match(header[at].text), _NUMBER.match(cell.text)
        if number is None or at == unit_column:
            continue
        if year is None and not (_ANNUAL_HEAD.search(header[at].text) and len(years) > 1):
            continue
        figure = (
            _figure(
                cell, indicator, number, unit, year.group(1), lang, _ahead(header[at].text, years, reference)
            )
            if year is not None
            else _annual(cell, indicator, number, max(years), lang, _ahead("", years, reference))
        )
        if figure is not None:
            yield figure


_GOAL_HEAD = re.compile(r"目标|规划|预期|target|goal|plan", re.IGNORECASE)
_PAST_HEAD = re.compile(r"基数|基期|现状|实际|完成|基准|baseline|base|actual|current", re.IGNORECASE)


def _ahead(head: str, years: list[str], reference: Reference) -> bool:
    """Whether the figures of a column are goals: by the words of its header, else by its year."""
    year = _YEAR_CELL.match(head)
    last = int(year.group(1) if year else max(years))
    if year and _PAST_HEAD.search(head):
        return False
    if year and _GOAL_HEAD.search(head):
        return True
    latest = len(years) > 1 and not reference.stated and last == int(max(years))
    return last > reference.year or (latest and last == reference.year)


def _annual(
    cell: Cell, indicator: str, number: re.Match[str], year: str, lang: str, future: bool
) -> Figure | None:
    """The average growth a year of an indicator, in a column of its own."""
    if number["unit"] not in ("", "%"):
        return None
    figure = _figure(cell, indicator, number, "%", year, lang, future)
    return replace(figure, measure="growth p.a.") if figure is not None else None


def _figure(
    cell: Cell, indicator: str, number: re.Match[str], unit: str, year: str, lang: str, future: bool
) -> Figure | None:
    sign, tail, own = number["sign"] or "", number["tail"] or "", number["unit"] or unit
    glue = "" if lang == "zh" else " "
    money = _CURRENCY_UNIT.match(own)
    if money:
        written = f"{sign}{glue}{money['sign']}{number['number']} {money['scale']}{tail}"
    else:
        written = f"{sign}{glue}{number['number']}{glue}{'' if _COUNT_UNIT.match(own) else own}{tail}"
    reader = quantities_zh if lang == "zh" else quantities_en
    quantity = next(iter(reader.quantities(written)), None)
    if quantity is None:
        return None
    if not quantity.unit or (quantity.dim == "count" and own.strip() in _CLASSIFIERS):
        named, dim = decide.noun_in(lang, indicator)
        quantity.unit, quantity.dim = (named, dim) if named else (quantity.unit, quantity.dim)
    if not quantity.unit:
        return None
    comparator, _ = decide.comparator(written, lang, quantity)
    measure = decide.settle(written, lang, quantity, f"{indicator}{written}", indicator, indicator, "", "")
    if measure == "share" and _DECLINE_NAME.search(indicator):
        decide.negate(quantity)
        measure = "growth"
    return Figure(cell, indicator, quantity, comparator, measure, year, future, lang) if measure else None
