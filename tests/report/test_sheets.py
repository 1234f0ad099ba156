"""Several drawings on one sheet: everything is there, nothing twice, nothing outside."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from lianzhang.i18n import Lang, Text
from lianzhang.report.draw.sheets import framed, svg_sheet
from lianzhang.report.figures import (
    FanPoint,
    LineChart,
    LineGrid,
    LineSeries,
    Point,
    Target,
    Tracker,
    TrackerRow,
    Verdict,
)
from lianzhang.report.measure import text_width
from lianzhang.report.values import Quantity
from lianzhang.report.words import TROUBLE, VERDICT

LANGS: tuple[Lang, ...] = ("zh", "en")
SVG = "{http://www.w3.org/2000/svg}"


def row(verdict: Verdict, n: int) -> TrackerRow:
    """A target with a long name and a long reason."""
    return TrackerRow(
        label=Text(
            f"第{n}个目标，名称相当长，一行写不下也要读得全", f"Target number {n} with a name of some length"
        ),
        observations=(Point("2023", 500_000.0 + n), Point("2024", 953_200.0)) if n % 2 else (),
        fan=(FanPoint(period="2027", low=1e6, mid=1.6e6, high=2.2e6),) if n % 2 else (),
        target=Target(Quantity(2e6, "vehicles", "o1"), "2027"),
        verdict=verdict,
        probability=0.3 if n % 2 else None,
        reason=Text("最近一年的增长不够。" * 4, "The growth of the last year is not enough. " * 4),
        latest=Quantity(953_200, "vehicles", "o2") if n % 2 else None,
        required_growth=Quantity(28.0, "pct", "o3", signed=True),
        recent_growth=None,
    )


@pytest.mark.parametrize("lang", LANGS)
def test_tracker_rows_in_order_of_trouble(lang: Lang) -> None:
    tracker = Tracker(Text("目标", "Targets"), tuple(row(v, n) for n, v in enumerate(reversed(TROUBLE))))
    drawn = str(svg_sheet(tracker, lang, uid="t"))
    root = ElementTree.fromstring(drawn)
    said = " ".join("".join(t.itertext()) for t in root.iter(f"{SVG}text"))
    places = [said.index(VERDICT[v].get(lang)) for v in TROUBLE]
    assert places == sorted(places)
    ids = [e.get("id") for e in root.iter() if e.get("id")]
    assert len(ids) == len(set(ids))
    height = float(root.get("viewBox", "").split()[3])
    assert all(float(t.get("y", "0")) <= height for t in root.findall(f"{SVG}text"))
    assert height >= len(TROUBLE) * 128
    for box in root.findall(f"{SVG}svg"):
        assert float(box.get("y", "0")) + float(box.get("height", "0")) <= height


@pytest.mark.parametrize("charts", [1, 3, 4, 7])
def test_small_charts_stand_three_in_a_row(charts: int) -> None:
    one = LineSeries(Text("产量", "Output"), (Point("2023", 1.0), Point("2024", 2.0)))
    grid = LineGrid(
        Text("历年", "By year"),
        tuple(
            LineChart(title=Text(f"图{n}", f"Chart {n}"), unit="vehicles", series=(one,))
            for n in range(charts)
        ),
    )
    root = ElementTree.fromstring(str(svg_sheet(grid, "en", uid="g")))
    parts = root.findall(f"{SVG}svg")
    assert len(parts) == charts
    places = {(p.get("x"), p.get("y")) for p in parts}
    assert len(places) == charts, "none lies on another"
    assert len({x for x, _ in places}) == min(charts, 3)
    right = max(float(p.get("x", "0")) + float(p.get("width", "0")) for p in parts)
    assert right <= float(root.get("viewBox", "").split()[2]) + 0.01


def test_an_empty_tracker_is_a_drawing_all_the_same() -> None:
    drawn = str(svg_sheet(Tracker(Text("空", "None"), ()), "zh", uid="e"))
    assert re.search(r'viewBox="0 0 1000 1"', drawn)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_framed_picture_carries_finding_place_day_and_source(lang: Lang) -> None:
    inner = svg_sheet(Tracker(Text("空", "None"), ()), lang, uid="e")
    root = ElementTree.fromstring(
        str(framed(inner, lang, finding="长" * 90, about="重庆 2026", source="来源：年鉴", uid="f"))
    )
    words = "".join(t.text or "" for t in root.iter(f"{SVG}text"))
    assert all(said in words for said in ("长" * 90, "重庆 2026", "来源：年鉴"))
    width, height = (float(v) for v in root.attrib["viewBox"].split()[2:])
    for text in root.findall(f"{SVG}text"):
        assert float(text.attrib["y"]) < height
        assert text_width(text.text or "", float(text.attrib["font-size"])) <= width
