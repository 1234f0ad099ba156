"""What looks like a quantity and is none: names, numbering, document numbers, addresses, slogans.

:func:`mask` blanks such spans (one character for one character) before quantities are read.
"""

from __future__ import annotations

import re
from functools import cache

from lianzhang.plan.kernel.tables import load_units

BLANK = "\x00"
_Y = r"(?:19|20)\d\d"

_BOTH = [
    r"https?://\S+|www\.\S+|\S+@\S+\.\w+",
    r"[〔\[(（【]\s*(?:19|20)\d\d\s*[〕\])）】]\s*(?:第)?\s*\d+\s*号",
    r"(?<!比)(?<!比为)(?<!比达)(?<!比达到)(?<!ratio of )\b\d{1,2}:\d{2}(?::\d{2})?\b",
    r"(?:GB|ISO|IEC|IATF|SAE|UN|YS|QC)(?:/[TZ])?\s*\d[\d.\-—:]*",
    r"[“\"‘'「『]?\d+(?:\+(?:\d+|[A-Za-z]))+[”\"’'」』]?|[“\"][A-Za-z0-9]+(?:\+[A-Za-z0-9]+)+[”\"]",
    r"\b\d{3,4}-\d{7,8}\b|\b1[3-9]\d{9}\b|\b(?:\d{1,3}\.){3}\d{1,3}\b",
    r"[“\"]\d{4,}[”\"]|[“\"]\d+(?:[A-Za-z]\d*)+[”\"]",
    r"\d+\s*[×xX]\s*\d+\s*(?:小时|hours|h)?|\b24/7\b",
    r"(?:工业|Industry|Web|Version|版本|V|v)\s*\d\.\d",
    r"\b[23456]G\b|[23456]G(?=[^A-Za-z]|$)|\b\dD\b|\b[248]K\b|\bL[1-5]\b|\bCO2?e?\b|\bCO\d\b|\bPM\d+(?:\.\d)?\b|\bPM2\.5|\bH\d\b|\bV\dX\b|\bB\d\w\b",
    r"\b(?!(?:CURRENCY)\d)[A-Z]+[A-Za-z]*-?\d+[A-Za-z0-9]*\b",
    r"\b\d+(?:\.\d+)?[A-Z](?![A-Za-z]*[Wh])\b",
    r"^\s*[(（]?\d{1,3}[)）.、．](?=[^\d])",
    r"(?<=[\s(（])\d{1,2}[)）](?=\s*[^\d\s,.;，。；、])",
    r"https?:\S*|#\S+",
    r"\bNo\.\s*\d+(?=\s*(?:of|document|\[))",
    r"(?:电话|邮编|传真|邮政编码|Tel|Fax|Phone|ICP备|公网安备|ISBN|ISSN|字号|页码|阅读|浏览|点击|评论)\s*[:：]?\s*[\d\-— ()]+号?",
]

_ZH = [
    r"《[^》\n]{0,120}》",
    r"第\s*(?:[一二三四五六七八九十百零]+|\d+)\s*(?:章|节|条|款|项|届|次|批|期|版|页|部分|号|轮|代|产业|大道|个|方面|类|种|阶段|步|讲|线|回|天|车间|师|医院|中学)",
    r"[(（][一二三四五六七八九十]{1,3}[)）]",
    r"^\s*[一二三四五六七八九十]{1,3}\s*[、.．]",
    r"(?:专栏|附件|表|图|附表|附图|栏目|章节|专题)\s*(?:\d+|[一二三四五六七八九十]+)(?:[-—.]\d+)?",
    r"\d+\s*级(?=[^\w]|[\u4e00-\u9fff])|[A-Z]?\d+A级|\d[A]级",
    r"[一两二三四五六七八九十]\s*(?:网|体|站式|码|手抓|带一路|卡|图|库|盘棋|揽子|系列|批|起|定|直|些|般|样|切|旦|致|流|线|方面|公里|环|区两群)",
    r"“[^”]{0,4}[一二三四五六七八九十两](?:[^”\d]{0,12})”(?=[^级])",
    r"(?:大小)?三电|双碳|双百|双循环|双一流|五大发展|四个全面|四个意识|两个维护|两个确立|三农|百年未有|千方百计|万无一失|千家万户|千军万马|百花齐放|百家争鸣|万众|一刻钟|十百千|百千万|零部件|零排放|零碳|零售|零距离|零配件|万物互联|千行百业|百强县|百业|千企|万企|百企|百亿俱乐部|亿欧|亿纬|亿华通|万向|万科|万达|万里扬|千里|三一|三安|四维|百度|百胜|五金|五菱|六安|九江|三亚|三明|十堰|四川|万州|两江|三峡|百色|千岛湖|五粮液|一汽|二汽|三星|三菱|七彩|八达|九龙|十里|百年|千年|万里|一季度",
    r"\d{1,2}时\d{1,2}分|\d{1,2}点\d{0,2}分?",
    r"\d+(?:\.\d+)?\s*(?:岁|号楼|号线|室|楼|层|路|弄|号)(?!机)",
    r"[A-Za-z]\d+|\d+[A-Za-z]{1,2}\d+[A-Za-z]*",
    r"[\u4e00-\u9fff]\d{1,2}(?:[、,，]|[A-Za-z])(?=[\u4e00-\u9fff]+[A-Z]{0,3}\d)",
    r"(?:前|后)\d{1,2}(?:届|批)",
    r"(?:\d{2,4}|[一二三四五六七八九十]+)[-—]?(?:[一二三四五六七八九十]+)?(?:工程|计划|战略|行动)(?=[^\d])",
]

