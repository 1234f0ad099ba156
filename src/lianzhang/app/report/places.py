"""Report section: districts and what they are special in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lianzhang.app.report.provenance import Provenance, counted, report_unit, worst
from lianzhang.i18n import Text
from lianzhang.places import queries
from lianzhang.places.service import Specialisation
from lianzhang.report import figures as fig
from lianzhang.report import model as m
from lianzhang.report import values as num
from lianzhang.report.format import listing, short_place
from lianzhang.schema.period import parse_period
from lianzhang.store import Reader

#: Sectors shown as small multiples, and specialisations listed per district.
_MULTIPLES = 6
_LISTED = 3


@dataclass(frozen=True, slots=True)
class Hex:
    """A district's place on the hex map."""

    region_id: str
    name: Text
    short: Text
    q: int
    r: int


def section(spec: Specialisation, reader: Reader, origins: Provenance) -> m.Section:
    """Hex map of enterprises, small multiples by sector, and a table of specialisations."""
    hexes = hexes_of(reader, spec)
    blocks = []
    amount = _amount(reader, hexes, origins)
    if amount is not None:
        blocks.append(amount)
    if hexes:
        blocks.append(_multiples(spec, hexes, origins))
    blocks.append(_specialities(spec, origins))
    return m.Section(
        key="places",
        title=Text("区县与专业化", "Districts and what they are special in"),
        blocks=tuple(blocks),
    )


def hexes_of(reader: Reader, spec: Specialisation) -> tuple[Hex, ...]:
    """Hexagons of the regions that were valid when the counts were made."""
    day = parse_period(spec.period).end
    return tuple(
        Hex(
            r["region_id"],
            Text(r["name_zh"], r["name_en"]),
            Text(r["short_zh"], short_place(r["name_en"], "en")),
            r["q"],
            r["r"],
        )
        for r in reader.sql(queries.HEXES, {"day": day}).to_pylist()
        if r["region_id"] in spec.region_ids
    )


def _amount(reader: Reader, hexes: tuple[Hex, ...], origins: Provenance) -> m.Block | None:
    """The money indicator that most districts have, industry before the rest."""
    found = reader.sql(queries.INDICATORS_BY_REGION).to_pylist()
    places = {h.region_id for h in hexes}
    if not found or not places:
        return None
    indicator = found[0]
    values = {
        r["region_id"]: r
        for r in reader.sql(queries.LATEST_BY_REGION, {"indicator": indicator["indicator_id"]}).to_pylist()
        if r["region_id"] in places
    }
    if len(values) < 2:
        return None
    name = Text(indicator["name_zh"], indicator["name_en"])
    unit = report_unit(indicator["unit"])
    cells = []
    for h in hexes:
        row = values.get(h.region_id)
        quantity = None
        if row is not None:
            period = parse_period(row["period"])
            what = Text(
                f"{h.name.zh}{name.zh}，{period.label('zh')}",
                f"{name.en} of {h.name.en}, {period.label('en')}",
            )
            quantity = num.Quantity(
                row["value"], unit, origins.observed(what, "observations", row["source_id"], row["status"])
            )
        because = None if row is not None else Text("没有公布", "not published")
        cells.append(fig.HexCell(name=h.name, q=h.q, r=h.r, value=quantity, because=because, short=h.short))
    ranked = sorted(values.values(), key=lambda r: -r["value"])
    total = sum(r["value"] for r in ranked)
    top = [next(h.name for h in hexes if h.region_id == r["region_id"]) for r in ranked[:3]]
    period = parse_period(ranked[0]["period"])
    origin = origins.computed(
        Text(f"前三位占各区县{name.zh}之和", f"First three in the sum of {name.en.lower()} over districts"),
        Text("求和", "sums"),
        ["observations"],
        [r["source_id"] for r in ranked],
    )
    return m.Block(
        finding=num.Prose(
            Text(
                f"{period.label('zh')}{name.zh}，{listing([t.zh for t in top], 'zh')}三地占各区县之和的{{share}}。",
                f"{listing([t.en for t in top], 'en')} hold {{share}} of the districts’ {name.en.lower()} in "
                f"{period.label('en')}.",
            ),
            {"share": num.Quantity(sum(r["value"] for r in ranked[:3]) / total * 100, "pct", origin)},
        ),
        figure=fig.HexCity(
            Text(f"各区县{name.zh}", f"{name.en} by district"), Text(name.zh, name.en), tuple(cells)
        ),
        source=origins.line([r["source_id"] for r in ranked]),
        note=num.Prose(
            Text(
                "每个区县一个等大的六边形，位置近似；不是边界图。",
                "One equal hexagon per district, roughly in its place; not a map of borders.",
            )
        ),
    )


