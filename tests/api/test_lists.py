"""Every list: described as it answers, filtered, ordered, in pages, in three formats."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from lianzhang.api.models import model_for, page_of, python_type
from lianzhang.api.respond import csv_bytes
from lianzhang.api.routes.lists import list_path
from lianzhang.app.browse.collections import Collection, collection, collections
from lianzhang.schema import tables
from lianzhang.units import UNITS
from tests.api.conftest import API

ALL = list(collections().values())


def address(of: Collection) -> str:
    return "/api/v1" + list_path(of).replace("{region}", "langu")


def read_all(client: TestClient, path: str, **params: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    while True:
        page = client.get(path, params=params).json()
        rows += page["items"]
        if page["next"] is None:
            return rows
        params["cursor"] = page["next"]


@pytest.mark.parametrize("of", ALL, ids=lambda c: f"{c.word}.{c.name}")
def test_every_list_answers_as_its_model_says(client: TestClient, of: Collection) -> None:
    answer = client.get(address(of))
    assert answer.status_code == 200, answer.text
    page = page_of(of).model_validate(answer.json())
    assert page.total >= len(page.items)  # type: ignore[attr-defined]
    keys = [tuple(row[k] for k in of.table.key) for row in answer.json()["items"]]
    assert len(set(keys)) == len(keys), "the key does not tell rows apart"


@pytest.mark.parametrize("of", ALL, ids=lambda c: f"{c.word}.{c.name}")
def test_csv_and_parquet_hold_what_json_holds(client: TestClient, of: Collection) -> None:
    rows = read_all(client, address(of), limit=1000)
    text = client.get(address(of), headers={"Accept": "text/csv"})
    assert text.headers["content-type"].startswith("text/csv")
    read = list(csv.DictReader(io.StringIO(text.content.decode("utf-8-sig"))))
    assert len(read) == len(rows)
    for row, shown in zip(rows, read, strict=True):
        for column in of.table.columns:
            value, cell = row[column.name], shown[column.name]
            if value is None:
                assert cell == ""
            elif column.type == "boolean":
                assert cell == ("true" if value else "false")
            elif column.type in ("number", "integer"):
                assert float(cell) == value
            else:
                assert cell.removeprefix("'") == str(value) or cell == str(value)
    stored = pq.read_table(io.BytesIO(client.get(address(of), params={"format": "parquet"}).content))
    assert json.loads(json.dumps(stored.to_pylist(), default=str)) == rows
    for column in of.table.columns:
        assert (stored.schema.field(column.name).metadata[b"unit"] or b"").decode() == (column.unit or "")


def test_models_are_the_schema() -> None:
    for table in tables().values():
        fields = model_for(table).model_fields
        assert tuple(fields) == table.column_names
        for column in table.columns:
            field = fields[column.name]
            assert field.is_required()
            assert (type(None) in getattr(field.annotation, "__args__", ())) == column.nullable
            assert column.about.en in (field.description or "")
            if column.unit and column.unit not in ("indicator", "unit"):
                assert f"Unit: {column.unit}." in (field.description or "")
            assert python_type(column) is not None


def test_computed_tables_have_the_columns_they_are_described_with(client: TestClient) -> None:
    for of in ALL:
        if of.engine is not None:
            items = client.get(address(of)).json()["items"]
            assert all(tuple(row) == of.table.column_names for row in items)
            units = {c.unit for c in of.table.columns if c.unit} - {
                "indicator",
                "unit",
                "growth_unit",
                "year",
            }
            assert units <= set(UNITS), units


@pytest.mark.parametrize("sort", [["-capital_cny"], ["region_id", "-founded"], ["kind"], ["lon", "-lat"], []])
@pytest.mark.parametrize("size", [1000, 7])
def test_pages_are_the_whole_in_order(client: TestClient, sort: list[str], size: int) -> None:
    path = f"{API}/firms"
    total = client.get(path, params={"limit": 1}).json()["total"]
    if size == 7:
        first = client.get(path, params={"sort": sort, "limit": 1000}).json()["items"][:50]
        rows: list[dict[str, Any]] = []
        cursor = None
        while len(rows) < 50:
            page = client.get(
                path, params={"sort": sort, "limit": 7, **({"cursor": cursor} if cursor else {})}
            ).json()
            rows += page["items"]
            cursor = page["next"]
            if cursor is None:
                break
        assert rows[: len(first)] == first
        return
    rows = read_all(client, path, sort=sort, limit=size)
    assert len(rows) == total
    assert len({r["firm_id"] for r in rows}) == total
    for name in reversed(sort):
        bare, down = name.removeprefix("-"), name.startswith("-")
        known = [r[bare] for r in rows if r[bare] is not None]
        if name == sort[0]:
            assert known == sorted(known, reverse=down)
            assert [r[bare] for r in rows][: len(known)] == known, "null sorts last"


def test_a_row_added_meanwhile_neither_repeats_nor_hides_another(writer: TestClient) -> None:
    path = f"{API}/plan/observations"
    first = writer.get(path, params={"limit": 20, "sort": "-period"}).json()
    row = first["items"][0]
    added = {
        "indicator": row["indicator_id"],
        "period": "2031",
        "value": 1.5,
        "source": "a newspaper",
        "status": "estimated",
        "place": row["region_id"],
    }
    assert writer.post(path, json=added).status_code == 201
    rest: list[dict[str, Any]] = []
    cursor = first["next"]
    while cursor is not None:
        page = writer.get(path, params={"limit": 500, "sort": "-period", "cursor": cursor}).json()
        rest += page["items"]
        cursor = page["next"]
    seen = [json.dumps(r, sort_keys=True) for r in first["items"] + rest]
    assert len(seen) == len(set(seen)) == first["total"]
    assert not any(r["period"] == "2031" for r in rest)


def test_filters_search_and_bounds(client: TestClient) -> None:
    path = f"{API}/firms"
    rows = read_all(client, path, limit=1000)
    kinds = sorted({r["kind"] for r in rows})
    for kind in kinds:
        found = client.get(path, params={"kind": kind, "limit": 1000}).json()
        assert found["total"] == sum(r["kind"] == kind for r in rows)
    both = client.get(path, params=[("kind", kinds[0]), ("kind", kinds[-1]), ("limit", "1")]).json()
    assert both["total"] == sum(r["kind"] in (kinds[0], kinds[-1]) for r in rows)
    capital = sorted(r["capital_cny"] for r in rows if r["capital_cny"] is not None)
    middle = capital[len(capital) // 2]
    found = client.get(path, params={"capital_cny.min": middle, "limit": 1}).json()
    assert found["total"] == sum(c >= middle for c in capital)
    name = rows[0]["name_zh"]
    hits = client.get(path, params={"search": name, "limit": 1000}).json()["items"]
    assert rows[0]["firm_id"] in {r["firm_id"] for r in hits}
    assert all(name in " ".join(str(v) for v in r.values()) for r in hits)
    assert client.get(path, params={"search": "no such firm anywhere"}).json()["items"] == []


def test_a_misspelt_filter_is_refused(client: TestClient) -> None:
    answer = client.get(f"{API}/firms", params={"kid": "company"})
    assert answer.status_code == 422
    assert answer.json()["details"]["problems"][0]["where"] == "query.kid"


def test_a_column_called_like_a_parameter_can_be_filtered_by(client: TestClient) -> None:
    rows = read_all(client, f"{API}/places/specialisation", limit=1000)
    period = rows[0]["period"]
    answer = client.get(f"{API}/places/specialisation", params={"period_": period, "limit": 1})
    assert answer.json()["total"] == len(rows)
    assert client.get(f"{API}/places/specialisation", params={"period_": "1950"}).json()["total"] == 0


@pytest.mark.parametrize("cursor", ["x", "e30", "W10", "WzEsMl0", "A" * 3999])
def test_a_made_up_cursor_is_no_page(client: TestClient, cursor: str) -> None:
    assert client.get(f"{API}/firms", params={"cursor": cursor}).status_code == 404


def test_a_cursor_belongs_to_its_query(client: TestClient) -> None:
    cursor = client.get(f"{API}/firms", params={"limit": 2}).json()["next"]
    assert client.get(f"{API}/firms", params={"limit": 2, "cursor": cursor}).status_code == 200
    assert client.get(f"{API}/firms", params={"cursor": cursor, "sort": "-name_zh"}).status_code == 404
    assert client.get(f"{API}/places/regions", params={"cursor": cursor}).status_code == 404


def test_link_leads_to_the_next_page(client: TestClient) -> None:
    first = client.get(f"{API}/firms", params={"limit": 5, "sort": "-capital_cny", "search": "公司"})
    address_of_next = first.headers["link"].split(";")[0].strip("<>")
    assert (
        client.get(address_of_next).json()["items"]
        == client.get(
            f"{API}/firms",
            params={"limit": 5, "sort": "-capital_cny", "search": "公司", "cursor": first.json()["next"]},
        ).json()["items"]
    )


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("", "application/json"),
        ("*/*", "application/json"),
        ("text/*", "text/csv"),
        ("application/json;q=0.2, text/csv", "text/csv"),
        ("text/html, application/vnd.apache.parquet;q=0.5", "application/vnd.apache.parquet"),
    ],
)
def test_format_by_accept(client: TestClient, accept: str, media: str) -> None:
    answer = client.get(f"{API}/sources", headers={"Accept": accept})
    assert answer.headers["content-type"].startswith(media)
    assert "Accept" in answer.headers["vary"]


def test_none_of_the_formats(client: TestClient) -> None:
    answer = client.get(f"{API}/sources", headers={"Accept": "image/png"})
    assert answer.status_code == 406
    assert answer.json()["code"] == "not-acceptable"


_GUARDED = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.text(max_size=12), st.floats(allow_nan=False, allow_infinity=False)), max_size=5)
)
def test_no_text_in_csv_begins_like_a_formula(rows: list[tuple[str, float]]) -> None:
    table = pa.table(
        {"text": pa.array([t for t, _ in rows], pa.string()), "number": pa.array([n for _, n in rows])}
    )
    read = list(csv.reader(io.StringIO(csv_bytes(table).decode("utf-8-sig"), newline="")))
    assert read[0] == ["text", "number"]
    for (text, number), (shown, figure) in zip(rows, read[1:], strict=True):
        assert not shown.startswith(_GUARDED)
        assert shown == (f"'{text}" if text.startswith(_GUARDED) else text)
        assert float(figure) == number


def test_the_same_snapshot_is_not_sent_twice(client: TestClient) -> None:
    for path in (
        f"{API}/firms",
        f"{API}/plan/targets",
        f"{API}/chain/map",
        "/api/v1/regions",
        f"{API}/figures",
    ):
        first = client.get(path)
        tag = first.headers["etag"]
        again = client.get(path, headers={"If-None-Match": f'"other", W/{tag}'})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
        assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200
        assert client.get(path, headers={"If-None-Match": "*"}).status_code == 304
    tags = {
        client.get(f"{API}/firms", params=p, headers=h).headers["etag"]
        for p, h in (({}, {}), ({"limit": 3}, {}), ({}, {"Accept": "text/csv"}), ({"sort": "kind"}, {}))
    }
    assert len(tags) == 4


def test_a_write_changes_the_tag(writer: TestClient) -> None:
    path = f"{API}/plan/observations"
    tag = writer.get(path).headers["etag"]
    row = writer.get(path, params={"limit": 1}).json()["items"][0]
    body = {
        "indicator": row["indicator_id"],
        "period": "2032",
        "value": 2,
        "source": "somebody",
        "status": "estimated",
    }
    stored = writer.post(path, json=body)
    assert stored.status_code == 201
    assert writer.get(path, headers={"If-None-Match": tag}).status_code == 200
    found = writer.get(path, params={"indicator_id": row["indicator_id"], "period": "2032"}).json()["items"]
    assert [f["value"] for f in found] == [2.0]


def test_a_day_that_a_common_year_lacks_means_the_day_before(client: TestClient) -> None:
    def grades(day: str) -> Any:
        return client.get(f"{API}/chain/node_grades", params={"as_of": day}).json()["items"]

    assert grades("2023-02-29") == grades("2023-02-28")
    assert client.get(f"{API}/chain/node_grades", params={"as_of": "2023-02-30"}).status_code == 422


def test_results_are_those_of_the_engines(client: TestClient, served_store: Any) -> None:
    from lianzhang.places.service import specialisation
    from lianzhang.store import Store

    with Store(served_store).reader("langu") as reader:
        spec = specialisation(reader)
    rows = read_all(client, f"{API}/places/specialisation", limit=1000)
    known = {(r["region_id"], r["sector_id"]): r["location_quotient"] for r in rows}
    for i, region in enumerate(spec.region_ids):
        for j, sector in enumerate(spec.sector_ids):
            lq = spec.lq[i, j]
            assert known[region, sector] == (None if np.isnan(lq) else lq)


def test_unknown_collections_are_named() -> None:
    from lianzhang.errors import UnknownNameError

    with pytest.raises(UnknownNameError):
        collection("firms", "frims")
