"""The rank curve and the simulated days: legible, well formed, and the same numbers as a table."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianzhang.i18n import Lang, Text
from lianzhang.report import draw
from lianzhang.report.draw.canvas import Canvas
from lianzhang.report.draw.days import draw_day_path
from lianzhang.report.draw.rank import draw_rank_curve
from lianzhang.report.figures import DayPath, DayPaths, RankCurve, RankMark, RankPoint
from lianzhang.report.tables import as_table
from lianzhang.report.values import Quantity
from tests.report import sample

LANGS: tuple[Lang, ...] = ("zh", "en")
NAME = Text(
    "通信设备、计算机和其他电子设备（其余）·石柱土家族自治县",
    "Communication equipment, computers, other · Shizhu Tujia County",
)


def curve(firms: int = 67_785, steep: float = 0.8, first: float = 8.0, marks: int = 10) -> RankCurve:
    ranks = [10 ** (k / 8) for k in range(40) if 10 ** (k / 8) <= firms]
    points = tuple(
        RankPoint(r, first * r**-steep * 0.7, first * r**-steep, first * r**-steep * 1.4) for r in ranks
    )
    return RankCurve(
        title=Text("排位", "Rank"),
        measure=Text("停产使全网产出减少（%）", "Output lost (%)"),
        members=Text("合成企业", "made-up firms"),
        points=points,
        marks=tuple(
            RankMark(rank=k, name=NAME, index=Quantity(first * k**-steep, "pct", sample.CHAIN), size=1e9 / k)
            for k in range(1, marks + 1)
        ),
        origins=(sample.CHAIN,),
    )


def days(n: int = 70, depth: float = 12.0) -> DayPaths:
    mid = tuple(100.0 - (depth if 5 <= d < 35 else 0.0) for d in range(n))
    path = DayPath(
        name=NAME,
        low=tuple(v - 1 for v in mid),
        mid=mid,
        high=mid,
        shock=(5, 35),
        lowest=Quantity(min(mid), "pct", sample.CHAIN),
    )
    return DayPaths(Text("逐日", "By day"), Text("日产出（%）", "Daily output (%)"), (path, path))


def loose(canvas: Canvas) -> list[str]:
    touching = [f"{a.text}|{b.text}" for a, b in itertools.combinations(canvas.boxes, 2) if a.overlaps(b)]
    outside = [
        b.text
        for b in canvas.boxes
        if b.left < -0.5 or b.right > canvas.width + 0.5 or b.top < -1 or b.bottom > canvas.height + 4
    ]
    return touching + outside


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("lang", LANGS)
@settings(max_examples=12, deadline=None)
@given(
    firms=st.integers(1, 2_000_000),
    steep=st.floats(0, 2),
    first=st.floats(1e-4, 100),
    marks=st.integers(0, 10),
)
def test_no_label_of_a_rank_curve_touches_another(
    lang: Lang, narrow: bool, firms: int, steep: float, first: float, marks: int
) -> None:
    assert loose(draw_rank_curve(curve(firms, steep, first, marks), lang, uid="u", narrow=narrow)) == []


@pytest.mark.parametrize("lang", LANGS)
@settings(max_examples=12, deadline=None)
@given(n=st.integers(1, 400), depth=st.floats(0, 100))
def test_no_label_of_simulated_days_touches_another(lang: Lang, n: int, depth: float) -> None:
    assert loose(draw_day_path(days(n, depth), 0, lang, uid="u")) == []


@pytest.mark.parametrize("lang", LANGS)
def test_both_are_well_formed(lang: Lang) -> None:
    for narrow in (False, True):
        root = ET.fromstring(draw.svg(curve(), lang, uid="r", narrow=narrow))
        assert (
            min(float(t.get("font-size", "0")) for t in root.iter("{http://www.w3.org/2000/svg}text")) >= 11
        )
    markup = str(draw.figure(days(), lang, uid="d"))
    assert markup.count("<svg") == 2
    assert draw.svg(curve(), lang, uid="r") == draw.svg(curve(), lang, uid="r")


def test_a_curve_without_values_says_so() -> None:
    empty = RankCurve(title=NAME, measure=NAME, members=NAME, points=(), marks=())
    assert "无数据" in str(draw.svg(empty, "zh", uid="r"))


def test_tables_hold_the_same_numbers() -> None:
    table = as_table(curve(marks=3))
    assert table is not None
    assert [row[0].value for row in table.rows[:3] if isinstance(row[0], Quantity)] == [1.0, 2.0, 3.0]
    assert all(isinstance(row[3], Quantity) for row in table.rows[3:])
    table = as_table(days(11))
    assert table is not None
    assert len(table.rows) == 6
