"""Firms that could take over, from the register and the chain's evidence: at home and elsewhere. Nothing is reconstructed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from lianzhang.app.risk import queries
from lianzhang.chain.service import ChainMap, Node, chain_map
from lianzhang.i18n import Text
from lianzhang.store import Reader

#: Firms that are told of each kind.
SHOWN = 12


@dataclass(frozen=True, slots=True)
class Substitute:
    """A firm that could take over. ``proven``: a record says that it makes the node; else only its sector fits."""

    firm_id: str
    name: Text
    region: Text | None
    why: Text
    proven: bool
    source_id: str
    status: str


@dataclass(frozen=True, slots=True)
class Substitutes:
    """Firms that could take over, those with a record first; ``nodes`` are the chain nodes they were looked up for."""

    nodes: tuple[Text, ...]
    at_home: tuple[Substitute, ...]
    elsewhere: tuple[Substitute, ...]


def of_node(reader: Reader, region_id: str, node_id: str, as_of: date) -> Substitutes:
    """Makers of a node on record, then firms of its sector."""
    return _of_nodes(reader, region_id, [node_id], as_of, [])


def of_firm(reader: Reader, region_id: str, firm_id: str, as_of: date) -> Substitutes:
    """Other makers of what the firm makes; where that is not known, firms of its sector. Its own plants and the other firms
    of its group are left out: what stops one of them may stop them all.
    """
    but = [str(r["firm_id"]) for r in reader.sql(queries.GROUP_OF_FIRM, {"firm": firm_id}).to_pylist()]
    made = [r["node_id"] for r in reader.sql(queries.FIRM_NODES, {"firm": firm_id}).to_pylist()]
    if made:
        return _of_nodes(reader, region_id, made, as_of, but)
    sector = reader.sql(queries.FIRM, {"firm": firm_id, "root": reader.region.root}).to_pylist()[0][
        "sector_id"
    ]
    return of_sectors(reader, region_id, [sector], but)


def of_sectors(reader: Reader, region_id: str, sector_ids: list[str], but: Sequence[str] = ()) -> Substitutes:
    """Firms of some sectors, of what is below them or in the same group of sectors, and firms known by their division only;
    those of ``but`` are left out.
    """
    found = {}
    for here in (True, False):
        given = {"region": region_id, "sectors": sector_ids, "but": list(but), "here": here, "most": SHOWN}
        found[here] = tuple(
            Substitute(
                r["firm_id"],
                Text(r["name_zh"], r["name_en"]),
                Text(r["region_zh"], r["region_en"]) if r["region_zh"] else None,
                Text(f"行业为{r['sector_zh']}，只是线索", f"its sector is {r['sector_en']}; only a lead")
                if r["near"]
                else Text(
                    f"只知其大类为{r['sector_zh']}",
                    f"only its division is known: {r['sector_en']}; a weak lead",
                ),
                False,
                r["source_id"],
                r["status"],
            )
            for r in reader.sql(queries.FIRMS_OF_SECTORS, given).to_pylist()
        )
    return Substitutes((), found[True], found[False])


def _of_nodes(
    reader: Reader, region_id: str, node_ids: list[str], as_of: date, but: Sequence[str]
) -> Substitutes:
    home: dict[str, Substitute] = {}
    away: dict[str, Substitute] = {}
    names: list[Text] = []
    for node_id in node_ids:
        chain = _chain_of(reader, region_id, node_id, as_of)
        node = chain.node(node_id)
        names.append(node.name)
        for maker in node.local_makers:
            why = Text(f"有记录表明其制造{node.name.zh}", f"on record as making {node.name.en}")
            home.setdefault(
                maker.firm_id,
                Substitute(maker.firm_id, maker.name, maker.region, why, True, maker.source_id, maker.status),
            )
        for maker in node.makers:
            if not maker.local:
                why = Text(f"有记录表明其制造{node.name.zh}", f"on record as making {node.name.en}")
                away.setdefault(
                    maker.firm_id,
                    Substitute(
                        maker.firm_id, maker.name, maker.region, why, True, maker.source_id, maker.status
                    ),
                )
        near = of_sectors(reader, region_id, _sectors(reader, chain, node), but)
        for found, more in ((home, near.at_home), (away, near.elsewhere)):
            for s in more:
                found.setdefault(s.firm_id, s)
    for firm_id in but:
        home.pop(firm_id, None)
        away.pop(firm_id, None)

    def first(found: dict[str, Substitute]) -> tuple[Substitute, ...]:
        return tuple(sorted(found.values(), key=lambda s: not s.proven))[:SHOWN]

    return Substitutes(tuple(names), first(home), first(away))


def _chain_of(reader: Reader, region_id: str, node_id: str, as_of: date) -> ChainMap:
    """The cut that a node belongs to."""
    taxonomy = reader.sql(queries.NODE_TAXONOMY, {"node": node_id}).to_pylist()
    return chain_map(reader, region_id, as_of, taxonomy[0]["taxonomy_id"] if taxonomy else None)


def _sectors(reader: Reader, chain: ChainMap, node: Node) -> list[str]:
    """Classes of a node, or of the node above it that has some; never a whole sector of the input–output table."""
    own: dict[str, list[str]] = {}
    for row in reader.sql(queries.NODE_SECTORS).to_pylist():
        if row["sector_id"].startswith("gb4754:"):
            own.setdefault(row["node_id"], []).append(row["sector_id"])
    at: Node | None = node
    while at is not None and at.node_id not in own:
        at = chain.node(at.parent_id) if at.parent_id else None
    return own[at.node_id] if at is not None else []
