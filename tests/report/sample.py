"""A made-up region that uses every figure. Nothing in it is real."""

# ruff: noqa: E501 — both languages of a text belong on one line

from __future__ import annotations

import datetime as dt

import numpy as np

from lianzhang.i18n import Text
from lianzhang.report.figures import (
    Brick,
    Column,
    Course,
    Coverage,
    Disagreement,
    Empty,
    FanPoint,
    HexCell,
    HexCity,
    HexMultiples,
    LineChart,
    LineGrid,
    LineSeries,
    Point,
    Table,
    Target,
    Tier,
    TierBar,
    TierBars,
    Tracker,
    TrackerRow,
    Verdict,
    Voice,
    Voices,
    Wall,
    WallSection,
    WeakLink,
    WeakLinks,
)
from lianzhang.report.model import Block, KeyFigure, Report, Section
from lianzhang.report.values import Citation, Origin, Prose, Quantity, Source

YEARBOOK, PLAN, NEWS = "src-yearbook", "src-plan", "src-news"
OUTPUT, LEVELS, FLOWS, COUNTS, CHAIN, FORECAST = (
    "o-output",
    "o-levels",
    "o-flows",
    "o-counts",
    "o-chain",
    "o-fc",
)


def q(value: float | None, unit: str = "count", origin: str = OUTPUT, *, signed: bool = False) -> Quantity:
    return Quantity(value, unit, origin, signed=signed)


_PARTS: dict[tuple[str, str], dict[tuple[str, str], list[tuple[str, str]]]] = {
    ("新能源系统", "New-energy system"): {
        ("动力电池", "Traction battery"): [
            ("电池管理系统", "Battery management system"),
            ("电芯", "Cell"),
            ("正极材料", "Cathode material"),
            ("负极材料", "Anode material"),
            ("隔膜", "Separator"),
            ("电解液", "Electrolyte"),
            ("电池箱体", "Pack case"),
        ],
        ("电驱", "Electric drive"): [
            ("电机", "Motor"),
            ("电机控制器", "Motor controller"),
            ("减速器", "Reducer"),
            ("功率模块（碳化硅）", "Power module (IGBT/SiC)"),
            ("集成桥壳体", "Integrated axle housing"),
        ],
        ("热管理", "Thermal management"): [
            ("电动压缩机", "Electric compressor"),
            ("PTC加热器", "PTC heater"),
            ("液冷板", "Cooling plate"),
            ("电子水泵/水阀", "Electronic water pump/valve"),
            ("热泵模块", "Heat-pump module"),
        ],
    },
    ("智能网联系统", "Intelligent connected system"): {
        ("智能座舱", "Cockpit"): [
            ("显示屏", "Displays"),
            ("抬头显示", "Head-up display"),
            ("座舱域控制器", "Cockpit domain controller"),
            ("语音与麦克风阵列", "Voice and microphone array"),
            ("舱内摄像头", "In-cabin camera"),
        ],
        ("智能驾驶", "Driving"): [
            ("摄像头", "Camera"),
            ("毫米波雷达", "Millimetre-wave radar"),
            ("激光雷达", "Lidar"),
            ("超声波雷达", "Ultrasonic radar"),
            ("驾驶域控制器", "Driving domain controller"),
            ("高精度地图", "High-definition map"),
        ],
        ("车路网联", "Vehicle to everything"): [
            ("车载通信单元", "Telematics box"),
            ("车载网关", "Gateway"),
            ("天线", "Antenna"),
        ],
    },
    ("传统系统", "Conventional system"): {
        ("底盘", "Chassis"): [
            ("悬架", "Suspension"),
            ("车桥与半轴", "Axle and half-shaft"),
            ("车轮", "Wheel"),
            ("轮胎", "Tyre"),
            ("副车架", "Subframe"),
        ],
        ("内外饰", "Trim"): [
            ("座椅", "Seats"),
            ("仪表板", "Instrument panel"),
            ("智能车灯", "Smart lamps"),
            ("保险杠", "Bumpers"),
            ("内饰", "Interior trim"),
        ],
    },
}
_STATES: tuple[Coverage, ...] = (
    "covered",
    "single",
    "unknown",
    "covered",
    "missing",
    "unknown",
    "covered",
    "single",
)


