"""`lianzhang observe`: add one observed figure."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from lianzhang.cli import _common
from lianzhang.i18n import Text


def observe(
    indicator: str,
    period: str,
    value: Annotated[str, Parameter(allow_leading_hyphen=True)],
    *,
    source: str,
    series: str = "main",
    place: str | None = None,
    sector: str | None = None,
    comparator: str = "=",
    known_from: str | None = None,
    used: bool | None = None,
    status: str = "official",
    note: str | None = None,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Add one observed figure to the loaded region, checked like a pack's; nothing is loaded again.

    Parameters
    ----------
    indicator
        Id or name of the indicator.
    period
        2024, 2024-03, 2024-Q1, 2024-H1, 2024-01..10 or 2024-03-31.
    value
        In the indicator's unit.
    source
        Id of a source, or the title or address of a new one.
    series
        Tells definitions of one indicator apart.
    place
        Id or name of a district; the whole region by default.
    sector
        Id or name of a sector.
    comparator
        > where the source says more than, < for less than, ~ for about.
    known_from
        Date of first publication; today by default.
    used
        Whether computations use this figure; by default if no other of that period is used.
    status
        official, derived, estimated, reconstructed or synthetic.
    note
        Scope and doubts.
    json
        Print the stored row as JSON.
    """
    from lianzhang.store import Store
    from lianzhang.store import observe as add

    settings = _common.settings()
    row = add(
        Store(settings.store),
        settings.region,
        indicator,
        period,
        value,
        source=source,
        series=series,
        place=place,
        sector=sector,
        comparator=comparator,
        known_from=known_from,
        preferred=used,
        status=status,
        note=note,
    )
    if json:
        _common.emit_json(row)
        return
    used_zh, used_en = ("，计算采用", ", used") if row["preferred"] else ("，计算不采用", ", not used")
    _common.say(
        Text(
            f"已记 {row['indicator_id']} {row['period']} = {row['value']:,}（来源 {row['source_id']}{used_zh}）",
            f"noted {row['indicator_id']} {row['period']} = {row['value']:,} (source {row['source_id']}{used_en})",
        )
    )
