"""Observations: districts, census, above-scale industry, products, bulletin, yearly series, and dated actuals.

Figures are scaled to base units exactly. Where several sources give one period, all rows stay and one is marked as used:
yearbook before bulletin, census, older yearbook, government, press; derived values last; ``maps/preferred.csv`` decides
the exceptions.
"""

from __future__ import annotations

import re

from builder.core import CITY, MAPS, SOURCE, BuildError, Pack, read, scaled

OFFICIAL = SOURCE / "cq-official"
SERIES = SOURCE / "cq-series" / "cq_series.csv"

_YEARBOOK = re.compile(r"重庆统计年鉴(20\d\d) 表(\S+)")
_QUALITY = {"official": 60, "official_press": 50, "news": 40, "secondary": 30, "": 20}
_KEY = ("indicator_id", "series", "region_id", "sector_id", "period", "source_id")
_CLEAN = re.compile(r"^[\s;；]+|[\s;；]+$")
#: A note that says the same in Chinese and then in English.
_BOTH = re.compile(
    r"^(.*[\u3400-\u9fff，。；：）》”、][^\s\u3400-\u9fff]*)\s+([^\u3400-\u9fff]*[A-Za-z][^\u3400-\u9fff]*)$"
)


class Figures:
    """Collects observations; the same figure from the same source twice is one row, two values are an error."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.rows: dict[tuple[str, ...], dict[str, str]] = {}
        self.units = {row["indicator_id"]: row["unit"] for row in pack.rows["indicators"]}

    def add(self, **cells: str) -> None:
        """Add an observation of the city unless told otherwise."""
        row = {
            "series": "main",
            "region_id": CITY,
            "sector_id": "",
            "comparator": "=",
            "note": "",
            "known_from": "",
        }
        row |= cells
        if row["indicator_id"] not in self.units:
            raise BuildError(f"indicator {row['indicator_id']} is not in tables/indicators.csv")
        row["note"] = _CLEAN.sub("", row["note"])
        key = tuple(row[name] for name in _KEY)
        former = self.rows.get(key)
        if former is None:
            self.rows[key] = row
        elif former["value"] != row["value"]:
            raise BuildError(f"two values of {key}: {former['value']} and {row['value']}")
        else:
            former["note"] = former["note"] or row["note"]

    def write(self) -> None:
        """Mark the row used for each period and hand the observations to the pack."""
        sources = {row["source_id"]: row for row in self.pack.rows["sources"]}
        chosen = {
            (r["indicator_id"], r["region_id"], r["period"]): r["source_id"]
            for r in read(MAPS / "preferred.csv")
        }
        first = {
            (r["indicator_id"], r["region_id"], r["period"]): r for r in read(MAPS / "first_published.csv")
        }
        best: dict[tuple[str, ...], tuple[int, tuple[str, ...]]] = {}
        for key, row in self.rows.items():
            if row["value"] == "":
                continue
            place = (row["indicator_id"], row["region_id"], row["period"])
            rank = (
                1000
                if chosen.get(place) == row["source_id"]
                else _rank(sources[row["source_id"]], row["status"])
            )
            if rank > best.get(key[:5], (-1, key))[0]:
                best[key[:5]] = (rank, key)
        used = {key for _rank_, key in best.values()}
        english = {r["note"]: r["note_en"] for r in read(MAPS / "notes_en.csv")}
        for key in sorted(self.rows):
            row = self.rows[key]
            place = (row["indicator_id"], row["region_id"], row["period"])
            notes = [row["note"]]
            if key in used and place in first:
                row["known_from"] = first[place]["known_from"]
                notes.append(first[place]["reason"])
            row["note"] = _joined([n for n in notes if n], english)
            self.pack.add("observations", preferred="true" if key in used else "false", **row)


def _joined(notes: list[str], english: dict[str, str]) -> str:
    """Several notes as one, all of the Chinese and then all of the English where every one has both."""
    found = [(n, english[n]) if n in english else _BOTH.match(n) for n in notes]
    if any(f is None for f in found):
        return _CLEAN.sub("", "；".join(notes))
    parts = [f if isinstance(f, tuple) else f.groups() for f in found if f]
    return " ".join(x for x in ("；".join(zh for zh, _ in parts), "; ".join(en for _, en in parts)) if x)


def _rank(source: dict[str, str], status: str) -> int:
    name = source["source_id"]
    if name.startswith("cq-yb2025"):
        rank = 100
    elif source["kind"] == "bulletin":
        rank = 95
    elif source["kind"] == "census":
        rank = 90
    elif name.startswith("cq-yb2024"):
        rank = 80
    else:
        rank = _QUALITY[source["quality"]]
    return rank - 25 if status != "official" else rank


def collect_figures(pack: Pack) -> Figures:
    """All observations of the city's sources; `Figures.write` hands them to the pack."""
    figures = Figures(pack)
    _add_districts(figures)
    _add_by_sector(figures, "cq_census2023_industry.csv", "census2023.csv", "2023", "cq-census2023-3")
    _add_by_sector(
        figures, "cq_abovescale_industry_2024.csv", "above_scale2024.csv", "2024", "cq-yb2025-12-6"
    )
    _add_products(figures)
    _add_bulletin(figures)
    _add_series(figures)
    _add_actuals(figures)
    return figures


