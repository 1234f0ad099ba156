"""Start a pack: an empty one with every table, or a small filled one to learn from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lianzhang.errors import UsageError
from lianzhang.i18n import Text
from lianzhang.pack.package import FILE
from lianzhang.pack.write import Rows, write_pack
from lianzhang.schema import tables

README = "README.md"

_INTRO = Text(
    zh="""# 数据包：{name}

一个区域就是一个文件夹。`datapackage.json` 说明它（Frictionless Data Package），`data/` 中每张表一个 CSV 文件，
表头已写好，一行一条记录，UTF-8 编码。没有的数据留空，没有的表可以连同 `datapackage.json` 中的那一项一起删去。

1. 先填 `sources.csv`：每个数字都要指向一条来源（`source_id`），并写明 `status`：
   official 官方、derived 推得、estimated 估计、reconstructed 重构、synthetic 合成。
2. 再填 `regions.csv`：第一行是整个区域，其 `region_id` 写入 `datapackage.json` 的 `lianzhang.region`。
3. 金额一律以元计，数量以个计；时期写 2024、2024-03、2024-Q1、2024-H1、2024-01..10。
4. 不存任何个人姓名和电话。

检查与载入：

```
lianzhang pack check {folder}
lianzhang pack load {folder}
```

检查会报出每处问题的文件、行、列、值、规则和改法；有一处错误就什么也不载入，已载入的不受影响。
""",
    en="""# The pack {name}

A region is a folder. `datapackage.json` describes it (Frictionless Data Package); `data/` has one CSV file per table
with its header in place: one record per row, UTF-8. Leave empty what is not known; a table that you do not have may
be removed together with its entry in `datapackage.json`.

1. Start with `sources.csv`: every number points to a source (`source_id`) and carries a `status`:
   official, derived, estimated, reconstructed or synthetic.
2. Then `regions.csv`: its first row is the whole region, and `lianzhang.region` in `datapackage.json` its `region_id`.
3. Money is in yuan, counts in ones; periods are 2024, 2024-03, 2024-Q1, 2024-H1, 2024-01..10.
4. No names of persons and no phone numbers.

Check and load:

```
lianzhang pack check {folder}
lianzhang pack load {folder}
```

The check names file, row, column, value, rule and remedy of every problem. One error, and nothing is loaded; what was
loaded before stays.
""",
)


def new_pack(folder: Path, *, name: str | None = None, example: bool = False) -> Path:
    """Start a pack in a new or empty folder.

    Args:
        folder: the pack's folder; its name is the pack's unless ``name`` is given.
        name: short name of the region.
        example: fill it with a small made-up district instead of leaving the tables empty.

    Returns:
        Path of `datapackage.json`.

    Raises:
        UsageError: the folder holds files already; nothing is overwritten.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(
            Text(f"{folder} 已有内容", f"{folder} is not empty"),
            hint=Text("换一个新文件夹", "choose a new folder"),
            details={"folder": str(folder)},
        )
    short = name or _short(folder)
    content: dict[str, Rows] = {table: [] for table in tables()}
    if example:
        content |= example_rows()
    target = write_pack(
        folder,
        content,
        name=short,
        title=Text("桃源区（虚构示例）", "Taoyuan District (made-up example)")
        if example
        else Text(short, short),
        region="taoyuan" if example else "",
        as_of="2025-06-30" if example else None,
    )
    (folder / README).write_text(_readme(short, folder), encoding="utf-8")
    return target


def _short(folder: Path) -> str:
    letters = "".join(
        c if c.isascii() and (c.isalnum() or c in "._-") else "-" for c in folder.resolve().name.lower()
    )
    return letters.strip("._-")[:64] or "region"


def _readme(name: str, folder: Path) -> str:
    listed = "\n".join(
        f"| `{t.name}` | {t.label.zh} / {t.label.en} | {t.about.zh} {t.about.en} | {', '.join(t.key)} |"
        for t in tables().values()
    )
    head = "| 表 table | 名称 name | 内容 content | 主键 key |\n|---|---|---|---|\n"
    parts = (part.format(name=name, folder=folder.name) for part in _INTRO)
    return "\n".join(parts) + f"\n## 表 / Tables ({FILE})\n\n{head}{listed}\n"


