"""Reading sources, exact scaling of printed figures, and writing the tables of a pack."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from lianzhang.pack.package import table_schema
from lianzhang.schema import tables

HERE = Path(__file__).resolve().parent.parent
SOURCE = HERE / "source"
HAND = HERE / "tables"
MAPS = HERE / "maps"

CITY = "500000"


class BuildError(Exception):
    """A source or a hand-written table does not fit; the message says which and where."""


def read(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file (UTF-8, with or without a byte-order mark), cells stripped."""
    with path.open(encoding="utf-8-sig", newline="") as handle:
        rows = []
        for number, row in enumerate(csv.DictReader(handle), start=2):
            if None in row or None in row.values():
                raise BuildError(f"{path.name}:{number}: the row has more or fewer cells than the header")
            rows.append({key: value.strip() for key, value in row.items()})
        return rows


def plain(value: Decimal) -> str:
    """A decimal without exponent and without trailing zeros."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("", "-0") else text


def scaled(printed: str, factor: str = "1") -> str:
    """A printed figure times a factor, exactly (no binary rounding); empty stays empty."""
    return "" if printed == "" else plain(Decimal(printed) * Decimal(factor))


class Pack:
    """Rows of every table of the schema, written as a Frictionless Data Package."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, str]]] = {name: [] for name in tables()}

    def add(self, table: str, **cells: str) -> None:
        """Add one row; columns left out are empty.

        Raises:
            BuildError: unknown column, or an empty cell in a column that must be filled.
        """
        columns = tables()[table].columns
        unknown = set(cells) - {c.name for c in columns}
        if unknown:
            raise BuildError(f"{table}: no such column {sorted(unknown)}")
        row = {c.name: cells.get(c.name, "") for c in columns}
        for column in columns:
            if row[column.name] == "" and not column.nullable:
                raise BuildError(f"{table}.{column.name} is empty in {row}")
        self.rows[table].append(row)

    def add_hand_tables(self) -> None:
        """Add every file of ``tables/``: the file's name is the table, its header the columns it fills."""
        for path in sorted(HAND.glob("*.csv")):
            name = path.stem.split(".")[0]
            for row in read(path):
                self.add(name, **row)

    def ids(self, table: str) -> set[str]:
        """Values of the first key column of a table."""
        key = tables()[table].key[0]
        return {row[key] for row in self.rows[table]}

    def problems(self) -> Iterator[str]:
        """Duplicate keys and dangling references; `lianzhang pack check` looks at everything else."""
        for name, rows in self.rows.items():
            table = tables()[name]
            seen: set[tuple[str, ...]] = set()
            for row in rows:
                key = tuple(row[k] for k in table.key)
                if key in seen:
                    yield f"{name}: key {key} twice"
                seen.add(key)
            for column, target in table.references.items():
                known = self.ids(target)
                for value in sorted({row[column] for row in rows} - known - {""}):
                    yield f"{name}.{column}: {value} is not in {target}"

    def write(self, folder: Path, head: dict[str, Any]) -> None:
        """Write one CSV per filled table and datapackage.json; same input, same bytes."""
        found = list(self.problems())
        if found:
            raise BuildError("\n".join(found[:40]) + f"\n{len(found)} problems")
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.csv"):
            old.unlink()
        resources = []
        filled = [name for name, rows in self.rows.items() if rows]
        for name in filled:
            table = tables()[name]
            with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as handle:
                writer = csv.DictWriter(handle, table.column_names, lineterminator="\n")
                writer.writeheader()
                writer.writerows(self.rows[name])
            resources.append(
                {
                    "name": name,
                    "path": f"{name}.csv",
                    "profile": "tabular-data-resource",
                    "title": table.label.en,
                    "format": "csv",
                    "mediatype": "text/csv",
                    "encoding": "utf-8",
                    "schema": table_schema(table, filled),
                }
            )
        text = json.dumps({**head, "resources": resources}, ensure_ascii=False, indent=1)
        (folder / "datapackage.json").write_text(text + "\n", encoding="utf-8", newline="\n")
