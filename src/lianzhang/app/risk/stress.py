"""Stress tests of a region: named scenarios run day by day on several reconstructed networks with drawn stocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lianzhang.app.risk import queries
from lianzhang.app.risk.inputs import Industry
from lianzhang.app.risk.network import Draw
from lianzhang.app.risk.runs import Progress, Region, kept, networks
from lianzhang.errors import NotComputableError, UnknownNameError
from lianzhang.i18n import Text
from lianzhang.risk import shock
from lianzhang.risk.kernel.shock import ShockGraph
from lianzhang.store import Reader

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

#: Days simulated after the end of the recovery.
AFTERMATH = 30
#: Mean days of each input in stock, drawn per firm from a Poisson distribution (Inoue & Todo 2019: 9 to 15).
STOCK_DAYS = 10.0
#: A sector or district counts as hit from this share of its daily output on.
HIT = 0.01
#: Tables that go in besides those of the network.
ALSO = ("scenarios", "node_sectors")


@dataclass(frozen=True, slots=True)
class StressTest:
    """A row of the table scenarios."""

    scenario_id: str
    name: Text
    fails: str
    target_id: str
    firms: int | None
    depth: float
    first_day: int
    days: int
    recovery_days: int
    note: str | None

    @property
    def horizon(self) -> int:
        """Days to simulate."""
        return self.first_day + self.days + self.recovery_days + AFTERMATH


@dataclass(frozen=True, slots=True)
class Hit:
    """What a sector or district loses. Medians over the draws."""

    name: Text
    lowest: float  #: lowest daily output, share of the undisturbed
    first_day: int  #: first day at least `HIT` below the undisturbed
    stopped: float  #: firms that stopped altogether


@dataclass(frozen=True, slots=True)
class StressResult:
    """One stress test over the draws; low and high are the least and the most of them. Money in yuan."""

    test: StressTest
    draws: int
    low: tuple[float, ...]  #: local output by day, share of the undisturbed
    mid: tuple[float, ...]
    high: tuple[float, ...]
    failing: float  #: firms or sources that the shock itself hits
    loss: tuple[float, float, float]  #: value added lost: low, median, high
    stopped: float  #: firms that stop though they are not hit themselves
    first_stop: int | None  #: day the first of them stops
    sectors: tuple[Hit, ...]
    districts: tuple[Hit, ...]
    imbalance: float


def tests_of(reader: Reader) -> tuple[StressTest, ...]:
    """The stress tests of the pack.

    Raises:
        NotComputableError: the pack names none.
    """
    rows = reader.sql(queries.SCENARIOS).to_pylist()
    if not rows:
        raise NotComputableError(
            Text("数据包没有压力测试情景", "the pack names no stress test"),
            hint=Text("请在 scenarios 表中写出", "write them in the table scenarios"),
        )
    return tuple(
        StressTest(
            r["scenario_id"],
            Text(r["name_zh"], r["name_en"]),
            r["fails"],
            r["target_id"],
            r["firms"],
            float(r["depth"]),
            int(r["first_day"]),
            int(r["days"]),
            int(r["recovery_days"]),
            r["note"],
        )
        for r in rows
    )


def chosen(region: Region, name: str | None) -> tuple[StressTest, ...]:
    """All stress tests, or the one of that id or name.

    Raises:
        UnknownNameError: there is no such test.
    """
    tests = tests_of(region.reader)
    if name is None:
        return tests
    found = tuple(t for t in tests if name in (t.scenario_id, t.name.zh, t.name.en))
    if not found:
        raise UnknownNameError(Text("压力测试", "stress test"), name, [t.scenario_id for t in tests])
    return found


def links_of(region: Region) -> dict[str, str]:
    """Input–output sector of each division."""
    return {r["from_sector"]: r["to_sector"] for r in region.reader.sql(queries.LINKS).to_pylist()}


def failing(region: Region, one: Draw, test: StressTest) -> Longs:
    """Firms and sources of a network that a test hits.

    Raises:
        UnknownNameError: the target is no sector, district or node of the network.
        NotComputableError: nothing of the network is hit.
    """
    local = np.arange(len(one.sector)) < one.firms
    if test.fails == "region":
        if test.target_id not in one.industry.district_ids:
            raise UnknownNameError(Text("区县", "district"), test.target_id, one.industry.district_ids)
        hit = np.flatnonzero(one.district == one.industry.district_ids.index(test.target_id))
    else:
        sectors = _sectors(region, one.industry, test)
        within = np.isin(one.sector, sectors)
        hit = np.flatnonzero(within & (~local if test.fails == "inflow" else local))
        if test.fails == "largest":
            hit = hit[np.argsort(-one.output[hit], kind="stable")][: test.firms]
    if len(hit) == 0:
        raise NotComputableError(
            Text(
                f"“{test.name.zh}”没有击中网络里的任何企业", f"“{test.name.en}” hits no firm of the network"
            ),
            hint=Text("请检查 scenarios 表的对象", "look at the target in the table scenarios"),
        )
    return hit


def _sectors(region: Region, given: Industry, test: StressTest) -> list[int]:
    links = links_of(region)
    targets = [test.target_id]
    if test.fails == "node":
        rows = region.reader.sql(queries.NODE_SECTORS).to_pylist()
        targets = [r["sector_id"] for r in rows if r["node_id"] == test.target_id]
    found = sorted({k for target in targets for k in given.within(target, links)})
    if not found:
        what = Text("节点", "node") if test.fails == "node" else Text("部门", "sector")
        raise UnknownNameError(what, test.target_id, given.sector_ids)
    return found


def events(test: StressTest, hit: Longs) -> shock.Scenario:
    """The test as a scenario of the daily model."""
    event = shock.Event(
        firms=tuple(str(k) for k in hit.tolist()),
        start_day=test.first_day,
        duration_days=test.days,
        depth=test.depth,
        recovery="linear" if test.recovery_days else "at once",
        recovery_days=float(test.recovery_days),
    )
    return shock.Scenario(
        name=test.scenario_id,
        events=(event,),
        days=test.horizon,
        stock_days=STOCK_DAYS,
        stock_draw="poisson",
    )


def simulate(one: Draw, scenario: shock.Scenario, graph: ShockGraph | None = None) -> shock.ShockResult:
    """Run a scenario on a network; groups are sector × district, the last group what comes from elsewhere.

    Stocks are drawn with the network's seed, so that two runs on a network differ by what was changed and not by chance.
    """
    districts = len(one.industry.district_ids)
    cell = np.where(
        one.district >= 0,
        one.sector * districts + one.district,
        len(one.industry.sector_ids) * districts,
    )
    return shock.run(
        one.goods(),
        scenario,
        graph=shock.prepare(one.goods(), one.final)[0] if graph is None else graph,
        value_added_share=value_added_share(one),
        group=cell,
        rng=np.random.default_rng(one.seed),
    )


def value_added_share(one: Draw) -> Floats:
    """(n + o,) value added per output; nothing for what comes from elsewhere."""
    return np.where(one.district >= 0, one.industry.value_added_share[one.sector], 0.0)


def stress(
    region: Region, draws: int, name: str | None = None, progress: Progress | None = None
) -> tuple[StressResult, ...]:
    """Run stress tests, or read their results if they are kept."""
    tests = chosen(region, name)
    drawn: list[Draw] = []
    graphs: list[ShockGraph] = []
    results = []
    for k, test in enumerate(tests):

        def compute(test: StressTest = test, before: int = k) -> dict[str, pa.Table]:
            if not drawn:
                drawn.extend(networks(region, draws))
                graphs.extend(shock.prepare(one.goods(), one.final)[0] for one in drawn)
            parts = []
            for n, (one, graph) in enumerate(zip(drawn, graphs, strict=True)):
                parts.append(_one(region, one, test, graph))
                if progress is not None:
                    progress(before * draws + n + 1, len(tests) * draws)
            return {name: pa.concat_tables([p[name] for p in parts]) for name in parts[0]}

        tables = kept(region, "risk.stress", {"draws": draws, "test": _plain(test)}, compute, ALSO)
        results.append(summarise(region.industry, test, tables))
    return tuple(results)


def _plain(test: StressTest) -> dict[str, object]:
    return {
        "scenario_id": test.scenario_id,
        "fails": test.fails,
        "target_id": test.target_id,
        "firms": test.firms,
        "depth": test.depth,
        "first_day": test.first_day,
        "days": test.days,
        "recovery_days": test.recovery_days,
        "stock_days": STOCK_DAYS,
    }


def _one(region: Region, one: Draw, test: StressTest, graph: ShockGraph) -> dict[str, pa.Table]:
    """Tables of one draw: daily output of the region, its sectors and districts; counts and losses."""
    hit = failing(region, one, test)
    result = simulate(one, events(test, hit), graph)
    m, d = len(one.industry.sector_ids), len(one.industry.district_ids)
    local = np.arange(len(one.sector)) < one.firms
    cell = one.sector[local] * d + one.district[local]
    base = np.bincount(cell, graph.output[local], minlength=m * d)
    cells = result.daily_by_group[:, : m * d]
    cells = np.pad(cells, ((0, 0), (0, m * d - cells.shape[1])), constant_values=1.0)
    worth = (cells * base).reshape(len(cells), m, d)
    grid = base.reshape(m, d)
    stopped = (result.first_stopped_day >= 0) & local
    stopped[hit] = False
    levels = [
        ("total", worth.sum(axis=(1, 2))[:, None], np.array([base.sum()]), np.zeros(len(stopped), np.int64)),
        ("sector", worth.sum(axis=2), grid.sum(axis=1), one.sector),
        ("district", worth.sum(axis=1), grid.sum(axis=0), one.district),
    ]
    daily, hits = [], []
    for level, made, undisturbed, group in levels:
        share = np.divide(made, undisturbed, out=np.ones_like(made), where=undisturbed > 0)
        count = np.bincount(group[stopped], minlength=len(undisturbed))
        below = share < 1.0 - HIT
        first = np.where(below.any(axis=0), below.argmax(axis=0), -1)
        hits.append(
            pa.table(
                {
                    "draw": np.full(len(undisturbed), one.seed),
                    "level": [level] * len(undisturbed),
                    "member": np.arange(len(undisturbed)),
                    "lowest": share.min(axis=0),
                    "first_day": first,
                    "stopped": count,
                }
            )
        )
        days = len(share)
        daily.append(
            pa.table(
                {
                    "draw": np.full(share.size, one.seed),
                    "level": [level] * share.size,
                    "member": np.tile(np.arange(share.shape[1]), days),
                    "day": np.repeat(np.arange(days), share.shape[1]),
                    "output": share.ravel(),
                }
            )
        )
    first_stop = int(result.first_stopped_day[stopped].min()) if stopped.any() else -1
    losses = pa.table(
        {
            "draw": [one.seed],
            "failing": [len(hit)],
            "value_added_lost_cny": [result.value_added_lost],
            "stopped": [int(stopped.sum())],
            "first_stop": [first_stop],
            "imbalance": [result.largest_imbalance],
        }
    )
    return {"daily": pa.concat_tables(daily), "hits": pa.concat_tables(hits), "losses": losses}


def summarise(given: Industry, test: StressTest, tables: Mapping[str, pa.Table]) -> StressResult:
    """Median and span over the draws."""
    total = _by_draw(tables["daily"], "total")
    losses = tables["losses"]
    lost = losses["value_added_lost_cny"].to_numpy()
    first = losses["first_stop"].to_numpy()
    stops = first[first >= 0]
    return StressResult(
        test=test,
        draws=len(lost),
        low=tuple(total.min(axis=0).tolist()),
        mid=tuple(np.median(total, axis=0).tolist()),
        high=tuple(total.max(axis=0).tolist()),
        failing=float(np.median(losses["failing"].to_numpy())),
        loss=(float(lost.min()), float(np.median(lost)), float(lost.max())),
        stopped=float(np.median(losses["stopped"].to_numpy())),
        first_stop=int(np.median(stops)) if len(stops) * 2 > len(lost) else None,
        sectors=_hits(tables["hits"], "sector", given.sectors),
        districts=_hits(tables["hits"], "district", given.districts),
        imbalance=float(losses["imbalance"].to_numpy().max()),
    )


def _by_draw(daily: pa.Table, level: str) -> Floats:
    """(draws, days) daily output."""
    wanted = np.array(daily["level"].to_pylist()) == level
    draw, output = daily["draw"].to_numpy()[wanted], daily["output"].to_numpy()[wanted]
    return np.array([output[draw == seed] for seed in np.unique(draw)])


def _hits(table: pa.Table, level: str, names: tuple[Text, ...]) -> tuple[Hit, ...]:
    wanted = np.array(table["level"].to_pylist()) == level
    columns = {
        c: table[c].to_numpy()[wanted].reshape(-1, len(names)) for c in ("lowest", "first_day", "stopped")
    }
    lowest = np.median(columns["lowest"], axis=0)
    found = []
    for k in np.argsort(lowest, kind="stable").tolist():
        days = columns["first_day"][:, k]
        if lowest[k] < 1.0 - HIT and (days >= 0).any():
            stopped = float(np.median(columns["stopped"][:, k]))
            found.append(Hit(names[k], float(lowest[k]), int(np.median(days[days >= 0])), stopped))
    return tuple(found)


def more_stock(scenario: shock.Scenario, days: float) -> shock.Scenario:
    """The same scenario with more days of every input in stock."""
    return replace(scenario, stock_days=scenario.stock_days + days)
