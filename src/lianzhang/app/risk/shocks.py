"""A scenario run day by day on several reconstructed networks: output by sector, district, cluster and chain node."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lianzhang.app.risk import queries, targets
from lianzhang.app.risk import scenario as scenarios
from lianzhang.app.risk.network import Draw
from lianzhang.app.risk.outcome import Band, ShockRun, band, summarise
from lianzhang.app.risk.runs import (
    Progress,
    Region,
    current,
    graph_of,
    kept_run,
    networks,
    readable,
)
from lianzhang.app.risk.scenario import Scenario
from lianzhang.app.risk.targets import Groups
from lianzhang.errors import UnknownNameError
from lianzhang.i18n import Text
from lianzhang.risk import shock
from lianzhang.risk.kernel.shock import ShockGraph
from lianzhang.store import Reader, RunEntry, Store

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

#: Name of the runs.
RUN = "risk.shock"
#: Made-up firms of the first network that are told one by one, those that lose most.
FIRMS_SHOWN = 30


@dataclass(frozen=True, slots=True)
class KeptShock:
    """A kept run in brief.

    ``current``: this version of the program made it, from tables that have not changed since.
    """

    run_id: str
    title: Text
    scenario: Scenario
    started: str
    seconds: float
    loss_cny: Band
    lowest: float
    current: bool


def run_scenario(region: Region, wanted: Scenario, progress: Progress | None = None) -> ShockRun:
    """Run a scenario, or read its result if it is kept.

    Args:
        region: an open region.
        wanted: the scenario.
        progress: called with (days done, days in all) over the draws; may raise to stop.

    Raises:
        UnknownNameError: the scenario names somebody the region does not have.
        NotComputableError: nothing of the network is hit.
    """
    if progress is not None:
        progress(0, 1)

    def compute() -> dict[str, pa.Table]:
        whole = wanted.draws * wanted.simulated

        def waiting(done: int, of: int) -> None:
            if progress is not None:
                progress(0, whole)

        drawn = networks(region, wanted.draws, waiting)
        # Who is hit is told before anything is simulated, so that a wrong name costs no time.
        hits = [targets.hit(region.reader, region.groups, one, wanted) for one in drawn]
        parts = []
        for n, (one, hit) in enumerate(zip(drawn, hits, strict=True)):

            def told(done: int, of: int, before: int = n * wanted.simulated) -> None:
                if progress is not None:
                    progress(before + done, whole)

            result = simulate(one, hit, wanted, graph_of(region, one), told)
            parts.append(_tables(one, hit, result, graph_of(region, one), with_firms=n == 0))
        return {name: pa.concat_tables([p[name] for p in parts]) for name in parts[0]}

    also = targets.TABLES + (("firms",) if any(w.kind == "firm" for w in wanted.who) else ())
    run_id, tables = kept_run(region, RUN, {"scenario": wanted.plain()}, compute, also)
    return summarise(region.groups, wanted, tables, title_of(region.reader, wanted), run_id)


def simulate(
    one: Draw,
    hit: Longs,
    wanted: Scenario,
    graph: ShockGraph | None = None,
    progress: Progress | None = None,
) -> shock.ShockResult:
    """Run a scenario on one network; groups are sector × district, the last group what comes from elsewhere.

    Stocks are drawn with the network's seed, so that two runs on a network differ by what was changed and not by chance.
    """
    districts = len(one.industry.district_ids)
    cell = np.where(
        one.district >= 0,
        one.sector * districts + one.district,
        len(one.industry.sector_ids) * districts,
    )
    event = shock.Event(
        firms=tuple(str(k) for k in hit.tolist()),
        start_day=wanted.first_day,
        duration_days=wanted.days,
        depth=wanted.depth,
        recovery=wanted.recovery,
        recovery_days=float(wanted.recovery_days),
    )
    return shock.run(
        one.goods(),
        shock.Scenario(
            name=wanted.name,
            events=(event,),
            days=wanted.simulated,
            stock_days=wanted.stock_days,
            stock_draw=wanted.stock_draw,
        ),
        graph=shock.prepare(one.goods(), one.final)[0] if graph is None else graph,
        value_added_share=value_added_share(one),
        group=cell,
        rng=np.random.default_rng(one.seed),
        progress=progress,
    )


def value_added_share(one: Draw) -> Floats:
    """(n + o,) value added per output; nothing for what comes from elsewhere."""
    return np.where(one.district >= 0, one.industry.value_added_share[one.sector], 0.0)


def _tables(
    one: Draw, hit: Longs, result: shock.ShockResult, graph: ShockGraph, *, with_firms: bool
) -> dict[str, pa.Table]:
    """Tables of one draw: daily output and value added of the region, its sectors and districts; counts; losses."""
    m, d = len(one.industry.sector_ids), len(one.industry.district_ids)
    local = np.arange(len(one.sector)) < one.firms
    base = np.bincount(one.sector[local] * d + one.district[local], graph.output[local], minlength=m * d)
    cells = result.daily_by_group[:, : m * d]
    cells = np.pad(cells, ((0, 0), (0, m * d - cells.shape[1])), constant_values=1.0)
    made = (cells * base).reshape(len(cells), m, d)
    added = made * one.industry.value_added_share[None, :, None]
    grid = base.reshape(m, d)
    worth = grid * one.industry.value_added_share[:, None]
    failing = np.zeros(len(one.sector), bool)
    failing[hit] = True
    stopped = (result.first_stopped_day >= 0) & local & ~failing
    everyone = np.zeros(len(one.sector), np.int64)
    daily, groups = [], []
    for level, axes, group in (
        ("total", (0, 1), everyone),
        ("sector", (1,), one.sector),
        ("region", (0,), one.district),
    ):
        undisturbed = np.atleast_1d(grid.sum(axis=axes))
        undisturbed_added = np.atleast_1d(worth.sum(axis=axes))
        size, days = len(undisturbed), len(made)
        over = tuple(a + 1 for a in axes)
        daily.append(
            pa.table(
                {
                    "draw": np.full(size * days, one.seed, np.int16),
                    "level": pa.array([level] * (size * days)).dictionary_encode(),
                    "member": np.repeat(np.arange(size, dtype=np.int16), days),
                    "day": np.tile(np.arange(days, dtype=np.int16), size),
                    "output": _shares(made.sum(axis=over).reshape(days, size), undisturbed),
                    "value_added": _shares(added.sum(axis=over).reshape(days, size), undisturbed_added),
                }
            )
        )
        first = np.full(size, np.iinfo(np.int32).max)
        np.minimum.at(first, group[stopped], result.first_stopped_day[stopped])
        groups.append(
            pa.table(
                {
                    "draw": np.full(size, one.seed, np.int16),
                    "level": pa.array([level] * size).dictionary_encode(),
                    "member": np.arange(size, dtype=np.int16),
                    "firms": np.bincount(group[local], minlength=size),
                    "stopped": np.bincount(group[stopped], minlength=size),
                    "first_stopped": np.where(first == np.iinfo(np.int32).max, -1, first).astype(np.int32),
                    "output_cny": undisturbed,
                    "value_added_cny": undisturbed_added,
                }
            )
        )
    losses = pa.table(
        {
            "draw": [one.seed],
            "failing": [len(hit)],
            "value_added_lost_cny": [result.value_added_lost],
            "output_lost_cny": [float((result.loss_days * graph.output)[local].sum())],
            "imbalance": [result.largest_imbalance],
        }
    )
    return {
        "daily": pa.concat_tables(daily).unify_dictionaries(),
        "groups": pa.concat_tables(groups).unify_dictionaries(),
        "losses": losses,
        "firms": _firms(one, failing, result, graph, FIRMS_SHOWN if with_firms else 0),
    }


def _shares(worth: Floats, undisturbed: Floats) -> Floats:
    """(members × days,) member by member, as shares of the undisturbed."""
    share = np.divide(worth, undisturbed, out=np.ones_like(worth), where=undisturbed > 0)
    return np.asarray(share.T.ravel())


def _firms(
    one: Draw, failing: NDArray[np.bool_], result: shock.ShockResult, graph: ShockGraph, most: int
) -> pa.Table:
    lost = np.where(np.arange(len(one.sector)) < one.firms, result.loss_days * graph.output, 0.0)
    first = np.argsort(-lost, kind="stable")[:most]
    first = first[lost[first] > 0]
    return pa.table(
        {
            "sector": one.sector[first].astype(np.int16),
            "district": one.district[first].astype(np.int16),
            "loss_cny": lost[first],
            "lowest": result.lowest[first],
            "first_stopped": result.first_stopped_day[first].astype(np.int32),
            "failing": failing[first],
        }
    )


def title_of(reader: Reader, wanted: Scenario) -> Text:
    """The name of a scenario: of the stress test of that id, else as it was given."""
    rows = reader.sql(queries.SCENARIO, {"scenario": wanted.name}).to_pylist()
    return Text(rows[0]["name_zh"], rows[0]["name_en"]) if rows else Text(wanted.name, wanted.name)


def kept_shock(store: Store, reader: Reader, groups: Groups, run_id: str) -> ShockRun:
    """A kept result by its run's id.

    Raises:
        UnknownNameError: there is no such run of a scenario in the region.
    """
    entry = next((e for e in _entries(store, reader) if e.run_id == run_id), None)
    if entry is None:
        raise UnknownNameError(
            Text("情景结果", "result of a scenario"), run_id, [e.run_id for e in _entries(store, reader)]
        )
    wanted = scenarios.read(entry.params["scenario"])
    return summarise(groups, wanted, store.run(run_id).tables(), title_of(reader, wanted), run_id)


def kept_shocks(store: Store, reader: Reader) -> tuple[KeptShock, ...]:
    """Every kept result that can be read in brief, newest first."""
    return tuple(brief(store, reader, entry) for entry in _entries(store, reader))


def brief(store: Store, reader: Reader, entry: RunEntry) -> KeptShock:
    """A kept result in brief."""
    run = store.run(entry.run_id)
    wanted = scenarios.read(entry.params["scenario"])
    daily = run.table("daily")
    total = daily.filter(pc.equal(daily["level"], pa.scalar("total")))["output"].to_numpy()
    return KeptShock(
        entry.run_id,
        title_of(reader, wanted),
        wanted,
        entry.started,
        entry.seconds,
        band(run.table("losses")["value_added_lost_cny"].to_numpy()),
        float(np.median(total.reshape(wanted.draws, -1).min(axis=1))),
        current(reader, entry),
    )


def _entries(store: Store, reader: Reader) -> list[RunEntry]:
    return [e for e in store.runs(reader.region.name) if e.name == RUN and readable(e)]


def more_stock(wanted: Scenario, days: float) -> Scenario:
    """The same scenario with more days of every input in stock."""
    return replace(wanted, stock_days=wanted.stock_days + days)
