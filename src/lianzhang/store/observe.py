"""Add rows to a loaded region by the same checks as a pack, without loading anything again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pyarrow as pa

from lianzhang.errors import InputError, UnknownNameError
from lianzhang.i18n import Text
from lianzhang.pack import Report, arrow_table
from lianzhang.pack.verify import verify_across, verify_table
from lianzhang.schema import STATUSES, table, tables
from lianzhang.schema.checks import typed_select
from lianzhang.schema.ddl import ident
from lianzhang.store.reader import Reader
from lianzhang.store.store import Store

#: How long adding a row waits for another writer.
_WAIT_S = 5.0
#: Kinds of sources that an authority publishes; what a source says of its quality goes before.
_OFFICIAL_KINDS = ("yearbook", "bulletin", "census", "plan", "government_page", "standard")


def observe(
    store: Store,
    region: str,
    indicator: str,
    period: str,
    value: float | str | None,
    *,
    source: str,
    series: str = "main",
    place: str | None = None,
    sector: str | None = None,
    comparator: str = "=",
    known_from: str | None = None,
    preferred: bool | None = None,
    status: str | None = None,
    note: str | None = None,
    wait_s: float = _WAIT_S,
) -> dict[str, Any]:
    """Add one observed figure.

    Args:
        store: where to.
        region: the region, as `Store.resolve` takes it.
        indicator: an indicator's id or its name in either language.
        period: any frequency: 2024, 2024-03, 2024-Q1, 2024-H1, 2024-01..10, 2024-03-31.
        value: in the indicator's unit; None needs a ``note`` that says why.
        source: the id of a source, or its title; a title that is new becomes a source of kind ``user``.
        series: tells definitions of one indicator apart.
        place: ``region_id``; the whole region by default.
        sector: ``sector_id`` where the figure is of one.
        comparator: ``>`` where the source says more than, and so on.
        known_from: date of first publication; today by default.
        preferred: whether computations use it; by default if nothing else of that period is used.
        status: official, derived, estimated, reconstructed or synthetic. Without it a figure of a known official source
            is official and one of a synthetic source synthetic; of any other source nothing is assumed.
        note: scope and doubts.
        wait_s: how long to wait for another writer.

    Returns:
        The row as stored.

    Raises:
        UnknownNameError: no such indicator, region or sector; the nearest names are in the hint.
        InputError: the source does not tell the status and none is given, or the row breaks a rule of the schema;
            ``details['problems']`` lists all.
        NotLoadedError: the region is not loaded.
        StoreBusyError: another process kept writing.
    """
    name = store.resolve(region)
    with store.writer(wait_s) as writer, Reader(store.path, writer.manifest, writer.region(name)) as reader:
        new_source, source_id, told = _source(reader, source, status)
        row = {
            "indicator_id": _indicator(reader, indicator),
            "series": series,
            "region_id": _named(reader, "regions", place or writer.region(name).root, Text("区域", "region")),
            "sector_id": None
            if sector is None
            else _named(reader, "sectors", sector, Text("行业", "sector")),
            "period": period.strip(),
            "value": value,
            "comparator": comparator,
            "known_from": known_from or date.today().isoformat(),  # noqa: DTZ011 - the user's calendar day
            "preferred": preferred,
            "note": note,
            "source_id": source_id,
            "status": told,
        }
        if preferred is None:
            row["preferred"] = not _others_preferred(reader, row)
        rows: dict[str, Sequence[Mapping[str, Any]]] = {"observations": [row]}
        if new_source is not None:
            rows = {"sources": [new_source], **rows}
        typed = check_rows(reader, rows)
        for part, data in typed.items():
            writer.append_rows(name, part, data)
    stored: dict[str, Any] = typed["observations"].to_pylist()[0]
    return stored


def add_rows(
    store: Store, region: str, rows: Mapping[str, Sequence[Mapping[str, Any]]], *, wait_s: float = _WAIT_S
) -> dict[str, int]:
    """Add rows to tables of a loaded region, checked like a pack's; all or none.

    Args:
        store: where to.
        region: the region, as `Store.resolve` takes it.
        rows: table → rows; values may be text.
        wait_s: how long to wait for another writer.

    Returns:
        Number of rows added by table.

    Raises:
        InputError: a row breaks a rule of the schema; ``details['problems']`` lists all.
        NotLoadedError: the region is not loaded.
        UnknownNameError: no such table.
        StoreBusyError: another process kept writing.
    """
    name = store.resolve(region)
    with store.writer(wait_s) as writer, Reader(store.path, writer.manifest, writer.region(name)) as reader:
        typed = check_rows(reader, rows)
        for part, data in typed.items():
            writer.append_rows(name, part, data)
    return {part: len(data) for part, data in typed.items()}


def check_rows(reader: Reader, rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, pa.Table]:
    """Check new rows against the schema and against what the region holds; the rows in the schema's types.

    Raises:
        InputError: with all problems in ``details['problems']``.
        UnknownNameError: no such table.
    """
    connection = reader.connection
    report = Report(limit=20)
    relations = {name: ident(name) for name in tables()}
    typed_views: dict[str, str] = {}
    for name, given in rows.items():
        described = table(name)
        text = _as_text(given, described.column_names, name)
        connection.register(f"given_{name}", text)
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {ident(f'raw_{name}')} AS SELECT * FROM given_{name}"
        )
        connection.execute(
            f"CREATE OR REPLACE TEMP VIEW {ident(f'typed_{name}')} AS {typed_select(described, ident(f'raw_{name}'))}"
        )
        typed_views[name] = ident(f"typed_{name}")
        columns = ", ".join(ident(c) for c in described.column_names)
        # Old rows count as row 0; a rule over several rows then names the new one.
        connection.execute(
            f"CREATE OR REPLACE TEMP VIEW {ident(f'both_{name}')} AS SELECT 0 AS _row, {columns} FROM {ident(name)}"
            f" UNION ALL SELECT _row, {columns} FROM {typed_views[name]}"
        )
        relations[name] = ident(f"both_{name}")
    files = {name: name for name in rows}
    for name in rows:
        described = table(name)
        verify_table(
            connection,
            described,
            raw=ident(f"raw_{name}"),
            typed=typed_views[name],
            relations=relations,
            given=described.column_names,
            file=name,
            report=report,
        )
        _check_keys(reader, name, typed_views[name], report)
    if report.ok:
        numbered = {
            name: rel if name in rows else f"(SELECT 0 AS _row, * FROM {rel})"
            for name, rel in relations.items()
        }
        verify_across(connection, numbered, files, report)
    if not report.ok:
        first = report.errors[0]
        message = Text(
            f"{first.field or first.table}：{first.message.zh}（{first.value}）",
            f"{first.field or first.table}: {first.message.en} ({first.value})",
        )
        if (first.table, first.rule) == ("observations", "duplicate-key"):
            message = Text(
                f"这个来源的这个数已经存有（{first.value}）",
                f"this figure from this source is already stored ({first.value})",
            )
        raise InputError(
            message,
            hint=first.remedy,
            details={"problems": [p.to_dict("en") for p in report.problems]},
        )
    return {
        name: connection.execute(f"SELECT * EXCLUDE (_row) FROM {view} ORDER BY _row")
        .to_arrow_table()
        .cast(arrow_table(table(name), []).schema)
        for name, view in typed_views.items()
    }


def _check_keys(reader: Reader, name: str, view: str, report: Report) -> None:
    """A new row may not have the key of one that is there: what was stored is added to, never overwritten."""
    key = table(name).key
    same = " AND ".join(f"n.{ident(k)} IS NOT DISTINCT FROM o.{ident(k)}" for k in key)
    shown = ", ".join(f"n.{ident(k)}" for k in key)
    found = reader.connection.execute(
        f"SELECT n._row, concat_ws(' · ', {shown}) FROM {view} n WHERE EXISTS"
        f" (SELECT 1 FROM {ident(name)} o WHERE {same}) ORDER BY 1"
    ).fetchall()
    for row, value in found:
        remedy = Text(
            "已有同一主键的一行，存下的不会被改写；换一个来源、序列或编号",
            "a row with this key is stored and is never overwritten; use another source, series or id",
        )
        if name == "observations":
            remedy = Text(
                "存下的不会被改写；若来自另一来源，写明那个来源；若原数有误，改正数据包后重新载入",
                "what is stored is never overwritten; if it is from another source, name that one; if the stored"
                " figure is wrong, correct the pack and load it again",
            )
        report.add(
            "duplicate-key", name, table=name, row=int(row), field=", ".join(key), value=value, remedy=remedy
        )


def _as_text(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], name: str) -> pa.Table:
    arrow_table(
        table(name), [dict.fromkeys(row) for row in rows]
    )  # raises for a column the table does not have
    cells: dict[str, list[Any]] = {"_row": list(range(1, len(rows) + 1))}
    for column in columns:
        cells[column] = [_text(row.get(column)) for row in rows]
    return pa.table(
        {"_row": pa.array(cells["_row"], pa.int64()), **{c: pa.array(cells[c], pa.string()) for c in columns}}
    )


def _text(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, float) else str(value)


def _indicator(reader: Reader, wanted: str) -> str:
    known = reader.sql("SELECT indicator_id, name_zh, name_en FROM indicators").to_pylist()
    for row in known:
        if wanted == row["indicator_id"]:
            return wanted
    named = [
        r["indicator_id"]
        for r in known
        if wanted.strip().lower() in (r["name_zh"].lower(), r["name_en"].lower())
    ]
    if len(named) == 1:
        return str(named[0])
    ids = [r["indicator_id"] for r in known]
    raise UnknownNameError(Text("指标", "indicator"), wanted, ids + [r["name_zh"] for r in known])


def _named(reader: Reader, name: str, wanted: str, label: Text) -> str:
    key = table(name).key[0]
    rows = reader.sql(f"SELECT {ident(key)} AS id, name_zh, name_en FROM {ident(name)}").to_pylist()
    for row in rows:
        if wanted == row["id"]:
            return wanted
    named = [r["id"] for r in rows if wanted in (r["name_zh"], r["name_en"])]
    if len(named) == 1:
        return str(named[0])
    raise UnknownNameError(label, wanted, [r["id"] for r in rows])


def _source(reader: Reader, source: str, status: str | None) -> tuple[dict[str, Any] | None, str, str]:
    """A new row for `sources` where the text names none, the source's id, and the status of a figure from it.

    Raises:
        InputError: no source, or one that does not tell the status while none is given.
    """
    rows = reader.sql("SELECT source_id, title_zh, title_en, kind, quality FROM sources").to_pylist()
    for row in rows:
        if source in (row["source_id"], row["title_zh"], row["title_en"]):
            return None, str(row["source_id"]), status or _status_of(row["kind"], row["quality"], source)
    text = source.strip()
    if not text:
        raise InputError(
            Text("没有写来源", "no source is given"),
            hint=Text("写来源编号，或文件名称与网址", "give a source's id, or a title or address"),
        )
    told = status or _status_of("user", None, text)
    source_id = "user-" + hashlib.sha256(text.encode()).hexdigest()[:10]
    address = text if text.startswith(("http://", "https://")) else None
    made = {
        "source_id": source_id,
        "title_zh": text,
        "title_en": text,
        "url": address,
        "kind": "synthetic" if told == "synthetic" else "user",
    }
    return made, source_id, told


def _status_of(kind: str, quality: str | None, source: str) -> str:
    """What a figure from a source is when nobody says it.

    Raises:
        InputError: the source does not tell.
    """
    if kind == "synthetic":
        return "synthetic"
    if quality == "official" or (quality is None and kind in _OFFICIAL_KINDS):
        return "official"
    raise InputError(
        Text(
            f"“{source}”不是已知的官方来源，须写明这个数的状态",
            f"“{source}” is no known official source, so the status of the figure must be said",
        ),
        hint=Text(
            "写 status（命令行为 --status）：official 官方发布的原数；derived 由官方数算出；estimated 含估计或假设，"
            "来路不明的也写它；reconstructed 依据线索补全；synthetic 虚构",
            "give status (--status on the command line): official for a figure as an authority published it; derived if"
            " computed from official ones; estimated if it rests on an estimate or assumption, or nobody knows;"
            " reconstructed if filled in from hints; synthetic if made up",
        ),
        details={"field": "status", "choose": list(STATUSES)},
    )


def _others_preferred(reader: Reader, row: Mapping[str, Any]) -> bool:
    found = reader.sql(
        "SELECT count(*) AS n FROM observations WHERE preferred AND indicator_id = ? AND series = ?"
        " AND region_id = ? AND sector_id IS NOT DISTINCT FROM ? AND period = ?",
        [row["indicator_id"], row["series"], row["region_id"], row["sector_id"], row["period"]],
    )
    return bool(found["n"][0].as_py())
