"""The districts: a hex map of any measure, and one page each."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from lianzhang.app.pages.content import Content, Link, failed, gathered
from lianzhang.app.report import places as section
from lianzhang.app.report.provenance import Provenance, bilingual, counted, report_unit
from lianzhang.app.state import State
from lianzhang.chain.service import ChainMap
from lianzhang.errors import FileFormatError, NotComputableError, UnknownNameError
from lianzhang.i18n import Text
from lianzhang.places import queries
from lianzhang.places.service import Specialisation
from lianzhang.report import figures as fig
from lianzhang.report import model as m
from lianzhang.report import values as num
from lianzhang.report.format import listing, short_place
from lianzhang.schema.period import parse_period
from lianzhang.store import Reader

TITLE = Text("区县", "Places")
_LISTED = 6
#: A day as tables write it, with the space that may follow.
_DAY = re.compile(r"\b(\d{4})-0?(\d{1,2})-0?(\d{1,2})(?!\d) ?")

#: Indicators that at least two regions below the pack's own have.
_MEASURES = """
SELECT i.indicator_id, any_value(i.name_zh) AS name_zh, any_value(i.name_en) AS name_en, any_value(i.unit) AS unit,
       count(DISTINCT o.region_id) AS regions
FROM observations o JOIN indicators i USING (indicator_id) JOIN geo_hexes g USING (region_id)
WHERE o.sector_id IS NULL AND o.value IS NOT NULL AND o.preferred
GROUP BY i.indicator_id HAVING count(DISTINCT o.region_id) >= 2
ORDER BY regions DESC, any_value(i.unit) <> 'yuan', any_value(i.name_zh)
"""

_FIGURES = """
SELECT i.name_zh, i.name_en, i.unit, o.period, o.value, o.source_id, o.status
FROM observations o JOIN indicators i USING (indicator_id)
WHERE o.region_id = $region AND o.sector_id IS NULL AND o.value IS NOT NULL AND o.preferred
QUALIFY row_number() OVER (PARTITION BY o.indicator_id ORDER BY o.period DESC, o.source_id) = 1
ORDER BY i.unit <> 'yuan', o.value DESC, i.name_zh
"""


@dataclass(frozen=True, slots=True)
class Measure:
    """Something to colour the map by. ``sector``: enterprises in a sector, else an indicator."""

    key: str
    name: Text
    sector: bool


@dataclass(frozen=True, slots=True)
class District:
    """A district on the map with its short name.

    ``names``: codes and names that a file of borders may call it by, the surest first.
    """

    region_id: str
    name: Text
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlacesView:
    """The map with the measures to choose from. ``shapes``: the pack brings borders of its own."""

    content: Content
    measures: tuple[Measure, ...]
    chosen: str | None
    districts: tuple[District, ...]
    shapes: bool


@dataclass(frozen=True, slots=True)
class PlaceView:
    """One district. ``others`` are all districts, for going on to the next."""

    region_id: str
    name: Text
    note: Text | None
    valid: Text | None
    planned: tuple[tuple[str, Text], ...]
    firms: int
    others: tuple[tuple[str, Text], ...]
    content: Content


def places_view(state: State, reader: Reader, link: Link, measure: str | None) -> PlacesView:
    """The hex map of one measure, small multiples and what each district is special in.

    Raises:
        UnknownNameError: no such measure.
    """
    origins = Provenance(reader)
    spec = state.places if isinstance(state.places, Specialisation) else None
    measures = _measures(reader, spec)
    known = {x.key: x for x in measures}
    if measure and measure not in known:
        raise UnknownNameError(Text("指标", "measure"), measure, known)
    chosen = known[measure] if measure else _first(measures)
    blocks: list[tuple[str, m.Block]] = []
    if chosen is not None:
        made = _sector_map(reader, chosen, spec, origins, link) if chosen.sector and spec else None
        blocks.append(("map", made or _indicator_map(reader, chosen, origins, link)))
    if spec is not None:
        rest = section.section(spec, reader, origins).blocks
        blocks += [("multiples", b) for b in rest if isinstance(b.figure, fig.HexMultiples)]
        blocks += [("specialities", b) for b in rest if isinstance(b.figure, fig.Table)]
    elif isinstance(state.places, NotComputableError):
        blocks.append(("specialities", failed(Text("专业化", "Specialisation"), state.places)))
    return PlacesView(
        content=gathered(TITLE, origins, blocks),
        measures=measures,
        chosen=chosen.key if chosen else None,
        districts=_districts(reader),
        shapes=bool(reader.sql("SELECT count(*) AS n FROM geo_shapes")["n"][0].as_py()),
    )


def shapes(reader: Reader) -> dict[str, Any] | None:
    """The pack's own borders as a GeoJSON feature collection; None where it has none.

    Raises:
        FileFormatError: a geometry is not JSON.
    """
    features = []
    for r in reader.sql("SELECT region_id, geojson FROM geo_shapes ORDER BY region_id").to_pylist():
        try:
            geometry = json.loads(r["geojson"])
        except ValueError as error:
            raise FileFormatError(
                Text(f"{r['region_id']} 的边界不是 GeoJSON", f"the shape of {r['region_id']} is no GeoJSON"),
                hint=Text("修正数据包的 geo_shapes 表", "correct the pack's table geo_shapes"),
            ) from error
        properties = {"region": r["region_id"]}
        features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    return {"type": "FeatureCollection", "features": features} if features else None


def read_borders(path: Path) -> str:
    """A file of borders to draw districts with, as the server hands it on.

    Raises:
        FileFormatError: the file cannot be read, or is no GeoJSON feature collection.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        kind = json.loads(text).get("type")
    except (OSError, ValueError, AttributeError) as error:
        raise FileFormatError(
            Text(f"读不了边界文件 {path}：{error}", f"cannot read the borders in {path}: {error}"),
            hint=Text("需要 GeoJSON 文本文件", "it has to be a text file of GeoJSON"),
        ) from error
    if kind != "FeatureCollection":
        raise FileFormatError(
            Text(f"{path} 不是 GeoJSON 要素集合", f"{path} is no GeoJSON feature collection"),
            hint=Text("请导出为 FeatureCollection", "export it as a FeatureCollection"),
        )
    return text


