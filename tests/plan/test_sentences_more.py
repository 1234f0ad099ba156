"""Sentences of our own for the language of work reports, policies and statistics, and of whole documents."""

from __future__ import annotations

import pytest

from lianzhang.plan.kernel.extract import extract

T, A, X = "target", "achieved", "expected"

#: name → (text, [(value or (lower, upper), unit, comparator, kind, year of the period's end)]). Read as of 2024-06.
CHINESE = {
    "of them": (
        "2023年，全市有95个县产值增长，其中61个高于全省平均、14个增速领先。",
        [
            (95, "districts", "=", A, "2023"),
            (61, "districts", "=", A, "2023"),
            (14, "districts", "=", A, "2023"),
        ],
    ),
    "level of what is counted next": (
        "到2026年，培育百亿级链主企业2—3家。",
        [((2, 3), "enterprises", "range", T, "2026")],
    ),
    "noun behind a list of adjectives": (
        "到2026年，形成30个通用型、行业型大模型产品。",
        [(30, "products", "=", T, "2026")],
    ),
    "charging sets": ("到2025年，公共充电设施达到6万台以上。", [(60_000, "charging piles", ">=", T, "2025")]),
    "computing power": ("到2026年，智能算力规模突破2500PFlops。", [(2500, "PFlops", ">", T, "2026")]),
    "power in both units": ("2023年，建成储能装机300万千瓦(3GW)。", [(3_000_000, "kW", "=", A, "2023")]),
    "drugs": ("到2027年，获批创新药8个以上。", [(8, "drugs", ">=", T, "2027")]),
    "beds": ("2023年，新增医疗床位260张。", [(260, "beds", "=", A, "2023")]),
    "certificates": ("到2026年，产品认证证书达到900张。", [(900, "certificates", "=", T, "2026")]),
    "range of changes": (
        "2020—2023年，工业投资从120亿元增长到310亿元。",
        [(12e9, "yuan", "=", A, "2020"), (31e9, "yuan", "=", A, "2023")],
    ),
    "compared with a five-year plan": (
        "截至2023年底，保有量达到30万辆，较“十三五”末增加21万辆。",
        [(300_000, "vehicles", "=", A, "2023"), (210_000, "vehicles", "=", A, "2023")],
    ),
    "opening of a plan is no period": (
        "2022年，实现了“十四五”的良好开局，产值达到800亿元。",
        [(8e10, "yuan", "=", A, "2022")],
    ),
    "accumulated goal": (
        "到2026年，体系更加完善。累计打造示范场景70个以上。",
        [(70, "scenarios", ">=", T, "2026")],
    ),
    "arrived at": ("而到了2026年，产值预计将达到900亿元。", [(9e10, "yuan", "=", T, "2026")]),
    "measured by the plan": (
        "2023年，投资完成年度计划的93.5%。",
        [(93.5, "%", "=", A, "2023")],
    ),
    "first estimate": ("2023年，初步预计增加值460亿元。", [(4.6e10, "yuan", "=", A, "2023")]),
    "about a third of": ("2023年，装机约占全省五分之一。", [(20, "%", "~", A, "2023")]),
    "built and to be built": ("2023年，在建和拟建装机超800万千瓦。", [(8e6, "kW", ">", A, "2023")]),
    "points told together": (
        "2023年，两项增速分别较上年回升1.4个、3.2个百分点。",
        [(1.4, "percentage points", "=", A, "2023"), (3.2, "percentage points", "=", A, "2023")],
    ),
    "norm": ("实施城市不少于6个。", [(6, "cities", ">=", T, "")]),
    "threshold between two commas": (
        "到2025年，形成2家年产50万辆以上、国际知名的整车企业。",
        [(2, "enterprises", "=", T, "2025")],
    ),
    "threshold of some": ("到2025年，建成若干产值超百亿元的基地。", []),
    "ranks of two things": (
        "2023年，工业投资60亿元，增速排名全市第4；财政收入9亿元，增速排名全市第4。",
        [
            (6e9, "yuan", "=", A, "2023"),
            (4, "rank", "=", A, "2023"),
            (9e8, "yuan", "=", A, "2023"),
            (4, "rank", "=", A, "2023"),
        ],
    ),
    "already done": ("标准厂房一期启动建设15万平方米，已经全部建成。", [(150_000, "m2", "=", A, "2024")]),
    "drafting a plan is no period": (
        "正在编制“十四五”电池产业规划，目前本地配套率达到52%。",
        [(52, "%", "=", A, "2024")],
    ),
    "up to now": (
        "去年底营收80亿元；十年来，带动就业超过3万人。",
        [(8e9, "yuan", "=", A, "2023"), (30_000, "jobs", ">", A, "2024")],
    ),
    "doubling needs a verb": ("实施要素供给提升、产业能级倍增等行动。", []),
}