def wall() -> Wall:
    sections = []
    number = 0
    for system, assemblies in _PARTS.items():
        courses = []
        for assembly, parts in assemblies.items():
            bricks = []
            for place, part in enumerate(parts):
                state = _STATES[number % len(_STATES)]
                makers = {"covered": 2, "single": 1}.get(state, 0)
                bricks.append(
                    Brick(
                        name=Text(*part),
                        coverage=state,
                        share=None
                        if assembly[1] != "Traction battery"
                        else (4.0, 40.0, 18.0, 7.0, 6.0, 5.0, 1.0)[place],
                        makers=tuple(Text(f"示例厂{k + 1}", f"Example Works {k + 1}") for k in range(makers)),
                        evidence=Text("虚构名录", "invented register") if makers else None,
                        stake=q(3.2e9, "cny", CHAIN) if state == "missing" else None,
                        reconstructed=number % 3 == 1,
                        origin=CHAIN,
                    )
                )
                number += 1
            courses.append(Course(Text(*assembly), tuple(bricks)))
        sections.append(WallSection(Text(*system), tuple(courses)))
    return Wall(Text("示例产业链覆盖", "Coverage of the example chain"), tuple(sections))


def tracker() -> Tracker:
    years = range(2017, 2026)

    def row(
        zh: str,
        en: str,
        values: list[float],
        unit: str,
        goal: float,
        deadline: str,
        verdict: Verdict,
        p: float | None,
        need: float | None,
        had: float | None,
        reason: tuple[str, str],
        comparator: str = ">=",
    ) -> TrackerRow:
        last = values[-1] if values else None
        span = range(2026, int(deadline) + 1)
        fan = ()
        if last is not None and p is not None and span:
            growth = 1 + (had or 0) / 100
            fan = tuple(
                FanPoint(
                    period=str(y),
                    low=last * growth ** (y - 2025) * (1 - 0.13 * (y - 2025) ** 0.7),
                    mid=last * growth ** (y - 2025),
                    high=last * growth ** (y - 2025) * (1 + 0.15 * (y - 2025) ** 0.7),
                )
                for y in span
            )
        return TrackerRow(
            label=Text(zh, en),
            target=Target(q(goal, unit, LEVELS), deadline, comparator),  # type: ignore[arg-type]
            verdict=verdict,
            reason=Text(*reason),
            observations=tuple(
                Point(str(y), v, "derived" if y == 2020 else "official")
                for y, v in zip(list(years)[-len(values) :], values, strict=True)
            )
            if values
            else (),
            latest=q(last, unit) if last is not None else None,
            fan=fan,
            probability=p,
            required_growth=q(need, "pct", FORECAST, signed=True) if need is not None else None,
            recent_growth=q(had, "pct", FORECAST, signed=True) if had is not None else None,
            origins=(FORECAST,),
        )

    return Tracker(
        Text("规划目标与实际", "Targets against actuals"),
        (
            row(
                "示例汽车产量",
                "Output of example cars",
                [1.2e6, 1.1e6, 1.05e6, 1.2e6, 1.35e6, 1.5e6, 1.7e6, 1.9e6, 2.1e6],
                "vehicles",
                2.6e6,
                "2027",
                "at_risk",
                0.46,
                11.3,
                8.9,
                ("近三年增速低于所需。", "Growth of the last three years is below what is needed."),
            ),
            row(
                "新能源示例车产量",
                "Output of new-energy example cars",
                [2e4, 3e4, 4.2e4, 4.3e4, 1.52e5, 3.65e5, 5.0e5, 9.1e5, 1.3e6],
                "vehicles",
                2e6,
                "2027",
                "on_course",
                0.86,
                24.0,
                36.4,
                ("增速高于所需。", "Growing faster than needed."),
            ),
            row(
                "制造业增加值占比",
                "Manufacturing as a share of GDP",
                [27.1, 26.8, 26.2, 26.0, 26.4, 25.9, 25.3, 25.2, 25.1],
                "pct",
                28.0,
                "2027",
                "out_of_reach",
                0.07,
                5.6,
                -0.9,
                ("占比连年下降。", "The share has been falling for years."),
            ),
            row(
                "研发投入强度",
                "R&D intensity",
                [1.8, 1.9, 2.0, 2.1, 2.2, 2.3, 2.4, 2.5, 2.6],
                "pct",
                2.5,
                "2025",
                "met",
                None,
                None,
                4.0,
                ("已达到目标值。", "At the target value."),
            ),
            row(
                "示例集群产值",
                "Output value of the example cluster",
                [],
                "cny",
                1e12,
                "2027",
                "not_computable",
                None,
                None,
                None,
                ("没有口径一致的产值序列。", "No series of output value with one definition."),
            ),
            row(
                "换电站数量",
                "Swap stations",
                [40, 70, 110],
                "stations",
                200,
                "2024",
                "missed",
                None,
                None,
                31.0,
                ("到期时为 110 座。", "At the deadline there were 110."),
            ),
        ),
    )


