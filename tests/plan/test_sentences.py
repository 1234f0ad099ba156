"""Plan sentences of our own, in both languages, and what must be read from them: all of it and nothing else."""

from __future__ import annotations

import pytest

from lianzhang.plan.kernel.extract import extract

T, A, X = "target", "achieved", "expected"

#: name → (text, [(value or (lower, upper), unit, comparator, kind, year of the period's end)]). Read as of 2024-06.
CHINESE = {
    "wan": ("到2027年，全市新能源汽车产量达到120万辆。", [(1_200_000, "vehicles", "=", T, "2027")]),
    "yi": ("到2026年，食品产业产值达到850亿元。", [(85_000_000_000, "yuan", "=", T, "2026")]),
    "wanyi": ("力争到2030年工业总产值突破1.5万亿元。", [(1.5e12, "yuan", ">", T, "2030")]),
    "wan units thousand separators": (
        "2023年，全市销售收入12,500万元。",
        [(125_000_000, "yuan", "=", A, "2023")],
    ),
    "at least": ("到2025年，每个县建成充电站不少于3座。", [(3, "stations", ">=", T, "2025")]),
    "at least with suffix": (
        "到2025年，培育专精特新企业200家以上。",
        [(200, "enterprises", ">=", T, "2025")],
    ),
    "above": ("到2025年，本地配套率提升至60%以上。", [(60, "%", ">=", T, "2025")]),
    "not above": ("到2025年，单位产品能耗不超过45千克。", [(45, "kg", "<=", T, "2025")]),
    "below": ("到2025年，道路死亡率降至0.5%以下。", [(0.5, "%", "<", T, "2025")]),
    "about": ("2023年，园区从业人员约3.2万人。", [(32_000, "jobs", "~", A, "2023")]),
    "or so": ("到2026年，规上工业增加值占比达到35%左右。", [(35, "%", "~", T, "2026")]),
    "nearly": ("2023年，机器人产业营业收入近90亿元。", [(9e9, "yuan", "~", A, "2023")]),
    "range dash": ("到2025年，引进3—5家整车企业。", [((3, 5), "enterprises", "range", T, "2025")]),
    "range percent": ("到2025年，研发投入强度提高到3%-4%。", [((3, 4), "%", "range", T, "2025")]),
    "range scaled": ("到2027年，培育2至3个国际知名品牌。", [((2, 3), "brands", "range", T, "2027")]),
    "more than with duo": ("目前，全市拥有汽车零部件企业1300多家。", [(1300, "enterprises", ">", A, "2024")]),
    "yu": ("截至2023年底，累计建成公共充电桩8.6万余个。", [(86_000, "charging piles", ">", A, "2023")]),
    "chinese numeral yu": ("2023年，新建智能工厂二十余家。", [(20, "factories", ">", A, "2023")]),
    "shang qian": ("目前，全市集聚了上千家配套企业。", [(1000, "enterprises", ">=", A, "2024")]),
    "level word": ("着力构建千亿级新材料产业。", [(1e11, "yuan", "level", T, "")]),
    "level word with deadline": (
        "到2030年，打造5000亿级电子信息产业集群。",
        [(5e11, "yuan", "level", T, "2030")],
    ),
    "exceeding a level": ("到2027年，软件业务规模突破万亿级。", [(1e12, "yuan", ">", T, "2027")]),
    "threshold is no value": (
        "到2025年，年营业收入超100亿元的企业达到8家。",
        [(8, "enterprises", "=", T, "2025")],
    ),
    "level threshold": ("到2025年，培育百亿级企业5家。", [(5, "enterprises", "=", T, "2025")]),
    "respectively": (
        "到2025年，高新技术企业、科技型中小企业分别达到5000家和8000家。",
        [(5000, "enterprises", "=", T, "2025"), (8000, "enterprises", "=", T, "2025")],
    ),
    "respectively bare": (
        "到2025年，国家级、省级、市级绿色工厂分别达到20、60和150家。",
        [
            (20, "factories", "=", T, "2025"),
            (60, "factories", "=", T, "2025"),
            (150, "factories", "=", T, "2025"),
        ],
    ),
    "one deadline over clauses": (
        "到2026年，产业规模达到3000亿元，带动就业10万人，建成加氢站50座；关键零部件国产化率超过80%。",
        [
            (3e11, "yuan", "=", T, "2026"),
            (100_000, "jobs", "=", T, "2026"),
            (50, "stations", "=", T, "2026"),
            (80, "%", ">", T, "2026"),
        ],
    ),
    "two deadlines": (
        "到2025年，电池产能达到100GWh；到2030年，电池产能达到300GWh。",
        [(100, "GWh", "=", T, "2025"), (300, "GWh", "=", T, "2030")],
    ),
    "deadline reaches the next sentence": (
        "到2025年，整车产能达到80万辆。本地配套率达到45%。",
        [(800_000, "vehicles/year", "=", T, "2025"), (45, "%", "=", T, "2025")],
    ),
    "growth year on year": ("2023年，规上工业增加值同比增长7.4%。", [(7.4, "%", "=", A, "2023")]),
    "growth per annum": ("到2025年，制造业增加值年均增长8%以上。", [(8, "%", ">=", T, "2025")]),
    "decline": ("到2025年，单位工业增加值能耗较2020年下降14%。", [(-14, "%", "=", T, "2025")]),
    "decline to is a level": ("到2025年，物流成本占比下降到12%。", [(12, "%", "=", T, "2025")]),
    "doubling": ("到2027年，软件收入比2022年翻一番。", [(100, "%", "=", T, "2027")]),
    "twofold doubling": ("到2030年，出口额在2020年基础上翻两番。", [(300, "%", "=", T, "2030")]),
    "times of growth": ("2023年，新能源汽车出口增长2.3倍。", [(230, "%", "=", A, "2023")]),
    "multiple": ("2023年，新能源汽车产量是2020年的4.5倍。", [(4.5, "times", "=", A, "2023")]),
    "percentage points": (
        "2023年，本地配套率提高5.2个百分点。",
        [(5.2, "percentage points", "=", A, "2023")],
    ),
    "percentage points down": (
        "2023年，资产负债率下降1.3个百分点。",
        [(-1.3, "percentage points", "=", A, "2023")],
    ),
    "fraction": ("2023年，本市电机产量占全国三分之一。", [(33.333, "%", "=", A, "2023")]),
    "tenths": ("2023年，七成企业完成数字化改造。", [(70, "%", "=", A, "2023")]),
    "percent in words": ("到2025年，新车新能源占比达到百分之五十。", [(50, "%", "=", T, "2025")]),
    "rank": ("2023年，全市汽车产量位居全国第三位。", [(3, "rank", "=", A, "2023")]),
    "rank top": ("到2025年，产业综合实力进入全国前五。", [(5, "rank", "<=", T, "2025")]),
    "money per area": ("到2025年，规上工业亩均税收达到25万元/亩。", [(250_000, "yuan/mu", "=", T, "2025")]),
    "foreign money": ("2023年，全市汽车出口32.5亿美元。", [(3_250_000_000, "USD", "=", A, "2023")]),
    "ratio": ("到2025年，车桩比达到2.5:1。", [(2.5, "ratio", "=", T, "2025")]),
    "index": ("到2027年，制造业竞争力指数达到88。", [(88, "index points", "=", T, "2027")]),
    "bare vehicles": ("2023年，全市新能源汽车销量突破30万。", [(300_000, "vehicles", ">", A, "2023")]),
    "expected": ("预计2025年市场规模将达400亿元左右。", [(4e10, "yuan", "~", X, "2025")]),
    "five-year plan": ("“十四五”末，研发经费支出占比达到3.2%。", [(3.2, "%", "=", T, "2025")]),
    "since then": ("截至2023年9月，累计推广新能源公交车4200辆。", [(4200, "vehicles", "=", A, "2023")]),
    "year to date": ("2024年1-4月，全市生产汽车78.3万辆。", [(783_000, "vehicles", "=", A, "2024")]),
    "last year": ("去年，全市新增上市公司11家。", [(11, "enterprises", "=", A, "2023")]),
    "from to": (
        "新能源汽车产量由2020年的4.3万辆增长到2023年的50万辆。",
        [(43_000, "vehicles", "=", A, "2020"), (500_000, "vehicles", "=", A, "2023")],
    ),
    "kilometres": ("到2025年，建成智慧道路600公里。", [(600, "km", "=", T, "2025")]),
    "full width": (
        "到２０２５年，产值达到３００亿元，占比达到１５％。",
        [(3e10, "yuan", "=", T, "2025"), (15, "%", "=", T, "2025")],
    ),
    "traditional": ("到2025年，新能源汽車產量達到60萬輛。", [(600_000, "vehicles", "=", T, "2025")]),
    "part of a whole": (
        "全市38个区县中，有12个区县工业产值超过500亿元。",
        [(12, "districts", "=", A, "2024")],
    ),
    "laboratories": ("到2025年，新增国家级重点实验室5个。", [(5, "laboratories", "=", T, "2025")]),
    "per every hundred is no figure": ("2023年，每百公里能耗为13千瓦时。", [(13, "kWh", "=", A, "2023")]),
    "total of the former": (
        "2023年，新增技术中心16家，总数达133家。",
        [(16, "centers", "=", A, "2023"), (133, "centers", "=", A, "2023")],
    ),
    "fraction with a slash": ("2023年，企业研发经费占全市的3/4以上。", [(75, "%", ">=", A, "2023")]),
    "bracket is not the noun": ("到2025年，新建通用机场(运营中心)5个。", [(5, "airports", "=", T, "2025")]),
    "wholes and thresholds together": (
        "到2025年，形成3个产值超千亿元的产业集群。",
        [(3, "clusters", "=", T, "2025")],
    ),
    "main is not will": ("2023年，全市主要产业园区12个。", [(12, "parks", "=", A, "2023")]),
    "output threshold of what is counted": (
        "到2025年，形成2至3家年产量超过30万辆的整车企业。",
        [((2, 3), "enterprises", "range", T, "2025")],
    ),
    "hundreds of billions without yuan": ("到2025年，产业规模超千亿。", [(1e11, "yuan", ">", T, "2025")]),
    "a step of a trillion": ("力争到2026年，产值跨越万亿台阶。", [(1e12, "yuan", ">", T, "2026")]),
    "half": ("2023年，自主品牌占据了超过一半的市场份额。", [(50, "%", ">", A, "2023")]),
    "year before output": ("汽车产业规划2026年产量超80万辆。", [(800_000, "vehicles", ">", T, "2026")]),
    "from a year on": ("2027年起，公交车中新能源汽车比例不低于80%。", [(80, "%", ">=", T, "2027")]),
    "goals of this year": (
        "今年发展目标是：地区生产总值增长6%左右，城镇新增就业66万人以上。",
        [(6, "%", "~", T, "2024"), (660_000, "jobs", ">=", T, "2024")],
    ),
    "carbon": ("到2025年，累计减少碳排放200万吨。", [(-2_000_000, "tonnes", "=", T, "2025")]),
}
ENGLISH = {
    "million": (
        "By 2030, the province will produce 1.2 million electric vehicles.",
        [(1_200_000, "vehicles", "=", T, "2030")],
    ),
    "billion": ("By 2027, the output value will reach 85 billion yuan.", [(85e9, "yuan", "=", T, "2027")]),
    "trillion over": ("By 2030, revenue will exceed 1.5 trillion yuan.", [(1.5e12, "yuan", ">", T, "2030")]),
    "trailing deadline": (
        "The state aims to attract investment of $5 billion by 2028.",
        [(5e9, "USD", "=", T, "2028")],
    ),
    "at least": ("The plan targets at least 20 percent local content by 2026.", [(20, "%", ">=", T, "2026")]),
    "up to": ("By 2026, charging time will fall to no more than 20 minutes.", []),
    "no more than": (
        "By 2026, energy use should be no more than 45 kWh per kg.",
        [(45, "kWh/kg", "<=", T, "2026")],
    ),
    "less than": ("By 2026, the defect rate will be less than 2%.", [(2, "%", "<", T, "2026")]),
    "about": ("In 2023, about 40 suppliers were located in the park.", [(40, "enterprises", "~", A, "2023")]),
    "nearly": ("In 2023, sales were nearly 90,000 vehicles.", [(90_000, "vehicles", "~", A, "2023")]),
    "or more": (
        "By 2027, the city will have 500 or more hydrogen buses.",
        [(500, "vehicles", ">=", T, "2027")],
    ),
    "plus sign": ("By 2027, the region will host 300+ startups.", [(300, "enterprises", ">=", T, "2027")]),
    "range": ("By 2027, EVs will make up 30-35% of new car sales.", [((30, 35), "%", "range", T, "2027")]),
    "range to": (
        "By 2027, 10 to 12 battery plants will be built.",
        [((10, 12), "plants", "range", T, "2027")],
    ),
    "thousands of": ("The city has thousands of parts companies.", [(1000, "enterprises", ">=", A, "2024")]),
    "dozen": (
        "More than a dozen manufacturers have invested in the zone.",
        [(12, "enterprises", ">", A, "2024")],
    ),
    "number word": ("Five companies have built factories in the zone.", [(5, "enterprises", "=", A, "2024")]),
    "half": ("By 2030, half of all new buses will be electric.", [(50, "%", "=", T, "2030")]),
    "two thirds": ("In 2023, two-thirds of the batteries were exported.", [(66.667, "%", "=", A, "2023")]),
    "level word": (
        "The city is determined to build a trillion-level electronics industry.",
        [(1e12, "yuan", "level", T, "")],
    ),
    "level with number": (
        "By 2030 it will build a 300 billion-level materials cluster.",
        [(3e11, "yuan", "level", T, "2030")],
    ),
    "threshold": (
        "In 2023, there were 7 companies whose revenue exceeded 10 billion yuan.",
        [(7, "enterprises", "=", A, "2023")],
    ),
    "with revenue over": (
        "By 2027, the number of companies with annual revenue of over 10 billion yuan will increase to 25.",
        [(25, "enterprises", "=", T, "2027")],
    ),
    "respectively": (
        "By 2027, the share of wind and solar power will rise to 20% and 15% respectively.",
        [(20, "%", "=", T, "2027"), (15, "%", "=", T, "2027")],
    ),
    "respectively bare": (
        "By 2027, national champions, unicorns and startups will increase to 10, 40 and 900 enterprises respectively.",
        [
            (10, "enterprises", "=", T, "2027"),
            (40, "enterprises", "=", T, "2027"),
            (900, "enterprises", "=", T, "2027"),
        ],
    ),
    "one deadline over clauses": (
        "By 2030, the industry will generate 60 billion yuan in revenue, employ 80,000 workers and export 200,000 vehicles.",
        [
            (6e10, "yuan", "=", T, "2030"),
            (80_000, "jobs", "=", T, "2030"),
            (200_000, "vehicles", "=", T, "2030"),
        ],
    ),
    "deadline reaches the next sentence": (
        "By 2030, output will reach 800,000 vehicles. Local content will rise to 60%.",
        [(800_000, "vehicles", "=", T, "2030"), (60, "%", "=", T, "2030")],
    ),
    "growth": ("In 2023, industrial output grew by 7.4%.", [(7.4, "%", "=", A, "2023")]),
    "growth rate": (
        "In 2023, exports recorded a year-on-year increase of 12.5%.",
        [(12.5, "%", "=", A, "2023")],
    ),
    "growth after": ("In 2023, the city saw 9% growth in retail sales.", [(9, "%", "=", A, "2023")]),
    "decline": (
        "By 2030, emissions will be reduced by 40% compared with 2020 levels.",
        [(-40, "%", "=", T, "2030")],
    ),
    "decline to": ("By 2030, the share of coal will fall to 30%.", [(30, "%", "=", T, "2030")]),
    "double": ("Exports will double by 2030.", [(100, "%", "=", T, "2030")]),
    "times growth": ("In 2023, battery exports increased by 1.8 times.", [(180, "%", "=", A, "2023")]),
    "multiple": ("In 2023, output was 2.5 times that of 2020.", [(2.5, "times", "=", A, "2023")]),
    "points": ("In 2023, the rate rose 3.1 percentage points.", [(3.1, "percentage points", "=", A, "2023")]),
    "rank": (
        "In 2023, the province ranked third in the country by car output.",
        [(3, "rank", "=", A, "2023")],
    ),
    "rank top": (
        "By 2030, it will be among the top five producers in the world.",
        [(5, "rank", "<=", T, "2030")],
    ),
    "money per area": (
        "By 2027, output per unit of land will reach 9 billion yuan/square kilometer.",
        [(9e9, "yuan/km2", "=", T, "2027")],
    ),
    "capacity": (
        "The new plant has an annual production capacity of 150,000 vehicles.",
        [(150_000, "vehicles/year", "=", A, "2024")],
    ),
    "per year": ("The plant can make 60,000 vehicles per year.", [(60_000, "vehicles/year", "=", A, "2024")]),
    "translated tense": (
        "In 2023, the sales of new energy vehicles will exceed 400,000.",
        [(400_000, "vehicles", ">", A, "2023")],
    ),
    "expected": (
        "The market is expected to reach 12 billion euros in 2028.",
        [(12e9, "EUR", "=", X, "2028")],
    ),
    "from to": (
        "The share is to rise from 20% in 2022 to 45% by 2027.",
        [(20, "%", "=", A, "2022"), (45, "%", "=", T, "2027")],
    ),
    "currently": ("Currently, 35 stations are in operation.", [(35, "stations", "=", A, "2024")]),
    "index": (
        "By 2027, the competitiveness index will rise to above 88.",
        [(88, "index points", ">", T, "2027")],
    ),
    "motorcycles": (
        "By 2030 the country wants 2 million electric motorcycles on the road.",
        [(2_000_000, "motorcycles", "=", T, "2030")],
    ),
    "currency sign": ("In 2023, exports were worth US$4.2 billion.", [(4.2e9, "USD", "=", A, "2023")]),
    "rupees": ("The state will invest Rs 500 crore by 2026.", [(5e9, "INR", "=", T, "2026")]),
    "jobs": ("The project will create 12,000 jobs by 2027.", [(12_000, "jobs", "=", T, "2027")]),
    "capacity GWh": ("By 2030, battery capacity will reach 60 GWh.", [(60, "GWh", "=", T, "2030")]),
    "charging points": (
        "By 2030, there will be 300,000 public charging points.",
        [(300_000, "charging points", "=", T, "2030")],
    ),
    "part of a whole": (
        "Of the 38 counties, 12 have an industrial park.",
        [(12, "districts", "=", A, "2024")],
    ),
    "end of the decade": (
        "The state plans to reach 20 GW of wind power by the end of the decade.",
        [(20, "GW", "=", T, "2030")],
    ),
    "per thousand is no figure": (
        "In 2023, there were 63 cars per 1,000 people.",
        [(63, "vehicles", "=", A, "2023")],
    ),
    "a goal and a report in one sentence": (
        "The plan aims at neutrality by 2050, adding that the state has already invested 640 million baht.",
        [(640_000_000, "THB", "=", A, "2024")],
    ),
    "growth between two years": (
        "Sales are expected to grow at an annual rate of 33% from $500 million in 2021 to $2.7 billion by 2027.",
        [(33, "%", "=", X, "2027"), (500_000_000, "USD", "=", A, "2021"), (2.7e9, "USD", "=", X, "2027")],
    ),
    "expected behind the figure": (
        "Around 300,000 public chargers are expected by 2030.",
        [(300_000, "chargers", "~", X, "2030")],
    ),
    "will behind the figure": ("$1.6 billion will be invested in ports.", [(1.6e9, "USD", "=", T, "")]),
    "a year and a later deadline": (
        "The rule requires 22% of new cars sold to be electric in 2026, rising to 80% by 2030.",
        [(22, "%", "=", T, "2026"), (80, "%", "=", T, "2030")],
    ),
    "top without a preposition": (
        "In 2023, it was among the top 10 global hubs.",
        [(10, "rank", "<=", A, "2023")],
    ),
    "times another year": (
        "In 2022, companies announced $24 billion in batteries, 28 times the investment in 2020, and $7 billion in chargers.",
        [(24e9, "USD", "=", A, "2022"), (28, "times", "=", A, "2022"), (7e9, "USD", "=", A, "2022")],
    ),
    "such firms": (
        "By 2025, the city should have 2,500 little giant firms at the municipal level, and 300 such firms at the State level.",
        [(2500, "enterprises", "=", T, "2025"), (300, "enterprises", "=", T, "2025")],
    ),
    "noun shared by two numbers": (
        "In 2023, the area had 15 national and 20 municipal little giant companies.",
        [(15, "enterprises", "=", A, "2023"), (20, "enterprises", "=", A, "2023")],
    ),
    "total that does not repeat its noun": (
        "In 2023, 3,671 companies were named. In 2023, the total has surpassed 12,000.",
        [(3671, "enterprises", "=", A, "2023"), (12_000, "enterprises", ">", A, "2023")],
    ),
    "vehicle sales": (
        "The plan sets a target of 32 million vehicle sales in 2026.",
        [(32_000_000, "vehicles", "=", T, "2026")],
    ),
    "units of motorcycles": (
        "By 2030, 2.4 million units of battery-powered motorcycles will be built.",
        [(2_400_000, "motorcycles", "=", T, "2030")],
    ),
    "one cut and another": (
        "By 2030, the plan will reduce emissions from cars by 2.7 million tons and from motorcycles by 1.1 million tons.",
        [(-2_700_000, "tonnes", "=", T, "2030"), (-1_100_000, "tonnes", "=", T, "2030")],
    ),
    "passive behind the figure": ("So far 565 new chargers were added.", [(565, "chargers", "=", A, "2024")]),
    "next years": (
        "In the next three years, the city will introduce 20 well-known companies.",
        [(20, "enterprises", "=", T, "2026")],
    ),
}
NOTHING = {
    "zh model names": "阿尔法S5、极光M7等车型上市热销，星途11也已交付。",
    "zh date": "3月18日上午，会议在市政府举行。",
    "zh numeral date": "三月十五日，工人正在车间忙碌。",
    "zh idiom": "坚持两手抓，打好一套组合拳，形成全市一盘棋。",
    "zh document number": "根据《关于加快发展的意见》（国发〔2021〕15号）精神，制定本方案。",
    "zh title period": "《先进制造业发展规划（2021—2025年）》近日印发。",
    "zh five G": "加快5G、V2X和L3级自动驾驶应用。",
    "zh plan name": "深入实施“1+6+N”工程和“365”行动。",
    "zh time": "2024-05-06 09:30:00 来源：日报",
    "zh phone": "联系电话：010-62345678",
    "zh structure": "重点实施八大工程、抓好三个方面。",
    "zh one": "形成一批龙头企业，打造一个平台。",
    "zh ordinal of a series": "第 500 万辆新能源车正式下线。",
    "zh fortune": "引进世界500强。",
    "en model names": "The “Star M7” and the L5 were launched.",
    "en date": "On March 18, the meeting was held in the city.",
    "en idiom": "It killed two birds with one stone, step by step.",
    "en title period": "The “Development Plan (2021-2025)” was issued.",
    "en time": "Published 2024-05-06 09:30:00",
    "en definite": "The two provinces signed the agreement.",
    "en elapsed": "More than 30 years later, the forecast came true.",
    "en structure": "The plan has five key tasks and three stages.",
    "en cookie": "This website uses 12 cookies to improve your experience.",
    "en ordinal": "The third session of the fifth congress opened.",
    "en Five-Year": "The 14th Five-Year Plan was adopted.",
    "en top cities": "The top 10 cities are Beijing, Shenzhen and Shanghai.",
    "en figure": "See Figure 3 and Table 12 in Section 4.",
}


def read(text: str) -> list[tuple[object, str, str, str, str]]:
    rows = []
    for statement in extract(text, "own", published="2024-06"):
        value = (statement.lower, statement.upper) if statement.comparator == "range" else statement.value
        rows.append((value, statement.unit, statement.comparator, statement.kind, statement.period_end[:4]))
    return rows


@pytest.mark.parametrize("name", CHINESE)
def test_chinese(name: str) -> None:
    text, expected = CHINESE[name]
    assert read(text) == expected


@pytest.mark.parametrize("name", ENGLISH)
def test_english(name: str) -> None:
    text, expected = ENGLISH[name]
    assert read(text) == expected


@pytest.mark.parametrize("name", NOTHING)
def test_nothing_is_read_from_names_dates_and_idioms(name: str) -> None:
    assert read(NOTHING[name]) == []


def test_a_lost_number_stays_lost() -> None:
    (lost, kept) = extract(
        "By 2027, the share of parks will reach %, the output will reach 90 billion yuan.",
        "own",
        published="2024",
    )
    assert lost.value is None or kept.value is None
    missing = lost if lost.value is None else kept
    assert missing.null_reason
    assert missing.unit == "%"
