"""Where everything comes from: the sources with what rests on each, and the runs with what went in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lianzhang.app.browse.desk import Desk
from lianzhang.app.pages.content import Content, gathered
from lianzhang.app.pages.runs import RunLine, runs_of
from lianzhang.app.report.provenance import Provenance, bilingual, place_text, report_unit
from lianzhang.errors import UnknownNameError
from lianzhang.i18n import Text
from lianzhang.plan.queries import STANDING
from lianzhang.report import figures as fig
from lianzhang.report import model as m
from lianzhang.report import values as num
from lianzhang.schema import table, tables
from lianzhang.schema.period import parse_period
from lianzhang.store import Reader

TITLE = Text("来源", "Sources")
KIND_TEXT = {
    "yearbook": Text("年鉴", "yearbook"),
    "bulletin": Text("公报", "bulletin"),
    "census": Text("普查", "census"),
    "plan": Text("规划", "plan"),
    "news": Text("新闻", "news"),
    "government_page": Text("政府网页", "government page"),
    "listing": Text("上市公司资料", "listed companies"),
    "standard": Text("标准", "standard"),
    "research": Text("研究", "research"),
    "register": Text("登记", "register"),
    "user": Text("用户录入", "entered by the user"),
    "synthetic": Text("合成", "synthetic"),
}
QUALITY_TEXT = {
    "official": Text("官方", "official"),
    "official_press": Text("官员转述", "officials quoted"),
    "news": Text("新闻", "news"),
    "secondary": Text("转载", "second-hand"),
}
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A source and the number of rows that rest on it."""

    source_id: str
    title: Text
    publisher: Text | None
    published: Text | None
    kind: Text
    quality: Text | None
    rows: int


@dataclass(frozen=True, slots=True)
class SourcesView:
    """All sources and runs."""

    sources: tuple[SourceLine, ...]
    runs: tuple[RunLine, ...]
    rows: int


@dataclass(frozen=True, slots=True)
class SourceView:
    """One source. ``counts`` are rows by table, ``uses`` the results that rest on those tables."""

    source_id: str
    title: Text
    url: str | None
    facts: tuple[tuple[Text, Text], ...]
    note: Text | None
    counts: tuple[tuple[Text, int], ...]
    uses: tuple[RunLine, ...]
    content: Content


def sources_view(desk: Desk, reader: Reader) -> SourcesView:
    """Every source with the number of rows that cite it, most used first, and every kept run."""
    counts: dict[str, int] = {}
    for rows in _cited(reader).values():
        for source, n in rows.items():
            counts[source] = counts.get(source, 0) + n
    lines = [_line(r, counts.get(r["source_id"], 0)) for r in reader.table("sources").to_pylist()]
    lines.sort(key=lambda s: (-s.rows, s.title.zh))
    return SourcesView(tuple(lines), runs_of(desk, reader), sum(counts.values()))


def source_view(desk: Desk, reader: Reader, source_id: str) -> SourceView:
    """One source: what it is, which rows were copied from it and where in it they stand.

    Raises:
        UnknownNameError: no such source.
    """
    rows = [r for r in reader.table("sources").to_pylist() if r["source_id"] == source_id]
    if not rows:
        raise UnknownNameError(Text("来源", "source"), source_id)
    row = rows[0]
    origins = Provenance(reader)
    line = _line(row, 0)
    cited = {name: found[source_id] for name, found in _cited(reader).items() if source_id in found}
    facts = [
        (Text("发布者", "Publisher"), line.publisher),
        (Text("发布", "Published"), line.published),
        (Text("类型", "Kind"), line.kind),
        (Text("可靠程度", "Quality"), line.quality),
        (Text("许可", "Licence"), bilingual(row["licence"]) if row["licence"] else None),
    ]
    blocks = []
    figures = _figures(reader, source_id, origins)
    if figures is not None:
        blocks.append(("figures", figures))
    statements = _statements(reader, source_id, origins)
    if statements is not None:
        blocks.append(("statements", statements))
    using = [
        r for r in runs_of(desk, reader) if r.current and {table(n).label for n in cited} & set(r.inputs)
    ]
    # Several runs of one computation, with other parameters, are one use.
    uses = tuple({r.name: r for r in reversed(using)}.values())
    return SourceView(
        source_id=source_id,
        title=line.title,
        url=row["url"] if row["url"] and row["url"].startswith(("https://", "http://")) else None,
        facts=tuple((name, value) for name, value in facts if value is not None),
        note=bilingual(row["note"]) if row["note"] else None,
        counts=tuple((table(name).label, n) for name, n in sorted(cited.items(), key=lambda x: -x[1])),
        uses=uses,
        content=gathered(line.title, origins, blocks),
    )


