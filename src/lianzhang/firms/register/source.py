"""Batches of text columns from CSV, Parquet and Excel files; only the mapped columns ever leave the file."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import IO, Any, Literal, NamedTuple

import pyarrow as pa

from lianzhang.errors import FileFormatError, InputError
from lianzhang.firms.reading import detect_encoding
from lianzhang.firms.register.header import LOOKED_AT, Header, find_header
from lianzhang.firms.register.layout import PERSONAL, Layout, plain_header
from lianzhang.firms.register.workbook import Workbook, open_workbook
from lianzhang.i18n import Text

#: Bytes of a CSV file per batch, rows of the other kinds.
BLOCK_BYTES = 8 << 20
BLOCK_ROWS = 40_000
#: Bytes of a text file among which header and separator are looked for.
_HEAD_BYTES = 1 << 20
_SEPARATORS = ",\t;|，"
_TEXTS = ("csv", "tsv", "txt", "csv.gz", "tsv.gz", "txt.gz")
_KINDS = (*_TEXTS, "parquet", "xlsx", "xlsm", "xls")
_OLD = b"\xd0\xcf\x11\xe0"


class Ragged(NamedTuple):
    """A record that has another number of cells than the header."""

    row: int
    expected: int
    actual: int


class RegisterFile:
    """A file of firms.

    Args:
        path: the file; what it is, is told by what is in it.
        sheet: sheet of a workbook; the one whose header names most by default.
        header_row: row (from 1) of the header, 0 for none; found by itself by default.

    Raises:
        InputError: no such file.
        FileFormatError: a file of another kind.
    """

    def __init__(self, path: Path, sheet: str | None = None, header_row: int | None = None) -> None:
        if not path.is_file():
            raise InputError(Text(f"找不到文件 {path}", f"there is no file {path}"))
        self.path = path
        self.sheet = sheet
        self.header_row = header_row
        self.ragged: list[Ragged] = []
        self.kind, self.zipped = _kind(path)
        self._found: Header | None = None
        self._separator = ","
        self._encoding = ""

    def header(self, wanted: Collection[str] = ()) -> list[str]:
        """Names of the columns.

        Args:
            wanted: columns that a mapping asks for; they tell where the header is.

        Raises:
            FileFormatError: the file is damaged.
        """
        return list(self.found(wanted).columns)

    def found(self, wanted: Collection[str] = ()) -> Header:
        """Where the header is and what it says; for a workbook also which sheet (``sheet``).

        Raises:
            FileFormatError: the file is damaged.
        """
        if self._found is None or wanted:
            with self._readable():
                self._found = self._look(tuple(wanted))
        return self._found

    def sheets(self) -> list[str]:
        """Visible sheets of a workbook; none for another kind.

        Raises:
            FileFormatError: the file is damaged.
        """
        if self.kind != "xlsx":
            return []
        with self._readable(), self._book() as book:
            return list(book.sheets)

    def sample(self, most: int = 20) -> list[list[str]]:
        """Cells of the first rows below the header; blank in columns of personal data.

        Raises:
            FileFormatError: the file is damaged.
        """
        header = self.found()
        personal = {i for i, name in enumerate(header.columns) if PERSONAL.search(name)}
        with self._readable():
            rows = self._first_rows(header.row + most)[header.row :]
        return [
            ["" if i in personal else row[i] if i < len(row) else "" for i in range(len(header.columns))]
            for row in rows
            if any(cell.strip() for cell in row)
        ]

    def estimate(self) -> int | None:
        """About how many rows there are; None where only reading them all would tell."""
        header = self.found()
        if self.kind == "parquet":
            import pyarrow.parquet as pq

            return int(pq.read_metadata(self.path).num_rows)
        if self.kind == "xlsx" or self.zipped:
            return None
        head = self._head()
        lines, size = head.count("\n"), len(head.encode(self._encoding))
        return max(1, round(self.path.stat().st_size * lines / size) - header.row) if lines else 1

    def batches(self, layout: Layout, tick: Callable[[int], None] | None = None) -> Iterator[pa.RecordBatch]:
        """Record batches with one text column per mapped field (field names, not headers).

        Raises:
            InputError: the names are not there, or a mapped column is one of personal data.
            FileFormatError: the file breaks off or is damaged.
        """
        wanted = self._columns(layout)
        personal = [column for column in layout.columns.values() if PERSONAL.search(column)]
        if personal:
            raise InputError(
                Text(
                    f"{'、'.join(personal)} 是个人信息，不读入",
                    f"{', '.join(personal)}: personal data is not read",
                ),
                hint=Text("请从映射中去掉", "take it out of the mapping"),
            )
        fields, columns = list(wanted), list(wanted.values())
        with self._readable():
            for batch in self._raw(list(dict.fromkeys(columns))):
                if tick is not None:
                    tick(batch.num_rows)
                arrays = [
                    batch.column(batch.schema.get_field_index(name)).cast(pa.string()) for name in columns
                ]
                yield pa.RecordBatch.from_arrays(arrays, names=fields)

    def fitting(self, layout: Layout) -> tuple[Layout, list[str]]:
        """The mapping without the columns that the file has not, and these columns.

        Raises:
            InputError: the column of the name is not there.
            FileFormatError: the file is damaged.
        """
        here = self._columns(layout)
        absent = [column for field, column in layout.columns.items() if field not in here]
        return replace(layout, columns={field: layout.columns[field] for field in here}), absent

    def used(self, layout: Layout) -> frozenset[str]:
        """Columns of the file that a mapping reads.

        Raises:
            InputError: the column of the name is not there.
            FileFormatError: the file is damaged.
        """
        return frozenset(self._columns(layout).values())

    def _columns(self, layout: Layout) -> dict[str, str]:
        """Field → column of the file, for the fields that it has."""
        header = self.header(layout.columns.values())
        by_name = {plain_header(column): column for column in reversed(header)} | {c: c for c in header}
        found = {f: by_name.get(c) or by_name.get(plain_header(c)) for f, c in layout.columns.items()}
        if found.get("name") is None:
            name = layout.columns["name"]
            raise InputError(
                Text(
                    f"{self.path.name} 没有企业名称列“{name}”", f"{self.path.name} lacks the names, {name!r}"
                ),
                hint=Text(
                    f"表头为：{'、'.join(header)}；不带 --mapping 可按表头猜",
                    f"its header is: {', '.join(header)}; without --mapping the columns are guessed",
                ),
            )
        return {field: column for field, column in found.items() if column is not None}

    @contextmanager
    def _readable(self) -> Iterator[None]:
        try:
            yield
        except (pa.ArrowInvalid, UnicodeDecodeError, EOFError, zlib.error, OSError, csv.Error) as error:
            raise FileFormatError(
                Text(f"{self.path.name} 读不下去：{error}", f"{self.path.name} cannot be read on: {error}"),
                hint=Text(
                    "文件可能被截断或引号不成对", "it may be cut off, or a quotation mark has no partner"
                ),
            ) from None

    def _look(self, wanted: tuple[str, ...]) -> Header:
        if self.kind == "parquet":
            import pyarrow.parquet as pq

            header = find_header([list(pq.read_schema(self.path).names)], at=1)
            return Header(header.columns, 0, header.known)
        if self.kind == "xlsx":
            with self._book(wanted) as book:
                self.sheet = book.sheet
                return find_header(list(islice(book.rows(), LOOKED_AT)), wanted, self.header_row)
        return self._look_at_text(wanted)

    def _look_at_text(self, wanted: tuple[str, ...]) -> Header:
        self._encoding = detect_encoding(self.path, zipped=self.zipped)
        choices = _SEPARATORS if self.kind == "csv" else "\t" + _SEPARATORS
        best: tuple[tuple[int, int], Header, str] | None = None
        for separator in dict.fromkeys(choices):
            header = find_header(_records(self._head(), separator, LOOKED_AT), wanted, self.header_row)
            if len(separator.encode()) > 1 and header.known < 2:
                continue
            score = (header.known, min(len(header.columns), 2))
            if best is None or score > best[0]:
                best = (score, header, separator)
        assert best is not None
        self._separator = best[2]
        if not best[1].columns:
            raise FileFormatError(Text(f"{self.path.name} 是空文件", f"{self.path.name} is empty"))
        return best[1]

    def _head(self) -> str:
        """The beginning of a text file."""
        with self._bytes() as stream:
            raw = stream.read(_HEAD_BYTES)
        return raw.decode(self._encoding, errors="ignore")

    def _first_rows(self, most: int) -> list[list[str]]:
        if self.kind == "parquet":
            import pyarrow.parquet as pq

            file = pq.ParquetFile(self.path)
            batch = next(file.iter_batches(most), None)
            if batch is None:
                return []
            return [["" if v is None else str(v) for v in row.values()] for row in batch.to_pylist()]
        if self.kind == "xlsx":
            with self._book() as book:
                return list(islice(book.rows(), most))
        return _records(self._head(), self._separator, most)

    def _raw(self, columns: list[str]) -> Iterator[pa.RecordBatch]:
        if self.kind == "parquet":
            import pyarrow.parquet as pq

            yield from pq.ParquetFile(self.path).iter_batches(BLOCK_ROWS, columns=columns)
        elif self.kind == "xlsx":
            yield from self._excel(columns)
        else:
            with self._csv(columns) as reader:
                yield from reader

    @contextmanager
    def _csv(self, columns: list[str]) -> Iterator[Any]:
        import pyarrow.csv as pc

        header = self.found()

        def note(row: pc.InvalidRow) -> Literal["skip", "error"]:
            self.ragged.append(Ragged(row.number or 0, row.expected_columns, row.actual_columns))
            return "skip"

        # The separator of a wide comma is no byte: such a file is small and made plain before.
        plain = len(self._separator.encode()) == 1
        options = pc.ReadOptions(
            block_size=BLOCK_BYTES,
            encoding=self._encoding.replace("-sig", ""),
            use_threads=False,
            skip_rows=_lines_above(self._head(), self._separator, header.row) if plain else header.row,
            column_names=list(header.columns),
        )
        parse = pc.ParseOptions(
            delimiter=self._separator if plain else ",", newlines_in_values=True, invalid_row_handler=note
        )
        convert = pc.ConvertOptions(
            column_types={name: pa.string() for name in columns},
            include_columns=columns,
            strings_can_be_null=False,
        )
        self.ragged.clear()
        with self._bytes() if plain else self._narrowed() as stream:
            yield pc.open_csv(stream, read_options=options, parse_options=parse, convert_options=convert)

    def _narrowed(self) -> IO[bytes]:
        with self._bytes() as stream:
            text = stream.read().decode(self._encoding)
        out = io.StringIO()
        csv.writer(out).writerows(csv.reader(io.StringIO(text), delimiter=self._separator))
        return io.BytesIO(out.getvalue().encode(self._encoding.replace("-sig", "")))

    def _bytes(self) -> IO[bytes]:
        # Python's own gzip, not Arrow's: it can tell a file that breaks off.
        return gzip.open(self.path) if self.zipped else self.path.open("rb")  # type: ignore[return-value]

    def _book(self, wanted: tuple[str, ...] = ()) -> Any:
        return open_workbook(self.path, self.sheet, wanted)

    def _excel(self, columns: list[str]) -> Iterator[pa.RecordBatch]:
        header = self.found()
        places = [header.columns.index(column) for column in columns]
        book: Workbook
        with self._book() as book:
            rows = islice(book.rows(), header.row, None)
            while block := list(islice(rows, BLOCK_ROWS)):
                arrays = [
                    pa.array([row[place] if place < len(row) else "" for row in block], pa.string())
                    for place in places
                ]
                yield pa.RecordBatch.from_arrays(arrays, names=columns)


def _records(text: str, separator: str, most: int) -> list[list[str]]:
    csv.field_size_limit(16_000_000)
    try:
        return list(islice(csv.reader(io.StringIO(text, newline=""), delimiter=separator), most))
    except csv.Error:
        return []


def _lines_above(text: str, separator: str, records: int) -> int:
    """Lines that so many records at the top of a text take."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    for _ in islice(reader, records):
        pass
    return reader.line_num


