"""The two dates of a report: the day it judges from, and the day its data speak of."""

from __future__ import annotations

from lianzhang.i18n import Lang
from lianzhang.report.format import date_text
from lianzhang.report.model import Report
from lianzhang.report.words import WORDS


def dates_line(report: Report, lang: Lang) -> str:
    """判断日期 2026年11月22日 · 数据包截至 2026年3月26日."""
    line = f"{WORDS['as_of'].get(lang)} {date_text(report.as_of, lang)}"
    if report.data_as_of is not None:
        line += f" · {WORDS['data_as_of'].get(lang)} {date_text(report.data_as_of, lang)}"
    return line
