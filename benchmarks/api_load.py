"""Many readers at once while a pack is being loaded, with wrk: p50, p95 and p99 of pages and API in milliseconds.

Three real processes: the server as ``lianzhang serve`` runs it, ``lianzhang pack load`` halfway with a change after it,
and wrk (``load.lua``) twice, each with its readers in a closed loop without a pause: one over the addresses that
everybody asks for (*warm*: each was asked for before, though not since the data changed), one over addresses of which
none is asked for twice (*cold*: searches, filters, facets, in both languages). In the size *that pause* each reader
looks at an answer for about a second before it asks again, as people do. There is no peer that answers the same
questions; the figures are notes.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from benchmarks.registry import Case, Variant, register

_SERVE = "from lianzhang.cli.serve import serve; serve(port=0)"
_LUA = Path(__file__).with_name("load.lua")
_API = "/api/v1/-"
_WARM = (
    *(
        f"{page}?lang={lang}"
        for page in ("", "plan", "chain", "firms", "places", "sources")
        for lang in ("zh", "en")
    ),
    "plan?view=whatif",
    "chain?view=gaps",
    f"firms?q={quote('汽车')}",
    f"{_API}/firms?limit=50&sort=-capital_cny",
    f"{_API}/firms?search={quote('汽车')}&limit=50",
    f"{_API}/plan/targets",
    f"{_API}/chain/map",
    f"{_API}/chain/gaps",
    f"{_API}/places/region_profiles",
    f"{_API}/figures/chain-wall.svg",
    f"{_API}/plan/observations?limit=100&sort=-period",
)
_WORDS = [
    "汽车",
    "电子",
    "机械",
    "材料",
    "智能",
    "装备",
    "化工",
    "医药",
    "科技",
    "动力",
    "能源",
    "软件",
    "精密",
    "新材",
    "信息",
    "长安",
    "重庆",
    "qiche",
    "dianzi",
    "changan",
    "cq",
    "zn",
    "jixie",
]
_SORTS = ("name_zh", "-name_zh", "capital_cny", "-capital_cny", "founded", "-founded", "firm_id", "-firm_id")


def make(firms: int, warm: int, cold: int, seconds: float, pause_ms: int = 0) -> dict[str, Any]:
    """A loaded store (the bundled pack, or a made-up region of so many firms), and both lists of addresses."""
    from lianzhang.pack import find_pack
    from lianzhang.store import Store, load_pack
    from lianzhang.synth import Size, write_region

    if shutil.which("wrk") is None:
        raise RuntimeError("this benchmark needs wrk (https://github.com/wg/wrk; apt install wrk)")
    folder = Path(tempfile.mkdtemp(prefix="lianzhang-load-"))
    pack = (
        write_region(folder / "pack", Size(firms=firms), seed=1).parent if firms else find_pack("chongqing")
    )
    store = Store(folder / "store")
    name = load_pack(store, pack).region.name
    with store.reader(name) as reader:
        places = reader.sql("SELECT DISTINCT region_id FROM firms WHERE region_id IS NOT NULL ORDER BY 1")
        sectors = reader.sql("SELECT DISTINCT sector_id FROM firms WHERE sector_id IS NOT NULL ORDER BY 1")
    chosen = itertools.islice(
        _cold(name, list(map(str, places["region_id"])), list(map(str, sectors["sector_id"]))), 40_000
    )
    for kind, addresses in (
        ("warm", [w if w[:1] == "/" else f"/{name}/{w}" for w in _WARM]),
        ("cold", chosen),
    ):
        (folder / f"{kind}.txt").write_text("".join(f"{a}\n" for a in addresses), encoding="ascii")
    readers = {"warm": warm, "cold": cold}
    return {"folder": folder, "pack": pack, "readers": readers, "seconds": seconds, "pause_ms": pause_ms}


def _cold(name: str, places: list[str], sectors: list[str]) -> Iterator[str]:
    """Addresses that differ from each other: two thirds pages, one third API."""
    draw, seen = random.Random(1), set()
    while True:
        word = draw.choice(_WORDS) + draw.choice(["", f" {draw.choice(_WORDS)}", str(draw.randrange(1000))])
        place, sector = draw.choice(places), draw.choice(sectors)
        match draw.randrange(6):
            case 0 | 1:
                query = urlencode(
                    {"q": word, "lang": draw.choice(["zh", "en"]), "start": 30 * draw.randrange(3)}
                )
                address = f"/{name}/firms?{query}"
            case 2:
                query = urlencode({"place": place, "sector": sector, "start": 30 * draw.randrange(3)})
                address = f"/{name}/firms?{query}"
            case 3:
                query = urlencode({"q": word, "place": place, "everywhere": "1"})
                address = f"/{name}/firms?{query}"
            case 4:
                query = urlencode({"search": word, "limit": draw.randrange(20, 60)})
                address = f"{_API}/firms?{query}"
            case _:
                query = urlencode(
                    {"region_id": place, "sort": draw.choice(_SORTS), "limit": draw.randrange(20, 60)}
                    | ({"sector_id": sector} if draw.random() < 0.5 else {})
                )
                address = f"{_API}/firms?{query}"
        if address not in seen:
            seen.add(address)
            yield address


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
    """Read with wrk; halfway load the pack again from another process."""
    folder, readers = data["folder"], {k: n for k, n in data["readers"].items() if n}
    found: dict[str, Any] = {}
    with served(folder / "store") as (port, pid):
        base = f"http://127.0.0.1:{port}"
        firsts = [_first(base + path) for path in (folder / "warm.txt").read_text().split()]
        running = {
            kind: subprocess.Popen(
                [
                    "wrk",
                    "-t1",
                    f"-c{n}",
                    f"-d{data['seconds']:.0f}s",
                    "--timeout",
                    "30s",
                    "-s",
                    str(_LUA),
                    base,
                    "--",
                    str(folder / f"{kind}.txt"),
                    str(data["pause_ms"]),
                ],
                stdout=subprocess.PIPE,
                text=True,
            )
            for kind, n in readers.items()
        }
        time.sleep(data["seconds"] / 2)
        command = [sys.executable, "-m", "lianzhang", "pack", "load", str(data["pack"])]
        store = os.environ | {"LIANZHANG_STORE": str(folder / "store")}
        subprocess.run(command, env=store, check=True, capture_output=True)
        _change(folder / "store")
        for kind, process in running.items():
            told = json.loads(process.communicate()[0].splitlines()[-1])
            found |= {
                f"{kind}_readers": readers[kind],
                f"{kind}_per_second": told["requests"] / told["seconds"],
            }
            found |= {
                f"{kind}_{name}": told[name] for name in ("p50_ms", "p95_ms", "p99_ms", "max_ms", "failures")
            }
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
        found["server_peak_mib"] = int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]
    found["slowest_first_ms"] = 1e3 * max(firsts)
    return found


def _change(path: Path) -> None:
    """A new source: the same pack loaded again is the same snapshot, and nothing would have to be made again."""
    from lianzhang.store import Store

    store = Store(path)
    name = store.resolve()
    with store.reader(name) as reader:
        row = reader.sql("SELECT * FROM sources LIMIT 1")
    with store.writer(30.0) as writer:
        writer.append_rows(name, "sources", row.set_column(0, "source_id", [["benchmark"]]))


def _first(address: str) -> float:
    """Seconds of a first visit, until the page is there and not on its way."""
    began = time.perf_counter()
    while True:
        with urllib.request.urlopen(address, timeout=60) as answer:
            answer.read()
            if "Refresh" not in answer.headers:
                return time.perf_counter() - began
        time.sleep(0.1)


register(
    Case(
        name="api.load",
        make=make,
        sizes={
            "chongqing x 50": {"firms": 0, "warm": 40, "cold": 10, "seconds": 12.0},
            "chongqing x 50 cold": {"firms": 0, "warm": 0, "cold": 50, "seconds": 12.0},
            "chongqing x 50 that pause": {
                "firms": 0,
                "warm": 40,
                "cold": 10,
                "seconds": 12.0,
                "pause_ms": 1000,
            },
            "chongqing x 1": {"firms": 0, "warm": 0, "cold": 1, "seconds": 12.0},
            "1m firms x 1": {"firms": 1_000_000, "warm": 0, "cold": 1, "seconds": 40.0},
            "1m firms x 10": {"firms": 1_000_000, "warm": 8, "cold": 2, "seconds": 40.0},
        },
        slow=frozenset({"1m firms x 1", "1m firms x 10"}),
        goal="p95 under 200 ms with 50 readers while a load is running; under 50 ms with one; 1m firms under 200 ms, 2 GB",
        variants=(Variant("lianzhang", ours, role="ours"),),
    )
)
