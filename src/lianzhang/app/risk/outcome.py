"""What comes of a scenario: paths and losses by sector, district, cluster, chain node and made-up firm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lianzhang.app.risk.inputs import Industry
from lianzhang.app.risk.network import made_up_name
from lianzhang.app.risk.scenario import Kind, Scenario
from lianzhang.app.risk.targets import Group, Groups
from lianzhang.i18n import Text

Floats = NDArray[np.float64]

#: A group counts as hit from this share of its daily output on.
HIT = 0.01


@dataclass(frozen=True, slots=True)
class Band:
    """Lowest, median and highest over the draws."""

    low: float
    mid: float
    high: float


@dataclass(frozen=True, slots=True)
class Path:
    """One number a day: lowest, median and highest over the draws; shares of the undisturbed day."""

    low: tuple[float, ...]
    mid: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class GroupPath:
    """What becomes of a sector, district, cluster or node. Medians over the draws unless they are bands.

    ``path`` is daily output as a share of the undisturbed, None for what lies outside the network. ``loss`` is value
    added in yuan over the simulated days, None where the sectors are ``wider`` than the group.
    """

    kind: Kind
    id: str
    name: Text
    parent: str | None
    wider: bool
    path: tuple[float, ...] | None
    lowest: Band | None
    first_hit: int | None
    first_stopped: int | None
    stopped: float
    firms: float
    loss: Band | None


@dataclass(frozen=True, slots=True)
class FirmLoss:
    """A made-up firm of the first network. Money in yuan of output over the simulated days."""

    name: Text
    sector_id: str
    district_id: str
    loss_cny: float
    lowest: float
    first_stopped: int | None
    failing: bool


@dataclass(frozen=True, slots=True)
class ShockRun:
    """A scenario over the draws. Money in yuan; days of the simulation from 0."""

    status: str
    run_id: str | None
    title: Text
    scenario: Scenario
    draws: int
    days: int
    failing: float
    stand_ins: bool
    output: Path
    value_added: Path
    output_cny_a_day: float
    value_added_cny_a_day: float
    loss: Band
    output_loss: Band
    stopped: float
    first_stop: int | None
    sectors: tuple[GroupPath, ...]
    districts: tuple[GroupPath, ...]
    clusters: tuple[GroupPath, ...]
    nodes: tuple[GroupPath, ...]
    firms: tuple[FirmLoss, ...]
    imbalance: float

    def of(self, kind: Kind) -> tuple[GroupPath, ...]:
        """The groups of one kind."""
        return {
            "sector": self.sectors,
            "region": self.districts,
            "cluster": self.clusters,
            "node": self.nodes,
        }.get(kind, ())


def summarise(
    groups: Groups, wanted: Scenario, tables: Mapping[str, pa.Table], title: Text, run_id: str | None
) -> ShockRun:
    """Medians and spans over the draws."""
    total = _Level(tables, "total")
    by_sector, by_district = _Level(tables, "sector"), _Level(tables, "region")
    lost = tables["losses"]["value_added_lost_cny"].to_numpy()
    gone = tables["losses"]["output_lost_cny"].to_numpy()

    def told(found: list[GroupPath]) -> tuple[GroupPath, ...]:
        return tuple(sorted(found, key=lambda g: g.lowest.mid if g.lowest else 2.0))

    return ShockRun(
        status="reconstructed",
        run_id=run_id,
        title=title,
        scenario=wanted,
        draws=len(lost),
        days=total.output.shape[2],
        failing=float(np.median(tables["losses"]["failing"].to_numpy())),
        stand_ins=any(w.kind == "firm" for w in wanted.who),
        output=_path(total.output[:, 0]),
        value_added=_path(total.added[:, 0]),
        output_cny_a_day=float(np.median(total.output_cny)),
        value_added_cny_a_day=float(np.median(total.added_cny)),
        loss=band(lost),
        output_loss=band(gone),
        stopped=float(np.median(total.stopped)),
        first_stop=_middle_day(total.first_stopped[:, 0]),
        sectors=told([_group(g, by_sector, [k]) for k, g in enumerate(groups.sectors)]),
        districts=told([_group(g, by_district, [k]) for k, g in enumerate(groups.districts)]),
        clusters=told([_group(g, by_sector, list(g.sectors)) for g in groups.clusters]),
        nodes=tuple(_group(g, by_sector, list(g.sectors)) for g in groups.nodes),
        firms=_told_firms(groups.industry, tables["firms"]),
        imbalance=float(tables["losses"]["imbalance"].to_numpy().max()),
    )


class _Level:
    """Kept tables of one level as arrays: (draws, members) and, by day, (draws, members, days)."""

    def __init__(self, tables: Mapping[str, pa.Table], level: str) -> None:
        draws = len(tables["losses"])
        rows = tables["groups"].filter(pc.equal(tables["groups"]["level"], pa.scalar(level)))
        daily = tables["daily"].filter(pc.equal(tables["daily"]["level"], pa.scalar(level)))
        members = len(rows) // draws

        def by_draw(name: str) -> NDArray[Any]:
            return np.asarray(rows[name].to_numpy().reshape(draws, members))

        self.output = daily["output"].to_numpy().reshape(draws, members, -1)
        self.added = daily["value_added"].to_numpy().reshape(draws, members, -1)
        self.firms, self.stopped = by_draw("firms"), by_draw("stopped")
        self.first_stopped = by_draw("first_stopped")
        self.output_cny, self.added_cny = by_draw("output_cny"), by_draw("value_added_cny")


def _group(group: Group, level: _Level, at: list[int]) -> GroupPath:
    """A group as the sum of some members of a level."""
    firms = level.firms[:, at].sum(axis=1)
    weight = level.output_cny[:, at]
    whole = weight.sum(axis=1)
    head = (group.kind, group.id, group.name, group.parent, group.wider)
    if not at or not firms.any() or not whole.all():
        return GroupPath(*head, None, None, None, None, 0.0, 0.0, None)
    path = np.einsum("dm,dmt->dt", weight / whole[:, None], level.output[:, at])
    lost = np.einsum("dm,dmt->d", level.added_cny[:, at], 1.0 - level.added[:, at])
    below = path < 1.0 - HIT
    first_hit = np.where(below.any(axis=1), below.argmax(axis=1), -1)
    stops = np.where(level.first_stopped[:, at] < 0, np.iinfo(np.int32).max, level.first_stopped[:, at])
    earliest = stops.min(axis=1)
    return GroupPath(
        *head,
        path=tuple(np.median(path, axis=0).round(6).tolist()),
        lowest=band(path.min(axis=1)),
        first_hit=_middle_day(first_hit),
        first_stopped=_middle_day(np.where(earliest == np.iinfo(np.int32).max, -1, earliest)),
        stopped=float(np.median(level.stopped[:, at].sum(axis=1))),
        firms=float(np.median(firms)),
        loss=None if group.wider else band(lost),
    )


def _told_firms(given: Industry, table: pa.Table) -> tuple[FirmLoss, ...]:
    return tuple(
        FirmLoss(
            made_up_name(given, r["sector"], r["district"]),
            given.sector_ids[r["sector"]],
            given.district_ids[r["district"]],
            r["loss_cny"],
            r["lowest"],
            r["first_stopped"] if r["first_stopped"] >= 0 else None,
            r["failing"],
        )
        for r in table.to_pylist()
    )


def band(values: NDArray[Any]) -> Band:
    """Lowest, median and highest."""
    return Band(float(values.min()), float(np.median(values)), float(values.max()))


def _path(paths: Floats) -> Path:
    return Path(
        tuple(paths.min(axis=0).round(6).tolist()),
        tuple(np.median(paths, axis=0).round(6).tolist()),
        tuple(paths.max(axis=0).round(6).tolist()),
    )


def _middle_day(days: NDArray[Any]) -> int | None:
    """Median of the days, −1 being never; None where it is never in half of the draws or more."""
    known = days[days >= 0]
    return int(np.median(known)) if len(known) * 2 > len(days) else None
