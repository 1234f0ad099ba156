"""Help in Chinese: what cyclopts writes in English is looked up, sentence by sentence, in ``data/help_zh.toml``.

The docstrings stay the one place where a command's help is written; as with gettext their English is the key.
"""

from __future__ import annotations

import functools
import tomllib
from importlib import resources
from typing import TYPE_CHECKING, Any

from cyclopts.help.formatters import DefaultFormatter

if TYPE_CHECKING:
    from cyclopts.help import HelpEntry, HelpPanel
    from rich.console import Console, ConsoleOptions
    from rich.text import Text


@functools.cache
def strings() -> dict[str, str]:
    """Chinese by English: the frame of a help page and what stands in it."""
    path = resources.files("lianzhang.cli").joinpath("data/help_zh.toml")
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    return {**tables["frame"], **tables["strings"]}


def plain(shown: Any) -> str:
    """The words of something that is shown, on one line."""
    inner = getattr(shown, "primary_renderable", shown)
    return " ".join(str(getattr(inner, "plain", inner)).split())


class ChineseHelp(DefaultFormatter):
    """Panels with their titles, descriptions and marks in Chinese; what has no Chinese stays as it is."""

    def __call__(self, console: Console, options: ConsoleOptions, panel: HelpPanel) -> None:
        """Write one panel."""
        title = plain(panel.title)
        entries = [self.entry(entry) for entry in panel.entries]
        super().__call__(console, options, panel.copy(title=strings().get(title, title), entries=entries))

    def render_usage(self, console: Console, options: ConsoleOptions, usage: Any) -> None:
        """Write the usage line."""
        words = plain(usage)
        if words:
            console.print(_text(f"{strings()['Usage:']}{words.removeprefix('Usage:').strip()}\n", "bold"))

    def render_description(self, console: Console, options: ConsoleOptions, description: Any) -> None:
        """Write what the command does."""
        words = plain(description)
        if words:
            console.print(_text(f"{self.translated(words)}\n"))

    def entry(self, entry: HelpEntry) -> HelpEntry:
        """A command or an option with its marks after the description, as cyclopts has them."""
        marks = []
        if entry.choices:
            marks.append(f"可选：{', '.join(entry.choices)}")
        if entry.default is not None:
            marks.append(f"默认：{entry.default}")
        if entry.required:
            marks.append("必填")
        words = " ".join(
            part for part in (self.translated(plain(entry.description)), *(f"［{m}］" for m in marks)) if part
        )
        return entry.copy(description=_text(words), choices=None, default=None, required=False)

    def translated(self, words: str) -> str:
        """The Chinese of a sentence, else the sentence."""
        return strings().get(words, words)


def _text(words: str, style: str = "") -> Text:
    from rich.text import Text

    return Text(words, style=style)
