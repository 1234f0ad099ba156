"""Routers that are passed over at a glance.

An application of more than a hundred addresses is asked by a request one address after another, a regular expression
each, which costs more processor time than many of the answers. A `QuickRouter` first compares the fixed words at the
end of the address with those of its own addresses.
"""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter
from fastapi.params import Depends
from starlette.routing import Match
from starlette.types import Scope

#: Positions counted from the end of an address, and the words that stand there.
_Words = tuple[tuple[int, ...], set[tuple[str, ...]]]


class QuickRouter(APIRouter):
    """A router that knows at a glance which requests none of its addresses can answer.

    Where routes are taken over one by one by the router that includes them, it is a router like any other.
    """

    def __init__(
        self, *, include_in_schema: bool = True, dependencies: Sequence[Depends] | None = None
    ) -> None:
        super().__init__(include_in_schema=include_in_schema, dependencies=dependencies)
        self._known: tuple[int, list[_Words]] = (-1, [])

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether one of the routes answers the request."""
        if not self._may_match(scope["path"]):
            return Match.NONE, {}
        found: tuple[Match, Scope] = super().matches(scope)
        return found

    def _may_match(self, path: str) -> bool:
        if self._known[0] != len(self.routes):
            self._known = (len(self.routes), self._words())
        parts = path.split("/")
        for at, words in self._known[1]:  # noqa: SIM110 - asked for every request, and a generator costs
            # The first position is the one farthest from the end.
            if (not at or len(parts) >= -at[0]) and tuple([parts[n] for n in at]) in words:
                return True
        return False

    def _words(self) -> list[_Words]:
        """Fixed words of every route by their positions; a prefix may stand before, nothing behind."""
        found: dict[tuple[int, ...], set[tuple[str, ...]]] = {}
        for route in self.routes:
            path = getattr(route, "path", None)
            if path is None or ":" in path:  # a parameter that takes several parts
                return [((), {()})]
            parts = path.split("/")
            fixed = [n - len(parts) for n, part in enumerate(parts) if n and "{" not in part]
            found.setdefault(tuple(fixed), set()).add(tuple(parts[n] for n in fixed))
        return list(found.items())
