"""The manifest: which snapshot files make up which table of which region, and what was computed from them.

One JSON file for all regions. It is replaced by rename and never changed in place; the earlier ones are kept under
``manifests/`` so that a reader that started on one can finish on it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from lianzhang.errors import StoreCorruptError
from lianzhang.i18n import Text

FORMAT = 1
CURRENT = "manifest.json"
HISTORY = "manifests"

#: Where a file of a table came from: loaded with the pack, or added row by row since.
Origin = Literal["pack", "added"]


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One immutable snapshot file. ``hash`` is the SHA-256 of its bytes and its name."""

    hash: str
    rows: int
    bytes: int
    columns: tuple[str, ...]
    origin: Origin = "pack"


@dataclass(frozen=True)
class RegionEntry:
    """One region: what was loaded, from what, when.

    ``root`` is the ``region_id`` of the whole region; ``loaded_at`` is UTC, ISO; ``notes`` are remarks for people.
    """

    name: str
    title: Text
    root: str
    loaded_at: str
    as_of: str | None = None
    languages: tuple[str, ...] = ("zh", "en")
    version: str = ""
    notes: tuple[str, ...] = ()
    tables: dict[str, tuple[FileEntry, ...]] = field(default_factory=dict)

    @property
    def rows(self) -> dict[str, int]:
        """Number of rows by table."""
        return {name: sum(f.rows for f in files) for name, files in self.tables.items()}

    def table_hash(self, name: str) -> str:
        """Hash of a table's content; that of nothing for an absent table."""
        return combined(f.hash for f in self.tables.get(name, ()))

    @cached_property
    def snapshot_id(self) -> str:
        """Hash of everything the region holds; asked for by every answer of a server."""
        return combined(f"{name}={self.table_hash(name)}" for name in sorted(self.tables))


@dataclass(frozen=True, slots=True)
class RunEntry:
    """One computed result: of what, with what, when, and where it lies.

    ``inputs`` are hashes by table name, ``seconds`` the time it took, ``started`` UTC, ISO.
    """

    run_id: str
    region: str
    name: str
    params: dict[str, Any]
    inputs: dict[str, str]
    version: str
    started: str
    seconds: float
    tables: dict[str, FileEntry]


@dataclass(frozen=True, slots=True)
class Manifest:
    """The whole state of a store. ``serial`` grows by one with every write."""

    serial: int = 0
    written_at: str = ""
    regions: dict[str, RegionEntry] = field(default_factory=dict)
    runs: dict[str, RunEntry] = field(default_factory=dict)

    def files(self) -> Iterable[FileEntry]:
        """Every snapshot file that the manifest names."""
        for region in self.regions.values():
            for files in region.tables.values():
                yield from files
        for run in self.runs.values():
            yield from run.tables.values()

    def with_region(self, region: RegionEntry) -> Manifest:
        """The manifest with one region put in place."""
        return replace(self, regions={**self.regions, region.name: region})


def combined(hashes: Iterable[str]) -> str:
    """One hash of several, in order."""
    return hashlib.sha256("\n".join(hashes).encode()).hexdigest()


def file_hash(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def read_manifest(path: Path) -> Manifest:
    """Read a manifest.

    Raises:
        FileNotFoundError: there is none.
        StoreCorruptError: it is not readable as a manifest of a format that is known.
    """
    text = path.read_bytes()
    try:
        raw = json.loads(text)
        if raw["format"] != FORMAT:
            raise ValueError(f"format {raw['format']}")
        return Manifest(
            serial=int(raw["serial"]),
            written_at=raw["written_at"],
            regions={name: _region(entry) for name, entry in raw["regions"].items()},
            runs={name: _run(entry) for name, entry in raw["runs"].items()},
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreCorruptError(
            Text(
                f"数据仓清单读不懂：{path}（{error}）",
                f"the store's manifest is not readable: {path} ({error})",
            ),
            hint=Text(
                f"把 {path.parent / HISTORY} 中最新的一份复制为 {CURRENT}，或另建数据仓后重新载入",
                f"copy the newest file of {path.parent / HISTORY} to {CURRENT}, or load the packs into a new store",
            ),
            details={"path": str(path)},
        ) from error


def write_manifest(root: Path, manifest: Manifest) -> None:
    """Make a manifest the current one. It is on disk, whole, before the rename makes it visible."""
    raw = {
        "format": FORMAT,
        "serial": manifest.serial,
        "written_at": manifest.written_at,
        "regions": {name: asdict(entry) for name, entry in manifest.regions.items()},
        "runs": {name: asdict(entry) for name, entry in manifest.runs.items()},
    }
    text = json.dumps(raw, ensure_ascii=False, indent=1, allow_nan=False).encode()
    kept = history_path(root, manifest.serial)
    kept.parent.mkdir(exist_ok=True)
    # The copy for the readers comes first: whoever sees the new manifest finds its copy.
    for target in (kept, root / CURRENT):
        scratch = target.with_name(f".{target.name}.new")
        with scratch.open("wb") as handle:
            handle.write(text)
            handle.flush()
            os.fsync(handle.fileno())
        os.replace(scratch, target)  # noqa: PTH105 - the one call whose atomicity the store rests on
        sync_folder(target.parent)


def history_path(root: Path, serial: int) -> Path:
    """Where the copy of a manifest is kept."""
    return root / HISTORY / f"{serial:08d}.json"


def sync_folder(folder: Path) -> None:
    """Have the folder's entries on disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _region(raw: dict[str, Any]) -> RegionEntry:
    tables = {name: tuple(_file(f) for f in files) for name, files in raw["tables"].items()}
    return RegionEntry(
        **{
            **raw,
            "title": Text(*raw["title"]),
            "languages": tuple(raw["languages"]),
            "notes": tuple(raw["notes"]),
            "tables": tables,
        }
    )


def _run(raw: dict[str, Any]) -> RunEntry:
    return RunEntry(**{**raw, "tables": {name: _file(f) for name, f in raw["tables"].items()}})


def _file(raw: dict[str, Any]) -> FileEntry:
    return FileEntry(**{**raw, "columns": tuple(raw["columns"])})
