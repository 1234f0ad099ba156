"""Firms elsewhere for a node: records, products that name it, leads; on three registers that are really there."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from lianzhang.app.chain import gap_candidates, node_candidates
from lianzhang.app.registers import keep_register
from lianzhang.chain.service import candidates, chain_map
from lianzhang.chain.terms import Terms, lead_checks, load_name_terms, load_terms, terms_of_name
from lianzhang.config import Settings
from lianzhang.errors import InputError, UnknownNameError
from lianzhang.firms.register.layout import load_layout
from lianzhang.firms.register.run import import_register
from lianzhang.i18n import Text
from lianzhang.pack import write_pack
from lianzhang.store import Store, load_pack
from tests.chain.conftest import FACT, small_tables

DAY = date(2024, 12, 31)
BUNDLED = Path(__file__).parents[2] / "src" / "lianzhang" / "pack" / "bundled" / "chongqing"


def _store(folder: Path, products: list[dict[str, Any]], more: list[dict[str, Any]] | None = None) -> Store:
    tables = small_tables()
    tables["node_sectors"] = [FACT | {"node_id": "asm", "sector_id": "g:10"}]
    for row in tables["firms"]:
        if row["firm_id"] == "f3":
            row["sector_id"] = "g:10"
    tables["firms"] += [
        FACT | {"firm_id": f, "name_zh": f"甲{f}", "kind": "company", "region_id": r}
        for f, r in (("p1", "far"), ("p2", "far"), ("p3", "r1"), ("p4", None))
    ]
    tables["firm_products"] = [FACT | row for row in products]
    tables["firm_nodes"] += [FACT | row for row in more or ()]
    write_pack(
        folder / "pack", tables, name="small", title=Text("小", "Small"), region="r", as_of="2024-12-31"
    )
    store = Store(folder / "store")
    load_pack(store, folder / "pack")
    return store


PRODUCTS: list[dict[str, Any]] = [
    {"firm_id": "p1", "product": "甲n3", "revenue_share_pct": 12.5, "period": "2023"},
    {"firm_id": "p1", "product": "甲n3其他"},
    {"firm_id": "p2", "product": "大甲n3", "revenue_share_pct": 60.0},
    {"firm_id": "p3", "product": "甲n3", "revenue_share_pct": 99.0},  # local
    {"firm_id": "p4", "product": "甲n3", "revenue_share_pct": 99.0},  # nobody knows where
    {"firm_id": "f3", "product": "甲asm", "revenue_share_pct": 5.0},
]


def test_products_come_before_leads_the_largest_share_first(tmp_path: Path) -> None:
    with _store(tmp_path, PRODUCTS).reader() as reader:
        chain = chain_map(reader, "r", DAY)
        found = candidates(reader, chain, "n3")
        assert [(c.firm_id, c.product, c.share_pct) for c in found] == [
            ("p2", "大甲n3", 60.0),
            ("p1", "甲n3", 12.5),
            ("f3", "甲asm", 5.0),
        ]
        assert found[0].why.en == "its product “大甲n3”, 60% of its revenue"
        assert "2023" in found[1].why.en
        assert found[2].why.en.endswith("only a lead")
        assert [c.firm_id for c in candidates(reader, chain, "n3", most=1)] == ["p2"]
        # A record that it makes the node stands above what its products say.
        assert candidates(reader, chain, "n4")[0].firm_id == "f3"
        assert candidates(reader, chain, "n4")[0].evidence is not None


def test_words_decide_what_names_a_node(tmp_path: Path) -> None:
    words = {"n3": Terms(("甲n3",), ("其他", "大"))}
    with _store(tmp_path, PRODUCTS).reader() as reader:
        chain = chain_map(reader, "r", DAY)
        found = [c.firm_id for c in candidates(reader, chain, "n3", terms=words) if c.product == "甲n3"]
        assert found == ["p1"]
        # Another cut of the chain takes the words of the same node.
        other = chain_map(reader, "r", DAY, "u")
        same = candidates(reader, other, "other", terms={"n2": Terms(("大甲",))})
        assert [c.firm_id for c in same] == ["p2"]


def test_a_register_that_ended_is_history(tmp_path: Path) -> None:
    made = {"firm_id": "p1", "node_id": "n3", "activity": "makes", "evidence": "registry_text"}
    with _store(tmp_path, [], [made | {"evidence_date": "2019"}]).reader() as reader:
        now = candidates(reader, chain_map(reader, "r", DAY), "n3")[0]
        then = candidates(reader, chain_map(reader, "r", date(2019, 12, 31)), "n3")[0]
    assert now.why.en == "The registered scope (2019) says that it makes it; that is history"
    assert then.why.en == "The registered scope (2019) says that it makes it"


def test_every_gap_has_its_list(tmp_path: Path) -> None:
    settings = Settings(store=_store(tmp_path, PRODUCTS).path)
    found = {n.node_id: n for n in gap_candidates(settings, DAY)}
    assert set(found) == {f"n{i}" for i in range(1, 7)}
    assert found["n3"].grade == "missing"
    assert [c.firm_id for c in found["n3"].candidates] == ["p2", "p1", "f3"]
    assert node_candidates(settings, DAY, None, "甲n3", 2) == found["n3"].candidates[:2]
    with pytest.raises(UnknownNameError):
        node_candidates(settings, DAY, None, "nothing")


def test_the_bundled_words_belong_to_the_bundled_nodes() -> None:
    with (BUNDLED / "nodes.csv").open(encoding="utf-8", newline="") as handle:
        nodes = {
            r["node_id"]
            for r in csv.DictReader(handle)
            if r["taxonomy_id"] == "icnev-3-12-56" and r["kind"] in ("assembly", "component")
        }
    assert set(load_terms()) == nodes


@pytest.mark.parametrize(
    ("node", "product", "names"),
    [
        ("icnev-battery-separator", "锂电池隔膜", True),
        ("icnev-battery-separator", "隔膜压滤机", False),
        ("icnev-battery-cell", "锂电池设备", False),
        ("icnev-chassis-tyre", "全钢轮胎", True),
        ("icnev-chassis-tyre", "轮胎模具", False),
        ("icnev-ebrake-esc", "电梯制动器", False),
    ],
)
def test_words_tell_goods_from_the_machines_for_them(node: str, product: str, names: bool) -> None:
    assert load_terms()[node].match(product) is names


def test_words_of_a_name_leave_brackets_out() -> None:
    assert terms_of_name("电子驻车制动（EPB）").words == ("电子驻车制动",)
    assert not terms_of_name("PTC 加热器").against


@pytest.mark.parametrize(
    "text", ["node_id,terms\na,b\n", "node_id,terms,unless\n,b,\n", "node_id,terms,unless\na,|,\n"]
)
def test_a_bad_table_of_words_says_so(tmp_path: Path, text: str) -> None:
    (tmp_path / "t.csv").write_text(text, "utf-8")
    with pytest.raises(InputError):
        load_terms(tmp_path / "t.csv")
    with pytest.raises(InputError):
        load_terms(tmp_path / "absent.csv")


# --- on real registers ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def chongqing(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("chongqing")
    load_pack(Store(folder / "store"), "chongqing")
    return Settings(store=folder / "store")


def test_bundled_listed_companies_are_leads_by_industry(chongqing: Settings) -> None:
    found = node_candidates(chongqing, DAY, None, "隔膜")
    assert len(found) == 20
    assert all("only a lead" in c.why.en and c.listed for c in found)


def test_a_firm_of_another_trade_stands_behind_one_whose_trade_is_not_told(chongqing: Settings) -> None:
    """For cells: makers of appliances share the division only; firms told to be of the division at large come first."""
    found = node_candidates(chongqing, DAY, None, "电芯")
    assert len(found) == 20
    assert not any("家用电力器具" in c.why.zh for c in found)
    assert all(c.broad == (c.basis == "division") for c in found)


def test_a_name_that_says_so_stands_before_the_division(chongqing: Settings) -> None:
    found = node_candidates(chongqing, DAY, None, "电机", 60)
    order = list(dict.fromkeys(c.basis for c in found))
    assert order == ["name", "division"]
    named = [c for c in found if c.basis == "name"]
    assert {c.word for c in named} <= {"电机", "电驱"}
    assert all(
        (c.word or "-") in c.name.zh and "by name only" in c.why.en and "仅凭名称" in c.why.zh for c in named
    )
    assert all(c.exchange and c.ticker and c.sector is not None for c in named)
    assert len({c.firm_id for c in found}) == len(found)  # each once, by what is surest


def test_most_components_have_a_lead_better_than_the_division(chongqing: Settings) -> None:
    """33 of the 56 have a lead by name, 43 one by name or by their own trade."""
    every = gap_candidates(chongqing, DAY, None, most=500)
    by_name = [n for n in every if any(c.basis == "name" for c in n.candidates)]
    better = [n for n in every if any(c.basis != "division" for c in n.candidates)]
    assert (len(every), len(by_name), len(better)) == (56, 33, 43)


def test_words_in_names_belong_to_nodes_and_industries_that_are_there() -> None:
    assert set(load_name_terms()) <= set(load_terms())
    with (BUNDLED / "firms.csv").open(encoding="utf-8", newline="") as handle:
        trades = {r["industry_text"] for r in csv.DictReader(handle)}
    for node, words in load_name_terms().items():
        assert set(words.trades) <= trades, node
        assert words.words


@pytest.mark.shared
def test_leads_hold_as_often_as_is_said(chongqing: Settings, shared: Path) -> None:
    """Checked against a list of products of listed companies, counted without the store."""
    products: dict[str, list[str]] = {}
    with (shared / "data" / "ckg" / "firm_product_area_joined.csv").open(encoding="utf-8") as handle:
        for row in csv.DictReader(handle):
            products.setdefault(row["code"], []).append(row["product"])
    terms = load_terms()
    found = {basis: [0, 0] for basis in lead_checks()}
    for node in gap_candidates(chongqing, DAY, None, most=20_000):
        for lead in node.candidates:
            known = products.get(lead.firm_id.partition(".")[0])
            if lead.basis in found and known:
                found[lead.basis][0] += 1
                found[lead.basis][1] += any(terms[node.node_id].match(p) for p in known)
    assert found == {basis: [c.leads, c.confirmed] for basis, c in lead_checks().items()}


@pytest.mark.shared
def test_products_of_listed_companies_find_makers_of_a_separator(
    chongqing: Settings, tmp_path: Path, shared: Path
) -> None:
    file = shared / "data" / "ckg" / "firm_product_area_joined.csv"
    import_register(file, load_layout("ckg"), tmp_path / "ckg")
    kept = keep_register(chongqing, tmp_path / "ckg", Text("产品", "Products"))
    assert kept.rows["firm_products"] > 50_000
    assert kept.already > 3_000  # listed companies that the pack has
    found = node_candidates(chongqing, DAY, None, "隔膜", 5)
    assert all(c.product and "隔膜" in c.product for c in found)
    assert found[0].share_pct is not None
    assert found[0].share_pct > 50
    every = gap_candidates(chongqing, DAY, None, most=3)
    named = [n for n in every if n.candidates and n.candidates[0].product]
    assert len(named) > 30


@pytest.mark.shared
def test_a_second_register_gives_candidates_to_another_region(tmp_path: Path, shared: Path) -> None:
    """For Sichuan the firms of the register of Chongqing are firms elsewhere."""
    with (BUNDLED / "nodes.csv").open(encoding="utf-8", newline="") as handle:
        nodes = [
            FACT | {k: v for k, v in r.items() if v} | {"rank": int(r["rank"])} | FACT
            for r in csv.DictReader(handle)
            if r["taxonomy_id"] == "icnev-3-12-56"
        ]
    place = {"level": "province"}
    write_pack(
        tmp_path / "pack",
        {
            "sources": [{"source_id": "s", "title_zh": "甲来源", "title_en": "A source", "kind": "user"}],
            "regions": [
                FACT | {"region_id": "510000", "name_zh": "四川省", "name_en": "Sichuan"} | place,
                FACT | {"region_id": "500000", "name_zh": "重庆市", "name_en": "Chongqing"} | place,
            ],
            "taxonomies": [
                FACT
                | {"taxonomy_id": "icnev-3-12-56", "kind": "chain", "name_zh": "链", "name_en": "Chain"}
                | {"version": "1", "main": True}
            ],
            "nodes": nodes,
        },
        name="sichuan",
        title=Text("四川", "Sichuan"),
        region="510000",
        as_of="2019-12-31",
    )
    load_pack(Store(tmp_path / "store"), tmp_path / "pack")
    settings = Settings(store=tmp_path / "store")
    file = shared / "data" / "enterprise-cq" / "chongqing_auto_related_makers.csv"
    mapping = tmp_path / "makers.toml"
    mapping.write_text(
        'source_id = "registry-cq"\nevidence_date = "2019"\nregion = "500000"\n[columns]\n'
        'uscc = "uscc"\nname = "name"\nscope = "scope"\ndistrict = "district"\naddress = "address"\n',
        "utf-8",
    )
    import_register(file, load_layout(str(mapping)), tmp_path / "import", keep_bad_codes=True)
    keep_register(settings, tmp_path / "import", Text("重庆登记", "Register of Chongqing"))
    found = node_candidates(settings, date(2019, 12, 31), None, "icnev-ebrake", 10)
    assert len(found) == 10
    assert {c.region for c in found} == {Text("重庆市", "Chongqing")}
    assert all(c.evidence is not None and c.evidence.evidence == "registry_text" for c in found)
    assert "history" in node_candidates(settings, date(2026, 1, 1), None, "icnev-ebrake", 1)[0].why.en
