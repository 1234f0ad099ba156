"""`lianzhang plan`: documents become statements; contradictions between them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

app = App(name="plan", help="Plans: documents, statements, contradictions · 规划：文件、目标、矛盾")


@app.command
def read(
    files: Annotated[list[Path], Parameter(negative=())],
    /,
    *,
    json: Annotated[bool, Parameter(negative=())] = False,
    out: Path | None = None,
    published: str = "",
) -> None:
    """Read plan documents into statements. Needs no pack and leaves the store alone.

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
    from lianzhang.cli._common import emit_json_lines, note, progress, table
    from lianzhang.i18n import Text
    from lianzhang.plan.service import read_documents, write_table

    statements = []
    with progress(Text("阅读文件", "Reading documents"), len(files)) as done:
        for number, path in enumerate(files, start=1):
            statements += read_documents([path], published=published)
            done(number)
    if out is not None:
        count = write_table(statements, out)
        note(Text(f"{count} 条陈述已写入 {out}", f"{count} statements written to {out}"))
    if json:
        emit_json_lines(statement.to_dict() for statement in statements)
        return
    if out is not None:
        return
    from lianzhang.plan.wording import amount, period

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
                amount(s),
                period(s),
                s.kind,
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
    json: Annotated[bool, Parameter(negative=())] = False,
    published: str = "",
) -> None:
    """Find what cannot both hold in and between plan documents, and the calculations that check out.

    Parameters
    ----------
    files
        Documents to read: txt, md, html, pdf, docx, in Chinese or English.
    json
        Print one JSON object per finding and line.
    published
        When the documents were published, if they do not say so themselves.
    """
    from lianzhang.cli._common import emit_json_lines, lang, note, table
    from lianzhang.i18n import Text
    from lianzhang.plan.kernel.contradictions import find
    from lianzhang.plan.service import read_documents

    findings = find(read_documents(files, published=published))
    if json:
        emit_json_lines(
            {
                "kind": finding.kind,
                "holds": finding.holds,
                "text": finding.text,
                "statements": [statement.to_dict() for statement in finding.statements],
            }
            for finding in findings
        )
        return
    table(
        Text("矛盾与核对", "Contradictions and checks"),
        [Text("种类", "kind"), Text("结果", "result"), Text("说明", "what")],
        [
            (
                finding.kind,
                Text("相符", "holds").get(lang())
                if finding.holds
                else Text("矛盾", "cannot hold").get(lang()),
                finding.text.get(lang()),
            )
            for finding in findings
        ],
    )
    failed = sum(not finding.holds for finding in findings)
    note(
        Text(
            f"{failed} 处矛盾，{len(findings) - failed} 处核对相符",
            f"{failed} contradictions, {len(findings) - failed} checks that hold",
        )
    )
