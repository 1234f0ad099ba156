"""`datapackage.json`: read it with all its problems, and write it with Table Schemas made from the schema."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from lianzhang.i18n import Text
from lianzhang.pack.model import Pack, Report, Resource
from lianzhang.schema import Column, Table, tables

FILE = "datapackage.json"
FORMAT = 1
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_FRICTIONLESS = {
    "id": "string",
    "text": "string",
    "word": "string",
    "period": "string",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "date": "date",
}


def read_package(folder: Path, report: Report) -> Pack | None:
    """Read the description; problems go into the report. None where nothing can be read from it."""
    path = folder / FILE
    if not path.is_file():
        report.add("no-package", FILE, value=str(folder))
        return None
    try:
        raw = json.loads(path.read_text(encoding="utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        report.add("bad-package", FILE, value=str(error))
        return None
    if not isinstance(raw, dict):
        report.add("bad-package", FILE, value=type(raw).__name__)
        return None
    pack = Pack(
        folder=folder,
        name=_name(raw, report),
        title=_title(raw, report),
        region=_root(raw, report),
        as_of=_as_of(raw, report),
        languages=_languages(raw, report),
        version=str(raw.get("version", "")),
        resources=tuple(_resources(raw, folder, report)),
    )
    report.pack = pack
    return pack


def _own(raw: dict[str, Any]) -> dict[str, Any]:
    own = raw.get("lianzhang")
    return own if isinstance(own, dict) else {}


def _name(raw: dict[str, Any], report: Report) -> str:
    name = raw.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        remedy = Text(
            "写小写字母、数字、点、横线，如 chongqing",
            "lower-case letters, digits, dots, dashes, such as chongqing",
        )
        report.add("package-field", FILE, field="name", value=_shown(name), remedy=remedy)
        return ""
    return name


def _title(raw: dict[str, Any], report: Report) -> Text:
    title = _own(raw).get("title", raw.get("title"))
    if isinstance(title, str) and title.strip():
        return Text(title, title)
    if isinstance(title, dict) and isinstance(title.get("zh"), str) and isinstance(title.get("en"), str):
        return Text(title["zh"], title["en"])
    remedy = Text('写 {"zh": "…", "en": "…"}', 'write {"zh": "…", "en": "…"}')
    report.add("package-field", FILE, field="title", value=_shown(title), remedy=remedy)
    return Text("", "")


def _root(raw: dict[str, Any], report: Report) -> str:
    root = _own(raw).get("region")
    if not isinstance(root, str) or not root.strip():
        remedy = Text(
            "写 regions 表中本区域的 region_id", "give the region_id of the whole region in the table regions"
        )
        report.add("package-field", FILE, field="lianzhang.region", value=_shown(root), remedy=remedy)
        return ""
    return root


def _as_of(raw: dict[str, Any], report: Report) -> str | None:
    as_of = _own(raw).get("as_of")
    if as_of is None:
        return None
    try:
        return date.fromisoformat(str(as_of)).isoformat()
    except ValueError:
        remedy = Text("写成 2024-03-31", "write it as 2024-03-31")
        report.add("package-field", FILE, field="lianzhang.as_of", value=_shown(as_of), remedy=remedy)
        return None


def _languages(raw: dict[str, Any], report: Report) -> tuple[str, ...]:
    languages = _own(raw).get("languages", ["zh", "en"])
    if not isinstance(languages, list) or not languages or not set(map(str, languages)) <= {"zh", "en"}:
        remedy = Text('写 ["zh", "en"] 或其中之一', 'write ["zh", "en"] or one of them')
        report.add("package-field", FILE, field="lianzhang.languages", value=_shown(languages), remedy=remedy)
        return ("zh", "en")
    return tuple(str(item) for item in languages)


def _resources(raw: dict[str, Any], folder: Path, report: Report) -> Iterable[Resource]:
    listed = raw.get("resources")
    if not isinstance(listed, list):
        remedy = Text("列出各表的文件", "list the file of each table")
        report.add("package-field", FILE, field="resources", value=_shown(listed), remedy=remedy)
        return
    names: set[str] = set()
    paths: set[Path] = set()
    for index, entry in enumerate(listed):
        where = f"resources[{index}]"
        if (
            not isinstance(entry, dict)
            or not isinstance(entry.get("name"), str)
            or not isinstance(entry.get("path"), str)
        ):
            remedy = Text("每项写 name 与 path（一个文件）", "each entry has a name and a path (one file)")
            report.add("package-field", FILE, field=where, value=_shown(entry), remedy=remedy)
            continue
        name, path = entry["name"], entry["path"]
        if name not in tables():
            report.add("unknown-table", FILE, field=where, value=name, remedy=nearest(name, tables()))
            continue
        inside = _inside(folder, path)
        if inside is None:
            report.add("unsafe-path", FILE, table=name, field=where, value=path)
            continue
        if name in names or inside in paths:
            report.add("duplicate-resource", FILE, table=name, field=where, value=f"{name}: {path}")
            continue
        names.add(name)
        paths.add(inside)
        kind = str(entry.get("format") or PurePosixPath(path).suffix.lstrip(".")).lower()
        if kind not in ("csv", "parquet"):
            report.add("unknown-format", FILE, table=name, field=where, value=kind)
            continue
        if not inside.is_file():
            report.add("missing-file", path, table=name)
            continue
        yield Resource(
            name, path, "csv" if kind == "csv" else "parquet", str(entry.get("encoding") or "utf-8").lower()
        )


def _inside(folder: Path, path: str) -> Path | None:
    """The file's real place when it lies in the folder, links followed; None otherwise."""
    if not path or "\\" in path or "\0" in path or "://" in path or PurePosixPath(path).is_absolute():
        return None
    if ".." in PurePosixPath(path).parts:
        return None
    real = (folder / path).resolve()
    return real if real.is_relative_to(folder.resolve()) else None


