"""``lianzhang observe``."""

from __future__ import annotations

from lianzhang.cli._common import emit_json, say, settings
from lianzhang.i18n import Text


def observe(
    indicator: str,
    period: str,
    value: str,
    /,
    *,
    source: str,
    place: str | None = None,
    sector: str | None = None,
    series: str = "main",
    comparator: str = "=",
    known_from: str | None = None,
    status: str | None = None,
    note: str | None = None,
    json: bool = False,
) -> None:
    """Add one observed figure without loading the pack again.

    Parameters
    ----------
    indicator
        The indicator's id or its name in either language.
    period
        2024, 2024-03, 2024-Q1, 2024-H1, 2024-01..10 or 2024-03-31.
    value
        In the indicator's unit.
    source
        Id of a known source, or the title of a new one.
    place
        Region id; the whole region by default.
    sector
        Sector id, where the figure is of one sector.
    series
        Tells definitions of one indicator apart.
    comparator
        > where the source says more than, and so on.
    known_from
        Day of first publication.
    status
        official, derived, estimated, reconstructed or synthetic; can be left out for a known official source.
    note
        Scope and doubts.
    json
        Print the stored row as JSON.
    """
    from lianzhang.app.session import open_store
    from lianzhang.store import observe as add

    current = settings()
    row = add(
        open_store(current),
        current.region,
        indicator,
        period,
        value,
        source=source,
        series=series,
        place=place,
        sector=sector,
        comparator=comparator,
        known_from=known_from,
        status=status,
        note=note,
    )
    if json:
        emit_json(row)
    else:
        say(Text(f"已记入：{indicator}，{period}，{value}", f"Added: {indicator}, {period}, {value}"))
