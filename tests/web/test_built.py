"""The built files in the package are those of the source beside it; no Node is needed to tell."""

from __future__ import annotations

import hashlib
import json
import re
from importlib import resources
from pathlib import Path

from lianzhang.web import assets

STATIC = resources.files("lianzhang.web").joinpath("static")
REMEDY = "run: make web"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_built_files_match_their_source(repository: Path) -> None:
    web = repository / "web"
    record = json.loads(STATIC.joinpath("built.json").read_text())
    now = {
        p.relative_to(web).as_posix(): _digest(p.read_bytes())
        for p in [
            *(web / "src").rglob("*"),
            *(web / n for n in ("package.json", "package-lock.json", "tsconfig.json", "vite.config.ts")),
        ]
        if p.is_file()
    }
    assert now == record["sources"], REMEDY


def test_built_files_are_as_they_were_built() -> None:
    record = json.loads(STATIC.joinpath("built.json").read_text())
    now = {name: _digest(STATIC.joinpath(name).read_bytes()) for name in record["built"]}
    assert now == record["built"], REMEDY
    assert {p.name for p in STATIC.iterdir()} == {*record["built"], "built.json"}


def test_no_address_of_another_machine_is_in_the_assets() -> None:
    for asset in assets.assets().values():
        text = asset.content.decode()
        calls = re.findall(r"""(?:url\(|src=|import\(|fetch\(|@import)\s*["'(]?\s*https?:""", text)
        assert not calls, asset.name


def test_the_lock_names_no_registry(repository: Path) -> None:
    assert '"resolved"' not in (repository / "web" / "package-lock.json").read_text()


def test_the_style_sheet_is_the_report_s_own() -> None:
    from lianzhang.report.page import stylesheet

    css = assets.assets()["look.css"].content.decode()
    assert css.startswith(stylesheet())
    own = css[len(stylesheet()) :]
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b(?![^{]*\{)", own), "colours come from the tokens"
