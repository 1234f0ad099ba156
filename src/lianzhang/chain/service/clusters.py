"""The cluster system: tiers, members, how many enterprises, how far from their level."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lianzhang.chain import queries
from lianzhang.chain.kernel.rollup import roll_up
from lianzhang.chain.model import RollUp
from lianzhang.errors import NotComputableError, UnknownNameError
from lianzhang.i18n import Text
from lianzhang.places.service import Specialisation
from lianzhang.schema.period import Period, parse_period
from lianzhang.store import Reader


@dataclass(frozen=True, slots=True)
class Count:
    """Enterprises of a cluster, tier or the whole, each counted once.

    ``lower`` counts the sectors that belong wholly; ``upper`` adds those of which only a part does. ``None`` where
    the counts do not reach down to the sectors that make the cluster up; ``because`` then says so.
    """

    lower: int | None
    upper: int | None
    because: Text | None = None


@dataclass(frozen=True, slots=True)
class LevelReading:
    """One observed figure of a cluster, and how much of its level that is.

    ``attained`` is value / level without unit, None where the cluster has no level. ``whole_year`` is False for a
    figure of part of a year, which understates attainment.
    """

    concept: str
    indicator: Text
    period: Period
    value_cny: float
    comparator: str
    attained: float | None
    whole_year: bool
    source_id: str
    status: str
    note: str | None


@dataclass(frozen=True, slots=True)
class Cluster:
    """One member of the system."""

    cluster_id: str
    tier_id: str
    name: Text
    level_cny: float | None
    level_deadline: str | None
    level_measure: str | None
    source_id: str
    status: str
    sectors: tuple[tuple[str, str], ...]
    """(sector id, coverage: whole, part or touches)."""
    enterprises: Count
    readings: tuple[LevelReading, ...]
    because: Text | None
    """Why the distance to the level cannot be computed, or None."""

    @property
    def latest(self) -> LevelReading | None:
        """Latest reading; a whole year goes before part of the same year."""
        return max(self.readings, key=lambda r: (r.period.end, r.whole_year, r.value_cny), default=None)


@dataclass(frozen=True, slots=True)
class Tier:
    """One tier with its members' enterprises counted once."""

    tier_id: str
    name: Text
    stated_members: int | None
    clusters: tuple[Cluster, ...]
    enterprises: Count


@dataclass(frozen=True, slots=True)
class ClusterSystem:
    """A cluster taxonomy rolled up. ``overlap`` is the sum over clusters less the whole, in enterprises: what adding
    up the clusters would count twice (from their upper counts)."""

    taxonomy_id: str
    name: Text
    valid_from: Any
    tiers: tuple[Tier, ...]
    enterprises: Count
    overlap: int | None
    count_period: str | None
    count_sources: tuple[str, ...] = field(default=())

    @property
    def clusters(self) -> tuple[Cluster, ...]:
        """All members, tier by tier."""
        return tuple(c for tier in self.tiers for c in tier.clusters)


def cluster_system(
    reader: Reader, region_id: str, counts: Specialisation | None = None, taxonomy_id: str | None = None
) -> ClusterSystem:
    """The main cluster taxonomy (or a named one) with counts and distances to levels.

    Args:
        reader: the loaded region.
        region_id: region whose figures are compared with the levels.
        counts: enterprise counts by sector and district; None where there are none.
        taxonomy_id: which taxonomy; default the main one.

    Raises:
        NotComputableError: no cluster taxonomy is loaded.
        UnknownNameError: none of that name.
    """
    found = {t["taxonomy_id"]: t for t in reader.sql(queries.TAXONOMIES, {"kind": "clusters"}).to_pylist()}
    if not found:
        raise NotComputableError(
            Text("没有集群体系", "there is no cluster system"),
            hint=Text(
                "请在数据包中提供 taxonomies、tiers、clusters 三张表",
                "supply the tables taxonomies, tiers and clusters in the pack",
            ),
        )
    if taxonomy_id is not None and taxonomy_id not in found:
        raise UnknownNameError(Text("集群体系", "cluster taxonomy"), taxonomy_id, found)
    head = found[taxonomy_id] if taxonomy_id else next(iter(found.values()))
    wanted = {"taxonomy": head["taxonomy_id"]}

    members: dict[str, list[tuple[str, str]]] = {}
    for row in reader.sql(queries.CLUSTER_SECTORS, wanted).to_pylist():
        members.setdefault(row["cluster_id"], []).append((row["sector_id"], row["coverage"]))
    readings: dict[str, list[dict[str, Any]]] = {}
    for row in reader.sql(queries.CLUSTER_OBSERVATIONS, wanted | {"region": region_id}).to_pylist():
        readings.setdefault(row["cluster_id"], []).append(row)
    heads = reader.sql(queries.CLUSTERS, wanted).to_pylist()
    tier_rows = reader.sql(queries.TIERS, wanted).to_pylist()
    rolled = _rolled(
        [h["cluster_id"] for h in heads], [h["tier_id"] for h in heads], tier_rows, members, counts
    )

    clusters: dict[str, list[Cluster]] = {}
    for index, row in enumerate(heads):
        level = row["level_cny"]
        read = tuple(_reading(r, level) for r in readings.get(row["cluster_id"], ()))
        clusters.setdefault(row["tier_id"], []).append(
            Cluster(
                cluster_id=row["cluster_id"],
                tier_id=row["tier_id"],
                name=Text(row["name_zh"], row["name_en"]),
                level_cny=level,
                level_deadline=row["level_deadline"],
                level_measure=row["level_measure"],
                source_id=row["source_id"],
                status=row["status"],
                sectors=tuple(members.get(row["cluster_id"], ())),
                enterprises=rolled.clusters[index],
                readings=read,
                because=_why_no_distance(level, read),
            )
        )
    tiers = tuple(
        Tier(
            tier_id=t["tier_id"],
            name=Text(t["name_zh"], t["name_en"]),
            stated_members=t["members"],
            clusters=tuple(clusters.get(t["tier_id"], ())),
            enterprises=rolled.tiers[index],
        )
        for index, t in enumerate(tier_rows)
    )
    return ClusterSystem(
        taxonomy_id=head["taxonomy_id"],
        name=Text(head["name_zh"], head["name_en"]),
        valid_from=head["valid_from"],
        tiers=tiers,
        enterprises=rolled.whole,
        overlap=rolled.overlap,
        count_period=counts.period if counts else None,
        count_sources=counts.sources if counts else (),
    )


