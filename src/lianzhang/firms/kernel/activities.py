"""From governed tokens to activities: which goods are made, which services given, in which context.

Chinese compounds have their head last: "塑料模具" is a mould, "汽车塑料件" a part of a car. Between two separators
the last product is therefore the head; words of context before it (汽车, 摩托车, 火车 …) decide what a part is a part
of, and carry over a link ("汽车零部件及灯具") and from a bare word of a list to its common head ("汽车、摩托车配件").
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lianzhang.firms.kernel import codes as c


class Activities(NamedTuple):
    """Scratch arrays, one entry per activity found in one text."""

    token: NDArray[np.int32]  # phrase, −1 for goods that no phrase names
    first: NDArray[np.int32]  # evidence span, offsets in the text
    last: NDArray[np.int32]
    role: NDArray[np.int32]
    group: NDArray[np.int32]
    context: NDArray[np.int32]
    chain: NDArray[np.int32]
    near: NDArray[np.int32]  # chain slots that hold only for a firm of the car trade
    cluster: NDArray[np.int32]
    gb2: NDArray[np.int32]
    weight: NDArray[np.float64]


@njit(cache=True, nogil=True)
def find_activities(
    m: int, live: NDArray[np.int32], ids: NDArray[np.int32], kinds: NDArray[np.int8], starts: NDArray[np.int32],
    ends: NDArray[np.int32], roles: NDArray[np.int32], groups: NDArray[np.int32], lexicon: Any,
    suffix: NDArray[np.int32], out: Any,
) -> int:  # fmt: skip
    """Write the activities of one text to ``out`` (`Activities`) in reading order; returns their number.

    ``suffix[t]`` is the phrase of kind *suffix* that the last character of token *t* is, or −1.
    """
    n = 0
    carried = 0  # context handed on over a link
    pending = -1  # first activity of a run of bare context words that may share the next head
    sold_from = -1  # group that has turned from making to selling
    i = 0
    while i < m:
        kind = kinds[live[i]]
        if kind == c.VERB:
            t = live[i]
            makes = lexicon.role[ids[t]] & c.MAKE != 0
            if (
                lexicon.gb2[ids[t]] > 0
                and groups[t] >= 0
                and (makes or _stands_alone(i, m, live, kinds, groups))
            ):
                _put(out, n, t, t, t, ids, starts, ends, roles, groups, lexicon)
                n += 1
            carried, pending = 0, -1
            i += 1
            continue
        if kind in (c.DELIM, c.COMMA, c.END, c.COLON):
            carried = 0
            if kind in (c.END, c.COLON):
                pending = -1
            i += 1
            continue
        if kind in (c.LINK, c.RESTRICT):
            i += 1
            continue
        j = i
        for_others = False
        context, head, last_kind, modifier, de_seen, after_de = 0, -1, -1, -1, False, False
        while j < m:
            kind = kinds[live[j]]
            if kind in (c.VERB, c.DELIM, c.COMMA, c.END, c.COLON, c.LINK):
                break
            if kind == c.IGNORE and lexicon.flags[ids[live[j]]] & c.F_NOTMAKE:
                for_others = True
            complete = head >= 0 and lexicon.flags[ids[head]] & c.F_COMPLETE != 0
            if complete and (kind == c.CTX or (kind == c.GOOD and lexicon.gb2[ids[live[j]]] not in (35, 22))):
                break
            if (kind == c.CTX and head < 0) or kind == c.GOOD:
                context |= lexicon.role[ids[live[j]]]
            if kind == c.GOOD and head >= 0 and kinds[head] == c.GOOD:
                modifier = head
            if kind in (c.GOOD, c.TRADE, c.SERVICE):
                head = live[j]
            if kind == c.DE:
                after_de = True
            else:
                de_seen = de_seen or after_de
                last_kind = kind
            j += 1
        first, last = live[i], live[j - 1]
        if for_others:
            # "成员所需的茶叶加工服务": done for others, no goods of one's own.
            for k in range(i, j):
                roles[live[k]] &= ~(c.MAKE | c.PROCESS)
        own_context = context != 0
        if not own_context and carried and head >= 0 and kinds[head] == c.GOOD:
            context = carried
        part_noun = head >= 0 and lexicon.flags[ids[head]] & c.F_PART_NOUN != 0
        joins = (own_context or de_seen or part_noun) and (head >= 0 or last_kind in (c.PART, c.OTHER))
        if pending >= 0 and (de_seen or not context & c.IN_AUTO) and (joins or last_kind == c.PART):
            for k in range(pending, n):
                if out.chain[k] & c.VEH:
                    out.chain[k] = c.AUTOGEN
            if head >= 0 and out.context[pending] & c.IN_AUTO and lexicon.flags[ids[head]] & c.F_HAS_AUTO:
                context |= c.IN_AUTO
            pending = -1
        if (
            head < 0
            and context & ~c.IN_FOREIGN == 0
            and last_kind in (c.OTHER, c.IGNORE, c.PART, c.DE, c.RESTRICT, c.CTX, -1)
        ):
            if last_kind in (c.OTHER, c.PART, c.CTX) and groups[first] >= 0:
                out.token[n] = suffix[last]
                out.first[n], out.last[n] = starts[first], ends[last]
                out.role[n], out.group[n] = roles[first], groups[first]
                out.context[n], out.chain[n], out.near[n], out.cluster[n], out.gb2[n] = 0, 0, 0, 0, 0
                out.weight[n] = 0.3 if roles[first] & c.MAKE else 0.5
                if suffix[last] >= 0:
                    out.cluster[n], out.gb2[n] = lexicon.cluster[suffix[last]], lexicon.gb2[suffix[last]]
                    out.weight[n] = lexicon.weight[suffix[last]]
                elif last_kind == c.PART:
                    out.gb2[n] = 34
                n += 1
            i = j
            continue
        bare = head < 0 and last_kind == c.CTX
        if head < 0:
            head = first
            while kinds[head] != c.CTX:
                i += 1
                head = live[i]
        if kinds[head] == c.TRADE and roles[head] & c.MAKE and roles[head] & c.SELL:
            sold_from = groups[head]
            if n > 0 and out.group[n - 1] == sold_from and out.gb2[n - 1] == 33 and out.chain[n - 1] == 0:
                out.role[n - 1] &= ~(c.MAKE | c.PROCESS)
        _put(out, n, head, first, last, ids, starts, ends, roles, groups, lexicon)
        if groups[head] >= 0 and groups[head] == sold_from:
            out.role[n] &= ~(c.MAKE | c.PROCESS)
        _settle(out, n, head, context, own_context, bare, last_kind, modifier, ids, kinds, lexicon)
        if own_context:
            carried = context
        if (
            bare
            and out.chain[n] & c.VEH
            and out.role[n] & c.MAKE
            and j + 1 < m
            and kinds[live[j]] == c.LINK
            and kinds[live[j + 1]] == c.PART
        ):
            out.chain[n] = c.AUTOGEN  # "客车及配件" made: the parts are certain
        if bare:
            if pending < 0:
                pending = n
        else:
            pending = -1
        n += 1
        i = j
    return n


@njit(cache=True, nogil=True)
def _stands_alone(
    i: int, m: int, live: NDArray[np.int32], kinds: NDArray[np.int8], groups: NDArray[np.int32]
) -> bool:
    """Whether a verb is an activity of its own ("…；仓储；…"): no object and no other verb beside it."""
    group = groups[live[i]]
    if i > 0:
        if kinds[live[i - 1]] not in (c.DELIM, c.COMMA, c.END):
            return False
        if i > 1 and groups[live[i - 2]] == group:
            return False
    if i + 1 < m:
        if kinds[live[i + 1]] not in (c.DELIM, c.COMMA, c.END):
            return False
        if i + 2 < m and groups[live[i + 2]] == group:
            return False
    return True


@njit(cache=True, nogil=True)
def _put(
    out: Any, n: int, head: int, first: int, last: int, ids: NDArray[np.int32], starts: NDArray[np.int32],
    ends: NDArray[np.int32], roles: NDArray[np.int32], groups: NDArray[np.int32], lexicon: Any,
) -> None:  # fmt: skip
    phrase = ids[head]
    out.token[n] = phrase
    out.first[n], out.last[n] = starts[first], ends[last]
    out.role[n], out.group[n] = roles[head], groups[head]
    if lexicon.kind[phrase] == c.SERVICE:
        out.role[n] |= lexicon.role[phrase]
    out.context[n] = 0
    out.chain[n] = lexicon.chain[phrase]
    out.near[n] = 0
    out.cluster[n] = lexicon.cluster[phrase]
    out.gb2[n] = lexicon.gb2[phrase]
    out.weight[n] = lexicon.weight[phrase]


@njit(cache=True, nogil=True)
def _settle(
    out: Any, n: int, head: int, context: int, own_context: bool, bare: bool, last_kind: int, modifier: int,
    ids: NDArray[np.int32], kinds: NDArray[np.int8], lexicon: Any,
) -> None:  # fmt: skip
    """Chain, cluster and division of activity ``n`` in its context."""
    phrase = ids[head]
    flags = lexicon.flags[phrase]
    out.context[n] = context
    if kinds[head] == c.CTX:
        if not bare:  # "汽车" and something that no phrase names: a part
            out.cluster[n] = 0
            out.chain[n] = 0
            if context & c.IN_AUTO:
                out.chain[n] |= c.AUTOGEN
                out.cluster[n] |= c.ICNEV
            if context & c.IN_MOTO:
                out.chain[n] |= c.MOTO
                out.cluster[n] |= c.MOTOR
            if last_kind != c.PART:
                out.weight[n] *= 0.8
        return
    if kinds[head] != c.GOOD:
        return
    in_car, in_motorcycle = context & c.IN_AUTO != 0, context & c.IN_MOTO != 0
    if flags & c.F_NO_AUTO:
        return
    if in_car:
        found = lexicon.auto[phrase] | (lexicon.chain[phrase] & c.AUTO_SLOTS)
        if found == 0 and own_context and not lexicon.chain[phrase]:
            found = c.AUTOGEN
            if modifier >= 0 and lexicon.auto[ids[modifier]] | lexicon.chain[ids[modifier]] & c.AUTO_SLOTS:
                # "汽车内饰塑料件": the modifier says which part.
                found = lexicon.auto[ids[modifier]] | lexicon.chain[ids[modifier]] & c.AUTO_SLOTS
        if found:
            out.chain[n] = found | (c.MOTO if in_motorcycle else 0)
            electronics = lexicon.cluster[phrase] & c.ELEC if found & c.ELECTRONIC_SLOTS else 0
            out.cluster[n] = c.ICNEV | electronics | (c.MOTOR if in_motorcycle else 0)
            out.gb2[n] = 36
    elif in_motorcycle:
        out.chain[n] = c.MOTO
        out.cluster[n] = c.MOTOR
        out.gb2[n] = 37
    elif context & c.IN_OTHER:
        out.chain[n] = 0
        out.gb2[n] = 37
        if own_context:
            out.cluster[n] = 0
    elif (context & c.IN_FOREIGN or _foreign(modifier, ids, lexicon)) and (
        flags & c.F_NEAR or out.chain[n] & c.AUTO_SLOTS
    ):
        out.chain[n] = 0
        out.gb2[n] = 34
    elif flags & c.F_NEAR:
        out.near[n] = lexicon.auto[phrase] | (out.chain[n] & c.AUTO_SLOTS)


@njit(cache=True, nogil=True)
def _foreign(modifier: int, ids: NDArray[np.int32], lexicon: Any) -> bool:
    """Whether the product named before the head is a machine that is no vehicle ("矿山机械用变速箱")."""
    if modifier < 0:
        return False
    phrase = ids[modifier]
    related = lexicon.flags[phrase] & c.F_HAS_AUTO != 0 or lexicon.chain[phrase] != 0
    return not related and lexicon.gb2[phrase] in (34, 35, 38)
