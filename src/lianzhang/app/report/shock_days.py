"""The picture of a shock on one day: the wall of the chain and the hex city, dimmed by what is still made."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from lianzhang.app.state import State
from lianzhang.chain.service import ChainMap
from lianzhang.i18n import Text
from lianzhang.places import queries as places
from lianzhang.report import figures as fig
from lianzhang.report import values as num
from lianzhang.report.format import short_place
from lianzhang.schema.period import parse_period
from lianzhang.store import Reader

if TYPE_CHECKING:
    from lianzhang.app.risk.outcome import GroupPath, ShockRun

#: Address of the page about a thing, by what it is and its id; None in a report.
Link = Callable[[Literal["node", "place"], str], str | None]


def shock_days(
    reader: Reader,
    state: State,
    run: ShockRun,
    title: Text,
    day: int,
    origin: str,
    link: Link = lambda thing, name: None,
) -> fig.ShockDays:
    """Wall and hex city on one day of a run, with the days of all industry and of the sectors hit most.

    Args:
        reader: the loaded region.
        state: for the chain and the day of the districts.
        run: a scenario's result.
        title: of the figure.
        day: the day that is shown.
        origin: of the figures.
        link: address of the page about a node or place; pages only.
    """
    wanted = run.scenario
    low, mid, high = ([v * 100 for v in p] for p in (run.output.low, run.output.mid, run.output.high))
    nodes = {w.id for w in wanted.who if w.kind == "node"}
    hit_places = {w.id for w in wanted.who if w.kind == "region"} | set(wanted.within)
    worst = [g for g in run.sectors if g.lowest is not None and g.lowest.mid < 0.99]
    return fig.ShockDays(
        title=title,
        measure=Text("日产出，占平日的比例", "Daily output, share of the usual"),
        total=fig.DayPath(
            name=Text("全部工业的日产出", "Daily output of all industry"),
            low=tuple(low),
            mid=tuple(mid),
            high=tuple(high),
            shock=(wanted.first_day, wanted.first_day + wanted.days),
            lowest=num.Quantity(min(mid), "pct", origin),
        ),
        worst=tuple(fig.Lamp(name=g.name, path=_percent(g)) for g in worst[:3]),
        wall=_wall(state, run, nodes, link),
        city=_city(reader, state, run, hit_places, link),
        day=day,
    )


def _percent(group: GroupPath | None) -> tuple[float, ...] | None:
    if group is None or group.path is None:
        return None
    return tuple(round(v * 100, 2) for v in group.path)


def _wall(state: State, run: ShockRun, hit: set[str], link: Link) -> tuple[fig.LampSection, ...]:
    if not isinstance(state.chain, ChainMap):
        return ()
    chain, known = state.chain, {g.id: g for g in run.nodes}

    def bricks(parent: str) -> tuple[fig.Lamp, ...]:
        above = parent in hit or (chain.node(parent).parent_id or "") in hit
        return tuple(
            fig.Lamp(
                name=n.name,
                path=_percent(known.get(n.node_id)),
                hit=above or n.node_id in hit,
                link=link("node", n.node_id),
            )
            for n in chain.children(parent)
            if not chain.children(n.node_id)
        )

    sections = []
    for system in chain.of_kind("system"):
        courses = [fig.LampCourse(a.name, bricks(a.node_id)) for a in chain.children(system.node_id)]
        sections.append(fig.LampSection(system.name, tuple(c for c in courses if c.bricks)))
    if any(s.courses for s in sections):
        return tuple(s for s in sections if s.courses)
    flat = [fig.LampCourse(n.name, bricks(n.node_id)) for n in chain.nodes if chain.children(n.node_id)]
    courses = [c for c in flat if c.bricks]
    return (fig.LampSection(chain.name, tuple(courses)),) if courses else ()


def _city(reader: Reader, state: State, run: ShockRun, hit: set[str], link: Link) -> tuple[fig.LampCell, ...]:
    known = {g.id: g for g in run.districts}
    return tuple(
        fig.LampCell(
            lamp=fig.Lamp(
                name=Text(h["name_zh"], h["name_en"]),
                path=_percent(known.get(h["region_id"])),
                hit=h["region_id"] in hit,
                link=link("place", h["region_id"]),
            ),
            q=h["q"],
            r=h["r"],
            short=Text(h["short_zh"], short_place(h["name_en"], "en")),
        )
        for h in hexes(reader, state)
    )


def hexes(reader: Reader, state: State) -> list[dict[str, Any]]:
    """Hexagons of the districts that there were when the network's firms were counted."""
    counted = reader.sql("SELECT max(period) AS period FROM sector_counts")["period"][0].as_py()
    day = parse_period(counted).end if counted else state.as_of
    return reader.sql(places.HEXES, {"day": day}).to_pylist()
