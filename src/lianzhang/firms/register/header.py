"""Where the header of a table stands: below titles, over two lines, or nowhere.

A header is known by its words: the line (or the two lines, taken together) in which most fields of a firm are found.
Where no line says anything known, it is the first that is about as wide as the table.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from lianzhang.firms.kernel.uscc import CodeState, code_state, normalise_code
from lianzhang.firms.register.layout import field_of, plain_header

#: Rows from the top among which a header is looked for.
LOOKED_AT = 25
#: Share of the widest row that a header without known words fills.
_FILLED = 0.6


@dataclass(frozen=True, slots=True)
class Header:
    """``columns``: names, made unique, ``#n`` where there is none; ``row``: number of its last line (from 1), 0 for a
    table without one; ``known``: how many fields its words name."""

    columns: tuple[str, ...]
    row: int
    known: int

    @property
    def first(self) -> int:
        """Number of the first row below it, from 1."""
        return self.row + 1


def find_header(rows: Sequence[Sequence[str]], wanted: Collection[str] = (), at: int | None = None) -> Header:
    """The header among the first rows of a table.

    Args:
        rows: cells of the first rows.
        wanted: names that a mapping asks for; a line that has them all is the header, else the one that has most.
        at: its row (from 1) where it is known; 0 says that there is none.
    """
    width = max((_width(row) for row in rows), default=0)
    if at is not None:
        cells = rows[at - 1] if 0 < at <= len(rows) else ()
        return _made(cells, at, max(width, _width(cells)))
    asked = {plain_header(name) for name in wanted}
    partly: tuple[int, Sequence[str], int] = (0, (), 0)
    best: tuple[int, int, int] = (0, 0, 0)
    chosen: tuple[Sequence[str], int] | None = None
    for number, row in enumerate(rows[:LOOKED_AT], 1):
        for lines, cells in ((1, list(row)), (2, _both(rows, number))):
            if not cells:
                continue
            names = {plain_header(cell) for cell in cells if cell.strip()}
            if asked and asked <= names:
                return _made(cells, number + lines - 1, max(width, len(cells)))
            if len(asked & names) > partly[0]:
                partly = (len(asked & names), cells, number + lines - 1)
            score = (_known(cells), -lines, -number)
            if score[0] and score > best:
                best, chosen = score, (cells, number + lines - 1)
    if partly[0] and partly[0] >= min(2, len(asked)):
        return _made(partly[1], partly[2], width)
    if chosen is not None and best[0] >= 2:
        return _made(*chosen, width)
    for number, row in enumerate(rows[:LOOKED_AT], 1):
        if sum(1 for cell in row if cell.strip()) >= max(1, _FILLED * width):
            if any(code_state(normalise_code(cell)) is CodeState.VALID for cell in row):
                return _made((), number - 1, width)
            return _made(row, number, width)
    return _made((), 0, width)


def _width(row: Sequence[str]) -> int:
    return max((place for place, cell in enumerate(row, 1) if cell.strip()), default=0)


def _known(cells: Sequence[str]) -> int:
    return len({field for cell in cells if (field := field_of(cell)) is not None})


def _both(rows: Sequence[Sequence[str]], number: int) -> list[str]:
    """Two lines as one: the lower cell, or the upper where it is blank (merged over both lines) or says more ("注册资本"
    above "金额")."""
    if number >= len(rows):
        return []
    upper, lower = rows[number - 1], rows[number]
    wide = max(len(upper), len(lower))
    cells = []
    for place in range(wide):
        above = upper[place].strip() if place < len(upper) else ""
        below = lower[place].strip() if place < len(lower) else ""
        cells.append(above if above and (not below or (field_of(above) and not field_of(below))) else below)
    # The upper line has to give something that the lower has not, and both have to say words, not values.
    return cells if _known(cells) > max(_known(upper), _known(lower)) else []


def _made(cells: Sequence[str], row: int, width: int) -> Header:
    names: list[str] = []
    seen: Counter[str] = Counter()
    for place in range(max(width, _width(cells))):
        name = " ".join(cells[place].replace("\ufeff", "").split()) if place < len(cells) else ""
        name = name or f"#{place + 1}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return Header(tuple(names), row, _known(cells))
