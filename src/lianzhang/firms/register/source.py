"""Batches of text columns from CSV, Parquet and Excel files; only the mapped columns ever leave the file."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO, Any, Literal, NamedTuple

import pyarrow as pa

from lianzhang.errors import FileFormatError, InputError
from lianzhang.firms.reading import detect_encoding
from lianzhang.firms.register.layout import PERSONAL, Layout
from lianzhang.i18n import Text

#: Bytes of a CSV file per batch, rows of the other kinds.
BLOCK_BYTES = 8 << 20
BLOCK_ROWS = 40_000


class Ragged(NamedTuple):
    """A record that has another number of cells than the header."""

    row: int
    expected: int
    actual: int


class RegisterFile:
    """A file of firms.

    Raises:
        InputError: no such file.
        FileFormatError: a file of another kind.
    """

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise InputError(Text(f"找不到文件 {path}", f"there is no file {path}"))
        self.path = path
        self.ragged: list[Ragged] = []
        name = path.name.lower()
        self.kind = next(
            (k for k in ("parquet", "xlsx", "csv.gz", "csv", "tsv") if name.endswith("." + k)), ""
        )
        if not self.kind:
            raise FileFormatError(
                Text(f"不认识 {path.name} 的格式", f"{path.name} is of no known kind"),
                hint=Text(
                    "可读 csv、csv.gz、tsv、parquet、xlsx", "csv, csv.gz, tsv, parquet and xlsx can be read"
                ),
            )

    def header(self) -> list[str]:
        """Names of the columns.

        Raises:
            FileFormatError: the file is damaged.
        """
        with self._readable():
            if self.kind == "parquet":
                import pyarrow.parquet as pq

                return list(pq.read_schema(self.path).names)
            if self.kind == "xlsx":
                with self._sheet() as rows:
                    return [str(cell) for cell in next(rows, ()) if cell is not None]
            with self._csv(None) as reader:
                return list(reader.schema.names)

    @contextmanager
    def _readable(self) -> Iterator[None]:
        try:
            yield
        except (pa.ArrowInvalid, UnicodeDecodeError, EOFError, zlib.error, OSError) as error:
            raise FileFormatError(
                Text(f"{self.path.name} 读不下去：{error}", f"{self.path.name} cannot be read on: {error}"),
                hint=Text(
                    "文件可能被截断或引号不成对", "it may be cut off, or a quotation mark has no partner"
                ),
            ) from None

    def batches(self, layout: Layout, tick: Callable[[int], None] | None = None) -> Iterator[pa.RecordBatch]:
        """Record batches with one text column per mapped field (field names, not headers).

        Raises:
            InputError: a mapped column is not there, or is one of personal data.
            FileFormatError: the file breaks off or is damaged.
        """
        header = self.header()
        missing = [column for column in layout.columns.values() if column not in header]
        if missing:
            raise InputError(
                Text(
                    f"{self.path.name} 没有列：{'、'.join(missing)}",
                    f"{self.path.name} lacks: {', '.join(missing)}",
                ),
                hint=Text(f"表头为：{'、'.join(header)}", f"its header is: {', '.join(header)}"),
            )
        personal = [column for column in layout.columns.values() if PERSONAL.search(column)]
        if personal:
            raise InputError(
                Text(
                    f"{'、'.join(personal)} 是个人信息，不读入",
                    f"{', '.join(personal)}: personal data is not read",
                ),
                hint=Text("请从映射中去掉", "take it out of the mapping"),
            )
        fields, columns = list(layout.columns), list(layout.columns.values())
        with self._readable():
            for batch in self._raw(columns):
                if tick is not None:
                    tick(batch.num_rows)
                arrays = [
                    batch.column(batch.schema.get_field_index(name)).cast(pa.string()) for name in columns
                ]
                yield pa.RecordBatch.from_arrays(arrays, names=fields)

    def _raw(self, columns: list[str]) -> Iterator[pa.RecordBatch]:
        if self.kind == "parquet":
            import pyarrow.parquet as pq

            yield from pq.ParquetFile(self.path).iter_batches(BLOCK_ROWS, columns=columns)
            return
        if self.kind == "xlsx":
            yield from self._excel(columns)
            return
        with self._csv(columns) as reader:
            yield from reader

    @contextmanager
    def _csv(self, columns: list[str] | None) -> Iterator[Any]:
        import pyarrow.csv as pc

        encoding = "utf-8" if self.kind == "csv.gz" else detect_encoding(self.path).replace("-sig", "")

        def note(row: pc.InvalidRow) -> Literal["skip", "error"]:
            self.ragged.append(Ragged(row.number or 0, row.expected_columns, row.actual_columns))
            return "skip"

        options = pc.ReadOptions(block_size=BLOCK_BYTES, encoding=encoding, use_threads=False)
        parse = pc.ParseOptions(
            delimiter="\t" if self.kind == "tsv" else ",", newlines_in_values=True, invalid_row_handler=note
        )
        names = columns
        if names is None:
            with self._bytes() as stream:
                first = pc.open_csv(
                    stream,
                    read_options=pc.ReadOptions(block_size=1 << 20, encoding=encoding),
                    parse_options=parse,
                )
                names = list(first.schema.names)
        convert = pc.ConvertOptions(
            column_types={name: pa.string() for name in names},
            include_columns=names,
            strings_can_be_null=False,
        )
        self.ragged.clear()
        with self._bytes() as stream:
            yield pc.open_csv(stream, read_options=options, parse_options=parse, convert_options=convert)

    def _bytes(self) -> IO[bytes]:
        # Python's own gzip, not Arrow's: it can tell a file that breaks off.
        return gzip.open(self.path) if self.kind == "csv.gz" else self.path.open("rb")  # type: ignore[return-value]

    @contextmanager
    def _sheet(self) -> Iterator[Iterator[tuple[Any, ...]]]:
        import zipfile

        import openpyxl

        try:
            book = openpyxl.load_workbook(self.path, read_only=True, data_only=True)
        except (zipfile.BadZipFile, KeyError, ValueError):
            raise FileFormatError(
                Text(f"{self.path.name} 不是有效的工作簿", f"{self.path.name} is no valid workbook")
            ) from None
        try:
            yield book.active.iter_rows(values_only=True)
        finally:
            book.close()

    def _excel(self, columns: list[str]) -> Iterator[pa.RecordBatch]:
        with self._sheet() as rows:
            header = [str(cell) if cell is not None else "" for cell in next(rows, ())]
            places = [header.index(column) for column in columns]
            while block := list(islice(rows, BLOCK_ROWS)):
                arrays = [
                    pa.array([_cell(row[place]) if place < len(row) else "" for row in block], pa.string())
                    for place in places
                ]
                yield pa.RecordBatch.from_arrays(arrays, names=columns)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if hasattr(value, "isoformat"):
        return str(value.isoformat())[:10]
    return str(value)
