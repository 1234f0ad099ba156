"""What a chain office asks of the chain: gaps, rates, owners, candidates."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from lianzhang.app.session import open_region
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
from lianzhang.config import Settings
from lianzhang.errors import NotComputableError, UnknownNameError
from lianzhang.i18n import Text
from lianzhang.places.service import Specialisation, specialisation
from lianzhang.store import Reader


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


def node_candidates(
    settings: Settings, as_of: date, taxonomy: str | None, node: str, most: int = 20
) -> tuple[Candidate, ...]:
    """Firms elsewhere for a node, given by id or name.

    Raises:
        UnknownNameError: no node of that id or name.
    """
    with _opened(settings, as_of, taxonomy) as (reader, chain):
        found = [n for n in chain.nodes if node in (n.node_id, n.name.zh, n.name.en)]
        if not found:
            raise UnknownNameError(Text("节点", "node"), node, [t for n in chain.nodes for t in n.name])
        return candidates(reader, chain, found[0].node_id, most)


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
