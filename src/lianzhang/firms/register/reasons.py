"""Why rows are refused, and what to do about it."""

from __future__ import annotations

from lianzhang.i18n import Text

#: Why a row is not taken in.
REASONS: dict[str, Text] = {
    "name-missing": Text("没有企业名称", "no name"),
    "name-garbled": Text("名称不是可读的文字", "the name is no readable text"),
    "code-length": Text(
        "信用代码不是 18 位（旧码 15 位）", "a credit code has 18 characters, an old number 15"
    ),
    "code-character": Text(
        "信用代码含 I、O、S、V、Z 或其他不允许的字符", "a character that credit codes do not have"
    ),
    "code-scientific": Text(
        "信用代码被表格软件写成科学计数法，末几位已丢失；请把该列设为文本后重新导出",
        "a spreadsheet wrote the credit code in powers of ten and lost its last digits; export the column as text",
    ),
    "code-check": Text("信用代码校验位不符（GB 32100）", "the check character of the credit code is wrong"),
    "code-twice": Text(
        "同一信用代码在文件里有不同的名称", "one credit code with different names in the file"
    ),
    "ragged": Text("此行列数与表头不同", "another number of cells than the header"),
}
#: What to do about it in the register.
REMEDIES: dict[str, Text] = {
    "name-missing": Text("补上企业名称", "add the name"),
    "name-garbled": Text(
        "多为编码不对；请另存为 CSV UTF-8 或 xlsx", "often a wrong encoding; save it as CSV UTF-8 or xlsx"
    ),
    "code-length": Text("照营业执照补全代码", "complete the code from the business licence"),
    "code-character": Text(
        "照营业执照核对，常见 O 与 0、I 与 1 混淆", "compare with the licence; O for 0 and I for 1 are common"
    ),
    "code-scientific": Text(
        "请从原系统重新导出，代码列设为文本", "export it again from its system, with the codes as text"
    ),
    "code-check": Text(
        "多为错录一位，照营业执照核对", "often one character is wrong; compare with the licence"
    ),
    "code-twice": Text(
        "更名的留新名，错录的改代码", "keep the new name of a firm renamed, mend a code that is wrong"
    ),
    "ragged": Text(
        "单元格里有分隔符而没有引号；另存为 xlsx 最稳妥",
        "a cell holds the separator without quotation marks; save it as xlsx",
    ),
}
