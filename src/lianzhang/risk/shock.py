"""Dynamic shocks on a firm network: scenario files, runs, Monte Carlo over stocks.

The equations are in :mod:`lianzhang.risk.kernel.shock`.
"""

from __future__ import annotations

import csv
import json
import tomllib
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from lianzhang.errors import FileFormatError, InputError, UnknownNameError
from lianzhang.i18n import Text
from lianzhang.risk.kernel.shock import ShockGraph, imbalance, shock_graph, start, step
from lianzhang.risk.model import FirmNetwork

#: A firm counts as stopped on a day on which it makes less than this share of its undisturbed output.
STOPPED_BELOW = 0.01
#: Value added as a share of output where the caller states none; also bounds the assumed sales to final users.
ASSUMED_VALUE_ADDED_SHARE = 0.3

Floats = NDArray[np.float64]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Event:
    """What happens to some firms: from `start_day` on, `depth` of capacity (or final demand) is lost."""

    firms: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    on: Literal["capacity", "demand"] = "capacity"
    start_day: int = 0
    duration_days: int = 1
    depth: float = 1.0
    recovery: Literal["at once", "linear", "exponential"] = "at once"
    recovery_days: float = 0.0

    def left(self, day: int) -> float:
        """Share left on a day; exponential recovery closes 95 % of the gap in `recovery_days`."""
        since = day - self.start_day
        if since < 0:
            return 1.0
        if since < self.duration_days:
            return 1.0 - self.depth
        after = since - self.duration_days + 1
        if self.recovery == "linear" and self.recovery_days > 0:
            return 1.0 - self.depth * max(0.0, 1.0 - after / self.recovery_days)
        if self.recovery == "exponential" and self.recovery_days > 0:
            return 1.0 - self.depth * float(np.exp(-3.0 * after / self.recovery_days))
        return 1.0


@dataclass(frozen=True, slots=True)
class Scenario:
    """Events and the behaviour of stocks. Days are calendar days; day 0 is the first simulated one."""

    name: str
    events: tuple[Event, ...]
    days: int = 180
    stock_days: float = 10.0  #: n, mean days of each input in stock
    stock_draw: Literal["equal", "poisson"] = (
        "equal"  #: the same for all, or drawn per firm (at least one day)
    )
    orders: Literal["firm", "ario"] = "firm"  #: rule of Inoue & Todo (2019) or of ARIO (Hallegatte 2014)
    restock_days: float = 6.0  #: τ
    shortage_threshold: float = 0.0  #: ψ of the kernel
    firms_first: bool = False  #: firms' orders before final users'


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


@dataclass(frozen=True, slots=True, eq=False)
class ShockBand:
    """Several runs with redrawn stocks."""

    daily_output: Floats  #: (3, days) 10th, 50th, 90th percentile
    value_added_lost: Floats  #: (runs,) currency
    runs: tuple[ShockResult, ...] = field(repr=False)


def read_scenario(path: Path) -> Scenario:
    """Read a scenario from TOML or JSON.

    Raises:
        FileFormatError: the file is neither, or a field is unknown or out of range.
    """
    try:
        raw = path.read_bytes()
        data = json.loads(raw) if path.suffix.lower() == ".json" else tomllib.loads(raw.decode("utf-8"))
    except FileNotFoundError:
        raise _bad(path, "不存在", "does not exist") from None
    except (json.JSONDecodeError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _bad(path, "既不是 TOML 也不是 JSON", f"is neither TOML nor JSON: {error}") from None
    if not isinstance(data, dict):
        raise _bad(path, "应为一张表", "should be a table of settings")
    events = data.pop("event", [])
    if not isinstance(events, list) or not events:
        raise _bad(path, "没有 [[event]]", "has no [[event]]")
    return Scenario(
        events=tuple(_event(path, k, item) for k, item in enumerate(events, start=1)),
        **_fields(path, "", data, _SCENARIO_FIELDS),
    )


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
    rng: np.random.Generator | None = None,
    progress: Progress | None = None,
) -> ShockResult:
    """Simulate a scenario day by day.

    Args:
        graph: from :func:`prepare`; made with its assumptions by default.
        value_added_share: value added as a share of output, one or (n,).
        group: (n,) group of each firm for `daily_by_group` (sector by default): district, cluster, chain node, ….
        rng: draws stocks when the scenario says so; required then.

    Raises:
        InputError: stocks are to be drawn but no generator is given; a negative number of days.
        UnknownNameError: an event names a firm or sector that the network does not have.
    """
    g = prepare(network)[0] if graph is None else graph
    n = network.firms
    groups = network.sector if group is None else group
    group_output = np.bincount(groups, g.output)
    members = [_members(network, event) for event in scenario.events]
    stock_days = _stocks(scenario, n, rng)
    state = start(g, stock_days)
    total = float(g.output.sum())
    daily = np.zeros(scenario.days)
    by_group = np.ones((scenario.days, len(group_output)))
    made_days, lowest = np.zeros(n), np.ones(n)
    stopped = np.full(n, -1, np.int32)
    worst = 0.0
    with ThreadPoolExecutor() as pool:
        for day in range(scenario.days):
            cap, demand = np.ones(n), np.ones(n)
            for event, firms in zip(scenario.events, members, strict=True):
                target = cap if event.on == "capacity" else demand
                target[firms] = np.minimum(target[firms], event.left(day))
            step(
                g,
                state,
                cap,
                demand,
                stock_days,
                float(scenario.restock_days),
                float(scenario.shortage_threshold),
                scenario.firms_first,
                scenario.orders == "ario",
                pool,
            )
            worst = max(worst, imbalance(g, state))
            worth = state.made * g.output
            daily[day] = worth.sum() / total
            np.divide(
                np.bincount(groups, worth, minlength=len(group_output)),
                group_output,
                out=by_group[day],
                where=group_output > 0,
            )
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
    progress: Progress | None = None,
) -> ShockBand:
    """Repeat a scenario with stocks drawn anew each time (Inoue & Todo 2019 draw them from a Poisson distribution)."""
    g = prepare(network)[0] if graph is None else graph
    results = []
    for k in range(runs):
        results.append(
            run(network, scenario, graph=g, value_added_share=value_added_share, group=group, rng=rng)
        )
        if progress is not None:
            progress(k + 1, runs)
    return ShockBand(
        daily_output=np.percentile([r.daily_output for r in results], [10, 50, 90], axis=0),
        value_added_lost=np.array([r.value_added_lost for r in results]),
        runs=tuple(results),
    )


