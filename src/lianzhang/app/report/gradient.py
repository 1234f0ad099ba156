"""Report section: the enterprise gradient, the plan's targets for its classes and the counts by year."""

from __future__ import annotations

from lianzhang.app.gradient import ClassGradient, Gradient, multiple_of_base
from lianzhang.app.report.provenance import Provenance, counted, report_unit, worst
from lianzhang.i18n import Text
from lianzhang.plan.track_model import VERDICTS, TrackRow
from lianzhang.report import figures as fig
from lianzhang.report import model as m
from lianzhang.report import values as num

TITLE = Text("企业梯度", "The enterprise gradient")


def section(found: Gradient, origins: Provenance) -> m.Section | None:
    """Targets for the classes, then their firms by year; None where the pack knows nothing of either."""
    blocks = [b for b in (gradient_block(found, origins), counts_block(found, origins)) if b is not None]
    return m.Section(key="gradient", title=TITLE, blocks=tuple(blocks)) if blocks else None


def gradient_block(found: Gradient, origins: Provenance) -> m.Block | None:
    """The plan's targets for the classes: base, latest count, growth needed and verdict; None without a target."""
    tracked = [row for item in found.classes for row in item.targets]
    if not tracked:
        return None
    sources = [s for row in tracked for s in _sources(row)]
    origin = origins.computed(
        Text("梯度目标", "Targets of the gradient"),
        Text("清点", "counted"),
        ["statements"],
        [p.source_id for row in tracked for p in row.ledger.places],
        worst(row.ledger.status for row in tracked),
    )
    doubled = sum(1 for row in tracked if abs((multiple_of_base(row) or 0.0) - 2.0) < 0.05)
    notes = [item.status_class for item in found.classes if item.targets and item.status_class.note]
    return m.Block(
        finding=num.Prose(
            Text(
                "规划对企业梯度提出{n}，其中{doubled}要求在写明的基数上翻一番。",
                "The plan sets {n} for the classes of firms; {doubled} ask for twice the base that is named.",
            ),
            {"n": counted(len(tracked), "targets", origin), "doubled": counted(doubled, "targets", origin)},
        ),
        figure=fig.Table(
            Text("各类企业的目标", "Targets for the classes"),
            (
                fig.Column(Text("对象", "Of what")),
                fig.Column(Text("目标", "Target"), numeric=True),
                fig.Column(Text("期限", "Deadline")),
                fig.Column(Text("基数", "Base"), numeric=True),
                fig.Column(Text("最新", "Latest"), numeric=True),
                fig.Column(Text("时间", "Period")),
                fig.Column(Text("所需年增长", "Growth needed a year"), numeric=True),
                fig.Column(Text("近年增长", "Recent growth"), numeric=True),
                fig.Column(Text("判断", "Verdict")),
            ),
            tuple(_target_row(row, origins) for row in tracked),
            (origin,),
        ),
        source=origins.line(sources),
        note=num.Prose(
            Text(
                "少于四个可比年度数的只给所需增长，不作预测。"
                + "".join(f"{c.text.zh}：{c.note.zh}。" for c in notes if c.note),
                "With fewer than four comparable years there is the growth needed and no forecast."
                + "".join(f" {c.text.en}: {c.note.en}." for c in notes if c.note),
            )
        ),
    )


