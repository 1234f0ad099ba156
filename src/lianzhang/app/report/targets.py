"""Report section: targets against actuals."""

from __future__ import annotations

from collections import Counter

from lianzhang.app.report.provenance import Provenance, counted, report_unit, worst
from lianzhang.i18n import Text
from lianzhang.plan.track_model import VERDICTS, Point, TrackRow
from lianzhang.report import figures as fig
from lianzhang.report import model as m
from lianzhang.report import values as num
from lianzhang.report.format import told_apart

#: Small multiples shown on the achievements page of the report.
_CHARTS = 12


def section(rows: tuple[TrackRow, ...], origins: Provenance) -> m.Section:
    """The tracker, the achievements, and what cannot be computed with the reason."""
    shown = [r for r in rows if r.ledger.latest is not None or r.verdict in ("met", "missed")]
    rest = [r for r in rows if r not in shown]
    blocks = []
    if shown:
        blocks.append(_tracker(shown, origins))
        charts = _achievements(shown, origins)
        if charts is not None:
            blocks.append(charts)
    if rest:
        blocks.append(_without_series(rest, origins))
    return m.Section(
        key="targets",
        title=Text("目标与实际", "Targets against actuals"),
        blocks=tuple(blocks),
    )


def summary(rows: tuple[TrackRow, ...], origins: Provenance) -> num.Prose:
    """Targets by verdict, in a sentence."""
    verdicts = Counter(r.verdict for r in rows)
    origin = _all_origin(rows, origins, Text("目标按判断计数", "Targets by verdict"))
    words = {
        "met": Text("已达成{met}", "{met} met"),
        "on_course": Text("有望达成{on_course}", "{on_course} on course"),
        "at_risk": Text("有风险{at_risk}", "{at_risk} at risk"),
        "out_of_reach": Text("难以达到{out_of_reach}", "{out_of_reach} out of reach"),
        "missed": Text("未达成{missed}", "{missed} missed"),
        "overdue": Text("到期无数据{overdue}", "{overdue} due without a figure"),
        "not_computable": Text("无法计算{not_computable}", "{not_computable} not computable"),
    }
    used = [text for verdict, text in words.items() if verdicts[verdict]]  # type: ignore[index]
    values = {v: counted(verdicts[v], "targets", origin) for v in words if verdicts[v]}  # type: ignore[index]
    values["n"] = counted(len(rows), "targets", origin)
    zh = "台账中有目标{n}：" + "，".join(t.zh for t in used)
    en = "The ledger holds {n}: " + ", ".join(t.en for t in used)
    plain = sum(r.ledger.target is None and r.ledger.value is None for r in rows)
    if plain:
        values["plain"] = counted(plain, "targets", origin)
        zh += "；其中{plain}是定性的，或原文数字缺失"
        en += "; {plain} are in words only, or lost their number in the text"
    return num.Prose(Text(f"{zh}。", f"{en}."), values)


def _tracker(rows: list[TrackRow], origins: Provenance) -> m.Block:
    sources = [p.source_id for r in rows for p in r.ledger.places] + [
        r.ledger.latest.source_id for r in rows if r.ledger.latest
    ]
    trouble = [r for r in rows if r.verdict in ("missed", "out_of_reach", "at_risk")]
    origin = _all_origin(tuple(rows), origins, Text("有实际值的目标数", "Targets with observations"))
    return m.Block(
        finding=num.Prose(
            Text(
                "有实际值可比的目标{n}，都未达成、难以达到或有风险。",
                "The {n} that can be compared with observations are all missed, out of reach or at risk.",
            )
            if len(trouble) == len(rows)
            else Text(
                "有实际值可比的目标{n}，没有一项未达成、难以达到或有风险。",
                "Of {n} that can be compared with observations, none is missed, out of reach or at risk.",
            )
            if not trouble
            else Text(
                "有实际值可比的目标{n}，其中{trouble}未达成、难以达到或有风险。",
                "Of {n} that can be compared with observations, {trouble} are missed, out of reach or at risk.",
            ),
            {"n": counted(len(rows), "targets", origin)}
            | ({"trouble": counted(len(trouble), "targets", origin)} if 0 < len(trouble) < len(rows) else {}),
        ),
        figure=fig.Tracker(Text("目标跟踪", "Target tracker"), tuple(tracker_row(r, origins) for r in rows)),
        source=origins.line(sources),
        note=num.Prose(
            Text(
                "扇形为 80% 预测区间，概率来自短序列的预测分布；少于四个观测的不做预测。",
                "The fan is the 80 % predictive interval; probabilities come from the predictive distribution of a short "
                "series. With fewer than four observations there is no forecast.",
            )
        ),
    )


