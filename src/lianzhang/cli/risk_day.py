"""``lianzhang risk shock``, on a loaded region or an edge list; attached by :mod:`lianzhang.cli.risk`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from lianzhang.cli._common import at_least, emit_json, note, progress, say
from lianzhang.i18n import Text

if TYPE_CHECKING:
    from lianzhang.errors import UsageError

Names = Annotated[list[str] | None, Parameter(negative_iterable=())]
SelfLoops = Literal["keep", "drop", "error"]


def together() -> UsageError:
    """The error for an edge list that is not given in full."""
    from lianzhang.errors import UsageError

    return UsageError(
        Text(
            "--edges、--sectors、--types 须一起给出；都不给则用已载入的区域",
            "--edges, --sectors and --types go together; without any of them the loaded region is meant",
        )
    )


def shock(
    *,
    scenario: Path | None = None,
    edges: Path | None = None,
    sectors: Path | None = None,
    types: Path | None = None,
    out: Path | None = None,
    groups: Path | None = None,
    runs: Annotated[int, at_least(1, "--runs")] = 1,
    seed: Annotated[int, at_least(0, "--seed")] = 7,
    self_loops: SelfLoops = "drop",
    firm: Names = None,
    node: Names = None,
    district: Names = None,
    sector: Names = None,
    cluster: Names = None,
    inflow: Names = None,
    largest: Names = None,
    within: Names = None,
    first_day: Annotated[int, at_least(0, "--first-day")] = 5,
    days: Annotated[int, at_least(1, "--days")] = 30,
    depth: float = 1.0,
    recovery: Literal["at once", "linear", "exponential"] = "linear",
    recovery_days: Annotated[int, at_least(0, "--recovery-days")] = 5,
    stock_days: float = 10.0,
    draws: Annotated[int | None, at_least(1, "--draws")] = None,
    by: Literal["firm", "sector", "district", "cluster", "node"] = "sector",
    json: bool = False,
) -> None:
    """Day by day: what stops when, through stocks and orders.

    On the reconstructed networks of the loaded region: name who fails and how, or give a scenario file. With an edge list it
    needs no pack: give --edges, --sectors, --types, --scenario and --out.

    Parameters
    ----------
    scenario
        TOML or JSON. Edge list: days, stocks and events (who, from which day, how deep, how it recovers). Region: the
        settings below, with who as a list of kind and id.
    edges
        Supplier, buyer, yearly sales: TSV, CSV or Parquet.
    sectors
        Sector number of firm 1, 2, … (one column), or firm and sector.
    types
        Matrix of input types, as for ``risk rank``.
    out
        Folder to write daily.csv and a table for each level into.
    groups
        Edge list: table with a column of firms and one for each way of grouping them (district, cluster, chain node, …);
        groups.csv then has their daily output, group_losses.csv what each loses and on which day its first firm stops.
    runs
        Edge list: how often to repeat with stocks drawn anew; daily.csv then has the 10th, 50th and 90th percentile.
    seed
        Edge list: seed of the draws.
    self_loops
        Edge list: firms' sales to themselves: keep, drop or error.
    firm
        Failing firm; the largest made-up firm of its sector and district stands in for it. Options of who fails can be
        repeated, and go together.
    node
        Failing chain node.
    district
        Failing district.
    sector
        Failing sector.
    cluster
        Failing cluster.
    inflow
        Sector or node whose inflow from elsewhere fails.
    largest
        The largest made-up firms of a sector, written SECTOR=FIRMS.
    within
        Only firms in this district fail.
    first_day
        Day of the simulation on which it begins, from 0.
    days
        How many days it lasts.
    depth
        Share of capacity that is lost.
    recovery
        How capacity comes back: at once, linear or exponential.
    recovery_days
        How long that takes.
    stock_days
        Mean days of every input in stock.
    draws
        Networks for the band of uncertainty; 3 by default.
    by
        What the table tells: firm, sector, district, cluster or node.
    json
        Print JSON.
    """
    if edges is None and sectors is None and types is None:
        from lianzhang.app.risk.scenario import Scenario
        from lianzhang.cli.risk_shock import (
            UNNAMED,
            read_region_scenario,
            region_shock,
            targets_of,
            with_draws,
        )

        if scenario is not None:
            wanted = with_draws(read_region_scenario(scenario), draws)
        else:
            who = targets_of(firm, node, district, sector, cluster, inflow, largest)
            wanted = Scenario(
                name=UNNAMED,
                who=who,
                within=tuple(within or ()),
                first_day=first_day,
                days=days,
                depth=depth,
                recovery=recovery,
                recovery_days=recovery_days,
                stock_days=stock_days,
                draws=draws or 3,
            )
        region_shock(wanted, by, out, json)
        return
    if edges is None or sectors is None or types is None:
        raise together()
    if scenario is None or out is None:
        from lianzhang.errors import UsageError

        raise UsageError(
            Text("有链接表时须给 --scenario 和 --out", "with an edge list give --scenario and --out")
        )
    import numpy as np

    from lianzhang.risk import shock as dynamic
    from lianzhang.risk.groups import read_groups
    from lianzhang.risk.network import read_network

    plan = dynamic.read_scenario(scenario)
    network = read_network(edges, sectors, types, self_loops=self_loops)
    named = read_groups(groups, network.firm_ids) if groups is not None else None
    for remark in network.remarks:
        note(remark)
    rng = np.random.default_rng(seed)
    graph, _ = dynamic.prepare(network)
    with progress(Text("逐日模拟", "Day by day"), total=runs if runs > 1 else plan.days) as show:
        if runs > 1:
            band = dynamic.monte_carlo(
                network, plan, runs, rng, graph=graph, groups=named, progress=lambda done, _: show(done)
            )
            result = band.runs[0]
            lost = band.value_added_lost.tolist()
            daily = band.daily_output
        else:
            result = dynamic.run(
                network, plan, graph=graph, groups=named, rng=rng, progress=lambda done, _: show(done)
            )
            lost = [result.value_added_lost]
            daily = result.daily_output[None, :]
    dynamic.write(network, result, daily, out)
    summary = {
        "scenario": plan.name,
        "days": plan.days,
        "runs": runs,
        "value_added_lost": float(np.median(lost)),
        "value_added_lost_p10": float(np.percentile(lost, 10)),
        "value_added_lost_p90": float(np.percentile(lost, 90)),
        "lowest_daily_output": float(daily[daily.shape[0] // 2].min()),
        "firms_stopped": int((result.first_stopped_day >= 0).sum()),
        "largest_imbalance": result.largest_imbalance,
        "assumed": "sales to final users and value added (30 % of output at least)",
    }
    if json:
        emit_json(summary)
        return
    say(
        Text(
            f"{plan.name}：{plan.days} 天内损失增加值 {summary['value_added_lost']:,.0f}"
            f"（{summary['value_added_lost_p10']:,.0f}—{summary['value_added_lost_p90']:,.0f}），"
            f"最低日产出 {summary['lowest_daily_output']:.2%}，{summary['firms_stopped']:,} 家停产；已写入 {out}",
            f"{plan.name}: {summary['value_added_lost']:,.0f} of value added lost in {plan.days} days "
            f"({summary['value_added_lost_p10']:,.0f} to {summary['value_added_lost_p90']:,.0f}), daily output down to "
            f"{summary['lowest_daily_output']:.2%}, {summary['firms_stopped']:,} firms stop; written to {out}",
        )
    )
    say(
        Text(
            "对最终用户的销售与增加值（产出的 30%）为假定",
            "sales to final users and value added (30 % of output) are assumed",
        )
    )
