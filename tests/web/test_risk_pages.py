"""The pages of risk: a scenario put together, run and watched day by day; what a node or firm hangs on.

The walks compute on the bundled pack with a single reconstructed network, which takes seconds.
"""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from starlette.testclient import TestClient

from lianzhang import __version__
from lianzhang.api.access import open_access
from lianzhang.app.risk import runs, scenario
from lianzhang.i18n import Lang
from lianzhang.report.draw.shock import lit
from lianzhang.web import create_app
from tests.web.conftest import BASE, TOKEN, settings
from tests.web.test_pages import Seen

PAIRS = [
    ("who", "region:500109"),
    ("days", "10"),
    ("recovery_days", "10"),
    ("draws", "1"),
]
QUERY = urlencode(PAIRS)
TOKEN_HEADER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture(scope="module")
def own_store(two_regions: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the store: computing writes into it."""
    place = tmp_path_factory.mktemp("risk") / "store"
    shutil.copytree(two_regions, place)
    return place


@pytest.fixture(scope="module")
def pages(own_store: Path) -> Iterator[TestClient]:
    """A client of a server over the copy."""
    app = create_app(settings(own_store), access=open_access("127.0.0.1", TOKEN), patience_s=120, warm=False)
    with TestClient(app, base_url=BASE, follow_redirects=False) as made:
        yield made


@pytest.fixture(scope="module")
def result(pages: TestClient) -> str:
    """Address of a result that has been computed over HTTP, as the page's button does."""
    before = pages.get(f"/chongqing/risk/shock?{QUERY}")
    assert 'data-part="run"' not in before.text
    body = json.loads(_attribute(before.text, "data-body"))
    wanted = scenario.from_query(PAIRS)
    assert wanted is not None
    assert body == {**wanted.plain(), "name": "beibei-flood-10d"}, "a stress test keeps its name"
    answer = pages.post(_attribute(before.text, "data-start"), json=body, headers=TOKEN_HEADER)
    assert answer.status_code == 202, answer.text
    _ended(pages, answer.json()["job_id"])
    return f"/chongqing/risk/shock?{QUERY}"


def _attribute(html: str, name: str) -> str:
    found = re.search(rf'{name}="([^"]*)"', html)
    assert found, name
    return found[1].replace("&#34;", '"').replace("&amp;", "&")


def _ended(pages: TestClient, job_id: str) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        job = pages.get(f"/api/v1/jobs/{job_id}").json()
        if job["state"] in ("done", "failed", "cancelled"):
            assert job["state"] == "done", job
            return
        time.sleep(0.2)
    pytest.fail("the computation did not end")


def _run(html: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" data-part="run">(.*?)</script>', html, re.DOTALL)
    assert found
    made: dict[str, Any] = json.loads(found[1])
    return made


def _drawing(html: str) -> ElementTree.Element:
    """The desktop picture to choose from."""
    found = re.search(r'<svg[^>]*class="drawing targets".*?</svg>', html, re.DOTALL)
    assert found
    return ElementTree.fromstring(found[0])


# --- putting a scenario together ---------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_address_is_the_whole_scenario(pages: TestClient, lang: Lang) -> None:
    pairs = [("who", "region:500109"), ("who", "sector:io153:38085"), ("within", "500112"), ("depth", "0.5")]
    answer = pages.get(f"/chongqing/risk/scenario?{urlencode(pairs)}", headers={"accept-language": lang})
    assert answer.status_code == 200
    hidden = re.findall(r'<input type="hidden" name="(who|within)" value="([^"]+)">', answer.text)
    assert hidden == [("who", "region:500109"), ("who", "sector:io153:38085"), ("within", "500112")]
    assert 'value="0.5" selected' in answer.text
    words = Seen(answer.text).text
    for shown in {"zh": ["北碚区", "电池", "产能减少50%"], "en": ["Beibei", "Batteries", "50% of capacity"]}[
        lang
    ]:
        assert shown in words
    body = json.loads(_attribute(answer.text, "data-body"))
    wanted = scenario.from_query(pairs)
    assert wanted is not None
    assert {**body, "name": wanted.name} == wanted.plain()
    assert (
        body["name"]
        == {"zh": "北碚区和电池减产50%、30天", "en": "Beibei District and Batteries: 50% less for 30 days"}[
            lang
        ]
    )


def test_a_brick_and_a_district_are_added_and_taken_out_by_links(pages: TestClient) -> None:
    page = pages.get("/chongqing/risk/scenario").text
    root = _drawing(page)
    links = [e.get("href") or "" for e in root.iter() if e.tag.endswith("}a")]
    assert len(links) > 80, "bricks of the wall and districts"
    cell = next(h for h in links if "icnev-battery-cell" in h)
    with_cell = pages.get(cell).text
    assert 'name="who" value="node:icnev-battery-cell"' in with_cell
    root = _drawing(with_cell)
    chosen = [e for e in root.iter() if e.get("aria-current") == "true"]
    assert len(chosen) == 1
    without = pages.get(chosen[0].get("href") or "").text
    assert 'name="who"' not in re.sub(r"<select.*?</select>", "", without, flags=re.DOTALL)


def test_districts_can_limit_instead(pages: TestClient) -> None:
    page = pages.get("/chongqing/risk/scenario?limit=1&who=sector:io153:38085").text
    links = [e.get("href") or "" for e in _drawing(page).iter() if e.tag.endswith("}a")]
    assert any("within=500109" in h for h in links)
    assert not any("region%3A" in h for h in links)


def test_a_firm_is_found_and_said_to_be_stood_in_for(pages: TestClient) -> None:
    page = Seen(pages.get("/chongqing/risk/scenario?find=avatr", headers={"accept-language": "en"}).text)
    assert any("who=firm%3Acq-avatr" in h for h in page.links)
    assert "stands in" in page.text


def test_the_plain_form_sends_what_the_page_reads(pages: TestClient) -> None:
    """Every field of the form is one of a scenario's, so that no script is needed to write its address."""
    page = pages.get(f"/chongqing/risk/scenario?{QUERY}").text
    form = re.search(r'<form class="rk-build".*?</form>', page, re.DOTALL)
    assert form
    names = set(re.findall(r'(?:input|select)[^>]* name="([^"]+)"', form[0]))
    known = set(scenario.Scenario.__dataclass_fields__) | {"find", "limit"}
    assert names <= known
    assert {"who", "first_day", "days", "depth", "recovery", "recovery_days", "stock_days"} <= names
    assert 'type="submit"' in form[0]


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("who=region:500109&depth=7", "depth"),
        ("who=region:500109&days=a", "days"),
        ("who=region:999999", "999999"),
        ("who=planet:earth", "planet"),
    ],
)
def test_a_scenario_that_cannot_be_read_says_what_is_wrong(pages: TestClient, query: str, says: str) -> None:
    for page in ("scenario", "shock"):
        answer = pages.get(f"/chongqing/risk/{page}?{query}", headers={"accept-language": "en"})
        assert 400 <= answer.status_code < 500
        assert 'role="alert"' in answer.text
        assert says in answer.text


