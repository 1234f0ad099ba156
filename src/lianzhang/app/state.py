"""The state of a region's clusters: everything the engines can say from what is loaded, as of a day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, TypeVar

from lianzhang.app import tables
from lianzhang.app.runs import keep
from lianzhang.chain.service import (
    ChainMap,
    ClusterSystem,
    Gaps,
    Rate,
    RegionalAccounts,
    chain_map,
    chain_taxonomies,
    cluster_system,
    gaps,
    regional_accounts,
    supporting_rates,
)
from lianzhang.config import Settings
from lianzhang.errors import NotComputableError
from lianzhang.i18n import Text
from lianzhang.places.service import Specialisation, specialisation
from lianzhang.plan.disagreements import Conflict, conflicts
from lianzhang.plan.track_model import TrackRow
from lianzhang.plan.tracking import track
from lianzhang.store import Reader, Store

if TYPE_CHECKING:
    from lianzhang.app.risk.kept import KeptRisk

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RegionHead:
    """The region a pack is about."""

    region_id: str
    name: Text


@dataclass(frozen=True, slots=True)
class State:
    """What can be said; what cannot is the error that says why and what would make it computable."""

    region: RegionHead
    as_of: date
    places: Specialisation | NotComputableError
    clusters: ClusterSystem | NotComputableError
    chain: ChainMap | NotComputableError
    other_cuts: tuple[ChainMap, ...]
    accounts: RegionalAccounts | NotComputableError
    targets: tuple[TrackRow, ...]
    conflicts: tuple[Conflict, ...]
    gaps: Gaps | None
    rates: tuple[Rate, ...]
    risk: KeptRisk | None = None


def region_head(reader: Reader) -> RegionHead:
    """The region that the pack names as its own.

    Raises:
        NotComputableError: the pack does not say which region it is about.
    """
    rows = reader.sql(
        "SELECT region_id, name_zh, name_en FROM regions WHERE region_id = $region",
        {"region": reader.region.root},
    ).to_pylist()
    if not rows:
        raise NotComputableError(
            Text("数据包没有说明它描述哪个区域", "the pack does not say which region it is about"),
            hint=Text(
                "请在 datapackage.json 的 lianzhang.region 中写出 regions 表里的编号",
                "name an id of the table regions under lianzhang.region in datapackage.json",
            ),
        )
    return RegionHead(rows[0]["region_id"], Text(rows[0]["name_zh"], rows[0]["name_en"]))


def compute_state(store: Store, reader: Reader, settings: Settings, as_of: date) -> State:
    """Run the engines of `places`, `chain` and `plan` on what is loaded, and keep each result as a run."""
    head = region_head(reader)
    region, day = {"region": head.region_id}, {"as_of": as_of.isoformat()}
    places = _try(
        lambda: keep(
            store,
            reader,
            "places.specialisation",
            ("sector_counts", "sectors", "regions"),
            {},
            lambda: specialisation(reader),
            tables.specialisation_tables,
        )
    )
    counts = places if isinstance(places, Specialisation) else None
    clusters = _try(
        lambda: keep(
            store,
            reader,
            "chain.clusters",
            (
                "taxonomies",
                "tiers",
                "clusters",
                "cluster_sectors",
                "sector_counts",
                "observations",
                "indicators",
            ),
            region,
            lambda: cluster_system(reader, head.region_id, counts),
            tables.cluster_tables,
        )
    )
    chain = _try(
        lambda: keep(
            store,
            reader,
            "chain.map",
            ("taxonomies", "nodes", "node_links", "node_searches", "firms", "firm_nodes", "regions"),
            region | day,
            lambda: chain_map(reader, head.region_id, as_of),
            tables.chain_tables,
        )
    )
    accounts = _try(
        lambda: keep(
            store,
            reader,
            "chain.accounts",
            ("io_tables", "io_sectors", "io_flows", "io_final_demand", "io_value_added"),
            {},
            lambda: regional_accounts(reader),
            tables.accounts_tables,
        )
    )
    targets = keep(
        store,
        reader,
        "plan.track",
        ("statements", "statement_conflicts", "indicators", "observations", "series_breaks"),
        day | {"on_course": settings.on_course, "out_of_reach": settings.out_of_reach},
        lambda: track(reader, as_of, on_course=settings.on_course, out_of_reach=settings.out_of_reach),
        tables.track_tables,
    )
    main = chain.taxonomy_id if isinstance(chain, ChainMap) else None
    others = [t for t in chain_taxonomies(reader) if t != main] if main else []
    table = accounts if isinstance(accounts, RegionalAccounts) else None
    mapped = chain if isinstance(chain, ChainMap) else None
    return State(
        region=head,
        as_of=as_of,
        places=places,
        clusters=clusters,
        chain=chain,
        other_cuts=tuple(chain_map(reader, head.region_id, as_of, t) for t in others),
        accounts=accounts,
        targets=targets,
        conflicts=conflicts(reader),
        gaps=gaps(reader, mapped, table, counts) if mapped else None,
        rates=supporting_rates(reader, mapped, table) if mapped else (),
        risk=_kept_risk(store, reader, head.region_id),
    )


def _kept_risk(store: Store, reader: Reader, region_id: str) -> KeptRisk | None:
    """What the commands of risk have kept: too long to compute for a report."""
    if not any(entry.name.startswith("risk.") for entry in store.runs(reader.region.name)):
        return None
    # compiled kernels load slowly, and most states need none
    from lianzhang.app.risk.kept import kept_risk

    try:
        return kept_risk(store, reader, region_id)
    except NotComputableError:
        return None


def _try(compute: Callable[[], T]) -> T | NotComputableError:
    try:
        return compute()
    except NotComputableError as error:
        return error
