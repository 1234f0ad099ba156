"""One batch of a register, cleaned and classified. Runs in worker processes; knows no files."""

from __future__ import annotations

import csv
import datetime
import hashlib
import math
import re
from collections import Counter
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from lianzhang.errors import InputError
from lianzhang.firms.classification import chain_codes, classify_codes, cluster_codes
from lianzhang.firms.kernel.capital import Capital, parse_capital
from lianzhang.firms.kernel.dates import parse_date
from lianzhang.firms.kernel.names import NameFolder
from lianzhang.firms.kernel.places import Place, PlaceFinder
from lianzhang.firms.kernel.uscc import CodeState, code_division, code_state, normalise_code, valid_codes
from lianzhang.firms.phrases import load_phrases, traditional_table
from lianzhang.firms.register.layout import Layout
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

_CODE_REASONS = {
    CodeState.LENGTH: "code-length",
    CodeState.CHARACTER: "code-character",
    CodeState.CHECK: "code-check",
    CodeState.LEGACY_CHECK: "code-check",
}
_PHONE = re.compile(
    r"(?:联系电话|联系方式|电话|手机|传真|tel|phone|fax)[:：.\s]*[\d(（][\d()（）－\-\s]{6,16}"
    r"|(?<!\d)(?:1[3-9]\d{9}|0\d{2,3}[-－ ]?\d{7,8})(?!\d)|[\w.+-]+@[\w-]+\.[\w.]+"
    r"|(?:qq|微信号?|wechat)[号:：\s]*[a-z0-9_-]{5,20}"
    r"|(?<![0-9A-Za-z])\d{6}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dx](?![0-9A-Za-z])",
    re.I,
)
#: A person's name behind a word for their office.
_PERSON = re.compile(
    r"(?:(?:法定代表人|法人代表|法人|负责人|经营者|投资人|联络人)(?:姓名)?\s*[:：]|联系人(?:姓名)?\s*[:：]?)\s*"
    r"[\u4e00-\u9fff·]{2,4}(?=[;；,，、。.\s(（/\d]|$|电话|手机|联系)[先生女士]{0,2}"
)
#: Texts without any of it are the rule, and are passed over at a glance.
_SUSPECT = re.compile(r"\d{5}|@|法人|法定代表|[系络]人|负责人|经营者|投资人|[qQ]{2}|微信|电话|手机")
_GAPS = re.compile(r"(?:\s*[;；,，、]\s*){2,}|\s{2,}")
_TOTAL = re.compile(r"^(?:合计|总计|小计|共计|总数|合\s*计)(?:[:：].*)?$")
_SCIENTIFIC = re.compile(r"^\s*\d(?:\.\d+)?[eE]\+?\d{1,2}\s*$")
_PLAIN_AMOUNT = re.compile(r"^[\d,，.\s]+(?:[eE][+-]?\d+)?$")
_UNIT_OF_HEADER = re.compile(r"[(（\[/]\s*(?:单位\s*[:：]?)?\s*([^)）\]]*(?:元|cny|rmb|yuan)[^)）\]]*)", re.I)
#: Scales as English headers write them.
_ENGLISH_SCALES = (
    (re.compile(r"10[, ]?000|ten thousand", re.I), "万"),
    (re.compile("million", re.I), "百万"),
)
_BRANCH = re.compile("(分公司|分厂|支公司|支行|分行|办事处|门市部|营业部|经营部|分店|分社|分理处|储蓄所)$")
_DATES = frozenset({"founded", "closed", "listed"})
_EXCHANGES = {"SH": "SSE", "SS": "SSE", "SZ": "SZSE", "BJ": "BSE", "HK": "HKEX"}
_LISTING = re.compile(r"^(\d{4,6})\.?([A-Z]{2})?$")
_BY_FIRST_DIGIT = {"6": "SH", "9": "SH", "0": "SZ", "2": "SZ", "3": "SZ", "4": "BJ", "8": "BJ"}
_LONGEST_NAME = 200


class Cleaned(NamedTuple):
    """Tables of one batch, and by field how many cells said something that could not be read."""

    firms: pa.Table
    texts: pa.Table
    classes: pa.Table
    nodes: pa.Table
    clusters: pa.Table
    products: pa.Table
    quarantine: pa.Table
    unread: Counter[str]


