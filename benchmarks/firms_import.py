"""Importing, cleaning and classifying made-up registers of 0.1, 1 and 10 million rows.

The scopes are put together from the bundled phrases by the patterns of real ones (about 80 characters,
several clauses, restrictions in brackets), the codes have right check characters, one row in fifty is bad.
Reported beside the time: rows a second, and the peak memory of the largest worker (the parent's is measured
by the harness).
"""

from __future__ import annotations

import atexit
import csv
import random
import resource
import shutil
import tempfile
from importlib import resources
from pathlib import Path

from benchmarks.registry import Case, Result, Variant, register

_HEADER = ["name", "uscc", "reg_date", "type", "capital", "scope", "province", "district", "address"]
_BRACKETS = (
    "",
    "",
    "（不含危险化学品）",
    "（不含发动机）",
    "（依法须经批准的项目，经相关部门批准后方可开展经营活动）",
)


def _scope(rng: random.Random, goods: list[str], services: list[str]) -> str:
    def listed(low: int, high: int) -> str:
        return "、".join(rng.choice(goods) + rng.choice(_BRACKETS) for _ in range(rng.randint(low, high)))

    patterns = (
        lambda: f"销售：{listed(3, 10)}",
        lambda: f"生产、销售：{listed(1, 5)}",
        lambda: f"{listed(1, 3)}的制造、加工、销售",
        lambda: f"{rng.choice(services)}（按许可证核定事项从事经营）",
        lambda: rng.choice(services),
    )
    return "；".join(rng.choice(patterns)() for _ in range(rng.randint(1, 4)))


def make(rows: int, seed: int = 1) -> Path:
    """A CSV file of made-up firms."""
    from lianzhang.firms.kernel.uscc import check_character

    rng = random.Random(seed)
    text = (resources.files("lianzhang.firms") / "data" / "phrases.csv").read_text("utf-8")
    table = list(csv.DictReader(text.splitlines()))
    goods = [p for r in table if r["kind"] == "good" for p in r["phrases"].split("|")]
    services = [p for r in table if r["kind"] == "service" for p in r["phrases"].split("|")]
    trades = [p for r in table if r["kind"] == "name" for p in r["phrases"].split("|")]
    districts = ["渝北", "江北", "九龙坡", "万州", "涪陵", "永川", "璧山", "N/A"]
    folder = Path(tempfile.mkdtemp(prefix="lianzhang-register-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    file = folder / "register.csv"
    with file.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(_HEADER)
        for i in range(rows):
            first = f"9150011{i % 10}MA{i:07d}"
            code = first + (check_character(first) if i % 50 else "0")
            core = "".join(rng.choice("安邦昌达恒鑫佳凯隆盛天祥宇源泽中") for _ in range(rng.randint(2, 4)))
            day = f"{rng.randint(1985, 2024)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
            writer.writerow(
                [
                    f"重庆{core}{rng.choice(trades)}有限公司",
                    code,
                    day,
                    "有限责任公司",
                    f"{rng.randint(1, 5000)}万元人民币",
                    _scope(rng, goods, services),
                    "重庆",
                    rng.choice(districts),
                    f"重庆市渝北区某某路{rng.randint(1, 999)}号",
                ]
            )
    return file


def warm() -> None:
    """Compile the kernels (cached for the workers) and load what an import needs."""
    from lianzhang.firms.classification import classify_codes

    classify_codes(["甲有限公司"], ["机械制造"])


def ours(file: Path) -> Result:
    """Import with two processes."""
    from lianzhang.firms.register.layout import load_layout
    from lianzhang.firms.register.run import import_register

    out = file.parent / "imported"
    shutil.rmtree(out, ignore_errors=True)
    report = import_register(file, load_layout("enterprise-cq"), out, processes=2, memory_gb=1.5)
    workers = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return {
        "firms": report.firms,
        "quarantined": sum(report.quarantined.values()),
        "largest_worker_mib": round(workers),
    }


register(
    Case(
        name="firms.import",
        make=make,
        sizes={"100k": {"rows": 100_000}, "1M": {"rows": 1_000_000}, "10M": {"rows": 10_000_000}},
        variants=(Variant("lianzhang, 2 processes", ours, role="ours", warm=warm),),
        goal="1 million rows imported, cleaned and classified in under 2 minutes, 10 million in under 20, on 2 cores",
        slow=frozenset({"10M"}),
    )
)
