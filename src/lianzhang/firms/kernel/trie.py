"""A dictionary automaton over UTF-16 code units: the longest phrase that starts at a place.

The trie is stored as sorted adjacency: node *v* has its children in ``child_char[first[v]:first[v+1]]`` (ascending)
and ``child_node``; the root's children are a dense table. ``phrase[v]`` is the phrase that ends at *v*, or −1.
Source: Fredkin, "Trie memory", CACM 3(9), 1960.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray


class Trie(NamedTuple):
    """Arrays of the automaton (see the module's text)."""

    root: NDArray[np.int32]
    first: NDArray[np.int32]
    child_char: NDArray[np.uint16]
    child_node: NDArray[np.int32]
    phrase: NDArray[np.int32]


def build_trie(phrases: Sequence[str]) -> Trie:
    """The automaton of ``phrases``; phrase *i* is reported as *i*.

    Characters outside the basic plane and empty phrases are not allowed: registers do not use them.

    Raises:
        ValueError: an empty phrase, a repeated one, or a character beyond U+FFFF.
    """
    nodes: list[dict[int, int]] = [{}]
    ends: list[int] = [-1]
    for index, text in enumerate(phrases):
        if not text:
            raise ValueError("an empty phrase cannot be matched")
        at = 0
        for char in map(ord, text):
            if char > 0xFFFF:
                raise ValueError(f"phrase {text!r} has a character outside the basic plane")
            step = nodes[at].get(char)
            if step is None:
                step = len(nodes)
                nodes[at][char] = step
                nodes.append({})
                ends.append(-1)
            at = step
        if ends[at] >= 0:
            raise ValueError(f"phrase {text!r} is given twice")
        ends[at] = index
    first = np.zeros(len(nodes) + 1, np.int32)
    np.cumsum([len(node) for node in nodes], out=first[1:])
    chars = np.empty(first[-1], np.uint16)
    targets = np.empty(first[-1], np.int32)
    for at, node in enumerate(nodes):
        for place, char in enumerate(sorted(node), int(first[at])):
            chars[place] = char
            targets[place] = node[char]
    root = np.zeros(0x10000, np.int32)
    for char, step in nodes[0].items():
        root[char] = step
    return Trie(root, first, chars, targets, np.array(ends, np.int32))


@njit(cache=True, nogil=True)
def longest_match(trie: Any, text: NDArray[np.uint16], start: int, stop: int) -> tuple[int, int]:
    """(phrase, end) of the longest phrase that begins at ``start``; (−1, start) if none does.

    ``text`` is an array of code units, of which ``start … stop`` may be read.
    """
    best, best_end = -1, start
    node = trie.root[text[start]]
    at = start + 1
    while node != 0:
        if trie.phrase[node] >= 0:
            best, best_end = trie.phrase[node], at
        if at >= stop:
            break
        char = text[at]
        low, high = trie.first[node], trie.first[node + 1]
        node = 0
        while low < high:
            middle = (low + high) >> 1
            found = trie.child_char[middle]
            if found == char:
                node = trie.child_node[middle]
                break
            if found < char:
                low = middle + 1
            else:
                high = middle
        at += 1
    return best, best_end
