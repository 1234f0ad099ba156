"""``lianzhang firms duplicates`` and ``lianzhang firms merge``."""

from __future__ import annotations

from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from lianzhang.cli._common import emit_json, emit_json_lines, lang, note, progress, say, settings, table
from lianzhang.i18n import Text

if TYPE_CHECKING:
    from lianzhang.firms.duplicates import Group

_SHOWN = 40


def duplicates(
    folder: Path | None = None,
    *,
    threshold: float = 0.95,
    review: Path | None = None,
    compute: Literal["local", "spark"] = "local",
    spark_master: str | None = None,
    json: bool = False,
) -> None:
    """Find records of one firm under several names in an imported register (needs the extra `linkage`).

    Nothing is merged: look at what was found, then run `firms merge`.

    Parameters
    ----------
    folder
        Folder that `firms import` wrote, or its name in the store; may be left out where there is one import only. The
        groups are written there as firm_duplicates.parquet.
    threshold
        Least probability of a pair.
    review
        Write the groups to this CSV as well, to decide on them in a spreadsheet.
    compute
        Where the records are compared: on this machine, or on the workers of Spark. The groups are the same.
    spark_master
        Spark's master, such as local[2] or spark://host:7077; by default what Spark's own settings say.
    json
        Print one JSON object per group, with all that is known of its records.
    """
    from lianzhang.app.registers import import_folder
    from lianzhang.cli._machines import machines
    from lianzhang.errors import UsageError
    from lianzhang.firms.duplicates import duplicates_of_import, read_groups
    from lianzhang.firms.merging import write_review

    if not 0.5 <= threshold <= 1:
        raise UsageError(Text("--threshold 须在 0.5 与 1 之间", "--threshold has to be between 0.5 and 1"))
    current = settings()
    where = import_folder(current, folder)
    with (
        machines(compute, spark_master) as session,
        progress(Text("查找重复", "Looking for duplicates"), total=1.0) as show,
    ):
        report = duplicates_of_import(
            where,
            threshold=threshold,
            machines=session,
            processes=current.workers,
            memory_gb=current.memory_gb,
            tick=show,
        )
    sheet = write_review(where, review, lang()) if review is not None else None
    if json:
        emit_json_lines(asdict(group) for group in read_groups(where))
    elif report.groups:
        _show(islice(read_groups(where), _SHOWN))
    tell = note if json else say
    tell(
        Text(
            f"{report.records:,} 条记录中有 {report.groups:,} 组疑似重复，共 {report.grouped:,} 条，写入 {report.file}",
            f"{report.groups:,} groups of {report.grouped:,} records among {report.records:,} seem to be one firm each; "
            f"written to {report.file}",
        )
        if report.groups
        else Text(
            f"{report.records:,} 条记录中没有发现重复",
            f"no duplicates found among {report.records:,} records",
        )
    )
    if not report.uncoded:
        tell(
            Text(
                "每条记录都有信用代码，代码不同即为不同企业，故没有可疑的重复",
                "every record has a credit code, and two codes are two firms: nothing is in doubt",
            )
        )
    if report.groups > _SHOWN and not json:
        tell(
            Text(
                f"只列出前 {_SHOWN} 组；全部请用 --json 或 --review",
                f"the first {_SHOWN} are shown; --json or --review gives all of them",
            )
        )
    if sheet is not None:
        tell(
            Text(
                f"待审表 {sheet.file}：{sheet.open:,} 条待定。填好“处理”列（合并／不合并）后运行 "
                f"lianzhang firms merge {where} --reviewed {sheet.file}",
                f"review sheet {sheet.file}: {sheet.open:,} records to decide on. Fill its column `decision` (merge or "
                f"apart), then run lianzhang firms merge {where} --reviewed {sheet.file}",
            )
        )


def merge(
    folder: Path | None = None,
    *,
    reviewed: Path | None = None,
    at_least: float | None = None,
    keep: bool = True,
    json: bool = False,
) -> None:
    """Merge the records that are one firm, as decided on a review sheet or from a probability on.

    The record that stays takes what it lacks from the others; what they make is added to it. The decisions are kept
    with the import: a newer file of the register does not bring merged records back.

    Parameters
    ----------
    folder
        Folder that `firms import` wrote, or its name in the store; may be left out where there is one import only.
    reviewed
        The sheet of `firms duplicates --review`, filled in.
    at_least
        Merge without a sheet every record whose likeliest pair has at least this probability.
    keep
        Put the firms into the loaded region again, if it has taken this register.
    json
        Print the report as JSON.
    """
    from lianzhang.app.registers import import_folder, keep_again
    from lianzhang.errors import UsageError
    from lianzhang.firms.merging import merge_records, read_review, sure_decisions

    current = settings()
    where = import_folder(current, folder)
    if reviewed is not None and at_least is None:
        decisions = read_review(where, reviewed)
    elif at_least is not None and reviewed is None:
        decisions = sure_decisions(where, at_least)
    else:
        raise UsageError(
            Text("须给出 --reviewed 或 --at-least 之一", "give either --reviewed or --at-least"),
            hint=Text(
                "待审表由 lianzhang firms duplicates --review 写出",
                "the sheet is written by lianzhang firms duplicates --review",
            ),
        )
    report = merge_records(where, decisions, memory_gb=current.memory_gb)
    kept = keep_again(current, where) if keep and report.merged else None
    if json:
        emit_json({"merge": report, "kept": kept})
        return
    say(
        Text(
            f"{report.merged:,} 条记录并入 {report.into:,} 家企业，{report.apart:,} 条确认不合并；现有企业 {report.firms:,} 家",
            f"{report.merged:,} records merged into {report.into:,} firms, {report.apart:,} left apart; "
            f"{report.firms:,} firms now",
        )
    )
    if kept is not None:
        count = kept.rows.get("firms", 0)
        say(
            Text(
                f"已更新区域 {kept.region}：企业 {count:,} 家",
                f"region {kept.region} updated: {count:,} firms",
            )
        )


def _show(groups: islice[Group]) -> None:
    rows = [
        (number, m.name, m.uscc or "", m.founded or "", m.address or "", f"{m.probability:.1%}")
        for number, group in enumerate(groups, 1)
        for m in group.firms
    ]
    table(
        Text("疑似重复的企业", "Firms that seem to be one"),
        [
            Text("组", "Group"),
            Text("名称", "Name"),
            Text("信用代码", "Credit code"),
            Text("成立日期", "Founded"),
            Text("地址", "Address"),
            Text("概率", "Probability"),
        ],
        rows,
    )
