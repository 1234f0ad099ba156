"""Ledger, tracking and disagreements as tables to take along: every figure with unit, period and the place it is said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from lianzhang.i18n import Lang, Text
from lianzhang.plan.kernel.contradictions import Finding, Known
from lianzhang.plan.track_model import VERDICTS, LedgerRow, TrackRow
from lianzhang.plan.track_text import bound
from lianzhang.plan.wording import COMPARATOR_WORDS, KIND_WORDS
from lianzhang.report.sheet import Cell, Sheet
from lianzhang.report.words import STATUS

#: Kinds of findings in both languages.
FINDINGS: dict[str, Text] = {
    "factor-of-ten": Text("相差十倍", "factor of ten"),
    "value": Text("数值不一", "two values"),
    "series": Text("口径混用", "mixed series"),
    "part": Text("部分大于整体", "part above its whole"),
    "arithmetic": Text("算术核对", "arithmetic"),
    "level": Text("级别词不一致", "level words"),
    "observation": Text("与实际值不符", "against an observation"),
    "definition": Text("定义不同", "definition"),
}
_STATUS: Mapping[str, Text] = {str(status): word for status, word in STATUS.items()}
_LEDGER: tuple[tuple[str, Text], ...] = (
    ("statement_id", Text("陈述编号", "Statement id")),
    ("target", Text("目标", "Target")),
    ("kind", Text("性质", "Kind")),
    ("indicator", Text("指标", "Indicator")),
    ("region", Text("区域", "Region")),
    ("says", Text("原文要求", "What it says")),
    ("comparator", Text("比较", "Comparison")),
    ("value", Text("数值", "Value")),
    ("lower", Text("下界", "Lower bound")),
    ("upper", Text("上界", "Upper bound")),
    ("unit", Text("单位", "Unit")),
    ("deadline", Text("期限", "Deadline")),
    ("base_value", Text("基期值", "Baseline")),
    ("base_period", Text("基期", "Base period")),
    ("to_reach", Text("须达到", "To reach")),
    ("latest", Text("最新实际", "Latest actual")),
    ("latest_period", Text("最新时期", "Latest period")),
    ("latest_source", Text("实际值来源", "Source of the actual")),
    ("gap", Text("差距", "Gap")),
    ("indicator_unit", Text("指标单位", "Unit of the indicator")),
    ("why_no_target", Text("为何没有目标数", "Why there is no figure to reach")),
    ("said_in", Text("出处", "Said in")),
    ("disagreements", Text("分歧", "Disagreements")),
    ("status", Text("状态", "Status")),
)
_TRACK: tuple[tuple[str, Text], ...] = (
    ("verdict", Text("判断", "Verdict")),
    ("probability", Text("达成概率", "Probability of attainment")),
    ("required_growth", Text("每年须增长", "Required growth a year")),
    ("recent_growth", Text("近年增长", "Recent growth a year")),
    ("growth_unit", Text("增长单位", "Unit of growth")),
    ("expected_gap", Text("预计差距", "Expected gap")),
    ("forecast_year", Text("预测年份", "Year of the forecast")),
    ("median", Text("预测中位数", "Median forecast")),
    ("low80", Text("80%区间下端", "80 % interval from")),
    ("high80", Text("80%区间上端", "80 % interval to")),
    ("years_used", Text("所用年数", "Years used")),
    ("as_of", Text("截至", "As of")),
    ("reason", Text("理由", "Why")),
)
_FINDINGS: tuple[tuple[str, Text], ...] = (
    ("kind", Text("种类", "Kind")),
    ("result", Text("结果", "Result")),
    ("text", Text("说明", "What")),
    ("places", Text("出处", "Places")),
    ("quotes", Text("原文", "Quotes")),
    ("known", Text("区域内的数", "Figures of the region")),
    ("noted", Text("人工记录", "Noted by people")),
)


def ledger_sheet(rows: Iterable[LedgerRow], lang: Lang) -> Sheet:
    """The ledger, a target a row."""
    return Sheet(Text("目标台账", "Ledger of targets"), _LEDGER, tuple(_ledger_row(r, lang) for r in rows))


def track_sheet(rows: Iterable[TrackRow], lang: Lang) -> Sheet:
    """The ledger with verdict, probability and forecast."""
    found = tuple(_ledger_row(r.ledger, lang) | _track_row(r, lang) for r in rows)
    return Sheet(Text("目标跟踪", "Tracking of targets"), _LEDGER + _TRACK, found)


def findings_sheet(findings: Sequence[Finding], lang: Lang) -> Sheet:
    """What cannot both hold, and the checks that passed."""
    rows = tuple(_finding_row(f, lang) for f in findings)
    return Sheet(Text("矛盾与核对", "Contradictions and checks"), _FINDINGS, rows)


def result_word(finding: Finding) -> Text:
    """Whether a finding is a contradiction or a check that passed."""
    return Text("相符", "holds") if finding.holds else Text("矛盾", "cannot hold")


def _ledger_row(row: LedgerRow, lang: Lang) -> dict[str, Cell]:
    latest = row.latest
    return {
        "statement_id": row.statement_id,
        "target": row.label.get(lang),
        "kind": KIND_WORDS[row.kind].get(lang) if row.kind in KIND_WORDS else row.kind,
        "indicator": row.indicator.get(lang) if row.indicator else None,
        "region": row.region.get(lang) if row.region else None,
        "says": bound(row.comparator, row.value, row.lower, row.upper, row.unit).get(lang),
        "comparator": COMPARATOR_WORDS[row.comparator].get(lang),
        "value": row.value,
        "lower": row.lower,
        "upper": row.upper,
        "unit": row.unit,
        "deadline": row.due.get(lang),
        "base_value": row.base_value,
        "base_period": row.base_period.label(lang) if row.base_period else None,
        "to_reach": row.target,
        "latest": latest.value if latest else None,
        "latest_period": latest.period.label(lang) if latest else None,
        "latest_source": latest.source_id if latest else None,
        "gap": row.gap,
        "indicator_unit": row.indicator_unit,
        "why_no_target": row.why_no_target.get(lang) if row.why_no_target else None,
        "said_in": "; ".join(f"{p.source.get(lang)}, {p.locator}" for p in row.places),
        "disagreements": "; ".join(c.explanation.get(lang) for c in row.conflicts) or None,
        "status": _STATUS[row.status].get(lang) if row.status in _STATUS else row.status,
    }


def _track_row(row: TrackRow, lang: Lang) -> dict[str, Cell]:
    end = row.fan[-1] if row.fan else None
    return {
        "verdict": VERDICTS[row.verdict].get(lang),
        "probability": row.probability,
        "required_growth": row.required_growth,
        "recent_growth": row.recent_growth,
        "growth_unit": row.growth_unit,
        "expected_gap": row.expected_gap,
        "forecast_year": end.year if end else None,
        "median": end.median if end else None,
        "low80": end.low80 if end else None,
        "high80": end.high80 if end else None,
        "years_used": row.years_used or None,
        "as_of": row.as_of.isoformat(),
        "reason": row.reason.get(lang),
    }


def _finding_row(finding: Finding, lang: Lang) -> dict[str, Cell]:
    return {
        "kind": FINDINGS[finding.kind].get(lang),
        "result": result_word(finding).get(lang),
        "text": finding.text.get(lang),
        "places": "; ".join(f"{s.source}:{s.line}, {s.char_start}–{s.char_end}" for s in finding.statements),
        "quotes": "\n".join(s.quote for s in finding.statements),
        "known": "; ".join(_known(k, lang) for k in finding.known) or None,
        "noted": Text("是", "yes").get(lang) if finding.noted else None,
    }


def _known(known: Known, lang: Lang) -> str:
    figure = bound(known.comparator, known.value, known.lower, known.upper, known.unit).get(lang)
    where = f", {known.locator}" if known.locator else ""
    return f"{known.label.get(lang)} {known.period}: {figure} ({known.source.get(lang)}{where})"


def finding_json(finding: Finding) -> dict[str, object]:
    """A finding as an object: kind, whether it holds, both sentences, the statements, the region's figures."""
    return {
        "kind": finding.kind,
        "holds": finding.holds,
        "noted": finding.noted,
        "text": finding.text,
        "statements": [statement.to_dict() for statement in finding.statements],
        "known": [
            {
                "label": k.label,
                "value": k.value,
                "lower": k.lower,
                "upper": k.upper,
                "comparator": k.comparator,
                "unit": k.unit,
                "period": k.period,
                "source": k.source,
                "locator": k.locator,
                "statement_id": k.row,
            }
            for k in finding.known
        ],
    }
