"""Daily shocks: sector level beside BoARIO on the same table and event, firm level beside a numpy version.

The table is a random multi-regional one, the event a loss of 60 % of capacity in three industries for 15 days with a
linear recovery over 20. Both run ARIO without over-production (BoARIO's `alpha_max = 1`, `order_type = "noalt"`,
ψ = 0.8, 20 days of stock, restocking over 10), and give the same path: the models differ in nothing else here. Ours has
no over-production, no rebuilding demand and no alternative ordering.
"""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np

from benchmarks.registry import Case, Result, Variant, register

STOCK_DAYS, RESTOCK_DAYS, PSI = 20.0, 10.0, 0.8


class Table(NamedTuple):
    Z: np.ndarray
    final: np.ndarray
    sectors: int
    days: int


def make(regions: int, sectors: int, days: int = 40) -> Table:
    rng = np.random.default_rng(1)
    n = regions * sectors
    size = rng.lognormal(0, 1, n)
    Z = rng.random((n, n))
    Z **= 4
    Z *= size[:, None]
    Z *= size * rng.uniform(0.3, 0.6, n) / Z.sum(axis=0) * 1e6
    used, sold = Z.sum(axis=0), Z.sum(axis=1)
    final = np.maximum(used / 0.6 - sold, 0.05e6 * size) + 0.1e6 * size
    return Table(Z, final, sectors, days)


def capacity(table: Table) -> np.ndarray:
    """(days,) capacity of the three industries that are hit."""
    left = np.ones(table.days)
    since = np.arange(table.days) - 6
    left[(since >= 0) & (since <= 16)] = 0.4
    after = since > 16
    left[after] = np.minimum(1.0, 0.4 + 0.6 * (since[after] - 16) / 20)
    return left


def ours(table: Table) -> Result:
    import time

    from lianzhang.risk.kernel.shock import imbalance, of_inputs, start, step, table_graph

    n = len(table.final)
    g = table_graph(table.Z, table.final, np.arange(n) % table.sectors)
    state = start(g, of_inputs(g, np.full(n, STOCK_DAYS)))
    path, worst = [], 0.0
    caps = np.ones((table.days + 1, n))
    caps[:-1, :3] = capacity(table)[:, None]
    begun = time.perf_counter()
    with ThreadPoolExecutor() as pool:
        for cap, coming in itertools.pairwise(caps):
            step(g, state, cap, np.ones(n), RESTOCK_DAYS, PSI, False, True, pool, coming)
            worst = max(worst, imbalance(g, state))
            path.append(_ratios(state.made, g.output))
    each = (time.perf_counter() - begun) / table.days
    return {"output": np.array(path), "seconds_per_day": round(each, 5), "largest_imbalance": worst}


