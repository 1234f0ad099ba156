"""One indicator: its figures through time, what was set for it, and where each of them stands."""

from __future__ import annotations

from typing import Any

from lianzhang.app.pages.content import Content, empty, gathered
from lianzhang.app.report.provenance import Provenance, place_text, report_unit, worst
from lianzhang.errors import UnknownNameError
from lianzhang.i18n import Text
from lianzhang.report import figures as fig
from lianzhang.report import model as m
from lianzhang.report import values as num
from lianzhang.report.words import STATUS
from lianzhang.schema.period import parse_period
from lianzhang.store import Reader

_MOST = 200

_HEAD = "SELECT name_zh, name_en, unit, note FROM indicators WHERE indicator_id = $key"
_FIGURES = f"""
SELECT o.period, o.value, o.region_id, o.preferred, o.source_id, o.status, o.note, r.name_zh AS place_zh,
       r.name_en AS place_en, s.name_zh AS sector_zh, coalesce(s.name_en, s.name_zh) AS sector_en
FROM observations o LEFT JOIN regions r USING (region_id) LEFT JOIN sectors s USING (sector_id)
WHERE o.indicator_id = $key AND o.value IS NOT NULL
ORDER BY o.region_id <> $root, o.sector_id IS NOT NULL, o.period DESC, o.preferred DESC, o.source_id LIMIT {_MOST}
"""
_STATEMENTS = f"""
SELECT topic_zh, topic_en, kind, value, lower, upper, unit, period_end, locator, source_id, status FROM statements
WHERE indicator_id = $key ORDER BY period_end DESC NULLS LAST, statement_id LIMIT {_MOST}
"""
_BREAKS = "SELECT DISTINCT period FROM series_breaks WHERE indicator_id = $key AND region_id = $root"
STATEMENT_TEXT = {
    "target": Text("目标", "target"),
    "achieved": Text("已达成", "achieved"),
    "expected": Text("预计", "expected"),
    "count": Text("数目", "count"),
}


def indicator_view(reader: Reader, key: str) -> Content:
    """The indicator's line, its figures, and the statements about it, each with its origin.

    Raises:
        UnknownNameError: no such indicator.
    """
    heads = reader.sql(_HEAD, {"key": key}).to_pylist()
    if not heads:
        raise UnknownNameError(Text("指标", "indicator"), key)
    name, unit = Text(heads[0]["name_zh"], heads[0]["name_en"]), heads[0]["unit"]
    origins = Provenance(reader)
    figures = reader.sql(_FIGURES, {"key": key, "root": reader.region.root}).to_pylist()
    blocks: list[tuple[str, m.Block]] = []
    line = _line(reader, key, name, unit, figures, origins)
    if line is not None:
        blocks.append(("line", line))
    blocks.append(("figures", _table(name, unit, figures, origins) if figures else _none(name)))
    statements = reader.sql(_STATEMENTS, {"key": key}).to_pylist()
    if statements:
        blocks.append(("statements", _said(name, statements, origins)))
    return gathered(name, origins, blocks)


def _line(
    reader: Reader, key: str, name: Text, unit: str, figures: list[dict[str, Any]], origins: Provenance
) -> m.Block | None:
    """The years of the region itself; figures of parts of a year would not stand on the same scale."""
    root = reader.region.root
    own = [
        r
        for r in figures
        if r["region_id"] == root and r["preferred"] and r["sector_zh"] is None and len(r["period"]) == 4
    ]
    years = {r["period"]: r for r in reversed(own)}
    if len(years) < 3:
        return None
    points = tuple(fig.Point(p, years[p]["value"], years[p]["status"]) for p in sorted(years))
    keys = tuple(
        dict.fromkeys(
            origins.observed(name, "observations", years[p]["source_id"], years[p]["status"])
            for p in sorted(years)
        )
    )
    broken = tuple(sorted(r["period"] for r in reader.sql(_BREAKS, {"key": key, "root": root}).to_pylist()))
    last = parse_period(points[-1].period)
    value = num.Quantity(points[-1].value, report_unit(unit), keys[-1])
    return m.Block(
        finding=num.Prose(
            Text(
                f"{name.zh}：{last.label('zh')}为{{last}}。",
                f"{name.en}: {{last}} in {last.label('en')}.",
            ),
            {"last": value},
        ),
        figure=fig.LineChart(
            title=name,
            unit=report_unit(unit),
            series=(fig.LineSeries(name, points, broken),),
            origins=keys,
        ),
        source=origins.line(r["source_id"] for r in own),
    )


