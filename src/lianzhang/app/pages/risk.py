"""Risk of the firm network, as far as its commands have been run."""

from __future__ import annotations

from lianzhang.app.browse.desk import Desk
from lianzhang.app.pages.content import Content, failed, gathered
from lianzhang.app.report import risk as section
from lianzhang.app.report.provenance import Provenance
from lianzhang.app.risk.kept import kept_risk
from lianzhang.errors import NotComputableError
from lianzhang.i18n import Text
from lianzhang.store import Reader

TITLE = Text("风险", "Risk")


def risk_view(desk: Desk, reader: Reader) -> Content:
    """Rank, critical sectors, stress tests and remedies that were kept; where there are none, what would fill it."""
    origins = Provenance(reader)
    try:
        kept = kept_risk(desk.store, reader, reader.region.root)
    except NotComputableError as error:
        return gathered(TITLE, origins, [("risk", failed(TITLE, error))])
    made = section.section(kept, origins)
    blocks = [(f"risk-{n}", b) for n, b in enumerate(made.blocks, start=1)]
    return gathered(made.title, origins, blocks, made.lead)
