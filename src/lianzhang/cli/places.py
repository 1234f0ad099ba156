"""``lianzhang places``."""

from __future__ import annotations

from cyclopts import App

from lianzhang.cli._common import emit_json, lang, settings, table
from lianzhang.i18n import Text

app = App(name="places", help="Districts, sectors and specialisation.")


@app.command
def special(*, district: str | None = None, period: str | None = None, json: bool = False) -> None:
    """Show what each district is special in, and which sectors are close to what it does well.

    Parameters
    ----------
    district
        Only this one, by name in either language or id; shows all its sectors.
    period
        Period of the enterprise counts; the latest by default.
    json
        Print JSON instead of a table.
    """
    from lianzhang.app.session import open_region
    from lianzhang.app.tables import specialisation_tables
    from lianzhang.errors import UnknownNameError
    from lianzhang.places.service import specialisation

    with open_region(settings()) as reader:
        spec = specialisation(reader, period)
    language = lang()
    chosen = range(len(spec.regions))
    if district is not None:
        found = [i for i, t in enumerate(spec.regions) if district in (t.zh, t.en, spec.region_ids[i])]
        if not found:
            raise UnknownNameError(
                Text("区县", "district"), district, [t.get(language) for t in spec.regions]
            )
        chosen = range(found[0], found[0] + 1)
    if json:
        wanted = {spec.region_ids[i] for i in chosen}
        tables = specialisation_tables(spec)
        emit_json(
            {
                "period": spec.period,
                "regions": [r for r in tables["regions"].to_pylist() if r["region_id"] in wanted],
                "sectors": tables["sectors"].to_pylist(),
                "cells": [r for r in tables["cells"].to_pylist() if r["region_id"] in wanted],
            }
        )
        return
    if district is not None:
        i = chosen[0]
        order = sorted(range(len(spec.sectors)), key=lambda s: -spec.enterprises[i, s])
        table(
            Text(f"{spec.regions[i].zh}，{spec.period}年末", f"{spec.regions[i].en}, end of {spec.period}"),
            [
                Text("行业", "Sector"),
                Text("企业数", "Enterprises"),
                Text("区位商", "LQ"),
                Text("相关性密度", "Density"),
            ],
            [
                (
                    spec.sectors[s].get(language),
                    int(spec.enterprises[i, s]),
                    f"{spec.lq[i, s]:.2f}",
                    f"{spec.density[i, s]:.2f}",
                )
                for s in order
            ],
        )
        return
    table(
        Text(f"各区县专长，{spec.period}年末", f"What districts are special in, end of {spec.period}"),
        [
            Text("区县", "District"),
            Text("企业数", "Enterprises"),
            Text("专长", "Special in"),
            Text("最接近", "Closest"),
        ],
        [
            (
                spec.regions[i].get(language),
                int(spec.enterprises[i].sum()),
                "、".join(spec.sectors[s].get(language) for s in spec.strengths(i, 3)),
                "、".join(spec.sectors[s].get(language) for s in spec.prospects(i, 3)),
            )
            for i in chosen
        ],
    )
