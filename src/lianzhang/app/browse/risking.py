"""Risk for a server: the region with what its computations share, and the computations that can be started."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Hashable
from pathlib import Path
from typing import Any, Literal

from lianzhang.app.browse.desk import Desk
from lianzhang.app.browse.jobs import Tick, Work
from lianzhang.app.browse.records import Outcome
from lianzhang.app.risk import groups, points, rank, remedy, shocks, stress, targets
from lianzhang.app.risk.runs import Progress, Region, networks, risk_region
from lianzhang.app.risk.scenario import Kind, Scenario
from lianzhang.i18n import Text
from lianzhang.store import Reader

RunKind = Literal["network", "rank", "stress", "remedy", "groups", "points"]
#: Kind of the computation of everything that the page of risk shows.
RISK_ALL = "risk.all"
_ALL: tuple[tuple[RunKind, int], ...] = (("rank", 5), ("stress", 5), ("points", 3), ("remedy", 2))
#: How much a computation that nobody asked for gives way to the others (nice).
_GIVES_WAY = 10
#: Groups that are failed as a whole.
BY: tuple[Kind, ...] = ("sector", "region", "cluster", "node")


def region_of(desk: Desk, reader: Reader) -> Region:
    """The region of a reader; accounts, networks and layouts are shared by all requests on one snapshot."""
    cache: dict[Hashable, Any] = desk.remember(reader, ("risk",), dict)
    return risk_region(desk.store, reader, desk.settings.processes, cache)


def check_scenario(region: Region, wanted: Scenario) -> None:
    """See that everybody a scenario names is there, before it is put in line.

    Raises:
        UnknownNameError: somebody or a district that the region does not have.
        NotComputableError: somebody who is in no sector of the network.
    """
    for who in wanted.who:
        targets.check_who(region.reader, region.groups, who)
    for district in wanted.within:
        region.groups.find("region", district)


def run_shock(desk: Desk, name: str, wanted: Scenario, prefix: str) -> Work:
    """Run a scenario and keep it."""

    def work(tick: Tick, folder: Path) -> Outcome:
        tick(Text("打开数据与网络", "opening the data and the networks"), 0.01)
        with desk.readers.reading(name) as reader:
            found = shocks.run_scenario(
                region_of(desk, reader), wanted, _told(tick, Text("逐日模拟", "day by day"))
            )
        address = f"{prefix}/{name}/risk/shocks/{found.run_id}"
        return Outcome({"run_id": found.run_id, "address": address if found.run_id else None})

    return work


def run_remedies(desk: Desk, name: str, wanted: Scenario) -> Work:
    """Compute what would help in a scenario and keep it."""

    def work(tick: Tick, folder: Path) -> Outcome:
        tick(Text("打开数据与网络", "opening the data and the networks"), 0.01)
        with desk.readers.reading(name) as reader:
            told = _told(tick, Text("逐项重算", "computing each remedy"))
            found = remedy.remedies_of(region_of(desk, reader), wanted, told)
        return Outcome({"remedies": len(found)})

    return work


def run_all_risk(desk: Desk, name: str) -> Work:
    """Compute rank, stress tests, single points and remedies one after the other, each kept as soon as it is done; what is
    kept already is read. Gives way to what readers ask for."""

    def work(tick: Tick, folder: Path) -> Outcome:
        # Threads have a priority of their own on Linux only; elsewhere it computes as any other.
        with contextlib.suppress(AttributeError, OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _GIVES_WAY)
        for k, (kind, draws) in enumerate(_ALL):

            def told(step: Text, done: float, before: int = k) -> None:
                tick(step, (before + done) / len(_ALL))

            run_risk(desk, name, kind, draws, None)(told, folder)
        return Outcome({"kind": "all"})

    return work


def run_risk(desk: Desk, name: str, kind: RunKind, draws: int, test: str | None) -> Work:
    """Have one of the commands of risk compute and keep what it gives."""

    def work(tick: Tick, folder: Path) -> Outcome:
        tick(Text("打开数据与网络", "opening the data and the networks"), 0.01)
        with desk.readers.reading(name) as reader:
            region = region_of(desk, reader)
            if kind == "network":
                networks(region, draws, _told(tick, Text("重构网络", "reconstructing networks")))
            elif kind == "rank":
                rank.region_rank(
                    region, draws, progress=_told(tick, Text("逐家停产", "failing firms one by one"))
                )
            elif kind == "stress":
                stress.stress(region, draws, test, _told(tick, Text("逐日模拟", "day by day")))
            elif kind == "remedy":
                remedy.remedies(region, draws, test, _told(tick, Text("逐项重算", "computing each remedy")))
                if test is None:
                    tick(Text("第二家供应商", "second sources"), 0.95)
                    remedy.relief(region, draws)
            elif kind == "points":
                points.single_points(
                    region, test, draws, _told(tick, Text("逐家停产", "failing firms one by one"))
                )
            else:
                for k, by in enumerate(BY):
                    step = _told(tick, Text("整组停产", "failing whole groups"), k / len(BY), 1 / len(BY))
                    groups.group_ranks(region, by, draws, step)
        return Outcome({"kind": kind, "draws": draws})

    return work


def _told(tick: Tick, step: Text, begin: float = 0.0, part: float = 1.0) -> Progress:
    """Progress of a computation as that of a job, between 2 and 99 %."""

    def progress(done: int, whole: int) -> None:
        tick(step, 0.02 + 0.97 * (begin + part * done / max(whole, 1)))

    return progress
