"""The exception tree: codes, exit codes, rendering, and the drawing in its docstring."""

from __future__ import annotations

import pickle
import re

import pytest

from lianzhang import errors
from lianzhang.errors import InputError, LianzhangError, MissingExtraError, UnknownNameError
from lianzhang.i18n import Text, detect_lang


def _tree(cls: type[LianzhangError]) -> list[type[LianzhangError]]:
    return [cls, *(leaf for child in cls.__subclasses__() for leaf in _tree(child))]


TREE = [cls for cls in _tree(LianzhangError) if cls.__module__ == errors.__name__]


def test_the_drawing_names_every_error_with_its_exit_code_and_http_status() -> None:
    drawn = re.findall(r"(\w+Error)\s+(\d+)?\s*(\d{3})?", errors.__doc__ or "")
    listed = {name: (code, status) for name, code, status in drawn if name != "LianzhangError"}
    real = {c.__name__: (str(c.exit_code), str(c.http_status)) for c in TREE if c is not LianzhangError}
    assert listed == real


def test_codes_are_unique_and_titles_exist_in_both_languages() -> None:
    codes = [cls.code for cls in TREE]
    assert len(codes) == len(set(codes))
    assert all(cls.title.zh and cls.title.en for cls in TREE)


def test_render_speaks_both_languages() -> None:
    error = InputError(Text("第 3 行有误", "row 3 is off"), hint=Text("改正它", "mend it"))
    assert error.render("zh") == "第 3 行有误\n怎么办：改正它"
    assert error.render("en") == "row 3 is off\nHow to fix: mend it"
    assert str(error) == "row 3 is off"


def test_problem_object_carries_code_hint_and_details() -> None:
    problem = InputError("bad", hint="mend", details={"row": 3}).to_problem("en")
    assert problem == {
        "type": "urn:lianzhang:error:input",
        "title": "Invalid input",
        "status": 422,
        "detail": "bad",
        "code": "input",
        "hint": "mend",
        "details": {"row": 3},
    }


def test_unknown_name_offers_the_nearest() -> None:
    error = UnknownNameError(Text("指标", "indicator"), "nev_outptu", ["nev_output", "gdp", "auto_output"])
    assert error.hint is not None
    assert error.hint.en.startswith("known: nev_output")


@pytest.mark.parametrize(
    "error",
    [
        InputError("x", hint="y", details={"a": 1}),
        UnknownNameError("thing", "a", ["b"]),
        MissingExtraError("p", "e"),
    ],
)
def test_errors_survive_pickling(error: LianzhangError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert (again.message, again.hint, again.details) == (error.message, error.hint, error.details)


@pytest.mark.parametrize(
    ("environ", "lang"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_GB.UTF-8"}, "en"),
        ({"LC_MESSAGES": "zh_TW", "LANG": "en_US"}, "zh"),
        ({}, "en"),
        ({"LANG": ""}, "en"),
    ],
)
def test_language_of_the_locale(environ: dict[str, str], lang: str) -> None:
    assert detect_lang(environ) == lang


def test_names_are_offered_by_what_they_contain_and_in_the_readers_writing() -> None:
    known = ["Battery case", "电池箱体", "动力电池", "Brake", "电池管理系统（BMS）"]
    assert UnknownNameError("node", "电池", known).hint == Text(
        "可用的有：动力电池、电池管理系统（BMS）、电池箱体", "known: 动力电池, 电池管理系统（BMS）, 电池箱体"
    )
    assert UnknownNameError("node", "bms", known).hint == Text(
        "可用的有：电池管理系统（BMS）", "known: 电池管理系统（BMS）"
    )
    none = UnknownNameError("node", "zzz", known).hint
    assert none is not None
    assert "Brake" not in none.zh
    assert "动力电池" in none.zh
    assert none.en == "known: Battery case, Brake"
    assert UnknownNameError("node", "zzz").hint is None
