"""Walk through a page of documentation: write the files it shows, run the commands it shows, compare what they print.

A fence whose info string is a language and a path (```` ```csv qingxi/regions.csv ````) is a file. A fence ``console``
is a terminal: lines that begin with ``$ `` are commands (``> `` continues one), the lines below are what is printed,
standard output and error together. ``…`` stands for anything within a line, and alone on a line for any lines. White
space is compared by its presence only. Commands succeed, except in a fence ``console fails``. Other fences are not run.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_FENCE = re.compile(r"^```([^\n`]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SECONDS = 180


@dataclass(frozen=True)
class File:
    """A file that the page shows in full."""

    path: str
    text: str


@dataclass(frozen=True)
class Command:
    """A command with what the page says it prints."""

    line: str
    shown: str
    fails: bool


def steps(page: str) -> Iterator[File | Command]:
    """Files and commands in the order of the page."""
    for info, body in _FENCE.findall(page):
        language, _, rest = info.strip().partition(" ")
        if language == "console":
            yield from _commands(body, fails=rest.strip() == "fails")
        elif rest.strip():
            yield File(rest.strip(), body)


def _commands(body: str, *, fails: bool) -> Iterator[Command]:
    line, shown = "", []
    for text in body.splitlines():
        if text.startswith("$ "):
            if line:
                yield Command(line, "\n".join(shown), fails)
            line, shown = text[2:], []
        elif text.startswith("> ") and not shown:
            line += "\n" + text[2:]
        else:
            shown.append(text)
    if line:
        yield Command(line, "\n".join(shown), fails)


def pattern(shown: str) -> re.Pattern[str]:
    """The pattern that printed text has to match as a whole, white space collapsed."""
    parts = []
    for line in shown.splitlines():
        text = " ".join(line.split())
        if text == "…":
            parts.append(r"(?:.*\n)*?")
        elif text:
            parts.append(".*".join(re.escape(piece) for piece in text.split("…")) + r"\n")
    return re.compile("".join(parts))


def plain(printed: str) -> str:
    """White space collapsed, empty lines left out."""
    lines = (" ".join(line.split()) for line in printed.splitlines())
    return "".join(f"{line}\n" for line in lines if line)


def walk(page: Path, folder: Path, lang: str) -> int:
    """Do what a page says in ``folder``; returns the number of commands run.

    Raises:
        AssertionError: a command failed (or did not, where it should), or printed something else than is shown.
    """
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "LIANZHANG_LANG": lang,
        "LC_ALL": "C.UTF-8",
        "COLUMNS": "100",
        "PYTHONUTF8": "1",
    }
    count = 0
    for step in steps(page.read_text(encoding="utf-8")):
        if isinstance(step, File):
            target = (folder / step.path).resolve()
            assert target.is_relative_to(folder.resolve()), step.path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(step.text, encoding="utf-8")
            continue
        count += 1
        done = subprocess.run(
            ["bash", "-c", step.line],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            timeout=SECONDS,
            check=False,
        )
        where = f"{page.name}: $ {step.line}\n{done.stdout}"
        assert (done.returncode != 0) == step.fails, f"exit code {done.returncode}\n{where}"
        assert pattern(step.shown).fullmatch(plain(done.stdout)), f"not as shown\n{where}"
    return count
