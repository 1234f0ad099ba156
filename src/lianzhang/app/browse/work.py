"""What can be started: the long computations, each told its parameters, telling its progress."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, Literal

from lianzhang.app.browse.archive import unpack
from lianzhang.app.browse.desk import Desk
from lianzhang.app.browse.jobs import Tick, Work
from lianzhang.app.browse.plain import plain
from lianzhang.app.browse.records import JobFile, Outcome
from lianzhang.app.documents import read_again
from lianzhang.i18n import Lang, Text
from lianzhang.pack import Report as PackReport
from lianzhang.pack import check
from lianzhang.report.page import render_html
from lianzhang.report.word import render_docx
from lianzhang.report.workbook import render_xlsx
from lianzhang.risk import service as risk
from lianzhang.risk.network import read_network
from lianzhang.store import load_pack

ReportFormat = Literal["html", "xlsx", "docx"]
MEDIA: dict[ReportFormat, str] = {
    "html": "text/html; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def compute(desk: Desk, region: str, as_of: date) -> Work:
    """Run the engines on what is loaded and keep the results as runs."""

    def work(tick: Tick, folder: Path) -> Outcome:
        tick(Text("打开数据", "opening the data"), 0.02)
        with desk.readers.reading(region) as reader:
            tick(Text("运行计算", "running the engines"), 0.05)
            desk.state(reader, as_of)
            tick(Text("写成报告", "making the report"), 0.9)
            desk.report(reader, as_of)
            name = reader.region.name
        latest = {r.name: r.run_id for r in reversed(desk.store.runs(name))}
        return Outcome({"runs": latest, "snapshot": desk.readers.region(name).snapshot_id})

    return work


def report(desk: Desk, region: str, as_of: date, form: ReportFormat, lang: Lang) -> Work:
    """The report as a file."""

    def work(tick: Tick, folder: Path) -> Outcome:
        tick(Text("运行计算", "running the engines"), 0.05)
        with desk.readers.reading(region) as reader:
            made = desk.report(reader, as_of)
            name = f"lianzhang-{reader.region.name}-{lang}.{form}"
        tick(Text("写出文件", "writing the file"), 0.7)
        path = folder / name
        path.write_bytes(render(made, form, lang))
        return Outcome({"bytes": path.stat().st_size}, JobFile(path, MEDIA[form], name))

    return work


def render(made: Any, form: ReportFormat, lang: Lang) -> bytes:
    """A report in one of its formats."""
    if form == "html":
        return render_html(made, lang).encode()
    return render_xlsx(made, lang) if form == "xlsx" else render_docx(made, lang)


def read_plan(desk: Desk, region: str, path: Path, document_id: str, published: str) -> Work:
    """Read an uploaded document into statements, kept for review."""

    def work(tick: Tick, folder: Path) -> Outcome:
        tick(Text("阅读文件", "reading the document"), 0.1)
        head, replaced = read_again(desk.store, region, path, document_id, published)
        return Outcome({**plain(head), "rows_replaced": replaced})

    return work


def take_pack(desk: Desk, archive: Path, *, load: bool, lang: Lang) -> Work:
    """Check an uploaded pack and, when told so and it holds, load it."""

    def work(tick: Tick, folder: Path) -> Outcome:
        tick(Text("解压", "unpacking"), 0.02)
        inside = unpack(archive, folder / "pack")
        memory = desk.settings.memory_gb / 2

        def told(step: Text, done: float) -> None:
            tick(step, 0.05 + 0.9 * done)

        if not load:
            found = check(inside, limit=20, progress=told, memory_gb=memory)
            return Outcome(plain(found.to_dict(lang)))
        taken = PackReport(limit=20)
        loaded = load_pack(desk.store, inside, report=taken, wait_s=10.0, progress=told, memory_gb=memory)
        entry = loaded.region
        return Outcome(
            {
                **plain(taken.to_dict(lang)),
                "region": entry.name,
                "snapshot": entry.snapshot_id,
                "rows": entry.rows,
                "kept": loaded.kept,
                "dropped": loaded.dropped,
            }
        )

    return work


def rank_risk(desk: Desk, edges: Path, sectors: Path, types: Path, *, epsilon: float, largest: int) -> Work:
    """Systemic risk of the firms of an uploaded network."""

    def work(tick: Tick, folder: Path) -> Outcome:
        tick(Text("读入网络", "reading the network"), 0.02)
        network = read_network(edges, sectors, types, self_loops="keep")
        chosen = risk.largest(network, min(largest, network.firms)) if largest else None

        def told(done: int, whole: int) -> None:
            tick(Text(f"已计算 {done:,} 家", f"{done:,} firms done"), 0.05 + 0.9 * done / max(whole, 1))

        found = risk.rank(network, chosen, epsilon=epsilon, workers=desk.settings.processes, progress=told)
        path = folder / "rank.csv"
        risk.write_rank(network, found, path)
        summary = {
            "firms": network.firms,
            "links": network.links,
            "ranked": len(found.firm),
            "epsilon": found.epsilon,
            "seconds": found.compute_seconds,
            "remarks": plain(network.remarks),
        }
        return Outcome(summary, JobFile(path, "text/csv; charset=utf-8", "rank.csv"))

    return work
