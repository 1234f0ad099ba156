"""Plan documents as text: txt, md, html, pdf, docx; UTF-8, UTF-16 and GB18030.

The offsets of statements are into :attr:`Document.text`. For txt and md that is the decoded file (line ends as ``\\n``);
for html, pdf and docx it is the text taken out of it, which ``lianzhang plan text FILE`` prints.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

from lianzhang.errors import FileFormatError, MissingExtraError
from lianzhang.i18n import Text

SUFFIXES = (".txt", ".md", ".markdown", ".html", ".htm", ".pdf", ".docx")
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


@dataclass(frozen=True, slots=True)
class Document:
    """A document's name, its text and the encoding it was read with."""

    source: str
    text: str
    encoding: str


def read_document(path: Path) -> Document:
    """Read one file; the format goes by the suffix, an unknown suffix is read as plain text.

    Raises
    ------
    FileFormatError
        if the file cannot be opened or is not what its suffix says.
    MissingExtraError
        if a pdf is to be read and pypdf is not installed.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise FileFormatError(
            Text(f"打不开文件 {path}：{error.strerror}", f"cannot open {path}: {error.strerror}")
        ) from error
    suffix = path.suffix.lower()
    if suffix == ".pdf":
        return Document(path.name, _unwrap(_pdf(raw, path)), "pdf")
    if suffix == ".docx":
        return Document(path.name, _docx(raw, path), "docx")
    text, encoding = decode(raw, str(path))
    if suffix in (".html", ".htm"):
        text = html_text(text)
    elif suffix in (".md", ".markdown"):
        text = _MARKUP.sub(lambda match: " " * len(match.group()), text.replace("|", "\t"))
    return Document(path.name, text, encoding)


def decode(raw: bytes, name: str = "") -> tuple[str, str]:
    """Bytes as text and the name of the encoding: a byte order mark, else UTF-8, else GB18030.

    Raises
    ------
    FileFormatError
        if the bytes are none of these, or hold zero bytes as binary files do.
    """
    for mark, encoding in _BOMS:
        if raw.startswith(mark):
            try:
                return _newlines(raw.decode(encoding)), encoding
            except UnicodeDecodeError:
                break
    if b"\x00" not in raw:
        for encoding in ("utf-8", "gb18030"):
            try:
                return _newlines(raw.decode(encoding)), encoding
            except UnicodeDecodeError:
                continue
    raise FileFormatError(
        Text(f"{name} 不是可读的文本", f"{name} is not readable as text"),
        hint=Text("请另存为 UTF-8 或 GB18030 文本", "save it as UTF-8 or GB18030 text"),
    )


def _newlines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


_MARKUP = re.compile(r"\*{1,3}|`+|^#{1,6}(?=\s)|^>+(?=\s)|^\s*[-*+](?=\s)|(?<=\s)__|__(?=\s)", re.MULTILINE)
_BLOCK = frozenset(
    [
        "p",
        "div",
        "br",
        "li",
        "ul",
        "ol",
        "tr",
        "table",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "section",
        "article",
        "header",
        "footer",
        "blockquote",
        "pre",
        "dd",
        "dt",
        "title",
    ]
)
_CELL = frozenset(["td", "th"])
_SILENT = frozenset(
    ["script", "style", "nav", "footer", "aside", "noscript", "template", "form", "button", "select", "svg"]
)


class _Html(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.silent: list[str] = []
        self.in_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self.silent.append(tag)
        elif tag in _CELL:
            self.parts.append("\t")
            self.in_cell = True
        elif tag in _BLOCK:
            self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT and tag in self.silent:
            while self.silent.pop() != tag:
                pass
        elif tag in _CELL:
            self.in_cell = False
        elif tag in _BLOCK:
            self._break(tag)

    def _break(self, tag: str) -> None:
        """A block ends the line; inside a table cell it only parts words, so that a row stays a line."""
        if tag in ("tr", "table"):
            self.in_cell = False
        self.parts.append(" " if self.in_cell else "\n")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.parts.append(re.sub(r"\s+", " ", data))


def html_text(markup: str) -> str:
    """Readable text of a page: a paragraph or table row a line, cells apart by tabs; no navigation, scripts, forms."""
    parser = _Html()
    parser.feed(markup)
    parser.close()
    lines = (line.strip(" ").removeprefix("\t").rstrip() for line in "".join(parser.parts).split("\n"))
    return "\n".join(line for line in lines if line) + "\n"


def _pdf(raw: bytes, path: Path) -> str:
    try:
        from pypdf import PdfReader
        from pypdf.errors import PyPdfError
    except ImportError as error:
        raise MissingExtraError("pypdf", "documents") from error
    try:
        reader = PdfReader(BytesIO(raw))
        return "\n".join(page.extract_text() or "" for page in reader.pages)
    except (PyPdfError, ValueError, KeyError, TypeError, OSError) as error:
        raise FileFormatError(
            Text(f"{path} 不是可读的 PDF：{error}", f"{path} is not a readable PDF: {error}"),
            hint=Text("扫描件请先做文字识别", "run text recognition on scanned pages first"),
        ) from error


def _docx(raw: bytes, path: Path) -> str:
    from zipfile import BadZipFile

    import docx
    from docx.opc.exceptions import PackageNotFoundError
    from docx.table import Table

    try:
        document = docx.Document(BytesIO(raw))
    except (PackageNotFoundError, BadZipFile, KeyError, ValueError) as error:
        raise FileFormatError(
            Text(f"{path} 不是可读的 Word 文件", f"{path} is not a readable Word file"),
            hint=Text("旧式 .doc 请另存为 .docx", "save an old .doc as .docx"),
        ) from error
    lines: list[str] = []
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            lines += ["\t".join(cell.text.replace("\n", " ") for cell in row.cells) for row in block.rows]
        else:
            lines.append(block.text)
    return "\n".join(lines) + "\n"


_SENTENCE_END = re.compile(r"[。！？；：.!?;:”》）)]\s*$")
_NEW_PARAGRAPH = re.compile(
    r"^\s*(?:[一二三四五六七八九十]{1,3}[、.．]|[(（][一二三四五六七八九十\d]{1,3}[)）]|"
    r"第[一二三四五六七八九十]+[章节条]|\d{1,2}[.．、]\D|[•●■▪\-–]\s)|^\s{2,}"
)
_FULL_LINE = 0.75
# a row of a table: figures stand apart at its end ("Electrolyser capacity GW 0.2 5", "充电桩 个 1200 5000 预期性")
_TABLE_ROW = re.compile(r"^\D.*?(?:\s[\[(（≥≤<>]?(?:\d[\d.,]*%?年?|[-–—])[\])）]?){2,}(?:\s[^\s\d]{1,12})?$")


def _unwrap(text: str) -> str:
    """Join the printed lines of a pdf into paragraphs: a full line that ends in mid-sentence runs on, rows of tables not."""
    lines = text.split("\n")
    widths = sorted(len(line.rstrip()) for line in lines if line.strip())
    if not widths:
        return text
    full = _FULL_LINE * widths[int(0.9 * (len(widths) - 1))]
    out: list[str] = []
    open_line = False
    for line in lines:
        stripped = line.strip()
        row = bool(_TABLE_ROW.match(stripped))
        if open_line and stripped and not row and not _NEW_PARAGRAPH.match(line):
            glue = " " if out[-1][-1:].isascii() and stripped[:1].isascii() and out[-1][-1:] != "-" else ""
            out[-1] += glue + stripped
        else:
            out.append(stripped)
        open_line = (
            bool(stripped) and not row and len(line.rstrip()) >= full and not _SENTENCE_END.search(stripped)
        )
    return "\n".join(out)
