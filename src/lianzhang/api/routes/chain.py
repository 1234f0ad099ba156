"""Results of the chain: the map, the cluster system, gaps, rates, owners, candidates."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import Path, Query, Request
from pydantic import Field
from starlette.responses import Response

from lianzhang.api.models import model_of
from lianzhang.api.parameters import Dated, RegionName
from lianzhang.api.quick import QuickRouter
from lianzhang.api.routes.answers import answer, described, listing
from lianzhang.app.browse.desk import Desk
from lianzhang.app.chain import accounts_or_none, places_or_none
from lianzhang.app.state import region_head
from lianzhang.chain.service import (
    Candidate,
    ChainMap,
    ClusterSystem,
    Gaps,
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
        **described(model_of(ChainMap)),
    )
    def chain_of_region(region: RegionName, request: Request, given: Annotated[Chosen, Query()]) -> Response:
        """Systems, assemblies and components with makers, evidence and strict grades. Unknown is not missing."""
        return answer(desk, request, region, lambda r: graded(r, given.day, given.taxonomy), given.day)

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