def _districts(reader: Reader) -> tuple[District, ...]:
    rows = reader.sql(
        "SELECT region_id, r.adcode, r.name_zh, r.name_en, r.short_zh FROM geo_hexes JOIN regions r USING (region_id)"
        " ORDER BY region_id"
    ).to_pylist()
    found = []
    for r in rows:
        name = Text(r["short_zh"] or short_place(r["name_zh"], "zh"), short_place(r["name_en"], "en"))
        names = (r["region_id"], r["adcode"] or "", r["name_zh"], r["name_en"], name.en, name.zh)
        found.append(District(r["region_id"], name, names))
    return tuple(found)


def place_view(state: State, reader: Reader, region_id: str) -> PlaceView:
    """One district: its figures, what it is special in, what is close.

    Raises:
        UnknownNameError: no such region.
    """
    rows = {r["region_id"]: r for r in reader.sql("SELECT * FROM regions ORDER BY region_id").to_pylist()}
    if region_id not in rows:
        raise UnknownNameError(Text("区域", "place"), region_id)
    row = rows[region_id]
    name = Text(row["name_zh"], row["name_en"])
    origins = Provenance(reader)
    keys = _key_figures(reader, region_id, name, origins)
    blocks: list[tuple[str, m.Block]] = []
    spec = state.places if isinstance(state.places, Specialisation) else None
    if spec is not None and region_id in spec.region_ids:
        at = spec.region_ids.index(region_id)
        blocks.append(("strengths", _strengths(spec, at, name, origins)))
        blocks.append(("prospects", _prospects(spec, at, name, origins)))
    elif spec is None and isinstance(state.places, NotComputableError):
        blocks.append(("strengths", failed(Text("专业化", "Specialisation"), state.places)))
    planned: list[tuple[str, Text]] = []
    if isinstance(state.chain, ChainMap):
        chain = state.chain
        planned = [
            (a.node_id, chain.node(a.node_id).name) for a in chain.assignments if a.region_id == region_id
        ]
    firms = reader.sql("SELECT count(*) AS n FROM firms WHERE region_id = $region", {"region": region_id})
    return PlaceView(
        region_id=region_id,
        name=name,
        note=_remark(row["note"]) if row["note"] else None,
        valid=_validity(row),
        planned=tuple(planned),
        firms=int(firms["n"][0].as_py()),
        others=tuple((h["region_id"], Text(h["name_zh"], h["name_en"])) for h in _hexes(reader, state.as_of)),
        content=gathered(name, origins, blocks, key_figures=keys),
    )


