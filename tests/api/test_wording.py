"""Words found by the lines of a table are those that the database finds column by column."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianzhang.app.browse import wording
from lianzhang.app.browse.collections import Selection, collection
from lianzhang.app.browse.query import read_page
from lianzhang.store import Reader, Store


@pytest.fixture(scope="module")
def reader(served_store: Path) -> Reader:
    found = Store(served_store).reader("langu")
    found.hold("firms")
    return found


_WORD = st.one_of(
    st.text(alphabet="虚构有限公司1号9A-: %_'\"\x1f", min_size=1, max_size=4),
    st.sampled_from(["SYNTH", "gb4754:3", "99000000", "F00000001", "公司F", "9901", "İ", "\ud800"]),
)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_WORD)
def test_lines_and_database_agree(reader: Reader, word: str) -> None:
    of = collection("firms", "firms")
    found = wording.rows_with(wording.lines_of(reader, of), word)
    if "\ud800" in word:
        assert not len(found)
        return
    chosen = Selection(search=word)
    by_line = read_page(reader, of, None, chosen, limit=500, searched=found)
    by_column = read_page(reader, of, None, chosen, limit=500)
    assert by_line.total == by_column.total
    assert by_line.rows.equals(by_column.rows)
