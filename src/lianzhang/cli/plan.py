"""`lianzhang plan`: documents become statements, people review them, contradictions come to light."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

if TYPE_CHECKING:
    from lianzhang.plan.review import Reviewed

app = App(name="plan", help="Plans: documents, statements, contradictions · 规划：文件、目标、矛盾")
# Imported when run, as everything that is not asked for.
for _name, _help in {
    "link": "Link statements to indicators and save them.",
    "ledger": "Targets with baseline, deadline, latest actual, gap.",
    "track": "Forecast, probability and verdict of every target.",
    "need": "The path that meets a target, year by year.",
    "tasks": "Tree of tasks with the verdicts of their targets.",
}.items():
    app.command(f"lianzhang.cli.plan_track:{_name}", name=_name, help=_help)


@app.command
def read(
    files: Annotated[list[Path], Parameter(negative=())],
    /,
    *,
    json: Annotated[bool, Parameter(negative=())] = False,
    out: Path | None = None,
    published: str = "",
) -> None:
    """Read plan documents into statements and add them to the ledger. With --json or --out the store is left alone.

    The ledger is that of the loaded region; where nothing is loaded, of a region made from the documents alone.

    Parameters
    ----------
    files
        Documents to read: txt, md, html, pdf, docx, in Chinese or English.
    json
        Print one JSON object per statement and line.
    out
        Write a review table: .csv or .jsonl.
    published
        When the documents were published (2024, 2024-03), if they do not say so themselves.
    """
    from lianzhang.cli._common import emit_json_lines, lang, note, progress, settings, table
    from lianzhang.i18n import Text
    from lianzhang.plan.service import iter_documents, write_table

    documents = []
    with progress(Text("阅读文件", "Reading documents"), len(files)) as done:
        for number, one in enumerate(iter_documents(files, published=published), start=1):
            documents.append(one)
            done(number)
    statements = [statement for _, found in documents for statement in found]
    if out is not None:
        count = write_table(statements, out)
        note(Text(f"{count} 条陈述已写入 {out}", f"{count} statements written to {out}"))
    if json:
        emit_json_lines(statement.to_dict() for statement in statements)
        return
    if out is not None:
        return
    from lianzhang.app.documents import keep_documents
    from lianzhang.plan.wording import amount, kind, period

    language = lang()
    table(
        Text("陈述", "Statements"),
        [
            Text("出处", "place"),
            Text("指标", "indicator"),
            Text("数值", "value"),
            Text("时间", "period"),
            Text("类别", "kind"),
            Text("区域", "region"),
            Text("把握", "sure"),
        ],
        [
            (
                f"{s.source}:{s.line}" + (f" +{len(s.places)}" if s.places else ""),
                s.indicator,
                amount(s, language),
                period(s, language),
                kind(s, language),
                s.region,
                f"{s.confidence:.2f}",
            )
            for s in statements
        ],
    )
    targets = sum(s.kind == "target" for s in statements)
    note(
        Text(
            f"{len(files)} 个文件，{len(statements)} 条陈述，其中目标 {targets} 条",
            f"{len(files)} documents, {len(statements)} statements, {targets} of them targets",
        )
    )
    if not statements:
        return
    taken = keep_documents(settings(), documents, published)
    region, kept, disagreements = taken.region, taken.linked, taken.disagreements
    note(
        Text(
            f"已记入区域 {region} 的台账：{kept.added} 条，其中 {kept.linked} 条对应到指标；{kept.known} 条原已有",
            f"added to the ledger of region {region}: {kept.added}, {kept.linked} of them linked to an indicator; "
            f"{kept.known} were there already",
        )
    )
    if taken.replaced or taken.reviewed:
        note(
            Text(
                f"读过的文件重新阅读：撤下 {taken.replaced} 条没有审核的旧读数，保留 {taken.reviewed} 条已审核的陈述",
                f"documents read before: {taken.replaced} earlier readings without review replaced, "
                f"{taken.reviewed} reviewed statements kept",
            )
        )
    if disagreements:
        note(
            Text(
                f"其中 {disagreements} 处与别的说法不能同时成立，已记入分歧（plan conflicts 可看详情）",
                f"{disagreements} contradictions found and kept among the disagreements (plan conflicts shows them)",
            )
        )


@app.command
def text(file: Path, /) -> None:
    """Print the text of a document as `plan read` sees it; offsets of statements are into it.

    Parameters
    ----------
    file
        Document to show.
    """
    from lianzhang.plan.reading import read_document

    print(read_document(file).text, end="")


@app.command
def conflicts(
    files: Annotated[list[Path], Parameter(negative=())],
    /,
    *,
    alone: Annotated[bool, Parameter(negative=())] = False,
    out: Path | None = None,
    json: Annotated[bool, Parameter(negative=())] = False,
    published: str = "",
) -> None:
    """Find what cannot both hold in and between plan documents and the region, and the calculations that check out.

    The loaded region's observations and statements are compared too: another figure for the same indicator and period, a
    part above its whole, growth that does not follow from two years. The store is left alone.

    Parameters
    ----------
    files
        Documents to read: txt, md, html, pdf, docx, in Chinese or English.
    alone
        Compare the documents with each other only, not with the loaded region.
    out
        Write the findings as a table: .csv, .xlsx or .json.
    json
        Print one JSON object per finding and line.
    published
        When the documents were published, if they do not say so themselves.
    """
    from lianzhang.app.contradictions import compare
    from lianzhang.app.plan_tables import FINDINGS, finding_json, findings_sheet, result_word
    from lianzhang.cli._common import emit_json_lines, lang, note, settings, table
    from lianzhang.i18n import Text
    from lianzhang.plan.service import iter_documents
    from lianzhang.report.sheet import write_sheet

    findings, region = compare(settings(), list(iter_documents(files, published=published)), alone=alone)
    if out is not None:
        count = write_sheet(findings_sheet(findings, lang()), out, lang())
        note(Text(f"{count} 条已写入 {out}", f"{count} findings written to {out}"))
    if json:
        emit_json_lines(finding_json(finding) for finding in findings)
        return
    if out is None:
        noted = Text("（人工记录）", " (noted)").get(lang())
        table(
            Text("矛盾与核对", "Contradictions and checks"),
            [Text("种类", "kind"), Text("结果", "result"), Text("说明", "what")],
            [
                (
                    FINDINGS[finding.kind].get(lang()),
                    result_word(finding).get(lang()) + (noted if finding.noted else ""),
                    finding.text.get(lang()),
                )
                for finding in findings
            ],
        )
    failed = sum(not finding.holds for finding in findings)
    beside = Text(f"，对照区域 {region}", f", compared with region {region}") if region else Text("", "")
    note(
        Text(
            f"{failed} 处矛盾，{len(findings) - failed} 处核对相符{beside.zh}",
            f"{failed} contradictions, {len(findings) - failed} checks that hold{beside.en}",
        )
    )


@app.command
def review(
    table: Annotated[str, Parameter(help="Review table, or name of a document that was read")] = "",
    /,
    *,
    accept: Annotated[list[str], Parameter(negative=())] | None = None,
    reject: Annotated[list[str], Parameter(negative=())] | None = None,
    correct: str | None = None,
    set: Annotated[list[str], Parameter(name="--set", negative=())] | None = None,  # noqa: A002
    by: str = "",
    table_only: Annotated[bool, Parameter(negative=())] = False,
    out: Path | None = None,
    json: Annotated[bool, Parameter(negative=())] = False,
) -> None:
    """Accept, correct or reject what was read. A decision is a new row of the log and of the region's statements.

    Accepted and corrected statements stand in the ledger from then on, rejected ones no longer. Without a decision: on a
    terminal the open statements are asked for one by one, the least sure first; otherwise the state of the review is
    shown. Without a name: the documents that were read.

    Parameters
    ----------
    table
        Review table written by `plan read --out` (.csv or .jsonl), or the name or id of a document that was read.
    accept
        Ids of statements to accept; `all` for all that are open.
    reject
        Ids of statements to reject.
    correct
        Id of the statement to correct, with --set.
    set
        Corrections, FIELD=VALUE, as in --set value=850000000 --set kind=target --set indicator_id=nev_output.
    by
        Who decides.
    table_only
        Only log the decisions beside the table; leave the store alone.
    out
        Write the accepted and corrected statements: .csv or .jsonl.
    json
        Print the state as one JSON object per statement and line.
    """
    import sys

    from lianzhang.cli._common import emit_json_lines, note
    from lianzhang.errors import UsageError
    from lianzhang.i18n import Text
    from lianzhang.plan import review as reviewing
    from lianzhang.plan.service import write_table

    if not table:
        _documents()
        return
    pairs = [item.partition("=") for item in set or []]
    if any(not equals for _, equals, _ in pairs) or bool(pairs) != (correct is not None):
        raise UsageError(
            Text("--correct 与 --set 字段=值 要一起用", "--correct and --set FIELD=VALUE go together"),
            hint=Text("例：--correct ID --set kind=target", "example: --correct ID --set kind=target"),
        )
    path, published = _review_table(table)
    before = len(reviewing.decisions(path))
    if accept == ["all"]:
        accept = [item.original.id for item in reviewing.review(path) if item.decision is None]
    if accept:
        reviewing.decide_many(path, accept, "accept", by=by)
    if reject:
        reviewing.decide_many(path, reject, "reject", by=by)
    if correct is not None:
        reviewing.decide(path, correct, "correct", {name: value for name, _, value in pairs}, by=by)
    decided = bool(accept or reject or correct)
    if not decided and not json and out is None and sys.stdin.isatty():
        _ask(path, by)
    made = [str(entry["id"]) for entry in reviewing.decisions(path)[before:]]
    if made and not table_only:
        _settle(path, made, published)
    items = reviewing.review(path)
    if out is not None:
        count = write_table((item.statement for item in items if item.decision in ("accept", "correct")), out)
        note(Text(f"{count} 条已定陈述写入 {out}", f"{count} settled statements written to {out}"))
    if json:
        emit_json_lines(
            item.statement.to_dict()
            | {"id": item.original.id, "decision": item.decision, "by": item.by, "at": item.at}
            for item in items
        )
    elif out is None:
        _show(items)


def _review_table(name: str) -> tuple[Path, str]:
    """The review table of that path, or of the document of that name in the store; when it was published."""
    from lianzhang.app.browse.documents import Documents
    from lianzhang.app.documents import meant_region
    from lianzhang.cli._common import settings
    from lianzhang.errors import UnknownNameError
    from lianzhang.i18n import Text
    from lianzhang.store import Store

    path = Path(name)
    if path.suffix.lower() in (".csv", ".jsonl", ".json"):
        return path, ""
    chosen = settings()
    store = Store(chosen.store)
    documents = Documents(store.path, meant_region(store, chosen.region))
    found = documents.find(path.name)
    if found is None:
        known = [head.name for head in documents.heads()]
        raise UnknownNameError(Text("已读文件", "document that was read"), name, known)
    return documents.table(found), documents.head(found).published


def _settle(path: Path, statement_ids: list[str], published: str) -> None:
    from lianzhang.app.reviewing import settle_table
    from lianzhang.cli._common import note, settings
    from lianzhang.i18n import Text

    region, done = settle_table(settings(), path, statement_ids, published)
    note(
        Text(
            f"已记入区域 {region}：新增 {done.added} 行，其中 {done.linked} 行对应到指标；{done.known} 条已如此",
            f"taken into region {region}: {done.added} rows added, {done.linked} of them linked to an indicator; "
            f"{done.known} stood so already",
        )
    )
    if done.observed or done.withdrawn:
        note(
            Text(
                f"文件所述的实际值：记入 {done.observed} 个，撤回 {done.withdrawn} 个",
                f"observations stated in documents: {done.observed} added, {done.withdrawn} withdrawn",
            )
        )


def _documents() -> None:
    from lianzhang.app.browse.documents import Documents
    from lianzhang.app.documents import meant_region
    from lianzhang.cli._common import settings, table
    from lianzhang.i18n import Text
    from lianzhang.store import Store

    chosen = settings()
    store = Store(chosen.store)
    heads = Documents(store.path, meant_region(store, chosen.region)).heads()
    table(
        Text("已读文件", "Documents that were read"),
        [
            Text("编号", "id"),
            Text("文件", "document"),
            Text("阅读时间", "read at"),
            Text("陈述", "statements"),
            Text("接受", "accepted"),
            Text("更正", "corrected"),
            Text("拒绝", "rejected"),
            Text("待定", "open"),
        ],
        [
            (
                h.document_id,
                h.name,
                h.read_at[:16].replace("T", " "),
                h.statements,
                h.accepted,
                h.corrected,
                h.rejected,
                h.statements - h.decided,
            )
            for h in heads
        ],
    )


def _show(items: Sequence[Reviewed]) -> None:
    from lianzhang.cli._common import lang, note, table
    from lianzhang.i18n import Text
    from lianzhang.plan.wording import amount, kind, period

    language = lang()
    table(
        Text("审核", "Review"),
        [
            Text("编号", "id"),
            Text("决定", "decision"),
            Text("指标", "indicator"),
            Text("数值", "value"),
            Text("时间", "period"),
            Text("类别", "kind"),
            Text("把握", "sure"),
        ],
        [
            (
                item.original.id,
                item.decision or "",
                item.statement.indicator,
                amount(item.statement, language),
                period(item.statement, language),
                kind(item.statement, language),
                f"{item.statement.confidence:.2f}",
            )
            for item in sorted(items, key=lambda item: (item.decision is not None, item.statement.confidence))
        ],
    )
    open_count = sum(item.decision is None for item in items)
    note(Text(f"{len(items)} 条，待定 {open_count} 条", f"{len(items)} statements, {open_count} open"))


def _ask(table: Path, by: str) -> None:
    from lianzhang.cli._common import lang, say
    from lianzhang.i18n import Text
    from lianzhang.plan import review as reviewing
    from lianzhang.plan.wording import amount, kind, period

    waiting = [item.statement for item in reviewing.review(table) if item.decision is None]
    prompt = Text("接受a 更正c 拒绝r 跳过s 结束q > ", "accept a, correct c, reject r, skip s, quit q > ").get(
        lang()
    )
    for number, statement in enumerate(sorted(waiting, key=lambda one: one.confidence), start=1):
        say(f"\n[{number}/{len(waiting)}] {statement.source}:{statement.line}  {statement.quote}")
        say(
            f"  {statement.indicator} · {amount(statement, lang())} · {period(statement, lang())} · {kind(statement, lang())}"
        )
        try:
            answer = input(prompt).strip().lower()[:1]
        except (EOFError, KeyboardInterrupt):
            return
        if answer == "q":
            return
        if answer == "a":
            reviewing.decide(table, statement.id, "accept", by=by)
        elif answer == "r":
            reviewing.decide(table, statement.id, "reject", by=by)
        elif answer == "c":
            changes = input(Text("字段=值，用空格分开 > ", "FIELD=VALUE, apart by spaces > ").get(lang()))
            pairs = [item.partition("=") for item in changes.split()]
            if pairs:
                reviewing.decide(
                    table, statement.id, "correct", {name: value for name, _, value in pairs}, by=by
                )
