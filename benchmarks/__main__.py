"""``python -m benchmarks [NAME…] [--size LABEL] [--json] [--list] [--data DIR] [--repeat N]``."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from benchmarks import registry


def _line(row: dict[str, Any]) -> str:
    head = f"  {row['variant']:<28} {row['role']:<7}"
    if "skipped" in row:
        return f"{head} skipped: {row['skipped']}"
    if "failed" in row:
        return f"{head} FAILED: {row['failed']}"
    text = f"{head} {row['seconds']:>9.3f} s {row['cpu_seconds']:>9.3f} cpu s {row['peak_mib']:>7.0f} MiB"
    if "ratio" in row:
        text += f" {row['ratio']:>9.1f} x"
        gap = row["max_difference"]
        text += "  not compared" if gap is None else f"  difference {gap:.1e} in {', '.join(row['compared'])}"
    notes = row.get("notes") or {}
    return text + "".join(f"\n      {k}: {v}" for k, v in notes.items())


def _print(report: dict[str, Any]) -> None:
    print(f"{report['case']} [{report['size']}]" + (f"  goal: {report['goal']}" if report["goal"] else ""))
    for row in report["variants"]:
        print(_line(row))
    if report["ratio_to_best_peer"] is not None:
        word = {True: "reached", False: "NOT reached", None: "no bound set"}[report["reached"]]
        print(f"  {report['ratio_to_best_peer']:.1f} times as fast as the best peer: {word}")
    print(flush=True)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Sized cases, each beside a peer or oracle."
    )
    parser.add_argument("names", nargs="*", help="case names or their beginnings; all when none is given")
    parser.add_argument("--size", action="append", help="only these sizes; the way to run slow ones")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of text")
    parser.add_argument("--list", action="store_true", help="names, sizes and goals, nothing run")
    parser.add_argument("--data", type=Path, help="folder of evaluation data that is not part of the project")
    parser.add_argument("--repeat", type=int, default=1, help="runs per variant; the fastest counts")
    parser.add_argument("--all", action="store_true", help="also variants that are slow at a size")
    parser.add_argument("--timeout", type=float, default=1800.0, help="seconds per variant")
    parser.add_argument(
        "--child", nargs=4, metavar=("CASE", "SIZE", "VARIANT", "OUT"), help=argparse.SUPPRESS
    )
    args = parser.parse_args(argv)
    if args.data is not None:
        os.environ["LIANZHANG_BENCH_DATA"] = str(args.data.resolve())
    cases = registry.discover()
    if args.child:
        name, size, index, out = args.child
        case = cases[name]
        registry.run_child(case, size, case.variants[int(index)], Path(out), args.repeat)
        return 0
    chosen = [
        c for n, c in sorted(cases.items()) if not args.names or any(n.startswith(w) for w in args.names)
    ]
    if not chosen:
        print(
            f"no benchmark begins with {' or '.join(args.names)}; known: {', '.join(sorted(cases))}",
            file=sys.stderr,
        )
        return 2
    if args.list:
        for case in chosen:
            sizes = ", ".join(s + (" (slow)" if s in case.slow else "") for s in case.sizes)
            print(f"{case.name:<28} {sizes}\n    {case.goal}")
        return 0
    reports, failed = [], False
    for case in chosen:
        for size in case.sizes:
            if size not in args.size if args.size else size in case.slow:
                continue
            report = registry.measure(
                case, size, repeat=args.repeat, timeout_s=args.timeout, all_variants=args.all
            )
            reports.append(report)
            failed |= report["reached"] is False or any(
                "failed" in r or (r.get("max_difference") or 0.0) > case.tolerance for r in report["variants"]
            )
            if not args.json:
                _print(report)
    if args.json:
        print(json.dumps(reports, ensure_ascii=False, indent=1))
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
