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
from typing import TYPE_CHECKING, Any, cast
from zipfile import BadZipFile

from lianzhang.errors import FileFormatError, InputError, UsageError
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


def measured_by(reader: Reader) -> dict[str, set[str]]:
    """Ids of the tasks that are measured by each statement, where it is the newest row of what was linked."""
    after = succession(reader)
    found: dict[str, set[str]] = defaultdict(set)
    for row in reader.sql("SELECT task_id, statement_id FROM task_targets").to_pylist():
        found[after.last(row["statement_id"])].add(row["task_id"])
    return dict(found)


def write_tasks(tasks: Iterable[Task], path: Path) -> None:
    """Write the tree as a table to edit: csv (UTF-8 with mark) or xlsx by its suffix.

    Raises:
        UsageError: another suffix.
        InputError: the file cannot be written.
    """
    rows = [_cells(t) for t in tasks]
    suffix = path.suffix.lower()
    if suffix not in (".csv", ".xlsx"):
        raise _other_suffix(path)
    temporary = path.with_name(path.name + ".part")
    try:
        if suffix == ".csv":
            with temporary.open("w", encoding="utf-8-sig", newline="") as file:
                writer = csv.DictWriter(file, fieldnames=COLUMNS)
                writer.writeheader()
                writer.writerows(rows)
        else:
            _write_xlsx(rows, temporary)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise InputError(
            Text(f"写不了 {path}：{error.strerror}", f"cannot write {path}: {error.strerror}")
        ) from error


def _write_xlsx(rows: Sequence[Mapping[str, Any]], path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    page = book.create_sheet("tasks")
    page.freeze_panes = "A2"
    page.append(list(COLUMNS))
    for row in rows:
        page.append([row[c] for c in COLUMNS])
    with path.open("wb") as file:
        book.save(file)


def _other_suffix(path: Path) -> UsageError:
    return UsageError(
        Text(
            f"任务表不能是 {path.suffix or path.name}",
            f"a table of tasks cannot be {path.suffix or path.name}",
        ),
        hint=Text("请用 .csv 或 .xlsx", "use .csv or .xlsx"),
    )


def import_tasks(store: Store, region: str, path: Path, *, wait_s: float = 5.0) -> Imported:
    """Take a table of tasks into a region, all or none.

    Raises:
        FileFormatError: the file is no such table.
        InputError: a row breaks a rule of the schema (unknown parent or source, a circle, a task told twice, a word that
            is not allowed); the message names file, row and field, ``details['problems']`` lists all.
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
        try:
            typed = check_rows(reader, {"tasks": list(tasks.values()), "task_targets": kept})
        except InputError as error:
            ids = {"tasks": list(tasks), "task_targets": [r["task_id"] for r in kept]}
            raise _in_file(
                error, path, ids, {r["task_id"]: n for n, r in enumerate(given, start=2)}
            ) from error
        after = {r["task_id"]: r for r in typed["tasks"].to_pylist()}
        for part, data in typed.items():
            writer.set_table(writer.region(name), part, [writer.add_file(data, "added")])
    added = sum(r["task_id"] not in before for r in given)
    changed = sum(r["task_id"] in before and after[r["task_id"]] != before[r["task_id"]] for r in given)
    return Imported(added, changed, len(given) - added - changed)


def _in_file(
    error: InputError, path: Path, ids: Mapping[str, Sequence[str]], lines: Mapping[str, int]
) -> InputError:
    """The same error with the rows of the user's file instead of those of the tables made from it."""
    problems = []
    for problem in cast("list[dict[str, Any]]", error.details.get("problems", [])):
        at, names = problem.get("row"), ids.get(str(problem.get("table")), ())
        task = names[at - 1] if at and at <= len(names) else ""
        field = "targets" if problem.get("table") == "task_targets" else problem.get("field")
        problems.append(
            problem | {"file": path.name, "row": lines.get(task), "field": field, "task_id": task}
        )
    first = problems[0] if problems else {"row": None, "field": "", "task_id": ""}
    if first["row"] is not None:
        where = Text(
            f"{path.name} 第{first['row']}行 {first['field']}",
            f"{path.name}, row {first['row']}, field {first['field']}",
        )
    else:
        where = Text(
            f"{path.name}：库中的任务 {first['task_id']}",
            f"{path.name}: task {first['task_id']} of the region",
        )
    return InputError(
        Text(
            f"{where.zh}：{error.message.zh.partition('：')[2] or error.message.zh}",
            f"{where.en}: {error.message.en.partition(': ')[2] or error.message.en}",
        ),
        hint=error.hint,
        details={"problems": problems},
    )


def _read(path: Path) -> list[dict[str, Any]]:
    """The rows of a table; the first is row 2 of the file."""
    suffix = path.suffix.lower()
    if suffix not in (".csv", ".xlsx"):
        raise _other_suffix(path)
    try:
        heads, rows = _read_xlsx(path) if suffix == ".xlsx" else _read_csv(path)
    except (OSError, UnicodeDecodeError, csv.Error, ValueError, KeyError, BadZipFile) as error:
        raise FileFormatError(Text(f"读不了 {path}：{error}", f"cannot read {path}: {error}")) from error
    missing = [c for c in _NEEDED if c not in heads]
    if missing:
        names = ", ".join(missing)
        raise FileFormatError(
            Text(f"{path} 缺少列 {names}", f"{path} lacks the columns {names}"),
            hint=Text("请用 plan tasks --out 写出的表", "use the table that plan tasks --out writes"),
        )
    seen: dict[str, int] = {}
    for number, row in enumerate(rows, start=2):
        task = str(row["task_id"] or "")
        if task in seen:
            raise InputError(
                Text(
                    f"{path.name} 第{number}行 task_id：任务 {task} 在第{seen[task]}行已有",
                    f"{path.name}, row {number}, field task_id: the task {task} is in row {seen[task]} already",
                ),
                hint=Text("每个任务只留一行", "leave one row for each task"),
                details={"file": path.name, "row": number, "field": "task_id", "task_id": task},
            )
        seen[task] = number
    return rows


def _read_csv(path: Path) -> tuple[Sequence[str], list[dict[str, Any]]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        return reader.fieldnames or (), list(reader)


def _read_xlsx(path: Path) -> tuple[Sequence[str], list[dict[str, Any]]]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except InvalidFileException as error:
        raise ValueError(str(error)) from error
    try:
        lines = [
            [None if v is None else str(v) for v in row]
            for row in book.worksheets[0].iter_rows(values_only=True)
        ]
    finally:
        book.close()
    heads = [h or "" for h in lines[0]] if lines else []
    return heads, [dict(zip(heads, line, strict=False)) for line in lines[1:] if any(line)]


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
