"""The plan's views: tracker, achievements, what-if, ledger, disagreements."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from lianzhang.app.browse.desk import Desk
from lianzhang.app.pages.content import Content, Link, blocks_of, empty, gathered
from lianzhang.app.report import disagreements, targets
from lianzhang.app.report.provenance import Provenance, counted, report_unit, worst
from lianzhang.app.state import State
from lianzhang.errors import NotComputableError, UnknownNameError
from lianzhang.i18n import Text
from lianzhang.plan import queries
from lianzhang.plan.ledger import open_book
from lianzhang.plan.tasks import measured_by
from lianzhang.plan.track_model import Need, Point, TrackRow
from lianzhang.plan.tracking import what_if
from lianzhang.report import figures as fig
from lianzhang.report import model as m
from lianzhang.report import values as num
from lianzhang.report.figures import Verdict
from lianzhang.report.format import unit_name
from lianzhang.report.words import VERDICT
from lianzhang.store import Reader

View = Literal["tracker", "achievements", "whatif", "ledger", "disagreements"]
VIEWS: dict[View, Text] = {
    "tracker": Text("跟踪", "Tracker"),
    "achievements": Text("历年成绩", "Achievements"),
    "whatif": Text("假设推演", "What if"),
    "ledger": Text("台账", "Ledger"),
    "disagreements": Text("分歧", "Disagreements"),
}
TITLE = Text("规划", "Plan")
#: Years of history before the path.
_PAST = 10


@dataclass(frozen=True, slots=True)
class Choice:
    """A verdict to filter by, with the number of targets that have it."""

    verdict: Verdict
    name: Text
    count: int


@dataclass(frozen=True, slots=True)
class PlanView:
    """A view of the plan."""

    content: Content
    view: View
    choices: tuple[Choice, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Option:
    """An indicator of which paths can be computed."""

    key: str
    name: Text


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The answer to “what does it take”; ``low`` … ``high`` bound the slider, all in the indicator's unit."""

    options: tuple[Option, ...]
    chosen: Option | None
    by: int
    years: tuple[int, ...]
    reach: float
    low: float
    high: float
    step: float
    unit: Text
    verdict: Verdict | None
    probability: float | None
    content: Content


def linked_tracker(block: m.Block, rows: Iterable[TrackRow], reader: Reader, link: Link) -> m.Block:
    """The tracker with every target leading to the page of its indicator, and to the tasks that are measured by it."""
    if not isinstance(block.figure, fig.Tracker):
        return block
    known = {r.ledger.label: r for r in rows}
    measured = measured_by(reader)

    def linked(row: fig.TrackerRow) -> fig.TrackerRow:
        if row.label not in known:
            return row
        entry = known[row.label].ledger
        page = link("indicator", entry.indicator_id) if entry.indicator_id else None
        stated = [p.statement_id for p in entry.places if p.statement_id in measured]
        tasks = set().union(*(measured[s] for s in stated))
        if not tasks:
            return replace(row, link=page)
        n = len(tasks)
        words = Text(f"由它衡量的任务{n}项", f"{n} task{'s' if n != 1 else ''} measured by it")
        return replace(row, link=page, also=((words, link("tasks", stated[0])),))

    return replace(block, figure=replace(block.figure, rows=tuple(linked(r) for r in block.figure.rows)))


def plan_view(state: State, reader: Reader, view: View, verdict: str | None, link: Link) -> PlanView:
    """One view of the plan, of all targets or those of one verdict; ``link`` gives addresses of what is named."""
    origins = Provenance(reader)
    rows = state.targets
    counts = Counter(r.verdict for r in rows)
    choices = tuple(Choice(v, VERDICT[v], counts[v]) for v in VERDICT if counts[v])
    if not rows:
        return PlanView(gathered(TITLE, origins, [("tracker", _no_targets())]), view, (), 0)
    chosen = tuple(r for r in rows if verdict in (None, r.verdict))
    blocks: list[tuple[str, m.Block]] = []
    lead: list[num.Prose] = []
    if view == "tracker":
        lead.append(targets.summary(rows, origins))
        made = targets.section(chosen, origins) if chosen else None
        kinds = (("tracker", fig.Tracker), ("without", fig.Table))
        for key, kind in kinds if made else ():
            assert made is not None
            blocks += [(key, linked_tracker(b, rows, reader, link)) for b in blocks_of(made, kind)]
        if not blocks:
            blocks.append(("tracker", _none_left()))
    elif view == "achievements":
        blocks += [("achievements", b) for b in blocks_of(targets.section(rows, origins), fig.LineGrid)]
        if not blocks:
            blocks.append(("achievements", _no_series()))
    elif view == "ledger":
        blocks.append(("ledger", _ledger(chosen, origins)))
    elif view == "disagreements":
        if state.conflicts:
            made = disagreements.section(state.conflicts, origins)
            lead += made.lead
            blocks += [(f"disagreements-{n}", b) for n, b in enumerate(made.blocks, start=1)]
        else:
            blocks.append(("disagreements", _no_conflicts()))
    return PlanView(gathered(TITLE, origins, blocks, lead), view, choices, len(rows))


