"""One table as a file to work with: csv, xlsx or json by its suffix."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lianzhang.errors import InputError, UsageError
from lianzhang.i18n import Lang, Text
from lianzhang.report.markup import clean

_FORMULA_START = ("=", "+", "-", "@", "\t", "\r", "\n")
_TEXT_LIMIT = 32_767
_WIDTHS = (10, 48)
SUFFIXES = (".csv", ".xlsx", ".json")

Cell = str | float | int | bool | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: columns by key with their heads, rows by key. A key that a row lacks is empty."""

    title: Text
    columns: tuple[tuple[str, Text], ...]
    rows: tuple[Mapping[str, Cell], ...]


def write_sheet(sheet: Sheet, path: Path, lang: Lang) -> int:
    """Write a table; the file appears whole or not at all.

    csv has a byte order mark, so that a spreadsheet opens Chinese text; xlsx keeps numbers as numbers; text that begins
    like a formula stays text in both. json is a list of objects with the columns' keys.

    Returns:
        Number of rows written.

    Raises:
        UsageError: the suffix is none of csv, xlsx, json.
        InputError: the file cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix == ".csv":
        content = _csv(sheet, lang)
    elif suffix == ".xlsx":
        content = _xlsx(sheet, lang)
    elif suffix == ".json":
        rows = [{key: row.get(key) for key, _ in sheet.columns} for row in sheet.rows]
        content = (json.dumps(rows, ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode()
    else:
        raise UsageError(
            Text(f"不支持写成 {path.suffix or path.name}", f"cannot write {path.suffix or path.name}"),
            hint=Text("请用 .csv、.xlsx 或 .json", "use .csv, .xlsx or .json"),
        )
    temporary = path.with_name(path.name + ".part")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise InputError(
            Text(f"写不了 {path}：{error.strerror}", f"cannot write {path}: {error.strerror}")
        ) from error
    return len(sheet.rows)


def _csv(sheet: Sheet, lang: Lang) -> bytes:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([head.get(lang) for _, head in sheet.columns])
    for row in sheet.rows:
        writer.writerow([_csv_cell(row.get(key)) for key, _ in sheet.columns])
    return ("\ufeff" + stream.getvalue()).encode()


def _csv_cell(value: Cell) -> Cell:
    """A spreadsheet takes a csv cell that begins with such a sign for a formula; a quote before it keeps it text."""
    if isinstance(value, str) and value.startswith(_FORMULA_START):
        return "'" + value
    return value


def _xlsx(sheet: Sheet, lang: Lang) -> bytes:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    page = book.create_sheet(clean(sheet.title.get(lang))[:31])
    page.freeze_panes = "A2"
    heads = [head.get(lang) for _, head in sheet.columns]
    for number, (key, _) in enumerate(sheet.columns, start=1):
        longest = max((len(str(r.get(key) or "")) for r in sheet.rows), default=0)
        width = min(max(longest, len(heads[number - 1]) * 2, _WIDTHS[0]), _WIDTHS[1])
        page.column_dimensions[get_column_letter(number)].width = width
    top = []
    for head in heads:
        cell = WriteOnlyCell(page, value=head)
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        top.append(cell)
    page.append(top)
    for row in sheet.rows:
        cells = []
        for key, _ in sheet.columns:
            value = row.get(key)
            cell = WriteOnlyCell(page, value=clean(value)[:_TEXT_LIMIT] if isinstance(value, str) else value)
            if isinstance(value, str):
                cell.data_type = "s"
                cell.alignment = Alignment(wrap_text=len(value) > _WIDTHS[1], vertical="top")
            cells.append(cell)
        page.append(cells)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
