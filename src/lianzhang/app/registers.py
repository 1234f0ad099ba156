"""An imported register into the graph of a loaded region."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from lianzhang.app.session import open_store
from lianzhang.config import Settings
from lianzhang.errors import NotLoadedError
from lianzhang.i18n import Text
from lianzhang.schema import table
from lianzhang.schema.ddl import ident
from lianzhang.store import Reader, Store, Writer
from lianzhang.store.reader import snapshot_path

#: Tables that an import writes and a region takes.
TABLES = ("firms", "firm_nodes", "firm_clusters", "firm_products")


@dataclass(frozen=True, slots=True)
class Kept:
    """What a region took from an import. ``left_out`` counts rows that point to what the region does not have;
    ``already`` the firms that it had under the same id and whose own row stays."""

    region: str
    rows: dict[str, int]
    replaced: dict[str, int]
    left_out: dict[str, int]
    already: int


def write_places(reader: Reader, path: Path) -> Path:
    """The region's own table of places as the import reads it, in place of the bundled one."""
    rows = reader.sql(
        "SELECT region_id, name_zh, short_zh, adcode, level FROM regions ORDER BY region_id"
    ).to_pylist()
    with path.open("w", encoding="utf-8", newline="") as handle:
        out = csv.DictWriter(handle, ["region_id", "name_zh", "short_zh", "adcode", "level"])
        out.writeheader()
        out.writerows({name: value or "" for name, value in row.items()} for row in rows)
    return path


def keep_register(settings: Settings, folder: Path, title: Text) -> Kept:
    """Put the tables of an import into the region that is meant, in place of what the same register gave before.

    The region's own rows are never touched, and firms that it already has under the same id keep its row. A district or
    sector that the region does not know is left empty; a node or cluster that it does not know drops that link.

    Args:
        settings: which store and region.
        folder: what `lianzhang firms import` wrote.
        title: name of the register, for the table of sources.

    Raises:
        NotLoadedError: no import is there, nothing is loaded, or not this region.
        StoreBusyError: another process is writing.
    """
    paths = {name: folder / f"{name}.parquet" for name in TABLES}
    if not paths["firms"].is_file():
        raise NotLoadedError(
            Text(f"{folder} 中没有导入结果", f"there is no import in {folder}"),
            hint=Text("请先运行 lianzhang firms import", "run lianzhang firms import first"),
        )
    store = open_store(settings)
    region = store.resolve(settings.region)
    new = {name: pq.read_table(path) for name, path in paths.items() if path.is_file()}
    sources = [str(s) for s in pc.unique(new["firms"].column("source_id")).to_pylist()]
    with store.writer(wait_s=10.0) as writer:
        replaced = {name: _remove(store, writer, region, name, sources) for name in (*TABLES, "sources")}
        with Reader(store.path, writer.manifest, writer.region(region)) as reader:
            _add_sources(reader, writer, region, sources, title, _speaks_of(folder))
            kept = _fitting(reader, new)
            already = len(new["firms"]) - len(kept["firms"])
        for name, rows in kept.items():
            writer.append_rows(region, name, rows)
    return Kept(
        region,
        {name: len(rows) for name, rows in kept.items()},
        replaced,
        {name: len(new[name]) - len(rows) for name, rows in kept.items() if name != "firms"},
        already,
    )


def import_folder(settings: Settings, given: Path | None) -> Path:
    """The folder of an import: the one given, by path or by name in the store, else the only one in the store.

    Raises:
        NotLoadedError: there is no such import, or none is named and the store has not exactly one.
    """
    home = settings.store / "registers"
    there = sorted(
        path.parent for path in home.glob("*/firms.parquet") if not path.parent.name.startswith(".")
    )
    if given is None and len(there) == 1:
        return there[0]
    if given is not None:
        found = next((path for path in (given, home / given) if (path / "firms.parquet").is_file()), None)
        if found is not None:
            return found
    names = [path.name for path in there]
    message = (
        Text(f"{given} 里没有导入的企业", f"{given} holds no imported firms")
        if given is not None
        else Text("请说明是哪一次导入", "which import is meant has to be said")
        if names
        else Text("还没有导入过登记文件", "no register was imported yet")
    )
    raise NotLoadedError(
        message,
        hint=Text(f"已有的导入：{'、'.join(names)}", f"imports that are there: {', '.join(names)}")
        if names
        else Text("请先运行 lianzhang firms import", "run `lianzhang firms import` first"),
        details={"imports": names},
    )


