"""The report as a Word document: what an office edits and forwards. Figures stand as pictures, with their tables."""

from __future__ import annotations

import datetime as dt
import io
import re
import string
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from lianzhang.i18n import Lang
from lianzhang.report import tokens
from lianzhang.report.check import check_report, origin_keys
from lianzhang.report.dates import dates_line
from lianzhang.report.draw.inline import Refs, citation_text
from lianzhang.report.figures import Cell, Empty, Table
from lianzhang.report.format import is_marked, period, quantity, space_han
from lianzhang.report.markup import clean
from lianzhang.report.model import Block, Report
from lianzhang.report.picture import pictures
from lianzhang.report.tables import as_table
from lianzhang.report.values import Prose, Quantity
from lianzhang.report.words import STATUS, STATUS_MARK, STATUS_MEANING, WORDS

if TYPE_CHECKING:
    from docx.document import Document as Doc

_TEXT_MM = 166
"""Width between the margins."""
_CELL_MM = 1.0
"""Margin left and right in a cell."""
_POINTS = 8.5
"""Type of a table of few columns."""
_SANS_ZH, _SERIF_ZH = "Microsoft YaHei", "SimSun"
_SANS_EN, _SERIF_EN = "Segoe UI", "Georgia"


def render_docx(report: Report, lang: Lang) -> bytes:
    """The report as the bytes of a ``.docx`` file.

    A number in a sentence is followed by the running number of its origin; origins and sources close the
    document. Raises :class:`InputError` where :func:`check_report` finds loose ends.
    """
    from docx import Document

    check_report(report)
    writer = _Writer(Document(), report, lang)
    writer.write()
    stream = io.BytesIO()
    writer.doc.save(stream)
    return stream.getvalue()


