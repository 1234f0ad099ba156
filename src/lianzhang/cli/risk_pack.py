"""Commands of ``lianzhang risk`` on a loaded region; attached by :mod:`lianzhang.cli.risk`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lianzhang.cli._common import emit_json, lang, note, progress, say, settings, table
from lianzhang.i18n import Text

if TYPE_CHECKING:
    from lianzhang.app.risk.remedy import Relief, Remedy
    from lianzhang.app.risk.stress import StressResult

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


def stress(name: str | None = None, *, draws: int = 5, json: bool = False) -> None:
    """Run the stress tests of the loaded pack: what stops when, and what it costs.

    Day by day on several reconstructed networks with drawn stocks. Results are kept; the report shows them.

    Parameters
    ----------
    name
        Id or name of a stress test (table scenarios); all of them by default.
    draws
        Networks for the band of uncertainty.
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
    for one in found:
        _print_stress(one)
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
    from lianzhang.app.risk import remedy as helping
    from lianzhang.app.risk.runs import DRAWS, open_risk

    with (
        open_risk(settings()) as region,
        progress(Text("逐项重算", "Computing each remedy"), total=1.0) as show,
    ):
        found = helping.remedies(region, draws, name, lambda done, whole: show(done / whole))
        general = () if name else helping.relief(region, DRAWS)
    if json:
        rows = [
            {
                "test_id": r.test_id,
                "remedy": r.what,
                "kind": r.kind,
                "loss_cny": r.loss,
                "saving_cny": r.saving,
                "share": r.share,
            }
            for r in found
        ]
        emit_json({"status": "reconstructed", "remedies": rows, "second_source_of_critical_firms": general})
        return
    _print_remedies(found, general)
    note(RECONSTRUCTED)


def _print_stress(one: StressResult) -> None:
    from lianzhang.report.format import money

    language = lang()
    low, mid, high = (money(v, language) for v in one.loss)
    lowest = min(one.mid)
    say(
        Text(
            f"{one.test.name.zh}：损失增加值 {mid}（{low}–{high}），日产出最低 {lowest:.1%}，"
            f"另有 {one.stopped:,.0f} 家停产"
            + (f"，第 {one.first_stop} 天起" if one.first_stop is not None else ""),
            f"{one.test.name.en}: {mid} of value added lost ({low} to {high}), daily output down to {lowest:.1%}, "
            f"{one.stopped:,.0f} other firms stop"
            + (f", from day {one.first_stop}" if one.first_stop is not None else ""),
        )
    )
    for title, hits in (
        (Text("受影响最大的部门", "Sectors hit most"), one.sectors),
        (Text("受影响最大的区县", "Districts hit most"), one.districts),
    ):
        if hits:
            table(
                title,
                [
                    Text("名称", "Name"),
                    Text("日产出最低", "Lowest daily output"),
                    Text("首次受影响", "First hit on day"),
                    Text("停产企业", "Firms stopped"),
                ],
                [
                    (h.name.get(language), f"{h.lowest:.1%}", h.first_day, f"{h.stopped:,.0f}")
                    for h in hits[:5]
                ],
            )


def _print_remedies(found: tuple[Remedy, ...], general: tuple[Relief, ...]) -> None:
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
        ],
        [
            (
                r.test.get(language),
                r.what.get(language),
                money(r.saving[1], language),
                f"{money(r.saving[0], language)}–{money(r.saving[2], language)}",
                percent(round(r.share * 100, 1), language),
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


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
