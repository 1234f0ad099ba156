"""From a loaded region to networks, rank, stress tests, remedies and the report, on a thinned-out Chongqing."""

from __future__ import annotations

import csv
import itertools
import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import lianzhang
from lianzhang.app.report import build_report
from lianzhang.app.risk import inputs, points, rank, remedy, runs, stress, targets
from lianzhang.app.risk.inputs import Industry
from lianzhang.app.risk.kept import kept_risk
from lianzhang.app.risk.network import Draw, draw
from lianzhang.app.risk.scenario import Scenario, Who
from lianzhang.app.state import compute_state
from lianzhang.chain.service import io_table
from lianzhang.cli import main
from lianzhang.config import Settings, load_settings
from lianzhang.errors import NotComputableError, UnknownNameError
from lianzhang.i18n import Text
from lianzhang.report.check import check_report
from lianzhang.report.figures import Empty, RankCurve, ShockDays, Table
from lianzhang.report.values import Quantity
from lianzhang.store import Reader, Store, load_pack


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("risk") / "store"
    load_pack(Store(path), "chongqing")
    return path


@pytest.fixture(scope="module")
def whole(folder: Path) -> Industry:
    with Store(folder).reader() as reader:
        return inputs.industry(reader, "500000")


def thinned(given: Industry) -> Industry:
    """One firm in sixty, at least one where there were any in the sector."""
    counts = given.counts // 60
    empty = np.flatnonzero((counts.sum(axis=1) == 0) & (given.counts.sum(axis=1) > 0))
    counts[empty, given.counts[empty].argmax(axis=1)] = 1
    return replace(given, counts=counts)


@pytest.fixture(scope="module")
def thin(whole: Industry) -> Industry:
    return thinned(whole)


@pytest.fixture(scope="module")
def one(thin: Industry) -> Draw:
    return draw(thin, 1)


