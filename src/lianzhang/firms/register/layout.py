"""How the columns of a register map to what we know of a firm: ready layouts, guesses, files to keep and reuse."""

from __future__ import annotations

import hashlib
import re
import tomllib
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

from lianzhang.errors import InputError, UnknownNameError
from lianzhang.firms.kernel.dates import read_date
from lianzhang.firms.kernel.uscc import CodeState, code_state, normalise_code
from lianzhang.i18n import Text

#: What a column can be mapped to, and the headers that suggest it (as `plain_header` leaves them), likeliest first.
FIELDS: dict[str, tuple[str, ...]] = {
    "uscc": (
        "uscc",
        "统一社会信用代码",
        "社会信用代码",
        "统一信用代码",
        "信用代码",
        "统一代码",
        "注册号",
        "工商注册号",
        "creditcode",
        "unifiedsocialcreditcode",
        "socialcreditcode",
        "registrationnumber",
        "registrationno",
        "uniscid",
        "regno",
    ),
    "name": (
        "name",
        "企业名称",
        "公司名称",
        "单位名称",
        "单位详细名称",
        "法人单位名称",
        "市场主体名称",
        "主体名称",
        "企业全称",
        "公司全称",
        "企业名",
        "公司名",
        "名称",
        "企业",
        "公司",
        "fullname",
        "company",
        "companyname",
        "firm",
        "firmname",
        "enterprise",
        "enterprisename",
        "nameofenterprise",
        "nameofcompany",
        "entname",
    ),
    "short_name": ("shortname", "简称", "企业简称", "公司简称", "证券简称", "abbreviation"),
    "former_name": ("formername", "曾用名", "原名称"),
    "scope": (
        "scope",
        "经营范围",
        "经营业务范围",
        "businessscope",
        "scopeofbusiness",
        "营业范围",
        "主营业务",
        "主要业务活动",
        "opscope",
    ),
    "founded": (
        "founded",
        "regdate",
        "成立日期",
        "成立时间",
        "注册日期",
        "注册时间",
        "登记日期",
        "开业时间",
        "核准日期",
        "established",
        "dateestablished",
        "dateofestablishment",
        "establishmentdate",
        "registrationdate",
        "dateofregistration",
        "estdate",
        "开业日期",
        "核准日期",
        "日期",
    ),
    "closed": (
        "closed",
        "注销日期",
        "吊销日期",
        "注吊销日期",
        "delistdate",
        "dateclosed",
        "closingdate",
        "candate",
        "canceldate",
        "revdate",
    ),
    "capital": (
        "capital",
        "注册资本",
        "注册资金",
        "注册资本金",
        "regcapital",
        "registeredcapital",
        "regcap",
        "reccap",
        "资本金",
        "资本",
        "资金",
    ),
    "currency": ("currency", "注册资本币种", "资本币种", "币种", "regcapcur", "capcur"),
    "type_text": (
        "typetext",
        "type",
        "企业类型",
        "公司类型",
        "主体类型",
        "登记注册类型",
        "类型",
        "companytype",
        "enttype",
    ),
    "province": ("province", "省份", "所属省份", "省", "area"),
    "district": ("district", "区县", "所属区县", "所属县区", "所在区县", "区", "县区", "county"),
    "address": (
        "address",
        "地址",
        "注册地址",
        "企业地址",
        "详细地址",
        "住所",
        "经营地址",
        "生产经营地址",
        "registeredaddress",
        "dom",
        "经营场所",
        "所在地",
        "地点",
        "地方",
    ),
    "industry_text": (
        "industrytext",
        "industry",
        "行业",
        "所属行业",
        "行业名称",
        "国民经济行业",
        "swname",
        "sector",
    ),
    "listing_code": ("listingcode", "tscode", "证券代码", "股票代码", "stockcode", "ticker"),
    "listed": ("listed", "listdate", "上市日期", "上市时间", "listingdate"),
    "product": ("product", "产品", "主营产品", "主要产品", "mainproduct"),
    "product_share": ("productshare", "revenueshare", "收入占比"),
}
#: The same for readers.
FIELD_NAMES: dict[str, Text] = {
    "uscc": Text("信用代码", "Credit code"),
    "name": Text("企业名称", "Name"),
    "short_name": Text("简称", "Short name"),
    "former_name": Text("曾用名", "Former name"),
    "scope": Text("经营范围", "Business scope"),
    "founded": Text("成立日期", "Founded"),
    "closed": Text("注销日期", "Closed"),
    "capital": Text("注册资本", "Registered capital"),
    "currency": Text("注册资本币种", "Currency of the capital"),
    "type_text": Text("企业类型", "Legal form"),
    "province": Text("省份", "Province"),
    "district": Text("区县", "District"),
    "address": Text("地址", "Address"),
    "industry_text": Text("行业", "Industry"),
    "listing_code": Text("证券代码", "Listing code"),
    "listed": Text("上市日期", "Listed"),
    "product": Text("主要产品", "Product"),
    "product_share": Text("产品收入占比", "Product's share of revenue"),
}
_ASIDE = re.compile(r"[(（\[【].*?[)）\]】]")
_IDLE = re.compile(r"[\s_*＊:：.．·/\-]+|^\d+[、.)）]")
_EITHER = re.compile("[/／、|(（]|或者?")
_BY_HEADER = {word: field for field, words in FIELDS.items() for word in words}
#: Headers of personal data: never read, whatever a mapping says.
PERSONAL = re.compile(
    r"法定代表|法人代表|法人姓名|^法人$|lerep|linkman|负责人|联系人|经营者|股东|董事|监事|经理|电话|手机|传真|邮箱|邮件|身份证|微信|qq"
    r"|legal.?(rep|person)|phone|mobile|^tel|fax|e-?mail|contact|id.?card",
    re.IGNORECASE,
)
_NAME = re.compile(r"(公司|厂|店|中心|合作社|企业|集团|商行|部|院|所|场|社|站)[)）]?$")
_ADDRESS = re.compile("[省市区县镇乡街路道村组].*[号楼栋室路街道村组镇]")
_AMOUNT = re.compile(r"^[^\d]{0,6}[\d,.]+\s*[(（]?(?:万|亿|元)")
_SCOPE = re.compile("生产|制造|销售|加工|服务|开发|经营|许可")
#: What the cells of a column look like, for fields that no header names: so many cells at least, such a share of them.
_FEW, _MOST = 3, 0.8
_LOOKS: dict[str, Callable[[str], bool]] = {
    "uscc": lambda cell: code_state(normalise_code(cell)) in (CodeState.VALID, CodeState.LEGACY),
    "name": lambda cell: 4 <= len(cell) <= 60 and bool(_NAME.search(cell)),
    "scope": lambda cell: len(cell) >= 8 and bool(_SCOPE.search(cell)),
    "address": lambda cell: 5 <= len(cell) <= 80 and bool(_ADDRESS.search(cell)),
    "capital": lambda cell: len(cell) <= 30 and bool(_AMOUNT.match(cell)),
    "founded": lambda cell: len(cell) >= 8 and read_date(cell).value is not None,
}
#: Fields that are told by their cells only where the column has no header at all: many columns hold days and amounts.
_NAMELESS = frozenset(("capital", "founded"))
_NO_HEADER = re.compile(r"#(\d+)")
_STATUS = ("official", "derived", "reconstructed", "synthetic", "estimated")


