"""Commands of `plan` that look at targets: link, ledger, track, need, tasks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from lianzhang.cli._common import emit_json, lang, note, say, settings, table
from lianzhang.i18n import Text

if TYPE_CHECKING:
    from lianzhang.app.documents import Entry
    from lianzhang.plan.linking import Suggestion
    from lianzhang.plan.tasks import Task
    from lianzhang.plan.track_model import LedgerRow, Need, TrackRow
    from lianzhang.report.sheet import Sheet
    from lianzhang.store import Reader

_NOTHING = Text("没有目标。", "There are no targets.")


def link(
    files: Annotated[list[Path], Parameter(negative=())],
    /,
    *,
    published: str = "",
    decisions: Path | None = None,
    out: Path | None = None,
    save: Annotated[bool, Parameter(negative="")] = False,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Link statements to the region's indicators: suggested, decided by rule or by your table, then saved.

    Parameters
    ----------
    files
        Documents, or review tables written by `plan read --out` (of these the accepted and corrected statements, all
        while nothing is decided yet).
    published
        When the documents were published: 2024, 2024-03 or 2024-03-31.
    decisions
        A table written by --out with the column indicator_id filled in; - for none.
    out
        Write the suggestions as a table to decide in (.csv).
    save
        Add the statements to the store, where `plan ledger` and `plan track` find them.
    json
        Print JSON.
    """
    from dataclasses import replace

    from lianzhang.plan.linking import read_decisions, suggest, write_suggestions
    from lianzhang.plan.saving import save as save_links
    from lianzhang.store import Store

    chosen = settings()
    entries = _entries(files, published)
    identities = {e.statement.id: e.identity for e in entries}
    decided = read_decisions(decisions) if decisions is not None else {}
    with _reader() as reader:
        linked = suggest(reader, [e.statement for e in entries], decided, identities)
    found = [replace(one, review=e.review) for one, e in zip(linked, entries, strict=True)]
    if out is not None:
        write_suggestions(found, out)
        note(Text(f"{len(found)} 条建议已写入 {out}", f"{len(found)} suggestions written to {out}"))
    if json:
        emit_json(_rows_json(found))
    elif out is None and not save:
        _show_links(found)
    if save:
        done = save_links(Store(chosen.store), chosen.region, found, published=published)
        note(
            Text(
                f"存入 {done.added} 条陈述，其中 {done.linked} 条已对应指标；{done.known} 条已在库中",
                f"{done.added} statements saved, {done.linked} of them linked to an indicator; "
                f"{done.known} were there already",
            )
        )


def ledger(
    *,
    as_of: Annotated[date | None, Parameter(help="Use only what was known on this day")] = None,
    out: Annotated[Path | None, Parameter(help="Write as a table: .csv, .xlsx or .json")] = None,
    json: Annotated[bool, Parameter(negative="", help="Print JSON")] = False,
) -> None:
    """List targets with baseline, deadline, latest actual and gap."""
    from lianzhang.app.plan_tables import ledger_sheet
    from lianzhang.plan.ledger import ledger as read_ledger

    with _reader() as reader:
        rows = read_ledger(reader, as_of or _today())
    if out is not None:
        _write(ledger_sheet(rows, lang()), out)
    if json:
        emit_json(_rows_json(rows))
    if json or out is not None:
        return
    if not rows:
        note(_NOTHING)
        return
    table(
        Text("目标台账", "Ledger of targets"),
        [
            Text("目标", "Target"),
            Text("要求", "Figure"),
            Text("期限", "Deadline"),
            Text("基期", "Baseline"),
            Text("最新实际", "Latest actual"),
            Text("差距", "Gap"),
            Text("出处", "Said in"),
        ],
        [_ledger_cells(r) for r in rows],
    )
    disputed = sum(bool(r.conflicts) for r in rows)
    if disputed:
        say(
            Text(
                f"其中 {disputed} 个目标与别的说法有分歧（--json 可见）。",
                f"{disputed} of them disagree with another statement (see --json).",
            )
        )