def test_a_result_of_nobody_is_refused(pages: TestClient) -> None:
    answer = pages.get("/chongqing/risk/shock?days=10", headers={"accept-language": "zh"})
    assert answer.status_code == 400
    assert "谁受冲击" in answer.text


def test_a_region_without_types_of_inputs_says_so(pages: TestClient) -> None:
    for path in ("risk", "risk/scenario", "risk/nodes/x"):
        answer = pages.get(f"/langu/{path}", headers={"accept-language": "zh"})
        assert answer.status_code in (200, 409, 422)
        assert "投入类型" in answer.text
    assert "risk/scenario" not in pages.get("/langu/risk").text


def test_what_is_missing_can_be_started_from_the_risk_page(pages: TestClient) -> None:
    page = pages.get("/chongqing/risk", headers={"accept-language": "en"}).text
    bodies = [json.loads(b.replace("&#34;", '"')) for b in re.findall(r'data-body="([^"]*)"', page)]
    assert {b["kind"] for b in bodies} >= {"rank", "remedy"}
    assert bodies[0] == {"kind": "all"}  # one button for everything, before those for one
    assert page.count("<lz-job") == len(bodies)
    refused = pages.post("/api/v1/chongqing/risk/runs", json=bodies[0])
    assert refused.status_code == 401


