"""Score the reading of plan documents against hand-read truth, and measure its speed.

    python benchmarks/plan_extraction.py --truth DIR [--documents DIR …] [--details] [--speed]

``DIR`` holds truth files (``*.csv`` or ``*.truth.csv``, columns and conventions as in
:mod:`lianzhang.plan.scoring`); the documents they name are looked for beside them, in ``../seeds`` and in
``--documents``. Nothing is fetched. The speed is of one core over a long document made by repeating the given
ones, so that merging and carrying over have real work to do.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from lianzhang.plan.kernel.extract import extract
from lianzhang.plan.reading import read_document
from lianzhang.plan.scoring import FIELDS, Score, read_truth, score

_LONG = 1_000_000


def main() -> None:
    """Run the benchmark and print its tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--truth", type=Path, required=True)
    parser.add_argument("--documents", type=Path, nargs="*", default=[])
    parser.add_argument("--details", action="store_true", help="list what was missed and what was too much")
    parser.add_argument("--speed", action="store_true", help="measure the speed too")
    options = parser.parse_args()

    total, by_language = Score(), {"zh": Score(), "en": Score()}
    texts: dict[str, str] = {}
    print(
        f"{'document':34}{'core':>5}{'right':>6}{'recall':>8}{'prec.':>7}{'noise':>8}   "
        + " ".join(f"{f:>10}" for f in FIELDS)
    )
    for truth in sorted(options.truth.rglob("*.csv")):
        if not _is_truth(truth):
            continue
        for name, rows in sorted(read_truth(truth).items()):
            path = _find(name, [truth.parent, options.truth.parent / "seeds", *options.documents])
            if path is None:
                print(f"{name[:33]:34}not found")
                continue
            texts[name] = read_document(path).text
            report = score(rows, extract(texts[name], name))
            total.add(report.total)
            for lang, part in report.by_language.items():
                by_language[lang].add(part)
            _line(name, report.total)
            if options.details:
                _details(report)
    for name, part in (("Chinese", by_language["zh"]), ("English", by_language["en"]), ("all", total)):
        _line(name, part)
    if options.speed:
        _speed(texts)


def _is_truth(path: Path) -> bool:
    with path.open(encoding="utf-8-sig") as stream:
        return {"seed_file", "quote", "char_start"} <= set(stream.readline().strip().split(","))


def _find(name: str, folders: list[Path]) -> Path | None:
    return next((folder / name for folder in folders if (folder / name).is_file()), None)


def _line(name: str, part: Score) -> None:
    fields = " ".join(f"{part.fields[f] / part.core:10.3f}" if part.core else f"{'–':>10}" for f in FIELDS)
    print(
        f"{name[:33]:34}{part.core:5}{part.right:6}{part.recall:8.3f}{part.precision:7.3f}"
        f"{part.noise_hit:4}/{part.noise:<3}   {fields}"
    )


def _details(report: object) -> None:
    for row, statement, wrong in report.missed:  # type: ignore[attr-defined]
        got = (
            "nothing"
            if statement is None
            else f"{statement.value} {statement.comparator} {statement.unit} {statement.kind} {statement.period_end}"
        )
        print(f"    missed {row.id} {','.join(wrong)}: {row.quote[:60]!r} → {got}")
    for statement in report.spurious:  # type: ignore[attr-defined]
        print(f"    too much, line {statement.line}: {statement.quote[-60:]!r}")
    for row, _ in report.noise:  # type: ignore[attr-defined]
        print(f"    noise {row.id}: {row.quote!r}")


def _speed(texts: dict[str, str]) -> None:
    print("\none core:")
    for lang, chosen in (("Chinese", True), ("English", False)):
        part = "\n".join(
            text
            for text in texts.values()
            if (sum("\u4e00" <= c <= "\u9fff" for c in text) * 3 > len(text)) == chosen
        )
        if not part:
            continue
        size = len(part.encode())
        long = (part + "\n") * max(1, _LONG // size)
        best = float("inf")
        for _ in range(3):
            begin = time.perf_counter()
            found = extract(long, "long")
            best = min(best, time.perf_counter() - begin)
        size = len(long.encode()) / 1000
        print(f"  {lang}: {size:.0f} KB in {best:.2f} s = {size / best:.0f} KB/s, {len(found)} statements")


if __name__ == "__main__":
    main()
