"""Statements of documents against what a region holds: observed figures, other documents' statements, notes of people.

A document may agree with itself and still be wrong. What it says of an indicator, region and period of the loaded region is
set against the observations and statements there: two figures that cannot both hold beyond rounding; a part above its whole
(new-energy vehicles above all vehicles, a firm's sales above the output of the whole place); growth that does not follow from
the observed figures of its two years; a rate that another rate of nearly the same name contradicts. Each finding carries the
region's figures with their sources.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from lianzhang.plan.current import succession
from lianzhang.plan.held import Held, Said
from lianzhang.plan.kernel.contradictions import Finding
from lianzhang.plan.linking import suggest
from lianzhang.plan.model import Statement
from lianzhang.plan.saving import recognise, region_of

if TYPE_CHECKING:
    from lianzhang.store import Reader

_NAMES = "SELECT name_zh AS name FROM regions UNION SELECT short_zh FROM regions"
_PLACE = re.compile(r"([\u4e00-\u9fff]{1,4}?)[省市州县]")
_HERE = frozenset({"全", "我", "本", "该", "各", "城", "地级", "直辖"})


def against(
    reader: Reader,
    statements: Sequence[Statement],
    told: Sequence[Finding] = (),
    rows: Mapping[str, str] | None = None,
) -> list[Finding]:
    """Everything in which the statements disagree with the region; what people noted of them last.

    Args:
        reader: the region.
        statements: what was read.
        told: what was found among the statements themselves (`find`); it is not told again.
        rows: rows of the region that stand for the statements, by their ids; recognised by place and figure if not given.
    """
    region = Held(reader)
    said = _said(reader, statements, rows)
    found = [
        *(f for one in said for f in region.observed(one)),
        *(f for one in said for f in region.stated(one)),
        *(f for one in said for f in region.parts(one)),
        *(f for one in said for f in region.mixed(one)),
        *(f for one in said for f in region.growth(one)),
        *(f for one in said for f in region.namesakes(one)),
    ]
    known = {(f.kind, s.id) for f in told if not f.holds for s in f.statements}
    fresh = [f for f in found if (f.kind, f.statements[0].id) not in known]
    return [*fresh, *region.noted(said, [*told, *found])]


def _said(reader: Reader, statements: Sequence[Statement], rows: Mapping[str, str] | None) -> list[Said]:
    known = recognise(reader, statements)
    own = {r["statement_id"]: r for r in reader.table("statements").to_pylist()}
    after = succession(reader)
    names = {str(r["name"]) for r in reader.sql(_NAMES).to_pylist() if r["name"]}
    places: dict[str, str | None] = {}
    found = []
    for item in suggest(reader, statements):
        s = item.statement
        if s.region not in places:
            places[s.region] = region_of(reader, s.region)
        first = known.twins.get(item.statement_id) if rows is None else rows.get(s.id)
        if first is None and item.statement_id in own:
            first = item.statement_id
        twin = after.last(first) if first is not None else None
        indicator = own[twin]["indicator_id"] if twin is not None else item.indicator_id
        place = own[twin]["region_id"] if twin is not None else places[s.region]
        if twin is None and not s.region and _elsewhere(s.indicator, names):
            place = None
        found.append(
            Said(
                s,
                indicator,
                place,
                twin,
                known.sources.get(s.source) or (own[twin]["source_id"] if twin is not None else None),
            )
        )
    return found


def _elsewhere(phrase: str, names: set[str]) -> bool:
    """Whether a phrase begins with a place of its own that is none of the region's: 乙市汽车产量."""
    found = _PLACE.match(phrase)
    if found is None or found.group(1) in _HERE:
        return False
    return not any(
        found.group() in (name, name + found.group()[-1]) or found.group(1) == name for name in names
    )
