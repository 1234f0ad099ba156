"""Risk over HTTP: scenarios started and watched, results typed, names checked before anything is put in line."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from lianzhang.api.models import model_of
from lianzhang.app.risk import (
    kept,
    outcome,
    points,
    runs,
    safety,
)
from lianzhang.app.risk.inputs import Industry
from lianzhang.store import Store, load_pack
from tests.api.conftest import BASE, TOKEN, serve

API = "/api/v1/chongqing/risk"
SCENARIO = {
    "name": "batteries",
    "who": [{"kind": "node", "id": "icnev-battery"}],
    "days": 3,
    "recovery_days": 0,
    "draws": 1,
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Chongqing with one firm in sixty, so that a test takes no time."""
    path = tmp_path_factory.mktemp("risk") / "store"
    load_pack(Store(path), "chongqing")
    whole = runs.industry

    def thinned(reader: Any, region_id: str) -> Industry:
        given = whole(reader, region_id)
        counts = given.counts // 60
        empty = np.flatnonzero((counts.sum(axis=1) == 0) & (given.counts.sum(axis=1) > 0))
        counts[empty, given.counts[empty].argmax(axis=1)] = 1
        return dataclasses.replace(given, counts=counts)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs, "industry", thinned)
        patch.setattr(kept, "industry", thinned)
        with TestClient(serve(path), base_url=BASE) as found:
            yield found


@pytest.fixture
def writing() -> dict[str, str]:
    return {"Authorization": f"Bearer {TOKEN}"}


def ended(client: TestClient, job: dict[str, Any]) -> dict[str, Any]:
    for _ in range(600):
        found: dict[str, Any] = client.get(f"/api/v1/jobs/{job['job_id']}").json()
        if found["state"] in ("done", "failed", "cancelled"):
            return found
        time.sleep(0.05)
    raise AssertionError("the computation did not end")


