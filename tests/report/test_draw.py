from __future__ import annotations

import itertools
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianzhang.i18n import Lang, Text
from lianzhang.report import draw
from lianzhang.report.draw.bars import draw_tiers, draw_weak_links, share_of_level
from lianzhang.report.draw.canvas import Canvas
from lianzhang.report.draw.hexcity import class_limits, draw_hex_city, draw_hex_multiples, from_offset
from lianzhang.report.draw.inline import Refs
from lianzhang.report.draw.lines import draw_line_chart, draw_spark, has_gap, nice_ticks
from lianzhang.report.draw.rows import html_table
from lianzhang.report.draw.wall import apportion, draw_wall, tally
from lianzhang.report.figures import (
    Brick,
    Column,
    Course,
    HexCell,
    HexCity,
    HexMultiples,
    LineChart,
    LineSeries,
    Point,
    Table,
    TierBars,
    Wall,
    WallSection,
    WeakLinks,
)
from lianzhang.report.values import Quantity
from tests.report import sample

LANGS: tuple[Lang, ...] = ("zh", "en")
SVG = "{http://www.w3.org/2000/svg}"
BUILDERS: dict[str, Callable[..., Canvas]] = {
    "wall": lambda lang, narrow: draw_wall(sample.wall(), lang, uid="u", narrow=narrow),
    "hex city": lambda lang, narrow: draw_hex_city(sample.hex_city(), lang, uid="u", narrow=narrow),
    "multiples": lambda lang, narrow: draw_hex_multiples(
        sample.hex_multiples(), lang, uid="u", narrow=narrow
    ),
    "tiers": lambda lang, narrow: draw_tiers(sample.tiers(), lang, uid="u", narrow=narrow),
    "weak links": lambda lang, narrow: draw_weak_links(sample.weak_links(), lang, uid="u", narrow=narrow),
    "lines": lambda lang, narrow: draw_line_chart(sample.line_chart(), lang, uid="u", narrow=narrow),
}
DRAWINGS: tuple[draw.Drawing, ...] = (
    sample.wall(),
    sample.hex_city(),
    sample.hex_multiples(),
    sample.tiers(),
    sample.weak_links(),
    sample.line_chart(),
)


def touching(canvas: Canvas) -> list[tuple[str, str]]:
    return [(a.text, b.text) for a, b in itertools.combinations(canvas.boxes, 2) if a.overlaps(b)]


def outside(canvas: Canvas) -> list[str]:
    return [
        box.text
        for box in canvas.boxes
        if box.left < -0.5 or box.right > canvas.width + 0.5 or box.top < -1 or box.bottom > canvas.height + 4
    ]


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", BUILDERS)
def test_no_two_labels_touch_and_none_runs_out(name: str, lang: Lang, narrow: bool) -> None:
    canvas = BUILDERS[name](lang, narrow)
    assert canvas.boxes
    assert touching(canvas) == []
    assert outside(canvas) == []


@pytest.mark.parametrize("lang", LANGS)
def test_sparks_and_small_charts_do_not_overlap(lang: Lang) -> None:
    for row in sample.tracker().rows:
        canvas = draw_spark(row.observations, row.fan, row.target, lang, uid="u")
        assert touching(canvas) == []
        assert outside(canvas) == []
    for chart in sample.line_grid().charts:
        canvas = draw_line_chart(chart, lang, uid="u", small=True)
        assert touching(canvas) == []
        assert outside(canvas) == []


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("figure", DRAWINGS, ids=lambda f: type(f).__name__)
def test_drawings_are_well_formed_named_and_legible(figure: draw.Drawing, lang: Lang, narrow: bool) -> None:
    root = ET.fromstring(draw.svg(figure, lang, uid="fig", narrow=narrow))
    assert root.tag == SVG + "svg"
    assert root.get("role") == "img"
    named = [root.find(f"*[@id='{key}']") for key in (root.get("aria-labelledby") or "").split()]
    assert len(named) == 2
    assert all(part is not None and part.text for part in named)
    assert min(float(t.get("font-size", "0")) for t in root.iter(SVG + "text")) >= 11
    ids = [e.get("id") for e in root.iter() if e.get("id")]
    assert len(ids) == len(set(ids))
    assert all(str(key).startswith("fig-") for key in ids)


@pytest.mark.parametrize("figure", DRAWINGS, ids=lambda f: type(f).__name__)
def test_keys_of_origins_are_not_written_out(figure: draw.Drawing) -> None:
    text = str(draw.svg(figure, "zh", uid="fig"))
    for key in (sample.OUTPUT, sample.CHAIN, sample.FLOWS, sample.COUNTS, sample.LEVELS, sample.FORECAST):
        assert f'"{key}"' not in text
        assert f">{key}<" not in text


