"""`lianzhang pack`: start, check, load and list packs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from lianzhang.cli import _common
from lianzhang.i18n import Text

if TYPE_CHECKING:
    from lianzhang.pack import Progress, Report

app = App(name="pack", help="Packs: new, check, load, list.")


@app.command
def new(
    folder: Path, *, name: str | None = None, example: Annotated[bool, Parameter(negative="")] = False
) -> None:
    """Start a pack: every table with its header, datapackage.json and a README.

    Parameters
    ----------
    folder
        New or empty folder.
    name
        Short name of the region; the folder's name by default.
    example
        Fill it with a small made-up district.
    """
    from lianzhang.pack.skeleton import new_pack

    new_pack(folder, name=name, example=example)
    _common.say(
        Text(
            f"已写好 {folder}；请读其中的 README.md，填好后运行 lianzhang pack check {folder}",
            f"wrote {folder}; read its README.md, fill in the tables, then run lianzhang pack check {folder}",
        )
    )


@app.command
def check(pack: str, *, limit: int = 5, json: Annotated[bool, Parameter(negative="")] = False) -> int:
    """Find everything that is wrong with a pack; nothing is stored.

    Parameters
    ----------
    pack
        A pack's folder, or the name of a bundled pack.
    limit
        Examples shown of each rule, file and column; all are counted.
    json
        Print the report as JSON.
    """
    from lianzhang.errors import PackError
    from lianzhang.pack import check as run_check
    from lianzhang.pack import find_pack

    settings = _common.settings()
    with _watched(Text("检查数据包", "checking the pack")) as progress:
        report = run_check(
            find_pack(pack),
            limit=limit,
            progress=progress,
            memory_gb=settings.memory_gb / 2,
            threads=settings.processes,
        )
    if json:
        _common.emit_json(report.to_dict(settings.lang))
    else:
        _show(report)
    return 0 if report.ok else PackError.exit_code


@app.command
def load(
    pack: str,
    *,
    limit: Annotated[int, _common.at_least(1, "--limit")] = 5,
    fresh: Annotated[bool, Parameter(negative="")] = False,
    wait: float = 0.0,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Check a pack and, when it holds, put it into the store; with errors nothing changes.

    Parameters
    ----------
    pack
        A pack's folder, or the name of a bundled pack.
    limit
        Examples shown of each rule, file and column; all are counted.
    fresh
        Leave behind figures and statements that were added since the former load.
    wait
        Seconds to wait if another process is writing.
    json
        Print the report as JSON.
    """
    from lianzhang.errors import PackError
    from lianzhang.pack import Report
    from lianzhang.store import Store, load_pack

    settings = _common.settings()
    report = Report(limit=limit)
    loaded = None
    try:
        with _watched(Text("载入数据包", "loading the pack")) as progress:
            loaded = load_pack(
                Store(settings.store),
                pack,
                report=report,
                fresh=fresh,
                wait_s=wait,
                progress=progress,
                memory_gb=settings.memory_gb / 2,
                threads=settings.processes,
            )
    except PackError:
        # The report says everything that the error says, and the rest.
        pass
    if json:
        _common.emit_json(report.to_dict(settings.lang))
    else:
        _show(report)
    if loaded is None:
        if not json:
            _common.note(Text("没有载入；数据仓不变", "nothing was loaded; the store is as it was"))
        return PackError.exit_code
    if not json:
        title, tables, rows = loaded.region.title, len(report.rows), sum(report.rows.values())
        _common.say(
            Text(
                f"已载入 {title.zh}：{tables} 张表，{rows:,} 行",
                f"loaded {title.en}: {tables} tables, {rows:,} rows",
            )
        )
        if loaded.kept or loaded.dropped:
            _common.say(
                Text(
                    f"此前补记的 {loaded.kept} 行保留，{loaded.dropped} 行已含于新包或失去所指，未保留",
                    f"of the rows added since, {loaded.kept} stay; {loaded.dropped} are in the new pack, or what they"
                    " point to is gone",
                )
            )
    return 0


@app.command(name="list")
def list_packs(*, json: Annotated[bool, Parameter(negative="")] = False) -> None:
    """List the packs that come with the software and the regions that are loaded.

    Parameters
    ----------
    json
        Print JSON instead of a table.
    """
    from lianzhang.pack import Report, bundled, read_package
    from lianzhang.store import Store

    settings = _common.settings()
    regions = Store(settings.store).regions()
    found: dict[str, dict[str, object]] = {}
    for name, folder in bundled().items():
        described = read_package(folder, Report())
        title = described.title.get(settings.lang) if described else ""
        version = described.version if described else ""
        found[name] = {
            "name": name,
            "title": title,
            "bundled": version,
            "loaded": None,
            "loaded_at": None,
            "rows": None,
        }
    for name, entry in regions.items():
        row = found.setdefault(name, {"name": name, "bundled": None})
        row |= {
            "title": entry.title.get(settings.lang),
            "loaded": entry.version,
            "loaded_at": entry.loaded_at,
            "rows": sum(entry.rows.values()),
        }
    if json:
        _common.emit_json(list(found.values()))
        return
    _common.table(
        Text("数据包", "Packs"),
        [
            Text("名称", "Name"),
            Text("标题", "Title"),
            Text("自带版本", "Bundled"),
            Text("已载入版本", "Loaded"),
            Text("载入时间", "Loaded at"),
            Text("行数", "Rows"),
        ],
        [
            [
                row["name"],
                row.get("title"),
                row.get("bundled"),
                row.get("loaded"),
                row.get("loaded_at"),
                row.get("rows"),
            ]
            for row in found.values()
        ],
    )


def _show(report: Report) -> None:
    language = _common.lang()
    for line in report.render(language):
        print(line)
    errors = sum(report.error_counts().values())
    rows = sum(report.rows.values())
    _common.say(
        Text(
            f"{len(report.rows)} 张表，{rows:,} 行，{errors:,} 处错误",
            f"{len(report.rows)} tables, {rows:,} rows, {errors:,} error{'' if errors == 1 else 's'}",
        )
    )


@contextmanager
def _watched(label: Text) -> Iterator[Progress]:
    with _common.progress(label, total=1.0) as bar:
        yield lambda _what, done: bar(done)
