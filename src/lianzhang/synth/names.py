"""Words that made-up names are put together from. None of the places exists; the sectors' names are the standard's."""

from __future__ import annotations

from lianzhang.i18n import Text

FIRST = ("霁", "岫", "曜", "珩", "筠", "砚", "澹", "翊", "琅", "皓")
FIRST_EN = ("Ji", "Xiu", "Yao", "Heng", "Yun", "Yan", "Dan", "Yi", "Lang", "Hao")
LAST = ("汀", "陌", "岑", "渚", "垣", "屿", "泽", "坞", "圃", "岭")
LAST_EN = ("ting", "mo", "cen", "zhu", "yuan", "yu", "ze", "wu", "pu", "ling")

#: Divisions of manufacturing in GB/T 4754-2017 by code.
DIVISIONS: dict[str, Text] = {
    "13": Text("农副食品加工业", "Processing of farm and sideline food"),
    "14": Text("食品制造业", "Food"),
    "15": Text("酒、饮料和精制茶制造业", "Wine, beverages and refined tea"),
    "16": Text("烟草制品业", "Tobacco"),
    "17": Text("纺织业", "Textiles"),
    "18": Text("纺织服装、服饰业", "Clothing and accessories"),
    "19": Text("皮革、毛皮、羽毛及其制品和制鞋业", "Leather, fur, feathers and shoes"),
    "20": Text("木材加工和木、竹、藤、棕、草制品业", "Wood, bamboo, rattan, palm and straw"),
    "21": Text("家具制造业", "Furniture"),
    "22": Text("造纸和纸制品业", "Paper"),
    "23": Text("印刷和记录媒介复制业", "Printing and recorded media"),
    "24": Text("文教、工美、体育和娱乐用品制造业", "Articles for culture, craft, sport and leisure"),
    "25": Text("石油、煤炭及其他燃料加工业", "Petroleum, coal and other fuels"),
    "26": Text("化学原料和化学制品制造业", "Chemicals"),
    "27": Text("医药制造业", "Medicines"),
    "28": Text("化学纤维制造业", "Chemical fibres"),
    "29": Text("橡胶和塑料制品业", "Rubber and plastics"),
    "30": Text("非金属矿物制品业", "Non-metallic mineral products"),
    "31": Text("黑色金属冶炼和压延加工业", "Smelting and rolling of ferrous metals"),
    "32": Text("有色金属冶炼和压延加工业", "Smelting and rolling of non-ferrous metals"),
    "33": Text("金属制品业", "Metal products"),
    "34": Text("通用设备制造业", "General machinery"),
    "35": Text("专用设备制造业", "Special machinery"),
    "36": Text("汽车制造业", "Motor vehicles"),
    "37": Text(
        "铁路、船舶、航空航天和其他运输设备制造业", "Rail, ships, aerospace and other transport equipment"
    ),
    "38": Text("电气机械和器材制造业", "Electrical machinery"),
    "39": Text("计算机、通信和其他电子设备制造业", "Computers, communication and other electronics"),
    "40": Text("仪器仪表制造业", "Instruments"),
    "41": Text("其他制造业", "Other manufacturing"),
    "42": Text("废弃资源综合利用业", "Recovery of waste resources"),
    "43": Text("金属制品、机械和设备修理业", "Repair of metal products and machinery"),
}

#: The word that a firm's name carries for its division.
TRADES = [
    "粮油",
    "食品",
    "茶饮",
    "烟草",
    "纺织",
    "服饰",
    "皮革",
    "木业",
    "家具",
    "纸业",
    "印刷",
    "文体",
    "能源",
    "化工",
    "医药",
    "化纤",
    "橡塑",
    "建材",
    "钢铁",
    "有色",
    "五金",
    "机械",
    "装备",
    "汽车",
    "轨道",
    "电气",
    "电子",
    "仪表",
    "制造",
    "再生",
    "机修",
]


def place(index: int) -> Text:
    """The name of made-up place number ``index``, without its class word; distinct for every index."""
    first, last = index % len(FIRST), (index + index // len(FIRST)) % len(LAST)
    turn = index // (len(FIRST) * len(LAST))
    suffix = "" if turn == 0 else str(turn + 1)
    return Text(FIRST[first] + LAST[last] + suffix, FIRST_EN[first] + LAST_EN[last] + suffix)
