"""Make the report on the state of a region's clusters from what the engines say."""

from __future__ import annotations

from datetime import date

from lianzhang import __version__
from lianzhang.app.gradient import gradient_of
from lianzhang.app.report import accounts, chain, clusters, disagreements, gradient, places, risk, targets
from lianzhang.app.report.provenance import Provenance
from lianzhang.app.state import State
from lianzhang.chain.service import ChainMap, ClusterSystem, RegionalAccounts
from lianzhang.errors import NotComputableError
from lianzhang.i18n import Text
from lianzhang.places.service import Specialisation
from lianzhang.report import figures as fig
from lianzhang.report import model as m
from lianzhang.report import values as num
from lianzhang.store import Reader


def build_report(state: State, reader: Reader) -> m.Report:
    """The report. What could not be computed appears as an empty section that says why and what would fill it."""
    origins = Provenance(reader)
    sections: list[m.Section] = []
    summary: list[num.Prose] = []

    if state.targets:
        sections.append(targets.section(state.targets, origins))
        summary.append(targets.summary(state.targets, origins))
    else:
        sections.append(
            _empty(
                "targets",
                Text("目标与实际", "Targets against actuals"),
                Text("还没有目标", "there are no targets yet"),
                Text(
                    "读入规划文件，或在数据包的 statements 表中提供",
                    "read a plan, or supply the pack's table statements",
                ),
                "lianzhang plan read",
            )
        )
    classes = gradient.section(gradient_of(reader, state.as_of, state.targets), origins)
    if classes is not None:
        sections.append(classes)
    if isinstance(state.clusters, ClusterSystem):
        sections.append(clusters.section(state.clusters, origins))
        summary.append(clusters.summary(state.clusters, origins))
    else:
        sections.append(_failed("clusters", Text("集群体系", "The cluster system"), state.clusters))
    if isinstance(state.chain, ChainMap) and state.gaps is not None:
        sections.append(
            chain.section(state.chain, state.other_cuts, state.gaps, state.rates, origins, state.risk)
        )
        summary.append(chain.summary(state.chain, origins))
    elif isinstance(state.chain, NotComputableError):
        sections.append(_failed("chain", Text("产业链覆盖", "Coverage of the chain"), state.chain))
    if isinstance(state.places, Specialisation):
        sections.append(places.section(state.places, reader, origins))
    else:
        sections.append(_failed("places", Text("区县与专业化", "Districts"), state.places))
    if isinstance(state.accounts, RegionalAccounts):
        sections.append(accounts.section(state.accounts, origins))
        summary.append(accounts.summary(state.accounts, origins))
    else:
        sections.append(_failed("accounts", Text("薄弱环节：投入产出表", "Weak links"), state.accounts))
    sections.append(risk.section(state.risk, origins, reader, state))
    if state.risk is not None and state.risk.rank is not None:
        summary.append(risk.summary(state.risk.rank, state.risk, origins))
    if state.conflicts:
        sections.append(disagreements.section(state.conflicts, origins))

    key_figures = targets.key_figures(state.targets, origins) if state.targets else ()
    return m.Report(
        title=Text(
            f"{state.region.name.zh}产业集群现状",
            f"The state of {state.region.name.en}’s industrial clusters",
        ),
        region=state.region.name,
        as_of=state.as_of,
        summary=tuple(summary),
        sections=tuple(sections),
        origins=origins.origins,
        sources=origins.sources,
        key_figures=key_figures,
        data_as_of=date.fromisoformat(reader.region.as_of) if reader.region.as_of else None,
        colophon=Text(
            f"链长 {__version__} 由数据快照 {reader.snapshot_id[:12]} 生成。",
            f"Made by Lianzhang {__version__} from the data snapshot {reader.snapshot_id[:12]}.",
        ),
    )


def _failed(key: str, title: Text, error: NotComputableError) -> m.Section:
    remedy = error.hint or Text("请补充数据", "supply the data")
    return _empty(key, title, error.message, remedy)


def _empty(key: str, title: Text, because: Text, remedy: Text, command: str | None = None) -> m.Section:
    figure = fig.Empty(title=title, because=because, remedy=remedy, command=command)
    finding = num.Prose(Text(f"这一节无法计算：{because.zh}。", f"This cannot be computed: {because.en}."))
    return m.Section(
        key=key, title=title, blocks=(m.Block(finding=finding, figure=figure, source=Text("无", "none")),)
    )