def track(
    *,
    as_of: Annotated[date | None, Parameter(help="Use only what was known on this day")] = None,
    out: Annotated[Path | None, Parameter(help="Write as a table: .csv, .xlsx or .json")] = None,
    json: Annotated[bool, Parameter(negative="", help="Print JSON")] = False,
) -> None:
    """For every target: required growth, forecast, probability of attainment, verdict and why."""
    from lianzhang.app.plan_tables import track_sheet
    from lianzhang.plan.tracking import track as track_targets

    chosen = settings()
    with _reader() as reader:
        rows = track_targets(
            reader, as_of or _today(), on_course=chosen.on_course, out_of_reach=chosen.out_of_reach
        )
    if out is not None:
        _write(track_sheet(rows, lang()), out)
    if json:
        emit_json(_rows_json(rows))
    if json or out is not None:
        return
    if not rows:
        note(_NOTHING)
        return
    table(
        Text("目标跟踪", "Tracking of targets"),
        [
            Text("目标", "Target"),
            Text("要求", "Figure"),
            Text("期限", "Deadline"),
            Text("判断", "Verdict"),
            Text("概率", "Probability"),
            Text("理由", "Why"),
        ],
        [_track_cells(r) for r in rows],
    )


def need(
    indicator: Annotated[str, Parameter(help="Id or name of the indicator")],
    *,
    by: Annotated[int | None, Parameter(help="Year of the deadline")] = None,
    reach: Annotated[float | None, Parameter(help="Suppose this figure as the target (with --by)")] = None,
    as_of: Annotated[date | None, Parameter(help="Use only what was known on this day")] = None,
    json: Annotated[bool, Parameter(negative="", help="Print JSON")] = False,
) -> None:
    """The path that meets an indicator's target, and what it means a year."""
    from lianzhang.plan.tracking import need as find_need

    with _reader() as reader:
        found = find_need(reader, indicator, as_of or _today(), by=by, reach=reach)
    if json:
        emit_json(_rows_json(found))
        return
    for item in found:
        _show_need(item)


def tasks(
    *,
    as_of: Annotated[date | None, Parameter(help="Use only what was known on this day")] = None,
    out: Annotated[Path | None, Parameter(help="Write the tree as a table to edit (.csv, .xlsx)")] = None,
    edit: Annotated[
        Path | None,
        Parameter(help="Take an edited table (.csv, .xlsx): known ids change, new ones are added"),
    ] = None,
    json: Annotated[bool, Parameter(negative="", help="Print JSON")] = False,
) -> None:
    """Tasks, projects and special actions as a tree, with owner, state, evidence and the verdicts of their targets."""
    from lianzhang.plan.tasks import import_tasks, task_tree, write_tasks
    from lianzhang.store import Store

    chosen = settings()
    if edit is not None:
        done = import_tasks(Store(chosen.store), chosen.region, edit)
        note(
            Text(
                f"新增 {done.added} 项，更改 {done.changed} 项，{done.unchanged} 项不变",
                f"{done.added} tasks added, {done.changed} changed, {done.unchanged} as they were",
            )
        )
        return
    with _reader() as reader:
        found = task_tree(
            reader, as_of or _today(), on_course=chosen.on_course, out_of_reach=chosen.out_of_reach
        )
    if out is not None:
        write_tasks(found, out)
        note(Text(f"{len(found)} 项任务已写入 {out}", f"{len(found)} tasks written to {out}"))
    elif json:
        emit_json(_rows_json(found))
    else:
        _show_tasks(found)


def _show_tasks(found: Sequence[Task]) -> None:
    from lianzhang.plan.tasks import STATES
    from lianzhang.plan.track_model import VERDICTS
    from lianzhang.plan.track_text import chance

    language = lang()
    late = Text("（逾期）", " (overdue)")
    rows = []
    for task in found:
        judged = [
            f"{t.label.get(language)}: {VERDICTS[t.verdict].get(language)}"
            + (f" {chance(t.probability)}" if t.probability is not None else "")
            for t in task.targets
            if t.verdict is not None
        ]
        rows.append(
            [
                "  " * task.depth + task.name.get(language),
                task.owner,
                task.deadline.label(language) if task.deadline else None,
                STATES[task.state or "unknown"].get(language) + (late.get(language) if task.overdue else ""),
                "; ".join(judged) or None,
            ]
        )
    table(
        Text("任务与目标", "Tasks and targets"),
        [
            Text("任务", "Task"),
            Text("牵头单位", "Owner"),
            Text("期限", "Deadline"),
            Text("状态", "State"),
            Text("目标", "Targets"),
        ],
        rows,
    )


def _entries(files: list[Path], published: str) -> list[Entry]:
    """Statements of documents and review tables, in the order given, with what people decided."""
    from lianzhang.app.documents import Entry, decided_entries
    from lianzhang.plan.linking import statement_id
    from lianzhang.plan.review import read_table, review
    from lianzhang.plan.service import read_documents

    found: list[Entry] = []
    for path in files:
        if path.suffix.lower() in (".csv", ".jsonl"):
            decided = [i for i in review(path) if i.decision in ("accept", "correct")]
            if decided:
                found += decided_entries(decided)
                continue
            statements = read_table(path)
        else:
            statements = read_documents([path], published=published)
        found += [Entry(statement_id(s), s) for s in statements]
    return found


