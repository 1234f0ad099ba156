"""The whole way from a batch of names and scopes to verdicts, in one compiled loop."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lianzhang.firms.kernel import codes as c
from lianzhang.firms.kernel.activities import Activities, find_activities
from lianzhang.firms.kernel.decide import decide
from lianzhang.firms.kernel.scope import assign_roles, mask_restrictions, tokenise
from lianzhang.firms.kernel.trie import longest_match


@njit(cache=True, nogil=True)
def find_names(
    text: NDArray[np.uint16], start: int, stop: int, trie: Any, name_ids: NDArray[np.int32],
    name_first: NDArray[np.int32], name_last: NDArray[np.int32],
) -> int:  # fmt: skip
    """Words of trade in a company's name; returns their number (at most len(name_ids)).

    The longest from the left, but not where a longer one begins inside it ("康发电力设备" is no power station).
    """
    n = 0
    at = start
    while at < stop and n < name_ids.size:
        phrase, end = longest_match(trie, text, at, stop)
        inside = at + 1
        while phrase >= 0 and inside < end:
            other, other_end = longest_match(trie, text, inside, stop)
            if other >= 0 and other_end - inside > end - at:
                phrase = -1
            inside += 1
        if phrase >= 0:
            name_ids[n], name_first[n], name_last[n] = phrase, at - start, end - start
            n += 1
            at = end
        else:
            at += 1
    return n


@njit(cache=True, nogil=True)
def count_parent(
    text: NDArray[np.uint16], start: int, stop: int, n: int, name_ids: NDArray[np.int32],
    name_first: NDArray[np.int32], flags_of: NDArray[np.int32],
) -> int:  # fmt: skip
    """How many of the ``n`` words of a name are the parent's: those before its last 公司 or 作社, where words follow
    that say what the outlet does (客运站, not 门市部)."""
    at = -1
    for i in range(start, stop - 1):
        if (text[i] == 0x516C and text[i + 1] == 0x53F8) or (text[i] == 0x4F5C and text[i + 1] == 0x793E):
            at = i - start
    before = 0
    while before < n and name_first[before] <= at:
        before += 1
    for k in range(before, n):
        if not flags_of[name_ids[k]] & c.F_TRADE_NAME:
            return before
    return 0


@njit(cache=True, nogil=True)
def classify_batch(
    scope: NDArray[np.uint16], scope_at: NDArray[np.int64], name: NDArray[np.uint16], name_at: NDArray[np.int64],
    trie: Any, name_trie: Any, suffixes: NDArray[np.int32], lexicon: Any, weights: Any,
    maker: NDArray[np.bool_], maker_conf: NDArray[np.float64], gb2: NDArray[np.int8], gb2_conf: NDArray[np.float64],
    chain: NDArray[np.int32], cluster: NDArray[np.int32],
    keep: bool, kept_at: NDArray[np.int64], kept: NDArray[np.int32], kept_score: NDArray[np.float64],
) -> None:  # fmt: skip
    """Classify ``len(scope_at) − 1`` firms.

    Args:
        scope, name: mapped code units of all scopes and names, one after another.
        scope_at, name_at: offsets, shape (n + 1).
        trie, name_trie: automata of the phrases of scopes and of names; both report rows of ``lexicon``.
        suffixes: row of ``lexicon`` for each code unit that names a kind of goods as a last character, or −1.
        maker … cluster: results, shape (n).
        keep: whether to keep the evidence.
        kept_at: where each firm's evidence begins, shape (n + 1).
        kept: evidence, shape (m, 8): source (0 scope, 1 name), first, last, made, division, chain, cluster, phrase.
        kept_score: shape (m), what it added to its division's score.
    """
    rows = scope_at.size - 1
    longest = 1
    for r in range(rows):
        longest = max(longest, scope_at[r + 1] - scope_at[r])
    size = longest + 1
    ids, kinds = np.empty(size, np.int32), np.empty(size, np.int8)
    starts, ends = np.empty(size, np.int32), np.empty(size, np.int32)
    suffix = np.empty(size, np.int32)
    live, roles, groups = np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size, np.int32)
    acts = Activities(
        np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size, np.int32),
        np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size, np.int32),
        np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size, np.float64),
    )  # fmt: skip
    made, score = np.empty(size, np.bool_), np.empty(100, np.float64)
    given, given_to = np.empty(size, np.float64), np.empty(size, np.int32)
    name_ids, name_first, name_last = np.empty(16, np.int32), np.empty(16, np.int32), np.empty(16, np.int32)
    at = 0
    for r in range(rows):
        n = tokenise(scope, scope_at[r], scope_at[r + 1], trie, lexicon, ids, kinds, starts, ends)
        m = mask_restrictions(n, ids, kinds, lexicon, live, roles)
        n_groups = assign_roles(m, live, ids, kinds, lexicon, roles, groups)
        for t in range(n):
            suffix[t] = (
                suffixes[scope[scope_at[r] + ends[t] - 1]] if kinds[t] == c.OTHER and ids[t] < 0 else -1
            )
        n_acts = find_activities(m, live, ids, kinds, starts, ends, roles, groups, lexicon, suffix, acts)
        n_names = find_names(name, name_at[r], name_at[r + 1], name_trie, name_ids, name_first, name_last)
        n_parent = count_parent(
            name, name_at[r], name_at[r + 1], n_names, name_ids, name_first, lexicon.flags
        )
        verdict = decide(
            n_acts, acts, lexicon.kind, lexicon.flags, n_groups, n_names, n_parent, name_ids, lexicon, weights,
            made, score, given, given_to,
        )  # fmt: skip
        maker[r], maker_conf[r] = verdict.is_maker, verdict.maker_confidence
        gb2[r], gb2_conf[r] = verdict.gb2, verdict.gb2_confidence
        chain[r], cluster[r] = verdict.chain, verdict.cluster
        if keep:
            kept_at[r] = at
            for k in range(n_acts):
                kept[at, 0], kept[at, 1], kept[at, 2] = 0, acts.first[k], acts.last[k]
                kept[at, 3], kept[at, 4] = made[k], given_to[k]
                kept[at, 5], kept[at, 6] = acts.chain[k], acts.cluster[k]
                kept[at, 7], kept_score[at] = acts.token[k], given[k]
                at += 1
            for k in range(n_names):
                kept[at, 0], kept[at, 1], kept[at, 2] = 1, name_first[k], name_last[k]
                kept[at, 3], kept[at, 4] = False, lexicon.gb2[name_ids[k]]
                kept[at, 5], kept[at, 6] = 0, 0
                kept[at, 7], kept_score[at] = name_ids[k], lexicon.weight[name_ids[k]]
                at += 1
            kept_at[r + 1] = at
