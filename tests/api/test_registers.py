"""A register through the interface: upload, columns proposed and agreed, import, quarantine, a newer file."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from lianzhang.app.browse import registers as kept
from lianzhang.app.browse.registers import Registers
from lianzhang.firms.kernel.uscc import check_character
from lianzhang.store import Store
from tests.api.conftest import API, BASE, TOKEN, serve

PLACE = f"{API}/firms/registers"


def code(number: int) -> str:
    first = f"91999900MA{number:07d}"
    return first + check_character(first)


HEADER = ["名称", "代码", "法定代表人", "联系电话", "经营范围", "注册资本（万元）", "地址"]
ROWS = [
    [
        "青溪齿轮有限公司",
        code(1),
        "王五",
        "13912345678",
        "汽车变速器齿轮制造、销售",
        "500",
        "某路1号 13912345678",
    ],
    ["白沙电机厂", code(2), "赵六", "", "制造：电动机", "1,200", "某路2号"],
    ["石门商贸有限公司", "9150", "", "", "销售：建材", "80", ""],
]


def written(rows: list[list[str]], encoding: str = "gb18030") -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode(encoding)


def ended(client: TestClient, answer: Any) -> dict[str, Any]:
    assert answer.status_code == 202, answer.text
    for _ in range(600):
        job: dict[str, Any] = client.get(answer.headers["location"]).json()
        if job["state"] in ("done", "failed", "cancelled"):
            return job
        time.sleep(0.05)
    raise AssertionError(job)


def uploaded(client: TestClient, content: bytes, name: str = "园区名录.csv") -> dict[str, Any]:
    job = ended(client, client.post(PLACE, files={"file": (name, content)}))
    assert job["state"] == "done", job
    found: dict[str, Any] = client.get(f"{PLACE}/{job['result']['register_id']}").json()
    return found


def agreed(register: dict[str, Any], **more: str) -> dict[str, Any]:
    pairs = [f"{c['field']}={n}" for n, c in enumerate(register["columns"], 1) if c["field"]]
    return {"columns": ["", *pairs], "title": register["title"]} | more


@pytest.fixture
def reader(own_store: Path) -> Iterator[TestClient]:
    """One without the token, over the same store as `writer`."""
    with TestClient(serve(own_store), base_url=BASE) as found:
        yield found


def test_from_upload_to_firms(writer: TestClient, own_store: Path) -> None:
    register = uploaded(writer, written([["某园区登记表"], HEADER, *ROWS]))
    assert (register["state"], register["title"], register["header_row"]) == ("proposed", "园区名录", 2)
    fields = {c["name"]: c["field"] for c in register["columns"]}
    assert fields["名称"] == "name"
    assert fields["注册资本（万元）"] == "capital"
    personal = [c for c in register["columns"] if c["personal"]]
    assert [c["name"] for c in personal] == ["法定代表人", "联系电话"]
    assert all(c["samples"] == [] for c in personal)
    assert "13912345678" not in str(register)
    # The codes' column has a name that says nothing: somebody says what it is.
    body = agreed(register)
    body["columns"].append("uscc=2")
    job = ended(writer, writer.post(f"{PLACE}/{register['register_id']}", data=body))
    assert job["state"] == "done", job
    done = writer.get(f"{PLACE}/{register['register_id']}").json()
    assert (done["state"], done["done"]["import"]["firms"], done["done"]["kept"]["rows"]["firms"]) == (
        "done",
        2,
        2,
    )
    assert [(r["row"], r["reason"], r["name"]) for r in done["refused"]] == [
        (5, "code-length", "石门商贸有限公司")
    ]
    with Store(own_store).reader() as read:
        rows = read.sql(
            "SELECT name_zh, capital_cny, sector_id FROM firms WHERE source_id = $s ORDER BY name_zh",
            {"s": done["source_id"]},
        ).to_pylist()
        titles = read.sql(
            "SELECT title_zh FROM sources WHERE source_id = $s", {"s": done["source_id"]}
        ).to_pylist()
    assert [(r["name_zh"], r["capital_cny"]) for r in rows] == [
        ("白沙电机厂", 1.2e7),
        ("青溪齿轮有限公司", 5e6),
    ]
    assert titles == [{"title_zh": "园区名录"}]
    refused = writer.get(f"{PLACE}/{register['register_id']}/quarantine")
    assert refused.headers["content-type"].startswith("text/csv")
    assert "石门商贸有限公司" in refused.content.decode("utf-8-sig")
    # The file is gone, with what was personal in it; the trail says who agreed to what.
    assert not list(own_store.rglob("园区名录.csv"))
    assert writer.post(f"{PLACE}/{register['register_id']}", data=body).status_code == 422
    trail = writer.get(f"{API}/audit").json()["items"]
    assert any(e["details"].get("columns", {}).get("uscc") == "代码" for e in trail)


def test_the_next_file_of_a_register_needs_no_agreement_anew(writer: TestClient, own_store: Path) -> None:
    register = uploaded(writer, written([HEADER, *ROWS]))
    body = agreed(register, title="某园区")
    body["columns"].append("uscc=2")
    assert ended(writer, writer.post(f"{PLACE}/{register['register_id']}", data=body))["state"] == "done"
    newer = [
        [ROWS[0][0], *ROWS[0][1:5], "900", ""],
        ["新来机械有限公司", code(7), "", "", "制造机械", "1", ""],
    ]
    second = uploaded(writer, written([HEADER, *newer], "utf-16"), "2027.csv")
    assert (second["remembered"], second["title"]) == (True, "某园区")
    assert {c["name"]: c["field"] for c in second["columns"]}["代码"] == "uscc"
    job = ended(writer, writer.post(f"{PLACE}/{second['register_id']}", data=agreed(second)))
    done = job["result"]["done"]["import"]
    assert (done["firms"], done["new"], done["changed"]) == (2, 1, 1)
    assert job["result"]["done"]["kept"]["rows"]["firms"] == 3
    assert [r["title"] for r in writer.get(PLACE).json()["items"]] == ["某园区", "某园区"]


def test_choices_that_do_not_hold_are_refused_at_once(writer: TestClient) -> None:
    register = uploaded(writer, written([HEADER, *ROWS]))
    place = f"{PLACE}/{register['register_id']}"
    for columns in (["uscc=2"], ["name=1", "name=2"], ["name=3"], ["name=99"], ["nonsense=1"], ["name"]):
        answer = writer.post(place, data={"columns": columns, "title": "x"})
        assert answer.status_code in (404, 422), columns
    assert writer.post(place, data={"columns": ["name=1"], "title": " "}).status_code == 422
    day = {"columns": ["name=1"], "title": "x", "evidence_date": "last year"}
    assert writer.post(place, data=day).status_code == 422
    assert writer.get(place).json()["state"] == "proposed"


def test_another_header_can_be_asked_for(writer: TestClient) -> None:
    register = uploaded(writer, written([["甲", "乙"], ["丙", "丁"], ["戊机械厂", "己"]]))
    assert [c["name"] for c in register["columns"]] == ["甲", "乙"]
    place = f"{PLACE}/{register['register_id']}"
    job = ended(writer, writer.post(f"{place}/look", data={"header_row": "2"}))
    assert [c["name"] for c in job["result"]["columns"]] == ["丙", "丁"]
    job = ended(writer, writer.post(f"{place}/look", data={"header_row": "0"}))
    assert [c["name"] for c in job["result"]["columns"]] == ["#1", "#2"]
    body = {"columns": ["name=1"], "title": "x"}
    assert ended(writer, writer.post(place, data=body))["result"]["done"]["import"]["firms"] == 3


def test_what_is_no_register_says_so(writer: TestClient) -> None:
    job = ended(writer, writer.post(PLACE, files={"file": ("a.xls", b"\xd0\xcf\x11\xe0" + bytes(600))}))
    assert job["state"] == "failed"
    assert ".xlsx" in job["problem"]["hint"]
    assert writer.get(f"{PLACE}/{'0' * 16}").status_code == 404
    assert writer.get(f"{PLACE}/..%2f..").status_code in (404, 422)
    assert writer.get(PLACE).json()["items"] == []


def test_reading_needs_no_token_and_writing_does(writer: TestClient, reader: TestClient) -> None:
    register = uploaded(writer, written([HEADER, *ROWS]))
    place = f"{PLACE}/{register['register_id']}"
    assert reader.get(place).status_code == 200
    assert reader.post(PLACE, files={"file": ("a.csv", b"x")}).status_code == 401
    assert reader.post(place, data=agreed(register)).status_code == 401
    assert reader.delete(place).status_code == 401
    assert writer.delete(place).status_code == 204
    assert writer.get(place).status_code == 404


def test_what_nobody_agreed_to_is_gone_after_a_day(
    writer: TestClient, own_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = uploaded(writer, written([HEADER, *ROWS]))
    later = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    mine = Registers(own_store, "langu")
    old = mine.register(first["register_id"])
    place = own_store / "registers" / ".uploads" / "langu" / first["register_id"]
    assert place.is_dir()
    assert old.uploaded_at < later
    monkeypatch.setattr(kept, "_KEPT", timedelta(days=-1))
    uploaded(writer, written([HEADER, *ROWS]))
    assert not place.exists()
    assert TOKEN
