"""Many readers at once, also while a pack is being loaded: server time of the API, p50 and p95 in milliseconds.

Two real processes: the server, and this one with as many threads as readers, each over a connection of its own that
stays open. There is no peer that answers the same questions; the figures are printed as notes.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.registry import Case, Variant, register

_SERVE = "from lianzhang.cli.serve import serve; serve(port=0)"
_PATHS = (
    "/firms?limit=50&sort=-capital_cny",
    "/firms?search=%E6%B1%BD%E8%BD%A6&limit=50",
    "/plan/targets",
    "/chain/map",
    "/chain/gaps",
    "/places/region_profiles",
    "/figures/chain-wall.svg",
    "/plan/observations?limit=100&sort=-period",
)


def make(firms: int, readers: int, seconds: float) -> dict[str, Any]:
    """A loaded store: the bundled pack, or a made-up region of so many firms."""
    from lianzhang.pack import find_pack
    from lianzhang.store import Store, load_pack
    from lianzhang.synth import Size, write_region

    folder = Path(tempfile.mkdtemp(prefix="lianzhang-load-"))
    pack = (
        write_region(folder / "pack", Size(firms=firms), seed=1).parent if firms else find_pack("chongqing")
    )
    load_pack(Store(folder / "store"), pack)
    return {"folder": folder, "pack": pack, "readers": readers, "seconds": seconds}


@contextlib.contextmanager
def served(store: Path) -> Iterator[tuple[int, int]]:
    """A server process over a store: (port, process id)."""
    environ = os.environ | {"LIANZHANG_STORE": str(store), "PYTHONUNBUFFERED": "1", "LIANZHANG_LANG": "en"}
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", _SERVE], env=environ, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        found = re.search(r":(\d+) ", process.stdout.readline())
        assert found is not None
        try:
            yield int(found[1]), process.pid
        finally:
            process.terminate()


def ours(data: dict[str, Any]) -> dict[str, Any]:
    """Read from many threads; halfway load the pack again from another process."""
    times: list[float] = []
    failures: list[int] = []
    lock = threading.Lock()
    with served(data["folder"] / "store") as (port, pid):

        def reader(number: int, until: float) -> None:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            turn = number
            while time.perf_counter() < until:
                path = "/api/v1/-" + _PATHS[turn % len(_PATHS)]
                turn += 1
                began = time.perf_counter()
                connection.request("GET", path)
                answer = connection.getresponse()
                answer.read()
                took = time.perf_counter() - began
                with lock:
                    times.append(took)
                    if answer.status != 200:
                        failures.append(answer.status)
            connection.close()

        reader(0, time.perf_counter() + 3)  # compile and fill what is remembered
        times.clear()
        began = time.perf_counter()
        until = began + data["seconds"]
        threads = [threading.Thread(target=reader, args=(n, until)) for n in range(data["readers"])]
        for thread in threads:
            thread.start()
        time.sleep(data["seconds"] / 2)
        load = [sys.executable, "-m", "lianzhang", "pack", "load", str(data["pack"])]
        store = os.environ | {"LIANZHANG_STORE": str(data["folder"] / "store")}
        subprocess.run(load, env=store, check=True, capture_output=True)
        for thread in threads:
            thread.join()
        elapsed = time.perf_counter() - began
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
        peak = int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]
    ordered = sorted(times)
    return {
        "requests": len(ordered),
        "per_second": len(ordered) / elapsed,
        "p50_ms": 1e3 * ordered[len(ordered) // 2],
        "p95_ms": 1e3 * ordered[int(len(ordered) * 0.95)],
        "failures": len(failures),
        "server_peak_mib": peak,
    }


register(
    Case(
        name="api.load",
        make=make,
        sizes={
            "chongqing x 50": {"firms": 0, "readers": 50, "seconds": 10.0},
            "chongqing x 1": {"firms": 0, "readers": 1, "seconds": 6.0},
            "1m firms x 10": {"firms": 1_000_000, "readers": 10, "seconds": 20.0},
        },
        slow=frozenset({"1m firms x 10"}),
        goal="p95 under 200 ms with 50 readers while a load is running",
        variants=(Variant("lianzhang", ours, role="ours"),),
    )
)
