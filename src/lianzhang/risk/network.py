"""Firm networks from files: edge list, sectors, input types. Every bad line is named; nothing is guessed."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from lianzhang.errors import FileFormatError, InputError, UnknownNameError
from lianzhang.i18n import Text
from lianzhang.risk.model import FirmNetwork, Origin

if TYPE_CHECKING:
    import pyarrow as pa

    #: Names of firms as a file has them.
    Ids = pa.ChunkedArray[Any]

SelfLoops = Literal["keep", "drop", "error"]

_HEADERS = {
    "supplier": ("supplier", "seller", "i", "from", "source", "供应商", "卖方"),
    "buyer": ("buyer", "customer", "j", "to", "target", "采购商", "买方"),
    "sales": ("sales", "x", "w", "weight", "value", "amount", "金额", "销售额"),
    "firm": ("firm", "id", "firm_id", "企业"),
    "sector": ("sector", "industry", "行业", "部门"),
}


def read_network(
    edges: Path,
    sectors: Path,
    types: Path,
    *,
    self_loops: SelfLoops = "keep",
    origin: Origin = "observed",
) -> FirmNetwork:
    """Read and check a firm network.

    Args:
        edges: supplier, buyer, yearly sales; TSV, CSV or Parquet, with or without a header line.
        sectors: either one column, the sector number (from 1, in the order of `types`) of firm 1, 2, …; or two
            columns, firm and sector (label or number).
        types: matrix with supplier sectors as rows and buyer sectors as columns, labels in the first row and
            column; 2 essential, 1 non-essential, 0 irrelevant.
        self_loops: what to do with a firm's sales to itself. The published index has no rule against them.

    Raises:
        FileFormatError: a file is not a table of the described form.
        InputError: a negative, missing or infinite sales value, a link to itself under `self_loops="error"`, no link.
        UnknownNameError: a firm without a sector or a sector without types.
    """
    labels, matrix = read_types(types)
    firm_ids, sector = _read_sectors(sectors, labels)
    first, second, sales = _read_edges(edges)
    supplier = _number_firms(first, firm_ids, edges)
    buyer = _number_firms(second, firm_ids, edges)
    _check_sales(sales, edges)

    remarks: list[str] = []
    loops = supplier == buyer
    if loops.any():
        count = int(loops.sum())
        if self_loops == "error":
            row = int(np.flatnonzero(loops)[0]) + 1
            raise InputError(
                Text(
                    f"{edges.name} 第 {row} 条：企业 {firm_ids[supplier[row - 1]]} 卖给自己（共 {count} 条）",
                    f"{edges.name} link {row}: firm {firm_ids[supplier[row - 1]]} sells to itself ({count} such links)",
                ),
                hint=Text("请用 --self-loops drop 去掉，或用 keep 保留", "use --self-loops drop, or keep"),
            )
        if self_loops == "drop":
            supplier, buyer, sales = supplier[~loops], buyer[~loops], sales[~loops]
            remarks.append(f"{count} links of firms to themselves dropped")
        else:
            remarks.append(f"{count} links of firms to themselves kept")
    if (zero := int((sales == 0).sum())) > 0:
        keep = sales > 0
        supplier, buyer, sales = supplier[keep], buyer[keep], sales[keep]
        remarks.append(f"{zero} links with zero sales dropped")
    n = len(firm_ids)
    key = supplier * n + buyer
    if len(key) > 1 and not (np.diff(key) > 0).all():
        unique, place = np.unique(key, return_inverse=True)
        if len(unique) < len(key):
            remarks.append(f"{len(key) - len(unique)} repeated links summed")
            sales = np.bincount(place, sales).astype(np.float64, copy=False)
            supplier, buyer = unique // n, unique % n
    if len(sales) == 0:
        raise InputError(Text(f"{edges.name} 里没有任何链接", f"{edges.name} has no link with sales"))
    return FirmNetwork(
        supplier, buyer, sales, sector, matrix, firm_ids, labels, origin=origin, remarks=tuple(remarks)
    )


def read_types(path: Path) -> tuple[tuple[str, ...], NDArray[np.int8]]:
    """Labels and (m, m) matrix of input types."""
    rows = list(_rows(path, ","))
    if len(rows) < 2:
        raise _format_error(path, "没有内容", "is empty")
    labels = tuple(cell.strip() for cell in rows[0][1:])
    m = len(labels)
    if len(set(labels)) != m:
        raise _format_error(path, "列名有重复", "has a sector label twice in its first row")
    if len(rows) != m + 1:
        raise _format_error(
            path, f"有 {len(rows) - 1} 行、{m} 列", f"has {len(rows) - 1} rows for {m} columns"
        )
    matrix = np.zeros((m, m), np.int8)
    allowed = {"0": 0, "1": 1, "2": 2, "0.0": 0, "1.0": 1, "2.0": 2}
    for r, row in enumerate(rows[1:]):
        if len(row) != m + 1:
            raise _format_error(path, f"第 {r + 2} 行有 {len(row)} 格", f"line {r + 2} has {len(row)} cells")
        if row[0].strip() != labels[r]:
            raise _format_error(
                path,
                f"第 {r + 2} 行的行名 {row[0]!r} 与第 {r + 1} 列 {labels[r]!r} 不一致",
                f"line {r + 2} is named {row[0]!r}, but column {r + 1} is {labels[r]!r}",
            )
        for col, cell in enumerate(row[1:]):
            if cell.strip() not in allowed:
                raise _format_error(
                    path,
                    f"第 {r + 2} 行 {labels[col]} 列的值 {cell!r} 不是 0、1、2",
                    f"line {r + 2}, column {labels[col]}: {cell!r} is not 0, 1 or 2",
                )
            matrix[r, col] = allowed[cell.strip()]
    return labels, matrix


def read_firm_list(path: Path, firm_ids: tuple[str, ...]) -> NDArray[np.int64]:
    """Firm numbers of a list of ids: one per line, or the first column of a table."""
    place = {name: index for index, name in enumerate(firm_ids)}
    found: list[int] = []
    for line, row in enumerate(_rows(path, _delimiter(path)), start=1):
        cell = row[0].strip()
        if line == 1 and cell.lower() in _HEADERS["firm"] and cell not in place:
            continue
        if cell not in place:
            raise UnknownNameError(
                Text(f"企业（{path.name} 第 {line} 行）", f"firm ({path.name}, line {line})"), cell
            )
        found.append(place[cell])
    if not found:
        raise _format_error(path, "没有企业", "lists no firm")
    return np.array(found, np.int64)


def capacities(firm_ids: tuple[str, ...], left: Mapping[str, float]) -> NDArray[np.float64]:
    """(n,) ψ: the given capacities, 1 for all other firms.

    Raises:
        UnknownNameError: no firm of that name.
    """
    place = {name: index for index, name in enumerate(firm_ids)}
    psi = np.ones(len(firm_ids))
    for name, value in left.items():
        if name not in place:
            raise UnknownNameError(Text("企业", "firm"), name)
        psi[place[name]] = value
    return psi


def read_capacities(path: Path, firm_ids: tuple[str, ...]) -> NDArray[np.float64]:
    """(n,) ψ from a table of firm and capacity left, 0 … 1."""
    left: dict[str, float] = {}
    for line, row in enumerate(_rows(path, _delimiter(path)), start=1):
        if len(row) != 2:
            raise _format_error(path, f"第 {line} 行不是两列", f"line {line} does not have two columns")
        if line == 1 and not _is_number(row[1]):
            continue
        if not _is_number(row[1]) or not 0.0 <= float(row[1]) <= 1.0:
            raise _format_error(
                path,
                f"第 {line} 行的产能 {row[1]!r} 不在 0 和 1 之间",
                f"line {line}: {row[1]!r} is not in 0 … 1",
            )
        left[row[0].strip()] = float(row[1])
    return capacities(firm_ids, left)


def _read_sectors(path: Path, labels: tuple[str, ...]) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    rows = list(_rows(path, _delimiter(path)))
    if rows and rows[0][-1].strip().lower() in _HEADERS["sector"]:
        rows = rows[1:]
        offset = 2
    else:
        offset = 1
    if not rows:
        raise _format_error(path, "没有内容", "is empty")
    numbers = {str(k + 1): k for k in range(len(labels))}
    by_label = {label: k for k, label in enumerate(labels)}
    alone = len(rows[0]) == 1
    # A lone column counts sectors from 1; beside firm names labels come first, as "0111" is not the number 111.
    order = (numbers, by_label) if alone else (by_label, numbers)
    cells = {row[-1].strip() for row in rows}
    book = next((book for book in order if cells <= book.keys()), None)
    if book is None:
        book = max(order, key=lambda candidate: len(cells & candidate.keys()))
        for line, row in enumerate(rows, start=offset):
            if row[-1].strip() not in book:
                where = Text(f"部门（{path.name} 第 {line} 行）", f"sector ({path.name}, line {line})")
                raise UnknownNameError(where, row[-1].strip(), book)
    sector = np.array([book[row[-1].strip()] for row in rows], np.int64)
    if alone:
        return tuple(str(k) for k in range(1, len(rows) + 1)), sector
    ids = tuple(row[0].strip() for row in rows)
    if len(set(ids)) != len(ids):
        seen: set[str] = set()
        twice = next(name for name in ids if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise InputError(
            Text(f"{path.name} 中企业 {twice} 出现两次", f"{path.name} lists firm {twice} twice"),
            hint=Text("每家企业只能有一行", "keep one line per firm"),
        )
    return ids, sector


def _read_edges(path: Path) -> tuple[Ids, Ids, NDArray[np.float64]]:
    import pyarrow as pa
    import pyarrow.csv as pc
    import pyarrow.parquet as pq

    if not path.is_file():
        raise _format_error(path, "不存在", "does not exist")
    if path.suffix.lower() == ".parquet":
        try:
            table = pq.read_table(path)
        except (pa.ArrowInvalid, OSError) as error:
            raise _format_error(path, "不是 Parquet 文件", f"is not a Parquet file: {error}") from None
        columns = [
            _named(table.column_names, part, place)
            for place, part in enumerate(("supplier", "buyer", "sales"))
        ]
        if None in columns:
            raise _format_error(path, "少于三列", "has fewer than three columns")
        return _columns([table.column(int(c)) for c in columns if c is not None], path)
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as stream:
        head = stream.readline().decode("utf-8-sig", "replace")
    delimiter = "\t" if "\t" in head else ";" if ";" in head and "," not in head else ","
    cells = [cell.strip().strip('"') for cell in head.rstrip("\r\n").split(delimiter)]
    if len(cells) < 3:
        raise _format_error(path, "第一行少于三列", "has fewer than three columns in its first line")
    header = not _is_number(cells[-1] if len(cells) == 3 else cells[2])
    names = cells if header else [f"c{k}" for k in range(len(cells))]
    chosen = [_named(names, part, place) for place, part in enumerate(("supplier", "buyer", "sales"))]
    columns_wanted = [names[int(c)] for c in chosen if c is not None]
    for id_type in (pa.int64(), pa.string()):
        types = {columns_wanted[0]: id_type, columns_wanted[1]: id_type, columns_wanted[2]: pa.float64()}
        try:
            table = pc.read_csv(
                path,
                read_options=pc.ReadOptions(column_names=names, skip_rows=1 if header else 0),
                parse_options=pc.ParseOptions(delimiter=delimiter),
                convert_options=pc.ConvertOptions(
                    include_columns=columns_wanted, column_types=types, null_values=["", "NA", "null"]
                ),
            )
        except pa.ArrowInvalid as error:
            failure = str(error)
            continue
        return _columns([table.column(k) for k in range(3)], path)
    _name_bad_line(path, delimiter, header, chosen, len(names))
    raise _format_error(path, "无法读作三列表格", f"cannot be read as a table: {failure}")


def _columns(columns: list[Any], path: Path) -> tuple[Ids, Ids, NDArray[np.float64]]:
    for column in columns[:2]:
        if column.null_count:
            row = int(np.flatnonzero(column.is_null().to_numpy())[0]) + 1
            raise InputError(
                Text(f"{path.name} 第 {row} 条链接缺企业", f"{path.name} link {row} lacks a firm"),
                details={"row": row},
            )
    return columns[0], columns[1], columns[2].to_numpy().astype(np.float64)


def _name_bad_line(path: Path, delimiter: str, header: bool, chosen: list[int | None], width: int) -> None:
    """The slow reading, only to say which line is wrong."""
    sales = 2 if chosen[2] is None else chosen[2]
    for line, row in enumerate(_rows(path, delimiter), start=1):
        if header and line == 1:
            continue
        if len(row) != width:
            raise _format_error(
                path,
                f"第 {line} 行有 {len(row)} 列，应为 {width} 列",
                f"line {line} has {len(row)} columns, not {width}",
            )
        if row[sales].strip() not in ("", "NA", "null") and not _is_number(row[sales]):
            raise InputError(
                Text(
                    f"{path.name} 第 {line} 行的销售额 {row[sales]!r} 不是数字",
                    f"{path.name} line {line}: sales {row[sales]!r} is not a number",
                ),
                details={"line": line, "value": row[sales]},
            )


def _number_firms(ids: Ids, firm_ids: tuple[str, ...], path: Path) -> NDArray[np.int64]:
    """Numbers of the named firms. Names stay in Arrow's columns: a million links' names as objects would take a gigabyte."""
    import pyarrow as pa
    import pyarrow.compute as pc

    n = len(firm_ids)
    if pa.types.is_integer(ids.type) and firm_ids[0] == "1" and firm_ids[-1] == str(n):
        numbers = ids.to_numpy().astype(np.int64) - 1
        if all(name == str(k + 1) for k, name in enumerate(firm_ids)):
            wrong = (numbers < 0) | (numbers >= n)
            if wrong.any():
                _unknown_firm(path, int(np.flatnonzero(wrong)[0]), ids)
            return numbers
    names = pc.utf8_trim_whitespace(ids.cast(pa.string()))
    found = pc.index_in(names, value_set=pa.array(firm_ids, pa.string()))
    if found.null_count:
        _unknown_firm(path, int(np.flatnonzero(found.is_null().to_numpy())[0]), ids)
    return np.asarray(found.to_numpy(), np.int64)


def _unknown_firm(path: Path, row: int, ids: Ids) -> None:
    raise UnknownNameError(
        Text(
            f"有部门的企业（{path.name} 第 {row + 1} 条链接）",
            f"firm with a sector ({path.name}, link {row + 1})",
        ),
        str(ids[row].as_py()),
    )


def _check_sales(sales: NDArray[np.float64], path: Path) -> None:
    bad = ~np.isfinite(sales) | (sales < 0)
    if bad.any():
        row = int(np.flatnonzero(bad)[0]) + 1
        value = sales[row - 1]
        what = (
            Text("是负数", "is negative")
            if value < 0
            else Text("缺失或不是有限的数", "is missing or not a finite number")
        )
        raise InputError(
            Text(
                f"{path.name} 第 {row} 条链接的销售额 {value:g} {what.zh}（共 {int(bad.sum())} 条）",
                f"{path.name} link {row}: sales {value:g} {what.en} ({int(bad.sum())} such links)",
            ),
            hint=Text("销售额应为每年的正数", "sales are positive, per year"),
            details={"row": row, "count": int(bad.sum())},
        )


def _named(names: list[str], part: str, place: int) -> int | None:
    """Column by its usual names, else by its place."""
    for index, name in enumerate(names):
        if name.strip().lower() in _HEADERS[part]:
            return index
    return place if place < len(names) else None


def _rows(path: Path, delimiter: str) -> Iterator[list[str]]:
    try:
        opened = gzip.open if path.suffix == ".gz" else open
        with opened(path, "rt", newline="", encoding="utf-8-sig") as stream:
            for row in csv.reader(stream, delimiter=delimiter):
                if row:
                    yield row
    except FileNotFoundError:
        raise _format_error(path, "不存在", "does not exist") from None
    except (UnicodeDecodeError, csv.Error, gzip.BadGzipFile) as error:
        raise _format_error(path, "不是 UTF-8 表格", f"is not a table in UTF-8: {error}") from None


def _delimiter(path: Path) -> str:
    if not path.is_file():
        raise _format_error(path, "不存在", "does not exist")
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as stream:
        return "\t" if b"\t" in stream.readline() else ","


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _format_error(path: Path, zh: str, en: str) -> FileFormatError:
    return FileFormatError(
        Text(f"{path.name} {zh}", f"{path.name} {en}"),
        hint=Text("文件格式见“系统性风险”一页", "the page on systemic risk shows the three files"),
        details={"file": str(path)},
    )
