"""What the commands of risk have kept, for the report and the pages. Nothing is computed here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lianzhang.app.risk import points, rank, remedy
from lianzhang.app.risk.inputs import Industry, industry
from lianzhang.app.risk.outcome import summarise
from lianzhang.app.risk.points import Points
from lianzhang.app.risk.rank import RegionRank
from lianzhang.app.risk.remedy import Relief, Remedy
from lianzhang.app.risk.runs import Earlier, latest, made_earlier
from lianzhang.app.risk.scenario import read
from lianzhang.app.risk.stress import StressResult, newest, tests_of
from lianzhang.app.risk.targets import Groups, groups_of
from lianzhang.errors import NotComputableError
from lianzhang.i18n import Text
from lianzhang.store import Reader, Store


@dataclass(frozen=True, slots=True, eq=False)
class KeptRisk:
    """Newest kept results; None or empty where a command has not been run since the tables changed.

    ``earlier`` says which of them an earlier version of the program made: ``rank``, ``stress``, ``points``, ``remedy``.
    """

    industry: Industry
    groups: Groups
    rank: RegionRank | None
    stress: tuple[StressResult, ...]
    remedies: tuple[Remedy, ...]
    reliefs: tuple[Relief, ...]
    points: tuple[Points, ...]
    earlier: Mapping[str, Earlier]


def kept_risk(store: Store, reader: Reader, region_id: str, *, earlier: bool = True) -> KeptRisk | None:
    """Read the kept results; None where there is neither a rank nor a stress test.

    Args:
        store: where results are kept.
        reader: the loaded region.
        region_id: its id.
        earlier: also those of earlier versions of the program where this one has made none; they are marked.
    """
    ranked = next(latest(store, reader, "risk.rank", earlier=earlier), None)
    tested = newest(store, reader, earlier=earlier)
    if ranked is None and not tested:
        return None
    given = industry(reader, region_id)
    groups = groups_of(reader, given)
    results = []
    for test in tests_of(reader) if tested else ():
        found = tested.get(test.scenario_id)
        if found is not None:
            wanted, tables = read(found.params["scenario"]), store.run(found.run_id).tables()
            results.append(StressResult(test, summarise(groups, wanted, tables, test.name, found.run_id)))
    relieved = next(latest(store, reader, "risk.second-source", earlier=earlier), None)
    tests = _tests(reader)
    remedied = remedy.newest(store, reader, earlier=earlier)
    made_by = {
        "rank": made_earlier([ranked] if ranked else []),
        "stress": made_earlier(tested.values()),
        "points": made_earlier(points.newest(store, reader, earlier=earlier).values()),
        "remedy": made_earlier(
            [*(e for name, e in remedied.items() if name in tests), *([relieved] if relieved else [])]
        ),
    }
    return KeptRisk(
        given,
        groups,
        rank.summarise(given, store.run(ranked.run_id).tables()) if ranked else None,
        tuple(results),
        tuple(
            r
            for r in remedy.kept_remedies(store, reader, groups, earlier=earlier)
            if r.scenario.name in tests
        ),
        remedy.reliefs(given, store.run(relieved.run_id).table("relief")) if relieved else (),
        points.kept_points(store, reader, groups, earlier=earlier),
        {command: made for command, made in made_by.items() if made is not None},
    )


def _tests(reader: Reader) -> set[str]:
    """Ids of the stress tests: remedies of other scenarios are told with those, not in the report."""
    try:
        return {t.scenario_id for t in tests_of(reader)}
    except NotComputableError:
        return set()


@dataclass(frozen=True, slots=True)
class NetworkNumber:
    """A number of one network."""

    key: str
    name: Text
    value: float


@dataclass(frozen=True, slots=True)
class NetworkHead:
    """A kept reconstructed network with the numbers that describe it."""

    seed: int
    run_id: str
    firms: int
    links: int
    statistics: tuple[NetworkNumber, ...]


def kept_networks(store: Store, reader: Reader) -> tuple[NetworkHead, ...]:
    """Reconstructed networks that are kept, by seed."""
    names = rank.statistic_names()
    found: dict[int, NetworkHead] = {}
    for entry in latest(store, reader, "risk.network"):
        run = store.run(entry.run_id)
        values = {r["name"]: float(r["value"]) for r in run.table("statistics").to_pylist()}
        found.setdefault(
            int(entry.params["seed"]),
            NetworkHead(
                int(entry.params["seed"]),
                entry.run_id,
                int(values["firms"]),
                entry.tables["links"].rows,
                tuple(NetworkNumber(key, names[key], v) for key, v in values.items() if key in names),
            ),
        )
    return tuple(found[seed] for seed in sorted(found))
