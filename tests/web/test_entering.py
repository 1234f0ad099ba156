"""A server that is read with the token can be used in a browser: asked for once, then the page that was wanted."""

from __future__ import annotations

import json
import os
import re
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from lianzhang.api import guesses
from lianzhang.api.access import COOKIE, open_access
from lianzhang.api.guard import HEADERS
from lianzhang.web import create_app
from lianzhang.web.entering import own_address
from tests.web.conftest import TOKEN, settings

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
KEEP = os.environ.get("LIANZHANG_PICTURES")
BASE = "https://plan.example.org"
HTML = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
FORM = {"Origin": BASE, "Sec-Fetch-Site": "same-origin", **HTML}
WANTED = "/chongqing/chain?view=gaps"


def closed(store: Path) -> Any:
    """An application that is read with the token."""
    access = open_access("127.0.0.1", TOKEN, names=("plan.example.org",))
    return create_app(settings(store), access=access, patience_s=120, warm=False)


@pytest.fixture(scope="module")
def outside(two_regions: Path) -> Iterator[TestClient]:
    """A client of such a server."""
    with TestClient(closed(two_regions), base_url=BASE, follow_redirects=False) as made:
        yield made


@pytest.fixture(autouse=True)
def _anew(request: pytest.FixtureRequest) -> None:
    if "outside" in request.fixturenames:
        client = request.getfixturevalue("outside")
        client.cookies.clear()
        client.app.state.guesses.forget()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_that_was_wanted_opens_after_signing_in(outside: TestClient, lang: str) -> None:
    asked = outside.get(WANTED, headers=HTML | {"Accept-Language": lang})
    assert (asked.status_code, asked.headers["content-type"]) == (401, "text/html; charset=utf-8")
    assert asked.headers["www-authenticate"].startswith("Bearer")
    assert asked.headers["cache-control"] == "no-store"
    assert asked.headers["referrer-policy"] == HEADERS["Referrer-Policy"] == "same-origin"
    assert f'name="next" value="{WANTED}"'.replace("&", "&amp;") in asked.text
    assert '<label for="token">' in asked.text
    assert {"zh": "令牌在哪里", "en": "Where the token is"}[lang] in asked.text
    assert "重庆" not in asked.text
    assert "langu" not in asked.text.replace("language", ""), "nothing of what is behind"
    for address in re.findall(r'(?:src|href)="(/assets/[^"]+)"', asked.text):
        assert outside.get(address).status_code == 200, address
    action = re.search(r'action="(/sign-in\?lang=..)"', asked.text)
    assert action is not None
    given = outside.post(action[1], data={"token": f" {TOKEN} ", "next": WANTED}, headers=FORM)
    assert (given.status_code, given.headers["location"]) == (303, WANTED)
    cookie = given.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    assert "Secure" in cookie
    assert TOKEN not in cookie
    page = outside.get(given.headers["location"], headers=HTML)
    assert page.status_code == 200
    assert 'action="/sign-out"' in page.text
    left = outside.post("/sign-out", headers=FORM)
    assert (left.status_code, left.headers["location"]) == (303, "/sign-in?out=1")
    assert COOKIE not in outside.cookies
    assert {"zh": "已退出", "en": "signed out"}[lang] in outside.get(
        "/sign-in?out=1", headers={"Accept-Language": lang}
    ).text
    assert outside.get(WANTED, headers=HTML).status_code == 401


@pytest.mark.parametrize(
    "path", ["/", "/chongqing", "/chongqing/", "/langu/plan", "/nowhere", "/api/v1/regions"]
)
def test_programs_get_a_problem_and_browsers_the_page(outside: TestClient, path: str) -> None:
    assert outside.get(path, headers=HTML).text.count('id="enter"') == 1
    for accept in ("*/*", "application/json", "text/csv, text/html;q=0.1"):
        answer = outside.get(path, headers={"Accept": accept})
        assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
    wrong = outside.get(path, headers=HTML | {"Authorization": "Bearer wrong-token-of-some-length"})
    assert wrong.headers["content-type"] == "application/problem+json"
    part = outside.get(path, headers={"Accept": "*/*", "HX-Request": "true"})
    assert (part.status_code, part.headers["hx-refresh"], part.text) == (401, "true", "")


def test_a_wrong_token_is_told_and_guessing_is_stopped(outside: TestClient) -> None:
    for n in range(guesses.AT_ONCE):
        wrong = outside.post("/sign-in?lang=en", data={"token": f"wrong-{n}", "next": WANTED}, headers=FORM)
        assert wrong.status_code == 401
    assert 'aria-describedby="wrong"' in wrong.text
    assert "The token does not fit. " in wrong.text
    assert f'value="{WANTED}"' in wrong.text, "the page is still remembered"
    assert f"wrong-{n}" not in wrong.text
    stopped = outside.post("/sign-in?lang=zh", data={"token": TOKEN, "next": WANTED}, headers=FORM)
    assert (stopped.status_code, stopped.headers["retry-after"]) == (429, "6")
    assert "请在 6 秒后再试" in stopped.text
    assert "set-cookie" not in stopped.headers or COOKIE not in stopped.headers["set-cookie"]


def test_other_sites_cannot_sign_anybody_in_or_out(outside: TestClient) -> None:
    for path in ("/sign-in", "/sign-out"):
        for headers in (
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
            {"Sec-Fetch-Site": "cross-site"},
        ):
            assert outside.post(path, data={"token": TOKEN}, headers=headers).status_code == 403


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "/a\n/b",
        "",
        "chongqing",
        "/sign-in",
        "/sign-out?x=1",
        "/" + "a" * 3000,
    ],
)
def test_nobody_is_led_elsewhere(outside: TestClient, wanted: str) -> None:
    answer = outside.post("/sign-in", data={"token": TOKEN, "next": wanted}, headers=FORM)
    assert answer.status_code in (303, 422)
    assert answer.headers.get("location", "/") == "/"


