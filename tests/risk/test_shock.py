"""Daily shocks: equal to a plain numpy version, still when undisturbed, conserving, monotone."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from benchmarks._risk_networks import Network
from lianzhang.cli import main
from lianzhang.errors import FileFormatError, InputError, UnknownNameError
from lianzhang.risk.kernel.shock import imbalance, shock_graph, start, step
from lianzhang.risk.model import FirmNetwork
from lianzhang.risk.shock import Event, Scenario, monte_carlo, prepare, read_scenario, run
from tests.risk.networks import FILES, fixture, networks

Floats = NDArray[np.float64]


def plain(
    network: Network,
    final: Floats,
    caps: Floats,
    demands: Floats,
    n_days: Floats,
    tau: float,
    psi: float,
    firms_first: bool,
    ario: bool,
) -> Floats:
    """(days, n) output by full matrices, a second implementation of the daily equations."""
    n, m = len(network.sector), len(network.types)
    W = np.zeros((n, n))
    W[network.supplier, network.buyer] = network.sales / 365.0
    final = final / 365.0
    x = W.sum(axis=1) + final
    member = np.zeros((m, n))
    member[network.sector, np.arange(n)] = 1.0
    need = member @ W
    has = need > 0
    binding = has & (network.types[:, network.sector] == 2)
    stock = np.where(has, n_days[None, :], 0.0)
    q, y, opt = np.ones(n), np.ones(n), np.ones(n)
    path = []
    for cap, demand in zip(caps, demands, strict=True):
        if ario:
            r = y[None, :] + np.maximum(0.0, n_days * opt - stock) / tau
        else:
            r = np.maximum(0.0, np.minimum(q, cap) + (n_days - stock) / tau)
        r = np.where(has, r, 0.0)
        orders = W * r[network.sector]
        wanted = final * demand
        total = orders.sum(axis=1) + wanted
        q = np.where(x > 0, total / np.where(x > 0, x, 1), 1.0)
        opt = np.minimum(q, cap)
        y = np.minimum(opt, np.where(binding, stock, np.inf).min(axis=0, initial=np.inf))
        if psi > 0:
            least = psi * n_days * opt
            short = binding & (stock < least)
            limit = np.where(short, opt * stock / np.where(least > 0, least, 1), np.inf)
            y = np.minimum(y, limit.min(axis=0, initial=np.inf))
        made = y * x
        ordered = orders.sum(axis=1)
        base = ordered if firms_first else total
        phi = np.where(base > 0, np.minimum(1.0, made / np.where(base > 0, base, 1)), 0.0)
        arriving = member @ (orders * phi[:, None])
        stock = np.where(has, stock + arriving / np.where(has, need, 1) - np.minimum(y, stock), 0.0)
        path.append(y)
    return np.array(path)


def simulate(
    network: Network,
    final: Floats,
    caps: Floats,
    demands: Floats,
    n_days: Floats,
    tau: float,
    psi: float,
    firms_first: bool,
    ario: bool,
) -> tuple[Floats, float, float]:
    """(days, n) output, largest imbalance, smallest stock of the kernel."""
    g = shock_graph(network.supplier, network.buyer, network.sales, final, network.sector, network.types)
    state = start(g, n_days)
    path, worst, least = [], 0.0, 0.0
    for cap, demand in zip(caps, demands, strict=True):
        step(g, state, cap, demand, n_days, tau, psi, firms_first, ario)
        path.append(state.made.copy())
        worst = max(worst, imbalance(g, state))
        least = min(least, float(state.stock.min(initial=0.0)))
    return np.array(path), worst, least


@settings(max_examples=50)
@given(
    networks(20),
    st.integers(0, 2**31),
    st.sampled_from([0.0, 0.8]),
    st.booleans(),
    st.booleans(),
)
def test_equals_the_plain_version_and_conserves(
    network: Network, seed: int, psi: float, firms_first: bool, ario: bool
) -> None:
    assume(len(network.sales) > 0)
    rng = np.random.default_rng(seed)
    n, days = len(network.sector), 25
    final = rng.lognormal(0, 1, n) * (rng.random(n) < 0.7)
    caps, demands = np.ones((days, n)), np.ones((days, n))
    hit = rng.random(n) < 0.3
    caps[3:12, hit] = rng.random((9, hit.sum()))
    demands[8:15] = rng.random(n)
    n_days = rng.integers(1, 12, n).astype(float)
    arguments = (network, final, caps, demands, n_days, 6.0, psi, firms_first, ario)
    got, worst, least = simulate(*arguments)
    assert got == pytest.approx(plain(*arguments), abs=1e-9)
    assert worst <= 1e-9
    assert least >= -1e-12
    assert (got >= 0).all()
    assert (got <= caps + 1e-12).all()


@given(networks(40), st.integers(0, 2**31), st.booleans(), st.booleans())
def test_undisturbed_system_does_not_move_at_all(
    network: Network, seed: int, firms_first: bool, ario: bool
) -> None:
    assume(len(network.sales) > 0)
    rng = np.random.default_rng(seed)
    n = len(network.sector)
    g = shock_graph(
        network.supplier,
        network.buyer,
        network.sales,
        rng.lognormal(0, 2, n),
        network.sector,
        network.types,
    )
    n_days = rng.uniform(1, 20, n)
    state = start(g, n_days)
    before = state.stock.tobytes()
    for _ in range(30):
        step(g, state, np.ones(n), np.ones(n), n_days, 6.0, 0.9, firms_first, ario)
        assert imbalance(g, state) <= 1e-14
    assert state.stock.tobytes() == before
    assert (state.made == 1.0).all()


def shocked(**changes: object) -> Scenario:
    settings_ = {"name": "s", "days": 60, "events": (Event(firms=("109",), start_day=5, duration_days=20),)}
    return Scenario(**(settings_ | changes))  # type: ignore[arg-type]


def test_nothing_happens_before_the_shock_and_all_is_well_long_after() -> None:
    result = run(fixture(), shocked(days=240))
    assert (result.daily_output[:5] == 1.0).all()
    assert result.daily_output[5:25].min() < 0.95
    assert result.daily_output[-1] == pytest.approx(1.0, abs=1e-3)
    assert result.largest_imbalance <= 1e-9
    assert result.first_stopped_day[108] == 5
    assert result.loss_days[108] >= 20
    assert result.output_lost > 0


def test_more_stock_never_costs_and_a_deeper_shock_never_helps_much() -> None:
    network = fixture()
    graph, _ = prepare(network)
    losses = [run(network, shocked(stock_days=d), graph=graph).output_lost for d in (2.0, 6.0, 20.0, 60.0)]
    assert losses == sorted(losses, reverse=True)
    depths = [
        run(
            network,
            shocked(events=(Event(firms=("109",), start_day=5, duration_days=20, depth=d),)),
            graph=graph,
        ).output_lost
        for d in (0.0, 0.3, 0.6, 1.0)
    ]
    assert depths[0] == 0.0
    assert depths == sorted(depths)


def test_drawn_stocks_give_a_band_and_repeat_with_the_seed() -> None:
    network = fixture()
    scenario = shocked(stock_draw="poisson")
    band = monte_carlo(network, scenario, 4, np.random.default_rng(1))
    again = monte_carlo(network, scenario, 4, np.random.default_rng(1))
    assert band.value_added_lost.tobytes() == again.value_added_lost.tobytes()
    assert len(set(band.value_added_lost.tolist())) == 4
    assert (band.daily_output[0] <= band.daily_output[2]).all()
    with pytest.raises(InputError, match="random generator"):
        run(network, scenario)


def test_groups_add_up_to_the_whole() -> None:
    network = fixture()
    graph, _ = prepare(network)
    group = np.arange(network.firms) % 3
    result = run(network, shocked(), graph=graph, group=group)
    weight = np.bincount(group, graph.output) / graph.output.sum()
    assert result.daily_by_group @ weight == pytest.approx(result.daily_output, abs=1e-12)


@pytest.mark.parametrize(
    ("recovery", "expected"),
    [
        ("at once", [1.0, 0.2, 0.2, 1.0, 1.0, 1.0]),
        ("linear", [1.0, 0.2, 0.2, 0.6, 1.0, 1.0]),
        (
            "exponential",
            [1.0, 0.2, 0.2, 1 - 0.8 * np.exp(-1.5), 1 - 0.8 * np.exp(-3.0), 1 - 0.8 * np.exp(-4.5)],
        ),
    ],
)
def test_recovery_paths(recovery: str, expected: list[float]) -> None:
    event = Event(firms=("x",), start_day=1, duration_days=2, depth=0.8, recovery=recovery, recovery_days=2)  # type: ignore[arg-type]
    assert [event.left(day) for day in range(6)] == pytest.approx(expected)


def test_scenario_files(tmp_path: Path) -> None:
    toml = tmp_path / "flood.toml"
    toml.write_text('days = 30\n[[event]]\nsectors = ["0111"]\nduration_days = 10\ndepth = 0.5\n')
    scenario = read_scenario(toml)
    assert scenario.name == "flood"
    assert scenario.events == (Event(sectors=("0111",), duration_days=10, depth=0.5),)
    same = tmp_path / "flood.json"
    same.write_text(
        json.dumps({"days": 30, "event": [{"sectors": ["0111"], "duration_days": 10, "depth": 0.5}]})
    )
    assert read_scenario(same) == scenario


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("days = 30\n", r"no \[\[event\]\]"),
        ("days = 0\n[[event]]\nfirms=['1']\n", "days = 0"),
        ("[[event]]\nfirms=['1']\ndepth=1.5\n", "event 1: depth = 1.5"),
        ("[[event]]\nfirms=['1']\ndeep=1\n", "deep"),
        ("[[event]]\ndepth=1.0\n", "names no firm"),
        ("days = true\n[[event]]\nfirms=['1']\n", "days = True"),
        ("[[event]\n", "neither TOML nor JSON"),
    ],
)
def test_bad_scenario_files_are_named(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "s.toml"
    path.write_text(text)
    with pytest.raises((FileFormatError, UnknownNameError), match=message):
        read_scenario(path)


def test_unknown_members_and_bad_final_sales_are_refused() -> None:
    network: FirmNetwork = fixture()
    with pytest.raises(UnknownNameError, match="nobody"):
        run(network, shocked(events=(Event(firms=("nobody",)),)))
    with pytest.raises(UnknownNameError, match="no such"):
        run(network, shocked(events=(Event(sectors=("no such",)),)))
    with pytest.raises(InputError, match="final users"):
        prepare(network, np.full(network.firms, -1.0))


def test_shock_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "s.toml"
    path.write_text(
        'name="x"\ndays = 20\nstock_draw="poisson"\n[[event]]\nfirms = [109]\nduration_days = 5\n'
    )
    words = [word for name, file in FILES.items() for word in (f"--{name}", str(file))]
    out = tmp_path / "out"
    assert (
        main(["risk", "shock", "--scenario", str(path), *words, "--out", str(out), "--runs", "2", "--json"])
        == 0
    )
    summary = json.loads(capsys.readouterr().out)
    assert summary["runs"] == 2
    assert summary["largest_imbalance"] <= 1e-9
    with (out / "daily.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert list(rows[0]) == ["day", "output_p10", "output_p50", "output_p90"]
    assert len(rows) == 20
    assert len((out / "firms.csv").read_text().splitlines()) == 1001
    assert main(["risk", "shock", "--scenario", str(path), *words, "--out", str(out)]) == 0
    assert "assumed" in capsys.readouterr().out