# --- the result --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_result_states_its_finding(pages: TestClient, result: str, lang: Lang) -> None:
    answer = pages.get(result, headers={"accept-language": lang})
    assert answer.status_code == 200
    page = Seen(answer.text)
    assert {"zh": "北碚区受淹10天", "en": "Beibei District is flooded for 10 days"}[lang] in page.text
    assert {"zh": "重构网络", "en": "reconstructed network"}[lang] in page.text
    assert {"zh": "增加值损失", "en": "of value added is lost"}[lang] in page.text
    assert not page.inline
    assert len(page.ids) == len(set(page.ids))


def test_a_result_of_an_earlier_version_is_shown_with_its_date_and_a_button(
    pages: TestClient, result: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = pages.get(result, headers={"accept-language": "en"}).text
    assert "earlier version" not in fresh
    monkeypatch.setattr(runs, "__version__", "9.9.9")
    # Pages are kept by address: another day is drawn anew.
    old = pages.get(f"{result}&day=11", headers={"accept-language": "en"}).text
    assert _run(old) == _run(fresh)
    assert f"by version {__version__}, from the same data" in Seen(old).text
    assert _attribute(old, "data-start") == "/api/v1/chongqing/risk/shocks"
    assert "Compute again" in old
    builder = pages.get(result.replace("/shock?", "/scenario?"), headers={"accept-language": "zh"}).text
    assert "较早版本的结果" in builder
    assert "重新计算" in builder


def test_a_day_dims_wall_and_map(pages: TestClient, result: str) -> None:
    page = pages.get(f"{result}&day=10", headers={"accept-language": "en"}).text
    run = _run(page)
    assert len(run["total"][0]) == 5 + 10 + 10 + 30
    drawn = re.findall(r'class="hit lamp lit-(\w+)[^"]*"[^>]*data-lamp="(\d+)"', page)
    assert len(drawn) == 2 * len(run["lamps"]), "desktop and phone"
    for step, number in drawn:
        which = run["lamps"][int(number)]
        if which is None:
            assert step == "none"
        else:
            assert int(step) == pytest.approx(lit(run["paths"][which][10] / 10), abs=0)
    beibei = dict(run["places"])["Beibei District"]
    assert beibei[10] == 0
    assert beibei[0] == 1000


def test_the_day_that_is_shown_is_the_darkest_unless_one_is_asked_for(pages: TestClient, result: str) -> None:
    total = _run(pages.get(result).text)["total"][0]
    shown = re.search(r'name="day" min="0" max="(\d+)" step="1" value="(\d+)"', pages.get(result).text)
    assert shown
    assert int(shown[1]) == len(total) - 1
    assert total[int(shown[2])] == min(total)
    assert 'value="54"' in pages.get(f"{result}&day=900").text


def test_data_and_picture_are_files(pages: TestClient, result: str) -> None:
    answer = pages.get(f"{result}&save=days.csv")
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert len(rows) == 1 + 55
    assert len(rows[0]) > 80
    picture = pages.get(f"{result}&save=days.svg&day=10")
    assert picture.headers["content-type"].startswith("image/svg+xml")
    root = ElementTree.fromstring(picture.text)
    assert any("lit-0" in (e.get("class") or "") for e in root.iter()), "the district that is flooded"
    assert "hit.csv" in pages.get(result).text


def test_a_node_and_a_firm_say_on_whom_they_hang(pages: TestClient, result: str) -> None:
    node = pages.get("/chongqing/risk/nodes/icnev-battery-cell", headers={"accept-language": "en"})
    assert node.status_code == 200
    page = Seen(node.text)
    assert any("who=node%3Aicnev-battery-cell" in h for h in page.links)
    assert "Substitutes at home" in page.text
    firm = pages.get("/chongqing/risk/firms/cq-avatr", headers={"accept-language": "en"})
    assert "stands in for" in Seen(firm.text).text
    about = pages.get("/chongqing/firms/cq-avatr", headers={"accept-language": "en"}).text
    assert 'hx-get="/chongqing/risk/firms/cq-avatr"' in about
    # Nobody stands in for a firm elsewhere: the network holds firms of the region only.
    outside = pages.get("/chongqing/firms/300750.SZ", headers={"accept-language": "en"}).text
    assert "hx-get" not in outside.split('id="firm-risk"')[1]
    assert "It is elsewhere" in outside
    refused = pages.get("/chongqing/risk/firms/300750.SZ", headers={"accept-language": "en"})
    assert "holds firms of the region only" in Seen(refused.text).text
    drawer = pages.get("/chongqing/chain?node=icnev-battery-cell").text
    assert "/chongqing/risk/scenario?who=node%3Aicnev-battery-cell" in drawer
    assert "/chongqing/risk/nodes/icnev-battery-cell" in drawer


# --- the chain office's path in a browser ------------------------------------------------------------------

playwright_api = pytest.importorskip("playwright.sync_api", reason="Playwright for Python is not installed")

from tests.web.test_walks import PHONE, Walk, picture, violations  # noqa: E402
from tools.screenshots import FLAGS  # noqa: E402


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Any]:
    with playwright_api.sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield made
        made.close()


