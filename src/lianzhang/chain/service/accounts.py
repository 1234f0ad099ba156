"""The region's input–output table and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lianzhang.chain import queries
from lianzhang.chain.kernel.io import check_balance, extract, linkages, multipliers, weak_links
from lianzhang.chain.kernel.leontief import factorise
from lianzhang.chain.kernel.regional import supply_demand_pool
from lianzhang.chain.model import (
    Balance,
    Extraction,
    FloatArray,
    IOTable,
    Linkages,
    Multipliers,
    PurchaseCoefficients,
    WeakLinks,
)
from lianzhang.errors import NotComputableError, UnknownNameError
from lianzhang.i18n import Text
from lianzhang.store import Reader

#: Categories of final demand that cross the region's border.
BORDER = ("export", "import", "outflow", "inflow", "net_outflow")


@dataclass(frozen=True, slots=True)
class TableHead:
    """Which input–output table it is."""

    table_id: str
    name: Text
    region_id: str
    period: str
    source_id: str
    status: str


@dataclass(frozen=True, slots=True)
class RegionalAccounts:
    """What one table says about the region's n sectors.

    ``balance`` tells how far the table is from its identities. ``technology`` multipliers count all inputs, wherever
    they come from; ``local`` multipliers, ``linked`` linkages and ``extraction`` losses only what local producers
    deliver, by the supply–demand pool ``purchase``: in a table of the competitive type a sector that is mostly
    brought in (coal, say) sells more to local buyers than it makes, and its forward linkage would mean nothing.
    ``weak`` is net inflow.
    """

    head: TableHead
    table: IOTable
    sector_ids: tuple[str, ...]
    sectors: tuple[Text, ...]
    balance: Balance
    technology: Multipliers
    local: Multipliers
    linked: Linkages
    purchase: PurchaseCoefficients
    weak: WeakLinks
    extraction: Extraction

    def sector(self, sector_id: str) -> int:
        """Index of a sector.

        Raises:
            UnknownNameError: the table has none of that id.
        """
        if sector_id not in self.sector_ids:
            raise UnknownNameError(Text("投入产出部门", "input–output sector"), sector_id, self.sector_ids)
        return self.sector_ids.index(sector_id)


def io_table(
    reader: Reader, table_id: str | None = None
) -> tuple[TableHead, IOTable, tuple[str, ...], tuple[Text, ...]]:
    """One input–output table as arrays, with the ids and names of its sectors.

    Raises:
        NotComputableError: no table is loaded.
        UnknownNameError: none of that name.
    """
    heads = reader.sql(queries.IO_TABLES).to_pylist()
    if not heads:
        raise NotComputableError(
            Text("没有投入产出表", "there is no input–output table"),
            hint=Text(
                "请在数据包中提供 io_tables、io_sectors、io_flows 等表",
                "supply the tables io_tables, io_sectors, io_flows and so on in the pack",
            ),
        )
    by_id = {h["io_table_id"]: h for h in heads}
    if table_id is not None and table_id not in by_id:
        raise UnknownNameError(Text("投入产出表", "input–output table"), table_id, by_id)
    raw = by_id[table_id] if table_id else heads[0]
    head = TableHead(
        raw["io_table_id"],
        Text(raw["name_zh"], raw["name_en"]),
        raw["region_id"],
        raw["period"],
        raw["source_id"],
        raw["status"],
    )
    wanted = {"table_id": head.table_id}
    sectors = reader.sql(queries.IO_SECTORS, wanted).to_pylist()
    ids = tuple(s["sector_id"] for s in sectors)
    place = {s: i for i, s in enumerate(ids)}

    flows = reader.sql(queries.IO_FLOWS, wanted)
    Z = np.zeros((len(ids), len(ids)))
    rows = [place[s] for s in flows.column("from_sector").to_pylist()]
    columns = [place[s] for s in flows.column("to_sector").to_pylist()]
    Z[rows, columns] = flows.column("value_cny").to_numpy()

    demand, F = _block(reader, queries.IO_FINAL_DEMAND, head.table_id, "category", place)
    components, VA = _block(reader, queries.IO_VALUE_ADDED, head.table_id, "component", place)
    table = IOTable.from_arrays(
        Z,
        F.T,
        VA,
        np.array([s["output_cny"] for s in sectors]),
        sectors=tuple(s["name_zh"] for s in sectors),
        demand=demand,
        value_added=components,
        border=tuple(i for i, name in enumerate(demand) if name in BORDER),
    )
    return head, table, ids, tuple(Text(s["name_zh"], s["name_en"]) for s in sectors)


def _block(
    reader: Reader, query: str, table_id: str, field: str, place: dict[str, int]
) -> tuple[tuple[str, ...], FloatArray]:
    """A long table as (names of its rows, array rows × sectors)."""
    rows = reader.sql(query, {"table_id": table_id}).to_pylist()
    names = tuple(dict.fromkeys(r[field] for r in rows))
    order = {name: i for i, name in enumerate(names)}
    block = np.zeros((len(names), len(place)))
    for r in rows:
        block[order[r[field]], place[r["sector_id"]]] += r["value_cny"]
    return names, block


def regional_accounts(reader: Reader, table_id: str | None = None) -> RegionalAccounts:
    """Multipliers, linkages, purchase coefficients, net inflow and extraction of one table.

    Raises:
        NotComputableError: no table is loaded, it is not productive, or it does not show flows across the border.
    """
    head, table, ids, names = io_table(reader, table_id)
    if not table.border:
        raise NotComputableError(
            Text(f"{head.name.zh}没有流出流入列", f"{head.name.en} does not show flows across the border"),
            hint=Text(
                "请在 io_final_demand 中提供 net_outflow，或流出流入、进出口",
                "supply net_outflow in io_final_demand, or outflow and inflow, export and import",
            ),
        )
    value_added = np.divide(table.VA.sum(axis=0), table.x, out=np.zeros_like(table.x), where=table.x > 0)
    purchase = supply_demand_pool(table.x, table.net_outflow)
    share = np.nan_to_num(purchase.r, nan=0.0)
    technology = factorise(table.Z, table.x)
    local = factorise(table.Z, table.x, local_share=share)
    return RegionalAccounts(
        head=head,
        table=table,
        sector_ids=ids,
        sectors=names,
        balance=check_balance(table),
        technology=multipliers(technology, value_added, ("value added",)),
        local=multipliers(local, value_added, ("value added",)),
        linked=linkages(local),
        purchase=purchase,
        weak=weak_links(table.x, table.net_outflow),
        extraction=extract(local, coefficients=value_added),
    )