def _show_links(found: Sequence[Suggestion]) -> None:
    from lianzhang.plan.track_text import bound

    language = lang()
    by = {"rule": Text("规则", "rule"), "person": Text("人工", "person"), "": Text("待定", "open")}
    table(
        Text("陈述与指标", "Statements and indicators"),
        [
            Text("事项", "Phrase"),
            Text("要求", "Figure"),
            Text("建议的指标", "Suggested indicator"),
            Text("得分", "Score"),
            Text("决定", "Decided by"),
        ],
        [
            [
                s.statement.indicator,
                bound(
                    s.statement.comparator,
                    s.statement.value,
                    s.statement.lower,
                    s.statement.upper,
                    s.statement.unit or "count",
                ).get(language),
                s.indicator_id or (s.matches[0].indicator_id if s.matches else None),
                f"{s.matches[0].score:.2f}" if s.matches else None,
                by[s.decided_by].get(language),
            ]
            for s in found
        ],
    )


def _show_need(item: Need) -> None:
    from lianzhang.plan.track_text import amount, rate

    language, unit = lang(), item.ledger.indicator_unit
    say(item.reason)
    step = "percentage points" if unit == "%" else unit
    table(
        item.ledger.label,
        [Text("年", "Year"), Text("应到", "Value"), Text("比上年", "Change on the year")],
        [
            [str(s.year), amount(s.value, unit, language), rate(s.change, step).get(language)]
            for s in item.path
        ],
    )
    if item.recent_change is not None:
        past, mean = rate(item.recent_change, step), rate(item.mean_change, step)
        say(
            Text(
                f"平均每年须{mean.zh}，近年平均每年{past.zh}。",
                f"On average {mean.en} a year; recent years brought {past.en} a year.",
            )
        )


def _write(sheet: Sheet, out: Path) -> None:
    from lianzhang.report.sheet import write_sheet

    count = write_sheet(sheet, out, lang())
    note(Text(f"{count} 个目标已写入 {out}", f"{count} targets written to {out}"))


def _ledger_cells(row: LedgerRow) -> list[object]:
    from lianzhang.plan.track_text import amount, bound

    language = lang()
    unit = row.indicator_unit
    step = "percentage points" if unit == "%" else unit
    base = amount(row.base_value, unit, language) if row.base_value is not None else None
    if base is not None and row.base_period is not None:
        base = f"{base} ({row.base_period.label(language)})"
    latest = None
    if row.latest is not None:
        latest = f"{amount(row.latest.value, unit, language)} ({row.latest.period.label(language)})"
    return [
        row.label.get(language),
        bound(row.comparator, row.value, row.lower, row.upper, row.unit).get(language),
        row.due.get(language),
        base,
        latest,
        amount(row.gap, step, language) if row.gap is not None else None,
        "; ".join(f"{p.source_id} {p.locator}" for p in row.places),
    ]


def _track_cells(row: TrackRow) -> list[object]:
    from lianzhang.plan.track_model import VERDICTS
    from lianzhang.plan.track_text import bound, chance

    language, entry = lang(), row.ledger
    return [
        entry.label.get(language),
        bound(entry.comparator, entry.value, entry.lower, entry.upper, entry.unit).get(language),
        entry.due.get(language),
        VERDICTS[row.verdict].get(language),
        chance(row.probability) if row.probability is not None else None,
        row.reason.get(language),
    ]


def _rows_json(rows: Iterable[LedgerRow | TrackRow | Need | Suggestion | Task]) -> list[Any]:
    """Rows with periods as they are written in tables."""
    from dataclasses import asdict

    return [_plain(asdict(row)) for row in rows]


def _plain(value: Any) -> Any:
    """Periods as they are written in tables; the rest is left to `emit_json`."""
    if isinstance(value, dict):
        if value.keys() == {"text", "start", "end", "frequency"}:
            return value["text"]
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)) and not isinstance(value, Text):
        return [_plain(v) for v in value]
    return value


@contextmanager
def _reader() -> Iterator[Reader]:
    from lianzhang.store import Store

    chosen = settings()
    with Store(chosen.store).reader(chosen.region) as reader:
        yield reader


def _today() -> date:
    return date.today()  # noqa: DTZ011  the user's own day is meant
