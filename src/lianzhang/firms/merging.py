"""What people decide about duplicates: a sheet to review them on, and merging the records of one firm in an import.

Decisions are kept beside the import (``firm_decisions.parquet``), so that a newer file of the same register does not
bring back what was merged.
"""

from __future__ import annotations

import csv
import datetime
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from lianzhang.errors import InputError, NotLoadedError, UsageError
from lianzhang.firms.duplicates import RESULT, Group, Member, quoted, read_groups, spilling
from lianzhang.firms.reading import detect_encoding
from lianzhang.i18n import Lang, Text

DECISIONS = "firm_decisions.parquet"
KEEP, MERGE, APART = "keep", "merge", "apart"
WORDS = {KEEP: Text("保留", "keep"), MERGE: Text("合并", "merge"), APART: Text("不合并", "apart")}
_SCHEMA = pa.schema(
    [
        ("firm_id", pa.string()),
        ("into_id", pa.string()),
        ("decision", pa.string()),
        ("name_zh", pa.string()),
        ("decided_at", pa.string()),
    ]
)
#: Columns of the sheet; ``number`` finds a record again whatever a spreadsheet makes of long codes.
_COLUMNS = {
    "number": Text("序号", "number"),
    "group": Text("组", "group"),
    "decision": Text("处理", "decision"),
    "name": Text("名称", "name"),
    "uscc": Text("统一社会信用代码", "credit code"),
    "region": Text("地区代码", "district code"),
    "founded": Text("成立日期", "founded"),
    "address": Text("地址", "address"),
    "probability": Text("概率", "probability"),
}
#: Tables of an import that name firms, and what tells two of their rows of one firm apart.
_LINKS = {"firm_nodes": "node_id", "firm_clusters": "cluster_id", "firm_products": "product"}


