"""Report block: what the rank of gaps is made from, how it moves with the weights, how well feasibility foretold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lianzhang.app.report.provenance import Provenance, counted, worst
from lianzhang.chain.backtest import told
from lianzhang.chain.service import Gap, Gaps
from lianzhang.i18n import Text
from lianzhang.report import figures as fig
from lianzhang.report import model as m
from lianzhang.report import values as num

if TYPE_CHECKING:
    from collections.abc import Callable


def factors_block(
    ranked: Gaps, origins: Provenance, link: Callable[[str], str] | None = None
) -> m.Block | None:
    """Inputs of the three factors of every ranked gap; None where nothing is ranked.

    ``link`` gives the address of a node's page, for pages.
    """
    gaps = [g for g in ranked.ranked if g.rank]
    if not gaps:
        return None
    seen = [g for g in gaps if not g.blind]
    origin = origins.computed(
        Text("缺口各因子", "Factors of the gaps"),
        Text("按位次清点", "counted by rank"),
        ["firm_nodes", "io_flows", "sector_counts"],
        ranked.source_ids,
        worst(g.node.status for g in gaps),
    )
    return m.Block(
        finding=num.Prose(
            Text(
                "排序的{n}缺口中，{seen}的涉及采购额能从投入产出表看见；其余所属部门净流出，此法测不出。",
                "Of {n} that are ranked, the stake of {seen} can be seen in the input–output table; the sectors of the "
                "others send out more than they take in.",
            ),
            {"n": counted(len(gaps), "components", origin), "seen": counted(len(seen), "components", origin)},
        ),
        figure=fig.Table(
            Text("缺口各因子的输入", "What the factors of the gaps are made from"),
            (
                fig.Column(Text("位次", "Rank"), numeric=True),
                fig.Column(Text("部件", "Component")),
                fig.Column(Text("位次区间", "Range")),
                fig.Column(Text("整机部门一年采购", "Bought a year by the product’s sector"), numeric=True),
                fig.Column(Text("本地供给", "Met locally"), numeric=True),
                fig.Column(Text("流入依赖", "Inflow"), numeric=True),
                fig.Column(Text("本地厂家", "Local makers"), numeric=True),
                fig.Column(Text("区位商", "Location quotient"), numeric=True),
                fig.Column(Text("区位商最高的区县与行业", "District and trade of that quotient")),
            ),
            tuple(_row(g, origin, origins) for g in gaps),
            (origin,),
            links=tuple(link(g.node.node_id) for g in gaps) if link else (),
            stacked=True,
        ),
        source=origins.line(ranked.source_ids),
        note=num.Prose(
            Text(
                f"“位次区间”为三个权重随机变动时位次的 5%—95% 区间。{told(ranked.backtests).zh}。",
                "“Range” is the 5 to 95 % range of the rank when the three weights move at random. "
                f"{told(ranked.backtests).en}.",
            )
        ),
    )


def _row(gap: Gap, rank: str, origins: Provenance) -> tuple[fig.Cell, ...]:
    i = gap.inputs
    table = origins.computed(
        Text(f"{gap.node.name.zh}：采购与本地供给", f"{gap.node.name.en}: purchases and local supply"),
        Text("投入产出表，供需池", "input–output table, supply–demand pool"),
        ["io_flows", "io_final_demand", "node_sectors"],
        i.value_sources,
    )
    makers = origins.computed(
        Text(f"{gap.node.name.zh}：本地厂家", f"{gap.node.name.en}: local makers"),
        Text("按证据清点", "counted by evidence"),
        ["firm_nodes"],
        i.exposure_sources,
        worst(k.status for k in gap.node.local_makers),
    )
    places = origins.computed(
        Text(f"{gap.node.name.zh}：区位商", f"{gap.node.name.en}: location quotient"),
        Text("企业数的区位商", "location quotient of enterprise counts"),
        ["sector_counts", "node_sectors"],
        i.feasibility_sources,
    )
    where = None
    if i.place is not None and i.trade is not None:
        where = Text(
            f"{i.place.zh}，{i.trade.zh}（{i.enterprises:,} 家，{i.period}）",
            f"{i.place.en}, {i.trade.en} ({i.enterprises:,} firms, {i.period})",
        )
    moves = None
    if gap.rank_low is not None and gap.rank_high is not None:
        low, high = f"{gap.rank_low:.0f}", f"{gap.rank_high:.0f}"
        moves = Text(low, low) if low == high else Text(f"{low}—{high}", f"{low}–{high}")
    return (
        num.Quantity(float(gap.rank), "ordinal", rank),
        gap.node.name,
        moves,
        None if i.purchases_cny is None else num.Quantity(i.purchases_cny, "cny", table),
        None if i.local_share is None else num.Quantity(100 * i.local_share, "pct", table),
        None if i.inflow_share is None else num.Quantity(100 * i.inflow_share, "pct", table),
        None if i.makers is None else counted(i.makers, "enterprises", makers),
        None if i.quotient is None else num.Quantity(i.quotient, "index", places),
        where,
    )
