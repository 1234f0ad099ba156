"""Report section: risk, from the results that the commands of risk have kept.

Every number rests on reconstructed networks and is marked so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lianzhang.app.report.provenance import Provenance
from lianzhang.i18n import Text
from lianzhang.report import model as m

if TYPE_CHECKING:
    from lianzhang.app.risk.inputs import Industry
    from lianzhang.app.risk.kept import KeptRisk
    from lianzhang.app.risk.rank import Critical, RankedFirm, RegionRank
    from lianzhang.app.risk.stress import StressResult

_TITLE = Text("风险：谁停产损失最大", "Risk: whose failure hurts most")
_TABLES = (
    "io_flows",
    "io_final_demand",
    "io_value_added",
    "sector_counts",
    "sector_links",
    "observations",
    "input_types",
)
_SHOWN = 12
LIMITS = Text(
    "企业间的链接是依据投入产出表、企业数与收入重构的，企业是合成的：可以按部门、区县和规模来读，不能对应到任何真实企业。"
    "网络只含工业；农业、建筑与服务业算作最终用户。带宽是多次抽取的范围，不含投入产出表本身的误差。",
    "Links between firms are reconstructed from the input–output table, counts and revenues, and the firms are made up: read "
    "them by sector, district and size, never as a registered firm. The network holds industry only; agriculture, "
    "construction and services count as final users. Bands are the span over several draws and leave out errors of the table.",
)


def section(kept: KeptRisk | None, origins: Provenance) -> m.Section:
    """Rank curve, critical sectors and districts, stress tests, remedies; what was not run says which command runs it."""
    if kept is None:
        because = Text("还没有计算过", "it has not been computed yet")
        return m.Section(
            key="risk",
            title=_TITLE,
            blocks=(
                _empty(
                    _TITLE, because, "lianzhang risk rank && lianzhang risk stress && lianzhang risk remedy"
                ),
            ),
        )
    blocks: list[m.Block] = []
    if kept.rank is not None:
        blocks += _ranked(kept.rank, kept.industry, origins)
    else:
        blocks.append(_empty(Text("系统性风险排位", "Rank of systemic risk"), _STALE, "lianzhang risk rank"))
    if kept.stress:
        blocks += _stress(kept.stress, kept.industry, origins)
    else:
        blocks.append(_empty(Text("压力测试", "Stress tests"), _STALE, "lianzhang risk stress"))
    if kept.remedies:
        blocks.append(_remedies(kept, origins))
    else:
        blocks.append(_empty(Text("对策", "Remedies"), _STALE, "lianzhang risk remedy"))
    if kept.rank is not None:
        blocks.append(_statistics(kept.rank, kept.industry, origins))
    return m.Section(key="risk", title=_TITLE, lead=(m.Prose(LIMITS),), blocks=tuple(blocks))


_STALE = Text("数据更新后还没有计算过", "it has not been computed since the data changed")


def summary(rank: RegionRank, kept: KeptRisk, origins: Provenance) -> m.Prose:
    """The most critical sector, in a sentence."""
    first = rank.sectors[0]
    origin = reconstructed_origin(kept.industry, origins, Text("系统性风险指数", "Index of systemic risk"))
    return m.Prose(
        Text(
            f"在重构的企业网络中，{first.name.zh}最关键的一家停产，会使全网产出减少{{index}}。",
            f"In the reconstructed network, the failure of the most critical firm of {first.name.en.lower()} would cost "
            "{index} of all output.",
        ),
        {"index": m.Quantity(first.highest * 100, "pct", origin)},
    )


def _ranked(rank: RegionRank, given: Industry, origins: Provenance) -> list[m.Block]:
    from lianzhang.app.risk.rank import PUBLISHED_PLATEAU, PUBLISHED_TOP, index_at

    origin = reconstructed_origin(
        given, origins, Text("系统性风险指数（ESRI）", "Economic systemic risk index (ESRI)")
    )
    measure = Text("停产使全网产出减少（%）", "Output of the whole network lost (%)")
    at = index_at(rank, PUBLISHED_TOP)
    curve = m.RankCurve(
        title=Text("系统性风险排位曲线（重构网络）", "Rank curve of systemic risk (reconstructed networks)"),
        measure=measure,
        members=Text("合成企业", "made-up firms"),
        points=tuple(m.RankPoint(p.rank, p.low * 100, p.mid * 100, p.high * 100) for p in rank.curve),
        marks=tuple(
            m.RankMark(
                rank=f.place,
                name=_where(f),
                index=m.Quantity(f.esri * 100, "pct", origin),
                size=f.output_cny,
            )
            for f in rank.top
        ),
        origins=(origin,),
    )
    source = origins.line(given.sources)
    return [
        m.Block(
            finding=m.Prose(
                Text(
                    "最关键的合成企业停产，全网产出减少{first}；前0.035%的企业每家至少{plateau}（匈牙利约23%）。",
                    "The failure of the most critical made-up firm costs {first} of all output; the top 0.035% of firms cost at "
                    "least {plateau} each (in Hungary about 23%).",
                ),
                {
                    "first": m.Quantity(rank.curve[0].mid * 100, "pct", origin),
                    "plateau": m.Quantity(at.mid * 100, "pct", origin),
                },
            ),
            figure=curve,
            source=source,
            note=m.Prose(
                Text(
                    f"粗线为{rank.draws}次抽取的中位，色带为最低到最高；圆点为第一次抽取的前十家，大小表示产出。"
                    "最大的企业和各部门前几家逐家计算，其余抽样。匈牙利为 Diem 等（2022）对实际网络的结果，"
                    f"曲线前段有约{PUBLISHED_PLATEAU:.0%}的高台；重构网络没有这样的高台。",
                    f"The line is the median of {rank.draws} draws, the band their span; dots are the first ten of the first "
                    "draw, their size is output. The largest firms and the first of every sector are computed one by one, "
                    "others sampled. Hungary: Diem et al. (2022) on the observed network, whose plateau is near "
                    f"{PUBLISHED_PLATEAU:.0%}; the reconstructed networks have none.",
                )
            ),
        ),
        _critical(rank, given, origins, origin, source),
        _inflow(rank, given, origin, source),
    ]


def _where(firm: RankedFirm) -> Text:
    if firm.district is None:
        return firm.sector
    return Text(f"{firm.sector.zh}·{firm.district.zh}", f"{firm.sector.en} · {firm.district.en}")


def _critical(rank: RegionRank, given: Industry, origins: Provenance, origin: str, source: Text) -> m.Block:
    def row(kind: Text, one: Critical) -> tuple[m.Cell, ...]:
        return (
            kind,
            one.name,
            m.Quantity(one.highest * 100, "pct", origin),
            m.Quantity(one.low * 100, "pct", origin),
            m.Quantity(one.high * 100, "pct", origin),
            m.Quantity(one.critical_firms, "count", origin),
        )

    rows = [row(Text("部门", "Sector"), c) for c in rank.sectors[:8]]
    rows += [row(Text("区县", "District"), c) for c in rank.districts[:8]]
    rows += [row(Text("部门·区县", "Sector · district"), c) for c in rank.cells[:_SHOWN]]
    return m.Block(
        finding=m.Prose(
            Text(
                f"最关键的企业多在{rank.sectors[0].name.zh}和{rank.sectors[1].name.zh}。",
                f"The most critical firms are of {rank.sectors[0].name.en.lower()} and {rank.sectors[1].name.en.lower()}.",
            )
            if len(rank.sectors) > 1
            else Text("最关键的部门与区县。", "The most critical sectors and districts.")
        ),
        figure=m.Table(
            Text("最关键的部门与区县", "Most critical sectors and districts"),
            (
                m.Column(Text("层次", "Level")),
                m.Column(Text("名称", "Name")),
                m.Column(
                    Text("最关键一家", "Most critical firm"),
                    Text("占全网产出", "of all output"),
                    numeric=True,
                ),
                m.Column(Text("抽取最低", "Lowest draw"), numeric=True),
                m.Column(Text("抽取最高", "Highest draw"), numeric=True),
                m.Column(Text("0.5%以上的企业", "Firms above 0.5%"), numeric=True),
            ),
            tuple(rows),
        ),
        source=source,
    )


def _inflow(rank: RegionRank, given: Industry, origin: str, source: Text) -> m.Block:
    rows = tuple(
        (
            f.sector,
            m.Quantity(f.esri * 100, "pct", origin),
            m.Quantity(f.low * 100, "pct", origin),
            m.Quantity(f.high * 100, "pct", origin),
            m.Quantity(f.output_cny, "cny", origin),
        )
        for f in rank.inflow[:8]
    )
    return m.Block(
        finding=m.Prose(
            Text(
                f"外地来货全断时损失最大的是{rank.inflow[0].sector.zh}。",
                f"The end of all inflow would cost most in {rank.inflow[0].sector.en.lower()}.",
            )
            if rank.inflow
            else Text("没有部门依赖外地来货。", "No sector depends on inflow.")
        ),
        figure=m.Table(
            Text("外地来货全断的后果", "If all inflow of a sector ended"),
            (
                m.Column(Text("部门", "Sector")),
                m.Column(Text("全网产出减少", "Output lost"), numeric=True),
                m.Column(Text("抽取最低", "Lowest draw"), numeric=True),
                m.Column(Text("抽取最高", "Highest draw"), numeric=True),
                m.Column(Text("来货金额", "Inflow"), Text("每年", "a year"), numeric=True),
            ),
            rows,
        ),
        source=source,
    )


def _stress(results: tuple[StressResult, ...], given: Industry, origins: Provenance) -> list[m.Block]:
    origin = reconstructed_origin(given, origins, Text("压力测试", "Stress tests"), ("scenarios",))
    rows, paths = [], []
    for one in results:
        test, run = one.test, one.run
        lowest = m.Quantity(min(run.output.mid) * 100, "pct", origin)
        never = Text("没有", "none")
        rows.append(
            (
                test.name,
                m.Quantity(run.loss.mid, "cny", origin),
                m.Quantity(run.loss.low, "cny", origin),
                m.Quantity(run.loss.high, "cny", origin),
                lowest,
                m.Quantity(run.stopped, "enterprises", origin),
                never if run.first_stop is None else m.Quantity(float(run.first_stop), "count", origin),
                run.sectors[0].name,
                run.districts[0].name,
            )
        )
        paths.append(
            m.DayPath(
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
            finding=m.Prose(
                Text(
                    f"损失最大的是“{worst.test.name.zh}”：增加值{{loss}}（{{low}}—{{high}}）。",
                    f"“{worst.test.name.en}” costs most: {{loss}} of value added ({{low}} to {{high}}).",
                ),
                {
                    "loss": m.Quantity(worst.run.loss.mid, "cny", origin),
                    "low": m.Quantity(worst.run.loss.low, "cny", origin),
                    "high": m.Quantity(worst.run.loss.high, "cny", origin),
                },
            ),
            figure=m.DayPaths(
                Text("压力测试：逐日产出", "Stress tests: output by day"), measure, tuple(paths)
            ),
            source=source,
            note=m.Prose(
                Text(
                    "深色为冲击期。各企业的库存按均值10天的泊松分布抽取；停工不补产，也不新找供应商。",
                    "The shaded days are the shock. Stocks are drawn per firm from a Poisson distribution with a mean of ten "
                    "days; nothing is made up later and no new suppliers are found.",
                )
            ),
        ),
        m.Block(
            finding=m.Prose(Text("情景是假想的，不是预测。", "The tests are imagined and no forecasts.")),
            figure=m.Table(
                Text("压力测试", "Stress tests"),
                (
                    m.Column(Text("情景", "Stress test")),
                    m.Column(Text("损失增加值", "Value added lost"), Text("中位", "median"), numeric=True),
                    m.Column(Text("抽取最低", "Lowest draw"), numeric=True),
                    m.Column(Text("抽取最高", "Highest draw"), numeric=True),
                    m.Column(Text("日产出最低", "Lowest daily output"), numeric=True),
                    m.Column(Text("波及停产", "Others stopped"), numeric=True),
                    m.Column(Text("首家停产", "First stop"), Text("第几天", "day"), numeric=True),
                    m.Column(Text("受影响最大的部门", "Sector hit most")),
                    m.Column(Text("受影响最大的区县", "District hit most")),
                ),
                tuple(rows),
            ),
            source=source,
        ),
    ]


def _remedies(kept: KeptRisk, origins: Provenance) -> m.Block:
    origin = reconstructed_origin(
        kept.industry, origins, Text("对策的节省", "What remedies save"), ("scenarios",)
    )
    best = kept.remedies[0]
    rows: tuple[tuple[m.Cell, ...], ...] = tuple(
        (
            r.title,
            r.what,
            m.Quantity(r.saving_cny.mid, "cny", origin),
            m.Quantity(r.saving_cny.low, "cny", origin),
            m.Quantity(r.saving_cny.high, "cny", origin),
            m.Quantity(r.share * 100, "pct", origin),
        )
        for r in kept.remedies
    )
    rows += tuple(
        (
            Text("一般情形：停产", "In general: it fails"),
            Text(f"{r.name.zh}：一半供货改由第二家承担", f"{r.name.en}: a second source delivers half"),
            None,
            None,
            None,
            m.Quantity((1.0 - r.after / r.before) * 100 if r.before > 0 else None, "pct", origin),
        )
        for r in kept.reliefs
    )
    return m.Block(
        finding=m.Prose(
            Text(
                f"节省最多的是“{best.title.zh}”中的“{best.what.zh}”：{{saving}}，占损失的{{share}}。",
                f"Most is saved in “{best.title.en}” by “{best.what.en}”: {{saving}}, or {{share}} of the loss.",
            ),
            {
                "saving": m.Quantity(best.saving_cny.mid, "cny", origin),
                "share": m.Quantity(best.share * 100, "pct", origin),
            },
        ),
        figure=m.Table(
            Text("对策，按节省排序", "Remedies by what they save"),
            (
                m.Column(Text("情景", "Stress test")),
                m.Column(Text("对策", "Remedy")),
                m.Column(Text("节省增加值", "Value added saved"), Text("中位", "median"), numeric=True),
                m.Column(Text("抽取最低", "Lowest draw"), numeric=True),
                m.Column(Text("抽取最高", "Highest draw"), numeric=True),
                m.Column(Text("占损失", "Of the loss"), numeric=True),
            ),
            rows,
        ),
        source=origins.line([*kept.industry.sources]),
        note=m.Prose(
            Text(
                "每项对策都改入网络后重新模拟。对策的花费未知，没有计入；新的本地厂家假定不需要投入。",
                "Each remedy is built into the network and simulated anew. What it costs is not known and not counted; a new "
                "local maker is assumed to need no inputs.",
            )
        ),
    )


def _statistics(rank: RegionRank, given: Industry, origins: Provenance) -> m.Block:
    from lianzhang.app.risk.rank import compared

    origin = reconstructed_origin(given, origins, Text("网络统计", "Network statistics"))
    rows = tuple(
        (
            s.name,
            m.Quantity(s.mid, "count", origin),
            m.Quantity(s.low, "count", origin),
            m.Quantity(s.high, "count", origin),
            s.published,
        )
        for s in compared(rank.statistics)
    )
    return m.Block(
        finding=m.Prose(
            Text(
                "重构网络比实测网络更密，供应商数的尾部更薄。",
                "The reconstructed networks are denser than observed ones, and numbers of suppliers have a thinner tail.",
            )
        ),
        figure=m.Table(
            Text("重构网络与已发表的网络", "Reconstructed networks beside published ones"),
            (
                m.Column(Text("指标", "Statistic")),
                m.Column(Text("中位", "Median"), numeric=True),
                m.Column(Text("抽取最低", "Lowest draw"), numeric=True),
                m.Column(Text("抽取最高", "Highest draw"), numeric=True),
                m.Column(Text("已发表", "Published")),
            ),
            rows,
        ),
        source=origins.line(given.sources),
    )


def reconstructed_origin(
    given: Industry, origins: Provenance, value: Text, also: tuple[str, ...] = ()
) -> str:
    return origins.computed(
        Text(
            f"{value.zh}，重构网络，{given.period}年", f"{value.en}, reconstructed networks, {given.period}"
        ),
        Text("风险引擎", "risk engine"),
        [*_TABLES, *also],
        given.sources,
        status="reconstructed",
        note=LIMITS,
    )


def _empty(title: Text, because: Text, command: str) -> m.Block:
    remedy = Text(
        "运行下面的命令，几分钟后重做报告",
        "run the command below and make the report again; it takes minutes",
    )
    return m.Block(
        finding=m.Prose(Text(f"这一部分暂缺：{because.zh}。", f"This is missing: {because.en}.")),
        figure=m.Empty(title=title, because=because, remedy=remedy, command=command),
        source=Text("无", "none"),
    )