ENGLISH = {
    "two states after from": (
        "By 2032 the plan will lift annual exports from $21 billion to $39 billion.",
        [(21e9, "USD", "=", A, "2023"), (39e9, "USD", "=", T, "2032")],
    ),
    "ranging from is a range": (
        "In 2023, growth rates were ranging from 4% to 6%.",
        [((4, 6), "%", "range", A, "2023")],
    ),
    "from told last": (
        "The state will raise the share of factories to 25% by 2035 from 13%.",
        [(25, "%", "=", T, "2035"), (13, "%", "=", A, "2024")],
    ),
    "percentage before the amount": (
        "In 2023, output grew 4.4 percent to 1.15 trillion yuan.",
        [(4.4, "%", "=", A, "2023"), (1.15e12, "yuan", "=", A, "2023")],
    ),
    "lakh crore": ("By 2030, the state will attract ₹2.5 lakh crore.", [(2.5e12, "INR", "=", T, "2030")]),
    "number told twice": (
        "By 2030, 3 crore (30 million) scooters will be sold.",
        [(30e6, "motorcycles", "=", T, "2030")],
    ),
    "riyals": ("Exports are to reach SAR 90 billion by 2030.", [(90e9, "SAR", "=", T, "2030")]),
    "tenfold": ("Capacity will see a tenfold increase by 2030.", [(900, "%", "=", T, "2030")]),
    "one seventh": (
        "In 2023, the city held one seventh of the national stock.",
        [(14.286, "%", "=", A, "2023")],
    ),
    "level in a name": (
        "By 2025, eight 10-billion-yuan projects will start.",
        [(8, "projects", "=", T, "2025")],
    ),
    "size of one thing": (
        "A 3,000-acre park will rise, with 5 factories by 2026.",
        [(5, "factories", "=", T, "2026")],
    ),
    "spacing": ("By 2027 there will be 90 stations, one every 30 km.", [(90, "stations", "=", T, "2027")]),
    "plan name is no date": ("Under Vision 2030, sales rose 8% in 2023.", [(8, "%", "=", A, "2023")]),
    "same period": (
        "In the first quarter of 2024, output rose 6% against the same period in 2023.",
        [(6, "%", "=", A, "2024")],
    ),
    "or in other words": (
        "In 2023, the number of jobs increased 0.9 per cent, or 20,000.",
        [(0.9, "%", "=", A, "2023"), (20_000, "jobs", "=", A, "2023")],
    ),
    "subject counts": (
        "In 2023, certified suppliers exceeded 1,400.",
        [(1400, "enterprises", ">", A, "2023")],
    ),
    "number rose to": (
        "In 2023, the number of clusters above the line rose to five.",
        [(5, "clusters", "=", A, "2023")],
    ),
    "shared noun behind": (
        "By 2035 this could create 90,000 jobs in battery plants and 40,000 in charging.",
        [(90_000, "jobs", "=", X, "2035"), (40_000, "jobs", "=", X, "2035")],
    ),
    "top as a verb": ("By 2026, exports will top 1 million units.", [(1e6, "units", ">", T, "2026")]),
    "combined investment is no threshold": (
        "In 2023, the board approved 12 projects with a combined investment of $3 billion.",
        [(12, "projects", "=", A, "2023"), (3e9, "USD", "=", A, "2023")],
    ),
    "first to exceed": (
        "In 2023, the port became the first to exceed 8 million TEU.",
        [(8e6, "TEU", ">", A, "2023")],
    ),
    "driving to exceed": (
        "In 2023, the city has started 60 projects, driving investment to exceed $2 billion.",
        [(60, "projects", "=", A, "2023"), (2e9, "USD", ">", A, "2023")],
    ),
    "expected with will": (
        "It is expected that sales will grow 15 percent in 2024.",
        [(15, "%", "=", X, "2024")],
    ),
    "end of year with a dash": (
        "By end-2027, revenue is to exceed RMB 50 bln.",
        [(50e9, "yuan", ">", T, "2027")],
    ),
    "tonnes a year": ("By 2028, capacity will reach 300 ktpa.", [(300_000, "tonnes/year", "=", T, "2028")]),
    "earlier figure": (
        "The city will add 1,200 buses in 2025, up from 850 in 2023.",
        [(1200, "vehicles", "=", T, "2025"), (850, "vehicles", "=", A, "2023")],
    ),
    "population": (
        "By 2030, the area will have a population of 2 million.",
        [(2e6, "people", "=", T, "2030")],
    ),
    "ranked among is no rank of the region": (
        "In 2023, 13 firms ranked among the world's top 50 makers.",
        [(13, "enterprises", "=", A, "2023")],
    ),
    "numbers in names": (
        "In 2023, the fund backed 30 Fortune 500 companies.",
        [(30, "enterprises", "=", A, "2023")],
    ),
    "short fiscal year": ("Exports could reach $90 billion by FY30.", [(90e9, "USD", "=", X, "2030")]),
    "existing": (
        "The state plans to expand its existing fleet of about 5,000 buses.",
        [(5000, "vehicles", "~", A, "2024")],
    ),
    "gone up to": (
        "In 2013, the share was 1.3 per cent and has gone up to 3 per cent.",
        [(1.3, "%", "=", A, "2013"), (3, "%", "=", A, "2024")],
    ),
    "to be built": ("Two battery parks to be developed", [(2, "parks", "=", T, "")]),
    "people of two kinds": (
        "By 2030, 1.2 lakh direct and 2.5 lakh indirect jobs will be created.",
        [(120_000, "jobs", "=", T, "2030"), (250_000, "jobs", "=", T, "2030")],
    ),
    "exchange rate": ("The fund holds $4 billion ($1 = 7.1 yuan).", [(4e9, "USD", "=", A, "2024")]),
}

