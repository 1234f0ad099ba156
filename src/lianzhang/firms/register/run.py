"""Importing a register: stream, clean in parallel, merge with what was imported before, swap.

The folder of an import holds Parquet tables (`firms`, `firm_texts`, `firm_classes`, `firm_nodes`, `firm_clusters`,
`firm_products`, `quarantine`, `doubts`, `firm_history`) and ``import.json``. New tables are written beside the old ones and put
in place by one rename of the folder, so an import that dies leaves the former state whole.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import shutil
import tempfile
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from lianzhang.errors import InputError
from lianzhang.firms.merging import carry_decisions, put_in_place
from lianzhang.firms.register import clean
from lianzhang.firms.register.clean import Cleaned, Cleaner, Settings
from lianzhang.firms.register.layout import PERSONAL, Layout, personal_headers
from lianzhang.firms.register.merge import merge
from lianzhang.firms.register.source import RegisterFile
from lianzhang.i18n import Text

TABLES = {
    "firms": clean.FIRMS,
    "firm_texts": clean.TEXTS,
    "firm_classes": clean.CLASSES,
    "firm_nodes": clean.NODES,
    "firm_clusters": clean.CLUSTERS,
    "firm_products": clean.PRODUCTS,
    "quarantine": clean.QUARANTINE,
    "doubts": clean.DOUBTS,
}
#: Changes where cleaning reads more or other than before, so that the same file is read anew.
_CLEANING = b"2"
#: Files below this size are cleaned in this process.
SMALL_BYTES = 12 << 20


@dataclass(frozen=True, slots=True)
class Doubt:
    """Values of one field that were not used for one reason (`values.DOUBTS`), the first of them with their rows."""

    field: str
    reason: str
    rows: int
    examples: tuple[tuple[int, str | None], ...]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did.

    ``quarantined``: reason → rows refused; ``skipped``: rows that are no firms (blank, totals); ``doubts``: values left empty;
    ``products``: rows of products; ``absent_columns``: what the mapping asks for and the file has not; ``unused_columns``: what
    the file has and nothing asks for; ``dropped_columns``: personal data."""

    file: str
    layout: str
    rows: int
    firms: int
    new: int
    changed: int
    repeated: int
    quarantined: dict[str, int]
    makers: int
    dropped_columns: tuple[str, ...]
    already_done: bool
    folder: str
    evidence_date: str | None = None
    absent_columns: tuple[str, ...] = ()
    unused_columns: tuple[str, ...] = ()
    skipped: dict[str, int] = field(default_factory=dict)
    doubts: tuple[Doubt, ...] = ()
    products: int = 0


def import_register(
    path: Path,
    layout: Layout,
    out: Path,
    *,
    phrases: Path | None = None,
    regions: Path | None = None,
    node_ids: Path | None = None,
    keep_bad_codes: bool = False,
    processes: int = 2,
    memory_gb: float = 2.0,
    tick: Callable[[int], None] | None = None,
) -> ImportReport:
    """Import a register into the folder ``out``; importing the same file again changes nothing.

    Args:
        path: CSV, TSV or TXT (UTF-8, UTF-16, GB18030, also .gz), Parquet or Excel.
        layout: which column is what.
        out: folder of the import; may hold an earlier one, whose firms stay unless the file has them newer.
        phrases, regions, node_ids: tables to use in place of the bundled ones.
        keep_bad_codes: take rows with a wrong credit code in, without the code.
        processes: worker processes.
        memory_gb: limit for the merge; it spills to disk above.
        tick: told the number of rows done.

    Raises:
        InputError: the file or the mapping does not fit.
        FileFormatError: the file is damaged; nothing is changed then.
    """
    source = RegisterFile(path, layout.sheet, layout.header_row)
    header = source.header(layout.columns.values())
    layout, absent = source.fitting(layout)
    settings = Settings(layout, phrases, regions, node_ids, keep_bad_codes)
    key = _key(path, settings)
    used = source.used(layout)
    done = _manifest(out)
    if key in {entry["key"] for entry in done}:
        entry = next(entry for entry in done if entry["key"] == key)
        return _report(entry["report"], already_done=True)
    work = _new_folder(out)
    try:
        rows = _stage(source, settings, work, max(1, processes), tick)
        figures = merge(work, out, memory_gb, layout)
        # A firm that was merged into another one is no new firm, though the file still has it.
        figures["new"] -= carry_decisions(out, work, memory_gb=memory_gb)
        report: dict[str, Any] = {
            "file": path.name,
            "layout": layout.name,
            "evidence_date": layout.evidence_date,
            "rows": rows + len(source.ragged),
            **figures,
            "dropped_columns": personal_headers(header),
            "absent_columns": absent,
            "unused_columns": [c for c in header if c not in used and not PERSONAL.search(c)],
            "folder": str(out),
        }
        when = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        entries = [*done, {"key": key, "at": when, "report": report}]
        (work / "import.json").write_text(
            json.dumps({"imports": entries}, ensure_ascii=False, indent=1), "utf-8"
        )
        put_in_place(work, out)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    return _report(report, already_done=False)