class _Writer:
    """Writes from top to bottom."""

    def __init__(self, doc: Doc, report: Report, lang: Lang) -> None:
        self.doc, self.report, self.lang = doc, report, lang
        self.refs = Refs.of(report)
        self._drawn = 0
        self._behind: list[Table] = []
        self._page()
        self._styles()

    def _word(self, name: str) -> str:
        return WORDS[name].get(self.lang)

    def write(self) -> None:
        """The whole document."""
        lang, report = self.lang, self.report
        moment = dt.datetime.combine(report.as_of, dt.time(), dt.UTC)
        properties = self.doc.core_properties
        properties.title = clean(report.title.get(lang))
        properties.author = "Lianzhang"
        properties.language = "zh-CN" if lang == "zh" else "en"
        properties.created = properties.modified = moment
        self._heading(report.title.get(lang), 0)
        as_of = f"{report.region.get(lang)} · {dates_line(report, lang)}"
        self._small(as_of)
        for prose in report.summary:
            self._prose(prose)
        if report.key_figures:
            self._key_figures()
        for section in report.sections:
            self._heading(section.title.get(lang), 1)
            for prose in section.lead:
                self._prose(prose)
            for block in section.blocks:
                self._block(block)
        self._back()

    def _page(self) -> None:
        from docx.shared import Mm

        for section in self.doc.sections:
            section.page_width, section.page_height = Mm(_TEXT_MM + 44), Mm(297)
            section.left_margin = section.right_margin = Mm(22)
            section.top_margin = section.bottom_margin = Mm(20)

    def _styles(self) -> None:
        from docx.oxml.ns import qn
        from docx.shared import Pt, RGBColor

        sizes = {"Normal": 10.5, "Title": 24, "Heading 1": 17, "Heading 2": 12.5, "Heading 3": 11}
        for name, size in sizes.items():
            style: Any = self.doc.styles[name]
            serif = name != "Normal"
            latin, han = (_SERIF_EN, _SERIF_ZH) if serif else (_SANS_EN, _SANS_ZH)
            style.font.name, style.font.size = latin, Pt(size)
            style.font.color.rgb = RGBColor.from_string(tokens.colour("ink").lstrip("#"))
            fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
            for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
                fonts.attrib.pop(qn(f"w:{theme}"), None)
            fonts.set(qn("w:ascii"), latin)
            fonts.set(qn("w:hAnsi"), latin)
            fonts.set(qn("w:eastAsia"), han)

    def _heading(self, text: str, level: int) -> None:
        self.doc.add_heading(clean(space_han(text)), level)

    def _small(self, text: str, *, italic: bool = False) -> Any:
        from docx.shared import Pt, RGBColor

        paragraph = self.doc.add_paragraph()
        run = paragraph.add_run(clean(space_han(text)))
        run.font.size, run.italic = Pt(9), italic
        run.font.color.rgb = RGBColor.from_string(tokens.colour("ink-2").lstrip("#"))
        return paragraph

    def _prose(self, prose: Prose, style: str | None = None) -> Any:
        """A sentence; each number followed by the raised number of its origin."""
        paragraph = self.doc.add_paragraph(style=style)
        for literal, name, _, _ in string.Formatter().parse(space_han(prose.text.get(self.lang))):
            if literal:
                paragraph.add_run(clean(literal))
            if name is not None:
                self._number(paragraph, prose.values[name])
        return paragraph

    def _number(self, paragraph: Any, value: Quantity) -> None:
        origin = self.refs.origins[value.origin]
        run = paragraph.add_run(quantity(value, self.lang))
        run.bold = True
        mark = STATUS_MARK[origin.status].get(self.lang) if is_marked(value) else ""
        raised = paragraph.add_run(f"{mark}[{self.refs.numbers[value.origin]}]")
        raised.font.superscript = True

    def _key_figures(self) -> None:
        table = self.doc.add_table(rows=0, cols=2)
        for key in self.report.key_figures:
            cells = table.add_row().cells
            cells[0].paragraphs[0].add_run(clean(space_han(key.label.get(self.lang))))
            self._number(cells[1].paragraphs[0], key.quantity)
        self.doc.add_paragraph()

    def _block(self, block: Block) -> None:
        lang = self.lang
        self._prose(block.finding, "Heading 2")
        if isinstance(block.figure, Empty):
            self.doc.add_paragraph(clean(block.figure.because.get(lang)))
            self.doc.add_paragraph(
                clean(f"{self._word('remedy')}{self._colon}{block.figure.remedy.get(lang)}")
            )
        self._figure(block)
        if block.note is not None:
            self._prose(block.note)
        numbers = "".join(f"[{self.refs.numbers[key]}]" for key in origin_keys(block))
        self._small(f"{self._word('source')}{self._colon}{block.source.get(lang)} {numbers}".rstrip())

    def _figure(self, block: Block) -> None:
        """A picture, its numbers at the back; where there is none, the numbers themselves."""
        table = as_table(block.figure, self.refs.sources)
        self._drawn += 1
        made = pictures(block.figure, self.lang, uid=f"figure-{self._drawn}")
        if made:
            self._pictures(made, block.figure.title.get(self.lang))
            if table is not None:
                self._behind.append(table)
        elif table is not None:
            self._table(table)

    def _pictures(self, made: list[bytes], told: str) -> None:
        """One picture over the whole width, several two by two."""
        from docx.shared import Mm

        if len(made) == 1:
            places, width = [self.doc.add_paragraph()], _TEXT_MM
        else:
            grid = self.doc.add_table(rows=(len(made) + 1) // 2, cols=2)
            places = [cell.paragraphs[0] for row in grid.rows for cell in row.cells]
            width = _TEXT_MM // 2 - 6
        for place, picture in zip(places, made, strict=False):
            shape: Any = place.add_run().add_picture(io.BytesIO(picture), width=Mm(width))
            # What a screen reader says in place of the picture.
            shape._inline.docPr.set("descr", clean(told))

    @property
    def _colon(self) -> str:
        return "：" if self.lang == "zh" else ": "

    def _table(self, table: Table) -> None:
        from docx.enum.table import WD_TABLE_ALIGNMENT
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn
        from docx.shared import Mm

        kept = [n for n in range(len(table.columns)) if any(row[n] is not None for row in table.rows)] or [0]
        columns = [table.columns[n] for n in kept]
        heads = [
            c.title.get(self.lang) + (f" ({c.unit.get(self.lang)})" if c.unit is not None else "")
            for c in columns
        ]
        rows = [[self._words(row[n]) for n in kept] for row in table.rows]
        aside = _aside([heads, *rows], [c.numeric for c in columns])
        beneath = (
            [f"{heads[aside]}{self._colon}{row.pop(aside)}" for row in rows] if aside is not None else []
        )
        if aside is not None:
            del columns[aside], heads[aside]
        grid = self.doc.add_table(rows=0, cols=len(columns))
        grid.autofit, grid.alignment = False, WD_TABLE_ALIGNMENT.LEFT
        self._rule(grid)
        points = _points(len(columns))
        widths = _widths([heads, *rows], _TEXT_MM, points)
        for column, width in zip(grid.columns, widths, strict=True):
            column.width = Mm(width)
        for number, words in enumerate([heads, *rows]):
            line = grid.add_row()
            told = OxmlElement("w:tblHeader" if number == 0 else "w:cantSplit")
            told.set(qn("w:val"), "true")
            line._tr.get_or_add_trPr().append(told)
            cells = line.cells
            for cell, text, about, width in zip(cells, words, columns, widths, strict=True):
                cell.width = Mm(width)
                self._fill(cell, text, points, numeric=about.numeric, head=number == 0)
            if number and beneath:
                for cell in cells:
                    cell.paragraphs[0].paragraph_format.keep_with_next = True
                    self._open_below(cell)
                below = grid.add_row().cells
                self._fill(below[0].merge(below[-1]), beneath[number - 1], points, quiet=True)
        self.doc.add_paragraph()

    def _rule(self, grid: Any) -> None:
        """Hairlines between rows, a firmer line above and below; no upright lines."""
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        borders = OxmlElement("w:tblBorders")
        for edge, size, colour in (("top", 8, "ink-2"), ("bottom", 8, "ink-2"), ("insideH", 4, "line")):
            line = OxmlElement(f"w:{edge}")
            line.set(qn("w:val"), "single")
            line.set(qn("w:sz"), str(size))
            line.set(qn("w:color"), tokens.colour(colour).lstrip("#"))
            borders.append(line)
        margins = OxmlElement("w:tblCellMar")
        for edge in ("left", "right"):
            margin = OxmlElement(f"w:{edge}")
            margin.set(qn("w:w"), str(round(_CELL_MM * 1440 / 25.4)))
            margin.set(qn("w:type"), "dxa")
            margins.append(margin)
        # The order of these elements is part of the format.
        layout = grid._tbl.tblPr.find(qn("w:tblLayout"))
        layout.addprevious(borders)
        layout.addnext(margins)

    def _open_below(self, cell: Any) -> None:
        """No line between a row and the remark that belongs to it."""
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        borders = OxmlElement("w:tcBorders")
        line = OxmlElement("w:bottom")
        line.set(qn("w:val"), "nil")
        borders.append(line)
        cell._tc.get_or_add_tcPr().append(borders)

    def _fill(
        self,
        cell: Any,
        text: str,
        points: float,
        *,
        numeric: bool = False,
        head: bool = False,
        quiet: bool = False,
    ) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.shared import Pt, RGBColor

        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(2)
        run = paragraph.add_run(clean(text if numeric else space_han(text)))
        run.font.size = Pt(points)
        run.bold = head
        if head or quiet:
            run.font.color.rgb = RGBColor.from_string(tokens.colour("ink-2").lstrip("#"))
        if numeric:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT

    def _words(self, cell: Cell) -> str:
        if cell is None:
            return "—"
        if isinstance(cell, Quantity):
            origin = self.refs.origins[cell.origin]
            mark = STATUS_MARK[origin.status].get(self.lang) if is_marked(cell) else ""
            return quantity(cell, self.lang) + mark
        return cell.get(self.lang)

    def _back(self) -> None:
        """The numbers behind the pictures, sources, what the marks mean, origins."""
        lang = self.lang
        if self._behind:
            self._heading(self._word("data_behind"), 1)
            for table in self._behind:
                self._heading(table.title.get(lang), 3)
                self._table(table)
        self._heading(self._word("sources"), 1)
        for source in self.report.sources:
            parts: Sequence[str | None] = (
                source.title.get(lang),
                source.publisher.get(lang) if source.publisher else None,
                period(source.published, lang) if source.published else None,
                source.licence.get(lang) if source.licence else None,
                source.url,
            )
            self.doc.add_paragraph(clean(space_han(" · ".join(p for p in parts if p))))
        self._heading(self._word("origins"), 1)
        used = {origin.status for origin in self.report.origins}
        for status in STATUS:
            if status in used:
                mark = STATUS_MARK[status].get(lang)
                name = STATUS[status].get(lang) + (f" [{mark}]" if mark else "")
                self._small(f"{name}{self._colon}{STATUS_MEANING[status].get(lang)}")
        for number, origin in enumerate(self.report.origins, start=1):
            steps = [origin.value.get(lang)]
            for word, text in (("run", origin.run), ("query", origin.query), ("table", origin.table)):
                if text is not None:
                    steps.append(f"{self._word(word)}{self._colon}{text.get(lang)}")
            steps += [citation_text(c, lang, self.refs) for c in origin.citations]
            line = f"[{number}] {' ← '.join(steps)}（{STATUS[origin.status].zh}）"
            if lang == "en":
                line = f"[{number}] {' ← '.join(steps)} ({STATUS[origin.status].en})"
            self.doc.add_paragraph(clean(space_han(line)))
            if origin.note is not None:
                self._small(origin.note.get(lang))
        if self.report.colophon is not None:
            self._small(self.report.colophon.get(lang))


def _widths(rows: Sequence[Sequence[str]], whole_mm: float, points: float) -> list[float]:
    """Column widths that fill the page.

    No column is narrower than its longest word ``m``; what is left goes to the columns by how much they lack to their
    longest line ``w``: ``m + (whole - sum m) * (w - m) / sum (w - m)``.
    """
    columns = list(zip(*rows, strict=True))
    least = [max(_extent_mm(word, points) for text in c for word in _words_of(text)) for c in columns]
    lines = [max(_extent_mm(text, points) for text in c) for c in columns]
    spare, lack = whole_mm - sum(least), sum(lines) - sum(least)
    if spare <= 0:
        return [m * whole_mm / sum(least) for m in least]
    if lack <= spare:
        return [w + (spare - lack) / len(lines) for w in lines]
    return [m + spare * (w - m) / lack for m, w in zip(least, lines, strict=True)]


def _words_of(text: str) -> list[str]:
    """What a line is not broken in: words, and up to four Han characters."""
    return re.findall(r"[\u2e80-\uffef]{1,4}|[^\s\u2e80-\uffef]+", text) or [""]


def _aside(rows: Sequence[Sequence[str]], numeric: Sequence[bool]) -> int | None:
    """The column of sentences in a table of many columns; it reads better beneath its row than squeezed beside it."""
    if len(numeric) < 6:
        return None
    longest = max(range(len(numeric)), key=lambda n: max(_extent_mm(row[n], _POINTS) for row in rows))
    long = max(_extent_mm(row[longest], _POINTS) for row in rows) > 0.8 * _TEXT_MM
    return longest if long and longest > 0 and not numeric[longest] else None


def _points(columns: int) -> float:
    """Size of a table's type: wide matrices need a smaller one."""
    return _POINTS if columns <= 6 else 7.5 if columns <= 10 else 6.5


def _extent_mm(text: str, points: float) -> float:
    """Width of a line with its cell's margins: a Han character is as wide as high, others somewhat over half."""
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return (wide + 0.6 * (len(text) - wide)) * points * 25.4 / 72 + 2 * _CELL_MM
