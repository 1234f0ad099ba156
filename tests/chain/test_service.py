"""Clusters, nodes and accounts from a loaded region, against answers counted by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from lianzhang.chain.model import Grade, NotComputable, SupportingRate
from lianzhang.chain.service import chain_map, chain_taxonomies, cluster_system, io_table, regional_accounts
from lianzhang.errors import NotComputableError, UnknownNameError
from lianzhang.places.service import specialisation
from lianzhang.store import Reader


def test_enterprises_count_once_per_tier_and_in_total_with_the_overlap_shown(small: Reader) -> None:
    system = cluster_system(small, "r", specialisation(small))
    a, b, c = system.clusters
    assert (a.enterprises.lower, a.enterprises.upper) == (10, 30)
    assert (b.enterprises.lower, b.enterprises.upper) == (20, 20)
    assert (c.enterprises.lower, c.enterprises.upper) == (0, 20)
    first, second = system.tiers
    # Division 20 is in both clusters of the first tier: 10 + 20, not 10 + 20 + 20.
    assert (first.enterprises.lower, first.enterprises.upper) == (30, 30)
    assert (second.enterprises.lower, second.enterprises.upper) == (0, 20)
    assert (system.enterprises.lower, system.enterprises.upper) == (30, 30)
    assert system.overlap == 30 + 20 + 20 - 30


def test_the_distance_to_a_level_uses_the_latest_whole_year_and_says_why_there_is_none(small: Reader) -> None:
    system = cluster_system(small, "r", specialisation(small))
    a, b, c = system.clusters
    assert a.latest is not None
    assert (a.latest.period.text, a.latest.attained) == ("2024", 0.5)
    assert [r.attained for r in a.readings if r.whole_year] == [0.4, 0.5]
    assert a.because is None
    assert b.latest is None
    assert b.because is not None
    assert "no public figure" in b.because.en
    assert c.because is not None
    assert "no source states a level" in c.because.en


def test_without_counts_the_system_still_stands(small: Reader) -> None:
    system = cluster_system(small, "r", None)
    assert system.enterprises.upper is None
    assert system.overlap is None
    assert all(c.enterprises.because is not None for c in system.clusters)


def test_grades_follow_the_evidence_for_the_very_node(small: Reader) -> None:
    chain = chain_map(small, "r", date(2024, 12, 31))
    grades = {n.node_id: n.grade for n in chain.nodes}
    assert grades["n1"] is Grade.ONE
    assert grades["n2"] is Grade.SEVERAL
    assert grades["n3"] is Grade.MISSING  # searched thoroughly, nobody found
    assert grades["n4"] is Grade.UNKNOWN  # only a maker elsewhere, and a search that was not thorough
    assert grades["n5"] is Grade.UNKNOWN  # a line being built and a firm that closed
    assert grades["asm"] is Grade.ONE  # and none of its components is coloured by that
    assert [k.firm_id for k in chain.node("n2").local_makers] == ["f1", "f2"]


def test_evidence_after_the_day_is_not_used(small: Reader) -> None:
    chain = chain_map(small, "r", date(2024, 1, 31))
    assert chain.node("n2").grade is Grade.ONE
    assert chain.node("n3").grade is Grade.UNKNOWN


def test_the_headline_rate_leaves_reconstructed_nodes_out(small: Reader) -> None:
    chain = chain_map(small, "r", date(2024, 12, 31))
    assert isinstance(chain.rate_stated, SupportingRate)
    assert isinstance(chain.rate_all, SupportingRate)
    assert (chain.rate_stated.total, chain.rate_all.total) == (5, 6)
    assert chain.rate_stated.lower == pytest.approx(2 / 5)
    assert chain.rate_stated.upper == pytest.approx(4 / 5)


def test_the_same_part_in_another_cut_has_the_same_evidence(small: Reader) -> None:
    assert chain_taxonomies(small) == ("t", "u")
    other = chain_map(small, "r", date(2024, 12, 31), "u")
    assert other.node("other").grade is Grade.SEVERAL
    elsewhere = chain_map(small, "far", date(2024, 12, 31), "u")
    assert isinstance(elsewhere.rate_all, NotComputable)


def test_unknown_names_are_errors(small: Reader) -> None:
    with pytest.raises(UnknownNameError):
        chain_map(small, "r", date(2024, 1, 1), "nope")
    with pytest.raises(UnknownNameError):
        cluster_system(small, "r", None, "nope")
    with pytest.raises(UnknownNameError):
        io_table(small, "nope")
    with pytest.raises(UnknownNameError):
        chain_map(small, "r", date(2024, 1, 1)).node("nope")


def test_the_table_comes_out_of_the_store_as_it_went_in(small: Reader) -> None:
    head, table, ids, names = io_table(small)
    assert (head.period, ids) == ("2023", ("io:1", "io:2"))
    assert np.array_equal(table.Z, [[10.0, 40.0], [30.0, 20.0]])
    assert np.array_equal(table.net_outflow, [-30.0, 20.0])
    assert np.array_equal(table.VA.sum(axis=0), [60.0, 140.0])  # a stated total is not added to its parts
    assert names[0].zh == "甲io:1"


def test_accounts_agree_with_plain_matrix_algebra(small: Reader) -> None:
    accounts = regional_accounts(small)
    assert accounts.balance.largest_relative == pytest.approx(0.0, abs=1e-12)
    assert accounts.weak.order[0] == 0
    assert accounts.weak.inflow_share[0] == pytest.approx(30 / 130)
    A = np.array([[10.0, 40.0], [30.0, 20.0]]) / np.array([100.0, 200.0])
    r = np.array([100 / 130, 1.0])
    local = np.linalg.inv(np.eye(2) - r[:, None] * A)
    assert accounts.local.output == pytest.approx(local.sum(axis=0))
    assert accounts.technology.output == pytest.approx(np.linalg.inv(np.eye(2) - A).sum(axis=0))


def test_nothing_loaded_is_not_computable_with_a_remedy(empty: Reader) -> None:
    for ask in (
        lambda: chain_map(empty, "r", date(2024, 1, 1)),
        lambda: cluster_system(empty, "r", None),
        lambda: regional_accounts(empty),
        lambda: specialisation(empty),
    ):
        with pytest.raises(NotComputableError) as caught:
            ask()
        assert caught.value.hint is not None
