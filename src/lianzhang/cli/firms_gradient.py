"""``lianzhang firms gradient``: the classes of the gradient against the plan, and who meets the rules of a rung."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from lianzhang.cli._common import emit_json, lang, say, settings, table
from lianzhang.errors import UsageError
from lianzhang.i18n import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lianzhang.app.gradient import Gradient
    from lianzhang.firms.gradient import Rung, Standing
    from lianzhang.plan.track_model import TrackRow

_SHOWN = 40


def gradient(
    *,
    facts: Path | None = None,
    rung: str = "little_giant",
    rules: Path | None = None,
    first: int | None = None,
    last: int | None = None,
    as_of: date | None = None,
    json: bool = False,
) -> None:
    """Count the firms of every class by year beside the plan's targets; with facts, say who meets the rules of a rung.

    Parameters
    ----------
    facts
        CSV with firm_id, one column per metric of the rules, and optionally `held` (classes held now, by ;).
    rung
        Class to reach: technology_sme, high_tech, specialised, little_giant or champion.
    rules
        File with classes, rungs and criteria, in place of the bundled one.
    first
        First year of the counts; five years before the last by default.
    last
        Last year of the counts; this year by default.
    as_of
        Use only what was known on this day, and the rules in force on it; today by default.
    json
        Print JSON instead of tables.
    """
    day = as_of or date.today()  # noqa: DTZ011  the user's own day is meant
    if first is not None and last is not None and first > last:
        raise UsageError(
            Text(f"首年 {first} 晚于末年 {last}", f"the first year {first} is after the last, {last}"),
            hint=Text("请对调 --first 与 --last", "swap --first and --last"),
        )
    if facts is None:
        from lianzhang.app.gradient import gradient as counted
        from lianzhang.app.gradient import gradient_rows

        found = counted(settings(), day, first, last, rules)
        if json:
            emit_json(gradient_rows(found))
            return
        _show_counts(found)
        _show_targets(found)
        return
    from lianzhang.firms.gradient import candidates, load_rungs, rungs_on

    values, held = _read_facts(facts)
    rungs = load_rungs(rules)
    standings = candidates(rung, values, held, rungs, day)
    chosen = next(item for item in rungs_on(day, rungs) if item.id == rung)
    if json:
        emit_json({"rung": chosen, "firms": standings})
        return
    _show_standings(chosen, standings, day)


def _show_counts(found: Gradient) -> None:
    from lianzhang.report.words import STATUS

    language = lang()

    def rows() -> Iterator[list[object]]:
        for item in found.classes:
            name = item.status_class.text.get(language)
            for series in item.published:
                for point in series.points:
                    yield [
                        name,
                        point.period.label(language),
                        f"{'' if point.comparator == '=' else point.comparator + ' '}{point.value:,.0f}",
                        Text(f"公布：{series.name.zh}", f"published: {series.name.en}").get(language),
                        None,
                        None,
                        STATUS[point.status].get(language),  # type: ignore[index]
                    ]
            for count in item.listed:
                yield [
                    name,
                    Text(f"{count.year}年", str(count.year)).get(language),
                    f"{count.held:,}",
                    Text(
                        "名录逐家清点（不含已失去者）", "firms listed, those that lost it since left out"
                    ).get(language),
                    str(count.gained),
                    str(count.lost),
                    STATUS["derived"].get(language),
                ]

    table(
        Text("各类企业逐年家数", "Firms of every class by year"),
        [
            Text("类别", "Class"),
            Text("时间", "Period"),
            Text("家数", "Firms"),
            Text("口径", "Counted how"),
            Text("新增", "Gained"),
            Text("减少", "Lost"),
            Text("性质", "Status"),
        ],
        rows(),
    )
    empty = [item.status_class.text for item in found.classes if not item.published and not item.listed]
    if empty:
        say(
            Text(
                "没有逐年家数：" + "、".join(t.zh for t in empty) + "（可补 firm_status 或 observations 表）",
                "no counts of: "
                + ", ".join(t.en for t in empty)
                + " (supply rows in the tables firm_status or observations)",
            )
        )


def _show_targets(found: Gradient) -> None:
    from lianzhang.app.gradient import multiple_of_base
    from lianzhang.plan.track_model import VERDICTS
    from lianzhang.plan.track_text import amount, bound, chance, rate

    language = lang()

    def cells(name: Text, row: TrackRow) -> list[object]:
        entry = row.ledger
        times = multiple_of_base(row)
        latest = entry.latest
        base = None
        if entry.base_value is not None and times is not None:
            figure = amount(entry.base_value, entry.indicator_unit, language, digits=6)
            of_year = f" ({entry.base_period.label(language)})" if entry.base_period else ""
            base = f"{figure}{of_year} ×{times:.2f}"
        return [
            name.get(language),
            f"{entry.label.get(language)}: "
            + bound(entry.comparator, entry.value, entry.lower, entry.upper, entry.unit).get(language),
            entry.deadline.label(language) if entry.deadline else None,
            base,
            f"{amount(latest.value, entry.indicator_unit, language, digits=6)} ({latest.period.label(language)})"
            if latest
            else None,
            rate(row.required_growth, row.growth_unit).get(language)
            if row.required_growth is not None
            else None,
            rate(row.recent_growth, row.growth_unit).get(language) if row.recent_growth is not None else None,
            VERDICTS[row.verdict].get(language)
            + (f" ({chance(row.probability)})" if row.probability is not None else ""),
            row.reason.get(language),
        ]

    rows = [cells(item.status_class.text, row) for item in found.classes for row in item.targets]
    if not rows:
        say(Text("规划没有这些类别的目标", "the plan has no targets for these classes"))
        return
    table(
        Text(
            f"规划对各类企业的目标（截至 {found.as_of}）",
            f"The plan's targets for these classes (as of {found.as_of})",
        ),
        [
            Text("类别", "Class"),
            Text("目标", "Target"),
            Text("期限", "Deadline"),
            Text("基数与倍数", "Base and multiple"),
            Text("最新", "Latest"),
            Text("所需年增长", "Growth needed a year"),
            Text("近年增长", "Recent growth"),
            Text("判断", "Verdict"),
            Text("理由", "Why"),
        ],
        rows,
    )
    for item in found.classes:
        if item.targets and item.status_class.note is not None:
            note = item.status_class.note
            say(Text(f"{item.status_class.text.zh}：{note.zh}", f"{item.status_class.text.en}: {note.en}"))


def _show_standings(chosen: Rung, standings: list[Standing], day: date) -> None:
    from lianzhang.firms.gradient import CHECKED_TEXT

    language = lang()
    verdicts = {
        "met": Text("规则均满足", "meets the rules"),
        "unmet": Text("有规则不满足", "breaks a rule"),
        "unknown": Text("资料不全", "facts missing"),
    }
    table(
        Text(f"{chosen.text.zh}（{chosen.source}）", chosen.text.en),
        [Text("企业", "Firm"), Text("结论", "Verdict"), Text("不满足", "Unmet"), Text("缺资料", "Unknown")],
        [
            (s.firm_id, verdicts[s.verdict].get(language), " ".join(s.unmet), " ".join(s.unknown))
            for s in standings[:_SHOWN]
        ],
    )
    for criterion in chosen.criteria:
        place = f" [{criterion.item.get(language)}]" if criterion.item is not None else ""
        say(f"  {criterion.metric}: {criterion.text.get(language)}{place}")
    say(Text(f"另须评审：{chosen.judged.zh}", f"a panel judges besides: {chosen.judged.en}"))
    checked = CHECKED_TEXT[chosen.checked]
    if chosen.cited is not None:
        say(
            Text(
                f"依据：{chosen.cited.zh}，{chosen.source}，{_period(chosen).zh}（{checked.zh}）",
                f"by: {chosen.cited.en}, {chosen.source}, {_period(chosen).en} ({checked.en})",
            )
        )
        if chosen.url is not None:
            say(f"  {chosen.url}")
    if not chosen.in_force(day):
        say(
            Text(
                f"注意：{day} 施行的规则未收录，以上为最接近的一版",
                f"take care: the rules in force on {day} are not on file; these are the nearest version",
            )
        )
    if chosen.caution is not None:
        say(Text(f"注意：{chosen.caution.zh}", f"take care: {chosen.caution.en}"))


def _period(rung: Rung) -> Text:
    """When the document is in force."""
    begin = str(rung.valid_from or "…")
    if rung.valid_to is None:
        return Text(f"{begin} 起施行", f"in force from {begin}")
    return Text(f"{begin} 至 {rung.valid_to} 施行", f"in force from {begin} to {rung.valid_to}")


def _read_facts(path: Path) -> tuple[dict[str, dict[str, float | None]], dict[str, list[str]]]:
    import csv

    from lianzhang.errors import InputError
    from lianzhang.firms.reading import detect_encoding

    values: dict[str, dict[str, float | None]] = {}
    held: dict[str, list[str]] = {}
    with path.open(encoding=detect_encoding(path), newline="") as handle:
        reader = csv.DictReader(handle)
        if "firm_id" not in (reader.fieldnames or ()):
            raise InputError(Text(f"{path.name} 没有 firm_id 列", f"{path.name} has no column firm_id"))
        for row in reader:
            firm = row.pop("firm_id")
            held[firm] = [name for name in (row.pop("held", "") or "").split(";") if name]
            try:
                values[firm] = {
                    metric: float(text) if text else None for metric, text in row.items() if metric
                }
            except ValueError as error:
                raise InputError(
                    Text(f"{path.name}：{firm}：{error}", f"{path.name}: {firm}: {error}")
                ) from None
    return values, held