def counts_block(found: Gradient, origins: Provenance) -> m.Block | None:
    """Firms of every class by year, published figures and firms listed one by one in rows of their own."""
    years = sorted(
        {p.period.end.year for c in found.classes for s in c.published for p in s.points}
        | {n.year for c in found.classes for n in c.listed}
    )
    if not years:
        return None
    rows: list[tuple[fig.Cell, ...]] = []
    for item in found.classes:
        rows += _published_rows(item, years, origins)
        if item.listed:
            rows.append(_listed_row(item, years, origins))
    known = [c for c in found.classes if c.published or c.listed]
    every = [s for c in known for s in c.source_ids]
    origin = origins.computed(
        Text("有家数的类别", "Classes with counts"),
        Text("清点", "counted"),
        ["observations", "firm_status"],
        every,
    )
    return m.Block(
        finding=num.Prose(
            Text(
                f"{len(found.classes)} 类企业中，{{known}}有逐年家数。",
                f"Of {len(found.classes)} classes, {{known}} have counts by year.",
            ),
            {"known": num.Quantity(float(len(known)), Text("类", "classes"), origin)},
        ),
        figure=fig.Table(
            Text("各类企业逐年家数", "Firms of every class by year"),
            (
                fig.Column(Text("类别", "Class")),
                fig.Column(Text("口径", "Counted how")),
                *(fig.Column(Text(str(y), str(y)), numeric=True) for y in years),
            ),
            tuple(rows),
            (origin,),
        ),
        source=origins.line(every),
        note=num.Prose(
            Text(
                "“名录”按现有名录逐家清点年末在列者，名录之前已失去资格的不在内，早年因此偏低。",
                "“Listed” counts, firm by firm, who of today’s list held the class at the end of a year; those that lost it "
                "before are not on it, so early years are too low.",
            )
        ),
    )


def _target_row(row: TrackRow, origins: Provenance) -> tuple[fig.Cell, ...]:
    entry = row.ledger
    place = entry.places[0]
    unit = report_unit(entry.indicator_unit)
    stated = origins.observed(entry.label, "statements", place.source_id, entry.status, place=place.locator)
    derived = origins.computed(
        Text(f"{entry.label.zh}：所需增长", f"Growth needed: {entry.label.en}"),
        Text("目标跟踪引擎", "tracking engine"),
        ["statements", "observations"],
        _sources(row),
        "derived",
    )
    latest: fig.Cell = None
    if entry.latest is not None:
        seen = origins.observed(
            entry.indicator or entry.label, "observations", entry.latest.source_id, entry.latest.status
        )
        latest = num.Quantity(entry.latest.value, unit, seen)

    def growth(value: float | None) -> fig.Cell:
        return (
            None if value is None else num.Quantity(value, report_unit(row.growth_unit), derived, signed=True)
        )

    return (
        entry.label,
        num.Quantity(entry.target, unit, stated, because=entry.why_no_target),
        Text(entry.deadline.label("zh"), entry.deadline.label("en")) if entry.deadline else None,
        num.Quantity(entry.base_value, unit, stated) if entry.base_value is not None else None,
        latest,
        Text(entry.latest.period.label("zh"), entry.latest.period.label("en")) if entry.latest else None,
        growth(row.required_growth),
        growth(row.recent_growth),
        VERDICTS[row.verdict],
    )


def _published_rows(item: ClassGradient, years: list[int], origins: Provenance) -> list[tuple[fig.Cell, ...]]:
    rows: list[tuple[fig.Cell, ...]] = []
    for series in item.published:
        cells: dict[int, fig.Cell] = {}
        for point in series.points:
            what = Text(
                f"{series.name.zh}，{point.period.label('zh')}",
                f"{series.name.en}, {point.period.label('en')}",
            )
            origin = origins.observed(what, "observations", point.source_id, point.status)
            cells[point.period.end.year] = num.Quantity(point.value, "enterprises", origin)
        rows.append((item.status_class.text, series.name, *(cells.get(y) for y in years)))
    return rows


def _listed_row(item: ClassGradient, years: list[int], origins: Provenance) -> tuple[fig.Cell, ...]:
    origin = origins.computed(
        Text(f"{item.status_class.text.zh}名录", f"List of: {item.status_class.text.en}"),
        Text("逐家清点年末在列者", "firms that held the class at the end of the year, counted one by one"),
        ["firm_status"],
        item.source_ids,
    )
    held = {c.year: c.held for c in item.listed}
    return (
        item.status_class.text,
        Text("名录", "listed"),
        *(counted(held[y], "enterprises", origin) if y in held else None for y in years),
    )


def _sources(row: TrackRow) -> list[str]:
    latest = [row.ledger.latest.source_id] if row.ledger.latest else []
    return [p.source_id for p in row.ledger.places] + latest
