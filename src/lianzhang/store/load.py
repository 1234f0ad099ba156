"""Load a pack into a store: checked first, stored whole or not at all."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from lianzhang.errors import StoreBusyError
from lianzhang.i18n import Text
from lianzhang.pack import Progress, Report, find_pack, prepared, silent
from lianzhang.schema import table
from lianzhang.schema.ddl import ident
from lianzhang.store.manifest import RegionEntry
from lianzhang.store.reader import Reader, snapshot_path
from lianzhang.store.store import Store
from lianzhang.store.writer import Writer

#: Former states that a load leaves in the store.
_KEEP = 8


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load did. ``kept`` and ``dropped`` count rows that had been added to the region by hand."""

    region: RegionEntry
    report: Report
    kept: int
    dropped: int


def load_pack(
    store: Store,
    where: str | Path,
    *,
    report: Report | None = None,
    fresh: bool = False,
    wait_s: float = 0.0,
    progress: Progress = silent,
    memory_gb: float = 1.0,
    threads: int | None = None,
) -> Loaded:
    """Check a pack and, when it holds, put it into the store in place of the region's former tables.

    Rows added since the former load (`observe`, statements) stay, unless the new pack has a row of the same key or
    no longer has what they point to.

    Args:
        store: where to.
        where: a pack's folder, or the name of a bundled pack.
        report: takes what the check finds; hand one in to have it when the pack is bad.
        fresh: leave rows added by hand behind.
        wait_s: how long to wait for another writer.
        progress: told what is being done.
        memory_gb: memory limit of the scratch database.
        threads: its threads; all cores by default.

    Raises:
        PackError: the pack has errors; the store is as it was.
        StoreBusyError: another process is writing; the store is as it was.
        UnknownNameError: no such folder or bundled pack.
    """
    folder = find_pack(where)
    with (
        store.writer(wait_s) as writer,
        prepared(
            folder,
            scratch=writer.scratch,
            report=report,
            progress=progress,
            memory_gb=memory_gb,
            threads=threads,
        ) as ready,
    ):
        pack = ready.pack
        former = writer.manifest.regions.get(pack.name)
        entry = writer.put_region(
            pack.name,
            ready.files,
            title=pack.title,
            root=pack.region,
            as_of=pack.as_of,
            languages=pack.languages,
            version=pack.version,
        )
        kept = dropped = 0
        if former is not None and not fresh:
            kept, dropped = _carry_over(store.path, writer, former, entry)
        loaded = Loaded(writer.region(pack.name), ready.report, kept, dropped)
    # Tables that this load replaced would pile up; whoever writes next may do it just as well.
    with suppress(StoreBusyError):
        store.prune(_KEEP, results=False)
    progress(Text("载入完毕", "loaded"), 1.0)
    return loaded


def _carry_over(root: Path, writer: Writer, former: RegionEntry, entry: RegionEntry) -> tuple[int, int]:
    """Take rows added to the former tables over to the new ones; (kept, dropped)."""
    added = {
        name: pa.concat_tables(
            [pq.read_table(snapshot_path(root, f.hash)) for f in files if f.origin == "added"],
            promote_options="default",
        )
        for name, files in former.tables.items()
        if any(f.origin == "added" for f in files)
    }
    total = sum(len(rows) for rows in added.values())
    with Reader(root, writer.manifest, entry) as reader:
        for name, rows in added.items():
            reader.connection.register(f"added_{name}", rows)
            key = " AND ".join(f"n.{ident(k)} IS NOT DISTINCT FROM o.{ident(k)}" for k in table(name).key)
            added[name] = reader.sql(
                f"SELECT * FROM added_{name} n WHERE NOT EXISTS (SELECT 1 FROM {ident(name)} o WHERE {key})"
            )
        _drop_dangling(reader, added)
        if "observations" in added:
            added["observations"] = _one_preferred(reader, added["observations"])
    for name, rows in added.items():
        writer.append_rows(entry.name, name, rows)
    kept = sum(len(rows) for rows in added.values())
    return kept, total - kept


def _drop_dangling(reader: Reader, added: dict[str, pa.Table]) -> None:
    """Leave out added rows that point to nothing, again until every one left points to something."""
    changed = True
    while changed:
        changed = False
        for name, rows in added.items():
            reader.connection.register(f"added_{name}", rows)
        for name, rows in added.items():
            conditions = []
            for column, target in table(name).references.items():
                key = ident(table(target).key[0])
                known = f"SELECT {key} FROM {ident(target)}"
                if target in added:
                    known += f" UNION ALL SELECT {key} FROM added_{target}"
                conditions.append(f"({ident(column)} IS NULL OR {ident(column)} IN ({known}))")
            good = reader.sql(f"SELECT * FROM added_{name} WHERE {' AND '.join(conditions) or 'true'}")
            changed = changed or len(good) < len(rows)
            added[name] = good


def _one_preferred(reader: Reader, rows: pa.Table) -> pa.Table:
    """Of a period's figures one is used; where the new pack marks its own, that one stays."""
    reader.connection.register("added_observations", rows)
    same = " AND ".join(
        f"o.{c} IS NOT DISTINCT FROM n.{c}"
        for c in ("indicator_id", "series", "region_id", "sector_id", "period")
    )
    taken = f"EXISTS (SELECT 1 FROM observations o WHERE o.preferred AND {same})"
    return reader.sql(
        f"SELECT n.* REPLACE (n.preferred AND NOT {taken} AS preferred) FROM added_observations n"
    )
