"""Listed companies of every province, their sectors, and the clusters of the Chongqing firms."""

from __future__ import annotations

from builder.core import CITY, MAPS, SOURCE, BuildError, Pack, read

LISTED = SOURCE / "listed" / "listed_companies_2026-01-09.csv"
_EXCHANGE = {"SH": "SSE", "SZ": "SZSE", "BJ": "BSE"}
_SOURCE = {"source_id": "exchanges-2026-01", "status": "official"}


def add_firms(pack: Pack) -> None:
    """Listed companies; for those of Chongqing the status *listed* and their clusters by sector."""
    provinces = {
        r["short_zh"]: r["region_id"] for r in pack.rows["regions"] if r["level"] in ("province", "city")
    }
    provinces["内蒙"] = provinces["内蒙古"]  # the lists shorten it
    sectors = {row["industry"]: row["gb4754"] for row in read(MAPS / "industries.csv")}
    english = {row["firm_id"]: row for row in read(MAPS / "listed_en.csv")}
    for row in sorted(read(LISTED), key=lambda r: r["code"]):
        ticker, exchange = row["code"].split(".")
        if row["province"] not in provinces:
            raise BuildError(f"{row['code']}: no region called {row['province']}")
        code = sectors[row["industry"]]
        named = english.get(row["code"], {})
        told = [("行业代码由行业描述推得", "sector derived from the industry text")] if code else []
        if named.get("said_by_zh"):
            told.append((f"英文名据{named['said_by_zh']}", f"its English name is from {named['said_by_en']}"))
        pack.add(
            "firms",
            firm_id=row["code"],
            name_zh=row["name"],
            name_en=named.get("name_en", ""),
            kind="company",
            region_id=provinces[row["province"]],
            sector_id=f"gb4754:{code}" if code else "",
            exchange=_EXCHANGE[exchange],
            ticker=ticker,
            listed=row["list_date"],
            industry_text=row["industry"],
            note=f"{'；'.join(zh for zh, _ in told)} {'; '.join(en for _, en in told)}".strip(),
            **_SOURCE,
        )
        if provinces[row["province"]] == CITY:
            pack.add(
                "firm_status",
                firm_id=row["code"],
                status_class="listed",
                valid_from=row["list_date"],
                **_SOURCE,
            )
    _add_clusters(pack)


def _add_clusters(pack: Pack) -> None:
    """Cluster of a local firm: the main cluster of its sector, or of the nearest sector above that has one."""
    main = {
        row["sector_id"]: row["cluster_id"] for row in pack.rows["cluster_sectors"] if row["main"] == "true"
    }
    above = {row["sector_id"]: row["parent_id"] for row in pack.rows["sectors"]}
    local = {CITY} | {r["region_id"] for r in pack.rows["regions"] if r["parent_id"] == CITY}
    for firm in pack.rows["firms"]:
        if firm["region_id"] not in local:
            continue
        sector = firm["sector_id"]
        while sector and sector not in main:
            sector = above[sector]
        if sector:
            pack.add(
                "firm_clusters",
                firm_id=firm["firm_id"],
                cluster_id=main[sector],
                source_id="lz-concordance",
                status="derived",
            )
