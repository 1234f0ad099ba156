"""Rows of names and scopes from a CSV file in UTF-8, UTF-16 or GB18030, batch by batch."""

from __future__ import annotations

import codecs
import csv
import gzip
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from lianzhang.errors import FileFormatError, InputError
from lianzhang.i18n import Text

#: Bytes of a packed file that decide on its encoding.
_ZIPPED_BYTES = 16 << 20
#: Column names that mean the same, folded to lower case.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "uscc": (
        "uscc",
        "统一社会信用代码",
        "社会信用代码",
        "信用代码",
        "注册号",
        "credit_code",
        "credit code",
        "code",
        "id",
    ),
    "name": ("name", "企业名称", "公司名称", "名称", "name_zh", "firm", "company", "企业", "单位名称"),
    "scope": ("scope", "经营范围", "business_scope", "business scope", "营业范围"),
}


def detect_encoding(path: Path, *, zipped: bool = False) -> str:
    """``utf-8-sig`` where the whole file decodes as UTF-8, ``utf-16`` where it says so, else ``gb18030``.

    Args:
        path: the file.
        zipped: packed by gzip; its beginning decides then.

    Raises:
        InputError: no such file.
        FileFormatError: no encoding fits, or the file is no text.
    """
    if not path.is_file():
        raise InputError(Text(f"找不到文件 {path}", f"there is no file {path}"))
    furthest = 0
    for encoding in ("utf-8", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)()
        done = lines = 0
        chunk = b""
        try:
            with gzip.open(path) if zipped else path.open("rb") as handle:
                while chunk := handle.read(1 << 20):
                    if done == 0 and chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                        return "utf-16"
                    if b"\x00" in chunk:
                        raise FileFormatError(
                            Text(f"{path.name} 不是文本文件", f"{path.name} is no text file"),
                            hint=Text("请另存为 CSV UTF-8", "save it as CSV UTF-8"),
                        )
                    decoder.decode(chunk)
                    lines += chunk.count(b"\n")
                    done += len(chunk)
                    if zipped and done >= _ZIPPED_BYTES:
                        break
                else:
                    decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            furthest = max(furthest, lines + chunk[: error.start].count(b"\n") + 1)
            continue
        return "utf-8-sig" if encoding == "utf-8" else encoding
    raise FileFormatError(
        Text(
            f"{path.name} 既不是 UTF-8 也不是 GB18030 编码（第 {furthest:,} 行起读不出）",
            f"{path.name} is neither UTF-8 nor GB18030 (unreadable from line {furthest:,})",
        ),
        hint=Text("请另存为 CSV UTF-8", "save it as CSV UTF-8"),
    )


def find_columns(header: list[str], wanted: tuple[str, ...], file: str) -> dict[str, str]:
    """Header of each wanted field, by `SYNONYMS`.

    Raises:
        InputError: a wanted field has no column.
    """
    folded = {column.strip().lstrip("\ufeff").lower(): column for column in header}
    found: dict[str, str] = {}
    for field in wanted:
        column = next((folded[word] for word in SYNONYMS.get(field, (field,)) if word in folded), None)
        if column is None:
            raise InputError(
                Text(f"{file} 没有“{field}”列", f"{file} has no column {field!r}"),
                hint=Text(f"表头为：{'、'.join(header)}", f"its header is: {', '.join(header)}"),
                details={"header": header, "field": field},
            )
        found[field] = column
    return found


def read_rows(path: Path, wanted: tuple[str, ...], size: int = 2_000) -> Iterator[list[dict[str, str]]]:
    """Batches of rows with the wanted fields, blank where a cell is missing.

    Raises:
        InputError: no such file, or a field has no column.
        FileFormatError: the file is no CSV text.
    """
    encoding = detect_encoding(path)
    csv.field_size_limit(16_000_000)
    with path.open(encoding=encoding, newline="") as handle:
        reader = csv.DictReader(handle)
        if not reader.fieldnames:
            raise FileFormatError(Text(f"{path.name} 是空文件", f"{path.name} is empty"))
        columns = find_columns(list(reader.fieldnames), wanted, path.name)
        while rows := list(islice(reader, size)):
            yield [
                {field: (row.get(column) or "").strip() for field, column in columns.items()} for row in rows
            ]
