"""Stress tests of a region: the scenarios that its pack names, run like any other."""

from __future__ import annotations

from dataclasses import dataclass

from lianzhang.app.risk import queries, shocks
from lianzhang.app.risk.outcome import Band, ShockRun
from lianzhang.app.risk.runs import DRAWS, Progress, Region, latest
from lianzhang.app.risk.scenario import Scenario, Who, read
from lianzhang.errors import NotComputableError, UnknownNameError
from lianzhang.i18n import Text
from lianzhang.store import Reader, RunEntry, Store


@dataclass(frozen=True, slots=True)
class StressTest:
    """A row of the table scenarios."""

    scenario_id: str
    name: Text
    fails: str
    target_id: str
    firms: int | None
    depth: float
    first_day: int
    days: int
    recovery_days: int
    note: str | None

    def scenario(self, draws: int) -> Scenario:
        """The test as a scenario on some networks."""
        return Scenario(
            name=self.scenario_id,
            who=(Who(self.fails, self.target_id, self.firms),),  # type: ignore[arg-type]
            first_day=self.first_day,
            days=self.days,
            depth=self.depth,
            recovery="linear" if self.recovery_days else "at once",
            recovery_days=self.recovery_days,
            draws=draws,
        )


@dataclass(frozen=True, slots=True)
class Preset:
    """A stress test as a scenario to start from, with its newest kept result in brief. Money in yuan."""

    scenario_id: str
    name: Text
    note: str | None
    scenario: Scenario
    run_id: str | None
    loss_cny: Band | None
    lowest: float | None


@dataclass(frozen=True, slots=True)
class StressResult:
    """One stress test and what came of it."""

    test: StressTest
    run: ShockRun


def tests_of(reader: Reader) -> tuple[StressTest, ...]:
    """The stress tests of the pack.

    Raises:
        NotComputableError: the pack names none.
    """
    rows = reader.sql(queries.SCENARIOS).to_pylist()
    if not rows:
        raise NotComputableError(
            Text("数据包没有压力测试情景", "the pack names no stress test"),
            hint=Text("请在 scenarios 表中写出", "write them in the table scenarios"),
        )
    return tuple(
        StressTest(
            r["scenario_id"],
            Text(r["name_zh"], r["name_en"]),
            r["fails"],
            r["target_id"],
            r["firms"],
            float(r["depth"]),
            int(r["first_day"]),
            int(r["days"]),
            int(r["recovery_days"]),
            r["note"],
        )
        for r in rows
    )


def chosen(reader: Reader, name: str | None) -> tuple[StressTest, ...]:
    """All stress tests, or the one of that id or name.

    Raises:
        UnknownNameError: there is no such test.
    """
    tests = tests_of(reader)
    if name is None:
        return tests
    found = tuple(t for t in tests if name in (t.scenario_id, t.name.zh, t.name.en))
    if not found:
        raise UnknownNameError(Text("压力测试", "stress test"), name, [t.scenario_id for t in tests])
    return found


def newest(store: Store, reader: Reader, *, earlier: bool = False) -> dict[str, RunEntry]:
    """Newest kept result of each stress test, as the pack words it now, by the test's id; of ``earlier`` programs too if
    asked for."""
    try:
        wanted = {t.scenario_id: t for t in tests_of(reader)}
    except NotComputableError:
        return {}
    found: dict[str, RunEntry] = {}
    for entry in latest(store, reader, shocks.RUN, earlier=earlier):
        given = read(entry.params["scenario"])
        test = wanted.get(given.name)
        if test is not None and test.scenario(given.draws) == given:
            found.setdefault(given.name, entry)
    return found


def presets(store: Store, reader: Reader, draws: int = DRAWS, *, earlier: bool = False) -> tuple[Preset, ...]:
    """The stress tests of the pack as scenarios to start from, with results of ``earlier`` programs too if asked for.

    Raises:
        NotComputableError: the pack names none.
    """
    known = newest(store, reader, earlier=earlier)
    found = []
    for test in tests_of(reader):
        brief = shocks.brief(store, reader, known[test.scenario_id]) if test.scenario_id in known else None
        found.append(
            Preset(
                test.scenario_id,
                test.name,
                test.note,
                brief.scenario if brief else test.scenario(draws),
                brief.run_id if brief else None,
                brief.loss_cny if brief else None,
                brief.lowest if brief else None,
            )
        )
    return tuple(found)


def stress(
    region: Region, draws: int, name: str | None = None, progress: Progress | None = None
) -> tuple[StressResult, ...]:
    """Run stress tests, or read their results if they are kept."""
    tests = chosen(region.reader, name)
    days = [t.scenario(draws).simulated * draws for t in tests]
    results = []
    for k, test in enumerate(tests):

        def told(done: int, of: int, before: int = sum(days[:k])) -> None:
            if progress is not None:
                progress(before + done, sum(days))

        results.append(StressResult(test, shocks.run_scenario(region, test.scenario(draws), told)))
    return tuple(results)
