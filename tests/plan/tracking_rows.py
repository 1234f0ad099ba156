"""Rows as the queries of ledger and tracking give them, of a made-up region."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from lianzhang.plan.ledger import Book, make_book

Row = dict[str, Any]


def indicator(name: str, unit: str = "vehicles", measure: str = "level", **more: Any) -> Row:
    row = {
        "indicator_id": name,
        "name_zh": f"{name}（指标）",
        "name_en": name.title(),
        "unit": unit,
        "measure": measure,
    }
    return row | {"flow": True, "concept": None} | more


def observation(name: str, period: str, value: float, **more: Any) -> Row:
    row = {"indicator_id": name, "series": "main", "region_id": "r", "period": period, "value": value}
    usual = {
        "comparator": "=",
        "known_from": None,
        "preferred": True,
        "source_id": "yearbook",
        "status": "official",
    }
    return row | usual | more


def yearly(name: str, first: int, values: Iterable[float], **more: Any) -> list[Row]:
    return [observation(name, str(first + i), v, **more) for i, v in enumerate(values)]


def target(
    statement: str,
    of: Mapping[str, Any] | None,
    comparator: str,
    value: float | None,
    by: str | None,
    **more: Any,
) -> Row:
    row: Row = {
        "statement_id": statement,
        "locator": "line 3",
        "indicator_id": of["indicator_id"] if of else None,
        "topic_zh": f"{statement}目标",
        "topic_en": f"target {statement}",
        "region_id": "r",
        "cluster_id": None,
        "kind": "target",
        "comparator": comparator,
        "value": value,
        "lower": None,
        "upper": None,
        "unit": of["unit"] if of else "vehicles",
        "measure": of["measure"] if of else "level",
        "period_start": None,
        "period_end": by,
        "base_period": None,
        "base_value": None,
        "lost_reason": None,
        "preferred": True,
        "source_id": "plan",
        "status": "official",
        "indicator_zh": of["name_zh"] if of else None,
        "indicator_en": of["name_en"] if of else None,
        "indicator_unit": of["unit"] if of else None,
        "indicator_measure": of["measure"] if of else None,
        "flow": of["flow"] if of else None,
        "concept": of["concept"] if of else None,
        "region_zh": "某市",
        "region_en": "Somewhere",
        "source_zh": "规划",
        "source_en": "The plan",
        "published": "2023-06",
    }
    return row | more


def split(name: str, period: str) -> Row:
    return {
        "indicator_id": name,
        "series": "main",
        "region_id": "r",
        "period": period,
        "reason_zh": "改口径",
        "reason_en": "new definition",
    }


def book(
    statements: Iterable[Row],
    observations: Iterable[Row],
    indicators: Iterable[Row],
    as_of: date,
    *,
    breaks: Iterable[Row] = (),
    conflicts: Iterable[Row] = (),
) -> Book:
    return make_book(statements, observations, breaks, conflicts, indicators, as_of)
