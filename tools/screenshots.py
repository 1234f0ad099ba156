"""Take pictures of an HTML file as readers see it: desktop and phone, light and dark, and on paper.

    python tools/screenshots.py report.html [--out DIR] [--chromium PATH] [--selector CSS]

Needs Playwright for Python and a Chromium of the system (``pip install playwright``, ``apt-get install chromium``);
nothing is downloaded. Every picture also checks what a picture cannot show: that no request left the machine, that
nothing overflows sideways, and that no text in a drawing is smaller than 11 px.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

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


def main() -> int:
    """Command line; returns 1 if a check failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("html", type=Path)
    parser.add_argument("--out", type=Path, default=Path("screenshots"))
    parser.add_argument("--chromium", default=shutil.which("chromium") or shutil.which("chromium-browser"))
    parser.add_argument("--selector", help="only this element instead of the whole page")
    arguments = parser.parse_args()
    if not arguments.chromium:
        parser.error("no chromium found; give --chromium PATH")
    arguments.out.mkdir(parents=True, exist_ok=True)
    url = arguments.html.resolve().as_uri()
    failed = False
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=arguments.chromium, args=FLAGS)
        for name, (width, height) in SIZES.items():
            for theme in ("light", "dark"):
                context = browser.new_context(
                    viewport={"width": width, "height": height},
                    color_scheme=theme,
                    is_mobile=name == "phone",
                    device_scale_factor=2 if name == "phone" else 1,
                )
                page = context.new_page()
                requests: list[str] = []
                page.on("request", lambda r, seen=requests: None if r.url == url else seen.append(r.url))
                page.on("pageerror", lambda error: print(f"script error: {error}", file=sys.stderr))
                page.goto(url)
                target = arguments.out / f"{arguments.html.stem}-{name}-{theme}.png"
                if arguments.selector:
                    page.locator(arguments.selector).first.screenshot(path=target)
                else:
                    page.screenshot(path=target, full_page=True)
                print(target)
                for problem in problems(page, requests):
                    failed = True
                    print(f"  {problem}", file=sys.stderr)
                if name == "desktop" and theme == "light":
                    page.pdf(
                        path=target.with_name(f"{arguments.html.stem}-print.pdf"), prefer_css_page_size=True
                    )
                context.close()
        browser.close()
    return int(failed)


if __name__ == "__main__":
    raise SystemExit(main())
