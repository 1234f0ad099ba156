"""One firm with everything known of it."""

from __future__ import annotations

from typing import Any

from lianzhang.errors import UnknownNameError
from lianzhang.i18n import Text
from lianzhang.store import Reader

_PARTS = {
    "aliases": ("firm_aliases", "kind, alias"),
    "nodes": ("firm_nodes", "node_id, evidence, source_id"),
    "clusters": ("firm_clusters", "cluster_id"),
    "status": ("firm_status", "valid_from, status_class"),
}


def firm_page(reader: Reader, firm_id: str) -> dict[str, Any]:
    """A firm's row with its aliases, nodes, clusters and status history.

    Raises:
        UnknownNameError: no such firm.
    """
    firms = reader.sql("SELECT * FROM firms WHERE firm_id = ? LIMIT 1", [firm_id]).to_pylist()
    if not firms:
        near = reader.sql(
            "SELECT firm_id FROM firms WHERE name_zh = $name OR starts_with(firm_id, $name) ORDER BY 1 LIMIT 8",
            {"name": firm_id},
        )
        raise UnknownNameError(
            Text("企业", "firm"), firm_id, [str(name) for name in near["firm_id"].to_pylist()]
        )
    found: dict[str, Any] = {"firm": firms[0]}
    for part, (table, order) in _PARTS.items():
        query = f"SELECT * FROM {table} WHERE firm_id = ? ORDER BY {order}"
        found[part] = reader.sql(query, [firm_id]).to_pylist()
    return found
