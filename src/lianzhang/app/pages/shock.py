"""A scenario's result: the shock run day by day through chain and map, who stops first, what would help."""

from __future__ import annotations

from dataclasses import dataclass

from lianzhang.app.browse.desk import Desk
from lianzhang.app.browse.risking import region_of
from lianzhang.app.pages.content import Content, Link, gathered
from lianzhang.app.pages.shock_tables import (
    RemedyLine,
    firm_block,
    hit_block,
    remedy_block,
    remedy_line,
    spread,
)
from lianzhang.app.report.provenance import Provenance
from lianzhang.app.report.risk import firms_told
from lianzhang.app.report.shock_days import shock_days
from lianzhang.app.risk import remedy, runs, scenario, shocks
from lianzhang.app.risk.inputs import TABLES
from lianzhang.app.risk.outcome import ShockRun
from lianzhang.app.risk.remedy import Remedy
from lianzhang.app.risk.runs import Earlier, Region
from lianzhang.app.risk.scenario import Scenario
from lianzhang.app.risk.targets import Groups
from lianzhang.app.state import State
from lianzhang.i18n import Text
from lianzhang.report import figures as fig
from lianzhang.report import model as m
from lianzhang.report import values as num
from lianzhang.store import Reader, RunEntry

LIMITS = Text(
    "网络是重构的，企业是合成的：按部门、区县和规模来读，不能对应到任何真实企业。一块砖按它所属部门的日产出变暗，"
    "同一部门的部件一起变暗。色带是几次抽取的范围，不含投入产出表本身的误差；停工不补产，也不新找供应商。",
    "The network is reconstructed and its firms are made up: read it by sector, district and size, never as a registered "
    "firm. A brick is dimmed by the daily output of the sector it lies in, so components of one sector dim together. "
    "Bands are the span over a few draws and leave out errors of the input–output table; nothing is made up later and no "
    "new suppliers are found.",
)


@dataclass(frozen=True, slots=True)
class ShockView:
    """The result of a scenario; ``remedies`` is None where they have not been computed.

    ``earlier`` and ``remedies_earlier`` say which earlier version of the program made them, if one did.
    """

    run: ShockRun
    figure: fig.ShockDays
    remedies: tuple[RemedyLine, ...] | None
    content: Content
    earlier: Earlier | None
    remedies_earlier: Earlier | None


def same(one: Scenario, other: Scenario, *, draws: bool = True) -> bool:
    """Whether two scenarios compute the same; names aside, and the number of networks too unless ``draws``."""
    first, second = ({**s.plain(), "name": ""} for s in (one, other))
    for given in (first, second):
        given["who"] = sorted(given["who"], key=repr)
        given["within"] = sorted(given["within"])
        given["draws"] = given["draws"] if draws else 1
    return bool(first == second)


def find(desk: Desk, reader: Reader, wanted: Scenario) -> RunEntry | None:
    """The newest kept result of a scenario on the data as they are now; an earlier program's where there is no other."""
    entries = runs.latest(desk.store, reader, shocks.RUN, earlier=True)
    return next((e for e in entries if same(scenario.read(e.params["scenario"]), wanted)), None)


def shock_view(
    desk: Desk,
    reader: Reader,
    state: State,
    entry: RunEntry,
    title: Text,
    day: int | None,
    link: Link,
) -> ShockView:
    """A kept result on one day: by default the day on which least is made.

    Raises:
        NotComputableError: a table that the network rests on is empty.
    """
    region = region_of(desk, reader)
    run = desk.remember(
        reader,
        ("shock", entry.run_id),
        lambda: shocks.kept_shock(desk.store, reader, region.groups, entry.run_id),
    )
    origins = Provenance(reader)
    origin = _origin(region, origins, Text("冲击逐日模拟", "the shock day by day"))
    darkest = min(range(run.days), key=run.output.mid.__getitem__)
    shown = darkest if day is None else min(max(day, 0), run.days - 1)
    figure = shock_days(reader, state, run, title, shown, origin, link)
    found, by = _remedies(desk, reader, region.groups, run.scenario, title)
    source = origins.line(region.industry.sources)
    blocks = [
        (
            "days",
            m.Block(finding=_dimmed(figure, origin), figure=figure, source=source, note=num.Prose(LIMITS)),
        ),
        ("hit", hit_block(run, origin, source)),
    ]
    if run.firms:
        blocks.append(("firms", firm_block(run, origin, source)))
    lines: tuple[RemedyLine, ...] | None = None if found is None else ()
    if found:
        saved = _origin(region, origins, Text("对策的节省", "what remedies save"))
        lines = tuple(remedy_line(r, region.groups, state, saved) for r in found)
        blocks.append(("remedies", remedy_block(found, lines, source)))
    return ShockView(
        run,
        figure,
        lines,
        gathered(title, origins, blocks, [_finding(run, darkest, origin)], _keys(run, darkest, origin)),
        runs.made_earlier([entry]),
        by,
    )


