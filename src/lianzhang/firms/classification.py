"""Classification of firms by name and business scope: the step between tables of texts and the kernel."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lianzhang.firms.kernel import codes as c
from lianzhang.firms.kernel import trie
from lianzhang.firms.kernel.charmap import code_units
from lianzhang.firms.kernel.classify import classify_batch
from lianzhang.firms.kernel.decide import Weights
from lianzhang.firms.model import Classification, Evidence
from lianzhang.firms.phrases import PhraseTable, load_phrases

#: Rows per kernel call where evidence is kept (it is held in memory per call).
EVIDENCE_BATCH = 2_000


class Codes(NamedTuple):
    """Results of a batch as arrays of one length; masks by `codes.CHAIN_CODES` and `codes.CLUSTER_CODES`."""

    maker: NDArray[np.bool_]
    maker_confidence: NDArray[np.float64]
    gb2: NDArray[np.int8]
    gb2_confidence: NDArray[np.float64]
    chain: NDArray[np.int32]
    cluster: NDArray[np.int32]


class _Kept(NamedTuple):
    at: NDArray[np.int64]
    rows: NDArray[np.int32]
    score: NDArray[np.float64]


def classify_codes(
    names: Sequence[str],
    scopes: Sequence[str],
    table: PhraseTable | None = None,
    weights: Weights | None = None,
) -> Codes:
    """Verdicts without evidence: the fast way for whole registers.

    Args:
        names: company names.
        scopes: business scopes, of the same length.
    """
    return _run(list(names), list(scopes), table or load_phrases(), weights or Weights(), keep=False)[0]


@lru_cache(maxsize=1)
def _drop_stale_kernels() -> None:
    """Forget compiled kernels that are older than any kernel source.

    Numba stamps a cached function with the file it is defined in, not with the files of what it calls: after an
    update in place it would go on running the old grammar.
    """
    folder = Path(trie.__file__).parent
    newest = max(source.stat().st_mtime for source in folder.glob("*.py"))
    for index in (folder / "__pycache__").glob("*.nbi"):
        with suppress(OSError):
            if index.stat().st_mtime < newest:
                index.unlink()


def _run(
    names: list[str], scopes: list[str], table: PhraseTable, weights: Weights, *, keep: bool
) -> tuple[Codes, _Kept]:
    _drop_stale_kernels()
    n = len(scopes)
    scope, scope_at = code_units(scopes)
    name, name_at = code_units(names)
    scope, name = table.charmap[scope], table.charmap[name]
    codes = Codes(
        np.zeros(n, np.bool_), np.zeros(n), np.zeros(n, np.int8), np.zeros(n), np.zeros(n, np.int32), np.zeros(n, np.int32)
    )  # fmt: skip
    room = int(scope.size + 16 * n) if keep else 1
    kept = _Kept(np.zeros(n + 1, np.int64), np.zeros((room, 8), np.int32), np.zeros(room))
    classify_batch(
        scope,
        scope_at,
        name,
        name_at,
        table.trie,
        table.name_trie,
        table.suffixes,
        table.lexicon,
        weights,
        *codes,
        keep,
        *kept,
    )
    return codes, kept


@lru_cache(maxsize=65_536)
def chain_codes(mask: int) -> tuple[str, ...]:
    """Chain slots of a mask, in alphabetical order."""
    return tuple(sorted(code for code, bit in c.CHAIN_BIT.items() if mask & bit))


@lru_cache(maxsize=65_536)
def cluster_codes(mask: int) -> tuple[str, ...]:
    """Clusters of a mask, in alphabetical order."""
    return tuple(sorted(code for code, bit in c.CLUSTER_BIT.items() if mask & bit))


def classify(
    usccs: Sequence[str],
    names: Sequence[str],
    scopes: Sequence[str],
    table: PhraseTable | None = None,
    *,
    evidence: bool = True,
) -> list[Classification]:
    """Verdicts with confidence and evidence spans.

    Args:
        usccs: identifiers, carried through.
        names: company names.
        scopes: business scopes.
        table: phrase table; the bundled one if None.
        evidence: whether to collect the spans.
    """
    table = table or load_phrases()
    found: list[Classification] = []
    for begin in range(0, len(scopes), EVIDENCE_BATCH):
        part = slice(begin, begin + EVIDENCE_BATCH)
        part_names, part_scopes = list(names[part]), list(scopes[part])
        codes, kept = _run(part_names, part_scopes, table, Weights(), keep=evidence)
        for i, uscc in enumerate(usccs[part]):
            spans: tuple[Evidence, ...] = ()
            gb2 = int(codes.gb2[i])
            chain, clusters = chain_codes(int(codes.chain[i])), cluster_codes(int(codes.cluster[i]))
            sure: tuple[tuple[float, ...], tuple[float, ...]] = (), ()
            if evidence:
                readings = _readings(i, codes, kept, table)
                spans = _evidence(i, part_names[i], part_scopes[i], codes, kept, readings)
                certain = float(codes.maker_confidence[i])
                by_chain, by_cluster = [r.chain for r in readings], [r.cluster for r in readings]
                sure = (
                    tuple(_confidence(c.CHAIN_BIT[code], by_chain, readings, certain) for code in chain),
                    tuple(
                        _confidence(c.CLUSTER_BIT[code], by_cluster, readings, certain) for code in clusters
                    ),
                )
            found.append(
                Classification(
                    uscc=uscc,
                    is_maker=bool(codes.maker[i]),
                    gb2=f"{gb2:02d}" if gb2 else None,
                    chain=chain,
                    clusters=clusters,
                    maker_confidence=float(codes.maker_confidence[i]),
                    gb2_confidence=float(codes.gb2_confidence[i]),
                    evidence=spans,
                    chain_confidence=sure[0],
                    cluster_confidence=sure[1],
                )
            )
    return found


#: How far one reading of a code can be trusted: a phrase that always means it, one that means it in its context, the
#: last character of goods that no phrase names. Set by judgement; the documentation has the shares that were right.
_ALWAYS, _IN_CONTEXT, _LAST_CHARACTER = 0.95, 0.85, 0.6


class _Reading(NamedTuple):
    """What one kept row says: the codes it gives and how far it is trusted."""

    row: NDArray[np.int32]
    chain: int
    cluster: int
    trust: float


def _readings(i: int, codes: Codes, kept: _Kept, table: PhraseTable) -> list[_Reading]:
    """The rows of firm ``i`` that give codes: what it makes, and what software it provides."""
    chain, cluster = int(codes.chain[i]), int(codes.cluster[i])
    found: list[_Reading] = []
    for row in kept.rows[kept.at[i] : kept.at[i + 1]]:
        phrase, row_chain, row_cluster = int(row[7]), int(row[5]) & chain, int(row[6]) & cluster
        if row_chain & c.AUTO_SLOTS:
            row_cluster |= cluster & c.ICNEV
        if row_chain & c.MOTO:
            row_cluster |= cluster & c.MOTOR
        if row_chain or row_cluster:
            trust = _IN_CONTEXT
            if phrase < 0 or table.lexicon.kind[phrase] == c.SUFFIX:
                trust = _LAST_CHARACTER
            elif not row_chain & ~int(table.lexicon.chain[phrase]):
                trust = _ALWAYS
            found.append(_Reading(row, row_chain, row_cluster, trust))
    return found


def _confidence(bit: int, masks: list[int], readings: list[_Reading], certain: float) -> float:
    """``certain · (1 − Π(1 − trust))`` over the readings that give the code.

    Args:
        bit: the code.
        masks: codes of each reading.
        certain: confidence that the firm is a maker; it does not bear on software that is provided.
    """
    giving = [reading for mask, reading in zip(masks, readings, strict=True) if mask & bit]
    doubt = math.prod(1.0 - reading.trust for reading in giving)
    made = all(reading.row[3] for reading in giving)
    return min(0.99, (certain if made else 1.0) * (1.0 - doubt))


def _evidence(
    i: int, name: str, scope: str, codes: Codes, kept: _Kept, readings: list[_Reading]
) -> tuple[Evidence, ...]:
    """The spans that speak for the findings on firm ``i``: the strongest two for maker and division, all for codes."""
    rows = kept.rows[kept.at[i] : kept.at[i + 1]]
    scores = kept.score[kept.at[i] : kept.at[i + 1]]
    gb2 = int(codes.gb2[i])
    spans: list[Evidence] = []

    def add(field: str, code: str, row: NDArray[np.int32]) -> None:
        in_name = bool(row[0])
        text = (name if in_name else scope)[row[1] : row[2]]
        spans.append(Evidence(field, code, "name" if in_name else "scope", int(row[1]), int(row[2]), text))  # type: ignore[arg-type]

    for row in [row for row in rows if row[3]][:2]:
        add("is_maker", "1", row)
    backing = [k for k in np.argsort(-scores, kind="stable") if rows[k][4] == gb2 and gb2]
    for k in backing[:2]:
        add("gb2", f"{gb2:02d}", rows[k])
    for reading in readings:
        for code in chain_codes(reading.chain):
            add("chain", code, reading.row)
    for reading in readings:
        for code in cluster_codes(reading.cluster):
            add("clusters", code, reading.row)
    return tuple(spans)
