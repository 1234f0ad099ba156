"""How well the feasibility of a gap foretold real history, as measured by ``benchmarks chain.relatedness_backtest``.

For every province and sector with LQ < 1 in the first year: was LQ ≥ 1 in the last? AUC is the chance that a cell
that entered had scored higher than one that did not; 0.5 is no better than chance.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from lianzhang.i18n import Text


@dataclass(frozen=True, slots=True)
class Backtest:
    """One backtest on the provincial input–output tables of China, 37 common sectors.

    ``cells`` could have entered, ``base_rate_pct`` of them did. ``auc_lq`` is the area under the ROC curve of the
    location quotient, which is what feasibility ranks by, ``auc_density`` that of relatedness density; low and high
    bound them by a 95 % bootstrap over provinces.
    """

    first: int
    last: int
    scope: Text
    cells: int
    base_rate_pct: float
    auc_lq: float
    auc_lq_low: float
    auc_lq_high: float
    auc_density: float
    auc_density_low: float
    auc_density_high: float


@lru_cache(maxsize=1)
def feasibility_backtests() -> tuple[Backtest, ...]:
    """The measured backtests, the longest first."""
    raw = (resources.files("lianzhang.chain") / "data" / "feasibility_backtest.csv").read_text("utf-8")
    return tuple(
        Backtest(
            int(r["first"]),
            int(r["last"]),
            Text(r["scope_zh"], r["scope_en"]),
            int(r["cells"]),
            *(float(r[name]) for name in Backtest.__slots__[4:]),
        )
        for r in csv.DictReader(raw.splitlines())
    )


def told(tests: tuple[Backtest, ...]) -> Text:
    """What the backtests say of feasibility, in a sentence."""
    one = tests[0]
    return Text(
        f"回测：按{one.first}年的区位商预测各省到{one.last}年新取得专业化的部门（{one.scope.zh}），AUC {one.auc_lq:.2f}"
        f"（95% 区间 {one.auc_lq_low:.2f}—{one.auc_lq_high:.2f}；关联密度 {one.auc_density:.2f}；随机 0.50；"
        f"基准率 {one.base_rate_pct:.1f}%）",
        f"Backtest: by the location quotient of {one.first}, which sectors provinces were newly specialised in by "
        f"{one.last} ({one.scope.en}): AUC {one.auc_lq:.2f} (95 % interval {one.auc_lq_low:.2f} to {one.auc_lq_high:.2f}; "
        f"relatedness density {one.auc_density:.2f}; chance 0.50; base rate {one.base_rate_pct:.1f} %)",
    )