def tracker_row(row: TrackRow, origins: Provenance) -> fig.TrackerRow:
    """One target with its observations, forecast and verdict."""
    ledger = row.ledger
    unit = report_unit(ledger.indicator_unit)
    value = ledger.target if ledger.target is not None else ledger.value
    target_unit = unit if ledger.target is not None else report_unit(ledger.unit)
    place = ledger.places[0]
    stated = origins.observed(ledger.label, "statements", place.source_id, ledger.status, place=place.locator)
    forecast = origins.computed(
        Text(f"{ledger.label.zh}的预测", f"Forecast for: {ledger.label.en}"),
        Text("目标跟踪引擎", "tracking engine"),
        ["statements", "observations"],
        [place.source_id, *(p.source_id for p in row.observations)],
        "estimated",
    )
    growth = report_unit(row.growth_unit)
    over = ledger.deadline is not None and ledger.deadline.end < row.as_of
    return fig.TrackerRow(
        label=ledger.label,
        target=fig.Target(
            num.Quantity(value, target_unit, stated),
            ledger.deadline.text if ledger.deadline else "",
            ledger.comparator,  # type: ignore[arg-type]
            num.Quantity(ledger.upper, target_unit, stated) if ledger.comparator == "range" else None,
        ),
        verdict=row.verdict,
        reason=row.reason,
        observations=tuple(fig.Point(p.period.text, p.value, worst([p.status])) for p in _drawn(row)),
        latest=_latest(_newest(row), ledger.indicator or ledger.label, unit, origins),
        fan=tuple(
            fig.FanPoint(
                period=str(f.year), low=f.low80, mid=f.median, high=f.high80, low50=f.low50, high50=f.high50
            )
            for f in row.fan
        ),
        probability=row.probability,
        required_growth=None if over or _reached(row) else _growth(row.required_growth, growth, forecast),
        recent_growth=_growth(row.recent_growth, growth, forecast),
        origins=(stated, forecast),
    )


def _reached(row: TrackRow) -> bool:
    """Whether the latest actual is at its bound already; nothing is required then, and a negative rate would mislead."""
    ledger = row.ledger
    if row.verdict == "met":
        return True
    if ledger.gap is None:
        return False
    if ledger.comparator in (">", ">="):
        return ledger.gap < 0 or (ledger.gap == 0 and ledger.comparator == ">=")
    return ledger.comparator in ("<", "<=") and (
        ledger.gap > 0 or (ledger.gap == 0 and ledger.comparator == "<=")
    )


def _newest(row: TrackRow) -> Point | None:
    """The newest observation; for a target whose year is over, the ledger's own latest is that year's figure."""
    drawn = _drawn(row)
    return drawn[-1] if drawn else row.ledger.latest


def _drawn(row: TrackRow) -> tuple[Point, ...]:
    """Observations that can stand on one line: a running total of some months is no point among whole years."""
    years = tuple(p for p in row.observations if p.period.frequency == "year")
    return years if len(years) >= 3 else row.observations


