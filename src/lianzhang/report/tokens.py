"""The design tokens: read from ``tokens.toml``, given out as CSS custom properties and as colours."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Literal

Theme = Literal["light", "dark"]

SURFACES = ("paper", "card")
"""What words are written on."""

READABLE: tuple[tuple[str, str], ...] = (
    *((word, surface) for surface in SURFACES for word in ("ink", "ink-2", "seal")),
    *((f"{state}-ink", surface) for surface in SURFACES for state in ("jade", "amber", "brick")),
    *((f"{state}-ink", f"{state}-wash") for state in ("jade", "brick")),
    *(("ink", f"{state}-wash") for state in ("jade", "amber", "brick", "mist")),
    ("ink-2", "mist-wash"),
    ("on-jade", "jade"),
    *((f"on-seq-{step}", f"seq-{step}") for step in range(1, 6)),
    *((f"series-{n}", "card") for n in range(1, 5)),
)
"""Pairs (words, ground) that occur; each has a contrast of at least 4.5:1 in both themes."""


@functools.cache
def load() -> dict[str, dict[str, str]]:
    """The tokens by group: ``light``, ``dark``, ``type``, ``space``."""
    text = resources.files("lianzhang.report").joinpath("tokens.toml").read_text(encoding="utf-8")
    return {group: {k: str(v) for k, v in values.items()} for group, values in tomllib.loads(text).items()}


def colour(name: str, theme: Theme = "light") -> str:
    """A colour as ``#RRGGBB``."""
    return load()[theme][name]


def css() -> str:
    """All tokens as CSS custom properties.

    Light is the default; dark applies where the system asks for it or ``data-theme="dark"`` on the root
    says so; paper is always light.
    """
    tokens = load()
    base = _properties({**tokens["type"], **tokens["space"]})
    light, dark = _properties(tokens["light"]), _properties(tokens["dark"])
    return (
        f":root{{color-scheme:light;{base}{light}}}\n"
        f'@media screen{{:root[data-theme="dark"]{{color-scheme:dark;{dark}}}}}\n'
        f"@media screen and (prefers-color-scheme:dark)"
        f'{{:root:not([data-theme="light"]){{color-scheme:dark;{dark}}}}}\n'
    )


def _properties(values: Mapping[str, str]) -> str:
    return "".join(f"--{name}:{value};" for name, value in values.items())


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two ``#RRGGBB`` colours: (L₁ + 0.05) / (L₂ + 0.05), L₁ ≥ L₂ (WCAG 2.2, 1.4.3)."""
    high, low = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(value: str) -> float:
    """Relative luminance Y of an sRGB colour (IEC 61966-2-1, as WCAG 2.2 uses it)."""
    channels = (int(value[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
