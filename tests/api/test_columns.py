"""Pages from columns in memory are those that the database gives."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianzhang.app.browse.collections import Collection, Selection, collection
from lianzhang.app.browse.columns import Columns
from lianzhang.app.browse.query import read_page
from lianzhang.i18n import Text
from lianzhang.schema import Column, Table
from lianzhang.store import Reader, Store

_TYPES: dict[str, tuple[str, pa.DataType]] = {
    "key": ("id", pa.string()),
    "words": ("text", pa.string()),
    "kind": ("word", pa.string()),
    "many": ("integer", pa.int64()),
    "share": ("number", pa.float64()),
    "open": ("boolean", pa.bool_()),
    "day": ("date", pa.date32()),
    "when": ("period", pa.string()),
}
OF = Collection(
    Table(
        name="things",
        word="runs",
        label=Text("物", "things"),
        about=Text("物。", "Things."),
        key=("key",),
        columns=tuple(
            Column(name=n, type=t, label=Text(n, n), about=Text(n, n), nullable=n != "key")  # type: ignore[arg-type]
            for n, (t, _) in _TYPES.items()
        ),
    )
)
_TEXT = st.text(alphabet="虚构有限公司Aa1_%'\"İ ", max_size=3)
_DAYS = st.dates(date(2024, 2, 27), date(2024, 3, 2))
_CELLS: dict[str, st.SearchStrategy[Any]] = {
    "words": _TEXT,
    "kind": st.sampled_from(["甲", "乙", "a", "B"]),
    "many": st.integers(-3, 3),
    "share": st.sampled_from([-1.5, 0.0, 0.25, 7.0]),
    "open": st.booleans(),
    "day": _DAYS,
    "when": st.sampled_from(["2024", "2024-Q1", "2024-03"]),
}
_ROWS = st.lists(
    st.fixed_dictionaries({name: st.none() | cell for name, cell in _CELLS.items()}), max_size=25
).map(lambda rows: [{"key": f"k{n * 7 % 26:02d}", **row} for n, row in enumerate(rows)])
_ORDERS = [f"{sign}{name}" for name in _TYPES for sign in ("", "-")]
_GIVEN = {**_CELLS, "day": _DAYS.map(str)}


@st.composite
def _selections(draw: st.DrawFn) -> Selection:
    filtered = draw(st.lists(st.sampled_from(list(_CELLS)), max_size=2, unique=True))
    bounded = draw(st.lists(st.sampled_from(["many", "share", "day", "when"]), max_size=1))
    ends = [{name: draw(_GIVEN[name]) for name in bounded if draw(st.booleans())} for _ in range(2)]
    return Selection(
        any_of={n: tuple(draw(st.lists(_GIVEN[n], min_size=1, max_size=3))) for n in filtered},
        low=ends[0],
        high=ends[1],
        search=draw(st.none() | _TEXT.filter(bool)),
        sort=tuple(draw(st.lists(st.sampled_from(_ORDERS), max_size=3))),
    )


@pytest.fixture(scope="module")
def reader(served_store: Path) -> Reader:
    return Store(served_store).reader("langu")


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_ROWS, _selections(), st.integers(1, 9))
def test_columns_and_database_give_the_same_pages(
    reader: Reader, rows: list[dict[str, Any]], chosen: Selection, limit: int
) -> None:
    whole = pa.Table.from_pylist(rows, pa.schema([(n, t) for n, (_, t) in _TYPES.items()]))
    columns = Columns(OF, whole)
    after = None
    for _ in range(30):
        found = columns.page(chosen, limit=limit, after=after)
        wanted = read_page(reader, OF, whole, chosen, limit=limit, after=after)
        assert found.total == wanted.total
        assert found.rows.to_pylist() == wanted.rows.to_pylist()
        assert found.rows.schema.equals(whole.schema)
        assert found.after == wanted.after
        if found.after is None:
            return
        # As it comes back in an address.
        after = tuple(str(v) if isinstance(v, date) else v for v in found.after)
    raise AssertionError("pages without an end")


@pytest.mark.parametrize("limit", [1, 40, 500])
def test_a_table_of_the_store(reader: Reader, limit: int) -> None:
    of = collection("firms", "firms")
    columns = Columns(of, reader.table("firms"))
    for chosen in (
        Selection(),
        Selection(search="公司F"),
        Selection(search="\ud800"),
        Selection(search="a\x1fb"),
        Selection(any_of={"region_id": ("990101", "990102", "nowhere")}, sort=("-capital_cny", "name_zh")),
        Selection(low={"founded": "2010"}, high={"founded": "2015-06"}, sort=("-founded",)),
    ):
        found = columns.page(chosen, limit=limit)
        if chosen.search is not None and chosen.search in ("\ud800", "a\x1fb"):
            assert (found.total, len(found.rows)) == (0, 0)
            continue
        wanted = read_page(reader, of, None, chosen, limit=limit)
        assert (found.total, found.after) == (wanted.total, wanted.after)
        assert found.rows.equals(wanted.rows)


def test_a_day_that_a_common_year_lacks_is_the_day_before(reader: Reader) -> None:
    whole = pa.table({n: pa.array([None], t) if n != "key" else ["k"] for n, (_, t) in _TYPES.items()})
    days = pa.chunked_array([pa.array([date(2025, 2, 28)])])
    whole = whole.set_column(whole.schema.get_field_index("day"), "day", days)
    columns = Columns(OF, whole)
    assert columns.page(Selection(any_of={"day": ("2025-02-29",)}), limit=5).total == 1
    assert columns.page(Selection(low={"day": "2025-02-29"}), limit=5).total == 1


def test_columns_of_which_nothing_is_known() -> None:
    whole = pa.table({n: pa.nulls(2) if n != "key" else ["b", "a"] for n in _TYPES})
    columns = Columns(OF, whole)
    found = columns.page(Selection(sort=("-words", "many")), limit=1)
    assert (found.rows["key"].to_pylist(), found.total, found.after) == (["a"], 2, (None, None, "a"))
    for chosen in (Selection(any_of={"kind": ("甲",)}), Selection(low={"many": 0}), Selection(search="x")):
        assert columns.page(chosen, limit=5).total == 0
