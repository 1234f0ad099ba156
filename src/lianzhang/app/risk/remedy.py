"""What would help: second sources, stocks, local makers. Each is built into the network and the shock run again.

Costs are not known and not counted; the saving is value added of the region over the simulated days.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lianzhang.app.risk import targets
from lianzhang.app.risk.inputs import Industry
from lianzhang.app.risk.network import Draw, made_up_name
from lianzhang.app.risk.outcome import Band, band
from lianzhang.app.risk.rank import region_rank
from lianzhang.app.risk.runs import Progress, Region, graph_of, kept, latest, networks
from lianzhang.app.risk.scenario import Scenario, read
from lianzhang.app.risk.shocks import more_stock, simulate, title_of
from lianzhang.app.risk.stress import chosen
from lianzhang.app.risk.targets import Groups
from lianzhang.i18n import Text
from lianzhang.risk import service
from lianzhang.store import Reader, RunEntry, Store

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]
Kind = Literal["second source", "more stock", "local maker"]

#: Share of deliveries that a second source or a local maker takes over. Assumed.
TAKEN_OVER = 0.5
#: Days of every input that firms hold besides their own. Assumed.
MORE_DAYS = 10.0
#: Sectors for which a remedy is tried, those that deliver most from where the shock hits.
SECTORS = 3
#: Critical firms for which a second source is tried.
CRITICAL_FIRMS = 5


@dataclass(frozen=True, slots=True)
class Remedy:
    """One remedy of one scenario. Money in yuan of value added; ``sector`` None where it concerns every input.

    ``loss_cny`` is the median loss without it.
    """

    scenario: Scenario
    title: Text
    kind: Kind
    sector_id: str | None
    sector: Text | None
    loss_cny: float
    saving_cny: Band

    @property
    def share(self) -> float:
        """Part of the loss that is saved."""
        return self.saving_cny.mid / self.loss_cny if self.loss_cny > 0 else 0.0

    @property
    def what(self) -> Text:
        """The remedy in words."""
        if self.sector is None:
            return Text(
                f"所有企业多备{MORE_DAYS:g}天库存", f"{MORE_DAYS:g} more days of every input in stock"
            )
        if self.kind == "second source":
            return Text(
                f"{self.sector.zh}：一半供货改由第二家承担",
                f"{self.sector.en}: a second source delivers half",
            )
        return Text(
            f"{self.sector.zh}：一半外地来货改由新的本地厂家供应",
            f"{self.sector.en}: a new local maker delivers half of the inflow",
        )


@dataclass(frozen=True, slots=True)
class Relief:
    """The index of a critical firm as it is, and with a second source for half of its deliveries."""

    name: Text
    before: float
    after: float


def second_source(one: Draw, hit: Longs, sector: int, share: float, seed: int) -> Draw | None:
    """Part of what failing firms of a sector deliver to others comes from other firms of the sector instead.

    Every buyer gets one other supplier, drawn by output among local firms and what comes from elsewhere. None where
    there is nothing to move or nobody to move it to.
    """
    fails = np.zeros(len(one.sector), bool)
    fails[hit] = True
    moved = np.flatnonzero(fails[one.supplier] & (one.sector[one.supplier] == sector) & ~fails[one.buyer])
    others = np.flatnonzero((one.sector == sector) & ~fails)
    weight = one.output[others]
    if len(moved) == 0 or len(others) == 0 or weight.sum() == 0:
        return None
    rng = np.random.default_rng(seed)
    other = rng.choice(others, len(moved), p=weight / weight.sum())
    itself = other == one.buyer[moved]
    moved, other = moved[~itself], other[~itself]
    return _moved(one, moved, other, share)


def local_maker(one: Draw, sector: int, share: float) -> Draw | None:
    """A new firm in the region takes over part of what a sector brings in; it needs no inputs itself.

    None where the sector brings in nothing.
    """
    source = one.outside.get(sector)
    if source is None:
        return None
    moved = np.flatnonzero(one.supplier == source)
    homes = np.flatnonzero((one.sector == sector) & (one.district >= 0))
    home = int(one.district[homes[np.argmax(one.output[homes])]]) if len(homes) else 0
    larger = replace(
        one,
        sector=np.append(one.sector, sector),
        district=np.append(one.district, home),
        output=np.append(one.output, 0.0),
        final=np.append(one.final, 0.0),
    )
    return _moved(larger, moved, np.full(len(moved), len(one.sector)), share)


def _moved(one: Draw, links: Longs, other: Longs, share: float) -> Draw:
    sales = one.sales.copy()
    taken = sales[links] * share
    sales[links] -= taken
    n = len(one.sector)
    key = np.concatenate([one.supplier, other]) * n + np.concatenate([one.buyer, one.buyer[links]])
    pairs, place = np.unique(key, return_inverse=True)
    worth = np.bincount(place, np.concatenate([sales, taken]), minlength=len(pairs)).astype(np.float64)
    kept_pairs = worth > 0
    pairs, worth = pairs[kept_pairs], worth[kept_pairs]
    supplier = pairs // n
    return replace(
        one,
        supplier=supplier,
        buyer=pairs % n,
        sales=worth,
        output=np.bincount(supplier, worth, minlength=n) + one.final,
    )


def remedies(
    region: Region, draws: int, name: str | None = None, progress: Progress | None = None
) -> tuple[Remedy, ...]:
    """Remedies of the stress tests, the largest saving first; read if they are kept."""
    wanted = [t.scenario(draws) for t in chosen(region.reader, name)]
    found: list[Remedy] = []
    for k, one in enumerate(wanted):

        def told(done: int, of: int, before: int = k) -> None:
            if progress is not None:
                progress(before * of + done, len(wanted) * of)

        found += remedies_of(region, one, told)
    return by_saving(found)


def by_saving(found: list[Remedy]) -> tuple[Remedy, ...]:
    """The largest saving first."""
    return tuple(sorted(found, key=lambda r: -r.saving_cny.mid))


def remedies_of(region: Region, wanted: Scenario, progress: Progress | None = None) -> list[Remedy]:
    """Remedies of one scenario: more stock, and second sources and local makers for what delivers most from where the
    shock hits. Each is built into every network and the shock run again; read if they are kept.

    Args:
        region: an open region.
        wanted: the scenario.
        progress: called with (networks done, networks in all); may raise to stop.
    """

    def compute() -> dict[str, pa.Table]:
        drawn = networks(region, wanted.draws)
        sectors: list[int] = []
        rows: list[dict[str, object]] = []
        for n, one in enumerate(drawn):
            hit = targets.hit(region.reader, region.groups, one, wanted)
            sectors = sectors if n else _delivering(one, hit)
            rows += _try_all(region, one, hit, wanted, sectors)
            if progress is not None:
                progress(n + 1, wanted.draws)
        return {"remedies": pa.Table.from_pylist(rows)}

    params = {"scenario": wanted.plain(), "taken_over": TAKEN_OVER, "days": MORE_DAYS}
    also = targets.TABLES + (("firms",) if any(w.kind == "firm" for w in wanted.who) else ())
    table = kept(region, "risk.remedy", params, compute, also)["remedies"]
    return summarise(region.groups, wanted, title_of(region.reader, wanted), table)


def _delivering(one: Draw, hit: Longs) -> list[int]:
    """Sectors of failing firms, those that deliver most essential inputs to firms that go on first."""
    fails = np.zeros(len(one.sector), bool)
    fails[hit] = True
    a, b = one.sector[one.supplier], one.sector[one.buyer]
    counts = fails[one.supplier] & ~fails[one.buyer] & (one.industry.types[a, b] == 2)
    delivered = np.bincount(a[counts], one.sales[counts], minlength=len(one.industry.sector_ids))
    order = np.argsort(-delivered, kind="stable")[:SECTORS]
    return [int(k) for k in order if delivered[k] > 0]


def _try_all(
    region: Region, one: Draw, hit: Longs, wanted: Scenario, sectors: list[int]
) -> list[dict[str, object]]:
    graph = graph_of(region, one)
    loss = simulate(one, hit, wanted, graph).value_added_lost
    rows: list[dict[str, object]] = []

    def add(kind: Kind, sector: int, left: float) -> None:
        rows.append(
            {"draw": one.seed, "kind": kind, "sector": sector, "loss_cny": loss, "saving_cny": loss - left}
        )

    add("more stock", -1, simulate(one, hit, more_stock(wanted, MORE_DAYS), graph).value_added_lost)
    tries: tuple[tuple[Kind, int, Draw | None], ...] = tuple(
        one_try
        for sector in sectors
        for one_try in (
            ("second source", sector, second_source(one, hit, sector, TAKEN_OVER, one.seed)),
            ("local maker", sector, local_maker(one, sector, TAKEN_OVER)),
        )
    )
    for kind, sector, changed in tries:
        if changed is not None:
            add(kind, sector, simulate(changed, hit, wanted).value_added_lost)
    return rows


def summarise(groups: Groups, wanted: Scenario, title: Text, table: pa.Table) -> list[Remedy]:
    """Median and span of the savings over the draws."""
    grouped: dict[tuple[Kind, int], list[dict[str, float]]] = {}
    for row in table.to_pylist():
        grouped.setdefault((row["kind"], row["sector"]), []).append(row)
    found = []
    for (kind, sector), rows in grouped.items():
        savings = np.array([r["saving_cny"] for r in rows])
        found.append(
            Remedy(
                wanted,
                title,
                kind,
                groups.industry.sector_ids[sector] if sector >= 0 else None,
                groups.industry.sectors[sector] if sector >= 0 else None,
                float(np.median([r["loss_cny"] for r in rows])),
                band(savings),
            )
        )
    return found


def kept_remedies(
    store: Store, reader: Reader, groups: Groups, *, earlier: bool = False
) -> tuple[Remedy, ...]:
    """Remedies of the scenarios for which they are kept, the newest of each scenario, the largest saving first; of
    ``earlier`` programs too if asked for."""
    found: list[Remedy] = []
    for entry in newest(store, reader, earlier=earlier).values():
        wanted = read(entry.params["scenario"])
        table = store.run(entry.run_id).table("remedies")
        found += summarise(groups, wanted, title_of(reader, wanted), table)
    return by_saving(found)


def newest(store: Store, reader: Reader, *, earlier: bool = False) -> dict[str, RunEntry]:
    """Records of those results by the scenario's name; see `lianzhang.app.risk.runs.latest`."""
    found: dict[str, RunEntry] = {}
    for entry in latest(store, reader, "risk.remedy", earlier=earlier):
        found.setdefault(read(entry.params["scenario"]).name, entry)
    return found


