"""Tables of a scenario's result: who stops first, which made-up firms lose most, what would help."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lianzhang.app.report.risk import firms, firms_told
from lianzhang.app.report.stress import NO_SAVING, REMEDIES, STOPS, told_apart
from lianzhang.app.risk.outcome import Band, GroupPath, ShockRun
from lianzhang.app.risk.remedy import Remedy
from lianzhang.app.risk.targets import Groups
from lianzhang.app.state import State
from lianzhang.chain.model import GapKind
from lianzhang.i18n import Text
from lianzhang.report import figures as fig
from lianzhang.report import model as m
from lianzhang.report import values as num
from lianzhang.report.format import both, money

#: Sectors and districts in the table of who is hit.
_LISTED = 10
#: Gaps named beside a remedy.
_GAPS = 4


@dataclass(frozen=True, slots=True)
class GapLink:
    """A gap of the chain in the sector that a remedy is about."""

    node_id: str
    name: Text


@dataclass(frozen=True, slots=True)
class RemedyLine:
    """A remedy of this scenario with the gaps that it would close."""

    what: Text
    saving: num.Quantity
    low: num.Quantity
    high: num.Quantity
    share: num.Quantity
    sentence: num.Prose
    gaps: tuple[GapLink, ...]


def spread(band: Band, unit: str, origin: str, names: tuple[str, str, str]) -> dict[str, num.Quantity]:
    """Lowest, median and highest under three names."""
    return {
        n: num.Quantity(v, unit, origin) for n, v in zip(names, (band.low, band.mid, band.high), strict=True)
    }


def hit_block(run: ShockRun, origin: str, source: Text) -> m.Block:
    """Sectors and districts that are hit, those that stop first on top."""
    named = ((Text("部门", "Sector"), run.sectors), (Text("区县", "District"), run.districts))
    listed = [
        (kind, g)
        for kind, groups in named
        for g in [x for x in groups if x.first_hit is not None and x.lowest is not None][:_LISTED]
    ]
    never = 10**6
    listed.sort(key=lambda x: (never if x[1].first_stopped is None else x[1].first_stopped, -x[1].stopped))
    stops = [g for _, g in listed if g.first_stopped is not None]
    return m.Block(
        finding=_first(run, stops, origin),
        figure=fig.Table(
            Text("谁先停产，谁少产最多", "Who stops first, who loses most"),
            (
                fig.Column(Text("名称", "Name")),
                fig.Column(Text("层次", "Level")),
                fig.Column(Text("首家停产", "First stop"), Text("第几天", "day"), numeric=True),
                fig.Column(Text("首次少产", "First hit"), Text("第几天", "day"), numeric=True),
                fig.Column(Text("波及停产", "Others stopped"), Text("家", "enterprises"), numeric=True),
                fig.Column(Text("日产出最低", "Lowest daily output"), numeric=True),
                fig.Column(Text("损失增加值", "Value added lost"), numeric=True),
                fig.Column(Text("几次抽取", "Over the draws"), numeric=True),
            ),
            tuple(_row(kind, g, origin) for kind, g in listed),
        ),
        source=source,
        note=num.Prose(STOPS) if stops else None,
    )


def _first(run: ShockRun, stops: list[GroupPath], origin: str) -> num.Prose:
    if stops and run.first_stop is not None:
        most = max((g for g in stops if g.kind == "sector"), key=lambda g: g.stopped, default=stops[0])
        told, values = firms_told(most.stopped, origin)
        return num.Prose(
            Text(
                f"第{run.first_stop}天起，冲击没有打到的企业也停产，最多的是{most.name.zh}，{told.zh}。",
                f"From day {run.first_stop} on firms stop that the shock did not hit, most of them in "
                f"{_small(most.name.en)}: {told.en}.",
            ),
            values,
        )
    low = run.sectors[0] if run.sectors else None
    if low is None or low.lowest is None or low.first_hit is None:
        return num.Prose(Text("没有部门或区县少产超过1%。", "No sector or district loses more than 1%."))
    return num.Prose(
        Text(
            f"冲击之外没有企业停产；少产最多的部门是{low.name.zh}，最低为平日的{{lowest}}。",
            f"Nobody besides those hit stops; most is lost in {_small(low.name.en)}, down to {{lowest}} of the usual.",
        ),
        {"lowest": num.Quantity(low.lowest.mid * 100, "pct", origin)},
    )


def _small(name: str) -> str:
    return name if name[:2].isupper() else name[:1].lower() + name[1:]


def _row(kind: Text, g: GroupPath, origin: str) -> tuple[fig.Cell, ...]:
    never = Text("没有", "none")
    lowest = None if g.lowest is None else num.Quantity(g.lowest.mid * 100, "pct", origin)
    loss: tuple[fig.Cell, ...] = (None, None)
    if g.loss is not None:
        low, high = both(money, g.loss.low), both(money, g.loss.high)
        loss = (num.Quantity(g.loss.mid, "cny", origin), Text(f"{low.zh}–{high.zh}", f"{low.en}–{high.en}"))
    return (
        g.name,
        kind,
        never if g.first_stopped is None else num.Quantity(float(g.first_stopped), "ordinal", origin),
        never if g.first_hit is None else num.Quantity(float(g.first_hit), "ordinal", origin),
        firms(g.stopped, origin),
        lowest,
        *loss,
    )


def firm_block(run: ShockRun, origin: str, source: Text) -> m.Block:
    """Made-up firms that lose most."""
    first = run.firms[0]
    own, others = Text("冲击本身", "the shock itself"), Text("波及", "spread")
    return m.Block(
        finding=num.Prose(
            Text(
                f"损失最多的合成企业：{first.name.zh}，少产{{loss}}。",
                f"The made-up firm that loses most: {first.name.en}, {{loss}} of output.",
            ),
            {"loss": num.Quantity(first.loss_cny, "cny", origin)},
        ),
        figure=fig.Table(
            Text("损失最多的合成企业（第一次抽取）", "Made-up firms that lose most (first draw)"),
            (
                fig.Column(Text("合成企业", "Made-up firm")),
                fig.Column(Text("怎么受损", "How")),
                fig.Column(Text("损失产出", "Output lost"), numeric=True),
                fig.Column(Text("日产出最低", "Lowest daily output"), numeric=True),
                fig.Column(Text("停产", "Stops"), Text("第几天", "day"), numeric=True),
            ),
            tuple(
                (
                    f.name,
                    own if f.failing else others,
                    num.Quantity(f.loss_cny, "cny", origin),
                    num.Quantity(f.lowest * 100, "pct", origin),
                    Text("没有", "none")
                    if f.first_stopped is None
                    else num.Quantity(float(f.first_stopped), "ordinal", origin),
                )
                for f in run.firms[:_LISTED]
            ),
        ),
        source=source,
    )


def remedy_line(found: Remedy, groups: Groups, state: State, origin: str) -> RemedyLine:
    """A remedy as it is shown."""
    saving = spread(found.saving_cny, "cny", origin, ("low", "mid", "high"))
    share = num.Quantity(found.share * 100, "pct", origin)
    return RemedyLine(
        found.what,
        saving["mid"],
        saving["low"],
        saving["high"],
        share,
        num.Prose(Text("可以避免，占损失的{share}", "saved, {share} of the loss"), {"share": share}),
        tuple(_gaps(found, groups, state)),
    )


def _gaps(found: Remedy, groups: Groups, state: State) -> Iterable[GapLink]:
    """Gaps of the chain in the sector that the remedy is about, the first ranked first."""
    if found.sector_id is None or state.gaps is None:
        return
    at = groups.industry.sector_ids.index(found.sector_id)
    inside = {g.id for g in groups.nodes if at in g.sectors}
    ranked = [g for g in state.gaps.ranked if g.node.node_id in inside and g.kind is not GapKind.NONE]
    for gap in [*ranked, *(g for g in state.gaps.to_search if g.node.node_id in inside)][:_GAPS]:
        yield GapLink(gap.node.node_id, gap.node.name)


def remedy_block(found: tuple[Remedy, ...], lines: tuple[RemedyLine, ...], source: Text) -> m.Block:
    """Remedies by what they save, those that save nothing in some draw left out."""
    helpful, left_out = told_apart(found)
    shown = [(r, line) for r, line in zip(found, lines, strict=True) if r in helpful]
    best, first = shown[0]
    return m.Block(
        finding=num.Prose(NO_SAVING)
        if best.saving_cny.low <= 0
        else num.Prose(
            Text(
                f"节省最多的是“{best.what.zh}”：{{saving}}，占损失的{{share}}。",
                f"“{best.what.en}” saves most: {{saving}}, or {{share}} of the loss.",
            ),
            {"saving": first.saving, "share": first.share},
        ),
        figure=fig.Table(
            REMEDIES,
            (
                fig.Column(Text("对策", "Remedy")),
                fig.Column(Text("节省增加值", "Value added saved"), numeric=True),
                fig.Column(Text("抽取最低", "Lowest draw"), numeric=True),
                fig.Column(Text("抽取最高", "Highest draw"), numeric=True),
                fig.Column(Text("占损失", "Of the loss"), numeric=True),
            ),
            tuple((x.what, x.saving, x.low, x.high, x.share) for _, x in shown),
        ),
        source=source,
        note=num.Prose(
            Text(
                f"{left_out.zh}每项对策都改入网络后重新模拟。占损失的比例，取试对策的那几次抽取的损失为分母；情景的抽取次数可以更多，"
                "两处的损失因此略有不同。对策的花费未知，没有计入；新的本地厂家假定不需要投入。",
                f"{left_out.en}Each remedy is built into the network and simulated anew. Shares are of the loss in the draws on "
                "which remedies were tried; a stress test may take more draws, so that its loss differs a little. What it costs "
                "is not known and not counted; a new local maker is assumed to need no inputs.",
            )
        ),
    )
