"""The report as a Word document: what an office edits and forwards. Figures are given as their tables."""

from __future__ import annotations

import datetime as dt
import io
import string
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from lianzhang.i18n import Lang
from lianzhang.report import tokens
from lianzhang.report.check import check_report, origin_keys
from lianzhang.report.dates import dates_line
from lianzhang.report.draw.inline import Refs, citation_text
from lianzhang.report.format import period, quantity, space_han
from lianzhang.report.markup import clean
from lianzhang.report.model import Block, Cell, Empty, Prose, Quantity, Report, Table
from lianzhang.report.tables import as_table
from lianzhang.report.words import STATUS, STATUS_MARK, STATUS_MEANING, WORDS

if TYPE_CHECKING:
    from docx.document import Document as Doc

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
            section.page_width, section.page_height = Mm(210), Mm(297)
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
        mark = STATUS_MARK[origin.status].get(self.lang) if value.value is not None else ""
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
        table = as_table(block.figure, self.refs.sources)
        if table is not None:
            self._table(table)
        if block.note is not None:
            self._prose(block.note)
        numbers = "".join(f"[{self.refs.numbers[key]}]" for key in origin_keys(block))
        self._small(f"{self._word('source')}{self._colon}{block.source.get(lang)} {numbers}".rstrip())

    @property
    def _colon(self) -> str:
        return "：" if self.lang == "zh" else ": "

    def _table(self, table: Table) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn
        from docx.shared import Pt

        kept = [n for n in range(len(table.columns)) if any(row[n] is not None for row in table.rows)] or [0]
        grid = self.doc.add_table(rows=1, cols=len(kept), style="Light List")
        head = grid.rows[0]
        repeat = OxmlElement("w:tblHeader")
        repeat.set(qn("w:val"), "true")
        head._tr.get_or_add_trPr().append(repeat)
        for cell, n in zip(head.cells, kept, strict=True):
            column = table.columns[n]
            unit = f" ({column.unit.get(self.lang)})" if column.unit is not None else ""
            self._fill(cell, column.title.get(self.lang) + unit, numeric=column.numeric)
        for row in table.rows:
            for cell, n in zip(grid.add_row().cells, kept, strict=True):
                self._fill(cell, self._words(row[n]), numeric=table.columns[n].numeric)
        for line in grid.rows:
            for cell in line.cells:
                for paragraph in cell.paragraphs:
                    paragraph.paragraph_format.space_after = Pt(1)
                    for run in paragraph.runs:
                        run.font.size = Pt(8.5)
        for line in grid.rows:
            for cell, n in zip(line.cells, kept, strict=True):
                if table.columns[n].numeric:
                    cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
        self.doc.add_paragraph()

    def _fill(self, cell: Any, text: str, *, numeric: bool) -> None:
        cell.paragraphs[0].add_run(clean(text if numeric else space_han(text)))

    def _words(self, cell: Cell) -> str:
        if cell is None:
            return "—"
        if isinstance(cell, Quantity):
            origin = self.refs.origins[cell.origin]
            mark = STATUS_MARK[origin.status].get(self.lang) if cell.value is not None else ""
            return quantity(cell, self.lang) + mark
        return cell.get(self.lang)

    def _back(self) -> None:
        """Sources, what the marks mean, origins."""
        lang = self.lang
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
