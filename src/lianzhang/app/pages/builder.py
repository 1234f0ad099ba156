"""Put a scenario together: who fails, from which day, how long, how deep; and what is kept of it already."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import TypeAlias

from lianzhang.app.browse.desk import Desk
from lianzhang.app.browse.risking import region_of
from lianzhang.app.pages import firms as register
from lianzhang.app.pages.shock import find, same
from lianzhang.app.report.shock_days import hexes
from lianzhang.app.risk import scenario, shocks, stress, targets
from lianzhang.app.risk.runs import Earlier, Region, made_earlier
from lianzhang.app.risk.scenario import Scenario, Who
from lianzhang.app.risk.stress import Preset
from lianzhang.app.risk.targets import Choices
from lianzhang.app.state import State
from lianzhang.chain.service import ChainMap
from lianzhang.errors import NotComputableError
from lianzhang.i18n import Text
from lianzhang.report import figures as fig
from lianzhang.report import values as num
from lianzhang.report.format import listing, short_place
from lianzhang.store import Reader, RunEntry

TITLE = Text("情景推演", "Scenario")
Toggle: TypeAlias = Callable[[str], str]
"""Address with somebody, as an address writes it, added or taken out again."""
#: Registered firms offered by the search.
_FOUND = 6
RECOVERY_TEXT: Mapping[str, Text] = {
    "at once": Text("立即恢复", "at once"),
    "linear": Text("匀速恢复", "evenly"),
    "exponential": Text("先快后慢", "fast, then slowly"),
}
STOCK_TEXT: Mapping[str, Text] = {
    "poisson": Text("各家不同（泊松分布）", "differing by firm (Poisson)"),
    "equal": Text("各家相同", "the same for all"),
}
DEPTHS = (1.0, 0.75, 0.5, 0.25, 0.1)


@dataclass(frozen=True, slots=True)
class Chosen:
    """Somebody who fails, or a district that the failure keeps to; ``value`` is how an address writes it."""

    value: str
    name: Text


@dataclass(frozen=True, slots=True)
class FirmHit:
    """A registered firm that can be chosen."""

    value: str
    name: Text
    about: Text


@dataclass(frozen=True, slots=True)
class Builder:
    """A scenario in the making. ``wanted`` is None until somebody is chosen; ``settings`` are the other fields.

    ``kept`` is its newest result; ``earlier`` tells which earlier version of the program made that, if one did.
    """

    wanted: Scenario | None
    title: Text | None
    sentence: Text | None
    who: tuple[Chosen, ...]
    within: tuple[Chosen, ...]
    settings: Mapping[str, object]
    choices: Choices
    found: tuple[FirmHit, ...]
    kept: RunEntry | None
    earlier: Earlier | None
    presets: tuple[Preset, ...]
    picture: fig.ShockDays


def builder_view(
    desk: Desk,
    reader: Reader,
    state: State,
    query: Iterable[tuple[str, str]],
    words: str,
    toggle: Toggle,
    *,
    districts_limit: bool,
) -> Builder:
    """The scenario that an address names, with everything that can be added to it.

    Args:
        desk: what the server works with.
        reader: the loaded region.
        state: its state, for the chain.
        query: parameters of the address.
        words: registered firms are searched by them.
        toggle: address with somebody added, or taken out again.
        districts_limit: a district that is picked limits the failure instead of failing as a whole.

    Raises:
        InputError: a value of the address is out of range.
        NotComputableError: a table that the network rests on is empty.
    """
    pairs = sorted(query)
    region = region_of(desk, reader)
    wanted = scenario.from_query(pairs)
    choices = desk.remember(
        reader, "risk.choices", lambda: targets.choices(reader, region.industry, region.groups)
    )
    known = presets(desk, reader)
    picture = _picture(reader, state, choices, wanted, toggle, limit=districts_limit)
    kept = find(desk, reader, wanted) if wanted else None
    return Builder(
        wanted=wanted,
        title=title_of(reader, region, wanted, known) if wanted else None,
        sentence=sentence(reader, region, wanted) if wanted else None,
        who=tuple(Chosen(written(w), name_of(reader, region, w)) for w in (wanted.who if wanted else ())),
        within=tuple(
            Chosen(d, region.groups.find("region", d).name) for d in (wanted.within if wanted else ())
        ),
        settings=_settings(wanted, dict(pairs)),
        choices=choices,
        found=_search(desk, reader, words),
        kept=kept,
        earlier=made_earlier([kept] if kept else []),
        presets=known,
        picture=picture,
    )


def presets(desk: Desk, reader: Reader) -> tuple[Preset, ...]:
    """The stress tests of the pack, with what is kept of them; none where it names none."""
    try:
        return stress.presets(desk.store, reader, earlier=True)
    except NotComputableError:
        return ()


def written(who: Who) -> str:
    """How an address writes who fails."""
    return f"{who.kind}:{who.id}" + (f":{who.firms}" if who.firms is not None else "")


def name_of(reader: Reader, region: Region, who: Who) -> Text:
    """Who fails, in words.

    Raises:
        UnknownNameError: there is nobody of that kind and id.
    """
    if who.kind == "firm":
        return targets.registered(reader, region.groups, who.id).name
    if who.kind == "inflow":
        name = _sector_or_node(region, who.id)
        return Text(f"外地来的{name.zh}", f"inflow of {_small(name.en)}")
    if who.kind == "largest":
        name = _sector_or_node(region, who.id)
        if who.firms == 1:
            return Text(f"{name.zh}最大的一家", f"the largest firm of {_small(name.en)}")
        return Text(f"{name.zh}最大的{who.firms}家", f"the {who.firms} largest firms of {_small(name.en)}")
    return region.groups.find(who.kind, who.id).name


def _sector_or_node(region: Region, key: str) -> Text:
    if any(g.id == key for g in region.groups.nodes):
        return region.groups.find("node", key).name
    return region.groups.find("sector", key).name


def title_of(reader: Reader, region: Region, wanted: Scenario, known: tuple[Preset, ...]) -> Text:
    """Name of a scenario: as given, that of the stress test it is, else composed of who and how long."""
    for preset in known:
        if same(preset.scenario, wanted, draws=False):
            return preset.name
    if wanted.name != _plain(wanted):
        return shocks.title_of(reader, wanted)
    who = [name_of(reader, region, w) for w in wanted.who]
    zh, en = _few([w.zh for w in who], "zh"), _few([w.en for w in who], "en")
    much = f"{(wanted.depth) * 100:g}%"
    if wanted.depth >= 1:
        return Text(f"{zh}停产{wanted.days}天", f"{en}: stopped for {wanted.days} days")
    return Text(f"{zh}减产{much}、{wanted.days}天", f"{en}: {much} less for {wanted.days} days")


def _plain(wanted: Scenario) -> str:
    """The name that a scenario has when its address gives none."""
    found = scenario.from_query([(k, v) for k, v in scenario.to_query(wanted) if k != "name"])
    return found.name if found else ""


def _few(names: list[str], lang: str) -> str:
    shown = listing(names[:3], "zh" if lang == "zh" else "en")
    if len(names) <= 3:
        return shown
    return f"{shown}等{len(names)}处" if lang == "zh" else f"{shown} and {len(names) - 3} more"


def sentence(reader: Reader, region: Region, wanted: Scenario) -> Text:
    """The whole scenario in a sentence."""
    who = [name_of(reader, region, w) for w in wanted.who]
    zh, en = listing([w.zh for w in who], "zh"), listing([w.en for w in who], "en")
    if wanted.within:
        places_ = [region.groups.find("region", d).name for d in wanted.within]
        zh += f"（只限{listing([p.zh for p in places_], 'zh')}）"
        en += f" (only in {listing([p.en for p in places_], 'en')})"
    much = (
        Text("全部停产", "stops")
        if wanted.depth >= 1
        else Text(f"产能减少{wanted.depth * 100:g}%", f"loses {wanted.depth * 100:g}% of capacity")
    )
    back = Text("之后立即恢复", "recovers at once")
    if wanted.recovery != "at once" and wanted.recovery_days:
        how = RECOVERY_TEXT[wanted.recovery]
        back = Text(
            f"之后{wanted.recovery_days}天{how.zh}", f"recovers {how.en} in {wanted.recovery_days} days"
        )
    return Text(
        f"{zh}从第{wanted.first_day}天起{much.zh}，持续{wanted.days}天，{back.zh}；企业平均备有{wanted.stock_days:g}天的每种投入。",
        f"{en}: from day {wanted.first_day} on it {much.en} for {wanted.days} days and {back.en}; firms hold "
        f"{wanted.stock_days:g} days of every input on average.",
    )


def _settings(wanted: Scenario | None, given: Mapping[str, str]) -> dict[str, object]:
    """Values of the other fields: those of the scenario, or as written where nobody is chosen yet."""
    default = {f.name: f.default for f in fields(Scenario) if f.name not in ("name", "who", "within")}
    if wanted is not None:
        return {name: getattr(wanted, name) for name in default}
    return {name: given.get(name) or value for name, value in default.items()}


def _search(desk: Desk, reader: Reader, words: str) -> tuple[FirmHit, ...]:
    if not words.strip():
        return ()
    found = register.search(desk, reader, register.Query(words=words.strip()[:100]))
    return tuple(
        FirmHit(
            f"firm:{line.firm_id}",
            line.name,
            Text(
                " · ".join(t.zh for t in (line.place, line.sector) if t),
                " · ".join(t.en for t in (line.place, line.sector) if t),
            ),
        )
        for line in found.lines
        if line.sector is not None
    )[:_FOUND]


def _picture(
    reader: Reader,
    state: State,
    choices: Choices,
    wanted: Scenario | None,
    toggle: Toggle,
    *,
    limit: bool,
) -> fig.ShockDays:
    """Wall and hex city to pick from; lamps that can be chosen are lit."""
    taken = {written(w) for w in (wanted.who if wanted else ())}
    only = set(wanted.within if wanted else ())
    nodes = {c.id: c for c in choices.nodes}
    districts = {c.id: c for c in choices.districts}

    def lamp(value: str, name: Text, *, hit: bool, known: bool) -> fig.Lamp:
        if not known:
            return fig.Lamp(name=name, path=None)
        return fig.Lamp(name=name, path=(100.0,), hit=hit, link=toggle(value))

    sections = []
    if isinstance(state.chain, ChainMap):
        chain = state.chain
        systems = chain.of_kind("system")
        for system in systems or [n for n in chain.nodes if n.parent_id is None]:
            courses = []
            for assembly in chain.children(system.node_id):
                above = {f"node:{assembly.node_id}", f"node:{system.node_id}"} & taken
                bricks = tuple(
                    lamp(
                        f"node:{n.node_id}",
                        n.name,
                        hit=bool(above) or f"node:{n.node_id}" in taken,
                        known=n.node_id in nodes,
                    )
                    for n in chain.children(assembly.node_id) or [assembly]
                )
                courses.append(fig.LampCourse(assembly.name, bricks))
            if courses:
                sections.append(fig.LampSection(system.name, tuple(courses)))
    cells = tuple(
        fig.LampCell(
            lamp=lamp(
                f"within:{h['region_id']}" if limit else f"region:{h['region_id']}",
                Text(h["name_zh"], h["name_en"]),
                hit=h["region_id"] in only or f"region:{h['region_id']}" in taken,
                known=h["region_id"] in districts,
            ),
            q=h["q"],
            r=h["r"],
            short=Text(h["short_zh"], short_place(h["name_en"], "en")),
        )
        for h in hexes(reader, state)
    )
    nothing = fig.DayPath(
        name=TITLE,
        low=(100.0,),
        mid=(100.0,),
        high=(100.0,),
        shock=(0, 0),
        lowest=num.Quantity(100.0, "pct", ""),
    )
    return fig.ShockDays(
        title=Text("选谁受冲击", "Choose who is hit"),
        measure=TITLE,
        total=nothing,
        worst=(),
        wall=tuple(sections),
        city=cells,
        day=0,
    )


def _small(name: str) -> str:
    return name if name[:2].isupper() else name[:1].lower() + name[1:]
