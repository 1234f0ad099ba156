"""Refused writes and sign-ins in the trail, so few that nobody can fill the disk with them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Literal

from lianzhang.app.browse.audit import Audit

#: Refusals that are written down at once, and seconds until there may be one more.
AT_ONCE, EVERY_S = 20, 30.0
_WHAT = 200


class Refusals:
    """Adds refusals to a trail: `AT_ONCE` of them, then one every `EVERY_S`; the others are counted in the next line.

    Args:
        audit: the trail.
        clock: monotonic seconds.
    """

    def __init__(self, audit: Audit, clock: Callable[[], float] = time.monotonic) -> None:
        self._audit = audit
        self._clock = clock
        self._left = float(AT_ONCE)
        self._at = clock()
        self._unwritten = 0
        self._lock = threading.Lock()

    def add(self, what: str, origin: Literal["page", "program"], status: int, problem: str | None) -> None:
        """Write a refusal down, or count it.

        Args:
            what: method and address asked for.
            origin: from a page of this server, or a program.
            status: HTTP status of the answer.
            problem: code of the error.
        """
        with self._lock:
            now = self._clock()
            self._left = min(float(AT_ONCE), self._left + (now - self._at) / EVERY_S)
            self._at = now
            if self._left < 1.0:
                self._unwritten += 1
                return
            self._left -= 1.0
            before, self._unwritten = self._unwritten, 0
        self._audit.add(
            what=what[:_WHAT],
            region=None,
            by="nobody",
            origin=origin,
            status=status,
            problem=problem,
            details={"refused_before_unwritten": before} if before else {},
        )

    def flush(self) -> None:
        """Write down how many were only counted, if any were."""
        with self._lock:
            before, self._unwritten = self._unwritten, 0
        if before:
            self._audit.add(
                what="refused",
                region=None,
                by="nobody",
                origin="program",
                status=429,
                problem="too-many-guesses",
                details={"refused_before_unwritten": before},
            )
