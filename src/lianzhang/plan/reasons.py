"""Why a verdict is what it is: one or two plain sentences made from its numbers."""

from __future__ import annotations

from datetime import date

from lianzhang.i18n import Text
from lianzhang.plan.history import History
from lianzhang.plan.kernel.attainment import Verdict
from lianzhang.plan.kernel.forecast.ensemble import MIN_OBSERVATIONS
from lianzhang.plan.track_model import FanPoint, LedgerRow, NeedStep, Point, RunningYear
from lianzhang.plan.track_text import amount, both, bound, chance, rate, when, year
from lianzhang.schema.period import parse_period

NO_DEADLINE_SAID = Text("原文没有写期限", "the text gives no deadline")


def explain(
    row: LedgerRow,
    verdict: Verdict,
    *,
    as_of: date,
    observed: Point | None,
    history: History | None,
    probability: float | None,
    required: float | None,
    recent: float | None,
    growth_unit: str,
    end: FanPoint | None,
    running: RunningYear | None,
) -> Text:
    """The reason for a verdict.

    ``observed`` is the observation at the deadline, ``end`` the forecast for the deadline's year.
    """
    if verdict in ("met", "missed") and observed is not None:
        return _settled(row, verdict, observed)
    if verdict == "overdue" and row.deadline is not None:
        due, day = when(row.deadline), when(parse_period(as_of.isoformat()))
        gone = Text(
            f"期限{due.zh}已过，截至{day.zh}没有该期数据。",
            f"The deadline, {due.en}, has passed and no figure for it was known on {day.en}.",
        )
        odds = (
            _outlook(row, end, probability) if end is not None and probability is not None else Text("", "")
        )
        return _joined(gone, _latest(row), odds)
    need = _need(row, required, recent, growth_unit)
    if verdict == "not_computable" or end is None or probability is None:
        why = _why_not(row, history)
        if verdict == "met" and row.deadline is None:
            reached = Text("原文没有写期限；目标已达到。", "The text gives no deadline; the target is met.")
            return _joined(_latest(row), reached)
        if verdict == "met":
            return _joined(_latest(row), Text("目标已提前达到。", "The target is met ahead of time."))
        return _joined(why, _latest(row), need, _left(row))
    outlook = _outlook(row, end, probability)
    if verdict == "met":
        early = Text(
            "目标已提前达到；期限时是否仍达到，", "The target is met ahead of time; for the deadline, "
        )
        lowered = Text(outlook.zh, outlook.en[0].lower() + outlook.en[1:])
        return _joined(_latest(row), Text(early.zh + lowered.zh, early.en + lowered.en))
    return _joined(_latest(row), _running(row, running), need, outlook, _broken(row, history))


def explain_need(
    row: LedgerRow,
    latest: Point,
    step: NeedStep,
    growth: float | None,
    growth_unit: str,
    probability: float | None,
) -> Text:
    """What the even path to a target asks of the first year to come, and how likely the target is."""
    goal = _goal(row)
    first = both(step.value, row.indicator_unit)
    change = rate(step.change, _step_unit(row))
    pace = rate(growth, growth_unit) if growth is not None else change
    odds = Text("", "")
    if probability is not None:
        odds = Text(f"达成概率{chance(probability)}。", f"Probability of attainment {chance(probability)}.")
    path = Text(
        f"{when(latest.period).zh}为{amount(latest.value, row.indicator_unit, 'zh')}。要{goal.zh}，"
        f"每年须{pace.zh}；{step.year}年应到{first.zh}（{change.zh}）。",
        f"{when(latest.period).en}: {amount(latest.value, row.indicator_unit, 'en')}. To reach {goal.en} takes "
        f"{pace.en} a year; {step.year} should come to {first.en} ({change.en}).",
    )
    return _joined(path, odds)


def _settled(row: LedgerRow, verdict: Verdict, observed: Point) -> Text:
    unit = row.indicator_unit
    # Digits enough to see a narrow miss.
    digits = 3
    if row.target is not None and row.target != observed.value:
        while digits < 7 and both(observed.value, unit, digits) == both(row.target, unit, digits):
            digits += 1
    fact, goal = both(observed.value, unit, digits), _bound(row)
    period = when(observed.period)
    if verdict == "met":
        return Text(
            f"{period.zh}实际{fact.zh}，达到目标（{goal.zh}）。",
            f"{period.en} came to {fact.en}; the target ({goal.en}) is met.",
        )
    short = ""
    short_en = ""
    if row.target is not None:
        gap = abs(observed.value - row.target)
        step = _step_unit(row)
        more = observed.value > row.target
        short = f"，{'多' if more else '差'}{amount(gap, step, 'zh')}"
        short_en = f", {amount(gap, step, 'en')} {'too much' if more else 'short of it'}"
    return Text(
        f"{period.zh}实际{fact.zh}，目标为{goal.zh}{short}。",
        f"{period.en} came to {fact.en}; the target was {goal.en}{short_en}.",
    )


def _latest(row: LedgerRow) -> Text:
    if row.latest is None:
        return Text("", "")
    figure, period = both(row.latest.value, row.indicator_unit), when(row.latest.period)
    return Text(f"{period.zh}为{figure.zh}。", f"{period.en}: {figure.en}.")


