"""The description is complete, and the server does what it says."""

from __future__ import annotations

import dataclasses
import re
import typing
import warnings
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from starlette.testclient import TestClient

from lianzhang.api.access import Access
from lianzhang.api.app import create_api
from lianzhang.api.models import model_of, notes
from lianzhang.api.reference import api_page
from lianzhang.app.browse.plain import plain
from lianzhang.app.risk import (
    gaps,
    groups,
    kept,
    outcome,
    points,
    rank,
    remedy,
    safety,
    shocks,
    stress,
    targets,
)
from lianzhang.app.status import RegionStatus
from lianzhang.chain.service import Candidate, ChainMap, ClusterSystem, Gaps, Owners, Rate
from lianzhang.config import Settings
from lianzhang.plan.disagreements import Conflict
from lianzhang.plan.tasks import Task
from lianzhang.plan.track_model import LedgerRow, Need, TrackRow
from lianzhang.store import Store, load_pack
from tests.api.conftest import API, TOKEN

with warnings.catch_warnings():
    # What the fuzzer itself does on import is not ours.
    warnings.simplefilter("ignore")
    import schemathesis
    from schemathesis import GenerationMode
    from schemathesis.checks import load_all_checks
    from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

RESULTS = (
    LedgerRow,
    TrackRow,
    Need,
    Conflict,
    Task,
    ChainMap,
    ClusterSystem,
    Gaps,
    Owners,
    Rate,
    Candidate,
    RegionStatus,
    gaps.LinkedRemedy,
    groups.GroupRisk,
    kept.NetworkHead,
    outcome.ShockRun,
    points.Points,
    rank.RegionRank,
    rank.Statistic,
    remedy.Relief,
    safety.Safety,
    shocks.KeptShock,
    stress.Preset,
    targets.Choices,
)


