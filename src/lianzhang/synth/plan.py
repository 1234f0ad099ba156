"""A made-up plan: indicators, their observations, statements about them, one disagreement, and tasks."""

from __future__ import annotations

from typing import Any

import numpy as np

from lianzhang.synth.chain import cluster_ids, clusters
from lianzhang.synth.model import FIRST_YEAR, LAST_YEAR, PROVENANCE, ROOT, Size
from lianzhang.synth.places import Rows

#: id, Chinese, English, unit, measure, flow, concept, level of the first year, growth a year, scatter of growth.
_INDICATORS = (
    ("gdp", "地区生产总值", "Gross regional product", "yuan", "level", True, "gdp", 1.1e12, 0.07, 0.015),
    (
        "industry",
        "规上工业总产值",
        "Gross industrial output",
        "yuan",
        "level",
        True,
        "output_value",
        1.5e12,
        0.08,
        0.03,
    ),
    (
        "boards",
        "飞行滑板产量",
        "Flying skateboards made",
        "pieces",
        "level",
        True,
        "production",
        8e4,
        0.22,
        0.10,
    ),
    (
        "board-sales",
        "飞行滑板销量",
        "Flying skateboards sold",
        "pieces",
        "level",
        True,
        "sales",
        7.6e4,
        0.22,
        0.11,
    ),
    ("rd-share", "研发经费占比", "R&D share of product", "%", "share", True, "innovation", 1.4, 0.05, 0.02),
    (
        "high-tech",
        "高新技术企业数",
        "High-tech enterprises",
        "enterprises",
        "count",
        False,
        "enterprises",
        900,
        0.12,
        0.04,
    ),
    (
        "energy",
        "单位工业增加值能耗",
        "Energy per value added",
        "tce",
        "intensity",
        True,
        "energy",
        1.2,
        -0.035,
        0.01,
    ),
)


def indicators() -> Rows:
    """Seven indicators of the region and one, output value, of each cluster."""
    rows: Rows = []
    for name, zh, en, unit, measure, flow, concept, *_numbers in _INDICATORS:
        rows.append(
            {
                "indicator_id": name,
                "name_zh": zh,
                "name_en": en,
                "unit": unit,
                "measure": measure,
                "flow": flow,
            }
            | {"concept": concept}
        )
    for cluster in clusters():
        rows.append(
            {
                "indicator_id": f"output-{cluster['cluster_id']}",
                "name_zh": f"{cluster['name_zh']}产值",
                "unit": "yuan",
                "flow": True,
            }
            | {"name_en": f"Output value of the {cluster['name_en']}", "measure": "level"}
            | {"concept": "output_value", "cluster_id": cluster["cluster_id"]}
        )
    return [row | PROVENANCE for row in rows]


def _path(first: float, growth: float, scatter: float, rng: np.random.Generator) -> np.ndarray:
    years = LAST_YEAR - FIRST_YEAR + 1
    steps = np.concatenate([[0.0], rng.normal(np.log1p(growth), scatter, years - 1)])
    return np.asarray(first * np.exp(np.cumsum(steps)))


def _digits(value: float) -> float:
    """Five significant digits, as statistics are printed."""
    return float(f"{value:.5g}")


