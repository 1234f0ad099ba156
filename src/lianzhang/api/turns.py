"""Who is served when everybody asks at once: computations in turn, and answers at hand not at their expense.

Computations of a few milliseconds that all run at once only take the interpreter from each other. So few begin at a
time, the others wait in the order they came. One that turns out to be long gives up its turn and goes on beside those
that follow: nobody waits for it who did not ask for it.

Answers at hand cost next to nothing, but whoever asks for them without a pause could keep the interpreter from the
threads that compute. While something is computed they are therefore spaced, by a millisecond.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator

#: How long a computation keeps its turn, in seconds.
_SHORT_S = 0.05
#: Between two answers at hand while something is computed, and how long at most one is held back, in seconds.
_SPACE_S = 0.001
_HELD_S = 0.05


class Turns:
    """Turns of one event loop.

    Args:
        most: so many computations begin at a time.
    """

    def __init__(self, most: int) -> None:
        self._left = most
        self._most = most
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._next = 0.0

    @contextlib.asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn, and keep it as long as the computation is short."""
        loop = asyncio.get_running_loop()
        if self._left:
            self._left -= 1
        else:
            ahead: asyncio.Future[None] = loop.create_future()
            self._waiting.append(ahead)
            try:
                await ahead
            except asyncio.CancelledError:
                if not ahead.cancelled():  # it was given a turn just now
                    self._give_back()
                raise
        kept = True

        def give_back() -> None:
            nonlocal kept
            if kept:
                kept = False
                self._give_back()

        long = loop.call_later(_SHORT_S, give_back)
        try:
            yield
        finally:
            long.cancel()
            give_back()

    async def space(self) -> None:
        """Before an answer at hand: wait a moment if others compute."""
        if self._left == self._most:
            return
        now = asyncio.get_running_loop().time()
        begin = min(max(now, self._next), now + _HELD_S)
        self._next = begin + _SPACE_S
        if begin > now:
            await asyncio.sleep(begin - now)

    def _give_back(self) -> None:
        """Hand a turn to whoever waits longest."""
        while self._waiting:
            ahead = self._waiting.popleft()
            if not ahead.done():  # it has not left
                ahead.set_result(None)
                return
        self._left += 1