def _multiples(spec: Specialisation, hexes: tuple[Hex, ...], origins: Provenance) -> m.Block:
    totals = spec.enterprises.sum(axis=0)
    chosen = [int(s) for s in np.argsort(-totals, kind="stable")[:_MULTIPLES] if totals[s] > 0]
    row = {region: i for i, region in enumerate(spec.region_ids)}
    maps = []
    for s in chosen:
        name = spec.sectors[s]
        what = Text(f"{name.zh}企业数，{spec.period}年末", f"Enterprises in {name.en}, end of {spec.period}")
        origin = origins.observed(what, "sector_counts", spec.sources[0], worst(spec.statuses))
        maps.append(
            fig.HexCity(
                spec.sectors[s],
                Text("企业数", "enterprises"),
                tuple(
                    fig.HexCell(
                        name=h.name,
                        q=h.q,
                        r=h.r,
                        value=counted(int(spec.enterprises[row[h.region_id], s]), "enterprises", origin),
                        short=h.short,
                    )
                    for h in hexes
                ),
            )
        )
    origin = _origin(spec, origins, Text("制造业企业数", "Manufacturing enterprises"))
    largest = chosen[0]
    return m.Block(
        finding=num.Prose(
            Text(
                f"{spec.period}年末各区县共有制造业企业{{n}}，最多的行业是{spec.sectors[largest].zh}，{{first}}。",
                f"At the end of {spec.period} the districts had {{n}} in manufacturing; the largest sector by number is "
                f"{spec.sectors[largest].en.lower()} with {{first}}.",
            ),
            {
                "n": counted(int(totals.sum()), "enterprises", origin),
                "first": counted(int(totals[largest]), "enterprises", origin),
            },
        ),
        figure=fig.HexMultiples(Text("企业数最多的行业", "The sectors with most enterprises"), tuple(maps)),
        source=origins.line(spec.sources),
    )


def _specialities(spec: Specialisation, origins: Provenance) -> m.Block:
    quotient = _origin(spec, origins, Text("区位商", "Location quotient"))
    spread = _origin(spec, origins, Text("有效行业数", "Effective number of sectors"))
    size = _origin(spec, origins, Text("制造业企业数", "Manufacturing enterprises"))
    order = np.argsort(-spec.enterprises.sum(axis=1), kind="stable")
    rows: list[tuple[fig.Cell, ...]] = []
    for r in (int(i) for i in order):
        strong, near = spec.strengths(r, _LISTED), spec.prospects(r, _LISTED)
        rows.append(
            (
                spec.regions[r],
                counted(int(spec.enterprises[r].sum()), "enterprises", size),
                num.Quantity(float(spec.diversification[r]), "index", spread),
                _names(spec, strong),
                num.Quantity(float(spec.lq[r, strong[0]]), "times", quotient) if strong else None,
                _names(spec, near),
            )
        )
    widest = int(np.argmax(spec.diversification))
    narrowest = int(np.argmin(spec.diversification))
    return m.Block(
        finding=num.Prose(
            Text(
                f"门类最全的是{spec.regions[widest].zh}，相当于{{wide}}个等大的行业；最专的是"
                f"{spec.regions[narrowest].zh}，相当于{{narrow}}个。",
                f"{spec.regions[widest].en} is the most diverse, like {{wide}} equally large sectors; "
                f"{spec.regions[narrowest].en} the most specialised, like {{narrow}}.",
            ),
            {
                "wide": num.Quantity(float(spec.diversification[widest]), "index", spread),
                "narrow": num.Quantity(float(spec.diversification[narrowest]), "index", spread),
            },
        ),
        figure=fig.Table(
            Text("各区县的专长与近邻行业", "What districts are special in, and what is close"),
            (
                fig.Column(Text("区县", "District")),
                fig.Column(Text("制造业企业", "Enterprises"), Text("家", "number"), numeric=True),
                fig.Column(Text("有效行业数", "Effective sectors"), numeric=True),
                fig.Column(Text("区位商最高的行业", "Highest location quotients")),
                fig.Column(Text("其中最高", "Highest"), Text("全市 = 1", "all districts = 1"), numeric=True),
                fig.Column(Text("尚不突出而最接近的行业", "Not yet special in, but closest")),
            ),
            tuple(rows),
        ),
        source=origins.line(spec.sources),
        note=num.Prose(
            Text(
                "区位商按企业数计算，不是产值；“最接近”按相关性密度排序，只是机会的提示，不是建议。",
                "Location quotients count enterprises, not output. ‘Closest’ ranks by relatedness density: a hint at "
                "opportunity, not advice.",
            )
        ),
    )


def _names(spec: Specialisation, columns: list[int]) -> Text | None:
    if not columns:
        return None
    names = [spec.sectors[s] for s in columns]
    return Text("；".join(n.zh for n in names), "; ".join(n.en for n in names))


def _origin(spec: Specialisation, origins: Provenance, value: Text) -> str:
    return origins.computed(
        Text(f"{value.zh}，{spec.period}年末", f"{value.en}, end of {spec.period}"),
        Text("专业化与相关性引擎", "specialisation and relatedness engine"),
        ["sector_counts"],
        spec.sources,
    )
