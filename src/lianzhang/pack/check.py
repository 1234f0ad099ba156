"""Check a pack, and prepare a good one for the store. Nothing is written unless everything holds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lianzhang.i18n import Text
from lianzhang.pack.model import Pack, Progress, Report, silent
from lianzhang.pack.package import FILE, read_package
from lianzhang.pack.stage import Stage, stage_pack, staging
from lianzhang.pack.verify import verify_across, verify_table
from lianzhang.schema import tables
from lianzhang.schema.checks import typed_select
from lianzhang.schema.ddl import ident, literal

#: Shares of the whole work, for progress: reading, checking, writing.
_READ, _CHECK = 0.5, 0.85


@dataclass(frozen=True, slots=True)
class Prepared:
    """A pack that passed: its tables as typed Parquet files in a scratch folder."""

    pack: Pack
    report: Report
    files: dict[str, Path]
    rows: dict[str, int]


def check(
    folder: Path,
    *,
    limit: int = 5,
    progress: Progress = silent,
    memory_gb: float = 1.0,
    threads: int | None = None,
) -> Report:
    """Find everything that is wrong with a pack.

    Args:
        folder: the pack's folder.
        limit: how many examples are kept of each rule, file and field; all are counted.
        progress: told what is being done.
        memory_gb: memory limit of the scratch database.
        threads: its threads; all cores by default.
    """
    report = Report(limit=limit)
    pack = read_package(Path(folder), report)
    if pack is not None:
        with staging(pack, memory_gb=memory_gb, threads=threads) as stage:
            _check(stage, pack, report, progress)
    progress(Text("检查完毕", "checked"), 1.0)
    return report


@contextmanager
def prepared(
    folder: Path,
    *,
    scratch: Path | None = None,
    report: Report | None = None,
    progress: Progress = silent,
    memory_gb: float = 1.0,
    threads: int | None = None,
) -> Iterator[Prepared]:
    """Check a pack and write its tables, typed, as Parquet into a scratch folder that is removed at the end.

    Problems go into ``report``, which the caller may hand in to keep it when the pack is bad.

    Raises:
        PackError: the pack has errors; nothing was written.
    """
    report = Report() if report is None else report
    pack = read_package(Path(folder), report)
    if pack is None:
        report.raise_if_bad()
    assert pack is not None
    with staging(pack, scratch, memory_gb=memory_gb, threads=threads) as stage:
        _check(stage, pack, report, progress)
        report.raise_if_bad()
        files = {}
        for index, name in enumerate(stage.raw):
            progress(Text(f"写入 {name}", f"writing {name}"), _CHECK + (1 - _CHECK) * index / len(stage.raw))
            files[name] = _write(stage, name)
        yield Prepared(pack, report, files, dict(report.rows))


def _check(stage: Stage, pack: Pack, report: Report, progress: Progress) -> None:
    stage_pack(stage, pack, report, lambda what, done: progress(what, done * _READ))
    filled = [name for name in stage.raw if report.rows[name]]
    for index, name in enumerate(filled):
        progress(Text(f"检查 {name}", f"checking {name}"), _READ + (_CHECK - _READ) * index / len(filled))
        verify_table(
            stage.connection,
            tables()[name],
            raw=stage.raw[name],
            typed=stage.typed[name],
            relations=stage.typed,
            given=stage.given[name],
            file=stage.files[name],
            report=report,
        )
    verify_across(stage.connection, stage.typed, stage.files, report)
    _check_root(stage, pack, report)


def _check_root(stage: Stage, pack: Pack, report: Report) -> None:
    """The region that the pack is about is one of its regions."""
    if not pack.region:
        return
    regions = stage.typed.get("regions")
    known = (
        regions is not None
        and stage.connection.execute(
            f"SELECT 1 FROM {regions} WHERE region_id = ? LIMIT 1", [pack.region]
        ).fetchone()
    )
    if not known:
        remedy = Text(
            "在 regions 表中补上这一行，或改正编号", "add the row to the table regions, or correct the id"
        )
        report.add("dangling-reference", FILE, field="lianzhang.region", value=pack.region, remedy=remedy)


def _write(stage: Stage, name: str) -> Path:
    target = stage.folder / f"{name}.parquet"
    query = typed_select(tables()[name], ident(f"raw_{name}"), keep_row=False)
    stage.connection.execute(f"COPY ({query}) TO {literal(str(target))} (FORMAT parquet, COMPRESSION zstd)")
    return target
