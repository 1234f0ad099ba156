"""The wall: systems are sections, assemblies are courses, components are bricks.

Solid: two or more makers; hatched: one; a hole with a dashed edge: missing; dotted mist: unknown. A folded corner
marks a component whose name is reconstructed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from markupsafe import Markup

from lianzhang.i18n import Lang, Text
from lianzhang.report.draw.canvas import NARROW, WIDE, Canvas
from lianzhang.report.figures import Brick, Course, Coverage, Wall, WallSection
from lianzhang.report.format import listing, quantity
from lianzhang.report.measure import fit, shorten, text_width
from lianzhang.report.words import COVERAGE, WORDS

_GAP = 4.0
_PAD = 7.0
_ORDER: tuple[Coverage, ...] = ("covered", "single", "missing", "unknown")
_SHORT: dict[Coverage, Text] = {
    "covered": Text("两家以上", "two or more"),
    "single": Text("一家", "one"),
    "missing": Text("缺失", "missing"),
    "unknown": Text("未知", "unknown"),
}


def draw_wall(wall: Wall, lang: Lang, *, uid: str, narrow: bool = False) -> Canvas:
    """The wall on a canvas; ``canvas.boxes`` holds every label."""
    return _Mason(wall, lang, uid, narrow=narrow).canvas


def svg_wall(wall: Wall, lang: Lang, *, uid: str, narrow: bool = False) -> Markup:
    """The wall as ``<svg>``; ``narrow`` for phones."""
    canvas = draw_wall(wall, lang, uid=uid, narrow=narrow)
    return canvas.finish(canvas.height, wall.title.get(lang), describe(wall, lang), "wall")


def describe(wall: Wall, lang: Lang) -> str:
    """The counts in a sentence, for those who cannot see the wall."""
    counts = tally(wall.sections)
    parts = [f"{_SHORT[state].get(lang)} {counts[state]}" for state in _ORDER if counts[state]]
    total = sum(counts.values())
    if lang == "zh":
        return f"共 {total} 个部件：" + "，".join(parts) + "。"
    return f"{total} components: " + ", ".join(parts) + "."


def tally(sections: Sequence[WallSection]) -> Counter[Coverage]:
    """Bricks by coverage."""
    return Counter(b.coverage for s in sections for c in s.courses for b in c.bricks)


def apportion(shares: Sequence[float], total: float, minimum: float) -> list[float]:
    """Widths proportional to ``shares`` that sum to ``total``, none below ``minimum``.

    Those that would be narrower are set to the minimum and the rest is shared out again. If the minimum cannot be
    kept (``minimum * n > total``), all are equal.
    """
    if not shares:
        return []
    if minimum * len(shares) >= total or sum(shares) <= 0:
        return [total / len(shares)] * len(shares)
    small: set[int] = set()
    while True:
        rest = total - minimum * len(small)
        weight = sum(s for i, s in enumerate(shares) if i not in small)
        scale = rest / weight if weight > 0 else 0.0
        more = {i for i, s in enumerate(shares) if i not in small and s * scale < minimum - 1e-9}
        if not more:
            return [minimum if i in small else s * scale for i, s in enumerate(shares)]
        small |= more


class _Mason:
    """Lays the wall course by course from top to bottom."""

    def __init__(self, wall: Wall, lang: Lang, uid: str, *, narrow: bool) -> None:
        self.lang: Lang = lang
        self.narrow = narrow
        self.canvas = Canvas(NARROW if narrow else WIDE, lang, uid, narrow=narrow)
        self.left = 0.0 if narrow else (132.0 if lang == "zh" else 168.0)
        self.brick_height = 54.0 if narrow else 48.0
        self.minimum = 108.0 if narrow else 96.0
        self.y = 0.0
        self._legend(wall)
        for section in wall.sections:
            self._section(section)
        self.canvas.height = self.y

    def _legend(self, wall: Wall) -> None:
        counts = tally(wall.sections)
        items: list[tuple[str, str, Coverage]] = [
            (COVERAGE[state].get(self.lang), str(counts[state]), state) for state in _ORDER
        ]
        x, row = 0.0, 26.0
        for words, count, state in items:
            width = 30 + text_width(words, 13) + 8 + text_width(count, 14, bold=True) + 26
            if x and x + width - 26 > self.canvas.width:
                x, self.y = 0.0, self.y + row
            self._shape(x, self.y + 3, 22, 15, state)
            self.canvas.text(x + 30, self.y + 15, words, 13, "t2")
            self.canvas.text(x + 38 + text_width(words, 13), self.y + 15, count, 14, "t bold")
            x += width
        if any(b.reconstructed for s in wall.sections for c in s.courses for b in c.bricks):
            words = shorten(WORDS["reconstructed_node"].get(self.lang), self.canvas.width - 30, 13)
            if x and x + 30 + text_width(words, 13) > self.canvas.width:
                x, self.y = 0.0, self.y + row
            self.canvas.rect(x, self.y + 3, 22, 15, "sample")
            self._corner(x + 22, self.y + 3)
            self.canvas.text(x + 30, self.y + 15, words, 13, "t2")
        if any(c.coverage is not None for s in wall.sections for c in s.courses):
            for line in fit(WORDS["whole_assembly"].get(self.lang), self.canvas.width, (13.0, 12.0), 3).lines:
                self.y += row
                self.canvas.text(0, self.y + 15, line, 13, "t2")
        self.y += row + 10

    def _section(self, section: WallSection) -> None:
        canvas, lang = self.canvas, self.lang
        counts = tally([section])
        total = sum(counts.values())
        head = f"{total} 个部件" if lang == "zh" else f"{total} components"
        parts = [f"{_SHORT[s].get(lang)} {counts[s]}" for s in _ORDER if counts[s]]
        note = head + ("：" if lang == "zh" else ": ") + "，".join(parts)
        if lang == "en":
            note = f"{head}: {', '.join(parts)}"
        self.y += 22
        size = 17.0
        name = fit(section.name.get(lang), canvas.width, (size,), 2, bold=True)
        for line in name.lines:
            box = canvas.text(0, self.y, line, size, "t serif bold")
            self.y += size * 1.3
        self.y -= size * 1.3
        if box.right + 24 + text_width(note, 13) <= canvas.width:
            canvas.text(canvas.width, self.y, note, 13, "t2", "end")
        else:
            for line in fit(note, canvas.width, (13.0, 12.0), 3).lines:
                self.y += 18
                canvas.text(0, self.y, line, 13, "t2")
        self.y += 8
        canvas.line(0, self.y, canvas.width, self.y, "rule")
        self.y += 9
        for course in section.courses:
            self._course(course)
        self.y += 14

    def _course(self, course: Course) -> None:
        canvas = self.canvas
        if self.narrow:
            inset = 22.0 if course.coverage is not None else 0.0
            name = fit(course.name.get(self.lang), canvas.width - inset, (13.0,), 2, bold=True)
            if course.coverage is not None:
                self._whole(course, 0.0, self.y + 4)
            for line in name.lines:
                self.y += 16
                canvas.text(inset, self.y, line, 13, "t bold")
            self.y += 6
        room = canvas.width - self.left
        per_row = max(1, int((room + _GAP) // (self.minimum + _GAP)))
        rows = _rows(course.bricks, per_row)
        top = self.y
        for bricks in rows:
            x = self.left
            for brick, width in zip(bricks, self._widths(bricks, room), strict=True):
                self._brick(brick, x, width)
                x += width + _GAP
            self.y += self.brick_height + _GAP
        if not rows:
            words = fit(WORDS["no_components"].get(self.lang), room - 2 * _PAD, (13.0,), 1)
            canvas.rect(self.left, self.y, room, self.brick_height, "absent", rx=3.0)
            canvas.label(self.left + room / 2, self.y + self.brick_height / 2, words, "t2")
            self.y += self.brick_height + _GAP
        if not self.narrow:
            middle = (top + self.y - _GAP) / 2
            end = self.left - 14
            if course.coverage is not None:
                self._whole(course, end - 14, middle - 7)
                end -= 22
            canvas.label(end, middle, fit(course.name.get(self.lang), end, (14.0, 13.0, 12.0), 3), "t", "end")
        if self.narrow:
            self.y += 6

    def _whole(self, course: Course, x: float, y: float) -> None:
        """The evidence about an assembly as a whole, small beside its name."""
        assert course.coverage is not None
        colon, stop = ("：", "；") if self.lang == "zh" else (": ", "; ")
        tip = f"{course.name.get(self.lang)}{colon}{COVERAGE[course.coverage].get(self.lang)}"
        if course.makers:
            makers = listing([m.get(self.lang) for m in course.makers], self.lang)
            tip += f"{stop}{WORDS['makers'].get(self.lang)}{colon}{makers}"
        with self.canvas.group(f"hit whole {course.coverage}", tip=tip, origin=course.origin):
            self._shape(x, y, 14, 14, course.coverage)

    def _widths(self, bricks: Sequence[Brick], room: float) -> list[float]:
        total = room - _GAP * (len(bricks) - 1)
        shares = [b.share for b in bricks if b.share is not None and b.share > 0]
        known = len(shares) == len(bricks)
        return apportion(shares if known else [1.0] * len(bricks), total, min(self.minimum, total))

    def _brick(self, brick: Brick, x: float, width: float) -> None:
        canvas = self.canvas
        with canvas.group(
            f"hit brick {brick.coverage}", tip=self._tip(brick), origin=brick.origin, link=brick.link
        ):
            self._shape(x, self.y, width, self.brick_height, brick.coverage)
            sizes = (13.0, 12.0) if self.narrow else (14.0, 13.0, 12.0)
            lines = 3 if self.narrow else 2
            fitted = fit(brick.name.get(self.lang), width - 2 * _PAD, sizes, lines)
            if fitted.cut and not self.narrow:
                fitted = fit(brick.name.get(self.lang), width - 2 * _PAD, (12.0,), 3)
            canvas.label(x + width / 2, self.y + self.brick_height / 2, fitted, f"t on-{brick.coverage}")
            if brick.reconstructed:
                self._corner(x + width, self.y)

    def _shape(self, x: float, y: float, width: float, height: float, state: Coverage) -> None:
        fill = {"single": self.canvas.pattern("hatch"), "unknown": self.canvas.pattern("dots")}.get(state)
        # a dashed edge is drawn inside the brick, so that holes keep the joints of the wall
        inset = 0.75 if state in ("missing", "single") else 0.0
        self.canvas.rect(
            x + inset,
            y + inset,
            width - 2 * inset,
            height - 2 * inset,
            f"body {state}",
            rx=3.0 if height > 20 else 2.0,
            fill=fill,
        )

    def _corner(self, right: float, top: float) -> None:
        self.canvas.polygon([(right - 10, top), (right, top), (right, top + 10)], "corner")

    def _tip(self, brick: Brick) -> str:
        lang = self.lang
        colon, stop = ("：", "；") if lang == "zh" else (": ", "; ")
        makers = listing([m.get(lang) for m in brick.makers], lang)
        parts = [f"{brick.name.get(lang)}{colon}{COVERAGE[brick.coverage].get(lang)}"]
        if makers:
            parts.append(f"{WORDS['makers'].get(lang)}{colon}{makers}")
        if brick.evidence is not None:
            parts.append(f"{WORDS['evidence'].get(lang)}{colon}{brick.evidence.get(lang)}")
        if brick.stake is not None:
            parts.append(f"{WORDS['stake'].get(lang)}{colon}{quantity(brick.stake, lang)}")
        if brick.reconstructed:
            parts.append(WORDS["reconstructed_node"].get(lang))
        return stop.join(parts)


def _rows(bricks: Sequence[Brick], per_row: int) -> list[Sequence[Brick]]:
    """Bricks in rows of at most ``per_row``, as even as possible."""
    count = -(-len(bricks) // per_row)
    if count == 0:
        return []
    size, extra = divmod(len(bricks), count)
    rows: list[Sequence[Brick]] = []
    start = 0
    for number in range(count):
        end = start + size + (1 if number < extra else 0)
        rows.append(bricks[start:end])
        start = end
    return rows
