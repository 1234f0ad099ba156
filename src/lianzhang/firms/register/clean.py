"""One batch of a register, cleaned and classified. Runs in worker processes; knows no files."""

from __future__ import annotations

import csv
import hashlib
import math
import re
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

#: Why a row is not taken in.
REASONS: dict[str, Text] = {
    "name-missing": Text("没有企业名称", "no name"),
    "name-garbled": Text("名称不是可读的文字", "the name is no readable text"),
    "code-length": Text(
        "信用代码不是 18 位（旧码 15 位）", "a credit code has 18 characters, an old number 15"
    ),
    "code-character": Text(
        "信用代码含 I、O、S、V、Z 或其他不允许的字符", "a character that credit codes do not have"
    ),
    "code-scientific": Text(
        "信用代码被表格软件写成科学计数法，末几位已丢失；请把该列设为文本后重新导出",
        "a spreadsheet wrote the credit code in powers of ten and lost its last digits; export the column as text",
    ),
    "code-check": Text("信用代码校验位不符（GB 32100）", "the check character of the credit code is wrong"),
    "code-twice": Text(
        "同一信用代码在文件里有不同的名称", "one credit code with different names in the file"
    ),
    "ragged": Text("此行列数与表头不同", "another number of cells than the header"),
}
#: What to do about it in the register.
REMEDIES: dict[str, Text] = {
    "name-missing": Text(
        "补上企业名称；多为空行或合计行，可不管", "add the name; often an empty line or a line of totals"
    ),
    "name-garbled": Text(
        "多为编码不对；请另存为 CSV UTF-8 或 xlsx", "often a wrong encoding; save it as CSV UTF-8 or xlsx"
    ),
    "code-length": Text("照营业执照补全代码", "complete the code from the business licence"),
    "code-character": Text(
        "照营业执照核对，常见 O 与 0、I 与 1 混淆", "compare with the licence; O for 0 and I for 1 are common"
    ),
    "code-scientific": Text(
        "请从原系统重新导出，代码列设为文本", "export it again from its system, with the codes as text"
    ),
    "code-check": Text(
        "多为错录一位，照营业执照核对", "often one character is wrong; compare with the licence"
    ),
    "code-twice": Text(
        "更名的留新名，错录的改代码", "keep the new name of a firm renamed, mend a code that is wrong"
    ),
    "ragged": Text(
        "单元格里有分隔符而没有引号；另存为 xlsx 最稳妥",
        "a cell holds the separator without quotation marks; save it as xlsx",
    ),
}
_CODE_REASONS = {
    CodeState.LENGTH: "code-length",
    CodeState.CHARACTER: "code-character",
    CodeState.CHECK: "code-check",
    CodeState.LEGACY_CHECK: "code-check",
}
_PHONE = re.compile(
    r"(?:电话|手机|联系方式|tel|phone)?[:：]?(?<!\d)(?:1[3-9]\d{9}|0\d{2,3}[-－]\d{7,8}|[\w.+-]+@[\w-]+\.[\w.]+)(?!\d)",
    re.I,
)
_SCIENTIFIC = re.compile(r"^\s*\d(?:\.\d+)?[eE]\+?\d{1,2}\s*$")
_PLAIN_AMOUNT = re.compile(r"^[\d,，.\s]+(?:[eE][+-]?\d+)?$")
_UNIT_OF_HEADER = re.compile(r"[(（\[/]\s*(?:单位\s*[:：]?)?\s*([^)）\]]*(?:元|cny|rmb|yuan)[^)）\]]*)", re.I)
#: Scales as English headers write them.
_ENGLISH_SCALES = (
    (re.compile(r"10[, ]?000|ten thousand", re.I), "万"),
    (re.compile("million", re.I), "百万"),
)
_SEVEN_DIGITS = re.compile(r"\d{7}")
_BRANCH = re.compile("(分公司|分厂|支公司|支行|分行|办事处|门市部|营业部|经营部|分店|分社|分理处|储蓄所)$")
_EXCHANGES = {"SH": "SSE", "SS": "SSE", "SZ": "SZSE", "BJ": "BSE", "HK": "HKEX"}
_LISTING = re.compile(r"^(\d{4,6})\.?([A-Z]{2})?$")
_BY_FIRST_DIGIT = {"6": "SH", "9": "SH", "0": "SZ", "2": "SZ", "3": "SZ", "4": "BJ", "8": "BJ"}
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


