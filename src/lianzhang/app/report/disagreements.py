"""Report section: sources that disagree."""

from __future__ import annotations

from lianzhang.app.report.provenance import Provenance, counted, place_text, report_unit
from lianzhang.i18n import Text
from lianzhang.plan.disagreements import COMPARABLE, KINDS, Conflict, Side
from lianzhang.report import figures as fig
from lianzhang.report import model as m
from lianzhang.report import values as num


def section(conflicts: tuple[Conflict, ...], origins: Provenance) -> m.Section:
    """Two voices for every disagreement whose sides have values; the rest in a table."""
    origin = origins.computed(
        Text("分歧数", "Number of disagreements"),
        Text("清点已记录的分歧", "counted over the noted disagreements"),
        ["statement_conflicts"],
        [c.source_id for c in conflicts],
    )
    valued = [c for c in conflicts if c.kind in COMPARABLE and sum(s.value is not None for s in c.sides) >= 2]
    valued.sort(key=lambda c: -(c.ratio or 0.0))
    rest = [c for c in conflicts if c not in valued]
    blocks = []
    if valued:
        blocks.append(_voices(valued, origins))
    if rest:
        blocks.append(_noted(rest, origins))
    return m.Section(
        key="disagreements",
        title=Text("来源之间的分歧", "Where sources disagree"),
        lead=(
            num.Prose(
                Text(
                    "记录了{n}不能同时成立的说法。每种说法都保留；计算时用哪一个、为什么，逐条写明。",
                    "{n} between sources are on record. Every statement is kept; which one "
                    "is used in computations, and why, is said of each.",
                ),
                {"n": counted(len(conflicts), "disagreements", origin)},
            ),
        ),
        blocks=tuple(blocks),
    )


def _voices(conflicts: list[Conflict], origins: Provenance) -> m.Block:
    items = []
    for conflict in conflicts:
        voices = tuple(_voice(conflict, side, origins) for side in conflict.sides if side.value is not None)
        why = conflict.explanation
        if conflict.used is not None:
            why = Text(
                f"{why.zh.rstrip('。')}。{conflict.used.zh.rstrip('。')}。",
                f"{why.en.rstrip('.')}. {conflict.used.en.rstrip('.')}.",
            )
        items.append(fig.Disagreement(subject=conflict.topic, voices=voices, why=why, ratio=conflict.ratio))
    ratios = [c for c in conflicts if c.ratio is not None]
    sources = [s.source_id for c in conflicts for s in c.sides]
    if ratios:
        worst = max(ratios, key=lambda c: c.ratio or 0.0)
        origin = origins.computed(
            Text(f"{worst.topic.zh}：最大与最小之比", f"{worst.topic.en}: largest over smallest"),
            Text("两值相除", "one value over the other"),
            ["statements", "observations"],
            [s.source_id for s in worst.sides],
        )
        finding = num.Prose(
            Text(
                f"相差最大的是“{worst.topic.zh}”，两种说法相差{{ratio}}。",
                f"They are furthest apart on “{worst.topic.en}”, by a factor of {{ratio}}.",
            ),
            {"ratio": num.Quantity(worst.ratio, Text("倍", ""), origin)},
        )
    else:
        finding = num.Prose(
            Text("各说法的口径不同，不能直接相比。", "The statements speak of different things.")
        )
    return m.Block(
        finding=finding,
        figure=fig.Voices(Text("两种说法", "Two voices"), tuple(items)),
        source=origins.line(sources),
    )


def _voice(conflict: Conflict, side: Side, origins: Provenance) -> fig.Voice:
    place = place_text(side.locator) if side.locator else None
    topic = side.topic or conflict.topic
    origin = origins.observed(
        topic,
        "statements" if side.locator else "observations",
        side.source_id,
        side.status,
        place=side.locator,
    )
    says = side.topic if side.topic is not None and side.topic != conflict.topic else None
    if side.topic is None:
        says = Text("统计的实际值", "the observed figure")
    return fig.Voice(
        quantity=num.Quantity(side.value, report_unit(side.unit), origin),
        citation=origins.citation(side.source_id, place),
        says=says,
        used=side.used,
    )


def _noted(conflicts: list[Conflict], origins: Provenance) -> m.Block:
    rows = tuple(
        (c.topic, KINDS[c.kind], c.explanation, c.used, origins.title(c.sides[0].source_id))
        for c in conflicts
    )
    return m.Block(
        finding=num.Prose(
            Text(
                "其余是算术、口径或序列上的疑点。", "The others are doubts about arithmetic, scope or series."
            )
        ),
        figure=fig.Table(
            Text("其他疑点", "Other doubts"),
            (
                fig.Column(Text("事项", "Topic")),
                fig.Column(Text("类型", "Kind")),
                fig.Column(Text("疑点", "Doubt")),
                fig.Column(Text("采用与理由", "What is used and why")),
                fig.Column(Text("来源", "Source")),
            ),
            rows,
        ),
        source=origins.line([s.source_id for c in conflicts for s in c.sides]),
    )
