"""Tracking on plain rows and through the store and the command line."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianzhang.cli import plan_track
from lianzhang.errors import NotComputableError, UnknownNameError, UsageError
from lianzhang.i18n import Text
from lianzhang.plan.track_model import TrackRow
from lianzhang.plan.tracking import need, need_book, track, track_book
from tests.plan.tracking_rows import book, indicator, observation, split, target, yearly

NEV = indicator("nev", concept="production")
SHARE = indicator("share", "%", "share")
RATE = indicator("growth", "%", "growth")
STOCK = indicator("stations", "stations", "count", flow=False)
EVERY = [NEV, SHARE, RATE, STOCK]
GROWING = yearly("nev", 2019, [20.0, 43.0, 90.0, 200.0, 365.0, 500.0])
LATE = date(2026, 1, 1)


def one(row: dict[str, Any], seen: list[dict[str, Any]], as_of: date, **more: Any) -> TrackRow:
    rows = track_book(book([row], seen, EVERY, as_of, breaks=more.pop("breaks", ())), **more)
    assert len(rows) == 1
    return rows[0]


def test_a_target_ahead_gets_forecast_probability_and_reason() -> None:
    found = one(target("a", NEV, ">", 1000.0, "2027"), GROWING, date(2025, 6, 1))
    assert found.ledger.latest is not None
    assert found.ledger.latest.value == 500.0
    assert found.probability is not None
    assert 0.5 < found.probability < 1
    assert found.verdict in ("on_course", "at_risk")
    assert [f.year for f in found.fan] == [2025, 2026, 2027]
    for f in found.fan:
        assert f.low80 < f.low50 < f.median < f.high50 < f.high80
    assert found.required_growth == pytest.approx(100 * (2 ** (1 / 3) - 1), rel=1e-3)
    assert found.growth_unit == "%"
    assert found.expected_gap == pytest.approx(found.fan[-1].median - 1000.0)
    assert found.years_used == 6
    assert "2027" in found.reason.en
    assert "达成概率" in found.reason.zh
    assert sum(w for _, w in found.models) == pytest.approx(1.0)


def test_thresholds_of_the_verdict_are_settings() -> None:
    row = target("a", NEV, ">", 1000.0, "2027")
    day = date(2025, 6, 1)
    assert one(row, GROWING, day, on_course=0.01).verdict == "on_course"
    assert one(row, GROWING, day, on_course=0.999, out_of_reach=0.99).verdict == "out_of_reach"


@pytest.mark.parametrize(
    ("value", "by", "verdict", "words"),
    [
        (450.0, "2024", "met", "is met"),
        (600.0, "2024", "missed", "short"),
        (600.0, "2025", "overdue", "has passed"),
        (450.0, "2027", "met", "ahead of time"),
    ],
)
def test_settled_and_overdue_targets(value: float, by: str, verdict: str, words: str) -> None:
    found = one(target("a", NEV, ">=", value, by), GROWING, LATE)
    assert found.verdict == verdict
    assert words in found.reason.en
    # A settled target has no odds any more; one that is merely overdue has.
    assert (found.probability is None) == (by == "2024")


def test_three_observations_give_the_required_growth_alone() -> None:
    found = one(target("a", NEV, ">=", 1000.0, "2027"), GROWING[3:], LATE)
    assert found.verdict == "not_computable"
    assert found.probability is None
    assert found.fan == ()
    assert found.required_growth is not None
    assert "3 comparable yearly figures" in found.reason.en
    assert "a year" in found.reason.en


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (target("a", NEV, ">=", 1000.0, None), "no deadline"),
        (target("a", None, ">=", 1000.0, "2027"), "not yet matched"),
        (target("a", STOCK, ">=", 1000.0, "2027"), "no observation"),
        (target("a", NEV, ">=", 1000.0, "2027-06"), "end of a year"),
    ],
)
def test_not_computable_says_why(row: dict[str, Any], words: str) -> None:
    found = one(row, GROWING, LATE)
    assert found.verdict == "not_computable"
    assert words in found.reason.en
    assert found.reason.zh.startswith("无法计算")


@pytest.mark.parametrize(
    ("value", "verdict", "words"),
    [
        (300.0, "met", "The text gives no deadline; the target is met."),
        (1000.0, "not_computable", "the text gives no deadline"),
    ],
)
def test_a_target_without_a_deadline_says_so_and_is_met_once_reached(
    value: float, verdict: str, words: str
) -> None:
    found = one(target("a", NEV, ">=", value, None), GROWING, LATE)
    assert (found.verdict, found.ledger.due.en) == (verdict, "no deadline said")
    assert words in found.reason.en
    assert "没有写期限" in found.reason.zh
    assert found.probability is None
    assert ("away" in found.reason.en) == (verdict == "not_computable")


def test_a_running_year_is_nowcast_from_the_same_months() -> None:
    months = [observation("nev", "2024-01..08", 300.0), observation("nev", "2025-01..08", 390.0)]
    found = one(target("a", NEV, ">=", 600.0, "2025"), GROWING + months, date(2025, 12, 30))
    assert found.running is not None
    assert found.running.estimate == pytest.approx(500.0 * 390 / 300)
    assert found.running.pairs == 1
    assert found.fan[0].year == 2025
    assert found.fan[0].low80 < 650 < found.fan[0].high80
    without = one(target("a", NEV, ">=", 600.0, "2025"), GROWING, date(2025, 12, 30))
    assert found.fan[0].high80 - found.fan[0].low80 < without.fan[0].high80 - without.fan[0].low80
    assert found.years_used == 6


@pytest.mark.parametrize("part", [0.0, -5.0])
def test_a_part_off_the_scale_is_left_out(part: float) -> None:
    months = [observation("nev", "2024-01..08", part), observation("nev", "2025-01..08", 390.0)]
    row = target("a", NEV, ">=", 600.0, "2025")
    assert one(row, GROWING + months, date(2025, 12, 30)).running is None
    assert one(row, [*GROWING, observation("nev", "2025-01..08", part)], date(2025, 12, 30)).running is None
    shares = yearly("share", 2018, [25.0, 26.0, 28.0, 29.0, 31.0, 32.0])
    odd = observation("share", "2024-01..06", 120.0)
    assert one(target("a", SHARE, ">=", 36.0, "2027"), [*shares, odd], date(2024, 12, 1)).running is None


def test_months_and_quarters_add_up() -> None:
    quarters = [observation("nev", f"2025-Q{q}", 150.0) for q in range(1, 5)]
    found = one(target("a", NEV, ">=", 700.0, "2026"), GROWING + quarters, date(2026, 4, 30))
    assert found.fan[0].year == 2026
    assert found.years_used == 7


def test_a_new_definition_is_a_shift_of_level_not_growth() -> None:
    seen = yearly("nev", 2014, [100.0, 105.0, 110.0, 116.0, 121.0, 128.0])
    shifted = yearly("nev", 2020, [400.0, 420.0, 441.0, 463.0, 487.0])
    day, row = date(2025, 6, 1), target("a", NEV, ">=", 560.0, "2026")
    found = one(row, seen + shifted, day, breaks=[split("nev", "2020")])
    blind = one(row, seen + shifted, day)
    assert found.fan[-1].median == pytest.approx(487 * 1.05**2, rel=0.02)
    assert found.fan[-1].high80 - found.fan[-1].low80 < (blind.fan[-1].high80 - blind.fan[-1].low80) / 3
    assert found.years_used == 10
    young = one(row, seen[:1] + shifted[:3], day, breaks=[split("nev", "2020")])
    assert young.verdict == "not_computable"
    assert "new definition" in young.reason.en


def test_shares_and_rates_need_points_not_per_cent() -> None:
    shares = yearly("share", 2018, [25.0, 26.0, 28.0, 29.0, 31.0, 32.0])
    found = one(target("a", SHARE, "=", 36.0, "2027"), shares, date(2024, 6, 1))
    assert found.growth_unit == "percentage points"
    assert found.required_growth == pytest.approx(1.0, rel=1e-2)
    assert found.scale == "logit"
    rates = yearly("growth", 2018, [6.0, 5.0, -1.0, 8.0, 3.0, 5.0])
    found = one(target("a", RATE, ">=", 6.0, "2026"), rates, date(2024, 6, 1))
    assert found.scale == "linear"
    assert found.probability is not None
    assert 0 < found.probability < 1


def test_a_stock_counts_at_the_end_of_its_year() -> None:
    seen = [
        observation("stations", f"{y}-12", v)
        for y, v in zip(range(2019, 2024), (50, 60, 80, 90, 110), strict=True)
    ]
    found = one(target("a", STOCK, ">=", 200.0, "2026"), seen, date(2024, 6, 1))
    assert found.probability is not None
    done = one(target("a", STOCK, ">=", 100.0, "2023"), seen, date(2024, 6, 1))
    assert done.verdict == "met"


def test_like_series_lend_their_growth() -> None:
    others, seen = [], list(GROWING[:4])
    rng = np.random.default_rng(2)
    for i in range(6):
        name = f"other{i}"
        others.append(indicator(name, concept="production"))
        seen += yearly(name, 2012, 100 * np.exp(np.cumsum(0.01 + 0.02 * rng.standard_normal(11))))
    day = date(2024, 6, 1)
    rows = [target("a", NEV, ">=", 400.0, "2025")]
    pooled = track_book(book(rows, seen, [NEV, *others], day))[0]
    alone = track_book(book(rows, seen, [NEV | {"concept": "stock"}, *others], day))[0]
    assert pooled.pooled_with == 6
    assert alone.pooled_with == 0
    assert pooled.probability != alone.probability


@given(
    st.lists(st.tuples(st.integers(2014, 2025), st.floats(10, 1000), st.integers(-400, 700)), max_size=14),
    st.dates(date(2018, 1, 1), date(2027, 12, 31)),
)
def test_nothing_published_later_is_seen(figures: list[tuple[int, float, int]], as_of: date) -> None:
    seen = []
    for number, (year, value, delay) in enumerate(figures):
        known = None if delay < 0 else date.fromordinal(date(year, 12, 31).toordinal() + delay)
        seen.append(observation("nev", str(year), value, known_from=known, source_id=f"s{number}"))
    rows = [target("a", NEV, ">=", 500.0, "2028", published="2017")]
    known_rows = [
        o
        for o in seen
        if (o["known_from"] or date.fromordinal(date(int(o["period"]), 12, 31).toordinal() + 90)) <= as_of
    ]
    full = track_book(book(rows, seen, EVERY, as_of))
    cut = track_book(book(rows, known_rows, EVERY, as_of))
    assert full == cut
    assert all(p.known_from <= as_of for p in full[0].observations)


def test_order_of_rows_does_not_matter() -> None:
    rows = [target("a", NEV, ">=", 1000.0, "2027"), target("b", SHARE, ">=", 36.0, "2027")]
    seen = GROWING + yearly("share", 2018, [25.0, 26.0, 28.0, 29.0, 31.0])
    day = date(2025, 6, 1)
    assert track_book(book(rows, seen, EVERY, day)) == track_book(
        book(rows[::-1], seen[::-1], EVERY[::-1], day)
    )


def test_the_path_that_meets_a_target() -> None:
    opened = book([target("a", NEV, ">", 2000.0, "2026")], GROWING, EVERY, date(2025, 6, 1))
    found = need_book(opened, "nev")
    assert len(found) == 1
    assert [s.year for s in found[0].path] == [2025, 2026]
    assert found[0].path[-1].value == 2000.0
    assert found[0].path[0].value == pytest.approx(1000.0)
    assert found[0].mean_change == 750.0
    assert found[0].growth == pytest.approx(100.0)
    assert found[0].recent_change == pytest.approx((500 - 90) / 3)
    assert "2025" in found[0].reason.en
    with pytest.raises(NotComputableError, match="no target"):
        need_book(opened, "nev", by=2030)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with one made-up region, loaded from a pack."""
    from lianzhang.pack import write_pack
    from lianzhang.store import Store, load_pack

    folder = tmp_path_factory.mktemp("tracking")
    proof = {"source_id": "s", "status": "official"}
    columns = (
        "statement_id",
        "locator",
        "indicator_id",
        "topic_zh",
        "topic_en",
        "region_id",
        "kind",
        "comparator",
    )
    columns += ("value", "unit", "measure", "period_end", "preferred")
    statement = target("a", NEV, ">", 1000.0, "2027")
    nev = {k: v for k, v in NEV.items() if v is not None}
    write_pack(
        folder / "pack",
        {
            "sources": [
                {
                    "source_id": "s",
                    "title_zh": "规划",
                    "title_en": "The plan",
                    "kind": "plan",
                    "published": "2023-06",
                }
            ],
            "regions": [
                {"region_id": "r", "name_zh": "某市", "name_en": "Somewhere", "level": "city"} | proof
            ],
            "indicators": [nev | proof],
            "observations": [o | proof for o in GROWING],
            "statements": [{c: statement[c] for c in columns} | proof],
        },
        name="somewhere",
        title=Text("某市", "Somewhere"),
        region="r",
    )
    load_pack(Store(folder / "store"), folder / "pack")
    return folder / "store"


