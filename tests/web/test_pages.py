"""Every page in both languages: there, guarded, without raw ids, and honest where something is missing."""

from __future__ import annotations

import csv
import io
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from starlette.testclient import TestClient

from lianzhang.app.pages import chain, plan
from lianzhang.app.pages.pinyin import spell
from lianzhang.config import Settings
from lianzhang.schema import tables
from lianzhang.store import Store, observe
from lianzhang.web import create_app
from lianzhang.web.words import PAGE_WORDS

HAN = re.compile(r"[\u4e00-\u9fff]")
PATHS = [
    "",
    *(f"plan?view={v}" for v in plan.VIEWS),
    "plan?verdict=missed",
    *(f"chain?view={v}" for v in chain.VIEWS),
    "firms",
    "firms?everywhere=1",
    "firms?q=zzzz",
    "places",
    "risk",
    "sources",
    "api",
    "search?q=a",
    "search?q=zzzz",
    "search",
    "plan/tasks",
    "plan/tasks?state=overdue",
    "plan/review",
]
THINGS = [
    "search?q=dianchi",
    "plan/indicators/nev_output",
    "chain?node=icnev-battery-cell",
    "chain?cut=icnev-sandian",
    "firms/cq-avatr",
    "firms/000625.SZ",
    "places?measure=sector-gb4754:36",
    "places/500112",
    "risk/scenario",
    "risk/scenario?who=region:500109&who=node:icnev-battery-cell&days=10",
    "risk/shock?who=region:500109",
    "risk/nodes/icnev-battery-cell",
    "risk/firms/cq-avatr",
    "sources/lz-facts",
]
EVERY = [f"/chongqing/{p}" for p in PATHS + THINGS] + [f"/langu/{p}" for p in PATHS]


