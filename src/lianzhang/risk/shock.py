"""Dynamic shocks on a firm network: scenario files, runs, Monte Carlo over stocks.

The equations are in :mod:`lianzhang.risk.kernel.shock`.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lianzhang.errors import InputError, UnknownNameError
from lianzhang.i18n import Text
from lianzhang.risk.groups import GroupBands, GroupPaths, Groups, bands
from lianzhang.risk.kernel.layout import sum_by
from lianzhang.risk.kernel.shock import ShockGraph, imbalance, of_inputs, shock_graph, start, step
from lianzhang.risk.model import FirmNetwork
from lianzhang.risk.scenario import Event, Scenario, StockDraw, read_scenario

__all__ = [
    "ASSUMED_VALUE_ADDED_SHARE",
    "STOPPED_BELOW",
    "Event",
    "NetworkDraw",
    "Scenario",
    "ShockBand",
    "ShockResult",
    "StockDraw",
    "monte_carlo",
    "over_networks",
    "prepare",
    "read_scenario",
    "run",
    "write",
]

#: A firm counts as stopped on a day on which it makes less than this share of its undisturbed output.
STOPPED_BELOW = 0.01
#: Value added as a share of output where the caller states none; also bounds the assumed sales to final users.
ASSUMED_VALUE_ADDED_SHARE = 0.3

Floats = NDArray[np.float64]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, eq=False)
class ShockResult:
    """One run. Outputs are shares of the undisturbed ones; money in the network's currency."""

    scenario: Scenario
    daily_output: Floats  #: (days,) output of all firms
    daily_by_group: Floats  #: (days, groups) output of each group
    loss_days: Floats  #: (n,) output lost by each firm, in its undisturbed days
    lowest: Floats  #: (n,) lowest daily output
    first_stopped_day: NDArray[np.int32]  #: (n,) first day below `STOPPED_BELOW`, −1 if never
    output_lost: float  #: currency, over the run
    value_added_lost: float  #: currency, over the run
    largest_imbalance: float  #: made − shipped of a day, as a share of turnover, at its worst
    groups: Mapping[str, GroupPaths] = field(default_factory=dict)  #: by the name of the grouping


@dataclass(frozen=True, slots=True, eq=False)
class NetworkDraw:
    """One of several networks that could be, such as a draw of a reconstruction."""

    network: FirmNetwork
    final_sales: Floats | None = None  #: (n,) as for :func:`prepare`
    value_added_share: Floats | float = ASSUMED_VALUE_ADDED_SHARE
    groups: Mapping[str, Groups] = field(default_factory=dict)
    events: tuple[Event, ...] | None = (
        None  #: in place of the scenario's, where they name firms of this network
    )


@dataclass(frozen=True, slots=True, eq=False)
class ShockBand:
    """Several runs with redrawn stocks, and maybe networks: 10th, 50th and 90th percentile."""

    daily_output: Floats  #: (3, days)
    value_added_lost: Floats  #: (runs,) currency
    runs: tuple[ShockResult, ...] = field(repr=False)
    network: NDArray[np.int64]  #: (runs,) which of the networks
    groups: Mapping[str, GroupBands]  #: by the name of the grouping

    def between_networks(self) -> float:
        """Share of the variance of the value added lost that lies between networks, the rest being stocks' chance.

        η² = Σ_k r_k (x̄_k − x̄)² / Σ (x − x̄)² over networks k with r_k runs each; NaN where all runs lose the same.
        """
        lost = self.value_added_lost
        runs = np.bincount(self.network)
        means = np.bincount(self.network, lost) / np.maximum(runs, 1)
        total = float(((lost - lost.mean()) ** 2).sum())
        return float((runs * (means - lost.mean()) ** 2).sum()) / total if total > 0 else float("nan")