def boario(table: Table) -> Result:
    import logging
    import time
    import warnings

    import pandas as pd
    import pymrio
    from boario import event
    from boario.extended_models import ARIOPsiModel
    from boario.simulation import Simulation

    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    n, m = len(table.final), table.sectors
    names = [f"r{r:02}" for r in range(n // m)]
    index = pd.MultiIndex.from_product([names, [f"s{k:03}" for k in range(m)]], names=["region", "sector"])
    users = pd.MultiIndex.from_product([names, ["final"]], names=["region", "category"])
    Y = np.zeros((n, n // m))
    Y[np.arange(n), np.arange(n) // m] = table.final
    system = pymrio.IOSystem(Z=pd.DataFrame(table.Z, index, index), Y=pd.DataFrame(Y, index, users))
    system.calc_all()
    model = ARIOPsiModel(
        system,
        order_type="noalt",
        alpha_base=1.0,
        alpha_max=1.0,
        alpha_tau=365,
        psi_param=PSI,
        main_inv_dur=int(STOCK_DAYS),
        inventory_restoration_tau=int(RESTOCK_DAYS),
        monetary_factor=1,
        temporal_units_by_step=1,
        iotable_year_to_temporal_unit_factor=365,
    )
    simulation = Simulation(model, n_temporal_units_to_sim=table.days)
    simulation.add_event(
        event.from_series(
            pd.Series({("r00", f"s{k:03}"): 0.6 for k in range(3)}),
            event_type="arbitrary",
            occurrence=5,
            duration=15,
            recovery_tau=20,
            recovery_function="linear",
        )
    )
    begun = time.perf_counter()
    simulation.loop()
    each = (time.perf_counter() - begun) / table.days
    made = simulation.production_realised.to_numpy().sum(axis=1)
    return {"output": made / made[0], "seconds_per_day": round(each, 5)}


register(
    Case(
        name="risk.shock_sectors",
        make=make,
        sizes={
            "550": {"regions": 22, "sectors": 25},
            "2420": {"regions": 44, "sectors": 55, "days": 60},
            "4884": {"regions": 44, "sectors": 111, "days": 25},
        },
        slow=frozenset({"4884"}),
        goal="the path of BoARIO, at least 5 times as fast and lighter",
        min_ratio=5.0,
        tolerance=1e-6,
        variants=(
            Variant("lianzhang", ours, role="ours", warm=lambda: ours(make(2, 3, 3))),
            Variant("BoARIO", boario, needs=("boario", "progressbar")),
        ),
    )
)


class FirmTask(NamedTuple):
    network: Any
    final: np.ndarray
    hit: np.ndarray
    days: int


def make_firms(firms: int, days: int, links_per_firm: float = 5.1) -> FirmTask:
    from benchmarks._risk_networks import make_network

    network = make_network(firms, links_per_firm)
    sold = np.bincount(network.supplier, network.sales, minlength=firms)
    used = np.bincount(network.buyer, network.sales, minlength=firms)
    return FirmTask(network, np.maximum(sold, used / 0.7) - sold, np.argsort(-sold)[:20], days)


def _ratios(made: np.ndarray, output: np.ndarray) -> float:
    return float((made * output).sum() / output.sum())


def firms_ours(task: FirmTask) -> Result:
    import time

    from lianzhang.risk.kernel.shock import imbalance, of_inputs, shock_graph, start, step

    net, n = task.network, len(task.final)
    g = shock_graph(net.supplier, net.buyer, net.sales, task.final, net.sector, net.types)
    state = start(g, of_inputs(g, np.full(n, 10.0)))
    hit = np.ones(n)
    hit[task.hit] = 0.0
    path, worst = [], 0.0
    begun = time.perf_counter()
    with ThreadPoolExecutor() as pool:
        for day in range(task.days):
            step(g, state, hit if day else np.ones(n), np.ones(n), 6.0, 0.0, False, False, pool, hit)
            worst = max(worst, imbalance(g, state))
            path.append(_ratios(state.made, g.output))
    each = (time.perf_counter() - begun) / task.days
    return {"output": np.array(path), "seconds_per_day": round(each, 4), "largest_imbalance": worst}


def firms_numpy(task: FirmTask) -> Result:
    import time

    net, n = task.network, len(task.final)
    w, i, j = net.sales / 365.0, net.supplier, net.buyer
    final = task.final / 365.0
    m = len(net.types)
    slots, slot = np.unique(j * m + net.sector[i], return_inverse=True)
    owner = slots // m
    essential = net.types[slots % m, net.sector[owner]] == 2
    need = np.bincount(slot, w)
    x = np.bincount(i, w, minlength=n) + final
    sells = x > 0
    stock = np.full(len(slots), 10.0)
    q = np.ones(n)
    path = []
    begun = time.perf_counter()
    for day in range(task.days):
        cap = np.ones(n)
        cap[task.hit] = 0.0 if day >= 1 else 1.0
        order = np.maximum(0.0, np.minimum(q, cap)[owner] + (10.0 - stock) / 6.0)
        wanted = w * order[slot]
        total = np.bincount(i, wanted, minlength=n) + final
        q = np.where(sells, total / np.where(sells, x, 1), 1.0)
        y = np.minimum(q, cap)
        np.minimum.at(y, owner[essential], stock[essential])
        phi = np.where(total > 0, np.minimum(1.0, y * x / np.where(total > 0, total, 1)), 0.0)
        stock += np.bincount(slot, wanted * phi[i]) / need - np.minimum(y[owner], stock)
        path.append(_ratios(y, x))
    each = (time.perf_counter() - begun) / task.days
    return {"output": np.array(path), "seconds_per_day": round(each, 4)}


register(
    Case(
        name="risk.shock_firms",
        make=make_firms,
        sizes={
            "60k": {"firms": 60_000, "days": 40},
            "60k, 9 links": {"firms": 60_000, "days": 40, "links_per_firm": 10.2},
            "1M": {"firms": 1_000_000, "days": 20},
        },
        slow=frozenset({"1M"}),
        goal="under 0.5 s a day at 1 million firms and 5.1 million links on 2 cores within 2 GB",
        tolerance=1e-8,
        variants=(
            Variant("lianzhang", firms_ours, role="ours", warm=lambda: firms_ours(make_firms(700, 2))),
            Variant("numpy, link by link", firms_numpy, role="oracle"),
        ),
    )
)
