"""Problems with parameters say what, where and how, wholly in one language."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

from tests.api.conftest import API, TOKEN


@pytest.mark.parametrize(
    ("query", "zh", "en"),
    [
        (
            "founded.min=abc",
            "参数 founded.min：须为时期，如 2026、2026-03 或 2026-03-31",
            "must be a period such as",
        ),
        ("limit=0", "参数 limit：须不小于 1", "parameter limit: must be at least 1"),
        ("limit=abc", "参数 limit：须为整数", "parameter limit: must be a whole number"),
        ("nonsense=1", "参数 nonsense：不认识", "parameter nonsense: is not known here"),
        ("format=xml", "参数 format：只能是 json、csv、parquet", "must be one of json, csv, parquet"),
        ("search=", "参数 search：至少 1 个字符", "needs at least 1 characters"),
    ],
)
def test_a_filter_that_is_off_is_refused(client: TestClient, query: str, zh: str, en: str) -> None:
    for lang, wanted in (("zh", zh), ("en", en)):
        answer = client.get(f"{API}/firms?{query}&lang={lang}")
        assert answer.status_code == 422
        problem = answer.json()
        assert wanted in problem["detail"]
        assert problem["details"]["problems"][0]["where"].startswith("query.")
        assert "[0-9]" not in problem["detail"], "a regular expression explains nothing"


def test_a_day_that_is_none(client: TestClient) -> None:
    answer = client.get(f"{API}/plan/ledger?as_of=yesterday&lang=zh")
    assert (answer.status_code, answer.json()["detail"]) == (422, "参数 as_of：须为日期，如 2026-03-31")


def test_chinese_problems_hold_no_english_sentence(client: TestClient) -> None:
    bearer = {"Authorization": f"Bearer {TOKEN}", "Accept-Language": "zh"}
    answers = [
        client.post(
            f"{API}/runs",
            headers=bearer,
            content=b"{",
        ),
        client.post(f"{API}/runs", headers=bearer | {"Content-Type": "application/json"}, content=b"{"),
        client.post(f"{API}/runs", headers=bearer, json={"kind": "nothing"}),
        client.post(f"{API}/plan/observations", headers=bearer, json={"value": "x"}),
        client.post(
            "/api/v1/packs",
            headers=bearer | {"Content-Type": "multipart/form-data; boundary=a"},
            content=b"x",
        ),
        client.post(f"{API}/plan/observations", headers=bearer, content=b" " * (2 << 20)),
        client.post(f"{API}/plan/observations", headers=bearer, content=iter([b" " * (2 << 20)])),
        client.get("/nowhere", headers=bearer),
        client.put("/health", headers=bearer),
        client.get(f"{API}/firms?limit=-1", headers=bearer),
    ]
    for answer in answers:
        assert 400 <= answer.status_code < 500
        words = re.sub(r"(?:body|query)?[\w.]+（|application/\w+|JSON|CSV", "", answer.json()["detail"])
        assert re.search(r"[\u4e00-\u9fff]", words)
        assert not re.search(r"[A-Za-z]+ [A-Za-z]+ [a-z]+", words), words