def relief(region: Region, draws: int) -> tuple[Relief, ...]:
    """In general, without a scenario: the index of the most critical firms with a second source for each."""

    def compute() -> dict[str, pa.Table]:
        one = networks(region, 1)[0]
        rows = []
        for firm in [f.firm for f in region_rank(region, draws).top[:CRITICAL_FIRMS]]:
            hit = np.array([firm])
            changed = second_source(one, hit, int(one.sector[firm]), TAKEN_OVER, one.seed)
            before = service.rank(one.whole(), hit, workers=region.workers).esri[0]
            after = (
                before
                if changed is None
                else service.rank(changed.whole(), hit, workers=region.workers).esri[0]
            )
            rows.append(
                {
                    "sector": int(one.sector[firm]),
                    "district": int(one.district[firm]),
                    "before": float(before),
                    "after": float(after),
                }
            )
        return {"relief": pa.Table.from_pylist(rows)}

    table = kept(region, "risk.second-source", {"draws": draws, "taken_over": TAKEN_OVER}, compute)["relief"]
    return reliefs(region.industry, table)


def reliefs(given: Industry, table: pa.Table) -> tuple[Relief, ...]:
    """Rows of the kept table."""
    return tuple(
        Relief(made_up_name(given, r["sector"], r["district"]), r["before"], r["after"])
        for r in table.to_pylist()
    )