def test_from_the_store(store: Path) -> None:
    from lianzhang.store import Store

    with Store(store).reader() as reader:
        rows = track(reader, date(2025, 6, 1))
        assert [(r.ledger.statement_id, r.years_used) for r in rows] == [("a", 6)]
        assert rows[0].ledger.places[0].source == Text("规划", "The plan")
        by_name = need(reader, "nev（指标）", date(2025, 6, 1))
        assert by_name == need(reader, "nev", date(2025, 6, 1))
        with pytest.raises(UnknownNameError):
            need(reader, "nevv", date(2025, 6, 1))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_commands(
    store: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setenv("LIANZHANG_STORE", str(store))
    monkeypatch.setenv("LIANZHANG_LANG", language)
    monkeypatch.setenv("COLUMNS", "200")
    day = date(2025, 6, 1)
    plan_track.ledger(as_of=day, json=True)
    listed = json.loads(capsys.readouterr().out)
    assert listed[0]["deadline"] == "2027"
    assert listed[0]["latest"]["value"] == 500.0
    plan_track.track(as_of=day, json=True)
    tracked = json.loads(capsys.readouterr().out)
    assert tracked[0]["verdict"] in ("on_course", "at_risk")
    assert 0 < tracked[0]["probability"] < 1
    assert tracked[0]["ledger"]["places"][0]["source_id"] == "s"
    plan_track.need("nev", as_of=day, by=2026, reach=700.0, json=True)
    supposed = json.loads(capsys.readouterr().out)[0]
    assert supposed["ledger"]["kind"] == "what-if"
    assert [p["year"] for p in supposed["path"]] == [2025, 2026]
    assert 0.5 < supposed["probability"] < 1
    with pytest.raises(UsageError):
        plan_track.need("nev", as_of=day, reach=700.0)
    plan_track.need("nev", as_of=day, json=True)
    assert json.loads(capsys.readouterr().out)[0]["path"][-1]["value"] == 1000.0
    word = {"zh": "目标", "en": "Target"}[language]
    for command in (plan_track.ledger, plan_track.track):
        command(as_of=day)
        assert word in capsys.readouterr().out
    plan_track.need("nev", as_of=day)
    assert "1,000" in capsys.readouterr().out