def _report(raw: dict[str, Any], *, already_done: bool) -> ImportReport:
    read: dict[str, Any] = {
        name: tuple(raw.get(name, ())) for name in ("dropped_columns", "absent_columns", "unused_columns")
    }
    read["doubts"] = tuple(
        Doubt(d["field"], d["reason"], d["rows"], tuple((row, value) for row, value in d["examples"]))
        for d in raw.get("doubts", ())
    )
    if already_done:
        read |= {"new": 0, "changed": 0}
    return ImportReport(**{**raw, **read}, already_done=already_done)


def _new_folder(out: Path) -> Path:
    """A folder beside the import to work in.

    Raises:
        InputError: nothing can be written there.
    """
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    except OSError as error:
        raise InputError(
            Text(f"写不了 {out}：{error.strerror}", f"{out} cannot be written: {error.strerror}"),
            hint=Text(
                "请换一个 --out 文件夹，或检查权限与磁盘空间",
                "choose another --out, or check rights and disk space",
            ),
        ) from None
    work.chmod(0o755)
    return work


def _key(path: Path, settings: Settings) -> str:
    digest = hashlib.sha256(_CLEANING)
    with path.open("rb") as handle:
        while chunk := handle.read(1 << 20):
            digest.update(chunk)
    digest.update(repr((dict(settings.layout.columns), settings.layout, settings.keep_bad_codes)).encode())
    for extra in (settings.phrases, settings.regions, settings.node_ids):
        digest.update(extra.read_bytes() if extra is not None else b"-")
    return digest.hexdigest()


def _manifest(out: Path) -> list[dict[str, Any]]:
    file = out / "import.json"
    return list(json.loads(file.read_text("utf-8"))["imports"]) if file.is_file() else []


def _stage(
    source: RegisterFile, settings: Settings, work: Path, processes: int, tick: Callable[[int], None] | None
) -> int:
    rows = 0
    with ExitStack() as stack:
        writers = {
            name: stack.enter_context(
                pq.ParquetWriter(work / f"staged_{name}.parquet", schema, compression="zstd")
            )
            for name, schema in TABLES.items()
        }
        for cleaned, count in _cleaned(source, settings, processes):
            rows += count
            for name, part in zip(TABLES, cleaned, strict=True):
                if part.num_rows:
                    writers[name].write_table(part)
            if tick is not None:
                tick(rows)
        if source.ragged:
            ragged = [
                {
                    "row": item.row,
                    "reason": "ragged",
                    "field": None,
                    "value": f"{item.actual} ≠ {item.expected}",
                    "name": None,
                    "uscc": None,
                }
                for item in source.ragged
            ]
            writers["quarantine"].write_table(pa.Table.from_pylist(ragged, clean.QUARANTINE))
    return rows


def _cleaned(source: RegisterFile, settings: Settings, processes: int) -> Iterator[tuple[Cleaned, int]]:
    if processes <= 1 or source.path.stat().st_size < SMALL_BYTES:
        cleaner = Cleaner(settings)
        row = source.found().first
        for batch in source.batches(settings.layout):
            yield cleaner.clean(batch, row), batch.num_rows
            row += batch.num_rows
        return
    pool = ProcessPoolExecutor(
        processes, mp_context=get_context("spawn"), initializer=clean.start_worker, initargs=(settings,)
    )
    waiting: deque[tuple[Future[Cleaned], int]] = deque()
    try:
        row = source.found().first
        for batch in source.batches(settings.layout):
            waiting.append((pool.submit(clean.clean_in_worker, batch, row), batch.num_rows))
            row += batch.num_rows
            # A bounded queue keeps memory flat however long the file is.
            if len(waiting) > processes + 1:
                future, count = waiting.popleft()
                yield future.result(), count
        while waiting:
            future, count = waiting.popleft()
            yield future.result(), count
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
