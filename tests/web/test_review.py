"""Review of a document beside its text, and the tree of tasks: what is shown, what a decision changes, the keyboard."""

from __future__ import annotations

import re
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from lianzhang.api.access import open_access
from lianzhang.app.browse.documents import Documents
from lianzhang.store import Store, load_pack
from lianzhang.synth import Size, write_region
from lianzhang.web import create_app
from tests.web.conftest import BASE, TOKEN, settings

DOCUMENT = "00000000000000aa"
TEXT = """示例市汽车产业规划 <b>草案</b>

到2027年，新能源汽车产量达到260万辆。
到2030年，汽车产业产值超过1.2万亿元，其中零部件配套率提高到80%左右。
2024年，新能源汽车产量95.3万辆，同比增长90.5%。
建成公共充电桩24万个。
"""
AUTH = {"authorization": f"Bearer {TOKEN}"}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small made-up region with a document that was read; every test gets a copy."""
    folder = tmp_path_factory.mktemp("review")
    made_up = write_region(folder / "pack", Size(firms=60, districts=4, io_sectors=6), seed=4).parent
    store = Store(folder / "store")
    load_pack(store, made_up)
    path = folder / "规划.txt"
    path.write_text(TEXT, encoding="utf-8")
    Documents(store.path, "langu").read(path, DOCUMENT, "2025-03")
    return store.path


@pytest.fixture
def own(store: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(store, tmp_path / "store"))


@pytest.fixture
def reviewer(own: Path) -> Iterator[TestClient]:
    app = create_app(settings(own), access=open_access("127.0.0.1", TOKEN), patience_s=120, warm=False)
    with TestClient(app, base_url=BASE) as made:
        yield made


def marks(page: str) -> dict[str, str]:
    """Text and state of every marked piece."""
    return {
        unescape(text): state
        for state, text in re.findall(r'class="rv-q (\w+)" data-statement[^>]*>([^<]+)</a>', page)
    }


def ids(page: str) -> list[str]:
    return re.findall(r'data-card="([0-9a-f]{12})"', page)


def test_documents_are_listed_with_what_is_left(reviewer: TestClient) -> None:
    for lang, word in (("zh", "待定"), ("en", "open")):
        page = reviewer.get("/langu/plan/review", headers={"accept-language": lang}).text
        assert "规划.txt" in page
        assert word in page
        assert f"/langu/plan/review/{DOCUMENT}" in page
        assert 'enctype="multipart/form-data"' in page


def test_documents_are_found_by_name(reviewer: TestClient) -> None:
    for words in ("规划", "guihua", "gh.txt"):
        found = reviewer.get("/langu/search/hits", params={"q": words}).text
        assert (f"/langu/plan/review/{DOCUMENT}" in found) == (words != "gh.txt")


def test_no_documents_say_what_would_fill_it(client: TestClient) -> None:
    assert "No document has been read yet" in client.get("/langu/plan/review?lang=en").text


def test_the_text_is_whole_and_every_statement_marked(reviewer: TestClient) -> None:
    page = reviewer.get(f"/langu/plan/review/{DOCUMENT}?shown=all").text
    shown = re.findall(r'class="rv-line"[^>]*>.*?<p>(.*?)</p>', page, re.DOTALL)
    assert [unescape(re.sub(r"<[^>]+>", "", line)) for line in shown] == TEXT.split("\n")
    assert "<b>草案" not in page, "the document is text, not markup"
    read = reviewer.get(f"/api/v1/langu/plan/documents/{DOCUMENT}").json()["statements"]
    assert sorted(ids(page)) == sorted(s["statement_id"] for s in read)
    assert len(marks(page)) >= len(read) - 1
    assert set(marks(page).values()) == {"open"}


def test_a_decision_shows_at_once_and_the_history_is_kept(reviewer: TestClient) -> None:
    page = reviewer.get(f"/langu/plan/review/{DOCUMENT}").text
    key = ids(page)[0]
    send = f"/api/v1/langu/plan/documents/{DOCUMENT}/decisions"
    refused = reviewer.post(send, json={"statement_id": key, "decision": "accept"})
    assert refused.status_code == 401
    for body in (
        {"decision": "accept"},
        {"decision": "correct", "fields": {"value": "123"}},
        {"decision": "reject"},
    ):
        assert reviewer.post(send, json={"statement_id": key, **body}, headers=AUTH).status_code == 201
    answer = reviewer.get(f"/langu/plan/review/{DOCUMENT}", params={"statement": key, "lang": "en"})
    assert answer.headers["cache-control"] == "no-store"
    assert 'class="rv-state reject"' in answer.text
    assert "reject" in marks(answer.text).values()
    history = answer.text[answer.text.index('class="rv-history"') :]
    assert history.index("accepted") < history.index("corrected") < history.index("rejected")
    assert "123" in history
    assert key not in ids(answer.text), "the list holds the open ones"
    assert key in ids(reviewer.get(f"/langu/plan/review/{DOCUMENT}?shown=reject").text)


def test_unknown_documents_and_statements(reviewer: TestClient) -> None:
    assert reviewer.get("/langu/plan/review/0000000000000000").status_code == 404
    assert reviewer.get("/langu/plan/review/..%2f..%2fmanifest").status_code == 404
    assert reviewer.get(f"/langu/plan/review/{DOCUMENT}?statement=none").status_code == 404
    assert reviewer.get(f"/langu/plan/review/{DOCUMENT}?shown=nonsense").status_code == 200


def test_tasks_filter_by_state_and_keep_their_branch(client: TestClient) -> None:
    page = client.get("/chongqing/plan/tasks?lang=en").text
    count = int(re.search(r"Overdue <span>(\d+)</span>", page)[1])  # type: ignore[index]
    assert count
    late = client.get("/chongqing/plan/tasks?lang=en&state=overdue").text
    assert late.count('class="ts-node late"') == count
    assert page.count('<details class="ts-node') > late.count('<details class="ts-node')
    links = set(re.findall(r'href="(/chongqing/sources/[^"]+)"', page))
    assert links
    assert client.get(unescape(min(links))).status_code == 200


def test_a_target_of_the_tracker_leads_to_its_tasks(client: TestClient) -> None:
    tracker = client.get("/chongqing/plan?lang=zh").text
    found = re.findall(r'<p class="also"><a href="([^"]+)">由它衡量的任务(\d+)项', tracker)
    assert found
    whole = client.get("/chongqing/plan/tasks?lang=zh").text.count('<details class="ts-node')
    for address, count in {unescape(a): int(n) for a, n in found}.items():
        page = client.get(address).text
        assert "只列由这个目标衡量的任务" in page
        assert page.count('<ul class="ts-targets">') >= count
        assert count <= page.count('<details class="ts-node') < whole
    assert client.get("/chongqing/plan/tasks?target=nothing").text.count('<details class="ts-node') == whole


def test_the_tree_speaks_to_people_not_to_programs(client: TestClient) -> None:
    page = client.get("/chongqing/plan/tasks?lang=zh").text
    assert not re.search(r"owner（|state（|tasks 表|项下级", page)
    assert re.search(r"下含\d+项", page)
    assert "2026年1月25日撤销" in client.get("/chongqing/places/500112?lang=zh").text
    title = re.search(r"<title>(.*?)</title>", client.get("/chongqing/risk/scenario?lang=zh").text)
    assert title
    assert title[1].count("情景推演") == 1


@pytest.fixture
def served(own: Path) -> Iterator[str]:
    import uvicorn

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    app = create_app(settings(own), access=open_access("127.0.0.1", TOKEN), patience_s=120, warm=False)
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 30
    while not server.started:
        assert time.monotonic() < until, "the server did not start"
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(timeout=10)


def test_review_by_keyboard(chromium: str, served: str, own: Path, tmp_path: Path) -> None:
    """Walk, accept, reject, correct without a mouse; the token is asked for once; nothing is lost on the way."""
    from playwright.sync_api import sync_playwright

    from tools.screenshots import FLAGS

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        tab: Any = browser.new_page(locale="en-US", viewport={"width": 1440, "height": 1000})
        errors: list[str] = []
        tab.on("pageerror", lambda e: errors.append(str(e)))
        tab.goto(f"{served}/langu/plan/review/{DOCUMENT}")

        def chosen() -> str:
            return str(tab.locator("#rv-side").get_attribute("data-chosen"))

        def moved(before: str) -> str:
            tab.wait_for_function(
                "before => document.querySelector('#rv-side').dataset.chosen !== before", arg=before
            )
            return chosen()

        first = chosen()
        tab.keyboard.press("j")
        second = moved(first)
        tab.keyboard.press("k")
        assert moved(second) == first
        tab.keyboard.press("a")
        field = tab.locator("#sign-in input")
        field.fill("not the token, at all")
        tab.keyboard.press("Enter")
        tab.wait_for_selector("#sign-in .wrong:visible")
        field.fill(TOKEN)
        tab.keyboard.press("Enter")
        tab.wait_for_selector("#sign-in", state="hidden")
        third = moved(first)
        tab.wait_for_selector(".rv-saving", state="hidden")
        tab.keyboard.press("r")
        fourth = moved(third)
        tab.wait_for_selector(".rv-saving", state="hidden")
        tab.keyboard.press("e")
        value = tab.locator("#rv-form [name=value]")
        value.fill("many")
        value.press("Enter")
        tab.wait_for_function("() => document.querySelector('.rv-said').textContent.includes('many')")
        assert chosen() == fourth, "a correction that does not fit stays to be mended"
        value.fill("321")
        value.press("Enter")
        moved(fourth)
        states = {s.original.id: s.decision for s in Documents(own, "langu").reviewed(DOCUMENT)}
        assert states[first] == "accept"
        assert states[third] == "reject"
        assert states[fourth] == "correct"
        tab.keyboard.press("?")
        assert tab.locator("#rv-help").is_visible()
        tab.keyboard.press("Escape")
        assert tab.context.cookies()[0]["httpOnly"]
        assert tab.context.cookies()[0]["sameSite"] == "Strict"
        path = tmp_path / "second.txt"
        path.write_text("到2028年，汽车产量达到300万辆。\n", encoding="utf-8")
        tab.goto(f"{served}/langu/plan/review")
        tab.set_input_files("input[name=file]", path)
        tab.click("lz-job button[type=submit]")
        tab.wait_for_url(re.compile(r"/langu/plan/review/[0-9a-f]{16}"))
        assert tab.locator("main h1").inner_text() == "second.txt"
        assert not errors
        browser.close()
