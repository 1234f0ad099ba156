"""Daily shocks: equal to a plain numpy version, still when undisturbed, conserving, monotone."""

from __future__ import annotations

import csv
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from benchmarks._risk_networks import Network
from lianzhang.cli import main
from lianzhang.errors import FileFormatError, InputError, UnknownNameError
from lianzhang.risk.groups import Groups, read_groups
from lianzhang.risk.kernel.shock import imbalance, of_inputs, shock_graph, start, step, table_graph
from lianzhang.risk.model import FirmNetwork
from lianzhang.risk.shock import (
    Event,
    NetworkDraw,
    Scenario,
    monte_carlo,
    over_networks,
    prepare,
    read_scenario,
    run,
)
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
    state = start(g, of_inputs(g, n_days))
    path, worst, least = [], 0.0, 0.0
    for cap, demand in zip(caps, demands, strict=True):
        step(g, state, cap, demand, tau, psi, firms_first, ario)
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
    state = start(g, of_inputs(g, n_days))
    before = state.stock.tobytes()
    for _ in range(30):
        step(g, state, np.ones(n), np.ones(n), 6.0, 0.9, firms_first, ario)
        assert imbalance(g, state) <= 1e-14
    assert state.stock.tobytes() == before
    assert (state.made == 1.0).all()


@settings(max_examples=30)
@given(st.integers(0, 2**31), st.sampled_from([0.0, 0.8]), st.booleans(), st.booleans())
def test_a_table_gives_what_its_links_give_and_looking_ahead_changes_no_bit(
    seed: int, psi: float, firms_first: bool, ario: bool
) -> None:
    rng = np.random.default_rng(seed)
    n, m, days = int(rng.integers(1, 40)), int(rng.integers(1, 6)), 15
    sector = rng.integers(0, m, n)
    flows = rng.lognormal(0, 2, (n, n)) * (rng.random((n, n)) < rng.random())
    final, types = rng.lognormal(0, 1, n), rng.integers(0, 3, (m, m)).astype(np.int8)
    i, j = np.nonzero(flows)
    table = table_graph(flows, final, sector, types)
    links = shock_graph(i, j, flows[i, j], final, sector, types)
    assert table.output == pytest.approx(links.output, rel=1e-12)
    caps = np.ones((days + 1, n))
    caps[3:8] = rng.random(n)
    stocks = rng.integers(1, 9, n).astype(float)
    made: dict[str, list[Floats]] = {}
    for name, g, ahead in (("links", links, False), ("table", table, False), ("ahead", table, True)):
        state = start(g, of_inputs(g, stocks))
        made[name] = []
        for day in range(days):
            coming = caps[day + 1] if ahead and day != 5 else None
            step(g, state, caps[day], np.ones(n), 6.0, psi, firms_first, ario, None, coming)
            assert imbalance(g, state) <= 1e-12
            made[name].append(state.made.copy())
    assert (np.array(made["table"][:3]) == 1.0).all()
    assert np.array(made["table"]) == pytest.approx(np.array(made["links"]), abs=1e-9)
    assert np.array(made["ahead"]).tobytes() == np.array(made["table"]).tobytes()


def test_threads_change_no_bit_of_a_table_large_enough_to_share() -> None:
    rng = np.random.default_rng(3)
    n = 400
    g = table_graph(rng.random((n, n)), rng.random(n), np.arange(n) % 20)
    assert len(g.cuts) > 2
    paths = []
    for threads in (0, 1, 3):
        state, cap = start(g, np.full(len(g.need), 5.0)), np.ones(n)
        cap[:7] = 0.2
        with ThreadPoolExecutor(max(1, threads)) as pool:
            for _ in range(12):
                step(g, state, cap, np.ones(n), 6.0, 0.8, False, True, pool if threads else None, cap)
        paths.append(state.made.tobytes() + state.stock.tobytes())
    assert len(set(paths)) == 1


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


