"""Elements as strings: everything is escaped unless it is already markup."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

_ILLEGAL_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Attribute = str | float | None


def clean(text: str) -> str:
    """``text`` without the characters that XML 1.0 forbids (section 2.2)."""
    return _ILLEGAL_XML.sub("", text)


def number(value: float) -> str:
    """A coordinate: at most two decimals, no trailing zeros, never ``-0``."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def element(name: str, *children: str, **attributes: Attribute) -> Markup:
    """``<name attributes>children</name>``.

    A trailing underscore in an attribute's name is dropped, others become hyphens (``class_``, ``text_anchor``).
    ``None`` leaves an attribute out.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_value(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    inner = Markup("").join(child if isinstance(child, Markup) else clean(child) for child in children)
    return Markup(f"<{name}{written}>{inner}</{name}>")


def join(parts: list[Markup]) -> Markup:
    """Markup one after the other."""
    return Markup("").join(parts)


def _value(value: str | float) -> str:
    return str(escape(clean(value))) if isinstance(value, str) else number(value)
