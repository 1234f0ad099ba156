"""The fixed words of reports and drawings, both languages side by side."""

from __future__ import annotations

from collections.abc import Mapping

from lianzhang.i18n import Text
from lianzhang.report.figures import Comparator, Coverage, Verdict
from lianzhang.report.values import Status

COVERAGE: Mapping[Coverage, Text] = {
    "covered": Text("两家以上", "two or more makers"),
    "single": Text("仅一家", "one maker"),
    "missing": Text("缺失（已查，未找到）", "missing (searched, none found)"),
    "unknown": Text("未知（尚未查找）", "unknown (nobody has looked)"),
}

STATUS: Mapping[Status, Text] = {
    "official": Text("官方", "official"),
    "derived": Text("推算", "derived"),
    "estimated": Text("估计", "estimated"),
    "synthetic": Text("合成", "synthetic"),
    "reconstructed": Text("重构", "reconstructed"),
}

STATUS_MARK: Mapping[Status, Text] = {
    "official": Text("", ""),
    "derived": Text("推", "d"),
    "estimated": Text("估", "e"),
    "synthetic": Text("合", "s"),
    "reconstructed": Text("构", "r"),
}

STATUS_MEANING: Mapping[Status, Text] = {
    "official": Text("来源原文给出", "as printed in the source"),
    "derived": Text("由官方数值直接算出", "computed from official values"),
    "estimated": Text("含模型或假设", "rests on a model or an assumption"),
    "synthetic": Text("人工生成，非真实对象", "made up; not a real object"),
    "reconstructed": Text("依据线索补全，非官方口径", "filled in from hints; not official"),
}

VERDICT: Mapping[Verdict, Text] = {
    "met": Text("已达成", "Met"),
    "on_course": Text("有望达成", "On course"),
    "at_risk": Text("有风险", "At risk"),
    "out_of_reach": Text("难以达到", "Out of reach"),
    "missed": Text("未达成", "Missed"),
    "overdue": Text("到期无数据", "Overdue"),
    "not_computable": Text("无法计算", "Not computable"),
}

TROUBLE: tuple[Verdict, ...] = (
    "missed",
    "out_of_reach",
    "overdue",
    "at_risk",
    "not_computable",
    "on_course",
    "met",
)
"""Verdicts from most to least trouble; rows of a tracker sort by it."""

VERDICT_COLOUR: Mapping[Verdict, str] = {
    "met": "jade",
    "on_course": "jade",
    "at_risk": "amber",
    "out_of_reach": "brick",
    "missed": "brick",
    "overdue": "amber",
    "not_computable": "mist",
}

COMPARATOR: Mapping[Comparator, Text] = {
    "=": Text("", ""),
    ">": Text("超过", "more than "),
    ">=": Text("不低于", "at least "),
    "<": Text("低于", "less than "),
    "<=": Text("不超过", "at most "),
    "~": Text("约", "about "),
    "range": Text("", ""),
    "level": Text("达到", "reaching "),
    "milestone": Text("", ""),
}

WORDS: Mapping[str, Text] = {
    "as_of": Text("判断日期", "Judged on"),
    "data_as_of": Text("数据包截至", "data as of"),
    "availability": Text("查看数据", "Show the data"),
    "contents": Text("目录", "Contents"),
    "sources": Text("来源", "Sources"),
    "origins": Text("数值来历", "Where the numbers come from"),
    "data_behind": Text("图中数据", "Numbers in the pictures"),
    "source": Text("来源", "Source"),
    "note": Text("说明", "Note"),
    "origin": Text("来历", "Origin"),
    "value": Text("数值", "value"),
    "run": Text("计算", "run"),
    "query": Text("查询", "query"),
    "table": Text("数据表", "table"),
    "place": Text("位置", "place in the source"),
    "status": Text("性质", "Status"),
    "summary": Text("摘要", "Summary"),
    "theme": Text("明暗", "Light or dark"),
    "published": Text("发布", "published"),
    "licence": Text("许可", "licence"),
    "target": Text("目标", "Target"),
    "latest": Text("最新", "Latest"),
    "deadline": Text("期限", "Deadline"),
    "forecast": Text("预测", "Forecast"),
    "probability": Text("达成概率", "Probability"),
    "required": Text("达标须年均", "Needed p.a."),
    "recent": Text("近年年均", "Recent p.a."),
    "verdict": Text("判断", "Verdict"),
    "reason": Text("依据", "Reason"),
    "indicator": Text("指标", "Indicator"),
    "observed": Text("实际", "observed"),
    "gap": Text("中间年份无数据", "years without data"),
    "fan": Text("预测中位数与 80% 区间", "forecast: median and 80% interval"),
    "system": Text("系统", "System"),
    "assembly": Text("总成", "Assembly"),
    "component": Text("部件", "Component"),
    "coverage": Text("覆盖", "Coverage"),
    "makers": Text("厂家", "Makers"),
    "evidence": Text("依据", "Evidence"),
    "stake": Text("涉及金额", "Value at stake"),
    "reconstructed_node": Text("部件名称为重构，非官方", "component name reconstructed, not official"),
    "whole_assembly": Text(
        "总成名旁小方块：对整个总成的证据，不计入部件",
        "square beside an assembly: evidence about it as a whole, not counted for components",
    ),
    "qualitative": Text("定性目标，没有数值", "qualitative, no figure"),
    "others": Text("其余", "more"),
    "no_components": Text("尚无登记的部件", "no components listed"),
    "yes": Text("是", "yes"),
    "no": Text("否", "no"),
    "reconstructed": Text("重构", "Reconstructed"),
    "district": Text("区县", "District"),
    "measure": Text("指标", "Measure"),
    "no_data": Text("无数据", "no data"),
    "top": Text("前列", "Highest"),
    "cluster": Text("集群", "Cluster"),
    "tier": Text("梯队", "Tier"),
    "level": Text("能级", "Level"),
    "share_of_level": Text("占能级", "Share of level"),
    "series": Text("口径", "Series"),
    "because": Text("无法计算，因为", "Not computable, because"),
    "no_level": Text("无能级", "no level stated"),
    "sector": Text("部门", "Sector"),
    "net_inflow": Text("净流入", "Net inflow"),
    "net_outflow": Text("净流出", "Net outflow"),
    "share_of_demand": Text("占本地需求", "of local demand"),
    "period": Text("时期", "Period"),
    "subject": Text("事项", "Subject"),
    "statement": Text("表述", "Statement"),
    "used": Text("采用", "Used"),
    "why": Text("理由", "Why"),
    "ratio": Text("相差", "Ratio"),
    "command": Text("命令", "Command"),
    "remedy": Text("怎样补齐", "What would fill it"),
    "empty": Text("暂无内容", "Nothing here yet"),
    "numbers": Text("编号", "No."),
    "title": Text("标题", "Title"),
    "publisher": Text("发布者", "Publisher"),
    "address": Text("网址", "Address"),
    "close": Text("关闭", "Close"),
    "tap": Text("点按数字，可查看来历。", "Tap a number to see where it comes from."),
    "how_marked": Text("数值标记", "Marks on numbers"),
}
