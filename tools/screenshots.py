"""Take pictures of an HTML file or a served page as readers see it: desktop and phone, light and dark, and on paper.

    python tools/screenshots.py report.html [--out DIR] [--chromium PATH] [--selector CSS]
    python tools/screenshots.py http://127.0.0.1:8033/chongqing/risk --name risk --only desktop-light
    python tools/screenshots.py http://127.0.0.1:8033 --views docs/images

``--views`` takes the pictures of pages that the documentation shows (`VIEWS`) from a server whose results are kept.

Needs Playwright for Python and a Chromium of the system (``pip install playwright``, ``apt-get install chromium``);
nothing is downloaded. Every picture also checks what a picture cannot show: that no request left the machine, that
nothing overflows sideways, and that no text in a drawing is smaller than 11 px.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page, sync_playwright

#: Pictures of pages in the documentation: name, address below the server, what of the page, language.
VIEWS = tuple(
    (
        f"shock-{lang}",
        f"/chongqing/risk/shock?who=region:500109&days=10&recovery_days=10&draws=5&day=14&lang={lang}",
        "lz-shock",
        lang,
    )
    for lang in ("zh", "en")
)
SIZES = {"desktop": (1440, 1000), "tablet": (820, 1100), "phone": (390, 844)}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SMALL_TEXT = """() => [...document.querySelectorAll('svg text')].filter(t => t.getClientRects().length).map(t => {
  const box = t.getBoundingClientRect(), svg = t.ownerSVGElement, view = svg.viewBox.baseVal;
  const scale = svg.getBoundingClientRect().width / view.width;
  return [t.textContent, parseFloat(getComputedStyle(t).fontSize) * scale];
}).filter(([, size]) => size < 10.99)"""
CUT_TEXT = """() => [...document.querySelectorAll('svg.drawing')].filter(s => s.getClientRects().length).flatMap(svg => {
  const outer = svg.getBoundingClientRect();
  return [...svg.querySelectorAll('text')].map(t => [t.textContent, t.getBoundingClientRect()])
    .filter(([, b]) => b.left < outer.left - 2.5 || b.right > outer.right + 2.5 || b.bottom > outer.bottom + 2)
    .map(([text]) => text);
})"""
TOUCHING = """() => [...document.querySelectorAll('svg.drawing')].filter(s => s.getClientRects().length).flatMap(svg => {
  const boxes = [...svg.querySelectorAll('text')].map(t => [t.textContent, t.getBoundingClientRect()]);
  const found = [];
  boxes.forEach(([a, p], i) => boxes.slice(i + 1).forEach(([b, q]) => {
    const w = Math.min(p.right, q.right) - Math.max(p.left, q.left);
    const h = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
    if (w > 1 && h > 0.35 * Math.min(p.height, q.height)) found.push([a, b]);
  }));
  return found;
})"""


def problems(page: Page, requests: list[str]) -> list[str]:
    """What is wrong with the page as it stands."""
    found = [f"request to {url}" for url in requests]
    over = page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
    if over > 0:
        found.append(f"{over} px wider than the screen")
    found += [f"text of {size:.1f} px: {text}" for text, size in page.evaluate(SMALL_TEXT)]
    found += [f"text runs out of its drawing: {text}" for text in page.evaluate(CUT_TEXT)]
    found += [f"texts touch: {a} | {b}" for a, b in page.evaluate(TOUCHING)]
    return found


def views(server: str, out: Path, chromium: str) -> int:
    """The pictures of `VIEWS`; returns 1 if a check failed."""
    failed = False
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for name, path, selector, lang in VIEWS:
            context = browser.new_context(
                viewport={"width": 1440, "height": 1000}, locale={"zh": "zh-CN", "en": "en-GB"}[lang]
            )
            page = context.new_page()
            page.goto(server.rstrip("/") + path)
            page.wait_for_load_state("networkidle")
            target = out / f"{name}.png"
            page.locator(selector).first.screenshot(path=target)
            print(target)
            for problem in problems(page, []):
                failed = True
                print(f"  {problem}", file=sys.stderr)
            context.close()
        browser.close()
    return int(failed)


def main() -> int:
    """Command line; returns 1 if a check failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("html", help="an HTML file, or the address of a page")
    parser.add_argument("--name", help="name of the pictures; the file's by default")
    parser.add_argument("--only", help="only one of them, such as desktop-light")
    parser.add_argument("--views", type=Path, help="folder for the pictures that the documentation shows")
    parser.add_argument("--out", type=Path, default=Path("screenshots"))
    parser.add_argument("--chromium", default=shutil.which("chromium") or shutil.which("chromium-browser"))
    parser.add_argument("--selector", help="only this element instead of the whole page")
    arguments = parser.parse_args()
    if not arguments.chromium:
        parser.error("no chromium found; give --chromium PATH")
    if arguments.views:
        return views(arguments.html, arguments.views, arguments.chromium)
    arguments.out.mkdir(parents=True, exist_ok=True)
    served = arguments.html.startswith(("http://", "https://"))
    url = arguments.html if served else Path(arguments.html).resolve().as_uri()
    name_of = arguments.name or Path(urlsplit(url).path).stem or "page"
    own = f"{urlsplit(url).scheme}://{urlsplit(url).netloc}/" if served else url
    failed = False
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=arguments.chromium, args=FLAGS)
        for name, (width, height) in SIZES.items():
            for theme in ("light", "dark"):
                if arguments.only not in (None, f"{name}-{theme}"):
                    continue
                context = browser.new_context(
                    viewport={"width": width, "height": height},
                    color_scheme=theme,
                    is_mobile=name == "phone",
                    device_scale_factor=2 if name == "phone" else 1,
                )
                page = context.new_page()
                requests: list[str] = []
                page.on(
                    "request", lambda r, seen=requests: None if r.url.startswith(own) else seen.append(r.url)
                )
                page.on("pageerror", lambda error: print(f"script error: {error}", file=sys.stderr))
                page.goto(url)
                page.wait_for_load_state("networkidle")
                target = arguments.out / f"{name_of}-{name}-{theme}.png"
                if arguments.selector:
                    page.locator(arguments.selector).first.screenshot(path=target)
                else:
                    page.screenshot(path=target, full_page=True)
                print(target)
                for problem in problems(page, requests):
                    failed = True
                    print(f"  {problem}", file=sys.stderr)
                if name == "desktop" and theme == "light":
                    page.pdf(path=target.with_name(f"{name_of}-print.pdf"), prefer_css_page_size=True)
                context.close()
        browser.close()
    return int(failed)


if __name__ == "__main__":
    raise SystemExit(main())