_TOWNS = [
    "城山",
    "云口",
    "北屏",
    "溪阳",
    "巫岭",
    "开平",
    "梁川",
    "万石",
    "奉台",
    "巫川",
    "潼江",
    "合水",
    "长宁",
    "垫塘",
    "忠州",
    "云川",
    "铜溪",
    "北岭",
    "渝山",
    "江岸",
    "丰谷",
    "石岭",
    "大石坝",
    "璧河",
    "沙坪口",
    "江湾",
    "南岗",
    "涪川",
    "武溪",
    "彭江",
    "黔山",
    "荣谷",
    "永河",
    "九龙湾",
    "大渡湾",
    "巴川",
    "秀谷",
    "酉溪",
]
_TOWN_EN = [
    "Chengshan",
    "Yunkou",
    "Beiping",
    "Xiyang",
    "Wuling",
    "Kaiping",
    "Liangchuan",
    "Wanshi",
    "Fengtai",
    "Wuchuan",
    "Tongjiang",
    "Heshui",
    "Changning",
    "Diantang",
    "Zhongzhou",
    "Yunchuan",
    "Tongxi",
    "Beiling",
    "Yushan",
    "Jiang'an",
    "Fenggu",
    "Shiling",
    "Dashiba",
    "Bihe",
    "Shapingkou",
    "Jiangwan",
    "Nangang",
    "Fuchuan",
    "Wuxi",
    "Pengjiang",
    "Qianshan",
    "Ronggu",
    "Yonghe",
    "Jiulongwan",
    "Daduwan",
    "Bachuan",
    "Xiugu",
    "Youxi",
]
_ROWS = ((6, 3), (5, 5), (2, 8), (1, 9), (1, 8), (2, 5))


def hex_city(seed: int = 7, *, title: Text | None = None, unit: str = "cny", scale: float = 1e9) -> HexCity:
    rng = np.random.default_rng(seed)
    cells = []
    number = 0
    for row, (start, count) in enumerate(_ROWS):
        for column in range(start, start + count):
            value = None if number == 13 else float(np.round(scale * rng.lognormal(2.2, 1.0), 0))
            zh, en = _TOWNS[number], _TOWN_EN[number]
            cells.append(
                HexCell(
                    name=Text(zh + "区", en + " District"),
                    q=column - (row - (row & 1)) // 2,
                    r=row,
                    value=None if value is None else q(value, unit, COUNTS),
                    because=Text("年鉴未公布", "not printed in the yearbook") if value is None else None,
                    tiny=Text(zh[:2], "".join(c for c in en if c not in "aeiou'")[:3]),
                )
            )
            number += 1
    return HexCity(
        title or Text("各区县工业营业收入", "Industrial revenue by district"),
        Text("规模以上工业营业收入，2024年", "Revenue of above-scale industry, 2024"),
        tuple(cells),
    )


def hex_multiples() -> HexMultiples:
    names = (
        ("汽车", "Cars"),
        ("电子", "Electronics"),
        ("材料", "Materials"),
        ("食品", "Food"),
        ("医药", "Medicine"),
        ("装备", "Equipment"),
    )
    return HexMultiples(
        Text("六个行业的企业数", "Enterprises in six industries"),
        tuple(
            hex_city(k, title=Text(*n), unit="enterprises", scale=14) for k, n in enumerate(names, start=20)
        ),
    )


