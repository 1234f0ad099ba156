"""Formats and encodings of plan documents."""

from __future__ import annotations

import builtins
from pathlib import Path

import docx
import pytest

from lianzhang.errors import FileFormatError, InputError, MissingExtraError, UsageError
from lianzhang.plan.reading import html_text, read_document
from lianzhang.plan.service import read_documents, write_table

SENTENCE = "到2026年，食品产业产值达到850亿元。"


def only(path: Path) -> float | None:
    (statement,) = read_documents([path])
    return statement.value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_text_in_every_encoding_reads_the_same(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "plan.txt"
    path.write_bytes(SENTENCE.encode(encoding))
    assert read_document(path).text == SENTENCE
    assert only(path) == 85e9


def test_line_ends_of_every_kind_count_as_one(tmp_path: Path) -> None:
    path = tmp_path / "plan.txt"
    path.write_bytes(f"一\r\n二\r{SENTENCE}".encode())
    (statement,) = read_documents([path])
    assert statement.line == 3


def test_markdown_signs_do_not_hide_figures_and_offsets_stay(tmp_path: Path) -> None:
    path = tmp_path / "plan.md"
    source = "## 目标\n- 到2026年，产值达到**850**亿元。\n"
    path.write_text(source, encoding="utf-8")
    (statement,) = read_documents([path])
    assert statement.value == 85e9
    assert "850" in source[statement.char_start : statement.char_end]


def test_html_leaves_out_scripts_and_navigation(tmp_path: Path) -> None:
    path = tmp_path / "plan.html"
    path.write_text(
        "<html><head><style>p{width:12px}</style><script>var a = 5;</script></head><body><nav>共有500家企业</nav>"
        f"<h1>规划</h1><p>{SENTENCE.replace('850', '<b>850</b>')}</p><footer>&copy; 300家企业</footer></body></html>",
        encoding="utf-8",
    )
    assert only(path) == 85e9
    assert read_document(path).text == f"规划\n{SENTENCE}\n"


def test_html_with_unclosed_tags_is_read_to_the_end() -> None:
    assert html_text("<p>a<p>b<div>c &lt; d") == "a\nb\nc < d\n"


def test_word_paragraphs_and_tables(tmp_path: Path) -> None:
    path = tmp_path / "plan.docx"
    document = docx.Document()
    document.add_paragraph(SENTENCE)
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text = "指标"
    table.cell(0, 1).text = "单位"
    document.save(str(path))
    assert read_document(path).text == f"{SENTENCE}\n指标\t单位\n"
    assert only(path) == 85e9


def pdf(text: str) -> bytes:
    """A one-page PDF that shows ``text`` in Helvetica, written by hand."""
    stream = (
        "BT /F1 11 Tf 40 700 Td 14 TL " + " ".join(f"({line}) Tj T*" for line in text.split("\n")) + " ET"
    )
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    body = "%PDF-1.4\n"
    offsets = []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    return (
        f"{body}xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
        f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF\n"
    ).encode()


def test_pdf_lines_are_joined_to_paragraphs(tmp_path: Path) -> None:
    pytest.importorskip("pypdf")
    path = tmp_path / "plan.pdf"
    path.write_bytes(
        pdf(
            "By 2030, the province will produce at least\n1.2 million electric vehicles and will\nexport them.\n"
        )
    )
    (statement,) = read_documents([path])
    assert (statement.value, statement.comparator, statement.period_end) == (1_200_000, ">=", "2030")


def test_rows_of_a_pdf_table_are_not_joined(tmp_path: Path) -> None:
    pytest.importorskip("pypdf")
    path = tmp_path / "plan.pdf"
    path.write_bytes(
        pdf("Indicator Unit 2022 2030\nShare of renewables % 31 65\nElectrolyser capacity GW 0.2 5\n")
    )
    rows = [(s.indicator, s.value, s.unit, s.period_end) for s in read_documents([path])]
    assert rows == [
        ("Share of renewables", 31, "%", "2022"),
        ("Share of renewables", 65, "%", "2030"),
        ("Electrolyser capacity", 0.2, "GW", "2022"),
        ("Electrolyser capacity", 5, "GW", "2030"),
    ]


def test_a_pdf_without_pypdf_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def refuse(name: str, *rest: object, **more: object) -> object:
        if name.startswith("pypdf"):
            raise ImportError(name)
        return real(name, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", refuse)
    path = tmp_path / "plan.pdf"
    path.write_bytes(pdf("x"))
    with pytest.raises(MissingExtraError, match="pypdf") as caught:
        read_document(path)
    assert caught.value.hint is not None
    assert "documents" in caught.value.hint.en


@pytest.mark.parametrize("name", ["plan.txt", "plan.docx", "plan.pdf"])
def test_a_file_that_is_not_what_it_claims_is_refused(tmp_path: Path, name: str) -> None:
    if name.endswith("pdf"):
        pytest.importorskip("pypdf")
    path = tmp_path / name
    path.write_bytes(b"\x00\x01\x02\xff broken")
    with pytest.raises(FileFormatError):
        read_document(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match="nowhere"):
        read_document(tmp_path / "nowhere.txt")


def test_no_files_and_a_wrong_date_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        read_documents([])
    with pytest.raises(UsageError):
        read_documents([tmp_path / "a.txt"], published="last May")


@pytest.mark.parametrize("suffix", [".csv", ".jsonl"])
def test_review_tables_hold_every_statement(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / "plan.txt"
    path.write_text(f"{SENTENCE}\n到2027年，引进3—5家整车企业。\n", encoding="utf-8")
    out = tmp_path / f"review{suffix}"
    assert write_table(read_documents([path]), out) == 2
    content = out.read_text(encoding="utf-8-sig")
    assert "850亿元" in content
    assert len(content.strip().splitlines()) == (3 if suffix == ".csv" else 2)
    assert [item.name for item in tmp_path.iterdir() if item.suffix == ".part"] == []


def test_a_review_table_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        write_table([], tmp_path / "review.xls")
