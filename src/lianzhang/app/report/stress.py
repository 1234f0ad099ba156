"""Report blocks: stress tests, a shock on wall and map, single points of failure, remedies beside the chain's gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lianzhang.app.report.provenance import Provenance
from lianzhang.app.report.risk import empty_block, firms, reconstructed_origin
from lianzhang.app.report.shock_days import shock_days
from lianzhang.app.risk.gaps import GapLink, linked
from lianzhang.app.risk.points import POINT, PointNode, Points
from lianzhang.i18n import Text
from lianzhang.report import figures as fig
from lianzhang.report import model as m
from lianzhang.report import values as num
from lianzhang.report.format import listing
from lianzhang.store import Reader

if TYPE_CHECKING:
    from lianzhang.app.risk.inputs import Industry
    from lianzhang.app.risk.kept import KeptRisk
    from lianzhang.app.risk.outcome import Band, ShockRun
    from lianzhang.app.risk.remedy import Remedy
    from lianzhang.app.risk.stress import StressResult
    from lianzhang.app.state import State

#: Days of the shock after which the first picture is taken.
WEEK = 7
#: Nodes of one sector that are named in a row.
NAMED = 3
REMEDIES = Text("对策，按节省排序", "Remedies by what they save")
NO_SAVING = Text("没有一项对策在每次抽取里都省下损失。", "No remedy saves something in every draw.")
#: A run keeps the day on which a firm stops and not whether inputs or customers were missing.
STOPS = Text(
    "停产有两种，结果里没有分别记录。失去客户：主要向受冲击企业供货的，当天就没有订单，没有别的客户就随即停产，"
    "所以首家停产可以与冲击同一天。断供：向受冲击企业买货的，先用备货，用完才停。",
    "Firms stop for two reasons, which the results do not tell apart. Customers gone: suppliers of firms that are hit lose "
    "those orders at once and stop on the day of the shock if they have no others. Inputs run out: buyers live on their "
    "stocks first and stop when these are used up.",
)


def tests(results: tuple[StressResult, ...], given: Industry, origins: Provenance) -> list[m.Block]:
    """Output by day of every stress test, and what each costs."""
    origin = reconstructed_origin(given, origins, Text("压力测试", "Stress tests"), ("scenarios",))
    rows, paths = [], []
    for one in results:
        test, run = one.test, one.run
        lowest = num.Quantity(min(run.output.mid) * 100, "pct", origin)
        never = Text("没有", "none")
        rows.append(
            (
                test.name,
                num.Quantity(run.loss.mid, "cny", origin),
                num.Quantity(run.loss.low, "cny", origin),
                num.Quantity(run.loss.high, "cny", origin),
                firms(run.stopped, origin),
                never if run.first_stop is None else num.Quantity(float(run.first_stop), "ordinal", origin),
                _hit_most(run),
            )
        )
        paths.append(
            fig.DayPath(
                name=test.name,
                low=tuple(v * 100 for v in run.output.low),
                mid=tuple(v * 100 for v in run.output.mid),
                high=tuple(v * 100 for v in run.output.high),
                shock=(test.first_day, test.first_day + test.days),
                lowest=lowest,
            )
        )
    worst = max(results, key=lambda r: r.run.loss.mid)
    source = origins.line([*given.sources])
    measure = Text("本地工业日产出（%）", "Daily output of local industry (%)")
    return [
        m.Block(
            finding=num.Prose(
                Text(
                    f"损失最大的是“{worst.test.name.zh}”：增加值{{loss}}（{{low}}—{{high}}）。",
                    f"“{worst.test.name.en}” costs most: {{loss}} of value added ({{low}} to {{high}}).",
                ),
                {
                    "loss": num.Quantity(worst.run.loss.mid, "cny", origin),
                    "low": num.Quantity(worst.run.loss.low, "cny", origin),
                    "high": num.Quantity(worst.run.loss.high, "cny", origin),
                },
            ),
            figure=fig.DayPaths(
                Text("压力测试：逐日产出", "Stress tests: output by day"), measure, tuple(paths)
            ),
            source=source,
            note=num.Prose(
                Text(
                    "深色为冲击期。各企业的库存按均值10天的泊松分布抽取；停工不补产，也不新找供应商。",
                    "The shaded days are the shock. Stocks are drawn per firm from a Poisson distribution with a mean of ten "
                    "days; nothing is made up later and no new suppliers are found.",
                )
            ),
        ),
        m.Block(
            finding=num.Prose(Text("情景是假想的，不是预测。", "The tests are imagined and no forecasts.")),
            figure=fig.Table(
                Text("压力测试", "Stress tests"),
                (
                    fig.Column(Text("情景", "Stress test")),
                    fig.Column(Text("损失增加值", "Value added lost"), Text("中位", "median"), numeric=True),
                    fig.Column(Text("抽取最低", "Lowest draw"), numeric=True),
                    fig.Column(Text("抽取最高", "Highest draw"), numeric=True),
                    fig.Column(Text("波及停产", "Others stopped"), Text("家", "firms"), numeric=True),
                    fig.Column(Text("首家停产", "First stop"), Text("第几天", "day"), numeric=True),
                    fig.Column(Text("受影响最大", "Hit most")),
                ),
                tuple(rows),
            ),
            source=source,
            note=num.Prose(STOPS),
        ),
    ]


def _hit_most(run: ShockRun) -> Text:
    """The sector and the district hit most."""
    sector, district = run.sectors[0].name, run.districts[0].name
    return Text(f"{sector.zh}，{district.zh}", f"{sector.en}; {district.en}")


def pictures(kept: KeptRisk, origins: Provenance, reader: Reader, state: State) -> list[m.Block]:
    """The costliest stress test on wall and hex city: a week in, and on the day on which least is made."""
    worst = max(kept.stress, key=lambda r: r.run.loss.mid)
    run = worst.run
    origin = reconstructed_origin(
        kept.industry, origins, Text("冲击逐日模拟", "The shock day by day"), ("scenarios", "node_sectors")
    )
    darkest = min(range(run.days), key=run.output.mid.__getitem__)
    week = min(run.scenario.first_day + WEEK, darkest)
    blocks = []
    for day in dict.fromkeys((week, darkest)):
        title = Text(f"{worst.test.name.zh}：第{day}天", f"{worst.test.name.en}: day {day}")
        last = day == darkest
        since = day - run.scenario.first_day
        blocks.append(
            m.Block(
                finding=num.Prose(
                    Text(
                        f"冲击{since}天后（第{day}天），全部工业的日产出是平日的{{total}}（{{low}}—{{high}}）"
                        + ("，为最低。" if last else "。"),
                        f"After {since} days of the shock (day {day}) all industry makes {{total}} of the usual ({{low}} to "
                        "{high})" + (", the least of all days." if last else "."),
                    ),
                    {
                        "total": num.Quantity(run.output.mid[day] * 100, "pct", origin),
                        "low": num.Quantity(run.output.low[day] * 100, "pct", origin),
                        "high": num.Quantity(run.output.high[day] * 100, "pct", origin),
                    },
                ),
                figure=shock_days(reader, state, run, title, day, origin),
                source=origins.line(kept.industry.sources),
                note=num.Prose(
                    Text(
                        "一块砖按它所属部门的日产出变暗，同一部门的部件一起变暗：网络知道部门，不知道部件。六角形按区县的日产出变暗。",
                        "A brick is dimmed by the daily output of the sector it lies in, so components of one sector dim "
                        "together: the network knows sectors, not components. Hexagons are dimmed by their district’s output.",
                    )
                ),
            )
        )
    return blocks


def single_points(kept: KeptRisk, origins: Provenance, because: Text) -> list[m.Block]:
    """Firms and nodes whose failure alone costs the cluster's other firms most, for every cluster that was computed;
    ``because`` says why there are none."""
    if not kept.points:
        return [
            empty_block(
                Text("集群的单点", "Single points of failure of a cluster"), because, "lianzhang risk points"
            )
        ]
    return [_points(found, kept, origins) for found in kept.points]


def _points(found: Points, kept: KeptRisk, origins: Provenance) -> m.Block:
    origin = reconstructed_origin(
        kept.industry, origins, Text("单点停产", "Single failures"), ("clusters", "cluster_sectors")
    )

    def pct(value: Band | None) -> num.Quantity | None:
        return None if value is None else num.Quantity(value.mid * 100, "pct", origin)

    rows: list[tuple[fig.Cell, ...]] = [
        (
            f.name,
            pct(f.loss),
            num.Quantity(f.loss.low * 100, "pct", origin),
            num.Quantity(f.loss.high * 100, "pct", origin),
            Text("外地来货", "Inflow") if f.district is None else Text("企业", "Firm"),
        )
        for f in found.firms
        if f.single
    ]
    by_sectors: dict[tuple[Text, ...], list[PointNode]] = {}
    for node in found.nodes:
        if node.single and node.level in ("assembly", "component"):
            by_sectors.setdefault(node.sectors, []).append(node)
    for nodes in by_sectors.values():
        first = nodes[0]
        worst = max(
            (b for b in (first.largest_loss, first.inflow_loss) if b is not None), key=lambda b: b.mid
        )
        rows.append(
            (
                _together(nodes),
                pct(worst),
                num.Quantity(worst.low * 100, "pct", origin),
                num.Quantity(worst.high * 100, "pct", origin),
                Text("链节点", "Chain nodes"),
            )
        )
    singles = [f for f in found.firms if f.single]
    finding = Text(
        f"{found.name.zh}：逐一试停{{failed}}家合成企业和外地来源，其中{{single}}家单独停产就使集群其余企业减产{POINT:.0%}以上。",
        f"{found.name.en}: of {{failed}} made-up firms and sources of inflow, failed one by one, {{single}} each cost the "
        f"cluster’s other firms at least {POINT:.0%} of their output.",
    )
    return m.Block(
        finding=num.Prose(
            finding,
            {
                "failed": num.Quantity(float(found.failed), "count", origin),
                "single": num.Quantity(float(len(singles)), "count", origin),
            },
        ),
        figure=fig.Table(
            Text(f"单点：{found.name.zh}", f"Single points of failure: {found.name.en}"),
            (
                fig.Column(Text("停产者", "What fails")),
                fig.Column(Text("其余减产", "Others lose"), Text("集群内", "in the cluster"), numeric=True),
                fig.Column(Text("抽取最低", "Lowest draw"), numeric=True),
                fig.Column(Text("抽取最高", "Highest draw"), numeric=True),
                fig.Column(Text("种类", "Kind")),
            ),
            tuple(rows),
            (origin,),
        ),
        source=origins.line(kept.industry.sources),
        note=num.Prose(
            Text(
                "逐家停产重算，不是推断；企业为合成，同一位次在各次抽取中比较。节点取其部门中最大一家停产或来货全断之大者，"
                "同部门的节点合为一行。",
                "Every failure is computed anew, not inferred. Firms are made up and compared at the same place of each draw. "
                "For nodes: the largest firm of their sector failing, or all its inflow ending, whichever is more; nodes of "
                "one sector share a row.",
            )
        ),
    )


def _together(nodes: list[PointNode]) -> Text:
    """The names of nodes that lie in the same sectors, those with one maker on record first."""
    ordered = sorted(nodes, key=lambda n: n.grade != "one")
    names = [n.name for n in ordered[:NAMED]]
    more = len(nodes) - len(names)
    zh, en = listing([n.zh for n in names], "zh"), listing([n.en for n in names], "en")
    if more <= 0:
        return Text(zh, en)
    return Text(f"{zh}等{len(nodes)}个", f"{', '.join(n.en for n in names)} and {more} more")


def remedies(kept: KeptRisk, origins: Provenance, state: State | None) -> m.Block:
    """Remedies by what they save, with the gaps of the chain that they would help to close."""
    origin = reconstructed_origin(
        kept.industry, origins, Text("对策的节省", "What remedies save"), ("scenarios",)
    )
    helpful, left_out = told_apart(kept.remedies)
    best = helpful[0]
    found = linked(kept.groups, helpful, None if state is None else state.gaps)
    rows: tuple[tuple[fig.Cell, ...], ...] = tuple(
        (
            r.what,
            num.Quantity(r.saving_cny.mid, "cny", origin),
            num.Quantity(r.saving_cny.low, "cny", origin),
            num.Quantity(r.saving_cny.high, "cny", origin),
            num.Quantity(r.share * 100, "pct", origin),
            r.title,
            _gaps(r.gaps),
        )
        for r in found
    )
    return m.Block(
        finding=num.Prose(NO_SAVING)
        if best.saving_cny.low <= 0
        else num.Prose(
            Text(
                f"节省最多的是“{best.title.zh}”中的“{best.what.zh}”：{{saving}}，占损失的{{share}}。",
                f"Most is saved in “{best.title.en}” by “{best.what.en}”: {{saving}}, or {{share}} of the loss.",
            ),
            {
                "saving": num.Quantity(best.saving_cny.mid, "cny", origin),
                "share": num.Quantity(best.share * 100, "pct", origin),
            },
        ),
        figure=fig.Table(
            REMEDIES,
            (
                fig.Column(Text("对策", "Remedy")),
                fig.Column(Text("节省增加值", "Value added saved"), Text("中位", "median"), numeric=True),
                fig.Column(Text("抽取最低", "Lowest draw"), numeric=True),
                fig.Column(Text("抽取最高", "Highest draw"), numeric=True),
                fig.Column(Text("占损失", "Of the loss"), numeric=True),
                fig.Column(Text("情景", "Stress test")),
                fig.Column(Text("对应的缺口", "Gaps of the chain")),
            ),
            rows,
        ),
        source=origins.line([*kept.industry.sources]),
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


def told_apart(found: tuple[Remedy, ...]) -> tuple[tuple[Remedy, ...], Text]:
    """Remedies that save something in every draw, and how many others are left out; the best alone where none does."""
    helpful = tuple(r for r in found if r.saving_cny.low > 0) or found[:1]
    left = len(found) - len(helpful)
    if not left:
        return helpful, Text("", "")
    return helpful, Text(
        f"另有{left}项对策没有列出：至少一次抽取里没有节省，与零分不开，对这些情景不能算有用。",
        f"{left} more {'remedy is' if left == 1 else 'remedies are'} left out: in one draw at least nothing was saved, so that "
        "they cannot be told apart from no effect here. ",
    )


def reliefs(kept: KeptRisk, origins: Provenance) -> m.Block:
    """What the failure of each critical firm costs as it is, and with a second source for half of its deliveries."""
    origin = reconstructed_origin(kept.industry, origins, Text("第二家供应商", "Second sources"))

    def pct(share: float) -> num.Quantity:
        return num.Quantity(share * 100, "pct", origin)

    best = max(kept.reliefs, key=lambda r: r.before - r.after)
    return m.Block(
        finding=num.Prose(
            Text(
                f"{best.name.zh}的供货有一半改由第二家承担，它停产的损失从全网产出的{{before}}降到{{after}}。",
                f"With a second source for half of what {best.name.en} delivers, its failure costs {{after}} of all output "
                "instead of {before}.",
            ),
            {"before": pct(best.before), "after": pct(best.after)},
        ),
        figure=fig.Table(
            Text("关键企业有了第二家供应商之后", "Critical firms with a second source beside them"),
            (
                fig.Column(Text("停产的合成企业", "Made-up firm that fails")),
                fig.Column(
                    Text("现在的损失", "Lost as it is"), Text("占全网产出", "of all output"), numeric=True
                ),
                fig.Column(
                    Text("有第二家之后", "With a second source"),
                    Text("占全网产出", "of all output"),
                    numeric=True,
                ),
            ),
            tuple((r.name, pct(r.before), pct(r.after)) for r in kept.reliefs),
        ),
        source=origins.line([*kept.industry.sources]),
        note=num.Prose(
            Text(
                "不针对某个情景，所以没有节省的金额：比较的是这家企业停产使全网产出减少多少。",
                "No single scenario is meant, so no money is saved here: compared is the output lost when the firm fails.",
            )
        ),
    )


def _gaps(gaps: tuple[GapLink, ...]) -> Text | None:
    """Gaps of the chain in the remedy's sector, with their rank."""
    if not gaps:
        return None
    zh = [f"{g.name.zh}（{f'第{g.rank}位' if g.rank else '待查'}）" for g in gaps[:NAMED]]
    en = [f"{g.name.en} ({f'rank {g.rank}' if g.rank else 'look first'})" for g in gaps[:NAMED]]
    return Text("、".join(zh), ", ".join(en))