def tiers() -> TierBars:
    series = Text("规模以上工业总产值，2024年", "Gross output of above-scale industry, 2024")
    none = Text("没有来源给出该集群的产值序列", "no source gives a series of output value for it")
    levelless = Text("没有来源给出其能级", "no source states its level")
    return TierBars(
        Text("各梯队集群", "Clusters by tier"),
        (
            Tier(
                Text("三大主导集群", "Three leading clusters"),
                q(1e12, "cny", LEVELS),
                (
                    TierBar(name=Text("示例汽车", "Example cars"), value=q(8.04e11, "cny"), series=series),
                    TierBar(
                        name=Text("示例电子信息制造业", "Example electronics manufacturing"),
                        value=q(7.1e11, "cny"),
                        series=series,
                    ),
                    TierBar(
                        name=Text("示例先进材料", "Example materials"), value=q(1.03e12, "cny"), series=series
                    ),
                ),
            ),
            Tier(
                Text("三大支柱集群", "Three pillar clusters"),
                q(5e11, "cny", LEVELS),
                (
                    TierBar(
                        name=Text("示例装备", "Example equipment"), value=q(3.1e11, "cny"), series=series
                    ),
                    TierBar(name=Text("示例食品", "Example food"), value=q(9.6e11, "cny"), series=series),
                    TierBar(name=Text("示例软件", "Example software"), because=none),
                ),
            ),
            Tier(
                Text("新星集群", "New-star clusters"),
                None,
                (
                    *(
                        TierBar(name=Text(f"新星{n}", f"New star {k}"), because=levelless)
                        for k, n in enumerate("甲乙丙丁戊己庚辛壬癸", start=1)
                    ),
                    TierBar(
                        name=Text("新星子", "New star 11"),
                        value=q(2.4e10, "cny"),
                        series=series,
                        because=levelless,
                    ),
                ),
            ),
        ),
    )


def weak_links() -> WeakLinks:
    rows = (
        (
            "通信设备、计算机和其他电子设备",
            "Communication equipment, computers and other electronics",
            1.82e11,
            31.2,
        ),
        ("化学产品", "Chemical products", 1.43e11, 45.9),
        ("金属冶炼和压延加工品", "Smelted and rolled metals", 1.21e11, 52.0),
        ("石油、炼焦产品和核燃料加工品", "Refined petroleum, coking and nuclear fuel", 8.8e10, 88.4),
        ("通用设备", "General-purpose machinery", 3.1e10, 19.0),
        ("电气机械和器材", "Electrical machinery", 6.0e9, 4.1),
        ("食品和烟草", "Food and tobacco", -2.2e10, None),
        ("交通运输设备", "Transport equipment", -9.7e10, None),
    )
    return WeakLinks(
        Text("各部门净流入", "Net inflow by sector"),
        tuple(
            WeakLink(Text(zh, en), q(v, "cny", FLOWS), q(s, "pct", FLOWS) if s is not None else None)
            for zh, en, v, s in rows
        ),
    )


def voices() -> Voices:
    return Voices(
        Text("来源之间的分歧", "Where sources disagree"),
        (
            Disagreement(
                subject=Text("2023年新能源示例车产量", "Output of new-energy example cars, 2023"),
                voices=(
                    Voice(
                        quantity=q(5e4, "vehicles"),
                        citation=Citation(NEWS, Text("第12行", "line 12")),
                        says=Text("“产量达5万辆”的译文", "a translation that says 50,000"),
                    ),
                    Voice(
                        quantity=q(5.004e5, "vehicles"),
                        citation=Citation(YEARBOOK, Text("表13-7", "table 13-7")),
                        used=True,
                        says=Text("年鉴数", "yearbook figure"),
                    ),
                ),
                ratio=10.008,
                why=Text(
                    "采用年鉴：与2022年和2024年的增速互相吻合；另一数字疑为译文少一位。",
                    "The yearbook is used: it agrees with the growth rates of 2022 and 2024; the other has lost a digit in translation.",
                ),
            ),
            Disagreement(
                subject=Text("2023年规模以上工业增速", "Growth of above-scale industry, 2023"),
                voices=(
                    Voice(
                        quantity=q(3.2, "pct", signed=True),
                        citation=Citation(PLAN, Text("第41行", "line 41")),
                    ),
                    Voice(
                        quantity=q(5.5, "pct", signed=True), citation=Citation(NEWS, Text("第3页", "page 3"))
                    ),
                    Voice(
                        quantity=q(6.6, "pct", signed=True),
                        citation=Citation(YEARBOOK, Text("表13-1", "table 13-1")),
                        used=True,
                    ),
                ),
                ratio=2.06,
                why=Text("采用公布最晚的统计年鉴。", "The yearbook, published last, is used."),
            ),
        ),
    )


