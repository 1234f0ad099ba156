"""Commands of ``lianzhang risk`` on a loaded region; attached by :mod:`lianzhang.cli.risk`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from lianzhang.cli._common import emit_json, lang, note, progress, say, settings, table
from lianzhang.i18n import Lang, Text

if TYPE_CHECKING:
    from lianzhang.app.risk.gaps import GapLink, LinkedRemedy
    from lianzhang.app.risk.remedy import Relief

#: What tables are told by.
By = Literal["firm", "sector", "district", "cluster", "node"]
#: Said with every result.
RECONSTRUCTED = Text(
    "网络为重构：企业是合成的，只能按部门、区县和规模来读",
    "The network is reconstructed: its firms are made up; read results by sector, district and size",
)


def region_network(draws: int, json: bool) -> None:
    """Reconstruct the networks of the loaded region and describe them."""
    from lianzhang.app.risk.rank import compared, over_draws
    from lianzhang.app.risk.runs import networks, open_risk

    with open_risk(settings()) as region:
        with progress(Text("重构网络", "Reconstructing networks"), total=draws) as show:
            drawn = networks(region, draws, lambda done, _: show(done))
        rows = compared(over_draws(drawn))
        given = region.industry
    if json:
        emit_json(
            {
                "status": "reconstructed",
                "draws": draws,
                "statistics": rows,
                "sectors": [
                    {
                        "sector_id": s,
                        "name": given.sectors[k],
                        "firms": int(given.counts[k].sum()),
                        "output_cny": float(given.output[k]),
                        "local_share": float(given.local_share[k]),
                        "part": s in given.parts,
                    }
                    for k, s in enumerate(given.sector_ids)
                ],
                "flows_left_out": given.left_out,
            }
        )
        return
    language = lang()
    table(
        Text(
            f"重构的网络（{draws}次抽取，非真实企业）",
            f"Reconstructed networks ({draws} draws, no real firms)",
        ),
        [
            Text("指标", "Statistic"),
            Text("中位", "Median"),
            Text("范围", "Range"),
            Text("已发表", "Published"),
        ],
        [
            (
                r.name.get(language),
                _short(r.mid),
                f"{_short(r.low)}–{_short(r.high)}",
                r.published.get(language),
            )
            for r in rows
        ],
    )
    say(
        Text(
            f"{len(given.sector_ids)} 个工业部门（其中 {len(given.parts)} 个按全国系数细分），{len(given.district_ids)} 个区县；"
            f"略去的小额投入占 {given.left_out:.1%}",
            f"{len(given.sector_ids)} industrial sectors ({len(given.parts)} of them split off with national "
            f"coefficients), {len(given.district_ids)} districts; small inputs left out are {given.left_out:.1%}",
        )
    )


def region_rank(draws: int, epsilon: float, largest: int | None, sample: int | None, json: bool) -> None:
    """Rank the firms of the loaded region's networks."""
    from lianzhang.app.risk import rank as ranking
    from lianzhang.app.risk.runs import open_risk

    with (
        open_risk(settings()) as region,
        progress(Text("逐家计算停产影响", "Failing firms one by one"), total=draws) as show,
    ):
        found = ranking.region_rank(
            region,
            draws,
            epsilon=epsilon,
            largest=ranking.LARGEST if largest is None else largest,
            sampled=ranking.SAMPLED if sample is None else sample,
            progress=lambda done, _: show(done),
        )
    if json:
        emit_json({"status": "reconstructed"} | {name: getattr(found, name) for name in found.__slots__})
        return
    language = lang()
    columns = [
        Text("位次", "Rank"),
        Text("合成企业", "Synthetic firm"),
        Text("产出损失", "Output lost"),
        Text("各次抽取", "Over draws"),
        Text("下游", "Downstream"),
        Text("上游", "Upstream"),
    ]
    for title, firms in (
        (Text("停产损失最大的企业", "Firms whose failure hurts most"), found.top),
        (Text("断供损失最大的外地来货", "Inflow whose end would hurt most"), found.inflow[:10]),
    ):
        table(
            title,
            columns,
            [
                (
                    f.place,
                    f.name.get(language),
                    f"{f.esri:.2%}",
                    f"{f.low:.2%}–{f.high:.2%}",
                    f"{f.downstream:.2%}",
                    f"{f.upstream:.2%}",
                )
                for f in firms
            ],
        )
    table(
        Text("最关键的部门·区县", "Most critical sectors and districts"),
        [Text("部门·区县", "Sector · district"), Text("最高", "Highest"), Text("各次抽取", "Over draws")],
        [(c.name.get(language), f"{c.highest:.2%}", f"{c.low:.2%}–{c.high:.2%}") for c in found.cells[:10]],
    )
    at = ranking.index_at(found, ranking.PUBLISHED_TOP)
    say(
        Text(
            f"前 {ranking.PUBLISHED_TOP:.3%} 的企业（{at.rank:.0f} 家）每家至少使 {at.mid:.2%} 的产出受损；"
            f"匈牙利的同一比例约为 {ranking.PUBLISHED_PLATEAU:.0%}",
            f"the top {ranking.PUBLISHED_TOP:.3%} of firms ({at.rank:.0f}) each put at least {at.mid:.2%} of output at "
            f"risk; in Hungary about {ranking.PUBLISHED_PLATEAU:.0%}",
        )
    )
    note(RECONSTRUCTED)


