"""Report section: the cluster system against its levels."""

from __future__ import annotations

from lianzhang.app.report.provenance import Provenance, counted
from lianzhang.chain.service import Cluster, ClusterSystem, Tier
from lianzhang.chain.service.clusters import Count, LevelReading
from lianzhang.i18n import Text
from lianzhang.report import figures as fig
from lianzhang.report import model as m
from lianzhang.report import values as num
from lianzhang.report.format import both, money

_CONCEPT = {
    "output_value": Text("产值", "output value"),
    "revenue": Text("营业收入", "revenue"),
    "scale": Text("规模（来源未说明口径）", "scale (measure not stated by the source)"),
    "value_added": Text("增加值", "value added"),
}


def section(system: ClusterSystem, origins: Provenance) -> m.Section:
    """Tiers with their members, their levels and what is known of each."""
    return m.Section(
        key="clusters",
        title=Text("集群体系", "The cluster system"),
        lead=(summary(system, origins),),
        blocks=(_levels(system, origins), _enterprises(system, origins)),
    )


def summary(system: ClusterSystem, origins: Provenance) -> num.Prose:
    """How many members have a level, how many can be measured, which is closest."""
    everyone = system.clusters
    measured = [c for c in everyone if c.level_cny and c.latest]
    origin = origins.computed(
        Text("集群计数", "Count of clusters"),
        Text("按集群体系清点", "counted over the cluster taxonomy"),
        ["clusters", "observations"],
        [c.source_id for c in everyone],
    )
    values = {
        "n": counted(len(everyone), "clusters", origin),
        "levels": counted(sum(c.level_cny is not None for c in everyone), "clusters", origin),
        "measured": counted(len(measured), "clusters", origin),
    }
    text = Text(
        f"{system.name.zh}共{{n}}，其中{{levels}}有来源说明的能级，{{measured}}有公开数值可与能级相比。",
        f"The {system.name.en} has {{n}}; a source states the level of {{levels}}, and {{measured}} can be "
        "measured against it with a public figure.",
    )
    if measured:
        best = max(measured, key=_attained)
        reading = _latest(best)
        values["share"] = num.Quantity(_attained(best) * 100, "pct", _reading_origin(best, reading, origins))
        text = Text(
            text.zh
            + f"离能级最近的是{best.name.zh}：{reading.period.label('zh')}{_CONCEPT[reading.concept].zh}"
            "为能级的{share}。",
            text.en + f" Closest is {_lower(best.name.en)}: its {_CONCEPT[reading.concept].en} of "
            f"{reading.period.label('en')} is {{share}} of the level.",
        )
    return num.Prose(text, values)


def _levels(system: ClusterSystem, origins: Provenance) -> m.Block:
    tiers = tuple(_tier(tier, origins) for tier in system.tiers)
    lacking = [c for c in system.clusters if c.level_cny and not c.latest]
    known = [c for c in system.clusters if c.level_cny and c.latest]
    origin = origins.computed(
        Text("有能级而无数值的集群数", "Clusters with a level and no figure"),
        Text("按集群体系清点", "counted over the cluster taxonomy"),
        ["clusters", "observations"],
        [c.source_id for c in system.clusters],
    )
    finding = num.Prose(
        Text(
            "有能级的集群中，{lacking}没有公开的产值、营收或规模，离目标多远无法计算。",
            "Of the clusters with a level, {lacking} publish no output value, revenue or scale: how far they are from "
            "it cannot be computed.",
        ),
        {"lacking": counted(len(lacking), "clusters", origin)},
    )
    sources = [c.source_id for c in system.clusters] + [_latest(c).source_id for c in known]
    return m.Block(
        finding=finding,
        figure=fig.TierBars(Text("各梯队集群与其能级", "Clusters against the level of their tier"), tiers),
        source=origins.line(sources),
        note=num.Prose(
            Text(
                "能级词（如万亿级）是门槛，不是数值；产值、营收、规模与增加值是四个序列，图中不相加。",
                "A level word such as “trillion-level” is a threshold, not a value. Output value, revenue, scale and value added "
                "are four series and are not added up.",
            )
        ),
    )


def _tier(tier: Tier, origins: Provenance) -> fig.Tier:
    levels = {c.level_cny for c in tier.clusters if c.level_cny is not None}
    level = None
    if len(levels) == 1:
        stated = next(c for c in tier.clusters if c.level_cny is not None)
        level = num.Quantity(
            levels.pop(),
            "cny",
            origins.observed(
                Text(f"{tier.name.zh}的能级", f"Level of the {_lower(tier.name.en)}"),
                "clusters",
                stated.source_id,
                stated.status,
            ),
        )
    return fig.Tier(tier.name, level, tuple(_bar(c, origins) for c in tier.clusters))