def _latest(point: Point | None, name: Text, unit: str | Text, origins: Provenance) -> num.Quantity | None:
    if point is None:
        return None
    what = Text(f"{name.zh}，{point.period.label('zh')}", f"{name.en}, {point.period.label('en')}")
    return num.Quantity(
        point.value, unit, origins.observed(what, "observations", point.source_id, point.status)
    )


def _growth(value: float | None, unit: str | Text, origin: str) -> num.Quantity | None:
    return None if value is None else num.Quantity(value, unit, origin, signed=True)


def _achievements(rows: list[TrackRow], origins: Provenance) -> m.Block | None:
    """One small chart per indicator, the ones with most observations first."""
    best: dict[str, TrackRow] = {}
    for row in rows:
        key = row.ledger.indicator_id
        if key and len(row.observations) >= 3 and (key not in best or row.ledger.preferred):
            best.setdefault(key, row)
    if not best:
        return None
    chosen = sorted(best.values(), key=lambda r: (-len(r.observations), r.ledger.label.en))[:_CHARTS]
    charts = tuple(_chart(r, origins) for r in chosen)
    grown = [r for r in chosen if r.recent_growth is not None and r.growth_unit == "%"]
    finding = num.Prose(
        Text("有目标的指标逐年的实际值。", "Observed values, year by year, of indicators with a target.")
    )
    if grown:
        fastest = max(grown, key=lambda r: r.recent_growth or 0.0)
        name = fastest.ledger.indicator or fastest.ledger.label
        origin = _all_origin((fastest,), origins, Text(f"{name.zh}近年增速", f"Recent growth of {name.en}"))
        finding = num.Prose(
            Text(
                f"近年增长最快的是{name.zh}，每年{{growth}}。",
                f"The fastest growing of late is {name.en[:1].lower() + name.en[1:] if not name.en[:2].isupper() else name.en}, "
                "{growth} a year.",
            ),
            {"growth": num.Quantity(fastest.recent_growth, "pct", origin, signed=True)},
        )
    return m.Block(
        finding=finding,
        figure=fig.LineGrid(Text("历年成绩", "Achievements by year"), charts),
        source=origins.line([p.source_id for r in chosen for p in r.observations]),
    )


def _chart(row: TrackRow, origins: Provenance) -> fig.LineChart:
    tracked = tracker_row(row, origins)
    name = row.ledger.indicator or row.ledger.label
    return fig.LineChart(
        title=name,
        unit=report_unit(row.ledger.indicator_unit),
        series=(fig.LineSeries(name, tracked.observations),),
        target=tracked.target if row.ledger.target is not None and row.ledger.deadline else None,
        fan=tracked.fan,
        origins=tracked.origins,
    )


def _without_series(rows: list[TrackRow], origins: Provenance) -> m.Block:
    table: list[tuple[fig.Cell, ...]] = []
    for row in rows:
        ledger = row.ledger
        place = ledger.places[0]
        stated = origins.observed(
            ledger.label, "statements", place.source_id, ledger.status, place=place.locator
        )
        value = next((v for v in (ledger.value, ledger.lower, ledger.upper) if v is not None), None)
        table.append(
            (
                ledger.label,
                num.Quantity(value, report_unit(ledger.unit), stated) if value is not None else None,
                ledger.due,
                row.reason,
                place.source,
            )
        )
    origin = _all_origin(tuple(rows), origins, Text("没有实际值的目标数", "Targets without observations"))
    return m.Block(
        finding=num.Prose(
            Text(
                "{n}没有可用的实际值，是否达成无从判断；补上数据即可计算。",
                "For {n} there is no usable figure, so nobody can tell whether they are met; adding one makes them "
                "computable.",
            ),
            {"n": counted(len(rows), "targets", origin)},
        ),
        figure=fig.Table(
            Text("缺少实际值的目标", "Targets without a figure"),
            (
                fig.Column(Text("目标", "Target")),
                fig.Column(Text("目标值", "Value"), numeric=True),
                fig.Column(Text("期限", "Deadline")),
                fig.Column(Text("为何无法计算", "Why not computable")),
                fig.Column(Text("来源", "Source")),
            ),
            tuple(table),
        ),
        source=origins.line([p.source_id for r in rows for p in r.ledger.places]),
    )


