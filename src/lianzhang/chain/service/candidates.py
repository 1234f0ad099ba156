"""Firms elsewhere for a node of the chain: who is on record as making it, whose products or name say so, whose trade."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from lianzhang.chain import queries
from lianzhang.chain.service.gaps import node_sectors
from lianzhang.chain.service.nodes import ChainMap, Maker, Node
from lianzhang.chain.terms import NameTerms, Terms, load_name_terms, load_terms, terms_of_name
from lianzhang.i18n import Text
from lianzhang.schema.period import parse_period
from lianzhang.store import Reader

_EVIDENCE = {
    "official_list": Text("官方名单", "An official list"),
    "listed_report": Text("上市公司报告", "A listed company’s report"),
    "press": Text("新闻报道", "A press report"),
    "registry_text": Text("登记的经营范围", "The registered scope"),
    "user": Text("用户录入", "The user"),
}


#: Depth of a division of GB/T 4754 in the tree of sectors.
_DIVISION = 2


Basis = Literal["record", "product", "assembly", "name", "trade", "division"]
"""What a candidate rests on, the surest first."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A firm elsewhere for a node, with why.

    ``basis`` tells what it rests on: a *record* that it makes the node (``evidence``); a *product* of the firm that names
    the node or the *assembly* it belongs to (``product``, with its share of the firm's revenue in per cent); a word in
    its *name* (``word``), nothing of its products being known; its *trade*; or only the group or *division* above that,
    for which ``broad`` is set.
    """

    firm_id: str
    name: Text
    region: Text | None
    listed: str | None
    why: Text
    evidence: Maker | None
    source_id: str
    status: str
    basis: Basis
    sector: Text | None = None
    exchange: str | None = None
    ticker: str | None = None
    product: str | None = None
    share_pct: float | None = None
    word: str | None = None
    broad: bool = False


def candidates(
    reader: Reader,
    chain: ChainMap,
    node_id: str,
    most: int = 20,
    terms: Mapping[str, Terms] | None = None,
) -> tuple[Candidate, ...]:
    """Firms elsewhere for a node, the surest first, each once.

    In this order: those on record as making it; those with a product that names it, by its share of revenue; for a
    component, those with a product that names the assembly it belongs to; those whose own name says so, where nothing is
    known of their products; those of its sector, the finest match first; then those of which only the group or division
    above is known, before those known to be of another part of it. How many leads of the last three kinds hold is
    measured: :func:`lianzhang.chain.terms.lead_checks`.

    Args:
        reader: the loaded region.
        chain: the graded chain.
        node_id: the node.
        most: at most so many.
        terms: words that name the nodes; the bundled ones by default.

    Raises:
        UnknownNameError: the taxonomy has no such node.
    """
    node = chain.node(node_id)
    found: dict[str, Candidate] = {}
    for step in (
        _makers(chain, node),
        _by_product(reader, chain, node, terms or load_terms()),
        _by_name(reader, chain, node),
        _of_trade(reader, chain, node),
    ):
        for candidate in step:
            if len(found) >= most:
                return tuple(found.values())
            found.setdefault(candidate.firm_id, candidate)
    return tuple(found.values())[:most]


def _makers(chain: ChainMap, node: Node) -> Iterator[Candidate]:
    for maker in node.makers:
        when = parse_period(maker.evidence_date) if maker.evidence_date else None
        if maker.local or (when is not None and when.start > chain.as_of):
            continue
        told = _EVIDENCE[maker.evidence]
        zh = f"{told.zh}（{when.label('zh')}）" if when else told.zh
        en = f"{told.en} ({when.label('en')})" if when else told.en
        why = Text(f"{zh}写明其制造", f"{en} says that it makes it")
        if not maker.current:
            why = Text(f"{why.zh}，是历史记录", f"{why.en}; that is history")
        yield Candidate(
            maker.firm_id, maker.name, maker.region, None, why, maker, maker.source_id, maker.status, "record"
        )


def _by_product(
    reader: Reader, chain: ChainMap, node: Node, terms: Mapping[str, Terms]
) -> Iterator[Candidate]:
    if not reader.has("firm_products"):
        return
    for row in _products(reader, chain, _words(reader, node, terms)):
        zh, en = _told(row)
        yield _product_candidate(row, Text(zh, en), "product")
    whole = next((n for n in chain.nodes if n.node_id == node.parent_id), None)
    if node.kind != "component" or whole is None:
        return
    for row in _products(reader, chain, _words(reader, whole, terms)):
        zh, en = _told(row)
        lead = Text(
            f"{zh}；同属总成“{whole.name.zh}”，只是线索",
            f"{en}; of the same assembly, {whole.name.en}: only a lead",
        )
        yield _product_candidate(row, lead, "assembly")


def _product_candidate(row: Mapping[str, Any], why: Text, basis: Basis) -> Candidate:
    return replace(_lead(row, why, basis), product=row["product"], share_pct=row["revenue_share_pct"])


def _by_name(reader: Reader, chain: ChainMap, node: Node) -> Iterator[Candidate]:
    for words in _name_words(reader, node):
        params = {"region": chain.region_id, "words": words.pattern, "trades": list(words.trades)}
        for row in reader.sql(queries.NAMES_ELSEWHERE, params).to_pylist():
            trade_zh = f"，行业为{row['sector_zh']}" if row["sector_zh"] else ""
            trade_en = f", its sector is {row['sector_en']}" if row["sector_en"] else ""
            why = Text(
                f"名称中有“{row['word']}”{trade_zh}；仅凭名称，产品未核实",
                f"“{row['word']}” in its name{trade_en}; by name only, its products are not verified",
            )
            yield replace(_lead(row, why, "name"), word=row["word"])


def _name_words(reader: Reader, node: Node) -> Iterator[NameTerms]:
    """Words in names of firms for the node, or for the same node in another cut."""
    known = load_name_terms()
    rows = reader.sql(queries.SAME_NODES, {"node": node.node_id}).to_pylist()
    found = [known[n] for n in (node.node_id, *(str(r["node_id"]) for r in rows)) if n in known]
    yield from found[:1]


def _lead(row: Mapping[str, Any], why: Text, basis: Basis) -> Candidate:
    """A candidate that no record speaks for, from a row of a query."""
    return Candidate(
        firm_id=row["firm_id"],
        name=Text(row["name_zh"], row["name_en"]),
        region=Text(row["region_zh"], row["region_en"]) if row["region_zh"] else None,
        listed=row["listed"],
        why=why,
        evidence=None,
        source_id=row["source_id"],
        status=row["status"],
        basis=basis,
        sector=Text(row["sector_zh"], row["sector_en"]) if row["sector_zh"] else None,
        exchange=row["exchange"],
        ticker=row["ticker"],
        broad=basis == "division",
    )


def _told(row: Mapping[str, Any]) -> tuple[str, str]:
    """What is said of a product: its name, when, and its share of revenue."""
    zh, en = f"产品“{row['product']}”", f"its product “{row['product']}”"
    if row["period"]:
        when = parse_period(row["period"])
        zh, en = f"{zh}（{when.label('zh')}）", f"{en} ({when.label('en')})"
    share = row["revenue_share_pct"]
    if share is not None:
        text = f"{share:.0f}%" if share >= 10 else f"{share:.2g}%"
        zh, en = f"{zh}，占收入 {text}", f"{en}, {text} of its revenue"
    return zh, en


def _words(reader: Reader, node: Node, terms: Mapping[str, Terms]) -> Terms:
    """Words of the node, of the same node in another cut of the chain, or its own name."""
    rows = reader.sql(queries.SAME_NODES, {"node": node.node_id}).to_pylist()
    same = [node.node_id, *(str(r["node_id"]) for r in rows)]
    known = next((terms[n] for n in same if n in terms), None)
    return known or terms_of_name(node.name.zh)


def _products(reader: Reader, chain: ChainMap, words: Terms) -> list[dict[str, Any]]:
    params = {"region": chain.region_id, "words": words.pattern, "unless": words.against}
    return reader.sql(queries.PRODUCTS_ELSEWHERE, params).to_pylist()


def _of_trade(reader: Reader, chain: ChainMap, node: Node) -> Iterator[Candidate]:
    wanted = [s for s, depth in node_sectors(reader, chain).get(node.node_id, ()) if depth >= 2]
    above = {r["sector_id"]: r for r in reader.sql(queries.SECTOR_PARENTS).to_pylist()}
    climbed = False
    # The sector itself first; where it has too few firms, the group and the division it belongs to. There a firm that is
    # known to be of another part of the division (a maker of fridges, where cells are wanted) is the weaker lead.
    while wanted:
        rows = reader.sql(queries.FIRMS_ELSEWHERE, {"region": chain.region_id, "sectors": wanted}).to_pylist()
        of_division = all(above[s]["depth"] <= _DIVISION for s in wanted)
        if climbed:
            rows.sort(key=lambda r: r["sector_id"] not in wanted)
        for r in rows:
            why = Text(f"行业为{r['sector_zh']}，只是线索", f"its sector is {r['sector_en']}; only a lead")
            # A firm whose record stops at the division is no surer than one that was found by climbing to it.
            broad = climbed or of_division or r["depth"] <= _DIVISION
            yield _lead(r, why, "division" if broad else "trade")
        parents = dict.fromkeys(above[s]["parent_id"] for s in wanted)
        wanted = [p for p in parents if p is not None and above[p]["depth"] >= 2]
        climbed = True
