"""Gaps, rates, owners and candidates from a loaded region, against answers counted by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import pytest

from lianzhang.chain.backtest import told
from lianzhang.chain.model import GapKind, NotComputable, SupportingRate
from lianzhang.chain.service import (
    candidates,
    chain_map,
    gaps,
    owners,
    regional_accounts,
    supporting_rates,
)
from lianzhang.errors import UnknownNameError
from lianzhang.i18n import Text
from lianzhang.pack import write_pack
from lianzhang.places.service import specialisation
from lianzhang.store import Reader, Store, load_pack
from tests.chain.conftest import FACT, small_tables

DAY = date(2024, 12, 31)


@pytest.fixture(scope="module")
def linked_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The small region with sectors of nodes, a firm elsewhere in one of them, and capacities of car makers."""
    tables = small_tables()
    tables["node_sectors"] = [
        FACT | {"node_id": node, "sector_id": sector}
        for node, sectors in {
            "car": ("io:2",),
            "asm": ("io:1", "g:10"),
            "n2": ("io:1", "g:20"),
        }.items()
        for sector in sectors
    ]
    for row in tables["firms"]:
        if row["firm_id"] == "f3":
            row["sector_id"] = "g:10"
    for firm, capacity, group in (
        ("m1", 30.0, None),
        ("m2", 20.0, "m1"),
        ("m3", 40.0, None),
        ("m4", None, None),
    ):
        tables["firms"].append(
            FACT
            | {"firm_id": firm, "name_zh": f"甲{firm}", "name_en": firm, "kind": "company", "region_id": "r1"}
            | ({"group_id": group} if group else {})
        )
        made = {
            "firm_id": firm,
            "node_id": "car",
            "activity": "makes",
            "evidence": "press",
            "evidence_date": "2023",
        }
        more = {"capacity": capacity, "capacity_unit": "vehicles"} if capacity else {}
        tables["firm_nodes"].append(FACT | made | more)
    folder = tmp_path_factory.mktemp("linked")
    write_pack(folder / "pack", tables, name="linked", title=Text("甲", "A"), region="r", as_of="2024-12-31")
    store = Store(folder / "store")
    load_pack(store, folder / "pack")
    return store


@pytest.fixture
def linked(linked_store: Store) -> Iterator[Reader]:
    with linked_store.reader("linked") as reader:
        yield reader


def test_a_gap_is_explained_by_its_three_factors(linked: Reader) -> None:
    chain, accounts, places = chain_map(linked, "r", DAY), regional_accounts(linked), specialisation(linked)
    found = gaps(linked, chain, accounts, places)
    by_node = {g.node.node_id: g for g in found.ranked}
    assert {n: g.kind for n, g in by_node.items()} == {
        "n1": GapKind.STRENGTHEN,
        "n2": GapKind.STRENGTHEN,
        "n3": GapKind.MAKE_UP,
    }
    # The product's sector (2) buys 40 from sector 1, of whose demand 100/130 can be met locally.
    assert by_node["n3"].stake_cny == pytest.approx(40 * (1 - 100 / 130))
    assert not by_node["n3"].stake_of_node
    assert by_node["n3"].exposure == 1.0
    assert by_node["n1"].exposure == 1.0
    assert by_node["n2"].exposure == pytest.approx(1 - 0.5 * (100 / 130))
    assert found.product_sector == Text("甲io:2", "Made-up io:2")
    assert [g.node.node_id for g in found.to_search] == ["n4", "n5", "n6"]
    ranks = [g.rank for g in found.ranked if g.rank]
    assert ranks == sorted(ranks)
    for g in found.ranked:
        if g.rank:
            factors = (g.stake_cny, g.exposure, g.feasibility)
            assert all(f is not None for f in factors)
            assert g.rank_low is not None
            assert g.rank_high is not None
            assert g.rank_low <= g.rank_high


def test_what_is_not_known_is_not_ranked(linked: Reader) -> None:
    found = gaps(linked, chain_map(linked, "r", DAY), None, None)
    assert all(g.rank == 0 and g.stake_cny is None and g.feasibility is None for g in found.ranked)
    assert found.product_sector is None


def test_without_value_the_rank_rests_on_the_other_factors(linked: Reader) -> None:
    chain, places = chain_map(linked, "r", DAY), specialisation(linked)
    found = gaps(linked, chain, None, places, weights=(0.0, 1.0, 1.0))
    missing = next(g for g in found.ranked if g.node.node_id == "n3")
    assert missing.exposure == 1.0
    assert missing.stake_cny is None