def _bar(cluster: Cluster, origins: Provenance) -> fig.TierBar:
    reading = cluster.latest
    if reading is None:
        return fig.TierBar(name=cluster.name, because=cluster.because)
    part = Text("", "") if reading.whole_year else Text("，非全年", ", part of a year")
    return fig.TierBar(
        name=cluster.name,
        value=num.Quantity(reading.value_cny, "cny", _reading_origin(cluster, reading, origins)),
        series=Text(
            f"{reading.period.label('zh')}{_CONCEPT[reading.concept].zh}{part.zh}",
            f"{_CONCEPT[reading.concept].en}, {reading.period.label('en')}{part.en}",
        ),
        because=cluster.because,
    )


def _enterprises(system: ClusterSystem, origins: Provenance) -> m.Block:
    origin = origins.computed(
        Text("按集群归并的企业数", "Enterprises by cluster"),
        Text(
            "行业大类归入集群，取并集，每家只计一次",
            "divisions joined into clusters, each enterprise counted once",
        ),
        ["sector_counts", "cluster_sectors"],
        system.count_sources,
    )
    rows: list[tuple[fig.Cell, ...]] = []
    for tier in system.tiers:
        rows.append((tier.name, None, *_range(tier.enterprises, origin), tier.enterprises.because))
        rows += [(None, c.name, *_range(c.enterprises, origin), c.enterprises.because) for c in tier.clusters]
    rows.append(
        (Text("合计（每家一次）", "Total, each once"), None, *_range(system.enterprises, origin), None)
    )
    period = system.count_period or ""
    if system.enterprises.upper is None or system.overlap is None:
        finding = num.Prose(
            Text("没有可归入集群的企业数。", "There are no enterprise counts to assign to clusters.")
        )
    else:
        finding = num.Prose(
            Text(
                f"{period}年末，体系内各集群涉及的行业共有制造业企业{{upper}}；逐个集群相加会重复计算{{overlap}}。",
                f"At the end of {period}, {{upper}} worked in the sectors that the clusters wholly or partly cover; "
                "adding the clusters up would count {overlap} twice.",
            ),
            {
                "upper": counted(system.enterprises.upper, "enterprises", origin),
                "overlap": counted(system.overlap, "enterprises", origin),
            },
        )
    return m.Block(
        finding=finding,
        figure=fig.Table(
            Text("集群企业数", "Enterprises by cluster"),
            (
                fig.Column(Text("梯队", "Tier")),
                fig.Column(Text("集群", "Cluster")),
                fig.Column(Text("至少", "At least"), Text("家", "enterprises"), numeric=True),
                fig.Column(Text("至多", "At most"), Text("家", "enterprises"), numeric=True),
                fig.Column(Text("说明", "Remark")),
            ),
            tuple(rows),
            (origin,),
        ),
        source=origins.line([*system.count_sources, *(c.source_id for c in system.clusters)]),
        note=num.Prose(
            Text(
                "“至少”只计整个大类属于该集群的行业，“至多”加上部分属于它的行业；同一企业在一个梯队和合计中只计一次。",
                "‘At least’ counts divisions that belong to a cluster wholly, ‘at most’ adds those of which only a part "
                "does. An enterprise counts once per tier and once in the total.",
            )
        ),
    )


def _range(count: Count, origin: str) -> tuple[fig.Cell, fig.Cell]:
    if count.lower is None or count.upper is None:
        return None, None
    return counted(count.lower, "enterprises", origin), counted(count.upper, "enterprises", origin)


def _reading_origin(cluster: Cluster, reading: LevelReading, origins: Provenance) -> str:
    value = Text(
        f"{cluster.name.zh}，{_CONCEPT[reading.concept].zh}，{reading.period.label('zh')}",
        f"{cluster.name.en}, {_CONCEPT[reading.concept].en}, {reading.period.label('en')}",
    )
    return origins.observed(value, "observations", reading.source_id, reading.status, note=reading.note)


def _latest(cluster: Cluster) -> LevelReading:
    reading = cluster.latest
    assert reading is not None
    return reading


def _attained(cluster: Cluster) -> float:
    return _latest(cluster).attained or 0.0


def _lower(name: str) -> str:
    """A name within an English sentence: its first letter small unless it is an abbreviation."""
    return name if name[:2].isupper() else name[:1].lower() + name[1:]


def level_text(level_cny: float) -> Text:
    """A level in words."""
    return both(money, level_cny)