def _kind(path: Path) -> tuple[str, bool]:
    """``parquet``, ``xlsx``, ``csv`` or ``tsv``, and whether it is a text packed by gzip.

    Raises:
        FileFormatError: it is none of them; says what to do.
    """
    name = path.name.lower()
    ending = next((k for k in sorted(_KINDS, key=len, reverse=True) if name.endswith("." + k)), "")
    with path.open("rb") as handle:
        begin = handle.read(2048)
    if not ending:
        raise FileFormatError(
            Text(f"不认识 {path.name} 的格式", f"{path.name} is of no known kind"),
            hint=Text(
                "可读 csv、tsv、txt（及其 .gz）、parquet、xlsx；其他请另存为 xlsx 或 csv",
                "csv, tsv, txt (also .gz), parquet and xlsx can be read; save others as xlsx or csv",
            ),
        )
    if begin.startswith(b"PAR1") or ending == "parquet":
        return "parquet", False
    if begin.startswith(_OLD):
        raise FileFormatError(
            Text(
                f"{path.name} 是旧版 Excel（.xls）或加了密码的工作簿",
                f"{path.name} is a workbook of the old kind (.xls) or has a password",
            ),
            hint=Text(
                "请在 Excel 或 WPS 中打开，另存为不加密的 .xlsx",
                "open it in a spreadsheet and save it as .xlsx without a password",
            ),
        )
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            if any(member.startswith("xl/") for member in archive.namelist()):
                return "xlsx", False
        raise FileFormatError(
            Text(f"{path.name} 是压缩包，不是工作簿", f"{path.name} is an archive and no workbook"),
            hint=Text("请先解压", "unpack it first"),
        )
    low = begin.lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if low.startswith((b"<html", b"<!doctype", b"<table", b"<?xml")):
        raise FileFormatError(
            Text(
                f"{path.name} 其实是网页或 XML，只是名字像表格",
                f"{path.name} is in fact a web page or XML with a table's name",
            ),
            hint=Text(
                "请在 Excel 或 WPS 中打开，另存为 .xlsx", "open it in a spreadsheet and save it as .xlsx"
            ),
        )
    if ending in ("xlsx", "xlsm") and (begin.startswith(b"PK") or b"\x00" in begin):
        raise FileFormatError(
            Text(f"{path.name} 不是有效的工作簿", f"{path.name} is no valid workbook"),
            hint=Text("文件可能没有传完，请重新导出", "it may be incomplete; export it again"),
        )
    return ("csv" if "csv" in ending else "tsv"), begin.startswith(b"\x1f\x8b")