def computed(client: TestClient, path: str, body: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
    answer = client.post(f"{API}/{path}", json=body, headers=headers)
    assert answer.status_code == 202, answer.text
    assert answer.headers["location"] == f"/api/v1/jobs/{answer.json()['job_id']}"
    found = ended(client, answer.json())
    assert found["state"] == "done", found["problem"]
    result: dict[str, Any] = found["result"]
    return result


def test_a_scenario_is_run_kept_and_read(served: TestClient, writing: dict[str, str]) -> None:
    result = computed(served, "shocks", SCENARIO, writing)
    answer = served.get(result["address"])
    found = answer.json()
    model_of(outcome.ShockRun).model_validate(found)
    assert found["status"] == "reconstructed"
    assert found["scenario"]["who"] == [{"kind": "node", "id": "icnev-battery", "firms": None}]
    assert found["days"] == 5 + 3 + 0 + 30
    batteries = next(n for n in found["nodes"] if n["id"] == "icnev-battery")
    assert batteries["wider"]
    assert batteries["loss"] is None
    assert batteries["path"][4] == 1.0
    assert batteries["path"][5] == 0.0
    outside = next(n for n in found["nodes"] if n["id"] == "icnev-driving-hd-map")
    assert outside["path"] is None
    assert found["loss"]["mid"] > 0
    assert served.get(result["address"], headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
    # The same scenario is read, not computed again.
    assert computed(served, "shocks", SCENARIO, writing) == result
    heads = served.get(f"{API}/shocks").json()["items"]
    assert [h["run_id"] for h in heads] == [result["run_id"]]
    assert heads[0]["current"]


def test_writes_need_the_token_and_names_are_checked_first(
    served: TestClient, writing: dict[str, str]
) -> None:
    assert served.post(f"{API}/shocks", json=SCENARIO).status_code == 401
    assert served.post(f"{API}/runs", json={"kind": "rank"}).status_code == 401
    for who, status in (
        ({"kind": "node", "id": "no-such-node"}, 404),
        ({"kind": "firm", "id": "no-such-firm"}, 404),
        ({"kind": "node", "id": "icnev-driving-hd-map"}, 409),
        ({"kind": "largest", "id": "io42:18"}, 422),
        ({"kind": "village", "id": "x"}, 422),
    ):
        answer = served.post(f"{API}/shocks", json={**SCENARIO, "who": [who]}, headers=writing)
        assert answer.status_code == status, answer.text
    for wrong in ({"depth": 0}, {"days": 0}, {"days": 400}, {"draws": 99}, {"horizon": 0}, {"colour": "red"}):
        answer = served.post(f"{API}/shocks", json={**SCENARIO, **wrong}, headers=writing)
        assert answer.status_code == 422, (wrong, answer.text)
    assert (
        served.post(f"{API}/runs", json={"kind": "stress", "test": "none such"}, headers=writing).status_code
        == 404
    )
    assert served.get(f"{API}/shocks/no-such-run").status_code == 404
    assert served.get(f"{API}/safety/node/no-such-node").status_code == 404


def test_what_is_not_computed_says_how(served: TestClient) -> None:
    for path, kind in (("rank", "rank"), ("groups", "groups"), ("remedies", "remedy")):
        answer = served.get(f"{API}/{path}", params={"lang": "en"})
        assert answer.status_code == 409
        assert f"kind {kind}" in answer.json()["hint"]


def test_choices_and_presets(served: TestClient) -> None:
    found = served.get(f"{API}/targets").json()
    assert {"sectors", "districts", "nodes", "clusters", "inflows", "status"} == set(found)
    assert all(c["firms"] > 0 for c in found["nodes"])
    assert "icnev-driving-hd-map" not in {c["id"] for c in found["nodes"]}
    presets = served.get(f"{API}/stress").json()["items"]
    assert {p["scenario_id"] for p in presets} == {
        "battery-inflow-half",
        "beibei-flood-10d",
        "chip-supplier-30d",
    }


def test_groups_points_and_networks(served: TestClient, writing: dict[str, str]) -> None:
    computed(served, "runs", {"kind": "groups", "draws": 1}, writing)
    ranked = served.get(f"{API}/groups", params={"by": "cluster"}).json()["items"]
    values = [g["esri"]["mid"] for g in ranked]
    assert values == sorted(values, reverse=True)
    computed(served, "runs", {"kind": "points", "draws": 1, "test": "33618-icnev"}, writing)
    (found,) = served.get(f"{API}/single-points").json()["items"]
    model_of(points.Points).model_validate(found)
    assert found["cluster_id"] == "33618-icnev"
    assert all(f["single"] == (f["loss"]["mid"] >= found["threshold"]) for f in found["firms"])
    assert {n["grade"] for n in found["nodes"]} >= {"one", "unknown"}
    network = served.get(f"{API}/networks").json()["items"][0]
    assert network["seed"] == 1
    assert network["links"] > 0


def test_safety_of_a_node_and_a_firm(served: TestClient) -> None:
    node = served.get(f"{API}/safety/node/icnev-battery").json()
    model_of(safety.Safety).model_validate(node)
    assert {t["sector_id"] for t in node["suppliers"]}
    assert 0 < node["esri"]["mid"] <= 1
    assert all(0 < t["seen"] <= 1 for t in node["suppliers"] + node["buyers"])
    assert node["substitutes"]["at_home"][0]["proven"]
    firm = served.get(f"{API}/safety/firm/000625.SZ").json()
    assert firm["stands_in"]
    assert firm["firms"] == 1
    assert "000625.SZ" not in {s["firm_id"] for s in firm["substitutes"]["at_home"]}


def test_a_scenario_can_be_cancelled(served: TestClient, writing: dict[str, str]) -> None:
    body = {**SCENARIO, "name": "long", "days": 365, "recovery_days": 300, "draws": 10}
    job = served.post(f"{API}/shocks", json=body, headers=writing).json()
    served.delete(f"/api/v1/jobs/{job['job_id']}", headers=writing)
    assert ended(served, job)["state"] == "cancelled"
    assert "long" not in {h["scenario"]["name"] for h in served.get(f"{API}/shocks").json()["items"]}


def test_a_region_without_types_of_inputs_says_so(client: TestClient) -> None:
    answer = client.get("/api/v1/langu/risk/targets", params={"lang": "en"})
    assert answer.status_code == 409
    assert "input_types" in answer.json()["hint"]
