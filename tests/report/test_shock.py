"""The shock day by day: legible at every size, dimmed by what is made, and the same numbers as a table."""

from __future__ import annotations

import itertools
import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianzhang.i18n import Lang, Text
from lianzhang.report import draw
from lianzhang.report.draw.canvas import Canvas
from lianzhang.report.draw.shock import (
    LIMITS,
    draw_shock_days,
    draw_targets,
    lamps,
    lit,
    paths,
    share_words,
    svg_targets,
)
from lianzhang.report.figures import DayPath, Lamp, LampCell, LampCourse, LampSection, ShockDays
from lianzhang.report.tables import as_table
from lianzhang.report.values import Quantity
from tests.report import sample

LANGS: tuple[Lang, ...] = ("zh", "en")
DAYS = 60
LONG = Text("轮端制动及车身稳定控制（ESC）", "Wheel-end brake and electronic stability control unit")


def path(depth: float) -> tuple[float, ...]:
    return tuple(100.0 - (depth if 5 <= day < 20 else 0.0) for day in range(DAYS))


def stage(day: int = 10) -> ShockDays:
    """Two systems, seven components in one assembly, thirteen districts; one thing unknown, two hit."""
    seven = tuple(
        Lamp(name=LONG if k == 3 else Text(f"部件{k}", f"Part {k}"), path=path(12.0 * k), hit=k == 6)
        for k in range(7)
    )
    other = (Lamp(name=Text("高精度地图", "High-definition map"), path=None),)
    city = tuple(
        LampCell(
            lamp=Lamp(
                name=Text(f"第{k}区", f"Longnamed District {k}"),
                path=path(8.0 * k),
                hit=k == 12,
                link=f"/p/{k}",
            ),
            q=k % 4,
            r=k // 4,
            short=Text("沙坪坝" if k == 2 else f"区{k}", "Shapingba" if k == 2 else f"D{k}"),
        )
        for k in range(13)
    )
    total = path(9.0)
    return ShockDays(
        title=Text("受淹", "Flood"),
        measure=Text("日产出，占平日的比例", "Daily output, share of the usual"),
        total=DayPath(
            name=Text("全部工业的日产出", "Daily output of all industry"),
            low=tuple(v - 1 for v in total),
            mid=total,
            high=tuple(min(v + 1, 100.0) for v in total),
            shock=(5, 20),
            lowest=Quantity(91.0, "pct", sample.CHAIN),
        ),
        worst=(seven[6], seven[5]),
        wall=(
            LampSection(Text("新能源系统", "New-energy system"), (LampCourse(LONG, seven),)),
            LampSection(Text("网联系统", "Connected system"), (LampCourse(Text("驾驶", "Driving"), other),)),
        ),
        city=city,
        day=day,
    )


def loose(canvas: Canvas) -> list[str]:
    touching = [f"{a.text}|{b.text}" for a, b in itertools.combinations(canvas.boxes, 2) if a.overlaps(b)]
    outside = [b.text for b in canvas.boxes if b.left < -0.5 or b.right > canvas.width + 0.5]
    return touching + outside


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("lang", LANGS)
def test_labels_neither_touch_nor_run_out(lang: Lang, narrow: bool) -> None:
    assert loose(draw_shock_days(stage(), lang, uid="a", narrow=narrow)) == []
    assert loose(draw_targets(stage(), lang, uid="a", narrow=narrow)) == []


@pytest.mark.parametrize("lang", LANGS)
def test_a_lamp_shows_the_day(lang: Lang) -> None:
    before, during = stage(0), stage(10)
    root = ET.fromstring(str(draw.svg(during, lang, uid="a")))
    for number, lamp in enumerate(lamps(during)):
        found = [e for e in root.iter() if e.get("data-lamp") == str(number)]
        assert len(found) == 1
        shown = found[0].get("class") or ""
        share = [e.text or "" for e in found[0].iter() if "lamp-share" in (e.get("class") or "")]
        if lamp.path is None:
            assert "lit-none" in shown
            assert not share
        else:
            assert f"lit-{lit(lamp.path[10])}" in shown
            assert share == [share_words(lamp.path[10])]
        assert ("struck" in shown) is lamp.hit
    as_usual = str(draw.svg(before, lang, uid="a"))
    assert set(re.findall(r'data-lamp="\d+"', as_usual)) == {f'data-lamp="{n}"' for n in range(21)}
    assert not re.search(r'class="hit lamp lit-[0-4]', as_usual)


def test_the_cursor_stands_on_the_day() -> None:
    for narrow in (False, True):
        svg = str(draw.svg(stage(10), "zh", uid="a", narrow=narrow))
        moved = [float(x) for x in re.findall(r'transform="translate\(([\d.]+) 0\)"', svg)]
        per = [float(x) for x in re.findall(r'data-per="([\d.]+)"', svg)]
        assert len(moved) == len(per) == 2
        for at, each in zip(moved, per, strict=True):
            assert at == pytest.approx(10 * each, abs=0.01)


@given(st.floats(0, 200, allow_nan=False), st.floats(0, 200, allow_nan=False))
def test_more_output_is_never_darker(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert lit(low) <= lit(high)
    assert 0 <= lit(low) <= len(LIMITS)
    assert (share_words(high) == "") is (high >= LIMITS[-1])


@given(st.floats(0, 99.49, allow_nan=False))
def test_a_share_is_never_rounded_up(value: float) -> None:
    assert float(share_words(value).rstrip("%")) <= value


@settings(max_examples=20, deadline=None)
@given(st.integers(0, DAYS - 1))
def test_any_day_is_well_formed_and_described(day: int) -> None:
    root = ET.fromstring(str(draw.svg(stage(day), "en", uid="a")))
    about = next(e.text or "" for e in root.iter() if e.tag.endswith("desc"))
    assert about.startswith(f"Day {day}:")


def test_equal_paths_are_kept_once() -> None:
    figure = stage()
    same = replace(figure, city=tuple(replace(c, lamp=replace(c.lamp, path=path(5.0))) for c in figure.city))
    distinct, which = paths(same)
    assert len(distinct) == 8
    for lamp, number in zip(lamps(same), which, strict=True):
        assert (number is None) is (lamp.path is None)
        if number is not None:
            assert tuple(distinct[number]) == lamp.path


def test_what_can_be_chosen_is_a_link_and_what_is_chosen_says_so() -> None:
    root = ET.fromstring(str(svg_targets(stage(), "zh", uid="a")))
    links = [e for e in root.iter() if e.tag.endswith("}a") or e.tag == "a"]
    assert len(links) == 13
    assert [e.get("aria-current") for e in links].count("true") == 1
    words = [t.text for t in root.iter() if "lamp-share" in (t.get("class") or "")]
    assert words == []


def test_the_table_has_every_day_and_every_path() -> None:
    figure = stage()
    table = as_table(figure)
    assert table is not None
    assert len(table.rows) == DAYS
    assert len(table.columns) == 1 + 3 + 7 + 13
    row = table.rows[10]
    assert [q.value for q in row[:2] if isinstance(q, Quantity)] == [10.0, 91.0]
    brick = table.columns[4 + 5].title
    assert brick.en == "Part 5"
    cell = row[4 + 5]
    assert isinstance(cell, Quantity)
    assert cell.value == 40.0