def what_if_view(
    desk: Desk, reader: Reader, as_of: date, indicator: str | None, by: int | None, reach: float | None
) -> WhatIf:
    """The even path of an indicator to a figure one sets, with its probability; computed by the tracking engine.

    Raises:
        UnknownNameError: no such indicator, or none whose path can be computed.
    """
    book = desk.remember(reader, ("book", as_of), lambda: open_book(reader, as_of))
    root = reader.region.root
    names = {
        r["indicator_id"]: Text(r["name_zh"], r["name_en"])
        for r in reader.sql(queries.INDICATORS).to_pylist()
    }
    usable = [
        i
        for (i, region), h in book.histories.items()
        if region == root and i in names and h.latest(as_of) is not None and (h.latest(as_of)).value  # type: ignore[union-attr]
    ]
    wanted = {r.indicator_id for r in book.rows}
    usable.sort(key=lambda i: (i not in wanted, -len(book.histories[i, root].points), names[i].en))
    options = tuple(Option(i, names[i]) for i in usable)
    if indicator and indicator not in usable:
        raise UnknownNameError(Text("指标", "indicator"), indicator, [n for i in usable for n in names[i]])
    years = tuple(range(as_of.year, as_of.year + 11))
    year = by if by in years else min(as_of.year + 2, years[-1])
    origins = Provenance(reader)
    if not options:
        content = gathered(VIEWS["whatif"], origins, [("whatif", _no_series())])
        return WhatIf((), None, year, years, 0, 0, 0, 1, Text("", ""), None, None, content)
    key = indicator or usable[0]
    history = book.histories[key, root]
    latest = history.latest(as_of)
    assert latest is not None
    low, high, step = _range(latest.value, history.kind.unit)
    aim = reach if reach is not None else _rounded(latest.value * 1.2, step)
    aim = min(max(aim, low), high) if history.kind.unit == "%" else aim
    name = names[key]
    unit = report_unit(history.kind.unit)
    label = unit if isinstance(unit, Text) else _unit_words(unit)
    try:
        need = what_if(book, key, name, aim, year, region=root)[0]
    except NotComputableError as error:
        block = empty(name, error.message, error.hint or Text("选一个更晚的年份", "choose a later year"))
        content = gathered(name, origins, [("whatif", block)])
        return WhatIf(
            options, Option(key, name), year, years, aim, low, high, step, label, None, None, content
        )
    past = [p for p in history.points if p.period.frequency == "year" and p.period.end <= latest.period.end]
    block = _path(need, past[-_PAST:], name, unit, origins)
    verdict = _verdict(need.probability, desk)
    return WhatIf(
        options,
        Option(key, name),
        year,
        years,
        aim,
        low,
        high,
        step,
        label,
        verdict,
        need.probability,
        gathered(name, origins, [("whatif", block)]),
    )


def _verdict(probability: float | None, desk: Desk) -> Verdict | None:
    if probability is None:
        return None
    if probability >= desk.settings.on_course:
        return "on_course"
    return "out_of_reach" if probability < desk.settings.out_of_reach else "at_risk"


def _path(need: Need, past: Sequence[Point], name: Text, unit: str | Text, origins: Provenance) -> m.Block:
    sources = list(dict.fromkeys([need.latest.source_id, *(p.source_id for p in past)]))
    origin = origins.computed(
        Text(f"{name.zh}的均匀路径", f"Even path of {name.en}"),
        Text("目标跟踪引擎：假设推演", "tracking engine: what-if"),
        ["observations"],
        sources,
        "estimated",
    )
    seen = origins.observed(
        Text(f"{name.zh}，{need.latest.period.label('zh')}", f"{name.en}, {need.latest.period.label('en')}"),
        "observations",
        need.latest.source_id,
        need.latest.status,
    )
    seen_years = tuple(fig.Point(p.period.text, p.value, worst([p.status])) for p in past)
    start = (fig.Point(str(need.latest.period.year), need.latest.value),)
    path = start + tuple(fig.Point(str(s.year), s.value, "estimated") for s in need.path)
    chart = fig.LineChart(
        title=name,
        unit=unit,
        series=(
            *((fig.LineSeries(Text("实际", "observed"), seen_years),) if len(seen_years) > 1 else ()),
            fig.LineSeries(Text("所需路径", "path needed"), path),
        ),
        target=fig.Target(num.Quantity(need.target, unit, origin), str(need.path[-1].year), "=")
        if need.path
        else None,
        origins=(seen, origin),
    )
    return m.Block(
        finding=num.Prose(need.reason),
        figure=chart,
        source=origins.line(sources),
        note=num.Prose(
            Text(
                "路径按等比（份额与比率按等差）分到各年；概率来自短序列的预测分布，不是承诺。",
                "The path grows evenly (shares and rates by equal steps); the probability comes from the predictive "
                "distribution of a short series and is no promise.",
            )
        ),
    )


