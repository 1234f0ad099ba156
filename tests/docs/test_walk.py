"""Pages do what they say: every shown file is written, every shown command run, every shown output compared."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.walk import Command, File, pattern, plain, steps, walk

ROOT = Path(__file__).resolve().parents[2]
#: A server that runs on, a browser, a cluster and a chain of minutes: `tests/api/test_server.py`, `tests/web`,
#: `tests/compute/test_spark.py` and `tests/app/test_risk.py` run what they say.
NOT_WALKED = ("serve.md", "work-in-the-browser.md", "spark.md", "stress-test.md")
PAGES = [
    ROOT / "README.md",
    ROOT / "README.zh.md",
    *sorted((ROOT / "docs" / "tutorials").glob("*.md")),
    *sorted(p for p in (ROOT / "docs" / "how-to").glob("*.md") if p.name not in NOT_WALKED),
]


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_the_page_does_what_it_says(page: Path, tmp_path: Path) -> None:
    assert walk(page, tmp_path, "zh" if page.name.endswith(".zh.md") else "en") > 0


def test_the_two_languages_of_a_tutorial_show_the_same_files_and_commands() -> None:
    for english in (ROOT / "docs" / "tutorials").glob("*.md"):
        if english.name.endswith(".zh.md"):
            continue
        chinese = english.with_suffix(".zh.md")
        assert _deeds(english) == _deeds(chinese)


def _deeds(page: Path) -> list[str]:
    text = page.read_text(encoding="utf-8")
    return [
        s.line.replace("-zh.", "-en.") if isinstance(s, Command) else f"{s.path}\n{s.text}"
        for s in steps(text)
    ]


def test_the_walk_tells_files_commands_and_output_apart() -> None:
    page = "text\n```csv a/b.csv\nx,y\n```\n```console\n$ one \\\n> two\nout …\n…\n$ three\n```\n```sh\nnot run\n```\n"
    assert list(steps(page)) == [
        File("a/b.csv", "x,y\n"),
        Command("one \\\ntwo", "out …\n…", False),
        Command("three", "", False),
    ]


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ("a  b", "a b \n\n", True),
        ("a …", "a lot more\n", True),
        ("a\n…\nc", "a\nb\nb\nc\n", True),
        ("a\n…\nc", "a\nc\n", True),
        ("a", "a\nb\n", False),
        ("a b", "ab\n", False),
        ("", "", True),
        ("", "something\n", False),
    ],
)
def test_output_is_compared_strictly_but_for_what_is_left_out(shown: str, printed: str, same: bool) -> None:
    assert bool(pattern(shown).fullmatch(plain(printed))) is same


def test_a_wrong_output_or_exit_code_fails_the_walk(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    for body in (
        "```console\n$ echo yes\nno\n```\n",
        "```console\n$ false\n```\n",
        "```console fails\n$ true\n```\n",
    ):
        page.write_text(body, encoding="utf-8")
        with pytest.raises(AssertionError):
            walk(page, tmp_path, "en")
