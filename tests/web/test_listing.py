"""The file of a list of firms holds what the list shows."""

from __future__ import annotations

import csv
import html
import io
import re

import pytest
from fastapi.testclient import TestClient


def _rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def _facet(client: TestClient, name: str) -> str:
    page = client.get("/chongqing/firms?lang=en").text
    found = re.search(rf'href="/chongqing/firms\?([^"]*{name}=[^"]+)"', page)
    assert found, name
    return html.unescape(found[1])


@pytest.mark.parametrize(
    "query", ["", "q=长安", "q=changan&everywhere=1", "place", "sector", "status", "place&q=科技"]
)
def test_the_file_has_what_search_and_facets_show(client: TestClient, query: str) -> None:
    first, _, rest = query.partition("&")
    if first in ("place", "sector", "status"):
        query = "&".join(filter(None, (_facet(client, first), rest)))
    page = client.get(f"/chongqing/firms?{query}").text
    link = re.search(r'href="(/chongqing/firms\.csv[^"]*)"', page)
    assert link
    answer = client.get(html.unescape(link[1]))
    assert answer.headers["content-type"].startswith("text/csv")
    rows = _rows(answer.text)
    total = re.search(r"<b>([\d,]+)</b>", page[page.index('class="tally"') :])
    assert total
    assert len(rows) == int(total[1].replace(",", "")) > 0
    shown = list(dict.fromkeys(re.findall(r'href="/chongqing/firms/([^"/?]+)"', page)))
    shown = [key for key in shown if key != "import"]
    assert shown[:30] == [row["firm_id"] for row in rows[: len(shown[:30])]]
    whole = client.get("/api/v1/chongqing/firms?format=csv&limit=1").text
    assert list(rows[0]) == list(_rows(whole)[0])


def test_what_finds_nothing_has_no_rows_and_no_region_is_told(client: TestClient) -> None:
    assert _rows(client.get("/chongqing/firms.csv?q=zzzz").text) == []
    assert client.get("/atlantis/firms.csv").status_code == 404