@pytest.fixture
def few(folder: Path, thin: Industry, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of the loaded region, whose industry is the thinned one."""
    monkeypatch.setattr(runs, "industry", lambda reader, region_id: thin)
    return load_settings({"store": str(folder)})[0]


def test_industry_keeps_the_totals_of_the_accounts(folder: Path, whole: Industry) -> None:
    with Store(folder).reader() as reader:
        _, table, ids, _ = io_table(reader)
        counted = reader.sql(
            "SELECT sum(enterprises)::INTEGER AS n FROM sector_counts WHERE sector_id = 'gb4754:36' AND region_id <> '500000'"
        ).to_pylist()[0]["n"]
    parents = [ids.index(p) for p in dict.fromkeys(whole.parents)]
    np.testing.assert_allclose(whole.output.sum(), table.x[parents].sum())
    flows = np.asarray(table.Z)[np.ix_(parents, parents)].sum()
    np.testing.assert_allclose(whole.flows.sum(), flows * (1 - whole.left_out))
    assert 0 < whole.left_out < 0.1
    assert ((whole.local_share >= 0) & (whole.local_share <= 1)).all()
    cars = [whole.sector_ids.index(s) for s in ("io153:36077", "io153:36078")]
    assert whole.counts[cars].sum() == counted
    assert (whole.flows.sum(axis=0) < 1.2 * whole.output).all()


def test_parts_of_a_sector_add_up_to_it(whole: Industry) -> None:
    of_vehicles = [k for k, p in enumerate(whole.parents) if p == "io42:18"]
    assert {whole.sector_ids[k] for k in of_vehicles} == {
        "io153:36077",
        "io153:36078",
        "io153:37081",
        "io42:18",
    }
    links = {"gb4754:36": "io42:18", "gb4754:38": "io42:19"}
    assert whole.within("io42:18", links) == of_vehicles
    assert [whole.sector_ids[k] for k in whole.within("gb4754:3841", links)] == ["io153:38085"]
    assert [whole.sector_ids[k] for k in whole.within("gb4754:3872", links)] == ["io42:19"]
    assert whole.within("gb4754:99", links) == []


def test_a_region_without_types_of_inputs_says_what_is_missing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inputs.queries, "TYPES", "SELECT * FROM input_types WHERE false")
    with Store(folder).reader() as reader, pytest.raises(NotComputableError, match="types of inputs"):
        inputs.industry(reader, "500000")


def test_a_network_carries_the_flows_and_no_real_name(one: Draw, thin: Industry) -> None:
    local = one.supplier < one.firms
    a, b = one.sector[one.supplier], one.sector[one.buyer]
    m = len(thin.sector_ids)
    brought = np.zeros((m, m))
    np.add.at(brought, (a[~local], b[~local]), one.sales[~local])
    wanted = thin.flows * (1 - thin.local_share[:, None])
    sources = np.array(sorted(one.outside))
    np.testing.assert_allclose(brought[sources], wanted[sources], rtol=1e-9)
    made = np.zeros((m, m))
    np.add.at(made, (a[local], b[local]), one.sales[local])
    assert (made <= thin.flows * thin.local_share[:, None] * (1 + 1e-6) + 1e-3).all()
    assert one.name(0).zh.startswith("合成企业·")
    assert one.name(one.firms).en.startswith("from elsewhere")
    assert one.goods().origin == "reconstructed"
    np.testing.assert_allclose(one.whole().strength()[:-1], one.output)


def test_the_same_seed_gives_the_same_network(one: Draw, thin: Industry) -> None:
    again, other = draw(thin, 1), draw(thin, 2)
    assert np.array_equal(again.sales, one.sales)
    assert np.array_equal(again.supplier, one.supplier)
    assert not np.array_equal(other.output[:50], one.output[:50])


def test_a_second_source_moves_deliveries_and_loses_none(one: Draw) -> None:
    hit = np.bincount(one.supplier[one.supplier < one.firms]).argmax(keepdims=True)
    sector = int(one.sector[hit[0]])
    changed = remedy.second_source(one, hit, sector, 0.5, 1)
    assert changed is not None
    np.testing.assert_allclose(
        np.bincount(changed.buyer, changed.sales, minlength=len(one.sector)),
        np.bincount(one.buyer, one.sales, minlength=len(one.sector)),
    )
    before = one.sales[one.supplier == hit[0]].sum()
    # a little above half: a buyer drawn as its own second source keeps its supplier
    assert before / 2 * (1 - 1e-9) <= changed.sales[changed.supplier == hit[0]].sum() < before * 0.52
    assert len(np.unique(changed.supplier * len(one.sector) + changed.buyer)) == len(changed.sales)
    assert not (changed.supplier == changed.buyer).any()
    everyone = np.flatnonzero(one.sector == sector)
    assert remedy.second_source(one, everyone, sector, 0.5, 1) is None


def test_a_local_maker_takes_over_half_of_the_inflow(one: Draw) -> None:
    sector, source = next(iter(one.outside.items()))
    changed = remedy.local_maker(one, sector, 0.5)
    assert changed is not None
    new = len(one.sector)
    assert changed.sales[changed.supplier == new].sum() == pytest.approx(
        one.sales[one.supplier == source].sum() / 2
    )
    assert changed.sales.sum() == pytest.approx(one.sales.sum())
    closed = next(k for k in range(len(one.industry.sector_ids)) if k not in one.outside)
    assert remedy.local_maker(one, closed, 0.5) is None


def test_rank_is_a_falling_curve_with_a_band_and_is_kept(
    few: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with runs.open_risk(few) as region:
        found = rank.region_rank(region, 2, largest=15, sampled=15)
    mids = [p.mid for p in found.curve]
    assert all(x >= y - 1e-15 for x, y in itertools.pairwise(mids))
    assert all(p.low <= p.mid <= p.high for p in found.curve)
    assert found.firms == int(thinned_count(found))
    assert found.top[0].esri == max(f.esri for f in found.top)
    assert all(f.district is None for f in found.inflow)
    assert rank.index_at(found, 1e-9).mid == pytest.approx(mids[0])
    monkeypatch.setattr(rank, "_one", lambda *given: pytest.fail("computed again"))
    with runs.open_risk(few) as region:
        assert rank.region_rank(region, 2, largest=15, sampled=15) == found


def thinned_count(found: rank.RegionRank) -> float:
    return found.statistics["firms"][1]


def test_stress_tests_hit_whom_they_name(few: Settings, one: Draw) -> None:
    with runs.open_risk(few) as region:
        tests = {t.fails: t.scenario(1) for t in stress.tests_of(region.reader)}

        def hit(wanted: Scenario) -> NDArray[np.int64]:
            return targets.hit(region.reader, region.groups, one, wanted)

        assert {one.industry.district_ids[k] for k in one.district[hit(tests["region"])]} == {"500109"}
        chips = hit(tests["largest"])
        assert len(chips) == 1
        same = (one.sector == one.sector[chips[0]]) & (one.district >= 0)
        assert one.output[chips[0]] == one.output[same].max()
        assert (one.district[hit(tests["inflow"])] == -1).all()
        with pytest.raises(UnknownNameError):
            hit(replace(tests["region"], who=(Who("region", "nowhere"),)))
        with pytest.raises(UnknownNameError):
            stress.chosen(region.reader, "no such test")


def test_stress_paths_begin_undisturbed_and_balance(few: Settings) -> None:
    with runs.open_risk(few) as region:
        (found,) = stress.stress(region, 2, "beibei-flood-10d")
    run = found.run
    assert run.output.mid[: found.test.first_day] == (1.0,) * found.test.first_day
    assert min(run.output.mid) < 1.0
    for path in (run.output, run.value_added):
        assert all(a <= b <= c for a, b, c in zip(path.low, path.mid, path.high, strict=True))
    assert run.loss.low <= run.loss.mid <= run.loss.high
    assert run.imbalance < 1e-9
    first = run.districts[0]
    assert first.name.zh == "北碚区"
    assert first.lowest is not None
    assert first.lowest.mid == pytest.approx(0.0)


def test_remedies_are_ranked_by_what_they_save(few: Settings) -> None:
    with runs.open_risk(few) as region:
        found = remedy.remedies(region, 1, "beibei-flood-10d")
    savings = [r.saving_cny.mid for r in found]
    assert savings == sorted(savings, reverse=True)
    stock = next(r for r in found if r.kind == "more stock")
    assert 0 < stock.saving_cny.mid < stock.loss_cny


def test_the_report_says_which_command_is_missing_then_shows_what_was_kept(
    few: Settings, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "store"
    load_pack(Store(other), "chongqing")
    store = Store(other)
    with store.reader() as reader:
        assert kept_risk(store, reader, "500000") is None
        report = build_report(compute_state(store, reader, few, date(2026, 3, 26)), reader)
    section = next(s for s in report.sections if s.key == "risk")
    assert isinstance(section.blocks[0].figure, Empty)
    assert "lianzhang risk rank" in (section.blocks[0].figure.command or "")

    with runs.open_risk(few) as region:
        rank.region_rank(region, 2, largest=15, sampled=15)
        stress.stress(region, 2)
        remedy.remedies(region, 1)
        points.single_points(region, None, 1)
    store = Store(folder)
    with store.reader() as reader:
        report = build_report(compute_state(store, reader, few, date(2026, 3, 26)), reader)
    check_report(report)
    section = next(s for s in report.sections if s.key == "risk")
    kinds = [type(b.figure).__name__ for b in section.blocks]
    assert kinds[:5] == ["RankCurve", "Table", "Table", "DayPaths", "Table"]
    pictures = [b.figure for b in section.blocks if isinstance(b.figure, ShockDays)]
    assert pictures
    assert all(p.wall and p.city for p in pictures)
    assert kinds[5 + len(pictures) :] == ["Table", "Table", "Table"]
    told = section.blocks[5 + len(pictures)].figure
    assert isinstance(told, Table)
    assert told.title.en.startswith("Single points of failure")
    remedies = section.blocks[6 + len(pictures)].figure
    assert isinstance(remedies, Table)
    assert any(isinstance(row[-1], Text) for row in remedies.rows)
    gaps = next(
        b.figure
        for part in report.sections
        for b in part.blocks
        if isinstance(b.figure, Table) and b.figure.title.zh == "缺口与待查"
    )
    assert gaps.columns[-1].title.en == "Output at risk"
    assert any(isinstance(row[-1], Quantity) for row in gaps.rows)
    curve = section.blocks[0].figure
    assert isinstance(curve, RankCurve)
    statuses = {o.key: o.status for o in report.origins}
    assert {statuses[m.index.origin] for m in curve.marks} == {"reconstructed"}


def test_results_of_an_earlier_version_are_shown_and_marked(
    few: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with runs.open_risk(few) as region:
        rank.region_rank(region, 2, largest=15, sampled=15)
        stress.stress(region, 2)
    store = Store(folder)
    with store.reader() as reader:
        mine = kept_risk(store, reader, "500000")
        assert mine is not None
        assert not mine.earlier
        assert "earlier" not in _risk_words(few, store, reader)

        monkeypatch.setattr(runs, "__version__", "9.9.9")
        assert kept_risk(store, reader, "500000", earlier=False) is None
        assert next(runs.latest(store, reader, "risk.rank"), None) is None
        kept = kept_risk(store, reader, "500000")
        assert kept is not None
        assert kept.rank == mine.rank
        assert {"rank", "stress"} <= kept.earlier.keys()
        assert kept.earlier["rank"].version == lianzhang.__version__
        said = _risk_words(few, store, reader)
        assert f"computed by the earlier version {lianzhang.__version__} on 20" in said
        assert "An earlier version of the program computed the rank of systemic risk" in said

        # Tables that are laid out in another way cannot be shown.
        monkeypatch.setattr(runs, "READABLE", frozenset({"another"}))
        assert kept_risk(store, reader, "500000") is None


def _risk_words(given: Settings, store: Store, reader: Reader) -> str:
    report = build_report(compute_state(store, reader, given, date(2026, 3, 26)), reader)
    section = next(s for s in report.sections if s.key == "risk")
    return " ".join([*(p.text.en for p in section.lead), *(b.source.en for b in section.blocks)])


def test_commands_on_a_loaded_region(few: Settings, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = ["--store", str(folder)]
    assert main(["risk", "network", "--draws", "1", "--json", *store]) == 0
    assert json.loads(capsys.readouterr().out)["status"] == "reconstructed"
    assert main(["risk", "rank", "--draws", "1", "--largest", "5", "--sample", "5", "--json", *store]) == 0
    assert json.loads(capsys.readouterr().out)["draws"] == 1
    assert main(["risk", "stress", "chip-supplier-30d", "--draws", "1", *store]) == 0
    assert "A chip supplier stops" in capsys.readouterr().out
    assert main(["risk", "remedy", "chip-supplier-30d", "--draws", "1", "--json", *store]) == 0
    kinds = {r["kind"] for r in json.loads(capsys.readouterr().out)["remedies"]}
    assert "more stock" in kinds
    assert main(["risk", "rank", "--edges", "nowhere.tsv", *store]) == 2
    assert "go together" in capsys.readouterr().err


def test_commands_on_scenarios_of_ones_own(
    few: Settings, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = ["--store", str(folder)]

    def said(*words: str, status: int = 0) -> str:
        assert main(["risk", *words, *store]) == status
        found = capsys.readouterr()
        return found.err if status else found.out

    given = ["--days", "2", "--draws", "1", "--recovery-days", "0"]
    for by, word in (
        ("sector", "Batteries"),
        ("cluster", "energy"),
        ("firm", "synthetic"),
        ("node", "Battery"),
    ):
        assert word in said("shock", "--node", "icnev-battery", *given, "--by", by)
    out = tmp_path / "out"
    shown = json.loads(said("shock", "--district", "500109", *given, "--out", str(out), "--json"))
    assert shown["title"]["en"] == "Beibei District"
    with (out / "districts.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert next(r for r in rows if r["id"] == "500109")["lowest_output"] == "0.0"
    assert {p.name for p in out.iterdir()} == {
        "daily.csv",
        "sectors.csv",
        "districts.csv",
        "clusters.csv",
        "nodes.csv",
    }
    plan = tmp_path / "plan.toml"
    plan.write_text('days = 2\ndraws = 1\n[[who]]\nkind = "inflow"\nid = "io153:38085"\n', encoding="utf-8")
    assert "plan:" in said("shock", "--scenario", str(plan))
    plan.write_text("dayz = 2\nwho = []\n", encoding="utf-8")
    assert "dayz" in said("shock", "--scenario", str(plan), status=2)
    assert "SECTOR=FIRMS" in said("shock", "--largest", "io42:18", status=2)
    assert "who is hit" in said("shock", status=2)
    assert "of output lost" in said("explain", "--largest", "io153:36077=2", "--draws", "1")
    assert "Beibei" in said("rank", "--by", "district", "--draws", "1")
    assert "single point" in said("points", "33618-icnev", "--draws", "1")
    assert "On whom it depends" in said("safety", "icnev-battery")
    assert json.loads(said("safety", "000625.SZ", "--json"))["stands_in"]
    assert "no node" in said("safety", "nothing", "--kind", "node", status=2)


def test_an_edge_list_tells_groups_of_the_callers_own_and_the_safety_of_a_firm(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "edges.tsv").write_text("1\t2\t50\n2\t3\t60\n1\t3\t5\n", encoding="utf-8")
    (tmp_path / "sectors.tsv").write_text("1\n2\n3\n", encoding="utf-8")
    (tmp_path / "types.csv").write_text("sector,1,2,3\n1,2,2,2\n2,2,2,2\n3,2,2,2\n", encoding="utf-8")
    (tmp_path / "groups.csv").write_text("firm,district\n1,Hill\n2,Valley\n", encoding="utf-8")
    plan = 'name = "fire"\ndays = 30\nstock_days = 3\n[[event]]\nfirms = ["1"]\nduration_days = 20\n'
    (tmp_path / "fire.toml").write_text(plan, encoding="utf-8")
    network = [
        "--edges", str(tmp_path / "edges.tsv"), "--sectors", str(tmp_path / "sectors.tsv"),
        "--types", str(tmp_path / "types.csv"),
    ]  # fmt: skip
    out = tmp_path / "out"
    shock = ["risk", "shock", "--scenario", str(tmp_path / "fire.toml"), *network, "--out", str(out)]
    assert main([*shock, "--groups", str(tmp_path / "groups.csv")]) == 0
    with (out / "groups.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    output = {(int(r["day"]), r["group"]): float(r["output"]) for r in rows if r["grouping"] == "district"}
    assert len(output) == len(rows) == 2 * 30
    assert output[0, "Hill"] == 0.0
    assert output[0, "Valley"] > 0.5
    assert output[10, "Valley"] < 0.1
    with (out / "group_losses.csv").open(encoding="utf-8") as stream:
        losses = {r["group"]: r for r in csv.DictReader(stream)}
    assert losses["Hill"]["first_stopped_day"] == "0"
    assert 0 < int(losses["Valley"]["first_stopped_day"]) <= 10
    capsys.readouterr()
    (tmp_path / "groups.csv").write_text("firm,district\n9,Valley\n", encoding="utf-8")
    assert main([*shock, "--groups", str(tmp_path / "groups.csv")]) == 2
    assert "line 2" in capsys.readouterr().err
    assert main(["risk", "safety", "2", *network, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [t["firm"] for t in found["suppliers"]] == ["1"]
    assert [t["firm"] for t in found["buyers"]] == ["3"]
    assert main(["risk", "safety", "2", *network]) == 0
    assert "On whom it depends" in capsys.readouterr().out
    assert main(["risk", "explain", "--sector", "1", "--depth", "0.5", *network, "--json"]) == 0
    assert 0 < json.loads(capsys.readouterr().out)["esri"] < 1
    assert main(["risk", "explain", "--node", "x", *network]) == 2
    assert "--sector" in capsys.readouterr().err