def example_rows() -> dict[str, Rows]:
    """A made-up district small enough to read: two townships, two sectors, three firms, a target and its series."""
    mark: dict[str, Any] = {"source_id": "example", "status": "synthetic"}
    years = {"2019": 100, "2020": 108, "2021": 121, "2022": 129, "2023": 140, "2024": 155}
    rows: dict[str, list[dict[str, Any]]] = {
        "sources": [
            {
                "source_id": "example",
                "title_zh": "虚构示例",
                "title_en": "Made-up example",
                "kind": "synthetic",
            }
        ],
        "regions": [
            {
                "region_id": "taoyuan",
                "name_zh": "桃源区（虚构）",
                "name_en": "Taoyuan (made up)",
                "level": "city",
            },
            {
                "region_id": "east",
                "name_zh": "东溪镇",
                "name_en": "Dongxi",
                "level": "district",
                "parent_id": "taoyuan",
            },
            {
                "region_id": "west",
                "name_zh": "西溪镇",
                "name_en": "Xixi",
                "level": "district",
                "parent_id": "taoyuan",
            },
        ],
        "geo_hexes": [{"region_id": "west", "q": 0, "r": 0}, {"region_id": "east", "q": 1, "r": 0}],
        "sectors": [
            _sector("36", "汽车制造业", "Motor vehicles"),
            _sector(
                "39", "计算机、通信和其他电子设备制造业", "Computers, communication and other electronics"
            ),
        ],
        "sector_counts": [
            {"region_id": place, "sector_id": f"gb4754:{code}", "period": "2024", "enterprises": count}
            for place, code, count in (
                ("east", "36", 12),
                ("east", "39", 3),
                ("west", "36", 4),
                ("west", "39", 9),
            )
        ],
        "firms": [
            _firm("f1", "桃源示例汽车有限公司", "east", "36"),
            _firm("f2", "桃源示例电子有限公司", "west", "39"),
            _firm("f3", "桃源示例座椅有限公司", "east", "36"),
        ],
        "taxonomies": [
            {"taxonomy_id": "demo", "kind": "clusters", "name_zh": "示例体系", "name_en": "Example system"}
            | {"version": "1", "main": True}
        ],
        "tiers": [
            {"tier_id": "lead", "taxonomy_id": "demo", "rank": 1, "name_zh": "主导", "name_en": "Leading"}
        ],
        "clusters": [_cluster("cars", 1, "汽车", "Cars"), _cluster("chips", 2, "电子", "Electronics")],
        "cluster_sectors": [
            {"cluster_id": "cars", "sector_id": "gb4754:36", "main": True, "coverage": "whole"},
            {"cluster_id": "chips", "sector_id": "gb4754:39", "main": True, "coverage": "whole"},
        ],
        "indicators": [
            {"indicator_id": "cars-made", "name_zh": "汽车产量", "name_en": "Cars made", "unit": "vehicles"}
            | {"measure": "level", "flow": True, "concept": "production", "cluster_id": "cars"}
        ],
        "observations": [
            {
                "indicator_id": "cars-made",
                "series": "main",
                "region_id": "taoyuan",
                "period": year,
                "comparator": "=",
            }
            | {"value": value * 1000, "known_from": f"{int(year) + 1}-03-01", "preferred": True}
            for year, value in years.items()
        ],
        "statements": [
            {
                "statement_id": "t1",
                "locator": "line 1",
                "indicator_id": "cars-made",
                "topic_zh": "汽车产量目标",
            }
            | {
                "topic_en": "Target for cars made",
                "region_id": "taoyuan",
                "kind": "target",
                "comparator": ">=",
            }
            | {
                "value": 200_000,
                "unit": "vehicles",
                "measure": "level",
                "period_end": "2027",
                "preferred": True,
            }
        ],
    }
    return {
        name: [row | (mark if name != "sources" else {}) for row in listed] for name, listed in rows.items()
    }


def _sector(code: str, zh: str, en: str) -> dict[str, Any]:
    return {"sector_id": f"gb4754:{code}", "classification": "gb4754", "code": code, "depth": 2} | {
        "name_zh": zh,
        "name_en": en,
    }


def _firm(firm_id: str, name: str, place: str, code: str) -> dict[str, Any]:
    return {
        "firm_id": firm_id,
        "name_zh": name,
        "kind": "company",
        "region_id": place,
        "sector_id": f"gb4754:{code}",
    }


def _cluster(cluster_id: str, rank: int, zh: str, en: str) -> dict[str, Any]:
    return {"cluster_id": cluster_id, "taxonomy_id": "demo", "tier_id": "lead", "rank": rank} | {
        "name_zh": zh,
        "name_en": en,
    }
