"""One batch of a register, cleaned and classified. Runs in worker processes; knows no files."""

from __future__ import annotations

import csv
import datetime
import hashlib
import re
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lianzhang.errors import InputError
from lianzhang.firms.classification import chain_codes, classify_codes, cluster_codes
from lianzhang.firms.kernel.names import NameFolder
from lianzhang.firms.kernel.places import Place, PlaceFinder
from lianzhang.firms.kernel.privacy import SUSPECT, without_personal
from lianzhang.firms.kernel.uscc import CodeState, code_division, code_state, normalise_code, valid_codes
from lianzhang.firms.phrases import load_phrases, traditional_table
from lianzhang.firms.register.layout import Layout
from lianzhang.firms.register.values import Values, is_total
from lianzhang.i18n import Text
from lianzhang.pack import arrow_schema
from lianzhang.schema import table

FIRMS = arrow_schema(table("firms"))
NODES = arrow_schema(table("firm_nodes"))
CLUSTERS = arrow_schema(table("firm_clusters"))


def _schema(texts: str, **others: pa.DataType) -> pa.Schema:
    fields: list[pa.Field[Any]] = [pa.field(name, pa.string()) for name in texts.split()]
    fields += [pa.field(name, kind) for name, kind in others.items()]
    return pa.schema(fields)


TEXTS = _schema(
    "firm_id name_key scope address capital_text capital_currency",
    capital_amount=pa.float64(),
    row=pa.int64(),
)
CLASSES = _schema(
    "firm_id gb2 chain clusters",
    is_maker=pa.bool_(),
    maker_confidence=pa.float64(),
    gb2_confidence=pa.float64(),
)
PRODUCTS = arrow_schema(table("firm_products"))
QUARANTINE = _schema("reason field value name uscc", row=pa.int64())
DOUBTS = _schema("firm_id field reason value", row=pa.int64())
#: Free texts, in which personal data is looked for.
_FREE = ("name", "scope", "address", "industry_text", "product", "capital", "district", "listing_code")

_CODE_REASONS = {
    CodeState.LENGTH: "code-length",
    CodeState.CHARACTER: "code-character",
    CodeState.CHECK: "code-check",
    CodeState.LEGACY_CHECK: "code-check",
}
_SCIENTIFIC = re.compile(r"^\s*\d(?:\.\d+)?[eE]\+?\d{1,2}\s*$")
_BRANCH = re.compile("(分公司|分厂|支公司|支行|分行|办事处|门市部|营业部|经营部|分店|分社|分理处|储蓄所)$")
_EXCHANGES = {"SH": "SSE", "SS": "SSE", "SZ": "SZSE", "BJ": "BSE", "HK": "HKEX"}
_LONGEST_NAME = 200


class Cleaned(NamedTuple):
    """Tables of one batch."""

    firms: pa.Table
    texts: pa.Table
    classes: pa.Table
    nodes: pa.Table
    clusters: pa.Table
    products: pa.Table
    quarantine: pa.Table
    doubts: pa.Table


@dataclass(frozen=True, slots=True)
class Settings:
    """What a worker needs: everything picklable."""

    layout: Layout
    phrases: Path | None = None
    regions: Path | None = None
    node_ids: Path | None = None
    keep_bad_codes: bool = False
    today: datetime.date = field(default_factory=datetime.date.today)


