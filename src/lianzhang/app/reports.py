"""The report on the state of the clusters, as a use case."""

from __future__ import annotations

from datetime import date

from lianzhang.app.report import build_report
from lianzhang.app.session import open_store
from lianzhang.app.state import compute_state
from lianzhang.config import Settings
from lianzhang.report.model import Report


def state_report(settings: Settings, as_of: date) -> Report:
    """Compute the state of the region that is meant and make its report.

    Raises:
        NotLoadedError: nothing is loaded, or not this region.
        UnknownNameError: several regions are loaded and none is named.
    """
    store = open_store(settings)
    with store.reader(settings.region, memory_gb=settings.memory_gb, threads=settings.processes) as reader:
        return build_report(compute_state(store, reader, settings, as_of), reader)
