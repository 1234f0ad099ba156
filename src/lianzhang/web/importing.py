"""Importing a register in the browser: upload, agree on the columns, see what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lianzhang.app.browse.registers import Registers
from lianzhang.app.pages.content import Content
from lianzhang.firms.register.layout import FIELD_NAMES
from lianzhang.firms.register.reasons import REASONS, REMEDIES
from lianzhang.firms.register.values import DOUBTS, SKIPPED
from lianzhang.i18n import Text
from lianzhang.store import Reader
from lianzhang.web.site import Visit

_TITLE = Text("导入企业名录", "Import a register of firms")
#: The words of these pages.
SAY: dict[str, Text] = {
    "about": Text(
        "上传一份企业名录（Excel、CSV 或 Parquet），核对各列读作什么，导入后企业进入本区域，并按经营范围归类。",
        "Upload a register of firms (Excel, CSV or Parquet), say what its columns are, and its firms become part of this "
        "region, sorted by their scope into industries, clusters and nodes of the chain.",
    ),
    "private": Text(
        "法定代表人、联系人与电话从不读入；文件导入后即删，一天内未导入也会删除。",
        "Names of legal representatives, contacts and phone numbers are never read; the file is deleted once it is "
        "imported, or after a day.",
    ),
    "file": Text("名录文件", "The register"),
    "kinds": Text(
        "xlsx、csv、tsv、txt（可压缩为 .gz）、parquet，不超过 200 MB；旧版 .xls 请先另存为 .xlsx",
        "xlsx, csv, tsv, txt (also .gz) or parquet, up to 200 MB; save an old .xls as .xlsx first",
    ),
    "upload": Text("上传并查看", "Upload and look"),
    "looking": Text("正在查看文件", "Looking at the file"),
    "steps": Text("步骤", "Steps"),
    "step_1": Text("上传", "Upload"),
    "step_2": Text("核对各列", "Agree on the columns"),
    "step_3": Text("结果", "Result"),
    "earlier": Text("已上传的名录", "Registers uploaded"),
    "waiting": Text("等待核对", "waits for agreement"),
    "uploaded": Text("上传于", "uploaded"),
    "imported": Text("导入于", "imported"),
    "refused_short": Text("行隔离", "rows refused"),
    "firms_short": Text("家企业", "firms"),
    "columns": Text("各列读作什么", "What the columns are"),
    "columns_about": Text(
        "按表头和内容猜的，请核对；只有企业名称必选。",
        "Guessed from the header and the cells; please check. Only the name is needed.",
    ),
    "remembered": Text(
        "沿用上次导入同类文件时的选择，请核对。",
        "As agreed for an earlier file with these columns; please check.",
    ),
    "column": Text("文件里的列", "Column of the file"),
    "samples": Text("样例", "Some cells"),
    "read_as": Text("读作", "Is"),
    "not_read": Text("不读入", "not read"),
    "personal": Text("个人信息，不读入", "personal data, not read"),
    "no_cells": Text("空", "empty"),
    "title": Text("名录名称", "Name of the register"),
    "title_about": Text(
        "同名即视为同一名录的新版：企业更新，历史保留",
        "the same name again is a newer file of the same register: firms are updated, their history is kept",
    ),
    "evidence": Text("资料截至（年、年月或日期）", "Speaks of (year, month or day)"),
    "keep_bad": Text(
        "信用代码有误的行也读入（去掉代码）", "Take rows with a wrong credit code too, without the code"
    ),
    "import": Text("导入", "Import"),
    "importing": Text("正在导入", "Importing"),
    "where": Text("表头找得不对？", "Is this not the header?"),
    "sheet": Text("工作表", "Sheet"),
    "header_row": Text("表头在第几行（0 为没有表头）", "Row of the header (0 for none)"),
    "look_again": Text("重新查看", "Look again"),
    "found_at": Text("表头在第 {row} 行", "The header is in row {row}"),
    "found_none": Text("没有表头", "There is no header"),
    "of_sheet": Text("工作表“{sheet}”", "sheet “{sheet}”"),
    "result": Text("导入结果", "What was imported"),
    "rows": Text("读入行", "Rows read"),
    "firms": Text("企业", "Firms"),
    "new": Text("其中新增", "of them new"),
    "changed": Text("其中有变动", "of them changed"),
    "makers": Text("其中制造企业", "of them makers"),
    "repeated": Text("重复行", "Repeated rows"),
    "refused": Text("隔离行", "Rows refused"),
    "taken": Text("进入区域的企业", "Firms put into the region"),
    "already": Text("区域原有、保留原行", "in the region before; their own row stays"),
    "nodes": Text("链上环节证据", "Records of nodes made"),
    "left_out": Text("未能放入的关联", "Links that did not fit the region"),
    "same_file": Text(
        "此文件先前已按同样的设置导入过，未作改动。",
        "This file was imported before with the same settings; nothing changed.",
    ),
    "dropped": Text("未读入的个人信息列", "Columns of personal data not read"),
    "doubts": Text("未采用的值", "Values not used"),
    "doubts_about": Text(
        "读不出或不可信的值留空，行照常读入。",
        "What could not be read or believed is left empty; the rows themselves are in.",
    ),
    "field": Text("字段", "Field"),
    "first_places": Text("前几处（行号：原值）", "The first (row: value)"),
    "why": Text("为什么隔离，怎么改", "Why rows were refused, and what to do"),
    "reason": Text("原因", "Reason"),
    "remedy": Text("怎么改", "What to do"),
    "count": Text("行数", "Rows"),
    "row": Text("行号", "Row"),
    "value": Text("原值", "What was there"),
    "name": Text("企业名称", "Name"),
    "first_rows": Text("前 {n} 行", "The first {n}"),
    "download": Text("下载全部隔离行（CSV）", "Download all refused rows (CSV)"),
    "none_refused": Text("没有隔离行，全部读入。", "No row was refused."),
    "see_firms": Text("查看企业", "See the firms"),
    "see_source": Text("查看来源", "See the source"),
    "again": Text("导入另一份", "Import another"),
    "mended": Text(
        "改好后用同一名称再上传即可更新。", "Mend them and upload the file again under the same name."
    ),
}
_FIGURES = ("rows", "firms", "new", "changed", "makers", "repeated")


def start_page(visit: Visit, reader: Reader) -> Mapping[str, Any]:
    """The form to upload a register, and those that were uploaded."""
    kept = Registers(visit.desk.store.path, reader.region.name)
    return {"content": Content(title=_TITLE), "registers": kept.registers(), "say": SAY}


def register_page(visit: Visit, reader: Reader) -> Mapping[str, Any]:
    """One upload: its columns to agree on, or what the import did."""
    kept = Registers(visit.desk.store.path, reader.region.name)
    register = kept.register(visit.key)
    return {
        "content": Content(title=_TITLE),
        "register": register,
        "fields": FIELD_NAMES,
        "titles": kept.titles(),
        "reasons": REASONS,
        "remedies": REMEDIES,
        "doubts": DOUBTS,
        "skipped": SKIPPED,
        "figures": _FIGURES,
        "say": SAY,
    }


#: Path, page, template, builder; made for each request: what was imported must show at once.
IMPORTING: tuple[tuple[str, str, str, Any], ...] = (
    ("/{region}/firms/import", "firms", "firms_import.html.j2", start_page),
    ("/{region}/firms/import/{key}", "firms", "firms_import_one.html.j2", register_page),
)