@dataclass(frozen=True, slots=True)
class Layout:
    """A mapping. ``columns``: field → header; ``sheet`` and ``header_row`` (from 1, 0 for none) where they are not found
    by themselves; the rest as in the ready layouts (data/mappings)."""

    name: str
    columns: Mapping[str, str]
    source_id: str = "register"
    status: str = "derived"
    evidence_date: str | None = None
    missing: tuple[str, ...] = ("",)
    region: str | None = None
    products: bool = False
    sheet: str | None = None
    header_row: int | None = None
    about: Text = field(default_factory=lambda: Text("", ""))


def source_id_of(title: str, region: str = "") -> str:
    """Id of the register of a title: the same title (of the same region) is the same register, whatever file it comes in."""
    if region:
        title = f"{title.strip()} {region}"
    plain = re.sub("[^a-z0-9]+", "-", title.strip().lower()).strip("-")
    if title.isascii() and 0 < len(plain) <= 40:
        return f"register-{plain}"
    return f"register-{hashlib.blake2b(title.strip().encode(), digest_size=5).hexdigest()}"


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
        source_id=str(parsed.get("source_id") or source_id_of(str(parsed.get("name", path.stem)))),
        status=status,
        evidence_date=str(parsed["evidence_date"]) if "evidence_date" in parsed else None,
        missing=tuple(map(str, parsed.get("missing", [""]))),
        region=str(parsed["region"]) if "region" in parsed else None,
        products=bool(parsed.get("products", False)),
        sheet=str(parsed["sheet"]) if "sheet" in parsed else None,
        header_row=int(parsed["header_row"]) if "header_row" in parsed else None,
        about=Text(str(parsed.get("about_zh", "")), str(parsed.get("about_en", ""))),
    )


