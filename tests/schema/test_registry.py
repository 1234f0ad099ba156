"""The description of the tables is whole and consistent."""

from __future__ import annotations

import re

import duckdb
import pytest

from lianzhang.errors import UnknownNameError
from lianzhang.schema import STATUSES, table, tables, words
from lianzhang.schema.model import Table

WORDS = {"plan", "firms", "places", "chain", "risk", "attract", "energy", "vehicles", "exchange", "sources"}
ALL = list(tables().values())


def test_the_graph_has_every_table_it_needs() -> None:
    needed = {
        "sources", "regions", "region_members", "clusters", "taxonomies", "tiers", "nodes", "node_links",
        "node_sectors", "firms", "firm_aliases", "firm_nodes", "firm_status", "parks", "indicators", "statements",
        "observations", "series_breaks", "io_tables", "io_sectors", "io_flows", "io_value_added", "sector_counts",
        "geo_points", "geo_hexes", "geo_shapes",
    }  # fmt: skip
    assert needed <= set(tables())
    assert set(words()) <= WORDS


@pytest.mark.parametrize("item", ALL, ids=lambda t: t.name)
def test_a_table_is_described_in_both_languages_and_points_to_what_exists(item: Table) -> None:
    assert len(set(item.column_names)) == len(item.columns)
    for name in item.key:
        item.column(name)
    for text in (item.label, item.about, *(c.label for c in item.columns), *(c.about for c in item.columns)):
        assert re.search("[一-鿿]", text.zh), text
        assert re.search("[A-Za-z]", text.en), text
    for column, target in item.references.items():
        assert len(table(target).key) == 1, f"{item.name}.{column} points to a table with a compound key"
    for column in item.columns:
        assert column.type == "word" or not column.one_of
    for check in item.checks:
        item.column(check.field)


@pytest.mark.parametrize("item", [t for t in ALL if t.name != "sources"], ids=lambda t: t.name)
def test_every_fact_says_where_it_is_from_and_how_it_came_about(item: Table) -> None:
    assert item.column("source_id").references == "sources"
    assert item.column("status").one_of == STATUSES


@pytest.mark.parametrize("item", ALL, ids=lambda t: t.name)
def test_checks_are_sql_that_runs_over_the_table(item: Table) -> None:
    columns = ", ".join(f'"{c.name}" {c.sql_type}' for c in item.columns)
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"CREATE TABLE t ({columns})")
        for check in item.checks:
            assert connection.execute(f"SELECT count(*) FROM t WHERE NOT ({check.sql})").fetchone() == (0,)


def test_no_table_has_room_for_a_person() -> None:
    forbidden = re.compile("legal_rep|representative|phone|mobile|person_name|contact")
    for item in ALL:
        assert not any(forbidden.search(name) for name in item.column_names)


def test_an_unknown_table_is_an_error_with_the_nearest_names() -> None:
    with pytest.raises(UnknownNameError) as caught:
        table("firm")
    assert "firms" in caught.value.details["known"]  # type: ignore[operator]
