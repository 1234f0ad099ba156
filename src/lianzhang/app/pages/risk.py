"""Risk of the firm network, as far as it was computed."""

from __future__ import annotations

from lianzhang.app.browse.desk import Desk
from lianzhang.app.pages.content import Content, empty, gathered
from lianzhang.app.report.provenance import Provenance
from lianzhang.i18n import Text
from lianzhang.store import Reader

TITLE = Text("风险", "Risk")


def risk_view(desk: Desk, reader: Reader) -> Content:
    """The risk of the region's firm network; where it was not computed, what would fill the page."""
    block = empty(
        Text("还没有企业网络", "There is no firm network yet"),
        Text(
            "没有谁向谁供货的数据，也还没有重构过网络，哪家企业停产影响最大无从计算",
            "nobody has said who supplies whom, and no network was reconstructed, so nobody can tell whose failure "
            "hurts most",
        ),
        Text(
            "用一份供货关系表计算每家企业的系统性风险，或从投入产出表重构网络",
            "rank every firm from a table of who sells to whom, or reconstruct the network from the input–output table",
        ),
        "lianzhang risk rank --edges EDGES.tsv --sectors SECTORS.tsv --types TYPES.csv",
    )
    return gathered(TITLE, Provenance(reader), [("risk", block)])
