"""The only door to data: immutable Parquet snapshots, a manifest, DuckDB in memory over them."""

from lianzhang.store.load import Loaded, load_pack
from lianzhang.store.manifest import FileEntry, Manifest, RegionEntry, RunEntry
from lianzhang.store.observe import add_rows, observe
from lianzhang.store.reader import Reader
from lianzhang.store.store import Run, Store
from lianzhang.store.writer import Writer

__all__ = [
    "FileEntry",
    "Loaded",
    "Manifest",
    "Reader",
    "RegionEntry",
    "Run",
    "RunEntry",
    "Store",
    "Writer",
    "add_rows",
    "load_pack",
    "observe",
]