class Seen(HTMLParser):
    """What a reader sees or hears: text and the attributes that are read out; ids and links by the way."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.tags: list[str] = []
        self.inline: list[str] = []
        self._hidden = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        self.words += [str(given[n]) for n in ("title", "aria-label", "placeholder", "alt") if given.get(n)]
        if given.get("href"):
            self.links.append(str(given["href"]))
        if given.get("id"):
            self.ids.append(str(given["id"]))
        self.inline += [n for n in given if n == "style" or n.startswith("on")]
        self._hidden += tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self._hidden and data.strip():
            self.words.append(data.strip())

    @property
    def text(self) -> str:
        return " ".join(self.words)


@pytest.fixture(scope="module")
def raw_ids(two_regions: Path) -> set[str]:
    """Ids of the store that nobody should have to read."""
    found: set[str] = set()
    store = Store(two_regions)
    for region in store.regions():
        with store.reader(region) as reader:
            for table in tables().values():
                for column in table.columns:
                    if column.type == "id" and column.name in table.key and reader.has(table.name):
                        values = reader.sql(f'SELECT DISTINCT "{column.name}" AS v FROM {table.name}')
                        found |= {str(v) for v in values["v"].to_pylist() if re.search(r"[-:_.]", str(v))}
    return found - {"high-tech"}  # a word as well


@pytest.mark.parametrize("path", EVERY)
def test_every_page_in_both_languages(client: TestClient, raw_ids: set[str], path: str) -> None:
    for lang, tag in (("zh", "zh-CN"), ("en", "en")):
        answer = client.get(path, headers={"accept-language": lang})
        assert answer.status_code == 200, answer.text[:500]
        assert answer.headers["content-language"] == tag
        policy = answer.headers["content-security-policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        page = Seen(answer.text)
        assert f'<html lang="{tag}"' in answer.text
        assert not page.inline, "a strict policy allows no inline style or handler"
        assert len(page.ids) == len(set(page.ids)), "ids occur once"
        assert "h1" in page.tags
        words = set(re.findall(r"[A-Za-z0-9]+(?:[-:._][A-Za-z0-9]+)+", page.text))
        assert words & raw_ids == set(), "raw ids are shown"
        assert not re.search(r"\b(None|NaN|undefined)\b", page.text)


@pytest.mark.parametrize("path", ["/chongqing/", "/chongqing/plan", "/chongqing/chain", "/chongqing/places"])
def test_every_number_leads_to_an_origin_and_from_there_to_a_source(client: TestClient, path: str) -> None:
    page = Seen(client.get(path).text)
    anchors = {link[1:] for link in page.links if link.startswith("#o-")}
    assert anchors
    assert anchors <= set(page.ids)
    sources = [link for link in page.links if link.startswith("/chongqing/sources/")]
    assert sources
    assert client.get(sources[0]).status_code == 200


def test_the_words_of_the_frame_are_in_their_language() -> None:
    for name, text in PAGE_WORDS.items():
        assert text.zh and text.en, name  # noqa: PT018
        if name != "other_language":
            assert not HAN.search(text.en), name
            assert name in ("seconds",) or HAN.search(text.zh) or text.zh.isascii(), name


def test_the_interface_page_lists_every_operation_and_what_it_links_to_answers(client: TestClient) -> None:
    description = client.get("/api/v1/openapi.json").json()
    every = sum(len(item) for item in description["paths"].values())
    for lang, own, other in (("zh", "候选企业", "Firms elsewhere"), ("en", "Firms elsewhere", "候选企业")):
        answer = client.get("/chongqing/api", headers={"accept-language": lang})
        assert answer.text.count('<code class="ap-') == every
        assert own in answer.text
        assert other not in answer.text
        assert "{region}" not in answer.text
    page = Seen(answer.text)
    opened = [link for link in page.links if link.startswith("/api/v1/chongqing/") and "?" not in link]
    assert len(opened) > 50
    for link in ("/api/v1/openapi.json", opened[0], "/api/v1/chongqing/firms?format=parquet"):
        assert link in page.links
        assert client.get(link).status_code == 200, link
    assert client.get("/api/v1/chongqing/firms?search=a&sort=name_zh&limit=100").status_code == 200
    table = client.get("/api/v1/chongqing/firms?limit=100", headers={"accept": "text/csv"})
    assert table.headers["content-type"].startswith("text/csv")
    for path in ("/chongqing/", "/chongqing/sources"):
        assert "/chongqing/api" in Seen(client.get(path).text).links


def test_leads_of_which_only_the_division_is_known_stand_apart_and_the_rest_is_a_link_away(
    client: TestClient,
) -> None:
    for lang, words in (
        ("zh", "仅同属行业大类，产品未核实"),
        ("en", "Same division only, products not verified"),
    ):
        page = client.get("/chongqing/chain?node=icnev-battery-cell", headers={"accept-language": lang})
        assert words in page.text
    link = next(x for x in Seen(page.text).links if "/candidates?most=500" in x)
    items = client.get(link).json()["items"]
    assert len(items) > 12
    assert any(i["broad"] for i in items)


def test_the_panel_and_the_table_of_gaps_tell_the_same_of_an_amount(client: TestClient) -> None:
    panel = client.get("/chongqing/chain?node=icnev-battery-cell").text
    table = client.get("/chongqing/chain?view=gaps").text
    stated = re.search(r'<dl class="factors">.*?class="num (\w+)"[^>]*>([^<]+)<', panel, re.DOTALL)
    assert stated
    amounts = re.findall(r'class="num (\w+)"[^>]*>([^<]+)<', table)
    assert {status for status, amount in amounts if amount == stated[2]} == {stated[1]} == {"derived"}


def test_the_language_switch_keeps_the_page(client: TestClient) -> None:
    page = client.get("/chongqing/plan?view=ledger&verdict=missed&as_of=2025-06-30&lang=en")
    switch = re.search(r'href="([^"]+)" lang="zh-CN" class="switch-lang"', page.text)
    assert switch
    to = switch[1].replace("&amp;", "&")
    assert all(part in to for part in ("view=ledger", "verdict=missed", "as_of=2025-06-30", "lang=zh"))
    assert 'lang="zh-CN"' in client.get(to).text


def test_language_and_theme_are_kept(client: TestClient) -> None:
    chosen = client.get("/chongqing/risk?lang=zh")
    assert chosen.cookies.get("lz_lang") == "zh"
    client.cookies.set("lz_lang", "zh")
    assert (
        client.get("/chongqing/risk", headers={"accept-language": "en"}).headers["content-language"]
        == "zh-CN"
    )
    moved = client.get("/chongqing/plan?view=ledger&theme=dark")
    assert moved.status_code == 303
    assert moved.headers["location"].endswith("/chongqing/plan?view=ledger")
    client.cookies.set("lz_theme", "dark")
    assert 'data-theme="dark"' in client.get("/chongqing/risk").text


def test_the_day_travels_along(client: TestClient) -> None:
    page = Seen(client.get("/chongqing/?as_of=2024-03-31").text)
    rail = [link for link in page.links if re.match(r"/chongqing/(plan|chain|firms|places)\?", link)]
    assert rail
    assert all("as_of=2024-03-31" in link for link in rail)
    then = client.get("/chongqing/plan?as_of=2024-03-31").text
    assert then != client.get("/chongqing/plan?as_of=2026-06-30").text


def test_unknown_things_are_said_to_be_unknown(client: TestClient) -> None:
    for path, status in (
        ("/nowhere/", 404),
        ("/chongqing/nothing", 404),
        ("/chongqing/firms/nobody", 404),
        ("/chongqing/places/nowhere", 404),
        ("/chongqing/sources/none", 404),
        ("/chongqing/chain?node=none", 404),
        ("/chongqing/chain?cut=none", 404),
        ("/chongqing/places?measure=none", 404),
        ("/chongqing/plan?view=whatif&indicator=none", 404),
        ("/chongqing/plan?as_of=yesterday", 400),
        ("/chongqing/plan?view=whatif&reach=many", 400),
        ("/chongqing/chain?save=wall.exe", 404),
        ("/assets/0/look.css", 404),
    ):
        for lang in ("zh", "en"):
            answer = client.get(path, headers={"accept-language": lang})
            assert answer.status_code == status, path
            assert answer.headers["content-type"].startswith("text/html")
            assert 'role="alert"' in answer.text
            assert answer.headers["cache-control"] == "no-store"


def test_a_fault_of_the_program_is_a_page_too(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("lianzhang.app.pages.sources.sources_view", broken)
    answer = client.get("/chongqing/sources?fault=1")
    assert answer.status_code == 500
    assert 'role="alert"' in answer.text
    assert "ZeroDivision" not in answer.text


def test_an_empty_store_says_what_would_fill_it(tmp_path: Path) -> None:
    app = create_app(Settings(store=tmp_path / "store"), warm=False)
    with TestClient(app, base_url="http://127.0.0.1:8033") as client:
        answer = client.get("/", headers={"accept-language": "zh"})
        assert answer.status_code == 200
        assert "lianzhang pack load chongqing" in answer.text


def test_several_regions_are_offered(client: TestClient) -> None:
    page = Seen(client.get("/").text)
    assert {"/chongqing/", "/langu/"} <= set(page.links)


def test_slow_pages_say_that_they_are_on_their_way(two_regions: Path) -> None:
    app = create_app(Settings(store=two_regions, memory_gb=1.0), patience_s=0.0, warm=False)
    with TestClient(app, base_url="http://127.0.0.1:8033") as client:
        first = client.get("/chongqing/plan?as_of=2023-05-01")
        assert first.headers["refresh"] == "1"
        assert 'role="status"' in first.text
        part = client.get("/chongqing/plan?as_of=2023-05-01", headers={"hx-request": "true"})
        assert "refresh" not in part.headers
        again = client.get("/chongqing/plan?as_of=2023-05-01")
        assert "refresh" not in again.headers


def test_pages_are_kept_until_the_data_change(tmp_path: Path, two_regions: Path) -> None:
    import shutil

    own = tmp_path / "store"
    shutil.copytree(two_regions, own)
    app = create_app(Settings(store=own, memory_gb=1.0), patience_s=120, warm=False)
    with TestClient(app, base_url="http://127.0.0.1:8033") as client:
        before = client.get("/chongqing/plan?view=ledger")
        same = client.get("/chongqing/plan?view=ledger", headers={"if-none-match": before.headers["etag"]})
        assert same.status_code == 304
        assert "first load" in client.get("/chongqing/").text
        observe(
            Store(own), "chongqing", "nev_output", "2026", 1_650_000.0, source="a test", status="official"
        )
        after = client.get("/chongqing/plan?view=ledger", headers={"if-none-match": before.headers["etag"]})
        assert after.status_code == 200
        assert after.headers["etag"] != before.headers["etag"]
        changed = Seen(client.get("/chongqing/").text).text
        assert "Tables that changed" in changed
        assert "+1 row" in changed
        assert "Since the last load" in changed
        observe(
            Store(own), "chongqing", "nev_output", "2027", 1_950_000.0, source="a test", status="official"
        )
        assert "+2 rows" in Seen(client.get("/chongqing/").text).text, (
            "counted from the load, not the last write"
        )


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/chongqing/chain?view=wall", "wall"),
        ("/chongqing/places", "map"),
        ("/chongqing/places", "multiples"),
        ("/chongqing/plan", "tracker"),
        ("/chongqing/plan?view=achievements", "achievements"),
        ("/chongqing/plan/indicators/nev_output", "line"),
        ("/chongqing/chain?view=flows", "flows-1"),
        ("/chongqing/plan?view=whatif&indicator=nev_output&by=2027&reach=2000000", "whatif"),
    ],
)
def test_drawings_are_files(client: TestClient, path: str, key: str) -> None:
    join = "&" if "?" in path else "?"
    for lang in ("zh", "en"):
        svg = client.get(f"{path}{join}save={key}.svg&lang={lang}")
        assert svg.status_code == 200
        assert svg.headers["content-type"].startswith("image/svg+xml")
        root = ElementTree.fromstring(svg.text)
        assert root.tag.endswith("svg")
        assert root.find("{http://www.w3.org/2000/svg}style") is not None
        data = client.get(f"{path}{join}save={key}.csv&lang={lang}")
        rows = list(csv.reader(io.StringIO(data.text.removeprefix("\ufeff"))))
        assert len(rows) > 3
        assert len({len(r) for r in rows}) == 1
        assert "attachment" in data.headers["content-disposition"]


def test_what_if_is_computed_on_the_server(client: TestClient) -> None:
    def chance(reach: int) -> str:
        page = client.get(f"/chongqing/plan?view=whatif&indicator=nev_output&by=2027&reach={reach}&lang=en")
        found = re.search(r'<b class="serif">([<>]?\d+)%</b>', page.text)
        assert found, page.text[:300]
        return found[1]

    easy, hard = chance(1_400_000), chance(4_000_000)
    assert int(easy.strip("<>")) > int(hard.strip("<>"))


def test_firms_are_found_in_chinese_pinyin_initials_and_english(client: TestClient) -> None:
    for words in ("长安汽车", "changanqiche", "caqc", "Avatr"):
        page = Seen(client.get("/chongqing/firms", params={"q": words}).text)
        assert [link for link in page.links if link.startswith("/chongqing/firms/")], words


@pytest.mark.parametrize(
    ("name", "whole", "initials"),
    [
        ("重庆长安汽车", "chongqingchanganqiche", "cqcaqc"),
        ("TCL科技", "tclkeji", "tkj"),
        ("", "", ""),
        ("（）", "", ""),
    ],
)
def test_pinyin(name: str, whole: str, initials: str) -> None:
    assert spell(name) == (whole, initials)


def test_facets_narrow_and_count(client: TestClient) -> None:
    page = client.get("/chongqing/firms").text
    facet = re.search(r'href="(/chongqing/firms\?place=[^"]+)"[^>]*><span>[^<]+</span> <b>([\d,]+)</b>', page)
    assert facet
    narrowed = Seen(client.get(facet[1].replace("&amp;", "&")).text).text
    assert f"Found {facet[2]} firms" in narrowed


def test_assets_are_kept_for_good(client: TestClient) -> None:
    page = client.get("/chongqing/risk").text
    for link in re.findall(r'(?:href|src)="(/assets/[^"]+)"', page):
        answer = client.get(link)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]


def test_the_api_is_still_there(client: TestClient) -> None:
    assert client.get("/api/v1/regions").headers["content-type"].startswith("application/json")
    assert client.get("/api/v1/nothing").headers["content-type"].startswith("application/problem+json")
