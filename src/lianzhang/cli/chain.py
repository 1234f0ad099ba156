"""``lianzhang chain``."""

from __future__ import annotations

from datetime import date

from cyclopts import App

from lianzhang.cli._common import emit_json, lang, say, settings, table
from lianzhang.i18n import Text

app = App(name="chain", help="Clusters and chains.")


@app.command
def clusters(*, taxonomy: str | None = None, json: bool = False) -> None:
    """Show the cluster system: enterprises counted once, latest figures, distance to the level.

    Parameters
    ----------
    taxonomy
        Id of a cluster taxonomy; the main one by default.
    json
        Print JSON instead of a table.
    """
    from lianzhang.app.session import open_region
    from lianzhang.app.state import region_head
    from lianzhang.app.tables import cluster_tables
    from lianzhang.chain.service import cluster_system
    from lianzhang.errors import NotComputableError
    from lianzhang.places.service import specialisation
    from lianzhang.report.format import money

    with open_region(settings()) as reader:
        try:
            counts = specialisation(reader)
        except NotComputableError:
            counts = None
        system = cluster_system(reader, region_head(reader).region_id, counts, taxonomy)
    if json:
        emit_json({name: rows.to_pylist() for name, rows in cluster_tables(system).items()})
        return
    language = lang()
    rows = []
    for tier in system.tiers:
        for c in tier.clusters:
            latest = c.latest
            rows.append(
                (
                    tier.name.get(language),
                    c.name.get(language),
                    _range(c.enterprises.lower, c.enterprises.upper),
                    money(c.level_cny, language) if c.level_cny else None,
                    f"{money(latest.value_cny, language)} ({latest.period.label(language)})"
                    if latest
                    else None,
                    f"{latest.attained:.0%}" if latest and latest.attained is not None else None,
                    c.because.get(language) if c.because else "",
                )
            )
    table(
        system.name,
        [
            Text("梯队", "Tier"),
            Text("集群", "Cluster"),
            Text("企业数", "Enterprises"),
            Text("能级", "Level"),
            Text("最新", "Latest"),
            Text("达到", "Attained"),
            Text("说明", "Remark"),
        ],
        rows,
    )
    total = _range(system.enterprises.lower, system.enterprises.upper)
    if total:
        say(Text(f"合计（每家一次）：{total} 家", f"Total, each once: {total} enterprises"))


@app.command(name="map")
def map_(*, taxonomy: str | None = None, as_of: str | None = None, json: bool = False) -> None:
    """Show the nodes of the chain with their grade and local makers.

    Parameters
    ----------
    taxonomy
        Id of a chain taxonomy; the main one by default.
    as_of
        Evidence after this day is not used; today by default.
    json
        Print JSON instead of a table.
    """
    from lianzhang.app.report.chain import GRADE_TEXT
    from lianzhang.app.session import open_region
    from lianzhang.app.state import region_head
    from lianzhang.app.tables import chain_tables
    from lianzhang.chain.service import chain_map

    with open_region(settings()) as reader:
        found = chain_map(reader, region_head(reader).region_id, _day(as_of), taxonomy)
    if json:
        emit_json({name: rows.to_pylist() for name, rows in chain_tables(found).items()})
        return
    language = lang()
    names = {n.node_id: n.name.get(language) for n in found.nodes}
    table(
        found.name,
        [
            Text("所属", "Part of"),
            Text("节点", "Node"),
            Text("等级", "Grade"),
            Text("本地厂家", "Local makers"),
            Text("节点来历", "Node is"),
        ],
        [
            (
                names.get(n.parent_id or ""),
                names[n.node_id],
                GRADE_TEXT[n.grade].get(language),
                "、".join(k.name.get(language) for k in n.local_makers),
                _status(n.status).get(language),
            )
            for n in found.nodes
            if n.kind in ("assembly", "component")
        ],
    )


@app.command(name="io")
def io_(*, table_id: str | None = None, most: int = 42, json: bool = False) -> None:
    """Show multipliers, linkages, net inflow and extraction from the input–output table.

    Parameters
    ----------
    table_id
        Which table; the main one by default.
    most
        How many sectors, largest net inflow first.
    json
        Print JSON instead of a table.
    """
    from lianzhang.app.session import open_region
    from lianzhang.app.tables import accounts_tables
    from lianzhang.chain.service import regional_accounts
    from lianzhang.report.format import money

    with open_region(settings()) as reader:
        found = regional_accounts(reader, table_id)
    if json:
        emit_json(accounts_tables(found)["sectors"].to_pylist())
        return
    language = lang()
    table(
        found.head.name,
        [
            Text("部门", "Sector"),
            Text("净流入", "Net inflow"),
            Text("占本地需求", "Of demand"),
            Text("本地乘数", "Local multiplier"),
            Text("后向联系", "Backward"),
            Text("前向联系", "Forward"),
            Text("抽取损失", "If extracted"),
        ],
        [
            (
                found.sectors[i].get(language),
                money(float(found.weak.net_inflow[i]), language),
                f"{found.weak.inflow_share[i]:.0%}",
                f"{found.local.output[i]:.2f}",
                f"{found.linked.backward_index[i]:.2f}",
                f"{found.linked.forward_index[i]:.2f}",
                f"{found.extraction.share[i]:.1%}",
            )
            for i in (int(k) for k in found.weak.order[:most])
        ],
    )


def _range(low: int | None, high: int | None) -> str | None:
    if low is None or high is None:
        return None
    return f"{low:,}" if low == high else f"{low:,}–{high:,}"


def _status(word: str) -> Text:
    from lianzhang.report.words import STATUS

    return STATUS[word]  # type: ignore[index]


def _day(text: str | None) -> date:
    from lianzhang.schema.period import parse_period

    return parse_period(text).end if text else date.today()  # noqa: DTZ011 - the user's own day
