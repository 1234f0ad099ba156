"""The main paths of four users, walked in a real browser in both languages; and what a screen reader meets.

``LIANZHANG_PICTURES=docs/images`` keeps the pictures taken on the way.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

playwright_api = pytest.importorskip("playwright.sync_api", reason="Playwright for Python is not installed")

from lianzhang.i18n import Lang  # noqa: E402
from tools.screenshots import FLAGS, SMALL_TEXT  # noqa: E402

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
KEEP = os.environ.get("LIANZHANG_PICTURES")
LANGS: tuple[Lang, ...] = ("zh", "en")
DESKTOP, PHONE = (1440, 1000), (390, 844)
Tab = Any


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Any]:
    with playwright_api.sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield made
        made.close()


class Walk:
    """A tab that notes what went wrong on the way: script errors, refused content, requests to elsewhere."""

    def __init__(
        self, browser: Any, address: str, lang: Lang, size: tuple[int, int] = DESKTOP, **more: Any
    ) -> None:
        self.address, self.lang = address, lang
        self.context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            locale={"zh": "zh-CN", "en": "en-GB"}[lang],
            is_mobile=size == PHONE,
            accept_downloads=True,
            **more,
        )
        self.page: Tab = self.context.new_page()
        self.faults: list[str] = []
        self.page.on("pageerror", lambda e: self.faults.append(f"script: {e}"))
        self.page.on("console", lambda m: self.faults.append(m.text) if m.type == "error" else None)
        self.page.on(
            "request",
            lambda r: None if r.url.startswith((address, "blob:", "data:")) else self.faults.append(r.url),
        )

    def go(self, path: str) -> Tab:
        """Open a page and wait until it is there."""
        self.page.goto(self.address + path)
        self.page.wait_for_selector("main h1")
        self.page.wait_for_selector(".waiting", state="detached", timeout=60_000)
        self.page.wait_for_load_state("networkidle")
        return self.page

    def rail(self, path: str) -> Tab:
        """Follow the navigation."""
        self.page.click(f'nav.words a[href^="{path}"]')
        self.page.wait_for_selector(f'nav.words a[href^="{path}"][aria-current="page"]')
        self.page.wait_for_load_state("networkidle")
        return self.page

    def fits(self) -> None:
        """Nothing is wider than the screen."""
        over = self.page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
        assert over <= 0, f"{self.page.url} is {over} px wider than the screen"

    def done(self) -> None:
        """Close the tab; nothing went wrong on the way."""
        self.context.close()
        assert not self.faults


def picture(tab: Tab, name: str) -> None:
    """Keep a picture where that is asked for."""
    if KEEP:
        usual = tab.viewport_size
        if usual["width"] > 800:
            tab.set_viewport_size({"width": 1280, "height": 800})
        tab.screenshot(path=str(Path(KEEP) / f"{name}.png"))
        tab.set_viewport_size(usual)


def violations(tab: Tab) -> list[str]:
    """Serious findings of axe on the page as it stands."""
    tab.evaluate(AXE.read_text(encoding="utf-8"))
    found = tab.evaluate(
        "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"
        ".map(v => [v.impact, v.id, v.nodes.slice(0, 3).map(n => n.html.slice(0, 160))])"
    )
    return [json.dumps(v, ensure_ascii=False) for v in found if v[0] in ("serious", "critical")]


@pytest.mark.parametrize("lang", LANGS)
def test_planning_office(browser: Any, address: str, lang: Lang) -> None:
    """Where do we stand, what will be missed, and why; what would it take; who says otherwise."""
    walk = Walk(browser, address, lang)
    tab = walk.go("/chongqing/")
    assert tab.locator(".summary p").count() >= 3
    picture(tab, f"overview-{lang}")
    number = tab.locator("#f-tracker a.num").first
    number.click()
    tab.wait_for_selector("#pop:not([hidden]) .chain")
    tab.keyboard.press("Escape")
    assert tab.locator("#pop").is_hidden()
    walk.rail("/chongqing/plan")
    assert tab.locator("li.track").count() >= 5
    tab.click('nav.chips a[href*="verdict=missed"]')
    tab.wait_for_url("**verdict=missed**")
    assert tab.locator("li.track").count() >= 1
    walk.go("/chongqing/plan?view=whatif&indicator=nev_output&by=2027&reach=2000000")
    chance = tab.locator(".verdict-line b").inner_text()
    tab.fill("#reach", "4000000")
    tab.wait_for_function(
        "before => document.querySelector('.verdict-line b').textContent !== before", arg=chance
    )
    assert "reach=4000000" in tab.url
    walk.go("/chongqing/plan?view=disagreements")
    assert tab.locator("article.dispute").count() >= 1
    walk.fits()
    walk.done()


@pytest.mark.parametrize("lang", LANGS)
def test_investment_bureau(browser: Any, address: str, lang: Lang) -> None:
    """Which links are missing or weak, who makes them, whom to call: gap → brick → candidates → firm."""
    walk = Walk(browser, address, lang)
    walk.go("/chongqing/")
    tab = walk.rail("/chongqing/chain")
    tab.click('nav.tabs a[href*="view=gaps"]')
    tab.wait_for_selector("#f-gaps table tbody tr")
    filter_box = tab.locator("#f-gaps input.filter")
    rows = tab.locator("#f-gaps tbody tr:visible")
    before = rows.count()
    filter_box.fill({"zh": "电芯", "en": "battery cell"}[lang])
    assert 0 < rows.count() < before
    tab.click("nav.tabs li:first-child a")
    tab.wait_for_selector("lz-wall svg a.hit")
    tab.locator("lz-wall .wide a.brick.single").first.click()
    tab.wait_for_selector("#drawer.open h2")
    assert "node=" in tab.url
    assert tab.locator('lz-wall .wide a.hit[aria-current="true"]').count() == 1
    if lang == "zh":
        picture(tab, "chain")
    tab.locator("#drawer .makers a[href*='/firms/']").first.click()
    tab.wait_for_selector("main h1")
    assert "/firms/" in tab.url
    tab.go_back()
    tab.wait_for_selector("#drawer.open")
    walk.fits()
    walk.done()


@pytest.mark.parametrize("lang", LANGS)
def test_chain_office(browser: Any, address: str, lang: Lang) -> None:
    """The wall by keyboard, the other cut, a district, the risk page."""
    walk = Walk(browser, address, lang)
    tab = walk.go("/chongqing/chain")
    first = tab.locator("lz-wall .wide a.hit[tabindex='0']")
    assert first.count() == 1, "the wall is one stop of the Tab key"
    first.focus()
    was = tab.evaluate("document.activeElement.getAttribute('href')")
    tab.keyboard.press("ArrowRight")
    now = tab.evaluate("document.activeElement.getAttribute('href')")
    assert now != was
    tab.keyboard.press("Enter")
    tab.wait_for_selector("#drawer.open")
    assert now.split("node=")[1] in tab.url
    tab.click("#drawer .shut")
    tab.wait_for_selector("#drawer:not(.open)")
    tab.click('nav.chips a[href*="cut="]')
    tab.wait_for_url("**cut=**")
    walk.rail("/chongqing/places")
    if lang == "zh":
        picture(tab, "places")
    heading = tab.locator("#f-map h2").inner_text()
    tab.select_option("select[name=measure]", index=3)
    tab.wait_for_function("before => document.querySelector('#f-map h2').textContent !== before", arg=heading)
    assert "measure=" in tab.url
    tab.locator("lz-hex .wide a.hit").nth(5).click()
    tab.wait_for_url("**/places/*")
    assert tab.locator("dl.keys div").count() >= 1
    walk.rail("/chongqing/risk")
    assert tab.locator("main h1").inner_text()
    walk.fits()
    walk.done()


@pytest.mark.parametrize("lang", LANGS)
def test_analyst(browser: Any, address: str, lang: Lang) -> None:
    """From any number to its source in two clicks; figures as files; the state of a day gone by."""
    walk = Walk(browser, address, lang)
    tab = walk.go("/chongqing/places")
    tab.locator("#f-map h2 a.num").first.click()
    tab.wait_for_selector("#pop:not([hidden])")
    tab.locator("#pop .chain a[href*='/sources/']").first.click()
    tab.wait_for_url("**/sources/*")
    assert tab.locator("main h1").inner_text()
    walk.go("/chongqing/chain")
    for name, ending in (("PNG", ".png"), ("SVG", ".svg"), ("CSV", ".csv")):
        with tab.expect_download() as caught:
            tab.locator("#f-wall .files > *", has_text=name).first.click()
        assert caught.value.suggested_filename.endswith(ending)
        assert Path(caught.value.path()).stat().st_size > 1000
    walk.go("/chongqing/plan?as_of=2024-03-31&view=ledger")
    switch = {"zh": "en", "en": "zh-CN"}[lang]
    tab.click(f'.rail-foot a[lang="{switch}"]')
    tab.wait_for_selector(f'html[lang="{switch}"]')
    assert "as_of=2024-03-31" in tab.url
    assert "view=ledger" in tab.url
    tab.click('.rail-foot a[data-theme-choice="dark"]')
    assert tab.evaluate("document.documentElement.dataset.theme") == "dark"
    tab.reload()
    assert tab.evaluate("document.documentElement.dataset.theme") == "dark"
    walk.rail("/chongqing/firms")
    tab.fill("input[name=q]", "changan")
    tab.wait_for_function("() => location.search.includes('q=changan')")
    assert tab.locator("#found .firms li").count() >= 1
    walk.done()


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("width", [1180, 1440, 1920])
def test_the_wall_stays_readable_beside_its_drawer(
    browser: Any, address: str, lang: Lang, width: int
) -> None:
    """No word of the wall shrinks below 11 px, and the chosen brick is in sight."""
    walk = Walk(browser, address, lang, (width, 1000))
    tab = walk.go("/chongqing/chain?node=icnev-battery-case")
    assert tab.locator("#drawer.open").is_visible()
    assert tab.evaluate(SMALL_TEXT) == []
    tab.wait_for_function(
        """() => {
          const brick = [...document.querySelectorAll('lz-wall svg a[aria-current]')].find(a => a.getClientRects().length);
          const [b, w] = [brick.getBoundingClientRect(), brick.closest('.wide').getBoundingClientRect()];
          return b.left >= w.left - 1 && b.right <= w.right + 1;
        }"""
    )
    walk.fits()
    walk.done()


def test_a_mark_of_a_drawing_opens_its_origin(browser: Any, address: str) -> None:
    """The numbers of a picture lead to their source like those of a sentence."""
    walk = Walk(browser, address, "en")
    tab = walk.go("/chongqing/plan?view=achievements")
    tab.locator("#f-achievements svg [data-origin]").first.click()
    tab.wait_for_selector("#pop:not([hidden]) .chain a[href*='/sources/']")
    walk.done()


@pytest.mark.parametrize("lang", LANGS)
def test_search_by_keyboard(browser: Any, address: str, lang: Lang) -> None:
    """The key / reaches the field; suggestions come as one types; arrows, Enter, Escape."""
    walk = Walk(browser, address, lang)
    tab = walk.go("/chongqing/chain")
    field = tab.locator("lz-search input[type=search]")
    tab.keyboard.press("/")
    tab.keyboard.type("dianxin")
    tab.wait_for_selector("#hits [role=option]")
    assert field.get_attribute("aria-expanded") == "true"
    tab.keyboard.press("ArrowDown")
    chosen = tab.locator("#hits [aria-selected=true]")
    assert chosen.count() == 1
    assert field.get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    tab.keyboard.press("Escape")
    assert tab.locator("#hits").is_hidden()
    assert field.input_value() == "dianxin", "Escape closes the list and keeps the words"
    tab.keyboard.press("ArrowDown")
    to = tab.locator("#hits [aria-selected=true]").get_attribute("href")
    tab.keyboard.press("Enter")
    tab.wait_for_url(f"**{to}")
    tab.locator("lz-search input[type=search]").fill("dianxin")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/search?**")
    assert tab.locator(".sr-groups section").count() >= 1
    walk.fits()
    walk.done()


PLACES = [
    "/chongqing/",
    "/chongqing/plan",
    "/chongqing/plan?view=achievements",
    "/chongqing/plan?view=whatif",
    "/chongqing/plan?view=ledger",
    "/chongqing/plan?view=disagreements",
    "/chongqing/plan/tasks",
    "/chongqing/plan/review",
    "/chongqing/chain?view=makers",
    "/chongqing/chain?node=icnev-battery-cell",
    "/chongqing/chain?view=gaps",
    "/chongqing/firms",
    "/chongqing/firms/cq-avatr",
    "/chongqing/places",
    "/chongqing/places/500112",
    "/chongqing/risk",
    "/chongqing/risk/scenario?who=region:500109&days=10",
    "/chongqing/risk/shock?who=region:500109",
    "/chongqing/risk/nodes/icnev-battery-cell",
    "/chongqing/sources",
    "/chongqing/api",
    "/chongqing/sources/lz-facts",
    "/chongqing/search?q=dianchi",
    "/chongqing/plan/indicators/nev_output",
    "/",
]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_serious_barrier(browser: Any, address: str, theme: str) -> None:
    """axe finds nothing serious on any page, light or dark."""
    # axe is put into the page by the test; the pages' own policy would not let it in
    walk = Walk(browser, address, "zh" if theme == "dark" else "en", color_scheme=theme, bypass_csp=True)
    found = {}
    for path in PLACES:
        tab = walk.go(path)
        serious = violations(tab)
        if serious:
            found[path] = serious
    assert not found, json.dumps(found, indent=1, ensure_ascii=False)
    walk.done()


@pytest.mark.parametrize("lang", LANGS)
def test_pages_fit_a_phone(browser: Any, address: str, lang: Lang) -> None:
    """390 px: nothing runs out of the screen, words can be read, the bar is at hand."""
    walk = Walk(browser, address, lang, PHONE)
    for path in PLACES:
        tab = walk.go(path)
        walk.fits()
    walk.go("/chongqing/chain")
    bar = tab.locator("nav.words").bounding_box()
    assert bar["y"] + bar["height"] == pytest.approx(844, abs=1)
    if lang == "zh":
        picture(tab, "phone")
    walk.done()


def test_readable_without_a_script(browser: Any, address: str) -> None:
    """Without JavaScript: bricks are links, forms have buttons, numbers lead to the list of origins."""
    walk = Walk(browser, address, "en", java_script_enabled=False)
    tab = walk.go("/chongqing/chain")
    brick = tab.locator("lz-wall .wide a.brick.single").first.get_attribute("href")
    walk.go(brick)
    assert tab.locator("#drawer.open .makers li").count() >= 1
    walk.go("/chongqing/firms")
    tab.fill("input[name=q]", "changan")
    tab.click("form.search button")
    tab.wait_for_url("**q=changan**")
    assert tab.locator("#found .firms li").count() >= 1
    walk.done()


def test_how_a_table_is_filtered_and_sorted_stands_in_the_address(browser: Any, address: str) -> None:
    """Typed, sorted, sent to a colleague, read in the other language, of another day, and come back to."""
    walk = Walk(browser, address, "zh")
    shown = (
        "() => [...document.querySelectorAll('#all tbody tr')].filter(r => !r.hidden).map(r => r.innerText)"
    )
    page = walk.go("/chongqing/sources?lang=zh")
    every = len(page.evaluate(shown))
    page.fill("#all input.filter", "2025")
    page.click("#all thead th:nth-child(3) button")
    page.click("#all thead th:nth-child(3) button")
    page.wait_for_url("**all.filter=2025**")
    assert "all.sort=-3" in page.url
    rows = page.evaluate(shown)
    assert 0 < len(rows) < every

    sent = walk.context.new_page()
    sent.goto(page.url)
    sent.wait_for_selector("#all input.filter")
    assert sent.evaluate(shown) == rows
    assert sent.input_value("#all input.filter") == "2025"
    assert sent.get_attribute("#all thead th:nth-child(3)", "aria-sort") == "descending"
    sent.close()

    page.click("#all tbody tr:not([hidden]) a")
    page.wait_for_selector("main h1")
    page.go_back()
    page.wait_for_selector("#all input.filter")
    assert page.evaluate(shown) == rows

    page.click("a.switch-lang:visible")
    page.wait_for_selector("html[lang=en] #all input.filter")
    assert page.input_value("#all input.filter") == "2025"
    assert len(page.evaluate(shown)) == len(rows)
    assert page.get_attribute("#all thead th:nth-child(3)", "aria-sort") == "descending"

    page.fill("form.asof input[type=date]", "2026-03-31")
    page.wait_for_url("**as_of=2026-03-31**")
    page.wait_for_selector("#all input.filter")
    assert page.input_value("#all input.filter") == "2025"
    page.fill("#all input.filter", "")
    page.wait_for_url(lambda url: "filter" not in url)
    assert len(page.evaluate(shown)) == every
    assert not walk.faults
    walk.context.close()
