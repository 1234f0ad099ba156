"""Help in Chinese is complete: no English sentence in it, no Chinese for a sentence that is gone."""

from __future__ import annotations

import io
import re

import pytest
from cyclopts import App
from rich.console import Console

from lianzhang.cli import build_app, main
from lianzhang.cli.help_zh import ChineseHelp, strings


class Recording(ChineseHelp):
    """Remembers which sentences were asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()

    def translated(self, words: str) -> str:
        self.asked.add(words)
        return super().translated(words)


def every(app: App, chain: list[str]) -> list[list[str]]:
    inner = [n for n in app if not n.startswith("-")]
    return [chain, *(deeper for n in inner for deeper in every(app[n], [*chain, n]))]


@pytest.fixture(scope="module")
def pages() -> tuple[dict[str, str], set[str]]:
    recording, app = Recording(), build_app("zh")
    app.help_formatter = recording
    found = {}
    for chain in every(app, []):
        into = io.StringIO()
        app.help_print(chain, console=Console(file=into, width=300))
        found[" ".join(chain)] = into.getvalue()
    return found, recording.asked


def test_every_sentence_has_its_chinese(pages: tuple[dict[str, str], set[str]]) -> None:
    missing = {w for w in pages[1] if w and w not in strings() and not re.search(r"[\u4e00-\u9fff]", w)}
    assert not missing, f"add to cli/data/help_zh.toml: {sorted(missing)}"


def test_no_chinese_is_left_over(pages: tuple[dict[str, str], set[str]]) -> None:
    frame = {"Usage:", "Commands", "Arguments", "Parameters"}
    unused = set(strings()) - pages[1] - frame
    assert not unused, f"remove from cli/data/help_zh.toml: {sorted(unused)}"


def test_marks_and_frame_are_chinese(pages: tuple[dict[str, str], set[str]]) -> None:
    assert len(pages[0]) > 40
    for name, page in pages[0].items():
        assert page.startswith("用法："), name
        assert not re.search(r"\[(default|choices|required)|Parameters|Arguments|Commands|Usage", page), name


def test_english_help_is_as_cyclopts_writes_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--lang", "en", "places", "special", "--help"]) == 0
    shown = capsys.readouterr().out
    assert "Usage: lianzhang places special" in shown
    assert "[default: False]" in " ".join(shown.lower().split()).replace(
        "[default: false]", "[default: False]"
    )


def test_chinese_help_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--lang", "zh", "places", "special", "--help"]) == 0
    shown = capsys.readouterr().out
    assert "各区县的专长" in shown
    assert "[default" not in shown