def _cited(reader: Reader) -> dict[str, dict[str, int]]:
    """Rows by table and source."""
    found: dict[str, dict[str, int]] = {}
    names = [t.name for t in tables().values() if t.name != "sources" and "source_id" in t.column_names]
    wanted = [n for n in names if reader.has(n)]
    if not wanted:
        return {}
    parts = [f"SELECT '{n}' AS t, source_id AS s, count(*) AS n FROM {n} GROUP BY 2" for n in wanted]
    for r in reader.sql(" UNION ALL ".join(parts)).to_pylist():
        if r["s"] is not None:
            found.setdefault(r["t"], {})[r["s"]] = r["n"]
    return found


def _line(row: dict[str, Any], rows: int) -> SourceLine:
    published = parse_period(row["published"]) if row["published"] else None
    return SourceLine(
        source_id=row["source_id"],
        title=Text(row["title_zh"], row["title_en"]),
        publisher=bilingual(row["publisher"]) if row["publisher"] else None,
        published=Text(published.label("zh"), published.label("en")) if published else None,
        kind=KIND_TEXT[row["kind"]],
        quality=QUALITY_TEXT.get(row["quality"] or ""),
        rows=rows,
    )


def _figures(reader: Reader, source_id: str, origins: Provenance) -> m.Block | None:
    rows = reader.sql(
        "SELECT i.name_zh, i.name_en, i.unit, r.name_zh AS place_zh, r.name_en AS place_en, s.name_zh AS sector_zh,"
        " coalesce(s.name_en, s.name_zh) AS sector_en, o.period, o.value, o.status, o.note"
        " FROM observations o JOIN indicators i USING (indicator_id) LEFT JOIN regions r ON r.region_id = o.region_id"
        " LEFT JOIN sectors s ON s.sector_id = o.sector_id WHERE o.source_id = $source AND o.value IS NOT NULL"
        f" ORDER BY o.period DESC, i.name_zh, r.name_zh LIMIT {_SHOWN}",
        {"source": source_id},
    ).to_pylist()
    if not rows:
        return None
    cells: list[tuple[fig.Cell, ...]] = []
    for r in rows:
        period = parse_period(r["period"])
        name = Text(r["name_zh"], r["name_en"])
        origin = origins.observed(name, "observations", source_id, r["status"], note=r["note"])
        cells.append(
            (
                name,
                Text(r["place_zh"], r["place_en"]) if r["place_zh"] else None,
                Text(r["sector_zh"], r["sector_en"]) if r["sector_zh"] else None,
                Text(period.label("zh"), period.label("en")),
                num.Quantity(r["value"], report_unit(r["unit"]), origin),
            )
        )
    return m.Block(
        finding=num.Prose(
            Text("从这里抄录的数值，最新的在前。", "Figures copied from it, the newest first.")
        ),
        figure=fig.Table(
            Text("数值", "Figures"),
            (
                fig.Column(Text("指标", "Indicator")),
                fig.Column(Text("区域", "Place")),
                fig.Column(Text("行业", "Sector")),
                fig.Column(Text("时期", "Period")),
                fig.Column(Text("数值", "Value"), numeric=True),
            ),
            tuple(cells),
        ),
        source=origins.line([source_id]),
    )


def _statements(reader: Reader, source_id: str, origins: Provenance) -> m.Block | None:
    rows = reader.sql(
        f"SELECT topic_zh, topic_en, locator, value, lower, upper, unit, period_end, status FROM {STANDING}"
        f" WHERE source_id = $source ORDER BY statement_id LIMIT {2 * _SHOWN}",
        {"source": source_id},
    ).to_pylist()
    if not rows:
        return None
    cells: list[tuple[fig.Cell, ...]] = []
    for r in rows:
        topic = Text(r["topic_zh"], r["topic_en"])
        origin = origins.observed(topic, "statements", source_id, r["status"], place=r["locator"])
        value = next((v for v in (r["value"], r["lower"], r["upper"]) if v is not None), None)
        period = parse_period(r["period_end"]) if r["period_end"] else None
        cells.append(
            (
                topic,
                num.Quantity(value, report_unit(r["unit"]), origin)
                if value is not None and r["unit"]
                else None,
                Text(period.label("zh"), period.label("en")) if period else None,
                place_text(r["locator"]) if r["locator"] else None,
            )
        )
    return m.Block(
        finding=num.Prose(Text("这份文件说了什么，在哪一行。", "What the document says, and where.")),
        figure=fig.Table(
            Text("表述", "Statements"),
            (
                fig.Column(Text("表述", "Statement")),
                fig.Column(Text("数值", "Value"), numeric=True),
                fig.Column(Text("时期", "Period")),
                fig.Column(Text("位置", "Place in the source")),
            ),
            tuple(cells),
        ),
        source=origins.line([source_id]),
    )