@dataclass(frozen=True, slots=True)
class _Rolled:
    clusters: list[Count]
    tiers: list[Count]
    whole: Count
    overlap: int | None


def _rolled(
    cluster_ids: list[str],
    tier_of: list[str],
    tier_rows: list[dict[str, Any]],
    members: dict[str, list[tuple[str, str]]],
    counts: Specialisation | None,
) -> _Rolled:
    """Enterprises by cluster, tier and in all: the union of sectors, so that nothing counts twice."""
    if counts is None:
        none = Count(None, None, Text("没有分行业企业数", "there are no enterprise counts by sector"))
        return _Rolled([none] * len(cluster_ids), [none] * len(tier_rows), none, None)
    column = {s: j for j, s in enumerate(counts.sector_ids)}
    totals = counts.enterprises.sum(axis=0)
    tier_index = {t["tier_id"]: i for i, t in enumerate(tier_rows)}
    parent = [tier_index[t] for t in tier_of]

    def union(coverages: tuple[str, ...]) -> RollUp:
        pairs = [
            (column[sector], index)
            for index, cluster in enumerate(cluster_ids)
            for sector, coverage in members.get(cluster, ())
            if sector in column and coverage in coverages
        ]
        member, group = zip(*pairs, strict=True) if pairs else ((), ())
        return roll_up(member, group, parent, n_members=len(column), value=totals)

    whole, part = union(("whole",)), union(("whole", "part"))

    def count(low: float, high: float, sectors: int) -> Count:
        if sectors == 0:
            finer = Text(
                "企业数只到行业大类，而该集群是大类中的小类或属服务业",
                "counts stop at divisions; the cluster is a class within one, or a service",
            )
            return Count(None, None, finer)
        return Count(round(low), round(high))

    # A tier without any member in the counts has no row in the roll-up's parents.
    padded = len(tier_rows) - part.parent_count.size
    tier_low, tier_high = (np.pad(r.parent_value, (0, padded)) for r in (whole, part))
    tier_sectors = np.pad(part.parent_count, (0, padded))
    return _Rolled(
        [count(*t) for t in zip(whole.value, part.value, part.count, strict=True)],
        [count(*t) for t in zip(tier_low, tier_high, tier_sectors, strict=True)],
        count(whole.total_value, part.total_value, part.total_count),
        round(part.double_counted_value) if part.total_count else None,
    )


def _reading(row: dict[str, Any], level: float | None) -> LevelReading:
    period = parse_period(row["period"])
    return LevelReading(
        concept=row["concept"],
        indicator=Text(row["name_zh"], row["name_en"]),
        period=period,
        value_cny=row["value"],
        comparator=row["comparator"],
        attained=row["value"] / level if level else None,
        whole_year=(period.end - period.start).days >= 364,
        source_id=row["source_id"],
        status=row["status"],
        note=row["note"],
    )


def _why_no_distance(level: float | None, readings: tuple[LevelReading, ...]) -> Text | None:
    if level is None:
        return Text("没有来源给出该集群的能级", "no source states a level for this cluster")
    if not readings:
        return Text(
            "没有该集群产值、营收或规模的公开数值", "no public figure of its output value, revenue or scale"
        )
    return None
