"""Duplicates in made-up registers with known truth: renames, branches, typos, abbreviations, missing fields.

A fifth of the records are second records of a firm, without the credit code that would give them away. Hard cases
that are no duplicates are there too: branches, sister firms with the same core, and neighbours in one building.
"""

from __future__ import annotations

import itertools
import os
import random
import resource
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from benchmarks.registry import Case, Result, Variant, register

_CORE = "安邦昌达恒鑫佳凯隆盛天祥宇源泽中华瑞博宏力信诚永兴龙海江山川渝嘉明远东方金银铜铁石林木森泰和平顺利丰裕康乐福寿长春秋"
_SHORT = {
    "机械制造": "机械",
    "汽车零部件": "汽车",
    "电子科技": "电子",
    "建筑工程": "建筑",
    "塑料制品": "塑料",
    "信息技术": "信息",
}
_TRADES = (*_SHORT, "商贸", "物流", "食品", "建材", "模具", "农业开发")
_DISTRICTS = tuple(f"500{n}" for n in (112, 105, 107, 106, 108, 101, 102, 118, 120, 116))


def _name(place: str, core: str, trade: str, form: str) -> str:
    return f"{place}{core}{trade}{form}"


class Record(NamedTuple):
    """A record, and the number of the firm that it is a record of."""

    firm: int
    name: str
    uscc: str | None
    region: str
    address: str | None
    founded: str | None


def records(rows: int, seed: int = 1, districts: int = 10) -> Iterator[Record]:
    """At least so many records, in whole firms."""
    rng = random.Random(seed)
    regions = [*_DISTRICTS, *(str(600_000 + n) for n in range(districts - len(_DISTRICTS)))]
    firm = made = 0
    while made < rows:
        batch = _firm(rng, firm + 1, regions)
        firm = batch[-1].firm
        made += len(batch)
        yield from batch


def _firm(rng: random.Random, firm: int, regions: list[str]) -> list[Record]:
    """A firm, and maybe a second record of it, or a branch, a sister or a neighbour that is another firm."""
    core = "".join(rng.choice(_CORE) for _ in range(rng.choice((2, 2, 3, 3, 4))))
    trade, region = rng.choice(_TRADES), rng.choice(regions)
    street = f"{''.join(rng.choice(_CORE) for _ in range(2))}路{rng.randint(1, 400)}号"
    day = f"{rng.randint(1990, 2024)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
    full = _name("重庆市" if rng.random() < 0.4 else "重庆", core, trade, "有限公司")
    address = f"重庆市某区{street}"
    room = f"{rng.randint(1, 30)}-{rng.randint(1, 9)}"
    found = [Record(firm, full, f"C{firm:09d}", region, address + room, day)]
    draw = rng.random()
    if draw < 0.25:
        kind = rng.choice(("typo", "short", "rename", "form", "plain"))
        other_core, other_trade, place, form = core, trade, "重庆", "有限公司"
        if kind == "typo":
            at = rng.randrange(len(core))
            other_core = core[:at] + rng.choice(_CORE) + core[at + 1 :]
        elif kind == "short":
            place, other_trade, form = "", _SHORT.get(trade, trade), "公司"
        elif kind == "rename":
            other_core = "".join(rng.choice(_CORE) for _ in range(3))
        elif kind == "form":
            form = "有限责任公司"
        known_day = None if rng.random() < 0.1 else day
        known_address = None if rng.random() < 0.15 else f"重庆某区{street}"
        second = _name(place, other_core, other_trade, form)
        found.append(Record(firm, second, None, region, known_address, known_day))
    elif draw < 0.30:
        branch = f"{full}{rng.choice(('永川', '万州', '江津'))}分公司"
        found.append(Record(firm + 1, branch, None, region, address, None))
    elif draw < 0.34:
        sister = _name("重庆", core, rng.choice([t for t in _TRADES if t != trade]), "有限公司")
        elsewhere = f"重庆市某区另街{rng.randint(1, 400)}号"
        found.append(Record(firm + 1, sister, None, region, elsewhere, f"{rng.randint(1990, 2024)}-05-06"))
    elif draw < 0.38:
        stranger = "".join(rng.choice(_CORE) for _ in range(3))
        other = rng.choice([t for t in _TRADES if t != trade])
        name = _name("重庆", stranger, other, "有限公司")
        found.append(Record(firm + 1, name, None, region, address, f"{rng.randint(1990, 2024)}-07-08"))
    return found


def comparable(rows: int, seed: int = 1) -> tuple[pa.Table, NDArray[np.int64]]:
    """Records as the linkage takes them, and the firm of each."""
    from lianzhang.firms.comparable import comparison_table

    firms, *columns = zip(*records(rows, seed), strict=True)
    return comparison_table(range(len(firms)), *columns), np.array(firms)


