"""What a chain office asks of the chain: gaps, rates, owners, candidates."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from lianzhang.app.session import open_region, open_store
from lianzhang.app.state import region_head
from lianzhang.chain.service import (
    Candidate,
    ChainMap,
    Gaps,
    Owners,
    Rate,
    RegionalAccounts,
    candidates,
    chain_map,
    gaps,
    owners,
    regional_accounts,
    supporting_rates,
)
from lianzhang.chain.terms import load_terms
from lianzhang.config import Settings
from lianzhang.errors import NotComputableError, UnknownNameError
from lianzhang.i18n import Text
from lianzhang.places.service import Specialisation, specialisation
from lianzhang.store import Reader

if TYPE_CHECKING:
    from lianzhang.app.risk.gaps import NodeRisk


def chain_gaps(
    settings: Settings,
    as_of: date,
    taxonomy: str | None = None,
    weights: tuple[float, float, float] = (1.0, 1.0, 1.0),
    kind: str = "component",
) -> Gaps:
    """Ranked gaps of a chain, and the nodes to look at first."""
    with _opened(settings, as_of, taxonomy) as (reader, chain):
        return gaps(
            reader, chain, accounts_or_none(reader), places_or_none(reader), weights=weights, kind=kind
        )


def risks_of_nodes(settings: Settings) -> dict[str, NodeRisk]:
    """What hangs on each node by the kept rank of risk; nothing where none is kept. Read only."""
    with open_region(settings) as reader:
        name = reader.region.name
    if not any(entry.name == "risk.rank" for entry in open_store(settings).runs(name)):
        return {}
    # compiled kernels load slowly, and most regions have no rank
    from lianzhang.app.risk.gaps import kept_node_risks

    try:
        return kept_node_risks(settings)
    except NotComputableError:
        return {}


def chain_rates(
    settings: Settings, as_of: date, taxonomy: str | None = None, heterogeneity: float | None = None
) -> tuple[Rate, ...]:
    """The local supporting rate under each definition."""
    with _opened(settings, as_of, taxonomy) as (reader, chain):
        return supporting_rates(reader, chain, accounts_or_none(reader), heterogeneity=heterogeneity)


def chain_owners(settings: Settings, as_of: date, taxonomy: str | None = None) -> Owners:
    """The 1+10+1000 pattern."""
    with _opened(settings, as_of, taxonomy) as (reader, chain):
        return owners(reader, chain)


@dataclass(frozen=True, slots=True)
class NodeCandidates:
    """Firms elsewhere for one node. ``rank`` is that of the gap, 0 where it is not ranked."""

    node_id: str
    name: Text
    grade: str
    rank: int
    candidates: tuple[Candidate, ...]


def node_candidates(
    settings: Settings,
    as_of: date,
    taxonomy: str | None,
    node: str,
    most: int = 20,
    terms: Path | None = None,
) -> tuple[Candidate, ...]:
    """Firms elsewhere for a node, given by id or name.

    Args:
        terms: words that name the nodes in lists of products, in place of the bundled ones.

    Raises:
        UnknownNameError: no node of that id or name.
        InputError: ``terms`` is no table of words.
    """
    with _opened(settings, as_of, taxonomy) as (reader, chain):
        found = [n for n in chain.nodes if node in (n.node_id, n.name.zh, n.name.en)]
        if not found:  # part of a name will do where it is the only one that has it
            part = node.casefold()
            found = [n for n in chain.nodes if part in n.name.zh.casefold() or part in n.name.en.casefold()]
        if len(found) != 1:
            named = found or chain.nodes
            raise UnknownNameError(Text("节点", "node"), node, [t for n in named for t in n.name])
        return candidates(reader, chain, found[0].node_id, most, load_terms(terms))


def gap_candidates(
    settings: Settings,
    as_of: date,
    taxonomy: str | None = None,
    kind: str = "component",
    most: int = 5,
    terms: Path | None = None,
    broad: bool = True,
) -> tuple[NodeCandidates, ...]:
    """Firms elsewhere for every gap, the most pressing first, then for every node that nobody has looked at.

    Args:
        kind: ``component`` or ``assembly``.
        most: firms for one node.
        terms: words that name the nodes in lists of products, in place of the bundled ones.
        broad: also firms of which only the division is known; hundreds share one.

    Raises:
        InputError: ``terms`` is no table of words.
    """
    words = load_terms(terms)
    with _opened(settings, as_of, taxonomy) as (reader, chain):
        ranked = gaps(reader, chain, accounts_or_none(reader), places_or_none(reader), kind=kind)
        return tuple(
            NodeCandidates(
                node_id=g.node.node_id,
                name=g.node.name,
                grade=g.node.grade.name.lower(),
                rank=g.rank,
                candidates=tuple(
                    c
                    for c in candidates(reader, chain, g.node.node_id, most, words)
                    if broad or c.basis != "division"
                ),
            )
            for g in ranked.ranked + ranked.to_search
        )


def accounts_or_none(reader: Reader) -> RegionalAccounts | None:
    """The input–output results, or None where no table allows them."""
    try:
        return regional_accounts(reader)
    except NotComputableError:
        return None


def places_or_none(reader: Reader) -> Specialisation | None:
    """Specialisation of the districts, or None where there are no counts."""
    try:
        return specialisation(reader)
    except NotComputableError:
        return None


@contextmanager
def _opened(settings: Settings, as_of: date, taxonomy: str | None) -> Iterator[tuple[Reader, ChainMap]]:
    with open_region(settings) as reader:
        yield reader, chain_map(reader, region_head(reader).region_id, as_of, taxonomy)