@given(st.text(max_size=40))
def test_an_own_address_is_a_path(wanted: str) -> None:
    found = own_address(wanted)
    assert found in (wanted, "/")
    assert re.match(r"/(?![/\\])", found)
    assert not re.search(r"[\x00-\x20\\]", found)


def test_language_and_theme_keep_what_was_wanted(outside: TestClient) -> None:
    shown = outside.get("/sign-in", params={"next": WANTED, "lang": "en"})
    assert "Sign in with the token" in shown.text
    chosen = outside.get("/sign-in", params={"next": WANTED, "theme": "dark"})
    assert chosen.status_code == 303
    assert chosen.headers["location"] == "/sign-in?next=%2Fchongqing%2Fchain%3Fview%3Dgaps"
    assert 'data-theme="dark"' in outside.get(chosen.headers["location"]).text


def test_an_open_server_says_that_reading_needs_none(client: TestClient) -> None:
    page = client.get("/sign-in", headers={"Accept-Language": "en"})
    assert page.status_code == 200
    assert "Reading needs no sign-in" in page.text
    assert 'action="/sign-out"' not in client.get("/chongqing/sources").text


@pytest.fixture(scope="module")
def reachable(two_regions: Path) -> Iterator[str]:
    """A real server that is read with the token."""
    import uvicorn

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(closed(two_regions), port=port, log_level="error", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 20
    while not server.started:
        assert time.monotonic() < until, "the server did not start"
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(timeout=10)


@pytest.mark.parametrize("scripted", [True, False], ids=["script", "no-script"])
@pytest.mark.parametrize(
    ("lang", "theme", "width"),
    [("zh", "light", 1440), ("en", "dark", 390), ("zh", "dark", 390), ("en", "light", 1440)],
)
def test_the_whole_way_in_a_browser(
    reachable: str, chromium: str, lang: str, theme: str, width: int, scripted: bool
) -> None:
    sync_playwright = pytest.importorskip("playwright.sync_api").sync_playwright
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context(
            locale={"zh": "zh-CN", "en": "en-GB"}[lang],
            color_scheme=theme,
            viewport={"width": width, "height": 900},
            java_script_enabled=scripted,
            bypass_csp=scripted,
        )
        tab = context.new_page()
        answer = tab.goto(f"{reachable}/chongqing/sources")
        assert answer is not None
        assert answer.status == 401
        assert tab.locator("h1").inner_text() == {"zh": "凭令牌登录", "en": "Sign in with the token"}[lang]
        field = tab.get_by_label({"zh": "令牌", "en": "Token"}[lang], exact=True)
        field.fill("not-the-token-at-all")
        if scripted:
            assert field.evaluate(
                "e => e === document.activeElement || document.activeElement === document.body"
            )
            assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
            picture(tab, f"sign-in-{lang}-{theme}-{width}")
            assert violations(tab) == []
        tab.locator(".enter-form button.go").click()
        wrong = tab.locator("#wrong")
        wrong.wait_for()
        assert {"zh": "令牌不对", "en": "does not fit"}[lang] in wrong.inner_text()
        if scripted:
            picture(tab, f"sign-in-wrong-{lang}-{theme}-{width}")
            assert violations(tab) == []
        tab.get_by_label({"zh": "令牌", "en": "Token"}[lang], exact=True).fill(TOKEN)
        tab.keyboard.press("Enter")
        tab.wait_for_url("**/chongqing/sources")
        kept = [c for c in context.cookies() if c["name"] == COOKIE]
        assert [(c["httpOnly"], c["sameSite"]) for c in kept] == [(True, "Strict")]
        if scripted:
            # A link from another site opens the page, although it comes without the cookie.
            tab.goto("data:text/html,<p>mail</p>")
            tab.evaluate(f"location.href = '{reachable}/chongqing/sources'")
            tab.wait_for_selector("nav.words")
        visible = tab.locator("form[action='/sign-out'] button").locator("visible=true")
        visible.first.click()
        tab.wait_for_url("**/sign-in?out=1")
        assert [c for c in context.cookies() if c["name"] == COOKIE] == []
        answer = tab.goto(f"{reachable}/chongqing/plan")
        assert answer is not None
        assert answer.status == 401
        browser.close()


@pytest.mark.parametrize("place", ["", "#token=" + TOKEN])
def test_the_place_within_a_page_and_the_link_with_the_token(
    reachable: str, chromium: str, place: str
) -> None:
    sync_playwright = pytest.importorskip("playwright.sync_api").sync_playwright
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        tab = browser.new_page()
        tab.goto(f"{reachable}/chongqing/sources{place or '#main'}")
        if not place:
            tab.wait_for_function(
                "document.querySelector('form#enter input[name=next]').value.endsWith('#main')"
            )
            tab.fill("#token", TOKEN)
            tab.keyboard.press("Enter")
        tab.wait_for_selector("nav.words")
        assert tab.url == f"{reachable}/chongqing/sources{'' if place else '#main'}"
        browser.close()


def picture(tab: Any, name: str) -> None:
    """Keep a picture where that is asked for."""
    if KEEP:
        tab.screenshot(path=str(Path(KEEP) / f"{name}.png"), full_page=True)


def violations(tab: Any) -> list[str]:
    """Everything that axe finds but hints on the page as it stands."""
    tab.evaluate(AXE.read_text(encoding="utf-8"))
    found = tab.evaluate("async () => (await axe.run(document, {resultTypes: ['violations']})).violations")
    return [
        json.dumps([v["impact"], v["id"], v["nodes"][0]["html"][:200]])
        for v in found
        if v["impact"] != "minor"
    ]
