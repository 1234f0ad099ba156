"""How good the classification is against labelled firms, and what another phrase table changes.

Labels are a CSV with ``uscc, name, scope, is_maker, gb2, chain, clusters``; codes are separated by ``;``, ``?`` marks
a field on which the labellers differ and which is left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from lianzhang.firms.classification import classify
from lianzhang.firms.model import Classification
from lianzhang.firms.phrases import PhraseTable
from lianzhang.firms.reading import read_rows

#: Chain codes with fewer labelled firms do not enter the macro average.
MACRO_MINIMUM = 5
UNSURE = "?"
#: Bounds of the bins of confidence.
BOUNDS = (0.0, 0.6, 0.7, 0.8, 0.9, 1.0)


@dataclass(frozen=True, slots=True)
class CodeScore:
    """One code: F1, firms that have it, firms that were given it wrongly, firms that were denied it."""

    code: str
    f1: float
    firms: int
    wrongly: int
    missed: int


@dataclass(frozen=True, slots=True)
class Bin:
    """Firms whose confidence lies from ``lower`` up to ``upper``: their mean confidence and the share that is right."""

    lower: float
    upper: float
    firms: int
    confidence: float
    right: float


@dataclass(frozen=True, slots=True)
class Scores:
    """Agreement with the labels. F1 = 2·tp / (2·tp + fp + fn); micro: over all codes together; macro: mean over the
    codes that at least `MACRO_MINIMUM` firms have; NaN where nothing can be scored. ``maker_bins`` and
    ``division_bins`` say how far the confidences can be believed: calibrated ones would equal the share that is right.
    """

    rows: int
    maker_f1: float
    division_accuracy: float
    chain_micro_f1: float
    chain_macro_f1: float
    clusters_micro_f1: float
    chain: tuple[CodeScore, ...]
    clusters: tuple[CodeScore, ...]
    maker_bins: tuple[Bin, ...]
    division_bins: tuple[Bin, ...]


@dataclass(frozen=True, slots=True)
class Flip:
    """A field of a labelled firm that another phrase table decides otherwise."""

    uscc: str
    name: str
    field: str
    truth: str
    before: str
    after: str

    @property
    def effect(self) -> str:
        """``mended``, ``broken`` or ``changed`` (both wrong, or no label)."""
        if self.truth == self.after:
            return "mended"
        return "broken" if self.truth == self.before else "changed"


@dataclass(slots=True)
class _Counts:
    tp: Counter[str] = field(default_factory=Counter)
    fp: Counter[str] = field(default_factory=Counter)
    fn: Counter[str] = field(default_factory=Counter)

    def add(self, truth: Iterable[str], found: Iterable[str]) -> None:
        wanted, given = set(truth), set(found)
        self.tp.update(wanted & given)
        self.fp.update(given - wanted)
        self.fn.update(wanted - given)

    def micro(self) -> float:
        return _f1(self.tp.total(), self.fp.total(), self.fn.total())

    def per_code(self) -> tuple[CodeScore, ...]:
        codes = sorted({*self.tp, *self.fp, *self.fn})
        return tuple(
            CodeScore(
                code, _f1(self.tp[code], self.fp[code], self.fn[code]), self.tp[code] + self.fn[code],
                self.fp[code], self.fn[code],
            )
            for code in codes
        )  # fmt: skip


def _f1(tp: int, fp: int, fn: int) -> float:
    return 2 * tp / (2 * tp + fp + fn) if tp + fp + fn else float("nan")


def read_labels(path: Path) -> list[dict[str, str]]:
    """Labelled firms of a file."""
    wanted = ("uscc", "name", "scope", "is_maker", "gb2", "chain", "clusters")
    return [row for batch in read_rows(path, wanted) for row in batch]


def classify_labelled(labels: list[dict[str, str]], table: PhraseTable | None = None) -> list[Classification]:
    """Verdicts on labelled firms."""
    return classify(
        [row["uscc"] for row in labels],
        [row["name"] for row in labels],
        [row["scope"] for row in labels],
        table,
        evidence=False,
    )


def score(labels: list[dict[str, str]], found: list[Classification]) -> Scores:
    """Scores of verdicts against their labels, row by row."""
    maker, chain, clusters = _Counts(), _Counts(), _Counts()
    makers: list[tuple[float, bool]] = []
    divisions: list[tuple[float, bool]] = []
    for row, verdict in zip(labels, found, strict=True):
        if row["is_maker"] != UNSURE:
            maker.add(["1"] if row["is_maker"] == "1" else [], ["1"] if verdict.is_maker else [])
            makers.append((verdict.maker_confidence, (row["is_maker"] == "1") == verdict.is_maker))
        if row["gb2"] != UNSURE:
            divisions.append((verdict.gb2_confidence, row["gb2"].zfill(2) == verdict.gb2))
        if row["chain"] != UNSURE:
            chain.add(_codes(row["chain"]), verdict.chain)
        if row["clusters"] != UNSURE:
            clusters.add(_codes(row["clusters"]), verdict.clusters)
    per_chain = chain.per_code()
    counted = [item.f1 for item in per_chain if item.firms >= MACRO_MINIMUM]
    return Scores(
        rows=len(labels),
        maker_f1=maker.micro(),
        division_accuracy=sum(hit for _, hit in divisions) / len(divisions) if divisions else float("nan"),
        chain_micro_f1=chain.micro(),
        chain_macro_f1=sum(counted) / len(counted) if counted else float("nan"),
        clusters_micro_f1=clusters.micro(),
        chain=per_chain,
        clusters=clusters.per_code(),
        maker_bins=_bins(makers),
        division_bins=_bins(divisions),
    )


def _bins(judged: list[tuple[float, bool]]) -> tuple[Bin, ...]:
    """Reliability of (confidence, right) pairs; bins without any are left out."""
    bins = []
    for lower, upper in pairwise(BOUNDS):
        inside = [(p, hit) for p, hit in judged if lower <= p < upper or (p == upper == BOUNDS[-1])]
        if inside:
            n = len(inside)
            bins.append(
                Bin(lower, upper, n, sum(p for p, _ in inside) / n, sum(hit for _, hit in inside) / n)
            )
    return tuple(bins)


def flips(
    labels: list[dict[str, str]], before: list[Classification], after: list[Classification]
) -> list[Flip]:
    """Fields on which two sets of verdicts differ."""
    views: dict[str, Callable[[Classification], str]] = {
        "is_maker": lambda v: str(int(v.is_maker)),
        "gb2": lambda v: v.gb2 or "",
        "chain": lambda v: ";".join(v.chain),
        "clusters": lambda v: ";".join(v.clusters),
    }
    found: list[Flip] = []
    for row, old, new in zip(labels, before, after, strict=True):
        for name, view in views.items():
            if view(old) != view(new):
                truth = ";".join(sorted(_codes(row[name]))) if name in ("chain", "clusters") else row[name]
                found.append(Flip(row["uscc"], row["name"], name, truth, view(old), view(new)))
    return found


def _codes(text: str) -> list[str]:
    return [code for code in text.split(";") if code]
