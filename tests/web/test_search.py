"""One field finds every kind of thing, by any name it goes by, and each hit opens."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from starlette.testclient import TestClient

from lianzhang.app.browse.documents import Documents

HIT = re.compile(r'role="option" id="(hit-\d+-\d+)"[^>]*href="([^"]+)"><b>([^<]+)</b>')
GROUP = re.compile(r'id="hits-(\w+)"><b>[^<]+</b> <span>([\d,]+)</span>')


def hits(client: TestClient, words: str, lang: str = "zh") -> list[tuple[str, str]]:
    """Address and name of everything suggested."""
    answer = client.get("/chongqing/search/hits", params={"q": words}, headers={"accept-language": lang})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    found = HIT.findall(answer.text)
    assert len({i for i, _, _ in found}) == len(found), "ids occur once"
    return [(unescape(address), unescape(name)) for _, address, name in found]


@pytest.mark.parametrize(
    ("words", "where"),
    [
        ("长安", "/firms/"),
        ("changan", "/firms/"),
        ("电芯", "/chain?"),
        ("dianxin", "/chain?"),
        ("battery cell", "/chain?"),
        ("新能源汽车产量", "/plan/indicators/nev_output"),
        ("xnyqccl", "/plan/indicators/nev_output"),
        ("NEV output", "/plan/indicators/nev_output"),
        ("永川", "/places/"),
        ("yongchuan", "/places/"),
        ("统计公报", "/sources/"),
        ("tongjigongbao", "/sources/"),
    ],
)
def test_every_kind_is_found_and_opens(client: TestClient, words: str, where: str) -> None:
    found = [address for address, _ in hits(client, words) if where in address]
    assert found, words
    assert client.get(found[0]).status_code == 200


def test_targets_lead_to_what_they_are_about(client: TestClient) -> None:
    page = client.get("/chongqing/search", params={"q": "target", "lang": "en"}).text
    group = page[page.index('id="found-target"') :]
    address = unescape(re.search(r'<li><a href="([^"]+)"', group)[1])  # type: ignore[index]
    assert "/plan/indicators/" in address or "/sources/" in address
    assert client.get(address).status_code == 200


def test_a_node_of_another_cut_opens_in_its_cut(client: TestClient) -> None:
    address = next(a for a, name in hits(client, "电池") if name == "电池")
    assert "cut=icnev-sandian" in address
    assert 'class="drawer open"' in client.get(address).text


def test_all_words_must_be_there(client: TestClient) -> None:
    both = {name for _, name in hits(client, "电池 管理")}
    assert both
    assert all("电池" in name and "管理" in name for name in both)
    assert not hits(client, "电池 不存在的东西")


def test_the_closest_name_stands_first(client: TestClient) -> None:
    places = [name for address, name in hits(client, "两江新区") if "/places/" in address]
    assert places[0] == "两江新区"


def test_counts_are_of_all_not_of_those_shown(client: TestClient) -> None:
    text = client.get("/chongqing/search/hits", params={"q": "重庆"}).text
    counts = {kind: int(n.replace(",", "")) for kind, n in GROUP.findall(text)}
    assert counts["firm"] > 20
    shown = len([a for a, _ in hits(client, "重庆") if "/firms/" in a])
    assert shown == 4
    page = client.get("/chongqing/search", params={"q": "重庆"}).text
    assert "everywhere=1" in page, "the rest of the firms is a click away"


def test_nothing_typed_and_nothing_found(client: TestClient) -> None:
    assert not hits(client, "")
    assert not hits(client, "  ")
    nothing = client.get("/chongqing/search/hits?q=qxqxqx&lang=en").text
    assert "Nothing found" in nothing
    assert client.get("/chongqing/search").status_code == 200
    assert client.get("/chongqing/search", params={"q": "x" * 5000}).status_code == 200


def test_what_was_typed_is_text_and_nothing_else(client: TestClient) -> None:
    page = client.get("/chongqing/search", params={"q": '"><script>alert(1)</script>'}).text
    assert "<script>alert" not in page


def test_documents_are_found_without_a_new_snapshot(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not [a for a, _ in hits(client, "guihua2030") if "/plan/review/" in a]
    monkeypatch.setattr(Documents, "names", lambda self: {"0123456789abcdef": "规划2030.txt"})
    found: list[Any] = [a for a, _ in hits(client, "guihua2030") if "/plan/review/" in a]
    assert found == ["/chongqing/plan/review/0123456789abcdef"]


def test_an_indicator_shows_its_figures_with_their_way_back(client: TestClient) -> None:
    page = client.get("/chongqing/plan/indicators/nev_output?lang=en").text
    anchors = set(re.findall(r'href="#(o-[^"]+)"', page))
    assert anchors
    assert anchors <= set(re.findall(r'id="([^"]+)"', page))
    assert client.get("/chongqing/plan/indicators/nothing").status_code == 404
    svg = client.get("/chongqing/plan/indicators/nev_output?save=line.svg")
    assert svg.headers["content-type"].startswith("image/svg+xml")
