"""The state of the region at a glance, and what changed since the last load."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from lianzhang.app.browse.desk import Desk
from lianzhang.app.pages.chain import wall
from lianzhang.app.pages.content import Content, Link, blocks_of, empty, failed, gathered
from lianzhang.app.pages.doing import Step, Told, steps, told_since
from lianzhang.app.pages.plan import linked_tracker
from lianzhang.app.report import accounts, chain, clusters, places, targets
from lianzhang.app.report.provenance import Provenance
from lianzhang.app.state import State
from lianzhang.chain.service import ChainMap, ClusterSystem, RegionalAccounts
from lianzhang.i18n import Text
from lianzhang.places.service import Specialisation
from lianzhang.report import figures as fig
from lianzhang.report import model as m
from lianzhang.report import values as num
from lianzhang.report.words import TROUBLE, VERDICT
from lianzhang.schema import table
from lianzhang.store import Reader, RegionEntry
from lianzhang.store.manifest import history_path, read_manifest

_TROUBLES = 5
#: Manifests that are looked through for the state before.
_KEPT = 200


@dataclass(frozen=True, slots=True)
class TableChange:
    """A table that differs from the load before. ``rows`` is the difference in rows; 0 where only values changed."""

    name: Text
    rows: int


@dataclass(frozen=True, slots=True)
class VerdictChange:
    """A target whose verdict changed."""

    label: Text
    before: Text
    now: Text


@dataclass(frozen=True, slots=True)
class Changes:
    """What is different from the state before; ``first`` if there is none before. ``added``: since the load, by figures
    and decisions; else by the load itself."""

    loaded_at: datetime
    version: str
    first: bool
    added: bool
    tables: tuple[TableChange, ...]
    verdicts: tuple[VerdictChange, ...]
    told: Told


@dataclass(frozen=True, slots=True)
class Overview:
    """Sentences, key figures, the three pictures, what changed, and what to do next."""

    content: Content
    changes: Changes
    steps: tuple[Step, ...]


def overview(desk: Desk, reader: Reader, state: State, link: Link) -> Overview:
    """The state in sentences and figures. What could not be computed says why."""
    origins = Provenance(reader)
    lead: list[num.Prose] = []
    blocks: list[tuple[str, m.Block]] = []
    if state.targets:
        lead.append(targets.summary(state.targets, origins))
    if isinstance(state.clusters, ClusterSystem):
        lead.append(clusters.summary(state.clusters, origins))
    if isinstance(state.chain, ChainMap):
        lead.append(chain.summary(state.chain, origins))
    if isinstance(state.accounts, RegionalAccounts):
        lead.append(accounts.summary(state.accounts, origins))
    blocks.append(("tracker", linked_tracker(_tracker(state, origins), state.targets, reader, link)))
    if isinstance(state.chain, ChainMap):
        blocks.append(("wall", wall(state.chain, origins, link)))
    else:
        blocks.append(("wall", failed(Text("产业链", "Chain"), state.chain)))
    if isinstance(state.places, Specialisation):
        made = blocks_of(places.section(state.places, reader, origins), fig.HexCity)
        blocks += [("map", _linked_map(b, reader, link)) for b in made[:1]]
    else:
        blocks.append(("map", failed(Text("区县", "Places"), state.places)))
    if isinstance(state.clusters, ClusterSystem):
        made = blocks_of(clusters.section(state.clusters, origins), fig.TierBars)
        blocks += [("tiers", b) for b in made]
    keys = targets.key_figures(state.targets, origins) if state.targets else ()
    title = Text(
        f"{state.region.name.zh}产业集群现状", f"The state of {state.region.name.en}’s industrial clusters"
    )
    content = gathered(title, origins, blocks, lead, keys)
    return Overview(content, changes(desk, reader), steps(desk, reader, state))


def _tracker(state: State, origins: Provenance) -> m.Block:
    """The targets most in trouble, those that can be compared first."""
    rows = [r for r in state.targets if r.ledger.latest is not None or r.verdict in ("met", "missed")]
    if not rows:
        return empty(
            Text("还没有可比的目标", "No target to compare yet"),
            Text("没有目标，或目标没有实际值", "there are no targets, or none has an observed figure"),
            Text("读入规划文件，再补录实际值", "read a plan, then add observed figures"),
            "lianzhang plan read",
        )
    made = targets.section(tuple(rows), origins)
    block = blocks_of(made, fig.Tracker)[0]
    assert isinstance(block.figure, fig.Tracker)
    ordered = sorted(block.figure.rows, key=lambda r: (TROUBLE.index(r.verdict), r.probability or 0.0))
    return replace(block, figure=replace(block.figure, rows=tuple(ordered[:_TROUBLES])))


def _linked_map(block: m.Block, reader: Reader, link: Link) -> m.Block:
    assert isinstance(block.figure, fig.HexCity)
    ids = {
        Text(r["name_zh"], r["name_en"]): r["region_id"]
        for r in reader.sql(
            "SELECT region_id, name_zh, name_en FROM geo_hexes JOIN regions USING (region_id)"
        ).to_pylist()
    }
    cells = tuple(
        replace(c, link=link("place", ids[c.name]) if c.name in ids else None) for c in block.figure.cells
    )
    return replace(block, figure=replace(block.figure, cells=cells))


def changes(desk: Desk, reader: Reader) -> Changes:
    """Tables and verdicts that differ from the load before this one."""
    now = reader.region
    before = _before(desk, now)
    loaded = datetime.fromisoformat(now.loaded_at)
    if loaded.tzinfo is None:
        loaded = loaded.replace(tzinfo=UTC)
    if before is None:
        return Changes(loaded, now.version, True, False, (), (), Told((), 0))
    names = sorted({*now.tables, *before.tables})
    tables = tuple(
        TableChange(table(n).label, now.rows.get(n, 0) - before.rows.get(n, 0))
        for n in names
        if now.table_hash(n) != before.table_hash(n)
    )
    added = before.loaded_at == now.loaded_at
    differs = any(now.table_hash(n) != before.table_hash(n) for n in ("observations", "statements"))
    told = told_since(desk, reader, before) if differs else Told((), 0)
    return Changes(loaded, now.version, False, added, tables, _verdicts(desk, now), told)


def _before(desk: Desk, now: RegionEntry) -> RegionEntry | None:
    """The state to compare with, from the kept manifests: as it was loaded, where something was added since; else as it
    was before the load."""
    as_loaded = now
    serial = desk.readers.manifest().serial
    for number in range(serial - 1, max(-1, serial - _KEPT), -1):
        path = history_path(desk.store.path, number)
        if not path.is_file():
            continue
        entry = read_manifest(path).regions.get(now.name)
        if entry is not None and entry.loaded_at == now.loaded_at:
            as_loaded = entry
            continue
        return as_loaded if as_loaded.snapshot_id != now.snapshot_id else entry
    return as_loaded if as_loaded.snapshot_id != now.snapshot_id else None


def _verdicts(desk: Desk, now: RegionEntry) -> tuple[VerdictChange, ...]:
    """Verdicts of the last kept tracking of this state against the last one of another state."""
    runs = [r for r in desk.store.runs(now.name) if r.name == "plan.track"]
    runs.sort(key=lambda r: r.started)
    current = [r for r in runs if all(now.table_hash(t) == h for t, h in r.inputs.items())]
    former = [r for r in runs if r not in current]
    if not current or not former:
        return ()
    old, new = (
        {r["statement_id"]: r for r in desk.store.run(e[-1].run_id).table("targets").to_pylist()}
        for e in (former, current)
    )
    changed = [
        VerdictChange(
            Text(row["label_zh"], row["label_en"]), VERDICT[old[key]["verdict"]], VERDICT[row["verdict"]]
        )
        for key, row in new.items()
        if key in old and old[key]["verdict"] != row["verdict"]
    ]
    return tuple(changed)