@dataclass(frozen=True, slots=True)
class Settings:
    """What a worker needs: everything picklable."""

    layout: Layout
    phrases: Path | None = None
    regions: Path | None = None
    node_ids: Path | None = None
    keep_bad_codes: bool = False


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
        self.today = datetime.date.today().isoformat()  # noqa: DTZ011 - the register's own day is meant
        self.folder = NameFolder(traditional_table())
        self.missing = frozenset(self.layout.missing)
        self.capital_unit = _unit_of(self.layout.columns.get("capital", ""))
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

    def clean(self, batch: pa.RecordBatch, first_row: int) -> Cleaned:
        """Tables of a batch whose first row is number ``first_row`` of the file, counted from 1 with the header."""
        n = batch.num_rows
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
        unread: Counter[str] = Counter()
        for i in range(n):
            row = {
                name: value
                for name, values in columns.items()
                if (value := values[i]) and value.strip() not in missing
            }
            state = CodeState.VALID if valid[i] else code_state(usccs[i])
            firm = self._firm(row, usccs[i], state, first_row + i, bad)
            if firm is None:
                continue
            scope = _without_persons(row.get("scope", "").strip())
            amount = self._capital(row["capital"]) if "capital" in row else None
            unread["capital"] += amount is None and "capital" in row
            for field in _DATES & row.keys():
                if firm[field] is None:
                    unread[field] += 1
                elif field != "closed" and firm[field] > self.today:
                    firm[field] = None  # a firm of the future is a slip of the pen
                    unread[field] += 1
            if amount is not None and amount.cny is not None:
                firm["capital_cny"] = amount.cny
            firms.append(firm)
            names.append(firm["name_zh"])
            scopes.append(scope)
            texts.append(
                {
                    "firm_id": firm["firm_id"],
                    "name_key": self.folder.fold(firm["name_zh"]),
                    "scope": scope,
                    "address": _without_persons(row["address"]) if "address" in row else None,
                    "capital_text": row["capital"] if amount is not None else None,
                    "capital_currency": amount.currency if amount is not None else None,
                    "capital_amount": amount.amount if amount is not None else None,
                    "row": first_row + i,
                }
            )
            if "product" in row:
                products.append(
                    {
                        "firm_id": firm["firm_id"],
                        "product": row["product"],
                        "revenue_share_pct": _per_cent(row.get("product_share")),
                        "period": self.layout.evidence_date,
                        "source_id": self.layout.source_id,
                        "status": self.layout.status,
                    }
                )
        return self._tables(firms, texts, names, scopes, products, bad)._replace(unread=+unread)

    def _capital(self, text: str) -> Capital | None:
        """Amount of a cell; a bare number is in the unit that the header names ("注册资本（万元）")."""
        bare = self.capital_unit and _PLAIN_AMOUNT.match(text)
        return parse_capital(text + self.capital_unit if bare else text)

    def _firm(
        self, row: dict[str, str], uscc: str, state: CodeState, number: int, bad: list[dict[str, Any]]
    ) -> dict[str, Any] | None:
        name = _without_persons(row.get("name", "").strip())

        def refuse(reason: str, where: str, value: str) -> None:
            bad.append(
                {
                    "row": number,
                    "reason": reason,
                    "field": where,
                    "value": _PHONE.sub("…", value)[:200],
                    "name": name[:200],
                    "uscc": uscc,
                }
            )

        if not name:
            if row:
                refuse("name-missing", "name", "")
            return None  # an empty line is nothing to mend
        if _TOTAL.match(name):
            refuse("total", "name", name)
            return None
        if len(name) > _LONGEST_NAME or "\ufffd" in name or not any(char.isalpha() for char in name):
            refuse("name-garbled", "name", name)
            return None
        if state in _CODE_REASONS:
            if not self.settings.keep_bad_codes:
                lost = _SCIENTIFIC.match(row.get("uscc", "")) is not None
                refuse("code-scientific" if lost else _CODE_REASONS[state], "uscc", row["uscc"])
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
        ticker, exchange = _listing(row.get("listing_code", ""))
        firm_id = uscc or (f"{ticker}.{exchange}" if ticker else "")
        if not firm_id:
            key = self.folder.fold(name) + "|" + (region or row.get("province", ""))
            firm_id = "N" + hashlib.blake2b(key.encode(), digest_size=8).hexdigest().upper()
        return {
            "firm_id": firm_id,
            "name_zh": name,
            "uscc": uscc or None,
            "kind": "branch" if _BRANCH.search(name) else "company",
            "region_id": region or self.layout.region,
            "founded": parse_date(row["founded"]) if "founded" in row else None,
            "closed": parse_date(row["closed"]) if "closed" in row else None,
            "exchange": _EXCHANGES.get(exchange, "other") if ticker else None,
            "ticker": ticker or None,
            "listed": parse_date(row["listed"]) if "listed" in row else None,
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
            Counter(),
        )


def _unit_of(header: str) -> str:
    """Unit that a header of amounts names in brackets ("万元"), blank if it names none."""
    found = _UNIT_OF_HEADER.search(header)
    if not found:
        return ""
    scale = next((word for pattern, word in _ENGLISH_SCALES if pattern.search(found[1])), "")
    return f"{scale}元" if scale else found[1].strip()


def _without_persons(text: str) -> str:
    """A text without names of persons, their numbers and addresses; what is left is closed up."""
    if not _SUSPECT.search(text):
        return text
    left = _PERSON.sub("", _PHONE.sub("", text))
    return text if left == text else _GAPS.sub(lambda m: m[0].strip()[:1] or " ", left).strip(" ;；,，、")


def _valid(usccs: list[str]) -> list[bool]:
    candidates = [i for i, code in enumerate(usccs) if len(code) == 18 and code.isascii()]
    valid = [False] * len(usccs)
    for i, good in zip(
        candidates, valid_codes(np.array([usccs[i] for i in candidates], "S18")).tolist(), strict=True
    ):
        valid[i] = good
    return valid


def _listing(text: str) -> tuple[str, str]:
    """Ticker and exchange suffix of "000001.SZ", "688268SH" or "688268"; blank where it is none."""
    found = _LISTING.match(text.strip().upper())
    if not found:
        return "", ""
    ticker, exchange = found.group(1), found.group(2) or ""
    if not exchange and len(ticker) == 6:
        exchange = "BJ" if ticker.startswith("92") else _BY_FIRST_DIGIT.get(ticker[0], "")
    return ticker, "HK" if not exchange and len(ticker) < 6 else exchange


def _per_cent(text: str | None) -> float | None:
    """A share of revenue in per cent; a share above the whole or below nothing is none."""
    try:
        share = float(text) if text else math.nan
    except ValueError:
        return None
    return 100.0 * share if 0.0 < share <= 1.0 else None


_cleaner: Cleaner | None = None


def start_worker(settings: Settings) -> None:
    """Prepare a worker process."""
    global _cleaner
    _cleaner = Cleaner(settings)


def clean_in_worker(batch: pa.RecordBatch, first_row: int) -> Cleaned:
    """Clean a batch in a worker process that `start_worker` prepared."""
    assert _cleaner is not None
    return _cleaner.clean(batch, first_row)