def _range(value: float, unit: str) -> tuple[float, float, float]:
    """Bounds and step of the slider around the latest figure."""
    if unit == "%":
        return 0.0, 100.0, 0.1
    size = abs(value)
    step = 10.0 ** (math.floor(math.log10(size)) - 2) if size > 0 else 1.0
    return _rounded(min(0.5 * value, 2.5 * value), step), _rounded(max(0.5 * value, 2.5 * value), step), step


def _rounded(value: float, step: float) -> float:
    return float(f"{round(value / step) * step:.12g}")


def _unit_words(unit: str) -> Text:
    return Text(unit_name(unit, "zh"), unit_name(unit, "en"))


def _ledger(rows: tuple[TrackRow, ...], origins: Provenance) -> m.Block:
    """Every target with value, deadline, latest actual, gap, verdict and source."""
    table: list[tuple[fig.Cell, ...]] = []
    for row in rows:
        ledger, place = row.ledger, row.ledger.places[0]
        stated = origins.observed(
            ledger.label, "statements", place.source_id, ledger.status, place=place.locator
        )
        unit = report_unit(ledger.indicator_unit)
        value = next((v for v in (ledger.value, ledger.lower, ledger.upper) if v is not None), None)
        latest = None
        gap = None
        if ledger.latest is not None:
            what = ledger.indicator or ledger.label
            period = ledger.latest.period
            latest = num.Quantity(
                ledger.latest.value,
                unit,
                origins.observed(
                    Text(f"{what.zh}，{period.label('zh')}", f"{what.en}, {period.label('en')}"),
                    "observations",
                    ledger.latest.source_id,
                    ledger.latest.status,
                ),
            )
            if ledger.gap is not None:
                gap = num.Quantity(ledger.gap, "pp" if unit == "pct" else unit, stated, signed=True)
        table.append(
            (
                ledger.label,
                num.Quantity(value, report_unit(ledger.unit), stated) if value is not None else None,
                ledger.due,
                latest,
                gap,
                VERDICT[row.verdict],
                Text(f"{place.source.zh}", f"{place.source.en}"),
            )
        )
    origin = origins.computed(
        Text("台账中的目标数", "Targets in the ledger"),
        Text("清点台账", "counted over the ledger"),
        ["statements"],
        [r.ledger.places[0].source_id for r in rows],
    )
    return m.Block(
        finding=num.Prose(
            Text(
                "台账共{n}。同一目标的不同说法都保留，计算用其中一个。",
                "The ledger holds {n}. Statements that differ are all kept; one of them is used.",
            ),
            {"n": counted(len(rows), "items", origin)},
        ),
        figure=fig.Table(
            Text("目标台账", "Ledger of targets"),
            (
                fig.Column(Text("目标", "Target")),
                fig.Column(Text("目标值", "Value"), numeric=True),
                fig.Column(Text("期限", "Deadline")),
                fig.Column(Text("最新实际", "Latest actual"), numeric=True),
                fig.Column(Text("差距", "Gap"), numeric=True),
                fig.Column(Text("判断", "Verdict")),
                fig.Column(Text("来源", "Source")),
            ),
            tuple(table),
        ),
        source=origins.line([r.ledger.places[0].source_id for r in rows]),
    )


def _no_targets() -> m.Block:
    return empty(
        Text("还没有目标", "There are no targets yet"),
        Text("台账是空的", "the ledger is empty"),
        Text(
            "读入规划文件，或在数据包的 statements 表中提供",
            "read a plan, or supply the pack's table statements",
        ),
        "lianzhang plan read",
    )


def _none_left() -> m.Block:
    return empty(
        Text("没有这一判断的目标", "No target with this verdict"),
        Text("筛选之后没有剩下的目标", "the filter leaves none"),
        Text("选“全部”，或换一个判断", "choose “all” or another verdict"),
    )


def _no_series() -> m.Block:
    return empty(
        Text("还没有可比的实际值", "No observations to compare with yet"),
        Text("有目标的指标没有三年以上的实际值", "no indicator with a target has three observations"),
        Text("补录实际值", "add observed figures"),
        "lianzhang observe",
    )


def _no_conflicts() -> m.Block:
    return empty(
        Text("没有已知的分歧", "No disagreement on record"),
        Text("来源之间没有不能同时成立的说法", "no two statements are known that cannot both hold"),
        Text("读入更多文件后会自动比对", "statements are compared as more documents are read"),
        "lianzhang plan read",
    )
