"""Reading a business scope: tokens, what is cut out, and who does what to which goods.

A scope is a list of clauses. A clause has verbs before their objects ("生产、销售：甲、乙"), after them ("甲、乙的生产、
销售") or both ("甲制造，销售乙"). Three passes over one text:

1. `tokenise`: longest phrases from the left; characters that no phrase covers are grouped.
2. `mask_restrictions`: brackets, exclusions and statements of law are taken out (不含…, …除外, 法律、法规禁止…); a
   bracket that takes away the making ("（不含生产、加工）") marks the object before it.
3. `assign_roles`: every remaining token gets the roles of the verbs that govern it and the number of its group
   (one group per verb phrase, in reading order).

All arrays are scratch space of the caller, one entry per token: ``ids`` (phrase or −1), ``kinds``, ``starts``, ``ends``
(offsets in the text), ``roles`` (bits of `codes`), ``groups``.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lianzhang.firms.kernel import codes as c
from lianzhang.firms.kernel.trie import longest_match

#: Tokens of the longest bracket that is read as a list of goods ("【饮用水、其他饮料】") and not as a remark.
_LISTED = 60


class Lexicon(NamedTuple):
    """What the phrase table says about each phrase, as arrays of one length (see `firms.phrases`)."""

    kind: NDArray[np.int8]
    role: NDArray[np.int32]
    gb2: NDArray[np.int8]
    chain: NDArray[np.int32]
    auto: NDArray[np.int32]
    cluster: NDArray[np.int32]
    weight: NDArray[np.float64]
    flags: NDArray[np.int32]


@njit(cache=True, nogil=True)
def tokenise(
    text: NDArray[np.uint16],
    start: int,
    stop: int,
    trie: Any,
    lexicon: Any,
    ids: NDArray[np.int32],
    kinds: NDArray[np.int8],
    starts: NDArray[np.int32],
    ends: NDArray[np.int32],
) -> int:
    """Cut ``text[start:stop]`` (mapped code units) into tokens; returns their number. Offsets count from ``start``."""
    n = 0
    at = start
    while at < stop:
        char = text[at]
        kind = -1
        if char == 0x3001:  # 、
            kind = c.DELIM
        elif char == 0x2C:
            kind = c.COMMA
        elif char == 0x3B:
            kind = c.END
        elif char == 0x2A:
            # One star separates items, several end a clause.
            several = (at > start and text[at - 1] == 0x2A) or (at + 1 < stop and text[at + 1] == 0x2A)
            kind = c.END if several else c.DELIM
        elif char == 0x3A:
            kind = c.COLON
        elif char == 0x28:
            kind = c.OPEN
        elif char == 0x29:
            kind = c.CLOSE
        elif char == 0x2E:
            # A full stop between letters or digits belongs to a number or a model name.
            kind = c.COMMA
            if at > start and at + 1 < stop and text[at - 1] < 0x80 and text[at + 1] < 0x80:
                kind = c.OTHER
        if kind == -1:
            phrase, end = longest_match(trie, text, at, stop)
            if phrase >= 0:
                ids[n] = phrase
                kinds[n] = lexicon.kind[phrase]
                starts[n] = at - start
                ends[n] = end - start
                n += 1
                at = end
                continue
            kind = c.DE if char == 0x7684 else c.OTHER  # 的
        if (
            kind == c.OTHER
            and n > 0
            and kinds[n - 1] == c.OTHER
            and ids[n - 1] == -1
            and ends[n - 1] == at - start
        ):
            ends[n - 1] = at + 1 - start
        else:
            ids[n] = -1
            kinds[n] = kind
            starts[n] = at - start
            ends[n] = at + 1 - start
            n += 1
        at += 1
    return n


@njit(cache=True, nogil=True)
def _bracket_takes_making(
    n: int, first: int, last: int, ids: NDArray[np.int32], kinds: NDArray[np.int8], lexicon: Any
) -> bool:
    """Whether the tokens of a bracket say "not made": an exclusion followed by verbs of making and nothing else."""
    excludes, making = False, False
    for t in range(first, last):
        kind = kinds[t]
        if kind == c.RESTRICT:
            excludes = excludes or lexicon.flags[ids[t]] & c.F_EXCLUDES != 0
        elif kind == c.VERB and lexicon.gb2[ids[t]] == 0:
            making = making or lexicon.role[ids[t]] & c.MAKE != 0
        elif kind not in (c.DELIM, c.LINK, c.COMMA, c.DE):
            return False
    return excludes and making


@njit(cache=True, nogil=True)
def mask_restrictions(
    n: int,
    ids: NDArray[np.int32],
    kinds: NDArray[np.int8],
    lexicon: Any,
    live: NDArray[np.int32],
    roles: NDArray[np.int32],
) -> int:
    """Take out brackets and restrictions; write the places of what remains to ``live`` and return their number.

    ``roles`` is set to 0, or to `codes.NOT_MADE` for a token whose bracket takes the making away.
    """
    for t in range(n):
        roles[t] = 0
    m = 0
    t = 0
    while t < n:
        kind = kinds[t]
        if kind == c.OPEN:
            depth, close = 1, t + 1
            while close < n:
                if kinds[close] == c.OPEN:
                    depth += 1
                elif kinds[close] == c.CLOSE:
                    depth -= 1
                    if depth == 0:
                        break
                close += 1
            if close >= n:
                # Never closed: the bracket ends with its sentence.
                close = t + 1
                while close < n and kinds[close] != c.END and kinds[close] != c.CLOSE:
                    close += 1
            restricted, names_goods, condition = False, False, False
            for s in range(t + 1, close):
                if kinds[s] == c.RESTRICT:
                    restricted = True
                    excludes = lexicon.flags[ids[s]] & c.F_EXCLUDES != 0
                    condition = condition or (lexicon.role[ids[s]] != c.BACK and not excludes)
                elif kinds[s] in (c.GOOD, c.VERB):
                    names_goods = True
            if _bracket_takes_making(n, t + 1, close, ids, kinds, lexicon):
                back = m - 1
                while back >= 0 and kinds[live[back]] not in (c.DELIM, c.COMMA, c.END, c.COLON):
                    roles[live[back]] |= c.NOT_MADE
                    back -= 1
            elif not restricted and names_goods and close - t <= _LISTED:
                for s in range(t + 1, close):
                    if kinds[s] not in (c.OPEN, c.CLOSE, c.END):
                        live[m] = s
                        m += 1
            t = close + 1
            if condition and close < n and t < n and kinds[t] not in (c.DELIM, c.COMMA, c.END, c.LINK, c.DE):
                # "普通货运（取得许可后经营）加工、销售：…": a condition ends its activity.
                kinds[close] = c.END
                live[m] = close
                m += 1
            continue
        if kind == c.CLOSE:
            t += 1
            continue
        live[m] = t
        m += 1
        t += 1
    return _drop_restricted(m, ids, kinds, lexicon, live)


@njit(cache=True, nogil=True)
def _drop_restricted(
    m: int, ids: NDArray[np.int32], kinds: NDArray[np.int8], lexicon: Any, live: NDArray[np.int32]
) -> int:
    """Outside brackets: cut exclusions and statements of law, sentence part by sentence part."""
    kept = 0
    a = 0
    while a < m:
        b = a
        while b < m and kinds[live[b]] != c.COMMA and kinds[live[b]] != c.END:
            b += 1
        stop = b
        begin = a
        for s in range(a, b):
            if kinds[live[s]] == c.RESTRICT:
                reach = lexicon.role[ids[live[s]]]
                if reach == c.WHOLE:
                    stop = a
                    break
                if reach == c.FORWARD:
                    stop = min(stop, s)
                elif s < stop:
                    back = s
                    while back > a and kinds[live[back]] != c.DELIM and kinds[live[back]] != c.COLON:
                        back -= 1
                    stop = min(stop, back)
        for s in range(begin, stop):
            live[kept] = live[s]
            kept += 1
        if b < m:
            live[kept] = live[b]
            kept += 1
        a = b + 1
    return kept


@njit(cache=True, nogil=True)
def _is_object(kind: int) -> bool:
    return kind in (c.OTHER, c.GOOD, c.CTX, c.PART, c.SERVICE, c.TRADE, c.IGNORE)


@njit(cache=True, nogil=True)
def assign_roles(
    m: int,
    live: NDArray[np.int32],
    ids: NDArray[np.int32],
    kinds: NDArray[np.int8],
    lexicon: Any,
    roles: NDArray[np.int32],
    groups: NDArray[np.int32],
) -> int:
    """Give every object the roles of its verbs and the number of its verb group; returns the number of groups.

    A verb phrase with no object before it governs what follows ("生产：甲、乙") to the end of the clause or to the
    next such phrase; one with an object before it and none after governs what stands before it; one between two
    objects is split ("甲生产、销售乙": 甲 is made, 乙 sold). In the reach of a leading phrase a trailing one takes
    over only what stands since the last comma, or the last item where there is no comma.
    """
    group = 0
    a = 0
    carried, carried_group = 0, -1  # what governs a clause that has no verb of its own
    for i in range(m):
        groups[live[i]] = -1
    while a < m:
        b, verbs, objects = a, 0, 0
        while b < m and kinds[live[b]] != c.END:
            verbs += kinds[live[b]] == c.VERB
            objects += _is_object(kinds[live[b]])
            b += 1
        if verbs:
            group, carried = _clause_roles(a, b, live, ids, kinds, lexicon, roles, groups, group)
            carried_group = group - 1
            if objects == 0 and verbs > 1:
                # "生产、销售；甲、乙": a slip of the pen for a colon.
                carried = roles[live[a]]
        elif carried & c.MAKE and objects:
            # "生产：甲；乙；丙": the verb goes on until there is another.
            _grant(a, b, live, kinds, roles, groups, carried, carried_group, False)
        a = b + 1
    return group


@njit(cache=True, nogil=True)
def _grant(
    first: int, last: int, live: NDArray[np.int32], kinds: NDArray[np.int8], roles: NDArray[np.int32],
    groups: NDArray[np.int32], granted: int, group: int, over: bool,
) -> None:  # fmt: skip
    for i in range(first, last):
        t = live[i]
        if _is_object(kinds[t]) and (over or groups[t] < 0):
            roles[t] = (roles[t] & c.NOT_MADE) | granted
            groups[t] = group


@njit(cache=True, nogil=True)
def _clause_roles(
    a: int, b: int, live: NDArray[np.int32], ids: NDArray[np.int32], kinds: NDArray[np.int8], lexicon: Any,
    roles: NDArray[np.int32], groups: NDArray[np.int32], group: int,
) -> tuple[int, int]:  # fmt: skip
    leading = 0  # roles of the phrase that governs to the right, 0 if none
    leading_group = -1
    boundary = a  # where objects without a verb begin
    i = a
    while i < b:
        if kinds[live[i]] != c.VERB:
            i += 1
            continue
        # The verb phrase [i, j): verbs with at most one separator between two of them.
        j = i + 1
        while j < b:
            if kinds[live[j]] == c.VERB:
                j += 1
            elif j + 1 < b and kinds[live[j]] in (c.DELIM, c.COMMA, c.LINK) and kinds[live[j + 1]] == c.VERB:
                j += 2
            else:
                break
        object_before = i > a and _is_object(kinds[live[i - 1]])
        if i - 1 > a and kinds[live[i - 1]] == c.DE:
            object_before = _is_object(kinds[live[i - 2]])
        after = j
        if after < b and kinds[live[after]] == c.LINK:
            after += 1
        colon_after = j < b and (
            kinds[live[j]] == c.COLON or (i == a and _comma_for_colon(j, b, live, kinds))
        )
        object_after = after < b and _is_object(kinds[live[after]])
        relative = j < b and kinds[live[j]] == c.DE
        split = j
        if object_before and (object_after or colon_after):
            split = _split_point(i, j, live, kinds)
        elif object_before:
            split = j
        else:
            split = i
        if relative and not object_before:
            # "生产的…": a relative clause, nobody's activity.
            i = j
            continue
        direct = j == i + 1 and j < b and _is_object(kinds[live[j]])
        names_process = lexicon.role[ids[live[i]]] & c.MAKE != 0 and lexicon.gb2[ids[live[i]]] > 0
        if direct and (object_before or names_process):
            # "食品加工机械", "焊接设备": the verb is part of a thing's name.
            kinds[live[i]] = c.OTHER
            i = j
            continue
        suffix_roles, prefix_roles = 0, 0
        for s in range(i, j):
            if kinds[live[s]] == c.VERB:
                role = lexicon.role[ids[live[s]]]
                if s < split:
                    suffix_roles |= role
                else:
                    prefix_roles |= role
        if split > i:
            begin = boundary
            comma_found = False
            if leading:
                begin = i - 1
                comma = i - 1
                while comma > boundary and kinds[live[comma]] != c.COMMA:
                    comma -= 1
                comma_found = comma > boundary
                if comma_found:
                    begin = comma
                else:
                    while begin > boundary and kinds[live[begin]] not in (c.DELIM, c.COMMA):
                        begin -= 1
                _grant(boundary, begin, live, kinds, roles, groups, leading, leading_group, False)
            granted = suffix_roles
            if leading & c.MAKE and not suffix_roles & c.MAKE and not comma_found:
                granted |= leading  # "生产甲、乙销售": what is made is also sold
            _grant(begin, i, live, kinds, roles, groups, granted, group, True)
            for s in range(i, split):
                roles[live[s]] = suffix_roles
                groups[live[s]] = group
            group += 1
            boundary = split
        if split < j:
            if leading:
                _grant(boundary, i, live, kinds, roles, groups, leading, leading_group, False)
            if object_after or colon_after or not object_before:
                if object_after or colon_after:
                    leading = prefix_roles
                    leading_group = group
                elif leading == 0 and boundary < i:
                    # "甲、乙，加工，销售": verbs alone at the end of a list govern the list.
                    _grant(boundary, i, live, kinds, roles, groups, prefix_roles, group, False)
                for s in range(split, j):
                    roles[live[s]] = prefix_roles
                    groups[live[s]] = group
                group += 1
            boundary = j
        i = j
    if leading:
        _grant(boundary, b, live, kinds, roles, groups, leading, leading_group, False)
    return group, leading


@njit(cache=True, nogil=True)
def _comma_for_colon(j: int, b: int, live: NDArray[np.int32], kinds: NDArray[np.int8]) -> bool:
    """Whether verbs that begin a clause are followed by a comma and then by goods alone ("制造,销售,甲,乙")."""
    if j + 1 >= b or kinds[live[j]] != c.COMMA or not _is_object(kinds[live[j + 1]]):
        return False
    for s in range(j, b):  # noqa: SIM110 — numba compiles no generators
        if kinds[live[s]] == c.VERB:
            return False
    return True


@njit(cache=True, nogil=True)
def _split_point(i: int, j: int, live: NDArray[np.int32], kinds: NDArray[np.int8]) -> int:
    """Where a verb phrase between two objects divides: at a comma, else before its last separated verb, else nowhere."""
    for s in range(i, j):
        if kinds[live[s]] == c.COMMA:
            return s + 1
    for s in range(j - 1, i, -1):
        if kinds[live[s]] in (c.DELIM, c.LINK):
            return s + 1
    return j