def _all_origin(rows: tuple[TrackRow, ...], origins: Provenance, value: Text) -> str:
    return origins.computed(
        value,
        Text("目标跟踪引擎", "tracking engine"),
        ["statements", "observations"],
        [p.source_id for r in rows for p in r.ledger.places]
        + [p.source_id for r in rows for p in r.observations],
        "derived",
    )


def key_figures(rows: tuple[TrackRow, ...], origins: Provenance, most: int = 4) -> tuple[m.KeyFigure, ...]:
    """Latest figures of indicators with a target, those with the longest series first, one of each concept."""
    best: dict[str, TrackRow] = {}
    for row in rows:
        ledger = row.ledger
        if ledger.indicator_id and ledger.latest is not None and ledger.indicator is not None:
            best.setdefault(ledger.indicator_id, row)
    ranked = sorted(best.values(), key=lambda r: (-len(r.observations), r.ledger.label.en))
    figures = []
    for row in ranked[:most]:
        ledger, newest = row.ledger, _newest(row)
        assert ledger.indicator is not None
        assert newest is not None
        quantity = _latest(newest, ledger.indicator, report_unit(ledger.indicator_unit), origins)
        assert quantity is not None
        period = newest.period
        quantity, note = _apart(quantity, _promise(row, origins))
        figures.append(
            m.KeyFigure(
                label=Text(
                    f"{period.label('zh')}{ledger.indicator.zh}",
                    f"{ledger.indicator.en}, {period.label('en')}",
                ),
                quantity=quantity,
                note=note,
            )
        )
    return tuple(figures)


def _apart(quantity: num.Quantity, note: num.Prose | None) -> tuple[num.Quantity, num.Prose | None]:
    """The tile's figure and its sentence with digits enough that a target just missed does not look met."""
    if note is None:
        return quantity, None
    names = [name for name in ("target", "actual") if name in note.values]
    first, *others = told_apart(quantity, *(note.values[name] for name in names))
    return first, num.Prose(note.text, {**note.values, **dict(zip(names, others, strict=True))})


def _promise(row: TrackRow, origins: Provenance) -> num.Prose | None:
    """The target in half a sentence, with its verdict."""
    tracked = tracker_row(row, origins)
    deadline = row.ledger.deadline
    if tracked.target.value.value is None or deadline is None:
        return None
    verdict = VERDICTS[row.verdict]
    values = {"target": tracked.target.value}
    actual = row.ledger.latest
    if row.verdict in ("met", "missed") and actual is not None and row.ledger.gap is not None:
        # The tile shows the newest figure; a target whose year is over is judged by that year's.
        unit = report_unit(row.ledger.indicator_unit)
        apart = "pp" if unit == "pct" else unit
        values["gap"] = num.Quantity(abs(row.ledger.gap), apart, tracked.target.value.origin)
        short = row.verdict == "missed"
        came_zh, came_en = "", ""
        newest = _newest(row)
        if newest is not None and newest.period != actual.period:
            values["actual"] = num.Quantity(actual.value, unit, tracked.target.value.origin)
            came_zh = f"，{actual.period.label('zh')}实际{{actual}}"
            came_en = f", {actual.period.label('en')} came to {{actual}}"
        return num.Prose(
            Text(
                f"{deadline.label('zh')}目标{{target}}{came_zh}：{verdict.zh}，{'差' if short else '超出'}{{gap}}",
                f"target for {deadline.label('en')} {{target}}{came_en}: {verdict.en}, "
                f"{{gap}} {'short' if short else 'above'}",
            ),
            values,
        )
    return num.Prose(
        Text(
            f"{deadline.label('zh')}目标{{target}}：{verdict.zh}",
            f"target for {deadline.label('en')} {{target}}: {verdict.en}",
        ),
        values,
    )
