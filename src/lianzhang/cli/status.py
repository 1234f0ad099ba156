"""``lianzhang status``."""

from __future__ import annotations

from lianzhang.cli._common import emit_json, lang, note, say, settings, table
from lianzhang.i18n import Text


def status(*, json: bool = False) -> None:
    """Show what is loaded and how old it is: a line per region, and the tables of one that is alone or named.

    Parameters
    ----------
    json
        Print JSON instead of tables.
    """
    from lianzhang.app.status import store_status
    from lianzhang.schema import tables

    current = settings()
    found = store_status(current, region=current.region)
    if json:
        emit_json({"store": current.store, "regions": found})
        return
    say(Text(f"数据仓：{current.store}", f"Store: {current.store}"))
    if not found:
        note(
            Text(
                "还没有载入区域。载入示例：lianzhang pack load chongqing",
                "No region is loaded. Load the example: lianzhang pack load chongqing",
            )
        )
        return
    language = lang()
    say("")
    for region in found:
        age = _age(region.loaded_days)
        as_of = region.as_of or "–"
        say(
            Text(
                f"{region.title.zh}（{region.name}），版本 {region.version or '–'}，数据截至 {as_of}，{age.zh}载入，"
                f"手工补记 {region.added_rows} 行，计算记录 {region.runs} 条",
                f"{region.title.en} ({region.name}), version {region.version or '–'}, data as of {as_of}, loaded "
                f"{age.en}, {region.added_rows} rows added by hand, {region.runs} runs kept",
            )
        )
    if len(found) == 1:
        table(
            "",
            [Text("表", "Table"), Text("内容", "Content"), Text("行数", "Rows")],
            [(name, tables()[name].label.get(language), rows) for name, rows in found[0].rows.items()],
        )
    else:
        note(Text("某一区域的各表：加 --region 名称", "Tables of one region: add --region NAME"))


def _age(days: float) -> Text:
    if days < 1 / 24:
        return Text("刚刚", "just now")
    if days < 1:
        hours = round(days * 24)
        return Text(f"{hours} 小时前", f"{hours} h ago")
    return Text(f"{round(days)} 天前", f"{round(days)} days ago")