def plain_header(text: str) -> str:
    """A header without what does not matter to it: case, blanks, width, stars, remarks in brackets ("*企业 名称（必填）")."""
    half = unicodedata.normalize("NFKC", text.replace("\ufeff", "")).lower()
    return _IDLE.sub("", _ASIDE.sub("", half)) or _IDLE.sub("", half)


def _words(header: str) -> str:
    """As `plain_header`; of two names in one ("统一社会信用代码/注册号") the first that is known."""
    if plain_header(header) in _BY_HEADER:
        return plain_header(header)
    parts = [plain_header(part) for part in _EITHER.split(header)]
    return next((part for part in parts if part in _BY_HEADER), plain_header(header))


def field_of(header: str) -> str | None:
    """The field that a header names, None if it names none or personal data."""
    return None if PERSONAL.search(header) else _BY_HEADER.get(_words(header))


def guess_columns(header: Sequence[str], sample: Sequence[Sequence[str]] = ()) -> dict[str, str]:
    """Field → header as the header suggests (each field's first synonym that is there) and, for credit code, name,
    scope and address, as the first rows suggest where no header does, for capital and founding only where a column has no
    header at all; personal columns never.

    Args:
        header: names of the columns.
        sample: cells of the first rows.
    """
    folded: dict[str, str] = {}
    for column in header:
        if not PERSONAL.search(column):
            folded.setdefault(_words(column), column)
    columns: dict[str, str] = {}
    for wanted, synonyms in FIELDS.items():
        for word in synonyms:
            if word in folded and folded[word] not in columns.values():
                columns[wanted] = folded[word]
                break
    for wanted, looks in _LOOKS.items():
        if wanted in columns or not sample:
            continue
        for place, column in enumerate(header):
            if column in columns.values() or PERSONAL.search(column):
                continue
            if wanted in _NAMELESS and not _NO_HEADER.fullmatch(column):
                continue
            cells = [row[place].strip() for row in sample if place < len(row) and row[place].strip()]
            if len(cells) >= _FEW and sum(looks(cell) for cell in cells) >= _MOST * len(cells):
                columns[wanted] = column
                break
    return columns


def guess_layout(
    header: Sequence[str], name: str = "guessed", sample: Sequence[Sequence[str]] = ()
) -> Layout:
    """The mapping that a header and the first rows suggest (`guess_columns`).

    Raises:
        InputError: no column looks like a firm's name.
    """
    columns = guess_columns(header, sample)
    if "name" not in columns:
        raise InputError(
            Text("没有看起来是企业名称的列", "no column looks like a firm's name"),
            hint=Text(
                f"表头为：{'、'.join(header)}；请写映射文件，说明哪一列是企业名称",
                f"the header: {', '.join(header)}; write a mapping that says which column is the name",
            ),
            details={"header": list(header)},
        )
    return Layout(name=name, columns=columns, source_id=source_id_of(name), products="product" in columns)


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
    if layout.sheet is not None:
        lines.append(f"sheet = {quote(layout.sheet)}")
    if layout.header_row is not None:
        lines.append(f"header_row = {layout.header_row}")
    lines += ["", "[columns]", *(f"{key} = {quote(value)}" for key, value in layout.columns.items())]
    path.write_text("\n".join(lines) + "\n", "utf-8")


def column_name(header: str) -> Text:
    """A column as readers know it: its header, or its number where it has none."""
    found = _NO_HEADER.fullmatch(header)
    return Text(f"第 {found[1]} 列", f"column {found[1]}") if found else Text(header, header)


def personal_headers(header: Sequence[str]) -> list[str]:
    """Headers of personal data, which are dropped on entry."""
    return [column for column in header if PERSONAL.search(column)]
