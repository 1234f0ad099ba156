"""A small good pack to damage."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lianzhang.i18n import Text
from lianzhang.pack import Report, check, write_pack
from lianzhang.pack.skeleton import example_rows

Rows = dict[str, list[dict[str, Any]]]
Edit = Callable[[Rows], None]


def content() -> Rows:
    """Rows of the example pack, free to change."""
    return {name: [dict(row) for row in rows] for name, rows in example_rows().items()}  # type: ignore[union-attr]


def write_rows(folder: Path, rows: Rows) -> Path:
    """Write rows as a pack without any check, text as it stands (so that wrong types can be written)."""
    good = content()
    write_pack(
        folder, good, name="taoyuan", title=Text("桃源", "Taoyuan"), region="taoyuan", as_of="2025-06-30"
    )
    described = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    for name in [n for n in good if n not in rows]:
        (folder / f"data/{name}.csv").unlink()
        described["resources"] = [r for r in described["resources"] if r["name"] != name]
    (folder / "datapackage.json").write_text(json.dumps(described, ensure_ascii=False), encoding="utf-8")
    for name, listed in rows.items():
        if listed == good.get(name):
            continue
        columns = list(dict.fromkeys(key for row in listed for key in row))
        lines = [",".join(columns)]
        lines += [",".join(_cell(row.get(column)) for column in columns) for row in listed]
        (folder / f"data/{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        if name not in good:
            described["resources"].append({"name": name, "path": f"data/{name}.csv", "format": "csv"})
            (folder / "datapackage.json").write_text(
                json.dumps(described, ensure_ascii=False), encoding="utf-8"
            )
    return folder


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return '"' + text.replace('"', '""') + '"' if any(c in text for c in ',"\n') else text


@pytest.fixture
def damaged(tmp_path: Path) -> Callable[[Edit], Report]:
    """Change rows of the good pack and check it."""

    def run(edit: Edit) -> Report:
        rows = content()
        edit(rows)
        return check(write_rows(tmp_path / "pack", rows))

    return run


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """The good pack on disk."""
    return write_rows(tmp_path / "pack", content())
