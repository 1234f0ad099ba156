"""What was computed can be read: each run a line that tells it from its like, and a page of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from html import unescape

import pyarrow as pa
import pytest
from starlette.testclient import TestClient

from lianzhang.api.access import open_access
from lianzhang.app.pages.runs import zone
from lianzhang.store import Store, load_pack
from lianzhang.web import create_app
from tests.web.conftest import BASE, TOKEN, settings

LINK = re.compile(r'<li><a href="(/chongqing/runs/[^"]+)"><b>([^<]+)</b>(?: · ([^<]+))?</a>')
SCENARIO = {
    "name": "500109",
    "who": [{"kind": "region", "id": "500109", "firms": None}],
    "within": [],
    "first_day": 5,
    "days": 10,
    "depth": 1.0,
    "recovery": "linear",
    "recovery_days": 10,
    "stock_days": 10.0,
    "stock_draw": "poisson",
    "horizon": None,
    "draws": 2,
}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A server over a store of its own with runs of several kinds, two of them alike but for the draw."""
    path = tmp_path_factory.mktemp("runs") / "store"
    load_pack(Store(path), "chongqing")
    app = create_app(settings(path), access=open_access("127.0.0.1", TOKEN), patience_s=120, warm=False)
    with TestClient(app, base_url=BASE, follow_redirects=False) as made:
        assert made.get("/chongqing/plan").status_code == 200  # keeps what the engines compute
        _add(Store(path))
        yield made


def _add(store: Store) -> None:
    with store.reader("chongqing") as reader:
        inputs = reader.hashes("sectors", "regions")
    table = {"firms": pa.table({"output_cny": [1.0, 2.0]})}
    runs = (
        ("risk.network", {"seed": 1}, 0.25),
        ("risk.network", {"seed": 2}, 1.5),
        ("risk.shock", {"scenario": SCENARIO}, 75.2),
    )
    for name, params, seconds in runs:
        store.save_run(
            "chongqing", name, params=params, inputs=inputs, version="0.3.0+3", tables=table, seconds=seconds
        )
    old = {**inputs, "sectors": "0" * 16}
    store.save_run(
        "chongqing",
        "places.specialisation",
        params={"odd": [1, 2]},
        inputs=old,
        version="0.1.0",
        tables=table,
        seconds=0.1,
    )


def _text(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", html[max(html.find("<main"), 0) : html.index("</main>")]))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_run_is_told_from_its_like_and_opens(kept: TestClient, lang: str) -> None:
    page = kept.get(f"/chongqing/sources?lang={lang}").text
    found = LINK.findall(page)
    assert len(found) >= 9
    assert len({(name, detail) for _, name, detail in found}) >= len(found) - 1, "told apart"
    raw = re.compile(r"risk\.|plan\.track|chain\.|places\.specialisation|500109|_of|_course|\b[0-9a-f]{16}\b")
    assert not raw.search(_text(page[page.index('<section class="card" id="runs"') :]))
    for address, name, _ in found:
        answer = kept.get(unescape(address), headers={"accept-language": lang})
        assert answer.status_code == 200
        assert f"<h1>{name}</h1>" in answer.text
        assert not raw.search(_text(answer.text))


def test_a_run_says_what_went_in_how_long_and_what_rests_on_it(kept: TestClient) -> None:
    found = {
        (name, detail): unescape(a)
        for a, name, detail in LINK.findall(kept.get("/chongqing/sources?lang=zh").text)
    }
    shock = kept.get(found["冲击推演", "北碚区（10天、减产100%） · 2个网络"]).text
    assert "1分15秒" in shock
    assert "北碚区从第5天起全部停产" in shock
    assert re.search(r'href="/chongqing/risk/shock\?[^"]*who=region%3A500109', shock)
    network = kept.get(found["供应网络重构", "第2次抽样"]).text
    assert "0.3.0，方法第3版" in network
    assert "冲击推演" in network, "it was run on this network"
    assert "/chongqing/risk" in network


def test_a_run_on_former_tables_says_so(kept: TestClient) -> None:
    links = LINK.findall(kept.get("/chongqing/sources?lang=zh").text)
    pages = [kept.get(unescape(a)).text for a, name, _ in links if name == "专业化与相关性"]
    assert sum("它所用的表已经变了" in p for p in pages) == 1
    assert kept.get("/chongqing/runs/risk.rank-0000").status_code == 404


def test_the_zone_is_an_offset() -> None:
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    assert zone(moment) == "UTC"
    assert zone(moment.astimezone(timezone(timedelta(hours=8)))) == "UTC+08:00"
    assert zone(moment.astimezone(timezone(-timedelta(hours=3, minutes=30)))) == "UTC-03:30"
