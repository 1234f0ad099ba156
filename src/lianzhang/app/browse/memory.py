"""Remember computed results by what they were computed from."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

T = TypeVar("T")


class Memory:
    """The last ``most`` results. Two who ask for the same at once share one computation."""

    def __init__(self, most: int = 64) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._found: OrderedDict[Hashable, Any] = OrderedDict()
        self._under_way: dict[Hashable, threading.Lock] = {}

    def peek(self, key: Hashable) -> object | None:
        """The result under a key if it is remembered."""
        with self._lock:
            found = self._found.get(key)
            if found is not None:
                self._found.move_to_end(key)
            return cast("object | None", found)

    def forget(self, over: Callable[[tuple[Any, ...]], bool]) -> None:
        """Forget the results whose key is a tuple of which ``over`` holds."""
        with self._lock:
            for key in [k for k in self._found if isinstance(k, tuple) and over(k)]:
                del self._found[key]

    def get(self, key: Hashable, compute: Callable[[], T]) -> T:
        """The result under a key, computed if it is not remembered. An error is passed on and not remembered."""
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return cast("T", self._found[key])
            one = self._under_way.setdefault(key, threading.Lock())
        with one:
            with self._lock:
                if key in self._found:
                    return cast("T", self._found[key])
            try:
                value = compute()
                with self._lock:
                    self._found[key] = value
                    while len(self._found) > self._most:
                        self._found.popitem(last=False)
            finally:
                with self._lock:
                    self._under_way.pop(key, None)
        return value