def _remark(note: str) -> Text:
    """A remark of the pack with the days in it in words."""
    given = bilingual(note)
    return Text(_DAY.sub(r"\1年\2月\3日", given.zh), given.en)


def _validity(row: dict[str, Any]) -> Text | None:
    start, end = row["valid_from"], row["valid_to"]
    if end is not None:
        return Text(f"存续至{end:%Y年%-m月%-d日}", f"existed until {end.day} {end:%B %Y}")
    return Text(f"设立于{start:%Y年%-m月%-d日}", f"founded on {start.day} {start:%B %Y}") if start else None


def _measures(reader: Reader, spec: Specialisation | None) -> tuple[Measure, ...]:
    found = [
        Measure(r["indicator_id"], Text(r["name_zh"], r["name_en"]), sector=False)
        for r in reader.sql(_MEASURES).to_pylist()
    ]
    if spec is not None:
        order = np.argsort(-spec.enterprises.sum(axis=0), kind="stable")
        found += [Measure(f"sector-{spec.sector_ids[s]}", spec.sectors[s], sector=True) for s in order]
    return tuple(found)


def _first(measures: tuple[Measure, ...]) -> Measure | None:
    return measures[0] if measures else None


def _hexes(reader: Reader, day: date) -> list[dict[str, Any]]:
    """Hexagons of the districts that there were on a day: the day that the figures speak of, not today."""
    return reader.sql(queries.HEXES, {"day": day}).to_pylist()


def _indicator_map(reader: Reader, chosen: Measure, origins: Provenance, link: Link) -> m.Block:
    rows = {
        r["region_id"]: r for r in reader.sql(queries.LATEST_BY_REGION, {"indicator": chosen.key}).to_pylist()
    }
    # Figures of different years meet on one map only where a district lacks the common one.
    common = Counter(r["period"] for r in rows.values()).most_common(1)[0][0]
    hexes = _hexes(reader, parse_period(common).end)
    values = [rows[h["region_id"]] for h in hexes if h["region_id"] in rows]
    cells = []
    for h in hexes:
        row, name = rows.get(h["region_id"]), Text(h["name_zh"], h["name_en"])
        value = None
        if row is not None:
            period = parse_period(row["period"])
            what = Text(
                f"{name.zh}{chosen.name.zh}，{period.label('zh')}",
                f"{chosen.name.en} of {name.en}, {period.label('en')}",
            )
            value = num.Quantity(
                row["value"],
                report_unit(row["unit"]),
                origins.observed(what, "observations", row["source_id"], row["status"]),
            )
        cells.append(_cell(h, value, link, None if value else Text("没有公布", "not published")))
    first = max(values, key=lambda r: r["value"])
    top = next(h for h in hexes if h["region_id"] == first["region_id"])
    when = parse_period(first["period"])
    return m.Block(
        finding=num.Prose(
            Text(
                f"{when.label('zh')}{chosen.name.zh}最高的是{top['name_zh']}，{{first}}。",
                f"{top['name_en']} is highest in {_small(chosen.name.en)}, {when.label('en')}: {{first}}.",
            ),
            {"first": next(c.value for c in cells if c.name.zh == top["name_zh"] and c.value)},
        ),
        figure=fig.HexCity(
            Text(f"各区县{chosen.name.zh}", f"{chosen.name.en} by district"), chosen.name, tuple(cells)
        ),
        source=origins.line([r["source_id"] for r in values]),
        note=_map_note(),
    )