def test_the_same_figure_gives_the_same_drawing() -> None:
    assert draw.svg(sample.wall(), "zh", uid="a") == draw.svg(sample.wall(), "zh", uid="a")


# --- wall --------------------------------------------------------------------------------------------------

WORD = st.text(
    st.sampled_from("电池管理系统碳化硅模块控制器雷达（）/、-abcdefghijklmnopWM ()&<>\"'"),
    min_size=1,
    max_size=34,
).filter(lambda s: s.strip() != "")
BRICK = st.builds(
    lambda zh, en, state, share, mark: Brick(
        name=Text(zh, en), coverage=state, share=share, reconstructed=mark, makers=(Text(zh, en),)
    ),
    WORD,
    WORD,
    st.sampled_from(["covered", "single", "missing", "unknown"]),
    st.none() | st.floats(0.01, 1000),
    st.booleans(),
)
WALLS = st.builds(
    lambda title, sections: Wall(title, tuple(sections)),
    st.builds(Text, WORD, WORD),
    st.lists(
        st.builds(
            lambda name, courses: WallSection(name, tuple(courses)),
            st.builds(Text, WORD, WORD),
            st.lists(
                st.builds(
                    lambda name, bricks: Course(name, tuple(bricks)),
                    st.builds(Text, WORD, WORD),
                    st.lists(BRICK, max_size=14),
                ),
                max_size=3,
            ),
        ),
        max_size=2,
    ),
)


@settings(max_examples=60, deadline=None)
@given(WALLS, st.sampled_from(LANGS), st.booleans())
def test_any_wall_keeps_its_labels_apart(wall: Wall, lang: Lang, narrow: bool) -> None:
    canvas = draw_wall(wall, lang, uid="w", narrow=narrow)
    assert touching(canvas) == []
    root = ET.fromstring(draw.svg(wall, lang, uid="w", narrow=narrow))
    bricks = [g for g in root.iter(SVG + "g") if "brick" in (g.get("class") or "").split()]
    assert len(bricks) == sum(tally(wall.sections).values())


def test_states_differ_by_more_than_colour() -> None:
    root = ET.fromstring(draw.svg(sample.wall(), "zh", uid="w"))
    seen = {}
    for group in root.iter(SVG + "g"):
        classes = (group.get("class") or "").split()
        if "brick" in classes:
            body = group.find(SVG + "rect")
            assert body is not None
            seen[classes[-1]] = body.get("fill")
    assert seen["single"] == "url(#w-hatch)"
    assert seen["unknown"] == "url(#w-dots)"
    assert seen["covered"] is None
    assert seen["missing"] is None  # dashed by the style sheet


@settings(max_examples=100)
@given(st.lists(st.floats(0.001, 1e6), min_size=1, max_size=20), st.floats(100, 2000), st.floats(0, 60))
def test_apportioned_widths_fill_the_course(shares: list[float], total: float, minimum: float) -> None:
    widths = apportion(shares, total, minimum)
    assert sum(widths) == pytest.approx(total)
    if minimum * len(shares) < total:
        assert min(widths) >= minimum - 1e-6
    ordered = sorted(zip(shares, widths, strict=True))
    assert all(a[1] <= b[1] + 1e-6 for a, b in itertools.pairwise(ordered))


def test_widths_are_proportional_when_none_is_small() -> None:
    assert apportion([1, 3], 400, 50) == pytest.approx([100, 300])
    assert apportion([1, 99], 400, 50) == pytest.approx([50, 350])
    assert apportion([], 400, 50) == []


# --- hex city ----------------------------------------------------------------------------------------------


def test_offset_rows_become_axial_neighbours() -> None:
    # in an odd-r layout (2, 1) touches (2, 0) and (3, 0)
    neighbours = {(1, 0), (-1, 0), (0, 1), (0, -1), (1, -1), (-1, 1)}
    q, r = from_offset(2, 1)
    for column in (2, 3):
        q0, r0 = from_offset(column, 0)
        assert (q0 - q, r0 - r) in neighbours


@settings(max_examples=60)
@given(st.lists(st.floats(-1e9, 1e9), max_size=60))
def test_class_limits_split_the_values(values: list[float]) -> None:
    limits = class_limits(values)
    assert len(limits) <= 4
    assert list(limits) == sorted(set(limits))
    if len(set(values)) > 1:
        assert limits
        assert min(values) < limits[0]
        assert limits[-1] <= max(values)