@dataclass(frozen=True, slots=True)
class Settings:
    """What a worker needs: everything picklable."""

    layout: Layout
    phrases: Path | None = None
    regions: Path | None = None
    node_ids: Path | None = None
    keep_bad_codes: bool = False


def _read(path: Path | None, bundled: tuple[str, ...]) -> list[dict[str, str]]:
    if path is not None:
        if not path.is_file():
            raise InputError(Text(f"找不到文件 {path}", f"there is no file {path}"))
        text = path.read_text("utf-8-sig")
    else:
        text = resources.files(bundled[0]).joinpath(*bundled[1:]).read_text("utf-8-sig")
    return list(csv.DictReader(text.splitlines()))


def place_finder(regions: Path | None = None) -> PlaceFinder:
    """Finder over a pack's table of regions; the bundled pack's if None."""
    rows = _read(regions, ("lianzhang.pack", "bundled", "chongqing", "regions.csv"))
    places = [
        Place(r["region_id"], r["name_zh"], r.get("short_zh") or r["name_zh"], r.get("adcode") or "")
        for r in rows
        if r.get("level") != "country"
    ]
    # Districts last: where a name is shared, the smaller place wins.
    places.sort(key=lambda place: place.adcode.endswith("0000"))
    former = {r["name"]: r["adcode"] for r in _read(None, ("lianzhang.firms", "data", "former_places.csv"))}
    changes = {r["old"]: r["new"] for r in _read(None, ("lianzhang.firms", "data", "division_changes.csv"))}
    return PlaceFinder(places, former, changes)


def place_names(regions: Path | None = None) -> list[str]:
    """Names of places in full and in short, of a pack's table of regions; the bundled pack's if None."""
    rows = _read(regions, ("lianzhang.pack", "bundled", "chongqing", "regions.csv"))
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
        self.capital_unit = _unit_of(self.layout.columns.get("capital", ""))
        self.nodes = {
            r["code"]: r["node_id"]
            for r in _read(settings.node_ids, ("lianzhang.firms", "data", "chain_nodes.csv"))
        }
        self.cluster_ids = {
            r["code"]: r["cluster_id"] for r in _read(None, ("lianzhang.firms", "data", "cluster_ids.csv"))
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
            scope = row.get("scope", "").strip()
            amount = self._capital(row["capital"]) if "capital" in row else None
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
                    "address": _without_phones(row["address"]) if "address" in row else None,
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
        return self._tables(firms, texts, names, scopes, products, bad)

    def _capital(self, text: str) -> Capital | None:
        """Amount of a cell; a bare number is in the unit that the header names ("注册资本（万元）")."""
        bare = self.capital_unit and _PLAIN_AMOUNT.match(text)
        return parse_capital(text + self.capital_unit if bare else text)

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
                    "value": value[:200],
                    "name": name[:200],
                    "uscc": uscc,
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
        )


def _unit_of(header: str) -> str:
    """Unit that a header of amounts names in brackets ("万元"), blank if it names none."""
    found = _UNIT_OF_HEADER.search(header)
    if not found:
        return ""
    scale = next((word for pattern, word in _ENGLISH_SCALES if pattern.search(found[1])), "")
    return f"{scale}元" if scale else found[1].strip()


def _without_phones(text: str) -> str:
    return _PHONE.sub("", text) if _SEVEN_DIGITS.search(text) or "@" in text else text


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
