"""Duplicates in made-up registers with known truth: renames, branches, typos, abbreviations, missing fields.

A fifth of the records are second records of a firm, without the credit code that would give them away. Hard cases
that are no duplicates are there too: branches, sister firms with the same core, and neighbours in one building.
"""

from __future__ import annotations

import random
from typing import Any

import pyarrow as pa

from benchmarks.registry import Case, Result, Variant, register

_CORE = "安邦昌达恒鑫佳凯隆盛天祥宇源泽中华瑞博宏力信诚永兴龙海江山川渝嘉明远东方金银铜铁石林木森泰和平顺利丰裕康乐福寿长春秋"
_SHORT = {
    "机械制造": "机械",
    "汽车零部件": "汽车",
    "电子科技": "电子",
    "建筑工程": "建筑",
    "塑料制品": "塑料",
    "信息技术": "信息",
}
_TRADES = (*_SHORT, "商贸", "物流", "食品", "建材", "模具", "农业开发")
_DISTRICTS = tuple(f"500{n}" for n in (112, 105, 107, 106, 108, 101, 102, 118, 120, 116))


def _name(place: str, core: str, trade: str, form: str) -> str:
    return f"{place}{core}{trade}{form}"


def make(rows: int, seed: int = 1) -> dict[str, Any]:
    rng = random.Random(seed)
    ids: list[str] = []
    truth: list[int] = []
    columns: dict[str, list[Any]] = {key: [] for key in ("names", "usccs", "regions", "addresses", "founded")}

    def put(
        firm: int, name: str, code: str | None, region: str | None, address: str | None, day: str | None
    ) -> None:
        ids.append(f"R{len(ids):08d}")
        truth.append(firm)
        for key, value in zip(columns, (name, code, region, address, day), strict=True):
            columns[key].append(value)

    firm = 0
    while len(ids) < rows:
        firm += 1
        core = "".join(rng.choice(_CORE) for _ in range(rng.choice((2, 2, 3, 3, 4))))
        trade, region = rng.choice(_TRADES), rng.choice(_DISTRICTS)
        street = f"{''.join(rng.choice(_CORE) for _ in range(2))}路{rng.randint(1, 400)}号"
        day = f"{rng.randint(1990, 2024)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
        full = _name("重庆市" if rng.random() < 0.4 else "重庆", core, trade, "有限公司")
        address = f"重庆市某区{street}"
        put(firm, full, f"C{firm:09d}", region, f"{address}{rng.randint(1, 30)}-{rng.randint(1, 9)}", day)
        draw = rng.random()
        if draw < 0.25:
            kind = rng.choice(("typo", "short", "rename", "form", "plain"))
            other_core, other_trade, place, form = core, trade, "重庆", "有限公司"
            if kind == "typo":
                at = rng.randrange(len(core))
                other_core = core[:at] + rng.choice(_CORE) + core[at + 1 :]
            elif kind == "short":
                place, other_trade, form = "", _SHORT.get(trade, trade), "公司"
            elif kind == "rename":
                other_core = "".join(rng.choice(_CORE) for _ in range(3))
            elif kind == "form":
                form = "有限责任公司"
            known_day = None if rng.random() < 0.1 else day
            known_address = None if rng.random() < 0.15 else f"重庆某区{street}"
            put(firm, _name(place, other_core, other_trade, form), None, region, known_address, known_day)
        elif draw < 0.30:
            firm += 1
            put(firm, f"{full}{rng.choice(('永川', '万州', '江津'))}分公司", None, region, address, None)
        elif draw < 0.34:
            firm += 1
            sister = _name("重庆", core, rng.choice([t for t in _TRADES if t != trade]), "有限公司")
            put(
                firm,
                sister,
                None,
                region,
                f"重庆市某区另街{rng.randint(1, 400)}号",
                f"{rng.randint(1990, 2024)}-05-06",
            )
        elif draw < 0.38:
            firm += 1
            stranger = "".join(rng.choice(_CORE) for _ in range(3))
            other = rng.choice([t for t in _TRADES if t != trade])
            put(
                firm,
                _name("重庆", stranger, other, "有限公司"),
                None,
                region,
                address,
                f"{rng.randint(1990, 2024)}-07-08",
            )
    return {"ids": ids, "truth": truth, **columns}


def ours(data: dict[str, Any]) -> Result:
    from lianzhang.firms.linkage import comparison_table, find_duplicates

    table: pa.Table = comparison_table(
        data["ids"], data["names"], data["usccs"], data["regions"], data["addresses"], data["founded"]
    )
    found = find_duplicates(table)
    truth = dict(zip(data["ids"], data["truth"], strict=True))
    groups: dict[str, list[str]] = {}
    for member, group in zip(
        found.groups["firm_id"].to_pylist(), found.groups["group_id"].to_pylist(), strict=True
    ):
        groups.setdefault(group, []).append(member)
    right = wrong = 0
    for members in groups.values():
        for i, left in enumerate(members):
            for other in members[i + 1 :]:
                same = truth[left] == truth[other]
                right, wrong = right + same, wrong + (not same)
    sizes: dict[int, int] = {}
    for firm in data["truth"]:
        sizes[firm] = sizes.get(firm, 0) + 1
    pairs = sum(n * (n - 1) // 2 for n in sizes.values())
    return {"precision": right / max(right + wrong, 1), "recall": right / max(pairs, 1), "true_pairs": pairs}


register(
    Case(
        name="firms.duplicates",
        make=make,
        sizes={"20k": {"rows": 20_000}, "200k": {"rows": 200_000}, "1M": {"rows": 1_000_000}},
        variants=(Variant("lianzhang with splink", ours, role="ours", needs=("splink",)),),
        goal="at least 0.98 precision at 0.85 recall on 200,000 records",
        slow=frozenset({"1M"}),
    )
)
