"""The gradient of the bundled pack against the plan, and of a status history of our own."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from lianzhang.app.gradient import Gradient, gradient, gradient_of, gradient_rows, multiple_of_base
from lianzhang.app.report import gradient as report
from lianzhang.app.report.provenance import Provenance
from lianzhang.config import Settings
from lianzhang.errors import UsageError
from lianzhang.firms.gradient import load_classes
from lianzhang.report import figures as fig
from lianzhang.store import Store, load_pack

DAY = date(2026, 6, 30)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("gradient")
    load_pack(Store(folder), "chongqing")
    return Settings(store=folder)


@pytest.fixture(scope="module")
def found(settings: Settings) -> Gradient:
    return gradient(settings, DAY)


def _class(found: Gradient, name: str) -> int:
    return [c.status_class.id for c in found.classes].index(name)


def test_every_class_is_there_even_where_nothing_is_known(found: Gradient) -> None:
    assert [c.status_class for c in found.classes] == list(load_classes())
    champion = found.classes[_class(found, "champion")]
    assert (champion.published, champion.listed) == ((), ())
    # Of specialised firms there are those of a year, and no stock is made of them.
    specialised = found.classes[_class(found, "specialised")]
    assert {s.indicator_id for s in specialised.published} == {"specialised_enterprises_new"}
    assert (specialised.listed, specialised.targets) == ((), ())


def test_little_giants_are_to_double_by_2027(found: Gradient) -> None:
    """255 in 2022 and 500 in 2027, five years apart: (500/255)^(1/5) − 1 = 14.4 % a year."""
    item = found.classes[_class(found, "little_giant")]
    row = next(t for t in item.targets if t.ledger.indicator_id == "little_giants")
    assert (row.ledger.base_value, row.ledger.target) == (255.0, 500.0)
    assert row.ledger.deadline is not None
    assert row.ledger.deadline.year == 2027
    assert multiple_of_base(row) == pytest.approx(500 / 255)
    assert row.required_growth == pytest.approx(100 * ((500 / 255) ** (1 / 5) - 1), rel=1e-3)
    assert row.verdict == "not_computable"  # two observations are no series
    counts = {p.period.text: (p.value, p.status) for s in item.published for p in s.points}
    assert counts == {"2021": (118.0, "derived"), "2022": (255.0, "official")}


def test_published_counts_and_listed_firms_stay_apart(found: Gradient) -> None:
    item = found.classes[_class(found, "listed")]
    published = {p.period.text: p.value for p in item.published[0].points}
    listed = {c.year: c.held for c in item.listed}
    assert published["2024"] == listed[2024] == 78
    assert published["2021"] == 63 > listed[2021]  # who left since is not on today's list


def test_nothing_published_later_is_used(settings: Settings) -> None:
    before = gradient(settings, date(2025, 12, 31))
    points = [p for s in before.classes[_class(before, "high_tech")].published for p in s.points]
    assert {p.period.text for p in points} == {"2021", "2022", "2025-10"}


def test_years_run_forwards(settings: Settings) -> None:
    with pytest.raises(UsageError):
        gradient(settings, DAY, first=2030, last=2020)


def test_rows_for_json_say_how_they_were_counted(found: Gradient) -> None:
    rows = gradient_rows(found)
    assert {r["kind"] for r in rows["counts"]} == {"published", "listed"}
    target = next(r for r in rows["targets"] if r["indicator_id"] == "high_tech_enterprises")
    assert (target["target"], target["deadline"], target["latest"]) == (12_800.0, "2027", 10_300.0)
    assert target["growth_unit"] == "%"


def test_the_report_has_a_section_with_sources(settings: Settings, found: Gradient) -> None:
    with Store(settings.store).reader() as reader:
        origins = Provenance(reader)
        again = gradient_of(reader, DAY, [t for c in found.classes for t in c.targets])
        section = report.section(again, origins)
    assert section is not None
    targets, counts = section.blocks
    assert isinstance(targets.figure, fig.Table)
    assert isinstance(counts.figure, fig.Table)
    assert len(targets.figure.rows) == sum(len(c.targets) for c in found.classes)
    assert targets.finding.values["doubled"].value == 3
    assert {len(row) for row in counts.figure.rows} == {len(counts.figure.columns)}


def test_only_firms_of_the_region_count(settings: Settings, tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    load_pack(store, "chongqing")
    mark = {"source_id": "exchanges-2026-01", "status": "official"}
    with store.writer() as writer:
        writer.append_rows(
            "chongqing",
            "firm_status",
            pa.Table.from_pylist(
                [
                    {"firm_id": "000625.SZ", "status_class": "champion", "valid_from": "2023"} | mark,
                    {"firm_id": "000001.SZ", "status_class": "champion", "valid_from": "2023"} | mark,
                ]
            ),
        )
    found = gradient(Settings(store=tmp_path / "store"), DAY)
    listed = found.classes[_class(found, "champion")].listed
    assert [c.held for c in listed if c.year >= 2023] == [1, 1, 1, 1]


def test_a_region_without_any_of_it_has_no_section(settings: Settings) -> None:
    with Store(settings.store).reader() as reader:
        assert report.section(Gradient(DAY, ()), Provenance(reader)) is None
