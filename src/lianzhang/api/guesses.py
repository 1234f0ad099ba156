"""How often somebody may show a wrong token, and how often refusals are written down.

Both are token buckets: so many at once, then one more every so many seconds. Nothing is kept about who asked but the
address, in memory, and no longer than it counts.
"""

from __future__ import annotations

import ipaddress
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

#: Wrong tokens that one address may show at once, and seconds until it may show one more.
AT_ONCE, EVERY_S = 10, 6.0
#: The same for all addresses together: many machines may guess for one.
ALL_AT_ONCE, ALL_EVERY_S = 200, 0.5
#: Addresses that are remembered; those that guessed last stay.
_ADDRESSES = 4096


class Bucket:
    """So many at once, then one every so many seconds.

    Args:
        most: at once.
        every_s: seconds until there is one more.
        clock: monotonic seconds.
    """

    def __init__(self, most: int, every_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._every_s = every_s
        self._clock = clock
        self._left = float(most)
        self._at = clock()

    def wait_s(self) -> float:
        """Seconds until there is one; 0 where there is one now."""
        self._fill()
        return max(0.0, (1.0 - self._left) * self._every_s)

    def take(self) -> bool:
        """Take one; whether there was one."""
        self._fill()
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True

    def _fill(self) -> None:
        now = self._clock()
        self._left = min(float(self._most), self._left + (now - self._at) / self._every_s)
        self._at = now


class Guesses:
    """Wrong tokens by address, and all together."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._all = Bucket(ALL_AT_ONCE, ALL_EVERY_S, clock)
        self._by: OrderedDict[str, Bucket] = OrderedDict()
        self._lock = threading.Lock()

    def wait_s(self, address: str) -> int:
        """Whole seconds until a token from there is looked at again; 0 for now."""
        with self._lock:
            own = self._by.get(_network(address))
            waits = (self._all.wait_s(), own.wait_s() if own is not None else 0.0)
        return math.ceil(max(waits))

    def wrong(self, address: str) -> None:
        """A wrong token came from there."""
        key = _network(address)
        with self._lock:
            own = self._by.pop(key, None) or Bucket(AT_ONCE, EVERY_S, self._clock)
            self._by[key] = own
            while len(self._by) > _ADDRESSES:
                self._by.popitem(last=False)
            own.take()
            self._all.take()

    def forget(self) -> None:
        """Begin anew."""
        with self._lock:
            self._by.clear()
            self._all = Bucket(ALL_AT_ONCE, ALL_EVERY_S, self._clock)


def _network(address: str) -> str:
    """Whom an address stands for: a household of IPv6 has 2⁶⁴ of them."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else str(found)
