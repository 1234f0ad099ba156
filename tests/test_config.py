"""Settings: each layer wins over the one below and says so."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from lianzhang.config import SETTINGS, Settings, load_settings
from lianzhang.errors import ConfigError


def test_every_setting_is_described_once() -> None:
    assert [s.name for s in SETTINGS] == [f.name for f in fields(Settings)]


def test_layers_win_in_order_and_are_named(tmp_path: Path) -> None:
    (tmp_path / "lianzhang.toml").write_text('workers = 3\nmemory_gb = 4\nlang = "zh"\n', encoding="utf-8")
    environ = {"LIANZHANG_WORKERS": "5", "LIANZHANG_MEMORY_GB": "6", "HOME": str(tmp_path)}
    settings, origins = load_settings({"workers": 7, "region": None}, environ, tmp_path)
    assert (settings.workers, settings.memory_gb, settings.lang, settings.region) == (7, 6.0, "zh", "")
    assert origins["workers"] == "command line --workers"
    assert origins["memory_gb"] == "environment LIANZHANG_MEMORY_GB"
    assert origins["lang"].startswith("file ")
    assert origins["region"] == "default"


def test_a_path_in_the_file_is_relative_to_the_file(tmp_path: Path) -> None:
    config = tmp_path / "deep" / "my.toml"
    config.parent.mkdir()
    config.write_text('store = "data"\n', encoding="utf-8")
    settings, _ = load_settings({}, {"LIANZHANG_CONFIG": str(config)}, tmp_path)
    assert settings.store == tmp_path / "deep" / "data"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("workers = -1", "-1 is no value for workers"),
        ("wrokers = 1", "there is no setting named wrokers"),
        ('lang = "fr"', "'fr' is no value for lang"),
        ("workers = ", "cannot read the settings file"),
        ("on_course = nan", "nan is no value for on_course"),
        ("on_course = 0.1", "out_of_reach is above on_course"),
    ],
)
def test_a_bad_file_is_named_with_the_setting(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "lianzhang.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=says) as caught:
        load_settings({}, {"HOME": str(tmp_path)}, tmp_path)
    assert caught.value.hint is not None


def test_a_missing_named_file_is_an_error_not_a_default(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no settings file"):
        load_settings({}, {"LIANZHANG_CONFIG": str(tmp_path / "nope.toml")}, tmp_path)


def test_the_locale_sets_the_language_and_is_named(tmp_path: Path) -> None:
    settings, origins = load_settings({}, {"LANG": "zh_CN.UTF-8", "HOME": str(tmp_path)}, tmp_path)
    assert (settings.lang, origins["lang"]) == ("zh", "default (locale)")
