"""How the columns of a register map to what we know of a firm: ready layouts, guesses, files to keep and reuse."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

from lianzhang.errors import InputError, UnknownNameError
from lianzhang.i18n import Text

#: What a column can be mapped to, and the headers that suggest it.
FIELDS: dict[str, tuple[str, ...]] = {
    "uscc": ("uscc", "统一社会信用代码", "社会信用代码", "信用代码", "注册号", "工商注册号", "credit_code"),
    "name": ("name", "企业名称", "公司名称", "单位名称", "名称", "fullname", "company", "firm"),
    "short_name": ("short_name", "简称", "证券简称"),
    "former_name": ("former_name", "曾用名"),
    "scope": ("scope", "经营范围", "business_scope", "营业范围"),
    "founded": ("founded", "reg_date", "成立日期", "成立时间", "注册日期", "核准日期"),
    "closed": ("closed", "注销日期", "吊销日期", "delist_date"),
    "capital": ("capital", "注册资本", "注册资金", "reg_capital"),
    "type_text": ("type_text", "type", "企业类型", "公司类型", "类型"),
    "province": ("province", "省份", "所属省份", "省", "area"),
    "district": ("district", "区县", "所属区县", "所属县区", "区"),
    "address": ("address", "地址", "注册地址", "住所", "企业地址"),
    "industry_text": ("industry_text", "industry", "行业", "所属行业", "sw_name"),
    "listing_code": ("listing_code", "ts_code", "证券代码", "股票代码"),
    "listed": ("listed", "list_date", "上市日期", "上市时间"),
    "product": ("product", "产品", "主营产品"),
    "product_share": ("product_share", "revenue_share", "收入占比"),
}
#: Headers of personal data: never read, whatever a mapping says.
PERSONAL = re.compile(
    r"法定代表|法人代表|法人姓名|^法人$|负责人|联系人|经营者|股东|董事|监事|经理|电话|手机|传真|邮箱|邮件|身份证|微信|qq"
    r"|legal.?(rep|person)|phone|mobile|^tel|fax|e-?mail|contact|id.?card",
    re.IGNORECASE,
)
_STATUS = ("official", "derived", "reconstructed", "synthetic", "estimated")


@dataclass(frozen=True, slots=True)
class Layout:
    """A mapping. ``columns``: field → header; the rest as in the ready layouts (data/mappings)."""

    name: str
    columns: Mapping[str, str]
    source_id: str = "register"
    status: str = "derived"
    evidence_date: str | None = None
    missing: tuple[str, ...] = ("",)
    region: str | None = None
    products: bool = False
    about: Text = field(default_factory=lambda: Text("", ""))


def ready_layouts() -> list[str]:
    """Names of the layouts that come with the program."""
    folder = resources.files("lianzhang.firms") / "data" / "mappings"
    return sorted(item.name.removesuffix(".toml") for item in folder.iterdir() if item.name.endswith(".toml"))


def load_layout(which: str) -> Layout:
    """A ready layout by name, or a mapping file.

    Raises:
        UnknownNameError: neither a ready layout nor a file.
        InputError: the file is no mapping; says what is wrong.
    """
    path = Path(which)
    if which in ready_layouts():
        raw = (resources.files("lianzhang.firms") / "data" / "mappings" / f"{which}.toml").read_text("utf-8")
    elif path.is_file():
        raw = path.read_text("utf-8-sig")
    else:
        raise UnknownNameError(Text("映射", "mapping"), which, ready_layouts())
    try:
        parsed = tomllib.loads(raw)
    except tomllib.TOMLDecodeError as error:
        raise InputError(
            Text(f"{which} 不是有效的 TOML：{error}", f"{which} is no valid TOML: {error}")
        ) from None
    columns = parsed.get("columns")
    if not isinstance(columns, dict) or not all(isinstance(v, str) for v in columns.values()):
        raise InputError(Text(f"{which} 没有 [columns] 表", f"{which} has no [columns] table"))
    for name in columns:
        if name not in FIELDS:
            raise UnknownNameError(Text("字段", "field"), name, FIELDS)
    if "name" not in columns:
        raise InputError(
            Text(f"{which} 没有说哪一列是企业名称", f"{which} does not say which column is the firm's name"),
            hint=Text('请加 name = "列名"', 'add name = "<header>"'),
        )
    status = str(parsed.get("status", "derived"))
    if status not in _STATUS:
        raise UnknownNameError(Text("状态", "status"), status, _STATUS)
    return Layout(
        name=str(parsed.get("name", path.stem)),
        columns=dict(columns),
        source_id=str(parsed.get("source_id", "register")),
        status=status,
        evidence_date=str(parsed["evidence_date"]) if "evidence_date" in parsed else None,
        missing=tuple(map(str, parsed.get("missing", [""]))),
        region=str(parsed["region"]) if "region" in parsed else None,
        products=bool(parsed.get("products", False)),
        about=Text(str(parsed.get("about_zh", "")), str(parsed.get("about_en", ""))),
    )


def guess_layout(header: list[str], name: str = "guessed") -> Layout:
    """The mapping that a header suggests: each field's first synonym that is there; personal columns never.

    Raises:
        InputError: no column looks like a firm's name.
    """
    folded = {
        column.strip().lstrip("\ufeff").lower(): column for column in header if not PERSONAL.search(column)
    }
    columns: dict[str, str] = {}
    for wanted, synonyms in FIELDS.items():
        for word in synonyms:
            if word in folded and folded[word] not in columns.values():
                columns[wanted] = folded[word]
                break
    if "name" not in columns:
        raise InputError(
            Text("表头里没有看起来是企业名称的列", "no column of the header looks like a firm's name"),
            hint=Text(
                f"表头为：{'、'.join(header)}；请写映射文件",
                f"the header: {', '.join(header)}; write a mapping",
            ),
            details={"header": header},
        )
    return Layout(name=name, columns=columns, products="product" in columns)


def save_layout(layout: Layout, path: Path) -> None:
    """Write a mapping file that `load_layout` reads back."""

    def quote(text: str) -> str:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

    lines = [
        f"name = {quote(layout.name)}",
        f"source_id = {quote(layout.source_id)}",
        f"status = {quote(layout.status)}",
    ]
    if layout.evidence_date:
        lines.append(f"evidence_date = {quote(layout.evidence_date)}")
    if layout.region:
        lines.append(f"region = {quote(layout.region)}")
    lines.append(f"missing = [{', '.join(map(quote, layout.missing))}]")
    if layout.products:
        lines.append("products = true")
    lines += ["", "[columns]", *(f"{key} = {quote(value)}" for key, value in layout.columns.items())]
    path.write_text("\n".join(lines) + "\n", "utf-8")


def personal_headers(header: list[str]) -> list[str]:
    """Headers of personal data, which are dropped on entry."""
    return [column for column in header if PERSONAL.search(column)]
