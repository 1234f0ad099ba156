"""Single points of failure, and safety of a firm or node; attached by :mod:`lianzhang.cli.risk`."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from lianzhang.cli._common import emit_json, lang, note, progress, say, settings, table
from lianzhang.cli.risk_pack import RECONSTRUCTED
from lianzhang.cli.risk_shock import SHOWN, span
from lianzhang.i18n import Text

if TYPE_CHECKING:
    from lianzhang.app.risk.points import PointNode
    from lianzhang.app.risk.safety import FirmSafety, Safety, Tie
    from lianzhang.app.risk.substitutes import Substitute


def points(cluster: str | None = None, *, draws: int = 3, json: bool = False) -> None:
    """Single points of failure of a cluster: firms and nodes whose failure alone costs its other firms at least 1 %.

    Every failure is computed anew on several reconstructed networks.

    Parameters
    ----------
    cluster
        Id or name of a cluster; the first one by default.
    draws
        Networks for the band of uncertainty.
    json
        Print JSON.
    """
    from lianzhang.app.risk.points import grades_of, single_points
    from lianzhang.app.risk.runs import open_risk

    with (
        open_risk(settings()) as region,
        progress(Text("逐家停产", "Failing firms one by one"), total=1.0) as show,
    ):
        grades = grades_of(region.reader, region.region_id, datetime.now(UTC).date())
        found = single_points(region, cluster, draws, lambda done, whole: show(done / whole), grades)
    if json:
        emit_json(found)
        return
    language = lang()
    say(
        Text(
            f"{found.name.zh}：逐家试停 {found.failed} 家合成企业（含外地来货）",
            f"{found.name.en}: {found.failed} made-up firms (and sources of inflow) failed one by one",
        )
    )
    yes = Text("单点", "single point").get(language)
    table(
        Text("企业：停产使集群其余企业减产", "Firms: what their failure costs the cluster's other firms"),
        [
            Text("合成企业", "Made-up firm"),
            Text("减产", "Output lost"),
            Text("各次抽取", "Over draws"),
            Text("", ""),
        ],
        [
            (f.name.get(language), f"{f.loss.mid:.2%}", span(f.loss), yes if f.single else "")
            for f in found.firms
        ],
    )
    by_sectors: dict[tuple[Text, ...], list[PointNode]] = {}
    for n in found.nodes:
        if n.level not in ("assembly", "component"):
            continue
        by_sectors.setdefault(n.sectors, []).append(n)
    table(
        Text("链节点，按所属部门合并", "Chain nodes, together by the sectors they lie in"),
        [
            Text("节点", "Nodes"),
            Text("所属部门", "Sectors"),
            Text("最大一家停产", "Largest firm fails"),
            Text("来货中断", "Inflow ends"),
            Text("本地全停", "All made here fails"),
            Text("", ""),
        ],
        [
            (
                _together(nodes),
                Text("、".join(s.zh for s in sectors), ", ".join(s.en for s in sectors)).get(language),
                *(
                    f"{b.mid:.1%}" if b else None
                    for b in (nodes[0].largest_loss, nodes[0].inflow_loss, nodes[0].loss)
                ),
                yes if nodes[0].single else "",
            )
            for sectors, nodes in list(by_sectors.items())[:SHOWN]
        ],
    )
    note(RECONSTRUCTED)


def _together(nodes: list[PointNode]) -> str:
    """The first names, those with one maker first, and how many more there are."""
    ordered = sorted(nodes, key=lambda n: n.grade != "one")
    names = [
        n.name.get(lang()) + (Text("（仅一家）", " (one maker)").get(lang()) if n.grade == "one" else "")
        for n in ordered
    ]
    more = len(names) - 3
    shown = "、".join(names[:3]) if lang() == "zh" else ", ".join(names[:3])
    return shown + (Text(f"等 {len(names)} 个", f" and {more} more").get(lang()) if more > 0 else "")


def safety(
    name: str,
    *,
    kind: Literal["node", "firm", "sector"] | None = None,
    edges: Path | None = None,
    sectors: Path | None = None,
    types: Path | None = None,
    as_of: str | None = None,
    json: bool = False,
) -> None:
    """Who depends on a firm or node, on whom it depends, what its failure costs, and what would replace it.

    On a loaded region from its reconstructed networks, register and chain; with an edge list from the links themselves.

    Parameters
    ----------
    name
        Id or name of a node, a sector or a registered firm; with an edge list a firm of it.
    kind
        What it is; by default the first that bears the name: a node, a firm, a sector.
    edges
        Instead of a region: supplier, buyer, yearly sales, with --sectors and --types as for risk rank.
    sectors
        Sector number of firm 1, 2, … (one column), or firm and sector.
    types
        Matrix of input types, as for risk rank.
    as_of
        Evidence of makers after this day is not used; today by default.
    json
        Print JSON.
    """
    from lianzhang.app.risk.runs import open_risk
    from lianzhang.app.risk.safety import safety_of
    from lianzhang.app.risk.targets import kind_of
    from lianzhang.errors import UsageError

    if edges is not None or sectors is not None or types is not None:
        if edges is None or sectors is None or types is None:
            raise UsageError(
                Text("--edges、--sectors、--types 须一起给出", "--edges, --sectors and --types go together")
            )
        _list_safety(name, edges, sectors, types, json)
        return
    day = date.fromisoformat(as_of) if as_of else datetime.now(UTC).date()
    with open_risk(settings()) as region:
        found = safety_of(region, kind or kind_of(region.reader, region.groups, name), name, day)
    if json:
        emit_json(found)
        return
    _print_safety(found)
    note(RECONSTRUCTED)


def _list_safety(name: str, edges: Path, sectors: Path, types: Path, json: bool) -> None:
    from lianzhang.app.risk.safety import safety_in
    from lianzhang.risk.network import read_network

    found = safety_in(read_network(edges, sectors, types, self_loops="drop"), name)
    if json:
        emit_json(found)
        return
    _print_list_safety(found)


def _print_safety(found: Safety) -> None:
    from lianzhang.report.format import money

    where = f"（{found.district.zh}）" if found.district else ""
    stands = (
        Text("合成企业代替", "made-up firms stand in") if found.stands_in else Text("所属部门", "its sectors")
    )
    say(
        Text(
            f"{found.name.zh}{where}，{stands.zh}：{'、'.join(s.zh for s in found.sectors)}；一年产出 "
            f"{money(found.output_cny.mid, 'zh')}，{found.to_final:.0%} 卖给最终用户",
            f"{found.name.en}{f' ({found.district.en})' if found.district else ''}, {stands.en}: "
            f"{', '.join(s.en for s in found.sectors)}; makes {money(found.output_cny.mid, 'en')} a year, "
            f"{found.to_final:.0%} for final users",
        )
    )
    say(
        Text(
            f"它停产，全网产出减少 {found.esri.mid:.2%}（{span(found.esri)}）",
            f"if it fails, {found.esri.mid:.2%} of all output is lost ({span(found.esri)})",
        )
    )
    if found.stock_days is not None:
        d = found.stock_days
        say(
            Text(
                f"关键投入断供后，库存可用约 {d.mid:.0f} 天（{d.low:.0f}–{d.high:.0f}；库存为假定）",
                f"without an essential input its stocks last about {d.mid:.0f} days ({d.low:.0f} to {d.high:.0f}; stocks "
                "are assumed)",
            )
        )
    _print_ties(Text("它依赖谁", "On whom it depends"), found.suppliers)
    _print_ties(Text("谁依赖它", "Who depends on it"), found.buyers)
    _print_firms_found(Text("本地可替代者", "Substitutes at home"), found.substitutes.at_home)
    _print_firms_found(Text("外地可替代者", "Substitutes elsewhere"), found.substitutes.elsewhere)


def _print_ties(title: Text, ties: tuple[Tie, ...]) -> None:
    from lianzhang.report.format import money

    if not ties:
        return
    language = lang()
    yes, no = Text("是", "yes").get(language), Text("否", "no").get(language)
    table(
        title,
        [
            Text("部门·区县", "Sector · district"),
            Text("一年金额", "A year"),
            Text("占比", "Share"),
            Text("出现的抽取", "In so many draws"),
            Text("缺了就停", "Essential"),
        ],
        [
            (
                t.name.get(language),
                money(t.value_cny.mid, language),
                f"{t.share:.1%}",
                f"{t.seen:.0%}",
                yes if t.essential else no,
            )
            for t in ties
        ],
    )


def _print_firms_found(title: Text, firms: tuple[Substitute, ...]) -> None:
    if firms:
        table(
            title,
            [Text("企业", "Firm"), Text("地区", "Region"), Text("依据", "Because")],
            [
                (s.name.get(lang()), s.region.get(lang()) if s.region else None, s.why.get(lang()))
                for s in firms
            ],
        )


def _print_list_safety(found: FirmSafety) -> None:
    language = lang()
    yes, no = Text("是", "yes").get(language), Text("否", "no").get(language)
    say(
        Text(
            f"{found.firm}：停产使全网产出减少 {found.esri:.4%}（下游 {found.downstream:.4%}，上游 {found.upstream:.4%}）；"
            f"同部门另有 {found.same_sector:,} 家",
            f"{found.firm}: its failure costs {found.esri:.4%} of all output (downstream {found.downstream:.4%}, upstream "
            f"{found.upstream:.4%}); {found.same_sector:,} other firms in its sector",
        )
    )
    for title, ties in (
        (Text("它依赖谁", "On whom it depends"), found.suppliers),
        (Text("谁依赖它", "Who depends on it"), found.buyers),
    ):
        if ties:
            table(
                title,
                [
                    Text("企业", "Firm"),
                    Text("部门", "Sector"),
                    Text("一年金额", "A year"),
                    Text("占比", "Share"),
                    Text("缺了就停", "Essential"),
                    Text("买方的其他同类供应商", "Buyer's other suppliers of the kind"),
                ],
                [
                    (
                        t.firm,
                        t.sector,
                        f"{t.sales:,.0f}",
                        f"{t.share:.1%}",
                        yes if t.essential else no,
                        t.others,
                    )
                    for t in ties
                ],
            )
