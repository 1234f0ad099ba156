"""The page in a real browser, where one is installed: what only layout can tell."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lianzhang.report.page import render_html
from tests.report import sample

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_pictures_show_no_overlap_overflow_or_request(lang: str, tmp_path: Path) -> None:
    pytest.importorskip("playwright", reason="needs Playwright for Python")
    if not (shutil.which("chromium") or shutil.which("chromium-browser")):
        pytest.skip("needs a Chromium of the system")
    page = tmp_path / "report.html"
    page.write_text(render_html(sample.report(), lang), encoding="utf-8")  # type: ignore[arg-type]
    run = subprocess.run(
        [sys.executable, ROOT / "tools" / "screenshots.py", page, "--out", tmp_path / "out"],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert run.returncode == 0, run.stderr
    assert len(list((tmp_path / "out").glob("*.png"))) == 6
    assert (tmp_path / "out" / "report-print.pdf").stat().st_size > 10_000
