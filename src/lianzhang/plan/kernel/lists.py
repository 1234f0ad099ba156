"""Figures that belong together: lists with "respectively", parts of a whole, thresholds, changes joined by "and"."""

from __future__ import annotations

import re

from lianzhang.plan.kernel import decide
from lianzhang.plan.kernel.quantities import Quantity
from lianzhang.plan.model import Statement

_RESPECTIVELY = {"zh": re.compile("分别"), "en": re.compile(r"\brespectively\b", re.IGNORECASE)}
_LIST_GAP = re.compile(
    r"^[\s,，、和及与以]*(?:and|to)?[\s]*(?:(?:about|over|more than|约|近|超过|超)\s*)?$|"
    r"^[^\d，。；,;]{0,14}[、和及与]\s*$",
    re.IGNORECASE,
)
_COUNTED_ZH = re.compile(
    r"(?:元|元级|级|亿)?\s*(?:及?以上|以下|级|规模)?的?[^，。；、,;\d]{0,14}?(?P<noun>企业|集群|园区|项目|公司|"
    r"集团|区县|开发区|县|基地|车企|品牌|平台|产业链|产业)"
)
_DESCRIBED_ZH = re.compile(
    "(?:及?以上|以下)?(?:的[^，。；、,;]{0,16}?|、[^，。；,;]{0,24}?的[^，。；、,;]{0,12}?)(?:企业|集群|园区|项目|公司|集团|区县|开发区|基地|车企|品牌|平台|工厂|车型|城市)"
)
_SUBJECT_ZH = re.compile(
    r"[^，。；、,;]{0,8}(?:产值|收入|营收|规模|销售额?|利润|税收|估值|市值)[^，。；、,;]{0,4}(?:超过?|突破|达到?|"
    r"过|在|高于)\s*$"
)
_RELATIVE_EN = re.compile(
    r"\b(?:whose|of which|each with|each worth|each exceeding|that have|which have)\b[^,;]*$", re.IGNORECASE
)
_WITH_EN = re.compile(
    r"\b(?:enterprises?|companies|firms|districts|parks|clusters|projects|businesses|counties|groups|"
    r"cities)\s+(?:(?:with|having)\s+(?:(?!will\b|has\b|have\b|is\b|are\b|reach)[\w-]+\s+){0,9}|(?:exceeding|over|"
    r"above|of\s+(?:over|more\s+than))\s+)[“(US$¥]*$",
    re.IGNORECASE,
)
_SOME_ZH = re.compile("(?:若干|一批|一大批|多个|数个)[^，。；,;]{0,14}$")
_RANKED_EN = re.compile(
    r"\s+(?:(?:are|were|was|is|have\s+been|being)\s+)?(?:rank\w*|listed|named)?\s*", re.IGNORECASE
)
# "21 projects with a combined investment of 41 billion": a sum over them, no threshold
_SUM_EN = re.compile(
    r"\b(?:combined|total|aggregate|overall|cumulative|joint)\s+[\w\s-]{0,40}$", re.IGNORECASE
)
_UNIVERSE = {
    "en": re.compile(r"\b(?:among|of|out\s+of)\s+(?:the|its|these|all|all\s+the)\s+$", re.IGNORECASE),
    "zh": re.compile(r"[^，。；、]{0,8}?(?:当中|之中|中)[，,有]"),
}
_OF_WHICH = re.compile(r"\s*(?:of\s+(?:which|whom|them|these)\b|have\b|are\b|were\b|has\b)", re.IGNORECASE)
_CONTINUED = {
    "zh": re.compile(r"[，,]?(?:增加|提高|增长|提升|扩大|发展|增)?(?:到|至)?(?:约|近|超过|超)?"),
    "en": re.compile(
        r"(?:(?:[\w-]+\s+){0,4}?in\s+\d{4}\s*)?,?\s*(?:and|to|or)\s+(?:(?:about|over|more\s+than|nearly|around|"
        r"at\s+least|some)\s+)?",
        re.IGNORECASE,
    ),
}
_PARALLEL = {
    "zh": re.compile(r"^[、和及与]$"),
    "en": re.compile(
        r"^\s*,?\s*(?:(?:of|from|in|for)\s+[\w\s’'-]{1,40}?)?,?\s*and\s+(?:(?:from|in|for)\s+[\w\s-]{1,30}\s+by\s+)?$",
        re.IGNORECASE,
    ),
}


