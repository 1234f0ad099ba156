"""The report as a workbook: one sheet per table, with the sources and origins of every number."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from lianzhang.i18n import Lang, Text
from lianzhang.report import tokens
from lianzhang.report.check import check_report, origin_keys
from lianzhang.report.dates import dates_line
from lianzhang.report.draw.inline import Refs, citation_text, prose_text
from lianzhang.report.figures import Cell, Table
from lianzhang.report.format import UNITS, period, quantity, unit_name
from lianzhang.report.markup import clean
from lianzhang.report.model import Report
from lianzhang.report.tables import as_table
from lianzhang.report.values import Quantity
from lianzhang.report.words import STATUS, WORDS

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
_TITLE_LIMIT = 31
_TEXT_LIMIT = 32_767
_FORMULA_START = ("=", "+", "-", "@", "\t", "\r", "\n")


def render_xlsx(report: Report, lang: Lang) -> bytes:
    """The report as the bytes of an ``.xlsx`` file.

    Numbers are numbers, unrounded, in the unit that the head of the column states; text is never a formula.
    Raises :class:`InputError` where :func:`check_report` finds loose ends.
    """
    from openpyxl import Workbook

    check_report(report)
    book = Workbook()
    writer = _Writer(book, report, lang)
    writer.summary()
    for section in report.sections:
        for block in section.blocks:
            table = as_table(block.figure, writer.refs.sources)
            if table is not None:
                finding = prose_text(block.finding, lang)
                writer.table(table, finding, block.source, origin_keys(block))
    writer.origins()
    writer.sources()
    moment = dt.datetime.combine(report.as_of, dt.time(), dt.UTC).replace(tzinfo=None)
    book.properties.title = clean(report.title.get(lang))
    book.properties.creator = "Lianzhang"
    book.properties.created = moment
    book.properties.modified = moment
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def sheet_title(wanted: str, taken: Sequence[str]) -> str:
    """A legal sheet name: at most 31 characters, none of ``[]:*?/\\``, unlike every other but for case."""
    base = _FORBIDDEN.sub(" ", clean(wanted)).strip().strip("'") or "-"
    used = {name.casefold() for name in taken} | {"history"}
    title, number = base[:_TITLE_LIMIT].strip().strip("'"), 2
    while title.casefold() in used:
        suffix = f" {number}"
        title = base[: _TITLE_LIMIT - len(suffix)].strip() + suffix
        number += 1
    return title


class _Writer:
    """Fills the sheets one after the other."""

    def __init__(self, book: Workbook, report: Report, lang: Lang) -> None:
        from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

        self.book, self.report, self.lang = book, report, lang
        self.refs = Refs.of(report)
        hair = Side(style="hair", color=tokens.colour("ink-3").lstrip("#"))
        self.head_font = Font(bold=True)
        self.big_font = Font(bold=True, size=16)
        self.pale_font = Font(color=tokens.colour("ink-2").lstrip("#"))
        self.head_fill = PatternFill("solid", fgColor=tokens.colour("mist-wash").lstrip("#"))
        self.under = Border(bottom=hair)
        self.wrap = Alignment(wrap_text=True, vertical="top")

    def _word(self, name: str) -> str:
        return WORDS[name].get(self.lang)

    def _sheet(self, title: str) -> Worksheet:
        sheet = self.book.create_sheet(sheet_title(title, self.book.sheetnames))
        sheet.sheet_view.showGridLines = False
        return sheet

    def _put(self, sheet: Worksheet, row: int, column: int, value: str | float | None) -> Any:
        """Write a value; text that a spreadsheet could take for a formula is marked as text."""
        cell = sheet.cell(row=row, column=column)
        if isinstance(value, str):
            text = clean(value)[:_TEXT_LIMIT]
            cell.value = text
            cell.data_type = "s"
            if text.startswith(_FORMULA_START):
                cell.quotePrefix = True
        else:
            cell.value = value
        return cell

    def summary(self) -> None:
        """Title, date and the sentences."""
        sheet = self.book.active
        assert sheet is not None
        sheet.title = sheet_title(self._word("summary"), [])
        sheet.sheet_view.showGridLines = False
        sheet.column_dimensions["A"].width = 100
        self._put(sheet, 1, 1, self.report.title.get(self.lang)).font = self.big_font
        as_of = f"{self.report.region.get(self.lang)} · {dates_line(self.report, self.lang)}"
        self._put(sheet, 2, 1, as_of).font = self.pale_font
        row = 4
        for prose in self.report.summary:
            self._put(
                sheet, row, 1, self._with_refs(prose_text(prose, self.lang), origin_keys(prose))
            ).alignment = self.wrap
            row += 1
        row += 1
        for key in self.report.key_figures:
            words = f"{key.label.get(self.lang)}{'：' if self.lang == 'zh' else ': '}{quantity(key.quantity, self.lang)}"
            self._put(sheet, row, 1, self._with_refs(words, (key.quantity.origin,)))
            row += 1
        if self.report.colophon is not None:
            self._put(sheet, row + 1, 1, self.report.colophon.get(self.lang)).font = self.pale_font

    def _with_refs(self, text: str, keys: Sequence[str]) -> str:
        numbers = "".join(f"[{self.refs.numbers[key]}]" for key in keys)
        return f"{text} {numbers}" if numbers else text

    def table(self, table: Table, finding: str, source: Text, keys: Sequence[str]) -> None:
        """One table on a sheet of its own: finding, head, rows, source line."""
        sheet = self._sheet(table.title.get(self.lang))
        self._put(sheet, 1, 1, finding).font = self.big_font
        line = f"{self._word('source')}{'：' if self.lang == 'zh' else ': '}{source.get(self.lang)}"
        self._put(sheet, 2, 1, self._with_refs(line, keys)).font = self.pale_font
        head = 4
        units = [_common_unit([row[n] for row in table.rows]) for n in range(len(table.columns))]
        last = len(table.columns) + 1
        for number, (column, unit) in enumerate(zip(table.columns, units, strict=True), start=1):
            title = column.title.get(self.lang)
            name = column.unit.get(self.lang) if column.unit is not None else _unit_words(unit, self.lang)
            cell = self._put(sheet, head, number, f"{title} ({name})" if name else title)
            cell.font, cell.fill, cell.border, cell.alignment = (
                self.head_font,
                self.head_fill,
                self.under,
                self.wrap,
            )
        cell = self._put(sheet, head, last, self._word("origin"))
        cell.font, cell.fill, cell.border = self.head_font, self.head_fill, self.under
        for offset, row in enumerate(table.rows, start=1):
            for number, value in enumerate(row, start=1):
                self._cell(sheet, head + offset, number, value, units[number - 1])
            refs = " ".join(f"[{self.refs.numbers[key]}]" for key in origin_keys(row))
            self._put(sheet, head + offset, last, refs).font = self.pale_font
        sheet.freeze_panes = sheet.cell(row=head + 1, column=2)
        if table.rows:
            sheet.auto_filter.ref = (
                f"A{head}:{sheet.cell(row=head + len(table.rows), column=last).coordinate}"
            )
        self._widths(sheet, head)

    def _cell(self, sheet: Worksheet, row: int, column: int, value: Cell, unit: str | Text | None) -> None:
        if isinstance(value, Text):
            self._put(sheet, row, column, value.get(self.lang)).alignment = self.wrap
        elif isinstance(value, Quantity):
            if value.value is None:
                words = value.because.get(self.lang) if value.because else quantity(value, self.lang)
                self._put(sheet, row, column, words).alignment = self.wrap
            else:
                cell = self._put(sheet, row, column, float(value.value))
                cell.number_format = _number_format(value.value)
                if unit is None:  # units differ within the column, so each number shows its own
                    name = _unit_words(value.unit, self.lang).replace('"', "")
                    cell.number_format += (
                        f'" {name}"' if name and name != "%" else f'"{name}"' if name else ""
                    )

    def origins(self) -> None:
        """Where the numbers come from, under the same running numbers as in the tables."""
        sheet = self._sheet(self._word("origins"))
        words = ("numbers", "value", "status", "run", "query", "table", "source", "note")
        self._head(sheet, words)
        for row, origin in enumerate(self.report.origins, start=2):
            cited = "; ".join(citation_text(c, self.lang, self.refs) for c in origin.citations)
            steps = (origin.value, STATUS[origin.status], origin.run, origin.query, origin.table)
            self._put(sheet, row, 1, f"[{row - 1}]")
            for column, text in enumerate(steps, start=2):
                self._put(sheet, row, column, text.get(self.lang) if text else None).alignment = self.wrap
            self._put(sheet, row, 7, cited).alignment = self.wrap
            self._put(
                sheet, row, 8, origin.note.get(self.lang) if origin.note else None
            ).alignment = self.wrap
        self._widths(sheet, 1)

    def sources(self) -> None:
        """The list of sources."""
        sheet = self._sheet(self._word("sources"))
        self._head(sheet, ("title", "publisher", "published", "licence", "address"))
        for row, source in enumerate(self.report.sources, start=2):
            values = (
                source.title.get(self.lang),
                source.publisher.get(self.lang) if source.publisher else None,
                period(source.published, self.lang) if source.published else None,
                source.licence.get(self.lang) if source.licence else None,
                source.url,
            )
            for column, value in enumerate(values, start=1):
                self._put(sheet, row, column, value).alignment = self.wrap
        self._widths(sheet, 1)

    def _head(self, sheet: Worksheet, words: Sequence[str]) -> None:
        for column, word in enumerate(words, start=1):
            cell = self._put(sheet, 1, column, self._word(word))
            cell.font, cell.fill, cell.border = self.head_font, self.head_fill, self.under
        sheet.freeze_panes = "A2"

    def _widths(self, sheet: Worksheet, head: int) -> None:
        """Column widths from the content, between 9 and 48 characters; Han characters count double."""
        from openpyxl.utils import get_column_letter

        for number, column in enumerate(sheet.iter_cols(min_row=head), start=1):
            longest = max((_display_length(cell) for cell in column), default=0)
            sheet.column_dimensions[get_column_letter(number)].width = min(max(longest + 2, 9), 48)


def _display_length(cell: Any) -> int:
    if isinstance(cell.value, float):
        return len(f"{cell.value:,.2f}" if "0.0" in cell.number_format else f"{cell.value:,.0f}")
    return sum(2 if ord(char) > 0x2E7F else 1 for char in str(cell.value or ""))


def _common_unit(cells: Sequence[Cell]) -> str | Text | None:
    """The unit that all quantities of a column share, else ``None``."""
    units = {cell.unit for cell in cells if isinstance(cell, Quantity)}
    return next(iter(units)) if len(units) == 1 else None


def _unit_words(unit: str | Text | None, lang: Lang) -> str:
    if unit is None:
        return ""
    if unit == "pct":
        return "%"
    if isinstance(unit, str) and UNITS[unit].prefix_en == "¥" and lang == "en":
        return f"yuan {UNITS[unit].en}".strip()
    return unit_name(unit, lang)


def _number_format(value: float) -> str:
    if float(value).is_integer():
        return "#,##0"
    return "#,##0.00" if abs(value) >= 0.1 else "0.0000"
