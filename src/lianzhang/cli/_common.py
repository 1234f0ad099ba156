"""What every command needs: settings, output in the user's language, progress, one way out for errors."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from cyclopts import Parameter

from lianzhang.config import Settings, load_settings
from lianzhang.errors import UsageError
from lianzhang.i18n import Lang, Text

if TYPE_CHECKING:
    from collections.abc import Callable

#: Flags that stand before any command (`--lang`, `--store`, `--region`), set once by `lianzhang.cli.main`.
_flags: dict[str, Any] = {}


def set_flags(flags: dict[str, Any]) -> None:
    """Remember the global flags of this run."""
    _flags.clear()
    _flags.update(flags)


def current_flags() -> dict[str, Any]:
    """The global flags of this run."""
    return dict(_flags)


def settings() -> Settings:
    """Settings in force for this run."""
    return load_settings(_flags)[0]


def lang() -> Lang:
    """Language of this run."""
    return settings().lang


def at_least(least: int, option: str) -> Parameter:
    """A whole number that is refused when it is below ``least``."""

    def check(_: object, value: int | None) -> None:
        if value is not None and value < least:
            raise UsageError(
                Text(
                    f"{option} 至少为 {least}，而不是 {value}", f"{option} is at least {least}, not {value}"
                ),
                details={"option": option, "value": value},
            )

    return Parameter(validator=check)


def say(text: Text | str) -> None:
    """Print one line for a person to standard output."""
    print(text.get(lang()) if isinstance(text, Text) else text)


def note(text: Text | str) -> None:
    """Print one line to standard error: progress and remarks, never results."""
    print(text.get(lang()) if isinstance(text, Text) else text, file=sys.stderr)


def emit_json(value: Any) -> None:
    """Print a result as JSON, Chinese readable, missing numbers as null."""
    print(json.dumps(_plain(value), ensure_ascii=False, indent=2, allow_nan=False))


def emit_json_lines(rows: Iterable[Any]) -> None:
    """Print one JSON object per line."""
    for row in rows:
        print(json.dumps(_plain(row), ensure_ascii=False, allow_nan=False))


def table(title: Text | str, columns: Sequence[Text | str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table; numbers align right."""
    from rich.console import Console
    from rich.table import Table

    language = lang()
    listed = [list(row) for row in rows]
    shown = Table(title=_in(title, language), title_justify="left", show_edge=False, pad_edge=False)
    for index, column in enumerate(columns):
        numeric = any(isinstance(r[index], (int, float)) for r in listed) and not any(
            isinstance(r[index], str) and r[index] not in ("", "–") for r in listed
        )
        shown.add_column(_in(column, language), justify="right" if numeric else "left", overflow="fold")
    for row in listed:
        shown.add_row(
            *("–" if cell is None else f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row)
        )
    Console().print(shown)


@contextmanager
def progress(label: Text | str, total: float | None = None) -> Iterator[Callable[[float], None]]:
    """Progress on standard error when it is a terminal; yields a function that sets how much is done."""
    if not sys.stderr.isatty():
        yield lambda done: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(_in(label, lang()), total=total)
        yield lambda done: bar.update(task, completed=done)


def _in(text: Text | str, language: Lang) -> str:
    return text.get(language) if isinstance(text, Text) else text


def _plain(value: Any) -> Any:
    """Dataclasses, paths, numpy scalars and NaN into what JSON knows."""
    import dataclasses
    import datetime
    import math
    from pathlib import Path

    if isinstance(value, Text):
        return {"zh": value.zh, "en": value.en}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(v) for v in value]
    if isinstance(value, (Path, datetime.date)):
        return str(value)
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value
