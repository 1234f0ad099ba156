"""The data of a page as a file: numbers that programs read, with unit, status and source."""

from __future__ import annotations

import csv
import io
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from lianzhang.web.files import bare, guarded, iso


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e17, max_value=1e17))
def test_a_number_can_be_read_again(value: float) -> None:
    assert math.isclose(float(bare(value)), value, rel_tol=1e-11, abs_tol=1e-300)
    assert "," not in bare(value)
    assert "e" not in bare(value).lower()


@pytest.mark.parametrize("text", ["=1+1", "+86", "-x", "@a", "＝1", "\t1"])
def test_a_text_is_no_formula(text: str) -> None:
    assert guarded(text) == f"'{text}"
    assert iso(text) == text


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/chongqing/chain?view=gaps", "gaps"),
        ("/chongqing/plan", "tracker"),
        ("/chongqing/plan/indicators/nev_output", "line"),
        ("/chongqing/chain?view=flows", "flows-1"),
    ],
)
def test_numbers_are_bare_with_unit_status_and_source(
    client: TestClient, path: str, key: str, lang: str
) -> None:
    join = "&" if "?" in path else "?"
    text = client.get(f"{path}{join}save={key}.csv&lang={lang}").text
    head, *rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    assert rows
    assert all(len(row) == len(head) for row in rows)
    assert any("状态 / Status" in h for h in head)
    assert "来源 / Source" in head
    assert all(row[head.index("来源 / Source")] for row in rows)
    numeric = 0
    for n, name in enumerate(head):
        values = [row[n] for row in rows if row[n]]
        if values and "(" in name and "/" in name.rpartition("(")[2]:
            assert all(math.isfinite(float(v)) for v in values), (name, values[:3])
            numeric += 1
    assert numeric or any("单位 / Unit" in h for h in head)
    assert not any(v.startswith(("=", "@")) for row in rows for v in row)