def line_chart() -> LineChart:
    cars = [1.96, 2.15, 2.6, 3.04, 3.156, 2.8, 2.05, 1.38, 1.58, 1.9, 2.09, 2.32, 2.54, 2.788]
    nev = [None] * 8 + [0.043, 0.152, 0.365, 0.5, 0.953, 1.296]
    years = range(2012, 2026)
    return LineChart(
        title=Text("示例汽车产量", "Output of example cars"),
        unit="vehicles",
        series=(
            LineSeries(
                Text("汽车", "All cars"),
                tuple(
                    Point(str(y), v * 1e6, "estimated" if y == 2017 else "official")
                    for y, v in zip(years, cars, strict=True)
                ),
                ("2025",),
            ),
            LineSeries(
                Text("新能源汽车", "New-energy cars"),
                tuple(Point(str(y), v * 1e6) for y, v in zip(years, nev, strict=True) if v is not None),
            ),
        ),
        target=Target(q(3.4e6, "vehicles", LEVELS), "2027"),
        origins=(OUTPUT,),
    )


def line_grid() -> LineGrid:
    rng = np.random.default_rng(3)
    names = (
        ("汽车", "Cars"),
        ("摩托车", "Motorcycles"),
        ("笔记本电脑", "Notebook computers"),
        ("手机", "Mobile phones"),
        ("钢材", "Steel"),
        ("水泥", "Cement"),
    )
    charts = []
    for zh, en in names:
        path = 1e6 * np.exp(np.cumsum(rng.normal(0.04, 0.12, 15)))
        points = tuple(Point(str(2011 + k), float(v)) for k, v in enumerate(path))
        fan = tuple(
            FanPoint(
                period=str(2025 + k),
                low=path[-1] * (1 - 0.12 * k**0.6),
                mid=path[-1] * 1.03**k,
                high=path[-1] * (1 + 0.2 * k**0.6),
                low50=path[-1] * (1 - 0.04 * k**0.6),
                high50=path[-1] * (1 + 0.1 * k**0.6),
            )
            for k in range(1, 4)
        )
        target = (
            Target(q(float(path[-1]) * 1.15, "units", LEVELS), "2027") if zh in ("汽车", "手机") else None
        )
        charts.append(
            LineChart(
                title=Text(zh, en),
                unit="units",
                series=(LineSeries(Text(zh, en), points),),
                fan=fan,
                target=target,
                origins=(FORECAST,),
            )
        )
    return LineGrid(Text("主要产品产量", "Output of main products"), tuple(charts))


def table() -> Table:
    return Table(
        Text("区县一览", "Districts at a glance"),
        (
            Column(Text("区县", "District")),
            Column(Text("企业", "Enterprises"), numeric=True),
            Column(Text("营业收入", "Revenue"), numeric=True),
            Column(Text("说明", "Remark")),
        ),
        tuple(
            (
                Text(_TOWNS[k] + "区", _TOWN_EN[k]),
                q(120.0 + 37 * k, "enterprises", COUNTS),
                q(1.37e9 * (k + 1), "cny", COUNTS),
                None if k % 4 else Text("=1+1 不是公式", "=1+1 is not a formula"),
            )
            for k in range(16)
        ),
    )