@pytest.fixture(scope="module")
def described(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/api/v1/openapi.json").json()
    return found


def test_every_operation_and_parameter_says_what_it_is(described: dict[str, Any]) -> None:
    seen = set()
    for path, item in described["paths"].items():
        for method, operation in item.items():
            assert operation["summary"], path
            assert operation["description"], path
            assert operation["tags"], path
            assert operation["operationId"] not in seen
            seen.add(operation["operationId"])
            for parameter in operation.get("parameters", []):
                assert parameter.get("description") or parameter["in"] == "path", (path, parameter["name"])
            for status, answer in operation["responses"].items():
                if int(status) >= 400:
                    assert list(answer["content"]) == ["application/problem+json"], (path, method, status)
    assert {t for i in described["paths"].values() for o in i.values() for t in o["tags"]} >= {
        "plan", "firms", "places", "chain", "risk", "sources", "runs",
    }  # fmt: skip


def test_every_field_says_what_it_is(described: dict[str, Any]) -> None:
    # Requests with files are described by the framework from their parameters.
    missing = [
        f"{name}.{field}"
        for name, model in described["components"]["schemas"].items()
        if not name.startswith("Body_") and model.get("properties") and name not in _from_dataclasses()
        for field, about in model["properties"].items()
        if "description" not in about
    ]
    assert missing == []


def _dataclasses(cls: type, found: set[type] | None = None) -> set[type]:
    found = set() if found is None else found
    if cls not in found:
        found.add(cls)
        for hint in typing.get_type_hints(cls).values():
            for part in (hint, *_parts(hint)):
                if dataclasses.is_dataclass(part) and isinstance(part, type) and part.__name__ != "Period":
                    _dataclasses(part, found)
    return found


def _parts(hint: Any) -> list[Any]:
    return [p for a in typing.get_args(hint) for p in (a, *_parts(a))]


def _from_dataclasses() -> set[str]:
    return {model_of(c).__name__ for cls in RESULTS for c in _dataclasses(cls)} | {"ChainMappedNode"}


def test_every_number_of_a_result_has_its_unit_or_meaning() -> None:
    missing = []
    for cls in {c for result in RESULTS for c in _dataclasses(result)}:
        for field, hint in typing.get_type_hints(cls).items():
            if {float, int} & {hint, *_parts(hint)} and f"{cls.__name__}.{field}" not in notes():
                missing.append(f"{cls.__name__}.{field}")
    assert missing == []


def test_structured_results_fit_their_models(client: TestClient) -> None:
    statement = client.get(f"{API}/plan/targets", params={"limit": 1}).json()["items"][0]["statement_id"]
    node = client.get(f"{API}/chain/nodes", params={"kind": "component", "limit": 1}).json()["items"][0][
        "node_id"
    ]
    for path, model, many in (
        (f"{API}/plan/ledger", LedgerRow, True),
        (f"{API}/plan/targets/{statement}", TrackRow, False),
        (f"{API}/plan/disagreements", Conflict, True),
        (f"{API}/plan/tree", Task, True),
        (f"{API}/chain/system", ClusterSystem, False),
        (f"{API}/chain/gaps", Gaps, False),
        (f"{API}/chain/rates", Rate, True),
        (f"{API}/chain/owners", Owners, False),
        (f"{API}/chain/nodes/{node}/candidates", Candidate, True),
        ("/api/v1/status", RegionStatus, True),
    ):
        answer = client.get(path)
        assert answer.status_code == 200, answer.text
        for item in answer.json()["items"] if many else [answer.json()]:
            model_of(model).model_validate(item)


def test_needs_are_those_of_the_engine(client: TestClient, served_store: Path) -> None:
    from datetime import date

    from lianzhang.plan.tracking import need, track

    with Store(served_store).reader("langu") as reader:
        rows = track(reader, date(2026, 6, 30))
        reachable = [
            r.ledger.indicator_id for r in rows if r.required_growth is not None and r.ledger.indicator_id
        ]
        assert reachable
        found = need(reader, reachable[0], date(2026, 6, 30))
    shown = client.get(f"{API}/plan/need", params={"indicator": reachable[0], "as_of": "2026-06-30"}).json()
    assert shown["items"] == plain(found)


def test_every_figure_can_be_had_in_both_languages_and_themes(client: TestClient) -> None:
    listed = client.get(f"{API}/figures").json()["items"]
    drawn = [f["name"] for f in listed if f["drawing"]]
    assert {"chain-wall", "places-hex-city"} <= set(drawn)
    for name in drawn:
        for params in ({"lang": "zh", "theme": "dark"}, {"lang": "en", "narrow": "true"}):
            answer = client.get(f"{API}/figures/{name}.svg", params=params)
            assert answer.headers["content-type"].startswith("image/svg+xml")
            import xml.etree.ElementTree as ElementTree

            root = ElementTree.fromstring(answer.text)
            assert root.tag == "{http://www.w3.org/2000/svg}svg"
            assert root.get("data-theme") == params.get("theme")


def test_the_reference_names_every_operation(described: dict[str, Any]) -> None:
    page = api_page()
    for path, item in described["paths"].items():
        for method in item:
            assert f"`{method.upper()} {path}`" in page
    for parameter in re.findall(r"`([a-z_]+\.min)`", page):
        assert parameter.endswith(".min")


def test_the_written_reference_is_this_one(repository: Path) -> None:
    written = repository / "docs" / "reference" / "api.md"
    if not written.is_file():
        pytest.skip("docs/reference/api.md is not written yet")
    assert written.read_text(encoding="utf-8") == api_page(), "run `make docs`"


# --- the fuzzer: everything that the description allows is answered as it says, everything else refused ----------


@pytest.mark.slow
def test_the_server_does_what_the_description_says(made_up: Path, tmp_path: Path) -> None:
    """A few cases of every operation, allowed and not allowed ones; `python -m benchmarks api.fuzz` runs 20,000."""
    store = tmp_path / "store"
    load_pack(Store(store), made_up)
    # The fuzzer speaks to "testserver".
    access = Access(TOKEN, names=("testserver",))
    app = create_api(Settings(store=store, memory_gb=1.0, workers=2), access=access)
    load_all_checks()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        described = schemathesis.openapi.from_asgi("/api/v1/openapi.json", app)
    cases, bearer = 0, {"Authorization": f"Bearer {TOKEN}"}
    for found in described.get_all_operations():
        operation = found.ok()
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            named = {"region": "langu"} if "{region}" in operation.path else None

            # The lists are one function described fifty times.
            listed = str(operation.definition.raw.get("operationId", "")).startswith("list_")

            @settings(
                max_examples=1 if listed else 3,
                deadline=None,
                derandomize=True,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy(mode, path_parameters=named, headers=bearer))
            def agrees(case: Any) -> None:
                nonlocal cases
                cases += 1
                # On the wire a file of digits is a file; that it "became an integer" cannot be seen there.
                uploads = "multipart" in str(case.media_type)
                # That a simulation ends after its shock begins is a rule between two numbers: no schema can say it.
                # That the status of a figure may be left out where its source is known depends on the store.
                scenario = case.method == "POST" and case.path.endswith(
                    ("/shocks", "/remedies", "/observations")
                )
                excluded = [negative_data_rejection] if uploads else []
                excluded += [positive_data_acceptance] if scenario else []
                case.call_and_validate(excluded_checks=excluded)

            try:
                agrees()
            except Unsatisfiable:
                assert mode is GenerationMode.NEGATIVE, operation.label
    app.state.desk.close()
    assert cases >= 200
