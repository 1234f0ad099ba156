"""Which rows of the table ``statements`` stand.

Nothing is overwritten: a correction is a new row that says which one it ``supersedes``, and a rejection is one that says so
in ``review``. Whoever works with statements asks here which of them still count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lianzhang.store import Reader

_SUCCESSIONS = "SELECT statement_id, supersedes, review FROM statements WHERE supersedes IS NOT NULL OR review = 'rejected'"


class Succession:
    """Which row stands for a statement today."""

    def __init__(self, rows: Iterable[Mapping[str, Any]]) -> None:
        self._next: dict[str, str] = {}
        self._rejected: set[str] = set()
        for row in sorted(rows, key=lambda r: str(r["statement_id"])):
            if row["supersedes"]:
                self._next[row["supersedes"]] = row["statement_id"]
            if row["review"] == "rejected":
                self._rejected.add(row["statement_id"])

    def last(self, statement_id: str) -> str:
        """The newest row of a statement, rejected or not."""
        seen = {statement_id}
        while (after := self._next.get(statement_id)) is not None and after not in seen:
            seen.add(after)
            statement_id = after
        return statement_id

    def heir(self, statement_id: str) -> str | None:
        """The row that stands for a statement; None where people rejected it."""
        last = self.last(statement_id)
        return None if last in self._rejected else last


def succession(reader: Reader) -> Succession:
    """The corrections and rejections of a region."""
    return Succession(reader.sql(_SUCCESSIONS).to_pylist())