_EN = [
    r"(?:Figure|Fig\.|Table|Box|Annex|Appendix|Chapter|Section|Article|Part|Step|Phase|Page|p\.|Scope|Stage|Tier|Level|Class|Category|Grade|Euro|Euro\s)\s*\d+(?:\.\d+)*(?:[-–]\d+)?\b",
    r"\b\d+(?:st|nd|rd|th)\b(?!\s+(?:in|place|among|largest|globally|nationwide|worldwide))",
    r"\b(?:Fortune|Forbes|S&P|CSI|FTSE|Hurun|Nasdaq|Nifty)\s+(?:Global\s+|China\s+)?\d{2,4}\b|\b(?:top|Top|Global)[\s-]\d{3}\b(?!,|\s*(?:thousand|million|billion|trillion))",
    r"\b[A-Z]{1,3}\$?\s?1\s*=\s*[^\s()]{0,4}\s?[\d.,]+\s*[a-z]*|[$€£¥]1\s*=\s*[^\s()]{0,4}\s?[\d.,]+\s*[a-z]*",
    r"[“\"][A-Z][A-Za-z]*(?:[\s-][A-Z]?[A-Za-z]*)*[\s-]\d+[”\"]",
    r"(?<=[“\"])\d{1,4}(?=\s[A-Za-z][^”\".,;]{2,60}[”\"])",
    r"(?i:[“\"‘][^”\"’]{0,40}\b(?:one|two|three|four|five|six|seven|eight|nine|ten)\b[^”\"’]{0,40}[”\"’])",
    r"(?<=/)\d+\b|\bUN\s*\d+",
    r"\btwice\s+the\s+\w+\s+with\s+half\b[^,.;]*|\b(?:one|two)[-\s](?:pronged|stop|wheel\w*|way|sided|step|fold\s+path)\b[^,.;]{0,20}",
    r"\b(?:one|two|three|four|five)\s+after\s+another|\bone\s+of\b|\bno\s+one\b|\bone\s+by\s+one\b|\bgame\s+of\b",
]


def _compile(parts: list[str], flags: int = 0) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{part})" for part in parts), flags)


@cache
def _patterns(lang: str) -> re.Pattern[str]:
    signs = [sign for sign in load_units().en_signs if sign.isalpha()]
    either = "|".join(f"{sign.upper()}|{sign.capitalize()}" for sign in sorted(signs, key=len, reverse=True))
    return _compile([part.replace("CURRENCY", either) for part in _BOTH + (_ZH if lang == "zh" else _EN)])


_BOILERPLATE = re.compile(
    r"(?i)^\s*(?:#\s*)?(?:source|来源|出处|链接)\s*[:：]\s*\S*(?:https?:|www)|https?://"
    r"|all rights reserved|\bcookies?\b|privacy policy|akismet|leave a (?:comment|reply)|^\s*see also\b"
    r"|you may also like|read more|related (?:articles|news|posts)|share this|subscribe|sign up|copyright|©"
    r"|版权所有|备案|公安备|上一篇|下一篇|相关阅读|相关新闻|责任编辑|扫一扫|延伸阅读|点击查看|网站地图|联系我们|附件下载|打印本页"
    r"|\s»\s|^(?![^\n]*[.。!]\s*$)[^\n]*\s[–|_]\s[^\n–|_]{2,40}(?:Network|Website|News|新闻|频道|网)\s*$"
    r"|^\s*#\w+(?:\s+#\w+)+|^\s*(?:photo|image|picture|caption|图|摄|图片)\s*(?:by|[:：])|(?:记者|通讯员)[^。]{0,12}摄\s*$"
)


def boilerplate(sentence: str) -> bool:
    """Whether a sentence is navigation, a caption, a source line or the like; nothing is read from it."""
    return bool(_BOILERPLATE.search(sentence))


def mask(sentence: str, lang: str, spans: list[tuple[int, int]]) -> str:
    """``sentence`` with its non-quantities and the given ``spans`` (dates) blanked; the length is kept."""
    blanked = _patterns(lang).sub(lambda found: BLANK * (found.end() - found.start()), sentence)
    if not spans:
        return blanked
    chars = list(blanked)
    for start, end in spans:
        chars[start:end] = BLANK * (end - start)
    return "".join(chars)
