"""The input–output table of 2023: 42 sectors, printed in 10,000 yuan, kept in yuan."""

from __future__ import annotations

from builder.core import CITY, SOURCE, Pack, read, scaled

TABLE = SOURCE / "cq-io2023" / "chongqing_io_2023_42.csv"
IO_TABLE = "cq-2023-42"
_WAN = "10000"

_DEMAND = {
    "FU101_rural_hh": "household_rural",
    "FU102_urban_hh": "household_urban",
    "FU103_gov": "government",
    "FU201_gfcf": "fixed_capital",
    "FU202_inventory": "inventory",
    "NOF_net_outflow": "net_outflow",
}
_VALUE_ADDED = {
    "VA001": "compensation",
    "VA002": "net_taxes",
    "VA003": "depreciation",
    "VA004": "surplus",
    "TVA": "total",
}


def add_accounts(pack: Pack) -> None:
    """Flows, final demand, value added and gross output; zero flows are left out, as the schema says."""
    rows = {row["code"]: row for row in read(TABLE)}
    codes = [code for code in rows if code.isdigit()]
    mark = {"source_id": "cq-io2023", "status": "official"}
    pack.add(
        "io_tables",
        io_table_id=IO_TABLE,
        name_zh="2023年重庆市投入产出表（42部门）",
        name_en="Input–output table of Chongqing 2023 (42 sectors)",
        region_id=CITY,
        period="2023",
        main="true",
        **mark,
    )
    for rank, code in enumerate(codes, start=1):
        row = rows[code]
        pack.add(
            "io_sectors",
            io_table_id=IO_TABLE,
            sector_id=f"io42:{code}",
            rank=str(rank),
            output_cny=scaled(row["GO"], _WAN),
            **mark,
        )
        for other in codes:
            if scaled(row[other]) not in ("", "0"):
                pack.add(
                    "io_flows",
                    io_table_id=IO_TABLE,
                    from_sector=f"io42:{code}",
                    to_sector=f"io42:{other}",
                    value_cny=scaled(row[other], _WAN),
                    **mark,
                )
        for column, category in _DEMAND.items():
            if scaled(row[column]) not in ("", "0"):
                pack.add(
                    "io_final_demand",
                    io_table_id=IO_TABLE,
                    sector_id=f"io42:{code}",
                    category=category,
                    value_cny=scaled(row[column], _WAN),
                    **mark,
                )
        for line, component in _VALUE_ADDED.items():
            pack.add(
                "io_value_added",
                io_table_id=IO_TABLE,
                sector_id=f"io42:{code}",
                component=component,
                value_cny=scaled(rows[line][code] or "0", _WAN),
                **mark,
            )
