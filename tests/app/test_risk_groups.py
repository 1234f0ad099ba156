"""What a scenario's result, whole groups, single points and safety say, against plain second computations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from lianzhang.app.browse.desk import Desk
from lianzhang.app.pages import safety as page
from lianzhang.app.risk import (
    gaps,
    groups,
    inputs,
    points,
    rank,
    remedy,
    runs,
    safety,
    shocks,
    stress,
    targets,
)
from lianzhang.app.risk.inputs import Industry
from lianzhang.app.risk.runs import Region
from lianzhang.app.risk.scenario import Scenario, Who
from lianzhang.app.risk.substitutes import of_firm
from lianzhang.config import load_settings
from lianzhang.errors import NotComputableError, UnknownNameError
from lianzhang.report.figures import Table
from lianzhang.risk import service
from lianzhang.risk.model import FirmNetwork
from lianzhang.store import Store, load_pack


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Region]:
    """Chongqing with one firm in sixty."""
    path = tmp_path_factory.mktemp("groups") / "store"
    load_pack(Store(path), "chongqing")
    whole = inputs.industry

    def thinned(reader: object, region_id: str) -> Industry:
        given = whole(reader, region_id)  # type: ignore[arg-type]
        counts = given.counts // 60
        empty = np.flatnonzero((counts.sum(axis=1) == 0) & (given.counts.sum(axis=1) > 0))
        counts[empty, given.counts[empty].argmax(axis=1)] = 1
        return replace(given, counts=counts)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs, "industry", thinned)
        with runs.open_risk(load_settings({"store": str(path)})[0]) as found:
            yield found


def test_nodes_and_clusters_lie_in_the_sectors_they_are_of(region: Region) -> None:
    ids = region.industry.sector_ids

    def sectors(kind: targets.Kind, name: str) -> set[str]:
        return {ids[k] for k in region.groups.find(kind, name).sectors}

    assert sectors("node", "icnev") == {"io153:36077"}
    assert sectors("node", "icnev-battery") == {"io153:38085"}
    assert sectors("node", "icnev-battery-cell") == {"io153:38085"}
    assert sectors("node", "悬架") == {"io153:36078"}
    # A system has no sector of its own and is what its assemblies are.
    assert sectors("node", "icnev-ne") >= {"io153:38085", "io153:36078", "io153:38082"}
    assert sectors("cluster", "33618-icnev") == {"io153:36077", "io153:36078"}
    assert not region.groups.find("cluster", "33618-icnev").wider
    assert region.groups.find("cluster", "33618-light-alloys").wider
    assert region.groups.find("node", "icnev-battery").wider
    with pytest.raises(NotComputableError):
        region.groups.find("node", "icnev-driving-hd-map")
    with pytest.raises(UnknownNameError):
        region.groups.find("cluster", "no such cluster")


def test_a_result_adds_up_over_sectors_districts_and_clusters(region: Region) -> None:
    wanted = Scenario(name="flood", who=(Who("region", "500109"),), days=4, draws=2, horizon=15)
    found = shocks.run_scenario(region, wanted)
    for parts in (found.sectors, found.districts):
        lost = sum(g.loss.low for g in parts if g.loss is not None)
        # Spans of parts add up to no less than the span of the whole.
        assert lost <= found.loss.low * (1 + 1e-9)
        assert sum(g.firms for g in parts) == found.districts[0].firms + sum(
            g.firms for g in found.districts[1:]
        )
    one = shocks.run_scenario(region, replace(wanted, draws=1))
    for parts in (one.sectors, one.districts):
        assert sum(g.loss.mid for g in parts if g.loss) == pytest.approx(one.loss.mid, rel=1e-9)
        assert sum(g.stopped for g in parts) == one.stopped
    ratio = sum((1.0 - v) * one.value_added_cny_a_day for v in one.value_added.mid)
    assert ratio == pytest.approx(one.loss.mid, rel=1e-4)
    by_id = {g.id: g for g in one.sectors}
    cells = next(n for n in one.nodes if n.id == "icnev-battery-cell")
    assert cells.path == by_id["io153:38085"].path
    assert cells.loss is None
    cars = next(c for c in one.clusters if c.id == "33618-icnev")
    assert cars.loss is not None
    parts_of_it = [by_id[s].loss for s in ("io153:36077", "io153:36078")]
    assert cars.loss.mid == pytest.approx(sum(p.mid for p in parts_of_it if p), rel=1e-9)
    assert one.run_id is not None
    assert shocks.kept_shock(region.store, region.reader, region.groups, one.run_id) == one
    with pytest.raises(UnknownNameError):
        shocks.kept_shock(region.store, region.reader, region.groups, "no such run")


def test_who_is_hit(region: Region) -> None:
    one = runs.networks(region, 1)[0]

    def hit(*who: Who, within: tuple[str, ...] = ()) -> np.ndarray:  # type: ignore[type-arg]
        return targets.hit(region.reader, region.groups, one, Scenario(name="x", who=who, within=within))

    batteries = hit(Who("node", "icnev-battery"))
    assert set(one.sector[batteries]) == {region.industry.sector_ids.index("io153:38085")}
    assert (batteries < one.firms).all()
    both = hit(Who("node", "icnev-battery"), Who("region", "500109"))
    assert set(both) == set(batteries) | set(hit(Who("region", "500109")))
    assert set(hit(Who("cluster", "33618-icnev"), within=("500109",))) <= set(hit(Who("region", "500109")))
    # Changan is in no one district: the largest maker of vehicles of all stands in.
    (first,) = hit(Who("firm", "000625.SZ"))
    vehicles = np.flatnonzero((one.sector == one.sector[first]) & (one.district >= 0))
    assert one.output[first] == one.output[vehicles].max()
    parts = region.groups.find("sector", "io153:36078")
    maker = targets.Registered("x", parts.name, parts.sectors, -1)
    largest = targets.stand_in(one, maker)
    second = targets.stand_in(one, maker, {largest or 0})
    assert largest is not None
    assert second is not None
    assert second != largest
    assert one.output[second] <= one.output[largest]
    with pytest.raises(NotComputableError, match="hits no firm"):
        hit(Who("inflow", "io153:38085"), within=("500109",))


def test_a_cancelled_scenario_stops_and_keeps_nothing(region: Region) -> None:
    wanted = Scenario(name="cancelled", who=(Who("region", "500109"),), draws=1)

    class Enough(Exception):  # noqa: N818 - a way out, no error
        pass

    def progress(done: int, whole: int) -> None:
        if done >= 3:
            raise Enough

    with pytest.raises(Enough):
        shocks.run_scenario(region, wanted, progress)
    assert "cancelled" not in {k.scenario.name for k in shocks.kept_shocks(region.store, region.reader)}


def test_a_group_of_one_firm_costs_what_the_firm_costs(region: Region) -> None:
    one = runs.networks(region, 1)[0]
    graph = groups.index_graph(region, one)
    firm = int(np.argmax(one.output[: one.firms]))
    expected = service.rank(one.whole(), np.array([firm]), workers=1)
    index, down, up, lost = groups.fail(graph, np.array([firm]))
    assert index == pytest.approx(expected.esri[0], abs=1e-12)
    assert (down, up) == pytest.approx((expected.downstream[0], expected.upstream[0]), abs=1e-12)
    output = one.whole().strength()
    assert (lost * output).sum() / output.sum() == pytest.approx(index, abs=1e-12)


def test_groups_are_ranked_and_kept(region: Region) -> None:
    found = groups.group_ranks(region, "cluster", 2)
    assert [g.esri.mid for g in found] == sorted((g.esri.mid for g in found), reverse=True)
    assert all(g.esri.low <= g.esri.mid <= g.esri.high for g in found)
    assert groups.kept_group_ranks(region.store, region.reader, region.groups, "cluster") == found
    assert groups.kept_group_ranks(region.store, region.reader, region.groups, "region") is None
    told = groups.explain(region, Scenario(name="x", who=(Who("cluster", found[0].id),), draws=2))
    assert told.esri == found[0].esri
    half = groups.explain(region, Scenario(name="x", who=(Who("cluster", found[0].id),), depth=0.5, draws=2))
    assert half.esri.mid < told.esri.mid
    assert told.affected[0].path[0].zh.startswith("合成企业")


def test_single_points_are_computed_for_the_cluster_alone(region: Region) -> None:
    found = points.single_points(region, "33618-icnev", 1)
    assert [f.loss.mid for f in found.firms] == sorted((f.loss.mid for f in found.firms), reverse=True)
    assert all(f.single == (f.loss.mid >= points.POINT) for f in found.firms)
    one = runs.networks(region, 1)[0]
    inside = set(targets.members(one, region.groups.find("cluster", "33618-icnev")).tolist())
    graph = groups.index_graph(region, one)
    worst = 0.0
    for firm in np.argsort(-one.output[: one.firms])[:40].tolist():
        lost = groups.fail(graph, np.array([firm]))[3]
        others = [k for k in inside if k != firm]
        worst = max(worst, float((lost[others] * one.output[others]).sum() / one.output[others].sum()))
    assert found.firms[0].loss.mid >= worst - 1e-12
    cells = next(n for n in found.nodes if n.node_id == "icnev-battery-cell")
    battery = next(n for n in found.nodes if n.node_id == "icnev-battery")
    assert (cells.loss, cells.inflow_loss) == (battery.loss, battery.inflow_loss)
    assert points.kept_points(region.store, region.reader, region.groups) == (found,)


def test_safety_names_those_it_trades_with(region: Region) -> None:
    found = safety.safety_of(region, "node", "icnev-battery", date(2026, 3, 26), draws=2)
    drawn = runs.networks(region, 2)
    bought = []
    for one in drawn:
        hit = targets.members(one, region.groups.find("node", "icnev-battery"))
        links = np.isin(one.buyer, hit) & ~np.isin(one.supplier, hit)
        bought.append(float(one.sales[links].sum()))
    assert sum(t.value_cny.mid for t in found.suppliers) <= max(bought)
    assert all(0 < t.seen <= 1 and 0 <= t.share <= 1 for t in (*found.suppliers, *found.buyers))
    assert any(t.essential for t in found.suppliers)
    assert found.stock_days is not None
    assert 1 <= found.stock_days.low <= found.stock_days.mid <= found.stock_days.high
    assert found.substitutes.at_home[0].proven
    # Nobody is called a substitute for batteries because it makes household appliances.
    assert all("家用" not in s.why.zh for s in found.substitutes.elsewhere)
    firm = safety.safety_of(region, "firm", "000625.SZ", date(2026, 3, 26), draws=2)
    assert firm.stands_in
    assert firm.firms == 1
    with pytest.raises(UnknownNameError):
        safety.safety_of(region, "firm", "nobody", date(2026, 3, 26))


def test_safety_on_an_edge_list_tells_the_links_themselves() -> None:
    network = FirmNetwork(
        supplier=np.array([0, 1, 2, 0]),
        buyer=np.array([2, 2, 3, 3]),
        sales=np.array([30.0, 10.0, 50.0, 5.0]),
        sector=np.array([0, 0, 1, 2]),
        types=np.full((3, 3), 2, np.int8),
        firm_ids=("a", "b", "c", "d"),
        sector_labels=("ore", "steel", "cars"),
    )
    found = safety.safety_in(network, "c")
    assert [(t.firm, t.sales, t.others) for t in found.suppliers] == [("a", 30.0, 1), ("b", 10.0, 1)]
    assert [(t.firm, t.share, t.others) for t in found.buyers] == [("d", 1.0, 0)]
    assert found.esri == pytest.approx(service.rank(network, np.array([2]), workers=1).esri[0])
    assert found.same_sector == 0
    with pytest.raises(UnknownNameError):
        safety.safety_in(network, "nobody")


def test_remedies_lead_to_the_gaps_of_their_sector(region: Region) -> None:
    tried = remedy.remedies(region, 1, "battery-inflow-half")
    linked = gaps.linked_here(region, tried, date(2026, 3, 26))
    batteries = next(r for r in linked if r.sector_id == "io153:38085")
    assert {g.node_id for g in batteries.gaps} <= {n.id for n in region.groups.nodes}
    assert any(g.node_id.startswith("icnev-battery") for g in batteries.gaps)
    assert all(g.candidates >= 0 for g in batteries.gaps)
    assert next(r for r in linked if r.kind == "more stock").gaps == ()
    assert remedy.kept_remedies(region.store, region.reader, region.groups) == tried


def test_what_hangs_on_a_node_is_that_of_its_sector(region: Region) -> None:
    assert gaps.node_risks_of(region.store, region.reader) == {}
    found = rank.region_rank(region, 1, largest=15, sampled=15)
    told = gaps.node_risks(region.groups, found)
    inflow = {f.sector_id: f.esri for f in found.inflow}
    battery = told["icnev-battery"]
    assert battery.inflow is not None
    assert battery.inflow.mid == inflow["io153:38085"]
    assert battery.most == max(b.mid for b in (battery.firm, battery.inflow) if b is not None)


def test_presets_say_what_was_kept(region: Region) -> None:
    before = {p.scenario_id: p.run_id for p in stress.presets(region.store, region.reader)}
    assert set(before) == {"chip-supplier-30d", "beibei-flood-10d", "battery-inflow-half"}
    (found,) = stress.stress(region, 1, "beibei-flood-10d")
    kept = next(p for p in stress.presets(region.store, region.reader) if p.run_id == found.run.run_id)
    assert kept.loss_cny == found.run.loss
    assert kept.lowest == pytest.approx(min(found.run.output.mid), abs=1e-6)
    assert found.run.title == found.test.name


def test_paths_are_told_by_kind(region: Region, tmp_path: Path) -> None:
    found = shocks.run_scenario(
        region, Scenario(name="y", who=(Who("sector", "io153:38085"),), days=1, draws=1)
    )
    assert found.of("region") == found.districts
    assert found.of("firm") == ()
    assert found.sectors[0].id == "io153:38085"
    assert found.sectors[0].first_hit == 5


def test_the_safety_page_marks_what_is_reconstructed(region: Region) -> None:
    desk = Desk(load_settings({"store": str(region.store.path)})[0])
    try:
        with desk.readers.reading("-") as reader:
            shown = page.safety_view(desk, reader, "node", "icnev-battery", date(2026, 3, 26))
    finally:
        desk.close()
    content = shown.content
    assert [key for key, _ in content.blocks] == ["suppliers", "buyers", "at-home", "elsewhere"]
    status = {o.key: o.status for o in content.origins}
    assert all(status[f.quantity.origin] == "reconstructed" for f in content.key_figures)
    suppliers = content.blocks[0][1].figure
    assert isinstance(suppliers, Table)
    assert len(suppliers.rows) == len(shown.safety.suppliers)
    home = content.blocks[2][1].figure
    assert isinstance(home, Table)
    # The register and the evidence are no reconstruction.
    assert {status[o] for o in home.origins} <= {"official", "derived", "estimated"}


def test_a_firms_own_group_is_no_substitute(region: Region) -> None:
    found = of_firm(region.reader, region.region_id, "000625.SZ", date(2026, 3, 26))
    told = {s.firm_id for s in (*found.at_home, *found.elsewhere)}
    assert told
    own = {
        "000625.SZ",
        "cq-deepal",
        "cq-avatr",
        "cq-avatr-jiangbei",
        "cq-changan-yubei",
        "cq-changan-liangjiang",
    }
    assert not told & own
    # Seen from a plant it is the same group.
    plant = of_firm(region.reader, region.region_id, "cq-avatr-jiangbei", date(2026, 3, 26))
    assert not {s.firm_id for s in (*plant.at_home, *plant.elsewhere)} & own
