"""Which district a firm is in: from the district's name, from an address, or from the code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

_ENDINGS = (
    "土家族苗族自治县",
    "苗族土家族自治县",
    "土家族自治县",
    "自治县",
    "自治区",
    "新区",
    "地区",
    "区",
    "县",
    "市",
    "省",
)


class Place(NamedTuple):
    """A place that a firm can be in."""

    region_id: str
    name: str
    short: str
    adcode: str


class PlaceFinder:
    """Finds places in texts and codes.

    Args:
        places: districts and provinces, districts first where names are shared.
        former: former or common name → adcode.
        changes: former adcode → adcode of today.
    """

    def __init__(self, places: list[Place], former: Mapping[str, str], changes: Mapping[str, str]) -> None:
        by_code = {place.adcode: place.region_id for place in places if place.adcode}
        self._codes = {
            **by_code,
            **{old: by_code[new] for old, new in changes.items() if new in by_code and old not in by_code},
        }
        self._adcode = {place.region_id: place.adcode for place in places}
        names: dict[str, str] = {}
        for name, code in former.items():
            if code in by_code:
                names[name] = by_code[code]
        for place in reversed(places):
            for name in {place.name, place.short, _stem(place.name)}:
                if len(name) >= 2:
                    names[name] = place.region_id
        self._names = names
        ordered = sorted(names, key=lambda name: (-len(name), name))
        self._pattern = re.compile("|".join(map(re.escape, ordered)) if ordered else "(?!)")
        self.of_text = lru_cache(maxsize=100_000)(self._of_text)

    def of_name(self, name: str) -> str | None:
        """Region of a place's name, in full or in short."""
        name = name.strip()
        return self._names.get(name) or self._names.get(_stem(name))

    def _of_text(self, text: str) -> str | None:
        """Region of the most precise place near the beginning of an address: a district before its province."""
        found: str | None = None
        for match in self._pattern.finditer(text[:40]):
            region = self._names[match.group()]
            if found is None or (self._wide(found) and self._adcode[region][:2] == self._adcode[found][:2]):
                found = region
            if found is not None and not self._wide(found):
                break
        return found

    def _wide(self, region: str) -> bool:
        return self._adcode[region].endswith("0000")

    def of_code(self, adcode: str | None) -> str | None:
        """Region of a division code; of its province where the district is unknown."""
        if not adcode:
            return None
        return (
            self._codes.get(adcode)
            or self._codes.get(adcode[:4] + "00")
            or self._codes.get(adcode[:2] + "0000")
        )


def _stem(name: str) -> str:
    for ending in _ENDINGS:
        if name.endswith(ending) and len(name) - len(ending) >= 2:
            return name[: -len(ending)]
    return name
