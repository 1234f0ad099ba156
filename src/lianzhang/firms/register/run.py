"""Importing a register: stream, clean in parallel, merge with what was imported before, swap.

The folder of an import holds Parquet tables (`firms`, `firm_texts`, `firm_classes`, `firm_nodes`, `firm_clusters`,
`firm_products`, `quarantine`, `firm_history`) and ``import.json``. New tables are written beside the old ones and put
in place by one rename of the folder, so an import that dies leaves the former state whole.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import shutil
import tempfile
from collections import Counter, deque
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
from lianzhang.firms.register.layout import Layout, personal_headers
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
}
#: Files below this size are cleaned in this process.
SMALL_BYTES = 12 << 20
#: Fields whose change is kept in the history.
WATCHED_TEXTS = ("scope", "address", "capital_text")
WATCHED_CLASSES = ("is_maker", "chain", "clusters")
WATCHED = (
    "name_zh",
    "region_id",
    "sector_id",
    "closed",
    "capital_cny",
    "exchange",
    "ticker",
    "industry_text",
)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did. ``absent_columns``: what the mapping asks for and the file has not; ``unread``: by field, cells
    that said something which could not be read."""

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
    unread: dict[str, int] = field(default_factory=dict)


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
    done = _manifest(out)
    if key in {entry["key"] for entry in done}:
        entry = next(entry for entry in done if entry["key"] == key)
        return _report(entry["report"], already_done=True)
    work = _new_folder(out)
    try:
        rows, unread = _stage(source, settings, work, max(1, processes), tick)
        figures = _merge(work, out, memory_gb, layout)
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
            "unread": dict(unread),
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
    lists = {name: tuple(raw.get(name, ())) for name in ("dropped_columns", "absent_columns")}
    return ImportReport(**{**raw, **lists}, already_done=already_done)


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
    digest = hashlib.sha256()
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
) -> tuple[int, Counter[str]]:
    rows = 0
    unread: Counter[str] = Counter()
    with ExitStack() as stack:
        writers = {
            name: stack.enter_context(
                pq.ParquetWriter(work / f"staged_{name}.parquet", schema, compression="zstd")
            )
            for name, schema in TABLES.items()
        }
        for cleaned, count in _cleaned(source, settings, processes):
            rows += count
            unread += cleaned.unread
            for name, part in zip(TABLES, cleaned[:-1], strict=True):
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
    return rows, unread


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


def _merge(work: Path, out: Path, memory_gb: float, layout: Layout) -> dict[str, Any]:
    """Put staged and earlier tables together in ``work``; returns the figures of the report."""
    import duckdb

    def quoted(path: Path) -> str:
        return "'" + str(path).replace("'", "''") + "'"

    with duckdb.connect(":memory:") as db:
        db.execute(f"SET memory_limit = '{memory_gb}GB'")
        db.execute(f"SET temp_directory = {quoted(work / 'spill')}")
        db.execute("SET preserve_insertion_order = false")
        for name in TABLES:
            db.execute(
                f"CREATE VIEW s_{name} AS SELECT * FROM read_parquet({quoted(work / f'staged_{name}.parquet')})"
            )
            old = out / f"{name}.parquet"
            where = f"read_parquet({quoted(old)})" if old.is_file() else f"s_{name} WHERE false"
            db.execute(f"CREATE VIEW o_{name} AS SELECT * FROM {where}")
        # The last row of a code wins; the others are repeats, or, with another name, for the quarantine. Only the codes
        # that stand more than once are kept in a table, so that memory does not grow with the register.
        texts = f"read_parquet({quoted(work / 'staged_firm_texts.parquet')}, file_row_number = true)"
        db.execute(
            f"""CREATE TABLE repeats AS
            SELECT firm_id, max(file_row_number) AS place, min(hash(name_key)) <> max(hash(name_key)) AS differs
            FROM {texts} GROUP BY firm_id HAVING count(*) > 1"""
        )
        single = not layout.products
        db.execute(
            f"""CREATE TABLE twice AS
            SELECT t.row, 'code-twice' AS reason, 'uscc' AS field, t.firm_id AS value, t.name_key AS name,
                   t.firm_id AS uscc
            FROM {texts} t JOIN repeats r USING (firm_id) JOIN {texts} l ON l.file_row_number = r.place
            WHERE {single} AND r.differs AND t.file_row_number <> r.place AND t.name_key <> l.name_key"""
        )
        db.execute(f"CREATE VIEW n_firms AS {_last_rows(quoted(work / 'staged_firms.parquet'))}")
        figures = _write_merged(db, work, out, quoted)
    for name in TABLES:
        (work / f"staged_{name}.parquet").unlink()
    shutil.rmtree(work / "spill", ignore_errors=True)
    return figures


def _last_rows(file: str) -> str:
    """Rows of a staged table with one row a firm, in the order of the texts: the last row of every firm."""
    return (
        f"SELECT s.* EXCLUDE (file_row_number) FROM read_parquet({file}, file_row_number = true) s "
        "WHERE NOT EXISTS (SELECT 1 FROM repeats r WHERE r.firm_id = s.firm_id AND s.file_row_number <> r.place)"
    )