def prepare(network: FirmNetwork, final_sales: Floats | None = None) -> tuple[ShockGraph, Floats]:
    """The network for daily steps and the sales to final users in use.

    Args:
        final_sales: (n,) yearly sales to final users. Without them each firm is assumed to sell at least
            purchases / (1 − `ASSUMED_VALUE_ADDED_SHARE`), and to final users what it does not sell to firms.
    """
    if final_sales is None:
        sales = network.strength()
        purchases = np.bincount(network.buyer, network.sales, minlength=network.firms)
        final_sales = np.maximum(sales, purchases / (1.0 - ASSUMED_VALUE_ADDED_SHARE)) - sales
    elif final_sales.shape != (network.firms,) or not (np.isfinite(final_sales) & (final_sales >= 0)).all():
        raise InputError(
            Text(
                "对最终用户的销售应为每家企业一个非负数",
                "sales to final users: one number ≥ 0 for every firm",
            )
        )
    graph = shock_graph(
        network.supplier, network.buyer, network.sales, final_sales, network.sector, network.types
    )
    return graph, final_sales


def run(
    network: FirmNetwork,
    scenario: Scenario,
    *,
    graph: ShockGraph | None = None,
    value_added_share: Floats | float = ASSUMED_VALUE_ADDED_SHARE,
    group: NDArray[np.integer] | None = None,
    groups: Mapping[str, Groups] | None = None,
    rng: np.random.Generator | None = None,
    progress: Progress | None = None,
) -> ShockResult:
    """Simulate a scenario day by day.

    Args:
        graph: from :func:`prepare`; made with its assumptions by default.
        value_added_share: value added as a share of output, one or (n,).
        group: (n,) group of each firm for `daily_by_group` (sector by default).
        groups: any number of groupings by name, such as districts, clusters or chain nodes, for `groups` of the result.
        rng: draws stocks when the scenario says so; required then.

    Raises:
        InputError: stocks are to be drawn but no generator is given; a negative number of days.
        UnknownNameError: an event names a firm or sector that the network does not have.
    """
    g = prepare(network)[0] if graph is None else graph
    n = network.firms
    # The grouping of `daily_by_group` counts whole groups without a name too.
    plain = network.sector if group is None else group
    base = sum_by(plain, g.output, int(plain.max(initial=-1)) + 1)
    named = dict(groups or {})
    bases = {name: grouping.sums(g.output) for name, grouping in named.items()}
    members = [_members(network, event) for event in scenario.events]
    state = start(g, _stocks(scenario, g, rng))
    total = float(g.output.sum())
    daily = np.zeros(scenario.days)
    by_group = np.ones((scenario.days, len(base)))
    paths = {name: np.ones((scenario.days, len(whole))) for name, whole in bases.items()}
    made_days, lowest = np.zeros(n), np.ones(n)
    stopped = np.full(n, -1, np.int32)
    worst = 0.0
    coming = _left(scenario, members, "capacity", 0, n)
    with ThreadPoolExecutor() as pool:
        for day in range(scenario.days):
            cap, coming = coming, _left(scenario, members, "capacity", day + 1, n)
            step(
                g,
                state,
                cap,
                _left(scenario, members, "demand", day, n),
                float(scenario.restock_days),
                float(scenario.shortage_threshold),
                scenario.firms_first,
                scenario.orders == "ario",
                pool,
                coming,
            )
            worst = max(worst, imbalance(g, state))
            worth = state.made * g.output
            daily[day] = worth.sum() / total
            _shares(sum_by(plain, worth, len(base)), base, by_group[day])
            for name, grouping in named.items():
                _shares(grouping.sums(worth), bases[name], paths[name][day])
            made_days += state.made
            np.minimum(lowest, state.made, out=lowest)
            stopped[(stopped < 0) & (state.made < STOPPED_BELOW)] = day
            if progress is not None:
                progress(day + 1, scenario.days)
    loss_days = scenario.days - made_days
    lost = loss_days * g.output
    return ShockResult(
        scenario=scenario,
        daily_output=daily,
        daily_by_group=by_group,
        loss_days=loss_days,
        lowest=lowest,
        first_stopped_day=stopped,
        output_lost=float(lost.sum()),
        value_added_lost=float((lost * value_added_share).sum()),
        largest_imbalance=worst,
        groups={
            name: GroupPaths(
                labels=grouping.labels,
                output=paths[name],
                lowest=paths[name].min(axis=0),
                first_stopped_day=grouping.earliest(stopped),
                stopped=grouping.sums((stopped >= 0).astype(np.float64)).astype(np.int64),
                firms=grouping.sums(np.ones(n)).astype(np.int64),
                value_added_lost=grouping.sums(lost * value_added_share),
            )
            for name, grouping in named.items()
        },
    )


