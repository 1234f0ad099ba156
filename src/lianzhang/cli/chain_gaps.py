"""How ``lianzhang chain gaps`` shows gaps: the rank, what its factors are made from, how well feasibility foretells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lianzhang.cli._common import lang, say, table
from lianzhang.i18n import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lianzhang.app.risk.gaps import NodeRisk
    from lianzhang.chain.service import Gap, Gaps

_BLIND = Text("测不出（部门净流出）", "not visible (its sector is a net exporter)")


def show_gaps(found: Gaps, risks: Mapping[str, NodeRisk]) -> None:
    """The ranked gaps with the inputs and sources of their factors, the nodes to look at, and the backtest."""
    from lianzhang.chain.backtest import told

    everyone = found.ranked + found.to_search
    if found.ranked:
        _show_rank(Text("缺口", "Gaps"), found.ranked, risks)
        if any(g.inputs.purchases_cny is not None or g.inputs.quotient is not None for g in found.ranked):
            _show_inputs(found)
    if any(g.rank for g in found.ranked):
        power = [f"{w:g}" for w in found.weights]
        say(
            Text(
                f"得分 = 涉及采购额^{power[0]} × 对单一来源的依赖^{power[1]} × 本地基础^{power[2]}；"
                "位次区间：三个权重随机变动时位次的 5%—95% 区间",
                f"score = at stake^{power[0]} × exposure^{power[1]} × feasibility^{power[2]}; range: 5 to 95 % of the ranks "
                "when the three weights move at random",
            )
        )
    if found.to_search:
        _show_rank(Text("尚未核查，先查这些", "Nobody has looked; look here first"), found.to_search, risks)
    if any(g.feasibility is not None for g in everyone):
        say(told(found.backtests))
    later = _later(found)
    if later is not None:
        say(later)


def _later(found: Gaps) -> Text | None:
    """A word of care where factors rest on figures of after the day that is asked about."""
    from lianzhang.schema.period import parse_period

    parts = [
        (name, parse_period(period))
        for name, period in (
            (Text("投入产出表", "the input–output table"), found.table_period),
            (Text("企业数", "the enterprise counts"), found.counts_period),
        )
        if period is not None and parse_period(period).start > found.as_of
    ]
    if not parts:
        return None
    return Text(
        f"注意：证据截至 {found.as_of}，" + "、".join(f"{n.zh}是{p.label('zh')}的" for n, p in parts),
        f"Take care: the evidence is as of {found.as_of}, "
        + " and ".join(f"{n.en} of {p.label('en')}" for n, p in parts),
    )


def _show_rank(title: Text, listed: tuple[Gap, ...], risks: Mapping[str, NodeRisk]) -> None:
    from lianzhang.app.report.gaps import KIND_TEXT
    from lianzhang.report.format import listing, money

    language = lang()
    ranked = any(g.rank for g in listed)

    def stake(g: Gap) -> str | None:
        if g.blind:
            return _BLIND.get(language)
        return None if g.stake_cny is None else money(g.stake_cny, language)

    def rank(g: Gap) -> tuple[str | None, ...]:
        place = str(g.rank) if g.rank else None
        if not ranked:
            return (place,)
        known = g.rank_low is not None and g.rank_high is not None
        return (place, f"{g.rank_low:.0f}–{g.rank_high:.0f}" if known else None)

    def at_risk(g: Gap) -> tuple[str | None, ...]:
        if not risks:
            return ()
        return (f"{risks[g.node.node_id].most:.1%}" if g.node.node_id in risks else None,)

    table(
        title,
        [
            Text("位次", "Rank"),
            *((Text("位次区间", "Range"),) if ranked else ()),
            Text("节点", "Node"),
            Text("类别", "Kind"),
            Text("涉及采购额", "At stake"),
            Text("所属部门（上限）", "Of its sector (upper bound)"),
            Text("对单一来源的依赖", "Exposure"),
            Text("本地基础", "Feasibility"),
            Text("最强的区县", "Strongest districts"),
            *((Text("停产风险（重构）", "Output at risk (reconstructed)"),) if risks else ()),
        ],
        [
            (
                *rank(g),
                g.node.name.get(language),
                KIND_TEXT[g.kind].get(language),
                stake(g),
                g.io_sector.get(language) if g.io_sector and not g.stake_of_node else None,
                None if g.exposure is None else f"{g.exposure:.2f}",
                None if g.feasibility is None else f"{g.feasibility:.2f}",
                listing([p.get(language) for p in g.best_places], language),
                *at_risk(g),
            )
            for g in listed
        ],
    )


def _show_inputs(found: Gaps) -> None:
    """What the factors of the ranked gaps were made from, and the sources."""
    from lianzhang.report.format import money

    language = lang()

    def place(g: Gap) -> str | None:
        i = g.inputs
        if i.place is None or i.trade is None or i.quotient is None:
            return None
        return Text(
            f"{i.place.zh}的{i.trade.zh} {i.quotient:.2f}（{i.enterprises:,} 家，{i.period}）",
            f"{i.trade.en} in {i.place.en}: {i.quotient:.2f} ({i.enterprises:,} firms, {i.period})",
        ).get(language)

    table(
        Text("各因子的输入", "What the factors are made from"),
        [
            Text("节点", "Node"),
            Text("整机部门一年采购", "Bought a year by the product’s sector"),
            Text("其中本地供给", "Of it met locally"),
            Text("流入依赖", "Inflow"),
            Text("本地厂家", "Local makers"),
            Text("区位商最高的区县", "Highest location quotient"),
        ],
        [
            (
                g.node.name.get(language),
                None if g.inputs.purchases_cny is None else money(g.inputs.purchases_cny, language),
                None if g.inputs.local_share is None else f"{g.inputs.local_share:.0%}",
                None if g.inputs.inflow_share is None else f"{g.inputs.inflow_share:.0%}",
                None if g.inputs.makers is None else str(g.inputs.makers),
                place(g),
            )
            for g in found.ranked
        ],
    )
    factors = (
        (Text("涉及采购额", "At stake"), [s for g in found.ranked for s in g.inputs.value_sources]),
        (Text("对单一来源的依赖", "Exposure"), [s for g in found.ranked for s in g.inputs.exposure_sources]),
        (Text("本地基础", "Feasibility"), [s for g in found.ranked for s in g.inputs.feasibility_sources]),
    )
    for name, sources in factors:
        titles = [found.source_titles[s] for s in dict.fromkeys(sources)]
        if titles:
            say(
                Text(
                    f"{name.zh}的来源：" + "；".join(t.zh for t in titles),
                    f"Sources of {name.en.lower()}: " + "; ".join(t.en for t in titles),
                )
            )