def _add_districts(figures: Figures) -> None:
    columns = read(MAPS / "districts.csv")
    for row in read(OFFICIAL / "cq_districts_2024.csv"):
        for column in columns:
            if row[column["column"]] != "":
                figures.add(
                    indicator_id=column["indicator_id"],
                    region_id=row["adcode"],
                    period="2024",
                    value=scaled(row[column["column"]], column["factor"]),
                    source_id="cq-yb2025-districts",
                    status="official",
                )


def _add_by_sector(figures: Figures, file: str, mapping: str, period: str, source: str) -> None:
    _yearbook_table(figures.pack, source)
    columns = read(MAPS / mapping)
    known = "2025-03-21" if source == "cq-census2023-3" else ""
    for row in read(OFFICIAL / file):
        for column in columns:
            figures.add(
                indicator_id=column["indicator_id"],
                sector_id=f"gb4754:{row['gbt4754_2digit']}",
                period=period,
                value=scaled(row[column["column"]], column["factor"]),
                known_from=known,
                source_id=source,
                status="official",
            )


def _add_products(figures: Figures) -> None:
    mapping = {row["product"]: row for row in read(MAPS / "products2023.csv")}
    for row in read(OFFICIAL / "cq_output2023_products.csv"):
        to = mapping[row["product"]]
        figures.add(
            indicator_id=to["indicator_id"],
            period="2023",
            value=scaled(row["output_2023"], to["factor"]),
            known_from="2025-03-21",
            source_id="cq-census2023-3",
            status="official",
        )


def _add_bulletin(figures: Figures) -> None:
    mapping = {row["indicator"]: row for row in read(MAPS / "bulletin2025.csv")}
    for row in read(OFFICIAL / "cq_bulletin2025_key.csv"):
        to = mapping[row["indicator"]]
        if to["unit"] != row["unit"]:
            raise BuildError(f"bulletin: {row['indicator']} is in {row['unit']}, the map says {to['unit']}")
        for column, indicator, factor in (
            ("value_2025", to["indicator_id"], to["factor"]),
            ("yoy_pct", to["growth_id"], "1"),
        ):
            if row[column] != "":
                figures.add(
                    indicator_id=indicator,
                    region_id=to["region_id"],
                    period="2025",
                    value=scaled(row[column], factor),
                    known_from="2026-03-26",
                    source_id="cq-bulletin-2025",
                    status="official",
                    note="初步统计数",
                )


def _yearbook_table(pack: Pack, source: str) -> None:
    """Add the source row of a yearbook table (cq-yb2025-12-6) once."""
    found = re.fullmatch(r"cq-yb(20\d\d)-(\S+)", source)
    if found is None or source in pack.ids("sources"):
        return
    year, number = found.groups()
    pack.add(
        "sources",
        source_id=source,
        title_zh=f"重庆统计年鉴{year} 表{number}",
        title_en=f"Chongqing Statistical Yearbook {year} table {number}",
        publisher="重庆市统计局 Chongqing Municipal Bureau of Statistics",
        published=year,
        licence="政府统计，注明来源使用 official statistics; cite the source",
        kind="yearbook",
        quality="official",
    )


def _add_series(figures: Figures) -> None:
    mapping = {(row["indicator_zh"], row["unit"]): row for row in read(MAPS / "series.csv")}
    origins = {row["table"]: row for row in read(MAPS / "series_sources.csv")}
    overrides = {(r["indicator_zh"], r["year"], r["table"]): r for r in read(MAPS / "series_overrides.csv")}
    for row in read(SERIES):
        to = dict(mapping[row["indicator_zh"], row["unit"]])
        if figures.units[to["indicator_id"]] != to["to_unit"]:
            raise BuildError(
                f"{row['indicator_zh']}: unit {to['to_unit']} is not that of {to['indicator_id']}"
            )
        note = row["note"]
        override = overrides.get((row["indicator_zh"], row["year"], row["table"]))
        if override is not None:
            to["series"] = override["series"] or to["series"]
            to["factor"] = override["factor"] or to["factor"]
            note = f"{note}；{override['reason']}"
        yearbook = _YEARBOOK.fullmatch(row["table"])
        if yearbook is not None:
            source, known, status = f"cq-yb{yearbook[1]}-{yearbook[2]}", "", "official"
            _yearbook_table(figures.pack, source)
        else:
            origin = origins[row["table"]]
            source, known, status = origin["source_id"], origin["known_from"], origin["status"]
            _yearbook_table(figures.pack, source)
            if status == "derived":
                note = f"{note}；{row['table']}"
        printed, comparator = row["value"], "="
        if printed.startswith("近"):
            printed, comparator, status = printed[1:], "~", "estimated"
        if any(word in note for word in ("约数", "预计数")):
            status = "estimated"
        figures.add(
            indicator_id=to["indicator_id"],
            series=to["series"],
            sector_id=to["sector_id"],
            period=row["year"],
            value=scaled(printed, to["factor"]),
            comparator=comparator,
            known_from=known,
            source_id=source,
            status=status,
            note=note,
        )


def _add_actuals(figures: Figures) -> None:
    for row in read(MAPS / "actuals.csv"):
        note = row["note"]
        if row["growth_pct"]:
            note = f"{note}；同比 {row['growth_pct']}% on a year earlier"
        figures.add(
            indicator_id=row["indicator_id"],
            series=row["series"],
            region_id=row["region_id"],
            period=row["period"],
            value=scaled(row["value"]),
            comparator=row["comparator"],
            known_from=row["known_from"],
            source_id=row["source_id"],
            status=row["status"],
            note=note,
        )