@dataclass(frozen=True, slots=True)
class Decision:
    """``firm_id`` is the firm that ``into_id`` is (merge), or another one (apart)."""

    firm_id: str
    into_id: str
    decision: str
    name: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A review sheet: groups and records on it, records still to decide."""

    groups: int
    records: int
    open: int
    file: str


@dataclass(frozen=True, slots=True)
class MergeReport:
    """What a merge did: ``merged`` records are gone into ``into`` others, ``firms`` are left, ``apart`` stay two firms."""

    merged: int
    into: int
    apart: int
    firms: int
    folder: str


def kept_record(group: Group) -> Member:
    """The record that stays: one with a credit code before others, then the one that says most."""
    return min(
        group.firms,
        key=lambda m: (
            m.uscc is None,
            -sum(v is not None for v in (m.region_id, m.founded, m.address)),
            m.firm_id,
        ),
    )


def write_review(folder: Path, path: Path, lang: Lang = "en") -> Sheet:
    """Write the groups that were last found as a CSV sheet that people decide on, in the order of `read_groups`.

    Raises:
        NotLoadedError: nobody looked for duplicates in this import.
    """
    before = {(d.firm_id, d.into_id): d.decision for d in _decided(folder)}
    groups = records = undecided = 0
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("w", encoding="utf-8-sig", newline="") as stream:
            sheet = csv.writer(stream)
            sheet.writerow(title.get(lang) for title in _COLUMNS.values())
            for group in read_groups(folder):
                groups += 1
                kept = kept_record(group)
                for member in group.firms:
                    records += 1
                    word = KEEP if member is kept else before.get((member.firm_id, kept.firm_id), "")
                    undecided += not word
                    shown = WORDS[word].get(lang) if word else ""
                    told = (member.name, member.uscc, member.region_id, member.founded, member.address)
                    sheet.writerow((records, groups, shown, *told, f"{member.probability:.4f}"))
        os.replace(part, path)  # noqa: PTH105 — a sheet that is cut off could be taken for a whole one
    finally:
        part.unlink(missing_ok=True)
    return Sheet(groups, records, undecided, str(path))


def read_review(folder: Path, path: Path) -> list[Decision]:
    """Decisions on a sheet of `write_review`; rows without one are left out.

    Raises:
        InputError: a word that is no decision, no record to keep in a group where some are merged, or a sheet of
            another run.
        NotLoadedError: nobody looked for duplicates in this import.
    """
    rows = _rows(path)
    decisions: list[Decision] = []
    number = 0
    for group in read_groups(folder):
        words: list[tuple[Member, str]] = []
        for member in group.firms:
            number += 1
            row = rows.pop(str(number), None)
            if row is None:
                continue
            if row["name"].strip() != member.name.strip():
                raise InputError(
                    Text(
                        f"{path.name} 序号 {number} 是“{row['name']}”，而查重结果中是“{member.name}”",
                        f"number {number} of {path.name} is {row['name']!r}, which was found as {member.name!r}",
                    ),
                    hint=_ANEW,
                )
            words.append((member, _word(row["decision"], path, number)))
        decisions += _of_group(words, path)
    if rows:
        raise InputError(
            Text(
                f"{path.name} 有查重结果中没有的序号：{'、'.join(list(rows)[:5])}",
                f"{path.name} has numbers that were not found: {', '.join(list(rows)[:5])}",
            ),
            hint=_ANEW,
        )
    return decisions


_ANEW = Text(
    "表与最近一次查重不符：请用 firms duplicates --review 重新写出",
    "the sheet is not of the last search: write it anew with firms duplicates --review",
)


def _rows(path: Path) -> dict[str, dict[str, str]]:
    encoding = detect_encoding(path)
    with path.open(encoding=encoding, newline="") as stream:
        reader = csv.reader(stream)
        header = [cell.strip().lower() for cell in next(reader, [])]
        places: dict[str, int] = {}
        for name in ("number", "decision", "name"):
            words = (_COLUMNS[name].zh, _COLUMNS[name].en)
            place = next((header.index(word) for word in words if word in header), None)
            if place is None:
                raise InputError(
                    Text(f"{path.name} 没有“{words[0]}”列", f"{path.name} has no column {words[1]!r}"),
                    hint=_ANEW,
                )
            places[name] = place
        return {
            row[places["number"]].strip(): {name: row[place] for name, place in places.items()}
            for row in reader
            if len(row) > max(places.values()) and row[places["number"]].strip()
        }


def _word(cell: str, path: Path, number: int) -> str:
    text = cell.strip().lower()
    for word, shown in WORDS.items():
        if text in (shown.zh, shown.en):
            return word
    if text:
        raise InputError(
            Text(
                f"{path.name} 序号 {number} 的处理“{cell}”看不懂",
                f"{path.name}, number {number}: {cell!r} is no decision",
            ),
            hint=Text("可填：保留、合并、不合并，或留空", "write keep, merge or apart, or leave it empty"),
        )
    return ""


def _of_group(words: list[tuple[Member, str]], path: Path) -> list[Decision]:
    decided = [(member, word) for member, word in words if word in (MERGE, APART)]
    kept = [member for member, word in words if word == KEEP]
    if decided and len(kept) != 1:
        name = decided[0][0].name
        raise InputError(
            Text(
                f"{path.name} 中“{name}”所在的组须恰有一条“保留”，现有 {len(kept)} 条",
                f"in {path.name} the group of {name!r} needs exactly one record to keep and has {len(kept)}",
            )
        )
    return [Decision(member.firm_id, kept[0].firm_id, word, member.name) for member, word in decided]


def sure_decisions(folder: Path, at_least: float) -> list[Decision]:
    """Merge every record whose likeliest pair has at least this probability into the record of its group that stays.

    Records that people decided to leave apart stay apart.

    Raises:
        UsageError: the probability is not above 0.5 and up to 1.
        NotLoadedError: nobody looked for duplicates in this import.
    """
    if not 0.5 < at_least <= 1:
        raise UsageError(
            Text("--at-least 须大于 0.5、不超过 1", "--at-least has to be above 0.5 and up to 1"),
        )
    apart = {(d.firm_id, d.into_id) for d in _decided(folder) if d.decision == APART}
    decisions = []
    for group in read_groups(folder):
        kept = kept_record(group)
        decisions += [
            Decision(m.firm_id, kept.firm_id, MERGE, m.name)
            for m in group.firms
            if m is not kept and m.probability >= at_least and (m.firm_id, kept.firm_id) not in apart
        ]
    return decisions


def merge_records(folder: Path, decisions: list[Decision], *, memory_gb: float = 2.0) -> MergeReport:
    """Carry decisions out in an import: merged records go into the ones that stay, which take what they lack from them.

    The former state stays whole until the new one is put in its place by one rename.

    Raises:
        NotLoadedError: the folder holds no import.
        InputError: two records with different credit codes would become one.
    """
    _refuse_two_codes(folder, decisions)
    when = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    now = {d.firm_id: d for d in decisions}
    earlier = [d for d in _decided_rows(folder) if d["firm_id"] not in now]
    rows = [
        {
            "firm_id": d.firm_id,
            "into_id": d.into_id,
            "decision": d.decision,
            "name_zh": d.name,
            "decided_at": when,
        }
        for d in now.values()
    ]
    whole = folder.resolve()
    work = Path(tempfile.mkdtemp(prefix=f".{whole.name}-merge-", dir=whole.parent))
    work.chmod(0o755)
    try:
        for file in whole.iterdir():
            # What was found is spent: records on it are no longer there.
            if file.is_file() and file.name != RESULT:
                shutil.copy2(file, work / file.name)
        pq.write_table(pa.Table.from_pylist([*earlier, *rows], _SCHEMA), work / DECISIONS)
        merged, into = apply_merges(work, memory_gb=memory_gb, when=when)
        firms = pq.read_metadata(work / "firms.parquet").num_rows
        put_in_place(work, whole)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    apart = sum(d.decision == APART for d in decisions)
    return MergeReport(merged, into, apart, firms, str(folder))


def put_in_place(work: Path, out: Path) -> None:
    """Put a folder where another one is or is not, by renames."""
    if not out.exists():
        os.rename(work, out)  # noqa: PTH104 — a rename of folders, atomic on one file system
        return
    former = Path(tempfile.mkdtemp(prefix=f".{out.name}-former-", dir=out.parent))
    former.rmdir()
    os.rename(out, former)  # noqa: PTH104
    os.rename(work, out)  # noqa: PTH104
    shutil.rmtree(former)


def carry_decisions(out: Path, work: Path, *, memory_gb: float = 2.0) -> int:
    """Carry out anew, in the tables of a newer file, what was decided on an import; returns how many records went.

    Args:
        out: the import as it is, maybe with decisions, or not there.
        work: the tables that will take its place.
    """
    if not (out / DECISIONS).is_file():
        return 0
    shutil.copy2(out / DECISIONS, work / DECISIONS)
    return apply_merges(work, memory_gb=memory_gb)[0]


def apply_merges(folder: Path, *, memory_gb: float = 2.0, when: str | None = None) -> tuple[int, int]:
    """Carry the decisions in a folder out in its tables, which nobody else reads yet.

    Args:
        folder: tables of an import, and its decisions.
        memory_gb: limit of DuckDB.
        when: moment to note in the history; nothing is noted if None.

    Returns:
        how many records are gone, and how many took them in.
    """
    into = _ends({d.firm_id: d.into_id for d in _decided(folder) if d.decision == MERGE})
    with spilling(memory_gb, folder) as db:
        db.register(
            "wanted", pa.table({"firm_id": list(into), "into_id": list(into.values())}, schema=_SCHEMA_PAIR)
        )
        firms = quoted(folder / "firms.parquet")
        db.execute(
            f"CREATE TABLE gone AS SELECT w.firm_id, w.into_id, f.name_zh FROM wanted w "
            f"JOIN read_parquet({firms}) f ON f.firm_id = w.firm_id "
            f"WHERE w.into_id IN (SELECT firm_id FROM read_parquet({firms}))"
        )
        merged, kept = db.execute("SELECT count(*), count(DISTINCT into_id) FROM gone").fetchone()
        if not merged:
            return 0, 0
        for name, query in _queries(folder, when):
            new = folder / f"{name}.merged"
            db.execute(f"COPY ({query}) TO {quoted(new)} (FORMAT parquet, COMPRESSION zstd)")
            os.replace(new, folder / f"{name}.parquet")  # noqa: PTH105
    shutil.rmtree(folder / "spill", ignore_errors=True)
    return int(merged), int(kept)


_SCHEMA_PAIR = pa.schema([("firm_id", pa.string()), ("into_id", pa.string())])


def _queries(folder: Path, when: str | None) -> Iterator[tuple[str, str]]:
    """Table and query of its rows after the merge, for each table of an import that is there."""
    for name in ("firms", "firm_texts"):
        path = folder / f"{name}.parquet"
        if not path.is_file():
            continue
        columns = [c for c in pq.read_schema(path).names if c != "firm_id"]
        given = ", ".join(f'any_value(t."{c}" ORDER BY t.firm_id) AS "{c}"' for c in columns)
        filled = ", ".join(f'coalesce(t."{c}", x."{c}") AS "{c}"' for c in columns)
        table = f"read_parquet({quoted(path)})"
        query = (
            f"SELECT t.firm_id, {filled} FROM {table} t LEFT JOIN (SELECT g.into_id, {given} FROM {table} t "
            "JOIN gone g ON g.firm_id = t.firm_id GROUP BY g.into_id) x ON x.into_id = t.firm_id "
            "WHERE t.firm_id NOT IN (SELECT firm_id FROM gone) ORDER BY t.firm_id"
        )
        yield name, query
    classes = folder / "firm_classes.parquet"
    if classes.is_file():
        query = (
            f"SELECT * FROM read_parquet({quoted(classes)}) WHERE firm_id NOT IN (SELECT firm_id FROM gone)"
        )
        yield "firm_classes", query
    for name, key in _LINKS.items():
        path = folder / f"{name}.parquet"
        if not path.is_file():
            continue
        # A firm's own row comes before that of a record merged into it.
        query = (
            f"SELECT coalesce(g.into_id, t.firm_id) AS firm_id, t.* EXCLUDE (firm_id) "
            f"FROM read_parquet({quoted(path)}) t LEFT JOIN gone g ON g.firm_id = t.firm_id "
            f"QUALIFY row_number() OVER (PARTITION BY coalesce(g.into_id, t.firm_id), t.{key} "
            "ORDER BY g.into_id IS NOT NULL, t.firm_id) = 1"
        )
        yield name, query
    history = folder / "firm_history.parquet"
    if when is not None and history.is_file():
        query = (
            f"SELECT * FROM read_parquet({quoted(history)}) UNION ALL BY NAME "
            f"SELECT into_id AS firm_id, 'merged' AS field, firm_id || ' ' || name_zh AS before, "
            f"into_id AS after, '{when}' AS imported_at FROM gone"
        )
        yield "firm_history", query


def _ends(into: dict[str, str]) -> dict[str, str]:
    """Where merges end that follow each other: a into b into c is a into c. Merges in a ring are left out."""
    ends: dict[str, str] = {}
    for start in into:
        seen, node = {start}, into[start]
        while node in into and node not in seen:
            seen.add(node)
            node = into[node]
        if node not in seen:
            ends[start] = node
    return ends


def _decided_rows(folder: Path) -> list[dict[str, Any]]:
    path = folder / DECISIONS
    return pq.read_table(path).to_pylist() if path.is_file() else []


def _decided(folder: Path) -> list[Decision]:
    return [Decision(r["firm_id"], r["into_id"], r["decision"], r["name_zh"]) for r in _decided_rows(folder)]


def _refuse_two_codes(folder: Path, decisions: list[Decision]) -> None:
    path = folder / "firms.parquet"
    if not path.is_file():
        raise NotLoadedError(
            Text(f"{folder} 里没有导入的企业", f"{folder} holds no imported firms"),
            hint=Text("请先运行 lianzhang firms import", "run `lianzhang firms import` first"),
        )
    wanted = {d.firm_id: d.into_id for d in decisions if d.decision == MERGE}
    rows = pq.read_table(
        path,
        columns=["firm_id", "name_zh", "uscc"],
        filters=[("firm_id", "in", sorted({*wanted, *wanted.values()}))] if wanted else None,
    ).to_pylist()
    by_id = {row["firm_id"]: row for row in rows if row["uscc"]}
    codes: dict[str, dict[str, Any]] = {}
    for firm_id, end in _ends(wanted).items():
        for row in (by_id.get(end), by_id.get(firm_id)):
            held = codes.setdefault(end, row) if row else None
            if row and held and held["uscc"] != row["uscc"]:
                raise InputError(
                    Text(
                        f"“{held['name_zh']}”与“{row['name_zh']}”的信用代码不同，不是同一家企业",
                        f"{held['name_zh']} and {row['name_zh']} have different credit codes: they are two firms",
                    ),
                    hint=Text("请在表中改为“不合并”", "write `apart` on the sheet"),
                )
