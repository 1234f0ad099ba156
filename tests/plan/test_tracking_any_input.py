"""Whatever figures a pack holds, tracking answers: a verdict with a reason in both languages, numbers in their bounds."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lianzhang.plan.track_model import VERDICTS
from lianzhang.plan.tracking import track_book
from tests.plan.tracking_rows import book, indicator, observation, split, target

KINDS = [
    ("yuan", "level", True),
    ("vehicles", "level", True),
    ("%", "share", True),
    ("%", "growth", True),
    ("index", "index", True),
    ("stations", "count", False),
    ("rank", "rank", True),
    ("%", "intensity", False),
]
years = st.integers(2008, 2026)
periods = st.one_of(
    years.map(str),
    st.builds("{}-{:02d}".format, years, st.integers(1, 12)),
    st.builds("{}-Q{}".format, years, st.integers(1, 4)),
    st.builds("{}-H{}".format, years, st.integers(1, 2)),
    st.builds("{}-01..{:02d}".format, years, st.integers(2, 12)),
    st.builds("{}-{:02d}-15".format, years, st.integers(1, 12)),
)
figures = st.one_of(st.floats(-1e4, 1e13), st.floats(0, 100), st.sampled_from([0.0, 1.0, 100.0, -3.5])).map(
    # Tables hold decimals, not the smallest numbers that a computer can.
    lambda v: round(v, 6)
)
rows = st.lists(st.tuples(periods, figures), max_size=25)
measures = st.sampled_from(
    ["level", "share", "growth", "growth p.a.", "multiple", "difference", "rank", "count"]
)


@settings(max_examples=150)
@given(
    kind=st.sampled_from(KINDS),
    seen=rows,
    comparator=st.sampled_from(["=", ">", ">=", "<", "<=", "~", "range", "level", "milestone"]),
    value=st.one_of(st.none(), figures),
    bounds=st.tuples(st.one_of(st.none(), figures), st.one_of(st.none(), figures)),
    deadline=st.one_of(st.none(), periods, st.just("2022..2030")),
    base=st.one_of(st.none(), years.map(str)),
    measure=measures,
    broken=st.lists(years.map(str), max_size=2, unique=True),
    as_of=st.dates(date(2010, 1, 1), date(2028, 1, 1)),
)
def test_every_target_gets_an_answer(
    kind: tuple[str, str, bool],
    seen: list[tuple[str, float]],
    comparator: str,
    value: float | None,
    bounds: tuple[float | None, float | None],
    deadline: str | None,
    base: str | None,
    measure: str,
    broken: list[str],
    as_of: date,
) -> None:
    unit, own, flow = kind
    name = indicator("x", unit, own, flow=flow, concept="c")
    lower, upper = bounds
    if lower is not None and upper is not None and lower > upper:
        lower, upper = upper, lower
    row: dict[str, Any] = target("a", name, comparator, value, deadline, measure=measure, base_period=base)
    row |= {"lower": lower, "upper": upper, "published": "2009"}
    observations = [observation("x", p, v, source_id=f"s{i}") for i, (p, v) in enumerate(seen)]
    found = track_book(book([row], observations, [name], as_of, breaks=[split("x", b) for b in broken]))
    assert len(found) == 1
    answer = found[0]
    assert answer.verdict in VERDICTS
    assert answer.reason.zh
    assert answer.reason.en
    if answer.probability is not None:
        assert 0 <= answer.probability <= 1
    assert answer.required_growth is None or math.isfinite(answer.required_growth)
    for point in answer.fan:
        assert point.low80 <= point.low50 <= point.median <= point.high50 <= point.high80