def _read(path: Path | None, bundled: tuple[str, ...], needed: tuple[str, ...]) -> list[dict[str, str]]:
    if path is not None:
        if not path.is_file():
            raise InputError(Text(f"找不到文件 {path}", f"there is no file {path}"))
        text = path.read_text("utf-8-sig")
    else:
        text = resources.files(bundled[0]).joinpath(*bundled[1:]).read_text("utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))
    missing = [name for name in needed if not rows or name not in rows[0]]
    if missing:
        where = path.name if path is not None else bundled[-1]
        raise InputError(
            Text(f"{where} 没有列：{'、'.join(missing)}", f"{where} lacks: {', '.join(missing)}"),
            hint=Text(f"需要列：{'、'.join(needed)}", f"it needs: {', '.join(needed)}"),
        )
    return rows


def place_finder(regions: Path | None = None) -> PlaceFinder:
    """Finder over a pack's table of regions; the bundled pack's if None."""
    rows = _read(regions, ("lianzhang.pack", "bundled", "chongqing", "regions.csv"), ("region_id", "name_zh"))
    places = [
        Place(r["region_id"], r["name_zh"], r.get("short_zh") or r["name_zh"], r.get("adcode") or "")
        for r in rows
        if r.get("level") != "country"
    ]
    # Districts last: where a name is shared, the smaller place wins.
    places.sort(key=lambda place: place.adcode.endswith("0000"))
    former = {
        r["name"]: r["adcode"]
        for r in _read(None, ("lianzhang.firms", "data", "former_places.csv"), ("name", "adcode"))
    }
    changes = {
        r["old"]: r["new"]
        for r in _read(None, ("lianzhang.firms", "data", "division_changes.csv"), ("old", "new"))
    }
    return PlaceFinder(places, former, changes)


def place_names(regions: Path | None = None) -> list[str]:
    """Names of places in full and in short, of a pack's table of regions; the bundled pack's if None."""
    rows = _read(regions, ("lianzhang.pack", "bundled", "chongqing", "regions.csv"), ("region_id", "name_zh"))
    names = {name for row in rows for name in (row["name_zh"], row.get("short_zh") or "") if len(name) >= 2}
    return sorted(names)


class Cleaner:
    """Cleans batches by one mapping."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.layout = settings.layout
        self.phrases = load_phrases(settings.phrases)
        self.places = place_finder(settings.regions)
        self.folder = NameFolder(traditional_table())
        self.missing = frozenset(self.layout.missing)
        self.values = self._new_values()
        self.nodes = {
            r["code"]: r["node_id"]
            for r in _read(
                settings.node_ids, ("lianzhang.firms", "data", "chain_nodes.csv"), ("code", "node_id")
            )
        }
        self.cluster_ids = {
            r["code"]: r["cluster_id"]
            for r in _read(None, ("lianzhang.firms", "data", "cluster_ids.csv"), ("code", "cluster_id"))
        }

    def _new_values(self) -> Values:
        return Values(self.layout.columns.get("capital", ""), self.settings.today)

    def clean(self, batch: pa.RecordBatch, first_row: int) -> Cleaned:
        """Tables of a batch whose first row is number ``first_row`` of the file, counted from 1 with the header."""
        n = batch.num_rows
        self.values = self._new_values()
        data = {name: batch.column(i).to_pylist() for i, name in enumerate(batch.schema.names)}
        blank: list[str | None] = [None] * n

        def column(name: str) -> list[str | None]:
            return data.get(name, blank)

        missing = self.missing
        usccs = [normalise_code(text) if text and text not in missing else "" for text in column("uscc")]
        valid = _valid(usccs)
        firms: list[dict[str, Any]] = []
        texts: list[dict[str, Any]] = []
        bad: list[dict[str, Any]] = []
        names: list[str] = []
        scopes: list[str] = []
        products: list[dict[str, Any]] = []
        columns = {name: column(name) for name in self.layout.columns}
        suspects = {name: _suspects(batch.column(name)) for name in _FREE if name in batch.schema.names}
        for i in range(n):
            row = {
                name: value
                for name, values in columns.items()
                if (value := values[i]) and value.strip() not in missing
            }
            number = first_row + i
            if not row:
                self.values.doubt(number, "", "blank-row", None)
                continue
            if not usccs[i] and is_total(row.get("name", "")):
                self.values.doubt(number, "", "total-row", None)
                continue
            mark = len(self.values.doubts)
            removed = self._without_personal(row, {name for name, rows in suspects.items() if i in rows})
            state = CodeState.VALID if valid[i] else code_state(usccs[i])
            firm = self._firm(row, usccs[i], state, number, bad)
            if firm is None:
                del self.values.doubts[mark:]
                continue
            for name in removed:
                self.values.doubt(number, name, "personal", None)
            scope = row.get("scope", "").strip()
            amount = (
                self.values.capital(row["capital"], row.get("currency"), number) if "capital" in row else None
            )
            if amount is not None and amount.cny is not None:
                firm["capital_cny"] = amount.cny
            share = self.values.per_cent(row.get("product_share"), number) if "product" in row else None
            for doubt in self.values.doubts[mark:]:
                doubt["firm_id"] = firm["firm_id"]
            firms.append(firm)
            names.append(firm["name_zh"])
            scopes.append(scope)
            texts.append(
                {
                    "firm_id": firm["firm_id"],
                    "name_key": self.folder.fold(firm["name_zh"]),
                    "scope": scope,
                    "address": row.get("address"),
                    "capital_text": row["capital"] if amount is not None else None,
                    "capital_currency": amount.currency if amount is not None else None,
                    "capital_amount": amount.amount if amount is not None else None,
                    "row": number,
                }
            )
            if "product" in row:
                products.append(
                    {
                        "firm_id": firm["firm_id"],
                        "product": row["product"],
                        "revenue_share_pct": share,
                        "period": self.layout.evidence_date,
                        "source_id": self.layout.source_id,
                        "status": self.layout.status,
                    }
                )
        return self._tables(firms, texts, names, scopes, products, bad)

    def _without_personal(self, row: dict[str, str], suspects: set[str]) -> list[str]:
        """Take personal data out of the free texts of a row; the fields in which there was some."""
        removed = []
        for name in suspects & row.keys():
            text = without_personal(row[name])
            if text is not row[name] and text != row[name]:
                removed.append(name)
                row[name] = text
                if not text.strip():
                    del row[name]
        return removed

    def _firm(
        self, row: dict[str, str], uscc: str, state: CodeState, number: int, bad: list[dict[str, Any]]
    ) -> dict[str, Any] | None:
        name = row.get("name", "").strip()

        def refuse(reason: str, where: str, value: str) -> None:
            bad.append(
                {
                    "row": number,
                    "reason": reason,
                    "field": where,
                    "value": without_personal(value)[:200],
                    "name": name[:200],
                    "uscc": without_personal(uscc),
                }
            )

        if not name:
            refuse("name-missing", "name", "")
            return None
        if len(name) > _LONGEST_NAME or "\ufffd" in name or not any(char.isalpha() for char in name):
            refuse("name-garbled", "name", name)
            return None
        if state in _CODE_REASONS:
            if not self.settings.keep_bad_codes:
                lost = _SCIENTIFIC.match(row.get("uscc", "")) is not None
                refuse("code-scientific" if lost else _CODE_REASONS[state], "uscc", row.get("uscc", uscc))
                return None
            uscc = ""
        region = None
        if "district" in row:
            region = self.places.of_name(row["district"]) or self.places.of_text(row["district"])
        if region is None and "address" in row:
            region = self.places.of_text(row["address"])
        if region is None and uscc:
            region = self.places.of_code(code_division(uscc))
        if region is None and "province" in row:
            region = self.places.of_name(row["province"])
        given = next((f for f in ("district", "address", "province") if f in row), None)
        ticker, exchange = self.values.listing(row.get("listing_code"), number)
        firm_id = uscc or (f"{ticker}.{exchange}" if ticker else "")
        if not firm_id:
            key = self.folder.fold(name) + "|" + (region or row.get("province", ""))
            firm_id = "N" + hashlib.blake2b(key.encode(), digest_size=8).hexdigest().upper()
        founded = self.values.date(row.get("founded"), number, "founded")
        closed = self.values.date(row.get("closed"), number, "closed")
        if founded and closed and closed < founded[: len(closed)]:
            self.values.doubt(number, "closed", "before-founding", row["closed"])
            closed = None
        if given is not None and region is None:
            self.values.doubt(number, given, "place-unknown", None)
        return {
            "firm_id": firm_id,
            "name_zh": name,
            "uscc": uscc or None,
            "kind": "branch" if _BRANCH.search(name) else "company",
            "region_id": region or self.layout.region,
            "founded": founded,
            "closed": closed,
            "exchange": _EXCHANGES.get(exchange, "other") if ticker else None,
            "ticker": ticker or None,
            "listed": self.values.date(row.get("listed"), number, "listed"),
            "industry_text": row.get("industry_text"),
            "source_id": self.layout.source_id,
            "status": self.layout.status,
        }

    def _tables(
        self,
        firms: list[dict[str, Any]],
        texts: list[dict[str, Any]],
        names: list[str],
        scopes: list[str],
        products: list[dict[str, Any]],
        bad: list[dict[str, Any]],
    ) -> Cleaned:
        classes: list[dict[str, Any]] = []
        nodes: list[dict[str, Any]] = []
        clusters: list[dict[str, Any]] = []
        if "scope" in self.layout.columns:
            codes = classify_codes(names, scopes, self.phrases)
            rows = zip(
                firms,
                codes.maker.tolist(),
                codes.gb2.tolist(),
                codes.chain.tolist(),
                codes.cluster.tolist(),
                codes.maker_confidence.tolist(),
                codes.gb2_confidence.tolist(),
                strict=True,
            )
            origin = {"source_id": self.layout.source_id, "status": self.layout.status}
            for firm, maker, gb2, chain, cluster, maker_confidence, gb2_confidence in rows:
                firm_id = firm["firm_id"]
                slots, groups = chain_codes(chain), cluster_codes(cluster)
                division = f"{gb2:02d}" if gb2 else None
                firm["sector_id"] = f"gb4754:{division}" if division else None
                classes.append(
                    {
                        "firm_id": firm_id,
                        "is_maker": maker,
                        "gb2": division,
                        "chain": ";".join(slots),
                        "clusters": ";".join(groups),
                        "maker_confidence": maker_confidence,
                        "gb2_confidence": gb2_confidence,
                    }
                )
                nodes += [
                    {
                        "firm_id": firm_id,
                        "node_id": node,
                        "activity": "makes",
                        "evidence": "registry_text",
                        "evidence_date": self.layout.evidence_date,
                        "confidence": maker_confidence,
                        **origin,
                    }
                    for node in sorted({self.nodes[slot] for slot in slots if slot in self.nodes})
                ]
                clusters += [
                    {
                        "firm_id": firm_id,
                        "cluster_id": self.cluster_ids[group],
                        "confidence": maker_confidence,
                        **origin,
                    }
                    for group in groups
                    if group in self.cluster_ids
                ]
        return Cleaned(
            pa.Table.from_pylist(firms, FIRMS),
            pa.Table.from_pylist(texts, TEXTS),
            pa.Table.from_pylist(classes, CLASSES),
            pa.Table.from_pylist(nodes, NODES),
            pa.Table.from_pylist(clusters, CLUSTERS),
            pa.Table.from_pylist(products, PRODUCTS),
            pa.Table.from_pylist(bad, QUARANTINE),
            pa.Table.from_pylist(self.values.doubts, DOUBTS),
        )


def _suspects(column: pa.Array[Any]) -> frozenset[int]:
    """Rows of a column that may hold personal data; asked of the whole column at once, for speed."""
    found: Any = pc.match_substring_regex(column, SUSPECT)
    return frozenset(pc.indices_nonzero(pc.fill_null(found, False)).to_pylist())


def _valid(usccs: list[str]) -> list[bool]:
    candidates = [i for i, code in enumerate(usccs) if len(code) == 18 and code.isascii()]
    valid = [False] * len(usccs)
    for i, good in zip(
        candidates, valid_codes(np.array([usccs[i] for i in candidates], "S18")).tolist(), strict=True
    ):
        valid[i] = good
    return valid


_cleaner: Cleaner | None = None


def start_worker(settings: Settings) -> None:
    """Prepare a worker process."""
    global _cleaner
    _cleaner = Cleaner(settings)


def clean_in_worker(batch: pa.RecordBatch, first_row: int) -> Cleaned:
    """Clean a batch in a worker process that `start_worker` prepared."""
    assert _cleaner is not None
    return _cleaner.clean(batch, first_row)
