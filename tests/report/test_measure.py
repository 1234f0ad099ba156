from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianzhang.report.measure import ELLIPSIS, fit, shorten, text_width

NAMES = st.text(st.sampled_from("电池管理系统碳化硅模块（）、/-abcdefgWMi 123()"), min_size=1, max_size=40)


def test_han_is_one_em_and_latin_less() -> None:
    assert text_width("电池", 10) == 20
    assert 0 < text_width("il", 10) < text_width("WM", 10) <= 20
    assert text_width("e\u0301", 10) == text_width("e", 10)


@settings(max_examples=150)
@given(NAMES, st.floats(30, 200), st.integers(1, 3), st.booleans())
def test_no_line_is_wider_than_its_room(name: str, width: float, lines: int, bold: bool) -> None:
    fitted = fit(name, width, (14.0, 12.0), lines, bold=bold)
    assert 1 <= len(fitted.lines) <= lines
    assert all(text_width(line, fitted.size, bold=bold) <= width + 1e-6 for line in fitted.lines)


@settings(max_examples=150)
@given(NAMES, st.floats(40, 200), st.integers(1, 3))
def test_nothing_is_lost_unless_said(name: str, width: float, lines: int) -> None:
    fitted = fit(name, width, (13.0,), lines)
    if not fitted.cut:
        squeezed = "".join(fitted.lines).replace("-", "").replace(" ", "")
        assert squeezed == name.replace("-", "").replace(" ", "")
    else:
        assert fitted.lines[-1].endswith(ELLIPSIS) or fitted.lines[-1] == ""


def test_the_largest_size_that_fits_wins() -> None:
    assert fit("电池", 100, (14.0, 12.0), 1).size == 14
    assert fit("电池管理系统", 80, (14.0, 12.0), 1).size == 12


def test_lines_are_even_and_no_line_starts_with_a_stop() -> None:
    fitted = fit("电机控制器，减速器", 66, (12.0,), 2)
    assert fitted.lines == ("电机控制", "器，减速器")
    for width in range(24, 120, 6):
        assert not any(line.startswith("，") for line in fit("电机，控制器，壳体", width, (12.0,), 6).lines)


def test_words_break_before_letters() -> None:
    assert fit("Heat-pump module", 70, (12.0,), 2).lines == ("Heat-pump", "module")
    assert fit("Shapingba", 50, (12.0,), 2).lines[0].endswith("-")


@settings(max_examples=80)
@given(NAMES, st.floats(10, 100))
def test_shortened_text_fits(name: str, width: float) -> None:
    assert text_width(shorten(name, width, 12), 12) <= width


@pytest.mark.parametrize("text", ["", " "])
def test_empty_text_is_one_empty_line(text: str) -> None:
    assert fit(text, 50, (12.0,), 2).lines == ("",)