def _sector_map(
    reader: Reader, chosen: Measure, spec: Specialisation, origins: Provenance, link: Link
) -> m.Block:
    column = spec.sector(chosen.key.removeprefix("sector-"))
    origin = _engine(
        spec, origins, Text(f"{chosen.name.zh}企业数", f"Enterprises in {_small(chosen.name.en)}")
    )
    at = {r: i for i, r in enumerate(spec.region_ids)}
    hexes = _hexes(reader, parse_period(spec.period).end)
    cells = tuple(
        _cell(
            h,
            counted(int(spec.enterprises[at[h["region_id"]], column]), "enterprises", origin)
            if h["region_id"] in at
            else None,
            link,
            None if h["region_id"] in at else Text("没有公布", "not published"),
        )
        for h in hexes
    )
    total = int(spec.enterprises[:, column].sum())
    top = int(np.argmax(spec.enterprises[:, column]))
    return m.Block(
        finding=num.Prose(
            Text(
                f"{chosen.name.zh}有{{n}}，最多的是{spec.regions[top].zh}，{{first}}。",
                f"{chosen.name.en} has {{n}}; {spec.regions[top].en} has most of them, {{first}}.",
            ),
            {
                "n": counted(total, "enterprises", origin),
                "first": counted(int(spec.enterprises[top, column]), "enterprises", origin),
            },
        ),
        figure=fig.HexCity(
            Text(f"{chosen.name.zh}企业数", f"Enterprises: {_small(chosen.name.en)}"),
            Text(f"{chosen.name.zh}企业数，{spec.period}年末", f"Enterprises, end of {spec.period}"),
            cells,
        ),
        source=origins.line(spec.sources),
        note=_map_note(),
    )


def _cell(h: dict[str, Any], value: num.Quantity | None, link: Link, because: Text | None) -> fig.HexCell:
    return fig.HexCell(
        name=Text(h["name_zh"], h["name_en"]),
        q=h["q"],
        r=h["r"],
        value=value,
        because=because,
        short=Text(h["short_zh"], short_place(h["name_en"], "en")),
        link=link("place", h["region_id"]),
    )


def _map_note() -> num.Prose:
    return num.Prose(
        Text(
            "每个区县一个等大的六边形，位置近似；不是边界图。选一个看该区县。",
            "One equal hexagon per district, roughly in its place; not a map of borders. Choose one for its page.",
        )
    )


def _small(name: str) -> str:
    return name if name[:2].isupper() else name[:1].lower() + name[1:]


def _engine(spec: Specialisation, origins: Provenance, value: Text) -> str:
    return origins.computed(
        Text(f"{value.zh}，{spec.period}年末", f"{value.en}, end of {spec.period}"),
        Text("专业化与相关性引擎", "specialisation and relatedness engine"),
        ["sector_counts"],
        spec.sources,
    )


def _key_figures(reader: Reader, region: str, name: Text, origins: Provenance) -> list[m.KeyFigure]:
    found = []
    for r in reader.sql(_FIGURES, {"region": region}).to_pylist():
        period = parse_period(r["period"])
        what = Text(
            f"{name.zh}{r['name_zh']}，{period.label('zh')}",
            f"{r['name_en']} of {name.en}, {period.label('en')}",
        )
        origin = origins.observed(what, "observations", r["source_id"], r["status"])
        found.append(
            m.KeyFigure(
                label=Text(f"{r['name_zh']}，{period.label('zh')}", f"{r['name_en']}, {period.label('en')}"),
                quantity=num.Quantity(r["value"], report_unit(r["unit"]), origin),
                note=num.Prose(Text("上年 = 100", "year before = 100")) if r["unit"] == "index" else None,
            )
        )
    return found


