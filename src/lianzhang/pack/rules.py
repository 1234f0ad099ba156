"""Every rule a pack is checked by: what is wrong, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lianzhang.i18n import Text


@dataclass(frozen=True, slots=True)
class Rule:
    """Severity, what is wrong, and the general remedy; a check may give a more exact remedy."""

    severity: Literal["error", "notice"]
    message: Text
    remedy: Text


def _e(zh: str, en: str, zh_remedy: str, en_remedy: str) -> Rule:
    return Rule("error", Text(zh, en), Text(zh_remedy, en_remedy))


def _n(zh: str, en: str, zh_remedy: str, en_remedy: str) -> Rule:
    return Rule("notice", Text(zh, en), Text(zh_remedy, en_remedy))


#: Rule → what it means. The documentation lists this table.
RULES: dict[str, Rule] = {
    # The package
    "no-package": _e(
        "没有 datapackage.json",
        "there is no datapackage.json",
        "用 lianzhang pack new 新建一个，或指到数据包所在文件夹",
        "start one with lianzhang pack new, or point at the folder that has it",
    ),
    "bad-package": _e(
        "datapackage.json 读不懂",
        "datapackage.json is not readable",
        "请按 JSON 语法更正，UTF-8 编码",
        "correct it as JSON in UTF-8",
    ),
    "package-field": _e(
        "datapackage.json 的一项缺失或不对",
        "an entry of datapackage.json is missing or wrong",
        "照 lianzhang pack new 写出的样子填写",
        "fill it in as lianzhang pack new writes it",
    ),
    "unknown-table": _e(
        "没有这个名称的表",
        "no table has this name",
        "资源名须是数据字典中的表名",
        "name the resource after a table of the data dictionary",
    ),
    "duplicate-resource": _e(
        "同一资源或文件写了两次",
        "a resource or file is listed twice",
        "只留一个；几个文件先合并",
        "keep one; merge several files first",
    ),
    "unsafe-path": _e(
        "路径不在数据包内",
        "the path leads out of the pack",
        "用数据包内的相对路径，不用 ..、绝对路径或网址",
        "use a relative path inside the pack: no .., absolute path or address",
    ),
    "missing-file": _e(
        "找不到文件",
        "the file is not there",
        "补上文件，或从 resources 中去掉这一项",
        "add the file, or take the entry out of resources",
    ),
    "unknown-format": _e("不支持的格式", "unsupported format", "用 csv 或 parquet", "use csv or parquet"),
    # The file as text
    "empty-file": _e(
        "空文件，连表头都没有", "empty file, not even a header", "至少写上表头", "write at least the header"
    ),
    "not-text": _e(
        "不是文本文件",
        "not a text file",
        "像是 Excel 或二进制文件；请另存为“CSV UTF-8”",
        "it looks like a workbook or a binary file; save it as CSV UTF-8",
    ),
    "utf-16": _e(
        "编码是 UTF-16",
        "the file is UTF-16",
        "另存为“CSV UTF-8”；“Unicode 文本”存的是 UTF-16",
        "save it as CSV UTF-8; what spreadsheets call Unicode text is UTF-16",
    ),
    "unknown-encoding": _e(
        "编码无法识别", "the encoding is not recognised", "请另存为 UTF-8", "save it as UTF-8"
    ),
    "mixed-encoding": _e(
        "同一文件混用 UTF-8 与 GB18030",
        "UTF-8 and GB18030 are mixed in one file",
        "把这些行按 UTF-8 重新粘贴后另存",
        "paste these rows again and save all of it as UTF-8",
    ),
    "delimiter": _e(
        "不是用逗号分隔的",
        "not separated by commas",
        "请存为逗号分隔的 CSV",
        "save it as comma-separated CSV",
    ),
    "bad-quote": _e(
        "引号不配对",
        "a quote is out of place",
        "字段内的引号写成两个，含引号的字段整体加引号",
        "double the quotes inside a field and quote the whole field",
    ),
    "ragged-row": _e(
        "字段数与表头不同",
        "the number of fields differs from the header",
        "字段内有逗号就给该字段加引号",
        "quote fields that contain commas",
    ),
    "truncated-file": _e(
        "文件似乎被截断",
        "the file seems to be cut off",
        "重新导出或重新下载完整的文件",
        "export or download the whole file again",
    ),
    "unreadable-file": _e(
        "文件读不了",
        "the file cannot be read",
        "重新导出；确认格式与扩展名一致",
        "export it again; format and name must agree",
    ),
    "column-type": _e(
        "Parquet 列的类型不能用",
        "the Parquet column has a type that cannot be used",
        "改成文本、数值、布尔或日期",
        "use text, number, boolean or date",
    ),
    "duplicate-header": _e(
        "表头有重名的列", "two columns have the same name", "改名或删去一列", "rename or remove one of them"
    ),
    "unknown-column": _e(
        "表中没有这一列",
        "the table has no such column",
        "改成数据字典中的列名，或删去此列",
        "use a name of the data dictionary, or remove the column",
    ),
    "missing-column": _e("缺少必需的列", "a required column is missing", "补上这一列", "add the column"),
    # Cells
    "missing-value": _e("必填却为空", "empty where a value is required", "补上值", "fill it in"),
    "unknown-code": _e(
        "不是允许的代码", "not one of the allowed codes", "改为允许的代码之一", "use one of the allowed codes"
    ),
    "unreadable-number": _e(
        "不是数",
        "not a number",
        "只写数字：不带千分位、单位或百分号；没有就留空",
        "digits only: no thousands separators, units or %; leave unknown empty",
    ),
    "not-whole": _e("应为整数", "not a whole number", "写整数", "write a whole number"),
    "unreadable-boolean": _e("不是是/否", "not true or false", "写 true 或 false", "write true or false"),
    "unreadable-date": _e("不是日期", "not a date", "写成 2024-03-31", "write it as 2024-03-31"),
    "unreadable-period": _e(
        "不是时期",
        "not a period",
        "写成 2024、2024-03、2024-03-31、2024-Q1、2024-H1、2024-01..10 或 2022..2030",
        "write 2024, 2024-03, 2024-03-31, 2024-Q1, 2024-H1, 2024-01..10 or 2022..2030",
    ),
    "out-of-range": _e(
        "超出允许的范围", "outside the allowed range", "核对数值与单位", "check the value and its unit"
    ),
    "percent-for-share": _e(
        "份额应在 0 到 1 之间",
        "a share must lie between 0 and 1",
        "若是百分数请除以 100",
        "divide by 100 if it is a percentage",
    ),
    "pattern": _e(
        "不合规定的写法", "not of the required form", "核对位数与字符", "check its length and characters"
    ),
    "excel-scientific": _e(
        "代码被电子表格改成科学计数",
        "a spreadsheet turned the code into scientific notation",
        "从原始资料重取，该列设为文本后再存",
        "take it from the original again and format the column as text before saving",
    ),
    "excel-float": _e(
        "代码被当作小数，多了 .0",
        "the code was read as a number and gained .0",
        "去掉 .0；该列设为文本",
        "remove .0; format the column as text",
    ),
    "excel-zeros": _e(
        "代码丢了前导零",
        "the code lost its leading zeros",
        "补足位数；该列设为文本",
        "pad it to full length; format the column as text",
    ),
    "excel-date": _e(
        "代码被电子表格改成日期",
        "a spreadsheet turned the code into a date",
        "从原始资料重取，该列设为文本后再存",
        "take it from the original again and format the column as text before saving",
    ),
    "excel-digits": _e(
        "代码末三位被电子表格抹成零",
        "a spreadsheet zeroed the last digits of the code",
        "从原始资料重取，该列设为文本后再存",
        "take it from the original again and format the column as text before saving",
    ),
    "wrong-unit": _e(
        "单位无法识别",
        "the unit is not known",
        "用 yuan、vehicles、%、km² 等单位；数量级换算到数值里，如 1.2 亿元写 120000000 与 yuan",
        "use yuan, vehicles, %, km² and the like; put scale words into the value: 120 million yuan is 120000000 with yuan",
    ),
    "unknown-unit": _n(
        "不认识的单位，按个数读",
        "unknown unit, read as a count",
        "若本是已有单位，改用数据字典中的写法；若是可数的东西，可以不改",
        "if it is a known unit by another name, use that name; a countable noun may stay",
    ),
    "share-unit": _e(
        "占比的单位应是 %",
        "a share has the unit %",
        "单位写 %，数值写成百分数；若不是占比，改度量",
        "write % and give the value in percent; if it is no share, correct the measure",
    ),
    # Rows and tables
    "duplicate-key": _e(
        "主键重复",
        "the key occurs twice",
        "删去重复的一行，或改正主键",
        "remove the repeated row or correct its key",
    ),
    "dangling-reference": _e(
        "指向不存在的行",
        "points to a row that does not exist",
        "补上被指的行，或改正编号",
        "add the row it points to, or correct the id",
    ),
    "cycle": _e("上下级成环", "parents form a circle", "改正其中一个上级", "correct one of the parents"),
    "date-order": _e(
        "日期次序颠倒", "dates in the wrong order", "核对两个日期", "correct one of the two dates"
    ),
    "range-order": _e("上下界颠倒", "bounds in the wrong order", "调换上下界", "swap the bounds"),
    "null-without-reason": _e("空值没有说明", "an empty value without a reason", "写明原因", "say why"),
    "unit-missing": _e("有数值没有单位", "a value without its unit", "补上单位", "add the unit"),
    "unit-conflict": _e(
        "单位与指标的单位不是一类",
        "the unit is of another kind than its indicator's",
        "改正单位或指标",
        "correct the unit or the indicator",
    ),
    "share-over-100": _e(
        "占比不在 0 到 100 之间",
        "a share of the whole outside 0 to 100",
        "核对数值；增速请改度量为 growth",
        "check the value; a growth rate has the measure growth",
    ),
    "two-preferred": _e(
        "同一时期有两行都标为采用",
        "two rows of one period are marked as used",
        "只在一行写 true",
        "mark only one of them true",
    ),
    "two-main": _e(
        "主用的标了两个", "two are marked as main", "只在一行写 true", "mark only one of them true"
    ),
    "broken-rule": _e(
        "不合本表的规则", "breaks a rule of its table", "见数据字典", "see the data dictionary"
    ),
    # Notices
    "io-uses": _n(
        "中间使用加最终使用与总产出相差超过 1%",
        "intermediate plus final uses differ from gross output by more than 1 %",
        "核对 io_flows 与 io_final_demand：是否缺行，流入、进口是否为负；统计误差记入 error 一类",
        "check io_flows and io_final_demand: missing rows? inflow and imports negative? statistical errors under error",
    ),
    "io-inputs": _n(
        "中间投入加增加值与总产出相差超过 1%",
        "intermediate inputs plus value added differ from gross output by more than 1 %",
        "核对 io_flows 与 io_value_added：是否缺行",
        "check io_flows and io_value_added: missing rows?",
    ),
    "bom": _n(
        "文件以 BOM 开头",
        "the file starts with a byte order mark",
        "已跳过，无须处理",
        "skipped; nothing to do",
    ),
    "gb18030": _n(
        "文件编码为 GB18030",
        "the file is encoded as GB18030",
        "已转换读入；另存为 UTF-8 更稳妥",
        "converted while reading; UTF-8 is safer",
    ),
    "blank-row": _n("空行", "blank row", "已跳过", "skipped"),
    "spaces": _n("首尾有空白", "blanks around the value", "已去掉", "removed"),
    "absent-columns": _n(
        "没有这些可空的列", "these optional columns are absent", "按空值读入", "read as empty"
    ),
    "no-final-newline": _n(
        "最后一行没有换行",
        "the last line has no line end",
        "若文件完整则无须处理",
        "nothing to do if the file is whole",
    ),
}


def rule_of(name: str) -> Rule:
    """The rule of that name; a rule that only the schema's tables know is a rule of its table."""
    return RULES.get(name, RULES["broken-rule"])
