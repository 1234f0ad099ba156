"""What the commands of risk have kept, for the report and the pages. Nothing is computed here."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from lianzhang.app.risk import rank, remedy, stress
from lianzhang.app.risk.inputs import Industry, industry
from lianzhang.app.risk.rank import RegionRank
from lianzhang.app.risk.remedy import Relief, Remedy
from lianzhang.app.risk.runs import latest
from lianzhang.app.risk.stress import StressResult
from lianzhang.errors import NotComputableError
from lianzhang.store import Reader, Store


@dataclass(frozen=True, slots=True, eq=False)
class KeptRisk:
    """Newest kept results; None or empty where a command has not been run since the tables changed."""

    industry: Industry
    rank: RegionRank | None
    stress: tuple[StressResult, ...]
    remedies: tuple[Remedy, ...]
    reliefs: tuple[Relief, ...]


def kept_risk(store: Store, reader: Reader, region_id: str) -> KeptRisk | None:
    """Read the kept results; None where there are none."""
    ranked = next(latest(store, reader, "risk.rank"), None)
    tested: dict[str, dict[str, pa.Table]] = {}
    for params, tables in latest(store, reader, "risk.stress", stress.ALSO):
        tested.setdefault(params["test"]["scenario_id"], tables)
    helped: dict[str, dict[str, pa.Table]] = {}
    for params, tables in latest(store, reader, "risk.remedy", stress.ALSO):
        helped.setdefault(params["test"], tables)
    relieved = next(latest(store, reader, "risk.second-source"), None)
    if ranked is None and not tested:
        return None
    given = industry(reader, region_id)
    try:
        tests = stress.tests_of(reader)
    except NotComputableError:
        tests = ()
    results, remedies = [], []
    for test in tests:
        if test.scenario_id in tested:
            results.append(stress.summarise(given, test, tested[test.scenario_id]))
        if test.scenario_id in helped:
            remedies += remedy.summarise(given, test, helped[test.scenario_id]["remedies"])
    return KeptRisk(
        given,
        rank.summarise(given, ranked[1]) if ranked else None,
        tuple(results),
        tuple(sorted(remedies, key=lambda r: -r.saving[1])),
        remedy.reliefs(given, relieved[1]["relief"]) if relieved else (),
    )
