"""Whatever valid rows go into a pack come out of the store as they were."""

from __future__ import annotations

import datetime
import tempfile
from pathlib import Path
from typing import Any, Literal

import duckdb
import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from lianzhang.errors import InputError
from lianzhang.i18n import Text
from lianzhang.pack import arrow_table, check, write_pack
from lianzhang.pack.verify import circles, unit_kind
from lianzhang.schema import Column, Table, table, tables
from lianzhang.schema.checks import period_valid
from lianzhang.schema.ddl import create_table, empty_select
from lianzhang.schema.period import parse_period
from lianzhang.store import Store, load_pack

_BLANKS = " \t\n\r\u00a0\u3000"
_LETTERS = st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from(list('",\n;\t|“”云溪'))
_TEXT = st.text(_LETTERS, min_size=1, max_size=12).filter(lambda s: s.strip(_BLANKS) != "")
_PERIODS = ("2024", "2024-02", "2024-Q3", "2024-H1", "2024-02-29", "2024-01..10", "2023-Q1..Q3", "2022..2030")


def cell(column: Column) -> st.SearchStrategy[Any]:
    """Valid values of a column that refers to nothing."""
    values: st.SearchStrategy[Any]
    if column.one_of:
        values = st.sampled_from(column.one_of)
    elif column.pattern:
        values = st.from_regex(f"(?:{column.pattern})", fullmatch=True).filter(
            lambda s: s.isascii() and s[-3:] != "000"
        )
    elif column.type == "id":
        values = st.from_regex(r"[a-z][a-z0-9:_\-]{0,8}[a-z]", fullmatch=True)
    elif column.type == "text":
        values = st.just("vehicles") if column.name == "unit" else _TEXT
    elif column.type == "number":
        values = st.floats(column.minimum, column.maximum, allow_nan=False, allow_infinity=False)
    elif column.type == "integer":
        low = -(2**63) if column.minimum is None else int(column.minimum)
        high = 2**63 - 1 if column.maximum is None else int(column.maximum)
        values = st.integers(low, high)
    elif column.type == "boolean":
        values = st.booleans()
    elif column.type == "date":
        values = st.dates(datetime.date(1000, 1, 1), datetime.date(9999, 12, 31))
    else:
        values = st.sampled_from(_PERIODS)
    return st.none() | values if column.nullable else values


@st.composite
def rows(
    draw: st.DrawFn, name: str, targets: dict[str, list[str]], low: int, high: int
) -> list[dict[str, Any]]:
    """Valid rows of a table, with references to the given keys and no key twice."""
    described = table(name)
    strategies = {}
    for column in described.columns:
        if column.references is None:
            strategies[column.name] = cell(column)
        else:
            known = targets.get(column.references, [])
            strategies[column.name] = st.sampled_from(known) if known and not column.nullable else st.none()
    key = described.key
    found: list[dict[str, Any]] = draw(
        st.lists(
            st.fixed_dictionaries(strategies),
            min_size=low,
            max_size=high,
            unique_by=lambda row: tuple(row[k] for k in key),
        )
    )
    return found


@st.composite
def packs(draw: st.DrawFn) -> dict[str, list[dict[str, Any]]]:
    """A small valid pack with every type of column in it."""
    sources = draw(rows("sources", {}, 1, 3))
    ids = {"sources": [r["source_id"] for r in sources]}
    regions = draw(rows("regions", ids, 1, 3))
    for row in regions:
        row["valid_to"] = None
    ids["regions"] = [r["region_id"] for r in regions]
    points = draw(rows("geo_points", ids, 0, 2))
    hexes = draw(rows("geo_hexes", ids, 0, 2))
    parks = draw(rows("parks", ids, 0, 3))
    firms = draw(rows("firms", ids, 0, 4))
    for row in firms:
        row["closed"] = row["ticker"] = None
    tasks = draw(rows("tasks", ids, 0, 2))
    indicators = draw(rows("indicators", ids, 0, 2))
    ids["indicators"] = [r["indicator_id"] for r in indicators]
    observations = draw(rows("observations", ids, 0, 4)) if indicators else []
    for row in indicators:
        row["measure"] = "level"
    for row in observations:
        row["preferred"] = False
        row["note"] = row["note"] or "why"
    return {
        "sources": sources,
        "regions": regions,
        "geo_points": points,
        "geo_hexes": hexes,
        "parks": parks,
        "firms": firms,
        "tasks": tasks,
        "indicators": indicators,
        "observations": observations,
    }