def monte_carlo(
    network: FirmNetwork,
    scenario: Scenario,
    runs: int,
    rng: np.random.Generator,
    *,
    graph: ShockGraph | None = None,
    value_added_share: Floats | float = ASSUMED_VALUE_ADDED_SHARE,
    group: NDArray[np.integer] | None = None,
    groups: Mapping[str, Groups] | None = None,
    progress: Progress | None = None,
) -> ShockBand:
    """Repeat a scenario with stocks drawn anew each time (Inoue & Todo 2019 draw them from a Poisson distribution)."""
    g = prepare(network)[0] if graph is None else graph
    results = []
    for k in range(runs):
        results.append(
            run(
                network,
                scenario,
                graph=g,
                value_added_share=value_added_share,
                group=group,
                groups=groups,
                rng=rng,
            )
        )
        if progress is not None:
            progress(k + 1, runs)
    return _band(results, [0] * runs)


def over_networks(
    draws: Iterable[NetworkDraw],
    scenario: Scenario,
    runs: int,
    seed: int,
    *,
    progress: Progress | None = None,
) -> ShockBand:
    """Run a scenario on several networks, with stocks drawn anew `runs` times on each.

    Run r on network k draws from a generator seeded with (seed, k, r): more networks or runs leave the others as they
    were.

    Args:
        draws: the networks; they are laid out one after the other.
        progress: called with (runs done, runs on the networks so far).

    Raises:
        InputError: no network.
    """
    results: list[ShockResult] = []
    which: list[int] = []
    for k, one in enumerate(draws):
        graph, _ = prepare(one.network, one.final_sales)
        plan = scenario if one.events is None else replace(scenario, events=one.events)
        for r in range(runs):
            results.append(
                run(
                    one.network,
                    plan,
                    graph=graph,
                    value_added_share=one.value_added_share,
                    groups=one.groups,
                    rng=np.random.default_rng([seed, k, r]),
                )
            )
            which.append(k)
            if progress is not None:
                progress(len(results), (k + 1) * runs)
    if not results:
        raise InputError(Text("没有网络可供模拟", "there is no network to run the scenario on"))
    return _band(results, which)


def _band(results: list[ShockResult], network: list[int]) -> ShockBand:
    names = dict.fromkeys(name for result in results for name in result.groups)
    return ShockBand(
        daily_output=np.percentile([r.daily_output for r in results], [10, 50, 90], axis=0),
        value_added_lost=np.array([r.value_added_lost for r in results]),
        runs=tuple(results),
        network=np.array(network, np.int64),
        groups={name: bands([r.groups[name] for r in results if name in r.groups]) for name in names},
    )


def _left(scenario: Scenario, members: list[NDArray[np.int64]], on: str, day: int, n: int) -> Floats:
    """(n,) what the events leave of capacity or final demand on a day."""
    left = np.ones(n)
    for event, firms in zip(scenario.events, members, strict=True):
        if event.on == on:
            left[firms] = np.minimum(left[firms], event.left(day))
    return left


