"""Districts, points, hex tiles, sector classifications and the sector × district counts."""

from __future__ import annotations

from builder.core import CITY, MAPS, SOURCE, Pack, read, scaled

DISTRICTS = SOURCE / "cq-official" / "cq_districts_2024.csv"
COUNTS = SOURCE / "cq-official" / "cq_enterprises_by_sector_district_2024.csv"
GB4754 = SOURCE / "gb4754" / "gb4754_2017.csv"
IO_SECTORS = SOURCE / "cq-io2023" / "sectors.csv"

#: Area of the yearbook → group of the pack.
_GROUPS = {
    "中心城区": "cq-group-centre",
    "渝西地区": "cq-group-west",
    "渝东新城": "cq-group-east",
    "渝东北三峡库区": "cq-group-northeast",
    "渝东南武陵山区": "cq-group-southeast",
}
#: Abolished with effect from 2026-01-25.
_ABOLISHED = {"500105", "500112"}
_DEPTH = {"门类": "1", "大类": "2", "中类": "3", "小类": "4"}


def add_places(pack: Pack) -> None:
    """38 districts and counties with their group, point and hex."""
    names = {row["adcode"]: row for row in read(MAPS / "district_names.csv")}
    for row in sorted(read(DISTRICTS), key=lambda r: r["adcode"]):
        code = row["adcode"]
        name = names[code]
        gone = code in _ABOLISHED
        pack.add(
            "regions",
            region_id=code,
            name_zh=row["district"],
            name_en=name["name_en"],
            short_zh=name["short_zh"],
            level="district",
            parent_id=CITY,
            adcode=code,
            valid_to="2026-01-24" if gone else "",
            note="2026-01-25 撤销，并入两江新区；据转引 abolished, now Liangjiang; second-hand"
            if gone
            else "",
            source_id="gb2260",
            status="official",
        )
        pack.add(
            "region_members",
            group_id=_GROUPS[row["region"]],
            member_id=code,
            valid_to="2026-01-24" if gone else "",
            source_id="cq-yb2025-districts",
            status="official",
        )
        pack.add(
            "geo_points",
            region_id=code,
            lon=row["lon"],
            lat=row["lat"],
            source_id="lz-points",
            status="estimated",
        )
        pack.add(
            "geo_hexes", region_id=code, q=name["q"], r=name["r"], source_id="lz-hexes", status="derived"
        )


def add_sectors(pack: Pack) -> None:
    """GB/T 4754-2017 in full, the 42 input–output sectors, and the concordance between them."""
    english = {row["code"]: row["name_en"] for row in read(MAPS / "sections_en.csv")}
    english |= {row["code"]: row["name_en"] for row in read(MAPS / "classes_en.csv")}
    for row in read(GB4754):
        pack.add(
            "sectors",
            sector_id=f"gb4754:{row['code']}",
            classification="gb4754",
            code=row["code"],
            name_zh=row["name"],
            name_en=english.get(row["code"], ""),
            depth=_DEPTH[row["level"]],
            parent_id=f"gb4754:{row['parent']}" if row["parent"] else "",
            source_id="gb4754-2017",
            status="official",
        )
    links = {row["code"]: row for row in read(MAPS / "io42.csv")}
    for row in read(IO_SECTORS):
        link = links[row["code"]]
        sector = f"io42:{row['code']}"
        pack.add(
            "sectors",
            sector_id=sector,
            classification="io42",
            code=row["code"],
            name_zh=row["name"],
            name_en=link["name_en"],
            depth="1",
            source_id="cq-io2023",
            status="official",
        )
        for division in link["gb4754"].split():
            pack.add(
                "sector_links",
                from_sector=f"gb4754:{division}",
                to_sector=sector,
                share="1",
                source_id="lz-concordance",
                status="derived",
            )


def add_counts(pack: Pack) -> None:
    """Enterprises of 31 manufacturing sectors and their total, in 38 districts and the whole city, end of 2024."""
    by_name = {row["name_zh"]: row["region_id"] for row in pack.rows["regions"] if row["level"] == "district"}
    by_name["total"] = CITY
    for row in read(COUNTS):
        for column, printed in row.items():
            if column in by_name:
                pack.add(
                    "sector_counts",
                    region_id=by_name[column],
                    sector_id=f"gb4754:{row['gbt4754_2digit']}",
                    period="2024",
                    enterprises=scaled(printed),
                    source_id="cq-yb2025-22-7",
                    status="official",
                )
