"""What was computed and kept: which computation, when, how long, with what, and which pages show it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from lianzhang.app.browse.desk import Desk
from lianzhang.app.browse.risking import region_of
from lianzhang.app.pages import builder
from lianzhang.app.pages.content import Content
from lianzhang.app.risk import scenario
from lianzhang.errors import LianzhangError, UnknownNameError
from lianzhang.i18n import Text
from lianzhang.report.format import date_text, listing
from lianzhang.schema import tables
from lianzhang.store import Reader, RunEntry

RUN_TEXT = {
    "places.specialisation": Text("专业化与相关性", "Specialisation and relatedness"),
    "chain.clusters": Text("集群体系归并", "Cluster roll-up"),
    "chain.map": Text("产业链覆盖", "Coverage of the chain"),
    "chain.accounts": Text("投入产出账户", "Input–output accounts"),
    "plan.track": Text("目标跟踪与预测", "Target tracking and forecast"),
    "risk.network": Text("供应网络重构", "Reconstruction of the supply network"),
    "risk.rank": Text("企业系统性风险", "Systemic risk of firms"),
    "risk.groups": Text("部门、区县与集群的系统性风险", "Systemic risk of sectors, districts and clusters"),
    "risk.points": Text("单点故障", "Single points of failure"),
    "risk.shock": Text("冲击推演", "Shock, day by day"),
    "risk.remedy": Text("补救比较", "Comparison of remedies"),
    "risk.second-source": Text("第二来源的作用", "What second sources relieve"),
}
_BY = {
    "sector": Text("部门", "sectors"),
    "region": Text("区县", "districts"),
    "cluster": Text("集群", "clusters"),
    "node": Text("产业链环节", "chain nodes"),
}
_RESULT = {
    "cells": Text("区县与行业", "districts by sector"),
    "regions": Text("区县", "districts"),
    "sectors": Text("行业", "sectors"),
    "clusters": Text("集群", "clusters"),
    "readings": Text("集群历年数值", "figures of clusters"),
    "nodes": Text("产业链环节", "chain nodes"),
    "makers": Text("环节上的厂家", "makers at nodes"),
    "targets": Text("目标", "targets"),
    "fan": Text("逐年预测", "forecasts by year"),
    "firms": Text("企业", "firms"),
    "links": Text("供货关系", "deliveries"),
    "statistics": Text("网络统计", "statistics of the networks"),
    "daily": Text("逐日产出", "output day by day"),
    "groups": Text("各组损失", "losses by group"),
    "losses": Text("各次抽样的损失", "losses by draw"),
    "remedies": Text("对策", "remedies"),
    "relief": Text("减轻的损失", "relief"),
}
#: Pages (path below the region) that show a computation's figures.
_SHOWN: Mapping[str, tuple[tuple[str, Text], ...]] = {
    "places.specialisation": (
        ("places", Text("区县：专业化与相关性", "Districts: specialisation and relatedness")),
    ),
    "chain.clusters": (("", Text("概览：集群与能级", "Overview: clusters against their level")),),
    "chain.map": (
        ("chain", Text("产业链之墙", "The wall of the chain")),
        ("chain?view=gaps", Text("断点与候选", "Gaps and candidates")),
    ),
    "chain.accounts": (("chain", Text("产业链：投入产出", "Chain: inputs and outputs")),),
    "plan.track": (
        ("plan", Text("目标跟踪", "Tracker of targets")),
        ("plan?view=ledger", Text("目标台账", "Ledger of targets")),
        ("plan/tasks", Text("任务的目标", "Targets of tasks")),
    ),
    "risk.network": (("risk", Text("风险：全部结果", "Risk: all of it")),),
    "risk.rank": (("risk", Text("风险：最关键的企业", "Risk: the most critical firms")),),
    "risk.groups": (("risk", Text("风险：各组的系统性风险", "Risk: systemic risk of groups")),),
    "risk.points": (("risk", Text("风险：单点故障", "Risk: single points of failure")),),
    "risk.shock": (("risk", Text("风险：压力测试", "Risk: stress tests")),),
    "risk.remedy": (("risk", Text("风险：对策", "Risk: remedies")),),
    "risk.second-source": (("risk", Text("风险：对策", "Risk: remedies")),),
}


def _plain(value: Any) -> Text:
    return (
        Text(f"{value:g}", f"{value:g}") if isinstance(value, int | float) else Text(str(value), str(value))
    )


def _unit(zh: str, en: str) -> Callable[[Any], Text]:
    return lambda value: Text(f"{value:g}{zh}", f"{value:g} {en}" if en else f"{value:g}")


def _share(value: Any) -> Text:
    return Text(f"{value * 100:g}%", f"{value * 100:g}%")


def _day(value: Any) -> Text:
    day = date.fromisoformat(value)
    return Text(date_text(day, "zh"), date_text(day, "en"))


#: Name of each parameter, and how its value is written.
_PARAMETERS: Mapping[str, tuple[Text, Callable[[Any], Text]]] = {
    "as_of": (Text("截至", "As of"), _day),
    "on_course": (Text("“有望达成”的概率下限", "Least probability of “on course”"), _share),
    "out_of_reach": (Text("“难以达到”的概率上限", "Highest probability of “out of reach”"), _share),
    "seed": (Text("抽样", "Draw"), lambda v: Text(f"第{v}次", f"no. {v}")),
    "draws": (Text("重构网络", "Reconstructed networks"), _unit("个", "")),
    "epsilon": (Text("收敛界限", "Bound of convergence"), _plain),
    "largest": (Text("逐家计算的最大企业", "Largest firms, computed one by one"), _unit("家", "")),
    "leaders": (Text("每个部门逐家计算", "Computed one by one in every sector"), _unit("家", "")),
    "sampled": (Text("其余企业随机抽取", "Drawn by chance from the others"), _unit("家", "")),
    "suppliers": (Text("逐家计算的主要供应商", "Main suppliers, computed one by one"), _unit("家", "")),
    "by": (Text("分组", "Groups"), lambda v: _BY.get(v, _plain(v))),
    "taken_over": (Text("替代者承接的份额（设定）", "Share taken over by others (assumed)"), _share),
    "days": (Text("多备的库存（设定）", "More stock (assumed)"), _unit("天", "days")),
}
_NAMES = """
SELECT region_id AS id, name_zh, name_en FROM regions WHERE region_id IN (SELECT unnest($ids))
UNION ALL SELECT cluster_id, name_zh, name_en FROM clusters WHERE cluster_id IN (SELECT unnest($ids))
UNION ALL SELECT node_id, name_zh, name_en FROM nodes WHERE node_id IN (SELECT unnest($ids))
UNION ALL SELECT sector_id, name_zh, coalesce(name_en, name_zh) FROM sectors WHERE sector_id IN (SELECT unnest($ids))
UNION ALL SELECT firm_id, name_zh, coalesce(name_en, name_zh) FROM firms WHERE firm_id IN (SELECT unnest($ids))
UNION ALL SELECT scenario_id, name_zh, name_en FROM scenarios WHERE scenario_id IN (SELECT unnest($ids))
"""


@dataclass(frozen=True, slots=True)
class RunLine:
    """A computation that was kept. ``started`` is in the server's zone; ``current``: its inputs are today's.

    ``detail`` tells it from its like, ``params`` are (name, value).
    """

    run_id: str
    kind: str
    name: Text
    detail: Text | None
    started: datetime
    took: Text
    version: Text
    params: tuple[tuple[Text, Text], ...]
    inputs: tuple[Text, ...]
    current: bool
    rows: int


@dataclass(frozen=True, slots=True)
class RunInput:
    """A table that went in: its rows now, and whether it is still what it was."""

    name: Text
    rows: int
    same: bool


@dataclass(frozen=True, slots=True)
class RunView:
    """One computation: ``shown`` are (path, words) of pages with its figures, ``pairs`` the scenario in an address."""

    line: RunLine
    sentence: Text | None
    loaded: datetime
    inputs: tuple[RunInput, ...]
    results: tuple[tuple[Text, int], ...]
    shown: tuple[tuple[str, Text], ...]
    pairs: tuple[tuple[str, str], ...]
    users: tuple[RunLine, ...]
    content: Content


def runs_of(desk: Desk, reader: Reader) -> tuple[RunLine, ...]:
    """Kept runs of the region, newest first."""
    runs = sorted(desk.store.runs(reader.region.name), key=lambda r: r.started, reverse=True)
    names = _names(reader, runs)
    return tuple(_line(reader, r, names) for r in runs)


def run_view(desk: Desk, reader: Reader, run_id: str) -> RunView:
    """One kept run with its inputs, parameters, results, and what rests on it.

    Raises:
        UnknownNameError: the region has no such run.
    """
    region = reader.region
    entries = {r.run_id: r for r in desk.store.runs(region.name)}
    if run_id not in entries:
        raise UnknownNameError(Text("计算记录", "run"), run_id)
    entry = entries[run_id]
    names = _names(reader, list(entries.values()))
    line, known = _line(reader, entry, names), tables()
    sentence, pairs = _scenario(desk, reader, entry)
    rows = region.rows
    users = [r for r in entries.values() if _rests(entry, r)]
    users.sort(key=lambda r: r.started, reverse=True)
    return RunView(
        line=line,
        sentence=sentence,
        loaded=_local(region.loaded_at),
        inputs=tuple(
            RunInput(known[n].label, rows.get(n, 0), region.table_hash(n) == h)
            for n, h in entry.inputs.items()
            if n in known
        ),
        results=tuple((_RESULT.get(n, Text("其他", "other")), f.rows) for n, f in entry.tables.items()),
        shown=_SHOWN.get(entry.name, ()),
        pairs=pairs,
        users=tuple(_line(reader, r, names) for r in users),
        content=Content(title=line.name),
    )


def zone(moment: datetime) -> str:
    """The zone of a moment as an offset: UTC+08:00.

    >>> zone(datetime(2026, 3, 1, tzinfo=UTC))
    'UTC'
    """
    offset = moment.strftime("%z")
    return "UTC" if offset in ("", "+0000") else f"UTC{offset[:3]}:{offset[3:]}"


def _rests(network: RunEntry, run: RunEntry) -> bool:
    """Whether a run used a reconstructed network: of the same tables and program, with at least as many draws."""
    if network.name != "risk.network" or run.name == network.name or not run.name.startswith("risk."):
        return False
    draws = run.params.get("draws") or run.params.get("scenario", {}).get("draws", 0)
    same = all(run.inputs.get(t) == h for t, h in network.inputs.items())
    return same and run.version == network.version and network.params["seed"] <= draws


def _line(reader: Reader, run: RunEntry, names: Mapping[str, Text]) -> RunLine:
    known = tables()
    program, _, method = run.version.partition("+")
    version = (
        Text(f"{program}，方法第{method}版", f"{program}, method {method}") if method else _plain(program)
    )
    return RunLine(
        run_id=run.run_id,
        kind=run.name,
        name=RUN_TEXT.get(run.name, Text("其他计算", "another computation")),
        detail=_detail(run.params, names),
        started=_local(run.started),
        took=_took(run.seconds),
        version=version,
        params=_params(run.params, names),
        inputs=tuple(known[n].label for n in run.inputs if n in known),
        current=all(reader.region.table_hash(t) == h for t, h in run.inputs.items()),
        rows=sum(f.rows for f in run.tables.values()),
    )


def _detail(params: Mapping[str, Any], names: Mapping[str, Text]) -> Text | None:
    """What tells a run from others of the same computation."""
    if "seed" in params:
        return Text(f"第{params['seed']}次抽样", f"draw {params['seed']}")
    parts: list[Text] = []
    if "scenario" in params:
        parts.append(_called(params["scenario"], names))
    if "cluster" in params:
        parts.append(names.get(params["cluster"], Text("集群", "cluster")))
    if "by" in params:
        parts.append(_BY.get(params["by"], _plain(params["by"])))
    draws = params.get("draws") or params.get("scenario", {}).get("draws")
    if draws:
        parts.append(Text(f"{draws}个网络", f"{draws} networks" if draws != 1 else "1 network"))
    if "as_of" in params:
        day = _day(params["as_of"])
        parts.append(Text(f"截至{day.zh}", f"as of {day.en}"))
    return Text(" · ".join(p.zh for p in parts), " · ".join(p.en for p in parts)) if parts else None


def _called(given: Mapping[str, Any], names: Mapping[str, Text]) -> Text:
    """A scenario by its stress test, by the name it was given, else by who fails and how long."""
    name = given["name"]
    ids = [w["id"] for w in given["who"]]
    if name != "; ".join(ids)[:200]:  # what it is called where nobody names it
        return names.get(name, Text(name, name))
    who = [names.get(i, Text("自定情景", "own scenario")) for i in ids]
    zh, en = listing([w.zh for w in who], "zh"), listing([w.en for w in who], "en")
    return Text(
        f"{zh}（{given['days']}天、减产{given['depth'] * 100:g}%）",
        f"{en} ({given['days']} days, {given['depth'] * 100:g}% less)",
    )


def _params(params: Mapping[str, Any], names: Mapping[str, Text]) -> tuple[tuple[Text, Text], ...]:
    found: list[tuple[Text, Text]] = []
    for name, value in params.items():
        if name == "scenario":
            found.append((Text("情景", "Scenario"), _called(value, names)))
            found.append((_PARAMETERS["draws"][0], _PARAMETERS["draws"][1](value["draws"])))
        elif name in ("region", "cluster"):
            label = Text("区域", "Region") if name == "region" else Text("集群", "Cluster")
            found.append((label, names.get(value, _plain(value))))
        elif name in _PARAMETERS:
            label, written = _PARAMETERS[name]
            found.append((label, written(value)))
        else:
            said = json.dumps(value, ensure_ascii=False)
            found.append((Text("其他参数", "Other parameter"), Text(said, said)))
    return tuple(found)


def _names(reader: Reader, runs: list[RunEntry]) -> dict[str, Text]:
    """Names of the places, clusters and stress tests that runs are about."""
    ids = {str(r.params[k]) for r in runs for k in ("region", "cluster") if k in r.params}
    for given in (r.params["scenario"] for r in runs if "scenario" in r.params):
        ids |= {given["name"], *(w["id"] for w in given["who"])}
    if not ids:
        return {}
    rows = reader.sql(_NAMES, {"ids": sorted(ids)}).to_pylist()
    return {r["id"]: Text(r["name_zh"], r["name_en"]) for r in rows}


def _scenario(desk: Desk, reader: Reader, run: RunEntry) -> tuple[Text | None, tuple[tuple[str, str], ...]]:
    """The scenario of a run in a sentence and as an address; nothing where it no longer fits the region."""
    if "scenario" not in run.params:
        return None, ()
    try:
        wanted = scenario.read(run.params["scenario"])
        told = builder.sentence(reader, region_of(desk, reader), wanted)
    except LianzhangError:
        return None, ()
    return told, tuple(scenario.to_query(wanted))


def _local(moment: str) -> datetime:
    found = datetime.fromisoformat(moment)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone()


def _took(seconds: float) -> Text:
    if seconds >= 60:
        whole = round(seconds)
        return Text(f"{whole // 60}分{whole % 60}秒", f"{whole // 60} min {whole % 60} s")
    said = f"{seconds:.1f}" if seconds >= 1 else f"{seconds:.2f}"
    return Text(f"{said}秒", f"{said} s")
