"""Scale words and unit names."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianzhang.errors import InputError
from lianzhang.units import UNITS, is_known, scale_of, shorten, unit_label


@pytest.mark.parametrize(
    ("word", "factor"),
    [("万", 1e4), ("亿", 1e8), ("万亿", 1e12), ("billion", 1e9), ("Trillion ", 1e12), ("", 1)],
)
def test_scale_words(word: str, factor: float) -> None:
    assert scale_of(word) == factor


def test_an_unknown_scale_word_is_an_error() -> None:
    with pytest.raises(InputError, match="not a scale word"):
        scale_of("gazillion")


@given(
    st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15),
    st.sampled_from(["zh", "en"]),
)
def test_shortening_keeps_the_value(value: float, lang: str) -> None:
    mantissa, word = shorten(value, "zh" if lang == "zh" else "en")
    assert math.isclose(mantissa * scale_of(word), value, rel_tol=1e-12, abs_tol=1e-300)


def test_shortening_of_what_is_no_number_stays_as_it_is() -> None:
    assert math.isnan(shorten(math.nan, "zh")[0])


def test_every_unit_converts_to_a_known_base_and_speaks_both_languages() -> None:
    for unit in UNITS.values():
        assert unit.base in UNITS
        assert UNITS[unit.base].scale == 1
        assert unit.label.zh
        assert unit.label.en
    assert unit_label("vehicles", "zh") == "辆"
    assert unit_label("robots", "en") == "robots"


def test_a_compound_is_named_part_by_part() -> None:
    assert unit_label("yuan/km²", "zh") == "元/平方公里"
    assert unit_label("yuan/robots", "en") == "yuan/robots"
    assert is_known("yuan/km²")
    assert not is_known("yuan/robots")


def test_every_unit_of_the_bundled_pack_has_a_chinese_name(repository: Path) -> None:
    found = set()
    for path in (repository / "src/lianzhang/pack/bundled/chongqing").rglob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                found |= {row.get("unit") or "", row.get("capacity_unit") or ""}
    found -= {""}
    assert "yuan/km²" in found
    assert [unit for unit in sorted(found) if not is_known(unit)] == []
    latin = [unit for unit in found if any("a" <= c.lower() <= "z" for c in unit_label(unit, "zh"))]
    assert latin == []
