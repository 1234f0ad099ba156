"""Tasks, projects and special actions as a tree with owner, state, evidence and the targets they are measured by.

The tree is edited as a table: write it out, change it in a spreadsheet, read it back. A row with a known id replaces that
task, a new id adds one; tasks that the table does not name stay. All of the table is taken, or none.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lianzhang.errors import FileFormatError, InputError
from lianzhang.i18n import Text
from lianzhang.plan.current import succession
from lianzhang.plan.kernel.attainment import Verdict
from lianzhang.plan.track_model import TrackRow
from lianzhang.plan.tracking import track
from lianzhang.schema.period import Period, parse_period

if TYPE_CHECKING:
    from lianzhang.store import Reader, Store

#: Columns of the table; ``targets`` holds statement ids with a semicolon between them.
COLUMNS = (
    "task_id", "parent_id", "kind", "rank", "name_zh", "name_en", "owner", "deadline", "state", "evidence", "targets",
    "source_id", "status",
)  # fmt: skip
_ORDERED = """
SELECT * FROM tasks
ORDER BY list_position(['plan', 'task', 'project', 'special_action', 'measure'], kind), rank, task_id
"""
#: Kinds and states of tasks in both languages.
KINDS: dict[str, Text] = {
    "plan": Text("规划", "plan"),
    "task": Text("任务", "task"),
    "project": Text("工程", "project"),
    "special_action": Text("专项行动", "special action"),
    "measure": Text("举措", "measure"),
}
STATES: dict[str, Text] = {
    "planned": Text("计划", "planned"),
    "under_way": Text("推进中", "under way"),
    "done": Text("完成", "done"),
    "dropped": Text("取消", "dropped"),
    "unknown": Text("不明", "unknown"),
}
_NEEDED = ("task_id", "kind", "rank", "name_zh", "name_en", "source_id", "status")


@dataclass(frozen=True, slots=True)
class TaskTarget:
    """A target that a task is measured by. ``verdict`` and ``probability`` are None for a statement that is no target."""

    statement_id: str
    label: Text
    verdict: Verdict | None
    probability: float | None


@dataclass(frozen=True, slots=True)
class Task:
    """A node of the tree; ``depth`` counts from 0. ``overdue``: past its deadline and not done or dropped."""

    task_id: str
    parent_id: str | None
    depth: int
    kind: str
    rank: int
    name: Text
    owner: str | None
    deadline: Period | None
    state: str | None
    evidence: str | None
    overdue: bool
    targets: tuple[TaskTarget, ...]
    source_id: str
    status: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What a table changed."""

    added: int
    changed: int
    unchanged: int


def task_tree(
    reader: Reader, as_of: date, *, on_course: float = 0.8, out_of_reach: float = 0.2
) -> tuple[Task, ...]:
    """All tasks, depth first, siblings by their order; each with the verdicts of its targets on a day."""
    return tree_of(reader, track(reader, as_of, on_course=on_course, out_of_reach=out_of_reach), as_of)


def tree_of(reader: Reader, tracked: Sequence[TrackRow], as_of: date) -> tuple[Task, ...]:
    """`task_tree` with targets that are tracked already."""
    verdicts = {place.statement_id: row for row in tracked for place in row.ledger.places}
    labels = {
        r["statement_id"]: Text(r["topic_zh"], r["topic_en"])
        for r in reader.sql("SELECT statement_id, topic_zh, topic_en FROM statements").to_pylist()
    }
    after = succession(reader)
    linked: dict[str, list[TaskTarget]] = defaultdict(list)
    for row in reader.sql("SELECT task_id, statement_id FROM task_targets ORDER BY ALL").to_pylist():
        linked[row["task_id"]].append(_target(after.last(row["statement_id"]), verdicts, labels))
    children: dict[str | None, list[dict[str, Any]]] = defaultdict(list)
    for row in reader.sql(_ORDERED).to_pylist():
        children[row["parent_id"]].append(row)
    found: list[Task] = []
    waiting = [(row, 0) for row in reversed(children[None])]
    while waiting:
        row, depth = waiting.pop()
        found.append(_task(row, depth, as_of, tuple(linked[row["task_id"]])))
        waiting += [(child, depth + 1) for child in reversed(children[row["task_id"]])]
    return tuple(found)


def write_tasks(tasks: Iterable[Task], path: Path) -> None:
    """Write the tree as a table to edit (CSV, UTF-8 with mark)."""
    temporary = path.with_name(path.name + ".part")
    try:
        with temporary.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=COLUMNS)
            writer.writeheader()
            writer.writerows(_cells(t) for t in tasks)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise InputError(
            Text(f"写不了 {path}：{error.strerror}", f"cannot write {path}: {error.strerror}")
        ) from error