@pytest.fixture(scope="module")
def server(own_store: Path) -> Iterator[str]:
    """A real server over the copy."""
    import uvicorn

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    app = create_app(settings(own_store), access=open_access("127.0.0.1", TOKEN), patience_s=120)
    running = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", ws="none"))
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    until = time.monotonic() + 20
    while not running.started:
        assert time.monotonic() < until, "the server did not start"
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    running.should_exit = True
    thread.join(timeout=10)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_chain_office_watches_a_shock(browser: Any, server: str, lang: Lang) -> None:
    """Risk → a stress test → run → day 10 → remedies → the gap."""
    walk = Walk(browser, server, lang)
    tab = walk.go("/chongqing/risk")
    name = {"zh": "北碚区受淹10天", "en": "Beibei District is flooded for 10 days"}[lang]
    card = tab.locator(".rk-tests li", has_text=name)
    card.locator(".rk-acts a").last.click()
    tab.wait_for_selector("#rk-builder")
    tab.fill("#s-draws", "2")
    tab.locator("#s-draws").blur()
    tab.wait_for_function("() => location.search.includes('draws=2')")
    tab.wait_for_selector(".rk-go a.go, lz-job[data-state=ready]")
    if tab.locator("lz-job").count():
        tab.click("lz-job button.go")
        tab.wait_for_selector("dialog[open] input")
        tab.fill("dialog[open] input", "this-is-not-the-token")
        tab.click("dialog[open] button.go")
        tab.wait_for_selector("dialog[open] [role=alert]:visible")
        tab.fill("dialog[open] input", TOKEN)
        tab.click("dialog[open] button.go")
    else:
        # the walk in the other language has run it already
        tab.click(".rk-go a.go")
    tab.wait_for_url("**/risk/shock?**", timeout=180_000)
    # a token that is missing or wrong is told to the console by the browser itself
    walk.faults = [f for f in walk.faults if "401" not in f and "403" not in f]
    tab.wait_for_selector("lz-shock .rk-play:visible")
    slider = tab.locator("#rk-day")
    slider.focus()
    tab.keyboard.press("Home")
    assert tab.locator("[data-part=day]").inner_text() == "0"
    lamp = tab.locator("lz-shock .wide a[href*='/places/500109'].lamp")
    assert "lit-5" in lamp.get_attribute("class")
    for _ in range(10):
        tab.keyboard.press("ArrowRight")
    assert tab.locator("[data-part=day]").inner_text() == "10"
    assert "lit-0" in lamp.get_attribute("class")
    assert "10" in tab.locator("[data-part=say]").inner_text()
    assert slider.get_attribute("aria-valuetext") == tab.locator("[data-part=say]").inner_text()
    tab.wait_for_url("**day=10**")
    assert "day=10" in tab.locator("#f-days .files a", has_text="SVG").get_attribute("href")
    if lang == "zh":
        tab.evaluate("document.querySelector('lz-shock').scrollIntoView()")
        picture(tab, "shock")
    tab.locator(".rk-play").click()
    tab.wait_for_function("() => Number(document.querySelector('#rk-day').value) > 12")
    tab.locator(".rk-play").click()
    stopped = slider.input_value()
    tab.wait_for_timeout(600)
    assert slider.input_value() == stopped
    if tab.locator("#remedies lz-job").count():
        tab.click("#remedies lz-job button.go")
        tab.wait_for_selector("#remedies li.card", timeout=120_000)
    gap = tab.locator("#remedies .rk-gaps a").first
    gap.click()
    tab.wait_for_selector("#drawer.open h2")
    assert "node=" in tab.url
    walk.done()


