"""Results of the chain: the map, the cluster system, gaps, rates, owners, candidates."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated, Any

from fastapi import Path, Query, Request
from pydantic import Field, create_model
from starlette.responses import Response

from lianzhang.api.models import model_of
from lianzhang.api.parameters import Dated, RegionName
from lianzhang.api.quick import QuickRouter
from lianzhang.api.routes.answers import answer, described, listing
from lianzhang.app.browse.desk import Desk
from lianzhang.app.browse.plain import plain
from lianzhang.app.chain import accounts_or_none, places_or_none
from lianzhang.app.state import region_head
from lianzhang.chain.service import (
    Candidate,
    ChainMap,
    ClusterSystem,
    Gaps,
    Node,
    Owners,
    Rate,
    RegionalAccounts,
    candidates,
    chain_map,
    cluster_system,
    gaps,
    owners,
    supporting_rates,
)
from lianzhang.places.service import Specialisation
from lianzhang.store import Reader


class Chosen(Dated):
    """Parameters of a taxonomy graded as of a day."""

    taxonomy: str | None = Field(
        default=None, max_length=200, description="Id of a taxonomy; the main one by default. 分类体系"
    )


class Mapped(Chosen):
    """Parameters of the map."""

    makers: int = Field(
        default=10,
        ge=0,
        le=100_000,
        description="At most so many makers of a node, those that count for its grade first; `chain/node_makers` lists "
        "all. 每个节点至多列出的企业数",
    )


class Weighted(Chosen):
    """Parameters of the rank of gaps: exponents of its three factors."""

    value: float = Field(default=1.0, ge=0, le=10, description="Weight of value at stake. 涉及采购额的权重")
    exposure: float = Field(
        default=1.0, ge=0, le=10, description="Weight of exposure. 对单一来源的依赖的权重"
    )
    feasibility: float = Field(default=1.0, ge=0, le=10, description="Weight of feasibility. 本地基础的权重")


class Counted(Chosen):
    """Parameters of a list of candidates."""

    most: int = Field(default=20, ge=1, le=500, description="At most so many firms. 最多企业数")


_MAPPED_NODE = create_model(
    "ChainMappedNode",
    __base__=model_of(Node),
    makers_total=(int, Field(ge=0, description="Makers on record, listed or not; unit: records. 全部记录数")),
    local_makers_total=(
        int,
        Field(ge=0, description="Local firms that make it now, listed or not; unit: firms. 本地在产企业数"),
    ),
)
#: The map as it is given: no more makers of a node than asked for, and how many there are.
MAP = create_model(
    "ChainChainMap",
    __base__=model_of(ChainMap),
    nodes=(list[_MAPPED_NODE], Field(description="In the order of the chain. 按链上次序")),  # type: ignore[valid-type]
)


def _mapped(found: ChainMap, most: int) -> dict[str, Any]:
    nodes: list[dict[str, Any]] = []
    for node in found.nodes:
        listed, local = node.makers, node.local_makers
        if len(listed) > most:
            first = {id(maker) for maker in local}
            listed = (*local, *(maker for maker in listed if id(maker) not in first))[:most]
        shown: dict[str, Any] = plain(replace(node, makers=listed))
        nodes.append(shown | {"makers_total": len(node.makers), "local_makers_total": len(local)})
    whole: dict[str, Any] = plain(replace(found, nodes=()))
    return whole | {"nodes": nodes}


def chain_router(desk: Desk) -> QuickRouter:
    """Operations of the chain."""
    router = QuickRouter()

    def graded(reader: Reader, day: date, taxonomy: str | None) -> ChainMap:
        return desk.remember(
            reader,
            ("map", day, taxonomy),
            lambda: chain_map(reader, region_head(reader).region_id, day, taxonomy),
        )

    def accounts(reader: Reader) -> RegionalAccounts | None:
        return desk.remember(reader, "accounts", lambda: accounts_or_none(reader))

    def counts(reader: Reader) -> Specialisation | None:
        return desk.remember(reader, "specialisation", lambda: places_or_none(reader))

    @router.get(
        "/{region}/chain/map",
        tags=["chain"],
        summary="The chain, graded 产业链图",
        **described(MAP),
    )
    def chain_of_region(region: RegionName, request: Request, given: Annotated[Mapped, Query()]) -> Response:
        """Systems, assemblies and components with makers, evidence and strict grades. Unknown is not missing."""
        return answer(
            desk,
            request,
            region,
            lambda r: _mapped(graded(r, given.day, given.taxonomy), given.makers),
            given.day,
        )

    @router.get(
        "/{region}/chain/system",
        tags=["chain"],
        summary="The cluster system 集群体系",
        **described(model_of(ClusterSystem)),
    )
    def chain_system(region: RegionName, request: Request, given: Annotated[Chosen, Query()]) -> Response:
        """Tiers and clusters with enterprises counted once, figures and distance to their level."""
        return answer(
            desk,
            request,
            region,
            lambda r: cluster_system(r, region_head(r).region_id, counts(r), given.taxonomy),
        )

    @router.get(
        "/{region}/chain/gaps", tags=["chain"], summary="Gaps, ranked 缺口排序", **described(model_of(Gaps))
    )
    def chain_gaps(region: RegionName, request: Request, given: Annotated[Weighted, Query()]) -> Response:
        """What is missing or has one source: value at stake × exposure × feasibility, each with its inputs."""

        def find(reader: Reader) -> Gaps:
            chain = graded(reader, given.day, given.taxonomy)
            weights = (given.value, given.exposure, given.feasibility)
            return gaps(reader, chain, accounts(reader), counts(reader), weights=weights)

        return answer(desk, request, region, find, given.day)

    @router.get(
        "/{region}/chain/rates",
        tags=["chain"],
        summary="Local supporting rates 本地配套率",
        **described(listing(model_of(Rate), "ChainRates")),
    )
    def chain_rates(region: RegionName, request: Request, given: Annotated[Chosen, Query()]) -> Response:
        """The rate under each named definition, side by side; where one cannot be computed, why."""

        def find(reader: Reader) -> dict[str, Any]:
            chain = graded(reader, given.day, given.taxonomy)
            return {"items": supporting_rates(reader, chain, accounts(reader))}

        return answer(desk, request, region, find, given.day)

    @router.get(
        "/{region}/chain/owners",
        tags=["chain"],
        summary="The 1+10+1000 pattern 链主格局",
        **described(model_of(Owners)),
    )
    def chain_owners(region: RegionName, request: Request, given: Annotated[Chosen, Query()]) -> Response:
        """Owner, leaders and suppliers as the graph has them."""
        return answer(
            desk, request, region, lambda r: owners(r, graded(r, given.day, given.taxonomy)), given.day
        )

    @router.get(
        "/{region}/chain/nodes/{node_id}/candidates",
        tags=["chain"],
        summary="Firms elsewhere for a node 候选企业",
        **described(listing(model_of(Candidate), "ChainCandidates")),
    )
    def node_candidates(
        region: RegionName,
        node_id: Annotated[str, Path(min_length=1, max_length=300)],
        request: Request,
        given: Annotated[Counted, Query()],
    ) -> Response:
        """Firms on record as making it, then firms of its sector, each with why."""

        def find(reader: Reader) -> dict[str, Any]:
            return {
                "items": candidates(reader, graded(reader, given.day, given.taxonomy), node_id, given.most)
            }

        return answer(desk, request, region, find, given.day)

    return router
