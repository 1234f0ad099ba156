"""Made-up firms, by the million: drawn in blocks so that memory does not grow with their number."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from lianzhang.pack import arrow_schema
from lianzhang.schema import table
from lianzhang.synth.model import SOURCE, STATUS, Size
from lianzhang.synth.names import DIVISIONS, FIRST, LAST, TRADES

BLOCK = 250_000
_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = np.array([3**i % 31 for i in range(17)])
_FIRST_DAY, _LAST_DAY = np.datetime64("1985-01-01"), np.datetime64("2024-12-31")


def draw_counts(size: Size, rng: np.random.Generator) -> np.ndarray:
    """(districts, divisions) numbers of firms that add up to ``size.firms``; districts differ in size (Zipf) and in
    what they specialise in."""
    weight = (1 / np.arange(1, size.districts + 1) ** 0.8)[:, None] * rng.gamma(
        0.6, 1.0, (size.districts, len(DIVISIONS))
    )
    return rng.multinomial(size.firms, (weight / weight.sum()).ravel()).reshape(weight.shape)


def firm_ids(start: int, stop: int) -> pa.Array[Any]:
    """Ids of firms by number, counting from 0."""
    numbers = np.arange(start + 1, stop + 1)
    return pa.array(np.char.add("F", np.char.zfill(numbers.astype("U9"), 9)))


def firms(counts: np.ndarray, size: Size, rng: np.random.Generator) -> Iterator[pa.Table]:
    """The table `firms` in blocks.

    Args:
        counts: (districts, divisions) numbers of firms.
        size: size of the region.
        rng: draws everything else.
    """
    cell = rng.permutation(np.repeat(np.arange(counts.size, dtype=np.int32), counts.ravel()))
    columns = counts.shape[1]
    for start in range(0, len(cell), BLOCK):
        part = cell[start : start + BLOCK]
        yield _block(start, part // columns, part % columns, size, rng)
    if not len(cell):
        yield arrow_schema(table("firms")).empty_table()


def _block(
    start: int, district: np.ndarray, division: np.ndarray, size: Size, rng: np.random.Generator
) -> pa.Table:
    n = len(district)
    ids = firm_ids(start, start + n)
    days = _FIRST_DAY + (rng.beta(4, 1.5, n) * (_LAST_DAY - _FIRST_DAY).astype(int)).astype("timedelta64[D]")
    closed = rng.random(n) < 0.05
    end = days + rng.integers(200, 4000, n).astype("timedelta64[D]")
    closed &= end <= _LAST_DAY
    grouped = (rng.random(n) < 0.02) & (np.arange(start, start + n) > 0)
    # A group's parent stands earlier in the table, so that no circle can arise.
    above = (rng.random(n) * np.maximum(np.arange(start, start + n), 1)).astype(np.int64)
    columns = {
        "firm_id": ids,
        "name_zh": _names(start, division, rng),
        "uscc": credit_codes(start, n),
        "kind": pa.array(np.where(rng.random(n) < 0.97, "company", "plant")),
        "region_id": pa.array(np.array(size.district_ids)[district]),
        "sector_id": pa.array(np.array([f"gb4754:{c}" for c in DIVISIONS])[division]),
        "group_id": pa.array(np.char.add("F", np.char.zfill((above + 1).astype("U9"), 9)), mask=~grouped),
        "founded": pa.array(days.astype("U10")),
        "closed": pa.array(end.astype("U10"), mask=~closed),
        "capital_cny": pa.array(np.round(rng.lognormal(14.5, 1.8, n), -4)),
        "source_id": pa.array(np.full(n, SOURCE)),
        "status": pa.array(np.full(n, STATUS)),
    }
    schema = arrow_schema(table("firms"))
    return pa.table({f.name: columns.get(f.name, pa.nulls(n, f.type)) for f in schema}, schema=schema)


def _names(start: int, division: np.ndarray, rng: np.random.Generator) -> pa.Array[Any]:
    """虚构 + two syllables + trade + number, distinct by the number."""
    n = len(division)
    first, last = (
        np.array(FIRST)[rng.integers(len(FIRST), size=n)],
        np.array(LAST)[rng.integers(len(LAST), size=n)],
    )
    numbers = np.arange(start + 1, start + n + 1).astype("U9")
    name = np.char.add(np.char.add("虚构", first), np.char.add(last, np.array(TRADES)[division]))
    return pa.array(np.char.add(np.char.add(name, numbers), "号有限公司"))


def credit_codes(start: int, n: int) -> pa.Array[Any]:
    """Credit codes with a right check character (GB 32100-2015: 31 − Σ c_i 3^i mod 31) of the province 99, which does
    not exist."""
    values = np.empty((n, 17), dtype=np.int64)
    values[:, :8] = [9, 1, 9, 9, 0, 0, 0, 0]
    numbers = np.arange(start + 1, start + n + 1)
    for place in range(9):
        values[:, 16 - place] = numbers // 10**place % 10
    check = (31 - values @ _WEIGHTS % 31) % 31
    letters = np.array(list(_USCC))
    whole = letters[np.column_stack([values, check])]
    codes: pa.Array[Any] = pa.array(whole.view("U18").ravel())
    return codes


def firm_nodes(size: Size, components: list[str], rng: np.random.Generator) -> pa.Table:
    """Who makes which component: one firm in fifty, at least three firms; the last component has no maker."""
    schema = arrow_schema(table("firm_nodes"))
    n = min(max(size.firms // 50, 3), size.firms)
    if n == 0:
        return schema.empty_table()
    makers = np.sort(rng.choice(size.firms, n, replace=False))
    evidence = np.array(["official_list", "listed_report", "press", "registry_text"])[rng.integers(4, size=n)]
    capacity = np.round(rng.lognormal(10, 1, n), -2)
    known = rng.random(n) < 0.5
    columns = {
        "firm_id": pa.array([f"F{number + 1:09d}" for number in makers.tolist()]),
        "node_id": pa.array(np.array(components[:-1])[rng.integers(len(components) - 1, size=n)]),
        "activity": pa.array(
            np.array(["makes", "building", "develops"])[rng.choice(3, n, p=[0.8, 0.1, 0.1])]
        ),
        "evidence": pa.array(evidence),
        "evidence_date": pa.array(np.full(n, "2024")),
        "capacity": pa.array(capacity, mask=~known),
        "capacity_unit": pa.array(np.full(n, "pieces"), mask=~known),
        "source_id": pa.array(np.full(n, SOURCE)),
        "status": pa.array(np.full(n, STATUS)),
    }
    return pa.table({f.name: columns.get(f.name, pa.nulls(n, f.type)) for f in schema}, schema=schema)


def firm_status(size: Size, rng: np.random.Generator) -> pa.Table:
    """Rungs of the gradient for one firm in thirty."""
    schema = arrow_schema(table("firm_status"))
    n = size.firms // 30
    if n == 0:
        return schema.empty_table()
    holders = np.sort(rng.choice(size.firms, n, replace=False))
    rungs = np.array(["technology_sme", "high_tech", "specialised", "little_giant", "champion"])
    columns = {
        "firm_id": pa.array([f"F{number + 1:09d}" for number in holders.tolist()]),
        "status_class": pa.array(rungs[rng.choice(5, n, p=[0.5, 0.3, 0.15, 0.04, 0.01])]),
        "valid_from": pa.array(rng.integers(2016, 2025, n).astype("U4")),
        "source_id": pa.array(np.full(n, SOURCE)),
        "status": pa.array(np.full(n, STATUS)),
    }
    return pa.table({f.name: columns.get(f.name, pa.nulls(n, f.type)) for f in schema}, schema=schema)