def _table(name: Text, unit: str, figures: list[dict[str, Any]], origins: Provenance) -> m.Block:
    rows: list[tuple[fig.Cell, ...]] = []
    for r in figures:
        period = parse_period(r["period"])
        what = Text(f"{name.zh}，{period.label('zh')}", f"{name.en}, {period.label('en')}")
        origin = origins.observed(what, "observations", r["source_id"], r["status"], note=r["note"])
        rows.append(
            (
                Text(period.label("zh"), period.label("en")),
                Text(r["place_zh"], r["place_en"]) if r["place_zh"] else None,
                Text(r["sector_zh"], r["sector_en"]) if r["sector_zh"] else None,
                num.Quantity(r["value"], report_unit(unit), origin),
                STATUS[worst([r["status"]])],
                origins.title(r["source_id"]),
            )
        )
    return m.Block(
        finding=num.Prose(
            Text("全部数值，本地的在前，最新的在前。", "All figures: the region first, the newest first.")
        ),
        figure=fig.Table(
            name,
            (
                fig.Column(Text("时期", "Period")),
                fig.Column(Text("区域", "Place")),
                fig.Column(Text("行业", "Sector")),
                fig.Column(Text("数值", "Value"), numeric=True),
                fig.Column(Text("来历", "Status")),
                fig.Column(Text("来源", "Source")),
            ),
            tuple(rows),
        ),
        source=origins.line(r["source_id"] for r in figures),
    )


def _said(name: Text, statements: list[dict[str, Any]], origins: Provenance) -> m.Block:
    rows: list[tuple[fig.Cell, ...]] = []
    for r in statements:
        topic = Text(r["topic_zh"], r["topic_en"])
        origin = origins.observed(topic, "statements", r["source_id"], r["status"], place=r["locator"])
        value = next((v for v in (r["value"], r["lower"], r["upper"]) if v is not None), None)
        period = parse_period(r["period_end"]) if r["period_end"] else None
        rows.append(
            (
                topic,
                STATEMENT_TEXT[r["kind"]],
                num.Quantity(value, report_unit(r["unit"]), origin)
                if value is not None and r["unit"]
                else None,
                Text(period.label("zh"), period.label("en")) if period else None,
                origins.title(r["source_id"]),
                place_text(r["locator"]) if r["locator"] else None,
            )
        )
    return m.Block(
        finding=num.Prose(Text("规划和报告怎么说它。", "What plans and reports say about it.")),
        figure=fig.Table(
            Text(f"{name.zh}：陈述", f"{name.en}: statements"),
            (
                fig.Column(Text("陈述", "Statement")),
                fig.Column(Text("性质", "Kind")),
                fig.Column(Text("数值", "Value"), numeric=True),
                fig.Column(Text("时期", "Period")),
                fig.Column(Text("来源", "Source")),
                fig.Column(Text("位置", "Place in the source")),
            ),
            tuple(rows),
        ),
        source=origins.line(r["source_id"] for r in statements),
    )


def _none(name: Text) -> m.Block:
    return empty(
        Text("还没有数值", "No figures yet"),
        Text(f"{name.zh}没有实际值", f"there is no observed figure of {name.en}"),
        Text("补录实际值", "add observed figures"),
        "lianzhang observe",
    )
