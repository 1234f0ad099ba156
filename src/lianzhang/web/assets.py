"""Style sheet, scripts and icon: read once, served under their hash so that a browser keeps them for good."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from importlib import resources

from lianzhang.report.page import stylesheet

_MEDIA = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file. ``digest`` is part of its address."""

    name: str
    content: bytes
    media: str
    digest: str


@functools.cache
def assets() -> dict[str, Asset]:
    """Every file by name. The style sheet is the report's own followed by that of the frame."""
    folder = resources.files("lianzhang.web").joinpath("static")
    found = {"look.css": (stylesheet() + folder.joinpath("pages.css").read_text(encoding="utf-8")).encode()}
    for name in ("lianzhang.js", "htmx.js", "icon.svg"):
        found[name] = folder.joinpath(name).read_bytes()
    return {name: _asset(name, content) for name, content in found.items()}


def address(name: str) -> str:
    """Where a page finds a file."""
    return f"/assets/{assets()[name].digest}/{name}"


def _asset(name: str, content: bytes) -> Asset:
    media = _MEDIA[name.rpartition(".")[2]]
    return Asset(name, content, media, hashlib.sha256(content).hexdigest()[:16])
