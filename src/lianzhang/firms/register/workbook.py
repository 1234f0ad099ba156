"""Sheets of a workbook as rows of text: the visible ones, cells merged downwards filled, numbers as they were meant."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from lianzhang.errors import FileFormatError, UnknownNameError
from lianzhang.firms.register.header import LOOKED_AT, find_header
from lianzhang.i18n import Text

#: Whole numbers above this lose digits in a spreadsheet.
_EXACT = 2.0**53
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s+ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
_BLOCK = 1 << 20


class Workbook:
    """One open workbook and the sheet of it that is read."""

    def __init__(self, path: Path, book: Any, sheet: str | None, wanted: Sequence[str]) -> None:
        self.path = path
        self._book = book
        self.sheets: tuple[str, ...] = tuple(
            str(s.title) for s in book.worksheets if s.sheet_state == "visible" and hasattr(s, "iter_rows")
        )
        if not self.sheets:
            raise FileFormatError(
                Text(f"{path.name} 没有可见的工作表", f"{path.name} has no visible sheet"),
                hint=Text("请取消隐藏要导入的工作表", "unhide the sheet that is to be read"),
            )
        if sheet is not None and sheet not in book.sheetnames:
            raise UnknownNameError(Text("工作表", "sheet"), sheet, self.sheets)
        self.sheet = sheet if sheet is not None else self._likeliest(wanted)

    def rows(self) -> Iterator[list[str]]:
        """Every row of the sheet as text, blank cells as blank text."""
        page = self._book[self.sheet]
        page.reset_dimensions()  # some programs write a wrong size of the sheet into it
        down = _merged_down(self.path, page)
        held: dict[int, str] = {}
        for number, row in enumerate(page.iter_rows(values_only=True), 1):
            cells = [cell_text(value) for value in row]
            for column, ranges in down.items():
                for first, last in ranges:
                    if number == first:
                        held[column] = cells[column] if column < len(cells) else ""
                    elif first < number <= last and column < len(cells) and not cells[column]:
                        cells[column] = held.get(column, "")
            yield cells

    def _likeliest(self, wanted: Sequence[str]) -> str:
        """The sheet whose header names most; of several the first."""
        if len(self.sheets) == 1:
            return self.sheets[0]
        found: list[tuple[bool, int, bool, int, str]] = []
        for place, name in enumerate(self.sheets):
            page = self._book[name]
            page.reset_dimensions()
            rows = [
                [cell_text(v) for v in row] for row in islice(page.iter_rows(values_only=True), LOOKED_AT)
            ]
            header = find_header(rows, wanted)
            has = bool(wanted) and set(wanted) <= set(header.columns)
            found.append((has, header.known, len(rows) > 1, -place, name))
        return max(found)[-1]


@contextmanager
def open_workbook(path: Path, sheet: str | None = None, wanted: Sequence[str] = ()) -> Iterator[Workbook]:
    """A workbook for reading.

    Raises:
        FileFormatError: it is damaged, or shows no sheet.
        UnknownNameError: no such sheet.
    """
    import openpyxl

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, TypeError):
        raise FileFormatError(
            Text(f"{path.name} 不是有效的工作簿", f"{path.name} is no valid workbook"),
            hint=Text(
                "请在 Excel 或 WPS 中打开并另存为 .xlsx",
                "open it in a spreadsheet and save it again as .xlsx",
            ),
        ) from None
    try:
        yield Workbook(path, book, sheet, wanted)
    finally:
        book.close()


def cell_text(value: Any) -> str:
    """A cell as it was meant: whole numbers without a fraction, days as ISO dates.

    A whole number of more than 15 digits has lost its last ones and stays in powers of ten, to be seen for what it is.
    """
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value)) if abs(value) < _EXACT else f"{value:.15E}"
    if hasattr(value, "isoformat"):
        return str(value.isoformat())[:10]
    return str(value)


def _merged_down(path: Path, page: Any) -> dict[int, list[tuple[int, int]]]:
    """Column (from 0) → ranges of rows (from 1) that are merged into their first cell."""
    member = str(getattr(page, "_worksheet_path", "")).lstrip("/")
    found: dict[int, list[tuple[int, int]]] = {}
    with zipfile.ZipFile(path) as archive:
        if member not in archive.namelist():
            return found
        with archive.open(member) as stream:
            kept = b""
            while block := stream.read(_BLOCK):
                text = kept + block
                end = 0
                for match in _MERGED.finditer(text):
                    end = match.end()
                    first, last = int(match[2]), int(match[4])
                    if last > first:
                        found.setdefault(_column(match[1]), []).append((first, last))
                kept = text[max(end, len(text) - 200) :]
    return found


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