def write(network: FirmNetwork, result: ShockResult, daily: Floats, folder: Path) -> None:
    """Write daily.csv, sectors.csv and firms.csv of a run; each file appears whole or not at all.

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


def _table(path: Path, header: list[str], rows: Iterable[list[Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.tmp")
    with draft.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    draft.replace(path)


def _stocks(scenario: Scenario, n: int, rng: np.random.Generator | None) -> Floats:
    if scenario.stock_draw == "equal":
        return np.full(n, float(scenario.stock_days))
    if rng is None:
        raise InputError(
            Text("随机库存需要随机数种子", "drawn stocks need a random generator"),
            hint=Text("命令行用 --seed", "on the command line: --seed"),
        )
    return np.maximum(1.0, rng.poisson(scenario.stock_days, n)).astype(np.float64)


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


_SCENARIO_FIELDS: Mapping[str, tuple[type | tuple[type, ...], Callable[[Any], bool]]] = {
    "name": (str, lambda v: bool(v)),
    "days": (int, lambda v: v > 0),
    "stock_days": ((int, float), lambda v: v > 0),
    "stock_draw": (str, lambda v: v in ("equal", "poisson")),
    "orders": (str, lambda v: v in ("firm", "ario")),
    "restock_days": ((int, float), lambda v: v >= 1),
    "shortage_threshold": ((int, float), lambda v: 0 <= v < 1),
    "firms_first": (bool, lambda v: True),
}
_EVENT_FIELDS: Mapping[str, tuple[type | tuple[type, ...], Callable[[Any], bool]]] = {
    "firms": (list, lambda v: all(isinstance(x, str | int) for x in v)),
    "sectors": (list, lambda v: all(isinstance(x, str) for x in v)),
    "on": (str, lambda v: v in ("capacity", "demand")),
    "start_day": (int, lambda v: v >= 0),
    "duration_days": (int, lambda v: v >= 0),
    "depth": ((int, float), lambda v: 0 <= v <= 1),
    "recovery": (str, lambda v: v in ("at once", "linear", "exponential")),
    "recovery_days": ((int, float), lambda v: v >= 0),
}


def _event(path: Path, number: int, item: object) -> Event:
    if not isinstance(item, dict):
        raise _bad(path, f"第 {number} 个 event 不是表", f"event {number} is not a table")
    values = _fields(path, f"event {number}: ", item, _EVENT_FIELDS)
    for key in ("firms", "sectors"):
        values[key] = tuple(str(v) for v in values.get(key, ()))
    if not values["firms"] and not values["sectors"]:
        raise _bad(
            path, f"第 {number} 个 event 没有企业也没有部门", f"event {number} names no firm and no sector"
        )
    return Event(**values)


def _fields(
    path: Path,
    where: str,
    data: Mapping[str, Any],
    known: Mapping[str, tuple[type | tuple[type, ...], Callable[[Any], bool]]],
) -> dict[str, Any]:
    if where == "" and "name" not in data:
        data = {"name": path.stem} | dict(data)
    for key, value in data.items():
        if key not in known:
            raise UnknownNameError(Text(f"设置（{path.name}）", f"setting ({path.name})"), key, known)
        kind, fits = known[key]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool) or not fits(value):
            raise _bad(path, f"{where}{key} = {value!r} 不可用", f"{where}{key} = {value!r} is not usable")
    return dict(data)


def _bad(path: Path, zh: str, en: str) -> FileFormatError:
    return FileFormatError(
        Text(f"{path.name} {zh}", f"{path.name} {en}"),
        hint=Text("写法见“逐日冲击”一页", "the page on shocks shows how it is written"),
        details={"file": str(path)},
    )
