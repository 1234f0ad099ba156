"""Personal data out of free text: names behind words such as 法定代表人 or 联系人, telephone numbers, mail addresses, QQ, WeChat,
identity numbers.

Business words stay: a name is only taken for one where a colon, a blank or a bracket parts it from its word, it begins with a
surname, and it ends where a word ends ("法人：王五；" goes, "法人治理咨询" and "负责人培训" stay); a number only where it has the
form of a telephone number or stands behind a word for one ("电话机制造" stays).

Surnames: the commonest of the census of 2010 and of the household registers of 2018 to 2020, compound ones included.
"""

from __future__ import annotations

import re

_COMPOUND = (
    "欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|长孙|宇文|司徒|令狐|夏侯|端木|南宫|独孤|第五|呼延|轩辕|澹台|公冶|濮阳|淳于|单于"
    "|申屠|仲孙|钟离|闻人|闾丘|百里|西门|拓跋|赫连|鲜于"
)
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范"
    "金石廖贾夏韦付傅方白邹孟熊秦邱丘江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤常温康施文牛樊葛邢安齐易乔伍庞颜"
    "倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕"
    "屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫"
    "寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻位厉伊仝区郜海阚花权强帅"
    "屠豆朴盖练廉禹井祖漆巴丰支卿国狄平计索宣晋相初门云容敬来扈晁芮都普阙浦戈伏鹿薄邸雍辜羊阿乌母裘亓修邰赫杭况那宿鲜印逯隆"
    "茹诺战慕危玉银亢嵇公哈湛宾戎勾茅利呼居揭干但尉冶斯元束檀衣信展阴昝智幸奉植富尧闭由畅綦竺么钭税青岗贡旷火"
)
#: Words that begin with a surname and stand behind 法人, 负责人 and the like in business.
_NO_NAMES = (
    "单位|许可|商务|金融|房屋|查询|管理|包装|费用|文化|计算|成果|成立|项目|方案|应用|安全|安装|资格|解决|施工|文件|云服|车辆|石油|高级"
    "|连锁|宣传|全部|农业|关系|卫生|国家|公司|公章|公共|相关|信息|信用|信贷|储备|智能|强化|都市|平台|支持|支付|计划|利用|利息|居民|普通"
    "|原料|原则|元器|干部|任职|任命|向社|明细|路桥|时间|和其|和经|和财|海外|设计|权利|权益|权限|区域|初级|修改|修理|来料|建筑|展览|展示"
    "|易货|常规|常年|能力|贺卡|章程|纪律|解散|范围|方式|人员|代表|变更|培训|证书|资质|制度|委托|授权|承担|登记|注册|组织|机构|企业|独资"
    "|治理|咨询|服务|代理|产品|经营|销售|生产|制造|加工"
)
_HAN = "一-鿿㐀-䶿"
_GIVEN = rf"[{_HAN}]"
_SURNAME = f"(?:{_COMPOUND}|[{_SURNAMES}])"
_LABELS = (
    "(?:法定代表人|企业法人|法人代表|法人|主要负责人|单位负责人|企业负责人|负责人|联系人|联络人|经办人|经营者|投资人|业主|股东|收件人|店主|户主"
    "|制表人|填表人|填报人|董事长|总经理)"
)
#: What may follow a name: the end, no Chinese character, or another word of this kind.
_ENDS = rf"(?=$|[^{_HAN}]|先生|女士|小姐|电话|手机|联系|传真|微信|邮箱|身份证|地址|{_LABELS})"
_NAME = rf"(?!{_NO_NAMES})(?:{_GIVEN}{{1,6}}·{_GIVEN}{{1,6}}|{_SURNAME}{_GIVEN}{{1,3}}?)(?:先生|女士|小姐)?{_ENDS}"
#: A name that runs on into business: its surname and as much as a name has.
_RUNS_ON = rf"(?!{_NO_NAMES}){_SURNAME}{_GIVEN}{{1,2}}?(?=生产|制造|销售|加工|经营|从事|批发|零售|服务|提供|研发|开发|住址|住所)"
_PARTED = r"(?:\s*(?:姓名|名称)?\s*(?:[:：]|\s[-—]\s)\s*|\s*[(（]\s*(?:姓名\s*[:：]?)?|\s+(?:姓名)?\s*)"
_PHONE_WORD = (
    r"(?:(?:联系|咨询|办公|服务|住宅|固定)?电话|(?:联系)?手机(?:号码?)?|联系方式|传真|号码|座机|热线"
    r"|tel|phone|mobile|fax|cell)"
)
_PARTS = r"[\s:：.,，、/\-—()（）]*"
_MOBILE = r"(?:\+?86[-\s]?)?(?<![0-9A-Za-z])1[3-9]\d(?:\d{8}|[-\s]\d{4}[-\s]\d{4})(?![0-9A-Za-z]|\s?[元万亿])"
_LANDLINE = r"(?<![0-9A-Za-z])[(（]?0\d{2,3}(?:[)）]\s?|\s?[-—–]\s?|\s)\d{3,4}[-\s]?\d{4}(?:[-转]\d{1,5})?(?![0-9A-Za-z])"
_AREA_CLOSED = r"(?<![0-9A-Za-z])0(?:10|2[0-9]|[3-9]\d{2})\d{7,8}(?![0-9A-Za-z])"
_MAIL = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
_IDENTITY = r"(?<![0-9A-Za-z])[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dX](?![0-9A-Za-z])"
_NUMBER = rf"(?:{_MOBILE}|{_LANDLINE}|{_AREA_CLOSED}|{_MAIL})"
_RULES = tuple(
    re.compile(rule, re.IGNORECASE | re.ASCII)
    for rule in (
        # Names behind their word, and before it in brackets.
        rf"{_LABELS}{_PARTED}(?:{_NAME}|{_RUNS_ON})\s*[)）]?(?:\s*[、/和,，]\s*{_NAME})?",
        rf"{_LABELS}\s*[:：]\s*[A-Z][A-Za-z]+(?:[ -][A-Z][A-Za-z]+){{1,2}}",
        rf"(?:法定代表人|法人代表|联系人|联络人|经办人)(?:{_NAME})(?=$|[\s,，;；。.、:：(（)）\d])",
        rf"(?<![{_HAN}0-9A-Za-z]){_NAME}\s*[(（]\s*(?:{_LABELS})\s*[)）]",
        # A name that a number follows.
        rf"(?<![{_HAN}0-9A-Za-z]){_SURNAME}{_GIVEN}{{0,2}}(?:先生|女士|小姐|经理|老板|师傅)?{_PARTS}(?:{_PHONE_WORD})?{_PARTS}{_MOBILE}",
        # Numbers and addresses, with their words.
        rf"(?:e-?mail|电子邮[箱件]|邮箱|邮件)?\s*[:：]?\s*{_MAIL}",
        rf"(?:{_PHONE_WORD}{_PARTS})*{_NUMBER}(?:{_PARTS}{_NUMBER})*",
        rf"{_PHONE_WORD}\s*[:：]?\s*[48]00[-\s]?\d{{3,4}}[-\s]?\d{{3,4}}(?!\d)",
        rf"{_PHONE_WORD}\s*[:：]?\s*\d{{3,4}}[-\s]?\d{{4}}(?:[、,，/\s]+\d{{7,8}})*(?!\d)",
        r"qq\s*(?:号码?|群)?\s*[:：]?\s*\d{5,12}(?!\d)",
        r"(?:微信|wechat|weixin|(?<![a-z])wx|(?<![a-z])vx)\s*(?:号|id)?\s*[:：]\s*[A-Za-z0-9][\w-]{4,24}",
        r"(?:微信|wechat|weixin)\s*(?:号|id)?\s*(?=[a-z0-9_-]*\d)[A-Za-z][\w-]{5,19}(?![\w-])",
        rf"(?:身份证(?:号码?)?\s*[:：]?\s*)?{_IDENTITY}",
    )
)  # fmt: skip
#: What a text without personal data rarely has; everything else is passed over at once. In the common part of Python's and
#: RE2's expressions, so that whole columns can be asked.
SUSPECT = "|".join(
    (
        "[0-9０-９]{7}",
        "[0-9０-９]{3,4}[-—－ )）]+[0-9０-９]{4}",
        "[@＠]",
        rf"{_LABELS}(?:姓名|名称)?[\s　:：(（]",
        f"(?:法定代表人|法人代表|联系人|联络人|经办人)[{_SURNAMES}]",
        f"[(（]{_LABELS}[)）]",
        "[QqＱｑ]{2}",
        "微信[号:： a-zA-Z]",
        "(?:电话|手机|传真|热线|号码|座机)[:： ]*[0-9０-９]",
        "[Ww]e[Cc]hat|[VvWw][Xx][:：]",
    )
)
_SUSPECT = re.compile(SUSPECT)
_WIDE = {
    code: code - 0xFEE0
    for code in (
        *range(0xFF10, 0xFF1A),
        *range(0xFF21, 0xFF3B),
        *range(0xFF41, 0xFF5B),
        0xFF20,
        0xFF0D,
        0xFF0B,
    )
}
_WIDE[0x3000] = 0x20
_EMPTY = re.compile(r"[(（\[【]\s*[:：,，;；、]*\s*(?:[)）\]】]|$)")
_DOUBLED = re.compile(r"([;；,，、。])(?:\s*[;；,，、。:：])+")
_EDGES = re.compile(r"^[\s;；,，、:：。/]+|[\s;；,，、:：/]+$")


def without_personal(text: str) -> str:
    """The text without personal data; the same object where there is none.

    Characters that stay are those of the text; only marks of punctuation left over by what goes are closed up.
    """
    if not _SUSPECT.search(text):
        return text
    # One character for one: what is found in the folded text is cut from the text itself.
    folded, kept = text.translate(_WIDE), text
    changed = False
    for rule in _RULES:
        spans = [found.span() for found in rule.finditer(folded)]
        for start, end in reversed(spans):
            folded, kept = folded[:start] + "\n" + folded[end:], kept[:start] + "\n" + kept[end:]
        changed = changed or bool(spans)
    if not changed:
        return text
    kept = kept.replace("\n", " ") if "\n" not in text else re.sub(r" ?\n ?", " ", kept)
    kept = _EMPTY.sub("", re.sub(r"\s+([;；,，、。)）])", r"\1", re.sub(r"\s{2,}", " ", kept)))
    kept = _DOUBLED.sub(r"\1", kept)
    return _EDGES.sub("", kept)