def import_tasks(store: Store, region: str, path: Path, *, wait_s: float = 5.0) -> Imported:
    """Take a table of tasks into a region, all or none.

    Raises:
        FileFormatError: the file is no such table.
        InputError: a row breaks a rule of the schema (unknown parent or source, a circle, a word that is not allowed).
        NotLoadedError: the region is not loaded.
        StoreBusyError: another process kept writing.
    """
    from lianzhang.schema import table
    from lianzhang.schema.ddl import empty_select
    from lianzhang.store.observe import check_rows
    from lianzhang.store.reader import Reader as Open

    given = _read(path)
    name = store.resolve(region)
    with store.writer(wait_s) as writer, Open(store.path, writer.manifest, writer.region(name)) as reader:
        before = {r["task_id"]: r for r in reader.table("tasks").to_pylist()}
        links = reader.table("task_targets").to_pylist()
        tasks = {k: dict(v) for k, v in before.items()}
        columns = table("tasks").column_names
        for row in given:
            tasks[row["task_id"]] = {c: row.get(c) or None for c in columns}
        named = {row["task_id"] for row in given if "targets" in row}
        kept = [r for r in links if r["task_id"] not in named]
        wanted = [r for r in given if r["task_id"] in named]
        known = {(r["task_id"], r["statement_id"]): r for r in links}
        for row in wanted:
            for statement in filter(None, (s.strip() for s in str(row["targets"] or "").split(";"))):
                new = {"task_id": row["task_id"], "statement_id": statement}
                kept.append(
                    known.get(
                        (row["task_id"], statement),
                        new | {"source_id": row["source_id"], "status": row["status"]},
                    )
                )
        # The new content is checked in place of the old, not beside it.
        for part in ("tasks", "task_targets"):
            reader.connection.execute(f"CREATE OR REPLACE VIEW {part} AS {empty_select(table(part))}")
        typed = check_rows(reader, {"tasks": list(tasks.values()), "task_targets": kept})
        after = {r["task_id"]: r for r in typed["tasks"].to_pylist()}
        for part, data in typed.items():
            writer.set_table(writer.region(name), part, [writer.add_file(data, "added")])
    added = sum(r["task_id"] not in before for r in given)
    changed = sum(r["task_id"] in before and after[r["task_id"]] != before[r["task_id"]] for r in given)
    return Imported(added, changed, len(given) - added - changed)


def _read(path: Path) -> list[dict[str, Any]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [c for c in _NEEDED if c not in (reader.fieldnames or ())]
            rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise FileFormatError(Text(f"读不了 {path}：{error}", f"cannot read {path}: {error}")) from error
    if missing:
        names = ", ".join(missing)
        raise FileFormatError(
            Text(f"{path} 缺少列 {names}", f"{path} lacks the columns {names}"),
            hint=Text("请用 plan tasks --out 写出的表", "use the table that plan tasks --out writes"),
        )
    twice = {r["task_id"] for r in rows if sum(o["task_id"] == r["task_id"] for o in rows) > 1}
    if twice:
        names = ", ".join(sorted(twice))
        raise InputError(
            Text(f"任务编号重复：{names}", f"a task id occurs twice: {names}"),
            hint=Text("每个任务只留一行", "leave one row for each task"),
        )
    return rows


def _target(statement_id: str, verdicts: Mapping[str, TrackRow], labels: Mapping[str, Text]) -> TaskTarget:
    label = labels.get(statement_id, Text(statement_id, statement_id))
    row = verdicts.get(statement_id)
    if row is None:
        return TaskTarget(statement_id, label, None, None)
    return TaskTarget(statement_id, label, row.verdict, row.probability)


def _task(row: Mapping[str, Any], depth: int, as_of: date, targets: tuple[TaskTarget, ...]) -> Task:
    deadline = parse_period(row["deadline"]) if row["deadline"] else None
    open_still = row["state"] not in ("done", "dropped")
    return Task(
        task_id=row["task_id"],
        parent_id=row["parent_id"],
        depth=depth,
        kind=row["kind"],
        rank=row["rank"],
        name=Text(row["name_zh"], row["name_en"]),
        owner=row["owner"],
        deadline=deadline,
        state=row["state"],
        evidence=row["evidence"],
        overdue=open_still and deadline is not None and deadline.end < as_of,
        targets=targets,
        source_id=row["source_id"],
        status=row["status"],
    )


def _cells(task: Task) -> dict[str, Any]:
    return {
        "task_id": task.task_id,
        "parent_id": task.parent_id,
        "kind": task.kind,
        "rank": task.rank,
        "name_zh": task.name.zh,
        "name_en": task.name.en,
        "owner": task.owner,
        "deadline": task.deadline.text if task.deadline else None,
        "state": task.state,
        "evidence": task.evidence,
        "targets": "; ".join(_ids(task.targets)),
        "source_id": task.source_id,
        "status": task.status,
    }


def _ids(targets: Sequence[TaskTarget]) -> list[str]:
    return [t.statement_id for t in targets]