def respectively(
    lang: str, masked: str, found: list[Quantity]
) -> tuple[set[int], dict[int, tuple[int, int]]]:
    """Read the "respectively" lists of a sentence and fill in the units their numbers share.

    Returns
    -------
    tuple[set[int], dict[int, tuple[int, int]]]
        the indices of bare numbers in front of a list, which are no statements, and for every number of a list its
        position and the length of the list.
    """
    dropped: set[int] = set()
    order: dict[int, tuple[int, int]] = {}
    floor = 0
    for signal in _RESPECTIVELY[lang].finditer(masked):
        if lang == "zh":
            ordered = [at for at, quantity in enumerate(found) if quantity.start >= signal.end()]
            run = _run(masked, found, ordered)
        else:
            ordered = [
                at
                for at, quantity in enumerate(found)
                if floor <= quantity.start and quantity.end <= signal.start()
            ]
            run = _run(masked, found, list(reversed(ordered)))
            floor = signal.end()
        run.sort()
        if len(run) < 2:
            continue
        order |= {at: (position, len(run)) for position, at in enumerate(run)}
        members = [found[at] for at in run]
        if any(not quantity.unit for quantity in members):
            decide.fill_list(lang, members, masked[: members[0].start])
            dropped |= {at for at in ordered if at not in run and not found[at].unit and at < run[0]}
    return dropped, order


def universe(lang: str, masked: str, found: list[Quantity]) -> set[int]:
    """Indices of wholes of which a part is told (among the 98 firms 54 …); the part takes the unit of the whole."""
    result = set()
    for at, quantity in enumerate(found):
        if quantity.dim != "count":
            continue
        if lang == "en":
            whole = bool(_UNIVERSE["en"].search(masked[: quantity.start]))
        else:
            whole = bool(_UNIVERSE["zh"].match(masked, quantity.end))
        for other in found[at + 1 :]:
            if (
                other.dim == "bare"
                and not other.scaled
                and (lang == "en" and _OF_WHICH.match(masked, other.end))
            ):
                other.unit, other.dim = quantity.unit, "count"
                if whole:
                    result.add(at)
            elif whole and other.unit == quantity.unit:
                result.add(at)
    return result


_SUM_ZH = re.compile("[，,](?:总数|总量|总计|合计|累计|总)(?:已|将)?(?:达到|达|为|增至|超过|突破)?$")


_OF_THESE_ZH = re.compile("(?:其中|[个家项座条]?[^，。；,;\\d]{0,12}、)[^，。；,;\\d]{0,6}$")
# "100,000 jobs in battery production and 120,000 in the charging sector"
_SHARED_AFTER_EN = re.compile(
    r"(?:\s+(?:in|for|from|of|at|with)\s+[\w\s,.’'()-]{2,60}?)?,?\s+(?:and|plus|alongside|while|with|including)\s+(?:(?:about|over|more\s+than|"
    r"nearly|around|another|some|the\s+remaining)\s+){0,2}",
    re.IGNORECASE,
)
# "1,200 buses, up from 850 in 2024", "double the record highs of 508,547 in 2022 and 494,300 in 2024"
_EARLIER_EN = re.compile(
    r"^[^.;]*?\b(?:from|of|than|and|versus|against)\s+(?:(?:about|around|nearly|over|only|just|some)\s+)?$",
    re.IGNORECASE,
)
_IN_YEAR_EN = re.compile(r"\s+in\s+(?:FY\s?)?(?:19|20)\d\d\b")
_ELSEWHERE_EN = re.compile(r"\s+(?:in|for|from|at|by|will|located|based|situated|of\s+them)\b", re.IGNORECASE)
_SHARED_EN = re.compile(r"\s+[a-z-]+(?:\s+[a-z-]+)?\s+and\s+", re.IGNORECASE)


def share_noun(body: str, quantity: Quantity, following: Quantity) -> None:
    """ "15 national and 20 municipal firms": the first number counts what the second one counts."""
    if following.dim in ("count", "people", "vehicles") and _SHARED_EN.fullmatch(
        body[quantity.end : following.start]
    ):
        quantity.unit, quantity.dim = following.unit, following.dim


def take_unit(lang: str, body: str, former: Quantity, quantity: Quantity) -> None:
    """A bare number joined to the former one by "and" or "to" is counted in the same unit (from 30,000 to 300,000)."""
    if (
        lang == "zh"
        and quantity.unit == "enterprises"
        and former.dim == "count"
        and _SUM_ZH.search(body[: quantity.start])
    ):
        quantity.unit = former.unit  # 新布局16家中心，总数达33家
    if (
        lang == "zh"
        and quantity.generic
        and former.dim == "count"
        and _OF_THESE_ZH.search(body[: quantity.start])
    ):
        quantity.unit = former.unit  # 92个县…，其中73个…、17个…
    if quantity.unit:
        return
    if (
        lang == "en"
        and former.unit
        and former.dim in ("count", "people", "vehicles", "units")
        and _EARLIER_EN.search(body[former.end : quantity.start])
        and _IN_YEAR_EN.match(body, quantity.end)
    ):
        quantity.unit, quantity.dim = former.unit, former.dim
        return
    if (
        lang == "en"
        and former.dim in ("count", "people", "vehicles")
        and _SHARED_AFTER_EN.fullmatch(body[former.noun_end : quantity.start])
        and _ELSEWHERE_EN.match(body, quantity.end)
    ):
        quantity.unit, quantity.dim = former.unit, former.dim
        return
    size = quantity.value if quantity.value is not None else 0.0
    counted = former.dim in ("count", "vehicles", "people", "physical", "money") or (
        former.dim == "percent" and size <= 100
    )
    if (
        counted
        and former.unit
        and size
        and _CONTINUED[lang].fullmatch(body[former.noun_end : quantity.start].lstrip())
    ):
        joined_by_and = bool(re.search(r"\band\b", body[former.noun_end : quantity.start], re.IGNORECASE))
        if quantity.scaled or (not joined_by_and and former.dim != "money"):
            quantity.unit, quantity.dim = former.unit, former.dim