def test_districts_are_equal_hexagons() -> None:
    root = ET.fromstring(draw.svg(sample.hex_city(), "zh", uid="h"))
    shapes = [
        g.find(SVG + "polygon") for g in root.iter(SVG + "g") if "hex" in (g.get("class") or "").split()
    ]
    assert len(shapes) == len(sample.hex_city().cells)
    sizes = set()
    for shape in shapes:
        assert shape is not None
        points = [tuple(map(float, p.split(","))) for p in (shape.get("points") or "").split()]
        area = (
            sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(points, points[1:] + points[:1], strict=True)) / 2
        )
        sizes.add(round(abs(area), -1))
    assert len(sizes) == 1


def test_missing_districts_are_dotted_and_say_why() -> None:
    text = str(draw.svg(sample.hex_city(), "zh", uid="h"))
    assert "无数据：年鉴未公布" in text
    assert 'class="cell none"' in text


@pytest.mark.parametrize(
    "empty",
    [
        Wall(Text("空", "empty"), ()),
        HexCity(Text("空", "empty"), Text("空", "empty"), ()),
        HexMultiples(Text("空", "empty"), ()),
        TierBars(Text("空", "empty"), ()),
        WeakLinks(Text("空", "empty"), ()),
        LineChart(title=Text("空", "empty"), unit="cny", series=()),
    ],
    ids=lambda f: type(f).__name__,
)
@pytest.mark.parametrize("narrow", [False, True])
def test_nothing_can_be_drawn(empty: draw.Drawing, narrow: bool) -> None:
    assert ET.fromstring(draw.svg(empty, "en", uid="e", narrow=narrow)).tag == SVG + "svg"


# --- bars and lines ----------------------------------------------------------------------------------------


def test_share_of_level_needs_both() -> None:
    tiers = sample.tiers().tiers
    assert share_of_level(tiers[0].bars[0], tiers[0]) == pytest.approx(0.804)
    assert share_of_level(tiers[1].bars[2], tiers[1]) is None
    assert share_of_level(tiers[2].bars[-1], tiers[2]) is None


def test_what_is_not_computable_says_why() -> None:
    text = re.sub(r"<[^>]+>", "", str(draw.svg(sample.tiers(), "zh", uid="t")))
    assert "无法计算，因为没有来源给出该集群的产值序列" in text
    assert "占能级：无法计算，因为没有来源给出其能级" in text


def test_bars_are_as_long_as_their_values() -> None:
    root = ET.fromstring(draw.svg(sample.weak_links(), "en", uid="l"))
    bars = [r for r in root.iter(SVG + "rect") if "bar" in (r.get("class") or "").split()]
    lengths = [float(b.get("width", "0")) for b in bars]
    values = [abs(r.net_inflow.value or 0.0) for r in sample.weak_links().rows]
    assert lengths == pytest.approx([v * lengths[0] / values[0] for v in values], abs=0.02)


@settings(max_examples=100)
@given(st.floats(-1e12, 1e12), st.floats(0, 1e12), st.integers(2, 6))
def test_ticks_cover_the_values(low: float, extent: float, most: int) -> None:
    high = low + extent
    ticks = nice_ticks(low, high, most)
    slack = 1e-6 * max(abs(low), abs(high), 1e-6)
    assert ticks[0] <= low + slack
    assert ticks[-1] >= high - slack
    assert 2 <= len(ticks) <= most + 2


def test_a_break_cuts_the_line() -> None:
    root = ET.fromstring(draw.svg(sample.line_chart(), "en", uid="c"))
    first = [p for p in root.iter(SVG + "polyline") if p.get("class") == "line series-1"]
    assert len(first) == 1
    assert len((first[0].get("points") or "").split()) == 13  # 2025 stands alone behind the break
    assert any(e.get("class") == "breakline" for e in root.iter(SVG + "line"))


def test_hostile_names_stay_text() -> None:
    nasty = Text('"><script>alert(1)</script>\x00', "</svg><b>&amp;")
    wall = Wall(nasty, (WallSection(nasty, (Course(nasty, (Brick(name=nasty, coverage="missing"),)),)),))
    for lang in LANGS:
        root = ET.fromstring(draw.svg(wall, lang, uid="x"))
        assert root.find(f".//{SVG}script") is None
    links = WeakLinks(nasty, ())
    assert "<script" not in draw.svg(links, "zh", uid="x")


def test_quantities_without_a_value_are_drawn() -> None:
    row = sample.weak_links().rows[0]
    gone = WeakLinks(Text("甲", "a"), (type(row)(row.sector, Quantity(None, "cny", "o")),))
    assert "not computable" in draw.svg(gone, "en", uid="g")


