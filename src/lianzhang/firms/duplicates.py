"""Duplicates within an imported register: from its tables to groups of records, written beside them.

The register is never read into Python as a whole: DuckDB joins names and addresses into one file, worker processes
make its row groups comparable, the linkage reads their files. All of it stands in a folder beside the import that is
removed again, however the run ends; the result is put in place by one rename.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from lianzhang.compute import LocalCompute
from lianzhang.errors import FileFormatError, NotComputableError, NotLoadedError
from lianzhang.firms.comparable import Part, write_part
from lianzhang.firms.linkage import THRESHOLD, find_duplicates
from lianzhang.i18n import Text

if TYPE_CHECKING:
    from lianzhang.compute.spark import SparkCompute

RESULT = "firm_duplicates.parquet"
#: Share of the work that is making records comparable; the rest is learning and comparing.
_PREPARING = 0.4
_GROUP_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class Member:
    """A record of a group. ``probability`` is that of its likeliest pair within the register."""

    firm_id: str
    name: str
    uscc: str | None
    region_id: str | None
    founded: str | None
    address: str | None
    probability: float


@dataclass(frozen=True, slots=True)
class Group:
    """Records that seem to be one firm."""

    group_id: str
    firms: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class DuplicatesReport:
    """What was found: ``records`` in the register, ``uncoded`` of them without a credit code, ``groups`` of duplicates
    and the records ``grouped`` in them."""

    records: int
    uncoded: int
    groups: int
    grouped: int
    threshold: float
    file: str


def duplicates_of_import(
    folder: Path,
    *,
    threshold: float = THRESHOLD,
    machines: SparkCompute | None = None,
    processes: int = 0,
    memory_gb: float = 2.0,
    tick: Callable[[float], None] | None = None,
) -> DuplicatesReport:
    """Find the records of an import that are one firm and write them as ``firm_duplicates.parquet`` beside it.

    Args:
        folder: what `lianzhang firms import` wrote; with Spark at a path that every worker sees.
        threshold: least probability of a pair.
        machines: a Spark session to work on; this machine if None. The groups are the same.
        processes: worker processes on this machine; one per processor if 0.
        memory_gb: limit of DuckDB, which spills to disk above.
        tick: told the share of the work that is done, from 0 to 1.

    Raises:
        NotLoadedError: the folder holds no import.
        FileFormatError: a table of the import is damaged.
        MissingExtraError: splink is not installed.
        NotComputableError: the import holds no firm, or too few records resemble each other to learn from.
        ComputeError: Spark did not get through.
    """
    tables = _tables(folder)
    told = tick or (lambda share: None)
    work = Path(tempfile.mkdtemp(prefix=f".{folder.resolve().name}-duplicates-", dir=folder.resolve().parent))
    work.chmod(0o755)
    try:
        staged = work / "staged.parquet"
        with spilling(memory_gb, work) as db:
            db.execute(
                f"COPY (SELECT f.file_row_number AS unique_id, f.name_zh AS name, f.uscc, f.region_id AS region, "
                f"t.address, CAST(f.founded AS VARCHAR) AS founded "
                f"FROM read_parquet({quoted(tables[0])}, file_row_number = true) f "
                f"LEFT JOIN read_parquet({quoted(tables[1])}) t USING (firm_id)) "
                f"TO {quoted(staged)} (FORMAT parquet, ROW_GROUP_SIZE {_GROUP_ROWS})"
            )
            (uncoded,) = db.execute(
                f"SELECT count(*) FROM read_parquet({quoted(tables[0])}) WHERE uscc IS NULL"
            ).fetchone()
        with pq.ParquetFile(staged) as file:
            records, count = file.metadata.num_rows, file.num_row_groups
        if not records:
            raise NotComputableError(
                Text(f"{folder} 里没有企业", f"there is no firm in {folder}"),
                hint=Text(
                    "看导入时隔离了哪些行、为什么", "see which rows the import put into quarantine, and why"
                ),
            )
        parts = [Part(staged, group, work / f"part-{group:05d}.parquet") for group in range(count)]
        done = 0
        for rows in (machines or LocalCompute(processes)).map(write_part, parts):
            done += rows
            told(_PREPARING * done / records)
        found = find_duplicates(
            [part.out for part in parts],
            threshold=threshold,
            machines=machines,
            memory_gb=memory_gb,
            work=work,
            tick=lambda share: told(_PREPARING + (1 - _PREPARING) * share),
        )
        with spilling(memory_gb, work) as db:
            groups = _write(db, found.pairs, found.groups, tables, work / RESULT)
        os.replace(work / RESULT, folder / RESULT)  # noqa: PTH105 — atomic, so that nobody reads half a table
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return DuplicatesReport(
        records, int(uncoded), groups, found.groups.num_rows, threshold, str(folder / RESULT)
    )


def read_groups(folder: Path) -> Iterator[Group]:
    """The groups that were last found in an import, the largest first.

    Raises:
        NotLoadedError: nobody looked for duplicates in this import.
        FileFormatError: the file is damaged.
    """
    path = folder / RESULT
    if not path.is_file():
        raise NotLoadedError(
            Text(f"{folder} 尚未查过重复", f"nobody has looked for duplicates in {folder} yet"),
            hint=Text(
                f"请先运行 lianzhang firms duplicates {folder}",
                f"run `lianzhang firms duplicates {folder}` first",
            ),
        )
    _checked(path)
    current, members = "", list[Member]()
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(20_000):
            for row in batch.to_pylist():
                group = row.pop("group_id")
                if group != current and members:
                    yield Group(current, tuple(members))
                    members = []
                current = group
                members.append(Member(row.pop("firm_id"), row.pop("name_zh"), **row))
    if members:
        yield Group(current, tuple(members))


def _tables(folder: Path) -> tuple[Path, Path]:
    tables = folder / "firms.parquet", folder / "firm_texts.parquet"
    if not all(path.is_file() for path in tables):
        raise NotLoadedError(
            Text(f"{folder} 里没有导入的企业", f"{folder} holds no imported firms"),
            hint=Text("请先运行 lianzhang firms import", "run `lianzhang firms import` first"),
        )
    for path in tables:
        _checked(path)
    return tables


def _checked(path: Path) -> None:
    try:
        pq.read_metadata(path)
    except (pa.ArrowException, OSError):
        raise FileFormatError(
            Text(f"{path} 已损坏，读不出来", f"{path} is damaged and cannot be read"),
            hint=Text("请重新运行 lianzhang firms import", "run `lianzhang firms import` again"),
        ) from None


def spilling(memory_gb: float, work: Path) -> Any:
    import duckdb

    db = duckdb.connect(":memory:")
    db.execute(f"SET memory_limit = '{memory_gb}GB'")
    db.execute(f"SET temp_directory = {quoted(work / 'spill')}")
    db.execute("SET preserve_insertion_order = false")
    return db


def quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _write(db: Any, pairs: pa.Table, groups: pa.Table, tables: tuple[Path, Path], out: Path) -> int:
    """Write the groups with what a person needs to judge them; returns how many there are."""
    db.register("pairs", pairs)
    db.register("groups", groups)
    db.execute(
        f"""COPY (
        WITH named AS (
            SELECT file_row_number AS unique_id, firm_id, name_zh, uscc, region_id, founded
            FROM read_parquet({quoted(tables[0])}, file_row_number = true)
            WHERE file_row_number IN (SELECT unique_id FROM groups)),
        likeliest AS (
            SELECT unique_id, max(probability) AS probability FROM (
                SELECT unique_id_l AS unique_id, probability FROM pairs
                UNION ALL SELECT unique_id_r, probability FROM pairs) GROUP BY unique_id),
        sized AS (SELECT group_id, count(*) AS size FROM groups GROUP BY group_id)
        SELECT h.firm_id AS group_id, n.firm_id, n.name_zh, n.uscc, n.region_id,
               CAST(n.founded AS VARCHAR) AS founded, t.address, l.probability
        FROM groups g JOIN named n USING (unique_id) JOIN named h ON h.unique_id = g.group_id
        JOIN sized s ON s.group_id = g.group_id JOIN likeliest l ON l.unique_id = g.unique_id
        LEFT JOIN read_parquet({quoted(tables[1])}) t ON t.firm_id = n.firm_id
        ORDER BY s.size DESC, h.firm_id, n.firm_id
        ) TO {quoted(out)} (FORMAT parquet, COMPRESSION zstd)"""
    )
    (count,) = db.execute("SELECT count(DISTINCT group_id) FROM groups").fetchone()
    return int(count)
