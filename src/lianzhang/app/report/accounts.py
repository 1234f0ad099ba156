"""Report section: weak links from the input–output table."""

from __future__ import annotations

import numpy as np

from lianzhang.app.report.provenance import Provenance
from lianzhang.chain.service import RegionalAccounts
from lianzhang.i18n import Text
from lianzhang.report import figures as fig
from lianzhang.report import model as m
from lianzhang.report import values as num

#: How many sectors the figure shows.
_SHOWN = 12


def section(accounts: RegionalAccounts, origins: Provenance) -> m.Section:
    """Net inflow by sector, and what each sector pulls along."""
    blocks = [_linkage(accounts, origins)]
    if _dependent(accounts):
        blocks.insert(0, _inflow(accounts, origins))
    return m.Section(
        key="accounts",
        title=Text("薄弱环节：投入产出表", "Weak links: the input–output table"),
        lead=(summary(accounts, origins),),
        blocks=tuple(blocks),
    )


def summary(accounts: RegionalAccounts, origins: Provenance) -> num.Prose:
    """The largest net inflow, in a sentence."""
    if not _dependent(accounts):
        period = accounts.head.period
        return num.Prose(Text(f"{period}年没有净流入的部门。", f"No sector had a net inflow in {period}."))
    first = int(accounts.weak.order[0])
    name = accounts.sectors[first]
    return num.Prose(
        Text(
            f"{accounts.head.period}年净流入最多的是{name.zh}：{{inflow}}，占本地需求的{{share}}。",
            f"In {accounts.head.period} the largest net inflow was of {name.en.lower()}: {{inflow}}, or {{share}} of "
            "local demand.",
        ),
        {"inflow": _net(accounts, first, origins), "share": _share(accounts, first, origins)},
    )


def _dependent(accounts: RegionalAccounts) -> bool:
    return bool(accounts.weak.net_inflow.max() > 0)


def _inflow(accounts: RegionalAccounts, origins: Provenance) -> m.Block:
    shown = [int(i) for i in accounts.weak.order[:_SHOWN] if accounts.weak.net_inflow[i] > 0]
    rows = tuple(
        fig.WeakLink(accounts.sectors[i], _net(accounts, i, origins), _share(accounts, i, origins))
        for i in shown
    )
    total = float(accounts.weak.net_inflow.sum())
    origin = _origin(accounts, origins, Text("各部门净流入合计", "Net inflow over all sectors"))
    return m.Block(
        finding=num.Prose(
            Text(
                "净流入部门合计{total}，前三位占{three}。",
                "Sectors with a net inflow bring in {total}; the first three are {three} of it.",
            ),
            {
                "total": num.Quantity(total, "cny", origin),
                "three": num.Quantity(
                    float(accounts.weak.net_inflow[accounts.weak.order[:3]].sum() / total * 100),
                    "pct",
                    origin,
                ),
            },
        ),
        figure=fig.WeakLinks(Text("净流入最多的部门", "Sectors with the largest net inflow"), rows),
        source=origins.line([accounts.head.source_id]),
        note=num.Prose(
            Text(
                "净流入 = 流入减流出，不反映同一部门的双向流动，因此是外部依赖的下限。",
                "Net inflow is inflow less outflow; trade both ways within a sector is hidden, so it is a lower bound of "
                "dependence.",
            )
        ),
    )


def _linkage(accounts: RegionalAccounts, origins: Provenance) -> m.Block:
    order = np.argsort(-accounts.extraction.output_loss, kind="stable")
    made = [int(i) for i in order if accounts.table.x[i] > 0][:15]
    output = _origin(accounts, origins, Text("总产出", "Gross output"))
    multiplier = _origin(accounts, origins, Text("本地产出乘数", "Local output multiplier"))
    index = _origin(accounts, origins, Text("拉斯穆森前后向联系指数", "Rasmussen linkage indices"))
    loss = _origin(
        accounts, origins, Text("假设抽取的本地产出损失", "Local output lost in hypothetical extraction")
    )
    purchase = _origin(
        accounts, origins, Text("本地采购系数（供需池）", "Regional purchase coefficient, supply–demand pool")
    )
    rows = tuple(
        (
            accounts.sectors[i],
            num.Quantity(float(accounts.table.x[i]), "cny", output),
            num.Quantity(float(accounts.local.output[i]), "times", multiplier),
            num.Quantity(float(accounts.linked.backward_index[i]), "index", index),
            num.Quantity(float(accounts.linked.forward_index[i]), "index", index),
            num.Quantity(float(accounts.purchase.r[i] * 100), "pct", purchase),
            num.Quantity(float(accounts.extraction.share[i] * 100), "pct", loss),
        )
        for i in made
    )
    first = made[0]
    return m.Block(
        finding=num.Prose(
            Text(
                f"若{accounts.sectors[first].zh}整体退出，本地总产出将减少{{share}}。",
                f"Without {accounts.sectors[first].en.lower()}, local output would be {{share}} smaller.",
            ),
            {"share": num.Quantity(float(accounts.extraction.share[first] * 100), "pct", loss)},
        ),
        figure=fig.Table(
            Text("部门联系与乘数", "Linkages and multipliers"),
            (
                fig.Column(Text("部门", "Sector")),
                fig.Column(Text("总产出", "Output"), Text("元", "yuan"), numeric=True),
                fig.Column(Text("本地产出乘数", "Local multiplier"), numeric=True),
                fig.Column(Text("后向联系", "Backward linkage"), Text("均值为 1", "mean is 1"), numeric=True),
                fig.Column(Text("前向联系", "Forward linkage"), Text("均值为 1", "mean is 1"), numeric=True),
                fig.Column(
                    Text("本地可供份额", "Local supply share"), Text("上限", "upper bound"), numeric=True
                ),
                fig.Column(
                    Text("抽取损失", "Loss if extracted"), Text("占总产出", "of output"), numeric=True
                ),
            ),
            rows,
        ),
        source=origins.line([accounts.head.source_id]),
    )


def _net(accounts: RegionalAccounts, i: int, origins: Provenance) -> num.Quantity:
    name = accounts.sectors[i]
    origin = _origin(accounts, origins, Text(f"{name.zh}净流入", f"Net inflow of {name.en.lower()}"))
    return num.Quantity(float(accounts.weak.net_inflow[i]), "cny", origin)


def _share(accounts: RegionalAccounts, i: int, origins: Provenance) -> num.Quantity:
    name = accounts.sectors[i]
    origin = _origin(
        accounts,
        origins,
        Text(f"{name.zh}净流入占本地需求", f"Net inflow of {name.en.lower()} in local demand"),
    )
    value = float(accounts.weak.inflow_share[i] * 100)
    if np.isnan(value):
        return num.Quantity(None, "pct", origin, because=Text("本地没有需求", "there is no local demand"))
    return num.Quantity(value, "pct", origin)


def _origin(accounts: RegionalAccounts, origins: Provenance, value: Text) -> str:
    period = accounts.head.period
    return origins.computed(
        Text(f"{value.zh}，{period}年", f"{value.en}, {period}"),
        Text("投入产出引擎", "input–output engine"),
        ["io_flows", "io_final_demand", "io_value_added", "io_sectors"],
        [accounts.head.source_id],
    )
