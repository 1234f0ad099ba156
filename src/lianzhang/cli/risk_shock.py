"""Scenarios on a loaded region; attached by :mod:`lianzhang.cli.risk`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from lianzhang.cli._common import emit_json, lang, note, progress, say, settings, table
from lianzhang.cli.risk_pack import RECONSTRUCTED, By
from lianzhang.i18n import Text

if TYPE_CHECKING:
    from lianzhang.app.risk.groups import GroupRisk
    from lianzhang.app.risk.outcome import Band, GroupPath, ShockRun
    from lianzhang.app.risk.scenario import Kind, Scenario, Who

#: Rows that are printed.
SHOWN = 15
#: Name of a scenario that the options name, until it is called after who fails.
UNNAMED = "-"

_BY: dict[str, tuple[Kind, Text]] = {
    "sector": ("sector", Text("部门", "Sector")),
    "district": ("region", Text("区县", "District")),
    "cluster": ("cluster", Text("集群", "Cluster")),
    "node": ("node", Text("链节点", "Chain node")),
}


def targets_of(
    firm: Iterable[str] | None,
    node: Iterable[str] | None,
    district: Iterable[str] | None,
    sector: Iterable[str] | None,
    cluster: Iterable[str] | None,
    inflow: Iterable[str] | None,
    largest: Iterable[str] | None,
) -> tuple[Who, ...]:
    """Who fails, as the options name them; ``largest`` is written SECTOR=FIRMS.

    Raises:
        UsageError: ``largest`` has no number.
    """
    from lianzhang.app.risk.scenario import Who
    from lianzhang.errors import UsageError

    named: tuple[tuple[Kind, Iterable[str] | None], ...] = (
        ("firm", firm),
        ("node", node),
        ("region", district),
        ("sector", sector),
        ("cluster", cluster),
        ("inflow", inflow),
    )
    found = [Who(kind, name) for kind, names in named for name in names or ()]
    for text in largest or ():
        where, _, number = text.rpartition("=")
        if not where or not number.isdigit():
            raise UsageError(
                Text(
                    f"--largest 写作 部门=家数，而不是 {text}",
                    f"--largest is written SECTOR=FIRMS, not {text}",
                )
            )
        found.append(Who("largest", where, int(number)))
    return tuple(found)


def read_region_scenario(path: Path) -> Scenario:
    """A scenario of a region from TOML or JSON; the file's name is its name where it states none.

    Raises:
        FileFormatError: it is neither.
        InputError: a value is missing or out of range.
    """
    import json
    import tomllib

    from lianzhang.app.risk.scenario import read
    from lianzhang.errors import FileFormatError

    try:
        raw = path.read_bytes()
        data = json.loads(raw) if path.suffix.lower() == ".json" else tomllib.loads(raw.decode("utf-8"))
        if not isinstance(data, dict):
            raise ValueError
    except FileNotFoundError:
        raise FileFormatError(Text(f"{path.name} 不存在", f"{path.name} does not exist")) from None
    except ValueError:
        raise FileFormatError(
            Text(f"{path.name} 既不是 TOML 也不是 JSON 的表", f"{path.name} is no table in TOML or JSON")
        ) from None
    return read({"name": path.stem, **data})


def region_shock(wanted: Scenario, by: By, out: Path | None, json: bool) -> None:
    """Run a scenario on the networks of the loaded region."""
    from lianzhang.app.risk import shocks
    from lianzhang.app.risk.runs import open_risk
    from lianzhang.app.risk.targets import name_of

    with (
        open_risk(settings()) as region,
        progress(Text("逐日模拟", "Day by day"), total=1.0) as show,
    ):
        if wanted.name == UNNAMED:
            names = [name_of(region.reader, region.groups, w) for w in wanted.who]
            wanted = replace(wanted, name=", ".join(n.get(lang()) for n in names)[:200])
        found = shocks.run_scenario(region, wanted, lambda done, whole: show(done / whole))
    if out is not None:
        write_shock(found, out)
    if json:
        emit_json(found)
        return
    print_shock(found, by)
    if out is not None:
        say(Text(f"已写入 {out}", f"written to {out}"))
    note(RECONSTRUCTED)


def write_shock(found: ShockRun, folder: Path) -> None:
    """Write daily.csv and a table for each level; each file appears whole or not at all."""
    import csv

    folder.mkdir(parents=True, exist_ok=True)

    def put(name: str, header: list[str], rows: Iterable[list[object]]) -> None:
        draft = folder / f"{name}.csv.tmp"
        with draft.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(header)
            writer.writerows(rows)
        draft.replace(folder / f"{name}.csv")

    bands = [f"{m}_{b}" for m in ("output", "value_added") for b in ("low", "median", "high")]
    paths = [p for whole in (found.output, found.value_added) for p in (whole.low, whole.mid, whole.high)]
    put("daily", ["day", *bands], ([day, *(p[day] for p in paths)] for day in range(found.days)))
    for name, (kind, _) in _BY.items():
        put(
            f"{name}s",
            [
                "id", "name_zh", "name_en", "wider", "lowest_output", "first_hit_day", "first_stopped_day",
                "firms", "stopped", "value_added_lost_cny", *(f"day_{d}" for d in range(found.days)),
            ],
            (
                [
                    g.id, g.name.zh, g.name.en, g.wider, g.lowest.mid if g.lowest else None, g.first_hit,
                    g.first_stopped, g.firms, g.stopped, g.loss.mid if g.loss else None, *(g.path or ()),
                ]
                for g in found.of(kind)
            ),
        )  # fmt: skip


def print_shock(found: ShockRun, by: By, *, head: bool = True) -> None:
    """A scenario's result in a sentence and a table."""
    if head:
        _print_head(found)
    if by == "firm":
        _print_firms(found)
        return
    _print_groups(found, by)


