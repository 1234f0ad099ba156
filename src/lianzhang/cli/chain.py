"""``lianzhang chain``."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import App

from lianzhang.cli._common import at_least, emit_json, lang, say, settings, table
from lianzhang.i18n import Text

if TYPE_CHECKING:
    from lianzhang.chain.model import RateResult
    from lianzhang.chain.service import Candidate, Rate

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
    from lianzhang.schema.period import parse_period

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
                _some([k.name for k in n.local_makers]).get(language),
                _status(n.status).get(language),
            )
            for n in found.nodes
            if n.kind in ("assembly", "component")
        ],
    )
    history = [
        k.evidence_date
        for n in found.nodes
        for k in n.makers
        if k.local and not k.current and k.evidence_date and parse_period(k.evidence_date).end < found.as_of
    ]
    if history:
        newest = parse_period(max(history))
        say(
            Text(
                f"登记记录 {len(history)} 条截至{newest.label('zh')}，是历史，不计入等级；当时的情况见 "
                f"--as-of {newest.end}",
                f"{len(history)} records of registers that ended by {newest.label('en')} are history and grade nothing; "
                f"--as-of {newest.end} shows that time",
            )
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


@app.command
def gaps(
    *,
    taxonomy: str | None = None,
    level: Literal["component", "assembly"] = "component",
    weights: tuple[float, float, float] = (1.0, 1.0, 1.0),
    as_of: str | None = None,
    json: bool = False,
) -> None:
    """Rank what is missing or has one source: value at stake, exposure, feasibility, each shown.

    Parameters
    ----------
    taxonomy
        Id of a chain taxonomy; the main one by default.
    level
        Components, or assemblies (which is as far down as the classes of a register reach).
    weights
        Exponents of value, exposure and feasibility; 0 leaves a factor out.
    as_of
        Evidence after this day is not used; today by default.
    json
        Print JSON instead of tables.
    """
    from lianzhang.app.chain import chain_gaps, risks_of_nodes
    from lianzhang.cli.chain_gaps import show_gaps

    found = chain_gaps(settings(), _day(as_of), taxonomy, weights, level)
    risks = risks_of_nodes(settings())
    if json:
        emit_json({name: getattr(found, name) for name in found.__slots__} | {"output_at_risk": risks})
        return
    show_gaps(found, risks)


@app.command
def rates(
    *,
    taxonomy: str | None = None,
    heterogeneity: float | None = None,
    as_of: str | None = None,
    json: bool = False,
) -> None:
    """Show the local supporting rate under each definition side by side.

    Parameters
    ----------
    taxonomy
        Id of a chain taxonomy; the main one by default.
    heterogeneity
        Product heterogeneity h, from 0 to 1, of the cross-hauling adjusted definition.
    as_of
        Evidence after this day is not used; today by default.
    json
        Print JSON instead of a table.
    """
    from lianzhang.app.chain import chain_rates

    found = chain_rates(settings(), _day(as_of), taxonomy, heterogeneity)
    if json:
        emit_json(found)
        return
    language = lang()
    table(
        Text("本地配套率", "Local supporting rate"),
        [
            Text("定义", "Definition"),
            Text("至少", "At least"),
            Text("至多", "At most"),
            Text("说明", "Remark"),
        ],
        [(r.name.get(language), *_bounds(r.result), _remark(r).get(language)) for r in found],
    )


@app.command
def owners(*, taxonomy: str | None = None, as_of: str | None = None, json: bool = False) -> None:
    """Show the chain owner, the groups that together make half, the other makers, the suppliers (1+10+1000).

    Parameters
    ----------
    taxonomy
        Id of a chain taxonomy; the main one by default.
    as_of
        Evidence after this day is not used; today by default.
    json
        Print JSON instead of text.
    """
    from lianzhang.app.chain import chain_owners
    from lianzhang.report.format import listing

    found = chain_owners(settings(), _day(as_of), taxonomy)
    if json:
        emit_json(found)
        return
    language = lang()
    if found.because:
        say(found.because)
    lines = (
        (Text("链主", "Owner"), [found.owner] if found.owner else []),
        (Text("合计过半的集团", "Groups that make half"), list(found.leaders)),
        (Text("其他整机集团", "Other makers"), list(found.others)),
    )
    for label, names in lines:
        if names:
            say(f"{label.get(language)}: {listing([n.get(language) for n in names], language)}")
    say(Text(f"有记录的本地供应企业：{found.suppliers} 家", f"Local suppliers on record: {found.suppliers}"))


@app.command
def candidates(
    node: str | None = None,
    /,
    *,
    taxonomy: str | None = None,
    level: Literal["component", "assembly"] = "component",
    most: Annotated[int | None, at_least(1, "--most")] = None,
    terms: Path | None = None,
    broad: bool = False,
    as_of: str | None = None,
    json: bool = False,
) -> None:
    """List firms elsewhere for a node, or for every gap, with why.

    The surest come first: firms on record as making it, firms with a product that names it (`firms import` reads lists
    of products), firms with a product of the same assembly, firms whose name says so, firms of its sector, firms of the
    same division (for every gap only with `--broad`).

    Parameters
    ----------
    node
        Id of the node or its name in either language; every gap, the most pressing first, if left out.
    taxonomy
        Id of a chain taxonomy; the main one by default.
    level
        Which gaps, if no node is named: components or assemblies.
    most
        How many firms: 20 for one node, 5 for each gap by default.
    terms
        Table of words that name the nodes in lists of products, in place of the bundled one.
    broad
        Also list, for every gap, firms of which only the division is known.
    as_of
        Evidence after this day is not used; today by default.
    json
        Print JSON instead of a table.
    """
    from lianzhang.app.chain import gap_candidates, node_candidates

    heads = [Text("企业", "Firm"), Text("所在地", "Place"), Text("上市", "Listed"), Text("理由", "Why")]
    language = lang()

    def cells(listed: tuple[Candidate, ...]) -> list[tuple[object, ...]]:
        return [
            (
                c.name.get(language),
                c.region.get(language) if c.region else None,
                c.listed,
                c.why.get(language),
            )
            for c in listed
        ]

    if node is not None:
        found = node_candidates(settings(), _day(as_of), taxonomy, node, most or 20, terms)
        if json:
            emit_json(found)
            return
        table(Text("候选企业", "Candidates"), heads, cells(found))
        return
    every = gap_candidates(settings(), _day(as_of), taxonomy, level, most or 5, terms, broad)
    if json:
        emit_json(every)
        return
    table(
        Text("每个缺口的候选企业", "Candidates for every gap"),
        [Text("节点", "Node"), *heads],
        [(n.name.get(language), *row) for n in every for row in cells(n.candidates)],
    )
    alone = [n.name for n in every if not n.candidates]
    if alone:
        say(
            Text(
                "没有可用的候选：" + "、".join(t.zh for t in alone),
                "no usable candidate for: " + ", ".join(t.en for t in alone),
            )
        )
        say(
            Text(
                "导入企业产品清单（lianzhang firms import 产品清单.csv）可按产品找；--broad 列出只同属大类的企业",
                "import a list of firms’ products (lianzhang firms import products.csv) to search by product; --broad lists "
                "firms of the same division",
            )
        )


def _some(names: list[Text], most: int = 3) -> Text:
    """The first names, and how many more there are."""
    more = len(names) - most
    shown = Text("、".join(n.zh for n in names[:most]), ", ".join(n.en for n in names[:most]))
    return shown if more <= 0 else Text(f"{shown.zh}等 {len(names)} 家", f"{shown.en} and {more} more")


def _bounds(result: RateResult) -> tuple[str | None, str | None]:
    from lianzhang.chain.model import SupportingRate

    if not isinstance(result, SupportingRate):
        return None, None
    return f"{result.lower:.1%}", f"{result.upper:.1%}"


def _remark(rate: Rate) -> Text:
    from lianzhang.chain.model import NotComputable

    if isinstance(rate.result, NotComputable):
        zh = "；".join(t.zh for t in rate.result.reasons)
        en = "; ".join(t.en for t in rate.result.reasons)
        return Text(f"无法计算：{zh}", f"not computable: {en}")
    return rate.about


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
