"""From activities and the name to the verdict: maker or not, division, chain slots, clusters, confidence.

The division is the one with the largest score

    s_d = Σ_k w_k · g^p(k) · h^q(k) · a(role_k)  +  Σ_names w

over activities *k* of division *d* (w the phrase's weight, p the rank of the activity's verb group in the text, q its
place in the group, a the weight of its kind of activity), because the main activity is normally the first that is
listed or the one that the name states. Weights are in `Weights`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lianzhang.firms.kernel import codes as c


class Weights(NamedTuple):
    """The constants of the score (dimensionless).

    ``group_decay`` g and ``item_decay`` h; ``make``, ``service``, ``sell``, ``software``, ``faint`` (research, advice,
    trade as such) and ``bare`` (goods without a verb) weigh kinds of activity; ``repeat``: each further activity of a
    division counts that much less; ``breadth``: for each further kind of goods sold. ``name``: words of the name,
    ``name_modifier``: those before the last; ``maker_name``: on making, where the name says 厂 or 制造;
    ``farm_name``: on farming, for cooperatives; ``sold_name``: on a name's goods that are only sold;
    ``unsold_name``: on a name's word of trade (商业) where nothing is sold; ``maker_trade``: where making comes first
    (甲商贸: 生产、销售皮鞋); ``parent_name``: on the words of the parent in the name of an outlet (某某公路工程有限公司客运站);
    ``process_with_goods``: on a process (铸造) that has goods beside it. Services of a phrase weight below ``side`` are had
    on the side (普通货运) and do not push back what follows.
    """

    group_decay: float = 0.6
    item_decay: float = 0.57
    make: float = 0.9
    service: float = 1.05
    sell: float = 0.85
    software: float = 1.07
    faint: float = 0.25
    name: float = 0.8
    name_modifier: float = 0.58
    maker_name: float = 1.4
    process_with_goods: float = 0.35
    bare: float = 0.35
    repeat: float = 0.6
    farm_name: float = 2.0
    sold_name: float = 0.5
    unsold_name: float = 0.25
    parent_name: float = 0.3
    maker_trade: float = 0.5
    side: float = 0.7
    breadth: float = 0.03


class Verdict(NamedTuple):
    """What the kernel finds for one firm."""

    is_maker: bool
    maker_confidence: float
    gb2: int
    gb2_confidence: float
    chain: int
    cluster: int


@njit(cache=True, nogil=True)
def _is_made(role: int, kind: int, flags: int, gb2: int) -> bool:
    if role & c.NOT_MADE:
        return False
    if kind == c.SERVICE:
        hardware = flags & c.F_HARDWARE != 0 and role & c.MAKE != 0
        return hardware or (flags & c.F_SCRAP != 0 and role & c.PROCESS != 0)
    if role & c.MAKE:
        if flags & c.F_NOTMAKE or kind == c.TRADE:
            return False
        return not (flags & c.F_FARM) or role & c.PROCESS != 0
    if role & c.CRAFT:
        return kind == c.GOOD and flags & (c.F_ADVERT | c.F_FARM) == 0 and gb2 in (34, 35)
    return False


@njit(cache=True, nogil=True)
def _named_after(
    gb2: int, n_names: int, name_ids: NDArray[np.int32], flags_of: NDArray[np.int32], lexicon: Any
) -> bool:
    """Whether the name states the industry that makes these goods ("某某印务": printed matter)."""
    for k in range(n_names):  # noqa: SIM110 — numba compiles no generators
        if lexicon.gb2[name_ids[k]] == gb2 and flags_of[name_ids[k]] & c.F_MAKE_NAME:
            return True
    return False


@njit(cache=True, nogil=True)
def _among_crops(k: int, n: int, acts: Any, flags_of: NDArray[np.int32]) -> bool:
    for other in range(n):
        if (
            acts.group[other] == acts.group[k]
            and acts.token[other] >= 0
            and flags_of[acts.token[other]] & c.F_FARM
        ):
            return True
    return False


@njit(cache=True, nogil=True)
def settle_context(
    n: int, acts: Any, kinds_of: NDArray[np.int8], made: NDArray[np.bool_], name_auto: bool, name_moto: bool
) -> None:
    """Resolve parts that are a car's only in a car firm (``near``), in place.

    They are when the name speaks of cars or they follow car parts in the same list; where only motorcycles are in
    sight they are a motorcycle's.
    """
    moto_anywhere, auto_anywhere = name_moto, name_auto
    neighbour_auto, group = False, -1  # whether the list so far is one of car parts
    for k in range(n):
        if made[k] and acts.near[k] == 0:
            moto_anywhere = moto_anywhere or acts.chain[k] & c.MOTO != 0
            auto_anywhere = auto_anywhere or acts.chain[k] & c.AUTO_SLOTS != 0
    for k in range(n):
        if not made[k]:
            continue
        if acts.group[k] != group:
            neighbour_auto, group = False, acts.group[k]
        if acts.near[k]:
            if name_auto or neighbour_auto or (acts.chain[k] and not (moto_anywhere and not auto_anywhere)):
                acts.chain[k] = acts.near[k]
                acts.cluster[k] = c.ICNEV
                acts.gb2[k] = 36
            elif moto_anywhere and not auto_anywhere:
                acts.chain[k] = c.MOTO
                acts.cluster[k] = c.MOTOR
                acts.gb2[k] = 37
        elif acts.chain[k] & c.AUTO_SLOTS:
            neighbour_auto = True
        elif not acts.chain[k] & c.MOTO and acts.token[k] >= 0 and kinds_of[acts.token[k]] != c.SUFFIX:
            neighbour_auto = False


@njit(cache=True, nogil=True)
def decide(
    n: int, acts: Any, kinds_of: NDArray[np.int8], flags_of: NDArray[np.int32], n_groups: int,
    n_names: int, n_parent: int, name_ids: NDArray[np.int32], lexicon: Any, w: Any,
    made: NDArray[np.bool_], score: NDArray[np.float64], given: NDArray[np.float64], given_to: NDArray[np.int32],
) -> Any:  # fmt: skip
    """The `Verdict` on one firm.

    Args:
        n: number of activities in ``acts``.
        kinds_of, flags_of: kind and flags of each phrase (the lexicon's arrays).
        n_groups: number of verb groups of the scope; 0 means a scope without verbs.
        name_ids: phrases of kind *name* found in the name, in order; the first ``n_parent`` are the parent's.
        made, score, given, given_to: scratch; afterwards ``made[k]`` says whether activity *k* is making,
            ``given[k]`` what it added to the score of division ``given_to[k]``.
    """
    score[:] = 0.0
    times = np.zeros(100, np.int32)
    name_auto, name_moto, name_maker, name_trade = False, False, False, False
    name_farms, name_other = False, False
    for k in range(n_names):
        flags = flags_of[name_ids[k]]
        gb2 = lexicon.gb2[name_ids[k]]
        if flags & c.F_BODY:
            made[:n] = False
            given[:n], given_to[:n] = 0.0, 0
            return Verdict(False, 0.98, int(np.int64(gb2)), 0.98, 0, 0)
        name_auto = name_auto or gb2 == 36
        name_moto = name_moto or gb2 == 37
        if k < n_parent:
            continue
        name_other = name_other or (gb2 != 36 and flags & (c.F_MAKE_NAME | c.F_TRADE_NAME) != 0)
        name_maker = name_maker or flags & c.F_MAKER_WORD != 0
        name_trade = name_trade or flags & c.F_TRADE_NAME != 0
        name_farms = name_farms or (flags & c.F_FARM != 0 and gb2 == 0)
    any_made = False
    for k in range(n):
        token = acts.token[k]
        kind = c.OTHER if token < 0 else kinds_of[token]
        flags = 0 if token < 0 else flags_of[token]
        role = acts.role[k]
        named = name_maker or _named_after(acts.gb2[k], n_names, name_ids, flags_of, lexicon)
        if n_groups == 0 and kind in (c.GOOD, c.CTX) and named and not name_trade:
            # A scope that only lists goods: the name says that the firm makes them.
            acts.role[k] = role = c.MAKE | c.PROCESS
        if kind == c.SERVICE and lexicon.role[token] & c.RD:
            # "生产：阀门；计算机软硬件开发": the phrase has its own verb.
            acts.role[k] = role = role & ~c.MAKE
        made[k] = _is_made(role, kind, flags, acts.gb2[k])
        if (
            acts.chain[k] & c.VEH
            and made[k]
            and name_other
            and not name_auto
            and lexicon.weight[token] <= 1.0
        ):
            # "机械、汽车、摩配" of a firm that is named for metal: the car's parts, not the car.
            acts.chain[k] = c.AUTOGEN
        if token < 0 and made[k] and not role & c.PROCESS and _among_crops(k, n, acts, flags_of):
            made[k] = False  # an unknown name among seedlings is a seedling
        any_made = any_made or made[k]
    settle_context(n, acts, kinds_of, made, name_auto, name_moto)
    maker_sum, unnamed = 0.0, 0.0
    any_sold = False
    chain, cluster = 0, 0
    rank, group, place, sold_in = -1, -2, 0, -2
    aside = False  # whether the group so far is only of services had on the side
    for k in range(n):
        token = acts.token[k]
        kind = c.OTHER if token < 0 else kinds_of[token]
        flags = 0 if token < 0 else flags_of[token]
        role = acts.role[k]
        if acts.group[k] != group or acts.group[k] < 0:
            rank, place, group = (rank if aside else rank + 1), 0, acts.group[k]
            aside = True
        aside = aside and kind == c.SERVICE and lexicon.weight[token] < w.side
        base = w.group_decay**rank * w.item_decay**place * acts.weight[k]
        gb2, worth = 0, 0.0
        if made[k]:
            gb2, worth = acts.gb2[k], base * w.make
            if gb2 == 0 and token < 0:
                unnamed += worth
            if flags & c.F_FARM:
                score[gb2] += 0.5 * worth
                gb2 = 13
                acts.cluster[k] |= c.FOOD
            if kind == c.VERB and k + 1 < n and acts.group[k + 1] == acts.group[k]:
                worth *= w.process_with_goods
            if name_maker:
                worth *= w.maker_name
            if kind == c.SERVICE and flags & c.F_HARDWARE:
                gb2 = 39
                acts.cluster[k] |= c.ELEC
            if flags & c.F_SCRAP:
                gb2 = 42
                acts.cluster[k] |= c.MATL
            chain |= acts.chain[k]
            cluster |= acts.cluster[k]
            maker_sum += base
        else:
            gb2, worth = _other_activity(k, acts, kind, flags, base, sold_in, w)
            if role & c.SELL and kind in (c.GOOD, c.CTX, c.TRADE, c.PART, c.OTHER):
                sold_in = acts.group[k]
                any_sold = True
                score[52 if role & c.RETAIL else 51] += w.breadth * w.group_decay**rank * w.sell
            if (
                flags & c.F_SOFT
                and kind == c.SERVICE
                and (role & (c.RD | c.SERVE | c.MAKE) or not role & c.SELL)
            ):
                cluster |= acts.cluster[k]
            else:
                acts.cluster[k] = 0  # what is left in the activities is evidence
            acts.chain[k] = 0
        place += 1
        if worth > 0 and gb2 > 0:
            worth *= w.repeat ** times[gb2]
            times[gb2] += 1
            score[gb2] += worth
        given[k], given_to[k] = worth, gb2
    for k in range(n_names):
        gb2 = lexicon.gb2[name_ids[k]]
        if 13 <= gb2 <= 43:
            # Goods that no phrase names are those that the firm is named for.
            score[gb2] += unnamed
            break
    for k in range(n_names):
        phrase = name_ids[k]
        worth = lexicon.weight[phrase] * w.name * (w.parent_name if k < n_parent else 1.0)
        if k + 1 < n_names and not flags_of[name_ids[n_names - 1]] & c.F_MAKER_WORD:
            worth *= w.name_modifier
        gb2 = lexicon.gb2[phrase]
        if not any_made and 13 <= gb2 <= 43 and any_sold:
            # A firm named after goods that it only sells: wholesale or retail, as it mostly sells.
            gb2, worth = (52 if score[52] > score[51] else 51), worth * w.sold_name
        elif flags_of[phrase] & c.F_TRADE_NAME and n > 0:
            if made[0]:
                worth *= w.maker_trade
            if not any_sold:
                worth *= w.unsold_name
            elif gb2 == 51 and score[52] > score[51]:
                gb2 = 52
        if gb2 > 0:
            score[gb2] += worth
    if name_farms:
        score[1:6] *= w.farm_name
    fallback = 0  # where nothing is known but what the firm is called
    if not any_made:
        fallback = int(np.argmax(score))
        # Who makes nothing is not in manufacturing.
        score[13:43] = 0.0
    chain, cluster = _tidy(chain, cluster)
    best, second = 0, 0
    for d in range(1, 100):
        if score[d] > score[best]:
            second, best = best, d
        elif second == 0 or score[d] > score[second]:
            second = d
    if score[best] <= 0:
        best = fallback
    margin = 0.0 if score[best] <= 0 else (score[best] - score[second]) / score[best]
    if any_made:
        confidence = 0.75 + 0.24 * min(1.0, maker_sum)
        if n_groups == 0:
            confidence = 0.6
    else:
        confidence = 0.98 if n > 0 else 0.6
    return Verdict(any_made, confidence, best, min(0.99, 0.55 + 0.45 * margin), chain, cluster)


@njit(cache=True, nogil=True)
def _other_activity(
    k: int, acts: Any, kind: int, flags: int, base: float, sold_in: int, w: Any
) -> tuple[int, float]:
    """(division, weight) of an activity that makes nothing."""
    role = acts.role[k]
    own = acts.gb2[k]
    if kind == c.SERVICE:
        if flags & c.F_SOFT and role & c.SELL and not role & (c.RD | c.SERVE | c.MAKE):
            return 51, (0.0 if sold_in == acts.group[k] else base * w.sell)
        if own == 78 and role & c.BUILD:
            return 48, base * w.service  # GB/T 4754: 4891 lays out a garden, 784 keeps it
        if flags & c.F_SOFT:
            return own, base * w.software
        if flags & c.F_SCRAP and role & c.REPAIR:
            return 43, base
        return own, base * w.service
    if role & (c.GROW | c.RAISE):
        if flags & c.F_FARM or kind == c.VERB:
            return own, base
        return (3 if role & c.RAISE else 1), base * 0.8
    if role & (c.MAKE | c.CRAFT) and flags & c.F_FARM:
        return own, base
    if role & c.MINE:
        if 6 <= own <= 11:
            return own, base
        return 10, base * 0.8
    if role & c.SELL:
        if sold_in == acts.group[k]:
            return 51, 0.0
        if acts.chain[k] & c.VEH:
            return 52, base * w.sell
        return (52 if role & c.RETAIL else 51), base * w.sell
    if role & c.REPAIR:
        in_motor = acts.chain[k] & (c.VEH | c.MOTO) or own in (36, 37, 39)
        return (81 if in_motor else 43), base * 0.8
    if role & c.LEASE:
        return 71, base
    if role & c.INSTALL:
        return 49, base * 0.7
    if role & c.HAUL:
        return 54, base
    if role & c.STORE:
        return 59, base * 0.9
    if role & c.TRAIN:
        return 83, base * 0.5
    if role & c.RD:
        return (75 if role & c.TECH else 73), base * w.faint
    if role & c.SERVE:
        return 72, base * w.faint
    if role & c.TRADING:
        return 51, base * w.faint
    if role == 0 and kind in (c.TRADE, c.GOOD):
        return 51, base * w.bare  # goods and no verb: what a shop has
    return 0, 0.0


@njit(cache=True, nogil=True)
def _tidy(chain: int, cluster: int) -> tuple[int, int]:
    """AUTOGEN only where nothing more specific is made; the clusters that follow from the chain."""
    if chain & c.AUTO_SLOTS & ~(c.AUTOGEN | c.VEH):
        chain &= ~c.AUTOGEN
    if chain & c.AUTO_SLOTS:
        cluster |= c.ICNEV
    if chain & c.MOTO:
        cluster |= c.MOTOR
    return chain, cluster
