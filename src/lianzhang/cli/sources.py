"""``lianzhang sources``."""

from __future__ import annotations

from cyclopts import App

from lianzhang.cli._common import emit_json, lang, say, settings, table
from lianzhang.i18n import Text

app = App(name="sources", help="Sources, runs and the data dictionary.")


@app.command(name="list")
def list_(*, json: bool = False) -> None:
    """List the sources of the loaded region.

    Parameters
    ----------
    json
        Print JSON instead of a table.
    """
    from lianzhang.app.session import open_region

    with open_region(settings()) as reader:
        rows = reader.sql(
            "SELECT * FROM sources ORDER BY kind, published DESC NULLS LAST, source_id"
        ).to_pylist()
    if json:
        emit_json(rows)
        return
    title = "title_zh" if lang() == "zh" else "title_en"
    table(
        Text("来源", "Sources"),
        [Text("标题", "Title"), Text("发布", "Published"), Text("网址", "Address")],
        [(r[title], r["published"], r["url"]) for r in rows],
    )


@app.command
def runs(*, json: bool = False) -> None:
    """List what was computed, from which tables, with which parameters, and how long it took.

    Parameters
    ----------
    json
        Print JSON instead of a table.
    """
    from lianzhang.app.session import open_store

    current = settings()
    store = open_store(current)
    found = store.runs(store.resolve(current.region))
    if json:
        emit_json(found)
        return
    table(
        Text("计算记录", "Runs"),
        [
            Text("计算", "What"),
            Text("参数", "Parameters"),
            Text("版本", "Version"),
            Text("时间", "When"),
            Text("秒", "s"),
        ],
        [
            (
                r.name,
                ", ".join(f"{k}={v}" for k, v in r.params.items()),
                r.version,
                r.started,
                f"{r.seconds:.2f}",
            )
            for r in found
        ],
    )


@app.command
def tables(name: str | None = None, /, *, json: bool = False) -> None:
    """Show the data dictionary: all tables, or the columns of one.

    Parameters
    ----------
    name
        A table; all by default.
    json
        Print JSON instead of a table.
    """
    from lianzhang.schema import table as one
    from lianzhang.schema import tables as every

    language = lang()
    if name is None:
        if json:
            emit_json(list(every().values()))
            return
        table(
            Text("数据表", "Tables"),
            [Text("表", "Table"), Text("能力", "Word"), Text("内容", "Content")],
            [(t.name, t.word, t.about.get(language)) for t in every().values()],
        )
        return
    found = one(name)
    if json:
        emit_json(found)
        return
    say(found.about)
    table(
        found.label,
        [
            Text("列", "Column"),
            Text("类型", "Type"),
            Text("单位", "Unit"),
            Text("可空", "Empty"),
            Text("含义", "Meaning"),
        ],
        [
            (
                c.name,
                c.type,
                c.unit or "",
                {True: Text("可", "yes"), False: Text("", "")}[c.nullable].get(language),
                f"{c.label.get(language)}：{c.about.get(language)}"
                if language == "zh"
                else f"{c.label.en}: {c.about.en}",
            )
            for c in found.columns
        ],
    )