@pytest.mark.parametrize("narrow", [True, False])
@pytest.mark.parametrize("lang", LANGS)
def test_every_measured_cluster_says_its_period_and_measure(lang: Lang, narrow: bool) -> None:
    figure = sample.tiers()
    said = "".join(b.text for b in draw_tiers(figure, lang, uid="u", narrow=narrow).boxes).replace(" ", "")
    wanted = [b.series for t in figure.tiers for b in t.bars if b.value is not None and b.series is not None]
    assert wanted
    for series in set(wanted):
        assert said.count(series.get(lang).replace(" ", "")) == wanted.count(series)


@pytest.mark.parametrize(
    ("periods", "gap", "pieces"),
    [
        (("2019", "2020", "2021"), None, 1),
        (("2019", "2020", "2024", "2025"), "2021—2023年 无数据", 2),
        (("2019", "2021"), "2020年 无数据", 0),
        (("2024-Q1", "2024-Q4"), None, 1),
    ],
)
def test_a_line_is_not_drawn_through_years_nobody_observed(
    periods: tuple[str, ...], gap: str | None, pieces: int
) -> None:
    points = tuple(Point(p, float(n)) for n, p in enumerate(periods, start=1))
    chart = LineChart(
        title=Text("产量", "Output"), unit="count", series=(LineSeries(Text("产量", "Output"), points),)
    )
    text = str(draw.svg(chart, "zh", uid="g"))
    assert has_gap(points) is (gap is not None)
    assert text.count('class="line series-1"') == pieces
    assert text.count('class="gap series-1"') == (gap is not None)
    assert gap is None or f"<title>{gap}</title>" in text


def test_a_definition_break_over_missing_years_is_a_break_only() -> None:
    points = tuple(Point(p, 1.0) for p in ("2019", "2023"))
    series = LineSeries(Text("产量", "Output"), points, ("2023",))
    chart = LineChart(title=Text("产量", "Output"), unit="count", series=(series,))
    text = str(draw.svg(chart, "zh", uid="g"))
    assert "breakline" in text
    assert "gap series" not in text


def test_three_characters_of_a_district_stay_on_one_line_on_a_phone() -> None:
    cells = tuple(
        HexCell(name=Text("大渡口区", "Dadukou District"), q=q, r=0, value=Quantity(float(q), "count", "o"))
        for q in range(10)
    )
    canvas = draw_hex_city(HexCity(Text("图", "Map"), Text("数", "Count"), cells), "zh", uid="h", narrow=True)
    assert [b.text for b in canvas.boxes].count("大渡口") >= 10
    assert "口" not in {b.text for b in canvas.boxes}


@pytest.mark.parametrize(("rows", "long"), [(60, False), (61, True)])
def test_a_long_table_says_how_long_it_is(rows: int, long: bool) -> None:
    cells = tuple((Text(f"行{n}", f"row {n}"), Quantity(float(n), "count", "o")) for n in range(rows))
    columns = (Column(Text("名称", "Name")), Column(Text("数", "Count"), numeric=True))
    for lang, words in (("zh", f"共 {rows} 行"), ("en", f"{rows} rows, scroll")):
        page = str(html_table(Table(Text("表", "Table"), columns, cells), lang, Refs()))  # type: ignore[arg-type]
        assert ('class="table long"' in page) is long
        assert (words in page) is long
        assert 'class="columns"' not in page


def test_a_table_too_broad_for_a_phone_says_so() -> None:
    columns = tuple(Column(Text(f"列{n}", f"Column {n}")) for n in range(4))
    row = tuple(Text("词", "word") for _ in columns)
    assert 'class="columns"' in str(html_table(Table(Text("表", "Table"), columns, (row,)), "zh", Refs()))


def test_a_stacked_table_names_its_cells_and_links_its_rows() -> None:
    table = Table(
        Text("表", "Table"),
        (Column(Text("位次", "Rank"), numeric=True), Column(Text("部件", "Part")), Column(Text("因", "Why"))),
        ((None, Text("甲", "A"), Text("缺", "none")), (None, Text("乙", "B"), None)),
        links=("/a?x=1&y=2", None),
        stacked=True,
    )
    drawn = html_table(table, "en", Refs())
    assert '<th scope="row"><a href="/a?x=1&amp;y=2">A</a></th>' in drawn
    assert '<th scope="row">B</th>' in drawn
    assert '<td data-label="Why">none</td>' in drawn
    assert '<td class="none" data-label="Why"></td>' in drawn
    assert "swipe" not in drawn
    plain = html_table(replace(table, links=(), stacked=False), "en", Refs())
    assert "data-label" not in plain
    assert "<th scope" not in plain.partition("<tbody>")[2]
