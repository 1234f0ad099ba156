"""Every operation that reads answers in a format that is accepted, or says 406; tables are tables."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

import pyarrow.parquet as pq
import pytest
from starlette.testclient import TestClient

from lianzhang.api.respond import CSV, JSON, PARQUET
from tests.api.conftest import API, TOKEN

BEARER = {"Authorization": f"Bearer {TOKEN}"}


def addresses(client: TestClient) -> list[tuple[str, dict[str, Any]]]:
    """Every operation that reads, with its open names filled in."""
    node = client.get(f"{API}/chain/nodes?kind=component&limit=1").json()["items"][0]["node_id"]
    target = client.get(f"{API}/plan/targets?limit=1").json()["items"][0]["statement_id"]
    firm = client.get(f"{API}/firms?limit=1").json()["items"][0]["firm_id"]
    names = {
        "region": "langu",
        "node_id": node,
        "statement_id": target,
        "firm_id": firm,
        "form": "html",
        "kind": "node",
    }
    found = []
    for path, item in client.get("/api/v1/openapi.json").json()["paths"].items():
        if "get" in item:
            filled = re.sub(r"{(\w+)}", lambda m: names.get(m[1], node), path)
            filled = filled.replace(f"/figures/{node}", "/figures/chain-wall")
            found.append((filled, item["get"]))
    return found


def test_nothing_is_given_that_was_not_accepted(client: TestClient) -> None:
    seen: dict[int, int] = {}
    for path, operation in addresses(client):
        assert "406" in operation["responses"], path
        for accept in (JSON, CSV, PARQUET, "image/svg+xml", "text/html", "application/x-nothing"):
            answer = client.get(path, headers=BEARER | {"Accept": accept})
            seen[answer.status_code] = seen.get(answer.status_code, 0) + 1
            kind = answer.headers["content-type"].partition(";")[0]
            if answer.status_code == 200:
                assert kind == accept, path
                assert accept in operation["responses"]["200"]["content"], path
            else:
                assert kind == "application/problem+json", path
                assert answer.status_code in (404, 406, 409, 422), (path, answer.text)
                if accept not in operation["responses"]["200"]["content"]:
                    assert answer.status_code == 406, (path, accept)
    assert seen[200] > 100
    assert seen[406] > 200


@pytest.mark.parametrize(
    ("path", "rows"),
    [
        ("chain/gaps", lambda b: len(b["ranked"]) + len(b["to_search"])),
        ("chain/map", lambda b: len(b["nodes"])),
        ("chain/rates", lambda b: len(b["items"])),
        ("plan/ledger", lambda b: len(b["items"])),
        ("plan/disagreements", lambda b: len(b["items"])),
        ("plan/tree", lambda b: len(b["items"])),
        ("plan/documents", lambda b: len(b["items"])),
        ("runs", lambda b: len(b["items"])),
        ("figures", lambda b: len(b["items"])),
    ],
)
def test_tables_have_every_row_in_every_format(client: TestClient, path: str, rows: Any) -> None:
    body = client.get(f"{API}/{path}").json()
    text = client.get(f"{API}/{path}", headers={"Accept": CSV})
    assert text.status_code == 200
    assert "attachment" in text.headers["content-disposition"]
    assert client.get(f"{API}/{path}?format=csv").content == text.content
    head, *lines = csv.reader(io.StringIO(text.content.decode("utf-8-sig")))
    assert len(lines) == rows(body)
    assert len(set(head)) == len(head)
    table = pq.read_table(io.BytesIO(client.get(f"{API}/{path}?format=parquet").content))
    assert (table.num_rows, table.column_names) == (len(lines), head)
    assert client.get(f"{API}/{path}?format=xml").status_code == 422
    assert client.get(f"{API}/{path}?format=json").json() == body


def test_numbers_units_and_both_languages_are_columns(client: TestClient) -> None:
    gaps = client.get(f"{API}/chain/gaps").json()
    table = pq.read_table(io.BytesIO(client.get(f"{API}/chain/gaps?format=parquet").content)).to_pylist()
    first, shown = (gaps["ranked"] + gaps["to_search"])[0], table[0]
    flat = json.dumps(shown, ensure_ascii=False, default=str)
    for value in first.values():
        if isinstance(value, dict) and set(value) == {"zh", "en"}:
            assert json.dumps(value["zh"], ensure_ascii=False) in flat
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            assert json.dumps(value) in flat
    assert shown["as_of"] == gaps["as_of"]
    assert shown["part"] == ("ranked" if gaps["ranked"] else "to_search")
    units = [name for name in shown if name.endswith("_unit")]
    assert units
    assert all(shown[name] for name in units)


def test_a_table_has_a_tag_of_its_own(client: TestClient) -> None:
    path = f"{API}/chain/gaps"
    plain, text = client.get(path).headers["etag"], client.get(path, headers={"Accept": CSV}).headers["etag"]
    assert plain != text
    again = client.get(path, headers={"Accept": CSV, "If-None-Match": text})
    assert (again.status_code, again.headers["etag"], again.content) == (304, text, b"")
    assert client.get(path, headers={"Accept": CSV, "If-None-Match": plain}).status_code == 200
    assert client.get(path, headers={"If-None-Match": text}).status_code == 200


def test_what_is_no_table_says_so(client: TestClient) -> None:
    answer = client.get(f"{API}/chain/owners?lang=zh", headers={"Accept": CSV})
    assert answer.status_code == 406
    assert answer.json()["detail"] == "这个答案不是一张表，只能给出 application/json"
    assert answer.json()["details"] == {"offered": [JSON]}
