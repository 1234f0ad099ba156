"""The review of what was read from documents, and the tree of tasks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lianzhang.app.pages import plan, review, tasks
from lianzhang.app.pages.content import Content
from lianzhang.app.report.provenance import bilingual
from lianzhang.i18n import Text
from lianzhang.report.words import STATUS
from lianzhang.store import Reader
from lianzhang.web.site import Visit

_TITLE = Text("审核", "Review")
_SHOWN: tuple[review.Shown, ...] = ("open", "accept", "correct", "reject", "all")


def documents_page(visit: Visit, reader: Reader) -> Mapping[str, Any]:
    """Every document that was read, and the form to upload one."""
    rows = review.documents_page(visit.desk, reader.region.name)
    return {"content": Content(title=_TITLE), "documents": rows, "views": plan.VIEWS}


def review_page(visit: Visit, reader: Reader) -> Mapping[str, Any]:
    """One document beside what was read from it."""
    shown = next((s for s in _SHOWN if s == visit.query.get("shown")), _SHOWN[0])
    made = review.review_page(
        visit.desk, reader, visit.key, shown=shown, statement_id=visit.query.get("statement") or None
    )
    tally = made.document.tally
    counts = {
        "open": tally.open,
        "accept": tally.accept,
        "correct": tally.correct,
        "reject": tally.reject,
        "all": tally.statements,
    }
    name = Text(made.document.name, made.document.name)
    return {"content": Content(title=name), "made": made, "counts": counts, "states": review.STATES}


def tasks_page(visit: Visit, reader: Reader) -> Mapping[str, Any]:
    """The tree of tasks, or the part of it that an owner, a state and a target leave."""
    tracked = visit.state(reader).targets
    made = tasks.tasks_page(reader, tracked, visit.view.as_of)
    measure = tasks.measure_of(tracked, visit.query.get("target"))
    owners = tuple(sorted({n.owner for n in made.nodes if n.owner}))
    owner = visit.query.get("owner") if visit.query.get("owner") in owners else None
    state = visit.query.get("state")
    chosen = state if state == "overdue" or state in {c[0] for c in made.counts} else None
    kept = {
        n.task_id
        for n in made.nodes
        if (owner is None or n.owner == owner)
        and (chosen is None or (n.overdue if chosen == "overdue" else n.state == chosen))
        and (measure is None or any(t.statement_id in measure.statements for t in n.targets))
    }
    found = len(kept)
    parents = {n.task_id: n.parent_id for n in made.nodes}
    for task in tuple(kept):
        above = parents[task]
        while above is not None and above not in kept:
            kept.add(above)
            above = parents[above]
    below: dict[str | None, list[tasks.TaskNode]] = {}
    for node in made.nodes:
        if node.task_id in kept:
            below.setdefault(node.parent_id, []).append(node)
    return {
        "content": made.content,
        "made": made,
        "below": below,
        "found": found,
        "owners": owners,
        "owner": owner,
        "state": chosen,
        "measure": measure,
        "statuses": STATUS,
        "remark": bilingual,
        "views": plan.VIEWS,
    }


#: Path, page, template, builder; made for each request: a decision must show at once.
REVIEWING: tuple[tuple[str, str, str, Any], ...] = (
    ("/{region}/plan/review", "plan", "review_documents.html.j2", documents_page),
    ("/{region}/plan/review/{key}", "plan", "review.html.j2", review_page),
)