def _write_merged(db: Any, work: Path, out: Path, quoted: Callable[[Path], str]) -> dict[str, Any]:
    first = not (out / "firms.parquet").is_file()

    def write(name: str, query: str) -> None:
        db.execute(f"COPY ({query}) TO {quoted(work / f'{name}.parquet')} (FORMAT parquet, COMPRESSION zstd)")

    def kept(name: str, imported: str) -> str:
        """Rows of the earlier import that stay, to follow the new ones."""
        if first:
            return ""
        return (
            f" UNION ALL BY NAME SELECT * FROM o_{name} WHERE firm_id NOT IN (SELECT firm_id FROM {imported})"
        )

    columns = [field.name for field in clean.FIRMS]
    merged = ", ".join(
        f"coalesce(n.{name}, o.{name}) AS {name}"
        if name != "firm_id"
        else "coalesce(n.firm_id, o.firm_id) AS firm_id"
        for name in columns
    )
    if first:
        write("firms", "SELECT * FROM n_firms ORDER BY firm_id")
    else:
        write("firms", f"SELECT {merged} FROM n_firms n FULL JOIN o_firms o USING (firm_id) ORDER BY firm_id")
    for name in ("firm_texts", "firm_classes"):
        db.execute(f"CREATE VIEW n_{name} AS {_last_rows(quoted(work / f'staged_{name}.parquet'))}")
    watched = (("firms", WATCHED), ("firm_texts", WATCHED_TEXTS), ("firm_classes", WATCHED_CLASSES))
    changes = " UNION ALL ".join(
        f"SELECT o.firm_id, '{name}' AS field, CAST(o.{name} AS VARCHAR) AS before, CAST(n.{name} AS VARCHAR) AS after "
        f"FROM o_{table} o JOIN n_{table} n USING (firm_id) "
        f"WHERE n.{name} IS NOT NULL AND o.{name} IS DISTINCT FROM n.{name}"
        for table, names in watched
        for name in names
    )
    db.execute(f"CREATE TABLE changes AS SELECT * FROM ({changes}) WHERE {not first}")
    when = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    old_history = out / "firm_history.parquet"
    earlier = (
        f"UNION ALL BY NAME SELECT * FROM read_parquet({quoted(old_history)})"
        if old_history.is_file()
        else ""
    )
    write("firm_history", f"SELECT *, '{when}' AS imported_at FROM changes {earlier}")
    for name in ("firm_texts", "firm_classes"):
        write(name, _last_rows(quoted(work / f"staged_{name}.parquet")) + kept(name, "s_firm_texts"))
    for name, key in (("firm_nodes", "node_id"), ("firm_clusters", "cluster_id")):
        staged = f"read_parquet({quoted(work / f'staged_{name}.parquet')}, file_row_number = true)"
        write(
            name,
            f"SELECT * EXCLUDE (file_row_number) FROM {staged} WHERE firm_id NOT IN (SELECT firm_id FROM repeats) "
            f"UNION ALL SELECT * EXCLUDE (file_row_number) FROM {staged} "
            "WHERE firm_id IN (SELECT firm_id FROM repeats) "
            f"QUALIFY row_number() OVER (PARTITION BY firm_id, {key} ORDER BY file_row_number DESC) = 1"
            + kept(name, "s_firm_classes"),
        )
    # A product may stand under several heads of one report: its largest share counts.
    write(
        "firm_products",
        "SELECT * FROM s_firm_products QUALIFY row_number() OVER (PARTITION BY firm_id, product "
        "ORDER BY revenue_share_pct DESC NULLS LAST) = 1" + kept("firm_products", "s_firm_products"),
    )
    write("quarantine", "SELECT * FROM s_quarantine UNION ALL BY NAME SELECT * FROM twice ORDER BY row")

    def count(query: str) -> int:
        return int(db.execute(query).fetchone()[0])

    found = db.execute(
        "SELECT reason, count(*) FROM (SELECT reason FROM s_quarantine UNION ALL SELECT reason FROM twice) "
        "GROUP BY 1 ORDER BY 1"
    ).fetchall()
    refused_twice = count("SELECT count(*) FROM twice")
    firms = count("SELECT count(*) FROM n_firms")
    mine = "" if first else "AND firm_id IN (SELECT firm_id FROM n_firms)"
    return {
        "firms": firms,
        "new": firms
        if first
        else count("SELECT count(*) FROM n_firms WHERE firm_id NOT IN (SELECT firm_id FROM o_firms)"),
        "changed": count("SELECT count(DISTINCT firm_id) FROM changes"),
        "repeated": count("SELECT count(*) FROM s_firm_texts") - firms - refused_twice,
        "quarantined": {str(reason): int(number) for reason, number in found},
        "makers": count(
            f"SELECT count(*) FROM read_parquet({quoted(work / 'firm_classes.parquet')}) WHERE is_maker {mine}"
        ),
    }
