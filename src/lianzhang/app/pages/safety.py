"""Local supply-chain safety of a node, a sector or a firm, as a page: on whom it depends, who depends on it, what would
replace it. Links are reconstructed and say in how many draws they exist; substitutes are from the register."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from lianzhang.app.browse.desk import Desk
from lianzhang.app.browse.risking import region_of
from lianzhang.app.pages.content import Content, gathered
from lianzhang.app.report.provenance import Provenance, counted, worst
from lianzhang.app.report.risk import LIMITS, reconstructed_origin
from lianzhang.app.risk.safety import Safety, SafetyKind, Tie, safety_of
from lianzhang.app.risk.substitutes import Substitute
from lianzhang.i18n import Text
from lianzhang.report import figures as fig
from lianzhang.report import model as m
from lianzhang.report import values as num
from lianzhang.report.format import listing
from lianzhang.store import Reader


@dataclass(frozen=True, slots=True)
class SafetyView:
    """The page's content, and what it was made from."""

    content: Content
    safety: Safety


def safety_view(desk: Desk, reader: Reader, kind: SafetyKind, name: str, as_of: date) -> SafetyView:
    """Sentences and tables on the safety of a node, sector or registered firm.

    Raises:
        UnknownNameError: there is none of that name.
        NotComputableError: it lies in no industrial sector of the network, or no network can be reconstructed.
    """
    region = region_of(desk, reader)
    found = desk.remember(reader, ("safety", kind, name, as_of), lambda: safety_of(region, kind, name, as_of))
    origins = Provenance(reader)
    given = region.industry
    origin = reconstructed_origin(given, origins, Text("供应链安全", "Supply-chain safety"))
    source = origins.line(given.sources)
    blocks = [
        ("suppliers", _ties(found.suppliers, found, origin, source, buying=True)),
        ("buyers", _ties(found.buyers, found, origin, source, buying=False)),
        ("at-home", _substitutes(found.substitutes.at_home, origins, found, here=True)),
        ("elsewhere", _substitutes(found.substitutes.elsewhere, origins, found, here=False)),
    ]
    title = Text(f"供应链安全：{found.name.zh}", f"Supply-chain safety: {found.name.en}")
    return SafetyView(gathered(title, origins, blocks, _lead(found, origin), _figures(found, origin)), found)


def _lead(found: Safety, origin: str) -> list[num.Prose]:
    sectors = Text(listing([s.zh for s in found.sectors], "zh"), listing([s.en for s in found.sectors], "en"))
    if found.stands_in:
        where = found.district or Text("不限区县", "any district")
        what = Text(
            f"网络由合成企业构成，没有真实企业的交易。以{where.zh}的{sectors.zh}中最大的合成企业代替“{found.name.zh}”。",
            f"The network is of made-up firms and knows no real firm's trade. The largest made-up firm of {sectors.en.lower()} "
            f"({where.en}) stands in for “{found.name.en}”.",
        )
    else:
        what = Text(
            f"网络按部门重构；“{found.name.zh}”按其所属的{sectors.zh}来读，同部门的节点数字相同。",
            f"The network is reconstructed by sector; “{found.name.en}” is read by {sectors.en.lower()}, in which it lies, and "
            "nodes of one sector share its figures.",
        )
    return [
        num.Prose(what),
        num.Prose(
            Text(
                "它若停产，全网产出减少{esri}（各次抽取{low}—{high}）。",
                "If it fails, {esri} of all output is lost ({low} to {high} over the draws).",
            ),
            {
                "esri": num.Quantity(found.esri.mid * 100, "pct", origin),
                "low": num.Quantity(found.esri.low * 100, "pct", origin),
                "high": num.Quantity(found.esri.high * 100, "pct", origin),
            },
        ),
        num.Prose(LIMITS),
    ]


def _figures(found: Safety, origin: str) -> list[m.KeyFigure]:
    days = found.stock_days
    none = Text("没有缺了就停的投入", "it has no essential input")
    return [
        m.KeyFigure(
            label=Text("停产使全网产出减少", "Output lost if it fails"),
            quantity=num.Quantity(found.esri.mid * 100, "pct", origin),
        ),
        m.KeyFigure(
            label=Text("断供后可撑（天，中位）", "Days it lasts without supplies (median)"),
            quantity=num.Quantity(
                days.mid if days else None, Text("天", "days"), origin, because=None if days else none
            ),
            note=num.Prose(
                Text("库存为假定：均值10天的泊松分布", "stocks are assumed: Poisson, ten days on average")
            ),
        ),
        m.KeyFigure(
            label=Text("卖给最终用户", "Sold to final users"),
            quantity=num.Quantity(found.to_final * 100, "pct", origin),
        ),
        m.KeyFigure(
            label=Text("网络中的合成企业", "Made-up firms in the network"),
            quantity=num.Quantity(found.firms, "enterprises", origin),
        ),
    ]


