"""The pages of risk: rank and stress tests, a scenario in the making, its result, what a node or firm hangs on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from lianzhang.app.browse.risking import RISK_ALL, region_of
from lianzhang.app.pages import builder, risk, safety, shock
from lianzhang.app.pages.content import Content, failed
from lianzhang.app.pages.standing import standing
from lianzhang.app.report.stress import REMEDIES
from lianzhang.app.risk import runs, scenario, shocks, targets
from lianzhang.app.risk.safety import SafetyKind
from lianzhang.app.risk.scenario import Scenario
from lianzhang.app.risk.stress import Preset
from lianzhang.errors import NotComputableError, UsageError
from lianzhang.i18n import Text
from lianzhang.report import figures as fig
from lianzhang.report import values as num
from lianzhang.report.draw.shock import LIMITS, paths, svg_targets
from lianzhang.store import Reader
from lianzhang.web.site import Visit
from lianzhang.web.view import View

Pairs = list[tuple[str, str]]
#: Parameters that belong to the page and not to the scenario.
_OF_PAGE = ("day", "find", "limit", "save")
#: How the origin of the stress tests' numbers begins.
_STRESS = "压力测试"
#: Results of other scenarios that are listed.
_OWN = 8
#: Networks on which remedies are tried.
_REMEDY_DRAWS = 2
#: What starts the computation of a part of the risk page that is missing, by the command that would.
_KINDS = {
    "rank": ("rank", 5),
    "stress": ("stress", 5),
    "remedy": ("remedy", _REMEDY_DRAWS),
    "points": ("points", 3),
}


def risk_page(visit: Visit, reader: Reader) -> Mapping[str, Any]:
    """Rank, stress tests, remedies; what is missing can be started from here."""
    try:
        region = region_of(visit.desk, reader)
    except NotComputableError as error:
        why = Content(title=risk.TITLE, blocks=(("risk", failed(risk.TITLE, error)),))
        return {
            "content": why,
            "tests": [],
            "starts": {},
            "again": [],
            "running": None,
            "own": [],
            "gaps": (),
            "build": None,
        }
    content = risk.risk_view(visit.desk, reader, visit.state(reader))
    view = visit.view
    known = builder.presets(visit.desk, reader)
    # What the stress tests rest on has its origin on this page as soon as one of them is kept.
    origin = next((o.key for o in content.origins if o.value.zh.startswith(_STRESS)), "")
    tests = [
        {
            "preset": p,
            "address": _address(view, "risk/shock", scenario.to_query(p.scenario)),
            "change": _address(view, "risk/scenario", scenario.to_query(p.scenario)),
            "figures": _brief(p, origin),
        }
        for p in known
    ]
    own = [
        {
            "name": _in_both(k.title, builder.title_of(reader, region, _unnamed(k.scenario), known)),
            "loss": num.Quantity(k.loss_cny.mid, "cny", origin),
            "when": datetime.fromisoformat(k.started),
            "earlier": not k.current,
            "address": _address(view, "risk/shock", _nameless(k.scenario)),
        }
        for k in _own(visit, reader)
        if not any(shock.same(p.scenario, k.scenario, draws=False) for p in known)
    ]
    starts = {}
    for key, block in content.blocks:
        if isinstance(block.figure, fig.Empty) and block.figure.command:
            wanted = [k for k in _KINDS if f"risk {k}" in block.figure.command]
            starts[key] = [(f"compute_{k}", _start(view, *_KINDS[k])) for k in wanted]
    if sum(map(len, starts.values())) > 1:  # one button for all of them, before those for one
        first = next(key for key, found in starts.items() if found)
        starts[first].insert(0, ("compute_all", _start(view, "all")))
    before = risk.kept_of(visit.desk, reader)
    again = [
        (f"again_{k}", _start(view, *_KINDS[k])) for k in _KINDS if before is not None and k in before.earlier
    ]
    return {
        "content": content,
        "tests": tests,
        "starts": starts,
        "again": again,
        "running": _running(visit),
        "own": own[:_OWN],
        "gaps": risk.gaps_helped(visit.desk, reader, visit.state(reader)),
        "remedies_title": REMEDIES,
        "build": view.to("risk/scenario"),
    }


def _running(visit: Visit) -> str | None:
    """The computation of all parts of this page that the server started by itself, while it goes on."""
    region = visit.view.region
    return next(
        (
            j.job_id
            for j in visit.desk.jobs.jobs()
            if region is not None
            and (j.kind, j.region) == (RISK_ALL, region.name)
            and j.state in ("waiting", "running")
        ),
        None,
    )


def _own(visit: Visit, reader: Reader) -> list[shocks.KeptShock]:
    """Kept results on the data as they are now in brief, newest first; each scenario once, however named."""
    store, found = visit.desk.store, list[shocks.KeptShock]()
    for entry in runs.latest(store, reader, shocks.RUN, earlier=True):
        wanted = scenario.read(entry.params["scenario"])
        if not any(shock.same(k.scenario, wanted) for k in found):
            found.append(shocks.brief(store, reader, entry))
    return found


def scenario_page(visit: Visit, reader: Reader) -> Mapping[str, Any]:
    """A scenario in the making; its address is the scenario."""
    view, state = visit.view, visit.state(reader)
    given = _scenario_pairs(view.query)
    limit = visit.query.get("limit") == "1"
    own: Pairs = [("limit", "1")] if limit else []

    def toggle(value: str) -> str:
        return _address(view, "risk/scenario", _toggled(given, value) + own)

    made = builder.builder_view(
        visit.desk, reader, state, given, visit.query.get("find", ""), toggle, districts_limit=limit
    )
    title = made.title or builder.TITLE
    return {
        "content": Content(title=title),
        "made": made,
        "toggle": toggle,
        "limit": limit,
        "words": visit.query.get("find", ""),
        "picture": [
            svg_targets(made.picture, view.lang, uid=u, narrow=n) for u, n in (("w", False), ("n", True))
        ],
        "action": None if made.wanted is None else _run(view, _named(made.wanted, title, made.presets, view)),
        "presets": [
            (p.name, _address(view, "risk/scenario", scenario.to_query(p.scenario))) for p in made.presets
        ],
        "result": _address(view, "risk/shock", given),
        "depths": builder.DEPTHS,
        "recoveries": builder.RECOVERY_TEXT,
        "stocks": builder.STOCK_TEXT,
        "carried": view.carried,
        "dropped": _address(view, "risk/scenario", own),
        "made_before": _when(made.earlier),
    }


def shock_page(visit: Visit, reader: Reader) -> Mapping[str, Any]:
    """The result of a scenario on one day, or how to start it.

    Raises:
        UsageError: the address names nobody who fails.
    """
    view, state = visit.view, visit.state(reader)
    given = _scenario_pairs(view.query)
    wanted = scenario.from_query(given)
    if wanted is None:
        raise UsageError(
            Text("这个地址没有说明谁受冲击", "this address does not say who is hit"),
            hint=Text("在情景推演页选定后再打开", "choose in the scenario page and open it from there"),
        )
    region = region_of(visit.desk, reader)
    presets = builder.presets(visit.desk, reader)
    title = builder.title_of(reader, region, wanted, presets)
    named = _named(wanted, title, presets, view)
    entry = shock.find(visit.desk, reader, wanted)
    day = visit.number("day")
    context: dict[str, Any] = {
        "title": title,
        "sentence": builder.sentence(reader, region, wanted),
        "change": _address(view, "risk/scenario", given),
        "action": _run(view, named),
        "made": None,
        "content": Content(title=title),
        "given": [*view.carried, *given],
    }
    if entry is None:
        return context
    made = shock.shock_view(
        visit.desk, reader, state, entry, title, None if day is None else int(day), view.link
    )
    return context | {
        "made": made,
        "content": made.content,
        "data": _data(made.figure, made, view),
        "days": made.run.days,
        "remedy": _remedy(view, named),
        "made_before": _when(made.earlier),
        "remedies_before": _when(made.remedies_earlier),
    }


def _when(made: runs.Earlier | None) -> tuple[str, datetime] | None:
    """The earlier version of the program that made a result, and when."""
    return None if made is None else (made.version, datetime.fromisoformat(made.started))


def _unnamed(wanted: Scenario) -> Scenario:
    """The scenario as its address reads without a name."""
    return scenario.from_query(_nameless(wanted)) or wanted


def _in_both(given: Text, composed: Text) -> Text:
    """A name that was composed in the language of whoever started it, in both; any other as it was given."""
    return composed if given.zh in (composed.zh, composed.en) else given


def _nameless(wanted: Scenario) -> Pairs:
    """Parameters of an address; the name follows from the rest."""
    return [p for p in scenario.to_query(wanted) if p[0] != "name"]


def _brief(preset: Preset, origin: str) -> dict[str, num.Quantity] | None:
    if preset.loss_cny is None or preset.lowest is None or not origin:
        return None
    loss = preset.loss_cny
    return {
        "loss": num.Quantity(loss.mid, "cny", origin),
        "low": num.Quantity(loss.low, "cny", origin),
        "high": num.Quantity(loss.high, "cny", origin),
        "lowest": num.Quantity(preset.lowest * 100, "pct", origin),
    }


def node_page(visit: Visit, reader: Reader) -> Mapping[str, Any]:
    """On whom a chain node depends, who depends on it, what would replace it."""
    return _safety(visit, reader, "node", visit.view.link("node", visit.key))


def firm_page(visit: Visit, reader: Reader) -> Mapping[str, Any]:
    """The same of a registered firm, for which a made-up one stands in."""
    return _safety(visit, reader, "firm", visit.view.link("firm", visit.key))


def risk_of_firm(visit: Visit, reader: Reader) -> str | None:
    """Address of what a registered firm hangs on; None where the network has nobody to stand in for it."""
    try:
        targets.registered(reader, region_of(visit.desk, reader).groups, visit.key)
    except NotComputableError:
        return None
    return _address(visit.view, f"risk/firms/{quote(visit.key, safe='')}", [])


def _safety(visit: Visit, reader: Reader, kind: SafetyKind, about: str) -> Mapping[str, Any]:
    made = safety.safety_view(visit.desk, reader, kind, visit.key, visit.view.as_of)
    return {
        "content": made.content,
        "safety": made.safety,
        "about": about,
        "stop": _address(visit.view, "risk/scenario", [("who", f"{kind}:{made.safety.id}")]),
        # A rank is one of firms; a node is many of them.
        "place": standing(visit.desk, reader, made.safety.esri) if kind == "firm" else None,
    }


def _scenario_pairs(query: Iterable[tuple[str, str]]) -> Pairs:
    carried = ("as_of", "lang", "theme")
    return sorted((k, v) for k, v in query if k not in _OF_PAGE and k not in carried and v)


def _toggled(given: Pairs, value: str) -> Pairs:
    """The parameters with somebody added, or taken out if there already. A name that was given stays behind: the
    scenario is another one now."""
    kind, _, rest = value.partition(":")
    pair = ("within", rest) if kind == "within" else ("who", value)
    kept = [p for p in given if p != pair and p[0] != "name"]
    return sorted(kept if pair in given else [*kept, pair])


def scenario_address(view: View, pairs: Iterable[tuple[str, str]]) -> str:
    """Where the result of a scenario stands; ``pairs`` are the scenario in an address."""
    return _address(view, "risk/shock", pairs)


def _address(view: View, path: str, pairs: Iterable[tuple[str, str]]) -> str:
    assert view.region is not None
    given = [*view.carried, *sorted(pairs)]
    place = f"/{quote(view.region.name)}/{path}"
    return f"{place}?{urlencode(given)}" if given else place


def _run(view: View, wanted: Scenario) -> dict[str, str]:
    """What the browser sends to run a scenario, and where the result stands."""
    assert view.region is not None
    return {
        "start": f"/api/v1/{quote(view.region.name)}/risk/shocks",
        "body": json.dumps(wanted.plain(), ensure_ascii=False),
        "then": _address(view, "risk/shock", _scenario_pairs(view.query)),
    }


def _remedy(view: View, wanted: Scenario) -> dict[str, str]:
    """What the browser sends to have the remedies of a scenario computed, on few networks: each is run anew."""
    assert view.region is not None
    few = replace(wanted, draws=min(wanted.draws, _REMEDY_DRAWS))
    return {
        "start": f"/api/v1/{quote(view.region.name)}/risk/remedies",
        "body": json.dumps(few.plain(), ensure_ascii=False),
        "then": f"{view.same()}#remedies",
    }


def _named(wanted: Scenario, title: Text, presets: Iterable[Preset], view: View) -> Scenario:
    """The scenario under a name that reads well where results are listed; a stress test keeps its own."""
    test = next((p.scenario_id for p in presets if shock.same(p.scenario, wanted, draws=False)), None)
    return replace(wanted, name=test or title.get(view.lang)[:200])


def _start(view: View, kind: str, draws: int | None = None) -> dict[str, str]:
    assert view.region is not None
    return {
        "start": f"/api/v1/{quote(view.region.name)}/risk/runs",
        "body": json.dumps({"kind": kind} | ({} if draws is None else {"draws": draws}), ensure_ascii=False),
        "then": view.same(),
    }


def _data(figure: fig.ShockDays, made: shock.ShockView, view: View) -> str:
    """Every path once, in tenths of a per cent, for the script that moves through the days."""
    distinct, which = paths(figure)
    lang = view.lang

    def tenths(values: Iterable[float], scale: float = 10.0) -> list[int]:
        return [round(v * scale) for v in values]

    total = figure.total
    text: Callable[[Text], str] = lambda t: t.get(lang)  # noqa: E731
    found = {
        "limits": LIMITS,
        "paths": [tenths(p) for p in distinct],
        "lamps": which,
        "total": [tenths(total.mid), tenths(total.low), tenths(total.high)],
        "sectors": [[text(g.name), tenths(g.path, 1000.0)] for g in made.run.sectors[:12] if g.path],
        "places": [[text(g.name), tenths(g.path, 1000.0)] for g in made.run.districts if g.path],
    }
    # An end tag inside a name would end the element that holds this.
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


RISK: tuple[tuple[str, str, str, Any], ...] = (
    ("/{region}/risk", "risk", "risk.html.j2", risk_page),
    ("/{region}/risk/scenario", "risk", "risk_scenario.html.j2", scenario_page),
    ("/{region}/risk/shock", "risk", "risk_shock.html.j2", shock_page),
    ("/{region}/risk/nodes/{key}", "risk", "risk_safety.html.j2", node_page),
    ("/{region}/risk/firms/{key}", "risk", "risk_safety.html.j2", firm_page),
)
