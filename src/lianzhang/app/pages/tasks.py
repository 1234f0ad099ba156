"""The tree of tasks, projects and special actions with the verdicts of their targets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from lianzhang.app.pages.content import Content, gathered
from lianzhang.app.report.provenance import Provenance
from lianzhang.i18n import Text
from lianzhang.plan.tasks import KINDS, STATES, Task, tree_of
from lianzhang.plan.track_model import TrackRow
from lianzhang.plan.track_text import bound, chance
from lianzhang.report.figures import Verdict
from lianzhang.report.words import VERDICT
from lianzhang.store import Reader

TITLE = Text("任务", "Tasks")


@dataclass(frozen=True, slots=True)
class TaskTarget:
    """A target that a task is measured by; without verdict where the statement is no target."""

    statement_id: str
    label: Text
    figure: Text | None
    deadline: Text | None
    verdict: Verdict | None
    verdict_name: Text | None
    probability: Text | None


@dataclass(frozen=True, slots=True)
class TaskNode:
    """A node of the tree; ``depth`` counts from 0, ``children`` the tasks right below."""

    task_id: str
    parent_id: str | None
    depth: int
    children: int
    kind: Text
    name: Text
    owner: str | None
    deadline: Text | None
    state: str
    state_name: Text
    overdue: bool
    evidence: str | None
    targets: tuple[TaskTarget, ...]
    source_id: str
    source: Text
    status: str


@dataclass(frozen=True, slots=True)
class TaskPage:
    """The tree, depth first. ``counts`` are (state, name, number of tasks) of the states that occur; ``owned`` and
    ``stated`` say whether any task names who is in charge, and any how far it is."""

    nodes: tuple[TaskNode, ...]
    counts: tuple[tuple[str, Text, int], ...]
    overdue: int
    owned: bool
    stated: bool
    content: Content


@dataclass(frozen=True, slots=True)
class Measure:
    """A target whose tasks are looked at: its name, and every statement of it."""

    label: Text
    statements: frozenset[str]


def measure_of(rows: Sequence[TrackRow], statement_id: str | None) -> Measure | None:
    """The tracked target that a statement is about; None where there is none."""
    for row in rows:
        stated = frozenset(p.statement_id for p in row.ledger.places)
        if statement_id in stated:
            return Measure(row.ledger.label, stated)
    return None


def tasks_page(reader: Reader, rows: Sequence[TrackRow], as_of: date) -> TaskPage:
    """The tree of a region with the verdicts of targets that are tracked already."""
    origins = Provenance(reader)
    tasks = tree_of(reader, rows, as_of)
    below = Counter(t.parent_id for t in tasks)
    tracked = {place.statement_id: row for row in rows for place in row.ledger.places}
    nodes = tuple(_node(t, below[t.task_id], tracked, origins) for t in tasks)
    states = Counter(n.state for n in nodes)
    return TaskPage(
        nodes=nodes,
        counts=tuple((s, name, states[s]) for s, name in STATES.items() if states[s]),
        overdue=sum(n.overdue for n in nodes),
        owned=any(n.owner for n in nodes),
        stated=any(n.state != "unknown" for n in nodes),
        content=gathered(TITLE, origins),
    )


def _node(task: Task, children: int, tracked: dict[str, TrackRow], origins: Provenance) -> TaskNode:
    state = task.state or "unknown"
    return TaskNode(
        task_id=task.task_id,
        parent_id=task.parent_id,
        depth=task.depth,
        children=children,
        kind=KINDS[task.kind],
        name=task.name,
        owner=task.owner,
        deadline=Text(task.deadline.label("zh"), task.deadline.label("en")) if task.deadline else None,
        state=state,
        state_name=STATES[state],
        overdue=task.overdue,
        evidence=task.evidence,
        targets=tuple(_target(t.statement_id, t.label, tracked.get(t.statement_id)) for t in task.targets),
        source_id=task.source_id,
        source=origins.title(task.source_id),
        status=task.status,
    )


def _target(statement_id: str, label: Text, row: TrackRow | None) -> TaskTarget:
    if row is None:
        return TaskTarget(statement_id, label, None, None, None, None, None)
    entry = row.ledger
    odds = chance(row.probability) if row.probability is not None else None
    return TaskTarget(
        statement_id=statement_id,
        label=label,
        figure=bound(entry.comparator, entry.value, entry.lower, entry.upper, entry.unit),
        deadline=Text(entry.deadline.label("zh"), entry.deadline.label("en")) if entry.deadline else None,
        verdict=row.verdict,
        verdict_name=VERDICT[row.verdict],
        probability=Text(odds, odds) if odds is not None else None,
    )
