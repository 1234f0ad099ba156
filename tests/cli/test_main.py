"""The command line's frame: help, errors, exit codes, languages."""

from __future__ import annotations

import json

import pytest

from lianzhang import __version__
from lianzhang.cli import COMMANDS, main


def test_help_lists_every_command_in_the_wanted_language(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    english = capsys.readouterr().out
    assert main(["--help", "--lang", "zh"]) == 0
    chinese = capsys.readouterr().out
    for name, _, _, summary in COMMANDS:
        assert name in english
        assert summary.en[:20] in english
        assert summary.zh[:6] in chinese


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.strip() == __version__


@pytest.mark.parametrize(
    ("arguments", "english", "chinese"),
    [
        (["nope"], "nope", "没有这个命令"),
        (["config", "show", "--bad"], "--bad", "没有这个选项"),
        (["pack", "check"], "requires an argument", "缺少参数"),
    ],
)
def test_a_wrong_word_is_a_short_message_and_exit_code_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], english: str, chinese: str
) -> None:
    assert main(arguments) == 2
    assert english.lower() in capsys.readouterr().err.lower()
    assert main([*arguments, "--lang", "zh"]) == 2
    error = capsys.readouterr().err
    assert chinese in error
    assert "Traceback" not in error


def test_config_show_tells_where_values_come_from(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIANZHANG_WORKERS", "3")
    assert main(["config", "show", "--json", "--region", "somewhere"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["workers"] == {"value": 3, "origin": "environment LIANZHANG_WORKERS"}
    assert shown["region"] == {"value": "somewhere", "origin": "command line --region"}


def test_a_bad_setting_is_an_error_in_the_users_language(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIANZHANG_WORKERS", "many")
    assert main(["config", "show"]) == 2
    assert "'many' is no value for workers" in capsys.readouterr().err
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert main(["config", "show"]) == 2
    assert "不可用" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["chain", "candidates", "--most", "0"], "--most 至少为 1，而不是 0"),
        (["risk", "rank", "--draws", "0"], "--draws 至少为 1，而不是 0"),
        (["risk", "shock", "--days", "-3"], "--days 至少为 1，而不是 -3"),
        (["synth", "nowhere", "--seed", "-1"], "--seed 至少为 0，而不是 -1"),
        (["firms", "gradient", "--first", "2030", "--last", "2020"], "首年 2030 晚于末年 2020"),
    ],
)
def test_numbers_out_of_range_are_refused_with_the_option(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--lang", "zh", *words]) == 2
    assert said in capsys.readouterr().err
