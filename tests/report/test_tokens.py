from __future__ import annotations

import re
from typing import get_args

import pytest

from lianzhang.report import tokens
from lianzhang.report.page import stylesheet
from lianzhang.report.tokens import Theme

THEMES: tuple[Theme, ...] = get_args(Theme)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("words", "ground"), tokens.READABLE)
def test_words_stand_out_from_their_ground(words: str, ground: str, theme: Theme) -> None:
    assert tokens.contrast(tokens.colour(words, theme), tokens.colour(ground, theme)) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", ["jade", "brick", "seal", "series-1", "ink-3"])
def test_shapes_that_carry_meaning_stand_out_from_the_card(name: str, theme: Theme) -> None:
    # WCAG 1.4.11 asks 3:1 of graphics; hairlines (ink-3) repeat what position already says
    least = 2.5 if name == "ink-3" else 3.0
    assert tokens.contrast(tokens.colour(name, theme), tokens.colour("card", theme)) >= least


def test_contrast_of_black_on_white_is_21() -> None:
    assert tokens.contrast("#000000", "#FFFFFF") == pytest.approx(21.0)
    assert tokens.contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


def test_sequence_steps_are_ordered_by_lightness() -> None:
    for theme, sign in (("light", 1), ("dark", -1)):
        black = [tokens.contrast(tokens.colour(f"seq-{k}", theme), "#000000") for k in range(1, 6)]  # type: ignore[arg-type]
        assert black == sorted(black, reverse=sign > 0)


def test_both_themes_have_the_same_names() -> None:
    groups = tokens.load()
    assert groups["light"].keys() == groups["dark"].keys()
    assert all(re.fullmatch("#[0-9A-F]{6}", value) for theme in THEMES for value in groups[theme].values())


def test_every_property_used_is_defined_and_every_colour_is_a_token() -> None:
    css = stylesheet()
    rules = css.removeprefix(tokens.css())
    assert set(re.findall(r"var\(--([\w-]+)\)", css)) <= set(re.findall(r"--([\w-]+):", tokens.css()))
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[;},\s])", rules)


def test_dark_never_reaches_paper() -> None:
    dark = tokens.colour("paper", "dark")
    for block in tokens.css().split("\n"):
        if dark in block:
            assert block.startswith("@media screen")
