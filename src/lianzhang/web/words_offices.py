"""Fixed words of the chain office's pages of gaps and risk and the planning office's review, both languages side by side."""

from __future__ import annotations

from collections.abc import Mapping

from lianzhang.i18n import Text

OFFICE_WORDS: Mapping[str, Text] = {
    "compute_all": Text("全部计算", "Compute everything"),
    "gaps_next": Text("下一步：把尚未核查的部件查清楚", "Next: look at what nobody has looked at"),
    "gaps_next_register": Text(
        "本地有没有人做：导入一份企业名录或登记库（CSV、Excel、Parquet），经营范围会自动归到产业链环节，写明证据和日期。",
        "Does anybody here make it: import a list or register of firms (CSV, Excel, Parquet); the scopes are read into nodes of "
        "the chain, with evidence and date.",
    ),
    "gaps_next_products": Text(
        "可以从外地找谁：导入一份企业产品清单（一行一个产品），候选就按产品而不是按行业排列。",
        "Whom to bring in: import a list of firms’ products, one a row, and candidates are ordered by product instead of trade.",
    ),
    "gaps_next_web": Text("在浏览器里上传", "Upload in the browser"),
    "gaps_next_command": Text("或在命令行", "or on the command line"),
    "earlier_version": Text("较早版本的结果", "Result of an earlier version"),
    "earlier_when": Text("算出的时间与版本：", "Computed on"),
    "earlier_by": Text("，版本", "by version"),
    "earlier_about": Text(
        "数据没有变；现在的版本重算，结果可能略有不同。",
        "from the same data; computed again by this version it may differ a little.",
    ),
    "earlier_short": Text("较早版本", "earlier version"),
    "review_observed": Text(
        "数值已记为实际值，来源是这份文件",
        "its figure is among the observations, with this document as its source",
    ),
    "took": Text("用时", "took"),
    "version": Text("程序版本", "Version of the program"),
    "run_with": Text("版本、参数与输入", "Version, parameters, inputs"),
    "run_zone": Text("时间是服务器所在时区（{zone}）的。", "Times are in the zone of the server ({zone})."),
    "run_how": Text("怎么算的", "How it was computed"),
    "run_results": Text("结果", "Results"),
    "run_shown": Text("用到这一结果的页面", "Pages with figures that rest on it"),
    "run_shock": Text("这一情景的结果", "The result of this scenario"),
    "run_past": Text(
        "它所用的表已经变了，页面上的数值出自更新的计算。",
        "Tables it rests on have changed since; the figures on the pages come from a newer run.",
    ),
    "run_snapshot": Text("现在的数据装入于", "The data as they are now were loaded on"),
    "run_same": Text("未变", "unchanged"),
    "run_changed": Text("已变", "changed since"),
    "do_next": Text("接下来", "What to do next"),
    "newly_told": Text("新的数值与陈述", "New figures and statements"),
    "newly_more": Text("此外还有（个）：", "And more:"),
    "read_again": Text("重读", "read again"),
    "read_again_added": Text("新读出", "newly read:"),
    "read_again_replaced": Text("替换未审核的", "unreviewed ones replaced:"),
    "read_again_kept": Text("保留已审核的", "reviewed ones kept:"),
    "again": Text("重新计算", "Compute again"),
    "again_rank": Text("重算排位", "Compute the rank again"),
    "again_stress": Text("重算压力测试", "Run the stress tests again"),
    "again_points": Text("重算单点", "Compute single points again"),
    "again_remedy": Text("重算对策", "Compute remedies again"),
}
