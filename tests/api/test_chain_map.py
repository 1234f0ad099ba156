"""The map names a few makers of each node and says how many there are."""

from __future__ import annotations

from typing import Any

from starlette.testclient import TestClient

from lianzhang.api.routes.chain import MAP
from tests.api.conftest import API


def _nodes(client: TestClient, **params: Any) -> dict[str, dict[str, Any]]:
    answer = client.get(f"{API}/chain/map", params=params)
    assert answer.status_code == 200, answer.text
    MAP.model_validate(answer.json())
    return {node["node_id"]: node for node in answer.json()["nodes"]}


def test_the_makers_that_count_come_first_and_all_are_counted(client: TestClient) -> None:
    whole, short = _nodes(client, makers=100_000), _nodes(client, makers=1)
    assert whole.keys() == short.keys()
    assert any(node["makers_total"] > 1 for node in short.values())
    for key, node in short.items():
        every = whole[key]["makers"]
        assert node["makers_total"] == whole[key]["makers_total"] == len(every)
        assert len(node["makers"]) == min(1, len(every))
        assert all(maker in every for maker in node["makers"])
        now = {m["firm_id"] for m in every if m["local"] and m["current"] and m["activity"] == "makes"}
        assert node["local_makers_total"] == whole[key]["local_makers_total"] == len(now)
        if now:
            assert node["makers"][0]["firm_id"] in now
        assert {k: v for k, v in node.items() if k != "makers"} == {
            k: v for k, v in whole[key].items() if k != "makers"
        }


def test_without_a_number_it_is_ten_and_the_list_has_the_rest(client: TestClient) -> None:
    nodes = _nodes(client)
    assert all(len(node["makers"]) <= 10 for node in nodes.values())
    key, node = max(nodes.items(), key=lambda pair: pair[1]["makers_total"])
    listed = client.get(f"{API}/chain/node_makers", params={"node_id": key}).json()
    assert listed["total"] <= node["makers_total"]
    assert {m["firm_id"] for m in node["makers"]} <= {m["firm_id"] for m in listed["items"]}
    assert all(not node["makers"] for node in _nodes(client, makers=0).values())