def stress(name: str | None = None, *, draws: int = 5, by: By | None = None, json: bool = False) -> None:
    """Run the stress tests of the loaded pack: what stops when, and what it costs.

    Day by day on several reconstructed networks with drawn stocks. Results are kept; the report shows them.

    Parameters
    ----------
    name
        Id or name of a stress test (table scenarios); all of them by default.
    draws
        Networks for the band of uncertainty.
    by
        What the table tells: firm, sector, district, cluster or node; sectors and districts by default.
    json
        Print JSON.
    """
    from lianzhang.app.risk import stress as testing
    from lianzhang.app.risk.runs import open_risk

    with (
        open_risk(settings()) as region,
        progress(Text("逐日模拟", "Day by day"), total=1.0) as show,
    ):
        found = testing.stress(region, draws, name, lambda done, whole: show(done / whole))
    if json:
        emit_json({"status": "reconstructed", "tests": found})
        return
    from lianzhang.cli.risk_shock import print_shock

    for one in found:
        print_shock(one.run, by or "sector")
        if by is None:
            print_shock(one.run, "district", head=False)
    note(RECONSTRUCTED)


def remedy(name: str | None = None, *, draws: int = 2, json: bool = False) -> None:
    """What would help: second sources, more stock, local makers, each computed anew and ranked by what it saves.

    Parameters
    ----------
    name
        Id or name of a stress test; by default all of them, and second sources for the most critical firms in general.
    draws
        Networks on which each remedy is tried.
    json
        Print JSON.
    """
    from datetime import UTC, datetime

    from lianzhang.app.risk import remedy as helping
    from lianzhang.app.risk.gaps import linked_here
    from lianzhang.app.risk.runs import DRAWS, open_risk

    with (
        open_risk(settings()) as region,
        progress(Text("逐项重算", "Computing each remedy"), total=1.0) as show,
    ):
        tried = helping.remedies(region, draws, name, lambda done, whole: show(done / whole))
        general = () if name else helping.relief(region, DRAWS)
        found = linked_here(region, tried, datetime.now(UTC).date())
    if json:
        rows = [
            {
                "test_id": r.scenario,
                "remedy": r.what,
                "kind": r.kind,
                "sector": r.sector,
                "loss_cny": r.loss_cny,
                "saving_cny": r.saving_cny,
                "share": r.share,
                "gaps": r.gaps,
            }
            for r in found
        ]
        emit_json({"status": "reconstructed", "remedies": rows, "second_source_of_critical_firms": general})
        return
    _print_remedies(found, general)
    note(RECONSTRUCTED)


def _print_remedies(found: tuple[LinkedRemedy, ...], general: tuple[Relief, ...]) -> None:
    from lianzhang.report.format import money, percent

    language = lang()
    table(
        Text("对策，按节省排序", "Remedies by what they save"),
        [
            Text("情景", "Stress test"),
            Text("对策", "Remedy"),
            Text("节省增加值", "Value added saved"),
            Text("各次抽取", "Over draws"),
            Text("占损失", "Of the loss"),
            Text("对应缺口", "Gaps of the chain"),
        ],
        [
            (
                r.title.get(language),
                r.what.get(language),
                money(r.saving_cny.mid, language),
                f"{money(r.saving_cny.low, language)}–{money(r.saving_cny.high, language)}",
                percent(round(r.share * 100, 1), language),
                "、".join(_gap(g, language) for g in r.gaps[:2]),
            )
            for r in found
        ],
    )
    if general:
        table(
            Text("关键企业有了第二家供应商之后", "Critical firms with a second source beside them"),
            [
                Text("合成企业", "Synthetic firm"),
                Text("原产出损失", "Output lost before"),
                Text("之后", "After"),
            ],
            [(g.name.get(language), f"{g.before:.2%}", f"{g.after:.2%}") for g in general],
        )


def _gap(gap: GapLink, language: Lang) -> str:
    if gap.rank:
        return f"{gap.name.get(language)} ({Text('第', 'rank ').get(language)}{gap.rank})"
    return f"{gap.name.get(language)} ({Text('待查', 'look first').get(language)})"


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