def _shares(worth: Floats, whole: Floats, out: Floats) -> None:
    """worth / whole into `out`, which keeps its value where there is nothing to make."""
    np.divide(worth, whole, out=out, where=whole > 0)


def write(network: FirmNetwork, result: ShockResult, daily: Floats, folder: Path) -> None:
    """Write daily.csv, sectors.csv, firms.csv and, where firms were grouped, groups.csv and group_losses.csv of a run.

    Each file appears whole or not at all.

    Args:
        daily: (1, days) of one run or (3, days) percentiles of several.
    """
    names = ["output"] if len(daily) == 1 else ["output_p10", "output_p50", "output_p90"]
    _table(
        folder / "daily.csv", ["day", *names], ([day, *values] for day, values in enumerate(daily.T.tolist()))
    )
    labels = network.sector_labels[: result.daily_by_group.shape[1]]
    _table(
        folder / "sectors.csv",
        ["day", *labels],
        ([day, *values] for day, values in enumerate(result.daily_by_group.tolist())),
    )
    _table(
        folder / "firms.csv",
        ["firm", "sector", "loss_days", "lowest_output", "first_stopped_day"],
        (
            [
                network.firm_ids[k],
                network.sector_labels[network.sector[k]],
                loss,
                low,
                day if day >= 0 else "",
            ]
            for k, (loss, low, day) in enumerate(
                zip(
                    result.loss_days.tolist(),
                    result.lowest.tolist(),
                    result.first_stopped_day.tolist(),
                    strict=True,
                )
            )
        ),
    )
    if not result.groups:
        return
    _table(
        folder / "groups.csv",
        ["day", "grouping", "group", "output"],
        (
            [day, grouping, label, share]
            for grouping, paths in result.groups.items()
            for day, shares in enumerate(paths.output.tolist())
            for label, share in zip(paths.labels, shares, strict=True)
        ),
    )
    _table(
        folder / "group_losses.csv",
        ["grouping", "group", "firms", "stopped", "first_stopped_day", "lowest_output", "value_added_lost"],
        (
            [
                grouping,
                label,
                int(paths.firms[k]),
                int(paths.stopped[k]),
                int(paths.first_stopped_day[k]) if paths.first_stopped_day[k] >= 0 else "",
                float(paths.lowest[k]),
                float(paths.value_added_lost[k]),
            ]
            for grouping, paths in result.groups.items()
            for k, label in enumerate(paths.labels)
        ),
    )


def _table(path: Path, header: list[str], rows: Iterable[list[Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.tmp")
    with draft.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    draft.replace(path)


def _stocks(scenario: Scenario, graph: ShockGraph, rng: np.random.Generator | None) -> Floats:
    """(K,) days of every input in stock."""
    n, slots = len(graph.output), len(graph.need)
    if scenario.stock_draw == "equal":
        return np.full(slots, float(scenario.stock_days))
    if rng is None:
        raise InputError(
            Text("随机库存需要随机数种子", "drawn stocks need a random generator"),
            hint=Text("命令行用 --seed", "on the command line: --seed"),
        )
    if scenario.stock_draw == "poisson by input":
        return np.maximum(1.0, rng.poisson(scenario.stock_days, slots))
    return of_inputs(graph, np.maximum(1.0, rng.poisson(scenario.stock_days, n)))


def _members(network: FirmNetwork, event: Event) -> NDArray[np.int64]:
    found: list[NDArray[np.int64]] = []
    if event.firms:
        place = {name: k for k, name in enumerate(network.firm_ids)}
        for name in event.firms:
            if name not in place:
                raise UnknownNameError(Text("企业", "firm"), name)
        found.append(np.array([place[name] for name in event.firms], np.int64))
    for label in event.sectors:
        if label not in network.sector_labels:
            raise UnknownNameError(Text("部门", "sector"), label, network.sector_labels)
        found.append(np.flatnonzero(network.sector == network.sector_labels.index(label)))
    return np.unique(np.concatenate(found))
