"""Frozen inputs and results of the word `firms`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words that speak for one finding.

    ``first`` and ``last`` are character offsets in the firm's scope or name: ``text == source[first:last]``.
    """

    field: Literal["is_maker", "gb2", "chain", "clusters"]
    code: str
    source: Literal["scope", "name"]
    first: int
    last: int
    text: str

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "field": self.field, "code": self.code, "source": self.source, "start": self.first, "end": self.last,
            "text": self.text,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Classification:
    """What a firm does, in the codes of the chain and of the clusters.

    Attributes:
        gb2: GB/T 4754-2017 division of the main activity, two digits, or None where nothing speaks for one.
        chain, clusters: codes, in alphabetical order.
        maker_confidence, gb2_confidence: of the maker verdict and of the division, 0 to 1.
        chain_confidence, cluster_confidence: of each code, in the order of ``chain`` and ``clusters``; empty where no
            evidence was kept.
    """

    uscc: str
    is_maker: bool
    gb2: str | None
    chain: tuple[str, ...]
    clusters: tuple[str, ...]
    maker_confidence: float
    gb2_confidence: float
    evidence: tuple[Evidence, ...] = ()
    chain_confidence: tuple[float, ...] = ()
    cluster_confidence: tuple[float, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """For JSON: the lists as lists, the confidence as one object."""
        return {
            "uscc": self.uscc,
            "is_maker": int(self.is_maker),
            "gb2": self.gb2,
            "chain": list(self.chain),
            "clusters": list(self.clusters),
            "confidence": {
                "is_maker": round(self.maker_confidence, 3),
                "gb2": round(self.gb2_confidence, 3),
                "chain": _by_code(self.chain, self.chain_confidence),
                "clusters": _by_code(self.clusters, self.cluster_confidence),
            },
            "evidence": [item.to_dict() for item in self.evidence],
        }


def _by_code(codes: tuple[str, ...], confidences: tuple[float, ...]) -> dict[str, float]:
    return {code: round(value, 3) for code, value in zip(codes, confidences, strict=False)}
