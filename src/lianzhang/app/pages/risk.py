"""Risk of the firm network, as far as its commands have been run."""

from __future__ import annotations

from lianzhang.app.browse.desk import Desk
from lianzhang.app.pages.content import Content, failed, gathered
from lianzhang.app.report import risk as section
from lianzhang.app.report.provenance import Provenance
from lianzhang.app.report.stress import NAMED, told_apart
from lianzhang.app.risk.gaps import GapLink, linked
from lianzhang.app.risk.kept import KeptRisk, kept_risk
from lianzhang.app.risk.runs import latest
from lianzhang.app.state import State
from lianzhang.errors import NotComputableError
from lianzhang.i18n import Text
from lianzhang.store import Reader

TITLE = Text("风险", "Risk")


def kept_of(desk: Desk, reader: Reader) -> KeptRisk | None:
    """What the commands of risk have kept, read once until another run is kept.

    Raises:
        NotComputableError: a table that the network rests on is empty.
    """
    runs = len(desk.readers.manifest().runs)
    return desk.remember(
        reader, ("risk.kept", runs), lambda: kept_risk(desk.store, reader, reader.region.root)
    )


#: Kept runs by the command that makes them.
_RUNS = {"risk.rank": "rank", "risk.shock": "stress", "risk.remedy": "remedy", "risk.points": "points"}


def older(desk: Desk, reader: Reader) -> frozenset[str]:
    """Commands of which the store keeps only what cannot be shown: older data gave it, or its layout is an older one."""
    names = {e.name for e in desk.store.runs(reader.region.name)} & _RUNS.keys()
    return frozenset(
        _RUNS[n] for n in names if next(latest(desk.store, reader, n, earlier=True), None) is None
    )


def gaps_helped(desk: Desk, reader: Reader, state: State) -> tuple[GapLink, ...]:
    """Gaps of the chain that the remedies on the page would help to close, each once, in the order of the remedies."""
    kept = kept_of(desk, reader)
    if kept is None or not kept.remedies:
        return ()
    found = linked(kept.groups, told_apart(kept.remedies)[0], state.gaps)
    return tuple({g.node_id: g for r in found for g in r.gaps[:NAMED]}.values())


def risk_view(desk: Desk, reader: Reader, state: State) -> Content:
    """Rank, critical sectors, stress tests and remedies that were kept; where there are none, what would fill it.

    ``state`` names the gaps of the chain beside the remedies that would help to close them.
    """
    origins = Provenance(reader)
    try:
        kept = kept_of(desk, reader)
    except NotComputableError as error:
        return gathered(TITLE, origins, [("risk", failed(TITLE, error))])
    made = section.section(kept, origins, state=state, older=older(desk, reader))
    blocks = [(f"risk-{n}", b) for n, b in enumerate(made.blocks, start=1)]
    return gathered(made.title, origins, blocks, made.lead)