def _ties(ties: tuple[Tie, ...], found: Safety, origin: str, source: Text, *, buying: bool) -> m.Block:
    title = Text("它依赖谁", "On whom it depends") if buying else Text("谁依赖它", "Who depends on it")
    if not ties:
        because = Text("它不向工业企业采购", "it buys from no industrial firm")
        if not buying:
            because = Text("它全部卖给最终用户", "it sells to final users only")
        return m.Block(
            finding=num.Prose(title),
            figure=fig.Empty(title=title, because=because, remedy=Text("无须处理", "nothing to do")),
            source=source,
        )
    first = ties[0]
    share = num.Quantity(first.share * 100, "pct", origin)
    if buying:
        finding = Text(
            f"采购最多的是{first.name.zh}，占{{share}}。", f"Most is bought from {first.name.en}: {{share}}."
        )
    else:
        finding = Text(
            f"买得最多的是{first.name.zh}，占{{share}}。", f"Most is sold to {first.name.en}: {{share}}."
        )
    yes, no = Text("是", "yes"), Text("否", "no")
    return m.Block(
        finding=num.Prose(finding, {"share": share}),
        figure=fig.Table(
            title,
            (
                fig.Column(Text("部门·区县", "Sector · district")),
                fig.Column(Text("一年金额", "A year"), Text("中位", "median"), numeric=True),
                fig.Column(Text("占比", "Share"), numeric=True),
                fig.Column(Text("有此链接的抽取", "Draws with the link"), numeric=True),
                fig.Column(Text("缺了就停", "Essential")),
            ),
            tuple(
                (
                    t.name,
                    num.Quantity(t.value_cny.mid, "cny", origin),
                    num.Quantity(t.share * 100, "pct", origin),
                    num.Quantity(t.seen * 100, "pct", origin),
                    yes if t.essential else no,
                )
                for t in ties
            ),
        ),
        source=source,
        note=num.Prose(
            Text(
                f"链接为重构：{found.draws}次抽取中有多少次存在。“缺了就停”依据企业调查（Pichler 等 2022）。",
                f"Links are reconstructed: in how many of {found.draws} draws they exist. Essential inputs are from a survey of "
                "firms (Pichler et al. 2022).",
            )
        ),
    )


def _substitutes(firms: tuple[Substitute, ...], origins: Provenance, found: Safety, *, here: bool) -> m.Block:
    title = (
        Text("本地可替代者", "Substitutes at home") if here else Text("外地可替代者", "Substitutes elsewhere")
    )
    if not firms:
        return m.Block(
            finding=num.Prose(title),
            figure=fig.Empty(
                title=title,
                because=Text(
                    "名录与公开证据里没有同类企业",
                    "neither the register nor the evidence has a firm of the kind",
                ),
                remedy=Text(
                    "导入名录（lianzhang firms import），或登记证据",
                    "import a register (lianzhang firms import), or record evidence",
                ),
            ),
            source=Text("无", "none"),
        )
    origin = origins.computed(
        title,
        Text("名录与公开证据", "register and evidence"),
        ["firms", "firm_nodes", "node_sectors"],
        [s.source_id for s in firms],
        worst(s.status for s in firms),
    )
    proven = sum(s.proven for s in firms)
    return m.Block(
        finding=num.Prose(
            Text(
                "列出{n}，其中{proven}有在产记录；其余只是行业相同的线索。",
                "{n} are listed, {proven} of them on record as makers; the others only share its sector.",
            ),
            {
                "n": counted(len(firms), "enterprises", origin),
                "proven": counted(proven, "enterprises", origin),
            },
        ),
        figure=fig.Table(
            title,
            (
                fig.Column(Text("企业", "Firm")),
                fig.Column(Text("地区", "Region")),
                fig.Column(Text("依据", "Because")),
            ),
            tuple((s.name, s.region, s.why) for s in firms),
            (origin,),
        ),
        source=origins.line([s.source_id for s in firms]),
    )
