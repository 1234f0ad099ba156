from __future__ import annotations

import dataclasses
import io
import re
import zipfile

import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from lianzhang.i18n import Lang, Text
from lianzhang.report import draw, picture, word
from lianzhang.report.figures import Column, Table
from lianzhang.report.model import Block, Section
from lianzhang.report.picture import pictures
from lianzhang.report.tables import as_table
from lianzhang.report.values import Prose
from lianzhang.report.word import render_docx
from lianzhang.report.workbook import render_xlsx, sheet_title
from tests.report import sample

LANGS: tuple[Lang, ...] = ("zh", "en")


@pytest.mark.parametrize("lang", LANGS)
def test_the_workbook_opens_and_holds_every_table(lang: Lang) -> None:
    book = load_workbook(io.BytesIO(render_xlsx(sample.report(), lang)))
    figures = [b.figure for s in sample.report().sections for b in s.blocks]
    assert len(book.sheetnames) == 3 + sum(as_table(f) is not None for f in figures)
    assert book.sheetnames[-1] == ("来源" if lang == "zh" else "Sources")
    sheet = book[as_table(sample.tiers()).title.get(lang)]  # type: ignore[union-attr]
    rows = list(sheet.iter_rows(min_row=4, values_only=True))
    assert rows[1][2] == 8.04e11
    assert rows[1][4] == pytest.approx(80.4)
    assert rows[1][-1] == "[1] [2]"


def test_mixed_units_stay_numbers_that_show_their_unit() -> None:
    book = load_workbook(io.BytesIO(render_xlsx(sample.report(), "zh")))
    targets = [row[2] for row in book["规划目标与实际"].iter_rows(min_row=5)]
    assert {type(cell.value) for cell in targets} <= {int, float}
    assert any(cell.number_format.endswith('" 辆"') for cell in targets)


def test_no_text_becomes_a_formula() -> None:
    evil = (
        "=1+1",
        "+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        '=HYPERLINK("http://x","y")',
        "\x01=2",
    )
    table = Table(
        Text("=表", "=table"),
        (Column(Text("=甲", "=a")),),
        tuple((Text(word, word),) for word in evil),
    )
    block = Block(finding=Prose(Text("=一", "=one")), figure=table, source=Text("=源", "=source"))
    report = dataclasses.replace(
        sample.report(),
        title=Text("=题", "=title"),
        sections=(Section(key="s", title=Text("节", "s"), blocks=(block,)),),
    )
    data = render_xlsx(report, "en")
    for sheet in load_workbook(io.BytesIO(data)):
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                if isinstance(cell.value, str) and cell.value[:1] in "=+-@":
                    assert cell.quotePrefix
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        for name in parts.namelist():
            if name.startswith("xl/worksheets/"):
                assert b"<f>" not in parts.read(name)


@settings(max_examples=80)
@given(st.lists(st.text(max_size=45), max_size=12))
def test_sheet_names_are_legal_and_unique(wanted: list[str]) -> None:
    taken: list[str] = []
    for name in wanted:
        title = sheet_title(name, taken)
        assert 1 <= len(title) <= 31
        assert not re.search(r"[\[\]:*?/\\]", title)
        assert not title.startswith("'")
        assert title.casefold() not in {t.casefold() for t in taken}
        taken.append(title)


@pytest.mark.parametrize("lang", LANGS)
def test_the_word_document_opens_with_headings_tables_and_sources(lang: Lang) -> None:
    doc = Document(io.BytesIO(render_docx(sample.report(), lang)))
    heads = [p.text for p in doc.paragraphs if p.style is not None and p.style.name == "Heading 1"]
    titles = [s.title.get(lang) for s in sample.report().sections]
    assert heads[: len(titles)] == titles
    assert len(doc.tables) == 12  # ten figures with data, the key figures, and the grid of small charts
    text = "\n".join(p.text for p in doc.paragraphs)
    for source in sample.report().sources:
        assert source.title.get(lang) in text
    assert not re.search(r"\bo-\w+\b|src-\w+", text)
    raised = [r.text for p in doc.paragraphs for r in p.runs if r.font.superscript]
    assert any(re.search(r"\[\d+\]$", r) for r in raised)


@pytest.mark.parametrize("lang", LANGS)
def test_figures_as_tables_lose_nothing(lang: Lang) -> None:
    wall = as_table(sample.wall())
    assert wall is not None
    assert len(wall.rows) == sum(len(c.bricks) for s in sample.wall().sections for c in s.courses)
    places = as_table(sample.hex_city())
    assert places is not None
    assert len(places.rows) == len(sample.hex_city().cells)
    voices = as_table(sample.voices(), {s.key: s for s in sample.report().sources})
    assert voices is not None
    assert voices.rows[0][3] == sample.report().sources[2].title
    for table in (wall, places, voices):
        assert all(len(row) == len(table.columns) for row in table.rows)
        assert all(column.title.get(lang) for column in table.columns)


@pytest.mark.parametrize("lang", LANGS)
def test_the_document_shows_every_drawing_with_words_for_who_cannot_see_it(lang: Lang) -> None:
    if not pictures(sample.wall(), lang, uid="a"):
        pytest.skip(f"no font of this machine can write {lang}")
    document = Document(io.BytesIO(render_docx(sample.report(), lang)))
    drawn = [
        b.figure for s in sample.report().sections for b in s.blocks if pictures(b.figure, lang, uid="a")
    ]
    told = {shape._inline.docPr.get("descr") for shape in document.inline_shapes}
    assert drawn
    assert told == {figure.title.get(lang) for figure in drawn}
    page = document.sections[0]
    room = page.page_width - page.left_margin - page.right_margin
    assert all(shape.width <= room for shape in document.inline_shapes)


def test_a_picture_knows_every_colour_and_is_twice_the_drawing() -> None:
    assert "var(" not in picture._rules()
    (made,) = pictures(sample.tiers(), "en", uid="a")
    assert made.startswith(b"\x89PNG")
    drawn = re.search(r'viewBox="0 0 ([\d.]+) ', str(draw.svg(sample.tiers(), "en", uid="a")))
    assert drawn is not None
    assert int.from_bytes(made[16:20], "big") == 2 * float(drawn[1])


def test_figures_of_words_have_no_picture() -> None:
    table = Table(Text("表", "table"), (Column(Text("甲", "a")),), ())
    assert pictures(table, "en", uid="a") == []


@given(
    st.integers(1, 14).flatmap(
        lambda n: st.lists(st.lists(st.text(max_size=60), min_size=n, max_size=n), min_size=1, max_size=5)
    )
)
def test_columns_fill_the_page(rows: list[list[str]]) -> None:
    found = word._widths(rows, 166, 8.5)
    assert sum(found) == pytest.approx(166)
    assert min(found) > 0
