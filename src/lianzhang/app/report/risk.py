"""Report section: risk, from the results that the commands of risk have kept.

Every number rests on reconstructed networks and is marked so.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from lianzhang.app.report.provenance import Provenance
from lianzhang.i18n import Text
from lianzhang.report import figures as fig
from lianzhang.report import model as m
from lianzhang.report import values as num
from lianzhang.report.format import listing

if TYPE_CHECKING:
    from lianzhang.app.risk.inputs import Industry
    from lianzhang.app.risk.kept import KeptRisk
    from lianzhang.app.risk.rank import Critical, RankedFirm, RegionRank
    from lianzhang.app.risk.runs import Earlier
    from lianzhang.app.state import State
    from lianzhang.store import Reader

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
_SHOWN = 6
LIMITS = Text(
    "企业间的链接是依据投入产出表、企业数与收入重构的，企业是合成的：可以按部门、区县和规模来读，不能对应到任何真实企业。"
    "网络只含工业；农业、建筑与服务业算作最终用户。带宽是多次抽取的范围，不含投入产出表本身的误差。",
    "Links between firms are reconstructed from the input–output table, counts and revenues, and the firms are made up: read "
    "them by sector, district and size, never as a registered firm. The network holds industry only; agriculture, "
    "construction and services count as final users. Bands are the span over several draws and leave out errors of the table.",
)


def section(
    kept: KeptRisk | None,
    origins: Provenance,
    reader: Reader | None = None,
    state: State | None = None,
    *,
    older: Collection[str] = (),
) -> m.Section:
    """Rank curve, critical sectors and districts, stress tests, a shock on wall and map, single points of failure, remedies;
    what was not run says which command runs it, what an earlier version of the program computed says which and when.

    Args:
        kept: what the commands of risk have kept.
        origins: where numbers come from.
        reader: the loaded region, for the map of the shock.
        state: for the wall of the shock and the gaps beside the remedies; without it there is neither.
        older: commands of which results are kept that an older program or older data gave: ``rank``, ``stress``, ….
    """
    if kept is None:
        because = AGAIN if older else Text("还没有计算过", "it has not been computed yet")
        return m.Section(
            key="risk",
            title=_TITLE,
            blocks=(
                empty_block(
                    Text("排位、压力测试与对策", "Rank, stress tests and remedies"),
                    because,
                    "lianzhang risk rank && lianzhang risk stress && lianzhang risk remedy",
                ),
            ),
        )
    from lianzhang.app.report import stress

    def why(command: str) -> Text:
        return AGAIN if command in older else STALE

    def dated(command: str, made: Sequence[m.Block]) -> list[m.Block]:
        return [_marked(b, kept.earlier.get(command)) for b in made]

    blocks: list[m.Block] = []
    if kept.rank is not None:
        blocks += dated("rank", _ranked(kept.rank, kept.industry, origins))
    else:
        blocks.append(
            empty_block(Text("系统性风险排位", "Rank of systemic risk"), why("rank"), "lianzhang risk rank")
        )
    if kept.stress:
        blocks += dated("stress", stress.tests(kept.stress, kept.industry, origins))
        if reader is not None and state is not None:
            blocks += dated("stress", stress.pictures(kept, origins, reader, state))
    else:
        blocks.append(empty_block(Text("压力测试", "Stress tests"), why("stress"), "lianzhang risk stress"))
    blocks += dated("points", stress.single_points(kept, origins, why("points")))
    if kept.remedies:
        blocks += dated("remedy", [stress.remedies(kept, origins, state)])
        if kept.reliefs:
            blocks += dated("remedy", [stress.reliefs(kept, origins)])
    else:
        blocks.append(empty_block(Text("对策", "Remedies"), why("remedy"), "lianzhang risk remedy"))
    if kept.rank is not None:
        blocks += dated("rank", [_statistics(kept.rank, kept.industry, origins)])
    lead = (*told_earlier(kept.earlier), num.Prose(LIMITS))
    return m.Section(key="risk", title=_TITLE, lead=lead, blocks=tuple(blocks))


#: The parts of the section by the command that computes them.
PARTS: Mapping[str, Text] = {
    "rank": Text("系统性风险排位", "the rank of systemic risk"),
    "stress": Text("压力测试", "the stress tests"),
    "points": Text("集群的单点", "single points of failure"),
    "remedy": Text("对策", "the remedies"),
}


def told_earlier(earlier: Mapping[str, Earlier]) -> tuple[num.Prose, ...]:
    """Which parts an earlier version of the program computed, in a sentence; nothing where this one computed all."""
    parts = [PARTS[command] for command in PARTS if command in earlier]
    if not parts:
        return ()
    zh, en = listing([p.zh for p in parts], "zh"), listing([p.en for p in parts], "en")
    return (
        num.Prose(
            Text(
                f"{zh}是较早版本的程序算出的，数据没有变；现在的版本可能略有不同，可以重算。",
                f"An earlier version of the program computed {en}, from the same data; this version may differ a little. "
                "It can be computed again.",
            )
        ),
    )


def by_earlier(made: Earlier) -> Text:
    """By which version and when, as a remark: the day is that of UTC."""
    day = made.started[:10]
    return Text(
        f"较早版本 {made.version} 于 {day} 算出", f"computed by the earlier version {made.version} on {day}"
    )


def _marked(block: m.Block, made: Earlier | None) -> m.Block:
    """The block with that remark in its source line."""
    if made is None or isinstance(block.figure, fig.Empty):
        return block
    said = by_earlier(made)
    return replace(block, source=Text(f"{block.source.zh}；{said.zh}", f"{block.source.en}; {said.en}"))


STALE = Text(
    "还没有用现在的程序和数据计算过", "it has not been computed with the program and the data as they are now"
)
AGAIN = Text(
    "程序或数据更新后需重算", "the program or the data have changed since it was computed; compute it again"
)


def firms(value: float, origin: str) -> fig.Cell:
    """A number of firms that is a median over draws: halves are written 2.5, not 2.50."""
    if value.is_integer():
        return num.Quantity(value, "count", origin)
    return Text(f"{value:.1f}", f"{value:.1f}")


def firms_told(value: float, origin: str) -> tuple[Text, dict[str, num.Quantity]]:
    """The same within a sentence: what to write, and the value of its place ``{stopped}``."""
    if value.is_integer():
        return Text("{stopped}", "{stopped}"), {"stopped": num.Quantity(value, "enterprises", origin)}
    return Text(f"{value:.1f}家（几次抽取的中位）", f"{value:.1f} firms (median of the draws)"), {}


def summary(rank: RegionRank, kept: KeptRisk, origins: Provenance) -> num.Prose:
    """The most critical sector, in a sentence."""
    first = rank.sectors[0]
    origin = reconstructed_origin(kept.industry, origins, Text("系统性风险指数", "Index of systemic risk"))
    return num.Prose(
        Text(
            f"在重构的企业网络中，{first.name.zh}最关键的一家停产，会使全网产出减少{{index}}。",
            f"In the reconstructed network, the failure of the most critical firm of {first.name.en.lower()} would cost "
            "{index} of all output.",
        ),
        {"index": num.Quantity(first.highest * 100, "pct", origin)},
    )


def _ranked(rank: RegionRank, given: Industry, origins: Provenance) -> list[m.Block]:
    from lianzhang.app.risk.rank import PUBLISHED_PLATEAU, PUBLISHED_TOP, index_at

    origin = reconstructed_origin(
        given, origins, Text("系统性风险指数（ESRI）", "Economic systemic risk index (ESRI)")
    )
    measure = Text("停产使全网产出减少（%）", "Output of the whole network lost (%)")
    at = index_at(rank, PUBLISHED_TOP)
    curve = fig.RankCurve(
        title=Text("系统性风险排位曲线（重构网络）", "Rank curve of systemic risk (reconstructed networks)"),
        measure=measure,
        members=Text("合成企业", "made-up firms"),
        points=tuple(fig.RankPoint(p.rank, p.low * 100, p.mid * 100, p.high * 100) for p in rank.curve),
        marks=tuple(
            fig.RankMark(
                rank=f.place,
                name=_where(f),
                index=num.Quantity(f.esri * 100, "pct", origin),
                size=f.output_cny,
            )
            for f in rank.top
        ),
        marked=Text(
            f"第1次抽取的前{len(rank.top)}家（共{rank.draws}次）",
            f"The first {len(rank.top)} of draw 1 (of {rank.draws})",
        )
        if rank.draws > 1
        else None,
        origins=(origin,),
    )
    source = origins.line(given.sources)
    return [
        m.Block(
            finding=num.Prose(
                Text(
                    "最关键的一家合成企业停产，全部工业的产出减少{first}（几次抽取的中位，各次{low}—{high}）；"
                    "每一万家企业里最关键的三四家，任何一家停产，产出至少减少{plateau}。",
                    "If the most critical made-up firm stops, {first} of all industrial output is lost (median of the draws, "
                    "which span {low} to {high}). Of every ten thousand firms the three or four most critical would each cost "
                    "at least {plateau}.",
                )
                if rank.draws > 1
                else Text(
                    "最关键的一家合成企业停产，全部工业的产出减少{first}；每一万家企业里最关键的三四家，"
                    "任何一家停产，产出至少减少{plateau}。",
                    "If the most critical made-up firm stops, {first} of all industrial output is lost. Of every ten thousand "
                    "firms the three or four most critical would each cost at least {plateau}.",
                ),
                {
                    "first": num.Quantity(rank.curve[0].mid * 100, "pct", origin),
                    **(
                        {
                            "low": num.Quantity(rank.curve[0].low * 100, "pct", origin),
                            "high": num.Quantity(rank.curve[0].high * 100, "pct", origin),
                        }
                        if rank.draws > 1
                        else {}
                    ),
                    "plateau": num.Quantity(at.mid * 100, "pct", origin),
                },
            ),
            figure=curve,
            source=source,
            note=num.Prose(
                Text(
                    f"粗线为{rank.draws}次抽取的中位，色带为最低到最高；圆点为第一次抽取的前十家，大小表示产出。"
                    "最大的企业和各部门前几家逐家计算，其余抽样。在匈牙利的实际供货网络中，"
                    f"同样靠前的企业（前{PUBLISHED_TOP:.3%}）每家约使产出减少{PUBLISHED_PLATEAU:.0%}，曲线前段是一段高台"
                    "（Diem 等，2022）；重构网络没有这样的高台。",
                    f"The line is the median of {rank.draws} draws, the band their span; dots are the first ten of the first "
                    "draw, their size is output. The largest firms and the first of every sector are computed one by one, "
                    "others sampled. In the observed network of Hungary firms ranked as high (the top "
                    f"{PUBLISHED_TOP:.3%}) each cost about {PUBLISHED_PLATEAU:.0%} of output, a plateau at the head of the "
                    "curve (Diem et al. 2022); the reconstructed networks have none.",
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
    def row(kind: Text, one: Critical) -> tuple[fig.Cell, ...]:
        return (
            one.name,
            num.Quantity(one.highest * 100, "pct", origin),
            num.Quantity(one.low * 100, "pct", origin),
            num.Quantity(one.high * 100, "pct", origin),
            firms(one.critical_firms, origin),
            kind,
        )

    rows = [row(Text("部门", "Sector"), c) for c in rank.sectors[:_SHOWN]]
    rows += [row(Text("区县", "District"), c) for c in rank.districts[:_SHOWN]]
    rows += [row(Text("部门·区县", "Sector · district"), c) for c in rank.cells[:_SHOWN]]
    return m.Block(
        finding=num.Prose(
            Text(
                f"最关键的合成企业多在{rank.sectors[0].name.zh}和{rank.sectors[1].name.zh}。",
                f"The most critical made-up firms are of {rank.sectors[0].name.en.lower()} and "
                f"{rank.sectors[1].name.en.lower()}.",
            )
            if len(rank.sectors) > 1
            else Text("最关键的部门与区县。", "The most critical sectors and districts.")
        ),
        figure=fig.Table(
            Text("最关键的部门与区县", "Most critical sectors and districts"),
            (
                fig.Column(Text("名称", "Name")),
                fig.Column(
                    Text("最关键一家", "Most critical firm"),
                    Text("占全网产出", "of all output"),
                    numeric=True,
                ),
                fig.Column(Text("抽取最低", "Lowest draw"), numeric=True),
                fig.Column(Text("抽取最高", "Highest draw"), numeric=True),
                fig.Column(
                    Text("0.5%以上的企业", "Firms above 0.5%"),
                    Text("家，抽取中位", "median of draws"),
                    numeric=True,
                ),
                fig.Column(Text("层次", "Level")),
            ),
            tuple(rows),
        ),
        source=source,
    )


def _inflow(rank: RegionRank, given: Industry, origin: str, source: Text) -> m.Block:
    rows = tuple(
        (
            f.sector,
            num.Quantity(f.esri * 100, "pct", origin),
            num.Quantity(f.low * 100, "pct", origin),
            num.Quantity(f.high * 100, "pct", origin),
            num.Quantity(f.output_cny, "cny", origin),
        )
        for f in rank.inflow[:8]
    )
    return m.Block(
        finding=num.Prose(
            Text(
                f"外地来货全断时损失最大的是{rank.inflow[0].sector.zh}。",
                f"The end of all inflow would cost most in {rank.inflow[0].sector.en.lower()}.",
            )
            if rank.inflow
            else Text("没有部门依赖外地来货。", "No sector depends on inflow.")
        ),
        figure=fig.Table(
            Text("外地来货全断的后果", "If all inflow of a sector ended"),
            (
                fig.Column(Text("部门", "Sector")),
                fig.Column(Text("全网产出减少", "Output lost"), numeric=True),
                fig.Column(Text("抽取最低", "Lowest draw"), numeric=True),
                fig.Column(Text("抽取最高", "Highest draw"), numeric=True),
                fig.Column(Text("来货金额", "Inflow"), Text("每年", "a year"), numeric=True),
            ),
            rows,
        ),
        source=source,
    )


def _statistics(rank: RegionRank, given: Industry, origins: Provenance) -> m.Block:
    from lianzhang.app.risk.rank import compared

    origin = reconstructed_origin(given, origins, Text("网络统计", "Network statistics"))
    rows = tuple(
        (
            s.name,
            num.Quantity(s.mid, "count", origin),
            num.Quantity(s.low, "count", origin),
            num.Quantity(s.high, "count", origin),
            s.published,
        )
        for s in compared(rank.statistics)
    )
    return m.Block(
        finding=num.Prose(
            Text(
                "重构网络比实测网络更密，供应商数的尾部更薄。",
                "The reconstructed networks are denser than observed ones, and numbers of suppliers have a thinner tail.",
            )
        ),
        figure=fig.Table(
            Text("重构网络与已发表的网络", "Reconstructed networks beside published ones"),
            (
                fig.Column(Text("指标", "Statistic")),
                fig.Column(Text("中位", "Median"), numeric=True),
                fig.Column(Text("抽取最低", "Lowest draw"), numeric=True),
                fig.Column(Text("抽取最高", "Highest draw"), numeric=True),
                fig.Column(Text("已发表", "Published")),
            ),
            rows,
        ),
        source=origins.line(given.sources),
    )


def reconstructed_origin(
    given: Industry, origins: Provenance, value: Text, also: tuple[str, ...] = ()
) -> str:
    """Origin of a number from reconstructed networks."""
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


def empty_block(title: Text, because: Text, command: str) -> m.Block:
    """A figure of risk that is not there yet: why, and the command that makes it."""
    remedy = Text(
        "运行下面的命令，几分钟后重做报告",
        "run the command below and make the report again; it takes minutes",
    )
    return m.Block(
        finding=num.Prose(Text(f"这一部分暂缺：{because.zh}。", f"This is missing: {because.en}.")),
        figure=fig.Empty(title=title, because=because, remedy=remedy, command=command),
        source=Text("无", "none"),
    )
