"""What there is to do next, and what was newly told: for the first screen of the overview."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lianzhang.app.browse.desk import Desk
from lianzhang.app.browse.documents import Documents
from lianzhang.app.report.provenance import report_unit
from lianzhang.app.state import State
from lianzhang.chain.model import Grade
from lianzhang.chain.service import ChainMap
from lianzhang.errors import LianzhangError
from lianzhang.i18n import Text
from lianzhang.report import values as num
from lianzhang.report.format import period, quantity
from lianzhang.store import Reader, RegionEntry

_TOLD = 6
_FIGURES = """
SELECT o.indicator_id, o.series, o.region_id, o.sector_id, o.period, o.source_id, o.value, o.comparator,
       i.name_zh, i.name_en, i.unit, r.name_zh AS region_zh, r.name_en AS region_en, s.title_zh, s.title_en
FROM observations o JOIN indicators i USING (indicator_id)
LEFT JOIN regions r ON r.region_id = o.region_id
LEFT JOIN sources s ON s.source_id = o.source_id
"""
_STATEMENTS = """
SELECT q.statement_id, coalesce(i.name_zh, q.topic_zh) AS name_zh, coalesce(i.name_en, q.topic_en) AS name_en, q.kind,
       q.value, q.unit, q.period_end, q.review, s.title_zh, s.title_en
FROM statements q LEFT JOIN indicators i USING (indicator_id) LEFT JOIN sources s ON s.source_id = q.source_id
"""
_REVIEWS: Mapping[str | None, Text] = {
    "accepted": Text("接受", "accepted"),
    "corrected": Text("更正", "corrected"),
    "rejected": Text("拒绝", "rejected"),
    None: Text("读入", "read"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """Something to do, with the page where it is done: a path below the region and its query."""

    what: Text
    path: str
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """What is new by name: figures and statements, and how many of all are named."""

    named: tuple[Text, ...]
    count: int


def steps(desk: Desk, reader: Reader, state: State) -> tuple[Step, ...]:
    """What to do next, the most pressing first; at most four."""
    found: list[Step] = []
    verdicts = Counter(r.verdict for r in state.targets)
    trouble = verdicts["missed"] + verdicts["out_of_reach"] + verdicts["at_risk"]
    if trouble:
        found.append(
            Step(
                Text(
                    f"{trouble}项目标未达成、难以达到或有风险：看差多少、每年要多快",
                    f"{trouble} {_s(trouble, 'target is', 'targets are')} missed, out of reach or at risk: see by how much",
                ),
                "plan",
            )
        )
    if verdicts["overdue"]:
        n = verdicts["overdue"]
        found.append(
            Step(
                Text(
                    f"{n}项目标已到期而没有实际值：补录后才能判断",
                    f"{n} {_s(n, 'target is', 'targets are')} due without a figure: add one to judge",
                ),
                "plan",
                {"verdict": "overdue"},
            )
        )
    heads = Documents(desk.store.path, reader.region.name).heads()
    waiting = sum(h.statements - h.decided for h in heads)
    if waiting:
        found.append(
            Step(
                Text(
                    f"{waiting}条从文件读出的陈述待审核",
                    f"{waiting} {_s(waiting, 'statement', 'statements')} read from documents to review",
                ),
                "plan/review",
            )
        )
    if isinstance(state.chain, ChainMap):
        unknown = sum(n.grade is Grade.UNKNOWN for n in state.chain.of_kind("component"))
        if unknown:
            found.append(
                Step(
                    Text(
                        f"{unknown}个部件没有人查过本地有没有厂家：先查涉及金额大的",
                        f"{unknown} {_s(unknown, 'component has', 'components have')} never been looked for: begin with those"
                        " of which most is bought",
                    ),
                    "chain",
                    {"view": "gaps"},
                )
            )
    if state.risk is None:
        found.append(
            Step(Text("还没有算过谁停产损失最大", "whose failure hurts most is not computed yet"), "risk")
        )
    return tuple(found[:4])


def told_since(desk: Desk, reader: Reader, before: RegionEntry) -> Told:
    """Figures and statements that a state has and the one before it has not, the newest figures first.

    Where the state before is no longer kept whole, nothing is named.
    """
    try:
        with Reader(desk.store.path, desk.readers.manifest(), before) as old:
            figures = {_figure_key(r) for r in old.sql(_FIGURES).to_pylist()}
            statements = {r["statement_id"] for r in old.sql(_STATEMENTS).to_pylist()}
    except LianzhangError:
        return Told((), 0)
    new = [r for r in reader.sql(_FIGURES).to_pylist() if _figure_key(r) not in figures]
    said = [r for r in reader.sql(_STATEMENTS).to_pylist() if r["statement_id"] not in statements]
    new.sort(key=lambda r: str(r["period"]), reverse=True)
    named = [_figure(r, reader.region.root) for r in new[:_TOLD]]
    named += [_statement(r) for r in said[: _TOLD - len(named)]]
    return Told(tuple(named), len(new) + len(said))


def _figure_key(row: Mapping[str, Any]) -> tuple[Any, ...]:
    names = ("indicator_id", "series", "region_id", "sector_id", "period", "source_id", "value")
    return tuple(row[n] for n in names)


def _amount(value: float | None, unit: str) -> Text:
    if value is None:
        return Text("无数值", "no figure")
    q = num.Quantity(float(value), report_unit(unit), "")
    return Text(quantity(q, "zh"), quantity(q, "en"))


def _figure(row: Mapping[str, Any], root: str) -> Text:
    amount = _amount(row["value"], row["unit"])
    here = row["region_id"] in (None, root)
    zh = ("" if here else f"{row['region_zh']}") + row["name_zh"]
    en = row["name_en"] + ("" if here else f", {row['region_en']}")
    return Text(
        f"{zh}，{period(row['period'], 'zh')}：{amount.zh}（{row['title_zh']}）",
        f"{en}, {period(row['period'], 'en')}: {amount.en} ({row['title_en']})",
    )


def _statement(row: Mapping[str, Any]) -> Text:
    what = _REVIEWS.get(row["review"], _REVIEWS[None])
    amount = _amount(row["value"], row["unit"])
    when = row["period_end"]
    zh, en = (f"，{period(when, 'zh')}", f", {period(when, 'en')}") if when else ("", "")
    return Text(
        f"{what.zh}陈述：{row['name_zh']}{zh}：{amount.zh}（{row['title_zh']}）",
        f"statement {what.en}: {row['name_en']}{en}: {amount.en} ({row['title_en']})",
    )


def _s(n: int, one: str, many: str) -> str:
    return one if n == 1 else many
