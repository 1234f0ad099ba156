"""``lianzhang report``."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal

from lianzhang.cli._common import lang, progress, say, settings
from lianzhang.i18n import Text


def report(
    *,
    out: Path | None = None,
    format: Literal["html", "xlsx", "docx"] | None = None,  # noqa: A002 - the word a user expects
    as_of: str | None = None,
) -> None:
    """Write the report on the state of the region's clusters.

    Parameters
    ----------
    out
        File to write; by default lianzhang-REGION-LANG in the current folder.
    format
        html, xlsx or docx; by default what the file's name says, else html.
    as_of
        Day the report speaks of, such as 2026-03-31; today by default.
    """
    from lianzhang.app.reports import state_report
    from lianzhang.app.session import open_store

    current, language = settings(), lang()
    kind = format or _kind(out)
    region = open_store(current).resolve(current.region)
    target = out or Path(f"lianzhang-{region}-{language}.{kind}")
    with progress(Text("计算并写报告", "Computing and writing the report")):
        made = state_report(current, _day(as_of))
        write_report(made, target, kind)
    say(Text(f"报告已写入 {target}", f"Report written to {target}"))


def write_report(made: object, target: Path, kind: str) -> None:
    """Render a report into a file; the file appears whole or not at all."""
    from lianzhang.report.model import Report
    from lianzhang.report.page import render_html
    from lianzhang.report.word import render_docx
    from lianzhang.report.workbook import render_xlsx

    assert isinstance(made, Report)
    language = lang()
    if kind == "html":
        content = render_html(made, language).encode()
    else:
        content = render_xlsx(made, language) if kind == "xlsx" else render_docx(made, language)
    write_file(target, content)


def write_file(target: Path, content: bytes) -> None:
    """Write a file by way of a neighbour and a rename.

    Raises:
        InputError: the place cannot be written.
    """
    from lianzhang.errors import InputError

    beside = target.with_name(target.name + ".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(content)
        beside.replace(target)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise InputError(
            Text(f"写不了 {target}：{error.strerror}", f"cannot write {target}: {error.strerror}"),
            hint=Text("换一个可写的位置（--out）", "name a place that can be written with --out"),
        ) from error


def _kind(out: Path | None) -> str:
    from lianzhang.errors import UsageError

    if out is None or not out.suffix:
        return "html"
    kind = out.suffix.lstrip(".").lower()
    if kind == "htm":
        return "html"
    if kind not in ("html", "xlsx", "docx"):
        raise UsageError(
            Text(f"不认识的报告格式：{out.suffix}", f"not a report format: {out.suffix}"),
            hint=Text(
                "用 .html、.xlsx 或 .docx，或以 --format 指明",
                "use .html, .xlsx or .docx, or name one with --format",
            ),
        )
    return kind


def _day(text: str | None) -> date:
    from lianzhang.schema.period import parse_period

    return parse_period(text).end if text else date.today()  # noqa: DTZ011 - the user's own day
