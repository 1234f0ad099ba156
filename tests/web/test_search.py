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


@pytest.mark.parametrize(
    ("words", "kinds", "first"),
    [
        ("dianxin", ("node", "elsewhere"), "电芯"),
        ("dian xin", ("node", "firm"), "电芯"),
        ("dx", ("node", "indicator"), "电芯"),
        ("电芯", ("node",), "电芯"),
        ("Battery Cell", ("node",), "电芯"),
        ("电机", ("node", "firm"), "电机"),
        ("changanqiche", ("firm", "indicator"), "长安汽车"),
        ("yc", ("place", "firm"), "永川区"),
        ("yongchuan", ("place", "firm"), "永川区"),
        ("xnyqccl", ("indicator",), "新能源汽车产量"),
        ("NEV output", ("indicator",), "新能源汽车产量"),
        ("ningdeshidai", ("firm", "elsewhere"), "宁德时代重庆（据转述）"),
        ("BYD", ("elsewhere",), "比亚迪"),
    ],
)
def test_what_is_called_so_comes_first_then_the_region_then_elsewhere(
    client: TestClient, words: str, kinds: tuple[str, ...], first: str
) -> None:
    text = client.get("/chongqing/search/hits", params={"q": words, "lang": "zh"}).text
    order = [kind for kind, _ in GROUP.findall(text)]
    assert tuple(order[: len(kinds)]) == kinds
    assert hits(client, words)[0][1] == first
    if "elsewhere" in order and first != "比亚迪":
        assert order.index("elsewhere") > order.index("firm" if "firm" in order else "node")


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
    assert shown == 4, "those of the region, of which there are enough"
    page = client.get("/chongqing/search", params={"q": "重庆"}).text
    assert "/chongqing/firms?q=" in page, "the rest of the firms is a click away"
    page = client.get("/chongqing/search", params={"q": "dian"}).text
    assert "everywhere=1" in page, "so are those elsewhere"


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
