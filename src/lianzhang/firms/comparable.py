"""Records made comparable for linkage: names in parts, addresses cut to street and number, draws to learn from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

import pyarrow as pa
import pyarrow.parquet as pq

from lianzhang.firms.kernel.codes import NAME
from lianzhang.firms.kernel.names import NameFolder, NameSplitter
from lianzhang.firms.phrases import load_phrases, traditional_table

#: Draws are numbers below this, evenly spread.
DRAWS = 1 << 32
_ROOM = re.compile(r"(\d+号|\d+-\d+|\d+#).*$")
_FORM_TAIL = re.compile(
    r"(股份有限责任|有限责任|股份有限|集团有限|集团股份有限|有限|股份|集团)?(公司|厂|社|店)?$"
)


class Part(NamedTuple):
    """A row group of a staged register, and where its comparable records go."""

    source: Path
    group: int
    out: Path


def comparison_table(
    ids: Sequence[str] | Sequence[int],
    names: Sequence[str],
    usccs: Sequence[str | None],
    regions: Sequence[str | None],
    addresses: Sequence[str | None],
    founded: Sequence[str | None],
) -> pa.Table:
    """Records in the columns that the model compares.

    ``draw``, ``draw_name`` and ``draw_place`` are numbers below :data:`DRAWS` that are even over records, over pairs of
    core and region, and over pairs of address and founding day: the model learns from the records with small ones, the
    same records on whatever machine.

    Args:
        ids: unique ids; the other sequences are of the same length.
    """
    folder, splitter = NameFolder(traditional_table()), _splitter()
    parts = [splitter.split(folder.fold(name)) for name in names]
    keys = [_address_key(folder.fold(text)) if text else None for text in addresses]
    days = [day if day and len(day) == 10 else None for day in founded]
    forms: dict[str, str] = {}
    for part in parts:
        if part.form not in forms:
            forms[part.form] = _FORM_TAIL.sub("", part.form) or part.form
    pairs = zip(parts, regions, strict=True)
    return pa.table(
        {
            "unique_id": pa.array(ids),
            "uscc": pa.array([code or None for code in usccs], pa.string()),
            "core": pa.array([part.core for part in parts], pa.string()),
            "industry": pa.array([part.industry or None for part in parts], pa.string()),
            "form": pa.array([forms[part.form] for part in parts], pa.string()),
            "branch": pa.array([part.branch for part in parts], pa.string()),
            "region": pa.array(regions, pa.string()),
            "address": pa.array(keys, pa.string()),
            "founded": pa.array(days, pa.string()),
            "draw": pa.array([_draw(str(key)) for key in ids], pa.int64()),
            "draw_name": pa.array(
                [_draw(part.core + region) if region and part.core else DRAWS for part, region in pairs],
                pa.int64(),
            ),
            "draw_place": pa.array(
                [_draw(key + day) if key and day else DRAWS for key, day in zip(keys, days, strict=True)],
                pa.int64(),
            ),
        }
    )


def write_part(part: Part) -> int:
    """Make a row group of a staged register (unique_id, name, uscc, region, address, founded) comparable.

    Runs in worker processes.

    Returns:
        the number of records.
    """
    with pq.ParquetFile(part.source) as file:
        rows: dict[str, list[Any]] = file.read_row_group(part.group).to_pydict()
    order = ("unique_id", "name", "uscc", "region", "address", "founded")
    pq.write_table(comparison_table(*(rows[name] for name in order)), part.out)
    return len(rows["unique_id"])


def _draw(text: str) -> int:
    # The checksum alone keeps apart too little what differs in one digit at the end; multiplied (Knuth) it is even.
    return (crc32(text.encode()) * 2_654_435_761 >> 7) % DRAWS


@lru_cache(maxsize=1)
def _splitter() -> NameSplitter:
    from lianzhang.firms.register.clean import place_names

    table = load_phrases()
    words = [table.phrases[i] for i in range(len(table.phrases)) if table.lexicon.kind[i] == NAME]
    return NameSplitter(place_names(), [word for word in words if len(word) >= 2])


@lru_cache(maxsize=1)
def _place_pattern() -> re.Pattern[str]:
    from lianzhang.firms.register.clean import place_names

    names = sorted(place_names(), key=lambda name: (-len(name), name))
    known = "|".join(map(re.escape, names))
    return re.compile(f"^(?:(?:{known})[省市区县]?|[一-龥]{{1,5}}?(?:省|市|区|县|镇|乡|街道))*")


def _address_key(folded: str) -> str | None:
    """Street and number of a folded address: what stands after the places and before floor and room."""
    rest = _place_pattern().sub("", folded, count=1)
    found = _ROOM.search(rest)
    key = rest[: found.start()] + found.group(1) if found else rest
    return key if len(key) >= 4 else None