def nearest(name: str, known: Iterable[str]) -> Text | None:
    """A remedy that offers the nearest known names; None where none is near."""
    near = difflib.get_close_matches(name, list(known), n=3, cutoff=0.6)
    if not near:
        return None
    return Text(f"是不是 {'、'.join(near)}？", f"did you mean {', '.join(near)}?")


def _shown(value: object) -> str | None:
    return (
        None
        if value is None
        else value
        if isinstance(value, str)
        else json.dumps(value, ensure_ascii=False, default=str)
    )


def table_schema(table: Table, present: Iterable[str]) -> dict[str, Any]:
    """The Frictionless Table Schema of a table; references only to tables that are ``present``."""
    here = set(present)
    schema: dict[str, Any] = {"fields": [_field(c) for c in table.columns], "missingValues": [""]}
    # A primary key may not be null in Table Schema; ours may (a figure without a sector), then it is a unique key.
    if any(table.column(name).nullable for name in table.key):
        schema["uniqueKeys"] = [list(table.key)]
    else:
        schema["primaryKey"] = list(table.key)
    links = [
        {
            "fields": [name],
            "reference": {"resource": "" if target == table.name else target, "fields": [key_of(target)]},
        }
        for name, target in table.references.items()
        if target in here
    ]
    if links:
        schema["foreignKeys"] = links
    return schema


def key_of(target: str) -> str:
    """The single key column that references to a table point at."""
    return tables()[target].key[0]


def _field(column: Column) -> dict[str, Any]:
    constraints: dict[str, Any] = {}
    if not column.nullable:
        constraints["required"] = True
    if column.one_of:
        constraints["enum"] = list(column.one_of)
    if column.minimum is not None:
        constraints["minimum"] = column.minimum
    if column.maximum is not None:
        constraints["maximum"] = column.maximum
    if column.pattern is not None:
        constraints["pattern"] = column.pattern
    described: dict[str, Any] = {
        "name": column.name,
        "type": _FRICTIONLESS[column.type],
        "title": f"{column.label.zh} / {column.label.en}",
        "description": f"{column.about.zh} / {column.about.en}",
    }
    if column.unit is not None:
        described["unit"] = column.unit
    if constraints:
        described["constraints"] = constraints
    return described


def describe_package(
    *,
    name: str,
    title: Text,
    region: str,
    as_of: str | None,
    version: str,
    languages: Iterable[str],
    resources: Iterable[tuple[str, str, Literal["csv", "parquet"]]],
) -> str:
    """`datapackage.json` for (table, path, format) resources."""
    listed = list(resources)
    present = [table for table, _path, _format in listed]
    described = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": name,
        "title": f"{title.zh} / {title.en}",
        "version": version,
        "lianzhang": {
            "format": FORMAT,
            "region": region,
            "title": {"zh": title.zh, "en": title.en},
            "as_of": as_of,
            "languages": list(languages),
        },
        "resources": [
            {
                "name": table,
                "path": path,
                "format": kind,
                "mediatype": "text/csv" if kind == "csv" else "application/vnd.apache.parquet",
                **({"encoding": "utf-8"} if kind == "csv" else {}),
                "title": f"{tables()[table].label.zh} / {tables()[table].label.en}",
                "schema": table_schema(tables()[table], present),
            }
            for table, path, kind in listed
        ],
    }
    return json.dumps(described, ensure_ascii=False, indent=2) + "\n"
