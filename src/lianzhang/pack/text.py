"""CSV files as bytes and records: encoding, wholeness, shape. One pass, constant memory.

A clean file is later read by the database as it is. Anything that has to be mended first (another encoding, blank
or ragged rows, odd line ends) is rewritten as clean UTF-8 with the record number of every row in front, so that
problems found later still name the row of the original.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lianzhang.pack.model import Report, Resource

_CHUNK = 1 << 20
#: The longest text a cell may have (a border as GeoJSON), in characters.
LONGEST_CELL = 16_000_000
_ZIP, _OLE, _PARQUET = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"PAR1"


@dataclass(frozen=True, slots=True)
class CsvScan:
    """What the pass over a CSV file found. ``clean``: the database may read the file as it is."""

    header: tuple[str, ...]
    encoding: str
    bom: bool
    records: int
    clean: bool


def scan_csv(path: Path, resource: Resource, report: Report, tick: Callable[[int], None]) -> CsvScan | None:
    """Look through a CSV file; problems go into the report. None where its cells cannot be told apart.

    ``tick`` is called with the number of bytes done.
    """
    file, table = resource.path, resource.name
    size = path.stat().st_size
    with path.open("rb") as handle:
        head = handle.read(8)
    if size == 0:
        report.add("empty-file", file, table=table)
        return None
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        report.add("utf-16", file, table=table)
        return None
    if head.startswith((_ZIP, _OLE, _PARQUET)):
        report.add("not-text", file, table=table)
        return None
    bom = head.startswith(codecs.BOM_UTF8)
    found = _encoding(path, bom)
    if found.encoding is None:
        _report_encoding(path, resource, found.nul, report)
        return None
    if bom:
        report.add("bom", file, table=table)
    if found.encoding == "gb18030":
        report.add("gb18030", file, table=table)
    return _records(path, resource, found, bom, report, tick)


@dataclass(frozen=True, slots=True)
class _Bytes:
    encoding: str | None
    nul: bool
    odd_ends: bool
    final_newline: bool


def _encoding(path: Path, bom: bool) -> _Bytes:
    """UTF-8 if the whole file is, else GB18030 if the whole file is and no line is UTF-8, else None."""
    decoder: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")()
    nul, crlf, lf, cr, last = False, 0, 0, 0, b""
    with path.open("rb") as handle:
        while chunk := handle.read(_CHUNK):
            # A pair \r\n may straddle two chunks.
            pair = last[-1:] + chunk if last else chunk
            crlf += pair.count(b"\r\n")
            lf, cr = lf + chunk.count(b"\n"), cr + chunk.count(b"\r")
            nul = nul or b"\0" in chunk
            if decoder is not None:
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError:
                    decoder = None
            last = chunk
    if decoder is not None:
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            decoder = None
    odd_ends = cr != crlf or (crlf not in (0, lf))
    ended = last.endswith((b"\n", b"\r"))
    if nul:
        return _Bytes(None, True, odd_ends, ended)
    if decoder is not None:
        return _Bytes("utf-8-sig" if bom else "utf-8", False, odd_ends, ended)
    kinds = {kind for _line, kind, _text in _classified(path)}
    # Latin letters with accents may look like UTF-8 in a Chinese file; only three-byte sequences tell.
    encoding = "gb18030" if "neither" not in kinds and "utf-8" not in kinds and not bom else None
    return _Bytes(encoding, False, odd_ends, ended)


def _classified(path: Path) -> Iterator[tuple[int, str, str]]:
    """(line number, kind, text) of the lines that are not plain ASCII; kind: utf-8, either, gb18030, neither."""
    with path.open("rb") as handle:
        for number, line in enumerate(handle, start=1):
            if line.isascii():
                continue
            try:
                text = line.decode("utf-8-sig" if number == 1 else "utf-8")
                yield number, "utf-8" if any(c >= "\u0800" for c in text) else "either", text.strip()
            except UnicodeDecodeError:
                try:
                    yield number, "gb18030", line.decode("gb18030").strip()
                except UnicodeDecodeError:
                    yield number, "neither", line.decode("utf-8", errors="replace").strip()


def _report_encoding(path: Path, resource: Resource, nul: bool, report: Report) -> None:
    if nul:
        report.add("not-text", resource.path, table=resource.name)
        return
    lines: dict[str, list[tuple[int, str]]] = {}
    counts: dict[str, int] = {}
    for number, kind, text in _classified(path):
        counts[kind] = counts.get(kind, 0) + 1
        if len(lines.setdefault(kind, [])) < report.limit:
            lines[kind].append((number, text))
    utf8 = counts.get("utf-8", 0) + counts.get("either", 0)
    if "neither" in counts:
        rule, kind = "unknown-encoding", "neither"
    elif counts.get("gb18030", 0) <= utf8:
        rule, kind = "mixed-encoding", "gb18030"
    else:
        # The fewer lines are the strangers.
        rule, kind = "mixed-encoding", "utf-8"
    shown = lines.get(kind, [])
    for index, (number, text) in enumerate(shown):
        extra = counts[kind] - len(shown) if index == len(shown) - 1 else 0
        report.add(rule, resource.path, table=resource.name, row=number, value=text, total=1 + extra)
    if not shown:
        report.add(rule, resource.path, table=resource.name)


def _records(
    path: Path, resource: Resource, found: _Bytes, bom: bool, report: Report, tick: Callable[[int], None]
) -> CsvScan | None:
    file, table = resource.path, resource.name
    assert found.encoding is not None
    clean = found.encoding != "gb18030" and not found.odd_ends
    with _reading(path, found.encoding) as (reader, position):
        try:
            header = next(reader, [])
        except csv.Error:
            report.add("bad-quote", file, table=table, row=1)
            return None
        if not any(name.strip() for name in header):
            report.add("empty-file", file, table=table)
            return None
        width = len(header)
        if width == 1 and any(sep in header[0] for sep in ";\t|"):
            report.add("delimiter", file, table=table, row=1, value=header[0])
            return None
        number, short_last = 1, None
        while True:
            try:
                # The inner loop is the hot one: a million rows a second when all is well.
                for row in reader:
                    number += 1
                    if len(row) != width:
                        clean = False
                        if short_last is not None:
                            report.add(
                                "ragged-row",
                                file,
                                table=table,
                                row=short_last[0],
                                value=_counted(short_last[1], width),
                            )
                            short_last = None
                        if not row:
                            report.add("blank-row", file, table=table, row=number)
                        else:
                            short_last = (number, len(row))
                    if number & 0xFFFF == 0:
                        tick(position())
                break
            except csv.Error as error:
                number += 1
                clean = False
                # The strict reader ends with this message when a quote is never closed.
                cut = "unexpected end of data" in str(error)
                if cut or "field larger" in str(error):
                    report.add("truncated-file", file, table=table, row=number, value=str(error))
                    break
                report.add("bad-quote", file, table=table, row=number, value=str(error))
    if short_last is not None:
        last_cut = short_last[0] == number and short_last[1] < width and not found.final_newline
        rule = "truncated-file" if last_cut else "ragged-row"
        report.add(rule, file, table=table, row=short_last[0], value=_counted(short_last[1], width))
    elif not found.final_newline and number > 1 and _whole(report, file):
        report.add("no-final-newline", file, table=table, row=number)
    return CsvScan(tuple(name.strip() for name in header), found.encoding, bom, number - 1, clean)


def _whole(report: Report, file: str) -> bool:
    """Whether a missing line end at the end is worth telling: not where the file is known to be cut off."""
    return not any(p.rule == "truncated-file" and p.file == file for p in report.problems)


def _counted(found: int, wanted: int) -> str:
    return f"{found} ≠ {wanted}"


@contextmanager
def _reading(path: Path, encoding: str) -> Iterator[tuple[Iterator[list[str]], Callable[[], int]]]:
    """A strict CSV reader and the position in bytes."""
    before = csv.field_size_limit(LONGEST_CELL)
    try:
        with path.open("rb") as raw, io.TextIOWrapper(raw, encoding=encoding, newline="") as text:
            yield csv.reader(text, strict=True), raw.tell
    finally:
        csv.field_size_limit(before)


def rewrite(path: Path, scan: CsvScan, target: Path) -> None:
    """Write the records as clean UTF-8 with their number in front; rows are padded or cut to the header's width."""
    width = len(scan.header)
    with (
        _reading(path, scan.encoding) as (reader, _position),
        target.open("w", encoding="utf-8", newline="") as out,
    ):
        writer = csv.writer(out, lineterminator="\n")
        next(reader, None)
        writer.writerow(["_row", *(f"c{i}" for i in range(width))])
        number = 1
        while True:
            try:
                for row in reader:
                    number += 1
                    if row:
                        writer.writerow([number, *row[:width], *[""] * (width - len(row))])
                return
            except csv.Error as error:
                number += 1
                if "unexpected end of data" in str(error) or "field larger" in str(error):
                    return
