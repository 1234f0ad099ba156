"""Networks and results of risk, kept as runs: made once, read ever after until a table they rest on changes."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from lianzhang import __version__
from lianzhang.app.risk.inputs import TABLES, Industry, industry
from lianzhang.app.risk.network import Draw, draw
from lianzhang.app.risk.targets import Groups, groups_of
from lianzhang.app.session import open_store
from lianzhang.app.state import region_head
from lianzhang.config import Settings
from lianzhang.errors import StoreBusyError
from lianzhang.i18n import Text
from lianzhang.risk import shock
from lianzhang.risk.kernel.shock import ShockGraph
from lianzhang.store import Reader, RunEntry, Store

#: Networks that give the band of uncertainty.
DRAWS = 5
#: Changes when a network or result could differ in any bit.
METHOD = "3"
#: Methods whose tables are laid out as now, so that results kept by earlier programs can be read.
READABLE = frozenset({METHOD})

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """A loaded region as the commands of risk see it.

    ``cache`` holds what several computations on the same snapshot share; a server keeps it between requests.
    """

    store: Store
    reader: Reader
    region_id: str
    title: Text
    industry: Industry
    workers: int
    cache: dict[Hashable, Any] = field(default_factory=dict)

    @property
    def groups(self) -> Groups:
        """Sectors, districts, nodes and clusters as parts of the network."""
        if "groups" not in self.cache:
            self.cache["groups"] = groups_of(self.reader, self.industry)
        found: Groups = self.cache["groups"]
        return found


@contextmanager
def open_risk(settings: Settings) -> Iterator[Region]:
    """Open the region that is meant and read its industry.

    Raises:
        NotLoadedError: nothing is loaded, or not this region.
        NotComputableError: a table that the network rests on is empty.
    """
    store = open_store(settings)
    with store.reader(settings.region, memory_gb=settings.memory_gb, threads=settings.processes) as reader:
        yield risk_region(store, reader, settings.processes)


def risk_region(
    store: Store, reader: Reader, workers: int, cache: dict[Hashable, Any] | None = None
) -> Region:
    """A region that is open already.

    Args:
        store: where results are kept.
        reader: the loaded region.
        workers: threads for what can be shared among them.
        cache: of the same snapshot, from an earlier call.

    Raises:
        NotComputableError: a table that the network rests on is empty.
    """
    head = region_head(reader)
    shared = {} if cache is None else cache
    if "industry" not in shared:
        shared["industry"] = industry(reader, head.region_id)
    return Region(store, reader, head.region_id, head.name, shared["industry"], workers, shared)


def kept(
    region: Region,
    name: str,
    params: Mapping[str, Any],
    compute: Callable[[], dict[str, pa.Table]],
    also: tuple[str, ...] = (),
) -> dict[str, pa.Table]:
    """The tables of a run; see :func:`kept_run`."""
    return kept_run(region, name, params, compute, also)[1]


def kept_run(
    region: Region,
    name: str,
    params: Mapping[str, Any],
    compute: Callable[[], dict[str, pa.Table]],
    also: tuple[str, ...] = (),
) -> tuple[str | None, dict[str, pa.Table]]:
    """The tables of a run: read if it was made from the same tables with the same parameters, else computed and kept.

    Args:
        region: what it is about.
        name: what is computed, such as ``risk.rank``.
        params: parameters, as JSON knows them.
        compute: the computation.
        also: tables that go in besides those of the network.

    Returns:
        The run's id, None where it could not be kept, and its tables.
    """
    inputs = region.reader.hashes(*TABLES, *also)
    version = f"{__version__}+{METHOD}"
    place = region.reader.region.name
    found = region.store.find_run(place, name, params=params, inputs=inputs, version=version)
    if found is not None:
        return found.run_id, found.tables()
    began = time.perf_counter()
    tables = compute()
    seconds = time.perf_counter() - began
    run_id: str | None = None
    # The result does not wait for the record, as everywhere.
    with contextlib.suppress(StoreBusyError, PermissionError):
        run_id = region.store.save_run(
            place, name, params=params, inputs=inputs, version=version, tables=tables, seconds=seconds
        )
    return run_id, tables


@dataclass(frozen=True, slots=True)
class Earlier:
    """A kept result that an earlier version of the program made: which, and when (UTC, ISO)."""

    version: str
    started: str


def current(reader: Reader, entry: RunEntry) -> bool:
    """Whether a run rests on the tables as they are now and was made by this version of the program."""
    return same_version(entry) and _same_tables(reader, entry)


def same_version(entry: RunEntry) -> bool:
    """Whether this version of the program made a run, so that computing again would give the same."""
    return entry.version == f"{__version__}+{METHOD}"


def readable(entry: RunEntry) -> bool:
    """Whether the tables of a run are laid out as this program writes them, whichever version made it."""
    return entry.version.rpartition("+")[2] in READABLE


def latest(store: Store, reader: Reader, name: str, *, earlier: bool = False) -> Iterator[RunEntry]:
    """Records of the runs of that name that rest on the tables as they are now, newest first.

    Args:
        store: where results are kept.
        reader: the loaded region.
        name: what was computed, such as ``risk.rank``.
        earlier: after those of this version of the program, also those of earlier ones that can still be read.
    """
    mine = [e for e in store.runs(reader.region.name) if e.name == name]
    yield from (e for e in mine if current(reader, e))
    if earlier:
        yield from (e for e in mine if not same_version(e) and readable(e) and _same_tables(reader, e))


def made_earlier(entries: Iterable[RunEntry]) -> Earlier | None:
    """The oldest of those results that an earlier version of the program made; None where this one made all."""
    found = sorted((e for e in entries if not same_version(e)), key=lambda e: e.started)
    return Earlier(found[0].version.rpartition("+")[0], found[0].started) if found else None


def _same_tables(reader: Reader, entry: RunEntry) -> bool:
    return entry.inputs == reader.hashes(*entry.inputs)


def networks(region: Region, draws: int = DRAWS, progress: Progress | None = None) -> list[Draw]:
    """Reconstructed networks with seeds 1 … draws."""
    found: list[Draw] = []
    for seed in range(1, draws + 1):
        if ("draw", seed) in region.cache:
            found.append(region.cache["draw", seed])
            continue
        fresh: list[Draw] = []

        def make(seed: int = seed, fresh: list[Draw] = fresh) -> dict[str, pa.Table]:
            fresh.append(draw(region.industry, seed))
            return _tables(fresh[0])

        tables = kept(region, "risk.network", {"seed": seed}, make)
        found.append(fresh[0] if fresh else _draw(region.industry, seed, tables))
        region.cache["draw", seed] = found[-1]
        if progress is not None:
            progress(seed, draws)
    return found


def graph_of(region: Region, one: Draw) -> ShockGraph:
    """A network laid out for the daily model."""
    if ("graph", one.seed) not in region.cache:
        region.cache["graph", one.seed] = shock.prepare(one.goods(), one.final)[0]
    found: ShockGraph = region.cache["graph", one.seed]
    return found


def _tables(made: Draw) -> dict[str, pa.Table]:
    return {
        "firms": pa.table(
            {
                "sector": made.sector.astype(np.int16),
                "district": made.district.astype(np.int16),
                "output_cny": made.output,
                "final_cny": made.final,
            }
        ),
        "links": pa.table(
            {
                "supplier": made.supplier.astype(np.int32),
                "buyer": made.buyer.astype(np.int32),
                "sales_cny": made.sales,
            }
        ),
        "statistics": pa.table({"name": list(made.statistics), "value": list(made.statistics.values())}),
    }


def _draw(given: Industry, seed: int, tables: Mapping[str, pa.Table]) -> Draw:
    firms, links, numbers = tables["firms"], tables["links"], tables["statistics"]
    district = firms["district"].to_numpy().astype(np.int64)
    return Draw(
        seed=seed,
        industry=given,
        firms=int((district >= 0).sum()),
        sector=firms["sector"].to_numpy().astype(np.int64),
        district=district,
        output=firms["output_cny"].to_numpy(),
        supplier=links["supplier"].to_numpy().astype(np.int64),
        buyer=links["buyer"].to_numpy().astype(np.int64),
        sales=links["sales_cny"].to_numpy(),
        final=firms["final_cny"].to_numpy(),
        statistics={row["name"]: row["value"] for row in numbers.to_pylist()},
    )