def _origin(region: Region, origins: Provenance, what: Text) -> str:
    period = region.industry.period
    return origins.computed(
        Text(f"{what.zh}，重构网络，{period}年", f"{what.en}, reconstructed networks, {period}"),
        Text("风险引擎", "risk engine"),
        [t for t in TABLES if t in _NAMED],
        region.industry.sources,
        status="reconstructed",
        note=LIMITS,
    )


_NAMED = ("io_flows", "io_final_demand", "io_value_added", "sector_counts", "sector_links", "input_types")


def _finding(run: ShockRun, darkest: int, origin: str) -> num.Prose:
    told, stopped = firms_told(run.stopped, origin)
    zh = (
        f"增加值损失{{loss}}（{{low}}—{{high}}）；第{darkest}天最低，全部工业的日产出是平日的{{lowest}}"
        + (f"，另有{told.zh}停产" if run.stopped else "，冲击之外没有企业停产")
        + (f"，最早在第{run.first_stop}天。" if run.first_stop is not None else "。")
    )
    en = (
        f"{{loss}} of value added is lost ({{low}} to {{high}}); daily output of all industry is lowest on day {darkest}, at "
        "{lowest} of the usual"
        + (f"; {told.en} besides those hit stop" if run.stopped else "; nobody besides those hit stops")
        + (f", the first on day {run.first_stop}." if run.first_stop is not None else ".")
    )
    values = {
        **spread(run.loss, "cny", origin, ("low", "loss", "high")),
        "lowest": num.Quantity(run.output.mid[darkest] * 100, "pct", origin),
    }
    if run.stopped:
        values |= stopped
    return num.Prose(Text(zh, en), values)


def _keys(run: ShockRun, darkest: int, origin: str) -> list[m.KeyFigure]:
    span = Text("几次抽取：{low}—{high}", "over the draws: {low} to {high}")
    loss = spread(run.loss, "cny", origin, ("low", "mid", "high"))
    low, high = run.output.low[darkest], run.output.high[darkest]
    never = Text("冲击之外没有企业停产", "nobody else stops")
    return [
        m.KeyFigure(
            label=Text("损失的增加值", "Value added lost"),
            quantity=loss["mid"],
            note=num.Prose(span, {"low": loss["low"], "high": loss["high"]}),
        ),
        m.KeyFigure(
            label=Text("日产出最低", "Lowest daily output"),
            quantity=num.Quantity(run.output.mid[darkest] * 100, "pct", origin),
            note=num.Prose(
                span,
                {
                    "low": num.Quantity(low * 100, "pct", origin),
                    "high": num.Quantity(high * 100, "pct", origin),
                },
            ),
        ),
        m.KeyFigure(
            label=Text("冲击打到", "Hit by the shock"),
            quantity=num.Quantity(run.failing, "enterprises", origin),
            note=num.Prose(Text("合成企业或外地来源", "made-up firms or sources elsewhere")),
        ),
        m.KeyFigure(
            label=Text("波及停产", "Others that stop"),
            quantity=num.Quantity(run.stopped, "enterprises", origin),
            note=num.Prose(Text(f"最早在第{run.first_stop}天", f"the first on day {run.first_stop}"))
            if run.first_stop is not None
            else num.Prose(never),
        ),
    ]


def _dimmed(figure: fig.ShockDays, origin: str) -> num.Prose:
    """The day that is shown, in a sentence."""
    day, total = figure.day, figure.total
    return num.Prose(
        Text(
            f"第{day}天，全部工业的产出是平日的{{total}}（{{low}}—{{high}}）。",
            f"On day {day} all industry makes {{total}} of the usual ({{low}} to {{high}}).",
        ),
        {
            "total": num.Quantity(total.mid[day], "pct", origin),
            "low": num.Quantity(total.low[day], "pct", origin),
            "high": num.Quantity(total.high[day], "pct", origin),
        },
    )


def _remedies(
    desk: Desk, reader: Reader, groups: Groups, wanted: Scenario, title: Text
) -> tuple[tuple[Remedy, ...] | None, Earlier | None]:
    """Kept remedies of a scenario on however many networks, the largest saving first, None where there are none; and the
    earlier version of the program that computed them, if one did."""
    for entry in runs.latest(desk.store, reader, "risk.remedy", earlier=True):
        given = scenario.read(entry.params["scenario"])
        if same(given, wanted, draws=False):
            table = desk.store.run(entry.run_id).table("remedies")
            found = remedy.by_saving(remedy.summarise(groups, given, title, table))
            return found, runs.made_earlier([entry])
    return None, None
