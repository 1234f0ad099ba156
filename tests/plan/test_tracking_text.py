"""Figures and phrases in both languages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianzhang.i18n import Lang
from lianzhang.plan.track_text import amount, bound, chance, number, rate


@pytest.mark.parametrize(
    ("value", "unit", "zh", "en"),
    [
        (953_200.0, "vehicles", "95.3万辆", "953 thousand vehicles"),
        (4e12, "yuan", "4万亿元", "4 trillion yuan"),
        (36.3, "%", "36.3%", "36.3%"),
        (0.0325, "percentage points", "0.0325个百分点", "0.0325 percentage points"),
        (0.0, "enterprises", "0家", "0 enterprises"),
        (-410e9, "yuan", "-4,100亿元", "-410 billion yuan"),
        (92.0, "index points", "92指数点", "92 index points"),
        (3.0, "robots", "3 robots", "3 robots"),
    ],
)
def test_figures(value: float, unit: str, zh: str, en: str) -> None:
    assert amount(value, unit, "zh") == zh
    assert amount(value, unit, "en") == en


def test_infinity_and_more_digits() -> None:
    assert number(float("inf"), "en") == "∞"
    assert number(1_296_100.0, "en", 5) == "1.2961 million"


@given(st.floats(1, 1e14), st.sampled_from(["zh", "en"]))
def test_a_shown_figure_is_near_its_value(value: float, lang: Lang) -> None:
    words = {
        "万亿": 1e12,
        "亿": 1e8,
        "万": 1e4,
        " trillion": 1e12,
        " billion": 1e9,
        " million": 1e6,
        " thousand": 1e3,
    }
    text = number(value, lang)
    word = next((w for w in words if text.endswith(w)), "")
    shown = float(text.removesuffix(word).replace(",", "")) * words.get(word, 1.0)
    assert shown == pytest.approx(value, rel=5.1e-3)


def test_phrases_of_targets() -> None:
    assert bound(">", 2e6, 2e6, None, "vehicles").en == "more than 2 million vehicles"
    assert bound("range", None, 2.0, 3.0, "brands").en == "2 to 3 brands"
    assert bound("milestone", None, None, None, "milestone").zh == "定性"
    assert "lost" in bound("=", None, None, None, "%").en
    assert bound("<=", None, None, 5.0, "%").en == "at most 5%"
    assert rate(-0.35, "percentage points").zh == "−0.35个百分点"
    assert rate(41.42, "%").en == "+41.4%"


@pytest.mark.parametrize(
    ("p", "text"), [(0.0, "<1%"), (0.004, "<1%"), (0.5, "50%"), (0.995, ">99%"), (1.0, ">99%")]
)
def test_certainty_is_never_claimed(p: float, text: str) -> None:
    assert chance(p) == text
