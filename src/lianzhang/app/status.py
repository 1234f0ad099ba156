"""What is loaded and how old it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from lianzhang.app.session import open_store
from lianzhang.config import Settings
from lianzhang.i18n import Text


@dataclass(frozen=True, slots=True)
class RegionStatus:
    """One loaded region. ``loaded_days`` is the age of the load in days; ``rows`` by table."""

    name: str
    title: Text
    version: str
    as_of: str | None
    loaded_at: datetime
    loaded_days: float
    rows: dict[str, int]
    added_rows: int
    runs: int
    snapshot: str


def store_status(
    settings: Settings, now: datetime | None = None, *, region: str = ""
) -> tuple[RegionStatus, ...]:
    """The region of that name, id or title; every loaded one where none is named.

    Raises:
        NotLoadedError: the named region is not loaded.
    """
    store = open_store(settings)
    wanted = {store.resolve(region)} if region else None
    moment = now or datetime.now(UTC)
    found = []
    for name, entry in store.regions().items():
        if wanted is not None and name not in wanted:
            continue
        loaded = datetime.fromisoformat(entry.loaded_at)
        files = [f for group in entry.tables.values() for f in group]
        found.append(
            RegionStatus(
                name=name,
                title=entry.title,
                version=entry.version,
                as_of=entry.as_of,
                loaded_at=loaded,
                loaded_days=(moment - loaded).total_seconds() / 86400,
                rows={table: sum(f.rows for f in group) for table, group in entry.tables.items()},
                added_rows=sum(f.rows for f in files if f.origin == "added"),
                runs=len(store.runs(name)),
                snapshot=entry.snapshot_id,
            )
        )
    return tuple(found)