def observations(size: Size, rng: np.random.Generator) -> Rows:
    """Yearly figures of the region and of clusters, monthly ones of the boards, the product of the districts."""
    rows: Rows = []

    def add(indicator: str, region: str, period: str, value: float, known: str) -> None:
        rows.append(
            {
                "indicator_id": indicator,
                "series": "main",
                "region_id": region,
                "period": period,
                "comparator": "=",
            }
            | {"value": _digits(value), "known_from": known, "preferred": True}
            | PROVENANCE
        )

    clusters = [
        (f"output-{cluster}", float(rng.lognormal(24.5 - 0.15 * rank, 0.4)), 0.09, 0.04)
        for rank, cluster in enumerate(cluster_ids())
        # The last cluster has no series: what cannot be computed must show too.
        if rank < len(cluster_ids()) - 1
    ]
    for name, first, growth, scatter in [(i[0], i[7], i[8], i[9]) for i in _INDICATORS] + clusters:
        for year, value in enumerate(_path(first, growth, scatter, rng).tolist(), start=FIRST_YEAR):
            add(name, ROOT, str(year), value, f"{year + 1}-03-20")
    yearly = next(r["value"] for r in rows if r["indicator_id"] == "boards" and r["period"] == str(LAST_YEAR))
    season = 1 + 0.15 * np.sin(np.arange(18) / 12 * 2 * np.pi) + rng.normal(0, 0.03, 18)
    for month, factor in enumerate(season.tolist()):
        year, number = LAST_YEAR + month // 12, month % 12 + 1
        following = (year, number + 1) if number < 12 else (year + 1, 1)
        value = float(str(yearly)) / 12 * factor * 1.2 ** (month // 12)
        add("boards", ROOT, f"{year}-{number:02d}", round(value), f"{following[0]}-{following[1]:02d}-18")
    whole = next(
        float(str(r["value"])) for r in rows if r["indicator_id"] == "gdp" and r["period"] == str(LAST_YEAR)
    )
    parts = rng.dirichlet(np.full(size.districts, 2.0)).tolist()
    for region_id, part in zip(size.district_ids, parts, strict=True):
        add("gdp", region_id, str(LAST_YEAR), whole * part, f"{LAST_YEAR + 1}-05-30")
    return rows


def statements() -> Rows:
    """Targets, an actual, and two that cannot both hold."""
    base: dict[str, Any] = {"region_id": ROOT, "preferred": True, "measure": "level", "comparator": ">="}
    said: list[dict[str, Any]] = [
        _said("s1", "gdp", "地区生产总值目标", "Target for the product", "yuan", 3.6e12, "2027"),
        _said("s2", "industry", "工业总产值目标", "Target for industrial output", "yuan", 5e12, "2027"),
        _said("s3", "boards", "飞行滑板产量目标", "Target for boards made", "pieces", 1.2e6, "2027"),
        _said(
            "s4",
            "boards",
            "飞行滑板产量目标（另一处）",
            "Target for boards made, elsewhere",
            "pieces",
            1.2e7,
            "2027",
        )
        | {"preferred": False},
        _said("s5", "rd-share", "研发占比目标", "Target for the R&D share", "%", 3.0, "2027")
        | {"measure": "share"},
        _said(
            "s6",
            "high-tech",
            "高新技术企业目标",
            "Target for high-tech enterprises",
            "enterprises",
            6000,
            "2025",
        )
        | {"measure": "count"},
        _said("s7", "boards", "2023年产量", "Boards made in 2023", "pieces", 7e5, "2023")
        | {"kind": "achieved", "comparator": "~"},
        _said("s8", "output-lead-1", "引领集群能级", "Level of a leading cluster", "yuan", 1e12, "2030")
        | {"comparator": "level", "cluster_id": "lead-1"},
        _said(
            "s9",
            "industry",
            "工业总产值年均增速",
            "Growth of industrial output a year",
            "%",
            8.0,
            "2022..2027",
        )
        | {"measure": "growth p.a.", "period_start": "2022", "period_end": "2027", "base_period": "2022"},
        _said("s10", None, "里程碑", "A milestone", "projects", None, "2026") | {"comparator": "milestone"},
    ]
    return [base | row | PROVENANCE for row in said]


def _said(
    name: str, indicator: str | None, zh: str, en: str, unit: str, value: float | None, period: str
) -> dict[str, Any]:
    return {
        "statement_id": name,
        "locator": f"line {name[1:]}",
        "indicator_id": indicator,
        "topic_zh": zh,
        "topic_en": en,
        "kind": "target",
        "value": value,
        "unit": unit,
        "period_end": period.split("..")[-1],
    }


def conflicts() -> Rows:
    """The pair a factor of ten apart."""
    return [
        {
            "conflict_id": "c1",
            "statement_id": "s3",
            "other_statement_id": "s4",
            "kind": "factor_of_ten",
            "explanation_zh": "同一目标相差十倍",
            "explanation_en": "the same target differs by a factor of ten",
            "used_zh": "采用 s3，与序列相称",
            "used_en": "s3 is used, it fits the series",
        }
        | PROVENANCE
    ]


def series_breaks() -> Rows:
    """One change of definition."""
    return [
        {"indicator_id": "high-tech", "series": "main", "region_id": ROOT, "period": "2016"}
        | {"reason_zh": "认定办法修订（虚构）", "reason_en": "rules of recognition revised (made up)"}
        | PROVENANCE
    ]


def tasks() -> tuple[Rows, Rows]:
    """(tasks, which statements they are measured by)."""
    rows: Rows = [
        _task(
            "plan",
            None,
            "plan",
            1,
            "飞行滑板行动计划（虚构）",
            "Action plan for flying skateboards (made up)",
            None,
        ),
        _task("t1", "plan", "task", 1, "扩大产能", "Grow capacity", "under_way"),
        _task("t2", "plan", "task", 2, "补齐链条", "Fill the chain", "planned"),
        _task("p1", "t1", "project", 1, "旋翼工厂", "Rotor works", "under_way"),
    ]
    return rows, [{"task_id": "t1", "statement_id": "s3"} | PROVENANCE]


def _task(
    name: str, parent: str | None, kind: str, rank: int, zh: str, en: str, state: str | None
) -> dict[str, Any]:
    return {
        "task_id": name,
        "parent_id": parent,
        "kind": kind,
        "rank": rank,
        "name_zh": zh,
        "name_en": en,
        "owner": "虚构经信委",
        "deadline": "2027",
        "state": state,
    } | PROVENANCE