def _strengths(spec: Specialisation, at: int, name: Text, origins: Provenance) -> m.Block:
    quotient = _engine(spec, origins, Text(f"{name.zh}的区位商", f"Location quotients of {name.en}"))
    size = _engine(spec, origins, Text(f"{name.zh}制造业企业数", f"Manufacturing enterprises of {name.en}"))
    strong = spec.strengths(at, 31)
    rows = tuple(
        (
            spec.sectors[s],
            counted(int(spec.enterprises[at, s]), "enterprises", size),
            num.Quantity(float(spec.lq[at, s]), "index", quotient),
            num.Quantity(float(spec.enterprises[at, s] / spec.enterprises[:, s].sum() * 100), "pct", size),
        )
        for s in strong
    )
    total = int(spec.enterprises[at].sum())
    names = [spec.sectors[s] for s in strong[:3]]
    return m.Block(
        finding=num.Prose(
            Text(
                f"{name.zh}有制造业企业{{n}}，最突出的是{listing([x.zh for x in names], 'zh')}。",
                f"{name.en} has {{n}} in manufacturing and is most special in "
                f"{listing([_small(x.en) for x in names], 'en')}.",
            )
            if names
            else Text(
                f"{name.zh}有制造业企业{{n}}，没有特别突出的行业。",
                f"{name.en} has {{n}} in manufacturing and no specialisation.",
            ),
            {"n": counted(total, "enterprises", size)},
        ),
        figure=fig.Table(
            Text(f"{name.zh}的专长行业", f"What {name.en} is special in"),
            (
                fig.Column(Text("行业", "Sector")),
                fig.Column(Text("企业", "Enterprises"), Text("家", "number"), numeric=True),
                fig.Column(
                    Text("区位商", "Location quotient"), Text("全市 = 1", "all districts = 1"), numeric=True
                ),
                fig.Column(Text("占全市同行业", "Of all in the sector"), numeric=True),
            ),
            rows,
        ),
        source=origins.line(spec.sources),
        note=num.Prose(
            Text(
                "区位商是本区县该行业企业占比与全市占比之比，按企业数计，不是产值；一以上为专长。",
                "The location quotient is the sector’s share here over its share in all districts, by number of "
                "enterprises, not output; above one is a speciality.",
            )
        ),
    )


def _prospects(spec: Specialisation, at: int, name: Text, origins: Provenance) -> m.Block:
    origin = _engine(spec, origins, Text(f"{name.zh}的相关性密度", f"Relatedness density of {name.en}"))
    near = spec.prospects(at, _LISTED)
    rows = tuple(
        (
            spec.sectors[s],
            counted(int(spec.enterprises[at, s]), "enterprises", origin),
            num.Quantity(float(spec.lq[at, s]), "index", origin),
            num.Quantity(float(spec.density[at, s]), "index", origin),
        )
        for s in near
    )
    names = [spec.sectors[s] for s in near[:3]]
    return m.Block(
        finding=num.Prose(
            Text(
                f"尚不突出而离现有专长最近的是{listing([x.zh for x in names], 'zh')}。",
                f"Not yet special in, but closest to what it does well: {listing([_small(x.en) for x in names], 'en')}.",
            )
            if names
            else Text("没有可比的近邻行业。", "There is no sector to compare.")
        ),
        figure=fig.Table(
            Text("近邻行业", "Sectors close by"),
            (
                fig.Column(Text("行业", "Sector")),
                fig.Column(Text("企业", "Enterprises"), Text("家", "number"), numeric=True),
                fig.Column(
                    Text("区位商", "Location quotient"), Text("全市 = 1", "all districts = 1"), numeric=True
                ),
                fig.Column(Text("相关性密度", "Relatedness density"), numeric=True),
            ),
            rows,
        ),
        source=origins.line(spec.sources),
        note=num.Prose(Text("只是机会的提示，不是建议。", "A hint at opportunity, not advice.")),
    )