#: name → (document, what is read from it); no date is given, the documents speak for themselves.
DOCUMENTS = {
    "work report": (
        (
            "政府工作报告\n2024年1月12日在某区人民代表大会上\n一、2023年工作回顾\n预计地区生产总值增长6.1%。新建学校4所。\n"
            "二、2024年工作安排\n地区生产总值增长6.5%左右。新增就业2万人。"
        ),
        [
            (6.1, "%", "=", A, "2023"),
            (4, "schools", "=", A, "2023"),
            (6.5, "%", "~", T, "2024"),
            (20_000, "jobs", "=", T, "2024"),
        ],
    ),
    "plan of a year under a colon": (
        (
            "某市2022年国民经济和社会发展计划\n2022年我市发展的主要目标是：\n——经济类。财政收入增长5%；投资增长8%以上。\n"
            "——民生类。城镇新增就业3万人。"
        ),
        [(5, "%", "=", T, "2022"), (8, "%", ">=", T, "2022"), (30_000, "jobs", "=", T, "2022")],
    ),
    "a mention does not move a report": (
        "2022年12月20日\n一、2022年工作总结\n在2021年度考评中名列前茅。区内现有规上企业310家，1—11月工业产值90亿元。",
        [(310, "enterprises", "=", A, "2022"), (9e9, "yuan", "=", A, "2022")],
    ),
    "spans ahead": (
        (
            "The draft sets goals. From 2026 to 2030, car sales are expected to grow 12% a year. "
            "Of these, vans will account for 9%. In 2023, 400,000 cars were sold."
        ),
        [(12, "%", "=", X, "2030"), (9, "%", "=", T, "2030"), (400_000, "vehicles", "=", A, "2023")],
    ),
    "achievements of a year, then headings": (
        (
            "Feb 3, 2025\nThe office reviewed the progress in manufacturing in 2024. The points are as follows:\n"
            "I. Overall Achievements\n1. Scale: output of equipment grew by 7%, and 310 workshops were connected."
        ),
        [(7, "%", "=", A, "2024"), (310, "workshops", "=", A, "2024")],
    ),
    "as of the end of a year": (
        "2020年，产业营收达到900亿元。截至2020年底，总产能较2015年底增长80%。",
        [(9e10, "yuan", "=", A, "2020"), (80, "%", "=", A, "2020")],
    ),
    "wire and repeat": (
        "全国电池年产能达到90GWh\n2022-12-04\n某通讯社广州12月3日电 全国电池年产能达到90GWh，保持增长。",
        [(90, "GWh", "=", A, "2022")],
    ),
    "readings behind characters": (
        "2023-09-08\n電池產(chan) 業(ye) 投資超過(guo)30億(yi) 元，同比增長(zhang)12%。",
        [(3e9, "yuan", ">", A, "2023"), (12, "%", "=", A, "2023")],
    ),
    "rupees of another country": (
        "2024-11-07\nPakistan will spend Rs4 billion by 2030.",
        [(4e9, "PKR", "=", T, "2030")],
    ),
    "items in one line": (
        "2019-05-02\nKey points: (1) Build 40 depots in the next 10 years (2) Train 6,000 workers by 2024.",
        [(40, "depots", "=", T, "2028"), (6000, "jobs", "=", T, "2024")],
    ),
    "stock now beside a flow of a year": (
        "2023-01-13\n2021年，全省汽车产业营业收入6900亿元。全省集聚零部件企业1400多家。",
        [(6.9e11, "yuan", "=", A, "2021"), (1400, "enterprises", ">", A, "2023")],
    ),
}


def read(text: str, published: str = "") -> list[tuple[object, str, str, str, str]]:
    rows = []
    for statement in extract(text, "own", published=published):
        value = (statement.lower, statement.upper) if statement.comparator == "range" else statement.value
        rows.append((value, statement.unit, statement.comparator, statement.kind, statement.period_end[:4]))
    return rows


@pytest.mark.parametrize("name", CHINESE)
def test_chinese(name: str) -> None:
    text, expected = CHINESE[name]
    assert read(text, "2024-06") == expected


@pytest.mark.parametrize("name", ENGLISH)
def test_english(name: str) -> None:
    text, expected = ENGLISH[name]
    assert read(text, "2024-06") == expected


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents(name: str) -> None:
    text, expected = DOCUMENTS[name]
    assert read(text) == expected
