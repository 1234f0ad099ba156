"""Every figure as a table: for those who cannot see it, for the workbook and for Word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lianzhang.i18n import Text
from lianzhang.report.draw.bars import share_of_level
from lianzhang.report.figures import (
    Cell,
    Column,
    DayPaths,
    Empty,
    Figure,
    HexCity,
    HexMultiples,
    LineChart,
    LineGrid,
    RankCurve,
    ShockDays,
    Table,
    TierBars,
    Tracker,
    Voices,
    Wall,
    WeakLinks,
)
from lianzhang.report.format import both, listing, period
from lianzhang.report.values import Quantity, Source
from lianzhang.report.words import COMPARATOR, COVERAGE, STATUS, VERDICT, WORDS


def as_table(figure: Figure, sources: Mapping[str, Source] | None = None) -> Table | None:
    """The data of a figure; ``None`` for an empty state, which has none.

    ``sources`` gives the titles of what disagreeing statements cite.
    """
    match figure:
        case Table():
            return figure
        case Empty():
            return None
        case Wall():
            return _wall(figure)
        case Tracker():
            return _tracker(figure)
        case HexCity():
            return _hex(figure.title, (figure,))
        case HexMultiples():
            return _hex(figure.title, figure.maps)
        case Voices():
            return _voices(figure, sources or {})
        case TierBars():
            return _tiers(figure)
        case WeakLinks():
            return _weak_links(figure)
        case LineChart():
            return _lines(figure.title, (figure,))
        case LineGrid():
            return _lines(figure.title, figure.charts)
        case RankCurve():
            return _rank(figure)
        case DayPaths():
            return _days(figure)
        case ShockDays():
            return _shock_days(figure)


def _columns(*words: str, numeric: Iterable[int] = ()) -> tuple[Column, ...]:
    figures = set(numeric)
    return tuple(Column(WORDS[word], numeric=n in figures) for n, word in enumerate(words))


def _joined(texts: Iterable[Text]) -> Text | None:
    parts = list(texts)
    if not parts:
        return None
    return Text(listing([t.zh for t in parts], "zh"), listing([t.en for t in parts], "en"))


def _wall(figure: Wall) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (
            brick.name,
            course.name,
            section.name,
            COVERAGE[brick.coverage],
            _joined(brick.makers),
            brick.evidence,
            brick.stake,
            WORDS["yes" if brick.reconstructed else "no"],
        )
        for section in figure.sections
        for course in section.courses
        for brick in course.bricks
    ]
    columns = _columns(
        "component",
        "assembly",
        "system",
        "coverage",
        "makers",
        "evidence",
        "stake",
        "reconstructed",
        numeric=(6,),
    )
    kept = [
        n
        for n in range(len(columns))
        if n < 4 or n == len(columns) - 1 or any(row[n] is not None for row in rows)
    ]
    return Table(
        figure.title,
        tuple(columns[n] for n in kept),
        tuple(tuple(row[n] for n in kept) for row in rows),
    )


def _tracker(figure: Tracker) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for row in figure.rows:
        chance = None
        if row.probability is not None:
            origin = row.origins[0] if row.origins else row.target.value.origin
            chance = Quantity(round(row.probability * 100, 1), "pct", origin)
        rows.append(
            (
                row.label,
                COMPARATOR[row.target.comparator],
                row.target.value,
                both(period, row.target.deadline),
                row.latest,
                row.required_growth,
                row.recent_growth,
                VERDICT[row.verdict],
                chance,
                row.reason,
            )
        )
    return Table(
        figure.title,
        (
            Column(WORDS["indicator"]),
            Column(Text("比较", "Comparison")),
            Column(WORDS["target"], numeric=True),
            Column(WORDS["deadline"]),
            Column(WORDS["latest"], numeric=True),
            Column(WORDS["required"], numeric=True),
            Column(WORDS["recent"], numeric=True),
            Column(WORDS["verdict"]),
            Column(WORDS["probability"], numeric=True),
            Column(WORDS["reason"]),
        ),
        tuple(rows),
    )


def _hex(title: Text, maps: tuple[HexCity, ...]) -> Table:
    cells = {cell.name: cell.name for city in maps for cell in city.cells}
    found = [{cell.name: cell.value for cell in city.cells} for city in maps]
    names = sorted(
        cells,
        key=lambda name: -((v.value or 0.0) if found and (v := found[0].get(name)) is not None else 0.0),
    )
    measures = [
        Column(city.measure if len(maps) == 1 else Text(city.title.zh, city.title.en), numeric=True)
        for city in maps
    ]
    return Table(
        title,
        (Column(WORDS["district"]), *measures),
        tuple((name, *(values.get(name) for values in found)) for name in names),
    )


def _voices(figure: Voices, sources: Mapping[str, Source]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for item in figure.items:
        for number, voice in enumerate(item.voices):
            source = sources.get(voice.citation.source)
            rows.append(
                (
                    item.subject,
                    voice.quantity,
                    voice.says,
                    source.title if source else None,
                    voice.citation.place,
                    WORDS["yes" if voice.used else "no"],
                    item.why if number == 0 else None,
                )
            )
    columns = _columns("subject", "value", "statement", "source", "place", "used", "why", numeric=(1,))
    return Table(figure.title, columns, tuple(rows))


def _tiers(figure: TierBars) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for tier in figure.tiers:
        for bar in tier.bars:
            share = share_of_level(bar, tier)
            part: Cell = None
            if share is not None and bar.value is not None:
                part = Quantity(share * 100, "pct", bar.value.origin)
            rows.append((bar.name, tier.name, bar.value, tier.level, part, bar.series, bar.because))
    columns = _columns(
        "cluster", "tier", "value", "level", "share_of_level", "series", "because", numeric=(2, 3, 4)
    )
    return Table(figure.title, columns, tuple(rows))


def _weak_links(figure: WeakLinks) -> Table:
    rows = tuple((row.sector, row.net_inflow, row.demand_share) for row in figure.rows)
    columns = (
        Column(WORDS["sector"]),
        Column(WORDS["net_inflow"], numeric=True),
        Column(Text("净流入占本地需求", "Net inflow as a share of local demand"), numeric=True),
    )
    return Table(figure.title, columns, rows)


def _lines(title: Text, charts: tuple[LineChart, ...]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for chart in charts:
        origin = chart.origins[0] if chart.origins else ""
        for series in chart.series:
            name = series.name if len(charts) == 1 else _titled(chart.title, series.name)
            rows.extend(
                (
                    name,
                    both(period, point.period),
                    Quantity(point.value, chart.unit, origin),
                    STATUS[point.status],
                )
                for point in series.points
            )
    return Table(title, _columns("series", "period", "value", "status", numeric=(2,)), tuple(rows))


def _titled(title: Text, name: Text) -> Text:
    return title if title == name else Text(f"{title.zh} · {name.zh}", f"{title.en} · {name.en}")


def _rank(figure: RankCurve) -> Table:
    """The labelled first ones, then the curve at some ranks with its span."""
    origin = figure.origins[0] if figure.origins else ""
    rows: list[tuple[Cell, ...]] = [
        (Quantity(float(mark.rank), "count", origin), mark.name, mark.index, None, None)
        for mark in figure.marks
    ]
    last = figure.marks[-1].rank if figure.marks else 0
    rows.extend(
        (
            Quantity(point.rank, "count", origin),
            None,
            Quantity(point.mid, "pct", origin),
            Quantity(point.low, "pct", origin),
            Quantity(point.high, "pct", origin),
        )
        for point in figure.points
        if point.rank > last
    )
    return Table(
        figure.title,
        (
            Column(Text("位次", "Rank"), numeric=True),
            Column(figure.members),
            Column(figure.measure, numeric=True),
            Column(Text("各次抽取最低", "Lowest of the draws"), numeric=True),
            Column(Text("各次抽取最高", "Highest of the draws"), numeric=True),
        ),
        tuple(rows),
    )


def _days(figure: DayPaths) -> Table:
    """Every fifth day of each path with its span."""
    rows: list[tuple[Cell, ...]] = [
        (
            path.name,
            Quantity(float(day), "days", path.lowest.origin),
            *(Quantity(series[day], "pct", path.lowest.origin) for series in (path.mid, path.low, path.high)),
        )
        for path in figure.paths
        for day in range(0, len(path.mid), 5)
    ]
    return Table(
        figure.title,
        (
            Column(Text("情景", "Stress test")),
            Column(Text("第几天", "Day"), numeric=True),
            Column(figure.measure, numeric=True),
            Column(Text("各次抽取最低", "Lowest of the draws"), numeric=True),
            Column(Text("各次抽取最高", "Highest of the draws"), numeric=True),
        ),
        tuple(rows),
    )


def _shock_days(figure: ShockDays) -> Table:
    """Every day: all with its span, then each component and district that the network knows."""
    origin = figure.total.lowest.origin
    bricks = {
        brick.name: brick.path
        for section in figure.wall
        for course in section.courses
        for brick in course.bricks
        if brick.path is not None
    }
    cells = {cell.lamp.name: cell.lamp.path for cell in figure.city if cell.lamp.path is not None}
    total = figure.total
    series = [total.mid, total.low, total.high, *bricks.values(), *cells.values()]
    rows: list[tuple[Cell, ...]] = [
        (Quantity(float(day), "days", origin), *(Quantity(values[day], "pct", origin) for values in series))
        for day in range(len(total.mid))
    ]
    names = (
        total.name,
        Text("各次抽取最低", "Lowest of the draws"),
        Text("各次抽取最高", "Highest of the draws"),
        *bricks,
        *cells,
    )
    head = Column(Text("第几天", "Day"), numeric=True)
    return Table(figure.title, (head, *(Column(name, numeric=True) for name in names)), tuple(rows))