def _print_head(found: ShockRun) -> None:
    from lianzhang.report.format import money

    language = lang()
    low, mid, high = (money(v, language) for v in (found.loss.low, found.loss.mid, found.loss.high))
    lowest = min(found.output.mid)
    since = found.first_stop
    brought = all(w.kind == "inflow" for w in found.scenario.who)
    say(
        Text(
            f"{found.title.zh}：{found.days} 天内损失增加值 {mid}（{low}–{high}），日产出最低 {lowest:.1%}，"
            f"受冲击 {found.failing:,.0f} {'个外地来源' if brought else '家'}，"
            + (f"另有 {found.stopped:,.0f} 家停产" if found.stopped else "没有波及停产的企业")
            + (f"，第 {since} 天起" if since is not None else ""),
            f"{found.title.en}: {mid} of value added lost in {found.days} days ({low} to {high}), daily output down to "
            f"{lowest:.1%}, {_count(found.failing, 'source of inflow' if brought else 'firm')} hit, "
            + (f"{_count(found.stopped, 'other firm')} stopped" if found.stopped else "no other firm stops")
            + (f", from day {since}" if since is not None else ""),
        )
    )
    if found.stand_ins:
        note(
            Text(
                "所点名的企业由同部门同区县最大的合成企业代替",
                "the largest made-up firm of its sector and district stands in for each firm that was named",
            )
        )


def _count(number: float, what: str) -> str:
    first, _, rest = what.partition(" of ")
    return f"{number:,.0f} {first}{'' if number == 1 else 's'}{f' of {rest}' if rest else ''}"


def _print_groups(found: ShockRun, by: By) -> None:
    kind, title = _BY[by]
    hit = [g for g in found.of(kind) if g.lowest is not None and g.lowest.mid < 0.99]
    if not hit:
        say(Text("没有一个受影响超过 1%", "none is hit by more than 1 %"))
        return
    table(
        Text(f"受影响最大的{title.zh}", f"Hit most, by {title.en.lower()}"),
        [
            title,
            Text("日产出最低", "Lowest daily output"),
            Text("各次抽取", "Over draws"),
            Text("首次受影响", "First hit on day"),
            Text("首次停产", "First stop on day"),
            Text("停产企业", "Firms stopped"),
            Text("损失增加值", "Value added lost"),
        ],
        [_group_row(g) for g in sorted(hit, key=lambda g: g.lowest.mid if g.lowest else 1.0)[:SHOWN]],
    )
    if any(g.wider for g in hit):
        note(
            Text(
                "节点与集群按其所属部门读；部门比它宽时不列金额",
                "nodes and clusters are read by the sectors they lie in; no money is told where these are wider",
            )
        )


def _group_row(g: GroupPath) -> tuple[object, ...]:
    from lianzhang.report.format import money

    assert g.lowest is not None
    return (
        g.name.get(lang()),
        f"{g.lowest.mid:.1%}",
        span(g.lowest, 1),
        g.first_hit,
        g.first_stopped,
        f"{g.stopped:,.0f}",
        money(g.loss.mid, lang()) if g.loss else None,
    )