# A whole load per example: few of them, and no long search for a smaller one.
@settings(max_examples=12, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(content=packs(), form=st.sampled_from(["csv", "parquet"]))
def test_rows_come_back_as_they_were(
    content: dict[str, list[dict[str, Any]]], form: Literal["csv", "parquet"]
) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "pack"
        root = content["regions"][0]["region_id"]
        write_pack(folder, content, name="x", title=Text("某", "X"), region=root, format=form)
        report = check(folder)
        assert report.ok, [p.render() for p in report.errors]
        store = Store(Path(scratch) / "store")
        load_pack(store, folder)
        with store.reader("x") as reader:
            for name, given_rows in content.items():
                wanted = arrow_table(table(name), given_rows).to_pylist()
                assert reader.table(name).to_pylist() == wanted, name


@given(
    st.sampled_from(_PERIODS)
    | st.from_regex(r"20[0-9]{2}(-(0[1-9]|1[0-2])(-[0-3][0-9])?)?", fullmatch=True)
    | st.from_regex(
        r"20[0-9]{2}(-(0[1-9]|1[0-2])\.\.(0[1-9]|1[0-2])|-Q[1-4]\.\.Q[1-4]|\.\.20[0-9]{2})", fullmatch=True
    )
    | st.text("0123456789-.QH", max_size=12)
)
def test_sql_and_python_agree_on_periods(text: str) -> None:
    """The check in the database and `parse_period` take the same texts."""
    found = duckdb.execute(
        f"SELECT coalesce({period_valid('p')}, false) FROM (SELECT ? AS p)", [text]
    ).fetchone()
    assert found is not None
    try:
        parse_period(text)
        readable = True
    except InputError:
        readable = False
    assert found[0] == readable


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=9, unique_by=lambda pair: pair[0]))
def test_circles_against_walking(links: list[tuple[int, int]]) -> None:
    """Oracle: walk up from every child until there is no parent or a place comes twice."""
    above = dict(links)

    def circling(child: int) -> bool:
        seen: set[int] = set()
        while child in above:
            if child in seen:
                return True
            seen.add(child)
            child = above[child]
        return False

    child = np.array([a for a, _b in links], dtype=object)
    parent = np.array([b for _a, b in links], dtype=object)
    assert circles(child, parent).tolist() == [circling(a) for a, _b in links]


@pytest.mark.parametrize(
    ("unit", "kind"),
    [
        ("yuan", "money:yuan"),
        ("m²", "area:km²"),
        ("robots", "count:robots"),
        ("yuan/km²", "money:yuan/area:km²"),
        ("万元", None),
        ("billion yuan", None),
        ("yuan/亿", None),
        ("辆", None),
        ("CNY", None),
        ("wan yuan", None),
        ("yi", None),
        ("baiwan yuan", None),
        ("percent", None),
        ("pct", None),
        ("share", None),
        ("", None),
    ],
)
def test_units(unit: str, kind: str | None) -> None:
    assert unit_kind(unit) == kind


@pytest.mark.parametrize("described", list(tables().values()), ids=lambda t: t.name)
def test_ddl_and_empty_relations_have_the_columns(described: Table) -> None:
    connection = duckdb.connect()
    connection.execute(create_table(described, "made"))
    connection.execute(f"CREATE VIEW empty AS {empty_select(described)}")
    made = connection.execute("DESCRIBE made").fetchall()
    assert [(r[0], r[1], r[2] == "YES") for r in made] == [
        (c.name, c.sql_type, c.nullable) for c in described.columns
    ]
    assert [(r[0], r[1]) for r in connection.execute("DESCRIBE empty").fetchall()] == [
        (r[0], r[1]) for r in made
    ]
    connection.close()