def test_a_computation_can_be_cancelled(browser: Any, server: str) -> None:
    walk = Walk(browser, server, "en")
    tab = walk.go("/chongqing/risk/shock?who=region:500112&days=200&draws=9")
    tab.click("lz-job button.go")
    tab.fill("dialog[open] input", TOKEN)
    tab.click("dialog[open] button.go")
    tab.wait_for_selector("lz-job [data-part=stop]:visible")
    tab.reload()
    tab.wait_for_selector("lz-job [data-part=stop]:visible")
    assert tab.locator("lz-job button.go").is_hidden()
    tab.click("lz-job [data-part=stop]")
    tab.wait_for_selector("lz-job[data-state=ready]", timeout=60_000)
    assert tab.locator("lz-job button.go").is_visible()
    assert "/risk/shock" in tab.url


def test_choosing_keeps_the_place_and_moves_the_address(browser: Any, server: str) -> None:
    walk = Walk(browser, server, "zh")
    tab = walk.go("/chongqing/risk/scenario")
    brick = tab.locator("lz-pick .wide a.hit").nth(3)
    number = brick.get_attribute("data-lamp")
    brick.click()
    tab.wait_for_function("() => location.search.includes('who=')")
    tab.wait_for_selector(f'lz-pick .wide a[data-lamp="{number}"][aria-current="true"]')
    assert tab.evaluate("document.activeElement.getAttribute('data-lamp')") == number
    tab.fill("#s-days", "45")
    tab.locator("#s-days").blur()
    tab.wait_for_function("() => location.search.includes('days=45')")
    assert "45" in tab.locator(".rk-go .lead").inner_text()
    tab.select_option(".rk-add select", index=2)
    tab.wait_for_function("() => document.querySelectorAll('.rk-chosen .tag').length === 2")
    walk.done()


def test_readable_and_fitting_everywhere(browser: Any, server: str, result: str) -> None:
    """axe finds nothing serious, light or dark; nothing runs out of a phone's screen."""
    places = [
        "/chongqing/risk",
        f"/chongqing/risk/scenario?{QUERY}",
        f"{result}&day=10",
        "/chongqing/risk/shock?who=region:500112",
        "/chongqing/risk/nodes/icnev-battery-cell",
        "/chongqing/firms/cq-avatr",
    ]
    found = {}
    for theme in ("light", "dark"):
        walk = Walk(browser, server, "en", color_scheme=theme, bypass_csp=True)
        for path in places:
            tab = walk.go(path)
            serious = violations(tab)
            if serious:
                found[theme, path] = serious
        walk.done()
    assert not found, found
    walk = Walk(browser, server, "zh", PHONE)
    for path in places:
        walk.go(path)
        walk.fits()
    walk.done()


def test_the_days_can_be_walked_without_a_script(browser: Any, server: str, result: str) -> None:
    walk = Walk(browser, server, "en", java_script_enabled=False)
    tab = walk.go(result)
    tab.locator("#rk-day").fill("10")
    tab.click("button.rk-noscript")
    tab.wait_for_url("**day=10**")
    assert tab.locator("lz-shock .wide .lit-0").count() >= 1
    assert "who=region" in tab.url
    walk.done()


def test_less_motion_is_respected(browser: Any, server: str, result: str) -> None:
    """Days pass one a second, and nothing fades, where the system asks for less motion."""
    walk = Walk(browser, server, "en", reduced_motion="reduce")
    tab = walk.go(f"{result}&day=0")
    tab.locator(".rk-play").click()
    tab.wait_for_timeout(1500)
    assert int(tab.locator("#rk-day").input_value()) <= 2
    fades = tab.evaluate("getComputedStyle(document.querySelector('.lamp-body')).transitionDuration")
    assert fades in ("0s", "")
    walk.done()