def report() -> Report:
    out = q(1.296e6, "vehicles")
    yearbook = Text("示例年鉴2025，表13-7（合成数据）", "Example Yearbook 2025, table 13-7 (synthetic data)")
    return Report(
        title=Text("示例市产业集群运行报告", "The state of the industrial clusters of Example City"),
        region=Text("示例市", "Example City"),
        as_of=dt.date(2026, 3, 31),
        summary=(
            Prose(
                Text(
                    "2025年新能源汽车产量{out}，比上年{growth}；到2027年的目标是{goal}，按现有增速达成概率为{p}。",
                    "Output of new-energy cars was {out} in 2025, {growth} on the year; the target for 2027 is {goal}, "
                    "and at the present pace the probability of meeting it is {p}.",
                ),
                {
                    "out": out,
                    "growth": q(36.0, "pct", FORECAST, signed=True),
                    "goal": q(2e6, "vehicles", LEVELS),
                    "p": q(86.0, "pct", FORECAST),
                },
            ),
            Prose(
                Text(
                    "三大主导集群中，{n}个已达到万亿级；汽车集群产值{v}，差{gap}。",
                    "Of the three leading clusters {n} has reached its level; cars stand at {v}, {gap} short.",
                ),
                {"n": q(1), "v": q(8.04e11, "cny"), "gap": q(1.96e11, "cny", FORECAST)},
            ),
            Prose(
                Text(
                    "产业链44个部件中有{m}已查而未找到本地厂家；最大的净流入在电子部门（{f}）。",
                    "Of the 44 components {m} were searched for without finding a local maker; the largest net inflow is in electronics ({f}).",
                ),
                {"m": q(5, "components", CHAIN), "f": q(1.82e11, "cny", FLOWS)},
            ),
        ),
        key_figures=(
            KeyFigure(label=Text("新能源汽车产量，2025年", "New-energy cars, 2025"), quantity=out),
            KeyFigure(label=Text("汽车集群产值", "Output value, cars"), quantity=q(8.04e11, "cny")),
            KeyFigure(label=Text("制造业占比", "Manufacturing share"), quantity=q(25.1, "pct", FORECAST)),
            KeyFigure(
                label=Text("本地配套率", "Local supporting rate"),
                quantity=Quantity(
                    None, "pct", CHAIN, because=Text("没有部件价值权重", "no value weights of components")
                ),
            ),
        ),
        sections=(
            Section(
                key="plan",
                title=Text("规划目标", "Plan"),
                lead=(Prose(Text("六项目标，按困难程度排列。", "Six targets, the most troubled first.")),),
                blocks=(
                    Block(
                        finding=Prose(
                            Text(
                                "三项目标难以或未能达成，一项有望达成。",
                                "Three targets were missed or are out of reach or at risk; one is on course.",
                            )
                        ),
                        figure=tracker(),
                        source=yearbook,
                        note=Prose(
                            Text(
                                "扇形为80%预测区间。概率由已知于数据截止日的观测算出。",
                                "The fan is the 80% forecast interval, from what was known on the date of the data.",
                            )
                        ),
                    ),
                    Block(
                        finding=Prose(
                            Text(
                                "汽车产量回升至{v}，新能源占近一半。",
                                "Car output has recovered to {v}, nearly half of it new-energy.",
                            ),
                            {"v": q(2.788e6, "vehicles")},
                        ),
                        figure=line_chart(),
                        source=yearbook,
                    ),
                    Block(
                        finding=Prose(Text("主要产品走势不一。", "Main products go different ways.")),
                        figure=line_grid(),
                        source=yearbook,
                    ),
                ),
            ),
            Section(
                key="chain",
                title=Text("产业链", "Chain"),
                blocks=(
                    Block(
                        finding=Prose(
                            Text(
                                "{m}部件没有本地厂家，{s}只有一家。", "{m} have no local maker, {s} just one."
                            ),
                            {"m": q(5, "components", CHAIN), "s": q(11, "components", CHAIN)},
                        ),
                        figure=wall(),
                        source=Text("虚构名录（合成数据）", "Invented register (synthetic data)"),
                        note=Prose(
                            Text(
                                "砖的宽度：动力电池按价值占比，其余总成内均分。",
                                "Width of bricks: by value share for the battery, equal within the other assemblies.",
                            )
                        ),
                    ),
                    Block(
                        finding=Prose(
                            Text("主导集群中一个达到万亿级。", "One leading cluster has reached its level.")
                        ),
                        figure=tiers(),
                        source=yearbook,
                    ),
                    Block(
                        finding=Prose(
                            Text(
                                "电子部门净流入最大，为{v}。", "Electronics draws in most from outside: {v}."
                            ),
                            {"v": q(1.82e11, "cny", FLOWS)},
                        ),
                        figure=weak_links(),
                        source=Text("示例投入产出表2023", "Example input–output table 2023"),
                    ),
                ),
            ),
            Section(
                key="places",
                title=Text("区县", "Places"),
                blocks=(
                    Block(
                        finding=Prose(
                            Text("收入集中在少数区县。", "Revenue is concentrated in a few districts.")
                        ),
                        figure=hex_city(),
                        source=yearbook,
                    ),
                    Block(
                        finding=Prose(Text("六个行业分布各异。", "Six industries, six patterns.")),
                        figure=hex_multiples(),
                        source=yearbook,
                    ),
                    Block(
                        finding=Prose(Text("十六个区县的规模。", "Sixteen districts by size.")),
                        figure=table(),
                        source=yearbook,
                    ),
                ),
            ),
            Section(
                key="disagreements",
                title=Text("来源分歧", "Disagreements"),
                blocks=(
                    Block(
                        finding=Prose(
                            Text("两处表述不能同时成立。", "Two sets of statements cannot all hold.")
                        ),
                        figure=voices(),
                        source=Text("三份文件", "Three documents"),
                    ),
                    Block(
                        finding=Prose(Text("招商线索尚未载入。", "No attraction leads are loaded.")),
                        figure=Empty(
                            title=Text("招商", "Attract"),
                            because=Text("数据包没有候选企业。", "The pack has no candidate firms."),
                            remedy=Text("载入候选企业表。", "Load a table of candidates."),
                            command="lianzhang pack load DIR",
                        ),
                        source=Text("无", "none"),
                    ),
                ),
            ),
        ),
        origins=(
            Origin(
                key=OUTPUT,
                value=Text("汽车产量与集群产值", "Car output and output value of clusters"),
                status="official",
                table=Text("观测序列", "Observations"),
                citations=(Citation(YEARBOOK, Text("表13-7", "table 13-7")),),
            ),
            Origin(
                key=LEVELS,
                value=Text("目标值与能级", "Target values and levels"),
                status="official",
                table=Text("目标台账", "Ledger of statements"),
                citations=(Citation(PLAN, Text("第18行", "line 18")),),
            ),
            Origin(
                key=FLOWS,
                value=Text("部门净流入", "Net inflow by sector"),
                status="derived",
                run=Text("投入产出计算", "input–output run"),
                query=Text("部门流量", "sector flows"),
                table=Text("投入产出表", "Input–output table"),
                citations=(Citation(YEARBOOK, Text("42部门表", "42-sector table")),),
            ),
            Origin(
                key=COUNTS,
                value=Text("区县数据", "District figures"),
                status="synthetic",
                run=Text("示例生成器，种子 7", "example generator, seed 7"),
                citations=(Citation(YEARBOOK),),
            ),
            Origin(
                key=CHAIN,
                value=Text("部件覆盖", "Coverage of components"),
                status="reconstructed",
                run=Text("覆盖计算", "coverage run"),
                table=Text("链节点", "Chain nodes"),
                citations=(Citation(NEWS, Text("第2页", "page 2")),),
                note=Text("部件名称部分为重构。", "Some component names are reconstructed."),
            ),
            Origin(
                key=FORECAST,
                value=Text("增速与达成概率", "Growth rates and probabilities"),
                status="estimated",
                run=Text("目标跟踪，带漂移的随机游走", "tracking, random walk with drift"),
                table=Text("观测序列", "Observations"),
                citations=(Citation(YEARBOOK, Text("表13-7", "table 13-7")), Citation(PLAN)),
            ),
        ),
        sources=(
            Source(
                key=YEARBOOK,
                title=Text("示例年鉴2025", "Example Yearbook 2025"),
                publisher=Text("示例市统计局", "Example Bureau of Statistics"),
                published="2025-10",
                url="https://example.org/yearbook/2025/zk/indexch.htm",
            ),
            Source(
                key=PLAN,
                title=Text("示例发展规划（2022—2030年）", "Example Development Plan 2022–2030"),
                publisher=Text("示例市政府", "Example City Government"),
                published="2022-08-19",
            ),
            Source(
                key=NEWS,
                title=Text("示例新闻", "Example News"),
                published="2024-03-02",
                url="https://example.org/news",
            ),
        ),
        colophon=Text(
            "由链长生成；合成数据，仅供测试。", "Made by Lianzhang from synthetic data, for tests only."
        ),
    )