def test_rates_stand_side_by_side_with_reasons_for_what_is_missing(linked: Reader) -> None:
    chain, accounts = chain_map(linked, "r", DAY), regional_accounts(linked)
    rates = supporting_rates(linked, chain, accounts)
    known = [r for r in rates if isinstance(r.result, SupportingRate)]
    unknown = [r for r in rates if isinstance(r.result, NotComputable)]
    assert (len(known), len(unknown)) == (3, 2)
    assert all(r.result.reasons for r in unknown if isinstance(r.result, NotComputable))
    pool = rates[3].result
    assert isinstance(pool, SupportingRate)
    A = np.array([40.0, 20.0]) / 200
    assert pool.value == pytest.approx((A @ [100 / 130, 1.0]) / A.sum())
    adjusted = supporting_rates(linked, chain, accounts, heterogeneity=0.3)[4].result
    assert isinstance(adjusted, SupportingRate)
    assert adjusted.value < pool.value
    assert "0.3" in adjusted.definition


def test_owners_need_outputs_and_join_the_firms_of_a_group(linked: Reader, small: Reader) -> None:
    found = owners(linked, chain_map(linked, "r", DAY))
    assert found.owner == Text("甲m1", "m1")  # 30 + 20 with its daughter, against 40
    assert found.leaders == (Text("甲m1", "m1"),)
    assert {t.en for t in found.others} == {"m3", "m4"}
    assert found.suppliers == 2
    unknown = owners(small, chain_map(small, "r", DAY))
    assert unknown.owner is None
    assert unknown.because is not None


def test_owners_are_of_the_day_that_is_asked_about(linked: Reader) -> None:
    """The evidence is of 2023: in 2022 nobody knew of it."""
    before = owners(linked, chain_map(linked, "r", date(2022, 6, 30)))
    assert before.owner is None
    assert before.others == ()


def test_a_gap_tells_what_its_factors_are_made_from(linked: Reader) -> None:
    """Sector 2 (the car's) buys 40 from sector 1, of whose demand 100/130 is met locally: 40 · 30/130 at stake."""
    found = gaps(linked, chain_map(linked, "r", DAY), regional_accounts(linked), specialisation(linked))
    gap = next(g for g in found.ranked if g.node.node_id == "n1")
    i = gap.inputs
    assert i.purchases_cny == 40.0
    assert i.local_share == pytest.approx(100 / 130)
    assert gap.stake_cny == pytest.approx(40.0 * i.inflow_share)
    assert (i.makers, i.exposure_sources) == (1, ("s",))
    assert i.quotient is not None
    assert gap.feasibility == pytest.approx(i.quotient / (1 + i.quotient))
    assert (i.period, i.trade) == ("2024", Text("甲g:10", "Made-up g:10"))
    assert i.enterprises == 10
    assert i.place == gap.best_places[0]
    assert found.source_titles == {"s": Text("甲来源", "A source")}
    assert (found.as_of, found.table_period, found.counts_period) == (DAY, "2023", "2024")
    unseen = next(g for g in found.to_search if g.inputs.makers is None)
    assert unseen.exposure is None


def test_the_backtest_of_feasibility_is_published_with_the_rank(linked: Reader) -> None:
    found = gaps(linked, chain_map(linked, "r", DAY), None, None)
    assert {(b.first, b.last) for b in found.backtests} == {(2007, 2017), (2012, 2017)}
    assert all(b.auc_lq_low < b.auc_lq < b.auc_lq_high for b in found.backtests)
    assert all(0.5 < b.auc_density < b.auc_lq for b in found.backtests)
    assert "AUC 0.79" in told(found.backtests).en


def test_evidence_of_a_later_day_counts_nowhere(linked: Reader) -> None:
    before = chain_map(linked, "r", date(2022, 12, 31)).node("n1")
    assert before.local_makers == ()
    assert [m.current for m in before.makers] == [False]


def test_candidates_put_evidence_before_a_mere_sector(linked: Reader) -> None:
    chain = chain_map(linked, "r", DAY)
    first = candidates(linked, chain, "n4")
    assert [c.firm_id for c in first] == ["f3"]
    assert first[0].evidence is not None
    lead = candidates(linked, chain, "n3")
    assert [c.firm_id for c in lead] == ["f3"]
    assert lead[0].evidence is None
    assert "only a lead" in lead[0].why.en
    assert candidates(linked, chain, "n2") == ()
    with pytest.raises(UnknownNameError):
        candidates(linked, chain, "nope")
