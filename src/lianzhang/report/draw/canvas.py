"""A sheet to draw on: collects SVG elements and remembers where every label sits."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from markupsafe import Markup

from lianzhang.i18n import Lang
from lianzhang.report.markup import Attribute, clean, element, join, number
from lianzhang.report.measure import Fitted, text_width

WIDE = 1000.0
"""Width of the desktop and print variant in px; shown at 0.86 to 1.05 of it, printed at 0.7."""
NARROW = 342.0
"""Width of the phone variant in px: what a 390 px screen leaves between its margins."""
LINE = 1.22
"""Line height of labels in ems."""


def anchor(origin: str | None) -> str | None:
    """The id under which an origin stands in a document; keys themselves are never written out."""
    return None if not origin else "o-" + hashlib.sha256(origin.encode()).hexdigest()[:10]


@dataclass(frozen=True, slots=True)
class Box:
    """The estimated extent of a label in px."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Box) -> bool:
        """True if the two share an area."""
        return (
            min(self.right, other.right) - max(self.left, other.left) > 0.01
            and min(self.bottom, other.bottom) - max(self.top, other.top) > 0.01
        )


class Canvas:
    """Collects elements; :meth:`finish` wraps them into an ``<svg>`` with title and description.

    ``uid`` makes ids unique in a document that holds several drawings.
    """

    def __init__(self, width: float, lang: Lang, uid: str, *, narrow: bool = False) -> None:
        self.width = width
        self.height = 0.0
        self.lang: Lang = lang
        self.uid = uid
        self.narrow = narrow
        self.boxes: list[Box] = []
        self._stack: list[list[Markup]] = [[]]
        self._patterns: dict[str, Markup] = {}
        self._linked = False

    def add(self, name: str, **attributes: Attribute) -> None:
        """Any element without children."""
        self._stack[-1].append(element(name, **attributes))

    def insert(self, drawing: Markup) -> None:
        """A drawing that is finished already."""
        self._stack[-1].append(drawing)

    @contextmanager
    def group(
        self,
        class_: str,
        *,
        tip: str | None = None,
        origin: str | None = None,
        link: str | None = None,
        **more: Attribute,
    ) -> Iterator[None]:
        """A ``<g>``; ``tip`` is what hovering shows, ``origin`` the key that tapping opens.

        With ``link`` it is an ``<a>``, which a keyboard reaches and which works without a script. ``more`` are
        attributes of the element.
        """
        self._stack.append([])
        try:
            yield
        finally:
            parts = self._stack.pop()
            head = [element("title", tip)] if tip else []
            inner = join(head + parts)
            if link is None:
                group = element("g", inner, class_=class_, data_origin=anchor(origin), **more)
            else:
                self._linked = True
                group = element("a", inner, class_=class_, href=link, **more)
            self._stack[-1].append(group)

    def rect(self, x: float, y: float, width: float, height: float, class_: str, **more: Attribute) -> None:
        """A rectangle."""
        self.add("rect", x=x, y=y, width=max(width, 0.0), height=height, class_=class_, **more)

    def line(self, x1: float, y1: float, x2: float, y2: float, class_: str) -> None:
        """A straight line."""
        self.add("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)

    def polyline(self, points: Sequence[tuple[float, float]], class_: str) -> None:
        """An open line through points."""
        self.add("polyline", points=_points(points), class_=class_)

    def polygon(self, points: Sequence[tuple[float, float]], class_: str, **more: Attribute) -> None:
        """A closed area."""
        self.add("polygon", points=_points(points), class_=class_, **more)

    def text(
        self, x: float, y: float, text: str, size: float, class_: str = "t", anchor: str = "start"
    ) -> Box:
        """One line of text with its baseline at ``y``; its box is remembered."""
        width = text_width(text, size, bold="bold" in class_.split())
        left = x - {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor] * width
        box = Box(text, left, y - 0.88 * size, left + width, y + 0.24 * size)
        if text.strip():
            self.boxes.append(box)
        self._stack[-1].append(
            element(
                "text",
                clean(text),
                x=x,
                y=y,
                class_=class_,
                font_size=size,
                text_anchor=None if anchor == "start" else anchor,
            )
        )
        return box

    def label(
        self, x: float, middle: float, fitted: Fitted, class_: str = "t", anchor: str = "middle"
    ) -> None:
        """Several lines, centred vertically on ``middle``."""
        pitch = fitted.size * LINE
        first = middle - pitch * (len(fitted.lines) - 1) / 2 + 0.34 * fitted.size
        for number_, line in enumerate(fitted.lines):
            self.text(x, first + number_ * pitch, line, fitted.size, class_, anchor)

    def pattern(self, name: str) -> str:
        """``url(#…)`` of a fill pattern, defined on first use: ``hatch`` (one maker), ``dots`` (unknown),
        ``hatch-in`` (inflow)."""
        key = f"{self.uid}-{name}"
        if name not in self._patterns:
            self._patterns[name] = _PATTERNS[name](key)
        return f"url(#{key})"

    def finish(self, height: float, title: str, description: str, class_: str) -> Markup:
        """The whole drawing as ``<svg role="img">``; a drawing with links in it is a group of them instead."""
        self.height = height
        names = (f"{self.uid}-title", f"{self.uid}-desc")
        head = [
            element("title", title, id=names[0]),
            element("desc", description, id=names[1]),
        ]
        if self._patterns:
            head.append(element("defs", join(list(self._patterns.values()))))
        return element(
            "svg",
            join(head + self._stack[0]),
            xmlns="http://www.w3.org/2000/svg",
            viewBox=f"0 0 {number(self.width)} {number(height)}",
            class_=f"drawing {class_}",
            role="group" if self._linked else "img",
            aria_labelledby=" ".join(names),
            lang="zh-CN" if self.lang == "zh" else "en",
        )


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{number(x)},{number(y)}" for x, y in points)


def _hatch(key: str) -> Markup:
    return element(
        "pattern",
        element("rect", width=8.0, height=8.0, class_="hatch-ground"),
        element("rect", width=4.0, height=8.0, class_="hatch-stripe"),
        id=key,
        width=8.0,
        height=8.0,
        patternUnits="userSpaceOnUse",
        patternTransform="rotate(45)",
    )


def _dots(key: str) -> Markup:
    return element(
        "pattern",
        element("rect", width=7.0, height=7.0, class_="mist-ground"),
        element("circle", cx=3.5, cy=3.5, r=0.9, class_="mist-dot"),
        id=key,
        width=7.0,
        height=7.0,
        patternUnits="userSpaceOnUse",
    )


def _hatch_in(key: str) -> Markup:
    return element(
        "pattern",
        element("rect", width=6.0, height=6.0, class_="inflow-ground"),
        element("rect", width=3.0, height=6.0, class_="inflow-stripe"),
        id=key,
        width=6.0,
        height=6.0,
        patternUnits="userSpaceOnUse",
        patternTransform="rotate(45)",
    )


_PATTERNS = {"hatch": _hatch, "dots": _dots, "hatch-in": _hatch_in}