def make(rows: int, seed: int = 1, districts: int = 10) -> dict[str, Any]:
    """The tables of an import on disk, written in batches: ten million records never stand in memory."""
    folder = tempfile.TemporaryDirectory(prefix="lianzhang-duplicates-")
    out = Path(folder.name) / "register"
    out.mkdir()
    texts = pa.schema([("firm_id", pa.string()), ("address", pa.string())])
    names = [(name, pa.string()) for name in ("firm_id", "name_zh", "uscc", "region_id", "founded")]
    firms = pa.schema(names)
    truth: list[NDArray[np.int64]] = []
    made = 0
    with (
        pq.ParquetWriter(out / "firms.parquet", firms) as one,
        pq.ParquetWriter(out / "firm_texts.parquet", texts) as other,
    ):
        stream = records(rows, seed, districts)
        while batch := list(itertools.islice(stream, 100_000)):
            firm, name, uscc, region, address, founded = zip(*batch, strict=True)
            ids = [f"R{made + k:08d}" for k in range(len(batch))]
            columns = {"firm_id": ids, "name_zh": name, "uscc": uscc, "region_id": region, "founded": founded}
            one.write_table(pa.table(columns, schema=firms))
            other.write_table(pa.table({"firm_id": ids, "address": address}, schema=texts))
            truth.append(np.array(firm))
            made += len(batch)
    return {"_folder": folder, "folder": out, "truth": np.concatenate(truth)}


def scores(member: NDArray[np.int64], group: NDArray[np.int64], truth: NDArray[np.int64]) -> Result:
    """Precision and recall over pairs of records, those that groups imply included."""

    def pairs(keys: NDArray[np.int64]) -> int:
        counts = np.unique(keys, return_counts=True, axis=-1)[1].astype(np.int64)
        return int((counts * (counts - 1) // 2).sum())

    right, told, true = pairs(np.stack([group, truth[member]])), pairs(group), pairs(truth)
    return {"precision": right / max(told, 1), "recall": right / max(true, 1), "true_pairs": true}


@contextmanager
def _memory() -> Iterator[list[float]]:
    """Peak of what this process and its workers hold at one time, MiB; shared pages count for each (Linux only)."""
    peak, over = [0.0], threading.Event()

    def held(process: str) -> int:
        folder = Path("/proc") / process
        try:
            pages = int((folder / "statm").read_text().split()[1])
            children = (folder / "task" / process / "children").read_text().split()
        except OSError:
            return 0
        return pages + sum(map(held, children))

    def watch() -> None:
        while not over.wait(0.2):
            peak[0] = max(peak[0], held(str(os.getpid())) * resource.getpagesize() / 2**20)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peak
    finally:
        over.set()
        thread.join()


def ours(data: dict[str, Any]) -> Result:
    from lianzhang.firms.duplicates import duplicates_of_import

    stages: dict[str, tuple[float, float]] = {}
    began, began_cpu = time.perf_counter(), time.process_time()

    def tick(share: float) -> None:
        stage = "comparable" if share <= 0.4 else "learnt" if share <= 0.52 + 1e-9 else "compared"
        stages[stage] = (time.perf_counter() - began, time.process_time() - began_cpu)

    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with _memory() as peak:
        report = duplicates_of_import(data["folder"], tick=tick)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    workers = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    found = pq.read_table(report.file, columns=["group_id", "firm_id"])
    number = {
        name: np.asarray(pc.cast(pc.utf8_slice_codeunits(found[name], 1), pa.int64()))
        for name in found.column_names
    }
    return {
        **scores(number["firm_id"], number["group_id"], data["truth"]),
        "groups": report.groups,
        "records": report.records,
        "cpu_seconds_of_workers": workers,
        "peak_mib_with_workers": round(peak[0]),
        **{
            f"{stage}_after": f"{wall:.1f} s ({cpu:.1f} cpu s of this process)"
            for stage, (wall, cpu) in stages.items()
        },
        "load": f"{os.getloadavg()[0]:.1f}",
    }


register(
    Case(
        name="firms.duplicates",
        make=make,
        sizes={
            "20k": {"rows": 20_000},
            "200k": {"rows": 200_000},
            "1M": {"rows": 1_000_000},
            # As many records to a district as with a million; the other one has them all in ten districts.
            "10M": {"rows": 10_000_000, "districts": 100},
            "10M in 10 districts": {"rows": 10_000_000},
        },
        variants=(Variant("lianzhang with splink", ours, role="ours", needs=("splink",)),),
        goal="at least 0.98 precision at 0.85 recall on 200,000 records; 10 million within 4 GB",
        slow=frozenset({"1M", "10M", "10M in 10 districts"}),
    )
)