def _run(masked: str, found: list[Quantity], order: list[int]) -> list[int]:
    """Indices of the unbroken list that begins at ``order[0]``."""
    run: list[int] = []
    for at in order:
        if run:
            first, second = sorted((found[run[-1]], found[at]), key=lambda quantity: quantity.start)
            if not _LIST_GAP.match(masked[max(first.end, min(first.noun_end, second.start)) : second.start]):
                break
        run.append(at)
    return run


def _counts_before(masked: str, found: list[Quantity], at: int) -> bool:
    """Whether a count stands before the figure in the same clause (2至3家年产量超过30万辆的企业)."""
    return (
        at > 0
        and found[at - 1].dim == "count"
        and not re.search("[，。；,;]", masked[found[at - 1].end : found[at].start])
    )


def _describes_next(masked: str, found: list[Quantity], at: int) -> bool:
    """Whether a level word is part of the name of what is counted next (百亿级创新药企 1—2 家)."""
    return (
        at + 1 < len(found)
        and found[at + 1].dim == "count"
        and bool(re.fullmatch("[^，。；、,;\\d]{2,14}", masked[found[at].end : found[at + 1].start]))
    )


def thresholds(lang: str, masked: str, found: list[Quantity]) -> set[int]:
    """Money that only describes the counted things (10 districts whose revenue exceeds 100 billion; 百亿级企业 5 家)."""
    counts = [
        at
        for at, quantity in enumerate(found)
        if quantity.dim in ("count", "bare") and not quantity.structural
    ]
    result = set()
    for at, quantity in enumerate(found):
        if lang == "zh" and quantity.dim in ("vehicles", "physical", "percent", "people"):
            described = _DESCRIBED_ZH.match(masked, quantity.end)
            if described and _counts_before(masked, found, at):
                result.add(at)
            continue
        if lang == "en" and quantity.dim == "rank" and at and found[at - 1].dim == "count":
            if _RANKED_EN.fullmatch(masked[found[at - 1].noun_end : quantity.start]):
                result.add(at)  # 13 firms ranked among the world's top 50
            continue
        if quantity.dim != "money" and not (quantity.dim == "bare" and quantity.scaled):
            continue
        if lang == "en":
            left = masked[: quantity.start]
            relative = _RELATIVE_EN.search(left) if not _SUM_EN.search(left) else None
            if (relative and any(found[c].start < relative.start() + 12 for c in counts)) or (
                _WITH_EN.search(left) and not quantity.level and not _SUM_EN.search(left)
            ):
                result.add(at)
            continue
        if (
            at
            and found[at - 1].dim == "count"
            and _SUBJECT_ZH.match(masked[found[at - 1].noun_end : quantity.start])
        ):
            result.add(at)
            continue
        if quantity.level and _describes_next(masked, found, at):
            result.add(at)
            continue
        described = _COUNTED_ZH.match(masked, quantity.end)
        if described is None:
            continue
        near = bool(_SOME_ZH.search(masked[: quantity.start])) or any(
            c != at
            and not re.search(
                "[，。；,;]", masked[min(found[c].end, quantity.end) : max(found[c].start, quantity.start)]
            )
            for c in counts
        )
        if near or (
            described["noun"] in ("企业", "公司", "集团", "车企", "项目")
            and not described.group().startswith("的产业")
        ):
            result.add(at)
    return result


def parallel(
    lang: str, masked: str, found: list[Quantity], at: int, measure: str, former: Statement | None
) -> str:
    """A figure joined by a mere "and" to a change takes over its measure and sign (save 25 % of A and 30 % of B)."""
    if former is None or at == 0 or measure not in ("share", "level"):
        return measure
    first, second = found[at - 1], found[at]
    if former.measure not in ("growth", "growth p.a.", "change") or first.unit != second.unit:
        return measure
    if not _PARALLEL[lang].match(masked[first.end : second.start]):
        return measure
    if former.value is not None and former.value < 0:
        decide.negate(second)
    return former.measure