def _running(row: LedgerRow, running: RunningYear | None) -> Text:
    if running is None:
        return Text("", "")
    part, whole = both(running.known_part, row.indicator_unit), both(running.estimate, row.indicator_unit)
    period, full = when(running.period), running.period.year
    return Text(
        f"{period.zh}{part.zh}，据此估计{full}年为{whole.zh}。",
        f"{period.en}: {part.en}, from which {full} is estimated at {whole.en}.",
    )


def _need(row: LedgerRow, required: float | None, recent: float | None, unit: str) -> Text:
    if required is None or row.deadline is None:
        return Text("", "")
    goal, pace = _goal(row), rate(required, unit)
    zh, en = f"要{goal.zh}，每年须{pace.zh}", f"To reach {goal.en} takes {pace.en} a year"
    if recent is not None:
        past = rate(recent, unit)
        zh, en = f"{zh}，近年每年{past.zh}", f"{en}; recent years brought {past.en}"
    return Text(f"{zh}。", f"{en}.")


def _outlook(row: LedgerRow, end: FanPoint, probability: float) -> Text:
    unit = row.indicator_unit
    low, high, middle = both(end.low80, unit), both(end.high80, unit), both(end.median, unit)
    odds, label = chance(probability), year(end.year)
    return Text(
        f"{label.zh}预测中位数{middle.zh}，80%区间{low.zh}至{high.zh}；达成概率{odds}。",
        f"The median forecast for {label.en} is {middle.en}, 80 % interval {low.en} to {high.en}; "
        f"probability of attainment {odds}.",
    )


def _broken(row: LedgerRow, history: History | None) -> Text:
    """Says when the definition changed after the target was published."""
    days = [p.published.end for p in row.places if p.published is not None]
    split = history.broken_between(min(days), date.max) if history is not None and days else None
    if split is None:
        return Text("", "")
    period = when(split.period)
    return Text(
        f"注意：目标提出后，{period.zh}起口径改变（{split.reason.zh}）。",
        f"Note: after the target was set the definition changed in {period.en} ({split.reason.en}).",
    )


def _why_not(row: LedgerRow, history: History | None) -> Text:
    """Why there is no probability."""
    if row.deadline is None:
        why, more = NO_DEADLINE_SAID, row.why_no_target
        return _because(
            Text(f"{why.zh}，且{more.zh}", f"{why.en}, and {more.en}") if more is not None else why
        )
    if row.why_no_target is not None:
        return _because(row.why_no_target)
    if history is None or not history.points:
        return _because(Text("没有该指标的观测值", "there is no observation of the indicator"))
    years = history.years()
    count = years.count if years else 0
    if count < MIN_OBSERVATIONS:
        cut = ""
        cut_en = ""
        if history.breaks:
            last = max(history.breaks, key=lambda b: b.period.start)
            cut = f"（{when(last.period).zh}起口径改变：{last.reason.zh}）"
            cut_en = f" (the definition changed in {when(last.period).en}: {last.reason.en})"
        have = {0: "no comparable yearly figure", 1: "one comparable yearly figure"}
        return _because(
            Text(
                f"{f'可比的年度数只有{count}个' if count else '没有可比的年度数'}{cut}，至少需要{MIN_OBSERVATIONS}个",
                f"there {'is' if count < 2 else 'are'} {have.get(count, f'{count} comparable yearly figures')}{cut_en}, "
                f"at least {MIN_OBSERVATIONS} are needed",
            )
        )
    return _because(
        Text("期限不是整年，而序列是年度的", "the deadline is not the end of a year and the series is yearly")
    )


def _left(row: LedgerRow) -> Text:
    """What a target without a deadline still lacks."""
    if row.deadline is not None or row.gap is None or row.target is None:
        return Text("", "")
    gap, goal = both(abs(row.gap), _step_unit(row)), _bound(row)
    return Text(f"距目标（{goal.zh}）还差{gap.zh}。", f"The target ({goal.en}) is {gap.en} away.")


def _because(why: Text) -> Text:
    return Text(f"无法计算：{why.zh}。", f"Not computable: {why.en}.")


def _goal(row: LedgerRow) -> Text:
    """The target with its deadline: 到2027年超过200万辆 / more than 2 million vehicles by 2027."""
    goal = _bound(row)
    if row.deadline is None:
        return goal
    due = when(row.deadline)
    return Text(f"到{due.zh}{goal.zh}", f"{goal.en} by {due.en}")


def _bound(row: LedgerRow) -> Text:
    """The target's figure; a relative one is given as the level it comes to."""
    if row.target is not None and row.unit != row.indicator_unit:
        return bound(row.comparator, row.target, None, None, row.indicator_unit)
    return bound(row.comparator, row.value, row.lower, row.upper, row.unit)


def _step_unit(row: LedgerRow) -> str:
    """Differences of percentages are percentage points."""
    return "percentage points" if row.indicator_unit == "%" else row.indicator_unit


def _joined(*parts: Text) -> Text:
    return Text("".join(p.zh for p in parts), " ".join(p.en for p in parts if p.en))