def keep_again(settings: Settings, folder: Path) -> Kept | None:
    """Put an import whose tables changed into the region again; None where the region has nothing of it.

    Raises:
        StoreBusyError: another process is writing.
    """
    store = open_store(settings)
    if not store.regions() or (settings.region and settings.region not in store.regions()):
        return None
    sources = pc.unique(pq.read_table(folder / "firms.parquet", columns=["source_id"]).column("source_id"))
    with store.reader(settings.region) as reader:
        reader.connection.register("mine", pa.table({"source_id": sources}))
        rows = reader.sql(
            "SELECT s.title_zh, s.title_en FROM sources s JOIN mine USING (source_id) "
            "WHERE s.source_id IN (SELECT source_id FROM firms)"
        ).to_pylist()
    return keep_register(settings, folder, Text(rows[0]["title_zh"], rows[0]["title_en"])) if rows else None


def _remove(store: Store, writer: Writer, region: str, name: str, sources: list[str]) -> int:
    """Take rows of these sources out of what was added to a table; the pack's own files stay."""
    entry = writer.region(region)
    files = entry.tables.get(name, ())
    kept, removed = [], 0
    for file in files:
        if file.origin != "added":
            kept.append(file)
            continue
        rows = pq.read_table(snapshot_path(store.path, file.hash))
        mine = pc.is_in(rows.column("source_id"), pa.array(sources))
        count = mine.to_pylist().count(True)
        removed += count
        if count == 0:
            kept.append(file)
        elif count < len(rows):
            kept.append(writer.add_file(rows.filter(pc.invert(mine)), "added"))
    if removed:
        writer.set_table(entry, name, kept)
    return removed


def _speaks_of(folder: Path) -> str | None:
    """The period that the last import of a folder speaks of, as its mapping said."""
    file = folder / "import.json"
    if not file.is_file():
        return None
    entries = json.loads(file.read_text("utf-8"))["imports"]
    return entries[-1]["report"].get("evidence_date") if entries else None


def _add_sources(
    reader: Reader, writer: Writer, region: str, sources: list[str], title: Text, published: str | None
) -> None:
    known = set(reader.sql("SELECT source_id FROM sources").column("source_id").to_pylist())
    rows: list[dict[str, Any]] = [
        {
            "source_id": s,
            "title_zh": title.zh,
            "title_en": title.en,
            "kind": "register",
        }
        | ({"published": published} if published else {})
        for s in sources
        if s not in known
    ]
    if rows:
        writer.append_rows(region, "sources", pa.Table.from_pylist(rows))


def _fitting(reader: Reader, new: dict[str, pa.Table]) -> dict[str, pa.Table]:
    """The rows that fit into the region."""
    for name, rows in new.items():
        reader.connection.register(f"new_{name}", rows)
    columns = []
    for column in new["firms"].column_names:
        target = table("firms").references.get(column)
        if target in ("regions", "sectors", "parks"):
            key = ident(table(target).key[0])
            known = f"WHEN n.{ident(column)} IN (SELECT {key} FROM {target}) THEN n.{ident(column)}"
            if target == "regions":
                # A district that the region does not know, of a province that it knows: a firm elsewhere.
                province = f"left(n.{ident(column)}, 2) || '0000'"
                known += (
                    f" WHEN regexp_full_match(n.{ident(column)}, '[0-9]{{6}}') "
                    f"AND {province} IN (SELECT {key} FROM {target}) THEN {province}"
                )
            columns.append(f"CASE {known} END AS {column}")
        else:
            columns.append(f"n.{ident(column)}")
    firms = reader.sql(
        f"SELECT {', '.join(columns)} FROM new_firms n WHERE n.firm_id NOT IN (SELECT firm_id FROM firms)"
    )
    found = {"firms": firms}
    for name, target in (("firm_nodes", "nodes"), ("firm_clusters", "clusters")):
        if name in new:
            key = table(target).key[0]
            found[name] = reader.sql(
                f"SELECT n.* FROM new_{name} n WHERE n.{key} IN (SELECT {key} FROM {target}) "
                "AND n.firm_id IN (SELECT firm_id FROM new_firms)"
            )
    if "firm_products" in new:
        names = ", ".join(ident(c.name) for c in table("firm_products").columns)
        found["firm_products"] = reader.sql(
            f"SELECT {names} FROM new_firm_products WHERE firm_id IN (SELECT firm_id FROM new_firms)"
        )
    return found