def test_named_groups_are_sums_of_their_firms() -> None:
    network = fixture()
    graph, _ = prepare(network)
    sectors = Groups.of(network.sector, network.sector_labels)
    twice = Groups(("hit", "all"), np.append(108, np.arange(1000)), np.append(0, np.ones(1000, np.int64)))
    share = np.linspace(0.1, 0.5, network.firms)
    result = run(
        network, shocked(), graph=graph, value_added_share=share, groups={"sector": sectors, "two": twice}
    )
    assert result.groups["sector"].output.tobytes() == result.daily_by_group.tobytes()
    two = result.groups["two"]
    assert two.output[:, 1] == pytest.approx(result.daily_output, abs=1e-12)
    assert (two.output[5:25, 0] == 0.0).all()
    assert two.first_stopped_day.tolist() == [5, 5]
    assert two.firms.tolist() == [1, 1000]
    assert two.stopped[1] == (result.first_stopped_day >= 0).sum()
    assert two.value_added_lost[1] == pytest.approx(result.value_added_lost, rel=1e-12)
    assert two.value_added_lost[0] == pytest.approx((result.loss_days * graph.output * share)[108], rel=1e-12)
    with pytest.raises(InputError, match="numbered"):
        Groups.of(np.array([0, 2]), ("one", "two"))


def test_stocks_may_be_drawn_for_every_input() -> None:
    network = fixture()
    by_firm, by_input = (
        run(network, shocked(stock_draw=draw), rng=np.random.default_rng(1))
        for draw in ("poisson", "poisson by input")
    )
    assert by_firm.output_lost != by_input.output_lost
    # The shortest of several stocks stops a firm: drawn one by one they carry less far.
    assert (by_input.first_stopped_day >= 0).sum() >= (by_firm.first_stopped_day >= 0).sum()


def test_bands_over_networks_and_stocks() -> None:
    scenario = shocked(stock_draw="poisson", days=30, events=(Event(sectors=("0111",), duration_days=10),))

    def drawn(seed: int) -> NetworkDraw:
        sizes = np.random.default_rng(seed).lognormal(0, 0.5, 4540)
        network = replace(fixture(), sales=fixture().sales * sizes)
        groups = {"sector": Groups.of(network.sector, network.sector_labels)}
        events = (Event(firms=("109",), duration_days=10),) if seed == 2 else None
        return NetworkDraw(network, groups=groups, events=events)

    band = over_networks([drawn(k) for k in range(3)], scenario, 4, seed=5)
    assert band.network.tolist() == [0] * 4 + [1] * 4 + [2] * 4
    assert len(set(band.value_added_lost.tolist())) == 12
    assert band.runs[0].first_stopped_day.tobytes() != band.runs[8].first_stopped_day.tobytes()
    fewer = over_networks([drawn(k) for k in range(2)], scenario, 2, seed=5)
    assert fewer.value_added_lost.tolist() == band.value_added_lost[[0, 1, 4, 5]].tolist()
    sectors = band.groups["sector"]
    assert sectors.output.shape == (3, 30, 616)
    assert (sectors.output[0] <= sectors.output[2]).all()
    each = [r.groups["sector"].value_added_lost for r in band.runs]
    assert sectors.value_added_lost[1] == pytest.approx(np.median(each, axis=0))
    assert sectors.first_stopped_day[sectors.labels.index("0111")] == 0
    assert 0.0 <= band.between_networks() <= 1.0
    means = band.value_added_lost.reshape(3, 4).mean(axis=1)
    expected = 4 * ((means - means.mean()) ** 2).sum() / (band.value_added_lost.var() * 12)
    assert band.between_networks() == pytest.approx(expected)
    with pytest.raises(InputError, match="no network"):
        over_networks([], scenario, 2, seed=5)


def test_groups_from_a_table(tmp_path: Path) -> None:
    path = tmp_path / "groups.csv"
    path.write_text("firm,district,node\na,east,n1;n2\nb,,n2\nc,west,\n", encoding="utf-8")
    found = read_groups(path, ("a", "b", "c", "d"))
    assert found["district"].labels == ("east", "west")
    assert found["district"].sums(np.array([1.0, 2.0, 4.0, 8.0])).tolist() == [1.0, 4.0]
    assert found["node"].sums(np.array([1.0, 2.0, 4.0, 8.0])).tolist() == [1.0, 3.0]
    assert found["node"].earliest(np.array([-1, 3, 0, 0])).tolist() == [-1, 3]
    path.write_text("firm,district\nx,east\n", encoding="utf-8")
    with pytest.raises(UnknownNameError, match="line 2"):
        read_groups(path, ("a",))
    path.write_text("firm\na\n", encoding="utf-8")
    with pytest.raises(FileFormatError, match="needs a column of firms"):
        read_groups(path, ("a",))


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
