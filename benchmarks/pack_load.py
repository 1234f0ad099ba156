"""Check and load of a pack with up to ten million firms.

The oracle of the number of rows reads the same files with DuckDB's own sniffing and casts and checks nothing: what
the checks cost on top of reading. The memory limit of the database is 1 GB.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.registry import Case, Variant, register


def make(firms: int, form: str, seed: int = 1) -> dict[str, Any]:
    """A made-up pack on disk; made once for a size and kept in the system's scratch folder."""
    from lianzhang.synth import Size, write_region

    folder = Path(tempfile.gettempdir()) / "lianzhang-bench" / f"{firms}-{form}-{seed}"
    if not (folder / "datapackage.json").exists():
        shutil.rmtree(folder, ignore_errors=True)
        write_region(folder, Size(firms=firms), seed, format="parquet" if form == "parquet" else "csv")
    return {"folder": str(folder), "firms": firms}


def ours(data: dict[str, Any]) -> dict[str, Any]:
    """Check everything, write the snapshots, swap the manifest."""
    from lianzhang.store import Store, load_pack

    with tempfile.TemporaryDirectory() as scratch:
        cpu = time.process_time()
        loaded = load_pack(Store(Path(scratch) / "store"), data["folder"], threads=2, memory_gb=1.0)
        return {
            "rows": np.array([sum(loaded.report.rows.values())], dtype=float),
            "cpu_s_per_million_rows": f"{(time.process_time() - cpu) / sum(loaded.report.rows.values()) * 1e6:.1f}",
        }


def unchecked(data: dict[str, Any]) -> dict[str, Any]:
    """Read the same files and count their rows; no check, no store."""
    import duckdb

    connection = duckdb.connect(config={"threads": 2, "memory_limit": "1GB"})
    rows = 0
    for path in sorted(Path(data["folder"]).glob("data/*")):
        read = "read_parquet" if path.suffix == ".parquet" else "read_csv"
        connection.execute(f"CREATE OR REPLACE TEMP TABLE t AS SELECT * FROM {read}('{path}')")
        found = connection.execute("SELECT count(*) FROM t").fetchone()
        rows += found[0] if found else 0
    connection.close()
    return {"rows": np.array([rows], dtype=float)}


register(
    Case(
        name="pack.load",
        make=make,
        sizes={
            "100k-csv": {"firms": 100_000, "form": "csv"},
            "1m-csv": {"firms": 1_000_000, "form": "csv"},
            "1m-parquet": {"firms": 1_000_000, "form": "parquet"},
            "10m-parquet": {"firms": 10_000_000, "form": "parquet"},
            "10m-csv": {"firms": 10_000_000, "form": "csv"},
        },
        slow=frozenset({"1m-parquet", "10m-parquet", "10m-csv"}),
        goal="one million firms in under 60 s on 2 cores within 2 GB, and time linear in the rows",
        variants=(
            Variant("lianzhang", ours, role="ours"),
            Variant("duckdb, nothing checked", unchecked, role="oracle"),
        ),
    )
)
