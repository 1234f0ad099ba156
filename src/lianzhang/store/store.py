"""The store: a folder with immutable Parquet snapshots and a manifest that says which of them count."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from lianzhang.errors import NotLoadedError, UnknownNameError
from lianzhang.i18n import Text
from lianzhang.store.manifest import (
    CURRENT,
    HISTORY,
    Manifest,
    RegionEntry,
    RunEntry,
    history_path,
    read_manifest,
)
from lianzhang.store.reader import Lease, Reader, check_file, corrupt, snapshot_path
from lianzhang.store.writer import Writer, not_loaded, utc_now

#: How long `save_run` waits for another writer: results are small and their writers many.
_RUN_WAIT_S = 10.0


@dataclass(frozen=True, slots=True)
class Run:
    """A computed result: its record and its tables."""

    entry: RunEntry
    root: Path

    @property
    def run_id(self) -> str:
        """Its id: the name of what was computed and a hash of what it was computed from."""
        return self.entry.run_id

    def table(self, name: str) -> pa.Table:
        """A table of the result.

        Raises:
            UnknownNameError: the result has no such table.
            StoreCorruptError: its file does not match the manifest.
        """
        if name not in self.entry.tables:
            raise UnknownNameError(Text("结果表", "table of the result"), name, self.entry.tables)
        entry = self.entry.tables[name]
        check_file(self.root, entry, hashed=True)
        return pq.read_table(snapshot_path(self.root, entry.hash))

    def tables(self) -> dict[str, pa.Table]:
        """All tables of the result."""
        return {name: self.table(name) for name in self.entry.tables}


class Store:
    """The only door to data.

    ::

        store = Store(Path(".lianzhang"))
        with store.writer() as writer:
            writer.put_region("x", {"firms": firms, "regions": regions}, title=Text("某地", "X"), root="1")
        with store.reader("x") as reader:
            reader.sql("SELECT count(*) FROM firms")

    Readers never wait and see one state until they close. There is one writer at a time; a second one gets a
    `StoreBusyError`. A writer that dies leaves the former state.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)

    def manifest(self) -> Manifest:
        """The current state; empty where nothing was ever written.

        Raises:
            StoreCorruptError: the manifest is not readable.
        """
        try:
            return read_manifest(self.path / CURRENT)
        except FileNotFoundError:
            return Manifest()

    def regions(self) -> dict[str, RegionEntry]:
        """Loaded regions by name."""
        return dict(self.manifest().regions)

    def resolve(self, region: str = "") -> str:
        """The name of a region, given its name, the id of its root or its title; without any, the only one loaded.

        Raises:
            NotLoadedError: nothing is loaded, or not this.
            UnknownNameError: none was named and several are loaded.
        """
        regions = self.regions()
        if not region:
            if len(regions) == 1:
                return next(iter(regions))
            if not regions:
                raise NotLoadedError(
                    Text("还没有载入任何区域", "no region is loaded yet"),
                    hint=Text(
                        "先运行 lianzhang pack load chongqing", "run lianzhang pack load chongqing first"
                    ),
                )
            raise UnknownNameError.unnamed(
                Text(
                    "载入了多个区域，请用 --region 指明一个",
                    "several regions are loaded; name one with --region",
                ),
                {name: entry.title for name, entry in sorted(regions.items())},
            )
        for name, entry in regions.items():
            if region in (name, entry.root, *entry.title):
                return name
        raise not_loaded(region, regions)

    def reader(
        self, region: str = "", *, memory_gb: float | None = None, threads: int | None = None
    ) -> Reader:
        """Open a region for reading, as it is now.

        Raises:
            NotLoadedError: nothing is loaded, or not this.
            UnknownNameError: none was named and several are loaded.
            StoreCorruptError: a file does not match the manifest.
        """
        name = self.resolve(region)
        manifest, lease = self._leased()
        try:
            if name not in manifest.regions:
                raise not_loaded(name, manifest.regions)
            return Reader(
                self.path, manifest, manifest.regions[name], lease, memory_gb=memory_gb, threads=threads
            )
        except BaseException:
            lease.close()
            raise

    def _leased(self) -> tuple[Manifest, Lease]:
        """The current manifest with a lock on its copy; again from the start if it was pruned in between."""
        while True:
            manifest = self.manifest()
            kept = history_path(self.path, manifest.serial)
            try:
                lease = Lease(kept)
            except FileNotFoundError as error:
                if self.manifest().serial == manifest.serial:
                    raise corrupt(self.path, f"{HISTORY}/{kept.name} missing") from error
                continue
            if kept.exists():
                return manifest, lease
            lease.close()

    def writer(self, wait_s: float = 0.0) -> Writer:
        """Begin a transaction, waiting at most ``wait_s`` for another one to end.

        Raises:
            StoreBusyError: another process is writing.
        """
        return Writer(self.path, wait_s)

    def save_run(
        self,
        region: str,
        name: str,
        *,
        params: Mapping[str, Any],
        inputs: Mapping[str, str],
        version: str,
        tables: Mapping[str, pa.Table],
        seconds: float,
        started: str | None = None,
    ) -> str:
        """Keep a computed result with the record of how it came about.

        Args:
            region: name of the region.
            name: what was computed, such as ``chain.io``.
            params: parameters, as JSON knows them.
            inputs: hashes of the tables it was computed from (`Reader.hashes`).
            version: version of the method.
            tables: the result.
            seconds: time it took.
            started: UTC, ISO; now by default.

        Returns:
            The run's id; the same inputs, parameters and version give the same id.

        Raises:
            StoreBusyError: another process kept writing.
            NotLoadedError: no such region.
        """
        run_id = run_key(region, name, params, inputs, version)
        with self.writer(wait_s=_RUN_WAIT_S) as writer:
            writer.region(region)
            files = {key: writer.add_file(data, "added") for key, data in tables.items()}
            writer.put_run(
                RunEntry(
                    run_id=run_id,
                    region=region,
                    name=name,
                    params=dict(params),
                    inputs=dict(inputs),
                    version=version,
                    started=started or utc_now(),
                    seconds=seconds,
                    tables=files,
                )
            )
        return run_id

    def find_run(
        self, region: str, name: str, *, params: Mapping[str, Any], inputs: Mapping[str, str], version: str
    ) -> Run | None:
        """The result of the same computation on the same inputs, if it was made before."""
        entry = self.manifest().runs.get(run_key(region, name, params, inputs, version))
        return None if entry is None else Run(entry, self.path)

    def run(self, run_id: str) -> Run:
        """A result by its id.

        Raises:
            UnknownNameError: no such run.
        """
        runs = self.manifest().runs
        if run_id not in runs:
            raise UnknownNameError(Text("计算记录", "run"), run_id, runs)
        return Run(runs[run_id], self.path)

    def runs(self, region: str | None = None) -> list[RunEntry]:
        """Records of the results of a region, or of all, newest first."""
        found = [r for r in self.manifest().runs.values() if region is None or r.region == region]
        return sorted(found, key=lambda r: r.started, reverse=True)

    def verify(self) -> int:
        """Compare every snapshot file with the manifest by its hash and number of rows.

        Returns:
            Number of files compared.

        Raises:
            StoreCorruptError: one differs.
        """
        entries = {entry.hash: entry for entry in self.manifest().files()}
        for entry in entries.values():
            check_file(self.path, entry, hashed=True)
            try:
                rows = pq.read_metadata(snapshot_path(self.path, entry.hash)).num_rows
            except (pa.ArrowException, OSError) as error:
                raise corrupt(self.path, f"{entry.hash}.parquet: {error}") from error
            if rows != entry.rows:
                raise corrupt(self.path, f"{entry.hash}.parquet: {rows} rows, not {entry.rows}")
        return len(entries)

    def prune(self, keep: int = 3, *, results: bool = True) -> int:
        """Delete snapshot files that none of the last ``keep`` manifests names and no open reader uses.

        Args:
            keep: number of manifests whose files stay, the current one among them.
            results: forget results whose inputs are gone, first.

        Returns:
            Number of files deleted.

        Raises:
            StoreBusyError: another process is writing.
        """
        if results:
            with self.writer() as writer:
                regions = writer.manifest.regions
                writer.drop_runs(
                    run_id
                    for run_id, run in writer.manifest.runs.items()
                    if run.region not in regions
                    or any(regions[run.region].table_hash(t) != digest for t, digest in run.inputs.items())
                )
        with self.writer() as writer:
            current = writer.manifest
            kept = sorted((self.path / HISTORY).glob("*.json"))
            used = {entry.hash for entry in current.files()}
            for index, path in enumerate(kept):
                if index >= len(kept) - max(keep, 1) or not _retire(path):
                    used |= {entry.hash for entry in read_manifest(path).files()}
            gone = 0
            for path in (self.path / "snapshots").glob("*/*.parquet"):
                if path.stem not in used:
                    path.unlink()
                    gone += 1
            return gone


def _retire(path: Path) -> bool:
    """Delete a manifest's copy unless a reader holds it."""
    handle = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    else:
        path.unlink()
        return True
    finally:
        os.close(handle)


def run_key(
    region: str, name: str, params: Mapping[str, Any], inputs: Mapping[str, str], version: str
) -> str:
    """Id of a run: its name and a hash of everything that determines the result."""
    whole = {
        "region": region,
        "name": name,
        "params": dict(params),
        "inputs": dict(inputs),
        "version": version,
    }
    text = json.dumps(whole, ensure_ascii=False, sort_keys=True, allow_nan=False)
    return f"{name}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"