def _print_firms(found: ShockRun) -> None:
    from lianzhang.report.format import money

    table(
        Text("损失最大的合成企业（第一次抽取）", "Made-up firms that lose most (first network)"),
        [
            Text("合成企业", "Made-up firm"),
            Text("损失产出", "Output lost"),
            Text("日产出最低", "Lowest daily output"),
            Text("停产日", "Stops on day"),
            Text("受冲击", "Hit by the shock"),
        ],
        [
            (
                f.name.get(lang()),
                money(f.loss_cny, lang()),
                f"{f.lowest:.1%}",
                f.first_stopped,
                (Text("是", "yes") if f.failing else Text("否", "no")).get(lang()),
            )
            for f in found.firms[:SHOWN]
        ],
    )


def region_explain(wanted: Scenario, top: int, json: bool) -> None:
    """The index of a scenario on the networks of the loaded region, and whom it reaches."""
    from lianzhang.app.risk.groups import explain
    from lianzhang.app.risk.runs import open_risk

    with open_risk(settings()) as region:
        found = explain(region, wanted, top)
    if json:
        emit_json(found)
        return
    say(
        Text(
            f"{found.failing:,.0f} 家失去 {wanted.depth:.0%} 产能：产出损失 {found.esri.mid:.2%}（{span(found.esri)}），"
            f"下游 {found.downstream.mid:.2%}，上游 {found.upstream.mid:.2%}，波及 {found.reached:,.0f} 家",
            f"{found.failing:,.0f} firms lose {wanted.depth:.0%} of their capacity: {found.esri.mid:.2%} of output lost "
            f"({span(found.esri)}), downstream {found.downstream.mid:.2%}, upstream {found.upstream.mid:.2%}, "
            f"{found.reached:,.0f} firms reached",
        )
    )
    table(
        Text("受影响最大的合成企业（第一次抽取）", "Most affected made-up firms (first network)"),
        [
            Text("合成企业", "Made-up firm"),
            Text("自身损失", "Own loss"),
            Text("占总产出", "Of all output"),
            Text("路径", "Path"),
        ],
        [
            (
                a.name.get(lang()),
                f"{a.loss:.1%}",
                f"{a.output_share:.3%}",
                " → ".join(p.get(lang()) for p in a.path),
            )
            for a in found.affected
        ],
    )
    note(RECONSTRUCTED)


def region_groups(by: Literal["sector", "district", "cluster", "node"], draws: int, json: bool) -> None:
    """Fail every group of a kind as a whole."""
    from lianzhang.app.risk.groups import group_ranks
    from lianzhang.app.risk.runs import open_risk

    kind, title = _BY[by]
    with (
        open_risk(settings()) as region,
        progress(Text("整组停产", "Failing whole groups"), total=1.0) as show,
    ):
        found = group_ranks(region, kind, draws, lambda done, whole: show(done / whole))
    if json:
        emit_json({"status": "reconstructed", "by": by, "draws": draws, "groups": found})
        return
    table(
        Text(f"整组停产的损失，按{title.zh}", f"If all of it failed at once, by {title.en.lower()}"),
        [
            title,
            Text("企业", "Firms"),
            Text("产出损失", "Output lost"),
            Text("各次抽取", "Over draws"),
            Text("下游", "Downstream"),
            Text("上游", "Upstream"),
        ],
        [
            (
                _names(mine),
                f"{mine[0].firms:,.0f}",
                f"{mine[0].esri.mid:.2%}",
                span(mine[0].esri),
                f"{mine[0].downstream.mid:.2%}",
                f"{mine[0].upstream.mid:.2%}",
            )
            for mine in _same(found)[: SHOWN * 2]
        ],
    )
    note(RECONSTRUCTED)


def _same(found: tuple[GroupRisk, ...]) -> list[list[GroupRisk]]:
    """Nodes and clusters that lie in the same sectors together."""
    rows: dict[tuple[object, ...], list[GroupRisk]] = {}
    for g in found:
        rows.setdefault((g.firms, g.esri, g.downstream, g.upstream), []).append(g)
    return list(rows.values())


def _names(groups: list[GroupRisk]) -> str:
    names = [g.name.get(lang()) for g in groups[:3]]
    shown = ("、" if lang() == "zh" else ", ").join(names)
    more = len(groups) - len(names)
    return shown + (Text(f"等 {len(groups)} 个", f" and {more} more").get(lang()) if more else "")


def span(b: Band, digits: int = 2) -> str:
    """A band as shares in percent."""
    return f"{b.low:.{digits}%}–{b.high:.{digits}%}"


def with_draws(wanted: Scenario, draws: int | None) -> Scenario:
    """The scenario on so many networks, where a number is given."""
    return wanted if draws is None else replace(wanted, draws=draws)
